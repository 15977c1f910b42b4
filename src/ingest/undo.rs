//! Undoes an import: one commit gives each feature that the import changed its earlier state. Features that
//! somebody changed since are conflicts. Schemas and sources that the import added stay.

use std::collections::{BTreeMap, HashMap};

use super::ImportError;
use super::baseline::{Baseline as _, InStore};
use super::conflict::{ChangedSince, Conflicts, changed_by};
use super::plan::Plan;
use super::report::{Conflict, Progress, Report, Stage};
use super::run::REASON;
use super::run::prepared::{Prepared, Tally};
use super::run::schemas::{Known, known_schemas};
use super::touched::Touched;
use crate::codec::check::Checker;
use crate::model::names::collection::WARNINGS;
use crate::model::{
    Author, Body, Change, CollectionId, CommitHeader, FeatureId, Localized, Precondition, Record,
    both,
};
use crate::store::Store;

/// Features read per call of the store.
const CHUNK: usize = 1000;
/// The beginning of the reason of every undo.
const UNDO: &str = "undo of import ";
/// The most commits that the check before an undo reads.
const LOOK: u64 = 20_000;
/// The collection of cases, which an undo must not change: it would contradict the history in the ledger.
const LEDGER: &str = WARNINGS;

/// Which import is undone, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The commit of the import.
    pub seq: u64,
    /// Whether features that were changed after the import are left as they are. If not, the undo fails when there
    /// are any.
    pub partly: bool,
    /// Text for the reason of the commit, after the number of the import.
    pub note: Option<String>,
}

/// Plans the undo of an import. The report lists conflicts.
///
/// # Errors
/// If the commit is not an import or was undone already, or the store fails.
pub async fn plan_undo(
    store: &Store,
    undo: &Undo,
    author: &Author,
    progress: &dyn Progress,
) -> Result<Plan, ImportError> {
    let (prepared, _) = prepare(store, undo, author, progress).await?;
    Ok(prepared.plan())
}

/// Undoes an import in one commit.
///
/// # Errors
/// [`ImportError::UndoConflict`] when features were changed since and [`Undo::partly`] is not set;
/// [`ImportError::Conflict`] when somebody changes one meanwhile; [`ImportError::Undone`],
/// [`ImportError::NoImport`]; and when the store fails. The map then stays as it was.
pub async fn undo(
    store: &Store,
    undo: &Undo,
    author: &Author,
    progress: &dyn Progress,
) -> Result<Report, ImportError> {
    let (prepared, has_misfits) = prepare(store, undo, author, progress).await?;
    let report = &prepared.report;
    if report.conflicting > 0 && !undo.partly {
        return Err(ImportError::UndoConflict(Conflicts {
            total: report.conflicting,
            has_misfits,
            first: report.conflicts.clone(),
        }));
    }
    prepared.commit(store, progress).await
}

/// Finds conflicts of an undo by reading a limited part of the log: features that others changed since and that
/// differ from their state before the import. May miss some; [`undo`] itself finds all of them.
///
/// # Errors
/// [`ImportError::Undone`], [`ImportError::NoImport`], or an error of the store.
pub async fn undo_conflicts(store: &Store, seq: u64) -> Result<Conflicts, ImportError> {
    import_of(store, seq).await?;
    refuse_a_second(store, seq, LOOK).await?;
    let since = ChangedSince::read(store, seq).await?;
    let mut conflicts = Conflicts::default();
    for (collection, ids) in since.by_collection() {
        for ids in ids.chunks(CHUNK) {
            let written = versions(store, collection, ids, seq).await?;
            let before = versions(store, collection, ids, seq - 1).await?;
            let now = versions(store, collection, ids, u64::MAX).await?;
            for (id, record) in ids.iter().filter_map(|id| written.get_key_value(id)) {
                if record.seq != seq {
                    // The import did not change this feature.
                    continue;
                }
                let before = before.get(id).and_then(|r| r.body.as_ref());
                let put = record.body.is_some();
                if let Some(problem) = moved_on(seq, now.get(id), put, before) {
                    conflicts.add(collection, id, problem);
                }
            }
        }
    }
    Ok(conflicts)
}

/// Stages the state before the import. Returns also whether the state of a feature before the import no longer matches
/// the schema.
async fn prepare<'a>(
    store: &'a Store,
    undo: &Undo,
    author: &Author,
    progress: &dyn Progress,
) -> Result<(Prepared<InStore<'a>>, bool), ImportError> {
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
            (
                "该提交修改了事件，事件只能在台账中办理",
                "it changed cases, which only the ledger may change",
            ),
        ));
    }
    let reason = match &undo.note {
        Some(note) => format!("{UNDO}{} ({note})", undo.seq),
        None => format!("{UNDO}{}", undo.seq),
    };
    let mut baseline = InStore::new(store, author, reason).await?;
    let known = known_schemas(&mut baseline).await?;
    let since = baseline.seq();
    refuse_a_second(store, undo.seq, u64::MAX).await?;
    let conditions = touched
        .keys()
        .filter_map(|c| Precondition::of_schema(c, known.get(c).map(|k| k.version)))
        .collect();
    let mut work = Work {
        store,
        known: &known,
        seq: undo.seq,
        prepared: Prepared {
            baseline,
            report: Report {
                undoes: Some(undo.seq),
                ..Report::default()
            },
            touched: Touched::default(),
            conditions,
            since,
        },
        tally: Tally::default(),
        has_misfits: false,
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
    Ok((work.prepared, work.has_misfits))
}

/// The header of a commit that an import or an undo made; an error for any other commit.
async fn import_of(store: &Store, seq: u64) -> Result<CommitHeader, ImportError> {
    let before = seq.checked_sub(1);
    let found = match before {
        Some(before) => store.commits_after(before, 1).await?,
        None => Vec::new(),
    };
    let Some(header) = found.into_iter().find(|h| h.seq == seq) else {
        return Err(no_import(seq, ("没有该提交", "there is no such commit")));
    };
    let is_import = |reason: &String| reason.starts_with(REASON) || reason.starts_with(UNDO);
    if header.reason.as_ref().is_some_and(is_import) {
        Ok(header)
    } else {
        Err(no_import(
            seq,
            ("该提交不是一次导入", "it is not the commit of an import"),
        ))
    }
}

/// Fails if the import was undone already; reads at most this many commits after it.
async fn refuse_a_second(store: &Store, seq: u64, most: u64) -> Result<(), ImportError> {
    let bare = format!("{UNDO}{seq}");
    let noted = format!("{bare} (");
    let is_undo = |header: &CommitHeader| {
        let reason = header.reason.as_deref();
        reason.is_some_and(|reason| reason == bare || reason.starts_with(&noted))
    };
    match store.find_commit(seq, most, is_undo).await? {
        Some(undone) => Err(ImportError::Undone {
            seq,
            by: undone.seq,
        }),
        None => Ok(()),
    }
}

fn no_import(seq: u64, problem: (&str, &str)) -> ImportError {
    ImportError::NoImport {
        seq,
        problem: problem.into(),
    }
}

struct Work<'s, 'k> {
    store: &'s Store,
    known: &'k BTreeMap<CollectionId, Known>,
    seq: u64,
    prepared: Prepared<InStore<'s>>,
    tally: Tally,
    has_misfits: bool,
}

impl Work<'_, '_> {
    fn checker(&self, collection: &CollectionId) -> Result<Option<Checker>, ImportError> {
        let Some(known) = self.known.get(collection) else {
            return Ok(None);
        };
        let schema = known.schema.as_ref().map_err(Clone::clone)?;
        Ok(Some(Checker::new(schema)?))
    }

    /// Stages the earlier state of some features. `true` beside an id: the import added or changed the feature;
    /// `false`: it removed the feature.
    async fn put_back(
        &mut self,
        collection: &CollectionId,
        checker: Option<&Checker>,
        some: &[(FeatureId, bool)],
    ) -> Result<(), ImportError> {
        let ids: Vec<FeatureId> = some.iter().map(|(id, _)| id.clone()).collect();
        let mut before = versions(self.store, collection, &ids, self.seq - 1).await?;
        let now = versions(self.store, collection, &ids, u64::MAX).await?;
        let mut changes = Vec::with_capacity(some.len());
        for (id, put) in some {
            let body = before.remove(id).and_then(|record| record.body);
            let current = now.get(id);
            let is_back = current.and_then(|r| r.body.as_ref()) == body.as_ref();
            if !is_back {
                let moved_on = moved_on(self.seq, current, *put, body.as_ref());
                let misfit = || misfit(checker, id, body.as_ref());
                let is_misfit = moved_on.is_none();
                if let Some(problem) = moved_on.or_else(misfit) {
                    self.has_misfits |= is_misfit;
                    self.conflict(collection, id, problem);
                    continue;
                }
            }
            changes.push(Change {
                collection: collection.clone(),
                id: id.clone(),
                body,
            });
        }
        let total = changes.len() as u64;
        let staged = self.prepared.baseline.compare(changes).await?;
        let report = &mut self.prepared.report;
        report
            .collections
            .entry(collection.clone())
            .or_default()
            .read += some.len() as u64;
        self.tally.add(report, collection, total, staged);
        Ok(())
    }

    fn conflict(&mut self, collection: &CollectionId, id: &FeatureId, problem: Localized) {
        let report = &mut self.prepared.report;
        report.conflicting += 1;
        if report.conflicts.len() < Report::SAMPLES {
            report
                .conflicts
                .push(Conflict::new(collection, id, problem));
        }
    }
}

async fn versions(
    store: &Store,
    collection: &CollectionId,
    ids: &[FeatureId],
    upto: u64,
) -> Result<HashMap<FeatureId, Record>, ImportError> {
    let records = store.versions_upto(collection, ids, upto).await?;
    Ok(records.into_iter().map(|r| (r.id.clone(), r)).collect())
}

/// How a feature was changed after the import `seq`. `put` is false if the import removed the feature. `None` if
/// nobody changed the feature, or if it is again as it was before the import (`before`).
fn moved_on(
    seq: u64,
    current: Option<&Record>,
    put: bool,
    before: Option<&Body>,
) -> Option<Localized> {
    if current.and_then(|r| r.body.as_ref()) == before {
        return None;
    }
    match current {
        Some(record) if record.seq != seq => Some(changed_by(record.seq)),
        None if put => Some(("此后已被删除", "was removed since").into()),
        _ => None,
    }
}

/// Why the earlier state of a feature does not match the current schema.
fn misfit(checker: Option<&Checker>, id: &FeatureId, body: Option<&Body>) -> Option<Localized> {
    let problems = checker?.check(id, body?).err()?;
    let (field, Localized { zh, en }) = match problems.first() {
        Some(first) => (first.field.as_str(), first.localized()),
        None => ("", Localized::new("", "")),
    };
    Some(both!(
        "导入前的内容不符合该图层现在的数据结构（{field}：{zh}）",
        "its earlier state does not match the current schema: {field}: {en}"
    ))
}
