//! The structure of the network: nodes, edges, gates, doors and turn restrictions. It does not contain who may pass.

use super::edge::{DirectedEdge, Edge, Place, Point};
use super::geometry::Plane;
use super::parts::{Door, Gate, Invalid, Parking, Parts, check};
use super::turns::TurnStates;

/// Nodes and edges with the edges at each node. Every index in it is valid.
#[derive(Debug, Clone)]
pub struct Topology {
    parts: Parts,
    /// For each node, the index of its first edge in `out`, then the length of `out`.
    first_out: Vec<u32>,
    /// The edges that leave each node. An edge from a node to itself is listed twice.
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

    /// The parts that it consists of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The number of nodes.
    pub fn node_count(&self) -> usize {
        self.parts.nodes.len()
    }

    /// The number of edges.
    pub fn edge_count(&self) -> usize {
        self.parts.edges.len()
    }

    /// The position of a node.
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

    /// A lower bound of the length of any path between two points along edges, in decimetres.
    pub fn straight_dm(&self, a: Point, b: Point) -> f64 {
        self.plane.distance_dm(a, b) * self.stretch
    }

    /// The points of an edge between its nodes, in the direction in which it is drawn.
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

/// The plane of a network, and the least ratio of the length of an edge to the straight line between its nodes in the
/// plane. No path is shorter than the straight line times this ratio, whatever the distortion of the plane.
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

#[cfg(test)]
mod tests {
    use super::super::edge::EdgeKind;
    use super::super::parts::{Turn, TurnKind};
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
