//! The OpenAPI document. It is generated from the handlers and converted to OpenAPI 3.0, which the OGC
//! standards and most clients require.

use serde_json::{Map, Value, json};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// The parts of the document that do not come from handlers.
pub fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("一张图 One Map")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "网格治理一张图的接口。坐标为 WGS 84 经纬度（另有说明除外），错误为 \
             application/problem+json。\n\nThe interface of One Map, a map service for grid \
             governance. Coordinates are WGS 84 longitude and latitude unless said otherwise; errors \
             are application/problem+json with a `detail` that says what to do.",
        ))
        .build();
    let components = ComponentsBuilder::new()
        // Only the schemas of `shapes` refer to this type, not a handler.
        .schema_from::<crate::warnings::Turn>()
        .security_scheme(
            "token",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        )
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(super::auth::COOKIE))),
        )
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .build()
}

/// Converts the document to OpenAPI 3.0.3.
pub fn finish(api: &OpenApi) -> Value {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    document["openapi"] = json!("3.0.3");
    // Everything can be read without signing in. Signed-in callers see more.
    document["security"] = json!([{}, {"token": []}, {"session": []}]);
    down(&mut document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(super::shapes::components());
    }
    errors(&mut document);
    binary(&mut document);
    min_seq(&mut document);
    document
}

/// The paths below which GET requests read the map and accept `min-seq`.
const OF_THE_MAP: [&str; 15] = [
    "/api/buildings",
    "/api/collections",
    "/api/compounds",
    "/api/conditions",
    "/api/day-orders",
    "/api/grids",
    "/api/nearest",
    "/api/presets",
    "/api/projects",
    "/api/rules",
    "/api/search",
    "/api/silences",
    "/api/tiles",
    "/api/warnings",
    "/api/wishes",
];

/// Adds the parameter `min-seq` to every read of the map. The extractor of the query implements it.
fn min_seq(document: &mut Value) {
    document["components"]["parameters"]["min-seq"] = json!({
        "name": "min-seq",
        "in": "query",
        "description": "The number of a commit. The answer waits up to 5 s until this server has \
                        read the commit; otherwise it is 503.",
        "schema": {"type": "integer", "format": "int64", "minimum": 0},
    });
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, operations) in paths {
        let Some(get) = operations.get_mut("get").and_then(Value::as_object_mut) else {
            continue;
        };
        if OF_THE_MAP.iter().any(|part| path.starts_with(part)) {
            let parameters = get.entry("parameters").or_insert_with(|| json!([]));
            if let Some(list) = parameters.as_array_mut() {
                list.push(json!({"$ref": "#/components/parameters/min-seq"}));
            }
        }
    }
}

/// Describes binary bodies as `type: string, format: binary`, as OpenAPI 3.0 requires. utoipa describes a `Vec<u8>` as
/// a list of numbers.
fn binary(document: &mut Value) {
    let bytes =
        json!({"type": "array", "items": {"type": "integer", "format": "int32", "minimum": 0}});
    let operations = document["paths"].as_object_mut().into_iter().flatten();
    for operation in operations.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten()) {
        let operation = operation.1;
        let mut contents: Vec<&mut Value> = Vec::new();
        if let Some(operation) = operation.as_object_mut() {
            for (part, value) in operation {
                match part.as_str() {
                    "requestBody" => contents.extend(value.get_mut("content")),
                    "responses" => {
                        let responses = value.as_object_mut().into_iter().flatten();
                        contents.extend(responses.filter_map(|(_, r)| r.get_mut("content")));
                    }
                    _ => {}
                }
            }
        }
        for content in contents {
            for (_, body) in content.as_object_mut().into_iter().flatten() {
                if body["schema"] == bytes {
                    body["schema"] = json!({"type": "string", "format": "binary"});
                }
            }
        }
    }
}

/// Adds the problem document as the default answer of every operation, because each may refuse an unknown
/// parameter or answer 503.
fn errors(document: &mut Value) {
    document["components"]["schemas"]["Problem"] = json!({
        "type": "object",
        "description": "What went wrong, where, and what to do (RFC 9457). Title, detail and \
                        errors are in Chinese or English, as Accept-Language prefers.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "parameter": {"type": "string", "description": "The parameter that is wrong."},
            "errors": {
                "type": "array",
                "description": "The faults of a body, each with its field.",
                "items": {"type": "object", "additionalProperties": true},
            },
        },
        "additionalProperties": true,
    });
    let operations = document["paths"].as_object_mut().into_iter().flatten();
    for operation in operations.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten()) {
        if let Some(responses) = operation.1.get_mut("responses") {
            responses["default"] = json!({
                "description": "Any other error",
                "content": {"application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                }},
            });
        }
    }
}

/// Converts a schema from OpenAPI 3.1 to 3.0: `type: [string, null]` and `oneOf` with `type: null` become `nullable`.
fn down(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get("type") {
                let kept: Vec<Value> = types.iter().filter(|t| *t != "null").cloned().collect();
                let nullable = kept.len() < types.len();
                match kept.as_slice() {
                    [one] => {
                        map.insert("type".to_owned(), one.clone());
                    }
                    _ => {
                        map.remove("type");
                    }
                }
                if nullable {
                    map.insert("nullable".to_owned(), json!(true));
                }
            }
            if let Some(Value::Array(choices)) = map.get_mut("oneOf") {
                let all = choices.len();
                choices.retain(|c| c["type"] != "null");
                let left = choices.len();
                if left < all {
                    map.insert("nullable".to_owned(), json!(true));
                }
                // A `$ref` must have no siblings, so it goes into `allOf`.
                if left == 1
                    && let Some(choice) = map.remove("oneOf")
                {
                    map.insert("allOf".to_owned(), choice);
                }
            }
            map.values_mut().for_each(down);
            describe(map);
        }
        Value::Array(list) => list.iter_mut().for_each(down),
        _ => {}
    }
}

/// utoipa writes the description of an inlined schema next to it, as an object: `allOf: [S, {type: object,
/// description}]`. It is moved into the schema, because a value such as a string does not match an object.
fn describe(map: &mut Map<String, Value>) {
    let Some(Value::Array(parts)) = map.get_mut("allOf") else {
        return;
    };
    let [inlined, said] = parts.as_mut_slice() else {
        return;
    };
    let only_says = said.as_object().is_some_and(|s| s.len() == 2) && said["type"] == "object";
    let description = said["description"].take();
    if !only_says || !description.is_string() || inlined.get("$ref").is_some() {
        said["description"] = description;
        return;
    }
    let inlined = inlined.take();
    map.remove("allOf");
    map.extend(inlined.as_object().cloned().unwrap_or_default());
    map.insert("description".to_owned(), description);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_converted_to_openapi_3_0() {
        let mut document = json!({
            "a": {"type": ["string", "null"]},
            "b": {"oneOf": [{"type": "null"}, {"$ref": "#/x"}]},
            "c": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "d": {"allOf": [{"type": "string", "maxLength": 3}, {"type": "object", "description": "d"}]},
        });
        down(&mut document);
        assert_eq!(
            document,
            json!({
                "a": {"type": "string", "nullable": true},
                "b": {"allOf": [{"$ref": "#/x"}], "nullable": true},
                "c": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
                "d": {"type": "string", "maxLength": 3, "description": "d"},
            })
        );
        let whole = crate::http::openapi_document().to_string();
        assert!(!whole.contains(r#""type":"null""#));
    }

    #[test]
    fn bytes_are_written_as_binary_strings() {
        let document = crate::http::openapi_document();
        let photo = json!({"type": "string", "format": "binary"});
        let paths = &document["paths"];
        for place in [
            "/~1api~1photos/post/requestBody/content/image~1jpeg/schema",
            "/~1api~1photos~1{photoId}/get/responses/200/content/image~1jpeg/schema",
        ] {
            assert_eq!(paths.pointer(place), Some(&photo), "{place}");
        }
    }
}
