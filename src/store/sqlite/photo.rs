//! Photos in SQLite.

use jiff::Timestamp;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::SqliteStore;
use crate::model::{CollectionId, FeatureId};
use crate::store::photo::{PhotoPlace, Upload, claim_hash, may_link};
use crate::store::{Photo, PhotoClaim, PhotoRefusal, PhotoSize, StoreError, StoredPhoto, Uploader};

impl SqliteStore {
    /// See [`Store::put_photo`](crate::store::Store::put_photo).
    pub async fn put_photo(
        &self,
        photo: &Photo,
        uploader: &Uploader,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(
            sqlx::query(
                "INSERT INTO photos (id, at, width, height, jpeg, thumb, claim, account) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)",
            )
            .bind(&photo.id)
            .bind(at.as_microsecond())
            .bind(photo.width)
            .bind(photo.height)
            .bind(&photo.jpeg)
            .bind(&photo.thumb)
            .bind(uploader.claim.as_deref().map(claim_hash))
            .bind(&uploader.account),
        )
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
            PhotoSize::Full => "SELECT jpeg, account FROM photos WHERE id = ?",
            PhotoSize::Thumb => "SELECT thumb, account FROM photos WHERE id = ?",
        };
        let row: Option<(Vec<u8>, Option<String>)> = sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(&self.shared.readers)
            .await?;
        let Some((jpeg, account)) = row else {
            return Ok(None);
        };
        let places = places(&mut *self.shared.readers.acquire().await?, id).await?;
        Ok(Some(StoredPhoto {
            jpeg,
            places,
            account,
        }))
    }

    /// See [`Store::link_photos`](crate::store::Store::link_photos).
    pub async fn link_photos(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        photos: &[PhotoClaim],
        account: Option<&str>,
    ) -> Result<Result<(), PhotoRefusal>, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            for wanted in photos {
                let upload = upload(&mut tx, &wanted.id).await?;
                match may_link(wanted, upload.as_ref(), collection, id, account) {
                    Ok(true) => link(&mut tx, &wanted.id, collection, id, &wanted.property).await?,
                    Ok(false) => {}
                    Err(refusal) => return Ok(Err(refusal)),
                }
            }
            tx.commit().await?;
            Ok(Ok(()))
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::attach_photos`](crate::store::Store::attach_photos).
    pub async fn attach_photos(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        property: &str,
        photos: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let mut missing = Vec::new();
            for photo in photos {
                match upload(&mut tx, photo).await? {
                    Some(_) => link(&mut tx, photo, collection, id, property).await?,
                    None => missing.push(photo.clone()),
                }
            }
            if missing.is_empty() {
                tx.commit().await?;
            }
            Ok(missing)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::sweep_photos`](crate::store::Store::sweep_photos).
    pub async fn sweep_photos(&self, before: Timestamp) -> Result<u64, StoreError> {
        let swept = self
            .write(
                sqlx::query(
                    "DELETE FROM photos WHERE at < ? AND NOT EXISTS \
             (SELECT 1 FROM photos_of_features f WHERE f.photo = photos.id)",
                )
                .bind(before.as_microsecond()),
            )
            .await?;
        Ok(swept.rows_affected())
    }
}

async fn upload(tx: &mut SqliteConnection, photo: &str) -> Result<Option<Upload>, StoreError> {
    let row: Option<(Option<Vec<u8>>, Option<String>)> =
        sqlx::query_as("SELECT claim, account FROM photos WHERE id = ?")
            .bind(photo)
            .fetch_optional(&mut *tx)
            .await?;
    let Some((claim, account)) = row else {
        return Ok(None);
    };
    Ok(Some(Upload {
        claim,
        account,
        places: places(tx, photo).await?,
    }))
}

/// The features and properties to which a photo is linked.
async fn places(
    connection: &mut SqliteConnection,
    photo: &str,
) -> Result<Vec<PhotoPlace>, StoreError> {
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "SELECT collection, id, property FROM photos_of_features WHERE photo = ? ORDER BY 1, 2",
    )
    .bind(photo)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(PhotoPlace::from).collect())
}

async fn link(
    tx: &mut SqliteConnection,
    photo: &str,
    collection: &CollectionId,
    id: &FeatureId,
    property: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT OR IGNORE INTO photos_of_features (photo, collection, id, property) \
         VALUES (?, ?, ?, ?)",
    )
    .bind(photo)
    .bind(collection.as_str())
    .bind(id.as_str())
    .bind(property)
    .execute(tx)
    .await?;
    Ok(())
}
