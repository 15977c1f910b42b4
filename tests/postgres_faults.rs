//! When PostgreSQL cannot write, the answer names the fault of the database and says when to try again, as long
//! as the fault lasts.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::building;
use crate::support::postgres::{self, Cluster};
use crate::support::server::{Server, problem};

async fn put(server: &Server, id: &str, note: &str) -> Response {
    let mut feature = building(id, 117.13, 39.22);
    feature["properties"]["note"] = note.into();
    let path = format!("/api/collections/buildings/items/{id}");
    let request = server.write(Method::PUT, &path, &feature);
    request.send().await.unwrap()
}

/// Returns the error text of a refused request. Its response must have the header `Retry-After`.
async fn refusal(answer: Response, expected: StatusCode, what: &str) -> String {
    assert!(answer.headers().contains_key("retry-after"), "{what}");
    let (status, said) = problem(answer).await;
    assert_eq!(status, expected, "{what}: {said}");
    said["detail"].as_str().unwrap().to_owned()
}

async fn assert_writable(server: &Server, id: &str) {
    // The first write after the cause has ended must succeed.
    let answer = put(server, id, "x").await;
    assert_eq!(answer.status(), StatusCode::CREATED, "{id}");
    let ready = server.json("/health/ready").await;
    assert_eq!(ready["status"], "ready", "{ready}");
    assert_eq!(ready["writable"]["ok"], true, "{ready}");
}

/// A trigger raises the error codes of the server, because a test cannot use up its memory or break its disk.
#[tokio::test]
async fn each_fault_of_postgresql_is_reported_until_it_ends() {
    let Some(database) = postgres::database() else {
        return;
    };
    let server = Server::on(&database, &[]).await;
    assert_writable(&server, "before").await;
    let mut sql = PgConnection::connect(&database).await.unwrap();
    for (code, status, named) in [
        ("53000", 503, "reached"),
        ("53100", 507, "full"),
        ("53200", 503, "memory"),
        ("53300", 503, "connections"),
        ("53400", 503, "memory"),
        ("57P01", 503, "reached"),
        ("57P02", 503, "reached"),
        ("57P03", 503, "reached"),
        ("57P04", 503, "reached"),
        ("58000", 503, "disk"),
        ("58030", 503, "disk"),
    ] {
        let text = format!(
            "CREATE OR REPLACE FUNCTION onemap.refuse() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '{code}'; END $$; \
             CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON onemap.features \
             FOR EACH ROW EXECUTE FUNCTION onemap.refuse(); \
             CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON onemap.meta \
             FOR EACH ROW EXECUTE FUNCTION onemap.refuse()"
        );
        sqlx::raw_sql(AssertSqlSafe(text))
            .execute(&mut sql)
            .await
            .unwrap();
        let answer = put(&server, &format!("during-{code}"), "x").await;
        refusal(answer, StatusCode::from_u16(status).unwrap(), code).await;
        let ready = server.json("/health/ready").await;
        let problem = ready["writable"]["problem"].as_str().unwrap_or_default();
        assert!(problem.contains(named), "{code}: {ready}");
        assert_eq!(ready["writable"]["ok"], false, "{code}: {ready}");
        sqlx::raw_sql("DROP TRIGGER refuse ON onemap.features; DROP TRIGGER refuse ON onemap.meta")
            .execute(&mut sql)
            .await
            .unwrap();
        assert_writable(&server, &format!("after-{code}")).await;
    }
    let ids = server
        .ids("/api/collections/buildings/items?limit=100")
        .await;
    assert_eq!(ids.len(), 12, "no refused write is on the map: {ids:?}");
}

/// A disk that is really full: a file system in memory of a few megabytes.
#[tokio::test]
async fn a_full_disk_of_the_server_refuses_writes_until_there_is_space() {
    if postgres::skipped() {
        return;
    }
    let cluster = Cluster::start();
    cluster.down();
    let Some((database, disk)) = cluster.up_on_small_disk(96) else {
        eprintln!("SKIPPED: no file system can be mounted here, so no disk of PostgreSQL is full");
        return;
    };
    let server = Server::on(&database, &[]).await;
    let mut known = Vec::new();
    for round in 0..2 {
        let filler = disk.join("filler");
        fill(&filler);
        let mut refusals = 0;
        for n in 0.. {
            assert!(n < 500, "the disk does not get full");
            let id = format!("b{round}-{n}");
            // Random text, because PostgreSQL compresses repeated text.
            let note: String = (0..20_000)
                .map(|_| char::from(b'a' + rand::random::<u8>() % 26))
                .collect();
            let answer = put(&server, &id, &note).await;
            if answer.status().is_success() {
                // Writes succeed until the free space within the database is used up.
                known.push(id);
                continue;
            }
            let detail = refusal(answer, StatusCode::INSUFFICIENT_STORAGE, &id).await;
            assert!(detail.contains("full"), "{detail}");
            refusals += 1;
            if refusals == 3 {
                break;
            }
        }
        // The fault is reported as long as it lasts, even if nobody has written for a while.
        for _ in 0..3 {
            let ready = server.json("/health/ready").await;
            let problem = ready["writable"]["problem"].as_str().unwrap_or_default();
            assert!(problem.contains("full"), "{ready}");
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        }
        std::fs::remove_file(&filler).unwrap();
        let id = format!("after{round}");
        assert_writable(&server, &id).await;
        known.push(id);
    }
    for id in &known {
        let feature: Value = server
            .json(&format!("/api/collections/buildings/items/{id}"))
            .await;
        assert_eq!(feature["id"], json!(id), "it was acknowledged");
    }
}

/// Fills the disk completely.
fn fill(path: &std::path::Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(path).unwrap();
    while file.write_all(&[7; 65_536]).is_ok() {}
    while file.write_all(&[7; 512]).is_ok() {}
}
