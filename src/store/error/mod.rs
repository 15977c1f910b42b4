//! Errors of the store and the causes that keep a database from working.

mod chinese;
mod fault;
mod url;

use sqlx::migrate::MigrateError;

pub use fault::Fault;
use fault::migrating;
pub(super) use fault::{fault_of, is_unreadable};
pub(super) use url::without_password;

use crate::codec::wkb::WkbError;
use crate::model::{
    CollectionId, Expect, FeatureId, IdError, Localized, Precondition, SCHEMAS, both,
};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL of the database is invalid.
    #[error(
        "invalid database URL {0:?}: expected sqlite:PATH (sqlite:onemap.db) or \
         postgres://USER:PASSWORD@HOST:PORT/NAME"
    )]
    Url(String),
    /// The database could not be opened or reached. The caller can try again or correct the URL.
    #[error("the database {url} cannot be opened: {source}")]
    Open {
        /// The URL of the database, without the password.
        url: String,
        /// The error of the database driver.
        source: sqlx::Error,
    },
    /// The database file does not exist, and the command was not asked to create one.
    #[error(
        "there is no database at {path}: use --create for an empty one, --demo for one with the demo \
         district, or onemap restore for a backup"
    )]
    Missing {
        /// The expected path.
        path: String,
    },
    /// Another process uses the database exclusively.
    #[error("the database {database} is in use by {holder}: stop it first")]
    InUse {
        /// The path of the SQLite file, or the name of the PostgreSQL database.
        database: Localized,
        /// The process that uses the database.
        holder: Localized,
    },
    /// A file is not a valid backup, or a backup cannot be written to it.
    #[error("{file} {problem}")]
    Backup {
        /// The path of the file.
        file: String,
        /// What is wrong with the file; the text continues after the path.
        problem: Localized,
    },
    /// A restore was refused, because it would replace data in the database.
    #[error(
        "the database {url} is not empty (its newest commit is {seq}): use --replace to replace its \
         content with the backup"
    )]
    NotEmpty {
        /// The URL of the database, without the password.
        url: String,
        /// The number of the newest commit in the database.
        seq: u64,
    },
    /// The database files on disk are no longer the ones that this process opened; nothing was
    /// written.
    #[error(
        "the database {path} is no longer the file that this program opened ({problem}); nothing was \
         written. Stop the server, put the file back or restore a backup, and start it again"
    )]
    Replaced {
        /// The path of the database.
        path: String,
        /// Which file is affected, and what happened to it.
        problem: Localized,
    },
    /// Another server may be using the database at the same time; nothing was written.
    #[error("{problem}; nothing was written")]
    NotAlone {
        /// Why another server could open the database, and what to do about it.
        problem: Localized,
    },
    /// The database server lacks something that a map needs, for example PostGIS.
    #[error("the database {url} cannot be used: {problem}")]
    Unsuitable {
        /// The URL of the database, without the password.
        url: String,
        /// What is missing and how to install it.
        problem: Localized,
    },
    /// The database was written by a newer version of this program.
    #[error(
        "the database was written by a newer onemap (its schema has version {found}, this program \
         knows versions up to {known}): run the newer program, or restore a backup made before the upgrade"
    )]
    Newer {
        /// The schema version of the database.
        found: i64,
        /// The newest schema version that this program knows.
        known: i64,
    },
    /// A migration failed; the database is unchanged.
    #[error("the schema of the database could not be migrated, so nothing was changed: {0}")]
    Migrate(MigrateError),
    /// A precondition of an edit does not hold; nothing was written.
    #[error(
        "{collection}/{id} {}: {expected} was expected; read it again",
        found.map_or_else(|| "does not exist".to_owned(), |seq| format!("was last written by commit {seq}"))
    )]
    Precondition {
        /// The collection of the feature.
        collection: CollectionId,
        /// The id of the feature.
        id: FeatureId,
        /// The precondition.
        expected: Expect,
        /// The commit that last wrote the feature; `None` if there is no such feature.
        found: Option<u64>,
    },
    /// Other commits changed features of this edit after it was prepared; nothing was written.
    #[error("{0}")]
    Overtaken(Overtaken),
    /// Another account has this name, or one that looks the same.
    #[error(
        "there is an account named {name:?} already, or one whose name looks the same; choose another name"
    )]
    NameTaken {
        /// The name that was chosen for the new account.
        name: String,
    },
    /// A token was requested for a disabled account.
    #[error("the account {name:?} is disabled; enable it first")]
    Disabled {
        /// The account's name.
        name: String,
    },
    /// The change would leave no administrator that can always sign in.
    #[error(
        "{name:?} is the last administrator that can always sign in: first give another account the role admin \
         and a password or a token that does not expire"
    )]
    LastAdmin {
        /// The account's name.
        name: String,
    },
    /// The account has reached its limit of unfinished jobs.
    #[error(
        "the account has {most} unfinished jobs, which is the limit; wait until one ends, or cancel one"
    )]
    TooManyJobs {
        /// The maximum number of unfinished jobs of one account.
        most: u32,
    },
    /// The parent job already has a job of this kind.
    #[error("this job already has a follow-up job of the kind {kind:?}")]
    JobThere {
        /// The kind of the job.
        kind: String,
    },
    /// An upload exceeds a size limit.
    #[error(transparent)]
    Upload(#[from] UploadRefusal),
    /// An uploaded file has expired or was removed.
    #[error("the uploaded file {id} was removed; send it again")]
    NoUpload {
        /// The id of the upload.
        id: String,
    },
    /// An import wrote nothing for so long that its rows were removed as abandoned.
    #[error(
        "the import paused for over ten minutes and was abandoned; nothing of it is on the map: \
         start it again"
    )]
    Abandoned,
    /// A row of the database has a form that this program never writes.
    #[error(
        "the database holds a row that cannot be read ({place}: {problem}): correct the row, or restore a backup"
    )]
    Corrupt {
        /// The table and column, or the row.
        place: String,
        /// What is wrong at that place.
        problem: String,
    },
    /// A geometry cannot be encoded as WKB.
    #[error(transparent)]
    Geometry(#[from] WkbError),
    /// The database failed or cannot be reached; nothing was written.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// The features of a staged edit that other commits changed after the edit was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overtaken {
    /// The number of features that were changed.
    pub total: u64,
    /// The first of them, at most [`NAMED`](Self::NAMED), each with the newest commit that changed
    /// it.
    pub first: Vec<(CollectionId, FeatureId, u64)>,
}

impl Overtaken {
    /// The maximum number of features that an error lists.
    pub const NAMED: i64 = 20;

    /// Returns an error if a query found overtaken features. A row has collection, id, commit, and
    /// the total number of rows.
    pub(in crate::store) fn none_of(
        rows: Vec<(String, String, i64, i64)>,
    ) -> Result<(), StoreError> {
        let Some(total) = rows.first().map(|row| row.3) else {
            return Ok(());
        };
        let mut first = Vec::with_capacity(rows.len());
        for (collection, id, seq, _) in rows {
            first.push((
                CollectionId::new(collection).map_err(|e| StoreError::bad_id("collection", &e))?,
                FeatureId::new(id).map_err(|e| StoreError::bad_id("id", &e))?,
                seq as u64,
            ));
        }
        let total = total as u64;
        Err(StoreError::Overtaken(Self { total, first }))
    }
}

impl std::fmt::Display for Overtaken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} features were changed by other commits after this edit was prepared:",
            self.total
        )?;
        for (i, (collection, id, seq)) in self.first.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma} {collection}/{id} (commit {seq})")?;
        }
        Ok(())
    }
}

/// The size limit that a chunk of an upload exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRefusal {
    /// The file is larger than this many bytes.
    #[error("the file is larger than {} MiB, which is the limit for one file", .0 >> 20)]
    One(u64),
    /// The files of one account exceed this many bytes together.
    #[error(
        "the files of one account may have at most {} MiB together: delete finished jobs, or wait until they expire",
        .0 >> 20
    )]
    Account(u64),
    /// All uploaded files exceed this many bytes together.
    #[error(
        "all uploaded files may have at most {} MiB together: wait until older ones expire, or raise --uploads-total",
        .0 >> 20
    )]
    Total(u64),
}

impl Precondition {
    /// Checks the condition; `found` is the commit that last wrote the feature.
    pub(in crate::store) fn check(&self, found: Option<u64>) -> Result<(), StoreError> {
        let holds = match self.expect {
            Expect::Absent => found.is_none(),
            Expect::Present => found.is_some(),
            Expect::Seq(seq) => found == Some(seq),
        };
        if holds {
            return Ok(());
        }
        Err(StoreError::Precondition {
            collection: self.collection.clone(),
            id: self.id.clone(),
            expected: self.expect,
            found,
        })
    }
}

impl StoreError {
    pub(crate) fn corrupt(place: impl Into<String>, problem: impl ToString) -> Self {
        Self::Corrupt {
            place: place.into(),
            problem: problem.to_string(),
        }
    }

    /// Converts the error of inserting an account: a unique constraint means that the name is
    /// taken.
    pub(in crate::store) fn name_taken(error: sqlx::Error, name: &str) -> Self {
        match &error {
            sqlx::Error::Database(d) if d.is_unique_violation() => Self::NameTaken {
                name: name.to_owned(),
            },
            _ => error.into(),
        }
    }

    /// Converts the error of inserting a job: a unique constraint means that the parent has a job
    /// of this kind.
    pub(in crate::store) fn job_there(error: sqlx::Error, kind: &str) -> Self {
        match &error {
            sqlx::Error::Database(d) if d.is_unique_violation() => Self::JobThere {
                kind: kind.to_owned(),
            },
            _ => error.into(),
        }
    }

    pub(crate) fn bad_id(place: &str, error: &IdError) -> Self {
        Self::corrupt(place, error)
    }

    /// The collection whose schema changed after a write was checked against it; `None` for other
    /// errors.
    pub fn schema_changed(&self) -> Option<&str> {
        match self {
            Self::Precondition { collection, id, .. } if collection.as_str() == SCHEMAS => {
                Some(id.as_str())
            }
            _ => None,
        }
    }

    /// Whether the call failed because this program has closed the store. Callers need not report
    /// that, because nobody waits for an answer any more.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::PoolClosed))
    }

    /// Whether the database failed and not the edit: the same call can succeed once the database
    /// works again (it is unreachable, busy, full, read-only, damaged or replaced now).
    pub fn is_unavailable(&self) -> bool {
        self.fault().is_some()
    }

    /// Whether the database file is damaged or is not a database, so that only a backup helps.
    pub(in crate::store) fn is_unreadable(&self) -> bool {
        match self {
            Self::Corrupt { .. } => true,
            Self::Migrate(source) => is_unreadable(migrating(source)),
            Self::Open { source, .. } | Self::Database(source) => is_unreadable(Some(source)),
            _ => false,
        }
    }

    /// The fault that keeps the database from working; `None` if the error has another cause.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Open { source, .. } => Some(fault_of(source).unwrap_or(Fault::Away)),
            Self::Replaced {
                path,
                problem: Localized { zh, en },
            } => Some(Fault::Replaced(both!(
                "数据库 {path} 已不是打开时的文件：{zh}",
                "the database {path} is no longer the file that this program opened: {en}"
            ))),
            Self::NotAlone { problem } => Some(Fault::NotAlone(problem.clone())),
            Self::Database(source) => fault_of(source),
            Self::Migrate(source) => fault_of(migrating(source)?),
            _ => None,
        }
    }
}
