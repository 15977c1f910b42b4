//! Random graphs like those of the OR-Library's p-median instances (Beasley 1985), for tests and benchmarks: connected,
//! about `n²/50` edges for `n` vertices, edge lengths 1 to 100.

use super::graph::Graph;
use super::random::Random;

/// A random connected graph with `vertices` vertices. The same seed gives the same graph.
pub fn random_graph(vertices: usize, seed: u64) -> Graph {
    Graph::new(vertices, random_edges(vertices, seed))
}

/// The edges of [`random_graph`], each as two vertices and a length.
pub fn random_edges(vertices: usize, seed: u64) -> Vec<(u32, u32, u32)> {
    let mut random = Random::new(seed);
    let mut edges = Vec::new();
    // A random tree connects all vertices. The other edges join random pairs of vertices.
    for vertex in 1..vertices {
        let other = random.below(vertex);
        edges.push((other as u32, vertex as u32, 1 + random.below(100) as u32));
    }
    while edges.len() < vertices * vertices / 50 {
        let (a, b) = (random.below(vertices), random.below(vertices));
        if a != b {
            edges.push((a as u32, b as u32, 1 + random.below(100) as u32));
        }
    }
    edges
}

/// The numbers of sites (p) of the OR-Library's instances with this many vertices.
pub fn numbers_of_sites(vertices: usize) -> [usize; 5] {
    [5, 10, vertices / 10, vertices / 5, vertices / 3]
}
