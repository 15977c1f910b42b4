//! Who reports or acts.

use crate::model::{Role, RoleSet, View};

/// The person behind a request, with the rights that count for cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// In which roles.
    pub roles: RoleSet,
    /// By which account; `None` for the public and the system.
    pub account: Option<String>,
    /// The member unit to which the account belongs.
    pub unit: Option<String>,
    /// The communities to which the account is bound; none for no bounds.
    pub communities: Vec<String>,
    /// Whether a receipt shows that this is who reported it.
    pub is_reporter: bool,
}

impl Actor {
    /// Someone without an account.
    pub fn public() -> Self {
        Self {
            roles: RoleSet::PUBLIC,
            account: None,
            unit: None,
            communities: Vec::new(),
            is_reporter: false,
        }
    }

    /// What the account sees, and where it may act.
    pub fn view(&self) -> View<'_> {
        View {
            roles: self.roles,
            unit: self.unit.as_deref(),
            communities: &self.communities,
        }
    }

    /// The program itself: the timer, a sensor's condition.
    pub fn system() -> Self {
        Self {
            roles: Role::Admin.into(),
            ..Self::public()
        }
    }
}
