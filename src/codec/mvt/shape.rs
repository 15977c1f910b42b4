//! Converts a geometry in degrees to the drawing commands of a tile: projects and simplifies it,
//! clips it to the tile and its buffer, rounds it to whole units, and winds its rings as the
//! specification requires.

use geo_types::{Coord, Geometry, LineString, Polygon, Rect};

use super::wire::{varint, zigzag};
use crate::spatial::clip;
use crate::spatial::tile::Tile;

/// The size below which a polygon is not drawn, in tile units: half a pixel of a tile shown at 512
/// pixels.
pub const TINY: f64 = 4.0;
/// From this zoom level on, geometries are not simplified, because tiles of the highest levels are
/// shown enlarged.
const EXACT_FROM_ZOOM: u8 = 15;
/// The tolerance of simplification at lower zoom levels, in tile units: a quarter of a pixel.
const TOLERANCE: f64 = 2.0;
/// Rings with at most this many corners are checked for self-intersection after simplification.
const CHECKED_CORNERS: usize = 64;

const MOVE_TO: u64 = 1;
const LINE_TO: u64 = 2;
const CLOSE_PATH: u64 = 7;

/// The geometry types of the specification, with their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Point = 1,
    Line = 2,
    Polygon = 3,
}

/// Writes the commands that draw a geometry in a tile; `None` if no part of it lies in the tile. A
/// tile feature has one type, so of a geometry collection only the parts of the highest dimension
/// are drawn.
pub(super) fn draw(tile: &Tile, geometry: &Geometry<f64>, pen: &mut Pen) -> Option<Kind> {
    let frame = Tile::frame();
    pen.restart();
    let kind = match geometry {
        // The common types are handled without a list of parts.
        Geometry::Polygon(p) => {
            polygon(tile, p, &frame, pen);
            Kind::Polygon
        }
        Geometry::Point(p) => {
            points(tile, &[p.0], &frame, pen);
            Kind::Point
        }
        other => {
            let mut parts = Parts::default();
            parts.collect(other);
            if !parts.polygons.is_empty() {
                for p in parts.polygons {
                    polygon(tile, &p, &frame, pen);
                }
                Kind::Polygon
            } else if !parts.lines.is_empty() {
                for l in parts.lines {
                    let projected = simplify(tile, project(tile, &l.0));
                    for piece in clip::line(projected, &frame) {
                        pen.line(&rounded(&piece));
                    }
                }
                Kind::Line
            } else {
                points(tile, &parts.points, &frame, pen);
                Kind::Point
            }
        }
    };
    (!pen.commands.is_empty()).then_some(kind)
}

fn points(tile: &Tile, places: &[Coord<f64>], frame: &Rect<f64>, pen: &mut Pen) {
    let points: Vec<Coord<i32>> = places
        .iter()
        .map(|c| tile.project(*c))
        .filter(|c| clip::side(&[*c], frame) == clip::Side::Inside)
        .map(round)
        .collect();
    pen.points(&points);
}

/// The points, lines and polygons that a geometry consists of.
#[derive(Default)]
struct Parts<'a> {
    points: Vec<Coord<f64>>,
    lines: Vec<std::borrow::Cow<'a, LineString<f64>>>,
    polygons: Vec<std::borrow::Cow<'a, Polygon<f64>>>,
}

impl<'a> Parts<'a> {
    fn collect(&mut self, geometry: &'a Geometry<f64>) {
        use std::borrow::Cow::{Borrowed, Owned};
        match geometry {
            Geometry::Point(p) => self.points.push(p.0),
            Geometry::MultiPoint(m) => self.points.extend(m.0.iter().map(|p| p.0)),
            Geometry::Line(l) => self.lines.push(Owned(LineString(vec![l.start, l.end]))),
            Geometry::LineString(l) => self.lines.push(Borrowed(l)),
            Geometry::MultiLineString(m) => self.lines.extend(m.0.iter().map(Borrowed)),
            Geometry::Polygon(p) => self.polygons.push(Borrowed(p)),
            Geometry::MultiPolygon(m) => self.polygons.extend(m.0.iter().map(Borrowed)),
            Geometry::Rect(r) => self.polygons.push(Owned(r.to_polygon())),
            Geometry::Triangle(t) => self.polygons.push(Owned(t.to_polygon())),
            Geometry::GeometryCollection(c) => c.0.iter().for_each(|g| self.collect(g)),
        }
    }
}

/// Draws a polygon: the exterior ring, then the holes. Draws nothing if the exterior ring is too
/// small.
fn polygon(tile: &Tile, p: &Polygon<f64>, frame: &Rect<f64>, pen: &mut Pen) {
    let Some(outside) = ring(tile, p.exterior(), frame) else {
        return;
    };
    pen.ring(&outside, true);
    for hole in p.interiors() {
        if let Some(hole) = ring(tile, hole, frame) {
            pen.ring(&hole, false);
        }
    }
}

/// A ring in tile units, without the repeated last position; `None` if it is too small or has no
/// area.
fn ring(tile: &Tile, ring: &LineString<f64>, frame: &Rect<f64>) -> Option<Vec<Coord<i32>>> {
    let projected = project(tile, &ring.0);
    let first = *projected.first()?;
    let (mut low, mut high) = (first, first);
    for c in &projected {
        (low.x, high.x) = (low.x.min(c.x), high.x.max(c.x));
        (low.y, high.y) = (low.y.min(c.y), high.y.max(c.y));
    }
    if high.x - low.x < TINY && high.y - low.y < TINY {
        return None;
    }
    let mut simple = simplify(tile, projected);
    if simple.first() == simple.last() {
        simple.pop();
    }
    let mut cut = rounded(&clip::ring(simple, frame));
    while cut.len() > 1 && cut.first() == cut.last() {
        cut.pop();
    }
    (doubled_area(&cut) != 0).then_some(cut)
}

fn project(tile: &Tile, coords: &[Coord<f64>]) -> Vec<Coord<f64>> {
    coords.iter().map(|c| tile.project(*c)).collect()
}

fn round(c: Coord<f64>) -> Coord<i32> {
    Coord {
        x: c.x.round() as i32,
        y: c.y.round() as i32,
    }
}

/// Rounds coordinates to whole tile units and removes repetitions.
fn rounded(coords: &[Coord<f64>]) -> Vec<Coord<i32>> {
    let mut out: Vec<_> = coords.iter().copied().map(round).collect();
    out.dedup();
    out
}

/// Twice the area of a ring in square tile units, by the surveyor's formula of the specification
/// (4.3.3.3). Positive for a ring that is clockwise on the screen, because y points south.
fn doubled_area(ring: &[Coord<i32>]) -> i64 {
    let wide = |c: &Coord<i32>| (i64::from(c.x), i64::from(c.y));
    ring.iter()
        .zip(ring.iter().cycle().skip(1))
        .map(|(a, b)| {
            let ((ax, ay), (bx, by)) = (wide(a), wide(b));
            ax * by - bx * ay
        })
        .sum()
}

/// Removes corners that cannot be seen at this zoom level. The whole line is simplified before it
/// is clipped, so that it matches in neighbouring tiles.
fn simplify(tile: &Tile, coords: Vec<Coord<f64>>) -> Vec<Coord<f64>> {
    let ring = coords.len() > 3 && coords.first() == coords.last();
    let least = if ring { 4 } else { 2 };
    if tile.zoom() >= EXACT_FROM_ZOOM || coords.len() <= least {
        return coords;
    }
    let simple = douglas_peucker(&coords, TOLERANCE);
    if simple.len() < least || (ring && simple.len() <= CHECKED_CORNERS && crosses_itself(&simple))
    {
        return coords;
    }
    simple
}

/// The simplification of Douglas and Peucker (1973) without recursion. Both ends are kept.
fn douglas_peucker(coords: &[Coord<f64>], tolerance: f64) -> Vec<Coord<f64>> {
    let mut keep = vec![false; coords.len()];
    let mut open = vec![(0, coords.len() - 1)];
    while let Some((from, to)) = open.pop() {
        keep[from] = true;
        keep[to] = true;
        let farthest = (from + 1..to)
            .map(|i| (distance2(coords[i], coords[from], coords[to]), i))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((d2, i)) = farthest
            && d2 > tolerance * tolerance
        {
            open.push((from, i));
            open.push((i, to));
        }
    }
    coords
        .iter()
        .zip(keep)
        .filter_map(|(c, k)| k.then_some(*c))
        .collect()
}

/// The squared distance from a point to an edge.
fn distance2(c: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let (d, r) = (b - a, c - a);
    let square = d.x * d.x + d.y * d.y;
    let t = if square > 0.0 {
        ((r.x * d.x + r.y * d.y) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let off = r - d * t;
    off.x * off.x + off.y * off.y
}

/// Whether two edges of a closed ring cross in their interiors.
fn crosses_itself(ring: &[Coord<f64>]) -> bool {
    let turn = |a: Coord<f64>, b: Coord<f64>, c: Coord<f64>| {
        (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
    };
    let edges = ring.len() - 1;
    (0..edges).any(|i| {
        let (a, b) = (ring[i], ring[i + 1]);
        (i + 2..edges).any(|j| {
            let (c, d) = (ring[j], ring[j + 1]);
            turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0
        })
    })
}

/// Writes the packed drawing commands of a feature. It remembers the last position, because
/// coordinates are written as differences.
#[derive(Default)]
pub(super) struct Pen {
    at: Coord<i32>,
    commands: Vec<u8>,
}

impl Pen {
    /// The commands written since the feature began.
    pub(super) fn commands(&self) -> &[u8] {
        &self.commands
    }

    fn restart(&mut self) {
        self.at = Coord::default();
        self.commands.clear();
    }

    fn points(&mut self, points: &[Coord<i32>]) {
        if !points.is_empty() {
            self.command(MOVE_TO, points.len());
            points.iter().for_each(|c| self.step(*c));
        }
    }

    fn line(&mut self, coords: &[Coord<i32>]) {
        // A line whose corners all round to one position is not drawn.
        if coords.len() > 1 {
            self.path(coords.len(), coords.iter());
        }
    }

    /// Appends a ring. The area of an exterior ring is positive, that of a hole negative.
    fn ring(&mut self, coords: &[Coord<i32>], outside: bool) {
        if (doubled_area(coords) > 0) == outside {
            self.path(coords.len(), coords.iter());
        } else {
            self.path(coords.len(), coords.iter().rev());
        }
        self.command(CLOSE_PATH, 1);
    }

    fn path<'a>(&mut self, len: usize, mut coords: impl Iterator<Item = &'a Coord<i32>>) {
        if let Some(first) = coords.next() {
            self.command(MOVE_TO, 1);
            self.step(*first);
            self.command(LINE_TO, len - 1);
            coords.for_each(|c| self.step(*c));
        }
    }

    fn command(&mut self, id: u64, count: usize) {
        varint(&mut self.commands, id | (count as u64) << 3);
    }

    fn step(&mut self, to: Coord<i32>) {
        for (to, at) in [(to.x, self.at.x), (to.y, self.at.y)] {
            varint(&mut self.commands, zigzag(i64::from(to) - i64::from(at)));
        }
        self.at = to;
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{coord, polygon};

    use super::*;

    #[test]
    fn the_commands_of_the_specification_example() {
        // Section 4.3.5: a polygon is MoveTo, LineTo, ClosePath with zigzag steps.
        let mut pen = Pen::default();
        let c = |x, y| coord! {x: x, y: y};
        pen.ring(&[c(3, 6), c(8, 12), c(20, 34)], true);
        assert_eq!(pen.commands, [9, 6, 12, 18, 10, 12, 24, 44, 15]);
    }

    #[test]
    fn simplification_never_makes_a_ring_cross_itself() {
        let tile = Tile::new(10, 0, 0).unwrap();
        // A narrow hook: removing its tip would make the two sides cross.
        let hook: Vec<_> = [
            (0.0, 0.0),
            (50.0, 0.0),
            (50.0, 1.5),
            (10.0, 1.0),
            (9.0, 1.9),
            (50.0, 1.8),
            (50.0, 40.0),
            (0.0, 40.0),
            (0.0, 0.0),
        ]
        .map(|(x, y)| coord! {x: x, y: y})
        .to_vec();
        assert!(!crosses_itself(&simplify(&tile, hook)));
    }

    #[test]
    fn a_polygon_without_area_in_tile_units_is_not_drawn() {
        let tile = Tile::new(0, 0, 0).unwrap();
        let sliver = polygon![
            (x: 0., y: 0.), (x: 20., y: 0.), (x: 20., y: 0.001), (x: 0., y: 0.001)
        ];
        let mut pen = Pen::default();
        assert!(draw(&tile, &sliver.into(), &mut pen).is_none());
        let tiny = polygon![(x: 0., y: 0.), (x: 0.2, y: 0.), (x: 0.2, y: 0.2), (x: 0., y: 0.2)];
        assert!(draw(&tile, &tiny.into(), &mut pen).is_none());
    }
}
