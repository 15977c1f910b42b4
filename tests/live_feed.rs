//! Tests of the live feed: listeners get every change that concerns them, once and in order.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::feed::{Feed, Silent};
use crate::support::server::{Server, onemap, problem, sqlite_in, token};
use crate::support::{building, gate};

#[tokio::test]
async fn an_event_contains_the_feature_without_protected_properties() {
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
async fn a_client_with_a_box_gets_features_that_enter_and_leave_it() {
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
async fn a_client_that_reconnects_gets_the_missed_events() {
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
    // A commit number that this map never had comes from another map.
    let mut feed = Feed::connect(&server.base, "", Some(1_000_000)).await;
    assert_eq!(feed.next().await.kind, "reset");
    let mut feed = Feed::connect_saying(&server.base, "", Some("b4".into())).await;
    assert_eq!(
        feed.next().await.kind,
        "reset",
        "an id that is not a commit number gives a reset"
    );
}

#[tokio::test]
async fn a_client_that_reconnects_learns_which_features_left_its_box() {
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

/// A connection must end when the session that opened it ends.
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
    assert!(
        listening.chunk().await.unwrap().is_some(),
        "the feed is open"
    );
    let sign_out = server.request(Method::DELETE, "/api/session");
    let answer = sign_out.header("cookie", &cookie).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let to_the_end = async { while listening.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(Duration::from_secs(20), to_the_end)
        .await
        .expect("the feed ends with the session");
}

#[tokio::test]
async fn a_client_that_was_away_too_long_gets_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
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

/// Commits of other processes are sent too.
#[tokio::test]
async fn writes_of_the_command_line_are_sent_by_a_running_server() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("buildings.geojson");
    std::fs::write(&file, building("b1", 117.1, 39.2).to_string()).unwrap();
    let mut feed = Feed::connect(&server.base, "", None).await;
    let (out, err, ok) = onemap(&[
        "import",
        "--json",
        "--database",
        &server.database,
        file.to_str().unwrap(),
    ]);
    assert!(ok, "{err}");
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let seq = report["seq"].as_u64().unwrap();
    assert_eq!(feed.next().await.id, Some(seq));
    let path = format!("/api/collections/buildings/items/b1?min-seq={seq}");
    assert_eq!(server.json(&path).await["seq"], seq);
}

#[tokio::test]
async fn each_role_gets_only_what_it_may_see() {
    let server = Server::start().await;
    let rider = token(&server.database, "rider");
    let mut public = Feed::connect(&server.base, "", None).await;
    let mut riders = [
        Feed::connect_as(&server.base, "", &rider).await,
        Feed::connect_as(&server.base, "?collections=entrances", &rider).await,
    ];
    server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    let properties = |event: &crate::support::feed::Event| {
        event.data["changes"][0]["feature"]["properties"].clone()
    };
    assert!(properties(&public.next().await)["access_note"].is_null());
    for rider in &mut riders {
        assert_eq!(properties(&rider.next().await)["access_note"], "按门铃");
    }
}

#[tokio::test]
async fn a_feature_that_is_too_large_is_sent_as_an_area() {
    let server = Server::start().await;
    let mut feed = Feed::connect(&server.base, "?bbox=117,39,118,40", None).await;
    let mut large = building("large", 117.5, 39.5);
    large["properties"]["remark"] = "x".repeat(600_000).into();
    let seq = server.put("buildings", &large).await;
    let event = feed.next().await;
    assert_eq!(event.id, Some(seq));
    assert_eq!(event.data["reset"][0]["collection"], "buildings");
    assert!(event.data.get("changes").is_none());
}

/// The features of a commit of 1,000 are sent one by one. Of a larger commit, only the box around all is sent.
#[tokio::test]
async fn a_commit_of_over_a_thousand_features_is_sent_as_an_area() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("buildings.ndjson");
    let import = |begin: u32, count: u32| {
        let mut lines = String::new();
        for i in begin..begin + count {
            let east = 117.0 + f64::from(i) * 1e-4;
            lines += &building(&format!("b{i}"), east, 39.2).to_string();
            lines.push('\n');
        }
        std::fs::write(&file, lines).unwrap();
        let file = file.to_str().unwrap();
        let (_, err, ok) = onemap(&["import", "--database", &server.database, file]);
        assert!(ok, "{err}");
    };
    let last = server.json("/health/ready").await["seq"].as_u64().unwrap();
    let mut all = Feed::connect(&server.base, "", None).await;
    let mut far = Feed::connect(&server.base, "?bbox=10,50,11,51", None).await;
    let mut near = Feed::connect(&server.base, "?bbox=117,39,118,40", None).await;
    import(0, 1_000);
    let first = all.next().await;
    assert_eq!(first.data["changes"].as_array().map(Vec::len), Some(1_000));
    assert!(first.data.get("reset").is_none());
    assert_eq!(near.next().await.id, first.id);

    import(1_000, 1_001);
    let second = all.next().await;
    assert_eq!(second.kind, "change");
    assert!(second.id > first.id);
    assert_eq!(second.data["seq"].as_u64(), second.id);
    assert!(second.data.get("changes").is_none());
    let resets = second.data["reset"].as_array().unwrap();
    assert_eq!(resets.len(), 1);
    assert_eq!(resets[0]["collection"], "buildings");
    let bbox: Vec<f64> = serde_json::from_value(resets[0]["bbox"].clone()).unwrap();
    // The box contains the features of this commit, not the whole collection.
    let expected = [117.1, 39.2, 117.2 + 0.000_23, 39.2 + 0.000_18];
    for (found, wanted) in bbox.iter().zip(expected) {
        assert!((found - wanted).abs() < 1e-9, "{bbox:?}");
    }
    assert_eq!(near.next().await.data["reset"], second.data["reset"]);

    // A client whose box contains none of these features gets neither of the two events, but the next write in its
    // box.
    let seq = server.put("buildings", &building("far", 10.5, 50.5)).await;
    assert_eq!(far.next().await.id, Some(seq));
    // A client that reconnects after so many changes gets a reset of everything.
    let mut again = Feed::connect(&server.base, "", Some(last)).await;
    assert_eq!(again.next().await.kind, "reset");
}

/// Feeds without an account from one address use all places that they can get. Places for accounts must still be
/// free.
#[tokio::test]
async fn one_address_cannot_take_the_places_reserved_for_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [
        ["--feed-places", "6"],
        ["--feed-reserved", "2"],
        ["--feed-per-address", "3"],
        ["--feed-per-account", "2"],
    ];
    let server = Server::on(&sqlite_in(folder.path()), limits.as_flattened()).await;
    let refusal = async |token: Option<&str>| {
        let mut request = server.request(Method::GET, "/api/events");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        assert!(response.headers().contains_key("retry-after"));
        problem(response).await.0.as_u16()
    };
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(Feed::connect(&server.base, "", None).await);
    }
    assert_eq!(refusal(None).await, 429);
    for _ in 0..2 {
        open.push(Feed::connect_as(&server.base, "", &server.admin).await);
    }
    assert_eq!(refusal(Some(&server.admin)).await, 429);
    let rider = token(&server.database, "rider");
    open.push(Feed::connect_as(&server.base, "", &rider).await);
    let worker = token(&server.database, "grid_worker");
    assert_eq!(refusal(Some(&worker)).await, 503);

    // A place becomes free when the server notices that its client disconnected.
    drop(open);
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    loop {
        let request = server.request(Method::GET, "/api/events");
        if request.send().await.unwrap().status() == 200 {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "no place became free");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The client gets the unread events when it reconnects, and nobody else waits for it.
#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected_and_can_catch_up() {
    let folder = tempfile::tempdir().unwrap();
    let patience = ["--feed-patience", "1", "--idle-timeout", "5"];
    let limits = [&patience[..], &["--feed-waiting", "16"]].concat();
    let server = Server::on(&sqlite_in(folder.path()), &limits).await;
    let mut other = Feed::connect(&server.base, "", None).await;
    let (heard_by_other, mut others) = tokio::sync::mpsc::unbounded_channel();
    let listening =
        tokio::spawn(async move { while heard_by_other.send(other.next().await.id).is_ok() {} });
    let silent = Silent::connect(&server.base, "").await;
    let dropped = async || {
        let figures = server.get("/metrics").await.text().await.unwrap();
        figures.contains("onemap_feed_stalled_total 1")
    };
    // Writes more bytes than the buffers of both ends of a connection hold.
    let mut written = Vec::new();
    let deadline = std::time::Instant::now() + Duration::from_secs(120);
    while !dropped().await || written.len() < 20 {
        assert!(
            std::time::Instant::now() < deadline,
            "the client that does not read is not disconnected"
        );
        let mut large = building(&format!("b{}", written.len()), 117.1, 39.2);
        large["properties"]["remark"] = "x".repeat(200_000).into();
        if written.len() < 200 {
            written.push(server.put("buildings", &large).await);
        } else {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    let ids = |events: &[crate::support::feed::Event]| -> Vec<u64> {
        let changes = events.iter().filter(|e| e.kind == "change");
        changes.filter_map(|e| e.id).collect()
    };
    let read = silent.read_to_end().await;
    let mut heard = ids(&read);
    assert!(
        heard.len() < written.len(),
        "the client was disconnected before it received all events"
    );
    let last = read.iter().filter_map(|e| e.id).next_back();
    let mut again = Feed::connect(&server.base, "", last).await;
    while heard.len() < written.len() {
        let event = again.next().await;
        assert_eq!(event.kind, "change");
        heard.extend(event.id);
    }
    assert_eq!(heard, written);
    for seq in written {
        assert_eq!(others.recv().await, Some(Some(seq)));
    }
    listening.abort();
}
