//! The past in SQLite: read from the log alone, so it does not matter what is folded already, and what
//! is only staged has no commit to be found by.
//!
//! The name of the collection stands in the text of each statement and not behind a `?`: only so does
//! SQLite see that the index of that collection holds all there is. A [`CollectionId`] has nothing in
//! it that SQL could mistake.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection};

use super::SqliteStore;
use super::read::{NUMBERED, Names, body, feature_id, head, numbered, record};
use crate::model::{CollectionId, CommitHeader, FeatureId, Record};
use crate::store::history::next_position;
use crate::store::{Position, StoreError};

impl SqliteStore {
    /// See [`Store::versions_of`](crate::store::Store::versions_of).
    pub async fn versions_of(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
    ) -> Result<Vec<(CommitHeader, Record)>, StoreError> {
        let sql = format!(
            "SELECT {NUMBERED}, h.id, h.geometry, h.properties \
             FROM changes h CROSS JOIN commits c ON c.batch = h.batch \
             WHERE h.collection = '{collection}' AND h.id = ? ORDER BY c.seq"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(id.as_str())
            .fetch_all(&self.shared.readers)
            .await?;
        rows.iter().map(|row| version(row, collection)).collect()
    }

    /// See [`Store::versions_at`](crate::store::Store::versions_at).
    pub async fn versions_at(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        let wanted = serde_json::to_string(ids).unwrap_or_default();
        let sql = newest(
            collection,
            "json_each(?2) w CROSS JOIN changes h",
            "AND h.id = w.value",
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(at.as_microsecond())
            .bind(wanted);
        let rows = query.fetch_all(&self.shared.readers).await?;
        let mut names = Names::default();
        rows.iter().map(|row| record(row, &mut names)).collect()
    }

    /// See [`Store::collection_at`](crate::store::Store::collection_at).
    pub async fn collection_at(
        &self,
        collection: &CollectionId,
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        let sql = newest(collection, "changes h", "");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(at.as_microsecond());
        let rows = query.fetch_all(&self.shared.readers).await?;
        let mut names = Names::default();
        rows.iter().map(|row| record(row, &mut names)).collect()
    }

    /// See [`Store::versions_from`](crate::store::Store::versions_from).
    pub async fn versions_from(
        &self,
        collection: &CollectionId,
        from: &Position,
        limit: u32,
    ) -> Result<(Vec<(CommitHeader, Record)>, Position), StoreError> {
        let mut connection = self.shared.readers.acquire().await?;
        let mut moment = connection.begin().await?;
        let head = head(&mut moment).await?;
        let sql = format!(
            "SELECT {NUMBERED}, h.id, h.geometry, h.properties \
             FROM commits c CROSS JOIN changes h \
             ON h.batch = c.batch AND h.collection = '{collection}' \
             WHERE c.seq >= ?1 AND (c.seq > ?1 OR h.id > ?2) ORDER BY c.seq, h.id LIMIT ?3"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::try_from(from.seq).unwrap_or(i64::MAX))
            .bind(&from.after)
            .bind(limit)
            .fetch_all(&mut *moment)
            .await?;
        let page = rows
            .iter()
            .map(|row| version(row, collection))
            .collect::<Result<Vec<_>, _>>()?;
        let next = next_position(&page, limit, from, head.seq);
        Ok((page, next))
    }
}

/// For each feature that a source of `h` names: the newest version in effect at ?1, where that is no
/// deletion. (Where a query has one `max`, SQLite takes the other columns from the same row.)
fn newest(collection: &CollectionId, source: &str, condition: &str) -> String {
    format!(
        "WITH newest AS (\
           SELECT h.id AS id, h.batch AS batch, max(c.seq) AS seq, c.at AS at \
           FROM {source} CROSS JOIN commits c \
           WHERE h.collection = '{collection}' {condition} \
           AND c.batch = h.batch AND c.effective_at <= ?1 GROUP BY h.id) \
         SELECT h.collection, h.id, n.seq, n.at, h.geometry, h.properties \
         FROM newest n CROSS JOIN changes h \
         ON h.batch = n.batch AND h.collection = '{collection}' AND h.id = n.id \
         WHERE h.properties IS NOT NULL ORDER BY h.id"
    )
}

/// Reads a commit's head, then id, geometry and properties.
fn version(
    row: &sqlx::sqlite::SqliteRow,
    collection: &CollectionId,
) -> Result<(CommitHeader, Record), StoreError> {
    let header = numbered(row, 0)?.header;
    let record = Record {
        collection: collection.clone(),
        id: feature_id(row, 8)?,
        seq: header.seq,
        updated_at: header.at,
        body: body(row, 9)?,
    };
    Ok((header, record))
}
