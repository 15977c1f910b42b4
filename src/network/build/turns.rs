//! Turn restrictions: converts routes and the place where they meet to edges.

use std::collections::{HashMap, HashSet, VecDeque};

use super::assemble::Assembled;
use super::features::{Turn, Via};
use super::report::LostTurn;
use super::world::World;
use crate::network::core::{self, DirectedEdge, EdgeKind, TurnKind};

/// The most edges of a restriction between the first and the last.
const LONGEST_VIA: usize = 16;

/// Adds the turn restrictions. Returns those whose routes do not meet.
pub fn place(world: &World<'_>, made: &mut Assembled) -> Vec<LostTurn> {
    let ids = world
        .features
        .by_id(crate::model::names::collection::ROUTES);
    let mut edges: HashMap<u32, Vec<u32>> = HashMap::new();
    for (number, edge) in (0..).zip(&made.parts.edges) {
        if edge.kind == EdgeKind::Way {
            edges.entry(edge.feature).or_default().push(number);
        }
    }
    let mut lost = Vec::new();
    let mut turns = Vec::new();
    for turn in &world.features.turns {
        let of_route = |id: &str| {
            let feature = made.features.get(ids.get(id)?)?;
            edges.get(feature).map(Vec::as_slice)
        };
        let routes = Routes {
            world,
            made,
            of_route: &of_route,
        };
        let found = routes.paths(turn);
        if found.is_empty() {
            lost.push(LostTurn {
                turn: world.name(turn.feature),
            });
        }
        turns.extend(found.into_iter().map(|path| (turn, path)));
    }
    for (turn, (from, via, to)) in turns {
        let named = world.name(turn.feature);
        let feature = match made.features.get(&turn.feature) {
            Some(known) => *known,
            None => {
                let id = format!("{}/{}", named.collection, named.id);
                let index = made.parts.add_feature(id);
                made.features.insert(turn.feature, index);
                index
            }
        };
        made.parts.turns.push(core::Turn {
            feature,
            kind: if turn.is_only {
                TurnKind::Only
            } else {
                TurnKind::No
            },
            from,
            via,
            to,
            except_bikes: turn.except_bikes,
        });
    }
    lost
}

type Path = (DirectedEdge, Vec<DirectedEdge>, DirectedEdge);

struct Routes<'a, F> {
    world: &'a World<'a>,
    made: &'a Assembled,
    of_route: &'a F,
}

impl<'a, F: Fn(&str) -> Option<&'a [u32]>> Routes<'a, F> {
    /// The paths that a restriction forbids or prescribes: the first edge, the edges in between, and the last edge.
    fn paths(&self, turn: &Turn) -> Vec<Path> {
        let (Some(from), Some(to)) = ((self.of_route)(&turn.from), (self.of_route)(&turn.to))
        else {
            return Vec::new();
        };
        let mut found = match &turn.via {
            Via::Place(c) => {
                let vertex = self.world.mesh.vertex_at(*c);
                let nodes = vertex.and_then(|v| self.made.nodes.get(&v));
                nodes
                    .into_iter()
                    .flatten()
                    .flat_map(|node| self.at_node(from, to, *node))
                    .collect()
            }
            Via::Routes(ids) => self.along(from, ids, to),
        };
        // If a route continues beyond the junction, it is unknown which of its two directions is prescribed.
        let targets: HashSet<DirectedEdge> = found.iter().map(|(_, _, to)| *to).collect();
        if turn.is_only && targets.len() > 1 {
            found.clear();
        }
        found
    }

    fn at_node(&self, from: &[u32], to: &[u32], node: u32) -> Vec<Path> {
        let mut found = Vec::new();
        for arriving in self.arriving(from, node) {
            for leaving in self.leaving(to, node) {
                found.push((arriving, Vec::new(), leaving));
            }
        }
        found
    }

    /// The paths along the edges of other routes that use the fewest edges.
    fn along(&self, from: &[u32], ids: &[Box<str>], to: &[u32]) -> Vec<Path> {
        let mut between: HashSet<u32> = HashSet::new();
        for id in ids {
            match (self.of_route)(id) {
                Some(edges) => between.extend(edges),
                None => return Vec::new(),
            }
        }
        let between: Vec<u32> = between.into_iter().collect();
        let mut found = Vec::new();
        for arriving in from
            .iter()
            .flat_map(|e| [DirectedEdge::forward(*e), DirectedEdge::backward(*e)])
        {
            let start = self.head(arriving);
            let mut seen = HashSet::from([start]);
            let mut queue = VecDeque::from([(start, Vec::new())]);
            while let Some((node, path)) = queue.pop_front() {
                let leaving = self.leaving(to, node);
                if !path.is_empty() && !leaving.is_empty() {
                    let is_back = |l: &DirectedEdge| l.edge() == arriving.edge();
                    let ends = leaving.into_iter().filter(|l| !is_back(l));
                    found.extend(ends.map(|leaving| (arriving, path.clone(), leaving)));
                    break;
                }
                if path.len() == LONGEST_VIA {
                    continue;
                }
                for next in self.leaving(&between, node) {
                    if seen.insert(self.head(next)) {
                        let mut longer: Vec<DirectedEdge> = path.clone();
                        longer.push(next);
                        queue.push_back((self.head(next), longer));
                    }
                }
            }
        }
        found
    }

    fn arriving(&self, edges: &[u32], node: u32) -> Vec<DirectedEdge> {
        let leaving = self.leaving(edges, node);
        leaving.into_iter().map(DirectedEdge::reversed).collect()
    }

    fn leaving(&self, edges: &[u32], node: u32) -> Vec<DirectedEdge> {
        let both = edges
            .iter()
            .flat_map(|e| [DirectedEdge::forward(*e), DirectedEdge::backward(*e)]);
        both.filter(|d| self.head(d.reversed()) == node).collect()
    }

    fn head(&self, directed: DirectedEdge) -> u32 {
        let edge = &self.made.parts.edges[directed.edge() as usize];
        if directed.is_backward() {
            edge.from
        } else {
            edge.to
        }
    }
}
