//! Silences: they hold back the notices of matching cases for a while. The cases stay visible on the map.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{actor, refused, write_answer};
use crate::http::App;
use crate::http::answer;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::written::{self, Accepted, Subject};
use crate::model::names::collection::SILENCES;
use crate::model::{FeatureId, Localized, Role, both};
use crate::service::ledger::NewSilence;
use crate::service::ledger::cases;
use crate::warnings::field::{Field, FromJson, MomentField, ShortText, Text};

/// A silence: it holds back the notices of matching cases until it ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct Silence {
    /// The id of the silence.
    pub id: FeatureId,
    /// The cases that the silence matches; all given values must match.
    #[serde(rename = "match")]
    pub of: SilenceMatch,
    /// The reason.
    pub reason: Option<String>,
    /// When the silence ends.
    #[schema(value_type = String, format = DateTime)]
    pub until: Option<String>,
    /// When the silence began.
    #[schema(value_type = String, format = DateTime)]
    pub at: Option<String>,
    /// The account that began the silence.
    pub account: Option<String>,
    /// Whether the silence has not ended yet.
    pub active: bool,
}

/// The cases that a silence matches; all given values must match.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SilenceMatch {
    /// Only cases in this grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<String>,
    /// Only cases in this community.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// Only cases of this category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Only this case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

type MatchField = Field<SilenceMatchBody>;
type Reason = Field<Text<500>>;

/// The silence to begin.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct SilenceBody {
    /// The cases to match; all given values must match.
    #[serde(default, rename = "match")]
    pub of: MatchField,
    /// The reason.
    #[serde(default)]
    #[schema(inline)]
    pub reason: Reason,
    /// When the silence ends: RFC 3339, or a date, which means the end of that day in China.
    #[serde(default)]
    #[schema(inline, required)]
    pub until: MomentField,
}

/// The cases to match; all given values must match.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceMatchBody {
    /// The id of a grid.
    #[serde(default)]
    #[schema(inline)]
    pub grid: ShortText,
    /// The id of a community.
    #[serde(default)]
    #[schema(inline)]
    pub community: ShortText,
    /// A category.
    #[serde(default)]
    #[schema(inline)]
    pub category: ShortText,
    /// The id of a case.
    #[serde(default)]
    #[schema(inline)]
    pub warning: ShortText,
}

impl FromJson for SilenceMatchBody {
    fn from_json(value: Value) -> Result<Option<Self>, Localized> {
        if !value.is_object() {
            return Err(both!(
                "应为 {{grid, community, category, warning}}，实际为 {value}",
                "expected {{grid, community, category, warning}}, found {value}"
            ));
        }
        Self::deserialize(value)
            .map(Some)
            .map_err(|e| both!("范围有误（{e}）", "{e}"))
    }
}

/// All silences.
#[derive(Debug, Serialize, ToSchema)]
pub struct SilenceList {
    /// The silences, including ended ones.
    pub silences: Vec<Silence>,
}

impl Silence {
    /// The silence that a row of `$silences` stores, with its state at `now`.
    fn read(id: FeatureId, mut row: Map<String, Value>, now: Timestamp) -> Self {
        let mut text = |name: &str| match row.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (reason, until) = (text("reason"), text("until"));
        let (at, account) = (text("at"), text("account"));
        let of = row.remove("match").map(serde_json::from_value);
        let end: Option<Timestamp> = until.as_deref().and_then(|t| t.parse().ok());
        Self {
            id,
            of: of.and_then(Result::ok).unwrap_or_default(),
            reason,
            until,
            at,
            account,
            active: end.is_some_and(|end| end > now),
        }
    }
}

/// Lists all silences, including ended ones.
#[utoipa::path(get, path = "/api/silences", operation_id = "list_silences", tag = "warnings",
    responses(
        (status = 200, description = "The silences", body = SilenceList),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
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
    let silences = rows
        .into_iter()
        .flat_map(|rows| rows.iter())
        .map(|entry| Silence::read(entry.id().clone(), cases::properties(entry), now))
        .collect();
    let list = SilenceList { silences };
    answer::json("application/json", &list, &snapshot, &caller, &headers)
}

/// Begins a silence.
#[utoipa::path(post, path = "/api/silences", operation_id = "begin_silence", tag = "warnings",
    request_body = SilenceBody,
    responses(
        (status = 201, description = "Begun; Location is its address", body = Silence),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 422, description = "A field is missing or wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn begin_silence(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SilenceBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Officer)?;
    let (id, written) = app
        .service
        .silence(read(body)?, &actor(&caller), Timestamp::now())
        .await
        .map_err(|e| refused(e, &caller))?;
    let subject = Subject::new(id.as_str(), format!("{}/api/silences", app.base(&headers)));
    written::answer(&app, written, subject, |snapshot| {
        let rows = snapshot.collections().hidden(SILENCES);
        let row = rows
            .and_then(|rows| rows.get(id.as_str()))
            .map(|e| cases::properties(e))
            .unwrap_or_default();
        let silence = Silence {
            active: true,
            ..Silence::read(id.clone(), row, Timestamp::now())
        };
        let mut response = write_answer(StatusCode::CREATED, written.seq(), &silence);
        if let Ok(here) = HeaderValue::from_str(&format!("{}/api/silences/{id}", app.prefix)) {
            response.headers_mut().insert(header::LOCATION, here);
        }
        Ok(response)
    })
}

fn read(body: SilenceBody) -> Result<NewSilence, Problem> {
    let of = body.of.get("match")?.unwrap_or_default();
    let until = (body.until.at("until")?).ok_or_else(|| {
        let problem = both!(
            "请填写截止时间",
            "expected the moment at which the silence ends"
        );
        Problem::wrong_field("until", problem)
    })?;
    Ok(NewSilence {
        grid: of.grid.text("match.grid")?,
        community: of.community.text("match.community")?,
        category: of.category.text("match.category")?,
        warning: of.warning.text("match.warning")?,
        reason: body.reason.text("reason")?.unwrap_or_default(),
        until,
    })
}

/// Ends a silence early.
#[utoipa::path(delete, path = "/api/silences/{id}", operation_id = "end_silence", tag = "warnings",
    params(("id" = String, Path, description = "The silence's id")),
    responses(
        (status = 204, description = "The silence has ended"),
        (status = 202, description = "Saved, but not yet visible on this server; read `location` with `?min-seq=`", body = Accepted),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
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
    let missing = || {
        Problem::not_found(both!(
            "没有编号为“{id}”的暂停通知设置，可通过 GET /api/silences 查看已有设置。",
            "There is no silence {id:?}. GET /api/silences lists the silences."
        ))
    };
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
