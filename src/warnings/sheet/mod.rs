//! The ledger as a sheet: CSV and XLSX out, and what spreadsheet programs write in.
//!
//! | file | subject |
//! | --- | --- |
//! | `columns` | the columns, their headers, and the words in them |
//! | `write` | CSV and XLSX out |
//! | `read` | what a file is, and which of its sheets are read |
//! | `table` | the cells of one sheet, its header, and the limits |
//! | `cell` | one cell, and moments as people write them |
//! | `csv`, `xlsx`, `xls` (with `cfb`), `markup` | files to plain cells |
//! | `plan` | rows to backdated steps |
//!
//! What goes out can come in again and changes nothing. Headers are Chinese or English, times are
//! China's (+08:00). A sheet that a district kept before comes in as backdated steps, see
//! [`plan`].

pub mod cell;
mod cfb;
pub mod columns;
mod csv;
mod markup;
pub mod plan;
pub mod read;
mod table;
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

/// The columns without which a row says nothing, and by which a header is known.
pub const NEEDED: [&str; 2] = [property::CATEGORY, property::REPORTED_AT];

/// A fault of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SheetProblem)]
pub struct Problem {
    /// The sheet's place among those that were read.
    #[serde(skip)]
    pub from: usize,
    /// The sheet's name, in a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row as the sheet counts it, from 1.
    pub row: u32,
    /// The column's header, where it is one column's fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong and what was expected.
    pub problem: String,
    /// The same in Chinese, for those who keep the sheet.
    pub problem_zh: String,
}

impl Problem {
    /// A fault, in both languages.
    pub fn new(row: u32, column: Option<String>, what: Localized) -> Self {
        Self {
            from: 0,
            sheet: None,
            row,
            column,
            problem: what.en,
            problem_zh: what.zh,
        }
    }

    /// The same fault of a sheet among several.
    pub fn of_sheet(mut self, from: usize, sheet: Option<&str>) -> Self {
        self.from = from;
        self.sheet = sheet.map(str::to_owned);
        self
    }
}

/// A moment as sheets have it: China's, to the minute.
pub fn sheet_time(at: Timestamp) -> String {
    CHINA.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// What the words in a sheet stand for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// The categories, by id.
    pub categories: BTreeMap<String, Localized>,
    /// The member units' names, by id.
    pub units: BTreeMap<String, String>,
    /// The names of grids and communities, by id.
    pub grids: BTreeMap<String, String>,
}

impl Names {
    /// The category that a text names, by id or in either language.
    pub fn category(&self, text: &str) -> Option<&str> {
        let named = |name: &Localized| name.zh == text || name.en.eq_ignore_ascii_case(text);
        self.categories
            .iter()
            .find(|(id, name)| id.as_str() == text || named(name))
            .map(|(id, _)| id.as_str())
    }

    /// The unit that a text names, by id, or by a name that no other unit has.
    pub fn unit(&self, text: &str) -> Option<&str> {
        if let Some((id, _)) = self.units.get_key_value(text) {
            return Some(id);
        }
        let mut named = self.units.iter().filter(|(_, name)| *name == text);
        let first = named.next()?;
        named.next().is_none().then_some(first.0.as_str())
    }

    /// How a unit is called in a sheet: by its name, unless another has the same.
    pub fn unit_name<'a>(&'a self, id: &'a str) -> &'a str {
        match self.units.get(id) {
            Some(name) if self.unit(name) == Some(id) => name,
            _ => id,
        }
    }
}
