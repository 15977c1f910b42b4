//! Features with the properties that the caller may see.

use geo_types::Coord;
use serde_json::{Map, Value};

use crate::index::{Collection, Entry};
use crate::model::View;
use crate::service::ledger::cases;
use crate::service::place;

/// The properties of a feature that the caller may see.
pub(super) struct Shown(pub Map<String, Value>);

impl Shown {
    pub fn of(collection: &Collection, entry: &Entry, view: View<'_>) -> Self {
        Self(cases::seen_properties(entry, collection.schema(), view))
    }

    pub fn text(&self, name: &str) -> Option<String> {
        let said = self.0.get(name)?.as_str()?;
        (!said.is_empty()).then(|| said.to_owned())
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    pub fn whole<T: TryFrom<i64>>(&self, name: &str) -> Option<T> {
        T::try_from(self.0.get(name)?.as_i64()?).ok()
    }
}

/// Returns one position for a feature of any geometry.
pub(super) fn position(entry: &Entry) -> Option<Coord<f64>> {
    entry.geometry().and_then(place::anchor)
}
