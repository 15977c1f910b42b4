//! Tests that errors are completely in the language of the caller, Chinese or English.

use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, VARY};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::{Ledger, account};

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The text outside of brackets. Technical details may stand in brackets.
fn outside_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut outside = String::new();
    for c in text.chars() {
        match c {
            '（' => depth += 1,
            '）' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    outside
}

/// Four English words in a row count as a sentence.
fn has_english_sentence(text: &str) -> bool {
    let is_word = |w: &str| w.chars().all(|c| c.is_ascii_alphabetic());
    let outside = outside_brackets(text);
    let words: Vec<&str> = outside.split(' ').collect();
    words
        .windows(4)
        .any(|w| w.iter().all(|w| !w.is_empty() && is_word(w)))
}

/// The texts of a problem document that are meant for people.
fn texts(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let faults = errors.iter().map(|e| e["problem"].clone());
    [problem["title"].clone(), problem["detail"].clone()]
        .into_iter()
        .chain(faults)
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

async fn refused(request: RequestBuilder, language: &str, what: &str) -> (StatusCode, Value) {
    let asked = request.header(ACCEPT_LANGUAGE, language);
    let response = asked.send().await.unwrap();
    let status = response.status();
    assert!(status.is_client_error(), "{what}: {status}");
    let head = |name| response.headers()[name].to_str().unwrap().to_owned();
    let tag = if language.starts_with("zh") {
        "zh-CN"
    } else {
        "en"
    };
    assert_eq!(head(CONTENT_LANGUAGE), tag, "{what}");
    let all = response.headers().get_all(VARY);
    let vary: Vec<_> = all.iter().filter_map(|v| v.to_str().ok()).collect();
    assert!(
        vary.join(",").contains("accept-language"),
        "{what}: {vary:?}"
    );
    (status, response.json().await.unwrap())
}

#[tokio::test]
async fn every_error_is_answered_in_chinese_and_in_english() {
    let ledger = Ledger::start().await;
    let server = &ledger.server;
    let (admin, officer, worker) = (&server.admin, &ledger.officer, &ledger.worker);
    let elsewhere = account(
        &server.database,
        "officer",
        "elsewhere",
        &["--communities", "c9"],
    );
    let case = ledger.case().await;
    let filed = ledger.at("filed").await;
    let handled = ledger.at("handled").await;
    let none = json!({});
    let items = "/api/collections/buildings/items";
    let ring = json!([
        [117.0, 39.0],
        [117.1, 39.1],
        [117.1, 39.0],
        [117.0, 39.1],
        [117.0, 39.0]
    ]);
    let bow = json!({"type": "Polygon", "coordinates": [ring]});
    let b1 = |geometry: Value, properties: Value| json!({"type": "Feature", "id": "b1", "geometry": geometry, "properties": properties});
    let point = json!({"type": "Point", "coordinates": [117.1, 39.1]});

    let mut cases: Vec<(Method, String, Option<&str>, Option<Value>)> = Vec::new();
    for path in [
        format!("{items}?bbox=a,b"),
        format!("{items}?bbox=1,2,3"),
        format!("{items}?bbox=0,0,1,91"),
        format!("{items}?bbox=0,2,1,1"),
        format!("{items}?limit=0"),
        format!("{items}?limit=many"),
        format!("{items}?limit=1&limit=2"),
        format!("{items}?offset=-1"),
        format!("{items}?offset=99999999"),
        format!("{items}?bbx=1,2,3,4"),
        format!("{items}?crs=EPSG:4326"),
        format!("{items}?datetime=yesterday"),
        format!("{items}?f=shapefile"),
        format!("{items}?after=%00"),
        format!("{items}?sortby=nothing"),
        format!("{items}?filter=levels%20%3E"),
        format!("{items}?filter=nothing%20%3D%201"),
        format!("{items}?filter-lang=sql"),
        format!("{items}?name=%ff"),
        format!("{items}/nothing"),
        "/api/collections/nothing/items".into(),
        "/api/nearest?collection=buildings&lon=1".into(),
        "/api/nearest?collection=buildings&lon=200&lat=1".into(),
        "/api/nearest?lon=1&lat=1".into(),
        "/api/nearest?collection=buildings&lon=1&lat=1&k=0".into(),
        "/api/search?limit=3".into(),
        "/api/search?q=a&limit=0".into(),
        "/api/tiles/WebMercatorQuad/3/8/0".into(),
        "/api/tiles/WebMercatorQuad/99/0/0".into(),
        "/api/tiles/WebMercatorQuad/a/0/0".into(),
        "/api/events?bbox=1".into(),
        "/api/grids/status?x=1".into(),
        "/api/grids/status?as_of=2999-01-01T00:00:00Z".into(),
        "/api/grids/status?as_of=soon".into(),
        "/api/styles/neon".into(),
        "/api/nothing".into(),
        "/nothing".into(),
        "/api/photos/none".into(),
        "/api/warnings/none".into(),
        "/api/warnings?lang=fr".into(),
        "/api/warnings?open=maybe".into(),
        "/api/warnings/duplicates?lon=1&lat=1".into(),
        "/api/warnings/duplicates?category=other".into(),
        "/api/warnings/duplicates?category=other&building=none".into(),
        "/api/warnings/figures?month=2026-11".into(),
        "/api/accounts".into(),
        "/api/jobs".into(),
        format!("/api/warnings/{case}/history?after=7"),
        format!("/api/warnings/{case}?receipt=wrong"),
    ] {
        cases.push((Method::GET, path, None, None));
    }
    for path in [
        "/api/warnings/figures?month=soon".to_owned(),
        "/api/warnings/summary?days=0".to_owned(),
        "/api/warnings/summary?community=none".to_owned(),
        "/api/audit?kind=none".to_owned(),
        "/api/audit?from=soon".to_owned(),
        "/api/accounts/none".to_owned(),
        "/api/jobs/none".to_owned(),
        "/api/webhooks/none/deliveries".to_owned(),
    ] {
        cases.push((Method::GET, path, Some(admin), None));
    }
    for (who, path, body) in [
        (
            None,
            "/api/session",
            json!({"name": "nobody", "password": "wrong password"}),
        ),
        (None, "/api/session", none.clone()),
        (
            None,
            "/api/invites/accept",
            json!({"code": "om_none", "name": "a", "password": "long enough"}),
        ),
        (None, "/api/warnings", none.clone()),
        (None, "/api/warnings", json!({"category": "other"})),
        (
            None,
            "/api/warnings",
            json!({"category": "nothing", "geometry": point}),
        ),
        (
            None,
            "/api/warnings",
            json!({"category": "other", "building": "none"}),
        ),
        (
            None,
            "/api/warnings",
            json!({"category": "other", "geometry": bow}),
        ),
        (
            None,
            "/api/warnings",
            json!({"category": "other", "geometry": point, "note": 7}),
        ),
        (
            None,
            "/api/warnings",
            json!({"category": "other", "geometry": point, "photos": ["none"]}),
        ),
        (
            None,
            "/api/warnings",
            json!({"category": "other", "geometry": point, "source": "hotline"}),
        ),
        (None, "/api/warnings", json!([])),
        (
            None,
            "/api/observations",
            json!({"place": "b1", "category": "other", "value": 1}),
        ),
        (
            Some(officer),
            "/api/observations",
            json!({"place": "none", "category": "other", "value": 1}),
        ),
        (
            Some(admin),
            "/api/observations",
            json!({"category": "other", "value": "high"}),
        ),
        (Some(officer), "/api/silences", none.clone()),
        (
            Some(officer),
            "/api/silences",
            json!({"match": {"grid": "g1"}, "until": "2999-01-01"}),
        ),
        (
            Some(officer),
            "/api/silences",
            json!({"match": {"x": 1}, "until": "2999-01-01", "reason": "x"}),
        ),
        (
            Some(worker),
            "/api/silences",
            json!({"match": {"grid": "g1"}, "until": "2999-01-01", "reason": "x"}),
        ),
        (
            Some(admin),
            "/api/accounts",
            json!({"name": "", "roles": ["officer"]}),
        ),
        (
            Some(admin),
            "/api/accounts",
            json!({"name": "新账号", "roles": ["king"]}),
        ),
        (
            Some(admin),
            "/api/accounts",
            json!({"name": "新账号", "roles": []}),
        ),
        (
            Some(admin),
            "/api/accounts",
            json!({"name": "新账号", "roles": ["unit"]}),
        ),
        (
            Some(admin),
            "/api/accounts",
            json!({"name": "elsewhere", "roles": ["officer"]}),
        ),
        (
            Some(admin),
            "/api/accounts",
            json!({"name": "新账号", "roles": ["officer"], "password": "short"}),
        ),
        (
            Some(officer),
            "/api/accounts",
            json!({"name": "新账号", "roles": ["officer"]}),
        ),
        (Some(officer), "/api/invites", json!({"roles": ["admin"]})),
        (
            Some(officer),
            "/api/invites",
            json!({"roles": ["grid_worker"], "uses": 0}),
        ),
        (
            Some(officer),
            "/api/invites",
            json!({"roles": ["unit"], "unit": "none"}),
        ),
        (
            Some(admin),
            "/api/webhooks",
            json!({"url": "ftp://x", "events": ["step"]}),
        ),
        (
            Some(admin),
            "/api/webhooks",
            json!({"url": "http://x", "events": []}),
        ),
        (Some(admin), "/api/warnings/import", json!([])),
        (Some(officer), "/api/imports", none.clone()),
        (Some(admin), items, b1(point.clone(), json!({}))),
        (Some(admin), items, b1(bow.clone(), json!({}))),
        (Some(admin), items, b1(json!({"type": "Point"}), json!({}))),
        (
            Some(admin),
            items,
            b1(
                json!({"type": "Point", "coordinates": [39, 117]}),
                json!({}),
            ),
        ),
        (Some(admin), items, b1(json!({"type": "Circle"}), json!({}))),
        (
            Some(admin),
            items,
            b1(Value::Null, json!({"levels": "many", "housing": "palace"})),
        ),
        (Some(admin), items, json!({"type": "Feature"})),
        (Some(admin), items, json!(["x"])),
        (None, items, b1(point.clone(), json!({}))),
        (Some(worker), items, b1(point.clone(), json!({}))),
    ] {
        cases.push((
            Method::POST,
            path.to_owned(),
            who.map(String::as_str),
            Some(body),
        ));
    }
    for (who, id, action) in [
        (None, &case, json!({"action": "file"})),
        (Some(worker), &case, json!({"action": "file"})),
        (Some(&elsewhere), &case, json!({"action": "file"})),
        (Some(officer), &case, json!({"action": "reject"})),
        (Some(officer), &case, json!({"action": "close"})),
        (Some(officer), &case, json!({"action": "level"})),
        (Some(officer), &case, json!({"action": "sing"})),
        (Some(officer), &case, json!({})),
        (
            Some(officer),
            &case,
            json!({"action": "merge", "into": "none"}),
        ),
        (
            Some(officer),
            &case,
            json!({"action": "merge", "into": case}),
        ),
        (Some(officer), &case, json!({"action": "note"})),
        (Some(officer), &filed, json!({"action": "dispatch"})),
        (
            Some(officer),
            &filed,
            json!({"action": "dispatch", "unit": "none"}),
        ),
        (
            Some(officer),
            &filed,
            json!({"action": "dispatch", "unit": "u2"}),
        ),
        (
            Some(officer),
            &filed,
            json!({"action": "dispatch", "unit": "u1", "due_at": "2001-01-01"}),
        ),
        (
            Some(officer),
            &filed,
            json!({"action": "dispatch", "unit": "u1", "due_at": "soon"}),
        ),
        (
            Some(officer),
            &filed,
            json!({"action": "park", "reason": "x"}),
        ),
        (
            Some(worker),
            &handled,
            json!({"action": "verify", "result": "pass"}),
        ),
        (
            Some(worker),
            &handled,
            json!({"action": "verify", "result": "perhaps"}),
        ),
        (
            Some(worker),
            &handled,
            json!({"action": "rate", "rating": 9}),
        ),
        (
            Some(&ledger.unit),
            &handled,
            json!({"action": "verify", "result": "pass"}),
        ),
        (None, &handled, json!({"action": "rate", "rating": 5})),
    ] {
        let path = format!("/api/warnings/{id}/actions");
        cases.push((Method::POST, path, who.map(String::as_str), Some(action)));
    }
    cases.push((Method::DELETE, "/api/collections".into(), Some(admin), None));
    cases.push((
        Method::DELETE,
        "/api/silences/none".into(),
        Some(officer),
        None,
    ));
    cases.push((Method::DELETE, format!("{items}/none"), Some(admin), None));
    cases.push((
        Method::DELETE,
        "/api/webhooks/none".into(),
        Some(admin),
        None,
    ));
    cases.push((
        Method::PUT,
        "/api/collections/warnings/items/w".into(),
        Some(admin),
        Some(none.clone()),
    ));
    cases.push((
        Method::PUT,
        "/api/presets/X".into(),
        Some(officer),
        Some(json!({"settings": {}})),
    ));
    cases.push((
        Method::PUT,
        "/api/presets/x".into(),
        Some(officer),
        Some(json!({"settings": {"token": "a"}})),
    ));
    cases.push((Method::GET, "/api/session".into(), Some("om_nothing"), None));

    for (method, path, token, body) in cases {
        let ask = || {
            let mut request = server.request(method.clone(), &path);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            match &body {
                None => request,
                Some(body) => request.json(body),
            }
        };
        let what = format!("{method} {path} {}", body.clone().unwrap_or_default());
        let (status, zh) = refused(ask(), "zh-CN,zh;q=0.9,en;q=0.8", &what).await;
        for text in texts(&zh) {
            assert!(text.chars().any(is_chinese), "{what}: {text}");
            assert!(!has_english_sentence(&text), "{what}: {text}");
        }
        let (same, en) = refused(ask(), "en-US", &what).await;
        assert_eq!(status, same, "{what}");
        for text in texts(&en) {
            // Names of accounts stay Chinese in either language.
            let names = ["新账号", "指挥员", "网格员", "消防"];
            let plain = names
                .iter()
                .fold(text.clone(), |t, name| t.replace(name, ""));
            assert!(!plain.chars().any(is_chinese), "{what}: {text}");
        }
    }
}

#[tokio::test]
async fn a_program_that_names_no_language_gets_english() {
    let ledger = Ledger::start().await;
    let response = ledger.server.get("/api/nothing").await;
    assert_eq!(response.headers()[CONTENT_LANGUAGE], "en");
    let said: Value = response.json().await.unwrap();
    assert_eq!(
        said["detail"],
        "There is no resource /api/nothing. /api/ lists the resources."
    );
    let (_, said) = refused(ledger.server.request(Method::GET, "/api/nothing"), "zh", "").await;
    assert_eq!(said["title"], "未找到");
    assert_eq!(
        said["detail"],
        "没有资源 /api/nothing，可用的资源见 /api/。"
    );
}
