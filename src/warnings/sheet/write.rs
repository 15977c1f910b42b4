//! Exports the ledger: the cases as rows, with the columns that a role may see.

use geo_types::Coord;
use jiff::Timestamp;
use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};
use serde_json::{Map, Value};

use super::columns::{COLUMNS, Column, Kind, value_name};
use super::{CHINA, Names};
use crate::model::{Language, RoleSet, Schema};

/// Why a sheet could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Writing a row of CSV failed.
    #[error("cannot write CSV: {0}")]
    Csv(#[from] csv::Error),
    /// The rows exceed the size of a worksheet, or the XLSX could not be written.
    #[error("cannot write XLSX: {0}")]
    Xlsx(#[from] XlsxError),
    /// The writer could not return the bytes.
    #[error("cannot write CSV: {0}")]
    Io(#[from] std::io::Error),
}

/// One case with the data that the caller may see.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRow {
    /// The id of the case.
    pub id: String,
    /// The point that stands for the geometry of the case.
    pub place: Option<Coord<f64>>,
    /// The properties that the caller may see.
    pub properties: Map<String, Value>,
}

/// The language and the names used in the export.
#[derive(Debug)]
pub struct Style<'a> {
    /// The language of headers and values.
    pub language: Language,
    /// The names of ids.
    pub names: &'a Names,
    /// The names of the property values, read from the schema of `warnings`.
    pub words: &'a Map<String, Value>,
    /// The schema of the warnings, which decides who may see what.
    pub schema: &'a Schema,
    /// The roles of the caller: columns that they may not see are left out.
    pub roles: RoleSet,
}

#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Moment(Timestamp),
}

impl Style<'_> {
    fn sees(&self, property: &str) -> bool {
        let known = self.schema.properties.get(property);
        known.is_some_and(|p| self.roles.includes(p.role))
    }

    fn columns(&self) -> Vec<&'static Column> {
        COLUMNS
            .iter()
            .filter(|c| c.out && (matches!(c.name, "id" | "lon" | "lat") || self.sees(c.name)))
            .collect()
    }

    fn cell(&self, row: &CaseRow, column: &Column) -> Cell {
        match column.name {
            "id" => return Cell::Text(row.id.clone()),
            "lon" => {
                return row
                    .place
                    .map_or(Cell::Empty, |c| Cell::Number(rounded(c.x)));
            }
            "lat" => {
                return row
                    .place
                    .map_or(Cell::Empty, |c| Cell::Number(rounded(c.y)));
            }
            _ => {}
        }
        match row.properties.get(column.name) {
            None | Some(Value::Null | Value::Bool(false)) => Cell::Empty,
            Some(Value::Number(n)) => n.as_f64().map_or(Cell::Empty, Cell::Number),
            Some(Value::String(text)) => match (column.kind, text.parse::<Timestamp>()) {
                (Kind::Moment, Ok(at)) => Cell::Moment(at),
                _ => Cell::Text(value_name(
                    self.words,
                    self.names,
                    column.name,
                    text,
                    self.language,
                )),
            },
            Some(Value::Bool(true)) => Cell::Text(
                match self.language {
                    Language::Chinese => "是",
                    Language::English => "yes",
                }
                .to_owned(),
            ),
            Some(Value::Object(reason)) => {
                let key = match self.language {
                    Language::Chinese => "zh",
                    Language::English => "en",
                };
                let text = reason.get(key).and_then(Value::as_str);
                text.map_or(Cell::Empty, |t| Cell::Text(t.to_owned()))
            }
            Some(other) => Cell::Text(other.to_string()),
        }
    }
}

/// Rounds degrees to about a tenth of a metre.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

/// A time in a text sheet: China's time zone, whole seconds.
pub fn time(at: Timestamp) -> String {
    CHINA
        .to_datetime(at)
        .strftime("%Y-%m-%dT%H:%M:%S+08:00")
        .to_string()
}

/// Writes CSV with a byte order mark, without which Excel assumes another encoding for Chinese.
/// Rows come one by one, so that they are never all in memory.
///
/// # Errors
/// If a row returns an error or writing fails.
pub fn csv<E: From<WriteError>>(
    rows: impl IntoIterator<Item = Result<CaseRow, E>>,
    style: &Style<'_>,
) -> Result<Vec<u8>, E> {
    let columns = style.columns();
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer
        .write_record(columns.iter().map(|c| c.header(style.language)))
        .map_err(WriteError::Csv)?;
    for row in rows {
        let row = row?;
        let cells = columns.iter().map(|c| match style.cell(&row, c) {
            Cell::Empty => String::new(),
            Cell::Text(text) => harmless(text),
            Cell::Number(n) => n.to_string(),
            Cell::Moment(at) => time(at),
        });
        writer.write_record(cells).map_err(WriteError::Csv)?;
    }
    let written = writer.into_inner();
    Ok(written.map_err(|e| WriteError::Io(e.into_error()))?)
}

/// Writes any table as CSV, with texts guarded as in [`csv`]; used for the history of a case.
pub fn csv_of(header: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, WriteError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.iter().map(|text| harmless(text.clone())))?;
    }
    writer
        .into_inner()
        .map_err(|e| WriteError::Io(e.into_error()))
}

/// Prefixes a text that begins like a formula with an apostrophe, because a spreadsheet would run
/// the formula and anybody can write such a note. [`super::read`] removes the apostrophe.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{text}")
    } else {
        text
    }
}

/// The number of a time in a date cell: days since 30 December 1899, local time in China.
fn serial(at: Timestamp) -> f64 {
    // There are 25,569 days from 30 December 1899 to 1 January 1970.
    let seconds = at.as_second() + i64::from(CHINA.seconds());
    seconds as f64 / 86_400.0 + 25_569.0
}

/// Writes XLSX: texts are never formulas, and times are date cells.
///
/// # Errors
/// If a row returns an error or writing fails.
pub fn xlsx<E: From<WriteError>>(
    rows: impl IntoIterator<Item = Result<CaseRow, E>>,
    style: &Style<'_>,
) -> Result<Vec<u8>, E> {
    let columns = style.columns();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let columns_end = head(sheet, &columns, style).map_err(WriteError::Xlsx)?;
    let mut line: u32 = 0;
    for row in rows {
        line += 1;
        write_row(sheet, line, &row?, &columns, style, &date).map_err(WriteError::Xlsx)?;
    }
    if let Some(last) = columns_end.checked_sub(1) {
        sheet
            .autofilter(0, 0, line, last)
            .map_err(WriteError::Xlsx)?;
    }
    Ok(book.save_to_buffer().map_err(WriteError::Xlsx)?)
}

/// Writes the header and returns the number of columns.
fn head(
    sheet: &mut Worksheet,
    columns: &[&'static Column],
    style: &Style<'_>,
) -> Result<u16, XlsxError> {
    sheet.set_name(match style.language {
        Language::Chinese => "预警台账",
        Language::English => "Warnings",
    })?;
    let bold = Format::new().set_bold().set_align(FormatAlign::Center);
    sheet.set_freeze_panes(1, 1)?;
    let mut to: u16 = 0;
    for column in columns {
        sheet.write_string_with_format(0, to, column.header(style.language), &bold)?;
        let width = match column.kind {
            Kind::Moment => 20,
            Kind::Number => 12,
            Kind::Text => 18,
        };
        sheet.set_column_width(to, width)?;
        to += 1;
    }
    Ok(to)
}

fn write_row(
    sheet: &mut Worksheet,
    line: u32,
    row: &CaseRow,
    columns: &[&'static Column],
    style: &Style<'_>,
    date: &Format,
) -> Result<(), XlsxError> {
    for (column, to) in columns.iter().zip(0_u16..) {
        match style.cell(row, column) {
            Cell::Empty => {}
            Cell::Text(text) => {
                // The maximum number of characters in an Excel cell.
                let text: String = text.chars().take(32_767).collect();
                sheet.write_string(line, to, text)?;
            }
            Cell::Number(n) => {
                sheet.write_number(line, to, n)?;
            }
            Cell::Moment(at) => {
                sheet.write_number_with_format(line, to, serial(at), date)?;
            }
        }
    }
    Ok(())
}
