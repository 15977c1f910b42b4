//! Rules for first aid, parks, facilities, water and boundaries.

use super::super::tags::Tags;
use super::{Element, Outcome, Properties, Shape, is_area};
use crate::model::both;
use crate::model::names::collection::{
    BOUNDARIES, FACILITIES, FIRST_AID_STATIONS, GREEN, MEDIATION_POINTS, WATER,
};
use crate::model::names::property;

pub(super) fn first_aid(tags: &Tags, _: Element) -> Option<Outcome> {
    const PLACES: [&str; 4] = ["clinic", "doctors", "hospital", "doctor"];
    const HEALTH: [&str; 6] = [
        "clinic",
        "doctor",
        "hospital",
        "centre",
        "emergency_ward",
        "first_aid",
    ];
    let aed = tags.any("emergency", &["defibrillator", "aed"]);
    let place = tags.any("amenity", &PLACES)
        || tags.any("healthcare", &HEALTH)
        || tags.any(
            "emergency",
            &[
                "first_aid",
                "first_aid_kit",
                "ambulance_station",
                "emergency_ward_entrance",
            ],
        );
    if !aed && !place {
        return None;
    }
    let mut p = Properties::of(tags);
    p.set("host", tags.first(&["operator", "brand"]))
        .set(
            property::KIND,
            tags.first(&["emergency", "amenity", "healthcare"]),
        )
        .set(
            "aed",
            (aed || tags.is("defibrillator", "yes")).then_some(true),
        )
        .set("opening_hours", tags.get("opening_hours"))
        .set(
            "phone",
            tags.first(&["phone", "contact:phone", "emergency:phone"]),
        );
    p.draft(FIRST_AID_STATIONS, Shape::Point)
}

pub(super) fn park_or_green(tags: &Tags, element: Element) -> Option<Outcome> {
    let kind = match tags.get("leisure") {
        Some("park" | "common") => Some("park"),
        Some("garden") => Some("garden"),
        Some("playground" | "dog_park") => Some("playground"),
        Some("pitch" | "golf_course") => Some("pitch"),
        Some("nature_reserve") => Some("wood"),
        _ => None,
    }
    .or(match tags.get("landuse") {
        Some(
            "grass" | "meadow" | "village_green" | "recreation_ground" | "flowerbed" | "greenery",
        ) => Some("grass"),
        Some("forest") => Some("wood"),
        Some("farmland" | "orchard" | "vineyard" | "allotments" | "plant_nursery") => {
            Some("farmland")
        }
        _ => None,
    })
    .or(match tags.get("natural") {
        Some("wood" | "scrub") => Some("wood"),
        Some("grassland" | "heath" | "shrubbery") => Some("grass"),
        Some("tree_row") => Some("tree_row"),
        _ => None,
    })?;
    if element == Element::Node {
        return None;
    }
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(kind));
    if kind == "tree_row" {
        return p.draft(GREEN, Shape::Line);
    }
    if element == Element::OpenWay {
        return Some(Outcome::Drop {
            collection: GREEN,
            problem: both!(
                "路径没有闭合，不能构成面",
                "the way is not closed, so it has no area"
            ),
        });
    }
    p.draft(GREEN, Shape::Area)
}

pub(super) fn facility(tags: &Tags, _: Element) -> Option<Outcome> {
    let name = tags.name().unwrap_or_default();
    let community = tags.any(
        "amenity",
        &["community_centre", "social_centre", "townhall"],
    ) || tags.has("office");
    let kind = match tags.get("amenity") {
        Some("bicycle_parking" | "motorcycle_parking") => "parking",
        Some("toilets") => "toilet",
        Some("charging_station") if tags.is("battery_swap", "yes") || name.contains("换电") => {
            "battery_swap"
        }
        // Riders cannot use a charging station for cars only.
        Some("charging_station")
            if tags.any("bicycle", &["yes", "designated"])
                || tags.any("motorcycle", &["yes", "designated"])
                || tags.any("scooter", &["yes", "designated"])
                || tags.any("electric_bicycle", &["yes", "designated"])
                || name.contains("电动自行车") =>
        {
            "charging"
        }
        Some("vending_machine")
            if tags.any("vending", &["battery_swap", "batteries"]) || name.contains("换电") =>
        {
            "battery_swap"
        }
        _ if tags.is("amenity", "bicycle_repair_station") => "toolbox",
        _ if name.contains("百宝箱") => "toolbox",
        _ if name.contains("骑手驿站") || name.contains("驿站") && community => "rest_stop",
        _ if community && name.contains("党群") => "party_service_centre",
        _ if community && name.contains("调解") => {
            let mut p = Properties::of(tags);
            p.set(property::KIND, Some("mediation_room"))
                .set("capacity", tags.count("capacity"))
                .set("opening_hours", tags.get("opening_hours"));
            return p.draft(MEDIATION_POINTS, Shape::Point);
        }
        _ if name.contains("议事亭") || community && name.contains("议事") => {
            "discussion_pavilion"
        }
        _ => return None,
    };
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(kind))
        .set("capacity", tags.count("capacity"))
        .set("opening_hours", tags.get("opening_hours"));
    p.draft(FACILITIES, Shape::Point)
}

pub(super) fn water(tags: &Tags, element: Element) -> Option<Outcome> {
    if element == Element::Node {
        return None;
    }
    let line = match tags.get("waterway") {
        Some(kind @ ("river" | "canal" | "stream" | "ditch")) => Some(kind),
        Some("drain") => Some("ditch"),
        Some("tidal_channel" | "fairway") => Some("river"),
        _ => None,
    };
    let area = match (
        tags.get("natural"),
        tags.get("landuse"),
        tags.get("waterway"),
    ) {
        (Some("water"), ..) => Some(match tags.get("water") {
            Some(
                kind @ ("river" | "canal" | "lake" | "pond" | "reservoir" | "basin" | "ditch"),
            ) => Some(kind),
            Some("stream" | "stream_pool") => Some("stream"),
            Some("harbour" | "lagoon" | "cove") => Some("sea"),
            Some("wastewater" | "reflecting_pool" | "fountain") => Some("basin"),
            _ => None,
        }),
        (Some("bay"), ..) if is_area(element) => Some(Some("sea")),
        (_, Some("reservoir"), _) => Some(Some("reservoir")),
        (_, Some("basin"), _) => Some(Some("basin")),
        (.., Some("riverbank")) => Some(Some("river")),
        (.., Some("dock")) => Some(Some("basin")),
        _ => None,
    };
    let mut p = Properties::of(tags);
    p.set("width_m", tags.metres("width"))
        .set("tunnel", tags.has("tunnel").then_some(true));
    match (area, line) {
        (Some(kind), _) => {
            if element == Element::OpenWay {
                return Some(Outcome::Drop {
                    collection: WATER,
                    problem: both!(
                        "路径没有闭合，不能构成面",
                        "the way is not closed, so it has no area"
                    ),
                });
            }
            p.set(property::KIND, kind);
            p.draft(WATER, Shape::Area)
        }
        (None, Some(kind)) => {
            p.set(property::KIND, Some(kind));
            p.draft(WATER, Shape::Line)
        }
        (None, None) => None,
    }
}

pub(super) fn boundary(tags: &Tags, element: Element) -> Option<Outcome> {
    if !tags.is("boundary", "administrative") || element == Element::Node {
        return None;
    }
    let level = tags.count("admin_level").filter(|l| *l <= 15);
    // The administrative levels used in China; 3, 7 and 9 are not.
    let kind = match level {
        Some(2) => Some("country"),
        Some(4) => Some("province"),
        Some(5) => Some("city"),
        Some(6) => Some("county"),
        Some(8) => Some("street"),
        Some(10) => Some("community"),
        _ => None,
    };
    let code = tags
        .first(&["ref:GB", "gb2260", "ref"])
        .filter(|c| !c.is_empty() && c.bytes().all(|b| b.is_ascii_digit()));
    let mut p = Properties::of(tags);
    p.set("admin_level", level)
        .set(property::KIND, kind)
        .set(property::CODE, code);
    // A way is usually only a part of a boundary; the relation has the whole.
    let shape = if element == Element::AreaRelation {
        Shape::Area
    } else {
        Shape::Line
    };
    p.draft(BOUNDARIES, shape)
}
