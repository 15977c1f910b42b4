//! The write path: an edit becomes a commit in one short transaction. The triggers write the log.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::read::{head, shown_instead};
use super::rows::Version;
use super::{PostgisStore, views};
use crate::codec::wkb;
use crate::model::{Author, Change, CollectionId, Edit, Expect, FeatureId, Precondition, SCHEMAS};
use crate::store::{Committed, StoreError, audit, from_micros};

/// The maximum number of attempts when other edits cause a deadlock or conflict.
pub(super) const ATTEMPTS: u32 = 6;

pub(super) type Key = (CollectionId, FeatureId);

impl PostgisStore {
    /// See [`Store::commit`](crate::store::Store::commit).
    pub async fn commit(&self, edit: Edit) -> Result<Committed, StoreError> {
        let done = self.commit_or_cross(edit).await;
        self.shared.health.note(done)
    }

    async fn commit_or_cross(&self, edit: Edit) -> Result<Committed, StoreError> {
        let changes = Columns::new(edit.changes.iter().cloned())?;
        let mut attempt = 1;
        loop {
            match self.try_commit(&edit, &changes).await {
                Err(error) if attempt < ATTEMPTS && crossed(&error) => {
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                Ok(committed) => {
                    if committed.changed > 0 {
                        self.retry(&changes.schemas()).await?;
                    }
                    return Ok(committed);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_commit(&self, edit: &Edit, changes: &Columns) -> Result<Committed, StoreError> {
        let mut connection = self.shared.pool.acquire().await?;
        let mut tx = connection
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await?;
        // A statement waits at most 10 s for a lock, because no caller waits longer for a response.
        announce(
            &mut tx,
            &edit.author,
            edit.reason.as_deref(),
            edit.effective_at,
            "10s",
        )
        .await?;
        lock(&mut tx, std::iter::once((edit, changes))).await?;
        expect(&mut tx, edit).await?;
        let absent = absent(edit);
        hold_absent(&mut tx, &absent, changes).await?;
        changes.write(&mut tx, &absent).await?;
        views::follow(&mut tx, &changes.schemas()).await?;
        match logged(&mut tx).await? {
            None => {
                hold_schemas(&mut tx, None, &checked_by(edit)).await?;
                let head = head(&mut tx).await?;
                Ok(Committed {
                    seq: head.seq,
                    at: head.at,
                    changed: 0,
                })
            }
            Some(batch) => {
                if let Some(entry) = audit::of_write(std::iter::once(edit)) {
                    super::audit::add(&mut tx, &entry, Some(batch)).await?;
                }
                hold_schemas(&mut tx, Some(batch), &checked_by(edit)).await?;
                let done = match tx.commit().await {
                    Ok(()) => outcome(&mut connection, batch).await,
                    Err(error) => Err(error.into()),
                };
                match done {
                    Err(error) => self.unless_committed(batch, error).await,
                    good => good,
                }
            }
        }
    }

    /// Handles a connection that breaks during COMMIT. The log shows whether the commit was made;
    /// repeating the edit blindly could write it twice.
    pub(super) async fn unless_committed(
        &self,
        batch: i64,
        error: StoreError,
    ) -> Result<Committed, StoreError> {
        if error.is_unavailable()
            && !crossed(&error)
            && let Ok(mut connection) = self.shared.pool.acquire().await
            && let Ok(committed) = outcome(&mut connection, batch).await
            && committed.changed > 0
        {
            return Ok(committed);
        }
        Err(error)
    }
}

/// The keys of the features that must not exist according to the preconditions of an edit.
pub(super) fn absent(edit: &Edit) -> HashSet<Key> {
    edit.preconditions
        .iter()
        .filter(|p| p.expect == Expect::Absent && !is_of_schema(edit, p))
        .map(|p| (p.collection.clone(), p.id.clone()))
        .collect()
}

/// Sets author, reason and effective time for the triggers, and the lock timeout, for the rest of
/// the transaction.
pub(super) async fn announce(
    tx: &mut PgConnection,
    author: &Author,
    reason: Option<&str>,
    effective_at: Option<Timestamp>,
    lock_timeout: &'static str,
) -> Result<(), StoreError> {
    sqlx::query(
        "SELECT set_config('onemap.checked', 'on', true), set_config('onemap.role', $1, true), \
         set_config('onemap.account', $2, true), set_config('onemap.reason', $3, true), \
         set_config('onemap.effective_at', $4, true), set_config('lock_timeout', $5, true)",
    )
    .bind(author.role.as_str())
    .bind(plain(author.account.as_deref().unwrap_or("$system")))
    .bind(plain(reason.unwrap_or_default()))
    .bind(effective_at.map(|t| t.to_string()).unwrap_or_default())
    .bind(lock_timeout)
    .execute(tx)
    .await?;
    Ok(())
}

/// Removes NUL characters, which PostgreSQL cannot store in a text.
fn plain(text: &str) -> String {
    text.replace('\0', "")
}

/// Locks the rows that the edits read and write, in the one order that all writers use, which
/// avoids deadlocks.
pub(super) async fn lock(
    tx: &mut PgConnection,
    edits: impl Iterator<Item = (&Edit, &Columns)>,
) -> Result<(), StoreError> {
    let mut keys: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (edit, changes) in edits {
        keys.extend(
            edit.preconditions
                .iter()
                .filter(|p| !is_of_schema(edit, p))
                .map(|p| (p.collection.as_str(), p.id.as_str())),
        );
        keys.extend(
            changes
                .rows
                .iter()
                .map(|r| (r.collection.as_str(), r.id.as_str())),
        );
    }
    let (collections, ids): (Vec<&str>, Vec<&str>) = keys.into_iter().unzip();
    sqlx::query(
        "SELECT FROM onemap.features f \
         JOIN unnest($1::text[], $2::text[]) AS w (collection, id) \
         ON f.collection = w.collection AND f.id = w.id \
         ORDER BY f.collection, f.id FOR UPDATE OF f",
    )
    .bind(collections)
    .bind(ids)
    .execute(tx)
    .await?;
    Ok(())
}

/// Checks the preconditions on locked rows.
pub(super) async fn expect(tx: &mut PgConnection, edit: &Edit) -> Result<(), StoreError> {
    let conditions: Vec<&Precondition> = edit
        .preconditions
        .iter()
        .filter(|p| !is_of_schema(edit, p))
        .collect();
    if conditions.is_empty() {
        return Ok(());
    }
    let (collections, ids): (Vec<&str>, Vec<&str>) = conditions
        .iter()
        .map(|p| (p.collection.as_str(), p.id.as_str()))
        .unzip();
    let rows: Vec<(String, String, i64, Option<i64>, bool)> = sqlx::query_as(
        "SELECT f.collection, f.id, f.batch, c.seq, EXISTS (SELECT FROM onemap.quarantine q \
         WHERE q.batch = f.batch AND q.collection = f.collection AND q.id = f.id) \
         FROM unnest($1::text[], $2::text[]) AS w (collection, id) \
         JOIN onemap.features f ON f.collection = w.collection AND f.id = w.id \
         LEFT JOIN onemap.commits c ON c.batch = f.batch",
    )
    .bind(collections)
    .bind(ids)
    .fetch_all(&mut *tx)
    .await?;
    let mut found: HashMap<(String, String), u64> = HashMap::new();
    for (collection, id, batch, seq, quarantined) in rows {
        let mut seq = seq.unwrap_or_default() as u64;
        if quarantined {
            // The map shows an earlier version instead of the quarantined row. The caller has read
            // that version, and its precondition names the commit of that version.
            let version: Version = (batch, collection.clone(), id.clone());
            if let Some(shown) = shown_instead(tx, &version, &HashSet::new()).await? {
                seq = seq_of(tx, shown).await?.unwrap_or(seq);
            }
        }
        found.insert((collection, id), seq);
    }
    for wanted in conditions {
        let found = found
            .get(&(wanted.collection.to_string(), wanted.id.to_string()))
            .copied();
        wanted.check(found)?;
    }
    Ok(())
}

/// The preconditions on schemas against which an edit was checked. They are checked last, under the
/// lock of the commit numbers, and lock no row: writers of a collection do not wait for each other,
/// and a schema can be changed during an import that takes minutes.
pub(super) fn checked_by(edit: &Edit) -> Vec<Precondition> {
    let conditions = edit.preconditions.iter();
    conditions
        .filter(|p| is_of_schema(edit, p))
        .cloned()
        .collect()
}

fn is_of_schema(edit: &Edit, condition: &Precondition) -> bool {
    let writes = |c: &Change| c.collection == condition.collection && c.id == condition.id;
    condition.collection.as_str() == SCHEMAS && !edit.changes.iter().any(writes)
}

/// Checks preconditions on schemas. If the transaction has a batch, its commit is numbered first,
/// so that nobody else can commit before the end of the transaction.
pub(super) async fn hold_schemas(
    tx: &mut PgConnection,
    batch: Option<i64>,
    conditions: &[Precondition],
) -> Result<(), StoreError> {
    if conditions.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = conditions.iter().map(|p| p.id.as_str()).collect();
    let found: Vec<(String, Option<i64>)> =
        sqlx::query_as("SELECT name, seq FROM onemap.schema_versions($1, $2)")
            .bind(batch)
            .bind(names)
            .fetch_all(tx)
            .await?;
    let found: HashMap<String, Option<i64>> = found.into_iter().collect();
    for wanted in conditions {
        let seq = found.get(wanted.id.as_str()).copied().flatten();
        wanted.check(seq.map(|s| s as u64))?;
    }
    Ok(())
}

/// Keeps other writers from creating features that must not exist and that this edit does not create
/// itself. For this, it inserts a row for each and deletes it again: that changes nothing, but reserves the
/// key until the end of the transaction.
pub(super) async fn hold_absent(
    tx: &mut PgConnection,
    absent: &HashSet<Key>,
    changes: &Columns,
) -> Result<(), StoreError> {
    let made: HashSet<(&str, &str)> = changes
        .rows
        .iter()
        .filter(|r| r.properties.is_some())
        .map(|r| (r.collection.as_str(), r.id.as_str()))
        .collect();
    let (collections, ids): (Vec<&str>, Vec<&str>) = absent
        .iter()
        .map(|(c, i)| (c.as_str(), i.as_str()))
        .filter(|key| !made.contains(key))
        .unzip();
    if collections.is_empty() {
        return Ok(());
    }
    for sql in [
        "INSERT INTO onemap.features (collection, id) \
         SELECT w.* FROM unnest($1::text[], $2::text[]) AS w (collection, id) ORDER BY 1, 2",
        "DELETE FROM onemap.features f USING unnest($1::text[], $2::text[]) AS w (collection, id) \
         WHERE f.collection = w.collection AND f.id = w.id",
    ] {
        sqlx::query(sql)
            .bind(&collections)
            .bind(&ids)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// The batch of this transaction, if it has changed anything.
pub(super) async fn logged(tx: &mut PgConnection) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT batch FROM onemap.batches \
         WHERE xid = pg_current_xact_id_if_assigned() AND logged",
    )
    .fetch_optional(tx)
    .await?)
}

/// The outcome of a batch whose transaction is committed: a commit, or nothing if the changes
/// cancelled each other out.
pub(super) async fn outcome(
    connection: &mut PgConnection,
    batch: i64,
) -> Result<Committed, StoreError> {
    let row: Option<(i64, i64, i64)> =
        sqlx::query_as("SELECT seq, onemap.micros(at), size FROM onemap.commits WHERE batch = $1")
            .bind(batch)
            .fetch_optional(&mut *connection)
            .await?;
    match row {
        Some((seq, at, size)) => Ok(Committed {
            seq: seq as u64,
            at: from_micros(at),
            changed: size as u64,
        }),
        None => {
            let head = head(connection).await?;
            Ok(Committed {
                seq: head.seq,
                at: head.at,
                changed: 0,
            })
        }
    }
}

async fn seq_of(tx: &mut PgConnection, batch: i64) -> Result<Option<u64>, StoreError> {
    let seq: Option<i64> = sqlx::query_scalar("SELECT seq FROM onemap.commits WHERE batch = $1")
        .bind(batch)
        .fetch_optional(tx)
        .await?;
    Ok(seq.map(|s| s as u64))
}

/// Whether an edit failed only because of a concurrent one: a deadlock, a serialization failure, or
/// a row inserted in between.
pub(super) fn crossed(error: &StoreError) -> bool {
    let StoreError::Database(sqlx::Error::Database(d)) = error else {
        return false;
    };
    matches!(d.code().as_deref(), Some("40001" | "40P01"))
        || (d.is_unique_violation() && d.constraint() == Some("features_pkey"))
}

/// The pause before another attempt: longer each time, with a random part so that two writers do
/// not stay in step.
pub(super) fn pause(attempt: u32) -> Duration {
    let spread: u64 = rand::random_range(0..20);
    Duration::from_millis(u64::from(attempt) * 10 + spread)
}

/// A change encoded for a statement.
pub(super) struct Row {
    pub collection: String,
    pub id: String,
    pub geometry: Option<Vec<u8>>,
    pub properties: Option<String>,
}

/// Changes as column arrays for one statement: one change per feature (the last one wins), sorted
/// by collection and id.
pub(super) struct Columns {
    pub rows: Vec<Row>,
}

impl Columns {
    pub(super) fn new(changes: impl Iterator<Item = Change>) -> Result<Self, StoreError> {
        let mut last = BTreeMap::new();
        for change in changes {
            last.insert((change.collection, change.id), change.body);
        }
        let mut rows = Vec::with_capacity(last.len());
        for ((collection, id), body) in last {
            let (geometry, properties) = match body {
                None => (None, None),
                Some(body) => (
                    body.geometry.as_ref().map(wkb::encode).transpose()?,
                    Some(body.properties.as_str().to_owned()),
                ),
            };
            rows.push(Row {
                collection: collection.to_string(),
                id: id.to_string(),
                geometry,
                properties,
            });
        }
        Ok(Self { rows })
    }

    /// The collections whose schemas are among the changes.
    pub(super) fn schemas(&self) -> Vec<String> {
        self.rows
            .iter()
            .filter(|r| r.collection == SCHEMAS)
            .map(|r| r.id.clone())
            .collect()
    }

    /// Writes the changes. The trigger drops those that change nothing.
    pub(super) async fn write(
        &self,
        tx: &mut PgConnection,
        absent: &HashSet<Key>,
    ) -> Result<(), StoreError> {
        let absent: HashSet<(&str, &str)> = absent
            .iter()
            .map(|(c, i)| (c.as_str(), i.as_str()))
            .collect();
        let is_new = |r: &&Row| absent.contains(&(r.collection.as_str(), r.id.as_str()));
        let deleted: Vec<&Row> = self
            .rows
            .iter()
            .filter(|r| r.properties.is_none())
            .collect();
        let (new, put): (Vec<&Row>, Vec<&Row>) = self
            .rows
            .iter()
            .filter(|r| r.properties.is_some())
            .partition(is_new);

        if !deleted.is_empty() {
            sqlx::query(
                "DELETE FROM onemap.features f \
                 USING unnest($1::text[], $2::text[]) AS w (collection, id) \
                 WHERE f.collection = w.collection AND f.id = w.id",
            )
            .bind(deleted.iter().map(|r| &*r.collection).collect::<Vec<_>>())
            .bind(deleted.iter().map(|r| &*r.id).collect::<Vec<_>>())
            .execute(&mut *tx)
            .await?;
        }
        let insert = "INSERT INTO onemap.features (collection, id, geometry, properties) \
             SELECT w.collection, w.id, onemap.from_wkb(w.geometry), w.properties::jsonb \
             FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) \
             AS w (collection, id, geometry, properties) ORDER BY w.collection, w.id";
        let upsert = "INSERT INTO onemap.features (collection, id, geometry, properties) \
             SELECT w.collection, w.id, onemap.from_wkb(w.geometry), w.properties::jsonb \
             FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) \
             AS w (collection, id, geometry, properties) ORDER BY w.collection, w.id \
             ON CONFLICT (collection, id) DO UPDATE \
             SET geometry = excluded.geometry, properties = excluded.properties";
        // Features that must not exist yet are inserted with a plain INSERT: if another writer was
        // faster, the key is violated, and the next attempt reports the failed precondition.
        for (sql, rows) in [(insert, new), (upsert, put)] {
            if rows.is_empty() {
                continue;
            }
            sqlx::query(sql)
                .bind(rows.iter().map(|r| &*r.collection).collect::<Vec<_>>())
                .bind(rows.iter().map(|r| &*r.id).collect::<Vec<_>>())
                .bind(
                    rows.iter()
                        .map(|r| r.geometry.as_deref())
                        .collect::<Vec<_>>(),
                )
                .bind(
                    rows.iter()
                        .map(|r| r.properties.as_deref())
                        .collect::<Vec<_>>(),
                )
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }
}
