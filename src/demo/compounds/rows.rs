//! Generates the rows of buildings along the lanes, in the order of the building numbers.

use super::sketch::Sketch;
use super::{AXIS_CLEAR_M, LOOP_CLEAR_M, LOOP_M};
use crate::demo::city::Parting;
use crate::demo::lots::{Lot, Row};
use crate::demo::names::Use;
use crate::demo::plane::pt;
use crate::demo::prng::Prng;

/// Places buildings row by row, in the order of their numbers.
pub(super) fn lots(s: &Sketch, kind: Use, south_first: bool, rng: &mut Prng) -> Vec<Lot> {
    let mut out = Vec::new();
    let n = s.rows.len();
    let open_row = n / 2;
    let estate_opens = rng.chance(0.4);
    for (k, (y, row)) in s.rows.iter().enumerate() {
        let band = s.wall.x_range(y - 3.0, y + row.depth_m + 3.0);
        let Some((west, east)) = band.map(|(a, b)| {
            let clear = LOOP_M + LOOP_CLEAR_M;
            (a + clear, b - clear)
        }) else {
            continue;
        };
        let halves = [
            (west, s.axis - AXIS_CLEAR_M, true),
            (s.axis + AXIS_CLEAR_M, east, false),
        ];
        for (half, (from, to, right_aligned)) in halves.into_iter().enumerate() {
            let mut row_lots = fill(from, to, right_aligned, row, rng);
            let nearest = if right_aligned {
                row_lots.len().saturating_sub(1)
            } else {
                0
            };
            // The central garden replaces the building next to the axis.
            let opens = match kind {
                Use::Estate => estate_opens && half == 1 && row_lots.len() > 1,
                Use::Garden => !row_lots.is_empty(),
                _ => half == 0 && row_lots.len() > 1,
            };
            if k == open_row && n > 2 && opens {
                row_lots[nearest].2 = true;
            }
            for (x, units, garden) in row_lots {
                let mut row = *row;
                if row.units == 1 && rng.chance(0.3) {
                    row.levels -= 2;
                }
                out.push(Lot {
                    row: k,
                    x,
                    y: *y,
                    units,
                    kind: row,
                    garden,
                });
            }
        }
    }
    out.sort_by(|a, b| {
        let rows = if south_first {
            a.row.cmp(&b.row)
        } else {
            b.row.cmp(&a.row)
        };
        rows.then(a.x.total_cmp(&b.x))
    });
    // Gardens have no number, so they come last.
    out.sort_by_key(|l| l.garden);
    out
}

/// Fills a part of a row with buildings. Each is (x of its west end, number of units, whether it is
/// a garden: always `false` here).
fn fill(from: f64, to: f64, right: bool, row: &Row, rng: &mut Prng) -> Vec<(f64, u32, bool)> {
    let room = to - from;
    let tower = row.units == 1;
    let gap = if tower { 20.0 } else { rng.range(7.0, 9.5) };
    let wish = f64::from(row.units) * row.unit_m;
    let fits = |count: f64| ((room - gap * (count - 1.0)) / row.unit_m).floor();
    let mut count = ((room + gap) / (wish + gap)).round().max(1.0);
    if tower {
        count = ((room + gap) / (wish + gap)).floor();
    }
    while !tower && fits(count) / count > 5.0 {
        count += 1.0;
    }
    let total = if tower { count } else { fits(count) };
    if count < 1.0 || total < count || (!tower && total < 2.0) {
        return Vec::new();
    }
    let spare = room - total * row.unit_m - gap * (count - 1.0);
    let widen = if count > 1.0 {
        (spare / (count - 1.0)).min(if tower { 22.0 } else { 5.0 })
    } else {
        0.0
    };
    let used = total * row.unit_m + (gap + widen) * (count - 1.0);
    let mut x = if right { to - used } else { from };
    let (base, extra) = ((total / count).floor(), total % count);
    (0..count as u32)
        .map(|i| {
            let units = base + if f64::from(i) < extra { 1.0 } else { 0.0 };
            let lot = (x, units as u32, false);
            x += units * row.unit_m + gap + widen;
            lot
        })
        .collect()
}

/// The lines that divide the block into grids: one along the axis, and one along a lane in each half
/// with many households. The second value gives the y coordinates of these lanes.
pub(super) fn parting(s: &Sketch, cell: usize, lots: &[Lot]) -> (Parting, [Option<f64>; 2]) {
    let mut across = [None; 2];
    for (half, across) in across.iter_mut().enumerate() {
        let homes: u32 = lots
            .iter()
            .filter(|l| !l.garden && (l.x < s.axis) == (half == 0))
            .map(Lot::households)
            .sum();
        if homes > 430 && s.lanes.len() > 2 {
            let k = s.lanes.len() / 2;
            *across = Some(if s.doors_north {
                s.lanes[k - 1]
            } else {
                s.lanes[k]
            });
        }
    }
    let line = |y: f64| (s.frame.out(pt(s.axis, y)), s.frame.turn(pt(1.0, 0.0)));
    let parting = Parting {
        cell,
        axis: Some((s.frame.out(pt(s.axis, 0.0)), s.frame.turn(pt(0.0, 1.0)))),
        across: across.map(|y| y.map(line)),
    };
    (parting, across)
}
