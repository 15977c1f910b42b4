//! Undoing an import: what it changed becomes what it was before, in one commit. Features that somebody
//! changed since are conflicts. Schemas and sources that came with the import stay.

use std::collections::{BTreeMap, HashMap};

use super::ImportError;
use super::plan::Plan;
use super::report::{Conflict, Progress, Report, Stage};
use super::run::REASON;
use super::run::prepared::{Prepared, Tally};
use super::run::schemas::{Known, known_schemas};
use crate::codec::check::Checker;
use crate::model::names::collection::WARNINGS;
use crate::model::{
    Author, Body, Change, CollectionId, CommitHeader, FeatureId, Precondition, Record,
};
use crate::store::Store;

/// Features a call of the store.
const CHUNK: usize = 1000;
/// How the reason of an undo begins.
const UNDO: &str = "undo of import ";
/// Cases have a history of their own, which an undo would contradict.
const LEDGER: &str = WARNINGS;

/// Which import is undone, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The commit of the import.
    pub seq: u64,
    /// Whether features that were changed since are left as they are; else they refuse the undo.
    pub partly: bool,
    /// What the reason of the commit says beside the number.
    pub note: Option<String>,
}

/// Tells what the undo of an import would do. Conflicts are listed in the report.
///
/// # Errors
/// When the commit is no import, or the store fails.
pub async fn plan_undo(
    store: &Store,
    undo: &Undo,
    author: &Author,
    progress: &dyn Progress,
) -> Result<Plan, ImportError> {
    Ok(prepare(store, undo, author, progress).await?.plan())
}

/// Undoes an import in one commit.
///
/// # Errors
/// [`ImportError::Conflict`] when features were changed since and [`Undo::partly`] is not set, or when
/// somebody changes one meanwhile; [`ImportError::NoImport`]; and when the store fails. The map is as it was
/// then.
pub async fn undo(
    store: &Store,
    undo: &Undo,
    author: &Author,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let prepared = prepare(store, undo, author, progress).await?;
    let report = &prepared.report;
    if report.conflicting > 0 && !undo.partly {
        return Err(ImportError::Conflict {
            total: report.conflicting,
            features: report.conflicts.clone(),
        });
    }
    prepared.commit(store, progress).await
}

async fn prepare(
    store: &Store,
    undo: &Undo,
    author: &Author,
    progress: &dyn Progress,
) -> Result<Prepared, ImportError> {
    let since = store.head().await?.seq;
    let header = import_of(store, undo.seq).await?;
    let mut touched: BTreeMap<CollectionId, Vec<(FeatureId, bool)>> = BTreeMap::new();
    store
        .records_of(&header, |record| {
            if !record.collection.is_hidden() {
                let put = record.body.is_some();
                let ids = touched.entry(record.collection).or_default();
                ids.push((record.id, put));
            }
        })
        .await?;
    if touched.keys().any(|c| c.as_str() == LEDGER) {
        return Err(no_import(
            undo.seq,
            "it changed warnings, which only the ledger does",
        ));
    }
    let reason = match &undo.note {
        Some(note) => format!("{UNDO}{} ({note})", undo.seq),
        None => format!("{UNDO}{}", undo.seq),
    };
    let staging = store.stage(author.clone(), Some(reason)).await?;
    let known = known_schemas(store).await?;
    let conditions = touched
        .keys()
        .filter_map(|c| Precondition::of_schema(c, known.get(c).map(|k| k.version)))
        .collect();
    let mut work = Work {
        store,
        known: &known,
        seq: undo.seq,
        prepared: Prepared {
            staging,
            report: Report {
                undoes: Some(undo.seq),
                ..Report::default()
            },
            conditions,
            since,
        },
        tally: Tally::default(),
    };
    let mut done = 0;
    for (collection, ids) in touched {
        let checker = work.checker(&collection)?;
        for some in ids.chunks(CHUNK) {
            work.put_back(&collection, checker.as_ref(), some).await?;
            done += some.len() as u64;
            let share = done as f64 / header.size.max(1) as f64;
            progress.update(&Stage::Restoring, share.min(1.0), done);
        }
    }
    Ok(work.prepared)
}

/// The head of a commit, if an import made it.
async fn import_of(store: &Store, seq: u64) -> Result<CommitHeader, ImportError> {
    let before = seq.checked_sub(1);
    let found = match before {
        Some(before) => store.commits_after(before, 1).await?,
        None => Vec::new(),
    };
    let Some(header) = found.into_iter().find(|h| h.seq == seq) else {
        return Err(no_import(seq, "there is no such commit"));
    };
    let is_import = |reason: &String| reason.starts_with(REASON) || reason.starts_with(UNDO);
    if header.reason.as_ref().is_some_and(is_import) {
        Ok(header)
    } else {
        Err(no_import(seq, "it is not the commit of an import"))
    }
}

fn no_import(seq: u64, problem: &str) -> ImportError {
    ImportError::NoImport {
        seq,
        problem: problem.to_owned(),
    }
}

struct Work<'a> {
    store: &'a Store,
    known: &'a BTreeMap<CollectionId, Known>,
    seq: u64,
    prepared: Prepared,
    tally: Tally,
}

impl Work<'_> {
    fn checker(&self, collection: &CollectionId) -> Result<Option<Checker>, ImportError> {
        let known = self.known.get(collection);
        Ok(known.map(|k| Checker::new(&k.schema)).transpose()?)
    }

    /// Stages what some features were before; `true` beside an id says that the import put it.
    async fn put_back(
        &mut self,
        collection: &CollectionId,
        checker: Option<&Checker>,
        some: &[(FeatureId, bool)],
    ) -> Result<(), ImportError> {
        let ids: Vec<FeatureId> = some.iter().map(|(id, _)| id.clone()).collect();
        let mut before = self.versions(collection, &ids, self.seq - 1).await?;
        let now = self.versions(collection, &ids, u64::MAX).await?;
        let mut changes = Vec::with_capacity(some.len());
        for (id, put) in some {
            let body = before.remove(id).and_then(|record| record.body);
            let current = now.get(id);
            let problem = match (current, put) {
                (Some(record), _) if record.seq != self.seq => {
                    Some(format!("was changed by commit {}", record.seq))
                }
                (None, true) => Some("was removed since".to_owned()),
                _ => misfit(checker, id, body.as_ref()),
            };
            let is_back = current.and_then(|r| r.body.as_ref()) == body.as_ref();
            if let (Some(problem), false) = (problem, is_back) {
                self.conflict(collection, id, problem);
                continue;
            }
            changes.push(Change {
                collection: collection.clone(),
                id: id.clone(),
                body,
            });
        }
        let total = changes.len() as u64;
        let staged = self.prepared.staging.put_each(changes).await?;
        let report = &mut self.prepared.report;
        report
            .collections
            .entry(collection.clone())
            .or_default()
            .read += some.len() as u64;
        self.tally.add(report, collection, total, &staged);
        Ok(())
    }

    async fn versions(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        upto: u64,
    ) -> Result<HashMap<FeatureId, Record>, ImportError> {
        let records = self.store.versions_upto(collection, ids, upto).await?;
        Ok(records.into_iter().map(|r| (r.id.clone(), r)).collect())
    }

    fn conflict(&mut self, collection: &CollectionId, id: &FeatureId, problem: String) {
        let report = &mut self.prepared.report;
        report.conflicting += 1;
        if report.conflicts.len() < Report::SAMPLES {
            report.conflicts.push(Conflict {
                collection: collection.to_string(),
                id: id.to_string(),
                problem,
            });
        }
    }
}

/// Why a feature can't be put back under the schema of today.
fn misfit(checker: Option<&Checker>, id: &FeatureId, body: Option<&Body>) -> Option<String> {
    let problems = checker?.check(id, body?).err()?;
    let first = problems.first().map(ToString::to_string);
    Some(format!(
        "does not fit its schema any more: {}",
        first.unwrap_or_default()
    ))
}
