//! Tests of scenarios: the store of each kind, and planners who share scenarios over HTTP.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::planning::{District, NOON};
use crate::store_suite::{Fixture, fixtures};
use crate::support::server::problem;
use onemap::store::{ScenarioContent, ScenarioLimits, ScenarioWritten, StoredScenario};

const LIMITS: ScenarioLimits = ScenarioLimits {
    count: 3,
    bytes: 1_000,
};

fn content(name: &str, by: &str) -> ScenarioContent {
    ScenarioContent {
        name: name.to_owned(),
        saved_by: by.to_owned(),
        seq: 7,
        edits: "[]".to_owned(),
        existing: "[]".to_owned(),
        question: None,
    }
}

fn done(written: ScenarioWritten) -> StoredScenario {
    match written {
        ScenarioWritten::Done(stored) => *stored,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_scenario_is_saved_by_version_and_the_newest_comes_first() {
    for Fixture { store, .. } in &fixtures().await {
        let create = async |name: &str| store.create_scenario(content(name, "甲"), &LIMITS).await;
        let first = done(create("北门").await.unwrap());
        assert_eq!((first.version, first.author.as_str()), (1, "甲"));
        assert_eq!(first.created_at, first.saved_at);
        let second = done(create("南门").await.unwrap());
        let names = async || -> Vec<String> {
            let all = store.scenarios().await.unwrap();
            all.into_iter().map(|s| s.content.name).collect()
        };
        assert_eq!(names().await, ["南门", "北门"]);

        let mut changed = content("北门开放", "乙");
        changed.question = Some("{\"standard\":\"aed_4\"}".to_owned());
        let save = async |version| {
            let written = store.save_scenario(&first.id, changed.clone(), version, &LIMITS);
            written.await.unwrap()
        };
        let saved = done(save(Some(1)).await);
        assert_eq!((saved.version, saved.author.as_str()), (2, "甲"));
        assert_eq!(saved.content, changed);
        assert!(saved.saved_at >= first.saved_at && saved.created_at == first.created_at);
        assert_eq!(names().await, ["北门开放", "南门"]);
        assert_eq!(
            store.scenario(&first.id).await.unwrap(),
            Some(saved.clone())
        );

        // A save or a deletion based on an older version writes nothing and returns the newer version.
        let overtaken = ScenarioWritten::Overtaken(saved.clone().into());
        assert_eq!(save(Some(1)).await, overtaken);
        assert_eq!(
            store.delete_scenario(&first.id, Some(1)).await.unwrap(),
            overtaken
        );
        assert_eq!(store.scenario(&first.id).await.unwrap(), Some(saved));
        assert_eq!(done(save(None).await).version, 3);

        let deleted = store.delete_scenario(&second.id, Some(1)).await.unwrap();
        assert_eq!(done(deleted).id, second.id);
        for gone in [
            store.delete_scenario(&second.id, None).await.unwrap(),
            store
                .save_scenario(&second.id, content("x", "乙"), None, &LIMITS)
                .await
                .unwrap(),
        ] {
            assert_eq!(gone, ScenarioWritten::Missing);
        }
    }
}

#[tokio::test]
async fn the_number_and_the_size_of_scenarios_are_limited() {
    for Fixture { store, .. } in &fixtures().await {
        for name in ["a", "b", "c"] {
            done(
                store
                    .create_scenario(content(name, "甲"), &LIMITS)
                    .await
                    .unwrap(),
            );
        }
        let fourth = store
            .create_scenario(content("d", "甲"), &LIMITS)
            .await
            .unwrap();
        assert_eq!(fourth, ScenarioWritten::Full);
        let last = &store.scenarios().await.unwrap()[0];
        let mut large = content("c", "甲");
        large.question = Some("字".repeat(400));
        let saved = store
            .save_scenario(&last.id, large.clone(), None, &LIMITS)
            .await
            .unwrap();
        assert_eq!(
            saved,
            ScenarioWritten::Full,
            "1,200 bytes in 400 characters"
        );
        large.question = Some("字".repeat(300));
        done(
            store
                .save_scenario(&last.id, large.clone(), None, &LIMITS)
                .await
                .unwrap(),
        );
        // A save replaces the old content of the scenario, so this content does not count towards the limit.
        done(
            store
                .save_scenario(&last.id, large, None, &LIMITS)
                .await
                .unwrap(),
        );
    }
}

/// A station that is tried at a position.
fn station(id: &str, position: &[f64]) -> Value {
    json!({
        "collection": "first_aid_stations", "id": id, "op": "put",
        "feature": {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": position},
            "properties": {"name": "试设急救站", "aed": true},
        },
    })
}

impl District {
    async fn send(
        &self,
        method: Method,
        path: &str,
        tag: Option<&str>,
        body: &Value,
    ) -> reqwest::Response {
        let request = self.server.request(method, path).bearer_auth(&self.planner);
        let request = match tag {
            Some(tag) => request.header(header::IF_MATCH, tag),
            None => request,
        };
        request.json(body).send().await.unwrap()
    }
}

fn tag_of(answer: &reqwest::Response) -> String {
    answer.headers()[header::ETAG].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_planners_share_a_scenario_and_the_second_learns_who_saved_it() {
    let district = District::start().await;
    let found = district
        .coverage(&json!({"standard": "aed_4", "at": NOON}))
        .await;
    let position: Vec<f64> = [0, 1]
        .map(|i| found["uncovered"][0]["position"][i].as_f64().unwrap())
        .to_vec();
    let wanted = json!({
        "name": "东里加站", "edits": [station("tried-1", &position)],
        "question": {"standard": "aed_4"},
    });
    let path = "/api/plan/scenarios";
    let made = district.send(Method::POST, path, None, &wanted).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let place = made.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned();
    let first_tag = tag_of(&made);
    let made: Value = made.json().await.unwrap();
    let id = made["id"].as_str().unwrap();
    let own = format!("{path}/{id}");
    assert!(place.ends_with(&own), "{place}");
    assert_eq!(
        (&made["author"], &made["version"]),
        (&json!("规划员"), &json!(1))
    );
    assert_eq!(made["edits"], wanted["edits"]);
    assert_eq!(made["question"], wanted["question"]);
    assert_eq!(
        (&made["moved_on"], &made["seq"]),
        (&Value::Null, &found["seq"])
    );

    // The coverage of the scenario is that of its edits, and better than that of the map.
    let with = |key: &str, value: &Value| json!({"standard": "aed_4", "at": NOON, key: value});
    let by_id = district.coverage(&with("scenario", &made["id"])).await;
    let by_edits = district.coverage(&with("edits", &wanted["edits"])).await;
    assert_eq!(by_id, by_edits);
    assert!(by_id["covered"].as_f64().unwrap() > found["covered"].as_f64().unwrap());
    assert_eq!(by_id["seq"], found["seq"]);

    // After another planner has saved the scenario, a save of the first planner is refused. The error names the other
    // planner.
    let other = crate::support::ledger::account(&district.database, "planner", "李规划", &[]);
    let mut renamed = wanted.clone();
    renamed["name"] = json!("东里加两站");
    let save = district
        .server
        .request(Method::PUT, &own)
        .bearer_auth(&other);
    let save = save.header(header::IF_MATCH, &first_tag).json(&renamed);
    let saved = save.send().await.unwrap();
    assert_eq!(saved.status(), StatusCode::OK);
    let second_tag = tag_of(&saved);
    assert_ne!(second_tag, first_tag);
    let late = district
        .send(Method::PUT, &own, Some(&first_tag), &wanted)
        .await;
    let (status, refused) = problem(late).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(
        (&refused["saved_by"], &refused["version"]),
        (&json!("李规划"), &json!(2))
    );
    assert!(
        refused["detail"].as_str().unwrap().contains("李规划"),
        "{refused}"
    );
    assert!(refused["saved_at"].is_string());
    let list = district.send(Method::GET, path, None, &Value::Null).await;
    let list: Value = list.json().await.unwrap();
    assert_eq!(list["scenarios"][0]["name"], "东里加两站");
    assert_eq!(list["scenarios"][0]["saved_by"], "李规划");
    assert_eq!(list["scenarios"][0]["author"], "规划员");

    let gone = district
        .send(Method::DELETE, &own, Some(&second_tag), &Value::Null)
        .await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let gone = district.send(Method::GET, &own, None, &Value::Null).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    let asked = district.ask(&with("scenario", &made["id"])).await;
    let (status, refused) = problem(asked).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["errors"][0]["field"], "scenario");
}

#[tokio::test]
async fn a_scenario_says_when_its_data_has_moved_on() {
    let district = District::start().await;
    let list = "/api/collections/first_aid_stations/items?limit=1";
    let list = district.server.json(list).await;
    let id = list["features"][0]["id"].as_str().unwrap();
    let wanted = json!({"name": "停用一站", "edits": [
        {"collection": "first_aid_stations", "id": id, "op": "delete"},
        station("tried-1", &[117.1342, 39.2240]),
    ]});
    let path = "/api/plan/scenarios";
    let made = district.send(Method::POST, path, None, &wanted).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    let own = format!("{path}/{}", made["id"].as_str().unwrap());
    let read = async || -> Value {
        let answer = district.send(Method::GET, &own, None, &Value::Null).await;
        answer.json().await.unwrap()
    };
    let steward = crate::support::ledger::account(&district.database, "steward", "图管员", &[]);
    let item = format!("/api/collections/first_aid_stations/items/{id}");
    let write = async |method: Method, path: &str, body: &Value| {
        let request = district.server.request(method, path).bearer_auth(&steward);
        let answer = request.json(body).send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap()
        );
    };
    assert_eq!(read().await["moved_on"], Value::Null);
    let park = json!({"properties": {"name": "改名的公园"}});
    let parks = district
        .server
        .json("/api/collections/pocket_parks/items?limit=1")
        .await;
    let other = parks["features"][0]["id"].as_str().unwrap();
    write(
        Method::PATCH,
        &format!("/api/collections/pocket_parks/items/{other}"),
        &park,
    )
    .await;
    assert_eq!(
        read().await["moved_on"],
        json!({"commits": 1, "touched": []})
    );
    write(
        Method::PATCH,
        &item,
        &json!({"properties": {"name": "改名的站"}}),
    )
    .await;
    let touched = json!([{"collection": "first_aid_stations", "id": id}]);
    assert_eq!(
        read().await["moved_on"],
        json!({"commits": 2, "touched": touched})
    );
    // A feature of an edit that was deleted on the map counts as touched. The edit that deletes it is now invalid.
    write(Method::DELETE, &item, &Value::Null).await;
    let now = read().await;
    assert_eq!(now["moved_on"], json!({"commits": 3, "touched": touched}));
    let asked = json!({"standard": "aed_4", "at": NOON, "scenario": now["id"]});
    let (status, refused) = problem(district.ask(&asked).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["errors"][0]["field"], "edits[0].id");
    // When the scenario is saved without this edit, it refers to the map as it is now.
    let mut carried = wanted.clone();
    carried["edits"].as_array_mut().unwrap().remove(0);
    let saved = district.send(Method::PUT, &own, None, &carried).await;
    assert_eq!(saved.status(), StatusCode::OK);
    let now = read().await;
    assert_eq!(
        (&now["moved_on"], &now["version"]),
        (&Value::Null, &json!(2))
    );
    assert!(now["seq"].as_u64() > made["seq"].as_u64());
}

#[tokio::test]
async fn wrong_scenarios_are_refused_and_name_what_is_wrong() {
    let district = District::start().await;
    let path = "/api/plan/scenarios";
    let good = station("tried", &[117.13, 39.22]);
    let wrong_edit =
        json!({"collection": "entrances", "id": "none", "op": "patch", "properties": {}});
    let mut invalid = good.clone();
    invalid["feature"]["properties"]["aed"] = json!("maybe");
    for (body, field) in [
        (json!({"name": " ", "edits": []}), "name"),
        (
            json!({"name": "x", "edits": [good, wrong_edit]}),
            "edits[1].id",
        ),
        (
            json!({"name": "x", "edits": [invalid]}),
            "edits[0].feature.properties.aed",
        ),
        (
            json!({"name": "x", "edits": [], "question": "问".repeat(30_000)}),
            "question",
        ),
    ] {
        let (status, refused) = problem(district.send(Method::POST, path, None, &body).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let unknown = json!({"name": "x", "edits": [], "colour": "red"});
    let answer = district.send(Method::POST, path, None, &unknown).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    for (token, status) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(&district.officer), StatusCode::FORBIDDEN),
    ] {
        for (method, path) in [
            (Method::GET, path.to_owned()),
            (Method::POST, path.to_owned()),
            (Method::GET, format!("{path}/x")),
            (Method::PUT, format!("{path}/x")),
            (Method::DELETE, format!("{path}/x")),
        ] {
            let request = district.server.request(method.clone(), &path);
            let request = request.json(&json!({"name": "x", "edits": []}));
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), status, "{method} {path}");
        }
    }
    let empty = json!({"name": "x", "edits": []});
    let missing = format!("{path}/x");
    let missing = district.send(Method::PUT, &missing, None, &empty).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
}
