//! What sets of changes save, measured on overlays of the map.

use std::collections::{BTreeSet, HashMap};

use super::ask::{
    AccessAsk, AccessChange, AccessObjective, NoAccess, Report, Saved, Unmeasured, rounded,
};
use super::generate::opened;
use super::measure::Measure;
use super::rides::Rides;
use super::scopes::{Lands, Sets};
use super::walks::OnFoot;
use crate::live::Overlay;
use crate::model::names::collection::{ENTRANCES, ROUTES};
use crate::model::{Author, Edit};
use crate::network::core::Profile;
use crate::planning::access_changes::Gains;
use crate::service::planning::ask::{Factors, NoCoverage};
use crate::service::planning::edits::{EditOp, ScenarioEdit};
use crate::service::planning::{NoWhatIf, Planning};
use crate::service::routes::{Ground, NoNetwork};

/// The changes on the map, and which of them can influence each other.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    ground: &'a Ground,
    changes: &'a [AccessChange],
    /// The changes, in groups that do not influence each other.
    pub components: Vec<Vec<u32>>,
    /// The private lands (see `scopes`) that each component concerns; `None` if it concerns everybody.
    lands: Vec<Option<BTreeSet<u32>>>,
    /// The private lands that each change concerns; `None` if it concerns everybody.
    scopes: Vec<Option<BTreeSet<u32>>>,
    /// The private lands on which each building is.
    buildings: Vec<BTreeSet<u32>>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        ground: &'a Ground,
        changes: &'a [AccessChange],
        measure: &Measure<'_>,
        (ask, ebike): (&AccessAsk, &Profile),
    ) -> Result<Self, Unmeasured> {
        let none = Unmeasured::Wrong(NoCoverage::Network(NoNetwork::TooLarge));
        let ways = ground.ways().ok_or(none)?;
        let lands = Lands::new(ground, ways, ebike);
        let (buildings, of_origins) = measure.lands_of((ground, ways), &lands);
        let scope = |change: &AccessChange| -> Option<BTreeSet<u32>> {
            // Walks begin and end on any land, so a change may concern all of them. Only rides can be limited to lands.
            if ask.objective != AccessObjective::RiderMinutes {
                return None;
            }
            let mut found = BTreeSet::new();
            for edit in &change.edits {
                if !is_of_gate(edit) {
                    return None;
                }
                // A gate that is not on the network changes nothing.
                if let Some(feature) = ways.feature(&format!("{ENTRANCES}/{}", edit.id)) {
                    found.extend(lands.of_feature((ground, ways), ebike, feature)?);
                }
            }
            let begins_there = of_origins.iter().any(|land| found.contains(land));
            (!begins_there).then_some(found)
        };
        let scopes: Vec<Option<BTreeSet<u32>>> = changes.iter().map(scope).collect();
        let (components, lands) = components(&scopes);
        Ok(Self {
            ground,
            changes,
            components,
            lands,
            scopes,
            buildings,
        })
    }

    /// Whether there is more than one group of changes that do not influence each other.
    pub(super) fn is_local(&self) -> bool {
        self.components.len() > 1
    }

    fn edits_of(&self, set: &[u32]) -> Vec<&ScenarioEdit> {
        let changes = set.iter().map(|number| &self.changes[*number as usize]);
        changes.flat_map(|change| &change.edits).collect()
    }

    /// The private lands that a set of changes concerns; `None` if it concerns everybody.
    fn scope_of(&self, set: &[u32]) -> Option<BTreeSet<u32>> {
        let mut lands = BTreeSet::new();
        for number in set {
            lands.extend(self.scopes[*number as usize].as_ref()?);
        }
        Some(lands)
    }

    fn concerns(&self, building: u32, lands: Option<&BTreeSet<u32>>) -> bool {
        lands.is_none_or(|lands| !lands.is_disjoint(&self.buildings[building as usize]))
    }
}

/// Whether an edit only changes who may pass an entrance, and when.
fn is_of_gate(edit: &ScenarioEdit) -> bool {
    const KEYS: [&str; 5] = ["ebike", "foot", "opening_hours", "ebike_hours", "locked"];
    let properties = edit.properties.as_ref();
    edit.op == EditOp::Patch
        && edit.collection == ENTRANCES
        && edit.geometry.is_none()
        && properties.is_some_and(|p| p.keys().all(|name| KEYS.contains(&name.as_str())))
}

type Grouped = (Vec<Vec<u32>>, Vec<Option<BTreeSet<u32>>>);

/// Groups changes that concern the same land.
fn components(scopes: &[Option<BTreeSet<u32>>]) -> Grouped {
    let all: Vec<u32> = (0..scopes.len() as u32).collect();
    if scopes.iter().any(Option::is_none) {
        return (vec![all], vec![None]);
    }
    let mut sets = Sets::new(scopes.len());
    let mut first: HashMap<u32, u32> = HashMap::new();
    for (number, scope) in (0..).zip(scopes) {
        for land in scope.iter().flatten() {
            sets.join(number, *first.entry(*land).or_insert(number));
        }
    }
    let mut groups: std::collections::BTreeMap<u32, (Vec<u32>, BTreeSet<u32>)> =
        std::collections::BTreeMap::new();
    for number in all {
        let (changes, lands) = groups.entry(sets.of(number)).or_default();
        changes.push(number);
        lands.extend(scopes[number as usize].iter().flatten());
    }
    let groups = groups.into_values();
    groups
        .map(|(changes, lands)| (changes, Some(lands)))
        .unzip()
}

/// The value of the objective.
pub(super) fn of_objective(objective: AccessObjective, saved: &Saved) -> f64 {
    match objective {
        AccessObjective::RiderMinutes => saved.rider_minutes_day,
        AccessObjective::WalkingMinutes => saved.walking_minutes_day,
        AccessObjective::AedPeople => saved.aed_people,
    }
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
            opened: vec![None; scene.components.len()],
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
        let lands = &self.scene.lands;
        let is_concerned = |building: u32| {
            let mut lands = lands.iter();
            lands.any(|lands| self.scene.concerns(building, lands.as_ref()))
        };
        let Some(rides) = in_time(self.measure.rides(ground, None, is_concerned))? else {
            return Ok(false);
        };
        self.before = Some((rides, on_foot));
        for component in 0..self.scene.components.len() {
            let edits = self.scene.edits_of(&self.scene.components[component]);
            let Some(edits) = opened(&self.scene.ground.snapshot, &edits) else {
                continue;
            };
            let edits: Vec<&ScenarioEdit> = edits.iter().collect();
            match in_time(self.gain(self.scene.lands[component].as_ref(), &edits))? {
                Some(gain) => self.opened[component] = Some(gain),
                None => return Ok(false),
            }
        }
        Ok(true)
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
        let edits: Vec<ScenarioEdit> = edits.iter().map(|edit| (*edit).clone()).collect();
        let base = self.scene.ground;
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
    fn of(&mut self, _: usize, set: &[u32]) -> Option<f64> {
        if let [one] = set
            && let Some(gain) = self.singles.get(one)
        {
            return Some(*gain);
        }
        if self.failed.is_some() || self.before.is_none() {
            return None;
        }
        self.measured += 1;
        if let Some(report) = self.report {
            report("solving", 0.0, self.measured);
        }
        let lands = self.scene.scope_of(set);
        match in_time(self.gain(lands.as_ref(), &self.scene.edits_of(set))) {
            Ok(gain) => gain,
            Err(reason) => {
                self.failed = Some(reason);
                None
            }
        }
    }

    fn opened(&mut self, component: usize) -> Option<f64> {
        self.opened[component]
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
