//! Silences: for a while, notices of what one matches are held back. They hide nothing on the map.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{actor, object, refused, told};
use crate::http::App;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::written::{self, Accepted, Subject};
use crate::model::names::collection::SILENCES;
use crate::model::{FeatureId, Role};
use crate::service::ledger::NewSilence;
use crate::service::ledger::cases;
use crate::warnings::field;

/// All silences, those that are over too.
#[utoipa::path(get, path = "/api/silences", operation_id = "list_silences", tag = "warnings",
    responses(
        (status = 200, description = "`{silences: [{id, match: {grid?, community?, category?, warning?}, reason, until, at, account, active}]}`", body = Value),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role officer", content_type = "application/problem+json"),
    ))]
pub async fn silences(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Officer)?;
    let snapshot = app.live.snapshot();
    let now = Timestamp::now();
    let rows = snapshot.collections().hidden(SILENCES);
    let list: Vec<Value> = rows
        .into_iter()
        .flat_map(|rows| rows.iter().cloned().collect::<Vec<_>>())
        .map(|entry| {
            let mut row = cases::properties(&entry);
            let until = row.get("until").and_then(Value::as_str);
            let until: Option<Timestamp> = until.and_then(|t| t.parse().ok());
            row.insert("id".into(), json!(entry.id()));
            row.insert("active".into(), json!(until.is_some_and(|t| t > now)));
            Value::Object(row)
        })
        .collect();
    let body = json!({"silences": list}).to_string();
    Ok(Answer::whole(
        "application/json",
        body,
        &snapshot,
        &caller,
        &headers,
    ))
}

/// Begins a silence.
#[utoipa::path(post, path = "/api/silences", operation_id = "begin_silence", tag = "warnings",
    request_body(content = Value, content_type = "application/json",
        description = "`{match: {grid?, community?, category?, warning?}, reason, until}`; everything that `match` names must fit"),
    responses(
        (status = 201, description = "It has begun; Location names it", body = Value),
        (status = 202, description = "Saved, and not visible on this server yet; `location` can be read with `?min-seq=`", body = Accepted),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role officer", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn begin_silence(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Officer)?;
    let body = object(body)?;
    let (id, written) = app
        .service
        .silence(read(&body)?, &actor(&caller), Timestamp::now())
        .await
        .map_err(|e| refused(e, &caller))?;
    let subject = Subject::new(id.as_str(), format!("{}/api/silences", app.base(&headers)));
    written::answer(&app, written, subject, |snapshot| {
        let rows = snapshot.collections().hidden(SILENCES);
        let mut row = rows
            .and_then(|rows| rows.get(id.as_str()))
            .map(|e| cases::properties(e))
            .unwrap_or_default();
        row.insert("id".into(), json!(id));
        row.insert("active".into(), json!(true));
        let mut response = told(StatusCode::CREATED, written.seq(), &Value::Object(row));
        if let Ok(here) = HeaderValue::from_str(&format!("{}/api/silences/{id}", app.prefix)) {
            response.headers_mut().insert(header::LOCATION, here);
        }
        Ok(response)
    })
}

fn read(map: &Map<String, Value>) -> Result<NewSilence, Problem> {
    let empty = Map::new();
    let matches = match map.get("match") {
        None | Some(Value::Null) => &empty,
        Some(Value::Object(matches)) => matches,
        Some(other) => {
            let problem = format!("expected {{grid, community, category, warning}}, found {other}");
            return Err(Problem::wrong_field("match", &problem));
        }
    };
    const KNOWN: [&str; 4] = ["grid", "community", "category", "warning"];
    if let Some(unknown) = matches.keys().find(|k| !KNOWN.contains(&k.as_str())) {
        let problem = format!("has no member {unknown:?}; there are {}", KNOWN.join(", "));
        return Err(Problem::wrong_field("match", &problem));
    }
    let until = field::moment(map, "until")?
        .ok_or_else(|| Problem::wrong_field("until", "a silence ends: expected a moment"))?;
    Ok(NewSilence {
        grid: field::text(matches, "grid", 200)?,
        community: field::text(matches, "community", 200)?,
        category: field::text(matches, "category", 200)?,
        warning: field::text(matches, "warning", 200)?,
        reason: field::text(map, "reason", 500)?.unwrap_or_default(),
        until,
    })
}

/// Ends a silence before its time.
#[utoipa::path(delete, path = "/api/silences/{id}", operation_id = "end_silence", tag = "warnings",
    params(("id" = String, Path, description = "The silence's id")),
    responses(
        (status = 204, description = "It is over"),
        (status = 202, description = "Saved, and not visible on this server yet; `location` can be read with `?min-seq=`", body = Accepted),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role officer", content_type = "application/problem+json"),
        (status = 404, description = "No such silence", content_type = "application/problem+json"),
    ))]
pub async fn end_silence(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Officer)?;
    let missing = || Problem::not_found(format!("There is no silence {id:?}."));
    let id = FeatureId::new(&id).map_err(|_| missing())?;
    let written = app
        .service
        .unsilence(&id, &actor(&caller), Timestamp::now())
        .await
        .map_err(|e| refused(e, &caller))?;
    let subject = Subject::new(id.as_str(), format!("{}/api/silences", app.base(&headers)));
    written::answer(&app, written, subject, |_| {
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}
