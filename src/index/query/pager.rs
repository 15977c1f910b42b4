//! Selects one page from a stream of matches, and reports visited entries to a meter.

use std::sync::Arc;

use super::{Counts, Select};
use crate::index::{Entry, Meter};
use crate::model::FeatureId;

/// Passes the matches of one page to `each` and counts them.
pub(super) struct Pager<F> {
    offset: usize,
    limit: usize,
    each: F,
    returned: usize,
    last: Option<FeatureId>,
    more: bool,
}

impl<'a, F: FnMut(&'a Arc<Entry>)> Pager<F> {
    pub fn new(select: &Select<'_>, each: F) -> Self {
        Self {
            offset: select.offset,
            limit: select.limit,
            each,
            returned: 0,
            last: None,
            more: false,
        }
    }

    /// Returns the offset and sets it to 0, for a caller that skips the matches itself.
    pub fn take_offset(&mut self) -> usize {
        std::mem::take(&mut self.offset)
    }

    /// Adds a match; returns whether another one is needed.
    pub fn push(&mut self, entry: &'a Arc<Entry>) -> bool {
        if self.offset > 0 {
            self.offset -= 1;
            return true;
        }
        if self.returned >= self.limit {
            self.more = true;
            return false;
        }
        self.returned += 1;
        if self.returned == self.limit {
            self.last = Some(entry.id().clone());
        }
        (self.each)(entry);
        true
    }

    pub fn counts(self, matched: Option<u64>) -> Counts {
        Counts {
            matched,
            returned: self.returned,
            next: if self.more { self.last } else { None },
        }
    }
}

/// Reports visited entries to a meter in batches, because reporting each one would cost more than
/// visiting it.
pub(super) struct VisitReport<'m, M> {
    meter: &'m M,
    /// Whether the query also reads the properties of the visited entries, which costs more.
    read: bool,
    unreported: usize,
}

impl<'m, M: Meter> VisitReport<'m, M> {
    const BATCH: usize = 64;

    pub fn new(meter: &'m M, read: bool) -> Self {
        Self {
            meter,
            read,
            unreported: 0,
        }
    }

    pub fn add(&mut self) -> Result<(), M::Stop> {
        self.unreported += 1;
        if self.unreported < Self::BATCH {
            return Ok(());
        }
        self.report()
    }

    fn report(&mut self) -> Result<(), M::Stop> {
        let entries = std::mem::take(&mut self.unreported);
        if self.read {
            self.meter.read(entries)
        } else {
            self.meter.see(entries)
        }
    }

    pub fn finish(mut self) -> Result<(), M::Stop> {
        self.report()
    }
}
