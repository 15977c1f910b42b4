//! What can go wrong with the durable truth, and whose move it is then.

use crate::codec::wkb::WkbError;
use crate::model::{CollectionId, Expect, FeatureId, IdError};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the database is none.
    #[error(
        "{0:?} is no database: expected sqlite:PATH (sqlite:onemap.db) or \
         postgres://USER:PASSWORD@HOST:PORT/NAME"
    )]
    Url(String),
    /// The database could not be opened or reached. Try again, or mend the address.
    #[error("the database {url} cannot be opened: {source}")]
    Open {
        /// The address, without a password.
        url: String,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// A newer program wrote this database.
    #[error(
        "the database was written by a newer onemap (its schema has version {found}, this program \
         knows up to {known}): run the newer program, or restore a backup made before the upgrade"
    )]
    Newer {
        /// The version that this program does not know.
        found: i64,
        /// The newest version it knows.
        known: i64,
    },
    /// A migration failed; the database is as it was before it.
    #[error("the database could not be brought up to date: {0}")]
    Migrate(sqlx::migrate::MigrateError),
    /// What an edit demanded does not hold; nothing was written.
    #[error("{collection}/{id}: expected {expected:?}, found {found:?}")]
    Precondition {
        /// The collection.
        collection: CollectionId,
        /// The feature.
        id: FeatureId,
        /// What was demanded.
        expected: Expect,
        /// The commit that wrote the feature last; `None` where there is no such feature.
        found: Option<u64>,
    },
    /// A row that this program would not have written.
    #[error("the database holds a row that cannot be read ({place}): {problem}")]
    Corrupt {
        /// Which row.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A feature that cannot be written down.
    #[error(transparent)]
    Geometry(#[from] WkbError),
    /// The database failed or is away; nothing was written.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    pub(crate) fn corrupt(place: impl Into<String>, problem: impl ToString) -> Self {
        Self::Corrupt {
            place: place.into(),
            problem: problem.to_string(),
        }
    }

    pub(crate) fn bad_id(place: &str, error: &IdError) -> Self {
        Self::corrupt(place, error)
    }

    /// Whether waiting may help: the database is away or busy, not wrong.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Open { .. } => true,
            Self::Database(e) => match e {
                sqlx::Error::Database(d) => {
                    // 5 and 6: SQLite's busy and locked; 08, 53, 57: PostgreSQL's connection,
                    // resources and operator intervention; 25006: a standby, which only reads.
                    d.code().is_some_and(|c| {
                        matches!(
                            c.as_ref(),
                            "5" | "6" | "261" | "517" | "25006" | "40001" | "40P01"
                        ) || ["08", "53", "57"]
                            .iter()
                            .any(|p| c.starts_with(p) && c.len() == 5)
                    })
                }
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => true,
                _ => false,
            },
            _ => false,
        }
    }
}
