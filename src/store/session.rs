//! Sessions: the credential of a browser after somebody signed in with a token or a password.

use std::time::Duration;

use super::{Principal, Store, StoreError, TokenSecret};

/// The maximum number of sessions of one account; a further one ends the oldest.
pub(super) const SESSIONS: i64 = 100;

impl Store {
    /// Begins a session for the owner of a token and returns the secret of the session. `None` if
    /// the token is not valid.
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

    /// Begins a session for an account whose password was checked; `None` if the account is
    /// disabled or has expired.
    pub async fn open_account_session(
        &self,
        account_id: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        either!(self, s => s.open_account_session(account_id, lifetime).await)
    }
}
