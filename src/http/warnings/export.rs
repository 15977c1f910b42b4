//! Exports selected cases as a spreadsheet, in the order of the request.
//!
//! Filters on properties cannot express the lists of the case page ("my turn", "overdue"), so the page sends
//! the ids of the cases.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::{MOST_ROWS, NARROW, Rows, Sheet, language};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::items::collection;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::Kind;
use crate::model::both;
use crate::model::names::collection::WARNINGS;

/// The cases to export.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Selection {
    /// The ids, in the order of the rows. Ids that do not exist are skipped.
    pub ids: Vec<String>,
}

/// Exports selected cases as a spreadsheet.
///
/// The columns are those that the caller may see, as in the export of the whole list.
#[utoipa::path(post, path = "/api/warnings/export", operation_id = "export_warnings", tag = "warnings",
    params(
        ("f" = Option<String>, Query, description = "csv (the default) or xlsx"),
        ("lang" = Option<String>, Query, description = "The language of the sheet: zh (the default) or en"),
    ),
    request_body = Selection,
    responses(
        (status = 200, description = "The sheet", content_type = "text/csv", body = Vec<u8>),
        (status = 400, description = "A parameter is wrong, or there are too many ids", content_type = "application/problem+json"),
    ))]
pub async fn export(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    JsonBody(selection): JsonBody<Selection>,
) -> Result<Response, Problem> {
    query.only(&["f", "lang"])?;
    let language = language(&query)?;
    let sheet = match query.get("f")? {
        None | Some("csv") => Sheet::Csv,
        Some("xlsx") => Sheet::Xlsx,
        Some(other) => {
            return Err(Problem::invalid(
                "f",
                both!(
                    "f={other}：应为 csv 或 xlsx。",
                    "f={other}: expected csv or xlsx."
                ),
            ));
        }
    };
    if selection.ids.len() > MOST_ROWS {
        let found = selection.ids.len();
        return Err(Problem::bad_body(both!(
            "一张表格最多{MOST_ROWS}件事件，所选为{found}件，请分批导出。",
            "A sheet can have at most {MOST_ROWS} cases, but {found} are selected. Export them in \
             parts."
        )));
    }
    let snapshot = app.live.snapshot();
    let wanted = Rows {
        cases: Arc::clone(collection(&snapshot, WARNINGS)?),
        snapshot,
        language,
        caller,
    };
    let bytes = app
        .answer_aside(Kind::Walk, NARROW, move |budget| {
            let entries: Vec<_> = selection
                .ids
                .iter()
                .filter_map(|id| wanted.cases.get(id))
                .collect();
            sheet.write(&wanted, &entries, budget)
        })
        .await?;
    let (media_type, name) = sheet.form();
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((head, bytes).into_response())
}
