//! Tests of coverage over HTTP, with the built program and the demo district.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::account;
use crate::support::server::{Server, onemap, problem};

/// A server with the demo district, and tokens of two roles.
pub struct District {
    pub server: Server,
    pub database: String,
    pub planner: String,
    pub officer: String,
    _folder: tempfile::TempDir,
}

/// Noon on a Monday, Beijing time.
pub const NOON: &str = "2026-11-30T12:00:00+08:00";

impl District {
    /// Starts a server with the whole demo district and waits until its network is built.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("onemap.db").display());
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/guoyuan");
        let names = [
            "grids",
            "barriers",
            "buildings",
            "compounds",
            "entrances",
            "facilities",
            "first_aid_stations",
            "pocket_parks",
            "routes",
            "turns",
        ];
        let files: Vec<String> = names
            .iter()
            .map(|name| data.join(format!("{name}.geojson")).display().to_string())
            .collect();
        let mut arguments = vec!["import", "--database", &database];
        arguments.extend(files.iter().map(String::as_str));
        let (_, errors, worked) = onemap(&arguments);
        assert!(worked, "{errors}");
        let planner = account(&database, "planner", "规划员", &[]);
        let officer = account(&database, "officer", "值班员", &[]);
        let server = Server::on(&database, &[]).await;
        let district = Self {
            server,
            database,
            planner,
            officer,
            _folder: folder,
        };
        let deadline = Instant::now() + Duration::from_secs(120);
        let body = json!({"standard": "aed_4"});
        while district.ask(&body).await.status() == StatusCode::SERVICE_UNAVAILABLE {
            assert!(
                Instant::now() < deadline,
                "the network is not built after 120 s"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        district
    }

    /// The result of a job of a kind, from the answer that created it.
    pub async fn result(&self, created: reqwest::Response, kind: &str) -> Value {
        let (status, text) = (created.status(), created.text().await.unwrap());
        assert_eq!(status, StatusCode::ACCEPTED, "{text}");
        let job: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(job["kind"], kind);
        let path = format!("/api/jobs/{}", job["id"].as_str().unwrap());
        let deadline = Instant::now() + Duration::from_secs(300);
        loop {
            let request = self.server.request(Method::GET, &path);
            let job = request.bearer_auth(&self.planner).send().await.unwrap();
            let job: Value = job.json().await.unwrap();
            match job["state"].as_str().unwrap() {
                "queued" | "running" => {
                    assert!(Instant::now() < deadline, "the job does not end: {job}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                state => {
                    assert_eq!(state, "done", "{job}");
                    return job["result"].clone();
                }
            }
        }
    }

    fn request(&self, body: &Value) -> reqwest::RequestBuilder {
        let request = self.server.request(Method::POST, "/api/plan/coverage");
        request.json(body)
    }

    pub async fn ask(&self, body: &Value) -> reqwest::Response {
        let request = self.request(body).bearer_auth(&self.planner);
        request.send().await.unwrap()
    }

    pub async fn coverage(&self, body: &Value) -> Value {
        let answer = self.ask(body).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{body}: {text}");
        serde_json::from_str(&text).unwrap()
    }
}

fn sum(list: &Value, key: &str) -> f64 {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[key].as_f64().unwrap()).sum()
}

#[tokio::test]
async fn a_planner_sees_who_is_out_of_reach_and_what_a_further_park_changes() {
    let district = District::start().await;
    let ask =
        |by: &str| json!({"standard": "pocket_park_300", "by": by, "at": NOON, "limit": 10_000});
    let found = district.coverage(&ask("community")).await;
    let (demand, covered) = (
        found["demand"].as_f64().unwrap(),
        found["covered"].as_f64().unwrap(),
    );
    assert!(
        demand > 1000.0 && covered > 0.0 && covered < demand,
        "{found}"
    );
    let share = found["share"].as_f64().unwrap();
    assert!((share - covered / demand).abs() < 1e-4);
    // Straight lines are shorter than walks, so more people are within the distance of the standard.
    assert!(found["straight_line"]["share"].as_f64().unwrap() > share);
    let distance = &found["distance_m"];
    let of = |key: &str| distance[key].as_f64().unwrap();
    assert!(of("mean") < of("p95") && of("p95") <= of("max"));
    assert!(found["duration_s"].is_null(), "the standard is in metres");
    assert_eq!(found["worst"], found["by"][0]);
    let shares = found["by"].as_array().unwrap();
    assert!(
        shares.len() > 2
            && shares.is_sorted_by_key(|a| (a["share"].as_f64().unwrap() * 1e6) as u64)
    );
    // Every building of the demo is in a community, so the people of all communities add up to the demand.
    assert!((sum(&found["by"], "people") - demand).abs() < 1.0);
    assert!((sum(&found["uncovered"], "people") - (demand - covered)).abs() < 1.0);
    assert_eq!(found["standard"]["verified"], false);
    let notes = found["notes"].to_string();
    assert!(notes.contains("未核实"), "{notes}");

    for by in ["building", "grid", "street", "housing"] {
        let divided = district.coverage(&ask(by)).await;
        let elsewhere = divided["in_no_area"].as_f64().unwrap();
        assert!(
            (sum(&divided["by"], "people") + elsewhere - demand).abs() < 1.0,
            "{by}"
        );
        assert_eq!(elsewhere > 0.0, by == "housing", "{by}");
        assert_eq!(divided["covered"], found["covered"], "{by}");
        assert_eq!(divided["worst"], found["worst"], "{by}");
    }

    // Tries a further park at the place with the most uncovered people, which is listed first.
    let [lon, lat] = [0, 1].map(|i| found["uncovered"][0]["position"][i].as_f64().unwrap());
    let mut body = ask("community");
    body["add"] = json!([{"lon": lon, "lat": lat}]);
    let tried = district.coverage(&body).await;
    let gained = tried["change"]["people"].as_f64().unwrap();
    assert!(gained > 1.0, "{tried}");
    assert!((tried["covered"].as_f64().unwrap() - covered - gained).abs() < 0.1);
    assert!((sum(&tried["change"]["places"], "people") - gained).abs() < 1.0);
    // A brief answer, for use while a position is dragged, has the same figures without the lists.
    body["brief"] = json!(true);
    let brief = district.coverage(&body).await;
    for key in [
        "demand",
        "covered",
        "share",
        "backup_share",
        "distance_m",
        "straight_line",
        "change",
    ] {
        assert_eq!(brief[key], tried[key], "{key}");
    }
    for list in ["by", "uncovered"] {
        assert_eq!(brief[list], json!([]), "{list}");
    }
}

#[tokio::test]
async fn without_people_or_facilities_the_notes_say_so() {
    let district = District::start().await;
    let nobody = json!({"standard": "aed_4", "at": NOON, "demand": {"points": []}});
    let nobody = district.coverage(&nobody).await;
    assert!(nobody["share"].is_null());
    assert!(
        nobody["notes"].to_string().contains("没有人口数据"),
        "{nobody}"
    );
    let nowhere = json!({
        "standard": "aed_4", "at": NOON,
        "facility": {"collection": "facilities", "kind": "no_such_kind"},
    });
    let nowhere = district.coverage(&nowhere).await;
    assert_eq!(
        (&nowhere["covered"], &nowhere["share"]),
        (&json!(0.0), &json!(0.0))
    );
    assert!(
        nowhere["notes"].to_string().contains("没有符合条件的设施"),
        "{nowhere}"
    );
}

#[tokio::test]
async fn an_aed_is_fetched_there_and_back_and_stations_close_at_night() {
    let district = District::start().await;
    let mut body = json!({"standard": "aed_4", "at": NOON});
    let noon = district.coverage(&body).await;
    assert!(noon["duration_s"]["mean"].as_f64().unwrap() > 0.0);
    assert_eq!(noon["standard"]["there_and_back"], true);
    body["standard"] = json!({"minutes": 4, "source": "街道民生实事方案"});
    body["facility"] = json!({"collection": "first_aid_stations", "aed": true});
    let one_way = district.coverage(&body).await;
    assert!(one_way["covered"].as_f64().unwrap() > noon["covered"].as_f64().unwrap());
    let night = json!({"standard": "aed_4", "at": "2026-11-30T02:30:00+08:00"});
    let night = district.coverage(&night).await;
    assert!(night["covered"].as_f64().unwrap() < noon["covered"].as_f64().unwrap());
    assert!(!night["facilities"]["closed"].as_array().unwrap().is_empty());
    // The request contains the demand: one point near a way, and one in the sea.
    let own = json!({
        "standard": "aed_4", "at": NOON, "by": "building",
        "demand": {"points": [
            {"id": "yard", "lon": 117.1342, "lat": 39.2240, "people": 3},
            {"id": "sea", "lon": 118.9, "lat": 38.9, "people": 2},
        ]},
    });
    let own = district.coverage(&own).await;
    assert_eq!(own["demand"], 5.0);
    assert_eq!(own["unlinked"]["people"], 2.0);
    assert_eq!(own["unlinked"]["places"][0]["id"], "sea");
    assert_eq!(own["unlinked"]["places"][0]["why"], "no_way");
    assert_eq!(own["estimated"], 0.0);
}

#[tokio::test]
async fn wrong_questions_say_what_is_expected_and_only_planners_may_ask() {
    let district = District::start().await;
    let good = json!({"standard": "aed_4"});
    let answer = district.request(&good).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let request = district.request(&good).bearer_auth(&district.officer);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let list = district.server.request(Method::GET, "/api/plan/standards");
    let list = list.bearer_auth(&district.planner).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    assert!(
        list["standards"]
            .as_array()
            .unwrap()
            .iter()
            .any(|s| s["id"] == "pocket_park_300")
    );

    let aed = json!({"collection": "first_aid_stations"});
    for (body, field, expected) in [
        (json!({"standard": "aed_9"}), "standard", "aed_4"),
        (json!({"standard": 5}), "standard", "aed_4"),
        (
            json!({"standard": {"metres": "300", "source": "x"}, "facility": aed}),
            "standard.metres",
            "a number",
        ),
        (
            json!({"standard": {"meters": 300, "source": "x"}, "facility": aed}),
            "standard.meters",
            "there_and_back",
        ),
        (
            json!({"standard": {"metres": 300}, "facility": aed}),
            "standard.source",
            "source",
        ),
        (
            json!({"standard": {"metres": 300, "source": "长".repeat(700)}, "facility": aed}),
            "standard.source",
            "at most 2000 bytes",
        ),
        (
            json!({"standard": {"metres": 300, "source": "x", "title": "长".repeat(700)}, "facility": aed}),
            "standard.title",
            "at most 2000 bytes",
        ),
        (
            json!({"standard": {"source": "x"}, "facility": aed}),
            "standard",
            "exactly one",
        ),
        (
            json!({"standard": {"metres": -3, "source": "x"}, "facility": aed}),
            "standard.metres",
            "above 0",
        ),
        (
            json!({"standard": "living_circle_10"}),
            "facility",
            "names no kind of facility",
        ),
        (
            json!({"standard": "aed_4", "facility": {"collection": "benches"}}),
            "facility.collection",
            "no collection",
        ),
        (
            json!({"standard": "aed_4", "facility": {"collection": "facilities", "filter": "kind ="}}),
            "facility.filter",
            "filter",
        ),
        (
            json!({"standard": "aed_4", "profile": "ebike"}),
            "profile",
            "walking profile",
        ),
        (json!({"standard": "aed_4", "at": "noon"}), "at", "RFC 3339"),
        (
            json!({"standard": "aed_4", "without": ["nothing"]}),
            "without",
            "no feature",
        ),
        (
            json!({"standard": "aed_4", "add": [{"lon": 190, "lat": 0}]}),
            "add[0]",
            "longitude",
        ),
        (
            json!({"standard": "aed_4", "demand": {"collection": "buildings"}}),
            "demand.weight",
            "property",
        ),
        (
            json!({"standard": "aed_4", "demand": {"collection": "buildings", "weight": "housholds"}}),
            "demand.weight",
            "no property \"housholds\" with numbers; expected one of",
        ),
        (
            json!({"standard": "aed_4", "demand": {"collection": "buildings", "weight": "name"}}),
            "demand.weight",
            "households",
        ),
        (
            json!({"standard": "aed_4", "demand": {"points": [{"lon": 117, "lat": 39, "people": -1}]}}),
            "demand.points[0].people",
            "0 people",
        ),
        (
            json!({"standard": "aed_4", "demand": {"persons_per_household": 0}}),
            "demand.persons_per_household",
            "above 0",
        ),
    ] {
        let request = district.request(&body).bearer_auth(&district.planner);
        let request = request.header("accept-language", "en");
        let (status, refused) = problem(request.send().await.unwrap()).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}: {refused}"
        );
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        assert!(
            refused["detail"].as_str().unwrap().contains(expected),
            "{refused}"
        );
    }
}

/// Asks for a coverage as a wall screen does, with a read-only token.
async fn on_a_screen(district: &District, token: &str, parameters: &str) -> reqwest::Response {
    let path = format!("/api/plan/coverage?{parameters}");
    let request = district.server.request(Method::GET, &path);
    request.bearer_auth(token).send().await.unwrap()
}

#[tokio::test]
async fn a_screen_with_a_read_only_token_shows_the_figures_of_the_planner() {
    let district = District::start().await;
    let printed = account(&district.database, "officer", "大屏", &["--read-only"]);
    // The second line is the path that opens the wall with it.
    let screen = printed.lines().next().unwrap();
    let noon = NOON.replace('+', "%2B");
    for (parameters, body) in [
        (
            "standard=aed_4&by=grid&limit=10000",
            json!({"standard": "aed_4", "by": "grid", "limit": 10_000}),
        ),
        (
            "standard=living_circle_10&collection=facilities&kind=rest_stop&limit=3",
            json!({"standard": "living_circle_10", "limit": 3,
                "facility": {"collection": "facilities", "kind": "rest_stop"}}),
        ),
        (
            "standard=living_circle_5&collection=first_aid_stations&aed=true",
            json!({"standard": "living_circle_5",
                "facility": {"collection": "first_aid_stations", "aed": true}}),
        ),
    ] {
        let answer = on_a_screen(&district, screen, &format!("{parameters}&at={noon}")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{parameters}");
        let shown: Value = answer.json().await.unwrap();
        let mut body = body;
        body["at"] = json!(NOON);
        assert_eq!(shown, district.coverage(&body).await, "{parameters}");
    }

    let standards = district.server.request(Method::GET, "/api/plan/standards");
    let standards = standards.bearer_auth(screen).send().await.unwrap();
    assert_eq!(standards.status(), StatusCode::OK);

    // A screen reads. It sends no body, so it tries no changes.
    let posted = district.request(&json!({"standard": "aed_4"}));
    let posted = posted.bearer_auth(screen).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::FORBIDDEN);

    for (parameters, name) in [
        ("by=grid", "standard"),
        ("standard=aed_4&kind=rest_stop", "collection"),
        ("standard=aed_4&aed=true", "collection"),
        ("standard=aed_4&by=city", "community"),
        ("standard=aed_4&limit=many", "limit"),
        ("standard=aed_4&limit=10001", "limit"),
        ("standard=aed_4&edits=1", "edits"),
        ("standard=aed_9", "aed_4"),
        ("standard=living_circle_5", "facility"),
    ] {
        let (status, said) = problem(on_a_screen(&district, screen, parameters).await).await;
        assert!(
            [400, 422].contains(&status.as_u16()),
            "{parameters}: {said}"
        );
        let detail = said["detail"].as_str().unwrap();
        assert!(detail.contains(name), "{parameters}: {detail}");
    }
    let rider = account(&district.database, "rider", "骑手", &[]);
    let refused = on_a_screen(&district, &rider, "standard=aed_4").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let path = "/api/plan/coverage?standard=aed_4";
    let public = district.server.request(Method::GET, path).send().await;
    assert_eq!(public.unwrap().status(), StatusCode::UNAUTHORIZED);
}
