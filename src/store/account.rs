//! Accounts: who may sign in, and with what rights. Tokens, passwords and sessions belong to one.

use jiff::Timestamp;

use super::{PasswordHash, Store, StoreError};
use crate::model::{Author, Role, RoleSet, canonical_name};

/// Who stands behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The account's id.
    pub account_id: String,
    /// The account's name.
    pub account: String,
    /// What they may do.
    pub roles: RoleSet,
    /// The id of the member unit that the account works for.
    pub unit: Option<String>,
    /// The ids of the communities that it is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

impl Principal {
    /// The author of what this principal does in one of its roles.
    pub fn author(&self, role: Role) -> Author {
        Author {
            role,
            account: Some(self.account.clone()),
        }
    }
}

/// What an account may do, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// Its roles.
    pub roles: RoleSet,
    /// The id of the member unit that it works for.
    pub unit: Option<String>,
    /// The ids of the communities that it is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
}

impl From<Role> for Rights {
    fn from(role: Role) -> Self {
        Self {
            roles: role.into(),
            ..Self::default()
        }
    }
}

/// An account as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, for ever: 32 random hexadecimal digits.
    pub id: String,
    /// Its name, for ever: the history names who acted by it.
    pub name: String,
    /// What it may do.
    pub rights: Rights,
    /// Whether it can sign in with a password.
    pub has_password: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// The id of the account that made it.
    pub created_by: Option<String>,
    /// The id of the invite with which the account was made.
    pub invite: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Since when it is disabled.
    pub disabled_at: Option<Timestamp>,
}

impl Account {
    /// Whether it may sign in at a moment.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }

    /// The principal of a session or a token of this account.
    pub(super) fn principal(&self, read_only: bool) -> Principal {
        Principal {
            account_id: self.id.clone(),
            account: self.name.clone(),
            roles: self.rights.roles,
            unit: self.rights.unit.clone(),
            communities: self.rights.communities.clone(),
            read_only,
        }
    }

    /// A new one, as it will be listed.
    pub(super) fn of(new: &NewAccount) -> Self {
        Self {
            id: uuid::Uuid::new_v4().simple().to_string(),
            name: new.name.clone(),
            rights: new.rights.clone(),
            has_password: new.password.is_some(),
            created_at: super::now(),
            created_by: new.created_by.clone(),
            invite: new.invite.clone(),
            expires_at: new.expires_at,
            disabled_at: None,
        }
    }

    /// Changes what a change names; says it in words for the audit.
    pub(super) fn apply(&mut self, change: &AccountChange) -> String {
        let mut words = Vec::new();
        let mut said = |what: &str, from: String, to: String| {
            if from != to {
                words.push(format!("{what}: {from} → {to}"));
            }
        };
        if let Some(roles) = change.roles {
            said("roles", self.rights.roles.to_string(), roles.to_string());
            self.rights.roles = roles;
        }
        if let Some(unit) = &change.unit {
            let text = |u: &Option<String>| u.clone().unwrap_or_else(|| "none".to_owned());
            said("unit", text(&self.rights.unit), text(unit));
            self.rights.unit.clone_from(unit);
        }
        if let Some(communities) = &change.communities {
            let text = |list: &[String]| match list {
                [] => "all".to_owned(),
                list => list.join(","),
            };
            said(
                "communities",
                text(&self.rights.communities),
                text(communities),
            );
            self.rights.communities.clone_from(communities);
        }
        if let Some(expires_at) = change.expires_at {
            let text = |t: Option<Timestamp>| t.map_or("never".to_owned(), |t| t.to_string());
            said("expires", text(self.expires_at), text(expires_at));
            self.expires_at = expires_at;
        }
        if let Some(disabled) = change.disabled {
            let text = |yes: bool| if yes { "disabled" } else { "enabled" }.to_owned();
            said("state", text(self.disabled_at.is_some()), text(disabled));
            self.disabled_at = match disabled {
                true => self.disabled_at.or_else(|| Some(super::now())),
                false => None,
            };
        }
        if change.password.is_some() {
            words.push("password set".to_owned());
            self.has_password = true;
        }
        words.join("; ")
    }
}

/// How many administrators can sign in: by a password, or by a token that does not only read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Admins {
    /// At present.
    pub now: i64,
    /// Those of them whose account and credential have no end.
    pub lasting: i64,
}

impl Admins {
    /// Refuses a change that leaves no administrator, or none but such that end.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`], which names the account.
    pub fn must_stay(self, after: Self, name: &str) -> Result<(), StoreError> {
        let nobody_is_left = self.now > 0 && after.now == 0;
        let all_will_end = self.lasting > 0 && after.lasting == 0;
        match nobody_is_left || all_will_end {
            true => Err(StoreError::LastAdmin {
                name: name.to_owned(),
            }),
            false => Ok(()),
        }
    }
}

/// An account to be made.
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    /// Its name: unique, and for ever.
    pub name: String,
    /// What it may do.
    pub rights: Rights,
    /// When it ends; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// Its password.
    pub password: Option<PasswordHash>,
    /// The id of the account that makes it.
    pub created_by: Option<String>,
    /// The id of the invite that it comes by.
    pub invite: Option<String>,
}

/// Changes of an account; fields with `None` stay as they are.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    /// All its roles.
    pub roles: Option<RoleSet>,
    /// Its unit, or none.
    pub unit: Option<Option<String>>,
    /// All its communities; an empty list for no bound.
    pub communities: Option<Vec<String>>,
    /// Its end, or never.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether it is disabled.
    pub disabled: Option<bool>,
    /// A new password. Ends all sessions of the account.
    pub password: Option<PasswordHash>,
}

/// Which accounts are asked for, by name.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// Only those whose name contains this text.
    pub search: Option<String>,
    /// After this name.
    pub after: String,
    /// At most so many.
    pub limit: u32,
}

/// What signing in with a password needs to know.
#[derive(Debug, Clone)]
pub struct PasswordOwner {
    /// The account's id.
    pub account_id: String,
    /// Its password.
    pub password: Option<PasswordHash>,
}

impl Store {
    /// Makes an account.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where there is one whose name is the same or looks the same.
    pub async fn create_account(&self, new: NewAccount) -> Result<Account, StoreError> {
        either!(self, s => s.create_account(new).await)
    }

    /// Accounts in the order of their names.
    pub async fn accounts(&self, query: &AccountQuery) -> Result<Vec<Account>, StoreError> {
        either!(self, s => s.accounts(query).await)
    }

    /// The account with an id.
    pub async fn account(&self, id: &str) -> Result<Option<Account>, StoreError> {
        either!(self, s => s.account(id).await)
    }

    /// The account with a name, as it is kept or written in another form of Unicode.
    pub async fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        match either!(self, s => s.account_named(name).await)? {
            Some(account) => Ok(Some(account)),
            None => either!(self, s => s.account_named(&canonical_name(name)).await),
        }
    }

    /// How many administrators may sign in.
    pub async fn count_admins(&self) -> Result<u64, StoreError> {
        either!(self, s => s.count_admins().await)
    }

    /// Changes an account; `None` where there is no such account. Disabling it and a new password end
    /// its sessions.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`] where no administrator would be left.
    pub async fn change_account(
        &self,
        id: &str,
        change: &AccountChange,
    ) -> Result<Option<Account>, StoreError> {
        either!(self, s => s.change_account(id, change).await)
    }

    /// The password of the account with a name, whatever its state. The name may be written in another form
    /// of Unicode, or in other case.
    pub async fn password_owner(&self, name: &str) -> Result<Option<PasswordOwner>, StoreError> {
        either!(self, s => s.password_owner(name).await)
    }
}
