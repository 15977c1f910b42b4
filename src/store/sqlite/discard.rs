//! Deletes a database that a command created but wrote nothing to, because an empty file would look
//! like a map that lost its data.

use std::path::Path;

use sqlx::{AssertSqlSafe, Row};

use super::file::{beside, hold_alone};
use super::{Shared, SqliteStore};
use crate::store::StoreError;

/// Tables whose rows do not count as data: settings of the file, temporary data of processes, and
/// unfinished imports. `changes` and `features` are examined by collection instead.
const OF_NO_USE: [&str; 9] = [
    "_sqlx_migrations",
    "audit",
    "audit_gate",
    "batches",
    "changes",
    "commits",
    "features",
    "leases",
    "meta",
];

impl SqliteStore {
    /// See [`Store::close_or_discard`](crate::store::Store::close_or_discard).
    pub async fn close_or_discard(&self) -> Result<bool, StoreError> {
        let is_unused = self.shared.made && self.shared.is_unused().await.unwrap_or(false);
        let closed = self.close().await;
        if is_unused && remove_if_alone(self.path()) {
            return Ok(true);
        }
        closed.map(|()| false)
    }
}

impl Shared {
    /// Whether the database contains no feature, no account and no other data of value. Schemas do
    /// not count, because every program adds them.
    async fn is_unused(&self) -> Result<bool, StoreError> {
        let has_features: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM changes JOIN commits USING (batch) \
             WHERE collection NOT LIKE '$%') \
             OR EXISTS (SELECT 1 FROM features WHERE collection NOT LIKE '$%')",
        )
        .fetch_one(&self.readers)
        .await?;
        if has_features {
            return Ok(false);
        }
        let tables = sqlx::query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        )
        .fetch_all(&self.readers)
        .await?;
        for table in tables {
            let name: String = table.try_get(0)?;
            if OF_NO_USE.contains(&name.as_str()) {
                continue;
            }
            let sql = format!("SELECT EXISTS (SELECT 1 FROM \"{name}\")");
            let is_filled: bool = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_one(&self.readers)
                .await?;
            if is_filled {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Deletes the files of a database, unless another process has it open.
pub(super) fn remove_if_alone(path: &Path) -> bool {
    let Ok(Some(_alone)) = hold_alone(path) else {
        return false;
    };
    let removed = std::fs::remove_file(path).is_ok();
    for suffix in ["-wal", "-shm", "-journal"] {
        // These files usually do not exist, so an error is ignored.
        let _ = std::fs::remove_file(beside(path, suffix));
    }
    removed
}
