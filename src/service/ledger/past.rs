//! The ledger as it was (`as_of`): read from the log, off the hot path.
//!
//! What a feature was at a moment is its newest version that had taken effect by then. Which cases to
//! ask for the snapshot knows: one that ended before the moment, or came after it, was not open then.

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

/// Cases asked for at a time.
const CHUNK: usize = 2000;
/// The most cases that are read out of the log for one question: at a few kilobytes each they are all in
/// memory before it is answered.
pub const MOST: usize = 50_000;

/// Why a past state cannot be answered.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More cases than are read for one question.
    #[error("the answer needs {found} cases from the log; at most {most} are read for one request")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
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

/// Whether so many cases may be read for one question.
///
/// # Errors
/// When they are more than `most`.
pub fn few_enough(found: usize, most: usize) -> Result<(), PastError> {
    if found > most {
        return Err(PastError::TooMany { found, most });
    }
    Ok(())
}

/// Which cases of a past moment are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Cases that may have been open then.
    Open,
    /// All that had been reported by then.
    All,
}

/// The levels of the grids as they were at a moment.
///
/// # Errors
/// When the store fails, or more than `most` cases may have been open then.
pub async fn status_at(live: &Live, at: Timestamp, most: usize) -> Result<StatusBoard, PastError> {
    let snapshot = live.snapshot();
    let mut board = StatusBoard::default();
    for record in collection_at(live, GRIDS, at).await? {
        board.apply(&record);
    }
    let wanted = on_a_thread(move || {
        let mut wanted = cases(&snapshot, at, Which::Open);
        // One that had ended tells all the same that there was a ledger.
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

/// The ids of the cases that a past moment may have known, in their order: none is missing, and one
/// too many shows when its version of then is read.
pub fn cases(snapshot: &Snapshot, at: Timestamp, which: Which) -> Vec<FeatureId> {
    let all: Vec<&Arc<Entry>> = match snapshot.collections().get(WARNINGS) {
        Some(warnings) => warnings.iter().collect(),
        None => return Vec::new(),
    };
    // When it ended stands near the beginning of a case's text, when it came near its end.
    all.into_par_iter()
        .filter(|e| (which == Which::All || !had_ended(e, at)) && was_reported(e, at))
        .map(|e| e.id().clone())
        .collect()
}

/// What cases were at a moment, by id; those that were not there yet are left out.
///
/// # Errors
/// When the store fails.
pub async fn versions_at(
    live: &Live,
    ids: &[FeatureId],
    at: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    let warnings = &collection(WARNINGS)?;
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        // Two reads at a time, so that other requests get connections too.
        let (a, b) = chunk.split_at(chunk.len() / 2);
        let store = live.store();
        let (a, b) = try_join(
            store.versions_at(warnings, a, at),
            store.versions_at(warnings, b, at),
        )
        .await?;
        found.extend(a.into_iter().chain(b));
    }
    found.retain(|r| r.body.is_some());
    Ok(found)
}

/// All cases as they were at a moment: those of the snapshot, with what happened since taken back. Of
/// five years of cases most ended before the moment or came after it, and nothing of them is read.
///
/// # Errors
/// When the store fails, or more than `most` cases were moved since and known then.
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
    let mut records = versions_at(live, &moved, at).await?;
    let there: HashSet<&FeatureId> = records.iter().map(|r| &r.id).collect();
    let not_there: Vec<FeatureId> = moved
        .into_iter()
        .filter(|id| !there.contains(id))
        .chain(later)
        .collect();
    let warnings = collection(WARNINGS)?;
    let (seq, updated_at) = (snapshot.seq(), snapshot.at());
    records.extend(not_there.into_iter().map(|id| Record {
        collection: warnings.clone(),
        id,
        seq,
        updated_at,
        body: None,
    }));
    let then = on_a_thread(move || {
        records.sort_by(|a, b| a.id.cmp(&b.id));
        Some(present.apply(&records))
    });
    Ok(then.await?)
}

/// A whole collection as it was at a moment.
///
/// # Errors
/// When the store fails.
pub(super) async fn collection_at(
    live: &Live,
    name: &str,
    at: Timestamp,
) -> Result<Vec<Record>, StoreError> {
    live.store().collection_at(&collection(name)?, at).await
}

/// Counts what was open at these moments, the latest first. Afterwards the snapshot knows them, but for a
/// day that changed while it was counted, and one with too many open cases.
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
    // A case without a time of report counts as always reported.
    let case = Canonical::new(entry.all_properties());
    case.moment(property::REPORTED_AT).is_none_or(|t| t <= at)
}

/// Whether nothing has happened to a case since: its last step was taken by then.
fn is_as_then(entry: &Entry, at: Timestamp) -> bool {
    let step = Canonical::new(entry.all_properties()).object(property::STEP);
    step.and_then(|step| step.moment("at"))
        .is_some_and(|t| t <= at)
}

fn had_ended(entry: &Entry, at: Timestamp) -> bool {
    let case = Canonical::new(entry.all_properties());
    case.moment(property::CLOSED_AT).is_some_and(|t| t <= at)
}

/// Whether a case was reported or ended at a moment or after it.
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
