//! Runs the built program on its own database and port, for tests over HTTP.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// A running server. Dropping the value stops it.
pub struct Server {
    child: Running,
    pub base: String,
    /// A token of the role admin.
    pub admin: String,
    pub client: Client,
    pub database: String,
    _folder: Option<tempfile::TempDir>,
}

/// Runs the program to its end. Returns its output, its errors and whether it succeeded.
pub fn onemap(arguments: &[&str]) -> (String, String, bool) {
    let done = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .env("LC_ALL", "C")
        .args(arguments)
        .output()
        .unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    (
        text(&done.stdout),
        text(&done.stderr),
        done.status.success(),
    )
}

impl Server {
    /// Starts a server on a new SQLite file.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite_in(folder.path());
        let mut server = Self::on(&database, &[]).await;
        server._folder = Some(folder);
        server
    }

    /// Starts a server on a database, with further arguments.
    pub async fn on(database: &str, arguments: &[&str]) -> Self {
        let (child, base) = begin(database, arguments);
        let client = Client::new();
        let deadline = Instant::now() + Duration::from_secs(60);
        while client
            .get(format!("{base}/health/ready"))
            .send()
            .await
            .is_err()
        {
            assert!(
                Instant::now() < deadline,
                "the server does not answer after 60 s"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let admin = token(database, "admin");
        Self {
            child,
            base,
            admin,
            client,
            database: database.to_owned(),
            _folder: None,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The status and the problem document of a request that must fail.
    pub async fn problem(&self, path: &str) -> (StatusCode, Value) {
        problem(self.get(path).await).await
    }

    /// A write as the administrator.
    pub fn write(&self, method: Method, path: &str, body: &Value) -> RequestBuilder {
        self.request(method, path)
            .bearer_auth(&self.admin)
            .json(body)
    }

    /// Writes a feature and returns the number of its commit.
    pub async fn put(&self, collection: &str, feature: &Value) -> u64 {
        let id = feature["id"].as_str().unwrap();
        let id: String = id.bytes().map(|b| format!("%{b:02X}")).collect();
        let path = format!("/api/collections/{collection}/items/{id}");
        let response = self
            .write(Method::PUT, &path, feature)
            .send()
            .await
            .unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str::<Value>(&text).unwrap()["seq"]
            .as_u64()
            .unwrap()
    }

    /// The ids of all features that a query finds, read page by page.
    pub async fn ids(&self, path: &str) -> Vec<String> {
        let mut ids = Vec::new();
        let mut next = Some(format!("{}{path}", self.base));
        while let Some(url) = next {
            let page: Value = self
                .client
                .get(url)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            for f in page["features"].as_array().unwrap() {
                ids.push(f["id"].as_str().unwrap().to_owned());
            }
            next = page["links"]
                .as_array()
                .unwrap()
                .iter()
                .find(|l| l["rel"] == "next")
                .map(|l| l["href"].as_str().unwrap().to_owned());
        }
        ids
    }

    /// Waits until the search index contains commit `seq`, and returns the answer to the query.
    pub async fn search(&self, query: &str, seq: u64) -> Value {
        let path = format!("/api/search?q={query}");
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let response = self.get(&path).await;
            let known = response.headers()["onemap-directory-seq"].to_str().unwrap();
            if known.parse::<u64>().unwrap() >= seq {
                return response.json().await.unwrap();
            }
            assert!(
                Instant::now() < deadline,
                "after 60 s the search index has commit {known}, expected {seq}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The id of the server's process.
    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// Stops the server with SIGTERM, and waits until it has ended.
    pub fn stop(&mut self) {
        self.child.stop();
    }

    /// The process of the server.
    pub fn process(&mut self) -> &mut Running {
        &mut self.child
    }

    /// Kills the server at once, like a power cut.
    pub fn kill(&mut self) {
        self.child.end();
    }
}

/// The program as a process. Dropping the value kills it.
pub struct Running(Child);

impl Running {
    /// How many bytes of memory the process uses.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        let kb: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kb * 1024
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Sends SIGTERM and waits until the process has ended. Returns whether it succeeded.
    pub fn stop(&mut self) -> bool {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            assert!(
                Instant::now() < deadline,
                "the server has not ended 60 s after SIGTERM"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn end(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts the program on a database and returns the address that it prints. The program listens then, but may not be
/// ready.
pub fn begin(database: &str, arguments: &[&str]) -> (Running, String) {
    begin_as(serve(
        Command::new(env!("CARGO_BIN_EXE_onemap")),
        database,
        arguments,
    ))
}

/// Like [`begin`], with a limit on open files.
pub fn begin_with_files(files: u32, database: &str, arguments: &[&str]) -> (Running, String) {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_onemap")]);
    begin_as(serve(shell, database, arguments))
}

fn serve(mut command: Command, database: &str, arguments: &[&str]) -> Command {
    command
        .args(["serve", "--create", "--listen", "127.0.0.1:0"])
        .args(["--database", database])
        .args(arguments);
    command
}

/// Runs a command that starts the program, and returns the address that it prints.
pub fn begin_as(mut command: Command) -> (Running, String) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .env("ONEMAP_LOG", "error")
        .spawn()
        .unwrap();
    let mut base = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        let line = line.trim();
        // With a public address, the listening address is printed before it.
        if let Some(address) = line.strip_prefix("监听 · Listening on ") {
            base = address.to_owned();
        }
        if let Some(address) = line.strip_suffix("/api/") {
            if base.is_empty() {
                base = address.to_owned();
            }
            break;
        }
    }
    // Keeps reading, so that the program never writes into a closed pipe.
    std::thread::spawn(move || lines.for_each(drop));
    assert!(!base.is_empty(), "the server did not start");
    (Running(child), base)
}

/// The status and the problem document of an answer.
pub async fn problem(response: reqwest::Response) -> (StatusCode, Value) {
    let status = response.status();
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let text = response.text().await.unwrap();
    assert_eq!(kind, "application/problem+json", "{status} {text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["status"], status.as_u16());
    assert!(document["detail"].as_str().unwrap().len() > 10, "{text}");
    (status, document)
}

/// A new token with a role.
pub fn token(database: &str, role: &str) -> String {
    let (out, err, ok) = onemap(&[
        "token",
        "create",
        "--role",
        role,
        "--name",
        role,
        "--database",
        database,
    ]);
    assert!(ok, "{err}");
    out.trim().to_owned()
}

/// The address of a new SQLite file in a folder.
pub fn sqlite_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("onemap.db").display())
}
