//! The predicates of the abstract test suite of CQL2 (OGC 21-065r2), with the number of features that each matches.

use std::path::{Path, PathBuf};

use onemap::codec::cql2::{Encoding, parse};
use onemap::codec::geojson::write::geometry_or_null;
use onemap::codec::wkb;
use onemap::spatial::crs::Crs;
use reqwest::StatusCode;
use serde_json::{Map, Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};

use super::encode;
use crate::support::server::{Server, onemap, sqlite_in};

const TABLES: [&str; 3] = [
    "ne_110m_admin_0_countries",
    "ne_110m_populated_places_simple",
    "ne_110m_rivers_lake_centerlines",
];

/// Predicates whose expected number in the test suite contradicts its own data, with the correct number. Three
/// names begin with `Ch` (Chengdu, Chicago and Chișinău), and one of them with `Chis`.
const MISCOUNTED: [(&str, u64); 3] = [
    ("ACCENTI(name) LIKE accenti('Ch%')", 3),
    ("ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))", 1),
    ("ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))", 1),
];

/// The WKB after the header of a geometry in a GeoPackage.
fn wkb_of(blob: &[u8]) -> &[u8] {
    assert_eq!(&blob[..2], b"GP");
    let envelope = match (blob[3] >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        _ => 64,
    };
    &blob[8 + envelope..]
}

/// A value in the type that its column declares.
fn value(row: &SqliteRow, column: &str, declared: &str) -> Value {
    let declared = declared.split('(').next().unwrap();
    match declared {
        "INTEGER" => json!(row.get_unchecked::<Option<i64>, _>(column)),
        "REAL" => json!(row.get_unchecked::<Option<f64>, _>(column)),
        "BOOLEAN" => {
            let value: Option<i64> = row.get_unchecked(column);
            json!(value.map(|v| v != 0))
        }
        "TEXT" | "DATE" | "DATETIME" => json!(row.get_unchecked::<Option<String>, _>(column)),
        other => panic!("column {column} of type {other}"),
    }
}

/// The rows of a table as GeoJSON, with the names and values of the table.
async fn features(file: &mut SqliteConnection, table: &str) -> Value {
    let columns = format!("PRAGMA table_info(\"{table}\")");
    let columns = sqlx::query(AssertSqlSafe(columns))
        .fetch_all(&mut *file)
        .await;
    let columns: Vec<(String, String)> = columns
        .unwrap()
        .iter()
        .map(|c| (c.get("name"), c.get("type")))
        .collect();
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT * FROM \"{table}\"")));
    let rows = rows.fetch_all(&mut *file).await.unwrap();
    let features = rows.iter().map(|row| {
        let blob: Vec<u8> = row.get_unchecked("geom");
        let mut geometry = Vec::new();
        geometry_or_null(&mut geometry, Some(&wkb::decode(wkb_of(&blob)).unwrap()));
        let plain = columns.iter().filter(|(n, _)| n != "fid" && n != "geom");
        let properties: Map<String, Value> = plain
            .map(|(name, declared)| (name.clone(), value(row, name, declared)))
            .collect();
        json!({
            "type": "Feature",
            "id": row.get_unchecked::<i64, _>("fid"),
            "geometry": serde_json::from_slice::<Value>(&geometry).unwrap(),
            "properties": properties,
        })
    });
    json!({"type": "FeatureCollection", "features": features.collect::<Vec<_>>()})
}

/// Imports the tables into a database, each as a collection whose schema is inferred.
async fn import(package: &Path, folder: &Path) -> String {
    let database = sqlite_in(folder);
    let options = SqliteConnectOptions::new()
        .filename(package)
        .read_only(true);
    let mut file = options.connect().await.unwrap();
    for table in TABLES {
        let path = folder.join(format!("{table}.geojson"));
        std::fs::write(&path, features(&mut file, table).await.to_string()).unwrap();
        let path = path.to_str().unwrap();
        let (out, err, ok) = onemap(&["import", path, "--database", &database]);
        assert!(ok, "{table}: {out}{err}");
    }
    database
}

#[tokio::test]
async fn every_predicate_of_the_standard_matches_the_expected_number_in_both_encodings() {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/cql2");
    if !folder.exists() {
        eprintln!("SKIPPED: {} is not there", folder.display());
        return;
    }
    let predicates = std::fs::read_to_string(folder.join("predicates.json")).unwrap();
    let predicates: Vec<Value> = serde_json::from_str(&predicates).unwrap();
    assert_eq!(predicates.len(), 274);
    let own = tempfile::tempdir().unwrap();
    let database = import(&folder.join("ne110m4cql2.gpkg"), own.path()).await;
    let server = Server::on(&database, &[]).await;

    let mut wrong = Vec::new();
    for predicate in &predicates {
        let text = predicate["expr"].as_str().unwrap();
        let collection = predicate["ds"].as_str().unwrap();
        let miscounted = MISCOUNTED.iter().find(|(known, _)| *known == text);
        let expected = miscounted.map_or(predicate["n"].clone(), |(_, n)| json!(n));
        let tree = match parse(text, Encoding::Text, Crs::Crs84) {
            Ok(tree) => encode::json(&tree).to_string(),
            Err(error) => {
                wrong.push(format!("{text}: {error}"));
                continue;
            }
        };
        for (language, filter) in [("cql2-text", text), ("cql2-json", &tree)] {
            let url = format!("{}/api/collections/{collection}/items", server.base);
            let asked = server.client.get(url).query(&[
                ("filter", filter),
                ("filter-lang", language),
                ("limit", "10000"),
            ]);
            let answer = asked.send().await.unwrap();
            let status = answer.status();
            let page: Value = answer.json().await.unwrap();
            if status != StatusCode::OK
                || page["numberMatched"] != expected
                || page["numberReturned"] != expected
            {
                let found = match status {
                    StatusCode::OK => page["numberMatched"].to_string(),
                    _ => page["detail"].to_string(),
                };
                wrong.push(format!(
                    "{language} {filter}: expected {expected}, found {found}"
                ));
            }
        }
    }
    let right = 2 * predicates.len() - wrong.len();
    eprintln!(
        "{right} of {} answers are right, {} of them with another number than the test suite has",
        2 * predicates.len(),
        2 * MISCOUNTED.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
