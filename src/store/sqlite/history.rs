//! The history in SQLite, read from the log alone. The result is the same whether or not a commit is
//! folded (copied into `features`) already. Staged rows have no commit and are not found.
//!
//! Warnings and grids have an index of all their versions. The name of the collection is part of
//! the SQL text instead of a `?` parameter: only then can SQLite use the partial index. A
//! [`CollectionId`] contains no character that has a meaning in SQL.
//!
//! For all other collections, the table `past` lists every version of features that were written
//! more than once. A feature written once is found in `features`, or in a batch that is not folded
//! yet.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::SqliteStore;
use super::read::{NUMBERED, Names, body, feature_id, head, numbered, record};
use crate::model::names::collection;
use crate::model::{CollectionId, CommitHeader, FeatureId, Record};
use crate::store::history::{Until, next_position, page_end};
use crate::store::{Position, StoreError, VersionPage};

/// Collections with an index of all their versions, as a list for SQL.
pub(super) const INDEXED: &str = "'warnings', 'grids'";

/// Whether a collection has an index of all its versions.
pub(super) fn is_indexed(collection: &str) -> bool {
    matches!(collection, collection::WARNINGS | collection::GRIDS)
}

impl SqliteStore {
    /// See [`Store::versions_after`](crate::store::Store::versions_after).
    pub async fn versions_after(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        after: u64,
        limit: u32,
    ) -> Result<VersionPage, StoreError> {
        let (with, from) = versions(collection);
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let mut connection = self.shared.readers.acquire().await?;
        // The sizes are read first, so that a page of large versions contains fewer of them.
        let commits: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "{with} SELECT c.seq, coalesce(octet_length(h.properties), 0) {from} \
             AND c.seq > ?2 ORDER BY c.seq LIMIT ?3"
        )))
        .bind(id.as_str())
        .bind(after)
        .bind(limit)
        .fetch_all(&mut *connection)
        .await?;
        let Some((end, is_more)) = page_end(&commits, limit) else {
            return Ok(VersionPage {
                versions: Vec::new(),
                next: None,
            });
        };
        let rows = sqlx::query(AssertSqlSafe(format!(
            "{with} SELECT {NUMBERED}, h.id, h.geometry, h.properties {from} \
             AND c.seq > ?2 AND c.seq <= ?3 ORDER BY c.seq"
        )))
        .bind(id.as_str())
        .bind(after)
        .bind(end)
        .fetch_all(&mut *connection)
        .await?;
        Ok(VersionPage {
            versions: rows
                .iter()
                .map(|row| version(row, collection))
                .collect::<Result<_, _>>()?,
            next: is_more.then_some(end as u64),
        })
    }

    /// See [`Store::versions_at`](crate::store::Store::versions_at).
    pub async fn versions_at(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        let wanted = serde_json::to_string(ids).unwrap_or_default();
        self.newest(collection, Some(&wanted), Until::Moment(at))
            .await
    }

    /// See [`Store::versions_upto`](crate::store::Store::versions_upto).
    pub async fn versions_upto(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        seq: u64,
    ) -> Result<Vec<Record>, StoreError> {
        let wanted = serde_json::to_string(ids).unwrap_or_default();
        self.newest(collection, Some(&wanted), Until::Commit(seq))
            .await
    }

    /// See [`Store::collection_at`](crate::store::Store::collection_at).
    pub async fn collection_at(
        &self,
        collection: &CollectionId,
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        self.newest(collection, None, Until::Moment(at)).await
    }

    /// See [`Store::ids_after`](crate::store::Store::ids_after).
    pub async fn ids_after(
        &self,
        collection: &CollectionId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<FeatureId>, StoreError> {
        let past = if is_indexed(collection.as_str()) {
            "changes"
        } else {
            "past"
        };
        // Each part uses the order of its own index and stops at the limit.
        let sql = format!(
            "SELECT id FROM (SELECT id FROM features \
               WHERE collection = '{collection}' AND id > ?1 ORDER BY id LIMIT ?2) \
             UNION SELECT id FROM (SELECT DISTINCT id FROM {past} \
               WHERE collection = '{collection}' AND id > ?1 ORDER BY id LIMIT ?2) \
             UNION SELECT id FROM (SELECT h.id FROM commits c CROSS JOIN changes h \
               ON h.batch = c.batch AND h.collection = '{collection}' AND h.id > ?1 \
               WHERE c.folded = 0 ORDER BY h.id LIMIT ?2) \
             ORDER BY id LIMIT ?2"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(after)
            .bind(limit)
            .fetch_all(&self.shared.readers)
            .await?;
        rows.iter().map(|row| feature_id(row, 0)).collect()
    }

    /// See [`Store::deleted_ids`](crate::store::Store::deleted_ids).
    pub async fn deleted_ids(
        &self,
        collection: &CollectionId,
    ) -> Result<Vec<FeatureId>, StoreError> {
        let past = if is_indexed(collection.as_str()) {
            "changes"
        } else {
            "past"
        };
        // A feature that was deleted has at least two versions, so it is in `past`.
        let sql = format!(
            "SELECT DISTINCT p.id FROM {past} p WHERE p.collection = '{collection}' AND NOT EXISTS \
               (SELECT 1 FROM features f WHERE f.collection = '{collection}' AND f.id = p.id \
                AND f.properties IS NOT NULL) \
             UNION SELECT h.id FROM commits c CROSS JOIN changes h \
               ON h.batch = c.batch AND h.collection = '{collection}' AND h.properties IS NULL \
               WHERE c.folded = 0"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&self.shared.readers)
            .await?;
        rows.iter().map(|row| feature_id(row, 0)).collect()
    }

    /// The newest versions of some features (a JSON list of ids), or of all, up to a moment or a
    /// commit, without deletions.
    async fn newest(
        &self,
        collection: &CollectionId,
        wanted: Option<&str>,
        until: Until,
    ) -> Result<Vec<Record>, StoreError> {
        let bound = match until {
            Until::Moment(_) => "c.effective_at",
            Until::Commit(_) => "c.seq",
        };
        let source = match (is_indexed(collection.as_str()), wanted) {
            (true, None) => format!(
                "SELECT h.id AS id, h.batch AS batch FROM changes h \
                 WHERE h.collection = '{collection}'"
            ),
            (true, Some(_)) => format!(
                "SELECT h.id AS id, h.batch AS batch FROM json_each(?2) w CROSS JOIN changes h \
                 WHERE h.collection = '{collection}' AND h.id = w.value"
            ),
            (false, None) => format!(
                "SELECT id, batch FROM past WHERE collection = '{collection}' \
                 UNION SELECT f.id, c.batch FROM features f CROSS JOIN commits c ON c.seq = f.seq \
                 WHERE f.collection = '{collection}' \
                 UNION SELECT h.id, h.batch FROM commits c CROSS JOIN changes h \
                 ON h.batch = c.batch AND h.collection = '{collection}' WHERE c.folded = 0"
            ),
            (false, Some(_)) => format!(
                "SELECT p.id, p.batch FROM json_each(?2) w CROSS JOIN past p \
                 ON p.collection = '{collection}' AND p.id = w.value \
                 UNION SELECT f.id, c.batch FROM json_each(?2) w CROSS JOIN features f \
                 ON f.collection = '{collection}' AND f.id = w.value \
                 CROSS JOIN commits c ON c.seq = f.seq \
                 UNION SELECT h.id, h.batch FROM commits c CROSS JOIN json_each(?2) w \
                 CROSS JOIN changes h ON h.batch = c.batch AND h.collection = '{collection}' \
                 AND h.id = w.value WHERE c.folded = 0"
            ),
        };
        // In a query with one `max`, SQLite takes the other columns from the row of the maximum.
        let sql = format!(
            "WITH b (id, batch) AS ({source}), newest AS (\
               SELECT b.id AS id, b.batch AS batch, max(c.seq) AS seq, c.at AS at \
               FROM b CROSS JOIN commits c \
               WHERE c.batch = b.batch AND {bound} <= ?1 GROUP BY b.id) \
             SELECT h.collection, h.id, n.seq, n.at, h.geometry, h.properties \
             FROM newest n CROSS JOIN changes h \
             ON h.batch = n.batch AND h.collection = '{collection}' AND h.id = n.id \
             WHERE h.properties IS NOT NULL ORDER BY h.id"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(until.number());
        if let Some(wanted) = wanted {
            query = query.bind(wanted);
        }
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

/// Statements that run before a part of a batch is folded (copied into `features`). For features that
/// have an earlier version, they add to `past` the version in `features` and the one that replaces it.
pub(super) const PAST_OF_FOLD: [&str; 2] = [
    "INSERT OR IGNORE INTO past (collection, id, batch) \
     SELECT f.collection, f.id, c.batch FROM changes h \
     CROSS JOIN features f ON f.collection = h.collection AND f.id = h.id \
     CROSS JOIN commits c ON c.seq = f.seq \
     WHERE h.batch = ?1 AND (h.collection, h.id) > (?2, ?3) AND (h.collection, h.id) <= (?4, ?5) \
     AND h.collection NOT IN ('warnings', 'grids')",
    "INSERT OR IGNORE INTO past (collection, id, batch) \
     SELECT h.collection, h.id, h.batch FROM changes h \
     WHERE h.batch = ?1 AND (h.collection, h.id) > (?2, ?3) AND (h.collection, h.id) <= (?4, ?5) \
     AND h.collection NOT IN ('warnings', 'grids') \
     AND (EXISTS (SELECT 1 FROM features f WHERE f.collection = h.collection AND f.id = h.id) \
     OR EXISTS (SELECT 1 FROM past p WHERE p.collection = h.collection AND p.id = h.id))",
];

/// Fills `past` in a database that was written from a log, for example by restoring a backup.
pub(in crate::store) async fn index_past(
    connection: &mut SqliteConnection,
) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT OR IGNORE INTO past (collection, id, batch) \
         SELECT collection, id, batch FROM (SELECT h.collection, h.id, h.batch, \
           count(*) OVER (PARTITION BY h.collection, h.id) AS versions \
           FROM changes h JOIN commits c ON c.batch = h.batch \
           WHERE c.folded = 1 AND h.collection NOT IN ({INDEXED})) \
         WHERE versions > 1"
    );
    sqlx::query(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// The versions `h` of the feature `?1` and their commits `c`: the text before SELECT, and the text
/// from FROM on.
fn versions(collection: &CollectionId) -> (String, String) {
    if is_indexed(collection.as_str()) {
        let from = format!(
            "FROM changes h CROSS JOIN commits c ON c.batch = h.batch \
             WHERE h.collection = '{collection}' AND h.id = ?1"
        );
        return (String::new(), from);
    }
    let with = format!(
        "WITH b (batch) AS (\
           SELECT batch FROM past WHERE collection = '{collection}' AND id = ?1 \
           UNION SELECT c.batch FROM features f JOIN commits c ON c.seq = f.seq \
           WHERE f.collection = '{collection}' AND f.id = ?1 \
           UNION SELECT batch FROM commits WHERE folded = 0)"
    );
    let from = format!(
        "FROM b CROSS JOIN commits c ON c.batch = b.batch CROSS JOIN changes h \
         ON h.batch = c.batch AND h.collection = '{collection}' AND h.id = ?1 WHERE true"
    );
    (with, from)
}

/// Reads the header of a commit, then id, geometry and properties.
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
