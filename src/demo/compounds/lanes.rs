//! Generates the lanes of a compound: the axis through the gates, a lane along every row, and the
//! loop inside the wall.

use super::sketch::Sketch;
use super::{LOOP_M, OUT};
use crate::demo::city::{City, Pass, Way};
use crate::demo::irregular;
use crate::demo::names::Use;
use crate::demo::plane::{Pt, pt};

/// The x coordinates of the two loop lanes at a given y.
pub(super) fn loop_at(s: &Sketch, y: f64) -> Option<(f64, f64)> {
    let (west, east) = s.wall.x_range(y - 0.5, y + 0.5)?;
    Some((west + LOOP_M, east - LOOP_M))
}

pub(super) fn lanes(
    city: &mut City,
    s: &Sketch,
    gates: &[(usize, Option<usize>, Pt, f64)],
    (slug, kind): (&str, Use),
) {
    let street = |city: &City, at: Pt, side: usize| {
        city.town
            .hit(s.frame.out(at), s.frame.turn(OUT[side]))
            .map(|(p, _)| p)
    };
    let mut ys = s.lanes.clone();
    ys.sort_by(f64::total_cmp);
    // The axis, extended through its gates to the streets.
    let mut axis: Vec<Pt> = ys.iter().map(|y| s.frame.out(pt(s.axis, *y))).collect();
    for (side, lane, at, _) in gates {
        if lane.is_none() {
            let out = [Some(s.frame.out(*at)), street(city, *at, *side)];
            if *side == 2 {
                axis.extend(out.into_iter().flatten());
            } else {
                for p in out.into_iter().flatten() {
                    axis.insert(0, p);
                }
            }
        }
    }
    // Without a wall, the lane continues to the street even where there is no gate.
    let open = [0, 2].into_iter().filter(|side| {
        let gated = gates.iter().any(|g| g.0 == *side && g.1.is_none());
        !gated && !irregular::is_walled(slug)
    });
    for side in open {
        let y = if side == 2 { ys.last() } else { ys.first() };
        let end = y.map(|y| pt(s.axis, *y));
        if let Some(end) = end
            && let Some(to) = street(city, end, side)
        {
            let line = vec![s.frame.out(end), to];
            city.ways.push(Way::lane(line, 4.0));
        }
    }
    city.ways.push(Way::lane(axis, 6.0));

    let (mut west, mut east) = (Vec::new(), Vec::new());
    for (k, y) in s.lanes.iter().enumerate() {
        let Some((a, b)) = loop_at(s, *y) else {
            continue;
        };
        west.push(pt(a, *y));
        east.push(pt(b, *y));
        let mut row = vec![
            s.frame.out(pt(a + irregular::short_by(slug, k), *y)),
            s.frame.out(pt(s.axis, *y)),
            s.frame.out(pt(b, *y)),
        ];
        for (side, lane, at, _) in gates {
            if *lane == Some(k) {
                let out = [Some(s.frame.out(*at)), street(city, *at, *side)];
                if *side == 1 {
                    row.extend(out.into_iter().flatten());
                } else {
                    for p in out.into_iter().flatten() {
                        row.insert(0, p);
                    }
                }
            }
        }
        let mut way = Way::lane(row, 4.0);
        // Newer compounds keep vehicles off the lanes between the buildings (人车分流).
        if matches!(kind, Use::Heights | Use::Mixed) {
            way.ebike = Pass::Dismount;
            way.surface = "paving_stones";
        }
        if irregular::is_banned(slug) {
            way.ebike = Pass::No;
        }
        city.ways.push(way);
    }
    if irregular::is_one_way(slug) {
        east.reverse();
    }
    for side in [west, east] {
        if side.len() > 1 {
            let mut way = Way::lane(s.frame.out_all(&side), 4.5);
            way.oneway = irregular::is_one_way(slug);
            city.ways.push(way);
        }
    }
}
