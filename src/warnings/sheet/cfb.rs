//! Reads streams from compound files ([MS-CFB]), in which Excel 97 to 2003 stores a workbook. The
//! length of every chain of sectors is limited by the size of the file.

const HEADER: usize = 512;
/// Sector numbers from here on have special meanings.
const LAST_SECTOR: u32 = 0xffff_fffa;
/// Streams shorter than this, in bytes, are stored in 64-byte sectors inside of one long stream.
const MINI_LIMIT: u64 = 4096;
const MINI_SECTOR: usize = 64;

/// A compound file.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    next: Vec<u32>,
    mini_next: Vec<u32>,
    mini: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    size: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

fn all_u32(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes
        .chunks_exact(4)
        .filter_map(|four| Some(u32::from_le_bytes(four.try_into().ok()?)))
}

impl<'a> Compound<'a> {
    /// Opens a file; `None` if it is damaged.
    pub fn open(bytes: &'a [u8]) -> Option<Self> {
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut file = Self {
            bytes,
            sector,
            next: Vec::new(),
            mini_next: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        // The sectors that contain the sector table. The first 109 are listed in the header.
        let mut tables: Vec<u32> = all_u32(bytes.get(76..HEADER)?).collect();
        let mut more = u32_at(bytes, 68)?;
        let mut seen = 0;
        while more < LAST_SECTOR {
            seen += 1;
            if seen > file.sectors() {
                return None;
            }
            let list = file.sector_at(more)?;
            let (list, next) = list.split_at(sector - 4);
            tables.extend(all_u32(list));
            more = u32_at(next, 0)?;
        }
        for table in tables.into_iter().filter(|t| *t < LAST_SECTOR) {
            if file.next.len() > file.sectors() + sector {
                break;
            }
            let entries: Vec<u32> = all_u32(file.sector_at(table)?).collect();
            file.next.extend(entries);
        }
        let folder = file.chain(u32_at(bytes, 48)?, u64::MAX)?;
        for entry in folder.chunks_exact(128) {
            let length = usize::from(u16_at(entry, 64)?).min(64);
            let name = entry.get(..length.saturating_sub(2))?;
            let units: Vec<u16> = name
                .chunks_exact(2)
                .map(|c| u16::from_le_bytes([c[0], c[1]]))
                .collect();
            file.entries.push(Entry {
                name: String::from_utf16_lossy(&units),
                start: u32_at(entry, 116)?,
                // The upper half of the size is undefined in small files.
                size: u64::from(u32_at(entry, 120)?),
            });
        }
        let root = file.entries.first()?;
        let (start, size) = (root.start, root.size);
        if start < LAST_SECTOR {
            file.mini = file.chain(start, size)?;
            file.mini_next = all_u32(&file.chain(u32_at(bytes, 60)?, u64::MAX)?).collect();
        }
        Some(file)
    }

    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector
    }

    fn sector_at(&self, number: u32) -> Option<&'a [u8]> {
        let from = usize::try_from(number)
            .ok()?
            .checked_add(1)?
            .checked_mul(self.sector)?;
        let to = from.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(from..to)
    }

    /// Reads the bytes of a chain of sectors.
    fn chain(&self, start: u32, size: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut number = start;
        let mut steps = 0;
        while number < LAST_SECTOR && (bytes.len() as u64) < size {
            steps += 1;
            if steps > self.sectors() {
                return None;
            }
            bytes.extend_from_slice(self.sector_at(number)?);
            number = *self.next.get(usize::try_from(number).ok()?)?;
        }
        bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Some(bytes)
    }

    fn mini_chain(&self, start: u32, size: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut number = start;
        while number < LAST_SECTOR && (bytes.len() as u64) < size.min(MINI_LIMIT) {
            let at = usize::try_from(number).ok()?;
            let from = at.checked_mul(MINI_SECTOR)?;
            let to = from.checked_add(MINI_SECTOR)?.min(self.mini.len());
            bytes.extend_from_slice(self.mini.get(from..to)?);
            number = *self.mini_next.get(at)?;
        }
        bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Some(bytes)
    }

    /// Whether there is a stream or a folder with a name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name == name)
    }

    /// The bytes of a stream; `None` if it is missing or damaged.
    pub fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self
            .entries
            .iter()
            .find(|e| e.name.eq_ignore_ascii_case(name))?;
        if entry.size < MINI_LIMIT {
            self.mini_chain(entry.start, entry.size)
        } else {
            self.chain(entry.start, entry.size)
        }
    }
}
