//! Suggests member units for a case.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Found;
use crate::http::App;
use crate::http::answer;
use crate::http::auth::Caller;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::{Advice, Cut};
use crate::index::{Budget, Meter as _};
use crate::live::Snapshot;
use crate::model::Localized;
use crate::model::names::collection::UNITS;
use crate::model::{Role, RoleSet};
use crate::service::ledger::cases;
use crate::spatial::metres;
use crate::warnings::responsible::{Matter, Unit, source};
use crate::warnings::suggest::{Suggestion, suggest};

const NARROW: Advice = (
    "地图上的成员单位过多，无法为该事件排序推荐。",
    "The map has too many member units to rank them for one case.",
);

/// The suggested member units for a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitRanking {
    /// The units, the best first.
    pub units: Vec<Suggestion>,
    /// The source of the entry of the list of responsibilities that applies to the case; null if none does.
    pub source: Option<Localized>,
    /// Whether that entry was checked against its source; null if none applies.
    pub verified: Option<bool>,
}

/// Suggests member units for a case, the best first, each with reasons.
#[utoipa::path(get, path = "/api/warnings/{id}/units", operation_id = "warning_units", tag = "warnings",
    params(("id" = String, Path, description = "The case's id")),
    responses(
        (status = 200, description = "The units with their reasons", body = UnitRanking),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 403, description = "Requires the role officer", content_type = "application/problem+json"),
        (status = 404, description = "No such case", content_type = "application/problem+json"),
    ))]
pub async fn units(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&[])?;
    caller.author(Role::Officer)?;
    let snapshot = app.live.snapshot();
    let found = Found::read(&snapshot, &id)?;
    let case = found.case.clone();
    let (walked, roles) = (Arc::clone(&snapshot), caller.roles());
    let ranked = app
        .answer(NARROW, move |budget| ranked(&walked, &found, roles, budget))
        .await?;
    let by_list = source(&Matter::of(&case), snapshot.ledger().rules());
    let ranking = UnitRanking {
        units: ranked,
        verified: by_list.as_ref().map(|(_, verified)| *verified),
        source: by_list.map(|(source, _)| source),
    };
    answer::json("application/json", &ranking, &snapshot, &caller, &headers)
}

fn ranked(
    snapshot: &Snapshot,
    found: &Found,
    roles: RoleSet,
    budget: &Budget,
) -> Result<Vec<Suggestion>, Cut> {
    let anchor = cases::spot(&found.entry, &found.case);
    let entries = snapshot.collections().get(UNITS);
    // Parsing and ranking a unit costs about four reads.
    budget.read(4 * entries.map_or(0, |units| units.len()))?;
    let units = entries
        .into_iter()
        .flat_map(|units| units.iter().map(|entry| (entry, units.schema())))
        .map(|(entry, schema)| {
            let distance = entry
                .geometry()
                .zip(anchor)
                .map(|(there, here)| metres::distance_to(here, there));
            let open = snapshot.status().load_of(entry.id().as_str());
            let properties = cases::seen_properties(entry, schema, roles.into());
            Unit::read(entry.id(), &properties, distance, open)
        });
    Ok(suggest(
        &Matter::of(&found.case),
        units.collect(),
        snapshot.ledger().rules(),
        snapshot.ledger().calendar(),
        Timestamp::now(),
    ))
}
