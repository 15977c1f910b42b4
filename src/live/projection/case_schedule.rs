//! The case schedule (待办): the rules and the calendar in force, when each open case changes next, the
//! grids with open red cases, and the active silences.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};
use serde::Deserialize;

use super::{CaseClosure, CaseClosures, Event, Projection, Touched, entries};
use crate::access::gate_reports::GateReport;
use crate::codec::config::Problem;
use crate::index::{Collections, Entry};
use crate::model::names::collection::{RULES, SILENCES, WARNINGS};
use crate::model::names::property;
use crate::model::{Canonical, FeatureId, Level};
use crate::store::StoreError;
use crate::warnings::{Calendar, Case, Notice, Rules, due};

/// The collections that the schedule depends on.
const READS: [&str; 3] = [RULES, SILENCES, WARNINGS];

/// The cases that a silence matches. A missing field matches every case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Matcher {
    grid: Option<String>,
    community: Option<String>,
    category: Option<String>,
    warning: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Silence {
    #[serde(rename = "match")]
    matches: Matcher,
    until: Timestamp,
}

/// What the schedule keeps of an open case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    due: Option<Timestamp>,
    /// The grid of the case, if the case is red and counts.
    red_in: Option<String>,
}

/// The rules in force and the open cases. Cloning it and changing single cases is cheap.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSchedule {
    built_in: Arc<(Arc<Rules>, Arc<Calendar>)>,
    rules: Arc<Rules>,
    calendar: Arc<Calendar>,
    /// When the rows of the rules and of the calendar were last written.
    since: Timestamp,
    open: RedBlackTreeMapSync<FeatureId, Open>,
    moments: RedBlackTreeSetSync<(Timestamp, FeatureId)>,
    silences: BTreeMap<FeatureId, Silence>,
    closures: CaseClosures,
}

impl Projection for CaseSchedule {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        let broken = |problems: Vec<Problem>| {
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            StoreError::corrupt("the built-in rules", first)
        };
        let rules = Arc::new(Rules::built_in().map_err(broken)?);
        let calendar = Arc::new(Calendar::built_in().map_err(broken)?);
        let mut schedule = Self {
            built_in: Arc::new((Arc::clone(&rules), Arc::clone(&calendar))),
            rules,
            calendar,
            since: Timestamp::UNIX_EPOCH,
            open: RedBlackTreeMapSync::new_sync(),
            moments: RedBlackTreeSetSync::new_sync(),
            silences: BTreeMap::new(),
            closures: CaseClosures::default(),
        };
        schedule.load_rules(map);
        schedule.load_silences(map);
        schedule.load_cases(map);
        Ok(schedule)
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&READS))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        match step.touched(SILENCES) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    self.put_silence(id, step.find(SILENCES, id));
                }
            }
            Touched::Whole => self.load_silences(step.after),
        }
        let other_rules = step.touched(RULES) != Touched::Nothing;
        if other_rules {
            self.load_rules(step.after);
        }
        match step.touched(WARNINGS) {
            // New rules change the result for every open case.
            _ if other_rules => self.load_cases(step.after),
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    self.put_entry(id, step.find(WARNINGS, id));
                }
            }
            Touched::Whole => self.load_cases(step.after),
        }
    }
}

impl CaseSchedule {
    /// A schedule with the same rules and no cases.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            built_in: Arc::clone(&self.built_in),
            rules: Arc::clone(&self.rules),
            calendar: Arc::clone(&self.calendar),
            // In a replay, today's rules apply to the whole past.
            since: Timestamp::UNIX_EPOCH,
            open: RedBlackTreeMapSync::new_sync(),
            moments: RedBlackTreeSetSync::new_sync(),
            silences: BTreeMap::new(),
            closures: CaseClosures::default(),
        }
    }

    /// The rules in force.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The calendar in force.
    pub fn calendar(&self) -> &Arc<Calendar> {
        &self.calendar
    }

    /// When the rules or the calendar in force were last written; 1970 if the built-in ones are in
    /// force.
    pub fn in_force_since(&self) -> Timestamp {
        self.since
    }

    /// The cases that have not ended, including those pending review and drills.
    pub fn open(&self) -> impl Iterator<Item = &FeatureId> {
        self.open.keys()
    }

    /// The closures of ways by open cases, by the id of the case.
    pub fn closing(&self) -> impl Iterator<Item = (&FeatureId, &CaseClosure)> {
        self.closures.closing()
    }

    /// The reports of gates whose case, or the one that it was merged into, is open.
    pub fn gate_reports(&self) -> impl Iterator<Item = &GateReport> {
        self.closures.gate_reports(|id| self.open.contains_key(id))
    }

    /// The next moment at which time alone changes a case.
    pub fn next_moment(&self) -> Option<Timestamp> {
        self.moments.first().map(|(at, _)| *at)
    }

    /// The cases that change at a moment.
    pub fn due_at(&self, at: Timestamp) -> Vec<FeatureId> {
        let of_then = self.moments.iter().take_while(|(t, _)| *t <= at);
        of_then
            .filter(|(t, _)| *t == at)
            .map(|(_, id)| id.clone())
            .collect()
    }

    /// The next moment at which time alone changes this case.
    pub fn moment_of(&self, id: &FeatureId) -> Option<Timestamp> {
        self.open.get(id)?.due
    }

    /// Whether a notice about a case is sent at a moment, or which silence or red case suppresses it.
    pub fn fate(&self, case: &Case, at: Timestamp) -> Notice {
        let silent = self
            .silences
            .iter()
            .find(|(_, s)| s.until > at && s.matches.fits(case));
        if let Some((id, _)) = silent {
            return Notice::SilencedBy(id.to_string());
        }
        if case.level == Level::Yellow && self.rules.notices.red_inhibits_yellow {
            let same_grid = |open: &Open| open.red_in.is_some() && open.red_in == case.grid;
            let red = self
                .open
                .iter()
                .find(|(id, open)| **id != case.id && same_grid(open));
            if let Some((id, _)) = red {
                return Notice::InhibitedBy(id.clone());
            }
        }
        Notice::Sent
    }

    fn load_cases(&mut self, map: &Collections) {
        self.open = RedBlackTreeMapSync::new_sync();
        self.moments = RedBlackTreeSetSync::new_sync();
        self.closures = CaseClosures::default();
        for entry in entries(map, WARNINGS) {
            self.put_entry(entry.id(), Some(entry));
        }
    }

    fn put_entry(&mut self, id: &FeatureId, entry: Option<&Entry>) {
        // Most cases are closed. Closed ones are skipped without being parsed.
        let open = entry.filter(|e| !Canonical::new(e.all_properties()).has(property::CLOSED_AT));
        let case = open.map(Case::of).and_then(|read| match read {
            Ok(case) => Some(case),
            Err(error) => {
                tracing::error!(%error, %id, "a case cannot be read, so its level no longer changes with time");
                None
            }
        });
        self.apply_case(id, case.as_ref());
        self.closures.put(id, entry, case.as_ref(), &self.rules);
    }

    /// Updates the schedule with the present state of a case. `None` and an ended case remove it from the schedule.
    pub(crate) fn apply_case(&mut self, id: &FeatureId, case: Option<&Case>) {
        if let Some(due) = self.open.get(id).map(|before| before.due) {
            if let Some(due) = due {
                self.moments.remove_mut(&(due, id.clone()));
            }
            self.open.remove_mut(id);
        }
        let Some(case) = case.filter(|c| !c.status.is_ended()) else {
            return;
        };
        let due = due::next(case, &self.rules, &self.calendar, self.since);
        if let Some(due) = due {
            self.moments.insert_mut((due, id.clone()));
        }
        let red = case.level == Level::Red && case.counts();
        let red_in = case.grid.clone().filter(|_| red);
        self.open.insert_mut(id.clone(), Open { due, red_in });
    }

    /// Puts the stored rules and calendar in force. If a row is missing or cannot be read, the built-in ones are
    /// used. The previous ones are not used, because a process that starts later would not know them and would
    /// compute other levels.
    fn load_rules(&mut self, map: &Collections) {
        self.rules = Arc::clone(&self.built_in.0);
        self.calendar = Arc::clone(&self.built_in.1);
        self.since = Timestamp::UNIX_EPOCH;
        for entry in entries(map, RULES) {
            self.put_rules(entry);
        }
    }

    fn put_rules(&mut self, entry: &Entry) {
        let Some(text) = Canonical::new(entry.all_properties()).text("text") else {
            return;
        };
        let taken = match entry.id().as_str() {
            "rules" => Rules::parse(&text).map(|r| self.rules = Arc::new(r)),
            "calendar" => Calendar::parse(&text).map(|c| self.calendar = Arc::new(c)),
            _ => return,
        };
        match taken {
            Ok(()) => self.since = self.since.max(entry.updated_at()),
            Err(problems) => {
                let problem = problems
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                tracing::error!(
                    row = %entry.id(), problem,
                    "the stored rules cannot be read; the built-in rules are in force"
                );
            }
        }
    }

    fn load_silences(&mut self, map: &Collections) {
        self.silences.clear();
        for entry in entries(map, SILENCES) {
            self.put_silence(entry.id(), Some(entry));
        }
    }

    fn put_silence(&mut self, id: &FeatureId, entry: Option<&Entry>) {
        self.silences.remove(id);
        let Some(entry) = entry else { return };
        match serde_json::from_str(entry.all_properties()) {
            Ok(silence) => {
                self.silences.insert(id.clone(), silence);
            }
            Err(error) => tracing::error!(%error, %id, "a silence cannot be read and is ignored"),
        }
    }
}

impl Matcher {
    fn fits(&self, case: &Case) -> bool {
        let same = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|w| Some(w) == found)
        };
        same(&self.grid, case.grid.as_deref())
            && same(&self.community, case.community.as_deref())
            && same(&self.category, Some(&case.category))
            && same(&self.warning, Some(case.id.as_str()))
    }
}
