//! Tests of the conversion of feature properties to attributes.

use jiff::tz::Offset;
use serde_json::json;

use super::*;
use crate::model::Properties;
use crate::network::core::{Blocked, Edge, EdgeKind, Parts, Point, WayKind};

fn days() -> Days {
    Days {
        offset: Offset::constant(8),
        holidays: Default::default(),
        make_up: Default::default(),
    }
}

fn moment(text: &str) -> Timestamp {
    format!("2026-11-30T{text}:00+08:00").parse().unwrap()
}

/// Hours that are open at all times.
fn always() -> Hours {
    Hours {
        open: vec![(i64::MIN, i64::MAX)],
        known_until: i64::MAX,
    }
}

#[test]
fn the_best_case_has_the_day_orders_that_allow_the_most_and_nothing_closed() {
    let said = |properties: Value| {
        let Value::Object(map) = properties else {
            panic!("properties");
        };
        let text = Properties::from_map(map).unwrap();
        let seen = Seen {
            properties: Canonical::new(text.as_str()),
            at: None,
        };
        Said::read("entrances", &seen).best_case()
    };
    let attr = said(json!({
        "kind": "gate", "ebike": "no", "foot": "yes", "locked": true, "opening_hours": "06:00-22:00",
        "when": [{"kind": "storm", "ebike": "yes"}, {"kind": "peak", "foot": "no"}],
    }));
    assert_eq!((attr.ebike, attr.foot), (Admission::Yes, Admission::Yes));
    assert!(attr.locked && !attr.closed);
    let attr = said(json!({
        "kind": "gate", "ebike": "no", "foot": "no", "when": [{"kind": "snow", "ebike": "dismount"}],
    }));
    assert_eq!(
        (attr.ebike, attr.foot),
        (Admission::Dismount, Admission::No)
    );
}

/// Hours that are unknown.
fn unknown() -> Hours {
    Hours {
        open: Vec::new(),
        known_until: i64::MIN,
    }
}

/// The attributes of one feature, with its hours.
struct Read {
    attr: Attr,
    hours: Vec<Hours>,
}

fn read_with(collection: &str, properties: Value, orders: &[Order]) -> Read {
    let (days, shut) = (days(), HashSet::from(["entrances/shut".to_owned()]));
    let conditions = Conditions {
        days: &days,
        from: moment("00:00"),
        until: "2026-12-14T00:00:00+08:00".parse().unwrap(),
        orders,
        shut: &shut,
    };
    let Value::Object(map) = properties else {
        panic!("properties");
    };
    let text = Properties::from_map(map).unwrap();
    let mut reader = Reader::new(&conditions);
    let seen = Seen {
        properties: Canonical::new(text.as_str()),
        at: Some(Coord { x: 117.0, y: 39.0 }),
    };
    Read {
        attr: reader.read(collection, "x", Some(seen)),
        hours: reader.into_hours(),
    }
}

fn read(collection: &str, properties: Value) -> Read {
    read_with(collection, properties, &[])
}

impl Read {
    /// Whether hours are open at a moment of the first day.
    fn open(&self, hours: u32, at: &str) -> bool {
        if hours == HOURS_ALWAYS {
            return true;
        }
        let at = moment(at).as_second() * 10;
        self.hours[hours as usize].entry(at) == always().entry(at)
    }
}

#[test]
fn what_is_not_said_is_assumed_by_the_kind() {
    let steps = read("routes", json!({"kind": "steps"})).attr;
    assert_eq!((steps.kind, steps.ebike), (WayKind::Steps, Admission::No));
    let ramp = read(
        "routes",
        json!({"kind": "steps", "ebike": "no", "ramp": "bicycle"}),
    )
    .attr;
    assert_eq!((ramp.ramp, ramp.ebike), (Ramp::Bike, Admission::Dismount));
    let gate = read("entrances", json!({"kind": "gate"})).attr;
    assert_eq!((gate.kind, gate.ride_hours), (WayKind::Gate, HOURS_UNKNOWN));
    let door = read("entrances", json!({"kind": "unit_door"})).attr;
    assert_eq!((door.kind, door.walk_hours), (WayKind::Door, HOURS_ALWAYS));
    assert_eq!(door.ebike, Admission::No);
    let lift = read("routes", json!({"lift": true})).attr;
    assert_eq!((lift.kind, lift.ebike), (WayKind::Lift, Admission::No));
}

#[test]
fn what_is_said_is_read() {
    let lane = read(
        "routes",
        json!({
            "kind": "lane", "ebike": "dismount", "oneway": true, "access": "private", "surface": "sett",
            "width_m": 1.26, "max_kmh": 15, "incline": -6.4, "slope": "up", "layer": -1, "locked": true,
        }),
    );
    let expected = Attr {
        ebike: Admission::Dismount,
        oneway: Oneway::Forward,
        access: Access::Private,
        surface: Surface::Stones,
        width_dm: 13,
        max_kmh: 15,
        incline: -6,
        layer: -1,
        locked: true,
        ..Attr::OPEN
    };
    assert_eq!(lane.attr, expected);
    let ramp = |slope| read("routes", json!({"kind": "path", "slope": slope})).attr;
    assert_eq!(
        (ramp("up").incline, ramp("down").incline),
        (INCLINE_UP, INCLINE_DOWN)
    );
    let gate = read(
        "entrances",
        json!({"kind": "gate", "credential": "district_code"}),
    )
    .attr;
    assert_eq!(gate.credential, Credential::Show);
}

#[test]
fn an_e_bike_has_hours_of_its_own() {
    let gate = read(
        "entrances",
        json!({"kind": "gate", "opening_hours": "06:00-23:00", "ebike_hours": "09:00-11:00,14:00-16:00"}),
    );
    assert!(gate.open(gate.attr.walk_hours, "06:00"));
    assert!(!gate.open(gate.attr.walk_hours, "23:00"));
    assert!(!gate.open(gate.attr.ride_hours, "08:00"));
    assert!(gate.open(gate.attr.ride_hours, "10:00"));
    assert!(!gate.open(gate.attr.push_hours, "12:00"));
    // After the fourteen days that were computed, the hours are unknown.
    let hours = &gate.hours[gate.attr.walk_hours as usize];
    let later = "2026-12-20T12:00:00+08:00"
        .parse::<Timestamp>()
        .unwrap()
        .as_second()
        * 10;
    assert_eq!(hours.entry(later), unknown().entry(later));
}

#[test]
fn an_order_of_the_day_changes_a_gate_while_it_is_in_force() {
    let order = |kind: &str, from: &str, until: Option<&str>| Order {
        kind: kind.into(),
        from: moment(from),
        until: until.map(moment),
        area: None,
    };
    let gate = json!({
        "kind": "gate", "ebike": "no", "opening_hours": "06:00-22:00",
        "when": [{"kind": "storm", "ebike": "yes"}, {"kind": "snow", "ebike": "no", "foot": "no"}],
    });
    let storm = read_with(
        "entrances",
        gate.clone(),
        &[order("storm", "10:00", Some("12:00"))],
    );
    assert_eq!(storm.attr.ebike, Admission::Yes);
    assert!(!storm.open(storm.attr.ride_hours, "09:00"));
    assert!(storm.open(storm.attr.ride_hours, "10:00"));
    assert!(!storm.open(storm.attr.ride_hours, "12:00"));
    assert!(storm.open(storm.attr.walk_hours, "11:00"));
    // If two day orders apply, the later one in the list counts.
    let both = [
        order("storm", "10:00", Some("12:00")),
        order("snow", "11:00", None),
    ];
    let both = read_with("entrances", gate.clone(), &both);
    assert!(both.open(both.attr.ride_hours, "10:30"));
    assert!(!both.open(both.attr.ride_hours, "11:30"));
    assert!(!both.open(both.attr.walk_hours, "11:30"));
    assert!(both.open(both.attr.walk_hours, "08:00"));
    // A day order of another kind, or for another street, changes nothing.
    let peak = read_with("entrances", gate.clone(), &[order("peak", "10:00", None)]);
    assert_eq!(peak.attr, read("entrances", gate.clone()).attr);
    let elsewhere = Order {
        area: Some(geo_types::Rect::new((118.0, 39.0), (119.0, 40.0)).into()),
        ..order("storm", "10:00", None)
    };
    let elsewhere = read_with("entrances", gate.clone(), &[elsewhere]);
    assert_eq!(elsewhere.attr.ebike, Admission::No);
}

#[test]
fn a_lane_that_is_always_open_is_closed_by_an_order_and_open_again_after_it() {
    let snow = Order {
        kind: "snow".into(),
        from: moment("10:00"),
        until: Some(moment("12:00")),
        area: None,
    };
    let steps = json!({"kind": "steps", "when": [{"kind": "snow", "foot": "no"}]});
    let steps = read_with("routes", steps, &[snow]);
    let hours = &steps.hours[steps.attr.walk_hours as usize];
    let noon = moment("12:00").as_second() * 10;
    assert_eq!(
        hours.entry(moment("11:00").as_second() * 10),
        always().entry(noon)
    );
    assert!(steps.open(steps.attr.walk_hours, "09:59"));
    assert_eq!(hours.known_until, i64::MAX);
}

#[test]
fn what_is_deleted_or_shut_is_closed() {
    let (days, shut) = (days(), HashSet::from(["entrances/shut".to_owned()]));
    let conditions = Conditions {
        days: &days,
        from: moment("00:00"),
        until: moment("23:00"),
        orders: &[],
        shut: &shut,
    };
    let mut reader = Reader::new(&conditions);
    assert_eq!(reader.read("routes", "gone", None), Attr::CLOSED);
    let seen = Some(Seen {
        properties: Canonical::new("{}"),
        at: None,
    });
    assert!(reader.read("entrances", "shut", seen).closed);
    assert!(!reader.read("entrances", "open", seen).closed);
}

#[test]
fn a_case_closes_the_edges_near_it() {
    let mut parts = Parts::default();
    let nodes = [117.0, 117.001, 117.002].map(|lon| parts.add_node(Point::from_degrees(lon, 39.0)));
    let feature = parts.add_feature("routes/a");
    let edge = |from, to| Edge {
        from,
        to,
        length_dm: 865,
        feature,
        kind: EdgeKind::Way,
    };
    parts.add_edge(edge(nodes[0], nodes[1]), &[]);
    parts.add_edge(edge(nodes[1], nodes[2]), &[]);
    let topology = Topology::new(parts).unwrap();
    let closure = Closure {
        at: Coord {
            x: 117.0005,
            y: 39.000_05,
        },
        within_m: 10.0,
        blocked: Blocked {
            ebike: true,
            foot: false,
        },
    };
    let closed = closed_edges(&topology, &[closure]);
    assert_eq!(closed, [(0, closure.blocked)]);
    let far = Closure {
        within_m: 3.0,
        ..closure
    };
    assert!(closed_edges(&topology, &[far]).is_empty());
}
