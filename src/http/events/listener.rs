//! One listener: a task that turns commits into messages, in order and without a gap, until the client
//! goes, stops reading, or loses its credential.

use std::time::Duration;

use axum::extract::FromRequestParts as _;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{Instant, MissedTickBehavior};

use super::message::{Filter, message};
use super::outbox::{Ended, Outbox};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::metrics;
use crate::index::Entry;
use crate::live::{self, Live, Snapshot};
use crate::model::{CommitHeader, Record, SCHEMAS};
use crate::store::StoreError;

/// How often a client hears that the line is open and how new the map is.
const PULSE: Duration = Duration::from_secs(10);
/// How often the credential of a client is looked at.
const CHECK: Duration = Duration::from_secs(2);
/// A gap of more changes than this is sent as a reset, because loading the data again is quicker.
const REPLAY: u64 = 1_000;
/// A commit of more bytes than this is told as a reset to who comes back.
const REPLAY_BYTES: usize = 256 << 10;
/// How many may read the log at a time: after an outage all come back at once.
static REPLAYS: Semaphore = Semaphore::const_new(4);
/// How long reading a commit from the log, and waiting for it, may take before it is told as a reset.
const CATCHING_UP: Duration = Duration::from_secs(10);
/// How long the store may think about a credential.
const ASKING: Duration = Duration::from_secs(5);

/// Who listens, and the credential that shows it.
pub(in crate::http) struct Identity {
    app: App,
    caller: Caller,
    /// What is left of the request: the credential, and nothing else.
    credential: Parts,
}

impl Identity {
    pub fn new(app: &App, caller: Caller, headers: &HeaderMap) -> Self {
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
    pub async fn holds(&mut self) -> bool {
        let asked = Caller::from_request_parts(&mut self.credential, &self.app);
        match tokio::time::timeout(ASKING, asked).await {
            Ok(Ok(now)) => now.principal == self.caller.principal,
            Ok(Err(problem)) => problem.into_response().status() == StatusCode::SERVICE_UNAVAILABLE,
            Err(_) => true,
        }
    }
}

pub(super) struct Listener {
    identity: Identity,
    live: Live,
    filter: Filter,
    feed: live::Listener,
    outbox: Outbox,
    /// The newest commit that was sent.
    sent: u64,
    retention: u64,
    checked: Instant,
    _client: metrics::Client,
}

/// Why the log does not say what was missed.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("the store does not answer in time")]
    Late,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Listener {
    pub fn new(app: &App, identity: Identity, filter: Filter, outbox: Outbox) -> Self {
        let (sent, feed) = app.live.listen();
        Self {
            identity,
            live: app.live.clone(),
            filter,
            feed,
            outbox,
            sent,
            retention: app.options.feed_retention,
            checked: Instant::now(),
            _client: metrics::Client::new(),
        }
    }

    /// Tells what came after `last` and everything from now on, until the client can hear no more.
    pub async fn run(mut self, last: Option<u64>) {
        let outbox = self.outbox.clone();
        let ended = tokio::select! {
            () = outbox.closed() => Ended::Gone,
            ended = self.emit_until_end(last) => ended,
        };
        tracing::debug!(seq = self.sent, "a feed ends: {ended}");
        if ended == Ended::Stalled {
            metrics::feed_stalled();
        }
    }

    async fn emit_until_end(&mut self, last: Option<u64>) -> Ended {
        match self.emit(last).await {
            Err(ended) => ended,
            Ok(never) => match never {},
        }
    }

    async fn emit(&mut self, last: Option<u64>) -> Result<std::convert::Infallible, Ended> {
        if let Some(seq) = last {
            self.catch_up(seq).await?;
        }
        let mut pulse = tokio::time::interval(PULSE);
        let mut check = tokio::time::interval(CHECK);
        for interval in [&mut pulse, &mut check] {
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            tokio::select! {
                told = self.feed.recv() => match told {
                    Ok(commit) if commit.seq <= self.sent => {}
                    Ok(commit) => {
                        for piece in self.filter.message(&commit, self.identity.caller.view()) {
                            self.check_credential().await?;
                            self.outbox.send(piece).await?;
                        }
                        self.sent = commit.seq;
                    }
                    // What was missed is in the log.
                    Err(live::Lagged) => self.catch_up(self.sent).await?,
                },
                _ = check.tick() => self.check_credential().await?,
                _ = pulse.tick() => {
                    let time = self.time();
                    self.outbox.send(time).await?;
                }
            }
        }
    }

    /// A token may be revoked and a session end while the connection stays.
    async fn check_credential(&mut self) -> Result<(), Ended> {
        if !self.identity.caller.is_known() || self.checked.elapsed() < CHECK {
            return Ok(());
        }
        let holds = self.identity.holds().await;
        self.checked = Instant::now();
        holds.then_some(()).ok_or(Ended::Credential)
    }

    /// Tells what came after `seq` out of the log, or that everything is to be read again.
    async fn catch_up(&mut self, seq: u64) -> Result<(), Ended> {
        let snapshot = self.live.snapshot();
        let newest = snapshot.seq();
        // A number from the future is of another database.
        if seq > newest || newest - seq > self.retention {
            return self.reset().await;
        }
        let missed = match self.in_turn(self.missed(seq, newest)).await {
            Ok(Some(missed)) => missed,
            Ok(None) => return self.reset().await,
            Err(error) => {
                tracing::warn!(%error, "the feed cannot read the log");
                return self.reset().await;
            }
        };
        for header in missed {
            // Schemas may have changed since the last one: what is protected now is protected here.
            let snapshot = self.live.snapshot();
            let changes = match self.in_turn(self.changes_of(&header, &snapshot)).await {
                Ok(Some(changes)) => changes,
                Ok(None) => return self.reset().await,
                Err(error) => {
                    tracing::warn!(%error, "the feed cannot read the log");
                    return self.reset().await;
                }
            };
            drop(snapshot);
            if !changes.is_empty() {
                let data =
                    json!({"seq": header.seq, "at": header.at.to_string(), "changes": changes});
                self.check_credential().await?;
                self.outbox
                    .send(message("change", header.seq, &data))
                    .await?;
            }
            self.sent = header.seq;
        }
        self.sent = newest;
        Ok(())
    }

    /// Reads the log when it is this listener's turn.
    async fn in_turn<T>(
        &self,
        reading: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, Unreadable> {
        let in_turn = async {
            let _turn = REPLAYS.acquire().await.map_err(|_| Unreadable::Late)?;
            Ok(reading.await?)
        };
        let read = tokio::time::timeout(CATCHING_UP, in_turn).await;
        read.unwrap_or(Err(Unreadable::Late))
    }

    /// The commits after `seq`; `None` where they changed too much to tell one by one.
    async fn missed(&self, seq: u64, newest: u64) -> Result<Option<Vec<CommitHeader>>, StoreError> {
        let mut missed: Vec<CommitHeader> = Vec::new();
        let (mut from, mut changes) = (seq, 0);
        while from < newest {
            let headers = self.live.store().commits_after(from, 256).await?;
            if headers.is_empty() {
                break;
            }
            for header in headers.into_iter().filter(|h| h.seq <= newest) {
                changes += header.size.max(1);
                if changes > REPLAY {
                    return Ok(None);
                }
                missed.push(header);
            }
            match missed.last() {
                Some(last) if last.seq > from => from = last.seq,
                _ => break,
            }
        }
        Ok(Some(missed))
    }

    /// What a commit of the log changed for this listener; `None` where that is too much to tell, or
    /// decides what may be told.
    async fn changes_of(
        &self,
        header: &CommitHeader,
        snapshot: &Snapshot,
    ) -> Result<Option<Vec<Value>>, StoreError> {
        let mut records = Vec::new();
        let (mut bytes, mut schemas) = (0, false);
        let keep = |record: Record| {
            schemas |= record.collection.as_str() == SCHEMAS;
            bytes += size_of_record(&record);
            if bytes <= REPLAY_BYTES {
                records.push(record);
            }
        };
        self.live.store().records_of(header, keep).await?;
        if schemas || bytes > REPLAY_BYTES {
            return Ok(None);
        }
        let changes = records.iter().filter_map(|r| self.recorded(r, snapshot));
        Ok(Some(changes.collect()))
    }

    /// A change out of the log. Where the feature was before is not in it. So a deletion is told to
    /// everybody, and what stands outside the box is told as a deletion: it may have been inside, and
    /// the client would go on showing it there.
    fn recorded(&self, record: &Record, snapshot: &Snapshot) -> Option<Value> {
        if !self.filter.accepts(&record.collection) {
            return None;
        }
        let collection = snapshot.collections().get(record.collection.as_str())?;
        if self.filter.bbox.is_some() && collection.schema().without_geometry {
            return None;
        }
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
            let view = self.identity.caller.view();
            let bytes = entry.feature_json(collection.schema(), view, None);
            told["feature"] = serde_json::from_slice(&bytes).ok()?;
        }
        Some(told)
    }

    async fn reset(&mut self) -> Result<(), Ended> {
        let snapshot = self.live.snapshot();
        let data = json!({"seq": snapshot.seq(), "at": snapshot.at().to_string()});
        self.outbox
            .send(message("reset", snapshot.seq(), &data))
            .await?;
        self.sent = snapshot.seq();
        Ok(())
    }

    fn time(&self) -> bytes::Bytes {
        let snapshot = self.live.snapshot();
        let data = json!({
            "seq": snapshot.seq(),
            "at": jiff::Timestamp::now().to_string(),
            "stale": self.live.condition().is_stale(),
        });
        // With an id, so that a quiet client that comes back need not hear what it could not use.
        message("time", self.sent, &data)
    }
}

fn size_of_record(record: &Record) -> usize {
    use geo::CoordsIter as _;
    let body = record.body.as_ref().map_or(0, |body| {
        let coords = body.geometry.as_ref().map_or(0, |g| g.coords_count());
        // A position takes about as many bytes as JSON.
        body.properties.as_str().len() + 40 * coords
    });
    size_of::<Record>() + record.id.as_str().len() + body
}
