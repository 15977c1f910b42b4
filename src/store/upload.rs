//! Files that jobs read, kept in chunks until the job and its plan are over: they outlive a request and the
//! process that took them.

use jiff::Timestamp;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::{Store, StoreError, UploadRefusal, from_micros};

/// The bytes of a chunk; the last one of an upload may be shorter.
pub const CHUNK_BYTES: usize = 1 << 20;

/// How much may be uploaded, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// One file.
    pub one: u64,
    /// All files of an account that are kept.
    pub account: u64,
    /// All files that are kept.
    pub total: u64,
}

impl Default for UploadLimits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            one: 512 * MIB,
            account: 1024 * MIB,
            total: 4096 * MIB,
        }
    }
}

impl UploadLimits {
    /// Checks sizes in bytes that would be reached.
    pub(super) fn check(&self, one: u64, account: u64, total: u64) -> Result<(), UploadRefusal> {
        if one > self.one {
            Err(UploadRefusal::One(self.one))
        } else if account > self.account {
            Err(UploadRefusal::Account(self.account))
        } else if total > self.total {
            Err(UploadRefusal::Total(self.total))
        } else {
            Ok(())
        }
    }
}

/// A file that was uploaded, or is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id: a random UUID.
    pub id: String,
    /// The id of the account that sends it.
    pub owner: String,
    /// What it is called.
    pub name: String,
    /// How many bytes have come.
    pub bytes: u64,
    /// In how many chunks.
    pub chunks: u32,
    /// Whether all of it has come.
    pub complete: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it is removed.
    pub expires_at: Timestamp,
}

impl Store {
    /// Begins an upload; it is removed at a moment, unless it is finished before.
    pub async fn create_upload(
        &self,
        owner: &str,
        name: &str,
        expires_at: Timestamp,
    ) -> Result<Upload, StoreError> {
        either!(self, s => s.create_upload(owner, name, expires_at).await)
    }

    /// Adds the next chunk to an upload that is not complete.
    ///
    /// # Errors
    /// [`StoreError::Upload`] where a limit is reached, [`StoreError::NoUpload`] where it was removed.
    pub async fn append_upload(
        &self,
        id: &str,
        data: &[u8],
        limits: &UploadLimits,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.append_upload(id, data, limits, expires_at).await)
    }

    /// Says that all of an upload has come, and until when it is kept.
    ///
    /// # Errors
    /// [`StoreError::NoUpload`] where it was removed.
    pub async fn finish_upload(
        &self,
        id: &str,
        expires_at: Timestamp,
    ) -> Result<Upload, StoreError> {
        either!(self, s => s.finish_upload(id, expires_at).await)
    }

    /// The upload with an id.
    pub async fn upload(&self, id: &str) -> Result<Option<Upload>, StoreError> {
        either!(self, s => s.upload(id).await)
    }

    /// A chunk of an upload, by its number from 0.
    pub async fn upload_chunk(&self, id: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        either!(self, s => s.upload_chunk(id, n).await)
    }

    /// Removes an upload. Its chunks go with the next sweep.
    pub async fn delete_upload(&self, id: &str) -> Result<(), StoreError> {
        either!(self, s => s.delete_upload(id).await)
    }

    /// Removes the uploads whose time is over.
    pub async fn expire_uploads(&self, now: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.expire_uploads(now).await)
    }

    /// Removes some chunks of uploads that were removed; says how many. Short, so that writes slip in between:
    /// repeat it until it says 0.
    pub async fn sweep_chunks(&self) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_chunks().await)
    }
}

/// How many chunks a sweep removes at a time.
pub(super) const SWEPT: u32 = 16;

impl Upload {
    /// Reads id, owner, name, bytes, chunks, complete, created and expires (microseconds), of either database.
    pub(super) fn read<'r, R>(row: &'r R) -> Result<Self, StoreError>
    where
        R: Row,
        usize: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
        i64: Decode<'r, R::Database> + Type<R::Database>,
        bool: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(Self {
            id: row.try_get(0)?,
            owner: row.try_get(1)?,
            name: row.try_get(2)?,
            bytes: row.try_get::<i64, _>(3)?.cast_unsigned(),
            chunks: u32::try_from(row.try_get::<i64, _>(4)?).unwrap_or(u32::MAX),
            complete: row.try_get(5)?,
            created_at: from_micros(row.try_get(6)?),
            expires_at: from_micros(row.try_get(7)?),
        })
    }
}
