//! CSV, separated by commas, semicolons or tabs.

use super::cell::Cell;
use super::read::{MOST_COLUMNS, MOST_ROWS, ReadError, Room, Table, decoded, known_headers};

const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// How many rows are looked at to tell the separator.
const LOOKED_AT: usize = 20;

/// Reads CSV.
pub(super) fn table(bytes: &[u8]) -> Result<Table, ReadError> {
    let text = decoded(bytes)?;
    if text.contains('\0') {
        return Err(ReadError::Other("a binary file"));
    }
    let (said, text) = said_separator(&text);
    let separator = said.unwrap_or_else(|| likely_separator(text));
    let mut table = Table::default();
    let mut room = Room::default();
    for (row, record) in records(text, separator).enumerate() {
        let record = record.map_err(|e| ReadError::Csv {
            line: e.position().map_or(0, csv::Position::line),
            problem: e.to_string(),
        })?;
        if row > MOST_ROWS || record.len() > MOST_COLUMNS {
            return Err(ReadError::TooBig);
        }
        for (column, field) in record.iter().enumerate() {
            table.put(&mut room, row, column, cell(field))?;
        }
    }
    Ok(table)
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
