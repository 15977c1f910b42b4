//! Undirected graphs with whole-number edge lengths, and the distances between all pairs of their vertices.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::control::{Control, Halt};

/// An undirected graph. Every vertex is a demand point of weight 1 and also a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    vertices: usize,
    /// For each vertex: its neighbours, each with the length of the edge.
    edges: Vec<Vec<(u32, u32)>>,
}

/// The distance between two vertices that no path connects.
pub const UNREACHABLE: u32 = u32::MAX;

impl Graph {
    /// Creates a graph from edges `(a, b, length)` between vertices `0..vertices`. If an edge is listed twice, the last
    /// length counts.
    pub fn new(vertices: usize, list: impl IntoIterator<Item = (u32, u32, u32)>) -> Self {
        let mut lengths = BTreeMap::new();
        for (a, b, length) in list {
            lengths.insert((a.min(b), a.max(b)), length);
        }
        let mut edges = vec![Vec::new(); vertices];
        for ((a, b), length) in lengths {
            edges[a as usize].push((b, length));
            edges[b as usize].push((a, length));
        }
        Self { vertices, edges }
    }

    /// The number of vertices.
    pub fn vertices(&self) -> usize {
        self.vertices
    }

    /// The distances between all pairs of vertices, as a square matrix row by row; [`UNREACHABLE`] where no path
    /// exists. Runs Dijkstra's algorithm from each vertex.
    ///
    /// # Errors
    ///
    /// The reason to stop, if the control returns one.
    pub fn distances(&self, control: &Control<'_>) -> Result<Vec<u32>, Halt> {
        let n = self.vertices;
        let mut all = vec![UNREACHABLE; n * n];
        let mut queue = BinaryHeap::new();
        for (source, row) in all.chunks_exact_mut(n.max(1)).enumerate() {
            if let Some(halt) = control.halt() {
                return Err(halt);
            }
            row[source] = 0;
            queue.push(Reverse((0_u32, source as u32)));
            while let Some(Reverse((distance, vertex))) = queue.pop() {
                if distance > row[vertex as usize] {
                    continue;
                }
                for &(next, length) in &self.edges[vertex as usize] {
                    let reached = distance.saturating_add(length);
                    if reached < row[next as usize] {
                        row[next as usize] = reached;
                        queue.push(Reverse((reached, next)));
                    }
                }
            }
        }
        Ok(all)
    }

    /// Whether every vertex can be reached from every other one.
    pub fn is_connected(&self) -> bool {
        let mut seen = vec![false; self.vertices];
        let mut open: Vec<usize> = (self.vertices > 0).then_some(0).into_iter().collect();
        while let Some(vertex) = open.pop() {
            if !std::mem::replace(&mut seen[vertex], true) {
                open.extend(self.edges[vertex].iter().map(|(next, _)| *next as usize));
            }
        }
        seen.iter().all(|s| *s)
    }
}
