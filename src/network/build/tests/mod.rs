//! Tests of the builder: small maps with one case each, random maps, and real extracts.

mod cases;
mod extracts;
mod random;
mod squares;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use geo_types::{Coord, Geometry, LineString, Point, Polygon};
use serde_json::{Value, json};

use super::{Built, Features, build};
use crate::model::{Canonical, Properties};
use crate::network::core::{EdgeKind, Place};
use crate::spatial::metres::metres_per_degree;

/// A map in metres around a place in Tianjin.
#[derive(Default)]
struct Map(Features);

type At = (f64, f64);

fn coord((x, y): At) -> Coord<f64> {
    let (east, north) = metres_per_degree(39.0);
    let round = |v: f64| (v * 1e7).round() / 1e7;
    Coord {
        x: round(117.0 + x / east),
        y: round(39.0 + y / north),
    }
}

fn line(points: &[At]) -> LineString<f64> {
    LineString(points.iter().map(|p| coord(*p)).collect())
}

/// The outline of a rectangle.
fn rectangle((x0, y0): At, (x1, y1): At) -> Vec<At> {
    vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
}

impl Map {
    fn put(
        &mut self,
        collection: &str,
        id: &str,
        geometry: impl Into<Geometry<f64>>,
        properties: Value,
    ) -> &mut Self {
        let Value::Object(map) = properties else {
            panic!("properties of {id}");
        };
        let text = Properties::from_map(map).unwrap();
        self.0.add(
            collection,
            id,
            Some(&geometry.into()),
            Canonical::new(text.as_str()),
        );
        self
    }

    fn way(&mut self, id: &str, points: &[At]) -> &mut Self {
        self.put("routes", id, line(points), json!({}))
    }

    fn way_of(&mut self, id: &str, points: &[At], properties: Value) -> &mut Self {
        self.put("routes", id, line(points), properties)
    }

    fn wall(&mut self, id: &str, points: &[At]) -> &mut Self {
        self.put("barriers", id, line(points), json!({"kind": "wall"}))
    }

    fn polygon(&mut self, collection: &str, id: &str, ring: &[At], properties: Value) -> &mut Self {
        let polygon = Polygon::new(line(ring), Vec::new());
        self.put(collection, id, polygon, properties)
    }

    fn building(&mut self, id: &str, ring: &[At]) -> &mut Self {
        self.polygon("buildings", id, ring, json!({}))
    }

    fn walled(&mut self, id: &str, ring: &[At]) -> &mut Self {
        self.polygon("compounds", id, ring, json!({"walled": true}))
    }

    fn gate(&mut self, id: &str, at: At) -> &mut Self {
        self.put("entrances", id, Point(coord(at)), json!({"kind": "gate"}))
    }

    fn door(&mut self, id: &str, at: At, building: &str) -> &mut Self {
        let properties = json!({"kind": "unit_door", "building": building});
        self.put("entrances", id, Point(coord(at)), properties)
    }

    fn built(&self) -> Net {
        Net(build(&self.0).unwrap())
    }
}

/// The result of building a map.
struct Net(Built);

/// A shortest way: its length, and the features that it passes.
#[derive(Debug, PartialEq)]
struct Found {
    metres: f64,
    passed: Vec<String>,
}

impl Net {
    /// The nodes of a door, a gate or a building, by its id.
    fn nodes(&self, id: &str) -> Vec<u32> {
        let topology = &self.0.topology;
        let feature = topology
            .features()
            .iter()
            .position(|f| f.split_once('/').is_some_and(|(_, name)| name == id));
        topology
            .doors()
            .iter()
            .filter(|d| Some(d.feature as usize) == feature)
            .map(|d| match d.place {
                Place::Node(node) => node,
                Place::OnEdge { .. } => panic!("doors are nodes"),
            })
            .collect()
    }

    fn node_at(&self, at: At) -> u32 {
        let c = coord(at);
        let point = crate::network::core::Point::from_degrees(c.x, c.y);
        let topology = &self.0.topology;
        (0..topology.node_count() as u32)
            .find(|n| topology.point(*n) == point)
            .unwrap_or_else(|| panic!("no node at {at:?}"))
    }

    fn between(&self, from: &[u32], to: &[u32]) -> Option<Found> {
        let topology = &self.0.topology;
        let mut best = vec![u64::MAX; topology.node_count()];
        let mut by = vec![None; topology.node_count()];
        let mut heap = BinaryHeap::new();
        for node in from {
            best[*node as usize] = 0;
            heap.push(Reverse((0_u64, *node)));
        }
        while let Some(Reverse((cost, node))) = heap.pop() {
            if cost > best[node as usize] {
                continue;
            }
            for directed in topology.out(node) {
                let head = topology.head(*directed);
                let next = cost + u64::from(topology.edge(directed.edge()).length_dm);
                if next < best[head as usize] {
                    best[head as usize] = next;
                    by[head as usize] = Some(*directed);
                    heap.push(Reverse((next, head)));
                }
            }
        }
        let end = *to.iter().min_by_key(|n| best[**n as usize])?;
        if best[end as usize] == u64::MAX {
            return None;
        }
        let mut passed = Vec::new();
        let mut node = end;
        while let Some(directed) = by[node as usize] {
            let edge = topology.edge(directed.edge());
            let name = &topology.features()[edge.feature as usize];
            let name = name.split_once('/').unwrap().1;
            let said = match edge.kind {
                EdgeKind::Way => name.to_owned(),
                EdgeKind::Gate => format!("gate {name}"),
                EdgeKind::AssumedCrossing => format!("assumed {name}"),
                EdgeKind::DoorLink => format!("link {name}"),
                EdgeKind::AreaCrossing => format!("across {name}"),
                EdgeKind::Lift => format!("lift {name}"),
            };
            if passed.last() != Some(&said) {
                passed.push(said);
            }
            node = topology.tail(directed);
        }
        passed.reverse();
        Some(Found {
            metres: best[end as usize] as f64 / 10.0,
            passed,
        })
    }

    /// The shortest way between two destinations.
    fn way(&self, from: &str, to: &str) -> Option<Found> {
        self.between(&self.nodes(from), &self.nodes(to))
    }

    /// The features along the shortest way between two places.
    fn passed(&self, from: At, to: At) -> Option<Vec<String>> {
        let found = self.between(&[self.node_at(from)], &[self.node_at(to)]);
        found.map(|f| f.passed)
    }
}
