//! Tokens and sessions in SQLite.

use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::{SqliteStore, micros_now};
use crate::model::Role;
use crate::store::account::SESSIONS;
use crate::store::{NewToken, Principal, StoreError, Token, TokenSecret, from_micros};

impl SqliteStore {
    /// See [`Store::create_token`](crate::store::Store::create_token).
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, TokenSecret), StoreError> {
        let secret = TokenSecret::random();
        let token = Token {
            id: Uuid::now_v7().to_string(),
            name: new.name,
            role: new.role,
            created_at: from_micros(micros_now()),
            expires_at: new.expires_at,
            revoked_at: None,
            unit: new.unit,
            communities: new.communities,
            read_only: new.read_only,
        };
        self.write(sqlx::query(
            "INSERT INTO tokens (id, hash, name, role, created_at, expires_at, unit, communities, read_only) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&token.id)
        .bind(TokenSecret::hash(secret.reveal()))
        .bind(&token.name)
        .bind(token.role.as_str())
        .bind(token.created_at.as_microsecond())
        .bind(token.expires_at.map(|t| t.as_microsecond()))
        .bind(&token.unit)
        .bind(sqlx::types::Json(&token.communities))
        .bind(token.read_only)).await?;
        Ok((token, secret))
    }

    /// See [`Store::tokens`](crate::store::Store::tokens).
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, name, role, created_at, expires_at, revoked_at, unit, communities, read_only \
             FROM tokens \
             ORDER BY created_at DESC, id DESC",
        )
        .fetch_all(&self.shared.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Token {
                    id: row.try_get(0)?,
                    name: row.try_get(1)?,
                    role: role(row, 2)?,
                    created_at: from_micros(row.try_get(3)?),
                    expires_at: row.try_get::<Option<i64>, _>(4)?.map(from_micros),
                    revoked_at: row.try_get::<Option<i64>, _>(5)?.map(from_micros),
                    unit: row.try_get(6)?,
                    communities: row.try_get::<sqlx::types::Json<_>, _>(7)?.0,
                    read_only: row.try_get(8)?,
                })
            })
            .collect()
    }

    /// See [`Store::revoke_token`](crate::store::Store::revoke_token).
    pub async fn revoke_token(&self, id: &str) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let found =
                sqlx::query("UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?")
                    .bind(micros_now())
                    .bind(id)
                    .execute(&mut *writer)
                    .await?
                    .rows_affected();
            sqlx::query("DELETE FROM sessions WHERE token = ?")
                .bind(id)
                .execute(&mut *writer)
                .await?;
            Ok(found > 0)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::token_principal`](crate::store::Store::token_principal).
    pub async fn token_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let row = sqlx::query(
            "SELECT name, role, unit, communities, read_only FROM tokens WHERE hash = ? AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > ?)",
        )
        .bind(TokenSecret::hash(secret))
        .bind(micros_now())
        .fetch_optional(&self.shared.readers)
        .await?;
        row.as_ref().map(principal).transpose()
    }

    /// See [`Store::open_session`](crate::store::Store::open_session).
    pub async fn open_session(
        &self,
        token: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        let now = micros_now();
        let row = sqlx::query(
            "SELECT name, role, unit, communities, read_only, id, expires_at FROM tokens \
             WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)",
        )
        .bind(TokenSecret::hash(token))
        .bind(now)
        .fetch_optional(&self.shared.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        // A session never outlives its token.
        let end = now.saturating_add(i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX));
        let end = row
            .try_get::<Option<i64>, _>(6)?
            .map_or(end, |t| end.min(t));
        let secret = TokenSecret::random();
        let id: String = row.try_get(5)?;
        let mut writer = self.writer().await?;
        let done = async {
            sqlx::query("DELETE FROM sessions WHERE expires_at <= ?")
                .bind(now)
                .execute(&mut *writer)
                .await?;
            sqlx::query(
                "INSERT INTO sessions (hash, token, created_at, expires_at) VALUES (?, ?, ?, ?)",
            )
            .bind(TokenSecret::hash(secret.reveal()))
            .bind(&id)
            .bind(now)
            .bind(end)
            .execute(&mut *writer)
            .await?;
            sqlx::query(
                "DELETE FROM sessions WHERE token = ?1 AND hash <> ?2 AND hash NOT IN \
                 (SELECT hash FROM sessions WHERE token = ?1 ORDER BY created_at DESC LIMIT ?3)",
            )
            .bind(&id)
            .bind(TokenSecret::hash(secret.reveal()))
            .bind(SESSIONS)
            .execute(&mut *writer)
            .await?;
            Ok(())
        }
        .await;
        writer.done(done)?;
        Ok(Some((principal(&row)?, secret)))
    }

    /// See [`Store::session_principal`](crate::store::Store::session_principal).
    pub async fn session_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let row = sqlx::query(
            "SELECT t.name, t.role, t.unit, t.communities, t.read_only FROM sessions s JOIN tokens t ON t.id = s.token \
             WHERE s.hash = ?1 AND s.expires_at > ?2 AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > ?2)",
        )
        .bind(TokenSecret::hash(secret))
        .bind(micros_now())
        .fetch_optional(&self.shared.readers)
        .await?;
        row.as_ref().map(principal).transpose()
    }

    /// See [`Store::close_session`](crate::store::Store::close_session).
    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        self.write(
            sqlx::query("DELETE FROM sessions WHERE hash = ?").bind(TokenSecret::hash(secret)),
        )
        .await?;
        Ok(())
    }
}

fn principal(row: &SqliteRow) -> Result<Principal, StoreError> {
    Ok(Principal {
        account: row.try_get(0)?,
        roles: role(row, 1)?.into(),
        unit: row.try_get(2)?,
        communities: row.try_get::<sqlx::types::Json<_>, _>(3)?.0,
        read_only: row.try_get(4)?,
    })
}

fn role(row: &SqliteRow, column: usize) -> Result<Role, StoreError> {
    row.try_get::<&str, _>(column)?
        .parse()
        .map_err(|e| StoreError::corrupt("tokens, role", e))
}
