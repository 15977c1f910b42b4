//! Tests of rights within and outside of an account's communities: every path that requires a role is tried
//! with an account of each role.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::building;
use crate::support::ledger::{LAT, LON, Ledger, account, square, unit};

/// The roles of the accounts, which are restricted to the community `c1`. The unit account works for `u1`.
const ROLES: [&str; 7] = [
    "rider",
    "unit",
    "grid_worker",
    "officer",
    "planner",
    "steward",
    "admin",
];

/// Moves a square of the district to the east.
fn east(mut feature: Value, degrees: f64) -> Value {
    for position in feature["geometry"]["coordinates"][0]
        .as_array_mut()
        .unwrap()
    {
        position[0] = json!(position[0].as_f64().unwrap() + degrees);
    }
    feature
}

/// A second community, 5 km to the east of the first.
async fn second_community(ledger: &Ledger) {
    let community = json!({"kind": "community", "code": "120113001021000", "name": "新华社区"});
    let grid =
        json!({"kind": "grid", "code": "120113001021001", "name": "第1网格", "parent": "c2"});
    for feature in [square("c2", 0.01, community), square("g2", 0.01, grid)] {
        ledger.server.put("grids", &east(feature, 0.06)).await;
    }
    let house = building("b2", LON + 0.06, LAT);
    ledger.server.put("buildings", &house).await;
}

/// Whether a role is one of those named.
fn one_of(role: &str, roles: &[&str]) -> bool {
    roles.contains(&role)
}

const STAFF: [&str; 5] = ["grid_worker", "officer", "planner", "steward", "admin"];

#[tokio::test]
async fn an_account_can_act_only_by_its_role_and_in_its_communities() {
    let ledger = Ledger::start().await;
    second_community(&ledger).await;
    for role in ROLES {
        let more: &[&str] = match role {
            "unit" => &["--communities", "c1", "--unit", "u1"],
            _ => &["--communities", "c1"],
        };
        let token = account(&ledger.database, role, &format!("bound {role}"), more);
        for (house, grid, east, own) in [("b1", "g1", 0.0, true), ("b2", "g2", 0.06, false)] {
            // The town has a filed case, one that waits for verification, and a contact.
            let waiting = ledger
                .report(
                    Some(&ledger.worker),
                    json!({"building": house, "contact": "13800000000"}),
                )
                .await;
            let waiting = waiting["id"].as_str().unwrap().to_owned();
            let handled = handled(&ledger, house).await;
            let tried = [
                (
                    "report",
                    true,
                    ledger.post("/api/warnings", Some(&token), &json!({
                        "category": "other", "building": house,
                    })),
                ),
                (
                    "observe",
                    one_of(role, &STAFF),
                    ledger.post("/api/observations", Some(&token), &json!({
                        "place": house, "category": "corridor_clutter", "value": 0.1,
                    })),
                ),
                (
                    "silence of a grid",
                    one_of(role, &["officer", "admin"]),
                    ledger.post("/api/silences", Some(&token), &json!({
                        "match": {"grid": grid}, "reason": "演练", "until": "2099-01-01T00:00:00Z",
                    })),
                ),
                (
                    "silence of a case",
                    one_of(role, &["officer", "admin"]),
                    ledger.post("/api/silences", Some(&token), &json!({
                        "match": {"warning": waiting}, "reason": "演练", "until": "2099-01-01T00:00:00Z",
                    })),
                ),
                (
                    "file",
                    one_of(role, &["officer", "admin"]),
                    ledger.post(&format!("/api/warnings/{waiting}/actions"), Some(&token), &json!({
                        "action": "file",
                    })),
                ),
                (
                    "verify",
                    one_of(role, &STAFF),
                    ledger.post(&format!("/api/warnings/{handled}/actions"), Some(&token), &json!({
                        "action": "verify", "result": "pass", "reason": "电话核实",
                    })),
                ),
                (
                    "contact",
                    one_of(role, &["officer", "admin"]),
                    ledger
                        .server
                        .request(Method::GET, &format!("/api/warnings/{waiting}/contact"))
                        .bearer_auth(&token),
                ),
                (
                    "put",
                    one_of(role, &["steward", "admin"]),
                    ledger
                        .server
                        .request(Method::PUT, &format!("/api/collections/buildings/items/new-{house}"))
                        .bearer_auth(&token)
                        .json(&building(&format!("new-{house}"), LON + east + 0.001, LAT)),
                ),
                (
                    "patch",
                    one_of(role, &["steward", "admin"]),
                    ledger
                        .server
                        .request(Method::PATCH, &format!("/api/collections/buildings/items/{house}"))
                        .bearer_auth(&token)
                        .header("content-type", "application/merge-patch+json")
                        .body(r#"{"properties": {"levels": 7}}"#),
                ),
            ];
            for (what, by_role, request) in tried {
                let answer = request.send().await.unwrap();
                let status = answer.status();
                let text = answer.text().await.unwrap();
                if by_role && own {
                    assert!(
                        status.is_success(),
                        "{role} {what} {house}: {status} {text}"
                    );
                } else if (role, what) == ("unit", "verify") {
                    // The account's own unit handled the case, so no role would help.
                    assert_eq!(status, StatusCode::CONFLICT, "{text}");
                } else {
                    assert_eq!(
                        status,
                        StatusCode::FORBIDDEN,
                        "{role} {what} {house}: {text}"
                    );
                }
            }
        }
    }
}

/// A case that the unit `u1` has handled.
async fn handled(ledger: &Ledger, house: &str) -> String {
    let case = ledger
        .report(
            Some(&ledger.worker),
            json!({"building": house, "category": "other"}),
        )
        .await;
    let id = case["id"].as_str().unwrap().to_owned();
    ledger.act(&ledger.officer, &id, "file", json!({})).await;
    ledger
        .act(&ledger.officer, &id, "dispatch", json!({"unit": "u1"}))
        .await;
    ledger.act(&ledger.unit, &id, "start", json!({})).await;
    ledger
        .act(
            &ledger.unit,
            &id,
            "handle",
            json!({"note": "已清理", "photos": [ledger.photo(3).await]}),
        )
        .await;
    id
}

#[tokio::test]
async fn a_bound_officer_cannot_move_a_building_out_or_end_silences_elsewhere() {
    let ledger = Ledger::start().await;
    second_community(&ledger).await;
    let bound = account(&ledger.database, "admin", "bound", &["--communities", "c1"]);
    // A move out of the account's community, and a move into it.
    for (house, to) in [("b1", LON + 0.06), ("b2", LON)] {
        let moved = building(house, to, LAT);
        let answer = ledger
            .server
            .request(
                Method::PUT,
                &format!("/api/collections/buildings/items/{house}"),
            )
            .bearer_auth(&bound)
            .json(&moved)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{house}");
    }
    let delete = |path: String| {
        ledger
            .server
            .request(Method::DELETE, &path)
            .bearer_auth(&bound)
    };
    let gone = delete("/api/collections/buildings/items/b2".into())
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::FORBIDDEN);

    let silence = json!({"match": {"community": "c2", "category": "other"}, "reason": "施工", "until": "2099-01-01T00:00:00Z"});
    let answer = ledger
        .post("/api/silences", Some(&ledger.officer), &silence)
        .send()
        .await
        .unwrap();
    let silence: Value = answer.json().await.unwrap();
    let path = format!("/api/silences/{}", silence["id"].as_str().unwrap());
    assert_eq!(
        delete(path).send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    // A silence of a category applies to all communities.
    let all =
        json!({"match": {"category": "other"}, "reason": "施工", "until": "2099-01-01T00:00:00Z"});
    let answer = ledger
        .post("/api/silences", Some(&bound), &all)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

/// All answers that may contain the texts of a case.
async fn told(ledger: &Ledger, token: &str, id: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in [
        format!("/api/warnings/{id}"),
        format!("/api/warnings/{id}/history"),
        format!("/api/warnings/{id}/history?f=csv"),
        "/api/warnings?limit=100".into(),
        "/api/warnings?limit=100&open=true".into(),
        "/api/warnings?f=csv".into(),
        format!(
            "/api/warnings?limit=100&as_of={}",
            crate::support::ledger::a_moment().await
        ),
        format!("/api/collections/warnings/items/{id}"),
        "/api/collections/warnings/items?limit=100".into(),
        "/api/collections/warnings/items?limit=100&sortby=category".into(),
    ] {
        let answer = ledger.get(Some(token), &path).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        all.push((path, answer.text().await.unwrap()));
    }
    let body = json!({"ids": [id]});
    let sheet = ledger
        .post("/api/warnings/export", Some(token), &body)
        .send()
        .await
        .unwrap();
    all.push(("export".into(), sheet.text().await.unwrap()));
    all
}

#[tokio::test]
async fn protected_texts_of_a_case_depend_on_role_unit_and_community_in_every_answer() {
    let ledger = Ledger::start().await;
    second_community(&ledger).await;
    let also = unit("u2", &["corridor_clutter"]);
    ledger.server.put("units", &also).await;
    let canary = "三楼杂物金丝雀";
    let report = json!({"building": "b1", "note": canary});
    let case = ledger.report(Some(&ledger.worker), report).await;
    let id = case["id"].as_str().unwrap().to_owned();
    ledger.act(&ledger.officer, &id, "file", json!({})).await;

    let account = |role, name, more: &[&str]| account(&ledger.database, role, name, more);
    let here = account("grid_worker", "here", &["--communities", "c1"]);
    let there = account("grid_worker", "there", &["--communities", "c2"]);
    let officer_there = account("officer", "officer there", &["--communities", "c2"]);
    let other_unit = account("unit", "other unit", &["--unit", "u2"]);
    let rider = account("rider", "rider", &[]);
    let check = async |who: &str, token: &str, sees: bool| {
        for (path, text) in told(&ledger, token, &id).await {
            assert_eq!(text.contains(canary), sees, "{who} {path}: {text}");
        }
        // A filter on a hidden property is refused or finds nothing.
        let query = format!("/api/warnings?note={canary}");
        let found = ledger.get(Some(token), &query).await;
        match found.status() {
            StatusCode::BAD_REQUEST => assert!(!sees || who.contains("unit"), "{who}"),
            _ => {
                let found: Value = found.json().await.unwrap();
                assert_eq!(
                    found["numberMatched"],
                    json!(u8::from(sees)),
                    "{who}: {found}"
                );
            }
        }
    };
    check("here", &here, true).await;
    check("there", &there, false).await;
    check("officer there", &officer_there, false).await;
    check("rider", &rider, false).await;
    check("other unit", &other_unit, false).await;
    check("the unit", &ledger.unit, false).await;

    // A unit sees the texts of a case while the case is dispatched to it, and no longer after it has returned the case.
    ledger
        .act(&ledger.officer, &id, "dispatch", json!({"unit": "u1"}))
        .await;
    check("the unit", &ledger.unit, true).await;
    check("other unit", &other_unit, false).await;
    let contact = ledger
        .get(Some(&ledger.unit), &format!("/api/warnings/{id}/contact"))
        .await;
    assert_eq!(contact.status(), StatusCode::FORBIDDEN);
    ledger
        .act(&ledger.unit, &id, "return", json!({"reason": "不归我们管"}))
        .await;
    ledger
        .act(&ledger.officer, &id, "dispatch", json!({"unit": "u2"}))
        .await;
    check("other unit", &other_unit, true).await;
    check("the unit", &ledger.unit, false).await;
}

/// All other answers about a case for callers without an account.
async fn told_to_the_public(ledger: &Ledger, id: &str, receipt: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for path in [
        format!("/api/warnings/{id}"),
        format!("/api/warnings/{id}?receipt={receipt}"),
        format!("/api/warnings/{id}?f=cap"),
        format!("/api/warnings/{id}/history"),
        format!("/api/warnings/{id}/history?f=csv"),
        "/api/warnings?limit=100".into(),
        format!("/api/collections/warnings/items/{id}"),
        "/api/grids/status".into(),
    ] {
        let answer = ledger.get(None, &path).await;
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        all.push((path, answer.text().await.unwrap()));
    }
    all
}

#[tokio::test]
async fn internal_notes_urges_and_supervisions_are_read_by_staff_and_the_unit_only() {
    let ledger = Ledger::start().await;
    second_community(&ledger).await;
    let (officer, worker, unit) = (&ledger.officer, &ledger.worker, &ledger.unit);
    let case = ledger.report(None, json!({"building": "b1"})).await;
    let id = case["id"].as_str().unwrap().to_owned();
    let receipt = case["receipt"].as_str().unwrap().to_owned();
    let database = &ledger.database;
    let there = account(database, "officer", "there", &["--communities", "c2"]);
    let rider = account(database, "rider", "rider", &[]);
    let note = |text: &str| json!({"note": text});
    let seq_before = ledger
        .json(Some(officer), &format!("/api/warnings/{id}"))
        .await["seq"]
        .clone();

    // The unit may not add a note before the case is dispatched to it. The public, riders and officers of another
    // community may never add one.
    for (token, status) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(&rider), StatusCode::FORBIDDEN),
        (Some(unit), StatusCode::FORBIDDEN),
        (Some(&there), StatusCode::FORBIDDEN),
    ] {
        let token = token.map(String::as_str);
        let (code, said) = ledger.refused(token, &id, "note", note("x")).await;
        assert_eq!(code, status, "{said}");
    }
    let canary = "报案人情绪激动金丝雀";
    ledger
        .act(worker, &id, "note", note(&format!("{canary}一")))
        .await;
    ledger.act(officer, &id, "file", json!({})).await;
    ledger
        .act(officer, &id, "dispatch", json!({"unit": "u1"}))
        .await;
    ledger
        .act(unit, &id, "note", note(&format!("{canary}二")))
        .await;
    let urge = note(&format!("{canary}催"));
    ledger.act(officer, &id, "urge", urge).await;
    let due = "2099-12-01T09:30:00Z";
    let supervise = json!({"reason": format!("{canary}督"), "due_at": due});
    let supervised = ledger.act(officer, &id, "supervise", supervise).await;
    let noted = ledger
        .act(officer, &id, "note", note(&format!("{canary}三")))
        .await;
    assert_eq!(noted["properties"]["status"], "dispatched");
    // The second due date stands beside that of the unit.
    let dates = &supervised["properties"];
    assert_ne!(dates["due_at"], due);
    for token in [officer, worker, unit] {
        let case = ledger
            .json(Some(token), &format!("/api/warnings/{id}"))
            .await;
        assert_eq!(case["properties"]["supervise_due_at"], due);
        assert_eq!(case["properties"]["urges"], 1);
    }

    let history = |token| {
        let path = format!("/api/warnings/{id}/history");
        let ledger = &ledger;
        async move { ledger.json(token, &path).await["steps"].clone() }
    };
    let texts = |steps: &Value| -> Vec<String> {
        let notes = steps.as_array().unwrap().iter();
        let notes = notes.filter(|s| s["action"] == "note");
        notes
            .map(|s| s["note"].as_str().unwrap_or_default().replace(canary, ""))
            .collect()
    };
    for token in [officer, worker, unit] {
        let steps = history(Some(token.as_str())).await;
        assert_eq!(texts(&steps), ["一", "二", "三"]);
        assert_eq!(steps[5]["note"], format!("{canary}催"));
        assert_eq!(steps[6]["reason"], format!("{canary}督"));
        assert_eq!(steps[6]["due_at"], due);
    }
    for token in [None, Some(rider.as_str()), Some(there.as_str())] {
        let steps = history(token).await;
        assert!(texts(&steps).is_empty(), "{steps}");
        let actions: Vec<&str> = steps
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["action"].as_str().unwrap())
            .collect();
        assert_eq!(actions, ["report", "file", "dispatch"]);
    }
    let mut all = told_to_the_public(&ledger, &id, &receipt).await;
    for token in [&rider, &there] {
        all.extend(told(&ledger, token, &id).await);
    }
    let hidden = [
        canary,
        "2099-12-01",
        "urged_at",
        "supervise",
        "催办",
        "督办",
    ];
    for (path, text) in all {
        for word in hidden {
            assert!(!text.contains(word), "{path}: {text}");
        }
    }
    // The internal steps make no CAP messages: the CAP message is the third, after the report, the filing and the
    // dispatch. The feed sends the case to the public without their texts and dates.
    let cap = ledger.get(None, &format!("/api/warnings/{id}?f=cap")).await;
    let cap = cap.text().await.unwrap();
    assert!(
        cap.contains(&format!("<identifier>{id}.3</identifier>")),
        "{cap}"
    );
    let request = ledger.server.request(Method::GET, "/api/events");
    let request = request.header("last-event-id", seq_before.to_string());
    let mut feed = crate::support::feed::Feed::of(request).await;
    loop {
        let event = feed.next().await;
        for word in hidden {
            assert!(!event.data.to_string().contains(word), "{}", event.data);
        }
        if event
            .id
            .is_some_and(|seq| Some(seq) >= noted["seq"].as_u64())
        {
            break;
        }
    }
    // A note can also be added to an ended case, which stays as it is.
    for status in ["closed", "merged", "rejected", "parked"] {
        let id = ledger.at(status).await;
        let noted = ledger.act(officer, &id, "note", note("补记")).await;
        assert_eq!(noted["properties"]["status"], status);
    }
}

#[tokio::test]
async fn a_long_history_can_be_read_page_by_page() {
    let ledger = Ledger::start().await;
    let id = ledger.case().await;
    for n in 1..=7 {
        let note = json!({"note": format!("第{n}条")});
        ledger.act(&ledger.officer, &id, "note", note).await;
    }
    let (mut steps, mut pages, mut after) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/api/warnings/{id}/history?limit=3{after}");
        let page = ledger.json(Some(&ledger.officer), &path).await;
        let some = page["steps"].as_array().unwrap();
        assert!(some.len() <= 3, "{page}");
        steps.extend(some.iter().map(|s| s["n"].as_u64().unwrap()));
        pages += 1;
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(steps, (1..=8).collect::<Vec<_>>());
    assert!(pages >= 3, "{pages}");
    let path = format!("/api/warnings/{id}/history?f=csv&limit=3");
    let sheet = ledger.get(Some(&ledger.officer), &path).await;
    assert!(sheet.headers().contains_key("onemap-next"));
    assert_eq!(sheet.text().await.unwrap().lines().count(), 4);
    let (status, said) = ledger
        .server
        .problem(&format!("/api/warnings/{id}/history?after=7"))
        .await;
    assert_eq!(
        (status, &said["parameter"]),
        (StatusCode::BAD_REQUEST, &json!("after"))
    );
}

/// The duty room takes a call: officers find the earlier cases of the caller, in their communities, and nobody else does.
#[tokio::test]
async fn officers_find_the_earlier_cases_of_a_caller_in_their_communities() {
    let ledger = Ledger::start().await;
    second_community(&ledger).await;
    let mut ids = Vec::new();
    for (house, contact) in [
        ("b1", "138 0000 0000"),
        ("b2", "13800000000"),
        ("b1", "+86 13800000000"),
        ("b1", "13800000001"),
    ] {
        let case = json!({"building": house, "category": "other", "contact": contact});
        let case = ledger.report(Some(&ledger.worker), case).await;
        ids.push(case["id"].as_str().unwrap().to_owned());
    }
    let asked = async |token: Option<&str>, contact: &str| {
        let body = json!({"contact": contact});
        let request = ledger.post("/api/warnings/caller", token, &body);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let shown = async |token: &str| -> Vec<String> {
        let (status, cases) = asked(Some(token), "１３８-0000-0000").await;
        assert_eq!(status, StatusCode::OK, "{cases}");
        let cases = cases["features"].as_array().unwrap().iter();
        cases
            .map(|case| case["id"].as_str().unwrap().to_owned())
            .collect()
    };
    // The latest comes first.
    assert_eq!(
        shown(&ledger.officer).await,
        [&ids[2][..], &ids[1], &ids[0]]
    );
    let bound = account(
        &ledger.database,
        "officer",
        "bound",
        &["--communities", "c1"],
    );
    assert_eq!(shown(&bound).await, [&ids[2][..], &ids[0]]);

    let screen = account(&ledger.database, "officer", "screen", &["--read-only"]);
    let screen = screen.lines().next().unwrap().to_owned();
    for (token, expected) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(&ledger.worker), StatusCode::FORBIDDEN),
        (Some(&ledger.unit), StatusCode::FORBIDDEN),
        (Some(&screen), StatusCode::FORBIDDEN),
    ] {
        let (status, problem) = asked(token.map(|t| t.as_str()), "13800000000").await;
        assert_eq!(status, expected, "{problem}");
        assert!(!problem.to_string().contains(&ids[0]), "{problem}");
    }
    for wrong in ["", "138", "王女士"] {
        let (status, problem) = asked(Some(&ledger.officer), wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
        assert_eq!(problem["errors"][0]["field"], "contact", "{problem}");
    }
    // The audit names each case that was shown, and never the number.
    let admin = Some(ledger.server.admin.as_str());
    let audit = ledger.json(admin, "/api/audit?kind=look").await;
    let text = audit.to_string();
    assert!(
        text.contains(&ids[2]) && !text.contains("1380000"),
        "{text}"
    );
}
