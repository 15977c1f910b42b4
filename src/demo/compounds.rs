//! Compounds (小区): a wall with gates, rows of houses that face south, lanes between them.
//!
//! Each is planned upright in a frame of its own that follows its streets. A main lane, the axis, runs
//! from south to north; a lane along every row of houses crosses it; lanes inside the west and the
//! east wall close the loop.

use super::buildings;
use super::city::{
    Area, Barrier, City, Compound, Entrance, Housing, Parting, Pass, Spot, SpotKind, Way,
};
use super::frontage::{self, Cut};
use super::lots::{Lot, Row};
use super::names::Use;
use super::plane::{Block, Frame, Pt, along, distance, edges, middle, pt, rectangle};
use super::prng::Prng;
use super::streets::{Cell, Class, street_side};
use crate::model::names::collection::GREEN;

/// From the wall to the middle of the lane inside it, in metres.
const LOOP_M: f64 = 4.5;
/// From the middle of that lane to the houses, in metres.
const LOOP_CLEAR_M: f64 = 4.2;
/// Half of the open ground round the axis, in metres.
const AXIS_CLEAR_M: f64 = 7.0;
/// From a row's doors to the middle of its lane, in metres.
pub const LANE_M: f64 = 5.0;

/// Everything decided about a compound before it is built.
struct Sketch {
    frame: Frame,
    outer: Block,
    wall: Block,
    axis: f64,
    rows: Vec<(f64, Row)>,
    lanes: Vec<f64>,
    doors_north: bool,
}

/// Sides with shops, and on which of them a pocket park.
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
    // As sunny as will leave no wide strip of empty ground at the north.
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

/// Places rows from south to north as long as there is room, then spreads them over what is spare.
/// Gives the spare ground a row, in metres, and each row with its south face.
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

fn sketch(cell: &Cell, rng: &mut Prng) -> Sketch {
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

/// The choice of a gate: its side and, on the west and east sides, its lane.
struct Gate {
    side: usize,
    lane: Option<usize>,
}

fn choose_gates(cell: &Cell, sketch: &Sketch, rng: &mut Prng) -> Vec<Gate> {
    let n = sketch.lanes.len();
    let weight = |side: usize| {
        let s = &cell.sides[side];
        if s.canal { 0.0 } else { s.half_m.min(18.0) }
    };
    let main = if weight(0) + rng.range(0.0, 4.0) >= weight(2) {
        0
    } else {
        2
    };
    let mut gates = vec![Gate {
        side: main,
        lane: None,
    }];
    let first_lane = rng.index(n.max(1));
    let mut more = vec![
        Gate {
            side: 1,
            lane: Some(first_lane.min(n.saturating_sub(1))),
        },
        Gate {
            side: 3,
            lane: Some((n / 2).min(n.saturating_sub(1))),
        },
        Gate {
            side: 2 - main,
            lane: None,
        },
    ];
    if n > 3 {
        let other = if first_lane == n - 1 { 0 } else { n - 1 };
        more.push(Gate {
            side: 1,
            lane: Some(other),
        });
    }
    let wanted = rng.whole(2, 5) as usize;
    while gates.len() < wanted && !more.is_empty() {
        gates.push(more.remove(rng.index(more.len())));
    }
    gates
}

/// What a gate is called and who may pass it, by its rank (0 is the main gate).
fn admit(gate: &mut Entrance, housing: Housing, strict: bool, rank: usize, rng: &mut Prng) {
    let old = housing == Housing::OldEstate;
    gate.opening_hours = Some("24/7");
    gate.step_free = Some(true);
    gate.guarded = Some(rank == 0 || (!old && rank == 1));
    (gate.ebike, gate.foot) = (Pass::Yes, Pass::Yes);
    match (rank, old) {
        (0, true) => {}
        (0, false) => {
            gate.ebike = Pass::Dismount;
            gate.access_note = Some("在门岗登记后推行入内");
        }
        (1, true) => gate.opening_hours = Some("Mo-Su 05:00-23:30"),
        (1, false) => {
            gate.opening_hours = Some("Mo-Su 06:30-22:30");
            gate.access_note = Some("骑手通道，登记后可骑行，车停门内右侧");
        }
        (2, true) => {
            gate.ebike = Pass::No;
            gate.access_note = Some("门口有石墩，电动车进不去，步行可过");
        }
        (2, false) => {
            gate.ebike = Pass::No;
            gate.intercom = Some(true);
            gate.opening_hours = Some("Mo-Su 06:00-22:00");
            gate.access_code = Some(format!("{:04}#", rng.whole(1000, 9999)));
        }
        (3, true) => {
            gate.ebike = Pass::Dismount;
            gate.opening_hours = Some("Mo-Su 06:00-22:00");
        }
        (3, false) => {
            gate.ebike = Pass::No;
            gate.intercom = Some(true);
            gate.opening_hours = Some("Mo-Fr 06:30-09:00,16:00-19:30");
            gate.access_note = Some("只在上下学时段开放");
        }
        _ => {
            (gate.ebike, gate.foot) = (Pass::No, Pass::No);
            gate.opening_hours = Some("off");
            gate.access_note = Some("长期关闭，请走其他门");
        }
    }
    if strict && gate.ebike != Pass::No {
        gate.ebike = Pass::No;
        gate.access_note = Some("电动车不得入内，停门外停车点后步行");
    }
}

/// Plans the compound of a cell.
pub fn build(city: &mut City, index: usize) {
    let cell = city.town.cells[index].clone();
    let (community, kind, slug, name) = cell.plot;
    let mut rng = Prng::of(slug, 1);
    let s = sketch(&cell, &mut rng);
    let housing = match kind {
        Use::Estate => Housing::OldEstate,
        Use::Mixed => Housing::MixedUse,
        _ => Housing::Commodity,
    };
    let built = match kind {
        Use::Estate => rng.whole(1983, 1998),
        Use::Garden => rng.whole(2001, 2010),
        _ => rng.whole(2011, 2020),
    } as u32;
    let compound = city.compounds.len();
    let gates = choose_gates(&cell, &s, &mut rng);
    let places: Vec<(usize, Option<usize>, Pt, f64)> = gates
        .iter()
        .filter_map(|g| {
            let (from, out) = ray(&s, g);
            let (at, round) = s.wall.exit(from, out)?;
            Some((g.side, g.lane, at, round))
        })
        .collect();

    let mut ring = s.wall.ring.clone();
    for (_, _, at, _) in &places {
        insert_on(&mut ring, *at);
    }
    city.compounds.push(Compound {
        id: slug.to_owned(),
        name: name.to_owned(),
        housing,
        built,
        community,
        ring: s.frame.out_all(&ring),
    });

    let strict = matches!(slug, "chenyue-beiyuan" | "duwang-mingdi");
    let mut used = [0; 4];
    for (rank, (side, _, at, _)) in places.iter().enumerate() {
        used[*side] += 1;
        let twin = if used[*side] > 1 { "2" } else { "" };
        let word = ["南", "东", "北", "西"][*side];
        let mut gate = Entrance {
            id: format!("{slug}-gate-{}{twin}", ["s", "e", "n", "w"][*side]),
            kind: "gate",
            name: format!("{name}{word}{twin}门"),
            at: s.frame.out(*at),
            outward: s.frame.turn(OUT[*side]),
            compound: Some(compound),
            building: None,
            unit: None,
            ebike: Pass::Yes,
            foot: Pass::Yes,
            opening_hours: None,
            guarded: None,
            intercom: None,
            step_free: None,
            access_note: None,
            access_code: None,
            level: 0,
        };
        admit(&mut gate, housing, strict, rank, &mut rng);
        city.entrances.push(gate);
    }
    let gaps: Vec<(f64, f64)> = places
        .iter()
        .enumerate()
        .map(|(rank, (.., round))| (*round, [9.0, 6.0, 3.0, 4.0, 3.0][rank.min(4)]))
        .collect();
    let barrier = match (kind, rng.chance(0.3)) {
        (Use::Estate, false) => ("wall", 2.2),
        (Use::Estate, true) => ("fence", 1.8),
        (_, true) => ("wall", 2.4),
        (_, false) => ("fence", 2.0),
    };
    for line in pieces(&s.wall.ring, &gaps) {
        city.barriers.push(Barrier {
            kind: barrier.0,
            compound: Some(compound),
            height_m: barrier.1,
            line: s.frame.out_all(&line),
        });
    }

    lanes(city, &s, &places, kind);
    let south_first = gates.first().is_none_or(|g| g.side != 2);
    let lots = lots(&s, kind, south_first, &mut rng);
    greens(city, &s, &lots);
    for (number, lot) in lots.iter().enumerate() {
        let place = buildings::Place {
            compound,
            frame: &s.frame,
            doors_north: s.doors_north,
            lane_y: s.lanes[lot.row],
        };
        buildings::build(city, &place, lot, number as u32 + 1, &mut rng);
    }
    garden(city, &s, compound, &lots);
    if matches!(kind, Use::Heights | Use::Mixed) {
        garage(city, &s, compound, &lots);
    }
    sheds(city, &s, compound);

    let mut cuts: Vec<Cut> = places
        .iter()
        .map(|(side, _, at, _)| Cut {
            on: *at,
            along: OUT[*side],
            half_m: 8.0,
        })
        .collect();
    cuts.push(Cut {
        on: pt(s.axis, 0.0),
        along: pt(0.0, 1.0),
        half_m: 2.5,
    });
    let parting = parting(&s, index, &lots);
    for lane in parting.1.iter().flatten() {
        cuts.push(Cut {
            on: pt(0.0, *lane),
            along: pt(1.0, 0.0),
            half_m: 2.5,
        });
    }
    city.partings.push(parting.0);
    let strip = frontage::Strip {
        cell: index,
        frame: &s.frame,
        outer: &s.outer,
        inner: &s.wall,
        levels: if kind == Use::Mixed { 3 } else { 2 },
    };
    frontage::build(city, &strip, &cuts, &mut rng);
}

const OUT: [Pt; 4] = [
    Pt { x: 0.0, y: -1.0 },
    Pt { x: 1.0, y: 0.0 },
    Pt { x: 0.0, y: 1.0 },
    Pt { x: -1.0, y: 0.0 },
];

fn ray(s: &Sketch, gate: &Gate) -> (Pt, Pt) {
    let mid = (s.lanes.first().unwrap_or(&0.0) + s.lanes.last().unwrap_or(&0.0)) / 2.0;
    let from = match gate.lane {
        Some(lane) => pt(s.axis, s.lanes.get(lane).copied().unwrap_or(mid)),
        None => pt(s.axis, mid),
    };
    (from, OUT[gate.side])
}

/// Puts a place that lies on a ring among the ring's corners.
pub fn insert_on(ring: &mut Vec<Pt>, at: Pt) {
    let best = edges(ring)
        .enumerate()
        .min_by(|(_, (a, b)), (_, (c, d))| {
            let bend = |a: Pt, b: Pt| distance(a, at) + distance(at, b) - distance(a, b);
            bend(*a, *b).total_cmp(&bend(*c, *d))
        })
        .map(|(i, _)| i);
    if let Some(i) = best {
        ring.insert(i + 1, at);
    }
}

/// What is left of a ring between gaps, each given by its middle and its width round the ring.
pub fn pieces(ring: &[Pt], gaps: &[(f64, f64)]) -> Vec<Vec<Pt>> {
    let mut gaps = gaps.to_vec();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = edges(ring).map(|(a, b)| distance(a, b)).sum();
    let Some(first) = gaps.first().copied() else {
        let mut whole = ring.to_vec();
        whole.extend(ring.first());
        return vec![whole];
    };
    let next = gaps.iter().skip(1).copied();
    let ends = next.chain([(first.0 + total, first.1)]);
    gaps.iter()
        .zip(ends)
        .map(|(a, b)| walk(ring, total, a.0 + a.1 / 2.0, b.0 - b.1 / 2.0))
        .filter(|line| line.len() > 1)
        .collect()
}

fn walk(ring: &[Pt], total: f64, from: f64, to: f64) -> Vec<Pt> {
    let mut out = Vec::new();
    for lap in 0..2 {
        let mut at = total * f64::from(lap);
        for (a, b) in edges(ring) {
            let length = distance(a, b);
            if from >= at && from < at + length {
                out.push(along(a, b, (from - at) / length));
            }
            if at > from && at < to {
                out.push(a);
            }
            if to >= at && to < at + length {
                out.push(along(a, b, (to - at) / length));
            }
            at += length;
        }
    }
    out
}

/// Where the loop lanes run at a height.
fn loop_at(s: &Sketch, y: f64) -> Option<(f64, f64)> {
    let (west, east) = s.wall.x_range(y - 0.5, y + 0.5)?;
    Some((west + LOOP_M, east - LOOP_M))
}

fn lanes(city: &mut City, s: &Sketch, gates: &[(usize, Option<usize>, Pt, f64)], kind: Use) {
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

/// Lays out houses row by row, in the order in which people number them.
fn lots(s: &Sketch, kind: Use, south_first: bool, rng: &mut Prng) -> Vec<Lot> {
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
            // The garden in the middle takes the place of the house next to the axis.
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
    // Gardens have no number: they come last.
    out.sort_by_key(|l| l.garden);
    out
}

/// Fills a stretch of a row with houses: (west end, units, false).
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

/// Lawns south of the houses, one a row and half.
fn greens(city: &mut City, s: &Sketch, lots: &[Lot]) {
    for (k, (y, _)) in s.rows.iter().enumerate() {
        let north = if s.doors_north {
            y - 1.5
        } else {
            y - LANE_M - 3.0
        };
        let south = match k.checked_sub(1).map(|j| (s.rows[j], s.lanes[j])) {
            Some((_, lane)) if s.doors_north => lane + 3.0,
            Some(((y, row), _)) => y + row.depth_m + 1.5,
            None => continue,
        };
        for west in [true, false] {
            let mut span: Option<(f64, f64)> = None;
            for lot in lots.iter().filter(|l| l.row == k && (l.x < s.axis) == west) {
                let (a, b) = (lot.x, lot.x + lot.width_m());
                span = Some(span.map_or((a, b), |(c, d)| (a.min(c), b.max(d))));
            }
            let Some((a, b)) = span else {
                continue;
            };
            if north - south > 4.0 {
                city.areas.push(Area {
                    collection: GREEN,
                    kind: "grass",
                    name: None,
                    ring: s.frame.out_all(&rectangle(a, south, b, north)),
                });
            }
        }
    }
}

/// The garden in the middle, where a house was left out.
fn garden(city: &mut City, s: &Sketch, compound: usize, lots: &[Lot]) {
    for (n, lot) in lots.iter().filter(|l| l.garden).enumerate() {
        let (x0, x1) = (lot.x, lot.x + lot.width_m());
        let ring = rectangle(x0, lot.y, x1, lot.y + lot.kind.depth_m);
        let at = middle(&ring);
        if n == 1 && lot.units > 1 {
            buildings::kindergarten(city, &s.frame, compound, lot, s.lanes[lot.row]);
            continue;
        }
        city.areas.push(Area {
            collection: GREEN,
            kind: "garden",
            name: None,
            ring: s.frame.out_all(&ring),
        });
        city.spots.push(Spot {
            at: s.frame.out(at),
            compound,
            kind: SpotKind::Garden,
        });
        let lane = s.lanes[lot.row];
        let edge = if s.doors_north {
            lot.y + lot.kind.depth_m
        } else {
            lot.y
        };
        let x = (x0 + x1) / 2.0;
        let line = [pt(x, lane), pt(x, edge), pt(x, at.y)];
        city.ways.push(Way::path(s.frame.out_all(&line), 2.0));
    }
}

/// A garage under the lawn between the two rows in the middle: a ramp from the lane inside the east
/// wall, and a way to the lift of every house on its north.
fn garage(city: &mut City, s: &Sketch, compound: usize, lots: &[Lot]) {
    let k = s.rows.len() / 2;
    if k == 0 {
        return;
    }
    let (y, _) = s.rows[k];
    let drive = (s.lanes[k - 1] + 3.0 + y) / 2.0;
    let Some((_, east)) = loop_at(s, drive) else {
        return;
    };
    // The ramp begins on the straight lane between the rows' own lanes.
    let ends = (loop_at(s, s.lanes[k - 1]), loop_at(s, s.lanes[k]));
    let (Some((_, a)), Some((_, b))) = ends else {
        return;
    };
    let share = (drive - s.lanes[k - 1]) / (s.lanes[k] - s.lanes[k - 1]);
    let start = pt(a + (b - a) * share, drive);
    let mouth = pt(start.x.min(east) - 3.5, drive);
    let slug = city.compounds[compound].id.clone();
    let name = city.compounds[compound].name.clone();
    let mut houses: Vec<&Lot> = lots.iter().filter(|l| l.row == k && !l.garden).collect();
    houses.sort_by(|a, b| b.x.total_cmp(&a.x));
    let mut trunk = vec![start, mouth];
    for lot in &houses {
        let x = lot.x + lot.width_m() / 2.0 + 1.3;
        let (bottom, lift) = (pt(x, drive), pt(x, lot.y + lot.kind.depth_m / 2.0));
        if x > mouth.x - 6.0 {
            continue;
        }
        trunk.push(bottom);
        city.ways
            .push(Way::garage(s.frame.out_all(&[bottom, lift])));
    }
    if trunk.len() < 3 {
        return;
    }
    city.ways.push(Way::garage(s.frame.out_all(&trunk)));
    city.entrances.push(Entrance {
        id: format!("{slug}-garage"),
        kind: "garage",
        name: format!("{name}地下车库入口"),
        at: s.frame.out(mouth),
        outward: s.frame.turn(pt(1.0, 0.0)),
        compound: Some(compound),
        building: None,
        unit: None,
        ebike: Pass::Dismount,
        foot: Pass::Yes,
        opening_hours: Some("24/7"),
        guarded: Some(false),
        intercom: None,
        step_free: Some(true),
        access_note: Some("可推行至地下电梯厅"),
        access_code: None,
        level: 0,
    });
}

/// Where bikes are parked and charged: between the west wall and the lane inside it.
fn sheds(city: &mut City, s: &Sketch, compound: usize) {
    for pair in s.lanes.windows(2).step_by(2) {
        let y = (pair[0] + pair[1]) / 2.0;
        if let Some((west, _)) = s.wall.x_range(y - 6.0, y + 6.0) {
            city.spots.push(Spot {
                at: s.frame.out(pt(west + 1.6, y)),
                compound,
                kind: SpotKind::Shed,
            });
        }
    }
}

/// Where the cell is parted into grids: along the axis, and a big half again along a lane.
fn parting(s: &Sketch, cell: usize, lots: &[Lot]) -> (Parting, [Option<f64>; 2]) {
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
