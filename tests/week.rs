//! The coverage in each hour of a week, over HTTP: a job on the demo district.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::planning::{District, NOON};
use crate::support::server::problem;

async fn create(district: &District, body: &Value) -> reqwest::Response {
    let request = district
        .server
        .request(Method::POST, "/api/plan/coverage/week");
    let request = request.bearer_auth(&district.planner).json(body);
    request.send().await.unwrap()
}

async fn week(district: &District, body: &Value) -> Value {
    district
        .result(create(district, body).await, "coverage_week")
        .await
}

/// The coverage at one moment.
async fn coverage(district: &District, body: &Value, at: &str) -> Value {
    let mut body = body.clone();
    body["at"] = at.into();
    let answer = district.ask(&body).await;
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn each_hour_of_the_week_has_the_coverage_of_its_middle() {
    let district = District::start().await;
    let gate = json!({
        "collection": "entrances", "id": "wenquan-huayuan-gate-s", "op": "patch",
        "properties": {"opening_hours": "Mo-Fr 07:00-19:00"},
    });
    for body in [
        json!({"standard": "aed_4", "at": NOON}),
        json!({
            "standard": "pocket_park_300", "at": NOON, "by": "housing", "edits": [gate],
            "add": [{"lon": 117.13, "lat": 39.22}],
        }),
    ] {
        let found = week(&district, &body).await;
        let hours = found["hours"].as_array().unwrap();
        assert_eq!(hours.len(), 168);
        assert_eq!(
            hours[0]["at"], "2026-11-29T16:30:00Z",
            "the first local hour"
        );
        let differing = found["differing_hours"].as_u64().unwrap();
        assert!((2..60).contains(&differing), "{differing}");
        let covered = |hour: &Value| hour["covered"].as_f64().unwrap();
        let (worst, best) = (&found["worst"], &found["best"]);
        assert!(hours.iter().all(|h| covered(h) >= covered(worst)));
        assert!(hours.iter().all(|h| covered(h) <= covered(best)));
        let mean =
            hours.iter().map(covered).sum::<f64>() / 168.0 / found["people"].as_f64().unwrap();
        assert!((found["mean_share"].as_f64().unwrap() - mean).abs() < 1e-3);
        for hour in [
            worst,
            best,
            &hours[12],
            &hours[31],
            &hours[100],
            &hours[140],
        ] {
            let at = hour["at"].as_str().unwrap();
            let one = coverage(&district, &body, at).await;
            let own = one["covered"].as_f64().unwrap();
            assert!((covered(hour) - own).abs() < 0.02, "{at}: {hour} {own}");
        }
        let areas = found["by"].as_array().unwrap();
        assert!(areas.len() > 2, "{areas:?}");
        for area in areas.iter().take(3) {
            let at = area["worst_at"].as_str().unwrap();
            let one = coverage(&district, &body, at).await;
            let same = |other: &&Value| other["id"] == area["id"];
            let other = one["by"].as_array().unwrap().iter().find(same).unwrap();
            let (own, other) = (area["worst_share"].as_f64(), other["share"].as_f64());
            assert!(
                (own.unwrap() - other.unwrap()).abs() < 1e-3,
                "{area} {other:?}"
            );
        }
    }
    // First-aid stations close at night.
    let found = week(&district, &json!({"standard": "aed_4", "at": NOON})).await;
    let share = |hour: &Value| hour["share"].as_f64().unwrap();
    assert!(share(&found["worst"]) < share(&found["best"]), "{found}");
}

#[tokio::test]
async fn a_week_that_does_not_fit_the_map_is_refused() {
    let district = District::start().await;
    let gone = json!([{"collection": "entrances", "id": "none", "op": "delete"}]);
    let layer =
        |collection: &str, weight: &str| json!({"collection": collection, "weight": weight});
    let facility =
        |filter: &str| json!({"collection": "first_aid_stations", "aed": true, "filter": filter});
    // A layer that only the edits of the request have.
    let people = json!([{"collection": "facilities", "id": "tried", "op": "put", "feature": {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [117.1342, 39.2240]},
        "properties": {"kind": "toilet", "name": "试设", "people": -4},
    }}]);
    for (more, field) in [
        (json!({"by": "building"}), "by"),
        (json!({"standard": "none"}), "standard"),
        (json!({"profile": "ebike"}), "profile"),
        (json!({"edits": gone}), "edits[0].id"),
        (json!({"scenario": "none"}), "scenario"),
        (json!({"without": ["atlantis"]}), "without"),
        (
            json!({"demand": layer("land", "people")}),
            "demand.collection",
        ),
        (
            json!({"demand": layer("buildings", "peopel")}),
            "demand.weight",
        ),
        (
            json!({"demand": layer("buildings", "name")}),
            "demand.weight",
        ),
        (
            json!({"demand": layer("facilities", "people"), "edits": people}),
            "demand.weight",
        ),
        (
            json!({"demand": {"points": [{"lon": 117.13, "lat": 39.22, "people": 2e10}]}}),
            "demand",
        ),
        (
            json!({"facility": {"collection": "benches"}}),
            "facility.collection",
        ),
        (json!({"facility": facility("kind =")}), "facility.filter"),
        (
            json!({"facility": facility("colour = 'red'")}),
            "facility.filter",
        ),
    ] {
        let mut body = json!({"standard": "aed_4"});
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        let (status, refused) = problem(create(&district, &body).await).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}: {refused}"
        );
        assert_eq!(refused["errors"][0]["field"], field, "{body}: {refused}");
        // A coverage is refused with the same words, except for areas that a week does not have.
        if field != "by" {
            let own = problem(district.ask(&body).await).await;
            assert_eq!(own.1["detail"], refused["detail"], "{body}");
        }
    }
    let list = district.server.request(Method::GET, "/api/jobs");
    let list = list.bearer_auth(&district.planner).send().await.unwrap();
    assert_eq!(list.json::<Value>().await.unwrap()["jobs"], json!([]));
    let path = "/api/plan/coverage/week";
    let officer = district.server.request(Method::POST, path);
    let body = json!({"standard": "aed_4"});
    let refused = officer
        .bearer_auth(&district.officer)
        .json(&body)
        .send()
        .await;
    assert_eq!(refused.unwrap().status(), StatusCode::FORBIDDEN);
}
