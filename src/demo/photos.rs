//! Draws the two photos of the demo: a corridor with objects left in it, and the same corridor
//! cleared. Simple shapes, so that nobody takes them for a real place.

use std::io::Cursor;

use image::{ImageError, ImageFormat, Rgb, RgbImage};

const WIDTH: u32 = 960;
const HEIGHT: u32 = 720;

/// The photos before and after handling, as PNG files.
///
/// # Errors
/// If a picture cannot be encoded.
pub fn photos() -> Result<[Vec<u8>; 2], ImageError> {
    Ok([encode(&corridor(true))?, encode(&corridor(false))?])
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// A corridor that ends at a door; if `full`, with boxes along the walls.
fn corridor(full: bool) -> RgbImage {
    let (w, h) = (f64::from(WIDTH), f64::from(HEIGHT));
    // The far end of the corridor, in the middle of the picture.
    let (left, right, top, bottom) = (0.36 * w, 0.64 * w, 0.30 * h, 0.62 * h);
    RgbImage::from_fn(WIDTH, HEIGHT, |px, py| {
        let (x, y) = (f64::from(px), f64::from(py));
        // How near this point of the corridor's surface is to the camera: 1 at the edge of the picture, 0 at the
        // far end.
        let across = ((left - x) / left).max((x - right) / (w - right));
        let along = ((top - y) / top).max((y - bottom) / (h - bottom));
        let near = across.max(along).clamp(0.0, 1.0);
        let light = 0.62 + 0.38 * near;
        let tone = if near <= 0.0 {
            let door = (x - w / 2.0).abs() < 0.07 * w && y > 0.38 * h;
            if door {
                [92, 118, 104]
            } else {
                [206, 204, 196]
            }
        } else if along >= across && y > bottom {
            [168, 160, 148]
        } else if along >= across {
            [232, 230, 224]
        } else if y > h * (0.5 + 0.12 * near) {
            [146, 172, 158]
        } else {
            [222, 220, 210]
        };
        let tone = match full {
            true => thing(x / w, y / h).unwrap_or(tone),
            false => tone,
        };
        Rgb(tone.map(|c: u8| (f64::from(c) * light).clamp(0.0, 255.0) as u8))
    })
}

/// The colour of the box that covers a point, in fractions of the picture; boxes in front come
/// last.
fn thing(x: f64, y: f64) -> Option<[u8; 3]> {
    const THINGS: [(f64, f64, f64, f64, [u8; 3]); 5] = [
        (0.30, 0.50, 0.40, 0.68, [150, 122, 92]),
        (0.22, 0.46, 0.34, 0.76, [172, 140, 100]),
        (0.10, 0.56, 0.27, 0.88, [128, 104, 84]),
        (0.13, 0.42, 0.23, 0.57, [186, 158, 116]),
        (0.66, 0.60, 0.74, 0.80, [96, 110, 132]),
    ];
    let hit = THINGS
        .iter()
        .rfind(|(x0, y0, x1, y1, _)| (*x0..*x1).contains(&x) && (*y0..*y1).contains(&y))?;
    let (x0, y0, x1, y1, tone) = *hit;
    // A strip of tape and a darker rim.
    let rim = (x - x0).min(x1 - x).min(y - y0).min(y1 - y) < 0.004;
    let tape = ((x - (x0 + x1) / 2.0).abs() < 0.008) && y < y0 + 0.4 * (y1 - y0);
    Some(match (rim, tape) {
        (true, _) => tone.map(|c| c / 2),
        (_, true) => [206, 190, 150],
        _ => tone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_photos_differ_and_are_deterministic() {
        let [before, after] = photos().unwrap();
        assert_ne!(before, after);
        assert_eq!([before, after], photos().unwrap());
    }
}
