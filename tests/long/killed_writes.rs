//! The server is killed while clients write 200 times a second. Every acknowledged write must exist afterwards.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::building;
use crate::support::server::{Server, sqlite_in};

/// How many times the server is killed.
const KILLS: u32 = 50;
/// How many clients write. Each waits 20 ms between two writes, so together they write 200 times a second.
const CLIENTS: u32 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_in_fifty_kills() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let mut acknowledged: Vec<(String, u64)> = Vec::new();
    for round in 0..KILLS {
        let mut server = Server::on(&database, &[]).await;
        let writers: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (http, base, token) = (
                    server.client.clone(),
                    server.base.clone(),
                    server.admin.clone(),
                );
                tokio::spawn(async move {
                    let mut done = Vec::new();
                    for n in 0.. {
                        let id = format!("k{round}-{client}-{n}");
                        let feature = building(&id, 117.1 + f64::from(n) * 1e-5, 39.2);
                        let sent = http
                            .request(
                                Method::PUT,
                                format!("{base}/api/collections/buildings/items/{id}"),
                            )
                            .bearer_auth(&token)
                            .json(&feature)
                            .send()
                            .await;
                        let Ok(response) = sent else { break };
                        assert_eq!(response.status(), StatusCode::CREATED, "{id}");
                        let Ok(body) = response.json::<serde_json::Value>().await else {
                            break;
                        };
                        done.push((id, body["seq"].as_u64().unwrap()));
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    done
                })
            })
            .collect();
        // Each round is killed at another moment between 0.3 and 2.3 s.
        tokio::time::sleep(Duration::from_millis(300 + u64::from(round) * 40)).await;
        server.kill();
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
    }
    let server = Server::on(&database, &[]).await;
    let found: std::collections::BTreeSet<String> = server
        .ids("/api/collections/buildings/items?limit=10000")
        .await
        .into_iter()
        .collect();
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|(id, _)| !found.contains(id))
        .collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let numbers: std::collections::BTreeSet<u64> = acknowledged.iter().map(|(_, s)| *s).collect();
    assert_eq!(
        numbers.len(),
        acknowledged.len(),
        "a commit number was assigned twice"
    );
    assert!(acknowledged.len() > 1_000, "{}", acknowledged.len());
    let ready = server.json("/health/ready").await;
    assert_eq!(ready["status"], json!("ready"), "{ready}");
    eprintln!(
        "{KILLS} kills, {} acknowledged writes, none lost",
        acknowledged.len()
    );
}
