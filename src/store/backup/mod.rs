//! Backs up a whole map to one portable file and restores it, from and to either store.
//!
//! The file is a SQLite database of this program, with the full log, features, tokens, photos, contacts and
//! webhooks, and a [`Manifest`] with which its contents are checked. Sessions, leases, jobs and uploaded files are
//! left out: they belong to running processes.

pub(super) mod archive;
pub(super) mod cells;
mod schema;
mod sqlite_files;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sqlite::beside;
use super::{Claim, Opening, Store, StoreError};
use crate::model::{Localized, both};

/// The description of a backup, stored in the backup file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the program that made the backup.
    pub made_by: String,
    /// When the backup was made.
    pub made_at: Timestamp,
    /// The kind of the source database: sqlite or postgis.
    pub from: String,
    /// The identity of the source database.
    pub database: String,
    /// The newest commit; 0 in an empty map.
    pub seq: u64,
    /// The number of features on the map, without internal rows. Greater than the number of rows in the table
    /// `features` if an import was not compacted yet. `None` in a backup of an older version.
    #[serde(default)]
    pub features: Option<u64>,
    /// The number of rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// SHA-256 over all rows of all tables.
    pub sha256: String,
    /// The number of versions in quarantine, which are not in the backup.
    #[serde(default)]
    pub quarantined: u64,
}

/// Receives the name of the current step, and its completed share (0 to 1) if known.
pub type Progress<'a> = &'a (dyn Fn(Localized, Option<f64>) + Send + Sync);

/// Writes a backup of a store to a new file, while the store is in use. The file gets its name only after it is
/// complete and was read again and checked.
///
/// # Errors
/// If the file exists already, or the store or the disk fails; no file is left then.
pub async fn backup(
    store: &Store,
    file: &Path,
    progress: Progress<'_>,
) -> Result<Manifest, StoreError> {
    if file.exists() {
        return Err(wrong(
            file,
            both!(
                "文件已存在，请换一个名称",
                "exists already; give another name"
            ),
        ));
    }
    let partial = Partial::new(beside(file, ".partial"))?;
    progress(both!("正在复制", "copying"), None);
    let quarantined = match store {
        Store::Sqlite(s) => {
            sqlite_files::copy(s, partial.path(), progress).await?;
            0
        }
        Store::Postgis(s) => s.dump(partial.path(), progress).await?,
    };
    progress(both!("正在校验", "checking"), None);
    let manifest = archive::seal(partial.path(), store.kind(), quarantined).await?;
    let found = archive::verify(partial.path()).await?;
    if found != manifest {
        return Err(wrong(
            file,
            both!(
                "读回的内容与写入的不同，请检查磁盘",
                "differs from what was written; check the disk"
            ),
        ));
    }
    partial.become_file(file)?;
    Ok(manifest)
}

/// Restores a backup into the database at `url`, as a whole or not at all. The database must be empty, unless
/// `replace` is set: then its contents are lost, but its erasures are repeated in the restored map.
///
/// The restored map has a new identity, so that clients of the old one load everything again.
///
/// # Errors
/// If the file is not a complete backup, the database is in use or not empty, or the store fails; the database
/// then stays as it was.
pub async fn restore(
    url: &str,
    file: &Path,
    replace: bool,
    progress: Progress<'_>,
) -> Result<Manifest, StoreError> {
    let _claim = Claim::take(url, "onemap restore")?;
    let target = sqlite_files::target(url)?;
    let working = match &target {
        Some(path) => beside(path, ".restoring"),
        None => std::env::temp_dir().join(format!("onemap-{}.restoring", Uuid::new_v4())),
    };
    let working = Partial::new(working)?;
    progress(both!("正在复制", "copying"), None);
    std::fs::copy(file, working.path()).map_err(|e| {
        wrong(
            file,
            both!("无法读取或复制（{e}）", "cannot be read or copied: {e}"),
        )
    })?;
    // Check the copy, since the copy is what is restored.
    progress(both!("正在校验", "checking"), None);
    let manifest = archive::verify(working.path())
        .await
        .map_err(|e| named(file, working.path(), e))?;
    archive::prepare(working.path())
        .await
        .map_err(|e| named(file, working.path(), e))?;
    match &target {
        Some(path) => {
            if super::sqlite::is_there(path) {
                match take_over(url, path, working.path(), replace).await {
                    // A damaged database may be replaced by a backup, but its erasures cannot be read.
                    Err(error) if error.is_unreadable() && replace => {
                        progress(
                            both!(
                                "原数据库无法读取，无法得知备份之后清除了哪些个人数据，请在恢复后重新清除（onemap erase）",
                                "the old database cannot be read, so data that was erased since the backup comes \
                                 back: erase it again with onemap erase"
                            ),
                            None,
                        );
                    }
                    Err(error) if error.is_unreadable() => {
                        return Err(wrong(
                            path,
                            both!(
                                "已损坏，或不是 onemap 的数据库（{error}）；如需用备份替换，请加 --replace",
                                "is damaged, or is not a database of onemap ({error}): use --replace to \
                                 replace it with the backup"
                            ),
                        ));
                    }
                    taken => taken?,
                }
            }
            archive::erase_again(working.path()).await?;
            sqlite_files::put_in_place(working, path).await?;
        }
        None => {
            let store = Store::open(url).await?;
            let done = async {
                may_replace(&store, url, replace).await?;
                let Store::Postgis(s) = &store else {
                    return Err(StoreError::Url(super::error::without_password(url)));
                };
                s.carry_erasures(working.path()).await?;
                archive::erase_again(working.path()).await?;
                s.restore(working.path(), progress).await
            }
            .await;
            store.close().await?;
            done?;
        }
    }
    Ok(manifest)
}

/// Checks whether the database at `url` may be replaced by the file at `working`, and copies the records of erased
/// properties from the database to that file.
async fn take_over(
    url: &str,
    path: &Path,
    working: &Path,
    replace: bool,
) -> Result<(), StoreError> {
    let old = Store::open_as(url, Opening::Existing).await?;
    let checked = may_replace(&old, url, replace).await;
    let closed = old.close().await;
    checked?;
    closed?;
    archive::carry_erasures(path, working).await
}

async fn may_replace(store: &Store, url: &str, replace: bool) -> Result<(), StoreError> {
    let seq = store.head().await?.seq;
    if replace || (seq == 0 && store.tokens().await?.is_empty()) {
        return Ok(());
    }
    Err(StoreError::NotEmpty {
        url: super::error::without_password(url),
        seq,
    })
}

fn wrong(file: &Path, problem: Localized) -> StoreError {
    StoreError::Backup {
        file: file.display().to_string(),
        problem,
    }
}

/// Replaces the name of the working copy in an error with the file that the caller named.
fn named(file: &Path, copy: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Backup { file: of, problem } if of == copy.display().to_string() => {
            wrong(file, problem)
        }
        other => other,
    }
}

/// A temporary file, readable by its owner only. Removed when dropped, unless it got its final name.
struct Partial {
    path: PathBuf,
    kept: bool,
}

impl Partial {
    fn new(path: PathBuf) -> Result<Self, StoreError> {
        let made = match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => super::sqlite::make_file(&path).map(|_| ()),
        };
        made.map_err(|e| wrong(&path, both!("无法创建（{e}）", "cannot be created: {e}")))?;
        Ok(Self { path, kept: false })
    }

    fn path(&self) -> &Path {
        &self.path
    }

    /// Renames the file to its final name and syncs the folder.
    fn become_file(mut self, name: &Path) -> Result<(), StoreError> {
        let folder = match name.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let done = std::fs::File::open(&self.path)
            .and_then(|f| f.sync_all())
            .and_then(|()| std::fs::rename(&self.path, name))
            .and_then(|()| std::fs::File::open(folder)?.sync_all());
        done.map_err(|e| wrong(name, both!("无法写入（{e}）", "cannot be written: {e}")))?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.kept {
            // Ignore the error: the file is incomplete and nobody uses it.
            let _ = std::fs::remove_file(&self.path);
            let _ = std::fs::remove_file(beside(&self.path, "-journal"));
        }
    }
}
