//! The schema of a collection: one JSON Schema document that validates input, documents the data and
//! decides who sees which property.
//!
//! Keywords of ours, beside JSON Schema's own:
//!
//! | keyword | where | meaning |
//! | --- | --- | --- |
//! | `x-onemap-title-en`, `x-onemap-description-en` | anywhere | the English beside `title`, `description` (Chinese) |
//! | `x-onemap-geometry` | top | the geometry types allowed, of `Point`, `LineString`, `Polygon` (the Multi types go with them) |
//! | `x-onemap-role` | property | the least role that sees it |
//! | `x-onemap-write-role` | top | the least role that writes items (default `steward`) |
//! | `x-onemap-read-only` | top | items are not written directly; the text says how they change |
//! | `x-onemap-minzoom` | top | the least zoom at which tiles carry it |
//! | `x-onemap-datetime` | top | the property that is a feature's time, by which `datetime=` asks |
//! | `x-onemap-scope` | top | `{"unit": property, "community": property}`: whose a feature is, which decides together with the roles who sees it ([`View`](super::View)) |
//! | `x-onemap-link` | property | the collection whose id it holds |
//! | `x-onemap-photos` | property | a list of photos (`/api/photos`): ids, or objects with an `id` |

use std::collections::BTreeMap;

use geo_types::Geometry;
use serde_json::Value;

use super::{CollectionId, Role, RoleSet};

/// Why a document is no schema of a collection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schema of {collection:?}: {place}: {problem}")]
pub struct SchemaError {
    /// The collection, or the file's name.
    pub collection: String,
    /// A JSON pointer to the place.
    pub place: String,
    /// What is wrong and what was expected.
    pub problem: String,
}

/// The dimension of what a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GeometryKind {
    /// Point and MultiPoint.
    Point,
    /// LineString and MultiLineString.
    Line,
    /// Polygon and MultiPolygon.
    Polygon,
}

impl GeometryKind {
    /// The kind of a geometry; `None` for a mixed collection.
    pub fn of(geometry: &Geometry<f64>) -> Option<Self> {
        Some(match geometry {
            Geometry::Point(_) | Geometry::MultiPoint(_) => Self::Point,
            Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => {
                Self::Line
            }
            Geometry::Polygon(_)
            | Geometry::MultiPolygon(_)
            | Geometry::Rect(_)
            | Geometry::Triangle(_) => Self::Polygon,
            Geometry::GeometryCollection(_) => return None,
        })
    }

    /// GeoJSON's name of the single type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::Line => "LineString",
            Self::Polygon => "Polygon",
        }
    }
}

/// What the schema says of one property.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertySchema {
    /// Its name.
    pub name: String,
    /// Chinese title; the name where there is none.
    pub title_zh: String,
    /// English title; the name where there is none.
    pub title_en: String,
    /// JSON Schema's type: `string`, `integer`, `number`, `boolean`, `array`, `object`.
    pub kind: String,
    /// The values allowed, where they are listed.
    pub values: Vec<String>,
    /// The least role that sees it.
    pub role: Role,
    /// Whether a feature must have it.
    pub required: bool,
    /// The collection whose id it holds.
    pub link: Option<CollectionId>,
    /// Whether it lists photos.
    pub photos: bool,
}

/// The properties of a collection that say whose a feature is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The property with the id of the member unit in charge.
    pub unit: Option<String>,
    /// The property with the id of the community.
    pub community: Option<String>,
}

/// The schema of one collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The collection.
    pub collection: CollectionId,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Chinese description.
    pub description_zh: String,
    /// English description.
    pub description_en: String,
    /// The kinds of geometry allowed; empty allows all.
    pub geometry: Vec<GeometryKind>,
    /// Properties in the document's order of names.
    pub properties: BTreeMap<String, PropertySchema>,
    /// The least role that writes items.
    pub write_role: Role,
    /// How its features change, where items can't be written directly.
    pub read_only: Option<String>,
    /// The least zoom at which tiles carry it.
    pub minzoom: u8,
    /// The property that is a feature's time, where it has one.
    pub time: Option<String>,
    /// Whose a feature is.
    pub scope: Scope,
    /// The document itself.
    pub document: Value,
}

impl Schema {
    /// Reads a schema document.
    pub fn parse(collection: &CollectionId, document: Value) -> Result<Self, SchemaError> {
        let fail = |place: &str, problem: String| SchemaError {
            collection: collection.to_string(),
            place: place.to_owned(),
            problem,
        };
        let Some(top) = document.as_object() else {
            return Err(fail("/", "expected a JSON object".into()));
        };
        let text = |key: &str, default: &str| -> Result<String, SchemaError> {
            match top.get(key) {
                None => Ok(default.to_owned()),
                Some(Value::String(s)) => Ok(s.clone()),
                Some(other) => Err(fail(
                    &format!("/{key}"),
                    format!("expected a text, found {other}"),
                )),
            }
        };

        let mut geometry = Vec::new();
        if let Some(list) = top.get("x-onemap-geometry") {
            let place = "/x-onemap-geometry";
            let Some(list) = list.as_array() else {
                return Err(fail(place, format!("expected a list, found {list}")));
            };
            for name in list {
                geometry.push(match name.as_str() {
                    Some("Point" | "MultiPoint") => GeometryKind::Point,
                    Some("LineString" | "MultiLineString") => GeometryKind::Line,
                    Some("Polygon" | "MultiPolygon") => GeometryKind::Polygon,
                    _ => {
                        return Err(fail(
                            place,
                            format!("expected Point, LineString or Polygon, found {name}"),
                        ));
                    }
                });
            }
            geometry.sort();
            geometry.dedup();
        }

        let role_at = |value: Option<&Value>, place: &str, default: Role| match value {
            None => Ok(default),
            Some(v) => v
                .as_str()
                .unwrap_or_default()
                .parse::<Role>()
                .map_err(|e| fail(place, e.to_string())),
        };

        let flag_at = |value: Option<&Value>, place: &str, key: &str| match value {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(fail(
                &format!("{place}/{key}"),
                format!("expected true or false, found {other}"),
            )),
        };

        let required: Vec<&str> = top
            .get("required")
            .and_then(Value::as_array)
            .map(|a| a.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let mut properties = BTreeMap::new();
        if let Some(map) = top.get("properties") {
            let Some(map) = map.as_object() else {
                return Err(fail(
                    "/properties",
                    format!("expected an object, found {map}"),
                ));
            };
            for (name, spec) in map {
                let place = format!("/properties/{name}");
                let said = |key: &str| spec.get(key).and_then(Value::as_str);
                let link = match said("x-onemap-link") {
                    None => None,
                    Some(c) => Some(
                        CollectionId::new(c)
                            .map_err(|e| fail(&format!("{place}/x-onemap-link"), e.to_string()))?,
                    ),
                };
                properties.insert(
                    name.clone(),
                    PropertySchema {
                        name: name.clone(),
                        title_zh: said("title").unwrap_or(name).to_owned(),
                        title_en: said("x-onemap-title-en").unwrap_or(name).to_owned(),
                        kind: kind_of(spec).to_owned(),
                        values: spec
                            .get("enum")
                            .and_then(Value::as_array)
                            .map(|a| a.iter().filter_map(Value::as_str).map(Into::into).collect())
                            .unwrap_or_default(),
                        role: role_at(
                            spec.get("x-onemap-role"),
                            &format!("{place}/x-onemap-role"),
                            Role::Public,
                        )?,
                        required: required.contains(&name.as_str()),
                        photos: flag_at(spec.get("x-onemap-photos"), &place, "x-onemap-photos")?,
                        link,
                    },
                );
            }
        }

        let minzoom = match top.get("x-onemap-minzoom") {
            None => 0,
            Some(v) => v
                .as_u64()
                .and_then(|z| u8::try_from(z).ok())
                .filter(|z| *z <= 24)
                .ok_or_else(|| {
                    fail(
                        "/x-onemap-minzoom",
                        format!("expected a whole number from 0 to 24, found {v}"),
                    )
                })?,
        };

        let time = match top.get("x-onemap-datetime") {
            None => None,
            Some(Value::String(name)) if properties.contains_key(name) => Some(name.clone()),
            Some(other) => {
                return Err(fail(
                    "/x-onemap-datetime",
                    format!("expected the name of a property, found {other}"),
                ));
            }
        };

        let mut scope = Scope::default();
        if let Some(names) = top.get("x-onemap-scope") {
            let place = "/x-onemap-scope";
            let expected = "expected {\"unit\": a property, \"community\": a property}";
            let Some(names) = names.as_object() else {
                return Err(fail(place, format!("{expected}, found {names}")));
            };
            for (of, name) in names {
                let named = name.as_str().filter(|n| properties.contains_key(*n));
                let slot = match of.as_str() {
                    "unit" => &mut scope.unit,
                    "community" => &mut scope.community,
                    other => return Err(fail(place, format!("{expected}, found {other:?}"))),
                };
                *slot = Some(
                    named
                        .ok_or_else(|| {
                            let problem = format!("expected the name of a property, found {name}");
                            fail(&format!("{place}/{of}"), problem)
                        })?
                        .to_owned(),
                );
            }
        }

        Ok(Self {
            collection: collection.clone(),
            title_zh: text("title", collection.as_str())?,
            title_en: text("x-onemap-title-en", collection.as_str())?,
            description_zh: text("description", "")?,
            description_en: text("x-onemap-description-en", "")?,
            geometry,
            properties,
            write_role: role_at(
                top.get("x-onemap-write-role"),
                "/x-onemap-write-role",
                Role::Steward,
            )?,
            read_only: match top.get("x-onemap-read-only") {
                None => None,
                Some(_) => Some(text("x-onemap-read-only", "")?),
            },
            minzoom,
            time,
            scope,
            document,
        })
    }

    /// The names of the properties that an account with these roles must not see.
    pub fn hidden_from(&self, roles: impl Into<RoleSet>) -> impl Iterator<Item = &str> {
        let roles = roles.into();
        self.properties
            .values()
            .filter(move |p| !roles.includes(p.role))
            .map(|p| p.name.as_str())
    }

    /// The properties that list photos.
    pub fn photo_lists(&self) -> impl Iterator<Item = &PropertySchema> {
        self.properties.values().filter(|p| p.photos)
    }

    /// Whether anything is protected at all.
    pub fn protects(&self) -> bool {
        self.hidden_from(Role::Public).next().is_some()
    }
}

fn kind_of(spec: &Value) -> &str {
    match spec.get("type") {
        Some(Value::String(s)) => s,
        Some(Value::Array(a)) => a
            .iter()
            .filter_map(Value::as_str)
            .find(|t| *t != "null")
            .unwrap_or("string"),
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(document: Value) -> Result<Schema, SchemaError> {
        Schema::parse(&CollectionId::new("entrances").unwrap(), document)
    }

    #[test]
    fn a_protected_property_is_hidden_below_its_role() {
        let schema = parse(json!({
            "title": "出入口",
            "x-onemap-geometry": ["Point"],
            "properties": {
                "name": {"type": "string"},
                "access_code": {"type": "string", "x-onemap-role": "rider"},
            },
        }))
        .unwrap();
        assert!(schema.protects());
        assert_eq!(
            schema.hidden_from(Role::Public).collect::<Vec<_>>(),
            ["access_code"]
        );
        assert_eq!(schema.hidden_from(Role::Rider).count(), 0);
    }

    #[test]
    fn a_wrong_schema_names_the_place_and_what_was_expected() {
        let e = parse(json!({"x-onemap-geometry": ["Circle"]})).unwrap_err();
        assert_eq!(
            e.to_string(),
            "schema of \"entrances\": /x-onemap-geometry: \
             expected Point, LineString or Polygon, found \"Circle\""
        );
        let e = parse(json!({"properties": {"a": {"x-onemap-role": "king"}}})).unwrap_err();
        assert_eq!(e.place, "/properties/a/x-onemap-role");
        let e = parse(json!({"x-onemap-datetime": "when"})).unwrap_err();
        assert_eq!(e.place, "/x-onemap-datetime");
    }
}
