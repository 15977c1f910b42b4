//! Compares the answer for two compounds between two streets with brute force: every set of changes is committed to a
//! separate map, and every ride is a separate search.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use geo_types::Coord;

use super::*;
use crate::demo;
use crate::live::Snapshot;
use crate::model::{Body, Canonical, Change, CollectionId, FeatureId, Properties, Role, both};
use crate::network::core::tests::make::Rng;
use crate::network::core::{Limit, Memory};
use crate::network::walking::Measure;
use crate::planning::deliveries::Deliveries;
use crate::service::planning::Planning;
use crate::service::planning::edits::{EditOp, ScenarioEdit};
use crate::service::planning::people::People;
use crate::service::planning::tests::{ask as coverage_ask, plain};
use crate::service::routes::tests::{at, profile};
use crate::service::routes::{Ground, Spot, Traveller};

const MONDAY: &str = "2026-11-30T12:00:00+08:00";
const NO_WATCH: Watch<'static> = Watch {
    is_cancelled: &|| false,
    report: &|_, _, _| {},
};

/// A position, from metres to the east and to the north.
fn position(x: f64, y: f64) -> [f64; 2] {
    [117.13 + x * 1.16e-5, 39.22 + y * 9.0e-6]
}

fn feature(collection: &str, id: &str, geometry: Value, properties: &Value) -> Change {
    let document = json!({"type": "Feature", "geometry": geometry, "properties": {}});
    let limits = crate::codec::geojson::read::Limits::default();
    let body = crate::codec::geojson::read::read_body(&document, &limits).unwrap();
    Change {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        body: Some(Body {
            geometry: body.geometry,
            properties: Properties::parse(&properties.to_string()).unwrap(),
        }),
    }
}

fn line(points: &[(f64, f64)]) -> Value {
    let points: Vec<[f64; 2]> = points.iter().map(|(x, y)| position(*x, *y)).collect();
    json!({"type": "LineString", "coordinates": points})
}

fn point(x: f64, y: f64) -> Value {
    json!({"type": "Point", "coordinates": position(x, y)})
}

fn rectangle((west, south): (f64, f64), (east, north): (f64, f64)) -> Value {
    let ring = [
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ];
    let ring: Vec<[f64; 2]> = ring.iter().map(|(x, y)| position(*x, *y)).collect();
    json!({"type": "Polygon", "coordinates": [ring]})
}

/// Streets around two walled compounds, each with a lane from a south gate to a north gate and two buildings.
fn town(gates: &[Value; 4]) -> Vec<Change> {
    let road = json!({"kind": "road", "ebike": "yes", "foot": "yes", "access": "yes"});
    let lane = json!({"kind": "lane", "ebike": "yes", "foot": "yes", "access": "destination"});
    let path = json!({"kind": "path", "ebike": "no", "foot": "yes", "access": "destination"});
    let mut town = vec![
        feature(
            "routes",
            "south",
            line(&[(0.0, 0.0), (100.0, 0.0), (300.0, 0.0), (400.0, 0.0)]),
            &road,
        ),
        feature(
            "routes",
            "north",
            line(&[(0.0, 200.0), (100.0, 200.0), (300.0, 200.0), (400.0, 200.0)]),
            &road,
        ),
        feature("routes", "west", line(&[(0.0, 0.0), (0.0, 200.0)]), &road),
        feature(
            "routes",
            "east",
            line(&[(400.0, 0.0), (400.0, 200.0)]),
            &road,
        ),
        feature(
            "first_aid_stations",
            "aed",
            point(330.0, 203.0),
            &json!({"name": "急救站", "aed": true, "opening_hours": "24/7"}),
        ),
        feature(
            "pocket_parks",
            "park",
            rectangle((180.0, 205.0), (220.0, 225.0)),
            &json!({"name": "公园"}),
        ),
    ];
    for (name, x, gates) in [("a", 100.0, &gates[..2]), ("b", 300.0, &gates[2..])] {
        town.push(feature(
            "compounds",
            name,
            rectangle((x - 60.0, 20.0), (x + 60.0, 180.0)),
            &json!({"name": name, "walled": true, "housing": "old_estate"}),
        ));
        let along = line(&[
            (x, 0.0),
            (x, 20.0),
            (x, 50.0),
            (x, 155.0),
            (x, 180.0),
            (x, 200.0),
        ]);
        town.push(feature("routes", &format!("{name}-lane"), along, &lane));
        for (side, y, gate) in [("south", 20.0, &gates[0]), ("north", 180.0, &gates[1])] {
            let mut said =
                json!({"kind": "gate", "compound": name, "name": format!("{name}-{side}")});
            json_patch::merge(&mut said, gate);
            town.push(feature(
                "entrances",
                &format!("{name}-{side}"),
                point(x, y),
                &said,
            ));
        }
        for (number, y, households) in [(1, 50.0, 40), (2, 155.0, 60)] {
            let id = format!("{name}{number}");
            town.push(feature(
                "buildings",
                &id,
                rectangle((x - 50.0, y - 10.0), (x - 20.0, y + 10.0)),
                &json!({"name": id, "compound": name, "levels": 1, "households": households}),
            ));
            town.push(feature(
                "entrances",
                &format!("{id}-door"),
                point(x - 20.0, y),
                &json!({"kind": "unit_door", "building": id, "unit": "1", "foot": "yes"}),
            ));
            let way = line(&[(x, y), (x - 20.0, y)]);
            town.push(feature("routes", &format!("{id}-path"), way, &path));
        }
    }
    town
}

/// A building with a door in each compound.
fn between() -> Vec<Change> {
    let path = json!({"kind": "path", "ebike": "no", "foot": "yes", "access": "destination"});
    let mut found = vec![feature(
        "buildings",
        "between",
        rectangle((150.0, 145.0), (250.0, 165.0)),
        &json!({"name": "between", "levels": 1, "households": 80}),
    )];
    for (name, lane, door) in [("a", 100.0, 150.0), ("b", 300.0, 250.0)] {
        let id = format!("between-{name}");
        let said = json!({"kind": "unit_door", "building": "between", "unit": name, "foot": "yes"});
        found.push(feature("entrances", &id, point(door, 155.0), &said));
        let way = line(&[(lane, 155.0), (door, 155.0)]);
        found.push(feature("routes", &format!("{id}-path"), way, &path));
    }
    found
}

fn map(features: Vec<Change>) -> Ground {
    let snapshot = Snapshot::of_features(demo::schemas(), features, at(MONDAY)).unwrap();
    Ground::of_map(Arc::new(snapshot), at(MONDAY)).unwrap()
}

fn question(k: usize) -> AccessAsk {
    let mut deliveries = Deliveries::built_in().unwrap();
    deliveries.hours = [0.0; 24];
    deliveries.hours[11] = 3.0;
    deliveries.hours[20] = 1.0;
    AccessAsk {
        title: None,
        objective: AccessObjective::RiderMinutes,
        k,
        at: at(MONDAY),
        changes: Vec::new(),
        generate: true,
        compounds: Vec::new(),
        deliveries,
        origins: vec![position(200.0, 200.0), position(0.0, 200.0)],
        time_limit_s: 600,
        edits: Vec::new(),
        roles: vec![Role::Planner],
    }
}

/// The map after changes were committed.
fn with(town: &[Change], base: &Ground, edits: &[ScenarioEdit]) -> Ground {
    let planning = Planning::default();
    let changes = planning.changes_of(&base.snapshot, edits).unwrap();
    let key = |c: &Change| (c.collection.clone(), c.id.clone());
    let mut all: BTreeMap<_, Change> = town.iter().map(|c| (key(c), c.clone())).collect();
    for change in changes {
        all.insert(key(&change), change);
    }
    map(all.into_values().filter(|c| c.body.is_some()).collect())
}

/// The travel time of all deliveries in minutes per day, computed with a separate query for each origin, day of the
/// week and hour.
fn rider_minutes(ground: &Ground, ask: &AccessAsk) -> f64 {
    let buildings = ground.snapshot.collections().get("buildings").unwrap();
    let spots: Vec<(Spot, f64)> = buildings
        .iter()
        .map(|entry| {
            let households = Canonical::new(entry.all_properties()).number("households");
            let spot = Spot::Building {
                id: entry.id().to_string(),
                unit: None,
                room: None,
            };
            (spot, households.unwrap() * ask.deliveries.per_household_day)
        })
        .collect();
    let to: Vec<Spot> = spots.iter().map(|(spot, _)| spot.clone()).collect();
    let midnight = at("2026-11-30T00:00:00+08:00").as_second();
    let mut sum = 0.0;
    for [x, y] in &ask.origins {
        for day in 0..7 {
            for (hour, share) in ask.deliveries.shares().iter().enumerate() {
                if *share == 0.0 {
                    continue;
                }
                let second = midnight + day * 86_400 + hour as i64 * 3600 + 1800;
                let traveller = Traveller {
                    from: Spot::Position(Coord { x: *x, y: *y }),
                    profile: profile("ebike"),
                    at: jiff::Timestamp::from_second(second).unwrap(),
                };
                let horizon = measure::HORIZON_DS;
                let found = ground
                    .one_to_many(&traveller, &to, horizon, &mut Memory::new(), Limit::NONE)
                    .unwrap();
                let minutes = found.iter().zip(&spots).map(|(reach, (_, deliveries))| {
                    let seconds = reach.map_or(f64::from(horizon) / 10.0, |r| r.duration_s);
                    seconds / 60.0 * deliveries
                });
                sum += minutes.sum::<f64>() * share;
            }
        }
    }
    sum / 7.0 / ask.origins.len() as f64
}

/// The number of people with an AED within four minutes, by a coverage of the map.
fn aed_people(ground: &Ground) -> f64 {
    use crate::planning::standards::Reach;
    let mut ask = coverage_ask("first_aid_stations", Reach::Minutes(4.0), true, MONDAY);
    ask.facility.aed = true;
    Planning::default()
        .coverage(ground, &ask)
        .unwrap()
        .all()
        .covered
}

/// Minutes on foot a day: in each hour of each day, a plain search from every park to all doors.
fn walking_minutes(ground: &Ground, ask: &AccessAsk) -> f64 {
    use crate::planning::standards::Reach;
    let mut walks = coverage_ask("pocket_parks", Reach::Minutes(15.0), false, MONDAY);
    let joiner = ground.joiner(&walks.profile).unwrap();
    let people = People::of(ground, &joiner, &walks.demand, walks.roles).unwrap();
    let map = (ground, ground.ways().unwrap(), &profile("foot"));
    let midnight = at("2026-11-30T00:00:00+08:00").as_second();
    let mut sum = 0.0;
    for (hour, share) in (0..).zip(ask.deliveries.shares()).filter(|(_, s)| *s > 0.0) {
        for day in 0..7 {
            let second = midnight + day * 86_400 + hour * 3600 + 1800;
            walks.at = jiff::Timestamp::from_second(second).unwrap();
            let parks = Planning::default().coverage(ground, &walks).unwrap();
            let when = (walks.at, Measure::Time);
            let parks = parks.sites().joined.iter();
            let times: Vec<_> = parks
                .map(|park| plain(map, when, park, people.doors()))
                .collect();
            for dwelling in &people.demand.dwellings {
                let own = |times: &Vec<Option<u32>>| times[dwelling.door? as usize];
                let time = times.iter().filter_map(own).min();
                let time = time.map_or(measure::HORIZON_DS, |t| t.min(measure::HORIZON_DS));
                sum += f64::from(time) / 600.0 * dwelling.people * share / 7.0;
            }
        }
    }
    sum * ask.deliveries.walks_per_person_day
}

/// All sets of at most `k` numbers below `count`.
fn sets(count: usize, k: usize) -> Vec<Vec<usize>> {
    let of = |bits: u32| (0..count).filter(|n| bits & (1 << n) != 0).collect();
    let all = (0_u32..1 << count).filter(|bits| bits.count_ones() as usize <= k);
    all.map(of).collect()
}

/// Compares an answer with all sets of changes. Returns the gain of the best.
fn compare(town: &[Change], ask: &AccessAsk) -> (AccessAnswer, f64) {
    let base = map(town.to_vec());
    let answer = access_changes(&Planning::default(), &base, ask, NO_WATCH).unwrap();
    let value = |ground: &Ground| match ask.objective {
        AccessObjective::RiderMinutes => -rider_minutes(ground, ask),
        AccessObjective::AedPeople => aed_people(ground),
        AccessObjective::WalkingMinutes => -walking_minutes(ground, ask),
    };
    let before = value(&base);
    let figures = |ground: &Ground| {
        let walking = walking_minutes(ground, ask);
        [rider_minutes(ground, ask), walking, -aed_people(ground)]
    };
    let figures_before = figures(&base);
    let (changes, _) = generate::changes(&base.snapshot, ask);
    for change in &changes {
        let after = figures(&with(town, &base, &change.edits));
        let saved = [0, 1, 2].map(|n| figures_before[n] - after[n]);
        let single = answer.singles.iter().find(|s| s.id == change.id);
        let Some(single) = single else {
            let households = saved[2] / 2.62;
            let most = saved[0].max(saved[1]).max(households);
            assert!(most < 0.52, "{} is left out: {saved:?}", change.id);
            continue;
        };
        let measured = &single.saved;
        let shown = [
            measured.rider_minutes_day,
            measured.walking_minutes_day,
            measured.aed_people,
        ];
        for (shown, saved) in shown.iter().zip(saved) {
            assert!((shown - saved).abs() < 0.02, "{single:?} {saved}");
        }
    }
    assert_eq!(changes.len(), answer.singles.len() + answer.without_gain);
    let mut best = 0.0_f64;
    for set in sets(changes.len(), ask.k) {
        let edits = set.iter().flat_map(|n| changes[*n].edits.clone());
        let gain = value(&with(town, &base, &edits.collect::<Vec<_>>())) - before;
        best = best.max(gain);
    }
    let gain = gains::of_objective(ask.objective, &answer.best.saved);
    assert!((gain - best).abs() < 0.02, "{:?} {best}", answer.best);
    assert_eq!(answer.best.stop_reason, "optimal");
    assert!(
        answer
            .best
            .bound
            .is_some_and(|bound| (bound - best).abs() < 0.02)
    );
    assert!(answer.best.changes.len() <= ask.k);
    (answer, best)
}

fn open() -> Value {
    json!({"ebike": "yes", "foot": "yes", "opening_hours": "24/7"})
}

#[test]
fn a_gate_that_admits_e_bikes_at_noon_and_one_that_is_unlocked_are_ranked_by_what_they_save() {
    let no_bikes = json!({"ebike": "no", "foot": "yes", "opening_hours": "24/7"});
    let locked = json!({"ebike": "no", "foot": "no", "locked": true, "opening_hours": "off"});
    let town = town(&[open(), no_bikes, open(), locked]);
    let (answer, best) = compare(&town, &question(2));
    let ids: Vec<&str> = answer.singles.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
    assert!(
        ids.contains(&"ebike-a-north") && ids.contains(&"open-b-north"),
        "{ids:?}"
    );
    assert!(best > 1.0, "{best}");
    let sentences: Vec<&str> = answer
        .singles
        .iter()
        .map(|s| s.sentence.zh.as_str())
        .collect();
    let noon = sentences
        .iter()
        .find(|s| s.contains("a-north 11:00–13:00 允许电动车"))
        .unwrap();
    assert!(noon.contains("每日节省骑手"), "{noon}");
    let opened = answer
        .singles
        .iter()
        .find(|s| s.id == "open-b-north")
        .unwrap();
    assert!(opened.saved.households > 0.0 && opened.sentence.zh.contains("户进入 AED 4 分钟圈"));
    assert!(opened.saved.walking_minutes_day > 0.0);
    assert!(
        answer.notes.iter().any(|n| n.zh.contains("分别求解")),
        "the compounds are apart"
    );
    assert_eq!((answer.seq, answer.network_seq), (1, 1));
}

#[test]
fn random_gates_and_a_one_way_street_equal_all_sets_by_force() {
    let mut rng = Rng(17);
    let (mut gained, mut walked, mut left_out) = (0, 0, 0);
    for round in 0..crate::rounds(7, 40) {
        let mut gate = || {
            let ebike = ["yes", "no", "dismount"][rng.below(3) as usize];
            let hours = ["24/7", "Mo-Fr 06:00-12:00", "Mo-Su 08:00-19:00"][rng.below(3) as usize];
            json!({"ebike": ebike, "foot": "yes", "opening_hours": hours, "locked": rng.once_in(5)})
        };
        let gates = [gate(), gate(), gate(), gate()];
        let mut town = town(&gates);
        // A street concerns everybody, a lane of a compound only its doors.
        for (id, odds) in [("north", 2), ("a-lane", 3)] {
            if !rng.once_in(odds) {
                continue;
            }
            let way = town.iter_mut().find(|c| c.id.as_str() == id).unwrap();
            let body = way.body.as_mut().unwrap();
            let said = body
                .properties
                .as_str()
                .replace("\"kind\"", "\"oneway\":true,\"kind\"");
            body.properties = Properties::parse(&said).unwrap();
        }
        if rng.once_in(4) {
            town.extend(between());
        }
        let mut ask = question(1 + rng.below(2) as usize);
        ask.objective = match rng.below(4) {
            0 => AccessObjective::AedPeople,
            1 => AccessObjective::WalkingMinutes,
            _ => AccessObjective::RiderMinutes,
        };
        let has_changes = access_changes(&Planning::default(), &map(town.clone()), &ask, NO_WATCH);
        if matches!(has_changes, Err(NoAccess::Field("changes", _))) {
            continue;
        }
        let (answer, best) = compare(&town, &ask);
        gained += usize::from(best > 0.5);
        if ask.objective == AccessObjective::WalkingMinutes {
            walked += usize::from(best > 0.5);
        }
        left_out += answer.without_gain;
        println!("round {round}: {best}");
    }
    assert!(
        gained >= 2 && walked >= 1 && left_out >= 1,
        "{gained} {walked} {left_out}"
    );
}

#[test]
fn without_time_nothing_is_claimed_and_a_cancelled_search_has_no_answer() {
    let no_bikes = json!({"ebike": "no", "foot": "yes", "opening_hours": "24/7"});
    let base = map(town(&[open(), no_bikes.clone(), open(), no_bikes]));
    let mut ask = question(2);
    ask.time_limit_s = 0;
    let answer = access_changes(&Planning::default(), &base, &ask, NO_WATCH).unwrap();
    assert_eq!(answer.singles.len(), 0);
    assert_eq!(answer.best.stop_reason, "time_limit");
    assert_eq!((answer.best.bound, answer.best.gap), (None, None));
    let cancelled = Watch {
        is_cancelled: &|| true,
        ..NO_WATCH
    };
    let gone = access_changes(&Planning::default(), &base, &question(2), cancelled);
    assert_eq!(gone, Err(NoAccess::Cancelled));
}

#[test]
fn a_change_of_ones_own_may_take_down_a_piece_of_wall() {
    let locked = json!({"ebike": "no", "foot": "no", "locked": true, "opening_hours": "off"});
    let town = town(&[open(), locked.clone(), open(), locked]);
    let mut ask = question(1);
    ask.generate = false;
    // A path to the north, and a gap in the wall, drawn as a gate that is always open.
    let gap = |op, collection: &str, id: &str, geometry, properties| ScenarioEdit {
        collection: collection.to_owned(),
        id: id.to_owned(),
        op,
        feature: Some(json!({"type": "Feature", "geometry": geometry, "properties": properties})),
        properties: None,
        geometry: None,
    };
    let path = json!({"kind": "lane", "ebike": "yes", "foot": "yes", "access": "destination"});
    let gate = json!({"kind": "gate", "compound": "a", "ebike": "yes", "foot": "yes"});
    ask.changes = vec![AccessChange {
        id: "gap".to_owned(),
        title: both!("拆除五米围墙", "take down five metres of wall"),
        edits: vec![
            gap(EditOp::Put, "entrances", "gap", point(80.0, 180.0), gate),
            gap(
                EditOp::Put,
                "routes",
                "gap-path",
                line(&[(100.0, 155.0), (80.0, 180.0), (80.0, 200.0), (100.0, 200.0)]),
                path,
            ),
        ],
    }];
    let (answer, best) = compare(&town, &ask);
    assert!(best > 1.0, "{best}");
    assert_eq!(answer.best.changes, ["gap"]);
    // If the base map already has the gap, the gap gains nothing more.
    ask.edits = ask.changes[0].edits.clone();
    let base = map(town);
    let again = access_changes(&Planning::default(), &base, &ask, NO_WATCH).unwrap();
    assert!(again.best.saved.rider_minutes_day.abs() < 0.02, "{again:?}");
}

#[test]
fn what_the_caller_may_not_see_is_in_no_change_and_no_title() {
    let no_bikes = json!({"ebike": "no", "foot": "yes", "opening_hours": "Mo-Su 08:00-19:00"});
    let mut town = town(&[open(), no_bikes, open(), open()]);
    let north = town.iter_mut().find(|c| c.id.as_str() == "north").unwrap();
    let body = north.body.as_mut().unwrap();
    body.properties = Properties::parse(
        r#"{"kind": "road", "ebike": "yes", "foot": "yes", "oneway": true, "name": "密路"}"#,
    )
    .unwrap();
    let changes = |hidden: &[(&str, &str)], roles: &[Role]| {
        let mut schemas = demo::schemas();
        for (collection, name) in hidden {
            let schema = schemas
                .iter_mut()
                .find(|(id, _)| id.as_str() == *collection);
            schema.unwrap().1["properties"][*name]["x-onemap-role"] = json!("admin");
        }
        let map = Snapshot::of_features(schemas, town.clone(), at(MONDAY)).unwrap();
        let map = Ground::of_map(Arc::new(map), at(MONDAY)).unwrap();
        let mut ask = question(1);
        ask.roles = roles.to_vec();
        // All changes can be applied, and so can the edits of the bound.
        let answer = access_changes(&Planning::default(), &map, &ask, NO_WATCH).unwrap();
        assert_eq!(answer.best.stop_reason, "optimal");
        let changes = generate::changes(&map.snapshot, &ask).0.into_iter();
        changes
            .map(|change| (change.id, change.title.zh))
            .collect::<BTreeMap<_, _>>()
    };
    let all = changes(&[], &[Role::Planner]);
    let ids: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(ids, ["ebike-a-north", "hours-a-north", "reverse-north"]);
    assert_eq!(all["reverse-north"], "单行路密路（north）改为反向");

    let names = [("entrances", "name"), ("routes", "name")];
    let unnamed = changes(&names, &[Role::Planner]);
    assert_eq!(unnamed.keys().collect::<Vec<_>>(), ids);
    assert_eq!(unnamed["reverse-north"], "单行路north（north）改为反向");
    assert_eq!(changes(&names, &[Role::Admin]), all);
    // Nobody may see the hours, so no change sets them, and none follows from them.
    let without_hours = changes(&[("entrances", "opening_hours")], &[Role::Planner]);
    let ids: Vec<&str> = without_hours.keys().map(String::as_str).collect();
    assert_eq!(ids, ["ebike-a-north", "reverse-north"]);
    // A change that would set a hidden property could not be applied.
    let without_bikes = changes(&[("entrances", "ebike")], &[Role::Planner]);
    let ids: Vec<&str> = without_bikes.keys().map(String::as_str).collect();
    assert_eq!(ids, ["hours-a-north", "reverse-north"]);
}

/// Two compounds whose south gates bar e-bikes, and a one-way street in the north.
fn shared_street() -> Vec<Change> {
    let no_bikes = json!({"ebike": "no", "foot": "yes", "opening_hours": "24/7"});
    let mut town = town(&[no_bikes.clone(), open(), no_bikes, open()]);
    let north = town.iter_mut().find(|c| c.id.as_str() == "north").unwrap();
    let body = north.body.as_mut().unwrap();
    body.properties =
        Properties::parse(r#"{"kind": "road", "ebike": "yes", "foot": "yes", "oneway": true}"#)
            .unwrap();
    town
}

#[test]
fn a_street_that_concerns_everybody_leaves_the_compounds_apart() {
    let town = shared_street();
    for k in 1..=3 {
        let (answer, _) = compare(&town, &question(k));
        assert!(answer.notes.iter().any(|n| n.zh.contains("分别求解")));
    }
    // A building with doors in both compounds is reached by the nearer door, so they are not apart.
    let town = [shared_street(), between()].concat();
    let (answer, _) = compare(&town, &question(2));
    assert!(!answer.notes.iter().any(|n| n.zh.contains("分别求解")));
}

#[test]
fn without_time_for_all_sets_the_bound_holds_with_a_shared_street() {
    let town = shared_street();
    let base = map(town.clone());
    let ask = question(2);
    let (proven, most) = compare(&town, &ask);
    // The time ends after more and more measurements.
    let mut cut = 0;
    for left in [6, 9, 12, 16, 24, 40, 80] {
        let asked = std::sync::atomic::AtomicI64::new(0);
        let stop = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > left;
        let answer = search::search(&Planning::default(), &base, &ask, (NO_WATCH, &stop)).unwrap();
        let gain = gains::of_objective(ask.objective, &answer.best.saved);
        assert!(gain < most + 0.02, "{left}: {answer:?}");
        let Some(bound) = answer.best.bound else {
            continue;
        };
        assert!(bound > most - 0.02, "{left}: {bound} {most}");
        if answer.best.stop_reason == "time_limit" {
            cut += 1;
        } else {
            assert_eq!(answer.best.changes, proven.best.changes);
        }
    }
    assert!(cut >= 1, "{cut}");
}
