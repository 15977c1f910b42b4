//! Coverage of the map: people, facilities and the walking network put together.

use std::sync::{Arc, Mutex, PoisonError};

use geo_types::Coord;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::ask::{CoverageAsk, DemandAsk, FacilityAsk, NoCoverage};
use super::people::{People, join};
pub use super::sites::Sites;
use crate::live::{Built, Network, Ways};
use crate::model::RoleSet;
use crate::network::core::Profile;
use crate::network::walking::{Field, Graph, Heading, Joins, Measure, Moment, Walk};
use crate::planning::coverage::{Coverage, Demand, Doorway, Rule, coverage};
use crate::planning::standards::{Reach, Standards};
use crate::service::routes::{Ground, NoNetwork, Table, up_ds};
use crate::spatial::metres::metres_per_degree;

/// How many populations and how many coverages are kept, for later requests with the same inputs.
const MOST_KEPT: usize = 3;
/// How many of the nearest facilities are kept for each door: the nearest, and one that can replace it.
const WANTED: usize = 2;

/// The planning service of one process.
#[derive(Debug)]
pub struct Planning {
    standards: Standards,
    kept: Mutex<Kept>,
    /// Held while a coverage is computed. One at a time is computed, so that planning takes at most one core and a
    /// bounded amount of memory from everybody else.
    computing: Mutex<()>,
}

/// The results that were computed last, the newest first.
#[derive(Debug, Default)]
struct Kept {
    people: Vec<(PeopleKey, Arc<People>)>,
    bases: Vec<(BaseKey, Arc<Base>)>,
}

/// What a population was collected from. The network and its attributes are compared by identity; they are kept alive
/// here, so that no other can take their place in memory.
#[derive(Debug, Clone)]
struct PeopleKey {
    network: Arc<Built<Network>>,
    table: Arc<Table>,
    seqs: Vec<Option<u64>>,
    demand: DemandAsk,
    profile: String,
    roles: RoleSet,
}

impl PartialEq for PeopleKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.network, &other.network)
            && Arc::ptr_eq(&self.table, &other.table)
            && self.seqs == other.seqs
            && self.demand == other.demand
            && self.profile == other.profile
            && self.roles == other.roles
    }
}

/// What a coverage without tried changes was computed from.
#[derive(Debug, Clone, PartialEq)]
struct BaseKey {
    people: PeopleKey,
    facility: FacilityAsk,
    facility_seq: u64,
    reach: Reach,
    there_and_back: bool,
    minute: i64,
    without: Vec<String>,
}

/// A coverage of the facilities of the map, with everything that is needed to try further ones.
#[derive(Debug)]
struct Base {
    people: Arc<People>,
    sites: Sites,
    walks: Walks,
    /// The walks by length, if the standard is measured in time.
    lengths: Option<Walks>,
    doorways: Arc<[Doorway]>,
    coverage: Coverage,
    straight: f64,
}

/// The walks from all doors by one measure.
#[derive(Debug)]
struct Walks {
    graph: Graph,
    field: Field,
    factor: u32,
}

/// A coverage.
#[derive(Debug, Clone)]
pub struct CoverageFound {
    base: Arc<Base>,
    /// The figures: those of the map if no facility is tried, otherwise with the tried ones.
    pub coverage: Coverage,
    /// The share of people within the distance in a straight line, from 0 to 1.
    pub straight_share: Option<f64>,
    /// The changes by the tried facilities.
    pub change: Option<Change>,
    /// The walks from each door; with the tried facilities, if there are any.
    doorways: Arc<[Doorway]>,
}

/// The changes by tried facilities.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// How many people are covered that were not before.
    pub people: f64,
    /// The buildings in which they live, with how many are covered in addition: an index in [`Demand::places`].
    pub buildings: Vec<(u32, f64)>,
    /// The indexes of tried positions near which there is no way.
    pub unlinked: Vec<usize>,
}

impl CoverageFound {
    /// The people of the map.
    pub fn demand(&self) -> &Demand {
        &self.base.people.demand
    }

    /// The walks from each door, by its number.
    pub fn doorways(&self) -> &[Doorway] {
        &self.doorways
    }

    /// The facilities of the map.
    pub fn sites(&self) -> &Sites {
        &self.base.sites
    }
}

impl Default for Planning {
    fn default() -> Self {
        Self::new()
    }
}

impl Planning {
    /// Creates the service with the built-in standards.
    pub fn new() -> Self {
        let standards = Standards::built_in().unwrap_or_else(|problems| {
            for problem in problems {
                tracing::error!(%problem, "standards");
            }
            Standards::default()
        });
        Self {
            standards,
            kept: Mutex::default(),
            computing: Mutex::default(),
        }
    }

    /// Returns the standards.
    pub fn standards(&self) -> &Standards {
        &self.standards
    }

    /// Returns who is covered. Takes as long as a search through the whole network if the same was not asked before.
    ///
    /// # Errors
    /// If there is no network, or the request does not fit the map.
    pub fn coverage(
        &self,
        ground: &Ground,
        ask: &CoverageAsk,
    ) -> Result<CoverageFound, NoCoverage> {
        let _turn = self
            .computing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let ways = ground
            .ways()
            .ok_or(NoCoverage::Network(NoNetwork::TooLarge))?;
        let base = self.base(ground, ways, ask)?;
        if ask.add.is_empty() {
            return Ok(CoverageFound {
                coverage: base.coverage.clone(),
                straight_share: base.straight_share(base.straight),
                change: None,
                doorways: Arc::clone(&base.doorways),
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
        let seq = |name: &str| map.get(name).map(|c| c.last_seq());
        let key = BaseKey {
            people: PeopleKey {
                network: Arc::clone(&ground.network),
                table: Arc::clone(&ground.table),
                seqs: match &ask.demand {
                    DemandAsk::Buildings(_) => ["buildings", "entrances", "compounds", "grids"]
                        .map(seq)
                        .to_vec(),
                    DemandAsk::Collection { collection, .. } => vec![seq(collection), seq("grids")],
                    DemandAsk::Points(_) => vec![seq("grids")],
                },
                demand: ask.demand.clone(),
                profile: ask.profile.name.clone(),
                roles: ask.roles,
            },
            facility: ask.facility.clone(),
            facility_seq: seq(&ask.facility.collection).unwrap_or(0),
            reach: ask.standard.reach,
            there_and_back: ask.standard.there_and_back,
            minute: ask.at.as_second().div_euclid(60),
            without: ask.without.clone(),
        };
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
        let of = (ask.without.as_slice(), ask.roles, ask.at);
        let sites = Sites::of(ground, &joiner, &ask.facility, of)?;
        let base = Base::new(ground, ways, ask, people, sites);
        let base = Arc::new(base);
        keep(&mut self.kept().bases, key, &base);
        Ok(base)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds a kept value and makes it the newest.
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

impl Walks {
    fn new(
        ground: &Ground,
        ways: &Ways,
        ask: &CoverageAsk,
        (people, sites): (&People, &Sites),
        (measure, wanted): (Measure, usize),
    ) -> Self {
        let heading = match ask.standard.there_and_back {
            true => Heading::ThereAndBack,
            false => Heading::ToSite,
        };
        let factor = match heading {
            Heading::ThereAndBack => 2,
            Heading::ToSite | Heading::FromSite => 1,
        };
        let moment = Moment {
            at: ask.at.as_millisecond().div_euclid(100),
            measure,
            heading,
        };
        let (topology, profile) = (&ways.topology, &ask.profile);
        let places = people.joins(measure, factor);
        let graph = Graph::new(topology, ground.table.as_ref(), profile, moment, &places);
        let mut all = Joins::default();
        for joined in &sites.joined {
            all.push(joined.iter().map(|j| join(j, measure, factor)));
        }
        let walking = graph.on(topology, ground.table.as_ref(), profile);
        let field = walking.field(&all, wanted, u32::MAX);
        Self {
            graph,
            field,
            factor,
        }
    }

    /// The walks that further sites change.
    fn with(
        &self,
        ground: &Ground,
        ways: &Ways,
        profile: &Profile,
        (sites, first): (&[Vec<crate::service::routes::Joined>], u32),
    ) -> Vec<(u32, Walk)> {
        let mut joins = Joins::default();
        for joined in sites {
            let measure = self.graph.moment().measure;
            joins.push(joined.iter().map(|j| join(j, measure, self.factor)));
        }
        let walking = self
            .graph
            .on(&ways.topology, ground.table.as_ref(), profile);
        walking.with(&self.field, &joins, first, u32::MAX)
    }
}

impl Base {
    fn new(
        ground: &Ground,
        ways: &Ways,
        ask: &CoverageAsk,
        people: Arc<People>,
        sites: Sites,
    ) -> Self {
        let measure = ask.standard.reach.measure();
        let of = (people.as_ref(), &sites);
        let walks = Walks::new(ground, ways, ask, of, (measure, WANTED));
        let lengths = (measure == Measure::Time)
            .then(|| Walks::new(ground, ways, ask, of, (Measure::Length, 1)));
        let doors = people.door_count() as u32;
        let doorways: Arc<[Doorway]> = (0..doors)
            .map(|door| {
                let mut nearest = walks.field.walks(door).into_iter();
                let first = nearest.next();
                let by_length = match &lengths {
                    Some(lengths) => lengths.field.nearest(door),
                    None => first,
                };
                Doorway {
                    nearest: first,
                    second: nearest.next(),
                    length_dm: by_length.map(|walk| walk.cost / walks.factor),
                }
            })
            .collect();
        let coverage = count(ask, &people.demand, &doorways);
        let straight = straight(ask, &people.demand, &sites.positions);
        Self {
            people,
            sites,
            walks,
            lengths,
            doorways,
            coverage,
            straight,
        }
    }

    fn straight_share(&self, people: f64) -> Option<f64> {
        let all = self.coverage.all.people;
        (all > 0.0).then(|| (people / all).min(1.0))
    }
}

/// The rule of a standard.
fn rule(ask: &CoverageAsk) -> Rule {
    let standard = &ask.standard;
    Rule {
        limit: standard.reach.limit(),
        is_time: standard.reach.measure() == Measure::Time,
        there_and_back: standard.there_and_back,
    }
}

fn count(ask: &CoverageAsk, demand: &Demand, doorways: &[Doorway]) -> Coverage {
    coverage(
        demand,
        rule(ask),
        |door| doorways.get(door as usize).copied().unwrap_or_default(),
        |storey, has_lift| up_ds(storey, has_lift, &ask.profile),
    )
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
    let sites = (joined.as_slice(), base.sites.ids.len() as u32);
    let mut doorways = base.doorways.to_vec();
    for (door, walk) in base.walks.with(ground, ways, &ask.profile, sites) {
        let Some(doorway) = doorways.get_mut(door as usize) else {
            continue;
        };
        doorway.take(walk);
        if base.lengths.is_none() {
            doorway.shorten(walk.cost / base.walks.factor);
        }
    }
    if let Some(lengths) = &base.lengths {
        for (door, walk) in lengths.with(ground, ways, &ask.profile, sites) {
            if let Some(doorway) = doorways.get_mut(door as usize) {
                doorway.shorten(walk.cost / lengths.factor);
            }
        }
    }
    let coverage = count(ask, &base.people.demand, &doorways);
    let before = &base.coverage.buildings;
    let buildings = coverage.buildings.iter().zip(before).zip(0..);
    let buildings: Vec<(u32, f64)> = buildings
        .map(|((now, then), place)| (place, now.covered - then.covered))
        .filter(|(_, more)| *more > 1e-9)
        .collect();
    let mut positions = base.sites.positions.clone();
    positions.extend(&ask.add);
    let straight = straight(ask, &base.people.demand, &positions);
    CoverageFound {
        straight_share: base.straight_share(straight),
        change: Some(Change {
            people: coverage.all.covered - base.coverage.all.covered,
            buildings,
            unlinked,
        }),
        coverage,
        doorways: doorways.into(),
        base,
    }
}

/// The number of people whose building is within the distance of a facility in a straight line. A time counts at the
/// highest walking speed.
fn straight(ask: &CoverageAsk, demand: &Demand, positions: &[Coord<f64>]) -> f64 {
    let Some(first) = positions.first() else {
        return 0.0;
    };
    let metres = match ask.standard.reach {
        Reach::Metres(metres) => metres,
        Reach::Minutes(minutes) => {
            let pace = ask.profile.pace(crate::network::core::Mode::Walk);
            let tenth_kmh = pace.map_or(0, crate::network::core::Pace::fastest);
            minutes * 60.0 * f64::from(tenth_kmh) / 36.0
        }
    };
    let metres = if ask.standard.there_and_back {
        metres / 2.0
    } else {
        metres
    };
    let (east, north) = metres_per_degree(first.y.clamp(-85.0, 85.0));
    let flat = |at: [f64; 2]| [(at[0] - first.x) * east, (at[1] - first.y) * north];
    let sites = positions
        .iter()
        .map(|at| GeomWithData::new(flat([at.x, at.y]), ()));
    let sites = RTree::bulk_load(sites.collect());
    let is_near = |at: [f64; 2]| {
        let at = flat(at);
        sites.nearest_neighbor(at).is_some_and(|site| {
            let [x, y] = *site.geom();
            (x - at[0]).hypot(y - at[1]) <= metres
        })
    };
    let near = demand.places.iter().filter(|place| is_near(place.at));
    near.map(|place| place.people).sum()
}
