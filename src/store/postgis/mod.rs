//! The PostGIS store: one database for several nodes and for other programs that use SQL.
//!
//! Only triggers write the log (`migrations/postgis`), so a row that a GIS changes becomes a commit
//! like any other. The program checks its own edits before it writes them. Everything else is
//! checked before the map shows it ([`quarantine`]).

mod account;
mod audit;
mod case_number;
mod columns;
mod dump;
mod erase;
mod handover;
mod history;
mod invite;
mod job;
mod listen;
mod operational;
mod passages;
mod patrols;
mod photo;
mod pooler;
mod quarantine;
mod read;
mod replay;
mod restore;
mod rows;
mod sample;
mod scenario;
mod session;
mod staging;
mod token;
mod upload;
mod views;
mod webhook;
mod write;

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, SqlSafeStr};
use tokio::sync::Mutex;
use uuid::Uuid;

pub use staging::Staging;

use super::StoreError;
use super::error::without_password;
use super::health::Health;
use crate::model::{Localized, both};
use listen::Watcher;
use quarantine::Checkers;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "store",
        include_str!("../../../migrations/postgis/0001_store.sql"),
    ),
    (
        2,
        "views",
        include_str!("../../../migrations/postgis/0002_views.sql"),
    ),
    (
        3,
        "ledger",
        include_str!("../../../migrations/postgis/0003_ledger.sql"),
    ),
    (
        4,
        "read_only",
        include_str!("../../../migrations/postgis/0004_read_only.sql"),
    ),
    (
        5,
        "past",
        include_str!("../../../migrations/postgis/0005_past.sql"),
    ),
    (
        6,
        "schemas",
        include_str!("../../../migrations/postgis/0006_schemas.sql"),
    ),
    (
        7,
        "audit",
        include_str!("../../../migrations/postgis/0007_audit.sql"),
    ),
    (
        11,
        "accounts",
        include_str!("../../../migrations/postgis/0011_accounts.sql"),
    ),
    (
        8,
        "privacy",
        include_str!("../../../migrations/postgis/0008_privacy.sql"),
    ),
    (
        10,
        "units",
        include_str!("../../../migrations/postgis/0010_units.sql"),
    ),
    (
        12,
        "jobs",
        include_str!("../../../migrations/postgis/0012_jobs.sql"),
    ),
    (
        13,
        "names",
        include_str!("../../../migrations/postgis/0013_names.sql"),
    ),
    (
        14,
        "photo_lists",
        include_str!("../../../migrations/postgis/0014_photo_lists.sql"),
    ),
    (
        15,
        "audit_order",
        include_str!("../../../migrations/postgis/0015_audit_order.sql"),
    ),
    (
        16,
        "recorded_columns",
        include_str!("../../../migrations/postgis/0016_recorded_columns.sql"),
    ),
    (
        17,
        "passages",
        include_str!("../../../migrations/postgis/0017_passages.sql"),
    ),
    (
        18,
        "scenarios",
        include_str!("../../../migrations/postgis/0018_scenarios.sql"),
    ),
    (
        19,
        "case_numbers",
        include_str!("../../../migrations/postgis/0019_case_numbers.sql"),
    ),
    (
        20,
        "patrols",
        include_str!("../../../migrations/postgis/0020_patrols.sql"),
    ),
    (
        21,
        "handovers",
        include_str!("../../../migrations/postgis/0021_handovers.sql"),
    ),
];

/// How long a call waits for a connection before it fails.
const PATIENCE: Duration = Duration::from_secs(3);
/// The `pg_advisory_lock` under which a node migrates the schema, so that nodes that start at once
/// take turns.
const UPGRADE_LOCK: i32 = 2;
/// The `pg_advisory_lock` that all serving nodes hold shared; restoring a backup takes it
/// exclusively.
const SERVING_LOCK: i32 = 3;
/// The first key of all advisory locks of One Map: "omap" in ASCII.
const LOCKS: i32 = 0x6f6d_6170;

/// A map in PostgreSQL.
#[derive(Debug, Clone)]
pub struct PostgisStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    id: Uuid,
    options: PgConnectOptions,
    pool: PgPool,
    watcher: Mutex<Watcher>,
    checkers: std::sync::Mutex<Checkers>,
    health: Health,
}

impl PostgisStore {
    /// Opens `postgres://USER:PASSWORD@HOST:PORT/NAME`, installs the PostGIS extension if it is
    /// missing and the user has the right, and migrates the schema to the newest version.
    ///
    /// # Errors
    /// [`StoreError::Open`] when it cannot be reached, [`StoreError::Unsuitable`] when the server has
    /// no PostGIS, [`StoreError::Newer`] when a newer program wrote it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let shown = without_password(url);
        let failed = |source| StoreError::Open {
            url: shown.clone(),
            source,
        };
        let options = PgConnectOptions::from_str(url)
            .map_err(failed)?
            .application_name("onemap");
        let mut connection = connect(&options)
            .await
            .map_err(|e| pooler::refused_settings(&e, &shown).unwrap_or_else(|| failed(e)))?;
        pooler::refuse(&options, &mut connection, &shown).await?;
        sqlx::query("SELECT pg_advisory_lock($1, $2)")
            .bind(LOCKS)
            .bind(UPGRADE_LOCK)
            .execute(&mut connection)
            .await?;
        // Closing the connection releases the lock, even after an error.
        require(&mut connection, &shown).await?;
        migrate(&mut connection, MIGRATIONS).await?;
        account::fold_names(&mut connection).await?;
        let id = identity(&mut connection).await?;
        sqlx::query(
            "DELETE FROM onemap.batches WHERE xid < pg_snapshot_xmin(pg_current_snapshot())",
        )
        .execute(&mut connection)
        .await?;
        views::follow_all(&mut connection).await?;
        connection.close().await?;

        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(options.clone());
        Ok(Self {
            shared: Arc::new(Shared {
                id,
                watcher: Mutex::new(Watcher::new(&options)),
                options,
                pool,
                checkers: std::sync::Mutex::new(HashMap::new()),
                health: Health::default(),
            }),
        })
    }

    pub(super) fn health(&self) -> &Health {
        &self.shared.health
    }

    /// Writes a row that nobody reads, to find out whether writing works again.
    pub(super) async fn probe(&self, needs_space: bool) -> Result<(), StoreError> {
        let probed = async {
            if needs_space {
                self.probe_space().await?;
            }
            sqlx::query(
                "INSERT INTO onemap.meta (key, value) VALUES ('probed', now()::text) \
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )
            .execute(&self.shared.pool)
            .await
        };
        self.shared
            .health
            .note(probed.await.map_err(StoreError::from))?;
        Ok(())
    }

    /// Writes a table of one megabyte and rolls back. Updating an existing row needs no new space, so
    /// that alone would not notice a full disk.
    async fn probe_space(&self) -> Result<(), sqlx::Error> {
        let mut connection = self.shared.pool.acquire().await?;
        let mut tried = connection.begin().await?;
        sqlx::raw_sql(
            "CREATE TEMPORARY TABLE onemap_probe ON COMMIT DROP AS \
             SELECT repeat('.', 1000) AS text FROM generate_series(1, 1000)",
        )
        .execute(&mut *tried)
        .await?;
        tried.rollback().await
    }

    /// See [`Store::close`](super::Store::close).
    pub async fn close(&self) -> Result<(), StoreError> {
        let close = async {
            self.shared.watcher.lock().await.close().await;
            self.shared.pool.close().await;
        };
        // Callers that still hold a connection after this time lose it when the process ends.
        let _ = tokio::time::timeout(PATIENCE, close).await;
        Ok(())
    }

    /// The identity of the data, a random UUID.
    pub fn id(&self) -> Uuid {
        self.shared.id
    }
}

/// Opens a separate connection, outside the pool.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    tokio::time::timeout(PATIENCE, PgConnection::connect_with(options))
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Checks that the server can hold a map, and sets the search path so that PostGIS functions are
/// found.
async fn require(connection: &mut PgConnection, url: &str) -> Result<(), StoreError> {
    let unsuitable = |problem: Localized| StoreError::Unsuitable {
        url: url.to_owned(),
        problem,
    };
    let (version, shown, encoding): (i32, String, String) = sqlx::query_as(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
         current_setting('server_encoding')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if version < 140_000 {
        return Err(unsuitable(both!(
            "数据库服务器为 PostgreSQL {shown}，One Map 需要 14 或更高版本",
            "its server is PostgreSQL {shown}; One Map needs 14 or newer"
        )));
    }
    if encoding != "UTF8" {
        return Err(unsuitable(both!(
            "数据库编码为 {encoding}，请以 ENCODING 'UTF8' 新建数据库",
            "its encoding is {encoding}; create the database with ENCODING 'UTF8'"
        )));
    }
    let place = "SELECT quote_ident(n.nspname) FROM pg_extension e \
         JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'";
    let mut schema: Option<String> = sqlx::query_scalar(place)
        .fetch_optional(&mut *connection)
        .await?;
    if schema.is_none() {
        sqlx::query("CREATE EXTENSION IF NOT EXISTS postgis")
            .execute(&mut *connection)
            .await
            .map_err(|e| match &e {
                sqlx::Error::Database(d) => {
                    let said = d.message();
                    unsuitable(both!(
                        "没有 PostGIS，且无法自动安装（{said}）。请在服务器上安装 PostGIS 3（Debian：\
                         apt-get install postgresql-NN-postgis-3），再由超级用户在该数据库中执行 \
                         CREATE EXTENSION postgis",
                        "it has no PostGIS and it could not be installed ({said}). Install PostGIS 3 on \
                         the server (Debian: apt-get install postgresql-NN-postgis-3) and have a \
                         superuser run CREATE EXTENSION postgis in this database"
                    ))
                }
                _ => e.into(),
            })?;
        schema = sqlx::query_scalar(place)
            .fetch_optional(&mut *connection)
            .await?;
    }
    let schema = schema.ok_or_else(|| {
        unsuitable(both!(
            "没有安装 PostGIS 3，请在该数据库中执行 CREATE EXTENSION postgis",
            "it has no PostGIS 3: run CREATE EXTENSION postgis in this database"
        ))
    })?;
    // The server itself has quoted the name.
    sqlx::query(AssertSqlSafe(format!(
        "SET search_path = {schema}, pg_catalog"
    )))
    .execute(connection)
    .await?;
    Ok(())
}

async fn migrate(
    connection: &mut PgConnection,
    list: &'static [(i64, &'static str, &'static str)],
) -> Result<(), StoreError> {
    let mut migrator = Migrator::with_migrations(
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
    // We already hold an advisory lock of our own.
    migrator.set_locking(false);
    migrator.create_schema("onemap");
    migrator.dangerous_set_table_name("onemap.migrations");
    migrator
        .run_direct(None, connection, false)
        .await
        .map_err(|e| match e {
            MigrateError::VersionMissing(found) => StoreError::Newer {
                found,
                known: list.last().map_or(0, |m| m.0),
            },
            other => StoreError::Migrate(other),
        })
}

async fn identity(connection: &mut PgConnection) -> Result<Uuid, StoreError> {
    sqlx::query(
        "INSERT INTO onemap.meta (key, value) VALUES ('id', gen_random_uuid()::text) \
         ON CONFLICT (key) DO NOTHING",
    )
    .execute(&mut *connection)
    .await?;
    let text: String = sqlx::query_scalar("SELECT value FROM onemap.meta WHERE key = 'id'")
        .fetch_one(connection)
        .await?;
    Uuid::parse_str(&text).map_err(|e| StoreError::corrupt("onemap.meta, key id", e))
}
