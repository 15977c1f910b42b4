//! One moment of the map: everything a request may want to know, immutable.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::projection::case_schedule::CaseSchedule;
use crate::index::Collections;
use crate::model::{
    Body, Change, CollectionId, CommitHeader, FeatureId, Properties, Record, SchemaError,
};
use crate::store::{Quarantined, Store, StoreError};
use crate::warnings::StatusBoard;

/// The map as of one commit.
#[derive(Debug, Clone)]
pub struct Snapshot {
    pub(super) store_id: Uuid,
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) collections: Collections,
    pub(super) status: Arc<StatusBoard>,
    pub(super) ledger: Arc<CaseSchedule>,
    pub(super) quarantined: Arc<Vec<Quarantined>>,
    pub(super) demo: bool,
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
        let mut status = StatusBoard::default();
        let head = store
            .load(|record| {
                status.apply(&record);
                let _ = sender.send(record);
            })
            .await;
        drop(sender);
        let head = head?;
        let (collections, problems) = building
            .await
            .map_err(|e| StoreError::corrupt("the features", e))?;
        report(problems);
        let ledger = CaseSchedule::load(&collections)?;
        let mut snapshot = Self {
            store_id: store.id(),
            seq: head.seq,
            at: head.at,
            collections: collections.loaded_at(head.seq),
            ledger: Arc::new(ledger),
            status: Arc::new(status),
            quarantined: Arc::new(store.quarantined().await?),
            demo: false,
        };
        snapshot.demo = snapshot.holds_demo();
        Ok(snapshot)
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
        let mut status = StatusBoard::default();
        let records = rows.into_iter().map(|(collection, id, body)| Record {
            collection,
            id,
            seq: 1,
            updated_at: at,
            body,
        });
        let records: Vec<Record> = records.inspect(|r| _ = status.apply(r)).collect();
        let (collections, problems) = Collections::load(records);
        report(problems);
        let mut snapshot = Self {
            store_id: Uuid::nil(),
            seq: 1,
            at,
            ledger: Arc::new(CaseSchedule::load(&collections)?),
            collections: collections.loaded_at(1),
            status: Arc::new(status),
            quarantined: Arc::default(),
            demo: false,
        };
        snapshot.demo = snapshot.holds_demo();
        Ok(snapshot)
    }

    /// The next moment: this one and a commit.
    pub(super) fn next(
        &self,
        header: &CommitHeader,
        records: &[Record],
        quarantined: Option<Vec<Quarantined>>,
    ) -> Self {
        let (collections, problems) = self.collections.apply(records);
        report(problems);
        let mut status = Arc::clone(&self.status);
        let concerns = |r: &Record| StatusBoard::READS.contains(&r.collection.as_str());
        if records.iter().any(concerns) {
            let board = Arc::make_mut(&mut status);
            for record in records {
                board.apply(record);
            }
        }
        let mut ledger = Arc::clone(&self.ledger);
        if records.iter().any(|r| CaseSchedule::reads(&r.collection)) {
            Arc::make_mut(&mut ledger).apply(&collections, records);
        }
        let mut next = Self {
            ledger,
            store_id: self.store_id,
            seq: header.seq,
            at: header.at,
            collections,
            status,
            quarantined: quarantined.map_or_else(|| Arc::clone(&self.quarantined), Arc::new),
            demo: self.demo,
        };
        if records
            .iter()
            .any(|r| r.collection.as_str() == "boundaries")
        {
            next.demo = next.holds_demo();
        }
        next
    }

    /// Whether the synthetic district is on the map: its boundary says so of itself.
    fn holds_demo(&self) -> bool {
        self.collections.get("boundaries").is_some_and(|c| {
            c.iter()
                .any(|e| e.all_properties().contains("\"demo\":true"))
        })
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
        &self.status
    }

    /// The rules in force, and what of the ledger has to be at hand.
    pub fn ledger(&self) -> &CaseSchedule {
        &self.ledger
    }

    /// Rows that plain SQL wrote and that are no valid features.
    pub fn quarantined(&self) -> &[Quarantined] {
        &self.quarantined
    }

    /// Whether the synthetic demo district is on it.
    pub fn is_demo(&self) -> bool {
        self.demo
    }
}

fn report(problems: Vec<SchemaError>) {
    for error in problems {
        tracing::error!(%error, "a stored schema is not taken up; the one before it stays");
    }
}
