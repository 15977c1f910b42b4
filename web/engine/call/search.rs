//! Search: the request and the answer of `GET /api/search`, with the properties that a phone has.

use super::card::door_of;
use super::route::{pair, words};
use super::{Opened, Request};
use crate::access::directory::Hit;
use crate::json::Json;
use crate::model::{both, InChinese};
use crate::network::core::Point;
use crate::network::file::{Named, Places};
use crate::network::nearby::coord;

/// The most places in one answer.
const MOST: usize = 100;
/// The most characters of a query.
const LONGEST: usize = 600;

/// Returns the collection and the id of a place.
pub fn place(places: &Places, list: Named, index: u32) -> Option<(&'static str, String)> {
    let at = index as usize;
    Some(match list {
        Named::Compound => ("compounds", places.compounds.get(at)?.id.clone()),
        Named::House => ("buildings", places.houses.get(at)?.id.clone()),
        Named::Door => ("entrances", places.doors.get(at)?.id.clone()),
        Named::Place => {
            let place = places.places.get(at)?;
            (place.collection.collection(), place.id.clone())
        }
    })
}

/// A place as the answer shows it.
#[derive(Default)]
struct Shown<'a> {
    at: Option<Point>,
    name: Option<&'a str>,
    kind: Option<&'a str>,
    compound: Option<&'a str>,
    opening_hours: Option<&'a str>,
}

/// Answers a search.
pub fn answer(opened: &Opened, request: &Request<'_>, json: &mut Json) {
    let text: String = request.get("text").unwrap_or_default().chars().take(LONGEST).collect();
    let limit = request.get("limit").and_then(|n| n.parse().ok());
    let limit = limit.unwrap_or(10).max(1).min(MOST);
    let (hits, without_numbers) = opened.directory.search(&text, limit);
    json.object(|json| {
        json.key("type").text("FeatureCollection");
        json.key("features").array(&hits, |json, hit| feature(json, opened, hit));
        if without_numbers {
            let note = both!(
                "没有找到该编号，以下地点仅名称相符。",
                "No place has this number; these fit by name only."
            );
            words(json.key("note"), &note);
        }
    });
}

fn feature(json: &mut Json, opened: &Opened, hit: &Hit) {
    let places = &opened.area.places;
    let at = hit.index as usize;
    let shown = match hit.list {
        Named::Compound => Shown {
            at: places.compounds[at].at,
            name: places.compounds[at].name.as_deref(),
            ..Shown::default()
        },
        Named::House => Shown {
            at: places.houses[at].at,
            name: places.houses[at].name.as_deref(),
            compound: places.houses[at].compound.as_deref(),
            ..Shown::default()
        },
        Named::Door => Shown {
            at: places.doors[at].at,
            name: places.doors[at].text("name"),
            kind: places.doors[at].text("kind"),
            compound: places.doors[at].compound.as_deref(),
            opening_hours: places.doors[at].text("opening_hours"),
        },
        Named::Place => Shown {
            at: places.places[at].at,
            name: places.places[at].name.as_deref(),
            kind: places.places[at].kind.as_deref(),
            compound: places.places[at].compound.as_deref(),
            opening_hours: places.places[at].opening_hours.as_deref(),
        },
    };
    json.object(|json| {
        json.key("type").text("Feature");
        let (collection, id) = place(places, hit.list, hit.index).unwrap_or_default();
        json.key("id").text(&id);
        json.key("collection").text(collection);
        json.key("geometry").maybe(shown.at, |json, at| {
            json.object(|json| {
                json.key("type").text("Point");
                pair(json.key("coordinates"), coord(at));
            });
        });
        json.key("properties").object(|json| {
            json.key("name").maybe(shown.name, Json::text);
            json.key("kind").maybe(shown.kind, Json::text);
            json.key("compound").maybe(shown.compound, Json::text);
            json.key("opening_hours").maybe(shown.opening_hours, Json::text);
        });
        if hit.list == Named::House && (hit.unit.is_some() || hit.room.is_some()) {
            json.key("address").object(|json| address(json, opened, hit));
        }
    });
}

fn address(json: &mut Json, opened: &Opened, hit: &Hit) {
    for (name, value) in [("unit", &hit.unit), ("room", &hit.room)] {
        if let Some(value) = value {
            json.key(name).text(value);
        }
    }
    let house = &opened.area.places.houses[hit.index as usize];
    match door_of(&opened.area, house, hit.unit.as_deref(), hit.room.as_deref()) {
        Ok(Some(door)) => json.key("door").text(&door),
        Ok(None) => {}
        Err(none) => words(json.key("note"), &none.sentence()),
    }
}
