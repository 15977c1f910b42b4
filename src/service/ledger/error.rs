//! Why a step of the ledger was not taken.

use crate::model::{FeatureId, InChinese as _, Localized};
use crate::service::edit_builder::CommitError;
use crate::service::place::WhereError;
use crate::store::StoreError;
use crate::warnings::{FieldError, Refusal};

/// Why a request to the case service failed. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The case does not exist.
    #[error("there is no warning {0:?}")]
    NoSuchCase(FeatureId),
    /// The silence does not exist.
    #[error("there is no silence {0:?}")]
    NoSuchSilence(FeatureId),
    /// The status table or the rights of the person do not allow the action, or a field of it is wrong.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A field of a report, an observation or a silence is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The account has no right to do it.
    #[error("{0}")]
    NotAllowed(Localized),
    /// The case changed after the version that the caller names.
    #[error("the warning {id:?} was changed meanwhile")]
    Changed {
        /// The case.
        id: FeatureId,
        /// The commit that wrote it last.
        found: u64,
    },
    /// Other requests changed the same case in each attempt. The caller may try again.
    #[error("others changed the warning {0:?} at the same moment; try again")]
    Busy(FeatureId),
    /// The snapshot of this process does not have a commit yet that the request depends on. The caller may
    /// try again.
    #[error("commit {seq} has not arrived here yet; try again")]
    Behind {
        /// The commit.
        seq: u64,
    },
    /// The caller of an import has gone, so it was stopped before anything was written.
    #[error("the import was stopped; nothing was written")]
    Stopped,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LedgerError {
    pub(super) fn place(error: &WhereError) -> Self {
        let field = match error {
            WhereError::NoBuilding(_) => "building",
            WhereError::Geometry(_) => "geometry",
        };
        FieldError::new(field, error.localized()).into()
    }
}

impl From<CommitError> for LedgerError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Behind { seq } => Self::Behind { seq },
            CommitError::Store(error) => error.into(),
        }
    }
}
