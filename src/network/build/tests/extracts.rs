//! Tests with real extracts of OpenStreetMap, read by the import.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use super::random::crosses;
use super::*;
use crate::codec::geojson::read;
use crate::codec::osm::{Item, OsmError, read_pbf};
use crate::network::build::plane::{Plane, Pt};
use crate::network::build::segments::{Segment, Segments};
use crate::network::core::Point as Grid;

fn features(name: &str) -> Option<Features> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/osm")
        .join(name);
    let Ok(file) = File::open(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    let mut features = Features::default();
    read_pbf::<OsmError>(file, &mut |_| {}, &mut |item| {
        if let Item::Feature {
            collection,
            feature,
        } = item
        {
            let properties = feature.body.properties;
            features.add(
                collection,
                feature.id.as_str(),
                feature.body.geometry.as_ref(),
                Canonical::new(properties.as_str()),
            );
        }
        Ok(())
    })
    .unwrap();
    Some(features)
}

/// A union-find structure.
struct Sets(Vec<u32>);

impl Sets {
    fn new(n: usize) -> Self {
        Self((0..n as u32).collect())
    }

    fn root(&mut self, mut of: u32) -> u32 {
        while self.0[of as usize] != of {
            let up = self.0[of as usize];
            self.0[of as usize] = self.0[up as usize];
            of = up;
        }
        of
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a as usize] = b;
    }

    /// The root of the largest set.
    fn largest(&mut self) -> Option<u32> {
        let mut sizes: HashMap<u32, usize> = HashMap::new();
        for i in 0..self.0.len() as u32 {
            *sizes.entry(self.root(i)).or_default() += 1;
        }
        sizes
            .into_iter()
            .max_by_key(|(root, n)| (*n, *root))
            .map(|(root, _)| root)
    }
}

fn grid(c: Coord<f64>) -> Grid {
    Grid::from_degrees(c.x, c.y)
}

/// The entrances on the largest connected part of the walkable ways, when these are joined only at shared
/// nodes.
fn reached_on_raw_ways(features: &Features) -> HashSet<String> {
    let mut numbers: HashMap<Grid, u32> = HashMap::new();
    let mut pairs = Vec::new();
    for way in features.ways.iter().filter(|w| w.is_walkable) {
        let mut before = None;
        for c in &way.line.0 {
            let next = numbers.len() as u32;
            let number = *numbers.entry(grid(*c)).or_insert(next);
            pairs.extend(before.map(|b| (b, number)));
            before = Some(number);
        }
    }
    let mut sets = Sets::new(numbers.len());
    for (a, b) in pairs {
        sets.join(a, b);
    }
    let largest = sets.largest();
    let mut reached = HashSet::new();
    for entrance in &features.entrances {
        if let Some(number) = numbers.get(&grid(entrance.at))
            && Some(sets.root(*number)) == largest
        {
            reached.insert(features.names[entrance.feature as usize].id.to_string());
        }
    }
    reached
}

/// The entrances and buildings on the largest connected part of the network, on foot.
fn reached(features: &Features, built: &Built) -> HashSet<String> {
    let barred: HashSet<String> = features
        .ways
        .iter()
        .filter(|w| !w.is_walkable)
        .map(|w| format!("routes/{}", features.names[w.feature as usize].id))
        .collect();
    let topology = &built.topology;
    let mut sets = Sets::new(topology.node_count());
    for number in 0..topology.edge_count() as u32 {
        let edge = topology.edge(number);
        if !barred.contains(&topology.features()[edge.feature as usize]) {
            sets.join(edge.from, edge.to);
        }
    }
    let largest = sets.largest();
    let mut reached = HashSet::new();
    for door in topology.doors() {
        let Place::Node(node) = door.place else {
            continue;
        };
        if Some(sets.root(node)) == largest {
            let (_, id) = topology.features()[door.feature as usize]
                .split_once('/')
                .unwrap();
            reached.insert(id.to_owned());
        }
    }
    reached
}

/// The features whose lines of sight cross a barrier or a building. A crossing of a barrier within 10 m of the start is
/// allowed, because the line may begin at a gate in the barrier.
fn links_through_walls(features: &Features, built: &Built) -> Vec<String> {
    let plane = Plane::around(features.ways[0].line.0[0]);
    let mut pieces = Vec::new();
    let barriers = features.barriers.iter().map(|o| (0, o));
    let buildings = features.buildings.iter().map(|o| (1, o));
    for (line, obstacle) in barriers.chain(buildings).filter(|(_, o)| o.layer == 0) {
        for ring in &obstacle.lines {
            for ends in ring.0.windows(2) {
                let (a, b) = (plane.point(ends[0]), plane.point(ends[1]));
                pieces.push(Segment { a, b, line, at: 0 });
            }
        }
    }
    let pieces = Segments::new(pieces);
    let topology = &built.topology;
    let point = |p: Grid| {
        let (x, y) = p.degrees();
        plane.point(Coord { x, y })
    };
    let underground: HashSet<String> = features
        .entrances
        .iter()
        .filter(|e| e.level < 0)
        .map(|e| format!("entrances/{}", features.names[e.feature as usize].id))
        .collect();
    let mut through = Vec::new();
    for number in 0..topology.edge_count() as u32 {
        let edge = topology.edge(number);
        let name = &topology.features()[edge.feature as usize];
        if edge.kind != EdgeKind::DoorLink || underground.contains(name) {
            continue;
        }
        let from = point(topology.point(edge.from));
        let shape = topology.shape(number).iter().map(|p| point(*p));
        let mut line: Vec<Pt> = shape.collect();
        line.insert(0, from);
        line.push(point(topology.point(edge.to)));
        // If a door was drawn inside its building, the first part of its line of sight lies in the building.
        let skip = usize::from(line.len() > 2 && line[0].to(line[1]) < 30.0);
        for part in line.windows(2).skip(skip) {
            for piece in pieces.around(part[0], part[1], 0.1) {
                let at = crosses(part[0], part[1], piece.a, piece.b);
                let is_gate = piece.line == 0 && at.is_some_and(|p| p.to(from) <= 10.0);
                if at.is_some() && !is_gate {
                    through.push(name.clone());
                }
            }
        }
    }
    through
}

/// The features of the demo district, which is compiled in.
fn demo() -> Features {
    let mut features = Features::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/guoyuan");
    for collection in [
        "routes",
        "entrances",
        "barriers",
        "buildings",
        "compounds",
        "facilities",
        "turns",
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{collection}.geojson"))) else {
            continue;
        };
        let mut file: Value = serde_json::from_str(&text).unwrap();
        for feature in file["features"].as_array_mut().unwrap() {
            let id = read::take_id(feature).unwrap().unwrap();
            let body = read::read_body(feature, &read::Limits::default()).unwrap();
            features.add(
                collection,
                id.as_str(),
                body.geometry.as_ref(),
                Canonical::new(body.properties.as_str()),
            );
        }
    }
    features
}

fn check(name: &str, features: &Features) {
    let begun = Instant::now();
    let built = build(features).unwrap();
    let took = begun.elapsed();
    let raw = reached_on_raw_ways(features);
    let ours = reached(features, &built);
    let named: HashSet<&str> = built
        .report
        .unlinked
        .iter()
        .map(|u| &*u.feature.id)
        .collect();
    let mut linked = 0;
    let with_door: HashSet<&str> = built
        .topology
        .doors()
        .iter()
        .filter_map(|d| built.topology.features()[d.feature as usize].split_once('/'))
        .map(|(_, id)| id)
        .collect();
    for entrance in &features.entrances {
        let id = &*features.names[entrance.feature as usize].id;
        linked += usize::from(!named.contains(id));
        assert!(
            named.contains(id) || with_door.contains(id),
            "{name}: the entrance {id} is neither linked nor named"
        );
    }
    let kept = raw.iter().filter(|id| ours.contains(*id)).count();
    let on_ours = features
        .entrances
        .iter()
        .filter(|e| ours.contains(&*features.names[e.feature as usize].id))
        .count();
    let kinds = |kind| {
        built
            .report
            .assumed
            .iter()
            .filter(|a| a.kind == kind)
            .count()
    };
    let crossing_ways: HashSet<&str> = built
        .report
        .assumed
        .iter()
        .filter(|a| a.kind == super::super::WallKind::Barrier)
        .map(|a| &*a.way.id)
        .collect();
    println!(
        "{name}: {} ways, {} entrances, {} buildings, {} barriers; {} nodes, {} edges in {took:?}; \
         {linked} entrances linked, {} named; raw {} ours {on_ours} kept {kept}; {} unlinked in all; \
         assumed: {} barriers ({} ways), {} buildings, {} compounds; {} gaps; {} turns, {} lost",
        features.ways.len(),
        features.entrances.len(),
        features.buildings.len(),
        features.barriers.len(),
        built.topology.node_count(),
        built.topology.edge_count(),
        features.entrances.len() - linked,
        raw.len(),
        built.report.unlinked.len(),
        kinds(super::super::WallKind::Barrier),
        crossing_ways.len(),
        kinds(super::super::WallKind::Building),
        kinds(super::super::WallKind::Compound),
        built.report.gaps.len(),
        built.topology.parts().turns.len(),
        built.report.lost_turns.len(),
    );
    assert!(
        kept * 100 >= raw.len() * 95,
        "{name}: {kept} of {}",
        raw.len()
    );
    let through = links_through_walls(features, &built);
    assert!(through.is_empty(), "{name}: {through:?}");
}

#[test]
fn the_entrances_of_beijing_bupt_are_reached() {
    extract("beijing_bupt.osm.pbf");
}

#[test]
fn the_entrances_of_helsinki_are_reached() {
    extract("helsinki_center.osm.pbf");
}

#[test]
fn the_entrances_of_heidelberg_are_reached() {
    extract("heidelberg.osm.pbf");
}

fn extract(name: &str) {
    if let Some(features) = features(name) {
        check(name, &features);
    }
}

#[test]
fn the_entrances_of_the_demo_are_reached() {
    check("the demo", &demo());
}
