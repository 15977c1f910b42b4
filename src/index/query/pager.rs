//! The page out of a stream of matches, and what a meter is told on the way.

use std::sync::Arc;

use super::{Counts, Select};
use crate::index::{Entry, Meter};
use crate::model::FeatureId;

/// Cuts the page out of a stream of matches.
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

    /// Leaves the passing over to the caller.
    pub fn take_offset(&mut self) -> usize {
        std::mem::take(&mut self.offset)
    }

    /// Takes a match; answers whether it wants to see another one.
    pub fn offer(&mut self, entry: &'a Arc<Entry>) -> bool {
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

/// Tells a meter of entries, some at a time: one by one would cost more than the look at them.
pub(super) struct Seen<'m, M> {
    meter: &'m M,
    /// Whether their properties are read.
    read: bool,
    untold: usize,
}

impl<'m, M: Meter> Seen<'m, M> {
    const MANY: usize = 64;

    pub fn new(meter: &'m M, read: bool) -> Self {
        Self {
            meter,
            read,
            untold: 0,
        }
    }

    pub fn one_more(&mut self) -> Result<(), M::Stop> {
        self.untold += 1;
        if self.untold < Self::MANY {
            return Ok(());
        }
        self.tell()
    }

    fn tell(&mut self) -> Result<(), M::Stop> {
        let entries = std::mem::take(&mut self.untold);
        if self.read {
            self.meter.read(entries)
        } else {
            self.meter.see(entries)
        }
    }

    pub fn end(mut self) -> Result<(), M::Stop> {
        self.tell()
    }
}
