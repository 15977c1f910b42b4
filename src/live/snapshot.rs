//! One moment of the map: everything a request may want to know, immutable.

use jiff::Timestamp;
use uuid::Uuid;

use super::projection::{
    CaseSchedule, DayOrders, Event, Fact, LastSeen, PastDays, Projections, Step,
};
use crate::index::Collections;
use crate::model::{
    Body, Change, CollectionId, CommitHeader, FeatureId, Properties, Record, SchemaError,
};
use crate::store::{Quarantined, Store, StoreError};
use crate::warnings::StatusBoard;

/// The map as of one commit. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(super) store_id: Uuid,
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) collections: Collections,
    pub(super) projections: Projections,
}

impl Snapshot {
    /// Reads the whole map out of the store.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        // One thread reads and decodes, another encodes and builds the trees.
        let (sender, receiver) = std::sync::mpsc::sync_channel::<Record>(4096);
        let building = tokio::task::spawn_blocking(move || Collections::load(receiver));
        // Schemas first: what they protect decides how features are kept. That the receiver is gone
        // shows where its task is awaited.
        let schemas = CollectionId::schemas();
        let early = sender.clone();
        store
            .load_collection(&schemas, move |record| {
                let _ = early.send(record);
            })
            .await?;
        let head = store
            .load(move |record| {
                let _ = sender.send(record);
            })
            .await?;
        let (collections, problems) = building
            .await
            .map_err(|e| StoreError::corrupt("the features", e))?;
        report(problems);
        let collections = collections.loaded_at(head.seq);
        let facts = [
            Fact::Quarantined(store.quarantined().await?),
            Fact::LastSeen(store.all_last_seen().await?),
        ];
        let load = move || Projections::load(&collections, &facts).map(|p| (collections, p));
        let (collections, projections) = tokio::task::spawn_blocking(load)
            .await
            .map_err(|e| StoreError::corrupt("the features", e))??;
        Ok(Self {
            store_id: store.id(),
            seq: head.seq,
            at: head.at,
            collections,
            projections,
        })
    }

    /// A map of features that stand in no store, each collection under its schema: what decides over
    /// files needs a map, too.
    ///
    /// # Errors
    /// Never in practice: the rules that are compiled in are read by tests.
    pub fn of_features(
        schemas: Vec<(CollectionId, serde_json::Value)>,
        features: Vec<Change>,
        at: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut rows = Vec::with_capacity(schemas.len() + features.len());
        for (id, document) in schemas {
            let text = document.to_string();
            let properties =
                Properties::parse(&text).map_err(|e| StoreError::corrupt("a schema", e))?;
            let id = FeatureId::new(id.as_str()).map_err(|e| StoreError::bad_id("schema", &e))?;
            let body = Some(Body {
                geometry: None,
                properties,
            });
            rows.push((CollectionId::schemas(), id, body));
        }
        rows.extend(features.into_iter().map(|c| (c.collection, c.id, c.body)));
        let records = rows.into_iter().map(|(collection, id, body)| Record {
            collection,
            id,
            seq: 1,
            updated_at: at,
            body,
        });
        let (collections, problems) = Collections::load(records);
        report(problems);
        Ok(Self {
            store_id: Uuid::nil(),
            seq: 1,
            at,
            projections: Projections::load(&collections, &[])?,
            collections: collections.loaded_at(1),
        })
    }

    /// The next moment: this one and a commit, or several folded into one step. `effective_from` is when
    /// the first of them took effect, `facts` is what became known with them.
    pub(super) fn next(
        &self,
        header: &CommitHeader,
        effective_from: Timestamp,
        records: &[Record],
        facts: &[Fact],
    ) -> Self {
        let (collections, problems) = self.collections.apply(records);
        report(problems);
        let mut projections = self.projections.clone();
        projections.apply(&Event::Commit(&Step {
            before: &self.collections,
            after: &collections,
            records,
            effective_from,
        }));
        for fact in facts {
            projections.apply(&Event::Fact(fact));
        }
        Self {
            store_id: self.store_id,
            seq: header.seq,
            at: header.at,
            collections,
            projections,
        }
    }

    /// The same moment after facts beside the log; `None` where they change nothing.
    pub(super) fn with_facts<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Option<Self> {
        let mut next = self.clone();
        let mut changed = false;
        for fact in facts {
            changed |= next.projections.apply(&Event::Fact(fact));
        }
        changed.then_some(next)
    }

    /// The identity of the data behind it.
    pub fn store_id(&self) -> Uuid {
        self.store_id
    }

    /// The newest commit in it.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// When that commit was written.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The collections.
    pub fn collections(&self) -> &Collections {
        &self.collections
    }

    /// The levels of the grids.
    pub fn status(&self) -> &StatusBoard {
        &self.projections.grid_status
    }

    /// The rules in force, and what of the ledger has to be at hand.
    pub fn ledger(&self) -> &CaseSchedule {
        &self.projections.schedule
    }

    /// The orders of the day.
    pub fn day_orders(&self) -> &DayOrders {
        &self.projections.day_orders
    }

    /// Rows that plain SQL wrote and that are no valid features.
    pub fn quarantined(&self) -> &[Quarantined] {
        self.projections.quarantine.rows()
    }

    /// Whether the synthetic demo district is on it.
    pub fn is_demo(&self) -> bool {
        self.projections.demo.is_set()
    }

    /// What was open at the end of past days, as far as it was counted.
    pub fn past_days(&self) -> &PastDays {
        &self.projections.past_days
    }

    /// When each place was last observed.
    pub fn last_seen(&self) -> &LastSeen {
        &self.projections.last_seen
    }
}

fn report(problems: Vec<SchemaError>) {
    for error in problems {
        tracing::error!(%error, "a stored schema cannot be read; the built-in one stands in, or the collection is not shown");
    }
}
