//! A temporary PostgreSQL server with PostGIS. The first test that needs it creates it in a temporary folder. It can be
//! reached only by a socket in that folder, and is removed when the test process ends for any reason.

use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const MISSING: &str = "these tests need PostgreSQL 14 or newer with PostGIS 3. On Debian and Ubuntu: \
    apt-get install postgresql postgresql-NN-postgis-3 (NN is the version that apt installed; the \
    server need not run). To skip these tests: ONEMAP_TEST_POSTGRES=skip";

/// A new, empty database with PostGIS on the cluster that all tests share. `None` only if the tests are run
/// without PostgreSQL.
pub fn database() -> Option<String> {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    if skipped() {
        return None;
    }
    Some(SHARED.get_or_init(Cluster::start).database())
}

/// Whether the tests are run without PostgreSQL. If so, this prints that a test is skipped.
#[allow(clippy::print_stderr, reason = "who runs the tests must see it")]
pub fn skipped() -> bool {
    let skip = std::env::var("ONEMAP_TEST_POSTGRES").is_ok_and(|v| v == "skip");
    if skip {
        eprintln!("SKIPPED: a test with PostGIS, because ONEMAP_TEST_POSTGRES=skip is set");
    }
    skip
}

/// A separate server, for tests that stop it.
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    user: Option<(u32, u32)>,
    /// A process that stops the server and removes the folder when its standard input closes, which happens when the
    /// test process ends for any reason.
    _keeper: std::process::Child,
    /// The processes that run the poolers.
    poolers: std::sync::Mutex<Vec<std::process::Child>>,
}

impl Cluster {
    /// Starts a server.
    pub fn start() -> Self {
        let bin = binaries();
        let user = user();
        let folder = std::env::temp_dir().join(format!(
            "onemap-pg-{}-{:08x}",
            std::process::id(),
            rand::random::<u32>()
        ));
        std::fs::create_dir(&folder).expect("a temporary folder");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).expect("chmod");
        if let Some((uid, gid)) = user {
            chown(&folder, Some(uid), Some(gid)).expect("chown");
        }
        let keeper = as_user(Command::new("sh"), user)
            .arg("-c")
            .arg(
                "cat >/dev/null; \"$1/pg_ctl\" -D \"$2/data\" -m immediate -w stop; \
                 rm -rf \"$2\"",
            )
            .arg("sh")
            .args([&bin, &folder])
            .current_dir("/")
            // In a process group of its own, the shell is not ended by Ctrl-C at the terminal.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        let cluster = Self {
            folder,
            bin,
            user,
            _keeper: keeper,
            poolers: std::sync::Mutex::default(),
        };
        cluster.run("initdb", |c| {
            c.args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"])
                .args(["--no-sync", "-D"])
                .arg(cluster.folder.join("data"))
        });
        cluster.up();
        cluster.sql("postgres", "CREATE DATABASE empty");
        cluster.sql("empty", "CREATE EXTENSION postgis");
        cluster
    }

    /// Starts the server again.
    pub fn up(&self) {
        self.run("pg_ctl", |c| c.args(self.start_arguments()));
    }

    fn start_arguments(&self) -> Vec<OsString> {
        let options = format!(
            "-k {} -c listen_addresses= -c fsync=off -c full_page_writes=off \
             -c max_connections=200 -c max_prepared_transactions=5 -c shared_buffers=128MB",
            self.folder.display()
        );
        let (data, log) = (self.folder.join("data"), self.folder.join("log"));
        ["-D".into(), data.into(), "-l".into(), log.into()]
            .into_iter()
            .chain(["-w", "-o", &options, "start"].map(OsString::from))
            .collect()
    }

    /// Starts the stopped server again in a mount namespace with an in-memory file system of this size, and creates a
    /// database on that file system. Returns the address of the database and the path of the file system outside of
    /// the namespace; `None` if this machine does not allow the mount.
    pub fn up_on_small_disk(&self, megabytes: u32) -> Option<(String, PathBuf)> {
        let small = self.folder.join("small");
        std::fs::create_dir(&small).expect("a folder");
        let (uid, gid) = self.user.unwrap_or_else(own_user);
        chown(&small, Some(uid), Some(gid)).expect("chown");
        // root can mount directly; other users become root in a user namespace. The server itself must not run as root.
        let (outer, inner) = match self.user {
            Some(_) => (
                "--mount",
                format!("setpriv --reuid={uid} --regid={gid} --clear-groups"),
            ),
            None => (
                "--user --map-root-user --mount",
                format!("unshare --user --map-user={uid} --map-group={gid}"),
            ),
        };
        let on_it = |program: &Path, arguments: &[OsString]| {
            let owner = self
                .user
                .map_or(String::new(), |_| format!(",uid={uid},gid={gid}"));
            let script = format!(
                "mount -t tmpfs -o size={megabytes}m,mode=0700{owner} tmpfs \"$1\" && shift && \
                 exec {inner} \"$@\""
            );
            let mut command = Command::new("unshare");
            command
                .args(outer.split(' '))
                .args(["sh", "-c", &script, "sh"])
                .arg(&small)
                .arg(program)
                .args(arguments)
                .current_dir("/")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        if !on_it(Path::new("true"), &[]) {
            return None;
        }
        assert!(
            on_it(&self.bin.join("pg_ctl"), &self.start_arguments()),
            "the server does not start: {}",
            std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
        );
        self.sql(
            "postgres",
            &format!("CREATE TABLESPACE small LOCATION '{}'", small.display()),
        );
        self.sql(
            "postgres",
            "CREATE DATABASE cramped TEMPLATE empty TABLESPACE small",
        );
        let about = std::fs::read_to_string(self.folder.join("data/postmaster.pid"));
        let about = about.expect("a readable postmaster.pid");
        let pid = about.lines().next().unwrap_or_default();
        let seen = format!("/proc/{pid}/root{}", small.display());
        Some((self.url("cramped"), seen.into()))
    }

    /// Stops the server abruptly, like a power cut.
    pub fn down(&self) {
        self.run("pg_ctl", |c| {
            c.arg("-D")
                .arg(self.folder.join("data"))
                .args(["-m", "immediate", "-w", "stop"])
        });
    }

    /// Creates a database with PostGIS and returns its address.
    pub fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("map{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE empty"),
        );
        self.url(&name)
    }

    /// Creates an empty database without PostGIS.
    pub fn bare_database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        self.url(name)
    }

    /// Starts PgBouncer for a database, with extra lines of configuration. Returns the address of the database through
    /// PgBouncer, which ends when the test process ends.
    pub fn pooler(&self, database: &str, settings: &str) -> String {
        const PROGRAM: &str = "/usr/sbin/pgbouncer";
        assert!(
            Path::new(PROGRAM).exists(),
            "this test needs PgBouncer (Debian: apt-get install pgbouncer)"
        );
        let name = database.rsplit('/').next().expect("a name");
        let folder = self
            .folder
            .join(format!("pooler-{:08x}", rand::random::<u32>()));
        std::fs::create_dir(&folder).expect("a folder");
        let file = folder.join("pgbouncer.ini");
        std::fs::write(
            &file,
            format!(
                "[databases]\n{name} = host={} dbname={name} user=postgres\n[pgbouncer]\n\
                 listen_addr =\nlisten_port = 6432\nunix_socket_dir = {}\nauth_type = any\n\
                 logfile = {}\n{settings}\n",
                self.folder.display(),
                folder.display(),
                folder.join("log").display(),
            ),
        )
        .expect("a file in the temporary folder");
        if let Some((uid, gid)) = self.user {
            chown(&folder, Some(uid), Some(gid)).expect("chown");
        }
        // The shell ends the pooler when its standard input closes, as the process in `_keeper` ends the server.
        let keeper = as_user(Command::new("sh"), self.user)
            .args([
                "-c",
                "\"$1\" -q \"$2\" & pid=$!; cat >/dev/null; kill $pid; wait $pid",
            ])
            .args(["sh", PROGRAM])
            .arg(&file)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        self.poolers.lock().expect("poolers").push(keeper);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !folder.join(".s.PGSQL.6432").exists() {
            assert!(
                std::time::Instant::now() < deadline,
                "PgBouncer did not start within 30 s: {}",
                std::fs::read_to_string(folder.join("log")).unwrap_or_default()
            );
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let host = folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{host}:6432/{name}")
    }

    fn url(&self, database: &str) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/{database}")
    }

    fn sql(&self, database: &str, sql: &str) {
        self.run("psql", |c| {
            c.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
                .arg(&self.folder)
                .args(["-d", database, "-c", sql])
        });
    }

    fn run(&self, program: &str, with: impl FnOnce(&mut Command) -> &mut Command) {
        let mut command = as_user(Command::new(self.bin.join(program)), self.user);
        with(&mut command)
            .current_dir("/")
            .env_remove("PGOPTIONS")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        // Standard error goes to a file, because the server would inherit a pipe and keep it open.
        let log = self.folder.join(format!("{program}.err"));
        let file = std::fs::File::create(&log).expect("a file in the temporary folder");
        let status = command.stderr(file).status().expect(MISSING);
        assert!(
            status.success(),
            "{program}: {status}\n{}\n{MISSING}",
            std::fs::read_to_string(&log).unwrap_or_default()
        );
    }
}

fn as_user(mut command: Command, user: Option<(u32, u32)>) -> Command {
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

/// The programs of the newest PostgreSQL version. Debian does not put them on the PATH.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let newest = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|f| f.file_name().to_str()?.parse::<u32>().ok())
        .filter(|v| Path::new(&format!("/usr/lib/postgresql/{v}/bin/initdb")).exists())
        .max();
    if let Some(version) = newest {
        return format!("/usr/lib/postgresql/{version}/bin").into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .find(|folder| folder.join("initdb").exists())
        .expect(MISSING)
}

/// The user and the group of this process.
fn own_user() -> (u32, u32) {
    use std::os::unix::fs::MetadataExt;
    let about = std::fs::metadata("/proc/self").expect("/proc");
    (about.uid(), about.gid())
}

/// The user and the group for the server if the tests run as root, which PostgreSQL refuses: those that its package
/// created. `None` if the tests run as another user.
fn user() -> Option<(u32, u32)> {
    let number = |args: &[&str]| -> Option<u32> {
        let out = Command::new("id").args(args).output().ok()?;
        String::from_utf8(out.stdout).ok()?.trim().parse().ok()
    };
    if number(&["-u"]) != Some(0) {
        return None;
    }
    let postgres = number(&["-u", "postgres"]).zip(number(&["-g", "postgres"]));
    Some(postgres.expect(MISSING))
}
