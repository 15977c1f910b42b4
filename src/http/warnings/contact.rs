//! How to reach who reported a case: for officers, for as long as the rules say, and never in the log.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Found;
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::names::collection::WARNINGS;
use crate::model::{Role, both};
use crate::service::ledger::cases;
use crate::store::audit::{AuditEntry, AuditKind};
use crate::store::{CONTACT, Erasure};

/// How to reach who reported a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contact {
    /// The case.
    pub id: String,
    /// What the reporter left; null where that is nothing, or its time is over and it was erased.
    pub contact: Option<String>,
}

/// The contact that a reporter left.
#[utoipa::path(get, path = "/api/warnings/{id}/contact", operation_id = "warning_contact", tag = "warnings",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 200, description = "How to reach who reported it", body = Contact),
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
        return Err(Problem::forbidden(both!(
            "只读令牌（如大屏）不能查看联系方式。",
            "A read-only token, such as that of a wall screen, does not show contacts."
        )));
    }
    let found = in_scope(&app, &caller, &id)?;
    let store = app.live.store();
    let contact = store.contact(found.entry.id()).await?;
    if contact.is_some() {
        // The look is recorded before the contact is sent.
        let look = AuditEntry::new(AuditKind::Look)
            .of_this_request()
            .on(WARNINGS, &id)
            .saying(CONTACT);
        store.audit(look).await?;
    }
    let head = [(header::CACHE_CONTROL, "no-store")];
    Ok((head, axum::Json(Contact { id, contact })).into_response())
}

/// Erases the contact that a reporter left, before its time.
#[utoipa::path(delete, path = "/api/warnings/{id}/contact", operation_id = "erase_warning_contact", tag = "warnings",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 204, description = "There is none any more. The audit says who erased it; a restored backup is cleaned again"),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role officer, in this community", content_type = "application/problem+json"),
        (status = 404, description = "No such case", content_type = "application/problem+json"),
    ))]
pub async fn erase_contact(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let author = caller.author(Role::Officer)?;
    let found = in_scope(&app, &caller, &id)?;
    let erasure = Erasure {
        collection: cases::collection()?,
        id: found.entry.id().clone(),
        paths: vec![CONTACT.to_owned()],
        photos: false,
    };
    let store = app.live.store();
    store.erase(&erasure, author, "asked for").await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A case, where the caller's communities include its.
fn in_scope(app: &App, caller: &Caller, id: &str) -> Result<Found, Problem> {
    let found = Found::read(&app.live.snapshot(), id)?;
    if !caller.view().reaches(found.case.community.as_deref()) {
        return Err(Problem::forbidden(both!(
            "该事件不在本账号所限的社区内。",
            "The account is bound to other communities than this case's."
        )));
    }
    Ok(found)
}
