//! Random maps for property tests: small, with many equal distances and touching edges, and with
//! many features at the antimeridian and the poles.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo_types::{Coord, Geometry, LineString, MultiPolygon, Point, Rect, coord, polygon};
use proptest::prelude::*;
use serde_json::json;

use super::{Collection, Entry};
use crate::model::{Body, CollectionId, FeatureId, Properties, Record, Schema};

pub(super) fn schema() -> Arc<Schema> {
    let id = CollectionId::new("things").unwrap();
    let document = json!({"properties": {
        "n": {"type": "integer"},
        "secret": {"type": "string", "x-onemap-role": "rider"},
    }});
    Arc::new(Schema::parse(&id, document).unwrap())
}

pub(super) fn record(n: u32, seq: u64, geometry: Option<Geometry<f64>>) -> Record {
    let properties = format!(r#"{{"n":{n},"secret":"s{seq}"}}"#);
    Record {
        collection: CollectionId::new("things").unwrap(),
        id: FeatureId::new(format!("t{n:03}")).unwrap(),
        seq,
        updated_at: "2026-11-22T06:05:00Z".parse().unwrap(),
        body: Some(Body {
            geometry,
            properties: Properties::from_canonical(properties),
        }),
    }
}

/// A random position anywhere on the globe, on a coarse grid so that edges touch.
pub(super) fn a_place() -> impl Strategy<Value = Coord<f64>> {
    let near = |x: f64, y: f64| {
        (-5i32..=5, -5i32..=5).prop_map(move |(dx, dy)| {
            let x = x + f64::from(dx) * 0.25;
            let x = if x > 180.0 {
                x - 360.0
            } else if x < -180.0 {
                x + 360.0
            } else {
                x
            };
            coord! {x: x, y: (y + f64::from(dy) * 0.25).clamp(-90.0, 90.0)}
        })
    };
    prop_oneof![
        4 => near(117.0, 39.25),
        2 => near(180.0, 10.0),
        1 => near(-180.0, -60.0),
        1 => (-18i32..=18, prop_oneof![Just(90.0), Just(89.75), Just(-90.0), Just(-89.5)])
            .prop_map(|(x, y)| coord! {x: f64::from(x) * 10.0, y: y}),
        1 => (-18i32..=18, -9i32..=9)
            .prop_map(|(x, y)| coord! {x: f64::from(x) * 10.0, y: f64::from(y) * 10.0}),
    ]
}

pub(super) fn a_geometry() -> impl Strategy<Value = Geometry<f64>> {
    let ring = |c: Coord<f64>, w: f64, h: f64| {
        Rect::new(c, coord! {x: (c.x + w).min(180.0), y: (c.y + h).min(90.0)}).to_polygon()
    };
    prop_oneof![
        a_place().prop_map(|c| Point(c).into()),
        (
            a_place(),
            prop::collection::vec((-2i32..=2, -2i32..=2), 1..4)
        )
            .prop_map(|(c, steps)| {
                let mut line = vec![c];
                for (dx, dy) in steps {
                    let last = line[line.len() - 1];
                    line.push(coord! {
                        x: (last.x + f64::from(dx) * 0.25).clamp(-180.0, 180.0),
                        y: (last.y + f64::from(dy) * 0.25).clamp(-90.0, 90.0),
                    });
                }
                LineString(line).into()
            }),
        (a_place(), 1i32..=4, 1i32..=4).prop_map(move |(c, w, h)| {
            let c = coord! {x: c.x.min(179.75), y: c.y.min(89.75)};
            ring(c, f64::from(w) * 0.25, f64::from(h) * 0.25).into()
        }),
        // A triangle, which is smaller than its bounding box.
        (a_place(), 1i32..=4).prop_map(|(c, s)| {
            let c = coord! {x: c.x.min(179.0), y: c.y.min(89.0)};
            let s = f64::from(s) * 0.25;
            let p = polygon![
                (x: c.x, y: c.y), (x: c.x + s, y: c.y), (x: c.x + s, y: c.y + s)
            ];
            p.into()
        }),
        // A polygon cut at the antimeridian.
        (1i32..=3, -60i32..60).prop_map(move |(w, y)| {
            let (w, y) = (f64::from(w) * 0.25, f64::from(y));
            MultiPolygon(vec![
                ring(coord! {x: 180.0 - w, y: y}, w, 0.5),
                ring(coord! {x: -180.0, y: y}, w, 0.5),
            ])
            .into()
        }),
    ]
}

/// A step in the life of a collection.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A commit. The outer `None` deletes the feature, the inner `None` removes its geometry.
    Commit(Vec<(u32, Option<Option<Geometry<f64>>>)>),
    /// A background merge starts.
    StartMerge,
    /// The background merge ends, whatever was committed in the meantime.
    EndMerge,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = (
        0u32..40,
        prop_oneof![
            6 => a_geometry().prop_map(|g| Some(Some(g))),
            1 => Just(Some(None)),
            2 => Just(None),
        ],
    );
    let step = prop_oneof![
        4 => prop::collection::vec(change, 1..12).prop_map(Step::Commit),
        1 => Just(Step::StartMerge),
        1 => Just(Step::EndMerge),
    ];
    prop::collection::vec(step, 1..14)
}

/// Runs the steps; returns the collection and the features that it must contain. The first commit
/// is loaded.
pub(super) fn play(steps: &[Step]) -> (Collection, BTreeMap<FeatureId, Record>) {
    let mut truth: BTreeMap<FeatureId, Record> = BTreeMap::new();
    let mut collection: Option<Collection> = None;
    let mut merge = None;
    let mut seq = 0;
    for step in steps {
        match (step, &collection) {
            (Step::Commit(changes), before) => {
                seq += 1;
                let mut commit = BTreeMap::new();
                for (n, change) in changes {
                    let mut r = record(*n, seq, change.clone().flatten());
                    if change.is_none() {
                        r.body = None;
                    }
                    commit.insert(r.id.clone(), r);
                }
                truth.extend(commit.clone());
                let records: Vec<Record> = commit.into_values().collect();
                collection = Some(match before {
                    Some(c) => c.apply(&records),
                    None => Collection::load(schema(), records),
                });
            }
            (Step::StartMerge, Some(c)) => merge = Some(c.merged_base()),
            (Step::EndMerge, Some(c)) => {
                if let Some(merged) = merge.take() {
                    collection = Some(c.with_base(merged));
                }
            }
            _ => {}
        }
    }
    (
        collection.unwrap_or_else(|| Collection::empty(schema())),
        truth,
    )
}

/// The expected entries, sorted by id.
pub(super) fn expected(truth: &BTreeMap<FeatureId, Record>) -> Vec<Entry> {
    truth
        .values()
        .filter_map(|r| Entry::new(&schema(), r))
        .collect()
}

pub(super) fn ids<'a>(entries: impl IntoIterator<Item = &'a Arc<Entry>>) -> Vec<&'a str> {
    entries.into_iter().map(|e| e.id().as_str()).collect()
}
