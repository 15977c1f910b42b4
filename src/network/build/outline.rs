//! Finds where a building without a known door is probably entered: at the points of its outline that see a
//! way.

use super::areas::{Areas, Reached};
use super::plane::{Pt, nearest_share};
use super::segments::Near;
use super::sight::{self, Sight};
use super::walls::Ends;
use super::world::World;

/// The greatest distance from a building at which ways are searched, in metres.
const LOOK_M: f64 = 60.0;
/// The most lines of sight from an outline that are checked.
const MOST_LOOKS: usize = 12;
/// The most points of an outline that are connected to the network.
const MOST_POINTS: usize = 2;
/// A second point is used if its distance to a way is at most `FARTHER` times that of the first, plus `FARTHER_M`
/// metres.
const FARTHER: f64 = 2.5;
const FARTHER_M: f64 = 15.0;

/// A point of an outline, and what is visible from it.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// The point of the outline.
    pub at: Pt,
    /// The target that is visible from it.
    pub to: Target,
}

/// What is visible from a point of an outline.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// The nearest point of a way.
    Way(Near),
    /// The nearest point of an area.
    Area(Reached),
}

/// The points of an outline from which the nearest ways are seen, in different directions.
pub fn candidates(world: &World<'_>, areas: &Areas, ring: &[Pt]) -> Vec<Candidate> {
    let Some(first) = ring.first() else {
        return Vec::new();
    };
    let (mut low, mut high) = (*first, *first);
    for p in ring {
        (low.x, low.y) = (low.x.min(p.x), low.y.min(p.y));
        (high.x, high.y) = (high.x.max(p.x), high.y.max(p.y));
    }
    for reach in [LOOK_M / 4.0, LOOK_M] {
        let found = within(world, areas, ring, (low, high), reach);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn within(
    world: &World<'_>,
    areas: &Areas,
    ring: &[Pt],
    (low, high): (Pt, Pt),
    reach: f64,
) -> Vec<Candidate> {
    let mesh = &world.mesh;
    let mut pairs: Vec<(Pt, Near)> = mesh
        .segments
        .around(low, high, reach)
        .filter(|s| {
            let strand = mesh.strand(s.line);
            strand.layer == 0 && strand.is_walkable && !strand.is_covered
        })
        .filter_map(|segment| {
            let (from, share) = nearest_pair(ring, segment.a, segment.b)?;
            let at = segment.a.toward(segment.b, share);
            let near = Near {
                segment: *segment,
                share,
                at,
                metres: at.to(from),
            };
            (near.metres <= reach).then_some((from, near))
        })
        .collect();
    pairs.sort_by(|x, y| x.1.metres.total_cmp(&y.1.metres));
    let mut chosen: Vec<Candidate> = Vec::new();
    let mut best: Option<(f64, Pt)> = None;
    let mut looks = 0;
    for (from, near) in pairs {
        if chosen.len() >= MOST_POINTS || looks >= MOST_LOOKS {
            break;
        }
        let direction = near.at.minus(from).unit();
        let is_of_use = best.is_none_or(|(metres, known)| {
            near.metres <= metres * FARTHER + FARTHER_M && known.dot(direction) <= 0.0
        });
        if !is_of_use {
            continue;
        }
        looks += 1;
        let sight = Sight::new(from, 0, reach, Ends::FROM_DOOR);
        let is_free = chosen.is_empty() || !sight::crosses_way(world, from, near.at, 0);
        if is_free && sight::is_seen(world, &sight, near.at) {
            best = best.or(Some((near.metres, direction)));
            chosen.push(Candidate {
                at: from,
                to: Target::Way(near),
            });
        }
    }
    if chosen.is_empty() {
        chosen.extend(onto_area(world, areas, ring, reach));
    }
    chosen
}

/// The middle of a side of an outline from which the nearest area is visible; `None` if there is none within `reach`
/// metres.
fn onto_area(world: &World<'_>, areas: &Areas, ring: &[Pt], reach: f64) -> Option<Candidate> {
    let middles = ring.windows(2).map(|w| w[0].toward(w[1], 0.5));
    let mut reached: Vec<(Pt, Reached)> = middles
        .take(MOST_LOOKS)
        .filter_map(|from| Some((from, areas.near(from, reach, 0).into_iter().next()?)))
        .collect();
    reached.sort_by(|x, y| x.1.metres.total_cmp(&y.1.metres));
    let (at, to) = reached.into_iter().find(|(from, reached)| {
        let sight = Sight::new(*from, 0, reach, Ends::FROM_DOOR);
        sight::is_seen(world, &sight, reached.at)
    })?;
    Some(Candidate {
        at,
        to: Target::Area(to),
    })
}

/// The point of a ring that is nearest to a segment, and the position along the segment, from 0 to 1, that is nearest
/// to this point.
fn nearest_pair(ring: &[Pt], a: Pt, b: Pt) -> Option<(Pt, f64)> {
    let mut best: Option<(f64, Pt, f64)> = None;
    let mut offer = |from: Pt, share: f64| {
        let metres = from.to(a.toward(b, share));
        if best.is_none_or(|(known, ..)| metres < known) {
            best = Some((metres, from, share));
        }
    };
    for edge in ring.windows(2) {
        offer(edge[0], nearest_share(a, b, edge[0]));
        for (end, share) in [(a, 0.0), (b, 1.0)] {
            let on = edge[0].toward(edge[1], nearest_share(edge[0], edge[1], end));
            offer(on, share);
        }
    }
    best.map(|(_, from, share)| (from, share))
}
