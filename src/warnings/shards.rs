//! A map that is cheap to copy and change a little: keys are spread over many small trees, and a change
//! copies one of them. The next snapshot shares all others with the one before.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::FeatureId;

/// How many trees. A change copies one of them, and a copy of the whole copies so many pointers.
const SHARDS: usize = 256;

/// A map by feature id, without an order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shards<V>(Vec<Arc<BTreeMap<FeatureId, V>>>);

impl<V> Default for Shards<V> {
    fn default() -> Self {
        Self((0..SHARDS).map(|_| Arc::default()).collect())
    }
}

impl<V: Clone> Shards<V> {
    /// Puts a value, and hands back the one that stood there.
    pub(super) fn insert(&mut self, id: FeatureId, value: V) -> Option<V> {
        Arc::make_mut(self.shard(id.as_str())).insert(id, value)
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, id: &str) -> Option<V> {
        let shard = self.shard(id);
        // What is not there is no reason to copy.
        shard
            .contains_key(id)
            .then(|| Arc::make_mut(shard).remove(id))?
    }

    fn shard(&mut self, id: &str) -> &mut Arc<BTreeMap<FeatureId, V>> {
        &mut self.0[place(id)]
    }
}

impl<V> Shards<V> {
    /// Whether there is a value.
    pub(super) fn contains(&self, id: &str) -> bool {
        self.0[place(id)].contains_key(id)
    }

    /// All entries, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&FeatureId, &V)> {
        self.0.iter().flat_map(|shard| shard.iter())
    }
}

/// FNV-1a: the ids of a ledger differ in their last digits, and it spreads those.
fn place(id: &str) -> usize {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash % SHARDS as u64) as usize
}
