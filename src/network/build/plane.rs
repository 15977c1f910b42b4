//! A flat projection in metres around the middle of the network.
//!
//! The projection is affine in longitude and latitude. So a line that is straight on the map is straight in the plane,
//! and lines cross in the plane exactly where they cross on the map. Lengths of edges are measured on the ellipsoid
//! ([`crate::spatial::metres`]); the plane is only used for proximity and tolerances, where an error of a few per
//! mille at the edge of a city does not matter.

use geo_types::Coord;

use crate::spatial::metres::metres_per_degree;

/// A position in the plane, in metres: `x` to the east, `y` to the north.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pt {
    /// Metres to the east of the origin.
    pub x: f64,
    /// Metres to the north of the origin.
    pub y: f64,
}

impl Pt {
    /// The vector from `other` to this position.
    pub fn minus(self, other: Self) -> Self {
        Self {
            x: self.x - other.x,
            y: self.y - other.y,
        }
    }

    /// This position moved by `metres` times a vector.
    pub fn plus(self, vector: Self, metres: f64) -> Self {
        Self {
            x: self.x + vector.x * metres,
            y: self.y + vector.y * metres,
        }
    }

    /// The length of the vector in metres.
    pub fn length(self) -> f64 {
        self.x.hypot(self.y)
    }

    /// The distance to another position in metres.
    pub fn to(self, other: Self) -> f64 {
        self.minus(other).length()
    }

    /// The vector with length 1; the zero vector stays.
    pub fn unit(self) -> Self {
        let length = self.length();
        if length == 0.0 {
            return self;
        }
        Self {
            x: self.x / length,
            y: self.y / length,
        }
    }

    /// The cross product: positive where `other` points to the left of this vector.
    pub fn cross(self, other: Self) -> f64 {
        self.x * other.y - self.y * other.x
    }

    /// The dot product.
    pub fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y
    }

    /// The position at a share of the way to `other`, exact at both ends.
    pub fn toward(self, other: Self, share: f64) -> Self {
        Self {
            x: self.x * (1.0 - share) + other.x * share,
            y: self.y * (1.0 - share) + other.y * share,
        }
    }
}

/// The share of a segment, 0 to 1, at which it comes nearest to a position.
pub fn nearest_share(a: Pt, b: Pt, p: Pt) -> f64 {
    let along = b.minus(a);
    let square = along.dot(along);
    if square == 0.0 {
        return 0.0;
    }
    (p.minus(a).dot(along) / square).clamp(0.0, 1.0)
}

/// The projection from degrees to metres and back.
#[derive(Debug, Clone, Copy)]
pub struct Plane {
    origin: Coord<f64>,
    east: f64,
    north: f64,
}

impl Plane {
    /// A plane around a place, at most 85 degrees from the equator.
    pub fn around(origin: Coord<f64>) -> Self {
        let (east, north) = metres_per_degree(origin.y.clamp(-85.0, 85.0));
        Self {
            origin,
            east,
            north,
        }
    }

    /// A place in metres.
    pub fn point(&self, c: Coord<f64>) -> Pt {
        Pt {
            x: (c.x - self.origin.x) * self.east,
            y: (c.y - self.origin.y) * self.north,
        }
    }

    /// A position as longitude and latitude.
    pub fn coord(&self, p: Pt) -> Coord<f64> {
        Coord {
            x: self.origin.x + p.x / self.east,
            y: self.origin.y + p.y / self.north,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_and_a_metre_is_a_metre() {
        let plane = Plane::around(Coord { x: 117.1, y: 39.2 });
        let c = Coord {
            x: 117.123_456_7,
            y: 39.210_987_6,
        };
        let back = plane.coord(plane.point(c));
        assert!((back.x - c.x).abs() < 1e-12 && (back.y - c.y).abs() < 1e-12);
        let north = plane.coord(Pt { x: 3.0, y: 4.0 });
        let metres = crate::spatial::metres::distance(Coord { x: 117.1, y: 39.2 }, north);
        assert!((metres - 5.0).abs() < 1e-3, "{metres}");
    }

    #[test]
    fn the_nearest_share_stays_on_the_segment() {
        let pt = |x, y| Pt { x, y };
        assert_eq!(
            nearest_share(pt(0.0, 0.0), pt(10.0, 0.0), pt(4.0, 3.0)),
            0.4
        );
        assert_eq!(
            nearest_share(pt(0.0, 0.0), pt(10.0, 0.0), pt(-5.0, 3.0)),
            0.0
        );
        assert_eq!(
            nearest_share(pt(1.0, 1.0), pt(1.0, 1.0), pt(-5.0, 3.0)),
            0.0
        );
    }
}
