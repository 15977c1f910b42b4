//! What happens before a request is one: HTTPS without a proxy, and clients that never get to the point.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::support::server::{Server, begin, onemap, sqlite_in};

/// A certificate of nobody for `localhost`, and its key.
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/cert.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/key.pem");

fn host(base: &str) -> &str {
    base.split_once("://").unwrap().1
}

#[test]
fn the_first_token_is_not_spent_by_a_start_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = |more: &[&str]| {
        let mut all = vec!["serve", "--create", "--database", &database];
        all.extend(more);
        onemap(&all)
    };
    let (out, err, ok) = serve(&["--listen", &address]);
    assert!(!ok && err.contains("cannot listen"), "{out} {err}");
    let no_key = ["--tls-cert", CERTIFICATE, "--tls-key", "/nowhere.pem"];
    let (out, err, ok) = serve(&[&["--listen", "127.0.0.1:0"], &no_key[..]].concat());
    assert!(!ok && err.contains("/nowhere.pem"), "{out} {err}");

    assert_eq!(onemap(&["token", "list", "--database", &database]).0, "");
}

#[test]
fn https_is_spoken_with_the_operators_certificate_and_links_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let arguments = ["--tls-cert", CERTIFICATE, "--tls-key", KEY];
    let (_server, base) = begin(&database, &arguments);
    assert!(base.starts_with("https://"), "{base}");

    let mut stream = https(host(&base), Path::new(CERTIFICATE));
    let request = format!(
        "GET /api/collections/buildings HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        host(&base)
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let collection: Value = serde_json::from_str(body).unwrap();
    let link = collection["links"][0]["href"].as_str().unwrap();
    assert!(link.starts_with(&base), "{link}");
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let nothing = folder.path().join("none.pem");
    let nothing = nothing.to_str().unwrap();
    let (_, said, worked) = onemap(&[
        "serve",
        "--create",
        "--listen",
        "127.0.0.1:0",
        "--database",
        &database,
        "--tls-cert",
        nothing,
        "--tls-key",
        KEY,
    ]);
    assert!(!worked && said.contains("none.pem"), "{said}");
}

/// A client that sends a byte now and then would hold its connection for ever.
#[tokio::test(flavor = "multi_thread")]
async fn who_never_ends_the_head_of_a_request_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &["--header-timeout", "1"]).await;
    let mut stream = TcpStream::connect(host(&server.base)).unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-slow: ")
        .unwrap();
    let mut answer = Vec::new();
    // Ends when the server ends it; without a limit this waits for ever.
    stream.read_to_end(&mut answer).unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    assert!(server.get("/health/live").await.status().is_success());
}

fn https(host: &str, certificate: &Path) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(certificate).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, TcpStream::connect(host).unwrap())
}

#[test]
fn a_refusal_does_not_cost_the_connection_its_next_request() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let (_server, base) = begin(&database, &[]);
    let mut stream = TcpStream::connect(host(&base)).unwrap();
    for path in [
        "POST /api/warnings/import",
        "PUT /api/collections/warnings/items/w-1",
        "DELETE /api/warnings",
    ] {
        let head = format!(
            "{path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n",
            host(&base)
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The body comes in a packet of its own, after the refusal was decided.
        std::thread::sleep(std::time::Duration::from_millis(20));
        stream.write_all(b"{\"a\": 1}").unwrap();
        let head = answer_head(&mut stream);
        assert!(head.starts_with("HTTP/1.1 40"), "{path}: {head}");
        assert!(!head.contains("connection: close"), "{head}");
    }
}

/// Reads one answer off a connection that stays open, and gives its head.
fn answer_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    head.replace("http/1.1", "HTTP/1.1")
}
