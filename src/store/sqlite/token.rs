//! Tokens in SQLite.

use std::collections::HashSet;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Row};

use super::account::{COLUMNS, columns};
use super::{SqliteStore, account, audit, micros_now};
use crate::store::audit::of_account;
use crate::store::{
    Account, NewAccount, NewAccountToken, NewToken, Principal, StoreError, Token, TokenSecret,
    from_micros,
};

impl SqliteStore {
    /// See [`Store::create_token`](crate::store::Store::create_token).
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, TokenSecret), StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let account = account_of(&mut tx, &new).await?;
            let more = NewAccountToken {
                label: new.name,
                expires_at: new.expires_at,
                read_only: new.read_only,
            };
            let made = add(&mut tx, &account, &more).await?;
            tx.commit().await?;
            Ok(made)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::create_account_token`](crate::store::Store::create_account_token).
    pub async fn create_account_token(
        &self,
        account_id: &str,
        new: NewAccountToken,
    ) -> Result<Option<(Token, TokenSecret)>, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let Some(account) = account::by_id(&mut tx, account_id).await? else {
                return Ok(None);
            };
            let made = add(&mut tx, &account, &new).await?;
            tx.commit().await?;
            Ok(Some(made))
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::tokens`](crate::store::Store::tokens).
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.list_tokens(None).await
    }

    /// See [`Store::tokens_of`](crate::store::Store::tokens_of).
    pub async fn tokens_of(&self, account_id: &str) -> Result<Vec<Token>, StoreError> {
        self.list_tokens(Some(account_id)).await
    }

    /// See [`Store::token_holders`](crate::store::Store::token_holders).
    pub async fn token_holders(&self, accounts: &[&str]) -> Result<HashSet<String>, StoreError> {
        let holders: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT t.account FROM json_each(?1) w CROSS JOIN tokens t \
             ON t.account = w.value WHERE t.revoked_at IS NULL \
             AND (t.expires_at IS NULL OR t.expires_at > ?2)",
        )
        .bind(sqlx::types::Json(accounts))
        .bind(micros_now())
        .fetch_all(&self.shared.readers)
        .await?;
        Ok(holders.into_iter().collect())
    }

    async fn list_tokens(&self, account_id: Option<&str>) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", t.id, t.name, t.read_only, t.created_at, t.expires_at, t.revoked_at \
             FROM tokens t JOIN accounts a ON a.id = t.account \
             WHERE ?1 IS NULL OR t.account = ?1 ORDER BY t.created_at DESC, t.id DESC"
        ))
        .bind(account_id)
        .fetch_all(&self.shared.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let new = NewAccountToken {
                    label: row.try_get(COLUMNS + 1)?,
                    read_only: row.try_get(COLUMNS + 2)?,
                    expires_at: row.try_get::<Option<i64>, _>(COLUMNS + 4)?.map(from_micros),
                };
                Ok(Token {
                    id: row.try_get(COLUMNS)?,
                    created_at: from_micros(row.try_get(COLUMNS + 3)?),
                    revoked_at: row.try_get::<Option<i64>, _>(COLUMNS + 5)?.map(from_micros),
                    ..Token::of(&account::read(row)?, &new)
                })
            })
            .collect()
    }

    /// See [`Store::revoke_token`](crate::store::Store::revoke_token).
    pub async fn revoke_token(&self, id: &str) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let before = account::admins(&mut tx).await?;
            let owner: Option<String> = sqlx::query_scalar(
                "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? \
                 RETURNING (SELECT name FROM accounts a WHERE a.id = tokens.account)",
            )
            .bind(micros_now())
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
            let Some(owner) = owner else {
                return Ok(false);
            };
            before.must_stay(account::admins(&mut tx).await?, &owner)?;
            sqlx::query("DELETE FROM sessions WHERE token = ?")
                .bind(id)
                .execute(&mut *tx)
                .await?;
            audit::add(&mut tx, &of_account(&format!("token {id}: revoked")), None).await?;
            tx.commit().await?;
            Ok(true)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::token_principal`](crate::store::Store::token_principal).
    pub async fn token_principal(&self, secret: &str) -> Result<Option<Principal>, StoreError> {
        let mut reader = self.shared.readers.acquire().await?;
        let found = good_token(&mut reader, secret).await?;
        Ok(found.map(|(principal, ..)| principal))
    }
}

/// The account for a new token: an existing one with the same name and rights, or a new one.
async fn account_of(tx: &mut SqliteConnection, new: &NewToken) -> Result<Account, StoreError> {
    let rights = new.rights();
    for name in new.names() {
        let Some(account) = account::by_name(tx, &name).await? else {
            let made = NewAccount {
                name,
                rights,
                ..NewAccount::default()
            };
            return account::add(tx, &made).await;
        };
        if account.rights == rights {
            return Ok(account);
        }
    }
    Err(StoreError::NameTaken {
        name: new.name.clone(),
    })
}

/// Inserts a token and its audit row.
async fn add(
    tx: &mut SqliteConnection,
    account: &Account,
    new: &NewAccountToken,
) -> Result<(Token, TokenSecret), StoreError> {
    if account.disabled_at.is_some() {
        return Err(StoreError::Disabled {
            name: account.name.clone(),
        });
    }
    let secret = TokenSecret::random();
    let token = Token::of(account, new);
    sqlx::query(
        "INSERT INTO tokens (id, hash, account, name, created_at, expires_at, read_only) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&token.id)
    .bind(TokenSecret::hash(secret.reveal()))
    .bind(&token.account_id)
    .bind(&token.label)
    .bind(token.created_at.as_microsecond())
    .bind(token.expires_at.map(|t| t.as_microsecond()))
    .bind(token.read_only)
    .execute(&mut *tx)
    .await?;
    let words = format!("{}: token {} created", account.name, token.id);
    audit::add(tx, &of_account(&words), None).await?;
    Ok((token, secret))
}

/// The owner of a valid token, the token's id, and when the token expires, in microseconds since
/// 1970.
pub(super) async fn good_token(
    connection: &mut SqliteConnection,
    secret: &str,
) -> Result<Option<(Principal, String, Option<i64>)>, StoreError> {
    let row = sqlx::query(concat!(
        "SELECT ",
        columns!(),
        ", t.read_only, t.id, t.expires_at FROM tokens t JOIN accounts a ON a.id = t.account \
         WHERE t.hash = ?1 AND t.revoked_at IS NULL \
         AND (t.expires_at IS NULL OR t.expires_at > ?2) \
         AND a.disabled_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > ?2)"
    ))
    .bind(TokenSecret::hash(secret))
    .bind(micros_now())
    .fetch_optional(connection)
    .await?;
    row.as_ref()
        .map(|row| {
            let (id, end) = (row.try_get(COLUMNS + 1)?, row.try_get(COLUMNS + 2)?);
            Ok((account::principal(row)?, id, end))
        })
        .transpose()
}
