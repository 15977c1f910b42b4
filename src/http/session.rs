//! `/api/session`: signing in turns a token into an HttpOnly, same-site session; signing out ends it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use cookie::{Cookie, SameSite};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::{COOKIE, Caller, session_secret};
use super::body::JsonBody;
use super::limit::{Allowance, ClientAddress};
use super::problem::Problem;
use crate::store::TokenSecret;

/// For how long one stays signed in.
const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// `public`, `rider`, `grid_worker`, `officer`, `planner`, `steward` or `admin`.
    #[schema(example = "officer")]
    pub role: String,
    /// All its roles.
    pub roles: Vec<String>,
    /// The account's name; absent for the public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The id of the member unit that the account works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The ids of the communities that the account is bound to; empty where it may act everywhere.
    pub communities: Vec<String>,
    /// Whether it may read and nothing else.
    pub read_only: bool,
}

/// What signing in takes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignIn {
    /// The secret that `onemap token create` printed.
    pub token: String,
}

/// Who am I?
#[utoipa::path(get, path = "/api/session", operation_id = "read_session", tag = "accounts",
    responses((status = 200, description = "Who the request comes from", body = Session)))]
pub async fn read(caller: Caller) -> Response {
    no_store(Session::of(&caller))
}

/// Signs in.
#[utoipa::path(post, path = "/api/session", tag = "accounts", request_body = SignIn,
    responses(
        (status = 200, description = "Signed in; the session's cookie is set", body = Session),
        (status = 401, description = "No such token", content_type = "application/problem+json"),
        (status = 403, description = "A page of another site asks", content_type = "application/problem+json"),
        (status = 429, description = "Too many failed sign-ins from one address; Retry-After says when to go on", content_type = "application/problem+json"),
    ))]
pub async fn sign_in(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SignIn>,
) -> Result<Response, Problem> {
    // Another site must not sign somebody in under an account of its own choice. By the browser's word
    // and not by the host's name, which a proxy may have changed.
    if headers
        .get("sec-fetch-site")
        .is_some_and(|v| v == "cross-site")
    {
        return Err(Problem::forbidden(
            "A page of another site must not sign anybody in here.",
        ));
    }
    let failures = &app.limits.wrong_sign_ins;
    failures.check(address.0, Allowance::WRONG_SIGN_INS, "failed sign-ins")?;
    let token = body.token.trim();
    let opened = match TokenSecret::has_form(token) {
        true => app.live.store().open_session(token, LIFETIME).await?,
        false => None,
    };
    let Some((principal, secret)) = opened else {
        failures.count(address.0, Allowance::WRONG_SIGN_INS);
        // Guessing 256 random bits is hopeless; the wait keeps the log readable all the same.
        tokio::time::sleep(Duration::from_millis(300)).await;
        return Err(Problem::unauthenticated(
            "This token is unknown, revoked or past its date. `onemap token create` makes a new one.",
        ));
    };
    let cookie = Cookie::build((COOKIE, secret.reveal().to_owned()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.is_https(&headers))
        .max_age(cookie::time::Duration::seconds(LIFETIME.as_secs() as i64))
        .build();
    let caller = Caller {
        principal: Some(principal),
    };
    Ok((
        AppendHeaders([(header::SET_COOKIE, cookie.to_string())]),
        no_store(Session::of(&caller)),
    )
        .into_response())
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", tag = "accounts",
    responses((status = 200, description = "Signed out", body = Session)))]
pub async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
    _caller: Caller,
) -> Result<Response, Problem> {
    if let Some(secret) = session_secret(&headers) {
        app.live.store().close_session(&secret).await?;
        app.principals.forget();
    }
    let gone = Cookie::build((COOKIE, ""))
        .path("/")
        .http_only(true)
        .max_age(cookie::time::Duration::ZERO)
        .build();
    let nobody = Caller { principal: None };
    Ok((
        AppendHeaders([(header::SET_COOKIE, gone.to_string())]),
        no_store(Session::of(&nobody)),
    )
        .into_response())
}

impl Session {
    fn of(caller: &Caller) -> Self {
        Self {
            role: caller.roles().foremost().to_string(),
            roles: caller.roles().iter().map(|r| r.to_string()).collect(),
            account: caller.principal.as_ref().map(|p| p.account.clone()),
            unit: caller.principal.as_ref().and_then(|p| p.unit.clone()),
            communities: caller
                .principal
                .as_ref()
                .map(|p| p.communities.clone())
                .unwrap_or_default(),
            read_only: caller.principal.as_ref().is_some_and(|p| p.read_only),
        }
    }
}

fn no_store(session: Session) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(session)).into_response()
}
