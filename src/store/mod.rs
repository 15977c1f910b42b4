//! The durable storage: SQLite (embedded, one serving process) or PostGIS (for a cluster), behind
//! one interface.
//!
//! In both databases an edit becomes one numbered commit. Numbers follow the order in which commits
//! become visible: a reader that has seen commit 12 never finds a new commit 11 later.

/// Calls the same method on the store of either kind.
macro_rules! either {
    ($self:expr, $store:ident => $call:expr) => {
        match $self {
            Store::Sqlite($store) => $call,
            Store::Postgis($store) => $call,
        }
    };
}

mod account;
pub mod audit;
pub mod backup;
mod case_number;
mod erase;
mod error;
mod handover;
mod health;
mod history;
mod invite;
mod job;
mod lock;
mod operational;
mod passages;
mod password;
mod patrols;
mod photo;
pub mod postgis;
mod scenario;
mod secret;
mod session;
pub mod sqlite;
mod token;
mod upload;
mod webhook;

use std::path::Path;
use std::time::Duration;

use geo_types::Coord;
use jiff::Timestamp;
use uuid::Uuid;

pub use account::{
    Account, AccountChange, AccountQuery, NewAccount, PasswordOwner, Principal, Rights,
};
pub use audit::{AuditEntry, AuditKind, AuditQuery, AuditRow};
pub use case_number::{Numbered, ToNumber};
pub use erase::{CONTACT, Cleaned, Erased, Erasure};
pub use error::{Fault, Overtaken, StoreError, UploadRefusal};
pub use handover::{HandoverShift, NewHandover, Signature, StoredHandover};
pub use history::{Position, VersionPage};
pub use invite::{Accepted, Guest, Invite, NewInvite};
pub use job::{Job, JobEnd, JobQuery, JobState, Kept, MOST_KEPT, NewJob, OwnerQueue};
pub use lock::Claim;
pub use operational::DeviceLastSeen;
pub use passages::{PassageCount, PassageHour};
pub use password::{LONGEST_PASSWORD, PasswordError, PasswordHash, SHORTEST_PASSWORD};
pub use patrols::PatrolHour;
pub use photo::{Photo, PhotoClaim, PhotoPlace, PhotoRefusal, PhotoSize, StoredPhoto, Uploader};
pub use scenario::{ScenarioContent, ScenarioLimits, ScenarioWritten, StoredScenario};
pub use secret::TokenSecret;
pub use token::{NewAccountToken, NewToken, Token};
pub use upload::{CHUNK_BYTES, Upload, UploadLimits};
pub use webhook::{
    Attempt, Delivery, DeliveryState, HookEvent, NewWebhook, Outcome, Trouble, Webhook,
};

use crate::model::{
    Author, Change, CollectionId, CommitHeader, Edit, FeatureId, Precondition, Record,
};
use crate::spatial::bounds::Bounds;
use postgis::PostgisStore;
use sqlite::SqliteStore;

/// A store of either kind.
#[derive(Debug, Clone)]
pub enum Store {
    /// The embedded store, the default.
    Sqlite(SqliteStore),
    /// One PostgreSQL database for several nodes.
    Postgis(PostgisStore),
}

/// Whether opening a database may create it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The database must exist. Creating an empty map at a misspelt path would hide the mistake.
    Existing,
    /// A missing database is created.
    Create,
}

/// The result of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The number of the commit; if nothing changed, the number of the newest commit.
    pub seq: u64,
    /// When that commit was written.
    pub at: Timestamp,
    /// The number of features that changed; 0 if the map already contained all changes of the edit.
    pub changed: u64,
}

/// The newest commit of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The newest commit; 0 in an empty store.
    pub seq: u64,
    /// When that commit was written.
    pub at: Timestamp,
}

/// A row that plain SQL wrote and that is not a valid feature, or a schema that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Quarantined {
    /// The collection.
    pub collection: String,
    /// The feature's id.
    pub id: String,
    /// The number of the commit that wrote the row.
    pub seq: u64,
    /// What is wrong with the row.
    pub problem: String,
}

impl Store {
    /// Opens the database, creates it if it is missing (SQLite only), and migrates its schema to
    /// the newest version.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_as(url, Opening::Create).await
    }

    /// Opens the database and migrates its schema to the newest version. A missing SQLite file is
    /// created only if `opening` allows it. A PostgreSQL database is created by its administrator;
    /// the tables in it are always created.
    pub async fn open_as(url: &str, opening: Opening) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite(SqliteStore::open(url, opening).await?))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgis(PostgisStore::open(url).await?))
        } else {
            Err(StoreError::Url(error::without_password(url)))
        }
    }

    /// Closes all connections. A SQLite database is then complete in its one file. Callers that
    /// still use the store get errors.
    pub async fn close(&self) -> Result<(), StoreError> {
        either!(self, s => s.close().await)
    }

    /// Closes all connections. If opening the store created its file and nothing of value was
    /// written (no feature, account or photo), deletes the file; returns whether it was deleted.
    pub async fn close_or_discard(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(s) => s.close_or_discard().await,
            Self::Postgis(s) => s.close().await.map(|()| false),
        }
    }

    /// The database file; `None` for PostgreSQL.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(s) => Some(s.path()),
            Self::Postgis(_) => None,
        }
    }

    /// The kind of database, for logs and the health page.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgis(_) => "postgis",
        }
    }

    /// The identity of the data, a random UUID created with the database. Two databases with the
    /// same commit numbers still have different identities.
    pub fn id(&self) -> Uuid {
        either!(self, s => s.id())
    }

    /// The newest commit.
    pub async fn head(&self) -> Result<Head, StoreError> {
        either!(self, s => s.head().await)
    }

    /// Commits an edit as a whole or not at all. Changes that write a feature as it already is are left
    /// out; if no other change is left, nothing is written.
    pub async fn commit(&self, edit: Edit) -> Result<Committed, StoreError> {
        either!(self, s => s.commit(edit).await)
    }

    /// Commits many edits in one durable transaction: each becomes one commit, in their order. If a
    /// precondition of one of them fails, none is written. Returns the last number and the total
    /// number of changed features. In PostgreSQL no other writer can commit in the meantime.
    pub async fn replay(&self, edits: Vec<Edit>) -> Result<Committed, StoreError> {
        either!(self, s => s.replay(edits).await)
    }

    /// Begins an edit that is too large for one transaction. Nothing of it is visible before
    /// [`Staging::publish`].
    pub async fn stage(
        &self,
        author: Author,
        reason: Option<String>,
    ) -> Result<Staging, StoreError> {
        Ok(match self {
            Self::Sqlite(s) => Staging::Sqlite(s.stage(author, reason).await?),
            Self::Postgis(s) => Staging::Postgis(s.stage(author, reason).await?),
        })
    }

    /// Compacts the log: moves the rows of published imports into their final table and deletes the
    /// rows of abandoned imports. Reading works without it; later starts are faster with it.
    pub async fn compact(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(s) => s.compact().await,
            Self::Postgis(_) => Ok(()),
        }
    }

    /// Passes all features to `sink`, as of one moment and including those of hidden collections.
    /// Returns the newest commit at that moment.
    pub async fn load(&self, sink: impl FnMut(Record) + Send) -> Result<Head, StoreError> {
        either!(self, s => s.load(None, sink).await)
    }

    /// Passes all features of one collection, as of one moment, to `sink`.
    pub async fn load_collection(
        &self,
        collection: &CollectionId,
        sink: impl FnMut(Record) + Send,
    ) -> Result<Head, StoreError> {
        either!(self, s => s.load(Some(collection), sink).await)
    }

    /// The positions (longitude, latitude) of about `most` features, spread over the whole map. An
    /// import uses this sample to warn about features that lie far from all others.
    pub async fn sample_places(&self, most: u32) -> Result<Vec<Coord<f64>>, StoreError> {
        let shapes = either!(self, s => s.sample_shapes(most).await)?;
        let first = |wkb: Vec<u8>| {
            let bounds = Bounds::of(&crate::codec::wkb::decode(&wkb).ok()?)?;
            Some(Coord {
                x: bounds.west,
                y: bounds.south,
            })
        };
        Ok(shapes.into_iter().filter_map(first).collect())
    }

    /// The headers of the commits after `seq`, oldest first, at most `limit`.
    pub async fn commits_after(
        &self,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<CommitHeader>, StoreError> {
        either!(self, s => s.commits_after(seq, limit).await)
    }

    /// Passes the changes of a commit to `sink`, sorted by collection and id.
    pub async fn records_of(
        &self,
        header: &CommitHeader,
        sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        either!(self, s => s.records_of(header, sink).await)
    }

    /// Passes the changes of the commits from `first` to `last` to `sink`, oldest first. All of them are
    /// read with one query, so many small commits take about as long as one.
    pub async fn records_between(
        &self,
        first: u64,
        last: u64,
        sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        either!(self, s => s.records_between(first, last, sink).await)
    }

    /// Waits until this process or another one may have committed, at most for `patience`.
    pub async fn changed(&self, patience: Duration) {
        either!(self, s => s.changed(patience).await);
    }

    /// The rows that plain SQL wrote and that are not valid features.
    pub async fn quarantined(&self) -> Result<Vec<Quarantined>, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Vec::new()),
            Self::Postgis(s) => s.quarantined().await,
        }
    }
}

/// The effect of a staged change on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The map has no such feature.
    New,
    /// The map has the feature with other content.
    Changed,
    /// The feature is deleted.
    Removed,
}

/// A staged change that differs from the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The collection of the feature.
    pub collection: CollectionId,
    /// The id of the feature.
    pub id: FeatureId,
    /// The effect of the change.
    pub effect: Effect,
}

/// A large edit that is being written. If it is dropped without [`publish`](Self::publish), the map
/// stays unchanged.
#[derive(Debug)]
pub enum Staging {
    /// Rows in the batch tables of SQLite.
    Sqlite(sqlite::Staging),
    /// A temporary table on a separate connection to PostgreSQL.
    Postgis(postgis::Staging),
}

impl Staging {
    /// Adds changes and returns how many were staged. Changes that write a feature as it already
    /// is are left out. A later change of the same feature replaces the earlier one.
    pub async fn put(&mut self, changes: Vec<Change>) -> Result<u64, StoreError> {
        Ok(self.put_each(changes).await?.len() as u64)
    }

    /// Like [`put`](Self::put), and returns the staged changes with their effect on the present
    /// map, in no particular order.
    pub async fn put_each(&mut self, changes: Vec<Change>) -> Result<Vec<Staged>, StoreError> {
        match self {
            Self::Sqlite(s) => s.put(changes).await,
            Self::Postgis(s) => s.put(changes).await,
        }
    }

    /// Publishes all staged rows as one commit, in a short transaction.
    pub async fn publish(self) -> Result<Committed, StoreError> {
        self.publish_if(&[]).await
    }

    /// Like [`publish`](Self::publish), if the preconditions hold at the moment of the commit.
    pub async fn publish_if(self, conditions: &[Precondition]) -> Result<Committed, StoreError> {
        self.publish_where(conditions, None).await
    }

    /// Like [`publish_if`](Self::publish_if), if also no commit after `since` changed a staged
    /// feature. Hidden collections are not compared; a precondition can cover them.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] lists the first features that were changed; nothing is written
    /// then.
    pub async fn publish_since(
        self,
        conditions: &[Precondition],
        since: u64,
    ) -> Result<Committed, StoreError> {
        self.publish_where(conditions, Some(since)).await
    }

    async fn publish_where(
        self,
        conditions: &[Precondition],
        since: Option<u64>,
    ) -> Result<Committed, StoreError> {
        match self {
            Self::Sqlite(s) => s.publish(conditions, since).await,
            Self::Postgis(s) => s.publish(conditions, since).await,
        }
    }
}

/// The present time at microsecond precision, which both stores keep.
pub(crate) fn now() -> Timestamp {
    from_micros(Timestamp::now().as_microsecond())
}

pub(crate) fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
