//! Checks the rings of polygons with one R-tree of all their segments.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use geo::algorithm::kernels::{Kernel, Orientation, RobustKernel};
use geo::line_intersection::{LineIntersection, line_intersection};
use geo_types::{Coord, Line, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::{Invalid, Place, in_range};
use crate::model::{Localized, both};

/// An error text that ends with the position of the error.
fn crossing(zh: &str, en: &str, at: Coord<f64>) -> Localized {
    let at = At(at);
    both!("{zh}，位置在 {at} 附近", "{en} near {at}")
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

/// Checks the rings of polygons: closed, simple, holes inside, and parts that do not overlap.
pub(super) fn check_polygons(polygons: &[Polygon<f64>], multi: bool) -> Result<(), Invalid> {
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
                    "a ring needs at least 3 different positions"
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
                "this polygon lies within the polygon {other}"
            )));
        }
    }
    Ok(())
}

/// Points of a ring that together show on which side of every other ring it lies: its first position if it
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
                "the rings touch so that they divide the interior into parts",
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
