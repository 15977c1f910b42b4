//! Computes coverage from the people and facilities of the map and the walking network.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::ask::{CoverageAsk, DemandAsk, FacilityAsk, NoCoverage};
use super::base::{Base, Found};
use super::edits::{ScenarioEdit, WrongEdit};
use super::people::People;
pub use super::sites::Sites;
use super::what_if::{NoWhatIf, WhatIf, WhatIfs};
use crate::index::Collection;
use crate::live::{Built, Network, Snapshot, Ways};
use crate::model::{Change as Edited, RoleSet};
use crate::planning::coverage::{Coverage, Demand, Doorway, Recount, Tally};
use crate::planning::standards::Reach;
use crate::service::routes::{Ground, NoNetwork, Table};

/// How many populations and how many coverages are kept, for later requests with the same inputs.
const MOST_KEPT: usize = 3;

/// The planning service of one process.
#[derive(Debug, Default)]
pub struct Planning {
    what_ifs: WhatIfs,
    kept: Mutex<Kept>,
    /// Held while a coverage is computed, so that all requests together use at most one core and a bounded amount of
    /// memory.
    computing: Mutex<()>,
}

/// The results that were used last, the last used one first.
#[derive(Debug, Default)]
struct Kept {
    people: Vec<(PeopleKey, Arc<People>)>,
    bases: Vec<(BaseKey, Arc<Base>)>,
}

/// The features of a collection, compared by address. The number of the last commit is not enough, because it is the
/// same for maps with different edits.
#[derive(Debug, Clone)]
struct Layer(Option<Arc<Collection>>);

impl PartialEq for Layer {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        }
    }
}

/// The inputs from which a population was collected. The network and its attributes are compared by address. The key
/// owns them, so that no other network can get the same address.
#[derive(Debug, Clone)]
struct PeopleKey {
    network: Arc<Built<Network>>,
    table: Arc<Table>,
    layers: Vec<Layer>,
    demand: DemandAsk,
    profile: String,
    roles: RoleSet,
}

impl PartialEq for PeopleKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.network, &other.network)
            && Arc::ptr_eq(&self.table, &other.table)
            && self.layers == other.layers
            && self.demand == other.demand
            && self.profile == other.profile
            && self.roles == other.roles
    }
}

/// The inputs from which the coverage of the facilities of the map was computed.
#[derive(Debug, Clone, PartialEq)]
struct BaseKey {
    people: PeopleKey,
    facility: FacilityAsk,
    facilities: Layer,
    reach: Reach,
    there_and_back: bool,
    minute: i64,
    without: Vec<String>,
}

impl BaseKey {
    /// Whether the same walks are searched for another key: it differs at most in how near a facility must be.
    fn has_walks_of(&self, other: &Self) -> bool {
        let with_reach = Self {
            reach: other.reach,
            ..self.clone()
        };
        self.reach.measure() == other.reach.measure() && with_reach == *other
    }
}

/// The coverage of the facilities of the map and of those that are tried.
#[derive(Debug)]
pub struct CoverageFound {
    base: Arc<Base>,
    tried: Tried,
    /// The share of people with a facility within the straight-line distance of the standard, from 0 to 1; `None`
    /// without people.
    pub straight_share: Option<f64>,
    /// What the tried facilities add to the coverage; `None` if none is tried.
    pub change: Option<Change>,
}

/// The walks and figures that tried facilities change; empty if none is tried.
#[derive(Debug, Default)]
struct Tried {
    doorways: BTreeMap<u32, Doorway>,
    recount: Option<Recount>,
}

/// What tried facilities add to the coverage.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// How many people are covered only with the tried facilities.
    pub people: f64,
    /// The buildings in which these people live: the index in [`Demand::places`], and how many of them live there.
    pub buildings: Vec<(u32, f64)>,
    /// The indexes of tried positions without a walkable way nearby.
    pub unlinked: Vec<usize>,
}

impl CoverageFound {
    /// The people of the map.
    pub fn demand(&self) -> &Demand {
        &self.base.people.demand
    }

    /// The figures of all people. These and all other figures include the tried facilities, if there are any.
    pub fn all(&self) -> &Tally {
        let recount = self.tried.recount.as_ref();
        recount.map_or(&self.base.count.coverage().all, |recount| &recount.all)
    }

    /// The figures of the buildings, in the order of [`Demand::places`].
    pub fn buildings(&self) -> impl Iterator<Item = &Tally> {
        let recount = self.tried.recount.as_ref();
        let changed = recount.map(|recount| &recount.buildings);
        over(&self.base.count.coverage().buildings, changed)
    }

    /// The figures of the areas of one kind, such as grids, in the order of [`Demand::areas`]. `slot` is the kind.
    pub fn areas(&self, slot: usize) -> impl Iterator<Item = &Tally> {
        let recount = self.tried.recount.as_ref();
        let changed = recount.map(|recount| &recount.areas[slot]);
        over(&self.base.count.coverage().areas[slot], changed)
    }

    /// All figures.
    pub fn coverage(&self) -> Coverage {
        Coverage {
            all: *self.all(),
            buildings: self.buildings().copied().collect(),
            areas: std::array::from_fn(|slot| self.areas(slot).copied().collect()),
        }
    }

    /// The walks from each door, by its number.
    pub fn doorways(&self) -> Vec<Doorway> {
        over(&self.base.found.doorways, Some(&self.tried.doorways))
            .copied()
            .collect()
    }

    /// The facilities of the map.
    pub fn sites(&self) -> &Sites {
        &self.base.found.sites
    }
}

/// A list with some values replaced.
fn over<'a, T>(
    list: &'a [T],
    changed: Option<&'a BTreeMap<u32, T>>,
) -> impl Iterator<Item = &'a T> {
    let mut changed = changed.into_iter().flatten().peekable();
    list.iter().zip(0_u32..).map(move |(own, number)| {
        let other = changed.next_if(|(at, _)| **at == number);
        other.map_or(own, |(_, other)| other)
    })
}

impl Planning {
    /// Returns the map with edits, and its network. This takes as long as building a network if the edits put, move or
    /// delete something that the network is made of, and the map with these edits is not kept from an earlier call.
    ///
    /// # Errors
    /// If edits cannot be applied, or the map is too large for a network.
    pub fn what_if(
        &self,
        ground: &Ground,
        edits: &[ScenarioEdit],
        at: Timestamp,
    ) -> Result<WhatIf, NoWhatIf> {
        self.what_ifs.of(ground, edits, at)
    }

    /// Returns what the edits together change on a map, at most one change for each feature.
    pub(super) fn changes_of(
        &self,
        map: &Snapshot,
        edits: &[ScenarioEdit],
    ) -> Result<Vec<Edited>, Vec<WrongEdit>> {
        self.what_ifs.check(map, edits)
    }

    /// Returns a map with edits, without its network.
    ///
    /// # Errors
    /// The edits that cannot be applied.
    pub fn map_with(
        &self,
        map: &Snapshot,
        edits: &[ScenarioEdit],
    ) -> Result<Snapshot, Vec<WrongEdit>> {
        self.what_ifs.map_with(map, edits)
    }

    /// Checks edits against a map.
    ///
    /// # Errors
    /// The edits that cannot be applied.
    pub fn check_edits(
        &self,
        map: &Snapshot,
        edits: &[ScenarioEdit],
    ) -> Result<(), Vec<WrongEdit>> {
        self.what_ifs.check(map, edits).map(|_| ())
    }

    /// Returns who is covered. This takes as long as a search through the whole network if the coverage of the
    /// facilities of the map is not kept from an earlier call.
    ///
    /// # Errors
    /// If there is no network, or the request does not fit the map.
    pub fn coverage(
        &self,
        ground: &Ground,
        ask: &CoverageAsk,
    ) -> Result<CoverageFound, NoCoverage> {
        let ways = ground
            .ways()
            .ok_or(NoCoverage::Network(NoNetwork::TooLarge))?;
        let base = self.base(ground, ways, ask)?;
        if ask.add.is_empty() {
            return Ok(CoverageFound {
                straight_share: base.straight_share(base.straight.people()),
                tried: Tried::default(),
                change: None,
                base,
            });
        }
        Ok(tried(base, ground, ways, ask))
    }

    fn base(
        &self,
        ground: &Ground,
        ways: &Ways,
        ask: &CoverageAsk,
    ) -> Result<Arc<Base>, NoCoverage> {
        let map = ground.snapshot.collections();
        let layer = |name: &str| Layer(map.get(name).cloned());
        let key = BaseKey {
            people: PeopleKey {
                network: Arc::clone(&ground.network),
                table: Arc::clone(&ground.table),
                layers: match &ask.demand {
                    DemandAsk::Buildings(_) => ["buildings", "entrances", "compounds", "grids"]
                        .map(layer)
                        .to_vec(),
                    DemandAsk::Collection { collection, .. } => {
                        vec![layer(collection), layer("grids")]
                    }
                    DemandAsk::Points(_) => vec![layer("grids")],
                },
                demand: ask.demand.clone(),
                profile: ask.profile.name.clone(),
                roles: ask.roles,
            },
            facility: ask.facility.clone(),
            facilities: layer(&ask.facility.collection),
            reach: ask.standard.reach,
            there_and_back: ask.standard.there_and_back,
            minute: ask.at.as_second().div_euclid(60),
            without: ask.without.clone(),
        };
        // The kept coverages are searched before waiting for the lock, so that trying a position does not wait while
        // another coverage is computed.
        if let Some(base) = find(&mut self.kept().bases, |k| *k == key) {
            return Ok(base);
        }
        let _turn = self
            .computing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(base) = find(&mut self.kept().bases, |k| *k == key) {
            return Ok(base);
        }
        let joiner = ground
            .joiner(&ask.profile)
            .ok_or(NoCoverage::Network(NoNetwork::TooLarge))?;
        let kept = find(&mut self.kept().people, |k| *k == key.people);
        let people = match kept {
            Some(people) => people,
            None => {
                let people = People::of(ground, &joiner, &ask.demand, ask.roles)?;
                let people = Arc::new(people);
                keep(&mut self.kept().people, key.people.clone(), &people);
                people
            }
        };
        let alike = {
            let kept = self.kept();
            let mut alike = kept.bases.iter().filter(|(k, _)| k.has_walks_of(&key));
            alike.next().map(|(_, base)| Arc::clone(&base.found))
        };
        let found = match alike {
            Some(found) => found,
            None => {
                let of = (ask.without.as_slice(), ask.roles, ask.at);
                let sites = Sites::of(ground, &joiner, &ask.facility, of)?;
                Arc::new(Found::new(ground, ways, ask, &people, sites))
            }
        };
        let base = Arc::new(Base::new(ask, people, found));
        keep(&mut self.kept().bases, key, &base);
        Ok(base)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds a kept value and moves it to the front.
fn find<K, V>(list: &mut Vec<(K, Arc<V>)>, is: impl Fn(&K) -> bool) -> Option<Arc<V>> {
    let at = list.iter().position(|(key, _)| is(key))?;
    let found = list.remove(at);
    let value = Arc::clone(&found.1);
    list.insert(0, found);
    Some(value)
}

fn keep<K, V>(list: &mut Vec<(K, Arc<V>)>, key: K, value: &Arc<V>) {
    list.insert(0, (key, Arc::clone(value)));
    list.truncate(MOST_KEPT);
}

/// The coverage with tried facilities.
fn tried(base: Arc<Base>, ground: &Ground, ways: &Ways, ask: &CoverageAsk) -> CoverageFound {
    let joiner = ground.joiner(&ask.profile);
    let joined: Vec<_> = ask
        .add
        .iter()
        .map(|at| joiner.map_or_else(Vec::new, |j| j.position(*at)))
        .collect();
    let unlinked = joined.iter().enumerate().filter(|(_, j)| j.is_empty());
    let unlinked = unlinked.map(|(n, _)| n).collect();
    let known = &base.found;
    let sites = (joined.as_slice(), known.sites.ids.len() as u32);
    let mut doorways: BTreeMap<u32, Doorway> = BTreeMap::new();
    let own = |door: u32| known.doorway(door);
    for (door, walk) in known.walks.with(ground, ways, &ask.profile, sites) {
        let doorway = doorways.entry(door).or_insert_with(|| own(door));
        doorway.take(walk);
        if known.lengths.is_none() {
            doorway.shorten(walk.cost / known.walks.factor);
        }
    }
    if let Some(lengths) = &known.lengths {
        for (door, walk) in lengths.with(ground, ways, &ask.profile, sites) {
            let doorway = doorways.entry(door).or_insert_with(|| own(door));
            doorway.shorten(walk.cost / lengths.factor);
        }
    }
    let recount = base.count.with(&base.people.demand, own, &doorways);
    let before = base.count.coverage();
    let buildings = recount.buildings.iter();
    let buildings: Vec<(u32, f64)> = buildings
        .map(|(place, now)| {
            (
                *place,
                now.covered - before.buildings[*place as usize].covered,
            )
        })
        .filter(|(_, more)| *more > 1e-9)
        .collect();
    let change = Change {
        people: recount.all.covered - before.all.covered,
        buildings,
        unlinked,
    };
    let straight = base.straight.with(&base.people.demand, &ask.add);
    CoverageFound {
        straight_share: base.straight_share(straight),
        change: Some(change),
        tried: Tried {
            doorways,
            recount: Some(recount),
        },
        base,
    }
}
