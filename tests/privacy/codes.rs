//! Tests of door codes: they are not in the data that riders read, but are shown one at a time and recorded.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use onemap::store::Store;
use onemap::store::audit::{AuditKind, AuditQuery};

use crate::support::gate;
use crate::support::ledger::account;
use crate::support::postgres;
use crate::support::server::{Server, problem, sqlite_in, token};

async fn ask(server: &Server, token: Option<&str>, id: &str) -> reqwest::Response {
    let path = format!("/api/entrances/{id}/code");
    let request = server.request(Method::POST, &path);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

async fn looks(database: &str) -> Vec<(Option<String>, Option<String>)> {
    let store = Store::open(database).await.unwrap();
    let query = AuditQuery {
        kind: Some(AuditKind::Look),
        limit: 1_000,
        ..AuditQuery::default()
    };
    let rows = store.audit_rows(&query).await.unwrap();
    rows.into_iter()
        .map(|row| (row.entry.account, row.entry.feature))
        .collect()
}

async fn riders_get_a_code_and_the_audit_has_each_look(database: &str) {
    let server = Server::on(database, &[]).await;
    let mut door = gate("g1", 117.13, 39.22);
    door["properties"]["guidance"] = json!("登记后可骑行");
    server.put("entrances", &door).await;
    let mut open = gate("g2", 117.13, 39.22);
    open["properties"]
        .as_object_mut()
        .unwrap()
        .remove("access_code");
    server.put("entrances", &open).await;

    let public = server.json("/api/collections/entrances/items/g1").await;
    assert_eq!(public["properties"]["guidance"], "登记后可骑行");
    assert!(!public.to_string().contains("0000#"));
    for (token, status) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some(token(database, "rider")), StatusCode::OK),
        (Some(token(database, "grid_worker")), StatusCode::OK),
        (Some(token(database, "officer")), StatusCode::OK),
        (Some(token(database, "steward")), StatusCode::OK),
    ] {
        let answer = ask(&server, token.as_deref(), "g1").await;
        assert_eq!(answer.status(), status);
    }
    let rider = account(database, "rider", "骑手小王", &[]);
    let answer = ask(&server, Some(&rider), "g1").await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let said: Value = answer.json().await.unwrap();
    assert_eq!(
        (&said["id"], &said["code"]),
        (&json!("g1"), &json!("0000#"))
    );
    for missing in ["g2", "none"] {
        let answer = ask(&server, Some(&rider), missing).await;
        assert_eq!(problem(answer).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
    // Only codes that were shown are recorded as looks.
    let looks = looks(database).await;
    assert_eq!(looks.len(), 5, "{looks:?}");
    assert!(looks.iter().all(|(_, door)| door.as_deref() == Some("g1")));
    assert_eq!(looks[4].0.as_deref(), Some("骑手小王"));
}

#[tokio::test]
async fn a_code_is_shown_to_riders_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    riders_get_a_code_and_the_audit_has_each_look(&sqlite_in(folder.path())).await;
    if let Some(database) = postgres::database() {
        riders_get_a_code_and_the_audit_has_each_look(&database).await;
    }
}

#[tokio::test]
async fn an_account_cannot_collect_all_codes() {
    let server = Server::start().await;
    server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    let (rider, other) = ("骑手甲", "骑手乙");
    let rider = account(&server.database, "rider", rider, &[]);
    let mut told = 0;
    let refused = loop {
        let answer = ask(&server, Some(&rider), "g1").await;
        match answer.status() {
            StatusCode::OK => told += 1,
            _ => break answer,
        }
        assert!(
            told <= 100,
            "the number of door codes per account is not limited"
        );
    };
    assert!(told >= 20, "{told}");
    assert!(refused.headers().contains_key("retry-after"));
    let (status, said) = problem(refused).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!said.to_string().contains("0000#"));
    let other = account(&server.database, "rider", other, &[]);
    let answer = ask(&server, Some(&other), "g1").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(looks(&server.database).await.len(), told + 1);
}

/// An answer to a request with a token, as text.
async fn text(server: &Server, token: &str, path: &str) -> String {
    let request = server.request(Method::GET, path).bearer_auth(token);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.text().await.unwrap()
}

async fn no_code_is_told_without_a_record(database: &str) {
    let server = Server::on(database, &[]).await;
    server.put("entrances", &gate("g1", 117.13, 39.22)).await;
    let (steward, admin) = (token(database, "steward"), server.admin.clone());
    let screen = account(database, "steward", "大屏", &["--read-only"]);
    let screen = screen.lines().next().unwrap();

    // Lists, searches and the feed never contain a code, for any role.
    let unrecorded = [
        "/api/collections/entrances/items",
        "/api/collections/entrances/items?f=html",
        "/api/collections/entrances/items?properties=access_code",
        "/api/collections/entrances/items?crs=http://www.opengis.net/def/crs/EPSG/0/4490",
        "/api/search?q=东门",
        "/api/nearest?collection=entrances&lon=117.13&lat=39.22&k=5",
    ];
    for token in [&steward, &admin, screen] {
        for path in unrecorded {
            let text = text(&server, token, path).await;
            assert!(!text.contains("0000#"), "{path}: {text}");
        }
        // A filter cannot be used to guess a code.
        for probe in [
            "access_code=0000%23",
            "sortby=access_code",
            "filter=access_code%3D'0000%23'",
            "filter=access_code%20IS%20NULL",
        ] {
            let probe = format!("/api/collections/entrances/items?{probe}");
            let request = server.request(Method::GET, &probe).bearer_auth(token);
            let status = request.send().await.unwrap().status();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{probe}");
        }
    }
    let item = "/api/collections/entrances/items/g1";
    for path in [
        item.to_owned(),
        format!("{item}?f=html"),
        format!("{item}?properties=access_code"),
    ] {
        assert!(!text(&server, screen, &path).await.contains("0000#"));
    }
    let officer = token(database, "officer");
    assert!(!text(&server, &officer, item).await.contains("0000#"));
    assert_eq!(looks(database).await, []);

    // Stewards and admins see the code as a property of the gate, and each read is recorded, in every format.
    let mut told = 0;
    for path in [
        item.to_owned(),
        format!("{item}?f=html"),
        format!("{item}?properties=access_code"),
        format!("{item}?crs=http://www.opengis.net/def/crs/EPSG/0/4490"),
    ] {
        for token in [&steward, &admin] {
            assert!(
                text(&server, token, &path).await.contains("0000#"),
                "{path}"
            );
            told += 1;
            let looks = looks(database).await;
            assert_eq!(looks.len(), told, "{path}");
            assert_eq!(looks[told - 1].1.as_deref(), Some("g1"));
        }
    }
    text(&server, &steward, &format!("{item}?properties=name")).await;
    assert_eq!(
        looks(database).await.len(),
        told,
        "an answer without a code must not be recorded"
    );

    // A gate that is written back as a list returned it, without its code, keeps its code. A caller
    // who writes a code need not have read the old one.
    let list = text(&server, &steward, "/api/collections/entrances/items").await;
    let list: Value = serde_json::from_str(&list).unwrap();
    let mut shown = list["features"][0].clone();
    shown["properties"]["name"] = json!("西门");
    let put = server.request(Method::PUT, item).bearer_auth(&steward);
    let answer = put.json(&shown).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(!answer.text().await.unwrap().contains("0000#"));
    assert!(text(&server, &steward, item).await.contains("0000#"));
    let patch = async |code: Value| {
        let request = server.request(Method::PATCH, item).bearer_auth(&steward);
        let body = json!({"properties": {"access_code": code}});
        assert_eq!(
            request.json(&body).send().await.unwrap().status(),
            StatusCode::OK
        );
        text(&server, &steward, item).await
    };
    let changed = patch(json!("1234#")).await;
    assert!(
        changed.contains("1234#") && changed.contains("西门"),
        "{changed}"
    );
    assert!(!patch(Value::Null).await.contains("1234#"));
}

#[tokio::test]
async fn no_answer_contains_a_code_without_a_record() {
    let folder = tempfile::tempdir().unwrap();
    no_code_is_told_without_a_record(&sqlite_in(folder.path())).await;
    if let Some(database) = postgres::database() {
        no_code_is_told_without_a_record(&database).await;
    }
}
