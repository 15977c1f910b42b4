//! Reads the history: all versions of a feature, and the map as of a time or a commit.

use jiff::Timestamp;

use super::{Store, StoreError};
use crate::model::{CollectionId, CommitHeader, FeatureId, Record};

/// A position in the log, to read it page by page. All commits before `seq` have been read, and the changes of commit
/// `seq` up to the id `after`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// The commit to continue with.
    pub seq: u64,
    /// The last id of that commit that was read; empty before the first.
    pub after: String,
}

impl Position {
    /// The position before the first change of a commit.
    pub fn before(seq: u64) -> Self {
        Self {
            seq,
            after: String::new(),
        }
    }
}

/// The state of the map to read: as of a time or a commit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// The state in effect at this time.
    Moment(Timestamp),
    /// The state after this commit.
    Commit(u64),
}

impl Until {
    /// The parameter of a statement: microseconds since 1970, or the number of the commit.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Moment(at) => at.as_microsecond(),
            Self::Commit(seq) => i64::try_from(seq).unwrap_or(i64::MAX),
        }
    }
}

/// The most bytes of properties in one page of versions; a single larger version still makes a page.
pub const PAGE_BYTES: u64 = 8 << 20;
/// The number of versions per page when all are read.
const PAGE: u32 = 500;

/// A page of versions of one feature.
#[derive(Debug)]
pub struct VersionPage {
    /// The versions, each with the commit that wrote it; the oldest first.
    pub versions: Vec<(CommitHeader, Record)>,
    /// The commit after which the next page begins; `None` on the last page.
    pub next: Option<u64>,
}

impl Store {
    /// Versions of one feature that were written after the commit `after`, oldest first: at most `limit` and at
    /// most [`PAGE_BYTES`] of properties in total, but at least one.
    pub async fn versions_after(
        &self,
        collection: &CollectionId,
        id: &FeatureId,
        after: u64,
        limit: u32,
    ) -> Result<VersionPage, StoreError> {
        either!(self, s => s.versions_after(collection, id, after, limit).await)
    }

    /// All versions of one feature in memory, oldest first: for tools and tests. Requests read pages with
    /// [`versions_after`](Self::versions_after).
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

    /// The versions of some features that were in effect at a time, sorted by id. Features that did not exist or were
    /// deleted are left out.
    pub async fn versions_at(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        either!(self, s => s.versions_at(collection, ids, at).await)
    }

    /// The versions of some features after the commit `seq`, sorted by id: for each feature the newest version that
    /// this commit or an earlier one wrote. Features that did not exist or were deleted are left out.
    pub async fn versions_upto(
        &self,
        collection: &CollectionId,
        ids: &[FeatureId],
        seq: u64,
    ) -> Result<Vec<Record>, StoreError> {
        either!(self, s => s.versions_upto(collection, ids, seq).await)
    }

    /// The first commit after `after` for which `holds` returns `true`. Reads about `most` commits and then gives up.
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

    /// A whole collection as of a time, sorted by id. Reads all versions of all its features, so it is meant for
    /// collections of a few thousand.
    pub async fn collection_at(
        &self,
        collection: &CollectionId,
        at: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        either!(self, s => s.collection_at(collection, at).await)
    }

    /// The ids of present and former features of a collection that sort after the id `after`, sorted; at most
    /// `limit` ids.
    pub async fn ids_after(
        &self,
        collection: &CollectionId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<FeatureId>, StoreError> {
        either!(self, s => s.ids_after(collection, after, limit).await)
    }

    /// The ids of features of a collection that were deleted, in no particular order. Some of them may be on the map
    /// again.
    pub async fn deleted_ids(
        &self,
        collection: &CollectionId,
    ) -> Result<Vec<FeatureId>, StoreError> {
        either!(self, s => s.deleted_ids(collection).await)
    }

    /// The versions that were written to a collection after a position in the log, in the order of the log: at most
    /// `limit` versions, and the position to continue from.
    pub async fn versions_from(
        &self,
        collection: &CollectionId,
        from: &Position,
        limit: u32,
    ) -> Result<(Vec<(CommitHeader, Record)>, Position), StoreError> {
        either!(self, s => s.versions_from(collection, from, limit).await)
    }
}

/// The position after a page of versions: after the last version, or, if the page is not full, after the newest
/// commit.
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
        _ => after_head(from, head),
    }
}

/// The position after the newest commit, `head`, unless `from` is beyond it.
pub(super) fn after_head(from: &Position, head: u64) -> Position {
    Position::before(head + 1).max(from.clone())
}

/// Chooses the commits of a page. `commits` are the commits that wrote a feature, oldest first, each with the bytes of
/// its properties. Returns the last commit of the page, and whether more follow; `None` if `commits` is empty.
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
    fn a_page_is_limited_by_count_and_bytes_but_has_at_least_one_version() {
        let large = PAGE_BYTES as i64;
        assert_eq!(page_end(&[], 2), None);
        assert_eq!(page_end(&[(3, 10), (5, 10)], 3), Some((5, false)));
        assert_eq!(page_end(&[(3, 10), (5, 10)], 2), Some((5, true)));
        assert_eq!(page_end(&[(3, 10), (5, large), (7, 1)], 9), Some((3, true)));
        assert_eq!(page_end(&[(3, 2 * large), (5, 1)], 9), Some((3, true)));
        assert_eq!(page_end(&[(3, 2 * large)], 9), Some((3, false)));
    }
}
