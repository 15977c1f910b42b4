//! Keeps the level of every grid up to date. The board itself is [`StatusBoard`] of `warnings`.

use super::{Event, Projection, Touched, entries};
use crate::index::Collections;
use crate::store::StoreError;
use crate::warnings::StatusBoard;

impl Projection for StatusBoard {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        let mut board = Self::default();
        for name in Self::READS {
            let features: Vec<_> = entries(map, name)
                .map(|e| (e.id(), e.all_properties()))
                .collect();
            board.put_all(name, &features);
        }
        Ok(board)
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&Self::READS))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        for name in Self::READS {
            match step.touched(name) {
                Touched::Nothing => {}
                Touched::Features(ids) => {
                    for id in ids {
                        let now = step.find(name, id).map(|e| e.all_properties());
                        self.put(name, id, now);
                    }
                }
                Touched::Whole => {
                    self.clear(name);
                    let features: Vec<_> = entries(step.after, name)
                        .map(|e| (e.id(), e.all_properties()))
                        .collect();
                    self.put_all(name, &features);
                }
            }
        }
    }
}
