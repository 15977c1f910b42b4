//! The map under the labels: ground, roads, buildings, walls and ways.

use geo_types::Coord;

use super::content::{Content, Line, WayKind};
use super::flow::Arrow;
use super::frame::{AREA, Frame};
use super::svg::{Svg, n};

/// The factor for the widths of ways and walls on a map of this scale, from 0.45 to 1. They are thinner at small
/// scales, so that they do not fill a large compound.
fn weight(frame: &Frame) -> f64 {
    const FULL: f64 = 0.7;
    (frame.scale() / FULL).clamp(0.45, 1.0)
}

/// How a way is drawn: the attributes of its line.
pub(super) fn way_look(kind: WayKind, weight: f64) -> String {
    let (width, dash, gap, more) = match kind {
        WayKind::Ride => (
            2.2,
            0.0,
            0.0,
            "stroke=\"#000\" stroke-linecap=\"round\" stroke-linejoin=\"round\"",
        ),
        WayKind::Push => (1.6, 3.4, 2.0, "stroke=\"#000\" stroke-linejoin=\"round\""),
        WayKind::Foot => (0.6, 0.1, 1.2, "stroke=\"#444\" stroke-linecap=\"round\""),
        WayKind::Steps => (1.6, 0.6, 0.5, "stroke=\"#444\""),
    };
    let dashes = match kind {
        WayKind::Ride => String::new(),
        _ => format!(
            " stroke-dasharray=\"{} {}\"",
            n(dash),
            n(gap * weight.max(0.6))
        ),
    };
    format!(
        "fill=\"none\" stroke-width=\"{}\"{dashes} {more}",
        n(width * weight)
    )
}

/// Draws walls: a line with ticks, so that nobody takes it for a way.
pub(super) fn walls<'a>(
    svg: &mut Svg,
    lines: impl Iterator<Item = &'a [Coord<f64>]> + Clone,
    weight: f64,
) {
    let line = format!(
        "fill=\"none\" stroke=\"#000\" stroke-width=\"{}\" stroke-linejoin=\"round\"",
        n(0.6 * weight)
    );
    svg.lines(lines.clone(), false, &line);
    let ticks = format!(
        "fill=\"none\" stroke=\"#000\" stroke-width=\"{}\" stroke-dasharray=\"5 30\"",
        n(2.2 * weight)
    );
    svg.lines(lines, false, &ticks);
}

pub(super) fn draw(svg: &mut Svg, frame: &Frame, content: &Content, arrows: &[Arrow]) {
    let weight = weight(frame);
    let page = |line: &Line| -> Line { line.iter().map(|c| frame.page(*c)).collect() };
    let pages = |lines: &[Line]| -> Vec<Line> { lines.iter().map(page).collect() };
    let rings = |svg: &mut Svg, lines: &[Line], look: &str| {
        let lines = pages(lines);
        svg.lines(lines.iter().map(Vec::as_slice), true, look);
    };
    let [west, north, east, south] = AREA;
    svg.raw(&format!(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#f1f1ef\"/>\n",
        n(west),
        n(north),
        n(east - west),
        n(south - north)
    ));
    rings(svg, &content.green, "fill=\"#e3eadc\"");
    rings(svg, &content.water, "fill=\"#d5e2ea\"");
    for pass in 0..2 {
        for road in &content.roads {
            let width = (road.width_m * frame.scale()).max(1.2);
            let look = match pass {
                0 => format!("stroke=\"#bdbdbb\" stroke-width=\"{}\"", n(width + 0.5)),
                _ => format!("stroke=\"#fff\" stroke-width=\"{}\"", n(width)),
            };
            let line = page(&road.line);
            svg.lines(
                [line.as_slice()],
                false,
                &format!("fill=\"none\" stroke-linejoin=\"round\" {look}"),
            );
        }
    }
    rings(
        svg,
        &content.outline,
        "fill=\"#fff\" stroke=\"#777\" stroke-width=\"3\" fill-rule=\"evenodd\"",
    );
    rings(
        svg,
        &content.neighbours,
        "fill=\"#e9e9e7\" stroke=\"#b9b9b7\" stroke-width=\"2\"",
    );
    rings(
        svg,
        &content.squares,
        "fill=\"#f0ece2\" stroke=\"#999\" stroke-width=\"2\"",
    );
    for kind in [WayKind::Foot, WayKind::Steps, WayKind::Push, WayKind::Ride] {
        let lines: Vec<Line> = content
            .ways
            .iter()
            .filter(|w| w.kind == kind)
            .map(|w| page(&w.line))
            .collect();
        svg.lines(
            lines.iter().map(Vec::as_slice),
            false,
            &way_look(kind, weight),
        );
    }
    let marks: Vec<Line> = arrows.iter().map(|a| chevron(a, weight)).collect();
    svg.lines(marks.iter().map(Vec::as_slice), false, CHEVRON_LOOK);
    let oneway = content
        .ways
        .iter()
        .filter(|w| w.oneway && w.kind == WayKind::Ride);
    let marks: Vec<Line> = oneway
        .flat_map(|w| oneway_marks(&page(&w.line), weight))
        .collect();
    svg.lines(marks.iter().map(Vec::as_slice), false, CHEVRON_LOOK);
    for house in &content.houses {
        rings(
            svg,
            &house.rings,
            "fill=\"#dedede\" stroke=\"#000\" stroke-width=\"5\" fill-rule=\"evenodd\" stroke-linejoin=\"round\"",
        );
    }
    let walls: Vec<Line> = content.walls.iter().map(|w| page(&w.line)).collect();
    self::walls(svg, walls.iter().map(Vec::as_slice), weight);
}

const CHEVRON_LOOK: &str = "fill=\"none\" stroke=\"#fff\" stroke-width=\"5\"";

/// A chevron across a way.
fn chevron(arrow: &Arrow, weight: f64) -> Line {
    let Arrow { at, along } = arrow;
    let point = |ahead: f64, aside: f64| Coord {
        x: at.x + along.x * ahead - along.y * aside,
        y: at.y + along.y * ahead + along.x * aside,
    };
    let aside = 0.75 * weight;
    vec![point(-0.7, -aside), point(0.5, 0.0), point(-0.7, aside)]
}

/// Arrows with a shaft along a way that is used in one direction only.
fn oneway_marks(line: &[Coord<f64>], weight: f64) -> Vec<Line> {
    const EVERY_MM: f64 = 12.0;
    const MOST: usize = 200;
    let mut next = EVERY_MM / 2.0;
    let mut marks: Vec<Line> = Vec::new();
    for pair in line.windows(2) {
        let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
        let length = dx.hypot(dy);
        if length < 1e-9 {
            continue;
        }
        let along = Coord {
            x: dx / length,
            y: dy / length,
        };
        while next <= length && marks.len() < 2 * MOST {
            let at = |ahead: f64| Coord {
                x: pair[0].x + along.x * (next + ahead),
                y: pair[0].y + along.y * (next + ahead),
            };
            marks.push(vec![at(-2.6), at(0.2)]);
            marks.push(chevron(&Arrow { at: at(0.0), along }, weight));
            next += EVERY_MM;
        }
        next -= length;
    }
    marks
}

/// A sample of a way with its arrows, for the legend.
pub(super) fn way_sample(svg: &mut Svg, line: [Coord<f64>; 2], is_oneway: bool) {
    svg.lines([line.as_slice()], false, &way_look(WayKind::Ride, 1.0));
    let middle = Coord {
        x: f64::midpoint(line[0].x, line[1].x),
        y: line[0].y,
    };
    let at = |x: f64| Arrow {
        at: Coord {
            x: middle.x + x,
            ..middle
        },
        along: Coord { x: 1.0, y: 0.0 },
    };
    let marks = if is_oneway {
        vec![vec![at(-2.2).at, at(1.0).at], chevron(&at(0.8), 1.0)]
    } else {
        vec![chevron(&at(-1.4), 1.0), chevron(&at(1.4), 1.0)]
    };
    svg.lines(marks.iter().map(Vec::as_slice), false, CHEVRON_LOOK);
}
