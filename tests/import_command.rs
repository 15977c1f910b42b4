//! `onemap import` as somebody types it: what it prints, what it writes, how it ends.

use serde_json::{Value, json};

use crate::support::building;
use crate::support::server::{onemap, sqlite_in};

#[test]
fn rejects_are_listed_and_the_exit_status_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let database = sqlite_in(folder.path());
    let import = |args: &[&str]| {
        let mut all = vec!["import", "--database", &database];
        all.extend(args);
        onemap(&all)
    };
    let file = path("buildings.geojson");
    let mut wrong = building("wrong", 117.13, 39.22);
    wrong["properties"]["levels"] = json!("six");
    let document = json!({"type": "FeatureCollection",
        "features": [building("good", 117.13, 39.22), wrong]});
    std::fs::write(&file, document.to_string()).unwrap();

    let rejects = path("rejects.ndjson");
    let (out, err, ok) = import(&[&file, "--json", "--rejects", &rejects]);
    assert!(!ok, "{out} {err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["collections"]["buildings"]["changed"], 1);
    assert_eq!(report["collections"]["buildings"]["rejected"], 1);
    let listed = std::fs::read_to_string(&rejects).unwrap();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["id"], "wrong");
    assert_eq!(listed["field"], "properties.levels");

    let good = path("good.geojson");
    std::fs::write(&good, building("good", 117.13, 39.22).to_string()).unwrap();
    let (out, err, ok) = import(&[&good, "--collection", "buildings"]);
    assert!(ok, "{err}");
    assert!(out.contains("nothing changed"), "{out}");

    let cut = path("cut.geojson");
    std::fs::write(&cut, &document.to_string()[..200]).unwrap();
    let (out, err, ok) = import(&[&cut, "--collection", "buildings"]);
    assert!(!ok && out.is_empty(), "{out}");
    assert!(err.contains("cut.geojson: ends in the middle"), "{err}");

    let (_, err, ok) = import(&[&good, "--crs", "EPSG:2437"]);
    assert!(!ok && err.contains("unknown coordinate system"), "{err}");
}
