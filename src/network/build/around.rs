//! Finds a path from a door around corners to the network, if no way is visible from the door itself.

use super::plane::Pt;
use super::segments::Near;
use super::sight::{self, Sight};
use super::walls::Ends;
use super::world::World;

/// The distance at which a path passes a corner, in metres.
const BERTH_M: f64 = 0.5;
/// The most corners around a door that are considered, the nearest first.
const MOST_CORNERS: usize = 48;
/// The most corners that the search visits.
const MOST_STEPS: usize = 24;
/// Only corners of those segments of walls are considered that are within this many metres of the door.
const CORNERS_M: f64 = 80.0;

/// A path from a door to the network that goes around corners.
#[derive(Debug, Clone)]
pub struct Path {
    /// The corners that it passes.
    pub between: Vec<Pt>,
    /// The point at which it meets the network.
    pub end: Near,
}

struct Corner {
    at: Pt,
    metres: f64,
    /// The previous corner, by its index in the list.
    before: Option<usize>,
    is_done: bool,
}

/// The shortest path from a position around the corners of walls to a way that is visible from one of them. It
/// is no longer than the reach of `sight`.
pub fn shortest(world: &World<'_>, sight: &Sight) -> Option<Path> {
    let mut corners: Vec<Corner> = corners(world, sight)
        .into_iter()
        .map(|at| Corner {
            at,
            metres: f64::INFINITY,
            before: None,
            is_done: false,
        })
        .collect();
    let start = Corner {
        at: sight.from,
        metres: 0.0,
        before: None,
        is_done: false,
    };
    corners.push(start);
    let start = corners.len() - 1;
    let mut best: Option<(f64, usize, Near)> = None;
    for _ in 0..MOST_STEPS {
        let next = (0..corners.len())
            .filter(|i| !corners[*i].is_done && corners[*i].metres < sight.reach)
            .min_by(|x, y| corners[*x].metres.total_cmp(&corners[*y].metres));
        let Some(here) = next else { break };
        if best.is_some_and(|(metres, ..)| metres <= corners[here].metres) {
            break;
        }
        corners[here].is_done = true;
        let (at, metres) = (corners[here].at, corners[here].metres);
        let ends = if here == start {
            sight.ends
        } else {
            Ends::CLOSED
        };
        let look = Sight {
            from: at,
            reach: sight.reach - metres,
            ends,
            ..*sight
        };
        if here != start
            && let Some(near) = sight::links(world, &look, |_| true, 1).into_iter().next()
            && best.is_none_or(|(known, ..)| metres + near.metres < known)
        {
            best = Some((metres + near.metres, here, near));
        }
        for corner in &mut corners {
            let longer = metres + at.to(corner.at);
            let is_shorter = !corner.is_done && longer < corner.metres;
            if is_shorter && sight::is_seen(world, &look, corner.at) {
                corner.metres = longer;
                corner.before = Some(here);
            }
        }
    }
    let (_, last, end) = best?;
    let mut between = Vec::new();
    let mut here = Some(last);
    while let Some(corner) = here.map(|i| &corners[i]) {
        if corner.before.is_some() {
            between.push(corner.at);
        }
        here = corner.before;
    }
    between.reverse();
    Some(Path { between, end })
}

/// Positions next to the corners and ends of nearby walls.
fn corners(world: &World<'_>, sight: &Sight) -> Vec<Pt> {
    let near = world.walls.segments().near(sight.from, CORNERS_M, |s| {
        world
            .walls
            .get(s.line)
            .is_some_and(|w| w.layer == sight.layer)
    });
    let mut found: Vec<(f64, Pt)> = Vec::new();
    for segment in near.iter().map(|n| n.segment) {
        let Some(wall) = world.walls.get(segment.line) else {
            continue;
        };
        for vertex in [segment.at as usize, segment.at as usize + 1] {
            let Some(here) = wall.points.get(vertex).copied() else {
                continue;
            };
            for direction in wall.around(vertex) {
                let at = here.plus(direction, BERTH_M);
                let is_free = world.buildings.at(at).next().is_none();
                if is_free && found.iter().all(|(_, known)| known.to(at) > 0.1) {
                    found.push((at.to(sight.from), at));
                }
            }
        }
        if found.len() >= 4 * MOST_CORNERS {
            break;
        }
    }
    found.sort_by(|x, y| x.0.total_cmp(&y.0));
    found.truncate(MOST_CORNERS);
    found.into_iter().map(|(_, at)| at).collect()
}
