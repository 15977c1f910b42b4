//! The small part of a collection: what changed since its base was built.
//!
//! Each commit clones it, so that the snapshots before and after the commit exist side by side. It
//! stays small because a background task merges it into a new base.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Entry;
use super::base::{Base, Leaf, Tree};
use crate::model::FeatureId;

/// A change of a feature since the base was built.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version {
    /// The commit that made the change.
    seq: u64,
    /// The index of the new version; `None` if the feature was deleted.
    slot: Option<u32>,
}

/// The features written and deleted since the base was built.
#[derive(Debug, Clone, Default)]
pub(super) struct Delta {
    versions: BTreeMap<FeatureId, Version>,
    slots: Vec<Option<Arc<Entry>>>,
    tree: Tree,
    /// The slots of the base whose features were replaced or deleted.
    hidden: Bits,
    puts: usize,
}

impl Delta {
    /// The number of features changed since the base was built, or the number of slots if that is
    /// greater (a deletion leaves an empty slot). Cloning the delta takes time in proportion to this
    /// number.
    pub(super) fn changes(&self) -> usize {
        self.versions.len().max(self.slots.len())
    }

    /// The number of features in the base and the delta together.
    pub(super) fn total(&self, base: &Base) -> usize {
        base.len() - self.hidden.count + self.puts
    }

    pub(super) fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    pub(super) fn hides_anything(&self) -> bool {
        self.hidden.count > 0
    }

    /// Whether the feature in a slot of the base was replaced or deleted.
    pub(super) fn hides(&self, slot: u32) -> bool {
        self.hidden.has(slot)
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn entry(&self, slot: u32) -> Option<&Arc<Entry>> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// The change of a feature in the delta: `None` without a change, `Some(None)` if it is deleted.
    pub(super) fn get(&self, id: &str) -> Option<Option<&Arc<Entry>>> {
        let version = self.versions.get(id)?;
        Some(version.slot.and_then(|slot| self.entry(slot)))
    }

    /// The written features sorted by id: all, or those after an id.
    pub(super) fn puts_after<'a>(
        &'a self,
        after: Option<&FeatureId>,
    ) -> impl Iterator<Item = &'a Arc<Entry>> + use<'a> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.versions
            .range::<FeatureId, _>((after.map_or(Unbounded, Excluded), Unbounded))
            .filter_map(|(_, o)| self.entry(o.slot?))
    }

    /// The ids of all features written or deleted.
    pub(super) fn ids(&self) -> impl Iterator<Item = &FeatureId> {
        self.versions.keys()
    }

    /// Records that a feature was written, or deleted if there is no entry.
    pub(super) fn set(&mut self, base: &Base, id: &FeatureId, seq: u64, entry: Option<Arc<Entry>>) {
        if let Ok(slot) = base.find(id.as_str()) {
            self.hidden.set(slot, base.len());
        }
        let before = self.versions.get(id).and_then(|o| o.slot);
        if let Some(slot) = before
            && let Some(old) = self.slots.get_mut(slot as usize).and_then(Option::take)
        {
            if let Some(leaf) = Leaf::new(&old, slot) {
                self.tree.remove(&leaf);
            }
            self.puts -= 1;
        }
        let slot = entry.map(|entry| {
            // A feature that changes often keeps its slot.
            let slot = before.unwrap_or(self.slots.len() as u32);
            if let Some(leaf) = Leaf::new(&entry, slot) {
                self.tree.insert(leaf);
            }
            match self.slots.get_mut(slot as usize) {
                Some(free) => *free = Some(entry),
                None => self.slots.push(Some(entry)),
            }
            self.puts += 1;
            slot
        });
        self.versions.insert(id.clone(), Version { seq, slot });
    }

    /// The changes of commits after `seq`, as a delta over `base`.
    pub(super) fn newer_than(&self, seq: u64, base: &Base) -> Self {
        let mut newer = Self::default();
        for (id, version) in &self.versions {
            if version.seq > seq {
                let entry = version.slot.and_then(|slot| self.entry(slot)).cloned();
                newer.set(base, id, version.seq, entry);
            }
        }
        newer
    }

    /// All features of the base and the delta, sorted by id.
    pub(super) fn merge(&self, base: &Base) -> Vec<Arc<Entry>> {
        let mut all = Vec::with_capacity(self.total(base));
        let mut from = 0;
        for put in self.puts_after(None) {
            let to = match base.find(put.id().as_str()) {
                Ok(slot) | Err(slot) => slot,
            };
            all.extend(self.visible(base, from, to).cloned());
            all.push(put.clone());
            from = to;
        }
        all.extend(self.visible(base, from, base.len() as u32).cloned());
        all
    }

    /// All features of the base and the delta after further changes (without an entry: deletions),
    /// sorted by id. The changes come in any order; if a feature has several, the last one wins.
    pub(super) fn merge_with(
        &self,
        base: &Base,
        mut changes: Vec<(&FeatureId, Option<Arc<Entry>>)>,
    ) -> Vec<Arc<Entry>> {
        changes.sort_by(|a, b| a.0.cmp(b.0));
        let mut before = self.merge(base).into_iter().peekable();
        let mut all = Vec::with_capacity(before.len() + changes.len());
        let mut changes = changes.into_iter().peekable();
        while let Some((id, entry)) = changes.next() {
            if changes.peek().is_some_and(|(later, _)| *later == id) {
                continue;
            }
            while let Some(kept) = before.next_if(|e| e.id() < id) {
                all.push(kept);
            }
            before.next_if(|e| e.id() == id);
            all.extend(entry);
        }
        all.extend(before);
        all
    }

    /// The entries of the base in a range of slots, without those replaced or deleted.
    pub(super) fn visible<'a>(
        &'a self,
        base: &'a Base,
        from: u32,
        to: u32,
    ) -> impl Iterator<Item = &'a Arc<Entry>> {
        (from..to)
            .filter(|slot| !self.hides(*slot))
            .filter_map(|slot| base.entry(slot))
    }
}

/// One bit per slot of the base, in blocks that clones share until one of them changes a block.
/// Takes no memory until the first bit is set.
#[derive(Debug, Clone, Default)]
struct Bits {
    blocks: Vec<Option<Arc<Block>>>,
    count: usize,
}

/// The number of 64-bit words in a block.
const WORDS: usize = 64;
/// The number of slots that a block covers.
const SLOTS: usize = WORDS * u64::BITS as usize;

type Block = [u64; WORDS];

impl Bits {
    fn has(&self, slot: u32) -> bool {
        let slot = slot as usize;
        match self.blocks.get(slot / SLOTS) {
            Some(Some(block)) => block[slot % SLOTS / 64] >> (slot % 64) & 1 == 1,
            _ => false,
        }
    }

    fn set(&mut self, slot: u32, len: usize) {
        if self.blocks.is_empty() {
            self.blocks = vec![None; len.div_ceil(SLOTS)];
        }
        let slot = slot as usize;
        if let Some(block) = self.blocks.get_mut(slot / SLOTS) {
            let block = Arc::make_mut(block.get_or_insert_with(|| Arc::new([0; WORDS])));
            let word = &mut block[slot % SLOTS / 64];
            let bit = 1 << (slot % 64);
            self.count += usize::from(*word & bit == 0);
            *word |= bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_bits_in_a_clone_does_not_change_the_original() {
        let len = 3 * SLOTS + 7;
        let mut bits = Bits::default();
        let slots = [0, 63, 64, SLOTS as u32 - 1, SLOTS as u32, len as u32 - 1];
        for slot in slots {
            bits.set(slot, len);
            bits.set(slot, len);
        }
        let before = bits.clone();
        bits.set(5, len);
        assert_eq!((before.count, bits.count), (slots.len(), slots.len() + 1));
        let set = |bits: &Bits| -> Vec<u32> { (0..len as u32).filter(|s| bits.has(*s)).collect() };
        assert_eq!(set(&before), slots);
        assert!(bits.has(5) && !before.has(5));
    }
}
