//! The result of a write: the commit is durable, and this process shows it already or not yet.

use std::path::PathBuf;
use std::time::Duration;

use super::Live;
use crate::model::Edit;
use crate::store::{Committed, StoreError};

/// How long a write waits for its own commit by default.
const PATIENCE: Duration = Duration::from_secs(10);

/// A durable commit. The answer to a client says whether the client can read it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the response must say if the change is not visible yet"]
pub enum Written {
    /// The snapshot contains the commit.
    Visible(Committed),
    /// The follower has not read the commit yet, for example because the database became
    /// unreachable after it.
    Pending(Committed),
}

impl Written {
    /// The commit.
    pub fn committed(self) -> Committed {
        match self {
            Self::Visible(committed) | Self::Pending(committed) => committed,
        }
    }

    /// The number of the commit.
    pub fn seq(self) -> u64 {
        self.committed().seq
    }
}

/// Settings for how a process follows the store.
#[derive(Debug, Clone)]
pub struct Following {
    /// How long a write waits until its commit is visible.
    pub patience: Duration,
    /// While this file exists, no commit becomes visible. Tests use it to see the answers for
    /// pending commits.
    pub hold: Option<PathBuf>,
}

impl Default for Following {
    fn default() -> Self {
        Self {
            patience: PATIENCE,
            hold: None,
        }
    }
}

impl Following {
    /// Whether commits are kept from becoming visible now.
    pub(super) fn is_held(&self) -> bool {
        self.hold.as_ref().is_some_and(|file| file.exists())
    }
}

impl Live {
    /// Commits an edit and waits until the snapshot of this process contains it, so that the writer
    /// can read it at once.
    ///
    /// # Errors
    /// When the store fails or a precondition does not hold; nothing was written then.
    pub async fn commit(&self, edit: Edit) -> Result<Written, StoreError> {
        let committed = self.inner.store.commit(edit).await?;
        Ok(self.await_commit(committed, 1).await)
    }

    /// Waits until a commit is visible, at most `times` times the usual time ([`Following::patience`]).
    pub(crate) async fn await_commit(&self, committed: Committed, times: u32) -> Written {
        let patience = self.inner.following.patience * times;
        // The commit is durable in either case, so the wait just ends.
        match self.wait_for(committed.seq, patience).await {
            true => Written::Visible(committed),
            false => Written::Pending(committed),
        }
    }
}
