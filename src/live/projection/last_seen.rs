//! When each place was last observed. Observations are stored outside the log and kept in memory, so
//! that a sensor that reports every minute neither fills the log nor causes queries.

use rpds::RedBlackTreeMapSync;

use super::{Event, Fact, Projection};
use crate::index::Collections;
use crate::live::Live;
use crate::store::{DeviceLastSeen, StoreError};

/// The last observation of each place and category.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LastSeen(RedBlackTreeMapSync<(String, String), DeviceLastSeen>);

impl LastSeen {
    /// The last observation of a category at a place.
    pub fn find(&self, place: &str, category: &str) -> Option<&DeviceLastSeen> {
        self.0.get(&(place.to_owned(), category.to_owned()))
    }

    fn is_news(&self, seen: &DeviceLastSeen) -> bool {
        let known = self.find(&seen.place, &seen.category);
        known.is_none_or(|known| known.at < seen.at)
    }
}

impl Projection for LastSeen {
    fn load(_: &Collections) -> Result<Self, StoreError> {
        Ok(Self::default())
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Fact(Fact::LastSeen(all)) if all.iter().any(|seen| self.is_news(seen)))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Fact(Fact::LastSeen(all)) = event else {
            return;
        };
        for seen in all {
            if self.is_news(seen) {
                let key = (seen.place.clone(), seen.category.clone());
                self.0.insert_mut(key, seen.clone());
            }
        }
    }
}

impl Live {
    /// Adds an observation from the store to the snapshot. When this returns, the snapshot contains it,
    /// unless the follower is behind.
    pub(crate) async fn note_last_seen(&self, seen: DeviceLastSeen) {
        self.note(Fact::LastSeen(vec![seen])).await;
    }

    /// Loads the observations that other processes stored.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn load_last_seen(&self) -> Result<(), StoreError> {
        let all = self.store().all_last_seen().await?;
        self.note(Fact::LastSeen(all)).await;
        Ok(())
    }
}
