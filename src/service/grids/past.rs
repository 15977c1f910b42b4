//! The map of a past moment, as far as cards need it.

use std::sync::Arc;

use jiff::Timestamp;

use super::Ground;
use crate::grids::{CaseBook, Ratings};
use crate::index::Collections;
use crate::live::{Live, Snapshot, book_of, ratings_of};
use crate::model::names::collection::{
    BUILDINGS, COMPOUNDS, DUTIES, ENTRANCES, FACILITIES, FIRST_AID_STATIONS, GRIDS,
    MEDIATION_POINTS, POCKET_PARKS, PROJECT_RATINGS, PROJECTS, UNITS, WARNINGS,
};
use crate::service::ledger::past::{self, PastError};
use crate::store::StoreError;
use crate::warnings::StatusBoard;

/// The collections of a card.
const OF_CARDS: [&str; 13] = [
    GRIDS,
    BUILDINGS,
    COMPOUNDS,
    ENTRANCES,
    FACILITIES,
    MEDIATION_POINTS,
    FIRST_AID_STATIONS,
    POCKET_PARKS,
    UNITS,
    DUTIES,
    PROJECTS,
    PROJECT_RATINGS,
    WARNINGS,
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
    /// The ratings of projects by residents.
    pub ratings: Ratings,
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
        if let Some((id, then)) = past::collection_then(live, snapshot, name, at, most).await? {
            map.replace(&id, then);
        }
    }
    let counted = tokio::task::spawn_blocking(move || {
        let mut status = StatusBoard::default();
        for name in [GRIDS, WARNINGS] {
            let features: Vec<_> = super::ground::rows(&map, name).collect();
            status.put_all(name, &features);
        }
        let ground = Ground::of(&map);
        let book = map.get(WARNINGS).map(|all| book_of(all));
        let ratings = map.hidden(PROJECT_RATINGS).map(|all| ratings_of(all));
        Then {
            map,
            ground,
            book: book.unwrap_or_default(),
            ratings: ratings.unwrap_or_default(),
            status,
        }
    });
    let then = counted.await;
    Ok(then.map_err(|e| StoreError::Database(sqlx::Error::Io(std::io::Error::other(e))))?)
}
