//! Counts the features near a place, up to a limit.

use super::Collection;
use super::base::outwards;
use crate::spatial::bounds::Bounds;

impl Collection {
    /// The number of features, other than the one with the id `but`, whose bounding box intersects
    /// a box. Counts at most `most` and then stops visiting features.
    pub fn count_about(&self, bounds: &Bounds, but: &str, most: usize) -> usize {
        let mut count = 0;
        for part in bounds.parts() {
            let around = outwards(&part);
            let base = self
                .base
                .tree()
                .locate_in_envelope_intersecting(around)
                .filter(|leaf| !self.delta.hides(leaf.slot()))
                .filter_map(|leaf| self.base.entry(leaf.slot()));
            let delta = self
                .delta
                .tree()
                .locate_in_envelope_intersecting(around)
                .filter_map(|leaf| self.delta.entry(leaf.slot()));
            let others = base.chain(delta).filter(|e| e.id().as_str() != but);
            count += others.take(most - count).count();
            if count >= most {
                break;
            }
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{Geometry, Point};

    use crate::index::Collection;
    use crate::index::testkit::{record, schema};
    use crate::spatial::bounds::Bounds;

    #[test]
    fn features_near_a_place_are_counted_up_to_a_limit() {
        let at = |x: f64| -> Option<Geometry<f64>> { Some(Point::new(x, 39.0).into()) };
        let records = (0..50).map(|i| record(i, 1, at(117.0 + f64::from(i) * 0.001)));
        let all = Collection::load(schema(), records.collect());
        let box_ = Bounds::new(116.9, 38.9, 117.1, 39.1);
        assert_eq!(all.count_about(&box_, "nobody", 1000), 50);
        assert_eq!(all.count_about(&box_, "t003", 1000), 49);
        assert_eq!(all.count_about(&box_, "nobody", 7), 7);
        // A feature that moved counts at its new position.
        let moved = all.apply(&[record(3, 2, at(10.0))]);
        assert_eq!(moved.count_about(&box_, "nobody", 1000), 49);
        let elsewhere = Bounds::new(9.0, 38.0, 11.0, 40.0);
        assert_eq!(moved.count_about(&elsewhere, "nobody", 1000), 1);
    }
}
