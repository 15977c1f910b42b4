//! Checks that no request reads more of the map than necessary, whatever its parameters.

use std::collections::BTreeSet;

use reqwest::{Client, StatusCode};

use crate::support::city;
use crate::support::server::{Server, sqlite_in};
use crate::support::worst::{May, Worst, ask, figure, readable, town, worst};

const VISITED: &str = "onemap_entries_visited_total";
const BUILDINGS: u32 = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_get_reads_no_more_of_the_map_than_necessary() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    city(&database, folder.path(), BUILDINGS);
    let server = Server::on(&database, &[]).await;
    let town = town(&server).await;
    let all: u64 = server.json("/api/collections").await["collections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["itemCount"].as_u64().unwrap())
        .sum();

    let table = worst(&town);
    let known: BTreeSet<String> = table.iter().map(|w| w.path.to_owned()).collect();
    let described = readable(&server.json("/api/openapi.json").await);
    assert_eq!(
        described.into_iter().collect::<BTreeSet<_>>(),
        known,
        "tests/support/worst.rs names the worst requests of every path that can be read"
    );

    let client = Client::new();
    for Worst { path, may, asked } in table {
        let most = match may {
            May::Little => 500,
            May::Near => 5_000,
            May::All => 4 * all,
        };
        for request in asked {
            let before = figure(&client, &server.base, VISITED).await;
            let (status, _) = ask(&client, &server.base, &request, &server.admin).await;
            let visited = figure(&client, &server.base, VISITED).await - before;
            assert!(
                !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE,
                "{request}: {status}"
            );
            assert!(visited <= most, "{path}: {request} looked at {visited}");
        }
    }
    // Check of the counter itself: a walk over all buildings must be counted.
    assert!(figure(&client, &server.base, VISITED).await > u64::from(BUILDINGS));
}
