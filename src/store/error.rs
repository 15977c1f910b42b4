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
    /// The server lacks what a map needs.
    #[error("the database {url} cannot hold a map: {problem}")]
    Unsuitable {
        /// The address, without a password.
        url: String,
        /// What is missing and how to get it.
        problem: String,
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
    /// An import was silent for so long that its rows were taken for left behind.
    #[error(
        "the import was held up for over ten minutes and was given up; nothing of it is on the map: \
         start it again"
    )]
    Abandoned,
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
                    // resources and operator intervention; 25006: a standby, which only reads;
                    // 55P03: a row that somebody keeps locked.
                    d.code().is_some_and(|c| {
                        matches!(
                            c.as_ref(),
                            "5" | "6" | "261" | "517" | "25006" | "40001" | "40P01" | "55P03"
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

/// An address as it may be shown: the password, wherever it stands, becomes `***`.
pub(super) fn without_password(url: &str) -> String {
    let mut text = url.to_owned();
    if let Some((scheme, rest)) = text.split_once("://") {
        // A password may hold an `@` that somebody forgot to escape: the last one ends it.
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let end = match rest[..authority].rfind('@') {
            Some(at) => Some(at),
            // A `/` in a password looks like the end of the host.
            None => rest.rfind('@'),
        };
        if let Some(at) = end
            && let Some((user, _)) = rest[..at].split_once(':')
        {
            text = format!("{scheme}://{user}:***{}", &rest[at..]);
        }
    }
    if let Some(start) = text.find("password=") {
        let from = start + "password=".len();
        let to = text[from..].find('&').map_or(text.len(), |n| from + n);
        text.replace_range(from..to, "***");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("sqlite:onemap.db", "sqlite:onemap.db"),
            ("postgres://map@db/m", "postgres://map@db/m"),
            (
                "postgres://map:geheim@db:5432/m",
                "postgres://map:***@db:5432/m",
            ),
            ("postgre://map:a@b@db/m", "postgre://map:***@db/m"),
            ("postgres://map:a/b@db/m", "postgres://map:***@db/m"),
            (
                "postgres:///m?user=a&password=geheim&host=/tmp",
                "postgres:///m?user=a&password=***&host=/tmp",
            ),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
