//! What sensors, cameras and patrols observe, and the conditions that follow from it.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{actor, object, refused, told};
use crate::http::App;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::http::written::{self, Subject};
use crate::model::Role;
use crate::model::names::collection::CONDITIONS;
use crate::service::ledger::Observation;
use crate::service::ledger::cases;
use crate::warnings::field;

/// Takes what was observed at a place.
#[utoipa::path(post, path = "/api/observations", operation_id = "observe", tag = "warnings",
    request_body(content = Value, content_type = "application/json",
        description = "`{place, category, value, at?}`: the id of a feature of the map, a category whose rule has a condition, and a number in the unit of its thresholds; `at` is now where it is missing"),
    responses(
        (status = 202, description = "`{place, category, state, since, value, warning?, late?}`: the condition after it, and the open case that it opened or joined. One that is not newer than the last is `late` and changes nothing. What is not visible on this server yet has `seq`, `id`, `location` and `detail` besides", body = Value),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role grid_worker", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn observe(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::GridWorker)?;
    let request = read(&object(body)?)?;
    let seen = app
        .service
        .observe(&request, &actor(&caller), Timestamp::now())
        .await
        .map_err(|e| refused(e, &caller))?;
    let mut said = json!({
        "place": request.place,
        "category": request.category,
        "state": seen.condition.state,
        "since": seen.condition.since,
        "value": seen.condition.value,
    });
    if let Some(warning) = &seen.warning {
        said["warning"] = json!(warning);
    }
    if seen.late {
        said["late"] = json!(true);
    }
    let Some(written) = seen.written else {
        return Ok(told(StatusCode::ACCEPTED, app.live.snapshot().seq(), &said));
    };
    let (id, here) = match &seen.warning {
        Some(id) => (
            id.to_string(),
            format!("/api/warnings/{}", segment(id.as_str())),
        ),
        None => (request.place.clone(), "/api/conditions".to_owned()),
    };
    let mut subject = Subject::new(id, format!("{}{here}", app.base(&headers)));
    if let Value::Object(said) = &said {
        for (key, value) in said {
            subject = subject.with(key, value.clone());
        }
    }
    written::answer(&app, written, subject, |_| {
        Ok(told(StatusCode::ACCEPTED, written.seq(), &said))
    })
}

fn read(map: &Map<String, Value>) -> Result<Observation, Problem> {
    let needed = |field: &'static str, what: &str| -> Result<String, Problem> {
        let text = field::text(map, field, 200)?;
        text.ok_or_else(|| Problem::wrong_field(field, what))
    };
    let value = map.get("value").and_then(Value::as_f64).ok_or_else(|| {
        let found = map
            .get("value")
            .map_or("nothing".to_owned(), Value::to_string);
        Problem::wrong_field("value", &format!("expected a number, found {found}"))
    })?;
    let at = match map.get("at") {
        None | Some(Value::Null) => None,
        Some(said) => Some(said.as_str().and_then(|t| t.parse().ok()).ok_or_else(|| {
            let problem = format!("expected a moment like 2026-11-22T06:05:00Z, found {said}");
            Problem::wrong_field("at", &problem)
        })?),
    };
    Ok(Observation {
        place: needed("place", "expected the id of a feature of the map")?,
        category: needed("category", "expected a category")?,
        value,
        at,
    })
}

/// The conditions of all places of which anything was heard.
#[utoipa::path(get, path = "/api/conditions", operation_id = "list_conditions", tag = "warnings",
    responses(
        (status = 200, description = "`{conditions: [{place, category, state, since, value, observed_at, fired_at?, warning?}]}`; `state` is inactive, pending, firing, recovering or no_data", body = Value),
        (status = 401, description = "This takes an account", content_type = "application/problem+json"),
        (status = 403, description = "This takes the role grid_worker", content_type = "application/problem+json"),
    ))]
pub async fn conditions(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::GridWorker)?;
    let snapshot = app.live.snapshot();
    let rows = snapshot.collections().hidden(CONDITIONS);
    let seen = app.live.store().all_seen().await?;
    let seen: HashMap<(&str, &str), _> = seen
        .iter()
        .map(|s| ((s.place.as_str(), s.category.as_str()), s))
        .collect();
    let list: Vec<Value> = rows
        .into_iter()
        .flat_map(|rows| {
            rows.iter()
                .map(|e| cases::properties(e))
                .collect::<Vec<_>>()
        })
        .map(|mut row| {
            // That a sensor still says what it said is no commit; it is heard all the same.
            let key = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
            let last = seen.get(&(key("place"), key("category"))).copied();
            if let Some(last) = last {
                row.insert("value".into(), json!(last.value));
                row.insert("observed_at".into(), json!(last.at));
            }
            Value::Object(row)
        })
        .collect();
    let body = json!({"conditions": list}).to_string();
    Ok(Answer::whole(
        "application/json",
        body,
        &snapshot,
        &caller,
        &headers,
    ))
}
