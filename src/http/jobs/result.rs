//! The results of jobs, by kind.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ingest::{Basis, Report};
use crate::service::planning::access_changes::AccessAnswer;
use crate::service::planning::siting::SitingResult;
use crate::service::planning::week::WeekAnswer;

/// The result of a job. `kind` is the kind of the job.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobResult {
    /// The plan of an import: what it would change.
    Import(PlanShown),
    /// The commit of an import: what it changed.
    ImportCommit(Report),
    /// The undo of an import: what it changed.
    ImportUndo(Report),
    /// A siting: where facilities should stand.
    Siting(Box<SitingResult>),
    /// Which rules to change, such as which gate should open.
    Access(Box<AccessAnswer>),
    /// The coverage in each hour of a week.
    CoverageWeek(Box<WeekAnswer>),
}

/// The plan of an import.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FileImportPlan)]
pub struct PlanShown {
    /// What the import would change.
    #[serde(flatten)]
    pub report: Report,
    /// The state of the map and the files for which the plan was made.
    pub basis: Basis,
}

impl JobResult {
    /// Parses the stored result of a job of the given kind.
    ///
    /// # Errors
    /// If the kind is unknown, or another version of the program stored the result in another form.
    pub fn read(kind: &str, result: &Value) -> Result<Self, serde_json::Error> {
        let mut tagged = result.clone();
        if let Value::Object(members) = &mut tagged {
            members.insert("kind".to_owned(), kind.into());
        }
        serde_json::from_value(tagged)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_result_is_read_by_the_kind_of_its_job() {
        let report = serde_json::to_value(Report::default()).unwrap();
        let commit = JobResult::read("import_commit", &report).unwrap();
        assert!(matches!(commit, JobResult::ImportCommit(_)));
        assert_eq!(
            serde_json::to_value(commit).unwrap()["kind"],
            "import_commit"
        );
        assert!(
            JobResult::read("import", &report).is_err(),
            "without its basis"
        );
        let mut plan = report.clone();
        plan["basis"] = json!({"seq": 7, "inputs": ["aa"]});
        let plan = JobResult::read("import", &plan).unwrap();
        let shown = serde_json::to_value(plan).unwrap();
        assert_eq!(
            (&shown["basis"]["seq"], &shown["rejected"]),
            (&json!(7), &json!(0))
        );
        assert!(JobResult::read("dreaming", &report).is_err());
    }
}
