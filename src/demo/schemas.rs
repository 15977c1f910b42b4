//! The built-in schemas: the collections of a new map.

use serde_json::Value;

use crate::model::{BuiltIns, CollectionId, built_in_texts};

/// The texts of the schema documents in `geodata/schemas`, by collection.
pub fn default_schemas() -> [(&'static str, &'static str); 22] {
    built_in_texts()
}

/// The built-in schemas as JSON.
pub fn schemas() -> Vec<(CollectionId, Value)> {
    let all = BuiltIns::compiled().documents();
    all.map(|(id, document)| (id.clone(), Value::Object(document.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Role, Schema};

    #[test]
    fn every_schema_file_is_compiled_in_and_reads_as_a_schema_and_as_a_validator() {
        let files: Vec<String> =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/schemas"))
                .unwrap()
                .map(|f| f.unwrap().file_name().into_string().unwrap())
                .collect();
        let schemas = schemas();
        assert_eq!(schemas.len(), files.len());
        for (collection, document) in schemas {
            assert!(files.contains(&format!("{collection}.json")));
            let schema = Schema::parse(&collection, document.clone()).unwrap();
            assert!(!schema.geometry_names().is_empty(), "{collection}");
            assert_ne!(schema.title_zh, collection.as_str());
            assert_ne!(schema.title_en, collection.as_str());
            assert_ne!(schema.description_zh, "");
            assert_ne!(schema.description_en, "");
            for property in schema.properties.values() {
                assert_ne!(property.title_zh, property.name, "{collection}");
                assert_ne!(property.title_en, property.name, "{collection}");
            }
            jsonschema::draft202012::new(&document).unwrap();
        }
    }

    #[test]
    fn examples_are_valid_and_every_listed_value_has_a_name() {
        for (collection, document) in schemas() {
            let all = document["properties"].as_object().unwrap();
            for (name, property) in all {
                let place = format!("{collection}.{name}");
                assert!(property["description"].is_string(), "{place}");
                assert!(property["x-onemap-description-en"].is_string(), "{place}");
                let validator = jsonschema::draft202012::new(property).unwrap();
                let examples = property.get("examples").and_then(Value::as_array);
                for example in examples.into_iter().flatten() {
                    assert!(validator.is_valid(example), "{place}: {example}");
                }
                let values = property.get("enum").and_then(Value::as_array);
                for value in values.into_iter().flatten() {
                    let words = &property["x-onemap-values"][value.as_str().unwrap()];
                    assert!(words["zh"].is_string(), "{place}: {value}");
                    assert!(words["en"].is_string(), "{place}: {value}");
                }
            }
        }
    }

    #[test]
    fn door_codes_are_protected_and_warnings_change_only_through_the_ledger() {
        for (collection, document) in schemas() {
            let schema = Schema::parse(&collection, document).unwrap();
            let hidden: Vec<_> = schema.hidden_from(Role::Public).collect();
            match collection.as_str() {
                "entrances" => {
                    assert_eq!(hidden, ["access_code", "access_code_until", "access_note"]);
                    for role in [Role::Rider, Role::GridWorker, Role::Officer] {
                        let hidden = schema.hidden_from(role);
                        assert!(hidden.eq(["access_code", "access_code_until"]), "{role}");
                    }
                    assert!(schema.hidden_from(Role::Steward).eq(["access_code"]));
                    assert!(schema.recorded_for(Role::Steward).eq(["access_code"]));
                    assert_eq!(schema.closed_to(Role::Steward).count(), 0);
                }
                // Texts and photos that people sent, and data that identifies them.
                "warnings" => {
                    let inside = [
                        "hotline_number",
                        "ledger",
                        "note",
                        "photos",
                        "private_place",
                        "public_text",
                        "rating",
                        "rating_reason",
                        "room",
                        "step",
                        "supervise_due_at",
                        "supervise_overdue_at",
                        "urged_at",
                        "urges",
                    ];
                    assert_eq!(hidden, inside);
                    let workers = schema.hidden_from(Role::GridWorker);
                    assert!(workers.eq(["hotline_number", "ledger"]));
                }
                // Who has a duty is known to staff only; that somebody has it is public.
                "duties" => {
                    assert_eq!(hidden, ["name", "phone"]);
                    assert_eq!(schema.hidden_from(Role::Unit).count(), 2);
                    assert_eq!(schema.hidden_from(Role::GridWorker).count(), 0);
                    assert_eq!(schema.personal, ["name", "phone"]);
                }
                _ => assert!(hidden.is_empty()),
            }
            assert_eq!(
                schema
                    .read_only
                    .is_some_and(|t| t.en.contains("/api/warnings")),
                collection.as_str() == "warnings"
            );
        }
    }
}
