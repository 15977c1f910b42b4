//! Tests with a disk that is really full: a file system in memory of a few megabytes. It is mounted in a
//! namespace of its own, so that it disappears with the last process in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::Value;

use crate::support::building;
use crate::support::server::{Running, begin_as, onemap, problem};

/// Mounts the small disk on `$1` and runs the remaining arguments as a command.
const ON_A_SMALL_DISK: &str = "mount -t tmpfs -o size=24m tmpfs \"$1\" && shift && exec \"$@\"";

fn on_a_small_disk(folder: &Path) -> Command {
    let mut command = Command::new("unshare");
    command
        .args([
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            ON_A_SMALL_DISK,
            "sh",
        ])
        .arg(folder);
    command
}

/// Whether this machine does not allow the mount. Then the test prints that it is skipped.
fn skipped(folder: &Path) -> bool {
    let tried = on_a_small_disk(folder).arg("true").output();
    let works = tried.is_ok_and(|t| t.status.success());
    if !works {
        eprintln!("SKIPPED: no file system can be mounted here, so no disk is full");
    }
    !works
}

/// A server whose database is on a small disk.
struct Cramped {
    running: Running,
    base: String,
    admin: String,
    client: Client,
    /// The path of the small disk outside of the namespace.
    disk: PathBuf,
}

impl Cramped {
    fn start(folder: &Path) -> Self {
        let mut command = on_a_small_disk(folder);
        command
            .arg(env!("CARGO_BIN_EXE_onemap"))
            .args(["serve", "--create", "--listen", "127.0.0.1:0", "--database"])
            .arg(format!("sqlite:{}", folder.join("onemap.db").display()));
        let (running, base) = begin_as(command);
        let inside = folder.strip_prefix("/").unwrap();
        let disk = Path::new("/proc")
            .join(running.pid().to_string())
            .join("root")
            .join(inside);
        let deadline = Instant::now() + Duration::from_secs(60);
        let token = disk.join("onemap.db.admin-token");
        let admin = loop {
            match fs::read_to_string(&token) {
                Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
                _ => assert!(Instant::now() < deadline, "no admin token"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        Self {
            running,
            base,
            admin,
            client: Client::new(),
            disk,
        }
    }

    /// Fills the disk completely.
    fn fill(&self) {
        let mut file = fs::File::create(self.disk.join("filler")).unwrap();
        while file.write_all(&[7; 4096]).is_ok() {}
        while file.write_all(&[7]).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.disk.join("filler")).unwrap();
    }

    /// Writes a building with a long note.
    async fn put(&self, id: &str) -> Response {
        let mut feature = building(id, 117.13, 39.22);
        feature["properties"]["note"] = "长".repeat(20_000).into();
        self.client
            .request(
                Method::PUT,
                format!("{}/api/collections/buildings/items/{id}", self.base),
            )
            .bearer_auth(&self.admin)
            .json(&feature)
            .send()
            .await
            .unwrap()
    }

    async fn ready(&self) -> Value {
        let address = format!("{}/health/ready", self.base);
        let answer = self.client.get(address).send().await.unwrap();
        answer.json().await.unwrap()
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_space_and_no_longer() {
    let folder = tempfile::tempdir().unwrap();
    if skipped(folder.path()) {
        return;
    }
    let mut server = Cramped::start(folder.path());
    let mut known = Vec::new();
    for round in 0..3 {
        server.fill();
        let mut refusals = 0;
        for n in 0.. {
            assert!(n < 2000, "the disk does not get full");
            let id = format!("b{round}-{n}");
            let answer = server.put(&id).await;
            if answer.status().is_success() {
                // Writes succeed until the free space within the database file is used up.
                known.push(id);
                continue;
            }
            assert!(answer.headers().contains_key("retry-after"));
            let (status, said) = problem(answer).await;
            assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{said}");
            let detail = said["detail"].as_str().unwrap();
            assert!(detail.contains("full"), "{detail}");
            refusals += 1;
            if refusals == 5 {
                break;
            }
        }
        let ready = server.ready().await;
        assert_eq!(ready["writable"]["ok"], false, "{ready}");
        assert_ne!(ready["status"], "ready", "{ready}");
        assert!(
            ready["writable"]["problem"]
                .as_str()
                .unwrap()
                .contains("full"),
            "{ready}"
        );
        server.free();
        // The server must notice the free space even if nobody writes.
        let deadline = Instant::now() + Duration::from_secs(60);
        while server.ready().await["status"] != "ready" {
            assert!(Instant::now() < deadline, "{}", server.ready().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let id = format!("after{round}");
        let answer = server.put(&id).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        known.push(id);
    }
    for id in &known {
        let address = format!("{}/api/collections/buildings/items/{id}", server.base);
        let answer = server.client.get(address).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{id} was acknowledged");
    }
    assert!(server.running.stop());
}

/// An import that does not fit leaves the map unchanged, reports the reason, and works when there is space.
#[test]
fn an_import_onto_a_full_disk_changes_nothing_and_works_later() {
    let folder = tempfile::tempdir().unwrap();
    if skipped(folder.path()) {
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    let city = outside.path().join("city.ndjson");
    let (_, err, ok) = onemap(&[
        "synth",
        "--buildings",
        "3000",
        "--out",
        city.to_str().unwrap(),
    ]);
    assert!(ok, "{err}");
    let script = "
        import() { \"$0\" import --json --database \"sqlite:$1/onemap.db\" \"$2\"; }
        \"$0\" token create --role public --name a --database \"sqlite:$1/onemap.db\" >/dev/null || exit 9
        dd if=/dev/zero of=\"$1/filler\" bs=4096 2>/dev/null
        truncate -s -1500K \"$1/filler\"
        import \"$1\" \"$2\"; echo \"first $?\"
        rm \"$1/filler\"
        import \"$1\" \"$2\"; echo \"second $?\"
        import \"$1\" \"$2\"; echo \"third $?\"
    ";
    let done = on_a_small_disk(folder.path())
        .args(["sh", "-c", script, env!("CARGO_BIN_EXE_onemap")])
        .args([folder.path(), &city])
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    let said: Vec<&str> = out.lines().collect();
    assert_eq!(said.first(), Some(&"first 1"), "{out}\n{err}");
    assert!(err.contains("full"), "{err}");
    assert!(
        said.contains(&"second 0") && said.contains(&"third 0"),
        "{out}\n{err}"
    );
    let report: Value = serde_json::from_str(said[3]).unwrap();
    let counts = &report["collections"]["buildings"];
    assert_eq!(
        (&counts["changed"], &counts["unchanged"]),
        (&0.into(), &3000.into()),
        "{report}"
    );
}
