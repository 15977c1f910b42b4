//! Imports files: reads and checks features, plans the changes, and writes them in one commit.
//!
//! | file | subject |
//! | --- | --- |
//! | `detect` | the format of a file, by its content |
//! | `split` | GeoJSON cut into features, one at a time |
//! | `read` | cut, parse, transform, check, on a separate thread |
//! | `spill` | the queue of features that wait for their links; on disk when it is long |
//! | `far` | features far from everything else |
//! | `link` | links between features, by geometry |
//! | `infer` | a schema for a collection without one |
//! | `run` | the import itself: stage, link, publish |
//! | `attribution` | the credit that a data source requires |
//! | `source` | a file to import |
//! | `baseline` | the state of the map with which an import is compared |
//! | `ids` | ids for features that have none |
//! | `plan` | what an import would change, and the condition of its commit |
//! | `touched` | which features a plan changes, as 64-bit keys |
//! | `conflict` | features that others changed since a plan or an import |
//! | `undo` | the undo of an import |
//! | `error` | why an import fails, in both languages |
//! | `report` | the report of an import |
//! | `threads` | the threads on which an import runs |
//! | `lines` | files of rejects and of features without links |
//!
//! [`import`] plans and commits in one call. [`plan`] compares the files with the store, [`plan_over`] with any other
//! [`Baseline`]; a plan contains the number of the compared commit, the hashes of the files, and eight bytes for
//! each feature that would change. [`commit`] reads the files again, and fails if somebody changed one of these
//! features since. [`plan_undo`] and [`undo`] plan and commit the undo of an import.
//!
//! **Files are all or nothing.** If a file cannot be read to its end (damaged, truncated, unknown format) or the
//! process is killed, the whole import fails and the map stays as it was. An invalid feature is left out and listed;
//! the others are committed, and [`Report::rejected`] is greater than 0.

mod attribution;
mod baseline;
mod conflict;
mod detect;
mod error;
mod far;
mod ids;
mod infer;
mod lines;
mod link;
mod named;
mod plan;
mod read;
mod report;
mod run;
mod source;
mod spill;
mod split;
#[cfg(test)]
mod tests;
mod threads;
mod touched;
mod undo;

use std::path::PathBuf;

use serde_json::Value;

pub use baseline::Baseline;
pub use conflict::{ChangedSince, Conflicts};
pub use detect::Format;
pub use error::ImportError;
pub use far::{on_map as far_on_map, on_map_in as far_on_map_in, problem as why_far};
pub use ids::{IdRule, IdRuleError};
pub use plan::{Basis, Plan};
pub use report::{
    Aside, ChangeKind, Conflict, Counts, Far, FileReport, Progress, Reject, Report, Sample,
    SkippedSheet, Stage, Unlinked,
};
pub use run::{commit, import, plan, plan_over};
pub use source::{ReadSeek, Source};
pub use threads::Threads;
pub use touched::Touched;
pub use undo::{Undo, plan_undo, undo, undo_conflicts};

use crate::model::{Author, CollectionId};
use crate::spatial::crs::Crs;

/// The options of an import.
#[derive(Debug, Clone)]
pub struct Options {
    /// The collection of every feature. Without it, a feature's member `collection` or the file name gives the
    /// collection. Of an OSM extract only this collection is imported.
    pub collection: Option<CollectionId>,
    /// The coordinate system of the files. Without it, the member `crs` of a file gives it; the default is WGS 84.
    pub crs: Option<Crs>,
    /// The source of ids. Elements of OpenStreetMap always keep their ids.
    pub ids: IdRule,
    /// Whether to remove features that are on the map but not in the files, in every collection of which the
    /// files have features.
    pub remove_missing: bool,
    /// Collections whose features are rejected, because another command imports them.
    pub refuse: Vec<CollectionId>,
    /// A collection whose features are only read and returned in [`Report::aside`]; the caller imports them.
    pub aside: Option<CollectionId>,
    /// Collections to create even if no file has a feature of them.
    pub needed: Vec<CollectionId>,
    /// Whether to do everything except the commit.
    pub dry_run: bool,
    /// The file to which every reject is written, one JSON object per line.
    pub rejects: Option<PathBuf>,
    /// The file to which every unlinked feature is written, one JSON object per line.
    pub unlinked: Option<PathBuf>,
    /// The largest number of positions in one geometry.
    pub vertices: usize,
    /// The largest size of one feature, in bytes.
    pub feature_bytes: usize,
    /// The author of the commit.
    pub author: Author,
    /// Text for the reason of the commit, after the names of the files.
    pub note: Option<String>,
    /// Schemas for collections that the store may not have yet; added when a file has features of them.
    pub schemas: Vec<(CollectionId, Value)>,
    /// The threads on which files are read and features are linked.
    pub threads: Threads,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            collection: None,
            crs: None,
            ids: IdRule::Own,
            remove_missing: false,
            refuse: Vec::new(),
            aside: None,
            needed: Vec::new(),
            dry_run: false,
            rejects: None,
            unlinked: None,
            vertices: 500_000,
            feature_bytes: 32 << 20,
            author: Author::system(),
            note: None,
            schemas: Vec::new(),
            threads: Threads::default(),
        }
    }
}
