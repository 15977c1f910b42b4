//! The geometry part: the points and lengths of edges, and the outlines that block the line of sight from a
//! door to a way.

use super::super::core::geometry::length_dm;
use super::super::core::{Edge, Parts, Point};
use super::bytes::{Damaged, Reader, Writer};

const LETTERS: [u8; 4] = *b"OMG\n";

/// What an outline belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutlineKind {
    /// A wall or fence along a line.
    Wall,
    /// A wall or hedge that covers an area.
    WallArea,
    /// A building.
    House,
    /// A compound with a wall around it.
    Walled,
    /// A compound without a wall. It does not block the line of sight.
    Open,
}

const KINDS: [OutlineKind; 5] = [
    OutlineKind::Wall,
    OutlineKind::WallArea,
    OutlineKind::House,
    OutlineKind::Walled,
    OutlineKind::Open,
];

/// A line or the rings of an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Whether it is the outline of a building, a compound or a wall.
    pub kind: OutlineKind,
    /// The index of the building or compound; 0 for walls.
    pub owner: u32,
    /// For each ring its points and whether it is an outer ring (and not a hole). A line is one ring that is not
    /// closed; the last point of a closed ring is left out.
    pub rings: Vec<(bool, Vec<Point>)>,
}

/// The outlines of an area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shapes {
    /// The outlines.
    pub outlines: Vec<Outline>,
}

impl Shapes {
    /// Writes the geometry part.
    pub fn write(&self, parts: &Parts) -> Vec<u8> {
        let mut w = Writer::new(LETTERS);
        let mut at = Point::default();
        w.count(parts.nodes.len());
        for node in &parts.nodes {
            step(&mut w, &mut at, *node);
        }
        w.count(parts.shape_ends.len());
        let mut begin = 0;
        for (edge, end) in parts.edges.iter().zip(&parts.shape_ends) {
            let points = parts.shape_points.get(begin..*end as usize);
            let points = points.unwrap_or_default();
            w.count(points.len());
            let from = parts.nodes.get(edge.from as usize);
            at = from.copied().unwrap_or_default();
            for point in points {
                step(&mut w, &mut at, *point);
            }
            begin = *end as usize;
            w.signed(i64::from(edge.length_dm) - measured(&parts.nodes, edge, points));
        }
        w.count(self.outlines.len());
        at = Point::default();
        let mut owner = 0;
        for outline in &self.outlines {
            w.number(outline.kind as u64);
            w.signed(i64::from(outline.owner) - owner);
            owner = i64::from(outline.owner);
            w.count(outline.rings.len());
            for (is_outer, ring) in &outline.rings {
                w.count(ring.len() * 2 + usize::from(*is_outer));
                for point in ring {
                    step(&mut w, &mut at, *point);
                }
            }
        }
        w.finish()
    }

    /// Reads the geometry part, and places the nodes and edges.
    pub fn read(bytes: &[u8], parts: &mut Parts) -> Result<Shapes, Damaged> {
        let mut r = Reader::new(bytes, LETTERS)?;
        let mut at = Point::default();
        if r.count()? != parts.nodes.len() {
            return Err(Damaged);
        }
        for node in &mut parts.nodes {
            *node = next(&mut r, &mut at)?;
        }
        if r.count()? != parts.edges.len() {
            return Err(Damaged);
        }
        for edge in &mut parts.edges {
            at = *parts.nodes.get(edge.from as usize).ok_or(Damaged)?;
            let begin = parts.shape_points.len();
            for _ in 0..r.count()? {
                parts.shape_points.push(next(&mut r, &mut at)?);
            }
            parts.shape_ends.push(parts.shape_points.len() as u32);
            let straight = measured(&parts.nodes, edge, &parts.shape_points[begin..]);
            let length = straight.checked_add(r.signed()?).ok_or(Damaged)?;
            edge.length_dm = u32::try_from(length).map_err(|_| Damaged)?;
        }
        let mut outlines = Vec::new();
        at = Point::default();
        let mut owner = 0_i64;
        for _ in 0..r.count()? {
            let kind = r.one_of(&KINDS)?;
            owner = owner.checked_add(r.signed()?).ok_or(Damaged)?;
            let mut rings = Vec::new();
            for _ in 0..r.count()? {
                let head: usize = r.small()?;
                let mut ring = Vec::new();
                for _ in 0..head / 2 {
                    ring.push(next(&mut r, &mut at)?);
                }
                rings.push((head % 2 == 1, ring));
            }
            outlines.push(Outline {
                kind,
                owner: u32::try_from(owner).map_err(|_| Damaged)?,
                rings,
            });
        }
        r.finish()?;
        Ok(Shapes { outlines })
    }
}

/// The length of an edge on the ground in decimetres. Most edges are as long as their line, so only the difference is
/// written.
fn measured(nodes: &[Point], edge: &Edge, between: &[Point]) -> i64 {
    let node = |number: u32| nodes.get(number as usize).copied();
    let line = node(edge.from).into_iter();
    let line = line.chain(between.iter().copied()).chain(node(edge.to));
    i64::from(length_dm(line))
}

/// Writes a point as its difference from the previous one.
pub(super) fn step(w: &mut Writer, at: &mut Point, to: Point) {
    w.signed(i64::from(to.lon) - i64::from(at.lon));
    w.signed(i64::from(to.lat) - i64::from(at.lat));
    *at = to;
}

/// Reads a point.
pub(super) fn next(r: &mut Reader<'_>, at: &mut Point) -> Result<Point, Damaged> {
    let add = |from: i32, by: i64| {
        let sum = i64::from(from).checked_add(by).ok_or(Damaged)?;
        i32::try_from(sum).map_err(|_| Damaged)
    };
    at.lon = add(at.lon, r.signed()?)?;
    at.lat = add(at.lat, r.signed()?)?;
    Ok(*at)
}
