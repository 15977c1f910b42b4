//! Accounts: who may sign in, and with what rights. Each token, password and session belongs to an account.

use jiff::Timestamp;

use super::{PasswordHash, Store, StoreError};
use crate::model::{Author, Role, RoleSet, View, canonical_name};

/// The authenticated caller of a request: an account with its rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The account's id.
    pub account_id: String,
    /// The account's name.
    pub account: String,
    /// The roles of the account.
    pub roles: RoleSet,
    /// The id of the member unit that the account works for; `None` if it belongs to no unit.
    pub unit: Option<String>,
    /// The ids of the communities to which the account is restricted; empty if it may act
    /// everywhere.
    pub communities: Vec<String>,
    /// Whether the caller may only read, because its token is read-only.
    pub read_only: bool,
}

impl Principal {
    /// Which features and properties the account may see.
    pub fn view(&self) -> View<'_> {
        View {
            roles: self.roles,
            unit: self.unit.as_deref(),
            communities: &self.communities,
        }
    }

    /// The author recorded in commits that this principal makes in one of its roles.
    pub fn author(&self, role: Role) -> Author {
        Author {
            role,
            account: Some(self.account.clone()),
        }
    }
}

/// The roles of an account, its member unit and the communities to which it is restricted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    /// The roles of the account.
    pub roles: RoleSet,
    /// The id of the member unit that the account works for; `None` if it belongs to no unit.
    pub unit: Option<String>,
    /// The ids of the communities to which the account is restricted; empty if it may act
    /// everywhere.
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

/// An account as administrators see it: everything but the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's id: 32 random hexadecimal digits. It never changes.
    pub id: String,
    /// The account's name. It never changes, because the history records authors by name.
    pub name: String,
    /// The roles of the account and where they apply.
    pub rights: Rights,
    /// Whether the account can sign in with a password.
    pub has_password: bool,
    /// When the account was created.
    pub created_at: Timestamp,
    /// The id of the account that created this one; `None` for the command line and for invites.
    pub created_by: Option<String>,
    /// The id of the invite by which the account was created.
    pub invite: Option<String>,
    /// When the account expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When the account was disabled; `None` if it is enabled.
    pub disabled_at: Option<Timestamp>,
}

impl Account {
    /// Whether the account may sign in at the moment `now`: it is neither disabled nor expired.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }

    /// The caller of a request that comes with a session or a token of this account.
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

    /// Builds the account to be inserted, with a new id and the present time.
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

    /// Applies a change and returns its description for the audit.
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

/// The number of administrators that can sign in: with a password, or with a token that may also
/// write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Admins {
    /// All such administrators, including those whose account or credential will expire.
    pub now: i64,
    /// The administrators whose account and credential never expire.
    pub lasting: i64,
}

impl Admins {
    /// Refuses a change after which no administrator can sign in, or only administrators whose account
    /// or credential expires. `self` has the numbers before the change and `after` those after it.
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

/// The input for creating an account.
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    /// The account's name. It is unique and never changes.
    pub name: String,
    /// The roles of the account and where they apply.
    pub rights: Rights,
    /// When the account expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The hash of the account's password; `None` if it signs in with tokens only.
    pub password: Option<PasswordHash>,
    /// The id of the account that creates this one.
    pub created_by: Option<String>,
    /// The id of the invite by which the account is created.
    pub invite: Option<String>,
}

/// A change of an account. Fields that are `None` stay as they are.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    /// The new set of roles.
    pub roles: Option<RoleSet>,
    /// The id of the new member unit; `Some(None)` removes the unit.
    pub unit: Option<Option<String>>,
    /// The ids of the communities to which the account is restricted; an empty list removes the
    /// restriction.
    pub communities: Option<Vec<String>>,
    /// When the account expires; `Some(None)` for never.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether the account is disabled.
    pub disabled: Option<bool>,
    /// The hash of the new password. Setting it ends all sessions of the account.
    pub password: Option<PasswordHash>,
}

/// Selects a page of accounts, sorted by name.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// Only accounts whose name contains this text.
    pub search: Option<String>,
    /// Only accounts whose name sorts after this one.
    pub after: String,
    /// The maximum number of accounts.
    pub limit: u32,
}

/// The id and the password hash of an account, to check a password.
#[derive(Debug, Clone)]
pub struct PasswordOwner {
    /// The account's id.
    pub account_id: String,
    /// The hash of the account's password; `None` if the account has none.
    pub password: Option<PasswordHash>,
}

impl Store {
    /// Creates an account.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if another account has the same name or one that looks the same.
    pub async fn create_account(&self, new: NewAccount) -> Result<Account, StoreError> {
        either!(self, s => s.create_account(new).await)
    }

    /// Lists accounts, sorted by name.
    pub async fn accounts(&self, query: &AccountQuery) -> Result<Vec<Account>, StoreError> {
        either!(self, s => s.accounts(query).await)
    }

    /// The account with an id.
    pub async fn account(&self, id: &str) -> Result<Option<Account>, StoreError> {
        either!(self, s => s.account(id).await)
    }

    /// The account with a name. The name also matches in other Unicode forms, such as full-width letters.
    pub async fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        match either!(self, s => s.account_named(name).await)? {
            Some(account) => Ok(Some(account)),
            None => either!(self, s => s.account_named(&canonical_name(name)).await),
        }
    }

    /// The number of administrators that may sign in.
    pub async fn count_admins(&self) -> Result<u64, StoreError> {
        either!(self, s => s.count_admins().await)
    }

    /// Changes an account; `None` if there is no such account. Disabling the account or setting a
    /// new password ends its sessions.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`] if no administrator would be left that can always sign in.
    pub async fn change_account(
        &self,
        id: &str,
        change: &AccountChange,
    ) -> Result<Option<Account>, StoreError> {
        either!(self, s => s.change_account(id, change).await)
    }

    /// The password hash of the account with a name, even if the account is disabled or expired.
    /// The name also matches in other Unicode forms and in another letter case.
    pub async fn password_owner(&self, name: &str) -> Result<Option<PasswordOwner>, StoreError> {
        either!(self, s => s.password_owner(name).await)
    }
}
