//! How to reach who reported a case: for officers, for as long as the rules say, and never in the log.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Found;
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::Role;

/// The contact that a reporter left.
#[utoipa::path(get, path = "/api/warnings/{id}/contact", operation_id = "warning_contact", tag = "warnings",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 200, description = "`{id, contact}`; `contact` is null where none was left, or its time is over and it was erased", body = Value),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role officer, in this community", content_type = "application/problem+json"),
        (status = 404, description = "No such case", content_type = "application/problem+json"),
    ))]
pub async fn contact(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Officer)?;
    if caller.principal.as_ref().is_some_and(|p| p.read_only) {
        return Err(Problem::forbidden(
            "A screen that nobody watches over tells nobody's contact (its token was made with \
             --read-only).",
        ));
    }
    let snapshot = app.live.snapshot();
    let found = Found::read(&snapshot, &id)?;
    if !caller.view().reaches(found.case.community.as_deref()) {
        return Err(Problem::forbidden(
            "The account is bound to other communities than this case's.",
        ));
    }
    let contact = app.live.store().contact(found.entry.id()).await?;
    let body = json!({"id": id, "contact": contact}).to_string();
    let head = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((head, body).into_response())
}
