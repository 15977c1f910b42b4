//! Trips: the request and the answer of `POST /api/trip`.

use super::route::{leg, moment, passed, refusal, spot, tenth, wrong_place, MOST_LABELS};
use super::{refuse, Opened, Request};
use crate::json::Json;
use crate::network::core::Limit;
use crate::service::routes::{
    Delivery, Ground, NoTrip, Traveller, Trip, MOST_DELIVERIES, STAY_S,
};
use crate::Timestamp;

/// Answers a request for a trip. The deliveries are `stops.0`, `stops.1` and so on.
pub fn answer(opened: &mut Opened, request: &Request<'_>, json: &mut Json) {
    let profile = request.get("profile").unwrap_or("ebike");
    let (from, at) = (spot(request, "from"), moment(request, "at"));
    let (profile, from, at) = match (opened.area.profile(profile), from, at) {
        (Some(profile), Some(from), Some(at)) => (profile.clone(), from, at),
        (None, ..) => return refuse(json, 422, "unknown_profile"),
        _ => return refuse(json, 422, "wrong_field"),
    };
    let mut deliveries = Vec::new();
    for number in 0..=MOST_DELIVERIES {
        match delivery(request, number, at) {
            Some(Ok(delivery)) => deliveries.push(delivery),
            Some(Err(field)) => return wrong_field(json, &field),
            None => break,
        }
    }
    if deliveries.is_empty() || deliveries.len() > MOST_DELIVERIES {
        return wrong_field(json, "stops");
    }
    let traveller = Traveller { from, profile, at };
    let ground = Ground::new(&opened.area, at, &request.all("avoid"));
    let limit = Limit {
        labels: MOST_LABELS,
        is_cancelled: &|| false,
    };
    match ground.trip(&traveller, &deliveries, &mut opened.memory, limit) {
        Ok(trip) => whole(json, opened, &trip, at),
        Err(NoTrip::Failed(failed)) => refusal(json, &failed),
        Err(NoTrip::Stop(number, error)) => {
            wrong_place(json, &format!("stops.{}.to", number), &error)
        }
    }
}

/// Reads a delivery; `None` if there is none of this number, and the name of a field that is wrong.
fn delivery(
    request: &Request<'_>,
    number: usize,
    depart: Timestamp,
) -> Option<Result<Delivery, String>> {
    let field = |name: &str| format!("stops.{}.{}", number, name);
    let to = spot(request, &field("to"))?;
    let from = moment(request, &field("not_before"));
    let until = moment(request, &field("not_after"));
    if until.map_or(false, |until| until < depart || from.map_or(false, |from| until < from)) {
        return Some(Err(field("not_after")));
    }
    let stay = request.get(&field("stay_s")).map(str::parse);
    Some(match stay.unwrap_or(Ok(STAY_S)) {
        Ok(stay_s) => Ok(Delivery {
            to,
            from,
            until,
            stay_s,
        }),
        Err(_) => Err(field("stay_s")),
    })
}

fn wrong_field(json: &mut Json, field: &str) {
    json.object(|json| {
        json.key("problem").object(|json| {
            json.key("status").whole(422);
            json.key("code").text("wrong_field");
            json.key("field").text(field);
        });
    });
}

fn whole(json: &mut Json, opened: &Opened, trip: &Trip, depart: Timestamp) {
    let legs = || trip.visits.iter().flat_map(|visit| &visit.legs);
    json.object(|json| {
        json.key("type").text("FeatureCollection");
        json.key("features").array(legs(), |json, one| leg(json, one, false));
        let mut first_leg = 0;
        json.key("visits").array(&trip.visits, |json, visit| {
            json.object(|json| {
                json.key("stop").whole(visit.stop as i64);
                json.key("arrive_at").text(&visit.arrive_at.to_string());
                json.key("begins_at").text(&visit.begins_at.to_string());
                json.key("rides").flag(visit.rides);
                json.key("gate").maybe(visit.gate.as_ref(), passed);
                json.key("door").maybe(visit.door.as_deref(), Json::text);
                json.key("gap_m").number(visit.gap_m);
                json.key("first_leg").whole(first_leg);
            });
            first_leg += visit.legs.len() as i64;
        });
        json.key("summary").object(|json| {
            let metres: f64 = legs().map(|leg| leg.distance_m).sum();
            let ms = trip.end_at.as_millisecond() - depart.as_millisecond();
            json.key("distance_m").number(tenth(metres));
            json.key("duration_s").number(tenth(ms as f64 / 1000.0));
            json.key("end_at").text(&trip.end_at.to_string());
            json.key("is_exact").flag(trip.is_exact);
            json.key("seq").whole(opened.seq);
            json.key("network_seq").whole(opened.network_seq);
        });
    });
}
