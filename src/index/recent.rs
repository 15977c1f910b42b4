//! The areas changed by recent commits, which decide whether a cached tile is still valid.

use std::collections::VecDeque;

use crate::spatial::bounds::Bounds;

/// If a commit changes more boxes than this, their common bounding box is stored.
const BOXES_A_COMMIT: usize = 128;
/// The maximum number of boxes stored.
const BOXES: usize = 512;

/// The bounding boxes of recent changes, before and after each change.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    boxes: VecDeque<(u64, Bounds)>,
    /// Changes up to this commit are unknown.
    known_after: u64,
}

impl Recent {
    /// An empty list; changes up to `seq` are unknown.
    pub(super) fn from(seq: u64) -> Self {
        Self {
            boxes: VecDeque::new(),
            known_after: seq,
        }
    }

    pub(super) fn push(&mut self, seq: u64, boxes: Vec<Bounds>) {
        if boxes.len() > BOXES_A_COMMIT {
            let all = boxes.into_iter().reduce(Bounds::union);
            self.boxes.extend(all.map(|b| (seq, b)));
        } else {
            self.boxes.extend(boxes.into_iter().map(|b| (seq, b)));
        }
        while self.boxes.len() > BOXES {
            if let Some((seq, _)) = self.boxes.pop_front() {
                self.known_after = seq;
            }
        }
    }

    pub(super) fn changed_since(&self, seq: u64, bounds: &Bounds) -> bool {
        seq < self.known_after
            || self
                .boxes
                .iter()
                .rev()
                .take_while(|(s, _)| *s > seq)
                .any(|(_, b)| b.intersects(bounds))
    }
}
