//! Geometries, dates and ids that several parts of the district share.

use geo_types::{Geometry, Point};
use jiff::{SignedDuration, Timestamp};

use super::plane::{Pt, ring_to_wgs84, to_wgs84};
use crate::model::date_in_china;

/// A point.
pub fn point(p: Pt) -> Geometry<f64> {
    Geometry::Point(Point(to_wgs84(p)))
}

/// A polygon without holes.
pub fn polygon(ring: &[Pt]) -> Geometry<f64> {
    Geometry::Polygon(ring_to_wgs84(ring))
}

/// The id of the n-th member unit.
pub fn unit_id(n: usize) -> String {
    format!("unit-{:03}", n + 1)
}

/// The date in China a number of days before a moment.
pub fn day(as_of: Timestamp, days: i64) -> String {
    let then = as_of - SignedDuration::from_hours(24 * days);
    date_in_china(then).to_string()
}
