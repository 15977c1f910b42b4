//! Runs an import. A separate thread reads and checks features; this module compares valid ones with the baseline,
//! which also stages them in the store if the import is to be committed. Features that may need a link wait until
//! all files are read. One commit publishes everything.

mod linking;
pub(super) mod prepared;
mod removal;
pub(super) mod schemas;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::baseline::{Baseline, InStore};
use super::far::Places;
use super::infer::Inference;
use super::lines::Lines;
use super::link::{self, Targets};
use super::plan::{Basis, Plan};
use super::read::{self, Checked, Message, Rules};
use super::report::{Aside, Counts, FileReport, Progress, Reject, Report, Stage};
use super::source::Source;
use super::spill::SpillQueue;
use super::{ImportError, Options};
use crate::model::{Change, CollectionId, FeatureId};
use crate::spatial::bounds::Bounds;
use crate::store::Store;
use prepared::{Prepared, Tally};
use removal::Refused;
use schemas::{known_schemas, rules};

/// Features per call of the store.
const CHUNK: usize = 1000;
/// The number of batches that the reader may be ahead.
const AHEAD: usize = 4;
/// How many places of the map are sampled to find features that lie far from it.
const SAMPLE: u32 = 2000;
/// The beginning of the reason of every import.
pub(super) const REASON: &str = "import ";
/// How often an import is started again because a schema changed while it ran.
const ATTEMPTS: u32 = 3;

/// Plans an import and commits it in one go.
///
/// # Errors
/// If a file or the store fails, or somebody else changes the same features meanwhile; the map then stays as it
/// was. Rejected features are not an error: see [`Report::rejected`].
pub async fn import(
    store: &Store,
    sources: &[Source],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let mut attempt = 1;
    loop {
        let baseline = in_store(store, sources, options).await?;
        let prepared = prepare(baseline, sources, options, None, progress).await?;
        if options.dry_run {
            // `prepared` is dropped without being published, so the map stays as it is.
            return Ok(prepared.report);
        }
        match prepared.commit(store, progress).await {
            // The features were checked against the earlier schema, so check them again.
            Err(ImportError::SchemaChanged(collection)) if attempt < ATTEMPTS => {
                tracing::warn!(
                    collection,
                    "a schema changed during the import; it starts again"
                );
                attempt += 1;
            }
            other => return other,
        }
    }
}

/// Plans an import against the store. Nothing of the plan stays in the store.
///
/// # Errors
/// If a file or the store fails.
pub async fn plan(
    store: &Store,
    sources: &[Source],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Plan, ImportError> {
    let baseline = in_store(store, sources, options).await?;
    plan_over(baseline, sources, options, progress).await
}

/// Plans an import against another state of the map.
///
/// # Errors
/// If a file or the comparison fails.
pub async fn plan_over(
    baseline: impl Baseline,
    sources: &[Source],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Plan, ImportError> {
    let prepared = prepare(baseline, sources, options, None, progress).await?;
    Ok(prepared.plan())
}

/// Commits a plan: reads the same files again with the same options.
///
/// # Errors
/// If somebody changed a feature of the plan ([`ImportError::Conflict`]) or a schema of it
/// ([`ImportError::SchemaChanged`]), if a file changed ([`ImportError::InputChanged`]), or if a file or the store
/// fails. The map then stays as it was.
pub async fn commit(
    store: &Store,
    sources: &[Source],
    options: &Options,
    basis: &Basis,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let baseline = in_store(store, sources, options).await?;
    let prepared = prepare(baseline, sources, options, Some(basis), progress).await?;
    prepared.commit(store, progress).await
}

async fn in_store<'a>(
    store: &'a Store,
    sources: &[Source],
    options: &Options,
) -> Result<InStore<'a>, ImportError> {
    Ok(InStore::new(store, &options.author, reason(sources, options)).await?)
}

/// Reads, checks, links and compares everything.
async fn prepare<B: Baseline>(
    mut baseline: B,
    sources: &[Source],
    options: &Options,
    basis: Option<&Basis>,
    progress: &dyn Progress,
) -> Result<Prepared<B>, ImportError> {
    if let Some(hidden) = options.collection.as_ref().filter(|c| c.is_hidden()) {
        return Err(ImportError::Hidden(hidden.clone()));
    }
    let since = match basis {
        Some(basis) => basis.seq,
        None => baseline.seq(),
    };
    let known = known_schemas(&mut baseline).await?;
    let rules = Arc::new(rules(&known, options)?);
    let mut run = Run {
        baseline,
        options,
        progress,
        sources,
        basis,
        report: Report {
            dry_run: options.dry_run,
            ..Report::default()
        },
        tally: Tally::default(),
        rejects: Lines::create(options.rejects.as_deref())?,
        unlinked: Lines::create(options.unlinked.as_deref())?,
        seen: HashMap::new(),
        repeats: HashMap::new(),
        refused: Refused::default(),
        ready: BTreeMap::new(),
        held: SpillQueue::default(),
        wanted: BTreeSet::new(),
        targets: Targets::default(),
        inferred: BTreeMap::new(),
        places: Places::default(),
        extent: None,
        known: known.into_iter().map(|(c, k)| (c, k.version)).collect(),
    };
    let outcome = run.read(rules).await;
    if let Err(ImportError::File { file, problem }) = &outcome {
        run.rejects.write(&Reject {
            file: file.clone(),
            sheet: None,
            line: None,
            index: None,
            id: None,
            collection: None,
            field: "file".into(),
            problem: problem.en.clone(),
            problem_zh: problem.zh.clone(),
            others: Vec::new(),
        })?;
        run.rejects.finish()?;
    }
    outcome?;
    run.find_far().await?;
    run.link().await?;
    run.put_ready(1).await?;
    run.remove_missing().await?;
    run.put_schemas().await?;
    run.rejects.finish()?;
    run.unlinked.finish()?;
    run.report.extent = run.extent.map(Bounds::to_numbers);
    if let Some(collection) = run.schema_after(since) {
        return Err(ImportError::SchemaChanged(collection.to_string()));
    }
    let conditions = run.conditions();
    Ok(Prepared {
        baseline: run.baseline,
        report: run.report,
        touched: run.tally.touched,
        conditions,
        since,
    })
}

/// The reason of the commit, by which [`undo`](super::undo()) recognises an import.
fn reason(sources: &[Source], options: &Options) -> String {
    let names: Vec<_> = sources
        .iter()
        .map(|s| {
            let path = Path::new(s.name());
            path.file_name()
                .unwrap_or(path.as_os_str())
                .to_string_lossy()
        })
        .collect();
    let reason = format!("{REASON}{}", names.join(", "));
    match &options.note {
        Some(note) => format!("{reason} ({note})"),
        None => reason,
    }
}

/// Where a feature was first read: the file, with line and index if known.
type Place = (u32, Option<(u64, u64)>);

struct Run<'a, B> {
    baseline: B,
    options: &'a Options,
    progress: &'a dyn Progress,
    sources: &'a [Source],
    /// The plan that is committed, where there is one.
    basis: Option<&'a Basis>,
    report: Report,
    tally: Tally,
    rejects: Lines,
    unlinked: Lines,
    seen: HashMap<CollectionId, HashMap<FeatureId, Place>>,
    /// How often each generated id has occurred, for ids that occur more than once.
    repeats: HashMap<CollectionId, HashMap<FeatureId, u32>>,
    refused: Refused,
    ready: BTreeMap<CollectionId, Vec<Change>>,
    /// Features without a link, which wait until all targets are known.
    held: SpillQueue,
    /// The collections to which the waiting features may be linked.
    wanted: BTreeSet<&'static str>,
    targets: Targets,
    inferred: BTreeMap<CollectionId, Inference>,
    /// The positions of the features, to find those far from everything else.
    places: Places,
    /// The bounding box of all features.
    extent: Option<Bounds>,
    /// The collections with a schema, each with the version against which features were checked.
    known: BTreeMap<CollectionId, u64>,
}

impl<B: Baseline> Run<'_, B> {
    async fn read(&mut self, rules: Arc<Rules>) -> Result<(), ImportError> {
        let (sender, mut receiver) = mpsc::channel(AHEAD);
        let sources = self.sources.to_vec();
        let reader = self.options.threads.spawn(move || {
            let watched = sender.clone();
            let stopped = move || watched.is_closed();
            read::read_all(&rules, &sources, &stopped, &mut |message| {
                sender.blocking_send(message).map_err(|_| ())
            });
        });
        while let Some(message) = receiver.recv().await {
            match message {
                Message::File { file, format } => self.report.files.push(FileReport {
                    file: self.sources[file].name().to_owned(),
                    format,
                }),
                Message::Batch {
                    file,
                    checked,
                    share,
                } => {
                    for one in checked {
                        self.apply(file, one)?;
                    }
                    self.put_ready(CHUNK).await?;
                    let stage = Stage::Reading(PathBuf::from(self.sources[file].name()));
                    self.progress
                        .update(&stage, share, self.report.total().read);
                }
                Message::Hashed(hash) => self.hashed(hash)?,
                Message::Failed(error) => return Err(error),
            }
        }
        reader.await.map_err(|e| ImportError::Broken(e.to_string()))
    }

    /// Stores the hash of the next file. If a plan is committed, the hash must be that of the planned file.
    fn hashed(&mut self, hash: String) -> Result<(), ImportError> {
        let file = self.report.inputs.len();
        if let Some(basis) = self.basis
            && basis.inputs.get(file) != Some(&hash)
        {
            let name = self.sources.get(file).map_or("", Source::name);
            return Err(ImportError::InputChanged {
                file: name.to_owned(),
            });
        }
        self.report.inputs.push(hash);
        Ok(())
    }

    fn counts(&mut self, collection: &CollectionId) -> &mut Counts {
        self.report
            .collections
            .entry(collection.clone())
            .or_default()
    }

    fn apply(&mut self, file: usize, checked: Checked) -> Result<(), ImportError> {
        let (collection, mut feature, made, line, index) = match checked {
            Checked::Feature {
                collection,
                feature,
                made,
                line,
                index,
            } => (collection, feature, made, line, index),
            Checked::Rejected(reject) => return self.reject(reject),
        };
        let number = u32::try_from(file).unwrap_or(u32::MAX);
        if made {
            feature.id = self.free_id(&collection, feature.id);
            self.counts(&collection).made_ids += 1;
        }
        let ids = self.seen.entry(collection.clone()).or_default();
        if let Some((first, place)) = ids.get(&feature.id) {
            let file_name = |n: usize| self.sources[n].name().to_owned();
            let other = usize::try_from(*first).unwrap_or(file);
            let mut problem = String::from("the id is used already");
            let mut problem_zh = String::from("编号重复，此前已出现");
            if other != file {
                problem_zh.push_str(&format!("在 {}", file_name(other)));
            }
            if let Some((line, index)) = place {
                problem.push_str(&format!(" by feature {index} (line {line})"));
                problem_zh.push_str(&format!("（第{line}行，要素 {index}）"));
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
                problem_zh,
                others: Vec::new(),
            });
        }
        ids.insert(feature.id.clone(), (number, line.zip(index)));
        if let Some(geometry) = &feature.body.geometry {
            let bounds = self.places.see(&collection, &feature.id, geometry);
            self.extent = match (self.extent, bounds) {
                (Some(all), Some(one)) => Some(all.union(one)),
                (all, one) => all.or(one),
            };
        }
        self.counts(&collection).read += 1;
        if self.options.aside.as_ref() == Some(&collection) {
            self.report.aside.push(Aside {
                file: self.sources[file].name().to_owned(),
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

    /// A generated id that no feature of the import has yet: features with the same geometry and name are numbered
    /// in the order of the files.
    fn free_id(&mut self, collection: &CollectionId, id: FeatureId) -> FeatureId {
        let seen = self.seen.entry(collection.clone()).or_default();
        if !seen.contains_key(&id) {
            return id;
        }
        self.report.identical += 1;
        let repeats = self.repeats.entry(collection.clone()).or_default();
        let count = repeats.entry(id.clone()).or_insert(1);
        loop {
            *count += 1;
            match FeatureId::new(format!("{id}-{count}")) {
                Ok(next) if seen.contains_key(&next) => {}
                Ok(next) => return next,
                // Cannot happen, since a generated id is short; the feature would be rejected as a duplicate.
                Err(_) => return id,
            }
        }
    }

    /// Reports features that lie far from the map, or from the rest of the import if the map is nearly empty.
    async fn find_far(&mut self) -> Result<(), ImportError> {
        let places = std::mem::take(&mut self.places);
        if places.is_empty() {
            return Ok(());
        }
        let map = self.baseline.places(SAMPLE).await?;
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
            if self.options.remove_missing {
                self.refused.see(collection, reject.id.as_deref());
            }
        } else {
            self.refused.unknown = true;
        }
        self.rejects.write(&reject)?;
        if self.report.rejects.len() < Report::SAMPLES {
            self.report.rejects.push(reject);
        }
        Ok(())
    }

    /// Compares the gathered features if there are at least this many.
    async fn put_ready(&mut self, at_least: usize) -> Result<(), ImportError> {
        for (collection, changes) in &mut self.ready {
            if changes.len() < at_least {
                continue;
            }
            let changes = std::mem::take(changes);
            let total = changes.len() as u64;
            let staged = self.baseline.compare(changes).await?;
            self.tally.add(&mut self.report, collection, total, staged);
        }
        Ok(())
    }
}

fn waiting(e: io::Error) -> ImportError {
    ImportError::Broken(format!(
        "the temporary file of features that wait for their links: {e}"
    ))
}
