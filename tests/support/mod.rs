//! Helpers for tests: the built program, example features, and a temporary PostgreSQL.

pub mod feed;
pub mod imports;
pub mod ledger;
pub mod postgres;
pub mod server;
pub mod worst;

use serde_json::{Value, json};

/// A building of about 20 × 20 m. The position is its south-west corner.
pub fn building(id: &str, lon: f64, lat: f64) -> Value {
    let (e, n) = (lon + 0.000_23, lat + 0.000_18);
    json!({
        "type": "Feature",
        "id": id,
        "geometry": {"type": "Polygon", "coordinates": [[
            [lon, lat], [e, lat], [e, n], [lon, n], [lon, lat],
        ]]},
        "properties": {"name": format!("温泉花园{id}号楼"), "levels": 6},
    })
}

/// A gate with a note that only riders may read.
pub fn gate(id: &str, lon: f64, lat: f64) -> Value {
    json!({
        "type": "Feature",
        "id": id,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"kind": "gate", "name": "东门", "access_note": "按门铃", "access_code": "0000#"},
    })
}

/// Imports a synthetic city with this number of buildings, and everything that belongs to it, into a database.
pub fn city(database: &str, folder: &std::path::Path, buildings: u32) {
    let file = folder.join("city.ndjson");
    let file = file.to_str().unwrap();
    let number = buildings.to_string();
    for arguments in [
        &["synth", "--buildings", &number, "--out", file][..],
        &["import", file, "--database", database],
    ] {
        let (_, err, ok) = server::onemap(arguments);
        assert!(ok, "{err}");
    }
    std::fs::remove_file(file).unwrap();
}
