//! The only writer of memory: folds commits into the next snapshot, in order, and publishes each
//! whole.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Condition, FeedCommit, Live, Snapshot};
use crate::index::MergedBase;
use crate::model::{CollectionId, CommitHeader, Record};
use crate::store::StoreError;

/// How long the follower waits for a sign before it looks all the same.
const PATIENCE: Duration = Duration::from_secs(2);
/// From this size on a commit is folded beside the request threads, not on one of them.
const HEAVY: u64 = 500;

pub(super) async fn follow(live: Live) {
    let (merged_sender, mut merged) = mpsc::channel::<(CollectionId, MergedBase)>(16);
    let mut merging: Vec<CollectionId> = Vec::new();
    loop {
        match catch_up(&live).await {
            Ok(()) => hear(&live, None),
            Err(error) => {
                // Readers go on with what there is; pages say how old it is.
                tracing::warn!(%error, "the follower cannot read the store");
                hear(&live, Some(error.to_string()));
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
        begin_merges(&live, &mut merging, &merged_sender);
        tokio::select! {
            () = live.store().changed(PATIENCE) => {}
            Some((collection, base)) = merged.recv() => {
                merging.retain(|c| *c != collection);
                take_merge(&live, &collection, base);
            }
        }
    }
}

fn hear(live: &Live, trouble: Option<String>) {
    live.inner.condition.send_modify(|c| {
        if trouble.is_none() {
            c.heard_at = jiff::Timestamp::now();
        }
        c.trouble = trouble;
    });
}

async fn catch_up(live: &Live) -> Result<(), StoreError> {
    loop {
        let now = live.snapshot();
        let headers = live.store().commits_after(now.seq(), 64).await?;
        if headers.is_empty() {
            return Ok(());
        }
        for header in headers {
            advance(live, &header).await?;
        }
    }
}

async fn advance(live: &Live, header: &CommitHeader) -> Result<(), StoreError> {
    let mut records: Vec<Record> = Vec::with_capacity(header.size.min(1 << 20) as usize);
    live.store()
        .records_of(header, |record| records.push(record))
        .await?;
    let quarantined = match live.store() {
        crate::store::Store::Postgis(_) => Some(live.store().quarantined().await?),
        crate::store::Store::Sqlite(_) => None,
    };
    let before = live.snapshot();
    let fold = {
        let before = Arc::clone(&before);
        let header = header.clone();
        move || {
            let after = Arc::new(before.next(&header, &records, quarantined));
            FeedCommit::new(&header, &records, &before, after)
        }
    };
    let told = if header.size > HEAVY {
        tokio::task::spawn_blocking(fold)
            .await
            .map_err(|e| StoreError::Database(sqlx::Error::Io(std::io::Error::other(e))))?
    } else {
        fold()
    };
    publish(live, Arc::clone(&told.snapshot));
    // Nobody listening is no fault.
    let _ = live.inner.feed.send(Arc::new(told));
    Ok(())
}

fn publish(live: &Live, snapshot: Arc<Snapshot>) {
    let seq = snapshot.seq();
    live.inner.snapshot.store(snapshot);
    live.inner.seq.send_replace(seq);
}

/// Starts merging the small part of each collection that has grown into its big part.
fn begin_merges(
    live: &Live,
    merging: &mut Vec<CollectionId>,
    done: &mpsc::Sender<(CollectionId, MergedBase)>,
) {
    for (id, collection) in live.snapshot().collections().wanting_merge() {
        if merging.contains(id) {
            continue;
        }
        merging.push(id.clone());
        let (id, collection, done) = (id.clone(), Arc::clone(collection), done.clone());
        tokio::task::spawn_blocking(move || {
            let base = collection.merged_base();
            let _ = done.blocking_send((id, base));
        });
    }
}

/// Puts a merged base in place. Only the follower writes the snapshot, so nothing is lost between.
fn take_merge(live: &Live, id: &CollectionId, base: MergedBase) {
    let mut next = (*live.snapshot()).clone();
    let name = id.as_str();
    let known = next.collections.get(name).or(next.collections.hidden(name));
    if let Some(merged) = known.map(|c| c.with_base(base)) {
        next.collections.replace(id, merged);
        publish(live, Arc::new(next));
    }
}

impl Condition {
    /// Whether the map may lag behind the store.
    pub fn is_stale(&self) -> bool {
        self.trouble.is_some()
    }
}
