//! Reported cases that close nearby ways. For example, a lane that is dug up is closed; a stall on the pavement closes
//! nothing.

use geo_types::{Coord, Geometry, Line};

use crate::network::core::{Blocked, EdgeKind, Point, Topology};
use crate::spatial::metres::{distance, distance_to};

/// A closure: which ways a case closes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closure {
    /// Where the case is.
    pub at: Coord<f64>,
    /// Ways within this distance of the case are closed, in metres.
    pub within_m: f64,
    /// Who cannot pass: e-bikes, people on foot, or both.
    pub blocked: Blocked,
}

/// The greatest distance from a case at which it closes ways, in metres.
const FARTHEST_M: f64 = 500.0;

/// The closed edges, in the order of their numbers. Links between doors and the network are not closed, because
/// they are not ways.
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
            // A lower bound of the distance to any point of the edge.
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
