//! Files to checked features to a plan to one commit.
//!
//! | file | subject |
//! | --- | --- |
//! | `detect` | what a file is, by its content |
//! | `split` | GeoJSON cut into features, one at a time |
//! | `read` | cut, parse, transform, check, on a thread of its own |
//! | `spill` | the queue of features that wait for their links; on disk when it is long |
//! | `far` | features far from everything else |
//! | `link` | what belongs together, by geometry |
//! | `infer` | a schema for a collection that nobody described |
//! | `run` | the import itself: stage, link, publish |
//! | `attribution` | whose data it is |
//! | `source` | what is read |
//! | `baseline` | what it is compared with |
//! | `ids` | ids for features that have none |
//! | `plan` | what would change, and the condition of its commit |
//! | `touched` | which features a plan changes, in short |
//! | `conflict` | what others changed since a plan or an import |
//! | `undo` | what was there before an import |
//! | `error` | why an import fails, in both languages |
//! | `report` | what it did |
//! | `threads` | where it works |
//! | `lines` | files of rejects and of features without links |
//!
//! [`import`] plans and commits in one go. [`plan`] tells what would change compared with the store, [`plan_over`]
//! compared with any other [`Baseline`]; both keep the number of the commit that they looked at, the hashes of the
//! files, and a few bytes for each feature that would change. [`commit`] reads the files again and commits where
//! nobody changed what it changes since. [`plan_undo`] and [`undo`] do the same backwards.
//!
//! **All or nothing.** A file that cannot be read to its end (garbage, truncated, no known format)
//! fails the whole import and leaves the map as it was; so does a process that is killed. A single
//! feature that is wrong is left out and listed, the others are committed, and the caller tells by
//! [`Report::rejected`] that not all of it worked.

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
pub use far::{
    on_map as far_on_map, on_map_in as far_on_map_in, problem as why_far, problem_zh as why_far_zh,
};
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

/// How to import.
#[derive(Debug, Clone)]
pub struct Options {
    /// The collection of every feature. Without it a feature's member `collection` says it, or the
    /// file's name; of an OSM extract only this collection is taken.
    pub collection: Option<CollectionId>,
    /// The coordinate system of the files. Without it a file's own member `crs` says it, or WGS 84.
    pub crs: Option<Crs>,
    /// Where ids come from. Elements of OpenStreetMap keep their own.
    pub ids: IdRule,
    /// Whether features that the map has and the files do not are removed, in every collection that the
    /// files bring features of.
    pub remove_missing: bool,
    /// Collections whose features are rejected, because they are imported another way.
    pub refuse: Vec<CollectionId>,
    /// A collection whose features are only read and handed back ([`Report::aside`]): somebody else
    /// decides what they become.
    pub aside: Option<CollectionId>,
    /// Collections that the map must have, even where no file brings a feature of them.
    pub needed: Vec<CollectionId>,
    /// Do everything but commit.
    pub dry_run: bool,
    /// Where to write every reject, a JSON object a line.
    pub rejects: Option<PathBuf>,
    /// Where to write every feature that could not be linked, a JSON object a line.
    pub unlinked: Option<PathBuf>,
    /// The most positions of one geometry.
    pub vertices: usize,
    /// The most bytes of one feature.
    pub feature_bytes: usize,
    /// The author of the commit.
    pub author: Author,
    /// What the reason of the commit says beside the names of the files.
    pub note: Option<String>,
    /// Schemas of collections that the store may not have yet; they are added when they are needed.
    pub schemas: Vec<(CollectionId, Value)>,
    /// Where files are read and features linked.
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
