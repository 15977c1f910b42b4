//! Numbers nodes, edges and features along a Hilbert curve: what is near on the ground is near in memory, and the file
//! for phones is small, because numbers that refer to each other differ little.

use crate::network::core::{DirectedEdge, Door, Edge, Gate, Parking, Parts, Place, Turn};
use crate::network::hilbert;

/// Returns the same topology with new numbers.
pub fn along_curve(parts: &Parts) -> Parts {
    let mut nodes: Vec<u32> = (0..parts.nodes.len() as u32).collect();
    nodes.sort_by_cached_key(|old| (hilbert(parts.nodes[*old as usize]), *old));
    let new_node = inverse(&nodes);
    let mut edges: Vec<u32> = (0..parts.edges.len() as u32).collect();
    edges.sort_by_key(|old| {
        let edge = &parts.edges[*old as usize];
        (new_node[edge.from as usize], *old)
    });
    let new_edge = inverse(&edges);
    let features = by_first_use(parts, &edges);
    let new_feature = inverse(&features);
    let node = |old: u32| new_node[old as usize];
    let edge = |old: u32| new_edge[old as usize];
    let feature = |old: u32| new_feature[old as usize];
    let directed = |old: DirectedEdge| match old.is_backward() {
        true => DirectedEdge::backward(edge(old.edge())),
        false => DirectedEdge::forward(edge(old.edge())),
    };
    let mut new = Parts {
        nodes: nodes.iter().map(|old| parts.nodes[*old as usize]).collect(),
        features: (features.iter())
            .map(|old| parts.features[*old as usize].clone())
            .collect(),
        ..Parts::default()
    };
    for old in edges {
        let at = old as usize;
        let begin = at.checked_sub(1);
        let begin = begin.map_or(0, |before| parts.shape_ends[before] as usize);
        let between = &parts.shape_points[begin..parts.shape_ends[at] as usize];
        let old = parts.edges[at];
        let moved = Edge {
            from: node(old.from),
            to: node(old.to),
            feature: feature(old.feature),
            ..old
        };
        new.add_edge(moved, between);
    }
    new.gates = (parts.gates.iter())
        .map(|gate| Gate {
            feature: feature(gate.feature),
            edge: edge(gate.edge),
            compound: gate.compound.map(feature),
        })
        .collect();
    new.gates.sort_by_key(|gate| gate.edge);
    new.doors = (parts.doors.iter())
        .map(|door| Door {
            feature: feature(door.feature),
            place: match door.place {
                Place::Node(old) => Place::Node(node(old)),
                Place::OnEdge {
                    edge: old,
                    offset_dm,
                } => Place::OnEdge {
                    edge: edge(old),
                    offset_dm,
                },
            },
        })
        .collect();
    new.doors.sort_by_key(|door| door.feature);
    new.parkings = (parts.parkings.iter())
        .map(|parking| Parking {
            feature: feature(parking.feature),
            node: node(parking.node),
        })
        .collect();
    new.parkings.sort_by_key(|parking| parking.node);
    new.turns = (parts.turns.iter())
        .map(|turn| Turn {
            feature: feature(turn.feature),
            from: directed(turn.from),
            via: turn.via.iter().map(|old| directed(*old)).collect(),
            to: directed(turn.to),
            ..turn.clone()
        })
        .collect();
    new
}

/// Returns the features in the order in which the edges use them, then the others.
fn by_first_use(parts: &Parts, edges: &[u32]) -> Vec<u32> {
    let mut is_listed = vec![false; parts.features.len()];
    let used = edges.iter().map(|edge| parts.edges[*edge as usize].feature);
    let all = used.chain(0..parts.features.len() as u32);
    all.filter(|feature| !std::mem::replace(&mut is_listed[*feature as usize], true))
        .collect()
}

/// Returns the new number of each old one.
fn inverse(old: &[u32]) -> Vec<u32> {
    let mut new = vec![0; old.len()];
    for (number, old) in old.iter().enumerate() {
        new[*old as usize] = number as u32;
    }
    new
}
