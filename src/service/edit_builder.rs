//! Builds an edit. Every feature that was read for the edit becomes a precondition, so the store refuses the
//! edit if another commit changed one of them meanwhile.

use std::time::Duration;

use jiff::Timestamp;

use crate::live::{Live, Written};
use crate::model::{Author, Change, CollectionId, Edit, Expect, FeatureId, Precondition};
use crate::service::numbers;
use crate::store::StoreError;
use crate::warnings::Actor;

/// How long to wait until the snapshot contains the commit that broke a precondition.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why an edit was not committed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// The snapshot of this process does not yet contain commit `seq`, on which the edit depends.
    #[error("commit {seq} is not in the snapshot yet; try again")]
    Behind {
        /// The commit.
        seq: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Builds an edit that is committed only if the features it read are unchanged.
#[derive(Debug)]
pub(crate) struct EditBuilder(Edit);

impl EditBuilder {
    /// An edit of `actor` that takes effect at `at`.
    pub fn new(actor: &Actor, at: Timestamp, reason: impl Into<String>) -> Self {
        let author = Author {
            role: actor.roles.foremost(),
            account: actor.account.clone(),
        };
        let mut edit = Edit::new(author, Vec::new()).because(reason);
        edit.effective_at = Some(at);
        Self(edit)
    }

    /// Adds a change of a feature, under the condition `expect`.
    pub fn put(&mut self, change: Change, expect: Expect) {
        self.0.preconditions.push(Precondition {
            collection: change.collection.clone(),
            id: change.id.clone(),
            expect,
        });
        self.0.changes.push(change);
    }

    /// Adds a condition on a feature that was read and does not change.
    pub fn require(&mut self, collection: CollectionId, id: FeatureId, expect: Expect) {
        self.0.preconditions.push(Precondition {
            collection,
            id,
            expect,
        });
    }

    /// Adds the changes and preconditions of another edit.
    pub fn append(&mut self, other: Self) {
        self.0.preconditions.extend(other.0.preconditions);
        self.0.changes.extend(other.0.changes);
    }

    /// Whether the edit has no changes.
    pub fn is_empty(&self) -> bool {
        self.0.changes.is_empty()
    }

    /// The ids of the features that the edit changes.
    pub fn ids(&self) -> impl Iterator<Item = &FeatureId> {
        self.0.changes.iter().map(|c| &c.id)
    }

    /// Commits the edit. Cases in it that have no number get one. Returns `None` if another commit broke a
    /// precondition. The snapshot then contains that commit, and the caller decides again.
    ///
    /// # Errors
    /// If the store fails, or the other commit does not reach the snapshot in time. Nothing was written then.
    pub async fn commit(mut self, live: &Live) -> Result<Option<Written>, CommitError> {
        let map = live.snapshot();
        let edits = std::slice::from_mut(&mut self.0);
        numbers::give(live.store(), map.collections(), edits).await?;
        match live.commit(self.0).await {
            Ok(written) => Ok(Some(written)),
            Err(StoreError::Precondition {
                found: Some(seq), ..
            }) => match live.wait_for(seq, PATIENCE).await {
                true => Ok(None),
                false => Err(CommitError::Behind { seq }),
            },
            Err(StoreError::Precondition { found: None, .. }) => {
                live.wait_for(live.snapshot().seq() + 1, PATIENCE).await;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}
