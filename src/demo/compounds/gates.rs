//! Decides on which sides of the wall gates stand, and who may pass them.

use super::OUT;
use super::sketch::Sketch;
use crate::demo::city::{Entrance, Housing, Pass};
use crate::demo::plane::{Pt, pt};
use crate::demo::prng::Prng;
use crate::demo::streets::Cell;

/// A gate: its side and, on the west and east sides, the lane that leads to it.
pub(super) struct Gate {
    pub side: usize,
    pub lane: Option<usize>,
}

pub(super) fn choose_gates(cell: &Cell, sketch: &Sketch, rng: &mut Prng) -> Vec<Gate> {
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

/// Sets who may pass a gate, when and how, by the rank of the gate (0 is the main gate).
pub(super) fn admit(
    gate: &mut Entrance,
    housing: Housing,
    strict: bool,
    rank: usize,
    rng: &mut Prng,
) {
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

/// The start and direction of the ray that finds the position of a gate in the wall.
pub(super) fn ray(s: &Sketch, gate: &Gate) -> (Pt, Pt) {
    let mid = (s.lanes.first().unwrap_or(&0.0) + s.lanes.last().unwrap_or(&0.0)) / 2.0;
    let from = match gate.lane {
        Some(lane) => pt(s.axis, s.lanes.get(lane).copied().unwrap_or(mid)),
        None => pt(s.axis, mid),
    };
    (from, OUT[gate.side])
}
