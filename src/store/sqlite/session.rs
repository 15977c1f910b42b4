//! Sessions in SQLite.

use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::account::columns;
use super::{SqliteStore, account, audit, micros_now, token};
use crate::store::audit::of_sign_in;
use crate::store::session::SESSIONS;
use crate::store::{Principal, StoreError, TokenSecret, from_micros};

impl SqliteStore {
    /// See [`Store::open_session`](crate::store::Store::open_session).
    pub async fn open_session(
        &self,
        token: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let Some((principal, id, end)) = token::good_token(&mut tx, token).await? else {
                return Ok(None);
            };
            let secret = begin_session(&mut tx, &principal, Some(&id), end, lifetime).await?;
            tx.commit().await?;
            Ok(Some((principal, secret)))
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::session_principal`](crate::store::Store::session_principal).
    pub async fn session_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", coalesce(t.read_only, 0) FROM sessions s JOIN accounts a ON a.id = s.account \
             LEFT JOIN tokens t ON t.id = s.token \
             WHERE s.hash = ?1 AND s.expires_at > ?2 \
             AND a.disabled_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > ?2) \
             AND (s.token IS NULL OR (t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > ?2)))"
        ))
        .bind(TokenSecret::hash(secret))
        .bind(micros_now())
        .fetch_optional(&self.shared.readers)
        .await?;
        row.as_ref().map(account::principal).transpose()
    }

    /// See [`Store::close_session`](crate::store::Store::close_session).
    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM sessions WHERE hash = ?");
        self.write(query.bind(TokenSecret::hash(secret))).await?;
        Ok(())
    }

    /// See [`Store::open_account_session`](crate::store::Store::open_account_session).
    pub async fn open_account_session(
        &self,
        account_id: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let account = account::by_id(&mut tx, account_id).await?;
            let Some(account) = account.filter(|a| a.is_good(from_micros(micros_now()))) else {
                return Ok(None);
            };
            let principal = account.principal(false);
            let secret = begin_session(&mut tx, &principal, None, None, lifetime).await?;
            tx.commit().await?;
            Ok(Some((principal, secret)))
        }
        .await;
        writer.done(done)
    }
}

/// Begins a session that expires no later than its token, and adds an audit row. If the account has
/// too many sessions, its oldest ones end.
pub(super) async fn begin_session(
    tx: &mut SqliteConnection,
    principal: &Principal,
    token: Option<&str>,
    token_end: Option<i64>,
    lifetime: Duration,
) -> Result<TokenSecret, StoreError> {
    let now = micros_now();
    let end = now.saturating_add(i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX));
    let end = token_end.map_or(end, |t| end.min(t));
    let secret = TokenSecret::random();
    sqlx::query("DELETE FROM sessions WHERE expires_at <= ?")
        .bind(now)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO sessions (hash, account, token, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(TokenSecret::hash(secret.reveal()))
    .bind(&principal.account_id)
    .bind(token)
    .bind(now)
    .bind(end)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM sessions WHERE account = ?1 AND hash <> ?2 AND hash NOT IN \
         (SELECT hash FROM sessions WHERE account = ?1 ORDER BY created_at DESC LIMIT ?3)",
    )
    .bind(&principal.account_id)
    .bind(TokenSecret::hash(secret.reveal()))
    .bind(SESSIONS)
    .execute(&mut *tx)
    .await?;
    audit::add(tx, &of_sign_in(principal), None).await?;
    Ok(secret)
}
