//! The ledger as it has to be at hand (待办): the rules and the calendar in force, when the next moment
//! of every open case comes, which reds are open where, and what is silenced. A projection: it follows
//! from the commits and from nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;

use crate::index::{Collections, Entry};
use crate::model::names::collection::{RULES, SILENCES, WARNINGS};
use crate::model::{CollectionId, FeatureId, Level, Properties, Record};
use crate::store::StoreError;
use crate::warnings::{Calendar, Case, Notice, Problem, Rules, due};

/// What a silence matches; what it does not name matches everything.
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

/// What is open, as far as others have to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    due: Option<Timestamp>,
    /// The grid of a case that is red and counts.
    red_in: Option<String>,
}

/// The ledger at hand.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseSchedule {
    rules: Arc<Rules>,
    calendar: Arc<Calendar>,
    /// When rules or calendar last changed.
    since: Timestamp,
    open: BTreeMap<FeatureId, Open>,
    moments: BTreeSet<(Timestamp, FeatureId)>,
    silences: BTreeMap<FeatureId, Silence>,
}

impl CaseSchedule {
    /// Reads it off the collections.
    ///
    /// # Errors
    /// Never in practice: the rules that are compiled in are read by tests.
    pub(in crate::live) fn load(map: &Collections) -> Result<Self, StoreError> {
        let broken = |problems: Vec<Problem>| {
            let first = problems
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            StoreError::corrupt("the rules that are compiled in", first)
        };
        let mut schedule = Self {
            rules: Arc::new(Rules::built_in().map_err(broken)?),
            calendar: Arc::new(Calendar::built_in().map_err(broken)?),
            since: Timestamp::UNIX_EPOCH,
            open: BTreeMap::new(),
            moments: BTreeSet::new(),
            silences: BTreeMap::new(),
        };
        for entry in rows(map, RULES) {
            schedule.take_rules(entry);
        }
        for entry in rows(map, SILENCES) {
            schedule.take_silence(entry.id(), Some(entry));
        }
        schedule.take_all(map);
        Ok(schedule)
    }

    /// The same rules over a ledger without a case.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            rules: Arc::clone(&self.rules),
            calendar: Arc::clone(&self.calendar),
            // What is played is judged by these rules all along.
            since: Timestamp::UNIX_EPOCH,
            open: BTreeMap::new(),
            moments: BTreeSet::new(),
            silences: BTreeMap::new(),
        }
    }

    /// Whether a record of the collection may change it.
    pub(in crate::live) fn reads(collection: &CollectionId) -> bool {
        [WARNINGS, RULES, SILENCES].contains(&collection.as_str())
    }

    /// Takes a commit up. `map` are the collections after it.
    pub(in crate::live) fn apply(&mut self, map: &Collections, records: &[Record]) {
        let mut all = false;
        for record in records {
            let id = &record.id;
            match record.collection.as_str() {
                RULES => {
                    if let Some(entry) = find(map, RULES, id) {
                        self.take_rules(entry);
                    }
                    all = true;
                }
                SILENCES => self.take_silence(id, find(map, SILENCES, id)),
                WARNINGS if !all => {
                    let entry = map.get(WARNINGS).and_then(|c| c.get(id.as_str()));
                    self.take_entry(id, entry.map(AsRef::as_ref));
                }
                _ => {}
            }
        }
        if all {
            self.take_all(map);
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

    /// When the rules or the calendar last changed.
    pub fn in_force_since(&self) -> Timestamp {
        self.since
    }

    /// The cases that have not ended, those held back and drills among them.
    pub fn open(&self) -> impl Iterator<Item = &FeatureId> {
        self.open.keys()
    }

    /// When time alone will next change a case.
    pub fn next_moment(&self) -> Option<Timestamp> {
        self.moments.first().map(|(at, _)| *at)
    }

    /// The cases that a moment changes.
    pub fn due_at(&self, at: Timestamp) -> Vec<FeatureId> {
        let of_then = self.moments.iter().take_while(|(t, _)| *t <= at);
        of_then
            .filter(|(t, _)| *t == at)
            .map(|(_, id)| id.clone())
            .collect()
    }

    /// When time alone will next change this case.
    pub fn moment_of(&self, id: &FeatureId) -> Option<Timestamp> {
        self.open.get(id)?.due
    }

    /// What becomes of a notice that a case is worth at a moment.
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

    fn take_all(&mut self, map: &Collections) {
        self.open.clear();
        self.moments.clear();
        let Some(cases) = map.get(WARNINGS) else {
            return;
        };
        for entry in cases.iter() {
            self.take_entry(entry.id(), Some(entry));
        }
    }

    fn take_entry(&mut self, id: &FeatureId, entry: Option<&Entry>) {
        // Most cases are closed: what is not open is not even parsed.
        let open = entry.filter(|e| !e.all_properties().contains("\"closed_at\":"));
        match open.map(Case::of) {
            None => self.take(id, None),
            Some(Ok(case)) => self.take(id, Some(&case)),
            Some(Err(error)) => {
                tracing::error!(%error, "a case that cannot be read stands still");
                self.take(id, None);
            }
        }
    }

    /// Takes up what a case is now.
    pub(crate) fn take(&mut self, id: &FeatureId, case: Option<&Case>) {
        if let Some(before) = self.open.remove(id)
            && let Some(due) = before.due
        {
            self.moments.remove(&(due, id.clone()));
        }
        let Some(case) = case.filter(|c| !c.status.is_ended()) else {
            return;
        };
        let due = due::next(case, &self.rules, &self.calendar, self.since);
        if let Some(due) = due {
            self.moments.insert((due, id.clone()));
        }
        let red = case.level == Level::Red && case.counts();
        let red_in = case.grid.clone().filter(|_| red);
        self.open.insert(id.clone(), Open { due, red_in });
    }

    /// Rules that cannot be read leave those before them in force.
    fn take_rules(&mut self, entry: &Entry) {
        let map = Properties::from_canonical(entry.all_properties()).to_map();
        let Some(text) = map.get("text").and_then(serde_json::Value::as_str) else {
            return;
        };
        let taken = match entry.id().as_str() {
            "rules" => Rules::parse(text).map(|r| self.rules = Arc::new(r)),
            "calendar" => Calendar::parse(text).map(|c| self.calendar = Arc::new(c)),
            _ => return,
        };
        match taken {
            Ok(()) => self.since = self.since.max(entry.updated_at()),
            Err(problems) => {
                let problem = problems
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                tracing::error!(row = %entry.id(), problem, "stored rules are not taken up");
            }
        }
    }

    fn take_silence(&mut self, id: &FeatureId, entry: Option<&Entry>) {
        self.silences.remove(id);
        let Some(entry) = entry else { return };
        match serde_json::from_str(entry.all_properties()) {
            Ok(silence) => {
                self.silences.insert(id.clone(), silence);
            }
            Err(error) => tracing::error!(%error, %id, "a silence that cannot be read is none"),
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

fn rows<'a>(map: &'a Collections, name: &str) -> Vec<&'a Entry> {
    let rows = map.hidden(name);
    rows.into_iter()
        .flat_map(|c| c.iter())
        .map(AsRef::as_ref)
        .collect()
}

fn find<'a>(map: &'a Collections, name: &str, id: &FeatureId) -> Option<&'a Entry> {
    map.hidden(name)?.get(id.as_str()).map(AsRef::as_ref)
}
