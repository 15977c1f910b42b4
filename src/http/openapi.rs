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
    document
}

/// 3.1 says `type: [string, null]` where 3.0 says `nullable`.
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
            map.values_mut().for_each(down);
        }
        Value::Array(list) => list.iter_mut().for_each(down),
        _ => {}
    }
}
