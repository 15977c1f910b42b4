//! Tests of the tables that are kept, and of the bounds of travel times, with the demo district in a real store.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::tests::{at, demo_features, profile};
use super::*;
use crate::demo;
use crate::model::{Author, Body, Change, CollectionId, Edit, FeatureId, Properties};
use crate::network::attributes::Order;
use crate::network::core::{Memory, Mode, Query};
use crate::store::Store;

/// Two departures on a Monday and one on the next day, local time in Tianjin.
const NOON: &str = "2026-11-30T12:00:00+08:00";
const EVENING: &str = "2026-11-30T18:00:00+08:00";
const NIGHT: &str = "2026-12-01T10:00:00+08:00";

async fn demo_in_a_store(folder: &tempfile::TempDir) -> Live {
    let url = format!("sqlite:{}", folder.path().join("onemap.db").display());
    let live = Live::start(Store::open(&url).await.unwrap()).await.unwrap();
    let schemas = demo::schemas()
        .into_iter()
        .map(|(collection, schema)| Change {
            collection: CollectionId::new("$schemas").unwrap(),
            id: FeatureId::new(collection.as_str()).unwrap(),
            body: Some(Body {
                geometry: None,
                properties: Properties::parse(&schema.to_string()).unwrap(),
            }),
        });
    commit(&live, schemas.collect()).await;
    commit(&live, demo_features()).await;
    live
}

async fn commit(live: &Live, changes: Vec<Change>) {
    let edit = Edit::new(Author::system(), changes);
    let seq = live.commit(edit).await.unwrap().seq();
    // On a slow machine, the commit may become visible later.
    while live.snapshot().seq() < seq {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until the network of the newest map is built and its bounds are computed.
async fn bounds(live: &Live, profile: &Profile) {
    for _ in 0..12_000 {
        let snapshot = live.snapshot();
        let network = live.network();
        if network.is_some_and(|built| built.value.bounds(profile, &snapshot).is_some()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the bounds are not computed within two minutes");
}

/// A copy of a feature of the map, with one property changed.
fn with(live: &Live, collection: &str, id: &str, name: &str, value: &serde_json::Value) -> Change {
    let snapshot = live.snapshot();
    let entry = snapshot.collections().get(collection).unwrap().get(id);
    let entry = entry.unwrap();
    let mut properties = crate::model::Canonical::new(entry.all_properties()).to_map();
    properties.insert(name.to_owned(), value.clone());
    Change {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        body: Some(Body {
            geometry: entry.geometry().cloned(),
            properties: Properties::from_map(properties).unwrap(),
        }),
    }
}

#[tokio::test]
async fn a_table_serves_a_day_of_departures_until_something_that_it_contains_changes() {
    let folder = tempfile::tempdir().unwrap();
    let live = demo_in_a_store(&folder).await;
    bounds(&live, &profile("foot")).await;
    let routes = Routes::new(live.clone());
    let table = |when: &str| routes.ground(at(when)).unwrap().table;
    let noon = table(NOON);
    assert!(Arc::ptr_eq(&noon, &table(EVENING)));
    assert!(!Arc::ptr_eq(&noon, &table(NIGHT)));
    assert!(Arc::ptr_eq(&noon, &table(NOON)), "two days are kept");

    let parks = live.snapshot();
    let park = parks.collections().get("pocket_parks").unwrap();
    let park = park.iter().next().unwrap().id().to_string();
    let renamed = with(&live, "pocket_parks", &park, "name", &json!("新名"));
    commit(&live, vec![renamed]).await;
    assert!(Arc::ptr_eq(&noon, &table(NOON)), "a park is not on the way");

    let gate = with(
        &live,
        "entrances",
        "chaoyang-dongli-gate-e",
        "foot",
        &json!("no"),
    );
    commit(&live, vec![gate]).await;
    assert!(!Arc::ptr_eq(&noon, &table(NOON)), "a gate was closed");

    let before = table(NOON);
    let order = Change {
        collection: CollectionId::new("day_orders").unwrap(),
        id: FeatureId::new("storm").unwrap(),
        body: Some(Body {
            geometry: None,
            properties: Properties::parse(
                &json!({"kind": "storm", "from": NOON, "until": EVENING}).to_string(),
            )
            .unwrap(),
        }),
    };
    commit(&live, vec![order]).await;
    let during = table(NOON);
    assert!(!Arc::ptr_eq(&before, &during), "an order is in force");
    assert!(
        !Arc::ptr_eq(&during, &table("2026-11-30T19:00:00+08:00")),
        "it has ended"
    );
}

#[tokio::test]
async fn bounds_of_travel_times_change_no_route_and_fall_away_when_the_map_changes() {
    let folder = tempfile::tempdir().unwrap();
    let live = demo_in_a_store(&folder).await;
    let mut number = 11_u64;
    let mut random = |below: usize| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (number >> 33) as usize % below
    };
    let mut found = 0;
    for (name, mode) in [
        ("ebike", Mode::Ride),
        ("foot", Mode::Walk),
        ("cargo_trike", Mode::Ride),
        ("wheelchair", Mode::Walk),
    ] {
        let profile = profile(name);
        bounds(&live, &profile).await;
        let snapshot = live.snapshot();
        let network = live.network().unwrap();
        let ways = network.value.ways().unwrap();
        for is_storm in [false, true] {
            let depart = at(if is_storm { NIGHT } else { NOON });
            let mut conditions = Conditions::of(&snapshot, depart);
            if is_storm {
                conditions.orders.push(Order {
                    kind: "storm".to_owned(),
                    from: at(NOON),
                    until: None,
                    area: None,
                });
            }
            let table = Table::new(&snapshot, ways, network.seq, &conditions, depart);
            let ground = Ground {
                snapshot: Arc::clone(&snapshot),
                network: Arc::clone(&network),
                table: Arc::new(table),
            };
            let led = ground.view(ways, &profile);
            assert!(led.potentials.is_some());
            let straight = View {
                potentials: None,
                ..led
            };
            let doors = ways.topology.doors();
            for _ in 0..40 {
                let (a, b) = (doors[random(doors.len())], doors[random(doors.len())]);
                let (from, to) = ([a.place.into()], [b.place.into()]);
                let query = Query::new(&from, &to, depart.as_millisecond() / 100, mode);
                let arrive = |view: View<'_, Table>| {
                    let route = view.route(&mut Memory::new(), &query);
                    route.ok().map(|route| (route.arrive, route.shut))
                };
                let by_bounds = arrive(led);
                assert_eq!(by_bounds, arrive(straight), "{name}: {a:?} to {b:?}");
                found += usize::from(by_bounds.is_some());
            }
        }
    }
    assert!(found > 120, "{found}");

    // After a change of a gate, the old bounds may be wrong (the change may open the gate), so they are not
    // used.
    let gate = with(
        &live,
        "entrances",
        "chaoyang-dongli-gate-e",
        "ebike",
        &json!("no"),
    );
    commit(&live, vec![gate]).await;
    let foot = profile("foot");
    let old = live.network().unwrap();
    let snapshot = live.snapshot();
    if old.seq < snapshot.seq() {
        assert!(old.value.bounds(&foot, &snapshot).is_none());
    }
    bounds(&live, &foot).await;
}
