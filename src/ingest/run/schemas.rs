//! The schemas against which features are checked, and those that an import adds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::Run;
use crate::codec::check::Checker;
use crate::ingest::baseline::Baseline;
use crate::ingest::read::Rules;
use crate::ingest::{ImportError, Options, attribution};
use crate::model::{
    Body, BuiltIns, Change, CollectionId, FeatureId, OriginKind, Precondition, Properties, SCHEMAS,
    Schema, SchemaError,
};

/// A schema that the map has.
pub(in crate::ingest) struct Known {
    /// The schema, or why its row cannot be read. The error rejects the features of this collection only.
    pub schema: Result<Schema, SchemaError>,
    /// The commit that wrote the row.
    pub version: u64,
}

/// The schemas that the map has.
pub(in crate::ingest) async fn known_schemas(
    baseline: &mut impl Baseline,
) -> Result<BTreeMap<CollectionId, Known>, ImportError> {
    let mut rows = Vec::new();
    baseline
        .each(&CollectionId::schemas(), |record| {
            if let Some(body) = record.body {
                rows.push((record.id, record.seq, body.properties.to_map()));
            }
        })
        .await?;
    let mut known = BTreeMap::new();
    for (id, version, document) in rows {
        // A row whose id is not a collection name was written by hand; ignore it.
        if let Ok(collection) = CollectionId::new(id.as_str()) {
            let parsed = Schema::parse(&collection, document.into());
            let schema = parsed.map(|mut schema| {
                BuiltIns::compiled().protect(&mut schema);
                schema
            });
            known.insert(collection, Known { schema, version });
        }
    }
    Ok(known)
}

/// The rules by which every file is read.
pub(super) fn rules(
    known: &BTreeMap<CollectionId, Known>,
    options: &Options,
) -> Result<Rules, ImportError> {
    let mut checkers = HashMap::new();
    let mut titles = HashMap::new();
    let mut take = |collection: &CollectionId, schema: Result<&Schema, SchemaError>| {
        let checker = schema.and_then(|schema| {
            titles.insert(schema.title_zh.clone(), collection.clone());
            Checker::new(schema)
        });
        checkers.insert(collection.clone(), checker);
    };
    for (collection, document) in &options.schemas {
        if !known.contains_key(collection) {
            take(
                collection,
                Ok(&Schema::parse(collection, document.clone())?),
            );
        }
    }
    for (collection, row) in known {
        take(collection, row.schema.as_ref().map_err(Clone::clone));
    }
    Ok(Rules {
        collection: options.collection.clone(),
        crs: options.crs,
        ids: options.ids.clone(),
        aside: options.aside.clone(),
        refuse: options.refuse.clone(),
        vertices: options.vertices,
        feature_bytes: options.feature_bytes,
        checkers,
        titles,
    })
}

impl<B: Baseline> Run<'_, B> {
    /// The collections of which this import has features.
    pub(super) fn brought(&self) -> BTreeSet<CollectionId> {
        let came = self.report.collections.iter();
        let came = came.filter(|(_, counts)| counts.read > counts.rejected);
        came.map(|(c, _)| c.clone()).collect()
    }

    /// The collections of which this import has features, and those that the caller requires to exist.
    fn filled(&self) -> BTreeSet<CollectionId> {
        let mut filled = self.brought();
        filled.extend(self.options.needed.iter().cloned());
        filled
    }

    /// A collection of this import whose schema was changed by a commit after `seq`, so that the plan was checked
    /// against an older schema. `None` if there is none, or if no plan is committed.
    pub(super) fn schema_after(&self, seq: u64) -> Option<CollectionId> {
        self.basis?;
        let newer = |c: &CollectionId| self.known.get(c).is_some_and(|version| *version > seq);
        self.filled().into_iter().find(newer)
    }

    /// The conditions that the schemas are still those against which the features were checked.
    pub(super) fn conditions(&self) -> Vec<Precondition> {
        let filled = self.filled().into_iter();
        filled
            .filter_map(|c| Precondition::of_schema(&c, self.known.get(&c).copied()))
            .collect()
    }

    /// Adds the schemas of new collections, and the attribution of the data, to the same commit.
    pub(super) async fn put_schemas(&mut self) -> Result<(), ImportError> {
        let mut changes = Vec::new();
        for collection in &self.filled() {
            if self.known.contains_key(collection) {
                continue;
            }
            let described = self.options.schemas.iter().find(|(c, _)| c == collection);
            let (document, kind) = match (described, self.inferred.get(collection)) {
                (Some((_, document)), _) => (document.clone(), OriginKind::Steward),
                (None, Some(inference)) => {
                    let document = inference.document(&self.title(collection));
                    (document, OriginKind::Inferred)
                }
                (None, None) => continue,
            };
            let row = BuiltIns::compiled().new_row(collection, &document, kind);
            let Ok(id) = FeatureId::new(collection.as_str()) else {
                continue;
            };
            self.report.created.push(collection.clone());
            changes.push(Change {
                collection: CollectionId::schemas(),
                id,
                body: Some(Body {
                    geometry: None,
                    properties: Properties::from_map(row).unwrap_or_default(),
                }),
            });
        }
        let formats: Vec<_> = self.report.files.iter().map(|f| f.format).collect();
        changes.extend(attribution::source_of(&formats));
        if !changes.is_empty() {
            self.baseline.compare(changes).await?;
        }
        Ok(())
    }

    /// The title of an inferred schema: the file name, if the collection is named after the file.
    fn title(&self, collection: &CollectionId) -> String {
        debug_assert_ne!(collection.as_str(), SCHEMAS);
        let stem = |name: &str| {
            let stem = Path::new(name).file_stem();
            stem.map(|s| s.to_string_lossy().into_owned())
        };
        match self.sources {
            [only] if self.inferred.len() == 1 => {
                stem(only.name()).unwrap_or_else(|| collection.to_string())
            }
            _ => collection.to_string(),
        }
    }
}
