//! The gates on the map: their marks, the arrows through them, and their signs.

use geo::Contains as _;
use geo_types::{Coord, Polygon};

use super::content::{Gate, Passing, WayKind};
use super::ground::Ground;
use super::label::{Box2, LabelKind, Taken};
use super::plane::to_segment;
use super::svg::{width, wrapped};
use super::words::Words;

/// The size of the mark of a gate.
pub(super) const GATE_MM: f64 = 9.0;
/// The size of the mark of the gate at which the board hangs, with its red ring.
const HERE_MM: f64 = 13.2;
/// A gate counts as inside the compound if it is farther than this many metres from the outline.
const INSIDE_M: f64 = 12.0;
/// The most signs of gates. A page has no room for more.
const MOST_SIGNS: usize = 60;
/// A way belongs to a gate if it is within this many metres.
const AT_GATE_M: f64 = 2.5;

/// A gate on the map.
#[derive(Debug)]
pub(super) struct GateMark {
    pub id: String,
    pub name: String,
    pub mark: Box2,
    pub passing: Passing,
    /// The direction into the compound.
    pub inward: Coord<f64>,
    /// Whether it is inside the compound, as the entrance of a garage may be. Such a gate gets no arrow, because the
    /// map does not say in which direction it leads.
    pub is_inside: bool,
    pub arrow: Option<Box2>,
    pub sign: Option<(Box2, Sign)>,
    pub is_here: bool,
}

/// The lines of a gate's sign.
#[derive(Debug, Clone)]
pub(super) struct Sign {
    pub here: Option<String>,
    pub name: String,
    pub passing: String,
    pub hours: Vec<String>,
}

impl Sign {
    /// The sizes of the fonts and the heights of the lines, in millimetres.
    pub const HERE: (f64, f64) = (6.0, 8.4);
    pub const NAME: (f64, f64) = (6.0, 7.4);
    pub const PASSING: (f64, f64) = (4.8, 6.4);
    pub const HOURS: (f64, f64) = (3.9, 4.9);
    /// The size of the symbol before the words.
    pub const SYMBOL_MM: f64 = 5.6;
    pub const PADDING_MM: f64 = 1.6;

    fn of(gate: &Gate, compound: &str, is_here: bool, words: Words) -> Self {
        // The width at which the hours are broken into lines, in units of the font size.
        const MOST: f64 = 8.4;
        let hours = words.rider_hours(gate);
        Self {
            here: is_here.then(|| words.here()),
            name: words.gate_name(gate, compound),
            passing: words.passing(gate),
            hours: hours.map_or_else(Vec::new, |h| wrapped(&h, MOST, false)),
        }
    }

    fn size(&self) -> (f64, f64) {
        let here = self.here.as_ref().map(|t| width(t, true) * Self::HERE.0);
        let hours = self.hours.iter().map(|t| width(t, false) * Self::HOURS.0);
        let passing = width(&self.passing, true) * Self::PASSING.0 + Self::SYMBOL_MM + 1.0;
        let widest = hours
            .chain(here)
            .chain([width(&self.name, true) * Self::NAME.0, passing])
            .fold(0.0, f64::max);
        let here = self.here.as_ref().map_or(0.0, |_| Self::HERE.1);
        let hours = self.hours.len() as f64 * Self::HOURS.1;
        (
            widest + 2.0 * Self::PADDING_MM,
            here + Self::NAME.1 + Self::PASSING.1 + hours + Self::PADDING_MM,
        )
    }
}

/// Places the marks of all gates on the map.
pub(super) fn place_gates(
    ground: &Ground<'_>,
    here: Option<&str>,
    taken: &mut Taken,
) -> Vec<GateMark> {
    let mark = |gate: &Gate| {
        let at = ground.frame.page(gate.at);
        let is_here = here == Some(gate.id.as_str());
        let size = if is_here { HERE_MM } else { GATE_MM };
        let mark = Box2::upright(at, size, size);
        taken.take(mark);
        GateMark {
            id: gate.id.clone(),
            name: ground.words.gate_name(gate, &ground.content.name),
            mark,
            passing: gate.passing(),
            inward: inward(ground, at),
            is_inside: ground.is_inside(at, INSIDE_M),
            arrow: None,
            sign: None,
            is_here,
        }
    };
    let gates = ground.content.gates.iter();
    let on_map = gates.filter(|g| ground.is_on_map(ground.frame.page(g.at)));
    on_map.map(mark).collect()
}

/// Places the arrows through the gates: inside the compound behind the gate or, if there is no room, in front of it.
pub(super) fn place_arrows(
    marks: &mut [GateMark],
    taken: &mut Taken,
    left_out: &mut Vec<LabelKind>,
) {
    let in_use = |m: &&mut GateMark| m.passing != Passing::Shut && !m.is_inside;
    for mark in marks.iter_mut().filter(in_use) {
        let arrow = |(side, length): (f64, f64)| {
            // The distance at which the arrow clears the corners of the mark in every direction.
            let along = side * (mark.mark.width * 0.74 + length / 2.0);
            let middle = Coord {
                x: mark.mark.middle.x + mark.inward.x * along,
                y: mark.mark.middle.y + mark.inward.y * along,
            };
            Box2 {
                angle: mark.inward.y.atan2(mark.inward.x),
                ..Box2::upright(middle, length, 6.0)
            }
        };
        let spots = [
            (1.0, 12.0),
            (1.0, 9.0),
            (-1.0, 12.0),
            (-1.0, 9.0),
            (1.0, 7.0),
            (-1.0, 7.0),
        ];
        match taken.place(spots.map(arrow)) {
            Some(arrow) => mark.arrow = Some(arrow),
            None => left_out.push(LabelKind::Arrow),
        }
    }
}

/// Places the signs of the gates. The gate at which the board hangs comes first.
pub(super) fn place_signs(
    ground: &Ground<'_>,
    marks: &mut [GateMark],
    taken: &mut Taken,
    left_out: &mut Vec<LabelKind>,
) {
    let mut order: Vec<&mut GateMark> = marks.iter_mut().collect();
    order.sort_by_key(|mark| !mark.is_here);
    for (i, mark) in order.into_iter().enumerate() {
        if i >= MOST_SIGNS {
            left_out.push(LabelKind::Sign);
            continue;
        }
        let Some(gate) = ground.content.gates.iter().find(|g| g.id == mark.id) else {
            continue;
        };
        let sign = Sign::of(gate, &ground.content.name, mark.is_here, ground.words);
        match best_place(ground, mark, sign.size(), taken) {
            Some(at) => {
                taken.take(at);
                mark.sign = Some((at, sign));
            }
            None => left_out.push(LabelKind::Sign),
        }
    }
}

/// The best free place for the sign of a gate: near its mark, outside of the compound, not on a building.
fn best_place(
    ground: &Ground<'_>,
    gate: &GateMark,
    (width, height): (f64, f64),
    taken: &Taken,
) -> Option<Box2> {
    let mut best: Option<(f64, Box2)> = None;
    for away in [0.0, 3.0, 7.0, 12.0, 18.0, 26.0, 40.0, 60.0] {
        for turn in 0..24 {
            let (dy, dx) = (f64::from(turn) * std::f64::consts::PI / 12.0).sin_cos();
            // The distance from the middle of the sign to its edge in this direction.
            let reach = (width / 2.0 / dx.abs().max(1e-9)).min(height / 2.0 / dy.abs().max(1e-9));
            let along = gate.mark.width * 0.75 + reach + away;
            let middle = Coord {
                x: gate.mark.middle.x + dx * along,
                y: gate.mark.middle.y + dy * along,
            };
            let candidate = Box2::upright(middle, width, height);
            let inwards = 1.0 + dx * gate.inward.x + dy * gate.inward.y;
            let near = away + 6.0 * inwards;
            if best.is_some_and(|(least, _)| near >= least) || !taken.is_free(&candidate) {
                continue;
            }
            let cost = near + ground.covered_by(&candidate);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, candidate));
            }
        }
    }
    best.map(|(_, at)| at)
}

/// The direction on the page from a gate into the compound: along the way through it or, without a way, at a right
/// angle to the outline.
fn inward(ground: &Ground<'_>, at: Coord<f64>) -> Coord<f64> {
    let most = AT_GATE_M * ground.frame.scale();
    let mut best: Option<(bool, f64, Coord<f64>)> = None;
    for (way, line) in ground.content.ways.iter().zip(&ground.ways) {
        let is_walked = matches!(way.kind, WayKind::Foot | WayKind::Steps);
        for pair in line.windows(2) {
            let (distance, along) = to_segment(at, pair[0], pair[1]);
            let is_better =
                best.is_none_or(|(walked, least, _)| (is_walked, distance) < (walked, least));
            if let Some(along) = along.filter(|_| distance <= most && is_better) {
                best = Some((is_walked, distance, along));
            }
        }
    }
    let rings = ground.outline.iter().map(Polygon::exterior);
    let edge = rings
        .flat_map(|r| r.0.windows(2))
        .map(|pair| to_segment(at, pair[0], pair[1]))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let normal = edge.and_then(|(_, u)| u).map(|u| Coord { x: -u.y, y: u.x });
    let along = best
        .map(|(_, _, u)| u)
        .or(normal)
        .unwrap_or(Coord { x: 0.0, y: -1.0 });
    let ahead = |side: f64| {
        let at = |mm: f64| Coord {
            x: at.x + along.x * mm * side,
            y: at.y + along.y * mm * side,
        };
        [3.0, 6.0, 10.0]
            .into_iter()
            .filter(|mm| ground.outline.contains(&at(*mm)))
            .count()
    };
    let side = if ahead(1.0) >= ahead(-1.0) { 1.0 } else { -1.0 };
    Coord {
        x: along.x * side,
        y: along.y * side,
    }
}
