//! The member `crs` of GeoJSON 2008. RFC 7946 removed it, but many programs still write it: ogr2ogr
//! in the collection, PostGIS (`ST_AsGeoJSON`) in each geometry. The innermost member applies. The
//! first coordinate is longitude or easting, whatever axis order the authority defines.

use serde_json::Value;

use crate::model::{InChinese as _, Localized, both};
use crate::spatial::crs::Crs;

/// The coordinate system that a member `crs` names. The error text says what was expected.
pub fn named(member: &Value) -> Result<Crs, Localized> {
    const EXAMPLE: &str =
        "{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::4490\"}}";
    let name = match member {
        Value::String(name) => name.clone(),
        Value::Object(_) => {
            if member.get("type").and_then(Value::as_str) == Some("link") {
                return Err(both!(
                    "不支持以链接指定坐标系；应形如 {EXAMPLE}",
                    "a coordinate system cannot be given as a link; expected a form like {EXAMPLE}"
                ));
            }
            match (
                member.pointer("/properties/name"),
                member.pointer("/properties/code"),
            ) {
                (Some(Value::String(name)), _) => name.clone(),
                (_, Some(Value::String(code))) => code.clone(),
                (_, Some(Value::Number(code))) => code.to_string(),
                _ => {
                    return Err(both!(
                        "没有指定坐标系；应形如 {EXAMPLE}",
                        "names no coordinate system; expected a form like {EXAMPLE}"
                    ));
                }
            }
        }
        _ => {
            return Err(both!(
                "坐标系应形如 {EXAMPLE}",
                "expected a coordinate system in a form like {EXAMPLE}"
            ));
        }
    };
    name.parse()
        .map_err(|e: crate::spatial::crs::UnknownCrs| e.localized())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_that_programs_write_is_read() {
        for (member, expected) in [
            (
                json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}),
                Some(4490),
            ),
            (
                json!({"type": "name", "properties": {"name": "EPSG:4549"}}),
                Some(4549),
            ),
            (
                json!({"type": "EPSG", "properties": {"code": 3857}}),
                Some(3857),
            ),
            (json!("EPSG:4490"), Some(4490)),
            (
                json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}),
                None,
            ),
        ] {
            assert_eq!(named(&member).unwrap().epsg(), expected, "{member}");
        }
        let older = named(&json!({"type": "name", "properties": {"name": "EPSG:4610"}}));
        assert!(older.unwrap_err().en.contains("Xi'an 1980"));
        for wrong in [
            json!({"type": "link", "properties": {"href": "http://example.com/crs"}}),
            json!({"type": "name", "properties": {}}),
            json!(4490),
        ] {
            assert!(
                named(&wrong).unwrap_err().en.contains("EPSG::4490"),
                "{wrong}"
            );
        }
    }
}
