//! The rules of the ledger (`rules.toml`): for each category the initial level, how it becomes more
//! severe, and the time limits. Rules are data: a district can write its own, and each further
//! table defines a further category.

mod blocks;
mod duty;
mod parse;
mod read;
mod responsible;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Value;

pub use blocks::Blocks;
pub use parse::DEFAULT;
pub use responsible::{MOST_OWNERS, Owner, Responsibilities, Responsibility, Serves, Site};

use crate::model::{Level, Localized};

/// The category used for cases whose category the rules do not (or no longer) contain. Every set of
/// rules has it.
pub const OTHER: &str = "other";

/// The category of micro-wishes (微心愿): what a resident asks for themselves. Its cases are always green, a unit may
/// claim them, and they are private.
pub const MICRO_WISH: &str = "micro_wish";

/// Whether the public may see of a case's place only the grid, because the case is about a person at home.
pub fn is_private(category: &str) -> bool {
    category == MICRO_WISH
}

/// All rules in force together.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The categories by id, for example `corridor_clutter`; always includes [`OTHER`].
    pub categories: BTreeMap<String, Category>,
    /// The places with a higher urgency.
    pub places: Vec<PlaceRule>,
    /// The retention periods of personal data.
    pub privacy: Privacy,
    /// The rules of on-site verification.
    pub verify: Verify,
    /// When a report is suggested as a duplicate.
    pub duplicates: Duplicates,
    /// When a notice is sent.
    pub notices: Notices,
    /// The rate limit of reports without an account.
    pub reports: Reports,
    /// The list of responsibilities (权责清单); empty if the file has none.
    pub responsibilities: Responsibilities,
    /// The telephone of the duty room (值班电话), which receipts show to residents; `None` if none is shown.
    pub duty_phone: Option<String>,
}

/// The rules of one category (类别).
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// The id, as in `warnings.category`.
    pub id: String,
    /// The name, for example 楼道堆物, corridor clutter.
    pub name: Localized,
    /// The initial level of a case.
    pub base: Level,
    /// Levels reached with age: time since the report.
    pub age: Vec<TimeStep>,
    /// Levels reached when overdue: working time since `due_at`.
    pub overdue: Vec<TimeStep>,
    /// The working time within which a report must be filed or rejected.
    pub respond: SignedDuration,
    /// The working time within which a unit must handle a dispatched case.
    pub handle: SignedDuration,
    /// Levels reached by repeated reports at the same place.
    pub repeats: Option<Repeats>,
    /// When observations open a case; `None` if they never do.
    pub condition: Option<ConditionRule>,
    /// The competences (`units.competences`) of which a unit needs one to handle a case of the
    /// category; never empty.
    pub handlers: Vec<String>,
    /// Whether the action `handle` requires a photo.
    pub photo: bool,
    /// Which ways are closed near a case of this category, from filing until it is handled; `None` if none.
    pub blocks: Option<Blocks>,
}

/// A level that is reached after a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeStep {
    /// The time after which the level is reached.
    pub after: SignedDuration,
    /// The level that is reached.
    pub level: Level,
}

/// How repeated reports of a category are counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeats {
    /// The maximum distance between reports that count together, in metres.
    pub distance_m: f64,
    /// The number of days before a report in which earlier ones are counted.
    pub window_days: u32,
    /// The levels and the report numbers that reach them, ascending.
    pub steps: Vec<CountStep>,
}

/// A level that is reached by a number of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountStep {
    /// The number of the report that reaches the level; the first report is 1.
    pub nth: u32,
    /// The level that is reached.
    pub level: Level,
}

/// A rule for places near certain features, where cases are more urgent.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRule {
    /// The name of the kind of place, for example 消防出口, fire exit.
    pub name: Localized,
    /// The collection that contains the features.
    pub collection: String,
    /// Values that the properties of a feature must have; empty if all features count.
    pub matches: BTreeMap<String, Value>,
    /// The maximum distance from the feature, in metres.
    pub within_m: f64,
    /// The factor by which time limits are divided and report numbers are multiplied; above 1 is
    /// stricter.
    pub factor: f64,
    /// The categories concerned; empty for all.
    pub categories: Vec<String>,
}

/// When observations at a place fire (触发), and when they are resolved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConditionRule {
    /// On which side of the thresholds a value is bad.
    pub side: Side,
    /// The threshold at which the condition begins.
    pub enter: f64,
    /// The threshold at which the condition ends. It differs from `enter` (hysteresis).
    pub leave: f64,
    /// How long the value must stay beyond `enter` before the condition fires (`for`).
    pub lasts: SignedDuration,
    /// How long the value must stay beyond `leave` before the condition is resolved.
    pub keep: SignedDuration,
    /// The time without observations after which the state becomes *no data*; `None` if it never does.
    pub no_data_after: Option<SignedDuration>,
}

/// On which side of a threshold a value is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// High values are bad.
    Above,
    /// Low values are bad.
    Below,
}

/// The retention periods of personal data, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privacy {
    /// The days for which a reporter's contact is kept after the case ended.
    pub contact_days: u32,
    /// The maximum number of days after the report for which the contact is kept.
    pub contact_longest_days: u32,
}

/// The rules of verification at the place of the case (现场核查).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verify {
    /// The distance from the case, in metres, within which a verification needs no reason.
    pub distance_m: f64,
}

/// When an existing case of the same category is suggested as a duplicate of a new report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicates {
    /// The maximum distance in metres.
    pub distance_m: f64,
    /// The maximum number of hours since the other report.
    pub hours: u32,
}

/// For which levels notices (通知) are sent, and which notices are suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notices {
    /// The lowest level that is notified: yellow or red.
    pub from: Level,
    /// Whether an open red case suppresses notices of yellow cases in the same grid.
    pub red_inhibits_yellow: bool,
}

/// The rate limit of reports without an account, per network address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reports {
    /// The number of reports allowed in a burst.
    pub at_once: u32,
    /// The time after which one further report is allowed.
    pub every: SignedDuration,
}

impl Rules {
    /// The rules of a category; an unknown category gets those of [`OTHER`].
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories
            .get(id)
            .or_else(|| self.categories.get(OTHER))
    }

    /// The place rules that apply to a category.
    pub fn places_of(&self, category: &str) -> impl Iterator<Item = &PlaceRule> {
        let concerns = move |p: &&PlaceRule| {
            p.categories.is_empty() || p.categories.iter().any(|c| c == category)
        };
        self.places.iter().filter(concerns)
    }

    /// Whether the rules contain a category, so that it can be reported.
    pub fn knows(&self, id: &str) -> bool {
        self.categories.contains_key(id)
    }
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            contact_days: 30,
            contact_longest_days: 365,
        }
    }
}

impl Default for Verify {
    fn default() -> Self {
        Self { distance_m: 50.0 }
    }
}

impl Default for Duplicates {
    fn default() -> Self {
        Self {
            distance_m: 50.0,
            hours: 72,
        }
    }
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            at_once: 10,
            every: SignedDuration::from_secs(30),
        }
    }
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            from: Level::Yellow,
            red_inhibits_yellow: true,
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wrong;
