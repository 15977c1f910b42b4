//! The changes of a question on the map, and which of them can influence each other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::ask::{AccessAsk, AccessChange, AccessObjective, Unmeasured};
use super::measure::{Measure, NO_NETWORK};
use super::scopes::{Lands, Sets};
use crate::model::names::collection::{ENTRANCES, ROUTES};
use crate::network::core::Profile;
use crate::planning::access_changes::Groups;
use crate::service::planning::edits::{EditOp, ScenarioEdit};
use crate::service::routes::Ground;

/// The changes on the map, and which of them can influence each other.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub ground: &'a Ground,
    changes: &'a [AccessChange],
    /// The changes, in groups that do not influence each other.
    pub groups: Groups,
    /// The private lands (see `scopes`) that each component concerns; `None` if it concerns everybody.
    pub lands: Vec<Option<BTreeSet<u32>>>,
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
        let ways = ground.ways().ok_or(NO_NETWORK)?;
        let lands = Lands::new(ground, ways, ebike);
        let (buildings, of_origins) = measure.lands_of((ground, ways), &lands);
        let scope = |change: &AccessChange| -> Option<BTreeSet<u32>> {
            // Walks begin and end on any land, so a change may concern all of them. Only rides can be limited to lands.
            if ask.objective != AccessObjective::RiderMinutes {
                return None;
            }
            let mut found = BTreeSet::new();
            for edit in &change.edits {
                if !is_of_rule(edit) {
                    return None;
                }
                match ways.feature(&format!("{}/{}", edit.collection, edit.id)) {
                    Some(feature) => {
                        found.extend(lands.of_feature((ground, ways), ebike, feature)?);
                    }
                    // A gate that is not on the network changes nothing.
                    None if edit.collection == ENTRANCES => {}
                    None => return None,
                }
            }
            let begins_there = of_origins.iter().any(|land| found.contains(land));
            (!begins_there).then_some(found)
        };
        let scopes: Vec<Option<BTreeSet<u32>>> = changes.iter().map(scope).collect();
        let (groups, lands) = groups(changes, &scopes, &buildings);
        Ok(Self {
            ground,
            changes,
            groups,
            lands,
            scopes,
            buildings,
        })
    }

    /// Whether there is more than one group of changes that do not influence each other.
    pub(super) fn is_local(&self) -> bool {
        self.groups.components.len() > 1
    }

    pub(super) fn edits_of(&self, set: &[u32]) -> Vec<&ScenarioEdit> {
        let changes = set.iter().map(|number| &self.changes[*number as usize]);
        changes.flat_map(|change| &change.edits).collect()
    }

    /// The private lands that a set of changes concerns; `None` if it concerns everybody.
    pub(super) fn scope_of(&self, set: &[u32]) -> Option<BTreeSet<u32>> {
        let mut lands = BTreeSet::new();
        for number in set {
            lands.extend(self.scopes[*number as usize].as_ref()?);
        }
        Some(lands)
    }

    /// Whether one of the doors of a building is on these lands; `None`: all lands.
    pub(super) fn concerns(&self, building: u32, lands: Option<&BTreeSet<u32>>) -> bool {
        lands.is_none_or(|lands| !lands.is_disjoint(&self.buildings[building as usize]))
    }
}

/// Whether an edit only changes who may pass a gate or a lane, in which direction, and when. The reversal of a lane keeps
/// its ends and its class of access, so it keeps the land on which the lane is.
fn is_of_rule(edit: &ScenarioEdit) -> bool {
    const KEYS: [&str; 5] = ["ebike", "foot", "opening_hours", "ebike_hours", "locked"];
    let is_lane = edit.collection == ROUTES;
    let is_rule = |name: &str| KEYS.contains(&name) || is_lane && name == "oneway";
    let properties = edit.properties.as_ref();
    edit.op == EditOp::Patch
        && (is_lane || edit.collection == ENTRANCES)
        && edit.geometry.is_none()
        && properties.is_some_and(|p| p.keys().all(|name| is_rule(name)))
}

type Grouped = (Groups, Vec<Option<BTreeSet<u32>>>);

/// Groups changes that concern the same land, or the same building. Changes that concern everybody are shared.
fn groups(
    changes: &[AccessChange],
    scopes: &[Option<BTreeSet<u32>>],
    buildings: &[BTreeSet<u32>],
) -> Grouped {
    let all: Vec<u32> = (0..scopes.len() as u32).collect();
    let is_shared = |number: &u32| scopes[*number as usize].is_none();
    let (shared, local): (Vec<u32>, Vec<u32>) = all.iter().partition(|n| is_shared(n));
    let features = |numbers: &[u32]| -> HashSet<(&str, &str)> {
        let edits = numbers.iter().flat_map(|n| &changes[*n as usize].edits);
        edits
            .map(|e| (e.collection.as_str(), e.id.as_str()))
            .collect()
    };
    // Shared changes are made first. If others edit the same features, the order would matter.
    if local.is_empty() || !features(&shared).is_disjoint(&features(&local)) {
        let groups = Groups {
            shared: Vec::new(),
            components: vec![all],
        };
        return (groups, vec![None]);
    }
    let mut sets = Sets::new(scopes.len());
    let mut first: HashMap<u32, u32> = HashMap::new();
    for number in &local {
        for land in scopes[*number as usize].iter().flatten() {
            sets.join(*number, *first.entry(*land).or_insert(*number));
        }
    }
    // A building with doors on several lands is reached by the nearest door, so all these lands matter to it.
    for lands in buildings {
        let mut numbers = lands.iter().filter_map(|land| first.get(land));
        if let Some(one) = numbers.next() {
            numbers.for_each(|other| sets.join(*one, *other));
        }
    }
    let mut groups: BTreeMap<u32, (Vec<u32>, BTreeSet<u32>)> = BTreeMap::new();
    for number in local {
        let (changes, lands) = groups.entry(sets.of(number)).or_default();
        changes.push(number);
        lands.extend(scopes[number as usize].iter().flatten());
    }
    let groups = groups.into_values();
    let (components, lands) = groups
        .map(|(changes, lands)| (changes, Some(lands)))
        .unzip();
    (Groups { shared, components }, lands)
}
