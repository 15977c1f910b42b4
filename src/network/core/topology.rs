//! What is joined to what: nodes, edges, gates, doors and turn restrictions. Nothing in it says who may pass.

use std::fmt;

use super::geometry::Plane;
use super::turns::TurnStates;

/// A position on WGS 84 in 1e-7 of a degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Point {
    /// Longitude, -1,800,000,000 to 1,800,000,000.
    pub lon: i32,
    /// Latitude, -900,000,000 to 900,000,000.
    pub lat: i32,
}

impl Point {
    /// The point of a longitude and a latitude in degrees, rounded to 1e-7 of a degree.
    pub fn from_degrees(lon: f64, lat: f64) -> Point {
        Point {
            lon: (lon * 1e7).round() as i32,
            lat: (lat * 1e7).round() as i32,
        }
    }

    /// Longitude and latitude in degrees.
    pub fn degrees(self) -> (f64, f64) {
        (f64::from(self.lon) * 1e-7, f64::from(self.lat) * 1e-7)
    }
}

/// How an edge came about. What it is like to use follows from the attributes of its feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum EdgeKind {
    /// A piece of a mapped way; the feature is the route.
    Way,
    /// The line of sight between a door and the network; the feature is the entrance.
    DoorLink,
    /// A line across an area; the feature is the area.
    AreaCrossing,
    /// A piece of a mapped way that crosses a barrier where no gate is mapped. It is used on foot only; the feature is
    /// the route.
    AssumedCrossing,
    /// A ride in a lift; `length_dm` is the height, 30 dm a storey where nothing better is known. The feature is the
    /// lift.
    Lift,
    /// The passage through a gate, a bollard or another barrier, from outside (`from`) to inside (`to`). Both nodes lie
    /// at the same place and `length_dm` is 0. The feature is the entrance.
    Gate,
}

impl EdgeKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [EdgeKind; 6] = [
        EdgeKind::Way,
        EdgeKind::DoorLink,
        EdgeKind::AreaCrossing,
        EdgeKind::AssumedCrossing,
        EdgeKind::Lift,
        EdgeKind::Gate,
    ];
}

/// An edge in the direction in which it was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The node where the drawing begins.
    pub from: u32,
    /// The node where it ends.
    pub to: u32,
    /// The length in decimetres, rounded up ([`super::geometry::length_dm`]).
    pub length_dm: u32,
    /// Whose attributes hold: an index in the table of features.
    pub feature: u32,
    /// How it came about.
    pub kind: EdgeKind,
}

/// An edge in one of its two directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectedEdge(pub u32);

impl DirectedEdge {
    /// An edge from `from` to `to`.
    pub const fn forward(edge: u32) -> DirectedEdge {
        DirectedEdge(edge << 1)
    }

    /// An edge from `to` to `from`.
    pub const fn backward(edge: u32) -> DirectedEdge {
        DirectedEdge(edge << 1 | 1)
    }

    /// The edge without its direction.
    pub const fn edge(self) -> u32 {
        self.0 >> 1
    }

    /// Whether it leads from `to` to `from`.
    pub const fn is_backward(self) -> bool {
        self.0 & 1 == 1
    }

    /// The same edge in the other direction.
    pub const fn reversed(self) -> DirectedEdge {
        DirectedEdge(self.0 ^ 1)
    }
}

/// A place on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A node.
    Node(u32),
    /// A point on an edge.
    OnEdge {
        /// The edge.
        edge: u32,
        /// How far from its beginning, in decimetres; at most its length.
        offset_dm: u32,
    },
}

/// A gate of a compound, or a barrier on a way.
///
/// A gate is an edge and no node: the hours, the admission and the seconds of a gate are then read like those of any
/// other edge. The ways outside end at the node `from` of the edge, those inside at the node `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// The entrance, an index in the table of features.
    pub feature: u32,
    /// The edge of kind [`EdgeKind::Gate`].
    pub edge: u32,
    /// The compound it leads into, an index in the table of features; `None` for a bollard.
    pub compound: Option<u32>,
}

/// A door of a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    /// The entrance, an index in the table of features.
    pub feature: u32,
    /// Where it is.
    pub place: Place,
}

/// A parking place (停车点).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parking {
    /// The facility, an index in the table of features.
    pub feature: u32,
    /// The node at which a bike is left.
    pub node: u32,
}

/// Whether a turn is forbidden, or all others are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnKind {
    /// `no_left_turn` and the like: who comes by `from` must not go on to `to`.
    No,
    /// `only_straight_on` and the like: who comes by `from` must go on by `via` and `to`.
    Only,
}

/// A turn restriction. It binds those who ride all of its edges; who pushes or walks one of them is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The feature of the restriction, an index in the table of features.
    pub feature: u32,
    /// Whether the turn is forbidden or the only one.
    pub kind: TurnKind,
    /// The edge it begins on, in the direction of riding.
    pub from: DirectedEdge,
    /// The edges between, in the direction of riding; empty where `from` and `to` meet at a node.
    pub via: Vec<DirectedEdge>,
    /// The edge it ends on, in the direction of riding.
    pub to: DirectedEdge,
    /// Whether bikes are excepted.
    pub except_bikes: bool,
}

/// What a topology is made of, as a builder or the reader of a file puts it together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// Where each node is.
    pub nodes: Vec<Point>,
    /// The edges.
    pub edges: Vec<Edge>,
    /// Where the points of each edge end in `shape_points`; as many as there are edges.
    pub shape_ends: Vec<u32>,
    /// The points of all edges in the direction of drawing, without those of their nodes.
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

    /// Adds the id of a feature and returns its index. Does not look whether it is there already.
    pub fn add_feature(&mut self, id: impl Into<String>) -> u32 {
        self.features.push(id.into());
        (self.features.len() - 1) as u32
    }
}

/// Why parts make no topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The list in which it is wrong, such as `edges`.
    pub list: &'static str,
    /// Which entry of the list.
    pub entry: usize,
    /// What is wrong with it.
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

/// Nodes and edges with the edges at each node. Every index in it is valid.
#[derive(Debug, Clone)]
pub struct Topology {
    parts: Parts,
    /// Where the edges at each node begin in `out`; one more than there are nodes.
    first_out: Vec<u32>,
    /// The edges that leave each node. An edge from a node to itself leaves it twice.
    out: Vec<DirectedEdge>,
    turns: TurnStates,
    plane: Plane,
    stretch: f64,
}

impl Topology {
    /// Checks the parts and joins them.
    pub fn new(parts: Parts) -> Result<Topology, Invalid> {
        check(&parts)?;
        let mut first_out = vec![0_u32; parts.nodes.len() + 1];
        for edge in &parts.edges {
            first_out[edge.from as usize + 1] += 1;
            first_out[edge.to as usize + 1] += 1;
        }
        for node in 0..parts.nodes.len() {
            first_out[node + 1] += first_out[node];
        }
        let mut next = first_out.clone();
        let mut out = vec![DirectedEdge(0); parts.edges.len() * 2];
        for (number, edge) in parts.edges.iter().enumerate() {
            for (node, directed) in [
                (edge.from, DirectedEdge::forward(number as u32)),
                (edge.to, DirectedEdge::backward(number as u32)),
            ] {
                let place = &mut next[node as usize];
                out[*place as usize] = directed;
                *place += 1;
            }
        }
        let out_of = |node: u32| {
            let node = node as usize;
            &out[first_out[node] as usize..first_out[node + 1] as usize]
        };
        let turns = TurnStates::new(&parts, |directed| {
            let edge = &parts.edges[directed.edge() as usize];
            out_of(if directed.is_backward() {
                edge.from
            } else {
                edge.to
            })
        });
        let (plane, stretch) = straight(&parts);
        Ok(Topology {
            turns,
            plane,
            stretch,
            parts,
            first_out,
            out,
        })
    }

    /// What it was made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.parts.nodes.len()
    }

    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.parts.edges.len()
    }

    /// Where a node is.
    pub fn point(&self, node: u32) -> Point {
        self.parts.nodes[node as usize]
    }

    /// An edge by its number.
    pub fn edge(&self, edge: u32) -> &Edge {
        &self.parts.edges[edge as usize]
    }

    /// The edges that leave a node, each in the direction that leads away.
    pub fn out(&self, node: u32) -> &[DirectedEdge] {
        let node = node as usize;
        &self.out[self.first_out[node] as usize..self.first_out[node + 1] as usize]
    }

    /// The node in which a directed edge begins.
    pub fn tail(&self, directed: DirectedEdge) -> u32 {
        let edge = self.edge(directed.edge());
        if directed.is_backward() {
            edge.to
        } else {
            edge.from
        }
    }

    /// The node in which a directed edge ends.
    pub fn head(&self, directed: DirectedEdge) -> u32 {
        self.tail(directed.reversed())
    }

    /// The turn restrictions as a state machine.
    pub fn turns(&self) -> &TurnStates {
        &self.turns
    }

    /// A lower bound of the way between two points along edges, in decimetres.
    pub fn straight_dm(&self, a: Point, b: Point) -> f64 {
        self.plane.distance_dm(a, b) * self.stretch
    }

    /// The points of an edge between its nodes, in the direction of drawing.
    pub fn shape(&self, edge: u32) -> &[Point] {
        let ends = &self.parts.shape_ends;
        let edge = edge as usize;
        let from = if edge == 0 { 0 } else { ends[edge - 1] };
        &self.parts.shape_points[from as usize..ends[edge] as usize]
    }

    /// The ids of the features by index, each written `collection/id`.
    pub fn features(&self) -> &[String] {
        &self.parts.features
    }

    /// The gates, in the order of their edges.
    pub fn gates(&self) -> &[Gate] {
        &self.parts.gates
    }

    /// The doors, in the order of their features.
    pub fn doors(&self) -> &[Door] {
        &self.parts.doors
    }

    /// The parking places, in the order of their nodes.
    pub fn parkings(&self) -> &[Parking] {
        &self.parts.parkings
    }

    /// The parking places at a node.
    pub fn parkings_at(&self, node: u32) -> &[Parking] {
        let all = &self.parts.parkings;
        let from = all.partition_point(|p| p.node < node);
        let until = all.partition_point(|p| p.node <= node);
        &all[from..until]
    }

    /// Whether a place exists.
    pub fn has(&self, place: Place) -> bool {
        match place {
            Place::Node(node) => (node as usize) < self.node_count(),
            Place::OnEdge { edge, offset_dm } => {
                (edge as usize) < self.edge_count() && offset_dm <= self.edge(edge).length_dm
            }
        }
    }
}

/// The plane of a network, and the least ratio of the length of an edge to the straight line between its nodes on it.
/// So no way is shorter than the straight line times that ratio, whatever the plane bends.
fn straight(parts: &Parts) -> (Plane, f64) {
    let sum: i64 = parts.nodes.iter().map(|n| i64::from(n.lat)).sum();
    let middle = sum / (parts.nodes.len() as i64).max(1);
    let plane = Plane::at(middle as i32);
    let mut stretch: f64 = 1.0;
    for edge in &parts.edges {
        let ends = (
            parts.nodes[edge.from as usize],
            parts.nodes[edge.to as usize],
        );
        let straight = plane.distance_dm(ends.0, ends.1);
        if straight > 0.0 {
            stretch = stretch.min(f64::from(edge.length_dm) / straight);
        }
    }
    (plane, stretch)
}

/// How many edges a turn restriction may have between its first and its last.
const LONGEST_VIA: usize = 16;

fn check(parts: &Parts) -> Result<(), Invalid> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: u32, to: u32) -> Edge {
        Edge {
            from,
            to,
            length_dm: 100,
            feature: 0,
            kind: EdgeKind::Way,
        }
    }

    /// ```text
    /// 0 ──e0── 1 ──e1── 2
    ///          └──e2── 3
    /// ```
    fn parts() -> Parts {
        let mut parts = Parts::default();
        for n in 0..4 {
            parts.add_node(Point { lon: n, lat: 0 });
        }
        parts.add_feature("routes/a");
        parts.add_edge(edge(0, 1), &[]);
        parts.add_edge(edge(1, 2), &[Point { lon: 7, lat: 7 }]);
        parts.add_edge(edge(3, 1), &[]);
        parts
    }

    #[test]
    fn the_edges_at_a_node_lead_away_from_it() {
        let topology = Topology::new(parts()).unwrap();
        let heads = |node| -> Vec<u32> {
            let out = topology.out(node);
            out.iter().map(|d| topology.head(*d)).collect()
        };
        assert_eq!(heads(1), [0, 2, 3]);
        assert_eq!(heads(3), [1]);
        assert!(topology.out(1).iter().all(|d| topology.tail(*d) == 1));
        assert_eq!(topology.shape(1), [Point { lon: 7, lat: 7 }]);
        assert!(topology.shape(0).is_empty() && topology.shape(2).is_empty());
    }

    #[test]
    fn a_loop_leaves_its_node_twice() {
        let mut parts = parts();
        parts.add_edge(edge(2, 2), &[]);
        let topology = Topology::new(parts).unwrap();
        let loops = topology.out(2).iter().filter(|d| d.edge() == 3).count();
        assert_eq!(loops, 2);
    }

    #[test]
    fn parts_that_do_not_fit_are_named() {
        let wrong = |spoil: &dyn Fn(&mut Parts)| {
            let mut parts = parts();
            spoil(&mut parts);
            Topology::new(parts).unwrap_err().to_string()
        };
        let turn = Turn {
            feature: 0,
            kind: TurnKind::No,
            from: DirectedEdge::forward(0),
            via: Vec::new(),
            to: DirectedEdge::forward(1),
            except_bikes: false,
        };
        let gate = Gate {
            feature: 0,
            edge: 1,
            compound: None,
        };
        assert!(wrong(&|p| p.edges[2].from = 9).contains("edges[2] has a node"));
        assert!(wrong(&|p| p.edges[1].feature = 1).contains("edges[1] has a feature"));
        assert!(wrong(&|p| p.shape_ends[0] = 5).contains("shape_ends[0]"));
        assert!(wrong(&|p| p.shape_ends.truncate(1)).contains("shape_ends[1]"));
        assert!(wrong(&|p| p.gates.push(gate)).contains("gates[0] has an edge"));
        let door = Door {
            feature: 0,
            place: Place::OnEdge {
                edge: 0,
                offset_dm: 101,
            },
        };
        assert!(wrong(&|p| p.doors.push(door)).contains("doors[0] lies at a place"));
        let parking = Parking {
            feature: 0,
            node: 4,
        };
        assert!(wrong(&|p| p.parkings.push(parking)).contains("parkings[0]"));
        let apart = Turn {
            to: DirectedEdge::backward(1),
            ..turn.clone()
        };
        assert!(wrong(&|p| p.turns.push(apart.clone())).contains("do not meet"));
        let mut right = parts();
        right.turns.push(turn);
        Topology::new(right).unwrap();
    }

    #[test]
    fn directions_turn_around() {
        let forward = DirectedEdge::forward(5);
        assert_eq!(forward.reversed(), DirectedEdge::backward(5));
        assert_eq!(forward.reversed().reversed(), forward);
        assert!(forward.edge() == 5 && !forward.is_backward());
    }
}
