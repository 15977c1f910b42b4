//! Which OpenStreetMap element becomes what, one rule a collection. An element may become several
//! features: a street is a `road` of the base map and a `route` of the network.

use serde_json::{Map, Value, json};

use super::tags::Tags;

/// The collections that an extract can fill.
pub const COLLECTIONS: [&str; 12] = [
    "barriers",
    "boundaries",
    "buildings",
    "compounds",
    "entrances",
    "facilities",
    "first_aid_stations",
    "green",
    "pocket_parks",
    "roads",
    "routes",
    "water",
];

/// Parks and gardens below this area are pocket parks (口袋公园), larger ones are `green`.
pub const POCKET_PARK_LIMIT_M2: f64 = 10_000.0;

/// What kind of element carries the tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// A node.
    Node,
    /// A way that does not end where it begins.
    OpenWay,
    /// A way that does.
    ClosedWay,
    /// A relation of type multipolygon or boundary.
    AreaRelation,
}

/// What is built out of the element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The node, the middle of the line, or a point inside the area.
    Point,
    /// The way; the rings of an area.
    Line,
    /// A polygon.
    Area,
}

/// A feature to be: everything but its geometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The collection; a small `green` park moves to `pocket_parks` when its area is known.
    pub collection: &'static str,
    /// Its geometry.
    pub shape: Shape,
    /// Whether the line runs against the way's direction.
    pub reversed: bool,
    /// Its properties.
    pub properties: Map<String, Value>,
}

/// What a rule makes of an element.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A feature.
    Draft(Draft),
    /// Nothing, and why.
    Drop {
        /// The collection it would have stood in.
        collection: &'static str,
        /// The reason.
        problem: String,
    },
}

/// Applies every rule.
pub fn outcomes(tags: &Tags, element: Element) -> Vec<Outcome> {
    // Most nodes are only corners of something.
    if tags.is_empty() {
        return Vec::new();
    }
    let rules = [
        building,
        compound,
        barrier,
        entrance,
        route,
        first_aid,
        park_or_green,
        facility,
        road,
        water,
        boundary,
    ];
    rules
        .iter()
        .filter_map(|rule| rule(tags, element))
        .collect()
}

/// Collects properties and leaves out what is not known.
struct Properties(Map<String, Value>);

impl Properties {
    fn of(tags: &Tags) -> Self {
        let mut p = Self(Map::new());
        p.set("name", tags.name());
        if tags.get("name:en") != tags.name() {
            p.set("name_en", tags.get("name:en"));
        }
        p
    }

    fn set(&mut self, key: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value.into());
        }
        self
    }

    fn draft(self, collection: &'static str, shape: Shape) -> Option<Outcome> {
        Some(Outcome::Draft(Draft {
            collection,
            shape,
            reversed: false,
            properties: self.0,
        }))
    }
}

fn is_area(element: Element) -> bool {
    matches!(element, Element::ClosedWay | Element::AreaRelation)
}

fn building(tags: &Tags, element: Element) -> Option<Outcome> {
    let value = tags.get("building")?;
    let drop = |problem: &str| {
        Some(Outcome::Drop {
            collection: "buildings",
            problem: problem.into(),
        })
    };
    if value == "no" {
        return drop("building=no says that it is no building");
    }
    match element {
        // `building=entrance` is an old way to map a door.
        Element::Node if value == "entrance" => return None,
        Element::Node => return drop("a building on a node has no outline"),
        Element::OpenWay => return drop("the way is not closed, so it has no outline"),
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
        // Nothing is known of a plain `building=yes`.
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
    p.set("kind", kind)
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
    p.draft("buildings", Shape::Area)
}

/// Street and number as the country writes them: 果园东路18号, but Rue Grimaldi 18.
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

fn compound(tags: &Tags, element: Element) -> Option<Outcome> {
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
    // A campus or estate with no word about walls may have one all the same.
    p.set("kind", Some(kind))
        .set("walled", walled.then_some(true))
        .set("operator", tags.get("operator"))
        .set("households", tags.count("building:flats"));
    p.draft("compounds", Shape::Area)
}

fn barrier(tags: &Tags, element: Element) -> Option<Outcome> {
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
    p.set("kind", Some(kind))
        .set("height_m", tags.metres("height"));
    p.draft("barriers", Shape::Line)
}

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
const CONDITIONS: [&str; 6] = [
    "electric_bicycle:conditional",
    "bicycle:conditional",
    "foot:conditional",
    "vehicle:conditional",
    "motor_vehicle:conditional",
    "access:conditional",
];

/// Nobody dismounts from their feet.
fn walk(pass: Option<&'static str>) -> Option<&'static str> {
    pass.map(|p| if p == "no" { "no" } else { "yes" })
}

fn entrance(tags: &Tags, element: Element) -> Option<Outcome> {
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
    p.set("kind", Some(kind))
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
    p.draft("entrances", Shape::Point)
}

fn route(tags: &Tags, element: Element) -> Option<Outcome> {
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
    p.set("kind", Some(kind))
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
    let Some(Outcome::Draft(draft)) = p.draft("routes", Shape::Line) else {
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

fn road(tags: &Tags, element: Element) -> Option<Outcome> {
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
    p.set("kind", Some(base))
        .set("link", highway.ends_with("_link").then_some(true))
        .set("oneway", oneway.then_some(true))
        .set("lanes", tags.count("lanes"))
        .set("width_m", tags.metres("width"))
        .set("bridge", tags.has("bridge").then_some(true))
        .set("tunnel", tags.has("tunnel").then_some(true))
        .set("surface", tags.get("surface"));
    let shape = if square { Shape::Area } else { Shape::Line };
    let Some(Outcome::Draft(draft)) = p.draft("roads", shape) else {
        return None;
    };
    Some(Outcome::Draft(Draft { reversed, ..draft }))
}

fn first_aid(tags: &Tags, _: Element) -> Option<Outcome> {
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
        .set("kind", tags.first(&["emergency", "amenity", "healthcare"]))
        .set(
            "aed",
            (aed || tags.is("defibrillator", "yes")).then_some(true),
        )
        .set("opening_hours", tags.get("opening_hours"))
        .set(
            "phone",
            tags.first(&["phone", "contact:phone", "emergency:phone"]),
        );
    p.draft("first_aid_stations", Shape::Point)
}

fn park_or_green(tags: &Tags, element: Element) -> Option<Outcome> {
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
    p.set("kind", Some(kind));
    if kind == "tree_row" {
        return p.draft("green", Shape::Line);
    }
    if element == Element::OpenWay {
        return Some(Outcome::Drop {
            collection: "green",
            problem: "the way is not closed, so it has no area".into(),
        });
    }
    p.draft("green", Shape::Area)
}

fn facility(tags: &Tags, _: Element) -> Option<Outcome> {
    let name = tags.name().unwrap_or_default();
    let community = tags.any(
        "amenity",
        &["community_centre", "social_centre", "townhall"],
    ) || tags.has("office");
    let kind = match tags.get("amenity") {
        Some("bicycle_parking" | "motorcycle_parking") => "parking",
        Some("charging_station") if tags.is("battery_swap", "yes") || name.contains("换电") => {
            "battery_swap"
        }
        // A charging point for cars alone is nothing to a rider.
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
        _ if community && name.contains("调解") => "mediation_room",
        _ if name.contains("议事亭") || community && name.contains("议事") => {
            "discussion_pavilion"
        }
        _ => return None,
    };
    let mut p = Properties::of(tags);
    p.set("kind", Some(kind))
        .set("capacity", tags.count("capacity"))
        .set("opening_hours", tags.get("opening_hours"));
    p.draft("facilities", Shape::Point)
}

fn water(tags: &Tags, element: Element) -> Option<Outcome> {
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
                    collection: "water",
                    problem: "the way is not closed, so it has no area".into(),
                });
            }
            p.set("kind", kind);
            p.draft("water", Shape::Area)
        }
        (None, Some(kind)) => {
            p.set("kind", Some(kind));
            p.draft("water", Shape::Line)
        }
        (None, None) => None,
    }
}

fn boundary(tags: &Tags, element: Element) -> Option<Outcome> {
    if !tags.is("boundary", "administrative") || element == Element::Node {
        return None;
    }
    let level = tags.count("admin_level").filter(|l| *l <= 15);
    // The levels of China; 3, 7 and 9 are not used there.
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
        .set("kind", kind)
        .set("code", code);
    // A way is mostly one stretch of a boundary that a relation closes.
    let shape = if element == Element::AreaRelation {
        Shape::Area
    } else {
        Shape::Line
    };
    p.draft("boundaries", shape)
}

#[cfg(test)]
mod tests;
