//! Tests of observations and silences.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::{Ledger, hasty_rules, merge};
use crate::support::server::problem;

#[tokio::test]
async fn a_sensor_with_an_alternating_value_opens_one_case() {
    let rules = hasty_rules();
    let ledger = Ledger::with(&["--config", rules.path().to_str().unwrap()]).await;
    let observe = async |value: f64| {
        let body = json!({"place": "b1", "category": "corridor_clutter", "value": value});
        let answer = ledger
            .post("/api/observations", Some(&ledger.worker), &body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::ACCEPTED, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    // The rule: bad from 0.5 for five seconds, good below 0.3 for an hour. The value alternates around the
    // first threshold.
    for n in 0..60 {
        let said = observe(if n % 2 == 0 { 0.6 } else { 0.45 }).await;
        assert_ne!(said["state"], "firing", "{said}");
    }
    let mut said = observe(0.7).await;
    while said["state"] != "firing" {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        said = observe(0.7).await;
    }
    let case = said["warning"].as_str().unwrap().to_owned();
    // Around both thresholds, the condition keeps firing and causes no second notice.
    for n in 0..60 {
        let said = observe(if n % 2 == 0 { 0.1 } else { 0.7 }).await;
        assert_eq!(said["warning"], json!(case), "{said}");
    }
    let cases = ledger
        .json(Some(&ledger.officer), "/api/warnings?source=sensor")
        .await;
    assert_eq!(cases["numberMatched"], 1);
    let history = ledger
        .json(
            Some(&ledger.officer),
            &format!("/api/warnings/{case}/history"),
        )
        .await;
    let told = history["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s.get("notice").is_some() && s["level"] != "red")
        .count();
    assert_eq!(told, 1, "{history}");
    let list = ledger.json(Some(&ledger.worker), "/api/conditions").await;
    assert_eq!(list["conditions"][0]["place"], "b1");
}

#[tokio::test]
async fn an_invalid_observation_is_refused_with_its_field() {
    let ledger = Ledger::start().await;
    let clutter = |place: &str, more: Value| {
        let mut body = json!({"place": place, "category": "corridor_clutter", "value": 1});
        merge(&mut body, more);
        body
    };
    for (body, field) in [
        (clutter("nowhere", json!({})), "place"),
        (clutter("b1", json!({"category": "other"})), "category"),
        (clutter("b1", json!({"value": "much"})), "value"),
        (clutter("b1", json!({"at": "2999-01-01T00:00:00Z"})), "at"),
    ] {
        let answer = ledger
            .post("/api/observations", Some(&ledger.worker), &body)
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{body}"
        );
    }
    let answer = ledger
        .post("/api/observations", None, &clutter("b1", json!({})))
        .send()
        .await
        .unwrap();
    assert_eq!(problem(answer).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_silence_has_an_author_a_reason_and_an_end() {
    let ledger = Ledger::start().await;
    let officer = &ledger.officer;
    let body = json!({"match": {"grid": "g1"}, "reason": "施工", "until": "2099-01-01T00:00:00Z"});
    let answer = ledger
        .post("/api/silences", Some(officer), &body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    let silence: Value = answer.json().await.unwrap();
    assert_eq!(
        (&silence["account"], &silence["active"]),
        (&json!("指挥员"), &json!(true))
    );
    let id = ledger.case().await;
    let history = ledger
        .json(Some(officer), &format!("/api/warnings/{id}/history"))
        .await;
    assert_eq!(
        history["steps"][0]["notice"],
        json!({"silenced_by": silence["id"]})
    );
    let list = ledger.json(Some(officer), "/api/silences").await;
    assert_eq!(list["silences"].as_array().unwrap().len(), 1);
    for (body, field) in [
        (
            json!({"reason": "x", "until": "2099-01-01T00:00:00Z"}),
            "match",
        ),
        (
            json!({"match": {"planet": "x"}, "reason": "x", "until": "2099-01-01T00:00:00Z"}),
            "match",
        ),
        (
            json!({"match": {"grid": "g1"}, "until": "2099-01-01T00:00:00Z"}),
            "reason",
        ),
        (
            json!({"match": {"grid": "g1"}, "reason": "x", "until": "2001-01-01T00:00:00Z"}),
            "until",
        ),
    ] {
        let answer = ledger
            .post("/api/silences", Some(officer), &body)
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field))
        );
    }
    let path = format!("/api/silences/{}", silence["id"].as_str().unwrap());
    let end = async |token: &str| {
        let request = ledger
            .server
            .request(Method::DELETE, &path)
            .bearer_auth(token);
        request.send().await.unwrap().status()
    };
    assert_eq!(end(&ledger.worker).await, StatusCode::FORBIDDEN);
    assert_eq!(end(officer).await, StatusCode::NO_CONTENT);
    assert_eq!(end(officer).await, StatusCode::NOT_FOUND);
}
