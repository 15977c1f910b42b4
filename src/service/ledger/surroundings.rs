//! The data of a snapshot that the case engine reads: the map, the rules, the calendar and the silences.

use geo_types::Coord;
use jiff::{Timestamp, TimestampRound};
use serde_json::Value;

use super::cases;
use super::past;
use crate::index::{Collections, Entry};
use crate::live::Snapshot;
use crate::model::names::collection::{UNITS, WARNINGS};
use crate::model::names::property;
use crate::model::{FeatureId, Localized};
use crate::warnings::engine::{Earlier, Surroundings, Weight};
use crate::warnings::responsible::{Matter, Unit, passed_over};
use crate::warnings::rules::PlaceRule;
use crate::warnings::suggest::suggest;
use crate::warnings::{Calendar, Case, Notice, Rules};

/// The surroundings of a case: one snapshot's map, rules and calendar.
#[derive(Debug, Clone, Copy)]
pub struct OnMap<'a> {
    snapshot: &'a Snapshot,
    /// The map.
    pub map: &'a Collections,
    /// The rules in force.
    pub rules: &'a Rules,
    /// The calendar in force.
    pub calendar: &'a Calendar,
}

/// A moment in the precision of the log: rounded down to whole milliseconds.
pub fn moment(at: Timestamp) -> Timestamp {
    let whole = TimestampRound::new()
        .smallest(jiff::Unit::Millisecond)
        .mode(jiff::RoundMode::Floor);
    at.round(whole).unwrap_or(at)
}

impl<'a> OnMap<'a> {
    /// The surroundings from a snapshot.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            map: snapshot.collections(),
            rules: snapshot.ledger().rules(),
            calendar: snapshot.ledger().calendar(),
        }
    }
}

impl OnMap<'_> {
    /// All member units, with the cases that each must handle at present.
    fn units(&self) -> Vec<Unit> {
        let units = self
            .map
            .get(UNITS)
            .into_iter()
            .flat_map(|units| units.iter());
        let read = |entry: &std::sync::Arc<Entry>| {
            let open = self.snapshot.status().load_of(entry.id().as_str());
            Unit::read(entry.id(), &cases::properties(entry), None, open)
        };
        units.map(read).collect()
    }

    /// The unit that is suggested first for a case; `None` if no unit may handle it.
    pub fn best_unit(&self, case: &Case, at: Timestamp) -> Option<FeatureId> {
        let matter = Matter::of(case);
        let ranked = suggest(&matter, self.units(), self.rules, self.calendar, at);
        let best = ranked.into_iter().find(|unit| unit.competent);
        best.map(|unit| unit.id)
    }
}

impl Surroundings for OnMap<'_> {
    fn rules(&self) -> &Rules {
        self.rules
    }

    fn calendar(&self) -> &Calendar {
        self.calendar
    }

    fn weight(&self, category: &str, at: Coord<f64>) -> Option<Weight> {
        let concerns =
            |r: &&PlaceRule| r.categories.is_empty() || r.categories.iter().any(|c| c == category);
        let applies = |rule: &&PlaceRule| {
            let Some(features) = self.map.get(&rule.collection) else {
                return false;
            };
            let fits = |entry: &Entry| {
                rule.matches.is_empty() || {
                    let map = cases::properties(entry);
                    rule.matches.iter().all(|(k, v)| map.get(k) == Some(v))
                }
            };
            !features
                .nearest_where(at, 1, rule.within_m, Some(&fits))
                .is_empty()
        };
        let strictest = self
            .rules
            .places
            .iter()
            .filter(concerns)
            .filter(applies)
            .max_by(|a, b| a.factor.total_cmp(&b.factor))?;
        Some(Weight {
            factor: strictest.factor,
            near: strictest.name.clone(),
        })
    }

    fn cases_near(
        &self,
        category: &str,
        at: Coord<f64>,
        distance_m: f64,
        since: Timestamp,
        each: &mut dyn FnMut(Earlier),
    ) {
        let Some(cases) = self.map.get(WARNINGS) else {
            return;
        };
        // Most cases are older. They are recognised without being parsed.
        let late = |entry: &Entry| past::happened_since(entry, since);
        let near = cases.nearest_where(at, usize::MAX, distance_m, Some(&late));
        near.into_iter()
            .filter_map(|(entry, _)| cases::read(&entry).ok())
            .filter(|case| case.category == category)
            .for_each(|case| each(Earlier::of(&case)));
    }

    fn competences(&self, unit: &str, _category: &str) -> Option<Vec<String>> {
        let entry = self.map.get(UNITS)?.get(unit)?;
        let map = cases::properties(entry);
        let list = map.get(property::COMPETENCES).and_then(Value::as_array);
        let words = list.into_iter().flatten().filter_map(Value::as_str);
        Some(words.map(str::to_owned).collect())
    }

    fn passed_over(&self, case: &Case, unit: &str) -> Option<Localized> {
        if self.rules.responsibilities.list.is_empty() {
            return None;
        }
        passed_over(&Matter::of(case), &self.units(), unit, self.rules)
    }

    fn notice(&self, case: &Case, at: Timestamp) -> Option<Notice> {
        Some(self.snapshot.ledger().fate(case, at))
    }
}
