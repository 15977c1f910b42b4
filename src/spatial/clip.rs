//! Clips lines and rings to a rectangle (the frame), for tiles.
//!
//! General boolean operations on every polygon would be slow. The bounding box shows that nearly
//! all geometries lie entirely inside or outside of the frame. The rest is clipped edge by edge:
//! rings by Sutherland and Hodgman ("Reentrant polygon clipping", 1974), lines by Liang and Barsky
//! (1984). A ring that leaves the frame and returns stays one ring, joined along the edge of the
//! frame; that edge lies in the buffer of the tile and is not visible.

use geo_types::{Coord, Rect};

/// The position of coordinates relative to a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// All coordinates are inside the frame or on its edge.
    Inside,
    /// All coordinates are beyond the same edge of the frame.
    Outside,
    /// Neither inside nor beyond one edge: clipping is needed.
    Across,
}

/// The position of coordinates relative to a frame.
pub fn side(coords: &[Coord<f64>], frame: &Rect<f64>) -> Side {
    let (min, max) = (frame.min(), frame.max());
    let (mut every, mut any) = (0b1111u8, 0u8);
    for c in coords {
        let code = u8::from(c.x < min.x)
            | u8::from(c.x > max.x) << 1
            | u8::from(c.y < min.y) << 2
            | u8::from(c.y > max.y) << 3;
        every &= code;
        any |= code;
    }
    if any == 0 {
        Side::Inside
    } else if every != 0 {
        Side::Outside
    } else {
        Side::Across
    }
}

/// Clips a ring, whose first coordinate is not repeated at the end, to a frame. Empty if no part of
/// it is inside.
pub fn ring(coords: Vec<Coord<f64>>, frame: &Rect<f64>) -> Vec<Coord<f64>> {
    match side(&coords, frame) {
        Side::Inside => return coords,
        Side::Outside => return Vec::new(),
        Side::Across => {}
    }
    let (min, max) = (frame.min(), frame.max());
    let at_x = |x: f64| {
        move |a: Coord<f64>, b: Coord<f64>| Coord {
            x,
            y: a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x)),
        }
    };
    let at_y = |y: f64| {
        move |a: Coord<f64>, b: Coord<f64>| Coord {
            x: a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)),
            y,
        }
    };
    let coords = half(&coords, |c| c.x >= min.x, at_x(min.x));
    let coords = half(&coords, |c| c.x <= max.x, at_x(max.x));
    let coords = half(&coords, |c| c.y >= min.y, at_y(min.y));
    half(&coords, |c| c.y <= max.y, at_y(max.y))
}

/// Keeps the part of a ring on one side of a line.
fn half(
    coords: &[Coord<f64>],
    keep: impl Fn(Coord<f64>) -> bool,
    crossing: impl Fn(Coord<f64>, Coord<f64>) -> Coord<f64>,
) -> Vec<Coord<f64>> {
    let mut out = Vec::with_capacity(coords.len() + 4);
    let Some(mut before) = coords.last().copied() else {
        return out;
    };
    for &c in coords {
        if keep(c) != keep(before) {
            out.push(crossing(before, c));
        }
        if keep(c) {
            out.push(c);
        }
        before = c;
    }
    out
}

/// Clips a line to a frame: returns zero or more pieces with at least two coordinates each.
pub fn line(coords: Vec<Coord<f64>>, frame: &Rect<f64>) -> Vec<Vec<Coord<f64>>> {
    match side(&coords, frame) {
        Side::Inside => return vec![coords],
        Side::Outside => return Vec::new(),
        Side::Across => {}
    }
    let mut pieces = Vec::new();
    let mut piece: Vec<Coord<f64>> = Vec::new();
    for edge in coords.windows(2) {
        let (a, b) = (edge[0], edge[1]);
        let Some((from, to)) = part_inside(a, b, frame) else {
            finish(&mut piece, &mut pieces);
            continue;
        };
        let at = |t: f64| Coord {
            x: a.x + (b.x - a.x) * t,
            y: a.y + (b.y - a.y) * t,
        };
        if from > 0.0 {
            finish(&mut piece, &mut pieces);
        }
        if piece.is_empty() {
            piece.push(if from > 0.0 { at(from) } else { a });
        }
        if to < 1.0 {
            piece.push(at(to));
            finish(&mut piece, &mut pieces);
        } else {
            piece.push(b);
        }
    }
    finish(&mut piece, &mut pieces);
    pieces
}

fn finish(piece: &mut Vec<Coord<f64>>, pieces: &mut Vec<Vec<Coord<f64>>>) {
    if piece.len() >= 2 {
        pieces.push(std::mem::take(piece));
    } else {
        piece.clear();
    }
}

/// The part of an edge inside the frame, as fractions of its length; `None` if no part is inside.
fn part_inside(a: Coord<f64>, b: Coord<f64>, frame: &Rect<f64>) -> Option<(f64, f64)> {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    for (direction, distance) in [
        (-dx, a.x - frame.min().x),
        (dx, frame.max().x - a.x),
        (-dy, a.y - frame.min().y),
        (dy, frame.max().y - a.y),
    ] {
        if direction == 0.0 {
            if distance < 0.0 {
                return None;
            }
        } else if direction < 0.0 {
            from = from.max(distance / direction);
        } else {
            to = to.min(distance / direction);
        }
    }
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, Distance, Euclidean, Intersects};
    use geo_types::{LineString, Point, Polygon, coord};
    use proptest::prelude::*;

    use super::*;

    fn frame() -> Rect<f64> {
        Rect::new(coord! {x: 0.0, y: 0.0}, coord! {x: 10.0, y: 10.0})
    }

    fn coords(list: &[(f64, f64)]) -> Vec<Coord<f64>> {
        list.iter().map(|&(x, y)| coord! {x: x, y: y}).collect()
    }

    #[test]
    fn a_line_that_leaves_and_returns_becomes_two() {
        let z = coords(&[(5.0, 5.0), (15.0, 5.0), (15.0, 8.0), (5.0, 8.0)]);
        assert_eq!(
            line(z, &frame()),
            [
                coords(&[(5.0, 5.0), (10.0, 5.0)]),
                coords(&[(10.0, 8.0), (5.0, 8.0)])
            ]
        );
        let far = coords(&[(11.0, -5.0), (15.0, 5.0), (11.0, 15.0)]);
        assert!(line(far, &frame()).is_empty());
    }

    #[test]
    fn a_ring_around_the_frame_becomes_the_frame() {
        let around = coords(&[(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)]);
        let cut = ring(around, &frame());
        let area = Polygon::new(LineString(cut), vec![]).unsigned_area();
        assert_eq!(area, 100.0);
    }

    fn some_coords(n: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Coord<f64>>> {
        prop::collection::vec((-8i32..=18, -8i32..=18), n).prop_map(|list| {
            list.into_iter()
                .map(|(x, y)| coord! {x: f64::from(x), y: f64::from(y)})
                .collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_ring_keeps_the_area_inside(points in some_coords(3..8)) {
            let hull = geo::ConvexHull::convex_hull(&LineString(points));
            let mut open = hull.exterior().0.clone();
            open.pop();
            let cut = ring(open, &frame());
            let area = if cut.len() < 3 {
                0.0
            } else {
                Polygon::new(LineString(cut.clone()), vec![]).unsigned_area()
            };
            let exact = if hull.unsigned_area() > 0.0 {
                hull.intersection(&frame().to_polygon()).unsigned_area()
            } else {
                0.0
            };
            prop_assert!((area - exact).abs() < 1e-6, "{area} {exact}");
            prop_assert!(cut.iter().all(|c| side(&[*c], &frame()) == Side::Inside));
        }

        #[test]
        fn a_line_keeps_exactly_its_places_inside(points in some_coords(2..7)) {
            let whole = LineString(points.clone());
            let pieces: Vec<_> = line(points.clone(), &frame()).into_iter().map(LineString).collect();
            for piece in &pieces {
                for c in &piece.0 {
                    prop_assert!(Euclidean.distance(&Point(*c), &whole) < 1e-9);
                }
            }
            for w in points.windows(2) {
                for i in 0..=20 {
                    let t = f64::from(i) / 20.0;
                    let p = Point(w[0] * (1.0 - t) + w[1] * t);
                    if p.x() > 0.0 && p.x() < 10.0 && p.y() > 0.0 && p.y() < 10.0 {
                        let near = pieces.iter().any(|l| Euclidean.distance(&p, l) < 1e-9);
                        prop_assert!(near || w[0] == w[1], "{p:?}");
                    } else if !frame().intersects(&p) {
                        prop_assert!(pieces.iter().all(|l| !l.intersects(&p)));
                    }
                }
            }
        }
    }
}
