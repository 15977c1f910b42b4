//! The ends of routes, and an index of the targets of a search by node.

use super::edge::{DirectedEdge, Place};
use super::topology::Topology;

/// A possible beginning or end of a route, with the extra time that it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The place on the network.
    pub place: Place,
    /// The time in tenths of a second between this place and the real origin or destination, for example to a position
    /// beside the network, or up the stairs behind a door.
    pub extra_ds: u32,
}

impl From<Place> for End {
    fn from(place: Place) -> End {
        End { place, extra_ds: 0 }
    }
}

/// A target on an edge, seen from one end of the edge: the node, the directed edge that leaves it, the distance along
/// it in decimetres, the number of the target, and its extra time in tenths of a second.
pub(super) type OnEdge = (u32, DirectedEdge, u32, u32, u32);

/// The targets of a search, by node.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Targets at nodes: the node, the number of the target, and its extra time in tenths of a second; sorted by node.
    at_nodes: Vec<(u32, u32, u32)>,
    /// Targets on edges, sorted by the node from which they are reached.
    on_edges: Vec<OnEdge>,
    pub(super) count: u32,
}

impl Targets {
    pub(super) fn new(topology: &Topology, ends: &[End]) -> Targets {
        let mut targets = Targets {
            count: ends.len() as u32,
            ..Targets::default()
        };
        for (number, end) in ends.iter().enumerate() {
            let number = number as u32;
            match end.place {
                Place::Node(node) => targets.at_nodes.push((node, number, end.extra_ds)),
                Place::OnEdge { edge, offset_dm } => {
                    let length = topology.edge(edge).length_dm;
                    let forward = DirectedEdge::forward(edge);
                    for (directed, length) in [
                        (forward, offset_dm),
                        (forward.reversed(), length.saturating_sub(offset_dm)),
                    ] {
                        let node = topology.tail(directed);
                        let target = (node, directed, length, number, end.extra_ds);
                        targets.on_edges.push(target);
                    }
                }
            }
        }
        targets.at_nodes.sort_unstable();
        targets.on_edges.sort_unstable();
        targets
    }

    pub(super) fn at_node(&self, node: u32) -> &[(u32, u32, u32)] {
        let from = self.at_nodes.partition_point(|t| t.0 < node);
        let until = from + self.at_nodes[from..].partition_point(|t| t.0 == node);
        &self.at_nodes[from..until]
    }

    pub(super) fn beside(&self, node: u32) -> &[OnEdge] {
        let from = self.on_edges.partition_point(|t| t.0 < node);
        let until = from + self.on_edges[from..].partition_point(|t| t.0 == node);
        &self.on_edges[from..until]
    }
}

/// The end of a use of an edge: its head or a target on it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal {
    Node,
    Target { number: u32, extra_ds: u32 },
}

/// A possible use of an edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) edge: DirectedEdge,
    /// The beginning, in decimetres from the tail.
    pub(super) from_dm: u32,
    pub(super) length_dm: u32,
    pub(super) goal: Goal,
}

impl Move {
    pub(super) fn to_target(&(_, edge, length_dm, number, extra_ds): &OnEdge) -> Move {
        Move {
            edge,
            from_dm: 0,
            length_dm,
            goal: Goal::Target { number, extra_ds },
        }
    }
}
