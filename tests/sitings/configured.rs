//! Standards and placement rules from a configuration folder.

use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::{HOMES, Town, people, points};
use crate::support::server::{Server, onemap};

const STANDARDS: &str = include_str!("../../geodata/standards.toml");
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

#[test]
fn check_reads_standards_and_rules_of_placement() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "standards.toml", STANDARDS);
    write(dir.path(), "placement.toml", PLACEMENT);
    let path = dir.path().to_str().unwrap();
    let (out, errors, worked) = onemap(&["check", path]);
    assert!(
        worked && out.contains("2 files, 0 problems"),
        "{out}{errors}"
    );
    write(
        dir.path(),
        "placement.toml",
        &PLACEMENT.replace("nearer_than_m = 10", "nearer_than_m = -1"),
    );
    let (out, _, worked) = onemap(&["check", path]);
    assert!(!worked && out.contains("placement.toml:"), "{out}");
    assert!(out.contains("kindergarten.nearer_than_m"), "{out}");
}
