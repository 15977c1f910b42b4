//! The text of server-sent events. A large message consists of pieces that listeners share, so that no listener
//! needs its own copy.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::live::{FeedChange, FeedCommit, Reset};
use crate::model::{CollectionId, View};
use crate::spatial::bounds::Bounds;

/// A filtered message of at least this many bytes is sent as shared pieces.
const LARGE: usize = 32 << 10;

/// The collections and the area that a listener subscribed to; `None` stands for all.
#[derive(Debug)]
pub(super) struct Filter {
    pub collections: Option<Vec<CollectionId>>,
    pub bbox: Option<Bounds>,
}

impl Filter {
    pub fn accepts(&self, collection: &CollectionId) -> bool {
        self.collections
            .as_ref()
            .is_none_or(|list| list.contains(collection))
    }

    fn accepts_change(&self, change: &FeedChange) -> bool {
        self.accepts(&change.collection) && self.bbox.is_none_or(|area| change.touches(&area))
    }

    fn accepts_reset(&self, reset: &Reset) -> bool {
        self.accepts(&reset.collection)
            && match (self.bbox, reset.bounds) {
                (Some(area), Some(bounds)) => bounds.intersects(&area),
                (Some(_), None) => !reset.without_geometry,
                (None, _) => true,
            }
    }

    fn accepts_everything(&self) -> bool {
        self.collections.is_none() && self.bbox.is_none()
    }

    /// The message with a commit for this listener, in pieces; empty if the commit does not concern it.
    pub fn message(&self, commit: &FeedCommit, view: View<'_>) -> Vec<Bytes> {
        if commit.changes.is_empty() && commit.resets.is_empty() {
            return Vec::new();
        }
        let encoded = commit.encoded(view);
        if self.accepts_everything() {
            let resets: Vec<&Reset> = commit.resets.iter().collect();
            return vec![encoded.whole(|| Bytes::from(joined(commit, &encoded.changes, &resets)))];
        }
        let changes: Vec<Bytes> = (commit.changes.iter().zip(&encoded.changes))
            .filter(|(change, _)| self.accepts_change(change))
            .map(|(_, bytes)| bytes.clone())
            .collect();
        let resets: Vec<&Reset> = commit
            .resets
            .iter()
            .filter(|r| self.accepts_reset(r))
            .collect();
        if changes.is_empty() && resets.is_empty() {
            return Vec::new();
        }
        if changes.iter().map(Bytes::len).sum::<usize>() < LARGE {
            return vec![Bytes::from(joined(commit, &changes, &resets))];
        }
        pieces(commit, changes, &resets)
    }
}

/// The message of a commit in one piece.
fn joined(commit: &FeedCommit, changes: &[Bytes], resets: &[&Reset]) -> Vec<u8> {
    let size: usize = changes.iter().map(|c| c.len() + 1).sum();
    let mut out = Vec::with_capacity(size + 256);
    out.extend_from_slice(&head(commit, !changes.is_empty()));
    for (i, change) in changes.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(change);
    }
    out.extend_from_slice(&tail(!changes.is_empty(), resets));
    out
}

/// The message of a commit in pieces, which share the bytes of the changes.
fn pieces(commit: &FeedCommit, changes: Vec<Bytes>, resets: &[&Reset]) -> Vec<Bytes> {
    let mut out = Vec::with_capacity(2 * changes.len() + 2);
    out.push(Bytes::from(head(commit, true)));
    for (i, change) in changes.into_iter().enumerate() {
        if i > 0 {
            out.push(Bytes::from_static(b","));
        }
        out.push(change);
    }
    out.push(Bytes::from(tail(true, resets)));
    out
}

fn head(commit: &FeedCommit, has_changes: bool) -> Vec<u8> {
    let list = if has_changes { ",\"changes\":[" } else { "" };
    let (seq, at) = (commit.seq, commit.at);
    format!("event: change\nid: {seq}\ndata: {{\"seq\":{seq},\"at\":\"{at}\"{list}").into_bytes()
}

fn tail(has_changes: bool, resets: &[&Reset]) -> Vec<u8> {
    let mut out = if has_changes { "]" } else { "" }.to_owned();
    if !resets.is_empty() {
        let list: Vec<Value> = resets
            .iter()
            .map(|r| json!({"collection": r.collection, "bbox": r.bounds.map(|b| b.to_numbers())}))
            .collect();
        out.push_str(",\"reset\":");
        out.push_str(&Value::Array(list).to_string());
    }
    out.push_str("}\n\n");
    out.into_bytes()
}

/// A message of the feed with these data. `data` is written as JSON without line breaks, because a line break would
/// end the field.
pub(in crate::http) fn message(kind: &str, id: u64, data: &Value) -> Bytes {
    Bytes::from(format!("event: {kind}\nid: {id}\ndata: {data}\n\n"))
}
