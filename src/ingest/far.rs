//! Features that lie far from everything else. Longitude and latitude the wrong way round, `[0, 0]` for
//! "unknown", or a file in another coordinate system than it says: all of them are valid places. Such a
//! feature is taken and named.
//!
//! Places are counted by cells of one degree. A feature is near where its cell and the eight around it
//! hold a hundredth of what the map has; so it may be 100 km from its next neighbour, and a handful of
//! wrong features do not make each other right.

use std::collections::HashMap;

use geo_types::{Coord, Geometry};

use super::report::Far;
use crate::index::Collections;
use crate::model::{CollectionId, FeatureId};
use crate::spatial::bounds::Bounds;
use crate::spatial::crs::Crs;

/// With fewer features nobody can say where the map is.
const FEW: u64 = 10;
/// With this many features in its neighbourhood a place is never reported as far away.
const ENOUGH: u64 = 100;

type Cell = (i16, i16);

fn cell(c: Coord<f64>) -> Cell {
    (c.x.floor() as i16, c.y.floor() as i16)
}

#[derive(Debug, Default)]
struct Seen {
    count: u64,
    first: Vec<(CollectionId, FeatureId, Coord<f64>)>,
}

/// The places of the features of an import.
#[derive(Debug, Default)]
pub(super) struct Places {
    cells: HashMap<Cell, Seen>,
    total: u64,
}

impl Places {
    /// Counts a feature, and says in which box it lies.
    pub fn see(
        &mut self,
        collection: &CollectionId,
        id: &FeatureId,
        geometry: &Geometry<f64>,
    ) -> Option<Bounds> {
        /// A cell with more is hardly far from everything.
        const KEPT: usize = 20;
        let bounds = Bounds::of(geometry)?;
        let [west, south, east, north] = bounds.to_numbers();
        let at = Coord {
            x: f64::midpoint(west, east),
            y: f64::midpoint(south, north),
        };
        self.total += 1;
        let seen = self.cells.entry(cell(at)).or_default();
        seen.count += 1;
        if seen.first.len() < KEPT {
            seen.first.push((collection.clone(), id.clone(), at));
        }
        Some(bounds)
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// How many features lie far from a sample of the map, or, where the map is empty, from the rest of
    /// the import; and the first of them.
    pub fn far_from(&self, map: &[Coord<f64>], most: usize) -> (u64, Vec<Far>) {
        let mut home: HashMap<Cell, u64> = HashMap::new();
        for place in map {
            *home.entry(cell(*place)).or_default() += 1;
        }
        let mut total = map.len() as u64;
        if total < FEW {
            for (cell, seen) in &self.cells {
                *home.entry(*cell).or_default() += seen.count;
            }
            total += self.total;
        }
        if total < FEW {
            return (0, Vec::new());
        }
        let enough = (total / 100).clamp(2, ENOUGH);
        let around = |(x, y): Cell| -> u64 {
            (x - 1..=x + 1)
                .flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y)))
                .filter_map(|cell| home.get(&cell))
                .sum()
        };
        let mut far: Vec<(&Cell, &Seen)> = self
            .cells
            .iter()
            .filter(|(cell, _)| around(**cell) < enough)
            .collect();
        far.sort_by_key(|(cell, _)| **cell);
        let count = far.iter().map(|(_, seen)| seen.count).sum();
        let first = far
            .iter()
            .flat_map(|(_, seen)| &seen.first)
            .take(most)
            .map(|(collection, id, at)| {
                let swapped = around(cell(Coord { x: at.y, y: at.x })) >= enough;
                Far {
                    collection: collection.to_string(),
                    id: id.to_string(),
                    row: None,
                    at: [at.x, at.y],
                    problem: problem(*at, swapped).to_owned(),
                }
            })
            .collect();
        (count, first)
    }
}

/// Whether a place lies far from everything on a map but the feature `but`: `None` where it does not,
/// else whether it would not with longitude and latitude exchanged.
pub fn on_map(map: &Collections, at: Coord<f64>, but: &str) -> Option<bool> {
    on_map_in(map, at, Crs::Crs84, but)
}

/// The same of a feature that was written in another coordinate system: the two axes of that system are
/// exchanged.
pub fn on_map_in(map: &Collections, at: Coord<f64>, crs: Crs, but: &str) -> Option<bool> {
    let all: usize = map.iter().map(|(_, c)| c.len()).sum();
    let total = all.saturating_sub(1) as u64;
    if total < FEW {
        return None;
    }
    let enough = usize::try_from((total / 100).clamp(1, ENOUGH)).unwrap_or(1);
    let is_near = |at: Coord<f64>| {
        // About 100 km, as an import has it.
        let around = Bounds::new(
            (at.x - 1.0).max(-180.0),
            (at.y - 1.0).max(-90.0),
            (at.x + 1.0).min(180.0),
            (at.y + 1.0).min(90.0),
        );
        let mut count = 0;
        for (_, collection) in map.iter() {
            count += collection.count_about(&around, but, enough - count);
            if count >= enough {
                return true;
            }
        }
        false
    };
    let exchanged = || {
        let sent = crs.from_wgs84(at).ok()?;
        let exchanged = Coord {
            x: sent.y,
            y: sent.x,
        };
        crs.to_wgs84(exchanged).ok()
    };
    (!is_near(at)).then(|| exchanged().is_some_and(is_near))
}

/// What may have happened to a feature that lies far from everything else; `swapped`: with longitude and
/// latitude exchanged it would not.
pub fn problem(at: Coord<f64>, swapped: bool) -> &'static str {
    if at.x.abs() < 0.01 && at.y.abs() < 0.01 {
        "lies at [0, 0], far from everything else: its position is probably missing"
    } else if swapped {
        "lies far from everything else: longitude and latitude look swapped"
    } else {
        "lies far from everything else: check its position, and the coordinate system of the file"
    }
}

/// The same in Chinese.
pub fn problem_zh(swapped: bool) -> &'static str {
    if swapped {
        "远离地图上的其他要素：经度和纬度似乎颠倒了"
    } else {
        "远离地图上的其他要素：请核对位置和坐标系"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::Point;

    fn places(all: &[(f64, f64)]) -> Places {
        let mut places = Places::default();
        for (i, (x, y)) in all.iter().enumerate() {
            let id = FeatureId::new(format!("f{i}")).unwrap();
            let collection = CollectionId::new("facilities").unwrap();
            places.see(&collection, &id, &Point::new(*x, *y).into());
        }
        places
    }

    fn city() -> Vec<(f64, f64)> {
        (0..300)
            .map(|i| {
                (
                    87.5 + f64::from(i % 20) * 0.01,
                    43.7 + f64::from(i / 20) * 0.01,
                )
            })
            .collect()
    }

    #[test]
    fn one_of_a_file_that_lies_elsewhere_is_named_with_a_guess() {
        let mut all = city();
        all.extend([(0.0, 0.0), (43.8, 87.6), (117.0, 39.0)]);
        let (count, first) = places(&all).far_from(&[], 20);
        assert_eq!(count, 3);
        let said: Vec<&str> = first.iter().map(|f| f.problem.as_str()).collect();
        assert!(said[0].contains("[0, 0]"), "{said:?}");
        assert!(said[1].contains("swapped"), "{said:?}");
        assert!(said[2].contains("coordinate system"), "{said:?}");
        assert_eq!(first[1].id, "f301");
    }

    #[test]
    fn a_whole_file_is_far_from_the_map_and_the_list_is_bounded() {
        let map: Vec<Coord<f64>> = city().into_iter().map(Coord::from).collect();
        let all = vec![(39.2, 17.0); 500];
        let (count, first) = places(&all).far_from(&map, 7);
        assert_eq!((count, first.len()), (500, 7));
        assert_eq!(places(&city()).far_from(&map, 7), (0, Vec::new()));
    }

    #[test]
    fn a_handful_of_features_says_nothing_of_where_the_map_is() {
        let few = [(0.0, 0.0), (117.0, 39.0), (87.0, 43.0)];
        assert_eq!(places(&few).far_from(&[], 20), (0, Vec::new()));
    }
}
