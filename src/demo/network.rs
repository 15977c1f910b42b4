//! Generates the route network: streets and canal paths, and the joints of all ways.
//!
//! Ways that meet at the same level share exactly equal coordinates, because a router relies on
//! that to go from one to the next. Ways below ground are joined only where one of their ends lies
//! on another way.

use std::collections::BTreeMap;

use super::city::{City, Pass, Way};
use super::plane::{Pt, along, distance, left, meet, nearest, offset, unit};
use super::streets::{BANK_PATH_M, BANK_ROAD_M, Class};

/// Adds ways outside of blocks: streets, paths along the canal with their steps, a footbridge.
pub fn streets(city: &mut City) {
    let town = city.town.clone();
    for street in &town.streets {
        for line in &street.lines {
            // The southern part of this street is for cars and pedestrians only.
            let banned = street.slug == "chenxing-lu" && std::ptr::eq(line, &street.lines[0]);
            city.ways.push(Way {
                kind: "road",
                ebike: if banned { Pass::No } else { Pass::Yes },
                name: Some(street.name.to_owned()),
                oneway: street.oneway,
                surface: "asphalt",
                max_kmh: if street.class == Class::Residential {
                    20
                } else {
                    25
                },
                ..Way::lane(line.clone(), street.class.roadway_m()).open()
            });
        }
    }
    for side in [-1.0, 1.0] {
        let mut path = Way::path(offset(&town.canal, side * BANK_PATH_M), 2.5).open();
        path.name = Some("果园河滨河步道".to_owned());
        city.ways.push(path);
        // Steps from the road down to the path, in the middle of every second block.
        let steps = offset(&town.canal, side * BANK_PATH_M);
        for k in (9..steps.len() - 9).step_by(9) {
            let (a, b) = (steps[k], steps[k + 1]);
            let foot = along(a, b, 0.5);
            let up = left(unit(b - a)) * side;
            let Some((road, _)) = town.hit(foot, up) else {
                continue;
            };
            // No steps under a bridge.
            let apart = |l: &Vec<Pt>| distance(nearest(l, foot), foot) > 8.0;
            let clear = town.streets.iter().flat_map(|s| &s.lines).all(apart);
            if clear && distance(foot, road) < BANK_ROAD_M - BANK_PATH_M + 2.0 {
                city.ways
                    .push(Way::flight(vec![foot, road], 2.0, 12).open());
            }
        }
    }
    // A footbridge where a street ends at the canal.
    if let Some(street) = town.streets.iter().find(|s| s.lines.len() == 2) {
        let ends = (street.lines[0].last(), street.lines[1].first());
        if let (Some(a), Some(b)) = ends {
            let mut bridge = Way::path(vec![*a, *b], 4.0).open();
            bridge.name = Some("辰兴桥（步行）".to_owned());
            city.ways.push(bridge);
        }
    }
}

/// Positions closer than this are treated as one, in metres.
const SAME_M: f64 = 0.02;
/// The side of the squares of the segment index, in metres.
const SQUARE_M: f64 = 60.0;

/// Joins ways where they meet at the same level: both get the meeting point as a vertex.
pub fn join(ways: &mut [Way]) {
    let mut squares: BTreeMap<(i64, i64), Vec<(usize, usize)>> = BTreeMap::new();
    for (w, way) in ways.iter().enumerate() {
        for (s, ends) in way.line.windows(2).enumerate() {
            for square in covered(ends[0], ends[1]) {
                squares.entry(square).or_default().push((w, s));
            }
        }
    }
    // (way, segment) → the fraction along the segment and the position to insert.
    let mut inserts: BTreeMap<(usize, usize), Vec<(f64, Pt)>> = BTreeMap::new();
    for inside in squares.values() {
        for (i, first) in inside.iter().enumerate() {
            for second in &inside[i + 1..] {
                if first.0 == second.0 {
                    continue;
                }
                touch(ways, *first, *second, &mut inserts);
            }
        }
    }
    for ((w, s), mut places) in inserts.into_iter().rev() {
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        places.dedup_by(|a, b| distance(a.1, b.1) < SAME_M);
        let line = &mut ways[w].line;
        line.splice(s + 1..s + 1, places.into_iter().map(|(_, p)| p));
    }
}

fn covered(a: Pt, b: Pt) -> impl Iterator<Item = (i64, i64)> {
    let square = |v: f64| (v / SQUARE_M).floor() as i64;
    let (x0, x1) = (square(a.x.min(b.x) - 1.0), square(a.x.max(b.x) + 1.0));
    let (y0, y1) = (square(a.y.min(b.y) - 1.0), square(a.y.max(b.y) + 1.0));
    (x0..=x1).flat_map(move |x| (y0..=y1).map(move |y| (x, y)))
}

fn touch(
    ways: &mut [Way],
    first: (usize, usize),
    second: (usize, usize),
    inserts: &mut BTreeMap<(usize, usize), Vec<(f64, Pt)>>,
) {
    let ends = |(w, s): (usize, usize)| (ways[w].line[s], ways[w].line[s + 1]);
    let ((a, b), (c, d)) = (ends(first), ends(second));
    let same_level = ways[first.0].layer == ways[second.0].layer;
    let mut found = false;
    // If an end of one segment lies on the other, that end is the joint.
    let tries = [(first, a, b, [c, d]), (second, c, d, [a, b])];
    for (who, from, to, others) in tries {
        for p in others {
            if let Some(t) = on(from, to, p) {
                found = true;
                if distance(p, from) > SAME_M && distance(p, to) > SAME_M {
                    inserts.entry(who).or_default().push((t, p));
                }
            }
        }
    }
    if found || !same_level {
        return;
    }
    if let Some((t, u)) = meet(a, b, c, d)
        && (0.0..=1.0).contains(&t)
        && (0.0..=1.0).contains(&u)
    {
        let p = along(a, b, t);
        inserts.entry(first).or_default().push((t, p));
        inserts.entry(second).or_default().push((u, p));
    }
}

/// The fraction of a segment at which a point on it lies.
fn on(a: Pt, b: Pt, p: Pt) -> Option<f64> {
    let length = distance(a, b);
    if length < SAME_M {
        return None;
    }
    let e = unit(b - a);
    let d = p - a;
    let (t, off) = (d.x * e.x + d.y * e.y, (d.x * e.y - d.y * e.x).abs());
    (off < SAME_M && t > -SAME_M && t < length + SAME_M).then(|| (t / length).clamp(0.0, 1.0))
}

/// Moves vertices that nearly coincide to exactly the same position; the `fixed` positions (doors
/// and gates) do not move.
pub fn snap(ways: &mut [Way], fixed: &[Pt]) {
    let square = |p: Pt| ((p.x / SAME_M).floor() as i64, (p.y / SAME_M).floor() as i64);
    let mut seen: BTreeMap<(i64, i64), Vec<Pt>> = BTreeMap::new();
    for p in fixed {
        seen.entry(square(*p)).or_default().push(*p);
    }
    for way in ways.iter_mut() {
        for p in &mut way.line {
            let (x, y) = square(*p);
            let known = (x - 1..=x + 1)
                .flat_map(|x| (y - 1..=y + 1).map(move |y| (x, y)))
                .filter_map(|s| seen.get(&s))
                .flatten()
                .find(|q| distance(**q, *p) < SAME_M)
                .copied();
            match known {
                Some(q) => *p = q,
                None => seen.entry((x, y)).or_default().push(*p),
            }
        }
        way.line.dedup();
    }
}
