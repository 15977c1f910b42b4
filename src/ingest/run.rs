//! The import itself. A thread reads and checks; here what is good is put aside in the store's staging,
//! what may have to be linked is held back until everything has been seen, and one commit makes all
//! of it true.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;
use tokio::sync::mpsc;

use super::far::Places;
use super::held::Held;
use super::infer::Inference;
use super::link::{self, Missing, Targets};
use super::read::{self, Checked, Message, Plan};
use super::report::{Aside, Counts, FileReport, Progress, Reject, Report, Stage, Unlinked};
use super::{ImportError, Options, source};
use crate::codec::check::Checker;
use crate::model::{
    Body, BuiltIns, Change, CollectionId, FeatureId, OriginKind, Precondition, Properties, SCHEMAS,
    Schema,
};
use crate::store::{Staging, Store};

/// Features a call of the store.
const CHUNK: usize = 1000;
/// Batches that the reader may be ahead.
const AHEAD: usize = 4;
/// So many places of the map are looked at to tell what lies far from it.
const SAMPLE: u32 = 2000;
/// How often an import begins anew because a schema changed while it ran.
const ATTEMPTS: u32 = 3;
/// Features linked at a time.
const LINK_CHUNK: usize = 8192;

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
        held: Held::default(),
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

/// A schema that the store has.
struct Known {
    schema: Schema,
    /// The commit that wrote it.
    version: u64,
}

/// The schemas that the store has.
async fn known_schemas(store: &Store) -> Result<BTreeMap<CollectionId, Known>, ImportError> {
    let mut rows = Vec::new();
    store
        .load_collection(&CollectionId::schemas(), |record| {
            if let Some(body) = record.body {
                rows.push((record.id, record.seq, body.properties.to_map()));
            }
        })
        .await?;
    let mut known = BTreeMap::new();
    for (id, version, document) in rows {
        // A row that names no collection was written by hand; it describes nothing.
        if let Ok(collection) = CollectionId::new(id.as_str()) {
            let mut schema = Schema::parse(&collection, document.into())?;
            BuiltIns::compiled().protect(&mut schema);
            known.insert(collection, Known { schema, version });
        }
    }
    Ok(known)
}

fn plan(known: &BTreeMap<CollectionId, Known>, options: &Options) -> Result<Plan, ImportError> {
    let mut checkers = HashMap::new();
    let mut titles = HashMap::new();
    let mut take = |schema: &Schema| -> Result<(), ImportError> {
        titles.insert(schema.title_zh.clone(), schema.collection.clone());
        checkers.insert(schema.collection.clone(), Checker::new(schema)?);
        Ok(())
    };
    for (collection, document) in &options.schemas {
        if !known.contains_key(collection) {
            take(&Schema::parse(collection, document.clone())?)?;
        }
    }
    known.values().try_for_each(|k| take(&k.schema))?;
    Ok(Plan {
        collection: options.collection.clone(),
        crs: options.crs,
        id_property: options.id_property.clone(),
        aside: options.aside.clone(),
        vertices: options.vertices,
        feature_bytes: options.feature_bytes,
        checkers,
        titles,
    })
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
    held: Held,
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

    async fn link(&mut self) -> Result<(), ImportError> {
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
            // What the map has already may be linked to as well, but not what this import replaces.
            let Ok(collection) = CollectionId::new(name) else {
                continue;
            };
            let replaced = self.seen.get(&collection);
            self.store
                .load_collection(&collection, |record| {
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
            let linked = tokio::task::spawn_blocking(move || {
                chunk
                    .into_par_iter()
                    .map(|change| link_one(&targets, change))
                    .collect::<Vec<_>>()
            })
            .await
            .map_err(|e| ImportError::Broken(e.to_string()))?;
            for (change, missing) in linked {
                self.take_linked(change, missing)?;
            }
            self.put_ready(CHUNK).await?;
            let share = done as f64 / total as f64;
            self.progress.update(&Stage::Linking, share, total);
        }
    }

    fn take_linked(&mut self, change: Change, missing: Vec<Missing>) -> Result<(), ImportError> {
        if !missing.is_empty() {
            self.counts(&change.collection).unlinked += 1;
        }
        for one in missing {
            let line = Unlinked {
                collection: change.collection.to_string(),
                id: change.id.to_string(),
                property: one.property,
                problem: one.problem,
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

    /// The collections that have features of this import, or are to be there after it.
    fn filled(&self) -> BTreeSet<CollectionId> {
        let came = self.report.collections.iter();
        let came = came.filter(|(_, counts)| counts.read > counts.rejected);
        let mut filled: BTreeSet<_> = came.map(|(c, _)| c.clone()).collect();
        filled.extend(self.options.needed.iter().cloned());
        filled
    }

    /// That the schemas are still those by which the features were checked.
    fn conditions(&self) -> Vec<Precondition> {
        let filled = self.filled().into_iter();
        filled
            .filter_map(|c| Precondition::of_schema(&c, self.known.get(&c).copied()))
            .collect()
    }

    /// Collections that the store does not know come with their schema, in the same commit, and so
    /// does whose data it is.
    async fn put_schemas(&mut self) -> Result<(), ImportError> {
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
        changes.extend(source::source_of(&formats));
        if !changes.is_empty() {
            self.staging.put(changes).await?;
        }
        Ok(())
    }

    /// A title for an inferred schema: the file's name where the collection is called after it.
    fn title(&self, collection: &CollectionId) -> String {
        debug_assert_ne!(collection.as_str(), SCHEMAS);
        let stem = |path: &PathBuf| path.file_stem().map(|s| s.to_string_lossy().into_owned());
        match self.files {
            [only] if self.inferred.len() == 1 => {
                stem(only).unwrap_or_else(|| collection.to_string())
            }
            _ => collection.to_string(),
        }
    }
}

fn waiting(e: io::Error) -> ImportError {
    ImportError::Broken(format!("features that wait for their links: {e}"))
}

fn link_one(targets: &Targets, mut change: Change) -> (Change, Vec<Missing>) {
    let missing = match &mut change.body {
        // Properties that were canonical before stay so with one more text.
        Some(body) => targets.link(&change.collection, body).unwrap_or_default(),
        None => Vec::new(),
    };
    (change, missing)
}

/// A file of one JSON object a line, or nothing.
struct Lines {
    output: Option<(PathBuf, BufWriter<File>)>,
}

impl Lines {
    fn create(path: Option<&Path>) -> Result<Self, ImportError> {
        let output = path
            .map(|p| match File::create(p) {
                Ok(file) => Ok((p.to_owned(), BufWriter::new(file))),
                Err(source) => Err(ImportError::Output {
                    file: p.to_owned(),
                    source,
                }),
            })
            .transpose()?;
        Ok(Self { output })
    }

    fn run(
        &mut self,
        act: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), ImportError> {
        match &mut self.output {
            None => Ok(()),
            Some((path, file)) => act(file).map_err(|source| ImportError::Output {
                file: path.clone(),
                source,
            }),
        }
    }

    fn write(&mut self, line: &impl Serialize) -> Result<(), ImportError> {
        self.run(|file| {
            serde_json::to_writer(&mut *file, line)?;
            file.write_all(b"\n")
        })
    }

    fn finish(&mut self) -> Result<(), ImportError> {
        self.run(Write::flush)
    }
}
