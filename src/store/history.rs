//! The past: every version that a feature ever had, and what the map was at a moment.

use jiff::Timestamp;

use super::{Store, StoreError};
use crate::model::{CollectionId, CommitHeader, FeatureId, Record};

/// A place in the log, for who reads it bit by bit: before the commit `seq` everything is read, and in
/// it everything up to the id `after`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// The commit to go on with.
    pub seq: u64,
    /// The last id in it that is done; empty before the first.
    pub after: String,
}

impl Position {
    /// Before anything that a commit changed.
    pub fn before(seq: u64) -> Self {
        Self {
            seq,
            after: String::new(),
        }
    }
}

/// Up to where the past is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// What was in effect at a moment.
    Moment(Timestamp),
    /// What the commits up to this one wrote.
    Commit(u64),
}

impl Until {
    /// As the number that is bound in a statement: microseconds, or the commit.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Moment(at) => at.as_microsecond(),
            Self::Commit(seq) => i64::try_from(seq).unwrap_or(i64::MAX),
        }
    }
}

impl Store {
    /// All versions of one feature, the oldest first.
    pub async fn versions_of(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
    ) -> Result<Vec<(CommitHeader, Record)>, StoreError> {
        either!(self, s => s.versions_of(collection, id).await)
    }

    /// What some features were at a moment, by id: of each the newest version that was in effect
    /// then. What was not there, or was deleted, is left out.
    pub async fn versions_at(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        either!(self, s => s.versions_at(collection, ids, at).await)
    }

    /// What some features were after a commit, by id: of each the newest version that this commit or
    /// one before it wrote. What was not there then, or was deleted, is left out.
    pub async fn versions_upto(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        seq: u64,
    ) -> Result<Vec<Record>, StoreError> {
        either!(self, s => s.versions_upto(collection, ids, seq).await)
    }

    /// A whole collection as it was at a moment, by id. Reads all versions of all its features: meant
    /// for collections of a few thousand.
    pub async fn collection_at(
        &self,
        collection: &CollectionId,
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        either!(self, s => s.collection_at(collection, at).await)
    }

    /// The ids that features of a collection ever had, in their order, from behind one on.
    pub async fn ids_after(
        &self,
        collection: &CollectionId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<FeatureId>, StoreError> {
        either!(self, s => s.ids_after(collection, after, limit).await)
    }

    /// What was written to a collection from a place in the log on, in the order of the log, at most
    /// `limit` versions, and the place to go on from.
    pub async fn versions_from(
        &self,
        collection: &CollectionId,
        from: &Position,
        limit: u32,
    ) -> Result<(Vec<(CommitHeader, Record)>, Position), StoreError> {
        either!(self, s => s.versions_from(collection, from, limit).await)
    }
}

/// Where to go on after a page of versions: behind the last, or, where the page was not full, behind
/// all there was.
pub(super) fn next_position(
    page: &[(CommitHeader, Record)],
    limit: u32,
    from: &Position,
    head: u64,
) -> Position {
    match page.last() {
        Some((header, record)) if page.len() as u64 >= u64::from(limit) => Position {
            seq: header.seq,
            after: record.id.to_string(),
        },
        _ => Position::before(head + 1).max(from.clone()),
    }
}
