//! The configuration: reads schemas, rules and calendar from the folder of `--config` and commits them to the
//! map.

mod folder;
mod watch;

pub use folder::{CALENDAR_FILE, Folder, RULES_FILE, install_schemas, read_schema};
pub use watch::{configure, watch};

pub(super) use folder::row;
