//! Connects doors, and buildings without a known door, to the network.

use std::collections::HashSet;

use rayon::prelude::*;

use super::areas::{Areas, Reached};
use super::around;
use super::features::Entrance;
use super::gates::Gates;
use super::plane::Pt;
use super::report::Unlinked;
use super::segments::{Near, Segment, Segments};
use super::sight::{self, Sight};
use super::walls::{Ends, TOUCH_M, WallKind};
use super::world::World;
use crate::network::core::EdgeKind;

/// The greatest distance from a door at which the network is searched, in metres.
pub const DOOR_M: f64 = 100.0;
/// A door without a line of sight is assigned to the nearest point of the network within this many metres, and
/// the gap is reported.
pub const NEAREST_M: f64 = 500.0;
/// The most points of ways to which a door is linked.
const MOST_LINKS: usize = 3;
/// A door that lies inside a building is connected through the outline if that is within this many metres.
const DEEP_M: f64 = 30.0;
/// A door is connected to an area, or to a gate that is not on a way, if this is at most so many metres farther away
/// than the nearest visible way.
const AREA_DETOUR_M: f64 = 10.0;
/// A door belongs to a building whose outline is at most this many metres away.
const OUTLINE_M: f64 = 1.5;

/// The connection of a destination to the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Door {
    /// The entrance or building, by its position in the list of features.
    pub feature: u32,
    /// The vertex at which a route to this destination ends.
    pub vertex: u32,
}

/// The possible connections of a door to the network.
struct Ways {
    /// The exit through the outline, if the door was drawn inside its building.
    exit: Option<Pt>,
    /// The visible points of ways.
    links: Vec<Near>,
    /// The visible gates that are not on a way.
    gates: Vec<u32>,
    /// The area that the door opens onto.
    area: Option<Reached>,
    /// The path around corners, if nothing is visible.
    bent: Option<around::Path>,
}

/// Connects every door. A door without a line of sight is reported and assigned to the nearest point of the
/// network.
pub fn place(
    world: &mut World<'_>,
    areas: &mut Areas,
    gates: &Gates,
) -> (Vec<Door>, Vec<Unlinked>) {
    let mut doors = Vec::new();
    let mut unlinked = Vec::new();
    let entrances = &world.features.entrances;
    for (index, vertex) in &gates.vertices {
        doors.push(Door {
            feature: entrances[*index].feature,
            vertex: *vertex,
        });
    }
    let known: HashSet<usize> = gates.vertices.iter().map(|(index, _)| *index).collect();
    let lost: HashSet<usize> = gates.unlinked.iter().copied().collect();
    let left: Vec<(usize, &Entrance)> = entrances
        .iter()
        .enumerate()
        .filter(|(index, _)| !known.contains(index))
        .collect();
    let targets = gate_targets(world, gates);
    let found: Vec<Ways> = left
        .par_iter()
        .map(|(index, entrance)| {
            if lost.contains(index) {
                return Ways::none();
            }
            ways(world, areas, &targets, entrance)
        })
        .collect();
    for ((_, entrance), ways) in left.into_iter().zip(found) {
        let at = world.mesh.plane.point(entrance.at);
        if ways.is_empty() {
            let (nearest, door) = nearest(world, entrance.feature, at);
            doors.extend(door);
            unlinked.push(Unlinked {
                feature: world.name(entrance.feature),
                at: entrance.at,
                nearest,
            });
            continue;
        }
        let vertex = world.mesh.add_vertex(at);
        connect(world, areas, entrance.feature, vertex, &ways);
        doors.push(Door {
            feature: entrance.feature,
            vertex,
        });
    }
    (doors, unlinked)
}

impl Ways {
    fn none() -> Self {
        Self {
            exit: None,
            links: Vec::new(),
            gates: Vec::new(),
            area: None,
            bent: None,
        }
    }

    fn is_empty(&self) -> bool {
        self.links.is_empty() && self.gates.is_empty() && self.area.is_none() && self.bent.is_none()
    }
}

/// Gates as targets of lines of sight; `line` is the vertex of the gate.
fn gate_targets(world: &World<'_>, gates: &Gates) -> Segments {
    let points = gates
        .vertices
        .iter()
        .filter(|(index, vertex)| {
            world.features.entrances[*index].is_gate && world.mesh.strands_at(*vertex).count() < 2
        })
        .map(|(_, vertex)| {
            let at = world.mesh.at(*vertex);
            Segment {
                a: at,
                b: at,
                line: *vertex,
                at: 0,
            }
        });
    Segments::new(points.collect())
}

fn ways(world: &World<'_>, areas: &Areas, targets: &Segments, entrance: &Entrance) -> Ways {
    let at = world.mesh.plane.point(entrance.at);
    let exit = exit(world, at);
    let from = exit.unwrap_or(at);
    let level = entrance.level.min(0);
    let sight = Sight::new(from, level, DOOR_M, Ends::FROM_DOOR);
    let mut links = sight::links(world, &sight, |_| true, MOST_LINKS);
    let mut layer = level;
    if links.is_empty() && level < 0 {
        // The ramp of a garage may be on the ground layer.
        layer = 0;
        links = sight::links(world, &Sight { layer, ..sight }, |_| true, MOST_LINKS);
    }
    let sight = Sight { layer, ..sight };
    let best = links
        .first()
        .map_or(DOOR_M, |near| near.metres + AREA_DETOUR_M);
    let area = areas
        .near(from, best, layer)
        .into_iter()
        .take(4)
        .find(|r| r.metres <= TOUCH_M || sight::is_seen(world, &sight, r.at));
    let ends = Ends::DOOR_TO_GATE;
    let seen = targets.near(from, best, |_| layer == 0);
    let gates: Vec<u32> = seen
        .into_iter()
        .take(4)
        .filter(|near| sight::is_seen(world, &Sight { ends, ..sight }, near.at))
        .take(2)
        .map(|near| near.segment.line)
        .collect();
    let is_found = !links.is_empty() || area.is_some() || !gates.is_empty();
    let bent = if is_found {
        None
    } else {
        around::shortest(world, &sight)
    };
    Ways {
        exit,
        links,
        gates,
        area,
        bent,
    }
}

/// The exit through the outline of the building in which a door was drawn.
fn exit(world: &World<'_>, at: Pt) -> Option<Pt> {
    let building = world.buildings.at(at).next()?;
    let outline = world
        .walls
        .nearest(at, DEEP_M, 0, |k| k == WallKind::Building)?;
    let is_own = world
        .walls
        .get(outline.wall)
        .is_some_and(|wall| wall.feature == building);
    (is_own && outline.at.to(at) > TOUCH_M).then_some(outline.at)
}

fn connect(world: &mut World<'_>, areas: &mut Areas, feature: u32, vertex: u32, ways: &Ways) {
    let bends: Vec<Pt> = ways.exit.into_iter().collect();
    for near in &ways.links {
        sight::bend(world, vertex, bends.clone(), near, feature);
    }
    for gate in &ways.gates {
        link(world, vertex, *gate, bends.clone(), feature);
    }
    if let Some(reached) = ways.area {
        let entry = world.mesh.add_vertex(reached.at);
        areas.enter(reached.area, entry);
        link(world, vertex, entry, bends.clone(), feature);
    }
    if let Some(path) = &ways.bent {
        let mut bends = bends;
        bends.extend(&path.between);
        sight::bend(world, vertex, bends, &path.end, feature);
    }
}

fn link(world: &mut World<'_>, from: u32, to: u32, between: Vec<Pt>, feature: u32) {
    world.mesh.links.push(super::mesh::Link {
        from,
        to,
        between,
        feature,
        kind: EdgeKind::DoorLink,
    });
}

type Nearest = Option<(geo_types::Coord<f64>, f64)>;

/// Returns the walkable point of the network that is nearest in a straight line, with its distance in metres, and a
/// door that connects the feature to that point. Both are `None` if no such point is within [`NEAREST_M`].
fn nearest(world: &mut World<'_>, feature: u32, at: Pt) -> (Nearest, Option<Door>) {
    let mesh = &world.mesh;
    let near = [DOOR_M, NEAREST_M].iter().find_map(|reach| {
        let walkable = |s: &Segment| mesh.strand(s.line).is_walkable;
        mesh.segments.near(at, *reach, walkable).into_iter().next()
    });
    let Some(near) = near else {
        return (None, None);
    };
    let vertex = world.mesh.cut(&near);
    let place = world.mesh.plane.coord(near.at);
    let metres = crate::spatial::metres::distance(world.mesh.plane.coord(at), place);
    (Some((place, metres)), Some(Door { feature, vertex }))
}

/// Connects every building without a known door, by points of its outline.
pub fn place_buildings(world: &mut World<'_>, areas: &mut Areas) -> (Vec<Door>, Vec<Unlinked>) {
    let with_door = with_doors(world);
    let features = world.features;
    let left: Vec<(u32, Pt, Vec<Pt>)> = features
        .buildings
        .iter()
        .filter(|b| b.layer == 0 && !with_door.contains(&b.feature))
        .filter_map(|b| {
            let ring = b.lines.first()?;
            let ring: Vec<Pt> = ring.0.iter().map(|c| world.mesh.plane.point(*c)).collect();
            let first = *ring.first()?;
            Some((b.feature, first, ring))
        })
        .collect();
    let found: Vec<Vec<super::outline::Candidate>> = left
        .par_iter()
        .map(|(_, _, ring)| super::outline::candidates(world, areas, ring))
        .collect();
    let mut doors = Vec::new();
    let mut unlinked = Vec::new();
    for ((feature, first, _), candidates) in left.into_iter().zip(found) {
        if candidates.is_empty() {
            let (nearest, door) = nearest(world, feature, first);
            doors.extend(door);
            unlinked.push(Unlinked {
                feature: world.name(feature),
                at: world.mesh.plane.coord(first),
                nearest,
            });
        }
        for candidate in candidates {
            let vertex = world.mesh.add_vertex(candidate.at);
            match candidate.to {
                super::outline::Target::Way(near) => {
                    sight::connect(world, vertex, &near, feature);
                }
                super::outline::Target::Area(reached) => {
                    let entry = world.mesh.add_vertex(reached.at);
                    areas.enter(reached.area, entry);
                    link(world, vertex, entry, Vec::new(), feature);
                }
            }
            doors.push(Door { feature, vertex });
        }
    }
    (doors, unlinked)
}

/// The buildings with a known door, according to the properties and the positions of doors.
fn with_doors(world: &World<'_>) -> HashSet<u32> {
    let ids = world
        .features
        .by_id(crate::model::names::collection::BUILDINGS);
    let mut known = HashSet::new();
    for entrance in &world.features.entrances {
        if let Some(building) = entrance.building.as_deref().and_then(|id| ids.get(id)) {
            known.insert(*building);
            continue;
        }
        let at = world.mesh.plane.point(entrance.at);
        if entrance.is_gate {
            continue;
        }
        known.extend(world.buildings.at(at));
        let outline = world
            .walls
            .nearest(at, OUTLINE_M, 0, |k| k == WallKind::Building);
        let wall = outline.and_then(|contact| world.walls.get(contact.wall));
        known.extend(wall.map(|wall| wall.feature));
    }
    known
}
