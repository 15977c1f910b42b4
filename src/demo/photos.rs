//! Draws the photos of the demo: for each note of a reporter the place as it was found, and the same place
//! afterwards. Simple shapes, so that nobody takes them for a real place.

use std::io::Cursor;

use image::{ImageError, ImageFormat, Rgb, RgbImage};
use rayon::prelude::*;

use super::cases::NOTES;
use super::scenes::CATEGORIES;

const WIDTH: u32 = 480;
const HEIGHT: u32 = 360;

/// A shape in percent of the picture, measured from its upper left corner.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Left, top, width and height.
    Box(f64, f64, f64, f64, u32),
    /// Centre and radii.
    Oval(f64, f64, f64, f64, u32),
    /// Both ends, and the thickness.
    Line(f64, f64, f64, f64, f64, u32),
}
use Shape::{Box, Line, Oval};

/// Whether a photo shows the place before or after handling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// As it was found.
    Before,
    /// After the unit has handled it.
    After,
}

/// The name of a photo before it is stored, by category and note.
pub fn photo_name(category: usize, note: usize, moment: Moment) -> String {
    let moment = match moment {
        Moment::Before => "before",
        Moment::After => "after",
    };
    format!("demo-{category}-{note}-{moment}")
}

/// All photos as PNG files, by their names.
///
/// # Errors
/// If a picture cannot be encoded.
pub fn photos() -> Result<Vec<(String, Vec<u8>)>, ImageError> {
    let all: Vec<(usize, usize, Moment)> = (0..CATEGORIES.len())
        .flat_map(|c| (0..NOTES[c].len()).map(move |n| (c, n)))
        .flat_map(|(c, n)| [(c, n, Moment::Before), (c, n, Moment::After)])
        .collect();
    all.into_par_iter()
        .map(|(category, note, moment)| {
            let picture = draw(category, note, moment);
            let mut bytes = Cursor::new(Vec::new());
            picture.write_to(&mut bytes, ImageFormat::Png)?;
            Ok((photo_name(category, note, moment), bytes.into_inner()))
        })
        .collect()
}

fn draw(category: usize, note: usize, moment: Moment) -> RgbImage {
    let mut picture = RgbImage::new(WIDTH, HEIGHT);
    let is_dark = matches!((category, note), (0, 3) | (6, 3));
    for shape in backdrop(category) {
        paint(&mut picture, *shape);
    }
    let (before, after) = subject(category, note);
    let shapes = match moment {
        Moment::Before => before,
        Moment::After => after,
    };
    for shape in shapes {
        paint(&mut picture, *shape);
    }
    if is_dark {
        // At night, unless the lamp of the picture shines again.
        let by = if category == 6 && moment == Moment::After {
            5
        } else {
            3
        };
        for pixel in picture.pixels_mut() {
            pixel.0 = pixel.0.map(|tone| (u16::from(tone) * by / 6) as u8);
        }
    }
    picture
}

fn paint(picture: &mut RgbImage, shape: Shape) {
    let (x0, y0, x1, y1, tone) = match shape {
        Box(x, y, w, h, tone) => (x, y, x + w, y + h, tone),
        Oval(x, y, rx, ry, tone) => (x - rx, y - ry, x + rx, y + ry, tone),
        Line(ax, ay, bx, by, w, tone) => (
            ax.min(bx) - w,
            ay.min(by) - w,
            ax.max(bx) + w,
            ay.max(by) + w,
            tone,
        ),
    };
    let covers = |x: f64, y: f64| match shape {
        Box(..) => true,
        Oval(cx, cy, rx, ry, _) => ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) <= 1.0,
        Line(ax, ay, bx, by, w, _) => {
            let (dx, dy) = (bx - ax, by - ay);
            let along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
            let along = along.clamp(0.0, 1.0);
            (x - ax - along * dx).hypot(y - ay - along * dy) <= w / 2.0
        }
    };
    let colour = Rgb([(tone >> 16) as u8, (tone >> 8) as u8, tone as u8]);
    let pixel =
        |percent: f64, of: u32| (percent / 100.0 * f64::from(of)).clamp(0.0, f64::from(of)) as u32;
    for py in pixel(y0, HEIGHT)..pixel(y1, HEIGHT) {
        for px in pixel(x0, WIDTH)..pixel(x1, WIDTH) {
            let x = (f64::from(px) + 0.5) * 100.0 / f64::from(WIDTH);
            let y = (f64::from(py) + 0.5) * 100.0 / f64::from(HEIGHT);
            if covers(x, y) {
                picture.put_pixel(px, py, colour);
            }
        }
    }
}

/// The place of a category without the trouble.
fn backdrop(category: usize) -> &'static [Shape] {
    match CATEGORIES[category] {
        // A shop front with a pavement and its tactile strip.
        "street_encroachment" => &[
            Box(0.0, 0.0, 100.0, 55.0, 0xd8cbb8),
            Box(0.0, 8.0, 100.0, 10.0, 0xa65a4a),
            Box(8.0, 22.0, 30.0, 33.0, 0x9fb6c4),
            Box(46.0, 20.0, 12.0, 35.0, 0x6e6258),
            Box(66.0, 22.0, 26.0, 33.0, 0x9fb6c4),
            Box(0.0, 55.0, 100.0, 25.0, 0xbdb8b0),
            Box(0.0, 66.0, 100.0, 4.0, 0xd9bd55),
            Box(0.0, 80.0, 100.0, 20.0, 0x6d7074),
        ],
        // A corridor that ends at a door.
        "corridor_clutter" => &[
            Box(0.0, 0.0, 100.0, 62.0, 0xe2dfd6),
            Box(0.0, 38.0, 100.0, 24.0, 0x92ac9e),
            Box(0.0, 62.0, 100.0, 38.0, 0xa8a094),
            Box(40.0, 20.0, 22.0, 42.0, 0x5c7668),
            Oval(58.0, 42.0, 1.0, 1.3, 0xd8d2b8),
        ],
        // The front of a house above a pavement.
        "flying_wire_charging" => &[
            Box(0.0, 0.0, 100.0, 70.0, 0xcfc0ac),
            Box(14.0, 10.0, 18.0, 20.0, 0x8fa6b6),
            Box(62.0, 10.0, 18.0, 20.0, 0x8fa6b6),
            Box(40.0, 36.0, 16.0, 34.0, 0x6a7d74),
            Box(0.0, 70.0, 100.0, 30.0, 0xb4afa7),
        ],
        // A lane between green strips.
        "blocked_route" => &[
            Box(0.0, 0.0, 100.0, 35.0, 0xbfd4e2),
            Box(0.0, 25.0, 100.0, 20.0, 0xc8bca8),
            Box(0.0, 45.0, 100.0, 55.0, 0x8aa878),
            Box(27.0, 45.0, 46.0, 55.0, 0x84868a),
            Box(49.0, 50.0, 2.0, 10.0, 0xdadada),
            Box(49.0, 70.0, 2.0, 12.0, 0xdadada),
        ],
        // The gate of an estate.
        "wrong_access" => &[
            Box(0.0, 0.0, 100.0, 60.0, 0xbfd4e2),
            Box(0.0, 60.0, 100.0, 40.0, 0xa7a6a2),
            Box(12.0, 14.0, 9.0, 50.0, 0xb08f78),
            Box(79.0, 14.0, 9.0, 50.0, 0xb08f78),
            Box(12.0, 10.0, 76.0, 7.0, 0x96705a),
            Box(4.0, 30.0, 8.0, 34.0, 0xe2dccf),
        ],
        // A service point on a square.
        "damaged_facility" => &[
            Box(0.0, 0.0, 100.0, 55.0, 0xc6d8d0),
            Box(0.0, 55.0, 100.0, 45.0, 0xb9b4aa),
            Oval(86.0, 34.0, 12.0, 22.0, 0x7d9c6c),
            Box(85.0, 44.0, 2.0, 16.0, 0x76614c),
        ],
        // The ground before a staircase.
        _ => &[
            Box(0.0, 0.0, 100.0, 40.0, 0xd2c6b4),
            Box(60.0, 8.0, 20.0, 32.0, 0x64766c),
            Box(0.0, 40.0, 100.0, 60.0, 0xa9a7a2),
            Line(0.0, 70.0, 100.0, 70.0, 0.6, 0x96948e),
            Line(34.0, 40.0, 22.0, 100.0, 0.6, 0x96948e),
            Line(66.0, 40.0, 78.0, 100.0, 0.6, 0x96948e),
        ],
    }
}

type Pair = (&'static [Shape], &'static [Shape]);

/// What a note is about, before and after handling, in the order of [`NOTES`].
fn subject(category: usize, note: usize) -> Pair {
    const STALL: &[Shape] = &[
        Box(30.0, 40.0, 44.0, 7.0, 0xc8473c),
        Box(32.0, 47.0, 1.5, 30.0, 0x55504a),
        Box(70.0, 47.0, 1.5, 30.0, 0x55504a),
        Box(31.0, 58.0, 42.0, 10.0, 0x8a6a48),
        Oval(40.0, 56.0, 4.0, 3.0, 0xd98a3c),
        Oval(50.0, 56.0, 4.0, 3.0, 0x8fb04a),
        Oval(60.0, 56.0, 4.0, 3.0, 0xc9483e),
    ];
    const RACK: &[Shape] = &[
        Box(60.0, 34.0, 30.0, 40.0, 0x70645a),
        Box(62.0, 38.0, 26.0, 8.0, 0xd9c7a4),
        Box(62.0, 49.0, 26.0, 8.0, 0xb4c4d0),
        Box(62.0, 60.0, 26.0, 8.0, 0xcf9f86),
    ];
    const GRILL: &[Shape] = &[
        Box(28.0, 62.0, 34.0, 6.0, 0x2f2c2a),
        Box(29.0, 60.0, 32.0, 2.0, 0xe0662a),
        Box(31.0, 68.0, 1.5, 12.0, 0x2f2c2a),
        Box(58.0, 68.0, 1.5, 12.0, 0x2f2c2a),
        Oval(42.0, 48.0, 6.0, 5.0, 0xc4c4c4),
        Oval(50.0, 42.0, 7.0, 5.0, 0xd0d0d0),
        Oval(76.0, 74.0, 6.0, 3.0, 0x3d78b0),
    ];
    const SOFA: &[Shape] = &[
        Box(6.0, 50.0, 34.0, 18.0, 0x7b5a4a),
        Box(6.0, 64.0, 34.0, 14.0, 0x8f6b58),
        Box(68.0, 44.0, 20.0, 38.0, 0x9c7a50),
        Line(78.0, 44.0, 78.0, 82.0, 0.8, 0x5f4a30),
    ];
    const CARTONS: &[Shape] = &[
        Box(34.0, 46.0, 16.0, 18.0, 0xac8c64),
        Box(50.0, 50.0, 14.0, 16.0, 0x967a5c),
        Box(38.0, 34.0, 14.0, 12.0, 0xba9e74),
        Box(41.0, 46.0, 2.0, 9.0, 0xd6c69e),
        Box(56.0, 50.0, 2.0, 8.0, 0xd6c69e),
    ];
    const BICYCLE: &[Shape] = &[
        Oval(30.0, 74.0, 9.0, 12.0, 0x2f3236),
        Oval(30.0, 74.0, 7.5, 10.0, 0xa8a094),
        Oval(60.0, 74.0, 9.0, 12.0, 0x2f3236),
        Oval(60.0, 74.0, 7.5, 10.0, 0xa8a094),
        Line(30.0, 74.0, 40.0, 58.0, 1.4, 0x2d6ea8),
        Line(40.0, 58.0, 56.0, 58.0, 1.4, 0x2d6ea8),
        Line(40.0, 58.0, 46.0, 74.0, 1.4, 0x2d6ea8),
        Line(46.0, 74.0, 60.0, 74.0, 1.4, 0x2d6ea8),
        Line(60.0, 74.0, 55.0, 52.0, 1.4, 0x2d6ea8),
        Line(51.0, 52.0, 59.0, 52.0, 1.4, 0x2f3236),
        Line(36.0, 56.0, 43.0, 56.0, 1.8, 0x2f3236),
    ];
    const BAGS: &[Shape] = &[
        Oval(18.0, 76.0, 12.0, 14.0, 0xd8d4c8),
        Oval(36.0, 80.0, 11.0, 12.0, 0xc9c4b6),
        Oval(27.0, 64.0, 9.0, 9.0, 0xe0dccf),
        Box(66.0, 66.0, 22.0, 3.0, 0x9c7a50),
        Box(64.0, 70.0, 24.0, 3.0, 0x8a6a44),
        Box(68.0, 74.0, 18.0, 6.0, 0xb5533c),
    ];
    // An e-bike with a wire out of the window; afterwards the e-bike stands there without it.
    const WIRED: &[Shape] = &[
        Oval(66.0, 82.0, 6.0, 8.0, 0x2f3236),
        Oval(84.0, 82.0, 6.0, 8.0, 0x2f3236),
        Box(66.0, 70.0, 18.0, 9.0, 0xb0413a),
        Box(70.0, 66.0, 10.0, 4.0, 0x2f3236),
        Line(83.0, 72.0, 86.0, 60.0, 1.4, 0x2f3236),
        Line(26.0, 29.0, 40.0, 58.0, 0.9, 0x1f1f1f),
        Line(40.0, 58.0, 58.0, 66.0, 0.9, 0x1f1f1f),
        Line(58.0, 66.0, 70.0, 74.0, 0.9, 0x1f1f1f),
    ];
    const ACROSS: &[Shape] = &[
        Oval(66.0, 86.0, 6.0, 8.0, 0x2f3236),
        Oval(84.0, 86.0, 6.0, 8.0, 0x2f3236),
        Box(66.0, 74.0, 18.0, 9.0, 0x3d6ea0),
        Box(70.0, 70.0, 10.0, 4.0, 0x2f3236),
        Line(26.0, 29.0, 22.0, 80.0, 0.9, 0x1f1f1f),
        Line(22.0, 80.0, 48.0, 88.0, 0.9, 0x1f1f1f),
        Line(48.0, 88.0, 70.0, 78.0, 0.9, 0x1f1f1f),
    ];
    const FENCE: &[Shape] = &[
        Box(16.0, 48.0, 68.0, 24.0, 0x3d78b0),
        Box(16.0, 52.0, 68.0, 3.0, 0xe8e8e8),
        Box(38.0, 48.0, 0.8, 24.0, 0x2b5680),
        Box(61.0, 48.0, 0.8, 24.0, 0x2b5680),
        Box(44.0, 58.0, 12.0, 8.0, 0xe6c23c),
    ];
    const CAR: &[Shape] = &[
        Box(26.0, 62.0, 48.0, 14.0, 0xb9bec4),
        Box(36.0, 50.0, 28.0, 13.0, 0x9aa1a8),
        Box(38.0, 52.0, 11.0, 9.0, 0x44525e),
        Box(51.0, 52.0, 11.0, 9.0, 0x44525e),
        Oval(36.0, 77.0, 5.0, 6.5, 0x26282b),
        Oval(64.0, 77.0, 5.0, 6.5, 0x26282b),
        Oval(72.0, 67.0, 1.6, 1.8, 0xd8504a),
    ];
    const BRANCH: &[Shape] = &[
        Line(16.0, 60.0, 86.0, 72.0, 4.0, 0x6b4f36),
        Line(40.0, 64.0, 52.0, 50.0, 2.0, 0x6b4f36),
        Line(58.0, 68.0, 70.0, 56.0, 1.8, 0x6b4f36),
        Line(50.0, 66.0, 46.0, 82.0, 1.6, 0x6b4f36),
        Oval(54.0, 48.0, 9.0, 7.0, 0x55803f),
        Oval(72.0, 54.0, 9.0, 8.0, 0x4a7338),
        Oval(45.0, 84.0, 8.0, 5.0, 0x5f8c48),
        Oval(82.0, 70.0, 9.0, 8.0, 0x55803f),
    ];
    const SOIL: &[Shape] = &[
        Oval(50.0, 76.0, 28.0, 10.0, 0x7a5c40),
        Oval(46.0, 68.0, 18.0, 12.0, 0x86664a),
        Oval(58.0, 70.0, 13.0, 9.0, 0x6e5238),
        Oval(30.0, 82.0, 5.0, 3.0, 0x86664a),
    ];
    // The gate is shut with an old notice; afterwards it has a new one.
    const SHUT: &[Shape] = &[
        Box(21.0, 30.0, 58.0, 33.0, 0x5a646c),
        Line(21.0, 46.0, 79.0, 46.0, 1.5, 0x3a4248),
        Line(50.0, 30.0, 50.0, 63.0, 1.5, 0x3a4248),
        Box(58.0, 36.0, 13.0, 9.0, 0xd8cf9e),
        Line(60.0, 39.0, 69.0, 39.0, 0.7, 0x8a4a40),
        Line(60.0, 42.0, 67.0, 42.0, 0.7, 0x8a4a40),
    ];
    const SIGNED: &[Shape] = &[
        Box(21.0, 30.0, 12.0, 33.0, 0x5a646c),
        Box(67.0, 30.0, 12.0, 33.0, 0x5a646c),
        Box(89.0, 26.0, 9.0, 16.0, 0xf2f4f0),
        Box(90.0, 28.0, 7.0, 3.0, 0x2a7a4a),
        Line(90.5, 35.0, 96.5, 35.0, 0.7, 0x3a4248),
        Line(90.5, 38.0, 96.5, 38.0, 0.7, 0x3a4248),
    ];
    const CABINET: &[Shape] = &[
        Box(26.0, 26.0, 40.0, 46.0, 0x3f8f63),
        Box(29.0, 30.0, 16.0, 17.0, 0xdfe6e0),
        Box(47.0, 30.0, 16.0, 17.0, 0xdfe6e0),
        Box(29.0, 50.0, 16.0, 17.0, 0xdfe6e0),
        Box(47.0, 50.0, 16.0, 17.0, 0xdfe6e0),
    ];
    const CABINET_BROKEN: &[Shape] = &[
        Box(26.0, 26.0, 40.0, 46.0, 0x3f8f63),
        Box(29.0, 30.0, 16.0, 17.0, 0xdfe6e0),
        Box(47.0, 30.0, 16.0, 17.0, 0xdfe6e0),
        Box(29.0, 50.0, 16.0, 17.0, 0xdfe6e0),
        Box(47.0, 50.0, 16.0, 17.0, 0x22282a),
        Line(64.0, 50.0, 74.0, 72.0, 4.0, 0xb9c4bc),
    ];
    const SHELTER: &[Shape] = &[
        Box(18.0, 22.0, 54.0, 5.0, 0x4c6a86),
        Box(20.0, 27.0, 2.0, 43.0, 0x5a646c),
        Box(68.0, 27.0, 2.0, 43.0, 0x5a646c),
        Box(28.0, 56.0, 34.0, 4.0, 0x9c7a50),
    ];
    const SHELTER_WET: &[Shape] = &[
        Box(18.0, 22.0, 54.0, 5.0, 0x4c6a86),
        Box(20.0, 27.0, 2.0, 43.0, 0x5a646c),
        Box(68.0, 27.0, 2.0, 43.0, 0x5a646c),
        Box(28.0, 56.0, 34.0, 4.0, 0x9c7a50),
        Line(44.0, 22.0, 49.0, 27.0, 1.2, 0x1f2428),
        Line(46.0, 30.0, 46.0, 36.0, 0.8, 0x4a86b8),
        Line(48.0, 40.0, 48.0, 46.0, 0.8, 0x4a86b8),
        Oval(46.0, 74.0, 14.0, 4.0, 0x6f9cc0),
    ];
    const LAMP: &[Shape] = &[
        Box(44.0, 18.0, 1.8, 56.0, 0x4a4f55),
        Line(45.0, 18.0, 58.0, 18.0, 1.5, 0x4a4f55),
        Oval(58.0, 24.0, 13.0, 12.0, 0xf0e4a8),
        Box(54.0, 17.0, 9.0, 4.0, 0xfff3b0),
    ];
    const LAMP_OUT: &[Shape] = &[
        Box(44.0, 18.0, 1.8, 56.0, 0x4a4f55),
        Line(45.0, 18.0, 58.0, 18.0, 1.5, 0x4a4f55),
        Box(54.0, 17.0, 9.0, 4.0, 0x2c2f33),
    ];
    const BENCH: &[Shape] = &[
        Box(24.0, 54.0, 46.0, 4.0, 0x9c7a50),
        Box(24.0, 44.0, 46.0, 4.0, 0x9c7a50),
        Box(28.0, 44.0, 2.0, 28.0, 0x4a4f55),
        Box(64.0, 44.0, 2.0, 28.0, 0x4a4f55),
    ];
    const BENCH_BROKEN: &[Shape] = &[
        Line(24.0, 56.0, 46.0, 70.0, 4.0, 0x9c7a50),
        Line(50.0, 68.0, 70.0, 56.0, 4.0, 0x9c7a50),
        Box(24.0, 44.0, 46.0, 4.0, 0x9c7a50),
        Box(28.0, 44.0, 2.0, 28.0, 0x4a4f55),
        Box(64.0, 44.0, 2.0, 28.0, 0x4a4f55),
    ];
    const COVER: &[Shape] = &[
        Oval(48.0, 74.0, 16.0, 9.0, 0x5a5c5e),
        Oval(48.0, 74.0, 13.5, 7.2, 0x77797b),
    ];
    const COVER_LOOSE: &[Shape] = &[
        Oval(48.0, 74.0, 16.0, 9.0, 0x1b1c1d),
        Oval(58.0, 70.0, 15.0, 8.4, 0x5a5c5e),
        Oval(58.0, 70.0, 12.5, 6.8, 0x77797b),
    ];
    const SEWAGE: &[Shape] = &[
        Oval(46.0, 76.0, 32.0, 12.0, 0x6e6a50),
        Oval(66.0, 84.0, 18.0, 7.0, 0x6e6a50),
        Oval(40.0, 72.0, 12.0, 6.0, 0x5a5c5e),
    ];
    const DRAIN: &[Shape] = &[Oval(40.0, 72.0, 12.0, 6.0, 0x5a5c5e)];
    const DROPPINGS: &[Shape] = &[
        Oval(44.0, 78.0, 3.2, 2.2, 0x5a4029),
        Oval(49.0, 80.0, 2.6, 1.8, 0x4e3722),
        Oval(46.0, 75.0, 2.2, 1.6, 0x664a30),
    ];
    match (category, note) {
        (0, 1) => (RACK, &[]),
        (0, 3) => (GRILL, &[]),
        (0, _) => (STALL, &[]),
        (1, 0) => (SOFA, &[]),
        (1, 1) => (CARTONS, &[]),
        (1, 2) => (BICYCLE, &[]),
        (1, _) => (BAGS, &[]),
        (2, 3) => (ACROSS, ACROSS.split_at(4).0),
        (2, _) => (WIRED, WIRED.split_at(5).0),
        (3, 0) => (FENCE, &[]),
        (3, 1) => (CAR, &[]),
        (3, 2) => (BRANCH, &[]),
        (3, _) => (SOIL, &[]),
        (4, _) => (SHUT, SIGNED),
        (5, 0) => (CABINET_BROKEN, CABINET),
        (5, 1) => (SHELTER_WET, SHELTER),
        (5, 2) | (6, 3) => (LAMP_OUT, LAMP),
        (5, _) => (BENCH_BROKEN, BENCH),
        (_, 0) => (COVER_LOOSE, COVER),
        (_, 1) => (SEWAGE, DRAIN),
        (_, _) => (DROPPINGS, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_note_has_its_photos_and_they_are_deterministic() {
        let all = photos().unwrap();
        assert_eq!(all, photos().unwrap());
        let of = |category, note, moment| {
            let name = photo_name(category, note, moment);
            &all.iter().find(|(n, _)| *n == name).unwrap().1
        };
        for category in 0..CATEGORIES.len() {
            for note in 0..4 {
                let before = of(category, note, Moment::Before);
                assert_ne!(
                    before,
                    of(category, note, Moment::After),
                    "{category} {note}"
                );
            }
            for other in 0..category {
                assert_ne!(
                    of(category, 0, Moment::Before),
                    of(other, 0, Moment::Before)
                );
            }
        }
        // A branch across a lane is neither a car nor a corridor.
        let branch = NOTES[3].iter().position(|n| n.contains("树枝")).unwrap();
        assert_ne!(of(3, branch, Moment::Before), of(3, 1, Moment::Before));
    }
}
