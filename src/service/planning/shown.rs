//! Reads the properties of a feature that the caller may see. A property that is hidden from the caller's roles counts
//! as absent, so that no figure depends on it.

use std::borrow::Cow;

use crate::index::{Collection, Entry};
use crate::model::{Canonical, RoleSet, Schema};

/// The properties of a feature, as an account with some roles sees them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    all: Canonical<'a>,
    schema: &'a Schema,
    roles: RoleSet,
}

impl<'a> Shown<'a> {
    /// The properties of a feature of a collection.
    pub(super) fn of(source: &'a Collection, entry: &'a Entry, roles: RoleSet) -> Self {
        Self {
            all: Canonical::new(entry.all_properties()),
            schema: source.schema(),
            roles,
        }
    }

    /// The property, if it is a text.
    pub(super) fn text(self, name: &str) -> Option<Cow<'a, str>> {
        self.if_shown(name)?.text(name)
    }

    /// The property, if it is a number.
    pub(super) fn number(self, name: &str) -> Option<f64> {
        self.if_shown(name)?.number(name)
    }

    /// Whether the property is `true`.
    pub(super) fn is_true(self, name: &str) -> bool {
        self.if_shown(name).is_some_and(|all| all.is_true(name))
    }

    /// Whether the property is a text equal to `text`.
    pub(super) fn is(self, name: &str, text: &str) -> bool {
        self.if_shown(name).is_some_and(|all| all.is(name, text))
    }

    /// Whether the property exists, even with the value null.
    pub(super) fn has(self, name: &str) -> bool {
        self.if_shown(name).is_some_and(|all| all.has(name))
    }

    fn if_shown(self, name: &str) -> Option<Canonical<'a>> {
        self.schema.shows(self.roles, name).then_some(self.all)
    }
}
