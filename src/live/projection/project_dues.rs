//! When each livelihood project becomes late, for the timer.

use jiff::Timestamp;
use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};

use super::{Event, Projection, Touched, entries};
use crate::grids::projects::late_from;
use crate::index::{Collections, Entry};
use crate::model::names::collection::PROJECTS;
use crate::model::{Canonical, FeatureId};
use crate::store::StoreError;

/// The projects that are neither done nor late yet, by the moment at which they become late.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProjectDues {
    moments: RedBlackTreeSetSync<(Timestamp, FeatureId)>,
    by_id: RedBlackTreeMapSync<FeatureId, Timestamp>,
}

impl ProjectDues {
    /// The next moment at which a project becomes late.
    pub fn next_moment(&self) -> Option<Timestamp> {
        self.moments.first().map(|(at, _)| *at)
    }

    /// The projects that become late at a moment.
    pub fn due_at(&self, at: Timestamp) -> impl Iterator<Item = &FeatureId> {
        let until = self.moments.iter().take_while(move |(t, _)| *t <= at);
        until.filter(move |(t, _)| *t == at).map(|(_, id)| id)
    }

    fn put(&mut self, id: &FeatureId, entry: Option<&Entry>) {
        if let Some(before) = self.by_id.get(id).copied() {
            self.moments.remove_mut(&(before, id.clone()));
            self.by_id.remove_mut(id);
        }
        let Some(entry) = entry else { return };
        if let Some(at) = late_from(Canonical::new(entry.all_properties())) {
            // A project that was late when it was written becomes so then, and not before it was on the map.
            let at = at.max(entry.updated_at());
            self.moments.insert_mut((at, id.clone()));
            self.by_id.insert_mut(id.clone(), at);
        }
    }

    fn of(map: &Collections) -> Self {
        let mut all = Self::default();
        for entry in entries(map, PROJECTS) {
            all.put(entry.id(), Some(entry));
        }
        all
    }
}

impl Projection for ProjectDues {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        Ok(Self::of(map))
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&[PROJECTS]))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        match step.touched(PROJECTS) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    self.put(id, step.find(PROJECTS, id));
                }
            }
            Touched::Whole => *self = Self::of(step.after),
        }
    }
}
