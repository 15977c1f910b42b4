//! Tests of the route service on the demo district, without HTTP.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;

use super::*;
use crate::demo;
use crate::live::Overlay;
use crate::model::{Author, Change, CollectionId, Edit, FeatureId};
use crate::network::core::{DirectedEdge, Limit, Memory, Mode};

/// A Monday at noon, local time in Tianjin.
const NOON: &str = "2026-11-30T12:00:00+08:00";

pub(in crate::service) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(in crate::service) fn profile(id: &str) -> Profile {
    Profiles::built_in().unwrap().get(id).unwrap().clone()
}

/// The demo district. Its network takes a while to build, so the tests share it.
pub(in crate::service) static DEMO: LazyLock<Ground> = LazyLock::new(|| {
    let snapshot = Snapshot::of_features(demo::schemas(), demo_features(), at(NOON)).unwrap();
    Ground::of_map(Arc::new(snapshot), at(NOON)).unwrap()
});

/// The features of the demo district, without its cases.
pub(in crate::service) fn demo_features() -> Vec<Change> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("geodata/guoyuan");
    let mut changes = Vec::new();
    for (collection, _) in demo::schemas() {
        let file = folder.join(format!("{collection}.geojson"));
        let Ok(text) = std::fs::read_to_string(file) else {
            continue;
        };
        if collection.as_str() == "warnings" {
            continue;
        }
        changes.extend(features(&collection, &text));
    }
    changes
}

fn features(collection: &CollectionId, text: &str) -> Vec<Change> {
    use crate::codec::geojson::read;
    let mut file: serde_json::Value = serde_json::from_str(text).unwrap();
    let list = file["features"].as_array_mut().unwrap().iter_mut();
    list.map(|feature| {
        let id = read::take_id(feature).unwrap().unwrap();
        let body = read::read_body(feature, &read::Limits::default()).unwrap();
        Change {
            collection: collection.clone(),
            id,
            body: Some(body),
        }
    })
    .collect()
}

fn building(id: &str, unit: &str) -> Spot {
    Spot::Building {
        id: id.to_owned(),
        unit: Some(unit.to_owned()),
        room: None,
    }
}

fn ask(from: Spot, to: Spot, profile_id: &str, when: &str) -> Ask {
    Ask {
        from,
        to,
        profile: profile(profile_id),
        at: at(when),
        returns: false,
        alternatives: 2,
    }
}

fn route(ground: &Ground, ask: &Ask) -> Result<Journey, Failed> {
    ground.route(ask, &mut Memory::new(), Limit::NONE)
}

fn modes(journey: &Journey) -> Vec<LegMode> {
    journey.legs.iter().map(|leg| leg.mode).collect()
}

#[test]
fn a_rider_parks_and_walks_the_last_metres_and_the_times_add_up() {
    let from = building("chaoyang-xinyuan-3", "1");
    let ask = ask(from, building("wenquan-huayuan-3", "2"), "ebike", NOON);
    let journey = route(&DEMO, &ask).unwrap();
    let modes = modes(&journey);
    let parked = modes
        .iter()
        .position(|mode| *mode == LegMode::Park)
        .unwrap();
    assert!(modes[..parked].contains(&LegMode::Ride), "{modes:?}");
    assert_eq!(modes[parked + 1..], [LegMode::Walk]);
    let sum: f64 = journey.legs.iter().map(|leg| leg.duration_s).sum();
    assert!(
        (sum - journey.duration_s).abs() < 0.01,
        "{sum} {}",
        journey.duration_s
    );
    for (leg, next) in journey.legs.iter().zip(&journey.legs[1..]) {
        assert_eq!(leg.line.last(), next.line.first());
        let ends = leg.begins_at.as_millisecond() as f64 / 1e3 + leg.duration_s;
        let begins = next.begins_at.as_millisecond() as f64 / 1e3;
        assert!((ends - begins).abs() < 0.01, "{ends} {begins}");
    }
    assert!(journey.legs.iter().all(|leg| leg.line.len() >= 2));
    // Alternatives lead through other gates, and none is faster.
    for other in &journey.alternatives {
        assert_ne!(other.gate, journey.gate);
        assert!(other.duration_s >= journey.duration_s);
    }
    let lost: Vec<f64> = journey
        .other_gates
        .iter()
        .filter_map(|g| g.extra_s)
        .collect();
    assert!(
        lost.is_sorted() && lost.iter().all(|extra| *extra >= 0.0),
        "{lost:?}"
    );
}

#[test]
fn there_and_back_comes_back_to_where_it_began() {
    let mut ask = ask(
        Spot::Facility("battery-swap-001".to_owned()),
        building("wenquan-huayuan-3", "2"),
        "ebike",
        NOON,
    );
    let one_way = route(&DEMO, &ask).unwrap();
    ask.returns = true;
    let journey = route(&DEMO, &ask).unwrap();
    assert!(journey.back_from < journey.legs.len());
    assert_eq!(journey.door, one_way.door);
    // The round trip adds five minutes at the door and the way back.
    assert!(journey.duration_s > one_way.duration_s + 300.0);
    let begins = journey.legs[0].line[0];
    let ends = *journey.legs.last().unwrap().line.last().unwrap();
    assert_eq!(begins, ends);
}

#[test]
fn a_query_that_avoids_a_gate_takes_another_and_says_why() {
    let from = Spot::Facility("battery-swap-001".to_owned());
    let ask = ask(from, building("wenquan-huayuan-3", "2"), "foot", NOON);
    let before = route(&DEMO, &ask).unwrap();
    let used = before.gate.clone().unwrap().id;
    let avoiding = DEMO.clone().avoiding(std::slice::from_ref(&used));
    let other = route(&avoiding, &ask).unwrap();
    assert_ne!(other.gate.unwrap().id, used);
    assert!(other.duration_s > before.duration_s);
    let lost = other.other_gates.iter().find(|gate| gate.id == used);
    let lost = lost.unwrap();
    assert_eq!((lost.code, lost.extra_s), ("avoided", None));
    // The next query is not affected.
    assert_eq!(route(&DEMO, &ask).unwrap().gate, before.gate);
    let unchanged = DEMO.clone().avoiding(&["no-such-gate".to_owned()]);
    assert_eq!(route(&unchanged, &ask).unwrap().gate, before.gate);
}

#[test]
fn an_overlay_answers_what_would_be_without_touching_the_map() {
    let from = Spot::Facility("battery-swap-001".to_owned());
    let ask = ask(from, building("wenquan-huayuan-3", "2"), "foot", NOON);
    let before = route(&DEMO, &ask).unwrap();
    let used = before.gate.clone().unwrap().id;
    let gone = Change {
        collection: CollectionId::new("entrances").unwrap(),
        id: FeatureId::new(&used).unwrap(),
        body: None,
    };
    let edit = Edit::new(Author::system(), vec![gone]);
    let overlay = Overlay::new(&DEMO.snapshot, &[edit]).unwrap();
    let map = Arc::new(overlay.view().clone());
    // On the existing network the gate is closed, so the route takes another one.
    let quick = Ground::on(Arc::clone(&map), Arc::clone(&DEMO.network), at(NOON)).unwrap();
    let what_if = route(&quick, &ask).unwrap();
    assert_ne!(what_if.gate.unwrap().id, used);
    assert!(what_if.duration_s > before.duration_s);
    // On a network built from the overlay, the lane crosses the wall where no gate is mapped. The route reports this
    // crossing.
    let anew = Ground::of_map(map, at(NOON)).unwrap();
    let what_if = route(&anew, &ask).unwrap();
    assert_eq!((what_if.gate, what_if.assumed), (None, 1));
    let steps = what_if.legs.iter().flat_map(|leg| &leg.steps);
    assert!(
        steps
            .clone()
            .any(|step| step.text.zh.contains("没有登记的门"))
    );
    assert_eq!(route(&DEMO, &ask).unwrap().gate.unwrap().id, used);
}

/// Compares the nearest features with single routes to every feature.
#[test]
fn the_nearest_by_travel_time_is_what_a_route_to_each_says() {
    let traveller = Traveller {
        from: building("wenquan-huayuan-3", "2"),
        profile: profile("foot"),
        at: at(NOON),
    };
    let facilities = DEMO.snapshot.collections().get("facilities").unwrap();
    let found = DEMO
        .nearest(
            &traveller,
            facilities,
            (3, Some("battery_swap")),
            &mut Memory::new(),
            Limit::NONE,
            &crate::index::Free,
        )
        .unwrap();
    assert_eq!(found.len(), 3);
    let swaps = facilities.iter().filter(|entry| {
        crate::model::Canonical::new(entry.all_properties()).is("kind", "battery_swap")
    });
    let mut times: Vec<f64> = swaps
        .filter_map(|entry| {
            let ask = Ask {
                alternatives: 0,
                ..ask(
                    traveller.from.clone(),
                    Spot::Facility(entry.id().to_string()),
                    "foot",
                    NOON,
                )
            };
            Some(route(&DEMO, &ask).ok()?.duration_s)
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let ours: Vec<f64> = found.iter().map(|near| near.duration_s).collect();
    assert_eq!(ours, times[..3]);
    // The one-to-many search returns the same times.
    let spots: Vec<Spot> = found
        .iter()
        .map(|near| Spot::Facility(near.entry.id().to_string()))
        .collect();
    let many = DEMO
        .one_to_many(
            &traveller,
            &spots,
            u32::MAX,
            &mut Memory::new(),
            Limit::NONE,
        )
        .unwrap();
    let many: Vec<f64> = many
        .into_iter()
        .map(|reach| reach.unwrap().duration_s)
        .collect();
    assert_eq!(many, ours);
}

/// The ways on the two sides of a gate end at one position. A route from one side must not begin on a way of the other.
#[test]
fn a_position_beside_a_gate_joins_the_ways_on_its_side() {
    use super::ends::along;
    use crate::network::core::{EdgeKind, Place};
    use crate::network::nearby::line;
    let ways = DEMO.ways().unwrap();
    let topology = &ways.topology;
    let foot = profile("foot");
    let joiner = DEMO.joiner(&foot).unwrap();
    let walled = |feature: u32| {
        let name = topology.features()[feature as usize].strip_prefix("entrances/")?;
        let compound = DEMO.entrance(name)?.compound?;
        let compounds = DEMO.snapshot.collections().get("compounds")?;
        let entry = compounds.get(&compound)?;
        crate::model::Canonical::new(entry.all_properties())
            .is_true("walled")
            .then_some(())
    };
    let mut tried = 0;
    for edge in 0..topology.edge_count() as u32 {
        let gate = topology.edge(edge);
        if gate.kind != EdgeKind::Gate || walled(gate.feature).is_none() {
            continue;
        }
        for (own, other) in [(gate.from, gate.to), (gate.to, gate.from)] {
            let is_way = |e: &&DirectedEdge| topology.edge(e.edge()).kind == EdgeKind::Way;
            for way in topology.out(own).iter().filter(is_way) {
                let mut points: Vec<_> = line(topology, way.edge()).collect();
                if way.is_backward() {
                    points.reverse();
                }
                if topology.edge(way.edge()).length_dm < 120 {
                    continue;
                }
                let joined = joiner.position(along(&points, 60));
                let places: Vec<Place> = joined.iter().map(|j| j.place).collect();
                assert!(!places.is_empty());
                let name = &topology.features()[gate.feature as usize];
                assert!(!places.contains(&Place::Node(other)), "{name}: {places:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn an_isochrone_grows_with_time() {
    let traveller = Traveller {
        from: building("wenquan-huayuan-3", "2"),
        profile: profile("foot"),
        at: at(NOON),
    };
    let within = |minutes: u32| {
        let mut memory = Memory::new();
        let area = DEMO.isochrone(&traveller, minutes * 600, &mut memory, Limit::NONE);
        area.unwrap().length_m
    };
    let (five, ten) = (within(5), within(10));
    assert!(five > 100.0 && ten > 2.0 * five, "{five} {ten}");
}

/// Returns the earliest arrival on foot by plain Dijkstra. A state is a node and whether the traveller is on the
/// private land of the start, on public land, or on the private land of the end.
fn plainly(
    ground: &Ground,
    foot: &Profile,
    (from, to): (u32, u32),
    depart: i64,
    shut: &[u32],
) -> Option<i64> {
    use crate::network::core::{Attributes as _, Entry, Zone, usage};
    let topology = &ground.ways().unwrap().topology;
    let table = &ground.table;
    let mut best = std::collections::HashMap::from([((from, 0_u8), depart)]);
    let mut open = std::collections::BTreeSet::from([(depart, from, 0_u8)]);
    while let Some((now, node, phase)) = open.pop_first() {
        if node == to {
            return Some(now);
        }
        for directed in topology.out(node) {
            let edge = topology.edge(directed.edge());
            let attr = table.attr(edge.feature);
            let blocked = table.blocked(directed.edge());
            let Ok(used) = usage(foot, edge, *directed, attr, blocked, Mode::Walk) else {
                continue;
            };
            let next = match (phase, used.zone) {
                (phase, Zone::Through) if used.is_neutral => phase,
                (2, Zone::Through) | (_, Zone::Never) => continue,
                (_, Zone::Through) => 1,
                (0, Zone::Ends) => 0,
                (_, Zone::Ends) => 2,
            };
            let entered = match used.hours {
                crate::network::core::HOURS_ALWAYS | crate::network::core::HOURS_UNKNOWN => now,
                _ if shut.contains(&edge.feature) => continue,
                hours => match table.hours(hours).entry(now) {
                    Entry::At(at) | Entry::Unknown(at) => at,
                    Entry::Never => continue,
                },
            };
            let head = topology.head(*directed);
            let arrived = entered + i64::from(used.duration_ds(edge.length_dm));
            let known = best.entry((head, next)).or_insert(i64::MAX);
            if arrived < *known {
                open.remove(&(*known, head, next));
                *known = arrived;
                open.insert((arrived, head, next));
            }
        }
    }
    None
}

/// The demo at several hours of a day, without and with a storm order, each with the departure.
pub(super) fn hours_and_storms() -> Vec<(Ground, Timestamp)> {
    use crate::network::attributes::Order;
    let ways = DEMO.ways().unwrap();
    let cases = [3, 6, 8, 12, 22]
        .into_iter()
        .flat_map(|hour| [(hour, false), (hour, true)]);
    cases
        .map(|(hour, is_storm)| {
            let depart = at(&format!("2026-11-30T{hour:02}:20:00+08:00"));
            let mut conditions = Conditions::of(&DEMO.snapshot, depart);
            if is_storm {
                conditions.orders.push(Order {
                    kind: "storm".to_owned(),
                    from: at("2026-11-30T00:00:00+08:00"),
                    until: None,
                    area: None,
                });
            }
            let table = Table::new(&DEMO.snapshot, ways, DEMO.network.seq, &conditions, depart);
            let ground = Ground {
                table: Arc::new(table),
                ..DEMO.clone()
            };
            (ground, depart)
        })
        .collect()
}

#[test]
fn on_foot_the_search_equals_a_plain_one_over_the_demo_at_all_hours_and_in_a_storm() {
    use crate::network::core::{Place, Query};
    let foot = profile("foot");
    let ways = DEMO.ways().unwrap();
    let doors = ways.topology.doors();
    let (mut found, mut closed, mut number) = (0, 0, 7_u64);
    let mut random = |below: usize| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (number >> 33) as usize % below
    };
    for (ground, depart) in hours_and_storms() {
        for _ in 0..12 {
            let (a, b) = (doors[random(doors.len())], doors[random(doors.len())]);
            let (Place::Node(from), Place::Node(to)) = (a.place, b.place) else {
                panic!("a door lies at a node");
            };
            let ends = ([a.place.into()], [b.place.into()]);
            let tenths = depart.as_millisecond() / 100;
            let query = Query::new(&ends.0, &ends.1, tenths, Mode::Walk);
            let route = ground.view(ways, &foot).route(&mut Memory::new(), &query);
            let (arrive, shut) = match route {
                Ok(route) => (Some(route.arrive), route.shut),
                Err(none) => (None, none.shut),
            };
            closed += usize::from(!shut.is_empty());
            let shut: Vec<u32> = shut.iter().map(|s| s.feature).collect();
            assert_eq!(plainly(&ground, &foot, (from, to), tenths, &shut), arrive);
            found += usize::from(arrive.is_some());
        }
    }
    assert!(
        found > 60 && closed > 0,
        "{found} found, {closed} with closures"
    );
}

#[test]
fn the_last_leg_leads_by_lift_or_stairs_to_the_floor_of_the_room() {
    let from = Spot::Facility("battery-swap-001".to_owned());
    let to = |id: &str, room: Option<&str>| Spot::Building {
        id: id.to_owned(),
        unit: Some("2".to_owned()),
        room: room.map(str::to_owned),
    };
    let take = |id: &str, room: Option<&str>, who: &str| {
        let ask = Ask {
            alternatives: 0,
            ..ask(from.clone(), to(id, room), who, NOON)
        };
        route(&DEMO, &ask).unwrap()
    };
    // Building 3 has 11 storeys and a lift, building 10 has 6 and none.
    for (house, room, who, mode, seconds, says) in [
        (
            "wenquan-huayuan-3",
            "501",
            "ebike",
            LegMode::Lift,
            30.0 + 4.0 * 3.0,
            "乘电梯到5层",
        ),
        (
            "wenquan-huayuan-3",
            "201",
            "foot",
            LegMode::Walk,
            10.1,
            "走楼梯到2层",
        ),
        (
            "wenquan-huayuan-10",
            "501",
            "foot",
            LegMode::Walk,
            40.4,
            "没有电梯",
        ),
    ] {
        let (door, up) = (take(house, None, who), take(house, Some(room), who));
        let last = up.legs.last().unwrap();
        assert_eq!((last.mode, up.legs.len()), (mode, door.legs.len() + 1));
        assert!(
            (last.duration_s - seconds).abs() < 0.11,
            "{}",
            last.duration_s
        );
        assert!((up.duration_s - door.duration_s - last.duration_s).abs() < 0.01);
        let text = &last.steps[0].text;
        assert!(
            text.zh.contains(says) && text.zh.contains(room) && text.en.contains(room),
            "{text:?}"
        );
        // The line ends at the door.
        assert_eq!(last.line.last(), door.legs.last().unwrap().line.last());
        let sum: f64 = up.legs.iter().map(|leg| leg.duration_s).sum();
        assert!(
            (sum - up.duration_s).abs() < 0.01,
            "{sum} {}",
            up.duration_s
        );
        let begins = last.begins_at.as_millisecond() as f64 / 1e3;
        let arrives = up.arrive_at.as_millisecond() as f64 / 1e3;
        assert!((begins + last.duration_s - arrives).abs() < 0.01);
    }
    // On the ground floor there is nothing to climb, and nobody goes up stairs in a wheelchair.
    let ground = take("wenquan-huayuan-10", Some("101"), "foot");
    assert_eq!(ground.legs, take("wenquan-huayuan-10", None, "foot").legs);
    let rolls = take("wenquan-huayuan-10", Some("501"), "wheelchair");
    let said = rolls.legs.last().unwrap().steps.last().unwrap();
    assert!(said.text.zh.contains("该楼没有电梯"), "{said:?}");
}
