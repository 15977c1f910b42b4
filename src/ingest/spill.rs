//! The queue of features that wait for their links until all files are read. A limited number stays in memory;
//! the rest goes to a temporary file, so that a million waiting buildings do not take a gigabyte of memory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::slice;

use uuid::Uuid;

use crate::codec::wkb;
use crate::model::{Body, Change, CollectionId, FeatureId, Properties};

/// The most features that are kept in memory before they are written to disk.
const IN_MEMORY: usize = 20_000;

/// The waiting features, in the order in which they were added.
#[derive(Default)]
pub(super) struct SpillQueue {
    collections: Vec<CollectionId>,
    spilled: u64,
    file: Option<BufWriter<File>>,
    recent: Vec<Change>,
}

impl SpillQueue {
    pub fn len(&self) -> u64 {
        self.spilled + self.recent.len() as u64
    }

    pub fn push(&mut self, change: Change) -> io::Result<()> {
        self.recent.push(change);
        if self.recent.len() < IN_MEMORY {
            return Ok(());
        }
        for change in std::mem::take(&mut self.recent) {
            self.spill(&change)?;
        }
        Ok(())
    }

    fn spill(&mut self, change: &Change) -> io::Result<()> {
        let Some(body) = &change.body else {
            return Ok(());
        };
        let collection = match self
            .collections
            .iter()
            .position(|c| *c == change.collection)
        {
            Some(known) => known,
            None => {
                self.collections.push(change.collection.clone());
                self.collections.len() - 1
            }
        };
        let geometry = match &body.geometry {
            Some(geometry) => wkb::encode(geometry).map_err(io::Error::other)?,
            None => Vec::new(),
        };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::with_capacity(1 << 18, nameless()?)),
        };
        file.write_all(&(collection as u64).to_le_bytes())?;
        for part in [
            change.id.as_str().as_bytes(),
            &geometry,
            body.properties.as_str().as_bytes(),
        ] {
            file.write_all(&(part.len() as u64).to_le_bytes())?;
            file.write_all(part)?;
        }
        self.spilled += 1;
        Ok(())
    }

    /// Reads all waiting features from the first. Can be called repeatedly.
    pub fn read(&mut self) -> io::Result<Reader<'_>> {
        let file = match &mut self.file {
            None => None,
            Some(file) => {
                file.flush()?;
                let mut file = file.get_ref().try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                Some(BufReader::with_capacity(1 << 18, file))
            }
        };
        Ok(Reader {
            collections: &self.collections,
            left: self.spilled,
            file,
            recent: self.recent.iter(),
        })
    }
}

/// A temporary file without a name, which the system removes when the process ends.
fn nameless() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("onemap-import-{}", Uuid::new_v4()));
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Reads the waiting features in order: first those on disk, then those in memory.
pub(super) struct Reader<'a> {
    collections: &'a [CollectionId],
    left: u64,
    file: Option<BufReader<File>>,
    recent: slice::Iter<'a, Change>,
}

impl Reader<'_> {
    /// The next features, at most this many; empty at the end.
    pub fn chunk(&mut self, size: usize) -> io::Result<Vec<Change>> {
        let mut chunk = Vec::new();
        while chunk.len() < size {
            match self.next()? {
                Some(change) => chunk.push(change),
                None => break,
            }
        }
        Ok(chunk)
    }

    fn next(&mut self) -> io::Result<Option<Change>> {
        let Some(file) = self.file.as_mut().filter(|_| self.left > 0) else {
            return Ok(self.recent.next().cloned());
        };
        self.left -= 1;
        let damaged = || io::Error::other("the temporary file is damaged");
        let collection = usize::try_from(number(file)?).map_err(io::Error::other)?;
        let collection = self.collections.get(collection).ok_or_else(damaged)?;
        let id = FeatureId::new(text(file)?).map_err(io::Error::other)?;
        let geometry = bytes(file)?;
        let geometry = match geometry.as_slice() {
            [] => None,
            wkb => Some(wkb::decode(wkb).map_err(io::Error::other)?),
        };
        let properties = Properties::from_canonical(text(file)?);
        Ok(Some(Change {
            collection: collection.clone(),
            id,
            body: Some(Body {
                geometry,
                properties,
            }),
        }))
    }
}

fn number(file: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    file.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn bytes(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let length = number(file)?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn text(file: &mut impl Read) -> io::Result<String> {
    String::from_utf8(bytes(file)?).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{Geometry, Point};

    #[test]
    fn what_waits_comes_back_in_order_from_memory_and_from_the_file() {
        let change = |i: usize| Change {
            collection: CollectionId::new(if i.is_multiple_of(2) {
                "buildings"
            } else {
                "entrances"
            })
            .unwrap(),
            id: FeatureId::new(format!("楼{i}")).unwrap(),
            body: Some(Body {
                geometry: (!i.is_multiple_of(3))
                    .then(|| Geometry::Point(Point::new(i as f64 / 7.0, 1.0))),
                properties: Properties::parse(&format!("{{\"name\":\"温泉花园{i}\"}}")).unwrap(),
            }),
        };
        let mut held = SpillQueue::default();
        let count = IN_MEMORY * 2 + 5;
        (0..count).for_each(|i| held.push(change(i)).unwrap());
        assert_eq!(held.len(), count as u64);
        for _ in 0..2 {
            let mut reader = held.read().unwrap();
            let mut i = 0;
            loop {
                let chunk = reader.chunk(999).unwrap();
                if chunk.is_empty() {
                    break;
                }
                for one in chunk {
                    assert_eq!(one, change(i));
                    i += 1;
                }
            }
            assert_eq!(i, count);
        }
    }
}
