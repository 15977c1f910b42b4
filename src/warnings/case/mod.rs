//! A case: one warning with everything that is known about it. A case is stored as the feature
//! `warnings/{id}`; its properties are the complete state, and each step produces the next state.

mod private_place;
mod properties;
mod steps;

pub use private_place::PrivatePlace;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::level::{Facts, Pause};
use super::number::CaseNumber;
use super::report::Report;
use super::rules::Blocks;
use super::step::{Action, Notice, PhotoKind, Source, Status, Step};
use crate::model::{FeatureId, Level, Localized, Role};

/// A property of a warning has a value that the ledger never writes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("warning {id:?}: property {property:?}: {problem}")]
pub struct CaseError {
    /// The id of the warning.
    pub id: FeatureId,
    /// The name of the property.
    pub property: String,
    /// What is wrong with the property.
    pub problem: String,
}

/// A photo that belongs to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePhoto {
    /// The id of the photo under `/api/photos`.
    pub id: String,
    /// What the photo shows.
    pub kind: PhotoKind,
    /// When the photo was added.
    pub at: Timestamp,
}

/// Who must act next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// A duty officer must file, dispatch, close or reopen the case.
    Officer,
    /// The unit in charge must act.
    Unit,
    /// A grid worker or an officer who did not handle the case must verify it.
    Verifier,
}

impl Turn {
    /// Who must act next in this status; `None` if the case has ended.
    pub fn of(status: Status) -> Option<Self> {
        Some(match status {
            Status::Reported
            | Status::Filed
            | Status::Returned
            | Status::Verified
            | Status::Parked => Self::Officer,
            Status::Dispatched | Status::Handling => Self::Unit,
            Status::Handled => Self::Verifier,
            Status::Rejected | Status::Merged | Status::Closed => return None,
        })
    }
}

/// The person who handled a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handler {
    /// The name of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The id of the unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The internal state of a case, which is not published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inside {
    /// The name of the account that reported the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporter: Option<String>,
    /// The highest role of the reporter, if the case names an entrance. It decides whether the report needs a second
    /// one to close a gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporter_role: Option<Role>,
    /// The SHA-256 hash of the reporter's receipt, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_sha256: Option<String>,
    /// The person who last handled the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<Handler>,
    /// The status to which the case returns when it is resumed after parking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_park: Option<Status>,
    /// When the clock of the case was stopped; `None` while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// The earlier periods in which the clock was stopped, in order, each with its start and end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<(Timestamp, Timestamp)>,
    /// The hash of the report's content, if the report came with an idempotency key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// The hashes of the idempotency keys of the case's steps, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The number of the report among those of the same category at the same place within the
    /// window of the rule, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// The urgency factor of the place; deadlines are divided by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// Why the place has an urgency factor, for example a fire exit nearby.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<Localized>,
    /// The description of the place in both languages, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Localized>,
    /// How often a unit returned the case.
    #[serde(skip_serializing_if = "is_none")]
    pub returned: u32,
    /// How often a verification failed.
    #[serde(skip_serializing_if = "is_none")]
    pub failed: u32,
    /// How often the case was reopened.
    #[serde(skip_serializing_if = "is_none")]
    pub reopened: u32,
    /// Whether the last notice of the case was sent, or what suppressed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

fn is_none(n: &u32) -> bool {
    *n == 0
}

/// The state of a warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The id of the case in the collection `warnings`.
    pub id: FeatureId,
    /// The number that people use. Absent only until the case is written for the first time, or until the server has
    /// numbered the cases of an older version of the program.
    pub number: Option<CaseNumber>,
    /// The category.
    pub category: String,
    /// The status.
    pub status: Status,
    /// The warning level.
    pub level: Level,
    /// Since when the case has this level.
    pub since: Timestamp,
    /// The reason for the level, as a text.
    pub reason: Localized,
    /// The source of the first report.
    pub source: Source,
    /// When the case was first reported.
    pub reported_at: Timestamp,
    /// The number of reports merged into the case, at least 1.
    pub reports: u32,
    /// The number of steps of the case.
    pub steps: u32,
    /// The id of the grid that contains the case.
    pub grid: Option<String>,
    /// The id of the community that contains the case.
    pub community: Option<String>,
    /// The id of the compound that contains the case.
    pub compound: Option<String>,
    /// The id of the building that contains the case.
    pub building: Option<String>,
    /// The number of the unit (单元) of the building.
    pub building_unit: Option<String>,
    /// The number of the room. It is not public.
    pub room: Option<String>,
    /// The id of the gate or door that the case is about.
    pub entrance: Option<String>,
    /// The kind of housing at the place.
    pub housing: Option<String>,
    /// The description of the place, or the id of the place that a sensor observes.
    pub place: Option<String>,
    /// The place of a case of a private category. The other fields about the place are empty then, except for the grid
    /// and the community.
    pub private_place: Option<PrivatePlace>,
    /// The text on the public board of wishes, as an officer wrote it.
    pub public_text: Option<String>,
    /// The id of the unit in charge.
    pub unit: Option<String>,
    /// The deadline for whoever must act next.
    pub due_at: Option<Timestamp>,
    /// When the case became overdue; `None` while it is not.
    pub overdue_at: Option<Timestamp>,
    /// When the case was last filed.
    pub filed_at: Option<Timestamp>,
    /// When the case was last dispatched.
    pub dispatched_at: Option<Timestamp>,
    /// When the unit last reported the case as done.
    pub handled_at: Option<Timestamp>,
    /// When the case ended: closed, rejected or merged.
    pub closed_at: Option<Timestamp>,
    /// The date until which the case is parked.
    pub parked_until: Option<Timestamp>,
    /// When an officer last urged whoever must act next; `None` once the turn has passed to somebody else.
    pub urged_at: Option<Timestamp>,
    /// How often officers urged whoever must act next.
    pub urges: u32,
    /// The due date of a supervised case (督办). Its clock is a calendar date: it does not stop while the case is
    /// parked or waits to be verified.
    pub supervise_due_at: Option<Timestamp>,
    /// When the due date of a supervised case passed; `None` if it has not, or if the case was verified in time.
    pub supervise_overdue_at: Option<Timestamp>,
    /// Which ways near the case are closed, as an officer decided for this case. If it is `None`, the rule of the
    /// category applies.
    pub blocks: Option<Blocks>,
    /// The id of the case into which this case was merged.
    pub merged_into: Option<FeatureId>,
    /// Whether an officer must review the case before it counts for its grid.
    pub held: bool,
    /// Whether the case is a drill; drills never count.
    pub exercise: bool,
    /// Whether the case is synthetic demo data.
    pub demo: bool,
    /// The text of the reporter.
    pub note: Option<String>,
    /// All photos of the case.
    pub photos: Vec<CasePhoto>,
    /// The reporter's rating, 1 to 5.
    pub rating: Option<u8>,
    /// Why the reporter rated the case so.
    pub rating_reason: Option<String>,
    /// The ticket number of the 12345 hotline.
    pub hotline_number: Option<String>,
    /// The last step.
    pub step: Option<Step>,
    /// The internal data of the ledger.
    pub ledger: Inside,
    /// Properties that the ledger does not know, unchanged.
    pub extra: Map<String, Value>,
}

impl Case {
    /// Opens a case from a report. Its level is green until [`judge`](Self::judge) computes it.
    pub fn open(report: Report) -> Self {
        let mut step = Step::new(
            1,
            Action::Report,
            report.at,
            report.actor.roles.foremost(),
            Status::Reported,
        );
        let report_role = report
            .entrance
            .as_ref()
            .map(|_| report.actor.roles.foremost());
        step.account = report.actor.account.clone();
        step.unit = report.actor.unit.clone();
        step.note = report.note.clone();
        step.photos = report.photos;
        step.due_at = report.due_at;
        let mut case = Self {
            id: report.id,
            number: None,
            category: report.category,
            status: Status::Reported,
            level: Level::Green,
            since: report.at,
            reason: Localized::new("", ""),
            source: report.source,
            reported_at: report.at,
            reports: 1,
            steps: 0,
            grid: report.grid,
            community: report.community,
            compound: report.compound,
            building: report.building,
            building_unit: report.building_unit,
            room: report.room,
            entrance: report.entrance,
            housing: report.housing,
            place: report.place,
            private_place: report.private_place,
            public_text: None,
            unit: None,
            due_at: None,
            overdue_at: None,
            filed_at: None,
            dispatched_at: None,
            handled_at: None,
            closed_at: None,
            parked_until: None,
            urged_at: None,
            urges: 0,
            supervise_due_at: None,
            supervise_overdue_at: None,
            blocks: None,
            merged_into: None,
            held: report.held,
            exercise: report.exercise,
            demo: report.demo,
            note: report.note,
            photos: Vec::new(),
            rating: None,
            rating_reason: None,
            hotline_number: report.hotline_number,
            step: None,
            ledger: Inside {
                reporter_role: report_role,
                reporter: report.actor.account,
                receipt_sha256: report.receipt_sha256,
                report_sha256: report.report_sha256,
                nth: report.nth,
                factor: report.factor,
                near: report.near,
                place: report.place_words,
                ..Inside::default()
            },
            extra: Map::new(),
        };
        case.apply(&step);
        case
    }

    /// Whether the case counts for the level of its grid: cases pending review and drills do not.
    pub fn counts(&self) -> bool {
        !self.held && !self.exercise
    }

    /// Whether the due date of a supervised case still counts: until the work has been verified, or the case has ended.
    pub fn is_supervised(&self) -> bool {
        self.supervise_due_at.is_some()
            && self.status != Status::Verified
            && !self.status.is_ended()
    }

    /// Who must act next; `None` if the case has ended.
    pub fn turn(&self) -> Option<Turn> {
        Turn::of(self.status)
    }

    /// The description of the place in both languages.
    pub fn place_words(&self) -> Option<Localized> {
        let words = |place: &String| Localized::new(place, in_english(place));
        self.ledger
            .place
            .clone()
            .or_else(|| self.place.as_ref().map(words))
    }

    /// The facts from which the level is computed.
    pub fn facts(&self) -> Facts {
        // Every action that ends a pause postpones the due date by the length of the pause or sets
        // a new due date.
        let pause = |from: Timestamp, until: Option<Timestamp>| Pause {
            from,
            until,
            moved_due: true,
        };
        let past = self.ledger.pauses.iter().map(|(f, u)| pause(*f, Some(*u)));
        let now = self.ledger.paused_at.map(|from| pause(from, None));
        Facts {
            category: self.category.clone(),
            reported_at: self.reported_at,
            due_at: self.due_at,
            pauses: past.chain(now).collect(),
            nth: self.ledger.nth.unwrap_or(1),
            factor: self.ledger.factor.unwrap_or(1.0),
            near: self.ledger.near.clone(),
            place: self.place_words(),
            parked_until: self.parked_until,
            exercise: self.exercise,
        }
    }
}

/// The English description of a place in a building: 温泉花园7号楼1单元 becomes Building 7, Unit 1, 温泉花园.
/// Other places keep their Chinese name.
fn in_english(place: &str) -> String {
    let (house, unit) = match numbered(place, "单元") {
        Some((house, unit)) => (house, format!(", Unit {unit}")),
        None => (place, String::new()),
    };
    match numbered(house, "号楼") {
        None => place.to_owned(),
        Some(("", number)) => format!("Building {number}{unit}"),
        Some((name, number)) => format!("Building {number}{unit}, {name}"),
    }
}

/// Splits a text that ends in a number and `word` into the text before the number, and the number.
fn numbered<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let front = text.strip_suffix(word)?;
    let name = front.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = front.get(name.len()..).filter(|n| !n.is_empty())?;
    Some((name.trim(), number))
}

#[cfg(test)]
mod tests {
    use super::in_english;

    #[test]
    fn places_in_buildings_are_translated_and_streets_keep_their_names() {
        for (place, english) in [
            ("7号楼", "Building 7"),
            ("温泉花园12号楼", "Building 12, 温泉花园"),
            ("温泉花园12号楼3单元", "Building 12, Unit 3, 温泉花园"),
            ("3单元", "3单元"),
            ("辰兴路17号", "辰兴路17号"),
            ("号楼", "号楼"),
            ("甲号楼", "甲号楼"),
        ] {
            assert_eq!(in_english(place), english);
        }
    }
}
