//! Reads CSV separated by commas, semicolons, tabs or vertical bars (`|`).

use super::cell::Cell;
use super::table::{MOST_COLUMNS, MOST_ROWS, ReadError, Room, Table, decoded, known_headers};
use crate::model::both;

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// The number of rows examined to detect the separator.
const LOOKED_AT: usize = 20;

/// Reads CSV. An unclosed quotation mark is an error, because it would merge all rows below into
/// one cell.
pub(super) fn table(bytes: &[u8], room: &mut Room<'_>) -> Result<Table, ReadError> {
    let text = decoded(bytes)?;
    let (said, rest) = said_separator(&text);
    let separator = said.unwrap_or_else(|| likely_separator(rest));
    if !text.contains('\0')
        && let Some(line) = unclosed_quote(rest, separator)
    {
        let above = u64::from(rest.len() < text.len());
        return Err(ReadError::Quote { line: line + above });
    }
    start(&text, room)
}

/// Reads the beginning of a CSV file, which may end in the middle of a cell.
pub(super) fn head(bytes: &[u8]) -> Result<Table, ReadError> {
    start(&decoded(bytes)?, &mut Room::default())
}

fn start(text: &str, room: &mut Room<'_>) -> Result<Table, ReadError> {
    if text.contains('\0') {
        return Err(ReadError::Other(both!("二进制文件", "a binary file")));
    }
    let (said, text) = said_separator(text);
    let separator = said.unwrap_or_else(|| likely_separator(text));
    let mut table = Table::default();
    for (row, record) in records(text, separator).enumerate() {
        let record = record.map_err(|e| ReadError::Csv {
            line: e.position().map_or(0, csv::Position::line),
            problem: e.to_string(),
        })?;
        if row > MOST_ROWS || record.len() > MOST_COLUMNS {
            return Err(ReadError::TooBig);
        }
        for (column, field) in record.iter().enumerate() {
            table.put(room, row, column, cell(field))?;
        }
    }
    Ok(table)
}

/// The line, counted from 1, of the first quotation mark that begins a cell and is not closed.
/// Either the text ends inside of the cell, or the cell spans lines and text follows its closing
/// quotation mark (which then belongs to a later cell).
fn unclosed_quote(text: &str, separator: u8) -> Option<u64> {
    /// The position of the scan in a cell.
    #[derive(Clone, Copy)]
    enum At {
        Start,
        Bare,
        Quoted {
            from: u64,
        },
        /// After a quotation mark inside of a quoted cell: the mark closes the cell, or is the
        /// first half of a doubled mark.
        Quote {
            from: u64,
        },
        /// After blanks that follow the end of a quoted cell.
        Blank {
            from: u64,
        },
    }
    let (mut at, mut line, mut before) = (At::Start, 1_u64, 0);
    for byte in text.bytes() {
        let ends_line = byte == b'\r' || byte == b'\n';
        let ends = ends_line || byte == separator;
        at = match at {
            At::Quoted { from } if byte == b'"' => At::Quote { from },
            At::Quoted { from } => At::Quoted { from },
            At::Quote { from } if byte == b'"' => At::Quoted { from },
            _ if ends => At::Start,
            // Blanks before the separator are trimmed, as in all cells.
            At::Quote { from } | At::Blank { from } if byte == b' ' => At::Blank { from },
            At::Quote { from } | At::Blank { from } if from < line => return Some(from),
            At::Start if byte == b'"' => At::Quoted { from: line },
            _ => At::Bare,
        };
        line += u64::from(ends_line && !(byte == b'\n' && before == b'\r'));
        before = byte;
    }
    match at {
        At::Quoted { from } => Some(from),
        _ => None,
    }
}

/// Reads the separator from a first line like `sep=;`, which Excel does not show as a row. Returns the
/// separator, if there is such a line, and the text without the line.
fn said_separator(text: &str) -> (Option<u8>, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let said = line.trim_end_matches('\r').trim_matches('"');
    match said.get(..4) {
        Some(key) if key.eq_ignore_ascii_case("sep=") => match said.as_bytes().get(4..) {
            Some([separator]) => (Some(*separator), rest),
            _ => (None, rest),
        },
        _ => (None, text),
    }
}

/// The separator that gives the row with the most known headers among the first [`LOOKED_AT`] rows;
/// if several do, the one that gives such a row the most cells.
fn likely_separator(text: &str) -> u8 {
    let score = |separator: u8| {
        let rows = records(text, separator).take(LOOKED_AT);
        let known = |r: csv::StringRecord| {
            let cells: Vec<Cell> = r.iter().take(MOST_COLUMNS).map(cell).collect();
            (known_headers(&cells), cells.len())
        };
        rows.map_while(Result::ok).map(known).max()
    };
    let mut best = (b',', score(b','));
    for separator in SEPARATORS {
        let its = score(separator);
        if its > best.1 {
            best = (separator, its);
        }
    }
    best.0
}

fn records(text: &str, separator: u8) -> impl Iterator<Item = csv::Result<csv::StringRecord>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes())
        .into_records()
}

/// Reads a cell and removes the apostrophe that marks a text as not being a formula.
fn cell(text: &str) -> Cell {
    let text = text.trim();
    let bare = text
        .strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\'']));
    Cell::of_text(bare.unwrap_or(text))
}
