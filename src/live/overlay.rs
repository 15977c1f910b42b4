//! A snapshot with uncommitted edits: drafts of the editor, scenarios of the planner, plans of an import.
//!
//! It answers the same questions as a snapshot, as if the edits had been committed. The cost depends on the
//! edits and not on the size of the map, because the overlay shares all unchanged data with the snapshot.
//! Two kinds of edits cost more: a schema that changes which properties the public sees (its collection is
//! encoded again), and rules (every open case is evaluated again).

use std::collections::BTreeMap;

use uuid::Uuid;

use super::Snapshot;
use crate::index::Entry;
use crate::model::{
    Change, CollectionId, CommitHeader, Edit, Expect, FeatureId, InChinese, Precondition, Record,
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
    /// The feature does not exist yet.
    Added,
    /// The geometry or the properties differ.
    Changed,
    /// The edit writes the feature as it is.
    Unchanged,
    /// The feature is deleted.
    Removed,
    /// The edit deletes a feature that does not exist.
    Missing,
}

/// A precondition of an edit that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The collection of the feature.
    pub collection: CollectionId,
    /// The id of the feature.
    pub id: FeatureId,
    /// The version of the feature that the edit expects.
    pub expected: Expect,
    /// The number of the commit that wrote the feature last; `None` if the feature does not exist.
    pub found: Option<u64>,
}

/// Edits that cannot be applied to a snapshot because their preconditions do not hold. A store
/// would refuse them too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} features are not in the version that the edit expects; the first is {}/{}", .conflicts.len(), .first.collection, .first.id)]
pub struct Problem {
    /// The first conflict.
    pub first: Box<Conflict>,
    /// All conflicts, the first one included, in the order of the edits.
    pub conflicts: Vec<Conflict>,
}

impl InChinese for Problem {
    fn zh(&self) -> String {
        let Conflict { collection, id, .. } = &*self.first;
        let count = self.conflicts.len();
        format!("有{count}个要素与修改所依据的版本不一致，第一个为 {collection}/{id}")
    }
}

impl Overlay {
    /// Applies edits to a snapshot, one after the other. In the overlay, they have the commit numbers that
    /// follow that of the snapshot, and the time of the snapshot.
    ///
    /// # Errors
    /// If preconditions of the edits do not hold. The error lists all of them.
    pub fn new(snapshot: &Snapshot, edits: &[Edit]) -> Result<Self, Problem> {
        let mut overlay = Self {
            base: snapshot.clone(),
            view: Snapshot {
                // A new id, so that no client or cache takes the overlay for the real map.
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

    /// What the edits do to each feature, ordered by collection and id.
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
    /// A feature of any collection, hidden ones included.
    fn entry(&self, collection: &str, id: &FeatureId) -> Option<&Entry> {
        let all = self.collections();
        let own = all.get(collection).or_else(|| all.hidden(collection))?;
        own.get(id.as_str()).map(AsRef::as_ref)
    }
}

/// Whether a change writes a feature as it already is. A store leaves such a change out of the
/// commit.
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
