//! The plan of an import must be the same when it is compared with the store and with a snapshot in memory.

use std::io::Cursor;

use onemap::demo;
use onemap::ingest::{self, Options, Source};
use onemap::live::Live;
use onemap::model::Author;
use onemap::service::imports::OverMap;
use serde_json::{Value, json};

use crate::store_suite::fixtures;
use crate::support::server::onemap;

/// Random numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }
}

/// A city with features of all collections.
fn city() -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("city.ndjson");
    let path = file.to_str().unwrap();
    let (_, err, ok) = onemap(&["synth", "--buildings", "300", "--out", path]);
    assert!(ok, "{err}");
    let text = std::fs::read_to_string(&file).unwrap();
    let features = text.lines().map(|line| serde_json::from_str(line).unwrap());
    features.collect()
}

/// The next version of the file: some features are changed, added or removed.
fn next(file: &[Value], dice: &mut Dice, round: u64) -> Vec<Value> {
    let mut next = Vec::new();
    for feature in file {
        let mut feature = feature.clone();
        match dice.roll(12) {
            0 => continue,
            1 => feature["properties"]["name"] = format!("第{round}次").into(),
            2 => {
                let text = feature["geometry"].to_string();
                feature["geometry"] =
                    serde_json::from_str(&text.replace("117.1", "117.2")).unwrap();
            }
            3 => {
                // Without its links, the import has to find them again by geometry.
                let properties = feature["properties"].as_object_mut().unwrap();
                for link in ["building", "compound", "grid"] {
                    properties.remove(link);
                }
            }
            4 => feature["properties"]["odd"] = json!({"b": [1.50, null], "a": -0.0}),
            5 => {
                feature.as_object_mut().unwrap().remove("id");
            }
            6 => feature["id"] = format!("new-{round}-{}", next.len()).into(),
            _ => {}
        }
        next.push(feature);
    }
    next.push(json!({"type": "Feature", "id": "wrong", "collection": "buildings",
        "geometry": {"type": "Point", "coordinates": [-0.0, 0.0]}, "properties": {"levels": "six"}}));
    next.push(
        json!({"type": "Feature", "id": format!("far-{round}"), "collection": "facilities",
        "geometry": {"type": "Point", "coordinates": [-0.0, 0.0]}, "properties": {"name": "零"}}),
    );
    next.push(
        json!({"type": "Feature", "id": format!("gate-{round}"), "collection": "entrances",
        "geometry": {"type": "Point", "coordinates": [100.0, 30.0]}, "properties": {"kind": "gate"}}),
    );
    next.push(json!({"type": "Feature", "id": "own", "collection": "things",
        "geometry": {"type": "Point", "coordinates": [117.13, -0.0]}, "properties": {"n": round / 2}}));
    next
}

fn source(features: &[Value]) -> Source {
    let text: String = features.iter().map(|f| format!("{f}\n")).collect();
    Source::new("city.ndjson", move || {
        Ok(Box::new(Cursor::new(text.clone().into_bytes())))
    })
}

#[tokio::test]
async fn a_plan_over_a_snapshot_equals_one_over_the_store() {
    let city = city();
    for f in fixtures().await {
        let live = Live::start(f.store.clone()).await.unwrap();
        let mut dice = Dice(7);
        let mut seen = [0; 4];
        for round in 0..6 {
            let file = [source(&next(&city, &mut dice, round))];
            let options = Options {
                remove_missing: round % 2 == 1,
                schemas: demo::schemas(),
                ..Options::default()
            };
            let of_store = ingest::plan(&f.store, &file, &options, &()).await.unwrap();
            let map = OverMap::new(live.snapshot(), Author::system());
            let of_map = ingest::plan_over(map, &file, &options, &()).await.unwrap();
            assert_eq!(of_map.report, of_store.report, "{} {round}", f.url);
            assert_eq!(of_map, of_store, "{} {round}", f.url);
            let total = of_map.report.total();
            assert!(total.new > 0 && total.rejected > 0, "{round}");
            let kinds = [
                total.changed - total.new,
                total.unchanged,
                total.unlinked,
                total.removed,
            ];
            for (seen, count) in seen.iter_mut().zip(kinds) {
                *seen += count;
            }

            // The commit of this round is applied to the snapshot; the map is not loaded again.
            let report = ingest::commit(&f.store, &file, &options, &of_map.basis, &())
                .await
                .unwrap();
            assert_eq!(report.collections, of_map.report.collections);
            let seq = report.seq.unwrap();
            assert!(live.wait_for(seq, std::time::Duration::from_secs(60)).await);
        }
        assert!(
            seen.iter().all(|count| *count > 0),
            "every kind of change occurs: {seen:?}"
        );
    }
}
