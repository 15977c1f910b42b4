//! Reads bytes, counts lines and cuts out JSON values without parsing them.

use std::io::{self, BufRead};

use super::error::{Part, SplitError};

/// The byte order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";
/// The record separator that begins each record of RFC 8142.
pub(super) const SEPARATOR: u8 = 0x1e;

/// Reads bytes and counts lines.
pub(super) struct Scanner<R> {
    pub input: R,
    /// The line of the next byte, from 1.
    pub line: u64,
}

impl<R: BufRead> Scanner<R> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    pub fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(b) = byte {
            self.line += u64::from(b == b'\n');
            self.input.consume(1);
        }
        Ok(byte)
    }

    pub fn skip_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b) if b.is_ascii_whitespace() => {
                    self.next()?;
                }
                other => return Ok(other),
            }
        }
    }

    /// Skips byte order marks, record separators and white space between documents; returns the next byte
    /// without consuming it.
    pub fn skip_marks(&mut self) -> io::Result<Option<u8>> {
        loop {
            let next = self.skip_space()?;
            if next == Some(SEPARATOR) {
                self.next()?;
                continue;
            }
            if next != Some(BOM[0]) {
                return Ok(next);
            }
            // The buffer may end in the middle of the mark, so it is compared byte by byte.
            for expected in BOM {
                if self.peek()? != Some(*expected) {
                    return self.peek();
                }
                self.next()?;
            }
        }
    }

    /// Skips byte order marks and white space before the first record. Returns whether a separator begins the
    /// record, and the bytes of the record that were consumed because they look like the start of a mark.
    pub fn skip_to_record(&mut self) -> io::Result<(bool, Vec<u8>)> {
        loop {
            let next = self.skip_space()?;
            if next != Some(BOM[0]) {
                return Ok((next == Some(SEPARATOR), Vec::new()));
            }
            // The buffer may end in the middle of the mark, so it is compared byte by byte.
            for (i, expected) in BOM.iter().enumerate() {
                if self.peek()? != Some(*expected) {
                    return Ok((false, BOM[..i].to_vec()));
                }
                self.next()?;
            }
        }
    }

    pub fn expect(&mut self, wanted: u8, expected: Part) -> Result<(), SplitError> {
        match self.skip_space()? {
            Some(b) if b == wanted => {
                self.next()?;
                Ok(())
            }
            Some(b) => Err(self.unexpected(expected, b)),
            None => Err(SplitError::Truncated(Part::Document)),
        }
    }

    pub fn unexpected(&self, expected: Part, byte: u8) -> SplitError {
        SplitError::Unexpected {
            line: self.line,
            expected,
            found: Some(byte),
        }
    }

    /// Consumes one JSON value and returns its bytes, or the number of bytes if it is larger than `limit`.
    /// `part` is what the error names if the file ends first.
    pub fn value(&mut self, limit: usize, part: Part) -> Result<Result<Vec<u8>, u64>, SplitError> {
        let first = self.skip_space()?.ok_or(SplitError::Truncated(part))?;
        let scalar = !matches!(first, b'{' | b'[' | b'"');
        let mut kept = Vec::new();
        let mut size = 0u64;
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Err(SplitError::Truncated(part));
            }
            let mut end = None;
            let mut lines = 0;
            for (i, &b) in chunk.iter().enumerate() {
                if scalar {
                    if matches!(b, b',' | b'}' | b']') || b.is_ascii_whitespace() {
                        end = Some(i);
                        break;
                    }
                    continue;
                }
                lines += u64::from(b == b'\n');
                if in_string {
                    match b {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => in_string = false,
                        _ => {}
                    }
                } else {
                    match b {
                        b'"' => in_string = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                }
                if depth == 0 && !in_string {
                    end = Some(i + 1);
                    break;
                }
            }
            let taken = end.unwrap_or(chunk.len());
            size += taken as u64;
            if size <= limit as u64 {
                kept.extend_from_slice(&chunk[..taken]);
            } else {
                kept = Vec::new();
            }
            self.line += lines;
            self.input.consume(taken);
            if end.is_some() {
                return Ok(if size <= limit as u64 {
                    Ok(kept)
                } else {
                    Err(size)
                });
            }
        }
    }
}
