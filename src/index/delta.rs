//! The small part of a collection: what changed since its base was built.
//!
//! A commit clones it, so that snapshots before and after live side by side; it is kept small by
//! merging it into a new base in the background.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Entry;
use super::base::{Base, Leaf, Tree};
use crate::model::FeatureId;

/// What became of a feature since the base.
#[derive(Debug, Clone, Copy)]
pub(super) struct Overlay {
    /// The commit that did it.
    seq: u64,
    /// Where the new version stands; `None` if it was deleted.
    slot: Option<u32>,
}

/// Puts and deletions over a base.
#[derive(Debug, Clone, Default)]
pub(super) struct Delta {
    overlays: BTreeMap<FeatureId, Overlay>,
    slots: Vec<Option<Arc<Entry>>>,
    tree: Tree,
    /// Slots of the base that no longer count.
    hidden: Bits,
    puts: usize,
}

impl Delta {
    /// How much there is to clone: what differs from the base, and slots that stand empty.
    pub(super) fn changes(&self) -> usize {
        self.overlays.len().max(self.slots.len())
    }

    /// How many features the base and this one hold together.
    pub(super) fn total(&self, base: &Base) -> usize {
        base.len() - self.hidden.count + self.puts
    }

    pub(super) fn is_empty(&self) -> bool {
        self.overlays.is_empty()
    }

    pub(super) fn hides_anything(&self) -> bool {
        self.hidden.count > 0
    }

    /// Whether a slot of the base was replaced or deleted.
    pub(super) fn hides(&self, slot: u32) -> bool {
        self.hidden.has(slot)
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn entry(&self, slot: u32) -> Option<&Arc<Entry>> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// What the delta says of a feature: `None` if nothing, `Some(None)` if it is deleted.
    pub(super) fn get(&self, id: &str) -> Option<Option<&Arc<Entry>>> {
        let overlay = self.overlays.get(id)?;
        Some(overlay.slot.and_then(|slot| self.entry(slot)))
    }

    /// The puts in the order of their ids, all or those after an id.
    pub(super) fn puts_after<'a>(
        &'a self,
        after: Option<&FeatureId>,
    ) -> impl Iterator<Item = &'a Arc<Entry>> + use<'a> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.overlays
            .range::<FeatureId, _>((after.map_or(Unbounded, Excluded), Unbounded))
            .filter_map(|(_, o)| self.entry(o.slot?))
    }

    /// Writes a put, or a deletion if there is no entry.
    pub(super) fn set(&mut self, base: &Base, id: &FeatureId, seq: u64, entry: Option<Arc<Entry>>) {
        if let Ok(slot) = base.find(id.as_str()) {
            self.hidden.set(slot, base.len());
        }
        let before = self.overlays.get(id).and_then(|o| o.slot);
        if let Some(slot) = before
            && let Some(old) = self.slots.get_mut(slot as usize).and_then(Option::take)
        {
            if let Some(leaf) = Leaf::new(&old, slot) {
                self.tree.remove(&leaf);
            }
            self.puts -= 1;
        }
        let slot = entry.map(|entry| {
            // A feature that moves all the time keeps its slot.
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
        self.overlays.insert(id.clone(), Overlay { seq, slot });
    }

    /// What is newer than `seq`, over another base.
    pub(super) fn newer_than(&self, seq: u64, base: &Base) -> Self {
        let mut newer = Self::default();
        for (id, overlay) in &self.overlays {
            if overlay.seq > seq {
                let entry = overlay.slot.and_then(|slot| self.entry(slot)).cloned();
                newer.set(base, id, overlay.seq, entry);
            }
        }
        newer
    }

    /// All features of both, in the order of their ids.
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

    /// All features of both after further puts and deletions (no entry), in the order of their ids.
    /// The changes come in any order; of several to one feature the last one counts.
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

    /// The entries of the base in a range of slots, without those that no longer count.
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

/// A bit a slot of the base; no memory until the first is set.
#[derive(Debug, Clone, Default)]
struct Bits {
    words: Vec<u64>,
    count: usize,
}

impl Bits {
    fn has(&self, slot: u32) -> bool {
        self.words
            .get(slot as usize / 64)
            .is_some_and(|w| w >> (slot % 64) & 1 == 1)
    }

    fn set(&mut self, slot: u32, len: usize) {
        if self.words.is_empty() {
            self.words = vec![0; len.div_ceil(64)];
        }
        if let Some(word) = self.words.get_mut(slot as usize / 64) {
            let bit = 1 << (slot % 64);
            self.count += usize::from(*word & bit == 0);
            *word |= bit;
        }
    }
}
