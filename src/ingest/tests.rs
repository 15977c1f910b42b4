//! Imports into a real store, from generated files and from real extracts.

mod schema_tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{ImportError, Options, Report, Source, import};
use crate::codec::check::Problem;
use crate::demo::schemas;
use crate::model::{CollectionId, Record};
use crate::spatial::{crs::Crs, metres};
use crate::store::Store;

/// An empty store and a folder for files.
struct House {
    dir: tempfile::TempDir,
    store: Store,
}

impl House {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("map.db").display());
        let store = Store::open(&url).await.unwrap();
        Self { dir, store }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn import(&self, file: &Path) -> Result<Report, ImportError> {
        self.import_with(&[file], options()).await
    }

    async fn import_with(&self, files: &[&Path], options: Options) -> Result<Report, ImportError> {
        let sources: Vec<Source> = files.iter().map(|f| Source::path(*f)).collect();
        import(&self.store, &sources, &options, &()).await
    }

    async fn records(&self, collection: &str) -> BTreeMap<String, Record> {
        let mut all = BTreeMap::new();
        self.store
            .load_collection(&collection_id(collection), |r| {
                all.insert(r.id.to_string(), r);
            })
            .await
            .unwrap();
        all
    }

    async fn properties(&self, collection: &str, id: &str) -> Value {
        let records = self.records(collection).await;
        let body = records[id].body.as_ref().unwrap();
        Value::Object(body.properties.to_map())
    }
}

fn collection_id(name: &str) -> CollectionId {
    CollectionId::new(name).unwrap()
}

fn options() -> Options {
    Options {
        schemas: schemas(),
        ..Options::default()
    }
}

fn square(id: &str, x: f64, y: f64, size: f64, properties: Value) -> Value {
    json!({"type": "Feature", "id": id, "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [[
            [x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]]}})
}

fn point(id: &str, x: f64, y: f64, properties: Value) -> Value {
    json!({"type": "Feature", "id": id, "properties": properties,
        "geometry": {"type": "Point", "coordinates": [x, y]}})
}

fn collection(features: &[Value]) -> String {
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn lines(features: &[Value]) -> String {
    features.iter().map(|f| format!("{f}\n")).collect()
}

/// Each reject as `index field: problem`; the index is 99 if the reject has none.
fn rejects(report: &Report) -> Vec<String> {
    report
        .rejects
        .iter()
        .map(|r| format!("{} {}: {}", r.index.unwrap_or(99), r.field, r.problem))
        .collect()
}

#[tokio::test]
async fn valid_features_are_imported_invalid_ones_reported_and_a_second_import_changes_nothing() {
    let house = House::new().await;
    let file = house.file(
        "buildings.geojson",
        collection(&[
            square("b1", 117.13, 39.22, 0.0001, json!({"name": "温泉花园3号楼", "levels": 6})),
            square("b2", 117.14, 39.22, 0.0001, json!({"levels": "six"})),
            point("b3", 117.13, 39.22, json!({})),
            square("b4", 39.22, 117.13, 0.0001, json!({})),
            square("b1", 117.15, 39.22, 0.0001, json!({})),
            json!({"type": "Feature", "id": "b6", "properties": {}, "geometry": {"type": "Polygon",
                "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}}),
            json!({"type": "Feature", "id": "", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 1]}}),
        ]),
    );
    let report = house.import(&file).await.unwrap();
    assert_eq!(
        rejects(&report),
        [
            "1 properties.levels: expected number, found \"six\"",
            "2 geometry: features of buildings need Polygon, found Point",
            "3 geometry.coordinates[0][0]: latitude 117.13 is not within -90 to 90; longitude and \
             latitude look swapped: expected [longitude, latitude]",
            "4 id: the id is used already by feature 0 (line 1)",
            "5 geometry.coordinates[0]: the ring meets itself near [1.0000000, 1.0000000]",
            "6 id: an id must not be empty",
        ]
    );
    let counts = report.collections[&collection_id("buildings")];
    assert_eq!((counts.read, counts.changed, counts.rejected), (7, 1, 6));
    assert_eq!(report.created, [collection_id("buildings")]);
    assert_eq!(
        house.properties("buildings", "b1").await["name"],
        "温泉花园3号楼"
    );

    let again = house.import(&file).await.unwrap();
    assert_eq!(again.seq, report.seq);
    assert_eq!(again.collections[&collection_id("buildings")].unchanged, 1);
}

#[tokio::test]
async fn a_truncated_file_leaves_the_map_as_it_was() {
    let house = House::new().await;
    let features: Vec<Value> = (0..2000)
        .map(|i| point(&format!("p{i}"), 117.0, 39.0, json!({"kind": "parking"})))
        .collect();
    let (document, sequence) = (collection(&features), lines(&features));
    for (name, bytes) in [
        (
            "facilities.geojson",
            &document.as_bytes()[..document.len() / 2],
        ),
        (
            "facilities.geojson",
            &document.as_bytes()[..document.len() - 1],
        ),
        (
            "facilities.geojsonl",
            &sequence.as_bytes()[..sequence.len() - 9],
        ),
        (
            "facilities.geojson",
            b"{\"type\": \"FeatureCollection\", \"features\": [}",
        ),
        ("facilities.geojson", b"what is this"),
        ("facilities.geojsonl", b"{what\n{is\n{this\n"),
        (
            "facilities.osm.pbf",
            b"\0\0\0\x0d\x0a\x09OSMHeader\x18\x7c\x10nonsense",
        ),
        ("facilities.geojson", b""),
    ] {
        let file = house.file(name, bytes);
        let e = house.import(&file).await.unwrap_err();
        assert!(matches!(e, ImportError::File { .. }), "{e}");
        assert_eq!(house.store.head().await.unwrap().seq, 0, "{name}");
    }
    let missing = house.dir.path().join("nowhere.geojson");
    assert!(house.import(&missing).await.is_err());
}

#[tokio::test]
async fn an_invalid_line_does_not_affect_the_others() {
    let house = House::new().await;
    let good = |id: &str| point(id, 117.0, 39.0, json!({"kind": "parking"})).to_string();
    let mut text = Vec::new();
    text.extend(format!("{}\n", good("a")).bytes());
    text.extend(good("b").replace("117.0", "NaN").bytes());
    text.extend(b"\n{\"type\":\"Feature\",\"id\":\"c\xff\"}\n\n");
    text.extend(format!("{}\n{}", good("d"), good("e")).bytes());
    let rejects_file = house.dir.path().join("rejects.ndjson");
    let file = house.file("facilities.ndjson", text);
    let report = house
        .import_with(
            &[&file],
            Options {
                rejects: Some(rejects_file.clone()),
                ..options()
            },
        )
        .await
        .unwrap();
    assert_eq!(house.records("facilities").await.len(), 3);
    let listed = std::fs::read_to_string(rejects_file).unwrap();
    let listed: Vec<Value> = listed
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(listed.len(), 2);
    assert_eq!(
        (&listed[0]["line"], &listed[1]["line"]),
        (&json!(2), &json!(3))
    );
    assert!(listed[0]["problem"].as_str().unwrap().contains("NaN"));
    let problem = listed[1]["problem"].as_str().unwrap();
    assert!(problem.starts_with("is not UTF-8"), "{problem}");
    assert_eq!(report.rejected, 2);
}

#[tokio::test]
async fn a_feature_that_is_too_large_is_skipped() {
    let house = House::new().await;
    let big = point("big", 117.0, 39.0, json!({"note": "x".repeat(300_000)}));
    let small = point("small", 117.0, 39.0, json!({}));
    let file = house.file("facilities.geojson", collection(&[big, small]));
    let report = house
        .import_with(
            &[&file],
            Options {
                feature_bytes: 100_000,
                ..options()
            },
        )
        .await
        .unwrap();
    assert!(rejects(&report)[0].contains("at most 100000 are allowed"));
    assert_eq!(house.records("facilities").await.len(), 1);
}

#[tokio::test]
async fn the_collection_comes_from_the_option_the_feature_or_the_file_name() {
    let house = House::new().await;
    let mut said = point("1", 117.0, 39.0, json!({"kind": "parking"}));
    said["collection"] = json!("facilities");
    let bare = point("2", 117.0, 39.0, json!({"kind": "gate"}));
    let file = house.file("entrances.geojson", collection(&[said.clone(), bare]));
    house.import(&file).await.unwrap();
    assert_eq!(house.records("facilities").await.len(), 1);
    assert_eq!(house.records("entrances").await.len(), 1);
    let file = house.file(
        "服务设施.geojson",
        collection(&[point("3", 117.0, 39.0, json!({}))]),
    );
    house.import(&file).await.unwrap();
    assert_eq!(house.records("facilities").await.len(), 2);
    said["collection"] = json!("$schemas");
    let file = house.file("x.geojson", collection(&[said]));
    assert!(rejects(&house.import(&file).await.unwrap())[0].contains("takes no imports"));
}

#[tokio::test]
async fn a_dry_run_reports_everything_and_changes_nothing() {
    let house = House::new().await;
    let file = house.file(
        "facilities.geojson",
        collection(&[point("1", 117.0, 39.0, json!({}))]),
    );
    let report = house
        .import_with(
            &[&file],
            Options {
                dry_run: true,
                ..options()
            },
        )
        .await
        .unwrap();
    assert_eq!((report.total().changed, report.seq), (1, None));
    assert_eq!(house.store.head().await.unwrap().seq, 0);
}

#[tokio::test]
async fn files_in_other_coordinate_systems_are_transformed() {
    let house = House::new().await;
    let place = geo_types::Coord {
        x: 117.13,
        y: 39.22,
    };
    for (i, name) in [
        "GCJ-02",
        "BD-09",
        "EPSG:3857",
        "EPSG:4490",
        "EPSG:4527",
        "EPSG:4548",
    ]
    .iter()
    .enumerate()
    {
        let crs: Crs = name.parse().unwrap();
        let there = crs.from_wgs84(place).unwrap();
        let id = format!("f{i}");
        let file = house.file(
            "facilities.geojson",
            collection(&[point(&id, there.x, there.y, json!({}))]),
        );
        let with_crs = Options {
            crs: Some(crs),
            ..options()
        };
        let report = house.import_with(&[&file], with_crs).await.unwrap();
        assert_eq!(report.rejected, 0, "{name} {:?}", rejects(&report));
        let records = house.records("facilities").await;
        let Some(geo_types::Geometry::Point(p)) = records[&id].body.as_ref().unwrap().geometry
        else {
            panic!("a point stays a point")
        };
        assert!(metres::distance(p.0, place) < 0.01, "{name}");
    }
    // The wrong zone, and projected values without a declared coordinate system.
    let file = house.file(
        "facilities.geojson",
        collection(&[point("x", 39_511_226.0, 4_342_935.0, json!({}))]),
    );
    let wrong = Options {
        crs: "EPSG:4548".parse().ok(),
        ..options()
    };
    assert!(rejects(&house.import_with(&[&file], wrong).await.unwrap())[0].contains("EPSG:4527"));
    assert!(rejects(&house.import(&file).await.unwrap())[0].contains("metres"));
    // A file that declares its coordinate system, as GDAL writes it.
    let mut document: Value = serde_json::from_str(&collection(&[])).unwrap();
    document["crs"] = json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4527"}});
    document["features"] = json!([point("said", 39_511_226.477_4, 4_342_935.905_6, json!({}))]);
    let file = house.file("facilities.geojson", document.to_string());
    assert_eq!(house.import(&file).await.unwrap().rejected, 0);
}

#[tokio::test]
async fn doors_are_linked_to_buildings_already_on_the_map() {
    let house = House::new().await;
    let file = house.file(
        "buildings.geojson",
        collection(&[square("b1", 117.13, 39.22, 0.0002, json!({}))]),
    );
    let report = house.import(&file).await.unwrap();
    // The map has no grids: reported once, and not as a reject.
    assert_eq!((report.rejected, report.total().unlinked), (0, 0));
    assert_eq!(report.nothing_to_link_to, ["compounds", "grids"]);
    let file = house.file(
        "entrances.geojsonl",
        lines(&[
            point("near", 117.1301, 39.22, json!({"kind": "unit_door"})),
            point("far", 117.2, 39.22, json!({"kind": "unit_door"})),
        ]),
    );
    let report = house.import(&file).await.unwrap();
    assert_eq!(
        house.properties("entrances", "near").await["building"],
        "b1"
    );
    assert_eq!(report.unlinked.len(), 1);
    assert_eq!(
        (
            report.unlinked[0].id.as_str(),
            report.unlinked[0].property.as_str()
        ),
        ("far", "building")
    );
}

#[tokio::test]
async fn an_extract_becomes_linked_features_and_a_second_import_changes_nothing() {
    let extract =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/osm/beijing_bupt.osm.pbf");
    if !extract.exists() {
        eprintln!("skipped: {} is not there", extract.display());
        return;
    }
    let house = House::new().await;
    let report = house.import(&extract).await.unwrap();
    let buildings = report.collections[&collection_id("buildings")];
    assert_eq!(
        buildings.changed + buildings.rejected,
        109 + 2 + 3,
        "{:?}",
        rejects(&report)
    );
    let records = house.records("entrances").await;
    let linked = records
        .values()
        .filter(|r| {
            r.body
                .as_ref()
                .is_some_and(|b| b.properties.as_str().contains(r#""building":"w"#))
        })
        .count();
    assert!(linked > 80, "{linked}");
    // The licence of OpenStreetMap requires an attribution.
    let sources = house.records("$sources").await;
    let said = sources.values().filter_map(|r| r.body.as_ref());
    let said: Vec<&str> = said.map(|b| b.properties.as_str()).collect();
    assert!(said.len() == 1 && said[0].contains("© OpenStreetMap contributors"));
    let again = house.import(&extract).await.unwrap();
    assert_eq!((again.total().changed, again.seq), (0, report.seq));
}

#[test]
fn a_reject_is_one_flat_line() {
    let reject = super::Reject {
        file: "a.geojson".into(),
        sheet: None,
        line: Some(3),
        index: Some(0),
        id: Some("b1".into()),
        collection: Some("buildings".into()),
        field: "geometry".into(),
        problem: "missing".into(),
        problem_zh: "缺少图形".into(),
        others: vec![Problem::new(
            "properties.levels",
            ("应为数字", "expected number"),
        )],
    };
    assert_eq!(
        serde_json::to_string(&reject).unwrap(),
        r#"{"file":"a.geojson","line":3,"index":0,"id":"b1","collection":"buildings","field":"geometry","problem":"missing","problem_zh":"缺少图形","others":[{"field":"properties.levels","problem":"expected number","problem_zh":"应为数字"}]}"#
    );
}
