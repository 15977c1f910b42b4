//! Tests of writes that are durable but not visible yet, because the server has not read its own commits. Each
//! is answered with 202, and is visible when the server has caught up.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::building;
use crate::support::ledger::{Ledger, hasty_rules};
use crate::support::postgres;
use crate::support::server::sqlite_in;

/// Sends a write that must be answered with 202. Returns the answer and the address at which the change can be
/// read.
async fn accepted(request: reqwest::RequestBuilder) -> (Value, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let header = |name: &str| {
        let value = answer.headers().get(name).map(|v| v.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    let (seq, location) = (header("onemap-seq"), header("location"));
    let text = answer.text().await.unwrap();
    assert_eq!(status, StatusCode::ACCEPTED, "{text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["seq"].as_u64().unwrap().to_string(), seq);
    assert_eq!(body["location"], location.as_str());
    assert!(body["detail"].as_str().unwrap().contains("min-seq"));
    (body, location)
}

/// Reads the written data as soon as the server has it.
async fn later(
    ledger: &Ledger,
    (body, location): &(Value, String),
    more: &str,
) -> reqwest::Response {
    let url = format!("{location}?min-seq={}{more}", body["seq"]);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let request = ledger.server.client.get(&url).bearer_auth(&ledger.officer);
        let answer = request.send().await.unwrap();
        // A server that is still behind answers 503.
        if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
            return answer;
        }
        assert!(Instant::now() < deadline, "{url}");
    }
}

/// A ledger on an empty database, whose server shows no new commits while the file exists.
async fn holding(database: &str, file: &Path) -> Ledger {
    let rules = hasty_rules();
    let arguments = [
        "--config",
        rules.path().to_str().unwrap(),
        "--write-patience",
        "300",
        "--hold",
        file.to_str().unwrap(),
    ];
    Ledger::on(database, &arguments).await
}

#[tokio::test]
async fn a_report_is_answered_with_its_receipt_before_it_is_visible() {
    let folder = tempfile::tempdir().unwrap();
    report_before_it_is_visible(&sqlite_in(folder.path())).await;
}

#[tokio::test]
async fn a_report_on_postgis_is_answered_with_its_receipt_before_it_is_visible() {
    if let Some(database) = postgres::database() {
        report_before_it_is_visible(&database).await;
    }
}

async fn report_before_it_is_visible(database: &str) {
    let folder = tempfile::tempdir().unwrap();
    let hold = folder.path().join("hold");
    let ledger = holding(database, &hold).await;
    std::fs::write(&hold, "").unwrap();
    let report = json!({"category": "corridor_clutter", "building": "b1", "key": "k".repeat(40)});
    let told = accepted(ledger.post("/api/warnings", None, &report)).await;
    let id = told.0["id"].as_str().unwrap();
    let receipt = told.0["receipt"].as_str().unwrap();
    let early = ledger.server.client.get(&told.1).send().await.unwrap();
    assert_eq!(early.status(), StatusCode::NOT_FOUND, "not yet");

    // The repeated report has to wait, so that nothing is written twice.
    let again = ledger
        .post("/api/warnings", None, &report)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(again.headers().contains_key("retry-after"));

    std::fs::remove_file(&hold).unwrap();
    let case = later(&ledger, &told, &format!("&receipt={receipt}")).await;
    assert_eq!(case.status(), 200);
    let case: Value = case.json().await.unwrap();
    assert_eq!(case["id"], id);
    // The timer may have changed the case meanwhile.
    assert!(case["seq"].as_u64() >= told.0["seq"].as_u64(), "{case}");
    let again = ledger
        .post("/api/warnings", None, &report)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::OK);
    let again: Value = again.json().await.unwrap();
    assert_eq!(
        (&again["id"], &again["receipt"]),
        (&case["id"], &told.0["receipt"])
    );
}

#[tokio::test]
async fn every_write_that_is_not_visible_yet_is_answered_with_202() {
    let folder = tempfile::tempdir().unwrap();
    every_write_before_it_is_visible(&sqlite_in(folder.path())).await;
}

#[tokio::test]
async fn every_write_on_postgis_that_is_not_visible_yet_is_answered_with_202() {
    if let Some(database) = postgres::database() {
        every_write_before_it_is_visible(&database).await;
    }
}

async fn every_write_before_it_is_visible(database: &str) {
    let folder = tempfile::tempdir().unwrap();
    let hold = folder.path().join("hold");
    let ledger = holding(database, &hold).await;
    let (server, officer) = (&ledger.server, Some(ledger.officer.as_str()));
    let case = ledger.case().await;
    let preset = json!({"settings": {"lang": "zh"}});
    let path = |id: &str| format!("/api/collections/buildings/items/{id}");
    let ready = json!({"type": "Feature", "id": "ready", "geometry": building("b", 117.1, 39.2)["geometry"],
        "properties": {"name": "口袋公园", "kind": "micro", "state": "done"}});
    server.put("projects", &ready).await;
    for id in ["patched", "deleted"] {
        server.put("buildings", &building(id, 117.1, 39.2)).await;
    }
    let write = |method: Method, path: &str, body: &Value| {
        let request = server.request(method, path).json(body);
        request.bearer_auth(&ledger.officer)
    };
    let done = write(Method::PUT, "/api/presets/old", &preset).send().await;
    let seq = done.unwrap().headers()["onemap-seq"]
        .to_str()
        .unwrap()
        .to_owned();
    let silence = json!({"match": {"grid": "g1"}, "reason": "演练",
        "until": Timestamp::now() + SignedDuration::from_hours(1)});
    let begun = write(Method::POST, "/api/silences", &silence).send().await;
    let begun: Value = begun.unwrap().json().await.unwrap();
    let begun = begun["id"].as_str().unwrap();
    ledger
        .json(officer, &format!("/api/presets?min-seq={seq}"))
        .await;

    std::fs::write(&hold, "").unwrap();
    let mut new = building("drawn", 117.1, 39.2);
    new.as_object_mut().unwrap().remove("id");
    let steward = |method, path: &str, body: &Value| server.write(method, path, body);
    let put = accepted(steward(
        Method::PUT,
        &path("put"),
        &building("put", 117.1, 39.2),
    ))
    .await;
    let posted = accepted(steward(
        Method::POST,
        "/api/collections/buildings/items",
        &new,
    ))
    .await;
    let patch = json!({"properties": {"name": "改名"}});
    let patched = accepted(steward(Method::PATCH, &path("patched"), &patch)).await;
    let deleted = accepted(steward(Method::DELETE, &path("deleted"), &json!({}))).await;
    let step = json!({"action": "file"});
    let act = write(
        Method::POST,
        &format!("/api/warnings/{case}/actions"),
        &step,
    );
    let acted = accepted(act).await;
    let observation = json!({"place": "b1", "category": "corridor_clutter", "value": 0.9});
    let observed = accepted(write(Method::POST, "/api/observations", &observation)).await;
    assert_eq!(observed.0["category"], "corridor_clutter");
    let silenced = accepted(write(Method::POST, "/api/silences", &silence)).await;
    let unsilence = write(
        Method::DELETE,
        &format!("/api/silences/{begun}"),
        &json!({}),
    );
    let unsilenced = accepted(unsilence).await;
    let kept = accepted(write(Method::PUT, "/api/presets/new", &preset)).await;
    let stars = json!({"stars": 5, "key": "k".repeat(32)});
    let rated = write(Method::PUT, "/api/projects/ready/rating", &stars);
    let rated = accepted(rated).await;
    let dropped = accepted(write(Method::DELETE, "/api/presets/old", &json!({}))).await;
    let sheet = "编号,类别,上报时间,楼栋\nw-brought,corridor_clutter,2026-03-07 14:05,b1\n";
    let import = server.request(Method::POST, "/api/warnings/import?f=csv");
    let import = import.bearer_auth(&ledger.officer).body(sheet);
    let brought = accepted(import).await;
    assert_eq!(brought.0["created"], 1);
    std::fs::remove_file(&hold).unwrap();

    let shown = async |told: &(Value, String)| -> Value {
        let answer = later(&ledger, told, "").await;
        assert_eq!(answer.status(), 200, "{told:?}");
        answer.json().await.unwrap()
    };
    for told in [&put, &posted] {
        assert_eq!(shown(told).await["id"], told.0["id"]);
    }
    assert_eq!(shown(&patched).await["properties"]["name"], "改名");
    assert_eq!(later(&ledger, &deleted, "").await.status(), 404);
    assert_eq!(shown(&acted).await["properties"]["status"], "filed");
    assert!(shown(&observed).await.is_object());
    let silences = shown(&unsilenced).await;
    let silences = silences["silences"].as_array().unwrap();
    assert_eq!((silences.len(), &silences[0]["id"]), (1, &silenced.0["id"]));
    let presets = shown(&kept).await;
    assert!(
        presets["presets"]
            .as_array()
            .unwrap()
            .iter()
            .any(|p| p["name"] == "new")
    );
    let presets = shown(&dropped).await;
    assert!(
        presets["presets"]
            .as_array()
            .unwrap()
            .iter()
            .all(|p| p["name"] != "old")
    );
    let board = shown(&rated).await;
    assert_eq!(
        board["projects"][0]["rating"],
        json!({"count": 1, "mean": 5.0})
    );
    let cases = shown(&brought).await;
    let cases = cases["features"].as_array().unwrap();
    assert!(cases.iter().any(|c| c["id"] == "w-brought"), "{cases:?}");
}

/// A new operation that writes must either document 202 or be listed here.
#[tokio::test]
async fn the_openapi_document_lists_202_for_every_write_that_makes_a_commit() {
    let server = crate::support::server::Server::start().await;
    let document = server.json("/api/openapi.json").await;
    // These operations make no commit, or only commits that other operations cause.
    let others = [
        "/api/session",
        "/api/photos",
        "/api/webhooks",
        "/api/accounts",
        "/api/invites",
        "/api/warnings/export",
        "/api/warnings/{id}/contact",
        "/api/warnings/caller",
        "/api/entrances/{id}/code",
        "/api/entrances/{id}/passages",
        "/api/patrols",
        "/api/handovers",
        "/api/route",
        "/api/trip",
        "/api/nearest",
        "/api/isochrone",
        "/api/plan/coverage",
        "/api/plan/scenarios",
        "/api/plan/sitings",
    ];
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if others.iter().any(|other| path.starts_with(other)) {
            continue;
        }
        for method in ["put", "post", "patch", "delete"] {
            let Some(operation) = methods.get(method) else {
                continue;
            };
            seen += 1;
            assert!(
                operation["responses"].get("202").is_some(),
                "{method} {path}"
            );
        }
    }
    assert!(seen >= 11, "{seen}");
}
