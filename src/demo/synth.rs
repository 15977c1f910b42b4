//! Generates a synthetic city of any size for benchmarks. It is streamed, so a million buildings
//! need little memory.

mod network;

use std::io::{self, BufWriter, Write};

use self::network::Door;
use super::plane::metres_per_degree;
use super::prng::Prng;
use crate::model::names::collection::{BUILDINGS, COMPOUNDS, GREEN, ROADS};

/// The size of a block from street to street, in metres.
const BLOCK_X_M: f64 = 236.0;
const BLOCK_Y_M: f64 = 196.0;
/// The number of rows and of columns of buildings in a block.
const ROWS: u64 = 4;
const COLUMNS: u64 = 4;
/// One block in this many is a green area.
const GREEN_EVERY: u64 = 23;

const CENTRE_LON: f64 = 117.13;
const CENTRE_LAT: f64 = 39.22;

/// Writes a city with exactly `buildings` buildings as newline-delimited GeoJSON. The foreign
/// member `collection` of each feature names its collection. The same seed gives the same city.
/// With `network`, routes, walls, gates and doors are added: about seven times as many features.
///
/// # Errors
/// If `sink` cannot be written to.
pub fn synth(buildings: u64, seed: u64, network: bool, sink: &mut dyn Write) -> io::Result<()> {
    let mut city = City::new(buildings, seed, BufWriter::with_capacity(1 << 20, sink));
    city.network = network;
    city.streets()?;
    if network {
        city.street_routes()?;
    }
    let mut left = buildings;
    let mut block = 0;
    while left > 0 {
        if block % GREEN_EVERY == GREEN_EVERY - 1 {
            city.green(block)?;
        } else {
            let here = left.min(ROWS * COLUMNS);
            city.compound(block, buildings - left, here)?;
            left -= here;
        }
        block += 1;
    }
    city.out.flush()
}

struct City<W: Write> {
    seed: u64,
    network: bool,
    /// The number of blocks along each side of the square city.
    side: u64,
    per_lon: f64,
    per_lat: f64,
    out: W,
}

impl<W: Write> City<W> {
    fn new(buildings: u64, seed: u64, out: W) -> Self {
        let full = buildings.div_ceil(ROWS * COLUMNS);
        let blocks = full + full / (GREEN_EVERY - 1) + 1;
        let side = (blocks as f64).sqrt().ceil().max(1.0) as u64;
        let (per_lat, per_lon) = metres_per_degree(CENTRE_LAT);
        Self {
            seed,
            network: false,
            side,
            per_lon,
            per_lat,
            out,
        }
    }

    /// Writes a position in degrees with 7 decimals. `x` and `y` are metres east and north of the city's
    /// south-west corner.
    fn position(&mut self, x: f64, y: f64) -> io::Result<()> {
        let half = self.side as f64 / 2.0;
        let lon = CENTRE_LON + (x - half * BLOCK_X_M) / self.per_lon;
        let lat = CENTRE_LAT + (y - half * BLOCK_Y_M) / self.per_lat;
        let (lon, lat) = ((lon * 1e7).round() as i64, (lat * 1e7).round() as i64);
        self.out.write_all(b"[")?;
        degrees(&mut self.out, lon)?;
        self.out.write_all(b",")?;
        degrees(&mut self.out, lat)?;
        self.out.write_all(b"]")
    }

    fn feature(&mut self, collection: &str, id: std::fmt::Arguments<'_>) -> io::Result<()> {
        write!(
            self.out,
            "{{\"type\":\"Feature\",\"id\":\"{id}\",\"collection\":\"{collection}\",\"geometry\":"
        )
    }

    fn polygon(&mut self, corners: &[(f64, f64)]) -> io::Result<()> {
        self.out
            .write_all(b"{\"type\":\"Polygon\",\"coordinates\":[[")?;
        for (x, y) in corners {
            self.position(*x, *y)?;
            self.out.write_all(b",")?;
        }
        if let Some((x, y)) = corners.first() {
            self.position(*x, *y)?;
        }
        self.out.write_all(b"]]},\"properties\":")
    }

    /// The south-west corner of a block, in metres.
    fn corner(&self, block: u64) -> (f64, f64) {
        let (column, row) = (block % self.side, block / self.side);
        (column as f64 * BLOCK_X_M, row as f64 * BLOCK_Y_M)
    }

    /// Writes the streets between all blocks, in pieces of ten blocks.
    fn streets(&mut self) -> io::Result<()> {
        for k in 0..=self.side {
            let kind = match k % 6 {
                0 => "primary",
                3 => "secondary",
                _ => "tertiary",
            };
            for from in (0..self.side).step_by(10) {
                let to = (from + 10).min(self.side);
                for northward in [true, false] {
                    let (letter, word) = if northward {
                        ("n", "路")
                    } else {
                        ("e", "道")
                    };
                    self.feature(ROADS, format_args!("r-{letter}-{k}-{from}"))?;
                    self.out
                        .write_all(b"{\"type\":\"LineString\",\"coordinates\":[")?;
                    for step in from..=to {
                        if step > from {
                            self.out.write_all(b",")?;
                        }
                        let (a, b) = (k as f64, step as f64);
                        let (x, y) = if northward { (a, b) } else { (b, a) };
                        self.position(x * BLOCK_X_M, y * BLOCK_Y_M)?;
                    }
                    let number = k + 1;
                    writeln!(
                        self.out,
                        "]}},\"properties\":{{\"kind\":\"{kind}\",\"name\":\"第{number}{word}\"}}}}"
                    )?;
                }
            }
        }
        Ok(())
    }

    fn green(&mut self, block: u64) -> io::Result<()> {
        let (x, y) = self.corner(block);
        self.feature(GREEN, format_args!("g-{block:06}"))?;
        let (x1, y1) = (x + BLOCK_X_M - 18.0, y + BLOCK_Y_M - 18.0);
        self.polygon(&[
            (x + 18.0, y + 18.0),
            (x1, y + 18.0),
            (x1, y1),
            (x + 18.0, y1),
        ])?;
        writeln!(
            self.out,
            "{{\"kind\":\"park\",\"name\":\"第{}公园\"}}}}",
            block / GREEN_EVERY + 1
        )
    }

    fn compound(&mut self, block: u64, first: u64, count: u64) -> io::Result<()> {
        let mut rng = Prng::of("synth", self.seed ^ block.wrapping_mul(0x9e37_79b9));
        let (x, y) = self.corner(block);
        let number = block + 1;
        let (housing, floors): (&str, &[u64]) = match rng.index(10) {
            0..=4 => ("old_estate", &[5, 6, 6]),
            5..=8 => ("commodity", &[6, 11, 18]),
            _ => ("mixed_use", &[18, 26, 32]),
        };
        self.feature(COMPOUNDS, format_args!("c-{block:06}"))?;
        let (x1, y1) = (x + BLOCK_X_M - 16.0, y + BLOCK_Y_M - 16.0);
        self.polygon(&[
            (x + 16.0, y + 16.0),
            (x1, y + 16.0),
            (x1, y1),
            (x + 16.0, y1),
        ])?;
        writeln!(
            self.out,
            "{{\"housing\":\"{housing}\",\"name\":\"第{number}小区\",\"walled\":true}}}}"
        )?;
        let mut doors = Vec::new();
        for i in 0..count {
            let id = first + i + 1;
            let (row, column) = (i / COLUMNS, i % COLUMNS);
            let units = rng.whole(2, 3) as u64;
            let levels = floors[rng.index(floors.len())];
            let (width, depth) = (
                units as f64 * 15.0 - rng.range(0.0, 3.0),
                rng.range(11.0, 13.0),
            );
            let bx = x + 22.0 + column as f64 * 48.5;
            let by = y + 24.0 + row as f64 * 40.0 + rng.range(0.0, 4.0);
            self.feature(BUILDINGS, format_args!("b-{id:07}"))?;
            self.polygon(&[
                (bx, by),
                (bx + width, by),
                (bx + width, by + depth),
                (bx, by + depth),
            ])?;
            writeln!(
                self.out,
                "{{\"compound\":\"c-{block:06}\",\"elevator\":{},\"height_m\":{},\
                 \"households\":{},\"housing\":\"{housing}\",\"kind\":\"residential\",\
                 \"levels\":{levels},\"name\":\"第{number}小区{n}号楼\",\"number\":\"{n}\",\
                 \"units\":{units}}}}}",
                levels > 7,
                levels * 3,
                units * levels * 2,
                n = i + 1,
            )?;
            doors.extend((0..units).map(|unit| Door {
                x: bx + (unit as f64 + 0.5) * width / units as f64,
                y: by + depth,
                row,
                unit: unit + 1,
                building: id,
            }));
        }
        if self.network {
            self.block_network(block, &doors)?;
        }
        Ok(())
    }
}

/// Writes a number of 1e-7 degrees as decimal degrees.
fn degrees(out: &mut impl Write, value: i64) -> io::Result<()> {
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    write!(
        out,
        "{sign}{}.{:07}",
        value / 10_000_000,
        value % 10_000_000
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::{HashMap, HashSet};

    fn city(buildings: u64, seed: u64) -> String {
        made(buildings, seed, false)
    }

    fn made(buildings: u64, seed: u64, network: bool) -> String {
        let mut out = Vec::new();
        synth(buildings, seed, network, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_city_has_as_many_buildings_as_asked_for_and_fits_the_schemas() {
        let schemas: HashMap<String, jsonschema::Validator> = crate::demo::schemas()
            .into_iter()
            .map(|(c, d)| (c.to_string(), jsonschema::draft202012::new(&d).unwrap()))
            .collect();
        let mut ids = HashSet::new();
        for line in made(1003, 7, true).lines() {
            let feature: Value = serde_json::from_str(line).unwrap();
            let collection = feature["collection"].as_str().unwrap();
            assert!(
                schemas[collection].is_valid(&feature["properties"]),
                "{line}"
            );
            assert!(ids.insert((collection.to_owned(), feature["id"].to_string())));
        }
        assert_eq!(ids.iter().filter(|(c, _)| c == "buildings").count(), 1003);
        assert!(ids.iter().any(|(c, _)| c == "green"));
    }

    #[test]
    fn equal_seeds_give_equal_cities_and_others_differ() {
        assert_eq!(city(40, 1), city(40, 1));
        assert_ne!(city(40, 1), city(40, 2));
        assert_eq!(city(0, 1).matches("buildings").count(), 0);
    }

    #[test]
    fn lanes_lead_from_the_streets_through_gates_to_most_doors() {
        let mut next: HashMap<String, Vec<String>> = HashMap::new();
        let (mut doors, mut gates, mut start) = (Vec::new(), Vec::new(), None);
        for line in made(320, 3, true).lines() {
            let feature: Value = serde_json::from_str(line).unwrap();
            let places = &feature["geometry"]["coordinates"];
            match feature["collection"].as_str().unwrap() {
                "routes" => {
                    for pair in places.as_array().unwrap().windows(2) {
                        let (a, b) = (pair[0].to_string(), pair[1].to_string());
                        start.get_or_insert(a.clone());
                        next.entry(a.clone()).or_default().push(b.clone());
                        next.entry(b).or_default().push(a);
                    }
                }
                "entrances" if feature["properties"]["kind"] == "gate" => {
                    gates.push(places.to_string());
                }
                "entrances" => doors.push(places.to_string()),
                _ => {}
            }
        }
        let start = start.unwrap();
        let mut reached = HashSet::from([start.clone()]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for to in &next[&at] {
                if reached.insert(to.clone()) {
                    open.push(to.clone());
                }
            }
        }
        assert_eq!(reached.len(), next.len(), "something is cut off");
        assert_eq!(gates.len(), 2 * 20);
        assert!(gates.iter().all(|gate| reached.contains(gate)));
        let with_path = doors.iter().filter(|door| reached.contains(*door)).count();
        let share = with_path as f64 / doors.len() as f64;
        assert!((0.87..0.93).contains(&share), "{share}");
    }

    #[test]
    fn degrees_keep_their_sign_and_seven_places() {
        let mut out = Vec::new();
        degrees(&mut out, -1_200_003).unwrap();
        assert_eq!(out, b"-0.1200003");
    }
}
