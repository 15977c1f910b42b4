//! Measures the figures of docs/benchmarks.md for the ledger of a subdistrict after five years.
//!
//! `cargo bench --bench ledger`; set `ONEMAP_BENCH_WEEKS=10` and `ONEMAP_BENCH_A_WEEK=200` for a
//! smaller ledger, and `ONEMAP_BENCH_OPEN` for the number of cases that are open at any moment.
//! `ONEMAP_BENCH_DATABASE=postgres://…` (or `sqlite:PATH`) uses that database instead of a temporary
//! file and keeps it: an empty database is filled, any other one is measured as it is. The service
//! runs in this process with all its layers and its timer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark stops at the first error"
)]

mod fill;

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use onemap::http::{self, App, Options};
use onemap::live::Live;
use onemap::live::jobs::{Jobs, Kinds, Settings};
use onemap::model::{Author, Edit, Role};
use onemap::service::config;
use onemap::service::ledger::{cases, timer};
use onemap::store::{NewToken, Store};
use rand::RngExt;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use fill::Size;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Set in the environment of the child process that fills the database.
const FILLING: &str = "ONEMAP_BENCH_FILLING";

fn main() {
    let number = |name: &str, else_: u32| {
        let said = std::env::var(name).ok();
        said.map_or(else_, |v| v.parse().expect("expected a whole number"))
    };
    let a_week = number("ONEMAP_BENCH_A_WEEK", 1_300);
    let size = Size {
        weeks: number("ONEMAP_BENCH_WEEKS", 260),
        a_week,
        open: number("ONEMAP_BENCH_OPEN", a_week * 50 / 13),
    };
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(measure(size));
}

async fn measure(size: Size) {
    let folder = tempfile::tempdir().unwrap();
    let own = format!("sqlite:{}", folder.path().join("ledger.db").display());
    let database = std::env::var("ONEMAP_BENCH_DATABASE").unwrap_or(own);
    if std::env::var_os(FILLING).is_some() {
        return prepare(&database, size).await;
    }
    println!("{size:?}");
    // A child process fills the database, so that its memory is not counted as the service's.
    let filled = std::process::Command::new(std::env::current_exe().unwrap())
        .env(FILLING, "1")
        .env("ONEMAP_BENCH_DATABASE", &database)
        .status();
    assert!(filled.unwrap().success());

    let before = resident();
    let began = Instant::now();
    let store = Store::open(&database).await.unwrap();
    let live = Live::start(store.clone()).await.unwrap();
    println!(
        "from opening the database until ready to serve: {:.2} s",
        began.elapsed().as_secs_f64()
    );
    println!(
        "resident memory of the service: {} MB",
        resident().saturating_sub(before) / 1_000_000
    );
    let snapshot = live.snapshot();
    let cases = snapshot.collections().get("warnings").unwrap();
    println!(
        "cases {}, open {:?}, commits {}, GeoJSON of the cases {} MB",
        cases.len(),
        snapshot.status().open(),
        snapshot.seq(),
        cases.iter().map(|e| e.encoded().len()).sum::<usize>() / 1_000_000
    );
    drop(snapshot);
    // First write the transitions that have become due since the last generated step.
    while timer::tick(&live, Timestamp::now())
        .await
        .unwrap()
        .is_some_and(|at| at <= Timestamp::now())
    {}
    tokio::spawn(timer::run(live.clone()));

    let (_, secret) = store
        .create_token(NewToken::new("bench", Role::Admin))
        .await
        .unwrap();
    let jobs = Jobs::new(live.store().clone(), Kinds::default(), Settings::default());
    let app = App::new(
        live.clone(),
        jobs,
        Options::default(),
        http::metrics::install(),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = http::router(app);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let desk = Desk {
        client: Client::new(),
        base,
        token: secret.reveal().to_owned(),
    };
    present(&desk, &live).await;
    past(&desk, &live, size).await;
}

/// Fills an empty database with the demo district and the generated cases. Leaves any other database as it is.
async fn prepare(database: &str, size: Size) {
    let store = Store::open(database).await.unwrap();
    println!("{}", store.kind());
    if store.head().await.unwrap().seq > 0 {
        return;
    }
    config::install_schemas(&store, onemap::model::BuiltIns::compiled(), &[], true)
        .await
        .unwrap();
    let now = Timestamp::now();
    let mut district = Edit::new(Author::system(), onemap::demo::district(now));
    // The buildings existed before the first case.
    district.effective_at = Some(now - SignedDuration::from_hours(24 * 7 * 530));
    store.commit(district).await.unwrap();
    let filled = fill::fill(&store, size, now).await;
    println!(
        "filled: {} cases, {} commits ({:.1} per case), {} steps refused; deciding {:.0} s, writing {:.0} s",
        filled.cases,
        filled.commits,
        filled.commits as f64 / filled.cases as f64,
        filled.refused,
        filled.deciding.as_secs_f64(),
        filled.writing.as_secs_f64()
    );
}

/// A client that sends HTTP requests.
struct Desk {
    client: Client,
    base: String,
    token: String,
}

impl Desk {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        request.bearer_auth(&self.token)
    }

    /// Sends a request, reads the whole response, and measures the time.
    async fn timed(&self, request: RequestBuilder) -> (Duration, StatusCode, String, bytes::Bytes) {
        let began = Instant::now();
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let tag = answer.headers().get("etag");
        let tag = tag.map_or(String::new(), |t| t.to_str().unwrap().to_owned());
        let body = answer.bytes().await.unwrap();
        let took = began.elapsed();
        assert!(
            status.is_success() || status == StatusCode::NOT_MODIFIED,
            "{status} {}",
            String::from_utf8_lossy(&body)
        );
        (took, status, tag, body)
    }

    async fn get(&self, path: &str) -> (Duration, bytes::Bytes) {
        let (took, _, _, body) = self.timed(self.request(Method::GET, path)).await;
        (took, body)
    }
}

/// Measures queries of the current ledger, and writes to it.
async fn present(desk: &Desk, live: &Live) {
    let at_unit = open(live, &["dispatched", "handling"]);
    let new = open(live, &["reported"]);
    let later = Timestamp::now() + SignedDuration::from_hours(24 * 60);
    let (mut acts, mut fresh, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..400 {
        let (id, wish) = match i % 2 {
            0 => (
                some(&at_unit),
                json!({"action": "extend", "due": later.to_string(), "reason": "需要更长时间"}),
            ),
            _ => match new.get(i / 2) {
                Some(id) => (id, json!({"action": "file"})),
                None => continue,
            },
        };
        let path = format!("/api/warnings/{id}/actions");
        let act = desk.request(Method::POST, &path).json(&wish);
        acts.push(desk.timed(act).await.0);
        let status = || desk.request(Method::GET, "/api/grids/status");
        let (took, _, tag, _) = desk.timed(status()).await;
        fresh.push(took);
        let (took, code, ..) = desk.timed(status().header("if-none-match", &tag)).await;
        // The timer may have written since the first request; then the answer is not 304.
        if code == StatusCode::NOT_MODIFIED {
            held.push(took);
        }
    }
    say("an action on a case", acts);
    say("status of the grids, the first after a write", fresh);
    say("status of the grids, unchanged for the client (304)", held);
    let mut took = Vec::new();
    for _ in 0..200 {
        took.push(desk.get("/api/grids/status").await.0);
    }
    say("status of the grids, nothing written", took);

    let houses: Vec<String> = {
        let snapshot = live.snapshot();
        let houses = snapshot.collections().get("buildings").unwrap();
        houses.iter().map(|e| e.id().to_string()).collect()
    };
    let mut took = Vec::new();
    for _ in 0..100 {
        let report =
            json!({"category": "corridor_clutter", "building": some(&houses), "note": "楼道堆物"});
        let report = desk.request(Method::POST, "/api/warnings").json(&report);
        took.push(desk.timed(report).await.0);
    }
    say("a report", took);
    for (what, path) in [
        (
            "50 cases that are being handled",
            "/api/warnings?status=handling&limit=50",
        ),
        (
            "the 50 newest cases",
            "/api/warnings?sortby=-reported_at&limit=50",
        ),
        (
            "the figures of a month",
            "/api/warnings/figures?month=2026-10",
        ),
    ] {
        let mut took = Vec::new();
        for _ in 0..20 {
            took.push(desk.get(path).await.0);
        }
        say(what, took);
    }
}

/// Measures queries of the ledger as of three years ago, or of an earlier part of it if it is younger.
async fn past(desk: &Desk, live: &Live, size: Size) {
    let span = i64::from(size.weeks) * 7 * 24 * 3600;
    let middle = (3 * 365 * 24 * 3600).min(span * 6 / 10);
    let now = Timestamp::now();
    let moment = || {
        let spread = span / 20;
        now - SignedDuration::from_secs(middle + rand::rng().random_range(-spread..=spread))
    };
    let (mut took, mut open_then) = (Vec::new(), 0);
    for _ in 0..40 {
        let (time, body) = desk
            .get(&format!("/api/grids/status?as_of={}", moment()))
            .await;
        took.push(time);
        let said: Value = serde_json::from_slice(&body).unwrap();
        open_then = ["red", "yellow", "green"]
            .iter()
            .filter_map(|l| said["open"][l].as_u64())
            .sum();
    }
    println!("cases open at the last of these moments: {open_then}");
    say("status of the grids at a past moment", took);
    for (what, query) in [
        ("a page of the cases at a past moment", "limit=100"),
        (
            "the cases being handled at a past moment",
            "status=handling&limit=100",
        ),
        (
            "the red cases at a past moment, of all known then",
            "level=red&limit=100",
        ),
    ] {
        let mut took = Vec::new();
        for _ in 0..10 {
            let path = format!("/api/warnings?as_of={}&{query}", moment());
            took.push(desk.get(&path).await.0);
        }
        say(what, took);
    }
    let all: Vec<String> = {
        let snapshot = live.snapshot();
        let cases = snapshot.collections().get("warnings").unwrap();
        cases.iter().map(|e| e.id().to_string()).collect()
    };
    let mut took = Vec::new();
    for _ in 0..200 {
        took.push(
            desk.get(&format!("/api/warnings/{}/history", some(&all)))
                .await
                .0,
        );
    }
    say("the history of a case", took);
}

/// The ids of open cases whose status is one of `wanted`.
fn open(live: &Live, wanted: &[&str]) -> Vec<String> {
    let snapshot = live.snapshot();
    let cases = snapshot.collections().get("warnings").unwrap();
    let read = cases
        .iter()
        .filter(|e| !e.all_properties().contains("\"closed_at\""));
    let read = read.filter_map(|e| cases::read(e).ok());
    let there = read.filter(|c| wanted.contains(&c.status.as_str()));
    there.map(|c| c.id.to_string()).collect()
}

fn some(list: &[String]) -> &String {
    &list[rand::rng().random_range(0..list.len())]
}

fn say(what: &str, mut list: Vec<Duration>) {
    list.sort();
    let at = |share: f64| {
        let i = ((list.len() as f64 - 1.0) * share).round() as usize;
        list.get(i).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    println!(
        "{what}: p50 {:.1} ms, p99 {:.1} ms, worst {:.1} ms ({} times)",
        at(0.5),
        at(0.99),
        at(1.0),
        list.len()
    );
}

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}
