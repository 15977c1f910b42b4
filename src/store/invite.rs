//! Invites: a link or QR code by which somebody makes an account with rights that were given before.

use std::time::Duration;

use jiff::Timestamp;

use super::{Account, NewAccount, PasswordHash, Principal, Rights, Store, StoreError, TokenSecret};

/// An invite as it is listed: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Its id, by which it is revoked.
    pub id: String,
    /// What accounts that come by it may do.
    pub rights: Rights,
    /// What it is for, in the words of who made it.
    pub note: Option<String>,
    /// How many accounts it makes.
    pub uses: u32,
    /// How many it has made.
    pub used: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// The id of the account that made it; `None` for the command line.
    pub created_by: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Invite {
    /// Whether it makes an account at a moment.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now && self.used < self.uses
    }

    /// A new one, as it will be listed.
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

    /// The account that somebody makes by it.
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

/// An invite to be made.
#[derive(Debug, Clone)]
pub struct NewInvite {
    /// What accounts that come by it may do.
    pub rights: Rights,
    /// What it is for.
    pub note: Option<String>,
    /// How many accounts it makes.
    pub uses: u32,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The id of the account that makes it.
    pub created_by: Option<String>,
}

/// Who accepts an invite.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The name of the account to be made.
    pub name: String,
    /// Its password, if it is to have one.
    pub password: Option<PasswordHash>,
}

/// What came of accepting an invite.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The account that was made.
    pub account: Account,
    /// The account in its first session.
    pub principal: Principal,
    /// The secret of that session.
    pub session: TokenSecret,
}

impl Store {
    /// Makes an invite and gives its secret, once.
    pub async fn create_invite(&self, new: NewInvite) -> Result<(Invite, TokenSecret), StoreError> {
        either!(self, s => s.create_invite(new).await)
    }

    /// The newest invites, of one account or of all; at most 500.
    pub async fn invites(&self, created_by: Option<&str>) -> Result<Vec<Invite>, StoreError> {
        either!(self, s => s.invites(created_by).await)
    }

    /// Revokes an invite, of one account or of anybody; `false` where there is no such invite.
    /// Accounts that came by it stay.
    pub async fn revoke_invite(
        &self,
        id: &str,
        created_by: Option<&str>,
    ) -> Result<bool, StoreError> {
        either!(self, s => s.revoke_invite(id, created_by).await)
    }

    /// The invite with a secret, if it still makes accounts.
    pub async fn good_invite(&self, secret: &str) -> Result<Option<Invite>, StoreError> {
        either!(self, s => s.good_invite(secret).await)
    }

    /// Makes an account by an invite and begins its first session; `None` where the invite makes no
    /// more accounts.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where there is an account of that name; the invite is as it was.
    pub async fn accept_invite(
        &self,
        secret: &str,
        guest: Guest,
        lifetime: Duration,
    ) -> Result<Option<Accepted>, StoreError> {
        either!(self, s => s.accept_invite(secret, guest, lifetime).await)
    }
}
