//! The connection that writes. After an error it is discarded, because its state is unknown: SQLite
//! and its driver may disagree on whether a transaction is open.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::atomic::Ordering;

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult};
use sqlx::{Connection, Sqlite};
use tokio::sync::MutexGuard;

use super::{Shared, SqliteStore, micros_now};
use crate::store::StoreError;

/// The writer's connection, for one write. [`done`](Self::done) returns it for the next write. If
/// it is dropped without that, because of an error or a cancelled request, the next write opens a
/// new connection.
pub(super) struct Writing<'a> {
    home: MutexGuard<'a, Option<SqliteConnection>>,
    connection: SqliteConnection,
    shared: &'a Shared,
}

impl SqliteStore {
    /// Waits for the connection that writes.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] if the file is no longer the one that was opened,
    /// [`StoreError::NotAlone`] if another server may use it. Nothing is written then.
    pub(super) async fn writer(&self) -> Result<Writing<'_>, StoreError> {
        let shared = &*self.shared;
        let mut home = shared.writer.lock().await;
        if shared.closing.load(Ordering::Acquire) {
            return Err(sqlx::Error::PoolClosed.into());
        }
        let opened = async {
            shared.file.check_alone()?;
            match home.take() {
                Some(connection) => Ok(connection),
                None => Ok(SqliteConnection::connect_with(&shared.options).await?),
            }
        };
        let opened = shared.health.note(opened.await);
        Ok(Writing {
            connection: opened?,
            home,
            shared,
        })
    }

    /// Runs one statement that writes.
    pub(super) async fn write(
        &self,
        query: sqlx::query::Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<SqliteQueryResult, StoreError> {
        let mut writer = self.writer().await?;
        let done = query.execute(&mut *writer).await;
        writer.done(done.map_err(StoreError::from))
    }

    /// Writes a row that nobody reads, to find out whether writing works again.
    pub(in crate::store) async fn probe(&self) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('probed', ?) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        );
        self.write(query.bind(micros_now().to_string())).await?;
        Ok(())
    }

    /// Checks that the files are still the open ones and that no other server can use them.
    pub(in crate::store) fn check_file(&self) -> Result<(), StoreError> {
        self.shared.file.check_alone()
    }

    /// Makes each write check first that a lock file is still in place.
    pub(in crate::store) fn guard(&self, lock: &Path, identity: (u64, u64)) {
        self.shared.file.guard(lock, identity);
    }
}

impl Writing<'_> {
    /// Ends a write and keeps the connection unless the database failed. If the file was deleted or
    /// replaced in the meantime, the commit is lost, so an error is returned.
    pub(super) fn done<T>(self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let Self {
            mut home,
            connection,
            shared,
        } = self;
        let result = result.and_then(|value| shared.file.check().map(|()| value));
        if !matches!(
            result,
            Err(StoreError::Database(_) | StoreError::Replaced { .. })
        ) {
            *home = Some(connection);
        }
        shared.health.note(result)
    }
}

impl Deref for Writing<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
