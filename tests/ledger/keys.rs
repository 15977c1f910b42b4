//! Tests of idempotency keys: a repeated request has one effect, and keys of different people do not collide.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::ledger::{Ledger, account, jiff_now};
use crate::support::server::problem;

#[tokio::test]
async fn the_key_of_a_report_is_bound_to_its_sender_and_content() {
    let ledger = Ledger::start().await;
    let key = "7b0f1a52-86f4-4f0c-8d3c-1f0f6f6d2a11";
    let send = async |token: Option<&str>, note: &str, photos: Value| {
        let body = json!({"category": "other", "building": "b1", "note": note, "key": key,
                          "photos": photos, "contact": "13800000000"});
        let answer = ledger.post("/api/warnings", token, &body).send().await;
        let answer = answer.unwrap();
        let status = answer.status();
        (status, answer.json::<Value>().await.unwrap())
    };
    let (status, first) = send(None, "门坏了", json!([ledger.photo(1).await])).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    // A client that repeats its report may have uploaded the photo again.
    let (status, again) = send(None, "门坏了", json!([ledger.photo(1).await])).await;
    assert_eq!(status, StatusCode::OK, "{again}");
    assert_eq!(
        (&again["id"], &again["receipt"]),
        (&first["id"], &first["receipt"])
    );
    let (status, other) = send(None, "灯坏了", json!([])).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{other}");
    assert_eq!(other["errors"][0]["field"], "key");
    assert!(!other.to_string().contains("门坏了"), "{other}");
    // The same key from two accounts makes two cases.
    let neighbour = account(&ledger.database, "grid_worker", "邻居", &[]);
    let mut ids = vec![first["id"].clone()];
    for token in [&ledger.worker, &neighbour] {
        let (status, said) = send(Some(token), "楼道的灯坏了", json!([])).await;
        assert_eq!(status, StatusCode::CREATED, "{said}");
        let (status, again) = send(Some(token), "楼道的灯坏了", json!([])).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(again["id"], said["id"]);
        assert!(!ids.contains(&said["id"]));
        ids.push(said["id"].clone());
    }
}

#[tokio::test]
async fn the_key_of_a_step_is_shown_to_nobody() {
    let ledger = Ledger::start().await;
    let before = jiff_now();
    let id = ledger.case().await;
    let key = "step-key-of-the-officer";
    let file = |note: &str| json!({"note": note, "key": key});
    ledger.act(&ledger.officer, &id, "file", file("属实")).await;
    let again = ledger.act(&ledger.officer, &id, "file", file("属实")).await;
    assert_eq!(again["properties"]["steps"], 2);
    let (status, said) = ledger
        .refused(Some(&ledger.officer), &id, "file", file("不清楚"))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(said["errors"][0]["field"], "key");
    // Another account with the same key does not get the step of the first.
    let other = account(&ledger.database, "officer", "副指挥", &[]);
    let answer = ledger
        .try_act(Some(&other), &id, "file", file("属实"))
        .await;
    assert_eq!(problem(answer).await.0, StatusCode::CONFLICT);
    let admin = account(&ledger.database, "admin", "主任", &[]);
    let now = jiff_now();
    for path in [
        format!("/api/warnings/{id}"),
        format!("/api/warnings/{id}/history"),
        format!("/api/warnings/{id}/history?f=csv"),
        format!("/api/collections/warnings/items/{id}"),
        "/api/warnings?f=csv".to_owned(),
        format!("/api/warnings?as_of={now}"),
        format!("/api/warnings?as_of={before}"),
    ] {
        let text = ledger.get(Some(&admin), &path).await.text().await.unwrap();
        assert!(!text.contains(key), "{path} contains the key: {text}");
    }
}
