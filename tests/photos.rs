//! Photos and accounts over HTTP: who may send, who may see, and how much.

use axum::http::StatusCode;
use geo_types::point;
use onemap::live::receipt_hash;
use onemap::model::{Author, Body, Change, Edit, Properties};
use onemap::store::Store;
use reqwest::Method;
use serde_json::{Value, json};

use crate::store_suite::{id, name};
use crate::support::server::{Server, onemap, token};

/// A PNG of 640 × 480 pixels.
fn png() -> Vec<u8> {
    let image = image::RgbImage::from_fn(640, 480, |x, y| image::Rgb([x as u8, y as u8, 9]));
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[tokio::test]
async fn a_photo_is_seen_by_staff_and_by_who_has_the_receipt() {
    let server = Server::start().await;
    let send = |bytes: Vec<u8>| server.request(Method::POST, "/api/photos").body(bytes);
    let first = send(png()).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    let first: Value = first.json().await.unwrap();
    assert_eq!(
        (&first["width"], &first["height"]),
        (&json!(640), &json!(480))
    );
    let again: Value = send(png()).send().await.unwrap().json().await.unwrap();
    assert_eq!(again, first);
    let path = format!("/api/photos/{}", first["id"].as_str().unwrap());

    // It belongs to a case whose receipt somebody has.
    let store = Store::open(&server.database).await.unwrap();
    let case = id("w-1");
    let properties = json!({"ledger": {"receipt_sha256": receipt_hash("or_mine")}});
    let change = Change {
        collection: name("warnings"),
        id: case.clone(),
        body: Some(Body {
            geometry: Some(point!(x: 117.13, y: 39.22).into()),
            properties: Properties::parse(&properties.to_string()).unwrap(),
        }),
    };
    let edit = Edit::new(Author::system(), vec![change]);
    let seq = store.commit(edit).await.unwrap().seq;
    let photos = [first["id"].as_str().unwrap().to_owned()];
    assert!(
        store
            .attach_photos(&case, &photos)
            .await
            .unwrap()
            .is_empty()
    );
    server.get(&format!("/api/collections?min-seq={seq}")).await;

    let status = async |path: &str| server.get(path).await.status();
    assert_eq!(status(&path).await, StatusCode::UNAUTHORIZED);
    let stolen = format!("{path}?receipt=or_another");
    assert_eq!(status(&stolen).await, StatusCode::NOT_FOUND);
    let mine = server
        .get(&format!("{path}?receipt=or_mine&size=thumb"))
        .await;
    assert_eq!(mine.status(), StatusCode::OK);
    assert_eq!(mine.headers()["content-type"], "image/jpeg");
    let thumb = image::load_from_memory(&mine.bytes().await.unwrap()).unwrap();
    assert_eq!((thumb.width(), thumb.height()), (320, 240));
    for (role, expected) in [
        ("rider", StatusCode::FORBIDDEN),
        ("grid_worker", StatusCode::OK),
    ] {
        let token = token(&server.database, role);
        let request = server.request(Method::GET, &path).bearer_auth(token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), expected, "{role}");
    }

    let text = send(b"<svg/>".to_vec()).send().await.unwrap();
    assert_eq!(text.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = send(vec![0xff; 9 * 1024 * 1024]).send().await;
    // The server may close the line before all of it is sent.
    assert!(large.is_err() || large.unwrap().status() == StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn who_has_no_account_sends_only_so_many_photos() {
    let server = Server::start().await;
    let send = || server.request(Method::POST, "/api/photos").body("nothing");
    let mut last = send().send().await.unwrap();
    for _ in 0..40 {
        if last.status() == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        last = send().send().await.unwrap();
    }
    assert_eq!(last.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = last.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=11).contains(&wait));
    // Staff are not limited; nor does an address that somebody made up help.
    let worker = token(&server.database, "grid_worker");
    let staff = send().bearer_auth(worker).send().await.unwrap();
    assert_eq!(staff.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let lying = send().header("x-forwarded-for", "203.0.113.77");
    let lying = lying.send().await.unwrap();
    assert_eq!(lying.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_session_says_the_unit_and_the_communities_of_its_account() {
    let server = Server::start().await;
    let (secret, err, ok) = onemap(&[
        "token",
        "create",
        "--role",
        "grid_worker",
        "--name",
        "小李",
        "--unit",
        "u-7",
        "--communities",
        "c1, c2",
        "--database",
        &server.database,
    ]);
    assert!(ok, "{err}");
    let request = server.request(Method::GET, "/api/session");
    let answer = request.bearer_auth(secret.trim()).send().await.unwrap();
    let session: Value = answer.json().await.unwrap();
    assert_eq!(
        (&session["unit"], &session["account"]),
        (&json!("u-7"), &json!("小李"))
    );
    assert_eq!(session["communities"], json!(["c1", "c2"]));
    let nobody = server.json("/api/session").await;
    assert!(nobody["unit"].is_null());
    assert_eq!(nobody["communities"], json!([]));
    let (list, _, _) = onemap(&["token", "list", "--database", &server.database]);
    assert!(
        list.contains("unit u-7") && list.contains("communities c1,c2"),
        "{list}"
    );
}
