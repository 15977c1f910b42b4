//! Tokens: the credential of a program, or of a person without a password.

use std::collections::HashSet;

use jiff::Timestamp;
use rand::RngExt;

use super::{Account, Principal, Rights, Store, StoreError, TokenSecret};
use crate::model::{Role, RoleSet};

/// The input for creating a token for the account with a name. The account is created if there is
/// none with that name and these rights.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The account's name.
    pub name: String,
    /// The account's role.
    pub role: Role,
    /// When the token expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The id of the member unit that the account works for; `None` if it belongs to no unit.
    pub unit: Option<String>,
    /// The ids of the communities to which the account is restricted; empty if it may act
    /// everywhere.
    pub communities: Vec<String>,
    /// Whether the token may only read.
    pub read_only: bool,
}

impl NewToken {
    /// A token that never expires, for an account without a unit and without a restriction to
    /// communities.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self {
            name: name.into(),
            role,
            expires_at: None,
            unit: None,
            communities: Vec::new(),
            read_only: false,
        }
    }

    /// The rights of the account.
    pub(super) fn rights(&self) -> Rights {
        Rights {
            roles: self.role.into(),
            unit: self.unit.clone(),
            communities: self.communities.clone(),
        }
    }

    /// The names that the account may get, in order of preference. A name is skipped if it belongs
    /// to an account with other rights, because a token never extends the rights of an account.
    pub(super) fn names(&self) -> [String; 3] {
        let random: u32 = rand::rng().random();
        [
            self.name.clone(),
            format!("{} ({})", self.name, self.role),
            format!("{} ({} {random:08x})", self.name, self.role),
        ]
    }
}

/// The input for creating a further token of an existing account.
#[derive(Debug, Clone, Default)]
pub struct NewAccountToken {
    /// The purpose of the token: the name of a screen or a program.
    pub label: String,
    /// When the token expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// Whether the token may only read.
    pub read_only: bool,
}

/// A token as it is listed: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Token {
    /// The token's id, used to revoke it.
    pub id: String,
    /// The account's id.
    pub account_id: String,
    /// The account's name.
    pub name: String,
    /// The purpose of the token.
    pub label: String,
    /// The highest of the account's roles.
    pub role: Role,
    /// All of the account's roles.
    pub roles: RoleSet,
    /// When the token was created.
    pub created_at: Timestamp,
    /// When the token expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// When the token was revoked; `None` if it was not.
    pub revoked_at: Option<Timestamp>,
    /// The id of the member unit that the account works for; `None` if it belongs to no unit.
    pub unit: Option<String>,
    /// The ids of the communities to which the account is restricted; empty if it may act
    /// everywhere.
    pub communities: Vec<String>,
    /// Whether the token may only read.
    pub read_only: bool,
}

impl Token {
    /// Builds a token of an account to be inserted, with a new id and the present time.
    pub(super) fn of(account: &Account, new: &NewAccountToken) -> Self {
        let rights = account.rights.clone();
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            account_id: account.id.clone(),
            name: account.name.clone(),
            label: new.label.clone(),
            role: rights.roles.foremost(),
            roles: rights.roles,
            created_at: super::now(),
            expires_at: new.expires_at,
            revoked_at: None,
            unit: rights.unit,
            communities: rights.communities,
            read_only: new.read_only,
        }
    }
}

impl Store {
    /// Creates a token for the account with a name and returns its secret, which is shown only
    /// once. The account is created if there is none with that name and these rights.
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, TokenSecret), StoreError> {
        either!(self, s => s.create_token(new).await)
    }

    /// All tokens, the newest first.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        either!(self, s => s.tokens().await)
    }

    /// Revokes a token and ends the sessions begun with it. `false` if there is no such token.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`] if no administrator could sign in without it.
    pub async fn revoke_token(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.revoke_token(id).await)
    }

    /// The account of a token, if the token is valid.
    pub async fn token_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        either!(self, s => s.token_principal(secret).await)
    }

    /// Creates a further token of an account and returns its secret, which is shown only once;
    /// `None` if there is no such account.
    pub async fn create_account_token(
        &self,
        account_id: &str,
        new: NewAccountToken,
    ) -> Result<Option<(Token, TokenSecret)>, StoreError> {
        either!(self, s => s.create_account_token(account_id, new).await)
    }

    /// The ids of the given accounts that have a valid token.
    pub async fn token_holders(&self, accounts: &[&str]) -> Result<HashSet<String>, StoreError> {
        either!(self, s => s.token_holders(accounts).await)
    }

    /// The tokens of an account, the newest first.
    pub async fn tokens_of(&self, account_id: &str) -> Result<Vec<Token>, StoreError> {
        either!(self, s => s.tokens_of(account_id).await)
    }
}
