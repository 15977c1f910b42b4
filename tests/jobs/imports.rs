//! Tests of imports over HTTP: planning, committing and undoing, on both stores.

use std::path::Path;
use std::time::Duration;

use onemap::model::{Body, Change, Properties};
use onemap::service::imports::{COMMIT, following};
use onemap::store::Store;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::store_suite::{edit, name};
use crate::support::building;
use crate::support::imports::{check_extract, databases, done, ended, job, step, upload};
use crate::support::server::{Server, onemap, problem, sqlite_in, token};

const BUILDINGS: u64 = 300;

/// A synthetic city with streets, gates and other features.
fn city(folder: &Path, buildings: u64) -> Vec<u8> {
    let file = folder.join("city.ndjson");
    let count = buildings.to_string();
    let file = file.to_str().unwrap();
    let (_, err, ok) = onemap(&["synth", "--buildings", &count, "--out", file]);
    assert!(ok, "{err}");
    std::fs::read(file).unwrap()
}

async fn buildings(server: &Server) -> u64 {
    let page = server.json("/api/collections/buildings?min-seq=0").await;
    page["itemCount"].as_u64().unwrap()
}

async fn put(server: &Server, id: &str) -> u64 {
    server.put("buildings", &building(id, 117.13, 39.22)).await
}

#[tokio::test]
async fn an_import_is_planned_committed_and_undone_between_other_writes() {
    let folder = tempfile::tempdir().unwrap();
    let file = city(folder.path(), BUILDINGS);
    for database in databases(folder.path()) {
        let server = Server::on(&database, &[]).await;
        let steward = token(&database, "steward");
        let before = put(&server, "before").await;

        let id = job(upload(&server, &steward, "name=city.ndjson", file.clone())).await;
        let early = step(&server, &steward, &id, "undo").send().await.unwrap();
        assert_eq!(problem(early).await.0, StatusCode::CONFLICT);
        let plan = done(&server, &steward, &id).await;
        assert_eq!(plan["collections"]["buildings"]["new"], BUILDINGS, "{plan}");
        assert_eq!(
            (&plan["kind"], &plan["rejected"]),
            (&json!("import"), &json!(0))
        );
        assert_eq!(plan["basis"]["seq"], before);
        assert_eq!(buildings(&server).await, 1, "nothing is written yet");
        let between = put(&server, "between").await;
        assert_eq!(between, before + 1, "a plan makes no commit");

        let commit = job(step(&server, &steward, &id, "commit")).await;
        let report = done(&server, &steward, &commit).await;
        assert_eq!(report["kind"], "import_commit");
        let seq = report["seq"].as_u64().unwrap();
        assert!(seq > between);
        let path = format!("/api/collections/buildings?min-seq={seq}");
        assert_eq!(server.json(&path).await["itemCount"], BUILDINGS + 2);
        let again = step(&server, &steward, &id, "commit").send().await.unwrap();
        assert_eq!(problem(again).await.0, StatusCode::CONFLICT);

        put(&server, "after").await;
        let undo = job(step(&server, &steward, &id, "undo")).await;
        let report = done(&server, &steward, &undo).await;
        assert_eq!(report["undoes"], seq);
        let path = format!("/api/collections/buildings?min-seq={}", report["seq"]);
        assert_eq!(server.json(&path).await["itemCount"], 3);
        let ids = server.ids("/api/collections/buildings/items").await;
        assert_eq!(ids, ["after", "before", "between"]);
        let again = step(&server, &steward, &id, "undo").send().await.unwrap();
        assert_eq!(problem(again).await.0, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn a_plan_is_not_committed_if_its_features_were_changed_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let file = json!({
        "type": "FeatureCollection",
        "features": [building("a", 117.13, 39.22), building("b", 117.14, 39.22)],
    });
    for database in databases(folder.path()) {
        let server = Server::on(&database, &[]).await;
        let steward = token(&database, "steward");
        let body = file.to_string().into_bytes();
        let id = job(upload(&server, &steward, "collection=buildings", body)).await;
        done(&server, &steward, &id).await;
        put(&server, "beside").await;
        let theirs = put(&server, "b").await;
        let refused = step(&server, &steward, &id, "commit").send().await.unwrap();
        let (status, said) = problem(refused).await;
        assert_eq!(status, StatusCode::CONFLICT);
        let named = json!([{"collection": "buildings", "id": "b",
            "problem": format!("was changed by commit {theirs}"),
            "problem_zh": format!("已被提交 {theirs} 修改")}]);
        assert_eq!(
            (&said["conflicting"], &said["conflicts"]),
            (&json!(1), &named)
        );

        // A conflict that appears after the check fails the job, with the same text.
        let store = Store::open(&database).await.unwrap();
        let plan = store.job(&id).await.unwrap().unwrap();
        let late = following(COMMIT, &plan, plan.author.clone(), &plan.owner);
        let late = store.create_job(late, 20).await.unwrap().id;
        let failed = ended(&server, &steward, &late).await;
        assert_eq!(failed["state"], "failed");
        let words = format!("(buildings/b: was changed by commit {theirs})");
        for text in [&said["detail"], &failed["problem"]] {
            assert!(text.as_str().unwrap().contains(&words), "{text}");
        }
        let words = format!("（buildings/b：已被提交 {theirs} 修改）");
        let zh = failed["problem_zh"].as_str().unwrap();
        assert!(zh.starts_with("导入失败：") && zh.contains(&words), "{zh}");
        let ids = server.ids("/api/collections/buildings/items").await;
        assert_eq!(ids, ["b", "beside"]);

        // A plan depends on the schema too.
        let other =
            json!({"type": "FeatureCollection", "features": [building("c", 117.13, 39.22)]});
        let body = other.to_string().into_bytes();
        let id = job(upload(&server, &steward, "collection=buildings", body)).await;
        done(&server, &steward, &id).await;
        let mut schema = server.json("/api/collections/buildings/schema").await;
        schema["description"] = "其他".into();
        let row = Change {
            collection: name("$schemas"),
            id: crate::store_suite::id("buildings"),
            body: Some(Body {
                geometry: None,
                properties: Properties::parse(&schema.to_string()).unwrap(),
            }),
        };
        store.commit(edit(vec![row])).await.unwrap();
        let refused = step(&server, &steward, &id, "commit").send().await.unwrap();
        let (status, said) = problem(refused).await;
        assert_eq!(status, StatusCode::CONFLICT);
        assert!(
            said["detail"]
                .as_str()
                .unwrap()
                .contains("schema of buildings"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn an_undo_lists_conflicts_and_works_only_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = json!({
        "type": "FeatureCollection",
        "features": [building("a", 117.13, 39.22), building("b", 117.14, 39.22)],
    });
    let body = file.to_string().into_bytes();
    for database in databases(folder.path()) {
        let server = Server::on(&database, &[]).await;
        let steward = token(&database, "steward");
        let import = async || {
            let id = job(upload(
                &server,
                &steward,
                "collection=buildings",
                body.clone(),
            ))
            .await;
            done(&server, &steward, &id).await;
            let commit = job(step(&server, &steward, &id, "commit")).await;
            let seq = done(&server, &steward, &commit).await["seq"].clone();
            (id, seq.as_u64().unwrap())
        };
        let refusal = async |id: &str, how: &str| {
            let answer = step(&server, &steward, id, how).send().await.unwrap();
            let (status, said) = problem(answer).await;
            assert_eq!(status, StatusCode::CONFLICT, "{said}");
            said
        };
        let (id, _) = import().await;
        let again = refusal(&id, "commit").await;
        assert!(
            again["detail"]
                .as_str()
                .unwrap()
                .contains("committed already"),
            "{again}"
        );
        let theirs = put(&server, "b").await;
        let said = refusal(&id, "undo").await;
        let named = json!([{"collection": "buildings", "id": "b",
            "problem": format!("was changed by commit {theirs}"),
            "problem_zh": format!("已被提交 {theirs} 修改")}]);
        assert_eq!(
            (&said["conflicting"], &said["conflicts"]),
            (&json!(1), &named)
        );

        let undo = job(step(&server, &steward, &id, "undo?partly=true")).await;
        let report = done(&server, &steward, &undo).await;
        assert_eq!(
            (&report["kind"], &report["conflicts"]),
            (&json!("import_undo"), &named)
        );
        let path = format!("/api/collections/buildings?min-seq={}", report["seq"]);
        server.json(&path).await;
        assert_eq!(server.ids("/api/collections/buildings/items").await, ["b"]);
        let second = refusal(&id, "undo?partly=true").await;
        let words = format!("undone already, by commit {}", report["seq"]);
        assert!(
            second["detail"].as_str().unwrap().contains(&words),
            "{second}"
        );

        // An import that the command line has undone cannot be undone again either.
        let (id, seq) = import().await;
        let seq = seq.to_string();
        let (_, err, ok) = onemap(&["import", "--undo", &seq, "--database", &database]);
        assert!(ok, "{err}");
        let second = refusal(&id, "undo").await;
        assert!(
            second["detail"]
                .as_str()
                .unwrap()
                .contains("undone already"),
            "{second}"
        );
        let (_, err, ok) = onemap(&["import", "--undo", &seq, "--database", &database]);
        assert!(!ok && err.contains("undone already, by commit"), "{err}");
    }
}

#[tokio::test]
async fn an_import_continues_after_its_server_was_killed() {
    const MANY: u64 = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let file = city(folder.path(), MANY);
    for database in databases(folder.path()) {
        let mut first = Server::on(&database, &[]).await;
        let steward = token(&database, "steward");
        let id = job(upload(&first, &steward, "name=city.ndjson", file.clone())).await;
        let store = Store::open(&database).await.unwrap();
        let begun = async |starts: u32| {
            while store.job(&id).await.unwrap().unwrap().starts < starts {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        begun(1).await;
        // On PostGIS another node continues; a SQLite file is served again.
        let second = if store.kind() == "postgis" {
            let second = Server::on(&database, &[]).await;
            first.kill();
            second
        } else {
            first.kill();
            Server::on(&database, &[]).await
        };
        let plan = done(&second, &steward, &id).await;
        assert_eq!(plan["collections"]["buildings"]["new"], MANY);
        let commit = job(step(&second, &steward, &id, "commit")).await;
        let report = done(&second, &steward, &commit).await;
        let path = format!("/api/collections/buildings?min-seq={}", report["seq"]);
        assert_eq!(second.json(&path).await["itemCount"], MANY);
    }
}

#[tokio::test]
async fn an_import_that_is_cancelled_leaves_no_job_running_and_no_feature() {
    let folder = tempfile::tempdir().unwrap();
    let file = city(folder.path(), 6_000);
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &[]).await;
    let steward = token(&database, "steward");
    let id = job(upload(&server, &steward, "name=city.ndjson", file)).await;
    let cancel = server
        .request(Method::DELETE, &format!("/api/jobs/{id}"))
        .bearer_auth(&steward);
    assert_eq!(cancel.send().await.unwrap().status(), StatusCode::OK);
    let cancelled = ended(&server, &steward, &id).await;
    assert_eq!(cancelled["state"], "cancelled");
    let commit = step(&server, &steward, &id, "commit").send().await.unwrap();
    assert_eq!(problem(commit).await.0, StatusCode::CONFLICT);
    assert_eq!(buildings(&server).await, 0);
}

#[tokio::test]
async fn an_invalid_import_request_is_refused_before_planning() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &["--upload-size", "1"]).await;
    let steward = token(&database, "steward");
    let officer = token(&database, "officer");
    let feature = building("a", 117.13, 39.22).to_string().into_bytes();
    let large = vec![b' '; (1 << 20) + 1];
    for (who, query, body, expected) in [
        (&officer, "", feature.clone(), StatusCode::FORBIDDEN),
        (
            &steward,
            "collection=warnings",
            feature.clone(),
            StatusCode::BAD_REQUEST,
        ),
        (
            &steward,
            "collection=$schemas",
            feature.clone(),
            StatusCode::BAD_REQUEST,
        ),
        (
            &steward,
            "crs=EPSG:1",
            feature.clone(),
            StatusCode::BAD_REQUEST,
        ),
        (
            &steward,
            "remove_missing=perhaps",
            feature.clone(),
            StatusCode::BAD_REQUEST,
        ),
        (
            &steward,
            "colection=buildings",
            feature.clone(),
            StatusCode::BAD_REQUEST,
        ),
        (&steward, "", Vec::new(), StatusCode::BAD_REQUEST),
        (&steward, "", large, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let response = upload(&server, who, query, body).send().await.unwrap();
        let (status, said) = problem(response).await;
        assert_eq!(status, expected, "{query}: {said}");
    }
    let form = upload(&server, &steward, "", feature.clone())
        .header("content-type", "multipart/form-data; boundary=x");
    let (status, _) = problem(form.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let nobody = server.request(Method::POST, "/api/imports").body(feature);
    let (status, _) = problem(nobody.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let jobs = server
        .request(Method::GET, "/api/jobs")
        .bearer_auth(&server.admin);
    let jobs: Value = jobs.send().await.unwrap().json().await.unwrap();
    assert_eq!(jobs["jobs"], Value::Array(Vec::new()));

    // The job of an unreadable file fails with an explanation.
    let garbage = upload(
        &server,
        &steward,
        "name=a.geojson",
        b"no map at all".to_vec(),
    );
    let failed = ended(&server, &steward, &job(garbage).await).await;
    assert_eq!(failed["state"], "failed");
    assert!(failed["problem"].as_str().unwrap().contains("a.geojson"));
}

/// A small extract; the long tests import a larger one (Monaco).
#[tokio::test]
async fn an_extract_is_planned_committed_and_undone_between_the_writes_of_others() {
    check_extract("helsinki_center.osm.pbf", 446).await;
}
