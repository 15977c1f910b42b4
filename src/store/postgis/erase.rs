//! Erases personal data in PostgreSQL. Rows are rewritten and the old row versions are vacuumed
//! away. Archives of the write-ahead log and backups still contain them until they are removed.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::PostgisStore;
use super::audit;
use crate::store::erase::{CONTACT, CONTACTS_OF, Erased, Erasure};
use crate::store::{AuditEntry, StoreError, from_micros};

impl PostgisStore {
    pub(in crate::store) async fn erase_versions(
        &self,
        erasure: &Erasure,
        entry: &AuditEntry,
    ) -> Result<u64, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        let (collection, id) = (erasure.collection.as_str(), erasure.id.as_str());
        let versions = scrub(&mut tx, collection, id, &erasure.paths, None).await?;
        if erasure.photos {
            sqlx::query("DELETE FROM onemap.photos_of_features WHERE collection = $1 AND id = $2")
                .bind(collection)
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(
            "INSERT INTO onemap.erasures (collection, id, property, at) \
             SELECT $1, $2, p, clock_timestamp() FROM unnest($3::text[]) p \
             ON CONFLICT (collection, id, property) DO UPDATE SET at = excluded.at",
        )
        .bind(collection)
        .bind(id)
        .bind(&erasure.paths)
        .execute(&mut *tx)
        .await?;
        audit::add(&mut tx, entry, None).await?;
        tx.commit().await?;
        self.forget_pages().await?;
        Ok(versions)
    }

    pub(in crate::store) async fn erase_again(&self, erased: &Erased) -> Result<u64, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        let paths = [erased.property.clone()];
        let at = Some(erased.at.as_microsecond());
        let versions = scrub(&mut tx, &erased.collection, &erased.id, &paths, at).await?;
        tx.commit().await?;
        Ok(versions)
    }

    /// See [`Store::erasures`](crate::store::Store::erasures).
    pub async fn erasures(&self) -> Result<Vec<Erased>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT collection, id, property, onemap.micros(at) FROM onemap.erasures \
             ORDER BY collection, id, property",
        )
        .fetch_all(&self.shared.pool)
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

    /// Vacuums the old row versions. Those that an older snapshot still needs stay until autovacuum
    /// removes them.
    pub(in crate::store) async fn forget_pages(&self) -> Result<(), StoreError> {
        for table in ["changes", "features", "contacts", "quarantine"] {
            let sql = format!("VACUUM onemap.{table}");
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                .execute(&self.shared.pool)
                .await;
            if let Err(error) = done {
                tracing::warn!(
                    %error,
                    table,
                    "VACUUM failed; the table contains erased data until autovacuum removes it"
                );
            }
        }
        Ok(())
    }
}

/// Removes the properties at `paths` from the versions of a feature that were written up to `until`, or from
/// all versions if it is `None`. Returns the number of changed versions and removed contacts.
async fn scrub(
    tx: &mut PgConnection,
    collection: &str,
    id: &str,
    paths: &[String],
    until: Option<i64>,
) -> Result<u64, StoreError> {
    let mut changed = BTreeSet::new();
    for path in paths {
        let path: Vec<&str> = path.split('/').collect();
        let batches: Vec<i64> = sqlx::query_scalar(
            "UPDATE onemap.changes h SET properties = h.properties #- $3::text[] \
             WHERE h.collection = $1 AND h.id = $2 AND h.properties #> $3 IS NOT NULL \
             AND ($4::bigint IS NULL OR h.batch IN \
                  (SELECT c.batch FROM onemap.commits c WHERE c.at <= onemap.from_micros($4))) \
             RETURNING h.batch",
        )
        .bind(collection)
        .bind(id)
        .bind(&path)
        .bind(until)
        .fetch_all(&mut *tx)
        .await?;
        changed.extend(batches);
    }
    let mut versions = changed.len() as u64;
    // The recorded problem of a quarantined version may quote its text.
    sqlx::query(
        "UPDATE onemap.quarantine SET problem = 'a property of this row was erased' \
         WHERE collection = $1 AND id = $2",
    )
    .bind(collection)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    if collection == CONTACTS_OF && paths.iter().any(|path| path == CONTACT) {
        let gone = sqlx::query("DELETE FROM onemap.contacts WHERE warning = $1")
            .bind(id)
            .execute(&mut *tx)
            .await?;
        versions += gone.rows_affected();
    }
    Ok(versions)
}
