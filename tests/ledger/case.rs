//! Tests of a case from its report to its rating.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::ledger::{LAT, LON, Ledger};
use crate::support::server::problem;

#[tokio::test]
async fn a_case_passes_all_steps_from_report_to_rating() {
    let ledger = Ledger::start().await;
    let (before, after) = (ledger.photo(1).await, ledger.photo(2).await);
    // A resident reports, without an account.
    let reported = ledger
        .report(
            None,
            json!({"note": "三楼堆了旧家具", "photos": [before], "contact": "138 0000 0000"}),
        )
        .await;
    let id = reported["id"].as_str().unwrap();
    let receipt = reported["receipt"].as_str().unwrap().to_owned();
    let said = &reported["properties"];
    assert_eq!(
        (&said["status"], &said["level"]),
        (&json!("reported"), &json!("yellow"))
    );
    assert_eq!(
        (&said["grid"], &said["community"], &said["building"]),
        (&json!("g1"), &json!("c1"), &json!("b1"))
    );
    assert_eq!(said["place"], "温泉花园b1号楼");

    let filed = ledger.act(&ledger.officer, id, "file", json!({})).await;
    assert_eq!(filed["properties"]["status"], "filed");
    assert_eq!(filed["turn"], "officer");
    let sent = ledger
        .act(&ledger.officer, id, "dispatch", json!({"unit": "u1"}))
        .await;
    assert_eq!(sent["properties"]["unit"], "u1");
    assert!(sent["properties"]["due_at"].is_string());
    assert_eq!(sent["turn"], "unit");
    ledger.act(&ledger.unit, id, "start", json!({})).await;
    // The rule requires a photo.
    let (status, said) = ledger
        .refused(Some(&ledger.unit), id, "handle", json!({"note": "已清理"}))
        .await;
    assert_eq!(
        (status, &said["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("photos"))
    );
    let handled = ledger
        .act(
            &ledger.unit,
            id,
            "handle",
            json!({"note": "已清理", "photos": [{"id": after["id"], "claim": after["claim"], "kind": "after"}]}),
        )
        .await;
    assert_eq!(handled["turn"], "verifier");
    // The unit that handled the case cannot verify it. A grid worker does, at the place.
    let (status, _) = ledger
        .refused(
            Some(&ledger.unit),
            id,
            "verify",
            json!({"result": "pass", "reason": "好了"}),
        )
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let far = json!({"result": "pass", "position": {"lon": LON + 0.01, "lat": LAT}});
    let (status, said) = ledger
        .refused(Some(&ledger.worker), id, "verify", far)
        .await;
    assert_eq!(
        (status, &said["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("position"))
    );
    let here = json!({"result": "pass", "position": {"lon": LON + 0.0001, "lat": LAT + 0.0001}});
    ledger.act(&ledger.worker, id, "verify", here).await;
    ledger.act(&ledger.officer, id, "close", json!({})).await;

    // The resident follows the case with the receipt, and rates it once.
    let path = format!("/api/warnings/{id}?receipt={receipt}");
    let seen = ledger.json(None, &path).await;
    let states: Vec<&str> = seen["progress"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["status"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        [
            "reported",
            "filed",
            "dispatched",
            "handling",
            "handled",
            "verified",
            "closed"
        ]
    );
    assert_eq!(seen["properties"]["note"], "三楼堆了旧家具");
    assert_eq!(seen["allowed"], json!(["rate"]));
    let rated = ledger
        .try_act(None, id, "rate", json!({"rating": 5, "receipt": receipt}))
        .await;
    assert_eq!(rated.status(), StatusCode::OK);
    let (status, _) = ledger
        .refused(None, id, "rate", json!({"rating": 1, "receipt": receipt}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (status, _) = ledger
        .refused(
            None,
            id,
            "rate",
            json!({"rating": 1, "receipt": "or_wrong"}),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let history = ledger
        .json(
            Some(&ledger.officer),
            &format!("/api/warnings/{id}/history"),
        )
        .await;
    let steps = history["steps"].as_array().unwrap();
    let actions: Vec<&str> = steps
        .iter()
        .map(|s| s["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "report", "file", "dispatch", "start", "handle", "verify", "close", "rate"
        ]
    );
    for (i, step) in steps.iter().enumerate() {
        assert_eq!(step["n"], i + 1);
    }
    assert_eq!(steps[4]["photos"][0]["kind"], "after");
    assert!(steps[5]["distance_m"].as_f64().unwrap() < 50.0);
    assert_eq!(steps[2]["account"], "指挥员");

    // The statistics of the month contain the case. Months begin at midnight in China.
    let at: jiff::Timestamp = steps[0]["at"].as_str().unwrap().parse().unwrap();
    let month = at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    let month = month.strftime("%Y-%m").to_string();
    let month = month.as_str();
    // An officer can read the telephone number of the resident. It is not in the log.
    let contact = ledger
        .json(
            Some(&ledger.officer),
            &format!("/api/warnings/{id}/contact"),
        )
        .await;
    assert_eq!(contact["contact"], "13800000000");
    let figures = ledger
        .json(
            Some(&ledger.worker),
            &format!("/api/warnings/figures?month={month}"),
        )
        .await;
    assert_eq!(
        (&figures["month"], &figures["by"]["category"][0]["key"]),
        (&json!(month), &json!("corridor_clutter"))
    );
    // Beside it stands the month before, in which nothing happened, and the version of the data.
    assert_eq!(figures["total"]["closed"], 1);
    assert_eq!(figures["previous"]["total"]["closed"], 0);
    assert!(figures["previous"]["month"].as_str().unwrap() < month);
    assert!(figures["seq"].as_u64().unwrap() > 0);
    let (status, _) = problem(
        ledger
            .get(None, &format!("/api/warnings/figures?month={month}"))
            .await,
    )
    .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_repeated_request_makes_one_report_and_one_step() {
    let ledger = Ledger::start().await;
    let body = json!({"category": "other", "building": "b1", "key": "4e0f3cf6-9f0e-4d0e-a5d4-2b2f2a3d9c11"});
    let first = ledger
        .post("/api/warnings", None, &body)
        .send()
        .await
        .unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    assert!(
        first.headers()["location"]
            .to_str()
            .unwrap()
            .contains("/api/warnings/")
    );
    let first: Value = first.json().await.unwrap();
    let again = ledger
        .post("/api/warnings", None, &body)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::OK);
    let again: Value = again.json().await.unwrap();
    assert_eq!(
        (&again["id"], &again["receipt"]),
        (&first["id"], &first["receipt"])
    );

    let id = first["id"].as_str().unwrap();
    let wish = json!({"key": "file-1"});
    let filed = ledger.act(&ledger.officer, id, "file", wish.clone()).await;
    let repeated = ledger.act(&ledger.officer, id, "file", wish).await;
    assert_eq!(filed["properties"]["steps"], 2);
    assert_eq!(repeated["properties"]["steps"], 2);
}

#[tokio::test]
async fn of_two_officers_who_act_at_once_one_gets_a_conflict() {
    let ledger = Ledger::start().await;
    let id = ledger.case().await;
    let read = ledger
        .get(Some(&ledger.officer), &format!("/api/warnings/{id}"))
        .await;
    let etag = read.headers()["etag"].to_str().unwrap().to_owned();
    let path = format!("/api/warnings/{id}/actions");
    let send = |action: &'static str| {
        ledger
            .post(
                &path,
                Some(&ledger.officer),
                &json!({"action": action, "reason": "x"}),
            )
            .header("if-match", &etag)
            .send()
    };
    let (a, b) = tokio::join!(send("file"), send("reject"));
    let (a, b) = (a.unwrap(), b.unwrap());
    let (won, lost) = if a.status() == StatusCode::OK {
        (a, b)
    } else {
        (b, a)
    };
    let new_tag = won.headers()["etag"].to_str().unwrap().to_owned();
    let won: Value = won.json().await.unwrap();
    let (status, said) = problem(lost).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED, "{said}");
    assert_eq!(said["case_status"], won["properties"]["status"]);
    // A compressed answer has a tag with the suffix of its coding.
    assert_eq!(said["etag"], new_tag.replace("-br\"", "\"").as_str());
    assert!(said["allowed"].is_array());
    // Without a tag, only the status table decides.
    let free = ledger.case().await;
    let (a, b) = tokio::join!(
        ledger.try_act(Some(&ledger.officer), &free, "file", json!({})),
        ledger.try_act(
            Some(&ledger.officer),
            &free,
            "reject",
            json!({"reason": "x"})
        ),
    );
    let mut codes = [a.status().as_u16(), b.status().as_u16()];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409]);
}

#[tokio::test]
async fn a_case_can_be_read_as_a_cap_message() {
    let ledger = Ledger::start().await;
    let id = ledger.case().await;
    let get = async |id: &str| {
        let answer = ledger.get(None, &format!("/api/warnings/{id}?f=cap")).await;
        assert_eq!(answer.headers()["content-type"], "application/cap+xml");
        answer.text().await.unwrap()
    };
    let first = get(&id).await;
    assert!(
        first.contains("<msgType>Alert</msgType>") && !first.contains("<references>"),
        "{first}"
    );
    assert!(first.contains(&format!("<identifier>{id}.1</identifier>")));
    assert!(
        first.contains("<language>zh-CN</language>")
            && first.contains("<language>en-US</language>")
    );
    assert!(first.contains("<circle>39.22"), "{first}");
    ledger.act(&ledger.officer, &id, "file", json!({})).await;
    let second = get(&id).await;
    assert!(second.contains("<msgType>Update</msgType>"), "{second}");
    assert!(second.contains(&format!(",{id}.1,")), "{second}");
    let rejected = ledger.at("rejected").await;
    assert!(get(&rejected).await.contains("<msgType>Cancel</msgType>"));
    let drill = ledger
        .report(Some(&ledger.worker), json!({"exercise": true}))
        .await;
    assert!(
        get(drill["id"].as_str().unwrap())
            .await
            .contains("<status>Exercise</status>")
    );
}

#[tokio::test]
async fn a_report_keeps_its_unit_and_room_and_refuses_a_contact_that_is_no_number() {
    let ledger = Ledger::start().await;
    let place = ledger
        .json(None, "/api/warnings/place?building=b1&building_unit=1")
        .await;
    assert_eq!(
        (
            &place["place"],
            &place["building_unit"],
            &place["grid"]["id"]
        ),
        (&json!("温泉花园b1号楼1单元"), &json!("1"), &json!("g1")),
        "{place}"
    );
    let reported = ledger
        .report(None, json!({"building_unit": "１单元", "room": "302室"}))
        .await;
    let said = &reported["properties"];
    assert_eq!(said["place"], "温泉花园b1号楼1单元");
    // The reporter sees the room, staff see it, the public does not.
    assert_eq!(
        (&said["building_unit"], &said["room"]),
        (&json!("1"), &json!("302"))
    );
    let path = format!("/api/warnings/{}", reported["id"].as_str().unwrap());
    let public = ledger.json(None, &path).await;
    assert_eq!(
        (
            &public["properties"]["building_unit"],
            &public["properties"]["room"]
        ),
        (&json!("1"), &Value::Null)
    );
    let staff = ledger.json(Some(&ledger.worker), &path).await;
    assert_eq!(staff["properties"]["room"], "302");
    for (field, value) in [
        ("contact", "王女士"),
        ("building_unit", "王女士家"),
        ("room", "1".repeat(9).as_str()),
    ] {
        let mut body = json!({"category": "other", "building": "b1"});
        body[field] = json!(value);
        let refused = ledger
            .post("/api/warnings", None, &body)
            .send()
            .await
            .unwrap();
        let problem = refused.json::<Value>().await.unwrap();
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
}
