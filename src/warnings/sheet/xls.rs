//! Reads the cells of XLS worksheets of Excel 97 to 2003 (BIFF8, [MS-XLS]). This is implemented
//! here and not by a library, because a file from outside may declare any size and memory must stay
//! limited.

use super::cell::{Cell, Epoch};
use super::cfb::Compound;
use super::table::{MOST_SHEETS, Merged, ReadError, Room, Table};
use crate::model::{Localized, both};

// The record types that are used.
const FORMULA: u16 = 0x0006;
const EOF: u16 = 0x000a;
const DATE_MODE: u16 = 0x0022;
const FILE_PASS: u16 = 0x002f;
const CONTINUE: u16 = 0x003c;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00bd;
const R_STRING: u16 = 0x00d6;
const XF: u16 = 0x00e0;
const SST: u16 = 0x00fc;
const LABEL_SST: u16 = 0x00fd;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const RK: u16 = 0x027e;
const MERGED_CELLS: u16 = 0x00e5;
const FORMAT: u16 = 0x041e;
const BOF: u16 = 0x0809;
const BIFF8: u16 = 0x0600;

/// Reads every worksheet.
pub(super) fn tables(bytes: &[u8], room: &mut Room<'_>) -> Result<Vec<Table>, ReadError> {
    let file = Compound::open(bytes)
        .ok_or_else(|| wrong(both!("无法读取文件结构", "its container cannot be read")))?;
    if file.has("EncryptedPackage") {
        return Err(ReadError::Other(both!(
            "加密的工作簿（请先取消密码）",
            "a workbook with a password (remove the password first)"
        )));
    }
    if file.has("WordDocument") {
        return Err(ReadError::Other(both!("Word 文档", "a Word document")));
    }
    let stream = match file.stream("Workbook") {
        Some(stream) => stream,
        None if file.has("Book") => {
            return Err(ReadError::Other(both!(
                "Excel 5 或 95 版工作簿",
                "a workbook of Excel 5 or 95"
            )));
        }
        None => return Err(wrong(both!("其中没有工作簿", "it has no workbook"))),
    };
    let book = Globals::read(&stream)?;
    if book.sheets.len() > MOST_SHEETS {
        return Err(ReadError::TooBig);
    }
    book.sheets
        .iter()
        .map(|sheet| book.table(&stream, sheet, room))
        .collect()
}

fn wrong(what: Localized) -> ReadError {
    ReadError::Xls(what)
}

/// A record together with the records that continue it.
struct Record<'a> {
    kind: u16,
    data: &'a [u8],
    more: Vec<&'a [u8]>,
}

struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    fn peek(&self) -> Option<(u16, &'a [u8], &'a [u8])> {
        let kind = u16_at(self.rest, 0)?;
        let end = 4 + usize::from(u16_at(self.rest, 2)?);
        Some((kind, self.rest.get(4..end)?, self.rest.get(end..)?))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, data, rest) = self.peek()?;
        self.rest = rest;
        let mut more = Vec::new();
        while let Some((CONTINUE, data, rest)) = self.peek() {
            more.push(data);
            self.rest = rest;
        }
        Some(Record { kind, data, more })
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(four.try_into().ok()?))
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    Some(f64::from_le_bytes(eight.try_into().ok()?))
}

/// Reads a record and the records that continue it as one text. If a string continues in the next record,
/// that record begins with a byte that says whether its characters have one byte or two.
struct Cursor<'a> {
    parts: Vec<&'a [u8]>,
    part: usize,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(record: &Record<'a>, from: usize) -> Self {
        let mut parts = vec![record.data.get(from..).unwrap_or_default()];
        parts.extend(&record.more);
        Self {
            parts,
            part: 0,
            at: 0,
        }
    }

    /// Moves to the next record if this one is read to its end; returns whether it moved.
    fn turn(&mut self) -> bool {
        let mut turned = false;
        while self.part + 1 < self.parts.len()
            && self
                .parts
                .get(self.part)
                .is_some_and(|p| self.at >= p.len())
        {
            self.part += 1;
            self.at = 0;
            turned = true;
        }
        turned
    }

    fn byte(&mut self) -> Option<u8> {
        self.turn();
        let byte = *self.parts.get(self.part)?.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = [self.byte()?, self.byte()?, self.byte()?, self.byte()?];
        Some(u32::from_le_bytes(bytes))
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            self.turn();
            let left = self.parts.get(self.part)?.len().checked_sub(self.at)?;
            if left == 0 {
                return None;
            }
            let step = left.min(bytes);
            self.at += step;
            bytes -= step;
        }
        Some(())
    }

    /// Reads a string whose length has been read already.
    fn string(&mut self, length: usize) -> Option<String> {
        let flags = self.byte()?;
        let mut wide = flags & 1 != 0;
        let runs = if flags & 8 != 0 { self.u16()? } else { 0 };
        let extra = if flags & 4 != 0 { self.u32()? } else { 0 };
        let mut units = Vec::new();
        for _ in 0..length {
            if self.turn() {
                wide = self.byte()? & 1 != 0;
            }
            let low = self.byte()?;
            let high = if wide { self.byte()? } else { 0 };
            units.push(u16::from_le_bytes([low, high]));
        }
        self.skip(usize::from(runs) * 4 + usize::try_from(extra).ok()?)?;
        Some(String::from_utf16_lossy(&units))
    }
}

struct SheetPlace {
    name: String,
    at: usize,
    hidden: bool,
    /// Whether the sheet has cells; charts and macros have none.
    has_cells: bool,
}

/// The data of the whole workbook.
#[derive(Default)]
struct Globals {
    sheets: Vec<SheetPlace>,
    strings: Vec<String>,
    /// For each cell format (XF), whether it shows a date.
    dates: Vec<bool>,
    epoch: Epoch,
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, ReadError> {
        let mut book = Self::default();
        let mut looks: Vec<u16> = Vec::new();
        let mut formats: std::collections::HashMap<u16, bool> = std::collections::HashMap::new();
        let mut begun = false;
        for record in (Records { rest: stream }) {
            match record.kind {
                BOF if !begun => {
                    begun = true;
                    if u16_at(record.data, 0) != Some(BIFF8) {
                        return Err(ReadError::Other(both!(
                            "Excel 5 或 95 版工作簿",
                            "a workbook of Excel 5 or 95"
                        )));
                    }
                }
                FILE_PASS => {
                    return Err(ReadError::Other(both!(
                        "加密的工作簿（请先取消密码）",
                        "a workbook with a password (remove the password first)"
                    )));
                }
                DATE_MODE if u16_at(record.data, 0) == Some(1) => book.epoch = Epoch::Year1904,
                BOUND_SHEET => {
                    let sheet = sheet_place(&record).ok_or_else(|| {
                        wrong(both!("工作表列表有误", "its list of sheets is invalid"))
                    })?;
                    book.sheets.push(sheet);
                }
                FORMAT => {
                    let mut text = Cursor::new(&record, 2);
                    let format = text.u16().and_then(|n| text.string(usize::from(n)));
                    if let (Some(number), Some(format)) = (u16_at(record.data, 0), format) {
                        formats.insert(number, is_date_format(&format));
                    }
                }
                XF => looks.push(u16_at(record.data, 2).unwrap_or(0)),
                SST => {
                    book.strings = strings(&record).ok_or_else(|| {
                        wrong(both!(
                            "无法读取文本列表",
                            "its list of texts cannot be read"
                        ))
                    })?
                }
                EOF => break,
                _ => {}
            }
        }
        if !begun {
            return Err(wrong(both!("缺少首条记录", "its first record is missing")));
        }
        let is_date = |format: &u16| {
            let known = formats.get(format).copied();
            known.unwrap_or(matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58))
        };
        book.dates = looks.iter().map(is_date).collect();
        Ok(book)
    }

    fn table(
        &self,
        stream: &[u8],
        sheet: &SheetPlace,
        room: &mut Room<'_>,
    ) -> Result<Table, ReadError> {
        let mut table = Table {
            name: Some(sheet.name.clone()),
            hidden: sheet.hidden,
            epoch: self.epoch,
            ..Table::default()
        };
        if !sheet.has_cells {
            return Ok(table);
        }
        let damaged = || {
            let name = &sheet.name;
            wrong(both!(
                "工作表“{name}”无法读取",
                "the sheet {name:?} cannot be read"
            ))
        };
        let rest = stream.get(sheet.at..).ok_or_else(damaged)?;
        let mut depth = 0usize;
        // The position of a formula whose text comes in the next record.
        let mut waiting = None;
        for record in (Records { rest }) {
            match record.kind {
                BOF => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                // Charts inside of a sheet contain their own cells.
                _ if depth != 1 => {}
                MUL_RK => {
                    let row = u16_at(record.data, 0).ok_or_else(damaged)?;
                    let first = usize::from(u16_at(record.data, 2).ok_or_else(damaged)?);
                    let body = record.data.get(4..record.data.len().saturating_sub(2));
                    for (six, column) in body.unwrap_or_default().chunks_exact(6).zip(first..) {
                        let (Some(look), Some(rk)) = (u16_at(six, 0), u32_at(six, 2)) else {
                            continue;
                        };
                        let cell = self.number(look, rk_number(rk));
                        table.put(room, usize::from(row), column, cell)?;
                    }
                }
                STRING => {
                    if let Some((row, column)) = waiting.take() {
                        let mut text = Cursor::new(&record, 0);
                        let text = text.u16().and_then(|n| text.string(usize::from(n)));
                        let cell = Cell::of_text(&text.ok_or_else(damaged)?);
                        table.put(room, row, column, cell)?;
                    }
                }
                FORMULA | NUMBER | RK | LABEL_SST | LABEL | R_STRING | BOOL_ERR => {
                    let at = |i| u16_at(record.data, i).map(usize::from);
                    let (Some(row), Some(column)) = (at(0), at(2)) else {
                        return Err(damaged());
                    };
                    match self.cell(&record).ok_or_else(damaged)? {
                        Some(cell) => table.put(room, row, column, cell)?,
                        None => waiting = Some((row, column)),
                    }
                }
                MERGED_CELLS => {
                    // After the count: first and last row, first and last column of each block.
                    for eight in record.data.get(2..).unwrap_or_default().chunks_exact(8) {
                        let at = |i| u16_at(eight, i).map_or(0, usize::from);
                        let size = |from: usize, to: usize| to.saturating_sub(from) + 1;
                        table.merged.push(Merged {
                            row: at(0),
                            column: at(4),
                            down: size(at(0), at(2)),
                            across: size(at(4), at(6)),
                        });
                    }
                }
                _ => {}
            }
        }
        table.spread(room)?;
        Ok(table)
    }

    fn number(&self, look: u16, number: f64) -> Cell {
        if !number.is_finite() {
            return Cell::Empty;
        }
        let is_date = self.dates.get(usize::from(look)).copied().unwrap_or(false);
        let moment = is_date.then(|| self.epoch.moment(number)).flatten();
        moment.map_or(Cell::Number(number), Cell::Moment)
    }

    /// Reads the value of a cell record; `None` if the record is damaged. The inner `None` stands for a
    /// formula whose text is in the next record.
    fn cell(&self, record: &Record<'_>) -> Option<Option<Cell>> {
        let data = record.data;
        let look = u16_at(data, 4)?;
        Some(Some(match record.kind {
            NUMBER => self.number(look, f64_at(data, 6)?),
            RK => self.number(look, rk_number(u32_at(data, 6)?)),
            LABEL_SST => {
                let text = self.strings.get(usize::try_from(u32_at(data, 6)?).ok()?)?;
                Cell::of_text(text)
            }
            LABEL | R_STRING => {
                let mut text = Cursor::new(record, 6);
                let length = text.u16()?;
                Cell::of_text(&text.string(usize::from(length))?)
            }
            BOOL_ERR => flag_or_error(*data.get(6)?, *data.get(7)? != 0),
            _ => match (data.get(6)?, data.get(8)?, u16_at(data, 12)?) {
                (0, _, 0xffff) => return Some(None),
                (1, flag, 0xffff) => flag_or_error(*flag, false),
                (2, error, 0xffff) => flag_or_error(*error, true),
                (_, _, 0xffff) => Cell::Empty,
                _ => self.number(look, f64_at(data, 6)?),
            },
        }))
    }
}

fn sheet_place(record: &Record<'_>) -> Option<SheetPlace> {
    let mut name = Cursor::new(record, 6);
    let length = usize::from(name.byte()?);
    Some(SheetPlace {
        name: name.string(length)?,
        at: usize::try_from(u32_at(record.data, 0)?).ok()?,
        hidden: record.data.get(4)? & 3 != 0,
        has_cells: *record.data.get(5)? == 0,
    })
}

fn strings(record: &Record<'_>) -> Option<Vec<String>> {
    let count = u32_at(record.data, 4)?;
    let mut cursor = Cursor::new(record, 8);
    let mut all = Vec::new();
    for _ in 0..count {
        let length = cursor.u16()?;
        all.push(cursor.string(usize::from(length))?);
    }
    Some(all)
}

fn rk_number(rk: u32) -> f64 {
    let number = if rk & 2 != 0 {
        f64::from(rk.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(rk & !3) << 32)
    };
    if rk & 1 != 0 { number / 100.0 } else { number }
}

fn flag_or_error(value: u8, is_error: bool) -> Cell {
    let text = match (is_error, value) {
        (false, 0) => "no",
        (false, _) => "yes",
        (true, 0x00) => "#NULL!",
        (true, 0x07) => "#DIV/0!",
        (true, 0x0f) => "#VALUE!",
        (true, 0x17) => "#REF!",
        (true, 0x1d) => "#NAME?",
        (true, 0x24) => "#NUM!",
        (true, _) => "#N/A",
    };
    Cell::Text(text.to_owned())
}

/// Whether a number format shows a date: it contains a date letter outside of quotation marks and
/// brackets.
fn is_date_format(format: &str) -> bool {
    let mut chars = format.chars();
    let (mut quoted, mut bracketed) = (false, false);
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' => bracketed = true,
            ']' => bracketed = false,
            _ if bracketed => {}
            '\\' | '_' | '*' => {
                chars.next();
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests;
