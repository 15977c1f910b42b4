//! Reads the present state, the log, and the changes of one commit.

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Row};
use std::collections::HashMap;

use super::SqliteStore;
use crate::codec::wkb;
use crate::model::{Author, Body, CollectionId, CommitHeader, FeatureId, Properties, Record};
use crate::store::{Head, StoreError, from_micros};

impl SqliteStore {
    /// See [`Store::head`](crate::store::Store::head).
    pub async fn head(&self) -> Result<Head, StoreError> {
        let mut connection = self.shared.readers.acquire().await?;
        head(&mut connection).await
    }

    /// See [`Store::load`](crate::store::Store::load).
    pub async fn load(
        &self,
        collection: Option<&CollectionId>,
        mut sink: impl FnMut(Record) + Send,
    ) -> Result<Head, StoreError> {
        let mut connection = self.shared.readers.acquire().await?;
        // All queries of one read transaction see the same state, however long they take.
        let mut moment = connection.begin().await?;
        let head = head(&mut moment).await?;

        // Commits that are not folded yet (not copied into `features`) are newer than its rows, so they are
        // read first.
        let mut newer: HashMap<(CollectionId, FeatureId), u64> = HashMap::new();
        for unfolded in headers(
            &mut moment,
            "WHERE folded = 0 ORDER BY seq DESC",
            None,
            10_000,
        )
        .await?
        {
            // One query for all features instead of one per feature, so that a start after a large
            // import does not take minutes.
            let mut names = Names::default();
            let mut rows = sqlx::query(
                "SELECT h.collection, h.id, h.geometry, h.properties, f.seq FROM changes h \
                 LEFT JOIN features f ON f.collection = h.collection AND f.id = h.id \
                 WHERE h.batch = ?",
            )
            .bind(unfolded.batch)
            .fetch(&mut *moment);
            while let Some(row) = rows.try_next().await? {
                let key = (names.collection(&row, 0)?, feature_id(&row, 1)?);
                if collection.is_some_and(|c| *c != key.0) || newer.contains_key(&key) {
                    continue;
                }
                let folded: Option<i64> = row.try_get(4)?;
                if folded.is_some_and(|seq| seq as u64 > unfolded.header.seq) {
                    continue;
                }
                let record = Record {
                    collection: key.0.clone(),
                    id: key.1.clone(),
                    seq: unfolded.header.seq,
                    updated_at: unfolded.header.at,
                    body: body(&row, 2)?,
                };
                newer.insert(key, record.seq);
                if record.body.is_some() {
                    sink(record);
                }
            }
        }

        let mut query = match collection {
            None => sqlx::query(
                "SELECT collection, id, seq, updated_at, geometry, properties FROM features \
                 WHERE properties IS NOT NULL",
            ),
            Some(_) => sqlx::query(
                "SELECT collection, id, seq, updated_at, geometry, properties FROM features \
                 WHERE properties IS NOT NULL AND collection = ?",
            ),
        };
        if let Some(c) = collection {
            query = query.bind(c.to_string());
        }
        let mut names = Names::default();
        let mut rows = query.fetch(&mut *moment);
        while let Some(row) = rows.try_next().await? {
            let record = record(&row, &mut names)?;
            if newer.is_empty()
                || !newer.contains_key(&(record.collection.clone(), record.id.clone()))
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
        let mut connection = self.shared.readers.acquire().await?;
        headers(
            &mut connection,
            "WHERE seq > ? ORDER BY seq",
            Some(seq),
            limit,
        )
        .await
        .map(|list| list.into_iter().map(|h| h.header).collect())
    }

    /// See [`Store::records_of`](crate::store::Store::records_of).
    pub async fn records_of(
        &self,
        header: &CommitHeader,
        sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        let mut connection = self.shared.readers.acquire().await?;
        let found = headers(&mut connection, "WHERE seq = ?", Some(header.seq), 1).await?;
        match found.first() {
            Some(numbered) => changes(&mut connection, numbered, sink).await,
            None => Err(StoreError::corrupt(
                format!("commit {}", header.seq),
                "its row is gone from the log",
            )),
        }
    }
}

impl SqliteStore {
    /// See [`Store::records_between`](crate::store::Store::records_between).
    pub async fn records_between(
        &self,
        first: u64,
        last: u64,
        mut sink: impl FnMut(Record) + Send,
    ) -> Result<(), StoreError> {
        let mut connection = self.shared.readers.acquire().await?;
        let mut names = Names::default();
        let mut rows = sqlx::query(
            "SELECT h.collection, h.id, c.seq, c.at, h.geometry, h.properties \
             FROM commits c CROSS JOIN changes h ON h.batch = c.batch \
             WHERE c.seq BETWEEN ? AND ? ORDER BY c.seq, h.collection, h.id",
        )
        .bind(i64::try_from(first).unwrap_or(i64::MAX))
        .bind(i64::try_from(last).unwrap_or(i64::MAX))
        .fetch(&mut *connection);
        while let Some(row) = rows.try_next().await? {
            sink(record(&row, &mut names)?);
        }
        Ok(())
    }
}

/// Reads collection, id, seq, time, geometry and properties from the first six columns.
pub(super) fn record(row: &SqliteRow, names: &mut Names) -> Result<Record, StoreError> {
    Ok(Record {
        collection: names.collection(row, 0)?,
        id: feature_id(row, 1)?,
        seq: row.try_get::<i64, _>(2)? as u64,
        updated_at: from_micros(row.try_get(3)?),
        body: body(row, 4)?,
    })
}

/// A commit and the batch that contains its changes.
pub(super) struct Numbered {
    pub header: CommitHeader,
    pub batch: i64,
}

pub(super) async fn head(connection: &mut SqliteConnection) -> Result<Head, StoreError> {
    let row = sqlx::query("SELECT seq, at FROM commits ORDER BY seq DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    Ok(match row {
        Some(row) => Head {
            seq: row.try_get::<i64, _>(0)? as u64,
            at: from_micros(row.try_get(1)?),
        },
        None => Head {
            seq: 0,
            at: from_micros(0),
        },
    })
}

pub(super) async fn headers(
    connection: &mut SqliteConnection,
    condition: &'static str,
    argument: Option<u64>,
    limit: u32,
) -> Result<Vec<Numbered>, StoreError> {
    let sql = format!("SELECT {NUMBERED} FROM commits c {condition} LIMIT {limit}");
    // The statement consists of constants and numbers, so nothing can be injected.
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
    if let Some(seq) = argument {
        query = query.bind(i64::try_from(seq).unwrap_or(i64::MAX));
    }
    query
        .fetch_all(connection)
        .await?
        .iter()
        .map(|row| numbered(row, 0))
        .collect()
}

/// The columns of `commits` that [`numbered`] reads.
pub(super) const NUMBERED: &str =
    "c.seq, c.batch, c.at, c.effective_at, c.role, c.account, c.reason, c.size";

/// Reads the header of a commit from eight neighbouring columns.
pub(super) fn numbered(row: &SqliteRow, column: usize) -> Result<Numbered, StoreError> {
    let seq = row.try_get::<i64, _>(column)? as u64;
    let role: &str = row.try_get(column + 4)?;
    Ok(Numbered {
        header: CommitHeader {
            seq,
            at: from_micros(row.try_get(column + 2)?),
            effective_at: from_micros(row.try_get(column + 3)?),
            author: Author {
                role: role
                    .parse()
                    .map_err(|e| StoreError::corrupt(format!("commit {seq}"), e))?,
                account: row.try_get(column + 5)?,
            },
            reason: row.try_get(column + 6)?,
            size: row.try_get::<i64, _>(column + 7)? as u64,
        },
        batch: row.try_get(column + 1)?,
    })
}

async fn changes(
    connection: &mut SqliteConnection,
    commit: &Numbered,
    mut sink: impl FnMut(Record) + Send,
) -> Result<(), StoreError> {
    let mut names = Names::default();
    let mut rows = sqlx::query(
        "SELECT collection, id, geometry, properties FROM changes WHERE batch = ? \
         ORDER BY collection, id",
    )
    .bind(commit.batch)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        sink(Record {
            collection: names.collection(&row, 0)?,
            id: feature_id(&row, 1)?,
            seq: commit.header.seq,
            updated_at: commit.header.at,
            body: body(&row, 2)?,
        });
    }
    Ok(())
}

/// Interns collection names: many rows share few names.
#[derive(Default)]
pub(super) struct Names(HashMap<String, CollectionId>);

impl Names {
    fn collection(&mut self, row: &SqliteRow, column: usize) -> Result<CollectionId, StoreError> {
        let text: &str = row.try_get(column)?;
        if let Some(known) = self.0.get(text) {
            return Ok(known.clone());
        }
        let id = CollectionId::new(text).map_err(|e| StoreError::bad_id("collection", &e))?;
        self.0.insert(text.to_owned(), id.clone());
        Ok(id)
    }
}

pub(super) fn feature_id(row: &SqliteRow, column: usize) -> Result<FeatureId, StoreError> {
    FeatureId::new(row.try_get::<&str, _>(column)?).map_err(|e| StoreError::bad_id("id", &e))
}

/// Reads geometry and properties from two neighbouring columns.
pub(super) fn body(row: &SqliteRow, column: usize) -> Result<Option<Body>, StoreError> {
    let properties: Option<&str> = row.try_get(column + 1)?;
    let Some(properties) = properties else {
        return Ok(None);
    };
    let geometry: Option<&[u8]> = row.try_get(column)?;
    Ok(Some(Body {
        geometry: geometry
            .map(wkb::decode)
            .transpose()
            .map_err(|e| StoreError::corrupt("geometry", e))?,
        properties: Properties::from_canonical(properties),
    }))
}
