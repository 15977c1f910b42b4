//! Tests of webhooks from the receiver's side: with refusals, broken connections and kills, each step arrives
//! with one delivery id, in order, and none is lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use geo_types::point;
use hmac::{Hmac, KeyInit, Mac};
use onemap::model::{Author, Body, Change, Edit, Properties};
use onemap::store::Store;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::store_suite::{id, name};
use crate::support::postgres;
use crate::support::server::{Server, sqlite_in, token};

/// A request that the receiver got.
#[derive(Clone)]
pub struct Came {
    pub id: String,
    event: String,
    taken: bool,
    pub body: Value,
}

/// A receiver that accepts or refuses requests.
pub struct Receiver {
    pub url: String,
    takes: Arc<AtomicBool>,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Receiver {
    pub async fn start(secret: &'static str) -> Self {
        let takes = Arc::new(AtomicBool::new(true));
        let came = Arc::new(Mutex::new(Vec::new()));
        let (switch, list) = (Arc::clone(&takes), Arc::clone(&came));
        let hear = move |headers: HeaderMap, body: String| async move {
            let text = |name: &str| headers[name].to_str().unwrap().to_owned();
            let signed = format!("{}.{body}", text("onemap-timestamp"));
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
            mac.update(signed.as_bytes());
            let signature = hex::encode(mac.finalize().into_bytes());
            assert_eq!(text("onemap-signature"), format!("v1={signature}"));
            let taken = switch.load(Ordering::SeqCst);
            list.lock().unwrap().push(Came {
                id: text("onemap-delivery"),
                event: text("onemap-event"),
                taken,
                body: serde_json::from_str(&body).unwrap(),
            });
            match taken {
                true => StatusCode::OK,
                false => StatusCode::SERVICE_UNAVAILABLE,
            }
        };
        let router = axum::Router::new().route("/in", axum::routing::post(hear));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let server = axum_server::from_tcp(listener.into_std().unwrap()).unwrap();
        tokio::spawn(server.serve(router.into_make_service()));
        Self { url, takes, came }
    }

    pub fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    pub async fn wait_for(&self, what: &str, there: impl Fn(&[Came]) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(90);
        while !there(&self.came()) {
            let ids: Vec<_> = self.came().into_iter().map(|c| (c.id, c.taken)).collect();
            assert!(Instant::now() < deadline, "{what}: {ids:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Writes a step of a closed case directly, so that the server adds no steps of its own.
async fn step(store: &Store, case: &str, n: u32, notice: Option<&str>) -> u64 {
    let at = "2026-03-02T01:00:00Z";
    let mut properties = json!({
        "category": "corridor_clutter", "level": "red", "status": "closed", "since": at,
        "reported_at": at, "closed_at": at, "source": "resident", "reports": 1, "steps": n,
        "reason": {"zh": "楼道堆物", "en": "corridor clutter"},
        "step": {"n": n, "action": "close", "at": at, "role": "officer", "to": "closed"},
        "ledger": {"receipt_sha256": "00"},
    });
    if let Some(notice) = notice {
        properties["step"]["notice"] = notice.into();
    }
    let change = Change {
        collection: name("warnings"),
        id: id(case),
        body: Some(Body {
            geometry: Some(point!(x: 117.13, y: 39.22).into()),
            properties: Properties::parse(&properties.to_string()).unwrap(),
        }),
    };
    let edit = Edit::new(Author::system(), vec![change]);
    store.commit(edit).await.unwrap().seq
}

async fn told_through_everything(database: String) {
    const SECRET: &str = "whsec-0123456789abcdef";
    let mut server = Server::on(&database, &[]).await;
    let receiver = Receiver::start(SECRET).await;
    let wanted = json!({"url": receiver.url, "events": ["step", "notice"], "secret": SECRET});
    let made = server
        .write(Method::POST, "/api/webhooks", &wanted)
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    assert_eq!(made["secret"], SECRET);
    let hook = made["id"].as_str().unwrap().to_owned();

    let store = Store::open(&database).await.unwrap();
    let mut expected = Vec::new();
    let first = step(&store, "事件-1", 1, Some("sent")).await;
    expected.push(format!("{hook}-{first}-事件-1"));
    receiver.wait_for("the first", |c| c.len() == 1).await;
    let came = receiver.came();
    assert_eq!(came[0].event, "notice");
    let body = &came[0].body;
    assert_eq!(
        (&body["id"], &body["seq"]),
        (&json!(expected[0]), &json!(first))
    );
    assert_eq!(body["warning"]["properties"]["step"]["n"], 1);
    assert_eq!(body["warning"]["properties"]["ledger"], Value::Null);

    // The receiver refuses, the server is killed, and steps are written while no server runs.
    receiver.takes.store(false, Ordering::SeqCst);
    for n in 2..4 {
        let seq = step(&store, "事件-1", n, None).await;
        expected.push(format!("{hook}-{seq}-事件-1"));
    }
    receiver.wait_for("refusals", |c| c.len() >= 3).await;
    server.kill();
    let seq = step(&store, "b", 1, None).await;
    expected.push(format!("{hook}-{seq}-b"));
    receiver.takes.store(true, Ordering::SeqCst);

    let server = Server::on(&database, &[]).await;
    let all = |c: &[Came]| c.iter().filter(|c| c.taken).count() >= 4;
    receiver.wait_for("all of them", all).await;
    let came = receiver.came();
    let bodies = |c: &Came| c.body["id"].as_str().unwrap().to_owned();
    let taken: Vec<String> = came.iter().filter(|c| c.taken).map(bodies).collect();
    assert_eq!(taken, expected);
    // A refused delivery has the same id when it is accepted later.
    assert!(
        came.iter()
            .filter(|c| !c.taken)
            .all(|c| bodies(c) == expected[1])
    );
    assert!(came[1..].iter().all(|c| c.event == "step"));

    let path = format!("/api/webhooks/{hook}/deliveries?state=delivered");
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = server
            .request(Method::GET, &path)
            .bearer_auth(&server.admin)
            .send()
            .await
            .unwrap();
        let list: Value = answer.json().await.unwrap();
        let list = list["deliveries"].as_array().unwrap().clone();
        let ids: Vec<&str> = list.iter().map(|d| d["id"].as_str().unwrap()).collect();
        if ids.len() == 4 {
            assert!(ids.iter().rev().eq(expected.iter()));
            // There were at least two refusals before the delivery was accepted. The kill may have prevented
            // recording the second one, but the first was recorded before the next attempt.
            assert!(list[2]["tries"].as_u64().unwrap() >= 2);
            return;
        }
        assert!(Instant::now() < deadline, "{list:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_is_delivered_under_one_name_despite_refusals_and_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut runs = vec![told_through_everything(sqlite_in(folder.path()))];
    runs.extend(postgres::database().map(told_through_everything));
    futures_util::future::join_all(runs).await;
}

#[tokio::test]
async fn only_administrators_create_webhooks_and_only_with_valid_urls() {
    let server = Server::start().await;
    let officer = token(&server.database, "officer");
    let wanted = json!({"url": "https://other.example/in", "events": ["notice"]});
    let path = "/api/webhooks";
    let refused = server.get(path).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    let request = server.request(Method::POST, path).bearer_auth(&officer);
    let refused = request.json(&wanted).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    for wrong in [
        json!({"url": "ftp://other.example/", "events": ["step"]}),
        json!({"url": "https://other.example/", "events": []}),
        json!({"url": "https://other.example/", "events": ["all"]}),
        json!({"url": "https://other.example/", "events": ["step"], "secret": "short"}),
    ] {
        let refused = server.write(Method::POST, path, &wrong).send().await;
        assert_eq!(refused.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let made = server.write(Method::POST, path, &wanted).send().await;
    let made: Value = made.unwrap().json().await.unwrap();
    assert!(made["secret"].as_str().unwrap().len() > 40);
    let as_admin = |method, path: &str| server.request(method, path).bearer_auth(&server.admin);
    let list = as_admin(Method::GET, path).send().await.unwrap();
    let list: Value = list.json().await.unwrap();
    assert_eq!(list["webhooks"][0]["id"], made["id"]);
    assert_eq!(list["webhooks"][0]["created_by"], "admin");
    assert!(list["webhooks"][0]["secret"].is_null());
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    for expected in [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND] {
        let answer = as_admin(Method::DELETE, &one).send().await.unwrap();
        assert_eq!(answer.status(), expected);
    }
}
