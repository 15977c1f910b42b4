//! Photos in SQLite.

use jiff::Timestamp;
use sqlx::Connection;

use super::SqliteStore;
use crate::model::FeatureId;
use crate::store::{Photo, PhotoSize, StoreError, StoredPhoto};

impl SqliteStore {
    /// See [`Store::put_photo`](crate::store::Store::put_photo).
    pub async fn put_photo(&self, photo: &Photo, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO photos (id, at, width, height, jpeg, thumb) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)",
        )
        .bind(&photo.id)
        .bind(at.as_microsecond())
        .bind(photo.width)
        .bind(photo.height)
        .bind(&photo.jpeg)
        .bind(&photo.thumb)
        .execute(&mut *self.shared.writer.lock().await)
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
            PhotoSize::Full => "SELECT jpeg FROM photos WHERE id = ?",
            PhotoSize::Thumb => "SELECT thumb FROM photos WHERE id = ?",
        };
        let jpeg: Option<Vec<u8>> = sqlx::query_scalar(sql)
            .bind(id)
            .fetch_optional(&self.shared.readers)
            .await?;
        let Some(jpeg) = jpeg else { return Ok(None) };
        let warnings = sqlx::query_scalar(
            "SELECT warning FROM photos_of_warnings WHERE photo = ? ORDER BY warning",
        )
        .bind(id)
        .fetch_all(&self.shared.readers)
        .await?;
        Ok(Some(StoredPhoto { jpeg, warnings }))
    }

    /// See [`Store::attach_photos`](crate::store::Store::attach_photos).
    pub async fn attach_photos(
        &self,
        warning: &FeatureId,
        ids: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let mut writer = self.shared.writer.lock().await;
        let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut missing = Vec::new();
        for id in ids {
            let known: bool =
                sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM photos WHERE id = ?)")
                    .bind(id)
                    .fetch_one(&mut *tx)
                    .await?;
            if !known {
                missing.push(id.clone());
                continue;
            }
            sqlx::query("INSERT OR IGNORE INTO photos_of_warnings (photo, warning) VALUES (?, ?)")
                .bind(id)
                .bind(warning.as_str())
                .execute(&mut *tx)
                .await?;
        }
        if missing.is_empty() {
            tx.commit().await?;
        }
        Ok(missing)
    }

    /// See [`Store::sweep_photos`](crate::store::Store::sweep_photos).
    pub async fn sweep_photos(&self, before: Timestamp) -> Result<u64, StoreError> {
        let swept = sqlx::query(
            "DELETE FROM photos WHERE at < ? AND NOT EXISTS \
             (SELECT 1 FROM photos_of_warnings w WHERE w.photo = photos.id)",
        )
        .bind(before.as_microsecond())
        .execute(&mut *self.shared.writer.lock().await)
        .await?;
        Ok(swept.rows_affected())
    }
}
