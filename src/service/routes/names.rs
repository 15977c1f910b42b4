//! The public properties of a feature: its name, its guidance for riders, and the credential that it requires.

use std::borrow::Cow;

use super::Ground;
use crate::model::{Canonical, Role};

/// The properties of a feature that the public may read.
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
    /// Returns the public properties of a feature, given as `collection/id`; `None` if it is deleted.
    pub(super) fn public(&self, name: &str) -> Option<Public<'_>> {
        let (collection, id) = name.split_once('/')?;
        let collection = self.snapshot.collections().get(collection)?;
        let entry = collection.get(id)?;
        Some(Public(entry.properties(collection.schema(), Role::Public)))
    }
}
