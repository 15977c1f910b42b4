//! `/api/audit`: who wrote what, who looked at protected data, and who signed in. For administrators.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use super::accounts::{admin, no_store};
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use crate::model::both;
use crate::store::{AuditKind, AuditQuery, AuditRow};

/// The most rows in one answer.
const MOST: u32 = 10_000;

/// One row of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditShown {
    /// The number of the row. Later rows have higher numbers.
    pub id: i64,
    /// When the recorded action happened, RFC 3339.
    pub at: String,
    /// `write`, `look`, `sign_in`, `sign_in_failed`, `account` or `erase`.
    #[schema(example = "write")]
    pub kind: String,
    /// The id of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The name of the account at that moment; for plain SQL, the database user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The method of the request; `SQL` for plain SQL, `CLI` for the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path of the request, or the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The collection of the feature, or of the first of several features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// The id of the feature, or of the first of several features.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The commit of a write, or the last of several commits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The network address that a sign-in or a change of an account came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Further details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A page of the audit.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditList {
    /// The rows, the oldest first.
    pub rows: Vec<AuditShown>,
    /// The value of `after` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

/// Lists the rows of the audit.
#[utoipa::path(get, path = "/api/audit", operation_id = "list_audit", tag = "accounts",
    params(
        ("from" = Option<String>, Query, description = "From this moment on, RFC 3339"),
        ("to" = Option<String>, Query, description = "Before this moment, RFC 3339"),
        ("account" = Option<String>, Query, description = "Only rows of this account, given by id or name"),
        ("kind" = Option<String>, Query, description = "Only rows of this kind: write, look, sign_in, sign_in_failed, account or erase"),
        ("after" = Option<i64>, Query, description = "Only rows after this one: the `next` of the previous page"),
        ("limit" = Option<u32>, Query, description = "The most rows on the page, up to 10,000; 1,000 if absent"),
        ("f" = Option<String>, Query, description = "json (the default) or csv"),
    ),
    responses(
        (status = 200, description = "The oldest first", content(
            (AuditList = "application/json"),
            (String = "text/csv"),
        ), headers(
            ("onemap-next" = i64, description = "With f=csv, the value of `after` for the next page; absent on the last page"),
        )),
        (status = 403, description = "Requires the role admin", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Response, Problem> {
    admin(&caller)?;
    query.only(&["from", "to", "account", "kind", "after", "limit", "f"])?;
    let as_csv = match query.get("f")? {
        None | Some("json") => false,
        Some("csv") => true,
        Some(other) => {
            return Err(Problem::invalid(
                "f",
                both!(
                    "f={other}：应为 json 或 csv。",
                    "f={other}: expected json or csv."
                ),
            ));
        }
    };
    let kind = match query.get("kind")? {
        None => None,
        Some(name) => Some(name.parse::<AuditKind>().map_err(|_| {
            let known = AuditKind::names();
            Problem::invalid(
                "kind",
                both!(
                    "kind={name}：应为 {known} 之一。",
                    "kind={name}: expected one of {known}."
                ),
            )
        })?),
    };
    const MOMENT: (&str, &str) = (
        "时间，如 2026-11-22T14:05:00+08:00",
        "a moment such as 2026-11-22T14:05:00+08:00",
    );
    let moment = |name| query.parsed::<Timestamp>(name, MOMENT);
    let limit = query.parsed::<u32>("limit", ("整数", "a whole number"))?;
    let limit = limit.unwrap_or(1_000).clamp(1, MOST);
    let wanted = AuditQuery {
        from: moment("from")?,
        to: moment("to")?,
        account: query.get("account")?.map(str::to_owned),
        kind,
        after: query
            .parsed::<i64>("after", ("记录的编号", "the id of a row"))?
            .unwrap_or(0),
        limit: limit + 1,
    };
    let mut rows = app.live.store().audit_rows(&wanted).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|r| r.id);
    if as_csv {
        let bytes = crate::store::audit::csv(&rows).map_err(|e| Problem::internal(&e))?;
        let mut response = no_store((
            [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"audit.csv\"",
                ),
            ],
            bytes,
        ));
        if let Some(next) = next {
            response
                .headers_mut()
                .insert("onemap-next", HeaderValue::from(next));
        }
        return Ok(response.into_response());
    }
    let rows = rows.into_iter().map(shown).collect();
    Ok(no_store(Json(AuditList { rows, next })))
}

fn shown(row: AuditRow) -> AuditShown {
    let entry = row.entry;
    AuditShown {
        id: row.id,
        at: row.at.to_string(),
        kind: entry.kind.as_str().to_owned(),
        account_id: entry.account_id,
        account: entry.account,
        method: entry.method,
        path: entry.path,
        collection: entry.collection,
        feature: entry.feature,
        seq: row.seq,
        address: entry.address,
        detail: entry.detail,
    }
}
