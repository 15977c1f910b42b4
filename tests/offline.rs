//! Offline phones: the network file of the demo district, and the agreement of the program for phones (WebAssembly, run
//! by Node.js) with the server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::server::{Server, onemap};

const PARTS: [&str; 4] = ["topology", "geometry", "attributes", "directory"];
/// The program for phones, as it is committed.
const WASM: &str = "web/src/core/engine/engine.wasm";
/// Requests that run at once.
const AT_ONCE: usize = 4;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Starts a server with the demo district and waits for its network and its directory.
async fn district(folder: &Path) -> Server {
    let database = format!("sqlite:{}", folder.join("onemap.db").display());
    let data = root().join("geodata/guoyuan");
    let mut arguments = vec![
        "import".to_owned(),
        "--database".to_owned(),
        database.clone(),
    ];
    for name in [
        "barriers",
        "boundaries",
        "buildings",
        "compounds",
        "entrances",
        "facilities",
        "first_aid_stations",
        "grids",
        "routes",
        "turns",
        "units",
    ] {
        arguments.push(data.join(format!("{name}.geojson")).display().to_string());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (_, errors, worked) = onemap(&arguments);
    assert!(worked, "{errors}");
    let server = Server::on(&database, &[]).await;
    let deadline = Instant::now() + Duration::from_secs(120);
    while server.get("/api/network").await.status() == StatusCode::SERVICE_UNAVAILABLE {
        assert!(Instant::now() < deadline, "the network is not built");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.search("wqhy3", 1).await;
    server
}

/// Fetches the network file, as a phone does, and checks the hashes.
async fn file(server: &Server, query: &str) -> (Value, Vec<Vec<u8>>) {
    let manifest = server.json(&format!("/api/network{query}")).await;
    let mut parts = Vec::new();
    for name in PARTS {
        let hash = manifest["parts"][name]["hash"].as_str().unwrap();
        let answer = server.get(&format!("/api/network/parts/{hash}")).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let cache = answer.headers()["cache-control"].to_str().unwrap();
        assert!(cache.contains("immutable"), "{cache}");
        let bytes = answer.bytes().await.unwrap().to_vec();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), hash);
        assert_eq!(manifest["parts"][name]["bytes"], bytes.len());
        parts.push(bytes);
    }
    (manifest, parts)
}

fn hashes(manifest: &Value) -> Vec<String> {
    let hash = |name: &str| manifest["parts"][name]["hash"].as_str().unwrap().to_owned();
    PARTS.iter().map(|name| hash(name)).collect()
}

/// Returns the size in bytes, compressed with gzip.
fn compressed(bytes: &[u8]) -> usize {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

#[tokio::test]
async fn a_phone_fetches_what_changed_and_never_a_door_code() {
    let folder = tempfile::tempdir().unwrap();
    let server = district(folder.path()).await;
    let (before, parts) = file(&server, "").await;
    let size: usize = parts.iter().map(|part| compressed(part)).sum();
    println!("the network file of the demo has {size} bytes, compressed");
    assert!(size <= 150_000, "{size}");

    let tag = server.get("/api/network").await.headers()["etag"].clone();
    let held = server
        .request(Method::GET, "/api/network")
        .header("if-none-match", tag)
        .send();
    assert_eq!(held.await.unwrap().status(), StatusCode::NOT_MODIFIED);

    // A gate gets a code, a protected note and other hours: the file changes only in its attributes, without secrets.
    let gate = "wenquan-huayuan-gate-e";
    let gates = "/api/collections/entrances/items";
    let mut feature = server.json(&format!("{gates}/{gate}")).await;
    feature["properties"]["access_code"] = json!("CANARY-4711");
    feature["properties"]["access_note"] = json!("CANARY-4712");
    feature["properties"]["opening_hours"] = json!("05:07-21:13");
    let seq = server.put("entrances", &feature).await;
    let deadline = Instant::now() + Duration::from_secs(60);
    let (after, parts) = loop {
        let (manifest, parts) = file(&server, "").await;
        if manifest["network_seq"].as_u64() >= Some(seq) {
            break (manifest, parts);
        }
        assert!(
            Instant::now() < deadline,
            "the change does not reach the file"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let changed: Vec<bool> = (hashes(&before).iter().zip(hashes(&after)))
        .map(|(a, b)| *a != b)
        .collect();
    assert_eq!(changed, [false, false, true, false]);
    let has = |text: &str| {
        let within = |part: &Vec<u8>| part.windows(text.len()).any(|w| w == text.as_bytes());
        parts.iter().any(within)
    };
    // Ids are stored without the id of their compound, so only the end of the gate's id is found.
    assert!(has("-gate-e") && has("05:07-21:13"));
    assert!(!has("CANARY"));
}

#[tokio::test]
async fn a_part_of_the_map_and_what_is_no_area() {
    let folder = tempfile::tempdir().unwrap();
    let server = district(folder.path()).await;
    let (whole, _) = file(&server, "").await;
    let [lon, lat] = position(&server, "buildings", "wenquan-huayuan-3").await;
    let (west, south, east, north) = (lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001);
    let (part, bytes) = file(&server, &format!("?bbox={west},{south},{east},{north}")).await;
    assert!(
        part["parts"]["topology"]["bytes"].as_u64() < whole["parts"]["topology"]["bytes"].as_u64()
    );
    assert!(part["bbox"][0].as_f64().unwrap() <= west && part["bbox"][2].as_f64().unwrap() >= east);
    let has = |text: &str| bytes[2].windows(text.len()).any(|w| w == text.as_bytes());
    assert!(has("wenquan-huayuan"));
    // The sea has no ways.
    let (sea, _) = file(&server, "?bbox=-40,20,-39.9,20.1").await;
    assert!(sea["parts"]["topology"]["bytes"].as_u64() < Some(100));
    for (path, status) in [
        ("/api/network?bbox=1,2,3", StatusCode::BAD_REQUEST),
        ("/api/network?box=1,2,3,4", StatusCode::BAD_REQUEST),
        ("/api/network/parts/00", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(server.problem(path).await.0, status, "{path}");
    }
}

async fn position(server: &Server, collection: &str, id: &str) -> [f64; 2] {
    let path = format!("/api/buildings/{id}/access");
    match collection {
        "buildings" => {
            let card = server.json(&path).await;
            serde_json::from_value(card["building"]["position"].clone()).unwrap()
        }
        _ => {
            let path = format!("/api/collections/{collection}/items/{id}");
            let feature = server.json(&path).await;
            serde_json::from_value(feature["geometry"]["coordinates"].clone()).unwrap()
        }
    }
}

/// Pseudo-random numbers that are the same in every run.
struct Lots(u64);

impl Lots {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// The seed of the requests: the value of `ONEMAP_SEED`, or 42.
fn seed() -> u64 {
    let seed = std::env::var("ONEMAP_SEED").ok();
    seed.and_then(|n| n.parse().ok()).unwrap_or(42)
}

/// The next whole minute and the 23 moments after it, each an hour later.
fn hours() -> Vec<String> {
    let now = jiff::Timestamp::now();
    let minute = jiff::Timestamp::from_second(now.as_second() / 60 * 60 + 60).unwrap();
    let hour = |n: i64| (minute + jiff::SignedDuration::from_hours(n)).to_string();
    (0..24).map(hour).collect()
}

#[tokio::test]
async fn the_program_for_phones_gives_the_answers_of_the_server() {
    if !has_node() {
        println!("Skipped: Node.js 20 or newer is not installed.");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = district(folder.path()).await;
    let (manifest, parts) = file(&server, "").await;
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    for (name, bytes) in PARTS.iter().zip(&parts) {
        put(name, bytes);
    }
    put("manifest.json", manifest.to_string().as_bytes());

    let mut lots = Lots(seed());
    let asked = questions(&server, &mut lots).await;
    let began = Instant::now();
    let answers = futures_util::stream::iter(asked.into_iter().map(|(kind, ask)| {
        let server = &server;
        async move {
            let (status, answer) = ask_server(server, kind, &ask).await;
            json!({"kind": kind, "ask": ask, "status": status, "answer": answer})
        }
    }));
    let answers: Vec<Value> = answers.buffered(AT_ONCE).collect().await;
    println!(
        "{} answers of the server in {:?}",
        answers.len(),
        began.elapsed()
    );
    let lines: Vec<String> = answers.iter().map(Value::to_string).collect();
    put("answers.jsonl", lines.join("\n").as_bytes());

    let output = Command::new("node")
        .arg(root().join("tests/support/offline.mjs"))
        .args([folder.path(), &root().join(WASM)])
        .output()
        .unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    println!("{out}");
    assert!(output.status.success(), "{out}\n{errors}");
}

fn has_node() -> bool {
    let output = Command::new("node").arg("--version").output();
    let version = output.map(|o| String::from_utf8_lossy(&o.stdout).into_owned());
    let major = version
        .ok()
        .and_then(|v| v.trim_start_matches('v').split('.').next()?.parse().ok());
    major.is_some_and(|major: u32| major >= 20)
}

/// The requests: the card of every building, routes at many hours, nearest places, trips and searches.
async fn questions(server: &Server, lots: &mut Lots) -> Vec<(&'static str, Value)> {
    let hours = hours();
    let houses = server
        .json("/api/collections/buildings/items?limit=10000")
        .await;
    let houses: Vec<&Value> = houses["features"].as_array().unwrap().iter().collect();
    let entrances = server
        .json("/api/collections/entrances/items?limit=10000")
        .await;
    let entrances: Vec<&Value> = entrances["features"].as_array().unwrap().iter().collect();
    let facilities = server
        .json("/api/collections/facilities/items?limit=10000")
        .await;
    let facilities: Vec<&Value> = facilities["features"].as_array().unwrap().iter().collect();
    let profiles = [
        "ebike",
        "ebike",
        "ebike",
        "foot",
        "cargo_trike",
        "wheelchair",
    ];
    let mut all = Vec::new();
    for house in &houses {
        let mode = lots.of(&profiles);
        let ask = json!({"building": house["id"], "mode": mode, "at": lots.of(&hours)});
        all.push(("card", ask));
    }
    for (unit, room) in [("2", "501"), ("9", "101"), ("1", "9999")] {
        let ask =
            json!({"building": "wenquan-huayuan-3", "unit": unit, "room": room, "at": hours[1]});
        all.push(("card", ask));
    }
    all.push(("card", json!({"building": "no-such-house", "at": hours[1]})));
    all.push(("route", before_the_gates_open()));
    let somewhere = |lots: &mut Lots| {
        let at = &lots.of(&entrances)["geometry"]["coordinates"];
        let away = |v: &Value, lots: &mut Lots| {
            let metres = lots.below(2001) as f64 - 1000.0;
            ((v.as_f64().unwrap() + metres * 1e-6) * 1e7).round() / 1e7
        };
        json!({"lon": away(&at[0], lots), "lat": away(&at[1], lots)})
    };
    for number in 0..routes_asked() {
        let from = match lots.below(3) {
            0 => json!({"facility": lots.of(&facilities)["id"]}),
            1 => json!({"entrance": lots.of(&entrances)["id"]}),
            _ => somewhere(lots),
        };
        let to = match lots.below(8) {
            0 => somewhere(lots),
            1 => json!({"facility": lots.of(&facilities)["id"]}),
            2 | 3 => json!({"entrance": lots.of(&entrances)["id"]}),
            _ => json!({"building": lots.of(&houses)["id"]}),
        };
        let mut ask = json!({
            "from": from, "to": to, "profile": lots.of(&profiles), "depart_at": lots.of(&hours),
        });
        if number % 20 == 0 {
            ask["alternatives"] = json!(2);
        }
        if number % 100 == 0 {
            ask["return"] = json!(true);
        }
        all.push(("route", ask));
    }
    for number in 0..rounds(60, 200) {
        let (collection, kind) = lots.of(&[
            ("first_aid_stations", None),
            ("facilities", Some("battery_swap")),
            ("facilities", Some("rest_stop")),
            ("facilities", Some("toilet")),
        ]);
        let from = match number % 3 {
            0 => json!({"entrance": lots.of(&entrances)["id"]}),
            _ => somewhere(lots),
        };
        let mut ask = json!({
            "collection": collection, "from": from, "k": 5, "profile": lots.of(&profiles),
            "depart_at": lots.of(&hours),
        });
        if let Some(kind) = kind {
            ask["kind"] = json!(kind);
        }
        all.push(("near", ask));
    }
    // Orders of one rider lie in a few compounds. Every fifth trip avoids a gate, every seventh has a time window.
    for number in 0..rounds(15, 60) {
        let first = lots.below(houses.len() - 40);
        let count = if number % 10 == 0 {
            9
        } else {
            1 + lots.below(5)
        };
        let depart = lots.below(hours.len() - 3);
        let stops = (0..count).map(|_| {
            let house = houses[first + lots.below(40)];
            json!({"to": {"building": house["id"]}, "stay_s": lots.below(300)})
        });
        let mut stops: Vec<Value> = stops.collect();
        if number % 7 == 0 {
            stops[0]["not_after"] = json!(hours[depart + 1]);
        }
        if number % 11 == 0 {
            stops[0]["to"]["unit"] = json!("99");
        }
        let avoid: Vec<&Value> = match number % 5 {
            0 => vec![&lots.of(&entrances)["id"]],
            _ => Vec::new(),
        };
        let ask = json!({
            "from": {"facility": lots.of(&facilities)["id"]}, "profile": lots.of(&profiles[..4]),
            "depart_at": hours[depart], "stops": stops, "avoid": avoid,
        });
        all.push(("trip", ask));
    }
    for text in SEARCHES {
        all.push(("search", json!({"text": text, "limit": 10})));
    }
    for house in houses.iter().step_by(7) {
        if let Some(name) = house["properties"]["name"].as_str() {
            let half: String = name
                .chars()
                .take(1 + lots.below(name.chars().count()))
                .collect();
            let text = [name.to_owned(), half, format!("{name}2单元501")];
            all.push(("search", json!({"text": lots.of(&text), "limit": 20})));
        }
    }
    all
}

/// A request for a route to a compound at 04:43, when its gates are closed: one opens at 06:00 and another at
/// 06:30. To find that the first one opens earlier, the server searches a large part of the map.
fn before_the_gates_open() -> Value {
    let tianjin = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    let today = jiff::Timestamp::now().to_zoned(tianjin).date();
    let at = today.tomorrow().unwrap().at(4, 43, 0, 0);
    json!({
        "from": {"facility": "toilet-020"}, "to": {"building": "chaoyang-xinyuan-5"},
        "profile": "wheelchair", "depart_at": format!("{at}+08:00"),
    })
}

/// How many routes are requested: the value of `ONEMAP_ROUTES`, or 1,500.
fn routes_asked() -> usize {
    let asked = std::env::var("ONEMAP_ROUTES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(1_500)
}

/// How many questions of a slow kind are asked: `short` in `make test`, `long` if `ONEMAP_LONG` is set.
fn rounds(short: usize, long: usize) -> usize {
    match std::env::var_os("ONEMAP_LONG") {
        Some(_) => long,
        None => short,
    }
}

const SEARCHES: [&str; 37] = [
    "wqhy3",
    "wenquan 3",
    "温泉3楼",
    "3号楼",
    "三号楼",
    "3栋",
    "3幢",
    "A座",
    "#3",
    "温泉花园3-2-501",
    "24号楼2单元602",
    "5-1-101",
    "温泉花园３号楼",
    "溫泉花園3號樓",
    "wenquanhuayuan",
    "wenq",
    "w",
    "温",
    "wenqaun huayuan 3",
    "wqxhy",
    "温全花园",
    "chaoyang",
    "cyl",
    "天津市北辰区果园新村街道温泉花园3号楼2单元501 李女士 13800138000",
    "温泉花园3栋二门 1102室",
    "温泉花园3号楼2门501",
    "天津市北辰区果园新村街道温泉花园3栋二门 501室 李女士 13800138000",
    "温泉花园99号楼",
    "温泉花园3号楼9单元",
    "东门",
    "换电柜",
    "卫生间",
    "120113",
    "zzzzzz",
    "",
    "   ",
    "的",
];

async fn ask_server(server: &Server, kind: &str, ask: &Value) -> (u16, Value) {
    let request = match kind {
        "route" => server.request(Method::POST, "/api/route").json(ask),
        "near" => server.request(Method::POST, "/api/nearest").json(ask),
        "trip" => server.request(Method::POST, "/api/trip").json(ask),
        "card" => {
            let house = ask["building"].as_str().unwrap();
            let path = format!("/api/buildings/{house}/access");
            let values = ask.as_object().unwrap().iter();
            let query: Vec<(&str, &str)> = values
                .filter(|(name, _)| *name != "building")
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                .collect();
            server.request(Method::GET, &path).query(&query)
        }
        _ => {
            let places = "compounds,buildings,entrances,facilities,first_aid_stations,units";
            let limit = ask["limit"].to_string();
            let text = ask["text"].as_str().unwrap();
            let query = [("q", text), ("limit", &limit), ("collections", places)];
            server.request(Method::GET, "/api/search").query(&query)
        }
    };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

/// Debian's compiler (1.63) builds the program for phones. Without it, the test says that it is skipped.
#[test]
fn the_committed_program_is_built_from_the_present_source() {
    let rustc = PathBuf::from("/usr/bin/rustc");
    let target = "wasm32-unknown-unknown";
    let said = |arguments: &[&str]| {
        let output = Command::new(&rustc).args(arguments).output();
        output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
    };
    let is_version = said(&["--version"]).is_ok_and(|v| v.starts_with("rustc 1.63."));
    let libraries = said(&["--print", "target-libdir", "--target", target]).unwrap_or_default();
    if !is_version || !Path::new(&libraries).exists() {
        println!(
            "Skipped: Debian's Rust 1.63 with {target} is not installed (apt-get install rustc \
             libstd-rust-dev-wasm32 lld)."
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let built = folder.path().join("engine.wasm");
    let script = root().join("scripts/wasm.sh");
    let output = Command::new(script).arg(&built).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (built, committed) = (
        std::fs::read(built).unwrap(),
        std::fs::read(root().join(WASM)).unwrap(),
    );
    assert!(
        built == committed,
        "{WASM} differs from a build of its source: run scripts/wasm.sh and commit the result"
    );
}
