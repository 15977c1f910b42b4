//! Tests of what wall screens request: the summary, open cases, presets, and read-only tokens.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::{Ledger, account, jiff_now};
use crate::support::server::problem;

/// A sheet with one case that was reported at noon this many days ago and, if `closed`, closed an hour later.
fn sheet(id: &str, days_ago: i64, closed: bool) -> String {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let today = jiff::Timestamp::now().to_zoned(zone).date();
    let date = today.checked_sub(jiff::Span::new().days(days_ago)).unwrap();
    let (status, end) = match closed {
        true => ("closed", format!("{date} 13:00")),
        false => ("filed", String::new()),
    };
    format!(
        "编号,类别,楼栋,上报时间,状态,承办单位,结案时间\n{id},corridor_clutter,b1,{date} 12:00,{status},u1,{end}\n"
    )
}

async fn bring(ledger: &Ledger, sheet: String) {
    let answer = ledger
        .server
        .request(Method::POST, "/api/warnings/import")
        .bearer_auth(&ledger.officer)
        .header("content-type", "text/csv")
        .body(sheet)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    assert_eq!(status, StatusCode::OK, "{}", answer.text().await.unwrap());
}

/// The open cases of every day in the summary must equal those of the grid status `as_of` the end of the day.
async fn agrees_with_the_past(ledger: &Ledger, summary: &Value) {
    for day in summary["days"].as_array().unwrap() {
        let until = day["until"].as_str().unwrap();
        let then = ledger
            .json(None, &format!("/api/grids/status?as_of={until}"))
            .await;
        assert_eq!(day["open"], then["open"], "{day}");
    }
}

/// Waits for a summary in which all past days are counted. A busy server may answer before that.
async fn counted(ledger: &Ledger, path: &str) -> Value {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let said = ledger.json(None, path).await;
        if said["days"]
            .as_array()
            .unwrap()
            .iter()
            .all(|day| !day["open"].is_null())
        {
            return said;
        }
        assert!(std::time::Instant::now() < deadline, "{said}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_summary_shows_the_present_state_and_the_last_days() {
    let ledger = Ledger::start().await;
    ledger.at("closed").await;
    ledger.at("handling").await;
    ledger.at("reported").await;
    let said = ledger.json(None, "/api/warnings/summary").await;
    assert_eq!(
        (&said["reported_today"], &said["closed_today"]),
        (&json!(3), &json!(1))
    );
    let status = ledger.json(None, "/api/grids/status").await;
    assert_eq!(said["open"], status["open"]);
    assert_eq!(
        said["on_time"],
        json!({"days": 30, "closed": 1, "with_due": 1, "on_time": 1, "share": 1.0})
    );
    assert_eq!(
        said["units"],
        json!({"total": 2, "on_duty": 2, "at_work": 1, "unknown_hours": 0})
    );
    let days = said["days"].as_array().unwrap();
    assert_eq!((days.len(), &days[29]["date"]), (30, &said["today"]));
    assert_eq!(days[29]["open"], status["open"]);

    // A ledger of another system is imported, so the days that were already counted are counted again.
    bring(&ledger, sheet("w-old-1", 5, false)).await;
    bring(&ledger, sheet("w-old-2", 3, true)).await;
    let said = counted(&ledger, "/api/warnings/summary?days=7").await;
    agrees_with_the_past(&ledger, &said).await;
    let open = |day: usize| -> u64 {
        let open = said["days"][day]["open"].as_object().unwrap();
        open.values().map(|n| n.as_u64().unwrap()).sum()
    };
    assert_eq!((open(0), open(1), open(5)), (0, 1, 1));
    assert_eq!(said["days"][1]["reported"], 1);
    assert_eq!(
        (&said["days"][3]["reported"], &said["days"][3]["closed"]),
        (&json!(1), &json!(1))
    );

    let here = counted(&ledger, "/api/warnings/summary?days=7&community=c1").await;
    let opens = |said: &Value| -> Vec<Value> {
        let days = said["days"].as_array().unwrap();
        days.iter().map(|d| d["open"].clone()).collect()
    };
    assert_eq!((opens(&here), &here["open"]), (opens(&said), &said["open"]));
    for (query, parameter) in [
        ("days=0", "days"),
        ("days=many", "days"),
        ("community=g1", "community"),
        ("community=nowhere", "community"),
    ] {
        let path = format!("/api/warnings/summary?{query}");
        let (status, said) = problem(ledger.get(None, &path).await).await;
        assert_eq!(
            (status, &said["parameter"]),
            (StatusCode::BAD_REQUEST, &json!(parameter))
        );
    }
}

#[tokio::test]
async fn the_list_can_be_limited_to_cases_open_now_or_at_a_past_moment() {
    let ledger = Ledger::start().await;
    let (closed, handling) = (ledger.at("closed").await, ledger.at("handling").await);
    ledger.at("rejected").await;
    let ids = async |query: &str| -> Vec<String> {
        let said = ledger
            .json(None, &format!("/api/warnings?open=true&limit=100{query}"))
            .await;
        let features = said["features"].as_array().unwrap();
        assert_eq!(said["numberMatched"], features.len());
        features
            .iter()
            .map(|f| f["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let then = jiff_now();
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    assert_eq!(ids("").await, std::slice::from_ref(&handling));
    ledger
        .act(
            &ledger.officer,
            &closed,
            "reopen",
            json!({"reason": "又堆了"}),
        )
        .await;
    let mut both = [closed, handling.clone()];
    both.sort();
    assert_eq!(ids("").await, both);
    assert_eq!(ids(&format!("&as_of={then}")).await, [handling]);
    assert_eq!(ids("&status=handling&level=red").await, [""; 0]);
    let (status, said) = problem(ledger.get(None, "/api/warnings?open=maybe").await).await;
    assert_eq!(
        (status, &said["parameter"]),
        (StatusCode::BAD_REQUEST, &json!("open"))
    );
}

#[tokio::test]
async fn a_preset_is_saved_under_its_name() {
    let ledger = Ledger::start().await;
    let put = async |token: &str, name: &str, body: Value| {
        let request = ledger
            .server
            .request(Method::PUT, &format!("/api/presets/{name}"));
        let answer = request.bearer_auth(token).json(&body).send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let delete = async |token: &str, name: &str| {
        let request = ledger
            .server
            .request(Method::DELETE, &format!("/api/presets/{name}"));
        request.bearer_auth(token).send().await.unwrap().status()
    };
    let settings = json!({"view": "housing", "tour": "20"});
    let wanted = json!({"title": "早班", "settings": settings});
    let (status, said) = put(&ledger.officer, "morning", wanted.clone()).await;
    assert_eq!((status, &said["settings"]), (StatusCode::OK, &settings));
    let again = put(
        &ledger.officer,
        "morning",
        json!({"settings": {"tour": "60"}}),
    )
    .await;
    assert_eq!(again.1["settings"], json!({"tour": "60"}));
    let all = ledger.json(None, "/api/presets").await;
    assert_eq!(all["presets"].as_array().unwrap().len(), 1);
    assert_eq!(all["presets"][0]["name"], "morning");

    assert_eq!(
        put(&ledger.worker, "night", wanted.clone()).await.0,
        StatusCode::FORBIDDEN
    );
    for (name, body, field) in [
        ("Night!", wanted, "name"),
        (
            "night",
            json!({"settings": {"token": "om_1"}}),
            "settings.token",
        ),
        ("night", json!({"settings": {"tour": 20}}), "settings.tour"),
        ("night", json!({"title": "", "settings": {}}), "title"),
    ] {
        let (status, said) = put(&ledger.officer, name, body).await;
        assert_eq!(
            (status, &said["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)),
            "{said}"
        );
    }
    assert_eq!(
        delete(&ledger.officer, "morning").await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        delete(&ledger.officer, "morning").await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        ledger.json(None, "/api/presets").await["presets"],
        json!([])
    );
}

#[tokio::test]
async fn a_read_only_token_opens_a_screen_and_changes_nothing() {
    let ledger = Ledger::start().await;
    let printed = account(&ledger.database, "officer", "大屏", &["--read-only"]);
    let (token, kiosk) = printed.split_once('\n').unwrap();
    assert_eq!(kiosk, format!("/wall#token={token}"));
    ledger
        .json(Some(token), "/api/warnings/figures?month=2026-11")
        .await;
    let id = ledger.case().await;
    let (status, said) = ledger.refused(Some(token), &id, "file", json!({})).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{said}");

    let signed = ledger
        .post("/api/session", None, &json!({"token": token}))
        .send()
        .await
        .unwrap();
    let cookie = signed.headers()["set-cookie"].to_str().unwrap().to_owned();
    let cookie = cookie.split(';').next().unwrap();
    let session: Value = signed.json().await.unwrap();
    assert_eq!(
        (&session["role"], &session["read_only"]),
        (&json!("officer"), &json!(true))
    );
    let request = ledger.post(
        &format!("/api/warnings/{id}/actions"),
        None,
        &json!({"action": "file"}),
    );
    let answer = request.header("cookie", cookie).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let out = ledger
        .server
        .request(Method::DELETE, "/api/session")
        .header("cookie", cookie);
    assert_eq!(out.send().await.unwrap().status(), StatusCode::OK);
}
