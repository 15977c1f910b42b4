//! Lengths on the ground. The builder of a topology and the bounds of the search use the same formulas, so that no
//! edge is shorter than the straight line between its ends.

use super::edge::Point;

/// The semi-axes of the WGS 84 ellipsoid, in metres.
const EQUATOR_M: f64 = 6_378_137.0;
const POLE_M: f64 = 6_356_752.314_245;

/// A flat projection of the ground around a latitude: coordinates become decimetres. Within a city it is accurate to
/// a few per mille.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    east_dm: f64,
    north_dm: f64,
}

impl Plane {
    /// The plane for coordinates near a latitude, in 1e-7 of a degree.
    pub fn at(lat: i32) -> Plane {
        let (sin, cos) = (f64::from(lat) * 1e-7).to_radians().sin_cos();
        let e2 = 1.0 - (POLE_M / EQUATOR_M).powi(2);
        let w2 = 1.0 - e2 * sin * sin;
        let unit = 1e-7_f64.to_radians() * 10.0;
        Plane {
            east_dm: EQUATOR_M / w2.sqrt() * cos * unit,
            north_dm: EQUATOR_M * (1.0 - e2) / (w2 * w2.sqrt()) * unit,
        }
    }

    /// The straight-line distance between two points, in decimetres.
    pub fn distance_dm(&self, a: Point, b: Point) -> f64 {
        let east = (f64::from(a.lon) - f64::from(b.lon)) * self.east_dm;
        let north = (f64::from(a.lat) - f64::from(b.lat)) * self.north_dm;
        (east * east + north * north).sqrt()
    }
}

/// The length of a line in decimetres, rounded up, so that an edge is never shorter than the straight line.
pub fn length_dm(line: impl IntoIterator<Item = Point>) -> u32 {
    let mut sum = 0.0;
    let mut before: Option<Point> = None;
    for point in line {
        if let Some(last) = before {
            let middle = (i64::from(last.lat) + i64::from(point.lat)) / 2;
            sum += Plane::at(middle as i32).distance_dm(last, point);
        }
        before = Some(point);
    }
    sum.ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(lon: f64, lat: f64) -> Point {
        Point::from_degrees(lon, lat)
    }

    #[test]
    fn a_minute_of_latitude_is_a_nautical_mile() {
        let mile = length_dm([
            point(117.0, 45.0 - 1.0 / 120.0),
            point(117.0, 45.0 + 1.0 / 120.0),
        ]);
        assert!((18_510..18_530).contains(&mile), "{}", mile);
    }

    #[test]
    fn a_degree_of_longitude_shrinks_towards_the_pole() {
        let at_40 = length_dm([point(117.0, 40.0), point(117.1, 40.0)]);
        assert!((85_390..85_400).contains(&at_40), "{}", at_40);
    }

    #[test]
    fn a_bent_line_is_longer_than_the_straight_one() {
        let (a, b, c) = (
            point(117.0, 39.0),
            point(117.001, 39.0),
            point(117.001, 39.001),
        );
        assert!(length_dm([a, b, c]) > length_dm([a, c]));
        assert_eq!(length_dm([a]), 0);
        assert_eq!(length_dm([a, a]), 0);
    }
}
