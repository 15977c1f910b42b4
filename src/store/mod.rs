//! The durable truth, and the only thing on disk: SQLite (embedded, one serving process) or PostGIS
//! (a cluster), behind one face.
//!
//! Whatever the database, an edit becomes one commit with a number; numbers follow the order in
//! which commits become visible, so who has seen commit 12 will never meet an 11 that comes later.

/// Runs the same call on whichever store it is.
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
mod erase;
mod error;
mod health;
mod history;
mod invite;
mod job;
mod lock;
mod operational;
mod password;
mod photo;
pub mod postgis;
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
pub use erase::{CONTACT, Cleaned, Erased, Erasure};
pub use error::{Fault, Overtaken, StoreError, UploadRefusal};
pub use history::{Position, VersionPage};
pub use invite::{Accepted, Guest, Invite, NewInvite};
pub use job::{Job, JobEnd, JobQuery, JobState, Kept, MOST_KEPT, NewJob, OwnerQueue};
pub use lock::Claim;
pub use operational::DeviceLastSeen;
pub use password::{LONGEST_PASSWORD, PasswordError, PasswordHash, SHORTEST_PASSWORD};
pub use photo::{Photo, PhotoClaim, PhotoPlace, PhotoRefusal, PhotoSize, StoredPhoto, Uploader};
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
    /// The embedded default.
    Sqlite(SqliteStore),
    /// One database for many nodes.
    Postgis(PostgisStore),
}

/// Whether opening a database may make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The database must exist: creating an empty map at a misspelt path would hide the mistake.
    Existing,
    /// A missing database is created.
    Create,
}

/// What became of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The commit's number; where nothing changed, the newest there was.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// How many features changed. None where everything already was as the edit wanted it.
    pub changed: u64,
}

/// How far the log reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The newest commit; 0 in an empty store.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
}

/// A row that is no valid feature, or a schema that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Quarantined {
    /// The collection.
    pub collection: String,
    /// The feature's id.
    pub id: String,
    /// The commit that wrote it.
    pub seq: u64,
    /// What is wrong with it.
    pub problem: String,
}

impl Store {
    /// Opens the database, makes it where it is missing (SQLite), and brings its schema up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_as(url, Opening::Create).await
    }

    /// Opens the database and brings its schema up to date; a missing SQLite file is made only if it
    /// may be. A database of PostgreSQL is made by its administrator; the schema in it always may be.
    pub async fn open_as(url: &str, opening: Opening) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite(SqliteStore::open(url, opening).await?))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgis(PostgisStore::open(url).await?))
        } else {
            Err(StoreError::Url(error::without_password(url)))
        }
    }

    /// Ends all connections. What was written stands in the database itself then: of SQLite the one file
    /// is the whole map. Whoever still holds the store gets errors.
    pub async fn close(&self) -> Result<(), StoreError> {
        either!(self, s => s.close().await)
    }

    /// Ends all connections. Where opening the store made its file, and nothing was written that anybody
    /// would miss (a feature, an account, a photo), the file goes; says whether it did.
    pub async fn close_or_discard(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(s) => s.close_or_discard().await,
            Self::Postgis(s) => s.close().await.map(|()| false),
        }
    }

    /// The file of the database, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(s) => Some(s.path()),
            Self::Postgis(_) => None,
        }
    }

    /// A name for logs and health: the kind of database.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgis(_) => "postgis",
        }
    }

    /// The identity of the data, drawn when the database was made: two databases with the same
    /// numbers are still not the same map.
    pub fn id(&self) -> Uuid {
        either!(self, s => s.id())
    }

    /// The newest commit.
    pub async fn head(&self) -> Result<Head, StoreError> {
        either!(self, s => s.head().await)
    }

    /// Makes an edit true, whole, or not at all. Changes that change nothing are left out; where
    /// none is left, nothing is written.
    pub async fn commit(&self, edit: Edit) -> Result<Committed, StoreError> {
        either!(self, s => s.commit(edit).await)
    }

    /// Makes many edits true in one durable transaction: each becomes a commit of its own, with its
    /// own number, in their order; or, where a condition of one of them fails, none does. Says the
    /// last number and how many features were changed in all. In PostgreSQL nobody else can commit
    /// meanwhile.
    pub async fn replay(&self, edits: Vec<Edit>) -> Result<Committed, StoreError> {
        either!(self, s => s.replay(edits).await)
    }

    /// Begins an edit that is too big for one transaction. Nothing of it shows before
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

    /// Compacts the log: folds the rows of published imports into their final table and deletes the rows
    /// of imports that died. Readers do not need it; it keeps later starts quick.
    pub async fn compact(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(s) => s.compact().await,
            Self::Postgis(_) => Ok(()),
        }
    }

    /// Hands out every feature there is (all collections, the hidden ones too) as of one moment, and
    /// says which.
    pub async fn load(&self, sink: impl FnMut(Record) + Send) -> Result<Head, StoreError> {
        either!(self, s => s.load(None, sink).await)
    }

    /// Hands out every feature of one collection as of one moment.
    pub async fn load_collection(
        &self,
        collection: &CollectionId,
        sink: impl FnMut(Record) + Send,
    ) -> Result<Head, StoreError> {
        either!(self, s => s.load(Some(collection), sink).await)
    }

    /// Where about `most` features of the map lie, spread over all of it; a sample, to tell what lies far
    /// from everything.
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

    /// The heads of the commits after `seq`, oldest first, at most `limit`.
    pub async fn commits_after(
        &self,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<CommitHeader>, StoreError> {
        either!(self, s => s.commits_after(seq, limit).await)
    }

    /// Hands out what a commit changed, by collection and id.
    pub async fn records_of(
        &self,
        header: &CommitHeader,
        sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        either!(self, s => s.records_of(header, sink).await)
    }

    /// Hands out what the commits from `first` to `last` changed, oldest first: many small commits at
    /// the price of one.
    pub async fn records_between(
        &self,
        first: u64,
        last: u64,
        sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        either!(self, s => s.records_between(first, last, sink).await)
    }

    /// Returns when something may have been committed, by us or by anybody, or after `patience`.
    pub async fn changed(&self, patience: Duration) {
        either!(self, s => s.changed(patience).await);
    }

    /// Rows that plain SQL wrote and that are no valid features.
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
    /// The map has it with another content.
    Changed,
    /// The feature is deleted.
    Removed,
}

/// A staged change that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// The collection.
    pub collection: CollectionId,
    /// The feature.
    pub id: FeatureId,
    /// What it does.
    pub effect: Effect,
}

/// A big edit on its way. Dropped without [`publish`](Self::publish), it leaves the map as it was.
#[derive(Debug)]
pub enum Staging {
    /// Rows in the batch tables of SQLite.
    Sqlite(sqlite::Staging),
    /// An open transaction of PostgreSQL.
    Postgis(postgis::Staging),
}

impl Staging {
    /// Adds changes. Those that change nothing are left out; a later change of the same feature
    /// replaces the earlier. Says how many of them stay.
    pub async fn put(&mut self, changes: Vec<Change>) -> Result<u64, StoreError> {
        Ok(self.put_each(changes).await?.len() as u64)
    }

    /// Like [`put`](Self::put), and lists the changes that stay with what each does to the map as it is
    /// now. The order is not that of `changes`.
    pub async fn put_each(&mut self, changes: Vec<Change>) -> Result<Vec<Staged>, StoreError> {
        match self {
            Self::Sqlite(s) => s.put(changes).await,
            Self::Postgis(s) => s.put(changes).await,
        }
    }

    /// Publishes all staged rows in one short commit.
    pub async fn publish(self) -> Result<Committed, StoreError> {
        self.publish_if(&[]).await
    }

    /// The same, where the conditions hold at the moment of the commit.
    pub async fn publish_if(self, conditions: &[Precondition]) -> Result<Committed, StoreError> {
        self.publish_where(conditions, None).await
    }

    /// The same, where also no commit after `since` has changed a feature that is staged here. Hidden
    /// collections are not compared: a condition can say what must hold of them.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] names the first features that were changed; nothing is written then.
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

/// The present moment at the precision both stores keep.
pub(crate) fn now() -> Timestamp {
    from_micros(Timestamp::now().as_microsecond())
}

pub(crate) fn from_micros(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}
