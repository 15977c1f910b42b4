//! One listener of the feed: a task that sends commits as messages, in order and without gaps, until the client
//! disconnects, stops reading, or its credential ends.

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

/// How often a client gets a message with the current time and commit, which also keeps the connection open.
const PULSE: Duration = Duration::from_secs(10);
/// How often the credential of a client is checked.
const CHECK: Duration = Duration::from_secs(2);
/// If a client missed more changes than this, it gets a reset, because loading the data again is faster.
const REPLAY: u64 = 1_000;
/// A commit with more bytes than this is sent as a reset to a client that reconnects.
const REPLAY_BYTES: usize = 256 << 10;
/// How many listeners may read the log at once. After an outage, all of them reconnect together.
static REPLAYS: Semaphore = Semaphore::const_new(4);
/// How long reading a commit from the log may take, including the wait for a permit of `REPLAYS`. If it takes
/// longer, a reset is sent.
const CATCHING_UP: Duration = Duration::from_secs(10);
/// How long the store may take to confirm a credential.
const ASKING: Duration = Duration::from_secs(5);

/// The caller of a feed, and the credential with which it is checked again.
pub(in crate::http) struct Identity {
    app: App,
    caller: Caller,
    /// The headers of the request that contain the credential.
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

    /// Whether the credential still belongs to the same caller with the same rights. While the store is unreachable or
    /// answers too slowly, the credential counts as valid, so that pages stay connected through an outage.
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

/// Why missed commits could not be read from the log.
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

    /// Sends the commits after `last` and all new ones, until the client disconnects, stops reading, or its credential
    /// ends.
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
                    // The missed commits are in the log.
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

    /// Checks the credential again, because a token may be revoked or a session may end while the connection
    /// stays open.
    async fn check_credential(&mut self) -> Result<(), Ended> {
        if !self.identity.caller.is_known() || self.checked.elapsed() < CHECK {
            return Ok(());
        }
        let holds = self.identity.holds().await;
        self.checked = Instant::now();
        holds.then_some(()).ok_or(Ended::Credential)
    }

    /// Sends the commits after `seq` from the log, or a reset.
    async fn catch_up(&mut self, seq: u64) -> Result<(), Ended> {
        let snapshot = self.live.snapshot();
        let newest = snapshot.seq();
        // A number greater than the newest commit comes from another database.
        if seq > newest || newest - seq > self.retention {
            return self.reset().await;
        }
        let missed = match self.in_turn(self.missed(seq, newest)).await {
            Ok(Some(missed)) => missed,
            Ok(None) => return self.reset().await,
            Err(error) => {
                tracing::warn!(%error, "the feed cannot read the log and sends a reset");
                return self.reset().await;
            }
        };
        for header in missed {
            // Each commit is filtered by the current schemas, so that data that is protected now is not sent.
            let snapshot = self.live.snapshot();
            let changes = match self.in_turn(self.changes_of(&header, &snapshot)).await {
                Ok(Some(changes)) => changes,
                Ok(None) => return self.reset().await,
                Err(error) => {
                    tracing::warn!(%error, "the feed cannot read the log and sends a reset");
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

    /// Runs a read of the log with a permit of [`REPLAYS`]. It fails after [`CATCHING_UP`].
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

    /// The commits after `seq`; `None` if they changed more than [`REPLAY`] features.
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

    /// The changes of a commit from the log for this listener; `None` if they are larger than [`REPLAY_BYTES`], or the
    /// commit changes a schema, because schemas decide who may see which property.
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

    /// A change from the log; `None` if the listener did not subscribe to the collection. The log does not say where
    /// the feature was before. So deletions are sent wherever the feature was, and a feature outside of the listener's
    /// box is sent as a deletion: it may have been inside, and the client would keep showing it there.
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
        // The message has an id, so that a client that got no changes for a long time and then reconnects does not
        // cause the log to be read for commits that do not concern it.
        message("time", self.sent, &data)
    }
}

fn size_of_record(record: &Record) -> usize {
    use geo::CoordsIter as _;
    let body = record.body.as_ref().map_or(0, |body| {
        let coords = body.geometry.as_ref().map_or(0, |g| g.coords_count());
        // The JSON text of a position has about 40 bytes.
        body.properties.as_str().len() + 40 * coords
    });
    size_of::<Record>() + record.id.as_str().len() + body
}
