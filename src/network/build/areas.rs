//! Squares and other areas. They can be crossed in straight lines, around holes and buildings.

use std::collections::HashMap;

use super::bodies::{Bodies, is_inside};
use super::mesh::{Link, grid};
use super::plane::Pt;
use super::segments::{Near, Segment, Segments};
use super::walls::{Ends, TOUCH_M, meet};
use super::world::World;
use crate::network::core::EdgeKind;

/// The points of an area with up to this many points are connected pairwise; larger areas use a grid of points.
const MOST_EACH_WITH_EACH: usize = 40;
/// The approximate number of points of a grid.
const GRID_POINTS: f64 = 100.0;
/// The least distance between the points of a grid, in metres.
const LEAST_SPACING_M: f64 = 4.0;
/// In a grid, each entry is connected with this many points and this many other entries.
const GRID_NEIGHBOURS: usize = 6;
/// A line that leaves the area by less than this is treated as running along its edge, in metres.
const EDGE_M: f64 = 0.05;

/// An area, with the vertices at which it can be entered.
struct Area {
    feature: u32,
    layer: i32,
    /// The outline and the holes, closed, in metres in the plane.
    rings: Vec<Vec<Pt>>,
    entries: Vec<u32>,
}

/// All areas that can be crossed, with indexes of their edges and insides.
pub struct Areas {
    list: Vec<Area>,
    /// The edges of the areas; `line` is the index of the area.
    edges: Segments,
    inside: Bodies,
}

/// The point of an area that is nearest to a position.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// The index of the area.
    pub area: usize,
    /// The nearest point, in metres in the plane; the position itself if it lies in the area.
    pub at: Pt,
    /// The distance from the position, in metres.
    pub metres: f64,
}

impl Areas {
    /// Finds the vertices at which ways and other areas meet the areas.
    pub fn new(world: &mut World<'_>) -> Self {
        let plane = world.mesh.plane;
        let mut list = Vec::new();
        let mut edges = Vec::new();
        // Corners that areas share, with the first area that has them.
        let mut corners = HashMap::new();
        for area in &world.features.areas {
            let line = list.len() as u32;
            let lines = std::iter::once(area.polygon.exterior()).chain(area.polygon.interiors());
            let mut entries = Vec::new();
            let mut rings = Vec::new();
            for ring in lines {
                for c in &ring.0 {
                    let first = *corners.entry(grid(*c)).or_insert(line);
                    let vertex = match world.mesh.vertex_at(*c) {
                        None if first != line => Some(world.mesh.intern(*c)),
                        known => known,
                    };
                    entries.extend(vertex);
                }
                let mut points: Vec<Pt> = ring.0.iter().map(|c| plane.point(*c)).collect();
                points.dedup();
                for (at, ends) in (0..).zip(points.windows(2)) {
                    edges.push(Segment {
                        a: ends[0],
                        b: ends[1],
                        line,
                        at,
                    });
                }
                rings.push(points);
            }
            list.push(Area {
                feature: area.feature,
                layer: area.layer,
                rings,
                entries,
            });
        }
        // A corner that two areas share becomes a vertex only with the second area, so the first one gets it as
        // an entry here.
        for (line, area) in list.iter_mut().enumerate() {
            let source = &world.features.areas[line].polygon;
            let lines = std::iter::once(source.exterior()).chain(source.interiors());
            for c in lines.flat_map(|ring| &ring.0) {
                area.entries.extend(world.mesh.vertex_at(*c));
            }
        }
        let inside = Bodies::new(
            (0..)
                .zip(&list)
                .map(|(index, area): (u32, &Area)| (index, area.rings.clone())),
        );
        let mut areas = Self {
            list,
            edges: Segments::new(edges),
            inside,
        };
        areas.meet_ways(world);
        areas
    }

    /// Adds entries where ways of the same layer cross the edge of an area or end in it.
    fn meet_ways(&mut self, world: &mut World<'_>) {
        let mut crossed = Vec::new();
        let mut ended = Vec::new();
        for (line, strand) in (0..).zip(&world.mesh.strands) {
            for (at, ends) in (0..).zip(strand.vertices.windows(2)) {
                let (a, b) = (world.mesh.at(ends[0]), world.mesh.at(ends[1]));
                for edge in self.edges.around(a, b, TOUCH_M) {
                    let area = edge.line as usize;
                    if self.list[area].layer != strand.layer {
                        continue;
                    }
                    if let Some((share, _)) = meet(a, b, edge) {
                        let at = Near {
                            segment: Segment { a, b, line, at },
                            share,
                            at: a.toward(b, share),
                            metres: 0.0,
                        };
                        crossed.push((area, at));
                    }
                }
            }
            for end in [strand.vertices.first(), strand.vertices.last()] {
                let Some(vertex) = end else { continue };
                for area in self.inside.at(world.mesh.at(*vertex)) {
                    if self.list[area as usize].layer == strand.layer {
                        ended.push((area as usize, *vertex));
                    }
                }
            }
        }
        for (area, near) in crossed {
            let vertex = world.mesh.cut(&near);
            self.list[area].entries.push(vertex);
        }
        for (area, vertex) in ended {
            self.list[area].entries.push(vertex);
        }
    }

    /// The points of areas of a layer that are nearest to a position, nearest first.
    pub fn near(&self, p: Pt, reach: f64, layer: i32) -> Vec<Reached> {
        let is_of_layer = |area: usize| self.list[area].layer == layer;
        let mut found: Vec<Reached> = self
            .inside
            .at(p)
            .map(|area| Reached {
                area: area as usize,
                at: p,
                metres: 0.0,
            })
            .filter(|r| is_of_layer(r.area))
            .collect();
        for near in self.edges.near(p, reach, |s| is_of_layer(s.line as usize)) {
            let area = near.segment.line as usize;
            if found.iter().all(|r| r.area != area) {
                found.push(Reached {
                    area,
                    at: near.at,
                    metres: near.metres,
                });
            }
        }
        found
    }

    /// Adds a vertex as an entry of an area.
    pub fn enter(&mut self, area: usize, vertex: u32) {
        self.list[area].entries.push(vertex);
    }

    /// Adds the lines that cross the areas.
    pub fn cross(&mut self, world: &mut World<'_>) {
        for index in 0..self.list.len() {
            let area = &mut self.list[index];
            area.entries.sort_unstable();
            area.entries.dedup();
            let entries = std::mem::take(&mut area.entries);
            if entries.len() < 2 {
                continue;
            }
            let corners: Vec<Pt> = reflex_corners(&self.list[index].rings);
            let corners: Vec<Pt> = corners
                .into_iter()
                .filter(|c| entries.iter().all(|e| world.mesh.at(*e).to(*c) > TOUCH_M))
                .collect();
            if entries.len() + corners.len() <= MOST_EACH_WITH_EACH
                && self.each_with_each(world, index, &entries, &corners)
            {
                continue;
            }
            self.through_grid(world, index, &entries);
        }
    }

    /// Connects all points of an area that see each other. Returns `false`, without connecting anything, if
    /// some entries would not be connected because something stands in the area.
    fn each_with_each(
        &self,
        world: &mut World<'_>,
        index: usize,
        entries: &[u32],
        corners: &[Pt],
    ) -> bool {
        let places: Vec<Pt> = entries
            .iter()
            .map(|e| world.mesh.at(*e))
            .chain(corners.iter().copied())
            .collect();
        let mut pairs = Vec::new();
        for (i, a) in places.iter().enumerate() {
            for (j, b) in places.iter().enumerate().skip(i + 1) {
                if self.sees(world, index, *a, *b) {
                    pairs.push((i, j));
                }
            }
        }
        let mut groups: Vec<usize> = (0..places.len()).collect();
        for (i, j) in &pairs {
            let (from, to) = (groups[*i], groups[*j]);
            for group in &mut groups {
                if *group == from {
                    *group = to;
                }
            }
        }
        if entries
            .iter()
            .enumerate()
            .any(|(i, _)| groups[i] != groups[0])
        {
            return false;
        }
        let mut vertices = entries.to_vec();
        vertices.extend(corners.iter().map(|c| world.mesh.add_vertex(*c)));
        for (i, j) in pairs {
            self.link(world, index, vertices[i], vertices[j]);
        }
        true
    }

    /// Connects the entries through a grid of points within the area.
    fn through_grid(&self, world: &mut World<'_>, index: usize, entries: &[u32]) {
        let area = &self.list[index];
        let (mut low, mut high) = (area.rings[0][0], area.rings[0][0]);
        for p in &area.rings[0] {
            (low.x, low.y) = (low.x.min(p.x), low.y.min(p.y));
            (high.x, high.y) = (high.x.max(p.x), high.y.max(p.y));
        }
        let size = (high.x - low.x) * (high.y - low.y);
        let spacing = (size / GRID_POINTS).sqrt().max(LEAST_SPACING_M);
        let longest = ((high.x - low.x).max(high.y - low.y) / GRID_POINTS).max(spacing);
        let (columns, rows) = (
            ((high.x - low.x) / longest).ceil() as usize,
            ((high.y - low.y) / longest).ceil() as usize,
        );
        let mut at = HashMap::new();
        let mut points: Vec<(u32, Pt)> = Vec::new();
        for column in 0..columns {
            for row in 0..rows {
                let p = Pt {
                    x: low.x + (column as f64 + 0.5) * longest,
                    y: low.y + (row as f64 + 0.5) * longest,
                };
                let is_free = area.layer != 0 || world.buildings.at(p).next().is_none();
                if is_inside(&area.rings, p) && is_free {
                    let vertex = world.mesh.add_vertex(p);
                    at.insert((column, row), (vertex, p));
                    points.push((vertex, p));
                }
            }
        }
        for column in 0..columns {
            for row in 0..rows {
                let Some((from, a)) = at.get(&(column, row)) else {
                    continue;
                };
                let next = [
                    (column + 1, row),
                    (column, row + 1),
                    (column + 1, row + 1),
                    (column + 1, row.wrapping_sub(1)),
                ];
                for (to, b) in next.iter().filter_map(|n| at.get(n)) {
                    if self.sees(world, index, *a, *b) {
                        self.link(world, index, *from, *to);
                    }
                }
            }
        }
        let others: Vec<(u32, Pt)> = entries.iter().map(|e| (*e, world.mesh.at(*e))).collect();
        for (entry, a) in &others {
            for (list, is_entry) in [(&points, false), (&others, true)] {
                let mut near: Vec<&(u32, Pt)> = list
                    .iter()
                    .filter(|(v, _)| !is_entry || v > entry)
                    .collect();
                near.sort_by(|x, y| a.to(x.1).total_cmp(&a.to(y.1)));
                let seen = near
                    .into_iter()
                    .take(4 * GRID_NEIGHBOURS)
                    .filter(|(_, b)| self.sees(world, index, *a, *b))
                    .take(GRID_NEIGHBOURS);
                let seen: Vec<u32> = seen.map(|(v, _)| *v).collect();
                for to in seen {
                    self.link(world, index, *entry, to);
                }
            }
        }
    }

    fn link(&self, world: &mut World<'_>, index: usize, from: u32, to: u32) {
        world.mesh.links.push(Link {
            from,
            to,
            between: Vec::new(),
            feature: self.list[index].feature,
            kind: EdgeKind::AreaCrossing,
        });
    }

    /// Whether the straight line between two points stays in the area and crosses no wall.
    fn sees(&self, world: &World<'_>, index: usize, a: Pt, b: Pt) -> bool {
        let area = &self.list[index];
        let length = a.to(b);
        let mut shares = vec![0.0, 1.0];
        for edge in self.edges.around(a, b, TOUCH_M) {
            if edge.line as usize == index
                && let Some((share, _)) = meet(a, b, edge)
            {
                shares.push(share);
            }
        }
        shares.sort_by(f64::total_cmp);
        let stays = shares.windows(2).all(|w| {
            let middle = a.toward(b, f64::midpoint(w[0], w[1]));
            (w[1] - w[0]) * length <= EDGE_M
                || is_inside(&area.rings, middle)
                || self.is_on_edge(index, middle)
        });
        let ends = Ends {
            start_m: EDGE_M,
            end_m: EDGE_M,
            gate: None,
        };
        stays && world.walls.is_clear(a, b, area.layer, ends)
    }

    fn is_on_edge(&self, index: usize, p: Pt) -> bool {
        let own = |s: &Segment| s.line as usize == index;
        !self.edges.near(p, EDGE_M, own).is_empty()
    }
}

/// The corners at which a shortest way may bend: those that point into the area.
fn reflex_corners(rings: &[Vec<Pt>]) -> Vec<Pt> {
    let mut corners = Vec::new();
    for (index, ring) in rings.iter().enumerate() {
        let Some(open) = ring.len().checked_sub(1).filter(|n| *n >= 3) else {
            continue;
        };
        let area: f64 = ring.windows(2).map(|w| w[0].cross(w[1])).sum();
        // The area lies on the left: the outline runs counter-clockwise, holes clockwise.
        let is_turned = (area > 0.0) != (index == 0);
        for i in 0..open {
            let (before, here, next) = (ring[(i + open - 1) % open], ring[i], ring[i + 1]);
            let turn = here.minus(before).cross(next.minus(here));
            if (turn > 0.0) == is_turned && turn != 0.0 {
                corners.push(here);
            }
        }
    }
    corners
}
