//! `/api/entrances/{id}/passages`: counts whether people were let in at an entrance.

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::App;
use crate::http::body::JsonBody;
use crate::http::items::collection;
use crate::http::limit::Allowance;
use crate::http::origin::{ClientAddress, Origin};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::both;
use crate::model::names::collection::ENTRANCES;
use crate::service::access::count_passage;
use crate::warnings::field::Field;

type Flag = Field<bool>;

/// The answer of a person who came to an entrance.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct PassageBody {
    /// Whether the person was let in.
    #[serde(default)]
    #[schema(inline, required)]
    pub passed: Flag,
}

/// The result: whether the answer was counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageCounted {
    /// False if this network address already answered for this entrance in the last hour.
    pub counted: bool,
}

/// Counts whether a person was let in at an entrance (进去了 / 没让进).
///
/// The counts are stored by entrance, hour and weekday, without account, position or network address. An address
/// counts once per entrance and hour.
#[utoipa::path(post, path = "/api/entrances/{id}/passages", operation_id = "count_passage", tag = "access",
    params(("id" = String, Path, description = "The entrance's id")),
    request_body = PassageBody,
    responses(
        (status = 200, description = "Whether it was counted", body = PassageCounted),
        (status = 404, description = "No such entrance", content_type = "application/problem+json"),
        (status = 422, description = "`passed` is missing or wrong", content_type = "application/problem+json"),
        (status = 429, description = "Too many answers from one address; `Retry-After` says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn passage(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    ClientAddress(address): ClientAddress,
    JsonBody(body): JsonBody<PassageBody>,
) -> Result<Json<PassageCounted>, Problem> {
    query.only(&[])?;
    let passed = body.passed.get("passed")?.ok_or_else(|| {
        Problem::wrong_field(
            "passed",
            both!(
                "请填写 true（进去了）或 false（没让进）",
                "expected true (got in) or false (was not let in)"
            ),
        )
    })?;
    let is_known = collection(&app.live.snapshot(), ENTRANCES)?
        .get(&id)
        .is_some();
    if !is_known {
        return Err(Problem::not_found(both!(
            "没有出入口“{id}”。",
            "There is no entrance {id:?}."
        )));
    }
    let limits = &app.limits;
    limits
        .passages
        .take(&Origin::Address(address), Allowance::PASSAGES)?;
    let counted = limits
        .passages_of_gate
        .has_one((id.clone(), address), Allowance::PASSAGES_OF_GATE);
    if counted {
        count_passage(&app.live, &id, passed, Timestamp::now()).await?;
    }
    Ok(Json(PassageCounted { counted }))
}
