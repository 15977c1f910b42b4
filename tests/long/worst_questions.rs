//! Sends every GET with its worst parameters to a map of a million buildings. Each must be answered or refused
//! within two seconds, and a second later no work may remain. Clients that disconnect must not hold up the
//! health check or the shutdown.

use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};

use crate::support::city;
use crate::support::server::{Server, sqlite_in};
use crate::support::worst::{Town, ask, figure, town, worst};

/// `ONEMAP_LONG_BUILDINGS=100000` uses a smaller city.
const BUILDINGS: u32 = 1_000_000;
/// A debug build is about ten times slower.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worst_requests_to_a_million_buildings_stay_within_their_limits() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let said = std::env::var("ONEMAP_LONG_BUILDINGS").ok();
    let buildings = said.map_or(BUILDINGS, |n| n.parse().unwrap());
    city(&database, folder.path(), buildings);
    let mut server = Server::on(&database, &[]).await;
    let town = town(&server).await;
    idle(&server, "the start").await;

    let client = Client::new();
    let mut slowest = (Duration::ZERO, String::new());
    for request in worst(&town).into_iter().flat_map(|w| w.asked) {
        let begun = Instant::now();
        let (status, bytes) = ask(&client, &server.base, &request, &server.admin).await;
        let took = begun.elapsed();
        eprintln!(
            "{:>6} ms  {status}  {bytes} bytes  {request}",
            took.as_millis()
        );
        assert!(
            !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE,
            "{request}: {status}"
        );
        assert!(took <= LONGEST, "{request} took {took:?}");
        idle(&server, &request).await;
        if took > slowest.0 {
            slowest = (took, request);
        }
    }
    eprintln!("slowest: {slowest:?}");
    clients_that_hang_up(&mut server, &town).await;
}

/// Three clients at a time send a request and disconnect. The service must answer others and stop on request.
async fn clients_that_hang_up(server: &mut Server, town: &Town) {
    let health = Client::new();
    let dear: Vec<String> = worst(town)
        .into_iter()
        .flat_map(|w| w.asked)
        .filter(|r| !r.starts_with("/health") && !r.starts_with("/metrics"))
        .collect();
    for request in &dear {
        let waiting = hang_up(server, request);
        let begun = Instant::now();
        let live = health
            .get(format!("{}/health/live", server.base))
            .timeout(Duration::from_secs(1))
            .send()
            .await;
        assert_eq!(live.unwrap().status(), StatusCode::OK, "while {request}");
        eprintln!("health in {:?} while {request}", begun.elapsed());
        for client in waiting {
            client.await.unwrap();
        }
    }
    idle(server, "three clients that hung up").await;
    let left = figure(&health, &server.base, "onemap_questions_left_total").await;
    eprintln!("{left} requests were stopped because their clients disconnected");

    let waiting: Vec<_> = dear.iter().flat_map(|r| hang_up(server, r)).collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    server.stop();
    let took = begun.elapsed();
    eprintln!("the server ended {took:?} after SIGTERM");
    // Listeners of the feed have two seconds to finish.
    assert!(took < Duration::from_secs(4), "{took:?}");
    for client in waiting {
        client.await.unwrap();
    }
}

/// Three clients send a request and disconnect after 50 ms.
fn hang_up(server: &Server, request: &str) -> Vec<tokio::task::JoinHandle<()>> {
    (0..3)
        .map(|_| {
            let asked = Client::new()
                .get(format!("{}{request}", server.base))
                .bearer_auth(&server.admin)
                .timeout(Duration::from_millis(50))
                .send();
            tokio::spawn(async move { drop(asked.await) })
        })
        .collect()
}

/// Waits one second after an event (`after` describes it), then checks that the server uses almost no CPU time.
async fn idle(server: &Server, after: &str) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = ticks(server.pid());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let used = ticks(server.pid()) - before;
    // A tick is 10 ms of CPU time. Ten ticks in half a second are a fifth of one core.
    assert!(used <= 10, "{used} ticks of work a second after {after}");
}

/// The CPU time that a process has used, in ticks.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name may contain spaces, but what follows it does not. utime and stime are then fields 12 and 13.
    let rest = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let of = |i: usize| fields[i].parse::<u64>().unwrap();
    of(11) + of(12)
}
