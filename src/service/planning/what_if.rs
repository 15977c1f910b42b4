//! The map with edits that are not committed, and its network. The last ones are kept for requests with the same edits.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::edits::{ScenarioEdit, WrongEdit, changes};
use crate::live::{Built, Network, Overlay, Snapshot};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, Change, CollectionId, Edit, InChinese as _};
use crate::service::checkers::Checkers;
use crate::service::routes::{Ground, NoNetwork, Table};

/// The most maps with edits that are kept: as many as the planning page compares with each other.
const MOST_KEPT: usize = 4;
/// The most edges of all networks together that were built for kept maps. The map that was made last is kept in any
/// case.
const MOST_EDGES: usize = 1_500_000;

/// The data for queries on the map with edits.
#[derive(Debug, Clone)]
pub struct WhatIf {
    /// The map with the edits, and its network.
    pub ground: Ground,
    /// The number of the commit of the map without the edits.
    pub seq: u64,
    /// The number of the commit from which the network without the edits was built.
    pub network_seq: u64,
}

impl From<Ground> for WhatIf {
    /// The map without edits.
    fn from(ground: Ground) -> Self {
        Self {
            seq: ground.snapshot.seq(),
            network_seq: ground.network.seq,
            ground,
        }
    }
}

impl WhatIf {
    /// Makes the map with edits and keeps nothing, for jobs.
    ///
    /// # Errors
    /// If edits cannot be applied, or the map is too large for a network.
    pub(super) fn once(
        ground: &Ground,
        edits: &[ScenarioEdit],
        at: Timestamp,
    ) -> Result<Self, NoWhatIf> {
        WhatIfs::default().of(ground, edits, at)
    }
}

/// The map with edits, without its network.
///
/// # Errors
/// If edits cannot be applied.
pub(super) fn overlaid(map: &Snapshot, edits: &[ScenarioEdit]) -> Result<Overlay, NoWhatIf> {
    let changes = WhatIfs::default()
        .check(map, edits)
        .map_err(NoWhatIf::Edits)?;
    let edit = Edit::new(Author::system(), changes);
    Overlay::new(map, &[edit]).map_err(|e| {
        NoWhatIf::Edits(vec![WrongEdit {
            field: "edits".to_owned(),
            problem: e.localized(),
        }])
    })
}

/// Why a map with edits cannot be made.
#[derive(Debug, Clone, PartialEq)]
pub enum NoWhatIf {
    /// There is no network.
    Network(NoNetwork),
    /// Edits cannot be applied to the map.
    Edits(Vec<WrongEdit>),
}

/// Makes maps with edits and keeps those that were used last.
#[derive(Debug, Default)]
pub(super) struct WhatIfs {
    checkers: Checkers,
    kept: Mutex<Vec<(Key, WhatIf)>>,
    /// Held while a map is made, so that one network at a time is built for edits.
    making: Mutex<()>,
}

/// The inputs from which a map with edits was made. The network and the table of attributes are compared by address.
/// Commits of warnings are left out: they are frequent, planning does not read warnings, and the ways that warnings
/// close are in the table.
#[derive(Debug, Clone)]
struct Key {
    store: uuid::Uuid,
    seqs: Vec<(CollectionId, u64)>,
    network: Arc<Built<Network>>,
    table: Arc<Table>,
    changes: Arc<[Change]>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.store == other.store
            && Arc::ptr_eq(&self.network, &other.network)
            && Arc::ptr_eq(&self.table, &other.table)
            && self.seqs == other.seqs
            && self.changes == other.changes
    }
}

impl WhatIfs {
    /// Checks edits against a map.
    pub(super) fn check(
        &self,
        map: &Snapshot,
        edits: &[ScenarioEdit],
    ) -> Result<Vec<Change>, Vec<WrongEdit>> {
        changes(map, &self.checkers, edits)
    }

    /// Returns a map with edits, without its network.
    pub(super) fn map_with(
        &self,
        map: &Snapshot,
        edits: &[ScenarioEdit],
    ) -> Result<Snapshot, Vec<WrongEdit>> {
        let edit = Edit::new(Author::system(), self.check(map, edits)?);
        Ok(overlay(map, edit)?.view().clone())
    }

    /// Returns the map with edits.
    pub(super) fn of(
        &self,
        ground: &Ground,
        edits: &[ScenarioEdit],
        at: Timestamp,
    ) -> Result<WhatIf, NoWhatIf> {
        let map = &ground.snapshot;
        let changes = self.check(map, edits).map_err(NoWhatIf::Edits)?;
        if changes.is_empty() {
            return Ok(ground.clone().into());
        }
        let collections = map.collections().iter();
        let key = Key {
            store: map.store_id(),
            seqs: collections
                .filter(|(id, _)| id.as_str() != WARNINGS)
                .map(|(id, collection)| (id.clone(), collection.last_seq()))
                .collect(),
            network: Arc::clone(&ground.network),
            table: Arc::clone(&ground.table),
            changes: changes.into(),
        };
        if let Some(found) = self.find(&key) {
            return Ok(found);
        }
        let _turn = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        // Another request may have made it in the meantime.
        if let Some(found) = self.find(&key) {
            return Ok(found);
        }
        let edit = Edit::new(Author::system(), key.changes.to_vec());
        let overlay = overlay(map, edit).map_err(NoWhatIf::Edits)?;
        let made = WhatIf {
            ground: ground.with_edits(&overlay, at).map_err(NoWhatIf::Network)?,
            seq: map.seq(),
            network_seq: ground.network.seq,
        };
        let mut kept = self.kept();
        kept.insert(0, (key, made.clone()));
        kept.truncate(MOST_KEPT);
        let mut edges = 0;
        let mut is_first = true;
        kept.retain(|(key, what_if)| {
            if !Arc::ptr_eq(&key.network, &what_if.ground.network) {
                let ways = what_if.ground.ways();
                edges += ways.map_or(0, |ways| ways.topology.edge_count());
            }
            std::mem::replace(&mut is_first, false) || edges <= MOST_EDGES
        });
        Ok(made)
    }

    fn find(&self, key: &Key) -> Option<WhatIf> {
        let mut kept = self.kept();
        let at = kept.iter().position(|(own, _)| own == key)?;
        let found = kept.remove(at);
        let what_if = found.1.clone();
        kept.insert(0, found);
        Some(what_if)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<(Key, WhatIf)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Applies an edit to a map. The edit has no conditions, so it is not refused.
fn overlay(map: &Snapshot, edit: Edit) -> Result<Overlay, Vec<WrongEdit>> {
    Overlay::new(map, &[edit]).map_err(|e| {
        vec![WrongEdit {
            field: "edits".to_owned(),
            problem: e.localized(),
        }]
    })
}
