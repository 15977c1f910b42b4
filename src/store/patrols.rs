//! Patrol rounds (巡查): in which hour an account walked a grid. An operational table without history and positions.

use jiff::civil::Date;

use super::{Store, StoreError};

/// An hour in which an account walked a grid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatrolHour {
    /// The day in local time.
    pub day: Date,
    /// The id of the grid.
    pub grid: String,
    /// The hour of the day in local time, 0 to 23.
    pub hour: u8,
    /// The id of the account.
    pub account: String,
}

impl Store {
    /// Stores an hour. Storing it again has no effect. Also deletes the hours of all days before `oldest`.
    pub async fn put_patrol(&self, patrol: &PatrolHour, oldest: Date) -> Result<(), StoreError> {
        either!(self, s => s.put_patrol(patrol, oldest).await)
    }

    /// Returns the hours of a day, ordered by grid, hour and account.
    pub async fn patrols(&self, day: Date) -> Result<Vec<PatrolHour>, StoreError> {
        let rows: Vec<Row> = either!(self, s => s.patrols(&day.to_string()).await)?;
        let hour_of = |(grid, hour, account): Row| PatrolHour {
            day,
            grid,
            hour: u8::try_from(hour).unwrap_or_default(),
            account,
        };
        Ok(rows.into_iter().map(hour_of).collect())
    }
}

/// A row of the table, as both databases return it: grid, hour, account.
pub(super) type Row = (String, i32, String);
