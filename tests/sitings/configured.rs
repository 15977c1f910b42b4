//! Standards, placement rules and numbers of deliveries from a configuration folder.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{HOMES, Town, crossing, metres, people, points};
use crate::support::server::{Server, onemap};

const STANDARDS: &str = include_str!("../../geodata/standards.toml");
const DELIVERIES: &str = include_str!("../../geodata/deliveries.toml");
const PLACEMENT: &str = include_str!("../../geodata/placement.toml");

/// Writes a file by renaming, so that the server never reads an incomplete file.
fn write(dir: &Path, name: &str, text: &str) {
    let part = dir.join(format!("{name}.part"));
    std::fs::write(&part, text).unwrap();
    std::fs::rename(&part, dir.join(name)).unwrap();
}

async fn standards(town: &Town) -> Vec<String> {
    let list = town.request(Method::GET, "/api/plan/standards");
    let list: Value = list.send().await.unwrap().json().await.unwrap();
    let ids = list["standards"].as_array().unwrap().iter();
    ids.map(|s| s["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn own_standards_and_rules_of_placement_come_into_force_and_stay_in_the_map() {
    let mut town = Town::start().await;
    let config = tempfile::tempdir().unwrap();
    let dir = config.path().to_str().unwrap().to_owned();
    town.server.kill();
    town.server = Server::on(&town.database, &["--config", &dir]).await;
    town.is_ready().await;
    assert!(
        standards(&town)
            .await
            .contains(&"swap_cabinet_500".to_owned())
    );

    let own = STANDARDS.replace("[swap_cabinet_500]", "[swap_cabinet_own]");
    write(config.path(), "standards.toml", &own);
    // Nobody may build within 30 m of a street.
    let streets = "\n[street]\nzh = \"街道\"\nen = \"a street\"\ncollection = \"routes\"\nnearer_than_m = 30\n\
                   source_zh = \"街道方案\"\nsource_en = \"Plan\"\nverified = true\n";
    write(
        config.path(),
        "placement.toml",
        &format!("{PLACEMENT}{streets}"),
    );
    let deadline = Instant::now() + Duration::from_secs(30);
    while !standards(&town)
        .await
        .contains(&"swap_cabinet_own".to_owned())
    {
        assert!(
            Instant::now() < deadline,
            "the new standards are not in force after 30 s"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let body = json!({
        "problem": "mclp", "standard": "swap_cabinet_own", "k": 1,
        "demand": people(&HOMES), "candidates": points(&[(0, 0)]),
    });
    let why = town.failure(&body).await;
    assert!(why.contains("0 m from a street"), "{why}");

    // An invalid file leaves the previous one in force, and /health/ready names it.
    write(
        config.path(),
        "placement.toml",
        &streets.replace("30", "\"30\""),
    );
    let deadline = Instant::now() + Duration::from_secs(30);
    let problem = loop {
        let ready = town.server.json("/health/ready").await;
        if ready["config"][0].is_object() {
            break ready["config"][0].clone();
        }
        assert!(
            Instant::now() < deadline,
            "/health/ready reports no problem after 30 s"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(problem["file"], "placement.toml");
    assert_eq!(problem["line"], 6);
    let why = town.failure(&body).await;
    assert!(why.contains("0 m from a street"), "{why}");

    // Standards and rules are stored in the database, so a restart without the folder keeps them.
    town.server.kill();
    town.server = Server::on(&town.database, &[]).await;
    town.is_ready().await;
    assert!(
        standards(&town)
            .await
            .contains(&"swap_cabinet_own".to_owned())
    );
}

#[tokio::test]
async fn properties_that_planners_may_not_see_change_no_figure() {
    let mut town = Town::start().await;
    let house = |id: &str, (column, row): (usize, usize), properties: Value| {
        let [west, south] = crossing(column, row).map(|degrees| degrees + 0.0001);
        let (east, north) = (west + 0.0002, south + 0.0002);
        json!({
            "type": "Feature", "id": id, "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [[
                [west, south], [east, south], [east, north], [west, north], [west, south],
            ]]},
        })
    };
    for (id, at, properties) in [
        (
            "high",
            (0, 0),
            json!({"kind": "residential", "levels": 6, "housing": "commodity"}),
        ),
        (
            "tall",
            (2, 2),
            json!({"kind": "residential", "height_m": 12}),
        ),
        ("shop", (4, 4), json!({"kind": "shop", "levels": 3})),
    ] {
        town.server
            .put("buildings", &house(id, at, properties))
            .await;
    }
    let nursery = json!({"kind": "kindergarten", "name": "第一幼儿园"});
    town.server
        .put("buildings", &house("nursery", (5, 1), nursery))
        .await;
    // 3 m from the wall of the kindergarten, inside it, and far from it.
    let [west, south] = crossing(5, 1).map(|degrees| degrees + 0.0001);
    let candidates = json!({"points": [
        {"id": "wall", "lon": west - 0.000_035, "lat": south + 0.0001},
        {"id": "inside", "lon": west + 0.0001, "lat": south + 0.0001},
        {"id": "far", "lon": west - 0.001, "lat": south},
    ]});
    let siting = json!({
        "problem": "mclp", "standard": metres(200.0), "k": 1, "plans": 1,
        "facility": {"collection": "facilities", "kind": "battery_swap"},
        "demand": people(&HOMES), "candidates": candidates,
    });
    let refused = |found: &Value| -> Vec<(String, String)> {
        let refused = found["candidates"]["refused"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        refused
            .map(|one| (text(&one["id"]), text(&one["why"]["en"])))
            .collect()
    };
    let found = refused(&town.siting(&siting).await);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .all(|(id, why)| id != "far" && why.contains("第一幼儿园")),
        "{found:?}"
    );

    let question = json!({"standard": "aed_4", "by": "housing", "limit": 100});
    let shown = town.coverage(&question).await;
    let one = shown["demand"].as_f64().unwrap() / 10.0;
    assert!(one > 5.0, "{shown}");
    assert!((shown["in_no_area"].as_f64().unwrap() - 4.0 * one).abs() < 1.0);

    // Each building counts with one storey, and the use and the kind of housing are unknown.
    let hidden = ["kind", "levels", "height_m", "elevator", "housing", "name"];
    let roles = hidden.map(|name| (name.to_owned(), json!({"x-onemap-role": "admin"})));
    let overlay = json!({"properties": serde_json::Map::from_iter(roles)});
    let config = tempfile::tempdir().unwrap();
    std::fs::create_dir(config.path().join("schemas")).unwrap();
    write(
        config.path(),
        "schemas/buildings.json",
        &overlay.to_string(),
    );
    town.server.kill();
    let dir = config.path().to_str().unwrap();
    town.server = Server::on(&town.database, &["--config", dir]).await;
    town.is_ready().await;
    let found = town.coverage(&question).await;
    let demand = found["demand"].as_f64().unwrap();
    assert!((demand - 4.0 * one).abs() < 1.0, "{found}");
    // `demand` is rounded to a tenth.
    assert!((found["in_no_area"].as_f64().unwrap() - demand).abs() < 0.1);
    // The kindergarten is a building like any other, and has no name.
    let inside = ("inside".to_owned(), "inside a building".to_owned());
    assert_eq!(refused(&town.siting(&siting).await), [inside]);
}

#[tokio::test]
async fn own_numbers_of_deliveries_come_into_force_and_stay_in_the_map() {
    let mut town = Town::start().await;
    let at = |id: &str, (column, row), properties: Value| {
        json!({
            "type": "Feature", "id": id, "properties": properties,
            "geometry": {"type": "Point", "coordinates": crossing(column, row)},
        })
    };
    let cabinet = at("cabinet", (0, 0), json!({"kind": "battery_swap"}));
    town.server.put("facilities", &cabinet).await;
    let [west, south] = crossing(3, 3).map(|degrees| degrees + 0.0001);
    let (east, north) = (west + 0.0002, south + 0.0002);
    let house = json!({
        "type": "Feature", "id": "house", "properties": {"kind": "residential", "households": 100},
        "geometry": {"type": "Polygon", "coordinates": [[
            [west, south], [east, south], [east, north], [west, north], [west, south],
        ]]},
    });
    town.server.put("buildings", &house).await;
    // A street straight from the riders to the house.
    let diagonal = json!({"collection": "routes", "id": "diagonal", "op": "put", "feature": {
        "type": "Feature",
        "properties": {"kind": "path", "foot": "yes", "ebike": "yes"},
        "geometry": {"type": "LineString", "coordinates": [crossing(0, 0), crossing(3, 3)]},
    }});
    let question = json!({
        "problem": "access", "objective": "rider_minutes", "k": 1,
        "at": "2026-11-30T12:00:00+08:00", "changes": [{"edits": [diagonal]}],
    });
    let built_in = town.access(&question).await;
    let saved = |found: &Value| {
        found["best"]["saved"]["rider_minutes_day"]
            .as_f64()
            .unwrap()
    };
    assert!(saved(&built_in) > 1.0, "{built_in}");
    assert_eq!(built_in["deliveries"]["per_household_day"], 0.6);

    // Three times as many deliveries save three times as many minutes. Riders start at the cabinet as before.
    let own = DELIVERIES
        .replace("per_household_day = 0.6", "per_household_day = 1.8")
        .replace("verified = false", "verified = true");
    let own = own.replace("source_zh = \"", "source_zh = \"街道统计，");
    let config = tempfile::tempdir().unwrap();
    write(config.path(), "deliveries.toml", &own);
    let dir = config.path().to_str().unwrap().to_owned();
    for arguments in [&["--config", &dir][..], &[]] {
        // Deliveries are stored in the database, so the second start without the folder keeps them.
        town.server.kill();
        town.server = Server::on(&town.database, arguments).await;
        town.is_ready().await;
        let found = town.access(&question).await;
        let used = &found["deliveries"];
        assert_eq!(used["per_household_day"], 1.8, "{found}");
        assert_eq!(used["verified"], true);
        let source = used["source"]["zh"].as_str().unwrap();
        assert!(source.starts_with("街道统计，"), "{source}");
        let notes = found["notes"].to_string();
        assert!(
            notes.contains("每日1.8单") && !notes.contains("未核实"),
            "{notes}"
        );
        assert!(
            (saved(&found) - 3.0 * saved(&built_in)).abs() < 0.05,
            "{found}"
        );
    }
}

#[test]
fn check_reads_standards_rules_of_placement_and_deliveries() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "standards.toml", STANDARDS);
    write(dir.path(), "placement.toml", PLACEMENT);
    write(dir.path(), "deliveries.toml", DELIVERIES);
    let path = dir.path().to_str().unwrap();
    let (out, errors, worked) = onemap(&["check", path]);
    assert!(
        worked && out.contains("3 files, 0 problems"),
        "{out}{errors}"
    );
    write(
        dir.path(),
        "placement.toml",
        &PLACEMENT.replace("nearer_than_m = 10", "nearer_than_m = -1"),
    );
    write(
        dir.path(),
        "deliveries.toml",
        &DELIVERIES.replace("most = 8", "most = 0"),
    );
    let (out, _, worked) = onemap(&["check", path]);
    assert!(!worked && out.contains("placement.toml:"), "{out}");
    assert!(out.contains("kindergarten.nearer_than_m"), "{out}");
    let before = DELIVERIES.split("most = 8").next().unwrap();
    let line = before.lines().count();
    assert!(
        out.contains(&format!("deliveries.toml:{line}:")) && out.contains("origins.most"),
        "{out}"
    );
}
