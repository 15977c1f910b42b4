//! Rules for gates and doors, the route network, and roads.

use serde_json::json;

use super::super::tags::Tags;
use super::access::Access;
use super::{Draft, Element, Outcome, Properties, Shape, is_area};
use crate::model::names::collection::{ENTRANCES, ROADS, ROUTES};
use crate::model::names::property;

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
    let access = Access::of(tags, narrow.then_some("no"), None);
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
        .set("rooms", tags.get("addr:flats").map(rooms))
        .set("locked", tags.truth("locked"))
        .set("width_m", clear_width(tags))
        .set("guarded", tags.truth("guard").or(tags.truth("supervised")))
        .set("intercom", tags.truth("intercom"))
        .set("step_free", step_free)
        .set(
            "level",
            tags.get("level").and_then(|l| l.parse::<i32>().ok()),
        );
    pass(&mut p, access);
    p.draft(ENTRANCES, Shape::Point)
}

/// Sets the properties that say who may pass and when.
fn pass(p: &mut Properties, access: Access) {
    p.set("ebike", access.ebike)
        .set("foot", access.foot)
        .set("access", access.access)
        .set("opening_hours", access.opening_hours)
        .set("ebike_hours", access.ebike_hours);
}

/// Converts `addr:flats` to rooms and ranges separated by commas: `1-12;14` becomes `1-12,14`.
fn rooms(flats: &str) -> String {
    let parts = flats.split([';', ',']).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(",")
}

/// The clear width of a gate or an obstacle, in metres.
fn clear_width(tags: &Tags) -> Option<f64> {
    let mut keys = ["maxwidth:physical", "maxwidth", "opening", "spacing"].iter();
    keys.find_map(|key| tags.metres(key))
}

/// An obstacle on a way, such as a bollard: a point of the network that only some kinds of traffic
/// can pass.
fn obstacle(tags: &Tags) -> Option<Outcome> {
    let (kind, ebike) = match tags.get("barrier")? {
        "bollard" | "block" | "jersey_barrier" | "stone" | "log" | "debris" | "planter" => {
            ("bollard", "yes")
        }
        "cycle_barrier" | "motorcycle_barrier" | "bicycle_barrier" | "chicane" => {
            ("cycle_barrier", "dismount")
        }
        "stile" => ("stile", "no"),
        "chain" | "rope" | "cable_barrier" => ("chain", "dismount"),
        _ => return None,
    };
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(kind))
        .set("width_m", clear_width(tags))
        .set("locked", tags.truth("locked"));
    pass(&mut p, Access::of(tags, Some(ebike), Some("yes")));
    p.draft(ROUTES, Shape::Point)
}

/// A lift. Most are nodes. A lift drawn as an area joins the lines that end on its outline.
fn lift(tags: &Tags, element: Element) -> Option<Outcome> {
    let mut access = Access::of(tags, Some("no"), Some("yes"));
    // Nobody rides an e-bike in a lift.
    if access.ebike == Some("yes") {
        access.ebike = Some("dismount");
    }
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some("lift"))
        .set("lift", Some(true))
        .set("width_m", clear_width(tags))
        .set("locked", tags.truth("locked"));
    pass(&mut p, access);
    let shape = match element {
        Element::Node => Shape::Point,
        Element::OpenWay => Shape::Line,
        Element::ClosedWay | Element::AreaRelation => Shape::Area,
    };
    p.draft(ROUTES, shape)
}

/// For an area that can be crossed in any direction: the value of the property `ebike` (`yes`,
/// `dismount` or `no`) if no tag gives one. `None` for other elements.
fn square(tags: &Tags, element: Element) -> Option<&'static str> {
    if !is_area(element) || tags.has("building") {
        return None;
    }
    let said = tags.is("area", "yes") || element == Element::AreaRelation;
    match tags.get("highway") {
        Some("pedestrian" | "footway" | "path") if said => Some("dismount"),
        Some("corridor") if said => Some("no"),
        Some("service" | "living_street" | "residential" | "unclassified" | "track") if said => {
            Some("yes")
        }
        Some(_) => None,
        None => {
            let walked = tags.any("area:highway", &["pedestrian", "footway", "path"]);
            (walked || tags.is("place", "square")).then_some("dismount")
        }
    }
}

/// The widest vehicle that can use a ramp beside steps; `yes` if there is a ramp for an unknown
/// vehicle, `no` if there is no ramp, `None` if the tags do not say.
fn ramp(tags: &Tags) -> Option<&'static str> {
    const KINDS: [(&str, &str); 3] = [
        ("ramp:wheelchair", "wheelchair"),
        ("ramp:stroller", "stroller"),
        ("ramp:bicycle", "bicycle"),
    ];
    let there = |pair: &&(&str, &str)| {
        tags.any(pair.0, &["yes", "automatic", "manual"]) || tags.is("ramp", pair.1)
    };
    if let Some((_, kind)) = KINDS.iter().find(there) {
        return Some(*kind);
    }
    match tags.get("ramp") {
        Some("yes" | "separate") => Some("yes"),
        Some("no") => Some("no"),
        _ => KINDS
            .iter()
            .all(|(key, _)| tags.is(key, "no"))
            .then_some("no"),
    }
}

/// The incline in percent in the direction of the way. The values `up` and `down` are not numbers; [`slope`] reads
/// them.
fn incline(tags: &Tags) -> Option<f64> {
    let text = tags.get("incline")?;
    let percent = match (text.strip_suffix('%'), text.strip_suffix('°')) {
        (Some(percent), _) => percent.trim().parse::<f64>().ok()?,
        (_, Some(degrees)) => degrees.trim().parse::<f64>().ok()?.to_radians().tan() * 100.0,
        _ => text.parse::<f64>().ok().filter(|n| *n == 0.0)?,
    };
    let rounded = (percent * 10.0).round() / 10.0;
    (rounded.abs() <= 100.0).then_some(rounded)
}

/// The direction in which a way rises if the incline has no number.
fn slope(tags: &Tags, reversed: bool) -> Option<&'static str> {
    match (tags.get("incline")?, reversed) {
        ("up", false) | ("down", true) => Some("up"),
        ("down", false) | ("up", true) => Some("down"),
        _ => None,
    }
}

pub(super) fn route(tags: &Tags, element: Element) -> Option<Outcome> {
    if tags.is("highway", "elevator") {
        return lift(tags, element);
    }
    if element == Element::Node {
        return obstacle(tags);
    }
    let open = square(tags, element);
    let highway = match open {
        Some(_) => tags.get("highway").unwrap_or("pedestrian"),
        None => tags.get("highway")?,
    };
    if tags.is("motorroad", "yes") || element == Element::AreaRelation && open.is_none() {
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
    // The kind of the route, and the defaults for e-bikes and for pedestrians if no tag decides.
    let (kind, ebike, foot) = match highway {
        _ if open.is_some() => ("square", open.unwrap_or("dismount"), "yes"),
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
    let access = Access::of(tags, Some(ebike), Some(foot));
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
    let incline = incline(tags).filter(|n| *n != 0.0);
    let mut p = Properties::of(tags);
    p.set(property::KIND, Some(kind))
        .set("oneway", oneway.then_some(true))
        .set("surface", tags.get("surface"))
        .set("width_m", width)
        .set("steps", steps)
        .set("ramp", ramp(tags))
        .set("incline", incline.map(|n| if reversed { -n } else { n }))
        .set("slope", slope(tags, reversed))
        .set("locked", tags.truth("locked"))
        .set("max_kmh", tags.kmh("maxspeed"))
        .set("covered", covered.then_some(true))
        .set(
            "layer",
            tags.get("layer")
                .and_then(|l| l.parse::<i32>().ok())
                .filter(|l| (-20..=20).contains(l) && *l != 0),
        );
    pass(&mut p, access);
    let shape = if open.is_some() {
        Shape::Area
    } else {
        Shape::Line
    };
    let Some(Outcome::Draft(draft)) = p.draft(ROUTES, shape) else {
        return None;
    };
    Some(Outcome::Draft(Draft { reversed, ..draft }))
}

/// Whether the way is one-way, and whether its traffic runs against the order of its nodes. With
/// `riding`, a way from which bicycles are exempt is not one-way.
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
