//! Who asks: a bearer token, or the session cookie that `/sign-in` sets.
//!
//! Without credentials one is `public`. Wrong credentials are an error and not `public`: a wall whose
//! token ran out must say so instead of showing less.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};
use cookie::Cookie;
use moka::sync::Cache;

use super::App;
use super::problem::Problem;
use crate::model::{Author, Role};
use crate::store::audit::{self, Who};
use crate::store::{Principal, StoreError};

/// The name of the session's cookie.
pub const COOKIE: &str = "onemap_session";

/// For how long an answer of the store about a credential is believed. A revoked token works for so
/// long at most.
const BELIEVED: Duration = Duration::from_secs(2);

/// For how long somebody who was known may go on reading while the database is away.
const REMEMBERED: Duration = Duration::from_secs(12 * 60 * 60);

/// Remembers, briefly, whose a credential is, so that a wall's many requests ask the store once.
#[derive(Debug, Clone)]
pub struct Principals {
    believed: Cache<String, Option<Principal>>,
    /// What was true last, for reading while the database is away.
    remembered: Cache<String, Principal>,
}

impl Default for Principals {
    fn default() -> Self {
        let cache = || Cache::builder().max_capacity(10_000);
        Self {
            believed: cache().time_to_live(BELIEVED).build(),
            remembered: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(REMEMBERED)
                .build(),
        }
    }
}

impl Principals {
    /// Forgets everything, after signing out.
    pub fn forget(&self) {
        self.believed.invalidate_all();
        self.remembered.invalidate_all();
    }

    /// Whose a credential is: as believed, as the store says, or, for reading while the store is
    /// away, as it was.
    async fn find(
        &self,
        key: String,
        reading: bool,
        ask: impl Future<Output = Result<Option<Principal>, StoreError>>,
    ) -> Result<Option<Principal>, Problem> {
        if let Some(known) = self.believed.get(&key) {
            return Ok(known);
        }
        match ask.await {
            Ok(principal) => {
                match &principal {
                    Some(p) => self.remembered.insert(key.clone(), p.clone()),
                    None => self.remembered.invalidate(&key),
                }
                self.believed.insert(key, principal.clone());
                Ok(principal)
            }
            Err(error) if reading && error.is_unavailable() => match self.remembered.get(&key) {
                Some(p) => Ok(Some(p)),
                None => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }
}

/// Who stands behind a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Role and account; `None` for the public.
    pub principal: Option<Principal>,
}

impl Caller {
    /// The role in which the request is answered.
    pub fn role(&self) -> Role {
        self.principal.as_ref().map_or(Role::Public, |p| p.role)
    }

    /// Whether the answer may differ from the public one, and so must not be cached for others.
    pub fn is_known(&self) -> bool {
        self.principal.is_some()
    }

    /// The author of what the request changes, if its role suffices.
    pub fn author(&self, needed: Role) -> Result<Author, Problem> {
        match &self.principal {
            None => Err(Problem::unauthenticated(format!(
                "Sign in with a token of role {needed} or above (Authorization: Bearer …, or \
                 /sign-in)."
            ))),
            Some(p) if !p.role.includes(needed) => Err(Problem::forbidden(format!(
                "This takes the role {needed}; {} has the role {}.",
                p.account, p.role
            ))),
            Some(p) => Ok(p.author()),
        }
    }
}

/// The session's secret in a request's cookies.
pub fn session_secret(parts: &axum::http::HeaderMap) -> Option<String> {
    parts
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|c| c.name() == COOKIE)
        .map(|c| c.value().to_owned())
}

fn bearer(headers: &axum::http::HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => {
            Ok(Some(token.trim().to_owned()))
        }
        _ => Err(Problem::unauthenticated(
            "The Authorization header must be \"Bearer TOKEN\".",
        )),
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let store = app.live.store();
        let reading = is_safe(&parts.method);
        if let Some(token) = bearer(&parts.headers)? {
            let ask = store.token_principal(&token);
            let principal = app.principals.find(token.clone(), reading, ask).await?;
            return match principal {
                Some(p) => {
                    only_reads(&p, parts)?;
                    audit::known(|| who(&p));
                    Ok(Self { principal: Some(p) })
                }
                None => Err(Problem::unauthenticated(
                    "This token is unknown, revoked or past its date.",
                )),
            };
        }
        if let Some(secret) = session_secret(&parts.headers) {
            let key = format!("session {secret}");
            let ask = store.session_principal(&secret);
            let principal = app.principals.find(key, reading, ask).await?;
            if let Some(p) = principal {
                if !reading {
                    same_origin(parts, app)?;
                }
                only_reads(&p, parts)?;
                audit::known(|| who(&p));
                return Ok(Self { principal: Some(p) });
            }
            // A session that ran out: the browser goes on as the public, and pages show it.
        }
        Ok(Self { principal: None })
    }
}

/// Who a principal is to the audit.
fn who(principal: &Principal) -> Who {
    Who {
        account_id: None,
        account: principal.account.clone(),
    }
}

/// A read-only account changes nothing but its own session.
fn only_reads(principal: &Principal, parts: &Parts) -> Result<(), Problem> {
    let own_session = parts.uri.path() == "/api/session";
    if !principal.read_only || is_safe(&parts.method) || own_session {
        return Ok(());
    }
    Err(Problem::forbidden(format!(
        "{} may read and nothing else (its token was made with --read-only).",
        principal.account
    )))
}

/// Whether a method changes nothing.
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A cookie travels with requests that other sites provoke; those must not change anything. The
/// cookie is same-site already; this holds where a browser does not honour that.
pub fn same_origin(parts: &Parts, app: &App) -> Result<(), Problem> {
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|v| v.to_str().ok());
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let from = origin.split_once("://").map(|(_, host)| host);
    // Behind a proxy the host may be another than the one that the browser sees.
    let ours = origin == app.base(&parts.headers);
    if ours || (from.is_some() && from == host) {
        Ok(())
    } else {
        Err(Problem::forbidden(format!(
            "A page of {origin} must not write here with somebody's session; use a token."
        )))
    }
}
