//! Photos in PostgreSQL.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::PgConnection;

use super::PostgisStore;
use crate::model::{CollectionId, FeatureId};
use crate::store::photo::{Upload, claim_hash, may_link};
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
        let features = sqlx::query_as(
            "SELECT collection, id FROM onemap.photos_of_features WHERE photo = $1 ORDER BY 1, 2",
        )
        .bind(id)
        .fetch_all(&self.shared.pool)
        .await?;
        Ok(Some(StoredPhoto {
            jpeg,
            features,
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
        // Locked, so that no two features get one photo and no sweep takes it in between; in one order,
        // so that two requests do not wait for each other.
        let mut ids: Vec<&str> = photos.iter().map(|p| p.id.as_str()).collect();
        ids.sort_unstable();
        let rows: Vec<(String, Option<Vec<u8>>, Option<String>)> = sqlx::query_as(
            "SELECT id, claim, account FROM onemap.photos WHERE id = ANY ($1) ORDER BY id \
             FOR NO KEY UPDATE",
        )
        .bind(&ids)
        .fetch_all(&mut *tx)
        .await?;
        let links: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT photo, collection, id FROM onemap.photos_of_features WHERE photo = ANY ($1)",
        )
        .bind(&ids)
        .fetch_all(&mut *tx)
        .await?;
        let mut uploads: HashMap<String, Upload> = HashMap::new();
        for (photo, claim, account) in rows {
            let features = Vec::new();
            uploads.insert(
                photo,
                Upload {
                    claim,
                    account,
                    features,
                },
            );
        }
        for (photo, collection, id) in links {
            if let Some(upload) = uploads.get_mut(&photo) {
                upload.features.push((collection, id));
            }
        }
        let mut new = Vec::new();
        for wanted in photos {
            match may_link(wanted, uploads.get(&wanted.id), collection, id, account) {
                Ok(true) => new.push(wanted.id.as_str()),
                Ok(false) => {}
                Err(refusal) => return Ok(Err(refusal)),
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
        photos: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        // Held, so that no sweep takes them in between.
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
            let photos: Vec<&str> = photos.iter().map(String::as_str).collect();
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

async fn link(
    tx: &mut PgConnection,
    photos: &[&str],
    collection: &CollectionId,
    id: &FeatureId,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO onemap.photos_of_features (photo, collection, id) \
         SELECT p, $2, $3 FROM unnest($1::text[]) p ON CONFLICT DO NOTHING",
    )
    .bind(photos)
    .bind(collection.as_str())
    .bind(id.as_str())
    .execute(tx)
    .await?;
    Ok(())
}
