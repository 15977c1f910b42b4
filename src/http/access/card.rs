//! `/api/buildings/{id}/access`: which gate to use, what to show there, where to park, and which door.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use crate::http::App;
use crate::http::answer;
use crate::http::auth::Caller;
use crate::http::problem::{Problem, sentence};
use crate::http::query::Query;
use crate::http::work::{Advice, Cut};
use crate::model::both;
use crate::service::access::{self, Access, Ask, NoCard};

/// How far `at` may lie in the past: clocks differ, and a rider may request the card again when already on the way.
const PAST: SignedDuration = SignedDuration::from_hours(1);
/// How far `at` may lie in the future, because later holidays are unknown.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);
/// The advice in the error text for a request that reads too much of the map.
const NARROW: Advice = (
    "该小区的出入口过多，请直接查询图层 entrances。",
    "The compound has too many entrances. Read the collection entrances instead.",
);

/// Describes how to get into a building.
///
/// The answer is for a moment and a profile. It lists the gates of the compound, the best first, each with whether it
/// admits the profile and why not; the parking places; and the doors with their rooms. Door codes are never included.
#[utoipa::path(get, path = "/api/buildings/{id}/access", operation_id = "building_access", tag = "access",
    params(
        ("id" = String, Path, description = "The building's id"),
        ("at" = Option<String>, Query, description = "The moment of arrival, such as 2026-11-30T18:30:00+08:00; now, if absent. At most an hour ago and a year ahead"),
        ("mode" = Option<String>, Query, description = "The profile: ebike (the default), foot, cargo_trike or wheelchair"),
        ("unit" = Option<String>, Query, description = "The unit in the address, such as 2 or 2单元"),
        ("room" = Option<String>, Query, description = "The room in the address, such as 501"),
    ),
    responses(
        (status = 200, description = "The card", body = Access),
        (status = 400, description = "A parameter is wrong, or the moment is more than an hour ago or more than a year ahead", content_type = "application/problem+json"),
        (status = 404, description = "There is no such building, unit or room; `detail` lists the existing ones", content_type = "application/problem+json"),
    ))]
pub async fn card(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["at", "mode", "unit", "room"])?;
    let at = read_at(&query)?;
    let snapshot = app.live.snapshot();
    let profiles = Arc::clone(snapshot.profiles());
    let mode = query.get("mode")?.unwrap_or("ebike").to_owned();
    if profiles.get(&mode).is_none() {
        let names: Vec<&str> = profiles.iter().map(|p| p.profile.name.as_str()).collect();
        let names = names.join(", ");
        return Err(Problem::invalid(
            "mode",
            both!(
                "mode={mode}：应为 {names} 之一。",
                "mode={mode}: expected one of {names}."
            ),
        ));
    }
    let text = |name: &str| -> Result<Option<String>, Problem> {
        let said = query.get(name)?.map(str::trim);
        Ok(said.filter(|t| !t.is_empty()).map(str::to_owned))
    };
    let (unit, room) = (text("unit")?, text("room")?);
    let (map, asker) = (snapshot.clone(), caller.clone());
    let found = app
        .answer(NARROW, move |budget| {
            let (Some(profile), Some(foot)) = (profiles.get(&mode), profiles.get("foot")) else {
                return Err(Cut::Refused(Problem::internal(&"a profile is missing")));
            };
            let ask = Ask {
                building: &id,
                at,
                profile,
                foot,
                unit: unit.as_deref(),
                room: room.as_deref(),
            };
            access::card(&map, asker.view(), &ask, budget).map_err(|cut| match cut {
                access::Cut::None(none) => Cut::Refused(no_card(&none)),
                access::Cut::Stopped(stop) => Cut::Stopped(stop),
            })
        })
        .await?;
    answer::json("application/json", &found, &snapshot, &caller, &headers)
}

fn no_card(none: &NoCard) -> Problem {
    let problem = Problem::not_found(sentence(none));
    match none {
        NoCard::Building(_) => problem,
        NoCard::Unit { known, .. } => problem
            .with("parameter", "unit")
            .with("known", known.clone()),
        NoCard::Room { known, .. } => problem
            .with("parameter", "room")
            .with("known", known.clone()),
    }
}

/// Parses `at`, the moment for which opening hours are checked; now, if absent. Refuses a moment that is more than an
/// hour ago or more than a year ahead.
pub(super) fn read_at(query: &Query) -> Result<Timestamp, Problem> {
    let now = Timestamp::now();
    let Some(text) = query.get("at")? else {
        // The current time is rounded down to seconds, which is precise enough.
        return Ok(Timestamp::from_second(now.as_second()).unwrap_or(now));
    };
    // In a query `+08:00` arrives as ` 08:00` unless it is escaped.
    let at: Timestamp = text.trim().replace(' ', "+").parse().map_err(|_| {
        Problem::invalid(
            "at",
            both!(
                "at={text}：应为时间，形如 2026-11-30T18:30:00+08:00。",
                "at={text}: expected a moment such as 2026-11-30T18:30:00+08:00."
            ),
        )
    })?;
    let ago = now.duration_since(at);
    if ago > PAST {
        return Err(Problem::invalid(
            "at",
            both!(
                "at={text} 已经过去，请填写现在或将来的时间；服务器当前时间为 {now}。",
                "at={text} is in the past. Expected the present or a later moment; the server's \
                 time is {now}."
            ),
        ));
    }
    if ago < -AHEAD {
        return Err(Problem::invalid(
            "at",
            both!(
                "at={text} 距今超过一年，届时的节假日安排尚不可知，请填写一年以内的时间。",
                "at={text} is more than a year ahead, when the holidays are unknown. Expected an \
                 earlier moment."
            ),
        ));
    }
    Ok(at)
}
