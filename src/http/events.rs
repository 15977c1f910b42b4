//! `/api/events`: what changes, as it changes (server-sent events).
//!
//! A client that comes back says with `Last-Event-ID` what it saw last, and gets what it missed; when
//! that is too long ago, `event: reset` tells it to load afresh.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts as _, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit, broadcast};

use super::App;
use super::auth::Caller;
use super::items;
use super::problem::Problem;
use super::query::Query;
use crate::index::Entry;
use crate::live::{FeedCommit, Live, Snapshot};
use crate::model::{CollectionId, Record, Role, SCHEMAS};
use crate::spatial::bounds::Bounds;

/// How often a client hears that the line is open and how new the map is.
const PULSE: Duration = Duration::from_secs(10);
/// A gap of more changes than this is told as a reset: reading afresh is quicker.
const REPLAY: u64 = 1_000;
/// How many may listen. Each holds a connection and gets its own copy of every event.
static LISTENERS: Semaphore = Semaphore::const_new(2_000);
/// How many may read the log at a time: after an outage all come back at once.
static REPLAYS: Semaphore = Semaphore::const_new(4);
/// How long reading the log, and waiting for it, may take before it is told as a reset.
const CATCHING_UP: Duration = Duration::from_secs(10);
/// How long the store may think about a credential.
const ASKING: Duration = Duration::from_secs(5);

/// What changes, as server-sent events.
#[utoipa::path(get, path = "/api/events", tag = "live",
    params(
        ("collections" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Only these collections"),
        ("bbox" = Option<Vec<f64>>, Query, style = Form, explode = false, description = "Only what is, or was, in this box (WGS 84)"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The last number heard; what came after it is told first"),
        ("last-event-id" = Option<u64>, Query, description = "The same, for clients that can't set the header"),
    ),
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "`event: change`, `id:` seq, data `{seq, at, changes: [{collection, id, kind: put | delete, feature}]}`, \
        or, for a commit of over 1,000 features, `{seq, at, reset: [{collection, bbox}]}`; \
        `event: time`, data `{seq, at, stale}`, every ten seconds; `event: reset` when the client must load afresh. \
        With `bbox`, what came before the connection and left the box is told as a delete, and deletions are told wherever they were. \
        The stream ends when the credential that opened it does"),
        (status = 503, description = "Too many listen already", content_type = "application/problem+json")))]
pub async fn events(
    State(app): State<App>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["collections", "bbox", "last-event-id"])?;
    let snapshot = app.live.snapshot();
    let collections = match query.get("collections")? {
        None => None,
        Some(list) => {
            let mut names = Vec::new();
            for name in list.split(',').map(str::trim).filter(|n| !n.is_empty()) {
                names.push(
                    items::collection(&snapshot, name)?
                        .schema()
                        .collection
                        .clone(),
                );
            }
            Some(names)
        }
    };
    let filter = Filter {
        collections,
        bbox: items::params::bbox(&query)?,
        role: caller.role(),
    };
    // What is no number of ours is of another feed: like a number from the future it means a reset.
    let from_header = headers.get("last-event-id").map(|v| {
        let number = v.to_str().ok().and_then(|v| v.trim().parse().ok());
        number.unwrap_or(u64::MAX)
    });
    let last = match from_header {
        Some(seq) => Some(seq),
        None => query.parsed::<u64>("last-event-id", "the number of a commit")?,
    };

    let place = place(&LISTENERS)?;
    let (now, receiver) = app.live.listen();
    let listener = Listener {
        identity: Identity::new(&app, caller, &headers),
        live: app.live.clone(),
        filter,
        sent: now,
        receiver,
        waiting: VecDeque::new(),
        pulse: tokio::time::interval(PULSE),
        retention: app.options.feed_retention,
        _client: super::metrics::Client::new(),
        _place: place,
    };
    let events = stream::unfold((listener, last), |(mut listener, mut last)| async move {
        if let Some(seq) = last.take() {
            listener.replay(seq).await;
        }
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), (listener, last)))
    });
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(PULSE))
        .into_response();
    // A proxy that collects the answer before passing it on would make the feed dead.
    response.headers_mut().insert(
        "x-accel-buffering",
        axum::http::HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// A place among the listeners, given back when it is dropped.
fn place(of: &Semaphore) -> Result<SemaphorePermit<'_>, Problem> {
    of.try_acquire().map_err(|_| {
        Problem::unavailable("Too many clients listen already; come back in a moment.")
    })
}

/// Who listens, and the credential that shows it.
struct Identity {
    app: App,
    caller: Caller,
    /// What is left of the request: the credential, and nothing else.
    credential: Parts,
}

impl Identity {
    fn new(app: &App, caller: Caller, headers: &HeaderMap) -> Self {
        let (mut credential, ()) = Request::new(()).into_parts();
        for name in [header::AUTHORIZATION, header::COOKIE] {
            for value in headers.get_all(&name) {
                credential.headers.append(name.clone(), value.clone());
            }
        }
        Self {
            app: app.clone(),
            caller,
            credential,
        }
    }

    /// Whether the credential still says the same of who listens. A store that does not answer leaves
    /// it at that: the pages that show the map through an outage listen on.
    async fn holds(&mut self) -> bool {
        let asked = Caller::from_request_parts(&mut self.credential, &self.app);
        match tokio::time::timeout(ASKING, asked).await {
            Ok(Ok(now)) => now.principal == self.caller.principal,
            Ok(Err(problem)) => problem.into_response().status() == StatusCode::SERVICE_UNAVAILABLE,
            Err(_) => true,
        }
    }
}

struct Filter {
    collections: Option<Vec<CollectionId>>,
    bbox: Option<Bounds>,
    role: Role,
}

impl Filter {
    fn takes(&self, collection: &CollectionId) -> bool {
        self.collections
            .as_ref()
            .is_none_or(|list| list.contains(collection))
    }
}

struct Listener {
    identity: Identity,
    live: Live,
    filter: Filter,
    /// The newest commit that was told or is in `waiting`.
    sent: u64,
    receiver: broadcast::Receiver<Arc<FeedCommit>>,
    waiting: VecDeque<Event>,
    pulse: tokio::time::Interval,
    retention: u64,
    _client: super::metrics::Client,
    _place: SemaphorePermit<'static>,
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            tokio::select! {
                told = self.receiver.recv() => match told {
                    Ok(commit) if commit.seq <= self.sent => {}
                    Ok(commit) => {
                        self.sent = commit.seq;
                        if let Some(event) = self.tell(&commit) {
                            return Some(event);
                        }
                    }
                    // Slower than the feed for over a thousand commits: what was missed is not kept.
                    Err(broadcast::error::RecvError::Lagged(_)) => return Some(self.reset()),
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                _ = self.pulse.tick() => {
                    // A token may be revoked and a session end while the connection stays.
                    if !self.identity.holds().await {
                        return None;
                    }
                    return Some(self.time());
                }
            }
        }
    }

    /// Tells what came after `seq` out of the log.
    async fn replay(&mut self, seq: u64) {
        let deadline = tokio::time::Instant::now() + CATCHING_UP;
        let turn = tokio::time::timeout_at(deadline, REPLAYS.acquire()).await;
        let snapshot = self.live.snapshot();
        self.sent = snapshot.seq();
        if seq == self.sent {
            return;
        }
        // A number from the future is of another database.
        if turn.is_err() || seq > self.sent || self.sent - seq > self.retention {
            let reset = self.reset();
            self.waiting.push_back(reset);
            return;
        }
        let missed = tokio::time::timeout_at(deadline, self.read(seq, &snapshot)).await;
        let missed = match missed {
            Ok(Ok(Some(events))) => events,
            Ok(Ok(None)) => VecDeque::from([self.reset()]),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the feed cannot read the log");
                VecDeque::from([self.reset()])
            }
            Err(_) => {
                tracing::warn!("the feed cannot read the log in time");
                VecDeque::from([self.reset()])
            }
        };
        self.waiting.extend(missed);
    }

    async fn read(
        &self,
        seq: u64,
        snapshot: &Snapshot,
    ) -> Result<Option<VecDeque<Event>>, crate::store::StoreError> {
        let store = self.live.store();
        let mut events = VecDeque::new();
        let (mut from, mut changes) = (seq, 0);
        while from < self.sent {
            let headers = store.commits_after(from, 256).await?;
            if headers.is_empty() {
                break;
            }
            for header in headers {
                if header.seq > self.sent {
                    break;
                }
                from = header.seq;
                changes += header.size;
                if changes > REPLAY {
                    return Ok(None);
                }
                let mut records = Vec::new();
                store.records_of(&header, |r| records.push(r)).await?;
                if records.iter().any(|r| r.collection.as_str() == SCHEMAS) {
                    return Ok(None);
                }
                let mut list: Vec<Value> = Vec::new();
                for record in &records {
                    list.extend(self.recorded(record, snapshot));
                }
                if !list.is_empty() {
                    let data =
                        json!({"seq": header.seq, "at": header.at.to_string(), "changes": list});
                    events.push_back(change(header.seq, &data.to_string()));
                }
            }
        }
        Ok(Some(events))
    }

    /// A change out of the log. Where the feature was before is not in it. So a deletion is told to
    /// everybody, and what stands outside the box is told as a deletion: it may have been inside, and
    /// the client would go on showing it there.
    fn recorded(&self, record: &Record, snapshot: &Snapshot) -> Option<Value> {
        if !self.filter.takes(&record.collection) {
            return None;
        }
        let collection = snapshot.collections().get(record.collection.as_str())?;
        let entry = Entry::new(collection.schema(), record).filter(|entry| {
            match (&self.filter.bbox, entry.bounds()) {
                (Some(area), Some(bounds)) => bounds.intersects(area),
                _ => true,
            }
        });
        let mut told = json!({
            "collection": record.collection,
            "id": record.id,
            "kind": if entry.is_some() { "put" } else { "delete" },
        });
        if let Some(entry) = entry {
            let bytes = entry.feature_json(collection.schema(), self.filter.role, None);
            told["feature"] = serde_json::from_slice(&bytes).ok()?;
        }
        Some(told)
    }

    fn tell(&self, commit: &FeedCommit) -> Option<Event> {
        #[derive(serde::Serialize)]
        struct Told<'a> {
            collection: &'a CollectionId,
            id: &'a crate::model::FeatureId,
            kind: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            feature: Option<Box<RawValue>>,
        }
        let role = self.filter.role;
        let changes: Vec<Told<'_>> = commit
            .changes
            .iter()
            .filter(|c| self.filter.takes(&c.collection))
            .filter(|c| self.filter.bbox.is_none_or(|area| c.touches(&area)))
            .filter_map(|c| {
                let collection = commit.snapshot.collections().get(c.collection.as_str())?;
                let feature = c.entry.as_ref().and_then(|e| {
                    let bytes = e.feature_json(collection.schema(), role, None);
                    RawValue::from_string(String::from_utf8(bytes).ok()?).ok()
                });
                Some(Told {
                    collection: &c.collection,
                    id: &c.id,
                    kind: if c.entry.is_some() { "put" } else { "delete" },
                    feature,
                })
            })
            .collect();
        let resets: Vec<Value> = commit
            .resets
            .iter()
            .filter(|r| self.filter.takes(&r.collection))
            .filter(|r| match (self.filter.bbox, r.bounds) {
                (Some(area), Some(bounds)) => bounds.intersects(&area),
                _ => true,
            })
            .map(|r| json!({"collection": r.collection, "bbox": r.bounds.map(|b| b.to_numbers())}))
            .collect();
        if changes.is_empty() && resets.is_empty() {
            return None;
        }
        let mut data = json!({"seq": commit.seq, "at": commit.at.to_string()});
        if !changes.is_empty() {
            data["changes"] = serde_json::to_value(&changes).ok()?;
        }
        if !resets.is_empty() {
            data["reset"] = Value::Array(resets);
        }
        Some(change(commit.seq, &data.to_string()))
    }

    fn reset(&mut self) -> Event {
        let snapshot = self.live.snapshot();
        self.sent = snapshot.seq();
        let data = json!({"seq": snapshot.seq(), "at": snapshot.at().to_string()});
        Event::default()
            .event("reset")
            .id(snapshot.seq().to_string())
            .data(data.to_string())
    }

    fn time(&self) -> Event {
        let snapshot = self.live.snapshot();
        let data = json!({
            "seq": snapshot.seq(),
            "at": jiff::Timestamp::now().to_string(),
            "stale": self.live.condition().is_stale(),
        });
        // With an id, so that a quiet client that comes back need not hear what it could not use.
        Event::default()
            .event("time")
            .id(self.sent.to_string())
            .data(data.to_string())
    }
}

fn change(seq: u64, data: &str) -> Event {
    Event::default()
        .event("change")
        .id(seq.to_string())
        .data(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_a_place_that_is_taken() {
        let two = Semaphore::new(2);
        let first = place(&two);
        let _second = place(&two).unwrap();
        let refused = place(&two).unwrap_err().into_response();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(first);
        assert!(place(&two).is_ok());
    }
}
