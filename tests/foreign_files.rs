//! Tests of files and requests as other programs write them: workbooks with several sheets, coordinate systems
//! that are named in different places, positions far from the map.

use std::process::Command;

use reqwest::{Method, StatusCode};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use crate::support::ledger::{LAT, LON, Ledger};
use crate::support::server::{Server, problem, sqlite_in};
use crate::support::{building, postgres};

/// Runs the program. Returns its output, its errors and its exit status.
fn run(arguments: &[&str]) -> (String, String, i32) {
    let done = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .env("LC_ALL", "C")
        .args(arguments)
        .output()
        .unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    let status = done.status.code().unwrap();
    (text(&done.stdout), text(&done.stderr), status)
}

/// The workbook of a district: a cover sheet, two months, and a hidden sheet.
fn workbook(second_time: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    let mut sheet = |name: &str, hidden: bool, rows: &[&[&str]]| {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap().set_hidden(hidden);
        for (r, row) in rows.iter().enumerate() {
            for (c, cell) in row.iter().enumerate() {
                sheet.write(r as u32, c as u16, *cell).unwrap();
            }
        }
    };
    let header: &[&str] = &["编号", "类别", "地点", "上报时间", "经办人"];
    let row = |id: &'static str, at| -> Vec<&str> {
        vec![id, "楼道堆物", "温泉花园b1号楼", at, "张三"]
    };
    let (one, two) = (
        row("A-1", "2026年3月7日 下午2时05分"),
        row("A-2", second_time),
    );
    sheet("封面", false, &[&["某某街道台账"]]);
    sheet("一月", false, &[header, &one]);
    sheet("二月", false, &[&["二月台账"], &[], header, &two]);
    sheet("作废", true, &[header, &one]);
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn all_sheets_of_a_workbook_are_imported_whatever_the_file_name() {
    let ledger = Ledger::start().await;
    let officer = &ledger.officer;
    let send = async |query: &str, bytes: Vec<u8>| {
        let path = format!("/api/warnings/import?{query}");
        let request = ledger.server.request(Method::POST, &path);
        let answer = request.bearer_auth(officer).body(bytes).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()
    };
    let wrong = send("f=csv", workbook("昨天")).await;
    let fault = &wrong["problems"][0];
    assert_eq!(
        (&fault["sheet"], &fault["row"]),
        (&json!("二月"), &json!(4))
    );
    assert_eq!(fault["column"], "上报时间");
    let said = fault["problem_zh"].as_str().unwrap();
    assert!(
        said.contains("实际为“昨天”") && said.contains("应为"),
        "{said}"
    );
    assert_eq!(fault["value"], "昨天");
    // The other sheet is right, but nothing is written as long as one row is wrong.
    assert_eq!(
        (&wrong["created"], &wrong["wrong_rows"]),
        (&json!(0), &json!(1))
    );

    let good = send("f=csv", workbook("2026-03-08 14：05")).await;
    assert_eq!(
        (&good["created"], &good["problems"]),
        (&json!(2), &json!([]))
    );
    assert_eq!(
        good["sheets"],
        json!([{"sheet": "一月", "header_row": 1, "rows": 1},
               {"sheet": "二月", "header_row": 3, "rows": 1}])
    );
    let skipped = good["skipped"].as_array().unwrap();
    let names: Vec<&str> = skipped
        .iter()
        .map(|s| s["sheet"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["封面", "作废"]);
    let case = ledger.json(Some(officer), "/api/warnings/A-1").await;
    assert_eq!(case["properties"]["reported_at"], "2026-03-07T06:05:00Z");

    // An HTML page and a CSV file, both named like a workbook.
    let page = "<html><table><tr><th>编号<th>类别<th>地点<th>上报时间</tr>\
        <tr><td>A-3<td>楼道堆物<td>温泉花园b1号楼<td>2026/3/9 8:00</tr></table></html>";
    assert_eq!(send("f=xlsx", page.into()).await["created"], 1);
    let csv = "sep=;\n编号;类别;地点;上报时间\nA-4;楼道堆物;温泉花园b1号楼;20260309\n";
    assert_eq!(send("f=xlsx", csv.into()).await["created"], 1);
}

#[tokio::test]
async fn the_command_line_imports_the_same_workbooks_and_exits_with_0_1_or_2() {
    let ledger = Ledger::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let import = |args: &[&str]| {
        let mut all = vec!["import", "--database", &ledger.database];
        all.extend(args);
        run(&all)
    };
    // One of the sheets contains an error. Nothing is imported, and the error is reported with its position.
    let file = path("台账.xls");
    std::fs::write(&file, workbook("昨天")).unwrap();
    let rejects = path("rejects.ndjson");
    let (out, err, status) = import(&[&file, "--rejects", &rejects]);
    assert_eq!(status, 1, "{out} {err}");
    assert!(
        out.contains("sheet \"二月\", row 4: 上报时间: expected a date and time"),
        "{out}"
    );
    let listed: Value = serde_json::from_str(&std::fs::read_to_string(&rejects).unwrap()).unwrap();
    assert_eq!(
        (&listed["sheet"], &listed["line"]),
        (&json!("二月"), &json!(4))
    );
    // A building in the same import is written.
    let house = path("buildings.geojson");
    std::fs::write(&house, building("b7", LON, LAT).to_string()).unwrap();
    let (out, err, status) = import(&[&file, &house]);
    assert_eq!(status, 2, "{out} {err}");
    assert!(out.contains("buildings: 1 changed"), "{out}");

    std::fs::write(&file, workbook("2026-03-08 14:05:00.0")).unwrap();
    let (out, err, status) = import(&[&file, "--json"]);
    assert_eq!(status, 0, "{out} {err}");
    // Nothing may read the store after it is closed.
    assert!(!err.contains("cannot read the store"), "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["collections"]["warnings"]["changed"], 2);
    assert_eq!(report["files"][0]["format"], "sheet");
    assert_eq!(report["ignored_columns"], json!(["经办人"]));
    assert_eq!(report["skipped_sheets"][1]["sheet"], "作废");
    let (out, _, status) = import(&[&file]);
    assert!(
        status == 0 && out.contains("warnings: 0 changed, 2 unchanged"),
        "{out}"
    );

    // A file that cannot be read, and a wrong command, write nothing.
    for arguments in [
        vec![path("nothing.geojson")],
        vec![path("nothing.xlsx")],
        vec!["--crs".to_owned(), "EPSG:1".to_owned(), file.clone()],
        vec![],
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(import(&arguments).2, 1, "{arguments:?}");
    }
    assert_eq!(run(&["imprt"]).2, 1);
    assert_eq!(run(&["import", "--help"]).2, 0);
    let (mut good, mut wrong) = (building("g", LON, LAT), building("w", LON, LAT));
    wrong["properties"]["levels"] = json!("six");
    let both = json!({"type": "FeatureCollection", "features": [&good, &wrong]});
    std::fs::write(&house, both.to_string()).unwrap();
    assert_eq!(import(&[&house]).2, 2);
    std::fs::write(&house, wrong.to_string()).unwrap();
    assert_eq!(import(&[&house]).2, 1);
    good["properties"]["levels"] = json!(7);
    std::fs::write(&house, good.to_string()).unwrap();
    assert_eq!(import(&[&house]).2, 0);
}

/// A point in EPSG:4549 (CGCS2000, central meridian 120), computed by PROJ.
const PROJECTED: [f64; 2] = [500_000.0, 4_318_000.0];

fn toolbox(id: &str, at: [f64; 2]) -> Value {
    json!({"type": "Feature", "id": id, "properties": {"kind": "toolbox", "name": id},
        "geometry": {"type": "Point", "coordinates": at}})
}

fn named(name: &str) -> Value {
    json!({"type": "name", "properties": {"name": name}})
}

#[tokio::test]
async fn a_coordinate_system_is_applied_wherever_it_is_named() {
    let server = Server::start().await;
    let items = "/api/collections/facilities/items";
    let place = async |id: &str| {
        let feature = server.json(&format!("{items}/{id}")).await;
        let at = feature["geometry"]["coordinates"]
            .as_array()
            .unwrap()
            .clone();
        (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())
    };
    let is_on_meridian = |(x, y): (f64, f64)| (x - 120.0).abs() < 1e-6 && (38.9..39.1).contains(&y);

    // The coordinate system is named in the feature, in the geometry, and by the header, which implies the
    // system's own axis order.
    let mut in_feature = toolbox("f", PROJECTED);
    in_feature["crs"] = named("urn:ogc:def:crs:EPSG::4549");
    let mut in_geometry = toolbox("g", PROJECTED);
    in_geometry["geometry"]["crs"] = named("EPSG:4549");
    for feature in [&in_feature, &in_geometry] {
        let made = server
            .write(Method::POST, items, feature)
            .send()
            .await
            .unwrap();
        assert_eq!(made.status(), StatusCode::CREATED);
    }
    let uri = "<http://www.opengis.net/def/crs/EPSG/0/4549>";
    let [x, y] = PROJECTED;
    let put = server
        .write(Method::PUT, &format!("{items}/h"), &toolbox("h", [y, x]))
        .header("Content-Crs", uri);
    assert_eq!(put.send().await.unwrap().status(), StatusCode::CREATED);
    for id in ["f", "g", "h"] {
        let at = place(id).await;
        assert!(is_on_meridian(at), "{id} {at:?}");
    }
    // A patch of the properties does not change the position. A patch of the geometry uses the system that it
    // names.
    let patch = server
        .write(
            Method::PATCH,
            &format!("{items}/h"),
            &json!({"properties": {"name": "x"}}),
        )
        .header("Content-Crs", uri);
    assert_eq!(patch.send().await.unwrap().status(), StatusCode::OK);
    assert!(is_on_meridian(place("h").await));
    let degrees = json!({"geometry": {"type": "Point", "coordinates": [39.0, 117.0]}});
    let patch = server
        .write(Method::PATCH, &format!("{items}/h"), &degrees)
        .header(
            "Content-Crs",
            "<http://www.opengis.net/def/crs/EPSG/0/4490>",
        );
    assert_eq!(patch.send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(place("h").await, (117.0, 39.0));

    // An unknown system is refused and not taken for WGS 84, which would be wrong by hundreds of metres.
    let mut older = toolbox("o", [117.13, 39.22]);
    older["geometry"]["crs"] = named("EPSG:4610");
    let answer = server
        .write(Method::POST, items, &older)
        .send()
        .await
        .unwrap();
    let (status, said) = problem(answer).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(said["errors"][0]["field"], "geometry.crs");
    assert!(
        said["detail"].as_str().unwrap().contains("Xi'an 1980"),
        "{said}"
    );
    let answer = server
        .write(Method::POST, items, &toolbox("o", [117.13, 39.22]))
        .header(
            "Content-Crs",
            "<http://www.opengis.net/def/crs/EPSG/0/4610>",
        );
    let (status, said) = problem(answer.send().await.unwrap()).await;
    assert_eq!(
        (status, &said["parameter"]),
        (StatusCode::BAD_REQUEST, &json!("Content-Crs"))
    );
    let answer = server
        .write(Method::POST, items, &in_feature)
        .header("Content-Crs", uri);
    let (status, said) = problem(answer.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
}

#[tokio::test]
async fn joined_files_with_byte_order_marks_and_systems_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let database = sqlite_in(folder.path());
    let import = |file: &str| {
        let (out, err, status) = run(&["import", "--json", "--database", &database, file]);
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out} {err}"));
        (report, status)
    };
    let line = |id: &str| toolbox(id, [117.13, 39.22]).to_string();
    let mut projected = toolbox("p", PROJECTED);
    projected["crs"] = named("EPSG:4549");
    let mut older = toolbox("o", [117.13, 39.22]);
    older["geometry"]["crs"] = named("urn:ogc:def:crs:EPSG::4610");
    let collection = json!({"type": "FeatureCollection", "crs": named("EPSG:4549"),
        "features": [toolbox("c", PROJECTED)]});
    let bom = '\u{feff}';
    let (a, b, c) = (line("a"), line("b"), line("d"));
    let text = format!("{bom}{a}\n{projected}\n{bom}{b}\n{bom}{collection}\n{older}\n{c}\n");
    let lines = path("facilities.ndjson");
    std::fs::write(&lines, text).unwrap();
    let (report, status) = import(&lines);
    assert_eq!(status, 2, "{report}");
    assert_eq!(report["collections"]["facilities"]["changed"], 5);
    assert_eq!(report["rejects"][0]["id"], "o");
    assert_eq!(report["rejects"][0]["field"], "geometry.crs");

    // A file with two collections, each in its own coordinate system.
    let plain = json!({"type": "FeatureCollection", "features": [toolbox("e", [117.13, 39.22])]});
    let joined = path("facilities.geojson");
    std::fs::write(&joined, format!("{bom}{collection}\n{bom}{plain}\n")).unwrap();
    let (report, status) = import(&joined);
    assert_eq!(status, 0, "{report}");
    let counts = &report["collections"]["facilities"];
    assert_eq!(
        (&counts["changed"], &counts["unchanged"]),
        (&json!(1), &json!(1))
    );

    let server = Server::on(&database, &[]).await;
    for (id, west) in [("p", 120.0), ("c", 120.0), ("a", 117.13), ("e", 117.13)] {
        let feature = server
            .json(&format!("/api/collections/facilities/items/{id}"))
            .await;
        let x = feature["geometry"]["coordinates"][0].as_f64().unwrap();
        assert!((x - west).abs() < 1e-6, "{id}: {x}");
    }
}

#[tokio::test]
async fn features_far_from_the_map_get_a_warning_in_both_stores() {
    let folder = tempfile::tempdir().unwrap();
    let databases = [Some(sqlite_in(folder.path())), postgres::database()];
    for database in databases.into_iter().flatten() {
        let import = |name: &str, features: &[Value]| {
            let file = folder.path().join(name);
            let all: String = features.iter().map(|f| format!("{f}\n")).collect();
            std::fs::write(&file, all).unwrap();
            let file = file.to_str().unwrap();
            let (out, err, status) = run(&["import", "--json", "--database", &database, file]);
            assert_eq!(status, 0, "{out} {err}");
            serde_json::from_str::<Value>(&out).unwrap()
        };
        // Near Urumqi, swapped longitude and latitude are still valid coordinates.
        let at = |i: i32| [87.5 + f64::from(i) * 0.001, 43.8];
        let mut city: Vec<Value> = (0..150).map(|i| toolbox(&format!("t{i}"), at(i))).collect();
        city.push(toolbox("zero", [0.0, 0.0]));
        let report = import("facilities.ndjson", &city);
        assert_eq!(report["far_away"], 1, "{report}");
        assert_eq!(report["far"][0]["id"], "zero");
        // The map has features now, so a whole file of swapped positions lies far from it.
        let swapped: Vec<Value> = (0..40)
            .map(|i| toolbox(&format!("s{i}"), [43.8, 87.5 + f64::from(i) * 0.001]))
            .collect();
        let report = import("facilities.ndjson", &swapped);
        assert_eq!(report["far_away"], 40, "{report}");
        assert_eq!(report["far"].as_array().unwrap().len(), 20);
        let why = report["far"][0]["problem"].as_str().unwrap();
        assert!(why.contains("swapped"), "{why}");
        assert_eq!(
            import("facilities.ndjson", &city[..3])["far_away"],
            Value::Null
        );

        let server = Server::on(&database, &[]).await;
        let path = "/api/collections/facilities/items";
        let write = async |feature: Value| {
            let answer = server
                .write(Method::POST, path, &feature)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::CREATED);
            answer.json::<Value>().await.unwrap()
        };
        let near = write(toolbox("near", [87.6, 43.7])).await;
        assert_eq!(near["warnings"], Value::Null, "{near}");
        let far = write(toolbox("far", [117.0, 39.0])).await;
        let said = &far["warnings"][0];
        assert_eq!(said["field"], "geometry", "{far}");
        assert!(
            said["warning"]
                .as_str()
                .unwrap()
                .contains("coordinate system")
        );
        // The warning is in the answer and not stored with the feature.
        let read = server.json(&format!("{path}/far")).await;
        assert_eq!(read["warnings"], Value::Null);
    }
}

#[tokio::test]
async fn an_empty_search_finds_nothing_and_a_time_needs_its_zone() {
    let ledger = Ledger::start().await;
    let server = &ledger.server;
    for path in [
        "/api/search?q=",
        "/api/search?q=%20",
        "/api/search?q=&collections=buildings",
    ] {
        let found = server.json(path).await;
        assert_eq!(
            (&found["type"], &found["features"]),
            (&json!("FeatureCollection"), &json!([]))
        );
    }
    assert_eq!(
        server.problem("/api/search").await.0,
        StatusCode::BAD_REQUEST
    );
    let items = "/api/collections/warnings/items?datetime=";
    for time in [
        "2026-11-10T14:00:00",
        "2026-11-10T14:00:00/..",
        "2026-11-10T14:00:00Z/2026-11-11T14:00",
    ] {
        let (status, said) = server.problem(&format!("{items}{time}")).await;
        assert_eq!(
            (status, &said["parameter"]),
            (StatusCode::BAD_REQUEST, &json!("datetime"))
        );
        assert!(said["detail"].as_str().unwrap().contains("zone"), "{said}");
    }
    for time in [
        "2026-11-10T14:00:00%2B08:00",
        "2026-11-10T14:00:00+08:00/..",
        "2026-11-10",
    ] {
        server.json(&format!("{items}{time}")).await;
    }
}

/// The warnings in the answer to a write refer to the coordinates as they were sent.
#[tokio::test]
async fn a_warning_about_a_position_uses_the_coordinate_system_of_the_request() {
    let server = Server::start().await;
    for i in 0..20 {
        let at = [87.6 + f64::from(i) * 0.001, 43.8];
        server
            .put("facilities", &toolbox(&format!("near{i}"), at))
            .await;
    }
    let path = "/api/collections/facilities/items/far";
    let uri = |code: u32| format!("<http://www.opengis.net/def/crs/EPSG/0/{code}>");
    // In the west of China, both numbers are possible latitudes.
    let (x, y) = (87.6_f64, 43.8_f64);
    let radius = 6_378_137.0;
    let easting = radius * x.to_radians();
    let northing = radius
        * (std::f64::consts::FRAC_PI_4 + y.to_radians() / 2.0)
            .tan()
            .ln();
    for (crs, at, en, zh) in [
        (
            None,
            [y, x],
            "longitude and latitude look swapped",
            "经度和纬度似乎颠倒了",
        ),
        // EPSG:4490 has latitude first, so longitude first is the error here.
        (
            Some(4490),
            [x, y],
            "expected latitude first",
            "应先写纬度，后写经度",
        ),
        (
            Some(3857),
            [northing, easting],
            "expected easting first",
            "应先写东坐标，后写北坐标",
        ),
        (
            Some(4549),
            [4_000_000.0, 500_000.0],
            "whether its coordinates are in CGCS2000",
            "坐标是否确为 CGCS2000",
        ),
    ] {
        let mut write = server.write(Method::PUT, path, &toolbox("far", at));
        if let Some(code) = crs {
            write = write.header("Content-Crs", uri(code));
        }
        let answer = write.send().await.unwrap();
        assert!(answer.status().is_success(), "{crs:?}");
        let said: Value = answer.json().await.unwrap();
        let doubt = &said["warnings"][0];
        for (member, expected) in [("warning", en), ("warning_zh", zh)] {
            let text = doubt[member].as_str().unwrap_or_default();
            assert!(text.contains(expected), "{crs:?}: {said}");
        }
        if let Some(code) = crs {
            assert!(
                doubt["warning"]
                    .as_str()
                    .unwrap()
                    .contains(&format!("EPSG:{code}")),
                "{said}"
            );
        }
    }
    // A patch without geometry gets no warning about the coordinate system.
    let patch = server
        .write(Method::PATCH, path, &json!({"properties": {"name": "x"}}))
        .header("Content-Crs", uri(4490));
    let said: Value = patch.send().await.unwrap().json().await.unwrap();
    let text = said["warnings"][0]["warning"].as_str().unwrap();
    assert!(!text.contains("4490"), "{said}");
}
