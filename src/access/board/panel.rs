//! The panel beside the map: how each gate is passed, the legend, and the QR code.

use geo_types::Coord;

use super::content::{Content, Gate, Passing, PlaceKind, WayKind};
use super::label::{Box2, PAGE};
use super::map::{walls, way_look, way_sample};
use super::paint::{HERE, arrow, gate_sign, lift_symbol, place_sign, triangle, unit_sign};
use super::qr::Qr;
use super::svg::{Anchor, Svg, Text, cut, width, wrapped};
use super::words::Words;

/// The left, top, right and bottom edge of the panel, in millimetres from the top left corner of the page.
const PANEL: [f64; 4] = [327.0, 32.0, PAGE.0 - 8.0, 289.0];
const QR_MM: f64 = 42.0;
/// The heights of a heading and of a row of the legend.
const HEADING_MM: f64 = 9.5;
const LEGEND_ROW_MM: f64 = 7.6;

/// The kinds of things on the map. They make up the legend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shown {
    ways: Vec<WayKind>,
    places: Vec<PlaceKind>,
    has_arrows: bool,
    has_oneway: bool,
    has_walls: bool,
    has_doors: bool,
    has_lifts: bool,
}

impl Shown {
    pub fn of(content: &Content, places: Vec<PlaceKind>, has_arrows: bool) -> Self {
        let kinds = [WayKind::Ride, WayKind::Push, WayKind::Foot, WayKind::Steps];
        let has = |kind: &WayKind| content.ways.iter().any(|w| w.kind == *kind);
        Self {
            ways: kinds.into_iter().filter(has).collect(),
            places,
            has_arrows,
            has_oneway: content
                .ways
                .iter()
                .any(|w| w.oneway && w.kind == WayKind::Ride),
            has_walls: !content.walls.is_empty(),
            has_doors: content.doors.iter().any(|d| d.unit.is_some()),
            has_lifts: content.houses.iter().any(|h| h.has_lift),
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let ways = self.ways.iter().map(|w| Entry::Way(*w));
        let places = self.places.iter().map(|p| Entry::Place(*p));
        let mut entries = vec![Entry::WayIn];
        entries.extend(ways);
        entries.extend(self.has_arrows.then_some(Entry::Along));
        entries.extend(self.has_oneway.then_some(Entry::Oneway));
        entries.extend(self.has_walls.then_some(Entry::Wall));
        entries.extend(self.has_doors.then_some(Entry::Unit));
        entries.extend(self.has_lifts.then_some(Entry::Lift));
        entries.extend(places);
        entries
    }
}

/// An entry of the legend.
#[derive(Debug, Clone, Copy)]
enum Entry {
    WayIn,
    Way(WayKind),
    Along,
    Oneway,
    Wall,
    Unit,
    Lift,
    Place(PlaceKind),
}

pub(super) fn draw(
    svg: &mut Svg,
    content: &Content,
    here: Option<&str>,
    shown: &Shown,
    qr: &Qr,
    words: Words,
) {
    let [left, _, right, bottom] = PANEL;
    let entries = shown.entries();
    let legend = HEADING_MM + entries.len().div_ceil(2) as f64 * LEGEND_ROW_MM + 3.0;
    let qr_top = bottom - QR_MM;
    let legend_top = qr_top - legend - 2.0;
    gates(svg, content, here, words, legend_top - 2.0);
    heading(svg, legend_top, &words.legend());
    for (i, entry) in entries.iter().enumerate() {
        let column = (i % 2) as f64 * (right - left) / 2.0;
        let at = Coord {
            x: left + column,
            y: legend_top + HEADING_MM + ((i / 2) as f64 + 0.5) * LEGEND_ROW_MM,
        };
        legend_entry(svg, at, *entry, words, (right - left) / 2.0);
    }
    svg.lines(
        [[
            Coord {
                x: left,
                y: qr_top - 2.0,
            },
            Coord {
                x: right,
                y: qr_top - 2.0,
            },
        ]
        .as_slice()],
        false,
        "stroke=\"#000\" stroke-width=\"4\"",
    );
    qr.draw(
        svg,
        Coord {
            x: left - 2.0,
            y: qr_top,
        },
        QR_MM,
    );
    let x = left + QR_MM;
    let most = right - x;
    let mut y = qr_top + 7.0;
    for line in wrapped(&words.scan(), most / 5.4, true) {
        svg.text(Coord { x, y }, &line, Text::bold(5.4));
        y += 6.8;
    }
    y += 0.6;
    for line in wrapped(&words.scan_more(), most / 4.0, false) {
        svg.text(Coord { x, y }, &line, Text::new(4.0));
        y += 5.4;
    }
}

fn heading(svg: &mut Svg, top: f64, text: &str) {
    let [left, _, right, _] = PANEL;
    let line = [Coord { x: left, y: top }, Coord { x: right, y: top }];
    svg.lines(
        [line.as_slice()],
        false,
        "stroke=\"#000\" stroke-width=\"4\"",
    );
    let at = Coord {
        x: left,
        y: top + HEADING_MM / 2.0 + 0.4,
    };
    svg.text(at, text, Text::bold(5.6));
}

/// A row of the list of gates.
struct Row<'a> {
    gate: &'a Gate,
    name: String,
    lines: Vec<String>,
    height: f64,
    is_here: bool,
}

/// The list of gates, in the largest font at which all of them fit above `bottom`.
fn gates(svg: &mut Svg, content: &Content, here: Option<&str>, words: Words, bottom: f64) {
    let [left, top, right, _] = PANEL;
    heading(svg, top, &words.gates());
    let begin = top + HEADING_MM;
    if content.gates.is_empty() {
        let at = Coord {
            x: left,
            y: begin + 4.0,
        };
        svg.text(at, &words.no_gates(), Text::new(4.4));
        return;
    }
    let mut sorted: Vec<&Gate> = content.gates.iter().collect();
    sorted.sort_by_key(|g| {
        (
            here != Some(g.id.as_str()),
            rank(g.passing()),
            g.name.clone(),
            g.id.clone(),
        )
    });
    let rows = |scale: f64| -> Vec<Row<'_>> {
        let most = (right - left - 11.0 * scale) / (3.9 * scale);
        let row = |gate: &&'_ Gate| {
            let lines: Vec<String> = words
                .about(gate)
                .iter()
                .flat_map(|l| wrapped(l, most, false))
                .collect();
            (lines.len() as f64, lines)
        };
        sorted
            .iter()
            .map(|gate| {
                let (n, lines) = row(gate);
                Row {
                    gate,
                    name: words.gate_name(gate, &content.name),
                    lines,
                    height: (7.2 + n * 4.9 + 2.4) * scale,
                    is_here: here == Some(gate.id.as_str()),
                }
            })
            .collect()
    };
    let height = |rows: &[Row<'_>]| rows.iter().map(|r| r.height).sum::<f64>();
    let scales = [1.3, 1.2, 1.1, 1.0, 0.92, 0.85, 0.78, 0.72];
    let fitting = scales
        .into_iter()
        .find(|s| height(&rows(*s)) <= bottom - begin);
    let scale = fitting.unwrap_or(0.72);
    let mut y = begin;
    let all = rows(scale);
    let count = all.len();
    for (i, row) in all.iter().enumerate() {
        let rest = if fitting.is_some() { 0.0 } else { 5.0 };
        if y + row.height > bottom - rest {
            let at = Coord {
                x: left,
                y: bottom - 3.0,
            };
            svg.text(at, &words.more_gates(count - i), Text::new(4.0));
            break;
        }
        gate_row(svg, row, y, scale, words);
        y += row.height;
    }
}

const fn rank(passing: Passing) -> u8 {
    match passing {
        Passing::Ride => 0,
        Passing::Push => 1,
        Passing::Foot => 2,
        Passing::Unknown => 3,
        Passing::Shut => 4,
    }
}

fn gate_row(svg: &mut Svg, row: &Row<'_>, top: f64, scale: f64, words: Words) {
    let [left, _, right, _] = PANEL;
    let name_size = 5.4 * scale;
    let symbol = Coord {
        x: left + 4.4 * scale,
        y: top + 4.6 * scale,
    };
    gate_sign(svg, symbol, 8.6 * scale, row.gate.passing());
    let x = left + 11.0 * scale;
    let mut y = top + 3.6 * scale;
    let name = cut(&row.name, (right - x) * 0.6 / name_size, true);
    svg.text(Coord { x, y }, &name, Text::bold(name_size));
    let after = x + width(&name, true) * name_size + 3.0;
    let (said, fill) = match row.is_here {
        true => (words.here(), HERE),
        false => (words.passing(row.gate), "#000"),
    };
    let size = (4.6 * scale).min((right - after) / width(&said, true).max(0.1));
    let look = Text {
        fill,
        ..Text::bold(size)
    };
    svg.text(Coord { x: after, y }, &said, look);
    if let Some(checked) = words.checked(row.gate) {
        let look = Text {
            anchor: Anchor::End,
            fill: "#333",
            ..Text::new(3.2 * scale)
        };
        let room = right - after - width(&said, true) * size - 2.0;
        if width(&checked, false) * look.size <= room {
            svg.text(Coord { x: right, y }, &checked, look);
        }
    }
    y += 1.2 * scale;
    for line in &row.lines {
        y += 4.9 * scale;
        svg.text(Coord { x, y }, line, Text::new(3.9 * scale));
    }
}

fn legend_entry(svg: &mut Svg, at: Coord<f64>, entry: Entry, words: Words, room: f64) {
    const SYMBOL_MM: f64 = 11.0;
    let middle = Coord {
        x: at.x + SYMBOL_MM / 2.0 - 0.8,
        y: at.y,
    };
    let line = [
        Coord {
            x: at.x + 0.8,
            y: at.y,
        },
        Coord {
            x: at.x + SYMBOL_MM - 2.2,
            y: at.y,
        },
    ];
    let text = match entry {
        Entry::WayIn => {
            arrow(svg, &Box2::upright(middle, 9.0, 5.6), Passing::Ride);
            words.way_in()
        }
        Entry::Way(kind) => {
            svg.lines([line.as_slice()], false, &way_look(kind, 1.0));
            match kind {
                WayKind::Ride => words.ride_way(),
                WayKind::Push => words.push_way(),
                WayKind::Foot => words.foot_way(),
                WayKind::Steps => words.steps(),
            }
        }
        Entry::Along => {
            way_sample(svg, line, false);
            words.along()
        }
        Entry::Oneway => {
            way_sample(svg, line, true);
            words.oneway()
        }
        Entry::Wall => {
            walls(svg, [line.as_slice()].into_iter(), 1.0);
            words.wall()
        }
        Entry::Unit => {
            let door = Coord {
                x: middle.x - 3.0,
                y: middle.y,
            };
            triangle(svg, door, Coord { x: 1.0, y: 0.0 }, 2.6);
            let unit = Coord {
                x: middle.x + 1.8,
                y: middle.y,
            };
            unit_sign(svg, &Box2::upright(unit, 5.0, 5.0), "1");
            words.unit_door()
        }
        Entry::Lift => {
            lift_symbol(svg, middle, 6.0);
            words.lift()
        }
        Entry::Place(kind) => {
            place_sign(svg, &Box2::upright(middle, 6.4, 6.4), kind);
            words.place(kind)
        }
    };
    let x = at.x + SYMBOL_MM;
    let size = 4.0_f64.min((room - SYMBOL_MM - 1.0) / width(&text, false).max(0.1));
    svg.text(Coord { x, y: at.y }, &text, Text::new(size));
}
