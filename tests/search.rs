//! Tests of the search over HTTP: how writes change the results and when, addresses as people write them, bad input.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::building;
use crate::support::server::{Server, onemap, sqlite_in};

fn named(id: &str, name: &str) -> Value {
    let mut feature = building(id, 117.13, 39.22);
    feature["properties"]["name"] = json!(name);
    feature
}

async fn found(server: &Server, query: &str) -> Vec<Value> {
    let page = server.json(&format!("/api/search?q={query}")).await;
    page["features"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_new_name_is_found_after_a_moment_and_an_old_name_disappears_at_once() {
    let server = Server::start().await;
    let seq = server.put("buildings", &named("b1", "静安里1号楼")).await;
    let first = server.search("jal1", seq).await;
    assert_eq!(first["features"][0]["id"], "b1");

    let seq = server.put("buildings", &named("b1", "和平里1号楼")).await;
    assert!(found(&server, "jal1").await.is_empty());
    let renamed = server.search("hpl1", seq).await;
    assert_eq!(renamed["features"][0]["id"], "b1");

    let path = "/api/collections/buildings/items/b1";
    let gone = server
        .request(Method::DELETE, path)
        .bearer_auth(&server.admin);
    let gone = gone.send().await.unwrap();
    assert!(gone.status().is_success(), "{}", gone.status());
    assert!(found(&server, "hpl1").await.is_empty());
}

#[tokio::test]
async fn a_search_answer_from_an_older_directory_is_not_answered_with_304() {
    let server = Server::start().await;
    let seq = server.put("buildings", &named("b1", "静安里1号楼")).await;
    server.search("jal", seq).await;
    let path = "/api/search?q=jal";
    let before = server.get(path).await;
    let tag = before.headers()["etag"].clone();
    let again = server.request(Method::GET, path);
    let again = again.header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let header = "onemap-directory-seq";
    assert_eq!(again.headers()[header], before.headers()[header]);

    let seq = server.put("buildings", &named("b2", "静安里2号楼")).await;
    server.search("jal", seq).await;
    let later = server.request(Method::GET, path);
    let later = later.header("if-none-match", &tag).send().await.unwrap();
    assert_eq!(later.status(), 200);
    let later: Value = later.json().await.unwrap();
    assert_eq!(later["features"].as_array().unwrap().len(), 2);
}

/// Starts a server with the buildings of the demo district.
async fn district() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/guoyuan/");
    let files = ["grids", "compounds", "buildings", "entrances"];
    let files = files.map(|name| format!("{data}{name}.geojson"));
    let mut arguments = vec!["import"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--database", &database]);
    let (_, err, ok) = onemap(&arguments);
    assert!(ok, "{err}");
    (Server::on(&database, &[]).await, folder)
}

async fn ask(server: &Server, query: &str) -> reqwest::Response {
    let request = server.request(Method::GET, "/api/search");
    request.query(&[("q", query)]).send().await.unwrap()
}

async fn first(server: &Server, query: &str) -> Value {
    let page: Value = ask(server, query).await.json().await.unwrap();
    assert!(page.get("note").is_none(), "{query}: {page}");
    page["features"][0].clone()
}

#[tokio::test]
async fn an_address_finds_the_building_its_unit_and_its_door() {
    let (server, _folder) = district().await;
    for query in [
        "温泉花园3号楼2单元501",
        "溫泉花園３幢２單元５０１室",
        "wqhy3-2-501",
        "天津市北辰区果园新村街道温泉花园3号楼2单元501 李女士 13812345678",
    ] {
        let found = first(&server, query).await;
        assert_eq!(found["id"], "wenquan-huayuan-3", "{query}");
        assert_eq!(found["collection"], "buildings");
        let expected = json!({"unit": "2", "room": "501", "door": "wenquan-huayuan-3-2"});
        assert_eq!(found["address"], expected, "{query}");
    }
    // A query for a building without a unit or room gets no address.
    let found = first(&server, "温泉花园3号楼").await;
    assert_eq!(found["id"], "wenquan-huayuan-3");
    assert!(found.get("address").is_none());
}

#[tokio::test]
async fn a_unit_a_room_or_a_building_that_is_not_there_is_said_so() {
    let (server, _folder) = district().await;
    for (query, zh, en) in [
        ("温泉花园3号楼99单元", "99", "99"),
        ("温泉花园3号楼2单元9901", "9901", "9901"),
    ] {
        let found = first(&server, query).await;
        assert_eq!(found["id"], "wenquan-huayuan-3", "{query}");
        let note = &found["address"]["note"];
        assert!(note["zh"].as_str().unwrap().contains(zh), "{found}");
        assert!(note["en"].as_str().unwrap().contains(en), "{found}");
        assert!(found["address"].get("door").is_none());
    }
    let page: Value = ask(&server, "温泉花园999号楼").await.json().await.unwrap();
    assert_eq!(page["features"][0]["id"], "wenquan-huayuan");
    assert!(
        page["note"]["zh"].as_str().unwrap().contains("编号"),
        "{page}"
    );
    let page: Value = ask(&server, "qqqqqqqq").await.json().await.unwrap();
    assert_eq!(page, json!({"type": "FeatureCollection", "features": []}));
}

#[tokio::test]
async fn what_is_personal_in_an_order_comes_back_in_no_answer() {
    let (server, _folder) = district().await;
    let order = "收货人：诸葛孔明\n电话：139 8765 4321\n地址：温泉花园3号楼2单元501\n备注：放门口";
    for query in [order.to_owned(), order.repeat(20), format!("{order}\u{0}")] {
        let answer = ask(&server, &query).await;
        let headers = format!("{:?}", answer.headers());
        let text = answer.text().await.unwrap();
        for secret in ["诸葛", "8765", "4321", "放门口"] {
            assert!(
                !text.contains(secret) && !headers.contains(secret),
                "{text}"
            );
        }
    }
    // A telephone number finds nothing.
    assert!(found(&server, "13987654321").await.is_empty());
}

#[tokio::test]
async fn a_query_that_is_empty_or_too_long_has_a_clear_answer() {
    let server = Server::start().await;
    for empty in ["", "   ", "　", "#", "-", "13812345678"] {
        let page: Value = ask(&server, empty).await.json().await.unwrap();
        assert_eq!(page["features"], json!([]), "{empty:?}");
    }
    for (query, status, limit) in [
        ("温".repeat(601), StatusCode::BAD_REQUEST, "600"),
        ("x".repeat(10_000), StatusCode::URI_TOO_LONG, "8192"),
    ] {
        let answer = ask(&server, &query).await;
        assert_eq!(answer.status(), status);
        let problem: Value = answer.json().await.unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(limit), "{problem}");
    }
    let longest = "温泉".repeat(300);
    assert_eq!(ask(&server, &longest).await.status(), StatusCode::OK);
}
