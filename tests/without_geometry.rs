//! Tests of collections whose features have no geometry (`"x-onemap-geometry": ["none"]`), in both stores.

use std::path::Path;

use onemap::model::{CollectionId, Schema};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::building;
use crate::support::feed::Feed;
use crate::support::postgres;
use crate::support::server::{Server, onemap, problem, sqlite_in, token};

fn notices() -> Value {
    json!({
        "title": "转向限制",
        "x-onemap-title-en": "Turn restrictions",
        "x-onemap-geometry": ["none"],
        "x-onemap-datetime": "since",
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "from": {"type": "string"},
            "kind": {"type": "string", "enum": ["no_left_turn", "no_u_turn"]},
            "since": {"type": "string", "format": "date"},
            "note": {"type": "string", "x-onemap-role": "officer"},
        },
    })
}

fn turn(id: &str, kind: &str, since: &str) -> Value {
    json!({"type": "Feature", "id": id, "geometry": null, "properties": {
        "name": format!("温泉路{id}"), "from": "r1", "kind": kind, "since": since, "note": "内部"}})
}

/// A configuration folder with the schema of `notices`, and with one of a collection that has geometries.
fn config(folder: &Path) -> String {
    let schemas = folder.join("schemas");
    std::fs::create_dir(&schemas).unwrap();
    std::fs::write(schemas.join("notices.json"), notices().to_string()).unwrap();
    let buildings = json!({"x-onemap-geometry": ["Polygon"]});
    std::fs::write(schemas.join("buildings.json"), buildings.to_string()).unwrap();
    folder.to_str().unwrap().to_owned()
}

/// A server on each store with three notices, the last one from a file.
async fn servers(folder: &Path) -> Vec<(Server, String)> {
    let config = config(folder);
    let (out, err, ok) = onemap(&["check", &config]);
    assert!(ok, "{out}{err}");
    let mut servers = Vec::new();
    let databases = std::iter::once(sqlite_in(folder)).chain(postgres::database());
    for database in databases {
        let server = Server::on(&database, &["--config", &config]).await;
        server
            .put("notices", &turn("t1", "no_left_turn", "2026-01-01"))
            .await;
        server
            .put("notices", &turn("t2", "no_u_turn", "2026-02-01"))
            .await;
        server
            .put("buildings", &building("b1", 117.13, 39.22))
            .await;
        servers.push((server, database));
    }
    servers
}

#[tokio::test]
async fn features_without_geometry_are_listed_and_found_but_match_no_bbox() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages: Vec<Vec<Value>> = Vec::new();
    for (server, _) in servers(folder.path()).await {
        let mut shown = Vec::new();
        for (query, ids) in [
            ("", &["t1", "t2"][..]),
            ("?limit=1", &["t1"]),
            ("?limit=1&offset=1", &["t2"]),
            ("?sortby=-since", &["t2", "t1"]),
            ("?kind=no_u_turn", &["t2"]),
            ("?datetime=2026-01-15/..", &["t2"]),
            ("?bbox=-180,-90,180,90", &[]),
            (
                "?crs=http://www.opengis.net/def/crs/EPSG/0/4490",
                &["t1", "t2"],
            ),
        ] {
            let page = server
                .json(&format!("/api/collections/notices/items{query}"))
                .await;
            let found: Vec<&str> = page["features"]
                .as_array()
                .unwrap()
                .iter()
                .map(|f| f["id"].as_str().unwrap())
                .collect();
            assert_eq!(found, ids, "{query}");
            for feature in page["features"].as_array().unwrap() {
                assert!(feature["geometry"].is_null() && feature.get("geometry").is_some());
                assert!(feature["properties"].get("note").is_none());
                shown.push(feature["properties"].clone());
            }
        }
        let all = server.json("/api/collections/notices/items?limit=1").await;
        assert_eq!(all["numberMatched"], 2);
        assert_eq!(
            server
                .ids("/api/collections/notices/items?limit=1")
                .await
                .len(),
            2
        );
        let html = server.get("/api/collections/notices/items?f=html").await;
        assert_eq!(html.status(), StatusCode::OK);
        assert!(html.text().await.unwrap().contains("t1"));
        let newest = server.json("/api/collections/notices/items/t2").await["seq"].clone();
        let found = server.search("温泉路", newest.as_u64().unwrap()).await;
        assert_eq!(found["features"].as_array().unwrap().len(), 2);
        pages.push(shown);

        let about = server.json("/api/collections/notices").await;
        assert!(
            about
                .get("extent")
                .is_none_or(|e| e.get("spatial").is_none()),
            "{about}"
        );
        assert_eq!(about["onemap"]["geometry"], json!(["none"]));
        assert_eq!(about["itemCount"], 2);
        assert!(!about.to_string().contains("tilejson"));
        let queryables = server.json("/api/collections/notices/queryables").await;
        assert!(queryables["properties"]["geometry"].is_null());
        assert!(queryables["properties"]["kind"].is_object());

        for path in [
            "/api/collections/notices/tilejson.json",
            "/api/collections/notices/tiles/WebMercatorQuad/0/0/0",
            "/api/tiles/WebMercatorQuad/0/0/0?collections=buildings,notices",
        ] {
            let (status, refused) = server.problem(path).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert!(refused["detail"].as_str().unwrap().contains("no geometry"));
        }
        let tile = server.get("/api/tiles/WebMercatorQuad/14/6248/13522").await;
        let tile = tile.bytes().await.unwrap();
        assert!(!String::from_utf8_lossy(&tile).contains("notices"));
        let near = "/api/nearest?collection=notices&lon=117.13&lat=39.22";
        let (status, refused) = server.problem(near).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(refused["detail"].as_str().unwrap().contains("no geometry"));
    }
    assert!(pages.iter().all(|p| *p == pages[0]));
}

#[tokio::test]
async fn a_geometry_is_refused_or_required_as_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    for (server, database) in servers(folder.path()).await {
        let mut placed = turn("t3", "no_u_turn", "2026-03-01");
        placed["geometry"] = json!({"type": "Point", "coordinates": [117.13, 39.22]});
        let path = "/api/collections/notices/items/t3";
        let refused = server.write(Method::PUT, path, &placed).send().await;
        let (status, refused) = problem(refused.unwrap()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused["errors"][0]["field"], "geometry");
        let mut nowhere = building("b2", 117.13, 39.22);
        nowhere["geometry"] = Value::Null;
        let path = "/api/collections/buildings/items/b2";
        let refused = server.write(Method::PUT, path, &nowhere).send().await;
        assert_eq!(
            problem(refused.unwrap()).await.0,
            StatusCode::UNPROCESSABLE_ENTITY
        );

        let file = folder.path().join("notices.geojson");
        let good = turn("t4", "no_u_turn", "2026-04-01");
        let features = json!({"type": "FeatureCollection", "features": [good, placed]});
        std::fs::write(&file, features.to_string()).unwrap();
        let rejects = folder.path().join("rejects.ndjson");
        onemap(&[
            "import",
            file.to_str().unwrap(),
            "--database",
            &database,
            "--rejects",
            rejects.to_str().unwrap(),
        ]);
        let rejects = std::fs::read_to_string(&rejects).unwrap();
        let reject: Value = serde_json::from_str(rejects.trim()).unwrap();
        assert_eq!(
            (&reject["id"], &reject["field"]),
            (&json!("t3"), &json!("geometry"))
        );
        assert_eq!(
            reject["problem"],
            "features of notices have no geometry; expected \"geometry\": null"
        );
        // Another process wrote the feature, so the server has to follow.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while server
            .get("/api/collections/notices/items/t4")
            .await
            .status()
            != StatusCode::OK
        {
            assert!(std::time::Instant::now() < deadline);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // An exported page can be imported again and changes nothing.
        let page = server.get("/api/collections/notices/items?limit=10").await;
        std::fs::write(&file, page.bytes().await.unwrap()).unwrap();
        let rejected = onemap(&["import", file.to_str().unwrap(), "--database", &database]);
        assert!(
            rejected.0.contains("0 unchanged") || rejected.2,
            "{}",
            rejected.0
        );
    }
}

#[tokio::test]
async fn a_feed_with_a_bbox_leaves_out_features_without_geometry() {
    let folder = tempfile::tempdir().unwrap();
    for (server, _) in servers(folder.path()).await {
        let everywhere = "?collections=notices,buildings&bbox=-180,-90,180,90";
        let seq = server.json("/api/collections/notices/items/t1").await["seq"].as_u64();
        let mut boxed = Feed::connect(&server.base, everywhere, None).await;
        let mut all = Feed::connect(&server.base, "?collections=notices", None).await;
        server
            .put("notices", &turn("t1", "no_u_turn", "2026-01-01"))
            .await;
        let delete = "/api/collections/notices/items/t2";
        let delete = server
            .request(Method::DELETE, delete)
            .bearer_auth(&server.admin);
        assert_eq!(
            delete.send().await.unwrap().status(),
            StatusCode::NO_CONTENT
        );
        server
            .put("buildings", &building("b2", 117.13, 39.22))
            .await;
        let event = all.next().await;
        assert_eq!(event.data["changes"][0]["id"], "t1");
        assert!(event.data["changes"][0]["feature"]["geometry"].is_null());
        assert_eq!(all.next().await.data["changes"][0]["kind"], "delete");
        assert_eq!(boxed.next().await.data["changes"][0]["id"], "b2");
        // The event is the same when the feed sends it again to a client that reconnects.
        let mut late = Feed::connect(&server.base, everywhere, seq).await;
        let told = late.next().await;
        assert_eq!(
            told.data["changes"][0]["collection"], "buildings",
            "{told:?}"
        );
    }
}

#[tokio::test]
async fn the_view_of_a_collection_without_geometry_can_be_edited() {
    let Some(database) = postgres::database() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    let server = Server::on(&database, &["--config", &config]).await;
    server
        .put("notices", &turn("t1", "no_left_turn", "2026-01-01"))
        .await;
    let mut sql = PgConnection::connect(&database).await.unwrap();
    let columns: Vec<String> = sqlx::query_scalar(
        "SELECT column_name::text FROM information_schema.columns \
         WHERE table_schema = 'map' AND table_name = 'notices' ORDER BY ordinal_position",
    )
    .fetch_all(&mut sql)
    .await
    .unwrap();
    assert_eq!(columns, ["id", "from", "kind", "name", "note", "since"]);
    for text in [
        "INSERT INTO map.notices (id, kind, name) VALUES ('t2', 'no_u_turn', '温泉路')",
        "UPDATE map.notices SET kind = 'no_u_turn' WHERE id = 't1'",
        "INSERT INTO map.notices (id, kind) VALUES ('t3', 'no_way')",
        "INSERT INTO onemap.features (collection, id, geometry) \
         VALUES ('notices', 't4', ST_SetSRID(ST_MakePoint(117, 39), 4326))",
    ] {
        sqlx::raw_sql(AssertSqlSafe(text.to_owned()))
            .execute(&mut sql)
            .await
            .unwrap();
    }
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    // The list of rows that do not fit may be newer than the map.
    while server.json("/api/collections/notices/items/t1").await["properties"]["kind"]
        != "no_u_turn"
    {
        assert!(std::time::Instant::now() < deadline, "t1 is not changed");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    loop {
        let ready = server.json("/health/ready").await;
        let named: Vec<&str> = ready["quarantined"]
            .as_array()
            .unwrap()
            .iter()
            .map(|q| q["id"].as_str().unwrap())
            .collect();
        if named == ["t3", "t4"] {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{ready}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        server.ids("/api/collections/notices/items").await,
        ["t1", "t2"]
    );
}

#[test]
fn the_documentation_says_that_there_is_no_geometry() {
    let schema = Schema::parse(&CollectionId::new("notices").unwrap(), notices()).unwrap();
    assert_eq!(schema.geometry_names(), ["none"]);
}

#[tokio::test]
async fn duties_can_be_written_by_officers_and_stewards() {
    let server = Server::start().await;
    let order = json!({"type": "Feature", "geometry": null, "properties": {
        "street": "120113001", "kind": "storm", "from": "2026-11-29T06:00:00+08:00"}});
    for (role, status) in [
        ("officer", StatusCode::CREATED),
        ("steward", StatusCode::CREATED),
        ("planner", StatusCode::FORBIDDEN),
        ("grid_worker", StatusCode::FORBIDDEN),
    ] {
        let token = token(&server.database, role);
        let path = format!("/api/collections/day_orders/items/{role}");
        let answer = server.request(Method::PUT, &path).bearer_auth(token);
        let answer = answer.json(&order).send().await.unwrap();
        assert_eq!(answer.status(), status, "{role}");
        if status == StatusCode::FORBIDDEN {
            let (_, document) = problem(answer).await;
            let detail = document["detail"].as_str().unwrap();
            assert!(detail.contains("officer or steward"), "{detail}");
        }
    }
    let public = server.ids("/api/collections/day_orders/items").await;
    assert_eq!(public, ["officer", "steward"]);
}
