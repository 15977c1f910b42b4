//! A sheet of a file as plain cells, the limits of its size, and detection of its header row.

use serde::Serialize;

use super::NEEDED;
use super::cell::{Cell, Epoch};
use super::columns::Column;
use crate::model::{InChinese, Localized};

/// The maximum number of rows of one file. A larger ledger is imported in parts: a busy district
/// has 70,000 cases a year.
pub const MOST_ROWS: usize = 20_000;
/// The maximum number of columns.
pub const MOST_COLUMNS: usize = 200;
/// The maximum size of the text in all cells, in bytes: a file can store a long text once and use
/// it in every cell.
const MOST_TEXT: usize = 64 << 20;
/// The maximum size of an unpacked XLSX, in bytes; `MOST_ROWS` rows need a tenth of it.
pub(super) const MOST_UNPACKED: u64 = 256 << 20;
/// The maximum number of sheets of one file.
pub(super) const MOST_SHEETS: usize = 256;
/// The header must be within this number of non-empty rows.
const HEADER_WITHIN: usize = 20;

/// Why a file cannot be read as a sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A line is not valid CSV.
    #[error("line {line} is not CSV: {problem}")]
    Csv {
        /// The number of the line.
        line: u64,
        /// What is wrong with the line.
        problem: String,
    },
    /// A quotation mark is not closed.
    #[error(
        "line {line} has a quotation mark (\") that is not closed: expected a second one at the end of that cell, before the next separator or the end of the line; a quotation mark inside of a quoted text is written twice (\"\")"
    )]
    Quote {
        /// The number of the line.
        line: u64,
    },
    /// The text is in an encoding that is not supported.
    #[error("this text is neither UTF-8, UTF-16 nor GB 18030; save it as \"CSV UTF-8\" or XLSX")]
    Encoding,
    /// The file is a damaged XLSX.
    #[error("this XLSX file is damaged: {0}; open it in a spreadsheet program and save it again")]
    Xlsx(String),
    /// The file is a damaged XLS.
    #[error("this XLS file is damaged: {0}; open it in a spreadsheet program and save it as .xlsx")]
    Xls(Localized),
    /// The file is damaged HTML or SpreadsheetML.
    #[error("{0}; open it in a spreadsheet program and save it as .xlsx")]
    Markup(Localized),
    /// The file is of another kind.
    #[error("this is {0}, not a sheet; save it as .xlsx or as CSV")]
    Other(Localized),
    /// The file has too many rows, columns, cells or sheets.
    #[error(
        "the file has more than {MOST_ROWS} rows, {MOST_COLUMNS} columns or {MOST_SHEETS} sheets: split it"
    )]
    TooBig,
    /// The file unpacks to more bytes, or has more text, than allowed.
    #[error("this file unpacks to more than {} MB, or has more than {} MB of text: split it", MOST_UNPACKED >> 20, MOST_TEXT >> 20)]
    Bomb,
    /// The file has no rows.
    #[error("the file is empty: expected a row with headers")]
    Empty,
    /// The client has disconnected.
    #[error("reading the file was stopped")]
    Stopped,
}

impl InChinese for ReadError {
    fn zh(&self) -> String {
        match self {
            Self::Csv { line, problem } => format!("第{line}行不是有效的 CSV（{problem}）"),
            Self::Quote { line } => format!(
                "第{line}行有未闭合的引号：单元格末尾应有第二个引号（\"）；引号内的引号应写两次（\"\"）"
            ),
            Self::Encoding => {
                "文件编码不是 UTF-8、UTF-16 或 GB 18030，请另存为“CSV UTF-8”或 XLSX".to_owned()
            }
            Self::Xlsx(why) => format!("XLSX 文件已损坏，请用表格软件打开后重新保存（{why}）"),
            Self::Xls(why) => format!("XLS 文件已损坏：{}，请用表格软件打开后另存为 .xlsx", why.zh),
            Self::Markup(why) => format!("{}，请用表格软件打开后另存为 .xlsx", why.zh),
            Self::Other(kind) => format!(
                "该文件是{}，不能作为表格读取，请另存为 .xlsx 或 CSV",
                kind.zh
            ),
            Self::TooBig => {
                format!(
                    "单个文件最多{MOST_ROWS}行、{MOST_COLUMNS}列、{MOST_SHEETS}个工作表，请分批导入"
                )
            }
            Self::Bomb => format!(
                "文件解压后超过 {} MB，或文字超过 {} MB，请分批导入",
                MOST_UNPACKED >> 20,
                MOST_TEXT >> 20
            ),
            Self::Empty => "文件是空的，应有一行表头".to_owned(),
            Self::Stopped => "文件读取已中止".to_owned(),
        }
    }
}

/// A sheet: its headers, and its rows with their numbers as the sheet counts them, from 1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The name of the sheet in its workbook; `None` for CSV.
    pub name: Option<String>,
    /// The number of the header row.
    pub header_row: u32,
    /// The headers.
    pub headers: Vec<String>,
    /// The non-empty rows below the header.
    pub rows: Vec<(u32, Vec<Cell>)>,
    /// The day from which the dates in the sheet are counted.
    pub epoch: Epoch,
}

/// A sheet that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SkippedSheet)]
pub struct Skipped {
    /// The name of the sheet.
    pub sheet: String,
    /// The number of non-empty rows of the sheet.
    pub rows: usize,
    /// Why the sheet was not read, in English.
    pub why: String,
    /// Why the sheet was not read, in Chinese.
    pub why_zh: String,
}

/// A sheet with all its cells as they are in the file.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub name: Option<String>,
    pub hidden: bool,
    pub epoch: Epoch,
    pub rows: Vec<Vec<Cell>>,
    /// The merged cells.
    pub merged: Vec<Merged>,
    /// Cells that span several columns: row, first column, number of columns.
    pub wide: Vec<(usize, usize, usize)>,
}

/// A merged cell: a block of cells, of which the first one has the content. Positions are counted
/// from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merged {
    pub row: usize,
    pub column: usize,
    pub down: usize,
    pub across: usize,
}

/// The remaining memory allowance of one file, and the meter that can stop reading.
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
    pub(super) fn while_wanted(is_wanted: &'a dyn Fn() -> bool) -> Self {
        Self {
            cells: MOST_ROWS * MOST_COLUMNS,
            text: MOST_TEXT,
            is_wanted,
        }
    }

    /// Subtracts a number of cells and of bytes of text from the allowance; an error if it is used up.
    fn take(&mut self, cells: usize, text: usize) -> Result<(), ReadError> {
        self.cells = self.cells.checked_sub(cells).ok_or(ReadError::TooBig)?;
        self.text = self.text.checked_sub(text).ok_or(ReadError::Bomb)?;
        Ok(())
    }

    /// Returns an error if reading was stopped.
    pub fn check_wanted(&self) -> Result<(), ReadError> {
        match (self.is_wanted)() {
            true => Ok(()),
            false => Err(ReadError::Stopped),
        }
    }
}

impl Table {
    /// Writes a cell at a position counted from 0.
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

    /// Copies merged cells into every row that they span, unless the row has no other content. In
    /// each row a merged cell costs as much of the allowance as a cell, so that a file with many of
    /// them is refused.
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

    /// Copies cells that span several columns into those columns that have a header of their own.
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

    /// The non-empty rows with their indices counted from 0.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &Vec<Cell>)> {
        let filled = |cells: &Vec<Cell>| cells.iter().any(|c| *c != Cell::Empty);
        self.rows.iter().enumerate().filter(move |(_, c)| filled(c))
    }

    /// The index of the row that has all required headers; `None` if it is not among the first
    /// `HEADER_WITHIN` non-empty rows.
    pub fn header(&self) -> Option<usize> {
        self.filled()
            .take(HEADER_WITHIN)
            .find(|(_, cells)| has_needed(cells))
            .map(|(row, _)| row)
    }

    /// The index of the row with the most known headers, and their number, for an error that says
    /// what is missing.
    pub fn likely_header(&self) -> Option<(usize, usize)> {
        self.filled()
            .take(HEADER_WITHIN)
            .map(|(row, cells)| (known_headers(cells), row))
            .max_by_key(|(known, row)| (*known, std::cmp::Reverse(*row)))
            .map(|(known, row)| (row, known))
    }

    pub fn sheet(mut self, header: usize) -> Sheet {
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
                // Printed pages repeat the header.
                .filter(|(_, cells)| filled(cells) && *cells != head)
                .map(|(row, cells)| (number(row), cells))
                .collect(),
            epoch: self.epoch,
        }
    }

    pub fn skipped(&self, why: Localized) -> Skipped {
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

/// The number of cells in a row that are headers known to the ledger.
pub(super) fn known_headers(cells: &[Cell]) -> usize {
    headers(cells).count()
}

/// Decodes a text in one of the usual encodings of sheets.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, ReadError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // `decode` also reads UTF-16, which spreadsheets write as "Unicode text": it recognizes the
        // byte order mark.
        Err(_) => match encoding_rs::GB18030.decode(bytes) {
            (text, _, false) => text.into_owned(),
            _ => return Err(ReadError::Encoding),
        },
    };
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
