//! What was open at the end of past days: read from the log once, and not for every screen that shows a
//! month of it.
//!
//! A commit can take effect in the past (a ledger from another system is imported, the timer catches up);
//! then the days from that moment on are forgotten and counted anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::{Event, Fact, Projection};
use crate::index::Collections;
use crate::live::Live;
use crate::store::StoreError;
use crate::warnings::{OpenCounts, StatusBoard};

/// The most days that are remembered.
const MOST: usize = 400;

/// What was open at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenThen {
    /// On the whole map.
    pub total: OpenCounts,
    /// The counts of each grid, by its id.
    pub grids: HashMap<String, OpenCounts>,
}

impl OpenThen {
    /// The counts of a board.
    pub fn of(board: &StatusBoard) -> Self {
        Self {
            total: board.open(),
            grids: board.open_by_grid(),
        }
    }

    /// In some grids together; on the whole map where none are named. Grids are those of today: a case
    /// of last year stands in the community that it would stand in now.
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

/// The days that were counted, as far as no later commit changed them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastDays {
    days: BTreeMap<Timestamp, Arc<OpenThen>>,
    /// The moment that is being counted, and whether a commit has changed it meanwhile.
    counting: Option<(Timestamp, bool)>,
}

impl PastDays {
    /// What was open at a moment; `None` where it is not known without reading the log.
    pub fn find(&self, until: Timestamp) -> Option<Arc<OpenThen>> {
        self.days.get(&until).cloned()
    }

    /// The moments that are known.
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
            // What happens now, which is nearly everything, is after all of them.
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
    /// Keeps what was open at a moment, where it is not known yet: `read` counts it from the log, or finds
    /// that it cannot be counted. It is not kept if a commit changed it meanwhile. `false` when the follower
    /// is behind; then nothing was read.
    ///
    /// # Errors
    /// The counts that `read` returns.
    pub(crate) async fn count_day<E>(
        &self,
        until: Timestamp,
        read: impl Future<Output = Result<Option<OpenThen>, E>>,
    ) -> Result<bool, E> {
        // One at a time reads the past.
        let _turn = self.inner.counting.lock().await;
        if self.snapshot().past_days().find(until).is_some() {
            return Ok(true);
        }
        // A commit that comes while the log is read is noticed only from here on.
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
    fn a_commit_in_the_past_forgets_the_days_after_it() {
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
    fn a_day_that_changed_while_it_was_counted_is_not_kept() {
        let mut days = PastDays::default();
        count(&mut days, 200, Some(200));
        assert!(days.find(at(200)).is_none());
        count(&mut days, 200, Some(201));
        assert!(days.find(at(200)).is_some());
    }
}
