//! The file behind the embedded store: made for its owner alone, and looked at before each commit, so
//! that nothing is written into a file that nobody can find any more.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;

use crate::store::StoreError;

/// Which file a path names: its device and its number there. A file that is open keeps its number, so
/// no other can have the same.
type Identity = (u64, u64);

/// The files of an open database.
#[derive(Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    /// The database, its log of writes and the index of that log: all three must stay where they are,
    /// or a commit goes into a file without a name.
    parts: Vec<(PathBuf, Identity)>,
    /// The lock file of the server that has the database.
    lock: OnceLock<(PathBuf, Identity)>,
}

impl OpenFile {
    /// Notes which files these are. A connection that has written holds them open.
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

    /// Notes the lock file that keeps other servers out.
    pub(super) fn guard(&self, lock: &Path, identity: Identity) {
        // A store has one lock for as long as it is open.
        let _ = self.lock.set((lock.to_owned(), identity));
    }

    /// Whether a write may begin: the paths still name the files that are open, and no other server
    /// can have them.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] and [`StoreError::NotAlone`] name the file that is in the way.
    pub(super) fn check_alone(&self) -> Result<(), StoreError> {
        self.check()?;
        one_name(&self.path)?;
        match self.lock.get() {
            Some((lock, then)) if identity(lock).ok().as_ref() != Some(then) => {
                Err(StoreError::NotAlone {
                    problem: format!(
                        "the lock file {} was deleted or replaced, so another server may have the \
                         database: stop this server and start it again",
                        lock.display()
                    ),
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether the paths still name the files that are open.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] names the one that does not.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        for (part, then) in &self.parts {
            match identity(part) {
                Ok(now) if now == *then => {}
                Ok(_) => {
                    return Err(StoreError::Replaced {
                        path: self.path.display().to_string(),
                        problem: format!("{} was replaced by another file", part.display()),
                    });
                }
                Err(error) => return Err(gone(&self.path, part, &error)),
            }
        }
        Ok(())
    }
}

/// Whether a file has one name only. By another name (a hard link) SQLite looks for another log, and a
/// server for another lock: what is written by one name is lost by the other.
///
/// # Errors
/// [`StoreError::NotAlone`] where it has more.
pub(super) fn one_name(path: &Path) -> Result<(), StoreError> {
    match fs::metadata(path) {
        Ok(found) if found.nlink() > 1 => Err(StoreError::NotAlone {
            problem: format!(
                "the database file {} has {} names (hard links), and writes by two names are lost: \
                 remove the other name (find FOLDER -samefile {} shows it)",
                path.display(),
                found.nlink(),
                path.display()
            ),
        }),
        // A file that cannot be looked at is told of by who opens it.
        _ => Ok(()),
    }
}

fn gone(path: &Path, part: &Path, error: &std::io::Error) -> StoreError {
    let problem = if error.kind() == ErrorKind::NotFound {
        format!("{} was deleted or moved", part.display())
    } else {
        format!("{}: {error}", part.display())
    };
    StoreError::Replaced {
        path: path.display().to_string(),
        problem,
    }
}

fn identity(path: &Path) -> std::io::Result<Identity> {
    fs::metadata(path).map(|m| (m.dev(), m.ino()))
}

/// Whether a path names a database: a file with anything in it.
pub(in crate::store) fn is_there(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.len() > 0)
}

/// Locks a database file against every other process for as long as the file is open, by the locks that
/// SQLite itself takes; `None` where another process has the database open. This process must not have it
/// open: closing the file would take away its locks.
///
/// # Errors
/// When the file cannot be opened for writing.
pub(in crate::store) fn hold_alone(path: &Path) -> std::io::Result<Option<File>> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes an empty file that only its owner may read and write, where none is there, and says whether it
/// did. SQLite gives the files beside it the same rights.
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

/// The path with something at its end.
pub(in crate::store) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
