//! `/api/accounts/{id}/tokens`: tokens of screens and programs, which have no password.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rights::label;
use super::{admin, future, no_store, unknown};
use crate::http::App;
use crate::http::auth::Caller;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::model::both;
use crate::store::{NewAccountToken, Token};

/// The most valid tokens of one account.
const MOST: usize = 50;

/// The token to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenWanted {
    /// What the token is for.
    #[schema(example = "指挥大厅大屏")]
    pub label: String,
    /// When the token expires, RFC 3339; never, if absent.
    pub expires_at: Option<String>,
    /// Whether the token may only read. Meant for unattended screens.
    #[serde(default)]
    pub read_only: bool,
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenShown {
    /// The id of the token, with which it is revoked.
    pub id: String,
    /// What the token is for.
    pub label: String,
    /// When the token was created, RFC 3339.
    pub created_at: String,
    /// When the token expires, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// When the token was revoked, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
    /// Whether the token may only read.
    pub read_only: bool,
}

/// A newly created token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenMade {
    /// The token.
    pub token: TokenShown,
    /// The secret of the token. It is shown only in this answer.
    pub secret: String,
    /// For a read-only token: the path that opens the wall screen with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kiosk: Option<String>,
}

/// Creates a token for an account.
#[utoipa::path(post, path = "/api/accounts/{accountId}/tokens", operation_id = "create_account_token", tag = "accounts",
    params(("accountId" = String, Path, description = "The account's id")),
    request_body = TokenWanted,
    responses(
        (status = 201, description = "Created; the secret is shown only in this answer", body = TokenMade),
        (status = 404, description = "No such account", content_type = "application/problem+json"),
        (status = 409, description = "The account is disabled, or has 50 valid tokens", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn create_token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(wanted): JsonBody<TokenWanted>,
) -> Result<Response, Problem> {
    admin(&caller)?;
    let new = NewAccountToken {
        label: label("label", &wanted.label)?,
        expires_at: wanted
            .expires_at
            .map(|t| future("expires_at", &t))
            .transpose()?,
        read_only: wanted.read_only,
    };
    let store = app.live.store();
    let now = jiff::Timestamp::now();
    let in_force = store.tokens_of(&id).await?;
    let in_force = in_force
        .iter()
        .filter(|t| t.revoked_at.is_none() && t.expires_at.is_none_or(|end| end > now));
    if in_force.count() >= MOST {
        return Err(Problem::conflict(both!(
            "一个账号最多有{MOST}个令牌，请先撤销一个。",
            "An account has at most {MOST} tokens. Revoke one first."
        )));
    }
    let made = store.create_account_token(&id, new).await?;
    let (token, secret) = made.ok_or_else(|| unknown(&id))?;
    let kiosk = token
        .read_only
        .then(|| format!("/wall#token={}", secret.reveal()));
    let answer = TokenMade {
        token: shown(token),
        secret: secret.reveal().to_owned(),
        kiosk,
    };
    Ok((StatusCode::CREATED, no_store(Json(answer))).into_response())
}

/// Revokes a token and ends its sessions.
#[utoipa::path(delete, path = "/api/accounts/{accountId}/tokens/{tokenId}", operation_id = "revoke_account_token", tag = "accounts",
    params(
        ("accountId" = String, Path, description = "The account's id"),
        ("tokenId" = String, Path, description = "The token's id"),
    ),
    responses(
        (status = 204, description = "Revoked: it stops working within two seconds"),
        (status = 404, description = "No such token", content_type = "application/problem+json"),
        (status = 409, description = "It is the last credential of the last administrator", content_type = "application/problem+json"),
    ))]
pub async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    Path((id, token)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    admin(&caller)?;
    let store = app.live.store();
    let is_its = store.tokens_of(&id).await?.iter().any(|t| t.id == token);
    if !is_its || !store.revoke_token(&token).await? {
        return Err(Problem::not_found(both!(
            "账号“{id}”没有令牌“{token}”。",
            "The account {id:?} has no token {token:?}. GET /api/accounts/{id} lists its tokens."
        )));
    }
    app.principals.forget();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn shown(token: Token) -> TokenShown {
    TokenShown {
        id: token.id,
        label: token.label,
        created_at: token.created_at.to_string(),
        expires_at: token.expires_at.map(|t| t.to_string()),
        revoked_at: token.revoked_at.map(|t| t.to_string()),
        read_only: token.read_only,
    }
}
