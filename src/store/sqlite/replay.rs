//! Writes one or thousands of edits as commits in one transaction that is as short as possible.
//!
//! The present state of all features concerned is read first, every edit is decided in memory, and
//! the result is written in statements of many rows. One statement for each row would be slower: sending a
//! statement to the thread of the connection and back takes longer than writing a row.

use std::collections::{BTreeMap, HashMap};

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::history::is_indexed;
use super::read::head;
use super::write::{
    Content, Current, StoredChange, current, is_folding, last_of_each, new_batch, push_tuples,
};
use super::{SqliteStore, micros_now};
use crate::model::{Author, Edit};
use crate::store::{AuditEntry, Committed, Head, StoreError, audit, from_micros};

/// The number of keys or rows per statement; SQLite accepts 32,766 values.
const ROWS: usize = 200;
/// The number of edits that are decided before the task yields.
const TURN: usize = 500;

type Key = (String, String);

impl SqliteStore {
    /// See [`Store::replay`](crate::store::Store::replay).
    pub async fn replay(&self, edits: Vec<Edit>) -> Result<Committed, StoreError> {
        let audited = audit::of_write(edits.iter());
        let mut writer = self.writer().await?;
        let done = replay(&mut writer, edits, audited).await;
        let committed = writer.done(done)?;
        if committed.changed > 0 {
            self.shared.written.notify_waiters();
        }
        Ok(committed)
    }
}

async fn replay(
    writer: &mut SqliteConnection,
    edits: Vec<Edit>,
    audited: Option<AuditEntry>,
) -> Result<Committed, StoreError> {
    // IMMEDIATE takes the write lock before the first read, so that nobody changes what this
    // transaction has read.
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let first = new_batch(&mut tx).await?;
    let mut log = Log {
        head: head(&mut tx).await?,
        batch: first,
        before: before(&mut tx, &edits).await?,
        last: BTreeMap::new(),
        commits: Vec::new(),
        changes: Vec::new(),
    };
    for (i, edit) in edits.into_iter().enumerate() {
        log.take(edit)?;
        // Deciding the edits of a year's ledger takes a second. Yielding lets other tasks run, and
        // a cancelled request ends here.
        if i % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
    }
    let committed = Committed {
        seq: log.head.seq,
        at: log.head.at,
        changed: log.changes.len() as u64,
    };
    if log.changes.is_empty() {
        return Ok(committed);
    }
    log.write(&mut tx).await?;
    // Nobody else could take a batch number in the meantime, so this transaction uses the next ones. The
    // last one is inserted into `batches` and deleted again, so that SQLite does not assign them again.
    let last = log.batch - 1;
    if let Some(entry) = &audited {
        super::audit::add(&mut tx, entry, Some(last)).await?;
    }
    if last > first {
        sqlx::query("INSERT INTO batches (batch, touched_at) VALUES (?, ?)")
            .bind(last)
            .bind(micros_now())
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query("DELETE FROM batches WHERE batch IN (?, ?)")
        .bind(first)
        .bind(last)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(committed)
}

/// Reads the present state of all features that the edits name.
async fn before(
    tx: &mut SqliteConnection,
    edits: &[Edit],
) -> Result<HashMap<Key, Current>, StoreError> {
    let conditions = edits.iter().flat_map(|e| &e.preconditions);
    let changes = edits.iter().flat_map(|e| &e.changes);
    let mut keys: Vec<(&str, &str)> = conditions
        .map(|p| (p.collection.as_str(), p.id.as_str()))
        .chain(changes.map(|c| (c.collection.as_str(), c.id.as_str())))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let mut found = HashMap::new();
    for keys in keys.chunks(ROWS) {
        found.extend(current(tx, keys).await?);
    }
    Ok(found)
}

/// The end of the log, updated by each edit.
struct Log {
    /// The newest commit.
    head: Head,
    /// The batch number of the next commit.
    batch: i64,
    /// The state, before the transaction, of all features that the edits name.
    before: HashMap<Key, Current>,
    /// For each changed feature, the index of its newest version among the changes.
    last: BTreeMap<Key, usize>,
    commits: Vec<NewCommit>,
    changes: Vec<NewVersion>,
}

/// A row of `commits` to be inserted.
struct NewCommit {
    seq: u64,
    batch: i64,
    at: i64,
    effective_at: i64,
    author: Author,
    reason: Option<String>,
    size: usize,
}

/// A row of `changes` to be inserted.
struct NewVersion {
    seq: u64,
    batch: i64,
    at: i64,
    row: StoredChange,
}

impl Log {
    /// The present version of a feature: the number of the commit that wrote it, and its content.
    fn now(&self, key: &Key) -> Option<(u64, &Content)> {
        match self.last.get(key).and_then(|i| self.changes.get(*i)) {
            Some(version) => version.row.content.as_ref().map(|c| (version.seq, c)),
            None => self.before.get(key).map(|c| (c.seq, &c.content)),
        }
    }

    /// Makes an edit the next commit if its preconditions hold and it changes anything.
    fn take(&mut self, edit: Edit) -> Result<(), StoreError> {
        for wanted in &edit.preconditions {
            let key = (wanted.collection.to_string(), wanted.id.to_string());
            let found = self.now(&key).map(|(seq, _)| seq);
            wanted.check(found)?;
        }
        let mut news = Vec::with_capacity(edit.changes.len());
        for change in last_of_each(edit.changes) {
            let row = StoredChange::new(change)?;
            let key = (row.collection.to_string(), row.id.to_string());
            if !row.changes_nothing(self.now(&key).map(|(_, content)| content)) {
                news.push((key, row));
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        // SQLite has one writer at a time, so the next number is free. The time in the log never
        // decreases, even if the clock is set back.
        let (seq, batch) = (self.head.seq + 1, self.batch);
        let at = micros_now().max(self.head.at.as_microsecond());
        self.commits.push(NewCommit {
            seq,
            batch,
            at,
            effective_at: edit.effective_at.map_or(at, |t| t.as_microsecond()),
            author: edit.author,
            reason: edit.reason,
            size: news.len(),
        });
        for (key, row) in news {
            self.last.insert(key, self.changes.len());
            self.changes.push(NewVersion {
                seq,
                batch,
                at,
                row,
            });
        }
        self.head = Head {
            seq,
            at: from_micros(at),
        };
        self.batch += 1;
        Ok(())
    }

    async fn write(&self, tx: &mut SqliteConnection) -> Result<(), StoreError> {
        for commits in self.commits.chunks(ROWS) {
            let mut sql = String::from(
                "INSERT INTO commits (seq, batch, at, effective_at, role, account, reason, size, \
                 folded) VALUES ",
            );
            push_tuples(&mut sql, commits.len(), "(?,?,?,?,?,?,?,?,1)");
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for c in commits {
                query = query
                    .bind(c.seq as i64)
                    .bind(c.batch)
                    .bind(c.at)
                    .bind(c.effective_at)
                    .bind(c.author.role.as_str())
                    .bind(c.author.account.as_deref())
                    .bind(c.reason.as_deref())
                    .bind(c.size as i64);
            }
            query.execute(&mut *tx).await?;
        }
        for versions in self.changes.chunks(ROWS) {
            let mut sql = String::from(
                "INSERT INTO changes (batch, collection, id, geometry, properties) VALUES ",
            );
            push_tuples(&mut sql, versions.len(), "(?,?,?,?,?)");
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for v in versions {
                query = query
                    .bind(v.batch)
                    .bind(v.row.collection.as_str())
                    .bind(v.row.id.as_str())
                    .bind(v.row.geometry())
                    .bind(v.row.properties());
            }
            query.execute(&mut *tx).await?;
        }
        self.write_newest(tx).await
    }

    /// Writes the newest version of each changed feature to `features`.
    async fn write_newest(&self, tx: &mut SqliteConnection) -> Result<(), StoreError> {
        self.keep_past(tx).await?;
        // While an older import is being folded, a deletion leaves a marker so that the fold does
        // not restore the feature.
        let keep_mark = is_folding(tx).await?;
        let newest = self.last.values().filter_map(|i| self.changes.get(*i));
        let (put, gone): (Vec<_>, Vec<_>) =
            newest.partition(|v| keep_mark || v.row.content.is_some());
        for versions in put.chunks(ROWS) {
            let mut sql = String::from(
                "INSERT INTO features (collection, id, seq, updated_at, geometry, properties) VALUES ",
            );
            push_tuples(&mut sql, versions.len(), "(?,?,?,?,?,?)");
            sql.push_str(
                " ON CONFLICT (collection, id) DO UPDATE SET seq = excluded.seq, \
                 updated_at = excluded.updated_at, geometry = excluded.geometry, \
                 properties = excluded.properties",
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for v in versions {
                query = query
                    .bind(v.row.collection.as_str())
                    .bind(v.row.id.as_str())
                    .bind(v.seq as i64)
                    .bind(v.at)
                    .bind(v.row.geometry())
                    .bind(v.row.properties());
            }
            query.execute(&mut *tx).await?;
        }
        for v in gone {
            sqlx::query("DELETE FROM features WHERE collection = ? AND id = ?")
                .bind(v.row.collection.as_str())
                .bind(v.row.id.as_str())
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }

    /// Adds the new versions, and those that they replace, to the table `past`.
    async fn keep_past(&self, tx: &mut SqliteConnection) -> Result<(), StoreError> {
        let named = |v: &&NewVersion| !is_indexed(v.row.collection.as_str());
        let replaced: Vec<&Key> = self
            .last
            .keys()
            .filter(|key| !is_indexed(&key.0) && self.before.contains_key(*key))
            .collect();
        for keys in replaced.chunks(ROWS) {
            let mut sql = String::from("WITH w (collection, id) AS (VALUES ");
            push_tuples(&mut sql, keys.len(), "(?,?)");
            sql.push_str(
                ") INSERT OR IGNORE INTO past (collection, id, batch) \
                 SELECT f.collection, f.id, c.batch FROM w \
                 CROSS JOIN features f ON f.collection = w.collection AND f.id = w.id \
                 CROSS JOIN commits c ON c.seq = f.seq",
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (collection, id) in keys {
                query = query.bind(collection).bind(id);
            }
            query.execute(&mut *tx).await?;
        }
        let new: Vec<&NewVersion> = self.changes.iter().filter(named).collect();
        for versions in new.chunks(ROWS) {
            let mut sql =
                String::from("INSERT OR IGNORE INTO past (collection, id, batch) VALUES ");
            push_tuples(&mut sql, versions.len(), "(?,?,?)");
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for v in versions {
                query = query
                    .bind(v.row.collection.as_str())
                    .bind(v.row.id.as_str())
                    .bind(v.batch);
            }
            query.execute(&mut *tx).await?;
        }
        Ok(())
    }
}
