//! Finds where mapped ways cross walls.

use std::collections::BTreeMap;

use super::mesh::HalfEdge;
use super::plane::Pt;
use super::segments::Near;
use super::walls::{Contact, Side, TOUCH_M, WallKind};
use super::world::World;

/// If a way crosses a barrier and also the edge of a compound, and the two crossings are within this many metres of
/// each other, the barrier and the edge are the same wall.
const SAME_WALL_M: f64 = 12.0;

/// A place where a way crosses walls.
#[derive(Debug, Clone)]
pub struct Crossing {
    /// The vertex of the way at the crossing.
    pub vertex: u32,
    /// The position of the crossing, in metres in the plane.
    pub at: Pt,
    /// The route that crosses, by its position in the list of features.
    pub feature: u32,
    /// The walls that are crossed.
    pub walls: Vec<Contact>,
    /// The most important kind of these walls: a barrier before a building, a building before the edge of a compound.
    pub kind: WallKind,
}

/// Finds all crossings and makes each a vertex.
pub fn crossings(world: &mut World<'_>) -> Vec<Crossing> {
    let mut found: Vec<Crossing> = contacts(world)
        .into_iter()
        .filter_map(|(vertex, walls)| crossing(world, vertex, walls))
        .collect();
    let barriers: Vec<(Pt, Vec<u32>)> = found
        .iter()
        .filter(|c| c.kind == WallKind::Barrier)
        .map(|c| (c.at, world.mesh.strands_at(c.vertex).collect()))
        .collect();
    found.retain(|c| {
        c.kind != WallKind::Compound
            || !barriers.iter().any(|(at, strands)| {
                at.to(c.at) <= SAME_WALL_M
                    && world
                        .mesh
                        .strands_at(c.vertex)
                        .any(|s| strands.contains(&s))
            })
    });
    found
}

/// Where ways meet walls, by vertex. A crossing within a segment becomes a vertex.
fn contacts(world: &mut World<'_>) -> BTreeMap<u32, Vec<Contact>> {
    let mut met: BTreeMap<u32, Vec<Contact>> = BTreeMap::new();
    let mut within = Vec::new();
    for (line, strand) in (0..).zip(&world.mesh.strands) {
        for (at, ends) in (0..).zip(strand.vertices.windows(2)) {
            let (a, b) = (world.mesh.at(ends[0]), world.mesh.at(ends[1]));
            let length = a.to(b);
            for contact in world.walls.contacts(a, b, strand.layer) {
                if contact.share * length <= TOUCH_M {
                    met.entry(ends[0]).or_default().push(contact);
                } else if (1.0 - contact.share) * length <= TOUCH_M {
                    met.entry(ends[1]).or_default().push(contact);
                } else if changes_side(&contact, b.minus(a)) {
                    within.push((line, at, contact));
                }
            }
        }
    }
    for (line, at, contact) in within {
        let ends = &world.mesh.strand(line).vertices[at as usize..];
        let (a, b) = (world.mesh.at(ends[0]), world.mesh.at(ends[1]));
        let near = Near {
            segment: super::segments::Segment { a, b, line, at },
            share: contact.share,
            at: contact.at,
            metres: 0.0,
        };
        let vertex = world.mesh.cut(&near);
        met.entry(vertex).or_default().push(contact);
    }
    met
}

fn changes_side(contact: &Contact, along: Pt) -> bool {
    let (ahead, behind) = (
        contact.side(along),
        contact.side(Pt::default().minus(along)),
    );
    ahead != Side::Along && behind != Side::Along && ahead != behind
}

/// The crossing at a vertex, if there is one.
fn crossing(world: &World<'_>, vertex: u32, contacts: Vec<Contact>) -> Option<Crossing> {
    let half_edges = world.mesh.half_edges(vertex);
    let mut walls: Vec<(WallKind, Contact)> = Vec::new();
    for contact in contacts {
        let kind = world.walls.get(contact.wall)?.kind;
        if walls.iter().any(|(_, known)| known.wall == contact.wall) {
            continue;
        }
        if crosses(world, &half_edges, &contact) {
            walls.push((kind, contact));
        }
    }
    walls.sort_by_key(|(kind, contact)| (*kind, contact.wall));
    let kind = walls.first()?.0;
    let strand = half_edges.first()?.strand;
    Some(Crossing {
        vertex,
        at: world.mesh.at(vertex),
        feature: world.mesh.strand(strand).feature,
        walls: walls.into_iter().map(|(_, contact)| contact).collect(),
        kind,
    })
}

/// Whether ways leave a vertex on both sides of a wall. Ways of other layers do not count, because they pass above or
/// below the wall. Covered ways do not count at buildings, because they lead through the building.
fn crosses(world: &World<'_>, half_edges: &[HalfEdge], contact: &Contact) -> bool {
    let Some(wall) = world.walls.get(contact.wall) else {
        return false;
    };
    let mut sides = half_edges.iter().filter_map(|half| {
        let strand = world.mesh.strand(half.strand);
        let is_free =
            strand.layer != wall.layer || wall.kind == WallKind::Building && strand.is_covered;
        let side = contact.side(half.direction);
        (!is_free && side != Side::Along).then_some(side)
    });
    let first = sides.next();
    sides.any(|side| Some(side) != first)
}
