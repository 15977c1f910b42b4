//! Tests of `onemap export` as a program: the output can be imported again as the same features, and contains
//! only what the given role may see.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::postgres;
use crate::support::server::{Server, onemap, sqlite_in};
use crate::support::{building, city, gate};

/// Runs the program. Returns its output, its errors and its exit status.
fn run(arguments: &[&str]) -> (String, String, i32) {
    let done = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .env("LC_ALL", "C")
        .args(arguments)
        .output()
        .unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    (
        text(&done.stdout),
        text(&done.stderr),
        done.status.code().unwrap(),
    )
}

/// An empty database of each kind.
fn empty(folder: &Path) -> Vec<String> {
    std::iter::once(sqlite_in(folder))
        .chain(postgres::database())
        .collect()
}

/// A folder with the schema of a collection whose features have no geometry.
fn config(folder: &Path) -> String {
    let notices = json!({
        "title": "转向限制",
        "x-onemap-geometry": ["none"],
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "kind": {"type": "string", "enum": ["no_left_turn", "no_u_turn"]},
            "note": {"type": "string", "x-onemap-role": "officer"},
        },
    });
    let schemas = folder.join("config/schemas");
    std::fs::create_dir_all(&schemas).unwrap();
    std::fs::write(schemas.join("notices.json"), notices.to_string()).unwrap();
    folder.join("config").to_str().unwrap().to_owned()
}

fn turn(id: &str, more: Value) -> Value {
    json!({"type": "Feature", "id": id, "geometry": null, "properties":
        {"name": "=温泉路\"1\"", "kind": "no_u_turn", "note": "内部", "more": more}})
}

/// A square kilometre with a hole, a building of two parts, and one with unusual name and numbers.
fn odd_buildings() -> [Value; 3] {
    let mut hole = building("hole", 117.13, 39.22);
    let inner = json!([
        [117.1301, 39.2201],
        [117.1301, 39.22011],
        [117.13011, 39.2201],
        [117.1301, 39.2201]
    ]);
    hole["geometry"]["coordinates"]
        .as_array_mut()
        .unwrap()
        .push(inner);
    let mut parts = building("parts/1", 117.13, 39.22);
    let other = building("", 117.14, 39.220_000_000_1)["geometry"]["coordinates"].clone();
    let first = parts["geometry"]["coordinates"].clone();
    parts["geometry"] = json!({"type": "MultiPolygon", "coordinates": [first, other]});
    let mut odd = building("号,\"1\"", 117.15, 39.22);
    odd["properties"] = json!({"name": "a\nb\u{2028}\u{feff}", "levels": 6, "x": [1, {"y": null}], "z": 1e-7, "id": "own"});
    [hole, parts, odd]
}

/// All features of a collection as an administrator sees them, without the members that change with each write.
async fn features(server: &Server, collection: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for id in server
        .ids(&format!("/api/collections/{collection}/items?limit=1000"))
        .await
    {
        let path = format!("/api/collections/{collection}/items?limit=1000");
        if all.is_empty() {
            let page: Value = server
                .request(reqwest::Method::GET, &path)
                .bearer_auth(&server.admin)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap();
            all = page["features"].as_array().unwrap().clone();
        }
        assert!(all.iter().any(|f| f["id"] == id));
    }
    for feature in &mut all {
        let feature = feature.as_object_mut().unwrap();
        feature.remove("seq");
        feature.remove("updated_at");
    }
    all
}

#[tokio::test]
async fn an_export_can_be_imported_again_into_either_store() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let more = ["--config", &config];
    let mut texts: Vec<Vec<String>> = Vec::new();
    for database in empty(folder.path()) {
        let server = Server::on(&database, &more).await;
        for (collection, feature) in odd_buildings().iter().map(|f| ("buildings", f)).chain([
            ("notices", &turn("t1", json!({"b": 1, "a": [true]}))),
            ("notices", &turn("t2", json!(null))),
            ("entrances", &gate("g1", 117.13, 39.22)),
        ]) {
            let path = format!("/api/collections/{collection}/items");
            let made = server
                .write(reqwest::Method::POST, &path, feature)
                .send()
                .await
                .unwrap();
            assert!(made.status().is_success(), "{}", made.text().await.unwrap());
        }
        let other = tempfile::tempdir().unwrap();
        for target in empty(other.path()) {
            // The target database has the same schema for the collection without geometry.
            let target = Server::on(&target, &more).await;
            for format in ["geojson", "ndjson"] {
                let mut all = Vec::new();
                for collection in ["buildings", "notices", "entrances"] {
                    let file = other.path().join(format!("any name.{format}"));
                    let file = file.to_str().unwrap();
                    let (out, err, status) = run(&[
                        "export",
                        "--collection",
                        collection,
                        "--as",
                        "admin",
                        "--out",
                        file,
                        "--database",
                        &database,
                    ]);
                    assert_eq!(status, 0, "{out} {err}");
                    let text = std::fs::read_to_string(file).unwrap();
                    let mut lines: Vec<&str> =
                        text.lines().map(|l| l.trim_end_matches(',')).collect();
                    lines.sort_unstable();
                    all.push(lines.join("\n"));
                    // The file may have any name, because each feature names its collection.
                    let (out, err, status) = run(&["import", file, "--database", &target.database]);
                    assert_eq!(status, 0, "{format} {collection}: {out} {err}");
                }
                texts.push(all);
            }
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
            for collection in ["buildings", "notices", "entrances"] {
                let expected = features(&server, collection).await;
                while features(&target, collection).await != expected {
                    assert!(std::time::Instant::now() < deadline, "{collection}");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }
    // The same features give the same lines from either store.
    for (i, of_other) in texts.iter().enumerate() {
        assert_eq!(*of_other, texts[i % 2]);
    }
}

#[tokio::test]
async fn an_export_contains_only_what_its_role_may_see() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    for database in empty(folder.path()) {
        let server = Server::on(&database, &["--config", &config]).await;
        server.put("notices", &turn("t1", json!(7))).await;
        server.put("entrances", &gate("g1", 117.13, 39.22)).await;
        for format in ["geojson", "ndjson", "csv"] {
            for (collection, role, secret, is_seen) in [
                ("notices", "public", "内部", false),
                ("notices", "grid_worker", "内部", false),
                ("notices", "officer", "内部", true),
                ("entrances", "public", "0000#", false),
                ("entrances", "officer", "0000#", false),
                ("entrances", "steward", "0000#", true),
            ] {
                let (out, err, status) = run(&[
                    "export",
                    "--collection",
                    collection,
                    "--as",
                    role,
                    "--format",
                    format,
                    "--database",
                    &database,
                ]);
                assert_eq!(status, 0, "{err}");
                assert_eq!(
                    out.contains(secret),
                    is_seen,
                    "{collection} {role} {format}: {out}"
                );
                assert!(err.contains(": 1 feature as of"), "{err}");
            }
        }
        // Without --as, the export contains what the public sees.
        let (out, _, _) = run(&["export", "--collection", "notices", "--database", &database]);
        assert!(out.contains("t1") && !out.contains("内部"), "{out}");
        // An export that contains more is recorded in the audit, and only its owner can read the file.
        let (audit, _, _) = onemap(&[
            "audit",
            "export",
            "--kind",
            "look",
            "--format",
            "json",
            "--database",
            &database,
        ]);
        assert_eq!(
            audit.matches("exported as steward sees it").count(),
            3,
            "{audit}"
        );
        assert!(!audit.contains("as public"), "{audit}");
        // At the end, the program prints how many features it wrote, and how many of them have a door code.
        let written = "1 features written as steward sees them, as of commit ";
        let codes = ", 1 with a property whose every reading is recorded";
        assert_eq!(
            (audit.matches(written).count(), audit.matches(codes).count()),
            (3, 3),
            "{audit}"
        );
        for (role, mode) in [("officer", 0o600), ("public", 0o644)] {
            use std::os::unix::fs::PermissionsExt;
            let file = folder.path().join("notices.csv");
            let name = file.to_str().unwrap();
            let (_, err, status) = run(&[
                "export",
                "--collection",
                "notices",
                "--as",
                role,
                "--out",
                name,
                "--database",
                &database,
            ]);
            assert_eq!(status, 0, "{err}");
            let rights = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(rights & !mode, 0, "{role}: {rights:o}");
        }
    }
}

#[tokio::test]
async fn an_export_uses_the_requested_system_and_lists_features_outside_of_its_area() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let server = Server::start().await;
    server.put("entrances", &gate("g1", 119.5, 39.22)).await;
    server.put("entrances", &gate("far", -60.0, -30.0)).await;
    let export = |more: &[&str]| {
        run(&[
            &[
                "export",
                "--collection",
                "entrances",
                "--database",
                &server.database,
            ],
            more,
        ]
        .concat())
    };

    for (format, name) in [("geojson", "a.geojson"), ("ndjson", "b.ndjson")] {
        let file = path(name);
        let (out, err, status) = export(&[
            "--crs",
            "EPSG:4549",
            "--format",
            format,
            "--out",
            &file,
            "--json",
        ]);
        assert_eq!(status, 2, "{out} {err}");
        let said: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (&said["features"], &said["left_out"]),
            (&json!(1), &json!(1)),
            "{said}"
        );
        assert_eq!(said["problems"][0]["id"], "far", "{said}");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("urn:ogc:def:crs:EPSG::4549"), "{text}");
        // The file names its coordinate system, so an import places it correctly, to a tenth of a millimetre.
        let other = tempfile::tempdir().unwrap();
        let database = sqlite_in(other.path());
        let (out, err, status) = run(&["import", &file, "--database", &database]);
        assert_eq!(status, 0, "{out} {err}");
        let (out, _, _) = run(&[
            "export",
            "--collection",
            "entrances",
            "--format",
            "ndjson",
            "--database",
            &database,
        ]);
        let feature: Value = serde_json::from_str(&out).unwrap();
        for (found, expected) in [(0, 119.5), (1, 39.22)] {
            let found = feature["geometry"]["coordinates"][found].as_f64().unwrap();
            assert!((found - expected).abs() < 2e-9, "{feature}");
        }
    }
    // If no feature can be written in the coordinate system, nothing is written.
    let delete = server.request(
        reqwest::Method::DELETE,
        "/api/collections/entrances/items/g1",
    );
    assert!(
        delete
            .bearer_auth(&server.admin)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
    let file = path("c.geojson");
    assert_eq!(export(&["--crs", "EPSG:4549", "--out", &file]).2, 1);

    for (arguments, named) in [
        (&["--collection", "nowhere"][..], "there are "),
        (&["--collection", "$rules"], "is internal"),
        (
            &["--collection", "entrances", "--as", "king"],
            "is not a role",
        ),
        (
            &["--collection", "entrances", "--crs", "EPSG:4610"],
            "Xi'an 1980",
        ),
        (
            &["--collection", "entrances", "--out", "/nowhere/x"],
            "/nowhere/x",
        ),
    ] {
        let (out, err, status) =
            run(&[&["export", "--database", &server.database], arguments].concat());
        assert_eq!((status, out.as_str()), (1, ""), "{arguments:?}: {err}");
        assert!(err.contains(named), "{arguments:?}: {err}");
    }
    let missing = sqlite_in(&folder.path().join("missing"));
    assert_eq!(
        run(&[
            "export",
            "--collection",
            "entrances",
            "--database",
            &missing
        ])
        .2,
        1
    );
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "no incomplete file is left: {left:?}");
}

#[tokio::test]
async fn csv_has_one_column_per_property_and_the_geometry_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let server = Server::on(&sqlite_in(folder.path()), &["--config", &config]).await;
    server.put("notices", &turn("t1", json!([1, "a"]))).await;
    let mut plain = turn("t2", json!(null));
    plain["properties"] = json!({"name": "x", "id": "own", "t": true});
    server.put("notices", &plain).await;
    server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    let export = |collection: &str| {
        let (out, err, status) = run(&[
            "export",
            "--collection",
            collection,
            "--format",
            "csv",
            "--database",
            &server.database,
        ]);
        assert_eq!(status, 0, "{err}");
        out
    };
    // Text that a spreadsheet would execute gets a leading apostrophe.
    assert_eq!(
        export("notices"),
        "\u{feff}id,properties.id,kind,more,name,t\r\n\
         t1,,no_u_turn,\"[1,\"\"a\"\"]\",\"'=温泉路\"\"1\"\"\",\r\nt2,own,,,x,true\r\n"
    );
    let rows = export("entrances");
    let mut lines = rows.lines();
    assert!(lines.next().unwrap().ends_with(",WKT"), "{rows}");
    assert!(
        lines.next().unwrap().ends_with(",POINT (117.13 39.22)"),
        "{rows}"
    );
}

/// Thousands of features are written to a pipe with a slow reader, and to a closed pipe.
#[test]
fn an_export_uses_little_memory_and_ends_when_its_reader_closes_the_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    city(&database, folder.path(), 8_000);
    let begin = || {
        Command::new(env!("CARGO_BIN_EXE_onemap"))
            .args([
                "export",
                "--collection",
                "buildings",
                "--format",
                "ndjson",
                "--database",
                &database,
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut whole = begin();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(whole.stdout.take().unwrap()));
    let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(first["collection"], "buildings");
    // The program waits for its reader now. It must not collect features in memory meanwhile.
    let status = std::fs::read_to_string(format!("/proc/{}/status", whole.id())).unwrap();
    let peak = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let peak: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(peak < 200_000, "{peak} kB");
    assert_eq!(lines.count(), 7_999);
    assert!(whole.wait().unwrap().success());

    let mut closed = begin();
    drop(closed.stdout.take());
    let done = closed.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
}
