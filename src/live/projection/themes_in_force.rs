//! The themes (十彩民情图) in force: those of the configuration, or the built-in ones.

use std::sync::Arc;

use super::{Event, Projection, entries};
use crate::index::Collections;
use crate::model::Canonical;
use crate::model::names::collection::RULES;
use crate::store::StoreError;
use crate::themes::Themes;

/// The row of `$rules` that has the text of `themes.toml`.
const ROW: &str = "themes";

/// The themes in force.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemesInForce {
    built_in: Arc<Themes>,
    in_force: Arc<Themes>,
}

impl ThemesInForce {
    /// The themes in force.
    pub fn in_force(&self) -> &Arc<Themes> {
        &self.in_force
    }

    /// Puts the stored themes in force. If the row is missing or cannot be read, the built-in ones are used. The
    /// previous ones are not used, because a process that starts later would not know them.
    fn read(&mut self, map: &Collections) {
        let row = entries(map, RULES).find(|entry| entry.id().as_str() == ROW);
        let text = row.and_then(|row| Canonical::new(row.all_properties()).text("text"));
        let stored = text.and_then(|text| match Themes::read("themes.toml", &text, None) {
            Ok(themes) => Some(themes),
            Err(problems) => {
                let problem = problems.first().map(ToString::to_string);
                let problem = problem.unwrap_or_default();
                tracing::error!(
                    problem,
                    "the stored themes cannot be read; the built-in themes are in force"
                );
                None
            }
        });
        let next = stored.map_or_else(|| Arc::clone(&self.built_in), Arc::new);
        // Equal themes stay the same object, so that the maps made from them stay in use.
        if next != self.in_force {
            self.in_force = next;
        }
    }
}

impl Projection for ThemesInForce {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        let built_in = Themes::built_in().map_err(|problems| {
            let first = problems.first().map(ToString::to_string);
            StoreError::corrupt("the built-in themes", first.unwrap_or_default())
        })?;
        let built_in = Arc::new(built_in);
        let mut themes = Self {
            in_force: Arc::clone(&built_in),
            built_in,
        };
        themes.read(map);
        Ok(themes)
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
