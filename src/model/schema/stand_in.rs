//! The schema that applies in place of a stored one that cannot be read.
//!
//! It depends only on the row and the program, not on the schema that was in force before, so that
//! a node that reads the row now and one that starts later show the same map.

use serde_json::{Map, Value};

use super::overlay::{self, PROPERTIES, READ_ONLY, ROLE, SCOPE, WRITE_ROLE};
use super::{BuiltIns, RECORDED, Schema};
use crate::model::{CollectionId, Role};

/// The keyword of a text that is derived from other properties.
const DERIVED: &str = "x-onemap-derived-from";

impl BuiltIns {
    /// The schema in force if the row of a collection cannot be read: the built-in one, with every
    /// property protected at least as the row says. If the row gives a role that cannot be read,
    /// the property is visible to administrators only.
    ///
    /// `None` if there is no built-in schema or if it is unclear what the row protects. Such a
    /// collection is not shown.
    pub fn stand_in(&self, collection: &CollectionId, row: &Map<String, Value>) -> Option<Schema> {
        let mut document = self.document(collection)?.clone();
        // The scope decides who may see a feature. If the row has another scope than the built-in schema, it is
        // unclear which of the two protects more, so the collection is not shown.
        let scope = row.get(SCOPE);
        if scope.is_some() && scope != document.get(SCOPE) {
            return None;
        }
        if let Some(said) = row.get(PROPERTIES) {
            let known = document
                .entry(PROPERTIES)
                .or_insert_with(|| Value::Object(Map::new()))
                .as_object_mut()?;
            for (name, spec) in said.as_object()? {
                protect(known, name, spec)?;
            }
        }
        if row.contains_key(WRITE_ROLE) {
            let (known, said) = (overlay::writers(&document), overlay::writers(row));
            let roles = overlay::join_writers(&known, &said);
            document.insert(WRITE_ROLE.to_owned(), overlay::writers_value(&roles));
        }
        if row.contains_key(READ_ONLY) && !document.contains_key(READ_ONLY) {
            let text = row.get(READ_ONLY).and_then(Value::as_str);
            document.insert(READ_ONLY.to_owned(), text.unwrap_or_default().into());
        }
        Schema::parse(collection, Value::Object(document)).ok()
    }
}

/// Adds the protection that the row gives to a property. `None` if the schema cannot express it.
fn protect(known: &mut Map<String, Value>, name: &str, spec: &Value) -> Option<()> {
    let below = known.get(name);
    if below == Some(spec) {
        return Some(());
    }
    let derived = |of: Option<&Value>| of.and_then(|spec| spec.get(DERIVED)).cloned();
    let role = match spec.as_object() {
        // A derived text is visible to the roles that may see all its sources.
        Some(_) if derived(Some(spec)).is_some() && derived(Some(spec)) != derived(below) => {
            Role::Admin
        }
        Some(spec) => overlay::role(spec, ROLE, Role::Public),
        None => Role::Admin,
    };
    let recorded = !matches!(spec.get(RECORDED), None | Some(Value::Bool(false)));
    if role == Role::Public && !recorded {
        return Some(());
    }
    let own = known
        .entry(name)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()?;
    let role = overlay::role(own, ROLE, Role::Public).join(role);
    own.insert(ROLE.to_owned(), role.as_str().into());
    if recorded {
        own.insert(RECORDED.to_owned(), true.into());
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn gates() -> CollectionId {
        CollectionId::new("gates").unwrap()
    }

    /// The stand-in for a row. The built-in schema has a name, a door code for riders, and a text
    /// derived from the name.
    fn stand_in(row: Value) -> Option<Schema> {
        let built_in = json!({"properties": {
            "name": {"type": "string"},
            "code": {"type": "string", "x-onemap-role": "rider"},
            "label": {"type": "string", "x-onemap-derived-from": ["name"]},
        }});
        let built_ins = BuiltIns::new(1, [(gates(), built_in)]);
        built_ins.stand_in(&gates(), row.as_object().unwrap())
    }

    fn roles(row: Value) -> Vec<(String, Role)> {
        let schema = stand_in(row).unwrap();
        let roles = schema.properties.values().map(|p| (p.name.clone(), p.role));
        roles.filter(|(_, role)| *role != Role::Public).collect()
    }

    fn role(name: &str, role: Role) -> (String, Role) {
        (name.to_owned(), role)
    }

    #[test]
    fn an_unreadable_row_still_protects_its_properties() {
        let wrong_elsewhere = json!({"x-onemap-minzoom": "near", "properties": {
            "name": {"x-onemap-role": "officer"},
            "code": {"x-onemap-role": "public"},
            "tel": {"type": "colour", "x-onemap-role": "rider"},
        }});
        assert_eq!(
            roles(wrong_elsewhere),
            [
                role("code", Role::Rider),
                role("label", Role::Officer),
                role("name", Role::Officer),
                role("tel", Role::Rider),
            ]
        );
        let unknown = json!({"properties": {
            "name": {"x-onemap-role": "king"},
            "tel": 3,
            "both": {"x-onemap-derived-from": ["code", "name"]},
        }});
        assert_eq!(
            roles(unknown),
            ["both", "code", "label", "name", "tel"].map(|name| role(
                name,
                if name == "code" {
                    Role::Rider
                } else {
                    Role::Admin
                }
            ))
        );
    }

    #[test]
    fn a_stand_in_keeps_recording_and_write_protection() {
        let row = json!({
            "x-onemap-minzoom": "near", "x-onemap-write-role": "admin", "x-onemap-read-only": 1,
            "properties": {"code": {"x-onemap-recorded": true}},
        });
        let schema = stand_in(row).unwrap();
        assert!(schema.properties["code"].recorded);
        assert_eq!(schema.write_roles, [Role::Admin]);
        assert!(schema.read_only.is_some());
    }

    #[test]
    fn no_stand_in_if_the_protection_is_unclear() {
        assert_eq!(stand_in(json!({"properties": []})), None);
        assert_eq!(stand_in(json!({"x-onemap-scope": {"unit": "name"}})), None);
        let trees = CollectionId::new("trees").unwrap();
        let none = BuiltIns::new(1, []).stand_in(&trees, &Map::new());
        assert_eq!(none, None);
    }
}
