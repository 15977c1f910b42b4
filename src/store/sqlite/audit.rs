//! The audit in SQLite.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Row};

use super::{SqliteStore, micros_now};
use crate::store::{AuditEntry, AuditKind, AuditQuery, AuditRow, StoreError, from_micros};

impl SqliteStore {
    /// See [`Store::audit`](crate::store::Store::audit).
    pub async fn audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut writer = self.writer().await?;
        let done = add(&mut writer, entry, None).await;
        writer.done(done)
    }

    /// See [`Store::audit_rows`](crate::store::Store::audit_rows).
    pub async fn audit_rows(&self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT a.id, a.at, a.kind, c.seq, a.account_id, a.account, a.method, a.path, \
             a.collection, a.feature, a.address, a.detail \
             FROM audit a LEFT JOIN commits c ON c.batch = a.batch \
             WHERE a.id > ?1 AND (?2 IS NULL OR a.at >= ?2) AND (?3 IS NULL OR a.at < ?3) \
             AND (?4 IS NULL OR a.account_id = ?4 OR a.account = ?4) \
             AND (?5 IS NULL OR a.kind = ?5) ORDER BY a.id LIMIT ?6",
        )
        .bind(query.after)
        .bind(query.from.map(|t| t.as_microsecond()))
        .bind(query.to.map(|t| t.as_microsecond()))
        .bind(query.account.as_deref())
        .bind(query.kind.map(AuditKind::as_str))
        .bind(i64::from(query.limit))
        .fetch_all(&self.shared.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// See [`Store::sweep_audit`](crate::store::Store::sweep_audit).
    pub async fn sweep_audit(&self, before: Timestamp, most: u32) -> Result<u64, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            open_gate(&mut tx).await?;
            let gone = sqlx::query(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ? ORDER BY at LIMIT ?)",
        )
        .bind(before.as_microsecond())
        .bind(i64::from(most))
        .execute(&mut *tx)
        .await?
        .rows_affected();
            close_gate(&mut tx).await?;
            tx.commit().await?;
            Ok(gone)
        }
        .await;
        writer.done(done)
    }
}

/// Inserts an audit row: in the transaction of a commit with its batch, or on its own.
pub(super) async fn add(
    connection: &mut SqliteConnection,
    entry: &AuditEntry,
    batch: Option<i64>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (at, kind, account_id, account, method, path, collection, feature, \
         batch, address, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(micros_now())
    .bind(entry.kind.as_str())
    .bind(entry.account_id.as_deref())
    .bind(entry.account.as_deref())
    .bind(entry.method.as_deref())
    .bind(entry.path.as_deref())
    .bind(entry.collection.as_deref())
    .bind(entry.feature.as_deref())
    .bind(batch)
    .bind(entry.address.as_deref())
    .bind(entry.detail.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

/// Allows this transaction to change and delete audit rows until [`close_gate`], to remove rows
/// after the retention period.
pub(super) async fn open_gate(tx: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("INSERT OR IGNORE INTO audit_gate (open) VALUES (1)")
        .execute(tx)
        .await?;
    Ok(())
}

/// Makes the audit append-only again after [`open_gate`]. Must be called before the transaction
/// commits.
pub(super) async fn close_gate(tx: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM audit_gate").execute(tx).await?;
    Ok(())
}

fn read(row: &SqliteRow) -> Result<AuditRow, StoreError> {
    let kind: &str = row.try_get(2)?;
    let kind = kind
        .parse()
        .map_err(|_| StoreError::corrupt("audit, kind", format!("unknown kind {kind:?}")))?;
    Ok(AuditRow {
        id: row.try_get(0)?,
        at: from_micros(row.try_get(1)?),
        seq: row.try_get::<Option<i64>, _>(3)?.map(|s| s as u64),
        entry: AuditEntry {
            kind,
            account_id: row.try_get(4)?,
            account: row.try_get(5)?,
            method: row.try_get(6)?,
            path: row.try_get(7)?,
            collection: row.try_get(8)?,
            feature: row.try_get(9)?,
            address: row.try_get(10)?,
            detail: row.try_get(11)?,
        },
    })
}
