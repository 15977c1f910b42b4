//! Tests that erased data disappears from every answer, from every version, and from the bytes of the database.

use std::path::Path;
use std::time::{Duration, Instant};

use onemap::model::{Body, Change, Properties};
use onemap::store::audit::{AuditKind, AuditQuery};
use onemap::store::{Erasure, Store};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::store_suite::{Fixture, edit, fixtures, id, name, put};
use crate::support::building;
use crate::support::ledger::{account, edited_rules};
use crate::support::postgres;
use crate::support::server::{Server, onemap, problem, sqlite_in};

const OWNER: &str = "owner-erased-9q4z";
const NOTE: &str = "note-erased-9q4z";
const CONTACT: &str = "13987650994";
const TIMED: &str = "timed-erased-9q4z";
const ALL: [&str; 4] = [OWNER, NOTE, CONTACT, TIMED];

/// A configuration folder with a collection of personal data.
fn config() -> tempfile::TempDir {
    let folder = edited_rules(&[]);
    let schema = json!({
        "title": "摊位", "x-onemap-title-en": "Stalls", "type": "object",
        "x-onemap-geometry": ["Point"],
        "properties": {
            "name": {"type": "string"},
            "until": {"type": "string"},
            "owner": {"type": "string", "x-onemap-personal": true},
            "phone": {"type": "string", "x-onemap-erase-after-days": 30, "x-onemap-erase-since": "until"},
        },
    });
    let path = folder.path().join("schemas/stalls.json");
    std::fs::write(path, schema.to_string()).unwrap();
    folder
}

fn stall(id: &str, properties: Value) -> Value {
    json!({"type": "Feature", "id": id, "properties": properties,
           "geometry": {"type": "Point", "coordinates": [117.13, 39.22]}})
}

/// Where a text occurs in the database: in the bytes of the files or in the rows of the tables.
async fn found_in(database: &str, text: &str) -> Vec<String> {
    if let Some(path) = database.strip_prefix("sqlite:") {
        let mut found = Vec::new();
        for end in ["", "-wal"] {
            let file = format!("{path}{end}");
            let bytes = std::fs::read(Path::new(&file)).unwrap_or_default();
            if memchr::memmem::find(&bytes, text.as_bytes()).is_some() {
                found.push(file);
            }
        }
        return found;
    }
    let mut connection = PgConnection::connect(database).await.unwrap();
    let tables = sqlx::query("SELECT tablename FROM pg_tables WHERE schemaname = 'onemap'")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert!(tables.len() > 10);
    let mut found = Vec::new();
    for table in tables {
        let table: String = table.get(0);
        let sql =
            format!("SELECT EXISTS (SELECT FROM onemap.{table} t WHERE t::text LIKE '%{text}%')");
        let there: bool = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if there {
            found.push(table);
        }
    }
    found
}

async fn erased_is_gone(database: &str) {
    let folder = config();
    let config = folder.path().to_str().unwrap();
    let server = Server::on(database, &["--config", config]).await;
    let officer = account(database, "officer", "指挥员", &[]);
    server
        .put("buildings", &building("b1", 117.13, 39.22))
        .await;
    for name in ["早点摊", "面摊"] {
        let properties = json!({"name": name, "owner": OWNER});
        server.put("stalls", &stall("s1", properties)).await;
    }
    server
        .put("stalls", &stall("s1", json!({"name": "空摊"})))
        .await;
    let properties = json!({"name": "花摊", "owner": OWNER});
    server.put("stalls", &stall("s2", properties)).await;
    let properties = json!({"name": "旧摊", "phone": TIMED, "until": "2026-01-01"});
    server.put("stalls", &stall("s3", properties)).await;
    let report = json!({"category": "other", "building": "b1", "note": NOTE, "contact": CONTACT});
    let answer = server.request(Method::POST, "/api/warnings").json(&report);
    let case: Value = answer.send().await.unwrap().json().await.unwrap();
    let case = case["id"].as_str().unwrap();
    let act = json!({"action": "file", "note": "属实"});
    let path = format!("/api/warnings/{case}/actions");
    let filed = server.request(Method::POST, &path).bearer_auth(&officer);
    let filed = filed.json(&act).send().await.unwrap();
    assert_eq!(filed.status(), StatusCode::OK);
    for text in ALL {
        assert!(!found_in(database, text).await.is_empty(), "{text}");
    }

    let erase = |arguments: &[&str]| {
        let mut all = vec!["erase", "--database", database, "--reason", "本人要求"];
        all.extend_from_slice(arguments);
        onemap(&all)
    };
    let (_, err, ok) = erase(&["stalls", "s1", "--property", "name"]);
    assert!(!ok && err.contains("owner"), "{err}");
    for arguments in [
        &["stalls", "s1"][..],
        &["stalls", "s2", "--property", "owner"],
        &[
            "warnings",
            case,
            "--property",
            "note",
            "--property",
            "step/note",
        ],
    ] {
        let (out, err, ok) = erase(arguments);
        assert!(ok, "{out}{err}");
    }
    let path = format!("/api/warnings/{case}/contact");
    let contact = |method| {
        let request = server.request(method, &path).bearer_auth(&officer);
        async { request.send().await.unwrap() }
    };
    let told: Value = contact(Method::GET).await.json().await.unwrap();
    assert_eq!(told["contact"], CONTACT);
    let refused = server.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(problem(refused).await.0, StatusCode::UNAUTHORIZED);
    let gone = contact(Method::DELETE).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let told: Value = contact(Method::GET).await.json().await.unwrap();
    assert_eq!(told["contact"], Value::Null);

    // The running server no longer shows the data, in the present or in the past. The rest of the case stays.
    let now = jiff::Timestamp::now();
    let read = async |path: &str| {
        let request = server.request(Method::GET, path).bearer_auth(&server.admin);
        request.send().await.unwrap().text().await.unwrap()
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    let item = format!("/api/warnings/{case}");
    while read("/api/collections/stalls/items").await.contains(OWNER)
        || read(&item).await.contains(NOTE)
    {
        assert!(Instant::now() < deadline, "the server does not follow");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for path in [
        "/api/collections/stalls/items".to_owned(),
        format!("/api/warnings/{case}"),
        format!("/api/warnings/{case}/history"),
        format!("/api/warnings/{case}/history?f=csv"),
        format!("/api/warnings?as_of={now}"),
        "/api/warnings?f=csv".to_owned(),
    ] {
        let text = read(&path).await;
        for gone in [OWNER, NOTE, CONTACT] {
            assert!(!text.contains(gone), "{path} still contains {gone}: {text}");
        }
    }
    let history = read(&format!("/api/warnings/{case}/history")).await;
    let history: Value = serde_json::from_str(&history).unwrap();
    assert_eq!(history["steps"].as_array().unwrap().len(), 2, "{history}");

    // Data is erased by itself when the retention time in its schema has passed.
    drop(server);
    let server = Server::on(database, &["--config", config]).await;
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let mut left = Vec::new();
        for text in ALL {
            left.extend(found_in(database, text).await);
        }
        if left.is_empty() {
            break;
        }
        assert!(Instant::now() < deadline, "the text is still in {left:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The server's memory follows the database a moment later.
    let left = json!({"name": "旧摊", "until": "2026-01-01"});
    loop {
        let stall = server.json("/api/collections/stalls/items/s3").await;
        if stall["properties"] == left {
            break;
        }
        assert!(Instant::now() < deadline, "the server still has {stall}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let store = Store::open(database).await.unwrap();
    let query = AuditQuery {
        limit: 1_000,
        ..AuditQuery::default()
    };
    let rows = store.audit_rows(&query).await.unwrap();
    let of = |kind: AuditKind| rows.iter().filter(move |row| row.entry.kind == kind);
    assert_eq!(of(AuditKind::Erase).count(), 5, "{rows:?}");
    assert_eq!(of(AuditKind::Look).count(), 1);
    let erased = store.erasures().await.unwrap();
    let erased: Vec<String> = erased
        .iter()
        .map(|e| format!("{}/{}", e.collection, e.property))
        .collect();
    assert_eq!(
        erased,
        [
            "stalls/owner",
            "stalls/phone",
            "stalls/owner",
            "stalls/phone",
            "warnings/contact",
            "warnings/note",
            "warnings/step/note"
        ]
    );
}

#[tokio::test]
async fn erased_data_is_nowhere_in_the_sqlite_files() {
    let folder = tempfile::tempdir().unwrap();
    erased_is_gone(&sqlite_in(folder.path())).await;
}

#[tokio::test]
async fn erased_data_is_nowhere_in_postgresql() {
    if let Some(database) = postgres::database() {
        erased_is_gone(&database).await;
    }
}

#[tokio::test]
async fn data_written_after_an_erasure_survives_when_it_is_applied_again() {
    for Fixture { store, .. } in &fixtures().await {
        store.commit(edit(vec![put("a", 1)])).await.unwrap();
        let erasure = Erasure {
            collection: name("buildings"),
            id: id("a"),
            paths: vec!["levels".into()],
            photos: false,
        };
        let author = onemap::model::Author::system();
        let cleaned = store.erase(&erasure, author, "asked for").await.unwrap();
        assert!(cleaned.seq.is_some());
        store.commit(edit(vec![put("a", 2)])).await.unwrap();
        store.reapply_erasures().await.unwrap();
        let versions = store.versions_of(&name("buildings"), &id("a")).await;
        let told: Vec<String> = versions
            .unwrap()
            .into_iter()
            .map(|(_, record)| record.body.unwrap().properties.as_str().to_owned())
            .collect();
        assert!(!told[0].contains("levels"), "{told:?}");
        assert!(told.last().unwrap().contains("\"levels\":2"), "{told:?}");
    }
}

#[tokio::test]
async fn a_version_that_loses_several_properties_counts_once() {
    for Fixture { store, .. } in &fixtures().await {
        let warnings = name("warnings");
        for n in 1..=2 {
            let properties = json!({"note": NOTE, "step": {"n": n, "note": OWNER}});
            let change = Change {
                collection: warnings.clone(),
                id: id("w-1"),
                body: Some(Body {
                    geometry: None,
                    properties: Properties::parse(&properties.to_string()).unwrap(),
                }),
            };
            store.commit(edit(vec![change])).await.unwrap();
        }
        let erasure = Erasure {
            collection: warnings,
            id: id("w-1"),
            paths: ["note", "step/note"].map(Into::into).into(),
            photos: false,
        };
        let author = onemap::model::Author::system();
        let cleaned = store.erase(&erasure, author, "asked for").await.unwrap();
        assert_eq!(cleaned.versions, 2, "{}", store.kind());
    }
}

#[tokio::test]
async fn a_restored_backup_does_not_bring_back_erased_data() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let backup = folder.path().join("old.backup");
    let backup = backup.to_str().unwrap();
    let store = Store::open(&database).await.unwrap();
    let warnings = name("warnings");
    let properties = json!({"note": NOTE, "step": {"n": 1, "note": OWNER}});
    let change = Change {
        collection: warnings.clone(),
        id: id("w-1"),
        body: Some(Body {
            geometry: None,
            properties: Properties::parse(&properties.to_string()).unwrap(),
        }),
    };
    store.commit(edit(vec![change])).await.unwrap();
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    store.put_contact(&id("w-1"), CONTACT, until).await.unwrap();
    let (_, err, ok) = onemap(&["backup", backup, "--database", &database]);
    assert!(ok, "{err}");
    let erasure = Erasure {
        collection: warnings,
        id: id("w-1"),
        paths: ["note", "step/note", "contact"].map(Into::into).into(),
        photos: false,
    };
    let author = onemap::model::Author::system();
    store.erase(&erasure, author, "asked for").await.unwrap();
    store.close().await.unwrap();
    for text in [NOTE, OWNER, CONTACT] {
        assert_eq!(found_in(&database, text).await, [""; 0], "{text}");
    }

    let arguments = ["restore", backup, "--replace", "--database", &database];
    let (_, err, ok) = onemap(&arguments);
    assert!(ok, "{err}");
    for text in [NOTE, OWNER, CONTACT] {
        assert_eq!(found_in(&database, text).await, [""; 0], "{text}");
    }
    let store = Store::open(&database).await.unwrap();
    let versions = store.versions_of(&name("warnings"), &id("w-1")).await;
    let (_, record) = versions.unwrap().pop().unwrap();
    let kept = record.body.unwrap().properties;
    assert_eq!(kept.as_str(), r#"{"step":{"n":1}}"#);
}
