//! All collections of the current map, and how a commit over several of them is applied.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Collection, Loader};
use crate::model::{BuiltIns, CollectionId, Properties, Record, SCHEMAS, Schema, SchemaError};

/// Every collection by name. Cheap to clone; a commit makes the next one.
///
/// Schemas are rows of the hidden collection `$schemas` and take effect by the same commits. Features
/// whose collection has no schema are kept but not shown: without a schema nobody knows what of them
/// is protected.
#[derive(Debug, Clone, Default)]
pub struct Collections {
    shown: BTreeMap<CollectionId, Arc<Collection>>,
    hidden: BTreeMap<CollectionId, Arc<Collection>>,
}

impl Collections {
    /// Everything that a store holds, `$schemas` first (as the order of names has it).
    pub fn load(records: impl IntoIterator<Item = Record>) -> (Self, Vec<SchemaError>) {
        let mut loaders: BTreeMap<CollectionId, Loader> = BTreeMap::new();
        let mut schemas: BTreeMap<CollectionId, Arc<Schema>> = BTreeMap::new();
        let mut problems = Vec::new();
        for record in records {
            if let Some(parsed) = schema_of(&record) {
                match parsed {
                    Ok((id, Some(schema))) => {
                        schemas.insert(id, Arc::new(schema));
                    }
                    Ok((id, None)) => {
                        schemas.remove(&id);
                    }
                    Err(e) => problems.push(e),
                }
            }
            loaders
                .entry(record.collection.clone())
                .or_insert_with_key(|id| {
                    Loader::new(schemas.get(id).cloned().unwrap_or_else(|| open_schema(id)))
                })
                .push(record);
        }
        let mut all = Self::default();
        for (id, loader) in loaders {
            let collection = loader.finish();
            match schemas.remove(&id) {
                Some(schema) => {
                    let collection = if Arc::ptr_eq(&schema, collection.schema()) {
                        collection
                    } else {
                        // The schema came after the features.
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

    /// Says that everything up to `seq` is in: see [`Collection::loaded_at`].
    pub fn loaded_at(self, seq: u64) -> Self {
        let at = |map: BTreeMap<CollectionId, Arc<Collection>>| {
            map.into_iter()
                .map(|(id, c)| (id, Arc::new(Arc::unwrap_or_clone(c).loaded_at(seq))))
                .collect()
        };
        Self {
            shown: at(self.shown),
            hidden: at(self.hidden),
        }
    }

    /// The collections after a commit. A schema that cannot be read leaves the one before it in
    /// force and is named.
    pub fn apply(&self, records: &[Record]) -> (Self, Vec<SchemaError>) {
        let mut next = self.clone();
        let mut problems = Vec::new();
        for record in records {
            match schema_of(record) {
                None => {}
                Some(Ok((id, schema))) => next.set_schema(id, schema, record.seq),
                Some(Err(e)) => problems.push(e),
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

    /// Puts another state of one collection in place: how a background merge comes in.
    pub fn replace(&mut self, id: &CollectionId, collection: Collection) {
        let map = if self.shown.contains_key(id) {
            &mut self.shown
        } else {
            &mut self.hidden
        };
        map.insert(id.clone(), Arc::new(collection));
    }

    /// A collection that is shown.
    pub fn get(&self, id: &str) -> Option<&Arc<Collection>> {
        self.shown.get(id)
    }

    /// A collection that the program keeps for itself, such as `$schemas`.
    pub fn hidden(&self, id: &str) -> Option<&Arc<Collection>> {
        self.hidden.get(id)
    }

    /// The collections that are shown, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&CollectionId, &Arc<Collection>)> {
        self.shown.iter()
    }

    /// The version of a collection's schema: the commit that wrote its row. What is checked by the
    /// schema names it when it is written.
    pub fn schema_version(&self, id: &str) -> Option<u64> {
        self.hidden(SCHEMAS)?.get(id).map(|row| row.seq())
    }

    /// Those whose delta should be merged, shown or not.
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

/// Of a row of `$schemas`: whose schema it is, and the schema unless it is deleted.
fn schema_of(record: &Record) -> Option<Result<(CollectionId, Option<Schema>), SchemaError>> {
    if record.collection != CollectionId::schemas() {
        return None;
    }
    let id = match CollectionId::new(record.id.as_str()) {
        Ok(id) if !id.is_hidden() => id,
        Ok(_) => {
            return Some(Err(no_schema(
                record,
                "a hidden collection has no schema".into(),
            )));
        }
        Err(e) => return Some(Err(no_schema(record, e.to_string()))),
    };
    let Some(body) = &record.body else {
        return Some(Ok((id, None)));
    };
    let document = Value::Object(Properties::to_map(&body.properties));
    Some(Schema::parse(&id, document).map(|mut schema| {
        // An older program or plain SQL may have written the row: what this program knows to be
        // protected is protected all the same.
        BuiltIns::compiled().protect(&mut schema);
        (id, Some(schema))
    }))
}

fn no_schema(record: &Record, problem: String) -> SchemaError {
    SchemaError {
        collection: record.id.to_string(),
        place: "/".into(),
        problem,
    }
}

/// A schema that says nothing, for what is not shown.
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
    use crate::model::{Body, FeatureId};

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

    /// What the public sees, collection by collection.
    fn seen(all: &Collections) -> Vec<String> {
        all.iter()
            .flat_map(|(_, c)| c.iter().map(|e| e.encoded().to_vec()).collect::<Vec<_>>())
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .collect()
    }

    #[test]
    fn commit_by_commit_and_all_at_once_show_the_same() {
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
    fn a_schema_that_cannot_be_read_leaves_the_one_before_in_force() {
        let (all, _) = Collections::load([
            row("$schemas", "gates", 1, Some(SECRET)),
            row("gates", "a", 1, Some(r#"{"code":"1"}"#)),
        ]);
        let bad = r#"{"x-onemap-minzoom":"near"}"#;
        let (all, problems) = all.apply(&[row("$schemas", "gates", 2, Some(bad))]);
        assert_eq!(problems.len(), 1);
        assert!(!seen(&all)[0].contains("code"));
    }
}
