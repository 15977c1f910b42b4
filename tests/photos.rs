//! Tests of photos and accounts over HTTP: who may upload and see photos, and how many.

use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::ledger::{Ledger, account};
use crate::support::server::{Server, onemap, problem, token};

/// A PNG of 640 × 480 pixels.
fn png() -> Vec<u8> {
    let image = image::RgbImage::from_fn(640, 480, |x, y| image::Rgb([x as u8, y as u8, 9]));
    let mut out = std::io::Cursor::new(Vec::new());
    image.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[tokio::test]
async fn a_photo_is_visible_to_staff_and_with_the_receipt_of_its_case() {
    let ledger = Ledger::start().await;
    let server = &ledger.server;
    let send = |bytes: Vec<u8>| server.request(Method::POST, "/api/photos").body(bytes);
    let first = send(png()).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    let first: Value = first.json().await.unwrap();
    assert_eq!(
        (&first["width"], &first["height"]),
        (&json!(640), &json!(480))
    );
    // A second upload of the same picture does not give access to the first.
    let again: Value = send(png()).send().await.unwrap().json().await.unwrap();
    assert_ne!(again["id"], first["id"]);
    assert_ne!(again["claim"], first["claim"]);
    let path = format!("/api/photos/{}", first["id"].as_str().unwrap());
    let status = async |path: &str| server.get(path).await.status();
    assert_eq!(status(&path).await, StatusCode::UNAUTHORIZED);

    let photo = json!({"id": first["id"], "claim": first["claim"]});
    let mine = ledger.report(None, json!({"photos": [photo]})).await;
    let mine = mine["receipt"].as_str().unwrap();
    // Another case cannot link the photo: neither by its id, nor with the claim of another upload, nor with its
    // own claim, which was used.
    let other_claim = json!({"id": first["id"], "claim": again["claim"]});
    for stolen in [first["id"].clone(), other_claim, photo] {
        let body = json!({"category": "other", "building": "b1", "photos": [stolen]});
        let answer = ledger.post("/api/warnings", None, &body).send().await;
        let (status, said) = problem(answer.unwrap()).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(said["errors"][0]["field"], "photos");
    }
    let other = ledger.report(None, json!({})).await;
    let other = other["receipt"].as_str().unwrap();
    for receipt in ["or_another", other] {
        let stolen = format!("{path}?receipt={receipt}");
        assert_eq!(status(&stolen).await, StatusCode::NOT_FOUND);
    }

    let thumb = server
        .get(&format!("{path}?receipt={mine}&size=thumb"))
        .await;
    assert_eq!(thumb.status(), StatusCode::OK);
    assert_eq!(thumb.headers()["content-type"], "image/jpeg");
    let thumb = image::load_from_memory(&thumb.bytes().await.unwrap()).unwrap();
    assert_eq!((thumb.width(), thumb.height()), (320, 240));
    let communities = |list: &str| {
        account(
            &ledger.database,
            "grid_worker",
            list,
            &["--communities", list],
        )
    };
    for (token, expected) in [
        (token(&ledger.database, "rider"), StatusCode::FORBIDDEN),
        (token(&ledger.database, "grid_worker"), StatusCode::OK),
        (communities("c1"), StatusCode::OK),
        (communities("c2"), StatusCode::FORBIDDEN),
    ] {
        let request = server.request(Method::GET, &path).bearer_auth(token);
        assert_eq!(request.send().await.unwrap().status(), expected);
    }

    // An upload of an account is visible to that account alone, and can be linked by its id.
    let sent = send(png()).bearer_auth(&ledger.unit).send().await.unwrap();
    let sent: Value = sent.json().await.unwrap();
    let sent = sent["id"].as_str().unwrap();
    let path = format!("/api/photos/{sent}");
    assert_eq!(
        ledger.get(Some(&ledger.unit), &path).await.status(),
        StatusCode::OK
    );
    assert_eq!(
        ledger.get(Some(&ledger.worker), &path).await.status(),
        StatusCode::NOT_FOUND
    );
    let case = ledger
        .report(Some(&ledger.unit), json!({"photos": [sent]}))
        .await;
    assert_eq!(case["properties"]["photos"][0]["id"], sent);
    assert_eq!(
        ledger.get(Some(&ledger.worker), &path).await.status(),
        StatusCode::OK
    );

    let text = send(b"<svg/>".to_vec()).send().await.unwrap();
    assert_eq!(text.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = send(vec![0xff; 9 * 1024 * 1024]).send().await;
    // The server may close the connection before everything is sent.
    assert!(large.is_err() || large.unwrap().status() == StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn uploads_without_an_account_are_limited() {
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
    // Staff are not limited. A forged client address does not avoid the limit.
    let worker = token(&server.database, "grid_worker");
    let staff = send().bearer_auth(worker).send().await.unwrap();
    assert_eq!(staff.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let lying = send().header("x-forwarded-for", "203.0.113.77");
    let lying = lying.send().await.unwrap();
    assert_eq!(lying.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_session_contains_the_unit_and_the_communities_of_its_account() {
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
