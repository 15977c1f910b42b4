//! Stores the positions of nodes.

use super::area::Place;
use crate::model::{Localized, both};

/// The positions of the nodes of all kept ways: sorted by id, 16 bytes per node, found by binary
/// search.
pub struct Positions {
    ids: Vec<i64>,
    places: Vec<Place>,
}

impl Positions {
    const UNKNOWN: Place = (i32::MIN, i32::MIN);

    pub fn wanted_by<'a>(ways: impl Iterator<Item = &'a [i64]>) -> Self {
        let mut ids: Vec<i64> = ways.flat_map(|nodes| nodes.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let places = vec![Self::UNKNOWN; ids.len()];
        Self { ids, places }
    }

    pub fn set(&mut self, id: i64, place: Place) {
        if let Ok(i) = self.ids.binary_search(&id) {
            self.places[i] = place;
        }
    }

    pub fn get(&self, id: i64) -> Option<Place> {
        let i = self.ids.binary_search(&id).ok()?;
        Some(self.places[i]).filter(|p| *p != Self::UNKNOWN)
    }

    pub fn of(&self, nodes: &[i64]) -> Result<Vec<Place>, Localized> {
        let places: Vec<Place> = nodes.iter().filter_map(|id| self.get(*id)).collect();
        let missing = nodes.len() - places.len();
        if missing == 0 {
            return Ok(places);
        }
        let total = nodes.len();
        Err(both!(
            "文件缺少其 {total} 个节点中的 {missing} 个",
            "{missing} of its {total} nodes are not in the file"
        ))
    }

    /// The runs of consecutive nodes of a way that are all in the file.
    pub fn runs(&self, nodes: &[i64]) -> Vec<Vec<Place>> {
        nodes
            .iter()
            .map(|id| self.get(*id))
            .collect::<Vec<_>>()
            .split(Option::is_none)
            .map(|run| run.iter().flatten().copied().collect())
            .collect()
    }
}
