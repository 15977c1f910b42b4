//! Tests of accounts, passwords, invites and the audit, over HTTP and the command line.

use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::ledger::account;
use crate::support::server::{Server, onemap, problem, sqlite_in};

struct Office {
    server: Server,
    database: String,
    _folder: tempfile::TempDir,
}

impl Office {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite_in(folder.path());
        Self {
            server: Server::on(&database, &[]).await,
            database,
            _folder: folder,
        }
    }

    /// A request with the given token, or as the administrator.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = self.server.request(method, path).bearer_auth(token);
        let request = match body {
            Value::Null => request,
            body => request.json(&body),
        };
        answer(request.send().await.unwrap()).await
    }

    async fn admin(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(method, path, &self.server.admin, body).await
    }

    async fn sign_in(&self, body: Value) -> reqwest::Response {
        let request = self.server.request(Method::POST, "/api/session");
        request.json(&body).send().await.unwrap()
    }

    async fn audit(&self, query: &str) -> Vec<Value> {
        let path = format!("/api/audit?{query}");
        let (status, found) = self.admin(Method::GET, &path, Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{found}");
        found["rows"].as_array().unwrap().clone()
    }

    /// The account to which a session cookie belongs.
    async fn whose(&self, cookie: &str) -> Value {
        let request = self.server.request(Method::GET, "/api/session");
        let answer = request.header("cookie", cookie).send().await.unwrap();
        answer.json().await.unwrap()
    }
}

async fn answer(response: reqwest::Response) -> (StatusCode, Value) {
    let status = response.status();
    let text = response.text().await.unwrap();
    let body = match text.is_empty() {
        true => Value::Null,
        false => serde_json::from_str(&text).unwrap_or(Value::String(text)),
    };
    (status, body)
}

/// The session cookie that an answer sets, in the form in which a browser sends it back.
fn cookie(response: &reqwest::Response) -> String {
    let set = response.headers()["set-cookie"].to_str().unwrap();
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax"),
        "{set}"
    );
    set.split(';').next().unwrap().to_owned()
}

/// Waits until a condition holds. Credentials are cached for two seconds.
async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..300 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{what}: not within 30 s");
}

#[tokio::test]
async fn an_account_can_sign_in_with_its_password_and_change_it() {
    let office = Office::start().await;
    let (status, made) = office
        .admin(
            Method::POST,
            "/api/accounts",
            json!({"name": "小李", "roles": ["officer", "steward"], "password": "correct horse"}),
        )
        .await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["has_password"], true);
    assert!(!made.to_string().contains("correct horse"));

    let opened = office
        .sign_in(json!({"name": "小李", "password": "correct horse"}))
        .await;
    assert_eq!(opened.status(), StatusCode::OK);
    let session = cookie(&opened);
    let who = office.whose(&session).await;
    assert_eq!(who["account"], "小李");
    assert_eq!(who["roles"], json!(["officer", "steward"]));
    assert_eq!(who["account_id"], made["id"]);

    // The answers for a wrong password, an unknown name and a disabled account must be equal.
    let mut details = Vec::new();
    for (name, password) in [("小李", "wrong horse!"), ("小王", "correct horse")] {
        let refused = office
            .sign_in(json!({"name": name, "password": password}))
            .await;
        let (status, document) = problem(refused).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        details.push(document["detail"].clone());
    }
    assert_eq!(details[0], details[1]);
    let (status, _) = problem(office.sign_in(json!({"name": "小李"})).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    let change = |old: &str, new: &str| {
        office
            .server
            .request(Method::PUT, "/api/session/password")
            .header("cookie", &session)
            .json(&json!({"old": old, "new": new}))
            .send()
    };
    let (status, _) = problem(change("wrong horse!", "battery staple").await.unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, document) = problem(change("correct horse", "short").await.unwrap()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{document}");
    let changed = change("correct horse", "battery staple").await.unwrap();
    assert_eq!(changed.status(), StatusCode::OK);
    let renewed = cookie(&changed);
    assert_eq!(office.whose(&renewed).await["account"], "小李");
    assert_eq!(office.whose(&session).await["role"], "public");
    let again = office
        .sign_in(json!({"name": "小李", "password": "battery staple"}))
        .await;
    assert_eq!(again.status(), StatusCode::OK);

    let failed = office.audit("kind=sign_in_failed").await;
    assert_eq!(failed.len(), 3, "{failed:?}");
    assert_eq!(failed[0]["account"], "小李");
    assert_eq!(
        failed[1]["account"],
        Value::Null,
        "the audit must not contain an unknown name, because it may be a password"
    );
    assert!(failed[0]["address"].as_str().unwrap().starts_with("127."));
}

#[tokio::test]
async fn only_administrators_manage_accounts_and_the_last_one_stays() {
    let office = Office::start().await;
    let officer = account(&office.database, "officer", "值班员", &[]);
    let kiosk = account(&office.database, "admin", "大屏", &["--read-only"]);
    let kiosk = kiosk.lines().next().unwrap().to_owned();
    for (token, path) in [
        (&officer, "/api/accounts"),
        (&kiosk, "/api/accounts"),
        (&officer, "/api/audit"),
        (&kiosk, "/api/audit"),
    ] {
        let (status, document) = office.ask(Method::GET, path, token, Value::Null).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path} {document}");
    }
    let (status, _) = problem(office.server.get("/api/accounts").await).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);

    for (body, field) in [
        (json!({"name": " ", "roles": ["rider"]}), "name"),
        (json!({"name": "a", "roles": []}), "roles"),
        (json!({"name": "a", "roles": ["king"]}), "roles"),
        (json!({"name": "a", "roles": ["unit"]}), "unit"),
        (
            json!({"name": "a", "roles": ["rider"], "password": "short"}),
            "password",
        ),
        (
            json!({"name": "a", "roles": ["rider"], "expires_at": "2020-01-01T00:00:00Z"}),
            "expires_at",
        ),
    ] {
        let (status, document) = office.admin(Method::POST, "/api/accounts", body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{document}");
        assert_eq!(document["errors"][0]["field"], field);
    }
    let rider = json!({"name": "骑手", "roles": ["rider"], "communities": ["c1"]});
    let (_, made) = office
        .admin(Method::POST, "/api/accounts", rider.clone())
        .await;
    let (status, _) = office.admin(Method::POST, "/api/accounts", rider).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let path = format!("/api/accounts/{}", made["id"].as_str().unwrap());
    let (status, changed) = office
        .admin(
            Method::PATCH,
            &path,
            json!({"roles": ["grid_worker"], "expires_at": "2999-01-01T00:00:00Z"}),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(
        (&changed["roles"], &changed["communities"]),
        (&json!(["grid_worker"]), &json!(["c1"]))
    );
    let (_, changed) = office
        .admin(Method::PATCH, &path, json!({"expires_at": null}))
        .await;
    assert_eq!(changed["expires_at"], Value::Null);
    let (status, _) = office
        .admin(Method::PATCH, &path, json!({"name": "x"}))
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);

    // There are two administrators: the account of the screen and the calling one.
    let (_, found) = office
        .admin(Method::GET, "/api/accounts?limit=500", Value::Null)
        .await;
    let ids: Vec<String> = found["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|a| a["roles"] == json!(["admin"]))
        .map(|a| format!("/api/accounts/{}", a["id"].as_str().unwrap()))
        .collect();
    let (_, me) = office.admin(Method::GET, "/api/session", Value::Null).await;
    let mine = format!("/api/accounts/{}", me["account_id"].as_str().unwrap());
    for other in ids.iter().filter(|p| **p != mine) {
        let (status, _) = office.admin(Method::DELETE, other, Value::Null).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
    }
    let (status, document) = office.admin(Method::DELETE, &mine, Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT, "{document}");
    let (status, _) = office
        .admin(Method::DELETE, "/api/accounts/nobody", Value::Null)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_token_of_an_account_is_shown_once_and_ends_with_the_account() {
    let office = Office::start().await;
    let body = json!({"name": "大屏", "roles": ["officer"]});
    let (_, made) = office.admin(Method::POST, "/api/accounts", body).await;
    let path = format!("/api/accounts/{}", made["id"].as_str().unwrap());
    let tokens = format!("{path}/tokens");
    let (status, token) = office
        .admin(
            Method::POST,
            &tokens,
            json!({"label": "大厅", "read_only": true}),
        )
        .await;
    assert_eq!(status, StatusCode::CREATED, "{token}");
    let secret = token["secret"].as_str().unwrap().to_owned();
    assert_eq!(token["kiosk"], format!("/wall#token={secret}"));
    let (_, shown) = office.admin(Method::GET, &path, Value::Null).await;
    assert_eq!(shown["tokens"][0]["label"], "大厅");
    assert!(!shown.to_string().contains(&secret));

    let whose = || async {
        let (status, who) = office
            .ask(Method::GET, "/api/session", &secret, Value::Null)
            .await;
        (status, who["account"].clone())
    };
    assert_eq!(whose().await, (StatusCode::OK, json!("大屏")));
    let (_, second) = office
        .admin(Method::POST, &tokens, json!({"label": "备用"}))
        .await;
    let one = format!("{tokens}/{}", second["token"]["id"].as_str().unwrap());
    let (status, _) = office.admin(Method::DELETE, &one, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (status, _) = office
        .ask(
            Method::GET,
            "/api/session",
            second["secret"].as_str().unwrap(),
            Value::Null,
        )
        .await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);

    // The command line runs outside of the server, so the test waits for the server's cache.
    let (_, err, ok) = onemap(&["account", "disable", "大屏", "--database", &office.database]);
    assert!(ok, "{err}");
    until("the end of the token", || async {
        whose().await.0 == StatusCode::UNAUTHORIZED
    })
    .await;
    let (status, _) = office
        .admin(Method::POST, &tokens, json!({"label": "x"}))
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_open_feed_ends_when_its_account_is_disabled() {
    let office = Office::start().await;
    let token = account(&office.database, "officer", "值班员", &[]);
    let feed = office
        .server
        .request(Method::GET, "/api/events")
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert_eq!(feed.status(), StatusCode::OK);
    let (_, err, ok) = onemap(&[
        "account",
        "disable",
        "值班员",
        "--database",
        &office.database,
    ]);
    assert!(ok, "{err}");
    // The feed must end by itself. If it stays open, the timeout fails the test.
    let ended = tokio::time::timeout(std::time::Duration::from_secs(60), feed.bytes()).await;
    assert!(ended.is_ok(), "the feed is still open");
}

#[tokio::test]
async fn an_officer_can_invite_riders_within_their_communities() {
    let office = Office::start().await;
    let officer = account(
        &office.database,
        "officer",
        "值班员",
        &["--communities", "c1,c2"],
    );
    let worker = account(&office.database, "grid_worker", "网格员", &[]);
    let invite = |token: &str, body: Value| {
        let token = token.to_owned();
        let office = &office;
        async move { office.ask(Method::POST, "/api/invites", &token, body).await }
    };
    for (token, body) in [
        (&officer, json!({"roles": ["officer"]})),
        (&officer, json!({"roles": ["rider"], "communities": ["c3"]})),
        (&worker, json!({"roles": ["rider"]})),
    ] {
        let (status, document) = invite(token, body).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{document}");
    }
    for body in [
        json!({"roles": ["unit"], "unit": "nowhere"}),
        json!({"roles": ["rider"], "uses": 0}),
        json!({"roles": ["rider"], "expires_at": "2999-01-01T00:00:00Z"}),
    ] {
        let (status, document) = invite(&officer, body).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{document}");
    }

    let body = json!({"roles": ["rider"], "note": "外卖骑手", "uses": 2});
    let (status, made) = invite(&officer, body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["invite"]["communities"], json!(["c1", "c2"]));
    let code = made["code"].as_str().unwrap();
    let link = made["link"].as_str().unwrap();
    assert!(link.ends_with(&format!("/sign-in#invite={code}")), "{link}");
    let (_, listed) = office
        .ask(Method::GET, "/api/invites", &officer, Value::Null)
        .await;
    assert_eq!(listed["invites"][0]["note"], "外卖骑手");
    assert!(!listed.to_string().contains(code));

    let accept = |code: &str, name: &str, password: Value| {
        let mut body = json!({"code": code, "name": name});
        if !password.is_null() {
            body["password"] = password;
        }
        office
            .server
            .request(Method::POST, "/api/invites/accept")
            .json(&body)
            .send()
    };
    let accepted = accept(code, "小王", Value::Null).await.unwrap();
    assert_eq!(accepted.status(), StatusCode::OK);
    let session = cookie(&accepted);
    let who = office.whose(&session).await;
    assert_eq!(
        (&who["account"], &who["roles"]),
        (&json!("小王"), &json!(["rider"]))
    );
    assert_eq!(who["communities"], json!(["c1", "c2"]));
    let (status, _) = problem(accept(code, "小王", Value::Null).await.unwrap()).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let (status, _) = problem(accept(code, "小赵", json!("short")).await.unwrap()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let accepted = accept(code, "小赵", json!("correct horse")).await.unwrap();
    assert_eq!(accepted.status(), StatusCode::OK);
    let signed_in = office
        .sign_in(json!({"name": "小赵", "password": "correct horse"}))
        .await;
    assert_eq!(signed_in.status(), StatusCode::OK);
    for wrong in [code, "om_0", &format!("om_{}", "0".repeat(64))] {
        let (status, _) = problem(accept(wrong, "小钱", Value::Null).await.unwrap()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{wrong}");
    }

    // An invite can no longer be used when its creator may no longer give its rights.
    let (_, made) = invite(&officer, json!({"roles": ["rider"]})).await;
    let (_, err, ok) = onemap(&[
        "account",
        "disable",
        "值班员",
        "--database",
        &office.database,
    ]);
    assert!(ok, "{err}");
    let late = accept(made["code"].as_str().unwrap(), "小孙", Value::Null)
        .await
        .unwrap();
    assert_eq!(late.status(), StatusCode::NOT_FOUND);
    let path = format!("/api/invites/{}", made["invite"]["id"].as_str().unwrap());
    let (status, _) = office.admin(Method::DELETE, &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_write_is_audited_with_account_request_and_commit() {
    let office = Office::start().await;
    let seq = office
        .server
        .put("buildings", &crate::support::building("b1", 117.13, 39.22))
        .await;
    let (_, me) = office.admin(Method::GET, "/api/session", Value::Null).await;
    let rows = office.audit("kind=write").await;
    let row = rows.iter().find(|r| r["seq"] == seq).unwrap();
    assert_eq!(row["account_id"], me["account_id"]);
    assert_eq!(row["method"], "PUT");
    assert_eq!(row["path"], "/api/collections/buildings/items/%62%31");
    assert_eq!(
        (&row["collection"], &row["feature"]),
        (&json!("buildings"), &json!("b1"))
    );
    // A refused write must not appear in the audit.
    let refused = office
        .server
        .write(
            Method::PUT,
            "/api/collections/buildings/items/b2",
            &json!({"type": "nothing"}),
        )
        .send()
        .await
        .unwrap();
    assert!(refused.status().is_client_error());
    assert_eq!(office.audit("kind=write").await.len(), rows.len());

    // Creating a webhook is audited too, although it makes no commit.
    let hook = json!({"url": "https://example.org/hook", "events": ["step"]});
    let (status, hook) = office.admin(Method::POST, "/api/webhooks", hook).await;
    assert_eq!(status, StatusCode::CREATED, "{hook}");
    let made = office.audit("kind=write").await;
    let last = made.last().unwrap();
    assert_eq!(
        (&last["method"], &last["path"]),
        (&json!("POST"), &json!("/api/webhooks"))
    );
    assert!(!last.to_string().contains(hook["secret"].as_str().unwrap()));
    let rows = made;

    let csv = office
        .server
        .request(Method::GET, "/api/audit?kind=write&f=csv")
        .bearer_auth(&office.server.admin)
        .send()
        .await
        .unwrap();
    assert_eq!(csv.headers()["content-type"], "text/csv; charset=utf-8");
    let csv = csv.text().await.unwrap();
    assert!(
        csv.contains("/api/collections/buildings/items/%62%31"),
        "{csv}"
    );
    let (out, err, ok) = onemap(&[
        "audit",
        "export",
        "--kind",
        "write",
        "--format",
        "json",
        "--database",
        &office.database,
    ]);
    assert!(ok, "{err}");
    assert_eq!(out.lines().count(), rows.len());
    for wrong in ["kind=x", "from=yesterday", "limit=x", "f=xml", "x=1"] {
        let path = format!("/api/audit?{wrong}");
        let (status, _) = office.admin(Method::GET, &path, Value::Null).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let (_, page) = office
        .admin(Method::GET, "/api/audit?limit=1", Value::Null)
        .await;
    let next = page["next"].as_i64().unwrap();
    assert_eq!(page["rows"][0]["id"], next);
    assert!(
        office.audit(&format!("after={next}")).await[0]["id"]
            .as_i64()
            .unwrap()
            > next
    );
}

#[tokio::test]
async fn the_command_line_creates_accounts_passwords_and_invites() {
    let office = Office::start().await;
    let database = office.database.as_str();
    let run = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--database", database]);
        let (out, err, ok) = onemap(&all);
        assert!(ok, "{args:?}: {err}");
        out
    };
    let id = run(&["account", "create", "小李", "--roles", "officer,steward"]);
    let shown: Value = serde_json::from_str(&run(&["account", "show", "小李", "--json"])).unwrap();
    assert_eq!(shown["id"], id.trim());
    assert_eq!(shown["roles"], json!(["officer", "steward"]));

    // The password is read from standard input, because arguments are visible to other users.
    let mut child = Command::new(env!("CARGO_BIN_EXE_onemap"))
        .env("LC_ALL", "C")
        .args(["account", "set-password", "小李", "--database", database])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all("correct horse\n".as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    let opened = office
        .sign_in(json!({"name": "小李", "password": "correct horse"}))
        .await;
    assert_eq!(opened.status(), StatusCode::OK);

    run(&[
        "account",
        "roles",
        "小李",
        "--roles",
        "rider",
        "--communities",
        "c1",
    ]);
    assert!(run(&["account", "list", "--search", "李"]).contains("communities c1"));
    let token = run(&["token", "create", "--account", "小李"]);
    let (_, who) = office
        .ask(Method::GET, "/api/session", token.trim(), Value::Null)
        .await;
    assert_eq!(
        (&who["account"], &who["role"]),
        (&json!("小李"), &json!("rider"))
    );

    let made = run(&["account", "invite", "create", "--roles", "rider", "--json"]);
    let made: Value = serde_json::from_str(&made).unwrap();
    let accepted = office
        .server
        .request(Method::POST, "/api/invites/accept")
        .json(&json!({"code": made["code"], "name": "小王"}))
        .send()
        .await
        .unwrap();
    assert_eq!(accepted.status(), StatusCode::OK);
    run(&["account", "invite", "revoke", made["id"].as_str().unwrap()]);
    assert!(run(&["account", "invite", "list"]).contains("revoked"));

    // The last unlimited token of the last administrator cannot be revoked.
    let tokens: Value = serde_json::from_str(&run(&["token", "list", "--json"])).unwrap();
    let admins = tokens.as_array().unwrap().iter();
    let admins: Vec<&str> = admins
        .filter(|t| t["role"] == "admin")
        .map(|t| t["id"].as_str().unwrap())
        .collect();
    let (last, others) = admins.split_first().unwrap();
    for other in others {
        run(&["token", "revoke", other]);
    }
    for wrong in [
        &["token", "revoke", last][..],
        &["account", "create", "小 李", "--roles", "rider"],
        &["account", "create", "小\u{200b}王", "--roles", "rider"],
        &[
            "token",
            "create",
            "--role",
            "rider",
            "--name",
            "\u{430}dmin",
        ],
        &["account", "create", "小李", "--roles", "rider"],
        &["account", "create", "x", "--roles", "king"],
        &["account", "create", "x", "--roles", "unit"],
        &["account", "show", "nobody"],
        &["token", "create", "--account", "nobody"],
        &["token", "create", "--name", "x"],
    ] {
        let mut all = wrong.to_vec();
        all.extend(["--database", database]);
        let (_, err, ok) = onemap(&all);
        assert!(!ok, "{wrong:?}");
        assert!(err.len() > 20, "{wrong:?}: {err}");
    }
}

#[tokio::test]
async fn the_last_token_of_the_last_administrator_is_not_revoked_over_http() {
    let office = Office::start().await;
    let (_, me) = office.admin(Method::GET, "/api/session", Value::Null).await;
    let path = format!("/api/accounts/{}", me["account_id"].as_str().unwrap());
    let (_, account) = office.admin(Method::GET, &path, Value::Null).await;
    let tokens = account["tokens"].as_array().unwrap();
    let revoke = async |token: &Value| {
        let path = format!("{path}/tokens/{}", token["id"].as_str().unwrap());
        office.admin(Method::DELETE, &path, Value::Null).await
    };
    // The newest token makes the requests; the others may be revoked.
    for other in &tokens[1..] {
        assert_eq!(revoke(other).await.0, StatusCode::NO_CONTENT);
    }
    let (status, said) = revoke(&tokens[0]).await;
    assert_eq!(status, StatusCode::CONFLICT, "{said}");
    assert!(
        said["detail"]
            .as_str()
            .unwrap()
            .contains("last administrator"),
        "{said}"
    );
    // When there is a second token, the first one may be revoked.
    let new = json!({"label": "备用"});
    let (status, _) = office
        .admin(Method::POST, &format!("{path}/tokens"), new)
        .await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(revoke(&tokens[0]).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn names_that_people_choose_must_be_readable_unique_and_not_reserved() {
    let office = Office::start().await;
    let invite = json!({"roles": ["rider"], "uses": 20});
    let (status, made) = office.admin(Method::POST, "/api/invites", invite).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let accept = async |name: &str| {
        let body = json!({"code": made["code"], "name": name, "password": "correct horse"});
        let request = office.server.request(Method::POST, "/api/invites/accept");
        answer(request.json(&body).send().await.unwrap()).await
    };
    let (status, said) = accept("Ｌｉ Ｗｅｉ").await;
    assert_eq!(
        (status, &said["account"]),
        (StatusCode::OK, &json!("Li Wei"))
    );
    for name in ["LI WEI", "li\u{3000}wei", "1i wei"] {
        let (status, said) = accept(name).await;
        assert_eq!(status, StatusCode::CONFLICT, "{name}: {said}");
    }
    for name in [
        "admin",
        "ＡＤＭＩＮ",
        "System",
        "timer",
        "系统",
        "管理员",
        "Li (officer)",
        "L\u{456} Wei",
        "Li\u{200d}Wei",
        "\u{202e}ieW iL",
        "   ",
    ] {
        let (status, said) = accept(name).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {said}");
        assert_eq!(said["errors"][0]["field"], "name");
    }
    // An administrator may use reserved names, but no name that looks like an existing one.
    let create = async |name: &str| {
        let body = json!({"name": name, "roles": ["officer"]});
        office.admin(Method::POST, "/api/accounts", body).await
    };
    assert_eq!(create("值班员").await.0, StatusCode::CREATED);
    assert_eq!(create("值 班员").await.0, StatusCode::CONFLICT);
    assert_eq!(
        create("值班\u{200b}员").await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let signed_in = office
        .sign_in(json!({"name": "li wei", "password": "correct horse"}))
        .await;
    assert_eq!(signed_in.status(), StatusCode::OK);

    // The list says how each account can sign in. The last one has neither password nor token.
    let (_, list) = office
        .admin(Method::GET, "/api/accounts", Value::Null)
        .await;
    let how = |name: &str| {
        let accounts = list["accounts"].as_array().unwrap();
        let account = accounts.iter().find(|a| a["name"] == name).unwrap();
        (
            account["has_password"] == true,
            account["has_token"] == true,
        )
    };
    assert_eq!(how("Li Wei"), (true, false));
    assert_eq!(how("值班员"), (false, false));
    assert_eq!(how("admin"), (false, true));
}
