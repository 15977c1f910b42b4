//! An old ledger played anew: reports and actions of the past go through the same machine as today's,
//! with everything that time did between them, and come out as one edit a step, each in effect at its
//! own moment. So the demo, an import and a measurement have a past that could have happened.
//!
//! Pure: it reads one snapshot's map, rules and calendar, and writes nothing.

use std::collections::{BTreeMap, HashMap};

use geo_types::{Coord, Geometry};
use jiff::{SignedDuration, Timestamp};

use super::cases;
use super::decisions::{Decisions, moment};
use crate::live::{Agenda, Snapshot};
use crate::model::{Author, Change, Edit, FeatureId, Level};
use crate::service::place::{Place, Where, WhereError};
use crate::spatial::metres;
use crate::store::StoreError;
use crate::warnings::{Action, ActionRequest, Actor, Case, Refusal, Report, Status};

/// Why a step of the past could not be played. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such case, or it was forgotten.
    #[error("there is no case {0:?} to act on")]
    NoSuchCase(FeatureId),
    /// The place is none.
    #[error(transparent)]
    Place(#[from] WhereError),
    /// The table does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A case that cannot be written down.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A case with its place.
#[derive(Debug)]
struct Played {
    case: Case,
    geometry: Geometry<f64>,
    anchor: Coord<f64>,
}

/// A report that may count together with later ones.
#[derive(Debug)]
struct Past {
    id: FeatureId,
    at: Timestamp,
    anchor: Coord<f64>,
    /// How many reports it stands for; none once it was rejected or merged.
    reports: u32,
}

/// A ledger being played. Time goes forward only.
#[derive(Debug)]
pub struct Replay<'a> {
    decisions: Decisions<'a>,
    agenda: Agenda,
    cases: BTreeMap<FeatureId, Played>,
    past: HashMap<String, Vec<Past>>,
    edits: Vec<Edit>,
}

impl<'a> Replay<'a> {
    /// An empty ledger on the map of a snapshot, by its rules.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            decisions: Decisions::of(snapshot),
            agenda: snapshot.ledger().emptied(),
            cases: BTreeMap::new(),
            past: HashMap::new(),
            edits: Vec::new(),
        }
    }

    /// The edits made since this was last asked, in order.
    pub fn take_edits(&mut self) -> Vec<Edit> {
        std::mem::take(&mut self.edits)
    }

    /// A case as it is now.
    pub fn case(&self, id: &FeatureId) -> Option<&Case> {
        self.cases.get(id).map(|p| &p.case)
    }

    /// The cases as features, by id.
    ///
    /// # Errors
    /// When a case cannot be written down.
    pub fn features(&self) -> Result<Vec<Change>, StoreError> {
        let all = self.cases.values();
        all.map(|p| cases::change(&p.case, Some(p.geometry.clone())))
            .collect()
    }

    /// Lets a case that has ended go, where there are too many to keep.
    pub fn forget(&mut self, id: &FeatureId) {
        self.cases.remove(id);
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// When a case cannot be written down.
    pub fn until(&mut self, now: Timestamp) -> Result<(), StoreError> {
        while let Some(at) = self.agenda.next_moment().filter(|at| *at <= now) {
            let mut changes = Vec::new();
            for id in self.agenda.due_at(at) {
                let Some(played) = self.cases.get_mut(&id) else {
                    self.agenda.take(&id, None);
                    continue;
                };
                if let Some(mut next) = self.decisions.fall_due(&played.case, at) {
                    let before = played.case.level;
                    self.agenda.notify(&mut next, false, Some(before));
                    changes.push(cases::change(&next, Some(played.geometry.clone()))?);
                    played.case = next;
                }
                self.agenda.take(&id, Some(&played.case));
            }
            self.write(&Actor::system(), at, "time", changes);
        }
        Ok(())
    }

    /// Reports something. What the report does not say of its place, the map does.
    ///
    /// # Errors
    /// When the place is none.
    pub fn report(&mut self, report: Report, place: &Where) -> Result<(), ReplayError> {
        let at = moment(report.at);
        self.until(at)?;
        let place = Place::locate(self.decisions.map, place)?;
        let before = self.reports_before(&report.category, place.anchor, at);
        let actor = report.actor.clone();
        let mut case = self.decisions.open(Report { at, ..report }, &place, before);
        self.agenda.notify(&mut case, true, None);
        self.past
            .entry(case.category.clone())
            .or_default()
            .push(Past {
                id: case.id.clone(),
                at,
                anchor: place.anchor,
                reports: 1,
            });
        let change = cases::change(&case, Some(place.geometry.clone()))?;
        self.agenda.take(&case.id, Some(&case));
        self.cases.insert(
            case.id.clone(),
            Played {
                case,
                geometry: place.geometry,
                anchor: place.anchor,
            },
        );
        self.write(&actor, at, "report", vec![change]);
        Ok(())
    }

    /// Acts on a case.
    ///
    /// # Errors
    /// When there is no such case, or the table does not allow it.
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
        let anchor = Some(played.anchor);
        let decided = self
            .decisions
            .act(&played.case, anchor, actor, request, into, now)?;
        let mut changes = Vec::new();
        for next in [Some(decided.case), decided.into].into_iter().flatten() {
            changes.extend(self.take(next)?);
        }
        self.write(actor, now, request.action.as_str(), changes);
        Ok(())
    }

    fn take(&mut self, mut next: Case) -> Result<Option<Change>, StoreError> {
        let Some(played) = self.cases.get_mut(&next.id) else {
            return Ok(None);
        };
        let opened = next.counts() && played.case.status.is_ended() && !next.status.is_ended();
        let before: Level = played.case.level;
        self.agenda.notify(&mut next, opened, Some(before));
        self.agenda.take(&next.id, Some(&next));
        let change = cases::change(&next, Some(played.geometry.clone()))?;
        let reports = match next.status {
            Status::Rejected | Status::Merged => 0,
            _ => next.reports,
        };
        let of_category = self.past.get_mut(&next.category);
        if let Some(past) = of_category.and_then(|p| p.iter_mut().rfind(|p| p.id == next.id)) {
            past.reports = reports;
        }
        played.case = next;
        Ok(Some(change))
    }

    /// The same count as [`Decisions::reports_before`], of the cases that were played.
    fn reports_before(&mut self, category: &str, anchor: Coord<f64>, at: Timestamp) -> u32 {
        let rule = self.decisions.rules.category(category);
        let Some(repeats) = rule.and_then(|r| r.repeats.as_ref()) else {
            return 0;
        };
        let window = SignedDuration::from_hours(24 * i64::from(repeats.window_days));
        let Some(past) = self.past.get_mut(category) else {
            return 0;
        };
        // Reports come in order: what is too old for this one is so for every later one.
        let old = past.partition_point(|p| at.duration_since(p.at) > window);
        past.drain(..old);
        past.iter()
            .filter(|p| metres::distance(p.anchor, anchor) <= repeats.distance_m)
            .map(|p| p.reports)
            .sum()
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
