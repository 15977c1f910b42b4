//! Cases that close the ways near them: a dug-up lane does, a stall on the pavement does not.

use geo_types::{Coord, Geometry, Line};

use crate::network::core::{Blocked, EdgeKind, Point, Topology};
use crate::spatial::metres::{distance, distance_to};

/// What a case closes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closure {
    /// Where the case is.
    pub at: Coord<f64>,
    /// Ways within so many metres of it are closed.
    pub within_m: f64,
    /// For whom.
    pub blocked: Blocked,
}

/// No case closes ways that are farther away, in metres.
const FARTHEST_M: f64 = 500.0;

/// The edges that are closed, in the order of their numbers. Links of doors stay open: they are no ways.
pub fn closed_edges(topology: &Topology, closures: &[Closure]) -> Vec<(u32, Blocked)> {
    let mut closed: Vec<(u32, Blocked)> = Vec::new();
    for number in 0..topology.edge_count() as u32 {
        let edge = topology.edge(number);
        if edge.kind == EdgeKind::DoorLink || closures.is_empty() {
            continue;
        }
        let (from, to) = (
            place(topology.point(edge.from)),
            place(topology.point(edge.to)),
        );
        let mut blocked = Blocked::default();
        for closure in closures {
            let within = closure.within_m.min(FARTHEST_M);
            let length = f64::from(edge.length_dm) / 10.0;
            // No point of the edge is nearer than this.
            let least = distance(closure.at, from).min(distance(closure.at, to)) - length / 2.0;
            if least <= within && reaches(topology, number, (from, to), closure.at, within) {
                blocked.ebike |= closure.blocked.ebike;
                blocked.foot |= closure.blocked.foot;
            }
        }
        if blocked != Blocked::default() {
            closed.push((number, blocked));
        }
    }
    closed
}

fn reaches(
    topology: &Topology,
    edge: u32,
    (from, to): (Coord<f64>, Coord<f64>),
    at: Coord<f64>,
    within: f64,
) -> bool {
    let mut before = from;
    let shape = topology.shape(edge).iter().map(|p| place(*p));
    for next in shape.chain([to]) {
        if distance_to(at, &Geometry::Line(Line::new(before, next))) <= within {
            return true;
        }
        before = next;
    }
    false
}

fn place(p: Point) -> Coord<f64> {
    let (x, y) = p.degrees();
    Coord { x, y }
}
