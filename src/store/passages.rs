//! How often gates let people in: an operational table of counts, without history, accounts and positions.

use super::{Store, StoreError};

/// An hour of a weekday in a quarter of a year, at one gate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassageHour {
    /// The id of the entrance.
    pub entrance: String,
    /// The quarter of a year: year × 4 + 0 to 3.
    pub quarter: i32,
    /// 0 is Monday.
    pub weekday: u8,
    /// 0 to 23, in the office's time.
    pub hour: u8,
}

/// What people said of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageCount {
    /// Which hour.
    pub hour: PassageHour,
    /// How many got in.
    pub passed: u32,
    /// How many did not.
    pub refused: u32,
}

impl Store {
    /// Counts one more, forgets the quarters of the gate before the last one, and gives the new count of the hour.
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

    /// The counts of all gates.
    pub async fn all_passages(&self) -> Result<Vec<PassageCount>, StoreError> {
        either!(self, s => s.all_passages().await)
    }
}

/// A row of the table, as both databases give it.
pub(super) type Row = (String, i32, i32, i32, i64, i64);

/// Reads a row.
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
