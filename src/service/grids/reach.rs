//! How many people of an area or a building have a facility within the standards, by walks on the network.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::grids::Area;
use crate::live::{Built, Network};
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, ENTRANCES, GRIDS};
use crate::planning::coverage::Tally;
use crate::planning::standards::{Standard, StandardShown, Standards};
use crate::service::planning::{CoverageAsk, NoCoverage, Planning};
use crate::service::routes::{Ground, NoNetwork, Table};

/// The most standards that are computed.
const MOST_STANDARDS: usize = 16;
/// The profile of people on foot.
const FOOT: &str = "foot";
/// After a computation, changes of the map wait this many times as long as it took, so that a stream of changes does not
/// keep a core busy.
const REST_FACTOR: u32 = 4;

/// Who has facilities within the standards, of an area or a building.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CardReach {
    /// The commit that the figures show. Under a stream of changes it may be a little older than the newest.
    pub seq: u64,
    /// The moment for which opening hours were read: noon of the day in China.
    #[schema(format = DateTime)]
    pub at: String,
    /// One row for each standard that names its facilities, in the order of `standards.toml`.
    pub rows: Vec<ReachRow>,
}

/// How many people have a facility within a standard.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ReachRow {
    /// The standard.
    pub standard: StandardShown,
    /// The number of people, estimated from households or floor area.
    pub people: f64,
    /// The number of people who have a facility within the standard.
    pub covered: f64,
    /// The share of these people, from 0 to 1; null without people.
    pub share: Option<f64>,
}

/// The reach of all areas and buildings of a map.
#[derive(Debug)]
pub struct Reached {
    seq: u64,
    at: Timestamp,
    standards: Vec<OfStandard>,
}

#[derive(Debug)]
struct OfStandard {
    standard: Standard,
    buildings: HashMap<String, Tally>,
    /// The grids, the communities and the streets, by id.
    areas: [HashMap<String, Tally>; 3],
}

impl Reached {
    fn of(ground: &Ground, planning: &Planning, at: Timestamp) -> Result<Self, NoCoverage> {
        let profiles = ground.snapshot.profiles();
        let foot = profiles
            .get(FOOT)
            .ok_or(NoCoverage::Network(NoNetwork::NotYet))?;
        let standards = ground.snapshot.standards();
        let named = standards.iter().filter(|s| s.facility.is_some());
        let mut all = Vec::new();
        for standard in named.take(MOST_STANDARDS) {
            let ask = CoverageAsk::of_standard(standard, foot.clone(), at);
            let found = match ask.map(|ask| planning.coverage(ground, &ask)) {
                Some(Ok(found)) => found,
                // A map need not have every collection that a standard names.
                None | Some(Err(NoCoverage::Field(..))) => continue,
                Some(Err(error)) => return Err(error),
            };
            let demand = found.demand();
            let ids = demand.places.iter().map(|place| place.id.clone());
            let by_area = |slot: usize| {
                let ids = demand.areas[slot].iter().map(|area| area.id.clone());
                ids.zip(found.areas(slot).copied()).collect()
            };
            all.push(OfStandard {
                standard: standard.clone(),
                buildings: ids.zip(found.buildings().copied()).collect(),
                areas: [by_area(0), by_area(1), by_area(2)],
            });
        }
        Ok(Self {
            seq: ground.snapshot.seq(),
            at,
            standards: all,
        })
    }

    /// The reach of an area; all numbers are 0 if nobody lives there.
    pub fn of_area(&self, area: &Area) -> CardReach {
        let slot = match area.kind.as_deref() {
            Some("grid") => 0,
            Some("community") => 1,
            _ => 2,
        };
        self.rows(|of| of.areas[slot].get(area.id.as_str()))
    }

    /// The reach of a building; all numbers are 0 if nobody lives there.
    pub fn of_building(&self, id: &str) -> CardReach {
        self.rows(|of| of.buildings.get(id))
    }

    fn rows<'a>(&'a self, tally: impl Fn(&'a OfStandard) -> Option<&'a Tally>) -> CardReach {
        let rows = self.standards.iter().map(|of| {
            let tally = tally(of).copied().unwrap_or_default();
            ReachRow {
                standard: StandardShown::from(&of.standard),
                people: tally.people,
                covered: tally.covered,
                share: tally.share(),
            }
        });
        CardReach {
            seq: self.seq,
            at: self.at.to_string(),
            rows: rows.collect(),
        }
    }
}

/// What a reach was computed from. Equal inputs give an equal result.
#[derive(Debug)]
struct Inputs {
    day: Date,
    seqs: Vec<Option<u64>>,
    standards: Arc<Standards>,
    network: Arc<Built<Network>>,
    table: Arc<Table>,
}

impl Inputs {
    fn of(ground: &Ground, day: Date) -> Self {
        let standards = Arc::clone(ground.snapshot.standards());
        let facilities = standards.iter().filter_map(|s| s.facility.as_ref());
        let own = [BUILDINGS, ENTRANCES, COMPOUNDS, GRIDS];
        let names = own
            .into_iter()
            .chain(facilities.map(|f| f.collection.as_str()));
        let map = ground.snapshot.collections();
        Self {
            day,
            seqs: names
                .map(|name| map.get(name).map(|c| c.last_seq()))
                .collect(),
            standards: Arc::clone(&standards),
            network: Arc::clone(&ground.network),
            table: Arc::clone(&ground.table),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.day == other.day
            && self.seqs == other.seqs
            && Arc::ptr_eq(&self.standards, &other.standards)
            && Arc::ptr_eq(&self.network, &other.network)
            && Arc::ptr_eq(&self.table, &other.table)
    }
}

#[derive(Debug)]
struct Kept {
    inputs: Inputs,
    reached: Arc<Reached>,
    made: Instant,
    rest: Duration,
}

/// The newest [`Reached`]. Requests that need a new one wait for one computation.
#[derive(Debug, Default)]
pub struct Reaches {
    kept: Mutex<Option<Kept>>,
}

impl Reaches {
    /// The reach on the map of a ground whose opening hours are those of noon of a day.
    ///
    /// # Errors
    /// If the network is too large or is not built yet.
    pub fn get(
        &self,
        ground: &Ground,
        planning: &Planning,
        (day, noon): (Date, Timestamp),
    ) -> Result<Arc<Reached>, NoCoverage> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let inputs = Inputs::of(ground, day);
        if let Some(kept) = kept.as_ref()
            && (kept.inputs.is_same(&inputs) || kept.made.elapsed() < kept.rest)
        {
            return Ok(Arc::clone(&kept.reached));
        }
        let began = Instant::now();
        let reached = Arc::new(Reached::of(ground, planning, noon)?);
        *kept = Some(Kept {
            inputs,
            reached: Arc::clone(&reached),
            made: Instant::now(),
            rest: began.elapsed() * REST_FACTOR,
        });
        Ok(reached)
    }
}
