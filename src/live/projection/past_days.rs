//! What was open at the end of past days, remembered: the past is read out of the log once and not for
//! every screen that shows a month of it.
//!
//! A commit can still take effect in the past (a ledger that was kept elsewhere comes in, the timer
//! catches up), and then the days from there on are counted anew.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::live::history::PastError;
use crate::live::{Live, history};
use crate::store::StoreError;
use crate::warnings::{OpenCounts, StatusBoard};

/// So many days are remembered.
const MOST: usize = 400;

/// What was open at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenThen {
    /// On the whole map.
    pub total: OpenCounts,
    /// By the id of the grid.
    pub grids: HashMap<String, OpenCounts>,
}

/// The memory.
#[derive(Debug, Default)]
pub(in crate::live) struct Days {
    kept: Mutex<Kept>,
    /// One at a time reads the past.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    days: BTreeMap<Timestamp, Arc<OpenThen>>,
    /// The moment that is being counted, and whether a commit has changed it meanwhile.
    counting: Option<(Timestamp, bool)>,
}

impl OpenThen {
    /// What a board says.
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

impl Days {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, until: Timestamp) -> Option<Arc<OpenThen>> {
        self.kept().days.get(&until).cloned()
    }

    /// A commit took effect at this moment.
    pub(in crate::live) fn forget_from(&self, at: Timestamp) {
        let mut kept = self.kept();
        // What happens now, which is nearly everything, is after all of them.
        kept.days.split_off(&at);
        if let Some((until, changed)) = &mut kept.counting
            && at <= *until
        {
            *changed = true;
        }
    }

    fn begin(&self, until: Timestamp) {
        self.kept().counting = Some((until, false));
    }

    fn end(&self, until: Timestamp, found: Option<Arc<OpenThen>>) {
        let mut kept = self.kept();
        let changed = kept.counting.take().is_none_or(|(_, changed)| changed);
        if let Some(found) = found.filter(|_| !changed) {
            kept.days.insert(until, found);
            while kept.days.len() > MOST {
                kept.days.pop_first();
            }
        }
    }
}

impl Live {
    /// What was open at these moments, as far as it is known without reading the log.
    pub fn open_then(&self, moments: &[Timestamp]) -> Vec<Option<Arc<OpenThen>>> {
        moments.iter().map(|at| self.inner.days.find(*at)).collect()
    }

    /// Reads what was open at these moments, the latest first, and remembers it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn count_days(&self, moments: &[Timestamp]) -> Result<(), StoreError> {
        let days = &self.inner.days;
        let _turn = days.turn.lock().await;
        for until in moments.iter().rev() {
            if days.find(*until).is_some() {
                continue;
            }
            days.begin(*until);
            let read = history::status_at(self, *until, history::MOST).await;
            let found = read
                .as_ref()
                .ok()
                .map(|board| Arc::new(OpenThen::of(board)));
            days.end(*until, found);
            match read {
                // A day of which too much was open to be counted stays unknown.
                Ok(_) | Err(PastError::TooMany { .. }) => {}
                Err(PastError::Store(error)) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_commit_in_the_past_takes_the_days_after_it_away() {
        let days = Days::default();
        for t in [100, 200, 300] {
            days.begin(at(t));
            days.end(at(t), Some(Arc::default()));
        }
        days.forget_from(at(350));
        assert!(days.find(at(300)).is_some());
        days.forget_from(at(200));
        let left: Vec<bool> = [100, 200, 300].map(|t| days.find(at(t)).is_some()).into();
        assert_eq!(left, [true, false, false]);
    }

    #[test]
    fn what_was_changed_while_it_was_counted_is_not_kept() {
        let days = Days::default();
        days.begin(at(200));
        days.forget_from(at(200));
        days.end(at(200), Some(Arc::default()));
        assert!(days.find(at(200)).is_none());
        days.begin(at(200));
        days.forget_from(at(201));
        days.end(at(200), Some(Arc::default()));
        assert!(days.find(at(200)).is_some());
    }
}
