//! Generates the streets, the canal and the blocks between them.
//!
//! Eight streets (路) run north and seven (道) east. The canal also runs from west to east, with a road on each
//! bank. No street is quite straight or quite parallel to the next.

use super::names::{PLOTS, Plot};
use super::plane::{Block, Pt, along, cut, left, meet, nearest, offset, pt, unit};

/// The class of a street, which determines its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Arterial (主干路).
    Primary,
    /// Collector (次干路).
    Secondary,
    /// Local street (支路).
    Tertiary,
    /// A road along the canal or a lane between estates (里巷).
    Residential,
}

impl Class {
    /// The width of the roadway in metres.
    pub fn roadway_m(self) -> f64 {
        match self {
            Self::Primary => 30.0,
            Self::Secondary => 20.0,
            Self::Tertiary => 12.0,
            Self::Residential => 7.0,
        }
    }

    /// The distance from the centre line to the blocks, in metres.
    pub fn half_m(self) -> f64 {
        match self {
            Self::Primary => 25.0,
            Self::Secondary => 17.0,
            Self::Tertiary => 11.0,
            Self::Residential => 6.5,
        }
    }

    /// The number of lanes in both directions together.
    pub fn lanes(self) -> u8 {
        match self {
            Self::Primary => 6,
            Self::Secondary => 4,
            Self::Tertiary => 2,
            Self::Residential => 1,
        }
    }

    /// The value of the OpenStreetMap tag `highway`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Tertiary => "tertiary",
            Self::Residential => "residential",
        }
    }
}

/// A street.
#[derive(Debug, Clone)]
pub struct Street {
    /// The part of feature ids that names the street.
    pub slug: &'static str,
    /// The name of the street.
    pub name: &'static str,
    /// The class of the street.
    pub class: Class,
    /// Whether the street is one-way, in the direction of its line.
    pub oneway: bool,
    /// The centre line; two pieces if there is no bridge over the canal.
    pub lines: Vec<Vec<Pt>>,
}

/// One side of a block.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    /// The index in [`Town::streets`] of the street along this side.
    pub street: usize,
    /// The distance from the block's outer line to the block itself, in metres.
    pub half_m: f64,
    /// Whether the canal runs along this side.
    pub canal: bool,
}

/// A block between streets.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The use and name of the block.
    pub plot: Plot,
    /// The outline along the centre lines of the streets around the block.
    pub outer: Block,
    /// The sides: south, east, north, west.
    pub sides: [Side; 4],
}

impl Cell {
    /// The outline of the block inside the streets.
    pub fn block(&self) -> Block {
        // A bend that is closer to a corner than the width of the widest street disappears in that
        // corner.
        self.outer
            .without_short_edges(44.0)
            .inset(self.sides.map(|s| s.half_m))
            .without_short_edges(30.0)
    }
}

/// The streets, the canal and the blocks.
#[derive(Debug, Clone)]
pub struct Town {
    /// The streets.
    pub streets: Vec<Street>,
    /// The blocks: rows from south to north, each from west to east.
    pub cells: Vec<Cell>,
    /// The middle of the canal, from west to east.
    pub canal: Vec<Pt>,
    /// The bridges over the canal: index of the street and position.
    pub bridges: Vec<(usize, Pt)>,
}

/// Half the width of the canal's water, in metres.
pub const CANAL_HALF_M: f64 = 13.0;
/// The distance from the middle of the canal to the footpath on the embankment, in metres.
pub const BANK_PATH_M: f64 = 20.0;
/// The distance from the middle of the canal to the road on the bank, in metres.
pub const BANK_ROAD_M: f64 = 32.0;
/// The distance from the middle of the canal to the blocks, in metres.
const CANAL_SIDE_M: f64 = 40.0;
/// The length of streets outside of the district, in metres.
const BEYOND_M: f64 = 170.0;

/// A line of the plan: a straight line with a slight wave.
struct Line {
    slug: &'static str,
    name: &'static str,
    class: Class,
    oneway: i8,
    base: f64,
    tilt: f64,
    wave_m: f64,
    length_m: f64,
    phase: f64,
}

impl Line {
    fn at(&self, along: f64) -> f64 {
        self.base + self.tilt * along + self.wave_m * (along / self.length_m + self.phase).sin()
    }
}

#[rustfmt::skip]
const NORTHWARD: [Line; 8] = [
    line("guoyuan-xi-lu", "果园西路", Class::Secondary, 0, -1058.0, 0.022, 0.0, 1.0, 0.0),
    line("chenxing-lu", "辰兴路", Class::Tertiary, 0, -756.0, -0.010, 0.0, 1.0, 0.0),
    line("danfeng-lu", "丹凤路", Class::Secondary, 0, -448.0, 0.004, 0.0, 1.0, 0.0),
    line("guoyuan-zhong-lu", "果园中路", Class::Primary, 0, -128.0, 0.012, 22.0, 420.0, 0.4),
    line("chaoyang-lu", "朝阳路", Class::Tertiary, 0, 180.0, -0.006, 0.0, 1.0, 0.0),
    line("wenquan-lu", "温泉路", Class::Secondary, 0, 484.0, 0.018, 0.0, 1.0, 0.0),
    line("xusheng-lu", "旭升路", Class::Tertiary, 1, 786.0, -0.014, 0.0, 1.0, 0.0),
    line("guoyuan-dong-lu", "果园东路", Class::Primary, 0, 1084.0, 0.010, 0.0, 1.0, 0.0),
];

/// The index of the canal among the east-west lines.
const CANAL: usize = 4;

#[rustfmt::skip]
const EASTWARD: [Line; 8] = [
    line("dongsheng-dao", "东升道", Class::Secondary, 0, -1010.0, 0.012, 0.0, 1.0, 0.0),
    line("xinhua-dao", "新华道", Class::Tertiary, 1, -748.0, -0.006, 0.0, 1.0, 0.0),
    line("xiaguang-dao", "霞光道", Class::Tertiary, -1, -492.0, 0.005, 0.0, 1.0, 0.0),
    line("xuri-dao", "旭日道", Class::Secondary, 0, -236.0, -0.010, 0.0, 1.0, 0.0),
    line("guoyuan-he", "果园河", Class::Residential, 0, 60.0, 0.014, 34.0, 290.0, 0.9),
    line("duwang-dao", "都旺道", Class::Tertiary, 0, 366.0, 0.004, 0.0, 1.0, 0.0),
    line("chenqing-dao", "辰庆道", Class::Secondary, 0, 640.0, -0.008, 15.0, 520.0, 2.2),
    line("guoyuan-bei-dao", "果园北道", Class::Primary, 0, 930.0, 0.015, 0.0, 1.0, 0.0),
];

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn line(
    slug: &'static str,
    name: &'static str,
    class: Class,
    oneway: i8,
    base: f64,
    tilt: f64,
    wave_m: f64,
    length_m: f64,
    phase: f64,
) -> Line {
    Line {
        slug,
        name,
        class,
        oneway,
        base,
        tilt,
        wave_m,
        length_m,
        phase,
    }
}

/// The streets without a bridge, which end at the canal: indices into [`NORTHWARD`].
const NO_BRIDGE: [usize; 2] = [1, 6];

/// The crossing of the i-th line north with the j-th line east.
fn node(i: usize, j: usize) -> Pt {
    let mut p = pt(NORTHWARD[i].base, EASTWARD[j].base);
    // Both slopes are far below 1, so the iteration converges to well under a micrometre.
    for _ in 0..40 {
        p = pt(NORTHWARD[i].at(p.y), EASTWARD[j].at(p.x));
    }
    p
}

/// The points of the i-th line north between two positions, without the last one.
fn northward(i: usize, from: Pt, to: Pt) -> Vec<Pt> {
    wavy(&NORTHWARD[i], from.y, to.y, from, |line, y| {
        pt(line.at(y), y)
    })
}

fn eastward(j: usize, from: Pt, to: Pt) -> Vec<Pt> {
    wavy(&EASTWARD[j], from.x, to.x, from, |line, x| {
        pt(x, line.at(x))
    })
}

fn wavy(line: &Line, a: f64, b: f64, from: Pt, place: impl Fn(&Line, f64) -> Pt) -> Vec<Pt> {
    let steps = if line.wave_m == 0.0 {
        1
    } else {
        ((b - a).abs() / 55.0).ceil().max(1.0) as usize
    };
    let mut out = vec![from];
    out.extend((1..steps).map(|k| place(line, a + (b - a) * k as f64 / steps as f64)));
    out
}

/// Plans the town. The result is always the same.
pub fn plan() -> Town {
    let canal = canal_line();
    let mut streets: Vec<Street> = Vec::new();
    let banks = [
        ("yinhe-nan-dao", "引河南道", offset(&canal, -BANK_ROAD_M)),
        ("yinhe-bei-dao", "引河北道", offset(&canal, BANK_ROAD_M)),
    ];
    let mut bridges = Vec::new();
    for (i, line) in NORTHWARD.iter().enumerate() {
        let y0 = node(i, 0).y - BEYOND_M;
        let y1 = node(i, 7).y + BEYOND_M;
        let mut whole = Vec::new();
        let mut last = pt(line.at(y0), y0);
        for j in 0..8 {
            whole.extend(northward(i, last, node(i, j)));
            last = node(i, j);
        }
        whole.extend(northward(i, last, pt(line.at(y1), y1)));
        whole.push(pt(line.at(y1), y1));
        let lines = if NO_BRIDGE.contains(&i) {
            split_at_banks(&whole, &banks[0].2, &banks[1].2)
        } else {
            bridges.push((i, node(i, CANAL)));
            vec![whole]
        };
        streets.push(street(line, lines));
    }
    for (j, line) in EASTWARD.iter().enumerate() {
        if j == CANAL {
            continue;
        }
        let x0 = node(0, j).x - BEYOND_M;
        let x1 = node(7, j).x + BEYOND_M;
        let mut whole = Vec::new();
        let mut last = pt(x0, line.at(x0));
        for i in 0..8 {
            whole.extend(eastward(j, last, node(i, j)));
            last = node(i, j);
        }
        whole.extend(eastward(j, last, pt(x1, line.at(x1))));
        whole.push(pt(x1, line.at(x1)));
        streets.push(street(line, vec![whole]));
    }
    for (slug, name, line) in banks {
        streets.push(Street {
            slug,
            name,
            class: Class::Residential,
            oneway: false,
            lines: vec![line],
        });
    }
    Town {
        streets,
        cells: cells(),
        canal,
        bridges,
    }
}

fn street(line: &Line, mut lines: Vec<Vec<Pt>>) -> Street {
    if line.oneway < 0 {
        lines.iter_mut().for_each(|l| l.reverse());
    }
    Street {
        slug: line.slug,
        name: line.name,
        class: line.class,
        oneway: line.oneway != 0,
        lines,
    }
}

fn canal_line() -> Vec<Pt> {
    let (from, to) = (node(0, CANAL).x - 260.0, node(7, CANAL).x + 260.0);
    let line = &EASTWARD[CANAL];
    let mut out = eastward(CANAL, pt(from, line.at(from)), pt(to, line.at(to)));
    out.push(pt(to, line.at(to)));
    out
}

/// Divides a street at the canal into pieces that end at the roads on the banks.
fn split_at_banks(whole: &[Pt], south: &[Pt], north: &[Pt]) -> Vec<Vec<Pt>> {
    let hit = |bank: &[Pt]| {
        whole.windows(2).enumerate().find_map(|(k, s)| {
            bank.windows(2).find_map(|b| {
                let (t, u) = meet(s[0], s[1], b[0], b[1])?;
                let on = (0.0..1.0).contains(&t) && (0.0..1.0).contains(&u);
                on.then(|| (k, along(s[0], s[1], t)))
            })
        })
    };
    let (Some((a, pa)), Some((b, pb))) = (hit(south), hit(north)) else {
        return vec![whole.to_vec()];
    };
    let mut first = whole[..=a].to_vec();
    first.push(pa);
    let mut second = vec![pb];
    second.extend_from_slice(&whole[b + 1..]);
    vec![first, second]
}

fn cells() -> Vec<Cell> {
    let mut out = Vec::new();
    for (row, plots) in PLOTS.iter().enumerate() {
        for (col, plot) in plots.iter().enumerate() {
            let (sw, se) = (node(col, row), node(col + 1, row));
            let (nw, ne) = (node(col, row + 1), node(col + 1, row + 1));
            let sides = [
                eastward(row, sw, se),
                northward(col + 1, se, ne),
                back(eastward(row + 1, nw, ne), ne),
                back(northward(col, sw, nw), nw),
            ];
            let mut outer = Block::default();
            for (side, line) in sides.into_iter().enumerate() {
                outer.side.extend(line.iter().map(|_| side));
                outer.ring.extend(line);
            }
            out.push(Cell {
                plot: *plot,
                outer,
                sides: [
                    side_along(row, row == CANAL),
                    side_of(col + 1),
                    side_along(row + 1, row + 1 != CANAL),
                    side_of(col),
                ],
            });
        }
    }
    out
}

/// Reverses a line that lacks its last point `end`. The reversed line begins with `end` and lacks the former
/// first point.
fn back(mut line: Vec<Pt>, end: Pt) -> Vec<Pt> {
    line.push(end);
    line.reverse();
    line.pop();
    line
}

fn side_of(i: usize) -> Side {
    Side {
        street: i,
        half_m: NORTHWARD[i].class.half_m(),
        canal: false,
    }
}

/// The side of a block along the j-th line east; along the canal the street is the road on the
/// north or the south bank.
fn side_along(j: usize, north_bank: bool) -> Side {
    let first = NORTHWARD.len();
    match j {
        CANAL => Side {
            street: first + EASTWARD.len() - 1 + usize::from(north_bank),
            half_m: CANAL_SIDE_M,
            canal: true,
        },
        _ => Side {
            street: first + j - usize::from(j > CANAL),
            half_m: EASTWARD[j].class.half_m(),
            canal: false,
        },
    }
}

impl Town {
    /// Where a ray first meets a street: the position and the index of the street.
    pub fn hit(&self, from: Pt, direction: Pt) -> Option<(Pt, usize)> {
        let mut best: Option<(f64, Pt, usize)> = None;
        for (k, street) in self.streets.iter().enumerate() {
            for s in street.lines.iter().flat_map(|l| l.windows(2)) {
                if let Some((t, u)) = meet(from, from + direction, s[0], s[1])
                    && t > 0.0
                    && (0.0..=1.0).contains(&u)
                    && best.is_none_or(|(far, ..)| t < far)
                {
                    best = Some((t, along(s[0], s[1], u), k));
                }
            }
        }
        best.map(|(_, p, k)| (p, k))
    }

    /// The strip between two distances from the middle of the canal (left is positive), as a ring.
    pub fn canal_strip(&self, from_m: f64, to_m: f64) -> Vec<Pt> {
        let mut ring = offset(&self.canal, from_m.min(to_m));
        let mut back = offset(&self.canal, from_m.max(to_m));
        back.reverse();
        ring.extend(back);
        ring
    }

    /// The parts of a canal strip along the blocks, without the bridges, for green areas.
    pub fn bank_pieces(&self, from_m: f64, to_m: f64, clear_m: f64) -> Vec<Vec<Pt>> {
        let mut pieces = Vec::new();
        let mut rest = self.canal_strip(from_m, to_m);
        for (_, at) in &self.bridges {
            let east = pt(1.0, 0.0);
            let up = left(east);
            let Some((west_part, _)) = cut(&rest, *at - east * clear_m, up) else {
                continue;
            };
            pieces.push(west_part);
            if let Some((_, east_part)) = cut(&rest, *at + east * clear_m, up) {
                rest = east_part;
            }
        }
        pieces.push(rest);
        pieces
    }
}

/// Belts of trees outside of the streets that surround the district, as rings.
pub fn belts() -> Vec<Vec<Pt>> {
    let mut out = Vec::new();
    let mut belt = |a: Pt, b: Pt, ends: (f64, f64), half_m: f64| {
        let e = unit(b - a);
        let (a, b) = (a + e * ends.0, b - e * ends.1);
        let near = left(e) * -(half_m + 5.0);
        let far = left(e) * -(half_m + 27.0);
        out.push(vec![a + far, b + far, b + near, a + near]);
    };
    let clear = |class: Class| class.half_m() + 8.0;
    for i in 0..7 {
        let ends = (clear(NORTHWARD[i].class), clear(NORTHWARD[i + 1].class));
        belt(node(i, 0), node(i + 1, 0), ends, EASTWARD[0].class.half_m());
        let back = (ends.1, ends.0);
        belt(node(i + 1, 7), node(i, 7), back, EASTWARD[7].class.half_m());
    }
    for j in 0..7 {
        let end = |j: usize| {
            if j == CANAL {
                CANAL_SIDE_M + 14.0
            } else {
                clear(EASTWARD[j].class)
            }
        };
        let ends = (end(j), end(j + 1));
        belt(
            node(7, j),
            node(7, j + 1),
            ends,
            NORTHWARD[7].class.half_m(),
        );
        let back = (ends.1, ends.0);
        belt(
            node(0, j + 1),
            node(0, j),
            back,
            NORTHWARD[0].class.half_m(),
        );
    }
    out
}

/// The direction of a block's streets: the mean of its south and north sides, pointing east.
pub fn street_side(cell: &Cell) -> Pt {
    let block = cell.block();
    let east = |side: usize| {
        let corners: Vec<Pt> = block.corners(side).collect();
        let by_x = |a: &&Pt, b: &&Pt| a.x.total_cmp(&b.x);
        corners
            .iter()
            .max_by(by_x)
            .zip(corners.iter().min_by(by_x))
            .map_or(pt(1.0, 0.0), |(a, b)| *a - *b)
    };
    east(0) + east(2)
}

/// The house number on a street: it increases by 2 every 18 m towards the north or the east, and is odd on the left
/// and even on the right of one who goes in this direction.
pub fn house_number(street: &Street, at: Pt) -> i64 {
    let line = street.lines.concat();
    let vertical = line
        .first()
        .zip(line.last())
        .is_some_and(|(a, b)| (b.y - a.y).abs() > (b.x - a.x).abs());
    let on = nearest(&line, at);
    let (way, right) = if vertical {
        (at.y, at.x > on.x)
    } else {
        (at.x, at.y < on.y)
    };
    let step = ((way + 1400.0) / 18.0).floor() as i64;
    step * 2 - 40 - i64::from(!right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::plane::{area, contains, middle};

    #[test]
    fn blocks_lie_inside_their_cells_and_run_counter_clockwise() {
        let town = plan();
        assert_eq!(town.cells.len(), 49);
        for cell in &town.cells {
            let block = cell.block();
            assert!(area(&cell.outer.ring) > area(&block.ring));
            assert!(area(&block.ring) > 20_000.0, "{}", cell.plot.3);
            assert!(block.ring.iter().all(|p| contains(&cell.outer.ring, *p)));
        }
    }

    #[test]
    fn a_ray_south_from_a_block_meets_the_street_on_its_side() {
        let town = plan();
        for cell in &town.cells {
            let from = middle(&cell.block().ring);
            let (_, street) = town.hit(from, pt(0.0, -1.0)).unwrap();
            assert_eq!(street, cell.sides[0].street, "{}", cell.plot.3);
        }
    }
}
