//! Attacks by one client that once used up all memory, at full size and with the default limits.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;

use crate::support::server::{Running, Server, sqlite_in};

const MIB: u64 = 1024 * 1024;
/// How long a step may take on a slow machine.
const LONG: Duration = Duration::from_secs(60);

fn connect(base: &str) -> TcpStream {
    let stream = TcpStream::connect(base.split_once("://").unwrap().1).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}

/// The peak of memory beyond `before` within five seconds. Another client must be answered meanwhile.
async fn peak(server: &mut Server, before: u64) -> u64 {
    let mut most = 0;
    let end = Instant::now() + Duration::from_secs(5);
    while Instant::now() < end {
        assert!(server.get("/health/live").await.status().is_success());
        most = most.max(memory(server.process()).saturating_sub(before));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    most
}

fn memory(process: &mut Running) -> u64 {
    process.memory()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hundred_and_fifty_unfinished_uploads_of_8_mib() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::on(&sqlite_in(folder.path()), &[]).await;
    let before = memory(server.process());
    let mut uploads = Vec::new();
    for _ in 0..150 {
        let base = server.base.clone();
        uploads.push(tokio::task::spawn_blocking(move || {
            let mut stream = connect(&base);
            let token = "POST /api/photos HTTP/1.1\r\nhost: localhost\r\ncontent-type: image/jpeg\r\n\
                         content-length: 8388608\r\n\r\n";
            let _ = stream.write_all(token.as_bytes());
            let _ = stream.write_all(&vec![0xff; 8_388_000]);
            stream
        }));
    }
    let grown = peak(&mut server, before).await;
    eprintln!("150 unfinished uploads of 8 MiB: {} MiB", grown / MIB);
    assert!(grown < 400 * MIB, "{} MiB", grown / MIB);
    for upload in uploads {
        drop(upload.await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_unread_answers_of_5_mib() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::on(&sqlite_in(folder.path()), &[]).await;
    for n in 0..5 {
        let line: Vec<[f64; 2]> = (0..40_000)
            .map(|i| {
                [
                    117.123_456 + f64::from(i) * 1e-6,
                    39.1 + f64::from(n) * 1e-3,
                ]
            })
            .collect();
        let feature = json!({
            "type": "Feature",
            "id": format!("r{n}"),
            "geometry": {"type": "LineString", "coordinates": line},
            "properties": {},
        });
        server.put("routes", &feature).await;
    }
    let before = memory(server.process());
    let mut unread = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(&server.base);
        stream
            .write_all(b"GET /api/collections/routes/items HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .unwrap();
        unread.push(stream);
    }
    let grown = peak(&mut server, before).await;
    eprintln!("200 unread answers of 5 MiB: {} MiB", grown / MIB);
    assert!(grown < 400 * MIB, "{} MiB", grown / MIB);
    // Each request was answered or refused.
    for stream in &mut unread {
        let mut start = [0; 12];
        stream.read_exact(&mut start).unwrap();
        assert!(start.starts_with(b"HTTP/1.1 "));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_json_bodies_of_8_mib() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::on(&sqlite_in(folder.path()), &[]).await;
    let before = memory(server.process());
    let body = format!("[{}{{}}]", "{\"\":0},".repeat(1_198_000));
    let mut asked = Vec::new();
    for (path, with_token) in [
        ("/api/warnings", false),
        ("/api/warnings", true),
        ("/api/collections/buildings/items", true),
    ] {
        for _ in 0..40 {
            let mut request = server
                .request(reqwest::Method::POST, path)
                .header("content-type", "application/json")
                .body(body.clone());
            if with_token {
                request = request.bearer_auth(&server.admin);
            }
            asked.push(tokio::spawn(request.send()));
        }
    }
    let grown = peak(&mut server, before).await;
    eprintln!("3 × 40 JSON bodies of 8 MiB: {} MiB", grown / MIB);
    assert!(grown < 500 * MIB, "{} MiB", grown / MIB);
    for answer in asked {
        // A connection may be closed before the whole body was sent. If there is an answer, it is a refusal.
        if let Ok(answer) = answer.await.unwrap() {
            let status = answer.status();
            let refusals = [
                StatusCode::PAYLOAD_TOO_LARGE,
                StatusCode::SERVICE_UNAVAILABLE,
                StatusCode::TOO_MANY_REQUESTS,
            ];
            assert!(refusals.contains(&status), "{status}");
        }
    }
}
