//! Connects parking places (停车点) to the point of a way at which a bike is parked.

use super::doors::Door;
use super::sight::{self, Sight};
use super::walls::Ends;
use super::world::World;

/// A parking place belongs to a visible way within this many metres.
const PARKING_M: f64 = 40.0;

/// Returns, for each parking place, the vertex on the nearest visible way. Parking places without a visible way are
/// left out.
pub fn place(world: &mut World<'_>) -> Vec<Door> {
    let mut places = Vec::new();
    for parking in &world.features.parkings {
        let at = world.mesh.plane.point(parking.at);
        let sight = Sight::new(at, parking.layer, PARKING_M, Ends::FROM_DOOR);
        if let Some(near) = sight::links(world, &sight, |_| true, 1).first() {
            let vertex = world.mesh.cut(near);
            places.push(Door {
                feature: parking.feature,
                vertex,
            });
        }
    }
    places
}
