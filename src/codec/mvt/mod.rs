//! Mapbox Vector Tiles, written (specification 2.1).
//!
//! Every feature has a numeric id (MapLibre's `setFeatureState` works through it), its scalar
//! properties and, as `id`, its own id. A tile is nothing but its layers one after the other, so
//! layers are encoded by themselves and joined by appending.

mod message;
mod shape;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use geo_types::Geometry;
use prost::Message as _;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::spatial::tile::{EXTENT, Tile};

pub use shape::TINY;

/// The numeric id of a feature in tiles: 53 bits, so that JavaScript holds it exactly, never 0.
///
/// FNV-1a over the bytes of the id, mixed by the finalizer of SplitMix64 (FNV alone leaves the last
/// bytes in the low bits) and cut to the upper 53 bits. The same id has the same number in every
/// collection, tile and version; two of a million ids share one with a chance of 1 in 18,000.
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

/// Gathers the features of one layer of one tile.
pub struct LayerBuilder<'a> {
    tile: Tile,
    layer: message::Layer,
    keys: HashMap<Cow<'a, str>, u32>,
    values: HashMap<Scalar<'a>, u32>,
}

impl<'a> LayerBuilder<'a> {
    /// An empty layer with the name of its collection.
    pub fn new(tile: Tile, name: &str) -> Self {
        Self {
            tile,
            layer: message::Layer {
                version: 2,
                name: name.to_owned(),
                extent: Some(EXTENT),
                ..Default::default()
            },
            keys: HashMap::new(),
            values: HashMap::new(),
        }
    }

    /// Draws a feature, if anything of it shows in the tile. `properties` is a JSON object, already
    /// without what must not be seen; values that are no scalars are left out.
    pub fn push(&mut self, id: &str, geometry: &Geometry<f64>, properties: Cow<'a, str>) {
        let Some((kind, commands)) = shape::commands(&self.tile, geometry) else {
            return;
        };
        let mut tags = Vec::with_capacity(24);
        // Its own id is nobody else's: no use in looking whether it is there already.
        tags.push(self.key(Cow::Borrowed("id")));
        tags.push(self.layer.values.len() as u32);
        self.layer
            .values
            .push(Scalar::Text(Cow::Borrowed(id)).into_value());
        let pairs = match properties {
            Cow::Borrowed(text) => scalars(text),
            Cow::Owned(text) => scalars(&text)
                .into_iter()
                .map(|(k, v)| (Cow::Owned(k.into_owned()), v.into_owned()))
                .collect(),
        };
        for (key, value) in pairs {
            if key == "id" {
                continue;
            }
            tags.push(self.key(key));
            tags.push(self.value(value));
        }
        self.layer.features.push(message::Feature {
            id: Some(feature_number(id)),
            tags,
            kind: Some(kind as i32),
            geometry: commands,
        });
    }

    /// The layer's bytes as they stand in a tile; `None` if nothing shows.
    pub fn finish(self) -> Option<Vec<u8>> {
        /// Field 3 of a tile, length-delimited.
        const LAYER: u8 = 3 << 3 | 2;
        if self.layer.features.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(self.layer.encoded_len() + 6);
        out.push(LAYER);
        // Writing to a Vec does not run out of room.
        self.layer.encode_length_delimited(&mut out).ok()?;
        Some(out)
    }

    fn key(&mut self, key: Cow<'a, str>) -> u32 {
        if let Some(index) = self.keys.get(&key) {
            return *index;
        }
        let index = self.layer.keys.len() as u32;
        self.layer.keys.push(key.clone().into_owned());
        self.keys.insert(key, index);
        index
    }

    fn value(&mut self, value: Scalar<'a>) -> u32 {
        if let Some(index) = self.values.get(&value) {
            return *index;
        }
        let index = self.layer.values.len() as u32;
        self.layer.values.push(value.clone().into_value());
        self.values.insert(value, index);
        index
    }
}

/// A property value that a tile can carry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    /// The bits of a double.
    Double(u64),
}

impl Scalar<'_> {
    fn into_owned(self) -> Scalar<'static> {
        match self {
            Self::Text(t) => Scalar::Text(Cow::Owned(t.into_owned())),
            Self::Bool(v) => Scalar::Bool(v),
            Self::Unsigned(v) => Scalar::Unsigned(v),
            Self::Signed(v) => Scalar::Signed(v),
            Self::Double(v) => Scalar::Double(v),
        }
    }

    fn into_value(self) -> message::Value {
        let mut value = message::Value::default();
        match self {
            Self::Text(t) => value.string_value = Some(t.into_owned()),
            Self::Bool(v) => value.bool_value = Some(v),
            Self::Unsigned(v) => value.uint_value = Some(v),
            Self::Signed(v) => value.sint_value = Some(v),
            Self::Double(v) => value.double_value = Some(f64::from_bits(v)),
        }
        value
    }
}

/// The scalar members of a JSON object, borrowed from its text where that is possible.
fn scalars(text: &str) -> Vec<(Cow<'_, str>, Scalar<'_>)> {
    serde_json::Deserializer::from_str(text)
        .deserialize_map(ObjectVisitor)
        .unwrap_or_default()
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Vec<(Cow<'de, str>, Scalar<'de>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut out = Vec::with_capacity(12);
        while let Some((key, value)) = map.next_entry::<MaybeScalar<'de>, MaybeScalar<'de>>()? {
            if let (Some(Scalar::Text(key)), Some(value)) = (key.0, value.0) {
                out.push((key, value));
            }
        }
        Ok(out)
    }
}

/// A scalar, or nothing in the place of null, a list or an object.
struct MaybeScalar<'a>(Option<Scalar<'a>>);

impl<'de> serde::Deserialize<'de> for MaybeScalar<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ScalarVisitor).map(Self)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Option<Scalar<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Bool(v)))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Unsigned(v)))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Signed(v)))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Double(v.to_bits())))
    }

    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Text(Cow::Borrowed(v))))
    }

    fn visit_str<E>(self, v: &str) -> Result<Self::Value, E> {
        Ok(Some(Scalar::Text(Cow::Owned(v.to_owned()))))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use geo::{Area, BooleanOps, Winding};
    use geo_types::{Coord, Point, Polygon, coord, line_string, polygon};
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
    fn scalars_go_along_and_the_rest_stays() {
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
        assert_eq!(layer.layer.keys, ["id", "kind"]);
        assert_eq!(layer.layer.values.len(), 4);
    }

    #[test]
    fn numbers_are_stable_exact_in_javascript_and_differ() {
        assert_eq!(feature_number("a"), 96_858_892_993_156);
        assert_eq!(feature_number("way/1"), 3_578_549_769_105_519);
        let numbers: std::collections::HashSet<u64> = (0..100_000)
            .map(|n| feature_number(&format!("way/{n}")))
            .collect();
        assert_eq!(numbers.len(), 100_000);
        assert!(numbers.iter().all(|n| *n > 0 && *n < 1 << 53));
    }

    #[test]
    fn a_line_that_leaves_the_tile_and_comes_back_is_two() {
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

    /// Rectangles with a hole, of many sizes, somewhere about the tile.
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
        fn a_polygon_keeps_its_area_in_the_frame_and_is_wound_as_the_specification_says(
            p in a_polygon(Tile::new(14, 6232, 13521).unwrap()),
        ) {
            let tile = Tile::new(14, 6232, 13521).unwrap();
            let projected = geo::MapCoords::map_coords(&p, |c| tile.project(c));
            let exact = projected.intersection(&Tile::frame().to_polygon()).unsigned_area();
            match drawn(tile, &p.into(), "{}") {
                None => prop_assert!(exact < 9000.0, "{exact}"),
                Some(f) => {
                    let q = the_polygon(f.geometry);
                    // Rounding moves an edge by up to half a unit, simplification by two.
                    let area = f64::from(q.unsigned_area());
                    prop_assert!((area - exact).abs() < 2.5 * 4.0 * 4300.0, "{area} {exact}");
                    // The reader keeps y to the south: clockwise as seen is counter-clockwise there.
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
