//! A contraction hierarchy (Geisberger et al. 2008) of a network, and lower bounds from it: the exact distance to a
//! target, computed only for the nodes that a search asks for (Strasser, Zeitz: A* with perfect potentials, SEA 2021).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The cost if no path exists.
pub const NEVER: u32 = u32::MAX;

/// The search for a detour stops after this many nodes. Stopping early adds an unnecessary shortcut, but the
/// distances stay exact.
const WITNESS_NODES: u32 = 24;

/// An arc to another node, with the costs in both directions; [`NEVER`] for a direction that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arc {
    node: u32,
    there: u32,
    back: u32,
}

/// Nodes with more arcs than this are not contracted, because the dense rest of the graph would take hours. They form
/// the core, which queries search with plain Dijkstra.
const MOST_ARCS: usize = 12;

/// The hierarchy: each node with the arcs to those that were contracted after it or are in the core.
#[derive(Debug, Clone, Default)]
pub struct Hierarchy {
    first: Vec<u32>,
    up: Vec<Arc>,
    /// A bit for each node: it is in the core.
    core: Vec<u64>,
}

impl Hierarchy {
    /// Builds the hierarchy of `nodes` nodes. Each edge has its costs in both directions, [`NEVER`] for a direction
    /// that does not exist. Returns `None` if `is_cancelled`, which is called regularly, returns true.
    pub fn new(
        nodes: usize,
        edges: impl Iterator<Item = (u32, u32, [u32; 2])>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Option<Hierarchy> {
        let mut contraction = Contraction::new(nodes, edges);
        if !contraction.run(is_cancelled) {
            return None;
        }
        let mut hierarchy = Hierarchy {
            first: Vec::with_capacity(nodes + 1),
            up: Vec::new(),
            core: vec![0; nodes / 64 + 1],
        };
        for node in contraction.left {
            hierarchy.core[node as usize / 64] |= 1 << (node % 64);
        }
        for arcs in &contraction.arcs {
            hierarchy.first.push(hierarchy.up.len() as u32);
            hierarchy.up.extend_from_slice(arcs);
        }
        hierarchy.first.push(hierarchy.up.len() as u32);
        Some(hierarchy)
    }

    /// The number of nodes.
    pub fn node_count(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    fn is_in_core(&self, node: u32) -> bool {
        self.core[node as usize / 64] >> (node % 64) & 1 == 1
    }

    fn up(&self, node: u32) -> &[Arc] {
        let node = node as usize;
        &self.up[self.first[node] as usize..self.first[node + 1] as usize]
    }
}

/// The state of the contraction, which removes nodes one by one.
struct Contraction {
    /// The arcs between remaining nodes. A contracted node keeps its arcs to the nodes that remained at that time.
    arcs: Vec<Vec<Arc>>,
    level: Vec<u32>,
    /// For each node, the cost at which a search for a detour reached it, and the number of that search.
    reached: Vec<(u32, u32)>,
    search: u32,
    queue: BinaryHeap<Reverse<(u32, u32)>>,
    /// The nodes that are not contracted yet.
    left: Vec<u32>,
}

impl Contraction {
    fn new(nodes: usize, edges: impl Iterator<Item = (u32, u32, [u32; 2])>) -> Contraction {
        let mut arcs: Vec<Vec<Arc>> = vec![Vec::new(); nodes];
        for (a, b, [there, back]) in edges.filter(|(a, b, _)| a != b) {
            join(&mut arcs, a, b, there);
            join(&mut arcs, b, a, back);
        }
        Contraction {
            arcs,
            level: vec![0; nodes],
            reached: vec![(0, 0); nodes],
            search: 0,
            queue: BinaryHeap::new(),
            left: Vec::new(),
        }
    }

    /// Contracts the nodes. Returns `false` if it was cancelled.
    fn run(&mut self, is_cancelled: &dyn Fn() -> bool) -> bool {
        let mut order: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::new();
        for node in 0..self.arcs.len() as u32 {
            // The estimate is corrected when the node is taken from the queue.
            let degree = self.arcs[node as usize].len() as u64;
            order.push(Reverse((degree.saturating_sub(1) * 500, node)));
        }
        let mut shortcuts = Vec::new();
        let mut rounds: u32 = 0;
        while let Some(Reverse((_, node))) = order.pop() {
            rounds = rounds.wrapping_add(1);
            if rounds % 512 == 0 && is_cancelled() {
                return false;
            }
            let degree = self.arcs[node as usize].len().max(1);
            if degree > MOST_ARCS {
                self.left.push(node);
                continue;
            }
            self.shortcuts(node, &mut shortcuts);
            let added = 1000 * shortcuts.len() / degree;
            let rank = 1000 * u64::from(self.level[node as usize]) + added as u64;
            if order
                .peek()
                .map_or(false, |Reverse((next, _))| rank > *next)
            {
                order.push(Reverse((rank, node)));
                continue;
            }
            let arcs = std::mem::take(&mut self.arcs[node as usize]);
            for arc in &arcs {
                let other = arc.node as usize;
                self.arcs[other].retain(|a| a.node != node);
                let above = self.level[node as usize] + 1;
                let level = &mut self.level[other];
                *level = (*level).max(above);
            }
            for &(a, b, cost) in &shortcuts {
                join(&mut self.arcs, a, b, cost);
            }
            self.arcs[node as usize] = arcs;
        }
        true
    }

    /// The arcs that have to be added when a node is removed, so that all distances stay the same.
    fn shortcuts(&mut self, node: u32, shortcuts: &mut Vec<(u32, u32, u32)>) {
        shortcuts.clear();
        let arcs = std::mem::take(&mut self.arcs[node as usize]);
        for from in arcs.iter().filter(|a| a.back != NEVER) {
            let others = arcs
                .iter()
                .filter(|a| a.node != from.node && a.there != NEVER);
            let longest = match others.clone().map(|a| a.there).max() {
                Some(longest) => longest.saturating_add(from.back),
                None => continue,
            };
            self.detours(from.node, node, longest);
            for to in others {
                let by_node = from.back.saturating_add(to.there);
                let (search, detour) = self.reached[to.node as usize];
                if search != self.search || detour > by_node {
                    shortcuts.push((from.node, to.node, by_node));
                }
            }
        }
        self.arcs[node as usize] = arcs;
    }

    /// Searches the distances from a node over paths that avoid another node.
    fn detours(&mut self, from: u32, around: u32, longest: u32) {
        self.search += 1;
        self.queue.clear();
        self.reached[from as usize] = (self.search, 0);
        self.queue.push(Reverse((0, from)));
        let mut left = WITNESS_NODES;
        while let Some(Reverse((at, node))) = self.queue.pop() {
            if at > longest || left == 0 {
                break;
            }
            if self.reached[node as usize].1 < at {
                continue;
            }
            left -= 1;
            for arc in &self.arcs[node as usize] {
                let there = at.saturating_add(arc.there);
                let (search, known) = self.reached[arc.node as usize];
                let is_better = search != self.search || there < known;
                if arc.node != around && there <= longest && is_better {
                    self.reached[arc.node as usize] = (self.search, there);
                    self.queue.push(Reverse((there, arc.node)));
                }
            }
        }
    }
}

/// Lowers the cost from a node to another. Adds the arc at both nodes if there is none.
fn join(arcs: &mut [Vec<Arc>], from: u32, to: u32, cost: u32) {
    if cost == NEVER {
        return;
    }
    for (here, node, is_there) in [(from, to, true), (to, from, false)] {
        let arcs = &mut arcs[here as usize];
        let at = match arcs.iter().position(|a| a.node == node) {
            Some(at) => at,
            None => {
                arcs.push(Arc {
                    node,
                    there: NEVER,
                    back: NEVER,
                });
                arcs.len() - 1
            }
        };
        let place = if is_there {
            &mut arcs[at].there
        } else {
            &mut arcs[at].back
        };
        *place = cost.min(*place);
    }
}

/// The distances of one query. The first index says whether the traveller has a vehicle (0) or has none (1), the second
/// is the kind of distance, such as the distance to the targets over all edges (see the constants in `potentials.rs`).
pub(super) type ByClass = [[Distances; 5]; 2];

/// The memory of distances to the targets of one query.
#[derive(Debug, Default)]
pub struct Distances {
    generation: u32,
    /// For nodes above a target in the hierarchy: the generation, and the cost of the best path down to a target. On
    /// such a path, each node was contracted before the node that precedes it.
    down: Vec<(u32, u32)>,
    /// For nodes whose distance is already known: the generation, and the distance.
    known: Vec<(u32, u32)>,
    queue: BinaryHeap<Reverse<(u32, u32)>>,
    /// Nodes of the core that are not settled yet, by distance. They are settled only as far as a request needs.
    core: BinaryHeap<Reverse<(u32, u32)>>,
    stack: Vec<u32>,
}

impl Distances {
    /// Clears the results of the last query and sets the targets: nodes, each with a cost.
    pub fn begin(&mut self, hierarchy: &Hierarchy, targets: &[(u32, u32)]) {
        let nodes = hierarchy.node_count();
        if self.down.len() != nodes || self.generation == u32::MAX {
            self.down = vec![(0, 0); nodes];
            self.known = vec![(0, 0); nodes];
            self.generation = 0;
        }
        self.generation += 1;
        self.queue.clear();
        self.core.clear();
        for &(node, cost) in targets {
            self.lower(hierarchy, node, cost);
        }
        while let Some(Reverse((at, node))) = self.queue.pop() {
            self.look_up(hierarchy, at, node);
        }
    }

    fn look_up(&mut self, hierarchy: &Hierarchy, at: u32, node: u32) {
        if self.down[node as usize].1 < at {
            return;
        }
        for arc in hierarchy.up(node).iter().filter(|a| a.back != NEVER) {
            self.lower(hierarchy, arc.node, at.saturating_add(arc.back));
        }
    }

    fn lower(&mut self, hierarchy: &Hierarchy, node: u32, cost: u32) {
        let place = &mut self.down[node as usize];
        if place.0 != self.generation || cost < place.1 {
            *place = (self.generation, cost);
            if hierarchy.is_in_core(node) {
                self.core.push(Reverse((cost, node)));
            } else {
                self.queue.push(Reverse((cost, node)));
            }
        }
    }

    /// The distance from a node of the core. Settles the core in order of distance until it is known.
    fn of_core(&mut self, hierarchy: &Hierarchy, node: u32) -> u32 {
        loop {
            let found = match self.down[node as usize] {
                (stamp, cost) if stamp == self.generation => cost,
                _ => NEVER,
            };
            match self.core.peek() {
                Some(&Reverse((at, _))) if at < found => {}
                _ => return found,
            }
            if let Some(Reverse((at, next))) = self.core.pop() {
                self.look_up(hierarchy, at, next);
            }
        }
    }

    /// The distance from a node to the nearest target; [`NEVER`] if no path leads to one.
    pub fn of(&mut self, hierarchy: &Hierarchy, node: u32) -> u32 {
        let generation = self.generation;
        let is_known = |known: &[(u32, u32)], node: u32| known[node as usize].0 == generation;
        if is_known(&self.known, node) {
            return self.known[node as usize].1;
        }
        self.stack.push(node);
        while let Some(&top) = self.stack.last() {
            if hierarchy.is_in_core(top) {
                let found = self.of_core(hierarchy, top);
                self.known[top as usize] = (generation, found);
                self.stack.pop();
                continue;
            }
            let mut best = match self.down[top as usize] {
                (stamp, cost) if stamp == generation => cost,
                _ => NEVER,
            };
            let mut is_ready = true;
            for arc in hierarchy.up(top).iter().filter(|a| a.there != NEVER) {
                if is_known(&self.known, arc.node) {
                    let rest = self.known[arc.node as usize].1;
                    best = best.min(rest.saturating_add(arc.there));
                } else {
                    self.stack.push(arc.node);
                    is_ready = false;
                }
            }
            if is_ready {
                self.known[top as usize] = (generation, best);
                self.stack.pop();
            }
        }
        self.known[node as usize].1
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::make::Rng;
    use super::*;

    #[test]
    fn distances_equal_those_of_a_plain_search() {
        let mut rng = Rng(3);
        let mut distances = Distances::default();
        for round in 0..300 {
            // Some of the networks are dense enough to have a core.
            let density = if round % 3 == 0 { 20 } else { 3 };
            let nodes = 2 + rng.below(60) as usize;
            let cost = |rng: &mut Rng| if rng.once_in(5) { NEVER } else { rng.below(50) };
            let edge = |rng: &mut Rng| {
                let ends = (rng.below(nodes as u32), rng.below(nodes as u32));
                (ends.0, ends.1, [cost(rng), cost(rng)])
            };
            let count = rng.below(nodes as u32 * density);
            let edges: Vec<(u32, u32, [u32; 2])> = (0..count).map(|_| edge(&mut rng)).collect();
            let hierarchy = Hierarchy::new(nodes, edges.iter().copied(), &|| false).unwrap();
            let targets: Vec<(u32, u32)> = (0..1 + rng.below(3))
                .map(|_| (rng.below(nodes as u32), rng.below(20)))
                .collect();
            // The expected distances, by the algorithm of Bellman and Ford.
            let mut plain = vec![NEVER; nodes];
            for &(node, cost) in &targets {
                plain[node as usize] = plain[node as usize].min(cost);
            }
            for _ in 0..nodes {
                for &(a, b, [there, back]) in &edges {
                    let (a, b) = (a as usize, b as usize);
                    plain[a] = plain[a].min(plain[b].saturating_add(there));
                    plain[b] = plain[b].min(plain[a].saturating_add(back));
                }
            }
            distances.begin(&hierarchy, &targets);
            let found: Vec<u32> = (0..nodes as u32)
                .map(|n| distances.of(&hierarchy, n))
                .collect();
            assert_eq!(found, plain);
        }
    }
}
