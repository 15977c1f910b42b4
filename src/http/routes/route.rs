//! `/api/route`: the route to the door and, for each other gate of the compound, the reason why the route does not use
//! it.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::{InsteadPlace, LostGate, RouteAnswer};
use super::ask::{RouteBody, avoided};
use super::search::NEARER;
use crate::http::App;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::model::{InChinese as _, Localized, both};
use crate::service::routes::{Failed, NoWay, SpotError};

/// Returns the route to the door.
///
/// The steps say which gate lets the vehicle in at this hour and what must be shown there, where to park, which
/// unit door to use, and whether there is a lift. Each leg is a line with its steps. `summary.other_gates`
/// gives, for each other gate of the compound, the reason why the route does not use it. Neither the request
/// nor a position in it is logged or stored.
#[utoipa::path(post, path = "/api/route", operation_id = "route", tag = "routes",
    request_body = RouteBody,
    responses(
        (status = 200, description = "The route. `seq` is the commit that decided who may pass, `network_seq` the one from which the network was built", content_type = "application/geo+json", body = RouteAnswer),
        (status = 400, description = "The body cannot be read", content_type = "application/problem+json"),
        (status = 404, description = "There is no such building, entrance or facility", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong, a position is far from every way, or nobody can get in: then `reason` says why, `gates` has the reason for each gate, and `nearest` which gate or hand-over point can be reached", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built, or too many large requests come at once; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn route(
    State(app): State<App>,
    query: Query,
    JsonBody(body): JsonBody<RouteBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let avoid = body.avoid.clone();
    let ask = body.read(&app)?;
    let ground = app.ground(ask.at).await?;
    avoided(&avoid, &ground)?;
    let ground = ground.avoiding(&avoid);
    let searched = ground.clone();
    let journey = app
        .metered(NEARER, move |memory, limit, _| {
            Ok(searched.route(&ask, memory, limit)?)
        })
        .await?
        .map_err(refusal)?;
    Ok(geojson(&RouteAnswer::of(&ground, &journey)))
}

/// Returns a GeoJSON response that must not be cached, because it contains the position of a person.
pub(super) fn geojson<T: serde::Serialize>(answer: &T) -> Response {
    (geojson_headers(), Json(answer)).into_response()
}

/// Returns the headers of a GeoJSON response that must not be cached.
pub(super) fn geojson_headers() -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CONTENT_TYPE, "application/geo+json"),
        (header::CACHE_CONTROL, "no-store"),
    ]
}

/// Converts the reason why there is no route to an error response.
pub(super) fn refusal(failed: Failed) -> Problem {
    match failed {
        Failed::Network(reason) => reason.into(),
        Failed::From(error) => wrong_place("from", &error),
        Failed::To(error) => wrong_place("to", &error),
        Failed::NoWay(no_way) => no_way_there(&no_way),
        // Normally unreachable: `metered` reports the exhausted budget instead.
        Failed::Limited => Problem::too_much(both!(
            "路线过长，请选择较近的目的地。",
            "The route is too long. Choose a nearer destination."
        )),
    }
}

/// Returns the error response for a place that cannot be resolved, with the valid alternatives.
pub(super) fn wrong_place(field: &str, error: &SpotError) -> Problem {
    let Localized { zh, en } = error.localized();
    match error {
        SpotError::Unknown { .. } => {
            Problem::not_found(both!("{field}：{zh}。", "{field}: {en}.")).with("field", field)
        }
        SpotError::FarAway { nearest, .. } => {
            let problem = Problem::wrong_field(field, both!("{zh}", "{en}"));
            let Some((at, metres)) = nearest else {
                return problem;
            };
            let at = super::answer::pair(*at);
            let metres = super::answer::tenth(*metres);
            problem.with("nearest", json!({"position": at, "distance_m": metres}))
        }
        SpotError::UnknownUnit { .. } => {
            Problem::wrong_field(&format!("{field}.unit"), both!("{zh}", "{en}"))
        }
        SpotError::UnknownRoom { .. } => {
            Problem::wrong_field(&format!("{field}.room"), both!("{zh}", "{en}"))
        }
    }
}

fn no_way_there(no_way: &NoWay) -> Problem {
    let gates: Vec<LostGate> = no_way.gates.iter().map(LostGate::of).collect();
    let nearest = no_way.nearest.as_ref().map(InsteadPlace::of);
    Problem::no_way(no_way.detail())
        .with("reason", json!(no_way.reason))
        .with("gates", json!(gates))
        .with("nearest", json!(nearest))
}
