//! The map under the labels: ground, roads, buildings, walls and ways.

use geo_types::Coord;

use super::content::{Content, Line, Way, WayKind};
use super::frame::{AREA, Frame};
use super::svg::{Svg, n};

const STEPS_DASH: &str = "6 5";

/// How a way is drawn: the attributes of its line.
pub(super) fn way_look(kind: WayKind) -> String {
    match kind {
        WayKind::Ride => {
            "fill=\"none\" stroke=\"#000\" stroke-width=\"22\" stroke-linecap=\"round\" \
             stroke-linejoin=\"round\""
                .to_owned()
        }
        WayKind::Push => {
            "fill=\"none\" stroke=\"#000\" stroke-width=\"16\" stroke-dasharray=\"34 20\" \
             stroke-linejoin=\"round\""
                .to_owned()
        }
        WayKind::Foot => {
            "fill=\"none\" stroke=\"#444\" stroke-width=\"6\" stroke-dasharray=\"1 12\" \
             stroke-linecap=\"round\""
                .to_owned()
        }
        WayKind::Steps => format!(
            "fill=\"none\" stroke=\"#444\" stroke-width=\"16\" stroke-dasharray=\"{STEPS_DASH}\""
        ),
    }
}

/// Draws walls: a line with ticks, so that nobody takes it for a way.
pub(super) fn walls<'a>(svg: &mut Svg, lines: impl Iterator<Item = &'a [Coord<f64>]> + Clone) {
    svg.lines(
        lines.clone(),
        false,
        "fill=\"none\" stroke=\"#000\" stroke-width=\"6\" stroke-linejoin=\"round\"",
    );
    svg.lines(
        lines,
        false,
        "fill=\"none\" stroke=\"#000\" stroke-width=\"22\" stroke-dasharray=\"5 30\"",
    );
}

pub(super) fn draw(svg: &mut Svg, frame: &Frame, content: &Content) {
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
        svg.lines(lines.iter().map(Vec::as_slice), false, &way_look(kind));
    }
    let oneway = content
        .ways
        .iter()
        .filter(|w| w.oneway && w.kind == WayKind::Ride);
    for way in oneway {
        chevrons(svg, frame, way);
    }
    for house in &content.houses {
        rings(
            svg,
            &house.rings,
            "fill=\"#dedede\" stroke=\"#000\" stroke-width=\"5\" fill-rule=\"evenodd\" stroke-linejoin=\"round\"",
        );
    }
    let walls: Vec<Line> = content.walls.iter().map(|w| page(&w.line)).collect();
    self::walls(svg, walls.iter().map(Vec::as_slice));
}

/// White chevrons along a way that is used in one direction only.
fn chevrons(svg: &mut Svg, frame: &Frame, way: &Way) {
    const EVERY_MM: f64 = 11.0;
    let line: Line = way.line.iter().map(|c| frame.page(*c)).collect();
    let mut next = EVERY_MM / 2.0;
    let mut marks: Vec<Line> = Vec::new();
    for pair in line.windows(2) {
        let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
        let length = dx.hypot(dy);
        if length < 1e-9 {
            continue;
        }
        let (ux, uy) = (dx / length, dy / length);
        while next <= length && marks.len() < 200 {
            let at = |along: f64, aside: f64| Coord {
                x: pair[0].x + ux * (next + along) - uy * aside,
                y: pair[0].y + uy * (next + along) + ux * aside,
            };
            marks.push(vec![at(-0.7, -0.75), at(0.5, 0.0), at(-0.7, 0.75)]);
            next += EVERY_MM;
        }
        next -= length;
    }
    svg.lines(
        marks.iter().map(Vec::as_slice),
        false,
        "fill=\"none\" stroke=\"#fff\" stroke-width=\"5\"",
    );
}
