//! The demo district 果园新村街道 and synthetic cities. The generators are deterministic.
//!
//! Only the names and codes of the subdistrict and its 12 communities and their approximate
//! location are real. Everything else is invented and marked as such.

mod buildings;
mod cases;
#[cfg(test)]
mod checks;
mod city;
mod civic;
mod compounds;
mod district;
mod duties;
mod feed;
mod frontage;
mod grids;
mod irregular;
mod islet;
mod lots;
mod names;
mod network;
mod offices;
mod park;
mod photos;
mod places;
mod plane;
mod prng;
mod projects;
mod scenes;
mod schemas;
mod script;
mod shapes;
mod shopfronts;
mod streets;
mod synth;
mod trails;
mod turns;
mod wishes;
mod words;
mod write;

use jiff::Timestamp;

use crate::model::Change;

pub use feed::{Feed, OpenCase};
pub use photos::photos;
pub use schemas::{default_schemas, schemas};
pub use script::{DAYS, Event, Sighting, What, Who};
pub use synth::synth;
pub use write::write_dir;

/// All static features of the demo district, sorted by collection and id. `as_of` only affects
/// relative dates, such as the opening day of a pocket park.
pub fn district(as_of: Timestamp) -> Vec<Change> {
    let (city, places) = district::city();
    district::features(&city, &places, as_of)
}

/// The reports and actions of the 60 days that end at `as_of`, in order. They become warnings when
/// they are applied to a ledger.
pub fn script(district: &[Change], as_of: Timestamp) -> Vec<Event> {
    let scenes = scenes::Scenes::of(district);
    let mut events = script::script(&scenes, as_of);
    events.extend(wishes::history(&scenes, as_of));
    events.sort_by_key(|e| e.at);
    events
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
