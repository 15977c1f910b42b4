//! The map of a past moment, as far as cards need it.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Ground;
use crate::grids::CaseBook;
use crate::index::{Collection, Collections};
use crate::live::{Live, Snapshot, book_of};
use crate::model::names::collection::{
    BUILDINGS, COMPOUNDS, DUTIES, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GRIDS, POCKET_PARKS,
    PROJECTS, UNITS, WARNINGS,
};
use crate::model::{CollectionId, Record};
use crate::service::ledger::past::{self, PastError};
use crate::store::StoreError;
use crate::warnings::StatusBoard;

/// The collections of a card, without the cases.
const OF_CARDS: [&str; 10] = [
    GRIDS,
    BUILDINGS,
    COMPOUNDS,
    ENTRANCES,
    FACILITIES,
    FIRST_AID_STATIONS,
    POCKET_PARKS,
    UNITS,
    DUTIES,
    PROJECTS,
];

/// The map of a past moment.
#[derive(Debug)]
pub struct Then {
    /// The collections.
    pub map: Collections,
    /// The areas, what stood in them, and who was in charge.
    pub ground: Ground,
    /// The cases of each grid and building.
    pub book: CaseBook,
    /// The levels of the grids.
    pub status: StatusBoard,
}

/// The map as it was at a moment. Only features that changed since are read from the log.
///
/// # Errors
/// If the store fails, or more than `most` features of a collection changed since.
pub async fn then(
    live: &Live,
    snapshot: &Arc<Snapshot>,
    at: Timestamp,
    most: usize,
) -> Result<Then, PastError> {
    let mut map = snapshot.collections().clone();
    for name in OF_CARDS {
        if let Some(collection) = collection_then(live, snapshot, name, at, most).await? {
            let id = CollectionId::new(name).map_err(|e| StoreError::bad_id("collection", &e))?;
            map.replace(&id, collection);
        }
    }
    if let Some(cases) = past::ledger_at(live, snapshot, at, most).await? {
        let id = CollectionId::new(WARNINGS).map_err(|e| StoreError::bad_id("collection", &e))?;
        map.replace(&id, cases);
    }
    let counted = tokio::task::spawn_blocking(move || {
        let mut status = StatusBoard::default();
        for name in [GRIDS, WARNINGS] {
            let features: Vec<_> = super::ground::rows(&map, name).collect();
            status.put_all(name, &features);
        }
        let ground = Ground::of(&map);
        let book = map.get(WARNINGS).map(|all| book_of(all));
        Then {
            map,
            ground,
            book: book.unwrap_or_default(),
            status,
        }
    });
    let then = counted.await;
    Ok(then.map_err(|e| StoreError::Database(sqlx::Error::Io(std::io::Error::other(e))))?)
}

/// A collection as it was at a moment; `None` if the map does not have it.
async fn collection_then(
    live: &Live,
    snapshot: &Arc<Snapshot>,
    name: &str,
    at: Timestamp,
    most: usize,
) -> Result<Option<Collection>, PastError> {
    let Some(present) = snapshot.collections().get(name).cloned() else {
        return Ok(None);
    };
    let id = CollectionId::new(name).map_err(|e| StoreError::bad_id("collection", &e))?;
    // A feature that was not written since is as it was. One that was deleted is only in the log.
    let written = present.iter().filter(|e| e.updated_at() > at);
    let mut wanted: Vec<_> = written.map(|e| e.id().clone()).collect();
    let deleted = live.store().deleted_ids(&id).await?;
    wanted.extend(
        deleted
            .into_iter()
            .filter(|id| present.get(id.as_str()).is_none()),
    );
    wanted.sort();
    past::few_enough(wanted.len(), most)?;
    let mut records = past::features_at(live, &id, &wanted, at).await?;
    let there: HashSet<_> = records.iter().map(|r| r.id.clone()).collect();
    let (seq, updated_at) = (snapshot.seq(), snapshot.at());
    let absent = wanted.into_iter().filter(|id| !there.contains(id));
    records.extend(absent.map(|feature| Record {
        collection: id.clone(),
        id: feature,
        seq,
        updated_at,
        body: None,
    }));
    records.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Some(present.apply(&records)))
}
