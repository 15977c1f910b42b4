//! Tests of features over HTTP: writing, reading, paging, caching, protection.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::server::{Server, problem, token};
use crate::support::{building, gate};

const ITEMS: &str = "/api/collections/buildings/items";

#[tokio::test]
async fn a_feature_lives_from_post_to_delete() {
    let server = Server::start().await;
    let made = server
        .write(Method::POST, ITEMS, &building("b1", 117.13, 39.22))
        .send()
        .await
        .unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
    let place = made.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(place, format!("{}{ITEMS}/b1", server.base));

    let read = server.get(&format!("{ITEMS}/b1")).await;
    let tag = read.headers()["etag"].to_str().unwrap().to_owned();
    let feature: Value = read.json().await.unwrap();
    assert_eq!(feature["properties"]["name"], "温泉花园b1号楼");

    // A repeated request with the entity tag is answered with 304 and without a body.
    let held = server
        .request(Method::GET, &format!("{ITEMS}/b1"))
        .header("If-None-Match", &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(held.status(), StatusCode::NOT_MODIFIED);

    let patch = json!({"properties": {"levels": 11, "name": null}});
    let changed = server
        .write(Method::PATCH, &format!("{ITEMS}/b1"), &patch)
        .header("If-Match", &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(changed.status(), StatusCode::OK);
    let feature: Value = changed.json().await.unwrap();
    assert_eq!(feature["properties"], json!({"levels": 11}));

    let renamed = server
        .write(Method::PATCH, &format!("{ITEMS}/b1"), &json!({"id": "b2"}))
        .send()
        .await
        .unwrap();
    assert_eq!(problem(renamed).await.0, StatusCode::UNPROCESSABLE_ENTITY);

    // A client that read the feature before that change cannot overwrite it.
    let late = server
        .write(
            Method::PUT,
            &format!("{ITEMS}/b1"),
            &building("b1", 117.14, 39.22),
        )
        .header("If-Match", &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(problem(late).await.0, StatusCode::PRECONDITION_FAILED);

    let again = server
        .write(Method::POST, ITEMS, &building("b1", 117.13, 39.22))
        .send()
        .await
        .unwrap();
    assert_eq!(problem(again).await.0, StatusCode::CONFLICT);

    let gone = server
        .request(Method::DELETE, &format!("{ITEMS}/b1"))
        .bearer_auth(&server.admin)
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        server.problem(&format!("{ITEMS}/b1")).await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn concurrent_patches_are_all_applied() {
    let server = Server::start().await;
    server
        .put("buildings", &building("b1", 117.13, 39.22))
        .await;
    let path = format!("{ITEMS}/b1");
    let patches = (0..8).map(|i| {
        let patch = json!({"properties": {format!("mark{i}"): i}});
        server.write(Method::PATCH, &path, &patch).send()
    });
    for answer in futures_util::future::join_all(patches).await {
        assert_eq!(answer.unwrap().status(), StatusCode::OK);
    }
    let properties = server.json(&path).await["properties"].take();
    for i in 0..8 {
        assert_eq!(properties[format!("mark{i}")], i, "{properties}");
    }
}

#[tokio::test]
async fn pages_by_key_contain_every_feature_once_despite_other_writes() {
    let server = Server::start().await;
    for i in 0..25 {
        server
            .put(
                "buildings",
                &building(&format!("b{i:02}"), 117.0 + f64::from(i) * 0.001, 39.2),
            )
            .await;
    }
    let first = server.json(&format!("{ITEMS}?limit=10")).await;
    assert_eq!(first["numberMatched"], 25);
    assert_eq!(first["numberReturned"], 10);
    // Two features are written between two pages: one before the end of the first page, and one after it.
    server.put("buildings", &building("a", 117.0, 39.2)).await;
    server
        .put("buildings", &building("b155", 117.0, 39.2))
        .await;
    let next = first["links"]
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["rel"] == "next")
        .unwrap()["href"]
        .as_str()
        .unwrap()
        .to_owned();
    let rest = server.ids(next.strip_prefix(&server.base).unwrap()).await;
    assert_eq!(rest.len(), 16, "{rest:?}");
    assert!(rest.contains(&"b155".to_owned()) && !rest.contains(&"a".to_owned()));

    let all = server
        .ids(&format!("{ITEMS}?limit=4&bbox=117.0,39,117.0105,40"))
        .await;
    assert!(all.len() > 8, "three pages at least: {all:?}");
    let mut sorted = all.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(all, sorted);
    let some = server
        .ids(&format!("{ITEMS}?levels=6&sortby=-name&limit=7"))
        .await;
    assert_eq!(some.len(), 27);
    assert_eq!(server.ids(&format!("{ITEMS}?levels=7")).await.len(), 0);
}

#[tokio::test]
async fn features_with_a_time_are_found_by_datetime() {
    let server = Server::start().await;
    for (id, opened) in [
        ("a", Some("2026-05-01")),
        ("b", Some("2026-06-01")),
        ("c", None),
    ] {
        let mut park = building(id, 117.13, 39.22);
        park["properties"] = json!({"name": id, "opened_on": opened});
        server.put("pocket_parks", &park).await;
    }
    for (datetime, expected) in [
        ("2026-05-01", &["a"][..]),
        ("../2026-05-31", &["a"][..]),
        ("2026-05-01T12:00:00Z/..", &["a", "b"][..]),
        ("2027-01-01/..", &[][..]),
    ] {
        let path = format!("/api/collections/pocket_parks/items?datetime={datetime}");
        assert_eq!(server.ids(&path).await, expected, "{datetime}");
    }
    let parks = server.json("/api/collections/pocket_parks").await;
    assert!(
        parks["extent"]["temporal"]["interval"].is_array(),
        "{parks}"
    );
}

#[tokio::test]
async fn filtered_and_sorted_pages_equal_filtering_and_sorting_all_features() {
    let server = Server::start().await;
    for i in 0..30_u32 {
        let mut made = building(&format!("b{i:02}"), 117.0 + f64::from(i) * 0.001, 39.2);
        let properties = made["properties"].as_object_mut().unwrap();
        // Names that contain parts of other names, or characters that JSON escapes.
        let name = ["a", "ab", "\"levels\":6", "引号\"\\和\n换行", "a"][i as usize % 5];
        properties.insert("name".into(), json!(name));
        properties.insert("elevator".into(), json!(i % 3 == 0));
        match i % 4 {
            0 => _ = properties.remove("levels"),
            n => _ = properties.insert("levels".into(), json!([6, 11, 18][n as usize - 1])),
        }
        server.put("buildings", &made).await;
    }
    let all = server.json(&format!("{ITEMS}?limit=100")).await;
    let all = all["features"].as_array().unwrap();
    let ids = |wanted: &dyn Fn(&Value) -> bool| -> Vec<String> {
        let found = all.iter().filter(|f| wanted(&f["properties"]));
        found
            .map(|f| f["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let ask = async |query: &str| server.ids(&format!("{ITEMS}?{query}&limit=4")).await;
    assert_eq!(ask("name=a").await, ids(&|p| p["name"] == "a"));
    assert_eq!(
        ask("name=a&levels=6.0").await,
        ids(&|p| p["name"] == "a" && p["levels"] == 6)
    );
    assert_eq!(
        ask("name=%22levels%22%3A6").await,
        ids(&|p| p["name"] == "\"levels\":6")
    );
    let strange = "name=%E5%BC%95%E5%8F%B7%22%5C%E5%92%8C%0A%E6%8D%A2%E8%A1%8C";
    assert_eq!(ask(strange).await.len(), 6);
    assert_eq!(ask("elevator=true").await, ids(&|p| p["elevator"] == true));
    assert_eq!(ask("levels=7").await, [""; 0]);

    // Missing values sort last, or first in descending order. Equal values are sorted by id.
    let levels = |id: &String| {
        let feature = all.iter().find(|f| f["id"] == id.as_str()).unwrap();
        feature["properties"]["levels"].as_u64().unwrap_or(99)
    };
    let mut up = ids(&|_| true);
    up.sort_by_key(|id| (levels(id), id.clone()));
    assert_eq!(ask("sortby=levels").await, up);
    let mut down = up;
    down.sort_by_key(|id| (99 - levels(id), id.clone()));
    assert_eq!(ask("sortby=-levels").await, down);
    let mut both = ids(&|p| p["elevator"] == false);
    let name = |id: &String| {
        let feature = all.iter().find(|f| f["id"] == id.as_str()).unwrap();
        feature["properties"]["name"].as_str().unwrap().to_owned()
    };
    both.sort_by_key(|id| (99 - levels(id), name(id), id.clone()));
    assert_eq!(ask("elevator=false&sortby=-levels,name").await, both);
}

#[tokio::test]
async fn protected_properties_are_visible_from_their_role_and_cannot_be_probed() {
    let server = Server::start().await;
    server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    let path = "/api/collections/entrances/items/g1";
    let public = server.json(path).await;
    assert_eq!(
        public["properties"],
        json!({"kind": "gate", "name": "东门"})
    );
    let rider = token(&server.database, "rider");
    let ridden = server.request(Method::GET, path).bearer_auth(&rider);
    let ridden: Value = ridden.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        ridden["properties"],
        json!({"kind": "gate", "name": "东门", "access_note": "按门铃"})
    );
    let steward = token(&server.database, "steward");
    let seen = server
        .request(Method::GET, path)
        .bearer_auth(&steward)
        .send()
        .await
        .unwrap();
    assert!(
        seen.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("private")
    );
    let seen: Value = seen.json().await.unwrap();
    assert_eq!(seen["properties"]["access_code"], "0000#");

    for probe in [
        "?access_code=0000%23",
        "?sortby=access_code",
        "?properties=access_code",
    ] {
        let (status, said) = server
            .problem(&format!("/api/collections/entrances/items{probe}"))
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(!said.to_string().contains("0000#"));
    }
    for document in ["schema", "queryables", "tilejson.json"] {
        let text = server
            .json(&format!("/api/collections/entrances/{document}"))
            .await
            .to_string();
        assert!(!text.contains("access_code"), "{document}");
    }
    let tile = server
        .get("/api/collections/entrances/tiles/WebMercatorQuad/17/49989/108181")
        .await;
    let tile = String::from_utf8_lossy(&tile.bytes().await.unwrap()).into_owned();
    assert!(tile.contains("东门") && !tile.contains("0000#"));
}

#[tokio::test]
async fn roles_decide_who_may_write() {
    let server = Server::start().await;
    let body = building("b1", 117.13, 39.22);
    let path = format!("{ITEMS}/b1");
    let nobody = server
        .request(Method::PUT, &path)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(problem(nobody).await.0, StatusCode::UNAUTHORIZED);
    for (role, expected) in [
        ("rider", StatusCode::FORBIDDEN),
        ("officer", StatusCode::FORBIDDEN),
        ("steward", StatusCode::CREATED),
    ] {
        let token = token(&server.database, role);
        let answer = server
            .request(Method::PUT, &path)
            .bearer_auth(&token)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), expected, "{role}");
    }
    let wrong = server
        .request(Method::GET, ITEMS)
        .bearer_auth("om_wrong")
        .send()
        .await
        .unwrap();
    assert_eq!(problem(wrong).await.0, StatusCode::UNAUTHORIZED);
    let ledger = server
        .write(Method::POST, "/api/collections/warnings/items", &body)
        .send()
        .await
        .unwrap();
    let (status, said) = problem(ledger).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(said["detail"].as_str().unwrap().contains("/api/warnings"));
}

#[tokio::test]
async fn a_token_becomes_a_session_that_other_sites_cannot_use() {
    let server = Server::start().await;
    let signed = server
        .request(Method::POST, "/api/session")
        .json(&json!({"token": server.admin}))
        .send()
        .await
        .unwrap();
    let cookie = signed.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let me = server
        .request(Method::GET, "/api/session")
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(me.json::<Value>().await.unwrap()["role"], "admin");

    let elsewhere = server
        .request(Method::POST, "/api/session")
        .header("sec-fetch-site", "cross-site")
        .json(&json!({"token": server.admin}))
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), StatusCode::FORBIDDEN);

    let path = format!("{ITEMS}/b1");
    let write = |origin: &str| {
        server
            .request(Method::PUT, &path)
            .header("cookie", &cookie)
            .header("origin", origin)
            .json(&building("b1", 117.13, 39.22))
            .send()
    };
    assert_eq!(
        write("https://evil.example").await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        write(&server.base).await.unwrap().status(),
        StatusCode::CREATED
    );

    server
        .request(Method::DELETE, "/api/session")
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    let me = server
        .request(Method::GET, "/api/session")
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(me.json::<Value>().await.unwrap()["role"], "public");
}

#[tokio::test]
async fn coordinates_are_returned_in_the_requested_system_and_its_axis_order() {
    let server = Server::start().await;
    server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    let base = "http://www.opengis.net/def/crs";
    let at = |crs: &'static str| {
        let path = format!("/api/collections/entrances/items?crs={base}/{crs}");
        let server = &server;
        async move {
            let response = server.get(&path).await;
            let said = response.headers()["content-crs"]
                .to_str()
                .unwrap()
                .to_owned();
            assert_eq!(said, format!("<{base}/{crs}>"));
            let page: Value = response.json().await.unwrap();
            let place = page["features"][0]["geometry"]["coordinates"].clone();
            (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
        }
    };
    assert_eq!(at("OGC/1.3/CRS84").await, (117.13, 39.22));
    assert_eq!(at("EPSG/0/4326").await, (39.22, 117.13));
    let (x, y) = at("EPSG/0/3857").await;
    assert!(
        (x - 13_038_851.9).abs() < 1.0 && (y - 4_753_378.0).abs() < 5_000.0,
        "{x} {y}"
    );
    let found = server
        .json(&format!(
            "/api/collections/entrances/items?bbox=39,117,40,118&bbox-crs={base}/EPSG/0/4326"
        ))
        .await;
    assert_eq!(found["numberMatched"], 1);
}

#[tokio::test]
async fn a_tile_is_never_older_than_the_last_write() {
    let server = Server::start().await;
    let tile = "/api/collections/buildings/tiles/WebMercatorQuad/15/12497/27045";
    let empty = server.get(tile).await.bytes().await.unwrap();
    assert!(empty.is_empty());
    let (lon, lat) = (117.13, 39.22);
    server.put("buildings", &building("b1", lon, lat)).await;
    let first = server.get(tile).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let first = first.bytes().await.unwrap();
    assert!(
        String::from_utf8_lossy(&first).contains("b1"),
        "the tile holds the building"
    );
    // A write outside of a tile changes neither the tile nor its tag.
    server.put("buildings", &building("far", 10.0, 50.0)).await;
    let held = server
        .request(Method::GET, tile)
        .header("If-None-Match", &tag)
        .send()
        .await
        .unwrap();
    assert_eq!(held.status(), StatusCode::NOT_MODIFIED);
    for round in 0..20 {
        let mut moved = building("b1", lon + f64::from(round) * 1e-5, lat);
        moved["properties"]["name"] = json!(format!("第{round}次"));
        server.put("buildings", &moved).await;
        let bytes = server.get(tile).await.bytes().await.unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(&format!("第{round}次")));
    }
}

#[tokio::test]
async fn nearest_is_measured_in_metres_and_not_in_degrees() {
    let server = Server::start().await;
    // At 39° N, one degree of longitude is 86 km and one degree of latitude 111 km.
    server.put("entrances", &gate("east", 117.011, 39.0)).await;
    server.put("entrances", &gate("north", 117.0, 39.01)).await;
    let found = server
        .json("/api/nearest?collection=entrances&lon=117&lat=39&k=2")
        .await;
    let ids: Vec<&str> = found["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["east", "north"]);
    let metres = found["features"][0]["properties"]["distance_m"]
        .as_f64()
        .unwrap();
    assert!((metres - 952.8).abs() < 1.0, "{metres}");
}

#[tokio::test]
async fn every_link_leads_to_a_resource() {
    let server = Server::start().await;
    server
        .put("buildings", &building("楼/1 ü", 117.13, 39.22))
        .await;
    let mut waiting = vec![format!("{}/api/", server.base)];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(url) = waiting.pop() {
        if !seen.insert(url.clone()) || !url.starts_with(&server.base) || url.ends_with("/docs") {
            continue;
        }
        let response = server.client.get(&url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let text = response.text().await.unwrap();
        if kind.contains("json") {
            let document: Value = serde_json::from_str(&text).unwrap();
            let mut links = document["links"].as_array().cloned().unwrap_or_default();
            for c in document["collections"].as_array().into_iter().flatten() {
                links.extend(c["links"].as_array().cloned().unwrap_or_default());
            }
            waiting.extend(
                links
                    .iter()
                    .filter_map(|l| l["href"].as_str().map(str::to_owned)),
            );
        }
    }
    assert!(seen.len() > 60, "{}", seen.len());
    let document = server.json("/api/openapi.json").await;
    assert_eq!(document["openapi"], "3.0.3");
    assert!(document["paths"]["/api/collections/{collectionId}/items"]["get"].is_object());
}
