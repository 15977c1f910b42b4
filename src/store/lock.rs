//! Who has a database for itself: one server a SQLite file, and no server while a backup is restored.
//!
//! The operating system keeps the lock and gives it back when its holder ends, however it ends, so a
//! dead process never blocks anybody.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::without_password;
use super::sqlite::{beside, path_of};
use super::{Store, StoreError};

/// The right to serve a database, or to replace it. It ends with the value.
#[derive(Debug)]
pub struct Claim {
    lock: Option<(File, PathBuf)>,
}

impl Claim {
    /// Claims a SQLite file for a purpose, in words: `onemap serve`. In PostgreSQL many nodes serve one
    /// database; restoring looks for them itself.
    ///
    /// # Errors
    /// [`StoreError::InUse`] names who has it.
    pub fn take(url: &str, purpose: &str) -> Result<Self, StoreError> {
        if !url.starts_with("sqlite:") {
            return Ok(Self { lock: None });
        }
        let failed = |error| StoreError::Open {
            url: without_password(url),
            source: sqlx::Error::Io(error),
        };
        let path = path_of(url)?;
        // Two names of one file are one file.
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
                    // Who has it may be writing this just now; then it has no name yet.
                    let _ = file.read_to_string(&mut holder);
                    let holder = holder.trim();
                    return Err(StoreError::InUse {
                        database: real.display().to_string(),
                        holder: if holder.is_empty() {
                            "another process".to_owned()
                        } else {
                            holder.to_owned()
                        },
                    });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // Whoever had it before may have removed the file between the two calls: then this one has
            // no name, and the next to come would lock another.
            if !is_named(&file, &name) {
                continue;
            }
            let words = format!("{purpose}, process {}\n", std::process::id());
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(words.as_bytes()))
                .map_err(failed)?;
            return Ok(Self {
                lock: Some((file, name)),
            });
        }
    }

    /// Has a store refuse writes once the lock file is no longer there: another server can claim the
    /// database then.
    ///
    /// # Errors
    /// When the lock file cannot be looked at.
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
        // A file that took the place of ours is another's.
        if let Some((file, name)) = &self.lock
            && is_named(file, name)
        {
            // The lock is still held here. A file that stays behind locks nobody out.
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
    fn a_claim_is_for_one_and_names_its_holder() {
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
        // What a dead process left locks nobody out.
        fs::write(beside(&file, ".lock"), "onemap serve, process 1\n").unwrap();
        drop(Claim::take(&url(&link), "onemap serve").unwrap());
    }
}
