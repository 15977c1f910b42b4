//! The report of an import: what was changed, and what the reader has to correct.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Format;
use crate::codec::check::Problem;
use crate::model::{CollectionId, Feature, FeatureId, InChinese, Localized};

/// A rejected feature with the reason. One line of the rejects file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportReject)]
pub struct Reject {
    /// The name of the file, as the caller gave it.
    pub file: String,
    /// The sheet, in a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The line on which the feature begins, from 1, in text files; the row of a sheet.
    pub line: Option<u64>,
    /// The position of the feature among the features of the file, from 0, in text files.
    pub index: Option<u64>,
    /// The id of the feature, if it has one: `w123` for way 123 of an OSM extract.
    pub id: Option<String>,
    /// The collection into which the feature would have been imported.
    pub collection: Option<String>,
    /// The invalid part of the feature: `geometry.coordinates[0]`, `properties.levels`, `id`.
    pub field: String,
    /// What was found and what was expected, in English.
    pub problem: String,
    /// The text of `problem` in Chinese.
    #[serde(default)]
    pub problem_zh: String,
    /// The problems of the feature other than `problem`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Problem>,
}

/// A feature that was read and is left to the caller to import, with its position in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Aside {
    /// The name of the file, as the caller gave it.
    pub file: String,
    /// The line on which the feature begins, from 1.
    pub line: Option<u64>,
    /// The position of the feature among the features of the file, from 0.
    pub index: Option<u64>,
    /// The feature; only its geometry was checked.
    pub feature: Feature,
}

/// A feature without an expected link to another feature. One line of the unlinked file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportUnlinked)]
pub struct Unlinked {
    /// The collection of the feature.
    pub collection: String,
    /// The id of the feature.
    pub id: String,
    /// The property that stays empty.
    pub property: String,
    /// Why the property could not be linked, in English.
    pub problem: String,
    /// The text of `problem` in Chinese.
    #[serde(default)]
    pub problem_zh: String,
}

/// A feature that lies far from everything else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportFar)]
pub struct Far {
    /// The collection of the feature.
    pub collection: String,
    /// The id of the feature.
    pub id: String,
    /// The row of the feature, in a sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// The longitude and latitude of the feature, in degrees of WGS 84.
    pub at: [f64; 2],
    /// The likely cause, in English.
    pub problem: String,
    /// The text of `problem` in Chinese.
    #[serde(default)]
    pub problem_zh: String,
}

/// A sheet of a workbook that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportSkippedSheet)]
pub struct SkippedSheet {
    /// The name of the file, as the caller gave it.
    pub file: String,
    /// The name of the sheet.
    pub sheet: String,
    /// The number of rows that are not empty.
    pub rows: usize,
    /// Why the sheet is left out, in English.
    pub why: String,
    /// The text of `why` in Chinese.
    #[serde(default)]
    pub why_zh: String,
}

/// A feature that a plan changes and that somebody else changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportConflict)]
pub struct Conflict {
    /// The collection of the feature.
    pub collection: String,
    /// The id of the feature.
    pub id: String,
    /// How the feature was changed meanwhile, in English.
    pub problem: String,
    /// The text of `problem` in Chinese.
    #[serde(default)]
    pub problem_zh: String,
}

impl Conflict {
    /// Creates a conflict: the feature, and how somebody else changed it.
    pub fn new(collection: &CollectionId, id: &FeatureId, problem: impl Into<Localized>) -> Self {
        let Localized { zh, en } = problem.into();
        Self {
            collection: collection.to_string(),
            id: id.to_string(),
            problem: en,
            problem_zh: zh,
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {}", self.collection, self.id, self.problem)
    }
}

impl InChinese for Conflict {
    fn zh(&self) -> String {
        format!("{}/{}：{}", self.collection, self.id, self.problem_zh)
    }
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// The numbers of features of one collection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportCounts)]
pub struct Counts {
    /// Features that were read from the files.
    pub read: u64,
    /// New features, and features that differ from the map.
    pub changed: u64,
    /// How many of `changed` are new on the map.
    #[serde(default)]
    pub new: u64,
    /// Features that are already on the map without a difference.
    pub unchanged: u64,
    /// Features that were rejected.
    pub rejected: u64,
    /// Imported features with a link that was not found.
    pub unlinked: u64,
    /// Features that were removed, because they are on the map but not in the files.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u64,
    /// Features without an id in the files, whose id was derived from geometry and name.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub made_ids: u64,
}

/// The kind of a change of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportChange)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The map does not have the feature.
    New,
    /// The map has the feature with another content.
    Changed,
    /// The feature is removed.
    Removed,
}

/// One of the changes that an import makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportSample)]
pub struct Sample {
    /// The collection of the feature.
    pub collection: String,
    /// The id of the feature.
    pub id: String,
    /// Whether the feature is added, changed or removed.
    pub kind: ChangeKind,
}

/// One file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportFile)]
pub struct FileReport {
    /// The name of the file as the caller gave it.
    pub file: String,
    /// The detected format.
    pub format: Format,
}

/// The report of an import.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportReport)]
pub struct Report {
    /// The files, in order.
    pub files: Vec<FileReport>,
    /// The counts of each collection.
    #[schema(value_type = BTreeMap<String, Counts>)]
    pub collections: BTreeMap<CollectionId, Counts>,
    /// Collections that the map did not have.
    #[schema(value_type = Vec<String>)]
    pub created: Vec<CollectionId>,
    /// The SHA-256 of every file that was read, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// West, south, east and north of the features that were read, in degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<[f64; 4]>,
    /// The first changes of each kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// Features with derived ids whose geometry and name equal those of an earlier feature: each got the id of the
    /// first one and a number, in the order of the files.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub identical: u64,
    /// Collections from which nothing was removed, because some of their rejected features have no id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub not_removed: Vec<CollectionId>,
    /// The commit that is undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// Features that cannot be restored, because they were changed later.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub conflicting: u64,
    /// The first features that cannot be restored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// Features that were rejected, including those whose collection is unknown.
    pub rejected: u64,
    /// The first rejected features. The file of `--rejects` has all of them.
    pub rejects: Vec<Reject>,
    /// The first features without a link that they should have.
    pub unlinked: Vec<Unlinked>,
    /// Collections to which features should be linked, but which have no feature.
    pub nothing_to_link_to: Vec<String>,
    /// How many features lie far from everything else: imported, but most likely at a wrong position.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub far_away: u64,
    /// The first features that lie far from everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub far: Vec<Far>,
    /// Sheets of workbooks that were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped_sheets: Vec<SkippedSheet>,
    /// Columns of sheets that the ledger does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored_columns: Vec<String>,
    /// The features that were only read, because the caller imports them itself.
    #[serde(skip)]
    pub aside: Vec<Aside>,
    /// Ids of merged warnings that are not on the map: each counts in the case it was merged into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<String>,
    /// How many valid warnings are not imported because others are invalid: either all are imported or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_back: Option<u64>,
    /// Properties of warnings that the ledger does not know and does not keep.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
    /// Whether this was a dry run: nothing was written.
    pub dry_run: bool,
    /// The commit's number; `None` in a dry run.
    pub seq: Option<u64>,
    /// When the commit was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

impl Report {
    /// The most rejects, and the most unlinked features, that the report lists.
    pub const SAMPLES: usize = 20;

    /// Keeps a change as a sample, unless there are enough of its kind.
    pub(super) fn sample(&mut self, collection: &CollectionId, id: &FeatureId, kind: ChangeKind) {
        // Samples of all kinds are in one list, so count those of this kind; the list is short.
        if self.samples.iter().filter(|s| s.kind == kind).count() < Self::SAMPLES {
            self.samples.push(Sample {
                collection: collection.to_string(),
                id: id.to_string(),
                kind,
            });
        }
    }

    /// The sum over all collections.
    pub fn total(&self) -> Counts {
        self.collections
            .values()
            .fold(Counts::default(), |a, b| Counts {
                read: a.read + b.read,
                changed: a.changed + b.changed,
                unchanged: a.unchanged + b.unchanged,
                rejected: a.rejected + b.rejected,
                unlinked: a.unlinked + b.unlinked,
                new: a.new + b.new,
                removed: a.removed + b.removed,
                made_ids: a.made_ids + b.made_ids,
            })
    }
}

/// The stage of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Reading and checking the file with this name.
    Reading(PathBuf),
    /// Linking features to each other.
    Linking,
    /// Reading the state of features before an import, for its undo.
    Restoring,
    /// Publishing the commit.
    Publishing,
    /// Compacting the log of the store, after the commit is durable.
    Settling,
}

/// Receives the progress of an import.
pub trait Progress: Send + Sync {
    /// Reports the completed share of the stage, 0 to 1, and the number of features processed so far.
    fn update(&self, stage: &Stage, share: f64, features: u64);

    /// Called once, right before the commit; `false` cancels the import.
    fn may_publish(&self) -> bool {
        true
    }
}

/// Ignores progress.
impl Progress for () {
    fn update(&self, _: &Stage, _: f64, _: u64) {}
}
