//! The import itself. A thread reads and checks; here what is good is put aside in the store's staging,
//! what may have to be linked is held back until everything has been seen, and one commit makes all
//! of it true.

mod linking;
mod schemas;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::far::Places;
use super::infer::Inference;
use super::lines::Lines;
use super::link::{self, Targets};
use super::read::{self, Checked, Message, Plan};
use super::report::{Aside, Counts, FileReport, Progress, Reject, Report, Stage};
use super::spill::SpillQueue;
use super::{ImportError, Options};
use crate::model::{Change, CollectionId, FeatureId};
use crate::store::{Staging, Store};
use schemas::{known_schemas, plan};

/// Features a call of the store.
const CHUNK: usize = 1000;
/// Batches that the reader may be ahead.
const AHEAD: usize = 4;
/// So many places of the map are looked at to tell what lies far from it.
const SAMPLE: u32 = 2000;
/// How often an import begins anew because a schema changed while it ran.
const ATTEMPTS: u32 = 3;

/// Imports files as one commit.
///
/// # Errors
/// When a file or the store fails; the map is as it was then. Features that are left out are no error:
/// see [`Report::rejected`].
pub async fn import(
    store: &Store,
    files: &[PathBuf],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    if let Some(hidden) = options.collection.as_ref().filter(|c| c.is_hidden()) {
        return Err(ImportError::Hidden(hidden.clone()));
    }
    let mut attempt = 1;
    loop {
        match once(store, files, options, progress).await {
            // What was checked by the schema before would be published under another one.
            Err(ImportError::Store(error)) if error.schema_changed().is_some() => {
                if attempt == ATTEMPTS {
                    let collection = error.schema_changed().unwrap_or_default();
                    return Err(ImportError::SchemaChanged(collection.to_owned()));
                }
                tracing::warn!(%error, "a schema changed while the import ran; it begins anew");
                attempt += 1;
            }
            other => return other,
        }
    }
}

/// Reads, checks and publishes once.
async fn once(
    store: &Store,
    files: &[PathBuf],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let known = known_schemas(store).await?;
    let plan = Arc::new(plan(&known, options)?);
    let names: Vec<_> = files
        .iter()
        .map(|f| f.file_name().unwrap_or(f.as_os_str()).to_string_lossy())
        .collect();
    let reason = format!("import {}", names.join(", "));
    let staging = store.stage(options.author.clone(), Some(reason)).await?;
    let mut run = Run {
        store,
        options,
        progress,
        files,
        staging,
        report: Report {
            dry_run: options.dry_run,
            ..Report::default()
        },
        rejects: Lines::create(options.rejects.as_deref())?,
        unlinked: Lines::create(options.unlinked.as_deref())?,
        seen: HashMap::new(),
        ready: HashMap::new(),
        held: SpillQueue::default(),
        wanted: BTreeSet::new(),
        targets: Targets::default(),
        inferred: BTreeMap::new(),
        places: Places::default(),
        known: known.into_iter().map(|(c, k)| (c, k.version)).collect(),
    };
    let outcome = run.read(plan).await;
    if let Err(ImportError::File { file, problem }) = &outcome {
        run.rejects.write(&Reject {
            file: file.display().to_string(),
            sheet: None,
            line: None,
            index: None,
            id: None,
            collection: None,
            field: "file".into(),
            problem: problem.clone(),
            others: Vec::new(),
        })?;
        run.rejects.finish()?;
    }
    outcome?;
    run.find_far().await?;
    run.link().await?;
    run.put_ready(1).await?;
    run.put_schemas().await?;
    run.rejects.finish()?;
    run.unlinked.finish()?;
    let conditions = run.conditions();
    let Run {
        staging,
        mut report,
        ..
    } = run;
    if options.dry_run {
        // Dropped, not published: the map stays as it is.
        drop(staging);
        return Ok(report);
    }
    let read = report.total().read;
    progress.update(&Stage::Publishing, 0.0, read);
    let committed = staging.publish_if(&conditions).await?;
    report.seq = Some(committed.seq);
    report.at = Some(committed.at);
    progress.update(&Stage::Settling, 0.0, read);
    // It is on the map already: what is left to tidy, the server or the next import tidies.
    if let Err(error) = store.compact().await {
        tracing::warn!(%error, "the import is on the map; tidying after it is left for later");
    }
    progress.update(&Stage::Settling, 1.0, read);
    Ok(report)
}

/// Where a feature was first seen: file, and line and index where it has them.
type Place = (u32, Option<(u64, u64)>);

struct Run<'a> {
    store: &'a Store,
    options: &'a Options,
    progress: &'a dyn Progress,
    files: &'a [PathBuf],
    staging: Staging,
    report: Report,
    rejects: Lines,
    unlinked: Lines,
    seen: HashMap<CollectionId, HashMap<FeatureId, Place>>,
    ready: HashMap<CollectionId, Vec<Change>>,
    /// Features that lack a link, until all targets are known.
    held: SpillQueue,
    /// The collections that those want to be linked to.
    wanted: BTreeSet<&'static str>,
    targets: Targets,
    inferred: BTreeMap<CollectionId, Inference>,
    /// Where the features lie.
    places: Places,
    /// The collections that have a schema, with the version by which features were checked.
    known: BTreeMap<CollectionId, u64>,
}

impl Run<'_> {
    async fn read(&mut self, plan: Arc<Plan>) -> Result<(), ImportError> {
        let (sender, mut receiver) = mpsc::channel(AHEAD);
        let files = self.files.to_vec();
        let reader = tokio::task::spawn_blocking(move || {
            read::read_all(&plan, &files, &mut |message| {
                sender.blocking_send(message).map_err(|_| ())
            });
        });
        while let Some(message) = receiver.recv().await {
            match message {
                Message::File { file, format } => self.report.files.push(FileReport {
                    file: self.files[file].display().to_string(),
                    format,
                }),
                Message::Batch {
                    file,
                    checked,
                    share,
                } => {
                    for one in checked {
                        self.take(file, one)?;
                    }
                    self.put_ready(CHUNK).await?;
                    let stage = Stage::Reading(self.files[file].clone());
                    self.progress
                        .update(&stage, share, self.report.total().read);
                }
                Message::Failed(error) => return Err(error),
            }
        }
        reader.await.map_err(|e| ImportError::Broken(e.to_string()))
    }

    fn counts(&mut self, collection: &CollectionId) -> &mut Counts {
        self.report
            .collections
            .entry(collection.clone())
            .or_default()
    }

    fn take(&mut self, file: usize, checked: Checked) -> Result<(), ImportError> {
        let (collection, feature, line, index) = match checked {
            Checked::Feature {
                collection,
                feature,
                line,
                index,
            } => (collection, feature, line, index),
            Checked::Rejected(reject) => return self.reject(reject),
        };
        let number = u32::try_from(file).unwrap_or(u32::MAX);
        let ids = self.seen.entry(collection.clone()).or_default();
        if let Some((first, place)) = ids.get(&feature.id) {
            let file_name = |n: usize| self.files[n].display().to_string();
            let other = usize::try_from(*first).unwrap_or(file);
            let mut problem = String::from("the id stands already");
            if let Some((line, index)) = place {
                problem.push_str(&format!(" at feature {index} (line {line})"));
            }
            if other != file {
                problem.push_str(&format!(" in {}", file_name(other)));
            }
            return self.reject(Reject {
                file: file_name(file),
                sheet: None,
                line,
                index,
                id: Some(feature.id.to_string()),
                collection: Some(collection.to_string()),
                field: "id".into(),
                problem,
                others: Vec::new(),
            });
        }
        ids.insert(feature.id.clone(), (number, line.zip(index)));
        if let Some(geometry) = &feature.body.geometry {
            self.places.see(&collection, &feature.id, geometry);
        }
        self.counts(&collection).read += 1;
        if self.options.aside.as_ref() == Some(&collection) {
            self.report.aside.push(Aside {
                file: self.files[file].display().to_string(),
                line,
                index,
                feature,
            });
            return Ok(());
        }
        let body = feature.body;
        if !self.known.contains_key(&collection) && !self.is_described(&collection) {
            self.inferred
                .entry(collection.clone())
                .or_default()
                .see(&body);
        }
        let mut hold = false;
        if link::has_rules(&collection) {
            let properties = body.properties.to_map();
            for target in link::wanted(&collection, &properties) {
                hold = true;
                self.wanted.insert(target);
            }
        }
        let change = Change {
            collection: collection.clone(),
            id: feature.id,
            body: Some(body),
        };
        if hold {
            return self.held.push(change).map_err(waiting);
        }
        if let (true, Some(body)) = (link::is_target(&collection), &change.body) {
            self.targets.add(&collection, &change.id, body);
        }
        self.ready.entry(collection).or_default().push(change);
        Ok(())
    }

    /// Names what lies far from everything on the map and from everything else of this import.
    async fn find_far(&mut self) -> Result<(), ImportError> {
        let places = std::mem::take(&mut self.places);
        if places.is_empty() {
            return Ok(());
        }
        let map = self.store.sample_places(SAMPLE).await?;
        (self.report.far_away, self.report.far) = places.far_from(&map, Report::SAMPLES);
        Ok(())
    }

    fn is_described(&self, collection: &CollectionId) -> bool {
        self.options.schemas.iter().any(|(c, _)| c == collection)
    }

    fn reject(&mut self, reject: Reject) -> Result<(), ImportError> {
        self.report.rejected += 1;
        if let Some(collection) = reject
            .collection
            .as_ref()
            .and_then(|c| CollectionId::new(c).ok())
        {
            let counts = self.counts(&collection);
            counts.read += 1;
            counts.rejected += 1;
        }
        self.rejects.write(&reject)?;
        if self.report.rejects.len() < Report::SAMPLES {
            self.report.rejects.push(reject);
        }
        Ok(())
    }

    /// Puts aside what has come together, where it is at least so much.
    async fn put_ready(&mut self, at_least: usize) -> Result<(), ImportError> {
        for (collection, changes) in &mut self.ready {
            if changes.len() < at_least {
                continue;
            }
            let changes = std::mem::take(changes);
            let total = changes.len() as u64;
            let changed = self.staging.put(changes).await?;
            let counts = self
                .report
                .collections
                .entry(collection.clone())
                .or_default();
            counts.changed += changed;
            counts.unchanged += total - changed;
        }
        Ok(())
    }
}

fn waiting(e: io::Error) -> ImportError {
    ImportError::Broken(format!("features that wait for their links: {e}"))
}
