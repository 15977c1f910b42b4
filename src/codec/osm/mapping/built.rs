//! Rules for buildings and residential compounds.

use super::super::tags::Tags;
use super::{Element, Outcome, Properties, Shape, is_area};
use crate::model::names::collection::{BARRIERS, BUILDINGS, COMPOUNDS};
use crate::model::names::property;
use crate::model::{Localized, both};

pub(super) fn building(tags: &Tags, element: Element) -> Option<Outcome> {
    let value = tags.get("building")?;
    let drop = |problem: Localized| {
        Some(Outcome::Drop {
            collection: BUILDINGS,
            problem,
        })
    };
    if value == "no" {
        return drop(both!(
            "building=no 表示该处不是建筑",
            "the tag building=no says that this is not a building"
        ));
    }
    match element {
        // `building=entrance` is an outdated tag for a door.
        Element::Node if value == "entrance" => return None,
        Element::Node => {
            return drop(both!(
                "标在节点上的建筑没有轮廓",
                "a building on a node has no outline"
            ));
        }
        Element::OpenWay => {
            return drop(both!(
                "路径没有闭合，不能构成轮廓",
                "the way is not closed, so it has no outline"
            ));
        }
        Element::ClosedWay | Element::AreaRelation => {}
    }
    let kind = match value {
        "residential" | "apartments" | "house" | "detached" | "semidetached_house" | "terrace"
        | "dormitory" | "bungalow" | "hut" | "cabin" | "farm" | "static_caravan" | "villa" => {
            Some("residential")
        }
        "retail" | "shop" | "commercial" | "kiosk" | "supermarket" | "mall" => Some("shop"),
        "office" | "government" => Some("office"),
        "school" | "university" | "college" => Some("school"),
        "kindergarten" => Some("kindergarten"),
        "marketplace" | "market" => Some("market"),
        "hospital" | "clinic" => Some("clinic"),
        "civic" | "public" | "community_centre" => Some("community"),
        "industrial" | "warehouse" | "factory" | "manufacture" => Some("industrial"),
        "garage" | "garages" | "parking" | "carport" => Some("garage"),
        "service" | "shed" | "transformer_tower" | "guardhouse" | "toilets" | "gatehouse" => {
            Some("service")
        }
        // A plain `building=yes` says nothing about the kind.
        "yes" => None,
        _ => Some("other"),
    };
    let levels = tags
        .number("building:levels")
        .filter(|n| (0.0..=300.0).contains(n));
    let metres = |key| tags.metres(key).filter(|n| *n <= 2000.0);
    let year = tags
        .first(&["start_date", "building:start_date", "year_of_construction"])
        .and_then(|d| d.get(..4))
        .and_then(|y| y.parse::<u32>().ok())
        .filter(|y| (1000..=2200).contains(y));
    let mut p = Properties::of(tags);
    p.set(property::KIND, kind)
        .set("number", tags.first(&["addr:housenumber", "ref"]))
        .set("address", address(tags))
        .set("levels", levels)
        .set(
            "height_m",
            metres("height").or_else(|| metres("building:height")),
        )
        .set("min_height_m", metres("min_height"))
        .set("households", tags.count("building:flats"))
        .set("elevator", tags.truth("elevator"))
        .set("built", year);
    p.draft(BUILDINGS, Shape::Area)
}

/// Street and number in the local order: 果园东路18号, but Rue Grimaldi 18.
fn address(tags: &Tags) -> Option<String> {
    if let Some(full) = tags.get("addr:full") {
        return Some(full.to_owned());
    }
    let street = tags.get("addr:street")?;
    let Some(number) = tags.get("addr:housenumber") else {
        return Some(street.to_owned());
    };
    let chinese = street
        .chars()
        .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    Some(match (chinese, number.ends_with('号')) {
        (true, true) => format!("{street}{number}"),
        (true, false) => format!("{street}{number}号"),
        (false, _) => format!("{street} {number}"),
    })
}

pub(super) fn compound(tags: &Tags, element: Element) -> Option<Outcome> {
    const CAMPUS: [&str; 4] = ["university", "college", "school", "kindergarten"];
    if !is_area(element) || tags.has("building") {
        return None;
    }
    let walled = tags.any("barrier", &["wall", "fence", "hedge", "city_wall"])
        || tags.is("residential", "gated")
        || tags.any("gated", &["yes"]);
    let private = tags.any("access", &["private", "permit", "customers"]);
    let kind = if tags.is("landuse", "residential") && (tags.name().is_some() || walled || private)
    {
        "residential"
    } else {
        tags.get("amenity").filter(|a| CAMPUS.contains(a))?
    };
    let mut p = Properties::of(tags);
    // A campus or estate without a tag about walls may still have walls, so `walled` is left out.
    p.set(property::KIND, Some(kind))
        .set("walled", walled.then_some(true))
        .set("operator", tags.get("operator"))
        .set("households", tags.count("building:flats"));
    p.draft(COMPOUNDS, Shape::Area)
}

pub(super) fn barrier(tags: &Tags, element: Element) -> Option<Outcome> {
    let kind = match tags.get("barrier")? {
        "wall" | "city_wall" | "retaining_wall" | "sound_barrier" => "wall",
        "fence" | "guard_rail" | "handrail" | "chain" | "cable_barrier" => "fence",
        "hedge" => "hedge",
        _ => return None,
    };
    if element == Element::Node {
        return None;
    }
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(kind))
        .set("height_m", tags.metres("height"));
    p.draft(BARRIERS, Shape::Line)
}
