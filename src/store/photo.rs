//! Photos, stored in the database so that every node has them.
//!
//! An upload belongs to no feature until its uploader links it. The uploader proves the upload with
//! the claim from its response, or by being the account that uploaded it, so somebody who only
//! learns the id cannot link the photo to a feature of their own and read it there. A photo is
//! linked to one list property of one feature, so it cannot be moved to a list that more people
//! see.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Store, StoreError};
pub use crate::codec::photo::Photo;
use crate::model::{CollectionId, FeatureId};

/// The two sizes in which a photo is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoSize {
    /// The large size.
    Full,
    /// The thumbnail, for lists.
    Thumb,
}

/// Who may link an upload to a feature.
#[derive(Debug, Clone, Default)]
pub struct Uploader {
    /// The secret from the response to the upload. Only its hash is stored.
    pub claim: Option<String>,
    /// The account that uploaded the photo.
    pub account: Option<String>,
}

/// A photo read from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPhoto {
    /// The JPEG file in the requested size.
    pub jpeg: Vec<u8>,
    /// The features and properties to which the photo is linked.
    pub places: Vec<PhotoPlace>,
    /// The account that uploaded the photo.
    pub account: Option<String>,
}

/// The feature and property to which a photo is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoPlace {
    /// The collection.
    pub collection: String,
    /// The feature.
    pub id: String,
    /// The property that lists the photo; `None` for links made by older versions of the program.
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

/// A request to link a photo to a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoClaim {
    /// The id of the photo.
    pub id: String,
    /// The claim from the response to the upload.
    pub claim: Option<String>,
    /// The property of the feature that lists the photo.
    pub property: String,
}

/// Why photos were not linked. If one is refused, none is linked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRefusal {
    /// There is no such photo.
    #[error("there is no photo {0:?}; POST it to /api/photos first")]
    Missing(String),
    /// The claim is missing or belongs to another upload.
    #[error("the photo {0:?} needs the claim from the answer to its upload; send {{id, claim}}")]
    NotClaimed(String),
    /// The photo belongs to another feature.
    #[error("the photo {0:?} belongs to another feature already; upload it again")]
    Linked(String),
    /// The photo is linked to another list of this feature, which other roles may see.
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
    /// Stores a photo. If the same photo is stored already, only its upload time is renewed, so
    /// that it is swept later.
    pub async fn put_photo(
        &self,
        photo: &Photo,
        uploader: &Uploader,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.put_photo(photo, uploader, at).await)
    }

    /// A photo and the features to which it is linked.
    pub async fn photo(
        &self,
        id: &str,
        size: PhotoSize,
    ) -> Result<Option<StoredPhoto>, StoreError> {
        either!(self, s => s.photo(id, size).await)
    }

    /// Links uploads to a feature, all or none; linked photos are not swept. Photos that are linked
    /// to this feature already stay as they are.
    pub async fn link_photos(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        photos: &[PhotoClaim],
        account: Option<&str>,
    ) -> Result<Result<(), PhotoRefusal>, StoreError> {
        either!(self, s => s.link_photos(collection, id, photos, account).await)
    }

    /// Links photos to a list of a feature without checking the uploader, for photos that the
    /// program makes itself. Returns the ids that do not exist; if there are any, none is linked.
    pub async fn attach_photos(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        property: &str,
        photos: &[String],
    ) -> Result<Vec<String>, StoreError> {
        either!(self, s => s.attach_photos(collection, id, property, photos).await)
    }

    /// Removes photos uploaded before a moment and linked to no feature; returns how many.
    pub async fn sweep_photos(&self, before: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_photos(before).await)
    }
}

/// The stored hash of a claim.
pub(super) fn claim_hash(claim: &str) -> Vec<u8> {
    Sha256::digest(claim.as_bytes()).to_vec()
}

/// An upload as it is stored.
pub(super) struct Upload {
    pub claim: Option<Vec<u8>>,
    pub account: Option<String>,
    /// The features and properties to which the photo is linked.
    pub places: Vec<PhotoPlace>,
}

/// Whether a photo may be linked to a place; `Ok(false)` if it is linked to this list of this
/// feature already.
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
