//! Places gates, bollards and doors on ways. A route through one of them is subject to its attributes.

use std::collections::BTreeSet;

use super::crossings::Crossing;
use super::features::Entrance;
use super::mesh::{Frame, Passage};
use super::plane::Pt;
use super::report::Assumed;
use super::segments::{Segment, Segments};
use super::sight::{self, Sight};
use super::walls::{Contact, Ends, InWall, Side, WallKind};
use super::world::World;
use crate::network::core::EdgeKind;

/// A gate belongs to a barrier that is at most this many metres away.
const BARRIER_M: f64 = 5.0;
/// The drawn edge of a compound may differ from its real wall by up to this many metres.
const EDGE_M: f64 = 10.0;
/// A door belongs to the outline of a building that is at most this many metres away.
const OUTLINE_M: f64 = 1.5;
/// A gate without a wall, or a bollard, belongs to a way that is at most this many metres away.
const ON_WAY_M: f64 = 2.0;
/// An entrance within this many metres of a barrier, and farther from every building, is a gate in the barrier.
const IN_BARRIER_M: f64 = 0.3;
/// The greatest distance at which the network is searched from a gate that is not on a way, in metres.
const LOOK_M: f64 = 60.0;

/// The result of placing the entrances.
#[derive(Debug, Default)]
pub struct Gates {
    /// Vertices of entrances by their position in the list of entrances: those on a way, and gates that were
    /// linked to one.
    pub vertices: Vec<(usize, u32)>,
    /// Indexes of gates without a connection to the network.
    pub unlinked: Vec<usize>,
}

/// Assigns gates, doors and bollards to the ways that lead through them, and connects gates that are not on a
/// way. The remaining crossings have no gate; they become passages on foot and are returned.
pub fn place(world: &mut World<'_>, crossings: Vec<Crossing>) -> (Gates, Vec<Assumed>) {
    let mut gates = Gates::default();
    let mut open = Open::new(crossings);
    let mut later = Vec::new();
    for (index, entrance) in world.features.entrances.iter().enumerate() {
        match world.mesh.vertex_at(entrance.at) {
            Some(vertex) => {
                on_way(world, &mut open, entrance, vertex);
                gates.vertices.push((index, vertex));
            }
            None => later.push((index, entrance)),
        }
    }
    for post in &world.features.posts {
        let at = world.mesh.plane.point(post.at);
        let exact = world.mesh.vertex_at(post.at);
        let vertex = exact.or_else(|| nearest_way(world, at, post.layer));
        if let Some(vertex) = vertex {
            pass(world, vertex, post.feature, None, Frame::Unknown);
        }
    }
    let mut off_way = Vec::new();
    for (index, entrance) in later {
        let at = world.mesh.plane.point(entrance.at);
        if !is_gate(world, entrance, at) {
            continue;
        }
        let taken = open.take(at, true);
        for vertex in &taken {
            gate(world, entrance, *vertex);
        }
        let in_wall = wall_of(world, at).is_some();
        let vertex = match taken.first() {
            Some(vertex) => Some(*vertex),
            None if in_wall => None,
            None => {
                let vertex = nearest_way(world, at, entrance.level.min(0));
                if let Some(vertex) = vertex {
                    gate(world, entrance, vertex);
                }
                vertex
            }
        };
        match vertex {
            Some(vertex) => gates.vertices.push((index, vertex)),
            None => off_way.push((index, entrance, at)),
        }
    }
    let assumed = assume(world, open.left());
    link(world, &mut gates, off_way);
    (gates, assumed)
}

/// The crossings of walls that have no gate so far.
struct Open {
    crossings: Vec<Option<Crossing>>,
    index: Segments,
}

impl Open {
    fn new(crossings: Vec<Crossing>) -> Self {
        let points = (0..).zip(&crossings).map(|(line, c)| Segment {
            a: c.at,
            b: c.at,
            line,
            at: 0,
        });
        Self {
            index: Segments::new(points.collect()),
            crossings: crossings.into_iter().map(Some).collect(),
        }
    }

    /// Removes the crossings that belong to an entrance, and returns their vertices, the nearest first.
    fn take(&mut self, at: Pt, is_gate: bool) -> Vec<u32> {
        let mut taken = Vec::new();
        for near in self.index.near(at, EDGE_M, |_| true) {
            let Some(crossing) = &self.crossings[near.segment.line as usize] else {
                continue;
            };
            let reach = match crossing.kind {
                WallKind::Building => OUTLINE_M,
                WallKind::Barrier if is_gate => BARRIER_M,
                WallKind::Compound if is_gate => EDGE_M,
                WallKind::Barrier | WallKind::Compound => IN_BARRIER_M,
            };
            if near.metres <= reach {
                taken.push(crossing.vertex);
                self.crossings[near.segment.line as usize] = None;
            }
        }
        taken
    }

    fn left(self) -> Vec<Crossing> {
        self.crossings.into_iter().flatten().collect()
    }
}

/// Places an entrance that is a vertex of ways, and removes the crossings of walls that belong to it from `open`.
fn on_way(world: &mut World<'_>, open: &mut Open, entrance: &Entrance, vertex: u32) {
    let at = world.mesh.at(vertex);
    let is_gate = is_gate(world, entrance, at);
    gate(world, entrance, vertex);
    let own: BTreeSet<u32> = world.mesh.strands_at(vertex).collect();
    for crossed in open.take(at, is_gate) {
        // A crossing of the same way shortly before or after the gate is the gate itself.
        let is_own = world.mesh.strands_at(crossed).any(|s| own.contains(&s));
        if !is_own {
            gate(world, entrance, crossed);
        }
    }
}

/// Whether an entrance leads from one area of ground to another, as a gate does, and not into a building.
fn is_gate(world: &World<'_>, entrance: &Entrance, at: Pt) -> bool {
    entrance.is_gate
        || entrance.building.is_none() && {
            let near = |kind| world.walls.nearest(at, IN_BARRIER_M, 0, |k| k == kind);
            near(WallKind::Barrier).is_some() && near(WallKind::Building).is_none()
        }
}

/// The barrier in which a gate stands, or else the edge of a walled compound.
fn wall_of(world: &World<'_>, at: Pt) -> Option<Contact> {
    let nearest = |reach, kind| world.walls.nearest(at, reach, 0, |k| k == kind);
    nearest(BARRIER_M, WallKind::Barrier).or_else(|| nearest(EDGE_M, WallKind::Compound))
}

/// The compound that a gate leads into.
fn compound_of(world: &World<'_>, entrance: &Entrance, at: Pt) -> Option<u32> {
    let linked = entrance.compound.as_deref();
    if let Some(compound) = linked.and_then(|id| world.compound_ids.get(id)) {
        return Some(*compound);
    }
    if !entrance.is_gate {
        return None;
    }
    let edge = world
        .walls
        .nearest(at, EDGE_M, 0, |k| k == WallKind::Compound)?;
    world.walls.get(edge.wall).map(|wall| wall.feature)
}

fn gate(world: &mut World<'_>, entrance: &Entrance, vertex: u32) {
    let at = world.mesh.at(vertex);
    let compound = compound_of(world, entrance, at);
    let frame = frame(world, entrance, vertex, at, compound);
    pass(world, vertex, entrance.feature, compound, frame);
}

/// How the sides of a gate are distinguished: by the outline of its compound if its ways lead in and out,
/// otherwise by its wall.
fn frame(
    world: &World<'_>,
    entrance: &Entrance,
    vertex: u32,
    at: Pt,
    compound: Option<u32>,
) -> Frame {
    if let Some(compound) = compound {
        let inside: BTreeSet<bool> = world
            .mesh
            .half_edges(vertex)
            .iter()
            .map(|half| sight::leads_into(world, compound, at, half.direction))
            .collect();
        if inside.len() == 2 {
            return Frame::Compound(compound);
        }
    }
    let outline = || {
        world
            .walls
            .nearest(at, OUTLINE_M, 0, |k| k == WallKind::Building)
    };
    let wall = if is_gate(world, entrance, at) {
        wall_of(world, at).or_else(outline)
    } else {
        outline()
    };
    match wall {
        Some(contact) => Frame::Walls(vec![contact]),
        None => Frame::Unknown,
    }
}

fn pass(world: &mut World<'_>, vertex: u32, feature: u32, compound: Option<u32>, frame: Frame) {
    world.mesh.passages.push(Passage {
        vertex,
        feature,
        compound,
        kind: EdgeKind::Gate,
        frame,
    });
}

/// The vertex at the point of the nearest way, for a gate or a bollard that stands on this way. It is created if there
/// is none.
fn nearest_way(world: &mut World<'_>, at: Pt, layer: i32) -> Option<u32> {
    let mesh = &world.mesh;
    let near = mesh
        .segments
        .near(at, ON_WAY_M, |s| mesh.strand(s.line).layer == layer)
        .into_iter()
        .next()?;
    Some(world.mesh.cut(&near))
}

/// Makes passages on foot from crossings without a gate.
fn assume(world: &mut World<'_>, left: Vec<Crossing>) -> Vec<Assumed> {
    let mut assumed = Vec::new();
    for crossing in left {
        let wall = crossing.walls.first().and_then(|c| world.walls.get(c.wall));
        let wall = wall.map(|w| w.feature).unwrap_or_default();
        assumed.push(Assumed {
            way: world.name(crossing.feature),
            wall: world.name(wall),
            kind: crossing.kind,
            at: world.mesh.plane.coord(crossing.at),
        });
        world.mesh.passages.push(Passage {
            vertex: crossing.vertex,
            feature: crossing.feature,
            compound: None,
            kind: EdgeKind::AssumedCrossing,
            frame: Frame::Walls(crossing.walls),
        });
    }
    assumed
}

/// Connects gates to the network by lines of sight: on both sides of the wall if the gate is not on a way, and on the
/// far side if a way ends at the gate.
fn link(world: &mut World<'_>, gates: &mut Gates, off_way: Vec<(usize, &Entrance, Pt)>) {
    for (index, vertex) in gates.vertices.clone() {
        let entrance = &world.features.entrances[index];
        let at = world.mesh.at(vertex);
        if !is_gate(world, entrance, at) || world.mesh.half_edges(vertex).len() > 1 {
            continue;
        }
        let compound = compound_of(world, entrance, at);
        if let Some(contact) = wall_of(world, at) {
            sides(world, entrance, vertex, at, &contact, compound);
        }
    }
    for (index, entrance, at) in off_way {
        let compound = compound_of(world, entrance, at);
        let linked = match wall_of(world, at) {
            // The gate is moved onto the wall, because positions are drawn imprecisely.
            Some(contact) => {
                let vertex = world.mesh.add_vertex(contact.at);
                let linked = sides(world, entrance, vertex, contact.at, &contact, compound);
                let frame = Frame::Walls(vec![contact]);
                pass(world, vertex, entrance.feature, compound, frame);
                linked.then_some(vertex)
            }
            None => {
                let sight = Sight::new(at, entrance.level.min(0), LOOK_M, Ends::FROM_DOOR);
                let found = sight::links(world, &sight, |_| true, 1);
                let vertex = world.mesh.add_vertex(at);
                let linked = !found.is_empty();
                for near in &found {
                    sight::connect(world, vertex, near, entrance.feature);
                }
                linked.then_some(vertex)
            }
        };
        match linked {
            Some(vertex) => gates.vertices.push((index, vertex)),
            None => gates.unlinked.push(index),
        }
    }
}

/// Connects a gate to the ways that are visible from it, on each side of its wall on which no way ends at the gate.
/// Returns whether the gate is connected to the network.
fn sides(
    world: &mut World<'_>,
    entrance: &Entrance,
    vertex: u32,
    at: Pt,
    contact: &Contact,
    compound: Option<u32>,
) -> bool {
    let taken: Vec<Side> = world
        .mesh
        .half_edges(vertex)
        .iter()
        .map(|half| contact.side(half.direction))
        .collect();
    let mut is_linked = !taken.is_empty();
    let ends = Ends::from_gate(InWall {
        wall: contact.wall,
        along: contact.along(),
        beside_m: if compound.is_some() {
            EDGE_M
        } else {
            BARRIER_M
        },
    });
    for side in [Side::Left, Side::Right] {
        if taken.contains(&side) {
            continue;
        }
        let sight = Sight::new(at, 0, LOOK_M, ends);
        let is_there = |p: Pt| contact.side(p.minus(at)) == side;
        for near in sight::links(world, &sight, is_there, 2) {
            sight::connect(world, vertex, &near, entrance.feature);
            is_linked = true;
        }
    }
    is_linked
}
