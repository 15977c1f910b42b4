//! Tests of the demo district as a whole, based on its features.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use geo_types::{Coord, Geometry};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::plane::{Pt, area, contains, edges, metres_per_degree, middle, pt};
use crate::model::Change;

mod network_tests;

struct Feature {
    id: String,
    line: Vec<Pt>,
    key: Vec<(i64, i64)>,
    map: Map<String, Value>,
}

impl Feature {
    fn text(&self, key: &str) -> &str {
        self.map.get(key).and_then(Value::as_str).unwrap_or("")
    }
    /// The ring of a polygon without its repeated last position.
    fn ring(&self) -> &[Pt] {
        &self.line[..self.line.len() - 1]
    }
}

fn as_of() -> Timestamp {
    "2026-11-22T06:00:00Z".parse().unwrap()
}

/// The features of the district, generated once for all tests.
fn drawn() -> &'static [Change] {
    static ALL: LazyLock<Vec<Change>> = LazyLock::new(|| super::district(as_of()));
    &ALL
}

/// Converts degrees to metres around the district.
fn metres(c: Coord<f64>) -> Pt {
    let (lat, lon) = metres_per_degree(39.22);
    pt((c.x - 117.13) * lon, (c.y - 39.22) * lat)
}

fn features(all: &[Change], collection: &str) -> Vec<Feature> {
    all.iter()
        .filter(|c| c.collection.as_str() == collection)
        .map(|c| {
            let body = c.body.as_ref().unwrap();
            let coords = match &body.geometry {
                None => Vec::new(),
                Some(Geometry::Point(p)) => vec![p.0],
                Some(Geometry::LineString(l)) => l.0.clone(),
                Some(Geometry::Polygon(p)) => p.exterior().0.clone(),
                other => panic!("{}: {other:?}", c.id),
            };
            Feature {
                id: c.id.to_string(),
                key: coords
                    .iter()
                    .map(|c| ((c.x * 1e7).round() as i64, (c.y * 1e7).round() as i64))
                    .collect(),
                line: coords.into_iter().map(metres).collect(),
                map: body.properties.to_map(),
            }
        })
        .collect()
}

/// Whether two segments cross, with a margin at all four ends that excludes mere touching.
fn really_cross(a: Pt, b: Pt, c: Pt, d: Pt) -> bool {
    let Some((t, u)) = super::plane::meet(a, b, c, d) else {
        return false;
    };
    let margin = |p: Pt, q: Pt| 0.05 / super::plane::distance(p, q).max(0.05);
    let (m, n) = (margin(a, b), margin(c, d));
    t > m && t < 1.0 - m && u > n && u < 1.0 - n
}

/// The indices (line, segment) of all segments, by the squares of 50 m that they may touch, so that only nearby
/// segments are compared.
struct Near(HashMap<(i64, i64), Vec<(usize, usize)>>);

impl Near {
    fn of<'a>(lines: impl Iterator<Item = &'a [Pt]>) -> Self {
        let mut squares: HashMap<_, Vec<_>> = HashMap::new();
        for (i, line) in lines.enumerate() {
            for (s, w) in line.windows(2).enumerate() {
                for square in Self::squares(w[0], w[1]) {
                    squares.entry(square).or_default().push((i, s));
                }
            }
        }
        Self(squares)
    }
    fn squares(a: Pt, b: Pt) -> Vec<(i64, i64)> {
        let f = |v: f64| (v / 50.0).floor() as i64;
        let mut out = Vec::new();
        for x in f(a.x.min(b.x))..=f(a.x.max(b.x)) {
            for y in f(a.y.min(b.y))..=f(a.y.max(b.y)) {
                out.push((x, y));
            }
        }
        out
    }
    fn at(&self, a: Pt, b: Pt) -> HashSet<(usize, usize)> {
        Self::squares(a, b)
            .iter()
            .filter_map(|s| self.0.get(s))
            .flatten()
            .copied()
            .collect()
    }
}

#[test]
fn the_district_has_the_documented_size_and_lies_in_beichen() {
    let all = drawn();
    let count = |c: &str| all.iter().filter(|x| x.collection.as_str() == c).count();
    let entrances = features(all, "entrances");
    let doors = entrances
        .iter()
        .filter(|e| e.text("kind") == "unit_door")
        .count();
    let grids = features(all, "grids");
    assert!(grids.iter().filter(|g| g.text("kind") == "grid").count() >= 90);
    assert_eq!(
        grids
            .iter()
            .filter(|g| g.text("kind") == "community")
            .count(),
        12
    );
    assert!(count("buildings") >= 900, "{}", count("buildings"));
    assert!(doors >= 2500, "{doors}");
    assert_eq!(count("first_aid_stations"), 70);
    assert_eq!(count("units"), 71);
    assert_eq!(count("pocket_parks"), 12);
    let parks = features(all, "pocket_parks");
    assert!(parks.iter().any(|p| p.text("name") == "辰庆家园口袋公园"));
    for kind in [
        "battery_swap",
        "toolbox",
        "rest_stop",
        "handover",
        "toilet",
        "parking",
        "charging",
        "party_service_centre",
        "discussion_pavilion",
    ] {
        let facilities = features(all, "facilities");
        assert!(
            facilities.iter().filter(|f| f.text("kind") == kind).count() >= 12,
            "{kind}"
        );
    }
    let points = features(all, "mediation_points");
    for (kind, expected) in [
        ("mediation_room", 10),
        ("three_offices", 1),
        ("three_rooms", 3),
    ] {
        let found = points.iter().filter(|p| p.text("kind") == kind).count();
        assert_eq!(found, expected, "{kind}");
    }
    assert_eq!(count("trails"), 3);
    let stops = features(all, "trail_stops");
    for trail in features(all, "trails") {
        assert!(trail.line.len() > 10, "{}", trail.id);
        let own = stops.iter().filter(|s| s.text("trail") == trail.id);
        assert!(own.count() >= 4, "{}", trail.id);
    }
    let compounds = features(all, "compounds");
    for c in &compounds {
        let gates = entrances
            .iter()
            .filter(|e| e.text("kind") == "gate" && e.text("compound") == c.id)
            .count();
        assert!((2..=5).contains(&gates), "{} has {gates} gates", c.id);
    }
    let routes = features(all, "routes");
    for kind in ["road", "lane", "path", "steps", "garage"] {
        assert!(routes.iter().any(|r| r.text("kind") == kind), "{kind}");
    }
    assert!(
        routes
            .iter()
            .any(|r| r.map.get("oneway") == Some(&Value::Bool(true)))
    );
    for change in all {
        let f = &features(std::slice::from_ref(change), change.collection.as_str())[0];
        for p in &f.line {
            assert!(p.x.hypot(p.y) < 2500.0, "{} {}", change.collection, f.id);
        }
    }
}

#[test]
fn every_feature_fits_its_schema_and_has_a_unique_id_and_a_valid_geometry() {
    let all = drawn();
    let schemas: BTreeMap<String, jsonschema::Validator> = super::schemas()
        .into_iter()
        .map(|(c, d)| (c.to_string(), jsonschema::draft202012::new(&d).unwrap()))
        .collect();
    let mut seen = HashSet::new();
    for change in all {
        let collection = change.collection.to_string();
        assert!(
            seen.insert((collection.clone(), change.id.clone())),
            "{}",
            change.id
        );
        let body = change.body.as_ref().unwrap();
        let value = Value::Object(body.properties.to_map());
        if let Err(e) = schemas[&collection].validate(&value) {
            panic!("{collection} {}: {e}", change.id);
        }
        let f = &features(std::slice::from_ref(change), &collection)[0];
        match body.geometry {
            Some(Geometry::Polygon(_)) => {
                assert_eq!(f.key.first(), f.key.last());
                assert!(area(f.ring()) > 1.0, "{collection} {}", f.id);
                let ring = f.ring();
                for (i, (a, b)) in edges(ring).enumerate() {
                    for (c, d) in edges(ring).skip(i + 2) {
                        assert!(!really_cross(a, b, c, d), "{collection} {}", f.id);
                    }
                }
            }
            Some(Geometry::LineString(_)) => assert!(f.line.len() > 1, "{collection} {}", f.id),
            _ => {}
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let all = drawn();
    let ids: HashSet<(String, String)> = all
        .iter()
        .map(|c| (c.collection.to_string(), c.id.to_string()))
        .collect();
    for (collection, document) in super::schemas() {
        let schema = crate::model::Schema::parse(&collection, document).unwrap();
        for f in features(all, collection.as_str()) {
            for p in schema.properties.values() {
                if let (Some(to), Some(id)) = (&p.link, f.map.get(&p.name)) {
                    let id = id.as_str().unwrap().to_owned();
                    assert!(
                        ids.contains(&(to.to_string(), id)),
                        "{collection} {} {}",
                        f.id,
                        p.name
                    );
                }
            }
        }
    }
}

#[test]
fn grids_partition_their_community_and_contain_their_buildings() {
    let all = drawn();
    let grids = features(all, "grids");
    let by_id: HashMap<&str, &Feature> = grids.iter().map(|g| (g.id.as_str(), g)).collect();
    for kind in ["community", "street"] {
        for whole in grids.iter().filter(|g| g.text("kind") == kind) {
            let parts: Vec<_> = grids
                .iter()
                .filter(|g| g.text("parent") == whole.id)
                .collect();
            let sum: f64 = parts.iter().map(|g| area(g.ring())).sum();
            assert!((sum - area(whole.ring())).abs() < 0.5, "{}", whole.id);
            let people = |g: &Feature| g.map["population"].as_u64().unwrap();
            assert_eq!(parts.iter().map(|g| people(g)).sum::<u64>(), people(whole));
        }
    }
    // The grids of a community have its total area (checked above). No grid contains the middle of another one, and
    // no edges cross. So there are no gaps and no overlaps.
    let cells: Vec<_> = grids.iter().filter(|g| g.text("kind") == "grid").collect();
    for a in &cells {
        assert_eq!(a.id.len(), 15);
        assert!(a.id.starts_with(a.text("parent")));
        for b in cells.iter().filter(|b| b.id != a.id) {
            assert!(!contains(a.ring(), middle(b.ring())), "{} {}", a.id, b.id);
            for (p, q) in edges(a.ring()) {
                for (r, s) in edges(b.ring()) {
                    assert!(!really_cross(p, q, r, s), "{} {}", a.id, b.id);
                }
            }
        }
    }
    for b in features(all, "buildings") {
        let grid = by_id[b.text("grid")];
        assert_eq!(grid.text("kind"), "grid");
        for p in b.ring() {
            assert!(contains(grid.ring(), *p), "{} leaves {}", b.id, grid.id);
        }
    }
}

#[test]
fn objects_do_not_overlap() {
    let all = drawn();
    let buildings = features(all, "buildings");
    let near = Near::of(buildings.iter().map(|b| b.line.as_slice()));
    for (i, b) in buildings.iter().enumerate() {
        for w in b.line.windows(2) {
            for (j, s) in near.at(w[0], w[1]) {
                let other = &buildings[j];
                assert!(
                    i == j || !really_cross(w[0], w[1], other.line[s], other.line[s + 1]),
                    "{} crosses {}",
                    b.id,
                    other.id
                );
            }
        }
    }
    for (i, b) in buildings.iter().enumerate() {
        let m = middle(b.ring());
        for other in buildings.iter().enumerate().filter(|(j, _)| *j != i) {
            assert!(!contains(other.1.ring(), m), "{} in {}", b.id, other.1.id);
        }
    }
    let mut lines = features(all, "barriers");
    lines.extend(features(all, "roads"));
    lines.extend(features(all, "water"));
    for f in &lines {
        for w in f.line.windows(2) {
            for (j, s) in near.at(w[0], w[1]) {
                let b = &buildings[j];
                assert!(
                    !really_cross(w[0], w[1], b.line[s], b.line[s + 1]),
                    "{} crosses {}",
                    f.id,
                    b.id
                );
            }
        }
    }
    // The full width of every roadway is free.
    for road in features(all, "roads") {
        let half = road.map["width_m"].as_f64().unwrap() / 2.0;
        for b in &buildings {
            for p in b.ring() {
                let on = super::plane::nearest(&road.line, *p);
                assert!(
                    super::plane::distance(on, *p) > half,
                    "{} on {}",
                    b.id,
                    road.id
                );
            }
        }
    }
}

#[test]
fn ways_do_not_cross_walls_or_buildings() {
    let all = drawn();
    let barriers = features(all, "barriers");
    let buildings = features(all, "buildings");
    let walls = Near::of(barriers.iter().map(|b| b.line.as_slice()));
    let houses = Near::of(buildings.iter().map(|b| b.line.as_slice()));
    let mut crossed = Vec::new();
    for way in features(all, "routes") {
        let covered = way.map.get("covered") == Some(&Value::Bool(true));
        for w in way.line.windows(2) {
            for (j, s) in walls.at(w[0], w[1]) {
                let b = &barriers[j];
                if really_cross(w[0], w[1], b.line[s], b.line[s + 1]) {
                    crossed.push((way.text("kind").to_owned(), b.text("compound").to_owned()));
                }
            }
            for (j, s) in houses.at(w[0], w[1]) {
                let b = &buildings[j];
                assert!(
                    covered || !really_cross(w[0], w[1], b.line[s], b.line[s + 1]),
                    "{} crosses {}",
                    way.id,
                    b.id
                );
            }
        }
    }
    // One lane crosses a wall: at the gate that is not mapped, the wall is drawn closed.
    assert_eq!(
        crossed,
        [("lane".to_owned(), "dongsheng-dongli".to_owned())]
    );
}

#[test]
fn doors_are_corners_of_their_building_and_gates_lie_in_gaps_of_the_wall() {
    let all = drawn();
    let buildings = features(all, "buildings");
    let rings: HashMap<&str, &Feature> = buildings.iter().map(|b| (b.id.as_str(), b)).collect();
    let compounds = features(all, "compounds");
    let yards: HashMap<&str, &Feature> = compounds.iter().map(|b| (b.id.as_str(), b)).collect();
    let barriers = features(all, "barriers");
    for e in features(all, "entrances") {
        if let Some(b) = rings.get(e.text("building")) {
            assert!(b.key.contains(&e.key[0]), "{} is off its wall", e.id);
        }
        if e.text("kind") == "gate" {
            if let Some(c) = yards.get(e.text("compound")) {
                assert!(c.key.contains(&e.key[0]), "{} is off its compound", e.id);
            }
            for b in &barriers {
                let on = super::plane::nearest(&b.line, e.line[0]);
                assert!(
                    super::plane::distance(on, e.line[0]) > 1.0,
                    "{} has no gap",
                    e.id
                );
            }
        }
    }
}

#[test]
fn numbers_run_row_by_row_from_west_to_east() {
    let all = drawn();
    let buildings = features(all, "buildings");
    for c in features(all, "compounds") {
        let own: Vec<_> = buildings
            .iter()
            .filter(|b| b.text("compound") == c.id && b.text("kind") == "residential")
            .collect();
        let mut numbers: Vec<u32> = own
            .iter()
            .map(|b| b.text("number").parse().unwrap())
            .collect();
        numbers.sort_unstable();
        let expected: Vec<u32> = (1..=own.len() as u32).collect();
        assert_eq!(numbers, expected, "{}", c.id);
        let at = |n: &str| middle(own.iter().find(|b| b.text("number") == n).unwrap().ring());
        assert!(at("1").x < at("2").x, "{}", c.id);
    }
}
