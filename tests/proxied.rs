//! Tests of the service behind a reverse proxy that adds a public path, removes or keeps it, and forwards the
//! client's address.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::server::{Running, begin, sqlite_in, token};

/// The public address of the service.
const PUBLIC: &str = "https://map.example/one/map";

/// What the proxy does with the public path.
#[derive(Clone, Copy, PartialEq)]
enum Path {
    TakenOff,
    Left,
}

/// A proxy that behaves like nginx. It ends with the process.
fn proxy(base: &str, path: Path) -> String {
    let service = base.split_once("://").unwrap().1.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, service) = (client.unwrap(), service.clone());
            std::thread::spawn(move || pass(client, &service, path));
        }
    });
    format!("http://{address}")
}

/// Forwards one request and its answer.
fn pass(mut client: TcpStream, service: &str, path: Path) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte).unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let (line, rest) = head.split_once("\r\n").unwrap();
    let line = match path {
        Path::TakenOff => line.replacen(" /one/map", " ", 1),
        Path::Left => line.to_owned(),
    };
    let line = line.replacen("  ", " / ", 1);
    let head = format!(
        "{line}\r\nconnection: close\r\nx-forwarded-for: 203.0.113.9\r\nx-forwarded-proto: https\r\n\
         x-forwarded-host: map.example\r\n{rest}"
    );
    let mut server = TcpStream::connect(service).unwrap();
    server.write_all(head.as_bytes()).unwrap();
    let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let _ = std::io::copy(&mut server, &mut client);
}

struct Proxied {
    _server: Running,
    _folder: tempfile::TempDir,
    database: String,
    /// The address of the proxy.
    proxy: String,
    client: Client,
}

impl Proxied {
    fn start(path: Path, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite_in(folder.path());
        let (server, listens) = begin(&database, arguments);
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self {
            _server: server,
            _folder: folder,
            database,
            proxy: proxy(&listens, path),
            client,
        }
    }

    async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.proxy);
        self.client.get(url).send().await.unwrap()
    }
}

#[tokio::test]
async fn links_redirects_and_cookies_work_under_the_public_path() {
    for path in [Path::TakenOff, Path::Left] {
        let proxied = Proxied::start(path, &["--public-url", PUBLIC]);
        let landing: Value = proxied.get("/one/map/api/").await.json().await.unwrap();
        for link in landing["links"].as_array().unwrap() {
            let href = link["href"].as_str().unwrap();
            assert!(href.starts_with(PUBLIC), "{href}");
        }
        let document = proxied.get("/one/map/api/openapi.json").await;
        let document: Value = document.json().await.unwrap();
        assert_eq!(document["servers"][0]["url"], PUBLIC);
        let moved = proxied.get("/one/map/api").await;
        assert_eq!(moved.headers()["location"], "/one/map/api/");
        // The home page exists. (A build without the web app answers with another status than 404.) Any other path
        // is not found.
        let home = proxied.get("/one/map").await.status();
        assert_ne!(home, StatusCode::NOT_FOUND);
        assert_eq!(
            proxied.get("/one/map/nowhere").await.status(),
            StatusCode::NOT_FOUND
        );

        let admin = token(&proxied.database, "admin");
        let url = format!("{}/one/map/api/session", proxied.proxy);
        let sign_in = proxied.client.post(&url).json(&json!({"token": admin}));
        let signed = sign_in.send().await.unwrap();
        let cookie = signed.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("Path=/one/map;"), "{cookie}");
        assert!(cookie.contains("Secure"), "{cookie}");
        // A page of the public address may write with the session. A page of another address may not.
        let cookie = cookie.split(';').next().unwrap();
        for (origin, expected) in [
            ("https://evil.example", StatusCode::FORBIDDEN),
            ("https://map.example", StatusCode::OK),
        ] {
            let sign_out = proxied.client.request(Method::DELETE, &url);
            let sign_out = sign_out.header("cookie", cookie).header("origin", origin);
            assert_eq!(sign_out.send().await.unwrap().status(), expected);
        }
    }
}

#[tokio::test]
async fn only_a_trusted_proxy_can_set_host_and_scheme() {
    let link = async |arguments: &[&str]| {
        let proxied = Proxied::start(Path::TakenOff, arguments);
        let landing: Value = proxied.get("/one/map/api/").await.json().await.unwrap();
        landing["links"][0]["href"].as_str().unwrap().to_owned()
    };
    let trusted = link(&["--trust-proxy"]).await;
    assert!(trusted.starts_with("https://map.example/api/"), "{trusted}");
    let listed = link(&["--trust-proxy", "10.0.0.1,127.0.0.0/8"]).await;
    assert!(listed.starts_with("https://map.example/api/"), "{listed}");
    for untrusted in [&[][..], &["--trust-proxy", "10.0.0.1"]] {
        let own = link(untrusted).await;
        assert!(own.starts_with("http://127.0.0.1"), "{own}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_requests_are_counted_by_the_forwarded_address() {
    let limits = ["--trust-proxy", "private", "--requests-per-client", "2"];
    let proxied = Proxied::start(Path::TakenOff, &limits);
    let mut feeds = Vec::new();
    for _ in 0..2 {
        let feed = proxied.get("/one/map/api/events").await;
        assert!(feed.status().is_success());
        feeds.push(feed);
    }
    assert_eq!(
        proxied.get("/one/map/api/").await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
}

#[test]
fn a_public_path_that_collides_with_the_service_is_refused() {
    let (_, said, worked) =
        crate::support::server::onemap(&["serve", "--public-url", "https://map.example/api"]);
    assert!(!worked && said.contains("/api"), "{said}");
}
