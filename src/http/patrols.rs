//! `/api/patrols`: which grids were walked on a day. Only the grid and the hour are stored, never a position.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::body::JsonBody;
use super::problem::Problem;
use super::query::Query;
use crate::model::{Role, both};
use crate::service::patrols::{PatrolError, WalkedGrid, local_hour, note_patrol, walked_on};
use crate::warnings::field::{MomentField, ShortText};

/// The grids that were walked on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct Patrols {
    /// The day in local time.
    #[schema(format = Date)]
    pub day: String,
    /// The walked grids in the caller's communities, ordered by id.
    pub grids: Vec<WalkedGrid>,
}

/// A grid that the caller has walked.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct PatrolBody {
    /// The id of the grid.
    #[serde(default)]
    #[schema(inline, required)]
    pub grid: ShortText,
    /// When the caller walked it, at most 7 days ago; now if absent. Only its day and hour are stored.
    #[serde(default)]
    pub at: MomentField,
}

/// What was stored: the grid, the day and the hour.
#[derive(Debug, Serialize, ToSchema)]
pub struct PatrolNoted {
    /// The id of the grid.
    pub grid: String,
    /// The day in local time.
    #[schema(format = Date)]
    pub day: String,
    /// The hour of the day in local time, 0 to 23.
    pub hour: u8,
}

/// Lists the grids that were walked on a day (巡查记录).
///
/// Officers also see who walked. Accounts are kept for 31 days, the hours without accounts for 400 days.
#[utoipa::path(get, path = "/api/patrols", operation_id = "list_patrols", tag = "warnings",
    params(("day" = Option<String>, Query, description = "The day in local time, such as 2026-11-29; today if absent")),
    responses(
        (status = 200, description = "The walked grids", body = Patrols),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role grid_worker", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&["day"])?;
    let account = worker(&caller)?;
    let asked = query.parsed::<Date>("day", ("日期，如 2026-11-29", "a day such as 2026-11-29"))?;
    let day = asked.unwrap_or_else(|| local_hour(&app.live.snapshot(), Timestamp::now()).0);
    let grids = walked_on(&app.live, account, caller.view(), day).await?;
    let answer = Patrols {
        day: day.to_string(),
        grids,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Records that the caller has walked a grid (巡查到格).
///
/// Only the grid, the day and the hour are stored with the account. Sending it again has no effect.
#[utoipa::path(post, path = "/api/patrols", operation_id = "note_patrol", tag = "warnings",
    request_body = PatrolBody,
    responses(
        (status = 200, description = "What was stored", body = PatrolNoted),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role grid_worker, in the community of the grid", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn note(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    JsonBody(body): JsonBody<PatrolBody>,
) -> Result<Json<PatrolNoted>, Problem> {
    query.only(&[])?;
    let account = worker(&caller)?;
    let grid = body.grid.get("grid")?.ok_or_else(|| {
        let problem = both!("请填写网格的编号", "expected the id of a grid");
        Problem::wrong_field("grid", problem)
    })?;
    let now = Timestamp::now();
    let at = body.at.get("at")?.map_or(now, |moment| moment.0);
    let noted = note_patrol(&app.live, account, caller.view(), &grid.0, (at, now))
        .await
        .map_err(problem)?;
    Ok(Json(PatrolNoted {
        grid: noted.grid,
        day: noted.day.to_string(),
        hour: noted.hour,
    }))
}

/// The id of the caller's account, if it is that of a grid worker.
fn worker(caller: &Caller) -> Result<&str, Problem> {
    caller.author(Role::GridWorker)?;
    Ok(caller
        .principal
        .as_ref()
        .map_or("", |principal| &principal.account_id))
}

fn problem(error: PatrolError) -> Problem {
    match error {
        PatrolError::NoGrid(id) => Problem::wrong_field(
            "grid",
            both!(
                "地图上没有网格“{id}”，请填写网格图层中 kind 为 grid 的编号",
                "there is no grid {id:?} on the map; use the id of a feature of the kind grid in the collection grids"
            ),
        ),
        PatrolError::OutOfReach(_) => Problem::forbidden(both!(
            "该网格不在本账号所限的社区内。",
            "This grid is outside of the communities to which the account is restricted."
        )),
        PatrolError::Moment(why) => Problem::wrong_field("at", why),
        PatrolError::Store(error) => error.into(),
    }
}
