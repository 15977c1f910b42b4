//! Door codes. One request shows one code, to riders and higher roles, and is recorded in the audit with the
//! account.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::App;
use super::auth::Caller;
use super::items::collection;
use super::limit::Allowance;
use super::problem::Problem;
use super::query::Query;
use crate::model::names::collection::ENTRANCES;
use crate::model::names::property;
use crate::model::{Role, both};
use crate::service::ledger::cases;
use crate::service::place;
use crate::store::audit::{AuditEntry, AuditKind};

/// The code of a door, and what else a person needs to get in.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorCode {
    /// The id of the entrance.
    pub id: String,
    /// The code that opens the door.
    #[schema(example = "0000#")]
    pub code: String,
    /// A note for riders.
    pub note: Option<String>,
    /// What has to be shown at the entrance.
    #[schema(example = "property_code")]
    pub credential: Option<String>,
    /// Until when the code is valid, if that is known.
    pub valid_until: Option<String>,
    /// When somebody last checked the entrance.
    pub checked_on: Option<String>,
}

/// Shows the code of a door.
///
/// Each request is recorded in the audit (who, when, which entrance) before the code is sent. An account may read
/// 20 codes at once, then one per minute.
#[utoipa::path(post, path = "/api/entrances/{id}/code", operation_id = "entrance_code", tag = "features",
    params(("id" = String, Path, description = "The entrance's id")),
    responses(
        (status = 200, description = "The code", body = DoorCode),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role rider", content_type = "application/problem+json"),
        (status = 404, description = "There is no such entrance, or it has no valid code", content_type = "application/problem+json"),
        (status = 429, description = "Too many codes for one account; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn code(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let author = caller.author(Role::Rider)?;
    let account = author.account.unwrap_or_default();
    app.limits.codes.take_of_account(
        &account,
        Allowance::CODES,
        ("查询的门禁密码", "door codes"),
    )?;
    let entrance = {
        let snapshot = app.live.snapshot();
        let entry = collection(&snapshot, ENTRANCES)?.get(&id);
        let entry = entry.ok_or_else(|| {
            Problem::not_found(both!("没有出入口“{id}”。", "There is no entrance {id:?}."))
        })?;
        let community = (entry.geometry().and_then(place::anchor))
            .and_then(|position| place::community_at(snapshot.collections(), position));
        if !caller.view().reaches(community.as_deref()) {
            return Err(Problem::forbidden(both!(
                "该出入口不在本账号所限的社区内。",
                "This entrance is outside of the communities to which the account is restricted."
            )));
        }
        cases::properties(entry)
    };
    let Some(code) = valid_code(&entrance, Timestamp::now()) else {
        return Err(Problem::not_found(both!(
            "没有出入口“{id}”的有效门禁密码，进入方式见其通行提示（guidance）。",
            "No valid code is known for the entrance {id:?}; its `guidance` says how to get in."
        )));
    };
    let look = AuditEntry::new(AuditKind::Look)
        .of_this_request()
        .on(ENTRANCES, &id)
        .saying(property::ACCESS_CODE);
    app.live.store().audit(look).await?;
    let text = |name: &str| {
        entrance
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let said = DoorCode {
        code,
        note: text("access_note"),
        credential: text("credential"),
        valid_until: text("access_code_until"),
        checked_on: text("checked_on"),
        id,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(said)).into_response())
}

/// The code of an entrance, if it has one that is still valid.
fn valid_code(entrance: &Map<String, Value>, now: Timestamp) -> Option<String> {
    let text = |name: &str| entrance.get(name).and_then(Value::as_str);
    let code = text(property::ACCESS_CODE).filter(|code| !code.trim().is_empty())?;
    let over = text("access_code_until")
        .and_then(|until| until.parse::<Timestamp>().ok())
        .is_some_and(|until| until <= now);
    (!over).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_is_shown_as_long_as_it_is_valid() {
        let now: Timestamp = "2026-11-22T06:00:00Z".parse().unwrap();
        for (entrance, code) in [
            (json!({"access_code": "0000#"}), Some("0000#")),
            (json!({"access_code": " "}), None),
            (json!({}), None),
            (
                json!({"access_code": "1", "access_code_until": "2026-11-22T15:00:00+08:00"}),
                Some("1"),
            ),
            (
                json!({"access_code": "1", "access_code_until": "2026-11-22T14:00:00+08:00"}),
                None,
            ),
        ] {
            let found = valid_code(entrance.as_object().unwrap(), now);
            assert_eq!(found.as_deref(), code, "{entrance}");
        }
    }
}
