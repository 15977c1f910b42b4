//! The embedded store: one SQLite file in WAL mode.
//!
//! One connection writes the short commits, one stages imports, a few read, and one polls `PRAGMA
//! data_version` to notice commits of other processes (the command line).

mod account;
mod audit;
mod case_number;
mod discard;
mod erase;
mod file;
mod handover;
mod history;
mod invite;
mod job;
mod operational;
mod passages;
mod patrols;
mod photo;
mod read;
mod replay;
mod sample;
mod scenario;
mod session;
mod staging;
mod token;
mod upload;
mod webhook;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqlSafeStr};
use tokio::sync::{Mutex, Notify, RwLock};
use uuid::Uuid;

pub(super) use history::index_past;
pub use staging::Staging;

use super::health::Health;
use super::{Opening, StoreError, now};
use crate::model::both;
use file::OpenFile;
pub(super) use file::{beside, hold_alone, is_there, make as make_file};

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "store",
        include_str!("../../../migrations/sqlite/0001_store.sql"),
    ),
    (
        2,
        "ledger",
        include_str!("../../../migrations/sqlite/0002_ledger.sql"),
    ),
    (
        3,
        "read_only",
        include_str!("../../../migrations/sqlite/0003_read_only.sql"),
    ),
    (
        4,
        "moments",
        include_str!("../../../migrations/sqlite/0004_moments.sql"),
    ),
    (
        5,
        "past",
        include_str!("../../../migrations/sqlite/0005_past.sql"),
    ),
    (
        7,
        "audit",
        include_str!("../../../migrations/sqlite/0007_audit.sql"),
    ),
    (
        11,
        "accounts",
        include_str!("../../../migrations/sqlite/0011_accounts.sql"),
    ),
    (
        8,
        "privacy",
        include_str!("../../../migrations/sqlite/0008_privacy.sql"),
    ),
    (
        10,
        "units",
        include_str!("../../../migrations/sqlite/0010_units.sql"),
    ),
    (
        12,
        "jobs",
        include_str!("../../../migrations/sqlite/0012_jobs.sql"),
    ),
    (
        13,
        "names",
        include_str!("../../../migrations/sqlite/0013_names.sql"),
    ),
    (
        14,
        "photo_lists",
        include_str!("../../../migrations/sqlite/0014_photo_lists.sql"),
    ),
    (
        17,
        "passages",
        include_str!("../../../migrations/sqlite/0017_passages.sql"),
    ),
    (
        18,
        "scenarios",
        include_str!("../../../migrations/sqlite/0018_scenarios.sql"),
    ),
    (
        19,
        "case_numbers",
        include_str!("../../../migrations/sqlite/0019_case_numbers.sql"),
    ),
    (
        20,
        "patrols",
        include_str!("../../../migrations/sqlite/0020_patrols.sql"),
    ),
    (
        21,
        "handovers",
        include_str!("../../../migrations/sqlite/0021_handovers.sql"),
    ),
];

/// How often the file is polled for writes of other processes. A poll takes microseconds and does
/// not access the disk.
const POLL: Duration = Duration::from_millis(50);

/// How long closing waits for callers that still use the store.
const PATIENCE: Duration = Duration::from_secs(5);

/// A map in a SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    id: Uuid,
    /// Whether opening the store created the file.
    made: bool,
    options: SqliteConnectOptions,
    file: OpenFile,
    readers: SqlitePool,
    /// `None` after a failed write: the next write opens a new connection.
    writer: Mutex<Option<SqliteConnection>>,
    /// `None` once the store is closed.
    watcher: Mutex<Option<Watcher>>,
    /// Each connection besides those of the pool, the writer and the watcher holds a read lock;
    /// closing the store waits until all of these are released.
    others: Arc<RwLock<()>>,
    health: Health,
    closing: AtomicBool,
    /// Notified after each commit of this process.
    written: Notify,
}

#[derive(Debug)]
struct Watcher {
    connection: SqliteConnection,
    version: i64,
}

impl SqliteStore {
    /// Opens `sqlite:PATH`; creates a missing file if `opening` allows it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no database and none may be created.
    pub async fn open(url: &str, opening: Opening) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        let mut made = false;
        if !is_there(&path) {
            if opening == Opening::Existing {
                return Err(StoreError::Missing {
                    path: path.display().to_string(),
                });
            }
            made = make_file(&path).map_err(|e| StoreError::Open {
                url: url.to_owned(),
                source: sqlx::Error::Io(e),
            })?;
        }
        let opened = Self::open_file(url, &path, opening, made).await;
        if made && opened.is_err() {
            discard::remove_if_alone(&path);
        }
        opened
    }

    async fn open_file(
        url: &str,
        path: &Path,
        opening: Opening,
        made: bool,
    ) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Open {
            url: url.to_owned(),
            source,
        };
        file::one_name(path)?;
        let options = SqliteConnectOptions::from_str(url)
            .map_err(failed)?
            .create_if_missing(opening == Opening::Create)
            // A version of a case is longer than the 1,002 bytes that a row of a table without row
            // ids may keep on a page of 4,096 bytes, and would need an overflow page. The page size
            // applies to new files only.
            .page_size(8_192)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is durable before any caller learns of it.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(20))
            // Deleted content is overwritten, so that erased texts do not stay in the file.
            .pragma("secure_delete", "on")
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory")
            // Rows come from another thread, so they are passed in large portions. Otherwise the
            // two threads mostly wait for each other while a million features are loaded.
            .row_buffer_size(4_096)
            .disable_statement_logging();

        let mut writer = SqliteConnection::connect_with(&options)
            .await
            .map_err(failed)?;
        migrate(&mut writer, MIGRATIONS).await?;
        account::fold_names(&mut writer).await?;
        let id = identity(&mut writer).await?;

        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.clone().pragma("query_only", "1"))
            .await
            .map_err(failed)?;
        let connection = SqliteConnection::connect_with(&options)
            .await
            .map_err(failed)?;
        Ok(Self {
            shared: Arc::new(Shared {
                id,
                made,
                options,
                // The migrations have written, so all three files exist here.
                file: OpenFile::note(path)?,
                readers,
                writer: Mutex::new(Some(writer)),
                watcher: Mutex::new(Some(Watcher {
                    connection,
                    version: -1,
                })),
                others: Arc::default(),
                health: Health::default(),
                closing: AtomicBool::new(false),
                written: Notify::new(),
            }),
        })
    }

    /// The path of the database file.
    pub fn path(&self) -> &Path {
        self.shared.options.get_filename()
    }

    /// The identity of the data, a random UUID.
    pub fn id(&self) -> Uuid {
        self.shared.id
    }

    pub(super) fn health(&self) -> &Health {
        &self.shared.health
    }

    /// See [`Store::close`](super::Store::close).
    pub async fn close(&self) -> Result<(), StoreError> {
        let shared = &*self.shared;
        shared.closing.store(true, Ordering::Release);
        shared.written.notify_waiters();
        // A caller that does not finish in time keeps its connection: no data is lost, but the
        // write-ahead log stays beside the file.
        let _ = tokio::time::timeout(PATIENCE, shared.others.write()).await;
        let _ = tokio::time::timeout(PATIENCE, shared.readers.close()).await;
        if let Some(watcher) = shared.watcher.lock().await.take() {
            watcher.connection.close().await?;
        }
        let mut connection = match shared.writer.lock().await.take() {
            Some(connection) => connection,
            None => SqliteConnection::connect_with(&shared.options).await?,
        };
        // If another process is writing, the checkpoint fails here; that process makes one when it
        // ends.
        sqlx::raw_sql("PRAGMA busy_timeout = 2000; PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(())
    }

    /// See [`Store::changed`](super::Store::changed).
    pub async fn changed(&self, patience: Duration) {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let written = self.shared.written.notified();
            match self.foreign_write().await {
                // If the query itself fails, the follower reports the cause when it reads.
                Ok(true) | Err(_) => return,
                Ok(false) => {}
            }
            tokio::select! {
                () = written => return,
                () = tokio::time::sleep_until(deadline) => return,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    async fn foreign_write(&self) -> Result<bool, sqlx::Error> {
        let mut watcher = self.shared.watcher.lock().await;
        let watcher = watcher.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut watcher.connection)
            .await?;
        Ok(std::mem::replace(&mut watcher.version, version) != version)
    }
}

/// The path of the file that a database URL names.
pub(super) fn path_of(url: &str) -> Result<PathBuf, StoreError> {
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(StoreError::Unsuitable {
            url: url.to_owned(),
            problem: both!(
                "内存中的地图会随进程丢失，请指定文件，如 sqlite:onemap.db",
                "a map in memory would be lost with the process; give a file, as in sqlite:onemap.db"
            ),
        });
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|source| StoreError::Open {
        url: url.to_owned(),
        source,
    })?;
    Ok(options.get_filename().to_owned())
}

/// Migrates the schema of a database to the newest version.
pub(super) async fn migrate_to_newest(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    migrate(connection, MIGRATIONS).await
}

async fn migrate(
    connection: &mut SqliteConnection,
    list: &'static [(i64, &'static str, &'static str)],
) -> Result<(), StoreError> {
    let migrator = Migrator::with_migrations(
        list.iter()
            .map(|(version, name, sql)| {
                Migration::new(
                    *version,
                    (*name).into(),
                    MigrationType::Simple,
                    sql.into_sql_str(),
                    false,
                )
            })
            .collect(),
    );
    // Two processes may open a new file at once; the second one finds the migrations done.
    let outcome = match migrator.run_direct(None, &mut *connection, false).await {
        Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) => {
            tokio::time::sleep(Duration::from_millis(200)).await;
            migrator.run_direct(None, &mut *connection, false).await
        }
        other => other,
    };
    outcome.map_err(|e| match e {
        MigrateError::VersionMissing(found) => StoreError::Newer {
            found,
            known: list.last().map_or(0, |m| m.0),
        },
        other => StoreError::Migrate(other),
    })
}

async fn identity(connection: &mut SqliteConnection) -> Result<Uuid, StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ('id', ?) ON CONFLICT (key) DO NOTHING")
        .bind(Uuid::new_v4().to_string())
        .execute(&mut *connection)
        .await?;
    let text: String = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'id'")
        .fetch_one(connection)
        .await?;
    Uuid::parse_str(&text).map_err(|e| StoreError::corrupt("meta, key id", e))
}

fn micros_now() -> i64 {
    now().as_microsecond()
}

#[cfg(test)]
mod tests;
