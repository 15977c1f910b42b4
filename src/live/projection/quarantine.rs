//! Rows that were written with plain SQL and are not valid features (PostGIS only). The map keeps
//! the last valid version of such a feature.

use super::{Event, Fact, Projection};
use crate::index::Collections;
use crate::store::{Quarantined, StoreError};

/// The rows in quarantine, as the store reports them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quarantine(Vec<Quarantined>);

impl Quarantine {
    /// The rows.
    pub fn rows(&self) -> &[Quarantined] {
        &self.0
    }
}

impl Projection for Quarantine {
    fn load(_: &Collections) -> Result<Self, StoreError> {
        Ok(Self::default())
    }

    fn is_affected_by(&self, event: &Event<'_>) -> bool {
        matches!(event, Event::Fact(Fact::Quarantined(rows)) if *rows != self.0)
    }

    fn apply(&mut self, event: &Event<'_>) {
        if let Event::Fact(Fact::Quarantined(rows)) = event {
            self.0.clone_from(rows);
        }
    }
}
