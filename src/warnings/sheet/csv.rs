//! CSV, separated by commas, semicolons or tabs.

use super::cell::Cell;
use super::table::{MOST_COLUMNS, MOST_ROWS, ReadError, Room, Table, decoded, known_headers};

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// How many rows are looked at to tell the separator.
const LOOKED_AT: usize = 20;

/// Reads CSV. An unclosed quote is an error, because it would merge all rows below into one cell.
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

/// Reads the start of CSV, which may end in the midst of a cell.
pub(super) fn head(bytes: &[u8]) -> Result<Table, ReadError> {
    start(&decoded(bytes)?, &mut Room::default())
}

fn start(text: &str, room: &mut Room<'_>) -> Result<Table, ReadError> {
    if text.contains('\0') {
        return Err(ReadError::Other("a binary file"));
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

/// The line, from 1, of the first quote that begins a cell and is not closed: the text ends in the cell,
/// or the cell goes over a line's end and text follows its closing quote, which then is the next quote
/// further down.
fn unclosed_quote(text: &str, separator: u8) -> Option<u64> {
    /// Where in a cell the scan is.
    #[derive(Clone, Copy)]
    enum At {
        Start,
        Bare,
        Quoted {
            from: u64,
        },
        /// After a quote in a quoted cell: its end, or the first half of a doubled one.
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
            // Blanks before the separator are cut off, as everywhere.
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

/// Excel's own first line `sep=;`, which it does not show as a row.
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

/// The separator with which a row of headers is found; else the one that the first row has most of.
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

/// A cell: the apostrophe that keeps a spreadsheet from running it is taken off.
fn cell(text: &str) -> Cell {
    let text = text.trim();
    let bare = text
        .strip_prefix('\'')
        .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\'']));
    Cell::of_text(bare.unwrap_or(text))
}
