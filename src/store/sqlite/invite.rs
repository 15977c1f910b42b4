//! Invites in SQLite.

use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row};

use super::{SqliteStore, account, audit, micros_now, session};
use crate::store::audit::of_account;
use crate::store::{
    Accepted, Guest, Invite, NewInvite, Rights, StoreError, TokenSecret, from_micros,
};

/// The columns that [`read`] reads, in their order.
macro_rules! columns {
    () => {
        "id, roles, unit, communities, note, uses, used, created_at, created_by, expires_at, \
         revoked_at"
    };
}

impl SqliteStore {
    /// See [`Store::create_invite`](crate::store::Store::create_invite).
    pub async fn create_invite(&self, new: NewInvite) -> Result<(Invite, TokenSecret), StoreError> {
        let secret = TokenSecret::random();
        let invite = Invite::of(&new);
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            sqlx::query(
                "INSERT INTO invites (id, hash, roles, unit, communities, note, uses, created_at, \
             created_by, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(&invite.id)
            .bind(TokenSecret::hash(secret.reveal()))
            .bind(invite.rights.roles.to_string())
            .bind(invite.rights.unit.as_deref())
            .bind(sqlx::types::Json(&invite.rights.communities))
            .bind(invite.note.as_deref())
            .bind(i64::from(invite.uses))
            .bind(invite.created_at.as_microsecond())
            .bind(invite.created_by.as_deref())
            .bind(invite.expires_at.as_microsecond())
            .execute(&mut *tx)
            .await?;
            let words = format!(
                "invite {}: created, roles {}, {} uses",
                invite.id, invite.rights.roles, invite.uses
            );
            audit::add(&mut tx, &of_account(&words), None).await?;
            tx.commit().await?;
            Ok((invite, secret))
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::invites`](crate::store::Store::invites).
    pub async fn invites(&self, created_by: Option<&str>) -> Result<Vec<Invite>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM invites WHERE ?1 IS NULL OR created_by = ?1 \
             ORDER BY created_at DESC, id DESC LIMIT 500"
        ))
        .bind(created_by)
        .fetch_all(&self.shared.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// See [`Store::revoke_invite`](crate::store::Store::revoke_invite).
    pub async fn revoke_invite(
        &self,
        id: &str,
        created_by: Option<&str>,
    ) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let found = sqlx::query(
                "UPDATE invites SET revoked_at = coalesce(revoked_at, ?1) \
             WHERE id = ?2 AND (?3 IS NULL OR created_by = ?3)",
            )
            .bind(micros_now())
            .bind(id)
            .bind(created_by)
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if found == 0 {
                return Ok(false);
            }
            audit::add(&mut tx, &of_account(&format!("invite {id}: revoked")), None).await?;
            tx.commit().await?;
            Ok(true)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::good_invite`](crate::store::Store::good_invite).
    pub async fn good_invite(&self, secret: &str) -> Result<Option<Invite>, StoreError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM invites WHERE hash = ?"
        ))
        .bind(TokenSecret::hash(secret))
        .fetch_optional(&self.shared.readers)
        .await?;
        let invite = row.as_ref().map(read).transpose()?;
        Ok(invite.filter(|i| i.is_good(from_micros(micros_now()))))
    }

    /// See [`Store::accept_invite`](crate::store::Store::accept_invite).
    pub async fn accept_invite(
        &self,
        secret: &str,
        guest: Guest,
        lifetime: Duration,
    ) -> Result<Option<Accepted>, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let row = sqlx::query(concat!(
                "UPDATE invites SET used = used + 1 WHERE hash = ? AND used < uses \
             AND expires_at > ? AND revoked_at IS NULL RETURNING ",
                columns!()
            ))
            .bind(TokenSecret::hash(secret))
            .bind(micros_now())
            .fetch_optional(&mut *tx)
            .await?;
            let Some(row) = row else { return Ok(None) };
            let account = account::add(&mut tx, &read(&row)?.account(guest)).await?;
            let principal = account.principal(false);
            let session = session::begin_session(&mut tx, &principal, None, None, lifetime).await?;
            tx.commit().await?;
            Ok(Some(Accepted {
                account,
                principal,
                session,
            }))
        }
        .await;
        writer.done(done)
    }
}

fn read(row: &SqliteRow) -> Result<Invite, StoreError> {
    Ok(Invite {
        id: row.try_get(0)?,
        rights: Rights {
            roles: row
                .try_get::<&str, _>(1)?
                .parse()
                .map_err(|e| StoreError::corrupt("invites, roles", e))?,
            unit: row.try_get(2)?,
            communities: row.try_get::<sqlx::types::Json<_>, _>(3)?.0,
        },
        note: row.try_get(4)?,
        uses: row.try_get(5)?,
        used: row.try_get(6)?,
        created_at: from_micros(row.try_get(7)?),
        created_by: row.try_get(8)?,
        expires_at: from_micros(row.try_get(9)?),
        revoked_at: row.try_get::<Option<i64>, _>(10)?.map(from_micros),
    })
}
