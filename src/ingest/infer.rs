//! Infers a schema for a collection without one: the title from the file name, properties and types from the
//! data. The schema accepts nearly everything; a steward can replace it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::model::{Body, GeometryKind, INFERRED};

/// What is known of a collection from the features read so far.
#[derive(Debug, Default)]
pub struct Inference {
    geometry: BTreeSet<GeometryKind>,
    mixed: bool,
    properties: BTreeMap<String, BTreeSet<&'static str>>,
}

impl Inference {
    /// Adds a feature.
    pub fn see(&mut self, body: &Body) {
        match body.geometry.as_ref().map(GeometryKind::of) {
            Some(Some(kind)) => {
                self.geometry.insert(kind);
            }
            Some(None) => self.mixed = true,
            None => {}
        }
        for (name, value) in body.properties.to_map() {
            let kinds = self.properties.entry(name).or_default();
            if let Some(kind) = kind_of(&value) {
                kinds.insert(kind);
            }
        }
    }

    /// The schema document.
    pub fn document(&self, title: &str) -> Value {
        let properties: Map<String, Value> = self
            .properties
            .iter()
            .map(|(name, kinds)| {
                let mut kinds = kinds.clone();
                if kinds.contains("number") {
                    kinds.remove("integer");
                }
                let spec = match (kinds.len(), kinds.first()) {
                    (1, Some(kind)) => json!({"title": name, "type": kind}),
                    // Without any value other than null, the schema gives no type.
                    (0, _) | (_, None) => json!({"title": name}),
                    _ => json!({"title": name, "type": kinds}),
                };
                (name.clone(), spec)
            })
            .collect();
        let geometry: Vec<&str> = if self.mixed {
            Vec::new()
        } else {
            self.geometry.iter().map(|k| k.name()).collect()
        };
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": title,
            "x-onemap-title-en": title,
            "description": "由导入的数据推断。",
            "x-onemap-description-en": INFERRED,
            "x-onemap-geometry": geometry,
            "type": "object",
            "properties": properties,
            "additionalProperties": true,
        })
    }
}

fn kind_of(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::check::Checker;
    use crate::model::{CollectionId, FeatureId, Properties, Schema};
    use geo_types::{Geometry, Point};

    #[test]
    fn the_inferred_schema_takes_the_data_it_came_from() {
        let mut inference = Inference::default();
        let bodies: Vec<Body> = [
            r#"{"name":"a","n":1,"x":1,"m":true,"z":null}"#,
            r#"{"name":null,"n":2,"x":1.5,"m":"yes"}"#,
        ]
        .iter()
        .map(|text| Body {
            geometry: Some(Geometry::Point(Point::new(1.0, 2.0))),
            properties: Properties::parse(text).unwrap(),
        })
        .collect();
        bodies.iter().for_each(|b| inference.see(b));
        let document = inference.document("树木");
        assert_eq!(document["properties"]["n"]["type"], "integer");
        assert_eq!(document["properties"]["x"]["type"], "number");
        assert_eq!(
            document["properties"]["m"]["type"],
            json!(["boolean", "string"])
        );
        assert_eq!(document["properties"]["z"], json!({"title": "z"}));
        assert_eq!(document["x-onemap-geometry"], json!(["Point"]));
        let collection = CollectionId::new("trees").unwrap();
        let checker = Checker::new(&Schema::parse(&collection, document).unwrap()).unwrap();
        for body in &bodies {
            assert_eq!(checker.check(&FeatureId::new("1").unwrap(), body), Ok(()));
        }
    }
}
