//! The topology with the indexes that a search of places needs: the edges near a position, the index of each
//! feature, and the outlines that block lines of sight. A district is small, so every box is checked without a
//! tree.

use std::collections::HashMap;

use crate::network::core::{Door, EdgeKind, Point, Topology};
use crate::network::file::{Outline, OutlineKind};
use crate::network::nearby::{coord, in_order, nearest, Nearby};
use crate::spatial::metres::metres_per_degree;
use crate::Coord;

/// A topology with its indexes.
pub struct Ways {
    /// The nodes and edges.
    pub topology: Topology,
    /// The boxes of the edges.
    pub edges: Edges,
    features: HashMap<String, u32>,
}

impl Ways {
    /// Indexes a topology.
    pub fn new(topology: Topology) -> Ways {
        let names = topology.features().iter().cloned().zip(0..);
        Ways {
            features: names.collect(),
            edges: Edges::new(&topology),
            topology,
        }
    }

    /// Returns the index of a feature, given as `collection/id`.
    pub fn feature(&self, name: &str) -> Option<u32> {
        self.features.get(name).copied()
    }

    /// Returns the places at which a feature is entered.
    pub fn doors(&self, name: &str) -> &[Door] {
        let feature = match self.feature(name) {
            Some(feature) => feature,
            None => return &[],
        };
        let all = self.topology.doors();
        let from = all.partition_point(|d| d.feature < feature);
        let until = all.partition_point(|d| d.feature <= feature);
        &all[from..until]
    }
}

/// A box in 1e-7 of a degree.
#[derive(Clone, Copy)]
struct Frame {
    low: Point,
    high: Point,
}

impl Frame {
    fn of(points: impl Iterator<Item = Point>) -> Frame {
        let mut frame = Frame {
            low: Point {
                lon: i32::MAX,
                lat: i32::MAX,
            },
            high: Point {
                lon: i32::MIN,
                lat: i32::MIN,
            },
        };
        for p in points {
            frame.low.lon = frame.low.lon.min(p.lon);
            frame.low.lat = frame.low.lat.min(p.lat);
            frame.high.lon = frame.high.lon.max(p.lon);
            frame.high.lat = frame.high.lat.max(p.lat);
        }
        frame
    }

    /// The box between two corners, a little larger because of rounding.
    fn around(low: Coord<f64>, high: Coord<f64>) -> Frame {
        let unit = |v: f64| (v * 1e7) as i32;
        Frame {
            low: Point {
                lon: unit(low.x).saturating_sub(2),
                lat: unit(low.y).saturating_sub(2),
            },
            high: Point {
                lon: unit(high.x).saturating_add(2),
                lat: unit(high.y).saturating_add(2),
            },
        }
    }

    fn meets(&self, other: &Frame) -> bool {
        self.low.lon <= other.high.lon
            && other.low.lon <= self.high.lon
            && self.low.lat <= other.high.lat
            && other.low.lat <= self.high.lat
    }
}

/// The boxes of the edges on which a route may begin or end.
pub struct Edges(Vec<(u32, Frame)>);

impl Edges {
    fn new(topology: &Topology) -> Edges {
        let edges = (0..topology.edge_count() as u32).filter(|edge| {
            let kind = topology.edge(*edge).kind;
            matches!(kind, EdgeKind::Way | EdgeKind::AreaCrossing)
        });
        let framed = edges.map(|edge| {
            let data = topology.edge(edge);
            let ends = [topology.point(data.from), topology.point(data.to)];
            let between = topology.shape(edge).iter().copied();
            (edge, Frame::of(between.chain(ends)))
        });
        Edges(framed.collect())
    }

    /// Returns the edges within `reach_m` metres of a position, the nearest first.
    pub fn near(
        &self,
        topology: &Topology,
        at: Coord<f64>,
        reach_m: f64,
        keep: impl Fn(u32) -> bool,
    ) -> Vec<Nearby> {
        let (east, north) = metres_per_degree(at.y.max(-85.0).min(85.0));
        let (dx, dy) = (reach_m / east, reach_m / north);
        let corner = |sign: f64| Coord {
            x: at.x + dx * sign,
            y: at.y + dy * sign,
        };
        let frame = Frame::around(corner(-1.0), corner(1.0));
        let near = self.0.iter().filter(|(edge, own)| own.meets(&frame) && keep(*edge));
        let near = near.filter_map(|(edge, _)| Some((*edge, nearest(topology, *edge, at)?)));
        in_order(near.filter(|(_, near)| near.metres <= reach_m).collect())
    }
}

/// The outlines of walls, buildings and compounds.
pub struct Sights {
    outlines: Vec<(Outline, Frame)>,
}

impl Sights {
    /// Indexes outlines.
    pub fn new(outlines: Vec<Outline>) -> Sights {
        let framed = outlines.into_iter().map(|outline| {
            let frame = Frame::of(outline.rings.iter().flat_map(|(_, ring)| ring.iter().copied()));
            (outline, frame)
        });
        Sights {
            outlines: framed.collect(),
        }
    }

    /// Returns whether nothing blocks the line between two positions. `own` is the index of a building that the line
    /// may leave. A building around the beginning does not block it either.
    pub fn is_free(&self, from: Coord<f64>, to: Coord<f64>, own: Option<u32>) -> bool {
        let low = Coord {
            x: from.x.min(to.x),
            y: from.y.min(to.y),
        };
        let high = Coord {
            x: from.x.max(to.x),
            y: from.y.max(to.y),
        };
        let frame = Frame::around(low, high);
        let met = self.outlines.iter().filter(|(_, own)| own.meets(&frame));
        !met.map(|(outline, _)| outline).any(|outline| match outline.kind {
            OutlineKind::Wall => crosses(outline, false, from, to),
            OutlineKind::WallArea => {
                crosses(outline, false, from, to) || contains(outline, from)
            }
            OutlineKind::House => {
                Some(outline.owner) != own
                    && crosses(outline, false, from, to)
                    && !contains(outline, from)
            }
            OutlineKind::Walled => crosses(outline, true, from, to),
            OutlineKind::Open => false,
        })
    }

    /// Returns the index of the first compound that contains a position.
    pub fn compound_at(&self, at: Coord<f64>) -> Option<u32> {
        let frame = Frame::around(at, at);
        let is_ground = |o: &Outline| matches!(o.kind, OutlineKind::Walled | OutlineKind::Open);
        let around = self.outlines.iter().filter(|(outline, own)| {
            is_ground(outline) && own.meets(&frame) && contains(outline, at)
        });
        around.map(|(outline, _)| outline.owner).min()
    }
}

/// The lines between the points of a ring, closed unless it is a wall along a line.
fn sides(outline: &Outline, ring: &[Point]) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> {
    let points: Vec<Coord<f64>> = ring.iter().copied().map(coord).collect();
    let is_open = outline.kind == OutlineKind::Wall;
    let count = points.len().saturating_sub(usize::from(is_open));
    (0..count).map(move |at| (points[at], points[(at + 1) % points.len()]))
}

/// Whether a line meets a ring of an outline, or one of its outer rings only.
fn crosses(outline: &Outline, only_outer: bool, from: Coord<f64>, to: Coord<f64>) -> bool {
    let rings = outline.rings.iter().filter(|(is_outer, _)| *is_outer || !only_outer);
    rings.flat_map(|(_, ring)| sides(outline, ring)).any(|(a, b)| meet(from, to, a, b))
}

/// Whether an area contains a position; its outline belongs to it.
fn contains(outline: &Outline, at: Coord<f64>) -> bool {
    let mut is_inside = false;
    for (a, b) in outline.rings.iter().flat_map(|(_, ring)| sides(outline, ring)) {
        if side(a, b, at) == 0.0 && is_between(a, b, at) {
            return true;
        }
        if (a.y > at.y) != (b.y > at.y) {
            let is_left = side(a, b, at) > 0.0;
            is_inside ^= is_left == (b.y > a.y);
        }
    }
    is_inside
}

/// Positive if `p` lies to the left of the line from `a` to `b`, 0 on it.
fn side(a: Coord<f64>, b: Coord<f64>, p: Coord<f64>) -> f64 {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
}

fn is_between(a: Coord<f64>, b: Coord<f64>, p: Coord<f64>) -> bool {
    p.x >= a.x.min(b.x) && p.x <= a.x.max(b.x) && p.y >= a.y.min(b.y) && p.y <= a.y.max(b.y)
}

/// Whether two lines have a point in common.
fn meet(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>, d: Coord<f64>) -> bool {
    let (ca, cb) = (side(c, d, a), side(c, d, b));
    let (ac, ad) = (side(a, b, c), side(a, b, d));
    let apart = |x: f64, y: f64| (x > 0.0 && y < 0.0) || (x < 0.0 && y > 0.0);
    (apart(ca, cb) && apart(ac, ad))
        || (ca == 0.0 && is_between(c, d, a))
        || (cb == 0.0 && is_between(c, d, b))
        || (ac == 0.0 && is_between(a, b, c))
        || (ad == 0.0 && is_between(a, b, d))
}
