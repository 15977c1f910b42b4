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
    /// The number that is bound in a statement: microseconds since 1970, or the number of the commit.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Moment(at) => at.as_microsecond(),
            Self::Commit(seq) => i64::try_from(seq).unwrap_or(i64::MAX),
        }
    }
}

/// The most bytes of properties of one page of versions, where it has more than one.
pub const PAGE_BYTES: u64 = 8 << 20;
/// Versions a page where somebody wants all.
const PAGE: u32 = 500;

/// Versions of one feature.
#[derive(Debug)]
pub struct VersionPage {
    /// The oldest first.
    pub versions: Vec<(CommitHeader, Record)>,
    /// The commit behind which to read on; `None` where there is no more.
    pub next: Option<u64>,
}

impl Store {
    /// Versions of one feature that were written after the commit `after`, the oldest first: at most `limit`,
    /// and no more than have [`PAGE_BYTES`] of properties together, but one at least.
    pub async fn versions_after(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        after: u64,
        limit: u32,
    ) -> Result<VersionPage, StoreError> {
        either!(self, s => s.versions_after(collection, id, after, limit).await)
    }

    /// All versions of one feature, the oldest first, in memory: for tools and tests. A request reads
    /// [`versions_after`](Self::versions_after) bit by bit.
    pub async fn versions_of(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
    ) -> Result<Vec<(CommitHeader, Record)>, StoreError> {
        let (mut all, mut next) = (Vec::new(), Some(0));
        while let Some(after) = next {
            let page = self.versions_after(collection, id, after, PAGE).await?;
            all.extend(page.versions);
            next = page.next;
        }
        Ok(all)
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

    /// The first commit after `after` of which something holds. Reads at most about so many commits.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_commit(
        &self,
        after: u64,
        most: u64,
        holds: impl Fn(&CommitHeader) -> bool,
    ) -> Result<Option<CommitHeader>, StoreError> {
        const PAGE: u32 = 500;
        let (mut after, mut read) = (after, 0);
        while read < most {
            let page = self.commits_after(after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(None);
            };
            after = last.seq;
            read += page.len() as u64;
            if let Some(found) = page.into_iter().find(&holds) {
                return Ok(Some(found));
            }
        }
        Ok(None)
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

/// Which commits make a page, of those that wrote a feature (number, bytes of properties) in their order: up
/// to the one that is named first, and whether there are more.
pub(super) fn page_end(commits: &[(i64, i64)], limit: u32) -> Option<(i64, bool)> {
    let mut bytes: u64 = 0;
    let mut end = None;
    for (seq, size) in commits {
        bytes = bytes.saturating_add(size.unsigned_abs());
        if end.is_some() && bytes > PAGE_BYTES {
            return end.map(|seq| (seq, true));
        }
        end = Some(*seq);
    }
    end.map(|seq| (seq, commits.len() as u64 >= u64::from(limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_by_number_or_by_bytes_and_has_one_version_at_least() {
        let large = PAGE_BYTES as i64;
        assert_eq!(page_end(&[], 2), None);
        assert_eq!(page_end(&[(3, 10), (5, 10)], 3), Some((5, false)));
        assert_eq!(page_end(&[(3, 10), (5, 10)], 2), Some((5, true)));
        assert_eq!(page_end(&[(3, 10), (5, large), (7, 1)], 9), Some((3, true)));
        assert_eq!(page_end(&[(3, 2 * large), (5, 1)], 9), Some((3, true)));
        assert_eq!(page_end(&[(3, 2 * large)], 9), Some((3, false)));
    }
}
