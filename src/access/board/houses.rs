//! Places building numbers, and doors with their unit numbers, on the map of a board.

use std::collections::HashMap;

use geo_types::Coord;

use super::content::House;
use super::ground::Ground;
use super::label::{Box2, LabelKind, Taken, around};
use super::plane::to_segment;
use super::svg::{cut, width};
use super::words::short;

/// The font sizes that are tried for the numbers of buildings, in millimetres.
const NUMBER_SIZES: [f64; 10] = [14.0, 12.5, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0];
/// The font sizes that are tried for names, in millimetres.
const NAME_SIZES: [f64; 3] = [5.0, 4.2, 3.5];
/// A font size for numbers is large enough if at most one in this many buildings has no room for its number.
const NEARLY_ALL: usize = 8;
/// How many sizes are tried to find room for everything.
const MOST_ATTEMPTS: usize = 3;
/// The height of digits, in units of the font size.
const DIGITS: f64 = 0.75;
/// The size of the font of a unit's number, and the height of its box.
pub(super) const UNIT_MM: f64 = 4.0;
const UNIT_BOX_MM: f64 = 5.0;
/// The room for the symbol of a lift beside a number, in units of the font size of the number.
pub(super) const LIFT: f64 = 0.55;
/// The widest text on a building, in units of the font size. A longer name is cut.
const LONGEST_NAME: f64 = 7.0;

#[derive(Debug)]
pub(super) struct Number {
    pub text: String,
    pub size: f64,
    pub has_lift: bool,
    pub at: Box2,
}

#[derive(Debug)]
pub(super) struct DoorMark {
    /// The triangle at the door.
    pub mark: Box2,
    pub outward: Coord<f64>,
    pub unit: Option<(String, Box2)>,
}

/// Places the doors of all buildings with the numbers of their units.
pub(super) fn place_doors(
    ground: &Ground<'_>,
    taken: &mut Taken,
    left_out: &mut Vec<LabelKind>,
) -> Vec<DoorMark> {
    let marks = place_door_marks(ground, taken, left_out);
    place_units(marks, taken, left_out)
}

/// Places the numbers of all buildings in the largest font at which nearly all fit, and those that do not fit in
/// smaller fonts. Names of buildings without a number come last.
pub(super) fn place_numbers(
    ground: &Ground<'_>,
    taken: &mut Taken,
    left_out: &mut Vec<LabelKind>,
) -> Vec<Number> {
    let largest = largest_number(ground);
    let (numbered, named): (Vec<_>, Vec<_>) = labels_of(ground)
        .into_iter()
        .partition(|label| label.is_number);
    let sizes: Vec<f64> = NUMBER_SIZES.into_iter().filter(|s| *s <= largest).collect();
    let is_large_enough = |size: &f64| {
        let mut now = taken.clone();
        let is_missing =
            |label: &&HouseLabel<'_>| !label.place(ground, *size, &mut now, &mut Vec::new());
        numbered.iter().filter(is_missing).count() * NEARLY_ALL <= numbered.len()
    };
    let begin = sizes.iter().position(is_large_enough);
    let begin = begin.unwrap_or(sizes.len().saturating_sub(1));
    // With a smaller first size, there may be room for all numbers, so a few sizes are tried.
    let mut best: Option<(usize, Vec<Number>, Taken)> = None;
    for first in (begin..sizes.len()).take(MOST_ATTEMPTS) {
        let mut now = taken.clone();
        let mut placed = Vec::new();
        let (mut numbered, mut named): (Vec<_>, Vec<_>) =
            (numbered.iter().collect(), named.iter().collect());
        for size in &sizes[first..] {
            numbered.retain(|label| !label.place(ground, *size, &mut now, &mut placed));
        }
        for size in NAME_SIZES {
            named.retain(|label| !label.place(ground, size, &mut now, &mut placed));
        }
        let missing = numbered.len() + named.len();
        if best.as_ref().is_none_or(|(least, _, _)| missing < *least) {
            best = Some((missing, placed, now));
        }
        if missing == 0 {
            break;
        }
    }
    let Some((missing, numbers, now)) = best else {
        return Vec::new();
    };
    *taken = now;
    left_out.extend(std::iter::repeat_n(LabelKind::House, missing));
    numbers
}

/// The triangles of all doors. They stand outside of the wall that the door is in.
fn place_door_marks(
    ground: &Ground<'_>,
    taken: &mut Taken,
    left_out: &mut Vec<LabelKind>,
) -> Vec<DoorMark> {
    const MARK_MM: f64 = 2.6;
    let houses: HashMap<&str, &House> = ground
        .content
        .houses
        .iter()
        .map(|h| (h.id.as_str(), h))
        .collect();
    let mut marks = Vec::new();
    for door in &ground.content.doors {
        let Some(house) = houses.get(door.house.as_str()) else {
            continue;
        };
        let at = ground.frame.page(door.at);
        let outward = outward(ground, house, at);
        let mark = |away: f64| {
            let along = MARK_MM / 2.0 + 0.3 + away;
            Box2 {
                angle: outward.y.atan2(outward.x),
                ..Box2::upright(
                    Coord {
                        x: at.x + outward.x * along,
                        y: at.y + outward.y * along,
                    },
                    MARK_MM,
                    MARK_MM,
                )
            }
        };
        match taken.place([0.0, 0.6, -0.6, 1.5].map(mark)) {
            Some(mark) => marks.push(DoorMark {
                mark,
                outward,
                unit: door.unit.clone().map(|unit| (unit, mark)),
            }),
            None => left_out.push(LabelKind::Door),
        }
    }
    marks
}

/// The numbers of the units, each beside the triangle of its door.
fn place_units(
    doors: Vec<DoorMark>,
    taken: &mut Taken,
    left_out: &mut Vec<LabelKind>,
) -> Vec<DoorMark> {
    let place = |mut door: DoorMark| {
        let Some((unit, _)) = door.unit.take() else {
            return door;
        };
        let unit = cut(&unit, 5.0, true);
        let box_width = (width(&unit, true) * UNIT_MM + 1.6).max(UNIT_BOX_MM);
        let spots = around(door.mark.middle, door.outward, &[4.2, 5.2, 6.5, 8.5]);
        match taken.place(spots.map(|at| Box2::upright(at, box_width, UNIT_BOX_MM))) {
            Some(at) => door.unit = Some((unit, at)),
            None => left_out.push(LabelKind::Unit),
        }
        door
    };
    doors.into_iter().map(place).collect()
}

/// The largest font for numbers at which they do not hide the buildings.
fn largest_number(ground: &Ground<'_>) -> f64 {
    const HIGHER: f64 = 1.35;
    const ALWAYS_MM: f64 = 6.0;
    let mut depths: Vec<f64> = ground
        .content
        .houses
        .iter()
        .filter_map(|h| h.rings.first())
        .map(|ring| depth(&ground.page(ring)))
        .collect();
    depths.sort_by(f64::total_cmp);
    let middle = depths.get(depths.len() / 2).copied().unwrap_or(0.0);
    (HIGHER * middle / DIGITS).max(ALWAYS_MM)
}

/// The extent of a building across its longest side, on the page.
fn depth(ring: &[Coord<f64>]) -> f64 {
    let along = longest_side(ring);
    let across = ring.iter().map(|c| c.y * along.x - c.x * along.y);
    let (least, most) = across.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
        (a.min(v), b.max(v))
    });
    (most - least).max(0.0)
}

/// The direction of the longest side of a ring.
fn longest_side(ring: &[Coord<f64>]) -> Coord<f64> {
    let length = |e: &[Coord<f64>]| (e[1].x - e[0].x).hypot(e[1].y - e[0].y);
    let longest = ring
        .windows(2)
        .max_by(|a, b| length(a).total_cmp(&length(b)));
    match longest.filter(|e| length(e) > 1e-9) {
        Some(e) => Coord {
            x: (e[1].x - e[0].x) / length(e),
            y: (e[1].y - e[0].y) / length(e),
        },
        None => Coord { x: 1.0, y: 0.0 },
    }
}

/// The text on a building.
struct HouseLabel<'a> {
    house: &'a House,
    text: String,
    is_number: bool,
}

fn labels_of<'a>(ground: &Ground<'a>) -> Vec<HouseLabel<'a>> {
    let label = |house: &'a House| {
        let name = house.name.as_deref();
        let name = name.map(|n| short(n, &ground.content.name));
        let number = house.number.as_deref().or(name.and_then(number_in));
        let is_number = number.is_some_and(|n| width(n, true) <= LONGEST_NAME);
        Some(HouseLabel {
            house,
            text: cut(number.or(name)?, LONGEST_NAME, true),
            is_number,
        })
    };
    ground.content.houses.iter().filter_map(label).collect()
}

impl HouseLabel<'_> {
    /// Places the label in a font of this size, in millimetres. Returns whether there was room.
    fn place(
        &self,
        ground: &Ground<'_>,
        size: f64,
        taken: &mut Taken,
        placed: &mut Vec<Number>,
    ) -> bool {
        let lift = if self.house.has_lift {
            LIFT * size
        } else {
            0.0
        };
        let tall = if self.text.is_ascii() { DIGITS } else { 1.0 };
        let (width, height) = (width(&self.text, true) * size + lift, tall * size);
        let spots = spots_in(ground, self.house).into_iter();
        let at = taken.place(spots.map(|at| Box2::upright(at, width, height)));
        if let Some(at) = at {
            placed.push(Number {
                text: self.text.clone(),
                size,
                has_lift: self.house.has_lift,
                at,
            });
        }
        at.is_some()
    }
}

/// Returns the number if a name consists only of a number and a word for building: 3 for 3号楼.
fn number_in(name: &str) -> Option<&str> {
    let suffixes = ["号楼", "號樓", "栋", "幢", "座"];
    let number = suffixes.iter().find_map(|s| name.strip_suffix(s))?;
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_alphanumeric());
    is_number.then_some(number)
}

/// Positions for the number of a building: its middle, then others along its longer axis.
fn spots_in(ground: &Ground<'_>, house: &House) -> Vec<Coord<f64>> {
    let middle = ground.frame.page(house.middle);
    let Some(ring) = house.rings.first() else {
        return vec![middle];
    };
    let ring = ground.page(ring);
    let Coord { x: ux, y: uy } = longest_side(&ring);
    let reach = ring
        .iter()
        .map(|c| ((c.x - middle.x) * ux + (c.y - middle.y) * uy).abs())
        .fold(0.0, f64::max);
    let along = [
        0.0, 0.12, -0.12, 0.25, -0.25, 0.4, -0.4, 0.55, -0.55, 0.7, -0.7,
    ];
    let aside = [0.0, 0.8, -0.8, 1.6, -1.6, 2.4, -2.4];
    let spots = aside.into_iter().flat_map(|v| {
        along.into_iter().map(move |t| Coord {
            x: middle.x + ux * reach * t - uy * v,
            y: middle.y + uy * reach * t + ux * v,
        })
    });
    spots.collect()
}

/// The direction on the page from the wall of a building, at a door, to the outside.
fn outward(ground: &Ground<'_>, house: &House, at: Coord<f64>) -> Coord<f64> {
    let middle = ground.frame.page(house.middle);
    let away = Coord {
        x: at.x - middle.x,
        y: at.y - middle.y,
    };
    let rings = house.rings.iter().map(|r| ground.page(r));
    let edge = rings
        .flat_map(|r| {
            r.windows(2)
                .map(|e| to_segment(at, e[0], e[1]))
                .collect::<Vec<_>>()
        })
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let Some(u) = edge.and_then(|(_, u)| u) else {
        let length = away.x.hypot(away.y).max(1e-9);
        return Coord {
            x: away.x / length,
            y: away.y / length,
        };
    };
    let side = if -u.y * away.x + u.x * away.y >= 0.0 {
        1.0
    } else {
        -1.0
    };
    Coord {
        x: -u.y * side,
        y: u.x * side,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_only_a_number_is_shown_as_one() {
        assert_eq!(number_in("3号楼"), Some("3"));
        assert_eq!(number_in("A座"), Some("A"));
        assert_eq!(number_in("家属27号楼"), None);
        assert_eq!((number_in("号楼"), number_in("图书馆")), (None, None));
    }

    #[test]
    fn the_depth_is_measured_across_the_longest_side() {
        let (sin, cos) = 0.5_f64.sin_cos();
        let corners = [(0.0, 0.0), (40.0, 0.0), (40.0, 9.0), (0.0, 9.0), (0.0, 0.0)];
        let ring = corners.map(|(x, y)| Coord {
            x: x * cos - y * sin,
            y: x * sin + y * cos,
        });
        assert!((depth(&ring) - 9.0).abs() < 1e-9);
        assert_eq!(depth(&[]), 0.0);
    }
}
