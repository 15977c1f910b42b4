//! Determines the caller of a request from a bearer token or the session cookie that `/sign-in` sets.
//!
//! A request without credentials is `public`. Invalid credentials are an error and not `public`, so that a wall
//! screen whose token expired reports it instead of showing less.

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};
use cookie::Cookie;
use headers::HeaderMapExt as _;
use headers::authorization::{Authorization, Bearer};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::App;
use super::budget::Admitted;
use super::limit::{Allowance, Counted, Limiter};
use super::origin::{ClientAddress, Origin};
use super::problem::Problem;
use crate::model::{Author, Role, RoleSet, View, both};
use crate::store::audit::{self, Who};
use crate::store::{Principal, StoreError, TokenSecret};

/// The name of the session's cookie.
pub const COOKIE: &str = "onemap_session";

/// How long a credential that the store confirmed is cached. A revoked token works at most this long.
const BELIEVED: Duration = Duration::from_secs(2);

/// How long a known credential stays valid for reading while the database is unreachable.
const REMEMBERED: Duration = Duration::from_secs(12 * 60 * 60);

/// The cache key of a credential: its kind and the SHA-256 of the secret. Keys have the same size for any
/// input, and no secret stays in memory.
type Key = (Kind, [u8; 32]);

/// The kind of a credential. The secret of a session is not valid as a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Token,
    Session,
}

/// Caches the account of a credential for a short time, so that the many requests of a wall screen cause one
/// query. Only valid credentials are cached; otherwise invented credentials could displace the valid ones.
#[derive(Debug, Clone)]
pub struct Principals {
    believed: Cache<Key, Principal>,
    /// The last known accounts, for reading while the database is unreachable.
    remembered: Cache<Key, Principal>,
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
    /// Empties the cache. Called after a sign-out and after a change of an account or a token, so that an ended
    /// credential stops working at once on this server.
    pub fn forget(&self) {
        self.believed.invalidate_all();
        self.remembered.invalidate_all();
    }

    /// The account of a request whose credential is cached. Does not query the store.
    pub fn known(&self, headers: &axum::http::HeaderMap) -> Option<Principal> {
        let (kind, secret) = match bearer(headers) {
            Ok(Some(token)) => (Kind::Token, token),
            Ok(None) => (Kind::Session, session_secret(headers)?),
            Err(_) => return None,
        };
        if !TokenSecret::has_form(&secret) {
            return None;
        }
        let key = (kind, Sha256::digest(secret.as_bytes()).into());
        self.remembered.get(&key)
    }

    /// The account of a credential: from the cache, from the store, or, for reading while the store is
    /// unreachable, the last known one. An address that sent too many invalid credentials is refused before the
    /// store is queried.
    async fn find(
        &self,
        kind: Kind,
        secret: &str,
        reading: bool,
        failures: Failures<'_>,
        ask: impl Future<Output = Result<Option<Principal>, StoreError>>,
    ) -> Result<Option<Principal>, Problem> {
        if !TokenSecret::has_form(secret) {
            failures.check()?;
            failures.count();
            return Ok(None);
        }
        let key = (kind, Sha256::digest(secret.as_bytes()).into());
        if let Some(known) = self.believed.get(&key) {
            return Ok(Some(known));
        }
        if !self.remembered.contains_key(&key) {
            failures.check()?;
        }
        match ask.await {
            Ok(Some(principal)) => {
                self.remembered.insert(key, principal.clone());
                self.believed.insert(key, principal.clone());
                Ok(Some(principal))
            }
            Ok(None) => {
                self.remembered.invalidate(&key);
                failures.count();
                Ok(None)
            }
            Err(error) if reading && error.is_unavailable() => match self.remembered.get(&key) {
                Some(p) => Ok(Some(p)),
                None => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }
}

/// Counts invalid credentials from the address of a request.
struct Failures<'a> {
    /// `None` if the request came over no connection, for example when the feed checks its credential again.
    address: Option<ClientAddress>,
    limiter: &'a Limiter,
    allowance: Allowance,
    what: Counted,
}

impl<'a> Failures<'a> {
    fn of(kind: Kind, parts: &Parts, app: &'a App) -> Self {
        let (limiter, allowance, what) = match kind {
            Kind::Token => (
                &app.limits.wrong_tokens,
                Allowance::WRONG_TOKENS,
                ("无效令牌的尝试", "wrong tokens"),
            ),
            Kind::Session => (
                &app.limits.wrong_sessions,
                Allowance::WRONG_SESSIONS,
                ("使用失效登录状态的请求", "requests with an ended session"),
            ),
        };
        Self {
            address: ClientAddress::of(&parts.headers, &parts.extensions, app),
            limiter,
            allowance,
            what,
        }
    }

    fn check(&self) -> Result<(), Problem> {
        match self.address {
            Some(address) => self.limiter.check(address.0, self.allowance, self.what),
            None => Ok(()),
        }
    }

    fn count(&self) {
        if let Some(address) = self.address {
            self.limiter.count(address.0, self.allowance);
        }
    }
}

/// The caller of a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Roles and account; `None` for the public.
    pub principal: Option<Principal>,
}

impl Caller {
    /// The roles in which the request is answered.
    pub fn roles(&self) -> RoleSet {
        self.principal.as_ref().map_or(RoleSet::PUBLIC, |p| p.roles)
    }

    /// Which features and properties the caller may see.
    pub fn view(&self) -> View<'_> {
        self.principal
            .as_ref()
            .map_or(View::default(), Principal::view)
    }

    /// Whose limits a request counts against: those of the account, or those of the address for the public.
    pub fn origin(&self, address: ClientAddress) -> Origin {
        match &self.principal {
            Some(principal) => Origin::Account(principal.account.clone()),
            None => Origin::Address(address.0),
        }
    }

    /// Whether the answer may differ from the public one, so that shared caches must not store it.
    pub fn is_known(&self) -> bool {
        self.principal.is_some()
    }

    /// The author of a change, if the caller has the needed role.
    pub fn author(&self, needed: Role) -> Result<Author, Problem> {
        self.author_as_any(&[needed])
    }

    /// The author of a change, if the caller has one of the roles in `needed`.
    pub fn author_as_any(&self, needed: &[Role]) -> Result<Author, Problem> {
        let acting = |p: &Principal| {
            let role = needed.iter().find_map(|role| p.roles.acting_as(*role));
            role.map(|role| p.author(role))
        };
        if let Some(author) = self.principal.as_ref().and_then(acting) {
            return Ok(author);
        }
        let names: Vec<&str> = needed.iter().map(|role| role.as_str()).collect();
        let names_zh: Vec<&str> = needed.iter().map(|role| role.zh()).collect();
        let (names, names_zh) = (names.join(" or "), names_zh.join("”或“"));
        Err(match &self.principal {
            None => Problem::unauthenticated(both!(
                "请使用具有“{names_zh}”角色的账号登录。",
                "Sign in with an account that has the role {names} (Authorization: Bearer TOKEN, or \
                 /sign-in)."
            )),
            Some(p) => {
                let (account, roles, roles_zh) = (&p.account, p.roles, p.roles.zh());
                Problem::forbidden(both!(
                    "此操作需要“{names_zh}”角色，账号“{account}”的角色是：{roles_zh}。",
                    "This requires the role {names}; {account} has: {roles}."
                ))
            }
        })
    }
}

/// The secret of the session in a request's cookies.
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
    match headers.typed_try_get::<Authorization<Bearer>>() {
        Ok(sent) => Ok(sent.map(|a| a.token().to_owned())),
        Err(_) => Err(Problem::unauthenticated(both!(
            "请求头 Authorization 应为“Bearer 令牌”。",
            "The Authorization header must have the form \"Bearer TOKEN\"."
        ))),
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let store = app.live.store();
        let reading = is_safe(&parts.method);
        if let Some(token) = bearer(&parts.headers)? {
            let failures = Failures::of(Kind::Token, parts, app);
            let ask = store.token_principal(&token);
            let principal = app
                .principals
                .find(Kind::Token, &token, reading, failures, ask)
                .await?;
            return match principal {
                Some(p) => {
                    hold(&p, parts);
                    only_reads(&p, parts)?;
                    audit::known(|| who(&p));
                    Ok(Self { principal: Some(p) })
                }
                None => Err(Problem::unauthenticated(both!(
                    "令牌无效、已撤销或已过期，请向管理员申请新的令牌。",
                    "This token is unknown, revoked or expired. Ask an administrator for a new one."
                ))),
            };
        }
        if let Some(secret) = session_secret(&parts.headers) {
            let failures = Failures::of(Kind::Session, parts, app);
            let ask = store.session_principal(&secret);
            let principal = app
                .principals
                .find(Kind::Session, &secret, reading, failures, ask)
                .await?;
            if let Some(p) = principal {
                hold(&p, parts);
                if !reading {
                    same_origin(parts, app)?;
                }
                only_reads(&p, parts)?;
                audit::known(|| who(&p));
                return Ok(Self { principal: Some(p) });
            }
            // The session has expired. The browser continues as the public, and the pages show that.
        }
        Ok(Self { principal: None })
    }
}

/// The principal as it is written to the audit.
fn who(principal: &Principal) -> Who {
    Who {
        account_id: Some(principal.account_id.clone()),
        account: principal.account.clone(),
    }
}

/// Makes the connection count against the limits of the account instead of those of the address.
fn hold(principal: &Principal, parts: &Parts) {
    if let Some(admitted) = parts.extensions.get::<Admitted>() {
        admitted.connection.is_held_by(&principal.account);
    }
}

/// Refuses changes by a read-only token, except signing in and out (`/api/session`).
fn only_reads(principal: &Principal, parts: &Parts) -> Result<(), Problem> {
    let own_session = parts.uri.path() == "/api/session";
    if !principal.read_only || is_safe(&parts.method) || own_session {
        return Ok(());
    }
    let account = &principal.account;
    Err(Problem::forbidden(both!(
        "账号“{account}”使用的是只读令牌，只能查看，不能修改。",
        "{account} uses a read-only token, which cannot change anything."
    )))
}

/// Whether a method changes nothing.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses a change that a page of another site triggers with the session cookie of this site. The cookie has the
/// attribute `SameSite=Lax`; this check protects users whose browser ignores the attribute.
pub fn same_origin(parts: &Parts, app: &App) -> Result<(), Problem> {
    let host = parts
        .headers
        .get(header::HOST)
        .and_then(|v| v.to_str().ok());
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        let cross = parts
            .headers
            .get("sec-fetch-site")
            .is_some_and(|v| v == "cross-site");
        return match cross {
            true => Err(Problem::forbidden(both!(
                "其他网站的页面不能使用本站的登录状态提交内容，请改用令牌。",
                "Pages of other sites cannot write with a session of this site. Use a token."
            ))),
            false => Ok(()),
        };
    };
    let origin = origin.to_str().unwrap_or_default();
    let from = origin.split_once("://").map(|(_, host)| host);
    // Behind a proxy, the host that the server sees may differ from the one that the browser sees.
    let ours = origin == app.origin(&parts.headers);
    if ours || (from.is_some() && from == host) {
        Ok(())
    } else {
        Err(Problem::forbidden(both!(
            "网站 {origin} 的页面不能使用本站的登录状态提交内容，请改用令牌。",
            "Pages of {origin} cannot write with a session of this site. Use a token."
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn invalid_credentials_are_not_cached_and_malformed_ones_not_looked_up() {
        let principals = Principals::default();
        let limiter = Limiter::default();
        let failures = || Failures {
            address: None,
            limiter: &limiter,
            allowance: Allowance::WRONG_TOKENS,
            what: ("无效令牌的尝试", "wrong tokens"),
        };
        for n in 0..100 {
            let secret = format!("om_{n:064x}");
            let found = principals
                .find(Kind::Token, &secret, true, failures(), async { Ok(None) })
                .await;
            assert_eq!(found.unwrap(), None);
        }
        let long = "x".repeat(350_000);
        let asked = async { panic!("the store was asked for a malformed token") };
        let found = principals
            .find(Kind::Token, &long, true, failures(), asked)
            .await;
        assert_eq!(found.unwrap(), None);
        principals.believed.run_pending_tasks();
        principals.remembered.run_pending_tasks();
        assert_eq!(principals.believed.entry_count(), 0);
        assert_eq!(principals.remembered.entry_count(), 0);
    }

    #[tokio::test]
    async fn an_address_with_many_invalid_tokens_is_refused_except_for_known_accounts() {
        let principals = Principals::default();
        let limiter = Limiter::default();
        let failures = || Failures {
            address: Some(ClientAddress([10, 0, 0, 1].into())),
            limiter: &limiter,
            allowance: Allowance {
                burst: 3,
                pause: Duration::from_secs(3600),
            },
            what: ("无效令牌的尝试", "wrong tokens"),
        };
        let good = Principal {
            roles: Role::Officer.into(),
            account_id: "1".to_owned(),
            account: "wall".to_owned(),
            unit: None,
            communities: Vec::new(),
            read_only: true,
        };
        let secrets: Vec<String> = (0..5).map(|n| format!("om_{n:064x}")).collect();
        let known = principals.find(Kind::Token, &secrets[0], true, failures(), async {
            Ok(Some(good.clone()))
        });
        assert!(known.await.unwrap().is_some());
        for secret in &secrets[1..4] {
            let wrong = principals.find(Kind::Token, secret, true, failures(), async { Ok(None) });
            assert_eq!(wrong.await.unwrap(), None);
        }
        let asked = async { panic!("the store was asked for a refused address") };
        let refused = principals.find(Kind::Token, &secrets[4], true, failures(), asked);
        assert!(refused.await.is_err());
        principals.believed.invalidate_all();
        let known = principals.find(Kind::Token, &secrets[0], true, failures(), async {
            Ok(Some(good.clone()))
        });
        assert!(known.await.unwrap().is_some());
    }
}
