//! Edits (requested changes) and commits (changes that were written).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Body, CollectionId, FeatureId, Record, Role};

/// The author of an edit or a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The role in which the author acted.
    pub role: Role,
    /// The account's name; `None` for the program itself and for plain SQL that names no account.
    pub account: Option<String>,
}

impl Author {
    /// The program itself as author: the timer, a migration, the demo.
    pub fn system() -> Self {
        Self {
            role: Role::Admin,
            account: None,
        }
    }
}

/// A change of one feature: its new state, or its deletion.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The collection of the feature.
    pub collection: CollectionId,
    /// The id of the feature in its collection.
    pub id: FeatureId,
    /// The new state; `None` deletes the feature.
    pub body: Option<Body>,
}

/// A condition on a feature; if it does not hold, the whole edit is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The feature must not exist.
    Absent,
    /// The feature must exist.
    Present,
    /// The feature must exist, and this commit must be the last that wrote the feature.
    Seq(u64),
}

impl std::fmt::Display for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => f.write_str("no feature with this id"),
            Self::Present => f.write_str("an existing feature"),
            Self::Seq(seq) => write!(f, "commit {seq}"),
        }
    }
}

/// A condition on one feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    /// The collection of the feature.
    pub collection: CollectionId,
    /// The id of the feature.
    pub id: FeatureId,
    /// The expected state of the feature.
    pub expect: Expect,
}

impl Precondition {
    /// The condition that the schema of a collection still has the version against which an edit
    /// was checked.
    pub fn of_schema(collection: &CollectionId, version: Option<u64>) -> Option<Self> {
        Some(Self {
            collection: CollectionId::schemas(),
            // Every collection name is also a valid feature id.
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
    /// The reason as free text, if there is one.
    pub reason: Option<String>,
    /// The time at which the edit took effect, if that is not the time of writing. For example, a
    /// deadline passed while the server was down.
    pub effective_at: Option<Timestamp>,
    /// Conditions under which the edit is committed; if one fails, nothing is written.
    pub preconditions: Vec<Precondition>,
    /// The changes. If a feature has several, the last one wins.
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

    /// Adds the condition that the schema against which the changes of a collection were checked is
    /// still in force. `version` is the commit that wrote the schema; `None` if the collection had
    /// none.
    pub fn checked_by(mut self, collection: &CollectionId, version: Option<u64>) -> Self {
        self.preconditions
            .extend(Precondition::of_schema(collection, version));
        self
    }

    /// Adds a condition on a feature.
    pub fn expecting(mut self, collection: CollectionId, id: FeatureId, expect: Expect) -> Self {
        self.preconditions.push(Precondition {
            collection,
            id,
            expect,
        });
        self
    }
}

/// The header of a commit: everything except its changes.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitHeader {
    /// The number of the commit. Numbers follow the order in which commits become visible.
    pub seq: u64,
    /// When the commit was written.
    pub at: Timestamp,
    /// When the commit took effect; equal to `at` except for changes that were written late.
    pub effective_at: Timestamp,
    /// The author of the commit.
    pub author: Author,
    /// The reason for the commit, if one was given.
    pub reason: Option<String>,
    /// The number of features that the commit changed.
    pub size: u64,
}

/// A written edit: its changes became visible together, under one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    /// The header: number, time, author, reason.
    pub header: CommitHeader,
    /// The features that were written or deleted, sorted by collection and id.
    pub records: Vec<Record>,
}
