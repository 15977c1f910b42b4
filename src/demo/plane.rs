//! The local plane in metres in which the district is planned, and its conversion to WGS 84.
//!
//! The axes of the plane follow the street grid, which is slightly rotated against north.

use geo_types::{Coord, LineString, Polygon};

/// A position in the plane, in metres; x runs along the east-west streets, y along the north-south
/// ones.
pub type Pt = Coord<f64>;

/// Creates a position in the plane.
pub fn pt(x: f64, y: f64) -> Pt {
    Coord { x, y }
}

/// The longitude and, below it, the latitude of the centre of the demo district, in degrees.
const ORIGIN_LON: f64 = 117.13;
const ORIGIN_LAT: f64 = 39.22;
/// The rotation of the street grid against north, counter-clockwise, in degrees.
const TURN_DEG: f64 = 6.5;

/// The metres in a degree of latitude and of longitude at a latitude, from the series for WGS 84.
pub fn metres_per_degree(lat: f64) -> (f64, f64) {
    let f = lat.to_radians();
    (
        111_132.954 - 559.822 * (2.0 * f).cos() + 1.175 * (4.0 * f).cos(),
        111_412.84 * f.cos() - 93.5 * (3.0 * f).cos() + 0.118 * (5.0 * f).cos(),
    )
}

/// A position in units of 1e-7 degrees of longitude and latitude, so that equal positions have
/// equal numbers.
pub fn key(p: Pt) -> (i64, i64) {
    let (sin, cos) = TURN_DEG.to_radians().sin_cos();
    let (per_lat, per_lon) = metres_per_degree(ORIGIN_LAT);
    let lon = ORIGIN_LON + (p.x * cos - p.y * sin) / per_lon;
    let lat = ORIGIN_LAT + (p.x * sin + p.y * cos) / per_lat;
    ((lon * 1e7).round() as i64, (lat * 1e7).round() as i64)
}

/// Converts a position to WGS 84 (x = longitude, y = latitude), rounded to 7 decimals.
pub fn to_wgs84(p: Pt) -> Coord<f64> {
    let (lon, lat) = key(p);
    pt(lon as f64 / 1e7, lat as f64 / 1e7)
}

/// Converts a line to WGS 84 and removes repeated positions.
pub fn line_to_wgs84(line: &[Pt]) -> LineString<f64> {
    let mut out: Vec<Pt> = line.iter().map(|p| to_wgs84(*p)).collect();
    out.dedup();
    LineString::new(out)
}

/// Converts a ring in the plane (not closed, counter-clockwise) to a polygon in WGS 84.
pub fn ring_to_wgs84(ring: &[Pt]) -> Polygon<f64> {
    let mut line = line_to_wgs84(ring);
    if let Some(first) = line.0.first().copied()
        && line.0.last() != Some(&first)
    {
        line.0.push(first);
    }
    Polygon::new(line, Vec::new())
}

/// A rotated and shifted coordinate system in the plane, in which a compound is planned along its
/// streets.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    origin: Pt,
    cos: f64,
    sin: f64,
}

impl Frame {
    /// A frame with its origin at `origin` and its x axis along `direction`.
    pub fn new(origin: Pt, direction: Pt) -> Self {
        let d = unit(direction);
        Self {
            origin,
            cos: d.x,
            sin: d.y,
        }
    }

    /// Converts a position from the frame to the plane.
    pub fn out(&self, p: Pt) -> Pt {
        self.origin + self.turn(p)
    }

    /// Converts a direction from the frame to the plane.
    pub fn turn(&self, d: Pt) -> Pt {
        pt(
            d.x * self.cos - d.y * self.sin,
            d.x * self.sin + d.y * self.cos,
        )
    }

    /// Converts a position from the plane to the frame.
    pub fn inward(&self, p: Pt) -> Pt {
        let d = p - self.origin;
        pt(
            d.x * self.cos + d.y * self.sin,
            d.y * self.cos - d.x * self.sin,
        )
    }

    /// Converts a line from the frame to the plane.
    pub fn out_all(&self, line: &[Pt]) -> Vec<Pt> {
        line.iter().map(|p| self.out(*p)).collect()
    }
}

/// The cross product of two vectors.
pub fn cross(a: Pt, b: Pt) -> f64 {
    a.x * b.y - a.y * b.x
}

/// The distance in metres.
pub fn distance(a: Pt, b: Pt) -> f64 {
    (b.x - a.x).hypot(b.y - a.y)
}

/// The unit vector with the direction of `d`.
pub fn unit(d: Pt) -> Pt {
    let length = d.x.hypot(d.y);
    if length > 0.0 {
        d / length
    } else {
        pt(1.0, 0.0)
    }
}

/// A direction rotated left by 90 degrees.
pub fn left(d: Pt) -> Pt {
    pt(-d.y, d.x)
}

/// Where the lines a + t·(b−a) and c + u·(d−c) meet, as (t, u); `None` if they are parallel.
pub fn meet(a: Pt, b: Pt, c: Pt, d: Pt) -> Option<(f64, f64)> {
    let (r, s) = (b - a, d - c);
    let det = cross(r, s);
    if det.abs() < 1e-9 * (1.0 + r.x.hypot(r.y) * s.x.hypot(s.y)) {
        return None;
    }
    Some((cross(c - a, s) / det, cross(c - a, r) / det))
}

/// The point at the fraction `t` of the way from a to b.
pub fn along(a: Pt, b: Pt, t: f64) -> Pt {
    a + (b - a) * t
}

/// The point of a line that is nearest to a position.
pub fn nearest(line: &[Pt], p: Pt) -> Pt {
    line.windows(2)
        .map(|s| {
            let d = s[1] - s[0];
            let length2 = d.x * d.x + d.y * d.y;
            let t = ((p.x - s[0].x) * d.x + (p.y - s[0].y) * d.y) / length2.max(1e-12);
            along(s[0], s[1], t.clamp(0.0, 1.0))
        })
        .min_by(|a, b| distance(*a, p).total_cmp(&distance(*b, p)))
        .unwrap_or(p)
}

/// The area of a ring in square metres, positive if it is counter-clockwise.
pub fn area(ring: &[Pt]) -> f64 {
    edges(ring).map(|(a, b)| cross(a, b)).sum::<f64>() / 2.0
}

/// The edges of a ring that is not closed.
pub fn edges(ring: &[Pt]) -> impl Iterator<Item = (Pt, Pt)> + '_ {
    ring.iter()
        .zip(ring.iter().cycle().skip(1))
        .map(|(a, b)| (*a, *b))
}

/// The mean of a ring's corners.
pub fn middle(ring: &[Pt]) -> Pt {
    let sum = ring.iter().fold(pt(0.0, 0.0), |s, p| s + *p);
    sum / ring.len().max(1) as f64
}

/// Whether a position is inside a ring.
pub fn contains(ring: &[Pt], p: Pt) -> bool {
    edges(ring).fold(false, |inside, (a, b)| {
        let between = (a.y > p.y) != (b.y > p.y);
        inside ^ (between && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x)
    })
}

/// A ring whose edges each belong to one of four sides (0 south, 1 east, 2 north, 3 west).
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The corners, counter-clockwise.
    pub ring: Vec<Pt>,
    /// For each corner, the side of the edge that begins there.
    pub side: Vec<usize>,
}

impl Block {
    /// The ring moved inwards, each side by its own distance in metres.
    pub fn inset(&self, by: [f64; 4]) -> Self {
        let n = self.ring.len();
        let moved: Vec<(Pt, Pt)> = edges(&self.ring)
            .zip(&self.side)
            .map(|((a, b), side)| {
                let shift = left(unit(b - a)) * by[*side];
                (a + shift, b + shift)
            })
            .collect();
        let ring = (0..n)
            .map(|i| {
                let (before, after) = (moved[(i + n - 1) % n], moved[i]);
                let straight = cross(unit(before.1 - before.0), unit(after.1 - after.0)).abs();
                match meet(before.0, before.1, after.0, after.1) {
                    Some((t, _)) if straight > 1e-3 => along(before.0, before.1, t),
                    _ => along(before.1, after.0, 0.5),
                }
            })
            .collect();
        Self {
            ring,
            side: self.side.clone(),
        }
    }

    /// The ring without corners that lie within one side and next to an edge shorter than
    /// `least_m`; moving the ring inwards would reverse such an edge.
    pub fn without_short_edges(&self, least_m: f64) -> Self {
        let mut out = self.clone();
        let mut i = 0;
        while i < out.ring.len() && out.ring.len() > 4 {
            let n = out.ring.len();
            let (before, after) = ((i + n - 1) % n, (i + 1) % n);
            let inside = out.side[before] == out.side[i];
            let shortest =
                distance(out.ring[before], out.ring[i]).min(distance(out.ring[i], out.ring[after]));
            if inside && shortest < least_m {
                out.ring.remove(i);
                out.side.remove(i);
            } else {
                i += 1;
            }
        }
        out
    }

    /// The same ring in the coordinates of a frame.
    pub fn within(&self, frame: &Frame) -> Self {
        Self {
            ring: self.ring.iter().map(|p| frame.inward(*p)).collect(),
            side: self.side.clone(),
        }
    }

    /// The range of x inside the ring that is common to all y of a band.
    pub fn x_range(&self, y0: f64, y1: f64) -> Option<(f64, f64)> {
        let mut at: Vec<f64> = vec![y0, y1];
        at.extend(self.ring.iter().map(|p| p.y).filter(|y| *y > y0 && *y < y1));
        at.into_iter()
            .map(|y| self.x_range_at(y))
            .try_fold((f64::NEG_INFINITY, f64::INFINITY), |(low, high), r| {
                r.map(|(a, b)| (low.max(a), high.min(b)))
            })
            .filter(|(low, high)| low < high)
    }

    fn x_range_at(&self, y: f64) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        for (a, b) in edges(&self.ring) {
            if (a.y > y) != (b.y > y) {
                let x = a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y);
                range = Some(range.map_or((x, x), |(low, high)| (low.min(x), high.max(x))));
            }
        }
        range
    }

    /// The corners on a side.
    pub fn corners(&self, side: usize) -> impl Iterator<Item = Pt> + '_ {
        let n = self.ring.len();
        (0..n)
            .filter(move |i| self.side[*i] == side || self.side[(*i + n - 1) % n] == side)
            .map(|i| self.ring[i])
    }

    /// Where a ray first leaves the ring: the position, and its distance along the ring in metres.
    pub fn exit(&self, from: Pt, direction: Pt) -> Option<(Pt, f64)> {
        let mut best: Option<(f64, Pt, f64)> = None;
        let mut walked = 0.0;
        for (a, b) in edges(&self.ring) {
            let length = distance(a, b);
            if let Some((t, u)) = meet(from, from + direction, a, b)
                && t > 0.0
                && (0.0..1.0).contains(&u)
                && best.is_none_or(|(far, ..)| t < far)
            {
                best = Some((t, along(a, b, u), walked + u * length));
            }
            walked += length;
        }
        best.map(|(_, p, s)| (p, s))
    }
}

/// Divides a ring by a line into the parts left and right of it. The line must cross the ring
/// twice.
pub fn cut(ring: &[Pt], on: Pt, direction: Pt) -> Option<(Vec<Pt>, Vec<Pt>)> {
    let side = |p: Pt| cross(direction, p - on);
    let (mut lefts, mut rights) = (Vec::new(), Vec::new());
    for (a, b) in edges(ring) {
        let (sa, sb) = (side(a), side(b));
        if sa >= 0.0 {
            lefts.push(a);
        } else {
            rights.push(a);
        }
        if (sa >= 0.0) != (sb >= 0.0) {
            let p = along(a, b, sa / (sa - sb));
            lefts.push(p);
            rights.push(p);
        }
    }
    (lefts.len() > 2 && rights.len() > 2).then_some((lefts, rights))
}

/// A line moved to its left by a distance in metres; only for slight bends.
pub fn offset(line: &[Pt], by: f64) -> Vec<Pt> {
    let n = line.len();
    (0..n)
        .map(|i| {
            let (a, b) = (line[i.saturating_sub(1)], line[(i + 1).min(n - 1)]);
            line[i] + left(unit(b - a)) * by
        })
        .collect()
}

/// An upright rectangle, counter-clockwise from its south-west corner.
pub fn rectangle(x0: f64, y0: f64, x1: f64, y1: f64) -> Vec<Pt> {
    vec![pt(x0, y0), pt(x1, y0), pt(x1, y1), pt(x0, y1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_lies_in_beichen_and_has_true_metres() {
        let o = to_wgs84(pt(0.0, 0.0));
        assert_eq!((o.x, o.y), (117.13, 39.22));
        let (per_lat, per_lon) = metres_per_degree(39.22);
        let p = to_wgs84(pt(300.0, 400.0));
        let d = ((p.x - o.x) * per_lon).hypot((p.y - o.y) * per_lat);
        assert!((d - 500.0).abs() < 0.02, "{d}");
    }

    #[test]
    fn an_inset_square_keeps_its_sides() {
        let block = Block {
            ring: rectangle(0.0, 0.0, 100.0, 80.0),
            side: vec![0, 1, 2, 3],
        };
        let inner = block.inset([10.0, 20.0, 5.0, 1.0]);
        assert_eq!(inner.ring, rectangle(1.0, 10.0, 80.0, 75.0));
        assert_eq!(inner.x_range(20.0, 30.0), Some((1.0, 80.0)));
        let (p, s) = inner.exit(pt(40.0, 40.0), pt(0.0, -1.0)).unwrap();
        assert!(distance(p, pt(40.0, 10.0)) < 1e-9 && (s - 39.0).abs() < 1e-9);
    }

    #[test]
    fn a_cut_ring_keeps_its_area() {
        let ring = rectangle(0.0, 0.0, 100.0, 80.0);
        let (l, r) = cut(&ring, pt(30.0, 0.0), pt(0.0, 1.0)).unwrap();
        assert!((area(&l) - 2400.0).abs() < 1e-6);
        assert!((area(&r) - 5600.0).abs() < 1e-6);
    }

    #[test]
    fn frame_conversions_are_inverse() {
        let f = Frame::new(pt(5.0, -3.0), pt(3.0, 1.0));
        let p = f.inward(f.out(pt(12.0, 7.0)));
        assert!(distance(p, pt(12.0, 7.0)) < 1e-9);
    }
}
