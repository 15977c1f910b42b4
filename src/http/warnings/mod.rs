//! `/api/warnings`: the ledger. Its cases are the features of the collection `warnings`. The files here create,
//! change, list and export them.
//!
//! Data that a role may not see is removed from every answer: features, histories, spreadsheets, messages and error
//! texts.

mod actions;
mod caller;
mod conditions;
mod contact;
mod duplicates;
mod export;
mod figures;
mod history;
mod import;
mod list;
mod one;
mod place;
mod report;
mod silences;
mod summary;
mod units;

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

pub use actions::{__path_act, act};
pub use caller::{__path_caller, caller};
pub use conditions::{__path_conditions, __path_observe, conditions, observe};
pub use contact::{__path_contact, __path_erase_contact, contact, erase_contact};
pub use duplicates::{__path_duplicates, duplicates};
pub use export::{__path_export, export};
pub use figures::{__path_figures, figures};
pub use history::{__path_history, history};
pub use import::{__path_import, __path_import_template, import, import_template};
pub use list::{__path_list, list};
pub use one::{__path_read, read};
pub use place::{__path_place, place};
pub use report::{__path_report, report};
pub use silences::{
    __path_begin_silence, __path_end_silence, __path_silences, begin_silence, end_silence, silences,
};
pub use summary::{__path_summary, summary};
pub use units::{__path_units, units};

use super::answer::{SEQ_HEADER, Tag};
use super::auth::Caller;
use super::items::{GEOJSON, collection};
use super::problem::Problem;
use crate::index::{Collection, Entry};
use crate::live::Snapshot;
use crate::model::names::collection::WARNINGS;
use crate::model::{FeatureId, InChinese as _, Localized, Role, RoleSet, both};
use crate::service::ledger::cases;
use crate::service::ledger::cases::names;
use crate::service::ledger::{LedgerError, is_reading_code, reading_code, receipt_hash};
use crate::warnings::{Action, Actor, Case, FieldError, PhotoKind, Refusal, allowed};

/// A case as a request found it.
struct Found {
    collection: Arc<Collection>,
    entry: Arc<Entry>,
    case: Case,
}

impl Found {
    fn read(snapshot: &Snapshot, id: &str) -> Result<Self, Problem> {
        let collection = collection(snapshot, WARNINGS)?;
        let entry = collection.get(id).ok_or_else(|| {
            Problem::not_found(both!("没有事件“{id}”。", "There is no case {id:?}."))
        })?;
        Ok(Self {
            collection: Arc::clone(collection),
            entry: Arc::clone(entry),
            case: cases::read(entry)?,
        })
    }

    /// The entity tag of the case for this caller. The allowed actions depend on the account, so the tag does
    /// too.
    fn tag(&self, snapshot: &Snapshot, caller: &Caller, reporter: bool) -> Tag {
        let who = match &caller.principal {
            None => String::new(),
            Some(p) => format!("{}|{:?}|{:?}", p.account, p.unit, p.communities),
        };
        let schema = &self.collection.schema().collection;
        let shape = format!("warning|{reporter}|{who}");
        Tag::of_feature(snapshot, schema, self.entry.seq(), caller, &shape)
    }

    /// The roles with which the caller sees the case.
    fn roles(&self, caller: &Caller) -> RoleSet {
        let schema = self.collection.schema();
        caller.view().on(schema, self.entry.all_properties())
    }

    /// The feature as the caller sees it. Signed-in callers and the reporter also get the actions that they may take
    /// and whose turn it is.
    fn document(&self, caller: &Caller, actor: &Actor) -> Result<Value, Problem> {
        let standing = match actor.is_reporter {
            true => Standing::Reporter,
            false => Standing::Nobody,
        };
        self.document_for(caller, actor, standing)
    }

    /// Like [`document`](Self::document), for a caller with a receipt or a reading code.
    fn document_for(
        &self,
        caller: &Caller,
        actor: &Actor,
        standing: Standing,
    ) -> Result<Value, Problem> {
        let bytes = self
            .entry
            .feature_json(self.collection.schema(), caller.view(), None);
        let mut document: Value =
            serde_json::from_slice(&bytes).map_err(|e| Problem::internal(&e))?;
        if standing != Standing::Nobody && !self.roles(caller).includes(Role::GridWorker) {
            // The reporter sees their own words and what was done, but no names of accounts. Photos of other kinds are
            // those of the staff among themselves.
            let all = cases::properties(&self.entry);
            for name in ["note", "photos", "rating", "rating_reason"] {
                if let Some(value) = all.get(name) {
                    document["properties"][name] = value.clone();
                }
            }
            if let Some(Value::Array(photos)) = document["properties"].get_mut("photos") {
                let kinds = [PhotoKind::Report, PhotoKind::Before, PhotoKind::After];
                photos.retain(|photo| {
                    let kind = photo["kind"].as_str().and_then(PhotoKind::parse);
                    kind.is_some_and(|kind| kinds.contains(&kind))
                });
            }
        }
        if standing == Standing::Reporter {
            // The reading code is for sharing, so it does not show the reporter's room.
            let all = cases::properties(&self.entry);
            for name in ["room", "private_place"] {
                if let Some(value) = all.get(name) {
                    document["properties"][name] = value.clone();
                }
            }
            let kept = self.case.ledger.receipt_sha256.as_deref();
            document["reading_code"] = json!(kept.map(reading_code));
        }
        if caller.is_known() || standing != Standing::Nobody {
            document["allowed"] = json!(allowed(&self.case, actor));
            document["turn"] = json!(self.case.turn());
        }
        Ok(document)
    }
}

/// The caller of a request, as an actor of the ledger.
fn actor(caller: &Caller) -> Actor {
    match &caller.principal {
        None => Actor::public(),
        Some(p) => Actor {
            roles: p.roles,
            account: Some(p.account.clone()),
            unit: p.unit.clone(),
            communities: p.communities.clone(),
            is_reporter: false,
        },
    }
}

/// What a receipt or a reading code gives to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The caller has neither.
    Nobody,
    /// The caller has the reading code and reads what the reporter reads.
    Reader,
    /// The caller has the receipt.
    Reporter,
}

impl Standing {
    /// What a secret gives for a case. A wrong secret is refused.
    fn of(case: &Case, secret: Option<&str>) -> Result<Self, Problem> {
        let kept = case.ledger.receipt_sha256.as_deref();
        match secret {
            None => Ok(Self::Nobody),
            Some(secret) if is_receipt(case, secret) => Ok(Self::Reporter),
            Some(secret) if kept.is_some_and(|kept| is_reading_code(kept, secret)) => {
                Ok(Self::Reader)
            }
            Some(_) => Err(wrong_receipt()),
        }
    }
}

fn wrong_receipt() -> Problem {
    Problem::forbidden(both!(
        "回执与该事件不符，请使用上报后显示的地址，或回执上的编号和查询码。",
        "The receipt does not belong to this case. Use the address that was shown after the report, or the number and \
         the code on the receipt."
    ))
}

/// The caller of a request about a case, as an actor of the ledger. With the right receipt, the caller counts as the
/// reporter. A wrong receipt is refused.
fn actor_for(caller: &Caller, case: &Case, receipt: Option<&str>) -> Result<Actor, Problem> {
    let mut actor = actor(caller);
    if let Some(receipt) = receipt {
        if !is_receipt(case, receipt) {
            return Err(wrong_receipt());
        }
        actor.is_reporter = true;
    }
    Ok(actor)
}

/// Whether a receipt belongs to a case. Compares in constant time.
fn is_receipt(case: &Case, receipt: &str) -> bool {
    let given = receipt_hash(receipt.trim());
    let kept = case.ledger.receipt_sha256.as_deref().unwrap_or_default();
    given.as_bytes().ct_eq(kept.as_bytes()).into()
}

/// An answer with one case.
fn answer(
    status: StatusCode,
    snapshot: &Snapshot,
    tag: &Tag,
    document: &Value,
) -> Result<Response, Problem> {
    let mut response = (status, document.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(GEOJSON));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(SEQ_HEADER, HeaderValue::from(snapshot.seq()));
    let tag = HeaderValue::from_str(tag.as_str()).map_err(|e| Problem::internal(&e))?;
    headers.insert(header::ETAG, tag);
    Ok(response)
}

/// The answer to a write: its result, and the number of its commit.
fn write_answer(status: StatusCode, seq: u64, said: &impl Serialize) -> Response {
    let head = [
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (SEQ_HEADER, seq.to_string()),
    ];
    (status, head, axum::Json(said)).into_response()
}

/// Parses the id in a path.
fn feature_id(text: &str) -> Result<FeatureId, Problem> {
    FeatureId::new(text).map_err(|e| {
        let zh = e.zh();
        Problem::not_found(both!(
            "没有这一事件：{zh}。",
            "There is no such case, because the id is not valid: {e}."
        ))
    })
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self::wrong_field(error.field, error.problem)
    }
}

/// The problem document for an error of the case service.
fn refused(error: LedgerError, caller: &Caller) -> Problem {
    let unknown = !caller.is_known();
    match error {
        LedgerError::NoSuchCase(id) => {
            Problem::not_found(both!("没有事件“{id}”。", "There is no case \"{id}\"."))
        }
        LedgerError::NoSuchSilence(id) => Problem::not_found(both!(
            "没有编号为“{id}”的暂停通知设置，可通过 GET /api/silences 查看已有设置。",
            "There is no silence \"{id}\". GET /api/silences lists the silences."
        )),
        LedgerError::Refused(refusal) => {
            let allowed: Vec<Action> = refusal.allowed().to_vec();
            let problem = match refusal {
                Refusal::WrongState { detail, .. } => Problem::conflict(detail),
                Refusal::WrongPerson { detail, .. } if unknown => {
                    let Localized { zh, en } = detail;
                    Problem::unauthenticated(both!(
                        "{zh}请登录，或使用上报的回执。",
                        "{en} Sign in, or send the receipt of the report."
                    ))
                }
                Refusal::WrongPerson { detail, .. } => Problem::forbidden(detail),
                Refusal::Invalid { error, .. } => error.into(),
            };
            problem.with("allowed", json!(allowed))
        }
        LedgerError::Field(error) => error.into(),
        LedgerError::NotAllowed(detail) if unknown => Problem::unauthenticated(detail),
        LedgerError::NotAllowed(detail) => Problem::forbidden(detail),
        LedgerError::Changed { id, found } => Problem::changed_meanwhile(both!(
            "事件“{id}”已被他人办理（第{found}次提交），请查看最新状态后再办。",
            "The case \"{id}\" was changed by commit {found}. Read it again and decide again."
        ))
        .with("seq", found),
        LedgerError::Busy(id) => Problem::conflict(both!(
            "他人正在同时办理事件“{id}”，请稍后再试。",
            "Other requests changed the case \"{id}\" at the same time. Try again."
        )),
        LedgerError::Behind { seq } => Problem::behind(seq),
        LedgerError::Stopped => Problem::unavailable(both!(
            "导入已中止，内容未保存，请重新导入。",
            "The import was stopped; nothing was written. Import the file again."
        )),
        LedgerError::Store(error) => error.into(),
    }
}

/// Parses `as_of`: a moment in the past.
pub(super) fn read_as_of(query: &super::query::Query) -> Result<Option<jiff::Timestamp>, Problem> {
    let Some(text) = query.get("as_of")? else {
        return Ok(None);
    };
    // In a query, `+08:00` arrives as ` 08:00` unless it is escaped.
    let at: jiff::Timestamp = text.replace(' ', "+").parse().map_err(|_| {
        Problem::invalid(
            "as_of",
            both!(
                "as_of={text}：应为时间，形如 2026-11-22T06:05:00Z。",
                "as_of={text}: expected a moment such as 2026-11-22T06:05:00Z."
            ),
        )
    })?;
    let now = jiff::Timestamp::now();
    if at > now + jiff::SignedDuration::from_secs(60) {
        return Err(Problem::invalid(
            "as_of",
            both!(
                "as_of={text} 是将来的时间，应不晚于服务器当前时间 {now}。",
                "as_of={text} is in the future; expected a moment not after the server's time, {now}."
            ),
        ));
    }
    Ok(Some(at))
}

/// The commit number of the version that `If-Match` requires; `None` if it requires none.
fn expected(snapshot: &Snapshot, headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    match Tag::feature_seq(snapshot, text) {
        Some(seq) => Ok(Some(seq)),
        None => Err(Problem::changed_meanwhile(both!(
            "If-Match 不是本图事件的 ETag，请重新读取该事件并使用其 ETag。",
            "If-Match is not an ETag of a case on this map. Read the case again and send its ETag."
        ))),
    }
}
