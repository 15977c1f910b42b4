//! Photos in PostgreSQL.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::PgConnection;

use super::PostgisStore;
use crate::model::{CollectionId, FeatureId};
use crate::store::photo::{PhotoPlace, Upload, claim_hash, may_link};
use crate::store::{Photo, PhotoClaim, PhotoRefusal, PhotoSize, StoreError, StoredPhoto, Uploader};

impl PostgisStore {
    /// See [`Store::put_photo`](crate::store::Store::put_photo).
    pub async fn put_photo(
        &self,
        photo: &Photo,
        uploader: &Uploader,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO onemap.photos AS p (id, at, width, height, jpeg, thumb, claim, account) \
             VALUES ($1, onemap.from_micros($2), $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (id) DO UPDATE SET at = greatest(p.at, excluded.at)",
        )
        .bind(&photo.id)
        .bind(at.as_microsecond())
        .bind(i64::from(photo.width))
        .bind(i64::from(photo.height))
        .bind(&photo.jpeg)
        .bind(&photo.thumb)
        .bind(uploader.claim.as_deref().map(claim_hash))
        .bind(&uploader.account)
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
            PhotoSize::Full => "SELECT jpeg, account FROM onemap.photos WHERE id = $1",
            PhotoSize::Thumb => "SELECT thumb, account FROM onemap.photos WHERE id = $1",
        };
        let row: Option<(Vec<u8>, Option<String>)> = sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(&self.shared.pool)
            .await?;
        let Some((jpeg, account)) = row else {
            return Ok(None);
        };
        let places: Vec<(String, String, Option<String>)> = sqlx::query_as(
            "SELECT collection, id, property FROM onemap.photos_of_features WHERE photo = $1 \
             ORDER BY 1, 2",
        )
        .bind(id)
        .fetch_all(&self.shared.pool)
        .await?;
        Ok(Some(StoredPhoto {
            jpeg,
            places: places.into_iter().map(PhotoPlace::from).collect(),
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
        let mut tx = self.shared.pool.begin().await?;
        // The rows are locked, so that two features cannot link one photo and no sweep removes it
        // in between. They are locked in sorted order, so that two requests cannot deadlock.
        let mut ids: Vec<&str> = photos.iter().map(|p| p.id.as_str()).collect();
        ids.sort_unstable();
        let rows: Vec<(String, Option<Vec<u8>>, Option<String>)> = sqlx::query_as(
            "SELECT id, claim, account FROM onemap.photos WHERE id = ANY ($1) ORDER BY id \
             FOR NO KEY UPDATE",
        )
        .bind(&ids)
        .fetch_all(&mut *tx)
        .await?;
        let links: Vec<(String, String, String, Option<String>)> = sqlx::query_as(
            "SELECT photo, collection, id, property FROM onemap.photos_of_features \
             WHERE photo = ANY ($1)",
        )
        .bind(&ids)
        .fetch_all(&mut *tx)
        .await?;
        let mut uploads: HashMap<String, Upload> = HashMap::new();
        for (photo, claim, account) in rows {
            let places = Vec::new();
            uploads.insert(
                photo,
                Upload {
                    claim,
                    account,
                    places,
                },
            );
        }
        for (photo, collection, id, property) in links {
            if let Some(upload) = uploads.get_mut(&photo) {
                upload.places.push((collection, id, property).into());
            }
        }
        let mut new = Vec::new();
        for wanted in photos {
            match may_link(wanted, uploads.get(&wanted.id), collection, id, account) {
                Ok(true) => new.push((wanted.id.as_str(), wanted.property.as_str())),
                Ok(false) => {}
                Err(refusal) => return Ok(Err(refusal)),
            }
            // The same photo may be requested twice, for two lists.
            if let Some(upload) = uploads.get_mut(&wanted.id) {
                let property = Some(wanted.property.clone());
                upload
                    .places
                    .push((collection.to_string(), id.to_string(), property).into());
            }
        }
        link(&mut tx, &new, collection, id).await?;
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// See [`Store::attach_photos`](crate::store::Store::attach_photos).
    pub async fn attach_photos(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        property: &str,
        photos: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        // The rows are locked, so that no sweep removes the photos in between.
        let known: Vec<String> =
            sqlx::query_scalar("SELECT id FROM onemap.photos WHERE id = ANY ($1) FOR KEY SHARE")
                .bind(photos)
                .fetch_all(&mut *tx)
                .await?;
        let missing: Vec<String> = photos
            .iter()
            .filter(|id| !known.contains(id))
            .cloned()
            .collect();
        if missing.is_empty() {
            let photos: Vec<_> = photos.iter().map(|p| (p.as_str(), property)).collect();
            link(&mut tx, &photos, collection, id).await?;
            tx.commit().await?;
        }
        Ok(missing)
    }

    /// See [`Store::sweep_photos`](crate::store::Store::sweep_photos).
    pub async fn sweep_photos(&self, before: Timestamp) -> Result<u64, StoreError> {
        let swept = sqlx::query(
            "DELETE FROM onemap.photos p WHERE at < onemap.from_micros($1) AND NOT EXISTS \
             (SELECT FROM onemap.photos_of_features f WHERE f.photo = p.id)",
        )
        .bind(before.as_microsecond())
        .execute(&self.shared.pool)
        .await?;
        Ok(swept.rows_affected())
    }
}

/// Links photos to lists of a feature.
async fn link(
    tx: &mut PgConnection,
    photos: &[(&str, &str)],
    collection: &CollectionId,
    id: &FeatureId,
) -> Result<(), StoreError> {
    let (photos, properties): (Vec<&str>, Vec<&str>) = photos.iter().copied().unzip();
    sqlx::query(
        "INSERT INTO onemap.photos_of_features (photo, collection, id, property) \
         SELECT w.photo, $3, $4, w.property \
         FROM unnest($1::text[], $2::text[]) AS w (photo, property) ON CONFLICT DO NOTHING",
    )
    .bind(photos)
    .bind(properties)
    .bind(collection.as_str())
    .bind(id.as_str())
    .execute(tx)
    .await?;
    Ok(())
}
