//! `/api/trip`: several deliveries, in the order that ends first.

use axum::extract::State;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{LegFeature, RouteEntrance, leg_feature};
use super::ask::{RoutePlace, avoided, departure, profile};
use super::route::{geojson, refusal, wrong_place};
use crate::http::App;
use crate::http::body::JsonBody;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::work::Advice;
use crate::model::both;
use crate::service::routes::{
    Delivery, MOST_DELIVERIES, NoTrip, STAY_S, Traveller, Trip, Unanswered,
};

/// The maximum time at the door, in seconds.
const LONGEST_STAY_S: u32 = 4 * 3600;

/// How long after the departure the time window of a delivery may begin at the latest.
const LATEST: SignedDuration = SignedDuration::from_hours(24);
/// The advice in the error when planning a trip exceeds the budget.
const FEWER: Advice = (
    "请减少配送单数，或选择大门开放的时段出发。",
    "Ask for fewer stops, or depart when the gates are open.",
);

/// A request for a trip.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TripBody {
    /// The origin.
    pub from: RoutePlace,
    /// The deliveries, in any order.
    #[schema(min_items = 1, max_items = 20)]
    pub stops: Vec<TripStop>,
    /// The travel profile: `ebike`, `foot`, `cargo_trike` or `wheelchair`.
    #[serde(default = "ebike", alias = "mode")]
    #[schema(example = "ebike")]
    pub profile: String,
    /// The departure time, RFC 3339; now, if absent.
    #[serde(alias = "at")]
    #[schema(format = DateTime)]
    pub depart_at: Option<String>,
    /// The ids of entrances that the trip must not pass, such as a gate that has just turned the rider away.
    #[serde(default)]
    #[schema(max_items = 16)]
    pub avoid: Vec<String>,
}

fn ebike() -> String {
    "ebike".to_owned()
}

/// A delivery.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TripStop {
    /// The destination.
    pub to: RoutePlace,
    /// The earliest time of the delivery, RFC 3339.
    #[schema(format = DateTime)]
    pub not_before: Option<String>,
    /// The latest time at which the delivery may begin, RFC 3339.
    #[schema(format = DateTime)]
    pub not_after: Option<String>,
    /// The time at the door, in seconds; 120, if absent.
    #[schema(maximum = 14400)]
    pub stay_s: Option<u32>,
}

/// A trip as a FeatureCollection: one line for each leg, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct TripAnswer {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The legs.
    pub features: Vec<LegFeature>,
    /// The deliveries in the order in which they are made.
    pub visits: Vec<TripVisit>,
    /// The summary of the trip.
    pub summary: TripSummary,
}

/// A delivery in a trip.
#[derive(Debug, Serialize, ToSchema)]
pub struct TripVisit {
    /// The index of the delivery in `stops` of the request, from 0.
    pub stop: usize,
    /// The arrival at the door.
    #[schema(format = DateTime)]
    pub arrive_at: String,
    /// When the delivery begins: the arrival, or the start of its time window if that is later.
    #[schema(format = DateTime)]
    pub begins_at: String,
    /// Whether the vehicle is moved before the visit. If not, the rider walks from the previous door.
    pub rides: bool,
    /// The gate through which the compound is entered; null if none is, for example because the previous door
    /// is in the same compound.
    pub gate: Option<RouteEntrance>,
    /// The id of the door; null if no door is known.
    pub door: Option<String>,
    /// The length of the last stretch to the door where no way is mapped, in metres.
    pub gap_m: f64,
    /// The index of the first leg of the visit in `features`, from 0.
    pub first_leg: usize,
}

/// The summary of a trip.
#[derive(Debug, Serialize, ToSchema)]
pub struct TripSummary {
    /// The length, in metres.
    pub distance_m: f64,
    /// The duration, in seconds, including the time at the doors.
    pub duration_s: f64,
    /// When the last delivery ends.
    #[schema(format = DateTime)]
    pub end_at: String,
    /// Whether the trip is the best over all orders of the deliveries, the parking places near their doors and walks of
    /// up to 1 km; false for more than 8 deliveries, whose order is a good one that a heuristic found.
    pub is_exact: bool,
    /// The number of the commit at which access rights and opening hours were read.
    pub seq: u64,
    /// The number of the commit from which the network was built.
    pub network_seq: u64,
}

/// Plans a trip to several doors.
///
/// Finds the order of the deliveries that ends first, with time windows, parking places, and walks from door to door.
/// For up to 8 deliveries the trip is the best one, and `summary.is_exact` is true; for more, a heuristic finds a good
/// one. Opening hours are read for the time of each leg. Neither the request nor a position in it is logged or
/// stored.
#[utoipa::path(post, path = "/api/trip", operation_id = "trip", tag = "routes",
    request_body = TripBody,
    responses(
        (status = 200, description = "The trip", content_type = "application/geo+json", body = TripAnswer),
        (status = 400, description = "The body cannot be read", content_type = "application/problem+json"),
        (status = 404, description = "There is no such building, entrance or facility", content_type = "application/problem+json"),
        (status = 422, description = "A field is wrong, there are no deliveries or more than 20, a position is far from every way, a door cannot be reached, or the time windows cannot all be kept: then `reason` says why", content_type = "application/problem+json"),
        (status = 503, description = "The network is being built, or too many large requests come at once; Retry-After says when to try again", content_type = "application/problem+json"),
    ))]
pub async fn trip(
    State(app): State<App>,
    query: Query,
    JsonBody(body): JsonBody<TripBody>,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let count = body.stops.len();
    if !(1..=MOST_DELIVERIES).contains(&count) {
        return Err(Problem::wrong_field(
            "stops",
            both!(
                "应为1至{MOST_DELIVERIES}单，实际为{count}单",
                "expected 1 to {MOST_DELIVERIES} deliveries, found {count}"
            ),
        ));
    }
    let traveller = Traveller {
        from: body.from.read("from")?,
        profile: profile(&app, &body.profile)?,
        at: departure(body.depart_at.as_deref())?,
    };
    let deliveries = body.stops.into_iter().enumerate();
    let deliveries: Vec<Delivery> = deliveries
        .map(|(number, stop)| delivery(number, stop, traveller.at))
        .collect::<Result<_, _>>()?;
    let depart = traveller.at;
    let ground = app.ground(depart).await?;
    avoided(&body.avoid, &ground)?;
    let ground = ground.avoiding(&body.avoid);
    let searched = ground.clone();
    let found = app
        .metered(FEWER, move |memory, limit, _| {
            match searched.trip(&traveller, &deliveries, memory, limit) {
                Ok(trip) => Ok(Ok(trip)),
                Err(NoTrip::Failed(failed)) => Err(Unanswered::Failed(failed)),
                Err(NoTrip::Stop(number, error)) => Ok(Err((number, error))),
            }
        })
        .await?
        .map_err(refusal)?;
    let trip =
        found.map_err(|(number, error)| wrong_place(&format!("stops.{number}.to"), &error))?;
    let (visits, features) = visits(&trip);
    let metres = trip.visits.iter().flat_map(|visit| &visit.legs);
    let metres: f64 = metres.map(|leg| leg.distance_m).sum();
    let ms = trip.end_at.as_millisecond() - depart.as_millisecond();
    Ok(geojson(&TripAnswer {
        kind: "FeatureCollection",
        features,
        visits,
        summary: TripSummary {
            distance_m: super::answer::tenth(metres),
            duration_s: super::answer::tenth(ms as f64 / 1000.0),
            end_at: trip.end_at.to_string(),
            is_exact: trip.is_exact,
            seq: ground.snapshot.seq(),
            network_seq: ground.network.seq,
        },
    }))
}

fn visits(trip: &Trip) -> (Vec<TripVisit>, Vec<LegFeature>) {
    let mut features = Vec::new();
    let mut visits = Vec::with_capacity(trip.visits.len());
    for visit in &trip.visits {
        visits.push(TripVisit {
            stop: visit.stop,
            arrive_at: visit.arrive_at.to_string(),
            begins_at: visit.begins_at.to_string(),
            rides: visit.rides,
            gate: visit.gate.as_ref().map(RouteEntrance::of),
            door: visit.door.clone(),
            gap_m: visit.gap_m,
            first_leg: features.len(),
        });
        features.extend(visit.legs.iter().map(|leg| leg_feature(leg, false)));
    }
    (visits, features)
}

/// Validates a delivery of a trip that begins at `depart`.
fn delivery(number: usize, stop: TripStop, depart: Timestamp) -> Result<Delivery, Problem> {
    let field = |name: &str| format!("stops.{number}.{name}");
    let moment = |name: &str, text: Option<&String>| -> Result<Option<Timestamp>, Problem> {
        let Some(text) = text else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            Problem::wrong_field(
                &field(name),
                both!(
                    "应为 RFC 3339 时间，例如 2026-11-30T08:00:00+08:00",
                    "expected an RFC 3339 time such as 2026-11-30T08:00:00+08:00"
                ),
            )
        })
    };
    let from = moment("not_before", stop.not_before.as_ref())?;
    let until = moment("not_after", stop.not_after.as_ref())?;
    if let (Some(from), Some(until)) = (from, until)
        && until < from
    {
        return Err(Problem::wrong_field(
            &field("not_after"),
            both!("不应早于 not_before", "expected no earlier than not_before"),
        ));
    }
    if until.is_some_and(|until| until < depart) {
        return Err(Problem::wrong_field(
            &field("not_after"),
            both!(
                "已早于出发时间，应为出发以后的时间",
                "the window ends before the departure; expected a later time"
            ),
        ));
    }
    if from.is_some_and(|from| from.duration_since(depart) > LATEST) {
        return Err(Problem::wrong_field(
            &field("not_before"),
            both!(
                "过晚，应在出发后24小时以内",
                "too late; expected within 24 hours after the departure"
            ),
        ));
    }
    let stay_s = stop.stay_s.unwrap_or(STAY_S);
    if stay_s > LONGEST_STAY_S {
        return Err(Problem::wrong_field(
            &field("stay_s"),
            both!(
                "应为0至{LONGEST_STAY_S}秒",
                "expected 0 to {LONGEST_STAY_S} seconds"
            ),
        ));
    }
    Ok(Delivery {
        to: stop.to.read(&field("to"))?,
        from,
        until,
        stay_s,
    })
}
