//! Which doors a change can concern.
//!
//! A route passes private land at its two ends only. So a gate or a lane of private land concerns the doors on that land,
//! and nobody else; a public gate and a street concern everybody. Private land is found on the network: nodes that are
//! joined by edges of private land, or by gates and doors with private land on at least one side.

use std::collections::{BTreeMap, BTreeSet};

use crate::live::Ways;
use crate::network::core::{Attributes as _, DirectedEdge, EdgeKind, Place, Profile, Zone};
use crate::service::routes::{Ground, Targets};

/// The private lands of a network.
#[derive(Debug)]
pub(super) struct Lands {
    /// The land of each node, named by the number of one node of that land.
    land: Vec<u32>,
    /// Whether an edge of public land meets the node.
    is_public: Vec<bool>,
    /// The lands where gates alone join two public nodes. They can be passed through.
    passages: BTreeSet<u32>,
    /// The edges of each feature: the index of the feature and the edge, sorted.
    edges: Vec<(u32, u32)>,
}

/// How an edge may be used, by the class of access alone.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Public,
    Private,
    /// A gate or a door that is not private itself.
    Neutral,
}

fn kind(ground: &Ground, ways: &Ways, profile: &Profile, edge: u32) -> Kind {
    let data = ways.topology.edge(edge);
    let zone = profile.zone(ground.table.attr(data.feature).access);
    let is_structure = !matches!(data.kind, EdgeKind::Way | EdgeKind::AreaCrossing);
    match zone {
        Zone::Through if is_structure => Kind::Neutral,
        Zone::Through => Kind::Public,
        // A change may open an edge that nobody may use now, so such an edge counts as private.
        Zone::Ends | Zone::Never => Kind::Private,
    }
}

impl Lands {
    pub(super) fn new(ground: &Ground, ways: &Ways, profile: &Profile) -> Self {
        let topology = &ways.topology;
        let edges = || 0..topology.edge_count() as u32;
        let ends = |edge: u32| {
            let forward = DirectedEdge::forward(edge);
            (topology.tail(forward), topology.head(forward))
        };
        let nodes = topology.node_count();
        let mut is_public = vec![false; nodes];
        for edge in edges().filter(|e| kind(ground, ways, profile, *e) == Kind::Public) {
            let (a, b) = ends(edge);
            is_public[a as usize] = true;
            is_public[b as usize] = true;
        }
        let (mut lands, mut gates) = (Sets::new(nodes), Sets::new(nodes));
        for edge in edges() {
            let (a, b) = ends(edge);
            match kind(ground, ways, profile, edge) {
                Kind::Public => {}
                Kind::Private => lands.join(a, b),
                Kind::Neutral => {
                    gates.join(a, b);
                    if !(is_public[a as usize] && is_public[b as usize]) {
                        lands.join(a, b);
                    }
                }
            }
        }
        // Finds rows of connected gates with public land at more than one end.
        let mut public_ends: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for node in (0..nodes as u32).filter(|n| is_public[*n as usize]) {
            public_ends.entry(gates.of(node)).or_default().push(node);
        }
        let passed: BTreeSet<u32> = public_ends
            .into_iter()
            .filter(|(_, ends)| ends.len() > 1)
            .map(|(row, _)| row)
            .collect();
        let passages = (0..nodes as u32)
            .filter(|node| passed.contains(&gates.of(*node)))
            .map(|node| lands.of(node))
            .collect();
        Self {
            land: (0..nodes as u32).map(|node| lands.of(node)).collect(),
            is_public,
            passages,
            edges: {
                let mut all: Vec<(u32, u32)> =
                    edges().map(|e| (topology.edge(e).feature, e)).collect();
                all.sort_unstable();
                all
            },
        }
    }

    /// The lands whose doors a feature concerns; `None` if it concerns everybody. `feature` indexes the topology.
    pub(super) fn of_feature(
        &self,
        (ground, ways): (&Ground, &Ways),
        profile: &Profile,
        feature: u32,
    ) -> Option<BTreeSet<u32>> {
        let topology = &ways.topology;
        let first = self.edges.partition_point(|(own, _)| *own < feature);
        let own = self.edges[first..]
            .iter()
            .take_while(|(own, _)| *own == feature);
        let mut lands = BTreeSet::new();
        for (_, edge) in own {
            let edge = *edge;
            if kind(ground, ways, profile, edge) == Kind::Public {
                return None;
            }
            let forward = DirectedEdge::forward(edge);
            let ends = [topology.tail(forward), topology.head(forward)];
            if ends.iter().all(|node| self.is_public[*node as usize]) {
                return None;
            }
            lands.extend(ends.map(|node| self.land[node as usize]));
        }
        let is_passed = lands.iter().any(|land| self.passages.contains(land));
        (!is_passed).then_some(lands)
    }

    /// The lands on which places are, by the number of the place.
    pub(super) fn of_places(
        &self,
        (ground, ways): (&Ground, &Ways),
        profile: &Profile,
        places: &Targets,
    ) -> Vec<BTreeSet<u32>> {
        let mut lands = vec![BTreeSet::new(); places.len()];
        for (place, number) in places.places() {
            let own = match place {
                Place::Node(node) => Some(self.land[node as usize]),
                // A place on a public way is on no private land.
                Place::OnEdge { edge, .. } if kind(ground, ways, profile, edge) == Kind::Public => {
                    None
                }
                Place::OnEdge { edge, .. } => {
                    let tail = ways.topology.tail(DirectedEdge::forward(edge));
                    Some(self.land[tail as usize])
                }
            };
            lands[number as usize].extend(own);
        }
        lands
    }
}

/// Disjoint sets of numbers.
#[derive(Debug)]
pub(super) struct Sets(Vec<u32>);

impl Sets {
    pub(super) fn new(count: usize) -> Self {
        Self((0..count as u32).collect())
    }

    /// The representative of the set that contains a number: the same one for all numbers of the set.
    pub(super) fn of(&mut self, number: u32) -> u32 {
        let mut root = number;
        while self.0[root as usize] != root {
            root = self.0[root as usize];
        }
        let mut next = number;
        while self.0[next as usize] != root {
            next = std::mem::replace(&mut self.0[next as usize], root);
        }
        root
    }

    pub(super) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a as usize] = b;
    }
}
