//! Tests of texts that are derived from a protected property, and of contacts in repeated reports.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::ledger::{Ledger, account};

#[tokio::test]
async fn a_protected_place_appears_in_no_text_for_the_public() {
    let folder = tempfile::tempdir().unwrap();
    let schemas = folder.path().join("schemas");
    std::fs::create_dir(&schemas).unwrap();
    // A schema overlay lists only differences; the other collections stay built-in.
    let overlay = json!({"properties": {"place": {"x-onemap-role": "officer"}}});
    std::fs::write(schemas.join("warnings.json"), overlay.to_string()).unwrap();
    let ledger = Ledger::with(&["--config", folder.path().to_str().unwrap()]).await;
    let collections = ledger.json(None, "/api/collections").await;
    assert!(collections["collections"].as_array().unwrap().len() > 10);

    let canary = "金丝雀家门口";
    let case = ledger
        .report(Some(&ledger.worker), json!({"place": canary}))
        .await;
    let id = case["id"].as_str().unwrap();
    let paths = [
        format!("/api/warnings/{id}"),
        format!("/api/warnings/{id}?f=cap"),
        format!("/api/warnings/{id}/history"),
        format!("/api/warnings/{id}/history?f=csv"),
        "/api/warnings?limit=10".into(),
        "/api/warnings?f=csv".into(),
        "/api/collections/warnings/items?f=html".into(),
        "/api/grids/status".into(),
        "/api/warnings/summary".into(),
    ];
    for path in &paths {
        for token in [None, Some(ledger.worker.as_str())] {
            let text = ledger.get(token, path).await.text().await.unwrap();
            assert!(!text.contains(canary), "{path}: {text}");
        }
    }
    let told = ledger
        .get(Some(&ledger.officer), &paths[0])
        .await
        .text()
        .await
        .unwrap();
    assert!(told.matches(canary).count() > 1, "{told}");
}

#[tokio::test]
async fn a_repeated_report_neither_replaces_nor_restores_a_contact() {
    let ledger = Ledger::start().await;
    let body = |contact: &str| json!({"category": "corridor_clutter", "building": "b1", "key": "1", "contact": contact});
    let send = async |contact: &str| {
        let sent = ledger
            .post("/api/warnings", None, &body(contact))
            .send()
            .await
            .unwrap();
        (
            sent.status(),
            sent.json::<Value>().await.unwrap()["id"].clone(),
        )
    };
    let (status, id) = send("138 0000 0001").await;
    assert_eq!(status, StatusCode::CREATED);
    let path = format!("/api/warnings/{}/contact", id.as_str().unwrap());
    let contact = async || ledger.json(Some(&ledger.officer), &path).await["contact"].clone();
    assert_eq!(send("139 0000 0002").await, (StatusCode::OK, id.clone()));
    assert_eq!(contact().await, "13800000001");
    let erased = ledger
        .server
        .request(reqwest::Method::DELETE, &path)
        .bearer_auth(&ledger.officer)
        .send()
        .await
        .unwrap();
    assert!(erased.status().is_success());
    assert_eq!(send("138 0000 0001").await, (StatusCode::OK, id));
    assert_eq!(contact().await, Value::Null);
}

#[tokio::test]
async fn a_rider_bound_to_a_community_cannot_read_codes_elsewhere() {
    let ledger = Ledger::start().await;
    let here = crate::support::gate(
        "here",
        crate::support::ledger::LON,
        crate::support::ledger::LAT,
    );
    let there = crate::support::gate(
        "there",
        crate::support::ledger::LON + 0.5,
        crate::support::ledger::LAT,
    );
    ledger.server.put("entrances", &here).await;
    ledger.server.put("entrances", &there).await;
    let rider = account(
        &ledger.database,
        "rider",
        "bound rider",
        &["--communities", "c1"],
    );
    for (id, status) in [("here", StatusCode::OK), ("there", StatusCode::FORBIDDEN)] {
        let path = format!("/api/entrances/{id}/code");
        let answer = ledger
            .post(&path, Some(&rider), &json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), status, "{id}");
    }
}
