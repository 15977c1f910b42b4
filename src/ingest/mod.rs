//! Files to checked features to one commit.
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
//! | `source` | whose data it is |
//! | `report` | what it did |
//! | `lines` | files of rejects and of features without links |
//!
//! **All or nothing.** A file that cannot be read to its end (garbage, truncated, no known format)
//! fails the whole import and leaves the map as it was; so does a process that is killed. A single
//! feature that is wrong is left out and listed, the others are committed, and the caller tells by
//! [`Report::rejected`] that not all of it worked.

mod detect;
mod far;
mod infer;
mod lines;
mod link;
mod read;
mod report;
mod run;
mod source;
mod spill;
mod split;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;

use serde_json::Value;

pub use detect::Format;
pub use far::{on_map as far_on_map, problem as why_far, problem_zh as why_far_zh};
pub use report::{
    Aside, Counts, Far, FileReport, Progress, Reject, Report, SkippedSheet, Stage, Unlinked,
};
pub use run::import;

use crate::model::{Author, CollectionId, SchemaError};
use crate::spatial::crs::Crs;
use crate::store::StoreError;

/// How to import.
#[derive(Debug, Clone)]
pub struct Options {
    /// The collection of every feature. Without it a feature's member `collection` says it, or the
    /// file's name; of an OSM extract only this collection is taken.
    pub collection: Option<CollectionId>,
    /// The coordinate system of the files. Without it a file's own member `crs` says it, or WGS 84.
    pub crs: Option<Crs>,
    /// The property that is the id, where the member `id` is not.
    pub id_property: Option<String>,
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
    /// Who imports.
    pub author: Author,
    /// Schemas of collections that the store may not have yet; they are added when they are needed.
    pub schemas: Vec<(CollectionId, Value)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            collection: None,
            crs: None,
            id_property: None,
            aside: None,
            needed: Vec::new(),
            dry_run: false,
            rejects: None,
            unlinked: None,
            vertices: 500_000,
            feature_bytes: 32 << 20,
            author: Author::system(),
            schemas: Vec::new(),
        }
    }
}

/// Why an import failed; the map is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be used.
    #[error("{}: {problem}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A list that was asked for cannot be written.
    #[error("{}: cannot be written: {source}", file.display())]
    Output {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The collection named is not for imports.
    #[error("the collection {0:?} belongs to the program and takes no imports")]
    Hidden(CollectionId),
    /// The schema of a collection kept changing while the files were read.
    #[error(
        "the schema of {0} was changed while the import ran, several times; nothing was written: \
         start the import again"
    )]
    SchemaChanged(String),
    /// A schema on the map is broken.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reading thread died.
    #[error("the import broke off: {0}")]
    Broken(String),
}
