//! The travel profiles in force: those of the configuration, or the built-in ones.

use std::sync::Arc;

use super::{Event, Projection, entries};
use crate::index::Collections;
use crate::model::Canonical;
use crate::model::names::collection::RULES;
use crate::network::Profiles;
use crate::store::StoreError;

/// The row of `$rules` that has the text of `profiles.toml`.
const ROW: &str = "profiles";

/// The travel profiles in force.
#[derive(Debug, Clone, PartialEq)]
pub struct TravelProfiles {
    built_in: Arc<Profiles>,
    in_force: Arc<Profiles>,
}

impl TravelProfiles {
    /// The profiles in force.
    pub fn in_force(&self) -> &Arc<Profiles> {
        &self.in_force
    }

    /// Puts the stored profiles in force. If the row is missing or cannot be read, the built-in ones are used. The
    /// previous ones are not used, because a process that starts later would not know them.
    fn read(&mut self, map: &Collections) {
        let row = entries(map, RULES).find(|entry| entry.id().as_str() == ROW);
        let text = row.and_then(|row| Canonical::new(row.all_properties()).text("text"));
        let stored = text.and_then(|text| match Profiles::parse(&text) {
            Ok(profiles) => Some(profiles),
            Err(problems) => {
                let problem = problems.first().map(ToString::to_string);
                let problem = problem.unwrap_or_default();
                tracing::error!(
                    problem,
                    "the stored profiles cannot be read; the built-in profiles are in force"
                );
                None
            }
        });
        let next = stored.map_or_else(|| Arc::clone(&self.built_in), Arc::new);
        // Equal profiles stay the same object, so that the bounds of travel times computed for them stay in use.
        if next != self.in_force {
            self.in_force = next;
        }
    }
}

impl Projection for TravelProfiles {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        let built_in = Profiles::built_in().map_err(|problems| {
            let first = problems.first().map(ToString::to_string);
            StoreError::corrupt("the built-in profiles", first.unwrap_or_default())
        })?;
        let built_in = Arc::new(built_in);
        let mut profiles = Self {
            in_force: Arc::clone(&built_in),
            built_in,
        };
        profiles.read(map);
        Ok(profiles)
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Commit(step) if step.touches(&[RULES]))
    }

    fn apply(&mut self, event: &Event<'_>) {
        if let Event::Commit(step) = event {
            self.read(step.after);
        }
    }
}
