//! When each place was last heard of: kept beside the log, remembered here, so that what a sensor says
//! every minute is neither a history nor a question to the store.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::live::Live;
use crate::store::{Seen, StoreError};

/// The last observation by place and category.
#[derive(Debug, Default)]
pub(in crate::live) struct Memory(Mutex<HashMap<(String, String), Seen>>);

impl Memory {
    fn note(&self, seen: Seen) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (seen.place.clone(), seen.category.clone());
        match all.get(&key) {
            Some(known) if known.at >= seen.at => {}
            _ => {
                all.insert(key, seen);
            }
        }
    }
}

impl Live {
    /// The last observation of a category at a place, as far as this process knows.
    pub(crate) fn seen(&self, place: &str, category: &str) -> Option<Seen> {
        let all = self
            .inner
            .seen
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.get(&(place.to_owned(), category.to_owned())).cloned()
    }

    /// Remembers an observation that is kept.
    pub(crate) fn note_seen(&self, seen: Seen) {
        self.inner.seen.note(seen);
    }

    /// Learns what other processes heard.
    pub(crate) async fn hear_seen(&self) -> Result<(), StoreError> {
        for seen in self.store().all_seen().await? {
            self.note_seen(seen);
        }
        Ok(())
    }
}
