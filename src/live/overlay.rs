//! A snapshot with edits that nobody committed: drafts of the editor, scenarios of the planner, plans of an
//! import.
//!
//! It answers the same questions as a snapshot, as if the edits had been committed. What it costs depends on
//! the edits and not on the map, because a snapshot shares with the next one what a commit leaves alone. Two
//! edits cost more: a schema that shows the public other properties encodes its collection anew, and rules
//! judge every open case again.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Snapshot;
use crate::index::Entry;
use crate::model::{
    Change, CollectionId, CommitHeader, Edit, Expect, FeatureId, Precondition, Record,
};

/// A snapshot and uncommitted edits. Take [`view`](Self::view) to read it.
#[derive(Debug, Clone)]
pub struct Overlay {
    base: Snapshot,
    view: Snapshot,
    touched: BTreeMap<(CollectionId, FeatureId), Effect>,
}

/// What the edits of an overlay do to a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// The feature is new.
    Added,
    /// The geometry or the properties differ.
    Changed,
    /// The feature is written without a change.
    Unchanged,
    /// The feature is deleted.
    Removed,
    /// The feature is deleted, but does not exist.
    Missing,
}

/// A precondition of an edit that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The collection.
    pub collection: CollectionId,
    /// The feature.
    pub id: FeatureId,
    /// What the edit expects of it.
    pub expected: Expect,
    /// The commit that wrote it last; `None` if it is not there.
    pub found: Option<u64>,
}

/// Why edits cannot be laid over a snapshot: the preconditions do not hold, so a store would refuse them too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} features are not in the state that the edit expects; the first is {}/{}", .conflicts.len(), .first.collection, .first.id)]
pub struct Problem {
    /// The first conflict.
    pub first: Box<Conflict>,
    /// All conflicts, the first one included, in the order of the edits.
    pub conflicts: Vec<Conflict>,
}

impl Overlay {
    /// Lays edits over a snapshot, one after the other. The changes have the numbers that follow the
    /// snapshot's and its time, for want of their own.
    ///
    /// # Errors
    /// When preconditions of the edits do not hold; all that don't are named.
    pub fn new(snapshot: &Snapshot, edits: &[Edit]) -> Result<Self, Problem> {
        let mut overlay = Self {
            base: snapshot.clone(),
            view: Snapshot {
                // Nothing that clients or caches keep of the real map is ever taken for it.
                store_id: Uuid::new_v4(),
                ..snapshot.clone()
            },
            touched: BTreeMap::new(),
        };
        let mut conflicts = Vec::new();
        for edit in edits {
            let broken = edit.preconditions.iter();
            conflicts.extend(broken.filter_map(|p| conflict(&overlay.view, p)));
            overlay.lay(edit);
        }
        match conflicts.first().cloned() {
            None => Ok(overlay),
            Some(first) => Err(Problem {
                first: Box::new(first),
                conflicts,
            }),
        }
    }

    /// The map as if the edits had been committed.
    pub fn view(&self) -> &Snapshot {
        &self.view
    }

    /// The map without the edits.
    pub fn base(&self) -> &Snapshot {
        &self.base
    }

    /// What the edits do to each feature that they name, in the order of collections and ids.
    pub fn effects(&self) -> impl Iterator<Item = (&CollectionId, &FeatureId, Effect)> {
        let all = self.touched.iter();
        all.map(|((collection, id), effect)| (collection, id, *effect))
    }

    fn lay(&mut self, edit: &Edit) {
        // If an edit changes a feature several times, the last change counts.
        let changes: BTreeMap<_, &Change> = (edit.changes.iter())
            .map(|c| ((c.collection.clone(), c.id.clone()), c))
            .collect();
        let (seq, at) = (self.view.seq + 1, self.view.at);
        let records: Vec<Record> = (changes.values())
            .filter(|change| !changes_nothing(&self.view, change))
            .map(|change| Record {
                collection: change.collection.clone(),
                id: change.id.clone(),
                seq,
                updated_at: at,
                body: change.body.clone(),
            })
            .collect();
        if !records.is_empty() {
            let effective_at = edit.effective_at.unwrap_or(at);
            let header = CommitHeader {
                seq,
                at,
                effective_at,
                author: edit.author.clone(),
                reason: edit.reason.clone(),
                size: records.len() as u64,
            };
            self.view = self.view.next(&header, effective_at, &records, &[]);
        }
        for key in changes.into_keys() {
            let before = self.base.entry(key.0.as_str(), &key.1);
            let after = self.view.entry(key.0.as_str(), &key.1);
            self.touched.insert(key, effect(before, after));
        }
    }
}

impl Snapshot {
    /// A feature, shown or hidden.
    fn entry(&self, collection: &str, id: &FeatureId) -> Option<&Entry> {
        let all = self.collections();
        let own = all.get(collection).or_else(|| all.hidden(collection))?;
        own.get(id.as_str()).map(AsRef::as_ref)
    }
}

/// A store leaves such a change out of the commit.
fn changes_nothing(view: &Snapshot, change: &Change) -> bool {
    let now = view.entry(change.collection.as_str(), &change.id);
    match (now, &change.body) {
        (None, None) => true,
        (Some(entry), Some(body)) => {
            entry.all_properties() == body.properties.as_str()
                && entry.geometry() == body.geometry.as_ref()
        }
        _ => false,
    }
}

fn effect(before: Option<&Entry>, after: Option<&Entry>) -> Effect {
    match (before, after) {
        (None, Some(_)) => Effect::Added,
        (Some(_), None) => Effect::Removed,
        (None, None) => Effect::Missing,
        (Some(a), Some(b)) => {
            let same =
                a.all_properties() == b.all_properties() && a.geometry_json() == b.geometry_json();
            if same {
                Effect::Unchanged
            } else {
                Effect::Changed
            }
        }
    }
}

fn conflict(view: &Snapshot, precondition: &Precondition) -> Option<Conflict> {
    let Precondition {
        collection,
        id,
        expect,
    } = precondition;
    let found = view.entry(collection.as_str(), id).map(Entry::seq);
    let holds = match expect {
        Expect::Absent => found.is_none(),
        Expect::Present => found.is_some(),
        Expect::Seq(seq) => found == Some(*seq),
    };
    (!holds).then(|| Conflict {
        collection: collection.clone(),
        id: id.clone(),
        expected: *expect,
        found,
    })
}

#[cfg(test)]
mod tests;
