//! The edits of a request, or of the scenario that it names.

use crate::http::App;
use crate::http::problem::{Problem, WrongField};
use crate::model::both;
use crate::service::planning::{NoWhatIf, ScenarioEdit, WrongEdit, scenarios};

/// The edits of a request: its own, or those of the scenario that it names.
pub(super) async fn edits_of(
    app: &App,
    scenario: Option<&str>,
    edits: Vec<ScenarioEdit>,
) -> Result<Vec<ScenarioEdit>, Problem> {
    let Some(id) = scenario else {
        return Ok(edits);
    };
    if !edits.is_empty() {
        return Err(Problem::wrong_field(
            "edits",
            both!(
                "已填写方案编号 scenario，不能同时填写 edits",
                "expected either a scenario or edits, found both"
            ),
        ));
    }
    let found = scenarios::edits_of(app.live.store(), id).await?;
    found.ok_or_else(|| {
        Problem::wrong_field(
            "scenario",
            both!("没有方案“{id}”", "there is no scenario {id:?}"),
        )
    })
}

impl From<NoWhatIf> for Problem {
    fn from(reason: NoWhatIf) -> Self {
        match reason {
            NoWhatIf::Network(reason) => reason.into(),
            NoWhatIf::Edits(wrong) => wrong_edits(wrong),
        }
    }
}

/// The error for edits that cannot be applied to the map.
pub(super) fn wrong_edits(wrong: Vec<WrongEdit>) -> Problem {
    let problem = match wrong.first() {
        Some(first) => Problem::wrong_field(&first.field, first.problem.clone()),
        None => Problem::wrong_field("edits", both!("改动无法应用", "cannot be applied")),
    };
    let wrong = wrong.into_iter();
    problem.with_errors(wrong.map(|w| WrongField::new(w.field, w.problem)).collect())
}
