//! Reads a file as sheets of plain cells. The format is detected from the content, not from the file name:
//! CSV in UTF-8, UTF-16 or GB 18030, XLSX, XLS of Excel 97 to 2003, and two formats that other
//! programs name `.xls`: HTML tables and SpreadsheetML.
//!
//! Every sheet with a known header is read; rows above the header are skipped. Other sheets are
//! reported as skipped.

use super::columns::Column;
use super::table::{Room, Table};
use super::{NEEDED, csv, markup, xls, xlsx};
use crate::index::{Free, Meter};
use crate::model::{Localized, both};

pub use super::table::{MOST_COLUMNS, MOST_ROWS, ReadError, Sheet, Skipped};

/// The content of a file: the sheets that were read, and those that were not.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// The sheets that were read.
    pub sheets: Vec<Sheet>,
    /// The sheets that were not read.
    pub skipped: Vec<Skipped>,
}

/// The format of a file.
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
    // The zero bytes are dropped, because in UTF-16 every second byte of ASCII text is zero.
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
        [b'%', b'P', b'D', b'F', ..] => return Err(ReadError::Other(both!("PDF 文件", "a PDF"))),
        [0x1f, 0x8b, ..] => {
            return Err(ReadError::Other(both!(
                "gzip 压缩文件",
                "a file compressed with gzip"
            )));
        }
        [b'R', b'a', b'r', b'!', ..] => {
            return Err(ReadError::Other(both!("RAR 压缩包", "a RAR archive")));
        }
        [0x37, 0x7a, 0xbc, 0xaf, ..] => {
            return Err(ReadError::Other(both!("7z 压缩包", "a 7z archive")));
        }
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => {
            return Err(ReadError::Other(both!("图片", "a picture")));
        }
        // BIFF2 to BIFF4 are streams without a container.
        [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, ..] => {
            return Err(ReadError::Other(both!(
                "Excel 2 至 4 版工作簿",
                "a workbook of Excel 2 to 4"
            )));
        }
        _ if text.starts_with(b"<") => {
            if has(b"urn:schemas-microsoft-com:office:spreadsheet") && !has(b"<html") {
                Kind::SpreadsheetMl
            } else if has(b"<html") || has(b"<table") || has(b"<!doctype html") || has(b"<meta") {
                Kind::Html
            } else {
                return Err(ReadError::Other(both!("XML 文件", "an XML file")));
            }
        }
        _ if text.starts_with(b"{") || text.starts_with(b"[") => {
            return Err(ReadError::Other(both!("JSON 文件", "JSON")));
        }
        _ => Kind::Text,
    })
}

/// Reads a file. The format is detected from the content, not from the file name.
///
/// # Errors
/// If the file is not a sheet, is damaged, or exceeds a limit.
pub fn read(bytes: &[u8]) -> Result<Book, ReadError> {
    read_metered(bytes, &Free)
}

/// Like [`read`], with a meter that can stop the work.
///
/// # Errors
/// The errors of [`read`], and [`ReadError::Stopped`] if the meter stops the work.
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

/// Whether a file with this beginning may be a ledger: a workbook, an HTML table, or text with at
/// least two known headers in one row.
pub fn is_likely(head: &[u8]) -> bool {
    match kind_of(head) {
        Ok(Kind::Text) => csv::head(whole_lines(head))
            .is_ok_and(|table| table.likely_header().is_some_and(|(_, known)| known >= 2)),
        Ok(Kind::Xlsx) => head.windows(3).any(|w| w == b"xl/"),
        Ok(_) => true,
        Err(_) => false,
    }
}

/// The beginning of a file without its last line, which may be cut off. In UTF-16 the end of a line has two
/// bytes.
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

fn book(tables: Vec<Table>) -> Result<Book, ReadError> {
    let with_header: Vec<(usize, usize, bool)> = tables
        .iter()
        .enumerate()
        .filter_map(|(i, t)| Some((i, t.header()?, t.hidden)))
        .collect();
    // A hidden sheet is read only if no visible one has the header.
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
