//! Which gate should open, over HTTP: a job on the demo district.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::planning::{District, NOON};
use crate::support::server::problem;

/// A request about one compound, with one origin and one hour, so that the job ends soon.
fn question(more: Value) -> Value {
    let mut hours = vec![0; 24];
    hours[12] = 1;
    let mut body = json!({
        "problem": "access", "objective": "rider_minutes", "at": NOON, "k": 2,
        "compounds": ["chenyue-jiayuan"],
        "deliveries": {"hours": hours, "origins": [[117.1342, 39.2240]]},
        "time_limit_s": 600,
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

async fn ask(district: &District, body: &Value) -> reqwest::Response {
    let request = district.server.request(Method::POST, "/api/plan/sitings");
    let request = request.bearer_auth(&district.planner);
    request
        .header("accept-language", "en")
        .json(body)
        .send()
        .await
        .unwrap()
}

/// The result of the job.
async fn answer(district: &District, body: &Value) -> Value {
    district.result(ask(district, body).await, "access").await
}

#[tokio::test]
async fn the_gates_of_a_compound_are_ranked_and_the_best_two_found() {
    let district = District::start().await;
    let found = answer(&district, &question(json!({}))).await;
    let singles = found["singles"].as_array().unwrap();
    assert!(singles.len() >= 3, "{found}");
    let saved = |single: &Value| single["saved"]["rider_minutes_day"].as_f64().unwrap();
    assert!(
        singles.windows(2).all(|w| saved(&w[0]) >= saved(&w[1])),
        "{found}"
    );
    let visible = |single: &Value| {
        let figures = ["rider_minutes_day", "walking_minutes_day", "households"];
        let all = figures.iter().map(|name| single["saved"][*name].as_f64());
        all.flatten().any(|figure| figure >= 0.5)
    };
    assert!(singles.iter().all(visible), "{found}");
    assert!(found["without_gain"].as_u64().unwrap() >= 1, "{found}");
    // A locked gate of the compound can be opened for people.
    assert!(
        singles.iter().any(|s| s["title"]["zh"]
            .as_str()
            .unwrap()
            .contains("打开辰悦家园东2门")),
        "{found}"
    );
    let best = &found["best"];
    let together = best["saved"]["rider_minutes_day"].as_f64().unwrap();
    assert!(together >= saved(&singles[0]), "{found}");
    assert!(best["changes"].as_array().unwrap().len() <= 2);
    assert_eq!(
        (&best["stop_reason"], &best["gap"]),
        (&json!("optimal"), &json!(0.0))
    );
    assert_eq!(found["deliveries"]["verified"], false);
    assert!(found["notes"].to_string().contains("未核实出处"));

    // If the edits of the request already contain a change, this change saves nothing more.
    let first = &singles[0];
    let again = json!({
        "compounds": [], "k": 1, "edits": first["edits"],
        "changes": [{"id": "own", "title": "自定改动", "edits": first["edits"]}],
    });
    let again = answer(&district, &question(again)).await;
    assert_eq!(
        again["singles"][0]["saved"]["rider_minutes_day"], 0.0,
        "{again}"
    );
    assert_eq!(
        again["singles"][0]["sentence"]["zh"],
        "自定改动：没有可见的改善"
    );
    assert_eq!(again["best"]["changes"], json!([]));
}

#[tokio::test]
async fn wrong_questions_are_refused_before_there_is_a_job() {
    let district = District::start().await;
    let edit =
        json!({"collection": "entrances", "id": "no-such-gate", "op": "patch", "properties": {}});
    let own = |edits: Value| json!({"changes": [{"edits": edits}], "k": 1});
    let long = "长".repeat(700);
    let fine = json!({
        "collection": "first_aid_stations", "id": "tried", "op": "put",
        "feature": {
            "type": "Feature", "properties": {"name": "试设"},
            "geometry": {"type": "Point", "coordinates": [117.1342, 39.2240]},
        },
    });
    let estate = json!({
        "collection": "compounds", "id": "new-estate", "op": "put",
        "feature": {
            "type": "Feature", "properties": {"name": "新小区", "housing": "commodity"},
            "geometry": {"type": "Polygon", "coordinates": [[
                [117.0, 39.1], [117.001, 39.1], [117.001, 39.101], [117.0, 39.101], [117.0, 39.1],
            ]]},
        },
    });
    for (more, field) in [
        (json!({"k": 0}), "k"),
        (json!({"k": 11}), "k"),
        (json!({"time_limit_s": 0}), "time_limit_s"),
        (json!({"compounds": ["atlantis"]}), "compounds[0]"),
        (json!({"generate": false}), "changes"),
        (own(json!([])), "changes[0].edits"),
        (own(json!([edit])), "changes[0].edits[0].id"),
        (
            json!({"k": 1, "changes": [{"id": &long, "title": "短", "edits": [fine]}]}),
            "changes[0].id",
        ),
        (
            json!({"k": 1, "changes": [{"title": &long, "edits": [fine]}]}),
            "changes[0].title",
        ),
        (json!({"title": &long}), "title"),
        (json!({"edits": [edit]}), "edits[0].id"),
        (json!({"scenario": "none"}), "scenario"),
        // A compound of the edits, without gates and lanes.
        (
            json!({"edits": [estate], "compounds": ["new-estate"]}),
            "changes",
        ),
        (json!({"deliveries": {"hours": [1, 2]}}), "deliveries.hours"),
        (
            json!({"deliveries": {"per_household_day": -1}}),
            "deliveries.per_household_day",
        ),
        (
            json!({"deliveries": {"origins": [[200, 0]]}}),
            "deliveries.origins[0]",
        ),
    ] {
        let (status, refused) = problem(ask(&district, &question(more.clone())).await).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{more}: {refused}"
        );
        assert_eq!(refused["errors"][0]["field"], field, "{more}: {refused}");
    }
    for body in [
        question(json!({"objective": "profit"})),
        question(json!({"colour": "red"})),
    ] {
        assert_eq!(
            ask(&district, &body).await.status(),
            StatusCode::BAD_REQUEST
        );
    }
    let request = district.server.request(Method::POST, "/api/plan/sitings");
    let request = request
        .bearer_auth(&district.officer)
        .json(&question(json!({})));
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
}
