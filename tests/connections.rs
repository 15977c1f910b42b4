//! Tests of connections before their first request: HTTPS without a proxy, and clients that never complete a
//! request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

use crate::support::server::{Server, begin, onemap, sqlite_in};

/// A self-signed certificate for `localhost`, and its key.
const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/cert.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/key.pem");

/// Another self-signed certificate for `localhost`, and its key.
const OTHER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/support/tls/other-cert.pem"
);
const OTHER_KEY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/support/tls/other-key.pem"
);

fn host(base: &str) -> &str {
    base.split_once("://").unwrap().1
}

#[test]
fn a_failed_start_does_not_use_up_the_first_token() {
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
fn https_uses_the_operators_certificate_and_links_begin_with_https() {
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
fn a_certificate_that_cannot_be_used_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let garbled = file(
        "garbled.pem",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
    );
    let broken = file(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    let empty = file("empty.pem", "");
    for (cert, key, expected) in [
        ("/nowhere.pem", KEY, "cannot read /nowhere.pem"),
        (CERTIFICATE, "/nokey.pem", "cannot read /nokey.pem"),
        (&garbled, KEY, "garbled.pem is not a valid PEM file"),
        (&broken, KEY, "broken.pem with the private key"),
        (&empty, KEY, "empty.pem contains no certificate"),
        (KEY, KEY, "key.pem contains no certificate"),
        (CERTIFICATE, CERTIFICATE, "cert.pem contains no private key"),
        (
            CERTIFICATE,
            OTHER_KEY,
            "other-key.pem is not the private key of",
        ),
    ] {
        let options = ["serve", "--create", "--listen", "127.0.0.1:0"];
        let files = ["--tls-cert", cert, "--tls-key", key];
        let (_, said, worked) =
            onemap(&[&options[..], &["--database", &database], &files].concat());
        assert!(!worked && said.contains(expected), "{expected}: {said}");
    }
    let (_, said, worked) = onemap(&["serve", "--tls-cert", CERTIFICATE]);
    assert!(!worked && said.contains("--tls-key"), "{said}");
}

#[test]
fn a_renewed_certificate_is_used_after_a_hangup() {
    let folder = tempfile::tempdir().unwrap();
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    let install = |from: &str, to: &Path| std::fs::copy(from, to).map(|_| ()).unwrap();
    install(CERTIFICATE, &cert);
    install(KEY, &key);
    let files = ["--tls-cert", cert.to_str().unwrap(), "--tls-key"];
    let arguments = [&files[..], &[key.to_str().unwrap()]].concat();
    let (server, base) = begin(&sqlite_in(folder.path()), &arguments);
    assert!(is_trusted(&base, CERTIFICATE) && !is_trusted(&base, OTHER));

    let hang_up = || {
        let pid = server.pid().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-HUP", &pid])
            .status();
        assert!(sent.unwrap().success());
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    install(OTHER, &cert);
    // The key does not belong to the certificate yet, so the old pair stays.
    hang_up();
    std::thread::sleep(Duration::from_millis(300));
    assert!(is_trusted(&base, CERTIFICATE));
    install(OTHER_KEY, &key);
    while !is_trusted(&base, OTHER) {
        assert!(Instant::now() < deadline, "the new certificate is not used");
        hang_up();
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!is_trusted(&base, CERTIFICATE));
}

/// Returns whether a client that trusts only this certificate gets an answer.
fn is_trusted(base: &str, certificate: &str) -> bool {
    let mut stream = https(host(base), Path::new(certificate));
    let request = "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// A client that sends a byte now and then must not keep its connection open for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_completes_the_head_is_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &["--header-timeout", "1"]).await;
    let mut stream = TcpStream::connect(host(&server.base)).unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-slow: ")
        .unwrap();
    let mut answer = Vec::new();
    // Reading ends when the server closes the connection. Without a limit, this would wait for ever.
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
fn after_a_refusal_the_connection_can_be_used_again() {
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
        // The body is sent as a separate packet, after the server has refused the request.
        std::thread::sleep(Duration::from_millis(20));
        stream.write_all(b"{\"a\": 1}").unwrap();
        let head = answer_head(&mut stream);
        assert!(head.starts_with("HTTP/1.1 40"), "{path}: {head}");
        assert!(!head.contains("connection: close"), "{head}");
    }
}

/// Reads one answer from a connection that stays open, and returns its head.
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
