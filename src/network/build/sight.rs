//! Lines of sight across open ground, to the ways that are seen from somewhere.

use super::mesh::Link;
use super::plane::Pt;
use super::segments::Near;
use super::walls::{Ends, meet};
use super::world::World;
use crate::network::core::EdgeKind;

/// How many points of ways are looked at before none counts as seen.
const MOST_LOOKS: usize = 100;
/// Where the nearest point of a way is hidden behind the corner of a building, a point so many metres beside it
/// may be seen.
const ASIDE_M: f64 = 2.0;
/// A second line of sight is of use if it is at most this many times as long as the first.
const LONGER: f64 = 2.5;
/// And at most so many metres longer than that.
const LONGER_M: f64 = 15.0;
/// It leads another way: the angle between the two has at most this cosine.
const APART_COS: f64 = 0.5;

/// From where one looks, and how far.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    /// From where.
    pub from: Pt,
    /// The layer of the ways that are looked for.
    pub layer: i32,
    /// How far, in metres.
    pub reach: f64,
    /// Which walls do not block because one stands in them.
    pub ends: Ends,
}

impl Sight {
    /// Looks from a position.
    pub fn new(from: Pt, layer: i32, reach: f64, ends: Ends) -> Self {
        Self {
            from,
            layer,
            reach,
            ends,
        }
    }
}

/// Whether a direction leads into a compound: somewhere within its first metres it is inside.
pub fn leads_into(world: &World<'_>, compound: u32, at: Pt, direction: Pt) -> bool {
    let unit = direction.unit();
    [1.0, 3.0, 8.0].iter().any(|metres| {
        let p = at.plus(unit, f64::min(*metres, direction.length()));
        world.compounds.at(p).any(|c| c == compound)
    })
}

/// The points of walkable ways that are seen from a position, the nearest first: at most `most`, each of another
/// way and in another direction. What is seen across another way counts where nothing else is seen.
pub fn links(
    world: &World<'_>,
    sight: &Sight,
    wanted: impl Fn(Pt) -> bool,
    most: usize,
) -> Vec<Near> {
    let mut chosen: Vec<Near> = Vec::new();
    let mut across = None;
    // Most doors see a way at once: look near first.
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

/// Chooses points within reach. Returns the nearest that is seen across another way.
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
    // Where the nearest point of a segment is hidden, points beside it and its ends may be seen.
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

/// Whether a line leads across a way of a layer. Then that way is the one to join, and it may be a road that
/// nobody crosses on foot.
pub fn crosses_way(world: &World<'_>, from: Pt, to: Pt, layer: i32) -> bool {
    /// What is so near to an end is touched, in metres.
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

/// Whether a position is seen: no wall is between, and the line does not begin through the building at whose
/// door it starts.
pub fn is_seen(world: &World<'_>, sight: &Sight, to: Pt) -> bool {
    /// A step away from the door, in metres.
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
