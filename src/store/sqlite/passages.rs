//! Counts of passages in SQLite.

use super::SqliteStore;
use crate::store::StoreError;
use crate::store::passages::{PassageCount, PassageHour, Row, of_row};

impl SqliteStore {
    /// See [`Store::count_passage`](crate::store::Store::count_passage).
    pub async fn count_passage(
        &self,
        hour: &PassageHour,
        passed: bool,
    ) -> Result<(i64, i64), StoreError> {
        self.write(
            sqlx::query("DELETE FROM passages WHERE entrance = ? AND quarter < ?")
                .bind(&hour.entrance)
                .bind(hour.quarter - 1),
        )
        .await?;
        self.write(
            sqlx::query(
                "INSERT INTO passages (entrance, quarter, weekday, hour, passed, refused) \
                 VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (entrance, quarter, weekday, hour) \
                 DO UPDATE SET passed = passed + excluded.passed, refused = refused + excluded.refused",
            )
            .bind(&hour.entrance)
            .bind(hour.quarter)
            .bind(i32::from(hour.weekday))
            .bind(i32::from(hour.hour))
            .bind(i64::from(passed))
            .bind(i64::from(!passed)),
        )
        .await?;
        Ok(sqlx::query_as(
            "SELECT passed, refused FROM passages \
             WHERE entrance = ? AND quarter = ? AND weekday = ? AND hour = ?",
        )
        .bind(&hour.entrance)
        .bind(hour.quarter)
        .bind(i32::from(hour.weekday))
        .bind(i32::from(hour.hour))
        .fetch_one(&self.shared.readers)
        .await?)
    }

    /// See [`Store::all_passages`](crate::store::Store::all_passages).
    pub async fn all_passages(&self) -> Result<Vec<PassageCount>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT entrance, quarter, weekday, hour, passed, refused FROM passages \
             ORDER BY entrance, quarter, weekday, hour",
        )
        .fetch_all(&self.shared.readers)
        .await?;
        Ok(rows.into_iter().map(of_row).collect())
    }
}
