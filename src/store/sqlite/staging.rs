//! Large edits: rows are staged in short transactions, so that single writes can run in between,
//! and are published in one more short transaction. If the process is killed, it leaves rows that
//! no commit names; they are swept later.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnection, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection};
use tokio::sync::OwnedRwLockReadGuard;

use super::history::PAST_OF_FOLD;
use super::write::{Publication, StoredChange, current, hold, new_batch, publish, push_tuples};
use super::{SqliteStore, micros_now};
use crate::model::{Author, Change, Precondition};
use crate::store::{Committed, Effect, Overtaken, Staged, StoreError, audit};

/// Rows per transaction: few enough that a waiting writer hardly notices.
const CHUNK: usize = 400;
/// Rows per statement (five values each; SQLite accepts 32,766 values).
const ROWS: usize = 100;
/// The pause between two transactions, in which others may write.
const BREATH: Duration = Duration::from_millis(1);
/// An unpublished batch that was not touched for this long is abandoned.
const ABANDONED: Duration = Duration::from_secs(600);

/// An import into SQLite that is not published yet.
#[derive(Debug)]
pub struct Staging {
    store: SqliteStore,
    connection: SqliteConnection,
    batch: i64,
    /// Whether any row has been staged yet.
    begun: bool,
    /// Keeps the store from closing before this connection is.
    _open: OwnedRwLockReadGuard<()>,
    author: Author,
    reason: Option<String>,
}

impl SqliteStore {
    /// See [`Store::stage`](crate::store::Store::stage).
    pub async fn stage(
        &self,
        author: Author,
        reason: Option<String>,
    ) -> Result<Staging, StoreError> {
        // Staged rows need not survive a power cut: publishing syncs all of them.
        let (mut connection, open) = self.another().await?;
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let batch = new_batch(&mut tx).await?;
        tx.commit().await?;
        Ok(Staging {
            store: self.clone(),
            connection,
            batch,
            begun: false,
            _open: open,
            author,
            reason,
        })
    }

    /// See [`Store::compact`](crate::store::Store::compact).
    pub async fn compact(&self) -> Result<(), StoreError> {
        let (mut connection, _open) = self.another().await?;
        let done = self.compact_on(&mut connection).await;
        connection.close().await?;
        done
    }

    async fn compact_on(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let unfolded: Vec<(i64, i64, i64)> =
            sqlx::query_as("SELECT seq, batch, at FROM commits WHERE folded = 0 ORDER BY seq")
                .fetch_all(&mut *connection)
                .await?;
        for (seq, batch, at) in unfolded {
            fold(self, connection, seq, batch, at).await?;
        }
        sweep(self, connection).await
    }

    /// Copies the whole database, as of one moment, into an empty file. Others can read and write
    /// in the meantime.
    pub(in crate::store) async fn vacuum_into(&self, path: &Path) -> Result<(), StoreError> {
        let (mut connection, _open) = self.another().await?;
        sqlx::query("VACUUM INTO ?")
            .bind(path.display().to_string())
            .execute(&mut connection)
            .await?;
        connection.close().await?;
        Ok(())
    }

    /// Opens a connection beside the writer's. Its writes need not survive a power cut: publishing
    /// syncs them. The store does not close before the returned guard is dropped.
    async fn another(&self) -> Result<(SqliteConnection, OwnedRwLockReadGuard<()>), StoreError> {
        let open = Arc::clone(&self.shared.others).read_owned().await;
        self.go_on()?;
        let options = self
            .shared
            .options
            .clone()
            .synchronous(SqliteSynchronous::Normal);
        Ok((SqliteConnection::connect_with(&options).await?, open))
    }

    /// Long work calls this between its steps: it fails if the store is closing or the file was
    /// deleted or replaced.
    fn go_on(&self) -> Result<(), StoreError> {
        if self.shared.closing.load(Ordering::Acquire) {
            return Err(sqlx::Error::PoolClosed.into());
        }
        self.check_file()
    }
}

impl Staging {
    /// See [`Staging::put`](crate::store::Staging::put).
    pub async fn put(&mut self, changes: Vec<Change>) -> Result<Vec<Staged>, StoreError> {
        let mut kept = Vec::new();
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            self.store.go_on()?;
            let mut rows = Vec::with_capacity(CHUNK);
            for change in changes.by_ref().take(CHUNK) {
                rows.push(StoredChange::new(change)?);
            }
            let keys: Vec<_> = rows.iter().map(StoredChange::key).collect();
            let now = current(&mut self.connection, &keys).await?;
            let (same, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| {
                let key = (row.collection.to_string(), row.id.to_string());
                row.changes_nothing(now.get(&key).map(|c| &c.content))
            });
            kept.extend(rows.iter().map(|row| {
                let key = (row.collection.to_string(), row.id.to_string());
                Staged {
                    collection: row.collection.clone(),
                    id: row.id.clone(),
                    effect: match (&row.content, now.contains_key(&key)) {
                        (None, _) => Effect::Removed,
                        (Some(_), true) => Effect::Changed,
                        (Some(_), false) => Effect::New,
                    },
                }
            }));
            // A change that makes a feature equal to the map again cancels what was staged for it
            // before.
            let taken_back = if self.begun { same } else { Vec::new() };
            self.begun |= !rows.is_empty();
            let mut tx = self.connection.begin_with("BEGIN IMMEDIATE").await?;
            for rows in rows.chunks(ROWS) {
                let mut sql = String::from(
                    "INSERT OR REPLACE INTO changes (batch, collection, id, geometry, properties) \
                     VALUES ",
                );
                push_tuples(&mut sql, rows.len(), "(?,?,?,?,?)");
                let mut query = sqlx::query(AssertSqlSafe(sql));
                for row in rows {
                    query = query
                        .bind(self.batch)
                        .bind(row.collection.as_str())
                        .bind(row.id.as_str())
                        .bind(row.content.as_ref().and_then(|c| c.geometry.as_deref()))
                        .bind(row.content.as_ref().map(|c| c.properties.as_str()));
                }
                query.execute(&mut *tx).await?;
            }
            for row in &taken_back {
                sqlx::query("DELETE FROM changes WHERE batch = ? AND collection = ? AND id = ?")
                    .bind(self.batch)
                    .bind(row.collection.as_str())
                    .bind(row.id.as_str())
                    .execute(&mut *tx)
                    .await?;
            }
            touch(&mut tx, self.batch).await?;
            tx.commit().await?;
            tokio::time::sleep(BREATH).await;
        }
        Ok(kept)
    }

    /// See [`Staging::publish_since`](crate::store::Staging::publish_since).
    pub async fn publish(
        mut self,
        conditions: &[Precondition],
        since: Option<u64>,
    ) -> Result<Committed, StoreError> {
        // Only this import writes to the batch, so the rows can be counted before the lock is
        // taken.
        let size: i64 = sqlx::query_scalar("SELECT count(*) FROM changes WHERE batch = ?")
            .bind(self.batch)
            .fetch_one(&mut self.connection)
            .await?;
        // The writer's connection syncs to disk, so the import is durable from here on.
        let mut writer = self.store.writer().await?;
        let done = self
            .publish_on(&mut writer, size as u64, conditions, since)
            .await;
        let committed = writer.done(done)?;
        if committed.changed > 0 {
            self.store.shared.written.notify_waiters();
        }
        // Everything is durable already, so an error while closing the connection does not matter.
        let _ = self.connection.close().await;
        Ok(committed)
    }

    async fn publish_on(
        &self,
        writer: &mut SqliteConnection,
        size: u64,
        conditions: &[Precondition],
        since: Option<u64>,
    ) -> Result<Committed, StoreError> {
        let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
        touch(&mut tx, self.batch).await?;
        hold(&mut tx, conditions).await?;
        if size == 0 {
            let head = super::read::head(&mut tx).await?;
            return Ok(Committed {
                seq: head.seq,
                at: head.at,
                changed: 0,
            });
        }
        if let Some(since) = since {
            not_overtaken(&mut tx, self.batch, since).await?;
        }
        let commit = Publication {
            batch: self.batch,
            author: &self.author,
            reason: self.reason.as_deref(),
            effective_at: None,
            size,
            folded: false,
        };
        let committed = publish(&mut tx, &commit).await?;
        if let Some(entry) = audit::of_features(&[], size as usize) {
            super::audit::add(&mut tx, &entry, Some(self.batch)).await?;
        }
        tx.commit().await?;
        Ok(committed)
    }
}

/// Returns an error if a commit after `since` changed a feature of the batch.
async fn not_overtaken(
    tx: &mut SqliteConnection,
    batch: i64,
    since: u64,
) -> Result<(), StoreError> {
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT h.collection, h.id, max(c.seq), count(*) OVER () \
         FROM commits c CROSS JOIN changes h ON h.batch = c.batch \
         CROSS JOIN changes m ON m.batch = ?1 AND m.collection = h.collection AND m.id = h.id \
         WHERE c.seq > ?2 AND substr(h.collection, 1, 1) <> '$' \
         GROUP BY h.collection, h.id ORDER BY h.collection, h.id LIMIT ?3",
    )
    .bind(batch)
    .bind(i64::try_from(since).unwrap_or(i64::MAX))
    .bind(Overtaken::NAMED)
    .fetch_all(tx)
    .await?;
    Overtaken::none_of(rows)
}

/// Records that a batch is still in use; fails if it was swept as abandoned in the meantime.
async fn touch(tx: &mut SqliteConnection, batch: i64) -> Result<(), StoreError> {
    let alive =
        sqlx::query("UPDATE batches SET touched_at = ? WHERE batch = ? AND touched_at >= 0")
            .bind(micros_now())
            .bind(batch)
            .execute(tx)
            .await?
            .rows_affected();
    if alive == 1 {
        Ok(())
    } else {
        Err(StoreError::Abandoned)
    }
}

/// Folds a published batch: copies its changes into `features`, a chunk at a time. Newer versions in
/// `features` stay, so folding can be repeated after a crash. If another process has finished folding the
/// batch, this one stops: the markers of deletions are removed by then, and a deleted feature would return.
async fn fold(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    seq: i64,
    batch: i64,
    at: i64,
) -> Result<(), StoreError> {
    let mut after = (String::new(), String::new());
    loop {
        store.go_on()?;
        let end: Option<(String, String)> = sqlx::query_as(
            "SELECT collection, id FROM (SELECT collection, id FROM changes WHERE batch = ?1 \
             AND (collection, id) > (?2, ?3) ORDER BY collection, id LIMIT ?4) \
             ORDER BY collection DESC, id DESC LIMIT 1",
        )
        .bind(batch)
        .bind(&after.0)
        .bind(&after.1)
        .bind(CHUNK as i64)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(end) = end else { break };
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let finished: bool = sqlx::query_scalar("SELECT folded FROM commits WHERE seq = ?")
            .bind(seq)
            .fetch_one(&mut *tx)
            .await?;
        if finished {
            return Ok(());
        }
        for sql in PAST_OF_FOLD {
            sqlx::query(sql)
                .bind(batch)
                .bind(&after.0)
                .bind(&after.1)
                .bind(&end.0)
                .bind(&end.1)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(
            "INSERT INTO features (collection, id, seq, updated_at, geometry, properties) \
             SELECT collection, id, ?1, ?2, geometry, properties FROM changes \
             WHERE batch = ?3 AND (collection, id) > (?4, ?5) AND (collection, id) <= (?6, ?7) \
             ON CONFLICT (collection, id) DO UPDATE SET seq = excluded.seq, \
             updated_at = excluded.updated_at, geometry = excluded.geometry, \
             properties = excluded.properties WHERE excluded.seq > seq",
        )
        .bind(seq)
        .bind(at)
        .bind(batch)
        .bind(&after.0)
        .bind(&after.1)
        .bind(&end.0)
        .bind(&end.1)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        after = end;
        tokio::time::sleep(BREATH).await;
    }
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE commits SET folded = 1 WHERE seq = ?")
        .bind(seq)
        .execute(&mut *tx)
        .await?;
    // The markers of deletions are kept until all commits are folded.
    sqlx::query(
        "DELETE FROM features WHERE properties IS NULL \
         AND NOT EXISTS (SELECT 1 FROM commits WHERE folded = 0)",
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes staged rows of abandoned batches. A batch is first marked as dead in the statement that
/// checks its age, so that nobody can stage to it or publish it any more.
async fn sweep(store: &SqliteStore, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE batches SET touched_at = -1 WHERE touched_at < ?")
        .bind(micros_now() - ABANDONED.as_micros() as i64)
        .execute(&mut *connection)
        .await?;
    let dead: Vec<i64> = sqlx::query_scalar("SELECT batch FROM batches WHERE touched_at < 0")
        .fetch_all(&mut *connection)
        .await?;
    for batch in dead {
        loop {
            store.go_on()?;
            let gone = sqlx::query(
                "DELETE FROM changes WHERE batch = ?1 AND (collection, id) IN \
                 (SELECT collection, id FROM changes WHERE batch = ?1 LIMIT ?2)",
            )
            .bind(batch)
            .bind(CHUNK as i64)
            .execute(&mut *connection)
            .await?
            .rows_affected();
            if gone == 0 {
                break;
            }
            tokio::time::sleep(BREATH).await;
        }
        sqlx::query("DELETE FROM batches WHERE batch = ?")
            .bind(batch)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
