//! Joins ends of ways that stop short of another way.

use std::collections::HashSet;

use super::mesh::Link;
use super::report::Gap;
use super::segments::Near;
use super::walls::{Ends, TOUCH_M};
use super::world::World;
use crate::network::core::EdgeKind;

/// An end of a way within this many metres of another way of its layer is joined to it.
pub const SNAP_M: f64 = 3.0;
/// An end that is farther away than [`SNAP_M`], but at most this many metres, is reported as a gap.
pub const GAP_M: f64 = 15.0;

/// Joins ends of ways to the ways that they stop short of. Returns the gaps that are too wide for that.
///
/// Nothing is joined across a wall. An end at the door of a building is left as it is.
pub fn snap(world: &mut World<'_>) -> Vec<Gap> {
    let mut doors = HashSet::new();
    let mut gates = HashSet::new();
    for entrance in &world.features.entrances {
        if let Some(vertex) = world.mesh.vertex_at(entrance.at) {
            match entrance.is_gate {
                true => gates.insert(vertex),
                false => doors.insert(vertex),
            };
        }
    }
    let mut gaps = Vec::new();
    let mut joined = HashSet::new();
    for line in 0..world.mesh.strands.len() as u32 {
        let strand = world.mesh.strand(line);
        let ends = [
            strand.vertices[0],
            strand.vertices[strand.vertices.len() - 1],
        ];
        for vertex in ends {
            let is_dead_end = world.mesh.uses(vertex).len() == 1 && !joined.contains(&vertex);
            if !is_dead_end || doors.contains(&vertex) {
                continue;
            }
            let Some(near) = opposite(world, line, vertex, gates.contains(&vertex)) else {
                continue;
            };
            let feature = world.mesh.strand(line).feature;
            if near.metres <= TOUCH_M {
                world.mesh.thread(&near, vertex);
            } else if near.metres <= SNAP_M {
                let to = world.mesh.cut(&near);
                joined.insert(to);
                world.mesh.links.push(Link {
                    from: vertex,
                    to,
                    between: Vec::new(),
                    feature,
                    kind: EdgeKind::Way,
                });
            } else {
                let other = world.mesh.strand(near.segment.line).feature;
                gaps.push(Gap {
                    way: world.name(feature),
                    at: world.mesh.plane.coord(world.mesh.at(vertex)),
                    other: world.name(other),
                    metres: near.metres,
                });
            }
        }
    }
    gaps
}

/// The point of another way that an end of a way probably should reach.
fn opposite(world: &World<'_>, line: u32, vertex: u32, is_gate: bool) -> Option<Near> {
    let (mesh, at) = (&world.mesh, world.mesh.at(vertex));
    let layer = mesh.strand(line).layer;
    let ends = if is_gate {
        Ends::FROM_DOOR
    } else {
        Ends::CLOSED
    };
    let candidates = mesh.segments.near(at, GAP_M, |s| {
        s.line != line && mesh.strand(s.line).layer == layer
    });
    candidates.into_iter().find(|near| {
        near.metres <= TOUCH_M
            || !meets_nearby(world, line, near) && world.walls.is_clear(at, near.at, layer, ends)
    })
}

/// Whether two ways meet already, close to the place where they nearly meet.
fn meets_nearby(world: &World<'_>, line: u32, near: &Near) -> bool {
    let reach = (4.0 * near.metres).max(10.0);
    let mesh = &world.mesh;
    mesh.strand(line).vertices.iter().any(|v| {
        mesh.at(*v).to(near.at) <= reach && mesh.strands_at(*v).any(|s| s == near.segment.line)
    })
}
