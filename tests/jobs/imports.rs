//! Imports over the interface of the built program: planned, committed and undone, on both stores.

use std::path::Path;
use std::time::Duration;

use onemap::store::Store;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::support::server::{Server, onemap, problem, sqlite_in, token};
use crate::support::{building, postgres};

const BUILDINGS: u64 = 300;

/// A city with streets, gates and everything else that belongs to it.
fn city(folder: &Path, buildings: u64) -> Vec<u8> {
    let file = folder.join("city.ndjson");
    let count = buildings.to_string();
    let file = file.to_str().unwrap();
    let (_, err, ok) = onemap(&["synth", "--buildings", &count, "--out", file]);
    assert!(ok, "{err}");
    std::fs::read(file).unwrap()
}

fn databases(folder: &Path) -> Vec<String> {
    let mut list = vec![sqlite_in(folder)];
    list.extend(postgres::database());
    list
}

/// Sends a request and gives the job that its answer names.
async fn job(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    let status = response.status();
    let location = response.headers().get("location").cloned();
    let text = response.text().await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED, "{text}");
    let id = serde_json::from_str::<Value>(&text).unwrap()["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    let location = location.unwrap().to_str().unwrap().to_owned();
    assert!(location.ends_with(&format!("/api/jobs/{id}")), "{location}");
    id
}

fn upload(server: &Server, steward: &str, query: &str, file: Vec<u8>) -> RequestBuilder {
    server
        .request(Method::POST, &format!("/api/imports?{query}"))
        .bearer_auth(steward)
        .body(file)
}

fn step(server: &Server, steward: &str, id: &str, what: &str) -> RequestBuilder {
    server
        .request(Method::POST, &format!("/api/imports/{id}/{what}"))
        .bearer_auth(steward)
}

async fn read(server: &Server, steward: &str, id: &str) -> Value {
    let request = server.request(Method::GET, &format!("/api/jobs/{id}"));
    let response = request.bearer_auth(steward).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

/// The job when it has ended. A test that waits in vain ends by the limit of its runner.
async fn ended(server: &Server, steward: &str, id: &str) -> Value {
    loop {
        let job = read(server, steward, id).await;
        let state = job["state"].as_str().unwrap();
        if !["queued", "running"].contains(&state) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn done(server: &Server, steward: &str, id: &str) -> Value {
    let mut job = ended(server, steward, id).await;
    assert_eq!(job["state"], "done", "{job}");
    job["result"].take()
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
        assert_eq!(plan["rejected"], 0);
        assert_eq!(buildings(&server).await, 1, "nothing is written yet");
        let between = put(&server, "between").await;
        assert_eq!(between, before + 1, "a plan makes no commit");

        let commit = job(step(&server, &steward, &id, "commit")).await;
        let report = done(&server, &steward, &commit).await;
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
async fn a_plan_whose_features_somebody_changed_is_not_committed() {
    let folder = tempfile::tempdir().unwrap();
    let file = serde_json::json!({
        "type": "FeatureCollection",
        "features": [building("a", 117.13, 39.22), building("b", 117.14, 39.22)],
    });
    for database in databases(folder.path()) {
        let server = Server::on(&database, &[]).await;
        let steward = token(&database, "steward");
        let body = file.to_string().into_bytes();
        let id = job(upload(&server, &steward, "collection=buildings", body)).await;
        done(&server, &steward, &id).await;
        put(&server, "b").await;
        let commit = job(step(&server, &steward, &id, "commit")).await;
        let failed = ended(&server, &steward, &commit).await;
        assert_eq!(failed["state"], "failed");
        let problem = failed["problem"].as_str().unwrap();
        assert!(problem.contains("buildings/b"), "{problem}");
        assert_eq!(server.ids("/api/collections/buildings/items").await, ["b"]);
        // A commit that failed may be tried again: it fails again for the same reason.
        let commit = job(step(&server, &steward, &id, "commit")).await;
        assert_eq!(ended(&server, &steward, &commit).await["state"], "failed");
    }
}

#[tokio::test]
async fn an_import_that_was_killed_with_its_server_goes_on() {
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
        // On PostGIS another node goes on; a SQLite file is served again.
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
async fn what_is_no_import_is_refused_before_it_is_planned() {
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

    // A file that cannot be read fails its job in words.
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
