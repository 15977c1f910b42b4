//! Tests of what is delivered, in which order, and what happens when a receiver refuses it.

use super::*;
use crate::model::{Author, Change, Edit, FeatureId};
use crate::store::{DeliveryState, NewWebhook, Store};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

#[test]
fn the_signature_of_a_delivery_covers_its_time() {
    let signature = sign("whsec-0123456789", 1_772_413_200, br#"{"id":"h-1-a"}"#);
    assert_eq!(
        signature,
        "v1=429de3dbb4fa0fa09058695018dce33e69614d272840034286b4e1266d492e62"
    );
}

fn hook(events: &[HookEvent]) -> NewWebhook {
    NewWebhook {
        url: "http://127.0.0.1:9/".into(),
        events: events.to_vec(),
        secret: Some("whsec-0123456789".into()),
        created_by: None,
    }
}

fn warning(id: &str, properties: &str) -> Change {
    Change {
        collection: CollectionId::new("warnings").unwrap(),
        id: FeatureId::new(id).unwrap(),
        body: Some(Body {
            geometry: Some(geo_types::point!(x: 117.1, y: 39.2).into()),
            properties: Properties::parse(properties).unwrap(),
        }),
    }
}

async fn live(folder: &tempfile::TempDir) -> Live {
    let url = format!("sqlite:{}", folder.path().join("onemap.db").display());
    let store = Store::open(&url).await.unwrap();
    let schema = r#"{"properties":{"hotline_number":{"type":"string","x-onemap-role":"officer"},
            "secret":{"type":"string","x-onemap-role":"admin"}}}"#;
    let schema = Change {
        collection: CollectionId::schemas(),
        id: FeatureId::new("warnings").unwrap(),
        body: Some(Body {
            geometry: None,
            properties: Properties::parse(schema).unwrap(),
        }),
    };
    let edit = Edit::new(Author::system(), vec![schema]);
    store.commit(edit).await.unwrap();
    Live::start(store).await.unwrap()
}

#[tokio::test]
async fn a_step_with_a_notice_is_delivered_once() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(&folder).await;
    let both = hook(&[HookEvent::Step, HookEvent::Notice]);
    let both = live.store().create_webhook(both).await.unwrap();
    let only = hook(&[HookEvent::Notice]);
    let only = live.store().create_webhook(only).await.unwrap();
    let id = FeatureId::new("a").unwrap();
    for (properties, to_both, to_only) in [
        (r#"{"step":{"n":1}}"#, Some(HookEvent::Step), None),
        (
            r#"{"step":{"n":1,"notice":"sent"}}"#,
            Some(HookEvent::Notice),
            Some(HookEvent::Notice),
        ),
        (
            r#"{"step":{"n":1,"notice":{"silenced_by":"s"}}}"#,
            Some(HookEvent::Step),
            None,
        ),
        (r#"{"level":"red"}"#, None, None),
        (r#"{"step":{"n":2,"action":"note","note":"x"}}"#, None, None),
        (
            r#"{"step":{"n":3,"action":"note","note":"x","notice":"sent"}}"#,
            Some(HookEvent::Notice),
            Some(HookEvent::Notice),
        ),
    ] {
        let edit = Edit::new(Author::system(), vec![warning("a", properties)]);
        live.commit(edit).await.unwrap().committed();
        let warnings = CollectionId::new("warnings").unwrap();
        let versions = live.store().versions_of(&warnings, &id).await.unwrap();
        let (_, record) = versions.last().unwrap();
        assert_eq!(event(&both, record), to_both, "{properties}");
        assert_eq!(event(&only, record), to_only, "{properties}");
    }
}

#[tokio::test]
async fn a_delivery_contains_what_officers_see() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(&folder).await;
    let text = r#"{"category":"other","hotline_number":"12345-7","secret":"x","ledger":{"keys":["k"]},"step":{"n":1}}"#;
    let edit = Edit::new(Author::system(), vec![warning("a", text)]);
    live.commit(edit).await.unwrap().committed();
    let warnings = CollectionId::new("warnings").unwrap();
    let id = FeatureId::new("a").unwrap();
    let versions = live.store().versions_of(&warnings, &id).await.unwrap();
    let snapshot = live.snapshot();
    let schema = snapshot.collections().get("warnings").unwrap().schema();
    let body = feature(schema, &versions[0].1).unwrap();
    let body: Value = serde_json::from_str(body.get()).unwrap();
    let expected =
        serde_json::json!({"category": "other", "hotline_number": "12345-7", "step": {"n": 1}});
    assert_eq!(body["properties"], expected);
    assert_eq!((&body["id"], &body["seq"]), (&"a".into(), &2.into()));

    let note = r#"{"category":"other","step":{"n":2,"action":"note","note":"x","account":"li","notice":"sent"}}"#;
    let edit = Edit::new(Author::system(), vec![warning("a", note)]);
    live.commit(edit).await.unwrap().committed();
    let versions = live.store().versions_of(&warnings, &id).await.unwrap();
    let body = feature(schema, &versions[1].1).unwrap();
    let body: Value = serde_json::from_str(body.get()).unwrap();
    let expected = serde_json::json!({"n": 2, "action": "note", "notice": "sent"});
    assert_eq!(body["properties"]["step"], expected);
}

#[test]
fn a_failing_receiver_is_tried_less_and_less_often_and_given_up_after_a_day() {
    let now: Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
    let hours = |n: i64| now - jiff::SignedDuration::from_hours(n);
    let trouble = |failures, since| Trouble {
        since,
        failures,
        next_at: now,
        error: String::new(),
    };
    let refused = || Err("HTTP 500".to_owned());
    assert_eq!(judge(Ok(()), None, now, now), Outcome::Delivered);
    for (failures, pause) in [(0, 1), (1, 2), (5, 32), (12, 3600), (4_000_000, 3600)] {
        let trouble = trouble(failures, hours(1));
        let Outcome::Failed { next_at, .. } = judge(refused(), Some(&trouble), now, now) else {
            panic!("given up");
        };
        assert_eq!(next_at.duration_since(now).as_secs(), pause);
    }
    let long = trouble(40, hours(30));
    let given_up = judge(refused(), Some(&long), hours(25), now);
    assert!(matches!(given_up, Outcome::GivenUp { .. }));
    // A delivery is given up only if it is a day old and its receiver has failed for a day. So a new delivery
    // is kept, and so is an old one that waited because this server was down.
    for (trouble, committed) in [(&long, hours(1)), (&trouble(1, hours(1)), hours(25))] {
        let outcome = judge(refused(), Some(trouble), committed, now);
        assert!(matches!(outcome, Outcome::Failed { .. }));
    }
    let first = judge(refused(), None, hours(100), now);
    assert!(matches!(first, Outcome::Failed { .. }));
}

/// A receiver that does not answer the first request, refuses the second, and accepts the others.
async fn receiver() -> (String, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (count, list) = (Arc::new(AtomicU32::new(0)), Arc::clone(&seen));
    let hear = move |headers: axum::http::HeaderMap| {
        let (count, list) = (Arc::clone(&count), Arc::clone(&list));
        async move {
            let id = headers["onemap-delivery"].to_str().unwrap().to_owned();
            list.lock().unwrap().push(id);
            match count.fetch_add(1, Ordering::Relaxed) {
                0 => std::future::pending().await,
                1 => axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                _ => axum::http::StatusCode::NO_CONTENT,
            }
        }
    };
    let router = axum::Router::new().route("/hook", axum::routing::post(hear));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let listener = listener.into_std().unwrap();
    let server = axum_server::from_tcp(listener).unwrap();
    tokio::spawn(server.serve(router.into_make_service()));
    (url, seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_delivery_is_sent_again_with_the_same_id_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let live = live(&folder).await;
    let (url, seen) = receiver().await;
    let new = NewWebhook {
        url,
        ..hook(&[HookEvent::Step])
    };
    let hook = live.store().create_webhook(new).await.unwrap();
    let step = |id: &str, n: u32| warning(id, &format!("{{\"step\":{{\"n\":{n}}}}}"));
    for changes in [
        vec![step("a", 1), step("b", 1)],
        vec![warning("c", "{}")],
        vec![step("a", 2)],
    ] {
        let edit = Edit::new(Author::system(), changes);
        live.commit(edit).await.unwrap().committed();
    }
    let dispatcher = Dispatcher::new(live.clone(), Duration::from_millis(300)).unwrap();
    tokio::spawn(Arc::new(dispatcher).run());
    let name = |seq, warning| Delivery::id_of(&hook.id, seq, warning);
    let expected = [
        name(2, "a"),
        name(2, "a"),
        name(2, "a"),
        name(2, "b"),
        name(4, "a"),
    ];
    let deadline = Instant::now() + Duration::from_secs(60);
    let delivered = loop {
        let only = Some(DeliveryState::Delivered);
        let done = live.store().deliveries(&hook.id, only, 10).await.unwrap();
        if done.len() == 3 {
            break done;
        }
        assert!(Instant::now() < deadline, "{:?}", seen.lock().unwrap());
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(*seen.lock().unwrap(), expected);
    let tries: Vec<_> = delivered.iter().map(|d| (d.id.clone(), d.tries)).collect();
    assert_eq!(
        tries,
        [(name(4, "a"), 1), (name(2, "b"), 1), (name(2, "a"), 3)]
    );
    assert_eq!(live.store().webhooks().await.unwrap()[0].trouble, None);
}
