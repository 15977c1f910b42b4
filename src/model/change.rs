//! Edits (requested changes) and commits (changes that were written).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Body, CollectionId, FeatureId, Record, Role};

/// The author of an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The role in which it was done.
    pub role: Role,
    /// The account's name; `None` for the program itself and for plain SQL without a name.
    pub account: Option<String>,
}

impl Author {
    /// The program itself: the timer, a migration, the demo.
    pub fn system() -> Self {
        Self {
            role: Role::Admin,
            account: None,
        }
    }
}

/// One feature put (`Some`) or deleted (`None`).
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The collection it stands in.
    pub collection: CollectionId,
    /// The id of the feature in its collection.
    pub id: FeatureId,
    /// The new state; `None` deletes the feature.
    pub body: Option<Body>,
}

/// What must hold of a feature, or the whole edit is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// There is no such feature yet.
    Absent,
    /// The feature must exist.
    Present,
    /// There is one, and this commit wrote it last.
    Seq(u64),
}

/// An expectation about one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    /// The collection.
    pub collection: CollectionId,
    /// The feature.
    pub id: FeatureId,
    /// The expected state of the feature.
    pub expect: Expect,
}

impl Precondition {
    /// That a collection's schema is still of the version by which something was checked.
    pub fn of_schema(collection: &CollectionId, version: Option<u64>) -> Option<Self> {
        Some(Self {
            collection: CollectionId::schemas(),
            // A name of a collection is an id, too.
            id: FeatureId::new(collection.as_str()).ok()?,
            expect: version.map_or(Expect::Absent, Expect::Seq),
        })
    }
}

/// A set of requested changes, written as a whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The author of the edit.
    pub author: Author,
    /// Why, in words, where there is something to say.
    pub reason: Option<String>,
    /// When it took effect, where that differs from when it is written (a rule that fell due while
    /// the server was down).
    pub effective_at: Option<Timestamp>,
    /// Conditions under which the edit is committed; if one fails, nothing is written.
    pub preconditions: Vec<Precondition>,
    /// At most one change a feature; the last one counts.
    pub changes: Vec<Change>,
}

impl Edit {
    /// An edit without conditions.
    pub fn new(author: Author, changes: Vec<Change>) -> Self {
        Self {
            author,
            reason: None,
            effective_at: None,
            preconditions: Vec::new(),
            changes,
        }
    }

    /// Sets the reason.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Demands that the schema by which the changes of a collection were checked still be in force:
    /// `version` is the commit that wrote it, `None` where the collection had no schema.
    pub fn checked_by(mut self, collection: &CollectionId, version: Option<u64>) -> Self {
        self.preconditions
            .extend(Precondition::of_schema(collection, version));
        self
    }

    /// Demands that something hold.
    pub fn expecting(mut self, collection: CollectionId, id: FeatureId, expect: Expect) -> Self {
        self.preconditions.push(Precondition {
            collection,
            id,
            expect,
        });
        self
    }
}

/// The head of a commit: everything but the changes.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitHeader {
    /// Its number. Numbers follow the order in which commits become visible.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// When it took effect; equal to `at` but for catching up.
    pub effective_at: Timestamp,
    /// The author.
    pub author: Author,
    /// The reason, if one was given.
    pub reason: Option<String>,
    /// How many features it changed.
    pub size: u64,
}

/// What became true, whole, under one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// Number, time, author, reason.
    pub header: CommitHeader,
    /// The features it put or deleted, ordered by collection and id.
    pub records: Vec<Record>,
}
