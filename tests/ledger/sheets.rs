//! Tests of exporting and importing the ledger as a spreadsheet.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::building;
use crate::support::ledger::{LAT, LON, Ledger};
use crate::support::server::{onemap, problem};
use crate::support::worst::figure;

#[tokio::test]
async fn importing_an_exported_sheet_changes_nothing() {
    let ledger = Ledger::start().await;
    let officer = &ledger.officer;
    for status in ["reported", "dispatched", "closed", "parked"] {
        ledger.at(status).await;
    }
    ledger
        .report(
            Some(&ledger.worker),
            json!({"note": "=1+1", "hotline_number": "T-7"}),
        )
        .await;
    let import = async |path: &str, bytes: Vec<u8>| {
        let request = ledger
            .server
            .request(Method::POST, path)
            .bearer_auth(officer);
        let answer = request.body(bytes).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    for (f, lang) in [("csv", "zh"), ("csv", "en"), ("xlsx", "zh"), ("xlsx", "en")] {
        let path = format!("/api/warnings?f={f}&lang={lang}");
        let sheet = ledger
            .get(Some(officer), &path)
            .await
            .bytes()
            .await
            .unwrap();
        if f == "csv" {
            let text = String::from_utf8(sheet.to_vec()).unwrap();
            assert!(text.contains("'=1+1"), "{text}");
        }
        let said = import(&format!("/api/warnings/import?f={f}"), sheet.to_vec()).await;
        assert_eq!(said["problems"], json!([]), "{f} {lang}");
        assert_eq!(
            (&said["rows"], &said["unchanged"]),
            (&json!(5), &json!(5)),
            "{f} {lang}: {said}"
        );
    }

    // A ledger that was kept in Excel, with places given as addresses.
    let old = "案件编号,问题类别,地点,承办单位,上报时间,立案时间,处置时间,结案时间,状态,备注2\n\
               A-1,楼道堆物,温泉花园b1号楼2单元,单位u1,2026/03/02 09:00,2026/03/02 10:00,2026/03/03 10:00,2026/03/04 09:00,已结案,x\n\
               A-2,楼道堆物,温泉花园b1号楼,单位u1,2026/03/05 09:00,2026/03/05 10:00,,,已派遣,\n";
    let dry = import("/api/warnings/import?dry_run=true", old.into()).await;
    assert_eq!(
        (&dry["created"], &dry["problems"], &dry["ignored"]),
        (&json!(2), &json!([]), &json!(["备注2"]))
    );
    assert_eq!(dry["preview"][0]["grid"], "g1");
    assert_eq!(
        ledger.get(None, "/api/warnings/A-1").await.status(),
        StatusCode::NOT_FOUND
    );
    let done = import("/api/warnings/import", old.into()).await;
    assert_eq!(done["created"], 2);
    let closed = ledger.json(Some(officer), "/api/warnings/A-1").await;
    assert_eq!(closed["properties"]["closed_at"], "2026-03-04T01:00:00Z");
    let history = ledger
        .json(Some(officer), "/api/warnings/A-1/history")
        .await;
    assert_eq!(history["steps"][0]["at"], "2026-03-02T01:00:00Z");
    // Past states are as the sheet describes them.
    let then = ledger
        .json(
            None,
            "/api/warnings?as_of=2026-03-03T00:00:00Z&status=handling",
        )
        .await;
    assert_eq!(then["numberMatched"], 1, "{then}");
    let again = import("/api/warnings/import", old.into()).await;
    assert_eq!(
        (&again["created"], &again["unchanged"]),
        (&json!(0), &json!(2))
    );
    // A sheet in which one case has a further step adds this step to the ledger.
    let on = old.replace("已派遣,", "处置中,");
    let on = import("/api/warnings/import", on.into()).await;
    assert_eq!(
        (&on["updated"], &on["unchanged"]),
        (&json!(1), &json!(1)),
        "{on}"
    );
    let wrong = import(
        "/api/warnings/import",
        "类别,地点,上报时间\n楼道堆物,温泉花园b1号楼,2026-03-02\n楼道堆物,月球,2026-03-02\n".into(),
    )
    .await;
    assert_eq!(wrong["problems"][0]["row"], 3);
    let wrong = import(
        "/api/warnings/import",
        "类别,楼栋编号,上报时间\n楼道堆物,b-none,2026-03-02\n".into(),
    )
    .await;
    assert_eq!(
        wrong["problems"][0]["problem_zh"],
        "地图上没有楼栋“b-none”，请填写楼栋图层中的编号"
    );
    let total = ledger.json(None, "/api/warnings?limit=1").await["numberMatched"].clone();
    assert_eq!(total, 7);
    let worker = ledger
        .server
        .request(Method::POST, "/api/warnings/import")
        .bearer_auth(&ledger.worker);
    assert_eq!(
        problem(worker.body("x").send().await.unwrap()).await.0,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_case_far_from_the_map_is_imported_with_a_warning() {
    let ledger = Ledger::start().await;
    for i in 0..20 {
        let house = building(&format!("near{i}"), LON + f64::from(i) * 0.001, LAT);
        ledger.server.put("buildings", &house).await;
    }
    let report = async |at: [f64; 2]| {
        let place = json!({"type": "Point", "coordinates": at});
        let body = json!({"category": "other", "geometry": place});
        let request = ledger.post("/api/warnings", Some(&ledger.worker), &body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json::<Value>().await.unwrap()
    };
    assert_eq!(report([LON, LAT]).await["warnings"], Value::Null);
    let far = report([0.0, 0.0]).await;
    let said = &far["warnings"][0];
    assert_eq!(said["field"], "geometry", "{far}");
    assert!(said["warning"].as_str().unwrap().contains("[0, 0]"));
    assert!(said["warning_zh"].as_str().unwrap().contains("远离"));
    // The notice about the position is in the answer and not stored with the case.
    let path = format!("/api/warnings/{}", far["id"].as_str().unwrap());
    let read = ledger.json(Some(&ledger.officer), &path).await;
    assert_eq!(read["warnings"], Value::Null);

    let sheet = {
        let row = |i: usize| format!("F-{i},楼道堆物,2026-03-07 09:00,100.5,30.5\n");
        let far: String = (0..25).map(row).collect();
        format!("编号,类别,上报时间,经度,纬度\nN-0,楼道堆物,2026-03-07 08:00,{LON},{LAT}\n{far}")
    };
    let path = "/api/warnings/import?dry_run=true";
    let request = ledger.server.request(Method::POST, path);
    let request = request.bearer_auth(&ledger.officer).body(sheet.clone());
    let said: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(said["created"], 26, "{said}");
    let far = said["far"].as_array().unwrap();
    assert_eq!((far.len(), &said["far_away"]), (20, &json!(25)));
    assert_eq!((&far[0]["row"], &far[0]["id"]), (&json!(3), &json!("F-0")));
    assert_eq!(far[0]["at"], json!([100.5, 30.5]));
    assert!(far[0]["problem"].as_str().unwrap().contains("far from"));
    assert!(far[0]["problem_zh"].as_str().unwrap().contains("远离"));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.csv");
    std::fs::write(&file, sheet).unwrap();
    let file = file.to_str().unwrap();
    let (out, err, ok) = onemap(&["import", "--json", "--database", &ledger.database, file]);
    assert!(ok, "{out} {err}");
    let said: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(said["far"].as_array().unwrap().len(), 20, "{said}");
    assert_eq!(
        (&said["far"][0]["row"], &said["far_away"]),
        (&json!(3), &json!(25))
    );
    assert_eq!(said["far"][0]["collection"], "warnings");
}

/// When a client disconnects while a large sheet is read or planned, the work stops and nothing is written.
#[tokio::test]
async fn an_import_stops_when_its_client_disconnects() {
    let mut ledger = Ledger::start().await;
    let row = |i: usize| {
        let place = format!("温泉花园第{i}排的b1号楼前");
        format!("B-{i},楼道堆物,2026-03-02 09:00,{place},{LON},{LAT},已上报\n")
    };
    let rows: String = (0..15_000).map(row).collect();
    let sheet = format!("编号,类别,上报时间,地点,经度,纬度,状态\n{rows}");
    let left = async || figure(&ledger.server.client, &ledger.server.base, LEFT).await;
    let before = left().await;
    let mut patience = 100;
    while left().await == before {
        // On a slow machine, the client may disconnect before the work has begun. The next attempt waits longer.
        assert!(
            patience < 60_000,
            "the import continues although its client has disconnected"
        );
        let address = format!("{}/api/warnings/import", ledger.server.base);
        let request = ledger.server.client.post(address);
        let request = request.bearer_auth(&ledger.officer).body(sheet.clone());
        let gone = tokio::time::timeout(Duration::from_millis(patience), request.send()).await;
        assert!(
            gone.is_err(),
            "the import ended before its client disconnected"
        );
        for _ in 0..50 {
            if left().await > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        patience *= 2;
    }
    let path = "/api/warnings?limit=1";
    let list = ledger.json(Some(&ledger.officer), path).await;
    assert_eq!(list["numberMatched"], 0, "{list}");
    // A part of the same sheet can be imported, because nothing of it was written.
    let few: String = sheet.lines().take(4).map(|l| format!("{l}\n")).collect();
    let request = ledger.server.request(Method::POST, "/api/warnings/import");
    let request = request.bearer_auth(&ledger.officer).body(few);
    let said: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&said["created"], &said["unchanged"]),
        (&json!(3), &json!(0)),
        "{said}"
    );

    // The work also stops when the server is asked to stop.
    let address = format!("{}/api/warnings/import", ledger.server.base);
    let request = ledger.server.client.post(address);
    let request = request.bearer_auth(&ledger.officer).body(sheet);
    let waiting = tokio::spawn(request.send());
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(ledger.server.process().stop(), "the server stops normally");
    assert!(waiting.await.unwrap().is_err());
}

/// The metric that counts requests whose clients disconnected before the answer.
const LEFT: &str = "onemap_questions_left_total";
