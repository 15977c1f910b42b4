//! The part of a topology that lies in an area. Its features, nodes and edges keep their relative order, so
//! that a phone chooses between equally fast routes as the server does.

use std::collections::HashMap;

use super::is_in;
use crate::network::core::{Blocked, DirectedEdge, Door, Edge, Gate, Parking, Parts, Place, Turn};
use crate::network::nearby::coord;
use crate::spatial::bounds::Bounds;

/// A part of a topology.
pub(super) struct Cut {
    /// The part.
    pub(super) parts: Parts,
    /// For each feature of the part, its number in the whole topology.
    pub(super) features: Vec<u32>,
    /// For each edge of the part, its number in the whole topology.
    edges: Vec<u32>,
}

/// For each number in the whole topology, the number in the part; `None` if it is not in the part.
struct Numbers(Vec<Option<u32>>);

impl Numbers {
    fn new(kept: &[bool]) -> Self {
        let mut next = 0;
        let numbers = kept.iter().map(|kept| {
            kept.then(|| {
                next += 1;
                next - 1
            })
        });
        Self(numbers.collect())
    }

    fn of(&self, old: u32) -> Option<u32> {
        self.0.get(old as usize).copied().flatten()
    }

    fn old(&self) -> Vec<u32> {
        let all = self.0.iter().zip(0..);
        all.filter_map(|(new, old)| new.map(|_| old)).collect()
    }
}

impl Cut {
    /// Returns the edges of which at least one end lies in the area, with everything that belongs to them.
    pub(super) fn of(parts: &Parts, area: Option<Bounds>) -> Self {
        let is_inside: Vec<bool> = (parts.nodes.iter())
            .map(|node| is_in(area, coord(*node)))
            .collect();
        let inside = |node: u32| is_inside.get(node as usize).copied().unwrap_or(false);
        let keeps: Vec<bool> = (parts.edges.iter())
            .map(|edge| inside(edge.from) || inside(edge.to))
            .collect();
        let mut node_kept = vec![false; parts.nodes.len()];
        let mut feature_kept = vec![false; parts.features.len()];
        let mut keep_feature = |feature: u32| {
            if let Some(kept) = feature_kept.get_mut(feature as usize) {
                *kept = true;
            }
        };
        for (edge, _) in parts.edges.iter().zip(&keeps).filter(|(_, kept)| **kept) {
            for node in [edge.from, edge.to] {
                if let Some(kept) = node_kept.get_mut(node as usize) {
                    *kept = true;
                }
            }
            keep_feature(edge.feature);
        }
        let edges = Numbers::new(&keeps);
        let nodes = Numbers::new(&node_kept);
        let gates = parts.gates.iter().filter_map(|gate| {
            let edge = edges.of(gate.edge)?;
            Some(Gate { edge, ..*gate })
        });
        let gates: Vec<Gate> = gates.collect();
        let doors = parts.doors.iter().filter_map(|door| {
            let place = match door.place {
                Place::Node(node) => Place::Node(nodes.of(node)?),
                Place::OnEdge { edge, offset_dm } => Place::OnEdge {
                    edge: edges.of(edge)?,
                    offset_dm,
                },
            };
            Some(Door { place, ..*door })
        });
        let doors: Vec<Door> = doors.collect();
        let parkings = parts.parkings.iter().filter_map(|parking| {
            let node = nodes.of(parking.node)?;
            Some(Parking { node, ..*parking })
        });
        let parkings: Vec<Parking> = parkings.collect();
        let turns = parts.turns.iter().filter_map(|turn| {
            let edge = |old: DirectedEdge| {
                let edge = edges.of(old.edge())?;
                Some(match old.is_backward() {
                    true => DirectedEdge::backward(edge),
                    false => DirectedEdge::forward(edge),
                })
            };
            Some(Turn {
                from: edge(turn.from)?,
                to: edge(turn.to)?,
                via: turn
                    .via
                    .iter()
                    .map(|old| edge(*old))
                    .collect::<Option<_>>()?,
                ..turn.clone()
            })
        });
        let turns: Vec<Turn> = turns.collect();
        gates.iter().for_each(|gate| {
            keep_feature(gate.feature);
            gate.compound.into_iter().for_each(&mut keep_feature);
        });
        doors.iter().for_each(|door| keep_feature(door.feature));
        parkings.iter().for_each(|p| keep_feature(p.feature));
        turns.iter().for_each(|turn| keep_feature(turn.feature));
        let features = Numbers::new(&feature_kept);
        let mut cut = Parts {
            nodes: (nodes.old().iter())
                .map(|old| parts.nodes[*old as usize])
                .collect(),
            features: (features.old().iter())
                .map(|old| parts.features[*old as usize].clone())
                .collect(),
            ..Parts::default()
        };
        let feature = |old: u32| features.of(old).unwrap_or_default();
        for old in edges.old() {
            let edge = parts.edges[old as usize];
            let begin = (old as usize).checked_sub(1);
            let begin = begin.map_or(0, |before| parts.shape_ends[before] as usize);
            let between = &parts.shape_points[begin..parts.shape_ends[old as usize] as usize];
            let edge = core_edge(edge, &nodes, feature(edge.feature));
            cut.add_edge(edge, between);
        }
        let gates = gates.into_iter();
        cut.gates.extend(gates.map(|gate| Gate {
            feature: feature(gate.feature),
            compound: gate.compound.and_then(|c| features.of(c)),
            ..gate
        }));
        let doors = doors.into_iter();
        cut.doors.extend(doors.map(|door| Door {
            feature: feature(door.feature),
            ..door
        }));
        let parkings = parkings.into_iter();
        cut.parkings.extend(parkings.map(|parking| Parking {
            feature: feature(parking.feature),
            ..parking
        }));
        let turns = turns.into_iter();
        cut.turns.extend(turns.map(|turn| Turn {
            feature: feature(turn.feature),
            ..turn
        }));
        Self {
            parts: cut,
            features: features.old(),
            edges: edges.old(),
        }
    }

    /// Returns the closed edges of the part.
    pub(super) fn blocked(&self, all: &[(u32, Blocked)]) -> Vec<(u32, Blocked)> {
        let all: HashMap<u32, Blocked> = all.iter().copied().collect();
        let edges = self.edges.iter().zip(0..);
        let blocked = edges.filter_map(|(old, new)| Some((new, *all.get(old)?)));
        blocked.collect()
    }
}

fn core_edge(edge: Edge, nodes: &Numbers, feature: u32) -> Edge {
    Edge {
        from: nodes.of(edge.from).unwrap_or_default(),
        to: nodes.of(edge.to).unwrap_or_default(),
        feature,
        ..edge
    }
}
