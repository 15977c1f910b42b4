//! Splits ways and links into lines between those vertices that become nodes.

use super::doors::Door;
use super::plane::Pt;
use super::world::World;
use crate::network::core::EdgeKind;

/// A line between two vertices that become nodes.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The vertex at its beginning.
    pub from: u32,
    /// The vertex at its end.
    pub to: u32,
    /// The feature whose attributes apply.
    pub feature: u32,
    /// The kind of edge that the line becomes.
    pub kind: EdgeKind,
    /// The layer of the line; links lie on the ground.
    pub layer: i32,
    /// The positions between its ends, a range of [`Pieces::shapes`].
    pub shape: std::ops::Range<usize>,
}

/// The lines between nodes, with their shapes.
pub struct Pieces {
    /// The lines, each of which becomes an edge.
    pub list: Vec<Piece>,
    /// The positions between the ends of the lines, in metres in the plane.
    pub shapes: Vec<Pt>,
    /// For each vertex, whether it becomes a node.
    pub is_node: Vec<bool>,
}

impl Pieces {
    /// Splits ways at nodes and adds the links. Vertices with a link, a passage, a door or a
    /// parking place become nodes.
    pub fn new<'a>(world: &World<'_>, placed: impl Iterator<Item = &'a Door>) -> Self {
        let mut pieces = Self {
            list: Vec::new(),
            shapes: Vec::new(),
            is_node: node_vertices(world, placed),
        };
        pieces.divide_ways(world);
        for link in &world.mesh.links {
            let from = pieces.shapes.len();
            pieces.shapes.extend(&link.between);
            pieces.list.push(Piece {
                from: link.from,
                to: link.to,
                feature: link.feature,
                kind: link.kind,
                layer: 0,
                shape: from..pieces.shapes.len(),
            });
        }
        pieces
    }

    /// The positions between the ends of a line.
    pub fn shape(&self, piece: &Piece) -> &[Pt] {
        &self.shapes[piece.shape.clone()]
    }

    fn divide_ways(&mut self, world: &World<'_>) {
        let mesh = &world.mesh;
        let mut chain = Vec::new();
        for strand in &mesh.strands {
            chain.clear();
            let mut cuts = strand.cuts.clone();
            cuts.sort_by(|x, y| {
                let by_place = x.segment.cmp(&y.segment).then(x.share.total_cmp(&y.share));
                by_place.then(x.vertex.cmp(&y.vertex))
            });
            let mut cuts = cuts.into_iter().peekable();
            for (at, vertex) in (0..).zip(&strand.vertices) {
                chain.push(*vertex);
                while let Some(cut) = cuts.next_if(|c| c.segment == at) {
                    chain.push(cut.vertex);
                }
            }
            let mut from = chain[0];
            let mut begin = self.shapes.len();
            for vertex in &chain[1..] {
                if !self.is_node[*vertex as usize] {
                    self.shapes.push(mesh.at(*vertex));
                    continue;
                }
                if *vertex != from || self.shapes.len() > begin {
                    self.list.push(Piece {
                        from,
                        to: *vertex,
                        feature: strand.feature,
                        kind: EdgeKind::Way,
                        layer: strand.layer,
                        shape: begin..self.shapes.len(),
                    });
                }
                (from, begin) = (*vertex, self.shapes.len());
            }
        }
    }
}

/// Which vertices become nodes: the ends and junctions of ways, and vertices with a link, a passage, a door or a
/// parking place.
fn node_vertices<'a>(world: &World<'_>, placed: impl Iterator<Item = &'a Door>) -> Vec<bool> {
    let mesh = &world.mesh;
    let mut uses = vec![0_u8; mesh.points.len()];
    for strand in &mesh.strands {
        let cuts = strand.cuts.iter().map(|c| &c.vertex);
        for vertex in strand.vertices.iter().chain(cuts) {
            let count = &mut uses[*vertex as usize];
            *count = count.saturating_add(1);
        }
        let ends = [strand.vertices.first(), strand.vertices.last()];
        for vertex in ends.into_iter().flatten() {
            uses[*vertex as usize] = 2;
        }
    }
    let mut is_node: Vec<bool> = uses.into_iter().map(|n| n > 1).collect();
    let links = mesh.links.iter().flat_map(|l| [l.from, l.to]);
    let passages = mesh.passages.iter().map(|p| p.vertex);
    for vertex in links.chain(passages).chain(placed.map(|d| d.vertex)) {
        is_node[vertex as usize] = true;
    }
    is_node
}
