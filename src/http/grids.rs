//! `/api/grids/status`: the level of each grid, with the reason and since when.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::App;
use super::answer::{self, Answer, Tag};
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use super::warnings::read_as_of;
use crate::live::Snapshot;
use crate::model::RoleSet;
use crate::model::names::collection::WARNINGS;
use crate::service::ledger::past;
use crate::warnings::{GridStatus, OpenCounts, StatusBoard};

const JSON: &str = "application/json";

/// The level of every grid.
#[derive(Debug, Serialize, ToSchema)]
pub struct GridStatuses {
    /// The number of the commit that the answer shows.
    pub seq: u64,
    /// The moment that the answer shows.
    #[schema(format = DateTime)]
    pub at: String,
    /// The number of open cases on the whole map.
    pub open: OpenCounts,
    /// The grids, the communities and the subdistrict.
    #[schema(value_type = Vec<GridStatus>)]
    pub grids: Value,
}

/// Lists the level of every grid: the worst level of its open warnings, with the reason in words.
#[utoipa::path(get, path = "/api/grids/status", tag = "warnings",
    params(("as_of" = Option<String>, Query, description = "The levels at this past moment, such as 2026-11-22T06:05:00Z")),
    responses((status = 200, description = "The level of every grid", body = GridStatuses)))]
pub async fn status(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["as_of"])?;
    let snapshot = app.live.snapshot();
    if let Some(at) = read_as_of(&query)? {
        let board = app
            .read_past(past::status_at(&app.live, at, past::MOST))
            .await?;
        let statuses = GridStatuses {
            seq: snapshot.seq(),
            at: at.to_string(),
            open: board.open(),
            grids: grids_with_reasons(&snapshot, &board, caller.roles()),
        };
        return answer::json(JSON, &statuses, &snapshot, &caller, &headers);
    }
    let tag = Tag::new(&snapshot, snapshot.seq(), &caller, &["status"]);
    let body = || {
        let statuses = GridStatuses {
            seq: snapshot.seq(),
            at: snapshot.at().to_string(),
            open: snapshot.status().open(),
            grids: grids_with_reasons(&snapshot, snapshot.status(), caller.roles()),
        };
        json!(statuses).to_string()
    };
    Ok(Answer::new(JSON, tag, &snapshot, &caller).send(&headers, body))
}

/// The grids. The reason of a grid is made from the reasons of its cases, so it is left out if the roles may not see
/// those.
fn grids_with_reasons(snapshot: &Snapshot, board: &StatusBoard, roles: RoleSet) -> Value {
    let mut grids = json!(board.grids());
    let cases = snapshot.collections().get(WARNINGS);
    if cases.is_none_or(|c| c.schema().shows(roles, "reason")) {
        return grids;
    }
    for grid in grids.as_array_mut().into_iter().flatten() {
        if let Some(grid) = grid.as_object_mut() {
            grid.remove("reason");
        }
    }
    grids
}
