//! The database file: it is created for its owner alone, and checked before each commit, so that
//! nothing is written to a file that was deleted or replaced.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;

use crate::model::{Localized, both};
use crate::store::StoreError;

/// Identifies a file by device and inode number. An open file keeps its inode number, so no other
/// file can have the same one.
type Identity = (u64, u64);

/// The files of an open database.
#[derive(Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    /// The database, its write-ahead log and the index of that log. All three must stay at their
    /// paths, otherwise a commit goes into a file that no path leads to.
    parts: Vec<(PathBuf, Identity)>,
    /// The lock file of the server that has claimed the database.
    lock: OnceLock<(PathBuf, Identity)>,
}

impl OpenFile {
    /// Records the identity of the files. Call it after a first write, when all three exist and are
    /// open.
    pub(super) fn note(path: &Path) -> Result<Self, StoreError> {
        let parts = ["", "-wal", "-shm"].map(|suffix| beside(path, suffix));
        let parts = parts.into_iter().map(|part| {
            let identity = identity(&part).map_err(|e| gone(path, &part, &e))?;
            Ok((part, identity))
        });
        Ok(Self {
            path: path.to_owned(),
            parts: parts.collect::<Result<_, StoreError>>()?,
            lock: OnceLock::new(),
        })
    }

    /// Records the lock file that keeps other servers out.
    pub(super) fn guard(&self, lock: &Path, identity: Identity) {
        // A store gets its lock once, so a second call changes nothing.
        let _ = self.lock.set((lock.to_owned(), identity));
    }

    /// Checks before a write that the paths still lead to the open files and that no other server
    /// can have claimed them.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] and [`StoreError::NotAlone`] name the file that is wrong.
    pub(super) fn check_alone(&self) -> Result<(), StoreError> {
        self.check()?;
        one_name(&self.path)?;
        match self.lock.get() {
            Some((lock, then)) if identity(lock).ok().as_ref() != Some(then) => {
                let lock = lock.display();
                Err(StoreError::NotAlone {
                    problem: both!(
                        "锁文件 {lock} 已被删除或替换，可能有其他服务器在使用该数据库，请停止本服务器后重新启动",
                        "the lock file {lock} was deleted or replaced, so another server may use the \
                         database: stop this server and start it again"
                    ),
                })
            }
            _ => Ok(()),
        }
    }

    /// Checks that the paths still lead to the open files.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] names the file that does not.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        for (part, then) in &self.parts {
            match identity(part) {
                Ok(now) if now == *then => {}
                Ok(_) => {
                    return Err(StoreError::Replaced {
                        path: self.path.display().to_string(),
                        problem: replaced(part),
                    });
                }
                Err(error) => return Err(gone(&self.path, part, &error)),
            }
        }
        Ok(())
    }
}

/// Checks that a file has no further hard link. Under another name, SQLite would use another
/// write-ahead log and a server another lock, and one would lose what the other writes.
///
/// # Errors
/// [`StoreError::NotAlone`] if the file has several names.
pub(super) fn one_name(path: &Path) -> Result<(), StoreError> {
    match fs::metadata(path) {
        Ok(found) if found.nlink() > 1 => {
            let (path, names) = (path.display(), found.nlink());
            Err(StoreError::NotAlone {
                problem: both!(
                    "数据库文件 {path} 有 {names} 个名称（硬链接），以两个名称写入会丢失数据；\
                     请删除另一个名称（可用 find 目录 -samefile {path} 查找）",
                    "the database file {path} has {names} names (hard links), and writes under two \
                     names are lost: remove the other name (find FOLDER -samefile {path} shows it)"
                ),
            })
        }
        // If the metadata cannot be read, opening the file reports the error.
        _ => Ok(()),
    }
}

fn replaced(part: &Path) -> Localized {
    let part = part.display();
    both!(
        "{part} 已被其他文件替换",
        "{part} was replaced by another file"
    )
}

fn gone(path: &Path, part: &Path, error: &std::io::Error) -> StoreError {
    let part = part.display();
    let problem = if error.kind() == ErrorKind::NotFound {
        both!("{part} 已被删除或移动", "{part} was deleted or moved")
    } else {
        both!(
            "{part} 无法读取（{error}）",
            "{part} cannot be read: {error}"
        )
    };
    StoreError::Replaced {
        path: path.display().to_string(),
        problem,
    }
}

fn identity(path: &Path) -> std::io::Result<Identity> {
    fs::metadata(path).map(|m| (m.dev(), m.ino()))
}

/// Whether a path leads to a database: a file that is not empty.
pub(in crate::store) fn is_there(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.len() > 0)
}

/// Locks a database file against every other process for as long as the returned file is open, with
/// the same locks that SQLite takes; `None` if another process has the database open. This process
/// must not have it open itself: closing the file would release the locks of SQLite.
///
/// # Errors
/// If the file cannot be opened for writing.
pub(in crate::store) fn hold_alone(path: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Creates an empty file that only its owner may read and write, and returns whether it was
/// created; an existing file stays as it is. SQLite gives the files beside it the same permissions.
pub(in crate::store) fn make(path: &Path) -> std::io::Result<bool> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

/// The path with a suffix appended.
pub(in crate::store) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
