//! Tests of patrol rounds: the table of each kind of store, and grid workers over HTTP.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use onemap::store::PatrolHour;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::store_suite::{Fixture, fixtures};
use crate::support::ledger::{Ledger, account, square};
use crate::support::server::problem;

#[tokio::test]
async fn an_hour_of_a_round_is_stored_once_loses_its_account_and_is_deleted() {
    let patrol = |day, grid: &str, hour, account: &str| PatrolHour {
        day,
        grid: grid.to_owned(),
        hour,
        account: account.to_owned(),
    };
    let (day, before) = (date(2026, 11, 29), date(2026, 10, 20));
    for Fixture { store, .. } in &fixtures().await {
        let put = async |round: &PatrolHour, named, oldest| {
            store.put_patrol(round, named, oldest).await.unwrap();
        };
        let rounds = [
            patrol(day, "g2", 10, "a"),
            patrol(day, "g1", 9, "b"),
            patrol(day, "g1", 9, "a"),
            patrol(day, "g1", 9, "a"),
        ];
        let old = [patrol(before, "g1", 9, "a"), patrol(before, "g1", 9, "b")];
        for round in &old {
            put(round, before, before).await;
        }
        assert_eq!(store.patrols(before).await.unwrap(), old);
        for round in &rounds {
            put(round, date(2026, 10, 29), before).await;
        }
        let expected = [&rounds[2], &rounds[1], &rounds[0]].map(Clone::clone);
        assert_eq!(store.patrols(day).await.unwrap(), expected);
        // The hour stays for the figures, without the accounts.
        let unnamed = [patrol(before, "g1", 9, "")];
        assert_eq!(store.patrols(before).await.unwrap(), unnamed);
        let days = async |from| store.walked_days(from, date(2026, 12, 1)).await.unwrap();
        let counts =
            |list: &[(&str, u32)]| list.iter().map(|(g, n)| ((*g).to_owned(), *n)).collect();
        assert_eq!(days(before).await, counts(&[("g1", 2), ("g2", 1)]));
        assert_eq!(days(day).await, counts(&[("g1", 1), ("g2", 1)]));
        assert_eq!(
            store.walked_days(before, day).await.unwrap(),
            counts(&[("g1", 1)])
        );
        put(&rounds[0], date(2026, 10, 29), date(2026, 10, 21)).await;
        assert_eq!(store.patrols(before).await.unwrap(), []);
    }
}

#[tokio::test]
async fn grid_workers_record_the_grids_that_they_walked_and_see_those_of_their_communities() {
    let ledger = Ledger::start().await;
    let far = json!({"kind": "community", "code": "120113001021000", "name": "辰庆社区"});
    ledger.server.put("grids", &square("c2", 0.001, far)).await;
    let grid =
        json!({"kind": "grid", "code": "120113001021001", "name": "第1网格", "parent": "c2"});
    ledger.server.put("grids", &square("g2", 0.001, grid)).await;
    let bound = ["--communities", "c1"];
    let own = account(&ledger.database, "grid_worker", "温泉网格员", &bound);
    let note = |token: &str, body: Value| ledger.post("/api/patrols", Some(token), &body).send();

    // 01:30 UTC is 09:30 in China. A day ago is always within the last 7 days.
    let morning = (Timestamp::now() - SignedDuration::from_hours(24)).strftime("%FT01:30:00Z");
    let day = morning.to_string()[..10].to_owned();
    for _ in 0..2 {
        let answer = note(&own, json!({"grid": "g1", "at": morning.to_string()})).await;
        let answer: Value = answer.unwrap().json().await.unwrap();
        assert_eq!(answer, json!({"grid": "g1", "day": day, "hour": 9}));
    }
    let later = format!("{day}T03:00:00Z");
    for grid in ["g1", "g2"] {
        let answer = note(&ledger.worker, json!({"grid": grid, "at": later})).await;
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
    let path = format!("/api/patrols?day={day}");
    let g1 = json!({"grid": "g1", "hours": [9, 11], "own_hours": [9]});
    assert_eq!(
        ledger.json(Some(&own), &path).await,
        json!({"day": day, "grids": [g1]})
    );
    // An officer also sees who walked.
    let all = ledger.json(Some(&ledger.officer), &path).await;
    assert_eq!(all["grids"][1]["grid"], "g2");
    assert_eq!(all["grids"][0]["own_hours"], json!([]));
    let by = json!([{"account": "温泉网格员", "hours": [9]}, {"account": "网格员", "hours": [11]}]);
    assert_eq!(all["grids"][0]["by"], by);

    // The figures of the month count each grid once a day. A grid outside of the caller's communities counts, too.
    let figures = format!("/api/warnings/figures?month={}", &day[..7]);
    let month = ledger.json(Some(&own), &figures).await;
    let row = |key: &str, name: &str| json!({"key": key, "name": name, "grids": 1, "walked": 1, "rounds": 1});
    assert_eq!(
        month["rounds"],
        json!([row("c1", "温泉社区"), row("c2", "辰庆社区")])
    );
    assert_eq!(month["previous_rounds"][0]["rounds"], 0);
    let today = ledger.json(Some(&own), "/api/patrols").await;
    assert_eq!(today["grids"], json!([]));

    let refusals = [
        (json!({"grid": "g2"}), StatusCode::FORBIDDEN, ""),
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY, "grid"),
        (
            json!({"grid": "c1"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "grid",
        ),
        (
            json!({"grid": "g1", "at": "2020-01-01T00:00:00Z"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "at",
        ),
        (
            json!({"grid": "g1", "at": "2999-01-01T00:00:00Z"}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "at",
        ),
    ];
    for (body, expected, field) in refusals {
        let (status, said) = problem(note(&own, body).await.unwrap()).await;
        assert_eq!(status, expected, "{said}");
        if !field.is_empty() {
            assert_eq!(said["errors"][0]["field"], field);
        }
    }
    let (status, _) = problem(note(&ledger.unit, json!({"grid": "g1"})).await.unwrap()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) = problem(ledger.get(None, &path).await).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
