//! `/api/session`: signing in exchanges a token or a password for an HttpOnly, same-site session cookie;
//! signing out ends the session.

use std::net::{IpAddr, Ipv6Addr};
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
use super::limit::Allowance;
use super::origin::ClientAddress;
use super::problem::Problem;
use crate::model::both;
use crate::store::{AccountChange, AuditEntry, AuditKind, Principal, TokenSecret};

/// The lifetime of a session.
pub const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// The lifetime of a session of an account without a password.
pub const LIFETIME_WITHOUT_PASSWORD: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The account that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// The highest role: `public`, `rider`, `grid_worker`, `officer`, `planner`, `steward` or `admin`.
    #[schema(example = "officer")]
    pub role: String,
    /// All roles of the account.
    pub roles: Vec<String>,
    /// The name of the account; absent for the public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The id of the account; absent for the public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The id of the member unit that the account works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The ids of the communities in which the account may act; empty if it may act everywhere.
    pub communities: Vec<String>,
    /// Whether the account may only read.
    pub read_only: bool,
}

/// The credential: a token, or a name and a password.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignIn {
    /// The secret of a token.
    pub token: Option<String>,
    /// The name of the account.
    pub name: Option<String>,
    /// The password of the account.
    pub password: Option<String>,
}

/// A change of the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The present password.
    pub old: String,
    /// The new password, at least 10 characters.
    pub new: String,
}

/// Returns the account that is signed in.
#[utoipa::path(get, path = "/api/session", operation_id = "read_session", tag = "accounts",
    responses((status = 200, description = "The account of the request", body = Session)))]
pub async fn read(caller: Caller) -> Response {
    no_store(Session::of(&caller))
}

/// Signs in with a token, or with a name and a password.
#[utoipa::path(post, path = "/api/session", tag = "accounts", request_body = SignIn,
    responses(
        (status = 200, description = "Signed in; the session cookie is set", body = Session),
        (status = 401, description = "The token, the name or the password is wrong", content_type = "application/problem+json"),
        (status = 403, description = "The request comes from a page of another site", content_type = "application/problem+json"),
        (status = 429, description = "Too many failed sign-ins from one address; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn sign_in(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SignIn>,
) -> Result<Response, Problem> {
    from_this_site(&headers)?;
    check(&app, address)?;
    let store = app.live.store();
    let opened = match (body.token, body.name, body.password) {
        (Some(token), None, None) => {
            let token = token.trim();
            let opened = match TokenSecret::has_form(token) {
                true => store.open_session(token, LIFETIME).await?,
                false => None,
            };
            if opened.is_none() {
                failed(&app, address, None, "token").await;
                return Err(Problem::unauthenticated(both!(
                    "令牌无效、已撤销或已过期，或者账号已停用。请向管理员申请新的令牌。",
                    "This token is unknown, revoked or expired, or its account is disabled. Ask an \
                     administrator for a new one."
                )));
            }
            opened
        }
        (None, Some(name), Some(password)) => {
            let owner = store.password_owner(name.trim()).await?;
            let is_right = app.passwords.verify(owner.as_ref(), password).await?;
            let opened = match &owner {
                Some(owner) if is_right => {
                    store
                        .open_account_session(&owner.account_id, LIFETIME)
                        .await?
                }
                _ => None,
            };
            if opened.is_none() {
                // People sometimes type the password into the name field, so only names of existing accounts
                // are recorded.
                let name = owner.as_ref().map(|_| name.trim());
                failed(&app, address, name, "password").await;
                return Err(Problem::unauthenticated(both!(
                    "账号名称或密码不正确，或者账号已停用。",
                    "The name or the password is wrong, or the account is disabled."
                )));
            }
            opened
        }
        _ => {
            return Err(Problem::bad_body(both!(
                "登录应提交 {{\"token\": …}}，或 {{\"name\": …, \"password\": …}}。",
                "Sign in with {{\"token\": …}}, or {{\"name\": …, \"password\": …}}."
            )));
        }
    };
    let Some((principal, secret)) = opened else {
        return Err(Problem::unauthenticated(both!(
            "登录凭证刚刚失效，请重新登录。",
            "The credential has just become invalid. Sign in again."
        )));
    };
    Ok(begun(&app, &headers, principal, &secret, LIFETIME))
}

/// Changes the password. All other sessions of the account end.
#[utoipa::path(put, path = "/api/session/password", operation_id = "change_password", tag = "accounts",
    request_body = PasswordChange,
    responses(
        (status = 200, description = "Changed; the cookie of a new session is set", body = Session),
        (status = 401, description = "The caller is not signed in, or the old password is wrong", content_type = "application/problem+json"),
        (status = 409, description = "The account has no password; an administrator has to set the first one", content_type = "application/problem+json"),
        (status = 422, description = "The new password is too short or too long", content_type = "application/problem+json"),
        (status = 429, description = "Too many failed sign-ins from one address; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn change_password(
    State(app): State<App>,
    address: ClientAddress,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(body): JsonBody<PasswordChange>,
) -> Result<Response, Problem> {
    let principal = super::accounts::watched(&caller)?;
    check(&app, address)?;
    let store = app.live.store();
    let owner = store.password_owner(&principal.account).await?;
    let Some(owner) = owner.filter(|o| o.password.is_some()) else {
        return Err(Problem::conflict(both!(
            "该账号还没有密码，请由管理员设置第一个密码。",
            "The account has no password. Ask an administrator to set the first one."
        )));
    };
    if !app.passwords.verify(Some(&owner), body.old).await? {
        failed(&app, address, Some(&principal.account), "password").await;
        return Err(Problem::unauthenticated(both!(
            "原密码不正确。",
            "The old password is wrong."
        )));
    }
    let password = app.passwords.hash(body.new, &principal.account).await?;
    let change = AccountChange {
        password: Some(password),
        ..AccountChange::default()
    };
    store.change_account(&owner.account_id, &change).await?;
    app.principals.forget();
    let opened = store
        .open_account_session(&owner.account_id, LIFETIME)
        .await?;
    let Some((principal, secret)) = opened else {
        return Err(Problem::unauthenticated(both!(
            "账号已停用，请联系管理员。",
            "The account is disabled. Ask an administrator."
        )));
    };
    Ok(begun(&app, &headers, principal, &secret, LIFETIME))
}

/// Refuses sign-ins that pages of other sites send: such a page could sign a person in with an account of the
/// attacker. Relies on the browser's `Sec-Fetch-Site` and not on the host name, which a proxy may change.
pub fn from_this_site(headers: &HeaderMap) -> Result<(), Problem> {
    let site = headers.get("sec-fetch-site");
    if site.is_some_and(|v| v == "cross-site") {
        return Err(Problem::forbidden(both!(
            "不能通过其他网站的页面登录本站，请在本站的登录页面登录。",
            "Pages of other sites cannot sign in here. Open the sign-in page of this site."
        )));
    }
    Ok(())
}

/// Refuses an address with too many failed sign-ins.
pub fn check(app: &App, address: ClientAddress) -> Result<(), Problem> {
    let failures = &app.limits.wrong_sign_ins;
    failures.check(
        address.0,
        Allowance::WRONG_SIGN_INS,
        ("登录失败次数", "failed sign-ins"),
    )
}

/// Counts a failed sign-in, records it in the audit, and waits a little.
pub async fn failed(app: &App, address: ClientAddress, name: Option<&str>, how: &str) {
    let failures = &app.limits.wrong_sign_ins;
    failures.count(address.0, Allowance::WRONG_SIGN_INS);
    metrics::counter!("onemap_sign_ins_failed_total").increment(1);
    // There is a limit for all addresses together, so that failures cannot fill the disk. Failures beyond
    // the limit are only counted.
    let every_address = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let audited = &app.limits.audited_failures;
    if audited
        .check(every_address, Allowance::AUDITED_FAILURES, ("", ""))
        .is_ok()
    {
        audited.count(every_address, Allowance::AUDITED_FAILURES);
        let mut entry = AuditEntry::new(AuditKind::SignInFailed)
            .of_this_request()
            .from_address(address.0)
            .saying(how);
        if let Some(name) = name {
            entry.account = Some(name.to_owned());
        }
        if let Err(error) = app.live.store().audit(entry).await {
            tracing::warn!(%error, "a failed sign-in could not be written to the audit");
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
}

/// The answer that starts a session: its cookie and the account.
pub fn begun(
    app: &App,
    headers: &HeaderMap,
    principal: Principal,
    secret: &TokenSecret,
    lifetime: Duration,
) -> Response {
    let cookie = Cookie::build((COOKIE, secret.reveal().to_owned()))
        .path(app.cookie_path())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.is_https(headers))
        .max_age(cookie::time::Duration::seconds(lifetime.as_secs() as i64))
        .build();
    let caller = Caller {
        principal: Some(principal),
    };
    (
        AppendHeaders([(header::SET_COOKIE, cookie.to_string())]),
        no_store(Session::of(&caller)),
    )
        .into_response()
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
        .path(app.cookie_path())
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
            account_id: caller.principal.as_ref().map(|p| p.account_id.clone()),
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
