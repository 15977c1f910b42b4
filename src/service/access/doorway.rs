//! Finds the door of a building by the unit and room of an address.

use super::entrances::of_house;
use super::shown::Shown;
use crate::access::NoCard;
use crate::access::arrival::door_order;
use crate::access::doorway::{Doorway, chosen};
use crate::index::{Collection, Entry, Meter};
use crate::live::Snapshot;
use crate::model::View;
use crate::model::names::collection::ENTRANCES;
use crate::model::names::property;

/// Returns the id of the door of a unit and room of a building, or `None` if the map data does not show which door it
/// is.
///
/// # Errors
/// The outer error if the meter stops the request, the inner one if the building has no such unit or room.
pub fn door_of<M: Meter>(
    snapshot: &Snapshot,
    view: View<'_>,
    (buildings, building): (&Collection, &Entry),
    (unit, room): (Option<&str>, Option<&str>),
    meter: &M,
) -> Result<Result<Option<String>, NoCard>, M::Stop> {
    let Some(entrances) = snapshot.collections().get(ENTRANCES) else {
        return Ok(Ok(None));
    };
    let found = of_house(snapshot, building, meter)?;
    let mut doors: Vec<Doorway> = found
        .into_iter()
        .map(|entry| {
            let shown = Shown::of(entrances, entry, view);
            Doorway {
                id: entry.id().to_string(),
                unit: shown.text("unit"),
                rooms: shown.text("rooms"),
            }
        })
        .collect();
    let house = Shown::of(buildings, building, view);
    doors.sort_by_cached_key(|door| door_order(door.unit.as_deref(), &door.id));
    let name = house.text(property::NAME);
    let name = name.unwrap_or_else(|| building.id().to_string());
    Ok(chosen(&name, house.whole("units"), &doors, unit, room))
}
