//! Returns one case: as a feature, as its reporter sees it, or as a CAP message.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Found, Standing, actor, answer, feature_id, wrong_receipt};
use crate::http::App;
use crate::http::answer::{Answer, Tag};
use crate::http::auth::Caller;
use crate::http::items::GEOJSON;
use crate::http::problem::Problem;
use crate::http::query::{Query, segment};
use crate::http::wishes::public_name;
use crate::live::Snapshot;
use crate::model::names::collection::UNITS;
use crate::model::names::property;
use crate::model::{Localized, Role, both};
use crate::warnings::{Action, Case, CaseNumber, Status, cap};

/// The header with a receipt or a reading code.
const RECEIPT: HeaderName = HeaderName::from_static("onemap-receipt");
/// The most versions of a case that are read for one answer.
const MOST: u32 = 10_000;
/// How many versions are in memory at a time.
const PAGE: u32 = 200;

/// Returns one case.
///
/// Signed-in callers also get the actions that they may take (`allowed`) and whose turn it is (`turn`). With
/// the receipt, or with its reading code, the answer contains what the reporter may know, and `progress`: when the case
/// reached each status, and what was done. Prefer the header to the query, because addresses are recorded in many places.
#[utoipa::path(get, path = "/api/warnings/{id}", operation_id = "read_warning", tag = "warnings",
    params(
        ("id" = String, Path, description = "The case's id, or its number such as 20261129-0042. If cases of several streets have the number, the receipt decides"),
        ("Onemap-Receipt" = Option<String>, Header, description = "The receipt of the report, or its reading code"),
        ("receipt" = Option<String>, Query, description = "The same, in the address"),
        ("f" = Option<String>, Query, description = "json (the default), or cap: a message of the Common Alerting Protocol 1.2 with public properties only"),
    ),
    responses(
        (status = 200, description = "The case. Its ETag is the value of If-Match for an action", content_type = "application/geo+json", body = ref("#/components/schemas/Case")),
        (status = 403, description = "The receipt does not belong to this case", content_type = "application/problem+json"),
        (status = 404, description = "No such case", content_type = "application/problem+json"),
        (status = 409, description = "Cases of several streets have the number", content_type = "application/problem+json"),
        (status = 422, description = "The case has more than 10,000 versions and cannot be written as CAP", content_type = "application/problem+json"),
    ))]
pub async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["receipt", "f"])?;
    let wants_cap = match query.get("f")? {
        Some("cap") => true,
        Some("json" | "geojson") => false,
        Some(other) => {
            return Err(Problem::invalid(
                "f",
                both!(
                    "f={other}：应为 json 或 cap。",
                    "f={other}: expected json or cap."
                ),
            ));
        }
        None => headers
            .get(header::ACCEPT)
            .is_some_and(|v| v.as_bytes().starts_with(cap::MEDIA_TYPE.as_bytes())),
    };
    let snapshot = app.live.snapshot();
    let header = headers.get(RECEIPT).map(|v| v.to_str().unwrap_or_default());
    let secret = header.or(query.get("receipt")?);
    let found = find(&app, &snapshot, &id, secret).await?;
    let standing = Standing::of(&found.case, secret)?;
    let mut actor = actor(&caller);
    actor.is_reporter = standing == Standing::Reporter;
    if wants_cap {
        let base = app.base(&headers);
        return message(&app, &snapshot, &found, &base, &caller, &headers).await;
    }
    let tag = found.tag(&snapshot, &caller, standing != Standing::Nobody);
    let mut document = found.document_for(&caller, &actor, standing)?;
    if standing != Standing::Nobody {
        document["progress"] = progress(&app, &snapshot, &found).await?;
        if header.is_some() {
            // The address is the one of the public answer, so no cache may keep this one.
            return answer(StatusCode::OK, &snapshot, &tag, &document);
        }
    }
    Ok(Answer::new(GEOJSON, tag, &snapshot, &caller).send(&headers, || document.to_string()))
}

/// Finds a case by its id or its number. Cases of several streets may have the same number; the receipt decides then.
async fn find(
    app: &App,
    snapshot: &Snapshot,
    text: &str,
    secret: Option<&str>,
) -> Result<Found, Problem> {
    let missing = match Found::read(snapshot, text) {
        Ok(found) => return Ok(found),
        Err(missing) => missing,
    };
    let Ok(number) = text.parse::<CaseNumber>() else {
        return Err(missing);
    };
    let store = app.live.store();
    let ids = store.cases_numbered(number.day(), number.running()).await?;
    let found = ids.iter().filter_map(|id| Found::read(snapshot, id).ok());
    let mut found: Vec<Found> = found.filter(|f| f.case.number == Some(number)).collect();
    if found.len() > 1 && secret.is_some() {
        found.retain(|f| Standing::of(&f.case, secret).is_ok());
        if found.is_empty() {
            return Err(wrong_receipt());
        }
    }
    let several = found.len() > 1;
    match found.pop() {
        Some(found) if !several => Ok(found),
        Some(_) => Err(Problem::conflict(both!(
            "有多个街道的事件编号都是 {number}，请用 GET /api/warnings?number={number} 查看。",
            "Cases of several streets have the number {number}. GET /api/warnings?number={number} lists them."
        ))),
        None => Err(missing),
    }
}

/// One entry of the progress of a case: a status, and what its reporter may know about the step that led there.
#[derive(Debug, Clone, PartialEq)]
struct Reached {
    status: Status,
    at: Timestamp,
    facts: Map<String, Value>,
}

impl Reached {
    fn of(case: &Case, snapshot: &Snapshot) -> Self {
        let step = case.step.as_ref();
        let mut facts = Map::new();
        let mut say = |name: &str, value: Option<Value>| {
            facts.extend(value.map(|value| (name.to_owned(), value)));
        };
        let text = |text: Option<&String>| text.map(|t| json!(t));
        match (case.status, step) {
            (Status::Dispatched, Some(step)) => {
                say(
                    "claimed",
                    (step.action == Action::Claim).then_some(json!(true)),
                );
                say(
                    "unit",
                    case.unit
                        .as_deref()
                        .map(|id| json!(unit_name(snapshot, id))),
                );
                say("due_at", case.due_at.map(|at| json!(at)));
            }
            (Status::Handled, Some(step)) => {
                say(
                    "unit",
                    case.unit
                        .as_deref()
                        .map(|id| json!(unit_name(snapshot, id))),
                );
                say("note", text(step.note.as_ref()));
            }
            (Status::Rejected, Some(step)) => say("reason", text(step.reason.as_ref())),
            (Status::Parked, Some(_)) => say("until", case.parked_until.map(|at| json!(at))),
            (Status::Merged, Some(_)) => {
                let into = case.merged_into.as_ref();
                let into = into.and_then(|id| Found::read(snapshot, id.as_str()).ok());
                say("into", into.and_then(|f| f.case.number).map(|n| json!(n)));
            }
            _ => {}
        }
        Self {
            status: case.status,
            at: step.map_or(case.since, |s| s.at),
            facts,
        }
    }

    fn json(self) -> Value {
        let mut entry = self.facts;
        entry.insert("status".to_owned(), json!(self.status));
        entry.insert("at".to_owned(), json!(self.at));
        Value::Object(entry)
    }
}

/// The public name of a unit; its id if the public may not see the name.
pub(super) fn unit_name(snapshot: &Snapshot, id: &str) -> String {
    public_name(snapshot, UNITS, id).unwrap_or_else(|| id.to_owned())
}

/// When the case reached each status, in order. For a case with more than [`MOST`] versions, only the beginning
/// and the present status.
async fn progress(app: &App, snapshot: &Snapshot, found: &Found) -> Result<Value, Problem> {
    let mut list: Vec<Reached> = Vec::new();
    let mut note = |case: &Case| match list.last_mut() {
        // The date may be extended while the unit has the case.
        Some(last) if last.status == case.status => {
            if let (Status::Dispatched, Some(due)) = (case.status, case.due_at) {
                last.facts.insert("due_at".to_owned(), json!(due));
            }
        }
        _ => list.push(Reached::of(case, snapshot)),
    };
    each_version(app, found.entry.id().as_str(), &mut note).await?;
    note(&found.case);
    Ok(list.into_iter().map(Reached::json).collect())
}

/// Passes the states of a case to `take`, the oldest first: at most [`MOST`], read [`PAGE`] at a time. Returns `true`
/// if the case has no more versions.
async fn each_version(app: &App, id: &str, mut take: impl FnMut(&Case)) -> Result<bool, Problem> {
    let (mut next, mut left) = (Some(0), MOST);
    while let Some(after) = next
        && left > 0
    {
        let page = versions(app, id, after, left.min(PAGE)).await?;
        left = left.saturating_sub(page.read);
        page.cases.iter().for_each(&mut take);
        next = page.next;
    }
    Ok(next.is_none())
}

/// A page of the states of a case.
pub(super) struct Versions {
    /// The states, the oldest first.
    pub cases: Vec<Case>,
    /// How many versions were read.
    pub read: u32,
    /// The commit after which the next page begins; `None` on the last page.
    pub next: Option<u64>,
}

/// The states of a case after a commit, the oldest first, at most `limit`.
pub(super) async fn versions(
    app: &App,
    id: &str,
    after: u64,
    limit: u32,
) -> Result<Versions, Problem> {
    let collection = crate::service::ledger::cases::collection()?;
    let id = feature_id(id)?;
    let store = app.live.store();
    let page = store.versions_after(&collection, &id, after, limit).await?;
    let read = u32::try_from(page.versions.len()).unwrap_or(limit).max(1);
    let bodies = page.versions.into_iter().filter_map(|(_, r)| r.body);
    let cases = bodies.filter_map(|body| Case::read(&id, &body.properties).ok());
    Ok(Versions {
        cases: cases.collect(),
        read,
        next: page.next,
    })
}

async fn message(
    app: &App,
    snapshot: &Snapshot,
    found: &Found,
    base: &str,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let id = found.entry.id().as_str();
    let mut steps: Vec<(u32, Timestamp)> = Vec::new();
    let is_whole = each_version(app, id, |case| {
        // Internal steps are not shown to others, so a version that only adds one is skipped.
        if let Some(step) = &case.step
            && !step.action.is_internal()
            && steps.last().is_none_or(|(n, _)| *n < step.n)
            && step.n <= found.case.steps
        {
            steps.push((step.n, step.at));
        }
    })
    .await?;
    if !is_whole {
        return Err(Problem::unprocessable(
            both!(
                "该事件的版本超过{MOST}个，无法生成 CAP 消息，请分页查看历史记录：\
                 /api/warnings/{id}/history。",
                "The case has more than {MOST} versions, so it cannot be written as CAP. Read its \
                 history page by page: /api/warnings/{id}/history."
            ),
            Vec::new(),
        ));
    }
    let schema = found.collection.schema();
    let public = found.entry.properties(schema, Role::Public);
    let properties = serde_json::from_str(&public).map_err(|e| Problem::internal(&e))?;
    let rules = snapshot.ledger().rules();
    let unnamed = Localized::new(&found.case.category, &found.case.category);
    let category = rules.categories.get(&found.case.category).map(|c| &c.name);
    let building = || {
        let id = found.case.building.as_deref().unwrap_or_default();
        Localized::new(id, id)
    };
    let shown = |name: &str| schema.shows(Role::Public, name);
    let place = found.case.place_words().filter(|_| shown("place"));
    let place = place.unwrap_or_else(|| match shown(property::BUILDING) {
        true => building(),
        false => Localized::new("", ""),
    });
    let bytes = cap::write(&cap::Message {
        sender: &format!("urn:uuid:{}", snapshot.store_id()),
        web: &format!("{base}/api/warnings/{}", segment(id)),
        id,
        geometry: found.entry.geometry(),
        properties: &properties,
        category: category.unwrap_or(&unnamed),
        place: &place,
        steps: &steps.into_iter().map(|(_, at)| at).collect::<Vec<_>>(),
    })
    .map_err(|e| Problem::internal(&e))?;
    let tag = Tag::of_bytes(&bytes);
    Ok(Answer::new(cap::MEDIA_TYPE, tag, snapshot, caller).send(headers, || bytes))
}
