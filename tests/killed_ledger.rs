//! The server is killed at random moments while several clients send reports and actions. Everything that was
//! acknowledged must exist exactly once under one id, and the map must match the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use onemap::model::{CommitHeader, Record};
use onemap::store::{Position, Store};
use onemap::warnings::StatusBoard;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::store_suite::name;
use crate::support::server::{Server, sqlite_in};
use crate::support::{building, postgres};
use crate::webhooks::Receiver;

const CLIENTS: usize = 4;
const KILLS: usize = 5;

/// What one client did: its cases in order, each with the keys of the acknowledged steps.
type Done = Vec<(String, Vec<String>)>;

/// The present address of the server, and whether the test continues.
#[derive(Clone)]
struct Scene {
    base: Arc<Mutex<String>>,
    over: Arc<AtomicBool>,
    token: String,
    client: Client,
}

impl Scene {
    /// Sends a request until it is answered. After a kill it is repeated with the same key.
    async fn say(&self, path: &str, body: &Value) -> Value {
        loop {
            let url = format!("{}{path}", self.base.lock().unwrap());
            let request = self.client.post(url).bearer_auth(&self.token).json(body);
            let answer = match request.send().await {
                Ok(answer) => (answer.status(), answer.text().await),
                Err(_) => (StatusCode::SERVICE_UNAVAILABLE, Ok(String::new())),
            };
            match answer {
                (status, Ok(text)) if status.is_success() => {
                    return serde_json::from_str(&text).unwrap();
                }
                (status, Ok(text)) if status.is_client_error() => {
                    panic!("{path} {body}: {status} {text}")
                }
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// Creates cases and takes each some steps further, until the test ends.
    async fn work(self, me: usize) -> Done {
        let due = |day: u32| json!(format!("2099-01-{day:02}T00:00:00Z"));
        let steps = [
            json!({"action": "file"}),
            json!({"action": "dispatch", "unit": "u1"}),
            json!({"action": "extend", "due": due(2), "reason": "业主不在"}),
            json!({"action": "park", "until": due(3), "reason": "等待施工"}),
            json!({"action": "resume"}),
            json!({"action": "extend", "due": due(4), "reason": "业主不在"}),
        ];
        let mut done = Done::new();
        while !self.over.load(Ordering::SeqCst) {
            let key = format!("client-{me}-case-{}-0123456789abcdef", done.len());
            let report = json!({"category": "corridor_clutter", "building": "b1", "key": key});
            let case = self.say("/api/warnings", &report).await;
            let id = case["id"].as_str().unwrap().to_owned();
            let mut keys = Vec::new();
            for (n, step) in steps.iter().enumerate() {
                if self.over.load(Ordering::SeqCst) {
                    break;
                }
                let mut step = step.clone();
                let own = format!("{key}-step-{n}");
                step["key"] = json!(own);
                // The log contains no keys, so the note identifies the step.
                step["note"] = json!(own);
                self.say(&format!("/api/warnings/{id}/actions"), &step)
                    .await;
                keys.push(own);
            }
            done.push((id, keys));
        }
        done
    }
}

async fn killed_again_and_again(database: String) {
    const SECRET: &str = "whsec-0123456789abcdef";
    let mut server = Server::on(&database, &[]).await;
    let unit = json!({"type": "Feature", "id": "u1",
        "geometry": {"type": "Point", "coordinates": [117.13, 39.22]},
        "properties": {"name": "消防站", "competences": ["corridor_clutter"]}});
    server.put("units", &unit).await;
    server
        .put("buildings", &building("b1", 117.13, 39.22))
        .await;
    let receiver = Receiver::start(SECRET).await;
    let wanted = json!({"url": receiver.url, "events": ["step", "notice"], "secret": SECRET});
    let made = server
        .write(Method::POST, "/api/webhooks", &wanted)
        .send()
        .await;
    assert_eq!(made.unwrap().status(), StatusCode::CREATED);

    let scene = Scene {
        base: Arc::new(Mutex::new(server.base.clone())),
        over: Arc::default(),
        token: server.admin.clone(),
        client: Client::new(),
    };
    let working: Vec<_> = (0..CLIENTS)
        .map(|me| tokio::spawn(scene.clone().work(me)))
        .collect();
    for _ in 0..KILLS {
        let life = rand::random_range(100..600);
        tokio::time::sleep(Duration::from_millis(life)).await;
        server.kill();
        server = Server::on(&database, &[]).await;
        scene.base.lock().unwrap().clone_from(&server.base);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    scene.over.store(true, Ordering::SeqCst);
    let mut done = Done::new();
    for one in working {
        done.extend(one.await.unwrap());
    }

    let store = Store::open(&database).await.unwrap();
    // A repeated request makes no second step, even much later.
    let (case, keys) = done.iter().find(|(_, keys)| !keys.is_empty()).unwrap();
    let again = json!({"action": "file", "key": keys[0], "note": keys[0]});
    let head = store.head().await.unwrap().seq;
    scene
        .say(&format!("/api/warnings/{case}/actions"), &again)
        .await;
    assert_eq!(store.head().await.unwrap().seq, head);

    let log = store.commits_after(0, 1_000_000).await.unwrap();
    let numbers: Vec<u64> = log.iter().map(|c| c.seq).collect();
    assert!(numbers.iter().copied().eq(1..=head), "{numbers:?}");

    let versions = steps_of(&store).await;
    let cases: BTreeSet<&String> = versions.keys().collect();
    assert_eq!(cases, done.iter().map(|(id, _)| id).collect());
    assert_eq!(cases.len(), done.len(), "each report makes one case");
    for (case, keys) in &done {
        let steps: Vec<&Value> = versions[case].iter().map(|(_, step)| step).collect();
        let n: Vec<u64> = steps.iter().map(|s| s["n"].as_u64().unwrap()).collect();
        assert!(n.iter().copied().eq(1..=n.len() as u64), "{steps:?}");
        assert_eq!(steps[0]["action"], "report");
        let told: Vec<&str> = steps.iter().filter_map(|s| s["note"].as_str()).collect();
        let told: Vec<&str> = told.into_iter().filter(|k| k.contains("-step-")).collect();
        assert_eq!(told, *keys, "{case}");
    }

    as_the_log_says(&server, &store).await;
    each_step_under_one_name(&receiver, &versions).await;
}

/// The steps of each case in the order of the log, each with its commit.
async fn steps_of(store: &Store) -> BTreeMap<String, Vec<(u64, Value)>> {
    let all: Vec<(CommitHeader, Record)> = store
        .versions_from(&name("warnings"), &Position::before(0), 1_000_000)
        .await
        .unwrap()
        .0;
    let mut steps: BTreeMap<String, Vec<(u64, Value)>> = BTreeMap::new();
    for (header, record) in all {
        let mut properties = record.body.unwrap().properties.to_map();
        let step = properties.remove("step").unwrap();
        let of_case = steps.entry(record.id.to_string()).or_default();
        of_case.push((header.seq, step));
    }
    steps
}

/// The served map must equal the map that is loaded from the beginning of the log.
async fn as_the_log_says(server: &Server, store: &Store) {
    let head = store.head().await.unwrap().seq;
    let mut board = StatusBoard::default();
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    let take = |record: Record| {
        board.apply(&record);
        if record.collection.as_str() == "warnings" {
            let properties = record.body.unwrap().properties.to_map();
            last.insert(record.id.to_string(), properties.into());
        }
    };
    store.records_between(1, head, take).await.unwrap();
    let shown = server.json("/api/grids/status").await;
    assert_eq!(shown["seq"], head);
    assert_eq!(shown["open"], serde_json::to_value(board.open()).unwrap());
    for (id, properties) in last {
        let path = format!("/api/collections/warnings/items/{id}");
        let request = server
            .request(Method::GET, &path)
            .bearer_auth(&server.admin);
        let shown: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(shown["properties"], properties, "{id}");
    }
}

/// Every step was delivered, and all deliveries of a step have the same id.
async fn each_step_under_one_name(
    receiver: &Receiver,
    versions: &BTreeMap<String, Vec<(u64, Value)>>,
) {
    let wanted: BTreeSet<(String, u64)> = versions
        .iter()
        .flat_map(|(case, steps)| steps.iter().map(|(seq, _)| (case.clone(), *seq)))
        .collect();
    let names = |came: &[crate::webhooks::Came]| {
        let mut names: BTreeMap<(String, u64), BTreeSet<String>> = BTreeMap::new();
        for one in came {
            let case = one.body["warning"]["id"].as_str().unwrap().to_owned();
            let seq = one.body["seq"].as_u64().unwrap();
            names.entry((case, seq)).or_default().insert(one.id.clone());
        }
        names
    };
    let all_told = |came: &[crate::webhooks::Came]| names(came).len() >= wanted.len();
    receiver.wait_for("every step", all_told).await;
    let names = names(&receiver.came());
    assert_eq!(names.keys().cloned().collect::<BTreeSet<_>>(), wanted);
    assert!(names.values().all(|n| n.len() == 1), "{names:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_loses_and_doubles_nothing_when_the_server_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut runs = vec![killed_again_and_again(sqlite_in(folder.path()))];
    runs.extend(postgres::database().map(killed_again_and_again));
    futures_util::future::join_all(runs).await;
}
