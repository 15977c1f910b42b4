//! Builds polygons from ways: from one closed way, or from all members of a multipolygon relation.
//!
//! Roles and the order of members are often wrong and are not used. The segments alone decide what
//! is inside (even-odd rule). A segment that occurs twice cancels out, so two outer rings with a
//! common edge become one ring. A ring that occurs twice as a whole (a relation that lists a way
//! twice, in any roles, or two ways with the same nodes) is a mapping error and counts once; if it
//! cancelled out, a building would disappear and leave its courtyard. Positions are the integers of
//! OpenStreetMap (1e-7 degrees), so tests of what is inside are exact.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Polygon};

use crate::model::{Localized, both};
use crate::spatial::validity;

/// A position (longitude, latitude) in units of 1e-7 degrees of WGS 84.
pub type Place = (i32, i32);

/// Converts a position to degrees of WGS 84.
pub fn coord(place: Place) -> Coord<f64> {
    Coord {
        x: f64::from(place.0) / 1e7,
        y: f64::from(place.1) / 1e7,
    }
}

/// Builds the area that the ways enclose: a Polygon, or a MultiPolygon if there are several parts.
///
/// # Errors
/// The text says where a ring is open, where rings cross, or that nothing is enclosed.
pub fn assemble(ways: &[Vec<Place>]) -> Result<Geometry<f64>, Localized> {
    let geometry = match ways {
        [way] if is_simple_ring(way) => Geometry::Polygon(polygon(way, &[])),
        _ => from_segments(ways)?,
    };
    let geometry = validity::normalise(geometry);
    validity::validate(&geometry).map_err(|e| e.problem)?;
    Ok(geometry)
}

/// Whether a way is closed and visits no other position twice.
fn is_simple_ring(way: &[Place]) -> bool {
    if way.len() < 4 || way.first() != way.last() {
        return false;
    }
    let mut places = way[1..].to_vec();
    places.sort_unstable();
    places.windows(2).all(|w| w[0] != w[1])
}

fn polygon(exterior: &[Place], interiors: &[&[Place]]) -> Polygon<f64> {
    let ring = |r: &[Place]| LineString(r.iter().copied().map(coord).collect());
    Polygon::new(ring(exterior), interiors.iter().map(|r| ring(r)).collect())
}

type Segment = (Place, Place);

fn from_segments(ways: &[Vec<Place>]) -> Result<Geometry<f64>, Localized> {
    let counted = count(ways);
    let odd = |counted: &BTreeMap<Segment, usize>| -> BTreeSet<Segment> {
        let odd = counted.iter().filter(|(_, n)| *n % 2 == 1);
        odd.map(|(s, _)| *s).collect()
    };
    let segments = odd(&counted);
    // A way whose segments are all cancelled is either listed twice or lies on edges shared by
    // others.
    let is_cancelled = |way: &&Vec<Place>| sides(way).all(|s| !segments.contains(&s));
    let cancelled: Vec<Vec<Place>> = ways.iter().filter(is_cancelled).cloned().collect();
    let doubles: Vec<Segment> = count(&cancelled)
        .into_iter()
        .filter(|(_, n)| *n % 2 == 0)
        .map(|(s, _)| s)
        .collect();
    if !doubles.is_empty() {
        let mut once = segments.clone();
        once.extend(doubles);
        // If a doubled segment is an edge that two neighbours share, adding it back leaves open
        // ends and `from_odd` fails. Such an edge stays cancelled.
        if let Ok(geometry) = from_odd(&once) {
            return Ok(geometry);
        }
    }
    from_odd(&segments)
}

/// The segments of a way, each with its ends in a fixed order.
fn sides(way: &[Place]) -> impl Iterator<Item = Segment> {
    way.windows(2)
        .filter(|pair| pair[0] != pair[1])
        .map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])))
}

fn count(ways: &[Vec<Place>]) -> BTreeMap<Segment, usize> {
    let mut counted: BTreeMap<Segment, usize> = BTreeMap::new();
    for side in ways.iter().flat_map(|way| sides(way)) {
        *counted.entry(side).or_default() += 1;
    }
    counted
}

fn from_odd(segments: &BTreeSet<Segment>) -> Result<Geometry<f64>, Localized> {
    if segments.is_empty() {
        return Err(both!("各条路径没有围成面", "the ways enclose no area"));
    }
    let segments: Vec<Segment> = segments.iter().copied().collect();
    let rings = Walker::new(&segments)?.rings();
    Ok(nest(rings))
}

/// Follows segments and cuts off closed loops.
struct Walker<'a> {
    segments: &'a [Segment],
    used: Vec<bool>,
    at: HashMap<Place, Vec<usize>>,
    /// Whether more than two segments meet at some position, so that the walker must choose.
    branches: bool,
}

impl<'a> Walker<'a> {
    fn new(segments: &'a [Segment]) -> Result<Self, Localized> {
        let mut at: HashMap<Place, Vec<usize>> = HashMap::new();
        for (i, (a, b)) in segments.iter().enumerate() {
            at.entry(*a).or_default().push(i);
            at.entry(*b).or_default().push(i);
        }
        if let Some(open) = at
            .iter()
            .filter(|(_, s)| s.len() % 2 == 1)
            .map(|(p, _)| *p)
            .min()
        {
            let Coord { x, y } = coord(open);
            return Err(both!(
                "环没有闭合，终止于 [{x}, {y}]",
                "the ring is not closed: it ends at [{x}, {y}]"
            ));
        }
        let branches = at.values().any(|s| s.len() > 2);
        Ok(Self {
            segments,
            used: vec![false; segments.len()],
            at,
            branches,
        })
    }

    fn rings(mut self) -> Vec<Vec<Place>> {
        let mut rings = Vec::new();
        for first in 0..self.segments.len() {
            if self.used[first] {
                continue;
            }
            let (mut from, mut to) = self.segments[first];
            // If the inside is on the left, turning as far left as possible stays on one part.
            if self.branches && !self.inside_on_left(first) {
                std::mem::swap(&mut from, &mut to);
            }
            self.used[first] = true;
            let mut path = vec![from, to];
            let mut index: HashMap<Place, usize> = HashMap::from([(from, 0), (to, 1)]);
            while let Some(next) = self.step(&path) {
                if let Some(start) = index.get(&next).copied() {
                    let mut ring = path.split_off(start);
                    for place in &ring {
                        index.remove(place);
                    }
                    ring.push(next);
                    rings.push(ring);
                }
                index.insert(next, path.len());
                path.push(next);
            }
        }
        rings
    }

    /// The next position of the path: the other end of the first unused segment, clockwise from the
    /// segment on which the path arrived. `None` if no segment is left.
    fn step(&mut self, path: &[Place]) -> Option<Place> {
        // The path has only one position if the rings cut off so far took the others. Then it ends,
        // and `rings` begins the next path.
        let [.., came, here] = path else {
            return None;
        };
        let (came, here) = (*came, *here);
        let other = |s: Segment| if s.0 == here { s.1 } else { s.0 };
        let options = self.at.get(&here)?;
        let chosen = options
            .iter()
            .copied()
            .filter(|i| !self.used[*i])
            .min_by(|a, b| {
                let angle = |i: usize| clockwise(here, came, other(self.segments[i]));
                angle(*a).total_cmp(&angle(*b))
            })?;
        self.used[chosen] = true;
        Some(other(self.segments[chosen]))
    }

    /// Whether the left side of a segment, seen from its first to its second end, is inside by the
    /// even-odd rule over all segments.
    fn inside_on_left(&self, index: usize) -> bool {
        let wide = |p: Place| (i128::from(p.0) * 2, i128::from(p.1) * 2);
        let flip = |p: (i128, i128)| (p.1, p.0);
        let (a, b) = (wide(self.segments[index].0), wide(self.segments[index].1));
        // Casts a ray from the middle of the segment upwards; for a vertical segment the axes are
        // swapped and the ray goes right.
        let vertical = a.0 == b.0;
        let turn = |p| if vertical { flip(p) } else { p };
        let (a, b) = (turn(a), turn(b));
        let middle = ((a.0 + b.0) / 2, (a.1 + b.1) / 2);
        let mut beyond = 0usize;
        for (i, s) in self.segments.iter().enumerate() {
            let (mut p, mut q) = (turn(wide(s.0)), turn(wide(s.1)));
            if p.0 > q.0 {
                std::mem::swap(&mut p, &mut q);
            }
            if i == index || p.0 > middle.0 || q.0 <= middle.0 {
                continue;
            }
            let side = (q.0 - p.0) * (middle.1 - p.1) - (q.1 - p.1) * (middle.0 - p.0);
            if side < 0 {
                beyond += 1;
            }
        }
        let inside_beyond = beyond % 2 == 1;
        // A ray upwards is on the left side of a segment that runs to the right. A ray to the right
        // is on the left side of a segment that runs down.
        let beyond_is_left = if vertical { b.0 < a.0 } else { b.0 > a.0 };
        inside_beyond == beyond_is_left
    }
}

/// The angle at `here` from the direction of `came` clockwise to the direction of `to`, in radians
/// in (0, 2π].
fn clockwise(here: Place, came: Place, to: Place) -> f64 {
    let angle =
        |p: Place| (f64::from(p.1) - f64::from(here.1)).atan2(f64::from(p.0) - f64::from(here.0));
    let turn = angle(came) - angle(to);
    if turn <= 0.0 {
        turn + std::f64::consts::TAU
    } else {
        turn
    }
}

/// Groups rings into polygons: a ring inside an even number of others is an exterior.
fn nest(mut rings: Vec<Vec<Place>>) -> Geometry<f64> {
    rings.sort_by_key(|r| std::cmp::Reverse(doubled_area(r)));
    let boxes: Vec<_> = rings.iter().map(|r| bounds(r)).collect();
    // The index of each exterior ring with the indices of its holes.
    let mut parts: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut part_of = vec![None; rings.len()];
    for i in 0..rings.len() {
        let around: Vec<usize> = (0..i)
            .filter(|j| covers(boxes[*j], boxes[i]) && is_within(&rings[i], &rings[*j]))
            .collect();
        // The rings that contain this one are nested, and the smallest comes last.
        match around.last() {
            Some(parent) if around.len() % 2 == 1 => {
                if let Some(part) = part_of[*parent] {
                    let (_, holes): &mut (usize, Vec<usize>) = &mut parts[part];
                    holes.push(i);
                }
            }
            _ => {
                part_of[i] = Some(parts.len());
                parts.push((i, Vec::new()));
            }
        }
    }
    let mut polygons: Vec<_> = parts
        .iter()
        .map(|(exterior, holes)| {
            let holes: Vec<&[Place]> = holes.iter().map(|h| rings[*h].as_slice()).collect();
            polygon(&rings[*exterior], &holes)
        })
        .collect();
    if polygons.len() == 1
        && let Some(one) = polygons.pop()
    {
        return Geometry::Polygon(one);
    }
    Geometry::MultiPolygon(MultiPolygon(polygons))
}

fn doubled_area(ring: &[Place]) -> i128 {
    ring.windows(2)
        .map(|w| i128::from(w[0].0) * i128::from(w[1].1) - i128::from(w[1].0) * i128::from(w[0].1))
        .sum::<i128>()
        .abs()
}

fn bounds(ring: &[Place]) -> (Place, Place) {
    ring.iter().fold(
        ((i32::MAX, i32::MAX), (i32::MIN, i32::MIN)),
        |(low, high), p| {
            (
                (low.0.min(p.0), low.1.min(p.1)),
                (high.0.max(p.0), high.1.max(p.1)),
            )
        },
    )
}

fn covers(outer: (Place, Place), inner: (Place, Place)) -> bool {
    outer.0.0 <= inner.0.0
        && outer.0.1 <= inner.0.1
        && outer.1.0 >= inner.1.0
        && outer.1.1 >= inner.1.1
}

/// Whether a ring lies inside another; they may touch in points. The middle of an edge is tested,
/// because it lies on no other ring.
fn is_within(inner: &[Place], outer: &[Place]) -> bool {
    let wide = |p: Place| (i128::from(p.0) * 2, i128::from(p.1) * 2);
    let (a, b) = (wide(inner[0]), wide(inner[1]));
    let middle = ((a.0 + b.0) / 2, (a.1 + b.1) / 2);
    let mut inside = false;
    for w in outer.windows(2) {
        let (mut p, mut q) = (wide(w[0]), wide(w[1]));
        if p.1 > q.1 {
            std::mem::swap(&mut p, &mut q);
        }
        if p.1 <= middle.1 && q.1 > middle.1 {
            let side = (q.0 - p.0) * (middle.1 - p.1) - (q.1 - p.1) * (middle.0 - p.0);
            if side > 0 {
                inside = !inside;
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::Area;

    fn square(x: i32, y: i32, size: i32) -> Vec<Place> {
        vec![
            (x, y),
            (x + size, y),
            (x + size, y + size),
            (x, y + size),
            (x, y),
        ]
    }

    /// The area in square units of the test, and the numbers of parts and holes.
    fn shape(ways: &[Vec<Place>]) -> (i64, usize, usize) {
        let polygons = match assemble(ways) {
            Ok(Geometry::Polygon(p)) => vec![p],
            Ok(Geometry::MultiPolygon(m)) => m.0,
            other => panic!("{other:?}"),
        };
        let area: f64 = polygons.iter().map(Area::unsigned_area).sum();
        let holes = polygons.iter().map(|p| p.interiors().len()).sum();
        ((area * 1e14).round() as i64, polygons.len(), holes)
    }

    #[test]
    fn a_ring_is_put_together_from_pieces_in_any_direction() {
        let pieces = [
            vec![(0, 0), (9, 0), (9, 9)],
            vec![(0, 0), (0, 9)],
            vec![(9, 9), (0, 9)],
        ];
        assert_eq!(shape(&pieces), (81, 1, 0));
    }

    #[test]
    fn inner_and_outer_follow_from_the_shape_not_from_roles() {
        let island = [
            square(2, 2, 5),
            square(0, 0, 9),
            square(3, 3, 1),
            square(20, 0, 2),
        ];
        assert_eq!(shape(&island), (81 - 25 + 1 + 4, 3, 1));
    }

    #[test]
    fn a_common_edge_and_a_spike_disappear() {
        assert_eq!(shape(&[square(0, 0, 4), square(4, 0, 4)]), (32, 1, 0));
        let mut spiked = square(0, 0, 4);
        spiked.splice(2..2, [(9, 0), (4, 0)]);
        assert_eq!(shape(&[spiked]), (16, 1, 0));
    }

    #[test]
    fn rings_that_touch_in_points_are_separated() {
        // A figure of eight in one way.
        let eight = vec![
            (0, 0),
            (4, 0),
            (4, 4),
            (8, 4),
            (8, 8),
            (4, 8),
            (4, 4),
            (0, 4),
            (0, 0),
        ];
        assert_eq!(shape(&[eight]), (32, 2, 0));
        // A hole that touches its exterior in one point.
        let hole = vec![(0, 4), (4, 2), (4, 6), (0, 4)];
        let shell = vec![(0, 0), (9, 0), (9, 9), (0, 9), (0, 4), (0, 0)];
        assert_eq!(shape(&[shell, hole]), (81 - 8, 1, 1));
        // A hole that touches the exterior in two points and so cuts the inside into two parts.
        let across = vec![(0, 4), (4, 2), (9, 4), (4, 6), (0, 4)];
        let shell = vec![(0, 0), (9, 0), (9, 4), (9, 9), (0, 9), (0, 4), (0, 0)];
        assert_eq!(shape(&[shell, across]), (81 - 18, 2, 0));
    }

    #[test]
    fn a_ring_that_stands_twice_counts_once() {
        let (outer, inner) = (square(0, 0, 9), square(2, 2, 4));
        let turned: Vec<Place> = inner.iter().rev().copied().collect();
        let halves = [outer[..3].to_vec(), outer[2..].to_vec()];
        for (ways, expected) in [
            // The outer ring twice and an inner ring: the outer ring with a hole.
            (
                vec![outer.clone(), outer.clone(), inner.clone()],
                (65, 1, 1),
            ),
            // The inner ring twice: the hole stays.
            (
                vec![outer.clone(), inner.clone(), inner.clone()],
                (65, 1, 1),
            ),
            // The hole also stays if another way has the same nodes in reverse order.
            (
                vec![outer.clone(), inner.clone(), turned.clone()],
                (65, 1, 1),
            ),
            // Only the outer ring, twice: one area.
            (vec![outer.clone(), outer.clone()], (81, 1, 0)),
            (vec![outer.clone(); 3], (81, 1, 0)),
            // Both rings twice.
            (
                vec![outer.clone(), inner.clone(), outer.clone(), inner.clone()],
                (65, 1, 1),
            ),
            // A ring once as a whole and once as two halves.
            (
                vec![
                    outer.clone(),
                    halves[0].clone(),
                    halves[1].clone(),
                    inner.clone(),
                ],
                (65, 1, 1),
            ),
            // Half of the outer ring twice.
            (
                vec![
                    halves[0].clone(),
                    halves[1].clone(),
                    halves[0].clone(),
                    inner.clone(),
                ],
                (65, 1, 1),
            ),
        ] {
            assert_eq!(shape(&ways), expected, "{ways:?}");
        }
    }

    #[test]
    fn an_edge_listed_by_two_neighbours_stays_cancelled() {
        let shared = vec![(4, 0), (4, 4)];
        let left = vec![(4, 4), (0, 4), (0, 0), (4, 0)];
        let right = vec![(4, 0), (8, 0), (8, 4), (4, 4)];
        assert_eq!(shape(&[left, shared.clone(), right, shared]), (32, 1, 0));
        // Nine square blocks: the one in the middle is cancelled by its neighbours.
        let blocks: Vec<Vec<Place>> = (0..9).map(|i| square(i % 3 * 4, i / 3 * 4, 4)).collect();
        assert_eq!(shape(&blocks), (144, 1, 0));
    }

    #[test]
    fn ways_without_an_area_are_refused_with_a_reason() {
        let open = [vec![(0, 0), (9, 0), (9, 9)]];
        assert!(assemble(&open).unwrap_err().en.contains("not closed"));
        let bow = [vec![(0, 0), (9, 9), (9, 0), (0, 9), (0, 0)]];
        assert!(assemble(&bow).unwrap_err().en.contains("meets itself"));
        assert!(
            assemble(&[vec![(0, 0), (9, 0), (0, 0)]])
                .unwrap_err()
                .en
                .contains("no area")
        );
        assert!(assemble(&[]).is_err());
        assert!(
            assemble(&[square(0, 0, 5), square(2, 2, 5)])
                .unwrap_err()
                .en
                .contains("crosses")
        );
    }
}
