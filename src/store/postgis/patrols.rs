//! Patrol rounds in PostgreSQL.

use super::PostgisStore;
use crate::store::StoreError;
use crate::store::patrols::{PatrolHour, Row};

impl PostgisStore {
    /// See [`Store::put_patrol`](crate::store::Store::put_patrol).
    pub(in crate::store) async fn put_patrol(
        &self,
        patrol: &PatrolHour,
        named: &str,
        oldest: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO onemap.patrols (day, grid, hour, account) \
             SELECT DISTINCT day, grid, hour, '' FROM onemap.patrols WHERE day < $1 AND account <> '' \
             ON CONFLICT DO NOTHING",
        )
        .bind(named)
        .execute(&self.shared.pool)
        .await?;
        sqlx::query("DELETE FROM onemap.patrols WHERE day < $1 OR (day < $2 AND account <> '')")
            .bind(oldest)
            .bind(named)
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

    /// See [`Store::patrol_names`](crate::store::Store::patrol_names).
    pub(in crate::store) async fn patrol_names(
        &self,
        day: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT a.id, a.name FROM onemap.accounts a \
             WHERE a.id IN (SELECT account FROM onemap.patrols WHERE day = $1)",
        )
        .bind(day)
        .fetch_all(&self.shared.pool)
        .await?)
    }

    /// See [`Store::walked_days`](crate::store::Store::walked_days).
    pub(in crate::store) async fn walked_days(
        &self,
        from: &str,
        until: &str,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT grid, count(DISTINCT day) FROM onemap.patrols \
             WHERE day >= $1 AND day < $2 GROUP BY grid",
        )
        .bind(from)
        .bind(until)
        .fetch_all(&self.shared.pool)
        .await?)
    }
}
