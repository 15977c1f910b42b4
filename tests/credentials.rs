//! Tests of limits for invalid tokens, failed sign-ins and the sessions of a token.

use std::time::Duration;

use onemap::model::Role;
use onemap::store::NewToken;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::store_suite::fixtures;
use crate::support::server::{Server, problem};

#[tokio::test]
async fn the_oldest_session_of_a_token_ends_when_there_are_too_many() {
    let lifetime = Duration::from_secs(3600);
    for fixture in &fixtures().await {
        let store = &fixture.store;
        let (_, other) = store
            .create_token(NewToken::new("other", Role::Officer))
            .await
            .unwrap();
        let opened = store.open_session(other.reveal(), lifetime).await.unwrap();
        let (_, kept) = opened.unwrap();
        let (_, secret) = store
            .create_token(NewToken::new("desk", Role::Officer))
            .await
            .unwrap();
        let mut sessions = Vec::new();
        for _ in 0..102 {
            let opened = store.open_session(secret.reveal(), lifetime).await.unwrap();
            sessions.push(opened.unwrap().1);
        }
        let mut good = Vec::new();
        for session in &sessions {
            let who = store.session_principal(session.reveal()).await.unwrap();
            good.push(who.is_some());
        }
        assert_eq!(good.iter().filter(|g| **g).count(), 100, "{}", fixture.url);
        assert!(!good[0] && !good[1] && good[101]);
        let who = store.session_principal(kept.reveal()).await.unwrap();
        assert!(who.is_some());
    }
}

#[tokio::test]
async fn many_invalid_tokens_block_an_address_but_not_known_accounts() {
    let server = Server::start().await;
    let ask = |token: String| {
        let request = server.request(Method::GET, "/api/session");
        request.bearer_auth(token).send()
    };
    let known = || async { ask(server.admin.clone()).await.unwrap().status() };
    assert_eq!(known().await, StatusCode::OK);
    let mut refused = None;
    // One invalid token per second is allowed, so a slow machine needs more attempts to reach the limit.
    for n in 0..2_000 {
        let answer = ask(format!("om_{n:064x}")).await.unwrap();
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
    let refused = refused.expect("an address that sends many invalid tokens is refused");
    assert!(refused.headers().contains_key("retry-after"));
    problem(refused).await;
    assert_eq!(known().await, StatusCode::OK);
    assert!(server.get("/api/").await.status().is_success());
}

#[tokio::test]
async fn many_failed_sign_ins_block_an_address() {
    let server = Server::start().await;
    let sign_in = |token: &str| {
        let request = server.request(Method::POST, "/api/session");
        request.json(&json!({"token": token})).send()
    };
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let answer = sign_in("om_wrong").await.unwrap();
        statuses.push(answer.status());
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key("retry-after"));
            break;
        }
    }
    assert_eq!(statuses[0], StatusCode::UNAUTHORIZED);
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
}

/// The token and the session are both used before, so the server has cached them when the token is revoked.
#[tokio::test]
async fn a_revoked_token_and_its_session_are_refused_at_once() {
    for fixture in &fixtures().await {
        let server = Server::on(&fixture.url, &[]).await;
        let tokens = made_account(&server).await;
        let mut secrets = Vec::new();
        for label in ["revoked", "kept"] {
            let made = server.write(Method::POST, &tokens, &json!({"label": label}));
            let made: Value = made.send().await.unwrap().json().await.unwrap();
            let secret = made["secret"].as_str().unwrap().to_owned();
            let request = server.request(Method::POST, "/api/session");
            let opened = request
                .json(&json!({"token": secret}))
                .send()
                .await
                .unwrap();
            assert_eq!(opened.status(), StatusCode::OK);
            let cookie = opened.headers()["set-cookie"].to_str().unwrap();
            let cookie = cookie.split(';').next().unwrap().to_owned();
            secrets.push((made["token"]["id"].clone(), secret, cookie));
        }
        // Only officers may read silences.
        let by_token = async |secret: &str| {
            let request = server.request(Method::GET, "/api/silences");
            request.bearer_auth(secret).send().await.unwrap()
        };
        let by_session = async |cookie: &str| {
            let request = server.request(Method::GET, "/api/silences");
            request.header("cookie", cookie).send().await.unwrap()
        };
        for (_, secret, cookie) in &secrets {
            assert_eq!(by_token(secret).await.status(), StatusCode::OK);
            assert_eq!(by_session(cookie).await.status(), StatusCode::OK);
        }
        let (id, secret, cookie) = &secrets[0];
        let path = format!("{tokens}/{}", id.as_str().unwrap());
        let gone = server
            .request(Method::DELETE, &path)
            .bearer_auth(&server.admin);
        assert_eq!(gone.send().await.unwrap().status(), StatusCode::NO_CONTENT);
        for refused in [by_token(secret).await, by_session(cookie).await] {
            assert_eq!(
                problem(refused).await.0,
                StatusCode::UNAUTHORIZED,
                "{}",
                fixture.url
            );
        }
        let (_, secret, cookie) = &secrets[1];
        assert_eq!(by_token(secret).await.status(), StatusCode::OK);
        assert_eq!(by_session(cookie).await.status(), StatusCode::OK);
    }
}

/// Creates an officer's account and returns the path of its tokens.
async fn made_account(server: &Server) -> String {
    let account = json!({"name": "大屏", "roles": ["officer"]});
    let made = server.write(Method::POST, "/api/accounts", &account);
    let made: Value = made.send().await.unwrap().json().await.unwrap();
    format!("/api/accounts/{}/tokens", made["id"].as_str().unwrap())
}
