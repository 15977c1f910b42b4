//! The part of a commit that listeners get: the features that it changed or, if they are too many or too
//! large, the areas that have to be read again.
//!
//! A commit of the feed holds the changed features and their schemas, but not the snapshot, so that a
//! slow listener does not keep old maps in memory.

mod backlog;
mod view;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;

pub(super) use backlog::Backlog;
pub use backlog::{Lagged, Listener};
pub use view::Encoded;

use super::Snapshot;
use crate::index::Entry;
use crate::model::{CollectionId, CommitHeader, FeatureId, Record, SCHEMAS, Schema};
use crate::spatial::bounds::{self, Bounds};

/// For a commit with more features than this, listeners get only the areas to read again ([`Reset`]).
const MOST_FEATURES: usize = 1000;
/// For a commit whose features have more bytes than this, listeners get only the areas to read again.
const MOST_BYTES: usize = 4 << 20;
/// For a feature with more bytes than this, listeners get only the area to read again.
const LARGEST_FEATURE: usize = 512 << 10;

/// A commit in the form in which the feed sends it.
#[derive(Debug)]
pub struct FeedCommit {
    /// The number of the commit.
    pub seq: u64,
    /// When the commit was written.
    pub at: Timestamp,
    /// The features that it changed; empty if `resets` are sent instead.
    pub changes: Vec<FeedChange>,
    /// The areas that listeners have to read again.
    pub resets: Vec<Reset>,
    /// Whether the commit changes a schema, and so who may see which property.
    pub(super) changes_schemas: bool,
    views: Mutex<Vec<view::Known>>,
    /// Bytes of the features and of their encoded forms.
    bytes: AtomicUsize,
}

/// A feature that was put or deleted.
#[derive(Debug)]
pub struct FeedChange {
    /// The collection of the feature.
    pub collection: CollectionId,
    /// The id of the feature.
    pub id: FeatureId,
    /// The feature after the change, with the schema that decides who sees which property; `None`
    /// if it was deleted.
    pub now: Option<(Arc<Entry>, Arc<Schema>)>,
    /// The bounding box of the feature before the change.
    pub before: Option<Bounds>,
}

/// A collection in which too much changed to send each feature.
#[derive(Debug)]
pub struct Reset {
    /// The id of the collection.
    pub collection: CollectionId,
    /// The bounding box of the changed features, before and after the change. `None` stands for the
    /// whole collection.
    pub bounds: Option<Bounds>,
    /// Whether the features of the collection have no geometry. Listeners for any area then have to
    /// read the collection again.
    pub without_geometry: bool,
}

impl Reset {
    /// A reset of `area`, or of the whole collection if `area` is `None`.
    fn new(collection: CollectionId, area: Option<Option<Bounds>>, after: &Snapshot) -> Self {
        let known = after.collections().get(collection.as_str());
        Self {
            bounds: area.unwrap_or_else(|| known.and_then(|c| c.bounds())),
            without_geometry: known.is_some_and(|c| c.schema().without_geometry),
            collection,
        }
    }
}

impl FeedChange {
    /// Whether the feature is in the area, or was before the change.
    pub fn touches(&self, area: &Bounds) -> bool {
        [self.bounds(), self.before]
            .into_iter()
            .flatten()
            .any(|b| b.intersects(area))
    }

    fn bounds(&self) -> Option<Bounds> {
        self.now.as_ref().and_then(|(entry, _)| entry.bounds())
    }

    fn memory(&self) -> usize {
        let entry = self.now.as_ref().map_or(0, |(entry, _)| entry.memory());
        size_of::<Self>() + self.collection.as_str().len() + self.id.as_str().len() + entry
    }
}

impl FeedCommit {
    /// The changes between the snapshot before a commit and the one after it.
    pub(super) fn new(
        header: &CommitHeader,
        records: &[Record],
        before: &Snapshot,
        after: &Snapshot,
    ) -> Self {
        let mut changes = Vec::new();
        let mut resets: Vec<Reset> = Vec::new();
        let mut areas: BTreeMap<CollectionId, Vec<Bounds>> = BTreeMap::new();
        let mut changes_schemas = false;
        let many = records.len() > MOST_FEATURES;
        for record in records {
            // A collection that was added or removed, or whose schema changed, is read again as a
            // whole. Rows of other hidden collections are never sent.
            if record.collection.is_hidden() {
                if record.collection.as_str() == SCHEMAS
                    && let Ok(collection) = CollectionId::new(&record.id)
                {
                    resets.push(Reset::new(collection, None, after));
                    changes_schemas = true;
                }
                continue;
            }
            let change = change(record, before, after);
            if many || change.memory() > LARGEST_FEATURE {
                note_area(&mut areas, &change);
            } else {
                changes.push(change);
            }
        }
        if changes.iter().map(FeedChange::memory).sum::<usize>() > MOST_BYTES {
            for change in std::mem::take(&mut changes) {
                note_area(&mut areas, &change);
            }
        }
        resets.extend(
            (areas.into_iter()).map(|(collection, boxes)| {
                Reset::new(collection, Some(bounds::extent(boxes)), after)
            }),
        );
        let bytes = changes.iter().map(FeedChange::memory).sum::<usize>()
            + resets.len() * size_of::<Reset>()
            + size_of::<Self>();
        Self {
            seq: header.seq,
            at: header.at,
            changes,
            resets,
            changes_schemas,
            views: Mutex::default(),
            bytes: AtomicUsize::new(bytes),
        }
    }

    /// How many bytes the commit takes in memory.
    pub fn memory(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

fn change(record: &Record, before: &Snapshot, after: &Snapshot) -> FeedChange {
    let name = record.collection.as_str();
    let was = before
        .collections()
        .get(name)
        .and_then(|c| c.get(record.id.as_str()))
        .and_then(|e| e.bounds());
    let now = after.collections().get(name).and_then(|c| {
        let entry = c.get(record.id.as_str())?;
        Some((Arc::clone(entry), Arc::clone(c.schema())))
    });
    FeedChange {
        collection: record.collection.clone(),
        id: record.id.clone(),
        now,
        before: was,
    }
}

fn note_area(areas: &mut BTreeMap<CollectionId, Vec<Bounds>>, change: &FeedChange) {
    areas
        .entry(change.collection.clone())
        .or_default()
        .extend([change.before, change.bounds()].into_iter().flatten());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Body, Change, Properties};
    use crate::spatial::bounds::Bounds;

    /// A commit to a map with one collection, `notes`, whose property `secret` is visible to grid
    /// workers.
    pub(super) fn commit(seq: u64, bodies: &[(&str, serde_json::Value)]) -> Arc<FeedCommit> {
        let collection = CollectionId::new("notes").unwrap();
        let schema = json!({
            "x-onemap-scope": {"unit": "unit"},
            "properties": {"secret": {"x-onemap-role": "grid_worker"}, "unit": {}},
        });
        let schemas = vec![(collection.clone(), schema)];
        let at = Timestamp::UNIX_EPOCH;
        let body = |properties: &serde_json::Value| Body {
            geometry: Some(geo_types::Point::new(117.0, 39.0).into()),
            properties: Properties::parse(&properties.to_string()).unwrap(),
        };
        let put = |(id, properties): &(&str, serde_json::Value)| Change {
            collection: collection.clone(),
            id: FeatureId::new(*id).unwrap(),
            body: Some(body(properties)),
        };
        let puts: Vec<Change> = bodies.iter().map(put).collect();
        let records: Vec<Record> = (puts.iter().cloned())
            .map(|put| Record {
                collection: put.collection,
                id: put.id,
                seq,
                updated_at: at,
                body: put.body,
            })
            .collect();
        let before = Snapshot::of_features(schemas.clone(), Vec::new(), at).unwrap();
        let after = Snapshot::of_features(schemas, puts, at).unwrap();
        let header = CommitHeader {
            seq,
            at,
            effective_at: at,
            author: crate::model::Author::system(),
            reason: None,
            size: records.len() as u64,
        };
        Arc::new(FeedCommit::new(&header, &records, &before, &after))
    }

    #[test]
    fn commits_with_many_or_large_features_are_sent_as_areas() {
        let small = json!({"name": "a"});
        let told = commit(1, &[("a", small.clone()), ("b", small.clone())]);
        assert_eq!((told.changes.len(), told.resets.len()), (2, 0));

        let ids: Vec<String> = (0..=MOST_FEATURES).map(|i| format!("n{i:04}")).collect();
        let many: Vec<_> = ids.iter().map(|id| (id.as_str(), small.clone())).collect();
        let told = commit(1, &many);
        assert_eq!((told.changes.len(), told.resets.len()), (0, 1));
        let here: Bounds = told.resets[0].bounds.unwrap();
        assert_eq!(here.to_numbers(), [117.0, 39.0, 117.0, 39.0]);
        assert_eq!(commit(1, &many[1..]).changes.len(), MOST_FEATURES);

        let large = json!({"name": "x".repeat(LARGEST_FEATURE)});
        let told = commit(1, &[("a", small), ("large", large)]);
        assert_eq!((told.changes.len(), told.resets.len()), (1, 1));

        let ids = &ids[..MOST_BYTES / (LARGEST_FEATURE / 2) + 1];
        let half = json!({"name": "x".repeat(LARGEST_FEATURE / 2)});
        let heavy: Vec<_> = ids.iter().map(|id| (id.as_str(), half.clone())).collect();
        let told = commit(1, &heavy);
        assert_eq!((told.changes.len(), told.resets.len()), (0, 1));
        assert!(told.memory() < 10_000);
    }
}
