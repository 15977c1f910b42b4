//! Draws the labels on the map.

use geo_types::Coord;

use super::content::{Passing, PlaceKind};
use super::gates::{GATE_MM, GateMark, Sign};
use super::houses::{DoorMark, LIFT, Number, UNIT_MM};
use super::label::{Box2, LabelKind};
use super::marks::{PlaceMark, Plan, ROAD_MM};
use super::svg::{Svg, Text, n};
use super::symbols;

/// The colour of the mark where the reader stands. It is the only strong colour on the board.
pub(super) const HERE: &str = "#c00d1c";

/// The symbol of how a rider passes.
pub(super) const fn passing_symbol(passing: Passing) -> &'static str {
    match passing {
        Passing::Ride => symbols::EBIKE,
        Passing::Push => symbols::DISMOUNT,
        Passing::Foot => symbols::WALK,
        Passing::Shut => symbols::GATE_SHUT,
        Passing::Unknown => symbols::GATE_UNKNOWN,
    }
}

/// The symbol of a place.
pub(super) const fn place_symbol(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::FirstAid => symbols::FIRST_AID,
        PlaceKind::Parking => symbols::PARKING,
        PlaceKind::Handover => symbols::HANDOVER,
        PlaceKind::BatterySwap => symbols::BATTERY_SWAP,
        PlaceKind::RestStop => symbols::REST_STOP,
        PlaceKind::Toilet => symbols::TOILET,
    }
}

pub(super) fn draw(svg: &mut Svg, plan: &Plan) {
    for (name, at) in &plan.roads {
        svg.open_label(LabelKind::Road.name(), at);
        let look = Text {
            angle: at.angle,
            halo: 0.7,
            fill: "#333",
            ..Text::new(ROAD_MM).centred()
        };
        svg.text(at.middle, name, look);
        svg.close();
    }
    plan.doors.iter().for_each(|d| door(svg, d));
    plan.numbers.iter().for_each(|h| number(svg, h));
    plan.places
        .iter()
        .for_each(|p| leader(svg, p.from, p.at.middle));
    for gate in &plan.gates {
        if let Some((at, _)) = &gate.sign {
            leader(svg, gate.mark.middle, at.middle);
        }
    }
    plan.places.iter().for_each(|p| place(svg, p));
    plan.gates.iter().for_each(|g| gate(svg, g));
}

/// Draws a line from the position of a gate or place to its label.
fn leader(svg: &mut Svg, from: Coord<f64>, to: Coord<f64>) {
    if (from.x - to.x).hypot(from.y - to.y) > 1.0 {
        svg.lines(
            [[from, to].as_slice()],
            false,
            "stroke=\"#fff\" stroke-width=\"14\"",
        );
        svg.lines(
            [[from, to].as_slice()],
            false,
            "stroke=\"#000\" stroke-width=\"4\"",
        );
        svg.circle(from, 0.8, "fill=\"#000\"");
    }
}

fn number(svg: &mut Svg, number: &Number) {
    let Number { text, size, at, .. } = number;
    svg.open_label(LabelKind::House.name(), at);
    let lift = if number.has_lift { LIFT * size } else { 0.0 };
    let middle = Coord {
        x: at.middle.x - lift / 2.0,
        y: at.middle.y,
    };
    let look = Text {
        halo: 0.6,
        ..Text::bold(*size).centred()
    };
    svg.text(middle, text, look);
    if number.has_lift {
        lift_symbol(
            svg,
            Coord {
                x: at.middle.x + at.width / 2.0 - lift / 2.0 + size * 0.03,
                y: at.middle.y + size * 0.1,
            },
            size * 0.5,
        );
    }
    svg.close();
}

/// The symbol of a lift on white.
pub(super) fn lift_symbol(svg: &mut Svg, at: Coord<f64>, size: f64) {
    svg.rect(&Box2::upright(at, size * 0.8, size), 0.2, "fill=\"#fff\"");
    svg.symbol(at, size, symbols::LIFT, "#000");
}

fn door(svg: &mut Svg, door: &DoorMark) {
    svg.open_label(LabelKind::Door.name(), &door.mark);
    triangle(svg, door.mark.middle, door.outward, door.mark.width);
    svg.close();
    if let Some((unit, at)) = &door.unit {
        svg.open_label(LabelKind::Unit.name(), at);
        unit_sign(svg, at, unit);
        svg.close();
    }
}

/// A triangle whose tip touches the door.
pub(super) fn triangle(svg: &mut Svg, middle: Coord<f64>, outward: Coord<f64>, size: f64) {
    let at = |along: f64, aside: f64| Coord {
        x: middle.x + outward.x * along - outward.y * aside,
        y: middle.y + outward.y * along + outward.x * aside,
    };
    let half = size / 2.0;
    svg.lines(
        [[at(-half, 0.0), at(half, half), at(half, -half)].as_slice()],
        true,
        "fill=\"#000\"",
    );
}

/// The number of a unit in its round box.
pub(super) fn unit_sign(svg: &mut Svg, at: &Box2, unit: &str) {
    let look = "fill=\"#fff\" stroke=\"#000\" stroke-width=\"3\"";
    svg.rect(at, at.height / 2.0, look);
    svg.text(at.middle, unit, Text::bold(UNIT_MM).centred());
}

fn place(svg: &mut Svg, place: &PlaceMark) {
    svg.open_label(LabelKind::Place.name(), &place.at);
    place_sign(svg, &place.at, place.kind);
    svg.close();
}

/// The symbol of a place in its box: first aid on white with its cross in red, the others white on black.
pub(super) fn place_sign(svg: &mut Svg, at: &Box2, kind: PlaceKind) {
    let (ground, fill) = match kind {
        PlaceKind::FirstAid => ("#fff", HERE),
        _ => ("#000", "#fff"),
    };
    let inner = Box2::upright(at.middle, at.width - 0.4, at.height - 0.4);
    svg.rect(
        &inner,
        1.0,
        &format!("fill=\"{ground}\" stroke=\"#000\" stroke-width=\"4\""),
    );
    svg.symbol(at.middle, at.width * 0.74, place_symbol(kind), fill);
}

fn gate(svg: &mut Svg, gate: &GateMark) {
    if let Some(at) = &gate.arrow {
        svg.open_label(LabelKind::Arrow.name(), at);
        arrow(svg, at, gate.passing);
        svg.close();
    }
    let named = [("data-gate", gate.id.as_str()), ("data-name", &gate.name)];
    svg.open_named(LabelKind::Gate.name(), &gate.mark, &named);
    if gate.is_here {
        let look = format!("fill=\"none\" stroke=\"{HERE}\" stroke-width=\"16\"");
        svg.circle(gate.mark.middle, GATE_MM / 2.0 + 1.2, &look);
    }
    gate_sign(svg, gate.mark.middle, GATE_MM, gate.passing);
    svg.close();
    if let Some((at, sign)) = &gate.sign {
        svg.open_label(LabelKind::Sign.name(), at);
        draw_sign(svg, at, sign, gate.passing);
        svg.close();
    }
}

/// The mark of a gate: black where a rider comes in with the bike, white with an edge otherwise.
pub(super) fn gate_sign(svg: &mut Svg, at: Coord<f64>, size: f64, passing: Passing) {
    let (ground, fill) = match passing {
        Passing::Ride | Passing::Push => ("#000", "#fff"),
        _ => ("#fff", "#000"),
    };
    let look = format!("fill=\"{ground}\" stroke=\"#000\" stroke-width=\"7\"");
    svg.circle(at, size / 2.0 - 0.35, &look);
    svg.symbol(at, size * 0.66, passing_symbol(passing), fill);
}

/// An arrow along its box: filled for riding, hollow for pushing or unknown, thin for people on foot.
pub(super) fn arrow(svg: &mut Svg, at: &Box2, passing: Passing) {
    let (sin, cos) = at.angle.sin_cos();
    let point = |along: f64, aside: f64| Coord {
        x: at.middle.x + cos * along - sin * aside,
        y: at.middle.y + sin * along + cos * aside,
    };
    let (half, wide) = (at.width / 2.0, at.height / 2.0 - 0.4);
    let (neck, stem) = match passing {
        Passing::Foot => (half - 4.0, 0.45),
        _ => (half - 5.0, wide * 0.5),
    };
    let shape = [
        point(-half + 0.4, -stem),
        point(neck, -stem),
        point(neck, -wide),
        point(half - 0.4, 0.0),
        point(neck, wide),
        point(neck, stem),
        point(-half + 0.4, stem),
    ];
    let look = match passing {
        Passing::Ride | Passing::Foot => {
            "fill=\"#000\" stroke=\"#fff\" stroke-width=\"5\" paint-order=\"stroke\""
        }
        _ => "fill=\"#fff\" stroke=\"#000\" stroke-width=\"6\" stroke-linejoin=\"round\"",
    };
    svg.lines([shape.as_slice()], true, look);
}

fn draw_sign(svg: &mut Svg, at: &Box2, sign: &Sign, passing: Passing) {
    let left = at.middle.x - at.width / 2.0;
    let mut top = at.middle.y - at.height / 2.0;
    let edge = if sign.here.is_some() { HERE } else { "#000" };
    let inner = Box2::upright(at.middle, at.width - 0.4, at.height - 0.4);
    svg.rect(
        &inner,
        1.2,
        &format!(
            "fill=\"#fff\" stroke=\"{edge}\" stroke-width=\"{}\"",
            n(0.4)
        ),
    );
    let x = left + Sign::PADDING_MM;
    if let Some(here) = &sign.here {
        let (size, height) = Sign::HERE;
        let bar = Coord {
            x: at.middle.x,
            y: top + height / 2.0,
        };
        svg.rect(
            &Box2::upright(bar, at.width, height),
            1.2,
            &format!("fill=\"{HERE}\""),
        );
        let look = Text {
            fill: "#fff",
            ..Text::bold(size).centred()
        };
        svg.text(bar, here, look);
        top += height;
    }
    let mut line = |height: f64| {
        let y = top + height / 2.0 + 0.6;
        top += height;
        y
    };
    let y = line(Sign::NAME.1);
    svg.text(Coord { x, y }, &sign.name, Text::bold(Sign::NAME.0));
    let y = line(Sign::PASSING.1);
    let symbol = Coord {
        x: x + Sign::SYMBOL_MM / 2.0,
        y,
    };
    svg.symbol(symbol, Sign::SYMBOL_MM, passing_symbol(passing), "#000");
    let after = x + Sign::SYMBOL_MM + 1.0;
    svg.text(
        Coord { x: after, y },
        &sign.passing,
        Text::bold(Sign::PASSING.0),
    );
    for hours in &sign.hours {
        let y = line(Sign::HOURS.1);
        svg.text(Coord { x, y }, hours, Text::new(Sign::HOURS.0));
    }
}
