//! Finds the ways that are visible from a position across open ground.

use super::mesh::Link;
use super::plane::Pt;
use super::segments::Near;
use super::walls::{Ends, meet};
use super::world::World;
use crate::network::core::EdgeKind;

/// The most points of ways that are checked. Ways beyond them count as hidden.
const MOST_LOOKS: usize = 100;
/// If the nearest point of a way is hidden behind a corner, points at this distance beside it are checked too,
/// in metres.
const ASIDE_M: f64 = 2.0;
/// A second line of sight is used if its length is at most `LONGER` times that of the first, plus `LONGER_M` metres.
const LONGER: f64 = 2.5;
/// The metres that are added in the rule of [`LONGER`].
const LONGER_M: f64 = 15.0;
/// The two lines must differ in direction: the angle between them has at most this cosine.
const APART_COS: f64 = 0.5;

/// The start of a line of sight, and its limits.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    /// The start position, in metres in the plane.
    pub from: Pt,
    /// The layer of the ways to find.
    pub layer: i32,
    /// The greatest distance of a way, in metres.
    pub reach: f64,
    /// Which walls do not block the view because an end of the line stands in them.
    pub ends: Ends,
}

impl Sight {
    /// Creates a sight from a position.
    pub fn new(from: Pt, layer: i32, reach: f64, ends: Ends) -> Self {
        Self {
            from,
            layer,
            reach,
            ends,
        }
    }
}

/// Whether a direction leads into a compound: of the points 1, 3 and 8 m along it, at least one lies inside.
pub fn leads_into(world: &World<'_>, compound: u32, at: Pt, direction: Pt) -> bool {
    let unit = direction.unit();
    [1.0, 3.0, 8.0].iter().any(|metres| {
        let p = at.plus(unit, f64::min(*metres, direction.length()));
        world.compounds.at(p).any(|c| c == compound)
    })
}

/// The walkable ways that are visible from a position: at most `most` points, the nearest first, each on another
/// way and in another direction. A way that is visible across another way is used only if there is no other.
pub fn links(
    world: &World<'_>,
    sight: &Sight,
    wanted: impl Fn(Pt) -> bool,
    most: usize,
) -> Vec<Near> {
    let mut chosen: Vec<Near> = Vec::new();
    let mut across = None;
    // Most doors see a nearby way, so a shorter reach is tried first.
    for reach in [sight.reach / 4.0, sight.reach] {
        let hidden = look(
            world,
            &Sight { reach, ..*sight },
            &wanted,
            most,
            &mut chosen,
        );
        across = across.or(hidden);
        if !chosen.is_empty() {
            return chosen;
        }
    }
    chosen.extend(across);
    chosen
}

/// Chooses points within reach that are visible without crossing a way. Returns the nearest point that is visible only
/// across a way.
fn look(
    world: &World<'_>,
    sight: &Sight,
    wanted: &impl Fn(Pt) -> bool,
    most: usize,
    chosen: &mut Vec<Near>,
) -> Option<Near> {
    let mesh = &world.mesh;
    let ways = mesh.segments.near(sight.from, sight.reach, |s| {
        let strand = mesh.strand(s.line);
        strand.layer == sight.layer && strand.is_walkable
    });
    // If the nearest point of a segment is hidden, points beside it and its ends may be visible.
    let mut points: Vec<Near> = Vec::with_capacity(ways.len() * 3);
    for near in ways {
        let (a, b) = (near.segment.a, near.segment.b);
        let aside = ASIDE_M / a.to(b).max(ASIDE_M);
        let shares = [near.share - aside, near.share + aside, 0.0, 1.0];
        for share in shares.into_iter().filter(|s| (0.0..=1.0).contains(s)) {
            let at = a.toward(b, share);
            let metres = at.to(sight.from);
            if metres <= sight.reach && at.to(near.at) > 1.0 {
                points.push(Near {
                    share,
                    at,
                    metres,
                    ..near
                });
            }
        }
        points.push(near);
    }
    points.sort_by(|x, y| x.metres.total_cmp(&y.metres));
    let mut looks = 0;
    let mut across = None;
    for near in points {
        if chosen.len() >= most || looks >= MOST_LOOKS {
            break;
        }
        if !wanted(near.at) || !is_other(sight.from, chosen, &near) {
            continue;
        }
        looks += 1;
        if !is_seen(world, sight, near.at) {
            continue;
        }
        if crosses_way(world, sight.from, near.at, sight.layer) {
            across = across.or(Some(near));
        } else {
            chosen.push(near);
        }
    }
    across
}

/// Whether a line crosses a way of this layer. Such a line is not used if another one is possible, because the way may
/// be a road that cannot be crossed on foot.
pub fn crosses_way(world: &World<'_>, from: Pt, to: Pt, layer: i32) -> bool {
    /// Within this distance of an end, the line touches the way and does not cross it, in metres.
    const END_M: f64 = 0.1;
    let length = from.to(to);
    let mesh = &world.mesh;
    mesh.segments.around(from, to, 0.0).any(|segment| {
        mesh.strand(segment.line).layer == layer
            && meet(from, to, segment)
                .is_some_and(|(share, _)| share * length > END_M && (1.0 - share) * length > END_M)
    })
}

fn is_other(from: Pt, chosen: &[Near], near: &Near) -> bool {
    let Some(first) = chosen.first() else {
        return true;
    };
    let direction = near.at.minus(from).unit();
    near.metres <= first.metres * LONGER + LONGER_M
        && chosen.iter().all(|known| {
            known.segment.line != near.segment.line
                && known.at.minus(from).unit().dot(direction) <= APART_COS
        })
}

/// Whether a position is visible: no wall is in between, and the line does not start through the building of
/// the door.
pub fn is_seen(world: &World<'_>, sight: &Sight, to: Pt) -> bool {
    /// The distance of the checked point from the door, in metres.
    const STEP_M: f64 = 0.1;
    let length = sight.from.to(to);
    if length == 0.0 {
        return true;
    }
    if !world
        .walls
        .is_clear(sight.from, to, sight.layer, sight.ends)
    {
        return false;
    }
    let step = sight
        .from
        .plus(to.minus(sight.from).unit(), STEP_M.min(length / 2.0));
    sight.layer != 0 || world.buildings.at(step).next().is_none()
}

/// Links a vertex to a point of a way by a straight line.
pub fn connect(world: &mut World<'_>, from: u32, near: &Near, feature: u32) {
    bend(world, from, Vec::new(), near, feature);
}

/// Links a vertex to a point of a way by a line with bends.
pub fn bend(world: &mut World<'_>, from: u32, between: Vec<Pt>, near: &Near, feature: u32) {
    let to = world.mesh.cut(near);
    world.mesh.links.push(Link {
        from,
        to,
        between,
        feature,
        kind: EdgeKind::DoorLink,
    });
}
