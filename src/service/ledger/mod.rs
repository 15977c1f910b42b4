//! The write path of the ledger (受理): reads the snapshot, decides, and commits what it decided under
//! the condition that nothing of what it read has changed meanwhile. Where somebody was quicker it
//! decides anew, and says so in the end instead of losing a step.
//!
//! What it answers is durable, and says whether it is visible yet.

mod act;
pub mod decisions;
mod import;
mod observe;
mod receipt;
pub mod replay;
mod report;
mod silence;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
pub mod timer;
#[cfg(test)]
mod timer_tests;

use std::sync::Arc;

pub use act::Acted;
pub use import::{Brought, FarRow};
pub use observe::{CONDITIONS, Observation, Observed, is_firing};
pub use receipt::receipt_hash;
pub use report::{NewReport, Reported};
pub use silence::NewSilence;

use self::decisions as desk;
use super::edit_builder::Draft;
use super::place::WhereError;
use crate::index::Entry;
use crate::live::{Live, Snapshot, Written};
use crate::model::{Change, Expect, FeatureId};
use crate::store::{Committed, StoreError};
use crate::warnings::{Actor, Case, FieldError, Refusal};

/// How often a step is decided anew because somebody else's came in between.
const TRIES: usize = 5;

/// Why the office did not do what somebody wanted. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// There is no such case.
    #[error("there is no warning {0:?}")]
    NoSuchCase(FeatureId),
    /// There is no such silence.
    #[error("there is no silence {0:?}")]
    NoSuchSilence(FeatureId),
    /// The table or the person does not allow it, or a field of it is wrong.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A field of a report, an observation or a silence is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The role does not suffice.
    #[error("{0}")]
    NotAllowed(String),
    /// The case is not as the caller last saw it: `found` is the commit that wrote it since.
    #[error("the warning {id:?} was changed meanwhile")]
    Changed {
        /// The case.
        id: FeatureId,
        /// The commit that wrote it last.
        found: u64,
    },
    /// Others changed the same case again and again. Worth another try.
    #[error("others changed the warning {0:?} at the same moment; try again")]
    Busy(FeatureId),
    /// This process has not read a commit yet that it needs to know. Worth another try.
    #[error("commit {seq} has not arrived here yet; try again")]
    Behind {
        /// The commit.
        seq: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OfficeError {
    fn place(error: &WhereError) -> Self {
        let field = match error {
            WhereError::NoBuilding(_) => "building",
            WhereError::Geometry(_) => "geometry",
        };
        FieldError::new(field, error.to_string()).into()
    }
}

/// Takes reports, actions, observations and silences of one process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    live: Live,
}

/// Refuses what an account wants to do in a community that it is not bound to.
fn check_reach(actor: &Actor, community: Option<&str>) -> Result<(), OfficeError> {
    if actor.view().reaches(community) {
        return Ok(());
    }
    let here = match community {
        Some(id) => format!("This is in the community {id}"),
        None => "This is in no community on the map".to_owned(),
    };
    Err(OfficeError::NotAllowed(format!(
        "{here}; the account is bound to {}.",
        actor.communities.join(", ")
    )))
}

impl Office {
    /// The office over a living map.
    pub fn new(live: Live) -> Self {
        Self { live }
    }

    /// The map that it writes to.
    pub fn live(&self) -> &Live {
        &self.live
    }
}

/// A case that was read, with what the map has beside its properties.
#[derive(Debug, Clone)]
struct Known {
    entry: Arc<Entry>,
    case: Case,
}

impl Known {
    fn read(snapshot: &Snapshot, id: &FeatureId) -> Result<Option<Self>, StoreError> {
        let entry = snapshot
            .collections()
            .get(desk::CASES)
            .and_then(|c| c.get(id.as_str()));
        let Some(entry) = entry else { return Ok(None) };
        Ok(Some(Self {
            entry: Arc::clone(entry),
            case: desk::read(entry)?,
        }))
    }

    /// The case as it is from now on, where it was.
    fn change(&self, next: &Case) -> Result<Change, StoreError> {
        desk::change(next, self.entry.geometry().cloned())
    }

    fn expect(&self) -> Expect {
        Expect::Seq(self.entry.seq())
    }

    /// The commit that wrote it, which the snapshot has.
    fn written(&self) -> Written {
        Written::Visible(Committed {
            seq: self.entry.seq(),
            at: self.entry.updated_at(),
            changed: 0,
        })
    }
}
