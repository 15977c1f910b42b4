//! Invalid requests. Each is refused with the field and the expected value.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{HOMES, Town, crossing, metres, people, points};
use crate::support::ledger::account;
use crate::support::server::problem;

fn with(more: Value) -> Value {
    let mut body = json!({
        "problem": "mclp",
        "standard": metres(200.0),
        "facility": {"collection": "first_aid_stations"},
        "demand": people(&HOMES),
        "candidates": points(&[(0, 0), (2, 2)]),
        "k": 1,
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

#[tokio::test]
async fn wrong_requests_are_refused_before_there_is_a_job() {
    let town = Town::start().await;
    let officer = account(&town.database, "officer", "值班员", &[]);
    let request = town.server.request(Method::POST, "/api/plan/sitings");
    let request = request.bearer_auth(&officer).json(&with(json!({})));
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );

    let [lon, lat] = crossing(0, 0);
    let point = |more: Value| {
        let mut point = json!({"id": "a", "lon": lon, "lat": lat});
        for (key, value) in more.as_object().unwrap() {
            point[key] = value.clone();
        }
        json!({"points": [point]})
    };
    let none = json!({"layer": {"collection": "buildings", "filter": "kind = 'market'"}});
    let bowtie =
        json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]});
    let square = json!({"type": "Polygon", "coordinates": [[
        [lon, lat], [lon + 0.001, lat], [lon + 0.001, lat + 0.001], [lon, lat + 0.001], [lon, lat],
    ]]});
    // Candidates of another kind beside a point with a cost.
    let with_cost = |mut others: Value| {
        others["points"] = point(json!({"cost": 3}))["points"].take();
        json!({"candidates": others})
    };
    for (more, field, expected) in [
        (json!({"standard": null}), "standard", "how near"),
        (
            json!({"standard": {"metres": 300}}),
            "standard.source",
            "source",
        ),
        (json!({"k": null}), "k", "a number of sites, or a budget"),
        (json!({"k": 0}), "k", "at least 1"),
        (json!({"k": 3}), "k", "only 2 candidates"),
        (json!({"candidates": none}), "candidates", "no candidates"),
        (
            json!({"candidates": {"layer": {"collection": "land"}}}),
            "candidates.layer.collection",
            "no collection",
        ),
        (
            json!({"candidates": {"layer": {"collection": "buildings", "filter": "kind ="}}}),
            "candidates.layer.filter",
            "filter",
        ),
        (
            json!({"candidates": {"layer": {"collection": "routes", "cost": "prise"}}}),
            "candidates.layer.cost",
            "no property \"prise\" with numbers; expected one of",
        ),
        (
            json!({"candidates": {"layer": {"collection": "routes", "capacity": "kind"}}}),
            "candidates.layer.capacity",
            "width_m",
        ),
        (
            with_cost(json!({"generate": {}})),
            "candidates.generate",
            "have no cost",
        ),
        (
            with_cost(json!({"hosts": {"collection": "buildings"}})),
            "candidates.hosts",
            "have no cost",
        ),
        (
            with_cost(json!({"areas": {"polygons": [square]}})),
            "candidates.areas",
            "have no cost",
        ),
        (
            json!({"candidates": {"areas": {"polygons": [bowtie]}}}),
            "candidates.areas.polygons[0]",
            "valid polygon",
        ),
        (
            json!({"candidates": point(json!({"lon": 190}))}),
            "candidates.points[0]",
            "longitude",
        ),
        (
            json!({"candidates": point(json!({"cost": -3}))}),
            "candidates.points[0].cost",
            "at least 0",
        ),
        (
            json!({"candidates": {"points": [
                {"id": "a", "lon": lon, "lat": lat}, {"id": "a", "lon": lon, "lat": lat},
            ]}}),
            "candidates.points[1].id",
            "another point",
        ),
        (
            json!({"demand": {"points": [{"lon": lon, "lat": lat, "people": -2}]}}),
            "demand.points[0].people",
            "0 people",
        ),
        (
            json!({"demand": {"collection": "land", "weight": "people"}}),
            "demand.collection",
            "no collection",
        ),
        (
            json!({"demand": {"collection": "routes", "weight": "peopel"}}),
            "demand.weight",
            "no property \"peopel\" with numbers; expected one of",
        ),
        // The schema has this number, but no street of the town has one.
        (
            json!({"demand": {"collection": "routes", "weight": "width_m"}}),
            "demand.weight",
            "no feature of the collection has a number in \"width_m\"",
        ),
        (json!({"budget": 9}), "budget", "no candidate has a cost"),
        (
            json!({"budget": -1, "candidates": point(json!({"cost": 3}))}),
            "budget",
            "at least 0",
        ),
        (json!({"share": 0.5}), "share", "does not apply"),
        (json!({"moves": 1}), "moves", "does not apply"),
        (json!({"problem": "lscp"}), "k", "does not apply"),
        (
            json!({"problem": "lscp", "k": null, "share": 1.5}),
            "share",
            "more than 0 and at most 1",
        ),
        (
            json!({"problem": "p-median", "backup": true}),
            "backup",
            "does not apply",
        ),
        (
            json!({"problem": "p-median", "capacity": 5}),
            "capacity",
            "does not apply",
        ),
        (
            json!({"problem": "p-center", "gradual_until": 900}),
            "gradual_until",
            "does not apply",
        ),
        (
            json!({"problem": "relocation", "k": null}),
            "moves",
            "how many facilities may move",
        ),
        (
            json!({"problem": "relocation", "k": null, "moves": 1, "existing": "ignore"}),
            "existing",
            "relocation moves existing facilities",
        ),
        (
            json!({"backup": true, "capacity": 5}),
            "backup",
            "cannot be combined",
        ),
        (
            json!({"gradual_until": 100}),
            "gradual_until",
            "more than the distance",
        ),
        (
            json!({"community_share": 2}),
            "community_share",
            "from 0 to 1",
        ),
        (
            json!({"min_distance_m": -5}),
            "min_distance_m",
            "at least 0",
        ),
        (json!({"plans": 9}), "plans", "1 to 5"),
        (json!({"time_limit_s": 0}), "time_limit_s", "1 to 3600"),
        (
            json!({"robustness": {"samples": 501}}),
            "robustness.samples",
            "1 to 500",
        ),
        (
            json!({"facility": {"collection": "benches"}}),
            "facility.collection",
            "no collection",
        ),
        (
            json!({"facility": {"collection": "first_aid_stations", "filter": "aed ="}}),
            "facility.filter",
            "invalid filter",
        ),
        (json!({"standard": "none"}), "standard", "expected one of"),
        (json!({"scenario": "none"}), "scenario", "no scenario"),
        (
            json!({"edits": [{"collection": "routes", "id": "none", "op": "delete"}]}),
            "edits[0].id",
            "none",
        ),
        (
            json!({"demand": {"points": [{"lon": lon, "lat": lat, "people": 0}]}}),
            "demand",
            "there are no people",
        ),
        (
            json!({"demand": {"points": [{"lon": lon, "lat": lat, "people": 2e10}]}}),
            "demand",
            "people together",
        ),
        (json!({"demand": null}), "demand", "there are no people"),
        (
            json!({"required": ["c1", "point-9"]}),
            "required[1]",
            "no candidate \"point-9\"",
        ),
        (
            json!({"forbidden": ["drawn/point-9"]}),
            "forbidden[0]",
            "no candidate",
        ),
        (
            json!({"community_share": [{"community": "atlantis", "share": 0.5}]}),
            "community_share[0].community",
            "no community \"atlantis\"",
        ),
        (
            json!({"existing": "replace", "k": 3}),
            "k",
            "only 2 candidates",
        ),
        (
            json!({"problem": "relocation", "k": null, "moves": 1}),
            "moves",
            "there are 0 existing facilities",
        ),
        (json!({"profile": "ebike"}), "profile", "walking profile"),
    ] {
        let body = with(more);
        let (status, refused) = problem(town.ask(&body).await).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}: {refused}"
        );
        assert_eq!(refused["errors"][0]["field"], field, "{body}: {refused}");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(expected), "{field}: {detail}");
    }
    let (status, refused) = problem(town.ask(&with(json!({"budgets": 3}))).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        refused["detail"].as_str().unwrap().contains("budgets"),
        "{refused}"
    );
    let list = town.request(Method::GET, "/api/jobs").send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    assert_eq!(list["jobs"], json!([]));
}

#[tokio::test]
async fn people_outside_the_network_are_reported_and_too_much_is_refused_before_it_is_built() {
    let town = Town::start().await;
    let mut demand = people(&HOMES);
    let list = demand["points"].as_array_mut().unwrap();
    list.push(json!({"id": "sea", "lon": 118.9, "lat": 38.9, "people": 5}));
    let all = json!({"demand": demand, "plans": 1});
    for (problem, left_out) in [("mclp", 0.0), ("p-median", 5.0), ("lscp", 5.0)] {
        let mut body = with(all.clone());
        body["problem"] = json!(problem);
        if problem == "lscp" {
            body["k"] = json!(null);
            body["standard"] = metres(2_000.0);
        }
        let found = town.siting(&body).await;
        assert_eq!(found["stop_reason"], "optimal", "{body} {found}");
        assert_eq!(found["unserved"]["no_way"], 5.0);
        assert_eq!(found["unserved"]["left_out"], left_out);
        assert_eq!(found["figures"]["unreached"], 5.0);
        assert!(
            found["notes"]
                .to_string()
                .contains("no choice of sites covers them")
        );
    }
    // No way connects the island with a candidate, so its people are excluded from "everybody" too.
    let [west, lat] = crossing(20, 20);
    let island = json!({
        "type": "Feature", "id": "island",
        "geometry": {"type": "LineString", "coordinates": [[west, lat], [west + 0.002, lat]]},
        "properties": {"kind": "path", "foot": "yes"},
    });
    town.server.put("routes", &island).await;
    let mut homes = people(&HOMES);
    let list = homes["points"].as_array_mut().unwrap();
    list.push(json!({"id": "island", "lon": west, "lat": lat, "people": 7}));
    let everybody = json!({
        "problem": "lscp", "k": null, "plans": 1, "standard": metres(2_000.0), "demand": homes,
    });
    let found = town.siting(&with(everybody)).await;
    assert_eq!(found["stop_reason"], "optimal", "{found}");
    assert_eq!(
        found["unserved"],
        json!({"no_way": 0.0, "left_out": 7.0, "attainable_share": 0.979885})
    );
    assert_eq!(found["figures"]["unreached"], 7.0);
    // If not everybody can be covered, the result has the largest share that can be.
    let mut body = with(json!({"problem": "lscp", "k": null, "plans": 1}));
    let found = town.siting(&body).await;
    assert_eq!(found["stop_reason"], "infeasible");
    assert_eq!(found["conflicts"][0]["constraint"], "cover");
    let attainable = found["unserved"]["attainable_share"].as_f64().unwrap();
    body["share"] = json!(attainable);
    assert_eq!(town.siting(&body).await["stop_reason"], "optimal");

    // All people are outside the network.
    let sea = json!([{"id": "sea", "lon": 118.9, "lat": 38.9, "people": 5}]);
    let why = town
        .failure(&with(
            json!({"problem": "p-median", "demand": {"points": sea}}),
        ))
        .await;
    assert!(why.contains("outside the walking network"), "{why}");

    // 9,000 places that reach all of 4,500 candidates are 40 million pairs.
    let spread = |n: usize, of: usize| {
        let [lon, lat] = crossing(n % 6, n / 6 % 6);
        let share = (n / 36) as f64 / of as f64;
        [lon + share * 0.001, lat]
    };
    let homes: Vec<Value> = (0..9_000)
        .map(|n| spread(n, 251))
        .map(|[lon, lat]| json!({"lon": lon, "lat": lat, "people": 1}))
        .collect();
    let places: Vec<Value> = (0..4_500)
        .map(|n| spread(n, 126))
        .map(|[lon, lat]| json!({"lon": lon, "lat": lat}))
        .collect();
    let body = with(json!({
        "problem": "p-median", "k": 5, "placement": false,
        "demand": {"points": homes}, "candidates": {"points": places},
    }));
    let why = town.failure(&body).await;
    assert!(
        why.contains("MiB of memory") && why.contains("fewer candidates"),
        "{why}"
    );
}
