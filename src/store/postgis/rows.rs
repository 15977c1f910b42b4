//! Decodes rows of the log: commits, versions of features, and their geometry and properties.

use std::collections::{HashMap, HashSet};

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row};

use crate::codec::wkb;
use crate::model::{Author, Body, CollectionId, CommitHeader, FeatureId, Properties, Record};
use crate::spatial::validity;
use crate::store::{StoreError, from_micros};

/// The key of a version of a feature: batch, collection, id.
pub(super) type Version = (i64, String, String);

/// A commit with the internal columns of the log.
pub(super) struct Numbered {
    pub header: CommitHeader,
    pub batch: i64,
    pub checked: bool,
    pub judged: bool,
}

pub(super) async fn headers(
    connection: &mut PgConnection,
    condition: &'static str,
    argument: Option<u64>,
    limit: u32,
) -> Result<Vec<Numbered>, StoreError> {
    let sql = format!("SELECT {NUMBERED} FROM onemap.commits c {condition} LIMIT {limit}");
    // The statement consists of constants and numbers, so nothing can be injected.
    let mut query = sqlx::query(AssertSqlSafe(sql));
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
pub(super) const NUMBERED: &str = "c.seq, c.batch, onemap.micros(c.at), \
     onemap.micros(c.effective_at), c.role, c.account, c.reason, c.size, c.checked, c.judged";

/// Reads the header of a commit from ten neighbouring columns.
pub(super) fn numbered(row: &PgRow, column: usize) -> Result<Numbered, StoreError> {
    let seq = row.try_get::<i64, _>(column)? as u64;
    Ok(Numbered {
        header: CommitHeader {
            seq,
            at: from_micros(row.try_get(column + 2)?),
            effective_at: from_micros(row.try_get(column + 3)?),
            author: Author {
                role: row
                    .try_get::<&str, _>(column + 4)?
                    .parse()
                    .map_err(|e| StoreError::corrupt(format!("commit {seq}"), e))?,
                account: row.try_get(column + 5)?,
            },
            reason: row.try_get(column + 6)?,
            size: row.try_get::<i64, _>(column + 7)? as u64,
        },
        batch: row.try_get(column + 1)?,
        checked: row.try_get(column + 8)?,
        judged: row.try_get(column + 9)?,
    })
}

/// The columns that [`version`] reads, from a change `h` and its commit `c`.
pub(super) const VERSION: &str = "h.collection, h.id, c.seq, onemap.micros(c.at), c.checked, \
     onemap.to_wkb(h.geometry), h.properties::text, h.batch";

/// The SQL condition that a change `h` is not in quarantine.
pub(super) const GOOD: &str = "NOT EXISTS (SELECT FROM onemap.quarantine q \
     WHERE q.batch = h.batch AND q.collection = h.collection AND q.id = h.id)";

/// Reads a version from eight columns; `None` if it is not a valid feature.
pub(super) fn version(
    row: &PgRow,
    names: &mut Names,
    refused: &HashSet<Version>,
) -> Result<Option<Record>, StoreError> {
    if !refused.is_empty() {
        let version = (row.try_get(7)?, row.try_get(0)?, row.try_get(1)?);
        if refused.contains(&version) {
            return Ok(None);
        }
    }
    let written = Written {
        seq: row.try_get::<i64, _>(2)? as u64,
        at: row.try_get(3)?,
        checked: row.try_get(4)?,
    };
    Ok(record(row, names, (0, 5), written))
}

/// The commit that wrote a row.
#[derive(Clone, Copy)]
pub(super) struct Written {
    pub seq: u64,
    pub at: i64,
    pub checked: bool,
}

/// Reads a record: collection and id from `columns.0`, geometry and properties from `columns.1` on.
///
/// A row that passed the check can be read. If one nevertheless cannot, it is logged and left out,
/// because no row of a table may stop the follower.
pub(super) fn record(
    row: &PgRow,
    names: &mut Names,
    columns: (usize, usize),
    written: Written,
) -> Option<Record> {
    let mut read = || -> Result<Record, StoreError> {
        let id = FeatureId::new(row.try_get::<&str, _>(columns.0 + 1)?)
            .map_err(|e| StoreError::bad_id("id", &e))?;
        Ok(Record {
            collection: names.collection(row.try_get(columns.0)?)?,
            id,
            seq: written.seq,
            updated_at: from_micros(written.at),
            body: body(
                row.try_get(columns.1)?,
                row.try_get(columns.1 + 1)?,
                written.checked,
            )
            .map_err(|problem| StoreError::corrupt(format!("commit {}", written.seq), problem))?,
        })
    };
    match read() {
        Ok(record) => Some(record),
        Err(error) => {
            tracing::error!(%error, "a row cannot be read and is left out of the map");
            None
        }
    }
}

/// Reads geometry and properties in the form that the map keeps. Rows that the program did not
/// write itself (`checked` is false) are normalized here.
pub(super) fn body(
    geometry: Option<&[u8]>,
    properties: Option<&str>,
    checked: bool,
) -> Result<Option<Body>, String> {
    let Some(properties) = properties else {
        return Ok(None);
    };
    let geometry = geometry
        .map(wkb::decode)
        .transpose()
        .map_err(|e| format!("geometry: {e}"))?
        .map(|g| if checked { g } else { validity::normalise(g) });
    Ok(Some(Body {
        geometry,
        // `jsonb` sorts object keys by its own rules, so the text is brought into canonical order
        // again.
        properties: Properties::parse(properties).map_err(|e| format!("properties: {e}"))?,
    }))
}

/// Interns collection names: many rows share few names.
#[derive(Default)]
pub(super) struct Names(HashMap<String, CollectionId>);

impl Names {
    fn collection(&mut self, text: &str) -> Result<CollectionId, StoreError> {
        if let Some(known) = self.0.get(text) {
            return Ok(known.clone());
        }
        let id = CollectionId::new(text).map_err(|e| StoreError::bad_id("collection", &e))?;
        self.0.insert(text.to_owned(), id.clone());
        Ok(id)
    }
}
