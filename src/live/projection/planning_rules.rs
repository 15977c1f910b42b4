//! The standards, the rules of placement and the deliveries in force: those of the configuration, or the built-in ones.

use std::sync::Arc;

use super::{Event, Projection, entries};
use crate::codec::config::Problem;
use crate::index::Collections;
use crate::model::Canonical;
use crate::model::names::collection::RULES;
use crate::planning::deliveries::Deliveries;
use crate::planning::placement::Placement;
use crate::planning::standards::Standards;
use crate::store::StoreError;

/// The rows of `$rules` that have the texts of `standards.toml`, `placement.toml` and `deliveries.toml`.
const STANDARDS: &str = "standards";
const PLACEMENT: &str = "placement";
const DELIVERIES: &str = "deliveries";

/// The standards, the rules of placement and the deliveries in force.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanningRules {
    built_in: (Arc<Standards>, Arc<Placement>, Arc<Deliveries>),
    standards: Arc<Standards>,
    placement: Arc<Placement>,
    deliveries: Arc<Deliveries>,
}

impl PlanningRules {
    /// The standards in force.
    pub fn standards(&self) -> &Arc<Standards> {
        &self.standards
    }

    /// The rules of placement in force.
    pub fn placement(&self) -> &Arc<Placement> {
        &self.placement
    }

    /// The figures in force about the deliveries and walks of a day.
    pub fn deliveries(&self) -> &Arc<Deliveries> {
        &self.deliveries
    }

    /// Puts the stored texts in force. If a row is missing or cannot be read, the built-in one is used. The previous
    /// one is not used, because a process that starts later would not know it.
    fn read(&mut self, map: &Collections) {
        let (standards, placement, deliveries) = &self.built_in;
        self.standards = stored(map, STANDARDS, standards, |text| {
            Standards::read("standards.toml", text)
        });
        self.placement = stored(map, PLACEMENT, placement, |text| {
            Placement::read("placement.toml", text)
        });
        self.deliveries = stored(map, DELIVERIES, deliveries, |text| {
            Deliveries::read("deliveries.toml", text)
        });
    }
}

/// The stored version of a file, or the built-in one.
fn stored<T>(
    map: &Collections,
    row: &'static str,
    built_in: &Arc<T>,
    read: impl Fn(&str) -> Result<T, Vec<Problem>>,
) -> Arc<T> {
    let entry = entries(map, RULES).find(|entry| entry.id().as_str() == row);
    let text = entry.and_then(|entry| Canonical::new(entry.all_properties()).text("text"));
    let Some(text) = text else {
        return Arc::clone(built_in);
    };
    match read(&text) {
        Ok(stored) => Arc::new(stored),
        Err(problems) => {
            let problem = problems.first().map(ToString::to_string);
            let problem = problem.unwrap_or_default();
            tracing::error!(
                row,
                problem,
                "a stored configuration of planning cannot be read; the built-in one is in force"
            );
            Arc::clone(built_in)
        }
    }
}

/// The built-in version of a file.
fn built_in<T>(name: &'static str, read: Result<T, Vec<Problem>>) -> Result<Arc<T>, StoreError> {
    read.map(Arc::new).map_err(|problems| {
        let first = problems.first().map(ToString::to_string);
        StoreError::corrupt(name, first.unwrap_or_default())
    })
}

impl Projection for PlanningRules {
    fn load(map: &Collections) -> Result<Self, StoreError> {
        let standards = built_in("the built-in standards", Standards::built_in())?;
        let placement = built_in("the built-in rules of placement", Placement::built_in())?;
        let deliveries = built_in("the built-in deliveries", Deliveries::built_in())?;
        let mut rules = Self {
            standards: Arc::clone(&standards),
            placement: Arc::clone(&placement),
            deliveries: Arc::clone(&deliveries),
            built_in: (standards, placement, deliveries),
        };
        rules.read(map);
        Ok(rules)
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
