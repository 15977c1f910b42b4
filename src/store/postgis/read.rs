//! Reads the present state, the log, and the changes of one commit. Rows in quarantine are left
//! out, and the version before them stays in force.

use std::collections::HashSet;

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::quarantine::Verdict;
use super::rows::{GOOD, Names, VERSION, Version, Written, headers, record, version};
use super::{PATIENCE, PostgisStore};
use crate::model::{CollectionId, CommitHeader, Record};
use crate::store::{Head, StoreError, from_micros};

impl PostgisStore {
    /// See [`Store::head`](crate::store::Store::head).
    pub async fn head(&self) -> Result<Head, StoreError> {
        soon(async {
            let mut connection = self.shared.pool.acquire().await?;
            head(&mut connection).await
        })
        .await
    }

    /// See [`Store::load`](crate::store::Store::load).
    pub async fn load(
        &self,
        collection: Option<&CollectionId>,
        mut sink: impl FnMut(Record) + Send,
    ) -> Result<Head, StoreError> {
        self.judge_pending().await?;
        let mut connection = self.shared.pool.acquire().await?;
        // All queries of this transaction read the same snapshot, however long they take.
        let mut moment = connection
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            .await?;
        let head = head(&mut moment).await?;

        let refused = self.refused(&mut moment).await?;

        let name = collection.map(CollectionId::as_str);
        let sql = format!(
            "SELECT f.collection, f.id, c.seq, onemap.micros(c.at), c.checked, \
             onemap.to_wkb(f.geometry), f.properties::text, f.batch \
             FROM onemap.features f JOIN onemap.commits c ON c.batch = f.batch \
             WHERE {} NOT EXISTS (SELECT FROM onemap.quarantine q WHERE q.batch = f.batch \
             AND q.collection = f.collection AND q.id = f.id)",
            if name.is_some() {
                "f.collection = $1 AND"
            } else {
                ""
            }
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        if let Some(name) = name {
            query = query.bind(name);
        }
        let mut names = Names::default();
        let mut held: Vec<Version> = Vec::new();
        {
            let mut rows = query.fetch(&mut *moment);
            while let Some(row) = rows.try_next().await? {
                if !refused.is_empty() {
                    let version = (row.try_get(7)?, row.try_get(0)?, row.try_get(1)?);
                    if refused.contains(&version) {
                        held.push(version);
                        continue;
                    }
                }
                let written = Written {
                    seq: row.try_get::<i64, _>(2)? as u64,
                    at: row.try_get(3)?,
                    checked: row.try_get(4)?,
                };
                if let Some(record) = record(&row, &mut names, (0, 5), written) {
                    sink(record);
                }
            }
        }
        let standing: Vec<Version> = sqlx::query_as(
            "SELECT f.batch, f.collection, f.id FROM onemap.quarantine q \
             JOIN onemap.features f ON f.batch = q.batch AND f.collection = q.collection \
             AND f.id = q.id WHERE $1::text IS NULL OR f.collection = $1",
        )
        .bind(name)
        .fetch_all(&mut *moment)
        .await?;
        held.extend(standing);
        for version in held {
            let Some(batch) = shown_instead(&mut moment, &version, &refused).await? else {
                continue;
            };
            let row = sqlx::query(
                "SELECT h.collection, h.id, c.seq, onemap.micros(c.at), c.checked, \
                 onemap.to_wkb(h.geometry), h.properties::text \
                 FROM onemap.changes h JOIN onemap.commits c ON c.batch = h.batch \
                 WHERE h.batch = $1 AND h.collection = $2 AND h.id = $3",
            )
            .bind(batch)
            .bind(&version.1)
            .bind(&version.2)
            .fetch_optional(&mut *moment)
            .await?;
            let Some(row) = row else { continue };
            let written = Written {
                seq: row.try_get::<i64, _>(2)? as u64,
                at: row.try_get(3)?,
                checked: row.try_get(4)?,
            };
            if let Some(record) = record(&row, &mut names, (0, 5), written)
                && record.body.is_some()
            {
                sink(record);
            }
        }
        Ok(head)
    }

    /// See [`Store::commits_after`](crate::store::Store::commits_after).
    pub async fn commits_after(
        &self,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<CommitHeader>, StoreError> {
        let list = soon(async {
            let mut connection = self.shared.pool.acquire().await?;
            let condition = "WHERE seq > $1 ORDER BY seq";
            headers(&mut connection, condition, Some(seq), limit).await
        })
        .await?;
        for commit in list.iter().filter(|c| !c.judged) {
            self.judge(commit).await?;
        }
        Ok(list.into_iter().map(|c| c.header).collect())
    }

    /// See [`Store::records_of`](crate::store::Store::records_of).
    pub async fn records_of(
        &self,
        header: &CommitHeader,
        mut sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let found = headers(&mut connection, "WHERE seq = $1", Some(header.seq), 1).await?;
        let Some(commit) = found.into_iter().next() else {
            return Err(StoreError::corrupt(
                format!("commit {}", header.seq),
                "its row is gone from the log",
            ));
        };
        let refused: HashSet<(String, String)> = if commit.judged {
            HashSet::new()
        } else {
            let verdicts = self.verdicts(&mut connection, &commit).await?;
            verdicts.into_iter().map(Verdict::key).collect()
        };
        let mut names = Names::default();
        let mut rows = sqlx::query(
            "SELECT h.collection, h.id, onemap.to_wkb(h.geometry), h.properties::text \
             FROM onemap.changes h WHERE h.batch = $1 \
             AND NOT EXISTS (SELECT FROM onemap.quarantine q WHERE q.batch = h.batch \
             AND q.collection = h.collection AND q.id = h.id) ORDER BY h.collection, h.id",
        )
        .bind(commit.batch)
        .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            if !refused.is_empty() && refused.contains(&(row.try_get(0)?, row.try_get(1)?)) {
                continue;
            }
            let written = Written {
                seq: commit.header.seq,
                at: commit.header.at.as_microsecond(),
                checked: commit.checked,
            };
            if let Some(record) = record(&row, &mut names, (0, 2), written) {
                sink(record);
            }
        }
        Ok(())
    }
}

impl PostgisStore {
    /// See [`Store::records_between`](crate::store::Store::records_between).
    pub async fn records_between(
        &self,
        first: u64,
        last: u64,
        mut sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let refused = self.refused(&mut connection).await?;
        let mut names = Names::default();
        let sql = format!(
            "SELECT {VERSION} FROM onemap.commits c JOIN onemap.changes h ON h.batch = c.batch \
             WHERE c.seq BETWEEN $1 AND $2 AND {GOOD} ORDER BY c.seq, h.collection, h.id"
        );
        let mut rows = sqlx::query(AssertSqlSafe(sql))
            .bind(i64::try_from(first).unwrap_or(i64::MAX))
            .bind(i64::try_from(last).unwrap_or(i64::MAX))
            .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            if let Some(record) = version(&row, &mut names, &refused)? {
                sink(record);
            }
        }
        Ok(())
    }

    /// The invalid versions of commits that nobody has checked yet: commits that have just arrived,
    /// and all commits if this node reads from a standby, where it cannot record the result.
    pub(super) async fn refused(
        &self,
        connection: &mut PgConnection,
    ) -> Result<HashSet<Version>, StoreError> {
        let mut refused = HashSet::new();
        for commit in headers(connection, "WHERE NOT judged ORDER BY seq", None, u32::MAX).await? {
            let verdicts = self.verdicts(connection, &commit).await?;
            refused.extend(verdicts.into_iter().map(|v| v.version(commit.batch)));
        }
        Ok(refused)
    }
}

/// Runs a short query with a time limit. Without it, the query would wait for long on a network that drops
/// packets, because such a network reports no error.
async fn soon<T>(answer: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(2 * PATIENCE, answer)
        .await
        .unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into()))
}

pub(super) async fn head(connection: &mut PgConnection) -> Result<Head, StoreError> {
    let row: Option<(i64, i64)> = sqlx::query_as(
        "SELECT seq, onemap.micros(at) FROM onemap.commits ORDER BY seq DESC LIMIT 1",
    )
    .fetch_optional(connection)
    .await?;
    let (seq, at) = row.unwrap_or_default();
    Ok(Head {
        seq: seq as u64,
        at: from_micros(at),
    })
}

/// The batch of the version that the map shows in place of an invalid one: the newest valid version
/// before it, if there is one.
pub(super) async fn shown_instead(
    connection: &mut PgConnection,
    version: &Version,
    refused: &HashSet<Version>,
) -> Result<Option<i64>, StoreError> {
    let (mut batch, collection, id) = version.clone();
    let mut tried = version.clone();
    loop {
        let previous: Option<Option<i64>> = sqlx::query_scalar(
            "SELECT previous FROM onemap.changes WHERE batch = $1 AND collection = $2 AND id = $3",
        )
        .bind(batch)
        .bind(&collection)
        .bind(&id)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(Some(previous)) = previous else {
            return Ok(None);
        };
        batch = previous;
        tried.0 = batch;
        let bad: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM onemap.quarantine \
             WHERE batch = $1 AND collection = $2 AND id = $3)",
        )
        .bind(batch)
        .bind(&collection)
        .bind(&id)
        .fetch_one(&mut *connection)
        .await?;
        if !bad && !refused.contains(&tried) {
            return Ok(Some(batch));
        }
    }
}
