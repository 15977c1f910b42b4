//! The one connection that writes. After an error it is thrown away: nobody knows what state it is in,
//! and SQLite and its driver may disagree on whether a transaction is open.

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::atomic::Ordering;

use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult};
use sqlx::{Connection, Sqlite};
use tokio::sync::MutexGuard;

use super::{Shared, SqliteStore, micros_now};
use crate::store::StoreError;

/// The writer's connection, for one write. [`done`](Self::done) keeps it for the next; whoever leaves
/// without that, because of an error or because the caller has gone, leaves the next a new one.
pub(super) struct Writing<'a> {
    home: MutexGuard<'a, Option<SqliteConnection>>,
    connection: SqliteConnection,
    shared: &'a Shared,
}

impl SqliteStore {
    /// The connection that writes, when its turn has come.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] where the file is not the one that is open, [`StoreError::NotAlone`]
    /// where another server may have it: nothing is written then.
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

    /// Writes something that means nothing, to learn whether writing works again.
    pub(in crate::store) async fn probe(&self) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('probed', ?) \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        );
        self.write(query.bind(micros_now().to_string())).await?;
        Ok(())
    }

    /// Whether the files are still those that are open, and this server's alone.
    pub(in crate::store) fn check_file(&self) -> Result<(), StoreError> {
        self.shared.file.check_alone()
    }

    /// Has each write look first whether a lock file is still where it was.
    pub(in crate::store) fn guard(&self, lock: &Path, identity: (u64, u64)) {
        self.shared.file.guard(lock, identity);
    }
}

impl Writing<'_> {
    /// Ends a write: the connection is kept unless the database failed. A commit into a file that is
    /// gone by now is none, and nobody is told that it is.
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
