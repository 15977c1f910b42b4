//! A case: one warning with everything that is known of it. A case is the feature `warnings/{id}`,
//! its properties are the whole state, and a step makes the next state of it.

mod properties;
mod steps;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::level::{Facts, Pause};
use super::report::Report;
use super::step::{Action, Notice, PhotoKind, Source, Status, Step};
use crate::model::{FeatureId, Level, Localized};

/// A property that is not what the ledger writes there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("warning {id:?}: property {property:?}: {problem}")]
pub struct CaseError {
    /// The warning.
    pub id: FeatureId,
    /// The property.
    pub property: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A photo that belongs to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePhoto {
    /// Its id under `/api/photos`.
    pub id: String,
    /// What it shows.
    pub kind: PhotoKind,
    /// When it came in.
    pub at: Timestamp,
}

/// Who has to act next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// A duty officer: to file, dispatch, close or take up again.
    Officer,
    /// The unit in charge.
    Unit,
    /// A person who may verify the case and did not handle it.
    Verifier,
}

/// Who handled a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handler {
    /// Their account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Their unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// The internal state of a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inside {
    /// The account that reported it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporter: Option<String>,
    /// The hash of the reporter's receipt, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_sha256: Option<String>,
    /// Who handled it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<Handler>,
    /// The status to which it returns when it is no longer parked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_park: Option<Status>,
    /// Since when its clock is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// The earlier pauses of its clock, in order: from, until.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<(Timestamp, Timestamp)>,
    /// The hash of what the report said, where it came with a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<String>,
    /// The marks of the keys of the steps that came with one, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// Its number among the reports of its category at its place within the window of the rule; at least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// The urgency factor of its place; deadlines are divided by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// What makes its place so: a fire exit nearby.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<Localized>,
    /// Its place in the words of both languages, where they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Localized>,
    /// How often a unit gave it back.
    #[serde(skip_serializing_if = "is_none")]
    pub returned: u32,
    /// How often a verification failed.
    #[serde(skip_serializing_if = "is_none")]
    pub failed: u32,
    /// How often it was taken up again.
    #[serde(skip_serializing_if = "is_none")]
    pub reopened: u32,
    /// What became of its last notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

fn is_none(n: &u32) -> bool {
    *n == 0
}

/// One warning as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id in the collection `warnings`.
    pub id: FeatureId,
    /// What is wrong.
    pub category: String,
    /// The status.
    pub status: Status,
    /// How bad it is.
    pub level: Level,
    /// Since when it is so bad.
    pub since: Timestamp,
    /// Why it is so bad.
    pub reason: Localized,
    /// How it was reported.
    pub source: Source,
    /// When it was first reported.
    pub reported_at: Timestamp,
    /// How many reports it stands for, at least 1.
    pub reports: u32,
    /// How many steps it has.
    pub steps: u32,
    /// The grid that contains it.
    pub grid: Option<String>,
    /// The community that contains the grid.
    pub community: Option<String>,
    /// The compound.
    pub compound: Option<String>,
    /// The building.
    pub building: Option<String>,
    /// What kind of housing it is.
    pub housing: Option<String>,
    /// The place in words, or the id of the place that a sensor watches.
    pub place: Option<String>,
    /// The unit in charge.
    pub unit: Option<String>,
    /// Until when whoever's turn it is should have done it.
    pub due_at: Option<Timestamp>,
    /// When the case fell overdue; absent while it is not overdue.
    pub overdue_at: Option<Timestamp>,
    /// When it was filed, the last time.
    pub filed_at: Option<Timestamp>,
    /// When it was dispatched, the last time.
    pub dispatched_at: Option<Timestamp>,
    /// When the unit said that it was done, the last time.
    pub handled_at: Option<Timestamp>,
    /// When it ended: closed, rejected or merged.
    pub closed_at: Option<Timestamp>,
    /// Until when it is parked.
    pub parked_until: Option<Timestamp>,
    /// The case that stands for it.
    pub merged_into: Option<FeatureId>,
    /// Whether it is pending review by an officer before it counts.
    pub held: bool,
    /// Whether it is a drill, which never counts.
    pub exercise: bool,
    /// Whether it is made up for the demonstration.
    pub demo: bool,
    /// What the reporter wrote.
    pub note: Option<String>,
    /// All its photos.
    pub photos: Vec<CasePhoto>,
    /// How the reporter rated it, 1 to 5.
    pub rating: Option<u8>,
    /// The number under which the hotline has it.
    pub hotline_number: Option<String>,
    /// The last step.
    pub step: Option<Step>,
    /// What the ledger keeps for itself.
    pub ledger: Inside,
    /// Properties that the ledger does not know, as they came.
    pub extra: Map<String, Value>,
}

impl Case {
    /// A new case from a report. Its level is green until it is judged: see [`judge`](Self::judge).
    pub fn open(report: Report) -> Self {
        let mut step = Step::new(
            1,
            Action::Report,
            report.at,
            report.actor.roles.foremost(),
            Status::Reported,
        );
        step.account = report.actor.account.clone();
        step.unit = report.actor.unit.clone();
        step.note = report.note.clone();
        step.photos = report.photos;
        step.due_at = report.due_at;
        let mut case = Self {
            id: report.id,
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
            housing: report.housing,
            place: report.place,
            unit: None,
            due_at: None,
            overdue_at: None,
            filed_at: None,
            dispatched_at: None,
            handled_at: None,
            closed_at: None,
            parked_until: None,
            merged_into: None,
            held: report.held,
            exercise: report.exercise,
            demo: report.demo,
            note: report.note,
            photos: Vec::new(),
            rating: None,
            hotline_number: report.hotline_number,
            step: None,
            ledger: Inside {
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

    /// Whether it counts for the level of its grid: not while it is held, and never as a drill.
    pub fn counts(&self) -> bool {
        !self.held && !self.exercise
    }

    /// Who has to act next; `None` after the case ended.
    pub fn turn(&self) -> Option<Turn> {
        Some(match self.status {
            Status::Reported
            | Status::Filed
            | Status::Returned
            | Status::Verified
            | Status::Parked => Turn::Officer,
            Status::Dispatched | Status::Handling => Turn::Unit,
            Status::Handled => Turn::Verifier,
            Status::Rejected | Status::Merged | Status::Closed => return None,
        })
    }

    /// Its place in the words of both languages.
    pub fn place_words(&self) -> Option<Localized> {
        let words = |place: &String| Localized::new(place, in_english(place));
        self.ledger
            .place
            .clone()
            .or_else(|| self.place.as_ref().map(words))
    }

    /// What its level follows from.
    pub fn facts(&self) -> Facts {
        // Whatever ends a pause moves the due date by as much, or sets a new one.
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

/// A house as English has it: 温泉花园7号楼1单元 is Building 7, Unit 1, 温泉花园. Other places are called as
/// they are.
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

/// Takes a text that ends in a number and a word apart: what stands before the number, and the number.
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
    fn a_house_has_an_english_name_and_a_street_keeps_its_own() {
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
