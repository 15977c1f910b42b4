//! The configuration: reads schemas, rules, calendar and travel profiles from the folder of `--config` and commits them
//! to the map.

mod folder;
mod watch;

pub use folder::{CALENDAR_FILE, Folder, PROFILES_FILE, RULES_FILE, install_schemas, read_schema};
pub use watch::{configure, watch};

pub(super) use folder::row;
