//! Bounding boxes in degrees, of geometries and of queries.
//!
//! A box whose west is greater than its east crosses the antimeridian (RFC 7946, section 5.2). The
//! box of a geometry never does, because geometries are cut there; the box of a query or an extent
//! may.

use geo::Intersects;
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiPolygon, Point, Polygon, Rect,
};

/// A box in degrees of WGS 84, edges included. If `west > east`, it crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The western edge in degrees of longitude.
    pub west: f64,
    /// The southern edge in degrees of latitude.
    pub south: f64,
    /// The eastern edge in degrees of longitude.
    pub east: f64,
    /// The northern edge in degrees of latitude.
    pub north: f64,
}

/// Why a list of numbers is not a valid box.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BoundsError {
    /// The list has neither four nor six numbers.
    #[error(
        "a box has 4 numbers (west,south,east,north), or 6 with heights, \
         and this one has {0}"
    )]
    Count(usize),
    /// A number is not finite or is outside of the globe.
    #[error("{name} must be from -{limit} to {limit} degrees, not {found}")]
    Range {
        /// The name of the edge.
        name: &'static str,
        /// The largest allowed absolute value, in degrees.
        limit: f64,
        /// The number that was given.
        found: f64,
    },
    /// The south edge lies north of the north edge.
    #[error("the south edge ({south}) lies north of the north edge ({north})")]
    UpsideDown {
        /// The latitude of the south edge.
        south: f64,
        /// The latitude of the north edge.
        north: f64,
    },
}

impl crate::model::InChinese for BoundsError {
    fn zh(&self) -> String {
        match self {
            Self::Count(found) => {
                format!("范围应有4个数（西、南、东、北），含高程时为6个，实际有{found}个")
            }
            Self::Range { name, limit, found } => {
                let edge = match *name {
                    "west" => "西边界",
                    "south" => "南边界",
                    "east" => "东边界",
                    _ => "北边界",
                };
                format!("{edge}应在 -{limit} 至 {limit} 度之间，实际为 {found}")
            }
            Self::UpsideDown { south, north } => {
                format!("南边界（{south}）在北边界（{north}）以北")
            }
        }
    }
}

impl Bounds {
    /// The whole globe.
    pub const WORLD: Self = Self::new(-180.0, -90.0, 180.0, 90.0);

    /// Creates a box from its edges, in the order of GeoJSON's `bbox`.
    pub const fn new(west: f64, south: f64, east: f64, north: f64) -> Self {
        Self {
            west,
            south,
            east,
            north,
        }
    }

    /// The box of a single position.
    pub const fn of_coord(c: Coord<f64>) -> Self {
        Self::new(c.x, c.y, c.x, c.y)
    }

    /// The bounding box of a geometry; `None` if the geometry is empty.
    pub fn of(geometry: &Geometry<f64>) -> Option<Self> {
        match geometry {
            Geometry::Point(p) => Some(Self::of_coord(p.0)),
            Geometry::Line(l) => Self::of_coords([&l.start, &l.end]),
            Geometry::LineString(l) => Self::of_coords(&l.0),
            Geometry::Polygon(p) => Self::of_coords(&p.exterior().0),
            Geometry::MultiPoint(m) => Self::of_coords(m.0.iter().map(|p| &p.0)),
            Geometry::MultiLineString(m) => Self::of_coords(m.0.iter().flat_map(|l| &l.0)),
            Geometry::MultiPolygon(m) => Self::of_coords(m.0.iter().flat_map(|p| &p.exterior().0)),
            Geometry::Rect(r) => Some(Self::new(r.min().x, r.min().y, r.max().x, r.max().y)),
            Geometry::Triangle(t) => Self::of_coords([&t.v1(), &t.v2(), &t.v3()]),
            Geometry::GeometryCollection(c) => c.0.iter().filter_map(Self::of).reduce(Self::union),
        }
    }

    fn of_coords<'a>(coords: impl IntoIterator<Item = &'a Coord<f64>>) -> Option<Self> {
        let mut coords = coords.into_iter();
        let mut b = Self::of_coord(*coords.next()?);
        for c in coords {
            b.west = b.west.min(c.x);
            b.south = b.south.min(c.y);
            b.east = b.east.max(c.x);
            b.north = b.north.max(c.y);
        }
        Some(b)
    }

    /// Reads `west,south,east,north`, or six numbers with heights, which are ignored because the
    /// map is two-dimensional.
    pub fn from_numbers(numbers: &[f64]) -> Result<Self, BoundsError> {
        let b = match *numbers {
            [west, south, east, north] | [west, south, _, east, north, _] => {
                Self::new(west, south, east, north)
            }
            _ => return Err(BoundsError::Count(numbers.len())),
        };
        for (name, found, limit) in [
            ("west", b.west, 180.0),
            ("south", b.south, 90.0),
            ("east", b.east, 180.0),
            ("north", b.north, 90.0),
        ] {
            // NaN is in no range.
            if !(-limit..=limit).contains(&found) {
                return Err(BoundsError::Range { name, limit, found });
            }
        }
        if b.south > b.north {
            return Err(BoundsError::UpsideDown {
                south: b.south,
                north: b.north,
            });
        }
        Ok(b)
    }

    /// The four numbers in the order of GeoJSON's `bbox`.
    pub fn to_numbers(self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }

    /// Whether the box crosses the antimeridian.
    pub fn crosses_antimeridian(&self) -> bool {
        self.west > self.east
    }

    /// The box as one or two boxes that do not cross the antimeridian.
    pub fn parts(&self) -> impl Iterator<Item = Self> + use<> {
        let b = *self;
        let (first, second) = if b.crosses_antimeridian() {
            (Self { east: 180.0, ..b }, Some(Self { west: -180.0, ..b }))
        } else {
            (b, None)
        };
        std::iter::once(first).chain(second)
    }

    /// The box as a geometry: one or two polygons, or lines or points if it has no area.
    pub fn to_geometry(&self) -> Geometry<f64> {
        let part = |b: Self| -> Geometry<f64> {
            let rect = b.rect();
            match (rect.width() > 0.0, rect.height() > 0.0) {
                (true, true) => rect.to_polygon().into(),
                (false, false) => Point::from(rect.min()).into(),
                _ => LineString::new(vec![rect.min(), rect.max()]).into(),
            }
        };
        if !self.crosses_antimeridian() {
            return part(*self);
        }
        let parts: Vec<_> = self.parts().map(part).collect();
        let polygons: Option<Vec<_>> = parts
            .iter()
            .map(|g| Polygon::try_from(g.clone()).ok())
            .collect();
        match polygons {
            Some(polygons) => MultiPolygon(polygons).into(),
            None => Geometry::GeometryCollection(GeometryCollection(parts)),
        }
    }

    /// The width in degrees of longitude, from 0 to 360.
    pub fn width(&self) -> f64 {
        if self.crosses_antimeridian() {
            self.east - self.west + 360.0
        } else {
            self.east - self.west
        }
    }

    /// Whether both boxes have a point in common. Either may cross the antimeridian. -180° and 180°
    /// count as different longitudes, as they do for geometries cut there.
    pub fn intersects(&self, other: &Self) -> bool {
        if self.north < other.south || other.north < self.south {
            return false;
        }
        match (self.crosses_antimeridian(), other.crosses_antimeridian()) {
            (false, false) => self.west <= other.east && other.west <= self.east,
            (true, false) => other.east >= self.west || other.west <= self.east,
            (false, true) => self.east >= other.west || self.west <= other.east,
            (true, true) => true,
        }
    }

    /// Whether `other` lies entirely inside. Either box may cross the antimeridian.
    pub fn contains(&self, other: &Self) -> bool {
        if other.south < self.south || other.north > self.north {
            return false;
        }
        match (self.crosses_antimeridian(), other.crosses_antimeridian()) {
            (false, false) => self.west <= other.west && other.east <= self.east,
            (true, false) => self.west <= other.west || other.east <= self.east,
            (false, true) => self.west <= -180.0 && self.east >= 180.0,
            (true, true) => self.west <= other.west && other.east <= self.east,
        }
    }

    /// Whether the position lies inside or on an edge.
    pub fn contains_coord(&self, c: Coord<f64>) -> bool {
        self.contains(&Self::of_coord(c))
    }

    /// The smallest box around both that does not cross the antimeridian. A box that crosses it
    /// counts as covering all longitudes.
    pub fn union(self, other: Self) -> Self {
        let flat = |b: Self| {
            if b.crosses_antimeridian() {
                (-180.0, 180.0)
            } else {
                (b.west, b.east)
            }
        };
        let ((w1, e1), (w2, e2)) = (flat(self), flat(other));
        Self::new(
            w1.min(w2),
            self.south.min(other.south),
            e1.max(e2),
            self.north.max(other.north),
        )
    }

    /// Whether a geometry has a point in common with the box. The geometry itself is tested, not
    /// only its bounding box: an L-shaped building beside the box does not intersect it.
    pub fn intersects_geometry(&self, geometry: &Geometry<f64>) -> bool {
        self.parts().any(|part| part.meets(geometry))
    }

    fn meets(&self, geometry: &Geometry<f64>) -> bool {
        // Most candidates have a corner inside the box; only the few that do not need the slower
        // tests.
        let any = |coords: &[Coord<f64>]| coords.iter().any(|c| self.contains_coord(*c));
        match geometry {
            Geometry::Point(p) => self.contains_coord(p.0),
            Geometry::MultiPoint(m) => m.0.iter().any(|p| self.contains_coord(p.0)),
            Geometry::LineString(l) => any(&l.0) || self.rect().intersects(l),
            Geometry::Polygon(p) => any(&p.exterior().0) || self.meets_polygon(p),
            Geometry::MultiLineString(m) => {
                m.0.iter().any(|l| any(&l.0) || self.rect().intersects(l))
            }
            Geometry::MultiPolygon(m) => {
                m.0.iter()
                    .any(|p| any(&p.exterior().0) || self.meets_polygon(p))
            }
            Geometry::GeometryCollection(c) => c.0.iter().any(|g| self.meets(g)),
            other => self.rect().intersects(other),
        }
    }

    /// Whether the box intersects a polygon none of whose exterior corners lies in the box.
    fn meets_polygon(&self, polygon: &Polygon<f64>) -> bool {
        let rect = self.rect();
        polygon.exterior().intersects(&rect)
            // No edge of the exterior meets the box: the box lies entirely outside or inside of the
            // polygon, or the edge of a hole crosses it.
            || polygon.intersects(&Point::new(self.west, self.south))
            || (polygon.interiors().iter().any(|hole| hole.intersects(&rect))
                && self.inside_exterior(polygon))
    }

    fn inside_exterior(&self, polygon: &Polygon<f64>) -> bool {
        use geo::coordinate_position::{CoordPos, coord_pos_relative_to_ring};
        let corner = Coord {
            x: self.west,
            y: self.south,
        };
        coord_pos_relative_to_ring(corner, polygon.exterior()) != CoordPos::Outside
    }

    pub(crate) fn rect(&self) -> Rect<f64> {
        Rect::new(
            Coord {
                x: self.west,
                y: self.south,
            },
            Coord {
                x: self.east,
                y: self.north,
            },
        )
    }
}

/// The smallest box around many boxes; it crosses the antimeridian if that makes it narrower. None
/// of the given boxes may cross it.
pub fn extent(boxes: impl IntoIterator<Item = Bounds>) -> Option<Bounds> {
    let mut spans: Vec<(f64, f64)> = Vec::new();
    let mut plain: Option<Bounds> = None;
    for b in boxes {
        plain = Some(plain.map_or(b, |p| p.union(b)));
        spans.push((b.west, b.east));
    }
    let plain = plain?;
    // Only if the boxes span more than half the globe can a gap between them be wider than the one
    // across the antimeridian.
    if plain.width() <= 180.0 {
        return Some(plain);
    }
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut widest = plain.west + 360.0 - plain.east;
    let mut found = plain;
    let mut reach = plain.west;
    for (west, east) in spans {
        if west - reach > widest {
            widest = west - reach;
            found = Bounds {
                west,
                east: reach,
                ..plain
            };
        }
        reach = reach.max(east);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use geo_types::{LineString, MultiPolygon, coord, polygon};
    use proptest::prelude::*;

    use super::*;
    use crate::model::InChinese as _;

    #[test]
    fn an_invalid_box_names_the_wrong_edge() {
        assert_eq!(
            Bounds::from_numbers(&[117.0, 39.0, 0.0, 118.0, 40.0, 9.0]),
            Ok(Bounds::new(117.0, 39.0, 118.0, 40.0))
        );
        assert_eq!(
            Bounds::from_numbers(&[1.0, 2.0]),
            Err(BoundsError::Count(2))
        );
        assert!(
            Bounds::from_numbers(&[f64::NAN, 0.0, 1.0, 1.0])
                .unwrap_err()
                .to_string()
                .starts_with("west must be from -180 to 180")
        );
        assert_eq!(
            Bounds::from_numbers(&[0.0, 91.0, 1.0, 92.0])
                .unwrap_err()
                .zh(),
            "南边界应在 -90 至 90 度之间，实际为 91"
        );
        assert!(Bounds::from_numbers(&[0.0, 2.0, 1.0, 1.0]).is_err());
    }

    #[test]
    fn a_box_across_the_antimeridian_has_two_parts() {
        let fiji = Bounds::from_numbers(&[177.0, -20.0, -178.0, -15.0]).unwrap();
        assert!(fiji.crosses_antimeridian());
        assert_eq!(fiji.width(), 5.0);
        assert_eq!(fiji.parts().count(), 2);
        assert!(fiji.contains_coord(coord! {x: 179.0, y: -18.0}));
        assert!(fiji.contains_coord(coord! {x: -179.0, y: -18.0}));
        assert!(!fiji.contains_coord(coord! {x: 0.0, y: -18.0}));
    }

    #[test]
    fn a_box_in_a_hole_or_beside_an_l_shape_does_not_meet_the_polygon() {
        let ring: Geometry<f64> = polygon!(
            exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.), (x: 0., y: 9.)],
            interiors: [[(x: 3., y: 3.), (x: 3., y: 6.), (x: 6., y: 6.), (x: 6., y: 3.)]],
        )
        .into();
        assert!(!Bounds::new(4.0, 4.0, 5.0, 5.0).intersects_geometry(&ring));
        assert!(Bounds::new(4.0, 4.0, 6.0, 5.0).intersects_geometry(&ring));
        assert!(Bounds::new(1.0, 1.0, 2.0, 2.0).intersects_geometry(&ring));
        assert!(Bounds::new(2.0, 2.0, 7.0, 7.0).intersects_geometry(&ring));
        assert!(Bounds::new(-1.0, -1.0, 10.0, 10.0).intersects_geometry(&ring));
    }

    #[test]
    fn an_extent_takes_the_shorter_way_around_the_globe() {
        let at = |lon: f64| Bounds::new(lon, 0.0, lon + 1.0, 1.0);
        assert_eq!(
            extent([at(178.0), at(-179.0), at(176.0)]),
            Some(Bounds::new(176.0, 0.0, -178.0, 1.0))
        );
        assert_eq!(
            extent([at(10.0), at(20.0)]),
            Some(Bounds::new(10.0, 0.0, 21.0, 1.0))
        );
        assert_eq!(extent([]), None);
    }

    fn a_bounds() -> impl Strategy<Value = Bounds> {
        (-18i32..=18, -9i32..=9, -18i32..=18, -9i32..=9).prop_map(|(w, s, e, n)| {
            let f = |v: i32| f64::from(v) * 10.0;
            Bounds::new(f(w), f(s.min(n)), f(e), f(s.max(n)))
        })
    }

    /// Positions whose longitudes lie between the edges of the test boxes, so that -180 = 180 is
    /// never tested.
    fn lattice() -> impl Iterator<Item = Coord<f64>> {
        (-36i32..36)
            .flat_map(|x| (-18i32..=18).map(move |y| (x, y)))
            .map(|(x, y)| coord! {x: f64::from(x) * 5.0 + 2.5, y: f64::from(y) * 5.0})
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn intersects_and_contains_agree_with_the_places_inside(a in a_bounds(), b in a_bounds()) {
            let inside = |x: &Bounds, c: Coord<f64>| {
                x.parts().any(|p| p.west <= c.x && c.x <= p.east && p.south <= c.y && c.y <= p.north)
            };
            let mut common = false;
            let mut all = true;
            for c in lattice() {
                prop_assert_eq!(a.contains_coord(c), inside(&a, c));
                common |= inside(&a, c) && inside(&b, c);
                all &= !inside(&b, c) || inside(&a, c);
            }
            // Boxes may touch at an edge that lies between the test positions, so only one
            // direction holds.
            prop_assert!(!common || a.intersects(&b));
            prop_assert!(!a.contains(&b) || all);
            prop_assert_eq!(a.intersects(&b), b.intersects(&a));
            prop_assert!(a.union(b).contains(&b) || b.crosses_antimeridian());
        }

        #[test]
        fn the_fast_test_agrees_with_a_polygon_of_the_box(
            b in a_bounds(),
            ring in prop::collection::vec((-180i32..=180, -90i32..=90), 3..7),
        ) {
            let coords: Vec<Coord<f64>> = ring
                .iter()
                .map(|(x, y)| coord! {x: f64::from(*x), y: f64::from(*y)})
                .collect();
            let hull = geo::ConvexHull::convex_hull(&LineString(coords.clone()));
            for g in [
                Geometry::LineString(LineString(coords)),
                Geometry::MultiPolygon(MultiPolygon(vec![hull.clone()])),
                Geometry::Polygon(hull),
            ] {
                let slow = b.parts().any(|p| p.rect().to_polygon().intersects(&g));
                // A box without area is not a valid polygon for the comparison.
                if b.parts().all(|p| p.west < p.east && p.south < p.north) {
                    prop_assert_eq!(b.intersects_geometry(&g), slow);
                }
            }
        }
    }
}
