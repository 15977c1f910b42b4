//! Distances in metres on the WGS 84 ellipsoid.
//!
//! A degree of longitude is 111 km at the equator, 86 km at Tianjin and 0 at the poles, so
//! comparing degrees can select the wrong neighbour. Short distances, which are nearly all, are
//! computed from the radii of curvature at the middle latitude (error below one part in a million);
//! long distances with Karney's geodesic ("Algorithms for geodesics", 2013).
//!
//! An edge between two positions is a straight line in longitude and latitude, as RFC 7946 defines.

use geo::{Distance as _, Geodesic, GeodesicArea, Intersects};
use geo_types::{Coord, Geometry, LineString, Point, Polygon};

use super::bounds::Bounds;
pub use super::flat::metres_per_degree;
use super::flat::{A, E2, NEAR_LATITUDE, near, short, wrap};

/// The smallest radius of curvature of the ellipsoid, in metres. Distances on a sphere of this
/// radius are never longer than on the ellipsoid, so they are safe lower bounds. The last factor
/// covers the error of [`distance`] itself.
const LEAST_RADIUS: f64 = A * (1.0 - E2) * (1.0 - 3e-6);

/// The length in metres of a degree of latitude at the poles, where it is longest, rounded up.
const LONGEST_DEGREE: f64 = 111_695.0;

/// The distance between two positions in metres.
pub fn distance(a: Coord<f64>, b: Coord<f64>) -> f64 {
    short(a, b).unwrap_or_else(|| Geodesic.distance(Point(a), Point(b)))
}

/// The distance from a position to the nearest point of a geometry in metres: 0 inside a polygon or
/// on its edge, infinite if the geometry is empty.
pub fn distance_to(place: Coord<f64>, geometry: &Geometry<f64>) -> f64 {
    match geometry {
        Geometry::Point(p) => distance(place, p.0),
        Geometry::Line(l) => to_segment(place, l.start, l.end),
        Geometry::LineString(l) => to_line(place, l),
        Geometry::Polygon(p) => to_polygon(place, p),
        Geometry::MultiPoint(m) => least(m.0.iter().map(|p| distance(place, p.0))),
        Geometry::MultiLineString(m) => least(m.0.iter().map(|l| to_line(place, l))),
        Geometry::MultiPolygon(m) => least(m.0.iter().map(|p| to_polygon(place, p))),
        Geometry::GeometryCollection(c) => least(c.0.iter().map(|g| distance_to(place, g))),
        Geometry::Rect(r) => to_polygon(place, &r.to_polygon()),
        Geometry::Triangle(t) => to_polygon(place, &t.to_polygon()),
    }
}

/// Whether a part of the box is so far from the position that [`distance`] computes a geodesic.
pub fn is_far(place: Coord<f64>, bounds: &Bounds) -> bool {
    let (west, east) = (wrap(bounds.west - place.x), wrap(bounds.east - place.x));
    let (south, north) = (bounds.south - place.y, bounds.north - place.y);
    !(near(west, south, place.y) && near(east, north, place.y))
}

/// A lower bound, in metres, of the distance from the position to any point of the box; the search
/// for the nearest feature skips boxes by it. It is 0 inside the box. For a small box it is at most
/// 0.7 % too short; for a distant one at most by the size of the box or a few metres.
pub fn at_least(place: Coord<f64>, bounds: &Bounds) -> f64 {
    bounds
        .parts()
        .map(|b| part_at_least(place, &b))
        .fold(f64::INFINITY, f64::min)
}

/// The lower bound for a box that does not cross the antimeridian.
fn part_at_least(place: Coord<f64>, b: &Bounds) -> f64 {
    /// The fraction of a distance by which the bound from angles may be too short.
    const SHORT: f64 = 0.007;
    /// A bound that is at most this many metres too short is accurate enough; a better one would
    /// cost more.
    const TRIFLE: f64 = 5.0;
    let by_angle = LEAST_RADIUS * angle_to_box(place, b);
    // At long distances, 0.7 % is the width of a city, which would put all its features before
    // nearer ones. There the distance to the centre of the box, minus the distance from the centre
    // to its edge, is the better bound.
    let near_a_pole = place.y.abs() > NEAR_LATITUDE;
    let short = by_angle * SHORT;
    if short <= TRIFLE && !near_a_pole {
        return by_angle;
    }
    let reach = reach(b);
    if short <= reach && !near_a_pole {
        return by_angle;
    }
    let middle = along(
        Coord {
            x: b.west,
            y: b.south,
        },
        Coord {
            x: b.east,
            y: b.north,
        },
        0.5,
    );
    let way = distance(place, middle);
    // `distance` has an error of up to one part in a million below about 15 km, where it uses
    // the radii of curvature. The subtraction keeps the bound below the real distance.
    by_angle.max(way - 3e-6 * way.min(20_000.0) - reach - 1e-6)
}

/// An upper bound, in metres, of the distance from the centre of a box to its farthest point: the hypotenuse of half
/// the width and half the height of the box, each measured where a degree is longest.
fn reach(b: &Bounds) -> f64 {
    let nearest_the_equator = if b.south <= 0.0 && b.north >= 0.0 {
        0.0
    } else {
        b.south.abs().min(b.north.abs())
    };
    let (east, _) = metres_per_degree(nearest_the_equator);
    ((b.east - b.west) / 2.0 * east).hypot((b.north - b.south) / 2.0 * LONGEST_DEGREE)
}

/// The area in square metres of the polygons of a geometry; 0 for points and lines.
pub fn area(geometry: &Geometry<f64>) -> f64 {
    // The signed area is used, because the unsigned one returns the rest of the globe for a
    // clockwise ring.
    match geometry {
        Geometry::Polygon(p) => polygon_area(p),
        Geometry::MultiPolygon(m) => m.0.iter().map(polygon_area).sum(),
        Geometry::GeometryCollection(c) => c.0.iter().map(area).sum(),
        Geometry::Rect(r) => polygon_area(&r.to_polygon()),
        Geometry::Triangle(t) => polygon_area(&t.to_polygon()),
        _ => 0.0,
    }
}

/// The length in metres of the lines of a geometry; 0 for points and polygons.
pub fn length(geometry: &Geometry<f64>) -> f64 {
    let line = |l: &LineString<f64>| l.0.windows(2).map(|w| distance(w[0], w[1])).sum::<f64>();
    match geometry {
        Geometry::Line(l) => distance(l.start, l.end),
        Geometry::LineString(l) => line(l),
        Geometry::MultiLineString(m) => m.0.iter().map(line).sum(),
        Geometry::GeometryCollection(c) => c.0.iter().map(length).sum(),
        _ => 0.0,
    }
}

fn least(distances: impl Iterator<Item = f64>) -> f64 {
    distances.fold(f64::INFINITY, f64::min)
}

fn polygon_area(p: &Polygon<f64>) -> f64 {
    let ring = |l: &LineString<f64>| {
        Polygon::new(l.clone(), Vec::new())
            .geodesic_area_signed()
            .abs()
    };
    ring(p.exterior()) - p.interiors().iter().map(ring).sum::<f64>()
}

fn to_polygon(place: Coord<f64>, p: &Polygon<f64>) -> f64 {
    if p.intersects(&place) {
        return 0.0;
    }
    std::iter::once(p.exterior())
        .chain(p.interiors())
        .map(|ring| to_line(place, ring))
        .fold(f64::INFINITY, f64::min)
}

fn to_line(place: Coord<f64>, line: &LineString<f64>) -> f64 {
    match &*line.0 {
        [] => f64::INFINITY,
        [only] => distance(place, *only),
        coords => least(coords.windows(2).map(|w| to_segment(place, w[0], w[1]))),
    }
}

fn to_segment(place: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (ax, ay) = (wrap(a.x - place.x), a.y - place.y);
    // The edge continues from a as it is drawn; normalizing b separately could reverse it.
    let (bx, by) = (ax + (b.x - a.x), b.y - place.y);
    if near(ax, ay, place.y) && near(bx, by, place.y) {
        // A plane around the position is accurate enough to find the nearest point of the edge; the
        // distance to that point is then computed exactly.
        let (kx, ky) = metres_per_degree(place.y + (ay + by) / 4.0);
        let (dx, dy) = ((bx - ax) * kx, (by - ay) * ky);
        let square = dx * dx + dy * dy;
        let t = if square > 0.0 {
            (-(ax * kx * dx + ay * ky * dy) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        return distance(place, along(a, b, t));
    }
    to_far_segment(place, a, b)
}

fn along(a: Coord<f64>, b: Coord<f64>, t: f64) -> Coord<f64> {
    // Exactly `a` for t = 0 and exactly `b` for t = 1; a.x + t · (b.x - a.x) would round at t = 1.
    Coord {
        x: a.x * (1.0 - t) + b.x * t,
        y: a.y * (1.0 - t) + b.y * t,
    }
}

/// For edges that are far away, near a pole, or long, so that the distance may have several local
/// minima: samples the edge in steps of at most half a degree and refines around the best samples.
fn to_far_segment(place: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    const STEP_DEGREES: f64 = 0.5;
    if let Some(metres) = to_short_segment(place, a, b) {
        return metres;
    }
    /// The most local minima that are refined, the smallest first. If there are more, they are nearly equal.
    const MOST_VALLEYS: usize = 4;
    let from = Cartesian::of(place);
    let chord2 = |t: f64| from.chord2(&Cartesian::of(along(a, b, t)));
    let span = (b.x - a.x).abs().max((b.y - a.y).abs());
    let steps = (span / STEP_DEGREES).ceil().clamp(1.0, 1_000.0);
    let seen: Vec<f64> = (0..=steps as usize)
        .map(|i| chord2(i as f64 / steps))
        .collect();
    let shortest = least(seen.iter().copied());
    // Of two points with equal chord lengths, one may be farther by a thousandth, because the
    // ellipsoid is not a sphere.
    let mut valleys: Vec<(f64, usize)> = seen
        .iter()
        .enumerate()
        .filter(|&(i, c)| {
            *c <= shortest * 1.01
                && (i == 0 || *c < seen[i - 1])
                && seen.get(i + 1).is_none_or(|next| c <= next)
        })
        .map(|(i, c)| (*c, i))
        .collect();
    valleys.sort_by(|x, y| x.0.total_cmp(&y.0));
    valleys.truncate(MOST_VALLEYS);
    least(valleys.into_iter().map(|(_, i)| {
        let best = i as f64 / steps;
        nearest_around(place, (a, b), chord2, best, 1.0 / steps)
    }))
}

/// The distance to an edge that is short compared with its distance, so that its nearest point is
/// one of its ends or at most one part in a million nearer; `None` for other edges. Nearly all
/// distant edges are like this.
///
/// Along a curve with curvature κ the second derivative of the distance d is at most 1/d + κ
/// (comparison with the plane; the ellipsoid has positive curvature), so between two points L
/// metres apart d is at most L²/8 · (1/d + κ) below the smaller of both. A line that is straight in
/// degrees has κ below 1.16 tan φ / R.
fn to_short_segment(place: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> Option<f64> {
    const HIGHEST: f64 = 80.0;
    let (low, high) = (a.y.abs().min(b.y.abs()), a.y.abs().max(b.y.abs()));
    let low = if a.y * b.y < 0.0 { 0.0 } else { low };
    let (dx, dy) = ((b.x - a.x).abs(), (b.y - a.y).abs());
    if high > HIGHEST || dx.max(dy) > 1.0 {
        return None;
    }
    let (east, _) = metres_per_degree(low);
    let length = (dx * east).hypot(dy * LONGEST_DEGREE);
    let nearer = distance(place, a).min(distance(place, b));
    let least = nearer - length;
    if least <= 0.0 {
        return None;
    }
    let curvature = 1.0 / least + 1.2 * high.to_radians().tan() / LEAST_RADIUS;
    (length * length / 8.0 * curvature <= 1e-6 * nearer).then_some(nearer)
}

/// The minimal distance in metres to the part of an edge from `best - step` to `best + step`, both as fractions of
/// the edge. `chord2` gives the squared length of the chord (the straight line through the earth) from the position
/// to the point at a fraction of the edge. Far away, the part that is searched is wider.
fn nearest_around(
    place: Coord<f64>,
    (a, b): (Coord<f64>, Coord<f64>),
    chord2: impl Fn(f64) -> f64,
    best: f64,
    step: f64,
) -> f64 {
    /// From this distance in metres on, the point with the shortest chord may not be the point with the
    /// shortest geodesic.
    const FAR: f64 = 1_000_000.0;
    /// How many steps on each side of the point with the shortest chord are measured by geodesic.
    const AROUND: i32 = 24;
    let measured = |t: f64| distance(place, along(a, b, t));
    // Each round keeps two thirds of the interval: 48 rounds narrow two steps (at most a degree) to less
    // than a millimetre.
    let middle = lowest(best - step, best + step, 48, chord2);
    let by_chord = measured(middle).min(measured(best));
    if by_chord < FAR {
        return by_chord;
    }
    // Beyond a quarter of the globe the distance changes so slowly along the edge that the points with the
    // shortest chord and the shortest geodesic may be hundreds of kilometres apart. 24 rounds narrow two steps
    // to a few metres, so the distance is wrong by millimetres at most.
    let nearest = (-AROUND..=AROUND)
        .map(|i| (middle + f64::from(i) * step).clamp(0.0, 1.0))
        .map(|t| (measured(t), t))
        .min_by(|x, y| x.0.total_cmp(&y.0))
        .map_or(middle, |(_, t)| t);
    by_chord.min(measured(lowest(
        nearest - step,
        nearest + step,
        24,
        measured,
    )))
}

/// The minimum of a function with a single local minimum, between two bounds within 0 to 1.
fn lowest(low: f64, high: f64, rounds: usize, height: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low.max(0.0), high.min(1.0));
    for _ in 0..rounds {
        let third = (high - low) / 3.0;
        if height(low + third) < height(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    (low + high) / 2.0
}

/// A position in earth-centred coordinates in metres, in which a chord needs no trigonometry.
struct Cartesian([f64; 3]);

impl Cartesian {
    fn of(c: Coord<f64>) -> Self {
        let (sin_lat, cos_lat) = c.y.to_radians().sin_cos();
        let (sin_lon, cos_lon) = c.x.to_radians().sin_cos();
        let n = A / (1.0 - E2 * sin_lat * sin_lat).sqrt();
        Self([
            n * cos_lat * cos_lon,
            n * cos_lat * sin_lon,
            n * (1.0 - E2) * sin_lat,
        ])
    }

    fn chord2(&self, other: &Self) -> f64 {
        (0..3).map(|i| (self.0[i] - other.0[i]).powi(2)).sum()
    }
}

/// The angle in radians, on a sphere, from a position to a box that does not cross the
/// antimeridian. It is never too large, and exact for distant boxes.
fn angle_to_box(place: Coord<f64>, b: &Bounds) -> f64 {
    let dy = (b.south - place.y).max(place.y - b.north).max(0.0);
    let (to_west, to_east) = (wrap(b.west - place.x), wrap(b.east - place.x));
    if b.west <= place.x && place.x <= b.east || b.width() >= 360.0 {
        // The box spans the longitude of the position, so its nearest point lies on the same
        // meridian.
        return dy.to_radians();
    }
    let dx = to_west.abs().min(to_east.abs());
    // The box begins at the meridian of the position, on the other side of the antimeridian.
    if dx == 0.0 {
        return dy.to_radians();
    }
    let (y, dx, dy) = (place.y.to_radians(), dx.to_radians(), dy.to_radians());
    if dx < 0.1 && dy < 0.1 && b.north - b.south < 5.0 {
        // The haversine formula: hav d >= hav dy + c² hav dx, where c is at most the cosine of any
        // latitude in between. The last factor covers the error of replacing sin x by x.
        let farthest = (b.south - place.y)
            .abs()
            .max((b.north - place.y).abs())
            .to_radians();
        let cos = y.cos();
        let c2 = cos * (cos - farthest).max(0.0);
        return ((dy * dy + c2 * dx * dx) * (1.0 - 0.01 / 12.0)).sqrt();
    }
    let edge = |dx: f64| angle_to_meridian(y, dx.abs(), b.south.to_radians(), b.north.to_radians());
    // The subtraction keeps rounding errors from making the bound too large.
    edge(to_west.to_radians()).min(edge(to_east.to_radians())) * (1.0 - 1e-12) - 1e-12
}

/// The angle in radians from latitude `y` to the part of a meridian between `south` and `north`
/// that is `dx` degrees away.
fn angle_to_meridian(y: f64, dx: f64, south: f64, north: f64) -> f64 {
    let to = |v: f64| {
        let h = ((v - y) / 2.0).sin().powi(2) + y.cos() * v.cos() * (dx / 2.0).sin().powi(2);
        2.0 * h.sqrt().min(1.0).asin()
    };
    let ends = to(south).min(to(north));
    // The foot of the perpendicular, which lies on this half of the meridian if the meridian is
    // near enough.
    let foot = y.sin().atan2(y.cos() * dx.cos());
    if south < foot && foot < north {
        ends.min(to(foot))
    } else {
        ends
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{coord, polygon};
    use proptest::prelude::*;

    use super::*;

    fn geodesic(a: Coord<f64>, b: Coord<f64>) -> f64 {
        Geodesic.distance(Point(a), Point(b))
    }

    #[test]
    fn a_degree_east_at_tianjin_is_shorter_than_a_degree_north() {
        let here = coord! {x: 117.13, y: 39.22};
        let east = distance(here, coord! {x: 117.14, y: 39.22});
        let north = distance(here, coord! {x: 117.13, y: 39.23});
        assert!((east - 863.7).abs() < 0.5, "{east}");
        assert!((north - 1110.2).abs() < 0.5, "{north}");
    }

    #[test]
    fn distances_are_correct_across_the_antimeridian_and_the_poles() {
        let d = distance(coord! {x: 179.9999, y: 0.0}, coord! {x: -179.9999, y: 0.0});
        assert!((d - 22.26).abs() < 0.01, "{d}");
        let d = distance(coord! {x: 0.0, y: 89.9999}, coord! {x: 180.0, y: 89.9999});
        assert!((d - 22.34).abs() < 0.01, "{d}");
        let pole: Geometry<f64> = polygon![
            (x: 0., y: 80.), (x: 10., y: 80.), (x: 10., y: 90.), (x: 0., y: 90.)
        ]
        .into();
        let d = distance_to(coord! {x: 100.0, y: 89.99}, &pole);
        assert!((d - 1117.0).abs() < 1.0, "{d}");
    }

    #[test]
    fn a_square_of_a_hundred_metres_is_a_hectare_whichever_way_it_runs() {
        let (kx, ky) = metres_per_degree(39.22);
        let (w, h) = (100.0 / kx, 100.0 / ky);
        let (x, y) = (117.13, 39.22 - h / 2.0);
        let square = polygon![
            (x: x, y: y), (x: x + w, y: y), (x: x + w, y: y + h), (x: x, y: y + h)
        ];
        let mut reversed = square.exterior().clone();
        reversed.0.reverse();
        for p in [square.clone(), Polygon::new(reversed, vec![])] {
            let a = area(&p.into());
            assert!((a - 10_000.0).abs() < 0.1, "{a}");
        }
        let inside = coord! {x: x + w / 2.0, y: y + h / 2.0};
        assert_eq!(distance_to(inside, &square.clone().into()), 0.0);
        let outside = coord! {x: x + w * 2.0, y: y + h / 2.0};
        let d = distance_to(outside, &square.into());
        assert!((d - 100.0).abs() < 0.001, "{d}");
    }

    #[test]
    fn a_far_edge_is_measured_by_geodesic_and_not_by_chord() {
        let edges = [
            [
                (117.0, 39.1),
                (26.080_916_030_609_405, -59.452_023_543_165_105),
                (-10.185_944_669_394_694, -7.708_992_663_793_442),
            ],
            // All points within 200 km of the point with the shortest chord are 42 m too far.
            [
                (-25.721_604_426_911_128, -80.089_704_599_609_12),
                (-41.830_554_332_337_88, 75.007_066_605_661_78),
                (-130.266_265_203_343_84, 59.034_356_104_052_33),
            ],
        ];
        for edge in edges {
            let [place, a, b] = edge.map(|(x, y)| coord! {x: x, y: y});
            let found = to_segment(place, a, b);
            let brute =
                least((0..=20_000).map(|i| geodesic(place, along(a, b, f64::from(i) / 20_000.0))));
            assert!((found - brute).abs() < 1.0, "{found} {brute}");
        }
    }

    /// Random positions on the globe, with many at Tianjin, at the poles and at the antimeridian.
    fn a_place() -> impl Strategy<Value = Coord<f64>> {
        prop_oneof![
            (-180.0..=180.0, -90.0..=90.0),
            (117.0..=117.3, 39.1..=39.3),
            (prop_oneof![-180.0..=-179.9, 179.9..=180.0], -60.0..=60.0),
            (
                -180.0..=180.0,
                prop_oneof![-90.0..=-89.9, 89.9..=90.0, 74.9..=75.1]
            ),
        ]
        .prop_map(|(x, y)| coord! {x: x, y: y})
    }

    fn beside(c: Coord<f64>, dx: f64, dy: f64) -> Coord<f64> {
        coord! {x: wrap(c.x + dx), y: (c.y + dy).clamp(-90.0, 90.0)}
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn distance_equals_the_geodesic(a in a_place(), b in a_place(), dx in -0.1..0.1, dy in -0.1..0.1) {
            for b in [b, beside(a, dx, dy), beside(a, dx / 100.0, dy / 100.0)] {
                let (fast, true_m) = (distance(a, b), geodesic(a, b));
                prop_assert!((fast - true_m).abs() <= 1e-3 + 2e-6 * true_m, "{fast} {true_m}");
            }
        }

        #[test]
        fn distance_to_an_edge_is_the_minimum_over_its_points(
            p in a_place(), a in a_place(), b in a_place(), d in prop::array::uniform4(-0.05..0.05),
        ) {
            let c = beside(p, d[0], d[1]);
            let e = coord! {x: (c.x + d[2]).clamp(-180.0, 180.0), y: (c.y + d[3]).clamp(-90.0, 90.0)};
            // A short edge at another place of the globe.
            let wall = coord! {
                x: (a.x + d[2]).clamp(-180.0, 180.0), y: (a.y + d[3]).clamp(-90.0, 90.0)
            };
            for (a, b, n) in [(a, b, 2_000), (c, e, 200), (a, wall, 200)] {
                let found = to_segment(p, a, b);
                let brute = least((0..=n).map(|i| geodesic(p, along(a, b, f64::from(i) / f64::from(n)))));
                prop_assert!(found <= brute * (1.0 + 2e-6) + 1e-3, "{found} {brute}");
                // The true nearest point lies between two of the sampled points.
                let step = geodesic(a, along(a, b, 1.0 / f64::from(n)))
                    .max(geodesic(b, along(a, b, 1.0 - 1.0 / f64::from(n))))
                    .max(geodesic(along(a, b, 0.5), along(a, b, 0.5 + 1.0 / f64::from(n))));
                prop_assert!(found >= brute - 2.0 * step - 1e-3, "{found} {brute} {step}");
            }
        }

        #[test]
        fn a_lower_bound_is_never_too_large_nor_far_too_small(
            p in a_place(), c in a_place(),
            size in prop::array::uniform2(0.0..3.0f64), d in prop::array::uniform2(-2.0..2.0),
            s in 0.0..1.0, t in 0.0..1.0,
        ) {
            for c in [c, beside(p, d[0], d[1]), beside(p, d[0] / 100.0, d[1] / 100.0)] {
                for k in [1.0, 0.001] {
                    let b = Bounds::new(
                        c.x, c.y, (c.x + size[0] * k).min(180.0), (c.y + size[1] * k).min(90.0),
                    );
                    let bound = at_least(p, &b);
                    let q = coord! {
                        x: b.west + (b.east - b.west) * s, y: b.south + (b.north - b.south) * t
                    };
                    prop_assert!(bound <= geodesic(p, q) + 1e-6, "{bound} {}", geodesic(p, q));
                    let real = distance_to(p, &Geometry::Rect(b.rect()));
                    prop_assert!(bound <= real * (1.0 + 2e-6) + 1e-3, "{bound} {real}");
                    // From far away, the bound is too short by at most the size of the box.
                    let most = 2.1 * reach(&b) + 1e-5 * real + 10.0;
                    if real > 200.0 * reach(&b) {
                        prop_assert!(bound >= real - most, "{bound} {real} {b:?}");
                    }
                    if b.width() < 0.01 && p.y.abs() < 70.0 && c.y.abs() < 70.0 {
                        prop_assert!(bound >= real * 0.85 - 1.0, "{bound} {real} {b:?}");
                    }
                }
            }
        }
    }
}
