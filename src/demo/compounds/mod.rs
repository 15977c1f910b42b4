//! Generates compounds (小区): a wall with gates, rows of buildings that face south, and lanes
//! between them.
//!
//! Each compound is planned upright in a local frame aligned with its streets. A main lane, the
//! axis, runs from south to north; a lane along every row crosses it; lanes inside the west and the
//! east wall complete the loop.

mod garage;
mod gates;
mod grounds;
mod lanes;
mod rows;
mod sketch;
mod walls;

use self::garage::garage;
use self::gates::{admit, choose_gates, ray};
use self::grounds::{garden, greens, sheds};
use self::lanes::lanes;
use self::rows::{lots, parting};
use self::sketch::sketch;
pub use self::walls::{insert_on, pieces};
use super::buildings;
use super::city::{Barrier, City, Compound, Entrance, Housing, Pass, Special};
use super::frontage::{self, Cut};
use super::irregular;
use super::names::Use;
use super::plane::{Pt, pt};
use super::prng::Prng;

/// The distance from the wall to the middle of the loop lane inside it, in metres.
const LOOP_M: f64 = 4.5;
/// The distance from the middle of the loop lane to the buildings, in metres.
const LOOP_CLEAR_M: f64 = 4.2;
/// Half the width of the open ground along the axis, in metres.
const AXIS_CLEAR_M: f64 = 7.0;
/// The distance from the doors of a row to the middle of its lane, in metres.
pub const LANE_M: f64 = 5.0;

const OUT: [Pt; 4] = [
    Pt { x: 0.0, y: -1.0 },
    Pt { x: 1.0, y: 0.0 },
    Pt { x: 0.0, y: 1.0 },
    Pt { x: -1.0, y: 0.0 },
];

/// Plans the compound of a block.
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
        walled: irregular::is_walled(slug),
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
            special: Special::default(),
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
    let walls = if irregular::is_walled(slug) {
        pieces(&s.wall.ring, &gaps)
    } else {
        Vec::new()
    };
    for line in walls {
        city.barriers.push(Barrier {
            kind: barrier.0,
            compound: Some(compound),
            height_m: barrier.1,
            line: s.frame.out_all(&line),
        });
    }

    lanes(city, &s, &places, (slug, kind));
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
