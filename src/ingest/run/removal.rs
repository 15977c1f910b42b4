//! Removes features that are on the map but not in the files, if the caller requested it.

use std::collections::{HashMap, HashSet};

use super::{CHUNK, Run};
use crate::ingest::ImportError;
use crate::ingest::baseline::Baseline;
use crate::model::{Change, CollectionId, FeatureId};

/// The rejected features of the files: their versions on the map are not removed.
#[derive(Default)]
pub(super) struct Refused {
    ids: HashMap<CollectionId, HashSet<String>>,
    /// Collections with a rejected feature whose id is unknown.
    nameless: HashSet<CollectionId>,
    /// Whether there is a rejected feature whose collection is unknown.
    pub unknown: bool,
}

impl Refused {
    /// Records a rejected feature, so that it is not removed from the map.
    pub fn see(&mut self, collection: CollectionId, id: Option<&str>) {
        match id {
            Some(id) => {
                let ids = self.ids.entry(collection).or_default();
                ids.insert(id.to_owned());
            }
            None => {
                self.nameless.insert(collection);
            }
        }
    }

    fn has(&self, collection: &CollectionId, id: &FeatureId) -> bool {
        let ids = self.ids.get(collection);
        ids.is_some_and(|ids| ids.contains(id.as_str()))
    }
}

impl<B: Baseline> Run<'_, B> {
    /// Plans the removal of features that the files do not have, in the collections of which the files have
    /// features.
    pub(super) async fn remove_missing(&mut self) -> Result<(), ImportError> {
        if !self.options.remove_missing {
            return Ok(());
        }
        for collection in self.brought() {
            if self.options.aside.as_ref() == Some(&collection) {
                continue;
            }
            if self.refused.unknown || self.refused.nameless.contains(&collection) {
                self.report.not_removed.push(collection);
                continue;
            }
            let seen = self.seen.get(&collection);
            let mut missing = Vec::new();
            self.baseline
                .each(&collection, |record| {
                    let named = seen.is_some_and(|ids| ids.contains_key(&record.id))
                        || self.refused.has(&collection, &record.id);
                    if !named {
                        missing.push(record.id);
                    }
                })
                .await?;
            for ids in missing.chunks(CHUNK) {
                let changes = ids.iter().map(|id| Change {
                    collection: collection.clone(),
                    id: id.clone(),
                    body: None,
                });
                let staged = self.baseline.compare(changes.collect()).await?;
                // Features that others removed meanwhile need no removal.
                let total = staged.len() as u64;
                self.tally.add(&mut self.report, &collection, total, staged);
            }
        }
        Ok(())
    }
}
