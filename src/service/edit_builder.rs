//! An edit in the making: whatever was read for it is a condition of it, so that nothing is decided on
//! what somebody else has changed meanwhile.

use std::time::Duration;

use jiff::Timestamp;

use super::ledger::OfficeError;
use crate::live::{Live, Written};
use crate::model::{Author, Change, Edit, Expect, FeatureId, Precondition};
use crate::store::StoreError;
use crate::warnings::Actor;

/// For how long to wait for what somebody else was quicker with.
const PATIENCE: Duration = Duration::from_secs(2);

/// An edit that expects everything to be as it was read.
#[derive(Debug)]
pub(crate) struct Draft(Edit);

impl Draft {
    /// An edit of somebody that takes effect at a moment.
    pub fn new(actor: &Actor, at: Timestamp, reason: impl Into<String>) -> Self {
        let author = Author {
            role: actor.roles.foremost(),
            account: actor.account.clone(),
        };
        let mut edit = Edit::new(author, Vec::new()).because(reason);
        edit.effective_at = Some(at);
        Self(edit)
    }

    /// Puts or deletes a feature, which must be as it was read.
    pub fn put(&mut self, change: Change, expect: Expect) {
        self.0.preconditions.push(Precondition {
            collection: change.collection.clone(),
            id: change.id.clone(),
            expect,
        });
        self.0.changes.push(change);
    }

    /// Takes another draft's changes in.
    pub fn append(&mut self, other: Self) {
        self.0.preconditions.extend(other.0.preconditions);
        self.0.changes.extend(other.0.changes);
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.0.changes.is_empty()
    }

    /// What it changes.
    pub fn ids(&self) -> impl Iterator<Item = &FeatureId> {
        self.0.changes.iter().map(|c| &c.id)
    }
}

impl Live {
    /// Commits a draft; `None` where somebody was quicker: by then the snapshot has what they did.
    ///
    /// # Errors
    /// When the store fails, or the snapshot does not get what somebody did; nothing was written then.
    pub(crate) async fn commit_draft(&self, draft: Draft) -> Result<Option<Written>, OfficeError> {
        match self.commit(draft.0).await {
            Ok(written) => Ok(Some(written)),
            Err(StoreError::Precondition {
                found: Some(seq), ..
            }) => match self.wait_for(seq, PATIENCE).await {
                true => Ok(None),
                false => Err(OfficeError::Behind { seq }),
            },
            Err(StoreError::Precondition { found: None, .. }) => {
                self.wait_for(self.snapshot().seq() + 1, PATIENCE).await;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}
