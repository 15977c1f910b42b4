//! Shift handovers in SQLite.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::SqliteStore;
use crate::store::handover::Row;
use crate::store::{NewHandover, Signature, StoreError};

const COLUMNS: &str = "id, communities, shift_from, next_from, next_until, giver, giver_name, given_at, taker, \
                       taker_name, taken_at";

impl SqliteStore {
    /// See [`Store::create_handover`](crate::store::Store::create_handover).
    pub(in crate::store) async fn create_handover(
        &self,
        id: &str,
        communities: &str,
        new: &NewHandover,
        oldest: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(
            sqlx::query("DELETE FROM handovers WHERE taken_at < ?").bind(oldest.as_microsecond()),
        )
        .await?;
        let made = self
            .write(
                sqlx::query(
                    "INSERT INTO handovers (id, communities, shift_from, next_from, next_until, giver, giver_name, \
                     given_at, note, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                )
                .bind(id)
                .bind(communities)
                .bind(new.shift.from.as_microsecond())
                .bind(new.shift.next_from.as_microsecond())
                .bind(new.shift.next_until.as_microsecond())
                .bind(&new.given.account_id)
                .bind(&new.given.account)
                .bind(new.given.at.as_microsecond())
                .bind(&new.note)
                .bind(&new.content),
            )
            .await?;
        Ok(made.rows_affected() == 1)
    }

    /// See [`Store::take_handover`](crate::store::Store::take_handover).
    pub(in crate::store) async fn take_handover(
        &self,
        id: &str,
        taken: &Signature,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE handovers SET taker = ?1, taker_name = ?2, taken_at = ?3 \
             WHERE id = ?4 AND taken_at IS NULL AND giver <> ?1",
        );
        let query = query.bind(&taken.account_id).bind(&taken.account);
        let done = self
            .write(query.bind(taken.at.as_microsecond()).bind(id))
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// See [`Store::withdraw_handover`](crate::store::Store::withdraw_handover).
    pub(in crate::store) async fn withdraw_handover(&self, id: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM handovers WHERE id = ? AND taken_at IS NULL");
        Ok(self.write(query.bind(id)).await?.rows_affected() == 1)
    }

    /// See [`Store::handover`](crate::store::Store::handover).
    pub(in crate::store) async fn handover(&self, id: &str) -> Result<Option<Row>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, note, content FROM handovers WHERE id = ?");
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.shared.readers)
            .await?)
    }

    /// See [`Store::handovers`](crate::store::Store::handovers).
    pub(in crate::store) async fn handovers(&self, most: u32) -> Result<Vec<Row>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, '', '' FROM handovers ORDER BY taken_at IS NULL DESC, given_at DESC, id DESC LIMIT ?"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(i64::from(most))
            .fetch_all(&self.shared.readers)
            .await?)
    }
}
