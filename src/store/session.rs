//! Sessions: what a browser has after somebody signed in with a token or a password.

use std::time::Duration;

use super::{Principal, Store, StoreError, TokenSecret};

/// The most sessions of one account at a time; a further one ends the oldest.
pub(super) const SESSIONS: i64 = 100;

impl Store {
    /// Begins a session for the owner of a token; the answer is the session's own secret. `None`
    /// where the token is not good.
    pub async fn open_session(
        &self,
        token: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        either!(self, s => s.open_session(token, lifetime).await)
    }

    /// The account of a session, if the session is valid.
    pub async fn session_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        either!(self, s => s.session_principal(secret).await)
    }

    /// Ends a session.
    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        either!(self, s => s.close_session(secret).await)
    }

    /// Begins a session for an account whose password was checked; `None` where the account is
    /// disabled or has ended.
    pub async fn open_account_session(
        &self,
        account_id: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        either!(self, s => s.open_account_session(account_id, lifetime).await)
    }
}
