//! Nearest-neighbour queries by distance in metres, because a degree of longitude shrinks towards
//! the poles.
//!
//! Best-first search (Hjaltason and Samet, "Distance browsing in spatial databases", 1999) over
//! both trees at once, with a lower bound in metres for every box. This is correct across the
//! antimeridian and at the poles, where a distance in degrees says nothing about metres.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use geo::{CoordsIter as _, Intersects as _};
use geo_types::{Coord, Geometry};
use rstar::{ParentNode, RTreeNode};

use super::base::{Leaf, to_bounds};
use super::query::Filter;
use super::{Collection, Entry, Free, Meter};
use crate::spatial::bounds::Bounds;
use crate::spatial::metres;

impl Collection {
    /// The `k` nearest features within `max_m` metres, nearest first, with their distances in
    /// metres (0 inside a polygon). Features at equal distance are sorted by id.
    pub fn nearest(&self, place: Coord<f64>, k: usize, max_m: f64) -> Vec<(Arc<Entry>, f64)> {
        self.nearest_where(place, k, max_m, None)
    }

    /// Like [`nearest`](Self::nearest), for the features that pass a filter.
    pub fn nearest_where(
        &self,
        place: Coord<f64>,
        k: usize,
        max_m: f64,
        filter: Option<Filter<'_>>,
    ) -> Vec<(Arc<Entry>, f64)> {
        let Ok(found) = self.nearest_metered(place, k, max_m, filter, &Free);
        found
    }

    /// Like [`nearest_where`](Self::nearest_where), with a meter.
    ///
    /// # Errors
    /// If the meter stops the query.
    pub fn nearest_metered<M: Meter>(
        &self,
        place: Coord<f64>,
        k: usize,
        max_m: f64,
        filter: Option<Filter<'_>>,
        meter: &M,
    ) -> Result<Vec<(Arc<Entry>, f64)>, M::Stop> {
        let mut found = Vec::new();
        let mut open = BinaryHeap::new();
        for layer in [Layer::Base, Layer::Delta] {
            let root = match layer {
                Layer::Base => self.base.tree().root(),
                Layer::Delta => self.delta.tree().root(),
            };
            open.push(Candidate {
                metres: 0.0,
                what: What::Node(layer, root),
            });
        }
        while found.len() < k
            && let Some(Candidate { metres, what }) = open.pop()
            && metres <= max_m
        {
            match what {
                What::Node(layer, node) => {
                    let children = node.children();
                    meter.see(children.len())?;
                    meter.hold(size_of_val(children))?;
                    open.extend(children.iter().map(|child| {
                        let (bounds, what) = match child {
                            RTreeNode::Parent(p) => {
                                (to_bounds(&p.envelope()), What::Node(layer, p))
                            }
                            RTreeNode::Leaf(l) => (l.bounds(), What::Leaf(layer, l.slot())),
                        };
                        Candidate {
                            metres: metres::at_least(place, &bounds),
                            what,
                        }
                    }));
                }
                What::Leaf(layer, slot) => {
                    let Some(entry) = self.at(layer, slot) else {
                        continue;
                    };
                    if let Some(geometry) = entry.geometry()
                        && match filter {
                            None => true,
                            Some(f) => {
                                meter.read(1)?;
                                f(entry)
                            }
                        }
                    {
                        let far = entry.bounds().is_none_or(|b| metres::is_far(place, &b));
                        meter.measure(geometry.coords_count(), far)?;
                        open.push(Candidate {
                            metres: metres::distance_to(place, geometry),
                            what: What::Entry(entry),
                        });
                    }
                }
                What::Entry(entry) => found.push((entry.clone(), metres)),
            }
        }
        Ok(found)
    }

    /// All features within `metres` of a position, nearest first.
    pub fn within(&self, place: Coord<f64>, metres: f64) -> Vec<(Arc<Entry>, f64)> {
        self.nearest(place, usize::MAX, metres)
    }

    /// The polygons that contain a position, edges included, sorted by id.
    pub fn covering(&self, place: Coord<f64>) -> Vec<Arc<Entry>> {
        let mut found = Vec::new();
        let here = Bounds::of_coord(place);
        for (layer, tree) in [
            (Layer::Base, self.base.tree()),
            (Layer::Delta, self.delta.tree()),
        ] {
            let mut open = vec![tree.root()];
            while let Some(node) = open.pop() {
                for child in node.children() {
                    match child {
                        RTreeNode::Parent(p) if to_bounds(&p.envelope()).contains(&here) => {
                            open.push(p);
                        }
                        RTreeNode::Leaf(l) if l.bounds().contains(&here) => {
                            found.extend(
                                self.at(layer, l.slot())
                                    .filter(|e| e.geometry().is_some_and(|g| covers(g, place)))
                                    .cloned(),
                            );
                        }
                        _ => {}
                    }
                }
            }
        }
        found.sort_unstable_by(|a, b| a.id().cmp(b.id()));
        found
    }

    /// The entry in a slot, unless it was replaced or deleted.
    fn at(&self, layer: Layer, slot: u32) -> Option<&Arc<Entry>> {
        match layer {
            Layer::Base if self.delta.hides(slot) => None,
            Layer::Base => self.base.entry(slot),
            Layer::Delta => self.delta.entry(slot),
        }
    }
}

fn covers(geometry: &Geometry<f64>, place: Coord<f64>) -> bool {
    match geometry {
        Geometry::Polygon(p) => p.intersects(&place),
        Geometry::MultiPolygon(m) => m.0.iter().any(|p| p.intersects(&place)),
        Geometry::GeometryCollection(c) => c.0.iter().any(|g| covers(g, place)),
        Geometry::Rect(r) => r.intersects(&place),
        Geometry::Triangle(t) => t.intersects(&place),
        _ => false,
    }
}

/// The two trees that are searched.
#[derive(Debug, Clone, Copy)]
enum Layer {
    Base,
    Delta,
}

/// A node, leaf or entry with a lower bound of its distance; for an entry the distance is exact.
struct Candidate<'a> {
    metres: f64,
    what: What<'a>,
}

enum What<'a> {
    Node(Layer, &'a ParentNode<Leaf>),
    Leaf(Layer, u32),
    Entry(&'a Arc<Entry>),
}

impl What<'_> {
    /// At equal distance, nodes and leaves come before entries, because they may contain an entry
    /// as near. Entries are sorted by id.
    fn rank(&self) -> (u8, &str) {
        match self {
            Self::Node(..) => (0, ""),
            Self::Leaf(..) => (1, ""),
            Self::Entry(e) => (2, e.id().as_str()),
        }
    }
}

impl Ord for Candidate<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // `BinaryHeap` returns the greatest element first, so the order is reversed.
        other
            .metres
            .total_cmp(&self.metres)
            .then_with(|| other.what.rank().cmp(&self.what.rank()))
    }
}

impl PartialOrd for Candidate<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate<'_> {}

#[cfg(test)]
mod tests {
    use geo_types::{Point, coord, polygon};
    use proptest::prelude::*;

    use super::super::testkit::{a_place, expected, ids, play, record, schema, steps};
    use super::super::{Budget, Stop};
    use super::*;

    #[test]
    fn what_is_nearer_in_degrees_is_not_nearer_in_metres() {
        let here = coord! {x: 117.0, y: 39.22};
        let east: Geometry<f64> = Point::new(117.0110, 39.22).into();
        let north: Geometry<f64> = Point::new(117.0, 39.2305).into();
        let c = Collection::load(
            schema(),
            vec![record(1, 1, Some(east)), record(2, 1, Some(north))],
        );
        let found = c.nearest(here, 2, f64::INFINITY);
        assert_eq!(ids(found.iter().map(|(e, _)| e)), ["t001", "t002"]);
        assert!(found[0].1 < 951.0 && found[1].1 > 1_160.0);
    }

    /// A town of 100 × 100 houses at Tianjin.
    fn town() -> Collection {
        let house = |n: u32| -> Geometry<f64> {
            let x = 117.0 + f64::from(n % 100) * 0.0005;
            let y = 39.0 + f64::from(n / 100) * 0.0003;
            polygon![
                (x: x, y: y), (x: x + 2e-4, y: y), (x: x + 2e-4, y: y + 1e-4), (x: x, y: y + 1e-4)
            ]
            .into()
        };
        let records = (0..10_000).map(|n| record(n, 1, Some(house(n)))).collect();
        Collection::load(schema(), records)
    }

    #[test]
    fn a_distant_search_visits_few_more_entries_than_it_finds() {
        let town = town();
        for (x, y) in [
            (-60.0, -30.0),
            (-62.98, -39.01),
            (0.0, 90.0),
            (-179.9, -5.0),
            (30.0, 60.0),
            (117.0, 35.0),
        ] {
            let place = coord! {x: x, y: y};
            let budget = Budget::new(u64::MAX, u64::MAX);
            let found = town
                .nearest_metered(place, 100, f64::INFINITY, None, &budget)
                .unwrap();
            assert_eq!(found.len(), 100);
            assert!(budget.visited() < 2_500, "{place:?}: {}", budget.visited());
            // The distances equal those of a search of all features.
            let mut all: Vec<f64> = town
                .iter()
                .filter_map(|e| Some(metres::distance_to(place, e.geometry()?)))
                .collect();
            all.sort_by(f64::total_cmp);
            for ((_, metres), expected) in found.iter().zip(all) {
                assert_eq!(*metres, expected);
            }
        }
    }

    #[test]
    fn a_distance_that_takes_a_geodesic_costs_more() {
        // 0.09 degrees of longitude are 7.8 km here, and 0.11 degrees are 9.5 km. Longitudes that differ by more than 0.1
        // degrees take a geodesic.
        for (longitude, expected) in [(117.09, None), (117.11, Some(Stop::Work))] {
            let point: Geometry<f64> = Point::new(longitude, 39.2).into();
            let one = Collection::load(schema(), vec![record(1, 1, Some(point))]);
            let budget = Budget::new(30, u64::MAX);
            let place = coord! {x: 117.0, y: 39.2};
            let found = one.nearest_metered(place, 1, f64::INFINITY, None, &budget);
            assert_eq!(found.err(), expected, "{longitude}");
        }
    }

    #[test]
    fn a_stopped_search_returns_nothing() {
        let town = town();
        let place = coord! {x: -60.0, y: -30.0};
        let few = Budget::new(1_000, u64::MAX);
        let found = town.nearest_metered(place, 1_000, f64::INFINITY, None, &few);
        assert_eq!(found.err(), Some(Stop::Work));
        let budget = Budget::new(u64::MAX, u64::MAX);
        budget.stop();
        let found = town.nearest_metered(place, 1_000, f64::INFINITY, None, &budget);
        assert_eq!(found.err(), Some(Stop::Gone));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn the_nearest_equal_those_of_a_full_sort_by_distance(
            steps in steps(), place in a_place(), k in 0usize..12, max_m in 0.0..400_000.0,
        ) {
            let (collection, truth) = play(&steps);
            let all = expected(&truth);
            let mut brute: Vec<(f64, &str)> = all
                .iter()
                .filter_map(|e| Some((metres::distance_to(place, e.geometry()?), e.id().as_str())))
                .collect();
            brute.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
            let as_pairs = |found: &[(Arc<Entry>, f64)]| -> Vec<(f64, String)> {
                found.iter().map(|(e, m)| (*m, e.id().to_string())).collect()
            };
            let brute: Vec<(f64, String)> =
                brute.into_iter().map(|(m, id)| (m, id.to_owned())).collect();

            let found = collection.nearest(place, k, f64::INFINITY);
            prop_assert_eq!(as_pairs(&found), &brute[..k.min(brute.len())]);
            let reach: Vec<_> = brute.iter().filter(|(m, _)| *m <= max_m).cloned().collect();
            prop_assert_eq!(as_pairs(&collection.within(place, max_m)), reach);
        }

        #[test]
        fn a_place_is_covered_by_the_polygons_around_it(steps in steps(), place in a_place()) {
            let (collection, truth) = play(&steps);
            let all = expected(&truth);
            let brute: Vec<&str> = all
                .iter()
                .filter(|e| matches!(
                    e.geometry(),
                    Some(g @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_)))
                        if g.intersects(&Point(place))
                ))
                .map(|e| e.id().as_str())
                .collect();
            let found = collection.covering(place);
            prop_assert_eq!(ids(&found), brute);
        }
    }
}
