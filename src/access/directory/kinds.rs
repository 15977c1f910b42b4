//! The priority of collections in the result. This file is also part of the program for phones.

use crate::model::names::collection;

/// The priorities (see [`kind`]) of features whose number may be followed by a unit or a room in a query.
pub(super) const BUILDING: u8 = 4;
pub(super) const ENTRANCE: u8 = 2;

/// Returns the priority of a collection in the result; the highest comes first. People mostly search for compounds and
/// buildings, and seldom for roads or grids.
pub(super) fn kind(collection: &str) -> u8 {
    match collection {
        collection::COMPOUNDS => 5,
        collection::BUILDINGS => BUILDING,
        collection::POCKET_PARKS
        | collection::FIRST_AID_STATIONS
        | collection::FACILITIES
        | collection::UNITS => 3,
        collection::ENTRANCES | collection::ROADS => ENTRANCE,
        collection::GRIDS | collection::BOUNDARIES => 1,
        _ => 0,
    }
}
