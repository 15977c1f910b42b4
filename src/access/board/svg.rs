//! Writes SVG. Lengths are given in millimetres and written in tenths of them, because browsers enlarge fonts of a few
//! units.

use std::fmt::Write as _;

use geo_types::Coord;

use super::label::Box2;
use crate::model::Language;

/// The fonts of the web app (`web/src/core/theme/tokens.css`).
const FONTS: &str =
    "'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', system-ui, sans-serif";

/// Where a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text {
    /// The size of the font in millimetres.
    pub size: f64,
    pub bold: bool,
    pub anchor: Anchor,
    pub fill: &'static str,
    /// The width of a white edge around the letters, in millimetres.
    pub halo: f64,
    /// The clockwise angle of the text, in radians.
    pub angle: f64,
}

impl Text {
    pub const fn new(size: f64) -> Self {
        Self {
            size,
            bold: false,
            anchor: Anchor::Start,
            fill: "#000",
            halo: 0.0,
            angle: 0.0,
        }
    }

    pub const fn bold(size: f64) -> Self {
        let mut text = Self::new(size);
        text.bold = true;
        text
    }

    pub const fn centred(mut self) -> Self {
        self.anchor = Anchor::Middle;
        self
    }
}

/// An SVG document that is being written.
#[derive(Debug)]
pub(super) struct Svg(String);

impl Svg {
    /// Begins a page of a size in millimetres.
    pub fn page(width: f64, height: f64, title: &str, language: Language) -> Self {
        let lang = match language {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        };
        let mut svg = Self(String::new());
        svg.raw(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
             viewBox=\"0 0 {} {}\" lang=\"{lang}\" font-family=\"{FONTS}\">\
             <title>{}</title><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
            n(width),
            n(height),
            escaped(title)
        ));
        svg
    }

    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }

    /// Writes markup as it is.
    pub fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Opens a group. `attributes` is markup.
    pub fn open(&mut self, attributes: &str) {
        let _ = write!(self.0, "<g {attributes}>");
    }

    pub fn close(&mut self) {
        self.0.push_str("</g>\n");
    }

    /// Opens the group of a label with its box, which tests read.
    pub fn open_label(&mut self, kind: &str, at: &Box2) {
        self.open_named(kind, at, &[]);
    }

    /// Opens the group of a label with more attributes. Their values are texts.
    pub fn open_named(&mut self, kind: &str, at: &Box2, more: &[(&str, &str)]) {
        let mut attributes = String::new();
        for (name, value) in more {
            let _ = write!(attributes, " {name}=\"{}\"", escaped(value));
        }
        let _ = write!(
            self.0,
            "<g data-label=\"{kind}\"{attributes} data-box=\"{} {} {} {}\">",
            n(at.middle.x),
            n(at.middle.y),
            n(at.width),
            n(at.height)
        );
    }

    /// Writes a text whose letters are centred vertically at a position.
    pub fn text(&mut self, at: Coord<f64>, text: &str, look: Text) {
        let anchor = match look.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let bold = if look.bold {
            " font-weight=\"700\""
        } else {
            ""
        };
        let mut more = String::new();
        if look.halo > 0.0 {
            let _ = write!(
                more,
                " stroke=\"#fff\" stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
                n(look.halo * 2.0)
            );
        }
        if look.angle != 0.0 {
            let _ = write!(
                more,
                " transform=\"rotate({:.2} {} {})\"",
                look.angle.to_degrees(),
                n(at.x),
                n(at.y)
            );
        }
        let _ = writeln!(
            self.0,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{anchor}{bold}{more}>{}</text>",
            n(at.x),
            n(at.y + look.size * 0.365),
            n(look.size),
            look.fill,
            escaped(text)
        );
    }

    /// Writes lines or rings as one path. `attributes` is markup.
    pub fn lines<'a>(
        &mut self,
        lines: impl IntoIterator<Item = &'a [Coord<f64>]>,
        closed: bool,
        attributes: &str,
    ) {
        let mut d = String::new();
        for line in lines {
            for (i, c) in line.iter().enumerate() {
                let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, n(c.x), n(c.y));
            }
            if closed {
                d.push('Z');
            }
        }
        if !d.is_empty() {
            let _ = writeln!(self.0, "<path d=\"{d}\" {attributes}/>");
        }
    }

    /// Writes a rectangle with round corners. `attributes` is markup.
    pub fn rect(&mut self, at: &Box2, round: f64, attributes: &str) {
        let _ = writeln!(
            self.0,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" {attributes}/>",
            n(at.middle.x - at.width / 2.0),
            n(at.middle.y - at.height / 2.0),
            n(at.width),
            n(at.height),
            n(round)
        );
    }

    /// Writes a circle. `attributes` is markup.
    pub fn circle(&mut self, at: Coord<f64>, radius: f64, attributes: &str) {
        let _ = writeln!(
            self.0,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {attributes}/>",
            n(at.x),
            n(at.y),
            n(radius)
        );
    }

    /// Writes a symbol that is drawn in a grid of 24 px. It is centred at a position; its size is in millimetres.
    pub fn symbol(&mut self, at: Coord<f64>, size: f64, path: &str, fill: &str) {
        let _ = writeln!(
            self.0,
            "<path transform=\"translate({} {}) scale({:.3})\" fill=\"{fill}\" fill-rule=\"evenodd\" d=\"{path}\"/>",
            n(at.x - size / 2.0),
            n(at.y - size / 2.0),
            size * 10.0 / 24.0
        );
    }
}

/// Writes a length in the units of the document, tenths of a millimetre.
pub(super) fn n(mm: f64) -> String {
    let text = format!("{:.1}", mm * 10.0);
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// A text as the content of an element or attribute. Characters that XML does not allow are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// An upper bound of the width of a text, in units of the font size.
pub(super) fn width(text: &str, bold: bool) -> f64 {
    let width: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.34,
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
            'A'..='Z' => 0.74,
            '0'..='9' => 0.59,
            '\u{2013}' => 0.62,
            c if c.is_ascii() => 0.61,
            c if (c as u32) < 0x2000 => 0.72,
            _ => 1.0,
        })
        .sum();
    if bold { width * 1.05 } else { width }
}

/// Cuts a text that is wider than `most` and adds an ellipsis. `most` is in units of the font size.
pub(super) fn cut(text: &str, most: f64, bold: bool) -> String {
    if width(text, bold) <= most {
        return text.to_owned();
    }
    let mut kept: String = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, bold) + 1.05 > most {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// Breaks a text into lines that are at most `most` font sizes wide: after spaces and Chinese punctuation,
/// and inside a word only where it does not fit on a line.
pub(super) fn wrapped(text: &str, most: f64, bold: bool) -> Vec<String> {
    let mut pieces: Vec<String> = vec![String::new()];
    for c in text.chars() {
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
        if matches!(c, ' ' | '、' | '，' | '；' | '。' | '：') {
            pieces.push(String::new());
        }
    }
    let mut lines: Vec<String> = vec![String::new()];
    let mut add = |piece: &str| {
        let Some(last) = lines.last_mut() else { return };
        if width(last, bold) + width(piece.trim_end(), bold) <= most || last.is_empty() {
            last.push_str(piece);
        } else {
            lines.push(piece.to_owned());
        }
    };
    for piece in pieces {
        if width(&piece, bold) <= most {
            add(&piece);
        } else {
            piece.chars().for_each(|c| add(c.encode_utf8(&mut [0; 4])));
        }
    }
    let lines = lines.into_iter().map(|l| l.trim().to_owned());
    lines.filter(|l| !l.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_cannot_break_out() {
        let mut svg = Svg::page(10.0, 10.0, "a<b", Language::English);
        svg.text(
            Coord { x: 1.0, y: 1.0 },
            "</text><script>&\"\u{1}x",
            Text::new(4.0),
        );
        let text = svg.finish();
        assert!(
            text.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;x</text>"),
            "{text}"
        );
        assert!(text.contains("<title>a&lt;b</title>"));
    }

    #[test]
    fn long_texts_are_wrapped_or_cut_to_their_width() {
        let hours = "每天 06:30–11:00、13:30–17:00、20:00–22:30";
        let lines = wrapped(hours, 17.0, false);
        assert_eq!(lines, ["每天 06:30–11:00、13:30–17:00、", "20:00–22:30"]);
        assert!(lines.iter().all(|l| width(l, false) <= 17.0));
        let word = wrapped(&"很".repeat(20), 8.0, true);
        assert_eq!(word.len(), 3);
        assert!(word.iter().all(|l| width(l, true) <= 8.0));
        assert_eq!(cut("温泉花园东门", 4.0, false), "温泉…");
        assert_eq!(cut("东门", 4.0, false), "东门");
        assert_eq!(cut("东门", 0.1, false), "…");
    }

    #[test]
    fn lengths_are_written_in_tenths_of_a_millimetre() {
        assert_eq!(
            (n(1.0), n(0.333), n(-0.001)),
            ("10".into(), "3.3".into(), "0".into())
        );
    }
}
