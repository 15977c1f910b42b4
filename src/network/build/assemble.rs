//! Converts vertices, lines and passages to the nodes and edges of a topology.

use std::collections::HashMap;

use super::doors::Door;
use super::mesh::{Frame, Passage};
use super::pieces::{Piece, Pieces};
use super::plane::Pt;
use super::sight::leads_into;
use super::walls::Side;
use super::world::World;
use crate::network::core::geometry::length_dm;
use crate::network::core::{self, Edge, EdgeKind, Gate, Parking, Parts, Place, Point, STOREY_DM};

/// The most sides of a passage with [`Frame::Unknown`], where each line is a side. Further lines share the last side.
const MOST_SIDES: usize = 6;

/// The parts of a topology, and the mapping of vertices and features to it.
pub struct Assembled {
    /// The parts, without turn restrictions.
    pub parts: Parts,
    /// The nodes of each vertex. The vertex of a passage has one for each side, outside before inside.
    pub nodes: HashMap<u32, Vec<u32>>,
    /// The index of each feature in the topology, by its index in the list of features.
    pub features: HashMap<u32, u32>,
}

/// One side of a passage.
struct Group {
    key: i64,
    node: u32,
    is_inside: bool,
}

/// An end of a piece: the index of the piece, and `false` for its first vertex or `true` for its last.
type End = (usize, bool);

/// Converts the pieces and the passages of the mesh to the nodes and edges of a topology, and places its doors and
/// parking places.
pub fn assemble(
    world: &World<'_>,
    pieces: &Pieces,
    doors: &[Door],
    parkings: &[Door],
) -> Assembled {
    let mut maker = Maker {
        world,
        pieces,
        parts: Parts::default(),
        nodes: HashMap::new(),
        features: HashMap::new(),
        groups: HashMap::new(),
        side_of: HashMap::new(),
        passages: HashMap::new(),
    };
    for passage in &world.mesh.passages {
        let here = maker.passages.entry(passage.vertex).or_default();
        here.push(passage);
    }
    maker.number_nodes();
    maker.add_edges();
    maker.add_destinations(doors, parkings);
    Assembled {
        parts: maker.parts,
        nodes: maker.nodes,
        features: maker.features,
    }
}

struct Maker<'a> {
    world: &'a World<'a>,
    pieces: &'a Pieces,
    parts: Parts,
    nodes: HashMap<u32, Vec<u32>>,
    features: HashMap<u32, u32>,
    /// The sides of passages, by vertex.
    groups: HashMap<u32, Vec<Group>>,
    /// The node of each end of a piece at a passage.
    side_of: HashMap<End, u32>,
    passages: HashMap<u32, Vec<&'a Passage>>,
}

impl<'a> Maker<'a> {
    /// Numbers the nodes along a space-filling curve, so that neighbours have close numbers.
    fn number_nodes(&mut self) {
        let mesh = &self.world.mesh;
        let mut order: Vec<(u64, u32, Point)> = (0..)
            .zip(&self.pieces.is_node)
            .filter(|(_, is_node)| **is_node)
            .map(|(vertex, _)| {
                let c = mesh.plane.coord(mesh.at(vertex));
                let point = Point::from_degrees(c.x, c.y);
                (curve(point), vertex, point)
            })
            .collect();
        order.sort_unstable_by_key(|(key, vertex, _)| (*key, *vertex));
        let mut ends: HashMap<u32, Vec<End>> = HashMap::new();
        for (index, piece) in self.pieces.list.iter().enumerate() {
            for (vertex, is_end) in [(piece.from, false), (piece.to, true)] {
                if self.passages.contains_key(&vertex) {
                    ends.entry(vertex).or_default().push((index, is_end));
                }
            }
        }
        for (_, vertex, point) in order {
            let nodes = if self.passages.contains_key(&vertex) {
                self.divide(vertex, point, ends.get(&vertex).map_or(&[], Vec::as_slice))
            } else {
                vec![self.parts.add_node(point)]
            };
            self.nodes.insert(vertex, nodes);
        }
    }

    /// Creates a node for each side of a passage, outside first.
    fn divide(&mut self, vertex: u32, point: Point, ends: &[End]) -> Vec<u32> {
        let here = &self.passages[&vertex];
        let compound = here.iter().find_map(|p| p.compound);
        let at = self.world.mesh.at(vertex);
        let mut groups: Vec<Group> = Vec::new();
        let mut keys = Vec::with_capacity(ends.len());
        for (number, end) in ends.iter().enumerate() {
            let piece = &self.pieces.list[end.0];
            let direction = self.direction(piece, end.1);
            let key = match &here[0].frame {
                Frame::Layers => i64::from(piece.layer),
                Frame::Unknown => number.min(MOST_SIDES - 1) as i64,
                Frame::Compound(c) => i64::from(leads_into(self.world, *c, at, direction)),
                Frame::Walls(walls) => walls.iter().fold(0, |bits, wall| {
                    bits << 1 | i64::from(wall.side(direction) == Side::Right)
                }),
            };
            keys.push(key);
            let is_inside = compound.is_some_and(|c| leads_into(self.world, c, at, direction));
            match groups.iter_mut().find(|g| g.key == key) {
                Some(group) => group.is_inside |= is_inside,
                None => groups.push(Group {
                    key,
                    node: 0,
                    is_inside,
                }),
            }
        }
        groups.sort_by_key(|g| (g.is_inside, g.key));
        for group in &mut groups {
            group.node = self.parts.add_node(point);
        }
        for (end, key) in ends.iter().zip(keys) {
            if let Some(group) = groups.iter().find(|g| g.key == key) {
                self.side_of.insert(*end, group.node);
            }
        }
        let mut nodes: Vec<u32> = groups.iter().map(|g| g.node).collect();
        if nodes.is_empty() {
            nodes.push(self.parts.add_node(point));
        }
        self.groups.insert(vertex, groups);
        nodes
    }

    /// The direction in which a piece leaves one of its ends.
    fn direction(&self, piece: &Piece, is_end: bool) -> Pt {
        let (here, there) = if is_end {
            (piece.to, piece.from)
        } else {
            (piece.from, piece.to)
        };
        let shape = self.pieces.shape(piece);
        let next = if is_end { shape.last() } else { shape.first() };
        let mesh = &self.world.mesh;
        let next = next.copied().unwrap_or_else(|| mesh.at(there));
        next.minus(mesh.at(here))
    }

    fn add_edges(&mut self) {
        let mut edges: Vec<(u32, usize)> = Vec::with_capacity(self.pieces.list.len());
        for index in 0..self.pieces.list.len() {
            let (from, to) = (self.node_of((index, false)), self.node_of((index, true)));
            edges.push((from.min(to), index));
        }
        edges.sort_unstable();
        let mut between = Vec::new();
        for (_, index) in edges {
            let piece = &self.pieces.list[index];
            between.clear();
            for p in self.pieces.shape(piece) {
                let c = self.world.mesh.plane.coord(*p);
                between.push(Point::from_degrees(c.x, c.y));
            }
            let (from, to) = (self.node_of((index, false)), self.node_of((index, true)));
            let ends = |node: u32| std::iter::once(self.parts.nodes[node as usize]);
            let line = ends(from).chain(between.iter().copied()).chain(ends(to));
            let edge = Edge {
                from,
                to,
                length_dm: length_dm(line),
                feature: self.feature(piece.feature),
                kind: piece.kind,
            };
            self.parts.add_edge(edge, &between);
        }
        let mut vertices: Vec<u32> = self.groups.keys().copied().collect();
        vertices.sort_unstable();
        for vertex in vertices {
            self.add_passages(vertex);
        }
    }

    fn node_of(&self, end: End) -> u32 {
        if let Some(node) = self.side_of.get(&end) {
            return *node;
        }
        let piece = &self.pieces.list[end.0];
        let vertex = if end.1 { piece.to } else { piece.from };
        self.nodes[&vertex][0]
    }

    /// Connects the sides of a passage: a lift from storey to storey, other passages pairwise.
    fn add_passages(&mut self, vertex: u32) {
        let mut sides: Vec<(i64, u32)> = self.groups[&vertex]
            .iter()
            .map(|g| (g.key, g.node))
            .collect();
        let here = self.passages[&vertex].clone();
        if here.iter().all(|p| p.kind == EdgeKind::Lift) {
            sides.sort_unstable();
        }
        for passage in here {
            for (i, (from_key, from)) in sides.iter().enumerate() {
                for (to_key, to) in &sides[i + 1..] {
                    let is_lift = passage.kind == EdgeKind::Lift;
                    let height = from_key.abs_diff(*to_key).min(200) as u32 * STOREY_DM;
                    let feature = self.feature(passage.feature);
                    let edge = Edge {
                        from: *from,
                        to: *to,
                        length_dm: if is_lift { height } else { 0 },
                        feature,
                        kind: passage.kind,
                    };
                    let edge = self.parts.add_edge(edge, &[]);
                    if passage.kind == EdgeKind::Gate {
                        let compound = passage.compound.map(|c| self.feature(c));
                        self.parts.gates.push(Gate {
                            feature,
                            edge,
                            compound,
                        });
                    }
                    if is_lift {
                        break;
                    }
                }
            }
        }
    }

    fn add_destinations(&mut self, doors: &[Door], parkings: &[Door]) {
        for door in doors {
            let node = self.nodes[&door.vertex][0];
            let feature = self.feature(door.feature);
            self.parts.doors.push(core::Door {
                feature,
                place: Place::Node(node),
            });
        }
        self.parts.doors.sort_by_key(|d| d.feature);
        for parking in parkings {
            let node = self.nodes[&parking.vertex][0];
            let feature = self.feature(parking.feature);
            self.parts.parkings.push(Parking { feature, node });
        }
        self.parts.parkings.sort_by_key(|p| (p.node, p.feature));
    }

    /// The index of a feature in the topology. The feature is added if it is not there yet.
    fn feature(&mut self, feature: u32) -> u32 {
        if let Some(known) = self.features.get(&feature) {
            return *known;
        }
        let named = self.world.name(feature);
        let index = self
            .parts
            .add_feature(format!("{}/{}", named.collection, named.id));
        self.features.insert(feature, index);
        index
    }
}

/// The position on a space-filling curve (Morton's). Neighbouring points are mostly close on it.
fn curve(point: Point) -> u64 {
    let spread = |value: i32| {
        let mut v = u64::from(value as u32 ^ 0x8000_0000);
        v = (v | v << 16) & 0x0000_ffff_0000_ffff;
        v = (v | v << 8) & 0x00ff_00ff_00ff_00ff;
        v = (v | v << 4) & 0x0f0f_0f0f_0f0f_0f0f;
        v = (v | v << 2) & 0x3333_3333_3333_3333;
        (v | v << 1) & 0x5555_5555_5555_5555
    };
    spread(point.lon) | spread(point.lat) << 1
}
