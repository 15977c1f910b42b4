//! Patrol rounds (巡查): which grids were walked on a day. Only the grid and the hour are kept, never a position.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::place::community_of_grid;
use crate::live::{Live, Snapshot};
use crate::model::{Localized, View, both};
use crate::store::{PatrolHour, StoreError};

/// For how many days patrol rounds are kept.
pub const KEPT_DAYS: i32 = 31;
/// A phone without a network sends a round later, but not later than this.
const LATEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far the clock of a phone may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// A grid that was walked on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WalkedGrid {
    /// The id of the grid.
    pub grid: String,
    /// The hours of the day in which somebody walked it, 0 to 23, the earliest first.
    pub hours: BTreeSet<u8>,
    /// Those of the caller among them.
    pub own_hours: BTreeSet<u8>,
}

/// Why a patrol round was not stored.
#[derive(Debug, thiserror::Error)]
pub enum PatrolError {
    /// The map has no such grid.
    #[error("there is no grid {0:?}")]
    NoGrid(String),
    /// The account may not act in the community of the grid.
    #[error("grid {0:?} is outside of the communities of the account")]
    OutOfReach(String),
    /// The moment is in the future or too long ago.
    #[error("{0}")]
    Moment(Localized),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The day and the hour of a moment, in the local time of the calendar.
pub fn local_hour(snapshot: &Snapshot, at: Timestamp) -> (Date, u8) {
    let local = snapshot.ledger().calendar().offset.to_datetime(at);
    (local.date(), u8::try_from(local.hour()).unwrap_or_default())
}

/// Stores that an account walked a grid at a moment.
///
/// # Errors
/// If there is no such grid, the account may not act in it, the moment is not possible, or the store fails.
pub async fn note_patrol(
    live: &Live,
    account: &str,
    view: View<'_>,
    grid: &str,
    (at, now): (Timestamp, Timestamp),
) -> Result<PatrolHour, PatrolError> {
    let snapshot = live.snapshot();
    let community = community_of_grid(snapshot.collections(), grid)
        .ok_or_else(|| PatrolError::NoGrid(grid.to_owned()))?;
    if !view.reaches(community.as_deref()) {
        return Err(PatrolError::OutOfReach(grid.to_owned()));
    }
    if at > now + AHEAD || now.duration_since(at) > LATEST {
        return Err(PatrolError::Moment(both!(
            "应为最近7天内的时间，实际为 {at}",
            "expected a moment within the last 7 days, found {at}"
        )));
    }
    let (day, hour) = local_hour(&snapshot, at);
    let patrol = PatrolHour {
        day,
        grid: grid.to_owned(),
        hour,
        account: account.to_owned(),
    };
    let oldest = local_hour(&snapshot, now)
        .0
        .saturating_sub(KEPT_DAYS.days());
    live.store().put_patrol(&patrol, oldest).await?;
    Ok(patrol)
}

/// The grids that were walked on a day, in the communities of the caller, ordered by id.
///
/// # Errors
/// If the store fails.
pub async fn walked_on(
    live: &Live,
    account: &str,
    view: View<'_>,
    day: Date,
) -> Result<Vec<WalkedGrid>, StoreError> {
    let snapshot = live.snapshot();
    let mut walked: BTreeMap<String, WalkedGrid> = BTreeMap::new();
    for patrol in live.store().patrols(day).await? {
        // A grid that was deleted since has no community, and only accounts without restriction see it.
        let community = community_of_grid(snapshot.collections(), &patrol.grid).flatten();
        if !view.reaches(community.as_deref()) {
            continue;
        }
        let grid = walked
            .entry(patrol.grid.clone())
            .or_insert_with(|| WalkedGrid {
                grid: patrol.grid,
                hours: BTreeSet::new(),
                own_hours: BTreeSet::new(),
            });
        grid.hours.insert(patrol.hour);
        if patrol.account == account {
            grid.own_hours.insert(patrol.hour);
        }
    }
    Ok(walked.into_values().collect())
}
