//! The configuration: reads schemas, rules, calendar, travel profiles, standards, rules of placement, deliveries
//! and themes from the folder of `--config` and commits them to the map.

mod folder;
mod watch;

pub use folder::{
    CALENDAR_FILE, DELIVERIES_FILE, Folder, PLACEMENT_FILE, PROFILES_FILE, RULES_FILE,
    STANDARDS_FILE, THEMES_FILE, install_schemas, read_schema,
};
pub use watch::{configure, watch};

pub(super) use folder::row;
