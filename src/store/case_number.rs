//! The register of case numbers: which running number of a day and a street belongs to which case. The database
//! guarantees that no number is given twice, also if several nodes number cases at once.

use jiff::civil::Date;

use super::{Store, StoreError};
use crate::model::FeatureId;

/// How many cases are numbered in one transaction. Others wait for its end.
const CHUNK: usize = 500;

/// A case that needs a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToNumber {
    /// The id of the case.
    pub id: FeatureId,
    /// The day on which it was reported.
    pub day: Date,
    /// The id of the street; empty if the case is in none.
    pub street: String,
    /// The running number that the case must have; `None` for the next free one.
    pub wanted: Option<u32>,
}

impl ToNumber {
    /// The day as in the register.
    pub(super) fn day(&self) -> String {
        day_text(self.day)
    }
}

/// The result of numbering a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbered {
    /// The case has this running number.
    Given(u32),
    /// Another case has the wanted number.
    Taken {
        /// The id of the other case.
        by: String,
    },
}

impl Numbered {
    pub(super) fn given(running: i64) -> Self {
        Self::Given(u32::try_from(running).unwrap_or(u32::MAX))
    }
}

pub(super) fn day_text(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

impl Store {
    /// Gives cases their running numbers, in the given order. A case that has one on its day keeps it.
    ///
    /// The next free number is one more than the highest of its street and of the cases in no street. In no street, it is
    /// one more than the highest of the day. So a number that was given before the streets were on the map is not given
    /// again after.
    ///
    /// # Errors
    /// If the store fails. The cases before may have numbers then; asking again returns the same ones.
    pub async fn number_cases(&self, cases: &[ToNumber]) -> Result<Vec<Numbered>, StoreError> {
        let mut all = Vec::with_capacity(cases.len());
        for chunk in cases.chunks(CHUNK) {
            all.extend(either!(self, s => s.number_cases(chunk).await)?);
        }
        Ok(all)
    }

    /// The ids of the cases with a number: at most one in each street.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cases_numbered(&self, day: Date, running: u32) -> Result<Vec<String>, StoreError> {
        let day = day_text(day);
        either!(self, s => s.cases_numbered(&day, i64::from(running)).await)
    }
}
