//! Generates the route network of a synthetic city: streets, gates, lanes and a path to most doors.
//! A block of sixteen buildings has about 90 edges between junctions, so 180,000 buildings make a
//! network of a million edges.

use std::io::{self, Write};

use super::{BLOCK_X_M, BLOCK_Y_M, City, ROWS};
use crate::model::names::collection::{BARRIERS, ENTRANCES, ROUTES};

/// The distance from a block's west side to the lane that runs north between its buildings, in
/// metres.
const AXIS_X_M: f64 = 117.3;
/// The distance from a block's south side to the lane north of its first row of buildings, in
/// metres.
const LANE_Y_M: f64 = 54.0;
/// The distance from one row's lane to the next, in metres.
const ROW_M: f64 = 40.0;
/// The distance from a block's sides to its wall, in metres.
const WALL_M: f64 = 16.0;
/// The index of the row whose lane leads through the east gate.
const GATE_ROW: u64 = 1;
/// One door in this many has no path.
const NO_PATH_EVERY: u64 = 10;

/// A door on the north side of a building: metres east and north of the city's south-west corner, and the index
/// of its row.
pub(super) struct Door {
    pub x: f64,
    pub y: f64,
    pub row: u64,
    pub unit: u64,
    pub building: u64,
}

impl<W: Write> City<W> {
    fn line(&mut self, places: &[(f64, f64)]) -> io::Result<()> {
        self.out
            .write_all(b"{\"type\":\"LineString\",\"coordinates\":[")?;
        for (i, (x, y)) in places.iter().enumerate() {
            if i > 0 {
                self.out.write_all(b",")?;
            }
            self.position(*x, *y)?;
        }
        self.out.write_all(b"]},\"properties\":")
    }

    /// Writes the streets as routes between crossings. Every fifth street is one-way.
    pub(super) fn street_routes(&mut self) -> io::Result<()> {
        for k in 0..=self.side {
            for step in 0..self.side {
                for northward in [true, false] {
                    let (letter, word) = if northward {
                        ("n", "路")
                    } else {
                        ("e", "道")
                    };
                    // `joint` is the vertex at which the lane through a gate meets the street. Each block
                    // has a gate on its south and one on its east side.
                    let (from, joint, to) = if northward {
                        let x = k as f64 * BLOCK_X_M;
                        let gate = LANE_Y_M + GATE_ROW as f64 * ROW_M;
                        let y = step as f64 * BLOCK_Y_M;
                        ((x, y), (x, y + gate), (x, y + BLOCK_Y_M))
                    } else {
                        let (x, y) = (step as f64 * BLOCK_X_M, k as f64 * BLOCK_Y_M);
                        ((x, y), (x + AXIS_X_M, y), (x + BLOCK_X_M, y))
                    };
                    let mut places = [from, joint, to];
                    let oneway = k % 5 == 2;
                    if oneway && k % 2 == 1 {
                        places.reverse();
                    }
                    self.feature(ROUTES, format_args!("s-{letter}-{k}-{step}"))?;
                    self.line(&places)?;
                    let number = k + 1;
                    writeln!(
                        self.out,
                        "{{\"access\":\"yes\",\"ebike\":\"yes\",\"foot\":\"yes\",\"kind\":\"road\",\
                         \"name\":\"第{number}{word}\",\"oneway\":{oneway},\"surface\":\"asphalt\"}}}}"
                    )?;
                }
            }
        }
        Ok(())
    }

    /// Writes the wall, gates, lanes and doors of a block.
    pub(super) fn block_network(&mut self, block: u64, doors: &[Door]) -> io::Result<()> {
        let (x, y) = self.corner(block);
        let (west, south) = (x + WALL_M, y + WALL_M);
        let (east, north) = (x + BLOCK_X_M - WALL_M, y + BLOCK_Y_M - WALL_M);
        let axis = x + AXIS_X_M;
        let lane = |row: u64| y + LANE_Y_M + row as f64 * ROW_M;
        let gate_y = lane(GATE_ROW);
        let walls = [
            vec![(axis + 3.0, south), (east, south), (east, gate_y - 3.0)],
            vec![
                (east, gate_y + 3.0),
                (east, north),
                (west, north),
                (west, south),
                (axis - 3.0, south),
            ],
        ];
        for (n, wall) in walls.iter().enumerate() {
            self.feature(BARRIERS, format_args!("w-{block:06}-{n}"))?;
            self.line(wall)?;
            writeln!(
                self.out,
                "{{\"compound\":\"c-{block:06}\",\"kind\":\"wall\"}}}}"
            )?;
        }
        let side_gate = match block % 4 {
            0 => "\"ebike\":\"no\",\"opening_hours\":\"Mo-Su 06:00-22:00\"",
            1 => "\"ebike\":\"dismount\",\"opening_hours\":\"24/7\"",
            2 => "\"ebike\":\"yes\",\"opening_hours\":\"Mo-Su 05:00-23:30\"",
            _ => {
                "\"ebike\":\"yes\",\"ebike_hours\":\"Mo-Su 09:00-17:00\",\"opening_hours\":\"24/7\""
            }
        };
        let main_gate = "\"ebike\":\"yes\",\"opening_hours\":\"24/7\"";
        for (letter, at, word, rules) in [
            ("s", (axis, south), "南门", main_gate),
            ("e", (east, gate_y), "东门", side_gate),
        ] {
            self.feature(ENTRANCES, format_args!("c-{block:06}-gate-{letter}"))?;
            self.point(at)?;
            let number = block + 1;
            writeln!(
                self.out,
                "{{\"compound\":\"c-{block:06}\",{rules},\"foot\":\"yes\",\"kind\":\"gate\",\
                 \"name\":\"第{number}小区{word}\"}}}}"
            )?;
        }
        self.lanes(block, doors)?;
        for door in doors {
            let building = door.building;
            let unit = door.unit;
            self.feature(ENTRANCES, format_args!("b-{building:07}-{unit}"))?;
            self.point((door.x, door.y))?;
            writeln!(
                self.out,
                "{{\"building\":\"b-{building:07}\",\"ebike\":\"no\",\"foot\":\"yes\",\
                 \"kind\":\"unit_door\",\"unit\":\"{unit}\"}}}}"
            )?;
            if has_path(door) {
                self.feature(ROUTES, format_args!("p-{building:07}-{unit}"))?;
                self.line(&[(door.x, lane(door.row)), (door.x, door.y)])?;
                self.out.write_all(
                    b"{\"access\":\"destination\",\"ebike\":\"dismount\",\"foot\":\"yes\",\
                      \"kind\":\"path\",\"width_m\":1.8}}\n",
                )?;
            }
        }
        Ok(())
    }

    /// Writes the lane north through the south gate and a lane along each row. They share the
    /// positions of their crossings.
    fn lanes(&mut self, block: u64, doors: &[Door]) -> io::Result<()> {
        let (x, y) = self.corner(block);
        let axis = x + AXIS_X_M;
        let lane = |row: u64| y + LANE_Y_M + row as f64 * ROW_M;
        let mut trunk = vec![(axis, y), (axis, y + WALL_M)];
        trunk.extend((0..ROWS).map(|row| (axis, lane(row))));
        self.lane(format_args!("a-{block:06}"), &trunk)?;
        for row in 0..ROWS {
            let mut xs = vec![x + 20.0, axis, x + BLOCK_X_M - 20.0];
            let own = doors.iter().filter(|d| d.row == row && has_path(d));
            xs.extend(own.map(|d| d.x));
            if row == GATE_ROW {
                xs.extend([x + BLOCK_X_M - WALL_M, x + BLOCK_X_M]);
            }
            xs.sort_by(f64::total_cmp);
            let places: Vec<(f64, f64)> = xs.into_iter().map(|x| (x, lane(row))).collect();
            self.lane(format_args!("l-{block:06}-{row}"), &places)?;
        }
        Ok(())
    }

    fn lane(&mut self, id: std::fmt::Arguments<'_>, places: &[(f64, f64)]) -> io::Result<()> {
        self.feature(ROUTES, id)?;
        self.line(places)?;
        self.out.write_all(
            b"{\"access\":\"destination\",\"ebike\":\"yes\",\"foot\":\"yes\",\"kind\":\"lane\",\
              \"max_kmh\":15,\"width_m\":4}}\n",
        )
    }

    fn point(&mut self, at: (f64, f64)) -> io::Result<()> {
        self.out
            .write_all(b"{\"type\":\"Point\",\"coordinates\":")?;
        self.position(at.0, at.1)?;
        self.out.write_all(b"},\"properties\":")
    }
}

fn has_path(door: &Door) -> bool {
    !(door.building * 3 + door.unit).is_multiple_of(NO_PATH_EVERY)
}
