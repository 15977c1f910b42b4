//! `/api/plan/scenarios`: edits to the map that planners try. They are saved and shared between planners.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::edits::wrong_edits;
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::model::{Role, both};
use crate::service::planning::scenarios::{self, NoScenario, Scenario, ScenarioWanted};

/// All scenarios.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScenarioList {
    /// The scenarios, the last saved one first.
    pub scenarios: Vec<Scenario>,
}

/// Lists all scenarios.
#[utoipa::path(get, path = "/api/plan/scenarios", operation_id = "list_scenarios", tag = "planning",
    responses(
        (status = 200, description = "The scenarios of all planners", body = ScenarioList),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
    ))]
pub async fn list_scenarios(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Planner)?;
    let scenarios = scenarios::scenarios(&app.live).await?;
    Ok((
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        axum::Json(ScenarioList { scenarios }),
    )
        .into_response())
}

/// Saves a new scenario.
///
/// The edits are checked against the present map.
#[utoipa::path(post, path = "/api/plan/scenarios", operation_id = "create_scenario", tag = "planning",
    request_body = ScenarioWanted,
    responses(
        (status = 201, description = "Saved; `Location` is the address of the scenario, `ETag` its version", body = Scenario),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
        (status = 409, description = "The scenarios have reached the limit of their number or total size", content_type = "application/problem+json"),
        (status = 422, description = "An edit does not fit the map, or a field is wrong; `errors` names each, such as `edits[3].feature.geometry`", content_type = "application/problem+json"),
    ))]
pub async fn create_scenario(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<ScenarioWanted>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let by = account(&caller)?;
    let made = scenarios::create(&app.live, &app.planning, &by, &wanted).await?;
    let place = format!(
        "{}/api/plan/scenarios/{}",
        app.base(&headers),
        segment(&made.id)
    );
    let mut response = shown(StatusCode::CREATED, &made);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Returns a scenario.
#[utoipa::path(get, path = "/api/plan/scenarios/{id}", operation_id = "read_scenario", tag = "planning",
    params(("id" = String, Path, description = "The id of the scenario")),
    responses(
        (status = 200, description = "The scenario; `ETag` is its version", body = Scenario),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
        (status = 404, description = "No such scenario", content_type = "application/problem+json"),
    ))]
pub async fn read_scenario(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Planner)?;
    let found = scenarios::scenario(&app.live, &id).await?;
    let found = found.ok_or(NoScenario::Missing)?;
    Ok(shown(StatusCode::OK, &found))
}

/// Replaces the name, edits and question of a scenario.
///
/// The edits are checked against the present map. The member `seq` of the scenario becomes the number of the present
/// commit.
#[utoipa::path(put, path = "/api/plan/scenarios/{id}", operation_id = "save_scenario", tag = "planning",
    params(
        ("id" = String, Path, description = "The id of the scenario"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version that was read. If the scenario has another version, the answer is 412"),
    ),
    request_body = ScenarioWanted,
    responses(
        (status = 200, description = "Saved; `ETag` is the new version", body = Scenario),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
        (status = 404, description = "No such scenario", content_type = "application/problem+json"),
        (status = 409, description = "The scenarios have reached the limit of their total size", content_type = "application/problem+json"),
        (status = 412, description = "The scenario has another version than `If-Match`; `saved_by` and `saved_at` say who saved it and when, `version` is its version", content_type = "application/problem+json"),
        (status = 422, description = "An edit does not fit the map, or a field is wrong; `errors` names each", content_type = "application/problem+json"),
    ))]
pub async fn save_scenario(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<ScenarioWanted>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let by = account(&caller)?;
    let expected = expected(&headers, &id)?;
    let saved = scenarios::save(&app.live, &app.planning, &by, (&id, expected), &wanted);
    Ok(shown(
        StatusCode::OK,
        &saved.await.map_err(|e| refused(&app, e))?,
    ))
}

/// Deletes a scenario.
#[utoipa::path(delete, path = "/api/plan/scenarios/{id}", operation_id = "delete_scenario", tag = "planning",
    params(
        ("id" = String, Path, description = "The id of the scenario"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the version that was read. If the scenario has another version, the answer is 412"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 403, description = "Requires the role planner", content_type = "application/problem+json"),
        (status = 404, description = "No such scenario", content_type = "application/problem+json"),
        (status = 412, description = "The scenario has another version than `If-Match`; `saved_by` and `saved_at` say who saved it and when, `version` is its version", content_type = "application/problem+json"),
    ))]
pub async fn delete_scenario(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    query.only(&[])?;
    caller.author(Role::Planner)?;
    let expected = expected(&headers, &id)?;
    let deleted = scenarios::delete(&app.live, &id, expected).await;
    deleted.map_err(|e| refused(&app, e))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The name of the account that saves.
fn account(caller: &Caller) -> Result<String, Problem> {
    let author = caller.author(Role::Planner)?;
    Ok(author.account.unwrap_or_default())
}

/// The version that `If-Match` requires; `None` if it requires none.
fn expected(headers: &HeaderMap, id: &str) -> Result<Option<u64>, Problem> {
    let Some(tag) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let tag = tag.to_str().unwrap_or_default().trim();
    if tag == "*" {
        return Ok(None);
    }
    let inside = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
    let version = inside
        .and_then(|t| t.strip_prefix(id))
        .and_then(|t| t.strip_prefix('.')?.parse().ok());
    version.map(Some).ok_or_else(|| {
        Problem::changed_meanwhile(both!(
            "If-Match: {tag} 不是该方案的 ETag，请重新读取方案。",
            "If-Match: {tag} is not the ETag of this scenario. Read the scenario again."
        ))
    })
}

fn shown(status: StatusCode, scenario: &Scenario) -> Response {
    let mut response = (status, axum::Json(scenario)).into_response();
    let headers = response.headers_mut();
    let no_store = HeaderValue::from_static("no-store");
    headers.insert(header::CACHE_CONTROL, no_store);
    let tag = format!("\"{}.{}\"", scenario.id, scenario.version);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The error for a refused write. If the scenario has a newer version, the error says who saved that version and when,
/// in local time.
fn refused(app: &App, reason: NoScenario) -> Problem {
    let NoScenario::Overtaken(now) = reason else {
        return reason.into();
    };
    let offset = app.live.snapshot().ledger().calendar().offset;
    let at = offset.to_datetime(now.saved_at).strftime("%Y-%m-%d %H:%M");
    let by = &now.saved_by;
    Problem::changed_meanwhile(both!(
        "“{by}”已于 {at} 保存该方案的新版本。请重新读取，再决定保留哪一版。",
        "{by} saved a newer version of this scenario at {at}. Read it again, then decide which version to keep."
    ))
    .with("saved_by", now.saved_by.as_str())
    .with("saved_at", now.saved_at.to_string())
    .with("version", now.version)
}

impl From<NoScenario> for Problem {
    fn from(reason: NoScenario) -> Self {
        match reason {
            NoScenario::Missing => Self::not_found(both!(
                "没有这个方案，可能已被删除。",
                "There is no such scenario; it may have been deleted. /api/plan/scenarios lists all scenarios."
            )),
            NoScenario::Overtaken(_) => Self::changed_meanwhile(both!(
                "方案已被他人修改，请重新读取。",
                "Somebody saved a newer version of this scenario. Read it again."
            )),
            NoScenario::Field(field, problem) => Self::wrong_field(field, problem),
            NoScenario::Edits(wrong) => wrong_edits(wrong),
            NoScenario::Full(problem) => Self::conflict(problem),
            NoScenario::Store(error) => error.into(),
        }
    }
}
