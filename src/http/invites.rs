//! `/api/invites`: links and QR codes with which riders, grid workers and units create their accounts.
//!
//! The secret follows `#` in the link. Browsers do not send that part, so it appears in no log.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::accounts::{future, no_store, own_name, rights, watched};
use super::auth::Caller;
use super::body::JsonBody;
use super::origin::ClientAddress;
use super::problem::Problem;
use super::session::{self, Session};
use crate::model::names::collection::UNITS;
use crate::model::{Localized, Role, RoleSet, both};
use crate::store::{Guest, Invite, NewInvite, Rights, TokenSecret};

/// The most accounts that one invite can create.
const MOST_USES: u32 = 1_000;
/// The default and the longest lifetime of an invite.
const USUAL: SignedDuration = SignedDuration::from_hours(7 * 24);
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The longest note, in characters.
const LONGEST_NOTE: usize = 200;
/// The roles that an officer may give.
const OF_OFFICERS: [Role; 3] = [Role::Rider, Role::GridWorker, Role::Unit];

/// The invite to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteWanted {
    /// The roles of the accounts. Officers may give rider, grid_worker and unit.
    #[schema(example = json!(["rider"]))]
    pub roles: Vec<String>,
    /// The id of the member unit that the accounts work for.
    pub unit: Option<String>,
    /// The ids of the communities in which the accounts may act. An officer who is restricted to communities may
    /// give only those.
    #[serde(default)]
    pub communities: Vec<String>,
    /// What the invite is for.
    pub note: Option<String>,
    /// How many accounts the invite can create, up to 1,000; one, if absent.
    pub uses: Option<u32>,
    /// When the invite expires, RFC 3339, within 90 days; after 7 days, if absent.
    pub expires_at: Option<String>,
}

/// An invite, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct InviteShown {
    /// The id of the invite, with which it is revoked.
    pub id: String,
    /// The roles of the accounts.
    pub roles: Vec<String>,
    /// The id of the member unit that the accounts work for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The ids of the communities in which the accounts may act.
    pub communities: Vec<String>,
    /// What the invite is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How many accounts the invite can create.
    pub uses: u32,
    /// How many accounts the invite has created.
    pub used: u32,
    /// When the invite was created, RFC 3339.
    pub created_at: String,
    /// The id of the account that created the invite; absent if the command line did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// When the invite expires, RFC 3339.
    pub expires_at: String,
    /// When the invite was revoked, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}

/// The invites.
#[derive(Debug, Serialize, ToSchema)]
pub struct InviteList {
    /// The invites, the newest first, at most 500.
    pub invites: Vec<InviteShown>,
}

/// A newly created invite.
#[derive(Debug, Serialize, ToSchema)]
pub struct InviteMade {
    /// The invite.
    pub invite: InviteShown,
    /// The secret of the invite. It is shown only in this answer.
    pub code: String,
    /// The link to pass on or to print as a QR code.
    pub link: String,
}

/// The account that a person creates with an invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The secret: the text after `#invite=` in the link.
    pub code: String,
    /// The name of the new account. It never changes, must not look like another name, and must not be a
    /// reserved word such as admin.
    #[schema(example = "小李")]
    pub name: String,
    /// A password of at least 10 characters. Without one, this device stays signed in for 90 days and no other
    /// device can sign in.
    pub password: Option<String>,
}

/// Lists the invites.
///
/// Officers see their own invites, administrators see all.
#[utoipa::path(get, path = "/api/invites", operation_id = "list_invites", tag = "accounts",
    responses(
        (status = 200, description = "The newest first", body = InviteList),
        (status = 403, description = "Requires the role officer or admin", content_type = "application/problem+json"),
    ))]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let owner = owner(&caller)?;
    let invites = app.live.store().invites(owner.as_deref()).await?;
    let invites = invites.into_iter().map(shown).collect();
    Ok(no_store(Json(InviteList { invites })))
}

/// Creates an invite.
#[utoipa::path(post, path = "/api/invites", operation_id = "create_invite", tag = "accounts",
    request_body = InviteWanted,
    responses(
        (status = 201, description = "Created; the secret is shown only in this answer", body = InviteMade),
        (status = 403, description = "The caller may not grant these rights", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong; `errors` names it", content_type = "application/problem+json"),
    ))]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    JsonBody(wanted): JsonBody<InviteWanted>,
) -> Result<Response, Problem> {
    caller.author(Role::Officer)?;
    let by = watched(&caller)?;
    let mut wanted_rights = rights(&wanted.roles, wanted.unit, wanted.communities)?;
    if wanted_rights.communities.is_empty() && !by.roles.contains(Role::Admin) {
        wanted_rights.communities.clone_from(&by.communities);
    }
    may_give(by.roles, &by.communities, &wanted_rights).map_err(Problem::forbidden)?;
    if let Some(unit) = &wanted_rights.unit {
        check_unit(&app, unit, &wanted_rights.communities)?;
    }
    let uses = wanted.uses.unwrap_or(1);
    if !(1..=MOST_USES).contains(&uses) {
        return Err(Problem::wrong_field(
            "uses",
            both!(
                "一个邀请可用1至{MOST_USES}次",
                "expected 1 to {MOST_USES} accounts"
            ),
        ));
    }
    let now = Timestamp::now();
    let expires_at = match wanted.expires_at {
        Some(text) => future("expires_at", &text)?,
        None => now + USUAL,
    };
    if expires_at > now + LONGEST {
        return Err(Problem::wrong_field(
            "expires_at",
            both!(
                "邀请的有效期最长90天",
                "an invite can be valid for at most 90 days"
            ),
        ));
    }
    let note = wanted
        .note
        .map(|n| n.trim().to_owned())
        .filter(|n| !n.is_empty());
    if note
        .as_ref()
        .is_some_and(|n| n.chars().count() > LONGEST_NOTE)
    {
        return Err(Problem::wrong_field(
            "note",
            both!(
                "不能超过{LONGEST_NOTE}个字符",
                "expected at most {LONGEST_NOTE} characters"
            ),
        ));
    }
    let new = NewInvite {
        rights: wanted_rights,
        note,
        uses,
        expires_at,
        created_by: Some(by.account_id.clone()),
    };
    let (invite, secret) = app.live.store().create_invite(new).await?;
    let answer = InviteMade {
        invite: shown(invite),
        code: secret.reveal().to_owned(),
        link: format!("{}/sign-in#invite={}", app.base(&headers), secret.reveal()),
    };
    Ok((StatusCode::CREATED, no_store(Json(answer))).into_response())
}

/// Revokes an invite. Accounts that were created with it stay.
#[utoipa::path(delete, path = "/api/invites/{inviteId}", operation_id = "revoke_invite", tag = "accounts",
    params(("inviteId" = String, Path, description = "The invite's id")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 404, description = "No such invite, or another officer's", content_type = "application/problem+json"),
    ))]
pub async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let owner = owner(&caller)?;
    match app
        .live
        .store()
        .revoke_invite(&id, owner.as_deref())
        .await?
    {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found(both!(
            "您没有发出过邀请“{id}”。",
            "You have no invite {id:?}. GET /api/invites lists your invites."
        ))),
    }
}

/// Accepts an invite: creates an account and signs in with it.
#[utoipa::path(post, path = "/api/invites/accept", operation_id = "accept_invite", tag = "accounts",
    request_body = Acceptance,
    responses(
        (status = 200, description = "The account is created, and the session cookie is set", body = Session),
        (status = 403, description = "The request comes from a page of another site", content_type = "application/problem+json"),
        (status = 404, description = "The invite is unknown, used up, revoked or expired", content_type = "application/problem+json"),
        (status = 409, description = "The name is taken", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong; `errors` names it", content_type = "application/problem+json"),
        (status = 429, description = "Too many failed sign-ins from one address; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn accept(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Acceptance>,
) -> Result<Response, Problem> {
    session::from_this_site(&headers)?;
    session::check(&app, address)?;
    let code = body.code.trim();
    if !is_good(&app, code).await? {
        return Err(refused(&app, address).await);
    }
    let name = own_name("name", &body.name)?;
    let password = match body.password.filter(|p| !p.is_empty()) {
        Some(password) => Some(app.passwords.hash(password, &name).await?),
        None => None,
    };
    let lifetime = match &password {
        Some(_) => session::LIFETIME,
        None => session::LIFETIME_WITHOUT_PASSWORD,
    };
    let guest = Guest { name, password };
    let accepted = app
        .live
        .store()
        .accept_invite(code, guest, lifetime)
        .await?;
    match accepted {
        Some(accepted) => Ok(session::begun(
            &app,
            &headers,
            accepted.principal,
            &accepted.session,
            lifetime,
        )),
        // After the check above, another request used up the invite.
        None => Err(refused(&app, address).await),
    }
}

/// Whether a code belongs to an invite that can still create accounts, and the creator of the invite may still give
/// the invite's rights.
async fn is_good(app: &App, code: &str) -> Result<bool, Problem> {
    if !TokenSecret::has_form(code) {
        return Ok(false);
    }
    let store = app.live.store();
    let Some(invite) = store.good_invite(code).await? else {
        return Ok(false);
    };
    let Some(giver) = &invite.created_by else {
        return Ok(true);
    };
    let giver = store.account(giver).await?;
    Ok(giver.is_some_and(|giver| {
        giver.is_good(Timestamp::now())
            && may_give(
                giver.rights.roles,
                &giver.rights.communities,
                &invite.rights,
            )
            .is_ok()
    }))
}

async fn refused(app: &App, address: ClientAddress) -> Problem {
    session::failed(app, address, None, "invite").await;
    Problem::not_found(both!(
        "邀请无效、已用完、已撤销或已过期，请向发出邀请的人索取新的邀请。",
        "This invite is unknown, used up, revoked or expired. Ask the person who gave it for a new one."
    ))
}

/// Whose invites the caller may see and revoke: the caller's own, or everybody's (`None`).
fn owner(caller: &Caller) -> Result<Option<String>, Problem> {
    caller.author(Role::Officer)?;
    let by = watched(caller)?;
    Ok((!by.roles.contains(Role::Admin)).then(|| by.account_id.clone()))
}

/// Checks that an account may give these rights. Administrators may give any; officers may give the roles
/// rider, grid worker and unit, within their own communities.
fn may_give(roles: RoleSet, communities: &[String], rights: &Rights) -> Result<(), Localized> {
    if roles.contains(Role::Admin) {
        return Ok(());
    }
    if !roles.contains(Role::Officer) {
        return Err(both!(
            "只有值班员和系统管理员可以发出邀请。",
            "Only officers and administrators can create invites."
        ));
    }
    if let Some(role) = rights.roles.iter().find(|r| !OF_OFFICERS.contains(r)) {
        let zh = role.zh();
        return Err(both!(
            "值班员只能授予骑手、网格员和成员单位角色，不能授予“{zh}”。",
            "An officer can give the roles rider, grid_worker and unit, but not {role}."
        ));
    }
    if communities.is_empty() {
        return Ok(());
    }
    if rights.communities.is_empty() {
        return Err(both!(
            "您的账号限定了社区，只能授予这些社区的权限。",
            "Your account is restricted to communities. It can give rights in those communities only."
        ));
    }
    match rights.communities.iter().find(|c| !communities.contains(c)) {
        None => Ok(()),
        Some(other) => Err(both!(
            "您的账号不包含社区“{other}”，不能授予该社区的权限。",
            "Your account does not include the community {other:?}, so it cannot give rights there."
        )),
    }
}

/// Refuses a unit that is not on the map, or that works in none of the communities.
fn check_unit(app: &App, unit: &str, communities: &[String]) -> Result<(), Problem> {
    let snapshot = app.live.snapshot();
    let entry = snapshot.collections().get(UNITS).and_then(|c| c.get(unit));
    let Some(entry) = entry else {
        return Err(Problem::wrong_field(
            "unit",
            both!("没有成员单位“{unit}”", "there is no member unit {unit:?}"),
        ));
    };
    if communities.is_empty() {
        return Ok(());
    }
    let properties: serde_json::Value =
        serde_json::from_str(entry.all_properties()).map_err(|e| Problem::internal(&e))?;
    let works_in = properties["communities"].as_array();
    let here = works_in.is_none_or(|list| {
        list.iter().any(|c| {
            c.as_str()
                .is_some_and(|c| communities.iter().any(|w| w == c))
        })
    });
    match here {
        true => Ok(()),
        false => Err(Problem::wrong_field(
            "unit",
            both!(
                "成员单位“{unit}”不在这些社区提供服务",
                "the member unit {unit:?} does not work in any of these communities"
            ),
        )),
    }
}

fn shown(invite: Invite) -> InviteShown {
    InviteShown {
        id: invite.id,
        roles: invite.rights.roles.iter().map(|r| r.to_string()).collect(),
        unit: invite.rights.unit,
        communities: invite.rights.communities,
        note: invite.note,
        uses: invite.uses,
        used: invite.used,
        created_at: invite.created_at.to_string(),
        created_by: invite.created_by,
        expires_at: invite.expires_at.to_string(),
        revoked_at: invite.revoked_at.map(|t| t.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_officer_cannot_give_more_rights_than_their_own() {
        let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let give = |giver: &str, own: &[&str], roles: &str, communities: &[&str]| {
            let rights = Rights {
                roles: roles.parse().unwrap(),
                unit: None,
                communities: list(communities),
            };
            may_give(giver.parse().unwrap(), &list(own), &rights).is_ok()
        };
        assert!(give("officer", &[], "rider", &[]));
        assert!(give("officer", &["c1", "c2"], "grid_worker,rider", &["c2"]));
        assert!(give("admin", &["c1"], "admin", &[]));
        for (giver, own, roles, communities) in [
            ("officer", &[][..], "officer", &[][..]),
            ("officer", &[], "rider,steward", &[]),
            ("officer", &["c1"], "rider", &[]),
            ("officer", &["c1"], "rider", &["c1", "c2"]),
            ("steward", &[], "rider", &[]),
            ("grid_worker", &[], "rider", &[]),
        ] {
            assert!(!give(giver, own, roles, communities), "{giver} {roles}");
        }
    }
}
