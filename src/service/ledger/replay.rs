//! Replays a past ledger: runs reports and actions through the case engine, with the changes that time makes
//! between them. Each step becomes one edit that takes effect at its own moment. The demo and the benchmarks
//! use it.
//!
//! It reads the map, the rules and the calendar of one snapshot and writes nothing.

use std::collections::{BTreeMap, HashMap};

use geo_types::{Coord, Geometry};
use jiff::{SignedDuration, Timestamp};

use super::cases;
use super::surroundings::{OnMap, moment};
use crate::live::{CaseSchedule, Snapshot};
use crate::model::{Author, Change, Edit, FeatureId};
use crate::service::place::{Place, Where, WhereError};
use crate::spatial::metres;
use crate::store::StoreError;
use crate::warnings::engine::{self, Earlier, Event, Surroundings, Weight};
use crate::warnings::{
    Action, ActionRequest, Actor, Calendar, Case, Notice, Refusal, Report, Rules,
};

/// Why a step could not be replayed. A failed step leaves no trace.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The case does not exist or was dropped from memory.
    #[error("there is no case {0:?}")]
    NoSuchCase(FeatureId),
    /// The place is not valid.
    #[error(transparent)]
    Place(#[from] WhereError),
    /// The status table does not allow the action.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The changed case could not be converted to a change for the store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A replayed case, its geometry, and the point at which it is located, in WGS 84.
#[derive(Debug)]
struct Played {
    case: Case,
    geometry: Geometry<f64>,
    anchor: Coord<f64>,
}

/// An earlier case that may make a later report nearby a repetition.
#[derive(Debug)]
struct Past {
    id: FeatureId,
    anchor: Coord<f64>,
    earlier: Earlier,
}

/// The map without its ledger, and the cases replayed so far.
#[derive(Debug)]
struct Stage<'a> {
    map: OnMap<'a>,
    schedule: CaseSchedule,
    /// Cases by category, in the order of their reports.
    past: HashMap<String, Vec<Past>>,
}

/// A ledger that is being replayed. Time only moves forward.
#[derive(Debug)]
pub struct Replay<'a> {
    around: Stage<'a>,
    cases: BTreeMap<FeatureId, Played>,
    edits: Vec<Edit>,
}

impl<'a> Replay<'a> {
    /// An empty ledger with the map and the rules of a snapshot.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            around: Stage {
                map: OnMap::of(snapshot),
                schedule: snapshot.ledger().emptied(),
                past: HashMap::new(),
            },
            cases: BTreeMap::new(),
            edits: Vec::new(),
        }
    }

    /// The edits since the last call, in order.
    pub fn take_edits(&mut self) -> Vec<Edit> {
        std::mem::take(&mut self.edits)
    }

    /// The present state of a case.
    pub fn case(&self, id: &FeatureId) -> Option<&Case> {
        self.cases.get(id).map(|p| &p.case)
    }

    /// The cases as features, by id.
    ///
    /// # Errors
    /// When a case cannot be encoded.
    pub fn features(&self) -> Result<Vec<Change>, StoreError> {
        let all = self.cases.values();
        all.map(|p| cases::change(&p.case, Some(p.geometry.clone())))
            .collect()
    }

    /// Drops an ended case from memory.
    pub fn forget(&mut self, id: &FeatureId) {
        self.cases.remove(id);
    }

    /// Advances time to `now` and applies the transitions that fall due.
    ///
    /// # Errors
    /// When a case cannot be encoded.
    pub fn until(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while let Some(at) = self.around.schedule.next_moment().filter(|at| *at <= now) {
            // All cases that are due at a moment are decided from the state before it, as the timer does.
            let mut next = Vec::new();
            for id in self.around.schedule.due_at(at) {
                let step = |played: &Played| {
                    let event = Event::Time { at };
                    let stepped = engine::step(&self.around, &played.case, event).ok()?;
                    (stepped.case.steps > played.case.steps).then_some(stepped.case)
                };
                match self.cases.get(&id).and_then(step) {
                    Some(case) => next.push(case),
                    // The case did not change. It is removed from the schedule, otherwise it would be due again at
                    // once.
                    None => self.around.schedule.apply_case(&id, None),
                }
            }
            let mut changes = Vec::new();
            for case in next {
                changes.extend(self.keep(case)?);
            }
            self.write(&Actor::system(), at, "time", changes);
        }
        Ok(())
    }

    /// Applies a report. The map adds the grid, community, compound and building of its place.
    ///
    /// # Errors
    /// If the place is not valid.
    pub fn report(&mut self, report: Report, place: &Where) -> Result<(), ReplayError> {
        let at = moment(report.at);
        self.until(at)?;
        let place = Place::locate(self.around.map.map, place)?;
        let actor = report.actor.clone();
        let report = place.describe(Report { at, ..report });
        self.around.forget_past(&report.category, at);
        let case = engine::open(&self.around, report, place.anchor);
        let past = self.around.past.entry(case.category.clone()).or_default();
        past.push(Past {
            id: case.id.clone(),
            anchor: place.anchor,
            earlier: Earlier::of(&case),
        });
        let geometry = place.shown(self.around.map.map, &case.category);
        let change = cases::change(&case, Some(geometry.clone()))?;
        self.around.schedule.apply_case(&case.id, Some(&case));
        self.cases.insert(
            case.id.clone(),
            Played {
                case,
                geometry,
                anchor: place.anchor,
            },
        );
        self.write(&actor, at, "report", vec![change]);
        Ok(())
    }

    /// Applies an action to a case.
    ///
    /// # Errors
    /// If there is no such case, or the status table does not allow the action.
    pub fn act(
        &mut self,
        id: &FeatureId,
        request: &ActionRequest,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), ReplayError> {
        let now = moment(now);
        self.until(now)?;
        let gone = || ReplayError::NoSuchCase(id.clone());
        let played = self.cases.get(id).ok_or_else(gone)?;
        let into = match &request.into {
            Some(into) if request.action == Action::Merge => self.cases.get(into).map(|p| &p.case),
            _ => None,
        };
        let event = Event::Action {
            actor,
            request,
            anchor: Some(played.anchor),
            into,
            at: now,
        };
        let stepped = engine::step(&self.around, &played.case, event)?;
        let mut changes = Vec::new();
        for next in [Some(stepped.case), stepped.into].into_iter().flatten() {
            changes.extend(self.keep(next)?);
        }
        self.write(actor, now, request.action.as_str(), changes);
        Ok(())
    }

    /// Stores the next state of a case, and returns the change that writes it.
    fn keep(&mut self, next: Case) -> Result<Option<Change>, StoreError> {
        let Some(played) = self.cases.get_mut(&next.id) else {
            return Ok(None);
        };
        self.around.schedule.apply_case(&next.id, Some(&next));
        let of_category = self.around.past.get_mut(&next.category);
        if let Some(past) = of_category.and_then(|p| p.iter_mut().rfind(|p| p.id == next.id)) {
            past.earlier = Earlier::of(&next);
        }
        let change = cases::change(&next, Some(played.geometry.clone()))?;
        played.case = next;
        Ok(Some(change))
    }

    fn write(&mut self, actor: &Actor, at: Timestamp, reason: &str, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let author = Author {
            role: actor.roles.foremost(),
            account: actor.account.clone(),
        };
        let mut edit = Edit::new(author, changes).because(reason);
        edit.effective_at = Some(at);
        self.edits.push(edit);
    }
}

impl Stage<'_> {
    /// Drops the cases of a category that are too old to count as earlier reports for a report at `at` or
    /// later.
    fn forget_past(&mut self, category: &str, at: Timestamp) {
        let rule = self.map.rules.category(category);
        let days = rule.and_then(|r| r.repeats.as_ref()).map(|r| r.window_days);
        let (Some(days), Some(past)) = (days, self.past.get_mut(category)) else {
            return;
        };
        let window = SignedDuration::from_hours(24 * i64::from(days));
        let old = past.partition_point(|p| at.duration_since(p.earlier.reported_at) > window);
        past.drain(..old);
    }
}

impl Surroundings for Stage<'_> {
    fn rules(&self) -> &Rules {
        self.map.rules
    }

    fn calendar(&self) -> &Calendar {
        self.map.calendar
    }

    fn weight(&self, category: &str, at: Coord<f64>) -> Option<Weight> {
        self.map.weight(category, at)
    }

    fn cases_near(
        &self,
        category: &str,
        at: Coord<f64>,
        distance_m: f64,
        _since: Timestamp,
        each: &mut dyn FnMut(Earlier),
    ) {
        let past = self.past.get(category).into_iter().flatten();
        past.filter(|p| metres::distance(p.anchor, at) <= distance_m)
            .for_each(|p| each(p.earlier));
    }

    fn competences(&self, unit: &str, category: &str) -> Option<Vec<String>> {
        self.map.competences(unit, category)
    }

    fn notice(&self, case: &Case, at: Timestamp) -> Option<Notice> {
        Some(self.schedule.fate(case, at))
    }
}
