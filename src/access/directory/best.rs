//! Collects the best matches of a search. A query of one letter may match every name of a city, so at most twice the
//! requested number of matches is kept in memory.

// This lint suggests functions that Rust 1.63 does not have.
#![allow(clippy::unnecessary_map_or)]

use std::borrow::Cow;
use std::cmp::Ordering;

use super::address::Numbers;
use super::natural::natural;
use super::query::Rank;

/// A feature that matches, with everything that decides its place in the result. The least key comes first.
#[derive(Debug, Clone)]
pub(super) struct Key<'a> {
    pub rank: Rank,
    /// The words of the name that matches.
    pub shape: Cow<'a, str>,
    /// The numbers of that name.
    pub numbers: Numbers,
    /// The name that matches.
    pub name: Cow<'a, str>,
    pub collection: &'a str,
    pub id: &'a str,
    /// The index of the feature's collection in the list of searched collections.
    pub home: usize,
}

impl Ord for Key<'_> {
    /// Compares the rank (the greater first), then the words, the numbers, the whole name, the collection and the id.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.rank.cmp(&self.rank))
            .then_with(|| self.shape.cmp(&other.shape))
            .then_with(|| self.numbers.cmp(&other.numbers))
            .then_with(|| natural(&self.name, &other.name))
            .then_with(|| self.collection.cmp(other.collection))
            .then_with(|| self.id.cmp(other.id))
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key<'_> {}

/// The best matches so far.
#[derive(Debug)]
pub(super) struct Best<'a> {
    limit: usize,
    keys: Vec<Key<'a>>,
    /// Whether the first `limit` keys are sorted, so that the last of them is the worst one to keep.
    full: bool,
}

impl<'a> Best<'a> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            keys: Vec::new(),
            full: false,
        }
    }

    /// Keeps a key if it is among the best so far. Returns whether it was kept.
    pub(super) fn offer(&mut self, key: Key<'a>) -> bool {
        if self.worst().map_or(false, |worst| key > *worst) {
            return false;
        }
        self.keys.push(key);
        if self.keys.len() >= self.limit.saturating_mul(2) {
            self.shrink();
        }
        true
    }

    /// Returns the worst of the `limit` best keys, or `None` while fewer are known. A new key must be better than this
    /// one.
    pub(super) fn worst(&self) -> Option<&Key<'a>> {
        let last = self.limit.checked_sub(1)?;
        self.keys.get(last).filter(|_| self.full)
    }

    pub(super) fn join(mut self, other: Self) -> Self {
        for key in other.keys {
            self.offer(key);
        }
        self
    }

    /// Returns the best matches, best first.
    pub(super) fn finish(mut self) -> Vec<Key<'a>> {
        self.shrink();
        self.keys
    }

    fn shrink(&mut self) {
        self.keys.sort_unstable();
        self.keys.truncate(self.limit);
        self.full = self.keys.len() == self.limit;
    }
}
