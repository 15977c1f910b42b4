//! How often gates let people in. The counts are kept beside the log and remembered here.

use rpds::RedBlackTreeMapSync;

use super::{Event, Fact, Projection};
use crate::index::Collections;
use crate::live::Live;
use crate::store::{PassageCount, PassageHour, StoreError};

/// The counts of passages of each gate: passed, and refused.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Passages(RedBlackTreeMapSync<PassageHour, (u32, u32)>);

impl Passages {
    /// The counts of a gate in a quarter of a year and later ones.
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

    /// Counts only grow.
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
    /// Remembers a count that the store has.
    pub(crate) async fn note_passage(&self, count: PassageCount) {
        self.note(Fact::Passages(vec![count])).await;
    }

    /// Learns what other processes counted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_passages(&self) -> Result<(), StoreError> {
        let all = self.store().all_passages().await?;
        self.note(Fact::Passages(all)).await;
        Ok(())
    }
}
