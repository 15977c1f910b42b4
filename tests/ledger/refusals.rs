//! Tests of what is refused, pending review or hidden, and of the error texts.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::ledger::{LAT, LON, Ledger, account, jiff_now, unit};
use crate::support::server::problem;

#[tokio::test]
async fn an_action_that_the_status_does_not_allow_is_refused_with_the_allowed_ones() {
    let ledger = Ledger::start().await;
    // An officer who belongs to the unit in charge may take every possible action except verifying.
    let database = &ledger.server.database;
    let everybody = account(database, "officer", "万能", &["--unit", "u1"]);
    let table: &[(&str, &[&str])] = &[
        ("reported", &["file", "reject", "merge"]),
        (
            "filed",
            &["merge", "dispatch", "park", "urge", "supervise", "block"],
        ),
        ("rejected", &["reopen"]),
        ("merged", &[]),
        (
            "dispatched",
            &[
                "return",
                "start",
                "extend",
                "park",
                "urge",
                "supervise",
                "block",
            ],
        ),
        (
            "returned",
            &["dispatch", "park", "urge", "supervise", "block"],
        ),
        (
            "handling",
            &[
                "return",
                "handle",
                "extend",
                "park",
                "urge",
                "supervise",
                "block",
            ],
        ),
        ("handled", &["verify", "park", "urge", "supervise", "block"]),
        ("verified", &["close"]),
        ("closed", &["reopen", "rate"]),
        ("parked", &["resume"]),
    ];
    let actions = [
        "file",
        "reject",
        "merge",
        "dispatch",
        "return",
        "start",
        "handle",
        "verify",
        "close",
        "extend",
        "park",
        "resume",
        "reopen",
        "rate",
        "urge",
        "supervise",
        "block",
    ];
    for (status, possible) in table {
        let id = ledger.at(status).await;
        let path = format!("/api/warnings/{id}");
        for action in actions {
            if possible.contains(&action) {
                continue;
            }
            let all = json!({
                "reason": "x", "note": "x", "unit": "u1", "into": "none", "result": "pass",
                "until": "2099-01-01T00:00:00Z", "due_at": "2099-01-01T00:00:00Z", "rating": 5, "ebike": true,
            });
            let (code, said) = ledger.refused(Some(&everybody), &id, action, all).await;
            assert_eq!(code, StatusCode::CONFLICT, "{action} from {status}: {said}");
            // Only the reporter may rate, and the unit that handled the case may not verify.
            let mut wanted: Vec<&str> = possible.to_vec();
            wanted.retain(|a| *a != "rate" && *a != "verify");
            // Adding an internal note is always possible.
            wanted.push("note");
            assert_eq!(said["allowed"], json!(wanted), "{action} from {status}");
            assert_eq!(said["case_status"], *status);
            assert!(said["detail"].as_str().unwrap().contains(status), "{said}");
        }
        let still = ledger.json(Some(&everybody), &path).await;
        assert_eq!(still["properties"]["status"], *status);
    }
}

#[tokio::test]
async fn missing_rights_and_missing_fields_are_named() {
    let ledger = Ledger::start().await;
    let (officer, worker, unit) = (&ledger.officer, &ledger.worker, &ledger.unit);
    let database = &ledger.server.database;
    let elsewhere = account(database, "officer", "别处", &["--communities", "c9"]);
    let stranger = account(database, "unit", "城管", &["--unit", "u2"]);
    let id = ledger.case().await;
    let (status, said) = ledger.refused(None, &id, "file", json!({})).await;
    assert_eq!(
        (status, &said["allowed"]),
        (StatusCode::UNAUTHORIZED, &json!([]))
    );
    for (token, allowed) in [
        (worker, json!(["note"])),
        (unit, json!([])),
        (&elsewhere, json!([])),
    ] {
        let (status, said) = ledger.refused(Some(token), &id, "file", json!({})).await;
        assert_eq!(
            (status, &said["allowed"]),
            (StatusCode::FORBIDDEN, &allowed),
            "{said}"
        );
    }
    let (status, said) = ledger
        .refused(Some(officer), &id, "reject", json!({}))
        .await;
    assert_eq!(
        (status, &said["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("reason"))
    );
    assert_eq!(said["allowed"], json!(["file", "reject", "merge", "note"]));
    ledger.act(officer, &id, "file", json!({})).await;
    for (unit, says) in [("u9", "no unit"), ("u2", "street_encroachment")] {
        let (status, said) = ledger
            .refused(Some(officer), &id, "dispatch", json!({"unit": unit}))
            .await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("unit"))
        );
        assert!(said["detail"].as_str().unwrap().contains(says), "{said}");
    }
    ledger
        .act(officer, &id, "dispatch", json!({"unit": "u1"}))
        .await;
    for token in [officer, &stranger, &ledger.server.admin] {
        let (status, _) = ledger.refused(Some(token), &id, "start", json!({})).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    for (action, more, field) in [
        ("extend", json!({"reason": "x"}), "due_at"),
        (
            "extend",
            json!({"due_at": "2099-01-01T00:00:00Z"}),
            "reason",
        ),
        (
            "extend",
            json!({"due_at": "tomorrow", "reason": "x"}),
            "due_at",
        ),
        ("park", json!({"reason": "x"}), "until"),
        ("urge", json!({"reason": "x"}), "note"),
        ("supervise", json!({"reason": "x"}), "due_at"),
        (
            "supervise",
            json!({"due_at": "2020-01-01T00:00:00Z", "reason": "x"}),
            "due_at",
        ),
        (
            "supervise",
            json!({"due_at": "2099-01-01T00:00:00Z"}),
            "reason",
        ),
        ("block", json!({"reason": "x"}), "ebike"),
        ("block", json!({"ebike": "yes"}), "ebike"),
        ("block", json!({"ebike": true, "within_m": 900}), "within_m"),
        ("fly", json!({}), "action"),
    ] {
        let (status, said) = ledger.refused(Some(officer), &id, action, more).await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field))
        );
    }
    let (status, _) = ledger
        .refused(Some(officer), "none", "file", json!({}))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    for (body, code, field) in [
        (json!({}), 422, "category"),
        (json!({"category": "other"}), 422, "geometry"),
        (
            json!({"category": "dragons", "building": "b1"}),
            422,
            "category",
        ),
        (
            json!({"category": "other", "building": "b9"}),
            422,
            "building",
        ),
        (
            json!({"category": "other", "geometry": {"type": "Point", "coordinates": [1, 99]}}),
            422,
            "geometry",
        ),
        (
            json!({"category": "other", "building": "b1", "photos": ["none"]}),
            422,
            "photos",
        ),
        (
            json!({"category": "other", "building": "b1", "source": "ufo"}),
            422,
            "source",
        ),
        (
            json!({"category": "other", "building": "b1", "note": "x".repeat(5000)}),
            422,
            "note",
        ),
    ] {
        let answer = ledger
            .post("/api/warnings", Some(worker), &body)
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(
            (status.as_u16(), &said["errors"][0]["field"]),
            (code, &json!(field)),
            "{body}"
        );
    }
    let body = json!({"category": "other", "building": "b1", "source": "sensor"});
    for (language, needs) in [
        ("zh-CN", "该来源须由网格员（grid_worker）及以上角色填写。"),
        ("en", "This source requires the role grid_worker."),
    ] {
        let answer = ledger
            .post("/api/warnings", None, &body)
            .header("accept-language", language)
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(
            (status, &said["needs"]),
            (StatusCode::UNAUTHORIZED, &json!(needs))
        );
    }
    for body in [json!([]), json!(null), json!("x")] {
        let answer = ledger
            .post("/api/warnings", None, &body)
            .send()
            .await
            .unwrap();
        assert_eq!(problem(answer).await.0, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_public_never_sees_what_is_protected() {
    let ledger = Ledger::start().await;
    let photo = ledger.photo(3).await;
    let secret = "秘密的话";
    let reported = ledger
        .report(None, json!({"note": secret, "photos": [&photo], "contact": "13800000000", "key": "k".repeat(40)}))
        .await;
    let id = reported["id"].as_str().unwrap();
    let receipt = reported["receipt"].as_str().unwrap();
    ledger
        .act(&ledger.officer, id, "file", json!({"note": secret}))
        .await;
    ledger
        .act(&ledger.officer, id, "dispatch", json!({"unit": "u1"}))
        .await;
    let hidden = [
        secret,
        "指挥员",
        "13800000000",
        photo["id"].as_str().unwrap(),
        photo["claim"].as_str().unwrap(),
        receipt,
        "receipt_sha256",
        "\"ledger\"",
        "\"keys\"",
    ];
    for path in [
        format!("/api/warnings/{id}"),
        format!("/api/warnings/{id}?f=cap"),
        format!("/api/warnings/{id}/history"),
        format!("/api/warnings/{id}/history?f=csv"),
        "/api/warnings".to_owned(),
        "/api/warnings?f=csv".to_owned(),
        "/api/warnings?f=html".to_owned(),
        "/api/warnings?as_of=2099-01-01T00:00:00Z".to_owned(),
        format!("/api/collections/warnings/items/{id}"),
        "/api/collections/warnings/items".to_owned(),
        "/api/grids/status".to_owned(),
    ] {
        let text = ledger.get(None, &path).await.text().await.unwrap();
        for word in hidden {
            assert!(!text.contains(word), "{path} contains {word}: {text}");
        }
    }
    let now = jiff_now();
    let text = ledger
        .get(None, &format!("/api/warnings?as_of={now}"))
        .await
        .text()
        .await
        .unwrap();
    assert!(text.contains(id) && !text.contains(secret), "{text}");
    let answer = ledger.try_act(None, id, "file", json!({})).await;
    let text = answer.text().await.unwrap();
    assert!(!text.contains(secret) && !text.contains("指挥员"), "{text}");
    for path in [
        "/api/warnings?note=x",
        "/api/warnings?sortby=note",
        "/api/warnings?hotline_number=1",
    ] {
        assert_eq!(
            problem(ledger.get(None, path).await).await.0,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    // Only officers may read the contact.
    let path = format!("/api/warnings/{id}/contact");
    assert!(!ledger.get(None, &path).await.status().is_success());
    assert!(
        !ledger
            .get(Some(&ledger.worker), &path)
            .await
            .status()
            .is_success()
    );
}

#[tokio::test]
async fn spam_is_held_for_review_and_floods_are_limited() {
    let ledger = Ledger::start().await;
    let held = ledger
        .report(
            None,
            json!({"note": "see https://example.com", "category": "other"}),
        )
        .await;
    assert_eq!(held["properties"]["held"], true);
    let trapped = ledger
        .report(None, json!({"website": "x", "category": "other"}))
        .await;
    assert_eq!(trapped["properties"]["held"], true);
    let status = ledger.json(None, "/api/grids/status").await;
    assert_eq!(status["open"], json!({"red": 0, "yellow": 0, "green": 0}));
    // A few reports from one address are accepted; many in a row are refused for a while.
    let mut slowed = None;
    for i in 0..40 {
        let lon = LON - 0.009 + f64::from(i) * 0.0004;
        let body = json!({"category": "other", "geometry": {"type": "Point", "coordinates": [lon, LAT - 0.005]}});
        let answer = ledger
            .post("/api/warnings", None, &body)
            .send()
            .await
            .unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            slowed = Some((i, answer));
            break;
        }
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    let (heard, answer) = slowed.unwrap();
    assert!(heard >= 3, "{heard}");
    let wait: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(wait > 0);
    problem(answer).await;
    // Accounts are not limited.
    ledger.case().await;
}

#[tokio::test]
async fn a_dispatch_past_the_responsible_unit_needs_a_reason_which_the_history_keeps() {
    let ledger = Ledger::start().await;
    let officer = &ledger.officer;
    let mut committee = unit("u3", &["corridor_clutter"]);
    committee["properties"]["kind"] = json!("community");
    ledger.server.put("units", &committee).await;
    let id = ledger.case().await;
    ledger.act(officer, &id, "file", json!({})).await;

    // The list names the neighbourhood committee, where no property company manages the place.
    let path = format!("/api/warnings/{id}/units");
    let ranking = ledger.json(Some(officer), &path).await;
    let first = &ranking["units"][0];
    assert_eq!(
        (&first["id"], &first["responsible"]),
        (&json!("u3"), &json!(true))
    );
    let why = first["why"]["zh"].as_str().unwrap();
    assert!(
        why.starts_with("楼道堆物：由小区物业负责，此处没有小区物业，改由社区居委会负责；"),
        "{why}"
    );
    assert_eq!(ranking["units"][1]["responsible"], false);
    assert_eq!(ranking["verified"], false);

    let (status, said) = ledger
        .refused(Some(officer), &id, "dispatch", json!({"unit": "u1"}))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(said["errors"][0]["field"], "reason");
    let detail = said["detail"].as_str().unwrap();
    assert!(detail.contains("committee"), "{detail}");
    let reason = "居委会人手不足，由消防协助";
    let other = json!({"unit": "u1", "reason": reason});
    ledger.act(officer, &id, "dispatch", other).await;
    let path = format!("/api/warnings/{id}/history");
    let history = ledger.json(Some(officer), &path).await;
    assert_eq!(history["steps"][2]["reason"], reason);
    let public = ledger.json(None, &path).await.to_string();
    assert!(!public.contains(reason), "{public}");

    ledger
        .act(&ledger.unit, &id, "return", json!({"reason": "x"}))
        .await;
    ledger
        .act(officer, &id, "dispatch", json!({"unit": "u3"}))
        .await;
}
