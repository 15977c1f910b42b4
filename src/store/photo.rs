//! Photos: kept in the database, so that every node has them.
//!
//! A photo belongs to nobody's feature until it is linked. Its uploader links it, once: by the claim that
//! the upload was answered with, or by being the account that uploaded it. So who merely learns an id
//! cannot link the photo to a feature of their own and read it there. It is linked to one list of photos of
//! that feature: nobody moves it into a list that more people see.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Store, StoreError};
pub use crate::codec::photo::Photo;
use crate::model::{CollectionId, FeatureId};

/// Which of its two sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoSize {
    /// As large as it is kept.
    Full,
    /// For lists.
    Thumb,
}

/// Who may link an upload.
#[derive(Debug, Clone, Default)]
pub struct Uploader {
    /// The secret that the upload is answered with; only its hash is kept.
    pub claim: Option<String>,
    /// The account that uploaded it.
    pub account: Option<String>,
}

/// A photo as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPhoto {
    /// JPEG, of the size that was asked for.
    pub jpeg: Vec<u8>,
    /// The feature and property to which it is linked.
    pub places: Vec<PhotoPlace>,
    /// The account that uploaded it.
    pub account: Option<String>,
}

/// The feature and property to which a photo is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoPlace {
    /// The collection.
    pub collection: String,
    /// The feature.
    pub id: String,
    /// The property that lists it; `None` where an older program linked it.
    pub property: Option<String>,
}

impl From<(String, String, Option<String>)> for PhotoPlace {
    fn from((collection, id, property): (String, String, Option<String>)) -> Self {
        Self {
            collection,
            id,
            property,
        }
    }
}

/// A photo that somebody wants to link to a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoClaim {
    /// Its id.
    pub id: String,
    /// The claim that its upload was answered with.
    pub claim: Option<String>,
    /// The property of the feature that lists it.
    pub property: String,
}

/// Why a photo was not linked. None of the others was linked then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRefusal {
    /// There is no such photo.
    #[error("there is no photo {0:?}; POST it to /api/photos first")]
    Missing(String),
    /// The claim is missing or another upload's.
    #[error("the photo {0:?} needs the claim from the answer to its upload; send {{id, claim}}")]
    NotClaimed(String),
    /// The photo belongs to another feature.
    #[error("the photo {0:?} belongs to another feature already; upload it again")]
    Linked(String),
    /// The photo belongs to another list of this feature, which other roles may see.
    #[error("the photo {0:?} belongs to another list of this feature already; upload it again")]
    OtherList(String),
}

impl crate::model::InChinese for PhotoRefusal {
    fn zh(&self) -> String {
        match self {
            Self::Missing(id) => format!("没有照片“{id}”，请先上传照片"),
            Self::NotClaimed(id) => {
                format!("使用照片“{id}”需要上传时返回的凭据，请一并提交 {{id, claim}}")
            }
            Self::Linked(id) => format!("照片“{id}”已用于其他内容，请重新上传"),
            Self::OtherList(id) => format!("照片“{id}”已用于本要素的另一组照片，请重新上传"),
        }
    }
}

impl Store {
    /// Keeps a photo. One that is known already is kept for another day.
    pub async fn put_photo(
        &self,
        photo: &Photo,
        uploader: &Uploader,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.put_photo(photo, uploader, at).await)
    }

    /// A photo and the features that it belongs to.
    pub async fn photo(
        &self,
        id: &str,
        size: PhotoSize,
    ) -> Result<Option<StoredPhoto>, StoreError> {
        either!(self, s => s.photo(id, size).await)
    }

    /// Links uploads to a feature, all or none; from then on they are not swept. A photo that the feature
    /// has already stays as it is.
    pub async fn link_photos(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        photos: &[PhotoClaim],
        account: Option<&str>,
    ) -> Result<Result<(), PhotoRefusal>, StoreError> {
        either!(self, s => s.link_photos(collection, id, photos, account).await)
    }

    /// Says that photos belong to a list of a feature, whoever uploaded them: for what the program itself
    /// makes. Names those that there are not: then none is attached.
    pub async fn attach_photos(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        property: &str,
        photos: &[String],
    ) -> Result<Vec<String>, StoreError> {
        either!(self, s => s.attach_photos(collection, id, property, photos).await)
    }

    /// Removes photos that were handed in before a moment and belong to no feature; says how many.
    pub async fn sweep_photos(&self, before: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_photos(before).await)
    }
}

/// The hash of a claim that is stored.
pub(super) fn claim_hash(claim: &str) -> Vec<u8> {
    Sha256::digest(claim.as_bytes()).to_vec()
}

/// An upload as the store has it.
pub(super) struct Upload {
    pub claim: Option<Vec<u8>>,
    pub account: Option<String>,
    /// The feature and property to which it is linked.
    pub places: Vec<PhotoPlace>,
}

/// Whether a photo may be linked: `Ok(false)` where it is linked to this list of this feature already.
pub(super) fn may_link(
    wanted: &PhotoClaim,
    upload: Option<&Upload>,
    collection: &CollectionId,
    id: &FeatureId,
    account: Option<&str>,
) -> Result<bool, PhotoRefusal> {
    let Some(upload) = upload else {
        return Err(PhotoRefusal::Missing(wanted.id.clone()));
    };
    let here =
        |place: &&PhotoPlace| place.collection == collection.as_str() && place.id == id.as_str();
    if let Some(place) = upload.places.iter().find(here) {
        return match place.property.as_ref() == Some(&wanted.property) {
            true => Ok(false),
            false => Err(PhotoRefusal::OtherList(wanted.id.clone())),
        };
    }
    let claimed = match (&wanted.claim, &upload.claim) {
        (Some(given), Some(kept)) => claim_hash(given).ct_eq(kept).into(),
        _ => false,
    };
    let own = account.is_some() && upload.account.as_deref() == account;
    if !claimed && !own {
        return Err(PhotoRefusal::NotClaimed(wanted.id.clone()));
    }
    match upload.places.is_empty() {
        true => Ok(true),
        false => Err(PhotoRefusal::Linked(wanted.id.clone())),
    }
}
