//! Tests of the limits for clients: connections, open files, and bodies and answers in memory.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::server::{Server, begin, begin_with_files, problem, sqlite_in, token};

/// Longer than any step takes on the slowest machine.
const LONG: Duration = Duration::from_secs(60);

fn connect(base: &str) -> TcpStream {
    let stream = TcpStream::connect(base.split_once("://").unwrap().1).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}

/// Reads until the server closes the connection, and returns the bytes.
fn to_the_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(e) if e.kind() == ErrorKind::ConnectionReset => {}
        Err(e) => panic!("the server does not end the connection: {e}"),
    }
    answer
}

/// The status of the first answer; `None` if the connection is closed before.
fn status(stream: &mut TcpStream) -> Option<u16> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(1) => line.push(byte[0]),
            _ => return None,
        }
    }
    let line = String::from_utf8(line).unwrap();
    line.split(' ').nth(1).unwrap().parse().ok()
}

fn live(base: &str) -> Option<u16> {
    let mut stream = connect(base);
    let _ = stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n");
    status(&mut stream)
}

#[test]
fn a_connection_that_asks_for_nothing_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--header-timeout", "1", "--idle-timeout", "1"];
    let (_server, base) = begin(&sqlite_in(folder.path()), &arguments);
    let silent = connect(&base);
    let mut half = connect(&base);
    half.write_all(b"PRI * HTT").unwrap();
    // An HTTP/2 connection without a stream: the preface and an empty SETTINGS frame.
    let mut http2 = connect(&base);
    http2
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .unwrap();
    let mut kept = connect(&base);
    kept.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .unwrap();
    for mut stream in [silent, half, http2, kept] {
        to_the_end(&mut stream);
    }
    assert_eq!(live(&base), Some(200));
}

#[test]
fn an_incomplete_tls_handshake_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/tls/");
    let (cert, key) = (format!("{files}cert.pem"), format!("{files}key.pem"));
    let arguments = ["--tls-cert", &cert, "--tls-key", &key, "--header-timeout"];
    let (_server, base) = begin(
        &sqlite_in(folder.path()),
        &[&arguments[..], &["1"]].concat(),
    );
    to_the_end(&mut connect(&base));
}

#[test]
fn a_body_that_arrives_too_slowly_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, base) = begin(&sqlite_in(folder.path()), &["--stall-timeout", "1"]);
    let mut stream = connect(&base);
    let head = "POST /api/warnings HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{";
    stream.write_all(head.as_bytes()).unwrap();
    let mut reader = stream.try_clone().unwrap();
    // Sending a byte now and then must not keep the connection open.
    let writing = std::thread::spawn(move || {
        let deadline = Instant::now() + LONG;
        while stream.write_all(b" ").is_ok() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(300));
        }
        Instant::now() < deadline
    });
    let answer = String::from_utf8(to_the_end(&mut reader)).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("too slowly"), "{answer}");
    drop(reader);
    assert!(writing.join().unwrap());
}

#[test]
fn eighty_silent_sockets_do_not_block_a_server_with_64_files() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let (_server, base) = begin_with_files(64, &database, &[]);
    let mut silent = Vec::new();
    for _ in 0..80 {
        silent.push(connect(&base));
        assert_eq!(live(&base), Some(200));
    }
    // The database must still be able to open files.
    let admin = token(&database, "admin");
    let mut stream = connect(&base);
    let body = r#"{"type":"Feature","id":"p","geometry":null,"properties":{}}"#;
    let request = format!(
        "POST /api/collections/facilities/items HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {admin}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let answered = status(&mut stream).unwrap();
    assert!(matches!(answered, 201 | 422), "{answered}");
}

#[test]
fn the_longest_idle_connection_of_a_client_with_too_many_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--connections-per-client", "4"];
    let (_server, base) = begin(&sqlite_in(folder.path()), &arguments);
    let mut silent: Vec<TcpStream> = (0..4).map(|_| connect(&base)).collect();
    assert_eq!(live(&base), Some(200));
    to_the_end(&mut silent[0]);
}

#[tokio::test]
async fn requests_in_progress_are_limited_per_address_and_per_account() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &["--requests-per-client", "3"]).await;
    let mut feeds = Vec::new();
    for _ in 0..3 {
        let feed = server.get("/api/events").await;
        assert!(feed.status().is_success());
        feeds.push(feed);
    }
    let (refused, _) = problem(server.get("/api/").await).await;
    assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS);
    // The server has not seen the token of this account before.
    let known = server.request(Method::GET, "/api/session");
    let known = known.bearer_auth(&server.admin).send().await.unwrap();
    assert!(known.status().is_success());
    drop(feeds);
    let deadline = Instant::now() + LONG;
    while !server.get("/api/").await.status().is_success() {
        assert!(
            Instant::now() < deadline,
            "the place of a closed feed does not become free"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn large_heads_and_bodies_are_refused() {
    let server = Server::start().await;
    for size in [20_000, 350_000] {
        let mut stream = connect(&server.base);
        let token = "a".repeat(size);
        let head = format!(
            "GET /api/ HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes());
        let refused = status(&mut stream);
        assert!(matches!(refused, None | Some(431)), "{refused:?}");
    }
    let report = json!({"category": "other", "note": "x".repeat(70_000)});
    let public = server.request(Method::POST, "/api/warnings").json(&report);
    let (refused, said) = problem(public.send().await.unwrap()).await;
    assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(said["detail"].as_str().unwrap().contains("64 kB"));
    let known = server.write(Method::POST, "/api/warnings", &report);
    let (refused, _) = problem(known.send().await.unwrap()).await;
    assert_eq!(refused, StatusCode::UNPROCESSABLE_ENTITY);

    let large = json!({"category": "other", "note": "x".repeat(1_100_000)});
    let known = server.write(Method::POST, "/api/warnings", &large);
    let (refused, _) = problem(known.send().await.unwrap()).await;
    assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
    // A megabyte of small objects would take eighty megabytes in memory.
    let objects: Vec<Value> = (0..100_000).map(|_| json!({"": 0})).collect();
    let known = server.write(Method::POST, "/api/warnings", &json!(objects));
    let (refused, _) = problem(known.send().await.unwrap()).await;
    assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn the_memory_of_unfinished_uploads_is_limited() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--bodies-memory", "8", "--stall-timeout", "2"];
    let (server, base) = begin(&sqlite_in(folder.path()), &arguments);
    assert_eq!(live(&base), Some(200));
    let before = server.memory();
    let head = "POST /api/photos HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/jpeg\r\n\
                content-length: 8000000\r\n\r\n";
    let half = vec![0xff; 3_000_000];
    let mut uploads: Vec<TcpStream> = (0..20).map(|_| connect(&base)).collect();
    for upload in &mut uploads {
        upload.write_all(head.as_bytes()).unwrap();
        upload.write_all(&half).unwrap();
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 40_000_000, "{grown} bytes for 60,000,000 that came");
    let statuses: Vec<_> = uploads.iter_mut().map(status).collect();
    let busy = statuses.iter().filter(|s| **s == Some(503)).count();
    assert!(busy >= 18, "{statuses:?}");
    assert_eq!(live(&base), Some(200));
}

#[tokio::test]
async fn the_memory_of_unread_answers_is_limited_and_they_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let arguments = ["--answers-memory", "50", "--stall-timeout", "2"];
    let mut server = Server::on(&database, &arguments).await;
    // More bytes than the operating system buffers for a client that does not read.
    for n in 0..16 {
        server.put("routes", &long_line(n)).await;
    }
    let large = "GET /api/collections/routes/items HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let ask = |base: &str| {
        let mut stream = connect(base);
        stream.write_all(large.as_bytes()).unwrap();
        let status = status(&mut stream);
        (stream, status)
    };
    let (mut first, status) = ask(&server.base);
    assert_eq!(status, Some(200));
    let before = server.process().memory();
    let more: Vec<_> = (0..10).map(|_| ask(&server.base)).collect();
    let refused = more.iter().filter(|(_, status)| *status == Some(503));
    assert!(refused.count() >= 9);
    let grown = server.process().memory().saturating_sub(before);
    assert!(grown < 100_000_000, "{grown} bytes");
    assert!(server.get("/api/").await.status().is_success());
    // The client that does not read is disconnected, and its memory is free for the next one.
    let deadline = Instant::now() + LONG;
    while ask(&server.base).1 != Some(200) {
        assert!(
            Instant::now() < deadline,
            "the client that does not read is not disconnected"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let got = to_the_end(&mut first).len();
    assert!(
        got < 16_000_000,
        "{got} bytes arrived of the answer that the client did not read"
    );
}

/// A line with 40,000 positions: about a megabyte.
fn long_line(n: u32) -> Value {
    let positions: Vec<[f64; 2]> = (0..40_000)
        .map(|i| {
            [
                117.123_456 + f64::from(i) * 1e-6,
                39.123_456 + f64::from(n) * 1e-3,
            ]
        })
        .collect();
    json!({
        "type": "Feature",
        "id": format!("r{n}"),
        "geometry": {"type": "LineString", "coordinates": positions},
        "properties": {},
    })
}

#[tokio::test]
async fn the_server_stops_on_a_signal_although_feeds_are_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::on(&sqlite_in(folder.path()), &[]).await;
    let feed = server.get("/api/events").await;
    assert!(feed.status().is_success());
    assert!(server.process().stop());
}

#[tokio::test]
async fn a_form_is_refused_with_what_to_send_instead() {
    let server = Server::start().await;
    let form = |path: &str, kind: &str, body: &'static str| {
        let request = server.request(Method::POST, path);
        let request = request.bearer_auth(&server.admin);
        request.header("content-type", kind).body(body).send()
    };
    let multipart = "multipart/form-data; boundary=x";
    let encoded = "application/x-www-form-urlencoded";
    let items = "/api/collections/buildings/items";
    for (path, expected) in [
        ("/api/photos", "image/jpeg"),
        ("/api/warnings/import", "text/csv"),
        (items, "application/json"),
        ("/api/warnings", "application/json"),
    ] {
        for kind in [multipart, encoded] {
            let answer = form(path, kind, "--x\r\nname=value").await.unwrap();
            let (status, said) = problem(answer).await;
            assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path}");
            let said = said["detail"].as_str().unwrap();
            let curl = format!("--data-binary @FILE -H 'Content-Type: {expected}'");
            assert!(said.contains(&curl), "{said}");
        }
    }
    // `curl -d` sends JSON with the media type of a form. Its body is read as JSON, so the error is about its content.
    let json = form("/api/warnings", encoded, "{}").await.unwrap();
    assert_eq!(json.status(), StatusCode::UNPROCESSABLE_ENTITY);
}
