//! How often gates let people in. The counts are stored in an operational table outside of the log; this is the copy in
//! memory.

use rpds::RedBlackTreeMapSync;

use super::{Event, Fact, Projection};
use crate::index::Collections;
use crate::live::Live;
use crate::store::{PassageCount, PassageHour, StoreError};

/// The counts for each gate and hour: how many people passed, and how many were refused.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Passages(RedBlackTreeMapSync<PassageHour, (u32, u32)>);

impl Passages {
    /// Returns the counts of a gate in a quarter of a year and in all later quarters.
    pub fn of<'a>(
        &'a self,
        entrance: &'a str,
        quarter: i32,
    ) -> impl Iterator<Item = (&'a PassageHour, (u32, u32))> {
        let first = PassageHour {
            entrance: entrance.to_owned(),
            quarter,
            weekday: 0,
            hour: 0,
        };
        let found = self.0.range(first..);
        found
            .take_while(move |(hour, _)| hour.entrance == entrance)
            .map(|(hour, counts)| (hour, *counts))
    }

    /// Returns whether a count is newer than the known one. Counts only grow, so the greater one is newer.
    fn is_news(&self, said: &PassageCount) -> bool {
        let (passed, refused) = self.0.get(&said.hour).copied().unwrap_or_default();
        said.passed > passed || said.refused > refused
    }
}

impl Projection for Passages {
    fn load(_: &Collections) -> Result<Self, StoreError> {
        Ok(Self::default())
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Fact(Fact::Passages(all)) if all.iter().any(|said| self.is_news(said)))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Fact(Fact::Passages(all)) = event else {
            return;
        };
        for said in all {
            if self.is_news(said) {
                let (passed, refused) = self.0.get(&said.hour).copied().unwrap_or_default();
                let counts = (passed.max(said.passed), refused.max(said.refused));
                self.0.insert_mut(said.hour.clone(), counts);
            }
        }
    }
}

impl Live {
    /// Adds a count from the store to the snapshot.
    pub(crate) async fn note_passage(&self, count: PassageCount) {
        self.note(Fact::Passages(vec![count])).await;
    }

    /// Loads all counts from the store, including those of other processes.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn load_passages(&self) -> Result<(), StoreError> {
        let all = self.store().all_passages().await?;
        self.note(Fact::Passages(all)).await;
        Ok(())
    }
}
