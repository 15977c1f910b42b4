//! Routes: the request and the answer of `POST /api/route`.

use super::{refuse, Opened, Request};
use crate::json::Json;
use crate::model::{InChinese, Localized};
use crate::network::core::Limit;
use crate::service::routes::{
    Ask, Failed, Ground, Journey, Leg, Nearest, NoWay, OtherGate, Passed, Spot, SpotError,
};
use crate::{Coord, Timestamp};

/// The most alternative routes.
const MOST_ALTERNATIVES: usize = 3;
/// The most labels that one search settles: a limit for a phone's memory.
pub const MOST_LABELS: u32 = 2_000_000;

/// Answers a request for a route.
pub fn answer(opened: &mut Opened, request: &Request<'_>, json: &mut Json) {
    let profile = request.get("profile").unwrap_or("ebike");
    let (from, to) = (spot(request, "from"), spot(request, "to"));
    let at = moment(request, "at");
    let (profile, from, to, at) = match (opened.area.profile(profile), from, to, at) {
        (Some(profile), Some(from), Some(to), Some(at)) => (profile.clone(), from, to, at),
        (None, ..) => return refuse(json, 422, "unknown_profile"),
        _ => return refuse(json, 422, "wrong_field"),
    };
    let wanted = request.get("alternatives").and_then(|n| n.parse().ok());
    let ask = Ask {
        from,
        to,
        profile,
        at,
        returns: request.get("return") == Some("true"),
        alternatives: MOST_ALTERNATIVES.min(wanted.unwrap_or(0)),
    };
    let ground = Ground::new(&opened.area, at, &request.all("avoid"));
    let limit = Limit {
        labels: MOST_LABELS,
        is_cancelled: &|| false,
    };
    match ground.route(&ask, &mut opened.memory, limit) {
        Ok(found) => collection(json, opened, &found, true),
        Err(failed) => refusal(json, &failed),
    }
}

/// Reads a moment, given in milliseconds since the Unix epoch.
pub fn moment(request: &Request<'_>, name: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(request.get(name)?.parse().ok()?).ok()
}

/// Reads a place.
pub fn spot(request: &Request<'_>, end: &str) -> Option<Spot> {
    let get = |name: &str| request.get(&format!("{}.{}", end, name));
    let own = |name: &str| get(name).map(str::to_owned);
    let degrees = |name: &str| get(name)?.parse::<f64>().ok().filter(|v| v.abs() <= 180.0);
    if let Some(id) = own("building") {
        return Some(Spot::Building {
            id,
            unit: own("unit"),
            room: own("room"),
        });
    }
    let entrance = own("entrance").map(Spot::Entrance);
    let facility = || own("facility").map(Spot::Facility);
    let position = || {
        let at = Coord {
            x: degrees("lon")?,
            y: degrees("lat")?,
        };
        Some(Spot::Position(at))
    };
    entrance.or_else(facility).or_else(position)
}

fn collection(json: &mut Json, opened: &Opened, journey: &Journey, is_best: bool) {
    json.object(|json| {
        json.key("type").text("FeatureCollection");
        let legs = journey.legs.iter().enumerate();
        json.key("features").array(legs, |json, (number, one)| {
            leg(json, one, number >= journey.back_from);
        });
        json.key("summary").object(|json| summary(json, opened, journey));
        if is_best {
            let others = &journey.alternatives;
            json.key("alternatives")
                .array(others, |json, other| collection(json, opened, other, false));
        }
    });
}

/// Writes a leg.
pub fn leg(json: &mut Json, leg: &Leg, is_back: bool) {
    json.object(|json| {
        json.key("type").text("Feature");
        json.key("geometry").object(|json| {
            json.key("type").text("LineString");
            json.key("coordinates").array(&leg.line, |json, at| pair(json, *at));
        });
        json.key("properties").object(|json| {
            json.key("mode").text(leg.mode.name());
            json.key("begins_at").text(&leg.begins_at.to_string());
            json.key("distance_m").number(tenth(leg.distance_m));
            json.key("duration_s").number(tenth(leg.duration_s));
            json.key("is_back").flag(is_back);
            json.key("steps").array(&leg.steps, |json, step| {
                json.object(|json| {
                    words(json.key("text"), &step.text);
                    json.key("distance_m").number(tenth(step.distance_m));
                    pair(json.key("position"), step.at);
                });
            });
        });
    });
}

fn summary(json: &mut Json, opened: &Opened, journey: &Journey) {
    json.key("distance_m").number(tenth(journey.distance_m));
    json.key("duration_s").number(tenth(journey.duration_s));
    json.key("arrive_at").text(&journey.arrive_at.to_string());
    json.key("gate").maybe(journey.gate.as_ref(), passed);
    json.key("door").maybe(journey.door.as_ref(), passed);
    json.key("gap_m").number(journey.gap_m);
    json.key("unknown_hours").whole(i64::from(journey.unknown_hours));
    json.key("assumed").whole(journey.assumed as i64);
    json.key("other_gates").array(&journey.other_gates, lost);
    json.key("seq").whole(opened.seq);
    json.key("network_seq").whole(opened.network_seq);
}

/// Writes a gate or a door.
pub fn passed(json: &mut Json, passed: &Passed) {
    json.object(|json| {
        json.key("id").text(&passed.id);
        json.key("name").maybe(passed.name.as_deref(), Json::text);
        pair(json.key("position"), passed.at);
    });
}

fn lost(json: &mut Json, gate: &OtherGate) {
    json.object(|json| {
        json.key("id").text(&gate.id);
        json.key("name").maybe(gate.name.as_deref(), Json::text);
        words(json.key("why"), &gate.why);
        json.key("code").text(gate.code);
        json.key("extra_s").maybe(gate.extra_s.map(tenth), Json::number);
    });
}

/// Answers why there is no way.
pub fn refusal(json: &mut Json, failed: &Failed) {
    match failed {
        Failed::Network(_) => refuse(json, 503, "no_network"),
        Failed::Limited => refuse(json, 422, "too_far"),
        Failed::From(error) => wrong_place(json, "from", error),
        Failed::To(error) => wrong_place(json, "to", error),
        Failed::NoWay(none) => no_way(json, none),
    }
}

/// Answers that a place is not known.
pub fn wrong_place(json: &mut Json, field: &str, error: &SpotError) {
    let (status, part) = match error {
        SpotError::Unknown { .. } => (404, ""),
        SpotError::FarAway { .. } => (422, ""),
        SpotError::UnknownUnit { .. } => (422, ".unit"),
        SpotError::UnknownRoom { .. } => (422, ".room"),
    };
    json.object(|json| {
        json.key("problem").object(|json| {
            json.key("status").whole(status);
            json.key("code").text("wrong_place");
            json.key("field").text(&format!("{}{}", field, part));
            words(json.key("detail"), &error.localized());
        });
    });
}

fn no_way(json: &mut Json, none: &NoWay) {
    json.object(|json| {
        json.key("problem").object(|json| {
            json.key("status").whole(422);
            json.key("code").text("no_way");
            words(json.key("detail"), &none.detail());
            words(json.key("reason"), &none.reason);
            json.key("gates").array(&none.gates, lost);
            json.key("nearest").maybe(none.nearest.as_ref(), instead);
        });
    });
}

fn instead(json: &mut Json, nearest: &Nearest) {
    json.object(|json| {
        json.key("collection").text(nearest.collection);
        json.key("id").text(&nearest.id);
        json.key("name").maybe(nearest.name.as_deref(), Json::text);
        pair(json.key("position"), nearest.at);
        json.key("distance_m").number(tenth(nearest.distance_m));
        json.key("duration_s").number(tenth(nearest.duration_s));
    });
}

/// Writes a text in both languages.
pub fn words(json: &mut Json, text: &Localized) {
    json.object(|json| {
        json.key("zh").text(&text.zh);
        json.key("en").text(&text.en);
    });
}

/// Writes longitude and latitude in degrees, rounded to 1e-7.
pub fn pair(json: &mut Json, at: Coord<f64>) {
    let round = |v: f64| (v * 1e7).round() / 1e7;
    json.array([round(at.x), round(at.y)], Json::number);
}

/// Rounds to one decimal place.
pub fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
