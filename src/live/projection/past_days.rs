//! Counts of the cases that were open at the end of past days. They are read from the log once and kept,
//! so that screens that show a month do not read it again.
//!
//! A commit can take effect in the past (the import of a ledger, or the timer catching up). Then the days
//! from that moment on are dropped and counted again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Event, Fact, Projection};
use crate::index::Collections;
use crate::live::Live;
use crate::store::StoreError;
use crate::warnings::{OpenCounts, StatusBoard};

/// The most days that are kept.
const MOST: usize = 400;

/// The cases that were open at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenThen {
    /// The counts of the whole map.
    pub total: OpenCounts,
    /// The counts of each grid, by its id.
    pub grids: HashMap<String, OpenCounts>,
}

impl OpenThen {
    /// The counts of a status board.
    pub fn of(board: &StatusBoard) -> Self {
        Self {
            total: board.open(),
            grids: board.open_by_grid(),
        }
    }

    /// The sum over `grids`; the counts of the whole map if `grids` is `None`. The grids are those of today: a
    /// case of last year counts for the grid and community in which its place lies now.
    pub fn within(&self, grids: Option<&HashSet<String>>) -> OpenCounts {
        let Some(grids) = grids else {
            return self.total;
        };
        let found = self.grids.iter().filter(|(id, _)| grids.contains(*id));
        found.fold(OpenCounts::default(), |sum, (_, one)| OpenCounts {
            red: sum.red + one.red,
            yellow: sum.yellow + one.yellow,
            green: sum.green + one.green,
        })
    }
}

/// The counted days. A commit removes the days that end at or after the moment at which it takes effect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastDays {
    days: BTreeMap<Timestamp, Arc<OpenThen>>,
    /// The moment that is being counted, and whether a commit has changed it meanwhile.
    counting: Option<(Timestamp, bool)>,
}

impl PastDays {
    /// The cases that were open at a moment; `None` if the moment has not been counted.
    pub fn find(&self, until: Timestamp) -> Option<Arc<OpenThen>> {
        self.days.get(&until).cloned()
    }

    /// The moments that have been counted.
    #[cfg(test)]
    pub(super) fn known(&self) -> impl Iterator<Item = Timestamp> {
        self.days.keys().copied()
    }

    fn forget_from(&mut self, at: Timestamp) {
        self.days.split_off(&at);
        if let Some((until, changed)) = &mut self.counting
            && at <= *until
        {
            *changed = true;
        }
    }

    fn keep(&mut self, until: Timestamp, found: Option<&Arc<OpenThen>>) {
        let changed = match self.counting.take() {
            Some((moment, changed)) => changed || moment != until,
            None => true,
        };
        if let Some(found) = found.filter(|_| !changed) {
            self.days.insert(until, Arc::clone(found));
            while self.days.len() > MOST {
                self.days.pop_first();
            }
        }
    }
}

impl Projection for PastDays {
    fn load(_: &Collections) -> Result<Self, StoreError> {
        Ok(Self::default())
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        match event {
            // Nearly every commit takes effect after all counted days.
            Event::Commit(step) => {
                let from = step.effective_from;
                self.days.range(from..).next().is_some()
                    || self.counting.is_some_and(|(until, _)| from <= until)
            }
            Event::Fact(fact) => matches!(fact, Fact::Counting(_) | Fact::Counted(..)),
        }
    }

    fn apply(&mut self, event: &Event<'_>) {
        match event {
            Event::Commit(step) => self.forget_from(step.effective_from),
            Event::Fact(Fact::Counting(until)) => self.counting = Some((*until, false)),
            Event::Fact(Fact::Counted(until, found)) => self.keep(*until, found.as_ref()),
            Event::Fact(_) => {}
        }
    }
}

impl Live {
    /// Counts the cases that were open at a moment, unless the count is known. `read` counts them from the
    /// log, and returns `None` if they cannot be counted. The count is dropped if a commit changed it
    /// meanwhile. Returns `false`, without reading, if the follower is behind.
    ///
    /// # Errors
    /// The errors of `read`.
    pub(crate) async fn count_day<E>(
        &self,
        until: Timestamp,
        read: impl Future<Output = Result<Option<OpenThen>, E>>,
    ) -> Result<bool, E> {
        // One request at a time reads the log.
        let _turn = self.inner.counting.lock().await;
        if self.snapshot().past_days().find(until).is_some() {
            return Ok(true);
        }
        // The fact makes the projection watch for commits that change the count while the log is
        // read.
        if !self.note(Fact::Counting(until)).await {
            return Ok(false);
        }
        let (found, outcome) = match read.await {
            Ok(found) => (found.map(Arc::new), Ok(true)),
            Err(error) => (None, Err(error)),
        };
        self.note(Fact::Counted(until, found)).await;
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn count(days: &mut PastDays, until: i64, meanwhile: Option<i64>) {
        days.apply(&Event::Fact(&Fact::Counting(at(until))));
        if let Some(moment) = meanwhile {
            days.forget_from(at(moment));
        }
        days.apply(&Event::Fact(&Fact::Counted(
            at(until),
            Some(Arc::default()),
        )));
    }

    #[test]
    fn a_commit_that_takes_effect_in_the_past_drops_the_counts_of_later_days() {
        let mut days = PastDays::default();
        for t in [100, 200, 300] {
            count(&mut days, t, None);
        }
        days.forget_from(at(350));
        assert!(days.find(at(300)).is_some());
        days.forget_from(at(200));
        let left = [100, 200, 300].map(|t| days.find(at(t)).is_some());
        assert_eq!(left, [true, false, false]);
    }

    #[test]
    fn the_count_of_a_day_that_changed_meanwhile_is_dropped() {
        let mut days = PastDays::default();
        count(&mut days, 200, Some(200));
        assert!(days.find(at(200)).is_none());
        count(&mut days, 200, Some(201));
        assert!(days.find(at(200)).is_some());
    }
}
