//! Cuts newline-delimited GeoJSON and GeoJSON text sequences (RFC 8142).

use std::io::BufRead;

use super::Piece;
use super::error::SplitError;
use super::scanner::{BOM, SEPARATOR, Scanner};

/// Cuts a sequence: one feature per line, or one after each record separator. Removes byte order marks and
/// separators around a record, since concatenated files have them in the middle, in any order.
///
/// # Errors
/// If the file cannot be read. A last record without an end is not an error here: the caller learns of it by
/// [`Sequence::unterminated`].
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
        // Line breaks before the record, so that `Piece::line` is the line of its first character.
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

/// The lines of a record that are not blank, without byte order marks, each with its number from 0.
pub fn lines_of(record: &[u8]) -> impl Iterator<Item = (u64, Vec<u8>)> {
    let lines = record.split(|b| *b == b'\n').map(|line| {
        let mut line = line.to_vec();
        strip_marks(&mut line);
        line
    });
    let filled = |(_, line): &(u64, Vec<u8>)| !line.trim_ascii().is_empty();
    (0..).zip(lines).filter(filled)
}

/// Removes byte order marks and separators from both ends of a record. Keeps the white space at its end, because a
/// line break there tells the caller that the record is complete.
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
