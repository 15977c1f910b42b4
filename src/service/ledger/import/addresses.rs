//! Finds the places of rows that name a building or an address.

use std::collections::HashMap;

use geo_types::{Coord, Point};

use crate::index::{Collections, Entry, Meter};
use crate::model::FeatureId;
use crate::model::names::collection::{BUILDINGS, COMPOUNDS};
use crate::model::names::property;
use crate::service::ledger::cases;
use crate::service::ledger::error::LedgerError;
use crate::service::place::Where;
use crate::warnings::sheet::plan::Planned;

/// Finds buildings and compounds by their names, to locate an address given in words.
pub(super) struct Addresses {
    buildings: HashMap<String, Option<FeatureId>>,
    compounds: HashMap<String, Option<Coord<f64>>>,
}

/// Names are searched in this many characters of a place text. What follows is a description.
const LONGEST_ADDRESS: usize = 60;

impl Addresses {
    pub fn of(map: &Collections, meter: &impl Meter) -> Result<Self, LedgerError> {
        let mut buildings: HashMap<String, Option<FeatureId>> = HashMap::new();
        let mut compounds: HashMap<String, Option<Coord<f64>>> = HashMap::new();
        // Calls `each` for every feature of a collection that has a name.
        let named = |collection: &str, each: &mut dyn FnMut(String, &Entry)| {
            for entry in map.get(collection).into_iter().flat_map(|c| c.iter()) {
                meter.read(1).map_err(|_| LedgerError::Stopped)?;
                let properties = cases::properties(entry);
                let name = properties
                    .get(property::NAME)
                    .and_then(serde_json::Value::as_str);
                let name = name.unwrap_or_default().trim();
                if !name.is_empty() {
                    each(name.to_owned(), entry);
                }
            }
            Ok::<(), LedgerError>(())
        };
        // A name that two features share cannot locate an address.
        named(BUILDINGS, &mut |name, entry| {
            buildings
                .entry(name)
                .and_modify(|known| *known = None)
                .or_insert(Some(entry.id().clone()));
        })?;
        named(COMPOUNDS, &mut |name, entry| {
            compounds
                .entry(name)
                .and_modify(|known| *known = None)
                .or_insert(cases::anchor(entry));
        })?;
        Ok(Self {
            buildings,
            compounds,
        })
    }

    /// The place of a row, by its position, its building or its address.
    pub fn find(&self, row: &Planned) -> Option<Where> {
        if let Some(geometry) = &row.geometry {
            return Some(Where::Geometry(geometry.clone()));
        }
        if let Some(position) = row.position {
            return Some(Where::Geometry(Point(position).into()));
        }
        if let Some(text) = &row.building {
            return match self.buildings.get(text) {
                Some(Some(id)) => Some(Where::Building(id.clone())),
                Some(None) => None,
                None => FeatureId::new(text).ok().map(Where::Building),
            };
        }
        let address: Vec<char> = row.place.as_ref()?.chars().take(LONGEST_ADDRESS).collect();
        // The longest known name in the text is the most precise: 温泉花园3号楼 before 温泉花园.
        let mut parts: Vec<String> = Vec::new();
        for from in 0..address.len() {
            for to in from + 2..=address.len() {
                parts.push(address[from..to].iter().collect());
            }
        }
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        let house = parts
            .iter()
            .find_map(|part| self.buildings.get(part).cloned().flatten());
        if let Some(id) = house {
            return Some(Where::Building(id));
        }
        parts
            .iter()
            .find_map(|part| self.compounds.get(part).copied().flatten())
            .map(|anchor| Where::Geometry(Point(anchor).into()))
    }
}
