//! `/api/presets`: saved settings for screens that show the map.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::App;
use super::answer;
use super::auth::Caller;
use super::body::JsonBody;
use super::problem::{Problem, sentence};
use super::query::Query;
use super::written::{self, Accepted, Subject};
use crate::model::{FeatureId, Role, both};
use crate::service::presets::{self, Preset, PresetError};

/// The longest name, in characters.
const LONGEST_NAME: usize = 40;
const LONGEST_TITLE: usize = 80;
const MOST_SETTINGS: usize = 40;
const LONGEST_VALUE: usize = 1000;

/// The preset to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PresetWanted {
    /// The title for people.
    #[schema(example = "早班大屏")]
    pub title: Option<String>,
    /// The settings: the query parameters of the page's address, each with its value as text.
    #[schema(value_type = std::collections::HashMap<String, String>, example = json!({"view": "levels", "tour": "20"}))]
    pub settings: Map<String, Value>,
}

/// All presets.
#[derive(Debug, Serialize, ToSchema)]
pub struct PresetList {
    /// The presets, ordered by name.
    pub presets: Vec<Preset>,
}

/// Lists all presets.
#[utoipa::path(get, path = "/api/presets", operation_id = "list_presets", tag = "presets",
    responses((status = 200, description = "The presets", body = PresetList)))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let snapshot = app.live.snapshot();
    let list = PresetList {
        presets: presets::presets(&snapshot),
    };
    answer::json("application/json", &list, &snapshot, &caller, &headers)
}

/// Saves a preset, and replaces one with the same name.
#[utoipa::path(put, path = "/api/presets/{name}", operation_id = "put_preset", tag = "presets",
    params(("name" = String, Path, description = "The name: lower-case letters, digits and -, at most 40")),
    request_body = PresetWanted,
    responses(
        (status = 200, description = "The saved preset", body = Preset),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 409, description = "The map has reached its limit of presets", content_type = "application/problem+json"),
        (status = 422, description = "A name, title or setting is wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn put(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<PresetWanted>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let author = caller.author(Role::Officer)?;
    let id = read_name(&name)?;
    let title = wanted.title.as_deref().map(str::trim);
    if title.is_some_and(|t| t.is_empty() || t.chars().count() > LONGEST_TITLE) {
        let problem = both!(
            "应有1至{LONGEST_TITLE}个字符",
            "expected 1 to {LONGEST_TITLE} characters"
        );
        return Err(Problem::wrong_field("title", problem));
    }
    check(&wanted.settings)?;
    let kept = presets::keep(
        &app.live,
        author,
        id,
        title.map(str::to_owned),
        wanted.settings,
    );
    let written = kept.await.map_err(|e| match e {
        PresetError::TooMany => Problem::conflict(sentence(&e)),
        PresetError::Store(e) => e.into(),
    })?;
    let subject = Subject::new(&*name, format!("{}/api/presets", app.base(&headers)));
    written::answer(&app, written, subject, |snapshot| {
        let preset = presets::preset(&snapshot, &name);
        Ok(axum::Json(preset).into_response())
    })
}

/// Deletes a preset.
#[utoipa::path(delete, path = "/api/presets/{name}", operation_id = "delete_preset", tag = "presets",
    params(("name" = String, Path, description = "The name of the preset")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 202, description = "The deletion is saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 404, description = "No such preset", content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(app): State<App>,
    Path(name): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let author = caller.author(Role::Officer)?;
    let id = read_name(&name)?;
    let written = presets::delete(&app.live, author, id).await?;
    let written = written.ok_or_else(|| {
        Problem::not_found(both!(
            "没有预设“{name}”。",
            "There is no preset {name:?}; /api/presets lists all presets."
        ))
    })?;
    let subject = Subject::new(&*name, format!("{}/api/presets", app.base(&headers)));
    written::answer(&app, written, subject, |_| {
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

fn read_name(name: &str) -> Result<FeatureId, Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let wrong = name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain);
    let id = FeatureId::new(name).ok().filter(|_| !wrong);
    id.ok_or_else(|| {
        let problem = both!(
            "应由1至{LONGEST_NAME}个小写字母、数字或“-”组成，不能是“{name}”",
            "expected 1 to {LONGEST_NAME} of a-z, 0-9 and -, found {name:?}"
        );
        Problem::wrong_field("name", problem)
    })
}

fn check(settings: &Map<String, Value>) -> Result<(), Problem> {
    if settings.len() > MOST_SETTINGS {
        let found = settings.len();
        let problem = both!(
            "最多{MOST_SETTINGS}项，实际有{found}项",
            "expected at most {MOST_SETTINGS} settings, found {found}"
        );
        return Err(Problem::wrong_field("settings", problem));
    }
    for (key, value) in settings {
        let good = value.as_str().is_some_and(|v| v.len() <= LONGEST_VALUE);
        // A token in a preset would be visible to everybody.
        if key == "token" || key.len() > LONGEST_NAME || !good {
            let field = format!("settings.{key}");
            let problem = match key.as_str() {
                "token" => both!(
                    "预设对所有人可见，不能保存令牌",
                    "everybody can read a preset, so it must not contain a token"
                ),
                _ => both!(
                    "设置项的名称不能超过{LONGEST_NAME}个字节，内容应为不超过{LONGEST_VALUE}个字节的文本",
                    "expected a key of at most {LONGEST_NAME} bytes with a text of at most {LONGEST_VALUE} bytes"
                ),
            };
            return Err(Problem::wrong_field(&field, problem));
        }
    }
    Ok(())
}
