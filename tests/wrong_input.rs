//! Invalid requests are answered with a problem document that says what to do, and nothing is written.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::building;
use crate::support::server::{Server, problem};

#[tokio::test]
async fn wrong_queries_are_refused_by_name() {
    let server = Server::start().await;
    let items = "/api/collections/buildings/items";
    for (path, named) in [
        (format!("{items}?bbox=a,b"), "bbox"),
        (format!("{items}?bbox=1,2,3"), "bbox"),
        (format!("{items}?bbox=NaN,0,1,1"), "bbox"),
        (format!("{items}?bbox=0,0,1,91"), "bbox"),
        (format!("{items}?bbox=0,0,1,inf"), "bbox"),
        (format!("{items}?limit=-1"), "limit"),
        (format!("{items}?limit=0"), "limit"),
        (format!("{items}?limit=many"), "limit"),
        (format!("{items}?offset=-1"), "offset"),
        (format!("{items}?bbx=1,2,3,4"), "bbx"),
        (format!("{items}?crs=EPSG:4326"), "crs"),
        (format!("{items}?datetime=yesterday"), "datetime"),
        (format!("{items}?f=shapefile"), "f"),
        (format!("{items}?limit=1&limit=2"), "limit"),
        (format!("{items}?after=%00"), "after"),
        ("/api/nearest?collection=buildings&lon=1".into(), "lat"),
        (
            "/api/nearest?collection=buildings&lon=200&lat=1".into(),
            "lon",
        ),
        ("/api/nearest?lon=1&lat=1".into(), "collection"),
        ("/api/tiles/WebMercatorQuad/3/8/0".into(), "tile"),
        ("/api/tiles/WebMercatorQuad/99/0/0".into(), "tile"),
        ("/api/tiles/WebMercatorQuad/a/0/0".into(), "z"),
        ("/api/events?bbox=1".into(), "bbox"),
        ("/api/grids/status?x=1".into(), "x"),
    ] {
        let (status, said) = server.problem(&path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(said["parameter"], named, "{path}: {said}");
    }
    for path in [
        "/api/collections/nothing/items",
        "/api/collections/nothing",
        "/api/collections/$schemas/items",
        "/api/collections/buildings/items/none",
        "/api/nothing",
        "/nothing",
        "/api/styles/neon",
        "/api/tiles/WebMercatorQuad/0/0/0?collections=nothing",
        "/api/collections/%ff/items",
    ] {
        let (status, _) = server.problem(path).await;
        assert!(
            matches!(status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST),
            "{path}: {status}"
        );
    }
    let long = format!("{items}?name={}", "x".repeat(20_000));
    assert_eq!(server.problem(&long).await.0, StatusCode::URI_TOO_LONG);
    let wrong = server
        .request(Method::DELETE, "/api/collections")
        .send()
        .await
        .unwrap();
    assert_eq!(problem(wrong).await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn invalid_features_are_refused_with_all_faults_and_their_fields() {
    let server = Server::start().await;
    let path = "/api/collections/buildings/items/b1";
    let with = |geometry: Value| {
        let mut f = building("b1", 117.13, 39.22);
        f["geometry"] = geometry;
        f
    };
    let ring = |points: &[[f64; 2]]| json!({"type": "Polygon", "coordinates": [points]});
    let mut deep = json!({"type": "Point", "coordinates": [0, 0]});
    for _ in 0..40 {
        deep = json!({"type": "GeometryCollection", "geometries": [deep]});
    }
    let cases: Vec<(&str, Value)> = vec![
        (
            "swapped",
            ring(&[
                [39.22, 117.13],
                [39.22, 117.14],
                [39.23, 117.14],
                [39.22, 117.13],
            ]),
        ),
        (
            "not closed",
            ring(&[[117.0, 39.0], [117.1, 39.0], [117.1, 39.1], [117.0, 39.1]]),
        ),
        (
            "crossing itself",
            ring(&[
                [117.0, 39.0],
                [117.1, 39.1],
                [117.1, 39.0],
                [117.0, 39.1],
                [117.0, 39.0],
            ]),
        ),
        (
            "too few",
            ring(&[[117.0, 39.0], [117.1, 39.0], [117.0, 39.0]]),
        ),
        (
            "the wrong kind",
            json!({"type": "Point", "coordinates": [117.0, 39.0]}),
        ),
        (
            "no kind",
            json!({"type": "Circle", "coordinates": [117.0, 39.0]}),
        ),
        ("text", json!({"type": "Polygon", "coordinates": "here"})),
        ("nothing", Value::Null),
        ("nested", deep),
    ];
    for (what, geometry) in cases {
        let answer = server
            .write(Method::PUT, path, &with(geometry))
            .send()
            .await
            .unwrap();
        let (status, said) = problem(answer).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{what}: {said}");
        assert!(!said["errors"].as_array().unwrap().is_empty(), "{what}");
    }
    let mut wrong_type = building("b1", 117.13, 39.22);
    wrong_type["properties"]["levels"] = json!("six");
    let answer = server
        .write(Method::PUT, path, &wrong_type)
        .send()
        .await
        .unwrap();
    let (_, said) = problem(answer).await;
    assert!(
        said["errors"][0]["field"]
            .as_str()
            .unwrap()
            .contains("levels"),
        "{said}"
    );

    for body in [
        "",
        "{",
        "[]",
        "null",
        "{\"type\":\"Feature\"}",
        "\u{0}",
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[NaN,1]}}",
    ] {
        let answer = server
            .request(Method::PUT, path)
            .bearer_auth(&server.admin)
            .body(body)
            .send()
            .await
            .unwrap();
        let (status, _) = problem(answer).await;
        assert!(status.is_client_error(), "{body:?}");
    }
    let answer = server
        .request(Method::PUT, path)
        .bearer_auth(&server.admin)
        .body(vec![0xff_u8; 100])
        .send()
        .await
        .unwrap();
    assert_eq!(problem(answer).await.0, StatusCode::BAD_REQUEST);
    // Requests with too large bodies or without rights are read to their end before they are refused.
    for (token, expected) in [
        (server.admin.as_str(), StatusCode::PAYLOAD_TOO_LARGE),
        ("nobody's", StatusCode::UNAUTHORIZED),
    ] {
        let request = server.request(Method::PUT, path).bearer_auth(token);
        let answer = request.body(vec![b' '; 40 * 1024 * 1024]).send().await;
        assert_eq!(problem(answer.unwrap()).await.0, expected);
    }
    assert_eq!(
        server.json("/api/collections/buildings").await["itemCount"],
        0
    );
}

#[tokio::test]
async fn a_polygon_of_ten_thousand_vertices_is_accepted() {
    let server = Server::start().await;
    let points: Vec<[f64; 2]> = (0..=10_000)
        .map(|i| {
            let a = f64::from(i % 10_000) / 10_000.0 * std::f64::consts::TAU;
            [117.13 + 0.01 * a.cos(), 39.22 + 0.01 * a.sin()]
        })
        .collect();
    let mut park = building("round", 117.13, 39.22);
    park["geometry"] = json!({"type": "Polygon", "coordinates": [points]});
    server.put("buildings", &park).await;
    let found = server
        .json("/api/collections/buildings/items?bbox=117.13,39.22,117.1301,39.2201")
        .await;
    assert_eq!(found["numberMatched"], 1);
}
