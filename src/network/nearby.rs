//! A spatial index of edges. It finds the edges near a position, and the edges that a new wall crosses.

use geo::Intersects as _;
use geo_types::{Coord, Geometry, Line};
use rstar::{AABB, RTree, RTreeObject};

use super::core::{EdgeKind, Topology};
pub use super::on_edge::{Nearby, coord, line};
use super::on_edge::{in_order, nearest};
use crate::spatial::bounds::Bounds;
use crate::spatial::metres::{distance, metres_per_degree};

/// A crossing within this distance of an end of an edge, in metres, counts as touching.
const TOUCH_M: f64 = 0.3;

/// Edges in an R-tree.
#[derive(Debug)]
pub struct EdgeIndex(RTree<Boxed>);

#[derive(Debug, Clone, Copy)]
struct Boxed {
    edge: u32,
    low: [f64; 2],
    high: [f64; 2],
}

impl RTreeObject for Boxed {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.low, self.high)
    }
}

impl EdgeIndex {
    /// Indexes the ways, the crossings of areas, and the assumed crossings, which only [`Self::crossed`] returns.
    /// Gates, lifts and links of doors are left out, because routes do not begin on them.
    pub fn new(topology: &Topology) -> Self {
        let edges = (0..topology.edge_count() as u32).filter(|edge| {
            let kind = topology.edge(*edge).kind;
            matches!(
                kind,
                EdgeKind::Way | EdgeKind::AreaCrossing | EdgeKind::AssumedCrossing
            )
        });
        let boxed = edges.map(|edge| {
            let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
            for c in line(topology, edge) {
                low = [low[0].min(c.x), low[1].min(c.y)];
                high = [high[0].max(c.x), high[1].max(c.y)];
            }
            Boxed { edge, low, high }
        });
        Self(RTree::bulk_load(boxed.collect()))
    }

    fn within(&self, low: [f64; 2], high: [f64; 2]) -> impl Iterator<Item = u32> + '_ {
        let window = AABB::from_corners(low, high);
        let found = self.0.locate_in_envelope_intersecting(window);
        found.map(|boxed| boxed.edge)
    }

    /// Returns the edges within `reach_m` metres of a position, the nearest first.
    pub fn near(
        &self,
        topology: &Topology,
        at: Coord<f64>,
        reach_m: f64,
        keep: impl Fn(u32) -> bool,
    ) -> Vec<Nearby> {
        let (east, north) = metres_per_degree(at.y.clamp(-85.0, 85.0));
        let (dx, dy) = (reach_m / east, reach_m / north);
        let near = self
            .within([at.x - dx, at.y - dy], [at.x + dx, at.y + dy])
            .filter(|edge| topology.edge(*edge).kind != EdgeKind::AssumedCrossing && keep(*edge))
            .filter_map(|edge| Some((edge, nearest(topology, edge, at)?)))
            .filter(|(_, near)| near.metres <= reach_m);
        in_order(near.collect())
    }

    /// Returns the edges that a geometry crosses between their ends. A polygon crosses an edge if its outline or its
    /// inside does.
    pub fn crossed(&self, topology: &Topology, wall: &Geometry<f64>) -> Vec<u32> {
        let Some(bounds) = Bounds::of(wall) else {
            return Vec::new();
        };
        let [west, south, east, north] = bounds.to_numbers();
        let found = self.within([west, south], [east, north]);
        found
            .filter(|edge| {
                let line: Vec<Coord<f64>> = line(topology, *edge).collect();
                let last = line.len().saturating_sub(2);
                line.windows(2).enumerate().any(|(i, ends)| {
                    let mut piece = Line::new(ends[0], ends[1]);
                    if i == 0 {
                        piece.start = toward(piece.start, piece.end);
                    }
                    if i == last {
                        piece.end = toward(piece.end, piece.start);
                    }
                    wall.intersects(&piece)
                })
            })
            .collect()
    }
}

/// Moves a position by [`TOUCH_M`] towards another one, at most to the middle between them.
fn toward(from: Coord<f64>, to: Coord<f64>) -> Coord<f64> {
    let metres = distance(from, to);
    let share = if metres > 0.0 {
        (TOUCH_M / metres).min(0.5)
    } else {
        0.0
    };
    Coord {
        x: from.x + (to.x - from.x) * share,
        y: from.y + (to.y - from.y) * share,
    }
}
