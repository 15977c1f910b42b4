//! An immutable state of the whole map, as of one commit. Each request reads one.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::projection::{
    CaseSchedule, DayOrders, Event, Fact, LastSeen, Passages, PastDays, ProjectDues, Projections,
    Step, WayAttributes, Wishes,
};
use crate::grids::{CaseBook, Ratings};
use crate::index::{Collection, Collections};
use crate::model::{
    Body, Change, CollectionId, CommitHeader, FeatureId, Properties, Record, SchemaError,
};
use crate::network::Profiles;
use crate::planning::deliveries::Deliveries;
use crate::planning::placement::Placement;
use crate::planning::standards::Standards;
use crate::store::{Quarantined, Store, StoreError};
use crate::themes::Themes;
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
    /// Reads the whole map from the store.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        // One thread reads and decodes records; another encodes features and builds the trees.
        let (sender, receiver) = std::sync::mpsc::sync_channel::<Record>(4096);
        let building = tokio::task::spawn_blocking(move || Collections::load(receiver));
        // Schemas come first, because they decide which properties are protected. Sending fails only if
        // `building` has failed; its error is returned where it is awaited below.
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
            Fact::Passages(store.all_passages().await?),
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

    /// A map of features that are not in a store, with the schema of each collection. Used to check
    /// files.
    ///
    /// # Errors
    /// If a schema cannot be stored as properties, or the built-in rules cannot be read.
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

    /// The next snapshot: this one with a commit, or with several applied in one step. `effective_from`
    /// is the moment at which the first of them takes effect; `facts` are the facts that became known
    /// with them.
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

    /// This snapshot with facts from outside the log; `None` if they change nothing.
    pub(super) fn with_facts<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Option<Self> {
        let mut next = self.clone();
        let mut changed = false;
        for fact in facts {
            changed |= next.projections.apply(&Event::Fact(fact));
        }
        changed.then_some(next)
    }

    /// The same snapshot with some collections replaced, for past states that are read from the log. What is computed
    /// from the collections (levels, schedules, attributes of ways) stays as it is.
    #[must_use]
    pub fn with_collections(
        &self,
        collections: impl IntoIterator<Item = (CollectionId, Collection)>,
    ) -> Self {
        let mut with = self.clone();
        for (id, collection) in collections {
            with.collections.replace(&id, collection);
        }
        with
    }

    /// The id of the store that the data comes from.
    pub fn store_id(&self) -> Uuid {
        self.store_id
    }

    /// The number of the newest commit in the snapshot.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// When the newest commit in the snapshot was written.
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

    /// The cases of each grid and building.
    pub fn case_book(&self) -> &CaseBook {
        &self.projections.case_book
    }

    /// The rules in force and the schedule of the open cases.
    pub fn ledger(&self) -> &CaseSchedule {
        &self.projections.schedule
    }

    /// When each project becomes late.
    pub fn project_dues(&self) -> &ProjectDues {
        &self.projections.project_dues
    }

    /// The day orders.
    pub fn day_orders(&self) -> &DayOrders {
        &self.projections.day_orders
    }

    /// Rows that were written with plain SQL and are not valid features.
    pub fn quarantined(&self) -> &[Quarantined] {
        self.projections.quarantine.rows()
    }

    /// Whether the synthetic demo district is on the map.
    pub fn is_demo(&self) -> bool {
        self.projections.demo.is_set()
    }

    /// The counted past days, each with the cases that were open at its end.
    pub fn past_days(&self) -> &PastDays {
        &self.projections.past_days
    }

    /// How often gates let people in.
    pub fn passages(&self) -> &Passages {
        &self.projections.passages
    }

    /// Who may pass ways and gates. Equal pointers mean equal content.
    pub fn way_attributes(&self) -> &Arc<WayAttributes> {
        &self.projections.way_attributes
    }

    /// The travel profiles in force. Equal pointers mean equal content.
    pub fn profiles(&self) -> &Arc<Profiles> {
        self.projections.travel_profiles.in_force()
    }

    /// The standards of planning in force.
    pub fn standards(&self) -> &Arc<Standards> {
        self.projections.planning_rules.standards()
    }

    /// The rules of placement in force.
    pub fn placement(&self) -> &Arc<Placement> {
        self.projections.planning_rules.placement()
    }

    /// The figures in force about the deliveries and walks of a day.
    pub fn deliveries(&self) -> &Arc<Deliveries> {
        self.projections.planning_rules.deliveries()
    }

    /// The ratings of projects by residents.
    pub fn project_ratings(&self) -> &Ratings {
        &self.projections.project_ratings
    }

    /// The published micro-wishes, and the figures of the fulfilled ones.
    pub fn wishes(&self) -> &Wishes {
        &self.projections.wishes
    }

    /// The themes in force. Equal pointers mean equal content.
    pub fn themes(&self) -> &Arc<Themes> {
        self.projections.themes.in_force()
    }

    /// When each place was last observed.
    pub fn last_seen(&self) -> &LastSeen {
        &self.projections.last_seen
    }
}

fn report(problems: Vec<SchemaError>) {
    for error in problems {
        tracing::error!(%error, "a stored schema cannot be read; the built-in one is used or, if \
                                 there is none, the collection is hidden");
    }
}
