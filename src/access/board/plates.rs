//! Plates for doors (门牌): A6, four on a page of A4.

use geo_types::Coord;

use super::label::Box2;
use super::qr::{Qr, TooLong};
use super::svg::{Svg, Text, cut, width};
use super::words::{Words, short};
use crate::model::Language;

/// How many plates are on one page of A4.
pub const PLATES_ON_A_SHEET: usize = 4;

/// A4 portrait and A6 portrait, in millimetres.
const A4: (f64, f64) = (210.0, 297.0);
const A6: (f64, f64) = (105.0, 148.5);
const QR_MM: f64 = 62.0;

/// The plate of a door, or of a building whose doors are not on the map.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plate {
    /// The number of the building.
    pub number: Option<String>,
    /// The name of the building.
    pub name: Option<String>,
    /// The unit behind the door.
    pub unit: Option<String>,
    /// The rooms behind the door.
    pub rooms: Option<String>,
    /// The address that its QR code opens.
    pub url: String,
}

/// Draws the plates of a compound, four on each page of A4 in the given order.
///
/// # Errors
/// If an address is too long for a QR code.
pub fn plate_sheets(
    compound: &str,
    plates: &[Plate],
    language: Language,
) -> Result<Vec<String>, TooLong> {
    let words = Words(language);
    let sheets = plates.len().div_ceil(PLATES_ON_A_SHEET);
    let pages = plates.chunks(PLATES_ON_A_SHEET).enumerate();
    pages
        .map(|(i, page)| {
            let title = words.plates(compound, i + 1, sheets);
            let mut svg = Svg::page(A4.0, A4.1, &title, language);
            for (k, plate) in page.iter().enumerate() {
                let corner = Coord {
                    x: (k % 2) as f64 * A6.0,
                    y: (k / 2) as f64 * A6.1,
                };
                draw(&mut svg, compound, plate, corner, words)?;
            }
            cuts(&mut svg);
            Ok(svg.finish())
        })
        .collect()
}

/// The lines along which the page is cut.
fn cuts(svg: &mut Svg) {
    let (x, y) = A6;
    let lines = [
        [Coord { x, y: 0.0 }, Coord { x, y: A4.1 }],
        [Coord { x: 0.0, y }, Coord { x: A4.0, y }],
    ];
    svg.lines(
        lines.iter().map(|l| l.as_slice()),
        false,
        "stroke=\"#999\" stroke-width=\"2\" stroke-dasharray=\"20 20\"",
    );
}

fn draw(
    svg: &mut Svg,
    compound: &str,
    plate: &Plate,
    corner: Coord<f64>,
    words: Words,
) -> Result<(), TooLong> {
    let edge = Box2::upright(
        Coord {
            x: corner.x + A6.0 / 2.0,
            y: corner.y + A6.1 / 2.0,
        },
        A6.0 - 10.0,
        A6.1 - 10.0,
    );
    let room = edge.width - 8.0;
    svg.open("data-plate=\"\"");
    svg.rect(
        &edge,
        3.0,
        "fill=\"#fff\" stroke=\"#000\" stroke-width=\"8\"",
    );
    let mut line = |y: f64, text: &str, size: f64, bold: bool| {
        let size = size.min(room / width(text, bold).max(0.1)).max(4.0);
        let text = cut(text, room / size, bold);
        let look = if bold {
            Text::bold(size)
        } else {
            Text::new(size)
        };
        let at = Coord {
            x: edge.middle.x,
            y: corner.y + y,
        };
        svg.text(at, &text, look.centred());
    };
    line(14.5, compound, 8.0, false);
    let house = match (&plate.number, &plate.name) {
        (Some(number), _) => words.number(number),
        (None, Some(name)) => short(name, compound).to_owned(),
        (None, None) => compound.to_owned(),
    };
    match &plate.unit {
        Some(unit) => {
            line(31.0, &house, 21.0, true);
            line(52.0, &words.unit(unit), 17.0, true);
        }
        None => line(40.0, &house, 26.0, true),
    }
    if let Some(rooms) = &plate.rooms {
        line(65.5, &words.rooms(rooms), 6.0, false);
    }
    line(138.0, &words.plate_scan(), 5.0, false);
    let qr = Qr::of(&plate.url)?;
    qr.draw(
        svg,
        Coord {
            x: edge.middle.x - QR_MM / 2.0,
            y: corner.y + 71.0,
        },
        QR_MM,
    );
    svg.close();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_plates_fit_on_a_page() {
        let plate = |n: usize| Plate {
            number: Some(n.to_string()),
            unit: n.is_multiple_of(2).then(|| "2".to_owned()),
            url: format!("https://map.example/rider?b={n}"),
            ..Plate::default()
        };
        let plates: Vec<Plate> = (1..=5).map(plate).collect();
        let sheets = plate_sheets("温泉花园", &plates, Language::Chinese).unwrap();
        let counts: Vec<usize> = sheets
            .iter()
            .map(|s| s.matches("data-plate").count())
            .collect();
        assert_eq!(counts, [4, 1]);
        assert!(sheets[0].contains("width=\"210mm\" height=\"297mm\""));
        assert!(sheets[0].contains(">2 号楼<") && sheets[0].contains(">2 单元<"));
        assert!(sheets[1].contains("b=5") && !sheets[1].contains("单元"));
    }
}
