//! Tests of micro-wishes: who claims one, what the public board shows, and what the public never learns.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::{LAT, LON, Ledger, account, square};
use crate::support::server::{onemap, problem};

/// Words of the resident, and parts of the place where they live. None of them may reach the public.
const WORDS: &str = "老伴走后灯坏了没人修金丝雀";
const ROOM: &str = "1704";
const PHONE: &str = "13987650321";
const TEXT: &str = "为一位老人更换厨房灯管";

/// Asks for something as a resident of the building. The answer has the receipt.
async fn asked(ledger: &Ledger) -> Value {
    let wish = json!({
        "category": "micro_wish", "note": WORDS, "building_unit": "3", "room": ROOM, "contact": PHONE,
    });
    ledger.report(None, wish).await
}

/// A filed wish with a public text, by its id.
async fn published(ledger: &Ledger) -> String {
    let id = asked(ledger).await["id"].as_str().unwrap().to_owned();
    let text = json!({"public_text": TEXT});
    ledger.act(&ledger.officer, &id, "file", text).await;
    id
}

async fn board(ledger: &Ledger) -> Value {
    ledger.json(None, "/api/wishes").await
}

#[tokio::test]
async fn a_wish_goes_from_the_board_to_a_unit_and_into_the_totals() {
    let ledger = Ledger::start().await;
    let (officer, unit, worker) = (&ledger.officer, &ledger.unit, &ledger.worker);
    let reported = asked(&ledger).await;
    let (id, receipt) = (
        reported["id"].as_str().unwrap(),
        reported["receipt"].clone(),
    );
    assert_eq!(reported["properties"]["level"], "green");
    assert_eq!(board(&ledger).await["wishes"], json!([]));
    // Filing alone publishes nothing; the officer publishes a text, corrects it and takes it down.
    ledger.act(officer, id, "file", json!({})).await;
    assert_eq!(board(&ledger).await["wishes"], json!([]));
    for text in ["换灯", TEXT] {
        ledger
            .act(officer, id, "publish", json!({"public_text": text}))
            .await;
        let shown = board(&ledger).await;
        assert_eq!(shown["wishes"][0]["text"], text);
    }
    let shown = board(&ledger).await;
    let today = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(8);
    let wish = json!({
        "id": id, "text": TEXT, "community": {"id": "c1", "name": "温泉社区"},
        "since": today.to_string()[..10], "state": "waiting",
    });
    assert_eq!(
        (&shown["wishes"], &shown["matched"]),
        (&json!([wish]), &json!(1))
    );
    let none = json!({"fulfilled": 0, "units": 0, "rated": 0, "rating_mean": null});
    assert_eq!(shown["totals"], none);
    assert_eq!(
        ledger.json(None, "/api/wishes?community=c9").await["wishes"],
        json!([])
    );
    ledger
        .act(officer, id, "publish", json!({"public_text": ""}))
        .await;
    assert_eq!(board(&ledger).await["wishes"], json!([]));
    ledger
        .act(officer, id, "publish", json!({"public_text": TEXT}))
        .await;

    let claimed = ledger.act(unit, id, "claim", json!({})).await;
    // From now on the unit sees whose wish it is.
    assert_eq!(claimed["properties"]["note"], WORDS);
    assert_eq!(claimed["properties"]["private_place"]["building"], "b1");
    let shown = board(&ledger).await;
    assert_eq!(shown["wishes"][0]["state"], "claimed");
    assert_eq!(
        shown["wishes"][0]["unit"],
        json!({"id": "u1", "name": "单位u1"})
    );
    ledger.act(unit, id, "start", json!({})).await;
    ledger
        .act(unit, id, "handle", json!({"note": "已换好"}))
        .await;
    assert_eq!(board(&ledger).await["wishes"][0]["state"], "done");
    // The verification is measured from the home, not from the point that the public sees.
    let near = json!({"result": "pass", "position": {"lon": LON, "lat": LAT}});
    let verified = ledger.act(worker, id, "verify", near).await;
    assert!(verified["properties"]["step"]["distance_m"].as_f64() < Some(50.0));
    ledger.act(officer, id, "close", json!({})).await;
    let rate = json!({"rating": 4, "receipt": receipt});
    let rated = ledger.try_act(None, id, "rate", rate).await;
    assert_eq!(rated.status(), StatusCode::OK);
    let shown = board(&ledger).await;
    assert_eq!(shown["wishes"], json!([]));
    let totals = json!({"fulfilled": 1, "units": 1, "rated": 1, "rating_mean": 4.0});
    assert_eq!(shown["totals"], totals);

    let path = format!("/api/warnings/{id}");
    let request = ledger.server.request(Method::GET, &path);
    let request = request.header("onemap-receipt", receipt.as_str().unwrap());
    let followed: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(followed["progress"][2]["claimed"], true, "{followed}");
    assert_eq!(followed["properties"]["private_place"]["building"], "b1");
    for step in followed["progress"].as_array().unwrap() {
        assert!(!step.to_string().contains("公示"), "{step}");
    }
}

#[tokio::test]
async fn of_units_that_claim_at_once_one_gets_the_wish() {
    let ledger = Ledger::start().await;
    let database = &ledger.server.database;
    let other = account(database, "unit", "城管", &["--unit", "u2"]);
    let id = published(&ledger).await;
    for (token, code) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(&ledger.officer), StatusCode::FORBIDDEN),
        (Some(&ledger.worker), StatusCode::FORBIDDEN),
    ] {
        let token = token.map(String::as_str);
        let (status, said) = ledger.refused(token, &id, "claim", json!({})).await;
        assert_eq!(status, code, "{said}");
    }
    for token in [&ledger.unit, &ledger.worker] {
        let text = json!({"public_text": "x"});
        let (status, _) = ledger.refused(Some(token), &id, "publish", text).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    let long = json!({"public_text": "长".repeat(201)});
    let (status, said) = ledger
        .refused(Some(&ledger.officer), &id, "publish", long)
        .await;
    assert_eq!(
        (status, &said["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("public_text"))
    );
    let tokens = [&ledger.unit, &other, &ledger.unit, &other];
    let claims = tokens.map(|token| ledger.try_act(Some(token), &id, "claim", json!({})));
    let mut won = Vec::new();
    let mut lost = Vec::new();
    for answer in join_all(claims).await {
        match answer.status() {
            StatusCode::OK => won.push(answer.json::<Value>().await.unwrap()),
            StatusCode::CONFLICT => lost.push(problem(answer).await.1),
            other => panic!("{other}: {}", answer.text().await.unwrap()),
        }
    }
    assert_eq!((won.len(), lost.len()), (1, 3));
    let unit = won[0]["properties"]["unit"].as_str().unwrap();
    for said in lost {
        assert_eq!(
            (&said["unit"], &said["case_status"]),
            (&json!(unit), &json!("dispatched"))
        );
        let name = format!("单位{unit}");
        assert!(said["detail"].as_str().unwrap().contains(&name), "{said}");
    }
    // A unit gives a wish back: the duty room looks for another way, and no unit is named.
    let token = if unit == "u1" { &ledger.unit } else { &other };
    ledger
        .act(token, &id, "return", json!({"reason": "做不了"}))
        .await;
    let shown = board(&ledger).await;
    assert_eq!(shown["wishes"][0]["state"], "arranging");
    assert_eq!(shown["wishes"][0].get("unit"), None);
}

#[tokio::test]
async fn the_public_never_learns_who_asked_for_what() {
    let ledger = Ledger::start().await;
    // A grid whose middle is far from the building, so that no position can be that of the home by chance.
    let mut grid = square(
        "g1",
        0.01,
        json!({"kind": "grid", "parent": "c1", "code": "120113001020003"}),
    );
    for position in grid["geometry"]["coordinates"][0].as_array_mut().unwrap() {
        position[0] = json!(position[0].as_f64().unwrap() + 0.008);
    }
    ledger.server.put("grids", &grid).await;
    let seq_before = board(&ledger).await["seq"].as_u64().unwrap();
    let reported = asked(&ledger).await;
    let id = reported["id"].as_str().unwrap().to_owned();
    let text = json!({"public_text": TEXT, "note": WORDS});
    ledger.act(&ledger.officer, &id, "file", text).await;
    let number = reported["properties"]["number"].as_str().unwrap();
    let now = crate::support::ledger::a_moment().await;
    let items = "/api/collections/warnings/items";
    let paths = [
        format!("/api/warnings/{id}"),
        format!("/api/warnings/{id}?f=cap"),
        format!("/api/warnings/{id}/history"),
        format!("/api/warnings/{id}/history?f=csv"),
        "/api/warnings".to_owned(),
        "/api/warnings?f=csv".to_owned(),
        format!("/api/warnings?as_of={now}"),
        format!("/api/warnings?as_of={now}&f=csv"),
        format!("/api/warnings?number={number}"),
        items.to_owned(),
        format!("{items}/{id}"),
        format!("{items}/{id}?f=html"),
        "/api/collections/warnings/tiles/WebMercatorQuad/0/0/0".to_owned(),
        "/api/warnings/duplicates?category=micro_wish&building=b1".to_owned(),
        format!("/api/nearest?collection=warnings&lon={LON}&lat={LAT}&k=10"),
        "/api/grids/status".to_owned(),
        "/api/wishes".to_owned(),
    ];
    let unit_of_others = account(&ledger.server.database, "unit", "别家", &["--unit", "u2"]);
    let rider = account(&ledger.server.database, "rider", "骑手", &[]);
    for token in [None, Some(&rider), Some(&unit_of_others)] {
        for path in &paths {
            let answer = ledger.get(token.map(String::as_str), path).await;
            let status = answer.status();
            let bytes = answer.bytes().await.unwrap();
            let said = String::from_utf8_lossy(&bytes);
            assert!(
                status.is_success() || status == StatusCode::NOT_FOUND,
                "{path}: {status} {said}"
            );
            for secret in [
                WORDS,
                ROOM,
                PHONE,
                "\"b1\"",
                "b1号楼",
                "3单元",
                "private_place",
            ] {
                assert!(!said.contains(secret), "{path} shows {secret}: {said}");
            }
            // The text of the board is on the board only, so it is gone when the board drops it.
            assert_eq!(said.contains(TEXT), path == "/api/wishes", "{path}: {said}");
        }
        // Neither a filter nor a box finds the wish where it is.
        for query in [
            "building=b1".to_owned(),
            format!(
                "bbox={},{},{},{}",
                LON - 0.001,
                LAT - 0.001,
                LON + 0.001,
                LAT + 0.001
            ),
        ] {
            let found = ledger
                .json(token.map(String::as_str), &format!("{items}?{query}"))
                .await;
            assert_eq!(found["features"], json!([]), "{query}");
        }
    }
    let public = ledger.json(None, &format!("{items}/{id}")).await;
    assert_eq!(public["properties"]["grid"], "g1");
    let request = ledger.server.request(Method::GET, "/api/events");
    let request = request.header("last-event-id", seq_before.to_string());
    let mut feed = crate::support::feed::Feed::of(request).await;
    let last = board(&ledger).await["seq"].as_u64().unwrap();
    loop {
        let event = feed.next().await;
        let said = event.data.to_string();
        for secret in [WORDS, ROOM, PHONE, TEXT, "b1", "private_place"] {
            assert!(!said.contains(secret), "the feed shows {secret}: {said}");
        }
        if event.id.is_some_and(|id| id >= last) {
            break;
        }
    }

    // Staff see the place: as a property, and in the columns of a sheet.
    let seen = ledger
        .json(Some(&ledger.worker), &format!("{items}/{id}"))
        .await;
    assert_eq!(seen["properties"]["private_place"]["building_unit"], "3");
    let sheet = ledger
        .get(Some(&ledger.officer), "/api/warnings?f=csv")
        .await;
    let sheet = sheet.text().await.unwrap();
    assert!(
        sheet.contains(&format!("{LON}")) && sheet.contains("b1"),
        "{sheet}"
    );

    // The erasure of the case removes the place and the public text from every version.
    let erase = [
        "erase",
        "--database",
        &ledger.database,
        "--reason",
        "本人要求",
        "warnings",
        &id,
    ];
    let (_, err, ok) = onemap(&erase);
    assert!(ok, "{err}");
    let begun = Instant::now();
    while board(&ledger).await["matched"] != 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the erased text is on the board"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let seen = ledger
        .json(Some(&ledger.officer), &format!("{items}/{id}"))
        .await;
    for word in [WORDS, TEXT, "private_place"] {
        assert!(!seen.to_string().contains(word), "{seen}");
    }
}
