//! Writes Mapbox Vector Tiles (specification 2.1).
//!
//! Every feature has a numeric id (required by `setFeatureState` of MapLibre), its scalar
//! properties and, as the property `id`, its id on the map. A tile is a concatenation of its
//! layers, so layers are encoded separately and joined by appending.

mod shape;
mod wire;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

use geo::BoundingRect as _;
use geo_types::Geometry;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::spatial::tile::{EXTENT, Tile};
use wire::tag;

pub use shape::TINY;

/// The numeric id of a feature in tiles: 53 bits, which JavaScript represents exactly, and never 0.
///
/// FNV-1a over the bytes of the id, mixed by the finalizer of SplitMix64 (FNV alone leaves the last
/// bytes in the low bits) and cut to the upper 53 bits. The same id has the same number in every
/// collection, tile and version; the chance that any two of a million ids share a number is 1 in
/// 18,000.
pub fn feature_number(id: &str) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for byte in id.bytes() {
        h = (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^= h >> 31;
    (h >> 11).max(1)
}

/// A fast hasher for the tables of a layer, which reads eight bytes at a time. The tables live for
/// one tile only, and the standard hasher, which resists attacks, would take as long as encoding
/// the geometries.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(eight))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

/// The property of a polygon that crosses tile borders, in all of its tiles except the one with its middle. A style
/// that leaves out these features draws one label for each polygon, and not one in each tile.
pub const LABEL_ELSEWHERE: &str = "label_elsewhere";

/// Collects the features of one layer of one tile.
pub struct LayerBuilder<'a> {
    tile: Tile,
    name: String,
    features: Vec<u8>,
    keys: Table<'a>,
    values: Table<'a>,
    pen: shape::Pen,
    tags: Vec<u8>,
}

impl<'a> LayerBuilder<'a> {
    /// An empty layer named after its collection.
    pub fn new(tile: Tile, name: &str) -> Self {
        Self {
            tile,
            name: name.to_owned(),
            features: Vec::new(),
            keys: Table::default(),
            values: Table::default(),
            pen: shape::Pen::default(),
            tags: Vec::new(),
        }
    }

    /// Adds a feature if any part of it lies in the tile. `properties` is a JSON object from which
    /// the caller has removed protected values; values that are not scalars are left out. A polygon
    /// whose middle lies in another tile gets the property [`LABEL_ELSEWHERE`].
    pub fn push(&mut self, id: &str, geometry: &Geometry<f64>, properties: Cow<'a, str>) {
        let Some(kind) = shape::draw(&self.tile, geometry, &mut self.pen) else {
            return;
        };
        self.tags.clear();
        let key = self
            .keys
            .index(Cow::Borrowed("id"), |out| key_bytes(out, "id"));
        // Ids are unique, so the value cannot be in the table already.
        let value = self.values.append(|out| {
            string_value(out, id);
            true
        });
        self.tag(key, value);
        match properties {
            Cow::Borrowed(text) => {
                for (key, value) in members(text) {
                    self.property(key, Cow::Borrowed(value.get()));
                }
            }
            Cow::Owned(text) => {
                for (key, value) in members(&text) {
                    self.property(
                        Cow::Owned(key.into_owned()),
                        Cow::Owned(value.get().to_owned()),
                    );
                }
            }
        }
        if self.is_labelled_elsewhere(geometry) {
            self.property(Cow::Borrowed(LABEL_ELSEWHERE), Cow::Borrowed("true"));
        }

        let number = feature_number(id);
        let commands = self.pen.commands();
        let length = 4
            + wire::varint_len(number)
            + wire::varint_len(self.tags.len() as u64)
            + self.tags.len()
            + 1
            + wire::varint_len(commands.len() as u64)
            + commands.len();
        let out = &mut self.features;
        wire::number(out, tag::LAYER_FEATURE, length as u64);
        wire::number(out, tag::FEATURE_ID, number);
        wire::bytes(out, tag::FEATURE_TAGS, &self.tags);
        wire::number(out, tag::FEATURE_TYPE, kind as u64);
        wire::bytes(out, tag::FEATURE_GEOMETRY, commands);
    }

    /// Whether the geometry is a polygon that lies in several tiles and has its middle in another one.
    fn is_labelled_elsewhere(&self, geometry: &Geometry<f64>) -> bool {
        let (Geometry::Polygon(_) | Geometry::MultiPolygon(_)) = geometry else {
            return false;
        };
        geometry
            .bounding_rect()
            .is_some_and(|area| Tile::at(self.tile.zoom(), area.center()) != self.tile)
    }

    /// `value` is canonical JSON text, so equal texts mean equal values.
    fn property(&mut self, key: Cow<'a, str>, value: Cow<'a, str>) {
        if key == "id" || value.starts_with(['{', '[', 'n']) {
            return;
        }
        let text = value.clone();
        let value = self.values.index(value, |out| scalar_value(out, &text));
        if value.is_some() {
            let name = key.clone();
            let key = self.keys.index(key, |out| key_bytes(out, &name));
            self.tag(key, value);
        }
    }

    fn tag(&mut self, key: Option<u32>, value: Option<u32>) {
        if let (Some(key), Some(value)) = (key, value) {
            wire::varint(&mut self.tags, u64::from(key));
            wire::varint(&mut self.tags, u64::from(value));
        }
    }

    /// The encoded layer; `None` if no feature is visible in the tile.
    pub fn finish(self) -> Option<Vec<u8>> {
        if self.features.is_empty() {
            return None;
        }
        let mut head = Vec::with_capacity(self.name.len() + 16);
        wire::number(&mut head, tag::LAYER_VERSION, 2);
        wire::bytes(&mut head, tag::LAYER_NAME, self.name.as_bytes());
        wire::number(&mut head, tag::LAYER_EXTENT, u64::from(EXTENT));
        let parts = [head, self.features, self.keys.bytes, self.values.bytes];
        let length: usize = parts.iter().map(Vec::len).sum();
        let mut out = Vec::with_capacity(length + 8);
        wire::number(&mut out, tag::TILE_LAYER, length as u64);
        parts.iter().for_each(|p| out.extend_from_slice(p));
        Some(out)
    }
}

/// The keys or the values of a layer. Each is written once, and features reference it by index.
#[derive(Default)]
struct Table<'a> {
    numbers: HashMap<Cow<'a, str>, u32, BuildHasherDefault<Quick>>,
    count: u32,
    bytes: Vec<u8>,
}

impl<'a> Table<'a> {
    /// The index of a text; a new text is appended.
    fn index(
        &mut self,
        text: Cow<'a, str>,
        write: impl FnOnce(&mut Vec<u8>) -> bool,
    ) -> Option<u32> {
        if let Some(number) = self.numbers.get(&text) {
            return Some(*number);
        }
        let number = self.append(write)?;
        self.numbers.insert(text, number);
        Some(number)
    }

    /// Appends an item without looking for an equal one; `None` if there is nothing to write.
    fn append(&mut self, write: impl FnOnce(&mut Vec<u8>) -> bool) -> Option<u32> {
        if !write(&mut self.bytes) {
            return None;
        }
        self.count += 1;
        Some(self.count - 1)
    }
}

fn key_bytes(out: &mut Vec<u8>, key: &str) -> bool {
    wire::bytes(out, tag::LAYER_KEY, key.as_bytes());
    true
}

fn string_value(out: &mut Vec<u8>, text: &str) {
    let length = 1 + wire::varint_len(text.len() as u64) + text.len();
    wire::number(out, tag::LAYER_VALUE, length as u64);
    wire::bytes(out, tag::VALUE_STRING, text.as_bytes());
}

/// Writes a JSON scalar as a value; `false` if it is not a scalar.
fn scalar_value(out: &mut Vec<u8>, json: &str) -> bool {
    let number = |out: &mut Vec<u8>, tag, v| {
        wire::number(out, tag::LAYER_VALUE, 1 + wire::varint_len(v) as u64);
        wire::number(out, tag, v);
    };
    if json.starts_with('"') {
        let Ok(text) = serde_json::from_str::<String>(json) else {
            return false;
        };
        string_value(out, &text);
    } else if let Ok(v) = json.parse::<bool>() {
        number(out, tag::VALUE_BOOL, u64::from(v));
    } else if let Ok(v) = json.parse::<u64>() {
        number(out, tag::VALUE_UINT, v);
    } else if let Ok(v) = json.parse::<i64>() {
        number(out, tag::VALUE_SINT, wire::zigzag(v));
    } else if let Ok(v) = json.parse::<f64>() {
        wire::number(out, tag::LAYER_VALUE, 9);
        out.push(tag::VALUE_DOUBLE);
        out.extend_from_slice(&v.to_le_bytes());
    } else {
        return false;
    }
    true
}

/// The members of a JSON object, borrowed from its text.
fn members(text: &str) -> Vec<(Cow<'_, str>, &RawValue)> {
    serde_json::Deserializer::from_str(text)
        .deserialize_map(ObjectVisitor)
        .unwrap_or_default()
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut out = Vec::with_capacity(16);
        while let Some((Key(key), value)) = map.next_entry()? {
            out.push((key, value));
        }
        Ok(out)
    }
}

/// A key, borrowed unless it has escapes. Serde would always allocate a plain `Cow`.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, Winding};
    use geo_types::{Coord, Point, Polygon, Rect, coord, line_string, polygon};
    use mvt_reader::Reader;
    use mvt_reader::feature::Value as Read;
    use proptest::prelude::*;

    use super::*;

    fn drawn(
        tile: Tile,
        geometry: &Geometry<f64>,
        properties: &str,
    ) -> Option<mvt_reader::feature::Feature<f32>> {
        let mut layer = LayerBuilder::new(tile, "things");
        layer.push("a", geometry, Cow::Borrowed(properties));
        let reader = Reader::new(layer.finish()?).unwrap();
        assert_eq!(reader.get_layer_names().unwrap(), ["things"]);
        reader.get_features(0).unwrap().pop()
    }

    fn the_polygon(geometry: Geometry<f32>) -> Polygon<f32> {
        match geometry {
            Geometry::Polygon(p) => p,
            Geometry::MultiPolygon(m) if m.0.len() == 1 => m.0[0].clone(),
            other => panic!("not one polygon: {other:?}"),
        }
    }

    #[test]
    fn scalar_properties_are_written_and_others_are_left_out() {
        let tile = Tile::at(14, coord! {x: 117.13, y: 39.22});
        let properties = r#"{"b":true,"d":1.5,"id":"x","l":[1,{"a":2}],"n":-3,"o":{"a":1},"s":"温\n泉","u":7,"z":null}"#;
        let f = drawn(tile, &Point::new(117.13, 39.22).into(), properties).unwrap();
        assert_eq!(f.id, Some(feature_number("a")));
        let p = f.properties.unwrap();
        assert_eq!(p["id"], Read::String("a".into()));
        assert_eq!(p["b"], Read::Bool(true));
        assert_eq!(p["d"], Read::Double(1.5));
        assert_eq!(p["n"], Read::SInt(-3));
        assert_eq!(p["s"], Read::String("温\n泉".into()));
        assert_eq!(p["u"], Read::UInt(7));
        assert_eq!(p.len(), 6);
    }

    #[test]
    fn a_polygon_in_several_tiles_has_its_label_in_one_of_them() {
        let west = Tile::new(17, 49_900, 108_170).unwrap();
        let east = Tile::new(17, 49_900, 108_171).unwrap();
        let (seam, y) = (west.bounds().east, west.bounds().north - 0.0005);
        let house = Rect::new(
            coord! {x: seam - 0.0002, y: y},
            coord! {x: seam + 0.0001, y: y + 0.0001},
        );
        let elsewhere = |tile, geometry: &Geometry<f64>| {
            let feature = drawn(tile, geometry, r#"{"number":"17"}"#).unwrap();
            feature.properties.unwrap().contains_key(LABEL_ELSEWHERE)
        };
        assert!(!elsewhere(west, &house.to_polygon().into()));
        assert!(elsewhere(east, &house.to_polygon().into()));
        // A point has no part in another tile.
        assert!(!elsewhere(east, &Point::new(seam - 0.000_01, y).into()));
    }

    #[test]
    fn keys_and_values_are_written_once() {
        let tile = Tile::new(0, 0, 0).unwrap();
        let mut layer = LayerBuilder::new(tile, "things");
        for id in ["a", "b", "c"] {
            layer.push(
                id,
                &Point::new(0.0, 0.0).into(),
                Cow::Borrowed(r#"{"kind":"gate"}"#),
            );
        }
        assert_eq!((layer.keys.count, layer.values.count), (2, 4));
    }

    #[test]
    fn feature_numbers_are_stable_distinct_and_exact_in_javascript() {
        assert_eq!(feature_number("a"), 96_858_892_993_156);
        assert_eq!(feature_number("way/1"), 3_578_549_769_105_519);
        let numbers: std::collections::HashSet<u64> = (0..100_000)
            .map(|n| feature_number(&format!("way/{n}")))
            .collect();
        assert_eq!(numbers.len(), 100_000);
        assert!(numbers.iter().all(|n| *n > 0 && *n < 1 << 53));
    }

    #[test]
    fn a_line_that_leaves_and_reenters_the_tile_becomes_two() {
        let tile = Tile::new(4, 7, 8).unwrap();
        let b = tile.bounds();
        let far = b.east + b.width();
        let line = line_string![
            (x: b.west + 1.0, y: b.south + 5.0), (x: far, y: b.south + 5.0),
            (x: far, y: b.south + 8.0), (x: b.west + 1.0, y: b.south + 8.0),
        ];
        let f = drawn(tile, &line.into(), "{}").unwrap();
        assert!(matches!(f.geometry, Geometry::MultiLineString(m) if m.0.len() == 2));
    }

    /// Random rectangles with a hole, of many sizes, in or near the tile.
    fn a_polygon(tile: Tile) -> impl Strategy<Value = Polygon<f64>> {
        let u = move |x: f64, y: f64| tile.unproject(coord! {x: x, y: y});
        (-3000.0..6000.0, -3000.0..6000.0, 40.0..3000.0, 40.0..3000.0).prop_map(
            move |(x, y, w, h)| {
                let ring = |x: f64, y: f64, w: f64, h: f64| {
                    let c: Vec<Coord<f64>> =
                        vec![u(x, y), u(x + w, y), u(x + w, y + h), u(x, y + h)];
                    geo_types::LineString(c)
                };
                let hole = ring(x + w * 0.3, y + h * 0.3, w * 0.4, h * 0.4);
                Polygon::new(ring(x, y, w, h), vec![hole])
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn a_point_comes_back_within_a_unit(x in -180.0..180.0, y in -85.0..85.0, z in 0u8..20) {
            let place = coord! {x: x, y: y};
            let tile = Tile::at(z, place);
            let f = drawn(tile, &Point(place).into(), "{}").unwrap();
            let exact = tile.project(place);
            let near = |p: &Point<f32>| {
                (f64::from(p.x()) - exact.x).abs() <= 0.5 && (f64::from(p.y()) - exact.y).abs() <= 0.5
            };
            let found = match f.geometry {
                Geometry::Point(p) => near(&p),
                Geometry::MultiPoint(m) => m.0.iter().all(near),
                _ => false,
            };
            prop_assert!(found);
        }

        #[test]
        fn a_polygon_keeps_its_area_and_has_the_specified_winding(
            p in a_polygon(Tile::new(14, 6232, 13521).unwrap()),
        ) {
            let tile = Tile::new(14, 6232, 13521).unwrap();
            let projected = geo::MapCoords::map_coords(&p, |c| tile.project(c));
            let exact = projected.intersection(&Tile::frame().to_polygon()).unsigned_area();
            match drawn(tile, &p.into(), "{}") {
                None => prop_assert!(exact < 9000.0, "{exact}"),
                Some(f) => {
                    let q = the_polygon(f.geometry);
                    // Rounding moves an edge by at most half a unit, simplification by at most two.
                    let area = f64::from(q.unsigned_area());
                    prop_assert!((area - exact).abs() < 2.5 * 4.0 * 4300.0, "{area} {exact}");
                    // The decoder keeps the y axis pointing south, so clockwise on the screen is
                    // counter-clockwise in its coordinates.
                    prop_assert!(q.exterior().is_ccw());
                    prop_assert!(q.interiors().iter().all(|hole| hole.is_cw()));
                }
            }
        }
    }

    #[test]
    fn a_polygon_around_the_tile_fills_it() {
        let tile = Tile::new(14, 6232, 13521).unwrap();
        let huge = polygon![(x: 0., y: 0.), (x: 179., y: 0.), (x: 179., y: 80.), (x: 0., y: 80.)];
        let f = drawn(tile, &huge.into(), "{}").unwrap();
        let p = the_polygon(f.geometry);
        assert_eq!(p.unsigned_area(), (4096.0 + 128.0) * (4096.0 + 128.0));
    }
}
