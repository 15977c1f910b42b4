//! The contact of a case's reporter. Only officers see it. It is erased after the retention time of the rules
//! (`contact_days`), and it is never in the log.

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

/// The contact of a case's reporter.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contact {
    /// The id of the case.
    pub id: String,
    /// The contact; null if the reporter left none or it was erased.
    pub contact: Option<String>,
}

/// Returns the contact that a reporter left.
#[utoipa::path(get, path = "/api/warnings/{id}/contact", operation_id = "warning_contact", tag = "warnings",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 200, description = "The contact of the reporter", body = Contact),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer, in this community", content_type = "application/problem+json"),
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
    refuse_read_only(&caller)?;
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

/// Erases the contact that a reporter left, before the end of its retention time.
#[utoipa::path(delete, path = "/api/warnings/{id}/contact", operation_id = "erase_warning_contact", tag = "warnings",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 204, description = "Erased. The audit says who erased it. If an older backup is restored, the contact is erased again"),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer, in this community", content_type = "application/problem+json"),
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

/// Refuses read-only tokens, which hang on walls.
pub(super) fn refuse_read_only(caller: &Caller) -> Result<(), Problem> {
    if caller.principal.as_ref().is_some_and(|p| p.read_only) {
        return Err(Problem::forbidden(both!(
            "只读令牌（如大屏）不能查看联系方式。",
            "A read-only token, such as that of a wall screen, cannot read contacts."
        )));
    }
    Ok(())
}

/// A case, if it lies in one of the caller's communities.
fn in_scope(app: &App, caller: &Caller, id: &str) -> Result<Found, Problem> {
    let found = Found::read(&app.live.snapshot(), id)?;
    if !caller.view().reaches(found.case.community.as_deref()) {
        return Err(Problem::forbidden(both!(
            "该事件不在本账号所限的社区内。",
            "This case is outside of the communities to which the account is restricted."
        )));
    }
    Ok(found)
}
