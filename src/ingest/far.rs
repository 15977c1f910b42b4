//! Finds features that lie far from everything else. Swapped longitude and latitude, `[0, 0]` for an unknown
//! position, or a wrong coordinate system all give valid positions. Such a feature is imported and reported.
//!
//! Positions are counted in cells of one degree. A feature is near if its cell and the eight around it hold at
//! least a hundredth of all features. So its nearest neighbour may be more than 100 km away, and a few wrong
//! features next to each other are still reported.

use std::collections::HashMap;

use geo_types::{Coord, Geometry};

use super::report::Far;
use crate::index::Collections;
use crate::model::{CollectionId, FeatureId, Localized, both};
use crate::spatial::bounds::Bounds;
use crate::spatial::crs::Crs;

/// With fewer features than this in total, nothing is reported: the extent of the map is not known.
const FEW: u64 = 10;
/// With this many features in its neighbourhood, a position is never reported as far away.
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

/// The positions of the features of an import.
#[derive(Debug, Default)]
pub(super) struct Places {
    cells: HashMap<Cell, Seen>,
    total: u64,
}

impl Places {
    /// Counts a feature and returns its bounding box; `None` if its geometry is empty.
    pub fn see(
        &mut self,
        collection: &CollectionId,
        id: &FeatureId,
        geometry: &Geometry<f64>,
    ) -> Option<Bounds> {
        /// The most features listed per cell: a cell with more is rarely far from everything.
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

    /// The number of features that lie far from a sample of the map, and the first `most` of them. If the map
    /// is nearly empty, they are compared with the rest of the import.
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
                let Localized { zh, en } = problem(*at, swapped);
                Far {
                    collection: collection.to_string(),
                    id: id.to_string(),
                    row: None,
                    at: [at.x, at.y],
                    problem: en,
                    problem_zh: zh,
                }
            })
            .collect();
        (count, first)
    }
}

/// Whether a position lies far from all features of the map, not counting the feature `but`. `None`: it does not.
/// `Some(true)`: it does, but would not with longitude and latitude exchanged. `Some(false)`: it does either way.
pub fn on_map(map: &Collections, at: Coord<f64>, but: &str) -> Option<bool> {
    on_map_in(map, at, Crs::Crs84, but)
}

/// Like [`on_map`], for a feature sent in another coordinate system: exchanges the axes of that system.
pub fn on_map_in(map: &Collections, at: Coord<f64>, crs: Crs, but: &str) -> Option<bool> {
    let all: usize = map.iter().map(|(_, c)| c.len()).sum();
    let total = all.saturating_sub(1) as u64;
    if total < FEW {
        return None;
    }
    let enough = usize::try_from((total / 100).clamp(1, ENOUGH)).unwrap_or(1);
    let is_near = |at: Coord<f64>| {
        // About 100 km, as in an import.
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

/// The likely cause of a feature far from everything else. `swapped`: the feature would lie near others if
/// its longitude and latitude were exchanged.
pub fn problem(at: Coord<f64>, swapped: bool) -> Localized {
    if at.x.abs() < 0.01 && at.y.abs() < 0.01 {
        both!(
            "位于 [0, 0]，远离地图上的其他要素：可能缺少位置",
            "lies at [0, 0], far from everything else: its position is probably missing"
        )
    } else if swapped {
        both!(
            "远离地图上的其他要素：经度和纬度似乎颠倒了",
            "lies far from everything else: longitude and latitude look swapped"
        )
    } else {
        both!(
            "远离地图上的其他要素：请核对位置和坐标系",
            "lies far from everything else: check its position, and the coordinate system of the file"
        )
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
    fn a_feature_far_from_the_rest_of_its_file_is_reported_with_the_likely_cause() {
        let mut all = city();
        all.extend([(0.0, 0.0), (43.8, 87.6), (117.0, 39.0)]);
        let (count, first) = places(&all).far_from(&[], 20);
        assert_eq!(count, 3);
        let said: Vec<&str> = first.iter().map(|f| f.problem.as_str()).collect();
        assert!(said[0].contains("[0, 0]"), "{said:?}");
        assert!(said[1].contains("swapped"), "{said:?}");
        assert!(said[2].contains("coordinate system"), "{said:?}");
        assert_eq!(first[1].id, "f301");
        let in_chinese: Vec<&str> = first.iter().map(|f| f.problem_zh.as_str()).collect();
        assert!(in_chinese[0].contains("[0, 0]"), "{in_chinese:?}");
        assert!(in_chinese[1].contains("颠倒"), "{in_chinese:?}");
        assert!(in_chinese[2].contains("坐标系"), "{in_chinese:?}");
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
    fn with_few_features_nothing_is_reported_as_far() {
        let few = [(0.0, 0.0), (117.0, 39.0), (87.0, 43.0)];
        assert_eq!(places(&few).far_from(&[], 20), (0, Vec::new()));
    }
}
