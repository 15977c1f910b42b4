//! Exclusive use of a database: one server for a SQLite file, and no server while a backup is
//! restored.
//!
//! The operating system holds the lock and releases it when the process ends for whatever reason,
//! so a dead process never blocks others.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::without_password;
use super::sqlite::{beside, path_of};
use super::{Store, StoreError};
use crate::model::both;

/// The text between the command and the id of the process in a lock file.
const PROCESS: &str = ", process ";

/// The exclusive right to serve or replace a database. Dropping the value releases it.
#[derive(Debug)]
pub struct Claim {
    lock: Option<(File, PathBuf)>,
}

impl Claim {
    /// Claims a SQLite file. `purpose` is the command that claims it (`onemap serve`), for error
    /// texts. In PostgreSQL several nodes may serve one database; restoring a backup checks for
    /// them itself.
    ///
    /// # Errors
    /// [`StoreError::InUse`] names the process that holds the claim.
    pub fn take(url: &str, purpose: &str) -> Result<Self, StoreError> {
        if !url.starts_with("sqlite:") {
            return Ok(Self { lock: None });
        }
        let failed = |error| StoreError::Open {
            url: without_password(url),
            source: sqlx::Error::Io(error),
        };
        let path = path_of(url)?;
        // Different paths of one file must lead to one lock.
        let real = fs::canonicalize(&path).unwrap_or(path);
        let name = beside(&real, ".lock");
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&name)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    // The holder may not have written its name yet.
                    let _ = file.read_to_string(&mut holder);
                    let path = real.display();
                    return Err(StoreError::InUse {
                        database: both!("{path}", "{path}"),
                        holder: match holder.trim().rsplit_once(PROCESS) {
                            Some((command, id)) => {
                                both!("{command}（进程 {id}）", "{command}{PROCESS}{id}")
                            }
                            None => both!("另一进程", "another process"),
                        },
                    });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // The previous holder may have deleted the file after it was opened and before it was
            // locked here. The locked file then has no path, and the next process would lock
            // another file.
            if !is_named(&file, &name) {
                continue;
            }
            let words = format!("{purpose}{PROCESS}{}\n", std::process::id());
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(words.as_bytes()))
                .map_err(failed)?;
            return Ok(Self {
                lock: Some((file, name)),
            });
        }
    }

    /// Makes a store refuse writes when the lock file no longer exists, because another server
    /// could then claim the database.
    ///
    /// # Errors
    /// If the metadata of the lock file cannot be read.
    pub fn guard(&self, store: &Store) -> std::io::Result<()> {
        if let (Some((file, name)), Store::Sqlite(store)) = (&self.lock, store) {
            let found = file.metadata()?;
            store.guard(name, (found.dev(), found.ino()));
        }
        Ok(())
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // If another file is at the path of the lock file now, it belongs to another process and must stay.
        if let Some((file, name)) = &self.lock
            && is_named(file, name)
        {
            // The lock is still held here. If the file cannot be deleted, it stays without a lock, so the
            // next process can lock it.
            let _ = fs::remove_file(name);
        }
    }
}

fn is_named(file: &File, name: &Path) -> bool {
    match (file.metadata(), fs::metadata(name)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_claim_fails_and_names_the_holder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.db");
        fs::write(&file, "").unwrap();
        let link = folder.path().join("link.db");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let url = |p: &Path| format!("sqlite:{}", p.display());

        let claim = Claim::take(&url(&file), "onemap serve").unwrap();
        for name in [&file, &link] {
            let error = Claim::take(&url(name), "onemap restore").unwrap_err();
            let process = format!("onemap serve, process {}", std::process::id());
            assert!(error.to_string().contains(&process), "{error}");
        }
        drop(claim);
        assert!(!beside(&file, ".lock").exists());
        // A lock file that a dead process left behind does not keep another process from the claim.
        fs::write(beside(&file, ".lock"), "onemap serve, process 1\n").unwrap();
        drop(Claim::take(&url(&link), "onemap serve").unwrap());
    }
}
