//! Uploads in PostgreSQL.

use jiff::Timestamp;
use uuid::Uuid;

use super::{LOCKS, PostgisStore};
use crate::store::upload::SWEPT;
use crate::store::{StoreError, Upload, UploadLimits};

/// The key of the `pg_advisory_xact_lock` that is held while a chunk is added, so that two uploads cannot
/// pass the check of the total size at the same time.
const ADDING_LOCK: i32 = 5;

impl PostgisStore {
    /// See [`Store::create_upload`](crate::store::Store::create_upload).
    pub async fn create_upload(
        &self,
        owner: &str,
        name: &str,
        expires_at: Timestamp,
    ) -> Result<Upload, StoreError> {
        let id = Uuid::new_v4().to_string();
        sqlx::query(
            "INSERT INTO onemap.uploads (id, owner, name, created_at, expires_at) \
             VALUES ($1, $2, $3, clock_timestamp(), onemap.from_micros($4))",
        )
        .bind(&id)
        .bind(owner)
        .bind(name)
        .bind(expires_at.as_microsecond())
        .execute(&self.shared.pool)
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
        let mut tx = self.shared.pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind(LOCKS)
            .bind(ADDING_LOCK)
            .execute(&mut *tx)
            .await?;
        let sizes: Option<(i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT bytes, chunks, \
             (SELECT sum(o.bytes)::bigint FROM onemap.uploads o WHERE o.owner = u.owner), \
             (SELECT sum(a.bytes)::bigint FROM onemap.uploads a) \
             FROM onemap.uploads u WHERE id = $1 AND NOT complete",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        let (one, chunks, account, total) =
            sizes.ok_or_else(|| StoreError::NoUpload { id: id.to_owned() })?;
        let with = |bytes: i64| bytes.cast_unsigned() + data.len() as u64;
        limits.check(with(one), with(account), with(total))?;
        sqlx::query("INSERT INTO onemap.upload_chunks (upload, n, data) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(chunks)
            .bind(data)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "UPDATE onemap.uploads SET bytes = bytes + $2, chunks = chunks + 1, \
             expires_at = onemap.from_micros($3) WHERE id = $1",
        )
        .bind(id)
        .bind(data.len() as i64)
        .bind(expires_at.as_microsecond())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// See [`Store::finish_upload`](crate::store::Store::finish_upload).
    pub async fn finish_upload(
        &self,
        id: &str,
        expires_at: Timestamp,
    ) -> Result<Upload, StoreError> {
        sqlx::query(
            "UPDATE onemap.uploads SET complete = true, expires_at = onemap.from_micros($2) \
             WHERE id = $1",
        )
        .bind(id)
        .bind(expires_at.as_microsecond())
        .execute(&self.shared.pool)
        .await?;
        self.upload(id)
            .await?
            .ok_or_else(|| StoreError::NoUpload { id: id.to_owned() })
    }

    /// See [`Store::upload`](crate::store::Store::upload).
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>, StoreError> {
        let row = sqlx::query(
            "SELECT id, owner, name, bytes, chunks, complete, onemap.micros(created_at), \
             onemap.micros(expires_at) FROM onemap.uploads WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.shared.pool)
        .await?;
        row.as_ref().map(Upload::read).transpose()
    }

    /// See [`Store::upload_chunk`](crate::store::Store::upload_chunk).
    pub async fn upload_chunk(&self, id: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(
            sqlx::query_scalar(
                "SELECT data FROM onemap.upload_chunks WHERE upload = $1 AND n = $2",
            )
            .bind(id)
            .bind(i64::from(n))
            .fetch_optional(&self.shared.pool)
            .await?,
        )
    }

    /// See [`Store::delete_upload`](crate::store::Store::delete_upload).
    pub async fn delete_upload(&self, id: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM onemap.uploads WHERE id = $1")
            .bind(id)
            .execute(&self.shared.pool)
            .await?;
        Ok(())
    }

    /// See [`Store::expire_uploads`](crate::store::Store::expire_uploads).
    pub async fn expire_uploads(&self, now: Timestamp) -> Result<u64, StoreError> {
        let expired =
            sqlx::query("DELETE FROM onemap.uploads WHERE expires_at <= onemap.from_micros($1)")
                .bind(now.as_microsecond())
                .execute(&self.shared.pool)
                .await?;
        Ok(expired.rows_affected())
    }

    /// See [`Store::sweep_chunks`](crate::store::Store::sweep_chunks).
    pub async fn sweep_chunks(&self) -> Result<u64, StoreError> {
        let swept = sqlx::query(
            "DELETE FROM onemap.upload_chunks WHERE (upload, n) IN (\
               SELECT c.upload, c.n FROM onemap.upload_chunks c \
               WHERE NOT EXISTS (SELECT 1 FROM onemap.uploads u WHERE u.id = c.upload) LIMIT $1)",
        )
        .bind(i64::from(SWEPT))
        .execute(&self.shared.pool)
        .await?;
        Ok(swept.rows_affected())
    }
}
