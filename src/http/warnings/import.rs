//! Imports an existing ledger from a spreadsheet.

use std::collections::BTreeSet;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::list::{Sheet, language};
use super::{actor, names, refused, write_answer};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body;
use crate::http::items::collection;
use crate::http::problem::{Problem, sentence};
use crate::http::query::Query;
use crate::http::work::Kind;
use crate::http::written::{self, Subject};
use crate::model::names::collection::WARNINGS;
use crate::model::{Role, both};
use crate::service::ledger::{FarRow, ImportedRow};
use crate::warnings::sheet::plan::plan_metered;
use crate::warnings::sheet::template::template;
use crate::warnings::sheet::{Problem as SheetProblem, columns, read};

/// The most problems in the answer. If there are more, they usually have one cause, such as a wrong column.
const MOST_PROBLEMS: usize = 500;

/// The result of an import, or of its dry run.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// The number of rows in all sheets.
    pub rows: usize,
    /// The sheets that were read.
    pub sheets: Vec<SheetRead>,
    /// The sheets that were left out.
    pub skipped: Vec<read::Skipped>,
    /// The number of new cases; 0 if there is a problem, because then nothing is written.
    pub created: u32,
    /// The number of known cases that get further steps; 0 if there is a problem.
    pub updated: u32,
    /// The number of cases that the sheet does not change.
    pub unchanged: u32,
    /// The number of rows with a problem.
    pub wrong_rows: usize,
    /// Why rows are refused, at most 500. If there is a problem, nothing is written.
    pub problems: Vec<SheetProblem>,
    /// Headers that match no column of the ledger.
    pub ignored: Vec<String>,
    /// The first 20 rows, as the import would write them.
    pub preview: Vec<ImportedRow>,
    /// The number of new rows that lie far from everything on the map.
    pub far_away: u64,
    /// The first 20 rows that lie far from everything on the map.
    pub far: Vec<FarRow>,
    /// Whether this was a dry run, which writes nothing.
    pub dry_run: bool,
}

/// A sheet that was read.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetRead {
    /// The name of the sheet, in a workbook.
    pub sheet: Option<String>,
    /// The row with the headers, from 1.
    pub header_row: u32,
    /// The number of rows below the headers.
    pub rows: usize,
}

/// Imports a ledger from a spreadsheet.
///
/// The format (CSV in UTF-8, UTF-16 or GB 18030; XLSX, XLS, an HTML table or SpreadsheetML) is detected from the
/// content. Headers are in Chinese or English. All visible sheets with these headers are read; hidden sheets only if no
/// visible one has them. `skipped` lists the sheets that are not read.
///
/// Each row becomes the steps of its case, each with its own time. If there is a problem in any row, nothing is
/// written. Importing the same sheet again changes nothing; rows with new steps continue their cases.
#[utoipa::path(post, path = "/api/warnings/import", operation_id = "import_warnings", tag = "warnings",
    params(
        ("f" = Option<String>, Query, description = "csv or xlsx, as older clients send it. The content decides"),
        ("dry_run" = Option<bool>, Query, description = "true: write nothing and return what would be written"),
    ),
    request_body(content = Vec<u8>, content_type = "text/csv",
        description = "The file. Required: 类别 Category, 上报时间 Reported at, and a place: 经度 and 纬度, 楼栋 Building or 地点 Place. Optional: 编号 ID, 单元 Building unit, 房间 Room, 状态 Status, 承办单位 Unit, 立案时间 Filed at, 派遣时间 Dispatched at, 办理期限 Due at, 处置时间 Handled at, 核查时间 Verified at, 结案时间 Closed at, 挂账至 Parked until, 说明 Note, 来源 Source, 热线工单号 Hotline number, 评分 Rating. A time without a zone is in China's time zone"),
    responses(
        (status = 200, description = "The result. If it has problems, nothing was written", body = ImportReport),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`. The members are those of 200", body = ref("#/components/schemas/AcceptedImport")),
        (status = 400, description = "The file is not a sheet, or a parameter is wrong", content_type = "application/problem+json"),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 409, description = "One of the cases was changed meanwhile; send the sheet again", content_type = "application/problem+json"),
        (status = 413, description = "The file is too large", content_type = "application/problem+json"),
        (status = 415, description = "The body is a form; expected the file itself", content_type = "application/problem+json"),
    ))]
pub async fn import(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    query.only(&["f", "dry_run"])?;
    caller.author(Role::Officer)?;
    let dry_run = match query.get("dry_run")? {
        None | Some("false") => false,
        Some("true" | "") => true,
        Some(other) => {
            let detail = both!(
                "dry_run={other}：应为 true 或 false。",
                "dry_run={other}: expected true or false."
            );
            return Err(Problem::invalid("dry_run", detail));
        }
    };
    // The content decides the format, because a CSV file named .xlsx is common.
    if let Some(other) = query.get("f")?.filter(|f| !["csv", "xlsx"].contains(f)) {
        return Err(Problem::invalid(
            "f",
            both!(
                "f={other}：应为 csv 或 xlsx。",
                "f={other}: expected csv or xlsx."
            ),
        ));
    }
    let headers = request.headers().clone();
    body::refuse_form(
        &headers,
        ("表格（CSV 或 XLSX）", "the sheet (CSV or XLSX)"),
        "text/csv",
    )?;
    let bytes = body::read(request, body::LIMIT).await?;
    // If the client disconnects before the commit, the work stops and nothing is written.
    let work = app.pools.attend(Kind::Walk).await?;
    let snapshot = app.live.snapshot();
    let now = Timestamp::now();
    let schema = std::sync::Arc::clone(collection(&snapshot, WARNINGS)?.schema());
    let share = work.share();
    let planned = tokio::task::spawn_blocking(move || {
        let book = read::read_metered(&bytes, &share)?;
        let words = columns::words(&schema.document);
        let names = names(&snapshot, Role::Admin);
        let planned = plan_metered(&book.sheets, &names, &words, now, &share)
            .map_err(|_| read::ReadError::Stopped)?;
        Ok::<_, read::ReadError>((book, planned))
    })
    .await
    .map_err(|e| Problem::internal(&e))?;
    let (book, planned) = planned.map_err(|e| match e {
        read::ReadError::TooBig => Problem::too_large(sentence(&e)),
        read::ReadError::Stopped => Problem::unavailable(sentence(&e)),
        e => Problem::bad_body(sentence(&e)),
    })?;
    let outcome = app
        .service
        .import(
            planned.rows,
            &actor(&caller),
            now,
            dry_run || !planned.problems.is_empty(),
            work.share(),
        )
        .await
        .map_err(|e| refused(e, &caller))?;
    let mut problems = planned.problems;
    problems.extend(outcome.problems);
    problems.sort_by_key(|p| (p.from, p.row));
    let wrong_rows = {
        let rows: BTreeSet<_> = problems.iter().map(|p| (p.from, p.row)).collect();
        rows.len()
    };
    let writes = problems.is_empty();
    problems.truncate(MOST_PROBLEMS);
    let sheets = book.sheets.iter().map(|s| SheetRead {
        sheet: s.name.clone(),
        header_row: s.header_row,
        rows: s.rows.len(),
    });
    let said = ImportReport {
        rows: book.sheets.iter().map(|s| s.rows.len()).sum(),
        sheets: sheets.collect(),
        skipped: book.skipped,
        created: if writes { outcome.created } else { 0 },
        updated: if writes { outcome.updated } else { 0 },
        wrong_rows,
        unchanged: outcome.unchanged,
        problems,
        ignored: planned.ignored,
        preview: outcome.preview,
        far_away: outcome.far_away,
        far: outcome.far,
        dry_run,
    };
    let Some(written) = outcome.written else {
        return Ok(write_answer(
            StatusCode::OK,
            app.live.snapshot().seq(),
            &said,
        ));
    };
    let mut subject = Subject::several(format!("{}/api/warnings", app.base(&headers)));
    if let Value::Object(said) = &json!(said) {
        for (key, value) in said {
            subject = subject.with(key, value.clone());
        }
    }
    written::answer(&app, written, subject, |_| {
        Ok(write_answer(StatusCode::OK, written.seq(), &said))
    })
}

/// Returns an empty sheet for the import, with explanations and lists of the accepted values.
#[utoipa::path(get, path = "/api/warnings/import/template", operation_id = "import_template", tag = "warnings",
    params(("lang" = Option<String>, Query, description = "The language of the sheet: zh (the default) or en")),
    responses((status = 200, description = "The workbook", content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body = Vec<u8>)))]
pub async fn import_template(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&["lang"])?;
    let language = language(&query)?;
    let snapshot = app.live.snapshot();
    let schema = collection(&snapshot, WARNINGS)?.schema();
    let words = columns::words(&schema.document);
    let bytes = template(language, &names(&snapshot, caller.roles()), &words)
        .map_err(|e| Problem::internal(&e))?;
    let (media_type, _) = Sheet::Xlsx.form();
    let name = "attachment; filename=\"warnings-template.xlsx\"";
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((head, bytes).into_response())
}
