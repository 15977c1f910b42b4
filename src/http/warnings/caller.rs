//! The earlier cases of somebody who calls the duty room, by telephone number. Only officers may ask, so that nobody
//! learns who reported a neighbour.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::items::{GEOJSON, collection};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::index::Entry;
use crate::model::names::collection::WARNINGS;
use crate::model::{Role, both};
use crate::store::CONTACT;
use crate::store::audit::{AuditEntry, AuditKind};
use crate::warnings::field::Field;
use crate::warnings::{Case, PhoneNumber};

type Number = Field<PhoneNumber>;

/// The most cases in an answer.
const MOST: usize = 20;

/// The number of the caller.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct CallerBody {
    /// A telephone number: a mobile number, or a landline with its area code and perhaps an extension.
    #[serde(default)]
    #[schema(inline, required)]
    pub contact: Number,
}

/// Lists the cases that were reported with a telephone number, the latest first. The audit has each case that was shown.
#[utoipa::path(post, path = "/api/warnings/caller", operation_id = "cases_of_caller", tag = "warnings",
    request_body = CallerBody,
    responses(
        (status = 200, description = "At most 20 cases in the caller's communities. Numbers are kept for a limited time after a case has ended, so older cases are missing", content_type = "application/geo+json", body = ref("#/components/schemas/CaseCollection")),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer, and no read-only token", content_type = "application/problem+json"),
        (status = 422, description = "The number is missing or not complete", content_type = "application/problem+json"),
    ))]
pub async fn caller(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    JsonBody(body): JsonBody<CallerBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Officer)?;
    super::contact::refuse_read_only(&caller)?;
    let number = body.contact.get("contact")?.ok_or_else(|| {
        Problem::wrong_field(
            "contact",
            both!(
                "请填写来电号码",
                "expected the telephone number of the caller"
            ),
        )
    })?;
    let store = app.live.store();
    let ids = store.warnings_of_contact(&number.0).await?;
    let snapshot = app.live.snapshot();
    let cases = collection(&snapshot, WARNINGS)?;
    let view = caller.view();
    let mut found: Vec<(&Entry, Case)> = ids
        .iter()
        .filter_map(|id| {
            let entry = cases.get(id)?.as_ref();
            Some((entry, Case::of(entry).ok()?))
        })
        .filter(|(_, case)| view.reaches(case.community.as_deref()))
        .collect();
    found.sort_by(|(_, a), (_, b)| (b.reported_at, &b.id).cmp(&(a.reported_at, &a.id)));
    found.truncate(MOST);
    let mut features: Vec<Value> = Vec::with_capacity(found.len());
    for (entry, case) in found {
        // The look is recorded before the cases are sent.
        let look = AuditEntry::new(AuditKind::Look)
            .of_this_request()
            .on(WARNINGS, case.id.as_str())
            .saying(CONTACT);
        store.audit(look).await?;
        let roles = view.on(cases.schema(), entry.all_properties());
        let bytes = entry.feature_json(cases.schema(), roles, None);
        features.push(serde_json::from_slice(&bytes).unwrap_or_default());
    }
    let head = [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_TYPE, GEOJSON),
    ];
    let body = json!({"type": "FeatureCollection", "features": features}).to_string();
    Ok((head, body).into_response())
}
