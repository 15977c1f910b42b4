//! The question which access rules of gates and lanes to change, and the answer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Localized, Role, RoleSet};
use crate::planning::deliveries::Deliveries;
use crate::service::planning::edits::ScenarioEdit;
use crate::service::planning::{NoCoverage, NoWhatIf};

/// The objective: the quantity that the best set of changes improves most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessObjective {
    /// Minutes of riders on the way to doors.
    RiderMinutes,
    /// Minutes of residents on foot.
    WalkingMinutes,
    /// People with an AED within the standard.
    AedPeople,
}

/// A change of access rules, or small construction work, as edits of the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessChange {
    /// The id in the answer.
    pub id: String,
    /// The title for people.
    pub title: Localized,
    /// The edits that make the change.
    pub edits: Vec<ScenarioEdit>,
}

/// The question which access rules to change: the arguments of its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessAsk {
    /// The title of the question.
    pub title: Option<String>,
    /// The objective of the search.
    pub objective: AccessObjective,
    /// The most changes of the best set.
    pub k: usize,
    /// The first day of the week that is counted. AEDs are counted at this moment.
    pub at: Timestamp,
    /// The changes to choose from, besides the generated ones.
    pub changes: Vec<AccessChange>,
    /// Whether changes are generated from the map.
    pub generate: bool,
    /// The compounds whose gates are generated as changes; empty: all.
    pub compounds: Vec<String>,
    /// Deliveries and walks of a day.
    pub deliveries: Deliveries,
    /// Where riders come from, as longitude and latitude in degrees, WGS 84; empty: from the features that `deliveries`
    /// names.
    pub origins: Vec<[f64; 2]>,
    /// For how long to search, in seconds.
    pub time_limit_s: u32,
    /// Edits of the map on which the changes are tried.
    pub edits: Vec<ScenarioEdit>,
    /// The roles of the caller. Properties that these roles may not see count as absent, and so does every one in a
    /// job without this member, from an earlier version.
    #[serde(default)]
    pub roles: Vec<Role>,
}

impl AccessAsk {
    /// The roles of the caller.
    pub(super) fn role_set(&self) -> RoleSet {
        self.roles.iter().copied().collect()
    }
}

/// How much changes save.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Saved {
    /// Minutes a day that riders save.
    pub rider_minutes_day: f64,
    /// Minutes a day that residents save on foot.
    pub walking_minutes_day: f64,
    /// How many more people have an AED within the standard.
    pub aed_people: f64,
    /// How many more households have an AED within the standard.
    pub households: f64,
}

/// A single change and what it saves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SingleChange {
    /// The id of the change.
    pub id: String,
    /// The title of the change.
    pub title: Localized,
    /// The edits that make the change.
    pub edits: Vec<ScenarioEdit>,
    /// What the change saves.
    pub saved: Saved,
    /// The title and what the change saves, as a sentence.
    pub sentence: Localized,
}

/// The best set of changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BestChanges {
    /// The ids of the changes.
    pub changes: Vec<String>,
    /// What they save together.
    pub saved: Saved,
    /// No set of at most `k` changes saves more of the objective than this; `null` if no bound is known.
    pub bound: Option<f64>,
    /// `|saved − bound| / |saved|` of the objective; `null` without a bound.
    pub gap: Option<f64>,
    /// `optimal` or `time_limit`.
    pub stop_reason: String,
}

/// The deliveries and walks whose travel times are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct DeliveriesUsed {
    /// Deliveries per household and day.
    pub per_household_day: f64,
    /// The share of each hour of the day, from 0:00; the shares add up to 1.
    pub hours: [f64; 24],
    /// Where riders come from: longitude and latitude, WGS 84 degrees.
    pub origins: Vec<[f64; 2]>,
    /// Walks of residents per person and day, to the nearest feature of `walks_to`.
    pub walks_per_person_day: f64,
    /// The collection to whose features residents walk.
    pub walks_to: String,
    /// Where the figures come from.
    pub source: Localized,
    /// Whether the figures were checked against that source.
    pub verified: bool,
}

/// The result of the job that finds which access rules to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccessAnswer {
    /// The title of the question.
    pub title: Option<String>,
    /// The objective of the search.
    pub objective: AccessObjective,
    /// Each change alone, the best first. Generated changes without a visible gain are left out, unless they are in the
    /// best set.
    pub singles: Vec<SingleChange>,
    /// How many generated changes were measured and left out of `singles`, because neither minutes nor households
    /// improve, rounded to whole numbers.
    pub without_gain: usize,
    /// The best set of changes.
    pub best: BestChanges,
    /// How many generated changes were left off, because there were too many.
    pub changes_left_off: usize,
    /// The deliveries and walks whose travel times are compared.
    pub deliveries: DeliveriesUsed,
    /// The number of the commit whose map was read.
    pub seq: u64,
    /// The number of the commit from which the network was built.
    pub network_seq: u64,
    /// How long the search took, in seconds.
    pub seconds: f64,
    /// Notes for a report: the data and assumptions behind the figures.
    pub notes: Vec<Localized>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum NoAccess {
    /// Edits of the question or of a change cannot be applied.
    WhatIf(NoWhatIf),
    /// A field of the question does not fit the map.
    Field(&'static str, Localized),
    /// People or facilities cannot be counted.
    Coverage(NoCoverage),
    /// The search was cancelled.
    Cancelled,
}

/// Receives the stage (`candidates`, `solving`), how much of it is done from 0 to 1, and how many changes or sets were
/// measured.
pub type Report<'a> = dyn Fn(&str, f64, u64) + Sync + 'a;

/// The watcher of a search.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Whether to stop and give no answer.
    pub is_cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Receives progress.
    pub report: &'a Report<'a>,
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// What stops a measurement.
#[derive(Debug, Clone, PartialEq)]
pub enum Unmeasured {
    /// The time is over, or the job was cancelled.
    Stopped,
    /// The map does not have what is measured.
    Wrong(NoCoverage),
}

impl From<NoCoverage> for Unmeasured {
    fn from(reason: NoCoverage) -> Self {
        Self::Wrong(reason)
    }
}

impl From<Unmeasured> for NoAccess {
    fn from(reason: Unmeasured) -> Self {
        match reason {
            Unmeasured::Stopped => Self::Cancelled,
            Unmeasured::Wrong(reason) => Self::Coverage(reason),
        }
    }
}

/// Rounds to a hundredth of a minute or of a person.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0 + 0.0
}
