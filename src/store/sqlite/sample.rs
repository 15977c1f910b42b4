//! Reads a sample of features spread over the whole map.

use super::SqliteStore;
use crate::store::StoreError;

impl SqliteStore {
    /// See [`Store::sample_places`](crate::store::Store::sample_places). Returns geometries as WKB.
    pub async fn sample_shapes(&self, most: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let last: Option<i64> = sqlx::query_scalar("SELECT max(rowid) FROM features")
            .fetch_one(&self.shared.readers)
            .await?;
        let last = last.unwrap_or(0);
        // Samples rows at equal distances: reading a million features would take longer than many
        // imports.
        let step = usize::try_from(last / i64::from(most.max(1)) + 1).unwrap_or(1);
        let rows: Vec<i64> = (1..=last).step_by(step).collect();
        let rows = serde_json::to_string(&rows).unwrap_or_default();
        Ok(sqlx::query_scalar(
            "SELECT f.geometry FROM json_each(?) w CROSS JOIN features f ON f.rowid = w.value \
             WHERE f.geometry IS NOT NULL AND f.properties IS NOT NULL \
             AND substr(f.collection, 1, 1) <> '$'",
        )
        .bind(rows)
        .fetch_all(&self.shared.readers)
        .await?)
    }
}
