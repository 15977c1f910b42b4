//! Converts bounding boxes that are given in a coordinate system.

use geo_types::Coord;

use super::Crs;
use crate::model::{InChinese as _, Localized, both};
use crate::spatial::bounds::{Bounds, BoundsError};

impl Crs {
    /// The box in degrees of WGS 84 around a box of this system. The box is given as four numbers,
    /// or six with heights, in the axis order of the authority.
    ///
    /// # Errors
    /// What is wrong with the numbers, as a sentence without a full stop.
    pub fn bounds_to_wgs84(self, numbers: &[f64]) -> Result<Bounds, Localized> {
        let [a, b, c, d] = match *numbers {
            [a, b, _, c, d, _] | [a, b, c, d] => [a, b, c, d],
            _ => return Err(BoundsError::Count(numbers.len()).localized()),
        };
        let [a, b, c, d] = if self.axis_order_lat_lon() {
            [b, a, d, c]
        } else {
            [a, b, c, d]
        };
        if self.is_degrees() {
            return Bounds::from_numbers(&[a, b, c, d]).map_err(|e| e.localized());
        }
        if !(a <= c && b <= d) {
            return Err(both!(
                "第一个角点应为左下角",
                "the first corner must be the lower left one"
            ));
        }
        // The edges of a projected box are curves in degrees, so the result encloses points along
        // the edges.
        let mut around: Option<Bounds> = None;
        for step in 0..=16_u32 {
            let t = f64::from(step) / 16.0;
            let (x, y) = (a + (c - a) * t, b + (d - b) * t);
            for (x, y) in [(x, b), (x, d), (a, y), (c, y)] {
                let place = self.to_wgs84(Coord { x, y }).map_err(|e| e.localized())?;
                let place = Bounds::of_coord(place);
                around = Some(around.map_or(place, |b| b.union(place)));
            }
        }
        around.ok_or_else(|| BoundsError::Count(numbers.len()).localized())
    }
}
