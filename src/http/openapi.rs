//! The OpenAPI document: generated from the handlers, finished for OpenAPI 3.0, which the standards
//! (and most clients) ask for.

use serde_json::{Value, json};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

/// What the handlers can't say of themselves.
pub fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("一张图 One Map")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "网格治理一张图的接口。坐标为 WGS 84 经纬度（另有说明除外），错误为 \
             application/problem+json。\n\nThe interface of One Map, a map service for grid \
             governance. Coordinates are WGS 84 longitude and latitude unless said otherwise; errors \
             are application/problem+json with a `detail` to act on.",
        ))
        .build();
    let components = ComponentsBuilder::new()
        // The shapes of `shapes` name it, and no handler does.
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

/// Writes the document as OpenAPI 3.0.3.
pub fn finish(api: &OpenApi) -> Value {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    document["openapi"] = json!("3.0.3");
    // Everything may be read without signing in, and more of it with.
    document["security"] = json!([{}, {"token": []}, {"session": []}]);
    down(&mut document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(super::shapes::components());
    }
    errors(&mut document);
    document
}

/// Whatever else may be answered is a problem document. Said once for all, because every operation may
/// refuse a parameter that it does not know, or come too early.
fn errors(document: &mut Value) {
    document["components"]["schemas"]["Problem"] = json!({
        "type": "object",
        "description": "What went wrong (RFC 9457), in words that somebody can act on.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "parameter": {"type": "string", "description": "The parameter that is wrong."},
            "errors": {
                "type": "array",
                "description": "What is wrong with a body, each with its place.",
                "items": {"type": "object", "additionalProperties": true},
            },
        },
        "additionalProperties": true,
    });
    let operations = document["paths"].as_object_mut().into_iter().flatten();
    for operation in operations.flat_map(|(_, path)| path.as_object_mut().into_iter().flatten()) {
        if let Some(responses) = operation.1.get_mut("responses") {
            responses["default"] = json!({
                "description": "Anything else: why it is refused",
                "content": {"application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                }},
            });
        }
    }
}

/// 3.1 says `type: [string, null]`, and `oneOf` with `type: null`, where 3.0 says `nullable`.
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
                // Nothing may stand beside a `$ref`, so it goes inside.
                if left == 1
                    && let Some(choice) = map.remove("oneOf")
                {
                    map.insert("allOf".to_owned(), choice);
                }
            }
            map.values_mut().for_each(down);
        }
        Value::Array(list) => list.iter_mut().for_each(down),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_null_is_said_as_openapi_3_0_says_it() {
        let mut document = json!({
            "a": {"type": ["string", "null"]},
            "b": {"oneOf": [{"type": "null"}, {"$ref": "#/x"}]},
            "c": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        });
        down(&mut document);
        assert_eq!(
            document,
            json!({
                "a": {"type": "string", "nullable": true},
                "b": {"allOf": [{"$ref": "#/x"}], "nullable": true},
                "c": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            })
        );
        let whole = crate::http::openapi_document().to_string();
        assert!(!whole.contains(r#""type":"null""#));
    }
}
