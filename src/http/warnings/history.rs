//! The history of a case: its steps, out of the log.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::Found;
use super::one::versions;
use crate::http::App;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::Role;
use crate::warnings::sheet::write::csv_of;

/// What anybody may know of a step.
const PUBLIC: &[&str] = &["n", "action", "at", "role", "from", "to", "level", "why"];

/// The columns of the sheet: field, Chinese, English.
const COLUMNS: &[(&str, &str, &str)] = &[
    ("n", "序号", "No."),
    ("at", "时间", "At"),
    ("action", "动作", "Action"),
    ("from", "原状态", "From"),
    ("to", "新状态", "To"),
    ("role", "角色", "Role"),
    ("account", "账号", "Account"),
    ("unit", "所属单位", "Unit"),
    ("to_unit", "派遣单位", "Dispatched to"),
    ("due_at", "期限", "Due at"),
    ("until", "挂账至", "Parked until"),
    ("note", "说明", "Note"),
    ("reason", "原因", "Reason"),
    ("result", "核查结果", "Result"),
    ("distance_m", "距现场米数", "Metres away"),
    ("rating", "评分", "Rating"),
    ("into", "合并到", "Into"),
    ("photos", "照片", "Photos"),
    ("level", "等级", "Level"),
    ("why", "等级原因", "Why this level"),
];

/// All steps of a case, the first one first.
#[utoipa::path(get, path = "/api/warnings/{id}/history", operation_id = "warning_history", tag = "warnings",
    params(
        ("id" = String, Path, description = "The case's id"),
        ("f" = Option<String>, Query, description = "json (the default) or csv"),
        ("lang" = Option<String>, Query, description = "The language of a sheet: zh (the default) or en"),
    ),
    responses(
        (status = 200, description = "`{id, steps: [{n, action, at, role, from, to, level, why, …}]}`; who, in which words, with which photos: from the role grid_worker", body = Value),
        (status = 404, description = "No such case", content_type = "application/problem+json"),
    ))]
pub async fn history(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f", "lang"])?;
    let snapshot = app.live.snapshot();
    Found::read(&snapshot, &id)?;
    let mut steps: Vec<Map<String, Value>> = Vec::new();
    let mut last = 0;
    for case in versions(&app, &id).await? {
        let Some(step) = case.step.filter(|s| s.n > last) else {
            continue;
        };
        last = step.n;
        if let Ok(Value::Object(map)) = serde_json::to_value(&step) {
            steps.push(seen_by(map, caller.role()));
        }
    }
    match query.get("f")? {
        None | Some("json") => {
            let body = json!({"id": id, "steps": steps}).to_string();
            Ok(Answer::whole(
                "application/json",
                body,
                &snapshot,
                &caller,
                &headers,
            ))
        }
        Some("csv") => {
            let chinese = !matches!(query.get("lang")?, Some("en"));
            let shown =
                |name: &str| PUBLIC.contains(&name) || caller.role().includes(Role::GridWorker);
            let columns: Vec<_> = COLUMNS.iter().filter(|(name, ..)| shown(name)).collect();
            let header: Vec<&str> = columns
                .iter()
                .map(|(_, zh, en)| if chinese { *zh } else { *en })
                .collect();
            let rows: Vec<Vec<String>> = steps
                .iter()
                .map(|step| {
                    columns
                        .iter()
                        .map(|(name, ..)| cell(step.get(*name), chinese))
                        .collect()
                })
                .collect();
            let bytes = csv_of(&header, &rows).map_err(|e| Problem::internal(&e))?;
            let mut response = Answer::whole(
                "text/csv; charset=utf-8",
                bytes,
                &snapshot,
                &caller,
                &headers,
            );
            response.headers_mut().insert(
                header::CONTENT_DISPOSITION,
                HeaderValue::from_static("attachment; filename=\"history.csv\""),
            );
            Ok(response)
        }
        Some(other) => Err(Problem::invalid(
            "f",
            format!("f={other}: expected json or csv."),
        )),
    }
}

/// A step without what a role must not see. A client's key is its own secret and nobody's news.
fn seen_by(mut step: Map<String, Value>, role: Role) -> Map<String, Value> {
    if role.includes(Role::GridWorker) {
        step.remove("key");
    } else {
        step.retain(|name, _| PUBLIC.contains(&name.as_str()));
    }
    step
}

fn cell(value: Option<&Value>, chinese: bool) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(list)) => {
            let ids = list
                .iter()
                .filter_map(|p| p.get("id").and_then(Value::as_str));
            ids.collect::<Vec<_>>().join(" ")
        }
        Some(Value::Object(words)) => words
            .get(if chinese { "zh" } else { "en" })
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        Some(other) => other.to_string(),
    }
}
