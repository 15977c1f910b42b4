//! The areas of a thematic map, and the area in which a feature lies.

use std::collections::HashMap;

use geo::InteriorPoint as _;
use geo_types::{Coord, Geometry};

use super::theme::By;
use crate::index::{Collection, Collections, Entry};
use crate::model::names::collection::{BUILDINGS, GRIDS};
use crate::model::names::property;
use crate::model::{Canonical, Role};
use crate::spatial::metres;

/// An area of a thematic map.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The id of the grid, community or building.
    pub id: String,
    /// The name; the id if the area has none.
    pub name: String,
    /// The number of households, if it is known.
    pub households: Option<f64>,
    /// The size in km².
    pub km2: f64,
}

/// The areas of a thematic map, in the order of their ids.
#[derive(Debug)]
pub struct Frame<'a> {
    by: By,
    areas: Vec<Area>,
    /// The index of each area, by its id.
    numbers: HashMap<String, u32>,
    /// The kind and the parent of each grid, community and street, by its id.
    grids: HashMap<String, (String, Option<String>)>,
    /// The id of each of them, by its code.
    by_code: HashMap<String, String>,
    map: &'a Collections,
}

impl<'a> Frame<'a> {
    /// Reads the areas of a map. Only what the public may see is read.
    pub fn new(map: &'a Collections, by: By) -> Self {
        let mut frame = Self {
            by,
            areas: Vec::new(),
            numbers: HashMap::new(),
            grids: HashMap::new(),
            by_code: HashMap::new(),
            map,
        };
        if let Some(grids) = map.get(GRIDS) {
            for entry in grids.iter() {
                let text = entry.properties(grids.schema(), Role::Public);
                let said = Canonical::new(&text);
                let id = entry.id().to_string();
                let kind = said.text(property::KIND).map(|kind| kind.into_owned());
                let kind = kind.unwrap_or_else(|| "grid".to_owned());
                if let Some(code) = said.text(property::CODE) {
                    frame.by_code.insert(code.into_owned(), id.clone());
                }
                if kind == by.as_str() {
                    frame.add(entry, said);
                }
                let parent = said
                    .text(property::PARENT)
                    .map(|parent| parent.into_owned());
                frame.grids.insert(id, (kind, parent));
            }
            if by == By::Community {
                frame.sum_households(grids);
            }
        }
        if let Some(buildings) = map.get(BUILDINGS).filter(|_| by == By::Building) {
            for entry in buildings.iter() {
                let text = entry.properties(buildings.schema(), Role::Public);
                frame.add(entry, Canonical::new(&text));
            }
        }
        frame
    }

    fn add(&mut self, entry: &Entry, said: Canonical<'_>) {
        let id = entry.id().to_string();
        let name = said.text(property::NAME).map(|name| name.into_owned());
        self.numbers.insert(id.clone(), self.areas.len() as u32);
        self.areas.push(Area {
            name: name.unwrap_or_else(|| id.clone()),
            households: said.number("households"),
            km2: entry.geometry().map_or(0.0, metres::area) / 1e6,
            id,
        });
    }

    /// Gives communities without a number of households the sum of their grids.
    fn sum_households(&mut self, grids: &Collection) {
        let mut sums: HashMap<u32, f64> = HashMap::new();
        for entry in grids.iter() {
            let text = entry.properties(grids.schema(), Role::Public);
            let said = Canonical::new(&text);
            let households = said.number("households");
            let own = self.grids.get(entry.id().as_str());
            let parent = own
                .filter(|(kind, _)| kind == "grid")
                .and_then(|(_, parent)| self.known(parent.as_deref()?));
            if let (Some(n), Some(community)) = (households, parent) {
                *sums.entry(community).or_default() += n;
            }
        }
        for (number, sum) in sums {
            self.areas[number as usize].households.get_or_insert(sum);
        }
    }

    /// The areas.
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The kind of the areas.
    pub fn by(&self) -> By {
        self.by
    }

    /// The index of an area, by its id or code.
    pub fn known(&self, link: &str) -> Option<u32> {
        let by_id = self.numbers.get(link);
        let found = by_id.or_else(|| self.numbers.get(self.by_code.get(link)?));
        found.copied()
    }

    /// The index of the area in which a feature lies: by the property that names a grid, community or building,
    /// otherwise by its position.
    pub fn place(&self, collection: &str, entry: &Entry, said: Canonical<'_>) -> Option<u32> {
        let id = entry.id().as_str();
        match self.by {
            By::Building if collection == BUILDINGS => self.known(id),
            By::Building => self.known(&said.text(property::BUILDING)?),
            By::Grid | By::Community if collection == GRIDS => {
                let (kind, _) = self.grids.get(id)?;
                (kind == "grid").then(|| self.up(id))?
            }
            By::Grid | By::Community => {
                let of = |name: &str| self.up(&said.text(name)?);
                let named = match self.by {
                    By::Community => of(property::COMMUNITY).or_else(|| of(property::GRID)),
                    _ => of(property::GRID),
                };
                named.or_else(|| self.around(anchor(entry.geometry()?)?))
            }
        }
    }

    /// The area that a grid is or belongs to.
    fn up(&self, link: &str) -> Option<u32> {
        if let Some(own) = self.known(link) {
            return Some(own);
        }
        let own = self.grids.get(link);
        let (_, parent) = own.or_else(|| self.grids.get(self.by_code.get(link)?))?;
        self.known(parent.as_deref()?)
    }

    fn around(&self, at: Coord<f64>) -> Option<u32> {
        let found = self.map.get(GRIDS)?.covering(at);
        found.iter().find_map(|entry| self.up(entry.id().as_str()))
    }
}

/// A point in or on a geometry; `None` if the geometry is empty.
fn anchor(geometry: &Geometry<f64>) -> Option<Coord<f64>> {
    match geometry {
        Geometry::Point(point) => Some(point.0),
        other => other.interior_point().map(|point| point.0),
    }
}
