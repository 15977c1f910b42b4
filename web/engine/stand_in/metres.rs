//! Distances in metres. Nothing on a phone is farther away than the formula for short distances allows; where data says
//! otherwise, the formula is used nevertheless.

#[path = "../../../src/spatial/flat.rs"]
mod flat;

use crate::Coord;
pub use flat::metres_per_degree;

/// The distance between two positions in metres.
pub fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    flat::short(a, b).unwrap_or_else(|| {
        let (east, north) = metres_per_degree(((a.y + b.y) / 2.0).max(-85.0).min(85.0));
        (flat::wrap(b.x - a.x) * east).hypot((b.y - a.y) * north)
    })
}
