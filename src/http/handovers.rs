//! `/api/handovers`: an officer hands a shift over, and the next one signs for receipt.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::body::JsonBody;
use super::problem::{Problem, sentence};
use super::query::Query;
use super::work::{Advice, Cut};
use crate::live::Snapshot;
use crate::model::{Role, both};
use crate::service::handovers::{self, HandoverError, Times};
use crate::service::ledger::cases;
use crate::store::{Principal, Signature, StoredHandover};
use crate::warnings::field::{LongText, MomentField};
use crate::warnings::handover::{Content, Happened, Listed, Shift};

const NARROW: Advice = (
    "本班时间过长，请缩短（from=）。",
    "The shift is too long to count in one request. Ask for a later beginning (from=).",
);

/// A signature.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverSignature {
    /// The name of the account.
    pub account: String,
    /// When it was signed.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Whether it is the caller's.
    pub own: bool,
}

/// A community of a handover.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverCommunity {
    /// The id of its grid.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A handover without its content.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverHead {
    /// The id.
    pub id: String,
    /// The communities; empty for the whole map.
    pub communities: Vec<HandoverCommunity>,
    /// The shift that ended.
    pub shift: Shift,
    /// The next shift.
    pub next: Shift,
    /// Who handed over.
    pub given: HandoverSignature,
    /// Who took over; null while the handover is open.
    pub taken: Option<HandoverSignature>,
}

/// The handovers that the caller may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverList {
    /// At most 60: open ones first, then the newest first.
    pub handovers: Vec<HandoverHead>,
}

/// What the caller would hand over now.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverPreview {
    /// The communities; empty for the whole map.
    pub communities: Vec<HandoverCommunity>,
    /// The numbers and cases.
    pub content: Content,
}

/// A handover with what has changed since.
#[derive(Debug, Serialize, ToSchema)]
pub struct Handover {
    #[serde(flatten)]
    head: HandoverHead,
    /// The note for the next shift; may be empty.
    pub note: String,
    /// The numbers and cases as they were at the handover.
    pub content: Content,
    /// What happened from the handover until it was taken over, or until now.
    pub since: Happened,
    /// The listed cases as they are now; `why` has only `overdue`. A case that was deleted is missing.
    pub present: Vec<Listed>,
}

/// A shift to hand over. Absent times follow the last handover, otherwise the clock: shifts change at 8:00 and 20:00.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct HandoverBody {
    /// When the shift began, at most 7 days ago.
    #[serde(default)]
    pub from: MomentField,
    /// When the next shift begins.
    #[serde(default)]
    pub next_from: MomentField,
    /// When the next shift ends.
    #[serde(default)]
    pub next_until: MomentField,
    /// The note for the next shift.
    #[serde(default)]
    #[schema(inline)]
    pub note: LongText,
}

/// Lists the shift handovers of the caller's communities (交接班记录).
///
/// Handovers are kept for 366 days after they were taken over.
#[utoipa::path(get, path = "/api/handovers", operation_id = "list_handovers", tag = "warnings",
    responses(
        (status = 200, description = "The handovers", body = HandoverList),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let by = officer(&caller)?;
    let found = handovers::list(&app.live, by).await?;
    let names = community_names(&app.live.snapshot(), by);
    let heads = found.iter().map(|h| head(h, by, &names)).collect();
    Ok(shown(StatusCode::OK, &HandoverList { handovers: heads }))
}

/// Returns what the caller would hand over now: open cases, those due until the end of the next shift, and what was
/// done in the shift.
#[utoipa::path(get, path = "/api/handovers/preview", operation_id = "preview_handover", tag = "warnings",
    params(
        ("from" = Option<String>, Query, description = "When the shift began, RFC 3339, at most 7 days ago. If absent, it is when the shift of the last handover began; if that has ended, by the clock: shifts change at 8:00 and 20:00"),
        ("next_from" = Option<String>, Query, description = "When the next shift begins, RFC 3339; likewise if absent"),
        ("next_until" = Option<String>, Query, description = "When the next shift ends, RFC 3339; likewise if absent"),
    ),
    responses(
        (status = 200, description = "What would be handed over", body = HandoverPreview),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 422, description = "A time is not possible; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn preview(
    State(app): State<App>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&["from", "next_from", "next_until"])?;
    let by = officer(&caller)?;
    let moment = |name: &str| {
        query.parsed::<Timestamp>(
            name,
            (
                "时间，如 2026-11-29T20:00:00+08:00",
                "a moment such as 2026-11-29T20:00:00+08:00",
            ),
        )
    };
    let times = Times {
        from: moment("from")?,
        next_from: moment("next_from")?,
        next_until: moment("next_until")?,
    };
    let content = drafted(&app, by, times).await?;
    let names = community_names(&app.live.snapshot(), by);
    let preview = HandoverPreview {
        communities: named(&by.communities, &names),
        content,
    };
    Ok(shown(StatusCode::OK, &preview))
}

/// Hands a shift over (交班): stores the numbers and cases as they are now, under the caller's account.
///
/// At most one handover of the same communities is open.
#[utoipa::path(post, path = "/api/handovers", operation_id = "hand_over", tag = "warnings",
    request_body = HandoverBody,
    responses(
        (status = 201, description = "The handover", body = Handover),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 409, description = "A handover of the same communities is open; `handover` is its id", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<HandoverBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let by = officer(&caller)?;
    let times = Times {
        from: body.from.at("from")?,
        next_from: body.next_from.at("next_from")?,
        next_until: body.next_until.at("next_until")?,
    };
    let note = body
        .note
        .get("note")?
        .map_or_else(String::new, |note| note.0);
    let content = drafted(&app, by, times).await?;
    let made = handovers::hand_over(&app.live, by, &content, note).await?;
    let place = format!("{}/api/handovers/{}", app.base(&headers), made.id);
    let mut response = shown(StatusCode::CREATED, &whole(&app, by, made).await?);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Returns a handover, and how its cases are now.
#[utoipa::path(get, path = "/api/handovers/{id}", operation_id = "read_handover", tag = "warnings",
    params(("id" = String, Path, description = "The id of the handover")),
    responses(
        (status = 200, description = "The handover", body = Handover),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 404, description = "No such handover in the caller's communities", content_type = "application/problem+json"),
    ))]
pub async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let by = officer(&caller)?;
    let found = handovers::one(&app.live, by, &id).await?;
    Ok(shown(StatusCode::OK, &whole(&app, by, found).await?))
}

/// Signs a handover for receipt (接班). Sending it again has no effect.
#[utoipa::path(post, path = "/api/handovers/{id}/receive", operation_id = "receive_handover", tag = "warnings",
    params(("id" = String, Path, description = "The id of the handover")),
    responses(
        (status = 200, description = "The signed handover", body = Handover),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer; the account that handed over cannot sign for receipt", content_type = "application/problem+json"),
        (status = 404, description = "No such handover in the caller's communities", content_type = "application/problem+json"),
        (status = 409, description = "Somebody else has taken over", content_type = "application/problem+json"),
    ))]
pub async fn receive(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let by = officer(&caller)?;
    let signed = handovers::take(&app.live, by, &id).await?;
    Ok(shown(StatusCode::OK, &whole(&app, by, signed).await?))
}

/// Withdraws a handover that nobody has taken over (撤回). Only who handed over and administrators may.
#[utoipa::path(delete, path = "/api/handovers/{id}", operation_id = "withdraw_handover", tag = "warnings",
    params(("id" = String, Path, description = "The id of the handover")),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the account that handed over, or the role admin", content_type = "application/problem+json"),
        (status = 404, description = "No such handover in the caller's communities", content_type = "application/problem+json"),
        (status = 409, description = "Somebody has taken over", content_type = "application/problem+json"),
    ))]
pub async fn withdraw(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    query.only(&[])?;
    let by = officer(&caller)?;
    handovers::withdraw(&app.live, by, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account of a caller who may hand over.
fn officer(caller: &Caller) -> Result<&Principal, Problem> {
    caller.author(Role::Officer)?;
    let nobody = || Problem::unauthenticated(both!("请登录。", "Sign in."));
    caller.principal.as_ref().ok_or_else(nobody)
}

/// What the caller would hand over now.
async fn drafted(app: &App, by: &Principal, times: Times) -> Result<Content, Problem> {
    let snapshot = app.live.snapshot();
    let now = Timestamp::now();
    let usual = handovers::usual_shifts(&app.live, by, now).await?;
    let shifts = handovers::shifts(usual, times, now)?;
    let by = by.clone();
    app.answer(NARROW, move |budget| {
        Ok::<_, Cut>(handovers::draft(&snapshot, by.view(), shifts, now, budget)?)
    })
    .await
}

/// A handover with what has changed since.
async fn whole(app: &App, by: &Principal, stored: StoredHandover) -> Result<Handover, Problem> {
    let snapshot = app.live.snapshot();
    let content = Arc::new(handovers::content_of(&stored)?);
    let until = stored.taken.as_ref().map_or_else(Timestamp::now, |t| t.at);
    let communities = stored.handover.communities.clone();
    let (walked, then, roles) = (Arc::clone(&snapshot), Arc::clone(&content), by.roles);
    let (since, present) = app
        .answer(NARROW, move |budget| {
            let said = handovers::since(&walked, &communities, roles, &then, until, budget);
            Ok::<_, Cut>(said?)
        })
        .await?;
    let names = community_names(&snapshot, by);
    Ok(Handover {
        head: head(&stored, by, &names),
        note: stored.handover.note,
        content: Arc::unwrap_or_clone(content),
        since,
        present,
    })
}

type Names = std::collections::BTreeMap<String, String>;

fn head(stored: &StoredHandover, by: &Principal, names: &Names) -> HandoverHead {
    let signature = |s: &Signature| HandoverSignature {
        account: s.account.clone(),
        at: s.at,
        own: s.account_id == by.account_id,
    };
    let StoredHandover {
        id,
        handover,
        taken,
    } = stored;
    let shift = handover.shift;
    HandoverHead {
        id: id.clone(),
        communities: named(&handover.communities, names),
        shift: Shift {
            from: shift.from,
            until: shift.next_from,
        },
        next: Shift {
            from: shift.next_from,
            until: shift.next_until,
        },
        given: signature(&handover.given),
        taken: taken.as_ref().map(signature),
    }
}

/// The names of the grids that the account may see.
fn community_names(snapshot: &Snapshot, by: &Principal) -> Names {
    cases::names(snapshot, by.roles).grids
}

fn named(communities: &[String], names: &Names) -> Vec<HandoverCommunity> {
    let name = |id: &String| HandoverCommunity {
        id: id.clone(),
        name: names.get(id).unwrap_or(id).clone(),
    };
    communities.iter().map(name).collect()
}

/// Handovers are for the people of the shift, so no cache stores them.
fn shown(status: StatusCode, body: &impl Serialize) -> Response {
    let head = [(header::CACHE_CONTROL, "no-store")];
    (status, head, Json(body)).into_response()
}

impl From<HandoverError> for Problem {
    fn from(error: HandoverError) -> Self {
        let said = sentence(&error);
        match error {
            HandoverError::Missing(_) => Self::not_found(said),
            HandoverError::Open(open) => Self::conflict(said).with("handover", open.id),
            HandoverError::Taken(_) => Self::conflict(said),
            HandoverError::Own | HandoverError::NotOwn(_) => Self::forbidden(said),
            HandoverError::Store(error) => error.into(),
        }
    }
}
