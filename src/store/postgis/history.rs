//! The history in PostgreSQL, read from the log alone. A version in quarantine was never on the map
//! and is left out: the version before it stays in force.
//!
//! The name of the collection is part of the SQL text instead of a `$` parameter. Only then can
//! every query plan use the partial index of the ledger's collections. A [`CollectionId`] contains
//! no character that has a meaning in SQL.

use std::collections::HashSet;

use jiff::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::PostgisStore;
use super::read::head;
use super::rows::{GOOD, NUMBERED, Names, VERSION, Version, numbered, version};
use crate::model::names::collection;
use crate::model::{CollectionId, CommitHeader, FeatureId, Record};
use crate::store::history::{Until, after_head, page_end};
use crate::store::{Position, StoreError, VersionPage};

impl PostgisStore {
    /// See [`Store::versions_after`](crate::store::Store::versions_after).
    pub async fn versions_after(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        after: u64,
        limit: u32,
    ) -> Result<VersionPage, StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let refused = self.refused(&mut connection).await?;
        let from = format!(
            "FROM {} WHERE h.collection = '{collection}' AND h.id = $1 AND {GOOD} AND c.seq > $2",
            versions(collection, "$1")
        );
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        // The sizes are read first, so that a page of large versions contains fewer of them.
        let commits: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT c.seq, coalesce(octet_length(h.properties::text), 0)::bigint {from} \
             ORDER BY c.seq LIMIT $3"
        )))
        .bind(id.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await?;
        let Some((end, is_more)) = page_end(&commits, limit) else {
            return Ok(VersionPage {
                versions: Vec::new(),
                next: None,
            });
        };
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT {VERSION}, {NUMBERED} {from} AND c.seq <= $3 ORDER BY c.seq"
        )))
        .bind(id.as_str())
        .bind(after)
        .bind(end)
        .fetch_all(&mut *connection)
        .await?;
        Ok(VersionPage {
            versions: with_heads(&rows, &refused)?,
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
        self.newest(collection, ids, Until::Moment(at)).await
    }

    /// See [`Store::versions_upto`](crate::store::Store::versions_upto).
    pub async fn versions_upto(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        seq: u64,
    ) -> Result<Vec<Record>, StoreError> {
        self.newest(collection, ids, Until::Commit(seq)).await
    }

    /// The newest versions of some features up to a moment or a commit, without deletions.
    async fn newest(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        until: Until,
    ) -> Result<Vec<Record>, StoreError> {
        let bound = match until {
            Until::Moment(_) => "c.effective_at <= onemap.from_micros($2)",
            Until::Commit(_) => "c.seq <= $2",
        };
        let mut connection = self.shared.pool.acquire().await?;
        let mut moment = connection.begin().await?;
        let refused: Vec<Version> = self.refused(&mut moment).await?.into_iter().collect();
        // There are few ids and millions of changes. These settings make PostgreSQL look up each id in the
        // index instead of reading the whole table, even if outdated statistics suggest the latter.
        sqlx::query(
            "SELECT set_config('enable_seqscan', 'off', true), \
             set_config('enable_hashjoin', 'off', true), \
             set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)",
        )
        .execute(&mut *moment)
        .await?;
        let (batches, names): (Vec<i64>, Vec<&str>) = refused
            .iter()
            .filter(|v| v.1 == collection.as_str())
            .map(|v| (v.0, v.2.as_str()))
            .unzip();
        let sql = format!(
            "SELECT {VERSION} FROM unnest($1::text[]) AS w (id) CROSS JOIN LATERAL (\
               SELECT c.batch, c.seq, c.at, c.checked FROM {} \
               WHERE h.collection = '{collection}' AND h.id = w.id COLLATE \"C\" \
               AND {bound} AND {GOOD} \
               AND (h.batch, h.id) NOT IN (SELECT * FROM unnest($3::bigint[], $4::text[])) \
               ORDER BY c.seq DESC LIMIT 1) c \
             JOIN onemap.changes h ON h.batch = c.batch AND h.collection = '{collection}' \
             AND h.id = w.id COLLATE \"C\" \
             WHERE h.properties IS NOT NULL ORDER BY h.id",
            versions(collection, "w.id COLLATE \"C\"")
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(ids.iter().map(FeatureId::as_str).collect::<Vec<_>>())
            .bind(until.number())
            .bind(batches)
            .bind(names)
            .fetch_all(&mut *moment)
            .await?;
        living(&rows)
    }

    /// See [`Store::collection_at`](crate::store::Store::collection_at).
    pub async fn collection_at(
        &self,
        collection: &CollectionId,
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        let sql = if is_indexed(collection) {
            format!("SELECT DISTINCT id FROM onemap.changes WHERE collection = '{collection}'")
        } else {
            format!(
                "SELECT id FROM onemap.features WHERE collection = '{collection}' UNION \
                 SELECT id FROM onemap.changes WHERE collection = '{collection}' \
                 AND previous IS NOT NULL"
            )
        };
        let ids: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&self.shared.pool)
            .await?;
        let ids = ids
            .iter()
            // A text that is not a valid id was never on the map.
            .filter_map(|id| FeatureId::new(id).ok())
            .collect::<Vec<_>>();
        self.versions_at(collection, &ids, at).await
    }

    /// See [`Store::deleted_ids`](crate::store::Store::deleted_ids).
    pub async fn deleted_ids(
        &self,
        collection: &CollectionId,
    ) -> Result<Vec<FeatureId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
            "SELECT DISTINCT h.id FROM onemap.changes h WHERE h.collection = '{collection}' \
               AND h.previous IS NOT NULL AND NOT EXISTS (SELECT 1 FROM onemap.features f \
               WHERE f.collection = '{collection}' AND f.id = h.id)"
        )))
        .fetch_all(&self.shared.pool)
        .await?;
        // A text that is not a valid id was never on the map.
        Ok(ids
            .iter()
            .filter_map(|id| FeatureId::new(id).ok())
            .collect())
    }

    /// See [`Store::ids_after`](crate::store::Store::ids_after).
    pub async fn ids_after(
        &self,
        collection: &CollectionId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<FeatureId>, StoreError> {
        let ids: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
            "(SELECT id FROM onemap.features WHERE collection = '{collection}' AND id > $1 \
               ORDER BY id LIMIT $2) \
             UNION (SELECT DISTINCT id FROM onemap.changes WHERE collection = '{collection}' \
               AND previous IS NOT NULL AND id > $1 ORDER BY id LIMIT $2) ORDER BY 1 LIMIT $2"
        )))
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&self.shared.pool)
        .await?;
        ids.iter()
            .map(|id| FeatureId::new(id).map_err(|e| StoreError::bad_id("id", &e)))
            .collect()
    }

    /// See [`Store::versions_from`](crate::store::Store::versions_from).
    pub async fn versions_from(
        &self,
        collection: &CollectionId,
        from: &Position,
        limit: u32,
    ) -> Result<(Vec<(CommitHeader, Record)>, Position), StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let mut moment = connection
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            .await?;
        let head = head(&mut moment).await?;
        let refused = self.refused(&mut moment).await?;
        let sql = format!(
            "SELECT {VERSION}, {NUMBERED} FROM onemap.commits c \
             JOIN onemap.changes h ON h.batch = c.batch AND h.collection = '{collection}' \
             WHERE c.seq >= $1 AND (c.seq > $1 OR h.id > $2) AND {GOOD} \
             ORDER BY c.seq, h.id LIMIT $3"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::try_from(from.seq).unwrap_or(i64::MAX))
            .bind(&from.after)
            .bind(i64::from(limit))
            .fetch_all(&mut *moment)
            .await?;
        let page = with_heads(&rows, &refused)?;
        // Rows can be missing from the page, even all of them, so the position is that of the last row.
        let next = match rows.last() {
            Some(row) if rows.len() as u64 >= u64::from(limit) => Position {
                seq: row.try_get::<i64, _>(2)? as u64,
                after: row.try_get(1)?,
            },
            _ => after_head(from, head.seq),
        };
        Ok((page, next))
    }
}

/// Whether the collection has an index of all its versions.
fn is_indexed(collection: &CollectionId) -> bool {
    matches!(
        collection.as_str(),
        collection::WARNINGS | collection::GRIDS
    )
}

/// The versions `h` of a feature and their commits `c`. In most collections only versions with a
/// predecessor are indexed; the first version is found as the predecessor of the second, or in
/// `features`.
fn versions(collection: &CollectionId, id: &str) -> String {
    if is_indexed(collection) {
        return "onemap.changes h JOIN onemap.commits c ON c.batch = h.batch".to_owned();
    }
    let of = format!("WHERE collection = '{collection}' AND id = {id}");
    format!(
        "(SELECT batch FROM onemap.changes {of} AND previous IS NOT NULL \
           UNION SELECT previous FROM onemap.changes {of} AND previous IS NOT NULL \
           UNION SELECT batch FROM onemap.features {of}) b \
         JOIN onemap.changes h ON h.batch = b.batch AND h.collection = '{collection}' \
         AND h.id = {id} JOIN onemap.commits c ON c.batch = h.batch"
    )
}

/// Reads versions with the commits that made them.
fn with_heads(
    rows: &[PgRow],
    refused: &HashSet<Version>,
) -> Result<Vec<(CommitHeader, Record)>, StoreError> {
    let mut names = Names::default();
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(record) = version(row, &mut names, refused)? {
            list.push((numbered(row, 8)?.header, record));
        }
    }
    Ok(list)
}

/// The versions that are not deletions.
fn living(rows: &[PgRow]) -> Result<Vec<Record>, StoreError> {
    let (mut names, refused) = (Names::default(), HashSet::new());
    let mut list = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(record) = version(row, &mut names, &refused)?
            && record.body.is_some()
        {
            list.push(record);
        }
    }
    Ok(list)
}
