//! Tests of writes by accounts that see only a part of a feature.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::edited_rules;
use crate::support::server::{Server, problem, sqlite_in, token};

/// A map with a collection that grid workers may write, and of which only officers see all properties.
async fn map() -> (Server, tempfile::TempDir) {
    let folder = edited_rules(&[]);
    let schema = json!({
        "title": "摊位", "x-onemap-title-en": "Stalls", "type": "object",
        "x-onemap-geometry": ["Point"], "x-onemap-write-role": "grid_worker",
        "properties": {
            "name": {"type": "string"},
            "owner": {"type": "string", "x-onemap-role": "officer"},
            "photos": {"type": "array", "items": {"type": "string"}, "x-onemap-photos": true},
            "evidence": {"type": "array", "items": {"type": "string"}, "x-onemap-photos": true,
                         "x-onemap-role": "grid_worker"},
        },
    });
    let path = folder.path().join("schemas/stalls.json");
    std::fs::write(path, schema.to_string()).unwrap();
    let database = sqlite_in(folder.path());
    let config = folder.path().to_str().unwrap();
    let server = Server::on(&database, &["--config", config]).await;
    (server, folder)
}

fn stall(properties: Value) -> Value {
    json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [117.13, 39.22]},
           "properties": properties})
}

const ITEM: &str = "/api/collections/stalls/items/s1";

#[tokio::test]
async fn a_property_that_the_caller_does_not_see_is_kept_and_cannot_be_set() {
    let (server, _folder) = map().await;
    let worker = token(&server.database, "grid_worker");
    let officer = token(&server.database, "officer");
    let write = |method, token: &str, body: &Value| {
        let request = server.request(method, ITEM).bearer_auth(token);
        request.json(body).send()
    };
    let read = async |token: &str| {
        let answer = server.request(Method::GET, ITEM).bearer_auth(token);
        let answer = answer.send().await.unwrap();
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let feature: Value = answer.json().await.unwrap();
        (feature["properties"].clone(), tag)
    };
    let made = stall(json!({"name": "早点摊", "owner": "王某"}));
    let answer = write(Method::PUT, &officer, &made).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);

    // They can write back what they read, and nothing is lost.
    let (seen, tag) = read(&worker).await;
    assert_eq!(seen, json!({"name": "早点摊"}));
    let put = server
        .request(Method::PUT, ITEM)
        .bearer_auth(&worker)
        .header("if-match", &tag)
        .json(&stall(json!({"name": "煎饼摊"})));
    let answer = put.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let fresh = answer.headers()["etag"].to_str().unwrap().to_owned();
    let said: Value = answer.json().await.unwrap();
    assert_eq!(said["properties"], json!({"name": "煎饼摊"}));
    assert_eq!(read(&worker).await.1, fresh);
    let kept = json!({"name": "煎饼摊", "owner": "王某"});
    assert_eq!(read(&officer).await.0, kept);
    let stale = server
        .request(Method::PUT, ITEM)
        .bearer_auth(&worker)
        .header("if-match", &tag)
        .json(&stall(json!({"name": "x"})));
    let (status, _) = problem(stale.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::PRECONDITION_FAILED);

    // A body with the hidden property is refused with the same text for right and wrong values, so it reveals
    // nothing.
    let mut told = Vec::new();
    for owner in [json!("王某"), json!("李某"), json!(null)] {
        let patch = json!({"properties": {"owner": owner}});
        for (method, body) in [
            (Method::PUT, stall(json!({"name": "x", "owner": owner}))),
            (Method::PATCH, patch),
        ] {
            let (status, said) = problem(write(method, &worker, &body).await.unwrap()).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{body}");
            told.push(said["detail"].as_str().unwrap().to_owned());
        }
        let post = server
            .request(Method::POST, "/api/collections/stalls/items")
            .bearer_auth(&worker)
            .json(&stall(json!({"owner": owner})));
        let (status, said) = problem(post.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        told.push(said["detail"].as_str().unwrap().to_owned());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("officer"), "{told:?}");

    let patch = json!({"properties": {"name": "面摊"}});
    let answer = write(Method::PATCH, &worker, &patch).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let kept = json!({"name": "面摊", "owner": "王某"});
    assert_eq!(read(&officer).await.0, kept);
    // An account that sees the property can remove it.
    let answer = write(Method::PUT, &officer, &stall(json!({"name": "面摊"})));
    assert_eq!(answer.await.unwrap().status(), StatusCode::OK);
    assert_eq!(read(&officer).await.0, json!({"name": "面摊"}));
}

#[tokio::test]
async fn features_of_any_collection_can_have_photos() {
    let (server, _folder) = map().await;
    let (worker, other) = (
        token(&server.database, "grid_worker"),
        token(&server.database, "officer"),
    );
    let upload = async || -> Value {
        let request = server
            .request(Method::POST, "/api/photos")
            .bearer_auth(&worker);
        let request = request.body(crate::support::ledger::png(7));
        request.send().await.unwrap().json().await.unwrap()
    };
    let (one, two) = (upload().await, upload().await);
    let put = async |token: &str, photos: Value| {
        let body = stall(json!({"name": "摊", "photos": photos}));
        let request = server.request(Method::PUT, ITEM).bearer_auth(token);
        request.json(&body).send().await.unwrap()
    };
    let (status, said) = problem(put(&other, json!([one["id"]])).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(said["errors"][0]["field"], "photos");
    let path = format!("/api/photos/{}", one["id"].as_str().unwrap());
    assert_ne!(server.get(&path).await.status(), StatusCode::OK);

    let claimed = json!({"id": one["id"], "claim": one["claim"]});
    let answer = put(&other, json!([claimed])).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let said: Value = answer.json().await.unwrap();
    assert_eq!(said["properties"]["photos"], json!([one["id"]]));
    // The list of photos is public, so the photos in it are too.
    assert_eq!(server.get(&path).await.status(), StatusCode::OK);
    let answer = put(&worker, json!([one["id"], two["id"]])).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = put(&worker, json!([two["id"]])).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_ne!(server.get(&path).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_photo_in_a_protected_list_cannot_be_added_to_a_more_public_list() {
    let (server, _folder) = map().await;
    let worker = token(&server.database, "grid_worker");
    let sent = server
        .request(Method::POST, "/api/photos")
        .bearer_auth(&worker);
    let sent = sent
        .body(crate::support::ledger::png(7))
        .send()
        .await
        .unwrap();
    let photo: Value = sent.json().await.unwrap();
    let path = format!("/api/photos/{}", photo["id"].as_str().unwrap());
    let put = async |properties: Value| {
        let request = server.request(Method::PUT, ITEM).bearer_auth(&worker);
        request.json(&stall(properties)).send().await.unwrap()
    };
    let id = &photo["id"];
    assert_eq!(
        put(json!({"evidence": [id]})).await.status(),
        StatusCode::CREATED
    );
    let seen = async |token: Option<&str>| {
        let request = server.request(Method::GET, &path);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap().status()
    };
    assert_eq!(seen(Some(&worker)).await, StatusCode::OK);
    assert_eq!(seen(None).await, StatusCode::UNAUTHORIZED);

    // Nobody can link the photo to the public list, not even its uploader: not in addition to the other list, not
    // instead of it, and not after it was removed from the other list.
    let refused = async |properties: Value| {
        let (status, said) = problem(put(properties).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(
            said["detail"].as_str().unwrap().contains("another list"),
            "{said}"
        );
        assert_eq!(seen(None).await, StatusCode::UNAUTHORIZED);
    };
    let claimed = json!({"id": id, "claim": photo["claim"]});
    refused(json!({"evidence": [id], "photos": [id]})).await;
    refused(json!({"photos": [claimed]})).await;
    assert_eq!(put(json!({"name": "摊"})).await.status(), StatusCode::OK);
    refused(json!({"photos": [id]})).await;
    assert_eq!(
        put(json!({"evidence": [id]})).await.status(),
        StatusCode::OK
    );

    // If plain SQL adds the photo to a public list too, seeing it requires the roles of both lists.
    let store = onemap::store::Store::open(&server.database).await.unwrap();
    let change = onemap::model::Change {
        collection: onemap::model::CollectionId::new("stalls").unwrap(),
        id: onemap::model::FeatureId::new("s1").unwrap(),
        body: Some(onemap::model::Body {
            geometry: Some(geo_types::point!(x: 117.13, y: 39.22).into()),
            properties: onemap::model::Properties::from_map(
                json!({"evidence": [id], "photos": [id]})
                    .as_object()
                    .unwrap()
                    .clone(),
            )
            .unwrap(),
        }),
    };
    let edit = onemap::model::Edit::new(onemap::model::Author::system(), vec![change]);
    let seq = store.commit(edit).await.unwrap().seq;
    server.get(&format!("/api/collections?min-seq={seq}")).await;
    assert_eq!(seen(None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(seen(Some(&worker)).await, StatusCode::OK);
}
