//! The features that a plan changes, as eight bytes per feature, so that they can be stored with the plan.

use sha2::{Digest, Sha256};

use crate::model::{CollectionId, FeatureId};

/// The size of one key, in bytes.
const KEY: usize = 8;

/// The features that a plan changes, each as a key: the first 64 bits of the SHA-256 of its collection and id.
/// Two features of a map are extremely unlikely to have the same key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched(Vec<u64>);

impl Touched {
    /// The key of a feature.
    pub fn key(collection: &CollectionId, id: &FeatureId) -> u64 {
        let mut hash = Sha256::new();
        hash.update(collection.as_str());
        // The zero byte separates the two: no collection name contains one.
        hash.update([0]);
        hash.update(id.as_str());
        let digest = hash.finalize();
        let first = digest.iter().take(KEY);
        first.fold(0, |key, byte| key << 8 | u64::from(*byte))
    }

    pub(super) fn add(&mut self, collection: &CollectionId, id: &FeatureId) {
        self.0.push(Self::key(collection, id));
    }

    /// The keys as bytes, in parts of at most `most` bytes.
    pub fn parts(&self, most: usize) -> impl Iterator<Item = Vec<u8>> {
        let keys = self.0.chunks((most / KEY).max(1));
        keys.map(|part| part.iter().flat_map(|key| key.to_be_bytes()).collect())
    }

    /// Decodes the keys of one part.
    pub fn keys(part: &[u8]) -> impl Iterator<Item = u64> {
        let keys = part.chunks_exact(KEY);
        keys.map(|key| key.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_from_their_parts() {
        let name = |c: &str| CollectionId::new(c).unwrap();
        let id = |n: u32| FeatureId::new(format!("b{n}")).unwrap();
        let mut touched = Touched::default();
        for n in 0..100 {
            touched.add(&name("buildings"), &id(n));
        }
        touched.add(&name("entrances"), &id(1));
        let parts: Vec<Vec<u8>> = touched.parts(100).collect();
        assert!(parts.iter().all(|part| part.len() <= 100));
        let keys: Vec<u64> = parts.iter().flat_map(|part| Touched::keys(part)).collect();
        assert_eq!(keys, touched.0);
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), 101, "the collection counts, too");
    }
}
