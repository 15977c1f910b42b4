//! Shift handovers in PostgreSQL.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use super::PostgisStore;
use crate::store::handover::Row;
use crate::store::{NewHandover, Signature, StoreError};

const COLUMNS: &str = "id, communities, onemap.micros(shift_from), onemap.micros(next_from), \
                       onemap.micros(next_until), giver, giver_name, onemap.micros(given_at), taker, taker_name, \
                       onemap.micros(taken_at)";

impl PostgisStore {
    /// See [`Store::create_handover`](crate::store::Store::create_handover).
    pub(in crate::store) async fn create_handover(
        &self,
        id: &str,
        communities: &str,
        new: &NewHandover,
        oldest: Timestamp,
    ) -> Result<bool, StoreError> {
        sqlx::query("DELETE FROM onemap.handovers WHERE taken_at < onemap.from_micros($1)")
            .bind(oldest.as_microsecond())
            .execute(&self.shared.pool)
            .await?;
        let made = sqlx::query(
            "INSERT INTO onemap.handovers (id, communities, shift_from, next_from, next_until, giver, giver_name, \
             given_at, note, content) VALUES ($1, $2, onemap.from_micros($3), onemap.from_micros($4), \
             onemap.from_micros($5), $6, $7, onemap.from_micros($8), $9, $10) ON CONFLICT DO NOTHING",
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
        .bind(&new.content)
        .execute(&self.shared.pool)
        .await?;
        Ok(made.rows_affected() == 1)
    }

    /// See [`Store::take_handover`](crate::store::Store::take_handover).
    pub(in crate::store) async fn take_handover(
        &self,
        id: &str,
        taken: &Signature,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE onemap.handovers SET taker = $1, taker_name = $2, taken_at = onemap.from_micros($3) \
             WHERE id = $4 AND taken_at IS NULL AND giver <> $1",
        )
        .bind(&taken.account_id)
        .bind(&taken.account)
        .bind(taken.at.as_microsecond())
        .bind(id)
        .execute(&self.shared.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// See [`Store::withdraw_handover`](crate::store::Store::withdraw_handover).
    pub(in crate::store) async fn withdraw_handover(&self, id: &str) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM onemap.handovers WHERE id = $1 AND taken_at IS NULL")
            .bind(id)
            .execute(&self.shared.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// See [`Store::handover`](crate::store::Store::handover).
    pub(in crate::store) async fn handover(&self, id: &str) -> Result<Option<Row>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, note, content FROM onemap.handovers WHERE id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.shared.pool)
            .await?)
    }

    /// See [`Store::handovers`](crate::store::Store::handovers).
    pub(in crate::store) async fn handovers(&self, most: u32) -> Result<Vec<Row>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, '', '' FROM onemap.handovers ORDER BY taken_at IS NULL DESC, given_at DESC, id DESC LIMIT $1"
        );
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(i64::from(most))
            .fetch_all(&self.shared.pool)
            .await?)
    }
}
