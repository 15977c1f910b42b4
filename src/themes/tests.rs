//! Tests of counting by area.

use geo_types::{Geometry, Point, Rect, coord};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::index::Collections;
use crate::model::{Body, BuiltIns, CollectionId, FeatureId, Properties, Record};

fn record(collection: &str, id: &str, geometry: Option<Geometry<f64>>, said: &Value) -> Record {
    Record {
        collection: CollectionId::new(collection).unwrap(),
        id: FeatureId::new(id).unwrap(),
        seq: 2,
        updated_at: Timestamp::UNIX_EPOCH,
        body: Some(Body {
            geometry,
            properties: Properties::parse(&said.to_string()).unwrap(),
        }),
    }
}

fn map(features: Vec<Record>) -> Collections {
    let schemas = BuiltIns::compiled().documents();
    let schemas = schemas.map(|(id, document)| {
        record(
            "$schemas",
            id.as_str(),
            None,
            &Value::Object(document.clone()),
        )
    });
    let (map, problems) = Collections::load(schemas.chain(features));
    assert!(problems.is_empty());
    map
}

fn square(x: f64) -> Option<Geometry<f64>> {
    let low = coord! {x: 117.0 + x * 0.01, y: 39.0};
    let high = coord! {x: low.x + 0.01, y: 39.01};
    Some(Rect::new(low, high).to_polygon().into())
}

fn point(x: f64) -> Option<Geometry<f64>> {
    Some(Point::new(117.005 + x * 0.01, 39.005).into())
}

/// Two grids of the community `c1`, and one of `c2` without households.
fn grids() -> Vec<Record> {
    let grid = |id: &str, x: f64, parent: &str, households: Option<u32>| {
        let said = json!({"kind": "grid", "code": format!("00{id}"), "parent": parent, "households": households});
        record("grids", id, square(x), &said)
    };
    vec![
        record(
            "grids",
            "c1",
            square(0.0),
            &json!({"kind": "community", "name": "一社区"}),
        ),
        record(
            "grids",
            "c2",
            square(2.0),
            &json!({"kind": "community", "households": 7}),
        ),
        grid("g1", 0.0, "c1", Some(100)),
        grid("g2", 1.0, "c1", Some(300)),
        grid("g3", 2.0, "c2", None),
        record("grids", "s", None, &json!({"kind": "street"})),
    ]
}

/// Grid, category, day, reports, and whether the case is pending review.
type Case = (u8, u8, i64, u32, bool);

fn theme(counted: &str) -> Counted {
    let text = format!(
        "[t]\nzh='x'\nen='x'\nnote_zh='x'\nnote_en='x'\nunit_zh='x'\nunit_en='x'\nhue=1\nby=['grid']\nmore='worse'\n\
         classes={{method='equal'}}\ncounted={{{counted}}}\n"
    );
    let themes = Themes::read("t", &text, None).unwrap();
    match &themes.get("t").unwrap().content {
        Content::Counted(counted) => counted.clone(),
        Content::Measure(_) => panic!("not counted"),
    }
}

fn values(map: &Collections, of: &str, by: By, window: Option<&Window>) -> Vec<Option<f64>> {
    let cells = counted(map, &theme(of), &Frame::new(map, by), window).unwrap();
    cells.iter().map(|cell| cell.value).collect()
}

#[test]
fn features_belong_to_the_area_they_name_or_lie_in() {
    let mut features = grids();
    for (id, x, said) in [
        // By its property, although it lies elsewhere; by the code of a grid; by its position; nowhere.
        (
            "a",
            1.0,
            json!({"kind": "toilet", "grid": "g1", "capacity": 4}),
        ),
        (
            "b",
            0.0,
            json!({"kind": "toilet", "grid": "00g2", "capacity": 2}),
        ),
        ("c", 1.0, json!({"kind": "toilet", "capacity": 6})),
        ("d", 9.0, json!({"kind": "toilet"})),
        ("e", 2.0, json!({"kind": "parking"})),
    ] {
        features.push(record("facilities", id, point(x), &said));
    }
    let map = map(features);
    let toilets = "collection='facilities', filter=\"kind = 'toilet'\"";
    let by = |of: &str, by: By| values(&map, &format!("{toilets}{of}"), by, None);
    assert_eq!(by("", By::Grid), [Some(1.0), Some(2.0), Some(0.0)]);
    assert_eq!(by("", By::Community), [Some(3.0), Some(0.0)]);
    // Grids without households, and areas where nothing has the property, have no data.
    assert_eq!(
        by(", per='100_households'", By::Grid),
        [Some(1.0), Some(2.0 / 3.0), None]
    );
    // The first community has the sum of its grids.
    assert_eq!(
        by(", per='household'", By::Community),
        [Some(3.0 / 400.0), Some(0.0)]
    );
    assert_eq!(
        by(", of='sum', property='capacity'", By::Grid),
        [Some(4.0), Some(8.0), None]
    );
    assert_eq!(
        by(", of='mean', property='capacity'", By::Community),
        [Some(4.0), None]
    );
    let all = "collection='facilities', of='share', part=\"kind = 'toilet'\"";
    assert_eq!(
        values(&map, all, By::Grid, None),
        [Some(100.0), Some(100.0), Some(0.0)]
    );
    // A layer without features gives no data, and not 0.
    assert_eq!(
        values(&map, "collection='units'", By::Grid, None),
        [None, None, None]
    );
    assert_eq!(
        values(&map, "collection='trees'", By::Grid, None),
        [None, None, None]
    );
    let km2 = values(&map, &format!("{toilets}, per='km2'"), By::Grid, None);
    assert!((km2[0].unwrap() - 1.0 / 0.957).abs() < 0.01, "{km2:?}");
}

#[test]
fn drills_reports_pending_review_and_old_cases_do_not_count() {
    let mut features = grids();
    let day = "2026-11-22T04:00:00Z";
    for (id, at, more) in [
        ("a", day, json!({})),
        ("b", "2026-11-20T16:00:00Z", json!({})),
        ("c", "2026-11-20T15:59:59Z", json!({})),
        ("d", day, json!({"held": true})),
        ("e", day, json!({"exercise": true})),
    ] {
        let mut said = json!({"category": "other", "grid": "g2", "reported_at": at});
        said.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        features.push(record("warnings", id, None, &said));
    }
    let map = map(features);
    let window = Window::of("2026-11-22".parse().unwrap(), 2).unwrap();
    let of = "collection='warnings', days=2, time='reported_at'";
    let found = values(&map, of, By::Grid, Some(&window));
    assert_eq!(found, [Some(0.0), Some(2.0), Some(0.0)]);
}

#[test]
fn protected_properties_are_neither_filtered_nor_summed() {
    let mut features = grids();
    let said = json!({"category": "other", "grid": "g1", "rating": 5, "reports": 3});
    features.push(record("warnings", "a", None, &said));
    let map = map(features);
    let frame = Frame::new(&map, By::Grid);
    let filter = theme("collection='warnings', filter='rating = 5'");
    counted(&map, &filter, &frame, None).unwrap_err();
    let sum = |name| {
        values(
            &map,
            &format!("collection='warnings', of='sum', property='{name}'"),
            By::Grid,
            None,
        )
    };
    assert_eq!(sum("reports"), [Some(3.0), None, None]);
    assert_eq!(sum("rating"), [None, None, None]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_count_equals_a_plain_recount(
        list in prop::collection::vec((0..4u8, 0..3u8, 0..30i64, 0..5u32, any::<bool>()), 0..60)
    ) {
        let start: Timestamp = "2026-11-01T10:00:00Z".parse().unwrap();
        let mut features = grids();
        for (i, (grid, category, day, reports, held)) in list.iter().enumerate() {
            let at = start + jiff::SignedDuration::from_hours(24 * day);
            let said = json!({
                "grid": format!("g{grid}"), "category": format!("k{category}"), "reported_at": at.to_string(),
                "reports": reports, "held": held,
            });
            features.push(record("warnings", &format!("w{i:03}"), None, &said));
        }
        let map = map(features);
        let last = "2026-11-20".parse().unwrap();
        let window = Window::of(last, 7).unwrap();
        let of = "collection='warnings', days=7, time='reported_at', filter=\"category <> 'k1'\"";
        let inside = |grid: u8| {
            list.iter()
                .filter(move |(g, category, day, _, held)| {
                    *g == grid && *category != 1 && !held && (13..20).contains(day)
                })
                .collect::<Vec<_>>()
        };
        let wanted = |some: &dyn Fn(&[&Case]) -> Option<f64>| -> Vec<Option<f64>> {
            (1..4).map(|grid| if list.is_empty() { None } else { some(&inside(grid)) }).collect()
        };
        let sum = |all: &[&Case]| all.iter().map(|c| f64::from(c.3)).sum::<f64>();
        prop_assert_eq!(
            values(&map, of, By::Grid, Some(&window)),
            wanted(&|all| Some(all.len() as f64))
        );
        prop_assert_eq!(
            values(&map, &format!("{of}, of='mean', property='reports'"), By::Grid, Some(&window)),
            wanted(&|all| (!all.is_empty()).then(|| sum(all) / all.len() as f64))
        );
        prop_assert_eq!(
            values(&map, &format!("{of}, of='share', part=\"category = 'k2'\""), By::Grid, Some(&window)),
            wanted(&|all| {
                let part = all.iter().filter(|c| c.1 == 2).count() as f64;
                (!all.is_empty()).then(|| part * 100.0 / all.len() as f64)
            })
        );
    }
}
