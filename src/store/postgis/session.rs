//! Sessions in PostgreSQL.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::PgConnection;

use super::account::{COLUMNS, columns};
use super::{PostgisStore, account, audit};
use crate::store::audit::of_sign_in;
use crate::store::session::SESSIONS;
use crate::store::{Principal, StoreError, TokenSecret, now};

/// The end of the year 9999, in microseconds since 1970: later than any session ends, and still a
/// valid timestamp in PostgreSQL.
const FAR: i64 = 253_402_300_799_000_000;

impl PostgisStore {
    /// See [`Store::open_session`](crate::store::Store::open_session).
    pub async fn open_session(
        &self,
        token: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        // The rows are locked, so that a token revoked or an account disabled at this moment also
        // ends the session.
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", t.read_only, t.id, onemap.micros(t.expires_at) \
             FROM onemap.tokens t JOIN onemap.accounts a ON a.id = t.account \
             WHERE t.hash = $1 AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > now()) \
             AND a.disabled_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > now()) \
             FOR SHARE"
        ))
        .bind(TokenSecret::hash(token))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let principal = account::principal(&row)?;
        let id: String = row.try_get(COLUMNS + 1)?;
        let end = row.try_get(COLUMNS + 2)?;
        let secret = begin_session(&mut tx, &principal, Some(&id), end, lifetime).await?;
        tx.commit().await?;
        Ok(Some((principal, secret)))
    }

    /// See [`Store::session_principal`](crate::store::Store::session_principal).
    pub async fn session_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", coalesce(t.read_only, false) FROM onemap.sessions s \
             JOIN onemap.accounts a ON a.id = s.account \
             LEFT JOIN onemap.tokens t ON t.id = s.token \
             WHERE s.hash = $1 AND s.expires_at > now() \
             AND a.disabled_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > now()) \
             AND (s.token IS NULL OR (t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > now())))"
        ))
        .bind(TokenSecret::hash(secret))
        .fetch_optional(&self.shared.pool)
        .await?;
        row.as_ref().map(account::principal).transpose()
    }

    /// See [`Store::close_session`](crate::store::Store::close_session).
    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM onemap.sessions WHERE hash = $1")
            .bind(TokenSecret::hash(secret))
            .execute(&self.shared.pool)
            .await?;
        Ok(())
    }

    /// See [`Store::open_account_session`](crate::store::Store::open_account_session).
    pub async fn open_account_session(
        &self,
        account_id: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        // The row is locked, so that an account disabled at this moment also ends the session.
        sqlx::query("SELECT FROM onemap.accounts WHERE id = $1 FOR SHARE")
            .bind(account_id)
            .execute(&mut *tx)
            .await?;
        let account = account::by_id(&mut tx, account_id).await?;
        let Some(account) = account.filter(|a| a.is_good(now())) else {
            return Ok(None);
        };
        let principal = account.principal(false);
        let secret = begin_session(&mut tx, &principal, None, None, lifetime).await?;
        tx.commit().await?;
        Ok(Some((principal, secret)))
    }
}

/// Begins a session that expires no later than its token, and adds an audit row. If the account has
/// too many sessions, its oldest ones end.
pub(super) async fn begin_session(
    tx: &mut PgConnection,
    principal: &Principal,
    token: Option<&str>,
    token_end: Option<i64>,
    lifetime: Duration,
) -> Result<TokenSecret, StoreError> {
    let end = now()
        .as_microsecond()
        .saturating_add(i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX))
        .min(token_end.unwrap_or(FAR))
        .min(FAR);
    let secret = TokenSecret::random();
    sqlx::query("DELETE FROM onemap.sessions WHERE expires_at <= now()")
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "INSERT INTO onemap.sessions (hash, account, token, created_at, expires_at) \
         VALUES ($1, $2, $3, clock_timestamp(), onemap.from_micros($4))",
    )
    .bind(TokenSecret::hash(secret.reveal()))
    .bind(&principal.account_id)
    .bind(token)
    .bind(end)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM onemap.sessions WHERE account = $1 AND hash <> $2 AND hash NOT IN \
         (SELECT hash FROM onemap.sessions WHERE account = $1 ORDER BY created_at DESC LIMIT $3)",
    )
    .bind(&principal.account_id)
    .bind(TokenSecret::hash(secret.reveal()))
    .bind(SESSIONS)
    .execute(&mut *tx)
    .await?;
    audit::add(tx, &of_sign_in(principal), None).await?;
    Ok(secret)
}
