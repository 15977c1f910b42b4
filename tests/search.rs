//! Tests of searching by name over HTTP: how writes change the results, and when.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::building;
use crate::support::server::Server;

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
