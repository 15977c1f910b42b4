//! Measures the memory that one edit over a large map allocates.

use geo_types::{Geometry, Point, Rect, coord};
use jiff::Timestamp;
use onemap::live::{Overlay, Snapshot};
use onemap::model::{Author, Body, Change, CollectionId, Edit, FeatureId, Properties};
use serde_json::{Value, json};
use stats_alloc::Region;

use super::GLOBAL;

/// The most bytes that one edit may allocate.
const MOST: usize = 1 << 20;
/// The number of open cases, and of grids.
const CASES: u32 = 5_000;
const GRIDS: u32 = 500;
/// The number of features whose edits are not yet merged into the base of their collection.
const WAITING: u32 = 2_000;

fn put(collection: &str, id: String, geometry: Geometry<f64>, said: &Value) -> Change {
    Change {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        body: Some(Body {
            geometry: Some(geometry),
            properties: Properties::parse(&said.to_string()).unwrap(),
        }),
    }
}

/// A building on a grid with cells of about 40 metres.
fn building(n: u32, name: &str) -> Change {
    let (x, y) = (f64::from(n % 1_000), f64::from(n / 1_000));
    let low = coord! {x: 116.9 + x * 0.0005, y: 38.9 + y * 0.0004};
    let house = Rect::new(low, coord! {x: low.x + 0.0002, y: low.y + 0.0001});
    let said = json!({"name": name, "levels": 6, "grid": format!("g{}", n % GRIDS)});
    put(
        "buildings",
        format!("b{n:07}"),
        house.to_polygon().into(),
        &said,
    )
}

fn case(n: u32, level: &str) -> Change {
    let at = Point::new(116.9 + f64::from(n) * 0.0001, 38.95);
    let said = json!({
        "status": "filed", "level": level, "category": "blocked_route",
        "grid": format!("g{}", n % GRIDS), "since": "2026-03-02T01:00:00Z",
        "reported_at": "2026-03-02T01:00:00Z", "reason": {"zh": level, "en": level},
    });
    put("warnings", format!("w{n:05}"), at.into(), &said)
}

fn grid(n: u32, name: &str) -> Change {
    let low = coord! {x: 116.9 + f64::from(n) * 0.001, y: 38.9};
    let area = Rect::new(low, coord! {x: low.x + 0.001, y: 39.3});
    let said = json!({"name": name, "kind": "grid", "code": format!("120113001001{n:03}")});
    put("grids", format!("g{n}"), area.to_polygon().into(), &said)
}

/// A map with this number of buildings, a ledger, and edits that are not merged yet.
fn a_map(buildings: u32) -> Snapshot {
    let schema = |name: &str| (CollectionId::new(name).unwrap(), json!({}));
    let schemas = ["buildings", "grids", "warnings"].map(schema).into();
    let features = (0..buildings)
        .map(|n| building(n, "甲"))
        .chain((0..CASES).map(|n| case(n, "yellow")))
        .chain((0..GRIDS).map(|n| grid(n, "网格")))
        .collect();
    let snapshot = Snapshot::of_features(schemas, features, Timestamp::UNIX_EPOCH).unwrap();
    let waiting = (0..WAITING).map(|n| building(n * (buildings / WAITING), "乙"));
    let edit = Edit::new(Author::system(), waiting.collect());
    Overlay::new(&snapshot, &[edit]).unwrap().view().clone()
}

/// Applies each of some edits to a map with this number of buildings, and counts the bytes that it allocates.
///
/// # Panics
/// If an edit allocates [`MOST`] bytes or more, or is not in the resulting map.
pub fn check(buildings: u32) {
    let map = a_map(buildings);
    let last = buildings - 1;
    let mut moved = building(last, "丙");
    if let Some(body) = &mut moved.body {
        body.geometry = Some(Point::new(117.5, 39.5).into());
    }
    let mut gone = building(last, "丙");
    gone.body = None;
    let edits = [
        ("a new building", building(buildings, "丙")),
        ("another name", building(last, "丙")),
        ("another place", moved),
        ("a deletion", gone),
        ("a case that turns red", case(7, "red")),
        ("another grid", grid(7, "新网格")),
    ];
    for (what, change) in edits {
        let (collection, id) = (change.collection.clone(), change.id.clone());
        let is_there = change.body.is_some();
        let edit = [Edit::new(Author::system(), vec![change])];
        let region = Region::new(GLOBAL);
        let overlay = Overlay::new(&map, &edit).unwrap();
        let change = region.change();
        let allocated = change.bytes_allocated + change.bytes_reallocated.max(0) as usize;
        eprintln!("{what}: {} kB", allocated / 1024);
        assert!(allocated < MOST, "{what}: {allocated} bytes");
        let found = overlay
            .view()
            .collections()
            .get(collection.as_str())
            .unwrap();
        let seq = found.get(id.as_str()).map(|e| e.seq());
        assert_eq!(seq, is_there.then_some(map.seq() + 1), "{what}");
    }
    let red = case(7, "red");
    let overlay = Overlay::new(&map, &[Edit::new(Author::system(), vec![red])]).unwrap();
    assert_eq!(overlay.view().status().open().red, 1);
    assert_eq!(map.status().open().red, 0);
    // Leaks the map: it would be freed on other threads while the next test counts the memory in use.
    std::mem::forget(map);
}
