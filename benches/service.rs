//! Measures the figures of docs/benchmarks.md for a city of a million buildings, from the import of
//! the file to the event that a client of the feed receives.
//!
//! `cargo bench --bench service` (needs `wrk`); set `ONEMAP_BENCH_BUILDINGS=100000` for a smaller
//! city. The service runs in this process with all its layers; `wrk` runs on the same machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark stops at the first error"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use axum::routing::get;
use bytes::Bytes;
use futures_util::StreamExt;
use geo_types::line_string;
use onemap::http::{self, App, Options};
use onemap::index::Select;
use onemap::live::Live;
use onemap::live::jobs::{Jobs, Kinds, Settings};
use onemap::model::Role;
use onemap::service::config;
use onemap::spatial::bounds::Bounds;
use onemap::spatial::tile::Tile;
use onemap::store::{NewToken, Store};
use rand::RngExt;
use reqwest::Client;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The number of features that a box should contain.
const WANTED: usize = 200;

fn main() {
    let buildings: u64 = std::env::var("ONEMAP_BENCH_BUILDINGS")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(1_000_000);
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(measure(buildings));
}

async fn measure(buildings: u64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.ndjson");
    let database = format!("sqlite:{}", folder.path().join("city.db").display());
    println!("{buildings} synthetic buildings, {} cores", cores());

    let began = Instant::now();
    onemap(&[
        "synth",
        "--buildings",
        &buildings.to_string(),
        "--out",
        text(&file),
    ]);
    println!("synth: {:.1} s", began.elapsed().as_secs_f64());

    let store = Store::open(&database).await.unwrap();
    config::install_schemas(&store, onemap::model::BuiltIns::compiled(), &[], true)
        .await
        .unwrap();
    let (_, secret) = store
        .create_token(NewToken::new("bench", Role::Admin))
        .await
        .unwrap();

    import(&store, &database, &file, secret.reveal()).await;
    store.compact().await.unwrap();

    let before = resident();
    let began = Instant::now();
    let live = Live::start(store).await.unwrap();
    println!("ready to serve: {:.2} s", began.elapsed().as_secs_f64());
    let snapshot = live.snapshot();
    let geojson: usize = snapshot
        .collections()
        .iter()
        .flat_map(|(_, c)| c.iter())
        .map(|e| e.encoded().len())
        .sum();
    let memory = resident() - before;
    println!(
        "resident: {} MB for {} MB of GeoJSON, {:.2} times",
        memory / 1_000_000,
        geojson / 1_000_000,
        memory as f64 / geojson as f64
    );

    let places = places(&live, 4_000);
    let half = half_width(&live, &places);
    let mean = mean_body(&live, &places, half);
    let body = Bytes::from(vec![b'x'; mean]);
    let jobs = Jobs::new(live.store().clone(), Kinds::default(), Settings::default());
    let app = App::new(
        live.clone(),
        jobs,
        Options::default(),
        http::metrics::install(),
    );
    let plain = get(move || {
        let body = body.clone();
        async move { body }
    });
    // The static route is measured by the same middleware as every other route.
    let plain = axum::Router::new()
        .route("/static", plain)
        .route_layer(axum::middleware::from_fn(http::metrics::measure));
    let router = http::router(app).merge(http::with_layers(plain));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    saturate(folder.path(), &base, &places, half, mean).await;
    tiles(&base, &places).await;
    write_to_event(&base, secret.reveal(), &places).await;
}

/// Measures the import, and single writes during the import.
async fn import(store: &Store, database: &str, file: &Path, _token: &str) {
    use onemap::model::{Author, Body, Change, CollectionId, Edit, FeatureId, Properties};
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .args(["import", "--database", database, text(file)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut took = Vec::new();
    let mut round = 0;
    while child.try_wait().unwrap().is_none() {
        round += 1;
        let change = Change {
            collection: CollectionId::new("roads").unwrap(),
            id: FeatureId::new("single-write").unwrap(),
            body: Some(Body {
                geometry: Some(line_string![(x: 0.0, y: 0.0), (x: 0.1, y: 0.1)].into()),
                properties: Properties::parse(&json!({"name": format!("{round}")}).to_string())
                    .unwrap(),
            }),
        };
        let one = Instant::now();
        store
            .commit(Edit::new(Author::system(), vec![change]))
            .await
            .unwrap();
        took.push(one.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("import: {:.1} s", began.elapsed().as_secs_f64());
    println!("single writes during the import: {}", percentiles(took));
}

/// Requests the same boxes in several ways. The difference between two ways is the cost of a stage.
/// The requests differ only in path, `limit` and header, so that the load generator, which runs on the
/// same cores, uses the same CPU time in every way.
async fn saturate(folder: &Path, base: &str, places: &[(f64, f64)], half: f64, mean: usize) {
    let boxes: Vec<String> = places
        .iter()
        .map(|(x, y)| around(*x, *y, half))
        .map(|b| format!("{:.6},{:.6},{:.6},{:.6}", b.west, b.south, b.east, b.north))
        .collect();
    let items = "/api/collections/buildings/items";
    let ways = [
        ("the same bytes as a static body", "/static", 10_000, ""),
        (
            "all features, unchanged for the client (304)",
            items,
            10_000,
            "*",
        ),
        ("the first feature and the count", items, 1, ""),
        ("all features", items, 10_000, ""),
    ];
    let mut loads = ways.map(|_| Vec::new());
    // The ways are measured in turns, so that a change in the speed of the machine affects all of them.
    for _ in 0..5 {
        for ((_, path, limit, held), list) in ways.iter().zip(&mut loads) {
            let script = folder.join("boxes.lua");
            let text = format!(
                "local boxes = {{\"{}\"}}\nlocal i = 0\nwrk.headers[\"If-None-Match\"] = \"{held}\"\n\
                 request = function()\n  i = i % #boxes + 1\n  return wrk.format(\"GET\", \
                 \"{path}?limit={limit}&bbox=\" .. boxes[i])\nend\n",
                boxes.join("\",\"")
            );
            std::fs::write(&script, text).unwrap();
            list.push(wrk(base, &script).await);
        }
    }
    let middle = |list: &mut Vec<Load>| {
        list.sort_by(|a, b| a.requests.total_cmp(&b.requests));
        list[list.len() / 2].clone()
    };
    let loads = loads.each_mut().map(middle);
    println!("boxes of {WANTED} buildings, a mean body of {mean} bytes:");
    for ((name, ..), load) in ways.iter().zip(&loads) {
        println!(
            "  {name}: {:.0} requests/s, p50 {}, p99 {}; CPU time per request {:.0} µs, of the load \
             generator {:.0} µs",
            load.requests, load.p50, load.p99, load.service_us, load.generator_us
        );
    }
    let [plain, .., ours] = loads;
    println!(
        "all features compared with the static body: {:.2} of its bytes per second, {:.2} by CPU time",
        ours.bytes / plain.bytes,
        (plain.service_us + plain.generator_us) / (ours.service_us + ours.generator_us)
    );
}

#[derive(Clone)]
struct Load {
    requests: f64,
    bytes: f64,
    p50: String,
    p99: String,
    /// The CPU time per request of this process and of the load generator, which is less affected
    /// by other load on the host than the elapsed time.
    service_us: f64,
    generator_us: f64,
}

async fn wrk(base: &str, script: &Path) -> Load {
    let (url, script) = (base.to_owned(), text(script).to_owned());
    tokio::task::spawn_blocking(move || {
        let before = core_time();
        let done = Command::new("wrk")
            .args(["-t1", "-c16", "-d5s", "--latency", "-s", &script, &url])
            .output()
            .expect("wrk must be installed");
        let spent = core_time();
        let out = String::from_utf8_lossy(&done.stdout).into_owned();
        let after = |name: &str| {
            out.lines()
                .find_map(|l| l.trim().strip_prefix(name))
                .unwrap_or_else(|| panic!("unexpected output of wrk: {out}"))
                .trim()
                .to_owned()
        };
        assert!(!out.contains("Non-2xx"), "{out}");
        let size = after("Transfer/sec:");
        let unit = match size.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.') {
            "GB" => 1e9,
            "MB" => 1e6,
            "KB" => 1e3,
            _ => 1.0,
        };
        let number: f64 = size
            .trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .parse()
            .unwrap();
        let count = out.split_once(" requests in").unwrap().0;
        let count: f64 = count.rsplit(['\n', ' ']).next().unwrap().parse().unwrap();
        Load {
            requests: after("Requests/sec:").parse().unwrap(),
            bytes: number * unit,
            p50: after("50%"),
            p99: after("99%"),
            service_us: (spent.0 - before.0) / count,
            generator_us: (spent.1 - before.1) / count,
        }
    })
    .await
    .unwrap()
}

/// The CPU time of this process and that of its ended children, in microseconds.
fn core_time() -> (f64, f64) {
    const TICK_US: f64 = 10_000.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The process name, in parentheses, may contain spaces.
    let numbers: Vec<f64> = stat[stat.rfind(')').unwrap() + 2..]
        .split(' ')
        .map(|n| n.trim().parse().unwrap_or(0.0))
        .collect();
    // Fields 14 to 17 of proc(5); two fields come before the closing parenthesis.
    let ticks = |a: usize, b: usize| (numbers[a] + numbers[b]) * TICK_US;
    (ticks(11, 12), ticks(13, 14))
}

async fn tiles(base: &str, places: &[(f64, f64)]) {
    let client = Client::new();
    let (mut cold, mut kept) = (Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    for (x, y) in places {
        let tile = Tile::at(14, geo_types::Coord { x: *x, y: *y });
        if seen.len() >= 200 || !seen.insert((tile.row(), tile.column())) {
            continue;
        }
        let url = format!(
            "{base}/api/collections/buildings/tiles/WebMercatorQuad/14/{}/{}",
            tile.row(),
            tile.column()
        );
        for list in [&mut cold, &mut kept] {
            let began = Instant::now();
            let response = client.get(&url).send().await.unwrap();
            assert!(response.status().is_success());
            response.bytes().await.unwrap();
            list.push(began.elapsed());
        }
    }
    println!(
        "tiles at zoom 14 ({}): first request {}; second request {}",
        seen.len(),
        percentiles(cold),
        percentiles(kept)
    );
}

async fn write_to_event(base: &str, token: &str, places: &[(f64, f64)]) {
    let client = Client::new();
    let response = Client::new()
        .get(format!("{base}/api/events?collections=entrances"))
        .send()
        .await
        .unwrap();
    let mut stream = response.bytes_stream();
    let mut took = Vec::new();
    for (i, (x, y)) in places.iter().take(500).enumerate() {
        let id = format!("bench-{i}");
        let feature = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [x, y]},
            "properties": {"kind": "gate"}});
        let began = Instant::now();
        let write = client
            .put(format!("{base}/api/collections/entrances/items/{id}"))
            .bearer_auth(token)
            .json(&feature)
            .send();
        let write = tokio::spawn(write);
        let mut heard = String::new();
        while !heard.contains(&id) {
            let bytes = stream.next().await.unwrap().unwrap();
            heard.push_str(&String::from_utf8_lossy(&bytes));
        }
        took.push(began.elapsed());
        assert!(write.await.unwrap().unwrap().status().is_success());
    }
    println!(
        "from a write until a client of the feed has received it: {}",
        percentiles(took)
    );
}

/// Random positions of buildings.
fn places(live: &Live, count: usize) -> Vec<(f64, f64)> {
    let snapshot = live.snapshot();
    let buildings = snapshot.collections().get("buildings").unwrap();
    let all: Vec<Bounds> = buildings.iter().filter_map(|e| e.bounds()).collect();
    let mut rng = rand::rng();
    (0..count)
        .map(|_| {
            let b = all[rng.random_range(0..all.len())];
            (b.west, b.south)
        })
        .collect()
}

fn around(x: f64, y: f64, half: f64) -> Bounds {
    Bounds::new(x - half, y - half, x + half, y + half)
}

/// Half the width, in degrees, of boxes that contain the wanted number of buildings on average.
fn half_width(live: &Live, places: &[(f64, f64)]) -> f64 {
    let (mut low, mut high) = (0.0001, 0.1);
    for _ in 0..20 {
        let half = (low + high) / 2.0;
        if mean(live, &places[..300.min(places.len())], half).0 < WANTED {
            low = half;
        } else {
            high = half;
        }
    }
    high
}

fn mean_body(live: &Live, places: &[(f64, f64)], half: f64) -> usize {
    mean(live, places, half).1
}

/// The mean number and the mean size in bytes of the features in boxes around positions.
fn mean(live: &Live, places: &[(f64, f64)], half: f64) -> (usize, usize) {
    let snapshot = live.snapshot();
    let buildings = snapshot.collections().get("buildings").unwrap();
    let (mut features, mut bytes) = (0, 0);
    for (x, y) in places {
        let mut out = Vec::new();
        let select = Select {
            bbox: Some(around(*x, *y, half)),
            ..Select::default()
        };
        features += buildings.select_into(&select, &mut out).returned;
        // 620 bytes for the rest of the response: the members of the FeatureCollection and its links.
        bytes += out.len() + 620;
    }
    (features / places.len(), bytes / places.len())
}

fn percentiles(mut list: Vec<Duration>) -> String {
    list.sort();
    let at = |share: f64| {
        let i = ((list.len() as f64 - 1.0) * share).round() as usize;
        list.get(i).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    format!(
        "p50 {:.2} ms, p99 {:.2} ms ({} times)",
        at(0.5),
        at(0.99),
        list.len()
    )
}

fn onemap(arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success());
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}
