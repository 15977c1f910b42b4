//! Tests of the numbers of cases, and of what a receipt and its reading code show.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::Ledger;
use crate::support::postgres;
use crate::support::server::{Server, begin, onemap, sqlite_in};

/// The text of a case's number.
fn number(case: &Value) -> String {
    let number = case["properties"]["number"].as_str();
    number
        .unwrap_or_else(|| panic!("no number: {case}"))
        .to_owned()
}

async fn reported(server: &Server, note: &str) -> Value {
    let body = json!({"category": "other", "building": "b1", "note": note,
        "key": format!("{note}-0123456789abcdef0123456789abcdef")});
    let answer = server.request(Method::POST, "/api/warnings").json(&body);
    let answer = answer.send().await.unwrap();
    let status = answer.status();
    let said: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{said}");
    said
}

/// Reads a case with a receipt or a reading code in the header.
async fn read(ledger: &Ledger, id: &str, secret: &str) -> (StatusCode, Value) {
    let path = format!("/api/warnings/{id}");
    let request = ledger.server.request(Method::GET, &path);
    let answer = request
        .header("onemap-receipt", secret)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    if status.is_success() {
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    (status, answer.json().await.unwrap())
}

#[tokio::test]
async fn reports_at_once_on_two_nodes_get_different_numbers_that_find_their_cases() {
    let folder = tempfile::tempdir().unwrap();
    let rules = crate::support::ledger::edited_rules(&[("at_once = 10", "at_once = 1000")]);
    let rules = rules.path().to_str().unwrap();
    let arguments = ["--config", rules];
    let databases = [Some(sqlite_in(folder.path())), postgres::database()];
    for database in databases.into_iter().flatten() {
        let ledger = Ledger::on(&database, &arguments).await;
        let second = match database.starts_with("postgres") {
            true => Some(Server::on(&database, &arguments).await),
            false => None,
        };
        let other = second.as_ref().unwrap_or(&ledger.server);
        let notes: Vec<String> = (0..12).map(|i| format!("同时上报{i}")).collect();
        let all = futures_util::future::join_all(notes.iter().enumerate().map(|(i, note)| {
            let server = if i % 2 == 0 { &ledger.server } else { other };
            reported(server, note)
        }))
        .await;
        let numbers: BTreeSet<String> = all.iter().map(number).collect();
        assert_eq!(numbers.len(), all.len(), "{numbers:?}");
        let running: BTreeSet<&str> = numbers.iter().map(|n| &n[n.len() - 4..]).collect();
        assert_eq!(running.first(), Some(&"0001"));
        assert_eq!(running.last(), Some(&"0012"));
        for (case, note) in all.iter().zip(&notes) {
            // A repeated report is the same case with the same number.
            let again = reported(&ledger.server, note).await;
            assert_eq!((&again["id"], number(&again)), (&case["id"], number(case)));
            let number = number(case);
            for name in [number.clone(), case["id"].as_str().unwrap().to_owned()] {
                let found = ledger.json(None, &format!("/api/warnings/{name}")).await;
                assert_eq!(found["id"], case["id"], "{name}");
            }
            let list = format!("/api/warnings?number={number}");
            let list = ledger.json(None, &list).await;
            assert_eq!(list["numberMatched"], 1);
            assert_eq!(list["features"][0]["id"], case["id"]);
        }
        let unknown = ledger.get(None, "/api/warnings/20260101-0001").await;
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_receipt_tells_what_was_done_and_its_reading_code_cannot_rate() {
    let ledger = Ledger::start().await;
    let said = json!({"note": "三楼堆了旧家具", "contact": "13800000000", "photos": [ledger.photo(1).await]});
    let reported = ledger.report(None, said).await;
    let (id, receipt) = (
        reported["id"].as_str().unwrap(),
        reported["receipt"].as_str().unwrap(),
    );
    let code = reported["reading_code"].as_str().unwrap();
    let after = ledger.photo(2).await;
    for (who, action, more) in [
        (&ledger.officer, "file", json!({})),
        (&ledger.officer, "dispatch", json!({"unit": "u1"})),
        (&ledger.unit, "start", json!({})),
        (
            &ledger.unit,
            "handle",
            json!({"note": "已全部清走", "photos": [after]}),
        ),
        (
            &ledger.worker,
            "verify",
            json!({"result": "pass", "reason": "电话核实"}),
        ),
        (&ledger.officer, "close", json!({})),
    ] {
        ledger.act(who, id, action, more).await;
    }
    let number = number(&reported);
    for (secret, is_reporter) in [
        (receipt, true),
        (code, false),
        (&code.to_lowercase(), false),
    ] {
        for name in [id, &number] {
            let (status, case) = read(&ledger, name, secret).await;
            assert_eq!(status, StatusCode::OK, "{case}");
            assert_eq!(case["properties"]["note"], "三楼堆了旧家具");
            let kinds = case["properties"]["photos"].as_array().unwrap();
            let kinds: Vec<&Value> = kinds.iter().map(|p| &p["kind"]).collect();
            assert_eq!(kinds, ["report", "after"]);
            let steps = case["progress"].as_array().unwrap();
            let at = |status: &str| steps.iter().find(|s| s["status"] == status).unwrap();
            assert_eq!(at("dispatched")["unit"], "单位u1");
            assert!(at("dispatched")["due_at"].is_string());
            assert_eq!(at("handled")["note"], "已全部清走");
            assert_eq!(case["allowed"] == json!(["rate"]), is_reporter, "{case}");
            assert_eq!(case.get("reading_code").is_some(), is_reporter);
            let text = case.to_string();
            for hidden in ["13800000000", "指挥员", "网格员\"", "电话核实", receipt] {
                assert!(!text.contains(hidden), "{hidden} in {text}");
            }
        }
    }
    // Links of earlier versions have the receipt in the address.
    let old = ledger
        .json(None, &format!("/api/warnings/{id}?receipt={receipt}"))
        .await;
    assert_eq!(old["properties"]["note"], "三楼堆了旧家具");
    // A photo is shown with the reading code. Neither the telephone nor another text finds anything.
    let photo = &old["properties"]["photos"][1]["id"].as_str().unwrap();
    let shown = ledger
        .get(None, &format!("/api/photos/{photo}?receipt={code}"))
        .await;
    assert_eq!(shown.status(), StatusCode::OK);
    for wrong in ["13800000000", "AAAA-BBBB-CCCC-DDDD", ""] {
        assert_eq!(read(&ledger, &number, wrong).await.0, StatusCode::FORBIDDEN);
    }
    let rate = |secret: &str| json!({"rating": 2, "reason": "墙角还有一堆", "receipt": secret});
    let (status, _) = ledger.refused(None, id, "rate", rate(code)).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let rated = ledger.try_act(None, id, "rate", rate(receipt)).await;
    assert_eq!(rated.status(), StatusCode::OK);
    let seen = ledger
        .json(Some(&ledger.officer), &format!("/api/warnings/{id}"))
        .await;
    assert_eq!(
        (
            &seen["properties"]["rating"],
            &seen["properties"]["rating_reason"]
        ),
        (&json!(2), &json!("墙角还有一堆"))
    );
    let public = ledger.json(None, &format!("/api/warnings/{id}")).await;
    assert!(!public.to_string().contains("墙角"), "{public}");
    let again = json!({"reason": "上报人评价2星：墙角还有一堆"});
    let reopened = ledger.act(&ledger.officer, id, "reopen", again).await;
    assert_eq!(reopened["properties"]["status"], "filed");
    assert_eq!(reopened["properties"].get("rating_reason"), None);
}

#[tokio::test]
async fn a_rejected_report_tells_its_reporter_why() {
    let ledger = Ledger::start().await;
    let reported = ledger.report(None, json!({})).await;
    let id = reported["id"].as_str().unwrap();
    let why = json!({"reason": "该处属私人院落，不在受理范围"});
    ledger.act(&ledger.officer, id, "reject", why).await;
    let (_, case) = read(&ledger, id, reported["receipt"].as_str().unwrap()).await;
    let last = case["progress"].as_array().unwrap().last().unwrap();
    assert_eq!(last["status"], "rejected");
    assert_eq!(last["reason"], "该处属私人院落，不在受理范围");
    let public = ledger.json(None, &format!("/api/warnings/{id}")).await;
    assert!(!public.to_string().contains("私人院落"), "{public}");
}

#[tokio::test]
async fn numbers_survive_a_step_taken_back_and_a_restored_backup() {
    let folder = tempfile::tempdir().unwrap();
    let databases = [Some(sqlite_in(folder.path())), postgres::database()];
    for database in databases.into_iter().flatten() {
        let mut ledger = Ledger::on(&database, &[]).await;
        let first = reported(&ledger.server, "第一件").await;
        let second = reported(&ledger.server, "第二件").await;
        let id = first["id"].as_str().unwrap();
        // The officer rejects the case by mistake and takes it back.
        let reason = json!({"reason": "误操作"});
        ledger
            .act(&ledger.officer, id, "reject", reason.clone())
            .await;
        let again = ledger.act(&ledger.officer, id, "reopen", reason).await;
        assert_eq!(number(&again), number(&first));

        let files = tempfile::tempdir().unwrap();
        let file = files.path().join("map.backup");
        let file = file.to_str().unwrap();
        let (_, error, ok) = onemap(&["backup", file, "--database", &database]);
        assert!(ok, "{error}");
        ledger.server.stop();
        let (_, error, ok) = onemap(&["restore", file, "--replace", "--database", &database]);
        assert!(ok, "{error}");

        let (_running, base) = begin(&database, &[]);
        for case in [&first, &second] {
            let found = reqwest::get(format!("{base}/api/warnings/{}", number(case)));
            let found: Value = found.await.unwrap().json().await.unwrap();
            assert_eq!(found["id"], case["id"], "{found}");
        }
        // No number is given a second time.
        let body = json!({"category": "other", "building": "b1", "note": "第三件"});
        let client = reqwest::Client::new();
        let third = client
            .post(format!("{base}/api/warnings"))
            .json(&body)
            .send();
        let third: Value = third.await.unwrap().json().await.unwrap();
        assert!(number(&third) > number(&second), "{third}");
    }
}

#[tokio::test]
async fn an_exported_ledger_keeps_its_numbers_in_another_map() {
    let (from, to) = (Ledger::start().await, Ledger::start().await);
    // The second map has given the first number already.
    let own = to.report(None, json!({})).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.push(from.report(None, json!({})).await);
    }
    let sheet = from
        .get(Some(&from.officer), "/api/warnings?f=csv&sortby=number")
        .await;
    let sheet = sheet.text().await.unwrap();
    let send = async |text: String, dry_run: bool| {
        let path = format!("/api/warnings/import?dry_run={dry_run}");
        let request = to
            .server
            .request(Method::POST, &path)
            .bearer_auth(&to.officer);
        let request = request.header("content-type", "text/csv").body(text);
        let answer = request.send().await.unwrap();
        answer.json::<Value>().await.unwrap()
    };
    let taken = number(&own);
    for dry_run in [true, false] {
        let refused = send(sheet.clone(), dry_run).await;
        assert!(refused.to_string().contains(&taken), "{refused}");
    }
    let header = sheet.lines().next().unwrap().to_owned();
    let rest: Vec<&str> = sheet.lines().filter(|l| !l.contains(&taken)).collect();
    assert_eq!(rest[0], header);
    let imported = send(rest.join("\n"), false).await;
    assert_eq!(imported["created"], 2, "{imported}");
    for case in &expected[1..] {
        let id = case["id"].as_str().unwrap();
        let copy = to.json(None, &format!("/api/warnings/{id}")).await;
        assert_eq!(number(&copy), number(case));
        // The versions of the past have the number too.
        assert_eq!(copy["properties"]["status"], "reported");
    }
    // The next report continues after the imported numbers.
    let next = to.report(None, json!({})).await;
    assert!(number(&next).ends_with("-0004"), "{next}");
}
