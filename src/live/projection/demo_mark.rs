//! Whether the synthetic district is on the map. A property of its boundary marks it.

use std::collections::BTreeSet;

use super::{Event, Projection, Touched, entries};
use crate::index::{Collections, Entry};
use crate::model::names::collection::BOUNDARIES;
use crate::model::names::property;
use crate::model::{Canonical, FeatureId};
use crate::store::StoreError;

/// The boundaries that are marked as parts of the synthetic district.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DemoMark(BTreeSet<FeatureId>);

impl DemoMark {
    /// Whether the synthetic district is on the map.
    pub fn is_set(&self) -> bool {
        !self.0.is_empty()
    }
}

fn is_marked(entry: &Entry) -> bool {
    Canonical::new(entry.all_properties()).is_true(property::DEMO)
}

impl Projection for DemoMark {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        let marked = entries(map, BOUNDARIES).filter(|e| is_marked(e));
        Ok(Self(marked.map(|e| e.id().clone()).collect()))
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&[BOUNDARIES]))
    }

    fn apply(&mut self, event: &Event<'_>) {
        let Event::Commit(step) = event else { return };
        match step.touched(BOUNDARIES) {
            Touched::Nothing => {}
            Touched::Features(ids) => {
                for id in ids {
                    match step.find(BOUNDARIES, id).is_some_and(is_marked) {
                        true => self.0.insert(id.clone()),
                        false => self.0.remove(id),
                    };
                }
            }
            Touched::Whole => {
                let marked = entries(step.after, BOUNDARIES).filter(|e| is_marked(e));
                self.0 = marked.map(|e| e.id().clone()).collect();
            }
        }
    }
}
