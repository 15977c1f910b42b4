//! The errors of the case service.

use crate::model::{FeatureId, InChinese as _, Localized};
use crate::service::edit_builder::CommitError;
use crate::service::place::WhereError;
use crate::store::StoreError;
use crate::warnings::{FieldError, Refusal};

/// Why a request to the case service failed. Nothing was written in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The case does not exist.
    #[error("there is no case {0:?}")]
    NoSuchCase(FeatureId),
    /// The silence does not exist.
    #[error("there is no silence {0:?}")]
    NoSuchSilence(FeatureId),
    /// The status table or the rights of the account do not allow the action, or a field is wrong.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A field of a report, an observation or a silence is missing or wrong.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The account has no right to do it.
    #[error("{0}")]
    NotAllowed(Localized),
    /// The case changed after the version in the request.
    #[error("the case {id:?} was changed since it was read; read it again")]
    Changed {
        /// The case.
        id: FeatureId,
        /// The commit that wrote the case last.
        found: u64,
    },
    /// Other requests changed the same case during each attempt. The caller may try again.
    #[error("other requests changed the case {0:?} at the same time; try again")]
    Busy(FeatureId),
    /// The snapshot of this process does not yet contain a commit that the request depends on. The caller may
    /// try again.
    #[error("this server has not read commit {seq} yet; try again")]
    Behind {
        /// The commit.
        seq: u64,
    },
    /// The client of an import disconnected, so the import stopped before anything was written.
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
            WhereError::NoEntrance(_) => "entrance",
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
