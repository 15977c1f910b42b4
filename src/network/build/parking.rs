//! Parking places (停车点): at which point of a way a bike is left.

use super::doors::Door;
use super::sight::{self, Sight};
use super::walls::Ends;
use super::world::World;

/// A parking place belongs to a visible way within this many metres.
const PARKING_M: f64 = 40.0;

/// For each parking place, the vertex of the nearest visible way. Parking places without one are left out.
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
