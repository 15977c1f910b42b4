//! A plan: what an import would do to the map, and the condition under which it may be committed.

use serde::{Deserialize, Serialize};

use super::report::{Conflict, Report};
use crate::store::Overtaken;

/// What an import, or the undo of one, would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What would become of the features.
    pub report: Report,
    /// The commit and the files from which the plan was made.
    pub basis: Basis,
}

/// What a plan rests on. It may be committed while this holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The newest commit of the map that was looked at: no later one may have changed a feature that the
    /// plan changes, or a schema that it was checked by.
    pub seq: u64,
    /// The SHA-256 of every input, in order.
    pub inputs: Vec<String>,
}

/// Conflicts as one line: the first five and how many more there are.
pub(super) fn in_words(total: u64, features: &[Conflict]) -> String {
    let named: Vec<String> = features.iter().take(5).map(ToString::to_string).collect();
    let more = total - named.len() as u64;
    let mut text = named.join("; ");
    if more > 0 {
        text.push_str(&format!("; and {more} more"));
    }
    text
}

/// What the store found in the way of a commit.
pub(super) fn conflicts_of(overtaken: Overtaken) -> (u64, Vec<Conflict>) {
    let named = overtaken.first.into_iter();
    let conflicts = named.map(|(collection, id, seq)| Conflict {
        collection: collection.to_string(),
        id: id.to_string(),
        problem: format!("was changed by commit {seq}"),
    });
    (overtaken.total, conflicts.collect())
}
