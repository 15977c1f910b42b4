//! The whole board: A3 landscape.

use super::content::Content;
use super::flow;
use super::frame::{AREA, Frame};
use super::furniture;
use super::label::{LabelKind, Labelled, PAGE};
use super::map;
use super::marks::Plan;
use super::paint;
use super::panel::{self, Shown};
use super::qr::{Qr, TooLong};
use super::svg::Svg;
use super::words::Words;
use crate::model::Language;

/// The options of a drawing: the gate, the address of the QR code and the language.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The id of the gate at which the board hangs.
    pub at: Option<&'a str>,
    /// The URL in the QR code of the board.
    pub url: &'a str,
    /// The language.
    pub language: Language,
}

/// A drawn board.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The SVG document.
    pub svg: String,
    /// The labels on the map. No two overlap, except marks of gates that are closer to each other than their size.
    pub labels: Vec<Labelled>,
    /// The kinds of labels for which there was no room.
    pub left_out: Vec<LabelKind>,
}

/// Draws the board of a compound.
///
/// # Errors
/// If the address is too long for a QR code.
pub fn draw(frame: &Frame, content: &Content, options: &Options<'_>) -> Result<Drawn, TooLong> {
    let qr = Qr::of(options.url)?;
    let words = Words(options.language);
    let plan = Plan::of(frame, content, options.at, words);
    let title = format!("{} {}", content.name, words.subtitle());
    let mut svg = Svg::page(PAGE.0, PAGE.1, &title, options.language);
    let [west, north, east, south] = AREA;
    svg.raw(&format!(
        "<clipPath id=\"map\"><path d=\"M{0} {1}H{2}V{3}H{0}z\"/></clipPath>\n",
        super::svg::n(west),
        super::svg::n(north),
        super::svg::n(east),
        super::svg::n(south)
    ));
    svg.open("clip-path=\"url(#map)\"");
    let arrows = flow::arrows(frame, content, options.at);
    map::draw(&mut svg, frame, content, &arrows);
    paint::draw(&mut svg, &plan);
    furniture::on_map(&mut svg, frame, words);
    svg.close();
    furniture::around(&mut svg, content, words);
    let shown = Shown::of(content, plan.place_kinds(), !arrows.is_empty());
    panel::draw(&mut svg, content, options.at, &shown, &qr, words);
    let (labels, left_out) = plan.into_labels();
    Ok(Drawn {
        svg: svg.finish(),
        labels,
        left_out,
    })
}
