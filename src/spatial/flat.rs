//! Short distances from the radii of curvature at the middle latitude. This file uses only `std` and is also part of the
//! program for phones.

use geo_types::Coord;

/// The semi-major axis of WGS 84, in metres.
pub const A: f64 = 6_378_137.0;
/// The squared first eccentricity of WGS 84.
pub const E2: f64 = 6.694_379_990_141_316_5e-3;

/// The highest latitude and, below it, the largest difference of latitudes or longitudes, both in degrees, for
/// which the formula for the middle latitude is accurate enough.
pub const NEAR_LATITUDE: f64 = 75.0;
const NEAR_DEGREES: f64 = 0.1;

/// The distance between two positions in metres; `None` if they are too far apart, or too near a pole, for the formula.
pub fn short(a: Coord<f64>, b: Coord<f64>) -> Option<f64> {
    let (dx, dy) = (wrap(b.x - a.x), b.y - a.y);
    if !near(dx, dy, a.y) {
        return None;
    }
    let (kx, ky) = metres_per_degree((a.y + b.y) / 2.0);
    Some((dx * kx).hypot(dy * ky))
}

/// The lengths in metres of a degree of longitude and a degree of latitude, at a latitude in
/// degrees.
pub fn metres_per_degree(latitude: f64) -> (f64, f64) {
    let (sin, cos) = latitude.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let n = A / w2.sqrt();
    let m = n * (1.0 - E2) / w2;
    let degree = std::f64::consts::PI / 180.0;
    (n * cos * degree, m * degree)
}

/// Converts a difference of longitudes to the shorter way around the globe, from -180 to 180
/// degrees.
pub fn wrap(degrees: f64) -> f64 {
    if degrees > 180.0 {
        degrees - 360.0
    } else if degrees < -180.0 {
        degrees + 360.0
    } else {
        degrees
    }
}

/// Whether the formula is accurate enough for a difference in degrees that begins at a latitude.
pub fn near(dx: f64, dy: f64, latitude: f64) -> bool {
    dx.abs() <= NEAR_DEGREES && dy.abs() <= NEAR_DEGREES && latitude.abs() <= NEAR_LATITUDE
}
