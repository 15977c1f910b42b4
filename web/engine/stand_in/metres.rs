//! Distances in metres, by the formula for short distances. It is used for longer distances too: they occur on
//! a phone only if the data is wrong.

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
