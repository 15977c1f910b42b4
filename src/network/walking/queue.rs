//! A radix heap: a priority queue for searches whose costs never fall below the last cost taken out. Taking out a
//! label takes amortised time proportional to the number of bits of a cost.
//!
//! Source: Ahuja, Mehlhorn, Orlin, Tarjan, “Faster algorithms for the shortest path problem”, Journal of the ACM 37
//! (1990).

use super::Label;

/// The queue. Labels are sorted into buckets by the highest bit in which their cost differs from the last cost taken
/// out, so bucket 0 holds the labels of exactly that cost.
#[derive(Debug)]
pub(super) struct Queue {
    buckets: [Vec<Label>; 33],
    last: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            buckets: std::array::from_fn(|_| Vec::new()),
            last: 0,
        }
    }
}

impl Queue {
    /// Adds a label. Its cost must not be below the last cost taken out.
    pub(super) fn push(&mut self, label: Label) {
        debug_assert!(label.cost >= self.last);
        let bucket = bucket(label.cost, self.last);
        self.buckets[bucket].push(label);
    }

    /// Takes out a label with the lowest cost.
    pub(super) fn pop(&mut self) -> Option<Label> {
        if self.buckets[0].is_empty() {
            let filled = self.buckets.iter().position(|b| !b.is_empty())?;
            let labels = std::mem::take(&mut self.buckets[filled]);
            self.last = labels.iter().map(|l| l.cost).min()?;
            for label in &labels {
                self.buckets[bucket(label.cost, self.last)].push(*label);
            }
            // Reuses the memory of the emptied bucket.
            let mut labels = labels;
            labels.clear();
            if self.buckets[filled].is_empty() {
                self.buckets[filled] = labels;
            }
        }
        self.buckets[0].pop()
    }
}

fn bucket(cost: u32, last: u32) -> usize {
    (u32::BITS - (cost ^ last).leading_zeros()) as usize
}
