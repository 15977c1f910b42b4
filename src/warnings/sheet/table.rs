//! A sheet of a file as plain cells, how much of it is taken, and which of its rows is the header.

use serde::Serialize;

use super::NEEDED;
use super::cell::{Cell, Epoch};
use super::columns::Column;
use crate::model::{InChinese, Localized};

/// The most rows of one file. A larger ledger is imported in parts: a busy district has 70,000 cases a year.
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
    /// A line is not valid CSV.
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
    /// The text is in an unsupported encoding.
    #[error("this text is neither UTF-8, UTF-16 nor GB 18030; save it as \"CSV UTF-8\" or XLSX")]
    Encoding,
    /// The file is a damaged XLSX.
    #[error("this XLSX file is damaged: {0}; open it in a spreadsheet program and save it again")]
    Xlsx(String),
    /// The file is a damaged XLS.
    #[error("this XLS file is damaged: {0}; open it in a spreadsheet program and save it as .xlsx")]
    Xls(String),
    /// The file is damaged HTML or SpreadsheetML.
    #[error("this {0} cannot be read: {1}; open it in a spreadsheet program and save it as .xlsx")]
    Markup(&'static str, String),
    /// The file is of another kind.
    #[error("this is {0}, not a sheet; save it as .xlsx or as CSV")]
    Other(&'static str),
    /// The file has too many rows or columns.
    #[error("a file has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns: split the file")]
    TooBig,
    /// The file unpacks to more bytes than allowed.
    #[error("this file unpacks to more than {} MB: split the file", MOST_UNPACKED >> 20)]
    Bomb,
    /// The file has no rows.
    #[error("the file is empty: expected a row with headers")]
    Empty,
    /// The client has gone.
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
            Self::Xls(why) => format!("XLS 文件已损坏，请用表格软件打开后另存为 .xlsx（{why}）"),
            Self::Markup(kind, why) => {
                format!("文件无法读取，请用表格软件打开后另存为 .xlsx（{kind}: {why}）")
            }
            Self::Other(kind) => format!("该文件不是表格，请另存为 .xlsx 或 CSV（{kind}）"),
            Self::TooBig => {
                format!("单个文件最多{MOST_ROWS}行、{MOST_COLUMNS}列，请分批导入")
            }
            Self::Bomb => format!("文件解压后超过 {} MB，请分批导入", MOST_UNPACKED >> 20),
            Self::Empty => "文件是空的，应有一行表头".to_owned(),
            Self::Stopped => "文件读取已中止".to_owned(),
        }
    }
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
    /// The merged cells.
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
    pub(super) fn while_wanted(is_wanted: &'a dyn Fn() -> bool) -> Self {
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
    pub fn filled(&self) -> impl Iterator<Item = (usize, &Vec<Cell>)> {
        let filled = |cells: &Vec<Cell>| cells.iter().any(|c| *c != Cell::Empty);
        self.rows.iter().enumerate().filter(move |(_, c)| filled(c))
    }

    /// The row that has all needed headers.
    pub fn header(&self) -> Option<usize> {
        self.filled()
            .take(HEADER_WITHIN)
            .find(|(_, cells)| has_needed(cells))
            .map(|(row, _)| row)
    }

    /// The row that comes nearest to a header, for an error that says what is missing.
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
                // Pages that were printed repeat the header.
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

/// How many cells of a row are headers that the ledger knows.
pub(super) fn known_headers(cells: &[Cell]) -> usize {
    headers(cells).count()
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
