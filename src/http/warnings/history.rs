//! The history of a case: its steps, out of the log.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::list::{language, names_to_read};
use super::one::versions;
use super::{Found, names};
use crate::http::App;
use crate::http::answer::{self, Answer};
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::index::Meter as _;
use crate::model::{Localized, RoleSet, Schema};
use crate::warnings::Step;
use crate::warnings::sheet::columns::{self, value_name};
use crate::warnings::sheet::write::{WriteError, csv_of, time};
use crate::warnings::sheet::{Language, Names};

const NARROW: &str =
    "The map has more grids and units than are named for one sheet: ask for JSON (f=json).";

/// Whether an account with these roles sees a field of a step. What everybody knows of a step follows from
/// properties of the case itself and takes their role; the rest takes the role of `step`.
fn sees(schema: &Schema, roles: RoleSet, field: &str) -> bool {
    match field {
        "n" | "action" | "at" | "role" => true,
        "from" | "to" => schema.shows(roles, "status"),
        "level" => schema.shows(roles, "level"),
        "why" => schema.shows(roles, "reason"),
        _ => schema.shows(roles, "step"),
    }
}

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

/// What the codes of a step are called in Chinese; in English they speak for themselves.
const WORDS: &[(&str, &str)] = &[
    ("report", "上报"),
    ("file", "立案"),
    ("reject", "不予立案"),
    ("merge", "并入他案"),
    ("dispatch", "派遣"),
    ("return", "退回"),
    ("start", "开始处置"),
    ("handle", "处置完成"),
    ("verify", "核查"),
    ("close", "结案"),
    ("extend", "延时"),
    ("park", "挂账"),
    ("resume", "恢复办理"),
    ("reopen", "重新立案"),
    ("rate", "评单"),
    ("level", "等级变化"),
    ("join", "又有上报并入"),
    ("absorb", "并入一件同类事件"),
    ("public", "公众"),
    ("rider", "骑手"),
    ("grid_worker", "网格员"),
    ("officer", "值班员"),
    ("planner", "规划员"),
    ("steward", "地图管理员"),
    ("admin", "管理员"),
    ("pass", "合格"),
    ("fail", "不合格"),
];

/// The history of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The case.
    pub id: String,
    /// The first one first, each without what the caller's role must not see.
    #[schema(value_type = Vec<Step>)]
    pub steps: Vec<Map<String, Value>>,
}

/// All steps of a case, the first one first.
#[utoipa::path(get, path = "/api/warnings/{id}/history", operation_id = "warning_history", tag = "warnings",
    params(
        ("id" = String, Path, description = "The case's id"),
        ("f" = Option<String>, Query, description = "json (the default) or csv"),
        ("lang" = Option<String>, Query, description = "The language of a sheet: zh (the default) or en"),
    ),
    responses(
        (status = 200, description = "The steps; who, in which words, with which photos: from the role grid_worker", body = History),
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
    let found = Found::read(&snapshot, &id)?;
    let roles = found.roles(&caller);
    let mut steps: Vec<Map<String, Value>> = Vec::new();
    let mut last = 0;
    for case in versions(&app, &id).await? {
        let Some(step) = case.step.filter(|s| s.n > last) else {
            continue;
        };
        last = step.n;
        if let Ok(Value::Object(map)) = serde_json::to_value(&step) {
            steps.push(seen_by(map, found.collection.schema(), roles));
        }
    }
    match query.get("f")? {
        None | Some("json") => {
            let history = History { id, steps };
            answer::json("application/json", &history, &snapshot, &caller, &headers)
        }
        Some("csv") => {
            let language = language(&query)?;
            let named = Arc::clone(&snapshot);
            let account = caller.roles();
            let bytes = app
                .answer(NARROW, move |budget| {
                    budget.read(names_to_read(&named))?;
                    let schema = found.collection.schema();
                    let words = columns::words(&schema.document);
                    let shown = |name: &str| sees(schema, roles, name);
                    let names = names(&named, account);
                    Ok(sheet(&steps, language, &names, &words, &shown)?)
                })
                .await?;
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

/// The steps as a sheet.
fn sheet(
    steps: &[Map<String, Value>],
    language: Language,
    names: &Names,
    words: &Map<String, Value>,
    shown: &dyn Fn(&str) -> bool,
) -> Result<Vec<u8>, WriteError> {
    let columns: Vec<_> = COLUMNS.iter().filter(|(name, ..)| shown(name)).collect();
    let header: Vec<&str> = columns
        .iter()
        .map(|(_, zh, en)| match language {
            Language::Chinese => *zh,
            Language::English => *en,
        })
        .collect();
    let row = |step: &Map<String, Value>| -> Vec<String> {
        let said = |name: &str| cell(name, step.get(name), language, names, words);
        columns.iter().map(|(name, ..)| said(name)).collect()
    };
    csv_of(&header, &steps.iter().map(row).collect::<Vec<_>>())
}

/// A step without what these roles must not see.
fn seen_by(mut step: Map<String, Value>, schema: &Schema, roles: RoleSet) -> Map<String, Value> {
    step.retain(|name, _| sees(schema, roles, name));
    step
}

/// What a cell says: in the words of its language, and in China's time.
fn cell(
    name: &str,
    value: Option<&Value>,
    language: Language,
    names: &Names,
    words: &Map<String, Value>,
) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => match name {
            "at" | "due_at" | "until" => text
                .parse()
                .map_or_else(|_| text.clone(), |at: Timestamp| time(at)),
            "from" | "to" => value_name(words, names, "status", text, language),
            "level" => value_name(words, names, "level", text, language),
            "unit" | "to_unit" => names.unit_name(text).to_owned(),
            "action" | "role" | "result" => WORDS
                .iter()
                .find(|(code, _)| code == text && language == Language::Chinese)
                .map_or_else(|| text.clone(), |(_, zh)| (*zh).to_owned()),
            _ => text.clone(),
        },
        Some(Value::Array(list)) => {
            let ids = list
                .iter()
                .filter_map(|p| p.get("id").and_then(Value::as_str));
            ids.collect::<Vec<_>>().join(" ")
        }
        Some(Value::Object(words)) => words
            .get(language.of(&Localized::new("zh", "en")))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sheet_says_what_was_done_in_its_own_words_and_time() {
        let words = Map::new();
        let names = Names::default();
        let said =
            |name: &str, value: Value, language| cell(name, Some(&value), language, &names, &words);
        let (zh, en) = (Language::Chinese, Language::English);
        assert_eq!(said("action", json!("dispatch"), zh), "派遣");
        assert_eq!(said("action", json!("dispatch"), en), "dispatch");
        assert_eq!(said("result", json!("fail"), zh), "不合格");
        let at = json!("2026-11-22T06:05:00.120Z");
        assert_eq!(said("at", at, zh), "2026-11-22T14:05:00+08:00");
        assert_eq!(said("note", json!("dispatch"), zh), "dispatch");
        assert_eq!(said("why", json!({"zh": "红", "en": "red"}), en), "red");
    }

    #[test]
    fn every_action_has_its_word() {
        for action in crate::warnings::Action::ALL {
            let word = WORDS.iter().find(|(code, _)| *code == action.as_str());
            assert!(word.is_some(), "{action}");
        }
    }
}
