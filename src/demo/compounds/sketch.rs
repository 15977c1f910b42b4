//! The sketch of a compound: its frame, wall, axis, and rows of buildings with their lanes.

use super::LANE_M;
use crate::demo::frontage;
use crate::demo::lots::Row;
use crate::demo::names::Use;
use crate::demo::plane::{Block, Frame, middle};
use crate::demo::prng::Prng;
use crate::demo::streets::{Cell, Class, street_side};

/// Everything that is decided about a compound before it is generated.
pub(super) struct Sketch {
    pub frame: Frame,
    pub outer: Block,
    pub wall: Block,
    pub axis: f64,
    pub rows: Vec<(f64, Row)>,
    pub lanes: Vec<f64>,
    pub doors_north: bool,
}

/// The depth in metres of the strip between the wall and the street on each side (south, east, north,
/// west). It is deeper on a side with shops or a pocket park.
fn fronts(cell: &Cell, rng: &mut Prng) -> [f64; 4] {
    let mut depth = [3.0; 4];
    let mixed = cell.plot.1 == Use::Mixed;
    for (side, depth) in depth.iter_mut().enumerate() {
        if cell.sides[side].canal {
            *depth = 4.0;
            continue;
        }
        let share = match cell.sides[side].half_m {
            h if h >= Class::Primary.half_m() => 0.45,
            h if h >= Class::Secondary.half_m() => 0.75,
            _ => 0.40,
        };
        if mixed || rng.chance(share) {
            *depth = if mixed { 23.0 } else { 15.0 };
        }
    }
    if let Some(side) = frontage::park_side(cell) {
        depth[side] = 25.0;
    }
    depth
}

fn rows(kind: Use, height_m: f64, rng: &mut Prng) -> (Vec<(f64, Row)>, bool) {
    let old = kind == Use::Estate;
    let walk_up = Row {
        levels: if old { rng.pick([5, 6, 6]) } else { 6 },
        depth_m: if old { rng.range(10.8, 12.0) } else { 13.0 },
        unit_m: if old {
            rng.range(12.2, 13.8)
        } else {
            rng.range(14.4, 16.5)
        },
        units: if old {
            rng.pick([4, 4, 5])
        } else {
            rng.pick([3, 4])
        },
        homes_a_floor: if old { rng.pick([2, 2, 3]) } else { 2 },
    };
    let slab = Row {
        levels: 11,
        depth_m: 14.0,
        unit_m: rng.range(15.2, 17.6),
        units: 3,
        homes_a_floor: 2,
    };
    let high = Row {
        levels: rng.pick([16, 18, 18]),
        depth_m: 15.5,
        unit_m: 25.0,
        units: 2,
        homes_a_floor: 4,
    };
    let tower = Row {
        levels: rng.pick([24, 26, 28, 30]),
        depth_m: 19.0,
        unit_m: 27.0,
        units: 1,
        homes_a_floor: 4,
    };
    let order: Vec<Row> = match kind {
        Use::Garden => vec![walk_up, walk_up, walk_up, walk_up, slab, slab],
        Use::Heights => vec![slab, high, tower, tower],
        Use::Mixed => vec![high, tower, tower],
        _ => vec![walk_up; 9],
    };
    // Takes the widest spacing between rows, unless a narrower one leaves at least 3 m less unused ground per row.
    let sunniest = if old {
        [1.15, 1.05, 0.95]
    } else {
        [1.35, 1.2, 1.05]
    };
    let mut best = (f64::INFINITY, Vec::new());
    for sun in sunniest {
        let (spare, rows) = place_rows(&order, height_m, sun);
        if spare < best.0 - 3.0 {
            best = (spare, rows);
        }
    }
    (best.1, old)
}

/// Places rows from south to north while there is room, then distributes the remaining ground
/// between them. Returns the remaining ground per row in metres, and each row with the y coordinate
/// of its south face.
fn place_rows(order: &[Row], height_m: f64, sun: f64) -> (f64, Vec<(f64, Row)>) {
    let (south, north) = (8.0, LANE_M + 5.0);
    let mut out: Vec<(f64, Row)> = Vec::new();
    let mut y = south;
    for row in order {
        if y + row.depth_m + north > height_m {
            break;
        }
        out.push((y, *row));
        y += row.depth_m + row.gap_m(sun);
    }
    let spare = out
        .last()
        .map_or(0.0, |(y, r)| height_m - north - (y + r.depth_m));
    let each = spare / out.len().saturating_sub(1).max(1) as f64;
    for (i, row) in out.iter_mut().enumerate() {
        row.0 += each.min(40.0) * i as f64;
    }
    (each, out)
}

pub(super) fn sketch(cell: &Cell, rng: &mut Prng) -> Sketch {
    let block = cell.block();
    let frame = Frame::new(middle(&block.ring), street_side(cell));
    let outer = block.within(&frame);
    let wall = outer.inset(fronts(cell, rng));
    let south = wall
        .corners(0)
        .map(|p| p.y)
        .fold(f64::NEG_INFINITY, f64::max);
    let north = wall.corners(2).map(|p| p.y).fold(f64::INFINITY, f64::min);
    let (mut rows, old) = rows(cell.plot.1, north - south, rng);
    for row in &mut rows {
        row.0 += south;
    }
    let doors_north = !old || rng.chance(0.7);
    let lanes = rows
        .iter()
        .map(|(y, r)| {
            if doors_north {
                y + r.depth_m + LANE_M
            } else {
                y - LANE_M
            }
        })
        .collect();
    let (west, east) = wall
        .x_range(south + 1.0, north - 1.0)
        .unwrap_or((-50.0, 50.0));
    Sketch {
        frame,
        outer,
        axis: (west + east) / 2.0
            + (east - west) * (rng.pick([-0.13, 0.0, 0.0, 0.12]) + rng.range(-0.03, 0.03)),
        wall,
        rows,
        lanes,
        doors_north,
    }
}
