//! Links the features that waited until all targets were known.

use std::sync::Arc;

use rayon::prelude::*;

use super::{CHUNK, Run, waiting};
use crate::ingest::ImportError;
use crate::ingest::baseline::Baseline;
use crate::ingest::link::{Missing, Targets};
use crate::ingest::report::{Report, Stage, Unlinked};
use crate::model::{Change, CollectionId};

/// The number of features linked at a time.
const LINK_CHUNK: usize = 8192;

impl<B: Baseline> Run<'_, B> {
    pub(super) async fn link(&mut self) -> Result<(), ImportError> {
        let mut held = std::mem::take(&mut self.held);
        let total = held.len();
        if total == 0 {
            return Ok(());
        }
        self.progress.update(&Stage::Linking, 0.0, total);
        let wanted = std::mem::take(&mut self.wanted);
        let mut targets = std::mem::take(&mut self.targets);
        let mut reader = held.read().map_err(waiting)?;
        loop {
            let chunk = reader.chunk(LINK_CHUNK).map_err(waiting)?;
            if chunk.is_empty() {
                break;
            }
            for change in &chunk {
                if let Some(body) = change
                    .body
                    .as_ref()
                    .filter(|_| wanted.contains(change.collection.as_str()))
                {
                    targets.add(&change.collection, &change.id, body);
                }
            }
        }
        for name in &wanted {
            // Features on the map are targets too, except those that this import replaces.
            let Ok(collection) = CollectionId::new(name) else {
                continue;
            };
            let replaced = self.seen.get(&collection);
            self.baseline
                .each(&collection, |record| {
                    if let Some(body) = &record.body
                        && replaced.is_none_or(|ids| !ids.contains_key(&record.id))
                    {
                        targets.add(&collection, &record.id, body);
                    }
                })
                .await?;
        }
        targets.index();
        self.report.nothing_to_link_to = wanted
            .into_iter()
            .filter(|name| targets.none_of(name))
            .map(str::to_owned)
            .collect();
        let targets = Arc::new(targets);
        let mut done = 0;
        let mut reader = held.read().map_err(waiting)?;
        loop {
            let chunk = reader.chunk(LINK_CHUNK).map_err(waiting)?;
            if chunk.is_empty() {
                return Ok(());
            }
            done += chunk.len() as u64;
            let targets = Arc::clone(&targets);
            let linked = self
                .options
                .threads
                .spawn(move || {
                    chunk
                        .into_par_iter()
                        .map(|change| link_one(&targets, change))
                        .collect::<Vec<_>>()
                })
                .await
                .map_err(|e| ImportError::Broken(e.to_string()))?;
            for (change, missing) in linked {
                self.apply_linked(change, missing)?;
            }
            self.put_ready(CHUNK).await?;
            let share = done as f64 / total as f64;
            self.progress.update(&Stage::Linking, share, total);
        }
    }

    fn apply_linked(&mut self, change: Change, missing: Vec<Missing>) -> Result<(), ImportError> {
        if !missing.is_empty() {
            self.counts(&change.collection).unlinked += 1;
        }
        for one in missing {
            let line = Unlinked {
                collection: change.collection.to_string(),
                id: change.id.to_string(),
                property: one.property.to_owned(),
                problem: one.problem.en,
                problem_zh: one.problem.zh,
            };
            self.unlinked.write(&line)?;
            if self.report.unlinked.len() < Report::SAMPLES {
                self.report.unlinked.push(line);
            }
        }
        self.ready
            .entry(change.collection.clone())
            .or_default()
            .push(change);
        Ok(())
    }
}

fn link_one(targets: &Targets, mut change: Change) -> (Change, Vec<Missing>) {
    let missing = match &mut change.body {
        // `link` cannot fail: canonical properties with one more string are still valid.
        Some(body) => targets.link(&change.collection, body).unwrap_or_default(),
        None => Vec::new(),
    };
    (change, missing)
}
