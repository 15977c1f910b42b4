//! An index over the edges of a line or area literal. With it, testing a feature takes time in
//! proportion to the edges near that feature and not to all edges of the literal.
//!
//! The results are the same as those of `geo` for the whole geometry. Edges near the feature are
//! used unchanged, so no position is rounded. Of the parts farther away, only the side on which the
//! feature lies matters.

use geo::coordinate_position::CoordPos;
use geo::dimensions::Dimensions;
use geo::kernels::{Kernel as _, Orientation, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{CoordsIter as _, InteriorPoint as _, Intersects as _, Relate as _};
use geo_types::{Coord, Geometry, Line, LineString, MultiLineString, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::raster::{Raster, Side};
use super::relation::{CROSSING, MANY, RELATE, box_of, lines_of, of_matrix};
use crate::codec::cql2::Spatial;
use crate::index::Meter;
use crate::spatial::bounds::Bounds;

/// Geometries with fewer positions than this are tested as a whole.
pub(super) const FEWEST: usize = 32;
/// The cost of a search in the tree, in units of one tested position.
const SEARCH: usize = 32;
/// The cost of a lookup in the raster, in units of one tested position.
const LOOK: usize = 4;

/// The indexed edges of a line or an area.
#[derive(Debug)]
pub(super) struct Edges {
    tree: RTree<Edge>,
    raster: Raster,
    /// The rings or lines.
    parts: Vec<Part>,
    /// The edges that extend farthest to the west, south, east and north.
    extreme: Vec<Edge>,
    is_area: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    line: Line<f64>,
    /// The index of the edge's ring or line in [`Edges::parts`].
    part: usize,
    /// The index of the edge in its ring or line.
    at: usize,
}

#[derive(Debug)]
struct Part {
    bounds: Bounds,
    start: Coord<f64>,
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&box_of(self.line))
    }
}

fn envelope(b: &Bounds) -> AABB<[f64; 2]> {
    AABB::from_corners([b.west, b.south], [b.east, b.north])
}

/// How the edges of two geometries meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contact {
    Nowhere,
    /// An end of an edge lies on an edge of the other, or two edges overlap.
    Touching,
    /// Two edges cross in one point in the interior of both.
    Crossing,
}

/// The sides of the literal on which the parts of a feature lie. No part crosses an edge.
#[derive(Debug, Default, Clone, Copy)]
struct Sides {
    inside: bool,
    on_edge: bool,
    outside: bool,
}

impl Edges {
    /// Indexes the edges of a geometry. `None` if it has few positions or is neither a line nor an
    /// area.
    pub fn of(geometry: &Geometry<f64>) -> Option<Self> {
        if geometry.coords_count() < FEWEST {
            return None;
        }
        Self::of_any_size(geometry)
    }

    pub(super) fn of_any_size(geometry: &Geometry<f64>) -> Option<Self> {
        let rings = |p: &Polygon<f64>| -> Vec<LineString<f64>> {
            std::iter::once(p.exterior())
                .chain(p.interiors())
                .cloned()
                .collect()
        };
        let (is_area, lines) = match geometry {
            Geometry::LineString(l) => (false, vec![l.clone()]),
            Geometry::MultiLineString(m) => (false, m.0.clone()),
            Geometry::Polygon(p) => (true, rings(p)),
            Geometry::MultiPolygon(m) => (true, m.0.iter().flat_map(rings).collect()),
            _ => return None,
        };
        let mut edges: Vec<Edge> = Vec::new();
        let mut parts = Vec::new();
        for (part, line) in lines.into_iter().enumerate() {
            let start = *line.0.first()?;
            let of_line = line.lines().enumerate();
            edges.extend(of_line.map(|(at, line)| Edge { line, part, at }));
            let bounds = Bounds::of(&line.into())?;
            parts.push(Part { bounds, start });
        }
        let most = |reach: fn(Bounds) -> f64| {
            let by_reach =
                |a: &&Edge, b: &&Edge| reach(box_of(a.line)).total_cmp(&reach(box_of(b.line)));
            edges.iter().max_by(by_reach).copied()
        };
        let extreme = [
            most(|b| -b.west),
            most(|b| -b.south),
            most(|b| b.east),
            most(|b| b.north),
        ];
        let extreme = extreme.into_iter().collect::<Option<Vec<_>>>()?;
        let count = edges.len();
        let mut edges = Self {
            tree: RTree::bulk_load(edges),
            raster: Raster::default(),
            parts,
            extreme,
            is_area,
        };
        let is_free = |cell: &Bounds| {
            let found = edges.tree.locate_in_envelope_intersecting(envelope(cell));
            found.into_iter().next().is_none()
        };
        let is_inside = |c| edges.is_area && edges.crossings_beyond(c).0 % 2 == 1;
        edges.raster = Raster::new(Bounds::of(geometry)?, count, is_free, is_inside);
        Some(edges)
    }

    /// Whether `op` holds between a feature (the first operand) and the whole literal (the second). Their
    /// bounding boxes must intersect. `None` if the edges near the feature do not decide it.
    pub fn holds<M: Meter>(
        &self,
        op: Spatial,
        (feature, bounds): (&Geometry<f64>, &Bounds),
        whole: &Bounds,
        meter: &M,
    ) -> Result<Option<bool>, M::Stop> {
        meter.test(LOOK)?;
        let side = self.raster.side(bounds);
        let near = match side {
            Side::Mixed => self.near(bounds, meter)?,
            Side::Inside | Side::Outside => Vec::new(),
        };
        if near.is_empty() {
            // No edge lies in the box of the feature, so the whole box is on one side.
            let inside = match side {
                Side::Mixed => self.is_inside(
                    Coord {
                        x: bounds.west,
                        y: bounds.south,
                    },
                    meter,
                )?,
                side => side == Side::Inside,
            };
            return Ok(Some(match op {
                Spatial::Intersects | Spatial::Within => inside,
                Spatial::Disjoint => !inside,
                _ => false,
            }));
        }
        match op {
            Spatial::Intersects => Ok(Some(self.meets(feature, bounds, &near, meter)?)),
            Spatial::Disjoint => Ok(Some(!self.meets(feature, bounds, &near, meter)?)),
            // If the box of the feature contains the whole literal, every edge is near. Then the caller
            // compares the whole geometries.
            _ if bounds.contains(whole) => Ok(None),
            _ if self.is_area => self.area(op, feature, &near, meter),
            _ => {
                let matrix = self.matrix(feature, &near, meter)?;
                Ok(Some(of_matrix(op, &matrix)))
            }
        }
    }

    /// The edges whose bounding box intersects a box.
    fn near<M: Meter>(&self, bounds: &Bounds, meter: &M) -> Result<Vec<Edge>, M::Stop> {
        let found = self.tree.locate_in_envelope_intersecting(envelope(bounds));
        let found: Vec<Edge> = found.into_iter().copied().collect();
        meter.test(SEARCH + 2 * found.len())?;
        Ok(found)
    }

    /// Whether a point that lies on no edge is inside the area.
    fn is_inside<M: Meter>(&self, c: Coord<f64>, meter: &M) -> Result<bool, M::Stop> {
        if !self.is_area {
            return Ok(false);
        }
        let (crossed, seen) = self.crossings_beyond(c);
        meter.test(SEARCH + 2 * seen)?;
        Ok(crossed % 2 == 1)
    }

    /// The number of edges that a ray to the east crosses, and the number of edges tested.
    fn crossings_beyond(&self, c: Coord<f64>) -> (usize, usize) {
        let ray = AABB::from_corners([c.x, c.y], [f64::MAX, c.y]);
        let (mut crossed, mut seen) = (0, 0);
        for edge in self.tree.locate_in_envelope_intersecting(ray) {
            seen += 1;
            let Line { start, end } = edge.line;
            let (low, high) = if start.y <= end.y {
                (start, end)
            } else {
                (end, start)
            };
            // An edge includes its lower end but not its upper one, so that a ray through a corner
            // counts one crossing.
            if low.y <= c.y
                && c.y < high.y
                && RobustKernel::orient2d(low, high, c) == Orientation::CounterClockwise
            {
                crossed += 1;
            }
        }
        (crossed, seen)
    }

    fn is_on_edge<M: Meter>(&self, c: Coord<f64>, meter: &M) -> Result<bool, M::Stop> {
        let near = self.near(&Bounds::of_coord(c), meter)?;
        Ok(near.iter().any(|e| e.line.intersects(&c)))
    }

    /// Whether the literal and a feature have a point in common.
    fn meets<M: Meter>(
        &self,
        feature: &Geometry<f64>,
        bounds: &Bounds,
        near: &[Edge],
        meter: &M,
    ) -> Result<bool, M::Stop> {
        if self.contact(feature, false, meter)? != Contact::Nowhere {
            return Ok(true);
        }
        // No edges meet, so each part of one geometry lies entirely inside or outside of the other.
        for start in starts_of(feature) {
            if self.is_on_edge(start, meter)? || self.is_inside(start, meter)? {
                return Ok(true);
            }
        }
        let mut parts: Vec<usize> = near.iter().map(|e| e.part).collect();
        parts.sort_unstable();
        parts.dedup();
        let parts = parts.into_iter().filter_map(|at| self.parts.get(at));
        for part in parts.filter(|part| bounds.contains(&part.bounds)) {
            meter.test(feature.coords_count())?;
            if feature.intersects(&part.start) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How the edges of a feature meet the indexed ones. If `crossing` is false, the search stops
    /// at the first contact; otherwise it continues until it finds a crossing.
    fn contact<M: Meter>(
        &self,
        feature: &Geometry<f64>,
        crossing: bool,
        meter: &M,
    ) -> Result<Contact, M::Stop> {
        let mut contact = Contact::Nowhere;
        for line in lines_of(feature) {
            for edge in self.near(&box_of(line), meter)? {
                if !line.intersects(&edge.line) {
                    continue;
                }
                if !crossing {
                    return Ok(Contact::Touching);
                }
                if is_crossing(&line, &edge.line) {
                    return Ok(Contact::Crossing);
                }
                contact = Contact::Touching;
            }
        }
        Ok(contact)
    }

    /// The DE-9IM matrix of a feature with the edges near it and the extreme edges.
    fn matrix<M: Meter>(
        &self,
        feature: &Geometry<f64>,
        near: &[Edge],
        meter: &M,
    ) -> Result<geo::relate::IntersectionMatrix, M::Stop> {
        let positions = feature.coords_count();
        meter.test(RELATE * (positions + near.len() + 1))?;
        if positions.saturating_mul(near.len()) > MANY {
            let mut crossings = 0;
            for line in lines_of(feature) {
                crossings += self.near(&box_of(line), meter)?.len();
            }
            if crossings > MANY {
                meter.hold(crossings * CROSSING)?;
            }
        }
        Ok(feature.relate(&Geometry::from(self.chains(near))))
    }

    /// The edges near a feature and the extreme edges, joined where one continues the other. The
    /// extreme edges make the literal extend beyond the feature. A line is cut only at points
    /// outside of the feature's bounding box.
    fn chains(&self, near: &[Edge]) -> MultiLineString<f64> {
        let mut edges = near.to_vec();
        edges.extend(&self.extreme);
        edges.sort_unstable_by_key(|e| (e.part, e.at));
        edges.dedup();
        let follows = |a: &Edge, b: &Edge| a.part == b.part && a.at + 1 == b.at;
        let chain = |edges: &[Edge]| -> LineString<f64> {
            let start = edges.first().map(|e| e.line.start);
            start
                .into_iter()
                .chain(edges.iter().map(|e| e.line.end))
                .collect()
        };
        MultiLineString(edges.chunk_by(follows).map(chain).collect())
    }

    /// Evaluates `op` for an area that extends beyond the bounding box of the feature. `None` if
    /// the edges near the feature do not decide it.
    fn area<M: Meter>(
        &self,
        op: Spatial,
        feature: &Geometry<f64>,
        near: &[Edge],
        meter: &M,
    ) -> Result<Option<bool>, M::Stop> {
        let sides = match feature {
            Geometry::Point(_) | Geometry::MultiPoint(_) => {
                let mut sides = Sides::default();
                for c in feature.coords_iter() {
                    self.add_side(c, &mut sides, meter)?;
                }
                return Ok(Some(match op {
                    Spatial::Within => sides.inside && !sides.outside,
                    Spatial::Touches => sides.on_edge && !sides.inside,
                    Spatial::Crosses => sides.inside && sides.outside,
                    _ => false,
                }));
            }
            Geometry::Polygon(_) | Geometry::MultiPolygon(_) => {
                let matrix = self.matrix(feature, near, meter)?;
                let is_cut = [CoordPos::Inside, CoordPos::OnBoundary]
                    .into_iter()
                    .any(|of_edges| matrix.get(CoordPos::Inside, of_edges) != Dimensions::Empty);
                if is_cut {
                    // The feature contains points on both sides of an edge.
                    return Ok(Some(op == Spatial::Overlaps));
                }
                let Some(mut sides) = self.sides_of_polygons(feature, meter)? else {
                    return Ok(None);
                };
                sides.on_edge = matrix.is_intersects();
                sides
            }
            Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => {
                match self.contact(feature, true, meter)? {
                    Contact::Crossing => return Ok(Some(op == Spatial::Crosses)),
                    Contact::Touching => return Ok(None),
                    Contact::Nowhere => {}
                }
                let mut sides = Sides::default();
                for start in starts_of(feature) {
                    self.add_side(start, &mut sides, meter)?;
                }
                sides
            }
            _ => return Ok(None),
        };
        let is_split = sides.inside && sides.outside;
        let is_line = !matches!(feature, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
        Ok(Some(match op {
            Spatial::Within => sides.inside && !sides.outside,
            Spatial::Touches => sides.on_edge && !sides.inside,
            Spatial::Crosses => is_split && is_line,
            Spatial::Overlaps => is_split && !is_line,
            _ => false,
        }))
    }

    fn add_side<M: Meter>(
        &self,
        c: Coord<f64>,
        sides: &mut Sides,
        meter: &M,
    ) -> Result<(), M::Stop> {
        if self.is_on_edge(c, meter)? {
            sides.on_edge = true;
        } else if self.is_inside(c, meter)? {
            sides.inside = true;
        } else {
            sides.outside = true;
        }
        Ok(())
    }

    /// The sides on which polygons lie whose interiors no edge enters. Each polygon is on the side of any of its
    /// corners that lies on no edge, or, if all lie on edges, of a point in its interior. `None` if no such point
    /// is found.
    fn sides_of_polygons<M: Meter>(
        &self,
        feature: &Geometry<f64>,
        meter: &M,
    ) -> Result<Option<Sides>, M::Stop> {
        let polygons = match feature {
            Geometry::Polygon(p) => std::slice::from_ref(p),
            Geometry::MultiPolygon(m) => m.0.as_slice(),
            _ => &[],
        };
        let mut sides = Sides::default();
        for polygon in polygons {
            let mut place = None;
            for c in polygon.coords_iter() {
                if !self.is_on_edge(c, meter)? {
                    place = Some(c);
                    break;
                }
            }
            let inner = || polygon.interior_point().map(|p| p.0);
            let Some(place) = place.or_else(inner) else {
                return Ok(None);
            };
            self.add_side(place, &mut sides, meter)?;
        }
        Ok(Some(sides))
    }
}

/// Whether two edges that meet cross in one point in the interior of both. The point is computed as
/// `geo` computes it: where it rounds to an end of an edge, `geo` sees a touch and no crossing.
fn is_crossing(a: &Line<f64>, b: &Line<f64>) -> bool {
    match line_intersection(*a, *b) {
        Some(LineIntersection::SinglePoint {
            intersection,
            is_proper: true,
        }) => ![a.start, a.end, b.start, b.end].contains(&intersection),
        _ => false,
    }
}

/// The first position of each part of a geometry.
fn starts_of(geometry: &Geometry<f64>) -> Vec<Coord<f64>> {
    match geometry {
        Geometry::MultiPoint(m) => m.0.iter().map(|p| p.0).collect(),
        Geometry::MultiLineString(m) => m.0.iter().filter_map(|l| l.0.first().copied()).collect(),
        Geometry::MultiPolygon(m) => {
            let starts = m.0.iter().filter_map(|p| p.exterior().0.first().copied());
            starts.collect()
        }
        Geometry::GeometryCollection(c) => c.0.iter().flat_map(starts_of).collect(),
        other => other.coords_iter().next().into_iter().collect(),
    }
}
