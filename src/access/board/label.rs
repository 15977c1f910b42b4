//! Boxes of labels on the page and their placement without overlaps.

use std::collections::HashMap;

use geo_types::{Coord, Rect};

/// The width and the height of the page in millimetres: A3 landscape.
pub(super) const PAGE: (f64, f64) = (420.0, 297.0);

/// A rectangle on the page that may be turned, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Box2 {
    /// The middle.
    pub middle: Coord<f64>,
    /// The width along its own direction.
    pub width: f64,
    /// The height across its own direction.
    pub height: f64,
    /// The clockwise angle of its direction on the page, in radians.
    pub angle: f64,
}

impl Box2 {
    /// A box that is not turned.
    pub const fn upright(middle: Coord<f64>, width: f64, height: f64) -> Self {
        Self {
            middle,
            width,
            height,
            angle: 0.0,
        }
    }

    fn axes(&self) -> [Coord<f64>; 2] {
        let (sin, cos) = self.angle.sin_cos();
        [Coord { x: cos, y: sin }, Coord { x: -sin, y: cos }]
    }

    /// The corners.
    pub fn corners(&self) -> [Coord<f64>; 4] {
        let [u, v] = self.axes();
        let (w, h) = (self.width / 2.0, self.height / 2.0);
        [(-w, -h), (w, -h), (w, h), (-w, h)].map(|(a, b)| Coord {
            x: self.middle.x + u.x * a + v.x * b,
            y: self.middle.y + u.y * a + v.y * b,
        })
    }

    /// Whether two boxes share more than their edges, by the separating axis theorem.
    pub fn overlaps(&self, other: &Self) -> bool {
        let reach = |b: &Self| b.width.hypot(b.height) / 2.0;
        let apart = (self.middle.x - other.middle.x).hypot(self.middle.y - other.middle.y);
        if apart >= reach(self) + reach(other) {
            return false;
        }
        let (mine, theirs) = (self.corners(), other.corners());
        let is_between = |axis: Coord<f64>| {
            let span = |corners: &[Coord<f64>; 4]| {
                let along = corners.map(|c| c.x * axis.x + c.y * axis.y);
                (
                    along.iter().copied().fold(f64::INFINITY, f64::min),
                    along.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                )
            };
            let (a, b) = (span(&mine), span(&theirs));
            a.1 <= b.0 + 1e-6 || b.1 <= a.0 + 1e-6
        };
        let axes = self.axes().into_iter().chain(other.axes());
        !axes.into_iter().any(is_between)
    }

    fn is_inside(&self, area: &Rect<f64>) -> bool {
        let (min, max) = (area.min(), area.max());
        self.corners()
            .iter()
            .all(|c| (min.x..=max.x).contains(&c.x) && (min.y..=max.y).contains(&c.y))
    }
}

/// The kinds of labels on the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelKind {
    /// The mark of a gate.
    Gate,
    /// The arrow through a gate.
    Arrow,
    /// The sign of a gate: its name, what it admits and when.
    Sign,
    /// The number or name of a building.
    House,
    /// The mark of a door.
    Door,
    /// The number of a unit at its door.
    Unit,
    /// The symbol of a place.
    Place,
    /// The name of a road.
    Road,
    /// The arrow to the north, and the scale bar.
    Furniture,
}

impl LabelKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Arrow => "arrow",
            Self::Sign => "sign",
            Self::House => "house",
            Self::Door => "door",
            Self::Unit => "unit",
            Self::Place => "place",
            Self::Road => "road",
            Self::Furniture => "furniture",
        }
    }
}

/// A label and its box on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelled {
    /// The kind of the label.
    pub kind: LabelKind,
    /// The box of the label.
    pub at: Box2,
}

/// The side of a cell of [`Taken`], in millimetres.
const CELL_MM: f64 = 12.0;

/// The boxes that are taken on the page, in a grid of cells, so that a candidate is compared with its neighbours only.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    area: Rect<f64>,
    boxes: Vec<Box2>,
    /// The boxes that reach into each cell, by their position in `boxes`.
    cells: HashMap<(i64, i64), Vec<usize>>,
}

impl Taken {
    pub fn new(area: Rect<f64>) -> Self {
        Self {
            area,
            boxes: Vec::new(),
            cells: HashMap::new(),
        }
    }

    /// Marks a box as taken, even if it overlaps other boxes.
    pub fn take(&mut self, label: Box2) {
        for cell in cells(&label) {
            self.cells.entry(cell).or_default().push(self.boxes.len());
        }
        self.boxes.push(label);
    }

    pub fn is_free(&self, label: &Box2) -> bool {
        let near = |cell| self.cells.get(&cell).into_iter().flatten();
        label.is_inside(&self.area)
            && !cells(label)
                .flat_map(near)
                .any(|i| self.boxes[*i].overlaps(label))
    }

    /// Takes the first candidate that is free and returns it; `None` if none is free.
    pub fn place(&mut self, candidates: impl IntoIterator<Item = Box2>) -> Option<Box2> {
        let found = candidates.into_iter().find(|c| self.is_free(c))?;
        self.take(found);
        Some(found)
    }
}

/// The cells into which a box reaches.
fn cells(label: &Box2) -> impl Iterator<Item = (i64, i64)> + use<> {
    // Positions far outside of the page, in millimetres, are moved closer, so that the number of cells stays small. A
    // box out there is never free anyway.
    const FAR: f64 = 1_000.0;
    let corners = label.corners();
    let cell = |v: f64| (v.clamp(-FAR, FAR) / CELL_MM).floor() as i64;
    let least = |f: fn(&Coord<f64>) -> f64| corners.iter().map(f).fold(f64::INFINITY, f64::min);
    let most = |f: fn(&Coord<f64>) -> f64| corners.iter().map(f).fold(f64::NEG_INFINITY, f64::max);
    let (west, east) = (cell(least(|c| c.x)), cell(most(|c| c.x)));
    let (north, south) = (cell(least(|c| c.y)), cell(most(|c| c.y)));
    (west..=east).flat_map(move |x| (north..=south).map(move |y| (x, y)))
}

/// Positions around a point, nearest first. At each distance, the first position lies in the direction `towards`, and
/// the next ones turn farther and farther away from it to both sides.
pub(super) fn around(
    at: Coord<f64>,
    towards: Coord<f64>,
    distances: &'static [f64],
) -> impl Iterator<Item = Coord<f64>> {
    const TURNS: [f64; 12] = [
        0.0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.6, -1.6, 2.2, -2.2, 3.1,
    ];
    let begin = towards.y.atan2(towards.x);
    distances.iter().flat_map(move |distance| {
        TURNS.into_iter().map(move |turn| {
            let (sin, cos) = (begin + turn).sin_cos();
            Coord {
                x: at.x + cos * distance,
                y: at.y + sin * distance,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    #[test]
    fn turned_boxes_overlap_only_where_they_share_an_area() {
        let a = Box2::upright(at(0.0, 0.0), 10.0, 4.0);
        assert!(a.overlaps(&Box2::upright(at(9.0, 0.0), 10.0, 4.0)));
        assert!(
            !a.overlaps(&Box2::upright(at(10.0, 0.0), 10.0, 4.0)),
            "edges may touch"
        );
        let slanted = |x, y| Box2 {
            angle: std::f64::consts::FRAC_PI_4,
            ..Box2::upright(at(x, y), 10.0, 2.0)
        };
        assert!(a.overlaps(&slanted(6.0, 3.0)));
        // The upright bounding boxes overlap, but the turned boxes do not.
        assert!(!a.overlaps(&slanted(-7.5, 3.5)));
        assert!(!a.overlaps(&slanted(7.5, -3.5)));
    }

    #[test]
    fn the_first_free_candidate_inside_the_area_is_taken() {
        let mut taken = Taken::new(Rect::new((0.0, 0.0), (100.0, 100.0)));
        let row = || (0..12).map(|n| Box2::upright(at(f64::from(n) * 10.0, 50.0), 20.0, 10.0));
        let x = |b: Option<Box2>| b.map(|b| b.middle.x);
        assert_eq!(
            x(taken.place(row())),
            Some(10.0),
            "the first one leaves the area"
        );
        assert_eq!(x(taken.place(row())), Some(30.0));
        assert_eq!(x(taken.place(row())), Some(50.0));
        assert_eq!(x(taken.place(row())), Some(70.0));
        assert_eq!(x(taken.place(row())), Some(90.0));
        assert_eq!(x(taken.place(row())), None);
    }

    #[test]
    fn positions_around_a_point_begin_in_the_direction() {
        let first = around(at(5.0, 5.0), at(0.0, -1.0), &[2.0]).next().unwrap();
        assert!((first.x - 5.0).abs() < 1e-9 && (first.y - 3.0).abs() < 1e-9);
    }
}
