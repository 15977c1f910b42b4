//! Siting jobs that are cancelled, interrupted by a killed server, or queued.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Town, crossing};
use crate::support::feed::Feed;
use crate::support::ledger::account;
use crate::support::server::{Server, onemap};

/// A p-median problem with people and a candidate at each crossing. With many streets, the solver needs long to prove
/// the best plan.
fn hard(streets: usize) -> Value {
    let all = || (0..streets * streets).map(|n| (n % streets, n / streets));
    let homes: Vec<Value> = all()
        .map(|(column, row)| {
            let [lon, lat] = crossing(column, row);
            let people = 1 + (column * 7 + row * 13 + column * row) % 23;
            json!({"lon": lon, "lat": lat, "people": people})
        })
        .collect();
    let places: Vec<Value> = all()
        .map(|(column, row)| {
            let [lon, lat] = crossing(column, row);
            json!({"lon": lon + 0.0001, "lat": lat})
        })
        .collect();
    json!({
        "problem": "p-median", "k": 17, "time_limit_s": 120,
        "facility": {"collection": "first_aid_stations"},
        "demand": {"points": homes}, "candidates": {"points": places},
        "plans": 1,
    })
}

/// Waits until a job has an incumbent.
async fn has_incumbent(town: &Town, id: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let job = town.look(id).await;
        assert!(
            ["queued", "running"].contains(&job["state"].as_str().unwrap()),
            "expected a job that still runs, found {job}"
        );
        if job["progress"]["incumbent"].is_number() {
            return job;
        }
        assert!(Instant::now() < deadline, "no incumbent after 60 s: {job}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_siting_streams_its_incumbent_bound_and_gap_and_ends_when_it_is_cancelled() {
    let town = Town::of(14).await;
    let id = town.job(&hard(14)).await;
    let path = format!("/api/jobs/{id}/events");
    let mut feed = Feed::of(town.request(Method::GET, &path)).await;
    let mut stages: Vec<String> = Vec::new();
    let solving = loop {
        let event = feed.next().await;
        let progress = &event.data["progress"];
        if let Some(stage) = progress["stage"].as_str() {
            stages.push(stage.to_owned());
        }
        if progress["gap"].is_number() {
            break progress.clone();
        }
    };
    let [incumbent, bound, gap] =
        ["incumbent", "bound", "gap"].map(|key| solving[key].as_f64().unwrap());
    assert!(bound <= incumbent && incumbent > 0.0);
    assert!((gap - (incumbent - bound) / incumbent).abs() < 1e-9);
    assert!(stages.contains(&"solving".to_owned()), "{stages:?}");
    let cancelled = town.request(Method::DELETE, &format!("/api/jobs/{id}"));
    let cancelled = cancelled.send().await.unwrap();
    assert_eq!(cancelled.status(), StatusCode::OK, "the job has stopped");
    let job: Value = cancelled.json().await.unwrap();
    assert_eq!(job["state"], "cancelled");
    let last = loop {
        let event = feed.next().await;
        if event.data["state"] != "running" {
            break event;
        }
    };
    assert_eq!(last.data["state"], "cancelled");
    // The worker thread is free for the next job.
    let mut easy = hard(4);
    easy["k"] = json!(2);
    assert_eq!(town.siting(&easy).await["stop_reason"], "optimal");
}

#[tokio::test]
async fn a_siting_goes_on_after_the_server_was_killed_even_if_the_map_has_changed() {
    let mut town = Town::of(14).await;
    for changes in [false, true] {
        let mut body = hard(14);
        body["time_limit_s"] = json!(12);
        let id = town.job(&body).await;
        has_incumbent(&town, &id).await;
        // Waits until the first checkpoint is stored, at most three seconds after the first plan.
        tokio::time::sleep(Duration::from_secs(4)).await;
        let job = town.look(&id).await;
        assert_eq!(job["state"], "running", "{job}");
        let known = job["progress"]["incumbent"].as_f64().unwrap();
        town.server.kill();
        town.server = Server::on(&town.database, &[]).await;
        if changes {
            let [lon, lat] = crossing(3, 3);
            let station = json!({
                "type": "Feature", "id": "new",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {"name": "新站"},
            });
            town.server.put("first_aid_stations", &station).await;
        }
        let job = town.ended(&id).await;
        assert_eq!(job["state"], "done", "{job}");
        let result = &job["result"];
        assert!(
            result["incumbent"].as_f64().unwrap() <= known + 1e-6,
            "{result}"
        );
        assert!(result["bound"].is_number() && result["gap"].is_number());
        // The time limit includes the time before the restart.
        assert!(["optimal", "time_limit"].contains(&result["stop_reason"].as_str().unwrap()));
        assert_eq!(result["sites"].as_array().unwrap().len(), 17);
    }
}

#[tokio::test]
async fn a_siting_too_large_to_store_is_lost_if_the_map_changes_while_the_server_is_down() {
    // 484 people and 484 candidates, all of them in reach of each other, are more pairs than a checkpoint stores.
    let mut town = Town::of(22).await;
    for changes in [false, true] {
        let mut body = hard(22);
        body["time_limit_s"] = json!(12);
        let id = town.job(&body).await;
        has_incumbent(&town, &id).await;
        // Waits until the first checkpoint is stored, at most three seconds after the first plan.
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(town.look(&id).await["state"], "running");
        town.server.kill();
        if changes {
            let [lon, lat] = crossing(3, 3);
            let far = json!({
                "type": "FeatureCollection", "features": [{
                    "type": "Feature", "id": "new",
                    "geometry": {"type": "Point", "coordinates": [lon, lat]},
                    "properties": {"name": "新站"},
                }],
            });
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("first_aid_stations.geojson");
            std::fs::write(&file, far.to_string()).unwrap();
            let arguments = [
                "import",
                "--database",
                &town.database,
                file.to_str().unwrap(),
            ];
            let (_, errors, worked) = onemap(&arguments);
            assert!(worked, "{errors}");
        }
        town.server = Server::on(&town.database, &[]).await;
        let job = town.ended(&id).await;
        if changes {
            assert_eq!(job["state"], "lost", "{job}");
            let why = job["problem"].as_str().unwrap();
            assert!(why.contains("the map has changed since"), "{why}");
            assert!(job["result"].is_null(), "{job}");
        } else {
            // The problem is read from the map again.
            assert_eq!(job["state"], "done", "{job}");
            assert_eq!(job["result"]["sites"].as_array().unwrap().len(), 17);
        }
    }
}

#[tokio::test]
async fn ten_sitings_at_once_take_turns_between_their_owners() {
    let town = Town::start().await;
    let other = account(&town.database, "planner", "另一规划员", &[]);
    let mut easy = hard(5);
    easy["k"] = json!(3);
    let mut first = Vec::new();
    for _ in 0..8 {
        first.push(town.job(&easy).await);
    }
    let mut second = Vec::new();
    for _ in 0..2 {
        let request = town.server.request(Method::POST, "/api/plan/sitings");
        let answer = request
            .bearer_auth(&other)
            .json(&easy)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let job: Value = answer.json().await.unwrap();
        second.push(job["id"].as_str().unwrap().to_owned());
    }
    let mut started: Vec<(String, bool)> = Vec::new();
    for (ids, token) in [(&first, &town.planner), (&second, &other)] {
        for id in ids {
            let deadline = Instant::now() + Duration::from_secs(120);
            let job = loop {
                let request = town.server.request(Method::GET, &format!("/api/jobs/{id}"));
                let answer = request.bearer_auth(token).send().await.unwrap();
                let job: Value = answer.json().await.unwrap();
                if job["state"] == "done" {
                    break job;
                }
                assert!(Instant::now() < deadline, "{job}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            assert_eq!(job["result"]["stop_reason"], "optimal");
            let at = job["started_at"].as_str().unwrap().to_owned();
            started.push((at, token == &other));
        }
    }
    started.sort();
    let places: Vec<usize> = (0..started.len()).filter(|n| started[*n].1).collect();
    // The second owner's jobs were created last, but do not wait for all jobs of the first owner.
    assert!(*places.last().unwrap() < started.len() - 1, "{started:?}");
    let request = town
        .server
        .request(Method::GET, &format!("/api/jobs/{}", first[0]));
    let answer = request.bearer_auth(&other).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}
