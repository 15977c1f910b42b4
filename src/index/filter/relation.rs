//! The DE-9IM relation of two geometries, and its cost.

use geo::{CoordsIter as _, LinesIter as _};
use geo_types::{Geometry, Line};

use crate::codec::cql2::Spatial;
use crate::index::Meter;
use crate::spatial::bounds::Bounds;

/// The cost of computing a relation, per position, in units of one tested position: a graph of both
/// geometries is built.
pub(super) const RELATE: usize = 128;
/// Two geometries with at most this number of pairs of positions are not examined: every pair counts
/// as work and as a crossing.
const FEW: usize = 4 * 1024;
/// From this number of possibly crossing pairs of edges on, crossings are counted first, because
/// each takes memory.
pub(super) const MANY: usize = 16 * 1024;
/// The bytes that one crossing takes while the relation is computed.
pub(super) const CROSSING: usize = 160;

/// Whether an operator holds for a DE-9IM matrix.
pub(super) fn of_matrix(op: Spatial, matrix: &geo::relate::IntersectionMatrix) -> bool {
    match op {
        Spatial::Equals => matrix.is_equal_topo(),
        Spatial::Touches => matrix.is_touches(),
        Spatial::Crosses => matrix.is_crosses(),
        Spatial::Within => matrix.is_within(),
        Spatial::Contains => matrix.is_contains(),
        Spatial::Overlaps => matrix.is_overlaps(),
        Spatial::Intersects => matrix.is_intersects(),
        Spatial::Disjoint => matrix.is_disjoint(),
    }
}

/// An upper bound of the number of crossings between the edges of two geometries. Testing them takes
/// work in proportion to the pairs of edges, which is reported to the meter first.
pub(super) fn crossings<M: Meter>(
    a: &Geometry<f64>,
    a_box: &Bounds,
    b: &Geometry<f64>,
    b_box: &Bounds,
    meter: &M,
) -> Result<usize, M::Stop> {
    let (n, m) = (a.coords_count(), b.coords_count());
    if n.saturating_mul(m) <= FEW {
        meter.test(n + m + n * m)?;
        return Ok(n * m);
    }
    meter.test(n + m)?;
    let near = |lines: &Geometry<f64>, other: &Bounds| -> Vec<Bounds> {
        let boxes = lines_of(lines).into_iter().map(box_of);
        boxes.filter(|l| l.intersects(other)).collect()
    };
    let (a_lines, b_lines) = (near(a, b_box), near(b, a_box));
    let pairs = a_lines.len().saturating_mul(b_lines.len());
    meter.test(pairs)?;
    if pairs <= MANY {
        return Ok(pairs);
    }
    let met = |l: &Bounds| b_lines.iter().filter(|m| l.intersects(m)).count();
    Ok(a_lines.iter().map(met).sum())
}

/// The edges of a geometry.
pub(super) fn lines_of(geometry: &Geometry<f64>) -> Vec<Line<f64>> {
    match geometry {
        Geometry::LineString(l) => l.lines_iter().collect(),
        Geometry::Polygon(p) => p.lines_iter().collect(),
        Geometry::MultiLineString(m) => m.lines_iter().collect(),
        Geometry::MultiPolygon(m) => m.lines_iter().collect(),
        Geometry::GeometryCollection(c) => c.0.iter().flat_map(lines_of).collect(),
        Geometry::Line(l) => vec![*l],
        Geometry::Rect(r) => r.to_polygon().lines_iter().collect(),
        Geometry::Triangle(t) => t.to_polygon().lines_iter().collect(),
        Geometry::Point(_) | Geometry::MultiPoint(_) => Vec::new(),
    }
}

/// The bounding box of an edge.
pub(super) fn box_of(line: Line<f64>) -> Bounds {
    let (a, b) = (line.start, line.end);
    Bounds::new(a.x.min(b.x), a.y.min(b.y), a.x.max(b.x), a.y.max(b.y))
}
