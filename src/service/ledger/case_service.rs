//! The case service and the helpers that its use cases share.

use std::sync::Arc;

use jiff::Timestamp;

use super::cases;
use super::error::LedgerError;
use super::surroundings::OnMap;
use crate::index::Entry;
use crate::live::{Live, Snapshot, Written};
use crate::model::names::collection::WARNINGS;
use crate::model::{Change, Expect, FeatureId, both};
use crate::store::{Committed, StoreError};
use crate::warnings::{Actor, Case};

/// How often a request is tried if other commits change the data that it has read.
pub(super) const TRIES: usize = 5;

/// The write path of reports, actions, observations, silences and ledger imports. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CaseService {
    pub(super) live: Live,
}

/// Refuses a request in a community to which the account has no access.
pub(super) fn check_reach(actor: &Actor, community: Option<&str>) -> Result<(), LedgerError> {
    if actor.view().reaches(community) {
        return Ok(());
    }
    let own = actor.communities.join(", ");
    Err(LedgerError::NotAllowed(match community {
        Some(id) => both!(
            "该处属于社区 {id}，本账号仅限社区 {own}。",
            "The place is in the community {id}, but the account is restricted to {own}."
        ),
        None => both!(
            "该处不属于地图上的任何社区，本账号仅限社区 {own}。",
            "The place is in no community of the map, but the account is restricted to {own}."
        ),
    }))
}

impl CaseService {
    /// A service that writes to `live`.
    pub fn new(live: Live) -> Self {
        Self { live }
    }

    /// The map that the service writes to.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The unit that is suggested first for a case; `None` if the case does not exist or no unit may handle it.
    pub fn best_unit(&self, id: &FeatureId, at: Timestamp) -> Option<FeatureId> {
        let snapshot = self.live.snapshot();
        let known = Known::read(&snapshot, id).ok()??;
        OnMap::of(&snapshot).best_unit(&known.case, at)
    }
}

/// A case of the snapshot, and the entry that it was read from.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub entry: Arc<Entry>,
    pub case: Case,
}

impl Known {
    /// Reads a case; `None` if it does not exist.
    pub fn read(snapshot: &Snapshot, id: &FeatureId) -> Result<Option<Self>, StoreError> {
        let entry = snapshot
            .collections()
            .get(WARNINGS)
            .and_then(|c| c.get(id.as_str()));
        let Some(entry) = entry else { return Ok(None) };
        Ok(Some(Self {
            entry: Arc::clone(entry),
            case: cases::read(entry)?,
        }))
    }

    /// The change that replaces this case with `next`.
    pub fn change(&self, next: &Case) -> Result<Change, StoreError> {
        cases::change(next, self.entry.geometry().cloned())
    }

    /// The precondition that the case is unchanged.
    pub fn expect(&self) -> Expect {
        Expect::Seq(self.entry.seq())
    }

    /// The commit that wrote the case. The snapshot contains it.
    pub fn written(&self) -> Written {
        Written::Visible(Committed {
            seq: self.entry.seq(),
            at: self.entry.updated_at(),
            changed: 0,
        })
    }
}
