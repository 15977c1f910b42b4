//! The nearest point of an edge, and the line of an edge in degrees. It uses only `std` and is also part of the program
//! for phones.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use geo_types::Coord;

use super::core::geometry::length_dm;
use super::core::{Place, Point, Topology};
use crate::spatial::metres::metres_per_degree;

/// The point of an edge that is nearest to a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearby {
    /// The place on the network.
    pub place: Place,
    /// The position in degrees, WGS 84.
    pub at: Coord<f64>,
    /// The distance from the given position, in metres.
    pub metres: f64,
}

/// Returns the points of an edge from its beginning to its end, in degrees, WGS 84.
pub fn line(topology: &Topology, edge: u32) -> impl Iterator<Item = Coord<f64>> + '_ {
    let ends = topology.edge(edge);
    let (from, to) = (topology.point(ends.from), topology.point(ends.to));
    std::iter::once(from)
        .chain(topology.shape(edge).iter().copied())
        .chain(std::iter::once(to))
        .map(coord)
}

/// Converts a point of the network to degrees, WGS 84.
pub fn coord(point: Point) -> Coord<f64> {
    let exact = |value: i32| f64::from(value) / 1e7;
    Coord {
        x: exact(point.lon),
        y: exact(point.lat),
    }
}

/// Sorts edges by their distance. Of two at the same distance, the one with the lower number comes first, so that the
/// server and a phone choose the same.
pub fn in_order(mut found: Vec<(u32, Nearby)>) -> Vec<Nearby> {
    found.sort_by(|a, b| (a.1.metres.total_cmp(&b.1.metres)).then_with(|| a.0.cmp(&b.0)));
    found.into_iter().map(|(_, near)| near).collect()
}

/// Returns the point of an edge that is nearest to a position.
pub fn nearest(topology: &Topology, edge: u32, p: Coord<f64>) -> Option<Nearby> {
    let (east, north) = metres_per_degree(p.y.clamp(-85.0, 85.0));
    let points: Vec<Coord<f64>> = line(topology, edge).collect();
    let mut best: Option<(f64, usize, Coord<f64>)> = None;
    for (i, ends) in points.windows(2).enumerate() {
        let (ax, ay) = ((ends[0].x - p.x) * east, (ends[0].y - p.y) * north);
        let (bx, by) = ((ends[1].x - p.x) * east, (ends[1].y - p.y) * north);
        let (dx, dy) = (bx - ax, by - ay);
        let square = dx * dx + dy * dy;
        let share = if square > 0.0 {
            (-(ax * dx + ay * dy) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let metres = (ax + dx * share).hypot(ay + dy * share);
        if best.map_or(true, |(least, ..)| metres < least) {
            let at = Coord {
                x: ends[0].x + (ends[1].x - ends[0].x) * share,
                y: ends[0].y + (ends[1].y - ends[0].y) * share,
            };
            best = Some((metres, i, at));
        }
    }
    let (metres, piece, at) = best?;
    let point = |c: Coord<f64>| Point::from_degrees(c.x, c.y);
    let before = points.iter().take(piece + 1).copied().map(point);
    let offset = length_dm(before.chain(Some(point(at))));
    let length = topology.edge(edge).length_dm;
    let ends = topology.edge(edge);
    // A place at an end of the edge becomes the node, so that a route can use all edges there.
    let place = if offset == 0 {
        Place::Node(ends.from)
    } else if offset >= length {
        Place::Node(ends.to)
    } else {
        Place::OnEdge {
            edge,
            offset_dm: offset,
        }
    };
    Some(Nearby { place, at, metres })
}
