//! Patrol rounds in SQLite.

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::patrols::{PatrolHour, Row};

impl SqliteStore {
    /// See [`Store::put_patrol`](crate::store::Store::put_patrol).
    pub(in crate::store) async fn put_patrol(
        &self,
        patrol: &PatrolHour,
        named: &str,
        oldest: &str,
    ) -> Result<(), StoreError> {
        let unnamed = "INSERT INTO patrols (day, grid, hour, account) \
                       SELECT DISTINCT day, grid, hour, '' FROM patrols WHERE day < ? AND account <> '' \
                       ON CONFLICT DO NOTHING";
        self.write(sqlx::query(unnamed).bind(named)).await?;
        let old = "DELETE FROM patrols WHERE day < ? OR (day < ? AND account <> '')";
        self.write(sqlx::query(old).bind(oldest).bind(named))
            .await?;
        self.write(
            sqlx::query(
                "INSERT INTO patrols (day, grid, hour, account) VALUES (?, ?, ?, ?) \
                 ON CONFLICT DO NOTHING",
            )
            .bind(patrol.day.to_string())
            .bind(&patrol.grid)
            .bind(i32::from(patrol.hour))
            .bind(&patrol.account),
        )
        .await?;
        Ok(())
    }

    /// See [`Store::patrols`](crate::store::Store::patrols).
    pub(in crate::store) async fn patrols(&self, day: &str) -> Result<Vec<Row>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT grid, hour, account FROM patrols WHERE day = ? ORDER BY grid, hour, account",
        )
        .bind(day)
        .fetch_all(&self.shared.readers)
        .await?)
    }

    /// See [`Store::patrol_names`](crate::store::Store::patrol_names).
    pub(in crate::store) async fn patrol_names(
        &self,
        day: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT a.id, a.name FROM accounts a \
             WHERE a.id IN (SELECT account FROM patrols WHERE day = ?)",
        )
        .bind(day)
        .fetch_all(&self.shared.readers)
        .await?)
    }

    /// See [`Store::walked_days`](crate::store::Store::walked_days).
    pub(in crate::store) async fn walked_days(
        &self,
        from: &str,
        until: &str,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT grid, count(DISTINCT day) FROM patrols WHERE day >= ? AND day < ? GROUP BY grid",
        )
        .bind(from)
        .bind(until)
        .fetch_all(&self.shared.readers)
        .await?)
    }
}
