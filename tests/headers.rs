//! Tests of the headers that every answer needs: `Vary` for caches, and `nosniff` for browsers.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};

use crate::support::building;
use crate::support::ledger::png;
use crate::support::server::Server;

/// The names in the `Vary` headers of an answer.
fn vary(answer: &Response) -> BTreeSet<String> {
    let lines = answer.headers().get_all("vary").into_iter();
    lines
        .flat_map(|line| line.to_str().unwrap().split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect()
}

#[tokio::test]
async fn caches_distinguish_answers_by_format_coding_and_credential() {
    let server = Server::start().await;
    server
        .put("buildings", &building("b1", 117.13, 39.22))
        .await;
    for path in [
        "/api/",
        "/api/collections",
        "/api/collections/buildings",
        "/api/collections/buildings/items",
        "/api/collections/buildings/items/b1",
        "/api/collections/buildings/tiles/WebMercatorQuad/0/0/0",
        "/api/collections/buildings/schema",
        "/api/grids/status",
        "/api/search?q=b1",
    ] {
        let deadline = Instant::now() + Duration::from_secs(30);
        let (answer, again) = loop {
            let answer = server.get(path).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            let tag = answer.headers()["etag"].clone();
            let again = server.request(Method::GET, path);
            let again = again.header("if-none-match", tag).send().await.unwrap();
            // Right after a write, the directory may be renewed between the two requests.
            if again.status() == StatusCode::NOT_MODIFIED {
                break (answer, again);
            }
            assert!(Instant::now() < deadline, "{path}: {}", again.status());
        };
        for answer in [answer, again] {
            let vary = vary(&answer);
            for name in ["accept", "accept-encoding", "authorization", "cookie"] {
                assert!(vary.contains(name), "{path}: {vary:?}");
            }
        }
    }
    // The credential decides who may see a photo.
    let photo = server.request(Method::POST, "/api/photos");
    let photo = photo
        .bearer_auth(&server.admin)
        .header("content-type", "image/png");
    let photo: serde_json::Value = photo
        .body(png(9))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let path = format!("/api/photos/{}", photo["id"].as_str().unwrap());
    let shown = server
        .request(Method::GET, &path)
        .bearer_auth(&server.admin);
    let shown = shown.send().await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK);
    assert!(vary(&shown).is_superset(&["authorization".to_owned(), "cookie".to_owned()].into()));
}

#[tokio::test]
async fn every_answer_forbids_guessing_its_media_type() {
    let server = Server::start().await;
    let long = format!("/api/?q={}", "x".repeat(20_000));
    let asked = [
        (Method::GET, "/api/", StatusCode::OK),
        (Method::GET, "/api/?f=html", StatusCode::OK),
        (
            Method::GET,
            "/api/collections/buildings/items",
            StatusCode::OK,
        ),
        (
            Method::GET,
            "/api/collections/nowhere",
            StatusCode::NOT_FOUND,
        ),
        (Method::GET, "/api/nothing", StatusCode::NOT_FOUND),
        (
            Method::DELETE,
            "/api/collections",
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        (Method::GET, "/api/accounts", StatusCode::UNAUTHORIZED),
        (Method::GET, &long, StatusCode::URI_TOO_LONG),
        (Method::GET, "/health/live", StatusCode::OK),
        (Method::GET, "/metrics", StatusCode::OK),
    ];
    for (method, path, status) in asked {
        let answer = server.request(method, path).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let header = answer.headers().get("x-content-type-options");
        assert_eq!(
            header.map(|h| h.as_bytes()),
            Some(&b"nosniff"[..]),
            "{path}"
        );
    }
    // axum refuses this request with plain text before a handler runs.
    let cut = server.request(Method::POST, "/api/session");
    let cut = cut
        .header("content-type", "application/json")
        .body("{\"token\"");
    let answer = cut.send().await.unwrap();
    assert!(answer.status().is_client_error());
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
}
