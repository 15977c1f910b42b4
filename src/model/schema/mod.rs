//! The schema of a collection: a JSON Schema document that validates input, documents the data, and
//! decides who may see which property.
//!
//! Custom keywords in addition to those of JSON Schema:
//!
//! | keyword | where | meaning |
//! | --- | --- | --- |
//! | `x-onemap-title-en`, `x-onemap-description-en` | anywhere | the English beside `title`, `description` (Chinese) |
//! | `x-onemap-geometry` | top | the geometry types allowed, of `Point`, `LineString`, `Polygon` (each includes its Multi type); `["none"]`: features have no geometry |
//! | `x-onemap-role` | property | the lowest role that sees it |
//! | `x-onemap-write-role` | top | the lowest role that writes items (default `steward`), or a list of roles of which one is needed |
//! | `x-onemap-read-only` | top | items are not written directly; the text says how they change: a sentence in Chinese, then in English |
//! | `x-onemap-minzoom` | top | the lowest zoom level whose tiles contain the collection |
//! | `x-onemap-datetime` | top | the property with the time of a feature, to which the query parameter `datetime` applies |
//! | `x-onemap-scope` | top | `{"unit": property, "community": property}`: the properties with the member unit and the community of a feature; together with the roles they decide who sees it ([`View`](super::View)) |
//! | `x-onemap-link` | property | the collection whose feature ids it holds |
//! | `x-onemap-derived-from` | property | the properties from which its text is made: it is shown only to roles that see all of them |
//! | `x-onemap-personal` | property, or one nested in it | personal data: `onemap erase` removes it from all versions |
//! | `x-onemap-erase-after-days` | property, or one nested in it | personal data that is erased this number of days after the time in `x-onemap-erase-since` |
//! | `x-onemap-erase-since` | beside `x-onemap-erase-after-days` | the property with that time, a moment or a day (`closed_at`) |
//! | `x-onemap-recorded` | property | each reading is recorded in the audit (a door code): lists, tiles, the feed and the search never contain it, whatever the role |
//! | `x-onemap-photos` | property | a list of photos (`/api/photos`): ids, or objects with an `id` |
//! | `x-onemap-after` | property | the name of another property; this property's time must be later than the other's |
//! | `x-onemap-origin` | top of a row of `$schemas` | where the schema comes from ([`ORIGIN`]); not part of the schema itself |

mod builtin;
mod overlay;
mod parse;
mod stand_in;

use std::collections::BTreeMap;

use geo_types::Geometry;
use serde_json::{Map, Value};

pub use builtin::{BuiltIns, INFERRED, ORIGIN, OriginKind, built_in_texts};

use super::{CollectionId, Localized, Role, RoleSet};

/// The keyword that marks properties whose reading is recorded in the audit.
const RECORDED: &str = "x-onemap-recorded";

/// The value of `x-onemap-geometry` for features without a geometry.
const NONE: &str = "none";

/// Why a document is not a valid schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("schema of {collection:?}: {place}: {problem}")]
pub struct SchemaError {
    /// The name of the collection or of the file.
    pub collection: String,
    /// A JSON pointer to the invalid value.
    pub place: String,
    /// What is wrong and what was expected.
    pub problem: String,
}

/// A geometry type, independent of the number of parts.
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
    /// The kind of a geometry; `None` for a geometry collection with mixed types.
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

    /// The GeoJSON name of the single (not Multi) type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::Line => "LineString",
            Self::Polygon => "Polygon",
        }
    }
}

/// The schema of one property.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertySchema {
    /// The name of the property.
    pub name: String,
    /// The Chinese title, or the name if there is none.
    pub title_zh: String,
    /// The English title, or the name if there is none.
    pub title_en: String,
    /// The type in JSON Schema: `string`, `integer`, `number`, `boolean`, `array`, `object`.
    pub kind: String,
    /// The allowed values; empty if they are not restricted.
    pub values: Vec<String>,
    /// The lowest role that may see the property.
    pub role: Role,
    /// Whether each reading of the property is recorded in the audit. Such a property occurs only in
    /// responses that record the reading.
    pub recorded: bool,
    /// Whether every feature must have the property.
    pub required: bool,
    /// The collection whose feature ids the property contains.
    pub link: Option<CollectionId>,
    /// Whether the property is a list of photos.
    pub photos: bool,
}

impl PropertySchema {
    /// Whether the property occurs in ordinary responses to an account with these roles and can be
    /// used in queries. Properties whose reading is recorded do not.
    pub fn is_shown_to(&self, roles: RoleSet) -> bool {
        roles.includes(self.role) && !self.recorded
    }
}

/// The properties that name the unit and the community of a feature.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The property with the id of the member unit in charge.
    pub unit: Option<String>,
    /// The property with the id of the community.
    pub community: Option<String>,
}

/// Personal data that is erased a certain time after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseAfter {
    /// The path of the property: `note`, `step/note`.
    pub path: String,
    /// The number of days after the event.
    pub days: u32,
    /// The property with the moment or day of the event.
    pub since: String,
}

/// The schema of one collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The collection that the schema describes.
    pub collection: CollectionId,
    /// The Chinese title.
    pub title_zh: String,
    /// The English title.
    pub title_en: String,
    /// The Chinese description.
    pub description_zh: String,
    /// The English description.
    pub description_en: String,
    /// The allowed geometry types; empty if all are allowed.
    pub geometry: Vec<GeometryKind>,
    /// Whether features of the collection have no geometry.
    pub without_geometry: bool,
    /// The properties, sorted by name.
    pub properties: BTreeMap<String, PropertySchema>,
    /// The lowest roles that may write items; an account needs one of them.
    pub write_roles: Vec<Role>,
    /// The paths of properties with personal data: `note`, `step/note`.
    pub personal: Vec<String>,
    /// The personal data that is erased after a time.
    pub erase_after: Vec<EraseAfter>,
    /// How features change, if clients cannot write them directly; `None` if they can.
    pub read_only: Option<Localized>,
    /// The lowest zoom level whose tiles show the collection.
    pub minzoom: u8,
    /// The property with the time of a feature, if there is one.
    pub time: Option<String>,
    /// The properties that name the unit and the community of a feature.
    pub scope: Scope,
    /// The schema document as JSON.
    pub document: Value,
}

impl Schema {
    /// The places of keywords that have no effect where they are: `x-onemap-role` and
    /// `x-onemap-recorded` inside a property, and `x-onemap-personal` inside the items of a list.
    pub fn unhonoured(
        collection: &CollectionId,
        document: &Map<String, Value>,
    ) -> Vec<SchemaError> {
        overlay::unhonoured(collection, document)
    }

    /// The properties left out of ordinary responses to an account with these roles: those that
    /// need another role, and those whose reading is recorded.
    pub fn hidden_from(&self, roles: impl Into<RoleSet>) -> impl Iterator<Item = &str> {
        let roles = roles.into();
        self.properties
            .values()
            .filter(move |p| !p.is_shown_to(roles))
            .map(|p| p.name.as_str())
    }

    /// The properties that an account with these roles may neither read nor write.
    pub fn closed_to(&self, roles: impl Into<RoleSet>) -> impl Iterator<Item = &str> {
        let roles = roles.into();
        self.properties
            .values()
            .filter(move |p| !roles.includes(p.role))
            .map(|p| p.name.as_str())
    }

    /// The properties that an account with these roles may read and whose reading is recorded.
    pub fn recorded_for(&self, roles: impl Into<RoleSet>) -> impl Iterator<Item = &str> {
        let roles = roles.into();
        self.properties
            .values()
            .filter(move |p| p.recorded && roles.includes(p.role))
            .map(|p| p.name.as_str())
    }

    /// Whether a property occurs in ordinary responses to an account with these roles. A property
    /// that is not in the schema is public.
    pub fn shows(&self, roles: impl Into<RoleSet>, property: &str) -> bool {
        let property = self.properties.get(property);
        property.is_none_or(|p| p.is_shown_to(roles.into()))
    }

    /// The properties that are lists of photos.
    pub fn photo_lists(&self) -> impl Iterator<Item = &PropertySchema> {
        self.properties.values().filter(|p| p.photos)
    }

    /// The names of the allowed geometry types, as the document lists them.
    pub fn geometry_names(&self) -> Vec<&'static str> {
        if self.without_geometry {
            return vec![NONE];
        }
        self.geometry.iter().map(|kind| kind.name()).collect()
    }

    /// Marks a property as one whose reading is recorded.
    fn record(&mut self, name: &str) {
        if let Some(property) = self.properties.get_mut(name) {
            property.recorded = true;
        }
        let document = self.document.pointer_mut("/properties");
        let specs = document.and_then(Value::as_object_mut);
        if let Some(Value::Object(spec)) = specs.and_then(|specs| specs.get_mut(name)) {
            spec.insert(RECORDED.to_owned(), true.into());
        }
    }

    /// Raises the role of a property. If the schema does not have the property, it is added from
    /// `spec`.
    fn raise(&mut self, name: &str, spec: &Value, role: Role) {
        match self.properties.get_mut(name) {
            Some(property) => property.role = role,
            None => {
                let property = PropertySchema {
                    name: name.to_owned(),
                    title_zh: text_of(spec, "title").unwrap_or(name).to_owned(),
                    title_en: text_of(spec, "x-onemap-title-en")
                        .unwrap_or(name)
                        .to_owned(),
                    kind: kind_of(spec).to_owned(),
                    values: values_of(spec),
                    role,
                    recorded: spec.get(RECORDED) == Some(&Value::Bool(true)),
                    required: false,
                    link: None,
                    photos: false,
                };
                self.properties.insert(name.to_owned(), property);
            }
        }
        let Some(document) = self.document.as_object_mut() else {
            return;
        };
        let specs = document
            .entry("properties")
            .or_insert_with(|| Value::Object(Map::new()));
        if let Some(specs) = specs.as_object_mut() {
            let known = specs.entry(name).or_insert_with(|| spec.clone());
            if let Some(known) = known.as_object_mut() {
                known.insert("x-onemap-role".to_owned(), role.as_str().into());
            }
        }
    }

    /// Whether the schema protects any property.
    pub fn protects(&self) -> bool {
        self.hidden_from(Role::Public).next().is_some()
    }
}

fn text_of<'a>(spec: &'a Value, key: &str) -> Option<&'a str> {
    spec.get(key).and_then(Value::as_str)
}

fn values_of(spec: &Value) -> Vec<String> {
    let values = spec.get("enum").and_then(Value::as_array).into_iter();
    let texts = values.flatten().filter_map(Value::as_str);
    texts.map(Into::into).collect()
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
