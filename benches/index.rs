//! Measures queries in memory, without HTTP: `cargo bench --bench index`.
//!
//! Prints a table for each size (20,000 and 1,000,000 buildings): loading; memory compared with the
//! GeoJSON bytes; boxes with about 200 hits and the ten nearest features, each compared with a plain
//! R-tree of the same boxes; tiles; and one write. Everything except loading runs on one thread.
//! The city is generated and is the same in every run. Other sizes can be given as numbers after `--`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its results, and stops if its generated city is invalid"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use geo_types::{Coord, Geometry, coord, polygon};
use onemap::index::{Collection, Loader, Select};
use onemap::model::{Body, CollectionId, FeatureId, Properties, Record, Role, Schema};
use onemap::spatial::bounds::Bounds;
use onemap::spatial::tile::Tile;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The spacing of the buildings in degrees: about 46 × 37 metres.
const STEP: (f64, f64) = (0.00053, 0.00033);
/// The longitude and latitude of the south-west corner of the city.
const ORIGIN: (f64, f64) = (116.9, 38.9);

fn main() {
    // `cargo bench` adds options of its own; only plain numbers are sizes.
    let mut sizes: Vec<u32> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![20_000, 1_000_000];
    }
    for size in sizes {
        measure(size);
    }
}

fn measure(size: u32) {
    println!("\n{size} buildings");
    let side = f64::from(size).sqrt().ceil();
    let before = resident();
    let started = Instant::now();
    let mut loader = Loader::new(schema());
    for n in 0..size {
        loader.push(building(n, side, 1));
    }
    let collection = loader.finish();
    let took = started.elapsed();
    say(
        "generated and loaded",
        &format!("{:.2} s", took.as_secs_f64()),
    );
    let bytes: usize = collection.iter().map(|e| e.encoded().len() + 1).sum();
    let held = resident().saturating_sub(before);
    let text = format!(
        "{:.0} MB for {:.0} MB of GeoJSON: {:.2} times",
        mega(held),
        mega(bytes),
        held as f64 / bytes as f64
    );
    say("resident", &text);

    let boxes: Vec<Bounds> = (0..500).map(|i| a_box(i, side)).collect();
    let plain = plain_tree(&collection);
    let mut hits = 0;
    let rstar = time(&boxes, |b| {
        let envelope = AABB::from_corners([b.west, b.south], [b.east, b.north]);
        hits += plain.locate_in_envelope_intersecting(envelope).count();
    });
    let mut out = Vec::new();
    let mut sent = 0;
    let ours = time(&boxes, |b| {
        out.clear();
        let select = Select {
            bbox: Some(*b),
            ..Select::default()
        };
        black_box(collection.select_into(&select, &mut out));
        sent += out.len();
    });
    let rounds = boxes.len() * ROUNDS;
    let label = format!(
        "box, {} hits, {} kB encoded",
        hits / rounds,
        sent / rounds / 1024
    );
    versus(&label, ours, rstar);
    let ours = time(&boxes, |b| {
        let select = Select {
            bbox: Some(*b),
            limit: 10,
            ..Select::default()
        };
        black_box(collection.select(&select));
    });
    versus("the same box, first 10 and the count", ours, rstar);

    let places: Vec<Coord<f64>> = (0..500).map(|i| a_place(i, side)).collect();
    let rstar = time(&places, |c| {
        black_box(plain.nearest_neighbor_iter([c.x, c.y]).take(10).count());
    });
    let ours = time(&places, |c| {
        black_box(collection.nearest(*c, 10, f64::INFINITY));
    });
    versus("10 nearest (rstar: by box, in degrees)", ours, rstar);
    let ours = time(&places, |c| {
        black_box(collection.covering(*c));
    });
    say("building that contains a position", &micros(ours));

    for zoom in [16, 14, 12, 0] {
        let tiles: Vec<Tile> = places.iter().take(50).map(|c| Tile::at(zoom, *c)).collect();
        let mut made = 0;
        let ours = time(&tiles, |t| {
            made += collection
                .tile_layer(t, Role::Public)
                .map_or(0, |l| l.len());
        });
        let label = format!(
            "tile at zoom {zoom}, {} kB",
            made / tiles.len() / ROUNDS / 1024
        );
        say(&label, &micros(ours));
    }

    let mut moved = collection.clone();
    let started = Instant::now();
    const WRITES: u32 = 2_000;
    for i in 0..WRITES {
        moved = moved.apply(&[building(random(i) % size, side, u64::from(i) + 2)]);
    }
    say(
        "a write, after 0 to 2,000 other writes",
        &micros(started.elapsed() / WRITES),
    );
    let ours = time(&boxes, |b| {
        out.clear();
        let select = Select {
            bbox: Some(*b),
            ..Select::default()
        };
        black_box(moved.select_into(&select, &mut out));
    });
    say("the same box after these writes", &micros(ours));
    let started = Instant::now();
    let merged = moved.merged_base();
    say(
        "a merge in the background",
        &format!("{:.2} s", started.elapsed().as_secs_f64()),
    );
    moved = moved.with_base(merged);
    assert_eq!(moved.len(), collection.len());
}

const ROUNDS: usize = 5;

/// The mean time over several rounds, after one round to warm up.
fn time<T>(items: &[T], mut each: impl FnMut(&T)) -> Duration {
    let mut total = Duration::ZERO;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        items.iter().for_each(&mut each);
        total += started.elapsed();
    }
    total / (ROUNDS * items.len()) as u32
}

fn say(what: &str, value: &str) {
    println!("  {what:<44} {value}");
}

fn versus(what: &str, ours: Duration, rstar: Duration) {
    let ratio = ours.as_secs_f64() / rstar.as_secs_f64();
    say(
        what,
        &format!(
            "{}, bare rstar {}: {ratio:.1} times",
            micros(ours),
            micros(rstar)
        ),
    );
}

fn micros(d: Duration) -> String {
    format!("{:.1} µs", d.as_secs_f64() * 1e6)
}

fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// The resident memory of this process in bytes, from Linux; 0 on other systems.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .and_then(|l| l.trim().trim_end_matches(" kB").parse::<usize>().ok())
        .map_or(0, |kb| kb * 1024)
}

type Boxed = GeomWithData<Rectangle<[f64; 2]>, u32>;

fn plain_tree(collection: &Collection) -> RTree<Boxed> {
    let boxes = collection.iter().zip(0..).filter_map(|(e, i)| {
        let b = e.bounds()?;
        let rectangle = Rectangle::from_corners([b.west, b.south], [b.east, b.north]);
        Some(GeomWithData::new(rectangle, i))
    });
    RTree::bulk_load(boxes.collect())
}

/// The mixing function of SplitMix64, which gives the same numbers everywhere.
fn random(n: u32) -> u32 {
    let mut z = u64::from(n)
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 32) as u32
}

fn a_place(i: u32, side: f64) -> Coord<f64> {
    let share = |n: u32| f64::from(random(n)) / f64::from(u32::MAX);
    coord! {
        x: ORIGIN.0 + share(i * 2 + 1_000_000_000) * side * STEP.0,
        y: ORIGIN.1 + share(i * 2 + 1_000_000_001) * side * STEP.1,
    }
}

/// A box with about 14 × 14 buildings.
fn a_box(i: u32, side: f64) -> Bounds {
    let c = a_place(i, side - 14.0);
    Bounds::new(c.x, c.y, c.x + STEP.0 * 13.5, c.y + STEP.1 * 13.5)
}

fn schema() -> Arc<Schema> {
    let document = serde_json::json!({"x-onemap-geometry": ["Polygon"]});
    let id = CollectionId::new("buildings").expect("a valid collection name");
    Arc::new(Schema::parse(&id, document).expect("a valid schema"))
}

fn building(n: u32, side: f64, seq: u64) -> Record {
    let lot = random(n);
    let round = |v: f64| (v * 1e7).round() / 1e7;
    let (column, row) = (f64::from(n) % side, (f64::from(n) / side).floor());
    let (x, y) = (ORIGIN.0 + column * STEP.0, ORIGIN.1 + row * STEP.1);
    let (w, h) = (
        STEP.0 * (0.3 + f64::from(lot % 64) / 128.0),
        STEP.1 * (0.3 + f64::from(lot / 64 % 64) / 128.0),
    );
    let tilt = STEP.1 * 0.02;
    let c = |x: f64, y: f64| (round(x), round(y));
    let corners = [
        c(x, y),
        c(x + w, y + tilt),
        c(x + w - tilt, y + h),
        c(x - tilt, y + h - tilt),
    ];
    let geometry: Geometry<f64> = polygon![
        (x: corners[0].0, y: corners[0].1), (x: corners[1].0, y: corners[1].1),
        (x: corners[2].0, y: corners[2].1), (x: corners[3].0, y: corners[3].1),
    ]
    .into();
    let levels = 3 + lot % 28;
    let properties = format!(
        r#"{{"compound":"compound-{}","elevator":{},"grid":"1201130{:08}","households":{},"housing":"commodity","levels":{levels},"name":"温泉花园{}号楼","number":"{}","units":{}}}"#,
        n / 40,
        levels > 6,
        n / 200,
        levels * 4,
        n % 40 + 1,
        n % 40 + 1,
        1 + lot % 5,
    );
    Record {
        collection: CollectionId::new("buildings").expect("a valid collection name"),
        id: FeatureId::new(format!("building-{n:07}")).expect("a valid feature id"),
        seq,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        body: Some(Body {
            geometry: Some(geometry),
            properties: Properties::from_canonical(properties),
        }),
    }
}
