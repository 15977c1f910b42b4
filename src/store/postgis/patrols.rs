//! Patrol rounds in PostgreSQL.

use jiff::civil::Date;

use super::PostgisStore;
use crate::store::StoreError;
use crate::store::patrols::{PatrolHour, Row};

impl PostgisStore {
    /// See [`Store::put_patrol`](crate::store::Store::put_patrol).
    pub async fn put_patrol(&self, patrol: &PatrolHour, oldest: Date) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM onemap.patrols WHERE day < $1")
            .bind(oldest.to_string())
            .execute(&self.shared.pool)
            .await?;
        sqlx::query(
            "INSERT INTO onemap.patrols (day, grid, hour, account) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind(patrol.day.to_string())
        .bind(&patrol.grid)
        .bind(i32::from(patrol.hour))
        .bind(&patrol.account)
        .execute(&self.shared.pool)
        .await?;
        Ok(())
    }

    /// See [`Store::patrols`](crate::store::Store::patrols).
    pub(in crate::store) async fn patrols(&self, day: &str) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT grid, hour, account FROM onemap.patrols WHERE day = $1 \
             ORDER BY grid, hour, account",
        )
        .bind(day)
        .fetch_all(&self.shared.pool)
        .await?)
    }
}
