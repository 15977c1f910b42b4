//! Fits a compound into the map's area of the page: north up, or turned where that makes the map clearly larger.

use geo::ConvexHull as _;
use geo_types::{Coord, MultiPoint, Rect};

use super::content::Line;
use crate::spatial::bounds::Bounds;
use crate::spatial::metres::metres_per_degree;

/// The left, top, right and bottom edge of the map's area, in millimetres from the top left corner of the page.
pub(super) const AREA: [f64; 4] = [8.0, 32.0, 322.0, 281.0];
/// The room between the compound and the edge of the area, for the signs of the gates, in millimetres: on the left and
/// right, and above and below.
const MARGIN: (f64, f64) = (31.0, 22.0);
/// The map is turned only if that makes it this many times larger, since most people expect north at the top.
const WORTH_TURNING: f64 = 1.15;
/// The largest scale, in millimetres on paper per metre: 1:250.
const LARGEST: f64 = 4.0;

/// The place, direction and scale of the map on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    origin: Coord<f64>,
    per_degree: (f64, f64),
    /// The angle by which the map is turned counter-clockwise, in radians.
    turn: f64,
    /// Millimetres on paper per metre.
    scale: f64,
    /// The middle of the turned compound, in metres from the origin.
    middle: Coord<f64>,
}

impl Frame {
    /// Fits the rings of an outline. Returns `None` if they have no extent.
    pub fn fit(outline: &[Line]) -> Option<Self> {
        let first = outline.iter().flatten().next().copied()?;
        let per_degree = metres_per_degree(first.y);
        let local: MultiPoint<f64> = outline
            .iter()
            .flatten()
            .map(|c| Coord {
                x: (c.x - first.x) * per_degree.0,
                y: (c.y - first.y) * per_degree.1,
            })
            .map(geo_types::Point)
            .collect();
        let hull = local.convex_hull();
        let hull = &hull.exterior().0;
        let room = (
            AREA[2] - AREA[0] - 2.0 * MARGIN.0,
            AREA[3] - AREA[1] - 2.0 * MARGIN.1,
        );
        let fitted = |turn: f64| -> Option<(f64, Coord<f64>)> {
            let extent = extent(hull.iter().map(|c| turned(*c, turn)))?;
            let scale = (room.0 / extent.width()).min(room.1 / extent.height());
            let scale = scale.min(LARGEST);
            (scale.is_finite() && scale > 0.0).then_some((scale, extent.center()))
        };
        let (north, middle) = fitted(0.0)?;
        let mut best = (north, 0.0_f64, middle);
        let edges = hull
            .windows(2)
            .map(|e| -(e[1].y - e[0].y).atan2(e[1].x - e[0].x));
        for turn in edges.flat_map(|a| [upright(a), upright(a + std::f64::consts::FRAC_PI_2)]) {
            let Some((scale, middle)) = fitted(turn) else {
                continue;
            };
            let is_larger = scale > best.0 * 1.01;
            let is_nearer_north = scale > best.0 * 0.99 && turn.abs() < best.1.abs();
            if scale >= north * WORTH_TURNING && (is_larger || is_nearer_north) {
                best = (scale, turn, middle);
            }
        }
        let (scale, turn, middle) = best;
        Some(Self {
            origin: first,
            per_degree,
            turn,
            scale,
            middle,
        })
    }

    /// Converts a position in degrees to a position on the page, in millimetres.
    pub(super) fn page(&self, at: Coord<f64>) -> Coord<f64> {
        let local = Coord {
            x: (at.x - self.origin.x) * self.per_degree.0,
            y: (at.y - self.origin.y) * self.per_degree.1,
        };
        let p = turned(local, self.turn);
        Coord {
            x: f64::midpoint(AREA[0], AREA[2]) + (p.x - self.middle.x) * self.scale,
            y: f64::midpoint(AREA[1], AREA[3]) - (p.y - self.middle.y) * self.scale,
        }
    }

    /// The box in degrees that contains everything on the map.
    pub fn bounds(&self) -> Option<Bounds> {
        let [west, north, east, south] = AREA;
        let corners = [(west, north), (east, north), (east, south), (west, south)];
        let extent = extent(corners.into_iter().map(|(x, y)| {
            let local = Coord {
                x: (x - f64::midpoint(west, east)) / self.scale + self.middle.x,
                y: (f64::midpoint(north, south) - y) / self.scale + self.middle.y,
            };
            let p = turned(local, -self.turn);
            Coord {
                x: self.origin.x + p.x / self.per_degree.0,
                y: self.origin.y + p.y / self.per_degree.1,
            }
        }))?;
        let (min, max) = (extent.min(), extent.max());
        let numbers = [
            min.x.max(-180.0),
            min.y.max(-90.0),
            max.x.min(180.0),
            max.y.min(90.0),
        ];
        Bounds::from_numbers(&numbers).ok()
    }

    /// The clockwise angle on the page from up to north, in degrees.
    pub(super) fn north(&self) -> f64 {
        -self.turn.to_degrees()
    }

    /// Millimetres on paper per metre.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The map's area on the page.
    pub(super) fn area() -> Rect<f64> {
        Rect::new((AREA[0], AREA[1]), (AREA[2], AREA[3]))
    }
}

fn turned(c: Coord<f64>, angle: f64) -> Coord<f64> {
    let (sin, cos) = angle.sin_cos();
    Coord {
        x: c.x * cos - c.y * sin,
        y: c.x * sin + c.y * cos,
    }
}

/// The angle or the one opposite to it, whichever leaves north in the upper half of the page.
fn upright(angle: f64) -> f64 {
    use std::f64::consts::{FRAC_PI_2, PI};
    let mut angle = angle.rem_euclid(PI);
    if angle > FRAC_PI_2 + 1e-9 {
        angle -= PI;
    }
    angle
}

fn extent(points: impl Iterator<Item = Coord<f64>>) -> Option<Rect<f64>> {
    let mut bounds: Option<Rect<f64>> = None;
    for p in points {
        bounds = Some(match bounds {
            None => Rect::new(p, p),
            Some(b) => {
                let (min, max) = (b.min(), b.max());
                Rect::new(
                    (min.x.min(p.x), min.y.min(p.y)),
                    (max.x.max(p.x), max.y.max(p.y)),
                )
            }
        });
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangle in metres, turned counter-clockwise, near Tianjin.
    fn rectangle(width: f64, height: f64, angle: f64) -> Vec<Line> {
        let per = metres_per_degree(39.2);
        let corners = [
            (0.0, 0.0),
            (width, 0.0),
            (width, height),
            (0.0, height),
            (0.0, 0.0),
        ];
        let ring = corners.into_iter().map(|(x, y)| {
            let p = turned(Coord { x, y }, angle);
            Coord {
                x: 117.1 + p.x / per.0,
                y: 39.2 + p.y / per.1,
            }
        });
        vec![ring.collect()]
    }

    fn on_page(frame: &Frame, outline: &[Line]) -> Rect<f64> {
        extent(outline[0].iter().map(|c| frame.page(*c))).unwrap()
    }

    #[test]
    fn north_is_up_unless_turning_makes_the_map_clearly_larger() {
        let square = rectangle(250.0, 250.0, 0.0);
        let frame = Frame::fit(&square).unwrap();
        assert_eq!(frame.north(), 0.0);
        let page = on_page(&frame, &square);
        assert!((page.center().x - 165.0).abs() < 0.01, "{page:?}");
        assert!(
            page.min().y >= AREA[1] + MARGIN.1 - 0.01 && page.max().y <= AREA[3] - MARGIN.1 + 0.01
        );
        // The south-west corner, in which the ring begins, is at the lower left.
        let corner = frame.page(square[0][0]);
        assert!(corner.x < page.center().x && corner.y > page.center().y);

        let tall = rectangle(100.0, 400.0, 0.0);
        let frame = Frame::fit(&tall).unwrap();
        assert!(
            (frame.north().abs() - 90.0).abs() < 0.01,
            "{}",
            frame.north()
        );
        assert!(on_page(&frame, &tall).width() > 250.0);

        let slanted = rectangle(400.0, 200.0, 0.6);
        let frame = Frame::fit(&slanted).unwrap();
        assert!(
            (frame.north() - 0.6_f64.to_degrees()).abs() < 0.1,
            "{}",
            frame.north()
        );
    }

    #[test]
    fn the_bounds_contain_the_whole_area_of_the_map() {
        let slanted = rectangle(400.0, 200.0, 0.6);
        let frame = Frame::fit(&slanted).unwrap();
        let bounds = frame.bounds().unwrap();
        assert!(slanted[0].iter().all(|c| bounds.contains_coord(*c)));
        let [west, south, east, north] = bounds.to_numbers();
        let corners = [(west, south), (east, south), (east, north), (west, north)];
        let page = extent(corners.into_iter().map(|(x, y)| frame.page(Coord { x, y }))).unwrap();
        assert!(page.min().x <= AREA[0] + 0.1 && page.max().x >= AREA[2] - 0.1);
        assert!(page.min().y <= AREA[1] + 0.1 && page.max().y >= AREA[3] - 0.1);
        assert_eq!(
            Frame::fit(&[vec![Coord { x: 1.0, y: 1.0 }]]).map(|f| f.scale()),
            Some(LARGEST)
        );
        assert_eq!(Frame::fit(&[]), None);
    }
}
