//! Photos of cases: kept in the database, so that every node has them.

use jiff::Timestamp;

use super::{Store, StoreError};
pub use crate::codec::photo::Photo;
use crate::model::FeatureId;

/// Which of its two sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoSize {
    /// As large as it is kept.
    Full,
    /// For lists.
    Thumb,
}

/// A photo as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPhoto {
    /// JPEG, of the size that was asked for.
    pub jpeg: Vec<u8>,
    /// The warnings that it belongs to.
    pub warnings: Vec<String>,
}

impl Store {
    /// Keeps a photo. One that is known already is kept for another day.
    pub async fn put_photo(&self, photo: &Photo, at: Timestamp) -> Result<(), StoreError> {
        either!(self, s => s.put_photo(photo, at).await)
    }

    /// A photo and the warnings that it belongs to.
    pub async fn photo(
        &self,
        id: &str,
        size: PhotoSize,
    ) -> Result<Option<StoredPhoto>, StoreError> {
        either!(self, s => s.photo(id, size).await)
    }

    /// Says that photos belong to a warning; from then on they are not swept. Names those that there
    /// are not: then none is attached.
    pub async fn attach_photos(
        &self,
        warning: &FeatureId,
        ids: &[String],
    ) -> Result<Vec<String>, StoreError> {
        either!(self, s => s.attach_photos(warning, ids).await)
    }

    /// Removes photos that were handed in before a moment and belong to no warning; says how many.
    pub async fn sweep_photos(&self, before: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_photos(before).await)
    }
}
