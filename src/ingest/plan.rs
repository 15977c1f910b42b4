//! A plan: what an import would do to the map, and the condition under which it may be committed.

use serde::{Deserialize, Serialize};

use super::report::Report;
use super::touched::Touched;

/// The plan of an import or of an undo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What the commit would change.
    pub report: Report,
    /// The commit and the files from which the plan was made.
    pub basis: Basis,
    /// The features that the plan changes. Stored separately, because there may be millions.
    #[serde(skip)]
    pub touched: Touched,
}

/// The state for which a plan was made. The plan can be committed as long as it applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FileImportBasis)]
pub struct Basis {
    /// The newest commit of the map when the plan was made. The plan applies as long as no later commit has changed
    /// a feature that it changes, or a schema by which a feature was checked.
    pub seq: u64,
    /// The SHA-256 of every input, in order.
    pub inputs: Vec<String>,
}
