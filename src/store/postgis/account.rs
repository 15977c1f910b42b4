//! Accounts in PostgreSQL.

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::{PostgisStore, audit};
use crate::model::folded_name;
use crate::store::account::Admins;
use crate::store::audit::of_account;
use crate::store::{
    Account, AccountChange, AccountQuery, NewAccount, PasswordHash, PasswordOwner, Principal,
    Rights, StoreError, from_micros,
};

/// The columns of `onemap.accounts a` that [`read`] reads, in their order.
macro_rules! columns {
    () => {
        "a.id, a.name, a.roles, a.unit, a.communities, a.password IS NOT NULL, \
         onemap.micros(a.created_at), a.created_by, a.invite, onemap.micros(a.expires_at), \
         onemap.micros(a.disabled_at)"
    };
}
pub(super) use columns;

/// The number of columns in [`columns`]; further selected columns follow them.
pub(super) const COLUMNS: usize = 11;

impl PostgisStore {
    /// See [`Store::create_account`](crate::store::Store::create_account).
    pub async fn create_account(&self, new: NewAccount) -> Result<Account, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        let account = add(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// See [`Store::accounts`](crate::store::Store::accounts).
    pub async fn accounts(&self, query: &AccountQuery) -> Result<Vec<Account>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM onemap.accounts a WHERE a.name > $1 \
             AND ($2::text IS NULL OR position(lower($2) IN lower(a.name)) > 0) \
             ORDER BY a.name LIMIT $3"
        ))
        .bind(&query.after)
        .bind(query.search.as_deref())
        .bind(i64::from(query.limit))
        .fetch_all(&self.shared.pool)
        .await?;
        rows.iter().map(read).collect()
    }

    /// See [`Store::account`](crate::store::Store::account).
    pub async fn account(&self, id: &str) -> Result<Option<Account>, StoreError> {
        by_id(&mut *self.shared.pool.acquire().await?, id).await
    }

    /// See [`Store::account_named`](crate::store::Store::account_named).
    pub async fn account_named(&self, name: &str) -> Result<Option<Account>, StoreError> {
        by_name(&mut *self.shared.pool.acquire().await?, name).await
    }

    /// See [`Store::count_admins`](crate::store::Store::count_admins).
    pub async fn count_admins(&self) -> Result<u64, StoreError> {
        let admins = admins(&mut *self.shared.pool.acquire().await?).await?;
        Ok(admins.now as u64)
    }

    /// See [`Store::change_account`](crate::store::Store::change_account).
    pub async fn change_account(
        &self,
        id: &str,
        change: &AccountChange,
    ) -> Result<Option<Account>, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        lock(&mut tx).await?;
        let Some(mut account) = by_id(&mut tx, id).await? else {
            return Ok(None);
        };
        let before = admins(&mut tx).await?;
        let words = account.apply(change);
        if words.is_empty() {
            return Ok(Some(account));
        }
        sqlx::query(
            "UPDATE onemap.accounts SET roles = $1, unit = $2, communities = $3, \
             expires_at = onemap.from_micros($4), disabled_at = onemap.from_micros($5), \
             password = coalesce($6, password) WHERE id = $7",
        )
        .bind(account.rights.roles.to_string())
        .bind(account.rights.unit.as_deref())
        .bind(&account.rights.communities)
        .bind(account.expires_at.map(|t| t.as_microsecond()))
        .bind(account.disabled_at.map(|t| t.as_microsecond()))
        .bind(change.password.as_ref().map(PasswordHash::as_str))
        .bind(id)
        .execute(&mut *tx)
        .await?;
        before.must_stay(admins(&mut tx).await?, &account.name)?;
        if account.disabled_at.is_some() || change.password.is_some() {
            sqlx::query("DELETE FROM onemap.sessions WHERE account = $1")
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        let words = format!("{}: {words}", account.name);
        audit::add(&mut tx, &of_account(&words), None).await?;
        tx.commit().await?;
        Ok(Some(account))
    }

    /// See [`Store::password_owner`](crate::store::Store::password_owner).
    pub async fn password_owner(&self, name: &str) -> Result<Option<PasswordOwner>, StoreError> {
        let row: Option<(String, Option<String>)> = sqlx::query_as(
            "SELECT id, password FROM onemap.accounts WHERE name = $1 OR folded = $2 \
                 ORDER BY name = $1 DESC LIMIT 1",
        )
        .bind(name)
        .bind(folded_name(name))
        .fetch_optional(&self.shared.pool)
        .await?;
        Ok(row.map(|(account_id, password)| PasswordOwner {
            account_id,
            password: password.map(PasswordHash::kept),
        }))
    }
}

/// Inserts an account and its audit row.
pub(super) async fn add(tx: &mut PgConnection, new: &NewAccount) -> Result<Account, StoreError> {
    let account = Account::of(new);
    let folded = folded_name(&account.name);
    // The lock keeps two accounts with similar names from being created at the same time.
    lock(tx).await?;
    let alike =
        sqlx::query("SELECT 1 FROM onemap.accounts WHERE folded = $1 LIMIT 1").bind(&folded);
    if alike.fetch_optional(&mut *tx).await?.is_some() {
        return Err(StoreError::NameTaken { name: account.name });
    }
    sqlx::query(
        "INSERT INTO onemap.accounts (id, name, password, roles, unit, communities, created_at, \
         created_by, invite, expires_at, folded) VALUES ($1, $2, $3, $4, $5, $6, \
         onemap.from_micros($7), $8, $9, onemap.from_micros($10), $11)",
    )
    .bind(&account.id)
    .bind(&account.name)
    .bind(new.password.as_ref().map(PasswordHash::as_str))
    .bind(account.rights.roles.to_string())
    .bind(account.rights.unit.as_deref())
    .bind(&account.rights.communities)
    .bind(account.created_at.as_microsecond())
    .bind(account.created_by.as_deref())
    .bind(account.invite.as_deref())
    .bind(account.expires_at.map(|t| t.as_microsecond()))
    .bind(folded)
    .execute(&mut *tx)
    .await
    .map_err(|e| StoreError::name_taken(e, &new.name))?;
    let words = format!("{}: created, roles {}", account.name, account.rights.roles);
    audit::add(tx, &of_account(&words), None).await?;
    Ok(account)
}

/// Fills the folded names of accounts that an older version of the program created.
pub(super) async fn fold_names(connection: &mut PgConnection) -> Result<(), StoreError> {
    let names: Vec<(String, String)> =
        sqlx::query_as("SELECT id, name FROM onemap.accounts WHERE folded IS NULL")
            .fetch_all(&mut *connection)
            .await?;
    for (id, name) in names {
        sqlx::query("UPDATE onemap.accounts SET folded = $1 WHERE id = $2")
            .bind(folded_name(&name))
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn by_id(
    connection: &mut PgConnection,
    id: &str,
) -> Result<Option<Account>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM onemap.accounts a WHERE a.id = $1"
    );
    let row = sqlx::query(sql).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

pub(super) async fn by_name(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<Account>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM onemap.accounts a WHERE a.name = $1"
    );
    let row = sqlx::query(sql)
        .bind(name)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Serializes changes of accounts, so that the second transaction sees what the first one did: two
/// administrators that disable each other, two that revoke the last two tokens, two accounts with
/// names that look the same.
pub(super) async fn lock(tx: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("LOCK TABLE onemap.accounts IN SHARE ROW EXCLUSIVE MODE")
        .execute(tx)
        .await?;
    Ok(())
}

/// Counts the administrators that can sign in.
pub(super) async fn admins(connection: &mut PgConnection) -> Result<Admins, StoreError> {
    let (now, lasting) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE a.expires_at IS NULL AND (a.password IS NOT NULL \
           OR EXISTS (SELECT 1 FROM onemap.tokens t WHERE t.account = a.id \
           AND t.revoked_at IS NULL AND NOT t.read_only AND t.expires_at IS NULL))) \
         FROM onemap.accounts a WHERE disabled_at IS NULL \
         AND (expires_at IS NULL OR expires_at > now()) \
         AND 'admin' = ANY (string_to_array(roles, ',')) \
         AND (password IS NOT NULL OR EXISTS (SELECT 1 FROM onemap.tokens t WHERE t.account = a.id \
           AND t.revoked_at IS NULL AND NOT t.read_only \
           AND (t.expires_at IS NULL OR t.expires_at > now())))",
    )
    .fetch_one(connection)
    .await?;
    Ok(Admins { now, lasting })
}

pub(super) fn read(row: &PgRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.try_get(0)?,
        name: row.try_get(1)?,
        rights: Rights {
            roles: row
                .try_get::<&str, _>(2)?
                .parse()
                .map_err(|e| StoreError::corrupt("accounts, roles", e))?,
            unit: row.try_get(3)?,
            communities: row.try_get(4)?,
        },
        has_password: row.try_get(5)?,
        created_at: from_micros(row.try_get(6)?),
        created_by: row.try_get(7)?,
        invite: row.try_get(8)?,
        expires_at: row.try_get::<Option<i64>, _>(9)?.map(from_micros),
        disabled_at: row.try_get::<Option<i64>, _>(10)?.map(from_micros),
    })
}

/// Reads the columns of an account, and whether its credential is read-only.
pub(super) fn principal(row: &PgRow) -> Result<Principal, StoreError> {
    Ok(read(row)?.principal(row.try_get(COLUMNS)?))
}
