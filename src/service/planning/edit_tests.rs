//! Tests that coverage with edits equals coverage after the same edits were committed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::tests::{NOON, ask};
use super::what_if::WhatIfs;
use super::*;
use crate::demo;
use crate::live::Snapshot;
use crate::model::{Change, CollectionId, FeatureId};
use crate::network::core::tests::make::Rng;
use crate::planning::standards::Reach;
use crate::service::routes::Ground;
use crate::service::routes::tests::{DEMO, at, demo_features};

fn edit(op: EditOp, collection: &str, id: &str) -> ScenarioEdit {
    ScenarioEdit {
        collection: collection.to_owned(),
        id: id.to_owned(),
        op,
        feature: None,
        properties: None,
        geometry: None,
    }
}

fn put(collection: &str, id: &str, geometry: Value, properties: Value) -> ScenarioEdit {
    ScenarioEdit {
        feature: Some(json!({"type": "Feature", "geometry": geometry, "properties": properties})),
        ..edit(EditOp::Put, collection, id)
    }
}

fn patch(collection: &str, id: &str, properties: Value) -> ScenarioEdit {
    ScenarioEdit {
        properties: properties.as_object().cloned(),
        ..edit(EditOp::Patch, collection, id)
    }
}

/// The ids of a collection of the demo.
fn ids(collection: &str) -> Vec<String> {
    let all = DEMO.snapshot.collections().get(collection).unwrap().iter();
    all.map(|entry| entry.id().to_string()).collect()
}

/// The position of a random building of the demo.
fn a_place(rng: &mut Rng) -> [f64; 2] {
    let buildings = DEMO.snapshot.collections().get("buildings").unwrap();
    let entry = buildings
        .iter()
        .nth(rng.below(buildings.len() as u32) as usize);
    let at = crate::service::place::anchor(entry.unwrap().geometry().unwrap()).unwrap();
    [at.x, at.y]
}

fn random(rng: &mut Rng, n: usize) -> ScenarioEdit {
    let pick = |rng: &mut Rng, of: &str| {
        let all = ids(of);
        all[rng.below(all.len() as u32) as usize].clone()
    };
    let [x, y] = a_place(rng);
    let point = json!({"type": "Point", "coordinates": [x, y]});
    match rng.below(9) {
        0 => put(
            "first_aid_stations",
            &format!("tried-{n}"),
            point,
            json!({"name": "试设", "aed": true}),
        ),
        1 => ScenarioEdit {
            geometry: Some(point),
            ..edit(
                EditOp::Patch,
                "first_aid_stations",
                &pick(rng, "first_aid_stations"),
            )
        },
        2 => edit(
            EditOp::Delete,
            "first_aid_stations",
            &pick(rng, "first_aid_stations"),
        ),
        3 => patch(
            "entrances",
            &pick(rng, "entrances"),
            json!({"foot": "no", "ebike": "no"}),
        ),
        4 => patch("routes", &pick(rng, "routes"), json!({"foot": "no"})),
        5 => edit(EditOp::Delete, "routes", &pick(rng, "routes")),
        6 => edit(EditOp::Delete, "entrances", &pick(rng, "entrances")),
        7 => {
            let [x2, y2] = a_place(rng);
            let line = json!({"type": "LineString", "coordinates": [[x, y], [x2, y2]]});
            put(
                "routes",
                &format!("lane-{n}"),
                line,
                json!({"foot": "yes", "ebike": "yes"}),
            )
        }
        _ => {
            let d = 0.0001;
            let ring = json!([[[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]]]);
            let area = json!({"type": "Polygon", "coordinates": ring});
            let said = json!({"name": "新楼", "levels": 6, "households": 36});
            put("buildings", &format!("new-{n}"), area, said)
        }
    }
}

/// The demo after edits were committed and everything was loaded again.
fn committed(edits: &[ScenarioEdit]) -> Ground {
    let changes = WhatIfs::default().check(&DEMO.snapshot, edits).unwrap();
    let key = |c: &Change| (c.collection.clone(), c.id.clone());
    let mut all: BTreeMap<(CollectionId, FeatureId), Change> =
        demo_features().into_iter().map(|c| (key(&c), c)).collect();
    for change in changes {
        match change.body {
            Some(_) => all.insert(key(&change), change),
            None => all.remove(&key(&change)),
        };
    }
    let all = all.into_values().collect();
    let snapshot = Snapshot::of_features(demo::schemas(), all, at(NOON)).unwrap();
    Ground::of_map(Arc::new(snapshot), at(NOON)).unwrap()
}

#[test]
fn coverage_with_edits_equals_coverage_after_committing_them() {
    let planning = Planning::default();
    let ask = ask("first_aid_stations", Reach::Minutes(4.0), true, NOON);
    let plain = *planning.coverage(&DEMO, &ask).unwrap().all();
    let mut rng = Rng(11);
    let mut differing = 0;
    for round in 0..crate::rounds(4, 20) {
        let mut edits: Vec<ScenarioEdit> = Vec::new();
        for n in 0..1 + rng.below(6) as usize {
            let next = random(&mut rng, n);
            // Each feature has at most one edit, so that no edit follows its deletion.
            if !edits.iter().any(|e| e.id == next.id) {
                edits.push(next);
            }
        }
        let map = planning.what_if(&DEMO, &edits, ask.at).unwrap();
        let found = planning.coverage(&map.ground, &ask).unwrap();
        let expected = Planning::default()
            .coverage(&committed(&edits), &ask)
            .unwrap();
        assert_eq!(
            found.sites().ids,
            expected.sites().ids,
            "round {round}: {edits:?}"
        );
        assert_eq!(
            found.demand(),
            expected.demand(),
            "round {round}: {edits:?}"
        );
        assert_eq!(
            found.coverage(),
            expected.coverage(),
            "round {round}: {edits:?}"
        );
        differing += usize::from(*found.all() != plain);
        assert_eq!(
            (map.seq, map.network_seq),
            (DEMO.snapshot.seq(), DEMO.network.seq)
        );
    }
    assert!(differing >= crate::rounds(3, 10), "{differing}");
    assert_eq!(*planning.coverage(&DEMO, &ask).unwrap().all(), plain);
}

#[test]
fn edits_that_concern_no_way_share_the_network_and_the_people_of_the_map() {
    let planning = Planning::default();
    let [lon, lat] = a_place(&mut Rng(3));
    let point = json!({"type": "Point", "coordinates": [lon, lat]});
    let station = put(
        "first_aid_stations",
        "tried",
        point,
        json!({"name": "试设", "aed": true}),
    );
    let map = planning.what_if(&DEMO, &[station], at(NOON)).unwrap();
    assert!(Arc::ptr_eq(&map.ground.network, &DEMO.network));
    assert!(Arc::ptr_eq(&map.ground.table, &DEMO.table));
    // Closing a gate changes who may pass, not where ways lead.
    let gate = patch("entrances", &ids("entrances")[0], json!({"foot": "no"}));
    let map = planning
        .what_if(&DEMO, std::slice::from_ref(&gate), at(NOON))
        .unwrap();
    assert!(Arc::ptr_eq(&map.ground.network, &DEMO.network));
    assert!(!Arc::ptr_eq(&map.ground.table, &DEMO.table));
    // The same edits again give the kept map.
    let again = planning.what_if(&DEMO, &[gate], at(NOON)).unwrap();
    assert!(Arc::ptr_eq(&map.ground.table, &again.ground.table));
}

#[test]
fn maps_with_different_edits_of_one_collection_are_told_apart() {
    let planning = Planning::default();
    let ask = ask("first_aid_stations", Reach::Metres(300.0), false, NOON);
    let mut rng = Rng(5);
    // Three maps with a station at different positions, and then the first map again.
    let maps: Vec<_> = (0..3)
        .map(|_| {
            let [x, y] = a_place(&mut rng);
            let point = json!({"type": "Point", "coordinates": [x, y]});
            vec![put(
                "first_aid_stations",
                "tried",
                point,
                json!({"name": "试设"}),
            )]
        })
        .collect();
    for edits in maps.iter().chain([&maps[0]]) {
        let map = planning.what_if(&DEMO, edits, ask.at).unwrap();
        let found = planning.coverage(&map.ground, &ask).unwrap();
        let expected = Planning::default()
            .coverage(&committed(edits), &ask)
            .unwrap();
        assert_eq!(found.coverage(), expected.coverage(), "{edits:?}");
    }
    assert_ne!(maps[0], maps[1]);
}

#[test]
fn edits_build_on_each_other_and_a_wrong_one_is_named() {
    let check = |edits: &[ScenarioEdit]| WhatIfs::default().check(&DEMO.snapshot, edits);
    let point = json!({"type": "Point", "coordinates": [117.1342, 39.2240]});
    let new = put(
        "first_aid_stations",
        "tried",
        point.clone(),
        json!({"name": "甲", "aed": true}),
    );
    let changes = check(&[
        new.clone(),
        patch("first_aid_stations", "tried", json!({"name": "乙"})),
    ]);
    let changes = changes.unwrap();
    let [change] = changes.as_slice() else {
        panic!("{changes:?}")
    };
    let said = change.body.as_ref().unwrap().properties.as_str();
    assert!(said.contains("乙") && said.contains("aed"), "{said}");
    // A lane is reversed by reversing its line.
    let lane = &ids("routes")[0];
    let line = DEMO
        .snapshot
        .collections()
        .get("routes")
        .unwrap()
        .get(lane)
        .unwrap();
    let reversed = check(&[patch("routes", lane, json!({"oneway": "-1"}))]).unwrap();
    let body = reversed[0].body.as_ref().unwrap();
    assert!(body.properties.as_str().contains("\"oneway\":true"));
    let (Some(geo_types::Geometry::LineString(now)), Some(geo_types::Geometry::LineString(then))) =
        (&body.geometry, line.geometry())
    else {
        panic!("the route is a line")
    };
    assert!(now.0.iter().eq(then.0.iter().rev()));
    // If the edit has a new line, that line is reversed.
    let [a, b, c] = [
        [117.1342, 39.2240],
        [117.1345, 39.2241],
        [117.1349, 39.2241],
    ];
    let redrawn = ScenarioEdit {
        geometry: Some(json!({"type": "LineString", "coordinates": [a, b, c]})),
        ..patch("routes", lane, json!({"oneway": "-1"}))
    };
    let redrawn = check(&[redrawn]).unwrap();
    let body = redrawn[0].body.as_ref().unwrap();
    assert!(body.properties.as_str().contains("\"oneway\":true"));
    let Some(geo_types::Geometry::LineString(now)) = &body.geometry else {
        panic!("the route is a line")
    };
    let now: Vec<[f64; 2]> = now.0.iter().map(|at| [at.x, at.y]).collect();
    assert_eq!(now, [c, b, a]);
    let gone = check(&[
        new.clone(),
        edit(EditOp::Delete, "first_aid_stations", "tried"),
    ]);
    assert_eq!(gone.unwrap()[0].body, None);

    let gate = &ids("entrances")[0];
    let mut without = new.clone();
    without.feature = None;
    let mut renamed = new.clone();
    renamed.feature.as_mut().unwrap()["id"] = json!("other");
    let mut torn = new.clone();
    torn.feature.as_mut().unwrap()["geometry"]["coordinates"] = json!([117.1, "x"]);
    for (wrong, field) in [
        (
            put("benches", "b", point.clone(), json!({})),
            "edits[1].collection",
        ),
        (
            put("warnings", "w", point, json!({})),
            "edits[1].collection",
        ),
        (without, "edits[1].feature"),
        (renamed, "edits[1].feature.id"),
        (torn, "edits[1].feature.geometry.coordinates"),
        (edit(EditOp::Patch, "entrances", gate), "edits[1]"),
        (
            edit(EditOp::Delete, "entrances", "no-such-gate"),
            "edits[1].id",
        ),
        (
            patch("entrances", "no-such-gate", json!({"foot": "no"})),
            "edits[1].id",
        ),
        (
            patch("entrances", gate, json!({"foot": "perhaps"})),
            "edits[1].properties.foot",
        ),
        (
            patch("entrances", gate, json!({"access_code": "1"})),
            "edits[1].properties.access_code",
        ),
        (patch("entrances", "x/..", json!({})), "edits[1].id"),
    ] {
        let problems = check(&[new.clone(), wrong]).unwrap_err();
        assert_eq!(problems[0].field, field, "{problems:?}");
        assert!(!problems[0].problem.zh.is_empty() && !problems[0].problem.en.is_empty());
    }
    let many = vec![new; MOST_EDITS + 1];
    assert_eq!(check(&many).unwrap_err()[0].field, "edits");
}
