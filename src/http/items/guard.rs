//! What a write may touch. Who does not see a property neither sets nor removes it: what is kept stays as
//! it is, and a body that names it is refused. A door code, which lists do not show to anybody, stays too where
//! a body does not name it; `null` removes it. Photos that a body names are taken out with their claims.

use serde_json::{Map, Value};

use crate::http::photos::named;
use crate::http::problem::{Problem, WrongField};
use crate::index::Entry;
use crate::model::{Body, Properties, RoleSet, Schema, both};
use crate::service::ledger::cases;
use crate::store::PhotoClaim;

/// Whether what a caller writes depends on what is there: then a write names the version it was made of.
pub(super) fn depends_on_present(schema: &Schema, roles: RoleSet) -> bool {
    schema.hidden_from(roles).next().is_some()
}

/// Refuses a body that names what its sender does not see.
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
                "Reading and writing {name:?} needs the role {needed}. Leave the property out: the feature \
                 keeps its value."
            ))
            .with_errors(vec![WrongField::new(
                format!("properties.{name}"),
                both!("需要“{zh}”角色", "needs the role {needed}"),
            )]))
        }
    }
}

/// What a feature is after its writer sent all that they see of it.
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
        // Of what each look is recorded, a writer who may set it need not have seen it.
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

/// Takes the claims out of the lists of photos of a body. The answer is the body as it is kept, and the
/// photos that are to be linked: those that a list did not have before.
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

/// Whether a list of photos is a list of ids.
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
    fn who_does_not_see_a_property_keeps_it_and_cannot_set_it() {
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
    fn claims_are_taken_out_and_only_new_photos_are_linked() {
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
