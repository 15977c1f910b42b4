//! Patrol rounds (巡查): which grids were walked on a day. Only the grid and the hour are kept, never a position.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::place::community_of_grid;
use crate::index::Collections;
use crate::live::{Live, Snapshot};
use crate::model::names::collection::GRIDS;
use crate::model::names::property;
use crate::model::{Canonical, Localized, Role, View, both};
use crate::store::{PatrolHour, StoreError};

/// For how many days patrol rounds are kept with the accounts that walked them.
pub const NAMED_DAYS: i32 = 31;
/// For how many days they are kept without accounts, for the figures of months.
pub const KEPT_DAYS: i32 = 400;
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
    /// Who walked it, for officers; ordered by name. Empty for other roles, and for days over 31 days ago.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Walker>,
}

/// Somebody who walked a grid on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Walker {
    /// The name of the account.
    pub account: String,
    /// The hours of the day, 0 to 23, the earliest first.
    pub hours: BTreeSet<u8>,
}

/// The rounds in a community in a month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommunityRounds {
    /// The id of the community's grid.
    pub key: String,
    /// The name of the community.
    pub name: String,
    /// The number of its grids.
    pub grids: u32,
    /// How many of them were walked at least once.
    pub walked: u32,
    /// The number of rounds: each grid counts once a day.
    pub rounds: u32,
}

/// The rounds of a month by community, ordered by id: `walked` has the number of days on which each grid was walked.
/// Grids in no community are left out.
pub fn by_community(
    map: &Collections,
    walked: &BTreeMap<String, u32>,
    name: impl Fn(&str) -> String,
) -> Vec<CommunityRounds> {
    let entries = map.get(GRIDS).into_iter().flat_map(|grids| grids.iter());
    let grids: Vec<(&str, Canonical<'_>)> = entries
        .map(|entry| (entry.id().as_str(), Canonical::new(entry.all_properties())))
        .collect();
    // A grid names its community by id or by code.
    let mut communities: HashMap<String, &str> = HashMap::new();
    for (id, grid) in grids.iter().copied() {
        if grid.is(property::KIND, "community") {
            communities.insert(id.to_owned(), id);
            if let Some(code) = grid.text(property::CODE) {
                communities.entry(code.into_owned()).or_insert(id);
            }
        }
    }
    let mut rows: BTreeMap<String, CommunityRounds> = BTreeMap::new();
    for (id, grid) in grids {
        let parent = grid.text(property::PARENT);
        let community = parent.and_then(|p| communities.get(&*p));
        let Some(community) = community.filter(|_| grid.is(property::KIND, "grid")) else {
            continue;
        };
        let days = walked.get(id).copied().unwrap_or_default();
        let row = rows.entry((*community).to_owned()).or_default();
        row.grids += 1;
        row.walked += u32::from(days > 0);
        row.rounds += days;
    }
    let row = |(key, row): (String, CommunityRounds)| CommunityRounds {
        name: name(&key),
        key,
        ..row
    };
    rows.into_iter().map(row).collect()
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
    let today = local_hour(&snapshot, now).0;
    let before = |days: i32| today.saturating_sub(days.days());
    let store = live.store();
    store
        .put_patrol(&patrol, before(NAMED_DAYS), before(KEPT_DAYS))
        .await?;
    Ok(patrol)
}

/// The grids that were walked on a day, in the communities of the caller, ordered by id. Officers also see who walked.
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
    let names = match view.roles.includes(Role::Officer) {
        true => live.store().patrol_names(day).await?,
        false => BTreeMap::new(),
    };
    let mut walked: BTreeMap<String, WalkedGrid> = BTreeMap::new();
    let mut walkers: BTreeMap<(String, String), BTreeSet<u8>> = BTreeMap::new();
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
                by: Vec::new(),
            });
        grid.hours.insert(patrol.hour);
        if let Some(name) = names.get(&patrol.account) {
            let who = (grid.grid.clone(), name.clone());
            walkers.entry(who).or_default().insert(patrol.hour);
        }
        if patrol.account == account {
            grid.own_hours.insert(patrol.hour);
        }
    }
    for ((grid, account), hours) in walkers {
        if let Some(grid) = walked.get_mut(&grid) {
            grid.by.push(Walker { account, hours });
        }
    }
    Ok(walked.into_values().collect())
}
