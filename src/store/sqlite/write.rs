//! Helpers of all writes: encode rows, read the present state, and number commits.

use std::collections::HashMap;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row, Sqlite, Transaction};

use super::read::head;
use super::{SqliteStore, micros_now};
use crate::codec::wkb;
use crate::model::{Author, Body, Change, CollectionId, Edit, FeatureId, Precondition};
use crate::store::{Committed, Head, StoreError, from_micros};

/// The maximum number of keys per statement.
const KEYS: usize = 200;

impl SqliteStore {
    /// See [`Store::commit`](crate::store::Store::commit).
    pub async fn commit(&self, edit: Edit) -> Result<Committed, StoreError> {
        self.replay(vec![edit]).await
    }
}

/// A change encoded for the database.
pub(super) struct StoredChange {
    pub collection: CollectionId,
    pub id: FeatureId,
    pub content: Option<Content>,
}

/// Geometry and properties as stored.
#[derive(PartialEq)]
pub(super) struct Content {
    pub geometry: Option<Vec<u8>>,
    pub properties: String,
}

/// The present version of a feature.
pub(super) struct Current {
    pub seq: u64,
    pub content: Content,
}

impl StoredChange {
    pub fn new(change: Change) -> Result<Self, StoreError> {
        let content = match change.body {
            None => None,
            Some(Body {
                geometry,
                properties,
            }) => Some(Content {
                geometry: geometry.as_ref().map(wkb::encode).transpose()?,
                properties: properties.as_str().to_owned(),
            }),
        };
        Ok(Self {
            collection: change.collection,
            id: change.id,
            content,
        })
    }

    /// The key of the feature: collection and id.
    pub fn key(&self) -> (&str, &str) {
        (self.collection.as_str(), self.id.as_str())
    }

    /// The geometry as WKB; `None` for a deletion.
    pub fn geometry(&self) -> Option<&[u8]> {
        self.content.as_ref()?.geometry.as_deref()
    }

    /// The properties as JSON; `None` for a deletion.
    pub fn properties(&self) -> Option<&str> {
        self.content.as_ref().map(|c| c.properties.as_str())
    }

    /// Whether the feature has this content already.
    pub fn changes_nothing(&self, now: Option<&Content>) -> bool {
        self.content.as_ref() == now
    }
}

/// The values of a row of `commits`.
pub(super) struct Publication<'a> {
    pub batch: i64,
    pub author: &'a Author,
    pub reason: Option<&'a str>,
    pub effective_at: Option<i64>,
    pub size: u64,
    pub folded: bool,
}

/// Gives a batch the next commit number and removes it from the unfinished batches.
pub(super) async fn publish(
    tx: &mut Transaction<'_, Sqlite>,
    commit: &Publication<'_>,
) -> Result<Committed, StoreError> {
    let last = head(tx).await?;
    let committed = number(tx, commit, last).await?;
    sqlx::query("DELETE FROM batches WHERE batch = ?")
        .bind(commit.batch)
        .execute(&mut **tx)
        .await?;
    Ok(committed)
}

/// Gives a batch the next commit number. SQLite has one writer at a time, so the number is free.
/// The time in the log never decreases, even if the clock is set back.
async fn number(
    tx: &mut SqliteConnection,
    commit: &Publication<'_>,
    last: Head,
) -> Result<Committed, StoreError> {
    let seq = last.seq + 1;
    let at = micros_now().max(last.at.as_microsecond());
    sqlx::query(
        "INSERT INTO commits (seq, batch, at, effective_at, role, account, reason, size, folded) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(seq as i64)
    .bind(commit.batch)
    .bind(at)
    .bind(commit.effective_at.unwrap_or(at))
    .bind(commit.author.role.as_str())
    .bind(commit.author.account.as_deref())
    .bind(commit.reason)
    .bind(commit.size as i64)
    .bind(commit.folded)
    .execute(tx)
    .await?;
    Ok(Committed {
        seq,
        at: from_micros(at),
        changed: commit.size,
    })
}

pub(super) async fn new_batch(tx: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(
        sqlx::query_scalar("INSERT INTO batches (touched_at) VALUES (?) RETURNING batch")
            .bind(micros_now())
            .fetch_one(tx)
            .await?,
    )
}

pub(super) async fn is_folding(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM commits WHERE folded = 0)")
            .fetch_one(connection)
            .await?,
    )
}

/// The present versions of some features, from `features` and from the commits that are not folded
/// yet.
pub(super) async fn current(
    connection: &mut SqliteConnection,
    keys: &[(&str, &str)],
) -> Result<HashMap<(String, String), Current>, StoreError> {
    let mut sql = String::from("WITH wanted (collection, id) AS (VALUES ");
    push_tuples(&mut sql, keys.len(), "(?,?)");
    // The older version comes first, so the newer one replaces it in the map.
    sql.push_str(
        ") SELECT f.collection, f.id, f.seq AS seq, f.geometry, f.properties \
         FROM wanted w JOIN features f USING (collection, id) \
         UNION ALL \
         SELECT h.collection, h.id, c.seq AS seq, h.geometry, h.properties \
         FROM commits c CROSS JOIN wanted w \
         JOIN changes h ON h.batch = c.batch AND h.collection = w.collection AND h.id = w.id \
         WHERE c.folded = 0 ORDER BY 3",
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (collection, id) in keys {
        query = query.bind(*collection).bind(*id);
    }
    let mut found = HashMap::new();
    for row in query.fetch_all(connection).await? {
        let key: (String, String) = (row.try_get(0)?, row.try_get(1)?);
        match row.try_get::<Option<String>, _>(4)? {
            None => {
                found.remove(&key);
            }
            Some(properties) => {
                let current = Current {
                    seq: row.try_get::<i64, _>(2)? as u64,
                    content: Content {
                        geometry: row.try_get(3)?,
                        properties,
                    },
                };
                found.insert(key, current);
            }
        }
    }
    Ok(found)
}

/// Checks preconditions against the present state.
pub(super) async fn hold(
    tx: &mut SqliteConnection,
    conditions: &[Precondition],
) -> Result<(), StoreError> {
    for some in conditions.chunks(KEYS) {
        let keys: Vec<_> = some
            .iter()
            .map(|p| (p.collection.as_str(), p.id.as_str()))
            .collect();
        let now = current(tx, &keys).await?;
        for wanted in some {
            let key = (wanted.collection.to_string(), wanted.id.to_string());
            wanted.check(now.get(&key).map(|c| c.seq))?;
        }
    }
    Ok(())
}

/// Appends `count` tuples of placeholders, separated by commas.
pub(super) fn push_tuples(sql: &mut String, count: usize, tuple: &str) {
    for i in 0..count {
        if i > 0 {
            sql.push(',');
        }
        sql.push_str(tuple);
    }
}

/// Keeps one change per feature: the last one.
pub(super) fn last_of_each(changes: Vec<Change>) -> Vec<Change> {
    let mut seen = std::collections::BTreeMap::new();
    for change in changes {
        seen.insert((change.collection.clone(), change.id.clone()), change);
    }
    seen.into_values().collect()
}
