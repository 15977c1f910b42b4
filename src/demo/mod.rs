//! The demo district 果园新村街道 and synthetic cities, made by a generator that always gives the same.
//!
//! Only the names and codes of the street and its 12 communities, and roughly where they lie, are
//! facts. Everything else is invented, and says so.

mod buildings;
mod cases;
#[cfg(test)]
mod checks;
mod city;
mod civic;
mod compounds;
mod district;
mod feed;
mod frontage;
mod grids;
mod irregular;
mod lots;
mod names;
mod network;
mod offices;
mod park;
mod photos;
mod places;
mod plane;
mod prng;
mod scenes;
mod schemas;
mod script;
mod shopfronts;
mod streets;
mod synth;
mod turns;
mod words;
mod write;

use jiff::Timestamp;

use crate::model::Change;

pub use feed::{Feed, OpenCase};
pub use photos::photos;
pub use schemas::{default_schemas, schemas};
pub use script::{DAYS, Event, PHOTO_AFTER, PHOTO_BEFORE, Sighting, What, Who};
pub use synth::synth;
pub use write::write_dir;

/// Everything of the demo district that stands still, ordered by collection and id. `as_of` only
/// moves dates that are told relative to now, such as when a pocket park opened.
pub fn district(as_of: Timestamp) -> Vec<Change> {
    let (city, places) = district::city();
    district::features(&city, &places, as_of)
}

/// What was reported and done in the 60 days that end at `as_of`, in order. It has to be played on a
/// ledger to become warnings.
pub fn script(district: &[Change], as_of: Timestamp) -> Vec<Event> {
    script::script(&scenes::Scenes::of(district), as_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_time_gives_the_same_district() {
        let as_of: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        assert!(district(as_of) == district(as_of));
    }
}
