//! Finds the door of a building by the unit and room of an address.

use super::entrances::of_house;
use super::no_card::NoCard;
use super::shape::AccessEntrance;
use super::shown::Shown;
use crate::access::rooms;
use crate::index::{Collection, Entry, Meter};
use crate::live::Snapshot;
use crate::model::View;
use crate::model::names::collection::ENTRANCES;
use crate::model::names::property;

/// The unit and the rooms behind a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doorway {
    id: String,
    unit: Option<String>,
    rooms: Option<String>,
}

impl Doorway {
    pub(super) fn of(door: &AccessEntrance) -> Self {
        Self {
            id: door.id.clone(),
            unit: door.unit.clone(),
            rooms: door.rooms.clone(),
        }
    }
}

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
    let doors: Vec<Doorway> = found
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
    Ok(chosen(building.id().as_str(), &house, &doors, unit, room))
}

/// Returns the id of the door of the requested unit and room, see [`door_of`].
pub(super) fn chosen(
    building: &str,
    house: &Shown,
    doors: &[Doorway],
    unit: Option<&str>,
    room: Option<&str>,
) -> Result<Option<String>, NoCard> {
    let name = || {
        house
            .text(property::NAME)
            .unwrap_or_else(|| building.to_owned())
    };
    let mut fitting: Vec<&Doorway> = doors.iter().collect();
    if let Some(unit) = unit {
        let wanted = rooms::plain(unit);
        let is_it = |d: &&Doorway| d.unit.as_deref().is_some_and(|u| rooms::plain(u) == wanted);
        fitting.retain(|d| is_it(d));
        // The building has this unit although its door is not mapped, so it is not an error.
        let is_counted = house.whole::<u32>("units").zip(wanted.parse::<u32>().ok());
        let is_counted = is_counted.is_some_and(|(all, unit)| (1..=all).contains(&unit));
        if fitting.is_empty() && !is_counted {
            let mut known: Vec<String> = doors.iter().filter_map(|d| d.unit.clone()).collect();
            known.dedup();
            // If no units are known, any unit is accepted.
            if !known.is_empty() {
                return Err(NoCard::Unit {
                    building: name(),
                    unit: unit.to_owned(),
                    known,
                });
            }
        }
    }
    if let Some(room) = room {
        let says = |d: &&Doorway| d.rooms.is_some();
        let holding: Vec<&Doorway> = fitting
            .iter()
            .filter(|d| d.rooms.as_deref().is_some_and(|r| rooms::holds(r, room)))
            .copied()
            .collect();
        if holding.is_empty() && !fitting.is_empty() && fitting.iter().all(says) {
            let mut known: Vec<String> = fitting.iter().filter_map(|d| d.rooms.clone()).collect();
            known.dedup();
            return Err(NoCard::Room {
                building: name(),
                room: room.to_owned(),
                known,
            });
        }
        if !holding.is_empty() {
            fitting = holding;
        } else {
            // A door without room numbers may be the requested one.
            fitting.retain(|d| d.rooms.is_none());
        }
    }
    // If several doors match, it is unknown which of them is meant.
    Ok(match fitting.as_slice() {
        [one] => Some(one.id.clone()),
        _ => None,
    })
}
