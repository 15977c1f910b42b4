//! All collections of the current map, and how a commit is applied to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Collection, Loader};
use crate::model::{BuiltIns, CollectionId, FeatureId, Record, SCHEMAS, Schema, SchemaError};

/// All collections by name. Cheap to clone; a commit creates a new value.
///
/// Schemas are rows of the hidden collection `$schemas` and take effect with the commit that writes
/// them. Features of a collection without a schema are kept but not shown, because it is unknown
/// which of their properties are protected. If a row of `$schemas` cannot be read, the schema in
/// force is derived from that row and the built-in schemas (see [`BuiltIns::stand_in`]), so that it
/// is the same after a restart.
#[derive(Debug, Clone, Default)]
pub struct Collections {
    shown: BTreeMap<CollectionId, Arc<Collection>>,
    hidden: BTreeMap<CollectionId, Arc<Collection>>,
    unreadable: Arc<BTreeMap<FeatureId, UnreadableSchema>>,
}

/// A row of `$schemas` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableSchema {
    /// The commit that wrote the row.
    pub seq: u64,
    /// Why the row cannot be read.
    pub error: SchemaError,
}

impl Collections {
    /// Loads all records of a store and returns the errors in its schemas. Records must be sorted
    /// by collection, so that `$schemas` comes first.
    pub fn load(records: impl IntoIterator<Item = Record>) -> (Self, Vec<SchemaError>) {
        let mut loaders: BTreeMap<CollectionId, Loader> = BTreeMap::new();
        let mut schemas: BTreeMap<CollectionId, Arc<Schema>> = BTreeMap::new();
        let mut unreadable = BTreeMap::new();
        for record in records {
            if let Some(row) = SchemaRow::of(&record) {
                match (row.collection, row.schema) {
                    (Some(id), Some(schema)) => {
                        schemas.insert(id, Arc::new(schema));
                    }
                    (Some(id), None) => {
                        schemas.remove(&id);
                    }
                    (None, _) => {}
                }
                note(&mut unreadable, &record, row.error);
            }
            loaders
                .entry(record.collection.clone())
                .or_insert_with_key(|id| {
                    Loader::new(schemas.get(id).cloned().unwrap_or_else(|| open_schema(id)))
                })
                .push(record);
        }
        let problems = unreadable.values().map(|row| row.error.clone()).collect();
        let mut all = Self {
            unreadable: Arc::new(unreadable),
            ..Self::default()
        };
        for (id, loader) in loaders {
            let collection = loader.finish();
            match schemas.remove(&id) {
                Some(schema) => {
                    let collection = if Arc::ptr_eq(&schema, collection.schema()) {
                        collection
                    } else {
                        // The row of the schema came after the first feature.
                        collection.with_schema(schema, 0)
                    };
                    all.shown.insert(id, Arc::new(collection));
                }
                None => {
                    all.hidden.insert(id, Arc::new(collection));
                }
            }
        }
        for (id, schema) in schemas {
            all.shown.insert(id, Arc::new(Collection::empty(schema)));
        }
        (all, problems)
    }

    /// Marks all collections as complete up to `seq`; see [`Collection::loaded_at`].
    pub fn loaded_at(self, seq: u64) -> Self {
        let at = |map: BTreeMap<CollectionId, Arc<Collection>>| {
            map.into_iter()
                .map(|(id, c)| (id, Arc::new(Arc::unwrap_or_clone(c).loaded_at(seq))))
                .collect()
        };
        Self {
            shown: at(self.shown),
            hidden: at(self.hidden),
            unreadable: self.unreadable,
        }
    }

    /// The collections after a commit, or after several that are applied in one step, and the errors in schemas that
    /// these commits wrote. Consecutive records of one collection are applied together.
    pub fn apply(&self, records: &[Record]) -> (Self, Vec<SchemaError>) {
        let mut next = self.clone();
        let mut problems = Vec::new();
        for record in records {
            let Some(row) = SchemaRow::of(record) else {
                continue;
            };
            if let Some(id) = row.collection {
                next.set_schema(id, row.schema, record.seq);
            }
            problems.extend(row.error.clone());
            if row.error.is_some() || next.unreadable.contains_key(&record.id) {
                note(Arc::make_mut(&mut next.unreadable), record, row.error);
            }
        }
        let mut rest = records;
        while let Some(first) = rest.first() {
            let id = &first.collection;
            let length = rest
                .iter()
                .position(|r| r.collection != *id)
                .unwrap_or(rest.len());
            let (own, others) = rest.split_at(length);
            rest = others;
            let map = if next.shown.contains_key(id) {
                &mut next.shown
            } else {
                &mut next.hidden
            };
            let collection = match map.get(id) {
                Some(c) => c.apply(own),
                None => Collection::empty(open_schema(id)).apply(own),
            };
            map.insert(id.clone(), Arc::new(collection));
        }
        (next, problems)
    }

    /// Replaces one collection, for example after a background merge.
    pub fn replace(&mut self, id: &CollectionId, collection: Collection) {
        let map = if self.shown.contains_key(id) {
            &mut self.shown
        } else {
            &mut self.hidden
        };
        map.insert(id.clone(), Arc::new(collection));
    }

    /// A collection that is shown to clients.
    pub fn get(&self, id: &str) -> Option<&Arc<Collection>> {
        self.shown.get(id)
    }

    /// A hidden collection of the program, such as `$schemas`.
    pub fn hidden(&self, id: &str) -> Option<&Arc<Collection>> {
        self.hidden.get(id)
    }

    /// The collections that are shown to clients, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&CollectionId, &Arc<Collection>)> {
        self.shown.iter()
    }

    /// The version of a collection's schema: the number of the commit that wrote its row. An edit
    /// checked against the schema names this version as a precondition.
    pub fn schema_version(&self, id: &str) -> Option<u64> {
        self.hidden(SCHEMAS)?.get(id).map(|row| row.seq())
    }

    /// The rows of `$schemas` that cannot be read, by id.
    pub fn unreadable_schemas(&self) -> &BTreeMap<FeatureId, UnreadableSchema> {
        &self.unreadable
    }

    /// The collections whose delta should be merged, including hidden ones.
    pub fn wanting_merge(&self) -> impl Iterator<Item = (&CollectionId, &Arc<Collection>)> {
        self.shown
            .iter()
            .chain(&self.hidden)
            .filter(|(_, c)| c.wants_merge())
    }

    fn set_schema(&mut self, id: CollectionId, schema: Option<Schema>, seq: u64) {
        let before = self.shown.remove(&id).or_else(|| self.hidden.remove(&id));
        match (schema.map(Arc::new), before) {
            (Some(schema), before) => {
                let collection = before
                    .unwrap_or_else(|| Arc::new(Collection::empty(schema.clone())))
                    .with_schema(schema, seq);
                self.shown.insert(id, Arc::new(collection));
            }
            (None, Some(before)) => {
                let collection = before.with_schema(open_schema(&id), seq);
                self.hidden.insert(id, Arc::new(collection));
            }
            (None, None) => {}
        }
    }
}

/// Records whether a row of `$schemas` can be read.
fn note(
    unreadable: &mut BTreeMap<FeatureId, UnreadableSchema>,
    record: &Record,
    error: Option<SchemaError>,
) {
    match error {
        None => unreadable.remove(&record.id),
        Some(error) => {
            let seq = record.seq;
            unreadable.insert(record.id.clone(), UnreadableSchema { seq, error })
        }
    };
}

/// A parsed row of `$schemas`.
#[derive(Default)]
struct SchemaRow {
    /// The collection that the row describes; `None` if the id of the row is not the name of a
    /// visible collection.
    collection: Option<CollectionId>,
    /// The schema that the row puts in force; `None` if the collection is not shown.
    schema: Option<Schema>,
    /// Why the schema cannot be read; `None` if it can.
    error: Option<SchemaError>,
}

impl SchemaRow {
    /// Parses a record; `None` if it belongs to another collection.
    fn of(record: &Record) -> Option<Self> {
        if record.collection.as_str() != SCHEMAS {
            return None;
        }
        let unfit = |problem: String| Self {
            error: record.body.as_ref().map(|_| no_schema(record, problem)),
            ..Self::default()
        };
        let id = match CollectionId::new(record.id.as_str()) {
            Ok(id) if !id.is_hidden() => id,
            Ok(_) => return Some(unfit("a hidden collection has no schema".into())),
            Err(e) => return Some(unfit(e.to_string())),
        };
        let (schema, error) = match &record.body {
            None => (None, None),
            Some(body) => {
                let row = body.properties.to_map();
                match Schema::parse(&id, Value::Object(row.clone())) {
                    Ok(schema) => (Some(schema), None),
                    Err(error) => (BuiltIns::compiled().stand_in(&id, &row), Some(error)),
                }
            }
        };
        Some(Self {
            // An older program or plain SQL may have written the row without the protection that
            // the built-in schema requires, so it is added here.
            schema: schema.map(|mut schema| {
                BuiltIns::compiled().protect(&mut schema);
                schema
            }),
            collection: Some(id),
            error,
        })
    }
}

fn no_schema(record: &Record, problem: String) -> SchemaError {
    SchemaError {
        collection: record.id.to_string(),
        place: "/".into(),
        problem,
    }
}

/// A schema without properties or rules, for hidden collections.
fn open_schema(id: &CollectionId) -> Arc<Schema> {
    let plain = Schema {
        collection: id.clone(),
        title_zh: id.to_string(),
        title_en: id.to_string(),
        description_zh: String::new(),
        description_en: String::new(),
        geometry: Vec::new(),
        without_geometry: false,
        properties: BTreeMap::new(),
        write_roles: vec![crate::model::Role::Admin],
        scope: crate::model::Scope::default(),
        read_only: None,
        personal: Vec::new(),
        erase_after: Vec::new(),
        minzoom: 0,
        time: None,
        document: json!({}),
    };
    Arc::new(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, FeatureId, Properties};

    fn row(collection: &str, id: &str, seq: u64, properties: Option<&str>) -> Record {
        Record {
            collection: CollectionId::new(collection).unwrap(),
            id: FeatureId::new(id).unwrap(),
            seq,
            updated_at: "2026-11-22T06:05:00Z".parse().unwrap(),
            body: properties.map(|p| Body {
                geometry: (!collection.starts_with('$'))
                    .then(|| geo_types::Point::new(117.0, 39.0).into()),
                properties: Properties::parse(p).unwrap(),
            }),
        }
    }

    const SECRET: &str = r#"{"properties":{"code":{"type":"string","x-onemap-role":"rider"}}}"#;

    /// Lists what the public sees, collection by collection.
    fn seen(all: &Collections) -> Vec<String> {
        all.iter()
            .flat_map(|(_, c)| c.iter().map(|e| e.encoded().to_vec()).collect::<Vec<_>>())
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .collect()
    }

    #[test]
    fn applying_commits_equals_loading_everything() {
        let commits = [
            vec![row("gates", "a", 1, Some(r#"{"code":"1"}"#))],
            vec![
                row("$schemas", "gates", 2, Some(SECRET)),
                row("gates", "b", 2, Some(r#"{"code":"2"}"#)),
                row("walls", "w", 2, Some("{}")),
            ],
            vec![row("$schemas", "walls", 3, Some("{}"))],
            vec![
                row("$schemas", "walls", 4, None),
                row("gates", "a", 4, None),
            ],
        ];
        let mut all = Collections::default();
        let mut log: Vec<Record> = Vec::new();
        for commit in &commits {
            log.extend(commit.clone());
            let (next, problems) = all.apply(commit);
            assert!(problems.is_empty());
            all = next;
            let (fresh, _) = Collections::load(log.clone());
            assert_eq!(seen(&all), seen(&fresh), "{commit:?}");
            assert!(seen(&all).iter().all(|f| !f.contains("code")));
        }
        assert_eq!(all.iter().count(), 1);
        assert_eq!(all.get("gates").map(|c| c.len()), Some(1));
        assert!(all.get("walls").is_none());
        assert_eq!(all.hidden("walls").map(|c| c.len()), Some(1));
        assert_eq!(all.hidden("$schemas").map(|c| c.len()), Some(1));
    }

    #[test]
    fn a_collection_whose_schema_cannot_be_read_is_not_shown_until_it_can_be() {
        let first = [
            row("$schemas", "gates", 1, Some(SECRET)),
            row("gates", "a", 1, Some(r#"{"code":"1"}"#)),
        ];
        let (all, _) = Collections::load(first);
        let bad = r#"{"x-onemap-minzoom":"near"}"#;
        let (all, problems) = all.apply(&[row("$schemas", "gates", 2, Some(bad))]);
        assert_eq!(problems.len(), 1);
        assert!(all.get("gates").is_none());
        assert_eq!(all.unreadable_schemas()["gates"].seq, 2);
        let (all, problems) = all.apply(&[row("$schemas", "gates", 3, Some(SECRET))]);
        assert!(problems.is_empty() && all.unreadable_schemas().is_empty());
        assert!(!seen(&all)[0].contains("code"));
    }

    #[test]
    fn the_built_in_schema_stands_in_for_one_that_cannot_be_read() {
        let bad = r#"{"x-onemap-minzoom":"near","properties":{"tel":{"x-onemap-role":"king"}}}"#;
        let (all, _) = Collections::default().apply(&[
            row("$schemas", "buildings", 1, Some(bad)),
            row("buildings", "a", 1, Some(r#"{"name":"1","tel":"2"}"#)),
        ]);
        assert!(all.unreadable_schemas().contains_key("buildings"));
        let schema = all.get("buildings").unwrap().schema();
        assert!(!schema.title_zh.is_empty() && schema.properties.contains_key("name"));
        let seen = seen(&all);
        assert!(
            seen[0].contains("name") && !seen[0].contains("tel"),
            "{seen:?}"
        );
    }
}
