//! Patrol rounds (巡查): in which hour an account walked a grid. An operational table without history and positions.

use std::collections::BTreeMap;

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
    /// The id of the account; empty once it was removed.
    pub account: String,
}

impl Store {
    /// Stores an hour. Storing it again has no effect. Also removes the accounts from the hours of all days before
    /// `named`, and deletes the hours of all days before `oldest`.
    pub async fn put_patrol(
        &self,
        patrol: &PatrolHour,
        named: Date,
        oldest: Date,
    ) -> Result<(), StoreError> {
        let (named, oldest) = (named.to_string(), oldest.to_string());
        either!(self, s => s.put_patrol(patrol, &named, &oldest).await)
    }

    /// The names of the accounts that walked on a day, by their ids.
    pub async fn patrol_names(&self, day: Date) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> =
            either!(self, s => s.patrol_names(&day.to_string()).await)?;
        Ok(rows.into_iter().collect())
    }

    /// On how many days from `from` on, before `until`, each grid was walked. Grids that were not walked are missing.
    pub async fn walked_days(
        &self,
        from: Date,
        until: Date,
    ) -> Result<BTreeMap<String, u32>, StoreError> {
        let (from, until) = (from.to_string(), until.to_string());
        let rows: Vec<(String, i64)> = either!(self, s => s.walked_days(&from, &until).await)?;
        let days = |(grid, days)| (grid, u32::try_from(days).unwrap_or(u32::MAX));
        Ok(rows.into_iter().map(days).collect())
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
