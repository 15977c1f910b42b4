//! Lines that block the way: barriers, the outlines of buildings, the edges of walled compounds.

use super::plane::Pt;
use super::segments::{Segment, Segments};

/// A line touches a wall if it is closer than this, in metres: the precision of the coordinates.
pub const TOUCH_M: f64 = 0.02;
/// A direction within this many radians of a wall's direction runs along it.
const ALONG_RAD: f64 = 1e-3;

/// The kind of a wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WallKind {
    /// A wall, fence or hedge.
    Barrier,
    /// The outline of a building.
    Building,
    /// The edge of a walled compound.
    Compound,
}

/// A line that cannot be passed.
#[derive(Debug, Clone)]
pub struct Wall {
    /// The kind of wall.
    pub kind: WallKind,
    /// The feature, by its position in the list of features.
    pub feature: u32,
    /// The layer that it stands on.
    pub layer: i32,
    /// The vertices. In a ring, the last equals the first.
    pub points: Vec<Pt>,
}

impl Wall {
    fn is_ring(&self) -> bool {
        self.points.len() > 3 && self.points.first() == self.points.last()
    }

    /// The directions in which the wall leaves a vertex, to the next and to the one before; `None` at the
    /// end of an open wall.
    fn directions(&self, at: usize) -> Option<(Pt, Pt)> {
        let here = *self.points.get(at)?;
        let last = self.points.len() - 1;
        let (next, before) = if self.is_ring() && (at == 0 || at == last) {
            (self.points.get(1)?, self.points.get(last - 1)?)
        } else {
            (
                self.points.get(at + 1)?,
                self.points.get(at.checked_sub(1)?)?,
            )
        };
        Some((next.minus(here), before.minus(here)))
    }
}

impl Wall {
    /// The directions, each of length 1, in which a path passes a vertex: both ways across the corner, or
    /// around the end.
    pub fn around(&self, at: usize) -> Vec<Pt> {
        if let Some((next, before)) = self.directions(at) {
            let across = next.unit().plus(before.unit(), 1.0);
            // A straight wall has no corner.
            if across.length() < 0.05 {
                return Vec::new();
            }
            let across = across.unit();
            return vec![Pt::default().minus(across), across];
        }
        let inner = if at == 0 { 1 } else { at.saturating_sub(1) };
        match (self.points.get(at), self.points.get(inner)) {
            (Some(end), Some(inner)) => vec![end.minus(*inner).unit()],
            _ => Vec::new(),
        }
    }
}

/// The side of a wall on which a direction lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To the left of the wall as it is drawn.
    Left,
    /// To the right.
    Right,
    /// Along the wall, or beside the end of it.
    Along,
}

/// Where a line meets a wall.
#[derive(Debug, Clone, Copy)]
pub struct Contact {
    /// The wall, for [`Walls::get`].
    pub wall: u32,
    /// The position of the contact along the segment of the line, from 0 to 1.
    pub share: f64,
    /// The point of contact, in metres in the plane.
    pub at: Pt,
    /// The directions in which the wall continues from there; `None` at its end.
    directions: Option<(Pt, Pt)>,
}

impl Contact {
    /// The direction of the wall.
    pub fn along(&self) -> Pt {
        self.directions.map(|(next, _)| next).unwrap_or_default()
    }

    /// The side of the wall on which a direction from the contact lies.
    pub fn side(&self, direction: Pt) -> Side {
        let Some((next, before)) = self.directions else {
            return Side::Along;
        };
        let turn = |v: Pt| {
            let angle = next.cross(v).atan2(next.dot(v));
            if angle < 0.0 {
                angle + std::f64::consts::TAU
            } else {
                angle
            }
        };
        let (wall, this) = (turn(before), turn(direction));
        let apart = ALONG_RAD..=std::f64::consts::TAU - ALONG_RAD;
        let is_along = !apart.contains(&this) || (this - wall).abs() < ALONG_RAD;
        match is_along {
            true => Side::Along,
            false if this < wall => Side::Left,
            false => Side::Right,
        }
    }
}

/// Which walls at the ends of a line of sight do not block it.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// The distance from the start within which a wall does not block, in metres.
    pub start_m: f64,
    /// The distance from the end within which a wall does not block, in metres.
    pub end_m: f64,
    /// The wall of the gate at which the line begins, if it begins at one.
    pub gate: Option<InWall>,
}

/// The wall that a gate stands in.
#[derive(Debug, Clone, Copy)]
pub struct InWall {
    /// The wall, for [`Walls::get`].
    pub wall: u32,
    /// The direction of the wall at the gate.
    pub along: Pt,
    /// Other walls that run beside it within this many metres are the same wall, drawn twice: the edge of a
    /// compound and its barrier.
    pub beside_m: f64,
}

impl Ends {
    /// No wall may touch either end.
    pub const CLOSED: Self = Self {
        start_m: -1.0,
        end_m: -1.0,
        gate: None,
    };
    /// The line begins on a wall, such as at a door.
    pub const FROM_DOOR: Self = Self {
        start_m: END_M,
        end_m: -1.0,
        gate: None,
    };
    /// The line begins at a door and ends at a gate.
    pub const DOOR_TO_GATE: Self = Self {
        start_m: END_M,
        end_m: END_M,
        gate: None,
    };

    /// The line begins at a gate.
    pub fn from_gate(gate: InWall) -> Self {
        Self {
            gate: Some(gate),
            ..Self::FROM_DOOR
        }
    }
}

/// A line whose end is within this many metres of a wall ends on the wall.
const END_M: f64 = 2.5 * TOUCH_M;

/// All walls, with an R-tree of their segments.
pub struct Walls {
    list: Vec<Wall>,
    segments: Segments,
}

impl Walls {
    /// Indexes walls.
    pub fn new(list: Vec<Wall>) -> Self {
        let mut segments = Vec::new();
        for (line, wall) in (0..).zip(&list) {
            for (at, ends) in (0..).zip(wall.points.windows(2)) {
                segments.push(Segment {
                    a: ends[0],
                    b: ends[1],
                    line,
                    at,
                });
            }
        }
        Self {
            list,
            segments: Segments::new(segments),
        }
    }

    /// The wall with a number, as in [`Contact::wall`].
    pub fn get(&self, wall: u32) -> Option<&Wall> {
        self.list.get(wall as usize)
    }

    /// The segments of walls.
    pub fn segments(&self) -> &Segments {
        &self.segments
    }

    /// The points where a straight line meets walls of its layer. A line along a wall meets it only at its
    /// ends.
    pub fn contacts(&self, a: Pt, b: Pt, layer: i32) -> Vec<Contact> {
        let mut found: Vec<(Contact, Option<usize>)> = Vec::new();
        for segment in self.segments.around(a, b, TOUCH_M) {
            let Some(wall) = self.get(segment.line).filter(|w| w.layer == layer) else {
                continue;
            };
            let Some((share, on_wall)) = meet(a, b, segment) else {
                continue;
            };
            let vertex = vertex_on(wall, segment, on_wall);
            let is_known = vertex.is_some()
                && found
                    .iter()
                    .any(|(c, v)| c.wall == segment.line && *v == vertex);
            if is_known {
                continue;
            }
            let directions = directions(wall, segment, vertex);
            let contact = Contact {
                wall: segment.line,
                share,
                at: a.toward(b, share),
                directions,
            };
            found.push((contact, vertex));
        }
        found.into_iter().map(|(contact, _)| contact).collect()
    }

    /// Whether `b` is visible from `a` on a layer. A line that touches a wall is blocked, except at its ends as
    /// `ends` allows.
    pub fn is_clear(&self, a: Pt, b: Pt, layer: i32, ends: Ends) -> bool {
        let length = a.to(b);
        self.segments.around(a, b, TOUCH_M).all(|segment| {
            let Some(wall) = self.get(segment.line).filter(|w| w.layer == layer) else {
                return true;
            };
            let Some((share, _)) = meet(a, b, segment) else {
                return true;
            };
            let from_start = share * length;
            from_start <= ends.start_m
                || (1.0 - share) * length <= ends.end_m
                || ends.gate.is_some_and(|gate| {
                    from_start <= gate.beside_m
                        && wall.kind != WallKind::Building
                        && segment.line != gate.wall
                        && is_parallel(segment.b.minus(segment.a), gate.along)
                })
        })
    }

    /// The nearest wall of the given kinds, as a contact as if the position were on the wall.
    pub fn nearest(
        &self,
        p: Pt,
        reach: f64,
        layer: i32,
        wanted: impl Fn(WallKind) -> bool,
    ) -> Option<Contact> {
        let is_wanted = |s: &Segment| {
            self.get(s.line)
                .is_some_and(|w| w.layer == layer && wanted(w.kind))
        };
        let near = self.segments.near(p, reach, is_wanted).into_iter().next()?;
        let wall = self.get(near.segment.line)?;
        let at = vertex_on(wall, &near.segment, near.share);
        // A wall that ends at a gate is treated as continuing.
        let directions =
            directions(wall, &near.segment, at).or_else(|| directions(wall, &near.segment, None));
        Some(Contact {
            wall: near.segment.line,
            share: 0.0,
            at: near.at,
            directions,
        })
    }
}

/// The vertex of a wall at a point of one of its segments, if one is there.
fn vertex_on(wall: &Wall, segment: &Segment, share: f64) -> Option<usize> {
    let length = segment.b.to(segment.a);
    let vertex = if share * length <= TOUCH_M {
        segment.at as usize
    } else if (1.0 - share) * length <= TOUCH_M {
        segment.at as usize + 1
    } else {
        return None;
    };
    let is_last = vertex == wall.points.len() - 1;
    Some(if is_last && wall.is_ring() { 0 } else { vertex })
}

fn directions(wall: &Wall, segment: &Segment, vertex: Option<usize>) -> Option<(Pt, Pt)> {
    let along = segment.b.minus(segment.a);
    match vertex {
        Some(vertex) => wall.directions(vertex),
        None => Some((along, Pt::default().minus(along))),
    }
}

/// Whether two directions are parallel or opposite, to within 30 degrees.
fn is_parallel(a: Pt, b: Pt) -> bool {
    a.unit().cross(b.unit()).abs() < 0.5
}

/// The point where the line from `a` to `b` meets a segment, as positions from 0 to 1 along both. `None` if they do
/// not meet or are parallel.
pub fn meet(a: Pt, b: Pt, segment: &Segment) -> Option<(f64, f64)> {
    let (d, e) = (b.minus(a), segment.b.minus(segment.a));
    let (long, wide) = (d.length(), e.length());
    if long == 0.0 || wide == 0.0 {
        return None;
    }
    let cross = d.cross(e);
    if cross.abs() <= 1e-9 * long * wide {
        return None;
    }
    let from = segment.a.minus(a);
    let (share, on) = (from.cross(e) / cross, from.cross(d) / cross);
    let (slack, give) = (TOUCH_M / long, TOUCH_M / wide);
    let meets = (-slack..=1.0 + slack).contains(&share) && (-give..=1.0 + give).contains(&on);
    meets.then(|| (share.clamp(0.0, 1.0), on.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pt(x: f64, y: f64) -> Pt {
        Pt { x, y }
    }

    fn walls(kind: WallKind, points: &[(f64, f64)]) -> Walls {
        Walls::new(vec![Wall {
            kind,
            feature: 7,
            layer: 0,
            points: points.iter().map(|p| pt(p.0, p.1)).collect(),
        }])
    }

    #[test]
    fn a_line_through_the_corner_of_a_wall_changes_sides_and_one_that_touches_it_does_not() {
        // The wall comes from the west, turns at the origin and goes south.
        let walls = walls(WallKind::Barrier, &[(-9.0, 0.0), (0.0, 0.0), (0.0, -9.0)]);
        let sides = |a: Pt, b: Pt| {
            let contacts = walls.contacts(a, b, 0);
            assert_eq!(contacts.len(), 1);
            let contact = contacts[0];
            (
                contact.side(a.minus(contact.at)),
                contact.side(b.minus(contact.at)),
            )
        };
        let (from, to) = sides(pt(-5.0, -5.0), pt(5.0, 5.0));
        assert_ne!(from, to);
        let (from, to) = sides(pt(-5.0, 5.0), pt(5.0, -5.0));
        assert_eq!(from, to);
        assert!(walls.contacts(pt(-5.0, -5.0), pt(5.0, 5.0), -1).is_empty());
    }

    #[test]
    fn one_goes_around_the_end_of_a_wall_and_along_it() {
        let walls = walls(WallKind::Barrier, &[(0.0, 0.0), (9.0, 0.0)]);
        let contacts = walls.contacts(pt(0.0, -5.0), pt(0.0, 5.0), 0);
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0].side(pt(0.0, 1.0)), Side::Along);
        assert!(walls.contacts(pt(2.0, 0.0), pt(5.0, 0.0), 0).is_empty());
        assert!(walls.is_clear(pt(2.0, 0.0), pt(5.0, 3.0), 0, Ends::FROM_DOOR));
        assert!(!walls.is_clear(pt(2.0, 0.0), pt(5.0, 3.0), 0, Ends::CLOSED));
        assert!(!walls.is_clear(pt(2.0, -1.0), pt(2.0, 1.0), 0, Ends::FROM_DOOR));
    }
}
