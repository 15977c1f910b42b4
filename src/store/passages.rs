//! How often gates let people in: an operational table of counts. It has no history and stores no accounts and no
//! positions.

use super::{Store, StoreError};

/// The key of a count: one gate, and one hour of a weekday in a quarter of a year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassageHour {
    /// The id of the entrance.
    pub entrance: String,
    /// The quarter: year × 4 + the quarter of the year, 0 to 3.
    pub quarter: i32,
    /// The day of the week, from 0 for Monday to 6 for Sunday.
    pub weekday: u8,
    /// The hour of the day, 0 to 23, in the local time of the calendar.
    pub hour: u8,
}

/// The number of reports for one hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageCount {
    /// The gate and the hour.
    pub hour: PassageHour,
    /// How many people got in.
    pub passed: u32,
    /// How many people were not let in.
    pub refused: u32,
}

impl Store {
    /// Adds one to a count and returns the new counts of the hour. It also deletes the counts of the gate that are
    /// older than the previous quarter.
    pub async fn count_passage(
        &self,
        hour: &PassageHour,
        passed: bool,
    ) -> Result<PassageCount, StoreError> {
        let (in_, out) = either!(self, s => s.count_passage(hour, passed).await)?;
        let whole = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(PassageCount {
            hour: hour.clone(),
            passed: whole(in_),
            refused: whole(out),
        })
    }

    /// Returns the counts of all gates.
    pub async fn all_passages(&self) -> Result<Vec<PassageCount>, StoreError> {
        either!(self, s => s.all_passages().await)
    }
}

/// A row of the table, as both databases return it: entrance, quarter, weekday, hour, passed, refused.
pub(super) type Row = (String, i32, i32, i32, i64, i64);

/// Converts a row.
pub(super) fn of_row((entrance, quarter, weekday, hour, passed, refused): Row) -> PassageCount {
    let small = |n: i32| u8::try_from(n).unwrap_or_default();
    let whole = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    PassageCount {
        hour: PassageHour {
            entrance,
            quarter,
            weekday: small(weekday),
            hour: small(hour),
        },
        passed: whole(passed),
        refused: whole(refused),
    }
}
