//! `/api/grids/{id}/card`, `/api/buildings/{id}/card` and their `reach`: all that is known about a grid, a community, a
//! street or a building.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::Serialize;

use super::App;
use super::answer;
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use super::warnings::read_as_of;
use super::work::{Advice, Cut, Kind};
use crate::live::Snapshot;
use crate::model::names::collection::BUILDINGS;
use crate::model::{Localized, both, date_in_china, hour_in_china};
use crate::service::grids::{self, Card, CardReach, Map, Reached};
use crate::service::ledger::past;
use crate::service::planning::NoCoverage;
use crate::service::routes::NoNetwork;

/// The advice in the error text for a card that takes too long to count.
const NARROW: Advice = ("请稍后再试。", "Try again in a moment.");

/// Returns the card of a grid, a community or a street (网格档案).
///
/// It shows the level with its reason, the open cases and who must act next, who is in charge from the street down to
/// the stairwell, what stands there, the projects, the figures of the last 30 days beside those of the street, and
/// what is missing in the data. Names and telephones of people are shown to grid workers and higher roles only.
#[utoipa::path(get, path = "/api/grids/{id}/card", operation_id = "grid_card", tag = "grids",
    params(
        ("id" = String, Path, description = "The id or the code of a grid, a community or a street"),
        ("as_of" = Option<String>, Query, description = "The card at this past moment, such as 2026-11-22T06:05:00Z"),
    ),
    responses(
        (status = 200, description = "The card", body = Card),
        (status = 400, description = "`as_of` is not a past moment", content_type = "application/problem+json"),
        (status = 404, description = "There is no such grid", content_type = "application/problem+json"),
    ))]
pub async fn grid(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (missing, view) = (no_grid(&id), caller.clone());
    let of = move |map: &Map<'_>, seq| map.of_area(&id, seq, view.view());
    send(card(&app, &query, of).await?, missing, &caller, &headers)
}

/// Returns the card of a building (楼栋档案).
///
/// It has the same members as the card of a grid. The figures count the cases at the building; the projects are those
/// of its grid.
#[utoipa::path(get, path = "/api/buildings/{id}/card", operation_id = "building_card", tag = "grids",
    params(
        ("id" = String, Path, description = "The id of a building"),
        ("as_of" = Option<String>, Query, description = "The card at this past moment, such as 2026-11-22T06:05:00Z"),
    ),
    responses(
        (status = 200, description = "The card", body = Card),
        (status = 400, description = "`as_of` is not a past moment", content_type = "application/problem+json"),
        (status = 404, description = "There is no such building", content_type = "application/problem+json"),
    ))]
pub async fn building(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (missing, view) = (no_building(&id), caller.clone());
    let of = move |map: &Map<'_>, seq| map.of_building(&id, seq, view.view());
    send(card(&app, &query, of).await?, missing, &caller, &headers)
}

/// Returns how many people of a grid, a community or a street have facilities within the standards.
///
/// The walks lead over the network of today, with the opening hours of noon. It has a row for each standard of
/// `standards.toml` that names its facilities.
#[utoipa::path(get, path = "/api/grids/{id}/reach", operation_id = "grid_reach", tag = "grids",
    params(("id" = String, Path, description = "The id or the code of a grid, a community or a street")),
    responses(
        (status = 200, description = "The people within reach, by standard", body = CardReach),
        (status = 404, description = "There is no such grid", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn grid_reach(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let missing = no_grid(&id);
    let of = move |reached: &Reached, ground: &grids::Ground| {
        let place = ground.areas().find(&id)?;
        Some(reached.of_area(ground.areas().get(place)))
    };
    send(reach(&app, &query, of).await?, missing, &caller, &headers)
}

/// Returns how many people of a building have facilities within the standards.
///
/// It has the same members as the reach of a grid.
#[utoipa::path(get, path = "/api/buildings/{id}/reach", operation_id = "building_reach", tag = "grids",
    params(("id" = String, Path, description = "The id of a building")),
    responses(
        (status = 200, description = "The people within reach, by standard", body = CardReach),
        (status = 404, description = "There is no such building", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn building_reach(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let missing = no_building(&id);
    let buildings = app.live.snapshot().collections().get(BUILDINGS).cloned();
    if buildings.is_none_or(|all| all.get(&id).is_none()) {
        return Err(Problem::not_found(missing));
    }
    let of = move |reached: &Reached, _: &grids::Ground| Some(reached.of_building(&id));
    send(reach(&app, &query, of).await?, missing, &caller, &headers)
}

fn no_grid(id: &str) -> Localized {
    both!(
        "没有编号为“{id}”的网格、社区或街道。",
        "There is no grid, community or street {id:?}."
    )
}

fn no_building(id: &str) -> Localized {
    both!("没有编号为“{id}”的楼栋。", "There is no building {id:?}.")
}

/// Sends what was found on a snapshot, or says what is missing.
fn send(
    (found, snapshot): (Option<impl Serialize>, Arc<Snapshot>),
    missing: Localized,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let found = found.ok_or_else(|| Problem::not_found(missing))?;
    answer::json("application/json", &found, &snapshot, caller, headers)
}

/// Reads the reach of one place on the present map.
async fn reach(
    app: &App,
    query: &Query,
    of: impl FnOnce(&Reached, &grids::Ground) -> Option<CardReach> + Send + 'static,
) -> Result<(Option<CardReach>, Arc<Snapshot>), Problem> {
    query.only(&[])?;
    let day = date_in_china(Timestamp::now());
    let noon = hour_in_china(day, 12).ok_or_else(|| Problem::from(NoNetwork::NotYet))?;
    let app_of = app.clone();
    app.answer_aside(Kind::Walk, NARROW, move |_| {
        let ground = app_of.routes.ground(noon).map_err(refused)?;
        let found = app_of.reaches.get(&ground, &app_of.planning, (day, noon));
        let reached = found.map_err(|reason| match reason {
            NoCoverage::Network(reason) => refused(reason),
            NoCoverage::Field(_, why) => Cut::Refused(Problem::unavailable(why)),
        })?;
        let snapshot = Arc::clone(&ground.snapshot);
        let areas = app_of.cards.get(snapshot.collections());
        Ok((of(&reached, &areas), snapshot))
    })
    .await
}

fn refused(reason: NoNetwork) -> Cut {
    Cut::Refused(Problem::from(reason))
}

/// Makes a card from the present map, or from the map of the moment `as_of`.
async fn card(
    app: &App,
    query: &Query,
    of: impl FnOnce(&Map<'_>, u64) -> Option<Card> + Send + 'static,
) -> Result<(Option<Card>, Arc<Snapshot>), Problem> {
    query.only(&["as_of"])?;
    let snapshot = app.live.snapshot();
    if let Some(at) = read_as_of(query)? {
        let reading = grids::then(&app.live, &snapshot, at, past::MOST);
        let then = app.read_past(reading).await?;
        let map = Map {
            map: &then.map,
            ground: &then.ground,
            book: &then.book,
            ratings: &then.ratings,
            status: &then.status,
            at,
            day: date_in_china(at),
        };
        return Ok((of(&map, snapshot.seq()), snapshot));
    }
    let now = Timestamp::now();
    if let Some(ground) = app.cards.at_hand(snapshot.collections()) {
        return Ok((present(&snapshot, &ground, now, of), snapshot));
    }
    // The first card after a change of the buildings counts them all.
    let (counted, app_of) = (Arc::clone(&snapshot), app.clone());
    let card = app
        .answer_aside(Kind::Walk, NARROW, move |_| {
            let ground = app_of.cards.get(counted.collections());
            Ok(present(&counted, &ground, now, of))
        })
        .await?;
    Ok((card, snapshot))
}

fn present(
    snapshot: &Snapshot,
    ground: &grids::Ground,
    now: Timestamp,
    of: impl FnOnce(&Map<'_>, u64) -> Option<Card>,
) -> Option<Card> {
    let map = Map {
        map: snapshot.collections(),
        ground,
        book: snapshot.case_book(),
        ratings: snapshot.project_ratings(),
        status: snapshot.status(),
        at: snapshot.at(),
        day: date_in_china(now),
    };
    of(&map, snapshot.seq())
}
