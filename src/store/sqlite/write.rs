//! The one write path: an edit becomes a commit within a transaction.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, Sqlite, Transaction};

use super::read::head;
use super::{SqliteStore, micros_now};
use crate::codec::wkb;
use crate::model::{Author, Body, Change, CollectionId, Edit, Expect, FeatureId};
use crate::store::{Committed, Head, StoreError, from_micros};

impl SqliteStore {
    /// See [`Store::commit`](crate::store::Store::commit).
    pub async fn commit(&self, edit: Edit) -> Result<Committed, StoreError> {
        self.replay(vec![edit]).await
    }
}

/// The end of the log as a transaction moves it on.
pub(super) struct End {
    /// The newest commit.
    pub head: Head,
    /// The batch of the next commit.
    pub batch: i64,
    /// Whether an older import is still being folded: then a deletion must leave a mark that it sees.
    pub folding: bool,
}

/// Makes an edit true within a transaction; says how many features it changed.
pub(super) async fn make_true(
    tx: &mut SqliteConnection,
    edit: Edit,
    end: &mut End,
) -> Result<u64, StoreError> {
    for wanted in &edit.preconditions {
        let found = current(tx, &wanted.collection, &wanted.id)
            .await?
            .map(|c| c.seq);
        let holds = match wanted.expect {
            Expect::Absent => found.is_none(),
            Expect::Present => found.is_some(),
            Expect::Seq(seq) => found == Some(seq),
        };
        if !holds {
            return Err(StoreError::Precondition {
                collection: wanted.collection.clone(),
                id: wanted.id.clone(),
                expected: wanted.expect,
                found,
            });
        }
    }

    let mut rows: Vec<StoredChange> = Vec::with_capacity(edit.changes.len());
    for change in last_of_each(edit.changes) {
        let row = StoredChange::new(change)?;
        let now = current(tx, &row.collection, &row.id).await?;
        if !row.changes_nothing(now.as_ref()) {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Ok(0);
    }

    let commit = Publication {
        batch: end.batch,
        author: &edit.author,
        reason: edit.reason.as_deref(),
        effective_at: edit.effective_at.map(|t| t.as_microsecond()),
        size: rows.len() as u64,
        folded: true,
    };
    let committed = number(tx, &commit, end.head).await?;
    for row in &rows {
        insert_change(tx, end.batch, row).await?;
        row.settle(tx, committed, end.folding).await?;
    }
    end.head = Head {
        seq: committed.seq,
        at: committed.at,
    };
    end.batch += 1;
    Ok(committed.changed)
}

/// A change in the form in which it is stored.
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

/// The version of a feature that holds now.
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

    /// Whether the map is so already.
    pub fn changes_nothing(&self, now: Option<&Current>) -> bool {
        self.content.as_ref() == now.map(|c| &c.content)
    }

    async fn settle(
        &self,
        tx: &mut SqliteConnection,
        committed: Committed,
        keep_mark: bool,
    ) -> Result<(), StoreError> {
        if self.content.is_none() && !keep_mark {
            sqlx::query("DELETE FROM features WHERE collection = ? AND id = ?")
                .bind(self.collection.as_str())
                .bind(self.id.as_str())
                .execute(tx)
                .await?;
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO features (collection, id, seq, updated_at, geometry, properties) \
             VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (collection, id) DO UPDATE SET seq = excluded.seq, \
             updated_at = excluded.updated_at, geometry = excluded.geometry, \
             properties = excluded.properties",
        )
        .bind(self.collection.as_str())
        .bind(self.id.as_str())
        .bind(committed.seq as i64)
        .bind(committed.at.as_microsecond())
        .bind(self.content.as_ref().and_then(|c| c.geometry.as_deref()))
        .bind(self.content.as_ref().map(|c| c.properties.as_str()))
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// What a row of `commits` says.
pub(super) struct Publication<'a> {
    pub batch: i64,
    pub author: &'a Author,
    pub reason: Option<&'a str>,
    pub effective_at: Option<i64>,
    pub size: u64,
    pub folded: bool,
}

/// Gives a batch its number and takes it off the batches on their way.
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

/// Gives a batch the number after the last. SQLite has one writer at a time, so it is free to take;
/// time never runs backwards in the log, whatever the clock does.
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

async fn insert_change(
    tx: &mut SqliteConnection,
    batch: i64,
    row: &StoredChange,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO changes (batch, collection, id, geometry, properties) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(batch)
    .bind(row.collection.as_str())
    .bind(row.id.as_str())
    .bind(row.content.as_ref().and_then(|c| c.geometry.as_deref()))
    .bind(row.content.as_ref().map(|c| c.properties.as_str()))
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn is_folding(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM commits WHERE folded = 0)")
            .fetch_one(connection)
            .await?,
    )
}

/// The version that holds: the newest of `features` and the commits that are not folded yet.
pub(super) async fn current(
    connection: &mut SqliteConnection,
    collection: &CollectionId,
    id: &FeatureId,
) -> Result<Option<Current>, StoreError> {
    let row = sqlx::query(
        "SELECT seq, geometry, properties FROM features WHERE collection = ?1 AND id = ?2 \
         UNION ALL \
         SELECT c.seq, h.geometry, h.properties FROM commits c \
         JOIN changes h ON h.batch = c.batch AND h.collection = ?1 AND h.id = ?2 \
         WHERE c.folded = 0 \
         ORDER BY 1 DESC LIMIT 1",
    )
    .bind(collection.as_str())
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let properties: Option<String> = row.try_get(2)?;
    let Some(properties) = properties else {
        return Ok(None);
    };
    Ok(Some(Current {
        seq: row.try_get::<i64, _>(0)? as u64,
        content: Content {
            geometry: row.try_get(1)?,
            properties,
        },
    }))
}

/// One change a feature: the last one counts.
fn last_of_each(changes: Vec<Change>) -> Vec<Change> {
    let mut seen = std::collections::BTreeMap::new();
    for change in changes {
        seen.insert((change.collection.clone(), change.id.clone()), change);
    }
    seen.into_values().collect()
}
