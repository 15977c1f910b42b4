//! Lanes: the axis through the gates, a lane along every row, and the loop inside the wall.

use super::sketch::Sketch;
use super::{LOOP_M, OUT};
use crate::demo::city::{City, Pass, Way};
use crate::demo::names::Use;
use crate::demo::plane::{Pt, pt};

/// Where the loop lanes run at a height.
pub(super) fn loop_at(s: &Sketch, y: f64) -> Option<(f64, f64)> {
    let (west, east) = s.wall.x_range(y - 0.5, y + 0.5)?;
    Some((west + LOOP_M, east - LOOP_M))
}

pub(super) fn lanes(
    city: &mut City,
    s: &Sketch,
    gates: &[(usize, Option<usize>, Pt, f64)],
    kind: Use,
) {
    let street = |city: &City, at: Pt, side: usize| {
        city.town
            .hit(s.frame.out(at), s.frame.turn(OUT[side]))
            .map(|(p, _)| p)
    };
    let mut ys = s.lanes.clone();
    ys.sort_by(f64::total_cmp);
    // The axis, on through its gates to the streets.
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
    city.ways.push(Way::lane(axis, 6.0));

    let (mut west, mut east) = (Vec::new(), Vec::new());
    for (k, y) in s.lanes.iter().enumerate() {
        let Some((a, b)) = loop_at(s, *y) else {
            continue;
        };
        west.push(pt(a, *y));
        east.push(pt(b, *y));
        let mut row = vec![
            s.frame.out(pt(a, *y)),
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
        // Newer compounds keep wheels off the lanes between the houses (人车分流).
        if matches!(kind, Use::Heights | Use::Mixed) {
            way.ebike = Pass::Dismount;
            way.surface = "paving_stones";
        }
        city.ways.push(way);
    }
    for side in [west, east] {
        if side.len() > 1 {
            city.ways.push(Way::lane(s.frame.out_all(&side), 4.5));
        }
    }
}
