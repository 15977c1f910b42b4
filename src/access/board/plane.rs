//! Geometry on the page.

use geo_types::Coord;

use super::frame::Frame;

/// The distance from a position to a segment, and the direction of the segment; `None` if it has no length.
pub(super) fn to_segment(
    at: Coord<f64>,
    a: Coord<f64>,
    b: Coord<f64>,
) -> (f64, Option<Coord<f64>>) {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx.hypot(dy);
    if length < 1e-9 {
        return ((at.x - a.x).hypot(at.y - a.y), None);
    }
    let t = (((at.x - a.x) * dx + (at.y - a.y) * dy) / (length * length)).clamp(0.0, 1.0);
    let distance = (at.x - a.x - dx * t).hypot(at.y - a.y - dy * t);
    let direction = Coord {
        x: dx / length,
        y: dy / length,
    };
    (distance, Some(direction))
}

/// The two ends of a straight line.
pub(super) type Ends = (Coord<f64>, Coord<f64>);

/// Nearly straight stretches of a line that are at least this long, longest first.
pub(super) fn stretches(line: &[Coord<f64>], length: f64) -> Vec<Ends> {
    const MOST_POINTS: usize = 400;
    const STRAIGHT_MM: f64 = 0.8;
    let line = &line[..line.len().min(MOST_POINTS)];
    let mut found: Vec<(f64, Ends)> = Vec::new();
    let mut begin = 0;
    for end in 1..line.len() {
        let next = line.get(end + 1);
        let goes_on = next.is_some_and(|next| {
            let between = &line[begin..=end];
            between
                .iter()
                .all(|c| to_segment(*c, line[begin], *next).0 <= STRAIGHT_MM)
        });
        if goes_on {
            continue;
        }
        let (a, b) = (line[begin], line[end]);
        if let Some((a, b)) = inside(a, b) {
            let long = (b.x - a.x).hypot(b.y - a.y);
            if long >= length {
                found.push((long, (a, b)));
            }
        }
        begin = end;
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, ends)| ends).collect()
}

/// The part of a segment inside the map's area (Liang and Barsky).
pub(super) fn inside(a: Coord<f64>, b: Coord<f64>) -> Option<Ends> {
    let area = Frame::area();
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (mut from, mut until) = (0.0_f64, 1.0_f64);
    for (p, q) in [
        (-dx, a.x - area.min().x),
        (dx, area.max().x - a.x),
        (-dy, a.y - area.min().y),
        (dy, area.max().y - a.y),
    ] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            from = from.max(q / p);
        } else {
            until = until.min(q / p);
        }
    }
    let at = |t: f64| Coord {
        x: a.x + dx * t,
        y: a.y + dy * t,
    };
    (from < until).then(|| (at(from), at(until)))
}

/// Returns the angle of a line or the opposite angle, in radians, so that a text along the line is not upside down.
pub(super) fn readable(angle: f64) -> f64 {
    use std::f64::consts::{FRAC_PI_2, PI};
    let angle = angle.rem_euclid(PI);
    if angle > FRAC_PI_2 + 0.01 {
        angle - PI
    } else {
        angle
    }
}
