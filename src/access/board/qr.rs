//! QR codes as paths.

use std::fmt::Write as _;

use geo_types::Coord;
use qrcode::{Color, EcLevel, QrCode};

use super::svg::{Svg, escaped, n};

/// The quiet zone around a code, in modules, as the standard (ISO/IEC 18004) requires.
const QUIET: usize = 4;

/// An address that does not fit into a QR code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the address has {0} bytes, too many for a QR code: use a shorter public URL")]
pub struct TooLong(pub usize);

/// A QR code.
#[derive(Debug)]
pub(super) struct Qr {
    url: String,
    width: usize,
    dark: Vec<bool>,
}

impl Qr {
    /// Encodes an address with 25 % of redundancy, since boards get dirty and scratched.
    pub fn of(url: &str) -> Result<Self, TooLong> {
        let code = QrCode::with_error_correction_level(url, EcLevel::Q);
        let code = code.map_err(|_| TooLong(url.len()))?;
        Ok(Self {
            url: url.to_owned(),
            width: code.width(),
            dark: code
                .into_colors()
                .into_iter()
                .map(|c| c == Color::Dark)
                .collect(),
        })
    }

    /// Draws the code with its quiet zone into a square, given by its upper left corner and its size in millimetres.
    pub fn draw(&self, svg: &mut Svg, corner: Coord<f64>, size: f64) {
        let modules = self.width + 2 * QUIET;
        let mut d = String::new();
        for (y, row) in self.dark.chunks(self.width).enumerate() {
            let mut x = 0;
            while x < row.len() {
                let run = row[x..].iter().take_while(|dark| **dark).count();
                if run > 0 {
                    let _ = write!(d, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
                }
                x += run.max(1);
            }
        }
        svg.raw(&format!(
            "<g data-qr=\"{}\" transform=\"translate({} {}) scale({:.4})\">\
             <path fill=\"#fff\" d=\"M0 0h{modules}v{modules}h-{modules}z\"/>\
             <path fill=\"#000\" shape-rendering=\"crispEdges\" d=\"{d}\"/></g>\n",
            escaped(&self.url),
            n(corner.x),
            n(corner.y),
            size * 10.0 / modules as f64
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_does_not_fit_is_an_error() {
        assert!(Qr::of("https://map.example/rider?b=wenquan-huayuan-3&unit=2").is_ok());
        assert_eq!(Qr::of(&"x".repeat(4000)).unwrap_err(), TooLong(4000));
    }
}
