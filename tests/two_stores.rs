//! SQLite and PostGIS behave alike: the same import gives the same answers, and writes with plain SQL appear on
//! the map.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::building;
use crate::support::feed::Feed;
use crate::support::postgres::{self, Cluster};
use crate::support::server::{Server, onemap, problem, sqlite_in};

/// A page without the parts that may differ: times of writes, and the server's address.
fn plain(page: &str) -> String {
    let mut page: Value = serde_json::from_str(page).unwrap();
    page.as_object_mut().unwrap().remove("links");
    for feature in page["features"].as_array_mut().unwrap() {
        let feature = feature.as_object_mut().unwrap();
        feature.remove("seq");
        feature.remove("updated_at");
    }
    page.to_string()
}

async fn compare(files: &[&Path], tiles: &[&str], searches: &[&str]) {
    let Some(postgres) = postgres::database() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let sqlite = sqlite_in(folder.path());
    let mut servers = Vec::new();
    for database in [&sqlite, &postgres] {
        let mut arguments = vec!["import", "--database", database];
        arguments.extend(files.iter().map(|f| f.to_str().unwrap()));
        let done = Command::new(env!("CARGO_BIN_EXE_onemap"))
            .env("LC_ALL", "C")
            .args(&arguments)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&done.stdout);
        let err = String::from_utf8_lossy(&done.stderr);
        // Exit status 2: written, but some features were rejected and listed.
        let is_written = done.status.success() || done.status.code() == Some(2);
        assert!(is_written && out.contains("commit "), "{out}\n{err}");
        servers.push(Server::on(database, &[]).await);
    }
    let (a, b) = (&servers[0], &servers[1]);
    let collections = a.json("/api/collections").await;
    let mut compared = 0;
    for collection in collections["collections"].as_array().unwrap() {
        let id = collection["id"].as_str().unwrap();
        let known = a.json(&format!("/api/collections/{id}/queryables")).await;
        let mut names = known["properties"].as_object().unwrap().keys();
        let key = names.find(|n| *n != "geometry").unwrap();
        for query in [
            "limit=1000",
            "limit=500&offset=700",
            &format!("limit=50&sortby=-{key}"),
        ] {
            let path = format!("/api/collections/{id}/items?{query}");
            let (x, y) = (
                a.get(&path).await.text().await.unwrap(),
                b.get(&path).await.text().await.unwrap(),
            );
            assert_eq!(plain(&x), plain(&y), "{path}");
            compared += serde_json::from_str::<Value>(&x).unwrap()["numberReturned"]
                .as_u64()
                .unwrap();
        }
    }
    assert!(compared > 1000, "{compared} features compared");
    for tile in tiles {
        let path = format!("/api/tiles/WebMercatorQuad/{tile}");
        let (x, y) = (a.get(&path).await, b.get(&path).await);
        let (x, y) = (x.bytes().await.unwrap(), y.bytes().await.unwrap());
        assert!(!x.is_empty(), "{path}");
        assert_eq!(x, y, "{path}");
    }
    for search in searches {
        let path = format!("/api/search?q={search}&limit=50");
        let (x, y) = (
            a.get(&path).await.text().await.unwrap(),
            b.get(&path).await.text().await.unwrap(),
        );
        assert!(x.contains("\"id\""), "{path}");
        assert_eq!(plain(&x), plain(&y), "{path}");
    }
}

#[tokio::test]
async fn the_demo_district_is_the_same_in_both_stores() {
    let folder = tempfile::tempdir().unwrap();
    let as_of = "2026-11-22T06:00:00Z";
    let (_, err, ok) = onemap(&[
        "demo",
        "--as-of",
        as_of,
        "--out",
        folder.path().to_str().unwrap(),
    ]);
    assert!(ok, "{err}");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|f| !f.ends_with("warnings.geojson"))
        .collect();
    files.sort();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    compare(
        &files,
        &["12/1562/3380", "14/6248/13522", "16/24995/54091"],
        &["wqhy3", "家园", "口袋公园", "gy"],
    )
    .await;
}

/// Uses an OpenStreetMap extract. The test does nothing if the file is not in the folder next to the repository.
#[tokio::test]
async fn a_real_extract_is_the_same_in_both_stores() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/osm/monaco.osm.pbf");
    if !file.exists() {
        eprintln!("SKIPPED: {} is not there", file.display());
        return;
    }
    compare(
        &[&file],
        &["13/2986/4265", "15/11947/17062", "0/0/0"],
        &["rue", "casino", "avenue"],
    )
    .await;
}

#[tokio::test]
async fn writes_of_psql_are_sent_and_invalid_rows_are_reported() {
    let Some(database) = postgres::database() else {
        return;
    };
    let server = Server::on(&database, &[]).await;
    server
        .put("buildings", &building("b1", 117.13, 39.22))
        .await;
    let mut feed = Feed::connect(&server.base, "?collections=buildings", None).await;
    let mut sql = PgConnection::connect(&database).await.unwrap();
    let mut run = async |text: &str| {
        sqlx::raw_sql(AssertSqlSafe(text.to_owned()))
            .execute(&mut sql)
            .await
            .unwrap();
    };

    run("UPDATE map.buildings SET geom = ST_Translate(geom, 0.5, 0), levels = 7 WHERE id = 'b1'")
        .await;
    let event = feed.next().await;
    assert_eq!(
        event.data["changes"][0]["feature"]["properties"]["levels"],
        7
    );
    let found = server
        .json("/api/collections/buildings/items?bbox=117.6,39.2,117.7,39.3")
        .await;
    assert_eq!(found["features"][0]["id"], "b1");

    // A polygon that crosses itself is reported and changes nothing. Later valid rows still arrive.
    run("UPDATE map.buildings SET geom = ST_GeomFromText('POLYGON((117 39, 117.1 39.1, 117.1 39, 117 39.1, 117 39))', 4326) WHERE id = 'b1'").await;
    run("INSERT INTO map.buildings (id, geom, name) VALUES ('b2', ST_MakeEnvelope(117.2, 39.2, 117.201, 39.201, 4326), '新楼')").await;
    let event = feed.next().await;
    assert_eq!(event.data["changes"][0]["id"], "b2", "{event:?}");
    let ready = server.json("/health/ready").await;
    let named = ready["quarantined"].as_array().unwrap();
    assert_eq!((named.len(), &named[0]["id"]), (1, &json!("b1")), "{ready}");
    let kept = server.json("/api/collections/buildings/items/b1").await;
    assert_eq!(kept["properties"]["levels"], 7);
}

#[tokio::test]
async fn while_the_database_is_unreachable_reads_work_and_writes_are_refused() {
    if postgres::skipped() {
        return;
    }
    let cluster = Cluster::start();
    let server = Server::on(&cluster.database(), &[]).await;
    server
        .put("buildings", &building("b1", 117.13, 39.22))
        .await;
    let rider = crate::support::server::token(&server.database, "rider");
    let me = async || {
        let request = server
            .request(Method::GET, "/api/session")
            .bearer_auth(&rider);
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(me().await["role"], "rider");
    cluster.down();
    let deadline = Instant::now() + Duration::from_secs(20);
    while server.json("/health/ready").await["status"] != "stale" {
        assert!(
            Instant::now() < deadline,
            "the node does not report that the database is away"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        server.json("/api/collections/buildings/items").await["numberMatched"],
        1
    );
    assert_eq!(
        me().await["role"],
        "rider",
        "a known account can still read"
    );
    let write = server
        .request(Method::PUT, "/api/collections/buildings/items/b2")
        .bearer_auth(&server.admin)
        .json(&building("b2", 117.13, 39.22))
        .send()
        .await
        .unwrap();
    assert_eq!(problem(write).await.0, StatusCode::SERVICE_UNAVAILABLE);
    cluster.up();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let write = server
            .write(
                Method::PUT,
                "/api/collections/buildings/items/b2",
                &building("b2", 117.13, 39.22),
            )
            .send()
            .await
            .unwrap();
        if write.status().is_success() {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "the node does not become ready again"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(
        server.json("/api/collections/buildings/items").await["numberMatched"],
        2
    );
}
