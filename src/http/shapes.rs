//! The OpenAPI schemas of answers that are written directly as bytes: features, pages of features, and cases. Their
//! properties come from the built-in schemas of the collections, so that each property is defined once. The schema of
//! a link is here too, because many answers contain links.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::model::built_in_texts;
use crate::model::names::{collection, property};

/// A link to another resource (RFC 8288).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// The relation of the resource to this one: `self`, `next`, `items`.
    pub rel: String,
    /// The media type of the resource.
    #[serde(rename = "type")]
    pub media_type: String,
    /// The title of the resource.
    pub title: String,
    /// The address of the resource.
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

/// The schemas that are not generated from Rust types, by name.
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
            "Properties of the collection `{collection}` as it is built in. Properties that the \
             caller may not see are absent; those that a data steward added are present."
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
            "receipt": {"type": "string", "description": "The secret with which the reporter \
                                                          follows the case."},
        }}],
    }));
    all.insert("FeaturePatch".to_owned(), feature_patch());
    all.insert("FeedChange".to_owned(), feed_change());
    all.insert("FeedCommit".to_owned(), feed_commit());
    all.insert("FeedTime".to_owned(), feed_time());
    let warning = reference(&properties_of(collection::WARNINGS));
    all.insert("Case".to_owned(), feature(warning, &[
        ("allowed", json!({"type": "array", "items": reference("RequestableAction"),
            "description": "The actions that the caller may take now. Only for callers with an \
                            account or a receipt."})),
        ("turn", json!({"allOf": [reference("Turn")], "nullable": true,
            "description": "Whose turn it is; null if the case has ended."})),
        ("receipt", json!({"type": "string",
            "description": "In the answer to a report: the secret with which the reporter follows \
                            the case."})),
        ("reading_code", json!({"type": "string", "description": "For the reporter: the code with which others read the \
                                                                  case and cannot rate it."})),
        ("progress", progress()),
        ("warnings", json!({"type": "array", "description": "Suspicious points about a report.",
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
                "note": reference("Localized"),
                "features": {"type": "array", "items": {"allOf": [
                    reference("Feature"),
                    {"type": "object", "required": ["collection", "properties"], "properties": {
                        "collection": {"type": "string"},
                        "address": {"type": "object", "properties": {
                            "unit": {"type": "string"},
                            "room": {"type": "string"},
                            "door": {"type": "string"},
                            "note": reference("Localized"),
                        }},
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

/// The progress of a case, for its reporter.
fn progress() -> Value {
    let moment =
        |about: &str| json!({"type": "string", "format": "date-time", "description": about});
    let text = |about: &str| json!({"type": "string", "description": about});
    json!({"type": "array", "description": "For the reporter: when the case reached each status, and what was done.",
    "items": {"type": "object", "required": ["status", "at"], "properties": {
        "status": reference("Status"),
        "at": {"type": "string", "format": "date-time"},
        "unit": text("The name of the unit that has the case or handled it."),
        "claimed": {"type": "boolean", "description": "Whether the unit claimed the micro-wish itself."},
        "due_at": moment("Until when the unit was to handle the case."),
        "note": text("What the unit says it did."),
        "reason": text("Why the report was rejected."),
        "until": moment("Until when the case is parked."),
        "into": text("The number of the case into which this one was merged."),
    }}})
}

/// The schema of an object with these optional text properties, and any further properties.
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
        "description": "The distance on the ellipsoid in metres; 0 if the place is inside the feature."});
    properties
}

/// A feature in a request. `codec::geojson::read` parses it by hand, so that errors name the position.
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

/// A merge patch of a feature. `http::items` parses it.
fn feature_patch() -> Value {
    json!({
        "type": "object",
        "description": "A merge patch of a feature (RFC 7396). Absent members stay as they are.",
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"oneOf": [{"type": "string"}, {"type": "number"}],
                "description": "The id, which cannot change: it must equal the one in the path."},
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
        "description": "The coordinate system of the geometry, as in GeoJSON 2008; instead of \
                        `Content-Crs`."})
}

/// A change within a commit, as the feed sends it.
fn feed_change() -> Value {
    json!({
        "type": "object",
        "required": ["collection", "id", "kind"],
        "properties": {
            "collection": {"type": "string"},
            "id": {"type": "string"},
            "kind": {"type": "string", "enum": ["put", "delete"]},
            "feature": {"allOf": [reference("Feature")], "nullable": true,
                "description": "The feature as the caller sees it, if it was put."},
        },
    })
}

/// The data of the events `change` and `reset`.
fn feed_commit() -> Value {
    json!({
        "type": "object",
        "description": "A commit on the feed: its changes or, if it is large, the areas that changed.",
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

/// The data of the event `time`, the heartbeat.
fn feed_time() -> Value {
    json!({
        "type": "object",
        "required": ["at"],
        "properties": {
            "at": {"type": "string", "format": "date-time", "description": "The time by the server's clock."},
            "stale": {"type": "boolean", "description": "Whether the database is unreachable, so \
                                                         that no new commits arrive."},
        },
    })
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The name of the schema of a collection's properties: `PocketParksProperties` for `pocket_parks`.
fn properties_of(collection: &str) -> String {
    let mut name = String::new();
    for word in collection.split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        name.extend(letters);
    }
    name + "Properties"
}

/// A JSON Schema reduced to what OpenAPI 3.0 supports, described in English.
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

/// A feature with these properties and additional members.
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
            "numberMatched": {"type": "integer", "minimum": 0, "description": "The total number of matches, \
                                                                               if it is known."},
            "numberReturned": {"type": "integer", "minimum": 0},
            "timeStamp": {"type": "string", "format": "date-time"},
            "links": {"type": "array", "items": reference("Link")},
        },
    })
}

/// A case that may be the same as the one being reported. For callers below the role grid_worker, `geometry` is null,
/// and `seq` and `updated_at` are absent.
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
                    "distance_m": {"type": "number", "format": "double", "description": "The distance from the \
                                                                                         reported place in metres."},
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
    fn every_reference_resolves_to_a_schema() {
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
    fn every_request_body_has_a_schema() {
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
    fn every_json_answer_has_a_schema() {
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
