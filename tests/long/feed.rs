//! The live feed with 2,000 idle clients and 200 that never read, while 20,000 features are written. Memory
//! must stay bounded, and a client that reads must get every commit soon.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::support::building;
use crate::support::feed::{Feed, Silent};
use crate::support::server::{Server, sqlite_in};

const IDLE: usize = 2_000;
const SILENT: usize = 200;
const WRITES: usize = 20_000;
const WRITERS: usize = 4;
const READERS: usize = 5;
/// How much the server's memory may grow after the idle clients have connected, in bytes.
const GROWTH: u64 = 250 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_idle_and_silent_clients_cost_little_and_delay_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let places = (IDLE + SILENT + READERS + WRITERS + 50).to_string();
    let limits = [
        ["--feed-places", &places],
        ["--feed-reserved", "0"],
        ["--feed-per-address", &places],
        ["--max-connections", "8000"],
        ["--connections-per-client", "8000"],
        ["--max-requests", "8000"],
        ["--requests-per-client", "8000"],
    ];
    let mut server = Server::on(&sqlite_in(folder.path()), limits.as_flattened()).await;
    server
        .put("buildings", &building("first", 117.1, 39.2))
        .await;

    // Each idle client has its own connection and reads the message with the time every ten seconds.
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        let address = server.base.strip_prefix("http://").unwrap().to_owned();
        idle.push(tokio::spawn(listen_idly(address)));
        if idle.len() % 100 == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let deadline = Instant::now() + Duration::from_secs(120);
    while figure(&server, "onemap_feed_clients").await < IDLE as f64 {
        assert!(Instant::now() < deadline, "the clients are not connected");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let with_idle = server.process().memory();
    let mut silent = Vec::new();
    for _ in 0..SILENT {
        silent.push(Silent::connect(&server.base, "").await);
    }
    let readers: Vec<_> = {
        let mut readers = Vec::new();
        for _ in 0..READERS {
            readers.push(tokio::spawn(read_all(
                Feed::connect(&server.base, "", None).await,
            )));
        }
        readers
    };

    let began = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (client, base, token) = (
                server.client.clone(),
                server.base.clone(),
                server.admin.clone(),
            );
            tokio::spawn(async move {
                let mut written = Vec::new();
                for n in 0..WRITES / WRITERS {
                    let id = format!("w{writer}-{}", n % 1000);
                    let mut feature = building(&id, 117.1, 39.2);
                    feature["properties"]["round"] = n.into();
                    let url = format!("{base}/api/collections/buildings/items/{id}");
                    let request = client.request(Method::PUT, url).bearer_auth(&token);
                    let sent = Instant::now();
                    let answer = request.json(&feature).send().await.unwrap();
                    assert!(answer.status().is_success());
                    let body: serde_json::Value = answer.json().await.unwrap();
                    written.push((body["seq"].as_u64().unwrap(), sent));
                }
                written
            })
        })
        .collect();
    let mut written = Vec::new();
    let mut most = 0;
    for writer in writers {
        while !writer.is_finished() {
            most = most.max(server.process().memory());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        written.extend(writer.await.unwrap());
    }
    let took = began.elapsed();
    written.sort_by_key(|(seq, _)| *seq);
    let last = written.last().unwrap().0;

    let mut delays = Vec::new();
    for reader in readers {
        let heard = tokio::time::timeout(Duration::from_secs(120), async { reader.await.unwrap() });
        // The last write is the signal for the readers to end.
        server
            .put("buildings", &building("last", 117.1, 39.2))
            .await;
        let heard = heard.await.expect("the reader receives the last write");
        let ids: Vec<u64> = heard.iter().map(|(seq, _)| *seq).collect();
        assert!(
            ids.windows(2).all(|w| w[0] < w[1]),
            "each commit arrives once and in order"
        );
        // Commits that were applied together are sent as one event with the number of the last.
        assert!(ids.contains(&last));
        for (seq, at) in heard {
            if let Ok(i) = written.binary_search_by_key(&seq, |(seq, _)| *seq) {
                delays.push(at.saturating_duration_since(written[i].1));
            }
        }
    }
    delays.sort();
    let p = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    // Clients that read nothing are dropped; the others stay.
    let deadline = Instant::now() + Duration::from_secs(120);
    while figure(&server, "onemap_feed_clients").await > IDLE as f64 {
        assert!(
            Instant::now() < deadline,
            "clients that do not read are kept"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let stalled = figure(&server, "onemap_feed_stalled_total").await;
    eprintln!(
        "{WRITES} writes in {:.0} s; from sending a write until a reader has it: p50 {:?}, p99 {:?}; \
         VmRSS {} MB with {IDLE} idle clients, {} MB at most with {SILENT} silent ones; {stalled} dropped by the feed",
        took.as_secs_f64(),
        p(0.5),
        p(0.99),
        with_idle >> 20,
        most >> 20,
    );
    assert!(
        most < with_idle + GROWTH,
        "{most} bytes, {with_idle} before"
    );
    assert!(p(0.99) < Duration::from_secs(2), "{:?}", p(0.99));
    for client in idle {
        assert!(!client.is_finished(), "an idle client was dropped");
        client.abort();
    }
}

/// An idle client. It listens to an area in which nothing changes.
async fn listen_idly(address: String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /api/events?bbox=10,50,11,51 HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.unwrap_or(0) > 0 {}
}

/// Reads until the feature `last` arrives. Returns the time at which each commit arrived.
async fn read_all(mut feed: Feed) -> Vec<(u64, Instant)> {
    let mut heard = Vec::new();
    loop {
        let event = feed.next().await;
        assert_eq!(event.kind, "change");
        heard.push((event.id.unwrap(), Instant::now()));
        let changes = event.data["changes"].as_array().unwrap();
        if changes.iter().any(|c| c["id"] == "last") {
            return heard;
        }
    }
}

/// The value of a metric without labels; 0 if there is none yet.
async fn figure(server: &Server, name: &str) -> f64 {
    let figures = server.get("/metrics").await.text().await.unwrap();
    let line = figures
        .lines()
        .find_map(|l| l.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.trim().parse().unwrap())
}
