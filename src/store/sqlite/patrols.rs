//! Patrol rounds in SQLite.

use jiff::civil::Date;

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::patrols::{PatrolHour, Row};

impl SqliteStore {
    /// See [`Store::put_patrol`](crate::store::Store::put_patrol).
    pub async fn put_patrol(&self, patrol: &PatrolHour, oldest: Date) -> Result<(), StoreError> {
        self.write(sqlx::query("DELETE FROM patrols WHERE day < ?").bind(oldest.to_string()))
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
}
