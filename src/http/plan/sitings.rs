//! `/api/plan/sitings`: creates the job that finds where facilities should stand, or which rules to change.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::access::{self, AccessBody};
use super::ask::FEWER;
use super::edits::{edits_of, wrong_edits};
use super::siting_ask::SitingBody;
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::{JsonBody, not_json};
use crate::http::imports::accepted;
use crate::http::jobs::{JobShown, signed_in};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::{Cut, Kind};
use crate::live::jobs::KEPT;
use crate::model::{Author, Localized, Role, both};
use crate::service::planning::access_changes;
use crate::service::planning::siting::{NoSiting, SITING, preview};
use crate::store::NewJob;

impl From<NoSiting> for Problem {
    fn from(reason: NoSiting) -> Self {
        match reason {
            NoSiting::Network(reason) => reason.into(),
            NoSiting::Edits(wrong) => wrong_edits(wrong),
            NoSiting::Field(field, problem) => Self::wrong_field(&field, problem),
            NoSiting::Text(Localized { zh, en }) => Self::too_much(both!("{zh}", "{en}")),
            NoSiting::Cancelled => {
                Self::unavailable(both!("请求已取消。", "The request was cancelled."))
            }
        }
    }
}

/// The request body: where facilities should stand, or which rules to change.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "describes a body that is read by hand, so that errors name the field"
)]
pub enum PlanQuestion {
    /// Where facilities should stand.
    Siting(Box<SitingBody>),
    /// Which rules to change.
    Access(Box<AccessBody>),
}

/// Creates a job that finds where facilities should stand.
///
/// The job reads the map when it starts, finds the walks from every door to every candidate, and searches until a plan
/// is proven to be the best or the time limit is reached. The result has the best plan found, a bound (no plan is
/// better than it), the gap between the two, and the reason why the solver stopped. The progress of the job has the
/// objective of the best plan so far, the bound and the gap. `docs/planning.md` says which constraint applies to which
/// problem.
///
/// With `problem: "access"`, the job finds which access rules to change instead, such as which gate should open.
#[utoipa::path(post, path = "/api/plan/sitings", operation_id = "create_siting", tag = "planning",
    request_body = PlanQuestion,
    responses(
        (status = 202, description = "`Location` names the job; its result is a `SitingResult`, with `problem: \"access\"` an `AccessAnswer`", body = JobShown),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong, a constraint does not apply to the problem, or the request does not fit the map", content_type = "application/problem+json"),
        (status = 429, description = "The account has reached its limit of unfinished jobs", content_type = "application/problem+json"),
    ))]
pub async fn create_siting(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(question): JsonBody<Map<String, Value>>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let author = caller.author(Role::Planner)?;
    let owner = signed_in(&caller)?.account_id.clone();
    let question = Value::Object(question);
    if access::is_access(&question) {
        let ask = access::read(&app, question, caller.roles()).await?;
        let arguments = serde_json::to_value(&ask).map_err(|e| Problem::internal(&e))?;
        let new = new_job(access_changes::KIND, arguments, (owner, author));
        return Ok(accepted(&app, &headers, &app.jobs.create(new).await?));
    }
    let mut body: SitingBody =
        serde_json::from_value(question.clone()).map_err(|e| not_json(None, &e))?;
    let edits = std::mem::take(&mut body.edits);
    body.edits = edits_of(&app, body.scenario.as_deref(), edits).await?;
    let ask = body.read(&app, caller.roles(), question)?;
    let arguments = serde_json::to_value(&ask).map_err(|e| Problem::internal(&e))?;
    let snapshot = app.live.snapshot();
    let job = move |_: &_| {
        let found = preview(&snapshot, &ask);
        found.map_err(|reason| Cut::Refused(reason.into()))
    };
    app.answer_aside(Kind::Walk, FEWER, job).await?;
    let new = new_job(SITING, arguments, (owner, author));
    Ok(accepted(&app, &headers, &app.jobs.create(new).await?))
}

pub(super) fn new_job(kind: &str, arguments: Value, (owner, author): (String, Author)) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        arguments,
        owner,
        author,
        parent: None,
        upload: None,
        seq: None,
        expires_at: Timestamp::now() + KEPT,
    }
}
