//! Helpers for imports over HTTP: send requests and wait for the jobs.

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::server::{Server, onemap, sqlite_in, token};
use super::{building, postgres};

pub fn databases(folder: &Path) -> Vec<String> {
    let mut list = vec![sqlite_in(folder)];
    list.extend(postgres::database());
    list
}

/// Sends a request and returns the id of the job that it created.
pub async fn job(request: RequestBuilder) -> String {
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

pub fn upload(server: &Server, steward: &str, query: &str, file: Vec<u8>) -> RequestBuilder {
    server
        .request(Method::POST, &format!("/api/imports?{query}"))
        .bearer_auth(steward)
        .body(file)
}

pub fn step(server: &Server, steward: &str, id: &str, what: &str) -> RequestBuilder {
    server
        .request(Method::POST, &format!("/api/imports/{id}/{what}"))
        .bearer_auth(steward)
}

pub async fn read(server: &Server, steward: &str, id: &str) -> Value {
    let request = server.request(Method::GET, &format!("/api/jobs/{id}"));
    let response = request.bearer_auth(steward).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

/// Waits until a job has ended and returns it. If it never ends, the test runner's time limit ends the test.
pub async fn ended(server: &Server, steward: &str, id: &str) -> Value {
    loop {
        let job = read(server, steward, id).await;
        let state = job["state"].as_str().unwrap();
        if !["queued", "running"].contains(&state) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub async fn done(server: &Server, steward: &str, id: &str) -> Value {
    let mut job = ended(server, steward, id).await;
    assert_eq!(job["state"], "done", "{job}");
    job["result"].take()
}

/// The number of features of every collection that the import writes, as the server counts them.
async fn counts(server: &Server, seq: u64) -> Vec<(String, u64)> {
    let all = server
        .json(&format!("/api/collections?min-seq={seq}"))
        .await;
    let all = all["collections"].as_array().unwrap().iter();
    let counts = all.map(|c| {
        (
            c["id"].as_str().unwrap().to_owned(),
            c["itemCount"].as_u64().unwrap_or(0),
        )
    });
    counts.filter(|(_, count)| *count > 0).collect()
}

/// Runs a command that prints a report as JSON.
fn report(arguments: &[&str]) -> Value {
    let (out, err, _) = onemap(arguments);
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {err}"))
}

fn total(report: &Value, what: &str) -> u64 {
    let all = report["collections"].as_object().unwrap().values();
    all.map(|counts| counts[what].as_u64().unwrap_or(0)).sum()
}

/// Plans, commits and undoes the import of an OpenStreetMap extract with this number of buildings, while other clients
/// write: over HTTP and by the command line, on both stores. If the file does not exist, prints that it is skipped.
///
/// # Panics
/// If a step has another result than expected.
pub async fn check_extract(name: &str, buildings: u64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/osm");
    let file = folder.join(name);
    let Ok(bytes) = std::fs::read(&file) else {
        eprintln!("SKIPPED: the file {} does not exist", file.display());
        return;
    };
    let path = file.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for database in databases(folder.path()) {
        let begun = std::time::Instant::now();
        let server = Server::on(&database, &[]).await;
        let steward = token(&database, "steward");
        let put = async |id: &str| server.put("buildings", &building(id, 7.42, 43.73)).await;
        let others = vec![("buildings".to_owned(), 1)];

        // Over HTTP.
        let before = put("others").await;
        let id = job(upload(
            &server,
            &steward,
            &format!("name={name}"),
            bytes.clone(),
        ))
        .await;
        let plan = done(&server, &steward, &id).await;
        let new = total(&plan, "new");
        assert_eq!(plan["collections"]["buildings"]["new"], buildings, "{plan}");
        assert_eq!(
            counts(&server, before).await,
            others,
            "a plan writes nothing"
        );
        put("others").await;
        let commit = job(step(&server, &steward, &id, "commit")).await;
        let committed = done(&server, &steward, &commit).await;
        assert_eq!(committed["collections"], plan["collections"]);
        let seq = committed["seq"].as_u64().unwrap();
        let there: u64 = counts(&server, seq)
            .await
            .iter()
            .map(|(_, count)| count)
            .sum();
        assert_eq!(there, new + 1 + sources(&server).await);
        put("others").await;
        let undo = job(step(&server, &steward, &id, "undo")).await;
        let undone = done(&server, &steward, &undo).await;
        assert_eq!(
            (&undone["undoes"], total(&undone, "removed")),
            (&json!(seq), new)
        );
        let seq = undone["seq"].as_u64().unwrap();
        let kept = counts(&server, seq).await;
        assert_eq!(without_sources(kept), others);

        // The command line, beside the running server, has the same results.
        let import = |more: &[&str]| {
            report(&[&["import", "--json", "--database", &database][..], more].concat())
        };
        put("others").await;
        let planned = import(&[path, "--dry-run"]);
        assert_eq!(planned["collections"], plan["collections"]);
        let committed = import(&[path]);
        assert_eq!(committed["collections"], plan["collections"]);
        let seq = committed["seq"].as_u64().unwrap();
        assert!(
            counts(&server, seq)
                .await
                .contains(&("buildings".to_owned(), buildings + 1))
        );
        put("others").await;
        let undone = import(&["--undo", &seq.to_string()]);
        assert_eq!(
            (&undone["undoes"], total(&undone, "removed")),
            (&json!(seq), new)
        );
        let last = undone["seq"].as_u64().unwrap();
        assert_eq!(without_sources(counts(&server, last).await), others);
        let found = server.request(Method::GET, "/api/collections/buildings/items/others");
        assert!(found.send().await.unwrap().status().is_success());
        eprintln!(
            "{}: {:.1} s",
            server.database.split(':').next().unwrap(),
            begun.elapsed().as_secs_f64()
        );
    }
}

/// Leaves out the collection of data sources, because an undo does not remove the sources.
fn without_sources(counts: Vec<(String, u64)>) -> Vec<(String, u64)> {
    counts
        .into_iter()
        .filter(|(id, _)| id != "sources")
        .collect()
}

async fn sources(server: &Server) -> u64 {
    let all = server.json("/api/collections").await;
    let mut all = all["collections"].as_array().unwrap().iter();
    let sources = all.find(|c| c["id"] == "sources");
    sources.map_or(0, |c| c["itemCount"].as_u64().unwrap_or(0))
}
