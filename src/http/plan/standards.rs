//! `/api/plan/standards`: the standards of `standards.toml`, which say how near a facility must be.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::coverage::READERS;
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
pub use crate::planning::standards::StandardShown;

/// The standards.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandardList {
    /// The standards, in the order of `standards.toml`.
    pub standards: Vec<StandardShown>,
}

/// Lists the standards, which say how near a facility must be.
#[utoipa::path(get, path = "/api/plan/standards", tag = "planning",
    responses(
        (status = 200, description = "The standards with their sources", body = StandardList),
        (status = 403, description = "Requires the role planner or officer", content_type = "application/problem+json"),
    ))]
pub async fn standards(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Json<StandardList>, Problem> {
    query.only(&[])?;
    caller.author_as_any(READERS)?;
    let snapshot = app.live.snapshot();
    let standards = snapshot.standards().iter();
    Ok(Json(StandardList {
        standards: standards.map(StandardShown::from).collect(),
    }))
}
