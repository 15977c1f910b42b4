//! A file to import: anything that can be opened and read from its beginning more than once.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// A reader of an import file. Seeking is needed because a format is detected first and read after.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

type Open = dyn Fn() -> io::Result<Box<dyn ReadSeek>> + Send + Sync;

/// A file to import.
#[derive(Clone)]
pub struct Source {
    name: String,
    open: Arc<Open>,
}

impl Source {
    /// A file on this computer.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self::new(path.display().to_string(), move || {
            Ok(Box::new(File::open(&path)?))
        })
    }

    /// A source with a function that opens it; each reader starts at the beginning. `name` is its name in
    /// reports; the file stem may name the collection.
    pub fn new(
        name: impl Into<String>,
        open: impl Fn() -> io::Result<Box<dyn ReadSeek>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            open: Arc::new(open),
        }
    }

    /// The name of the file in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens the file for the reading thread. Once `stopped` returns true, reading ends with an error. This is
    /// needed because a pass over a large file may produce no feature for a long time.
    pub(super) fn open(&self, stopped: impl Fn() -> bool + Send + 'static) -> io::Result<Hashing> {
        Ok(Hashing {
            inner: (self.open)()?,
            stopped: Box::new(stopped),
            hasher: Sha256::new(),
            hashed: 0,
            at: 0,
        })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

/// Hashes a file while it is read. Each byte is hashed once, in the order of the file, even if the reader seeks.
pub(super) struct Hashing {
    inner: Box<dyn ReadSeek>,
    stopped: Box<dyn Fn() -> bool + Send>,
    hasher: Sha256,
    /// The number of bytes hashed so far, from the beginning.
    hashed: u64,
    at: u64,
}

impl Hashing {
    /// The SHA-256 of the whole file, in hexadecimal digits; reads the rest of the file first.
    pub fn finish(mut self) -> io::Result<String> {
        if self.at != self.hashed {
            self.seek(SeekFrom::Start(self.hashed))?;
        }
        io::copy(&mut self, &mut io::sink())?;
        let digest = self.hasher.finalize();
        Ok(hex::encode(digest))
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.stopped)() {
            return Err(io::Error::other("the import was stopped"));
        }
        let n = self.inner.read(buffer)?;
        let end = self.at + n as u64;
        if self.at <= self.hashed && self.hashed < end {
            // The buffer contains all bytes from `hashed` to `end`; the bytes before them are hashed already.
            let known = usize::try_from(self.hashed - self.at).unwrap_or(n);
            self.hasher.update(&buffer[known.min(n)..n]);
            self.hashed = end;
        }
        self.at = end;
        Ok(n)
    }
}

impl Seek for Hashing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_file_has_one_hash_in_whatever_order_it_is_read() {
        let bytes: Vec<u8> = (0..10_000u32).map(|i| (i * 7 % 251) as u8).collect();
        let expected = hex::encode(Sha256::digest(&bytes));
        let open = || {
            let bytes = bytes.clone();
            Source::new("x", move || Ok(Box::new(io::Cursor::new(bytes.clone()))))
                .open(|| false)
                .unwrap()
        };
        assert_eq!(open().finish().unwrap(), expected);

        let mut file = open();
        let mut part = [0; 10];
        for at in [0, 100, 5_000, 200, 9_990, 0] {
            file.seek(SeekFrom::Start(at)).unwrap();
            file.read_exact(&mut part).unwrap();
        }
        assert_eq!(file.finish().unwrap(), expected);
    }

    #[test]
    fn reading_ends_when_the_import_is_stopped() {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let source = Source::new("x", || Ok(Box::new(io::Cursor::new(vec![0u8; 100]))));
        let mut file = source.open(move || seen.load(Ordering::Relaxed)).unwrap();
        assert_eq!(file.read(&mut [0; 10]).unwrap(), 10);
        stop.store(true, Ordering::Relaxed);
        assert!(file.read(&mut [0; 10]).is_err());
    }
}
