//! A file that comes in, as sheets of plain cells. What a file is, its content says, never its name:
//! CSV in UTF-8, UTF-16 or GB 18030, an XLSX, an XLS of Excel 97 to 2003, and the two things that other
//! programs write and call `.xls`: an HTML table and SpreadsheetML.
//!
//! Every sheet that has the header is read, whatever stands above the header; the others are named.

use serde::Serialize;

use super::cell::{Cell, Epoch};
use super::columns::Column;
use super::{NEEDED, csv, markup, xls, xlsx};
use crate::index::{Free, Meter};
use crate::model::Localized;

/// The most rows of one file. A year of a busy district has 70,000 cases; more comes in parts.
pub const MOST_ROWS: usize = 20_000;
/// The most columns.
pub const MOST_COLUMNS: usize = 200;
/// The most bytes of text in all cells: one long text may stand in every cell and take no room in the
/// file.
const MOST_TEXT: usize = 64 << 20;
/// The most that an XLSX may unpack to: `MOST_ROWS` rows take a tenth of it.
pub(super) const MOST_UNPACKED: u64 = 256 << 20;
/// The most sheets of one file.
pub(super) const MOST_SHEETS: usize = 256;
/// The header is looked for within so many rows that are not empty.
const HEADER_WITHIN: usize = 20;

/// Why a file is no sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not CSV.
    #[error("line {line} is not CSV: {problem}")]
    Csv {
        /// The line.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A quote is opened and not closed.
    #[error(
        "line {line} opens a quote that is not closed: expected a second quote (\") at the end of that cell, before the next separator or the end of the line; a quote within a quoted text is written twice (\"\")"
    )]
    Quote {
        /// The line.
        line: u64,
    },
    /// It is in an encoding that is not taken.
    #[error("this text is neither UTF-8, UTF-16 nor GB 18030; save it as \"CSV UTF-8\" or XLSX")]
    Encoding,
    /// It is a damaged XLSX.
    #[error("this XLSX file is damaged: {0}; open it in a spreadsheet program and save it again")]
    Xlsx(String),
    /// It is a damaged XLS.
    #[error("this XLS file is damaged: {0}; open it in a spreadsheet program and save it as .xlsx")]
    Xls(String),
    /// It is damaged HTML or SpreadsheetML.
    #[error("this {0} cannot be read: {1}; open it in a spreadsheet program and save it as .xlsx")]
    Markup(&'static str, String),
    /// It is some other kind of file.
    #[error("this is {0}, not a sheet; save it as .xlsx or as CSV")]
    Other(&'static str),
    /// It has more than is taken at once.
    #[error("a file has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns; bring it in parts")]
    TooBig,
    /// It is small, and unpacks to more than any sheet.
    #[error("this file unpacks to more than {} MB, and no sheet does; bring it in parts", MOST_UNPACKED >> 20)]
    Bomb,
    /// It has no row at all.
    #[error("the file is empty: expected a row with headers")]
    Empty,
    /// Nobody waits for it any more.
    #[error("reading the file was stopped")]
    Stopped,
}

/// A file: its sheets, and what of it is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// The sheets that are read.
    pub sheets: Vec<Sheet>,
    /// The sheets that are not.
    pub skipped: Vec<Skipped>,
}

/// A sheet: headers, and rows with their numbers as the sheet counts them, from 1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// What it is called in its workbook; CSV has no name.
    pub name: Option<String>,
    /// The number of the row with the headers.
    pub header_row: u32,
    /// The headers.
    pub headers: Vec<String>,
    /// The rows below, without empty ones.
    pub rows: Vec<(u32, Vec<Cell>)>,
    /// How its numbers are dates.
    pub epoch: Epoch,
}

/// A sheet that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SkippedSheet)]
pub struct Skipped {
    /// What it is called.
    pub sheet: String,
    /// How many rows it has that are not empty.
    pub rows: usize,
    /// Why it is left out.
    pub why: String,
    /// The same in Chinese.
    pub why_zh: String,
}

/// A sheet of a file as it stands there.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub name: Option<String>,
    pub hidden: bool,
    pub epoch: Epoch,
    pub rows: Vec<Vec<Cell>>,
    /// The cells that stand for several.
    pub merged: Vec<Merged>,
    /// Cells that stand for several columns: row, first column, and how many.
    pub wide: Vec<(usize, usize, usize)>,
}

/// A cell that stands for a block of cells, of which it is the first. Counted from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merged {
    pub row: usize,
    pub column: usize,
    pub down: usize,
    pub across: usize,
}

/// What is left of the room that one file may take, and whether anybody waits for it.
pub(super) struct Room<'a> {
    cells: usize,
    text: usize,
    is_wanted: &'a dyn Fn() -> bool,
}

impl Default for Room<'_> {
    fn default() -> Self {
        Self::while_wanted(&|| true)
    }
}

impl<'a> Room<'a> {
    fn while_wanted(is_wanted: &'a dyn Fn() -> bool) -> Self {
        Self {
            cells: MOST_ROWS * MOST_COLUMNS,
            text: MOST_TEXT,
            is_wanted,
        }
    }

    /// Takes room for so many cells and so many bytes of text.
    fn take(&mut self, cells: usize, text: usize) -> Result<(), ReadError> {
        self.cells = self.cells.checked_sub(cells).ok_or(ReadError::TooBig)?;
        self.text = self.text.checked_sub(text).ok_or(ReadError::Bomb)?;
        Ok(())
    }

    /// Whether to go on.
    pub fn check_wanted(&self) -> Result<(), ReadError> {
        match (self.is_wanted)() {
            true => Ok(()),
            false => Err(ReadError::Stopped),
        }
    }
}

impl Table {
    /// Puts a cell at its place, counted from 0.
    pub fn put(
        &mut self,
        room: &mut Room<'_>,
        row: usize,
        column: usize,
        cell: Cell,
    ) -> Result<(), ReadError> {
        room.check_wanted()?;
        if cell == Cell::Empty {
            return Ok(());
        }
        if row > MOST_ROWS || column >= MOST_COLUMNS {
            return Err(ReadError::TooBig);
        }
        room.take(0, cell.bytes())?;
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let Some(line) = self.rows.get_mut(row) else {
            return Err(ReadError::TooBig);
        };
        if line.len() <= column {
            room.take(column + 1 - line.len(), 0)?;
            line.resize(column + 1, Cell::Empty);
        }
        if let Some(place) = line.get_mut(column) {
            *place = cell;
        }
        Ok(())
    }

    /// Writes merged cells into every row that they stand for, unless the row has nothing else. For each
    /// row a merged cell costs as much room as a cell, so that a file with many of them is refused.
    pub fn spread(&mut self, room: &mut Room<'_>) -> Result<(), ReadError> {
        let is_filled = |cells: &Vec<Cell>| cells.iter().any(|c| *c != Cell::Empty);
        let filled: Vec<bool> = self.rows.iter().map(is_filled).collect();
        for Merged {
            row: first,
            column,
            down,
            across,
        } in std::mem::take(&mut self.merged)
        {
            let cell = match self.at(first, column) {
                Cell::Empty => continue,
                cell => cell.clone(),
            };
            let end = first.saturating_add(down).min(filled.len());
            for row in first..end {
                room.take(1, 0)?;
                let is_alone = !filled.get(row).copied().unwrap_or(false);
                if is_alone || (row > first && *self.at(row, column) != Cell::Empty) {
                    continue;
                }
                if row > first {
                    self.put(room, row, column, cell.clone())?;
                }
                if across > 1 {
                    let across = across.min(MOST_COLUMNS);
                    room.take(across, across * cell.bytes())?;
                    self.wide.push((row, column, across));
                }
            }
        }
        Ok(())
    }

    fn at(&self, row: usize, column: usize) -> &Cell {
        let cell = self.rows.get(row).and_then(|cells| cells.get(column));
        cell.unwrap_or(&Cell::Empty)
    }

    /// Writes cells that stand for several columns into those of them that have a header of their own.
    fn widen(&mut self, header: usize) {
        let head = self.rows.get(header).cloned().unwrap_or_default();
        for (row, first, across) in std::mem::take(&mut self.wide) {
            let cell = self.at(row, first).clone();
            let Some(cells) = self.rows.get_mut(row).filter(|_| row > header) else {
                continue;
            };
            for column in first + 1..first + across {
                if head.get(column).is_none_or(|h| *h == Cell::Empty) {
                    continue;
                }
                if cells.len() <= column {
                    cells.resize(column + 1, Cell::Empty);
                }
                if cells[column] == Cell::Empty {
                    cells[column] = cell.clone();
                }
            }
        }
    }

    /// The rows that are not empty, with their places counted from 0.
    fn filled(&self) -> impl Iterator<Item = (usize, &Vec<Cell>)> {
        let filled = |cells: &Vec<Cell>| cells.iter().any(|c| *c != Cell::Empty);
        self.rows.iter().enumerate().filter(move |(_, c)| filled(c))
    }

    /// The row that has all needed headers.
    fn header(&self) -> Option<usize> {
        self.filled()
            .take(HEADER_WITHIN)
            .find(|(_, cells)| has_needed(cells))
            .map(|(row, _)| row)
    }

    /// The row that comes nearest to a header, for an error that says what is missing.
    fn likely_header(&self) -> Option<(usize, usize)> {
        self.filled()
            .take(HEADER_WITHIN)
            .map(|(row, cells)| (known_headers(cells), row))
            .max_by_key(|(known, row)| (*known, std::cmp::Reverse(*row)))
            .map(|(known, row)| (row, known))
    }

    fn sheet(mut self, header: usize) -> Sheet {
        self.widen(header);
        let number = |row: usize| u32::try_from(row + 1).unwrap_or(u32::MAX);
        let mut rows = self.rows.into_iter().enumerate().skip(header);
        let head = rows.next().map(|(_, cells)| cells).unwrap_or_default();
        let filled = |cells: &Vec<Cell>| cells.iter().any(|c| *c != Cell::Empty);
        Sheet {
            name: self.name,
            header_row: number(header),
            headers: head.iter().map(Cell::text).collect(),
            rows: rows
                // Pages that were printed repeat the header.
                .filter(|(_, cells)| filled(cells) && *cells != head)
                .map(|(row, cells)| (number(row), cells))
                .collect(),
            epoch: self.epoch,
        }
    }

    fn skipped(&self, why: Localized) -> Skipped {
        Skipped {
            sheet: self.name.clone().unwrap_or_default(),
            rows: self.filled().count(),
            why: why.en,
            why_zh: why.zh,
        }
    }
}

fn headers(cells: &[Cell]) -> impl Iterator<Item = &'static Column> {
    cells.iter().filter_map(|cell| match cell {
        Cell::Text(text) => Column::find(text),
        _ => None,
    })
}

fn has_needed(cells: &[Cell]) -> bool {
    NEEDED
        .iter()
        .all(|needed| headers(cells).any(|c| c.name == *needed))
}

/// How many cells of a row are headers that the ledger knows.
pub(super) fn known_headers(cells: &[Cell]) -> usize {
    headers(cells).count()
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Xlsx,
    Xls,
    Html,
    SpreadsheetMl,
    Text,
}

fn kind_of(bytes: &[u8]) -> Result<Kind, ReadError> {
    let start = bytes.get(..4096).unwrap_or(bytes);
    let blank = |b: &&u8| b.is_ascii_whitespace() || **b == 0;
    // UTF-16 has a zero in every second byte of plain ASCII.
    let text: Vec<u8> = start
        .strip_prefix(b"\xef\xbb\xbf")
        .or_else(|| start.strip_prefix(b"\xff\xfe"))
        .or_else(|| start.strip_prefix(b"\xfe\xff"))
        .unwrap_or(start)
        .iter()
        .skip_while(blank)
        .filter(|b| **b != 0)
        .map(u8::to_ascii_lowercase)
        .collect();
    let has = |part: &[u8]| text.windows(part.len()).any(|w| w == part);
    Ok(match start {
        [b'P', b'K', 3, 4, ..] => Kind::Xlsx,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Kind::Xls,
        [b'%', b'P', b'D', b'F', ..] => return Err(ReadError::Other("a PDF")),
        [0x1f, 0x8b, ..] => return Err(ReadError::Other("a file compressed with gzip")),
        [b'R', b'a', b'r', b'!', ..] => return Err(ReadError::Other("a RAR archive")),
        [0x37, 0x7a, 0xbc, 0xaf, ..] => return Err(ReadError::Other("a 7z archive")),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => {
            return Err(ReadError::Other("a picture"));
        }
        // BIFF2 to BIFF4: a stream without a container.
        [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, ..] => {
            return Err(ReadError::Other("a workbook of Excel 2 to 4"));
        }
        _ if text.starts_with(b"<") => {
            if has(b"urn:schemas-microsoft-com:office:spreadsheet") && !has(b"<html") {
                Kind::SpreadsheetMl
            } else if has(b"<html") || has(b"<table") || has(b"<!doctype html") || has(b"<meta") {
                Kind::Html
            } else {
                return Err(ReadError::Other("an XML file"));
            }
        }
        _ if text.starts_with(b"{") || text.starts_with(b"[") => {
            return Err(ReadError::Other("JSON"));
        }
        _ => Kind::Text,
    })
}

/// Reads a file, whatever it is called.
///
/// # Errors
/// When it is no sheet, is damaged, or takes more room than a sheet may.
pub fn read(bytes: &[u8]) -> Result<Book, ReadError> {
    read_metered(bytes, &Free)
}

/// The same, for as long as the meter lets it.
///
/// # Errors
/// As [`read`], and [`ReadError::Stopped`].
pub fn read_metered(bytes: &[u8], meter: &impl Meter) -> Result<Book, ReadError> {
    let is_wanted = || meter.see(1).is_ok();
    let room = &mut Room::while_wanted(&is_wanted);
    let tables = match kind_of(bytes)? {
        Kind::Xlsx => xlsx::tables(bytes, room)?,
        Kind::Xls => xls::tables(bytes, room)?,
        Kind::Html => markup::html(bytes, room)?,
        Kind::SpreadsheetMl => markup::spreadsheet_ml(bytes, room)?,
        Kind::Text => vec![csv::table(bytes, room)?],
    };
    book(tables)
}

/// Whether a file that begins so may be a ledger: a workbook, or text with the ledger's headers.
pub fn is_likely(head: &[u8]) -> bool {
    match kind_of(head) {
        Ok(Kind::Text) => csv::head(whole_lines(head))
            .is_ok_and(|table| table.likely_header().is_some_and(|(_, known)| known >= 2)),
        Ok(Kind::Xlsx) => head.windows(3).any(|w| w == b"xl/"),
        Ok(_) => true,
        Err(_) => false,
    }
}

/// The lines that are there to their end. In UTF-16 a character has two bytes, and so has the end of a line.
fn whole_lines(head: &[u8]) -> &[u8] {
    let end = match head {
        [0xff, 0xfe, ..] => head.chunks_exact(2).rposition(|pair| pair == [b'\n', 0]),
        [0xfe, 0xff, ..] => head.chunks_exact(2).rposition(|pair| pair == [0, b'\n']),
        _ => None,
    };
    let end = match end {
        Some(pairs) => 2 * pairs,
        None => head.iter().rposition(|b| *b == b'\n').unwrap_or(head.len()),
    };
    head.get(..end).unwrap_or(head)
}

/// Text in whichever encoding sheets come in.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, ReadError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // UTF-16, as spreadsheets save "Unicode text", is known by its first bytes.
        Err(_) => match encoding_rs::GB18030.decode(bytes) {
            (text, _, false) => text.into_owned(),
            _ => return Err(ReadError::Encoding),
        },
    };
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

fn book(tables: Vec<Table>) -> Result<Book, ReadError> {
    let with_header: Vec<(usize, usize, bool)> = tables
        .iter()
        .enumerate()
        .filter_map(|(i, t)| Some((i, t.header()?, t.hidden)))
        .collect();
    // A hidden sheet is read only where no visible one has the header.
    let any_visible = with_header.iter().any(|(_, _, hidden)| !hidden);
    let mut chosen: Vec<(usize, usize)> = with_header
        .iter()
        .filter(|(_, _, hidden)| !(any_visible && *hidden))
        .map(|(i, header, _)| (*i, *header))
        .collect();
    if chosen.is_empty() {
        let likely = tables
            .iter()
            .enumerate()
            .filter_map(|(i, t)| Some((i, t.likely_header()?, t.hidden)))
            .max_by_key(|(i, (_, known), hidden)| (!hidden, *known, std::cmp::Reverse(*i)));
        let (i, (row, _), _) = likely.ok_or(ReadError::Empty)?;
        chosen.push((i, row));
    }
    let mut sheets = Vec::new();
    let mut skipped = Vec::new();
    for (i, table) in tables.into_iter().enumerate() {
        if let Some((_, header)) = chosen.iter().find(|(index, _)| *index == i) {
            sheets.push(table.sheet(*header));
        } else if table.filled().next().is_none() {
            skipped.push(table.skipped(Localized::new("空表", "it is empty")));
        } else if table.hidden {
            skipped.push(table.skipped(Localized::new("已隐藏", "it is hidden")));
        } else {
            let needed: Vec<_> = NEEDED.iter().filter_map(|n| Column::find(n)).collect();
            let zh: Vec<_> = needed.iter().map(|c| c.zh).collect();
            let en: Vec<_> = needed.iter().map(|c| c.en).collect();
            skipped.push(table.skipped(Localized::new(
                format!("没有带“{}”的表头", zh.join("”和“")),
                format!("no row has the headers {}", en.join(" and ")),
            )));
        }
    }
    if sheets.iter().map(|s| s.rows.len()).sum::<usize>() > MOST_ROWS {
        return Err(ReadError::TooBig);
    }
    Ok(Book { sheets, skipped })
}

#[cfg(test)]
mod tests;
