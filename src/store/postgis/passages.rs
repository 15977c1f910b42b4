//! Counts of passages in PostgreSQL.

use super::PostgisStore;
use crate::store::StoreError;
use crate::store::passages::{PassageCount, PassageHour, Row, of_row};

impl PostgisStore {
    /// See [`Store::count_passage`](crate::store::Store::count_passage).
    pub async fn count_passage(
        &self,
        hour: &PassageHour,
        passed: bool,
    ) -> Result<(i64, i64), StoreError> {
        sqlx::query("DELETE FROM onemap.passages WHERE entrance = $1 AND quarter < $2")
            .bind(&hour.entrance)
            .bind(hour.quarter - 1)
            .execute(&self.shared.pool)
            .await?;
        Ok(sqlx::query_as(
            "INSERT INTO onemap.passages AS p (entrance, quarter, weekday, hour, passed, refused) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (entrance, quarter, weekday, hour) \
             DO UPDATE SET passed = p.passed + excluded.passed, refused = p.refused + excluded.refused \
             RETURNING p.passed, p.refused",
        )
        .bind(&hour.entrance)
        .bind(hour.quarter)
        .bind(i32::from(hour.weekday))
        .bind(i32::from(hour.hour))
        .bind(i64::from(passed))
        .bind(i64::from(!passed))
        .fetch_one(&self.shared.pool)
        .await?)
    }

    /// See [`Store::all_passages`](crate::store::Store::all_passages).
    pub async fn all_passages(&self) -> Result<Vec<PassageCount>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT entrance, quarter, weekday, hour, passed, refused FROM onemap.passages \
             ORDER BY entrance, quarter, weekday, hour",
        )
        .fetch_all(&self.shared.pool)
        .await?;
        Ok(rows.into_iter().map(of_row).collect())
    }
}
