//! The ledger as a sheet: export as CSV and XLSX, and import of files from spreadsheet programs.
//!
//! | file | subject |
//! | --- | --- |
//! | `columns` | the columns, their headers, and the names of values |
//! | `write` | export as CSV and XLSX |
//! | `read` | detects the file type and selects sheets |
//! | `table` | the cells of one sheet, its header, and the limits |
//! | `cell` | one cell, and dates and times as people write them |
//! | `csv`, `xlsx`, `xls` (with `cfb`), `markup` | converts files to plain cells |
//! | `plan` | converts rows to backdated steps |
//! | `template` | an empty sheet with explanations |
//!
//! Importing an exported file changes nothing. Headers are Chinese or English, times are in China's
//! time zone (+08:00). A ledger that a district kept in a spreadsheet before is imported as
//! backdated steps, see [`plan`].

pub mod cell;
mod cfb;
pub mod columns;
mod csv;
mod markup;
pub mod plan;
pub mod read;
mod table;
pub mod template;
pub mod write;
mod xls;
mod xlsx;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;

use crate::model::Localized;
use crate::model::names::property;

/// China has one time zone, and no summer time.
pub const CHINA: Offset = Offset::constant(8);

/// The columns that every row needs, and by which a header row is recognized.
pub const NEEDED: [&str; 2] = [property::CATEGORY, property::REPORTED_AT];

/// The most characters of a cell that an error quotes.
const MOST_SAID: usize = 40;

/// An error in a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SheetProblem)]
pub struct Problem {
    /// The index of the sheet among those that were read.
    #[serde(skip)]
    pub from: usize,
    /// The name of the sheet in its workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row as the sheet counts it, from 1.
    pub row: u32,
    /// The header of the column, if the error concerns one column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The text in the cell of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is wrong and what was expected, in English.
    pub problem: String,
    /// What is wrong and what was expected, in Chinese.
    pub problem_zh: String,
}

impl Problem {
    /// An error in both languages.
    pub fn new(row: u32, column: Option<String>, what: Localized) -> Self {
        Self {
            from: 0,
            sheet: None,
            row,
            column,
            value: None,
            problem: what.en,
            problem_zh: what.zh,
        }
    }

    /// This error, with the text of the cell, if it is not empty. A long text is cut.
    pub fn in_cell(mut self, text: &str) -> Self {
        let mut value: String = text.chars().take(MOST_SAID).collect();
        if value.len() < text.len() {
            value.push('…');
        }
        self.value = Some(value).filter(|v| !v.is_empty());
        self
    }

    /// This error, assigned to one of several sheets.
    pub fn of_sheet(mut self, from: usize, sheet: Option<&str>) -> Self {
        self.from = from;
        self.sheet = sheet.map(str::to_owned);
        self
    }
}

/// A time as sheets show it: in China's time zone, to the minute.
pub fn sheet_time(at: Timestamp) -> String {
    CHINA.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The names that a sheet uses for ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// The categories, by id.
    pub categories: BTreeMap<String, Localized>,
    /// The names of the member units, by id.
    pub units: BTreeMap<String, String>,
    /// The names of grids and communities, by id.
    pub grids: BTreeMap<String, String>,
}

impl Names {
    /// The id of the category whose id, or whose name in either language, is `text`.
    pub fn category(&self, text: &str) -> Option<&str> {
        let named = |name: &Localized| name.zh == text || name.en.eq_ignore_ascii_case(text);
        self.categories
            .iter()
            .find(|(id, name)| id.as_str() == text || named(name))
            .map(|(id, _)| id.as_str())
    }

    /// The unit with an id, or with a name that no other unit has.
    pub fn unit(&self, text: &str) -> Option<&str> {
        if let Some((id, _)) = self.units.get_key_value(text) {
            return Some(id);
        }
        let mut named = self.units.iter().filter(|(_, name)| *name == text);
        let first = named.next()?;
        named.next().is_none().then_some(first.0.as_str())
    }

    /// The text for a unit in a sheet: its name, or its id if another unit has the same name.
    pub fn unit_name<'a>(&'a self, id: &'a str) -> &'a str {
        match self.units.get(id) {
            Some(name) if self.unit(name) == Some(id) => name,
            _ => id,
        }
    }
}
