//! What a commit means to who listens: the features it changed, or, where they are too many, the
//! areas to read again.

use std::sync::Arc;

use jiff::Timestamp;

use super::Snapshot;
use crate::index::Entry;
use crate::model::{CollectionId, CommitHeader, FeatureId, Record, SCHEMAS};
use crate::spatial::bounds::{self, Bounds};

/// Above this many features, a commit is told as areas.
const MANY: usize = 1000;

/// A commit as the feed tells it.
#[derive(Debug)]
pub struct FeedCommit {
    /// Its number.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The features it changed; empty where `resets` speaks for them.
    pub changes: Vec<FeedChange>,
    /// Areas to read again.
    pub resets: Vec<Reset>,
    /// The map that it led to.
    pub snapshot: Arc<Snapshot>,
}

/// One feature that was put or deleted.
#[derive(Debug)]
pub struct FeedChange {
    /// Its collection.
    pub collection: CollectionId,
    /// Its id.
    pub id: FeatureId,
    /// What it is now; `None` where it was deleted.
    pub entry: Option<Arc<Entry>>,
    /// Where it was before.
    pub before: Option<Bounds>,
}

/// A collection of which too much changed to tell one by one.
#[derive(Debug)]
pub struct Reset {
    /// The collection.
    pub collection: CollectionId,
    /// What the changed features covered, before and after.
    pub bounds: Option<Bounds>,
}

impl FeedChange {
    /// Whether it concerns an area: it is there now, or was there before.
    pub fn touches(&self, area: &Bounds) -> bool {
        let now = self.entry.as_ref().and_then(|e| e.bounds());
        [now, self.before]
            .into_iter()
            .flatten()
            .any(|b| b.intersects(area))
    }
}

impl FeedCommit {
    /// Compares two neighbouring moments.
    pub(super) fn new(
        header: &CommitHeader,
        records: &[Record],
        before: &Snapshot,
        after: Arc<Snapshot>,
    ) -> Self {
        let mut changes = Vec::new();
        let mut resets: Vec<Reset> = Vec::new();
        let many = records.len() > MANY;
        let mut areas: std::collections::BTreeMap<CollectionId, Vec<Bounds>> = Default::default();
        for record in records {
            // A collection that came, went or got another schema is read again as a whole. Other
            // hidden rows are nobody's to hear of.
            if record.collection.is_hidden() {
                if record.collection.as_str() == SCHEMAS
                    && let Ok(collection) = CollectionId::new(&record.id)
                {
                    let bounds = after
                        .collections()
                        .get(collection.as_str())
                        .and_then(|c| c.bounds());
                    resets.push(Reset { collection, bounds });
                }
                continue;
            }
            let was = before
                .collections()
                .get(record.collection.as_str())
                .and_then(|c| c.get(record.id.as_str()))
                .and_then(|e| e.bounds());
            let entry = after
                .collections()
                .get(record.collection.as_str())
                .and_then(|c| c.get(record.id.as_str()))
                .cloned();
            if many {
                let now = entry.as_ref().and_then(|e| e.bounds());
                areas
                    .entry(record.collection.clone())
                    .or_default()
                    .extend([was, now].into_iter().flatten());
            } else {
                changes.push(FeedChange {
                    collection: record.collection.clone(),
                    id: record.id.clone(),
                    entry,
                    before: was,
                });
            }
        }
        resets.extend(areas.into_iter().map(|(collection, boxes)| Reset {
            collection,
            bounds: bounds::extent(boxes),
        }));
        Self {
            seq: header.seq,
            at: header.at,
            changes,
            resets,
            snapshot: after,
        }
    }
}
