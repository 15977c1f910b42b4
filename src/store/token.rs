//! Tokens: how a program, or somebody without a password, shows who they are.

use std::collections::HashSet;

use jiff::Timestamp;
use rand::RngExt;

use super::{Account, Principal, Rights, Store, StoreError, TokenSecret};
use crate::model::{Role, RoleSet};

/// A token to be made, of the account of a name. The account is made where there is none of that name
/// with these rights.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The account's name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When the token expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// The id of the member unit that the account works for.
    pub unit: Option<String>,
    /// The ids of the communities that it is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

impl NewToken {
    /// A token without an end, of an account that belongs to no unit and is bound to no community.
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

    /// The rights of its account.
    pub(super) fn rights(&self) -> Rights {
        Rights {
            roles: self.role.into(),
            unit: self.unit.clone(),
            communities: self.communities.clone(),
        }
    }

    /// The names under which its account may stand, the best first: a name may belong to an account
    /// with other rights, and a token never widens those.
    pub(super) fn names(&self) -> [String; 3] {
        let random: u32 = rand::rng().random();
        [
            self.name.clone(),
            format!("{} ({})", self.name, self.role),
            format!("{} ({} {random:08x})", self.name, self.role),
        ]
    }
}

/// A further token of an account that there is.
#[derive(Debug, Clone, Default)]
pub struct NewAccountToken {
    /// What it is for: the name of a screen or a program.
    pub label: String,
    /// When the token expires; `None` for never.
    pub expires_at: Option<Timestamp>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

/// A token as it is listed: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Token {
    /// Its id, by which it is revoked.
    pub id: String,
    /// The account's id.
    pub account_id: String,
    /// The account's name.
    pub name: String,
    /// What the token is for.
    pub label: String,
    /// The greatest of the account's roles.
    pub role: Role,
    /// All of the account's roles.
    pub roles: RoleSet,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The id of the member unit that the account works for.
    pub unit: Option<String>,
    /// The ids of the communities that it is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

impl Token {
    /// A new one of an account, as it will be listed.
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
    /// Makes a token of the account of a name, which is made where there is none with these rights, and
    /// gives its secret, once.
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, TokenSecret), StoreError> {
        either!(self, s => s.create_token(new).await)
    }

    /// All tokens, the newest first.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        either!(self, s => s.tokens().await)
    }

    /// Makes a token useless, and the sessions begun with it. `false` where there is no such token.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`] where no administrator could sign in without it.
    pub async fn revoke_token(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.revoke_token(id).await)
    }

    /// The account of a token, if the token is valid.
    pub async fn token_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        either!(self, s => s.token_principal(secret).await)
    }

    /// Makes a further token of an account and gives its secret, once; `None` where there is no such
    /// account.
    pub async fn create_account_token(
        &self,
        account_id: &str,
        new: NewAccountToken,
    ) -> Result<Option<(Token, TokenSecret)>, StoreError> {
        either!(self, s => s.create_account_token(account_id, new).await)
    }

    /// Which of some accounts have a token in force.
    pub async fn token_holders(&self, accounts: &[&str]) -> Result<HashSet<String>, StoreError> {
        either!(self, s => s.token_holders(accounts).await)
    }

    /// The tokens of an account, the newest first.
    pub async fn tokens_of(&self, account_id: &str) -> Result<Vec<Token>, StoreError> {
        either!(self, s => s.tokens_of(account_id).await)
    }
}
