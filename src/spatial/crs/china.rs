//! GCJ-02 and BD-09, the shifted coordinate systems of maps in China. Outside of China they equal WGS 84.

use std::f64::consts::PI;

use geo_types::Coord;

/// The Krasovsky 1940 ellipsoid, on which the shift is computed.
const KRASOVSKY_A: f64 = 6_378_245.0;
const KRASOVSKY_EE: f64 = 0.006_693_421_622_965_943;

fn in_china(c: Coord<f64>) -> bool {
    (72.004..=137.8347).contains(&c.x) && (0.8293..=55.8271).contains(&c.y)
}

/// The offset of GCJ-02 from a WGS 84 coordinate, in degrees.
fn gcj02_shift(c: Coord<f64>) -> Coord<f64> {
    let (x, y) = (c.x - 105.0, c.y - 35.0);
    let waves = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + waves
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + waves
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let latitude = c.y.to_radians();
    let magic = 1.0 - KRASOVSKY_EE * latitude.sin().powi(2);
    let meridian = KRASOVSKY_A * (1.0 - KRASOVSKY_EE) / (magic * magic.sqrt());
    let parallel = KRASOVSKY_A / magic.sqrt() * latitude.cos();
    Coord {
        x: (east / parallel).to_degrees(),
        y: (north / meridian).to_degrees(),
    }
}

pub(super) fn wgs84_to_gcj02(c: Coord<f64>) -> Coord<f64> {
    if in_china(c) { c + gcj02_shift(c) } else { c }
}

pub(super) fn gcj02_to_wgs84(c: Coord<f64>) -> Coord<f64> {
    // Within a kilometre of the rectangle's edge, both "shifted" and "not shifted" may be
    // plausible. The result is the one that the forward formula converts back to the input.
    let place = invert(c, |w| w + gcj02_shift(w));
    if in_china(place) { place } else { c }
}

const BD09_WAVE: f64 = PI * 3000.0 / 180.0;

pub(super) fn gcj02_to_bd09(c: Coord<f64>) -> Coord<f64> {
    let z = c.x.hypot(c.y) + 0.000_02 * (c.y * BD09_WAVE).sin();
    let theta = c.y.atan2(c.x) + 0.000_003 * (c.x * BD09_WAVE).cos();
    Coord {
        x: z * theta.cos() + 0.0065,
        y: z * theta.sin() + 0.006,
    }
}

pub(super) fn wgs84_to_bd09(c: Coord<f64>) -> Coord<f64> {
    if in_china(c) {
        gcj02_to_bd09(wgs84_to_gcj02(c))
    } else {
        c
    }
}

pub(super) fn bd09_to_wgs84(c: Coord<f64>) -> Coord<f64> {
    let gcj = invert(c, gcj02_to_bd09);
    let place = invert(gcj, |w| w + gcj02_shift(w));
    if in_china(place) { place } else { c }
}

/// Solves `forward(x) = target` by fixed-point iteration. The shift hardly changes over its own
/// length, so each iteration adds two to three digits.
fn invert(target: Coord<f64>, forward: impl Fn(Coord<f64>) -> Coord<f64>) -> Coord<f64> {
    const ROUNDS: usize = 30;
    const ENOUGH: f64 = 1e-12;
    let mut place = target;
    for _ in 0..ROUNDS {
        let miss = target - forward(place);
        place = place + miss;
        if miss.x.abs() < ENOUGH && miss.y.abs() < ENOUGH {
            break;
        }
    }
    place
}
