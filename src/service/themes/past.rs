//! Thematic maps as of a past moment, read from the log.
//!
//! The themes and standards are those in force now; the features are those of then.

use std::sync::Arc;

use jiff::Timestamp;

use super::make::{NoTheme, ThemeMap, make, sources, walks};
use crate::index::Collection;
use crate::live::{Live, Network, Overlay, Snapshot};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, Body, Change, CollectionId, Edit, Properties, date_in_china};
use crate::service::ledger::past::{self, PastError, few_enough};
use crate::service::planning::Planning;
use crate::service::routes::{Ground, NoNetwork};
use crate::store::StoreError;
use crate::themes::{By, Theme, noon};

/// Returns the map of a theme as of a moment.
///
/// # Errors
/// If the store fails, or more than `most` features would have to be read.
pub async fn map_at(
    live: &Live,
    planning: &Arc<Planning>,
    (theme, by): (&Theme, By),
    at: Timestamp,
    most: usize,
) -> Result<Result<ThemeMap, NoTheme>, PastError> {
    let snapshot = live.snapshot();
    let mut names = sources(theme, by, snapshot.standards());
    if walks(theme) {
        // Everything that decides who may pass. Cases close ways and gates.
        let network = snapshot.collections().iter().map(|(id, _)| id.as_str());
        names.extend(network.filter(|id| Network::reads(id)).map(str::to_owned));
        names.push(WARNINGS.to_owned());
        names.sort();
        names.dedup();
    }
    let map = snapshot.collections();
    let own = names.iter().filter(|name| *name != WARNINGS);
    let found = own.filter_map(|name| map.get(name)).map(|c| c.len()).sum();
    few_enough(found, most)?;
    // One collection after the other, so that other requests get connections too.
    let mut then: Vec<(CollectionId, Collection)> = Vec::new();
    for name in &names {
        then.extend(past::collection_then(live, &snapshot, name, at, most).await?);
    }
    let (theme, planning) = (theme.clone(), Arc::clone(planning));
    let made = tokio::task::spawn_blocking(move || {
        let seq = snapshot.seq();
        let day = date_in_china(at);
        let (past, ground) = if walks(&theme) {
            let view = Arc::new(with(&snapshot, &then)?);
            let moment = noon(day).unwrap_or(at);
            match Ground::of_map(Arc::clone(&view), moment) {
                Ok(ground) => (view, Some(ground)),
                Err(reason) => return Ok(Err(NoTheme::Network(reason))),
            }
        } else {
            (Arc::new(snapshot.with_collections(then)), None)
        };
        let of = (past.as_ref(), ground.as_ref());
        Ok::<_, StoreError>(make(&theme, by, of, &planning, (day, seq, at)))
    });
    match made.await {
        Ok(made) => Ok(made?),
        Err(_) => Ok(Err(NoTheme::Network(NoNetwork::NotYet))),
    }
}

/// The snapshot with the features of a past moment, as an overlay, so that everything that is made from the features is
/// that of the past too.
fn with(snapshot: &Snapshot, then: &[(CollectionId, Collection)]) -> Result<Snapshot, StoreError> {
    let mut changes = Vec::new();
    for (id, past) in then {
        let Some(present) = snapshot.collections().get(id.as_str()) else {
            continue;
        };
        for entry in past.iter() {
            let now = present.get(entry.id().as_str());
            let is_same = now.is_some_and(|now| {
                Arc::ptr_eq(now, entry)
                    || (now.all_properties() == entry.all_properties()
                        && now.geometry() == entry.geometry())
            });
            if !is_same {
                let properties = Properties::parse(entry.all_properties())
                    .map_err(|e| StoreError::corrupt(format!("{id}/{}", entry.id()), e))?;
                changes.push(Change {
                    collection: id.clone(),
                    id: entry.id().clone(),
                    body: Some(Body {
                        geometry: entry.geometry().cloned(),
                        properties,
                    }),
                });
            }
        }
        let gone = present
            .iter()
            .filter(|e| past.get(e.id().as_str()).is_none());
        changes.extend(gone.map(|entry| Change {
            collection: id.clone(),
            id: entry.id().clone(),
            body: None,
        }));
    }
    let edit = Edit::new(Author::system(), changes);
    let overlay = Overlay::new(snapshot, std::slice::from_ref(&edit));
    let overlay = overlay.map_err(|e| StoreError::corrupt("an overlay of the past", e))?;
    Ok(overlay.view().clone())
}
