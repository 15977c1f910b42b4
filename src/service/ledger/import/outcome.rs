//! The result of importing a ledger.

use jiff::Timestamp;
use serde::Serialize;

use crate::live::Written;
use crate::model::{FeatureId, Level};
use crate::warnings::Status;
use crate::warnings::sheet::Problem;

/// The result of an import, or of its dry run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportOutcome {
    /// The number of new cases.
    pub created: u32,
    /// The number of known cases that get further steps.
    pub updated: u32,
    /// The number of cases that are already as the sheet says.
    pub unchanged: u32,
    /// Why rows are refused. If there is a problem, nothing is written.
    pub problems: Vec<Problem>,
    /// The first rows, as the import would write them.
    pub preview: Vec<ImportedRow>,
    /// The first new rows that lie far from everything on the map. They are imported, but their positions are
    /// probably wrong.
    pub far: Vec<FarRow>,
    /// The number of all new rows that lie far from everything on the map.
    pub far_away: u64,
    /// The last commit of the import; `None` if nothing was written.
    pub written: Option<Written>,
}

/// The result of importing one row of a sheet.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ImportedRow {
    /// The name of the row's sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The number of the row in the sheet.
    pub row: u32,
    /// Whether the case is new, updated or unchanged.
    pub becomes: Becomes,
    /// The category of the case.
    pub category: String,
    /// The status of the case after the row.
    pub status: Status,
    /// When the case was reported.
    #[schema(value_type = String, format = DateTime)]
    pub reported_at: Timestamp,
    /// The place as a text.
    pub place: Option<String>,
    /// The unit in charge.
    pub unit: Option<String>,
    /// The id of the case; absent if the case stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<FeatureId>,
    /// The level of the case after the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The grid of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<String>,
    /// The community of the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
}

/// Whether a row creates a case, updates one or changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// A new case.
    Created,
    /// A known case gets further steps.
    Updated,
    /// The case is already as the row says.
    Unchanged,
}

/// A row that lies far from everything on the map.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FarRow {
    /// The index of the row's sheet among those that were read.
    #[serde(skip)]
    pub from: usize,
    /// The name of the row's sheet, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The number of the row in the sheet.
    pub row: u32,
    /// The id of the row's case.
    pub id: String,
    /// The position: longitude and latitude in degrees, WGS 84.
    pub at: [f64; 2],
    /// The probable reason, in English.
    pub problem: String,
    /// The probable reason, in Chinese.
    pub problem_zh: String,
}
