//! The file of a backup: a SQLite database without a separate write-ahead log, with a manifest table that describes
//! its contents.

use std::collections::BTreeMap;
use std::path::Path;

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use uuid::Uuid;

use super::cells::{quoted, read};
use super::{Manifest, schema, wrong};
use crate::model::{Localized, both};
use crate::store::{StoreError, now, sqlite};

/// The table with the manifest. The counts and the hash in the manifest leave it out.
const MANIFEST: &str = "backup";

/// Opens a database file without a write-ahead log.
pub(in crate::store) async fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    connect(path).await.map_err(|e| wrong(path, no_backup(&e)))
}

/// Opens a database file for exclusive use, which is needed to leave the write-ahead log mode.
pub(super) async fn connect(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .page_size(8_192)
        .journal_mode(SqliteJournalMode::Delete)
        .foreign_keys(false)
        .pragma("secure_delete", "on")
        .row_buffer_size(1_024)
        .disable_statement_logging();
    SqliteConnection::connect_with(&options).await
}

/// Writes the manifest.
pub(in crate::store) async fn seal(
    path: &Path,
    from: &str,
    quarantined: u64,
) -> Result<Manifest, StoreError> {
    let mut file = open(path).await?;
    let (rows, sha256) = contents(&mut file).await?;
    let id: String = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'id'")
        .fetch_one(&mut file)
        .await?;
    let manifest = Manifest {
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now(),
        from: from.to_owned(),
        database: id,
        seq: head(&mut file).await?,
        features: Some(features(&mut file).await?),
        rows,
        sha256,
        quarantined,
    };
    let text = serde_json::to_string(&manifest)
        .map_err(|e| StoreError::corrupt("the manifest of a backup", e))?;
    sqlx::query(AssertSqlSafe(format!(
        "CREATE TABLE {MANIFEST} (manifest TEXT NOT NULL)"
    )))
    .execute(&mut file)
    .await?;
    sqlx::query(AssertSqlSafe(format!("INSERT INTO {MANIFEST} VALUES (?)")))
        .bind(text)
        .execute(&mut file)
        .await?;
    file.close().await?;
    Ok(manifest)
}

/// Reads the whole file and compares it with its manifest.
pub(in crate::store) async fn verify(path: &Path) -> Result<Manifest, StoreError> {
    let mut file = open(path).await?;
    let found = check(path, &mut file).await;
    file.close().await?;
    found
}

async fn check(path: &Path, file: &mut SqliteConnection) -> Result<Manifest, StoreError> {
    let damaged = |problem: Localized| {
        let Localized { zh, en } = problem;
        wrong(
            path,
            both!(
                "已损坏：{zh}；请换用另一份备份",
                "is damaged: {en}; use another backup"
            ),
        )
    };
    let said: Option<String> =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT manifest FROM {MANIFEST}")))
            .fetch_optional(&mut *file)
            .await
            .map_err(|e| wrong(path, no_backup(&e)))?;
    let said = said.ok_or_else(|| damaged(both!("缺少清单", "it has no manifest")))?;
    let manifest: Manifest = serde_json::from_str(&said).map_err(|e| {
        damaged(both!(
            "清单无法读取（{e}）",
            "its manifest cannot be read ({e})"
        ))
    })?;
    let state: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(&mut *file)
        .await
        .map_err(|e| damaged(unreadable(&e)))?;
    if state != "ok" {
        return Err(damaged(unreadable(&state)));
    }
    let (rows, sha256) = contents(&mut *file)
        .await
        .map_err(|e| damaged(unreadable(&e)))?;
    if rows != manifest.rows {
        return Err(damaged(both!(
            "行数与清单不符",
            "the number of rows in a table differs from its manifest"
        )));
    }
    if sha256 != manifest.sha256 {
        return Err(damaged(both!(
            "内容与清单不符（SHA-256）",
            "its contents differ from its manifest (SHA-256)"
        )));
    }
    if head(&mut *file).await? != manifest.seq {
        return Err(damaged(both!(
            "最新提交与清单不符",
            "its newest commit differs from its manifest"
        )));
    }
    if let Some(said) = manifest.features
        && features(&mut *file).await? != said
    {
        return Err(damaged(both!(
            "要素数与清单不符",
            "its number of features differs from its manifest"
        )));
    }
    Ok(manifest)
}

/// The newest commit of a database file, whose integrity is checked first.
pub(in crate::store) async fn newest(path: &Path) -> Result<u64, StoreError> {
    let mut file = open(path).await?;
    let state: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut file)
        .await?;
    if state != "ok" {
        return Err(wrong(
            path,
            both!("已损坏（{state}）", "is damaged: {state}"),
        ));
    }
    let seq = head(&mut file).await?;
    file.close().await?;
    Ok(seq)
}

fn no_backup(error: &sqlx::Error) -> Localized {
    both!(
        "不是 onemap 的备份（{error}）",
        "is not a backup of onemap: {error}"
    )
}

fn unreadable(error: &impl std::fmt::Display) -> Localized {
    both!(
        "内容无法读取（{error}）",
        "its contents cannot be read ({error})"
    )
}

async fn head(file: &mut SqliteConnection) -> Result<u64, StoreError> {
    let seq: Option<i64> = sqlx::query_scalar("SELECT max(seq) FROM commits")
        .fetch_one(file)
        .await?;
    Ok(seq.unwrap_or_default() as u64)
}

/// The number of features on the map of a database file: those of the table, and those of imports that are not
/// compacted into it yet.
async fn features(file: &mut SqliteConnection) -> Result<u64, StoreError> {
    // If several imports that are not compacted wrote a feature, the last one counts: in a query with max(), SQLite
    // takes the other columns from the row that has the maximum.
    let count: i64 = sqlx::query_scalar(
        "WITH newer AS (\
           SELECT h.collection, h.id, max(c.seq) AS seq, h.properties IS NOT NULL AS there \
           FROM commits c CROSS JOIN changes h ON h.batch = c.batch \
           WHERE c.folded = 0 AND h.collection NOT LIKE '$%' GROUP BY h.collection, h.id) \
         SELECT (SELECT count(*) FROM features \
             WHERE properties IS NOT NULL AND collection NOT LIKE '$%') \
           + (SELECT coalesce(sum(n.there - (f.properties IS NOT NULL)), 0) FROM newer n \
             LEFT JOIN features f ON f.collection = n.collection AND f.id = n.id \
             WHERE f.seq IS NULL OR f.seq < n.seq)",
    )
    .fetch_one(file)
    .await?;
    Ok(count.unsigned_abs())
}

/// The tables of a file, by name, without SQLite's own and the manifest.
pub(in crate::store) async fn tables(
    file: &mut SqliteConnection,
) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name <> ? ORDER BY name",
    )
    .bind(MANIFEST)
    .fetch_all(file)
    .await?)
}

/// The number of rows of each table, and a hash over all rows in the order of the table.
async fn contents(
    file: &mut SqliteConnection,
) -> Result<(BTreeMap<String, u64>, String), StoreError> {
    let mut counts = BTreeMap::new();
    let mut hash = Sha256::new();
    for table in tables(file).await? {
        hash.update(table.as_bytes());
        hash.update([0]);
        let sql = format!("SELECT * FROM {} NOT INDEXED", quoted(&table));
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *file);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            for cell in read(&row)? {
                cell.hash(&mut hash);
            }
            count += 1;
        }
        drop(rows);
        counts.insert(table, count);
    }
    Ok((counts, hex::encode(hash.finalize())))
}

/// Removes rows that belong to running processes (sessions, leases, jobs, uploads), and staged rows without a commit.
pub(in crate::store) async fn strip(file: &mut SqliteConnection) -> Result<(), StoreError> {
    let chunks: i64 = sqlx::query_scalar("SELECT count(*) FROM upload_chunks")
        .fetch_one(&mut *file)
        .await?;
    sqlx::raw_sql(
        "BEGIN; DELETE FROM leases; DELETE FROM sessions; DELETE FROM batches; \
         DELETE FROM jobs; DELETE FROM uploads; DELETE FROM upload_chunks; \
         DELETE FROM changes WHERE batch NOT IN (SELECT batch FROM commits); \
         DELETE FROM meta WHERE key = 'probed'; COMMIT",
    )
    .execute(&mut *file)
    .await?;
    if chunks > 0 {
        // The pages of the removed uploads are still in the file. VACUUM removes them, so that they do not make the
        // backup larger.
        sqlx::query("VACUUM").execute(file).await?;
    }
    Ok(())
}

/// A restore adds this to the newest commit number. Commits after the backup are lost, but clients may know their
/// numbers. None of these numbers may be used again, and the feed must treat all of them as too old to continue from.
const JUMP: i64 = 1_000_000_000;

/// Turns the copy of a backup into a database: migrates it, gives it a new identity, and adds a commit with a
/// number above all that clients may know.
pub(in crate::store) async fn prepare(path: &Path) -> Result<(), StoreError> {
    let mut file = open(path).await?;
    sqlx::query(AssertSqlSafe(format!("DROP TABLE {MANIFEST}")))
        .execute(&mut file)
        .await?;
    sqlite::migrate_to_newest(&mut file).await?;
    schema::compare(path, &mut file).await?;
    sqlx::query("UPDATE meta SET value = ? WHERE key = 'id'")
        .bind(Uuid::new_v4().to_string())
        .execute(&mut file)
        .await?;
    sqlx::query(
        "INSERT INTO commits \
         (seq, batch, at, effective_at, role, account, reason, size, folded) \
         SELECT coalesce(max(seq), 0) + ?1, coalesce(max(batch), 0) + 1, \
         max(coalesce(max(at), 0), ?2), max(coalesce(max(at), 0), ?2), 'admin', NULL, \
         'restored from a backup', 0, 1 FROM commits",
    )
    .bind(JUMP)
    .bind(now().as_microsecond())
    .execute(&mut file)
    .await?;
    // Store the number of the last batch, or SQLite assigns it again.
    sqlx::raw_sql(
        "INSERT OR REPLACE INTO batches (batch, touched_at) SELECT max(batch), 0 FROM commits; \
         DELETE FROM batches",
    )
    .execute(&mut file)
    .await?;
    file.close().await?;
    Ok(())
}

/// Copies the records of erased properties from the database at `from` to the database at `path`.
pub(in crate::store) async fn carry_erasures(from: &Path, path: &Path) -> Result<(), StoreError> {
    let mut file = open(path).await?;
    sqlx::query("ATTACH ? AS old")
        .bind(from.display().to_string())
        .execute(&mut file)
        .await?;
    sqlx::query(
        "INSERT INTO main.erasures (collection, id, property, at) \
         SELECT collection, id, property, at FROM old.erasures WHERE true \
         ON CONFLICT (collection, id, property) DO UPDATE SET at = max(at, excluded.at)",
    )
    .execute(&mut file)
    .await?;
    file.close().await?;
    Ok(())
}

/// Erases again what was erased since the backup was made: each property from every version that was
/// written up to the moment of its erasure.
pub(in crate::store) async fn erase_again(path: &Path) -> Result<(), StoreError> {
    let mut file = open(path).await?;
    let mut tx = file.begin_with("BEGIN IMMEDIATE").await?;
    for sql in [
        "UPDATE changes SET properties = json_remove(properties, '$.\"' || replace(e.property, '/', '\".\"') || '\"') \
         FROM erasures e WHERE changes.collection = e.collection AND changes.id = e.id \
         AND changes.batch IN (SELECT c.batch FROM commits c WHERE c.at <= e.at) \
         AND json_type(changes.properties, '$.\"' || replace(e.property, '/', '\".\"') || '\"') IS NOT NULL",
        "UPDATE features SET properties = json_remove(properties, '$.\"' || replace(e.property, '/', '\".\"') || '\"') \
         FROM erasures e WHERE features.collection = e.collection AND features.id = e.id \
         AND features.updated_at <= e.at \
         AND json_type(features.properties, '$.\"' || replace(e.property, '/', '\".\"') || '\"') IS NOT NULL",
    ] {
        // UPDATE … FROM applies one erasure per feature, so it is repeated until it changes no row.
        while sqlx::query(sql).execute(&mut *tx).await?.rows_affected() > 0 {}
    }
    sqlx::query(
        "DELETE FROM contacts WHERE warning IN (SELECT id FROM erasures \
         WHERE collection = 'warnings' AND property = 'contact')",
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    file.close().await?;
    Ok(())
}
