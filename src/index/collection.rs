//! One collection of the current map: an immutable value that each commit replaces with a new one.
//!
//! It consists of a large base and a small delta. A commit copies only the delta, and a background
//! task merges the delta into a new base from time to time. Readers keep the value that they have.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rayon::iter::{IntoParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};

use super::Entry;
use super::base::{Base, part_bounds};
use super::delta::Delta;
use super::recent::Recent;
use crate::model::{FeatureId, Record, Role, Schema};
use crate::spatial::bounds::{Bounds, extent};

/// A commit with more records than this may rebuild the base immediately.
const BIG_COMMIT: usize = 1_000;
/// A delta with more changes than this is merged, whatever the size of the base.
const BIG_DELTA: usize = 2_048;

/// The features of one collection as of a commit. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Collection {
    pub(super) schema: Arc<Schema>,
    pub(super) base: Arc<Base>,
    pub(super) delta: Arc<Delta>,
    recent: Arc<Recent>,
    last_seq: u64,
    extent: OnceLock<Option<Bounds>>,
}

/// The two parts of a collection, for a secondary index that rebuilds only what depends on a
/// changed part.
#[derive(Debug)]
pub struct Layers<'a> {
    /// The number of the base; equal numbers mean the same base of the same process.
    pub base: u64,
    /// The features of the base, sorted by id.
    pub in_base: &'a [Arc<Entry>],
    /// The ids of the features that were written or deleted since the base was built.
    pub replaced: Vec<&'a FeatureId>,
    /// The present state of the features written since the base was built.
    pub changed: Vec<&'a Arc<Entry>>,
}

/// A base that was built in the background from an earlier state of a collection.
#[derive(Debug)]
pub struct MergedBase {
    from: Arc<Base>,
    up_to: u64,
    base: Arc<Base>,
}

impl Collection {
    /// A collection without features.
    pub fn empty(schema: Arc<Schema>) -> Self {
        Self::of_base(schema, Base::empty(), 0)
    }

    /// Creates a collection from all its features, in any order. Deletion records count for
    /// [`last_seq`](Self::last_seq) only.
    pub fn load(schema: Arc<Schema>, records: Vec<Record>) -> Self {
        let mut loader = Loader::new(schema);
        for record in records {
            loader.push(record);
        }
        loader.finish()
    }

    fn of_base(schema: Arc<Schema>, base: Base, last_seq: u64) -> Self {
        Self {
            schema,
            base: Arc::new(base),
            delta: Arc::default(),
            recent: Arc::new(Recent::from(last_seq)),
            last_seq,
            extent: OnceLock::new(),
        }
    }

    /// The same features, marked as complete up to `seq`. A caller that loads without deletion
    /// records must use this; otherwise an ETag from before a deletion would be valid again after a
    /// restart.
    pub fn loaded_at(mut self, seq: u64) -> Self {
        self.last_seq = self.last_seq.max(seq);
        self.recent = Arc::new(Recent::from(self.last_seq));
        self
    }

    /// The collection after a commit, or after several commits that are applied in one step. `records` must be all
    /// changes of these commits to this collection.
    pub fn apply(&self, records: &[Record]) -> Self {
        let Some(seq) = records.iter().map(|r| r.seq).max() else {
            return self.clone();
        };
        let encoded: Vec<Option<Arc<Entry>>> = if records.len() > BIG_COMMIT {
            records
                .par_iter()
                .map(|r| Entry::new(&self.schema, r).map(Arc::new))
                .collect()
        } else {
            records
                .iter()
                .map(|r| Entry::new(&self.schema, r).map(Arc::new))
                .collect()
        };
        let mut changed = Vec::new();
        for (record, entry) in records.iter().zip(&encoded) {
            changed.extend(self.get(record.id.as_str()).and_then(|e| e.bounds()));
            changed.extend(entry.as_ref().and_then(|e| e.bounds()));
        }
        let mut recent = Recent::clone(&self.recent);
        recent.push(seq, changed);

        let base;
        let mut delta;
        if records.len() > BIG_COMMIT && records.len() * 4 > self.base.len() {
            // Bulk-loading a new tree is faster than inserting leaf by leaf into a delta, and gives
            // a better tree.
            let changes = records.iter().map(|r| &r.id).zip(encoded).collect();
            base = Arc::new(Base::from_sorted(
                self.delta.merge_with(&self.base, changes),
            ));
            delta = Delta::default();
        } else {
            base = self.base.clone();
            delta = Delta::clone(&self.delta);
            for (record, entry) in records.iter().zip(encoded) {
                delta.set(&base, &record.id, record.seq, entry);
            }
        }
        Self {
            schema: self.schema.clone(),
            base,
            delta: Arc::new(delta),
            recent: Arc::new(recent),
            last_seq: self.last_seq.max(seq),
            extent: OnceLock::new(),
        }
    }

    /// The same features under another schema, which was written by the commit `seq`. All features
    /// are encoded again if the public may now see other properties.
    pub fn with_schema(&self, schema: Arc<Schema>, seq: u64) -> Self {
        let last_seq = self.last_seq.max(seq);
        if schema
            .hidden_from(Role::Public)
            .eq(self.schema.hidden_from(Role::Public))
        {
            return Self {
                schema,
                // Zoom levels and titles may have changed, so nothing cached from before is valid.
                recent: Arc::new(Recent::from(last_seq)),
                last_seq,
                ..self.clone()
            };
        }
        let entries = self
            .delta
            .merge(&self.base)
            .into_par_iter()
            .map(|e| Arc::new(e.with_schema(&schema)))
            .collect();
        Self::of_base(schema, Base::from_sorted(entries), last_seq)
    }

    /// Whether the delta is large enough for [`merged_base`](Self::merged_base) to be worth its
    /// time.
    pub fn wants_merge(&self) -> bool {
        self.delta.changes() > BIG_DELTA.min(256.max(self.base.len() / 8))
    }

    /// Builds a base with all features. Takes about a second for a million features, so build it in
    /// the background and pass it to [`with_base`](Self::with_base) of the collection as it is
    /// then.
    pub fn merged_base(&self) -> MergedBase {
        MergedBase {
            from: self.base.clone(),
            up_to: self.last_seq,
            base: Arc::new(Base::from_sorted(self.delta.merge(&self.base))),
        }
    }

    /// The same features on a merged base; changes committed since the merge began stay in the
    /// delta. If the base was replaced in the meantime (by another merge, a large commit or a new
    /// schema), the merged base is ignored.
    pub fn with_base(&self, merged: MergedBase) -> Self {
        if !Arc::ptr_eq(&merged.from, &self.base) {
            return self.clone();
        }
        let delta = self.delta.newer_than(merged.up_to, &merged.base);
        Self {
            base: merged.base,
            delta: Arc::new(delta),
            extent: OnceLock::new(),
            ..self.clone()
        }
    }

    /// The base and the changes since it was built.
    pub fn layers(&self) -> Layers<'_> {
        Layers {
            base: self.base.number(),
            in_base: self.base.entries(),
            replaced: self.delta.ids().collect(),
            changed: self.delta.puts_after(None).collect(),
        }
    }

    /// The schema of the collection.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The feature with an id.
    pub fn get(&self, id: &str) -> Option<&Arc<Entry>> {
        match self.delta.get(id) {
            Some(known) => known,
            None => self.base.entry(self.base.find(id).ok()?),
        }
    }

    /// The number of features.
    pub fn len(&self) -> usize {
        self.delta.total(&self.base)
    }

    /// Whether the collection has no features.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bounding box of all features; it crosses the antimeridian if that makes it narrower.
    /// After a deletion it may be too large until the next merge. `None` if no feature has a
    /// geometry.
    pub fn bounds(&self) -> Option<Bounds> {
        *self.extent.get_or_init(|| {
            if self.is_empty() {
                return None;
            }
            let mut parts = self.base.spans().to_vec();
            for geometry in self.delta.puts_after(None).filter_map(|e| e.geometry()) {
                part_bounds(geometry, &mut parts);
            }
            extent(parts)
        })
    }

    /// The last commit that changed a feature or the schema; the ETag of the collection depends on
    /// it.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Whether anything inside the box may have changed after the commit `seq`. The result may be
    /// `true` without need, but never wrongly `false`. Reads at most a few hundred recent changes.
    pub fn changed_since(&self, seq: u64, bounds: &Bounds) -> bool {
        self.last_seq > seq && self.recent.changed_since(seq, bounds)
    }

    /// The bytes of memory that the features take, without allocator overhead. Visits all features.
    pub fn memory(&self) -> usize {
        /// The size of a leaf with its share of the nodes above it, in bytes.
        const LEAF: usize = 80;
        self.iter().map(|e| e.memory() + LEAF).sum()
    }
}

/// Builds a collection from a stream of records without keeping all of them twice in memory.
#[derive(Debug)]
pub struct Loader {
    schema: Arc<Schema>,
    waiting: Vec<Record>,
    entries: Vec<Arc<Entry>>,
    deleted: HashMap<FeatureId, u64>,
    last_seq: u64,
}

impl Loader {
    /// The number of records that are encoded together on all cores.
    const BATCH: usize = 8_192;

    /// Creates a loader for one collection.
    pub fn new(schema: Arc<Schema>) -> Self {
        Self {
            schema,
            waiting: Vec::new(),
            entries: Vec::new(),
            deleted: HashMap::new(),
            last_seq: 0,
        }
    }

    /// Adds a record; the order does not matter. Of several records with one id, the one with the
    /// highest seq wins, even if it is a deletion.
    pub fn push(&mut self, record: Record) {
        self.last_seq = self.last_seq.max(record.seq);
        if record.body.is_none() {
            let seq = self.deleted.entry(record.id).or_default();
            *seq = record.seq.max(*seq);
            return;
        }
        self.waiting.push(record);
        if self.waiting.len() >= Self::BATCH {
            self.encode();
        }
    }

    fn encode(&mut self) {
        let batch = std::mem::take(&mut self.waiting);
        let schema = &self.schema;
        let encoded: Vec<_> = batch
            .into_par_iter()
            .filter_map(|record| Entry::new(schema, &record).map(Arc::new))
            .collect();
        self.entries.extend(encoded);
    }

    /// Builds the collection from all added records.
    pub fn finish(mut self) -> Collection {
        self.encode();
        if !self.deleted.is_empty() {
            let deleted = &self.deleted;
            self.entries
                .retain(|e| deleted.get(e.id()).is_none_or(|seq| e.seq() > *seq));
        }
        Collection::of_base(self.schema, Base::new(self.entries), self.last_seq)
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{Geometry, Point};
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::testkit::{expected, play, record, schema, steps};
    use super::*;
    use crate::model::CollectionId;

    fn at(x: f64, y: f64) -> Option<Geometry<f64>> {
        Some(Point::new(x, y).into())
    }

    #[test]
    fn a_tile_elsewhere_is_still_valid_and_one_here_is_not() {
        let c = Collection::load(schema(), vec![record(1, 5, at(117.0, 39.0))]);
        let here = Bounds::new(116.9, 38.9, 117.1, 39.1);
        let there = Bounds::new(118.0, 38.9, 118.1, 39.1);
        assert!(
            c.changed_since(4, &there),
            "changes before the load are unknown"
        );
        assert!(!c.changed_since(5, &here));

        let c = c.apply(&[record(1, 6, at(118.05, 39.0))]);
        assert_eq!(c.last_seq(), 6);
        assert!(c.changed_since(5, &here), "the feature was in this box");
        assert!(c.changed_since(5, &there), "the feature is in this box");
        assert!(!c.changed_since(6, &there));
        assert!(!c.changed_since(5, &Bounds::new(0.0, 0.0, 1.0, 1.0)));

        let many = (0..600).fold(c, |c, i| c.apply(&[record(2, 7 + i, at(0.5, 0.5))]));
        assert!(
            many.changed_since(6, &there),
            "commit 6 is no longer in the list"
        );
        assert!(!many.changed_since(600, &there));
    }

    #[test]
    fn a_big_commit_builds_the_base_at_once() {
        let records: Vec<Record> = (0..2_000)
            .map(|n| record(n, 1, at(f64::from(n % 100), f64::from(n / 100))))
            .collect();
        let c = Collection::empty(schema()).apply(&records);
        assert!(c.delta.is_empty() && !c.wants_merge());
        assert_eq!((c.len(), c.last_seq()), (2_000, 1));
        assert_eq!(c.bounds(), Some(Bounds::new(0.0, 0.0, 99.0, 19.0)));
    }

    #[test]
    fn the_extent_of_both_sides_of_the_antimeridian_is_narrow() {
        let c = Collection::load(
            schema(),
            vec![record(1, 1, at(179.0, 1.0)), record(2, 1, at(-178.0, 2.0))],
        );
        assert_eq!(c.bounds(), Some(Bounds::new(179.0, 1.0, -178.0, 2.0)));
        let c = c.apply(&[record(3, 2, at(-179.5, 3.0)), record(4, 2, at(-170.0, 0.0))]);
        assert_eq!(c.bounds(), Some(Bounds::new(179.0, 0.0, -170.0, 3.0)));
    }

    #[test]
    fn a_schema_that_protects_more_takes_effect_on_every_feature() {
        let c = Collection::load(schema(), vec![record(1, 1, at(0.0, 0.0))]);
        let c = c.apply(&[record(2, 2, at(0.0, 0.0))]);
        let id = CollectionId::new("things").unwrap();
        let open = Arc::new(Schema::parse(&id, json!({})).unwrap());
        let opened = c.with_schema(open, 3);
        let closed = opened.with_schema(schema(), 4);
        for (c, shown) in [(&c, false), (&opened, true), (&closed, false)] {
            for e in c.iter() {
                let text = std::str::from_utf8(e.encoded()).unwrap();
                assert_eq!(text.contains("secret"), shown);
            }
        }
        assert_eq!(closed.last_seq(), 4);
        assert!(closed.changed_since(3, &Bounds::new(0.0, 0.0, 1.0, 1.0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn a_big_commit_equals_its_records_applied_one_by_one(
            steps in steps(),
            // If a commit has several versions of a feature, the last one wins.
            changes in prop::collection::vec((0u32..60, any::<bool>()), 0..80),
        ) {
            let (collection, _) = play(&steps);
            let seq = collection.last_seq() + 1;
            let records: Vec<Record> = changes
                .iter()
                .enumerate()
                .map(|(i, (n, put))| {
                    let mut r = record(*n, seq, at(i as f64 / 10.0, 1.0));
                    r.body = r.body.filter(|_| *put);
                    r
                })
                .collect();
            let slowly = collection.apply(&records);
            let encoded = records
                .iter()
                .map(|r| (&r.id, Entry::new(&collection.schema, r).map(Arc::new)))
                .collect();
            let at_once = collection.delta.merge_with(&collection.base, encoded);
            prop_assert_eq!(slowly.len(), at_once.len());
            for (a, b) in slowly.iter().zip(&at_once) {
                prop_assert_eq!(a.encoded(), b.encoded());
            }
        }

        #[test]
        fn commits_and_merges_in_any_order_equal_a_fresh_load(steps in steps()) {
            let (collection, truth) = play(&steps);
            let fresh = Collection::load(schema(), truth.values().cloned().collect());
            let all = expected(&truth);
            prop_assert_eq!(collection.len(), all.len());
            prop_assert_eq!(collection.last_seq(), fresh.last_seq());
            for c in [&collection, &fresh, &collection.with_base(collection.merged_base())] {
                prop_assert_eq!(c.iter().count(), all.len());
                for (a, b) in c.iter().zip(&all) {
                    prop_assert_eq!(a.encoded(), b.encoded());
                }
                for (id, record) in &truth {
                    let found = c.get(id.as_str()).map(|e| e.seq());
                    prop_assert_eq!(found, record.body.as_ref().map(|_| record.seq));
                }
            }
            let merged = collection.with_base(collection.merged_base());
            prop_assert_eq!(merged.bounds(), fresh.bounds());
            if let (Some(wide), Some(narrow)) = (collection.bounds(), fresh.bounds()) {
                for e in fresh.iter().filter_map(|e| e.geometry()) {
                    prop_assert!(wide.intersects_geometry(e) && narrow.intersects_geometry(e));
                }
            }
        }
    }
}
