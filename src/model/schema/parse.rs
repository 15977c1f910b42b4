//! Parses schema documents.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    EraseAfter, GeometryKind, NONE, ORIGIN, PropertySchema, RECORDED, Schema, SchemaError, Scope,
    kind_of, text_of, values_of,
};
use crate::model::{CollectionId, Localized, Role};

impl Schema {
    /// Parses a schema document.
    pub fn parse(collection: &CollectionId, mut document: Value) -> Result<Self, SchemaError> {
        if let Some(row) = document.as_object_mut() {
            row.remove(ORIGIN);
        }
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
        let mut without_geometry = false;
        if let Some(list) = top.get("x-onemap-geometry") {
            let place = "/x-onemap-geometry";
            let Some(list) = list.as_array() else {
                return Err(fail(place, format!("expected a list, found {list}")));
            };
            without_geometry = list.iter().any(|name| name == NONE);
            if without_geometry && list.len() > 1 {
                let problem =
                    "expected either [\"none\"] or a list of geometry types without \"none\"";
                return Err(fail(place, problem.into()));
            }
            for name in list.iter().filter(|name| *name != NONE) {
                geometry.push(match name.as_str() {
                    Some("Point" | "MultiPoint") => GeometryKind::Point,
                    Some("LineString" | "MultiLineString") => GeometryKind::Line,
                    Some("Polygon" | "MultiPolygon") => GeometryKind::Polygon,
                    _ => {
                        return Err(fail(
                            place,
                            format!("expected Point, LineString, Polygon or none, found {name}"),
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

        let write_roles = match top.get("x-onemap-write-role") {
            Some(Value::Array(list)) if !list.is_empty() => {
                let each = list.iter().enumerate();
                each.map(|(i, said)| {
                    let place = format!("/x-onemap-write-role/{i}");
                    role_at(Some(said), &place, Role::Steward)
                })
                .collect::<Result<_, _>>()?
            }
            said => vec![role_at(said, "/x-onemap-write-role", Role::Steward)?],
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
                let said = |key: &str| text_of(spec, key);
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
                        values: values_of(spec),
                        role: role_at(
                            spec.get("x-onemap-role"),
                            &format!("{place}/x-onemap-role"),
                            Role::Public,
                        )?,
                        recorded: flag_at(spec.get(RECORDED), &place, RECORDED)?,
                        required: required.contains(&name.as_str()),
                        photos: flag_at(spec.get("x-onemap-photos"), &place, "x-onemap-photos")?,
                        link,
                    },
                );
            }
        }

        // A text derived from other properties requires the roles of all of them.
        if let Some(map) = top.get("properties").and_then(Value::as_object) {
            for (name, spec) in map {
                let Some(sources) = spec.get("x-onemap-derived-from") else {
                    continue;
                };
                let place = format!("/properties/{name}/x-onemap-derived-from");
                let Some(sources) = sources.as_array() else {
                    let problem = format!("expected a list of property names, found {sources}");
                    return Err(fail(&place, problem));
                };
                let mut role = properties.get(name).map_or(Role::Public, |p| p.role);
                for source in sources {
                    let known = source.as_str().and_then(|s| properties.get(s));
                    let Some(known) = known else {
                        let problem = format!(
                            "expected the name of a property of this schema, found {source}"
                        );
                        return Err(fail(&place, problem));
                    };
                    role = role.join(known.role);
                }
                if let Some(property) = properties.get_mut(name) {
                    property.role = role;
                }
            }
        }

        let (mut personal, mut erase_after) = (Vec::new(), Vec::new());
        if let Some(map) = top.get("properties").and_then(Value::as_object) {
            find_personal(map, "", &mut personal, &mut erase_after)
                .map_err(|(place, problem)| fail(&place, problem))?;
        }
        if let Some(unknown) = erase_after
            .iter()
            .find(|e| !properties.contains_key(&e.since))
        {
            return Err(fail(
                &format!("/properties/{}/x-onemap-erase-since", unknown.path),
                format!(
                    "expected the name of a property of this schema, found {:?}",
                    unknown.since
                ),
            ));
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
                    format!("expected the name of a property of this schema, found {other}"),
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
                            let problem = format!(
                                "expected the name of a property of this schema, found {name}"
                            );
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
            without_geometry,
            properties,
            write_roles,
            personal,
            erase_after,
            read_only: match top.get("x-onemap-read-only") {
                None => None,
                Some(_) => Some(two_sentences(&text("x-onemap-read-only", "")?)),
            },
            minzoom,
            time,
            scope,
            document,
        })
    }
}

/// Splits a text into a Chinese and an English sentence; a text in another form is used for both
/// languages.
fn two_sentences(text: &str) -> Localized {
    match text.split_once('。') {
        Some((zh, en)) if !en.trim().is_empty() => Localized::new(format!("{zh}。"), en.trim()),
        _ => Localized::new(text, text),
    }
}

/// Collects the paths of personal properties, including nested ones. The error is a place and its
/// problem.
fn find_personal(
    properties: &Map<String, Value>,
    within: &str,
    personal: &mut Vec<String>,
    erase_after: &mut Vec<EraseAfter>,
) -> Result<(), (String, String)> {
    for (name, spec) in properties {
        let path = format!("{within}{name}");
        let wrong = |key: &str, expected: &str, found: &Value| {
            let place = format!("/properties/{path}/{key}");
            Err((place, format!("expected {expected}, found {found}")))
        };
        match spec.get("x-onemap-personal") {
            None | Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => personal.push(path.clone()),
            Some(other) => return wrong("x-onemap-personal", "true or false", other),
        }
        if let Some(days) = spec.get("x-onemap-erase-after-days") {
            let since = spec.get("x-onemap-erase-since").unwrap_or(&Value::Null);
            let Some(days) = days.as_u64().and_then(|d| u32::try_from(d).ok()) else {
                return wrong("x-onemap-erase-after-days", "a whole number of days", days);
            };
            let Some(since) = since.as_str() else {
                return wrong("x-onemap-erase-since", "the name of a property", since);
            };
            if personal.last() != Some(&path) {
                personal.push(path.clone());
            }
            erase_after.push(EraseAfter {
                path: path.clone(),
                days,
                since: since.to_owned(),
            });
        }
        if let Some(inner) = spec.get("properties").and_then(Value::as_object) {
            find_personal(inner, &format!("{path}/"), personal, erase_after)?;
        }
    }
    Ok(())
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
    fn a_derived_text_needs_the_roles_of_all_its_sources() {
        let parse = |from: Value| {
            parse(json!({"properties": {
                "place": {"x-onemap-role": "officer"},
                "layer": {"x-onemap-role": "steward"},
                "reason": {"x-onemap-role": "rider", "x-onemap-derived-from": from},
            }}))
        };
        let role = |from: Value| parse(from).unwrap().properties["reason"].role;
        assert_eq!(role(json!([])), Role::Rider);
        assert_eq!(role(json!(["place"])), Role::Officer);
        assert_eq!(role(json!(["place", "layer"])), Role::Admin);
        let e = parse(json!(["nowhere"])).unwrap_err();
        assert_eq!(e.place, "/properties/reason/x-onemap-derived-from");
    }

    #[test]
    fn personal_data_has_paths_and_retention_times() {
        let after = json!({"type": "string", "x-onemap-erase-after-days": 30, "x-onemap-erase-since": "until"});
        let schema = parse(json!({"properties": {
            "until": {"type": "string"},
            "name": {"type": "string", "x-onemap-personal": true},
            "step": {"type": "object", "properties": {"note": after}},
        }}))
        .unwrap();
        assert_eq!(schema.personal, ["name", "step/note"]);
        let step = EraseAfter {
            path: "step/note".into(),
            days: 30,
            since: "until".into(),
        };
        assert_eq!(schema.erase_after, [step]);
        let e = parse(json!({"properties": {"a": {"x-onemap-erase-after-days": 3}}})).unwrap_err();
        assert_eq!(e.place, "/properties/a/x-onemap-erase-since");
        let e = parse(json!({"properties": {"a": {"x-onemap-personal": 3}}})).unwrap_err();
        assert_eq!(e.place, "/properties/a/x-onemap-personal");
    }

    #[test]
    fn a_wrong_schema_names_the_place_and_what_was_expected() {
        let e = parse(json!({"x-onemap-geometry": ["Circle"]})).unwrap_err();
        assert_eq!(
            e.to_string(),
            "schema of \"entrances\": /x-onemap-geometry: \
             expected Point, LineString, Polygon or none, found \"Circle\""
        );
        let e = parse(json!({"x-onemap-geometry": ["none", "Point"]})).unwrap_err();
        assert!(e.problem.contains("without \"none\""), "{e}");
        let e = parse(json!({"properties": {"a": {"x-onemap-role": "king"}}})).unwrap_err();
        assert_eq!(e.place, "/properties/a/x-onemap-role");
        let e = parse(json!({"x-onemap-write-role": ["officer", "king"]})).unwrap_err();
        assert_eq!(e.place, "/x-onemap-write-role/1");
        let e = parse(json!({"x-onemap-datetime": "when"})).unwrap_err();
        assert_eq!(e.place, "/x-onemap-datetime");
    }
}
