//! The people of a map: how many live behind which door, on how many storeys, and in which areas.

use std::collections::HashMap;

use geo_types::Coord;

use super::ask::{DemandAsk, Factors, NoCoverage};
use super::numeric::has_numbers;
use super::shown::Shown;
use crate::index::{Collection, Collections, Entry};
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, GRIDS};
use crate::model::names::property;
use crate::model::{RoleSet, both};
use crate::network::walking::{Join, Joins, Measure};
use crate::planning::coverage::{AreaName, Demand, DemandPlace, Dwelling};
use crate::service::place::anchor;
use crate::service::routes::{Ground, Joined, Joiner};
use crate::spatial::metres;

/// The height of a storey, in metres. The storeys of a building without `levels` are computed from its height.
const STOREY_M: f64 = 3.0;
/// The largest total number of people that is accepted; more than there are on earth.
const MOST_PEOPLE: f64 = 1e10;
/// The most storeys of a building. A building with more counts as one with this number.
const MOST_STOREYS: u32 = 200;

/// The people of a map, and where their doors join the network.
#[derive(Debug, PartialEq)]
pub(super) struct People {
    pub(super) demand: Demand,
    /// The points at which each door joins the network. [`Dwelling::door`] is the index.
    doors: Vec<Vec<Joined>>,
}

/// Counts the people of a request without their doors, so that a request can be refused before there is a network.
///
/// # Errors
/// If the request does not fit the map.
pub(super) fn total(map: &Collections, ask: &DemandAsk, roles: RoleSet) -> Result<f64, NoCoverage> {
    let mut sum = 0.0;
    match ask {
        DemandAsk::Buildings(factors) => {
            let buildings = buildings(map)?;
            for entry in buildings.iter() {
                let said = Shown::of(buildings, entry, roles);
                let is_placed = entry.geometry().and_then(anchor).is_some();
                let residents = residents(entry, said, factors).filter(|_| is_placed);
                sum += residents.map_or(0.0, |residents| residents.count);
            }
        }
        DemandAsk::Collection { collection, weight } => {
            let source = layer(map, (collection, weight), roles)?;
            for entry in source.iter() {
                sum += weighed(source, entry, weight, roles)?.map_or(0.0, |(people, _)| people);
            }
        }
        DemandAsk::Points(points) => sum = points.iter().map(|point| point.people).sum(),
    }
    not_too_many(sum)?;
    Ok(sum)
}

fn not_too_many(all: f64) -> Result<(), NoCoverage> {
    if all <= MOST_PEOPLE {
        return Ok(());
    }
    Err(NoCoverage::Field(
        "demand",
        both!(
            "总人数为{all:.0}，不应超过{MOST_PEOPLE:.0}",
            "expected at most {MOST_PEOPLE:.0} people together, found {all:.0}"
        ),
    ))
}

fn buildings(map: &Collections) -> Result<&Collection, NoCoverage> {
    let found = map.get(BUILDINGS).map(AsRef::as_ref);
    found.ok_or_else(|| NoCoverage::no_collection("demand", BUILDINGS))
}

/// The number of people of a feature and its position; `None` if it has no number or no position.
fn weighed(
    source: &Collection,
    entry: &Entry,
    weight: &str,
    roles: RoleSet,
) -> Result<Option<(f64, Coord<f64>)>, NoCoverage> {
    let said = Shown::of(source, entry, roles);
    let (Some(people), Some(at)) = (said.number(weight), entry.geometry().and_then(anchor)) else {
        return Ok(None);
    };
    if people >= 0.0 {
        return Ok(Some((people, at)));
    }
    let id = entry.id();
    Err(NoCoverage::Field(
        "demand.weight",
        both!(
            "要素“{id}”的人数为{people}，应为0或以上",
            "the feature {id} has {people} people; expected 0 or more"
        ),
    ))
}

/// The people who live in a building.
struct Residents {
    count: f64,
    is_estimated: bool,
    storeys: u32,
}

/// The people who live in a building; `None` if nobody does.
fn residents(entry: &Entry, said: Shown<'_>, factors: &Factors) -> Option<Residents> {
    let levels = said.number("levels").filter(|n| *n >= 1.0);
    let by_height = || {
        said.number("height_m")
            .map(|m| (m / STOREY_M).round().max(1.0))
    };
    let storeys = levels.or_else(by_height).unwrap_or(1.0).round() as u32;
    let storeys = storeys.clamp(1, MOST_STOREYS);
    let (count, is_estimated) = match said.number("households") {
        Some(n) => (n.max(0.0) * factors.persons_per_household, false),
        None if is_home(said) => {
            let floor = entry.geometry().map_or(0.0, metres::area);
            (floor * f64::from(storeys) / factors.m2_per_person, true)
        }
        None => return None,
    };
    (count > 0.0).then_some(Residents {
        count,
        is_estimated,
        storeys,
    })
}

/// The collection whose features have a number of people in the property `weight`.
fn layer<'a>(
    map: &'a Collections,
    (collection, weight): (&str, &str),
    roles: RoleSet,
) -> Result<&'a Collection, NoCoverage> {
    let source = map.get(collection);
    let source =
        source.ok_or_else(|| NoCoverage::no_collection("demand.collection", collection))?;
    has_numbers(source, weight, roles)
        .map_err(|problem| NoCoverage::Field("demand.weight", problem))?;
    Ok(source)
}

impl People {
    /// Collects the people of a map.
    pub(super) fn of(
        ground: &Ground,
        joiner: &Joiner<'_>,
        ask: &DemandAsk,
        roles: RoleSet,
    ) -> Result<Self, NoCoverage> {
        let map = ground.snapshot.collections();
        let mut people = Self {
            demand: Demand::default(),
            doors: Vec::new(),
        };
        let mut areas = Areas::new(map, roles);
        match ask {
            DemandAsk::Buildings(factors) => {
                let buildings = buildings(map)?;
                for entry in buildings.iter() {
                    let said = Shown::of(buildings, entry, roles);
                    people.add_building(entry, said, factors, joiner, &mut areas);
                }
            }
            DemandAsk::Collection { collection, weight } => {
                let source = layer(map, (collection, weight), roles)?;
                people.add_layer(source, weight, joiner, &mut areas)?;
            }
            DemandAsk::Points(points) => {
                for point in points {
                    people.add_point(&point.id, None, point.at, point.people, joiner, &mut areas);
                }
            }
        }
        people.demand.areas = areas.names;
        let all: f64 = people.demand.places.iter().map(|p| p.people).sum();
        not_too_many(all)?;
        Ok(people)
    }

    fn add_building(
        &mut self,
        entry: &Entry,
        said: Shown<'_>,
        factors: &Factors,
        joiner: &Joiner<'_>,
        areas: &mut Areas<'_>,
    ) {
        let Some(at) = entry.geometry().and_then(anchor) else {
            return;
        };
        let Some(Residents {
            count,
            is_estimated,
            storeys,
        }) = residents(entry, said, factors)
        else {
            return;
        };
        let id = entry.id().to_string();
        let place = self.demand.places.len() as u32;
        let doors = joiner.doors(&id);
        let share = count / doors.len().max(1) as f64;
        for joined in doors {
            let door = self.door(joined);
            self.demand.dwellings.push(Dwelling {
                place,
                door,
                people: share,
                storeys,
                has_lift: said.is_true("elevator"),
            });
        }
        self.demand.places.push(DemandPlace {
            name: said
                .text(property::NAME)
                .map_or_else(|| id.clone(), |n| n.into_owned()),
            id,
            at: [at.x, at.y],
            areas: areas.of(at, Some(said)),
            people: count,
            is_estimated,
        });
    }

    fn add_layer(
        &mut self,
        source: &Collection,
        weight: &str,
        joiner: &Joiner<'_>,
        areas: &mut Areas<'_>,
    ) -> Result<(), NoCoverage> {
        for entry in source.iter() {
            let Some((people, at)) = weighed(source, entry, weight, areas.roles)? else {
                continue;
            };
            let said = Shown::of(source, entry, areas.roles);
            let name = said.text(property::NAME).map(|name| name.into_owned());
            self.add_point(entry.id().as_str(), name, at, people, joiner, areas);
        }
        Ok(())
    }

    fn add_point(
        &mut self,
        id: &str,
        name: Option<String>,
        at: Coord<f64>,
        people: f64,
        joiner: &Joiner<'_>,
        areas: &mut Areas<'_>,
    ) {
        if people <= 0.0 {
            return;
        }
        let place = self.demand.places.len() as u32;
        let door = self.door(joiner.position(at));
        self.demand.dwellings.push(Dwelling {
            place,
            door,
            people,
            storeys: 1,
            has_lift: false,
        });
        self.demand.places.push(DemandPlace {
            id: id.to_owned(),
            name: name.unwrap_or_else(|| id.to_owned()),
            at: [at.x, at.y],
            areas: areas.of(at, None),
            people,
            is_estimated: false,
        });
    }

    fn door(&mut self, joined: Vec<Joined>) -> Option<u32> {
        if joined.is_empty() {
            return None;
        }
        self.doors.push(joined);
        Some(self.doors.len() as u32 - 1)
    }

    /// The points at which the doors join the network, for a walking graph.
    pub(super) fn joins(&self, measure: Measure, factor: u32) -> Joins {
        let mut joins = Joins::default();
        for door in &self.doors {
            joins.push(door.iter().map(|j| join(j, measure, factor)));
        }
        joins
    }

    /// The points at which each door joins the network.
    #[cfg(test)]
    pub(super) fn doors(&self) -> &[Vec<Joined>] {
        &self.doors
    }

    /// The number of doors that join the network.
    pub(super) fn door_count(&self) -> usize {
        self.doors.len()
    }
}

/// Converts a point at which something joins the network to the unit of a measure. `factor` is 2 for walks there and
/// back, otherwise 1.
pub(super) fn join(joined: &Joined, measure: Measure, factor: u32) -> Join {
    let once = match measure {
        Measure::Time => joined.gap_ds,
        Measure::Length => joined.gap_dm,
    };
    Join {
        place: joined.place,
        extra: once.saturating_mul(factor),
    }
}

/// Whether a building is a home or its use is not known. If such a building has no number of households, its people
/// are estimated.
fn is_home(said: Shown<'_>) -> bool {
    said.text(property::KIND)
        .is_none_or(|kind| matches!(kind.as_ref(), "residential" | "other"))
}

/// Finds the areas of places: grid, community, subdistrict and kind of housing.
struct Areas<'a> {
    map: &'a Collections,
    roles: RoleSet,
    names: [Vec<AreaName>; 4],
    numbers: [HashMap<String, u32>; 4],
    /// What is known about each grid, community and subdistrict, by its id.
    grids: HashMap<String, GridKnown>,
    by_code: HashMap<String, String>,
    housing: HashMap<String, Option<String>>,
}

#[derive(Debug, Clone)]
struct GridKnown {
    kind: String,
    name: String,
    parent: Option<String>,
}

impl<'a> Areas<'a> {
    fn new(map: &'a Collections, roles: RoleSet) -> Self {
        let mut grids = HashMap::new();
        let mut by_code = HashMap::new();
        let all = map.get(GRIDS).into_iter();
        for (source, entry) in all.flat_map(|c| c.iter().map(move |entry| (c, entry))) {
            let said = Shown::of(source, entry, roles);
            let text = |name: &str| said.text(name).map(|t| t.into_owned());
            let id = entry.id().to_string();
            if let Some(code) = text(property::CODE) {
                by_code.insert(code, id.clone());
            }
            let known = GridKnown {
                kind: text(property::KIND).unwrap_or_else(|| "grid".to_owned()),
                name: text(property::NAME).unwrap_or_else(|| id.clone()),
                parent: text(property::PARENT),
            };
            grids.insert(id, known);
        }
        Self {
            map,
            roles,
            names: Default::default(),
            numbers: Default::default(),
            grids,
            by_code,
            housing: HashMap::new(),
        }
    }

    /// The areas of a place, in the order of the slots of [`crate::planning::coverage::By`].
    fn of(&mut self, at: Coord<f64>, said: Option<Shown<'_>>) -> [Option<u32>; 4] {
        let mut ids: [Option<String>; 3] = Default::default();
        let named = said
            .and_then(|said| said.text(property::GRID))
            .and_then(|link| self.grid_of_link(&link));
        let around = || -> Vec<String> {
            let grids = self.map.get(GRIDS);
            let covering = grids.map(|c| c.covering(at)).unwrap_or_default();
            covering.iter().map(|e| e.id().to_string()).collect()
        };
        let mut found: Vec<String> = named.map_or_else(around, |id| vec![id]);
        // Adds the parents of the areas. Each area is added once, so the loop ends even if parents form a circle.
        let mut looked_at = 0;
        while let Some(id) = found.get(looked_at).cloned() {
            looked_at += 1;
            let Some(known) = self.grids.get(&id) else {
                continue;
            };
            let slot = match known.kind.as_str() {
                "grid" => 0,
                "community" => 1,
                _ => 2,
            };
            let parent = known.parent.clone();
            ids[slot].get_or_insert(id);
            let parent = parent.and_then(|link| self.grid_of_link(&link));
            if let Some(parent) = parent.filter(|p| !found.contains(p)) {
                found.push(parent);
            }
        }
        let mut areas = [None; 4];
        for (slot, id) in ids.into_iter().enumerate() {
            areas[slot] = id.map(|id| {
                let name = self
                    .grids
                    .get(&id)
                    .map_or_else(|| id.clone(), |g| g.name.clone());
                self.number(slot, id, name)
            });
        }
        areas[3] = said
            .and_then(|said| self.housing(said))
            .map(|kind| self.number(3, kind.clone(), kind));
        areas
    }

    fn grid_of_link(&self, link: &str) -> Option<String> {
        if self.grids.contains_key(link) {
            return Some(link.to_owned());
        }
        self.by_code.get(link).cloned()
    }

    fn housing(&mut self, said: Shown<'_>) -> Option<String> {
        if let Some(own) = said.text(property::HOUSING) {
            return Some(own.into_owned());
        }
        let compound = said.text(property::COMPOUND)?.into_owned();
        if let Some(known) = self.housing.get(&compound) {
            return known.clone();
        }
        let compounds = self.map.get(COMPOUNDS);
        let kind = compounds.and_then(|source| {
            let said = Shown::of(source, source.get(&compound)?, self.roles);
            said.text(property::HOUSING).map(|kind| kind.into_owned())
        });
        self.housing.insert(compound, kind.clone());
        kind
    }

    fn number(&mut self, slot: usize, id: String, name: String) -> u32 {
        let (names, numbers) = (&mut self.names[slot], &mut self.numbers[slot]);
        *numbers.entry(id.clone()).or_insert_with(|| {
            names.push(AreaName { id, name });
            names.len() as u32 - 1
        })
    }
}
