//! The title, the arrow to the north, the scale bar and the footer.

use geo_types::Coord;

use super::content::Content;
use super::frame::{AREA, Frame};
use super::label::{Box2, LabelKind, PAGE};
use super::svg::{Anchor, Svg, Text, cut, width};
use super::symbols;
use super::words::Words;

/// The boxes of the arrow to the north and of the scale bar, in two corners of the map.
pub(super) fn boxes() -> [Box2; 2] {
    let [west, north, _, south] = AREA;
    [
        Box2::upright(
            Coord {
                x: west + 10.0,
                y: north + 10.0,
            },
            17.0,
            17.0,
        ),
        Box2::upright(
            Coord {
                x: west + 31.0,
                y: south - 6.5,
            },
            58.0,
            10.0,
        ),
    ]
}

/// Draws the arrow to the north and the scale bar.
pub(super) fn on_map(svg: &mut Svg, frame: &Frame, words: Words) {
    let [compass, bar] = boxes();
    svg.open_label(LabelKind::Furniture.name(), &compass);
    svg.rect(&compass, 1.5, "fill=\"#fff\" fill-opacity=\"0.9\"");
    let middle = compass.middle;
    svg.open(&format!(
        "transform=\"rotate({:.2} {} {})\"",
        frame.north(),
        super::svg::n(middle.x),
        super::svg::n(middle.y)
    ));
    svg.symbol(
        Coord {
            x: middle.x,
            y: middle.y + 2.6,
        },
        9.5,
        symbols::NORTH,
        "#000",
    );
    svg.text(
        Coord {
            x: middle.x,
            y: middle.y - 4.9,
        },
        &words.north(),
        Text::bold(4.6).centred(),
    );
    svg.close();
    svg.close();

    // The longest of these lengths, in metres, that fits on the scale bar.
    let lengths = [500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0];
    let length = lengths
        .into_iter()
        .find(|m| m * frame.scale() <= 46.0)
        .unwrap_or(1.0);
    svg.open_label(LabelKind::Furniture.name(), &bar);
    svg.rect(&bar, 1.5, "fill=\"#fff\" fill-opacity=\"0.9\"");
    let begin = Coord {
        x: bar.middle.x - 26.0,
        y: bar.middle.y + 2.4,
    };
    let mm = length * frame.scale();
    let end = Coord {
        x: begin.x + mm,
        y: begin.y,
    };
    let tick = |at: Coord<f64>| Coord {
        x: at.x,
        y: at.y - 1.8,
    };
    svg.lines(
        [[tick(begin), begin, end, tick(end)].as_slice()],
        false,
        "fill=\"none\" stroke=\"#000\" stroke-width=\"6\"",
    );
    svg.text(
        Coord {
            x: begin.x + mm / 2.0,
            y: begin.y - 3.6,
        },
        &format!("{length} m"),
        Text::new(4.0).centred(),
    );
    svg.close();
}

/// Draws the title above and the footer below the map.
pub(super) fn around(svg: &mut Svg, content: &Content, words: Words) {
    let (left, right) = (AREA[0], PAGE.0 - 8.0);
    let emergency = words.emergency();
    let subtitle = words.subtitle();
    let room = right - left - 70.0;
    let size = 15.0;
    let rest = width(&subtitle, false) * 8.5 + 6.0;
    let name = cut(&content.name, (room - rest) / size, true);
    svg.text(Coord { x: left, y: 18.5 }, &name, Text::bold(size));
    let after = left + width(&name, true) * size + 5.0;
    svg.text(Coord { x: after, y: 20.5 }, &subtitle, Text::new(8.5));
    let cross = Coord {
        x: right - width(&emergency, true) * 8.0 - 8.0,
        y: 18.5,
    };
    svg.symbol(cross, 8.5, symbols::FIRST_AID, "#c00d1c");
    svg.text(
        Coord { x: right, y: 18.5 },
        &emergency,
        Text {
            anchor: Anchor::End,
            ..Text::bold(8.0)
        },
    );
    if let Some(community) = &content.community {
        let x = after + width(&subtitle, false) * 8.5 + 5.0;
        let room = (cross.x - 10.0 - x) / 5.0;
        if room > 3.0 {
            let community = cut(community, room, false);
            svg.text(Coord { x, y: 21.6 }, &community, Text::new(5.0));
        }
    }
    let frame = Box2::upright(Frame::area().center(), AREA[2] - AREA[0], AREA[3] - AREA[1]);
    svg.rect(
        &frame,
        0.0,
        "fill=\"none\" stroke=\"#000\" stroke-width=\"5\"",
    );
    let footer = words.footer(content.changed_on);
    svg.text(Coord { x: left, y: 286.5 }, &footer, Text::new(4.2));
}
