//! The places of the district at which warnings of a category may be reported.

use std::collections::HashMap;

use geo_types::{Geometry, Point};
use serde_json::{Map, Value};

use super::prng::Prng;
use crate::model::Change;
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, ENTRANCES, FACILITIES, GRIDS, UNITS};
use crate::model::names::property;

/// A place at which a category of warnings occurs.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The description of the place; no other scene has the same text.
    pub place: String,
    pub at: Point<f64>,
    pub grid: String,
    pub building: Option<String>,
    /// The note of the category that fits the place, if not all do.
    pub note: Option<usize>,
    /// How often something is reported here, relative to the other scenes of its list.
    pub weight: f64,
}

/// The fields of a member unit that the feed needs.
#[derive(Debug, Clone)]
struct Desk {
    id: String,
    kind: String,
    competences: Vec<String>,
    communities: Vec<String>,
}

/// The categories, in the order of [`Scenes::lists`].
pub const CATEGORIES: [&str; 7] = [
    "street_encroachment",
    "corridor_clutter",
    "flying_wire_charging",
    "blocked_route",
    "wrong_access",
    "damaged_facility",
    "other",
];

/// The scenes of a district by category, and the units that handle each category.
#[derive(Debug, Clone, Default)]
pub struct Scenes {
    lists: [Vec<Scene>; 7],
    desks: Vec<Desk>,
    grid_names: HashMap<String, String>,
}

fn text(map: &Map<String, Value>, key: &str) -> Option<String> {
    map.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn texts(map: &Map<String, Value>, key: &str) -> Vec<String> {
    let list = map.get(key).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

impl Scenes {
    /// Finds the scenes among the features of a district; other features are ignored.
    pub fn of(district: &[Change]) -> Self {
        let mut scenes = Self::default();
        let mut features: Vec<(&Change, &Geometry<f64>, Map<String, Value>)> = Vec::new();
        for change in district {
            let wanted = matches!(
                change.collection.as_str(),
                GRIDS | BUILDINGS | ENTRANCES | FACILITIES | UNITS | COMPOUNDS
            );
            if let Some(body) = change.body.as_ref().filter(|_| wanted)
                && let Some(geometry) = &body.geometry
            {
                features.push((change, geometry, body.properties.to_map()));
            }
        }
        let mut grids: HashMap<String, String> = HashMap::new();
        let mut old: HashMap<String, bool> = HashMap::new();
        for (change, _, map) in &features {
            if change.collection.as_str() == BUILDINGS {
                let id = change.id.to_string();
                old.insert(
                    id.clone(),
                    text(map, property::HOUSING).as_deref() == Some("old_estate"),
                );
                grids.insert(id, text(map, property::GRID).unwrap_or_default());
            }
        }
        // A gate gets the grid of the first building of its compound, because the border between
        // two grids runs through gates.
        let mut of_compound: HashMap<String, String> = HashMap::new();
        for (change, _, map) in &features {
            if let (Some(c), Some(g)) = (text(map, property::COMPOUND), text(map, property::GRID))
                && change.collection.as_str() == BUILDINGS
            {
                of_compound.entry(c).or_insert(g);
            }
        }
        for (change, geometry, map) in &features {
            scenes.add(change, geometry, map, &grids, &old, &of_compound);
        }
        scenes
    }

    fn add(
        &mut self,
        change: &Change,
        geometry: &Geometry<f64>,
        map: &Map<String, Value>,
        grids: &HashMap<String, String>,
        old: &HashMap<String, bool>,
        of_compound: &HashMap<String, String>,
    ) {
        let name = text(map, property::NAME).unwrap_or_default();
        let kind = text(map, property::KIND).unwrap_or_default();
        match (change.collection.as_str(), geometry) {
            (GRIDS, _) => {
                self.grid_names.insert(change.id.to_string(), name);
            }
            (UNITS, _) => self.desks.push(Desk {
                id: change.id.to_string(),
                kind,
                competences: texts(map, property::COMPETENCES),
                communities: texts(map, "communities"),
            }),
            (ENTRANCES, Geometry::Point(at)) if kind == "unit_door" => {
                let Some(building) = text(map, property::BUILDING) else {
                    return;
                };
                let grid = grids.get(&building).cloned().unwrap_or_default();
                let is_old = old.get(&building).copied().unwrap_or(false);
                // Some staircases are reported again and again.
                let heat = hot(change.id.as_str());
                let mut add = |list: usize, weight: f64| {
                    self.push(list, &name, *at, &grid, Some(&building), weight * heat);
                };
                add(1, if is_old { 3.0 } else { 1.0 });
                add(2, if is_old { 3.0 } else { 0.6 });
                add(6, 1.0);
            }
            (ENTRANCES, Geometry::Point(at)) if kind == "gate" => {
                let grid = text(map, property::COMPOUND)
                    .and_then(|c| of_compound.get(&c).cloned())
                    .unwrap_or_default();
                if !grid.is_empty() {
                    let heat = hot(change.id.as_str());
                    self.push(3, &format!("{name}外通道"), *at, &grid, None, heat);
                    self.push(4, &name, *at, &grid, None, 1.0);
                }
            }
            (BUILDINGS, Geometry::Polygon(p)) if kind == "shop" => {
                // The first edge of a shop faces its street.
                let corners = &p.exterior().0;
                if let [a, b, ..] = corners.as_slice() {
                    let at = Point(geo_types::Coord {
                        x: round7((a.x + b.x) / 2.0),
                        y: round7((a.y + b.y) / 2.0),
                    });
                    let grid = text(map, property::GRID).unwrap_or_default();
                    let heat = hot(change.id.as_str());
                    self.push(0, &format!("{name}门前"), at, &grid, None, heat);
                }
            }
            (FACILITIES, Geometry::Point(at)) => {
                let grid = text(map, property::GRID).unwrap_or_default();
                self.push(5, &name, *at, &grid, None, 1.0);
            }
            _ => {}
        }
    }

    fn push(
        &mut self,
        list: usize,
        place: &str,
        at: Point<f64>,
        grid: &str,
        building: Option<&str>,
        weight: f64,
    ) {
        if place.is_empty() || grid.is_empty() {
            return;
        }
        self.lists[list].push(Scene {
            place: place.to_owned(),
            at,
            grid: grid.to_owned(),
            building: building.map(str::to_owned),
            note: (list == 5).then(|| damage(place)),
            weight,
        });
    }

    /// The name of a grid; its code if it has none.
    pub fn grid_name<'a>(&'a self, grid: &'a str) -> &'a str {
        self.grid_names.get(grid).map_or(grid, String::as_str)
    }

    /// A random place at which this category occurs; `None` if the district has none.
    pub fn draw(&self, category: usize, rng: &mut Prng) -> Option<&Scene> {
        let list = self.lists.get(category)?;
        let i = rng.weighted(list.iter().map(|s| s.weight));
        list.get(i)
    }

    /// The grid of the home with this description.
    pub fn grid_at(&self, place: &str) -> Option<&str> {
        let homes = self.lists[1].iter().find(|s| s.place == place);
        homes.map(|s| s.grid.as_str())
    }

    /// Any unit; `None` if there is none.
    pub fn any_unit(&self, rng: &mut Prng) -> Option<&str> {
        self.desks
            .get(rng.index(self.desks.len()))
            .map(|d| d.id.as_str())
    }

    /// A unit, other than a company, that handles the category in the community of a grid; `None` if there is none.
    pub fn unit(&self, category: &str, grid: &str, rng: &mut Prng) -> Option<&str> {
        let community = grid.get(..12).unwrap_or_default();
        let able = |d: &&Desk| {
            d.kind != "company"
                && d.competences.iter().any(|c| c == category)
                && (d.communities.is_empty() || d.communities.iter().any(|c| c == community))
        };
        let desks: Vec<&Desk> = self.desks.iter().filter(able).collect();
        desks.get(rng.index(desks.len())).map(|d| d.id.as_str())
    }
}

/// The note of the category `damaged_facility` that fits a facility: only cabinets and boxes have doors, only places
/// to rest have roofs and seats, and all have a lamp.
fn damage(place: &str) -> usize {
    match place {
        _ if place.contains(['柜', '箱']) => 0,
        _ if place.contains("驿站") => 1,
        _ if place.contains('亭') => 3,
        _ => 2,
    }
}

fn round7(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// The relative frequency of reports at a place: about one in 40 is a hot spot.
fn hot(id: &str) -> f64 {
    if Prng::of(id, 7).chance(0.025) {
        22.0
    } else {
        1.0
    }
}
