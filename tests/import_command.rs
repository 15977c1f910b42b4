//! Tests of `onemap import` as a program: its output, what it writes, its exit status.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::building;
use crate::support::server::{Server, onemap, sqlite_in};

#[test]
fn rejected_features_are_listed_and_change_the_exit_status() {
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

    // ogr2ogr writes features that it has read from this service with the id as a property only.
    let mut written = building("good", 117.13, 39.22);
    let id = written.as_object_mut().unwrap().remove("id").unwrap();
    written["properties"]["id"] = id;
    std::fs::write(&good, written.to_string()).unwrap();
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

#[test]
fn a_pipe_is_read_once_and_completely() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    // A file with more bytes than are read to recognise its format.
    let all: Vec<Value> = (0..1000)
        .map(|i| building(&format!("b{i}"), 117.13, 39.22))
        .collect();
    let text = lines(&all);
    assert!(text.len() > 100_000);
    let mut child = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .env("LC_ALL", "C")
        .args([
            "import",
            "--database",
            &database,
            "--collection",
            "buildings",
        ])
        .arg("/dev/stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(text.as_bytes()).unwrap();
    drop(pipe);
    let done = child.wait_with_output().unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{out}");
    assert!(
        out.contains("buildings: 1000 changed (1000 new), 0 unchanged\n"),
        "{out}"
    );
}

/// A warning as it appears in a file.
fn warning(id: &str, properties: Value) -> Value {
    json!({"type": "Feature", "id": id, "properties": properties,
        "geometry": {"type": "LineString",
            "coordinates": [[117.130_05, 39.220_05], [117.130_06, 39.220_06]]}})
}

fn lines(features: &[Value]) -> String {
    features.iter().map(|f| format!("{f}\n")).collect()
}

#[tokio::test]
async fn warnings_in_a_file_become_steps_of_the_ledger_or_none_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &[]).await;
    let import = |args: &[&str]| {
        let mut all = vec!["import", "--json", "--database", &database];
        all.extend(args);
        let (out, err, ok) = onemap(&all);
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {err}"));
        (report, ok)
    };
    let closed = json!({
        "category": "corridor_clutter", "status": "closed", "unit": "u1", "level": "green",
        "reported_at": "2026-03-02T01:00:00Z", "filed_at": "2026-03-02T02:00:00Z",
        "dispatched_at": "2026-03-02T03:00:00Z", "handled_at": "2026-03-13T03:00:00Z",
        "closed_at": "2026-03-13T05:00:00Z", "colour": "blue",
    });
    let new = json!({"category": "楼道堆物", "reported_at": "2026-03-20T01:00:00Z"});
    let mut wrong = new.clone();
    wrong["category"] = json!("noise");
    wrong["reported_at"] = json!("yesterday");

    // The building and the unit are in the same import, and the warnings are linked to them.
    let unit = json!({"type": "Feature", "id": "u1", "collection": "units",
        "geometry": {"type": "Point", "coordinates": [117.13, 39.22]},
        "properties": {"name": "消防站", "competences": ["corridor_clutter"],
            "communities": ["c1"], "duty_hours": "24/7"}});
    let mut house = building("b1", 117.13, 39.22);
    house["collection"] = json!("buildings");
    let map = path("map.ndjson");
    std::fs::write(&map, lines(&[house, unit])).unwrap();
    let file = path("warnings.ndjson");
    let features = [
        warning("a", closed.clone()),
        warning("b", wrong),
        warning("c", new.clone()),
    ];
    std::fs::write(&file, lines(&features)).unwrap();
    let rejects = path("rejects.ndjson");
    let (report, ok) = import(&[&map, &file, "--rejects", &rejects]);
    assert!(!ok);
    assert_eq!(report["collections"]["buildings"]["changed"], 1);
    assert_eq!(report["collections"]["warnings"]["rejected"], 1);
    assert_eq!(report["collections"]["warnings"]["changed"], 0);
    assert_eq!(report["held_back"], 2);
    let listed = std::fs::read_to_string(&rejects).unwrap();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed["line"], &listed["index"]), (&json!(2), &json!(1)));
    assert_eq!(listed["id"], "b");
    assert_eq!(listed["field"], "properties.category");
    assert_eq!(listed["others"][0]["field"], "properties.reported_at");
    let count = async || server.json("/api/warnings").await["numberMatched"].clone();
    assert_eq!(count().await, 0);

    std::fs::write(&file, lines(&[features[0].clone(), features[2].clone()])).unwrap();
    let (report, ok) = import(&[&file, "--dry-run"]);
    assert!(ok && report["seq"].is_null(), "{report}");
    assert_eq!(report["collections"]["warnings"]["changed"], 2);
    let (report, ok) = import(&[&file]);
    assert!(ok, "{report}");
    assert_eq!(report["collections"]["warnings"]["changed"], 2);
    assert_eq!(report["passed_over"], json!(["colour"]));
    wait_for(async || count().await == 2).await;

    // The level in the file is ignored; it follows from the rules and the times.
    let case = server.json("/api/warnings/a").await;
    assert_eq!(case["properties"]["status"], "closed");
    assert_eq!(case["properties"]["level"], "red");
    assert_eq!(case["properties"]["building"], "b1");
    assert_eq!(case["geometry"]["type"], "LineString");
    assert_eq!(case["properties"]["colour"], Value::Null);
    let history = server.json("/api/warnings/a/history").await;
    let steps = history["steps"].as_array().unwrap();
    let told = |step: &Value| (step["action"].clone(), step["at"].clone());
    assert_eq!(
        told(&steps[0]),
        (json!("report"), json!("2026-03-02T01:00:00Z"))
    );
    assert_eq!(
        told(steps.last().unwrap()),
        (json!("close"), json!("2026-03-13T05:00:00Z"))
    );
    assert!(steps.iter().any(|s| s["action"] == "level"), "{steps:?}");
    let then = server
        .json("/api/warnings?as_of=2026-03-02T02:30:00Z")
        .await;
    assert_eq!(then["features"][0]["properties"]["status"], "filed");

    // The timer may add steps that change the level. No other steps may appear.
    let steps = async |id: &str| {
        let history = server.json(&format!("/api/warnings/{id}/history")).await;
        let steps = history["steps"].as_array().unwrap().iter();
        steps.filter(|s| s["action"] != "level").count()
    };
    let before = [steps("a").await, steps("c").await];
    let (report, ok) = import(&[&file]);
    assert!(ok);
    assert_eq!(report["collections"]["warnings"]["unchanged"], 2);
    server
        .put("buildings", &building("b2", 117.13, 39.22))
        .await;
    assert_eq!([steps("a").await, steps("c").await], before);
}

async fn wait_for(there: impl AsyncFn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !there().await {
        assert!(
            std::time::Instant::now() < deadline,
            "the timer did not write the step"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[test]
fn features_without_ids_are_imported_and_an_import_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let import = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_onemap"))
            .env("LC_ALL", "C")
            .args(["import", "--database", &database])
            .args(args)
            .output()
            .unwrap();
        (
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
            output.status.code(),
        )
    };
    let write = |name: &str, features: Value| {
        let path = folder.path().join(name).to_str().unwrap().to_owned();
        let document = json!({"type": "FeatureCollection", "features": features});
        std::fs::write(&path, document.to_string()).unwrap();
        path
    };
    let mut nameless = building("x", 117.14, 39.22);
    nameless.as_object_mut().unwrap().remove("id");
    let file = write(
        "buildings.geojson",
        json!([building("a", 117.13, 39.22), nameless]),
    );

    // The plan of the import, and its result.
    let (out, err, status) = import(&[&file, "--dry-run", "--json"]);
    assert_eq!(status, Some(0), "{err}");
    let plan: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(plan["collections"]["buildings"]["new"], 2);
    assert_eq!(plan["collections"]["buildings"]["made_ids"], 1);
    assert_eq!(plan["samples"].as_array().unwrap().len(), 2);
    assert_eq!(plan["seq"], Value::Null);
    let (out, err, status) = import(&[&file]);
    assert_eq!(status, Some(0), "{err}");
    assert!(out.contains("1 features have no id in the file"), "{out}");
    let seq = out.lines().last().unwrap().replace("commit ", "");
    let (out, _, _) = import(&[&file]);
    assert!(out.contains("nothing changed"), "{out}");

    // Another client changes one of the two features.
    let mut changed = building("a", 117.13, 39.22);
    changed["properties"]["levels"] = json!(9);
    let other = write("other.geojson", json!([changed]));
    let (_, err, status) = import(&[&other, "--collection", "buildings"]);
    assert_eq!(status, Some(0), "{err}");
    let (out, _, status) = import(&["--undo", &seq, "--dry-run"]);
    assert_eq!(status, Some(1), "{out}");
    assert!(
        out.contains("changed since the import, and left as they are: 1"),
        "{out}"
    );
    let (out, err, status) = import(&["--undo", &seq]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(err.contains("buildings/a: was changed by commit"), "{err}");
    let (out, _, status) = import(&["--undo", &seq, "--partly", "--json"]);
    assert_eq!(status, Some(2), "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["collections"]["buildings"]["removed"], 1);
    assert_eq!(report["conflicts"][0]["id"], "a");

    // A commit that is not an import, and a command with contradictory options.
    let (_, err, status) = import(&["--undo", "99999"]);
    assert_eq!(status, Some(1));
    assert!(err.contains("commit 99999 cannot be undone"), "{err}");
    assert_eq!(import(&[&file, "--undo", &seq]).2, Some(1));
    assert_eq!(import(&[]).2, Some(1));
}

/// A command that fails creates no database, and leaves an existing one unchanged.
#[test]
fn a_command_that_writes_nothing_leaves_no_new_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let files = || -> Vec<String> {
        let all = std::fs::read_dir(folder.path()).unwrap();
        let names = all.map(|f| f.unwrap().file_name().into_string().unwrap());
        names.filter(|n| n.starts_with("onemap.db")).collect()
    };
    let database = sqlite_in(folder.path());
    let noise: Vec<u8> = (0..5000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let mut cut = building("b1", 117.13, 39.22).to_string();
    cut.truncate(100);
    let mut wrong = building("wrong", 117.13, 39.22);
    wrong["properties"]["levels"] = json!("six");
    let sheet = "编号,类别,上报时间,地点\nA-1,天外来客,2026-03-02 09:00,无此地\n";
    for (name, bytes) in [
        ("noise.geojson", noise),
        (
            "cut.geojson",
            format!("{{\"type\":\"FeatureCollection\",\"features\":[{cut}").into(),
        ),
        ("lines.ndjson", b"{\"a\"\n{\"b\"\n".to_vec()),
        ("wrong.geojson", wrong.to_string().into()),
        ("ledger.csv", sheet.into()),
        (
            "utf16.geojson",
            "\u{feff}{}"
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
        ),
    ] {
        let file = path(name);
        std::fs::write(&file, bytes).unwrap();
        let collection: &[&str] = match name.ends_with(".csv") {
            true => &[],
            false => &["--collection", "buildings"],
        };
        let import = [&["import", "--database", &database, &file], collection].concat();
        let (out, err, ok) = onemap(&import);
        assert!(!ok, "{name}: {out} {err}");
        assert_eq!(files(), Vec::<String>::new(), "{name}: {out} {err}");
    }
    for command in [
        &["token", "create", "--role", "unit", "--name", "x"][..],
        &["token", "create", "--account", "nobody"],
        &["token", "list"],
        &["account", "create", " ", "--role", "officer"],
        &["erase", "duties", "d1", "--reason", "test"],
    ] {
        let (out, err, ok) = onemap(&[command, &["--database", &database]].concat());
        assert!(!ok, "{command:?}: {out} {err}");
        assert_eq!(files(), Vec::<String>::new(), "{command:?}: {err}");
    }

    let good = path("good.geojson");
    std::fs::write(&good, building("good", 117.13, 39.22).to_string()).unwrap();
    let import = [
        "import",
        "--collection",
        "buildings",
        "--database",
        &database,
    ];
    let (_, err, ok) = onemap(&[&import[..], &[&good]].concat());
    assert!(ok, "{err}");
    let noise = path("noise.geojson");
    let (_, _, ok) = onemap(&[&import[..], &[&noise]].concat());
    assert!(!ok);
    let (out, err, ok) = onemap(&[&import[..], &[&good]].concat());
    assert!(ok && out.contains("1 unchanged"), "{out} {err}");
}

/// Text sequences and lines, joined with `cat`, with the byte order marks that some programs write.
#[test]
fn geojson_sequences_with_separators_and_byte_order_marks_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let database = sqlite_in(folder.path());
    let text = |ids: [&str; 2], before: &str| -> String {
        let one = |id: &&str| format!("{before}{}\n", building(id, 117.13, 39.22));
        ids.iter().map(one).collect()
    };
    let pretty = serde_json::to_string_pretty(&building("a5", 117.13, 39.22)).unwrap();
    let file = path("buildings.geojsons");
    let joined = [
        format!("\u{feff}{}", text(["a1", "a2"], "\u{1e}")),
        format!("\u{feff}{}", text(["a3", "a4"], "\u{1e}\u{feff}")),
        format!("\u{1e}{pretty}\n"),
        format!("\u{1e}{}\n", building("a6", 117.13, 39.22)),
        format!("\u{feff}{}", text(["a7", "a8"], "")),
    ];
    std::fs::write(&file, joined.concat()).unwrap();
    let (out, err, ok) = onemap(&["import", "--database", &database, &file]);
    assert!(ok && out.contains("buildings: 8 changed"), "{out} {err}");

    let wide: Vec<u8> = format!("\u{feff}{}", text(["w1", "w2"], "\u{1e}"))
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    std::fs::write(&file, wide).unwrap();
    let (_, err, ok) = onemap(&["import", "--database", &database, &file]);
    assert!(!ok && err.contains("UTF-16 (big-endian)"), "{err}");
    assert!(err.contains("iconv -f UTF-16 -t UTF-8"), "{err}");
}
