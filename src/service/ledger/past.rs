//! The ledger as of a past moment (`as_of`), read from the log.
//!
//! The state of a feature at a moment is its newest version that had taken effect by then. The snapshot shows
//! which cases have to be read: a case that ended before the moment, or was reported after it, was not open
//! then.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::try_join;
use jiff::Timestamp;
use rayon::prelude::*;

use crate::index::{Collection, Entry};
use crate::live::{Live, OpenThen, Snapshot};
use crate::model::names::collection::{GRIDS, WARNINGS};
use crate::model::names::property;
use crate::model::{Canonical, CollectionId, FeatureId, InChinese, Record};
use crate::store::StoreError;
use crate::warnings::StatusBoard;

/// How many cases are read at a time.
const CHUNK: usize = 2000;
/// The most cases that are read from the log for one request. Each takes a few kilobytes, and all are in memory
/// at once.
pub const MOST: usize = 50_000;

/// Why a past state cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The request needs more cases than are read for one request.
    #[error("the answer needs {found} cases from the log; at most {most} are read for one request")]
    TooMany {
        /// The number of cases that the request needs.
        found: usize,
        /// The most cases that are read.
        most: usize,
    },
}

impl InChinese for PastError {
    fn zh(&self) -> String {
        match self {
            Self::Store(error) => error.zh(),
            Self::TooMany { found, most } => {
                format!("需要从历史记录中读取{found}件事件，一次最多读取{most}件")
            }
        }
    }
}

/// Checks that `found` cases may be read for one request.
///
/// # Errors
/// If `found` is larger than `most`.
pub fn few_enough(found: usize, most: usize) -> Result<(), PastError> {
    if found > most {
        return Err(PastError::TooMany { found, most });
    }
    Ok(())
}

/// Selects the cases of a past moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Cases that may have been open then.
    Open,
    /// All cases that had been reported by then.
    All,
}

/// The levels of the grids at a past moment.
///
/// # Errors
/// If the store fails, or more than `most` cases may have been open then.
pub async fn status_at(live: &Live, at: Timestamp, most: usize) -> Result<StatusBoard, PastError> {
    let snapshot = live.snapshot();
    let mut board = StatusBoard::default();
    for record in collection_at(live, GRIDS, at).await? {
        board.apply(&record);
    }
    let wanted = on_a_thread(move || {
        let mut wanted = cases(&snapshot, at, Which::Open);
        // If no case was open, one that had ended is read too. It shows that the ledger had warnings, so that the
        // levels are green and not *no data*.
        if wanted.is_empty() {
            wanted.extend(first_case(&snapshot, at));
        }
        wanted
    })
    .await?;
    few_enough(wanted.len(), most)?;
    let records = versions_at(live, &wanted, at).await?;
    let board = on_a_thread(move || {
        for record in &records {
            board.apply(record);
        }
        board
    });
    Ok(board.await?)
}

/// The ids of the cases that may have existed at a past moment, in order. No case of that moment is missing. An id of
/// a case that did not exist then is dropped when the version of that moment is read.
pub fn cases(snapshot: &Snapshot, at: Timestamp, which: Which) -> Vec<FeatureId> {
    let all: Vec<&Arc<Entry>> = match snapshot.collections().get(WARNINGS) {
        Some(warnings) => warnings.iter().collect(),
        None => return Vec::new(),
    };
    // `closed_at` is near the start of the JSON text of a case and `reported_at` near its end. Each is found without
    // parsing the whole text.
    all.into_par_iter()
        .filter(|e| (which == Which::All || !had_ended(e, at)) && was_reported(e, at))
        .map(|e| e.id().clone())
        .collect()
}

/// The versions of these cases at a moment, by id. Cases that did not exist yet are left out.
///
/// # Errors
/// When the store fails.
pub async fn versions_at(
    live: &Live,
    ids: &[FeatureId],
    at: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    features_at(live, &collection(WARNINGS)?, ids, at).await
}

/// The versions of these features of a collection at a moment. Features that did not exist then are left out.
///
/// # Errors
/// When the store fails.
pub async fn features_at(
    live: &Live,
    collection: &CollectionId,
    ids: &[FeatureId],
    at: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        // At most two reads at a time, so that other requests get connections too.
        let (a, b) = chunk.split_at(chunk.len() / 2);
        let store = live.store();
        let (a, b) = try_join(
            store.versions_at(collection, a, at),
            store.versions_at(collection, b, at),
        )
        .await?;
        found.extend(a.into_iter().chain(b));
    }
    found.retain(|r| r.body.is_some());
    Ok(found)
}

/// All cases as of a moment: those of the snapshot, where cases that changed since are replaced by their
/// version of that moment. Only the changed ones are read from the log.
///
/// # Errors
/// If the store fails, or more than `most` cases of that moment changed since.
pub async fn ledger_at(
    live: &Live,
    snapshot: &Arc<Snapshot>,
    at: Timestamp,
    most: usize,
) -> Result<Option<Collection>, PastError> {
    let Some(present) = snapshot.collections().get(WARNINGS).cloned() else {
        return Ok(None);
    };
    let cases = Arc::clone(&present);
    let (moved, later) = on_a_thread(move || {
        let all: Vec<&Arc<Entry>> = cases.iter().collect();
        let since: Vec<&Arc<Entry>> = all.into_par_iter().filter(|e| !is_as_then(e, at)).collect();
        let id = |e: &Arc<Entry>| e.id().clone();
        let (moved, later): (Vec<_>, Vec<_>) = since.into_iter().partition(|e| was_reported(e, at));
        let moved: Vec<FeatureId> = moved.into_iter().map(id).collect();
        let later: Vec<FeatureId> = later.into_iter().map(id).collect();
        (moved, later)
    })
    .await?;
    few_enough(moved.len(), most)?;
    let records = versions_at(live, &moved, at).await?;
    let wanted = moved.into_iter().chain(later).collect();
    let records = with_absent(snapshot, &collection(WARNINGS)?, records, wanted);
    let then = on_a_thread(move || Some(present.apply(&records)));
    Ok(then.await?)
}

/// A collection as of a moment; `None` if the map does not have it. Only features that were written since, and those
/// that are no longer on the map, are read from the log.
///
/// # Errors
/// If the store fails, or more than `most` features of the collection changed since.
pub async fn collection_then(
    live: &Live,
    snapshot: &Arc<Snapshot>,
    name: &str,
    at: Timestamp,
    most: usize,
) -> Result<Option<(CollectionId, Collection)>, PastError> {
    let id = collection(name)?;
    if name == WARNINGS {
        let cases = ledger_at(live, snapshot, at, most).await?;
        return Ok(cases.map(|cases| (id, cases)));
    }
    let map = snapshot.collections();
    let Some(present) = map.get(name).or_else(|| map.hidden(name)).cloned() else {
        return Ok(None);
    };
    let written = present.iter().filter(|e| e.updated_at() > at);
    let mut wanted: Vec<FeatureId> = written.map(|e| e.id().clone()).collect();
    let deleted = live.store().deleted_ids(&id).await?;
    let is_gone = |id: &FeatureId| present.get(id.as_str()).is_none();
    wanted.extend(deleted.into_iter().filter(is_gone));
    few_enough(wanted.len(), most)?;
    let records = features_at(live, &id, &wanted, at).await?;
    let records = with_absent(snapshot, &id, records, wanted);
    let then = on_a_thread(move || present.apply(&records)).await?;
    Ok(Some((id, then)))
}

/// The records, sorted by id, and a deletion for each wanted feature that has none.
fn with_absent(
    snapshot: &Snapshot,
    collection: &CollectionId,
    mut records: Vec<Record>,
    wanted: Vec<FeatureId>,
) -> Vec<Record> {
    let there: HashSet<FeatureId> = records.iter().map(|r| r.id.clone()).collect();
    let absent = wanted.into_iter().filter(|id| !there.contains(id));
    let (seq, updated_at) = (snapshot.seq(), snapshot.at());
    records.extend(absent.map(|id| Record {
        collection: collection.clone(),
        id,
        seq,
        updated_at,
        body: None,
    }));
    records.sort_by(|a, b| a.id.cmp(&b.id));
    records
}

/// A whole collection as of a moment.
///
/// # Errors
/// If the store fails.
pub(super) async fn collection_at(
    live: &Live,
    name: &str,
    at: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    live.store().collection_at(&collection(name)?, at).await
}

/// Counts the cases that were open at these moments, the latest first. Afterwards the snapshot has the counts,
/// except those that a commit changed meanwhile and those with too many open cases.
///
/// # Errors
/// When the store fails.
pub async fn count_days(live: &Live, moments: &[Timestamp]) -> Result<(), StoreError> {
    for until in moments.iter().rev() {
        let read = async {
            match status_at(live, *until, MOST).await {
                Ok(board) => Ok(Some(OpenThen::of(&board))),
                Err(PastError::TooMany { .. }) => Ok(None),
                Err(PastError::Store(error)) => Err(error),
            }
        };
        if !live.count_day(*until, read).await? {
            return Ok(());
        }
    }
    Ok(())
}

fn first_case(snapshot: &Snapshot, at: Timestamp) -> Option<FeatureId> {
    let all = snapshot.collections().get(WARNINGS)?;
    let known = all.iter().find(|e| was_reported(e, at))?;
    Some(known.id().clone())
}

fn was_reported(entry: &Entry, at: Timestamp) -> bool {
    // A case without the time of its report counts as reported from the beginning.
    let case = Canonical::new(entry.all_properties());
    case.moment(property::REPORTED_AT).is_none_or(|t| t <= at)
}

/// Whether a case is unchanged since a moment: its last step was written by then.
fn is_as_then(entry: &Entry, at: Timestamp) -> bool {
    let step = Canonical::new(entry.all_properties()).object(property::STEP);
    step.and_then(|step| step.moment("at"))
        .is_some_and(|t| t <= at)
}

fn had_ended(entry: &Entry, at: Timestamp) -> bool {
    let case = Canonical::new(entry.all_properties());
    case.moment(property::CLOSED_AT).is_some_and(|t| t <= at)
}

/// Whether a case was reported or ended at or after a moment.
pub fn happened_since(entry: &Entry, from: Timestamp) -> bool {
    let case = Canonical::new(entry.all_properties());
    [property::REPORTED_AT, property::CLOSED_AT]
        .iter()
        .any(|name| case.moment(name).is_some_and(|t| t >= from))
}

fn collection(name: &str) -> Result<CollectionId, StoreError> {
    CollectionId::new(name).map_err(|e| StoreError::bad_id("collection", &e))
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| StoreError::Database(sqlx::Error::Io(std::io::Error::other(e))))
}
