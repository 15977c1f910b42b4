//! `/api/accounts`: the accounts and their rights. For administrators.

mod rights;
mod tokens;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::body::JsonBody;
use super::problem::Problem;
use super::query::Query;
use crate::model::{Role, both};
use crate::store::{Account, AccountChange, AccountQuery, NewAccount, Principal};

pub use rights::{future, name, own_name, rights};
pub use tokens::{
    __path_create_token, __path_revoke_token, TokenShown, create_token, revoke_token,
};

/// The most accounts in one answer.
const PAGE: u32 = 500;

/// The account to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountWanted {
    /// The name with which the account signs in and which the history shows, normalised to Unicode NFKC. It
    /// never changes, and must not look like the name of another account.
    #[schema(example = "小李")]
    pub name: String,
    /// At least one of rider, unit, grid_worker, officer, planner, steward and admin.
    #[schema(example = json!(["grid_worker"]))]
    pub roles: Vec<String>,
    /// The id of the member unit that the account works for.
    pub unit: Option<String>,
    /// The ids of the communities in which the account may act; if absent or empty, it may act everywhere.
    #[serde(default)]
    pub communities: Vec<String>,
    /// When the account expires, RFC 3339; never, if absent.
    pub expires_at: Option<String>,
    /// A password of at least 10 characters. Without one, the account signs in with tokens.
    pub password: Option<String>,
}

/// The changes of an account. Absent fields stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    /// The roles that replace the present ones.
    pub roles: Option<Vec<String>>,
    /// The new unit; null for no unit.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub unit: Option<Option<String>>,
    /// The communities that replace the present ones; an empty list lifts the restriction.
    pub communities: Option<Vec<String>>,
    /// When the account expires, RFC 3339; null for never.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub expires_at: Option<Option<String>>,
    /// Whether the account is disabled. Its tokens and sessions then stop working within two seconds.
    pub disabled: Option<bool>,
    /// A new password. It ends the sessions of the account.
    pub password: Option<String>,
}

/// Reads a field that is present as `Some`, so that `null` (`Some(None)`) differs from an absent field (`None`).
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountShown {
    /// The id of the account. It never changes.
    pub id: String,
    /// The name of the account. It never changes.
    pub name: String,
    /// The roles of the account.
    pub roles: Vec<String>,
    /// The id of the member unit that the account works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The ids of the communities in which the account may act; empty if it may act everywhere.
    pub communities: Vec<String>,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Whether the account has a valid token.
    pub has_token: bool,
    /// When the account was created, RFC 3339.
    pub created_at: String,
    /// The id of the account that created this account; absent if the command line did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// The id of the invite with which the account was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
    /// When the account expires, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// Since when the account is disabled, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
    /// The tokens of the account, the newest first. Only in the answer about a single account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Vec<TokenShown>>,
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// The accounts, ordered by name.
    pub accounts: Vec<AccountShown>,
    /// The value of `after` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Lists the accounts.
#[utoipa::path(get, path = "/api/accounts", operation_id = "list_accounts", tag = "accounts",
    params(
        ("q" = Option<String>, Query, description = "Only names that contain this text"),
        ("after" = Option<String>, Query, description = "Only names after this one: the `next` of the previous page"),
        ("limit" = Option<u32>, Query, description = "The most accounts on the page, up to 500; 100 if absent"),
    ),
    responses(
        (status = 200, description = "The accounts, ordered by name", body = AccountList),
        (status = 403, description = "Requires the role admin", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Response, Problem> {
    admin(&caller)?;
    query.only(&["q", "after", "limit"])?;
    let limit = query.parsed::<u32>("limit", ("整数", "a whole number"))?;
    let limit = limit.unwrap_or(100).clamp(1, PAGE);
    let wanted = AccountQuery {
        search: query
            .get("q")?
            .map(str::trim)
            .filter(|q| !q.is_empty())
            .map(str::to_owned),
        after: query.get("after")?.unwrap_or_default().to_owned(),
        limit: limit + 1,
    };
    let mut accounts = app.live.store().accounts(&wanted).await?;
    let more = accounts.len() > limit as usize;
    accounts.truncate(limit as usize);
    let next = accounts.last().filter(|_| more).map(|a| a.name.clone());
    let ids: Vec<&str> = accounts.iter().map(|a| a.id.as_str()).collect();
    let holders = app.live.store().token_holders(&ids).await?;
    let accounts = accounts
        .iter()
        .map(|account| shown(account, holders.contains(&account.id)))
        .collect();
    Ok(no_store(Json(AccountList { accounts, next })))
}

/// Creates an account.
#[utoipa::path(post, path = "/api/accounts", operation_id = "create_account", tag = "accounts",
    request_body = AccountWanted,
    responses(
        (status = 201, description = "Created; Location is its address", body = AccountShown),
        (status = 403, description = "Requires the role admin", content_type = "application/problem+json"),
        (status = 409, description = "The name is taken", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    JsonBody(wanted): JsonBody<AccountWanted>,
) -> Result<Response, Problem> {
    let by = admin(&caller)?;
    let name = name("name", &wanted.name)?;
    let rights = rights(&wanted.roles, wanted.unit, wanted.communities)?;
    let expires_at = wanted
        .expires_at
        .map(|t| future("expires_at", &t))
        .transpose()?;
    let password = match wanted.password {
        Some(password) => Some(app.passwords.hash(password, &name).await?),
        None => None,
    };
    let account = app
        .live
        .store()
        .create_account(NewAccount {
            name,
            rights,
            expires_at,
            password,
            created_by: Some(by.account_id.clone()),
            invite: None,
        })
        .await?;
    let place = format!("/api/accounts/{}", account.id);
    let place = HeaderValue::try_from(place).map_err(|e| Problem::internal(&e))?;
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, place)],
        no_store(Json(shown(&account, false))),
    )
        .into_response())
}

/// Reads one account with its tokens.
#[utoipa::path(get, path = "/api/accounts/{accountId}", operation_id = "read_account", tag = "accounts",
    params(("accountId" = String, Path, description = "The account's id")),
    responses(
        (status = 200, description = "The account", body = AccountShown),
        (status = 404, description = "No such account", content_type = "application/problem+json"),
    ))]
pub async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    admin(&caller)?;
    let store = app.live.store();
    let account = store.account(&id).await?.ok_or_else(|| unknown(&id))?;
    let tokens = store.tokens_of(&id).await?;
    let has_token = !store.token_holders(&[&id]).await?.is_empty();
    let mut answer = shown(&account, has_token);
    answer.tokens = Some(tokens.into_iter().map(tokens::shown).collect());
    Ok(no_store(Json(answer)))
}

/// Changes the rights, the expiry or the password of an account, or disables it.
#[utoipa::path(patch, path = "/api/accounts/{accountId}", operation_id = "change_account", tag = "accounts",
    params(("accountId" = String, Path, description = "The account's id")),
    request_body = AccountPatch,
    responses(
        (status = 200, description = "The account as it is now", body = AccountShown),
        (status = 404, description = "No such account", content_type = "application/problem+json"),
        (status = 409, description = "The account is the last administrator", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(patch): JsonBody<AccountPatch>,
) -> Result<Response, Problem> {
    admin(&caller)?;
    let store = app.live.store();
    let account = store.account(&id).await?.ok_or_else(|| unknown(&id))?;
    // The new values are checked together with those that stay.
    let now = account.rights;
    let roles = match patch.roles {
        Some(roles) => roles,
        None => now.roles.iter().map(|r| r.to_string()).collect(),
    };
    let rights = rights(
        &roles,
        patch.unit.unwrap_or(now.unit),
        patch.communities.unwrap_or(now.communities),
    )?;
    let expires_at = match patch.expires_at {
        Some(Some(text)) => Some(Some(future("expires_at", &text)?)),
        Some(None) => Some(None),
        None => None,
    };
    let password = match patch.password {
        Some(password) => Some(app.passwords.hash(password, &account.name).await?),
        None => None,
    };
    let change = AccountChange {
        roles: Some(rights.roles),
        unit: Some(rights.unit),
        communities: Some(rights.communities),
        expires_at,
        disabled: patch.disabled,
        password,
    };
    let changed = store.change_account(&id, &change).await?;
    let changed = changed.ok_or_else(|| unknown(&id))?;
    app.principals.forget();
    let has_token = !store.token_holders(&[&id]).await?.is_empty();
    Ok(no_store(Json(shown(&changed, has_token))))
}

/// Disables an account. It is not deleted, because the history refers to it.
#[utoipa::path(delete, path = "/api/accounts/{accountId}", operation_id = "disable_account", tag = "accounts",
    params(("accountId" = String, Path, description = "The account's id")),
    responses(
        (status = 204, description = "Disabled: its tokens and sessions stop working within two seconds"),
        (status = 404, description = "No such account", content_type = "application/problem+json"),
        (status = 409, description = "The account is the last administrator", content_type = "application/problem+json"),
    ))]
pub async fn disable(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    admin(&caller)?;
    let change = AccountChange {
        disabled: Some(true),
        ..AccountChange::default()
    };
    let changed = app.live.store().change_account(&id, &change).await?;
    changed.ok_or_else(|| unknown(&id))?;
    app.principals.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// The calling administrator. Read-only tokens are refused, because many people can see the token in the
/// address of a wall screen.
pub fn admin(caller: &Caller) -> Result<&Principal, Problem> {
    caller.author(Role::Admin)?;
    watched(caller)
}

/// The calling account. Refuses callers without an account, and read-only tokens.
pub fn watched(caller: &Caller) -> Result<&Principal, Problem> {
    match &caller.principal {
        Some(p) if !p.read_only => Ok(p),
        Some(p) => {
            let account = &p.account;
            Err(Problem::forbidden(both!(
                "账号“{account}”使用的是只读令牌，不能查看账号、邀请和审计记录，请改用其他令牌或用密码登录。",
                "{account} uses a read-only token, which cannot read accounts, invites or the \
                 audit. Use another token or sign in with a password."
            )))
        }
        None => Err(Problem::unauthenticated(both!(
            "请先登录。",
            "Sign in first."
        ))),
    }
}

fn unknown(id: &str) -> Problem {
    Problem::not_found(both!(
        "没有编号为“{id}”的账号。",
        "There is no account with the id {id:?}. GET /api/accounts lists the accounts."
    ))
}

fn shown(account: &Account, has_token: bool) -> AccountShown {
    let text = |t: Option<Timestamp>| t.map(|t| t.to_string());
    AccountShown {
        id: account.id.clone(),
        name: account.name.clone(),
        roles: account.rights.roles.iter().map(|r| r.to_string()).collect(),
        unit: account.rights.unit.clone(),
        communities: account.rights.communities.clone(),
        has_password: account.has_password,
        has_token,
        created_at: account.created_at.to_string(),
        created_by: account.created_by.clone(),
        invite: account.invite.clone(),
        expires_at: text(account.expires_at),
        disabled_at: text(account.disabled_at),
        tokens: None,
    }
}

/// An answer that must not be cached.
pub fn no_store<T: IntoResponse>(answer: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}
