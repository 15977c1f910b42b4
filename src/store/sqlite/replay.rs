//! Edits become commits, one or thousands, in one transaction: as short as the disk allows.

use sqlx::Connection;

use super::read::head;
use super::write::{End, is_folding, make_true, new_batch};
use super::{SqliteStore, micros_now};
use crate::model::Edit;
use crate::store::{Committed, StoreError};

impl SqliteStore {
    /// See [`Store::replay`](crate::store::Store::replay).
    pub async fn replay(&self, edits: Vec<Edit>) -> Result<Committed, StoreError> {
        let mut writer = self.shared.writer.lock().await;
        // IMMEDIATE takes the write lock before the first read: what we read is what we write upon.
        let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
        let first = new_batch(&mut tx).await?;
        let mut end = End {
            head: head(&mut tx).await?,
            batch: first,
            folding: is_folding(&mut tx).await?,
        };
        let mut changed = 0;
        for edit in edits {
            changed += make_true(&mut tx, edit, &mut end).await?;
        }
        let committed = Committed {
            seq: end.head.seq,
            at: end.head.at,
            changed,
        };
        if changed == 0 {
            return Ok(committed);
        }
        // Nobody else could ask for a batch meanwhile, so ours were the next ones; the table must
        // learn which was the last, or it gives them out again.
        let last = end.batch - 1;
        if last > first {
            sqlx::query("INSERT INTO batches (batch, touched_at) VALUES (?, ?)")
                .bind(last)
                .bind(micros_now())
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query("DELETE FROM batches WHERE batch IN (?, ?)")
            .bind(first)
            .bind(last)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        drop(writer);
        self.shared.written.notify_waiters();
        Ok(committed)
    }
}
