//! Finds the door of a building by the unit and room of an address. This file is also part of the program for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use super::no_card::NoCard;
use super::rooms;

/// The unit and the rooms behind a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doorway {
    /// The id of the entrance.
    pub id: String,
    /// The unit that the entrance leads to.
    pub unit: Option<String>,
    /// The rooms that the entrance leads to.
    pub rooms: Option<String>,
}

/// Returns the id of the door of a unit and room, or `None` if the doors do not show which it is. `name` is the name of
/// the building, `units` the number of its units.
///
/// # Errors
/// If the building has no such unit or room.
pub fn chosen(
    name: &str,
    units: Option<u32>,
    doors: &[Doorway],
    unit: Option<&str>,
    room: Option<&str>,
) -> Result<Option<String>, NoCard> {
    let mut fitting: Vec<&Doorway> = doors.iter().collect();
    if let Some(unit) = unit {
        let wanted = rooms::plain(unit);
        let is_it = |d: &&Doorway| {
            d.unit
                .as_deref()
                .map_or(false, |u| rooms::plain(u) == wanted)
        };
        fitting.retain(|d| is_it(d));
        // The building has this unit although its door is not mapped, so it is not an error.
        let is_counted = units.zip(wanted.parse::<u32>().ok());
        let is_counted = is_counted.map_or(false, |(all, unit)| (1..=all).contains(&unit));
        if fitting.is_empty() && !is_counted {
            let mut known: Vec<String> = doors.iter().filter_map(|d| d.unit.clone()).collect();
            known.dedup();
            // If no units are known, any unit is accepted.
            if !known.is_empty() {
                return Err(NoCard::Unit {
                    building: name.to_owned(),
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
            .filter(|d| d.rooms.as_deref().map_or(false, |r| rooms::holds(r, room)))
            .copied()
            .collect();
        if holding.is_empty() && !fitting.is_empty() && fitting.iter().all(says) {
            let mut known: Vec<String> = fitting.iter().filter_map(|d| d.rooms.clone()).collect();
            known.dedup();
            return Err(NoCard::Room {
                building: name.to_owned(),
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
