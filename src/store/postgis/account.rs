//! Tokens and sessions in PostgreSQL.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::PostgisStore;
use crate::model::Role;
use crate::store::account::SESSIONS;
use crate::store::{NewToken, Principal, StoreError, Token, TokenSecret, from_micros, now};

/// A moment later than any session needs, and one that PostgreSQL can write down: the year 9999.
const FAR: i64 = 253_402_300_799_000_000;

impl PostgisStore {
    /// See [`Store::create_token`](crate::store::Store::create_token).
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, TokenSecret), StoreError> {
        let secret = TokenSecret::random();
        let token = Token {
            id: Uuid::now_v7().to_string(),
            name: new.name,
            role: new.role,
            created_at: now(),
            expires_at: new.expires_at,
            revoked_at: None,
            unit: new.unit,
            communities: new.communities,
            read_only: new.read_only,
        };
        sqlx::query(
            "INSERT INTO onemap.tokens \
             (id, hash, name, role, created_at, expires_at, unit, communities, read_only) \
             VALUES ($1, $2, $3, $4, onemap.from_micros($5), onemap.from_micros($6), $7, $8, $9)",
        )
        .bind(&token.id)
        .bind(TokenSecret::hash(secret.reveal()))
        .bind(&token.name)
        .bind(token.role.as_str())
        .bind(token.created_at.as_microsecond())
        .bind(token.expires_at.map(|t| t.as_microsecond()))
        .bind(&token.unit)
        .bind(&token.communities)
        .bind(token.read_only)
        .execute(&self.shared.pool)
        .await?;
        Ok((token, secret))
    }

    /// See [`Store::tokens`](crate::store::Store::tokens).
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, name, role, onemap.micros(created_at), onemap.micros(expires_at), \
             onemap.micros(revoked_at), unit, communities, read_only \
             FROM onemap.tokens ORDER BY created_at DESC, id DESC",
        )
        .fetch_all(&self.shared.pool)
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
                    communities: row.try_get(7)?,
                    read_only: row.try_get(8)?,
                })
            })
            .collect()
    }

    /// See [`Store::revoke_token`](crate::store::Store::revoke_token).
    pub async fn revoke_token(&self, id: &str) -> Result<bool, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        let found = sqlx::query(
            "UPDATE onemap.tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?
        .rows_affected();
        sqlx::query("DELETE FROM onemap.sessions WHERE token = $1")
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(found > 0)
    }

    /// See [`Store::token_principal`](crate::store::Store::token_principal).
    pub async fn token_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let row = sqlx::query(
            "SELECT name, role, unit, communities, read_only FROM onemap.tokens WHERE hash = $1 AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > now())",
        )
        .bind(TokenSecret::hash(secret))
        .fetch_optional(&self.shared.pool)
        .await?;
        row.as_ref().map(principal).transpose()
    }

    /// See [`Store::open_session`](crate::store::Store::open_session).
    pub async fn open_session(
        &self,
        token: &str,
        lifetime: Duration,
    ) -> Result<Option<(Principal, TokenSecret)>, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        sqlx::query("DELETE FROM onemap.sessions WHERE expires_at <= now()")
            .execute(&mut *tx)
            .await?;
        let secret = TokenSecret::random();
        // A session never outlives its token. The token's row is held, so that one revoked at this
        // moment takes the session with it.
        let row = sqlx::query(
            "WITH good AS (SELECT id, name, role, unit, communities, read_only, expires_at FROM onemap.tokens \
             WHERE hash = $1 AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > now()) FOR SHARE), \
             begun AS (INSERT INTO onemap.sessions (hash, token, created_at, expires_at) \
             SELECT $2, id, now(), least(onemap.from_micros($3), expires_at) FROM good) \
             SELECT name, role, unit, communities, read_only, id FROM good",
        )
        .bind(TokenSecret::hash(token))
        .bind(TokenSecret::hash(secret.reveal()))
        .bind(
            now()
                .as_microsecond()
                .saturating_add(i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX))
                .min(FAR),
        )
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = &row {
            sqlx::query(
                "DELETE FROM onemap.sessions WHERE token = $1 AND hash <> $2 AND hash NOT IN \
                 (SELECT hash FROM onemap.sessions WHERE token = $1 ORDER BY created_at DESC LIMIT $3)",
            )
            .bind(row.try_get::<String, _>(5)?)
            .bind(TokenSecret::hash(secret.reveal()))
            .bind(SESSIONS)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        row.as_ref()
            .map(|row| Ok((principal(row)?, secret)))
            .transpose()
    }

    /// See [`Store::session_principal`](crate::store::Store::session_principal).
    pub async fn session_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let row = sqlx::query(
            "SELECT t.name, t.role, t.unit, t.communities, t.read_only \
             FROM onemap.sessions s JOIN onemap.tokens t ON t.id = s.token \
             WHERE s.hash = $1 AND s.expires_at > now() AND t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > now())",
        )
        .bind(TokenSecret::hash(secret))
        .fetch_optional(&self.shared.pool)
        .await?;
        row.as_ref().map(principal).transpose()
    }

    /// See [`Store::close_session`](crate::store::Store::close_session).
    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM onemap.sessions WHERE hash = $1")
            .bind(TokenSecret::hash(secret))
            .execute(&self.shared.pool)
            .await?;
        Ok(())
    }
}

fn principal(row: &PgRow) -> Result<Principal, StoreError> {
    Ok(Principal {
        account: row.try_get(0)?,
        roles: role(row, 1)?.into(),
        unit: row.try_get(2)?,
        communities: row.try_get(3)?,
        read_only: row.try_get(4)?,
    })
}

fn role(row: &PgRow, column: usize) -> Result<Role, StoreError> {
    row.try_get::<&str, _>(column)?
        .parse()
        .map_err(|e| StoreError::corrupt("tokens, role", e))
}
