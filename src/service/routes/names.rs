//! What the public may read of a feature: its name, its guidance, what must be shown.

use std::borrow::Cow;

use super::Ground;
use crate::model::{Canonical, Role};

/// The properties of a feature as the public sees them.
pub(super) struct Public<'a>(Cow<'a, str>);

impl Public<'_> {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = Canonical::new(&self.0).text(name)?;
        (!text.trim().is_empty()).then(|| text.into_owned())
    }

    pub(super) fn is(&self, name: &str, text: &str) -> bool {
        Canonical::new(&self.0).is(name, text)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        Canonical::new(&self.0).is_true(name)
    }
}

impl Ground {
    /// What the public sees of a feature by `collection/id`; `None` where it is deleted.
    pub(super) fn public(&self, name: &str) -> Option<Public<'_>> {
        let (collection, id) = name.split_once('/')?;
        let collection = self.snapshot.collections().get(collection)?;
        let entry = collection.get(id)?;
        Some(Public(entry.properties(collection.schema(), Role::Public)))
    }
}
