//! The live feed: everything that changes is heard once, in order, by those it concerns.

use reqwest::Method;
use serde_json::json;

use crate::support::feed::Feed;
use crate::support::server::Server;
use crate::support::{building, gate};

#[tokio::test]
async fn a_write_is_heard_with_the_feature_and_without_what_is_protected() {
    let server = Server::start().await;
    let mut feed = Feed::connect(&server.base, "", None).await;
    let seq = server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    let event = feed.next().await;
    assert_eq!((event.kind.as_str(), event.id), ("change", Some(seq)));
    let change = &event.data["changes"][0];
    assert_eq!(change["kind"], "put");
    assert_eq!(
        change["feature"]["properties"],
        json!({"kind": "gate", "name": "东门"})
    );

    server
        .request(Method::DELETE, "/api/collections/entrances/items/g1")
        .bearer_auth(&server.admin)
        .send()
        .await
        .unwrap();
    let event = feed.next().await;
    assert_eq!(event.data["changes"][0]["kind"], "delete");
    assert!(event.data["changes"][0].get("feature").is_none());
}

#[tokio::test]
async fn a_client_hears_of_its_area_what_comes_and_what_leaves() {
    let server = Server::start().await;
    let mut feed = Feed::connect(
        &server.base,
        "?collections=buildings&bbox=117,39,118,40",
        None,
    )
    .await;
    server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    server.put("buildings", &building("far", 10.0, 50.0)).await;
    let came = server
        .put("buildings", &building("near", 117.5, 39.5))
        .await;
    assert_eq!(feed.next().await.id, Some(came));
    let left = server.put("buildings", &building("near", 10.0, 50.0)).await;
    assert_eq!(feed.next().await.id, Some(left));
}

#[tokio::test]
async fn who_comes_back_hears_what_it_missed() {
    let server = Server::start().await;
    let first = server.put("buildings", &building("b1", 117.1, 39.2)).await;
    server.put("buildings", &building("b2", 117.1, 39.2)).await;
    server.put("buildings", &building("b3", 117.1, 39.2)).await;
    let mut feed = Feed::connect(&server.base, "", Some(first)).await;
    for expected in ["b2", "b3"] {
        assert_eq!(feed.next().await.data["changes"][0]["id"], expected);
    }
    server.put("buildings", &building("b4", 117.1, 39.2)).await;
    assert_eq!(feed.next().await.data["changes"][0]["id"], "b4");
    // A number that this map never had is of another map.
    let mut feed = Feed::connect(&server.base, "", Some(1_000_000)).await;
    assert_eq!(feed.next().await.kind, "reset");
    let mut feed = Feed::connect_saying(&server.base, "", Some("b4".into())).await;
    assert_eq!(feed.next().await.kind, "reset", "no number is none of ours");
}

#[tokio::test]
async fn who_comes_back_hears_that_something_left_its_area() {
    let server = Server::start().await;
    let first = server.put("buildings", &building("b1", 117.5, 39.5)).await;
    server.put("buildings", &building("b1", 10.0, 50.0)).await;
    server.put("buildings", &building("b2", 117.5, 39.5)).await;
    let mut feed = Feed::connect(&server.base, "?bbox=117,39,118,40", Some(first)).await;
    let left = feed.next().await;
    assert_eq!(left.data["changes"][0]["id"], "b1");
    assert_eq!(left.data["changes"][0]["kind"], "delete");
    assert!(left.data["changes"][0].get("feature").is_none());
    let came = feed.next().await;
    assert_eq!(came.data["changes"][0]["id"], "b2");
    assert_eq!(came.data["changes"][0]["kind"], "put");
}

/// A connection does not outlive what it was opened with.
#[tokio::test]
async fn a_feed_ends_with_the_session_that_opened_it() {
    let server = Server::start().await;
    let signed_in = server
        .request(Method::POST, "/api/session")
        .json(&json!({"token": server.admin}))
        .send()
        .await
        .unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let listen = server.request(Method::GET, "/api/events");
    let mut listening = listen.header("cookie", &cookie).send().await.unwrap();
    assert!(listening.chunk().await.unwrap().is_some(), "it is open");
    let sign_out = server.request(Method::DELETE, "/api/session");
    let answer = sign_out.header("cookie", &cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let to_the_end = async { while listening.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), to_the_end)
        .await
        .expect("the feed ends with the session");
}

#[tokio::test]
async fn who_was_away_for_too_long_loads_afresh() {
    let folder = tempfile::tempdir().unwrap();
    let database = crate::support::server::sqlite_in(folder.path());
    let server = Server::on(&database, &["--feed-retention", "3"]).await;
    let first = server.put("buildings", &building("b0", 117.1, 39.2)).await;
    for i in 1..6 {
        server
            .put("buildings", &building(&format!("b{i}"), 117.1, 39.2))
            .await;
    }
    let mut feed = Feed::connect(&server.base, "", Some(first)).await;
    assert_eq!(feed.next().await.kind, "reset");
    let mut feed = Feed::connect(&server.base, "", Some(first + 3)).await;
    assert_eq!(feed.next().await.data["changes"][0]["id"], "b4");
}

/// What another process commits is heard too.
#[tokio::test]
async fn the_command_line_beside_a_running_server_is_heard() {
    let server = Server::start().await;
    let other = Server::on(&server.database, &[]).await;
    let mut feed = Feed::connect(&server.base, "", None).await;
    let seq = other.put("buildings", &building("b1", 117.1, 39.2)).await;
    assert_eq!(feed.next().await.id, Some(seq));
    let path = format!("/api/collections/buildings/items/b1?min-seq={seq}");
    assert_eq!(server.json(&path).await["seq"], seq);
}
