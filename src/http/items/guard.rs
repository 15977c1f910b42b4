//! Checks what a write may change. A caller who does not see a property can neither set nor remove it: its
//! value stays, and a body that names it is refused. Properties of which each read is recorded in the audit, such as
//! door codes, are in no list. They also stay if the body does not name them; `null` removes them.
//! The claims of photos (the secrets that prove who uploaded them) are removed from the body and checked.

use serde_json::{Map, Value};

use crate::http::photos::named;
use crate::http::problem::{Problem, WrongField};
use crate::index::Entry;
use crate::model::{Body, Properties, RoleSet, Schema, both};
use crate::service::ledger::cases;
use crate::store::PhotoClaim;

/// Whether the result of a replacement depends on the stored feature, because hidden properties of it are kept. The
/// commit must then require that the stored feature is unchanged.
pub(super) fn depends_on_present(schema: &Schema, roles: RoleSet) -> bool {
    schema.hidden_from(roles).next().is_some()
}

/// Refuses a body with properties that the caller does not see.
pub(super) fn only_visible(
    schema: &Schema,
    roles: RoleSet,
    properties: &Map<String, Value>,
) -> Result<(), Problem> {
    let hidden = schema
        .properties
        .values()
        .find(|p| !roles.includes(p.role) && properties.contains_key(&p.name));
    match hidden {
        None => Ok(()),
        Some(property) => {
            let (name, needed, zh) = (&property.name, property.role, property.role.zh());
            Err(Problem::forbidden(both!(
                "读写属性“{name}”需要“{zh}”角色。请不要填写该属性，要素会保留原有的值。",
                "Reading and writing {name:?} requires the role {needed}. Leave the property out; \
                 the feature keeps its value."
            ))
            .with_errors(vec![WrongField::new(
                format!("properties.{name}"),
                both!("需要“{zh}”角色", "requires the role {needed}"),
            )]))
        }
    }
}

/// The feature after a write, with the stored properties that the caller does not see.
pub(super) fn with_hidden(
    schema: &Schema,
    roles: RoleSet,
    present: Option<&Entry>,
    body: Body,
) -> Result<Body, Problem> {
    let mut properties = body.properties.to_map();
    only_visible(schema, roles, &properties)?;
    let Some(present) = present else {
        return Ok(body);
    };
    let mut all = cases::properties(present);
    let mut kept = false;
    for name in schema.hidden_from(roles) {
        // A caller who may set a recorded property need not have read it, so it stays if the body does not name
        // it.
        if !properties.contains_key(name)
            && let Some(value) = all.remove(name)
        {
            properties.insert(name.to_owned(), value);
            kept = true;
        }
    }
    if !kept {
        return Ok(body);
    }
    Ok(Body {
        geometry: body.geometry,
        properties: Properties::from_map(properties).map_err(|e| Problem::internal(&e))?,
    })
}

/// Removes the claims from the photo lists of a body. Returns the body to store, and the photos that are new in
/// a list and have to be linked.
pub(super) fn take_claims(
    schema: &Schema,
    present: Option<&Entry>,
    body: Body,
) -> Result<(Body, Vec<PhotoClaim>), Problem> {
    let mut claims = Vec::new();
    let lists: Vec<&str> = schema.photo_lists().map(|p| p.name.as_str()).collect();
    if lists.is_empty() {
        return Ok((body, claims));
    }
    let before = present.map(cases::properties).unwrap_or_default();
    let mut properties = body.properties.to_map();
    let mut taken = false;
    for name in lists {
        let known: Vec<&str> = named(before.get(name)).collect();
        let Some(Value::Array(items)) = properties.get_mut(name) else {
            continue;
        };
        for item in items {
            let claim = item
                .as_object_mut()
                .and_then(|photo| photo.remove("claim"))
                .and_then(|claim| claim.as_str().map(str::to_owned));
            let id = item.get("id").unwrap_or(item).as_str();
            let Some(id) = id.map(str::to_owned) else {
                continue;
            };
            if wants_ids(schema, name) {
                *item = Value::String(id.clone());
            }
            taken = true;
            if !known.contains(&id.as_str()) {
                claims.push(PhotoClaim {
                    id,
                    claim,
                    property: name.to_owned(),
                });
            }
        }
    }
    if !taken {
        return Ok((body, claims));
    }
    let body = Body {
        geometry: body.geometry,
        properties: Properties::from_map(properties).map_err(|e| Problem::internal(&e))?,
    };
    Ok((body, claims))
}

/// Whether a property is a list of photo ids.
fn wants_ids(schema: &Schema, name: &str) -> bool {
    schema.document["properties"][name]["items"]["type"] == "string"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Role;
    use crate::model::{CollectionId, FeatureId, Record};

    fn schema() -> Schema {
        let document = json!({"properties": {
            "name": {"type": "string"},
            "code": {"type": "string", "x-onemap-role": "admin"},
            "photos": {"type": "array", "items": {"type": "string"}, "x-onemap-photos": true},
        }});
        Schema::parse(&CollectionId::new("things").unwrap(), document).unwrap()
    }

    fn body(properties: Value) -> Body {
        Body {
            geometry: None,
            properties: Properties::parse(&properties.to_string()).unwrap(),
        }
    }

    fn entry(properties: Value) -> Entry {
        let record = Record {
            collection: CollectionId::new("things").unwrap(),
            id: FeatureId::new("t").unwrap(),
            seq: 1,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            body: Some(body(properties)),
        };
        Entry::new(&schema(), &record).unwrap()
    }

    #[test]
    fn a_property_that_the_caller_does_not_see_is_kept_and_cannot_be_set() {
        let present = entry(json!({"name": "a", "code": "1"}));
        let put =
            |role: Role, sent| with_hidden(&schema(), role.into(), Some(&present), body(sent));
        let kept = put(Role::Steward, json!({"name": "b"})).unwrap();
        assert_eq!(kept.properties.as_str(), r#"{"code":"1","name":"b"}"#);
        for sent in [
            json!({"code": "1"}),
            json!({"code": "2"}),
            json!({"code": null}),
        ] {
            assert!(put(Role::Steward, sent).is_err());
        }
        let removed = put(Role::Admin, json!({"name": "b"})).unwrap();
        assert_eq!(removed.properties.as_str(), r#"{"name":"b"}"#);
    }

    #[test]
    fn claims_are_removed_and_only_new_photos_are_linked() {
        let present = entry(json!({"photos": ["old"]}));
        let sent = body(json!({"photos": ["old", {"id": "new", "claim": "oc_1"}]}));
        let (kept, claims) = take_claims(&schema(), Some(&present), sent).unwrap();
        assert_eq!(kept.properties.as_str(), r#"{"photos":["old","new"]}"#);
        let new = PhotoClaim {
            id: "new".into(),
            claim: Some("oc_1".into()),
            property: "photos".into(),
        };
        assert_eq!(claims, [new]);
    }
}
