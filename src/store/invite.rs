//! Invites: links or QR codes with which people create accounts whose rights were set beforehand.

use std::time::Duration;

use jiff::Timestamp;

use super::{Account, NewAccount, PasswordHash, Principal, Rights, Store, StoreError, TokenSecret};

/// An invite as it is listed: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The invite's id, used to revoke it.
    pub id: String,
    /// The rights of the accounts created with the invite.
    pub rights: Rights,
    /// The purpose of the invite, as its author wrote it.
    pub note: Option<String>,
    /// The maximum number of accounts that the invite may create.
    pub uses: u32,
    /// The number of accounts created so far.
    pub used: u32,
    /// When the invite was created.
    pub created_at: Timestamp,
    /// The id of the account that created the invite; `None` for the command line.
    pub created_by: Option<String>,
    /// When the invite expires.
    pub expires_at: Timestamp,
    /// When the invite was revoked; `None` if it was not.
    pub revoked_at: Option<Timestamp>,
}

impl Invite {
    /// Whether the invite can create an account at the moment `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now && self.used < self.uses
    }

    /// Builds the invite to be inserted, with a new id and the present time.
    pub(super) fn of(new: &NewInvite) -> Self {
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            rights: new.rights.clone(),
            note: new.note.clone(),
            uses: new.uses,
            used: 0,
            created_at: super::now(),
            created_by: new.created_by.clone(),
            expires_at: new.expires_at,
            revoked_at: None,
        }
    }

    /// The account to create for the person who accepts the invite.
    pub(super) fn account(&self, guest: Guest) -> NewAccount {
        NewAccount {
            name: guest.name,
            rights: self.rights.clone(),
            expires_at: None,
            password: guest.password,
            created_by: self.created_by.clone(),
            invite: Some(self.id.clone()),
        }
    }
}

/// The input for creating an invite.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// The rights of the accounts created with the invite.
    pub rights: Rights,
    /// The purpose of the invite.
    pub note: Option<String>,
    /// The maximum number of accounts that the invite may create.
    pub uses: u32,
    /// When the invite expires.
    pub expires_at: Timestamp,
    /// The id of the account that creates the invite.
    pub created_by: Option<String>,
}

/// The person who accepts an invite: the name and password that they chose.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The name of the new account.
    pub name: String,
    /// The hash of the new account's password; `None` if the account has none.
    pub password: Option<PasswordHash>,
}

/// The result of accepting an invite.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The new account.
    pub account: Account,
    /// The principal of the account's first session.
    pub principal: Principal,
    /// The secret of that session.
    pub session: TokenSecret,
}

impl Store {
    /// Creates an invite and returns its secret, which is shown only once.
    pub async fn create_invite(&self, new: NewInvite) -> Result<(Invite, TokenSecret), StoreError> {
        either!(self, s => s.create_invite(new).await)
    }

    /// The newest invites of one account or of all, at most 500.
    pub async fn invites(&self, created_by: Option<&str>) -> Result<Vec<Invite>, StoreError> {
        either!(self, s => s.invites(created_by).await)
    }

    /// Revokes an invite of one account or of any; `false` if there is no such invite. Accounts
    /// created with it stay.
    pub async fn revoke_invite(
        &self,
        id: &str,
        created_by: Option<&str>,
    ) -> Result<bool, StoreError> {
        either!(self, s => s.revoke_invite(id, created_by).await)
    }

    /// The invite with a secret, if it can still create accounts.
    pub async fn good_invite(&self, secret: &str) -> Result<Option<Invite>, StoreError> {
        either!(self, s => s.good_invite(secret).await)
    }

    /// Creates an account with an invite and opens its first session; `None` if the invite cannot
    /// create more accounts.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] if another account has that name; the invite is not used up.
    pub async fn accept_invite(
        &self,
        secret: &str,
        guest: Guest,
        lifetime: Duration,
    ) -> Result<Option<Accepted>, StoreError> {
        either!(self, s => s.accept_invite(secret, guest, lifetime).await)
    }
}
