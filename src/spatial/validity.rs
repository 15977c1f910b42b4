//! Checks and normalizes geometries: coordinates in range, closed simple rings, holes inside their
//! polygons, and parts that do not overlap (OGC Simple Features, as in PostGIS's `ST_IsValid`).
//!
//! All segments of a geometry go into one R-tree, and nesting is determined with one ray per ring,
//! so that a ring of ten thousand vertices takes milliseconds instead of quadratic time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use geo::Winding;
use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo_types::{
    Coord, Geometry, GeometryCollection, Line, LineString, MultiLineString, MultiPoint,
    MultiPolygon, Point, Polygon,
};
use rstar::{AABB, RTree, RTreeObject};

use crate::model::{InChinese, Localized, both};

/// Why a geometry is not valid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Invalid {
    /// The invalid part in GeoJSON notation: `coordinates[0]` is the first ring of a polygon.
    pub place: String,
    /// What is wrong with it, with the position if there is one.
    pub problem: Localized,
}

impl InChinese for Invalid {
    fn zh(&self) -> String {
        format!("{}：{}", self.place, self.problem.zh)
    }
}

/// The distance in degrees beyond ±180 and ±90 up to which a coordinate is moved to the edge: a
/// tenth of a millimetre, more than the rounding errors of programs that cut at the antimeridian.
const EDGE: f64 = 1e-9;

/// Moves a coordinate that rounding has put slightly beyond the edge of the globe to the edge;
/// other coordinates stay as they are.
pub fn on_edge(c: Coord<f64>) -> Coord<f64> {
    let near = |value: f64, limit: f64| match value.abs() - limit {
        beyond if beyond > 0.0 && beyond <= EDGE => limit.copysign(value),
        _ => value,
    };
    Coord {
        x: near(c.x, 180.0),
        y: near(c.y, 90.0),
    }
}

/// Why a coordinate is not a longitude and a latitude in degrees; `None` if it is.
pub fn out_of_range(c: Coord<f64>) -> Option<Localized> {
    let Coord { x, y } = c;
    if !x.is_finite() || !y.is_finite() {
        return Some(both!(
            "[{x}, {y}] 不是地球上的位置",
            "[{x}, {y}] is not a position on the earth"
        ));
    }
    let lon_ok = c.x.abs() <= 180.0;
    let lat_ok = c.y.abs() <= 90.0;
    let (name_zh, name, value, bound) = match (lon_ok, lat_ok) {
        (true, true) => return None,
        (false, _) => ("经度", "longitude", c.x, 180),
        (true, false) => ("纬度", "latitude", c.y, 90),
    };
    let (hint_zh, hint) = if c.x.abs() > 1000.0 || c.y.abs() > 1000.0 {
        (
            "；数值像是以米为单位，请注明所用坐标系",
            "; these look like metres: name their coordinate system",
        )
    } else if lon_ok && c.x.abs() <= 90.0 && c.y.abs() <= 180.0 {
        (
            "；经纬度可能写反了，应为 [经度, 纬度]",
            "; longitude and latitude look swapped: expected [longitude, latitude]",
        )
    } else {
        ("", "")
    };
    Some(both!(
        "{name_zh} {value} 不在 -{bound} 至 {bound} 之间{hint_zh}",
        "{name} {value} is not within -{bound} to {bound}{hint}"
    ))
}

/// Converts a geometry to the form that the map stores: exterior rings counter-clockwise and holes
/// clockwise (RFC 7946), no repeated positions, no negative zero, and no coordinate slightly beyond
/// the edge of the globe. Does not check validity.
pub fn normalise(geometry: Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::Point(p) => Geometry::Point(Point(plain(p.0))),
        Geometry::MultiPoint(points) => Geometry::MultiPoint(MultiPoint(
            points.0.into_iter().map(|p| Point(plain(p.0))).collect(),
        )),
        Geometry::Line(l) => Geometry::LineString(line(LineString(vec![l.start, l.end]))),
        Geometry::LineString(l) => Geometry::LineString(line(l)),
        Geometry::MultiLineString(lines) => {
            Geometry::MultiLineString(MultiLineString(lines.0.into_iter().map(line).collect()))
        }
        Geometry::Polygon(p) => Geometry::Polygon(polygon(p)),
        Geometry::Rect(r) => Geometry::Polygon(polygon(r.to_polygon())),
        Geometry::Triangle(t) => Geometry::Polygon(polygon(t.to_polygon())),
        Geometry::MultiPolygon(polygons) => {
            Geometry::MultiPolygon(MultiPolygon(polygons.0.into_iter().map(polygon).collect()))
        }
        Geometry::GeometryCollection(members) => Geometry::GeometryCollection(GeometryCollection(
            members.0.into_iter().map(normalise).collect(),
        )),
    }
}

fn plain(c: Coord<f64>) -> Coord<f64> {
    let c = on_edge(c);
    // Adding zero turns -0 into 0; JSON would write them differently.
    Coord {
        x: c.x + 0.0,
        y: c.y + 0.0,
    }
}

fn line(mut line: LineString<f64>) -> LineString<f64> {
    let last = line.0.last().copied();
    line.0.iter_mut().for_each(|c| *c = plain(*c));
    line.0.dedup();
    // A line with a single distinct position keeps two positions, so that the check refuses it as a
    // line.
    if line.0.len() == 1
        && let Some(last) = last
    {
        line.0.push(plain(last));
    }
    line
}

fn polygon(polygon: Polygon<f64>) -> Polygon<f64> {
    let (mut exterior, mut interiors) = polygon.into_inner();
    let tidy = |ring: &mut LineString<f64>| {
        ring.0.iter_mut().for_each(|c| *c = plain(*c));
        ring.0.dedup();
    };
    tidy(&mut exterior);
    exterior.make_ccw_winding();
    for hole in &mut interiors {
        tidy(hole);
        hole.make_cw_winding();
    }
    Polygon::new(exterior, interiors)
}

/// Checks a geometry, including the range of its degrees, and returns the first problem found.
pub fn validate(geometry: &Geometry<f64>) -> Result<(), Invalid> {
    match geometry {
        Geometry::Point(p) => in_range(std::iter::once(&p.0), &Place::Whole),
        Geometry::MultiPoint(points) => {
            filled(points.0.len(), ("点", "points"))?;
            in_range(points.0.iter().map(|p| &p.0), &Place::Whole)
        }
        Geometry::Line(l) => check_line(&LineString(vec![l.start, l.end]), &Place::Whole),
        Geometry::LineString(l) => check_line(l, &Place::Whole),
        Geometry::MultiLineString(lines) => {
            filled(lines.0.len(), ("线", "lines"))?;
            lines
                .0
                .iter()
                .enumerate()
                .try_for_each(|(i, l)| check_line(l, &Place::Part(i)))
        }
        Geometry::Polygon(p) => check_polygons(std::slice::from_ref(p), false),
        Geometry::MultiPolygon(polygons) => {
            filled(polygons.0.len(), ("面", "polygons"))?;
            check_polygons(&polygons.0, true)
        }
        Geometry::Rect(r) => check_polygons(&[r.to_polygon()], false),
        Geometry::Triangle(t) => check_polygons(&[t.to_polygon()], false),
        Geometry::GeometryCollection(members) => {
            filled(members.0.len(), ("图形", "geometries"))?;
            members.0.iter().enumerate().try_for_each(|(i, member)| {
                validate(member).map_err(|e| Invalid {
                    place: format!("geometries[{i}].{}", e.place),
                    problem: e.problem,
                })
            })
        }
    }
}

fn filled(count: usize, (zh, of): (&str, &str)) -> Result<(), Invalid> {
    if count == 0 {
        return Err(Invalid {
            place: "coordinates".into(),
            problem: both!("应有{zh}，实际没有", "expected {of}, found none"),
        });
    }
    Ok(())
}

/// The path of a part of a geometry, in the nesting of GeoJSON coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    Part(usize),
    PartOf(usize, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("coordinates"),
            Self::Part(i) => write!(f, "coordinates[{i}]"),
            Self::PartOf(i, j) => write!(f, "coordinates[{i}][{j}]"),
        }
    }
}

impl Place {
    fn error(self, problem: impl Into<Localized>) -> Invalid {
        Invalid {
            place: self.to_string(),
            problem: problem.into(),
        }
    }
}

fn in_range<'a>(
    coords: impl Iterator<Item = &'a Coord<f64>>,
    place: &Place,
) -> Result<(), Invalid> {
    for (i, c) in coords.enumerate() {
        if let Some(Localized { zh, en }) = out_of_range(*c) {
            let n = i + 1;
            return Err(place.error(both!("第{n}个点：{zh}", "position {i}: {en}")));
        }
    }
    Ok(())
}

/// The error of a problem at a position.
fn crossing(zh: &str, en: &str, at: Coord<f64>) -> Localized {
    let at = At(at);
    both!("{zh}，位置在 {at} 附近", "{en} near {at}")
}

fn check_line(line: &LineString<f64>, place: &Place) -> Result<(), Invalid> {
    in_range(line.0.iter(), place)?;
    if line.0.iter().all(|c| Some(c) == line.0.first()) {
        return Err(place.error(both!(
            "一条线至少要有2个不同的点",
            "a line has at least 2 different positions"
        )));
    }
    Ok(())
}

/// One ring among all rings of a geometry.
struct Ring<'a> {
    coords: &'a [Coord<f64>],
    polygon: usize,
    hole: bool,
    place: Place,
}

#[derive(Clone, Copy)]
struct Segment {
    line: Line<f64>,
    ring: usize,
    index: usize,
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(
            [self.line.start.x, self.line.start.y],
            [self.line.end.x, self.line.end.y],
        )
    }
}

fn check_polygons(polygons: &[Polygon<f64>], multi: bool) -> Result<(), Invalid> {
    let mut rings = Vec::new();
    let mut owned = Vec::new();
    for p in polygons {
        for ring in std::iter::once(p.exterior()).chain(p.interiors()) {
            // Repeated positions are allowed, but would give segments without a direction.
            let mut coords = ring.0.clone();
            coords.dedup();
            owned.push(coords);
        }
    }
    let mut taken = owned.iter();
    for (i, p) in polygons.iter().enumerate() {
        for j in 0..=p.interiors().len() {
            let place = if multi {
                Place::PartOf(i, j)
            } else {
                Place::Part(j)
            };
            let Some(coords) = taken.next() else { break };
            in_range(coords.iter(), &place)?;
            if coords.first() != coords.last() {
                return Err(place.error(both!("环没有闭合", "the ring is not closed")));
            }
            if coords.len() < 4 {
                return Err(place.error(both!(
                    "一个环至少要有3个不同的点",
                    "a ring has at least 3 different positions"
                )));
            }
            rings.push(Ring {
                coords,
                polygon: i,
                hole: j > 0,
                place,
            });
        }
    }
    let segments = Segments::of(&rings);
    let touches = intersections(&rings, &segments)?;
    nesting(&rings, &segments, &touches)?;
    connected(&rings, &touches)
}

/// All segments of all rings, with an index to find those that may intersect.
struct Segments {
    all: Vec<Segment>,
    tree: Option<RTree<Segment>>,
}

impl Segments {
    /// With fewer segments than this, a loop over all pairs is faster than building a tree. Most
    /// buildings have fewer.
    const SMALL: usize = 32;

    fn of(rings: &[Ring<'_>]) -> Self {
        let mut all = Vec::new();
        for (r, ring) in rings.iter().enumerate() {
            for (i, pair) in ring.coords.windows(2).enumerate() {
                all.push(Segment {
                    line: Line::new(pair[0], pair[1]),
                    ring: r,
                    index: i,
                });
            }
        }
        let tree = (all.len() > Self::SMALL).then(|| RTree::bulk_load(all.clone()));
        Self { all, tree }
    }

    /// Calls `each` with the segments whose boxes intersect the given one, until it returns an
    /// error.
    fn near<E>(
        &self,
        envelope: AABB<[f64; 2]>,
        mut each: impl FnMut(&Segment) -> Result<(), E>,
    ) -> Result<(), E> {
        match &self.tree {
            Some(tree) => tree
                .locate_in_envelope_intersecting(envelope)
                .try_for_each(&mut each),
            None => {
                use rstar::Envelope;
                self.all
                    .iter()
                    .filter(|s| s.envelope().intersects(&envelope))
                    .try_for_each(each)
            }
        }
    }
}

/// A point where two rings touch, without crossing in the interior of both segments.
struct Touch {
    a: Segment,
    b: Segment,
    at: Coord<f64>,
}

/// Refuses rings that cross themselves or each other; returns the points where different rings
/// touch.
fn intersections(rings: &[Ring<'_>], segments: &Segments) -> Result<Vec<Touch>, Invalid> {
    let mut touches = Vec::new();
    for a in &segments.all {
        segments.near(a.envelope(), |b| {
            // Each pair is tested once.
            if (b.ring, b.index) <= (a.ring, a.index) {
                return Ok(());
            }
            let Some(meeting) = line_intersection(a.line, b.line) else {
                return Ok(());
            };
            if a.ring == b.ring {
                same_ring(&rings[a.ring], a, b, meeting)
            } else {
                if let Some(at) = different_rings(rings, a, b, meeting)? {
                    touches.push(Touch { a: *a, b: *b, at });
                }
                Ok(())
            }
        })?;
    }
    Ok(touches)
}

fn same_ring(
    ring: &Ring<'_>,
    a: &Segment,
    b: &Segment,
    meeting: LineIntersection<f64>,
) -> Result<(), Invalid> {
    let count = ring.coords.len() - 1;
    let follows = a.index + 1 == b.index || b.index + 1 == a.index;
    let closes = a.index.abs_diff(b.index) + 1 == count;
    match meeting {
        LineIntersection::SinglePoint { .. } if follows || closes => Ok(()),
        LineIntersection::SinglePoint { intersection, .. } => Err(ring.place.error(crossing(
            "环与自身相交",
            "the ring meets itself",
            intersection,
        ))),
        LineIntersection::Collinear { intersection } => Err(ring.place.error(crossing(
            "环与自身重叠",
            "the ring runs back over itself",
            intersection.start,
        ))),
    }
}

fn different_rings(
    rings: &[Ring<'_>],
    a: &Segment,
    b: &Segment,
    meeting: LineIntersection<f64>,
) -> Result<Option<Coord<f64>>, Invalid> {
    let other = rings[a.ring].place;
    match meeting {
        LineIntersection::SinglePoint {
            intersection,
            is_proper: false,
        } => Ok(Some(intersection)),
        LineIntersection::SinglePoint { intersection, .. } => {
            Err(rings[b.ring].place.error(crossing(
                &format!("环与 {other} 相交"),
                &format!("the ring crosses the ring {other}"),
                intersection,
            )))
        }
        LineIntersection::Collinear { intersection } => Err(rings[b.ring].place.error(crossing(
            &format!("环与 {other} 有公共边"),
            &format!("the ring shares an edge with the ring {other}"),
            intersection.start,
        ))),
    }
}

/// A position formatted for an error text.
struct At(Coord<f64>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{:.7}, {:.7}]", self.0.x, self.0.y)
    }
}

/// Checks that each hole lies in its own exterior and in no other hole, and that no exterior lies
/// inside another polygon, unless it is inside a hole.
fn nesting(rings: &[Ring<'_>], segments: &Segments, touches: &[Touch]) -> Result<(), Invalid> {
    if rings.len() == 1 {
        return Ok(());
    }
    for (r, ring) in rings.iter().enumerate() {
        let mut inside: Option<BTreeSet<usize>> = None;
        for sample in samples(r, ring, touches) {
            let here = rings_around(sample, r, segments);
            match &inside {
                None => inside = Some(here),
                Some(before) if *before != here => {
                    let other = before.symmetric_difference(&here).next();
                    let other = other.map_or(ring.place, |o| rings[*o].place);
                    return Err(ring.place.error(crossing(
                        &format!("环与 {other} 相交"),
                        &format!("the ring crosses the ring {other}"),
                        sample,
                    )));
                }
                Some(_) => {}
            }
        }
        let inside = inside.unwrap_or_default();
        let in_hole_of = |polygon: usize| {
            inside
                .iter()
                .any(|o| rings[*o].hole && rings[*o].polygon == polygon)
        };
        let in_shell_of = |polygon: usize| {
            inside
                .iter()
                .any(|o| !rings[*o].hole && rings[*o].polygon == polygon)
        };
        if ring.hole {
            if !in_shell_of(ring.polygon) {
                return Err(ring.place.error(both!(
                    "内环（洞）在外环之外",
                    "the hole lies outside its exterior ring"
                )));
            }
            if in_hole_of(ring.polygon) {
                return Err(ring.place.error(both!(
                    "内环（洞）在另一个内环之中",
                    "the hole lies within another hole"
                )));
            }
        } else if let Some(other) = inside
            .iter()
            .find(|o| !rings[**o].hole && !in_hole_of(rings[**o].polygon))
        {
            let other = rings[*other].place;
            return Err(ring.place.error(both!(
                "该面位于 {other} 所在的面之内",
                "the polygon lies within the polygon of {other}"
            )));
        }
    }
    Ok(())
}

/// Points that together show on which side of every other ring this ring lies: any one if it
/// touches no ring, otherwise the middles of the segment pieces next to the touching points.
fn samples(r: usize, ring: &Ring<'_>, touches: &[Touch]) -> Vec<Coord<f64>> {
    let mut cuts: BTreeMap<usize, Vec<Coord<f64>>> = BTreeMap::new();
    for touch in touches {
        for segment in [&touch.a, &touch.b] {
            if segment.ring == r {
                cuts.entry(segment.index).or_default().push(touch.at);
            }
        }
    }
    if cuts.is_empty() {
        return vec![ring.coords[0]];
    }
    let mut out = Vec::new();
    for (index, mut points) in cuts {
        let (from, to) = (ring.coords[index], ring.coords[index + 1]);
        let along =
            |c: &Coord<f64>| (c.x - from.x) * (to.x - from.x) + (c.y - from.y) * (to.y - from.y);
        points.extend([from, to]);
        points.sort_by(|a, b| along(a).total_cmp(&along(b)));
        points.dedup();
        out.extend(points.windows(2).map(|pair| Coord {
            x: (pair[0].x + pair[1].x) / 2.0,
            y: (pair[0].y + pair[1].y) / 2.0,
        }));
    }
    out
}

/// The rings other than `own` that contain the point: those that a ray to the east crosses an odd
/// number of times.
fn rings_around(p: Coord<f64>, own: usize, segments: &Segments) -> BTreeSet<usize> {
    let mut odd = BTreeSet::new();
    let ray = AABB::from_corners([p.x, p.y], [f64::MAX, p.y]);
    let _: Result<(), std::convert::Infallible> = segments.near(ray, |s| {
        let (a, b) = (s.line.start, s.line.end);
        if s.ring != own && (a.y > p.y) != (b.y > p.y) {
            let side = RobustKernel::orient2d(a, b, p);
            let left = if b.y > a.y {
                Orientation::CounterClockwise
            } else {
                Orientation::Clockwise
            };
            if side == left && !odd.remove(&s.ring) {
                odd.insert(s.ring);
            }
        }
        Ok(())
    });
    odd
}

/// Checks that the interior of a polygon is connected. Rings that touch each other in a closed
/// chain (a cycle in the graph of rings and touching points) divide it.
fn connected(rings: &[Ring<'_>], touches: &[Touch]) -> Result<(), Invalid> {
    let mut edges = BTreeSet::new();
    for touch in touches {
        if rings[touch.a.ring].polygon == rings[touch.b.ring].polygon {
            for ring in [touch.a.ring, touch.b.ring] {
                edges.insert((ring, touch.at.x.to_bits(), touch.at.y.to_bits()));
            }
        }
    }
    let mut points = BTreeMap::new();
    let mut parent: Vec<usize> = (0..rings.len()).collect();
    for (ring, x, y) in edges {
        let polygon = rings[ring].polygon;
        let point = *points.entry((polygon, x, y)).or_insert_with(|| {
            parent.push(parent.len());
            parent.len() - 1
        });
        let (a, b) = (root(&mut parent, ring), root(&mut parent, point));
        if a == b {
            let at = Coord {
                x: f64::from_bits(x),
                y: f64::from_bits(y),
            };
            return Err(rings[ring].place.error(crossing(
                "各环相接，把内部分成了几块",
                "the rings touch so that the interior falls apart",
                at,
            )));
        }
        parent[a] = b;
    }
    Ok(())
}

fn root(parent: &mut [usize], mut of: usize) -> usize {
    while parent[of] != of {
        parent[of] = parent[parent[of]];
        of = parent[of];
    }
    of
}

#[cfg(test)]
mod tests;
