//! An import that is killed at any moment leaves the map as before it or as after it. Other clients write while
//! it runs.

use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};

use crate::support::building;
use crate::support::server::{Server, onemap, sqlite_in};

const BUILDINGS: usize = 6_000;

#[tokio::test]
async fn a_killed_import_is_either_complete_or_absent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.ndjson");
    let count = BUILDINGS.to_string();
    let (_, err, ok) = onemap(&[
        "synth",
        "--buildings",
        &count,
        "--out",
        file.to_str().unwrap(),
    ]);
    assert!(ok, "{err}");
    let database = sqlite_in(folder.path());
    let mut server = Server::on(&database, &[]).await;
    server
        .put("buildings", &building("before", 117.13, 39.22))
        .await;
    let buildings = async |server: &Server| {
        let page = server.json("/api/collections/buildings").await;
        page["itemCount"].as_u64().unwrap() as usize
    };

    let mut after = 0;
    for round in 0..8_u64 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_onemap"))
            .env("LC_ALL", "C")
            .args(["import", "--database", &database, file.to_str().unwrap()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Another client writes while the import runs.
        let mut writes = 0;
        let end = tokio::time::Instant::now() + Duration::from_millis(60 + round * 260);
        while tokio::time::Instant::now() < end && child.try_wait().unwrap().is_none() {
            let id = format!("written-{round}-{writes}");
            server.put("roads", &road(&id)).await;
            writes += 1;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let _ = child.kill();
        let _ = child.wait();
        // When a write is answered, the map has everything that was committed before it.
        server.put("roads", &road(&format!("after-{round}"))).await;
        let found = buildings(&server).await;
        assert!(
            found == 1 || found == BUILDINGS + 1,
            "round {round}: {found} buildings"
        );
        server.kill();
        server = Server::on(&database, &[]).await;
        assert_eq!(buildings(&server).await, found, "a restart sees the same");
        if found > 1 {
            after += 1;
        }
    }
    if after == 0 {
        // If the import never finished on this machine, it must still work without being killed.
        let (_, err, ok) = onemap(&["import", "--database", &database, file.to_str().unwrap()]);
        assert!(ok, "{err}");
    }
    server.put("roads", &road("last")).await;
    assert_eq!(buildings(&server).await, BUILDINGS + 1);

    let mut sql = SqliteConnection::connect(&database).await.unwrap();
    let check: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(check, "ok");
}

fn road(id: &str) -> serde_json::Value {
    serde_json::json!({
        "type": "Feature",
        "id": id,
        "geometry": {"type": "LineString", "coordinates": [[117.13, 39.22], [117.14, 39.22]]},
        "properties": {"name": "果园东路"},
    })
}
