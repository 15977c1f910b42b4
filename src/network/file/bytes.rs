//! Writes and reads the values of a part of the network file: integers of variable length, and texts.

use std::fmt;

/// A part ends too early or holds a value that is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The network file is damaged.")
    }
}

impl std::error::Error for Damaged {}

/// Writes one part.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Begins a part with its four letters and the version of the format.
    pub fn new(letters: [u8; 4]) -> Writer {
        let mut writer = Writer {
            bytes: letters.to_vec(),
        };
        writer.number(u64::from(super::FORMAT));
        writer
    }

    /// Returns the part.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes a number: seven bits a byte, the lowest first.
    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Writes an index or a count.
    pub fn count(&mut self, value: usize) {
        self.number(value as u64);
    }

    /// Writes a signed number, zigzag-encoded: 0, -1, 1, -2, 2 …
    pub fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    /// Writes an index that may be missing.
    pub fn maybe(&mut self, value: Option<u32>) {
        self.number(value.map_or(0, |v| u64::from(v) + 1));
    }

    /// Writes a boolean that may be unknown.
    pub fn flag(&mut self, value: Option<bool>) {
        self.number(value.map_or(0, |v| u64::from(v) + 1));
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Writes a text as the number of bytes that it shares with the beginning of `base`, and the rest.
    pub fn behind(&mut self, base: &str, text: &str) {
        let pairs = base.char_indices().zip(text.chars());
        let same = pairs.take_while(|((_, a), b)| a == b);
        let shared = same.map(|((at, a), _)| at + a.len_utf8()).last();
        let shared = shared.unwrap_or(0);
        self.count(shared);
        self.text(&text[shared..]);
    }

    /// Writes a text that may be missing. An empty text counts as missing.
    pub fn maybe_text(&mut self, text: &Option<String>) {
        self.text(text.as_deref().unwrap_or(""));
    }
}

/// Reads one part. No input makes it panic or allocate more than a few times the size of the part.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Checks the four letters and the version of the format.
    pub fn new(bytes: &'a [u8], letters: [u8; 4]) -> Result<Reader<'a>, Damaged> {
        let rest = bytes.strip_prefix(&letters).ok_or(Damaged)?;
        let mut reader = Reader { rest };
        match reader.number()? == u64::from(super::FORMAT) {
            true => Ok(reader),
            false => Err(Damaged),
        }
    }

    /// Checks that nothing is left.
    pub fn finish(self) -> Result<(), Damaged> {
        match self.rest {
            [] => Ok(()),
            _ => Err(Damaged),
        }
    }

    /// Reads a number.
    pub fn number(&mut self) -> Result<u64, Damaged> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Damaged)?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Damaged);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Damaged)
    }

    /// Reads a number that fits into a type.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T, Damaged> {
        T::try_from(self.number()?).map_err(|_| Damaged)
    }

    /// Reads the number of entries that follow. Each takes at least one byte, so a larger number is an error.
    pub fn count(&mut self) -> Result<usize, Damaged> {
        let count: usize = self.small()?;
        match count <= self.rest.len() {
            true => Ok(count),
            false => Err(Damaged),
        }
    }

    /// Reads a signed number.
    pub fn signed(&mut self) -> Result<i64, Damaged> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Reads an index that may be missing.
    pub fn maybe(&mut self) -> Result<Option<u32>, Damaged> {
        match self.number()?.checked_sub(1) {
            None => Ok(None),
            Some(value) => u32::try_from(value).map(Some).map_err(|_| Damaged),
        }
    }

    /// Reads a boolean that may be unknown.
    pub fn flag(&mut self) -> Result<Option<bool>, Damaged> {
        match self.number()? {
            0 => Ok(None),
            1 => Ok(Some(false)),
            2 => Ok(Some(true)),
            _ => Err(Damaged),
        }
    }

    /// Reads a text.
    pub fn text(&mut self) -> Result<&'a str, Damaged> {
        let length = self.count()?;
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| Damaged)
    }

    /// Reads a text that shares its beginning with `base`.
    pub fn behind(&mut self, base: &str) -> Result<String, Damaged> {
        let shared: usize = self.small()?;
        let begin = base.get(..shared).ok_or(Damaged)?;
        Ok(format!("{}{}", begin, self.text()?))
    }

    /// Reads a text that may be missing.
    pub fn maybe_text(&mut self) -> Result<Option<String>, Damaged> {
        let text = self.text()?;
        Ok(Some(text).filter(|t| !t.is_empty()).map(str::to_owned))
    }

    /// Reads one of the values of a list, by its index.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> Result<T, Damaged> {
        let index: usize = self.small()?;
        all.get(index).copied().ok_or(Damaged)
    }
}
