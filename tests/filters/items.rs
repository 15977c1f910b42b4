//! Tests of filters in combination with the other parameters of a request for items.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::building;
use crate::support::ledger::{Ledger, a_moment};
use crate::support::server::{Server, problem, sqlite_in};

/// Nine buildings along a street, 0.01 degrees apart, of 1 to 9 levels; every third has no name.
async fn street() -> Server {
    let server = Server::start().await;
    for n in 1..=9 {
        let mut house = building(&format!("b{n}"), 117.1 + f64::from(n) * 0.01, 39.2);
        house["properties"]["levels"] = json!(n);
        if n % 3 == 0 {
            house["properties"].as_object_mut().unwrap().remove("name");
        }
        server.put("buildings", &house).await;
    }
    server
}

/// The page for a query with these parameters.
async fn page(server: &Server, collection: &str, parameters: &[(&str, &str)]) -> Value {
    let url = format!("{}/api/collections/{collection}/items", server.base);
    let answer = server
        .client
        .get(url)
        .query(parameters)
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let page: Value = answer.json().await.unwrap();
    assert_eq!(status, StatusCode::OK, "{page}");
    page
}

fn ids(page: &Value) -> Vec<&str> {
    let features = page["features"].as_array().unwrap();
    features.iter().map(|f| f["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_filter_combines_with_every_other_parameter() {
    let server = street().await;
    let tall = ("filter", "levels > 2 AND name IS NOT NULL");
    for (parameters, expected, matched) in [
        (&[tall][..], &["b4", "b5", "b7", "b8"][..], 4),
        (&[tall, ("bbox", "117.105,39,117.155,40")], &["b4", "b5"], 2),
        (&[tall, ("levels", "5")], &["b5"], 1),
        (
            &[tall, ("sortby", "-levels"), ("limit", "2")],
            &["b8", "b7"],
            4,
        ),
        (
            &[tall, ("sortby", "-levels"), ("limit", "2"), ("offset", "2")],
            &["b5", "b4"],
            4,
        ),
        (&[tall, ("offset", "1"), ("limit", "2")], &["b5", "b7"], 4),
        (&[tall, ("after", "b5")], &["b7", "b8"], 4),
        (
            &[(
                "filter",
                "S_WITHIN(geometry, BBOX(117.115,39,117.145,40)) AND levels <> 3",
            )],
            &["b2", "b4"],
            2,
        ),
        (
            // Two boxes, one of them in the other half of the street, and a condition on the names.
            &[
                (
                    "filter",
                    "S_INTERSECTS(geometry, BBOX(117.1,39,117.115,40)) OR S_INTERSECTS(BBOX(117.19,39,117.2,40), geom)",
                ),
                ("bbox", "117.1,39,117.5,40"),
            ],
            &["b1", "b9"],
            2,
        ),
        (
            &[(
                "filter",
                "S_INTERSECTS(geometry, BBOX(117.1,39,117.115,40)) AND S_INTERSECTS(geometry, BBOX(117.19,39,117.2,40))",
            )],
            &[],
            0,
        ),
        (
            &[
                (
                    "filter",
                    "S_CONTAINS(BBOX(39,117.105,40,117.125), geometry)",
                ),
                ("filter-crs", "http://www.opengis.net/def/crs/EPSG/0/4326"),
            ],
            &["b1", "b2"],
            2,
        ),
        (
            &[
                (
                    "filter",
                    r#"{"op":"like","args":[{"property":"name"},"温泉%b_号楼"]}"#,
                ),
                ("filter-lang", "cql2-json"),
                ("limit", "1"),
            ],
            &["b1"],
            6,
        ),
    ] {
        let page = page(&server, "buildings", parameters).await;
        assert_eq!(ids(&page), expected, "{parameters:?}");
        assert_eq!(page["numberMatched"], matched, "{parameters:?}");
    }
    // The link to the next page keeps the filter, with and without `sortby`.
    let all = "/api/collections/buildings/items?limit=1&filter=levels%20%3E%202";
    assert_eq!(
        server.ids(all).await,
        ["b3", "b4", "b5", "b6", "b7", "b8", "b9"]
    );
    let sorted = format!("{all}&sortby=-levels");
    assert_eq!(server.ids(&sorted).await[..3], ["b9", "b8", "b7"]);
    let html = server.get(&format!("{all}&f=html")).await;
    assert_eq!(html.status(), StatusCode::OK);
    // A different filter gives a different entity tag, and the same filter the same tag.
    let tag = async |filter: &str| {
        let path = format!("/api/collections/buildings/items?filter={filter}");
        server.get(&path).await.headers()["etag"].clone()
    };
    assert_eq!(tag("levels=1").await, tag("levels=1").await);
    assert_ne!(tag("levels=1").await, tag("levels=2").await);
}

#[tokio::test]
async fn an_invalid_filter_is_refused_with_the_position_of_the_error() {
    let server = street().await;
    for (query, parameter, member, said) in [
        (
            "filter=levels%20%3E%20abc",
            "filter",
            json!({"position": 10}),
            "Invalid filter at character 10: there is no queryable property \"abc\" in this collection; see \
             …/buildings/queryables.",
        ),
        (
            "filter=levels%20%3E",
            "filter",
            json!({"position": 9}),
            "found the end",
        ),
        ("filter=", "filter", json!({"position": 1}), "found the end"),
        (
            "filter-lang=cql2-json&filter=%7B%22op%22:%22not%22,%22args%22:[5]%7D",
            "filter",
            json!({"pointer": "/args/0"}),
            "expected a boolean, found a number",
        ),
        (
            "filter=true&filter-lang=cql",
            "filter-lang",
            json!({}),
            "cql2-text or cql2-json",
        ),
        (
            "filter=true&filter-crs=EPSG:4326",
            "filter-crs",
            json!({}),
            "URI",
        ),
        ("filter=true&filter=false", "filter", json!({}), "repeated"),
    ] {
        let path = format!("/api/collections/buildings/items?{query}");
        let (status, document) = problem(server.get(&path).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(document["parameter"], parameter, "{query}");
        assert!(
            document["detail"].as_str().unwrap().contains(said),
            "{document}"
        );
        for (name, value) in member.as_object().unwrap() {
            assert_eq!(&document[name], value, "{query}");
        }
    }
}

#[tokio::test]
async fn collections_without_geometry_are_filtered_by_their_properties() {
    let folder = tempfile::tempdir().unwrap();
    let schemas = folder.path().join("schemas");
    std::fs::create_dir(&schemas).unwrap();
    let schema = json!({
        "x-onemap-geometry": ["none"],
        "x-onemap-datetime": "since",
        "properties": {
            "kind": {"type": "string"},
            "since": {"type": "string", "format": "date"},
            "lanes": {"type": "array", "items": {"type": "integer"}},
        },
    });
    std::fs::write(schemas.join("notices.json"), schema.to_string()).unwrap();
    let config = folder.path().to_str().unwrap();
    let server = Server::on(&sqlite_in(folder.path()), &["--config", config]).await;
    for (id, kind, since, lanes) in [
        ("t1", "no_left_turn", "2026-01-01", json!([1, 2])),
        ("t2", "no_u_turn", "2026-02-01", json!([2, 3])),
    ] {
        let properties = json!({"kind": kind, "since": since, "lanes": lanes});
        let turn = json!({"type": "Feature", "id": id, "geometry": null, "properties": properties});
        server.put("notices", &turn).await;
    }
    for (filter, expected) in [
        ("kind LIKE 'no%'", &["t1", "t2"][..]),
        ("T_AFTER(since, DATE('2026-01-15'))", &["t2"]),
        ("A_CONTAINS(lanes, (3))", &["t2"]),
        (
            "since BETWEEN DATE('2026-01-01') AND DATE('2026-01-31')",
            &["t1"],
        ),
    ] {
        let page = page(&server, "notices", &[("filter", filter)]).await;
        assert_eq!(ids(&page), expected, "{filter}");
    }
    let both = [("filter", "kind LIKE 'no%'"), ("datetime", "2026-01-15/..")];
    assert_eq!(ids(&page(&server, "notices", &both).await), ["t2"]);
    // Features without geometry cannot be filtered by geometry.
    let path = "/api/collections/notices/items?filter=S_INTERSECTS(geometry,POINT(1%202))";
    let (status, document) = problem(server.get(path).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        document["detail"]
            .as_str()
            .unwrap()
            .contains("no queryable property \"geometry\"")
    );
}

#[tokio::test]
async fn cases_are_filtered_like_the_items_of_any_collection() {
    let ledger = Ledger::start().await;
    for category in ["other", "corridor_clutter"] {
        let case = json!({"building": "b1", "category": category});
        ledger.report(Some(&ledger.worker), case).await;
    }
    let past = format!("as_of={}&", a_moment().await);
    for query in ["", "open=true&", &past] {
        let path = format!("/api/warnings?{query}filter=category%20=%20%27other%27");
        let asked = ledger.server.request(reqwest::Method::GET, &path);
        let answer = asked.bearer_auth(&ledger.officer).send().await.unwrap();
        let page: Value = answer.json().await.unwrap();
        assert_eq!(page["numberMatched"], 1, "{query}: {page}");
        assert_eq!(page["features"][0]["properties"]["category"], "other");
    }
    let sheet = "/api/warnings?f=csv&filter=category%20=%20%27other%27";
    let asked = ledger.server.request(reqwest::Method::GET, sheet);
    let text = asked.bearer_auth(&ledger.officer).send().await.unwrap();
    assert_eq!(text.text().await.unwrap().lines().count(), 2);
}
