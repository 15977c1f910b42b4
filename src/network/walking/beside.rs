//! The places on edges, found by the edge in one step: a graph of a city looks them up for each of its edges.

use crate::network::core::DirectedEdge;

/// A place on an edge, seen from one end of the edge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside {
    /// The directed edge on which the search reaches the place.
    pub edge: DirectedEdge,
    /// The distance from the tail of the directed edge, in decimetres.
    pub from_dm: u32,
    pub place: u32,
    pub extra: u32,
}

/// Places on edges, by directed edge and in the order in which a walk along the edge passes them.
#[derive(Debug)]
pub(super) struct BesideEdges {
    /// For each directed edge, the first of its places; one more at the end.
    first: Vec<u32>,
    places: Vec<Beside>,
}

impl BesideEdges {
    pub fn new(all: &[Beside], edges: usize) -> Self {
        let mut first = vec![0_u32; 2 * edges + 1];
        for one in all {
            first[one.edge.0 as usize] += 1;
        }
        let mut so_far = 0;
        for end in &mut first {
            so_far += *end;
            *end = so_far;
        }
        // Each list is filled from its end, so that `first` has the beginnings afterwards.
        let mut places = all.to_vec();
        for one in all {
            let next = &mut first[one.edge.0 as usize];
            *next -= 1;
            places[*next as usize] = *one;
        }
        for list in first.windows(2) {
            let list = &mut places[list[0] as usize..list[1] as usize];
            list.sort_unstable_by_key(|b| (b.from_dm, b.place));
        }
        Self { first, places }
    }

    pub fn on(&self, edge: DirectedEdge) -> &[Beside] {
        let edge = edge.0 as usize;
        &self.places[self.first[edge] as usize..self.first[edge + 1] as usize]
    }
}
