//! The shapes of answers that are written as bytes out of the index, for the OpenAPI document: features,
//! pages of features, and cases. Their properties come from the built-in schemas, so they are defined
//! once. The shape of a link is here too, because many answers contain links.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::model::built_in_texts;
use crate::model::names::{collection, property};

/// A link to another resource (RFC 8288).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// What the resource is to this one: `self`, `next`, `items`.
    pub rel: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub href: String,
}

impl Link {
    /// A link.
    pub fn new(
        rel: impl Into<String>,
        media_type: impl Into<String>,
        title: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        Self {
            rel: rel.into(),
            media_type: media_type.into(),
            title: title.into(),
            href: href.into(),
        }
    }
}

/// The schemas that no Rust type has, by name.
pub fn components() -> Map<String, Value> {
    let mut all = Map::new();
    for (collection, text) in built_in_texts() {
        let document: Value = serde_json::from_str(text).unwrap_or_default();
        let mut properties = plain(&document);
        if collection == collection::WARNINGS {
            properties["properties"][property::STEP] = reference("Step");
            properties["properties"]["level"] = reference("Level");
            properties["properties"][property::STATUS] = reference("Status");
        }
        properties["description"] = json!(format!(
            "Properties of the collection `{collection}` as it is built in. What the caller's role \
             must not see is absent; what a steward has added is there besides."
        ));
        all.insert(properties_of(collection), properties);
    }
    all.insert("Geometry".to_owned(), geometry());
    all.insert(
        "Feature".to_owned(),
        feature(
            json!({
                "type": "object", "additionalProperties": true,
            }),
            &[],
        ),
    );
    all.insert(
        "FeatureCollection".to_owned(),
        page(&reference("Feature"), "A page of features."),
    );
    all.insert("FeatureBody".to_owned(), feature_body());
    all.insert(
        "AcceptedImport".to_owned(),
        json!({
            "allOf": [reference("Accepted"), reference("ImportReport")],
        }),
    );
    all.insert("AcceptedReport".to_owned(), json!({
        "allOf": [reference("Accepted"), {"type": "object", "required": ["id", "receipt"], "properties": {
            "id": {"type": "string"},
            "receipt": {"type": "string", "description": "The secret by which its reporter follows the case."},
        }}],
    }));
    all.insert("FeaturePatch".to_owned(), feature_patch());
    all.insert("FeedChange".to_owned(), feed_change());
    all.insert("FeedCommit".to_owned(), feed_commit());
    all.insert("FeedTime".to_owned(), feed_time());
    let warning = reference(&properties_of(collection::WARNINGS));
    all.insert("Case".to_owned(), feature(warning, &[
        ("allowed", json!({"type": "array", "items": reference("RequestableAction"),
            "description": "What the caller may do with it now; only for callers with an account or receipt."})),
        ("turn", json!({"allOf": [reference("Turn")], "nullable": true,
            "description": "Whose turn it is; null after it ended."})),
        ("receipt", json!({"type": "string",
            "description": "In the answer to a report: the secret by which its reporter follows the case."})),
        ("progress", json!({"type": "array", "description": "For its reporter: when it came to each status.",
            "items": {"type": "object", "required": ["status", "at"], "properties": {
                "status": reference("Status"), "at": {"type": "string", "format": "date-time"}}}})),
        ("warnings", json!({"type": "array", "description": "What is odd about a report.",
            "items": {"type": "object", "required": ["field", "warning", "warning_zh"], "properties": {
                "field": {"type": "string"}, "warning": {"type": "string"}, "warning_zh": {"type": "string"}}}})),
    ]));
    all.insert(
        "CaseCollection".to_owned(),
        page(&reference("Case"), "A page of cases."),
    );
    all.insert("Duplicate".to_owned(), duplicate());
    all.insert(
        "DuplicateCollection".to_owned(),
        json!({
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": reference("Duplicate")},
            },
        }),
    );
    all.insert(
        "Found".to_owned(),
        json!({
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": {"allOf": [
                    reference("Feature"),
                    {"type": "object", "required": ["collection", "properties"], "properties": {
                        "collection": {"type": "string"},
                        "properties": named(&["name", "number", "building", "compound"]),
                    }},
                ]}},
            },
        }),
    );
    all.insert("NearestCollection".to_owned(), json!({
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"allOf": [
                reference("Feature"),
                {"type": "object", "required": ["properties"], "properties": {"properties": nearest_properties()}},
            ]}},
        },
    }));
    all
}

/// Properties that many collections have as texts, if they have them; others are there besides.
fn named(names: &[&str]) -> Value {
    let properties = names
        .iter()
        .map(|name| ((*name).to_owned(), json!({"type": "string"})));
    json!({
        "type": "object",
        "properties": Value::Object(properties.collect()),
        "additionalProperties": true,
    })
}

fn nearest_properties() -> Value {
    let mut properties = named(&["name", "number", "address"]);
    properties["required"] = json!(["distance_m"]);
    properties["properties"]["distance_m"] = json!({"type": "number", "format": "double",
        "description": "The way on the ellipsoid, metres; 0 inside."});
    properties
}

/// A feature as it is sent. `codec::geojson::read` reads it strictly and by hand, so that an error names the position.
fn feature_body() -> Value {
    json!({
        "type": "object",
        "description": "A GeoJSON Feature (RFC 7946). Foreign members are ignored.",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"oneOf": [{"type": "string"}, {"type": "number"}]},
            "geometry": {"allOf": [reference("Geometry")], "nullable": true},
            "properties": {"type": "object", "additionalProperties": true, "nullable": true},
            "crs": crs_member(),
        },
        "additionalProperties": true,
    })
}

/// A merge patch of a feature, read in `http::items`.
fn feature_patch() -> Value {
    json!({
        "type": "object",
        "description": "What changes of a feature (RFC 7396); what is missing stays as it is.",
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"oneOf": [{"type": "string"}, {"type": "number"}],
                "description": "A feature keeps its id: the one in the path."},
            "geometry": {"allOf": [reference("Geometry")], "nullable": true},
            "properties": {"type": "object", "additionalProperties": true,
                "description": "The properties that change; null removes one."},
            "crs": crs_member(),
        },
        "additionalProperties": false,
    })
}

fn crs_member() -> Value {
    json!({"type": "object", "additionalProperties": true, "nullable": true,
        "description": "The coordinate system of the geometry, as GeoJSON of 2008 names it; in place of `Content-Crs`."})
}

/// A change of a commit, as the feed tells it.
fn feed_change() -> Value {
    json!({
        "type": "object",
        "required": ["collection", "id", "kind"],
        "properties": {
            "collection": {"type": "string"},
            "id": {"type": "string"},
            "kind": {"type": "string", "enum": ["put", "delete"]},
            "feature": {"allOf": [reference("Feature")], "nullable": true,
                "description": "Of a put: the feature as the caller sees it."},
        },
    })
}

/// The data of an event `change` or `reset`.
fn feed_commit() -> Value {
    json!({
        "type": "object",
        "description": "A commit on the feed: its changes or, where it is large, what was touched.",
        "required": ["seq", "at"],
        "properties": {
            "seq": {"type": "integer", "format": "int64", "minimum": 0},
            "at": {"type": "string", "format": "date-time"},
            "changes": {"type": "array", "items": reference("FeedChange")},
            "reset": {"type": "array", "items": {
                "type": "object",
                "required": ["collection", "bbox"],
                "properties": {
                    "collection": {"type": "string"},
                    "bbox": {"type": "array", "nullable": true, "minItems": 4, "maxItems": 4,
                        "items": {"type": "number", "format": "double"},
                        "description": "West, south, east, north; degrees, WGS 84."},
                },
            }},
        },
    })
}

/// The data of an event `time`, the heartbeat.
fn feed_time() -> Value {
    json!({
        "type": "object",
        "required": ["at"],
        "properties": {
            "at": {"type": "string", "format": "date-time", "description": "The time by the server's clock."},
            "stale": {"type": "boolean", "description": "Whether the database is away, so that nothing new can be told."},
        },
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// `pocket_parks` has the schema `PocketParksProperties`.
fn properties_of(collection: &str) -> String {
    let mut name = String::new();
    for word in collection.split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        name.extend(letters);
    }
    name + "Properties"
}

/// A JSON Schema with what OpenAPI 3.0 knows of it, described in English.
fn plain(schema: &Value) -> Value {
    const KEPT: [&str; 9] = [
        "type",
        "enum",
        "format",
        "required",
        "minimum",
        "maximum",
        "pattern",
        "minLength",
        "maxLength",
    ];
    let mut out = Map::new();
    for key in KEPT {
        if let Some(value) = schema.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(text) = schema.get("x-onemap-description-en") {
        out.insert("description".to_owned(), text.clone());
    }
    if let Some(items) = schema.get("items") {
        out.insert("items".to_owned(), plain(items));
    }
    if let Some(Value::Object(properties)) = schema.get("properties") {
        let properties = properties.iter().map(|(k, v)| (k.clone(), plain(v)));
        out.insert("properties".to_owned(), Value::Object(properties.collect()));
    }
    Value::Object(out)
}

/// A feature with these properties, and members beside them.
fn feature(properties: Value, more: &[(&str, Value)]) -> Value {
    let mut members = json!({
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"allOf": [reference("Geometry")], "nullable": true},
        "properties": properties,
        "seq": {"type": "integer", "format": "int64", "minimum": 0, "description": "The commit that wrote this version."},
        "updated_at": {"type": "string", "format": "date-time"},
        "links": {"type": "array", "items": reference("Link")},
    });
    for (name, schema) in more {
        members[*name] = schema.clone();
    }
    json!({
        "type": "object",
        "required": ["type", "id", "geometry", "properties", "seq", "updated_at"],
        "properties": members,
    })
}

fn page(item: &Value, description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": item},
            "numberMatched": {"type": "integer", "minimum": 0, "description": "How many match in all, where that is known."},
            "numberReturned": {"type": "integer", "minimum": 0},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": {"type": "array", "items": reference("Link")},
        },
    })
}

/// A case that may be the one being reported. Below the role grid_worker it has no place and no version.
fn duplicate() -> Value {
    json!({
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"allOf": [reference("Geometry")], "nullable": true},
            "properties": {"allOf": [
                reference(&properties_of(collection::WARNINGS)),
                {"type": "object", "required": ["distance_m"], "properties": {
                    "distance_m": {"type": "number", "format": "double", "description": "From the place that is reported; metres."},
                    "hours_ago": {"type": "number", "format": "double"},
                }},
            ]},
            "seq": {"type": "integer", "format": "int64", "minimum": 0},
            "updated_at": {"type": "string", "format": "date-time"},
        },
    })
}

/// A GeoJSON geometry (RFC 7946).
fn geometry() -> Value {
    let position = json!({"type": "array", "items": {"type": "number", "format": "double"}});
    let list = |items: &Value| json!({"type": "array", "items": items});
    let line = list(&position);
    let area = list(&line);
    let kind = |name: &str, coordinates: &Value| {
        json!({
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {"type": {"type": "string", "enum": [name]}, "coordinates": coordinates},
        })
    };
    json!({"oneOf": [
        kind("Point", &position),
        kind("MultiPoint", &line),
        kind("LineString", &line),
        kind("MultiLineString", &area),
        kind("Polygon", &area),
        kind("MultiPolygon", &list(&area)),
        {
            "type": "object",
            "required": ["type", "geometries"],
            "properties": {
                "type": {"type": "string", "enum": ["GeometryCollection"]},
                "geometries": {"type": "array", "items": reference("Geometry")},
            },
        },
    ]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_to_a_schema() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(map) => {
                    found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    map.values().for_each(|v| references(v, found));
                }
                Value::Array(list) => list.iter().for_each(|v| references(v, found)),
                _ => {}
            }
        }
        let document = crate::http::openapi_document();
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.iter().any(|r| r.ends_with("/Case")));
        for reference in found {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn every_body_says_what_it_is() {
        let document = crate::http::openapi_document();
        let mut untyped = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let content = operation["requestBody"]["content"].as_object();
                for (kind, body) in content.into_iter().flatten() {
                    let said = body["schema"].as_object().is_some_and(|s| !s.is_empty());
                    if !said {
                        untyped.push(format!("{method} {path} {kind}"));
                    }
                }
            }
        }
        assert_eq!(untyped, Vec::<String>::new());
    }

    #[test]
    fn a_feature_with_the_members_that_the_document_requires_can_be_read() {
        use crate::codec::geojson::read::{Limits, read_body};

        let whole = json!({"type": "Feature", "geometry": null, "properties": {}});
        assert!(read_body(&whole, &Limits::default()).is_ok());
        for required in feature_body()["required"].as_array().unwrap() {
            assert!(whole.get(required.as_str().unwrap()).is_some());
        }
        let mut other = whole;
        other["type"] = json!("Point");
        assert!(read_body(&other, &Limits::default()).is_err());
    }

    #[test]
    fn every_answer_in_json_says_what_it_is() {
        let document = crate::http::openapi_document();
        let mut untyped = Vec::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let Some(responses) = operation["responses"].as_object() else {
                    continue;
                };
                for (status, response) in responses {
                    for (kind, body) in response["content"].as_object().into_iter().flatten() {
                        let schema = body["schema"].as_object();
                        let said = schema.is_some_and(|s| !s.is_empty());
                        if kind.ends_with("json") && kind != "application/problem+json" && !said {
                            untyped.push(format!("{method} {path} {status}"));
                        }
                    }
                }
            }
        }
        assert_eq!(untyped, Vec::<String>::new());
    }

    #[test]
    fn a_collection_has_the_properties_of_its_schema() {
        let all = components();
        let grids = &all["GridsProperties"]["properties"];
        assert_eq!(grids["code"]["type"], "string");
        let case = &all["Case"]["properties"];
        assert_eq!(
            case["properties"]["$ref"],
            "#/components/schemas/WarningsProperties"
        );
        assert_eq!(
            properties_of("first_aid_stations"),
            "FirstAidStationsProperties"
        );
    }
}
