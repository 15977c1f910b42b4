//! Observations of sensors, cameras and patrols, and the conditions that result from them.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{actor, refused, write_answer};
use crate::http::App;
use crate::http::answer;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::http::written::{self, Subject};
use crate::index::Entry;
use crate::model::names::collection::CONDITIONS;
use crate::model::{FeatureId, Role, both};
use crate::service::ledger::Observation;
use crate::service::ledger::cases;
use crate::warnings::condition::State as ConditionState;
use crate::warnings::field::{Field, Instant, ShortText};

type InstantField = Field<Instant>;
type Number = Field<f64>;

/// An observation at a place.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ObservationBody {
    /// The id of the observed feature of the map.
    #[serde(default)]
    #[schema(inline, required)]
    pub place: ShortText,
    /// A category whose rule has a condition.
    #[serde(default)]
    #[schema(inline, required)]
    pub category: ShortText,
    /// The value, in the unit of the rule's thresholds.
    #[serde(default)]
    #[schema(inline, required)]
    pub value: Number,
    /// When the value was measured; now, if absent.
    #[serde(default)]
    #[schema(inline)]
    pub at: InstantField,
}

/// The result of an observation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObservationAnswer {
    /// The id of the place.
    pub place: String,
    /// The category of the condition.
    pub category: String,
    /// The condition after the observation.
    pub state: ConditionState,
    /// Since when the condition has this state.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The last value, in the unit of the thresholds.
    pub value: Option<f64>,
    /// The open case that the condition opened or was added to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<FeatureId>,
    /// True if the observation is older than the last one, so that it changes nothing; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub late: bool,
}

/// The conditions of all places with observations.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConditionList {
    /// One condition for each place and category.
    pub conditions: Vec<ConditionShown>,
}

/// The condition of a category at a place, as stored in the log.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConditionShown {
    /// The id of the place.
    pub place: String,
    /// The category of the condition.
    pub category: String,
    /// The state of the condition.
    pub state: ConditionState,
    /// Since when the condition has this state.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The last value, in the unit of the rule's thresholds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// When the last value was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub observed_at: Option<Timestamp>,
    /// Since when the state has been `firing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub fired_at: Option<Timestamp>,
    /// The open case of the condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Records an observation at a place.
#[utoipa::path(post, path = "/api/observations", operation_id = "observe", tag = "warnings",
    request_body = ObservationBody,
    responses(
        (status = 202, description = "The condition after the observation. If it is not yet visible on this server, also `seq`, `id`, `location` and `detail`", body = ObservationAnswer),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role grid_worker", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn observe(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ObservationBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::GridWorker)?;
    let request = read(body)?;
    let seen = app
        .service
        .observe(&request, &actor(&caller), Timestamp::now())
        .await
        .map_err(|e| refused(e, &caller))?;
    let said = ObservationAnswer {
        place: request.place.clone(),
        category: request.category.clone(),
        state: seen.condition.state,
        since: seen.condition.since,
        value: seen.condition.value,
        warning: seen.warning.clone(),
        late: seen.late,
    };
    let Some(written) = seen.written else {
        return Ok(write_answer(
            StatusCode::ACCEPTED,
            app.live.snapshot().seq(),
            &said,
        ));
    };
    let (id, here) = match &seen.warning {
        Some(id) => (
            id.to_string(),
            format!("/api/warnings/{}", segment(id.as_str())),
        ),
        None => (request.place.clone(), "/api/conditions".to_owned()),
    };
    let mut subject = Subject::new(id, format!("{}{here}", app.base(&headers)));
    if let Value::Object(said) = &json!(said) {
        for (key, value) in said {
            subject = subject.with(key, value.clone());
        }
    }
    written::answer(&app, written, subject, |_| {
        Ok(write_answer(StatusCode::ACCEPTED, written.seq(), &said))
    })
}

fn read(body: ObservationBody) -> Result<Observation, Problem> {
    let missing = |field: &str, zh: &str, expected: &str| {
        let problem = both!("请填写{zh}", "expected {expected}, found nothing");
        Problem::wrong_field(field, problem)
    };
    let value = body.value.get("value")?;
    let at = body.at.get("at")?;
    Ok(Observation {
        place: (body.place.text("place")?)
            .ok_or_else(|| missing("place", "地图要素的编号", "the id of a feature of the map"))?,
        category: (body.category.text("category")?)
            .ok_or_else(|| missing("category", "类别", "a category"))?,
        value: value.ok_or_else(|| missing("value", "数值", "a number"))?,
        at: at.map(|Instant(at)| at),
    })
}

/// Lists the conditions of all places with observations.
#[utoipa::path(get, path = "/api/conditions", operation_id = "list_conditions", tag = "warnings",
    responses(
        (status = 200, description = "The conditions", body = ConditionList),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role grid_worker", content_type = "application/problem+json"),
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
    let seen = app.live.store().all_last_seen().await?;
    let seen: HashMap<(&str, &str), _> = seen
        .iter()
        .map(|s| ((s.place.as_str(), s.category.as_str()), s))
        .collect();
    let read = |entry: &Arc<Entry>| {
        let row = Value::Object(cases::properties(entry));
        let mut row: ConditionShown =
            serde_json::from_value(row).map_err(|e| Problem::internal(&e))?;
        // An unchanged value makes no commit, but the time of the last observation is shown.
        if let Some(last) = seen.get(&(row.place.as_str(), row.category.as_str())) {
            row.value = Some(last.value);
            row.observed_at = Some(last.at);
        }
        Ok::<_, Problem>(row)
    };
    let conditions = rows
        .into_iter()
        .flat_map(|rows| rows.iter())
        .map(read)
        .collect::<Result<_, _>>()?;
    let list = ConditionList { conditions };
    answer::json("application/json", &list, &snapshot, &caller, &headers)
}
