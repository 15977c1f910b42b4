//! Counts the ratings of livelihood projects. The counts themselves are [`Ratings`] of `grids`.

use super::{Event, Projection, Touched, rows};
use crate::grids::Ratings;
use crate::index::{Collection, Collections};
use crate::model::Canonical;
use crate::model::names::collection::PROJECT_RATINGS;
use crate::store::StoreError;

impl Projection for Ratings {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        Ok(rows(map, PROJECT_RATINGS)
            .map(ratings_of)
            .unwrap_or_default())
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&[PROJECT_RATINGS]))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        match step.touched(PROJECT_RATINGS) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    let entry = step.find(PROJECT_RATINGS, id);
                    self.put(id, entry.map(|e| Canonical::new(e.all_properties())));
                }
            }
            Touched::Whole => {
                let all = rows(step.after, PROJECT_RATINGS);
                *self = all.map(ratings_of).unwrap_or_default();
            }
        }
    }
}

/// The counts of the ratings of a collection.
pub fn ratings_of(all: &Collection) -> Ratings {
    let mut ratings = Ratings::default();
    for entry in all.iter() {
        ratings.put(entry.id(), Some(Canonical::new(entry.all_properties())));
    }
    ratings
}
