//! The history of a case: its steps, read from the log.

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
use crate::http::work::Advice;
use crate::index::Meter as _;
use crate::model::names::property;
use crate::model::{Language, Localized, Role, RoleSet, Schema, both};
use crate::warnings::sheet::Names;
use crate::warnings::sheet::columns::{self, value_name};
use crate::warnings::sheet::write::{WriteError, csv_of, time};
use crate::warnings::{Action, Step};

const NARROW: Advice = (
    "地图上的网格和单位过多，无法在一张表中列出名称，请改用 JSON（f=json）。",
    "The map has too many grids and units to write their names into a sheet. Request JSON (f=json).",
);

/// Whether an account with these roles sees a field of a step. Fields that follow from public properties of the
/// case have the role of those properties; the others have the role of `step`.
fn sees(schema: &Schema, roles: RoleSet, field: &str) -> bool {
    match field {
        "n" | "action" | "at" | "role" => true,
        "from" | "to" => schema.shows(roles, property::STATUS),
        "level" => schema.shows(roles, "level"),
        "why" => schema.shows(roles, "reason"),
        _ => schema.shows(roles, property::STEP),
    }
}

/// The columns of the exported history: field, Chinese title, English title.
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
    ("blocks", "阻断", "Closes"),
    ("public_text", "公示内容", "Public text"),
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

/// The Chinese text for a coded value of a step's field. In English the code itself is shown.
fn in_chinese(name: &str, code: &str) -> Option<&'static str> {
    match name {
        "action" => Action::parse(code).map(Action::zh),
        "role" => code.parse().ok().map(Role::zh),
        _ => match code {
            "pass" => Some("合格"),
            "fail" => Some("不合格"),
            _ => None,
        },
    }
}

/// The history of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The id of the case.
    pub id: String,
    /// The steps, the oldest first, without fields that the caller may not see.
    #[schema(value_type = Vec<Step>)]
    pub steps: Vec<Map<String, Value>>,
    /// The value of `after` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The most steps in one answer.
const MOST: u32 = 1_000;

/// Lists the steps of a case, the oldest first.
///
/// An answer has at most 1,000 steps, or fewer if they are large; `next` says whether there are more. Internal
/// notes (`note`) are shown only to those who may read the texts of steps.
#[utoipa::path(get, path = "/api/warnings/{id}/history", operation_id = "warning_history", tag = "warnings",
    params(
        ("id" = String, Path, description = "The case's id"),
        ("f" = Option<String>, Query, description = "json (the default) or csv"),
        ("lang" = Option<String>, Query, description = "The language of a sheet: zh (the default) or en"),
        ("after" = Option<String>, Query, description = "Only steps after this position: the `next` of the previous page"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "The most steps on the page, up to 1,000"),
    ),
    responses(
        (status = 200, description = "The steps. Names, texts and photos require the role grid_worker. For a sheet, the header Onemap-Next has the `next` of the following page", body = History),
        (status = 404, description = "No such case", content_type = "application/problem+json"),
    ))]
pub async fn history(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["f", "lang", "after", "limit"])?;
    let limit = query.parsed::<u32>("limit", ("1至1000的整数", "a whole number from 1 to 1000"))?;
    let limit = limit.unwrap_or(MOST).clamp(1, MOST);
    let from = query.get("after")?.map(Place::parse).transpose()?;
    let from = from.unwrap_or_default();
    let snapshot = app.live.snapshot();
    let found = Found::read(&snapshot, &id)?;
    let roles = found.roles(&caller);
    let mut steps: Vec<Map<String, Value>> = Vec::new();
    let mut last = from.step;
    let page = versions(&app, &id, from.seq, limit).await?;
    for case in page.cases {
        let Some(step) = case.step.filter(|s| s.n > last) else {
            continue;
        };
        last = step.n;
        steps.extend(seen_by(step, found.collection.schema(), roles));
    }
    let next = page.next.map(|seq| Place { seq, step: last }.to_string());
    match query.get("f")? {
        None | Some("json") => {
            let history = History { id, steps, next };
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
            if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
                response.headers_mut().insert("onemap-next", next);
            }
            Ok(response)
        }
        Some(other) => Err(Problem::invalid(
            "f",
            both!(
                "f={other}：应为 json 或 csv。",
                "f={other}: expected json or csv."
            ),
        )),
    }
}

/// The position of a page: the commit and the number of the last step before the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    seq: u64,
    step: u32,
}

impl Place {
    fn parse(text: &str) -> Result<Self, Problem> {
        let parts = text.split_once('.');
        let place = parts.and_then(|(seq, step)| {
            Some(Self {
                seq: seq.parse().ok()?,
                step: step.parse().ok()?,
            })
        });
        place.ok_or_else(|| {
            Problem::invalid(
                "after",
                both!(
                    "after：应为上一页的 next。",
                    "after: expected the `next` of the previous page."
                ),
            )
        })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.seq, self.step)
    }
}

/// The steps as a spreadsheet.
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

/// A step without the fields that these roles may not see; `None` for an internal step, such as a note, which is hidden
/// from them. If the level changed together with it, the step is shown as a change of level by the timer, without the
/// rest.
fn seen_by(step: Step, schema: &Schema, roles: RoleSet) -> Option<Map<String, Value>> {
    let is_hidden = step.action.is_internal() && !schema.shows(roles, property::STEP);
    if is_hidden && step.level.is_none() && step.why.is_none() {
        return None;
    }
    let Ok(Value::Object(mut map)) = serde_json::to_value(&step) else {
        return None;
    };
    map.retain(|name, _| sees(schema, roles, name));
    if is_hidden {
        map.insert("action".to_owned(), Action::Level.as_str().into());
        map.insert("role".to_owned(), Role::Admin.as_str().into());
    }
    Some(map)
}

/// The text of a cell, in the language of the spreadsheet and in China's time zone.
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
            "from" | "to" => value_name(words, names, property::STATUS, text, language),
            "level" => value_name(words, names, "level", text, language),
            "unit" | "to_unit" => names.unit_name(text).to_owned(),
            "action" | "role" | "result" => in_chinese(name, text)
                .filter(|_| language == Language::Chinese)
                .map_or_else(|| text.clone(), str::to_owned),
            _ => text.clone(),
        },
        Some(Value::Array(list)) => {
            let ids = list
                .iter()
                .filter_map(|p| p.get("id").and_then(Value::as_str));
            ids.collect::<Vec<_>>().join(" ")
        }
        Some(Value::Object(blocks)) if name == "blocks" => closes(blocks, language),
        Some(Value::Object(words)) => words
            .get(language.of(&Localized::new("zh", "en")))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        Some(other) => other.to_string(),
    }
}

/// The text of the cell that says for whom ways near the case are closed, and within which distance.
fn closes(blocks: &Map<String, Value>, language: Language) -> String {
    let has = |name: &str| blocks.get(name).and_then(Value::as_bool) == Some(true);
    let within = blocks
        .get("within_m")
        .and_then(Value::as_f64)
        .unwrap_or(0.0);
    let text = match (has("ebike"), has("foot")) {
        (false, false) => both!("不阻断", "nothing"),
        (true, false) => both!("电动自行车，{within}米内", "e-bikes, within {within} m"),
        (false, true) => both!("行人，{within}米内", "people on foot, within {within} m"),
        (true, true) => both!(
            "电动自行车和行人，{within}米内",
            "e-bikes and people on foot, within {within} m"
        ),
    };
    language.of(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CollectionId, Level};
    use crate::warnings::Status;
    use serde_json::json;

    #[test]
    fn a_sheet_uses_its_own_language_and_china_time() {
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
    fn an_internal_note_is_hidden_from_those_who_cannot_read_the_texts_of_steps() {
        let document = json!({"properties": {
            "status": {"type": "string"},
            "level": {"type": "string"},
            "reason": {"type": "object"},
            "step": {"type": "object", "x-onemap-role": "grid_worker"},
        }});
        let schema = CollectionId::new("warnings").unwrap();
        let schema = Schema::parse(&schema, document).unwrap();
        let at = "2026-11-22T06:05:00Z".parse().unwrap();
        let mut note = Step::new(3, Action::Note, at, Role::Officer, Status::Filed);
        note.note = Some("报案人情绪激动".to_owned());
        let seen = |step: &Step, role: Role| seen_by(step.clone(), &schema, role.into());
        assert_eq!(seen(&note, Role::Public), None);
        assert_eq!(seen(&note, Role::Rider), None);
        let worker = seen(&note, Role::GridWorker).unwrap();
        assert_eq!(
            (&worker["action"], &worker["note"]),
            (&json!("note"), &json!("报案人情绪激动"))
        );
        for action in [Action::Urge, Action::Supervise, Action::SuperviseOverdue] {
            let step = Step::new(4, action, at, Role::Officer, Status::Filed);
            assert_eq!(seen(&step, Role::Public), None, "{action}");
            assert_eq!(
                seen(&step, Role::GridWorker).unwrap()["action"],
                json!(action)
            );
        }
        // Everybody may know that the level changed, but not that there is a note.
        note.level = Some(Level::Red);
        let public = seen(&note, Role::Public).unwrap();
        assert_eq!(
            (&public["action"], &public["level"]),
            (&json!("level"), &json!("red"))
        );
        assert!(!public.contains_key("note"));
    }

    #[test]
    fn a_position_in_a_history_parses_back_to_itself() {
        let place = Place { seq: 71, step: 9 };
        assert_eq!(Place::parse(&place.to_string()).unwrap(), place);
        for wrong in ["", "7", "7.", ".7", "-1.2", "7.8.9", "7.99999999999"] {
            assert!(Place::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn codes_of_a_step_have_chinese_names() {
        for action in Action::ALL {
            assert_eq!(in_chinese("action", action.as_str()), Some(action.zh()));
        }
        assert_eq!(in_chinese("role", "grid_worker"), Some("网格员"));
        assert_eq!(in_chinese("result", "fail"), Some("不合格"));
        assert_eq!(in_chinese("result", "unknown"), None);
    }
}
