//! A snapshot as the baseline of an import: a plan on the server neither reads nor writes the store.
//!
//! Features are compared in parts of a thousand. Each part is applied to an overlay over the snapshot, which is
//! dropped afterwards, so a plan over a million features has only a thousand of them in memory twice.

use std::sync::Arc;

use geo_types::Coord;
use tokio::sync::mpsc;

use crate::index::{Collection, Entry};
use crate::ingest::{Baseline, ImportError, Threads};
use crate::live::{Overlay, Snapshot, overlay};
use crate::model::{Author, Body, Change, CollectionId, Edit, Properties, Record};
use crate::store::{Effect, Staged};

/// The number of features in a part.
const PART: usize = 1_000;
/// The number of parts that may be read before they are compared.
const AHEAD: usize = 2;

/// A pinned snapshot as baseline.
#[derive(Debug)]
pub struct OverMap {
    map: Arc<Snapshot>,
    author: Author,
    /// A thread that the jobs do not share. All threads of the jobs may be waiting for the result of this one.
    thread: Threads,
}

impl OverMap {
    /// Creates a baseline of this snapshot; later commits do not change it.
    pub fn new(map: Arc<Snapshot>, author: Author) -> Self {
        Self {
            map,
            author,
            thread: Threads::background(1),
        }
    }
}

impl Baseline for OverMap {
    fn seq(&self) -> u64 {
        self.map.seq()
    }

    async fn each(
        &mut self,
        collection: &CollectionId,
        mut each: impl FnMut(Record) + Send,
    ) -> Result<(), ImportError> {
        let (sender, mut parts) = mpsc::channel(AHEAD);
        let (map, name) = (Arc::clone(&self.map), collection.clone());
        let reading = self.thread.spawn(move || {
            let mut part = Vec::with_capacity(PART);
            for entry in collection_of(&map, &name)
                .into_iter()
                .flat_map(|c| c.iter())
            {
                part.push(record(&name, entry));
                if part.len() == PART && sender.blocking_send(std::mem::take(&mut part)).is_err() {
                    return;
                }
            }
            // Sending fails only if the import was cancelled and nobody receives the part.
            let _ = sender.blocking_send(part);
        });
        while let Some(part) = parts.recv().await {
            part.into_iter().for_each(&mut each);
        }
        reading.await.map_err(broken)
    }

    async fn places(&mut self, most: u32) -> Result<Vec<Coord<f64>>, ImportError> {
        let map = Arc::clone(&self.map);
        let looking = self.thread.spawn(move || {
            let all: usize = map.collections().iter().map(|(_, c)| c.len()).sum();
            let step = all.div_ceil(most.max(1) as usize).max(1);
            let entries = map.collections().iter().flat_map(|(_, c)| c.iter());
            let bounds = entries.step_by(step).filter_map(|entry| entry.bounds());
            bounds
                .map(|b| Coord {
                    x: b.west,
                    y: b.south,
                })
                .collect()
        });
        looking.await.map_err(broken)
    }

    async fn compare(&mut self, changes: Vec<Change>) -> Result<Vec<Staged>, ImportError> {
        let (map, author) = (Arc::clone(&self.map), self.author.clone());
        let comparing = self.thread.spawn(move || {
            let mut all = Vec::new();
            let mut changes = changes.into_iter();
            loop {
                let part: Vec<Change> = changes.by_ref().take(PART).collect();
                if part.is_empty() {
                    return Ok(all);
                }
                all.extend(effects(&map, Edit::new(author.clone(), part))?);
            }
        });
        comparing.await.map_err(broken)?
    }
}

/// What each change of an edit does to a map.
fn effects(map: &Snapshot, edit: Edit) -> Result<Vec<Staged>, ImportError> {
    // The edit has no conditions, so it cannot be refused.
    let overlay = Overlay::new(map, &[edit]).map_err(|e| ImportError::Broken(e.to_string()))?;
    let changing = overlay.effects().filter_map(|(collection, id, effect)| {
        let effect = match effect {
            overlay::Effect::Added => Effect::New,
            overlay::Effect::Changed => Effect::Changed,
            overlay::Effect::Removed => Effect::Removed,
            overlay::Effect::Unchanged | overlay::Effect::Missing => return None,
        };
        Some(Staged {
            collection: collection.clone(),
            id: id.clone(),
            effect,
        })
    });
    Ok(changing.collect())
}

fn collection_of<'a>(map: &'a Snapshot, name: &CollectionId) -> Option<&'a Arc<Collection>> {
    let all = map.collections();
    all.get(name.as_str()).or_else(|| all.hidden(name.as_str()))
}

fn record(collection: &CollectionId, entry: &Entry) -> Record {
    Record {
        collection: collection.clone(),
        id: entry.id().clone(),
        seq: entry.seq(),
        updated_at: entry.updated_at(),
        body: Some(Body {
            geometry: entry.geometry().cloned(),
            properties: Properties::from_canonical(entry.all_properties().to_owned()),
        }),
    }
}

fn broken(error: tokio::task::JoinError) -> ImportError {
    ImportError::Broken(error.to_string())
}
