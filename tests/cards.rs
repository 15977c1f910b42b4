//! The cards of grids and buildings: they equal a recount from the features, now and at past moments, and show people
//! to staff only.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::server::{Server, begin, onemap, sqlite_in, token};

/// The features of the demo district as an officer reads them.
#[derive(Clone, Default)]
struct Seen(BTreeMap<&'static str, Vec<Value>>);

const READ: [&str; 10] = [
    "grids",
    "buildings",
    "entrances",
    "first_aid_stations",
    "pocket_parks",
    "facilities",
    "mediation_points",
    "duties",
    "projects",
    "warnings",
];

impl Seen {
    async fn read(
        server: &Server,
        officer: &str,
        as_of: Option<&str>,
        before: Option<&Self>,
    ) -> Self {
        let mut seen = Self::default();
        for name in READ {
            // Other collections have no list of a past moment, so what was read then is used.
            if let (true, Some(before)) = (name != "warnings", before) {
                seen.0.insert(name, before.of(name).to_vec());
                continue;
            }
            let path = match (name, as_of) {
                ("warnings", Some(at)) => format!("/api/warnings?limit=10000&as_of={at}"),
                ("warnings", None) => "/api/warnings?limit=10000".to_owned(),
                _ => format!("/api/collections/{name}/items?limit=10000"),
            };
            let page: Value = get(server, officer, &path).await;
            seen.0
                .insert(name, page["features"].as_array().unwrap().clone());
        }
        seen
    }

    fn of(&self, name: &str) -> &[Value] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The ids of an area and of all areas inside of it.
    fn inside(&self, area: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([area.to_owned()]);
        loop {
            let next: Vec<String> = (self.of("grids").iter())
                .filter(|g| {
                    g["properties"]["parent"]
                        .as_str()
                        .is_some_and(|p| found.contains(p))
                })
                .map(|g| g["id"].as_str().unwrap().to_owned())
                .filter(|id| !found.contains(id))
                .collect();
            if next.is_empty() {
                return found;
            }
            found.extend(next);
        }
    }

    /// The features of a collection whose `grid` is one of these.
    fn within(&self, name: &str, grids: &BTreeSet<String>) -> Vec<&Value> {
        let own = |f: &&Value| {
            f["properties"]["grid"]
                .as_str()
                .is_some_and(|g| grids.contains(g))
        };
        self.of(name).iter().filter(own).collect()
    }

    /// The open cases, the figures and the level that a card must show for the cases that `is_here` selects.
    fn cases(&self, today: Date, is_here: impl Fn(&Value) -> bool) -> Value {
        let own: Vec<&Value> = (self.of("warnings").iter().map(|f| &f["properties"]))
            .filter(|p| is_here(p) && p["held"] != true && p["exercise"] != true)
            .collect();
        let ended = ["closed", "rejected", "merged"];
        let is_open = |p: &&&Value| !ended.contains(&p["status"].as_str().unwrap());
        let open: Vec<&&Value> = own.iter().filter(is_open).collect();
        let level = |wanted: &str| open.iter().filter(|p| p["level"] == wanted).count();
        let waiting = |statuses: &[&str]| {
            let is = |p: &&&&Value| statuses.contains(&p["status"].as_str().unwrap());
            open.iter().filter(is).count()
        };
        let date = |p: &Value, name: &str| -> Option<Date> {
            let at: Timestamp = p[name].as_str()?.parse().ok()?;
            Some(at.to_zoned(TimeZone::fixed(offset(8))).date())
        };
        let first = today - 29.days();
        let in_days = |d: Option<Date>| d.is_some_and(|d| first <= d && d <= today);
        let closed: Vec<&&Value> = own
            .iter()
            .filter(|p| p["status"] == "closed" && in_days(date(p, "closed_at")))
            .collect();
        let dated: Vec<bool> = closed
            .iter()
            .filter_map(|p| {
                let moment = |name: &str| -> Option<Timestamp> { p[name].as_str()?.parse().ok() };
                Some(moment("handled_at")? <= moment("due_at")?)
            })
            .collect();
        let ratings: Vec<f64> = closed.iter().filter_map(|p| p["rating"].as_f64()).collect();
        let share =
            |part: f64, of: usize| (of > 0).then(|| ((part / of as f64) * 1e4).round() / 1e4);
        json!({
            "open": {"red": level("red"), "yellow": level("yellow"), "green": level("green")},
            "waiting": {
                "officer": waiting(&["reported", "filed", "returned", "verified", "parked"]),
                "unit": waiting(&["dispatched", "handling"]),
                "verifier": waiting(&["handled"]),
            },
            "overdue": open.iter().filter(|p| p["overdue_at"].is_string()).count(),
            "reported": own.iter().filter(|p| in_days(date(p, "reported_at"))).count(),
            "closed": closed.len(),
            "on_time_share": share(dated.iter().filter(|d| **d).count() as f64, dated.len()),
            "rating_mean": share(ratings.iter().sum(), ratings.len()),
        })
    }

    /// The ids of the duties for a scope that hold on a day.
    fn duties(&self, scopes: &BTreeSet<String>, today: Date) -> BTreeSet<String> {
        let holds = |p: &Value| {
            let day = |name: &str| -> Option<Date> { p[name].as_str()?.parse().ok() };
            day("from").is_none_or(|d| d <= today) && day("until").is_none_or(|d| today <= d)
        };
        (self.of("duties").iter())
            .filter(|f| scopes.contains(f["properties"]["scope"].as_str().unwrap()))
            .filter(|f| holds(&f["properties"]))
            .map(|f| f["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn get(server: &Server, token: &str, path: &str) -> Value {
    let answer = server
        .request(Method::GET, path)
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

/// The newest commit.
async fn seq(server: &Server) -> u64 {
    server.json("/api/grids/status").await["seq"]
        .as_u64()
        .unwrap()
}

fn today_at(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(offset(8))).date()
}

/// Compares what the card says of the cases with a recount.
fn same_cases(card: &Value, expected: &Value) {
    let place = &card["subject"]["id"];
    for name in ["open", "waiting", "overdue"] {
        assert_eq!(card["cases"][name], expected[name], "{place}: {name}");
    }
    for name in ["reported", "closed", "on_time_share", "rating_mean"] {
        assert_eq!(card["figures"][name], expected[name], "{place}: {name}");
    }
}

/// Compares the card of an area with a recount.
fn is_recounted(card: &Value, seen: &Seen, today: Date) {
    let id = card["subject"]["id"].as_str().unwrap();
    let grids = seen.inside(id);
    let here = |p: &Value| p["grid"].as_str().is_some_and(|g| grids.contains(g));
    let cases = seen.cases(today, here);
    same_cases(card, &cases);
    let worst = ["red", "yellow", "green"]
        .into_iter()
        .find(|l| cases["open"][*l] != 0);
    let level = worst.unwrap_or(if seen.of("warnings").is_empty() {
        "no_data"
    } else {
        "green"
    });
    assert_eq!(card["level"]["level"], level, "{id}");

    let buildings = seen.within("buildings", &grids);
    let homes: Vec<&Value> = (buildings.iter().map(|b| &b["properties"]))
        .filter(|p| p["kind"] == "residential")
        .collect();
    let sum =
        |of: &[&Value], name: &str| -> u64 { of.iter().filter_map(|p| p[name].as_u64()).sum() };
    let all: Vec<&Value> = buildings.iter().map(|b| &b["properties"]).collect();
    let counts = &card["counts"];
    assert_eq!(counts["buildings"], buildings.len(), "{id}");
    assert_eq!(counts["residential"], homes.len(), "{id}");
    assert_eq!(counts["households"], sum(&all, "households"), "{id}");
    assert_eq!(counts["stairwells"], sum(&homes, "units"), "{id}");
    assert_eq!(
        counts["lifts"],
        homes.iter().filter(|p| p["elevator"] == true).count(),
        "{id}"
    );
    let mut housing: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for home in &homes {
        if let Some(kind) = home["housing"].as_str() {
            let own = housing.entry(kind).or_default();
            own.0 += 1;
            own.1 += home["households"].as_u64().unwrap_or(0);
        }
    }
    let housing: Value = (housing.into_iter())
        .map(|(kind, (buildings, households))| {
            (
                kind.to_owned(),
                json!({"buildings": buildings, "households": households}),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(counts["housing"], housing, "{id}");
    let compounds: BTreeSet<&str> = all.iter().filter_map(|p| p["compound"].as_str()).collect();
    let ids: BTreeSet<&str> = buildings
        .iter()
        .map(|b| b["id"].as_str().unwrap())
        .collect();
    let gates = seen
        .of("entrances")
        .iter()
        .map(|e| &e["properties"])
        .filter(|p| {
            p["kind"] == "gate"
                && match p["compound"].as_str() {
                    Some(compound) => compounds.contains(compound),
                    None => p["building"].as_str().is_some_and(|b| ids.contains(b)),
                }
        });
    assert_eq!(counts["gates"], gates.count(), "{id}");
    for name in ["first_aid_stations", "pocket_parks"] {
        assert_eq!(
            counts[name],
            seen.within(name, &grids).len(),
            "{id}: {name}"
        );
    }
    for name in ["facilities", "mediation_points"] {
        let mut by_kind: BTreeMap<&str, u64> = BTreeMap::new();
        for place in seen.within(name, &grids) {
            *by_kind
                .entry(place["properties"]["kind"].as_str().unwrap())
                .or_default() += 1;
        }
        assert_eq!(counts[name], json!(by_kind), "{id}: {name}");
    }

    let projects = seen.within("projects", &grids);
    let state = |wanted: &str| {
        projects
            .iter()
            .filter(|p| p["properties"]["state"] == wanted)
            .count()
    };
    assert_eq!(card["projects"]["total"], projects.len(), "{id}");
    assert_eq!(card["projects"]["done"], state("done"), "{id}");
    assert_eq!(card["projects"]["delayed"], state("delayed"), "{id}");

    let mut scopes: BTreeSet<String> = BTreeSet::from([id.to_owned()]);
    scopes.extend(
        card["within"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["id"].as_str().unwrap().to_owned()),
    );
    if card["subject"]["kind"] == "grid" {
        scopes.extend(compounds.iter().map(|c| (*c).to_owned()));
    }
    let shown: BTreeSet<String> = (card["duties"].as_array().unwrap().iter())
        .map(|d| d["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(shown, seen.duties(&scopes, today), "{id}");
    let headed: u64 = buildings
        .iter()
        .filter(|b| b["properties"]["kind"] == "residential")
        .map(|b| {
            let own = seen.duties(
                &BTreeSet::from([b["id"].as_str().unwrap().to_owned()]),
                today,
            );
            let units: BTreeSet<&str> = (seen.of("duties").iter())
                .filter(|d| {
                    own.contains(d["id"].as_str().unwrap())
                        && d["properties"]["duty"] == "building_head"
                })
                .filter_map(|d| d["properties"]["unit"].as_str())
                .collect();
            units.len() as u64
        })
        .sum();
    assert_eq!(
        card["stairwells"],
        json!({"count": sum(&homes, "units"), "headed": headed}),
        "{id}"
    );
    let leaders = (seen.of("grids").iter()).filter(|g| {
        let id = g["id"].as_str().unwrap();
        let own = seen.duties(&BTreeSet::from([id.to_owned()]), today);
        grids.contains(id)
            && g["properties"]["kind"] == "grid"
            && !seen.of("duties").iter().any(|d| {
                own.contains(d["id"].as_str().unwrap()) && d["properties"]["duty"] == "grid_leader"
            })
    });
    let missing = card["missing"].as_array().unwrap();
    let named = missing
        .iter()
        .find(|m| m["what"] == "grid_leader")
        .map_or(json!(0), |m| m["count"].clone());
    assert_eq!(named, leaders.count(), "{id}");
}

struct Demo {
    server: Server,
    officer: String,
    _folder: tempfile::TempDir,
}

/// A demo district on which nobody writes.
async fn demo() -> Demo {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let (running, _) = begin(&database, &["--demo"]);
    drop(running);
    let server = Server::on(&database, &[]).await;
    let officer = token(&database, "officer");
    Demo {
        server,
        officer,
        _folder: folder,
    }
}

#[tokio::test]
async fn every_card_equals_a_recount_now_and_at_past_moments() {
    let Demo {
        server,
        officer,
        _folder,
    } = demo().await;
    let today = today_at(Timestamp::now());
    // The timer may write between two requests; then everything is read again.
    let (seen, areas, cards) = loop {
        let before = seq(&server).await;
        let seen = Seen::read(&server, &officer, None, None).await;
        let id = |f: &Value| f["id"].as_str().unwrap().to_owned();
        let areas: Vec<String> = seen.of("grids").iter().map(id).collect();
        let buildings = seen.of("buildings").iter().step_by(9).map(id);
        let mut cards = Vec::new();
        for area in &areas {
            cards.push(get(&server, &officer, &format!("/api/grids/{area}/card")).await);
        }
        for building in buildings {
            cards.push(
                get(
                    &server,
                    &officer,
                    &format!("/api/buildings/{building}/card"),
                )
                .await,
            );
        }
        if seq(&server).await == before {
            break (seen, areas, cards);
        }
    };
    assert!(areas.len() > 100);
    let (of_areas, of_buildings) = cards.split_at(areas.len());
    for card in of_areas {
        is_recounted(card, &seen, today);
    }
    for card in of_buildings {
        let id = &card["subject"]["id"];
        let building = seen
            .of("buildings")
            .iter()
            .find(|b| b["id"] == *id)
            .unwrap();
        same_cases(card, &seen.cases(today, |p| p["building"] == *id));
        let mut scopes = BTreeSet::from([id.as_str().unwrap().to_owned()]);
        scopes.extend(
            building["properties"]["compound"]
                .as_str()
                .map(str::to_owned),
        );
        let within = card["within"].as_array().unwrap().iter();
        scopes.extend(within.map(|a| a["id"].as_str().unwrap().to_owned()));
        let shown: BTreeSet<String> = (card["duties"].as_array().unwrap().iter())
            .map(|d| d["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(shown, seen.duties(&scopes, today), "{id}");
    }

    // The map changes; the cards of earlier moments stay as they were.
    let then = Timestamp::now().to_string();
    let leader = (seen.of("duties").iter())
        .find(|d| d["properties"]["duty"] == "grid_leader")
        .unwrap();
    let grid = leader["properties"]["scope"].as_str().unwrap();
    let path = format!(
        "/api/collections/duties/items/{}",
        leader["id"].as_str().unwrap()
    );
    let gone = server
        .request(Method::DELETE, &path)
        .bearer_auth(&officer)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let mut building = (seen.of("buildings").iter())
        .find(|b| b["properties"]["grid"] == grid && b["properties"]["households"].is_number())
        .unwrap()
        .clone();
    building["properties"]["households"] = json!(7777);
    server.put("buildings", &building).await;
    let (changed, now) = loop {
        let before = seq(&server).await;
        let card = get(&server, &officer, &format!("/api/grids/{grid}/card")).await;
        let now = Seen::read(&server, &officer, None, None).await;
        if seq(&server).await == before {
            break (card, now);
        }
    };
    is_recounted(&changed, &now, today);
    assert!(
        changed["missing"]
            .as_array()
            .unwrap()
            .iter()
            .any(|m| m["what"] == "grid_leader")
    );
    let card = get(
        &server,
        &officer,
        &format!("/api/grids/{grid}/card?as_of={then}"),
    )
    .await;
    is_recounted(&card, &seen, today);
    assert!(
        !card["missing"]
            .as_array()
            .unwrap()
            .iter()
            .any(|m| m["what"] == "grid_leader")
    );

    for days in [0, 1, 2, 5, 9, 14, 21, 30, 41, 55] {
        let at = Timestamp::now() - (24 * days + 1).hours();
        let past = Seen::read(&server, &officer, Some(&at.to_string()), Some(&seen)).await;
        for area in areas
            .iter()
            .step_by(67)
            .chain([&grid.to_owned(), &"120113001".to_owned()])
        {
            let card = get(
                &server,
                &officer,
                &format!("/api/grids/{area}/card?as_of={at}"),
            )
            .await;
            is_recounted(&card, &past, today_at(at));
        }
    }
    // Before the district was on the map, there was no such grid.
    let at = Timestamp::now() - (24 * 80).hours();
    let (status, problem) = server
        .problem(&format!("/api/grids/{grid}/card?as_of={at}"))
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{problem}");
}

#[tokio::test]
async fn people_are_shown_to_staff_only_and_erased_ones_to_nobody() {
    let server = Server::start().await;
    let square = json!({"type": "Polygon", "coordinates": [[[117.0, 39.0], [117.1, 39.0], [117.1, 39.1], [117.0, 39.0]]]});
    for (collection, id, geometry, properties) in [
        (
            "grids",
            "s",
            square.clone(),
            json!({"kind": "street", "code": "120113001", "name": "某街道"}),
        ),
        (
            "grids",
            "g",
            square.clone(),
            json!({"kind": "grid", "parent": "s", "name": "某网格"}),
        ),
        (
            "buildings",
            "b",
            square,
            json!({"kind": "residential", "grid": "g", "units": 2, "name": "1号楼"}),
        ),
        (
            "duties",
            "d1",
            Value::Null,
            json!({"duty": "grid_leader", "scope": "g",
            "name": "CANARY-NAME", "phone": "CANARY-PHONE", "office_phone": "022-0000-0001"}),
        ),
        (
            "duties",
            "d2",
            Value::Null,
            json!({"duty": "building_head", "scope": "b", "unit": "1",
            "name": "CANARY-HEAD", "phone": "CANARY-TEL"}),
        ),
    ] {
        let feature =
            json!({"type": "Feature", "id": id, "geometry": geometry, "properties": properties});
        server.put(collection, &feature).await;
    }
    let worker = token(&server.database, "grid_worker");
    let rider = token(&server.database, "rider");
    let paths = [
        "/api/grids/g/card",
        "/api/grids/120113001/card",
        "/api/buildings/b/card",
        "/api/collections/duties/items",
        "/api/collections/duties/items/d1",
        "/api/search?q=CANARY",
    ];
    for path in paths {
        for token in [None, Some(&rider)] {
            let mut asked = server.request(Method::GET, path);
            if let Some(token) = token {
                asked = asked.bearer_auth(token);
            }
            let text = asked.send().await.unwrap().text().await.unwrap();
            assert!(!text.contains("CANARY"), "{path}: {text}");
        }
    }
    let card = get(&server, &worker, "/api/buildings/b/card").await;
    let said: Vec<(&str, &str, &str)> = (card["duties"].as_array().unwrap().iter())
        .map(|d| {
            (
                d["duty"].as_str().unwrap(),
                d["name"].as_str().unwrap(),
                d["scope_name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("grid_leader", "CANARY-NAME", "某网格"),
            ("building_head", "CANARY-HEAD", "1号楼"),
        ]
    );
    assert_eq!(card["stairwells"], json!({"count": 2, "headed": 1}));
    let public = server.json("/api/grids/g/card").await;
    assert_eq!(public["duties"][0]["office_phone"], "022-0000-0001");
    // A person who leaves is erased from the present and from every past version.
    let then = Timestamp::now().to_string();
    let (_, error, done) = onemap(&[
        "erase",
        "duties",
        "d1",
        "--reason",
        "left",
        "--database",
        &server.database,
    ]);
    assert!(done, "{error}");
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let now = get(&server, &worker, "/api/grids/g/card").await.to_string();
        if !now.contains("CANARY-NAME") {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for path in [
        format!("/api/grids/g/card?as_of={then}"),
        "/api/collections/duties/items/d1/history".into(),
    ] {
        let asked = server
            .request(Method::GET, &path)
            .bearer_auth(&worker)
            .send()
            .await
            .unwrap();
        let text = asked.text().await.unwrap();
        assert!(
            !text.contains("CANARY-NAME") && !text.contains("CANARY-PHONE"),
            "{path}: {text}"
        );
    }
}

#[tokio::test]
async fn an_unknown_place_and_a_moment_that_is_none_are_named() {
    let server = Server::start().await;
    for (path, status, word) in [
        ("/api/grids/nowhere/card", 404, "nowhere"),
        ("/api/buildings/nowhere/card", 404, "nowhere"),
        ("/api/grids/nowhere/reach", 404, "nowhere"),
        ("/api/buildings/nowhere/reach", 404, "nowhere"),
        ("/api/grids/nowhere/reach?as_of=soon", 400, "as_of"),
        ("/api/grids/nowhere/card?as_of=soon", 400, "as_of"),
        ("/api/grids/nowhere/card?at=soon", 400, "at"),
        (
            "/api/buildings/nowhere/card?as_of=2999-01-01T00:00:00Z",
            400,
            "as_of",
        ),
    ] {
        let (found, problem) = server.problem(path).await;
        assert_eq!(found.as_u16(), status, "{path}: {problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(word),
            "{path}: {problem}"
        );
    }
}

/// The reach of a card is what a planner computes for the same standard at the same moment.
#[tokio::test]
async fn the_reach_of_every_area_is_the_coverage_of_its_standards() {
    let Demo {
        server, officer, ..
    } = &demo().await;
    let grids = get(server, officer, "/api/collections/grids/items?limit=10000").await;
    let grids = grids["features"].as_array().unwrap();
    while server.get("/api/network").await.status() == StatusCode::SERVICE_UNAVAILABLE {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let street = server.json("/api/grids/120113001/reach").await;
    let rows = street["rows"].as_array().unwrap();
    let ids: Vec<&str> = rows
        .iter()
        .map(|row| row["standard"]["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&"aed_4") && ids.contains(&"pocket_park_300"),
        "{ids:?}"
    );
    let at = street["at"].as_str().unwrap();
    let mut expected: BTreeMap<(String, String), [f64; 2]> = BTreeMap::new();
    for by in ["street", "community", "grid", "building"] {
        for id in &ids {
            let path = format!("/api/plan/coverage?standard={id}&by={by}&at={at}&limit=10000");
            let answer = get(server, officer, &path).await;
            for area in answer["by"].as_array().unwrap() {
                let key = (area["id"].as_str().unwrap().to_owned(), (*id).to_owned());
                let numbers = ["people", "covered"].map(|name| area[name].as_f64().unwrap());
                expected.insert(key, numbers);
            }
        }
    }
    let buildings = get(server, officer, "/api/collections/buildings/items?limit=60").await;
    let places = (grids.iter().map(|place| ("grids", place))).chain(
        buildings["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|place| ("buildings", place)),
    );
    let mut shares = 0;
    for (collection, place) in places {
        let id = place["id"].as_str().unwrap();
        let reach = server.json(&format!("/api/{collection}/{id}/reach")).await;
        for row in reach["rows"].as_array().unwrap() {
            let standard = row["standard"]["id"].as_str().unwrap().to_owned();
            let found = ["people", "covered"].map(|name| row[name].as_f64().unwrap());
            let wanted = expected.get(&(id.to_owned(), standard.clone()));
            let wanted = wanted.copied().unwrap_or_default();
            for (found, wanted) in found.into_iter().zip(wanted) {
                // Coverages are answered with one decimal.
                assert!(
                    (found - wanted).abs() < 0.1,
                    "{id} {standard}: {found}, not {wanted}"
                );
            }
            shares += u32::from(row["share"].as_f64().is_some_and(|s| s > 0.0 && s < 1.0));
        }
    }
    // Some are neither wholly in nor wholly out of reach.
    assert!(shares > 20, "{shares}");
}
