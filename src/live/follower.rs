//! The follower is the only writer of the snapshot: it applies the commits of the store in order
//! and publishes each new snapshot as a whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use super::projection::Fact;
use super::{Condition, FeedCommit, Live, Snapshot};
use crate::index::MergedBase;
use crate::model::{CollectionId, CommitHeader, Record};
use crate::store::StoreError;

/// How long the follower waits for a notification before it asks the store anyway.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many commits are read at once.
const PAGE: u32 = 1000;
/// If at least this many commits wait, they are applied in groups.
const BURST: usize = 32;
/// The most changes in one group of commits.
const GROUP: u64 = 2000;
/// Commits with more changes than this are applied on a blocking thread, so that they do not hold up
/// requests.
const HEAVY: u64 = 500;
/// A store that does not answer for this long counts as unreachable: a network that drops packets
/// reports no error.
const SILENCE: Duration = Duration::from_secs(5);
/// A store that sends no first row of a commit for this long counts as unreachable. This is longer than
/// [`SILENCE`], because the database may need time to collect a large commit.
const GATHERING: Duration = Duration::from_secs(30);
/// How often a follower that a test stopped checks whether it may continue.
const HOLD: Duration = Duration::from_millis(20);
/// If the store has not answered for this long, the map counts as stale.
const LATE: Duration = Duration::from_secs(6);

/// How many facts may wait for the follower. Further senders wait until there is room.
pub(super) const NOTES: usize = 256;

/// A fact from outside the log, and the channel that is notified when the snapshot contains it.
#[derive(Debug)]
pub(super) struct Note {
    fact: Fact,
    done: oneshot::Sender<()>,
}

/// The result of merging a collection's recent changes into its base; `None` if the merge failed.
type Merge = (CollectionId, Option<MergedBase>);

/// Follows the store for as long as the process lives.
pub(super) async fn follow(live: Live) {
    let (merged_sender, mut merged) = mpsc::channel::<Merge>(16);
    let mut merging: Vec<CollectionId> = Vec::new();
    let mut notes = live.inner.facts.1.lock().await;
    loop {
        match catch_up(&live).await {
            Ok(()) => hear(&live, None),
            // The store is closed because the program is about to end.
            Err(error) if error.is_closed() => return std::future::pending().await,
            Err(error) => {
                // Readers continue with the current snapshot; the pages show how old it is.
                tracing::warn!(%error, "the follower cannot read the store");
                hear(&live, Some(error.to_string()));
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
        begin_merges(&live, &mut merging, &merged_sender);
        tokio::select! {
            // An error here is ignored: the next read of the store reports it.
            _ = tokio::time::timeout(PATIENCE + SILENCE, live.store().changed(PATIENCE)) => {}
            Some((collection, base)) = merged.recv() => {
                merging.retain(|c| *c != collection);
                if let Some(base) = base {
                    apply_merge(&live, &collection, base);
                }
            }
            Some(note) = notes.recv() => apply_notes(&live, note, &mut notes),
        }
    }
}

fn hear(live: &Live, trouble: Option<String>) {
    live.inner.condition.send_modify(|c| {
        if trouble.is_none() {
            c.answered();
        }
        c.trouble = trouble;
    });
}

/// Runs a request to the store and ends it with a timeout error if `progress` does not grow for `patience`.
async fn patient<T>(
    patience: Duration,
    progress: &AtomicU64,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let mut work = std::pin::pin!(work);
    loop {
        let before = progress.load(Ordering::Relaxed);
        match tokio::time::timeout(patience, &mut work).await {
            Ok(answer) => return answer,
            Err(_) if progress.load(Ordering::Relaxed) != before => {}
            Err(_) => {
                let silence = format!("the database did not answer for {} s", patience.as_secs());
                let error = std::io::Error::new(std::io::ErrorKind::TimedOut, silence);
                return Err(StoreError::Database(sqlx::Error::Io(error)));
            }
        }
    }
}

async fn catch_up(live: &Live) -> Result<(), StoreError> {
    loop {
        let now = live.snapshot();
        let question = live.store().commits_after(now.seq(), PAGE);
        let headers = patient(SILENCE, &AtomicU64::new(0), question).await?;
        if headers.is_empty() {
            return Ok(());
        }
        for group in groups(&headers) {
            advance(live, group).await?;
        }
    }
}

/// Splits waiting commits into groups that are applied together. Usually each commit is a group, so
/// that listeners get each one. Only if many small commits wait (after the replay of a ledger, or
/// when the timer catches up on a week) several are grouped, because a snapshot of each would take
/// too long.
fn groups(headers: &[CommitHeader]) -> Vec<&[CommitHeader]> {
    if headers.len() < BURST {
        return headers.chunks(1).collect();
    }
    let mut groups = Vec::new();
    let (mut from, mut size) = (0, 0);
    for (i, header) in headers.iter().enumerate() {
        if i > from && size + header.size > GROUP {
            groups.push(&headers[from..i]);
            (from, size) = (i, 0);
        }
        size += header.size;
    }
    groups.push(&headers[from..]);
    groups
}

/// Applies consecutive commits to make the next snapshot. Of several versions of a feature, the last
/// one counts.
async fn advance(live: &Live, headers: &[CommitHeader]) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (headers.first(), headers.last()) else {
        return Ok(());
    };
    let size: u64 = headers.iter().map(|h| h.size).sum();
    let mut records: Vec<Record> = Vec::with_capacity(size.min(1 << 20) as usize);
    let progress = AtomicU64::new(0);
    let keep = |record| {
        progress.fetch_add(1, Ordering::Relaxed);
        records.push(record);
    };
    if headers.len() == 1 {
        let reading = live.store().records_of(first, keep);
        patient(GATHERING, &progress, reading).await?;
    } else {
        let reading = live.store().records_between(first.seq, last.seq, keep);
        patient(GATHERING, &progress, reading).await?;
        records = last_of_each(records);
    }
    let question = live.store().quarantined();
    let rows = patient(SILENCE, &AtomicU64::new(0), question).await?;
    let facts = [Fact::Quarantined(rows)];
    // Applying a large commit takes long. That time must not count as silence of the store, so the answer of
    // the store is recorded first.
    live.inner.condition.send_modify(Condition::answered);
    let effective = headers.iter().map(|h| h.effective_at);
    let effective_from = effective.min().unwrap_or(last.effective_at);
    let fold = {
        let before = live.snapshot();
        let header = last.clone();
        move || {
            let after = Arc::new(before.next(&header, effective_from, &records, &facts));
            let told = FeedCommit::new(&header, &records, &before, &after);
            (after, told)
        }
    };
    let (after, told) = if size > HEAVY {
        tokio::task::spawn_blocking(fold)
            .await
            .map_err(|e| StoreError::Database(sqlx::Error::Io(std::io::Error::other(e))))?
    } else {
        fold()
    };
    while live.inner.following.is_held() {
        tokio::time::sleep(HOLD).await;
    }
    publish(live, after);
    live.inner.feed.push(told);
    Ok(())
}

/// Keeps the last version of each feature, ordered by id as in one commit.
fn last_of_each(records: Vec<Record>) -> Vec<Record> {
    let mut last = std::collections::BTreeMap::new();
    for record in records {
        last.insert((record.collection.clone(), record.id.clone()), record);
    }
    last.into_values().collect()
}

/// Publishes all waiting facts with one new snapshot.
fn apply_notes(live: &Live, first: Note, more: &mut mpsc::Receiver<Note>) {
    let mut notes = vec![first];
    while notes.len() < NOTES
        && let Ok(note) = more.try_recv()
    {
        notes.push(note);
    }
    if let Some(next) = live.snapshot().with_facts(notes.iter().map(|n| &n.fact)) {
        publish(live, Arc::new(next));
    }
    for note in notes {
        // Sending fails if the receiver stopped waiting, which is not an error.
        let _ = note.done.send(());
    }
}

impl Live {
    /// Sends a fact to the follower and waits until the snapshot contains it. Returns `false` if that
    /// takes longer than a write waits for its commit.
    pub(super) async fn note(&self, fact: Fact) -> bool {
        let (done, told) = oneshot::channel();
        let hand_over = async {
            let note = Note { fact, done };
            self.inner.facts.0.send(note).await.is_ok() && told.await.is_ok()
        };
        let patience = self.inner.following.patience;
        tokio::time::timeout(patience, hand_over)
            .await
            .unwrap_or(false)
    }
}

fn publish(live: &Live, snapshot: Arc<Snapshot>) {
    let seq = snapshot.seq();
    live.inner.snapshot.store(snapshot);
    live.inner.seq.send_replace(seq);
}

/// Starts merging the recent changes of each collection that has many of them into its base.
fn begin_merges(live: &Live, merging: &mut Vec<CollectionId>, done: &mpsc::Sender<Merge>) {
    for (id, collection) in live.snapshot().collections().wanting_merge() {
        if merging.contains(id) {
            continue;
        }
        merging.push(id.clone());
        let (id, collection, done) = (id.clone(), Arc::clone(collection), done.clone());
        tokio::spawn(async move {
            let base = tokio::task::spawn_blocking(move || collection.merged_base()).await;
            if let Err(error) = &base {
                tracing::error!(%error, collection = %id, "merging a collection failed; it will be tried again");
                // The follower tries the merge again after this pause.
                tokio::time::sleep(SILENCE).await;
            }
            let _ = done.send((id, base.ok())).await;
        });
    }
}

/// Replaces a collection's base with the merged one. Changes made during the merge are kept,
/// because only the follower writes the snapshot.
fn apply_merge(live: &Live, id: &CollectionId, base: MergedBase) {
    let mut next = (*live.snapshot()).clone();
    let name = id.as_str();
    let known = next.collections.get(name).or(next.collections.hidden(name));
    if let Some(merged) = known.map(|c| c.with_base(base)) {
        next.collections.replace(id, merged);
        publish(live, Arc::new(next));
    }
}

impl Condition {
    /// Whether the map may be behind the store: the store reported a failure, or has not answered
    /// for too long.
    pub fn is_stale(&self) -> bool {
        self.trouble.is_some() || self.answered.elapsed() > LATE
    }

    /// Records that the store has just answered.
    fn answered(&mut self) {
        self.heard_at = jiff::Timestamp::now();
        self.answered = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_waiting_commits_are_applied_in_groups_of_limited_size() {
        let headers = |sizes: &[u64]| -> Vec<CommitHeader> {
            let header = |(i, size): (usize, &u64)| CommitHeader {
                seq: i as u64 + 1,
                at: jiff::Timestamp::UNIX_EPOCH,
                effective_at: jiff::Timestamp::UNIX_EPOCH,
                author: crate::model::Author::system(),
                reason: None,
                size: *size,
            };
            sizes.iter().enumerate().map(header).collect()
        };
        let lengths = |sizes: &[u64]| -> Vec<usize> {
            groups(&headers(sizes)).iter().map(|g| g.len()).collect()
        };
        assert_eq!(lengths(&[1, 5000, 1]), [1, 1, 1]);
        assert_eq!(lengths(&[1; 100]), [100]);
        let mut sizes = vec![1; 40];
        sizes[10] = 1_000_000;
        sizes[30] = 1990;
        assert_eq!(lengths(&sizes), [10, 1, 19, 10]);
    }

    async fn live(folder: &tempfile::TempDir) -> Live {
        let url = format!("sqlite:{}", folder.path().join("onemap.db").display());
        let store = crate::store::Store::open(&url).await.unwrap();
        Live::start(store).await.unwrap()
    }

    #[tokio::test]
    async fn the_map_is_stale_if_the_store_fails_or_does_not_answer() {
        let folder = tempfile::tempdir().unwrap();
        let now = live(&folder).await.condition();
        assert!(!now.is_stale());
        let away = Condition {
            trouble: Some("connection refused".to_owned()),
            ..now.clone()
        };
        assert!(away.is_stale());
        if let Some(then) = Instant::now().checked_sub(LATE + PATIENCE) {
            let silent = Condition {
                answered: then,
                ..now
            };
            assert!(silent.is_stale());
        }
    }

    #[tokio::test]
    async fn a_request_without_progress_is_ended_and_a_slow_one_is_not() {
        let patience = Duration::from_millis(100);
        let progress = AtomicU64::new(0);
        let silent = std::future::pending::<Result<(), StoreError>>();
        let error = patient(patience, &progress, silent).await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        let slow = async {
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                progress.fetch_add(1, Ordering::Relaxed);
            }
            Ok(7)
        };
        assert_eq!(patient(patience, &progress, slow).await.unwrap(), 7);
    }
}
