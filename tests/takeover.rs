//! Two nodes share a database. The node that runs the timer dies, and the other one writes what falls due, once
//! and with the right time.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp, Unit};
use onemap::store::Store;
use reqwest::Method;
use serde_json::Value;

use crate::store_suite::{id, name};
use crate::support::ledger::edited_rules;
use crate::support::server::Server;
use crate::support::{building, postgres};

/// A blocked way turns red a day after its report. So a case that was reported almost a day ago turns red soon.
const AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Replaces the deadline for filing by a long one, so that the case does not turn red because of it. Deadlines count
/// working hours, so the result would depend on the day and the hour of the test.
const UNHURRIED: (&str, &str) = ("respond = \"1h\"", "respond = \"2000h\"");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_node_with_the_timer_dies_the_other_writes_due_changes_once() {
    let Some(database) = postgres::database() else {
        return;
    };
    let rules = edited_rules(&[UNHURRIED]);
    let config = ["--config", rules.path().to_str().unwrap()];
    let mut first = Server::on(&database, &config).await;
    first.put("buildings", &building("b1", 117.13, 39.22)).await;
    let store = Store::open(&database).await.unwrap();
    // Wait until the first node has the lease: the test can no longer take it then.
    let deadline = Instant::now() + Duration::from_secs(20);
    let short = Duration::from_millis(1);
    while store.take_lease("timer", "the test", short).await.unwrap() {
        assert!(Instant::now() < deadline, "the first node takes no lease");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let second = Server::on(&database, &config).await;

    let soon = Timestamp::now() + SignedDuration::from_secs(5);
    let red_at = soon.round(Unit::Second).unwrap();
    let sheet = format!(
        "编号,类别,上报时间,楼栋\nw-due,blocked_route,{},b1\n",
        red_at - AFTER
    );
    let request = first.request(Method::POST, "/api/warnings/import?f=csv");
    let answer = request.bearer_auth(&first.admin).body(sheet).send().await;
    let answer: Value = answer.unwrap().json().await.unwrap();
    assert_eq!(answer["created"], 1, "{answer}");
    first.kill();

    let properties = async || second.json("/api/warnings/w-due").await["properties"].clone();
    let deadline = Instant::now() + Duration::from_secs(60);
    while Timestamp::now() < red_at || properties().await["level"] != "red" {
        assert!(Instant::now() < deadline, "{}", properties().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(properties().await["since"], red_at.to_string());

    // The node that returns finds the change already written.
    let third = Server::on(&database, &config).await;
    assert_eq!(
        third.json("/api/warnings/w-due").await["properties"],
        properties().await
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    let versions = store.versions_of(&name("warnings"), &id("w-due")).await;
    let at_that_moment: Vec<_> = versions
        .unwrap()
        .into_iter()
        .filter(|(commit, _)| commit.effective_at >= red_at)
        .collect();
    assert_eq!(at_that_moment.len(), 1, "{at_that_moment:?}");
    let (commit, _) = &at_that_moment[0];
    assert_eq!(commit.effective_at, red_at);
    assert_eq!(commit.reason.as_deref(), Some("time"));
    assert!(
        commit.at >= red_at,
        "the change is written when it is due, and not before"
    );
}
