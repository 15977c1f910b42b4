//! What became of a write: it is durable, and visible in this process or not yet.

use std::path::PathBuf;
use std::time::Duration;

use super::Live;
use crate::model::Edit;
use crate::store::{Committed, StoreError};

/// How long a write waits for its own commit by default.
const PATIENCE: Duration = Duration::from_secs(10);

/// A commit that is durable. Whoever answers a client with it says whether the client can read it yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a client is told when its change is not visible yet"]
pub enum Written {
    /// The snapshot has it.
    Visible(Committed),
    /// The follower has not read it yet, for example because the database went away after the commit.
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

/// How a process follows the store.
#[derive(Debug, Clone)]
pub struct Following {
    /// How long a write waits until its commit is visible.
    pub patience: Duration,
    /// While this file exists, no commit becomes visible: a test sees what clients are told then.
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
    /// Whether no commit is to become visible now.
    pub(super) fn is_held(&self) -> bool {
        self.hold.as_ref().is_some_and(|file| file.exists())
    }
}

impl Live {
    /// Makes an edit durable and waits until the local snapshot has it: who wrote, reads it.
    ///
    /// # Errors
    /// When the store fails or a precondition does not hold; nothing was written then.
    pub async fn commit(&self, edit: Edit) -> Result<Written, StoreError> {
        let committed = self.inner.store.commit(edit).await?;
        Ok(self.await_commit(committed, 1).await)
    }

    /// Waits until a commit is visible, for `times` the usual patience.
    pub(crate) async fn await_commit(&self, committed: Committed, times: u32) -> Written {
        let patience = self.inner.following.patience * times;
        // The commit is durable whatever happens here, so the wait ends.
        match self.wait_for(committed.seq, patience).await {
            true => Written::Visible(committed),
            false => Written::Pending(committed),
        }
    }
}
