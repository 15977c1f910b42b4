//! Copies SQLite databases for a backup, and puts restored ones in place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::Connection;

use super::{Partial, Progress, archive, wrong};
use crate::model::both;
use crate::store::StoreError;
use crate::store::error::{Fault, fault_of, is_unreadable};
use crate::store::sqlite::{SqliteStore, beside, hold_alone, is_there, path_of};

/// The interval between two progress reports.
const TICK: Duration = Duration::from_millis(500);

/// Copies a consistent state of a database into an empty file, while others read and write it.
pub(super) async fn copy(
    store: &SqliteStore,
    to: &Path,
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let whole = std::fs::metadata(store.path())
        .map_or(1, |m| m.len())
        .max(1);
    let mut copying = std::pin::pin!(store.vacuum_into(to));
    loop {
        match tokio::time::timeout(TICK, &mut copying).await {
            Ok(done) => break done?,
            Err(_) => {
                let written = std::fs::metadata(to).map_or(0, |m| m.len());
                progress(
                    both!("正在复制", "copying"),
                    Some(written as f64 / whole as f64),
                );
            }
        }
    }
    let mut file = archive::open(to).await?;
    archive::strip(&mut file).await?;
    file.close().await?;
    Ok(())
}

/// The file of a SQLite URL; `None` for another kind of database.
pub(super) fn target(url: &str) -> Result<Option<PathBuf>, StoreError> {
    if !url.starts_with("sqlite:") {
        return Ok(None);
    }
    let path = path_of(url)?;
    // Follow a symbolic link: the link is kept and its target is replaced.
    Ok(Some(std::fs::canonicalize(&path).unwrap_or(path)))
}

/// Switches a database out of write-ahead log mode, which needs exclusive use; `false` if another process has the
/// database open.
async fn leave_log(path: &Path) -> Result<bool, sqlx::Error> {
    let left = async {
        let mut old = archive::connect(path).await?;
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode = delete")
            .fetch_one(&mut old)
            .await?;
        old.close().await?;
        Ok(mode == "delete")
    };
    match left.await {
        Err(error) if fault_of(&error) == Some(Fault::Busy) => Ok(false),
        left => left,
    }
}

/// Replaces the database by a restored file. Fails if another process has the database open.
pub(super) async fn put_in_place(file: Partial, path: &Path) -> Result<(), StoreError> {
    let mut _alone = None;
    if path.exists() && is_there(path) {
        let in_use = || {
            wrong(
                path,
                both!(
                    "正由其他进程使用，请先停止该进程",
                    "is in use by another process; stop that process first"
                ),
            )
        };
        // Remove the log before another file gets this name, or SQLite would apply it to that file.
        match leave_log(path).await {
            Ok(true) => {}
            Ok(false) => return Err(in_use()),
            // SQLite cannot tell whether a damaged file is in use.
            Err(error) if is_unreadable(Some(&error)) => {
                _alone = hold_alone(path)
                    .map_err(|e| wrong(path, both!("无法打开（{e}）", "cannot be opened: {e}")))?
                    .map(Some)
                    .ok_or_else(in_use)?;
            }
            Err(error) => {
                return Err(wrong(
                    path,
                    both!("无法替换（{error}）", "cannot be replaced: {error}"),
                ));
            }
        }
    }
    // The log of a deleted database may remain, and SQLite would apply it to the restored file.
    for suffix in ["-wal", "-shm", "-journal"] {
        let stale = beside(path, suffix);
        match std::fs::remove_file(&stale) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(wrong(
                    &stale,
                    both!("无法删除（{error}）", "cannot be removed: {error}"),
                ));
            }
            _ => {}
        }
    }
    let restored = archive::newest(file.path()).await?;
    file.become_file(path)?;
    if archive::newest(path).await? != restored {
        return Err(wrong(
            path,
            both!(
                "与恢复的内容不同，请检查磁盘后重新恢复",
                "differs from what was restored; check the disk and restore again"
            ),
        ));
    }
    Ok(())
}
