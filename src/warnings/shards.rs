//! A map that is cheap to copy and to change slightly: keys are distributed over many small trees,
//! and a change copies one of them. Copies share all other trees.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::FeatureId;

/// The number of trees. Changing a map copies one tree, and copying a map copies this many
/// pointers.
const SHARDS: usize = 256;

/// An unordered map by feature id.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shards<V>(Vec<Arc<BTreeMap<FeatureId, V>>>);

impl<V> Default for Shards<V> {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Arc::default()).collect())
    }
}

impl<V: Clone> Shards<V> {
    /// Inserts a value and returns the previous one.
    pub(super) fn insert(&mut self, id: FeatureId, value: V) -> Option<V> {
        Arc::make_mut(self.shard(id.as_str())).insert(id, value)
    }

    /// Removes a value and returns it.
    pub(super) fn remove(&mut self, id: &str) -> Option<V> {
        let shard = self.shard(id);
        // A missing key must not copy the tree.
        shard
            .contains_key(id)
            .then(|| Arc::make_mut(shard).remove(id))?
    }

    fn shard(&mut self, id: &str) -> &mut Arc<BTreeMap<FeatureId, V>> {
        &mut self.0[place(id)]
    }
}

impl<V> Shards<V> {
    /// Whether the map contains a key.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.0[place(id)].contains_key(id)
    }

    /// All entries, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&FeatureId, &V)> {
        self.0.iter().flat_map(|shard| shard.iter())
    }
}

/// The index of the tree of an id. FNV-1a distributes the ids of a ledger well, although they
/// differ only in their last digits.
fn place(id: &str) -> usize {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash % SHARDS as u64) as usize
}
