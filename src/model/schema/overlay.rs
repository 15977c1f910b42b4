//! Combines a steward's schema with the built-in one of the same collection. The overlay may add
//! properties and raise roles but cannot lower a role: what the program protects stays protected.
//!
//! | in the overlay | result |
//! | --- | --- |
//! | `x-onemap-role` | the lowest role that includes both |
//! | `x-onemap-write-role` | the roles that both schemas allow to write |
//! | `x-onemap-personal`, `-recorded`, `-read-only`, `-scope` | the built-in value if there is one, else the overlay's |
//! | a property with another `type` | the overlay's property, with the protection above |
//! | `properties` within a property, `items` | combined by the same rules |
//! | anything else | the overlay's value if there is one, else the built-in one |

use serde_json::{Map, Value};

use super::{RECORDED, SchemaError};
use crate::model::{CollectionId, Role};

pub(super) const ROLE: &str = "x-onemap-role";
pub(super) const WRITE_ROLE: &str = "x-onemap-write-role";
pub(super) const READ_ONLY: &str = "x-onemap-read-only";
pub(super) const SCOPE: &str = "x-onemap-scope";
const PERSONAL: &str = "x-onemap-personal";
const ERASE_AFTER: &str = "x-onemap-erase-after-days";
pub(super) const PROPERTIES: &str = "properties";
const ITEMS: &str = "items";

/// Combines a built-in schema with an overlay.
pub(super) fn join(
    built_in: &Map<String, Value>,
    overlay: &Map<String, Value>,
) -> Map<String, Value> {
    let mut all = built_in.clone();
    for (key, value) in overlay {
        match key.as_str() {
            READ_ONLY | SCOPE if built_in.contains_key(key) => {}
            WRITE_ROLE => {
                let roles = join_writers(&writers(built_in), &writers(overlay));
                all.insert(key.clone(), writers_value(&roles));
            }
            PROPERTIES => {}
            _ => {
                all.insert(key.clone(), value.clone());
            }
        }
    }
    if let Some(own) = overlay.get(PROPERTIES).and_then(Value::as_object) {
        let properties = all
            .entry(PROPERTIES)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(properties) = properties {
            *properties = join_properties(properties, own);
        }
    }
    all
}

fn join_properties(below: &Map<String, Value>, above: &Map<String, Value>) -> Map<String, Value> {
    let mut all = below.clone();
    for (name, spec) in above {
        let joined = match below.get(name) {
            Some(known) => join_property(known, spec),
            None => spec.clone(),
        };
        all.insert(name.clone(), joined);
    }
    all
}

/// Whether a property, or one nested in it, is marked as personal.
fn is_personal_within(spec: &Value) -> bool {
    let inner = spec.get(PROPERTIES).and_then(Value::as_object);
    spec.get(PERSONAL) == Some(&Value::Bool(true))
        || inner.is_some_and(|inner| inner.values().any(is_personal_within))
}

fn join_property(built_in: &Value, overlay: &Value) -> Value {
    let (Value::Object(below), Value::Object(above)) = (built_in, overlay) else {
        return built_in.clone();
    };
    // If the overlay changes the type, the built-in keywords (such as `enum`) are left out: they
    // would refuse every value of the new type.
    let retyped = above
        .get("type")
        .is_some_and(|t| Some(t) != below.get("type"));
    let mut all = if retyped { Map::new() } else { below.clone() };
    for (key, value) in above {
        let joined = match (below.get(key), value) {
            (Some(Value::Object(known)), Value::Object(own)) if key == PROPERTIES && !retyped => {
                Value::Object(join_properties(known, own))
            }
            (Some(known @ Value::Object(_)), own) if key == ITEMS && !retyped => {
                join_property(known, own)
            }
            _ => value.clone(),
        };
        all.insert(key.clone(), joined);
    }
    // If a nested property was personal and the type of the outer one changes, the whole outer
    // property becomes personal.
    if retyped && is_personal_within(built_in) {
        all.insert(PERSONAL.to_owned(), true.into());
    }
    let role = role(below, ROLE, Role::Public).join(role(above, ROLE, Role::Public));
    if role != Role::Public {
        all.insert(ROLE.to_owned(), role.as_str().into());
    }
    for mark in [PERSONAL, RECORDED] {
        if let Some(said) = below.get(mark) {
            all.insert(mark.to_owned(), said.clone());
        }
    }
    Value::Object(all)
}

/// The places where an overlay protects less than the built-in schema. Properties that the overlay
/// does not mention keep their protection.
pub(super) fn loosened(
    collection: &CollectionId,
    built_in: &Map<String, Value>,
    overlay: &Map<String, Value>,
) -> Vec<SchemaError> {
    let mut found = Vec::new();
    let mut refuse = |place: String, problem: String| {
        found.push(SchemaError {
            collection: collection.to_string(),
            place,
            problem,
        });
    };
    let lower = |below: &Map<String, Value>, above: &Map<String, Value>, key: &str, default| {
        above.get(key)?;
        let (needed, said) = (role(below, key, default), role(above, key, default));
        (!said.includes(needed)).then(|| {
            format!(
                "expected {needed} or a role that includes it (the role in the built-in \
                 schema; a schema may raise a role, not lower it), found {said}"
            )
        })
    };
    if overlay.contains_key(WRITE_ROLE) {
        let needed = writers(built_in);
        for said in writers(overlay) {
            if !needed.iter().any(|needed| said.includes(*needed)) {
                let needed: Vec<&str> = needed.iter().map(|role| role.as_str()).collect();
                let problem = format!(
                    "expected {} or a role that includes it (the write role in the built-in \
                     schema; a schema may raise a role, not lower it), found {said}",
                    needed.join(", ")
                );
                refuse(format!("/{WRITE_ROLE}"), problem);
            }
        }
    }
    let mut open = vec![(String::new(), built_in, overlay)];
    while let Some((within, built_in, overlay)) = open.pop() {
        let (below, above) = (properties(built_in), properties(overlay));
        for (name, spec) in above.into_iter().flatten() {
            let known = below.and_then(|p| p.get(name)).and_then(Value::as_object);
            let (Some(known), Some(spec)) = (known, spec.as_object()) else {
                continue;
            };
            open.push((format!("{within}/{PROPERTIES}/{name}"), known, spec));
            if let Some(problem) = lower(known, spec, ROLE, Role::Public) {
                refuse(format!("{within}/{PROPERTIES}/{name}/{ROLE}"), problem);
            }
            for (mark, meaning) in [
                (PERSONAL, "it is personal"),
                (RECORDED, "each reading is recorded"),
            ] {
                if known.get(mark) == Some(&Value::Bool(true))
                    && spec.get(mark) == Some(&Value::Bool(false))
                {
                    refuse(
                        format!("{within}/{PROPERTIES}/{name}/{mark}"),
                        format!(
                            "expected true (the built-in schema says that {meaning}), found false"
                        ),
                    );
                }
            }
        }
    }
    found
}

/// The places of keywords that have no effect where they are: `x-onemap-role` and
/// `x-onemap-recorded` inside a property, and `x-onemap-personal` and `x-onemap-erase-after-days` inside the items of
/// a list. A schema with such keywords protects less than it seems to.
pub(super) fn unhonoured(
    collection: &CollectionId,
    document: &Map<String, Value>,
) -> Vec<SchemaError> {
    fn look(spec: &Value, place: &str, depth: usize, in_items: bool, found: &mut Vec<String>) {
        let Some(map) = spec.as_object() else { return };
        for (key, value) in map {
            let here = format!("{place}/{key}");
            match key.as_str() {
                ROLE | RECORDED if depth > 1 => found.push(here),
                PERSONAL | ERASE_AFTER if in_items => found.push(here),
                PROPERTIES => {
                    for (name, inner) in value.as_object().into_iter().flatten() {
                        look(inner, &format!("{here}/{name}"), depth + 1, in_items, found);
                    }
                }
                ITEMS => look(value, &here, depth + 1, true, found),
                _ => {}
            }
        }
    }
    let mut places = Vec::new();
    look(&Value::Object(document.clone()), "", 0, false, &mut places);
    let problem = "this keyword has no effect inside a property; move it to the top-level property";
    places
        .into_iter()
        .map(|place| SchemaError {
            collection: collection.to_string(),
            place,
            problem: problem.to_owned(),
        })
        .collect()
}

fn properties(document: &Map<String, Value>) -> Option<&Map<String, Value>> {
    document.get(PROPERTIES).and_then(Value::as_object)
}

/// The roles of which an account needs one to write: a role, or a list of roles. An unknown name
/// counts as `admin`, as in [`role`].
pub(super) fn writers(of: &Map<String, Value>) -> Vec<Role> {
    match of.get(WRITE_ROLE).and_then(Value::as_array) {
        None => vec![role(of, WRITE_ROLE, Role::Steward)],
        Some(list) => {
            let named = list.iter().map(|said| said.as_str()?.parse().ok());
            let roles: Vec<Role> = named.map(|role| role.unwrap_or(Role::Admin)).collect();
            if roles.is_empty() {
                vec![Role::Admin]
            } else {
                roles
            }
        }
    }
}

/// The lowest roles that both lists allow to write.
pub(super) fn join_writers(a: &[Role], b: &[Role]) -> Vec<Role> {
    let mut both: Vec<Role> = Vec::new();
    for role in a.iter().flat_map(|a| b.iter().map(|b| a.join(*b))) {
        if !both.iter().any(|known| role.includes(*known)) {
            both.retain(|known| !known.includes(role));
            both.push(role);
        }
    }
    both
}

pub(super) fn writers_value(roles: &[Role]) -> Value {
    match roles {
        [one] => one.as_str().into(),
        many => many.iter().map(|role| role.as_str()).collect(),
    }
}

/// The role given by a keyword. An unknown name (of a newer program, or a mistake) counts as
/// `admin`, the strictest.
pub(super) fn role(of: &Map<String, Value>, key: &str, default: Role) -> Role {
    match of.get(key) {
        None => default,
        Some(said) => {
            let said = said.as_str().and_then(|text| text.parse().ok());
            said.unwrap_or(Role::Admin)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("expected an object, found {other}"),
        }
    }

    fn built_in() -> Map<String, Value> {
        map(json!({
            "title": "出入口",
            "x-onemap-read-only": "through the ledger",
            "properties": {
                "name": {"type": "string", "title": "名称"},
                "kind": {"type": "string", "enum": ["gate"]},
                "code": {"type": "string", "x-onemap-role": "steward", "x-onemap-personal": true},
            },
        }))
    }

    #[test]
    fn protection_of_nested_properties_survives_an_overlay_of_another_one() {
        let built_in = json!({"properties": {"step": {"type": "object", "properties": {
            "note": {"type": "string", "x-onemap-personal": true},
            "account": {"type": "string"},
        }}}});
        let overlay = json!({"properties": {"step": {"properties": {"account": {"title": "谁"}}}}});
        let of = |v: &Value| v.as_object().cloned().unwrap();
        let joined = Value::Object(join(&of(&built_in), &of(&overlay)));
        let within = &joined["properties"]["step"]["properties"];
        assert_eq!(within["note"]["x-onemap-personal"], true);
        assert_eq!(within["account"]["title"], "谁");
        // A text in place of the object becomes personal as a whole.
        let retyped = json!({"properties": {"step": {"type": "string"}}});
        let joined = Value::Object(join(&of(&built_in), &of(&retyped)));
        assert_eq!(joined["properties"]["step"]["x-onemap-personal"], true);
        let lower =
            json!({"properties": {"step": {"properties": {"note": {"x-onemap-personal": false}}}}});
        let places: Vec<String> = loosened(&name(), &of(&built_in), &of(&lower))
            .into_iter()
            .map(|e| e.place)
            .collect();
        assert_eq!(
            places,
            ["/properties/step/properties/note/x-onemap-personal"]
        );
    }

    #[test]
    fn a_keyword_without_effect_is_reported() {
        let document = json!({"properties": {
            "step": {"x-onemap-role": "officer", "properties": {"account": {"x-onemap-role": "admin"}}},
            "people": {"items": {"properties": {"tel": {"x-onemap-personal": true, "x-onemap-erase-after-days": 30, "x-onemap-erase-since": "until"}}}},
        }});
        let mut places: Vec<String> = unhonoured(&name(), document.as_object().unwrap())
            .into_iter()
            .map(|e| e.place)
            .collect();
        places.sort();
        assert_eq!(
            places,
            [
                "/properties/people/items/properties/tel/x-onemap-erase-after-days",
                "/properties/people/items/properties/tel/x-onemap-personal",
                "/properties/step/properties/account/x-onemap-role",
            ]
        );
    }

    #[test]
    fn a_list_of_writers_is_narrowed_and_never_widened() {
        let of = |value: Value| map(json!({"x-onemap-write-role": value}));
        let built_in = of(json!(["officer", "steward"]));
        for (overlay, joined, refused) in [
            (json!("officer"), json!("officer"), 0),
            (
                json!(["steward", "officer"]),
                json!(["steward", "officer"]),
                0,
            ),
            (json!("admin"), json!("admin"), 0),
            (
                json!(["officer", "rider"]),
                json!(["officer", "steward"]),
                1,
            ),
            (json!(["planner"]), json!("admin"), 1),
        ] {
            let overlay = of(overlay);
            let found = join(&built_in, &overlay)["x-onemap-write-role"].clone();
            let sorted = |value: &Value| {
                let mut roles = writers(&of(value.clone()));
                roles.sort_by_key(|role| role.as_str());
                roles
            };
            assert_eq!(sorted(&found), sorted(&joined), "{overlay:?}");
            let problems = loosened(&name(), &built_in, &overlay);
            assert_eq!(problems.len(), refused, "{problems:?}");
        }
    }

    #[test]
    fn an_overlay_adds_properties_raises_roles_and_keeps_the_rest() {
        let overlay = map(json!({
            "title": "门",
            "x-onemap-write-role": "admin",
            "properties": {
                "name": {"x-onemap-role": "rider"},
                "kind": {"type": "integer"},
                "colour": {"type": "string"},
            },
        }));
        assert_eq!(loosened(&name(), &built_in(), &overlay), []);
        assert_eq!(
            Value::Object(join(&built_in(), &overlay)),
            json!({
                "title": "门",
                "x-onemap-read-only": "through the ledger",
                "x-onemap-write-role": "admin",
                "properties": {
                    "name": {"type": "string", "title": "名称", "x-onemap-role": "rider"},
                    "kind": {"type": "integer"},
                    "code": {"type": "string", "x-onemap-role": "steward", "x-onemap-personal": true},
                    "colour": {"type": "string"},
                },
            })
        );
    }

    #[test]
    fn a_lower_role_is_refused_and_never_takes_effect() {
        let overlay = map(json!({
            "x-onemap-write-role": "rider",
            "properties": {"code": {"type": "string", "x-onemap-role": "officer", "x-onemap-personal": false}},
        }));
        let places: Vec<String> = loosened(&name(), &built_in(), &overlay)
            .into_iter()
            .map(|e| e.place)
            .collect();
        assert_eq!(
            places,
            [
                "/x-onemap-write-role",
                "/properties/code/x-onemap-role",
                "/properties/code/x-onemap-personal"
            ]
        );
        let joined = join(&built_in(), &overlay);
        // Neither officer nor steward includes the other, so the property needs admin, the lowest role
        // that includes both.
        assert_eq!(joined["properties"]["code"]["x-onemap-role"], "admin");
        assert_eq!(joined["properties"]["code"]["x-onemap-personal"], true);
        assert_eq!(joined["x-onemap-write-role"], "steward");
    }

    fn name() -> CollectionId {
        CollectionId::new("entrances").unwrap()
    }
}
