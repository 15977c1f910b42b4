//! Thematic maps over HTTP, on the demo district: every theme equals a plain recount from the items, now and then.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::server::{Server, onemap, sqlite_in, token};

const THEMES: &str = include_str!("../geodata/themes.toml");

struct Demo {
    server: Server,
    planner: String,
    officer: String,
    config: tempfile::TempDir,
    _folder: tempfile::TempDir,
}

impl Demo {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = tempfile::tempdir().unwrap();
        let database = sqlite_in(folder.path());
        let dir = config.path().to_str().unwrap();
        let server = Server::on(&database, &["--demo", "--config", dir]).await;
        Self {
            planner: token(&database, "planner"),
            officer: token(&database, "officer"),
            server,
            config,
            _folder: folder,
        }
    }

    /// The answer of a path, for officers. Waits while the network is being built.
    async fn json(&self, path: &str) -> Value {
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let request = self.server.request(Method::GET, path);
            let answer = request.bearer_auth(&self.officer).send().await.unwrap();
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE || Instant::now() > deadline {
                let status = answer.status();
                let body: Value = answer.json().await.unwrap();
                assert_eq!(status, StatusCode::OK, "{path}: {body}");
                return body;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        let page = self.json(path).await;
        let all = page["features"].as_array().unwrap().clone();
        assert_eq!(page["numberMatched"], all.len(), "{path}");
        all
    }

    /// The people within reach of a standard by grid, as the planner's coverage counts them.
    async fn coverage(&self, standard: &str, at: &str) -> HashMap<String, f64> {
        let body = json!({"standard": standard, "by": "grid", "at": at, "limit": 10_000});
        let path = "/api/plan/coverage";
        let request = self.server.write(Method::POST, path, &body);
        let answer = request.bearer_auth(&self.planner).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        let areas = answer["by"].as_array().unwrap().iter();
        let share = |area: &Value| Some((id(area), area["share"].as_f64()? * 100.0));
        areas.filter_map(share).collect()
    }
}

fn id(feature: &Value) -> String {
    feature["id"].as_str().unwrap().to_owned()
}

fn text<'a>(feature: &'a Value, name: &str) -> Option<&'a str> {
    feature["properties"][name].as_str()
}

fn moment(feature: &Value, name: &str) -> Option<Timestamp> {
    text(feature, name)?.parse().ok()
}

/// The day of a moment in China, as a number of days.
fn day(at: Timestamp) -> i64 {
    (at.as_second() + 8 * 3600).div_euclid(86_400)
}

/// The values of a thematic map by area.
fn values(map: &Value) -> BTreeMap<String, Option<f64>> {
    let areas = map["areas"].as_array().unwrap().iter();
    areas
        .map(|area| (id(area), area["value"].as_f64()))
        .collect()
}

fn assert_alike(
    what: &str,
    found: &BTreeMap<String, Option<f64>>,
    wanted: &BTreeMap<String, Option<f64>>,
) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (id, value) in found {
        let alike = match (value, wanted[id]) {
            (Some(a), Some(b)) => (a - b).abs() <= 0.051,
            (a, b) => a.is_none() && b.is_none(),
        };
        assert!(alike, "{what} {id}: {value:?}, expected {:?}", wanted[id]);
    }
}

/// The classes agree with the values, and each area is in its class.
fn assert_classes(map: &Value) {
    let classes = map["classes"].as_array().unwrap();
    let mut counts = vec![0; classes.len()];
    for area in map["areas"].as_array().unwrap() {
        let Some(value) = area["value"].as_f64() else {
            assert!(area["class"].is_null(), "{area}");
            continue;
        };
        let class = area["class"].as_u64().unwrap() as usize;
        counts[class] += 1;
        let is_last = class + 1 == classes.len();
        let (from, to) = (
            classes[class]["from"].as_f64(),
            classes[class]["to"].as_f64(),
        );
        assert!(from.is_none_or(|from| from <= value), "{area}");
        assert!(
            to.is_none_or(|to| value < to || (is_last && value <= to)),
            "{area}"
        );
    }
    let said: Vec<u64> = classes.iter().map(|c| c["n"].as_u64().unwrap()).collect();
    assert_eq!(said, counts, "{}", map["theme"]);
}

/// The themes of cases by area, counted from the list of all cases as of a moment.
fn recount(
    theme: &str,
    by: &str,
    (cases, grids, units): (&[Value], &[Value], &[Value]),
    at: Timestamp,
) -> BTreeMap<String, Option<f64>> {
    let last = |moment: Option<Timestamp>, days: i64| {
        moment.is_some_and(|m| (day(at) - days + 1..=day(at)).contains(&day(m)))
    };
    let property: Vec<String> = units
        .iter()
        .filter(|unit| text(unit, "kind") == Some("property"))
        .map(id)
        .collect();
    let counts = |case: &Value| {
        let is = |name: &str| case["properties"][name] == true;
        !is("held") && !is("exercise")
    };
    let areas = grids.iter().filter(|grid| text(grid, "kind") == Some(by));
    areas
        .map(|area| {
            let own = |case: &&Value| text(case, by) == area["id"].as_str() && counts(case);
            let own: Vec<&Value> = cases.iter().filter(own).collect();
            let households = area["properties"]["households"].as_f64().unwrap_or(0.0);
            let reported = |categories: &[&str]| {
                let is_counted = |case: &&&Value| {
                    let category = text(case, "category").unwrap();
                    last(moment(case, "reported_at"), 30)
                        && (categories.is_empty() || categories.contains(&category))
                };
                let n = own.iter().filter(is_counted).count() as f64;
                (households > 0.0).then(|| n * 100.0 / households)
            };
            let closed = |days: i64| {
                let own = own.iter().copied();
                own.filter(move |case| {
                    text(case, "status") == Some("closed") && last(moment(case, "closed_at"), days)
                })
            };
            let on_time = |keep: &dyn Fn(&Value) -> bool| {
                let dated: Vec<bool> = closed(60)
                    .filter(|case| keep(case))
                    .filter_map(|c| Some(moment(c, "handled_at")? <= moment(c, "due_at")?))
                    .collect();
                let good = dated.iter().filter(|good| **good).count() as f64;
                (dated.len() >= 3).then(|| good * 100.0 / dated.len() as f64)
            };
            let value = match theme {
                "requests" => reported(&[]),
                "environment" => {
                    reported(&["street_encroachment", "damaged_facility", "blocked_route"])
                }
                "fire" => reported(&["corridor_clutter", "flying_wire_charging"]),
                "timeliness" => on_time(&|_| true),
                "property" => on_time(&|case| {
                    let unit = text(case, "unit").unwrap_or_default();
                    property.iter().any(|id| id == unit)
                }),
                _ => {
                    let rating = |case: &Value| case["properties"]["rating"].as_f64();
                    let all: Vec<f64> = closed(90).filter_map(rating).collect();
                    (all.len() >= 10).then(|| all.iter().sum::<f64>() / all.len() as f64)
                }
            };
            (id(area), value)
        })
        .collect()
}

#[tokio::test]
async fn every_theme_equals_a_plain_recount_now_and_then() {
    let demo = Demo::start().await;
    let list = demo.json("/api/themes").await;
    let ids: Vec<String> = list["themes"].as_array().unwrap().iter().map(id).collect();
    assert_eq!(ids.len(), 10);
    let of_cases = [
        "requests",
        "environment",
        "fire",
        "property",
        "timeliness",
        "satisfaction",
    ];

    // The themes of cases, now and at past moments.
    let grids = demo.items("/api/collections/grids/items?limit=10000").await;
    let units = demo.items("/api/collections/units/items?limit=10000").await;
    let mut compared = 0;
    for days in [0, 3, 10, 25, 40] {
        let at = Timestamp::now() - SignedDuration::from_hours(24 * days);
        let then = match days {
            0 => String::new(),
            _ => format!("as_of={at}"),
        };
        for theme in of_cases {
            for by in ["grid", "community"] {
                if theme == "satisfaction" && by == "grid" {
                    continue;
                }
                // A case may be written between the two requests.
                let (map, cases) = loop {
                    let cases = format!("/api/warnings?limit=10000&{then}");
                    let before = demo.json(&cases).await;
                    let map = demo
                        .json(&format!("/api/themes/{theme}?by={by}&{then}"))
                        .await;
                    let after = demo.json(&cases).await;
                    if before["features"] == after["features"] {
                        break (map, before);
                    }
                };
                assert_eq!(map["theme"], theme);
                assert_classes(&map);
                let cases = cases["features"].as_array().unwrap();
                let wanted = recount(theme, by, (cases, &grids, &units), at);
                assert_alike(
                    &format!("{theme} by {by}, {days} days ago"),
                    &values(&map),
                    &wanted,
                );
                compared += wanted.values().flatten().filter(|v| **v > 0.0).count();
            }
        }
    }
    assert!(compared > 500, "{compared} values above 0");

    // What exists.
    let buildings = demo
        .items("/api/collections/buildings/items?limit=10000")
        .await;
    let old = demo.json("/api/themes/old_estates?by=grid").await;
    let mut sums: HashMap<&str, (f64, f64)> = HashMap::new();
    for building in &buildings {
        let households = building["properties"]["households"].as_f64().unwrap_or(0.0);
        if let Some(grid) = text(building, "grid").filter(|_| households > 0.0) {
            let (part, all) = sums.entry(grid).or_default();
            *all += households;
            *part +=
                households * f64::from(u8::from(text(building, "housing") == Some("old_estate")));
        }
    }
    let of_grid = |grid: &Value| {
        let sum = sums.get(grid["id"].as_str().unwrap());
        (id(grid), sum.map(|(part, all)| part * 100.0 / all))
    };
    let cells = grids.iter().filter(|g| text(g, "kind") == Some("grid"));
    assert_alike(
        "old_estates",
        &values(&old),
        &cells.clone().map(of_grid).collect(),
    );

    // Walks: as the planner's coverage at noon says. The network of ten days ago was the same.
    let noon = Timestamp::from_second(day(Timestamp::now()) * 86_400 + 4 * 3600).unwrap();
    let then = Timestamp::now() - SignedDuration::from_hours(24 * 7);
    for (theme, standard) in [
        ("first_aid", "first_aid_5"),
        ("elderly", "service_centre_10"),
    ] {
        let map = demo.json(&format!("/api/themes/{theme}?by=grid")).await;
        assert_classes(&map);
        let shares = demo.coverage(standard, &noon.to_string()).await;
        let wanted = cells.clone().map(|g| (id(g), shares.get(&id(g)).copied()));
        assert_alike(theme, &values(&map), &wanted.collect());
        // The same day of the week has the same opening hours.
        let past = demo
            .json(&format!("/api/themes/{theme}?by=grid&as_of={then}"))
            .await;
        assert_alike(
            &format!("{theme} a week ago"),
            &values(&past),
            &values(&map),
        );
    }
    let riders = demo.json("/api/themes/riders?by=grid").await;
    let past = demo
        .json(&format!("/api/themes/riders?by=grid&as_of={then}"))
        .await;
    assert_classes(&riders);
    assert!(values(&riders).values().flatten().any(|v| *v < 90.0));
    // Cases that close a way or gate for a time change few grids.
    let (then, now) = (values(&past), values(&riders));
    let same = now.iter().filter(|(id, value)| then[*id] == **value);
    assert!(same.count() * 10 > now.len() * 9);
}

/// Writes the themes by renaming, so that the server never reads an incomplete file.
fn write(dir: &Path, text: &str) {
    let part = dir.join("themes.toml.part");
    std::fs::write(&part, text).unwrap();
    std::fs::rename(&part, dir.join("themes.toml")).unwrap();
}

#[tokio::test]
async fn themes_change_while_they_are_read_and_protect_what_one_building_says() {
    let demo = Demo::start().await;
    let get = |path: &'static str| demo.server.request(Method::GET, path).send();

    // A case at one building is coloured for officers only. The list says so too.
    let path = "/api/themes/fire?by=building";
    assert_eq!(get(path).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let planner = demo
        .server
        .request(Method::GET, path)
        .bearer_auth(&demo.planner);
    assert_eq!(
        planner.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let map = demo.json(path).await;
    assert!(map["areas"].as_array().unwrap().len() > 1000);
    assert_classes(&map);
    let kinds = |list: &Value| {
        let fire = list["themes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|t| t["id"] == "fire");
        fire.unwrap()["by"].clone()
    };
    let public: Value = get("/api/themes").await.unwrap().json().await.unwrap();
    assert_eq!(kinds(&public), json!(["grid", "community"]));
    assert_eq!(
        kinds(&demo.json("/api/themes").await),
        json!(["grid", "community", "building"])
    );

    // Requests that are wrong say what is right.
    let (status, problem) = demo.server.problem("/api/themes/moon").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(problem["detail"].as_str().unwrap().contains("first_aid"));
    let (status, problem) = demo
        .server
        .problem("/api/themes/satisfaction?by=grid")
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        problem["detail"].as_str().unwrap().contains("community"),
        "{problem}"
    );

    // A client that has the answer gets 304 until something changes.
    let first = get("/api/themes/requests").await.unwrap();
    let tag = first.headers()["etag"].clone();
    let again = demo.server.request(Method::GET, "/api/themes/requests");
    let again = again.header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);

    // A report is counted soon after it was sent.
    let before = demo.json("/api/themes/requests?by=building").await;
    let building = "wenquan-huayuan-3";
    let n = |map: &Value| {
        let areas = map["areas"].as_array().unwrap().iter();
        areas.clone().find(|a| a["id"] == building).unwrap()["n"]
            .as_u64()
            .unwrap()
    };
    let body = json!({"category": "corridor_clutter", "building": building, "note": "门口堆物"});
    let report = demo.server.write(Method::POST, "/api/warnings", &body);
    let sent = report.bearer_auth(&demo.officer).send().await.unwrap();
    assert!(sent.status().is_success(), "{}", sent.text().await.unwrap());
    let deadline = Instant::now() + Duration::from_secs(30);
    while n(&demo.json("/api/themes/requests?by=building").await) <= n(&before) {
        assert!(
            Instant::now() < deadline,
            "the report is not counted after 30 s"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // While the file changes, each answer is made from one version of it.
    let other = THEMES
        .replacen("unit_zh = \"件/百户\"", "unit_zh = \"件/户\"", 1)
        .replacen(
            "per = \"100_households\", days = 30",
            "per = \"household\", days = 30",
            1,
        )
        .replacen(
            "classes = { method = \"quantile\" }",
            "classes = { method = \"equal\", number = 3 }",
            1,
        );
    write(demo.config.path(), &other);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let map = demo.json("/api/themes/requests").await;
        let is_new = map["unit"]["zh"] == "件/户";
        assert_eq!(
            map["classes"].as_array().unwrap().len(),
            if is_new { 3 } else { 5 },
            "{map}"
        );
        if is_new {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "the new themes are not in force after 30 s"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    // An invalid file leaves them in force, and `onemap check` and the server name its line.
    let wrong = other.replacen("hue = 25", "hue = 250000", 1);
    write(demo.config.path(), &wrong);
    let line = wrong
        .lines()
        .position(|line| line == "hue = 250000")
        .unwrap()
        + 1;
    let (out, _, worked) = onemap(&["check", demo.config.path().to_str().unwrap()]);
    assert!(
        !worked && out.contains(&format!("themes.toml:{line}:7: `requests.hue`")),
        "{out}"
    );
    let deadline = Instant::now() + Duration::from_secs(30);
    while demo.server.json("/health/ready").await["config"][0]["line"] != line {
        assert!(
            Instant::now() < deadline,
            "/health/ready reports no problem after 30 s"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        demo.json("/api/themes/requests").await["unit"]["zh"],
        "件/户"
    );
}
