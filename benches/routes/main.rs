//! Measures routes, nearest buildings and isochrones over HTTP and in the library:
//!
//! - `cargo bench --bench routes -- 180000` generates a city with this number of buildings, with streets, one-way
//!   streets, walls, gates with opening hours, lanes and doors. 180,000 buildings give a network of a million edges.
//! - `cargo bench --bench routes -- EXTRACT.osm.pbf` measures an extract of OpenStreetMap.
//! - `cargo bench --bench routes -- demo` measures the demo district, from door to door.
//!
//! The queries are random and the same in every run. Each runs three times and the shortest time counts, so that other
//! load on the machine matters less. `ONEMAP_BENCH_DATABASE=sqlite:PATH` keeps the database in this file; if the file
//! exists, it is used as it is. `ONEMAP_BENCH_PAIRS` is the number of queries of each kind (1,000).
//! `ONEMAP_BENCH_KM=0.3-20` limits the distance between the two positions of a pair, in km. `ONEMAP_BENCH_ONLY=nearest`
//! runs only the measurements whose names contain this text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark stops at the first error"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use geo_types::{Coord, Geometry};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::Offset;
use onemap::http::{self, App, Options};
use onemap::live::Live;
use onemap::live::jobs::{Jobs, Kinds, Settings};
use onemap::model::{Author, Canonical, Edit};
use onemap::network::core::{Limit, Memory, Profile};
use onemap::network::nearby::coord;
use onemap::service::config;
use onemap::service::routes::{Ask, Ground, Routes, Spot, Traveller};
use onemap::spatial::metres::distance;
use onemap::store::Store;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many times each query runs.
const REPEATS: u32 = 3;
/// The number of slowest queries that are printed.
const SLOWEST: usize = 3;

fn main() {
    // `cargo bench` adds options of its own.
    let what = std::env::args().skip(1).find(|a| !a.starts_with("--"));
    let what = what.unwrap_or_else(|| "180000".to_owned());
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(measure(&what));
}

/// A query to the library. Returns whether it has an answer.
type Run = Box<dyn Fn(&Ground, &mut Memory) -> bool + Send>;

/// A query: the path and the body of the HTTP request, and the same query to the library.
struct Asked {
    path: &'static str,
    body: Value,
    run: Run,
}

async fn measure(what: &str) {
    let folder = tempfile::tempdir().unwrap();
    let kept = std::env::var("ONEMAP_BENCH_DATABASE").ok();
    let database =
        kept.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("onemap.db").display()));
    let file = database.trim_start_matches("sqlite:");
    if !Path::new(file).exists() {
        import(what, &database, folder.path()).await;
    }
    let began = Instant::now();
    let live = Live::start(Store::open(&database).await.unwrap())
        .await
        .unwrap();
    println!("ready to serve: {:.1} s", began.elapsed().as_secs_f64());
    let routes = Routes::new(live.clone());
    let profile = |id: &str| routes.profiles().get(id).unwrap().clone();
    let profiles = [profile("foot"), profile("ebike")];
    wait_for_bounds(&live, &profiles).await;
    println!(
        "network and lower bounds of travel times ready: {:.1} s after the start",
        began.elapsed().as_secs_f64()
    );
    let noon = next_noon();
    let ground = routes.ground(noon).unwrap();
    let topology = &ground.ways().unwrap().topology;
    println!(
        "{} nodes, {} edges, {} gates",
        topology.node_count(),
        topology.edge_count(),
        topology.gates().len()
    );
    let base = serve(&live).await;
    let night = noon
        .checked_add(jiff::SignedDuration::from_mins(14 * 60 + 30))
        .unwrap();
    let pairs = pairs(&ground, what);
    let mut kinds: Vec<(String, Timestamp, Vec<Asked>)> = Vec::new();
    for profile in &profiles {
        for (hour, at) in [("noon", noon), ("02:30", night)] {
            let asked = pairs.iter();
            let asked = asked
                .map(|(from, to)| route(profile, at, from.clone(), to.clone()))
                .collect();
            kinds.push((format!("route, {}, {hour}", profile.name), at, asked));
        }
    }
    let starts = || pairs.iter().map(|(from, _)| from.clone());
    let near = starts().map(|from| nearest(&profiles[0], noon, from));
    kinds.push((
        "nearest five buildings, foot".to_owned(),
        noon,
        near.collect(),
    ));
    let reach = starts().map(|from| isochrone(&profiles[0], noon, from));
    kinds.push((
        "isochrone of 10 minutes, foot".to_owned(),
        noon,
        reach.collect(),
    ));
    let only = std::env::var("ONEMAP_BENCH_ONLY").unwrap_or_default();
    println!(
        "{:<32} {:>8} {:>8} {:>8} {:>8} {:>9}",
        "ms", "p50", "p90", "p99", "max", "refused"
    );
    for (name, at, asked) in kinds.iter().filter(|(name, ..)| name.contains(&only)) {
        let ground = routes.ground(*at).unwrap();
        in_library(name, &ground, asked);
        over_http(name, &base, asked).await;
    }
}

/// Imports a city, an extract or the demo district into a new database.
async fn import(what: &str, database: &str, folder: &Path) {
    let mut file = what.to_owned();
    if what != "demo" && what.parse::<u64>().is_ok() {
        file = folder.join("city.ndjson").display().to_string();
        onemap(&["synth", "--buildings", what, "--network", "--out", &file]);
    }
    let store = Store::open(database).await.unwrap();
    config::install_schemas(&store, onemap::model::BuiltIns::compiled(), &[], true)
        .await
        .unwrap();
    if what == "demo" {
        let district = onemap::demo::district(Timestamp::now());
        let edit = Edit::new(Author::system(), district);
        store.commit(edit).await.unwrap();
        return;
    }
    drop(store);
    let began = Instant::now();
    onemap(&["import", "--database", database, &file]);
    println!("import: {:.1} s", began.elapsed().as_secs_f64());
}

fn onemap(arguments: &[&str]) {
    // The exit code is 2 if some features of an extract were left out.
    let status = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(
        matches!(status.code(), Some(0 | 2)),
        "{arguments:?}: {status}"
    );
}

async fn wait_for_bounds(live: &Live, profiles: &[Profile]) {
    let is_ready = || {
        let (network, snapshot) = (live.network()?, live.snapshot());
        let has = |profile| network.value.bounds(profile, &snapshot).is_some();
        profiles.iter().all(has).then_some(())
    };
    while is_ready().is_none() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Noon of tomorrow in Tianjin, so that both times of the measurement are in the future.
fn next_noon() -> Timestamp {
    let offset = Offset::constant(8);
    let day = offset.to_datetime(Timestamp::now()).date();
    let day = day.tomorrow().unwrap_or(date(2030, 1, 1));
    offset.to_timestamp(day.at(12, 0, 0, 0)).unwrap()
}

async fn serve(live: &Live) -> String {
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
    base
}

/// Random pairs of a start and an end: two positions on ways; in a synthetic city, a position on a way and a unit door;
/// in the demo district, two unit doors.
fn pairs(ground: &Ground, what: &str) -> Vec<(Spot, Spot)> {
    let wanted: usize = number("ONEMAP_BENCH_PAIRS", 1000);
    let range = std::env::var("ONEMAP_BENCH_KM").unwrap_or_default();
    let is_synthetic = what.parse::<u64>().is_ok();
    let usual = if is_synthetic {
        (0.3, 20.0)
    } else {
        (0.3, 3.0)
    };
    let (least, most): (f64, f64) = range
        .split_once('-')
        .and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)))
        .unwrap_or(usual);
    let topology = &ground.ways().unwrap().topology;
    let position = |random: &mut Random| loop {
        let edge = topology.edge(random.below(topology.edge_count() as u64) as u32);
        if topology.features()[edge.feature as usize].starts_with("routes/") {
            let at = coord(topology.point(edge.from));
            return (Spot::Position(at), at);
        }
    };
    let entrances = ground.snapshot.collections().get("entrances");
    let doors: Vec<(Spot, Coord<f64>)> = entrances
        .into_iter()
        .flat_map(|all| all.iter())
        .filter(|entry| Canonical::new(entry.all_properties()).is("kind", "unit_door"))
        .filter_map(|entry| match entry.geometry()? {
            Geometry::Point(at) => Some((Spot::Entrance(entry.id().to_string()), at.0)),
            _ => None,
        })
        .collect();
    let door = |random: &mut Random| doors[random.below(doors.len() as u64) as usize].clone();
    let mut random = Random(42);
    let mut pairs = Vec::with_capacity(wanted);
    while pairs.len() < wanted {
        let (from, to) = match what {
            "demo" => (door(&mut random), door(&mut random)),
            _ if is_synthetic => (position(&mut random), door(&mut random)),
            _ => (position(&mut random), position(&mut random)),
        };
        if (least..=most).contains(&(distance(from.1, to.1) / 1000.0)) {
            pairs.push((from.0, to.0));
        }
    }
    pairs
}

/// A start or an end, as in the body of a request.
fn place(spot: &Spot) -> Value {
    match spot {
        Spot::Position(at) => json!({"lon": at.x, "lat": at.y}),
        Spot::Entrance(id) => json!({"entrance": id}),
        Spot::Building { id, .. } => json!({"building": id}),
        Spot::Facility(id) => json!({"facility": id}),
    }
}

fn route(profile: &Profile, at: Timestamp, from: Spot, to: Spot) -> Asked {
    let body = json!({
        "from": place(&from), "to": place(&to), "profile": profile.name, "depart_at": at.to_string(),
    });
    let ask = Ask {
        from,
        to,
        profile: profile.clone(),
        at,
        returns: false,
        alternatives: 0,
    };
    Asked {
        path: "/api/route",
        body,
        run: Box::new(move |ground, memory| ground.route(&ask, memory, Limit::NONE).is_ok()),
    }
}

fn nearest(profile: &Profile, at: Timestamp, from: Spot) -> Asked {
    let body = json!({
        "collection": "buildings", "from": place(&from), "k": 5, "profile": profile.name,
        "depart_at": at.to_string(),
    });
    let traveller = Traveller {
        from,
        profile: profile.clone(),
        at,
    };
    Asked {
        path: "/api/nearest",
        body,
        run: Box::new(move |ground, memory| {
            let all = ground.snapshot.collections().get("buildings").unwrap();
            let free = onemap::index::Free;
            ground
                .nearest(&traveller, all, (5, None), memory, Limit::NONE, &free)
                .is_ok()
        }),
    }
}

fn isochrone(profile: &Profile, at: Timestamp, from: Spot) -> Asked {
    let body = json!({
        "from": place(&from), "minutes": 10, "profile": profile.name, "depart_at": at.to_string(),
    });
    let traveller = Traveller {
        from,
        profile: profile.clone(),
        at,
    };
    Asked {
        path: "/api/isochrone",
        body,
        run: Box::new(move |ground, memory| {
            ground
                .isochrone(&traveller, 6000, memory, Limit::NONE)
                .is_ok()
        }),
    }
}

fn in_library(name: &str, ground: &Ground, asked: &[Asked]) {
    let mut memory = Memory::new();
    let mut took = Vec::with_capacity(asked.len());
    let mut refused = 0;
    for one in asked {
        let mut best = Duration::MAX;
        let mut is_answered = true;
        for _ in 0..REPEATS {
            let began = Instant::now();
            is_answered = (one.run)(ground, &mut memory);
            best = best.min(began.elapsed());
        }
        refused += usize::from(!is_answered);
        took.push(best);
    }
    print(name, &took, refused, asked);
}

async fn over_http(name: &str, base: &str, asked: &[Asked]) {
    let client = reqwest::Client::new();
    let mut took = Vec::with_capacity(asked.len());
    let mut refused = 0;
    for one in asked {
        let mut best = Duration::MAX;
        let mut is_answered = true;
        for _ in 0..REPEATS {
            let request = client.post(format!("{base}{}", one.path)).json(&one.body);
            let request = request.build().unwrap();
            let began = Instant::now();
            let response = client.execute(request).await.unwrap();
            is_answered = response.status().is_success();
            response.bytes().await.unwrap();
            best = best.min(began.elapsed());
        }
        refused += usize::from(!is_answered);
        took.push(best);
    }
    print(&format!("{name}, HTTP"), &took, refused, &[]);
}

fn print(name: &str, took: &[Duration], refused: usize, asked: &[Asked]) {
    let mut order: Vec<usize> = (0..took.len()).collect();
    order.sort_by_key(|number| took[*number]);
    let ms = |number: usize| took[number].as_secs_f64() * 1e3;
    let at = |share: f64| ms(order[((order.len() - 1) as f64 * share).round() as usize]);
    println!(
        "{name:<32} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {refused:>9}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    for number in order.iter().rev().take(SLOWEST) {
        if let Some(one) = asked.get(*number) {
            println!("  {:.2} ms: {}", ms(*number), one.body);
        }
    }
}

fn number(name: &str, otherwise: usize) -> usize {
    let value = std::env::var(name).ok();
    value.and_then(|v| v.parse().ok()).unwrap_or(otherwise)
}

/// The random number generator xorshift64*; its numbers are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }
}
