//! Uploads in SQLite.

use jiff::Timestamp;
use sqlx::Connection;
use uuid::Uuid;

use super::{SqliteStore, micros_now};
use crate::store::upload::SWEPT;
use crate::store::{StoreError, Upload, UploadLimits};

impl SqliteStore {
    /// See [`Store::create_upload`](crate::store::Store::create_upload).
    pub async fn create_upload(
        &self,
        owner: &str,
        name: &str,
        expires_at: Timestamp,
    ) -> Result<Upload, StoreError> {
        let id = Uuid::new_v4().to_string();
        self.write(
            sqlx::query(
                "INSERT INTO uploads (id, owner, name, created_at, expires_at) \
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(&id)
            .bind(owner)
            .bind(name)
            .bind(micros_now())
            .bind(expires_at.as_microsecond()),
        )
        .await?;
        self.upload(&id)
            .await?
            .ok_or_else(|| StoreError::NoUpload { id })
    }

    /// See [`Store::append_upload`](crate::store::Store::append_upload).
    pub async fn append_upload(
        &self,
        id: &str,
        data: &[u8],
        limits: &UploadLimits,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let sizes: Option<(i64, i64, i64, i64)> = sqlx::query_as(
                "SELECT bytes, chunks, \
                 (SELECT sum(o.bytes) FROM uploads o WHERE o.owner = u.owner), \
                 (SELECT sum(a.bytes) FROM uploads a) \
                 FROM uploads u WHERE id = ? AND NOT complete",
            )
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
            let (one, chunks, account, total) =
                sizes.ok_or_else(|| StoreError::NoUpload { id: id.to_owned() })?;
            let with = |bytes: i64| bytes.cast_unsigned() + data.len() as u64;
            limits.check(with(one), with(account), with(total))?;
            sqlx::query("INSERT INTO upload_chunks (upload, n, data) VALUES (?, ?, ?)")
                .bind(id)
                .bind(chunks)
                .bind(data)
                .execute(&mut *tx)
                .await?;
            sqlx::query(
                "UPDATE uploads SET bytes = bytes + ?2, chunks = chunks + 1, expires_at = ?3 \
                 WHERE id = ?1",
            )
            .bind(id)
            .bind(data.len() as i64)
            .bind(expires_at.as_microsecond())
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            Ok(())
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::finish_upload`](crate::store::Store::finish_upload).
    pub async fn finish_upload(
        &self,
        id: &str,
        expires_at: Timestamp,
    ) -> Result<Upload, StoreError> {
        self.write(
            sqlx::query("UPDATE uploads SET complete = 1, expires_at = ?2 WHERE id = ?1")
                .bind(id)
                .bind(expires_at.as_microsecond()),
        )
        .await?;
        self.upload(id)
            .await?
            .ok_or_else(|| StoreError::NoUpload { id: id.to_owned() })
    }

    /// See [`Store::upload`](crate::store::Store::upload).
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>, StoreError> {
        let row = sqlx::query(
            "SELECT id, owner, name, bytes, chunks, complete, created_at, expires_at \
             FROM uploads WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&self.shared.readers)
        .await?;
        row.as_ref().map(Upload::read).transpose()
    }

    /// See [`Store::upload_chunk`](crate::store::Store::upload_chunk).
    pub async fn upload_chunk(&self, id: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT data FROM upload_chunks WHERE upload = ? AND n = ?")
                .bind(id)
                .bind(n)
                .fetch_optional(&self.shared.readers)
                .await?,
        )
    }

    /// See [`Store::delete_upload`](crate::store::Store::delete_upload).
    pub async fn delete_upload(&self, id: &str) -> Result<(), StoreError> {
        self.write(sqlx::query("DELETE FROM uploads WHERE id = ?").bind(id))
            .await?;
        Ok(())
    }

    /// See [`Store::expire_uploads`](crate::store::Store::expire_uploads).
    pub async fn expire_uploads(&self, now: Timestamp) -> Result<u64, StoreError> {
        let expired = self
            .write(
                sqlx::query("DELETE FROM uploads WHERE expires_at <= ?").bind(now.as_microsecond()),
            )
            .await?;
        Ok(expired.rows_affected())
    }

    /// See [`Store::sweep_chunks`](crate::store::Store::sweep_chunks).
    pub async fn sweep_chunks(&self) -> Result<u64, StoreError> {
        let swept = self
            .write(
                sqlx::query(
                    "DELETE FROM upload_chunks WHERE rowid IN (SELECT c.rowid FROM upload_chunks c \
                     WHERE NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = c.upload) LIMIT ?)",
                )
                .bind(SWEPT),
            )
            .await?;
        Ok(swept.rows_affected())
    }
}
