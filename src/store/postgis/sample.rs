//! Reads a sample of features spread over the whole map.

use sqlx::AssertSqlSafe;

use super::PostgisStore;
use crate::store::StoreError;

impl PostgisStore {
    /// See [`Store::sample_places`](crate::store::Store::sample_places). Returns geometries as WKB.
    pub async fn sample_shapes(&self, most: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        // The planner's estimate of the row count; -1 if the table was never analysed.
        let rows: f32 = sqlx::query_scalar(
            "SELECT reltuples FROM pg_catalog.pg_class WHERE oid = 'onemap.features'::regclass",
        )
        .fetch_one(&self.shared.pool)
        .await?;
        let percent = (f64::from(most) * 100.0 / f64::from(rows.max(1.0))).clamp(0.0001, 100.0);
        // Samples whole pages: reading a million features would take longer than many imports.
        let sql = format!(
            "SELECT onemap.to_wkb(geometry) FROM onemap.features TABLESAMPLE SYSTEM ({percent}) \
             WHERE geometry IS NOT NULL AND left(collection, 1) <> '$' LIMIT {most}"
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&self.shared.pool)
            .await?)
    }
}
