//! What sets of changes save, measured on overlays of the map.

use std::collections::{BTreeSet, HashMap};

use super::ask::{AccessObjective, NoAccess, Report, Saved, Unmeasured, rounded};
use super::generate::opened;
use super::measure::Measure;
use super::rides::Rides;
use super::scene::Scene;
use super::walks::OnFoot;
use crate::live::Overlay;
use crate::model::names::collection::{ENTRANCES, ROUTES};
use crate::model::{Author, Edit};
use crate::planning::access_changes::Gains;
use crate::service::planning::ask::Factors;
use crate::service::planning::edits::ScenarioEdit;
use crate::service::planning::{NoWhatIf, Planning};
use crate::service::routes::Ground;

/// The value of the objective.
pub(super) fn of_objective(objective: AccessObjective, saved: &Saved) -> f64 {
    match objective {
        AccessObjective::RiderMinutes => saved.rider_minutes_day,
        AccessObjective::WalkingMinutes => saved.walking_minutes_day,
        AccessObjective::AedPeople => saved.aed_people,
    }
}

/// The gains if everything is opened that shared changes concern.
struct OpenedWithShared {
    /// The gain if nothing else is opened.
    shared: f64,
    /// For each component, the gain on its lands if nothing else is opened.
    alone: Vec<f64>,
    /// For each component, the gain on its lands if everything is opened.
    all: Vec<f64>,
}

/// The map with a set of shared changes.
struct Beside {
    shared: Vec<u32>,
    ground: Ground,
    rides: Rides,
    /// For each component, what the shared changes gain on its lands.
    gains: Vec<f64>,
}

/// Measures sets of changes.
pub(super) struct Tries<'a> {
    planning: &'a Planning,
    scene: &'a Scene<'a>,
    measure: &'a Measure<'a>,
    objective: AccessObjective,
    /// Rides and walks without changes, once they are measured.
    before: Option<(Rides, OnFoot)>,
    /// For each component, the gain if everything that its changes concern is opened.
    opened: Vec<Option<f64>>,
    /// The gains if everything is opened that shared changes concern, if there are any.
    opened_with_shared: Option<OpenedWithShared>,
    /// The map with the set of shared changes that was measured last.
    beside: Option<Beside>,
    singles: HashMap<u32, f64>,
    measured: u64,
    failed: Option<NoAccess>,
    /// Receives progress.
    pub report: Option<&'a Report<'a>>,
}

impl<'a> Tries<'a> {
    pub(super) fn new(
        planning: &'a Planning,
        scene: &'a Scene<'a>,
        measure: &'a Measure<'a>,
        objective: AccessObjective,
    ) -> Self {
        Self {
            planning,
            scene,
            measure,
            objective,
            before: None,
            opened: vec![None; scene.groups.components.len()],
            opened_with_shared: None,
            beside: None,
            singles: HashMap::new(),
            measured: 0,
            failed: None,
            report: None,
        }
    }

    /// Measures the map without changes, and with everything opened that the changes concern. Returns whether there was
    /// time.
    pub(super) fn begin(&mut self) -> Result<bool, NoAccess> {
        let ground = self.scene.ground;
        let Some(on_foot) = in_time(self.measure.on_foot(ground, None))? else {
            return Ok(false);
        };
        let groups = &self.scene.groups;
        let lands = &self.scene.lands;
        let is_concerned = |building: u32| {
            let mut lands = lands.iter();
            !groups.shared.is_empty()
                || lands.any(|lands| self.scene.concerns(building, lands.as_ref()))
        };
        let Some(rides) = in_time(self.measure.rides(ground, None, is_concerned))? else {
            return Ok(false);
        };
        self.before = Some((rides, on_foot));
        for (component, changes) in groups.components.iter().enumerate() {
            let edits = self.scene.edits_of(changes);
            let Some(edits) = opened(&ground.snapshot, &edits) else {
                continue;
            };
            let edits: Vec<&ScenarioEdit> = edits.iter().collect();
            match in_time(self.gain(lands[component].as_ref(), &edits))? {
                Some(gain) => self.opened[component] = Some(gain),
                None => return Ok(false),
            }
        }
        if groups.shared.is_empty() {
            return Ok(true);
        }
        let all = [groups.shared.clone(), groups.components.concat()].concat();
        let edits = [
            self.scene.edits_of(&groups.shared),
            self.scene.edits_of(&all),
        ];
        let [Some(shared), Some(all)] = edits.map(|edits| opened(&ground.snapshot, &edits)) else {
            return Ok(true);
        };
        match in_time(self.measure_opened(&shared, &all))? {
            Some(found) => self.opened_with_shared = Some(found),
            None => return Ok(false),
        }
        Ok(true)
    }

    /// The gains of the edits that open everything that shared changes concern, and of those that open everything.
    fn measure_opened(
        &self,
        shared: &[ScenarioEdit],
        all: &[ScenarioEdit],
    ) -> Result<OpenedWithShared, Unapplied> {
        let measure = |edits: &[ScenarioEdit]| -> Result<Rides, Unapplied> {
            let ground = self.ground(&edits.iter().collect::<Vec<_>>())?;
            self.rides_of_all(&ground)
        };
        let (shared, all) = (measure(shared)?, measure(all)?);
        Ok(OpenedWithShared {
            shared: self.gained(&shared, None)?,
            alone: self.gained_by_component(&shared)?,
            all: self.gained_by_component(&all)?,
        })
    }

    /// The rides to all buildings on a map.
    fn rides_of_all(&self, ground: &Ground) -> Result<Rides, Unapplied> {
        let (before, _) = self.before.as_ref().ok_or(Unmeasured::Stopped)?;
        let base = Some((self.scene.ground, before));
        Ok(self.measure.rides(ground, base, |_| true)?)
    }

    /// The minutes that rides save on the way to the buildings on `lands`; `None`: all buildings.
    fn gained(&self, rides: &Rides, lands: Option<&BTreeSet<u32>>) -> Result<f64, Unapplied> {
        let (before, _) = self.before.as_ref().ok_or(Unmeasured::Stopped)?;
        let keep = |building: u32| self.scene.concerns(building, lands);
        Ok(self.measure.rider_minutes(before, keep) - self.measure.rider_minutes(rides, keep))
    }

    fn gained_by_component(&self, rides: &Rides) -> Result<Vec<f64>, Unapplied> {
        let lands = self.scene.lands.iter();
        lands
            .map(|lands| self.gained(rides, lands.as_ref()))
            .collect()
    }

    /// Measures a set of shared changes, and keeps the map with them.
    fn measure_shared(&self, shared: &[u32]) -> Result<(f64, Beside), Unapplied> {
        let ground = self.ground(&self.scene.edits_of(shared))?;
        let rides = self.rides_of_all(&ground)?;
        let gain = self.gained(&rides, None)?;
        let beside = Beside {
            shared: shared.to_vec(),
            gains: self.gained_by_component(&rides)?,
            ground,
            rides,
        };
        Ok((gain, beside))
    }

    /// What a set of changes of a component gains in addition to the shared changes of `beside`. Nothing else changes,
    /// so only the buildings on the lands of the set are measured.
    fn gain_beside(&self, beside: &Beside, set: &[u32]) -> Result<f64, Unapplied> {
        let ground = self.ground_on(&beside.ground, &self.scene.edits_of(set))?;
        let lands = self.scene.scope_of(set);
        let keep = |building: u32| self.scene.concerns(building, lands.as_ref());
        let base = Some((&beside.ground, &beside.rides));
        let rides = self.measure.rides(&ground, base, keep)?;
        let minutes = |rides: &Rides| self.measure.rider_minutes(rides, keep);
        Ok(minutes(&beside.rides) - minutes(&rides))
    }

    /// Runs a measurement of a set during the search. `None` if the time is over or a measurement failed.
    fn try_set<T>(&mut self, measure: impl FnOnce(&Self) -> Result<T, Unapplied>) -> Option<T> {
        if self.failed.is_some() || self.before.is_none() {
            return None;
        }
        self.measured += 1;
        if let Some(report) = self.report {
            report("solving", 0.0, self.measured);
        }
        match in_time(measure(self)) {
            Ok(found) => found,
            Err(reason) => {
                self.failed = Some(reason);
                None
            }
        }
    }

    /// What a single change saves; `None` if the time is over.
    pub(super) fn single(&mut self, number: u32) -> Result<Option<Saved>, NoAccess> {
        let Some(saved) = in_time(self.saved(&[number]))? else {
            return Ok(None);
        };
        self.singles
            .insert(number, of_objective(self.objective, &saved));
        self.measured += 1;
        Ok(Some(saved.shown()))
    }

    /// What a set saves. If there is no time to measure it, only the objective has a value: `gain`.
    pub(super) fn saved_by(&mut self, set: &[u32], gain: f64) -> Saved {
        let saved = match set {
            [] => Some(Saved::default()),
            set => in_time(self.saved(set)).ok().flatten(),
        };
        let saved = saved.unwrap_or_else(|| match self.objective {
            AccessObjective::RiderMinutes => Saved {
                rider_minutes_day: gain,
                ..Saved::default()
            },
            AccessObjective::WalkingMinutes => Saved {
                walking_minutes_day: gain,
                ..Saved::default()
            },
            AccessObjective::AedPeople => Saved::of_people(gain),
        });
        saved.shown()
    }

    /// Returns the error that occurred during the search, if there was one.
    pub(super) fn failed(&mut self) -> Result<(), NoAccess> {
        match self.failed.take() {
            Some(reason) => Err(reason),
            None => Ok(()),
        }
    }

    /// The map with edits.
    fn ground(&self, edits: &[&ScenarioEdit]) -> Result<Ground, Unapplied> {
        self.ground_on(self.scene.ground, edits)
    }

    fn ground_on(&self, base: &Ground, edits: &[&ScenarioEdit]) -> Result<Ground, Unapplied> {
        let edits: Vec<ScenarioEdit> = edits.iter().map(|edit| (*edit).clone()).collect();
        let changes = self
            .planning
            .changes_of(&base.snapshot, &edits)
            .map_err(|wrong| Unapplied::Access(NoAccess::WhatIf(NoWhatIf::Edits(wrong))))?;
        let edit = Edit::new(Author::system(), changes);
        let none = |_| Unapplied::Access(NoAccess::Cancelled);
        let overlay = Overlay::new(&base.snapshot, &[edit]).map_err(none)?;
        let network = |reason| Unapplied::Access(NoAccess::WhatIf(NoWhatIf::Network(reason)));
        base.with_edits(&overlay, self.measure.at())
            .map_err(network)
    }

    /// What a set saves: minutes of riders, minutes on foot, and people with an AED within the standard.
    fn saved(&self, set: &[u32]) -> Result<Saved, Unapplied> {
        let edits = self.scene.edits_of(set);
        let ground = self.ground(&edits)?;
        let lands = self.scene.scope_of(set);
        let rider_minutes_day = self.rides_saved(&ground, lands.as_ref())?;
        let (walking_minutes_day, aed_people) = self.walks_saved(&ground, &edits)?;
        Ok(Saved {
            rider_minutes_day,
            walking_minutes_day,
            ..Saved::of_people(aed_people)
        })
    }

    /// The minutes a day that riders to the buildings on `lands` save on the map `ground`; `None`: to all buildings.
    fn rides_saved(
        &self,
        ground: &Ground,
        lands: Option<&BTreeSet<u32>>,
    ) -> Result<f64, Unapplied> {
        let (before, _) = self.before.as_ref().ok_or(Unmeasured::Stopped)?;
        let keep = |building: u32| self.scene.concerns(building, lands);
        let after = self
            .measure
            .rides(ground, Some((self.scene.ground, before)), keep)?;
        let minutes = |rides: &Rides| self.measure.rider_minutes(rides, keep);
        Ok(minutes(before) - minutes(&after))
    }

    /// The minutes of walking that a map with edits saves, and how many more people have an AED within the standard.
    fn walks_saved(
        &self,
        ground: &Ground,
        edits: &[&ScenarioEdit],
    ) -> Result<(f64, f64), Unapplied> {
        let (_, before) = self.before.as_ref().ok_or(Unmeasured::Stopped)?;
        let is_rule = |edit: &&ScenarioEdit| matches!(edit.collection.as_str(), ENTRANCES | ROUTES);
        let base = edits
            .iter()
            .all(is_rule)
            .then_some((self.scene.ground, before));
        let after = self.measure.on_foot(ground, base)?;
        let minutes = |on: &OnFoot| self.measure.walking_minutes(on);
        Ok((
            minutes(before) - minutes(&after),
            after.aed_people - before.aed_people,
        ))
    }

    /// The gain of edits in the objective. `lands` are the lands that they concern; `None` if they concern everybody.
    fn gain(
        &self,
        lands: Option<&BTreeSet<u32>>,
        edits: &[&ScenarioEdit],
    ) -> Result<f64, Unapplied> {
        let ground = self.ground(edits)?;
        match self.objective {
            AccessObjective::RiderMinutes => self.rides_saved(&ground, lands),
            AccessObjective::WalkingMinutes => Ok(self.walks_saved(&ground, edits)?.0),
            AccessObjective::AedPeople => Ok(self.walks_saved(&ground, edits)?.1),
        }
    }
}

impl Gains for Tries<'_> {
    fn of_shared(&mut self, shared: &[u32]) -> Option<f64> {
        match self.try_set(|tries| tries.measure_shared(shared)) {
            Some((gain, beside)) => {
                self.beside = Some(beside);
                Some(gain)
            }
            None => match shared {
                [one] => self.singles.get(one).copied(),
                _ => None,
            },
        }
    }

    fn of(&mut self, shared: &[u32], _: usize, set: &[u32]) -> Option<f64> {
        if shared.is_empty() {
            if let [one] = set
                && let Some(gain) = self.singles.get(one)
            {
                return Some(*gain);
            }
            return self.try_set(|tries| {
                let lands = tries.scene.scope_of(set);
                tries.gain(lands.as_ref(), &tries.scene.edits_of(set))
            });
        }
        let beside = self.beside.take_if(|beside| beside.shared == shared)?;
        let gain = self.try_set(|tries| tries.gain_beside(&beside, set));
        self.beside = Some(beside);
        gain
    }

    fn opened(&mut self, shared: &[u32], component: usize) -> Option<f64> {
        if shared.is_empty() {
            return self.opened[component];
        }
        let beside = self.beside.as_ref()?;
        let all = self.opened_with_shared.as_ref()?.all[component];
        (beside.shared == shared).then(|| all - beside.gains[component])
    }

    fn opened_with_shared(&mut self) -> Option<(f64, Vec<f64>)> {
        let opened = self.opened_with_shared.as_ref()?;
        let more = opened.all.iter().zip(&opened.alone);
        Some((
            opened.shared,
            more.map(|(all, alone)| all - alone).collect(),
        ))
    }
}

/// Why a set was not measured.
enum Unapplied {
    Access(NoAccess),
    Measure(Unmeasured),
}

impl From<Unmeasured> for Unapplied {
    fn from(reason: Unmeasured) -> Self {
        Self::Measure(reason)
    }
}

/// A measurement, or `None` if the time is over.
fn in_time<T, E: Into<Unapplied>>(measured: Result<T, E>) -> Result<Option<T>, NoAccess> {
    match measured.map_err(Into::into) {
        Ok(value) => Ok(Some(value)),
        Err(Unapplied::Measure(Unmeasured::Stopped)) => Ok(None),
        Err(Unapplied::Measure(reason)) => Err(reason.into()),
        Err(Unapplied::Access(reason)) => Err(reason),
    }
}

impl Saved {
    fn of_people(aed_people: f64) -> Self {
        Self {
            aed_people,
            households: aed_people / Factors::default().persons_per_household,
            ..Self::default()
        }
    }

    fn shown(self) -> Self {
        Self {
            rider_minutes_day: rounded(self.rider_minutes_day),
            walking_minutes_day: rounded(self.walking_minutes_day),
            aed_people: rounded(self.aed_people),
            households: rounded(self.households),
        }
    }
}
