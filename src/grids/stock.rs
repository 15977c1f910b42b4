//! What stands in each area: buildings, households, lifts, gates and services.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::Areas;
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};

/// The homes of one kind of housing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Housing {
    /// The number of residential buildings.
    pub buildings: u32,
    /// The number of their households.
    pub households: u64,
}

/// How many residential buildings lack a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = UnknownCounts)]
pub struct Unknown {
    /// Buildings without the number of households.
    pub households: u32,
    /// Buildings without the number of stairwells.
    pub stairwells: u32,
    /// Buildings that do not say whether they have a lift.
    pub lifts: u32,
    /// Buildings without the kind of housing.
    pub housing: u32,
}

/// What stands in an area, the areas inside of it included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AreaCounts)]
pub struct Counts {
    /// The number of buildings.
    pub buildings: u32,
    /// The number of residential buildings.
    pub residential: u32,
    /// The sum of the households of the buildings.
    pub households: u64,
    /// The number of stairwells (楼门) of the residential buildings.
    pub stairwells: u32,
    /// The number of residential buildings with a lift.
    pub lifts: u32,
    /// The residential buildings by kind of housing.
    pub housing: BTreeMap<String, Housing>,
    /// The gates of the compounds that have buildings here, and of the buildings here that have gates of their own.
    pub gates: u32,
    /// First-aid stations.
    pub first_aid_stations: u32,
    /// First-aid stations with a defibrillator.
    pub aeds: u32,
    /// Pocket parks.
    pub pocket_parks: u32,
    /// Facilities by kind.
    pub facilities: BTreeMap<String, u32>,
    /// Mediation points by kind.
    pub mediation_points: BTreeMap<String, u32>,
    /// What is not known of the residential buildings.
    pub unknown: Unknown,
}

impl Counts {
    /// What one building contributes. Its gates are not counted.
    pub fn of_building(row: Canonical<'_>) -> Self {
        let whole = |name: &str| row.number(name).filter(|n| *n >= 0.0);
        let (households, stairwells) = (whole("households"), whole("units"));
        let mut counts = Self {
            buildings: 1,
            households: households.unwrap_or(0.0) as u64,
            ..Self::default()
        };
        if !row.is(property::KIND, "residential") {
            return counts;
        }
        counts.residential = 1;
        counts.stairwells = stairwells.unwrap_or(0.0) as u32;
        counts.lifts = u32::from(row.is_true("elevator"));
        counts.unknown.households = u32::from(households.is_none());
        counts.unknown.stairwells = u32::from(stairwells.is_none());
        counts.unknown.lifts = u32::from(!row.has("elevator"));
        match row.text(property::HOUSING) {
            Some(housing) => {
                let homes = Housing {
                    buildings: 1,
                    households: counts.households,
                };
                counts.housing.insert(housing.into_owned(), homes);
            }
            None => counts.unknown.housing = 1,
        }
        counts
    }

    /// Adds what a building contributes.
    fn add(&mut self, building: &Self) {
        self.buildings += building.buildings;
        self.residential += building.residential;
        self.households += building.households;
        self.stairwells += building.stairwells;
        self.lifts += building.lifts;
        for (kind, homes) in &building.housing {
            let own = self.housing.entry(kind.clone()).or_default();
            own.buildings += homes.buildings;
            own.households += homes.households;
        }
        self.unknown.households += building.unknown.households;
        self.unknown.stairwells += building.unknown.stairwells;
        self.unknown.lifts += building.unknown.lifts;
        self.unknown.housing += building.unknown.housing;
    }
}

/// A residential building.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The id of the building.
    pub id: FeatureId,
    /// The number of its stairwells.
    pub stairwells: u32,
}

/// Where the numbers of a collection by kind are kept.
type ByKind = fn(&mut Counts) -> &mut BTreeMap<String, u32>;

/// The features of a collection: ids and properties.
pub type Rows<'a> = Vec<(&'a FeatureId, &'a str)>;

/// The collections that the stock is counted from.
#[derive(Debug, Default)]
pub struct Source<'a> {
    /// `buildings`
    pub buildings: Rows<'a>,
    /// `entrances`
    pub entrances: Rows<'a>,
    /// `first_aid_stations`
    pub first_aid_stations: Rows<'a>,
    /// `pocket_parks`
    pub pocket_parks: Rows<'a>,
    /// `facilities`
    pub facilities: Rows<'a>,
    /// `mediation_points`
    pub mediation_points: Rows<'a>,
}

/// What stands in every area.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stock {
    counts: Vec<Counts>,
    homes: Vec<Vec<Home>>,
    compounds: Vec<BTreeSet<Box<str>>>,
    /// The number of gates of each compound.
    gates: HashMap<Box<str>, u32>,
}

impl Stock {
    /// Counts what stands in every area. A feature belongs to the area that its property `grid` names.
    pub fn count(areas: &Areas, from: Source<'_>) -> Self {
        let chains: Vec<Vec<usize>> = (0..areas.len()).map(|place| areas.above(place)).collect();
        let chain = |row: Canonical<'_>| -> &[usize] {
            let link = row.text(property::GRID);
            let place = link.and_then(|link| areas.find(&link));
            place.map_or(&[], |place| &chains[place])
        };
        let mut all = Self {
            counts: vec![Counts::default(); areas.len()],
            homes: vec![Vec::new(); areas.len()],
            compounds: vec![BTreeSet::new(); areas.len()],
            gates: HashMap::new(),
        };
        // The grid of each building with a gate of its own is needed below.
        let mut grids: HashMap<&FeatureId, &[usize]> = HashMap::new();
        for (id, properties) in from.buildings {
            let row = Canonical::new(properties);
            let chain = chain(row);
            all.add_building(id, row, chain);
            grids.insert(id, chain);
        }
        for (_, properties) in from.entrances {
            let row = Canonical::new(properties);
            if !row.is(property::KIND, "gate") {
                continue;
            }
            if let Some(compound) = row.text(property::COMPOUND) {
                *all.gates.entry(compound.into()).or_default() += 1;
            } else if let Some(building) = row.text(property::BUILDING)
                && let Ok(building) = FeatureId::new(building.as_ref())
            {
                let chain = grids.get(&building).copied().unwrap_or_default();
                chain.iter().for_each(|place| all.counts[*place].gates += 1);
            }
        }
        for (counts, compounds) in all.counts.iter_mut().zip(&all.compounds) {
            counts.gates += compounds
                .iter()
                .filter_map(|c| all.gates.get(c))
                .sum::<u32>();
        }
        for (_, properties) in from.first_aid_stations {
            let row = Canonical::new(properties);
            for place in chain(row) {
                all.counts[*place].first_aid_stations += 1;
                all.counts[*place].aeds += u32::from(row.is_true("aed"));
            }
        }
        for (_, properties) in from.pocket_parks {
            for place in chain(Canonical::new(properties)) {
                all.counts[*place].pocket_parks += 1;
            }
        }
        let of_facilities: ByKind = |counts| &mut counts.facilities;
        let of_mediation: ByKind = |counts| &mut counts.mediation_points;
        for (rows, by_kind) in [
            (from.facilities, of_facilities),
            (from.mediation_points, of_mediation),
        ] {
            for (_, properties) in rows {
                let row = Canonical::new(properties);
                let kind = row.text(property::KIND);
                let kind = kind.unwrap_or_else(|| "other".into());
                for place in chain(row) {
                    let own = by_kind(&mut all.counts[*place]);
                    *own.entry(kind.to_string()).or_default() += 1;
                }
            }
        }
        all
    }

    fn add_building(&mut self, id: &FeatureId, row: Canonical<'_>, chain: &[usize]) {
        let own = Counts::of_building(row);
        let compound = row.text(property::COMPOUND);
        for place in chain {
            if let Some(compound) = &compound {
                self.compounds[*place].insert(compound.as_ref().into());
            }
            self.counts[*place].add(&own);
        }
        if let (1.., Some(place)) = (own.residential, chain.first()) {
            self.homes[*place].push(Home {
                id: id.clone(),
                stairwells: own.stairwells,
            });
        }
    }

    /// The number of gates of a compound.
    pub fn gates_of(&self, compound: &str) -> u32 {
        self.gates.get(compound).copied().unwrap_or(0)
    }

    /// What stands in an area, by its index.
    pub fn of(&self, place: usize) -> &Counts {
        &self.counts[place]
    }

    /// The residential buildings whose grid is this area itself.
    pub fn homes(&self, place: usize) -> &[Home] {
        &self.homes[place]
    }

    /// The ids of the compounds that have buildings in an area.
    pub fn compounds(&self, place: usize) -> impl Iterator<Item = &str> {
        self.compounds[place].iter().map(AsRef::as_ref)
    }
}
