//! The nearest places: the request and the answer of `POST /api/nearest`, for facilities and first-aid stations.

use super::route::{moment, pair, refusal, spot, tenth, MOST_LABELS};
use super::{refuse, Opened, Request};
use crate::json::Json;
use crate::network::core::Limit;
use crate::network::file::Place;
use crate::network::nearby::coord;
use crate::service::routes::{Failed, Ground, Reach, Spot, Traveller};
use crate::spatial::metres::distance;

/// The most places in one answer.
const MOST: usize = 100;
/// The most candidates, nearest first in a straight line, as on the server.
const MOST_CANDIDATES: usize = 1024;

/// Answers a request for the nearest places.
pub fn answer(opened: &mut Opened, request: &Request<'_>, json: &mut Json) {
    let profile = request.get("profile").unwrap_or("foot");
    let k = request.get("k").unwrap_or("1").parse::<usize>().ok();
    let k = k.filter(|k| (1..=MOST).contains(k));
    let (from, at) = (spot(request, "from"), moment(request, "at"));
    let (profile, from, at, k) = match (opened.area.profile(profile), from, at, k) {
        (Some(profile), Some(from), Some(at), Some(k)) => (profile.clone(), from, at, k),
        (None, ..) => return refuse(json, 422, "unknown_profile"),
        _ => return refuse(json, 422, "wrong_field"),
    };
    let collection = request.get("collection").unwrap_or_default();
    let kind = request.get("kind");
    let area = std::rc::Rc::clone(&opened.area);
    let is_wanted = |place: &&Place| {
        place.collection.collection() == collection
            && kind.map_or(true, |kind| place.kind.as_deref() == Some(kind))
    };
    let mut places: Vec<&Place> = area.places.places.iter().filter(is_wanted).collect();
    let ground = Ground::new(&opened.area, at, &[]);
    let traveller = Traveller { from, profile, at };
    match nearest(&ground, &traveller, &mut places, k, opened) {
        Ok(found) => json.object(|json| {
            json.key("type").text("FeatureCollection");
            json.key("features").array(&found, |json, (number, reach)| {
                feature(json, places[*number], reach);
            });
            json.key("seq").whole(opened.seq);
            json.key("network_seq").whole(opened.network_seq);
        }),
        Err(failed) => refusal(json, &failed),
    }
}

/// Sorts places by their distance in a straight line, and returns the `k` that are reached first, as indexes.
fn nearest(
    ground: &Ground,
    traveller: &Traveller,
    places: &mut Vec<&Place>,
    k: usize,
    opened: &mut Opened,
) -> Result<Vec<(usize, Reach)>, Failed> {
    let limit = Limit {
        labels: MOST_LABELS,
        is_cancelled: &|| false,
    };
    let standing = ground.standing(traveller, limit)?;
    let metres = |place: &Place| place.at.map_or(f64::INFINITY, |at| distance(standing.origin, coord(at)));
    places.sort_by(|a, b| metres(a).total_cmp(&metres(b)).then_with(|| a.id.cmp(&b.id)));
    places.truncate(MOST_CANDIDATES);
    let spots = places.iter().map(|place| Some(Spot::Position(coord(place.at?))));
    standing.first(spots, k, &mut opened.memory)
}

fn feature(json: &mut Json, place: &Place, reach: &Reach) {
    json.object(|json| {
        json.key("type").text("Feature");
        json.key("id").text(&place.id);
        json.key("geometry").maybe(place.at, |json, at| {
            json.object(|json| {
                json.key("type").text("Point");
                pair(json.key("coordinates"), coord(at));
            });
        });
        json.key("properties").object(|json| {
            let texts = [
                ("name", &place.name),
                ("kind", &place.kind),
                ("opening_hours", &place.opening_hours),
                ("phone", &place.phone),
            ];
            for (name, text) in texts {
                json.key(name).maybe(text.as_deref(), Json::text);
            }
            json.key("aed").maybe(place.aed, Json::flag);
            json.key("distance_m").number(tenth(reach.distance_m));
            json.key("duration_s").number(tenth(reach.duration_s));
        });
    });
}
