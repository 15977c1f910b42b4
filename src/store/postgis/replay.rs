//! Writes many edits in one transaction, each as a separate commit.
//!
//! The trigger that numbers a commit is deferred to the end of the transaction. `SET CONSTRAINTS
//! ALL IMMEDIATE` runs it after each edit instead. It holds its lock from the first edit to the
//! end, so nobody else commits in between, and all commits become visible at once and in order.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};

use super::PostgisStore;
use super::read::head;
use super::write::{
    ATTEMPTS, Columns, absent, announce, checked_by, crossed, expect, hold_schemas, lock, pause,
};
use crate::model::Edit;
use crate::store::{Committed, StoreError, audit, from_micros};

/// Takes the advisory lock of the trigger function `onemap.seal`, which numbers commits, before the
/// first edit.
const SEAL_LOCK: &str = "SELECT pg_advisory_xact_lock(1869439344, 1)";
/// Turns the rows written so far into a commit; following rows belong to the next commit.
const SEAL: &str = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED";

impl PostgisStore {
    /// See [`Store::replay`](crate::store::Store::replay).
    pub async fn replay(&self, edits: Vec<Edit>) -> Result<Committed, StoreError> {
        let mut list = Vec::with_capacity(edits.len());
        let mut schemas = Vec::new();
        for edit in edits {
            let columns = Columns::new(edit.changes.iter().cloned())?;
            schemas.extend(columns.schemas());
            list.push((edit, columns));
        }
        let mut attempt = 1;
        loop {
            match self.try_replay(&list, &schemas).await {
                Err(error) if attempt < ATTEMPTS && crossed(&error) => {
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                Ok(committed) => {
                    self.retry(&schemas).await?;
                    return Ok(committed);
                }
                Err(error) => return self.shared.health.note(Err(error)),
            }
        }
    }

    async fn try_replay(
        &self,
        edits: &[(Edit, Columns)],
        schemas: &[String],
    ) -> Result<Committed, StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let mut tx = connection
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await?;
        sqlx::query("SELECT set_config('lock_timeout', '10s', true)")
            .execute(&mut *tx)
            .await?;
        // Takes the row locks first and the lock of the commit numbers last. All writers use this
        // order, which avoids deadlocks.
        lock(&mut tx, edits.iter().map(|(e, c)| (e, c))).await?;
        sqlx::query(SEAL_LOCK).execute(&mut *tx).await?;
        for (edit, _) in edits {
            hold_schemas(&mut tx, None, &checked_by(edit)).await?;
        }
        let before = head(&mut tx).await?;
        for (edit, columns) in edits {
            let (reason, at) = (edit.reason.as_deref(), edit.effective_at);
            announce(&mut tx, &edit.author, reason, at, "10s").await?;
            expect(&mut tx, edit).await?;
            columns.write(&mut tx, &absent(edit)).await?;
            sqlx::raw_sql(SEAL).execute(&mut *tx).await?;
        }
        super::views::follow(&mut tx, schemas).await?;
        let (last, committed) = written(&mut tx, before.seq).await?;
        if let (Some(batch), Some(entry)) = (last, audit::of_write(edits.iter().map(|(e, _)| e))) {
            super::audit::add(&mut tx, &entry, Some(batch)).await?;
        }
        match (tx.commit().await, last) {
            (Ok(()), _) | (_, None) => Ok(committed),
            (Err(error), Some(batch)) => {
                let outcome = self.unless_committed(batch, error.into()).await;
                outcome.map(|_| committed)
            }
        }
    }
}

/// Summarizes what this transaction has committed: its last batch, if there is one, and the number
/// of changes.
async fn written(
    tx: &mut PgConnection,
    before: u64,
) -> Result<(Option<i64>, Committed), StoreError> {
    let row = sqlx::query(
        "SELECT coalesce(sum(size) FILTER (WHERE seq > $1), 0)::bigint, max(seq), \
         onemap.micros(max(at)), (SELECT batch FROM onemap.commits WHERE seq > $1 \
         ORDER BY seq DESC LIMIT 1) FROM onemap.commits WHERE seq >= $1",
    )
    .bind(before as i64)
    .fetch_one(tx)
    .await?;
    let committed = Committed {
        changed: row.try_get::<i64, _>(0)? as u64,
        seq: row.try_get::<Option<i64>, _>(1)?.unwrap_or_default() as u64,
        at: from_micros(row.try_get::<Option<i64>, _>(2)?.unwrap_or_default()),
    };
    Ok((row.try_get(3)?, committed))
}
