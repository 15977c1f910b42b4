//! The livelihood projects as everybody reads them, and their rating by residents.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::{LAT, LON, Ledger};
use crate::support::postgres;
use crate::support::server::{problem, sqlite_in};

fn project(id: &str, properties: Value) -> Value {
    json!({"type": "Feature", "id": id, "properties": properties,
        "geometry": {"type": "Point", "coordinates": [LON, LAT]}})
}

/// The key of a device.
fn key(device: u32) -> String {
    format!("device-{device:032}")
}

async fn rate(ledger: &Ledger, id: &str, stars: u32, device: u32) -> (StatusCode, Value) {
    let body = json!({"stars": stars, "key": key(device)});
    let path = format!("/api/projects/{id}/rating");
    let answer = ledger.server.request(Method::PUT, &path).json(&body);
    let answer = answer.send().await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap())
}

/// The ids of the projects in the order of the board.
fn order(board: &Value) -> Vec<&str> {
    let all = board["projects"].as_array().unwrap().iter();
    all.map(|p| p["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everybody_reads_the_projects_with_late_ones_first_and_nothing_protected() {
    // A steward protects the summaries.
    let folder = tempfile::tempdir().unwrap();
    let schema = json!({"properties": {"summary": {"type": "string", "x-onemap-role": "officer"}}});
    std::fs::create_dir(folder.path().join("schemas")).unwrap();
    std::fs::write(
        folder.path().join("schemas/projects.json"),
        schema.to_string(),
    )
    .unwrap();
    let ledger = Ledger::with(&["--config", folder.path().to_str().unwrap()]).await;
    let server = &ledger.server;
    for (id, state, due) in [
        ("later", "under_way", "2999-05-01"),
        ("done", "done", "2026-01-01"),
        ("late", "delayed", "2026-02-01"),
        ("sooner", "planned", "2999-04-01"),
    ] {
        let said =
            json!({"name": format!("项目{id}"), "kind": "micro", "state": state, "due_on": due});
        server.put("projects", &project(id, said)).await;
    }
    let whole = json!({"name": "口袋公园建设", "kind": "livelihood", "state": "under_way", "progress": 60,
        "summary": "新建健身步道", "lead": "u1", "grid": "g1", "starts_on": "2026-03-01", "due_on": "2999-03-01",
        "milestones": [{"name": "完成招标", "due_on": "2026-04-30", "done_on": "2026-04-22"}, {"name": "验收"}],
        "leader_phone": "13800000000"});
    server.put("projects", &project("whole", whole)).await;
    let board = server.json("/api/projects").await;
    assert_eq!(order(&board), ["late", "whole", "sooner", "later", "done"]);
    let none = json!({"count": 0, "mean": null});
    assert_eq!(
        board["projects"][1],
        json!({"id": "whole", "name": "口袋公园建设", "kind": "livelihood", "state": "under_way", "progress": 60,
            "lead": {"id": "u1", "name": "单位u1"},
            "place": {"id": "g1", "name": "第3网格"}, "at": [LON, LAT],
            "starts_on": "2026-03-01", "due_on": "2999-03-01",
            "milestones": [{"name": "完成招标", "due_on": "2026-04-30", "done_on": "2026-04-22"}, {"name": "验收"}],
            "rating": none})
    );
    assert_eq!(
        board["kinds"],
        json!([
            {"kind": "livelihood", "planned": 0, "under_way": 1, "delayed": 0, "done": 0},
            {"kind": "micro", "planned": 1, "under_way": 1, "delayed": 1, "done": 1},
        ])
    );
    let two = server.json("/api/projects?limit=2").await;
    assert_eq!(
        (order(&two), &two["matched"]),
        (vec!["late", "whole"], &json!(5))
    );
    // Unchanged, it is not sent again.
    let answer = server.get("/api/projects").await;
    let again = server.request(Method::GET, "/api/projects");
    let again = again.header("if-none-match", &answer.headers()["etag"]);
    assert_eq!(
        again.send().await.unwrap().status(),
        StatusCode::NOT_MODIFIED
    );
}

async fn ratings(database: &str) {
    let ledger = Ledger::on(database, &[]).await;
    let server = &ledger.server;
    for (id, state) in [("done", "done"), ("other", "done"), ("open", "under_way")] {
        let said =
            json!({"name": format!("项目{id}"), "kind": "micro", "state": state, "grid": "g1"});
        server.put("projects", &project(id, said)).await;
    }
    let before = Timestamp::now();
    // Every device counts once, with what it said last.
    let mut said: BTreeMap<(&str, u32), u32> = BTreeMap::new();
    for (id, stars, device) in [
        ("done", 5, 1),
        ("done", 4, 2),
        ("other", 1, 1),
        ("done", 2, 1),
        ("done", 2, 1),
        ("done", 3, 3),
    ] {
        let (status, answer) = rate(&ledger, id, stars, device).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        said.insert((id, device), stars);
        let own: Vec<u32> = (said.iter().filter(|((of, _), _)| *of == id))
            .map(|(_, stars)| *stars)
            .collect();
        let mean = f64::from(own.iter().sum::<u32>()) / own.len() as f64;
        let recount = json!({"count": own.len(), "mean": (mean * 10.0).round() / 10.0});
        assert_eq!(
            answer,
            json!({"id": id, "stars": stars, "rating": recount}),
            "{said:?}"
        );
        let board = server.json("/api/projects").await;
        let shown = board["projects"].as_array().unwrap();
        let shown = shown.iter().find(|p| p["id"] == id).unwrap();
        assert_eq!(shown["rating"], recount);
    }
    let board = server.json("/api/projects").await;
    assert_eq!(board["rating"], json!({"count": 4, "mean": 2.5}));
    // The card of the grid says the same, and nothing of it before the first rating.
    let of = |card: &Value, id: &str| {
        let list = card["projects"]["list"].as_array().unwrap();
        list.iter().find(|p| p["id"] == id).unwrap().clone()
    };
    let card = server.json("/api/grids/g1/card").await;
    assert_eq!(
        of(&card, "done")["rating"],
        json!({"count": 3, "mean": 3.0})
    );
    assert_eq!(of(&card, "open").get("rating"), None);
    let then = format!("/api/grids/g1/card?as_of={before}");
    assert_eq!(of(&server.json(&then).await, "done").get("rating"), None);

    // What is refused, and why.
    let (status, refused) = rate(&ledger, "open", 5, 1).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("not done"));
    assert_eq!(
        rate(&ledger, "nowhere", 5, 1).await.0,
        StatusCode::NOT_FOUND
    );
    let path = "/api/projects/done/rating";
    for (body, field) in [
        (json!({"stars": 0, "key": key(1)}), "stars"),
        (json!({"stars": 6, "key": key(1)}), "stars"),
        (json!({"key": key(1)}), "stars"),
        (json!({"stars": 5, "key": "short"}), "key"),
        (json!({"stars": 5}), "key"),
    ] {
        let answer = server.request(Method::PUT, path).json(&body).send().await;
        let (status, refused) = problem(answer.unwrap()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    // One address cannot rate without end, with ever new keys.
    let mut device = 100;
    let refused = loop {
        let (status, answer) = rate(&ledger, "other", 5, device).await;
        if status != StatusCode::OK {
            break (status, answer);
        }
        device += 1;
        assert!(device < 150, "never refused");
    };
    assert_eq!(refused.0, StatusCode::TOO_MANY_REQUESTS, "{refused:?}");

    // Nobody reads who rated what: neither the key, nor its ratings as features, nor their commits in a history.
    for (who, token) in [("public", None), ("officer", Some(&*ledger.officer))] {
        for path in [
            "/api/projects",
            "/api/collections",
            "/api/collections/$project_ratings/items",
            "/api/collections/projects/items",
            "/api/collections/projects/items/done/history",
            "/api/grids/g1/card",
        ] {
            let text = ledger.get(token, path).await.text().await.unwrap();
            assert!(!text.contains("device-0000"), "{who} {path}: {text}");
            assert!(!text.contains("rated_on"), "{who} {path}: {text}");
        }
    }
}

#[tokio::test]
async fn a_device_rates_a_project_that_is_done_once_and_may_change_its_mind() {
    let folder = tempfile::tempdir().unwrap();
    ratings(&sqlite_in(folder.path())).await;
}

#[tokio::test]
async fn on_postgis_a_device_rates_a_project_that_is_done_once_too() {
    if let Some(database) = postgres::database() {
        ratings(&database).await;
    }
}

/// Photos before and after are public like the project, and only then.
async fn photos(database: &str) {
    let folder = tempfile::tempdir().unwrap();
    // A steward shows photos from before the work to staff only.
    let schema = json!({"properties": {"photos_before":
        {"type": "array", "x-onemap-role": "grid_worker", "x-onemap-photos": true, "items": {"type": "string"}}}});
    let schemas = folder.path().join("schemas");
    std::fs::create_dir(&schemas).unwrap();
    let ledger = Ledger::on(database, &[]).await;
    let said = |before: &Value, after: &Value| {
        json!({"name": "口袋公园建设", "kind": "micro", "state": "done",
            "photos_before": before, "photos_after": after})
    };
    let (before, after) = (ledger.photo(1).await, ledger.photo(2).await);
    let id = |photo: &Value| photo["id"].as_str().unwrap().to_owned();
    let read = async |server: &crate::support::server::Server, photo: &Value| {
        server
            .get(&format!("/api/photos/{}", id(photo)))
            .await
            .status()
    };
    // Until a project names it, nobody else sees a photo.
    assert_eq!(read(&ledger.server, &after).await, StatusCode::UNAUTHORIZED);
    // Without the claim of its upload, a photo cannot be named.
    let foreign = said(&json!([]), &json!([id(&after)]));
    let path = "/api/collections/projects/items/park";
    let answer = (ledger.server.request(Method::PUT, path))
        .bearer_auth(&ledger.officer)
        .json(&project("park", foreign))
        .send();
    let (status, refused) = problem(answer.await.unwrap()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    let own = said(&json!([before]), &json!([after]));
    ledger.server.put("projects", &project("park", own)).await;
    let board = ledger.server.json("/api/projects").await;
    let shown = &board["projects"][0];
    assert_eq!(shown["photos_before"], json!([id(&before)]));
    assert_eq!(shown["photos_after"], json!([id(&after)]));
    assert_eq!(read(&ledger.server, &before).await, StatusCode::OK);
    assert_eq!(read(&ledger.server, &after).await, StatusCode::OK);

    std::fs::write(schemas.join("projects.json"), schema.to_string()).unwrap();
    drop(ledger);
    let config = ["--config", folder.path().to_str().unwrap()];
    let server = crate::support::server::Server::on(database, &config).await;
    let board = server.json("/api/projects").await;
    let shown = &board["projects"][0];
    assert_eq!(shown.get("photos_before"), None);
    assert_eq!(shown["photos_after"], json!([id(&after)]));
    assert_eq!(read(&server, &before).await, StatusCode::UNAUTHORIZED);
    assert_eq!(read(&server, &after).await, StatusCode::OK);
}

#[tokio::test]
async fn photos_of_a_project_are_as_public_as_the_list_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    photos(&sqlite_in(folder.path())).await;
}

#[tokio::test]
async fn on_postgis_photos_of_a_project_are_as_public_as_their_list_too() {
    if let Some(database) = postgres::database() {
        photos(&database).await;
    }
}
