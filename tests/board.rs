//! Tests of boards and plates: over HTTP, and as files of `onemap plates`. QR codes are read back.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::postgres;
use crate::support::server::{Server, onemap, problem, sqlite_in};

const COMPOUND: &str = "wenquan-huayuan";

/// The demo district in a database.
fn import(database: &str) {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/guoyuan/");
    let names = [
        "grids",
        "compounds",
        "buildings",
        "entrances",
        "facilities",
        "first_aid_stations",
        "barriers",
        "roads",
        "routes",
    ];
    let files: Vec<String> = names
        .into_iter()
        .map(|name| format!("{data}{name}.geojson"))
        .collect();
    let mut arguments = vec!["import"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--database", database]);
    let (_, err, ok) = onemap(&arguments);
    assert!(ok, "{err}");
}

/// The addresses in all QR codes of a drawing, read from their dark modules.
fn scanned(svg: &str) -> Vec<String> {
    let codes = svg.split("data-qr=").skip(1);
    codes
        .map(|code| scan(code.split("</g>").next().unwrap()))
        .collect()
}

fn scan(code: &str) -> String {
    const PIXELS: usize = 5;
    let dark = code.split("crispEdges\" d=\"").nth(1).unwrap();
    let dark = dark.split('"').next().unwrap();
    let side: usize = code
        .split("d=\"M0 0h")
        .nth(1)
        .and_then(|d| d.split('v').next())
        .unwrap()
        .parse()
        .unwrap();
    let mut modules = vec![false; side * side];
    // Each run of dark modules is written as `Mx yhNv1h-Nz`.
    for run in dark.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let (length, _) = rest.split_once('v').unwrap();
        let [x, y, length] = [x, y, length].map(|n| n.parse::<usize>().unwrap());
        modules[y * side + x..][..length].fill(true);
    }
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(side * PIXELS, side * PIXELS, |x, y| {
            if modules[(y / PIXELS) * side + x / PIXELS] {
                0
            } else {
                255
            }
        });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().unwrap().1
}

/// The protected texts of the entrances of the demo district.
fn secrets() -> Vec<String> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/geodata/guoyuan/entrances.geojson"
    );
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let features = document["features"].as_array().unwrap();
    let notes = features.iter().flat_map(|f| {
        let p = &f["properties"];
        // A note that repeats the public guidance is no secret.
        let note = p["access_note"].as_str().filter(|n| p["guidance"] != **n);
        [p["access_code"].as_str(), note]
            .into_iter()
            .flatten()
            .map(str::to_owned)
    });
    notes.collect()
}

fn files(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_board_is_drawn_for_a_gate_and_its_code_opens_the_riders_page() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    import(&database);
    let server = Server::on(&database, &[]).await;
    let path = format!("/api/compounds/{COMPOUND}/board");
    let answer = server.get(&format!("{path}?at={COMPOUND}-gate-e")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
    let tag = answer.headers()["etag"].clone();
    let svg = answer.text().await.unwrap();
    for said in [
        ">温泉花园<",
        ">您在此处<",
        ">东门<",
        ">22<",
        ">须推行<",
        ">仅步行<",
        ">不通行<",
        "2026-06-13",
    ] {
        assert!(svg.contains(said), "{said}");
    }
    assert_eq!(scanned(&svg), [format!("{}/rider", server.base)]);
    let secrets = secrets();
    assert!(secrets.len() > 50);
    // The board is the same for every role, because it hangs in public.
    let steward = server
        .request(Method::GET, &path)
        .bearer_auth(&server.admin);
    for text in [&svg, &steward.send().await.unwrap().text().await.unwrap()] {
        assert!(!secrets.iter().any(|secret| text.contains(secret.as_str())));
    }

    let again = server.request(Method::GET, &format!("{path}?at={COMPOUND}-gate-e"));
    let again = again.header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    let english = server
        .get(&format!("{path}?lang=en"))
        .await
        .text()
        .await
        .unwrap();
    assert!(english.contains(">Ride in<") && !english.contains("You are here"));
}

#[tokio::test]
async fn what_cannot_be_drawn_is_refused_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    import(&database);
    let server = Server::on(&database, &[]).await;
    let refused = async |path: &str, language: &str| {
        let request = server
            .request(Method::GET, path)
            .header("accept-language", language);
        let (status, said) = problem(request.send().await.unwrap()).await;
        (status, said["detail"].as_str().unwrap().to_owned(), said)
    };
    let board = format!("/api/compounds/{COMPOUND}/board");
    let (status, zh, _) = refused("/api/compounds/none/board", "zh").await;
    assert_eq!(
        (status, zh.as_str()),
        (
            StatusCode::NOT_FOUND,
            "没有小区“none”，请填写小区图层中的编号。"
        )
    );
    let (status, zh, said) = refused(&format!("{board}?at=xuri-li-gate-e"), "zh").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(zh.contains("温泉花园没有大门“xuri-li-gate-e”"), "{zh}");
    assert_eq!(said["known"].as_array().unwrap().len(), 5);
    let (_, en, _) = refused(&format!("{board}?at=x"), "en").await;
    assert!(
        en.contains("has no gate \"x\"; its gates are: wenquan-huayuan-gate-e"),
        "{en}"
    );
    for wrong in ["lang=fr", "gate=x", "lang=zh&lang=en"] {
        let (status, zh, _) = refused(&format!("{board}?{wrong}"), "zh").await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}: {zh}");
    }
}

#[tokio::test]
async fn the_program_writes_boards_and_plates_from_either_store() {
    let folder = tempfile::tempdir().unwrap();
    let databases = std::iter::once(sqlite_in(folder.path())).chain(postgres::database());
    let mut written: Vec<Vec<String>> = Vec::new();
    for (i, database) in databases.enumerate() {
        import(&database);
        let out = folder.path().join(format!("out-{i}"));
        let out = out.to_str().unwrap();
        let plates = |more: &[&str]| {
            let mut arguments = vec!["plates", "--database", &database, "--out", out];
            arguments.extend(["--public-url", "https://map.example/city"]);
            arguments.extend(more);
            onemap(&arguments)
        };
        let (said, err, ok) = plates(&["--compound", COMPOUND, "--each-gate", "--json"]);
        assert!(ok, "{err}");
        assert!(err.contains("[1/1] 温泉花园: 6 boards"), "{err}");
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(
            (said["compounds"].as_u64(), said["boards"].as_u64()),
            (Some(1), Some(6))
        );
        let home = Path::new(out).join(COMPOUND);
        let names = files(&home);
        let boards = names.iter().filter(|n| n.starts_with("board")).count();
        assert_eq!(boards, 6);
        assert_eq!(
            (names.len() - boards) as u64,
            said["pages"].as_u64().unwrap()
        );
        let text = |name: &String| std::fs::read_to_string(home.join(name)).unwrap();
        let all: Vec<String> = names.iter().map(text).collect();
        assert!(
            !secrets()
                .iter()
                .any(|s| all.iter().any(|text| text.contains(s.as_str())))
        );
        let codes: Vec<String> = all.iter().flat_map(|text| scanned(text)).collect();
        let of_boards = codes
            .iter()
            .filter(|c| *c == "https://map.example/city/rider")
            .count();
        assert_eq!(of_boards, 6);
        assert_eq!(
            (codes.len() - of_boards) as u64,
            said["plates"].as_u64().unwrap()
        );
        let plate = "https://map.example/city/rider?b=wenquan-huayuan-3&unit=2".to_owned();
        assert!(codes.contains(&plate), "{codes:?}");
        // The kindergarten has no units: one plate for the building.
        assert!(
            codes.contains(
                &"https://map.example/city/rider?b=wenquan-huayuan-kindergarten".to_owned()
            )
        );

        // One store is enough for all compounds: their pages take long to draw.
        if i == 0 {
            let (said, err, ok) = plates(&["--lang", "en"]);
            assert!(ok, "{err}");
            assert!(said.contains("39 compounds, 39 boards"), "{said}");
            assert_eq!(files(Path::new(out)).len(), 39);
        }
        let (_, err, ok) = plates(&["--compound", "none"]);
        assert!(
            !ok && err.contains("There is no compound \"none\". The map has 39: "),
            "{err}"
        );
        written.push(all);
    }
    // Both stores give the same pages.
    assert!(written.windows(2).all(|w| w[0] == w[1]));
}

#[test]
fn without_an_address_or_a_folder_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    import(&database);
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let out = file.to_str().unwrap();
    let (_, err, ok) = onemap(&["plates", "--database", &database, "--out", out]);
    assert!(!ok && err.contains("--public-url"), "{err}");
    let url = ["--public-url", "https://map.example"];
    let (_, err, ok) = onemap(&[
        "plates",
        "--database",
        &database,
        "--out",
        out,
        url[0],
        url[1],
    ]);
    assert!(!ok && err.contains("file"), "{err}");
}
