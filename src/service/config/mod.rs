//! The configuration: schemas, rules and calendar out of the folder of `--config`, committed to the map.

mod folder;
mod watch;

pub use folder::{CALENDAR_FILE, Folder, RULES_FILE, install_schemas, read_schema};
pub use watch::{configure, watch};

pub(super) use folder::row;
