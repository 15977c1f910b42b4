//! Makes ids for features without one, as QGIS and ogr2ogr write them: from the geometry and the name, so that
//! the same feature gets the same id in every file.
//!
//! `docs/import.md` describes the rule. It must not change: a second import would add every feature again.

use std::fmt;
use std::str::FromStr;

use geo_types::{Coord, Geometry, LineString, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::{Body, CollectionId, FeatureId, IdError};

/// The source of the ids of features.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum IdRule {
    /// The member `id`, else the property `id`, else made from geometry and name.
    #[default]
    Own,
    /// A property; a feature without it is rejected.
    Property(String),
    /// The number of the feature in its file, from 1.
    Row,
}

/// The text is not a valid rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `row`, the name of a property, or `property:NAME`")]
pub struct IdRuleError;

impl FromStr for IdRule {
    type Err = IdRuleError;

    /// Parses `row`, the name of a property, or `property:NAME`. `property:row` means the property with the name `row`.
    fn from_str(text: &str) -> Result<Self, IdRuleError> {
        match text.strip_prefix("property:").unwrap_or(text) {
            "" => Err(IdRuleError),
            "row" if text == "row" => Ok(Self::Row),
            name => Ok(Self::Property(name.to_owned())),
        }
    }
}

impl fmt::Display for IdRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => Ok(()),
            Self::Property(name) => write!(f, "property:{name}"),
            Self::Row => f.write_str("row"),
        }
    }
}

impl From<IdRule> for String {
    fn from(rule: IdRule) -> Self {
        rule.to_string()
    }
}

impl TryFrom<String> for IdRule {
    type Error = IdRuleError;

    fn try_from(text: String) -> Result<Self, IdRuleError> {
        if text.is_empty() {
            Ok(Self::Own)
        } else {
            text.parse()
        }
    }
}

/// The properties that may hold a name, the most common first.
const NAMES: [&str; 4] = ["name", "名称", "Name", "NAME"];
/// The number of units in a degree. Positions are rounded to whole units, about 1 cm.
const UNITS: f64 = 1e7;

/// An id made from the collection, the geometry and the name of a feature. Without a geometry, all
/// properties count.
pub(super) fn made(collection: &CollectionId, body: &Body) -> Result<FeatureId, IdError> {
    let mut hash = Sha256::new();
    hash.update(b"onemap feature id 1\0");
    hash.update(collection.as_str());
    hash.update(b"\0");
    match &body.geometry {
        None => hash.update(body.properties.as_str()),
        Some(geometry) => {
            hash.update(name_of(body));
            hash.update(b"\0");
            add_geometry(&mut hash, geometry);
        }
    }
    FeatureId::new(format!("g{}", base32(&hash.finalize()[..10])))
}

fn name_of(body: &Body) -> String {
    let properties = body.properties.to_map();
    let text = |key: &&str| match properties.get(*key)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    NAMES.iter().find_map(text).unwrap_or_default()
}

fn add_geometry(hash: &mut Sha256, geometry: &Geometry<f64>) {
    match geometry {
        Geometry::Point(p) => {
            hash.update(b"P");
            add_coord(hash, p.0);
        }
        Geometry::LineString(line) => {
            hash.update(b"L");
            add_line(hash, &line.0);
        }
        Geometry::Line(l) => {
            hash.update(b"L");
            add_line(hash, &[l.start, l.end]);
        }
        Geometry::Polygon(polygon) => add_polygon(hash, polygon),
        Geometry::Rect(r) => add_polygon(hash, &r.to_polygon()),
        Geometry::Triangle(t) => add_polygon(hash, &t.to_polygon()),
        Geometry::MultiPoint(points) => {
            add_count(hash, b"MP", points.0.len());
            points.0.iter().for_each(|p| add_coord(hash, p.0));
        }
        Geometry::MultiLineString(lines) => {
            add_count(hash, b"ML", lines.0.len());
            lines.0.iter().for_each(|line| add_line(hash, &line.0));
        }
        Geometry::MultiPolygon(polygons) => {
            add_count(hash, b"MA", polygons.0.len());
            polygons.0.iter().for_each(|p| add_polygon(hash, p));
        }
        Geometry::GeometryCollection(members) => {
            add_count(hash, b"C", members.0.len());
            members.0.iter().for_each(|g| add_geometry(hash, g));
        }
    }
}

fn add_polygon(hash: &mut Sha256, polygon: &Polygon<f64>) {
    add_count(hash, b"A", 1 + polygon.interiors().len());
    add_ring(hash, polygon.exterior());
    polygon.interiors().iter().for_each(|r| add_ring(hash, r));
}

/// Rotates a ring so that it begins at its westernmost corner, since programs begin rings at different corners.
fn add_ring(hash: &mut Sha256, ring: &LineString<f64>) {
    let open = match ring.0.as_slice() {
        [first, middle @ .., last] if first == last => &ring.0[..=middle.len()],
        all => all,
    };
    let start = (0..open.len()).min_by_key(|i| units(open[*i])).unwrap_or(0);
    add_count(hash, b"R", open.len());
    for coord in open[start..].iter().chain(&open[..start]) {
        add_coord(hash, *coord);
    }
}

fn add_line(hash: &mut Sha256, coords: &[Coord<f64>]) {
    add_count(hash, b"N", coords.len());
    coords.iter().for_each(|c| add_coord(hash, *c));
}

fn add_count(hash: &mut Sha256, kind: &[u8], count: usize) {
    hash.update(kind);
    hash.update((count as u64).to_le_bytes());
}

fn add_coord(hash: &mut Sha256, coord: Coord<f64>) {
    let (x, y) = units(coord);
    hash.update(x.to_le_bytes());
    hash.update(y.to_le_bytes());
}

fn units(coord: Coord<f64>) -> (i64, i64) {
    (
        (coord.x * UNITS).round() as i64,
        (coord.y * UNITS).round() as i64,
    )
}

/// Crockford's base 32 in lower case: digits and letters that are hard to confuse.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut text = String::new();
    let (mut bits, mut width) = (0u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        width += 8;
        while width >= 5 {
            width -= 5;
            let digit = bits >> width & 31;
            text.push(char::from(DIGITS[digit as usize]));
        }
        bits &= (1 << width) - 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Properties;
    use geo_types::polygon;

    fn id(geometry: Option<Geometry<f64>>, properties: &str) -> String {
        let body = Body {
            geometry,
            properties: Properties::parse(properties).unwrap(),
        };
        made(&CollectionId::new("buildings").unwrap(), &body)
            .unwrap()
            .to_string()
    }

    fn house(shift: f64) -> Geometry<f64> {
        polygon![(x: 117.0 + shift, y: 39.0), (x: 117.001, y: 39.0), (x: 117.001, y: 39.001), (x: 117.0, y: 39.001)]
            .into()
    }

    #[test]
    fn an_id_follows_from_geometry_and_name_alone() {
        // Existing maps have this id, so it must never change.
        assert_eq!(
            id(Some(house(0.0)), r#"{"name":"3号楼"}"#),
            "gak14xgkgvn24wgc9"
        );
        let named = id(Some(house(0.0)), r#"{"name":"3号楼","levels":6}"#);
        assert_eq!(
            named,
            id(Some(house(0.0)), r#"{"levels":7,"name":" 3号楼 "}"#)
        );
        assert_eq!(named, id(Some(house(0.0)), r#"{"名称":"3号楼"}"#));
        // Differences in the 9th decimal, and another first corner.
        assert_eq!(named, id(Some(house(3e-9)), r#"{"name":"3号楼"}"#));
        let turned = polygon![(x: 117.001, y: 39.001), (x: 117.0, y: 39.001), (x: 117.0, y: 39.0), (x: 117.001, y: 39.0)];
        assert_eq!(named, id(Some(turned.into()), r#"{"name":"3号楼"}"#));

        assert_ne!(named, id(Some(house(0.0)), r#"{"name":"4号楼"}"#));
        assert_ne!(named, id(Some(house(1e-6)), r#"{"name":"3号楼"}"#));
        // Without a geometry, all properties count.
        assert_ne!(
            id(None, r#"{"name":"a"}"#),
            id(None, r#"{"kind":"b","name":"a"}"#)
        );
    }

    #[test]
    fn a_rule_is_read_as_it_is_written() {
        for (text, rule) in [
            ("row", IdRule::Row),
            ("fid", IdRule::Property("fid".into())),
            ("property:row", IdRule::Property("row".into())),
        ] {
            assert_eq!(text.parse(), Ok(rule.clone()));
            assert_eq!(rule.to_string().parse(), Ok(rule));
        }
        assert!("".parse::<IdRule>().is_err() && "property:".parse::<IdRule>().is_err());
    }
}
