//! Case decisions: what a step does to a case, by the map, the rules and the calendar of one moment. Pure:
//! the case service, the timer and the replay decide by it.

use geo_types::Coord;
use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};
use serde_json::Value;

use super::cases;
use crate::index::{Collections, Entry};
use crate::live::{Snapshot, history};
use crate::model::Localized;
use crate::model::names::collection::{UNITS, WARNINGS};
use crate::service::place::Place;
use crate::spatial::metres;
use crate::warnings::rules::PlaceRule;
use crate::warnings::{
    Action, ActionRequest, Actor, Calendar, Case, Context, Refusal, Report, Rules, Status, decide,
    due, table,
};

/// Everything that a decision reads, of one moment.
#[derive(Debug, Clone, Copy)]
pub struct Decisions<'a> {
    /// The map.
    pub map: &'a Collections,
    /// The rules in force.
    pub rules: &'a Rules,
    /// The calendar in force.
    pub calendar: &'a Calendar,
}

/// How much more urgent cases are at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// Deadlines are divided by it.
    pub factor: f64,
    /// The reason: the place is near this.
    pub near: Localized,
}

/// The result of a step.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The case after the step.
    pub case: Case,
    /// The case it was merged into, where the step is a merge.
    pub into: Option<Case>,
}

/// A moment as steps keep it: rounded down to whole milliseconds.
pub fn moment(at: Timestamp) -> Timestamp {
    let whole = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(jiff::RoundMode::Floor);
    at.round(whole).unwrap_or(at)
}

impl<'a> Decisions<'a> {
    /// The map, rules and calendar of a snapshot.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            map: snapshot.collections(),
            rules: snapshot.ledger().rules(),
            calendar: snapshot.ledger().calendar(),
        }
    }

    /// Opens the case of a report, judged. `before` is how many reports came before it that count
    /// together with it.
    pub fn open(&self, mut report: Report, place: &Place, before: u32) -> Case {
        report.grid.clone_from(&place.grid);
        report.community.clone_from(&place.community);
        report.compound.clone_from(&place.compound);
        report.building.clone_from(&place.building);
        report.housing.clone_from(&place.housing);
        if report.place.is_none() {
            report.place.clone_from(&place.words);
        }
        let weight = self.weight(&report.category, place.anchor);
        report.nth = Some(before + 1);
        report.factor = weight.as_ref().map(|w| w.factor);
        report.near = weight.map(|w| w.near);
        report.due_at = self.context(report.at).respond_by(&report.category);
        let mut case = Case::open(report);
        case.judge(self.rules, self.calendar);
        case
    }

    fn context(&self, now: Timestamp) -> Context<'a> {
        Context::new(now, self.rules, self.calendar)
    }

    /// How much more urgent a category is at a place: the strictest of the rules that apply.
    pub fn weight(&self, category: &str, at: Coord<f64>) -> Option<Weight> {
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

    /// How many reports of a category count as earlier ones of a report at this place: those on the
    /// map within the rule's distance (true metres) and window.
    pub fn reports_before(&self, category: &str, at: Coord<f64>, now: Timestamp) -> u32 {
        let Some(repeats) = self
            .rules
            .category(category)
            .and_then(|r| r.repeats.as_ref())
        else {
            return 0;
        };
        let Some(cases) = self.map.get(WARNINGS) else {
            return 0;
        };
        let window = SignedDuration::from_hours(24 * i64::from(repeats.window_days));
        // What was reported before, told apart without being parsed.
        let since = now - window;
        let late = |entry: &Entry| history::happened_since(entry, since);
        let known = cases
            .nearest_where(at, usize::MAX, repeats.distance_m, Some(&late))
            .into_iter()
            .filter_map(|(entry, _)| cases::read(&entry).ok());
        known
            .filter(|c| c.category == category && c.counts() && c.reported_at <= now)
            .filter(|c| !matches!(c.status, Status::Rejected | Status::Merged))
            .filter(|c| now.duration_since(c.reported_at) <= window)
            .map(|c| c.reports)
            .sum()
    }

    /// What an action makes of a case. `into` is the case that a merge names, where there is one.
    ///
    /// # Errors
    /// When the table, the person or a field does not allow it.
    pub fn act(
        &self,
        case: &Case,
        anchor: Option<Coord<f64>>,
        actor: &Actor,
        request: &ActionRequest,
        into: Option<&Case>,
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        let competences = request.unit.as_deref().and_then(|id| self.competences(id));
        let context = Context {
            competences: competences.as_deref(),
            into,
            distance_m: request
                .position
                .zip(anchor)
                .map(|(here, there)| metres::distance(here, there)),
            ..self.context(now)
        };
        let step = decide(case, actor, request, &context)?;
        let mut next = case.clone();
        next.apply_judged(&step, self.rules, self.calendar);
        let into = (step.action == Action::Merge)
            .then_some(into)
            .flatten()
            .map(|other| {
                let mut other = other.clone();
                let mark = table::absorb_mark(&other, case, step.at);
                other.apply(&mark);
                // Two that are one are as often as the later of them was; of what else was reported
                // there nothing is known by that.
                if other.category == case.category {
                    other.ledger.nth = other.ledger.nth.max(case.ledger.nth);
                }
                other.judge(self.rules, self.calendar);
                other
            });
        Ok(Decided { case: next, into })
    }

    /// When time alone, or the rules that came into force at `rules_since`, will next have changed
    /// something about a case that nobody touches.
    pub fn due(&self, case: &Case, rules_since: Timestamp) -> Option<Timestamp> {
        due::next(case, self.rules, self.calendar, rules_since)
    }

    /// What a case is once a moment of its own has come; `None` where nothing changes.
    pub fn fall_due(&self, case: &Case, at: Timestamp) -> Option<Case> {
        due::apply(case, self.rules, self.calendar, at)
    }

    /// What a unit is competent for; `None` if there is no such unit.
    fn competences(&self, unit: &str) -> Option<Vec<String>> {
        let entry = self.map.get(UNITS)?.get(unit)?;
        let map = cases::properties(entry);
        let list = map.get("competences").and_then(Value::as_array);
        let words = list.into_iter().flatten().filter_map(Value::as_str);
        Some(words.map(str::to_owned).collect())
    }
}
