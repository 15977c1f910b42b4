//! Compares selections with a loop over all features.

use geo::Intersects as _;
use proptest::prelude::*;

use super::super::testkit::{a_geometry, a_place, expected, ids, play, record, schema, steps};
use super::super::{Budget, Stop};
use super::*;

fn a_box() -> impl Strategy<Value = Bounds> {
    (a_place(), 0i32..8, 0i32..8).prop_map(|(c, w, h)| {
        let east = c.x + f64::from(w) * 0.25;
        Bounds::new(
            c.x,
            c.y,
            if east > 180.0 { east - 360.0 } else { east },
            (c.y + f64::from(h) * 0.25).min(90.0),
        )
    })
}

#[test]
fn a_box_below_single_precision_is_tested_with_exact_geometries() {
    let at = |x: f64| Some(geo_types::Point::new(x, 39.22).into());
    let records = vec![record(1, 1, at(117.13)), record(2, 1, at(117.130_000_1))];
    let collection = Collection::load(schema(), records);
    let page = collection.select(&Select {
        bbox: Some(Bounds::new(117.13, 39.22, 117.13, 39.22)),
        ..Select::default()
    });
    assert_eq!(ids(&page.entries), ["t001"]);
}

#[test]
fn a_meter_counts_visits_and_a_stopped_query_returns_nothing() {
    let at = |n: u32| Some(geo_types::Point::new(f64::from(n) * 0.001, 39.0).into());
    let records = (0..5_000).map(|n| record(n, 1, at(n))).collect();
    let collection = Collection::load(schema(), records);
    let small = Select {
        bbox: Some(Bounds::new(1.0, 38.0, 1.01, 40.0)),
        ..Select::default()
    };
    let budget = Budget::new(u64::MAX, u64::MAX);
    let counts = collection.visit_metered(&small, &budget, |_| {}).unwrap();
    assert_eq!(counts.matched, Some(11));
    assert!(budget.visited() < 300, "{}", budget.visited());

    for select in [
        Select {
            bbox: Some(Bounds::new(-1.0, 38.0, 10.0, 40.0)),
            ..Select::default()
        },
        Select {
            filter: Some(&even),
            limit: 1,
            ..Select::default()
        },
        Select::default(),
    ] {
        let budget = Budget::new(u64::MAX, u64::MAX);
        let mut out = Vec::new();
        let counts = collection.select_into_metered(&select, &budget, &mut out);
        assert_eq!(counts, Ok(collection.select_into(&select, &mut Vec::new())));
        assert!(budget.visited() >= 5_000, "{}", budget.visited());

        let few = Budget::new(1_000, u64::MAX);
        let mut out = Vec::new();
        let stopped = collection.select_into_metered(&select, &few, &mut out);
        assert_eq!((stopped, out.len()), (Err(Stop::Work), 0));
    }
    let narrow = Budget::new(u64::MAX, 1_000);
    let stopped = collection.select_into_metered(&Select::default(), &narrow, &mut Vec::new());
    assert_eq!(stopped, Err(Stop::Memory));
}

fn even(e: &Entry) -> bool {
    e.id().as_str().ends_with(['0', '2', '4', '6', '8'])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_selection_equals_a_full_scan(
        steps in steps(),
        bbox in prop::option::of(a_box()),
        shape in prop::option::of(a_geometry()),
        filtered: bool,
        count: bool,
        page_size in 1usize..9,
        offset in 0usize..4,
    ) {
        let (collection, truth) = play(&steps);
        let all = expected(&truth);
        let select = Select {
            bbox,
            intersects: shape.clone(),
            filter: if filtered { Some(&even) } else { None },
            limit: page_size,
            count,
            ..Select::default()
        };
        let brute: Vec<&str> = all
            .iter()
            .filter(|e| bbox.is_none_or(|b| e.geometry().is_some_and(|g| {
                // Uses polygons instead of the fast test of the box; a box without area counts as
                // its centre line or point, as in geo's rectangle.
                b.parts().any(|p| p.rect().intersects(g))
            })))
            .filter(|e| shape.as_ref().is_none_or(|s| {
                e.geometry().is_some_and(|g| s.intersects(g))
            }))
            .filter(|e| !filtered || even(e))
            .map(|e| e.id().as_str())
            .collect();

        // Paging by id: each feature once, in order.
        let mut found: Vec<String> = Vec::new();
        let mut after = None;
        loop {
            let page = collection.select(&Select { after, ..select.clone() });
            prop_assert_eq!(page.matched, count.then_some(brute.len() as u64));
            prop_assert!(page.entries.len() <= page_size);
            found.extend(ids(&page.entries).into_iter().map(String::from));
            after = page.next;
            if after.is_none() {
                break;
            }
            prop_assert_eq!(page.entries.len(), page_size);
        }
        prop_assert_eq!(&found, &brute);

        // Paging by offset.
        let page = collection.select(&Select { offset, ..select.clone() });
        let slice: Vec<&str> = brute.iter().copied().skip(offset).take(page_size).collect();
        prop_assert_eq!(ids(&page.entries), slice);

        // Encoded as bytes.
        let mut bytes = b"[".to_vec();
        let counts = collection.select_into(&Select { limit: usize::MAX, ..select }, &mut bytes);
        bytes.push(b']');
        let features: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(counts.returned, brute.len());
        prop_assert_eq!(
            features.iter().map(|f| f["id"].as_str().unwrap()).collect::<Vec<_>>(),
            brute
        );
    }
}
