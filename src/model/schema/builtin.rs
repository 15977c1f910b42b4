//! The built-in schemas, and how the rows of `$schemas` are updated when a program with other
//! built-in schemas starts.
//!
//! A row contains the schema in force. Its member [`ORIGIN`] says where the schema comes from: an
//! unmodified built-in schema is updated with the program; a steward's schema is kept as an overlay
//! on the built-in one. `revision` is that of the newest program that wrote the built-in part. An
//! older program does not change it, so that nodes of two releases do not undo each other's
//! updates.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::overlay;
use super::{RECORDED, Schema, SchemaError, text_of};
use crate::model::{CollectionId, Properties, Role};

/// The member of a row of `$schemas` that says where the schema comes from. It is not part of the
/// schema itself.
pub const ORIGIN: &str = "x-onemap-origin";

/// The revision of the built-in schemas. Increase it when a schema changes that was part of a
/// release.
const REVISION: u32 = 2;

/// The hashes of the built-in schemas of earlier releases, with their revisions. A row without an
/// origin and with one of these hashes was never modified.
const KNOWN: &[(&str, u32, &str)] = &[
    ("barriers", 1, "a4be6b41952d5c38083bc9a2f7afefe2"),
    ("boundaries", 1, "66403bd9a700ecb67783a1f0b3c95ac6"),
    ("buildings", 1, "5255e8ec62f852ed705be963685c6ebf"),
    ("compounds", 1, "c850066fc7566fbe00c9aab34e3ce3c2"),
    ("entrances", 1, "8c50372ba7a0a36954bfc64809b58449"),
    ("facilities", 1, "28e0285e64f6255524a2b0abc7463523"),
    ("first_aid_stations", 1, "1dd252cf4ae50e49da11329e8c166d90"),
    ("green", 1, "e8984c3db66dcc0191ce2d360629382f"),
    ("grids", 1, "2a8623f3025a9d282315344e7f75d7d1"),
    ("pocket_parks", 1, "d5f760ae7518ace3c823403ddcbdf9be"),
    ("roads", 1, "adaa4e6399c1a5024beb451565b37329"),
    ("routes", 1, "cae3217b7351ee58e4c694d75d54abbf"),
    ("units", 1, "5c0adf0541eb0eaf6add0192d2e83b31"),
    ("warnings", 1, "16c0ab061f4cd30099d5ae34ae9adac3"),
    ("water", 1, "2c46cddf4da76fee9480688eba81d1b4"),
];

/// The texts of the schema documents in `geodata/schemas`, by collection.
pub fn built_in_texts() -> [(&'static str, &'static str); 22] {
    macro_rules! schema {
        ($name:literal) => {
            (
                $name,
                include_str!(concat!("../../../geodata/schemas/", $name, ".json")),
            )
        };
    }
    [
        schema!("barriers"),
        schema!("boundaries"),
        schema!("buildings"),
        schema!("compounds"),
        schema!("day_orders"),
        schema!("duties"),
        schema!("entrances"),
        schema!("facilities"),
        schema!("first_aid_stations"),
        schema!("green"),
        schema!("grids"),
        schema!("mediation_points"),
        schema!("pocket_parks"),
        schema!("projects"),
        schema!("roads"),
        schema!("routes"),
        schema!("trail_stops"),
        schema!("trails"),
        schema!("turns"),
        schema!("units"),
        schema!("warnings"),
        schema!("water"),
    ]
}

/// The kinds of origin of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// A built-in schema without local changes.
    Builtin,
    /// A steward wrote the schema, alone or as an overlay on a built-in one.
    Steward,
    /// Inferred from imported data.
    Inferred,
}

/// The origin recorded in a row of `$schemas`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Origin {
    kind: OriginKind,
    /// The revision of the built-in schemas from which the row was written; 0 if it contains no
    /// built-in schema.
    #[serde(default)]
    revision: u32,
    /// The hash of the built-in schema in the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    builtin: Option<String>,
    /// The hash of the schema as the program wrote it; if it differs, somebody changed the row by
    /// hand.
    hash: String,
    /// The steward's schema, if it is an overlay on a built-in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    overlay: Option<Value>,
}

/// The built-in schemas of one version of the program.
#[derive(Debug)]
pub struct BuiltIns {
    revision: u32,
    schemas: BTreeMap<CollectionId, Map<String, Value>>,
}

impl BuiltIns {
    /// The built-in schemas of this program.
    pub fn compiled() -> &'static Self {
        static COMPILED: LazyLock<BuiltIns> = LazyLock::new(|| {
            let parsed = built_in_texts().into_iter().filter_map(|(name, text)| {
                // An invalid file is impossible here: a test reads every one of them.
                Some((
                    CollectionId::new(name).ok()?,
                    serde_json::from_str(text).ok()?,
                ))
            });
            BuiltIns::new(REVISION, parsed)
        });
        &COMPILED
    }

    /// The built-in schemas of another program version, for tests. Documents that are not objects
    /// are left out.
    pub fn new(revision: u32, schemas: impl IntoIterator<Item = (CollectionId, Value)>) -> Self {
        let schemas = schemas
            .into_iter()
            .filter_map(|(id, document)| match document {
                Value::Object(map) => Some((id, map)),
                _ => None,
            });
        Self {
            revision,
            schemas: schemas.collect(),
        }
    }

    /// The collections and their built-in documents.
    pub fn documents(&self) -> impl Iterator<Item = (&CollectionId, &Map<String, Value>)> {
        self.schemas.iter()
    }

    /// The built-in document of a collection.
    pub(super) fn document(&self, collection: &CollectionId) -> Option<&Map<String, Value>> {
        self.schemas.get(collection)
    }

    /// The places where a document protects less than the built-in schema of its collection.
    /// Unmodified schemas of earlier releases are not reported, because they are updated.
    pub fn loosened(
        &self,
        collection: &CollectionId,
        document: &Map<String, Value>,
    ) -> Vec<SchemaError> {
        match self.schemas.get(collection) {
            Some(known) if !self.is_built_in(collection, document) => {
                overlay::loosened(collection, known, document)
            }
            _ => Vec::new(),
        }
    }

    /// Raises the roles of a schema to those of the built-in one, and marks the properties whose
    /// reading is recorded. So the program never shows a property to a lower role, whoever wrote
    /// the row (an older program, SQL).
    pub fn protect(&self, schema: &mut Schema) {
        let Some(known) = self.schemas.get(&schema.collection) else {
            return;
        };
        if let Some(names) = known.get("x-onemap-scope") {
            let name = |of| text_of(names, of).map(str::to_owned);
            let scope = &mut schema.scope;
            scope.unit = name("unit").or(scope.unit.take());
            scope.community = name("community").or(scope.community.take());
        }
        let specs = known.get("properties").and_then(Value::as_object);
        for (name, spec) in specs.into_iter().flatten() {
            let Some(role) = spec.get("x-onemap-role").and_then(Value::as_str) else {
                continue;
            };
            let role = role.parse().unwrap_or(Role::Admin);
            let said = schema.properties.get(name).map_or(Role::Public, |p| p.role);
            if !said.includes(role) {
                schema.raise(name, spec, said.join(role));
            }
            if spec.get(RECORDED) == Some(&Value::Bool(true)) {
                schema.record(name);
            }
        }
    }

    /// The first row of `$schemas` for a collection.
    pub fn new_row(
        &self,
        collection: &CollectionId,
        document: &Value,
        kind: OriginKind,
    ) -> Map<String, Value> {
        let document = document.as_object().cloned().unwrap_or_default();
        if self.is_built_in(collection, &document) {
            return self.row(collection, None);
        }
        match (kind, self.schemas.contains_key(collection)) {
            (OriginKind::Steward, true) => self.row(collection, Some(document)),
            _ => plain_row(document, kind),
        }
    }

    /// Updates a row of `$schemas`: combines this program's built-in schema with the steward's one.
    /// `steward` is a new schema of a steward. `None` if the row needs no change.
    pub fn resolve(
        &self,
        collection: &CollectionId,
        row: &Map<String, Value>,
        steward: Option<&Value>,
    ) -> Option<Map<String, Value>> {
        let (document, origin) = split(row);
        let edited = match &origin {
            Some(origin) => origin.hash != hash(&document),
            None => !self.is_built_in(collection, &document),
        };
        let steward = steward.and_then(Value::as_object);
        let revision = origin.as_ref().map_or(0, |o| o.revision);
        let next = if let Some(origin) = origin.as_ref().filter(|_| revision > self.revision) {
            // A newer program wrote the row. Its built-in part stays; a steward's new schema is
            // added to it.
            let own = steward.filter(|own| !self.is_built_in(collection, own))?;
            let overlay = Value::Object(own.clone());
            if origin.overlay.as_ref() == Some(&overlay) {
                return None;
            }
            let document = overlay::join(&document, own);
            let origin = Origin {
                kind: OriginKind::Steward,
                hash: hash(&document),
                overlay: Some(overlay),
                ..origin.clone()
            };
            with_origin(document, &origin)
        } else if self.schemas.contains_key(collection) {
            let own = match steward {
                Some(own) => Some(own.clone()),
                None if edited => Some(document),
                None => origin
                    .and_then(|o| o.overlay)
                    .and_then(|o| o.as_object().cloned()),
            };
            let own = own.filter(|own| !self.is_built_in(collection, own));
            self.row(collection, own)
        } else if let Some(own) = steward {
            plain_row(own.clone(), OriginKind::Steward)
        } else {
            let kind = match origin {
                Some(origin) if !edited => origin.kind,
                None if document.get("x-onemap-description-en") == Some(&INFERRED.into()) => {
                    OriginKind::Inferred
                }
                _ => OriginKind::Steward,
            };
            plain_row(document, kind)
        };
        (next != *row).then_some(next)
    }

    fn row(
        &self,
        collection: &CollectionId,
        own: Option<Map<String, Value>>,
    ) -> Map<String, Value> {
        let empty = Map::new();
        let built_in = self.schemas.get(collection).unwrap_or(&empty);
        let document = match &own {
            None => built_in.clone(),
            Some(own) => overlay::join(built_in, own),
        };
        let origin = Origin {
            kind: match own {
                None => OriginKind::Builtin,
                Some(_) => OriginKind::Steward,
            },
            revision: self.revision,
            builtin: Some(hash(built_in)),
            hash: hash(&document),
            overlay: own.map(Value::Object),
        };
        with_origin(document, &origin)
    }

    /// Whether a document is an unmodified built-in schema of this or an earlier release.
    fn is_built_in(&self, collection: &CollectionId, document: &Map<String, Value>) -> bool {
        if self.schemas.get(collection) == Some(document) {
            return true;
        }
        let hash = hash(document);
        self.schemas
            .get(collection)
            .is_some_and(|known| self::hash(known) == hash)
            || KNOWN
                .iter()
                .any(|(name, _, known)| *name == collection.as_str() && *known == hash)
    }
}

/// The English description of an inferred schema.
pub const INFERRED: &str = "Inferred from imported data.";

fn plain_row(document: Map<String, Value>, kind: OriginKind) -> Map<String, Value> {
    let origin = Origin {
        kind,
        revision: 0,
        builtin: None,
        hash: hash(&document),
        overlay: None,
    };
    with_origin(document, &origin)
}

fn with_origin(mut document: Map<String, Value>, origin: &Origin) -> Map<String, Value> {
    if let Ok(origin) = serde_json::to_value(origin) {
        document.insert(ORIGIN.to_owned(), origin);
    }
    document
}

/// Splits a row into the schema and its origin. An unreadable origin counts as missing.
fn split(row: &Map<String, Value>) -> (Map<String, Value>, Option<Origin>) {
    let mut document = row.clone();
    let origin = document.remove(ORIGIN);
    (
        document,
        origin.and_then(|o| serde_json::from_value(o).ok()),
    )
}

/// The hash of a document, independent of the order of members.
fn hash(document: &Map<String, Value>) -> String {
    let text = match Properties::from_map(document.clone()) {
        Ok(canonical) => canonical.as_str().to_owned(),
        Err(_) => Value::Object(document.clone()).to_string(),
    };
    let digest = Sha256::digest(text);
    hex::encode(&digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn id(name: &str) -> CollectionId {
        CollectionId::new(name).unwrap()
    }

    fn gates(revision: u32, role: &str) -> BuiltIns {
        let document = json!({"properties": {"code": {"type": "string", "x-onemap-role": role}}});
        BuiltIns::new(revision, [(id("gates"), document)])
    }

    fn role_of(row: &Map<String, Value>, property: &str) -> String {
        let document = Value::Object(row.clone());
        let role = document.pointer(&format!("/properties/{property}/x-onemap-role"));
        role.and_then(Value::as_str).unwrap_or("public").to_owned()
    }

    #[test]
    fn a_released_schema_that_changed_has_a_newer_revision() {
        let newest = KNOWN
            .iter()
            .map(|(_, revision, _)| *revision)
            .max()
            .unwrap();
        for (name, document) in BuiltIns::compiled().documents() {
            let released = KNOWN
                .iter()
                .any(|(n, r, h)| *n == name.as_str() && *r == newest && *h == hash(document));
            assert!(
                released || REVISION > newest,
                "raise REVISION: {name} changed"
            );
        }
    }

    #[test]
    fn an_unmodified_built_in_schema_is_updated_and_never_downgraded() {
        let (old, new) = (gates(1, "public"), gates(2, "steward"));
        let row = old.new_row(
            &id("gates"),
            &json!(old.schemas[&id("gates")]),
            OriginKind::Builtin,
        );
        assert_eq!(old.resolve(&id("gates"), &row, None), None);
        let upgraded = new.resolve(&id("gates"), &row, None).unwrap();
        assert_eq!(role_of(&upgraded, "code"), "steward");
        assert_eq!(new.resolve(&id("gates"), &upgraded, None), None);
        assert_eq!(old.resolve(&id("gates"), &upgraded, None), None);
        // The same holds with a steward's schema as overlay.
        let own = json!({"properties": {"colour": {"type": "string"}}});
        let both = old.resolve(&id("gates"), &upgraded, Some(&own)).unwrap();
        assert_eq!(role_of(&both, "code"), "steward");
        assert!(both["properties"]["colour"].is_object());
        assert_eq!(old.resolve(&id("gates"), &both, Some(&own)), None);
    }

    #[test]
    fn a_stewards_schema_remains_an_overlay_after_an_update() {
        let (old, new) = (gates(1, "public"), gates(2, "rider"));
        let own = json!({"properties": {"code": {"x-onemap-role": "officer"}, "note": {"type": "string"}}});
        let row = old.new_row(&id("gates"), &own, OriginKind::Steward);
        assert_eq!(role_of(&row, "code"), "officer");
        let upgraded = new.resolve(&id("gates"), &row, None).unwrap();
        assert_eq!(role_of(&upgraded, "code"), "officer");
        assert!(upgraded["properties"]["note"].is_object());
        // The steward removes the stricter role; the built-in protection stays.
        let less = json!({"properties": {"note": {"type": "string"}}});
        let row = new.resolve(&id("gates"), &upgraded, Some(&less)).unwrap();
        assert_eq!(role_of(&row, "code"), "rider");
    }

    #[test]
    fn a_row_that_was_changed_by_hand_becomes_an_overlay() {
        let new = gates(2, "steward");
        // A row without an origin was written by an earlier release or by SQL.
        let by_hand =
            json!({"properties": {"code": {"type": "string"}, "own": {"type": "string"}}});
        let row = new
            .resolve(&id("gates"), by_hand.as_object().unwrap(), None)
            .unwrap();
        assert_eq!(role_of(&row, "code"), "steward");
        assert_eq!(row[ORIGIN]["kind"], "steward");
        assert_eq!(row[ORIGIN]["overlay"], by_hand);
        // If the hash in the origin does not match, somebody changed the row by hand.
        let mut edited = new.new_row(
            &id("gates"),
            &json!(new.schemas[&id("gates")]),
            OriginKind::Builtin,
        );
        assert_eq!(edited[ORIGIN]["kind"], "builtin");
        edited["properties"]["own"] = json!({"type": "string", "x-onemap-role": "rider"});
        let row = new.resolve(&id("gates"), &edited, None).unwrap();
        assert_eq!(row[ORIGIN]["kind"], "steward");
        assert_eq!(role_of(&row, "own"), "rider");
        assert_eq!(new.resolve(&id("gates"), &row, None), None);
    }

    #[test]
    fn a_schema_written_by_sql_keeps_the_built_in_roles() {
        let new = gates(2, "steward");
        let mut schema = Schema::parse(&id("gates"), json!({"properties": {}})).unwrap();
        new.protect(&mut schema);
        assert_eq!(
            schema.hidden_from(Role::Rider).collect::<Vec<_>>(),
            ["code"]
        );
        assert_eq!(schema.hidden_from(Role::Steward).count(), 0);
        assert_eq!(
            schema.document.pointer("/properties/code/x-onemap-role"),
            Some(&json!("steward"))
        );
    }
}
