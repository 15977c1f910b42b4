//! What a step comes to, decided and not yet written: the case machine with everything that it takes
//! from the map, the rules and the calendar. Pure: the office, the timer and the replay of an old ledger
//! all decide by this one.

use geo_types::Coord;
use jiff::{SignedDuration, Timestamp, TimestampRound, Unit};
use serde_json::{Map, Value};

use crate::index::{Collections, Entry};
use crate::live::{Snapshot, history};
use crate::model::{Body, Change, CollectionId, FeatureId, Localized, RoleSet, Schema, View};
use crate::service::place::{self, Place};
use crate::spatial::metres;
use crate::store::StoreError;
use crate::warnings::rules::PlaceRule;
use crate::warnings::sheet::Names;
use crate::warnings::{
    Action, Actor, Calendar, Case, Context, Refusal, Report, Rules, Status, Wish, decide, due,
    table,
};

/// The collection whose features are the cases.
pub const CASES: &str = "warnings";

/// What decisions read, all of it of one moment.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The map.
    pub map: &'a Collections,
    /// The rules in force.
    pub rules: &'a Rules,
    /// The calendar in force.
    pub calendar: &'a Calendar,
}

/// What a place adds to how urgent something is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Weight {
    /// Times run out so much sooner.
    pub factor: f64,
    /// Because it is near this.
    pub near: Localized,
}

/// What a step made of a case, and of the one it was merged into.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The case after the step.
    pub case: Case,
    /// The case that stands for it from now on.
    pub into: Option<Case>,
}

/// A moment as steps keep it: whole milliseconds, never later than it was.
pub fn moment(at: Timestamp) -> Timestamp {
    let whole = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(jiff::RoundMode::Floor);
    at.round(whole).unwrap_or(at)
}

impl<'a> Desk<'a> {
    /// What is decided by at the moment of a snapshot.
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
                    let map = properties(entry);
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
        let Some(cases) = self.map.get(CASES) else {
            return 0;
        };
        let window = SignedDuration::from_hours(24 * i64::from(repeats.window_days));
        // What was reported before, told apart without being parsed.
        let since = now - window;
        let late = |entry: &Entry| history::happened_since(entry, since);
        let known = cases
            .nearest_where(at, usize::MAX, repeats.distance_m, Some(&late))
            .into_iter()
            .filter_map(|(entry, _)| read(&entry).ok());
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
        wish: &Wish,
        into: Option<&Case>,
        now: Timestamp,
    ) -> Result<Decided, Refusal> {
        let competences = wish.unit.as_deref().and_then(|id| self.competences(id));
        let context = Context {
            competences: competences.as_deref(),
            into,
            distance_m: wish
                .position
                .zip(anchor)
                .map(|(here, there)| metres::distance(here, there)),
            ..self.context(now)
        };
        let step = decide(case, actor, wish, &context)?;
        let mut next = case.clone();
        next.take(&step, self.rules, self.calendar);
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
        let entry = self.map.get("units")?.get(unit)?;
        let map = properties(entry);
        let list = map.get("competences").and_then(Value::as_array);
        let words = list.into_iter().flatten().filter_map(Value::as_str);
        Some(words.map(str::to_owned).collect())
    }
}

/// A case as the map has it.
///
/// # Errors
/// When somebody wrote properties that are no case's.
pub fn read(entry: &Entry) -> Result<Case, StoreError> {
    Case::of(entry).map_err(|e| StoreError::corrupt("warnings", e))
}

/// One point of a case's geometry.
pub fn anchor(entry: &Entry) -> Option<Coord<f64>> {
    entry.geometry().and_then(place::anchor)
}

/// A case as a change of its feature.
///
/// # Errors
/// Never in practice: what stands in a case was checked at the door.
pub fn change(
    case: &Case,
    geometry: Option<geo_types::Geometry<f64>>,
) -> Result<Change, StoreError> {
    let properties = case
        .properties()
        .map_err(|e| StoreError::corrupt(format!("warning {}", case.id), e))?;
    Ok(Change {
        collection: cases()?,
        id: case.id.clone(),
        body: Some(Body {
            geometry,
            properties,
        }),
    })
}

/// The collection of the cases.
///
/// # Errors
/// Never: its name is a name.
pub fn cases() -> Result<CollectionId, StoreError> {
    CollectionId::new(CASES).map_err(|e| StoreError::bad_id("collection", &e))
}

/// The properties of a feature, all of them.
pub fn properties(entry: &Entry) -> Map<String, Value> {
    serde_json::from_str(entry.all_properties()).unwrap_or_default()
}

/// The properties of a feature in a view.
pub fn seen_properties(entry: &Entry, schema: &Schema, view: View<'_>) -> Map<String, Value> {
    serde_json::from_str(&entry.properties(schema, view)).unwrap_or_default()
}

/// What the ids in a sheet or in figures are called, as far as an account with these roles sees their names.
pub fn names(snapshot: &Snapshot, roles: impl Into<RoleSet>) -> Names {
    let roles = roles.into();
    let named = |collection: &str| {
        let features = snapshot.collections().get(collection);
        let features = features.filter(|c| c.schema().shows(roles, "name"));
        features
            .into_iter()
            .flat_map(|c| c.iter().cloned().collect::<Vec<_>>())
            .filter_map(|entry| {
                let name = properties(&entry).get("name")?.as_str()?.to_owned();
                Some((entry.id().to_string(), name))
            })
            .collect()
    };
    let categories = &snapshot.ledger().rules().categories;
    Names {
        categories: categories
            .iter()
            .map(|(id, c)| (id.clone(), c.name.clone()))
            .collect(),
        units: named("units"),
        grids: named("grids"),
    }
}

/// The id of a feature out of text that may be none.
///
/// # Errors
/// When it is no id.
pub fn id(text: &str) -> Result<FeatureId, StoreError> {
    FeatureId::new(text).map_err(|e| StoreError::bad_id("id", &e))
}
