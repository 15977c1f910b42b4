//! The parts of a topology, and the check that they are consistent.

use std::fmt;

use super::edge::{DirectedEdge, Edge, EdgeKind, Place, Point};

/// A gate of a compound, or a barrier on a way.
///
/// A gate is an edge, not a node, so its hours, admission and passing time are read like those of any other edge. The
/// ways outside end at the node `from` of the edge, the ways inside at the node `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The entrance, an index in the table of features.
    pub feature: u32,
    /// The edge of kind [`EdgeKind::Gate`].
    pub edge: u32,
    /// The compound that it leads into, an index in the table of features; `None` for a bollard.
    pub compound: Option<u32>,
}

/// A door of a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// The entrance, an index in the table of features.
    pub feature: u32,
    /// The place on the network.
    pub place: Place,
}

/// A parking place (停车点).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parking {
    /// The facility, an index in the table of features.
    pub feature: u32,
    /// The node at which a bike is parked.
    pub node: u32,
}

/// Whether a restriction forbids its turn or all other turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnKind {
    /// `no_left_turn` and the like: from `from`, riders must not continue on `to`.
    No,
    /// `only_straight_on` and the like: from `from`, riders must continue on `via` and `to`.
    Only,
}

/// A turn restriction. It applies to travellers who ride all of its edges, and not to those who push or walk
/// along one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The feature of the restriction, an index in the table of features.
    pub feature: u32,
    /// Whether the turn is forbidden or the only one allowed.
    pub kind: TurnKind,
    /// The edge it begins on, in the direction of riding.
    pub from: DirectedEdge,
    /// The edges between `from` and `to`, in the direction of riding; empty if these meet at a node.
    pub via: Vec<DirectedEdge>,
    /// The edge it ends on, in the direction of riding.
    pub to: DirectedEdge,
    /// Whether bikes are excepted.
    pub except_bikes: bool,
}

/// The parts of a topology, as a builder or the reader of a file creates them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// The position of each node.
    pub nodes: Vec<Point>,
    /// The edges.
    pub edges: Vec<Edge>,
    /// For each edge, the index after its last point in `shape_points`.
    pub shape_ends: Vec<u32>,
    /// The points of all edges in the direction in which they are drawn, without the points of their nodes.
    pub shape_points: Vec<Point>,
    /// The ids of the features, each written `collection/id`.
    pub features: Vec<String>,
    /// The gates, in the order of their edges.
    pub gates: Vec<Gate>,
    /// The doors, in the order of their features.
    pub doors: Vec<Door>,
    /// The parking places, in the order of their nodes.
    pub parkings: Vec<Parking>,
    /// The turn restrictions.
    pub turns: Vec<Turn>,
}

impl Parts {
    /// Adds a node and returns its number.
    pub fn add_node(&mut self, at: Point) -> u32 {
        self.nodes.push(at);
        (self.nodes.len() - 1) as u32
    }

    /// Adds an edge with the points between its nodes and returns its number.
    pub fn add_edge(&mut self, edge: Edge, between: &[Point]) -> u32 {
        self.edges.push(edge);
        self.shape_points.extend_from_slice(between);
        self.shape_ends.push(self.shape_points.len() as u32);
        (self.edges.len() - 1) as u32
    }

    /// Adds the id of a feature and returns its index, without checking for duplicates.
    pub fn add_feature(&mut self, id: impl Into<String>) -> u32 {
        self.features.push(id.into());
        (self.features.len() - 1) as u32
    }
}

/// The reason why parts are not a valid topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The list that contains the error, such as `edges`.
    pub list: &'static str,
    /// The index of the invalid entry.
    pub entry: usize,
    /// What is wrong with the entry.
    pub reason: &'static str,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The network is not valid: {}[{}] {}.",
            self.list, self.entry, self.reason
        )
    }
}

impl std::error::Error for Invalid {}

/// The maximum number of edges of a turn restriction between its first and its last.
const LONGEST_VIA: usize = 16;

pub(super) fn check(parts: &Parts) -> Result<(), Invalid> {
    let (nodes, edges, features) = (parts.nodes.len(), parts.edges.len(), parts.features.len());
    let fail = |list, entry, reason| {
        Err(Invalid {
            list,
            entry,
            reason,
        })
    };
    if nodes > u32::MAX as usize / 4 || edges > u32::MAX as usize / 4 {
        return fail("edges", edges, "is more than the network can hold");
    }
    for (at, edge) in parts.edges.iter().enumerate() {
        if edge.from as usize >= nodes || edge.to as usize >= nodes {
            return fail("edges", at, "has a node that does not exist");
        }
        if edge.feature as usize >= features {
            return fail("edges", at, "has a feature that does not exist");
        }
    }
    if parts.shape_ends.len() != edges {
        return fail(
            "shape_ends",
            parts.shape_ends.len(),
            "has no edge, or an edge has none",
        );
    }
    let mut before = 0;
    for (at, &end) in parts.shape_ends.iter().enumerate() {
        if end < before || end as usize > parts.shape_points.len() {
            return fail("shape_ends", at, "is out of order");
        }
        before = end;
    }
    for (at, gate) in parts.gates.iter().enumerate() {
        if gate.edge as usize >= edges || parts.edges[gate.edge as usize].kind != EdgeKind::Gate {
            return fail("gates", at, "has an edge that is no gate");
        }
        if at > 0 && parts.gates[at - 1].edge >= gate.edge {
            return fail("gates", at, "is out of order");
        }
        let is_known = |feature: u32| (feature as usize) < features;
        if !is_known(gate.feature) || !gate.compound.map_or(true, is_known) {
            return fail("gates", at, "has a feature that does not exist");
        }
    }
    for (at, door) in parts.doors.iter().enumerate() {
        if door.feature as usize >= features {
            return fail("doors", at, "has a feature that does not exist");
        }
        if at > 0 && parts.doors[at - 1].feature > door.feature {
            return fail("doors", at, "is out of order");
        }
        let is_there = match door.place {
            Place::Node(node) => (node as usize) < nodes,
            Place::OnEdge { edge, offset_dm } => {
                (edge as usize) < edges && offset_dm <= parts.edges[edge as usize].length_dm
            }
        };
        if !is_there {
            return fail("doors", at, "lies at a place that does not exist");
        }
    }
    for (at, parking) in parts.parkings.iter().enumerate() {
        if parking.node as usize >= nodes || parking.feature as usize >= features {
            return fail(
                "parkings",
                at,
                "has a node or a feature that does not exist",
            );
        }
        if at > 0 && parts.parkings[at - 1].node > parking.node {
            return fail("parkings", at, "is out of order");
        }
    }
    for (at, turn) in parts.turns.iter().enumerate() {
        if turn.feature as usize >= features {
            return fail("turns", at, "has a feature that does not exist");
        }
        if turn.via.len() > LONGEST_VIA {
            return fail("turns", at, "has too many edges");
        }
        let mut node = None;
        for directed in Some(&turn.from)
            .into_iter()
            .chain(&turn.via)
            .chain(Some(&turn.to))
        {
            let edge = match parts.edges.get(directed.edge() as usize) {
                Some(edge) => edge,
                None => return fail("turns", at, "has an edge that does not exist"),
            };
            let (tail, head) = if directed.is_backward() {
                (edge.to, edge.from)
            } else {
                (edge.from, edge.to)
            };
            if node.map_or(false, |node| node != tail) {
                return fail("turns", at, "has edges that do not meet");
            }
            node = Some(head);
        }
    }
    Ok(())
}
