//! Actions: each applies one step of the status table to a case.

use std::mem;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::json;

use super::one::unit_name;
use super::{Found, actor_for, answer, expected, feature_id, refused};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::http::written::{self, Accepted, Subject};
use crate::live::Snapshot;
use crate::model::{Localized, both};
use crate::service::ledger::LedgerError;
use crate::warnings::rules::MICRO_WISH;
use crate::warnings::table::may;
use crate::warnings::{Action, ActionBody, ActionRequest, Case, Status, allowed};

/// Whose a micro-wish is, if the caller wants to claim one that a unit has already; of two units that claim at once,
/// one gets it.
fn taken(snapshot: &Snapshot, request: &ActionRequest, case: &Case) -> Option<Localized> {
    let unit = case.unit.as_deref()?;
    let is_taken = matches!(
        case.status,
        Status::Dispatched | Status::Handling | Status::Handled | Status::Verified
    );
    if request.action != Action::Claim || case.category != MICRO_WISH || !is_taken {
        return None;
    }
    let name = unit_name(snapshot, unit);
    Some(both!(
        "该微心愿已由“{name}”认领，请选择其他心愿。",
        "{name} has already taken on this wish. Choose another one."
    ))
}

/// Applies an action to a case.
///
/// The status of the case is checked first (409), then the rights of the caller (403, or 401 without
/// credentials), then the fields (422). Each refusal lists the actions that the caller may take instead
/// (`allowed`).
#[utoipa::path(post, path = "/api/warnings/{id}/actions", operation_id = "act_on_warning", tag = "warnings",
    params(
        ("id" = String, Path, description = "The case's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read. If the resource was changed since, the answer is 412"),
    ),
    request_body = ActionBody,
    responses(
        (status = 200, description = "The case after the step, with `allowed` and `turn`", content_type = "application/geo+json", body = ref("#/components/schemas/Case")),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "The caller may not take this action; `allowed` lists those that they may take", content_type = "application/problem+json"),
        (status = 404, description = "No such case", content_type = "application/problem+json"),
        (status = 409, description = "The status of the case does not allow the action; `allowed` lists those that it allows", content_type = "application/problem+json"),
        (status = 412, description = "The case was changed meanwhile; `etag` is the present ETag", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn act(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(mut body): JsonBody<ActionBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let snapshot = app.live.snapshot();
    let found = Found::read(&snapshot, &id)?;
    let receipt = mem::take(&mut body.receipt).text("receipt")?;
    let actor = actor_for(&caller, &found.case, receipt.as_deref())?;
    let action = body.action.clone().get("action");
    let request = ActionRequest::read(body).map_err(|error| {
        // An action that is not allowed is refused before its fields are checked.
        let may = match action {
            Ok(Some(action)) => may(&found.case, &actor, action.0),
            _ => Ok(()),
        };
        match may {
            Err(refusal) => refused(refusal.into(), &caller),
            Ok(()) => Problem::from(error).with("allowed", json!(allowed(&found.case, &actor))),
        }
        .with("case_status", json!(found.case.status))
    })?;
    let expect = expected(&snapshot, &headers)?;
    let feature = feature_id(&id)?;
    let now = Timestamp::now();
    let acted = app
        .service
        .act(&feature, &request, &actor, expect, now)
        .await;
    let acted = acted.map_err(|error| {
        let changed = matches!(error, LedgerError::Changed { .. });
        let unsaid = changed || matches!(error, LedgerError::Field(_));
        let problem = refused(error, &caller);
        // After a conflict the answer contains the present status, so that a page can show it.
        let snapshot = app.live.snapshot();
        let Ok(present) = Found::read(&snapshot, &id) else {
            return problem;
        };
        let problem = match taken(&snapshot, &request, &present.case) {
            Some(detail) => Problem::conflict(detail)
                .with("allowed", json!(allowed(&present.case, &actor)))
                .with("unit", json!(present.case.unit)),
            None => problem,
        };
        let problem = problem.with("case_status", json!(present.case.status));
        let problem = match unsaid {
            true => problem.with("allowed", json!(allowed(&present.case, &actor))),
            false => problem,
        };
        match changed {
            true => problem.with("etag", present.tag(&snapshot, &caller, false).as_str()),
            false => problem,
        }
    })?;
    let here = format!("{}/api/warnings/{}", app.base(&headers), segment(&id));
    written::answer(&app, acted.written, Subject::new(&*id, here), |snapshot| {
        let found = Found::read(&snapshot, &id)?;
        let tag = found.tag(&snapshot, &caller, actor.is_reporter);
        let document = found.document(&caller, &actor)?;
        answer(StatusCode::OK, &snapshot, &tag, &document)
    })
}
