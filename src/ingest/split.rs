//! Cuts a GeoJSON file into its features, as bytes, without ever holding more than one of them: a
//! million features need no more memory than the largest, and a feature of 200 MB is passed over
//! unread.
//!
//! Only brackets and strings are looked at here. What is between them is parsed feature by feature, so
//! that a `NaN` in one spoils only that one.

use std::io::{self, BufRead};

use crate::model::InChinese;

/// One feature of a file, not yet parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its place among the file's features, from 0.
    pub index: u64,
    /// Its bytes, or how many there were where there are too many.
    pub bytes: Result<Vec<u8>, u64>,
}

/// Why a file cannot be cut.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The file could not be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file ends in the middle of a value.
    #[error("ends in the middle of {0}: the file is truncated")]
    Truncated(&'static str),
    /// The text is not JSON at this place.
    #[error("line {line}: expected {expected}, found {found}")]
    Unexpected {
        /// The line, from 1.
        line: u64,
        /// What was expected at that line.
        expected: &'static str,
        /// What was found instead.
        found: String,
    },
    /// The file names its coordinate system after its features.
    #[error("names its coordinate system after its features: give it with --crs")]
    LateCrs,
}

impl InChinese for SplitError {
    fn zh(&self) -> String {
        match self {
            Self::Io(error) => format!("无法读取（{error}）"),
            Self::Truncated(_) => format!("文件不完整（{self}）"),
            Self::Unexpected { line, .. } => format!("第{line}行的 JSON 有误（{self}）"),
            Self::LateCrs => "坐标系写在要素之后，请用 --crs 指定".to_owned(),
        }
    }
}

/// What is found in a document, in order.
pub enum Found {
    /// A document begins; files that were joined have several.
    Document,
    /// A feature.
    Piece(Piece),
    /// The member `crs` of a collection, as bytes.
    Crs(Vec<u8>),
}

/// The byte order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// The record separator that begins each record of RFC 8142.
const SEPARATOR: u8 = 0x1e;

/// Members of a collection other than its features are kept up to this size.
const MEMBER_LIMIT: usize = 64 * 1024;

/// Reads bytes and counts lines.
struct Scanner<R> {
    input: R,
    line: u64,
}

impl<R: BufRead> Scanner<R> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn next(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(b) = byte {
            self.line += u64::from(b == b'\n');
            self.input.consume(1);
        }
        Ok(byte)
    }

    fn skip_space(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.peek()? {
                Some(b) if b.is_ascii_whitespace() => {
                    self.next()?;
                }
                other => return Ok(other),
            }
        }
    }

    /// Passes over byte order marks, record separators and space between documents.
    fn skip_marks(&mut self) -> io::Result<Option<u8>> {
        loop {
            let next = self.skip_space()?;
            if next == Some(SEPARATOR) {
                self.next()?;
                continue;
            }
            if next != Some(BOM[0]) {
                return Ok(next);
            }
            // The mark may lie on the edge of what was read so far.
            for expected in BOM {
                if self.peek()? != Some(*expected) {
                    return self.peek();
                }
                self.next()?;
            }
        }
    }

    /// Passes over byte order marks and space before the first record, and says whether a separator begins
    /// it. What looked like a mark and is none belongs to the record.
    fn skip_to_record(&mut self) -> io::Result<(bool, Vec<u8>)> {
        loop {
            let next = self.skip_space()?;
            if next != Some(BOM[0]) {
                return Ok((next == Some(SEPARATOR), Vec::new()));
            }
            // The mark may lie on the edge of what was read so far.
            for (i, expected) in BOM.iter().enumerate() {
                if self.peek()? != Some(*expected) {
                    return Ok((false, BOM[..i].to_vec()));
                }
                self.next()?;
            }
        }
    }

    fn expect(&mut self, wanted: u8, expected: &'static str) -> Result<(), SplitError> {
        match self.skip_space()? {
            Some(b) if b == wanted => {
                self.next()?;
                Ok(())
            }
            Some(b) => Err(self.unexpected(expected, b)),
            None => Err(SplitError::Truncated("the JSON document")),
        }
    }

    fn unexpected(&self, expected: &'static str, byte: u8) -> SplitError {
        SplitError::Unexpected {
            line: self.line,
            expected,
            found: format!("{:?}", char::from(byte)),
        }
    }

    /// Takes one JSON value and keeps its bytes up to a limit; the error is how many there were.
    fn value(
        &mut self,
        limit: usize,
        what: &'static str,
    ) -> Result<Result<Vec<u8>, u64>, SplitError> {
        let first = self.skip_space()?.ok_or(SplitError::Truncated(what))?;
        let scalar = !matches!(first, b'{' | b'[' | b'"');
        let mut kept = Vec::new();
        let mut size = 0u64;
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Err(SplitError::Truncated(what));
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

/// Cuts a document: a FeatureCollection, or a single feature; or several of them, one after the other, as
/// files are that were joined, each with a byte order mark or without. Hands out what it finds; `each`
/// says whether to go on.
///
/// # Errors
/// When the document is no JSON object, or ends before it is whole.
pub fn document<E: From<SplitError>>(
    input: impl BufRead,
    limit: usize,
    each: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    let mut scanner = Scanner { input, line: 1 };
    let mut index = 0;
    scanner.skip_marks().map_err(SplitError::Io)?;
    loop {
        each(Found::Document)?;
        one_document(&mut scanner, limit, &mut index, each)?;
        match scanner.skip_marks().map_err(SplitError::Io)? {
            None => return Ok(()),
            Some(b'{') => {}
            Some(b) => return Err(scanner.unexpected("the end of the file", b).into()),
        }
    }
}

fn one_document<E: From<SplitError>>(
    scanner: &mut Scanner<impl BufRead>,
    limit: usize,
    index: &mut u64,
    each: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    let line = scanner.line;
    scanner.expect(b'{', "a JSON object")?;
    // The members are collected in case this turns out to be a single feature.
    let mut members: Vec<u8> = b"{".to_vec();
    let mut too_big = 0u64;
    let mut collection = false;
    loop {
        match scanner.skip_space().map_err(SplitError::Io)? {
            Some(b'}') => {
                scanner.next().map_err(SplitError::Io)?;
                break;
            }
            Some(b'"') => {}
            Some(b) => return Err(scanner.unexpected("a member's name", b).into()),
            None => return Err(SplitError::Truncated("the JSON document").into()),
        }
        let name = scanner
            .value(MEMBER_LIMIT, "a member's name")?
            .unwrap_or_default();
        scanner.expect(b':', "a colon")?;
        let next = scanner.skip_space().map_err(SplitError::Io)?;
        if name == b"\"features\"" && next == Some(b'[') {
            collection = true;
            features(scanner, limit, index, each)?;
        } else if name == b"\"crs\"" {
            let value = scanner.value(MEMBER_LIMIT, "a member")?.unwrap_or_default();
            if collection && value != b"null" {
                return Err(SplitError::LateCrs.into());
            }
            each(Found::Crs(value))?;
        } else {
            let room = if collection {
                0
            } else {
                limit.saturating_sub(members.len())
            };
            match scanner.value(room, "a member")? {
                Ok(value) => {
                    if members.len() > 1 {
                        members.push(b',');
                    }
                    members.extend_from_slice(&name);
                    members.push(b':');
                    members.extend_from_slice(&value);
                }
                Err(size) => too_big += size,
            }
        }
        match scanner.skip_space().map_err(SplitError::Io)? {
            Some(b',') => {
                scanner.next().map_err(SplitError::Io)?;
            }
            Some(b'}') => {}
            Some(b) => {
                return Err(scanner
                    .unexpected("a comma or the end of the object", b)
                    .into());
            }
            None => return Err(SplitError::Truncated("the JSON document").into()),
        }
    }
    if collection {
        return Ok(());
    }
    members.push(b'}');
    let bytes = if too_big > 0 {
        Err(too_big + members.len() as u64)
    } else {
        Ok(members)
    };
    *index += 1;
    each(Found::Piece(Piece {
        line,
        index: *index - 1,
        bytes,
    }))
}

fn features<E: From<SplitError>>(
    scanner: &mut Scanner<impl BufRead>,
    limit: usize,
    index: &mut u64,
    each: &mut dyn FnMut(Found) -> Result<(), E>,
) -> Result<(), E> {
    const WHAT: &str = "its features";
    scanner.expect(b'[', "a list")?;
    let mut first = true;
    loop {
        match scanner.skip_space().map_err(SplitError::Io)? {
            Some(b']') => {
                scanner.next().map_err(SplitError::Io)?;
                return Ok(());
            }
            Some(b',') if !first => {
                scanner.next().map_err(SplitError::Io)?;
                scanner.skip_space().map_err(SplitError::Io)?;
            }
            Some(_) if first => {}
            Some(b) => {
                return Err(scanner
                    .unexpected("a comma or the end of the features", b)
                    .into());
            }
            None => return Err(SplitError::Truncated(WHAT).into()),
        }
        let line = scanner.line;
        let bytes = scanner.value(limit, WHAT)?;
        if bytes.as_ref().is_ok_and(Vec::is_empty) {
            return Err(SplitError::Unexpected {
                line,
                expected: "a feature",
                found: "nothing".into(),
            }
            .into());
        }
        each(Found::Piece(Piece {
            line,
            index: *index,
            bytes,
        }))?;
        *index += 1;
        first = false;
    }
}

/// Cuts a sequence: a feature a line, or one after each record separator. Byte order marks and separators
/// around a record are taken off, since files that were joined have them in the middle, in any order.
///
/// # Errors
/// When it cannot be read. A last line without an end is a piece like any other: whoever parses it
/// tells by [`Sequence::unterminated`] whether the file was cut off.
pub fn sequence<E: From<SplitError>>(
    input: impl BufRead,
    limit: usize,
    each: &mut dyn FnMut(Piece, Sequence) -> Result<(), E>,
) -> Result<(), E> {
    let mut scanner = Scanner { input, line: 1 };
    let (separated, mut begun) = scanner.skip_to_record().map_err(SplitError::Io)?;
    let Scanner {
        mut input,
        mut line,
    } = scanner;
    let delimiter = if separated { SEPARATOR } else { b'\n' };
    let mut index = 0;
    loop {
        let begins = line;
        let mut kept = std::mem::take(&mut begun);
        let mut size = kept.len() as u64;
        let mut ended = false;
        // Blank lines before a record belong to the one before it.
        let mut leading = 0;
        loop {
            let chunk = input.fill_buf().map_err(SplitError::Io)?;
            if chunk.is_empty() {
                break;
            }
            let end = chunk.iter().position(|b| *b == delimiter);
            let part = &chunk[..end.unwrap_or(chunk.len())];
            line += part.iter().filter(|b| **b == b'\n').count() as u64;
            if kept.iter().all(u8::is_ascii_whitespace) && size <= limit as u64 {
                leading += part
                    .iter()
                    .take_while(|b| b.is_ascii_whitespace())
                    .filter(|b| **b == b'\n')
                    .count() as u64;
            }
            size += part.len() as u64;
            if size <= limit as u64 {
                kept.extend_from_slice(part);
            } else {
                kept = Vec::new();
            }
            let taken = part.len() + usize::from(end.is_some());
            input.consume(taken);
            if end.is_some() {
                line += u64::from(!separated);
                ended = true;
                break;
            }
        }
        strip_marks(&mut kept);
        let blank = size <= limit as u64 && kept.iter().all(u8::is_ascii_whitespace);
        if !blank {
            let bytes = if size <= limit as u64 {
                Ok(kept)
            } else {
                Err(size)
            };
            let whole =
                ended || (separated && bytes.as_ref().is_ok_and(|b| b.last() == Some(&b'\n')));
            let piece = Piece {
                line: begins + leading,
                index,
                bytes,
            };
            each(
                piece,
                Sequence {
                    unterminated: !whole,
                },
            )?;
            index += 1;
        }
        if !ended {
            return Ok(());
        }
    }
}

/// How a record of a sequence ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequence {
    /// Whether the file ended before the record did.
    pub unterminated: bool,
}

/// The lines of a record that are not empty, without byte order marks, each with its number from 0.
pub fn lines_of(record: &[u8]) -> impl Iterator<Item = (u64, Vec<u8>)> {
    let lines = record.split(|b| *b == b'\n').map(|line| {
        let mut line = line.to_vec();
        strip_marks(&mut line);
        line
    });
    let filled = |(_, line): &(u64, Vec<u8>)| !line.trim_ascii().is_empty();
    (0..).zip(lines).filter(filled)
}

/// Takes byte order marks and separators off both ends of a record; space at its end stays, since it says
/// whether the record is whole.
fn strip_marks(record: &mut Vec<u8>) {
    let mut start = record.as_slice();
    loop {
        let text = start.trim_ascii_start();
        let Some(rest) = text
            .strip_prefix(BOM)
            .or_else(|| text.strip_prefix(&[SEPARATOR]))
        else {
            break;
        };
        start = rest;
    }
    let begins = record.len() - start.len();
    record.drain(..begins);
    loop {
        let text = record.trim_ascii_end();
        let Some(rest) = text
            .strip_suffix(BOM)
            .or_else(|| text.strip_suffix(&[SEPARATOR]))
        else {
            break;
        };
        let end = rest.len();
        record.truncate(end);
    }
}

#[cfg(test)]
mod tests;
