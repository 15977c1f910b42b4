//! Ways as chains of shared vertices. Every stage of building adds to it: vertices within segments, straight links
//! between vertices, and passages, which separate the sides of a vertex.

use std::collections::HashMap;

use geo_types::Coord;

use super::features::Features;
use super::plane::{Plane, Pt};
use super::segments::{Near, Segment, Segments};
use super::walls::{Contact, TOUCH_M};
use crate::network::core::{EdgeKind, Point};

/// A way as a chain of vertices, called a strand below.
#[derive(Debug)]
pub struct Strand {
    /// The feature that the way comes from, by its position in the list of features.
    pub feature: u32,
    /// The layer of the way; 0 is the ground.
    pub layer: i32,
    /// Whether the way leads through a building or under a roof.
    pub is_covered: bool,
    /// Whether people may walk along the way.
    pub is_walkable: bool,
    /// The vertices of the way, at least two, each an index in [`Mesh::points`].
    pub vertices: Vec<u32>,
    /// Vertices that were added within the segments of the way.
    pub cuts: Vec<Cut>,
}

/// A vertex within a segment of a strand.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// The segment, by the position of its first vertex.
    pub segment: u32,
    /// The position along the segment, from 0 to 1.
    pub share: f64,
    /// The vertex, an index in [`Mesh::points`].
    pub vertex: u32,
}

/// A line between two vertices that is not a mapped way.
#[derive(Debug, Clone)]
pub struct Link {
    /// The vertex at its start.
    pub from: u32,
    /// The vertex at its end.
    pub to: u32,
    /// The positions between them, in metres in the plane.
    pub between: Vec<Pt>,
    /// The feature whose attributes apply.
    pub feature: u32,
    /// The kind of edge that it becomes.
    pub kind: EdgeKind,
}

/// How the sides of a passage are distinguished.
#[derive(Debug, Clone)]
pub enum Frame {
    /// By the walls that meet at the passage.
    Walls(Vec<Contact>),
    /// By the outline of a compound: one side is inside, the other outside. The value is the compound's position in the
    /// list of features.
    Compound(u32),
    /// By the layers of the ways: each layer at a lift is a side of its own.
    Layers,
    /// The sides are unknown: each line that ends at the passage is a side of its own.
    Unknown,
}

/// A passage at a vertex.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The vertex of the passage, an index in [`Mesh::points`].
    pub vertex: u32,
    /// The feature whose attributes apply: a gate, a bollard, a lift, or the route that crosses a wall.
    pub feature: u32,
    /// The compound that a gate leads into.
    pub compound: Option<u32>,
    /// [`EdgeKind::Gate`], [`EdgeKind::AssumedCrossing`] or [`EdgeKind::Lift`].
    pub kind: EdgeKind,
    /// How the sides of the passage are distinguished.
    pub frame: Frame,
}

/// The end of a piece of a strand at a vertex.
#[derive(Debug, Clone, Copy)]
pub struct HalfEdge {
    /// The strand, an index in [`Mesh::strands`].
    pub strand: u32,
    /// The vector from the vertex to the next vertex of the strand, in metres.
    pub direction: Pt,
}

/// The ways, joined at shared positions.
pub struct Mesh {
    /// The projection.
    pub plane: Plane,
    /// The position of each vertex, in metres in the plane.
    pub points: Vec<Pt>,
    /// The ways.
    pub strands: Vec<Strand>,
    /// Lines between vertices that are not mapped ways.
    pub links: Vec<Link>,
    /// Gates, walls and lifts that separate the sides of a vertex.
    pub passages: Vec<Passage>,
    /// All segments of ways: `line` is the strand.
    pub segments: Segments,
    /// The vertices of ways, by their position in 1e-7 of a degree.
    index: HashMap<Point, u32>,
    /// For each vertex in `index`, the strands that contain it: (vertex, strand, position), sorted.
    uses: Vec<(u32, u32, u32)>,
    /// For each added vertex, the segments that contain it: (strand, position of the segment).
    cut_in: HashMap<u32, Vec<(u32, u32)>>,
}

/// The position rounded to 1e-7 of a degree. Ways with the same rounded position are joined there.
pub fn grid(c: Coord<f64>) -> Point {
    Point::from_degrees(c.x, c.y)
}

impl Mesh {
    /// Creates the mesh from the ways of the features, joined at shared positions.
    pub fn new(features: &Features, plane: Plane) -> Self {
        let mut points = Vec::new();
        let mut index = HashMap::new();
        let mut strands = Vec::new();
        for way in &features.ways {
            let mut line: Vec<(Point, Coord<f64>)> =
                way.line.0.iter().map(|c| (grid(*c), *c)).collect();
            line.dedup_by_key(|(point, _)| *point);
            // A line with a single position is not a way. It gets no vertex, so that no gate counts as being on it.
            if line.len() < 2 {
                continue;
            }
            let vertices: Vec<u32> = line
                .into_iter()
                .map(|(point, c)| {
                    *index.entry(point).or_insert_with(|| {
                        points.push(plane.point(c));
                        (points.len() - 1) as u32
                    })
                })
                .collect();
            strands.push(Strand {
                feature: way.feature,
                layer: way.layer,
                is_covered: way.is_covered,
                is_walkable: way.is_walkable,
                vertices,
                cuts: Vec::new(),
            });
        }
        let mut uses = Vec::new();
        let mut segments = Vec::new();
        for (line, strand) in (0..).zip(&strands) {
            for (at, vertex) in (0..).zip(&strand.vertices) {
                uses.push((*vertex, line, at));
            }
            for (at, ends) in (0..).zip(strand.vertices.windows(2)) {
                segments.push(Segment {
                    a: points[ends[0] as usize],
                    b: points[ends[1] as usize],
                    line,
                    at,
                });
            }
        }
        uses.sort_unstable();
        Self {
            plane,
            points,
            strands,
            links: Vec::new(),
            passages: Vec::new(),
            segments: Segments::new(segments),
            index,
            uses,
            cut_in: HashMap::new(),
        }
    }

    /// The position of a vertex, in metres in the plane.
    pub fn at(&self, vertex: u32) -> Pt {
        self.points[vertex as usize]
    }

    /// The strand of a segment.
    pub fn strand(&self, strand: u32) -> &Strand {
        &self.strands[strand as usize]
    }

    /// The vertex of a way at a place.
    pub fn vertex_at(&self, c: Coord<f64>) -> Option<u32> {
        self.index.get(&grid(c)).copied()
    }

    /// A vertex that belongs to no way.
    pub fn add_vertex(&mut self, at: Pt) -> u32 {
        self.points.push(at);
        (self.points.len() - 1) as u32
    }

    /// The vertex at a place. It is created if no way has one there.
    pub fn intern(&mut self, c: Coord<f64>) -> u32 {
        if let Some(vertex) = self.vertex_at(c) {
            return vertex;
        }
        let vertex = self.add_vertex(self.plane.point(c));
        self.index.insert(grid(c), vertex);
        vertex
    }

    /// The strands that contain a vertex of a way, and its position in each.
    pub fn uses(&self, vertex: u32) -> &[(u32, u32, u32)] {
        let from = self.uses.partition_point(|u| u.0 < vertex);
        let until = self.uses.partition_point(|u| u.0 <= vertex);
        &self.uses[from..until]
    }

    /// The strands that lead through or to a vertex.
    pub fn strands_at(&self, vertex: u32) -> impl Iterator<Item = u32> {
        let cuts = self.cut_in.get(&vertex).map_or(&[][..], Vec::as_slice);
        let uses = self.uses(vertex).iter().map(|u| u.1);
        uses.chain(cuts.iter().map(|c| c.0))
    }

    /// The vertex at a point of a segment. It is created if there is none.
    pub fn cut(&mut self, near: &Near) -> u32 {
        let (line, at) = (near.segment.line, near.segment.at);
        if let Some(vertex) = self.vertex_on(line, at, near.at) {
            return vertex;
        }
        let vertex = self.add_vertex(near.at);
        self.insert(line, at, near.share, vertex);
        vertex
    }

    /// Adds a vertex, which lies on a segment of a way, to that way.
    pub fn thread(&mut self, near: &Near, vertex: u32) {
        let (line, at) = (near.segment.line, near.segment.at);
        if self.vertex_on(line, at, near.at) != Some(vertex) {
            self.insert(line, at, near.share, vertex);
        }
    }

    /// The vertex of way `line` on its segment `at` that is within [`TOUCH_M`] of `p`, if there is one.
    pub fn vertex_on(&self, line: u32, at: u32, p: Pt) -> Option<u32> {
        let strand = self.strand(line);
        let at = at as usize;
        let ends = strand.vertices[at..=at + 1].iter().copied();
        let cuts = strand.cuts.iter().filter(|c| c.segment as usize == at);
        ends.chain(cuts.map(|c| c.vertex))
            .find(|v| self.at(*v).to(p) <= TOUCH_M)
    }

    fn insert(&mut self, line: u32, segment: u32, share: f64, vertex: u32) {
        self.strands[line as usize].cuts.push(Cut {
            segment,
            share,
            vertex,
        });
        self.cut_in.entry(vertex).or_default().push((line, segment));
    }

    /// The ends of ways at a vertex.
    pub fn half_edges(&self, vertex: u32) -> Vec<HalfEdge> {
        let here = self.at(vertex);
        let mut found = Vec::new();
        let mut add = |strand: u32, to: Pt| {
            found.push(HalfEdge {
                strand,
                direction: to.minus(here),
            });
        };
        for (_, line, at) in self.uses(vertex) {
            let vertices = &self.strand(*line).vertices;
            let at = *at as usize;
            if let Some(before) = at.checked_sub(1).and_then(|i| vertices.get(i)) {
                add(*line, self.at(*before));
            }
            if let Some(next) = vertices.get(at + 1) {
                add(*line, self.at(*next));
            }
        }
        for (line, segment) in self.cut_in.get(&vertex).into_iter().flatten() {
            let vertices = &self.strand(*line).vertices;
            for end in [*segment as usize, *segment as usize + 1] {
                add(*line, self.at(vertices[end]));
            }
        }
        found
    }
}
