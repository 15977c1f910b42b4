//! The person or program that reports a case or acts on it.

use crate::model::{Role, RoleSet, View};

/// The caller of a request, with the rights that matter for cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The roles of the account.
    pub roles: RoleSet,
    /// The account's name; `None` for the public and the system.
    pub account: Option<String>,
    /// The id of the member unit to which the account belongs.
    pub unit: Option<String>,
    /// The ids of the communities to which the account is restricted; empty if it may act
    /// everywhere.
    pub communities: Vec<String>,
    /// Whether a receipt proves that the caller reported the case.
    pub is_reporter: bool,
}

impl Actor {
    /// A caller without an account.
    pub fn public() -> Self {
        Self {
            roles: RoleSet::PUBLIC,
            account: None,
            unit: None,
            communities: Vec::new(),
            is_reporter: false,
        }
    }

    /// What the account may see, and where it may act.
    pub fn view(&self) -> View<'_> {
        View {
            roles: self.roles,
            unit: self.unit.as_deref(),
            communities: &self.communities,
        }
    }

    /// The program itself: the timer, or the condition of a sensor.
    pub fn system() -> Self {
        Self {
            roles: Role::Admin.into(),
            ..Self::public()
        }
    }
}
