//! The sources of candidates, and the reasons for which candidates are excluded.

use serde_json::{Value, json};

use super::{HOMES, Town, crossing, ids, metres, people, points};

fn base(candidates: Value) -> Value {
    let mut body = json!({
        "problem": "mclp",
        "standard": metres(200.0),
        "facility": {"collection": "facilities", "kind": "battery_swap"},
        "demand": people(&HOMES),
        "k": 1,
        "plans": 1,
    });
    if !candidates.is_null() {
        body["candidates"] = candidates;
    }
    body
}

/// A square polygon. Its south-west corner is `east_m` metres east and `north_m` metres north of a crossing.
fn square(
    id: &str,
    (column, row): (usize, usize),
    [east_m, north_m, side_m]: [f64; 3],
    properties: Value,
) -> Value {
    let [lon, lat] = crossing(column, row);
    let (x, y) = (1.0 / 86_300.0, 1.0 / 111_000.0);
    let (west, south) = (lon + east_m * x, lat + north_m * y);
    let (east, north) = (west + side_m * x, south + side_m * y);
    json!({
        "type": "Feature", "id": id,
        "geometry": {"type": "Polygon", "coordinates": [[
            [west, south], [east, south], [east, north], [west, north], [west, south],
        ]]},
        "properties": properties,
    })
}

fn refused<'a>(found: &'a Value, id: &str) -> &'a Value {
    let refused = found["candidates"]["refused"].as_array().unwrap();
    let one = refused.iter().find(|r| r["id"] == id);
    one.unwrap_or_else(|| panic!("expected {id} among the refused candidates: {refused:?}"))
}

#[tokio::test]
async fn each_refusal_says_which_rule_and_which_feature_it_comes_from() {
    let town = Town::start().await;
    let nursery = json!({"kind": "kindergarten", "name": "第一幼儿园"});
    let nursery = square("nursery", (0, 0), [10.0, 3.0, 30.0], nursery);
    town.server.put("buildings", &nursery).await;
    let shop = square(
        "shop",
        (2, 2),
        [-10.0, -10.0, 20.0],
        json!({"kind": "shop"}),
    );
    town.server.put("buildings", &shop).await;
    let pond = square(
        "pond",
        (4, 4),
        [-10.0, -10.0, 20.0],
        json!({"kind": "pond", "name": "镜湖"}),
    );
    town.server.put("water", &pond).await;
    let [west, lat] = crossing(5, 0);
    let road = json!({
        "type": "Feature", "id": "road",
        "geometry": {"type": "LineString", "coordinates": [[west, lat - 0.001], [west, lat + 0.001]]},
        "properties": {"kind": "primary", "width_m": 20},
    });
    town.server.put("roads", &road).await;
    let [sea_lon, sea_lat] = [118.9, 38.9];
    let mut candidates = points(&[(2, 2), (4, 4), (5, 0), (6, 6)]);
    let list = candidates["points"].as_array_mut().unwrap();
    let [lon, lat] = crossing(0, 0);
    // The point is on the street, 20 m east of the crossing. The wall of the kindergarten is 3 m north of the street.
    list.push(json!({"id": "wall", "lon": lon + 20.0 / 86_300.0, "lat": lat}));
    list.push(json!({"id": "sea", "lon": sea_lon, "lat": sea_lat}));
    let body = base(candidates);
    let found = town.siting(&body).await;
    assert_eq!(ids(&found["sites"]), ["c3"]);
    assert_eq!(found["candidates"]["count"], 1);
    for (id, expected) in [
        ("c0", "inside a building"),
        ("c1", "inside water (镜湖)"),
        ("c2", "on a carriageway"),
        (
            "wall",
            "3 m from the wall of a kindergarten or school (第一幼儿园); expected at least 10 m",
        ),
        ("sea", "no walkable way is nearby"),
    ] {
        assert_eq!(refused(&found, id)["why"]["en"], expected, "{found}");
    }
    assert_eq!(
        refused(&found, "wall")["why"]["zh"],
        "距幼儿园、学校外墙3米（第一幼儿园），应不少于10米"
    );
    // The error names a required candidate that is excluded, with the reason.
    let mut required = body.clone();
    required["required"] = json!(["c1"]);
    let why = town.failure(&required).await;
    assert!(why.contains("c1") && why.contains("inside water"), "{why}");
    let mut all = body.clone();
    all["k"] = json!(3);
    let why = town.failure(&all).await;
    assert!(
        why.starts_with("k: 3 sites") && why.contains("5 were refused"),
        "{why}"
    );

    // Without the placement rules, only the candidate without a way nearby is excluded.
    let mut free = body.clone();
    free["placement"] = json!(false);
    let found = town.siting(&free).await;
    assert_eq!(found["candidates"]["count"], 5);
    // A station may stand in a building and near a kindergarten.
    let mut station = body;
    station["facility"] = json!({"collection": "first_aid_stations"});
    let found = town.siting(&station).await;
    let names: Vec<&str> = found["candidates"]["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["id"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["c1", "c2", "sea"]);
}

#[tokio::test]
async fn candidates_come_from_a_layer_with_costs_from_hosts_and_from_areas() {
    let town = Town::start().await;
    for (id, at, levels, kind) in [
        ("north", (0, 1), 3, "shop"),
        ("south", (5, 1), 5, "shop"),
        ("home", (2, 2), 9, "residential"),
    ] {
        let properties = json!({"kind": kind, "levels": levels, "name": format!("{id}楼")});
        let house = square(id, at, [3.0, 3.0, 20.0], properties);
        town.server.put("buildings", &house).await;
    }
    // The property `levels` of the buildings is used as the cost.
    let layer = json!({"layer": {
        "collection": "buildings", "filter": "kind = 'shop'", "cost": "levels",
    }});
    let mut body = base(layer);
    body["k"] = json!(null);
    body["budget"] = json!(6);
    body["placement"] = json!(false);
    let found = town.siting(&body).await;
    assert_eq!(found["candidates"]["count"], 2);
    let sites = found["sites"].as_array().unwrap();
    assert_eq!(sites.len(), 1, "both cost 8: {found}");
    assert_eq!(sites[0]["cost"], found["figures"]["cost"]);
    body["budget"] = json!(8);
    assert_eq!(ids(&town.siting(&body).await["sites"]), ["north", "south"]);

    // Buildings may be hosts, although a candidate point for a cabinet must not be inside a building.
    let hosts = json!({"hosts": {"collection": "buildings", "filter": "kind = 'shop'"}});
    let found = town.siting(&base(hosts)).await;
    assert_eq!(found["candidates"]["count"], 2);
    assert_eq!(
        found["sites"][0]["name"],
        format!("{}楼", ids(&found["sites"])[0])
    );

    let [west, south] = crossing(0, 0);
    let [east, north] = crossing(1, 1);
    let area = json!({"type": "Polygon", "coordinates": [[
        [west, south], [east, south], [east, north], [west, north], [west, south],
    ]]});
    let areas = json!({"areas": {"polygons": [area], "spacing_m": 25}});
    let found = town.siting(&base(areas)).await;
    // A square of 100 m with a point every 25 m has 16 points. The points inside the shop are excluded.
    let (count, refused) = (
        &found["candidates"]["count"],
        &found["candidates"]["refused"],
    );
    assert_eq!(
        count.as_u64().unwrap() + refused.as_array().unwrap().len() as u64,
        16
    );
    assert!(count.as_u64().unwrap() >= 12, "{found}");
}

#[tokio::test]
async fn candidates_are_generated_where_the_standard_leaves_people_out() {
    let town = Town::start().await;
    let mut body = base(Value::Null);
    body["k"] = json!(2);
    let found = town.siting(&body).await;
    assert_eq!(found["stop_reason"], "optimal");
    assert!(found["candidates"]["count"].as_u64().unwrap() > 20);
    assert!(found["incumbent"].as_f64().unwrap() > 100.0);
    assert!(
        found["notes"].to_string().contains("100米间距"),
        "{}",
        found["notes"]
    );
    let count = &found["candidates"]["count"];
    let note = format!("{count} candidates were generated");
    assert!(found["notes"].to_string().contains(&note), "{found}");
    // A named candidate is not part of the number of generated ones, and keeps its id.
    let mut named = points(&[(6, 6)]);
    named["points"][0]["id"] = json!("generated-1");
    named["generate"] = json!({});
    let mut both = body.clone();
    (both["candidates"], both["required"]) = (named, json!(["generated-1"]));
    let found = town.siting(&both).await;
    assert!(found["notes"].to_string().contains(&note), "{found}");
    assert_eq!(
        found["candidates"]["count"].as_u64(),
        count.as_u64().map(|count| count + 1)
    );
    let sites = found["sites"].as_array().unwrap();
    let required = sites.iter().find(|s| s["id"] == "generated-1").unwrap();
    let [lon, lat] = crossing(6, 6);
    assert_eq!(required["position"], json!([lon, lat]));
    // If everybody is covered, no candidates are generated.
    body["demand"] = people(&HOMES[..1]);
    let [lon, lat] = crossing(0, 0);
    let cabinet = json!({
        "type": "Feature", "id": "cabinet",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"kind": "battery_swap", "name": "换电柜"},
    });
    town.server.put("facilities", &cabinet).await;
    let why = town.failure(&body).await;
    assert!(why.contains("everybody is covered"), "{why}");
}
