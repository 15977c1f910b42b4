//! Uploaded files that jobs read. They are stored in chunks until they expire or are deleted, so
//! they outlive the request and the process that received them.

use jiff::Timestamp;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::{Store, StoreError, UploadRefusal, from_micros};

/// The size of a chunk in bytes; the last chunk of an upload may be shorter.
pub const CHUNK_BYTES: usize = 1 << 20;

/// The limits of uploads, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// The maximum size of one file.
    pub one: u64,
    /// The maximum total size of the stored files of one account.
    pub account: u64,
    /// The maximum total size of all stored files.
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
    /// Checks the sizes, in bytes, that an upload would lead to.
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

/// A file that was uploaded or is being uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The upload's id, a random UUID.
    pub id: String,
    /// The id of the account that uploads the file.
    pub owner: String,
    /// The name of the file.
    pub name: String,
    /// The number of bytes received so far.
    pub bytes: u64,
    /// The number of chunks received so far.
    pub chunks: u32,
    /// Whether the whole file has been received.
    pub complete: bool,
    /// When the upload began.
    pub created_at: Timestamp,
    /// When the upload is removed.
    pub expires_at: Timestamp,
}

impl Store {
    /// Begins an upload. It is removed at `expires_at`; each chunk and the end of the upload set a
    /// later time.
    pub async fn create_upload(
        &self,
        owner: &str,
        name: &str,
        expires_at: Timestamp,
    ) -> Result<Upload, StoreError> {
        either!(self, s => s.create_upload(owner, name, expires_at).await)
    }

    /// Adds the next chunk to an unfinished upload, which is then removed at `expires_at`.
    ///
    /// # Errors
    /// [`StoreError::Upload`] if a limit is exceeded, [`StoreError::NoUpload`] if the upload was
    /// removed or is complete.
    pub async fn append_upload(
        &self,
        id: &str,
        data: &[u8],
        limits: &UploadLimits,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.append_upload(id, data, limits, expires_at).await)
    }

    /// Marks an upload as complete and sets until when it is kept.
    ///
    /// # Errors
    /// [`StoreError::NoUpload`] if the upload was removed.
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

    /// A chunk of an upload, numbered from 0.
    pub async fn upload_chunk(&self, id: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        either!(self, s => s.upload_chunk(id, n).await)
    }

    /// Removes an upload. The next sweep removes its chunks.
    pub async fn delete_upload(&self, id: &str) -> Result<(), StoreError> {
        either!(self, s => s.delete_upload(id).await)
    }

    /// Removes the expired uploads and returns how many.
    pub async fn expire_uploads(&self, now: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.expire_uploads(now).await)
    }

    /// Removes some chunks of removed uploads and returns how many. One call is short, so that
    /// other writes can run in between; repeat it until it returns 0.
    pub async fn sweep_chunks(&self) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_chunks().await)
    }
}

/// The number of chunks that one sweep removes.
pub(super) const SWEPT: u32 = 16;

impl Upload {
    /// Reads id, owner, name, bytes, chunks, complete, created and expires (in microseconds), from
    /// either database.
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
