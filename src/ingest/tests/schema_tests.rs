//! Schemas that come with an import, change while it runs, or cannot be read.

use serde_json::json;

use super::{House, collection, collection_id, options, point, rejects, square};
use crate::ingest::{Progress, Source, Stage, import};
use crate::model::{Author, Body, Change, CollectionId, Edit, FeatureId, Properties};
use crate::store::Store;

#[tokio::test]
async fn an_unreadable_schema_rejects_the_features_of_its_collection_only() {
    let house = House::new().await;
    let broken = json!({"x-onemap-minzoom": "near"}).to_string();
    let row = Change {
        collection: CollectionId::schemas(),
        id: FeatureId::new("gates").unwrap(),
        body: Some(Body {
            geometry: None,
            properties: Properties::parse(&broken).unwrap(),
        }),
    };
    let edit = Edit::new(Author::system(), vec![row]);
    house.store.commit(edit).await.unwrap();
    let building = square("b1", 117.13, 39.22, 0.0001, json!({"levels": 6}));
    let buildings = house.file("buildings.geojson", collection(&[building]));
    let gates = house.file(
        "gates.geojson",
        collection(&[point("g1", 117.13, 39.22, json!({}))]),
    );
    let report = house
        .import_with(&[&buildings, &gates], options())
        .await
        .unwrap();
    assert_eq!(
        house.records("buildings").await.keys().collect::<Vec<_>>(),
        ["b1"]
    );
    let [reject] = report.rejects.as_slice() else {
        panic!("{:?}", report.rejects)
    };
    assert_eq!(reject.id.as_deref(), Some("g1"));
    assert!(
        reject
            .problem
            .contains("the schema of gates cannot be read")
    );
    assert!(reject.problem_zh.contains("数据结构无法读取"));
    assert!(house.records("gates").await.is_empty());
}

#[tokio::test]
async fn an_import_adds_the_schema_of_a_new_collection() {
    let house = House::new().await;
    let file = house.file(
        "Street-Lamps.geojson",
        collection(&[point("1", 117.0, 39.0, json!({"watts": 40, "on": true}))]),
    );
    let report = house.import(&file).await.unwrap();
    assert_eq!(report.created, [collection_id("street_lamps")]);
    let schema = house.properties("$schemas", "street_lamps").await;
    assert_eq!(schema["title"], "Street-Lamps");
    assert_eq!(schema["properties"]["watts"]["type"], "integer");
    // From now on features are checked against the schema.
    let file = house.file(
        "street_lamps.geojson",
        collection(&[point("2", 117.0, 39.0, json!({"watts": "many"}))]),
    );
    assert_eq!(
        rejects(&house.import(&file).await.unwrap()),
        ["0 properties.watts: expected integer, found \"many\""]
    );
}

/// Replaces the schema of the collection `towers` when an import is about to be published, the first `times` times.
struct Meddler<'a> {
    store: &'a Store,
    times: std::sync::atomic::AtomicU32,
}

impl Progress for Meddler<'_> {
    fn update(&self, stage: &Stage, _: f64, _: u64) {
        let left = self.times.load(std::sync::atomic::Ordering::Relaxed);
        if *stage != Stage::Publishing || left == 0 {
            return;
        }
        self.times
            .store(left - 1, std::sync::atomic::Ordering::Relaxed);
        let document = json!({
            "x-onemap-geometry": ["Point"],
            "properties": {"levels": {"type": "integer", "maximum": 50 + left}},
        });
        let change = Change {
            collection: CollectionId::schemas(),
            id: FeatureId::new("towers").unwrap(),
            body: Some(Body {
                geometry: None,
                properties: Properties::parse(&document.to_string()).unwrap(),
            }),
        };
        let edit = Edit::new(Author::system(), vec![change]);
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(self.store.commit(edit))
        })
        .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_checked_again_if_a_schema_changes_while_it_runs() {
    let house = House::new().await;
    let tower = |id: &str, levels: u32| {
        json!({"type": "Feature", "id": id, "properties": {"levels": levels},
            "geometry": {"type": "Point", "coordinates": [117.0, 39.0]}})
        .to_string()
    };
    let file = house.file("towers.ndjson", [tower("a", 5), tower("b", 99)].join("\n"));
    let meddler = |times: u32| Meddler {
        store: &house.store,
        times: times.into(),
    };
    // The collection has no schema at first; before the commit it gets one that "b" does not fit.
    let report = import(
        &house.store,
        &[Source::path(&file)],
        &options(),
        &meddler(2),
    )
    .await
    .unwrap();
    assert_eq!(report.rejected, 1);
    assert_eq!(
        house
            .records("towers")
            .await
            .into_keys()
            .collect::<Vec<_>>(),
        ["a"]
    );

    // If the schema keeps changing, the import fails and nothing is written.
    let file = house.file("towers.ndjson", tower("c", 5));
    let error = import(
        &house.store,
        &[Source::path(file)],
        &options(),
        &meddler(10),
    )
    .await
    .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the schema of towers was changed"),
        "{error}"
    );
    assert!(!house.records("towers").await.contains_key("c"));
}
