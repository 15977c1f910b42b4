//! `/api/plan/coverage`: how many people have a facility within a standard, by walks on the network.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::answer::CoverageAnswer;
use super::ask::{ByBody, CoverageBody, wrong};
use super::edits::edits_of;
use super::figures::answer;
use super::sitings::new_job;
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::imports::accepted;
use crate::http::jobs::{JobShown, signed_in};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::{Advice, Cut, Kind};
use crate::model::{Role, RoleSet, both};
use crate::planning::coverage::By;
use crate::service::planning::week::{NoWeek, WEEK, WeekAsk, preview};
use crate::service::planning::{NoCoverage, ScenarioEdit};

/// Who may read coverages and standards: planners, and officers for the wall screen. Only planners may try changes.
pub(super) const READERS: &[Role] = &[Role::Planner, Role::Officer];

/// The advice in the error when a coverage takes too long.
const FEWER: Advice = (
    "请缩小范围或减少点位。",
    "Ask for fewer points or a smaller area.",
);

impl From<NoCoverage> for Problem {
    fn from(reason: NoCoverage) -> Self {
        match reason {
            NoCoverage::Network(reason) => reason.into(),
            NoCoverage::Field(field, problem) => Self::wrong_field(field, problem),
        }
    }
}

/// Returns how many people have a facility within a standard, and which people have none.
///
/// Walks start at doors and follow the network. If the standard is a time, stairs and lifts to the storeys count too.
/// Opening hours of ways, gates and facilities are read for the moment `at`, which is the same for the whole walk.
#[utoipa::path(post, path = "/api/plan/coverage", tag = "planning",
    request_body = CoverageBody,
    responses(
        (status = 200, description = "How many people are covered, who is not, and how far the walks are", body = CoverageAnswer),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong or does not fit the map", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn coverage(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    JsonBody(mut body): JsonBody<CoverageBody>,
) -> Result<Json<CoverageAnswer>, Problem> {
    query.only(&[])?;
    caller.author(Role::Planner)?;
    let edits = std::mem::take(&mut body.edits);
    let edits = edits_of(&app, body.scenario.as_deref(), edits).await?;
    count(&app, caller.roles(), body, edits).await.map(Json)
}

/// Returns the coverage of the map without edits, for a screen: as `POST`, but with parameters instead of a body.
///
/// A read-only token may ask, because nothing is sent but a question. The figures are those of `POST` with the same
/// fields.
#[utoipa::path(get, path = "/api/plan/coverage", operation_id = "shown_coverage", tag = "planning",
    params(
        ("standard" = String, Query, description = "The id of a standard of `/api/plan/standards`"),
        ("collection" = Option<String>, Query, description = "The collection whose features count as facilities; if absent, the facilities that the standard names"),
        ("kind" = Option<String>, Query, description = "Only features of `collection` with this value of the property `kind`"),
        ("aed" = Option<bool>, Query, description = "Whether only features of `collection` with `aed: true` count"),
        ("by" = Option<ByBody>, Query, description = "The kind of areas for which the answer has figures; `community` if absent"),
        ("at" = Option<String>, Query, description = "The moment for which opening hours are read, RFC 3339; now if absent"),
        ("limit" = Option<usize>, Query, maximum = 10000, description = "The most entries of each list in the answer; 100 if absent"),
    ),
    responses(
        (status = 200, description = "How many people are covered, who is not, and how far the walks are", body = CoverageAnswer),
        (status = 400, description = "A parameter is unknown or invalid", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role planner or officer", content_type = "application/problem+json"),
        (status = 422, description = "A parameter does not fit the map", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn shown_coverage(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Json<CoverageAnswer>, Problem> {
    caller.author_as_any(READERS)?;
    let body = CoverageBody::from_query(&query)?;
    let roles = caller.roles();
    count(&app, roles, body, Vec::new()).await.map(Json)
}

/// Counts a coverage on the map with `edits`.
async fn count(
    app: &App,
    roles: RoleSet,
    body: CoverageBody,
    edits: Vec<ScenarioEdit>,
) -> Result<CoverageAnswer, Problem> {
    let divided = (body.by.into(), body.limit, body.brief);
    let ask = body.read(app, roles)?;
    let ground = app.ground(ask.at).await?;
    let planning = Arc::clone(&app.planning);
    let job = move |_: &_| {
        let map = planning.what_if(&ground, &edits, ask.at);
        let map = map.map_err(|reason| Cut::Refused(reason.into()))?;
        let found = planning.coverage(&map.ground, &ask);
        let found = found.map_err(|reason| Cut::Refused(reason.into()))?;
        let standard = (&ask.standard, &ask.demand);
        Ok(answer(&found, &map, divided, standard))
    };
    app.answer_aside(Kind::Walk, FEWER, job).await
}

/// Creates a job that computes the coverage in each hour of a week: the mean, and the worst hour.
///
/// The week begins with the day of `at`. For each hour, opening hours of ways, gates and facilities are read for
/// the middle of the hour. `by` names the areas for which the result has the mean share and the worst
/// hour. Facilities of `add` are always open. `brief` and `limit` change nothing.
#[utoipa::path(post, path = "/api/plan/coverage/week", tag = "planning",
    request_body = CoverageBody,
    responses(
        (status = 202, description = "`Location` names the job; its result is a `WeekAnswer`", body = JobShown),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong or does not fit the map", content_type = "application/problem+json"),
        (status = 429, description = "The account has reached its limit of unfinished jobs", content_type = "application/problem+json"),
    ))]
pub async fn coverage_week(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<CoverageBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let author = caller.author(Role::Planner)?;
    let owner = signed_in(&caller)?.account_id.clone();
    let by: By = body.by.into();
    if by == By::Building {
        return Err(wrong(
            "by",
            both!(
                "应为 grid、community、street 或 housing",
                "expected grid, community, street or housing"
            ),
        ));
    }
    let edits = std::mem::take(&mut body.edits);
    let edits = edits_of(&app, body.scenario.as_deref(), edits).await?;
    let profile = body.profile.clone();
    let ask = WeekAsk::new(body.read(&app, caller.roles())?, profile, by, edits);
    let arguments = serde_json::to_value(&ask).map_err(|e| Problem::internal(&e))?;
    let snapshot = app.live.snapshot();
    let check = move |_: &_| {
        preview(&snapshot, &ask).map_err(|reason| {
            Cut::Refused(match reason {
                NoWeek::Coverage(reason) => reason.into(),
                NoWeek::WhatIf(reason) => reason.into(),
                NoWeek::Cancelled => {
                    Problem::unavailable(both!("请求已取消。", "The request was cancelled."))
                }
            })
        })
    };
    app.answer_aside(Kind::Walk, FEWER, check).await?;
    let new = new_job(WEEK, arguments, (owner, author));
    Ok(accepted(&app, &headers, &app.jobs.create(new).await?))
}
