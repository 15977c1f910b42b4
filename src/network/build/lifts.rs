//! Lifts join every way that meets them, whatever its layer.

use super::mesh::{Frame, Passage};
use super::world::World;
use crate::network::core::EdgeKind;

/// A way that passes a lift within this many metres is connected to it.
const LIFT_M: f64 = 2.0;

/// Leads every way near a lift through the lift's position. Ways of different layers are connected there only by the
/// lift.
pub fn place(world: &mut World<'_>) {
    for lift in &world.features.lifts {
        let at = world.mesh.plane.point(lift.at);
        let vertex = match world.mesh.vertex_at(lift.at) {
            Some(vertex) => vertex,
            None => world.mesh.add_vertex(at),
        };
        let mut known: Vec<u32> = world.mesh.strands_at(vertex).collect();
        for near in world.mesh.segments.near(at, LIFT_M, |_| true) {
            if !known.contains(&near.segment.line) {
                known.push(near.segment.line);
                world.mesh.thread(&near, vertex);
            }
        }
        world.mesh.passages.push(Passage {
            vertex,
            feature: lift.feature,
            compound: None,
            kind: EdgeKind::Lift,
            frame: Frame::Layers,
        });
    }
}
