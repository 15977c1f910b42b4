//! For each constraint: a problem that has no plan because of the constraint, and a problem whose plan it changes.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Town, crossing, ids, metres, people, points, station};
use crate::support::server::problem;

/// Two villages, 400 m apart: column, row, people. [`SPOTS`] has a candidate in each village and one 100 m beside it.
const VILLAGES: [(usize, usize, u32); 2] = [(0, 0, 60), (4, 0, 40)];
const SPOTS: [(usize, usize); 4] = [(0, 0), (0, 1), (4, 0), (4, 1)];

fn base(problem: &str) -> Value {
    json!({
        "problem": problem,
        "standard": metres(150.0),
        "facility": {"collection": "first_aid_stations"},
        "demand": people(&VILLAGES),
        "candidates": points(&SPOTS),
        "plans": 1,
    })
}

fn with(mut body: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

/// A community around the village of a column.
fn community(id: &str, column: usize) -> Value {
    let [west, south] = crossing(column, 0).map(|d| d - 0.0005);
    let (east, north) = (west + 0.001, south + 0.002);
    json!({
        "type": "Feature", "id": id,
        "geometry": {"type": "Polygon", "coordinates": [[
            [west, south], [east, south], [east, north], [west, north], [west, south],
        ]]},
        "properties": {"kind": "community", "name": id, "code": format!("1201130010{column}0")},
    })
}

/// The conflicting constraints of a problem that has no plan.
async fn conflicts(town: &Town, body: &Value) -> Vec<String> {
    let found = town.siting(body).await;
    assert_eq!(found["stop_reason"], "infeasible", "{body}: {found}");
    assert!(found["incumbent"].is_null() && found["figures"].is_null());
    assert_eq!(found["sites"], json!([]));
    let conflicts = found["conflicts"].as_array().unwrap().iter();
    let names = conflicts.map(|c| {
        assert!(!c["name"]["zh"].as_str().unwrap().is_empty());
        c["constraint"].as_str().unwrap().to_owned()
    });
    names.collect()
}

#[tokio::test]
async fn each_constraint_alone_leaves_no_plan() {
    let town = Town::start().await;
    let mclp = |more: Value| with(base("mclp"), more);
    let lscp = |more: Value| with(base("lscp"), more);
    let dear = json!({"points": [
        {"id": "c0", "lon": crossing(0, 0)[0], "lat": crossing(0, 0)[1], "cost": 9},
        {"id": "c1", "lon": crossing(0, 1)[0], "lat": crossing(0, 1)[1], "cost": 5},
        {"id": "c2", "lon": crossing(4, 0)[0], "lat": crossing(4, 0)[1], "cost": 7},
    ]});
    // A way that is not connected to the streets, with people and a candidate of its own.
    let [west, lat] = crossing(9, 9);
    let lane = json!({
        "type": "Feature", "id": "island",
        "geometry": {"type": "LineString", "coordinates": [[west, lat], [west + 0.002, lat]]},
        "properties": {"kind": "path", "foot": "yes"},
    });
    town.server.put("routes", &lane).await;
    town.server.put("grids", &community("west", 0)).await;
    let mut homes = people(&VILLAGES);
    homes["points"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "islander", "lon": west, "lat": lat, "people": 7}));
    let island = |more: Value| {
        let candidates = points(&[(9, 9), (0, 0)]);
        let body = json!({"standard": null, "demand": homes, "candidates": candidates});
        with(with(base("p-median"), body), more)
    };
    let mut dear_island = points(&[(9, 9), (0, 0)]);
    for (n, cost) in [(0, 6), (1, 6)] {
        dear_island["points"][n]["cost"] = json!(cost);
    }
    for (body, expected) in [
        // Two required sites with k = 1.
        (
            mclp(json!({"k": 1, "community_share": [], "required": ["c0", "c2"]})),
            vec!["sites", "required"],
        ),
        (
            lscp(json!({"forbidden": ["c2", "c3"]})),
            vec!["forbidden", "cover"],
        ),
        (
            mclp(json!({"k": 2, "required": ["c0", "c1"], "min_distance_m": 150})),
            vec!["required", "smallest_distance"],
        ),
        (
            lscp(json!({"candidates": dear, "budget": 11})),
            vec!["budget", "cover"],
        ),
        (
            mclp(json!({"k": 3, "candidates": dear, "budget": 20, "existing": "ignore"})),
            vec!["sites", "budget"],
        ),
        (lscp(json!({"capacity": 10})), vec!["capacity", "cover"]),
        (
            lscp(json!({"backup": true, "min_distance_m": 150})),
            vec!["backup", "smallest_distance", "cover"],
        ),
        (
            lscp(json!({"candidates": points(&SPOTS[..2])})),
            vec!["cover"],
        ),
        // Only without the listed constraint there would be a plan; leaving out any other one is not enough.
        (
            mclp(json!({"k": 1, "required": ["c0", "c1"], "min_distance_m": 150})),
            vec!["required"],
        ),
        (
            lscp(json!({
                "share": 0.9, "capacity": 10,
                "community_share": [{"community": "west", "share": 0.9}],
            })),
            vec!["capacity"],
        ),
        (
            lscp(json!({
                "backup": true, "candidates": points(&[(0, 0), (4, 0)]),
                "community_share": [{"community": "west", "share": 0.9}],
            })),
            vec!["backup"],
        ),
        (
            mclp(json!({
                "k": 1, "candidates": points(&SPOTS[2..]),
                "community_share": [{"community": "west", "share": 0.5}],
            })),
            vec!["community_share"],
        ),
        (island(json!({"k": 1})), vec!["sites"]),
        (
            island(json!({"k": 2, "forbidden": ["c0"]})),
            vec!["forbidden"],
        ),
        (
            island(json!({"k": 2, "min_distance_m": 5_000})),
            vec!["smallest_distance"],
        ),
        (
            island(json!({"budget": 11, "candidates": dear_island})),
            vec!["budget"],
        ),
    ] {
        let mut found = conflicts(&town, &body).await;
        found.sort();
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        expected.sort();
        assert_eq!(found, expected, "{body}");
    }
}

#[tokio::test]
async fn a_share_of_each_community_moves_a_site_to_the_smaller_one() {
    let town = Town::start().await;
    for (id, column) in [("west", 0), ("east", 4)] {
        town.server.put("grids", &community(id, column)).await;
    }
    let body = with(base("mclp"), json!({"k": 1}));
    let found = town.siting(&body).await;
    assert_eq!(found["incumbent"], 60.0);
    let share = json!([{"community": "east", "share": 0.5}]);
    let body = with(base("mclp"), json!({"k": 1, "community_share": share}));
    let found = town.siting(&body).await;
    assert_eq!(found["incumbent"], 40.0, "{found}");
    // With one site, only one of the communities reaches its share.
    let body = with(base("mclp"), json!({"k": 1, "community_share": 0.5}));
    let mut found = conflicts(&town, &body).await;
    found.sort();
    assert_eq!(found, ["community_share", "sites"]);
    let share = json!([{"community": "north", "share": 0.5}]);
    let body = with(base("mclp"), json!({"k": 1, "community_share": share}));
    let (status, refused) = problem(town.ask(&body).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    assert_eq!(
        refused["errors"][0]["field"],
        "community_share[0].community"
    );
    // A community without people is on the map, so only the job finds out.
    town.server.put("grids", &community("north", 8)).await;
    assert!(town.failure(&body).await.contains("north"));
}

#[tokio::test]
async fn existing_stations_stay_are_replaced_or_do_not_count() {
    let town = Town::start().await;
    town.server
        .put("first_aid_stations", &station("old", (0, 0)))
        .await;
    let one = |existing: &str| with(base("mclp"), json!({"k": 1, "existing": existing}));
    let kept = town.siting(&one("keep")).await;
    assert_eq!(kept["incumbent"], 100.0);
    assert_eq!(kept["before"]["covered"], 60.0);
    assert!(ids(&kept["sites"]).contains(&"old".to_owned()));
    for existing in ["replace", "ignore"] {
        let found = town.siting(&one(existing)).await;
        assert_eq!(found["incumbent"], 60.0, "{existing}");
        assert_eq!(found["sites"].as_array().unwrap().len(), 1);
        assert_eq!(found["before"]["covered"], 60.0);
    }
    // A facility cannot be both kept and forbidden.
    let mut both = one("keep");
    both["forbidden"] = json!(["old"]);
    let mut found = conflicts(&town, &both).await;
    found.sort();
    assert_eq!(found, ["forbidden", "keep_existing"]);
    // The kept station serves its village, and the new site serves the other one.
    let body = with(base("p-center"), json!({"k": 1}));
    let kept = town.siting(&body).await;
    assert_eq!(kept["stop_reason"], "optimal");
    assert_eq!(kept["incumbent"], 0.0);
}

#[tokio::test]
async fn existing_facilities_that_do_not_count_may_be_candidates() {
    let town = Town::start().await;
    for (id, at) in [("old", (0, 0)), ("older", (4, 0))] {
        let station = station(id, at);
        town.server.put("first_aid_stations", &station).await;
    }
    let with_layer = |existing: &str| {
        let layer = json!({"layer": {"collection": "first_aid_stations"}});
        let more = json!({"k": 1, "existing": existing, "candidates": layer});
        with(base("mclp"), more)
    };
    let found = town.siting(&with_layer("ignore")).await;
    assert_eq!(ids(&found["sites"]), ["old"], "{found}");
    assert_eq!(found["incumbent"], 60.0);
    assert_eq!(found["candidates"]["count"], 2);
    let why = town.failure(&with_layer("keep")).await;
    assert!(why.contains("all 2 that were given are existing"), "{why}");
}

#[tokio::test]
async fn capacities_backup_and_gradual_coverage_count_people_in_their_way() {
    let town = Town::start().await;
    let body = with(base("mclp"), json!({"k": 2, "capacity": 35}));
    let found = town.siting(&body).await;
    assert_eq!(found["incumbent"], 70.0);
    assert_eq!(found["figures"]["counted"], 70.0);
    let body = with(base("mclp"), json!({"k": 3, "backup": true}));
    let found = town.siting(&body).await;
    assert_eq!(found["incumbent"], 60.0);
    assert_eq!(found["figures"]["covered"], 100.0);
    // A site 200 m from the village covers half of its people, because coverage falls linearly from 150 m to 250 m.
    let far = points(&[(0, 2)]);
    let body = with(
        base("mclp"),
        json!({"k": 1, "candidates": far, "gradual_until": 250}),
    );
    let found = town.siting(&body).await;
    let half = found["incumbent"].as_f64().unwrap();
    assert!((half - 30.0).abs() < 1.0, "{found}");
    assert_eq!(found["figures"]["covered"], 0.0);
}

#[tokio::test]
async fn no_move_covers_a_village_that_a_required_share_needs() {
    let town = Town::start().await;
    town.server
        .put("first_aid_stations", &station("old", (0, 0)))
        .await;
    let body = with(base("relocation"), json!({"moves": 0, "required": ["c2"]}));
    let mut found = conflicts(&town, &body).await;
    found.sort();
    assert_eq!(found, ["moves", "required"]);
    let body = with(base("relocation"), json!({"moves": 1, "required": ["c2"]}));
    let found = town.siting(&body).await;
    assert_eq!(found["incumbent"], 40.0);
    assert_eq!(found["sites"][0]["from"], "old");
}
