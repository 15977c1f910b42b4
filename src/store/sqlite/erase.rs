//! Erases personal data in SQLite. `secure_delete` overwrites deleted content. The write-ahead log
//! is emptied too, because it contains the old pages.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::{SqliteStore, audit, micros_now};
use crate::store::erase::{CONTACT, CONTACTS_OF, Erased, Erasure, removed};
use crate::store::{AuditEntry, StoreError, from_micros};

/// The maximum number of attempts to empty the write-ahead log while others read the database.
const CHECKPOINTS: u32 = 25;

impl SqliteStore {
    pub(in crate::store) async fn erase_versions(
        &self,
        erasure: &Erasure,
        entry: &AuditEntry,
    ) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let (collection, id) = (erasure.collection.as_str(), erasure.id.as_str());
            let now = micros_now();
            let versions = scrub(&mut tx, collection, id, &erasure.paths, i64::MAX).await?;
            if erasure.photos {
                sqlx::query("DELETE FROM photos_of_features WHERE collection = ? AND id = ?")
                    .bind(collection)
                    .bind(id)
                    .execute(&mut *tx)
                    .await?;
            }
            for path in &erasure.paths {
                sqlx::query(
                    "INSERT INTO erasures (collection, id, property, at) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (collection, id, property) DO UPDATE SET at = excluded.at",
                )
                .bind(collection)
                .bind(id)
                .bind(path)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            }
            audit::add(&mut tx, entry, None).await?;
            tx.commit().await?;
            empty_log(&mut writer).await?;
            Ok(versions)
        }
        .await;
        writer.done(done)
    }

    pub(in crate::store) async fn erase_again(&self, erased: &Erased) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let paths = [erased.property.clone()];
            let at = erased.at.as_microsecond();
            let versions = scrub(&mut tx, &erased.collection, &erased.id, &paths, at).await?;
            tx.commit().await?;
            Ok(versions)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::erasures`](crate::store::Store::erasures).
    pub async fn erasures(&self) -> Result<Vec<Erased>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT collection, id, property, at FROM erasures ORDER BY collection, id, property",
        )
        .fetch_all(&self.shared.readers)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(collection, id, property, at)| Erased {
                collection,
                id,
                property,
                at: from_micros(at),
            })
            .collect())
    }

    /// Empties the write-ahead log, so that it holds no erased data.
    pub(in crate::store) async fn forget_pages(&self) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let done = empty_log(&mut writer).await;
        writer.done(done)
    }
}

/// Removes the properties at `paths` from the versions of a feature that were written up to `until` (in microseconds
/// since 1970; `i64::MAX` means all versions), and from those that are not committed yet. Returns the number of changed
/// versions and removed contacts.
async fn scrub(
    tx: &mut SqliteConnection,
    collection: &str,
    id: &str,
    paths: &[String],
    until: i64,
) -> Result<u64, StoreError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(
        "SELECT h.batch, h.properties FROM changes h LEFT JOIN commits c ON c.batch = h.batch \
         WHERE h.collection = ?1 AND h.id = ?2 AND h.properties IS NOT NULL \
         AND coalesce(c.at, 0) <= ?3",
    )
    .bind(collection)
    .bind(id)
    .bind(until)
    .fetch_all(&mut *tx)
    .await?;
    let mut versions = 0;
    for (batch, properties) in rows {
        let Some(kept) = removed(&properties, paths) else {
            continue;
        };
        sqlx::query(
            "UPDATE changes SET properties = ? WHERE batch = ? AND collection = ? AND id = ?",
        )
        .bind(kept.as_str())
        .bind(batch)
        .bind(collection)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        versions += 1;
    }
    let present: Option<(String,)> = sqlx::query_as(
        "SELECT properties FROM features WHERE collection = ? AND id = ? \
         AND properties IS NOT NULL AND updated_at <= ?",
    )
    .bind(collection)
    .bind(id)
    .bind(until)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(kept) = present.and_then(|(properties,)| removed(&properties, paths)) {
        sqlx::query("UPDATE features SET properties = ? WHERE collection = ? AND id = ?")
            .bind(kept.as_str())
            .bind(collection)
            .bind(id)
            .execute(&mut *tx)
            .await?;
    }
    if collection == CONTACTS_OF && paths.iter().any(|path| path == CONTACT) {
        let gone = sqlx::query("DELETE FROM contacts WHERE warning = ?")
            .bind(id)
            .execute(&mut *tx)
            .await?;
        versions += gone.rows_affected();
    }
    Ok(versions)
}

/// Copies the write-ahead log into the file and empties it. Readers can prevent that, so it is
/// tried for a few seconds.
async fn empty_log(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for _ in 0..CHECKPOINTS {
        let (busy, ..): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *connection)
            .await?;
        if busy == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tracing::warn!(
        at = %Timestamp::now(),
        "the write-ahead log of SQLite cannot be emptied while others read the database; it contains \
         erased data until the next checkpoint"
    );
    Ok(())
}
