//! The rules of the ledger (`rules.toml`): what each category begins at, how it grows worse, how long
//! there is to handle it. They are data: a district writes its own, and a category more is a table more.

mod parse;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Value;

pub use parse::DEFAULT;

use crate::model::{Level, Localized};

/// The category that stands in for one that the rules (no longer) know; every set of rules has it.
pub const OTHER: &str = "other";

/// All rules in force together.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The categories by id, such as `corridor_clutter`. [`OTHER`] is always among them.
    pub categories: BTreeMap<String, Category>,
    /// Places where everything weighs more.
    pub places: Vec<PlaceRule>,
    /// How long personal data is kept.
    pub privacy: Privacy,
    /// Verifying on the spot.
    pub verify: Verify,
    /// What counts as a possible duplicate.
    pub duplicates: Duplicates,
    /// What is worth a notice.
    pub notices: Notices,
    /// How many reports a client without an account may send.
    pub reports: Reports,
}

/// The rules of one category (类别).
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Its id, as in `warnings.category`.
    pub id: String,
    /// Its name: 楼道堆物, corridor clutter.
    pub name: Localized,
    /// The level at which a case begins.
    pub base: Level,
    /// Worse with age: time since the report, by the clock.
    pub age: Vec<TimeStep>,
    /// Worse when overdue: working time since `due_at`.
    pub overdue: Vec<TimeStep>,
    /// Working time within which a report is to be filed or rejected.
    pub respond: SignedDuration,
    /// Working time within which a unit is to handle it once it is dispatched.
    pub handle: SignedDuration,
    /// Worse when it comes again at the same place.
    pub repeats: Option<Repeats>,
    /// When observations make a case of it; `None`: they cannot.
    pub condition: Option<ConditionRule>,
    /// Competences (`units.competences`) any of which lets a unit handle it; never empty.
    pub handlers: Vec<String>,
    /// Whether handing back needs a photo.
    pub photo: bool,
}

/// A level that is reached after a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeStep {
    /// After how long.
    pub after: SignedDuration,
    /// The level from then on.
    pub level: Level,
}

/// Reports of one category that count together.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeats {
    /// Within this distance, in metres.
    pub distance_m: f64,
    /// Reports of this many days before are counted.
    pub window_days: u32,
    /// From the how manieth report on which level; ascending.
    pub steps: Vec<CountStep>,
}

/// A level that is reached by a number of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountStep {
    /// From the how manieth report on, the first being 1.
    pub nth: u32,
    /// The level from then on.
    pub level: Level,
}

/// Near which features a case weighs more.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRule {
    /// What such a place is called: 消防出口, fire exit.
    pub name: Localized,
    /// The collection in which to look.
    pub collection: String,
    /// What its features must have: property = value. Empty: all of them.
    pub matches: BTreeMap<String, Value>,
    /// How near, in metres.
    pub within_m: f64,
    /// Times run out so much sooner and reports count so much more; above 1 is stricter.
    pub factor: f64,
    /// The categories it concerns. Empty: all.
    pub categories: Vec<String>,
}

/// When observations at a place fire (触发) and when they count as over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConditionRule {
    /// On which side of the thresholds it is bad.
    pub side: Side,
    /// At or beyond it the condition is entered.
    pub enter: f64,
    /// The threshold at which the condition ends. Differs from `enter` (hysteresis).
    pub leave: f64,
    /// How long it must last before it fires.
    pub lasts: SignedDuration,
    /// How long it must be over before it is resolved.
    pub keep: SignedDuration,
    /// After so long a silence nothing is known; `None`: silence is no news.
    pub no_data_after: Option<SignedDuration>,
}

/// On which side of a threshold it is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// High values are bad.
    Above,
    /// The condition is bad while the value is below the threshold.
    Below,
}

/// How long personal data is kept, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Privacy {
    /// A reporter's contact after the case ended.
    pub contact_days: u32,
    /// A reporter's contact in any case, after the report.
    pub contact_longest_days: u32,
}

/// Verifying on the spot (现场核查).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verify {
    /// Within this distance of the case no reason is asked for, in metres.
    pub distance_m: f64,
}

/// What is suggested as a duplicate of a new report of the same category.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicates {
    /// Within this distance, in metres.
    pub distance_m: f64,
    /// Reported within so many hours before.
    pub hours: u32,
}

/// What is worth a notice (通知).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notices {
    /// From this level on: yellow or red.
    pub from: Level,
    /// Whether an open red case suppresses notices of yellow cases in the same grid.
    pub red_inhibits_yellow: bool,
}

/// How many reports without an account one address may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reports {
    /// How many reports may come at once.
    pub at_once: u32,
    /// Then one every so often, by the clock.
    pub every: SignedDuration,
}

impl Rules {
    /// The rules of a category; one that is not known is treated as [`OTHER`].
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories
            .get(id)
            .or_else(|| self.categories.get(OTHER))
    }

    /// The places at which a category weighs more.
    pub fn places_of(&self, category: &str) -> impl Iterator<Item = &PlaceRule> {
        let concerns = move |p: &&PlaceRule| {
            p.categories.is_empty() || p.categories.iter().any(|c| c == category)
        };
        self.places.iter().filter(concerns)
    }

    /// Whether a category may be reported.
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
