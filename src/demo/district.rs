//! Converts the planned city to the features of the demo district.

use geo_types::Geometry;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::city::{Building, City, Entrance, Node, Pass, Special, Turn, Via, Way};
use super::islet::{self, Shape};
use super::names::{COMMUNITIES, STREET, Use};
use super::places::{self, Places};
use super::plane::{Pt, along, area, distance, line_to_wgs84, nearest, to_wgs84};
use super::shapes::{day, point, polygon, unit_id};
use super::streets::{CANAL_HALF_M, belts, plan};
use super::{civic, compounds, duties, grids, irregular, network, projects, trails, turns};
use crate::model::names::collection::{
    BARRIERS, BOUNDARIES, BUILDINGS, COMPOUNDS, DUTIES, ENTRANCES, FACILITIES, FIRST_AID_STATIONS,
    GREEN, GRIDS, MEDIATION_POINTS, POCKET_PARKS, PROJECTS, ROADS, ROUTES, TRAIL_STOPS, TRAILS,
    TURNS, UNITS, WATER,
};
use crate::model::{Body, Change, CollectionId, FeatureId, Properties};

/// Plans the whole city. The result is always the same.
pub fn city() -> (City, Places) {
    let mut city = City::new(plan());
    for index in 0..city.town.cells.len() {
        match city.town.cells[index].plot.1 {
            Use::Estate | Use::Garden | Use::Heights | Use::Mixed => {
                compounds::build(&mut city, index);
            }
            _ => civic::build(&mut city, index),
        }
    }
    let places = places::plan(&mut city);
    network::streets(&mut city);
    irregular::roughen(&mut city);
    network::join(&mut city.ways);
    let fixed: Vec<Pt> = city.entrances.iter().map(|e| e.at).collect();
    network::snap(&mut city.ways, &fixed);
    irregular::set_nodes(&mut city);
    turns::restrict(&mut city);
    grids::draw(&mut city);
    (city, places)
}

/// A list of features that is being built.
#[derive(Default)]
pub struct Drafts(Vec<Change>);

impl Drafts {
    /// Adds a feature; properties that are null are left out.
    pub fn put(&mut self, collection: &str, id: &str, geometry: Geometry<f64>, properties: Value) {
        self.add(collection, id, Some(geometry), properties);
    }

    fn add(
        &mut self,
        collection: &str,
        id: &str,
        geometry: Option<Geometry<f64>>,
        properties: Value,
    ) {
        let map: Map<String, Value> = match properties {
            Value::Object(map) => map.into_iter().filter(|(_, v)| !v.is_null()).collect(),
            _ => Map::new(),
        };
        // Generated names and texts are always valid; the tests check every feature.
        if let (Ok(collection), Ok(id), Ok(properties)) = (
            CollectionId::new(collection),
            FeatureId::new(id),
            Properties::from_map(map),
        ) {
            self.0.push(Change {
                collection,
                id,
                body: Some(Body {
                    geometry,
                    properties,
                }),
            });
        }
    }

    /// The features, sorted by collection and id.
    pub fn sorted(mut self) -> Vec<Change> {
        self.0.sort_by(|a, b| {
            a.collection
                .cmp(&b.collection)
                .then_with(|| a.id.cmp(&b.id))
        });
        self.0
    }
}

fn line(l: &[Pt]) -> Geometry<f64> {
    Geometry::LineString(line_to_wgs84(l))
}

/// All static features of the district.
pub fn features(city: &City, places: &Places, as_of: Timestamp) -> Vec<Change> {
    let mut d = Drafts::default();
    let compound = |i: Option<usize>| i.map(|i| city.compounds[i].id.clone());
    let grid = |at: Pt| grids::grid_of(city, at).map(str::to_owned);

    for g in &city.grids {
        d.put(
            GRIDS,
            &g.code,
            polygon(&g.ring),
            json!({"code": g.code, "name": g.name, "kind": g.kind, "parent": g.parent,
                "households": g.households, "population": g.population}),
        );
    }
    for c in &city.compounds {
        let homes: u32 = city
            .buildings
            .iter()
            .filter(|b| b.compound.is_some_and(|i| city.compounds[i].id == c.id))
            .map(|b| b.households)
            .sum();
        d.put(
            COMPOUNDS,
            &c.id,
            polygon(&c.ring),
            json!({"name": c.name, "housing": c.housing.word(), "walled": c.walled, "built": c.built,
                "community": COMMUNITIES[c.community].0, "households": homes}),
        );
    }
    for (n, b) in city.barriers.iter().enumerate() {
        d.put(
            BARRIERS,
            &format!("barrier-{:03}", n + 1),
            line(&b.line),
            json!({"kind": b.kind, "compound": compound(b.compound), "height_m": b.height_m}),
        );
    }
    for b in &city.buildings {
        let home = b.kind == "residential";
        d.put(
            BUILDINGS,
            &b.id,
            polygon(&b.ring),
            json!({"name": b.name, "number": b.number, "kind": b.kind, "address": b.address,
                "compound": compound(b.compound), "housing": b.housing.map(|h| h.word()),
                "levels": b.levels, "height_m": b.height_m, "units": home.then_some(b.units),
                "households": home.then_some(b.households), "elevator": b.elevator,
                "built": b.built, "grid": b.grid}),
        );
    }
    for (n, e) in city.entrances.iter().enumerate() {
        let gate = e.kind == "gate" || e.kind == "garage";
        // Gates are surveyed once a year. Doors are only known from drawings, except where somebody
        // reported them.
        let evidence = match (gate, n % 7) {
            (true, 0) | (false, 3) => "report",
            (true, _) => "survey",
            (false, _) => "import",
        };
        let checked = (evidence != "import").then(|| day(as_of, 3 + (n as i64 * 37) % 330));
        d.put(
            ENTRANCES,
            &e.id,
            point(e.at),
            json!({"kind": e.kind, "name": e.name, "compound": compound(e.compound),
                "building": e.building.map(|i| city.buildings[i].id.clone()),
                "unit": e.unit.map(|u| u.to_string()), "ebike": e.ebike.word(),
                "foot": e.foot.word(), "opening_hours": e.opening_hours, "guarded": e.guarded,
                "intercom": e.intercom, "step_free": e.step_free, "access_note": e.access_note,
                "access_code": e.access_code, "credential": credential(e),
                "guidance": guidance(e), "level": (e.level != 0).then_some(e.level),
                "rooms": e.building.and_then(|b| rooms(&city.buildings[b])).filter(|_| e.unit.is_some()),
                "ebike_hours": e.special.ebike_hours, "locked": e.special.locked.then_some(true),
                "when": when(&e.special), "evidence": evidence, "checked_on": checked}),
        );
    }
    for (n, w) in city.ways.iter().enumerate() {
        let geometry = match w.line.split_last() {
            Some((_, ring)) if w.area => polygon(ring),
            _ => line(&w.line),
        };
        d.put(ROUTES, &route_id(n), geometry, route(w));
    }
    for (n, node) in city.nodes.iter().enumerate() {
        let id = format!("{}-{:03}", node.kind.replace('_', "-"), n + 1);
        d.put(ROUTES, &id, point(node.at), point_of_network(node));
    }
    for (n, turn) in city.turns.iter().enumerate() {
        d.add(
            TURNS,
            &format!("turn-{:03}", n + 1),
            None,
            restriction(turn),
        );
    }
    roads(&mut d, city);
    for (n, s) in places.stations.iter().enumerate() {
        d.put(
            FIRST_AID_STATIONS,
            &format!("aid-{:03}", n + 1),
            point(s.at),
            json!({"name": s.name, "host": s.host, "aed": s.aed, "phone": s.phone,
                "opening_hours": s.opening_hours, "grid": grid(s.at)}),
        );
    }
    for f in &places.facilities {
        d.put(
            FACILITIES,
            &f.id,
            point(f.at),
            json!({"kind": f.kind, "name": f.name, "capacity": f.capacity,
                "opening_hours": f.opening_hours, "compound": compound(f.compound),
                "grid": grid(f.at)}),
        );
    }
    for m in &places.mediation {
        let members = match m.kind {
            "three_offices" => json!(["police_station", "justice_office", "law_firm"]),
            "three_rooms" => json!(["police_room", "mediation_room", "legal_aid_room"]),
            _ => Value::Null,
        };
        d.put(
            MEDIATION_POINTS,
            &m.id,
            point(m.at),
            json!({"kind": m.kind, "name": m.name, "members": members, "capacity": m.capacity,
                "opening_hours": m.opening_hours, "grid": grid(m.at)}),
        );
    }
    for (n, u) in places.units.iter().enumerate() {
        let communities: Vec<&str> = u.communities.iter().map(|i| COMMUNITIES[*i].0).collect();
        d.put(
            UNITS,
            &unit_id(n),
            point(u.at),
            json!({"name": u.name, "kind": u.kind, "competences": u.competences,
                "communities": communities, "compounds": u.compound.as_ref().map(|id| [id]),
                "duty_hours": u.duty_hours, "phone": u.phone}),
        );
    }
    parks(&mut d, city, as_of);
    base(&mut d, city);
    for (id, properties) in duties::duties(city, as_of) {
        d.add(DUTIES, &id, None, properties);
    }
    for (id, geometry, properties) in projects::projects(city, as_of) {
        d.put(PROJECTS, &id, geometry, properties);
    }
    for trail in trails::trails(city, places) {
        d.put(TRAILS, &trail.id, line(&trail.line), trail.properties);
        for (id, at, properties) in trail.stops {
            d.put(TRAIL_STOPS, &id, point(at), properties);
        }
    }
    for (collection, id, shape, properties) in islet::features(city) {
        let geometry = match shape {
            Shape::Point(at) => point(at),
            Shape::Line(along) => line(&along),
            Shape::Ring(ring) => polygon(&ring),
        };
        d.put(collection, &id, geometry, properties);
    }
    d.sorted()
}

/// The id of the n-th way.
fn route_id(n: usize) -> String {
    format!("route-{:05}", n + 1)
}

/// The rooms behind a unit door, floor by floor: `101-602`.
fn rooms(b: &Building) -> Option<String> {
    let doors = b.levels * b.units;
    let homes = b.households.checked_div(doors).filter(|n| *n > 0)?;
    Some(format!("101-{}{homes:02}", b.levels))
}

fn when(special: &Special) -> Option<Value> {
    let orders = special.when.iter().map(|(order, ebike, foot)| {
        let mut all = Map::new();
        all.insert("kind".to_owned(), order.word().into());
        for (mode, pass) in [("ebike", ebike), ("foot", foot)] {
            if let Some(pass) = pass {
                all.insert(mode.to_owned(), pass.word().into());
            }
        }
        Value::Object(all)
    });
    (!special.when.is_empty()).then(|| orders.collect())
}

fn point_of_network(node: &Node) -> Value {
    json!({"kind": node.kind, "name": node.name, "ebike": node.ebike.word(), "foot": "yes",
        "width_m": node.width_m, "lift": (node.kind == "lift").then_some(true)})
}

fn restriction(turn: &Turn) -> Value {
    let via = match turn.via {
        Via::At(p) => {
            let at = to_wgs84(p);
            json!([at.x, at.y])
        }
        Via::Way(way) => route_id(way).into(),
    };
    json!({"from": route_id(turn.from), "via": via, "to": route_id(turn.to), "kind": turn.kind,
        "except": (!turn.except.is_empty()).then_some(turn.except)})
}

fn route(w: &Way) -> Value {
    json!({"kind": w.kind, "name": w.name, "ebike": w.ebike.word(), "foot": w.foot.word(),
        "oneway": w.oneway.then_some(true), "surface": w.surface, "width_m": (w.width_m > 0.0).then_some(w.width_m),
        "steps": (w.steps > 0).then_some(w.steps), "covered": w.covered.then_some(true),
        "layer": (w.layer != 0).then_some(w.layer), "access": w.access, "max_kmh": w.max_kmh,
        "ramp": w.ramp, "ebike_hours": w.special.ebike_hours, "when": when(&w.special)})
}

/// Half the length of a bridge over the canal, in metres.
const BRIDGE_HALF_M: f64 = CANAL_HALF_M + 5.0;

fn roads(d: &mut Drafts, city: &City) {
    for (k, street) in city.town.streets.iter().enumerate() {
        for (piece, whole) in street.lines.iter().enumerate() {
            let properties = |bridge: bool| {
                json!({"name": street.name, "kind": street.class.word(), "oneway": street.oneway,
                    "lanes": street.class.lanes(), "width_m": street.class.roadway_m(),
                    "surface": "asphalt", "bridge": bridge.then_some(true)})
            };
            let mut parts: Vec<(Vec<Pt>, bool)> = Vec::new();
            match city.town.bridges.iter().find(|b| b.0 == k) {
                Some((_, at)) => {
                    let on = nearest(whole, *at);
                    let reach = walked(whole, on);
                    let (a, b) = (reach - BRIDGE_HALF_M, reach + BRIDGE_HALF_M);
                    parts.push((stretch(whole, 0.0, a), false));
                    parts.push((stretch(whole, a, b), true));
                    parts.push((stretch(whole, b, f64::INFINITY), false));
                }
                None => parts.push((whole.clone(), false)),
            }
            for (n, (part, bridge)) in parts.into_iter().enumerate() {
                let id = format!("road-{}-{}", street.slug, piece * 3 + n + 1);
                d.put(ROADS, &id, line(&part), properties(bridge));
            }
        }
    }
    // The lanes inside compounds, for the base map.
    for (n, way) in city.ways.iter().filter(|w| w.kind == "lane").enumerate() {
        d.put(
            ROADS,
            &format!("lane-{:04}", n + 1),
            line(&way.line),
            json!({"kind": "service", "width_m": way.width_m}),
        );
    }
}

/// The distance of a point on a line from its start, in metres.
fn walked(line: &[Pt], at: Pt) -> f64 {
    let mut far = 0.0;
    for s in line.windows(2) {
        let d = distance(s[0], s[1]);
        if distance(s[0], at) + distance(at, s[1]) - d < 1e-6 {
            return far + distance(s[0], at);
        }
        far += d;
    }
    far
}

/// The part of a line between two distances from its start.
fn stretch(line: &[Pt], from: f64, to: f64) -> Vec<Pt> {
    let mut out = Vec::new();
    let mut far = 0.0;
    for s in line.windows(2) {
        let d = distance(s[0], s[1]);
        let (t0, t1) = ((from - far) / d, (to - far) / d);
        if t0 < 1.0 && t1 > 0.0 {
            out.push(along(s[0], s[1], t0.max(0.0)));
            out.push(along(s[0], s[1], t1.min(1.0)));
        }
        far += d;
    }
    out.dedup();
    out
}

fn parks(d: &mut Drafts, city: &City, as_of: Timestamp) {
    let kit = [
        "座椅",
        "健身器材",
        "儿童滑梯",
        "凉亭",
        "花境",
        "直饮水",
        "雨水花园",
        "棋桌",
        "无障碍坡道",
    ];
    for (n, p) in city.parks.iter().enumerate() {
        // The newest park opened three weeks ago, each further one 47 days earlier.
        let days = 21 + 47 * n as i64;
        let features: Vec<&str> = (0..4).map(|k| kit[(n * 2 + k * 2) % kit.len()]).collect();
        d.put(
            POCKET_PARKS,
            &p.slug,
            polygon(&p.ring),
            json!({"name": p.name, "area_m2": area(&p.ring).round(), "features": features,
                "opened_on": day(as_of, days),
                "grid": grids::grid_of(city, super::plane::middle(&p.ring))}),
        );
    }
}

fn base(d: &mut Drafts, city: &City) {
    let water = city.town.canal_strip(-CANAL_HALF_M, CANAL_HALF_M);
    d.put(
        WATER,
        "canal",
        polygon(&water),
        json!({"name": "果园河", "kind": "canal", "width_m": 2.0 * CANAL_HALF_M}),
    );
    for (side, word) in [(-1.0, "south"), (1.0, "north")] {
        let pieces = city
            .town
            .bank_pieces(side * (CANAL_HALF_M + 0.5), side * 27.0, 18.0);
        for (n, ring) in pieces.iter().enumerate() {
            d.put(
                GREEN,
                &format!("bank-{word}-{}", n + 1),
                polygon(ring),
                json!({"name": "果园河滨河绿带", "kind": "embankment"}),
            );
        }
    }
    for (n, ring) in belts().iter().enumerate() {
        d.put(
            GREEN,
            &format!("belt-{:02}", n + 1),
            polygon(ring),
            json!({"name": "防护绿带", "kind": "wood"}),
        );
    }
    for (n, a) in city.areas.iter().enumerate() {
        d.put(
            a.collection,
            &format!("{}-{:04}", a.kind, n + 1),
            polygon(&a.ring),
            json!({"name": a.name, "kind": a.kind}),
        );
    }
    for g in city.grids.iter().filter(|g| g.kind != "grid") {
        let street = g.code == STREET.0;
        d.put(
            BOUNDARIES,
            &format!("boundary-{}", g.code),
            polygon(&g.ring),
            json!({"name": g.name, "kind": g.kind, "code": g.code, "demo": true,
                "admin_level": if street { 8 } else { 10 }}),
        );
    }
}

/// What visitors must show at an entrance, if the demo knows it.
fn credential(e: &Entrance) -> Option<&'static str> {
    let registers = e.access_note.is_some_and(|note| note.contains("登记"));
    match (e.access_code.is_some(), registers) {
        (true, _) => Some("property_code"),
        (_, true) => Some("register"),
        _ if e.kind == "gate" && e.foot == Pass::Yes && e.intercom.is_none() => Some("none"),
        _ => None,
    }
}

/// Public directions for an entrance. They contain neither a door code nor the note that only
/// riders may read.
fn guidance(e: &Entrance) -> Option<&'static str> {
    Some(match (e.kind, credential(e), e.ebike, e.foot) {
        (_, _, Pass::No, Pass::No) => "长期关闭，请走其他门",
        ("gate", Some("register"), Pass::Yes, _) => "登记后可骑行",
        ("gate", Some("register"), Pass::Dismount, _) => "登记后推行进入",
        ("gate", Some("property_code"), ..) => "凭物业通行码步行进入",
        ("gate", Some("none"), Pass::Yes, _) => "可骑行进入",
        ("gate", Some("none"), Pass::Dismount, _) => "推行进入",
        ("gate", _, Pass::No, Pass::Yes) => "电动自行车停在门外，步行进入",
        ("unit_door", Some("property_code"), ..) => "凭物业通行码进入，或呼叫住户开门",
        ("unit_door", ..) if e.intercom == Some(true) => "呼叫住户开门",
        ("garage", _, Pass::Dismount, _) => "推行进入",
        _ => return None,
    })
}
