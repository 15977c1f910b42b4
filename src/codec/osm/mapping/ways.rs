//! Where one may pass: gates and doors, rider-friendly routes, roads.

use serde_json::json;

use super::super::tags::Tags;
use super::{Draft, Element, Outcome, Properties, Shape};
use crate::model::names::collection::{ENTRANCES, ROADS, ROUTES};
use crate::model::names::property;

/// Whether something may pass, from the most telling key to the most general.
fn may_pass(tags: &Tags, keys: &[&str]) -> Option<&'static str> {
    Some(match tags.first(keys)? {
        "yes" | "designated" | "permissive" | "destination" | "customers" | "delivery"
        | "official" | "optional_sidepath" | "use_sidepath" => "yes",
        "dismount" => "dismount",
        "no" | "private" | "permit" | "residents" | "agricultural" | "forestry" | "military" => {
            "no"
        }
        _ => return None,
    })
}

const EBIKE: [&str; 6] = [
    "electric_bicycle",
    "bicycle",
    "moped",
    "motorcycle",
    "vehicle",
    "access",
];
const FOOT: [&str; 2] = ["foot", "access"];
/// The conditions of `motor_vehicle` are ignored: a street that lets cars in from six to eleven is open to riders all day.
const CONDITIONS: [&str; 5] = [
    "electric_bicycle:conditional",
    "bicycle:conditional",
    "foot:conditional",
    "vehicle:conditional",
    "access:conditional",
];

/// The value `dismount` makes no sense for people on foot and counts as `yes`.
fn walk(pass: Option<&'static str>) -> Option<&'static str> {
    pass.map(|p| if p == "no" { "no" } else { "yes" })
}

pub(super) fn entrance(tags: &Tags, element: Element) -> Option<Outcome> {
    if element == Element::AreaRelation {
        return None;
    }
    let barrier = tags.get("barrier").unwrap_or_default();
    let gate = matches!(
        barrier,
        "gate"
            | "lift_gate"
            | "swing_gate"
            | "sliding_gate"
            | "sliding_beam"
            | "wicket_gate"
            | "hampshire_gate"
            | "bump_gate"
            | "kissing_gate"
            | "turnstile"
            | "full-height_turnstile"
            | "entrance"
    );
    let door =
        element == Element::Node && (tags.has("entrance") || tags.is("building", "entrance"));
    let garage = element == Element::Node && tags.is("amenity", "parking_entrance")
        || tags.is("entrance", "garage");
    let kind = if garage {
        "garage"
    } else if gate {
        "gate"
    } else if door {
        match tags.get("entrance") {
            Some("service" | "exit" | "emergency" | "delivery") => "service",
            _ => "unit_door",
        }
    } else {
        return None;
    };
    let narrow = matches!(
        barrier,
        "kissing_gate" | "turnstile" | "full-height_turnstile"
    );
    let ebike = may_pass(tags, &EBIKE).or(narrow.then_some("no"));
    let step_free = match tags.get("wheelchair") {
        Some("yes" | "designated") => Some(true),
        Some("no") => Some(false),
        _ => tags.count("step_count").map(|n| n == 0),
    };
    let unit = tags
        .first(&["addr:unit", "ref", "entrance:ref"])
        .filter(|_| kind == "unit_door");
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(kind))
        .set("unit", unit)
        .set("ebike", ebike)
        .set("foot", walk(may_pass(tags, &FOOT)))
        .set("opening_hours", tags.hours(&CONDITIONS))
        .set("guarded", tags.truth("guard").or(tags.truth("supervised")))
        .set("intercom", tags.truth("intercom"))
        .set("step_free", step_free)
        .set(
            "level",
            tags.get("level").and_then(|l| l.parse::<i32>().ok()),
        );
    p.draft(ENTRANCES, Shape::Point)
}

pub(super) fn route(tags: &Tags, element: Element) -> Option<Outcome> {
    if element == Element::Node {
        return None;
    }
    let highway = tags.get("highway")?;
    if tags.is("motorroad", "yes") {
        return None;
    }
    let crossing = ["footway", "cycleway", "path", "pedestrian"]
        .iter()
        .any(|k| tags.is(k, "crossing"));
    let in_garage = tags.any("service", &["parking_aisle", "driveway"])
        && (tags.number("layer").is_some_and(|l| l < 0.0)
            || tags.has("indoor")
            || tags.is("location", "underground")
            || tags.is("covered", "yes"));
    // Kind, whether an e-bike may be ridden where no tag says so, and the same on foot.
    let (kind, ebike, foot) = match highway {
        _ if crossing => ("crossing", "dismount", "yes"),
        "trunk" | "trunk_link" | "primary" | "primary_link" | "secondary" | "secondary_link"
        | "tertiary" | "tertiary_link" | "unclassified" | "residential" | "road" | "busway" => (
            "road",
            if highway == "busway" { "no" } else { "yes" },
            "yes",
        ),
        "service" | "living_street" if in_garage => ("garage", "yes", "yes"),
        "service" | "living_street" => ("lane", "yes", "yes"),
        "cycleway" => ("cycleway", "yes", "yes"),
        "track" => ("path", "yes", "yes"),
        "path" => ("path", "yes", "yes"),
        "footway" | "pedestrian" => ("path", "dismount", "yes"),
        "bridleway" => ("path", "no", "yes"),
        "corridor" => ("path", "no", "yes"),
        "steps" => ("steps", "no", "yes"),
        _ => return None,
    };
    let access = match tags.get("access") {
        Some(
            a
            @ ("yes" | "permissive" | "destination" | "delivery" | "customers" | "private" | "no"),
        ) => Some(a),
        Some("designated" | "official") => Some("yes"),
        Some("permit" | "residents" | "agricultural" | "forestry" | "military") => Some("private"),
        _ => None,
    };
    let ridden = may_pass(tags, &EBIKE);
    let ebike = match (highway, ridden) {
        // A sign against riding on a footway is no sign against pushing.
        ("footway" | "pedestrian", Some("no")) if access.is_none() => "dismount",
        (_, Some(said)) => said,
        (_, None) => ebike,
    };
    // `access=no` with `bicycle=designated` is a way for bicycles: the more telling key wins.
    let foot = walk(may_pass(tags, &FOOT)).unwrap_or(foot);
    let (oneway, reversed) = direction(tags, true);
    let steps = (highway == "steps").then(|| match tags.count("step_count") {
        Some(n) => json!(n),
        None => json!(true),
    });
    let covered = tags.has("covered")
        || tags.has("indoor")
        || tags.is("tunnel", "building_passage")
        || kind == "garage"
        || highway == "corridor";
    let width = ["width", "est_width"].iter().find_map(|k| tags.metres(k));
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(kind))
        .set("ebike", Some(ebike))
        .set("foot", Some(foot))
        .set("oneway", oneway.then_some(true))
        .set("surface", tags.get("surface"))
        .set("width_m", width)
        .set("steps", steps)
        .set("opening_hours", tags.hours(&CONDITIONS))
        .set("max_kmh", tags.kmh("maxspeed"))
        .set("covered", covered.then_some(true))
        .set("access", access)
        .set(
            "layer",
            tags.get("layer")
                .and_then(|l| l.parse::<i32>().ok())
                .filter(|l| (-20..=20).contains(l) && *l != 0),
        );
    let Some(Outcome::Draft(draft)) = p.draft(ROUTES, Shape::Line) else {
        return None;
    };
    Some(Outcome::Draft(Draft { reversed, ..draft }))
}

/// Whether the line is passed one way only, and whether against its drawing. A rider may be exempt.
fn direction(tags: &Tags, riding: bool) -> (bool, bool) {
    let exempt = riding
        && (tags.is("oneway:bicycle", "no")
            || [
                "cycleway",
                "cycleway:left",
                "cycleway:right",
                "cycleway:both",
            ]
            .iter()
            .any(|k| tags.get(k).is_some_and(|v| v.starts_with("opposite"))));
    match tags.get("oneway") {
        _ if exempt => (false, false),
        Some("yes" | "1" | "true") => (true, false),
        Some("-1" | "reverse") => (true, true),
        Some(_) => (false, false),
        None => (
            tags.any("junction", &["roundabout", "circular"])
                || tags.any("highway", &["motorway", "motorway_link"]),
            false,
        ),
    }
}

pub(super) fn road(tags: &Tags, element: Element) -> Option<Outcome> {
    let highway = tags.first(&["highway", "area:highway"])?;
    let base = highway.strip_suffix("_link").unwrap_or(highway);
    let carriageway = matches!(
        base,
        "motorway"
            | "trunk"
            | "primary"
            | "secondary"
            | "tertiary"
            | "unclassified"
            | "residential"
            | "living_street"
            | "service"
            | "pedestrian"
            | "road"
            | "busway"
    );
    if !carriageway || element == Element::Node {
        return None;
    }
    let square = element == Element::AreaRelation
        || element == Element::ClosedWay
            && (tags.is("area", "yes") || tags.get("highway").is_none());
    if element == Element::OpenWay && tags.get("highway").is_none() {
        return None;
    }
    let (oneway, reversed) = direction(tags, false);
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(base))
        .set("link", highway.ends_with("_link").then_some(true))
        .set("oneway", oneway.then_some(true))
        .set("lanes", tags.count("lanes"))
        .set("width_m", tags.metres("width"))
        .set("bridge", tags.has("bridge").then_some(true))
        .set("tunnel", tags.has("tunnel").then_some(true))
        .set("surface", tags.get("surface"));
    let shape = if square { Shape::Area } else { Shape::Line };
    let Some(Outcome::Draft(draft)) = p.draft(ROADS, shape) else {
        return None;
    };
    Some(Outcome::Draft(Draft { reversed, ..draft }))
}
