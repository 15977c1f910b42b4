//! A case: one warning with everything that is known of it. A case is the feature `warnings/{id}`,
//! its properties are the whole state, and a step makes the next state of it.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calendar::Calendar;
use super::level::{self, Facts, Pause};
use super::rules::Rules;
use super::step::{Action, Notice, PhotoKind, Source, Status, Step, StepPhoto, Verdict};
use super::wish::Actor;
use crate::model::{FeatureId, Level, Localized, Properties, PropertiesError};

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

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// A duty officer: to file, dispatch, close or take up again.
    Officer,
    /// The unit in charge.
    Unit,
    /// Somebody who verifies and did not handle it.
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

/// What the ledger keeps of a case for itself.
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
    /// The status to which it comes back when it is no longer parked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_park: Option<Status>,
    /// Since when its clock stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<Timestamp>,
    /// When its clock stood still before that, in order: from, until.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<(Timestamp, Timestamp)>,
    /// The keys of the steps that came with one, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The how-manieth report of its category at its place it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u32>,
    /// By how much its place is more urgent than others.
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

/// How many keys a case remembers. A client repeats a step soon or not at all.
const KEYS: usize = 64;

/// What a report says, with what the map adds to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The id of the case to be.
    pub id: FeatureId,
    /// When it was reported.
    pub at: Timestamp,
    /// Who reports.
    pub actor: Actor,
    /// What is wrong.
    pub category: String,
    /// How it was reported.
    pub source: Source,
    /// What they wrote.
    pub note: Option<String>,
    /// What they photographed.
    pub photos: Vec<StepPhoto>,
    /// The grid that contains the place.
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
    /// The number under which the hotline has it.
    pub hotline_number: Option<String>,
    /// Whether an officer has to look at it before it counts.
    pub held: bool,
    /// Whether it is a drill.
    pub exercise: bool,
    /// Whether it is made up for the demonstration.
    pub demo: bool,
    /// The hash of the reporter's receipt.
    pub receipt_sha256: Option<String>,
    /// The client's own name for the report.
    pub key: Option<String>,
    /// The how-manieth report of its kind at its place.
    pub nth: Option<u32>,
    /// By how much its place is more urgent than others.
    pub factor: Option<f64>,
    /// What makes its place so: a fire exit nearby.
    pub near: Option<Localized>,
    /// Its place in the words of both languages, where they are known.
    pub place_words: Option<Localized>,
    /// Until when an officer should have filed it.
    pub due_at: Option<Timestamp>,
}

impl Report {
    /// A report of which only the most necessary is known.
    pub fn new(id: FeatureId, at: Timestamp, actor: Actor, category: &str, source: Source) -> Self {
        Self {
            id,
            at,
            actor,
            category: category.to_owned(),
            source,
            note: None,
            photos: Vec::new(),
            grid: None,
            community: None,
            compound: None,
            building: None,
            housing: None,
            place: None,
            hotline_number: None,
            held: false,
            exercise: false,
            demo: false,
            receipt_sha256: None,
            key: None,
            nth: None,
            factor: None,
            near: None,
            place_words: None,
            due_at: None,
        }
    }
}

/// One warning as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id in the collection `warnings`.
    pub id: FeatureId,
    /// What is wrong.
    pub category: String,
    /// Where it stands.
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
    /// When it fell overdue, while it is.
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
    /// Whether an officer has to look at it before it counts.
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

/// Does the same for every property that may be absent.
macro_rules! sparse {
    ($each:ident) => {
        $each!(
            grid,
            community,
            compound,
            building,
            housing,
            place,
            unit,
            due_at,
            overdue_at,
            filed_at,
            dispatched_at,
            handled_at,
            closed_at,
            parked_until,
            merged_into,
            held,
            exercise,
            demo,
            note,
            photos,
            rating,
            hotline_number,
            step,
            ledger
        )
    };
}

impl Case {
    /// A new case out of a report. Its level is green for want of a judgement: see
    /// [`judge`](Self::judge).
    pub fn open(report: Report) -> Self {
        let mut step = Step::new(
            1,
            Action::Report,
            report.at,
            report.actor.role,
            Status::Reported,
        );
        step.account = report.actor.account.clone();
        step.unit = report.actor.unit.clone();
        step.note = report.note.clone();
        step.photos = report.photos;
        step.due_at = report.due_at;
        step.key = report.key;
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

    /// Reads a case out of the properties of its feature.
    pub fn read(id: &FeatureId, properties: &Properties) -> Result<Self, CaseError> {
        Self::from_map(id, properties.to_map())
    }

    /// Reads as much of a case as can be read: a property that is no such thing is left out. For what
    /// must not overlook a case because plain SQL wrote nonsense into it.
    pub fn read_leniently(id: &FeatureId, properties: &Properties) -> Self {
        let mut map = properties.to_map();
        loop {
            match Self::from_map(id, map.clone()) {
                Ok(case) => return case,
                // Each round has one property less.
                Err(error) => map.remove(&error.property),
            };
        }
    }

    /// Reads a case out of a decoded object of properties.
    pub fn from_map(id: &FeatureId, mut map: Map<String, Value>) -> Result<Self, CaseError> {
        let mut known = Known { id, map: &mut map };
        let reported_at: Option<Timestamp> = known.take("reported_at")?;
        let since: Option<Timestamp> = known.take("since")?;
        let reported_at = reported_at.or(since).unwrap_or_default();
        let category: Option<String> = known.take("category")?;
        let category = category.unwrap_or_else(|| "other".to_owned());
        let reason: Option<Localized> = known.take("reason")?;
        let mut case = Self {
            id: id.clone(),
            status: known.take("status")?.unwrap_or(Status::Reported),
            level: known.take("level")?.unwrap_or(Level::Yellow),
            since: since.unwrap_or(reported_at),
            reason: reason.unwrap_or_else(|| Localized::new(&category, &category)),
            source: known.take("source")?.unwrap_or(Source::GridWorker),
            reported_at,
            reports: known.take("reports")?.unwrap_or(1),
            steps: known.take("steps")?.unwrap_or(0),
            category,
            grid: None,
            community: None,
            compound: None,
            building: None,
            housing: None,
            place: None,
            unit: None,
            due_at: None,
            overdue_at: None,
            filed_at: None,
            dispatched_at: None,
            handled_at: None,
            closed_at: None,
            parked_until: None,
            merged_into: None,
            held: false,
            exercise: false,
            demo: false,
            note: None,
            photos: Vec::new(),
            rating: None,
            hotline_number: None,
            step: None,
            ledger: Inside::default(),
            extra: Map::new(),
        };
        macro_rules! take {
            ($($field:ident),+) => {
                $(if let Some(value) = known.take(stringify!($field))? { case.$field = value; })+
            };
        }
        sparse!(take);
        case.extra = map;
        Ok(case)
    }

    /// The properties of its feature. The texts were checked at the door, so an error means that
    /// `extra` holds something that no store can keep.
    pub fn properties(&self) -> Result<Properties, PropertiesError> {
        Properties::from_map(self.to_map())
    }

    fn to_map(&self) -> Map<String, Value> {
        let mut map = self.extra.clone();
        put(&mut map, "category", &self.category);
        put(&mut map, "status", &self.status);
        put(&mut map, "level", &self.level);
        put(&mut map, "since", &self.since);
        put(&mut map, "reason", &self.reason);
        put(&mut map, "source", &self.source);
        put(&mut map, "reported_at", &self.reported_at);
        put(&mut map, "reports", &self.reports);
        put(&mut map, "steps", &self.steps);
        macro_rules! write {
            ($($field:ident),+) => {
                $(if !is_default(&self.$field) { put(&mut map, stringify!($field), &self.$field); })+
            };
        }
        sparse!(write);
        map
    }

    /// Takes a step. One that it has taken already changes nothing. Whether a step may be taken is
    /// the table's to say ([`super::table::decide`]); here it is carried out.
    pub fn apply(&mut self, step: &Step) {
        if step.n <= self.steps {
            return;
        }
        let ran = self.status.clock_runs();
        self.keep_time(step);
        self.status = step.to;
        self.steps = step.n;
        if let Some(due_at) = step.due_at {
            self.due_at = Some(due_at);
        }
        self.carry_out(step);
        self.photos.extend(step.photos.iter().map(|p| CasePhoto {
            id: p.id.clone(),
            kind: p.kind,
            at: step.at,
        }));
        self.reports = self.reports.saturating_add(step.reports.unwrap_or(0));
        if let Some(key) = &step.key {
            let keys = &mut self.ledger.keys;
            keys.push(key.clone());
            let surplus = keys.len().saturating_sub(KEYS);
            keys.drain(..surplus);
        }
        self.mark_overdue(ran, step.at);
        self.step = Some(step.clone());
        self.take_level(step);
    }

    /// What the action itself does, apart from what every step does.
    fn carry_out(&mut self, step: &Step) {
        match step.action {
            Action::File => {
                self.filed_at = Some(step.at);
                self.due_at = step.due_at;
                // Who files it has looked at it.
                self.held = false;
            }
            Action::Reject | Action::Close => self.closed_at = Some(step.at),
            Action::Merge => {
                self.closed_at = Some(step.at);
                self.merged_into = step.into.clone();
            }
            Action::Dispatch => {
                self.unit = step.to_unit.clone();
                self.dispatched_at = Some(step.at);
                self.due_at = step.due_at;
            }
            Action::Return => {
                self.ledger.returned += 1;
                self.due_at = step.due_at;
            }
            Action::Handle => {
                self.handled_at = Some(step.at);
                self.ledger.handler = Some(Handler {
                    account: step.account.clone(),
                    unit: step.unit.clone(),
                });
            }
            Action::Verify if step.result == Some(Verdict::Fail) => {
                self.ledger.failed += 1;
                self.handled_at = None;
            }
            Action::Park => {
                self.parked_until = step.until;
                self.ledger.before_park = step.from;
            }
            Action::Resume => {
                self.parked_until = None;
                self.ledger.before_park = None;
            }
            Action::Reopen => {
                self.ledger.reopened += 1;
                self.filed_at = Some(step.at);
                self.due_at = step.due_at;
                self.closed_at = None;
                self.handled_at = None;
                self.held = false;
                // It will be closed again, and may be rated again then.
                self.rating = None;
            }
            Action::Rate => self.rating = step.rating,
            Action::Report
            | Action::Start
            | Action::Verify
            | Action::Extend
            | Action::Level
            | Action::Join
            | Action::Absorb => {}
        }
    }

    /// Stops the clock, or lets it run again.
    fn keep_time(&mut self, step: &Step) {
        let (ran, runs) = (self.status.clock_runs(), step.to.clock_runs());
        if ran && !runs {
            self.ledger.paused_at = Some(step.at);
        } else if !ran
            && runs
            && let Some(from) = self.ledger.paused_at.take()
        {
            self.ledger.pauses.push((from, step.at.max(from)));
        }
    }

    /// While the clock stands still, a case stays as late or as punctual as it was when it stopped.
    fn mark_overdue(&mut self, ran: bool, now: Timestamp) {
        if self.status.clock_runs() {
            self.overdue_at = self.due_at.filter(|due| *due <= now);
        } else if ran {
            // What is done at the very moment at which it is due is in time.
            self.overdue_at = self.due_at.filter(|due| *due < now);
        }
    }

    fn take_level(&mut self, step: &Step) {
        if let Some(level) = step.level {
            if level != self.level {
                self.since = step.at;
            }
            self.level = level;
        }
        if let Some(why) = &step.why {
            self.reason = why.clone();
        }
        if let Some(notice) = &step.notice {
            self.ledger.notice = Some(notice.clone());
        }
    }

    /// Lays a judgement of its level into the step that it took last. Says whether the level rose.
    pub fn judged(&mut self, level: Level, why: Localized) -> bool {
        let before = self.level;
        let Some(mut step) = self.step.take() else {
            return false;
        };
        if level != self.level || self.steps == 1 {
            step.level = Some(level);
        }
        if why != self.reason {
            step.why = Some(why);
        }
        self.take_level(&step);
        self.step = Some(step);
        self.level > before
    }

    /// Writes down what became of the notice of the step that it took last.
    pub fn noticed(&mut self, notice: Notice) {
        if let Some(step) = &mut self.step {
            step.notice = Some(notice.clone());
        }
        self.ledger.notice = Some(notice);
    }

    /// Whether it took a step, or came by a report, that the client named so.
    pub fn knows(&self, key: &str) -> bool {
        self.ledger.keys.iter().any(|k| k == key)
    }

    /// Whether it counts for the level of its grid: not while it is held, and never as a drill.
    pub fn counts(&self) -> bool {
        !self.held && !self.exercise
    }

    /// Whose turn it is; nobody's after it ended.
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
        let words = |place: &String| Localized::new(place, place);
        Facts {
            category: self.category.clone(),
            reported_at: self.reported_at,
            due_at: self.due_at,
            pauses: past.chain(now).collect(),
            nth: self.ledger.nth.unwrap_or(1),
            factor: self.ledger.factor.unwrap_or(1.0),
            near: self.ledger.near.clone(),
            place: self
                .ledger
                .place
                .clone()
                .or_else(|| self.place.as_ref().map(words)),
            exercise: self.exercise,
        }
    }

    /// Takes a step and judges the level anew at its moment, all in one: what a writer does with a
    /// step that was decided. Says whether the level rose, or the case opened at one that is worth a
    /// notice of its own.
    pub fn take(&mut self, step: &Step, rules: &Rules, calendar: &Calendar) -> bool {
        self.apply(step);
        self.judge(rules, calendar)
    }

    /// Judges the level at the moment of the last step, and writes it into that step. A case that
    /// ended keeps the level at which it ended.
    pub fn judge(&mut self, rules: &Rules, calendar: &Calendar) -> bool {
        let Some(at) = self.step.as_ref().map(|s| s.at) else {
            return false;
        };
        if self.status.is_ended() {
            return false;
        }
        let assessment = level::assess(&self.facts(), rules, calendar, at);
        self.judged(assessment.level, assessment.reason)
    }
}

struct Known<'a> {
    id: &'a FeatureId,
    map: &'a mut Map<String, Value>,
}

impl Known<'_> {
    fn take<T: DeserializeOwned>(&mut self, property: &str) -> Result<Option<T>, CaseError> {
        match self.map.remove(property) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|e| CaseError {
                    id: self.id.clone(),
                    property: property.to_owned(),
                    problem: e.to_string(),
                }),
        }
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: &impl Serialize) {
    // What stands in a case are texts, numbers and moments, which all have their JSON.
    let value = serde_json::to_value(value).unwrap_or_default();
    map.insert(key.to_owned(), value);
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
