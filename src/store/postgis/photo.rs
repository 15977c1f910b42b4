//! Photos in PostgreSQL.

use jiff::Timestamp;

use super::PostgisStore;
use crate::model::FeatureId;
use crate::store::{Photo, PhotoSize, StoreError, StoredPhoto};

impl PostgisStore {
    /// See [`Store::put_photo`](crate::store::Store::put_photo).
    pub async fn put_photo(&self, photo: &Photo, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO onemap.photos AS p (id, at, width, height, jpeg, thumb) \
             VALUES ($1, onemap.from_micros($2), $3, $4, $5, $6) \
             ON CONFLICT (id) DO UPDATE SET at = greatest(p.at, excluded.at)",
        )
        .bind(&photo.id)
        .bind(at.as_microsecond())
        .bind(i64::from(photo.width))
        .bind(i64::from(photo.height))
        .bind(&photo.jpeg)
        .bind(&photo.thumb)
        .execute(&self.shared.pool)
        .await?;
        Ok(())
    }

    /// See [`Store::photo`](crate::store::Store::photo).
    pub async fn photo(
        &self,
        id: &str,
        size: PhotoSize,
    ) -> Result<Option<StoredPhoto>, StoreError> {
        let sql = match size {
            PhotoSize::Full => "SELECT jpeg FROM onemap.photos WHERE id = $1",
            PhotoSize::Thumb => "SELECT thumb FROM onemap.photos WHERE id = $1",
        };
        let jpeg: Option<Vec<u8>> = sqlx::query_scalar(sql)
            .bind(id)
            .fetch_optional(&self.shared.pool)
            .await?;
        let Some(jpeg) = jpeg else { return Ok(None) };
        let warnings = sqlx::query_scalar(
            "SELECT warning FROM onemap.photos_of_warnings WHERE photo = $1 ORDER BY warning",
        )
        .bind(id)
        .fetch_all(&self.shared.pool)
        .await?;
        Ok(Some(StoredPhoto { jpeg, warnings }))
    }

    /// See [`Store::attach_photos`](crate::store::Store::attach_photos).
    pub async fn attach_photos(
        &self,
        warning: &FeatureId,
        ids: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        // Held, so that no sweep takes them in between.
        let known: Vec<String> =
            sqlx::query_scalar("SELECT id FROM onemap.photos WHERE id = ANY ($1) FOR KEY SHARE")
                .bind(ids)
                .fetch_all(&mut *tx)
                .await?;
        let missing: Vec<String> = ids
            .iter()
            .filter(|id| !known.contains(id))
            .cloned()
            .collect();
        if missing.is_empty() {
            sqlx::query(
                "INSERT INTO onemap.photos_of_warnings (photo, warning) \
                 SELECT p, $2 FROM unnest($1::text[]) p ON CONFLICT DO NOTHING",
            )
            .bind(ids)
            .bind(warning.as_str())
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
        }
        Ok(missing)
    }

    /// See [`Store::sweep_photos`](crate::store::Store::sweep_photos).
    pub async fn sweep_photos(&self, before: Timestamp) -> Result<u64, StoreError> {
        let swept = sqlx::query(
            "DELETE FROM onemap.photos p WHERE at < onemap.from_micros($1) AND NOT EXISTS \
             (SELECT FROM onemap.photos_of_warnings w WHERE w.photo = p.id)",
        )
        .bind(before.as_microsecond())
        .execute(&self.shared.pool)
        .await?;
        Ok(swept.rows_affected())
    }
}
