//! `/api/compounds/{id}/board`: the board of a compound for printing.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use crate::access::board::{self, Options};
use crate::http::App;
use crate::http::answer::Answer;
use crate::http::auth::Caller;
use crate::http::problem::{Problem, sentence};
use crate::http::query::Query;
use crate::http::work::{Advice, Cut, Kind};
use crate::model::{Language, both};
use crate::service::access::{self, Board, NoBoard};

/// The advice in the error text for a request that reads too much of the map.
const NARROW: Advice = (
    "该小区及周边的要素过多，一张导览图放不下。",
    "The compound and its surroundings have too many features for one board.",
);

/// Draws the board of a compound (小区导览板) as A3 landscape.
///
/// The board shows the buildings, the gates with what they admit and when, the ways, parking and other places, and a QR
/// code that opens the riders' page. It shows only public data, whatever the role of the caller, because it is printed
/// and hung at a gate.
#[utoipa::path(get, path = "/api/compounds/{id}/board", operation_id = "compound_board", tag = "access",
    params(
        ("id" = String, Path, description = "The compound's id"),
        ("at" = Option<String>, Query, description = "The id of the gate at which the board hangs; it is marked 您在此处"),
        ("lang" = Option<String>, Query, description = "The language: zh (the default) or en"),
    ),
    responses(
        (status = 200, description = "The board", body = String, content_type = "image/svg+xml"),
        (status = 400, description = "A parameter is wrong", content_type = "application/problem+json"),
        (status = 404, description = "There is no such compound or gate; `known` lists the existing gates", content_type = "application/problem+json"),
        (status = 422, description = "The compound cannot be drawn", content_type = "application/problem+json"),
    ))]
pub async fn board(
    State(app): State<App>,
    Path(id): Path<String>,
    query: Query,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    query.only(&["at", "lang"])?;
    let language = match query.get("lang")? {
        None | Some("zh") => Language::Chinese,
        Some("en") => Language::English,
        Some(other) => {
            return Err(Problem::invalid(
                "lang",
                both!(
                    "lang={other}：应为 zh 或 en。",
                    "lang={other}: expected zh or en."
                ),
            ));
        }
    };
    let gate = query.get("at")?.map(str::trim);
    let gate = gate.filter(|g| !g.is_empty()).map(str::to_owned);
    let url = board::rider_url(&app.base(&headers), None, None);
    let snapshot = app.live.snapshot();
    let map = snapshot.clone();
    // The board is always drawn on a blocking thread, because placing the labels takes some milliseconds.
    let svg = app
        .answer_aside(Kind::Walk, NARROW, move |budget| {
            let found = Board::of(&map, &id, budget).map_err(|cut| match cut {
                access::Cut::None(none) => Cut::Refused(no_board(&none)),
                access::Cut::Stopped(stop) => Cut::Stopped(stop),
            })?;
            if let Some(gate) = &gate {
                found.check_gate(gate).map_err(|none| no_board(&none))?;
            }
            let options = Options {
                at: gate.as_deref(),
                url: &url,
                language,
            };
            let drawn = board::draw(&found.frame, &found.content, &options);
            Ok(drawn.map_err(|e| Problem::internal(&e))?.svg)
        })
        .await?;
    Ok(Answer::whole(
        "image/svg+xml",
        svg,
        &snapshot,
        &caller,
        &headers,
    ))
}

fn no_board(none: &NoBoard) -> Problem {
    match none {
        NoBoard::Compound(_) => Problem::not_found(sentence(none)),
        NoBoard::Gate { known, .. } => Problem::not_found(sentence(none))
            .with("parameter", "at")
            .with("known", known.clone()),
        NoBoard::Outline(_) => Problem::unprocessable(sentence(none), Vec::new()),
        NoBoard::TooLarge { .. } => Problem::too_much(sentence(none)),
    }
}
