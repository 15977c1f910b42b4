//! The names by which the places of an area are found.

use std::collections::BTreeMap;

use crate::access::directory;
use crate::live::Snapshot;
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, ENTRANCES};
use crate::network::file::{Named, Names, Places};

/// Returns the names that the public may see.
pub(super) fn of(snapshot: &Snapshot, places: &Places) -> Names {
    let map = snapshot.collections();
    let compounds = map.get(COMPOUNDS);
    let mut names = Names::default();
    let mut put = |list: Named, number: usize, collection: &str, id: &str| {
        let Some(all) = map.get(collection) else {
            return;
        };
        let Some(entry) = all.get(id) else { return };
        let found = directory::public_names(all, entry, compounds).into_iter();
        (names.names).extend(found.map(|name| (list, number as u32, name)));
    };
    for (number, compound) in places.compounds.iter().enumerate() {
        put(Named::Compound, number, COMPOUNDS, &compound.id);
    }
    for (number, house) in places.houses.iter().enumerate() {
        put(Named::House, number, BUILDINGS, &house.id);
    }
    for (number, door) in places.doors.iter().enumerate() {
        put(Named::Door, number, ENTRANCES, &door.id);
    }
    for (number, place) in places.places.iter().enumerate() {
        put(
            Named::Place,
            number,
            place.collection.collection(),
            &place.id,
        );
    }
    let mut readings = BTreeMap::new();
    for c in names.names.iter().flat_map(|(_, _, name)| name.chars()) {
        // Names are compared in their simplified form.
        for c in directory::plain(c) {
            readings.entry(c).or_insert_with(|| directory::readings(c));
        }
    }
    let readings = readings.into_iter().filter(|(_, all)| !all.is_empty());
    names.readings = readings
        .map(|(c, all)| (c, all.iter().map(|&r| r.to_owned()).collect()))
        .collect();
    names
}
