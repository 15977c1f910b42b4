//! Tests of the SQLite file: it is created only on request, has one serving process, is complete after the
//! server has ended, and is not written to if it was replaced.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::building;
use crate::support::server::{Server, onemap, problem, sqlite_in};

fn beside(folder: &Path, suffix: &str) -> PathBuf {
    folder.join(format!("onemap.db{suffix}"))
}

fn rights(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_missing_database_is_an_error_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--database", &database];
    let (_, err, ok) = onemap(&serve);
    assert!(!ok, "{err}");
    for word in ["onemap.db", "--create", "--demo", "restore"] {
        assert!(err.contains(word), "{word}: {err}");
    }
    // An empty file is not a database either.
    fs::write(beside(folder.path(), ""), "").unwrap();
    let (_, err, ok) = onemap(&serve);
    assert!(!ok && err.contains("--create"), "{err}");
    assert_eq!(
        fs::metadata(beside(folder.path(), "")).unwrap().len(),
        0,
        "no file was created"
    );
}

#[tokio::test]
async fn only_the_owner_can_read_the_database_and_the_first_token() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &[]).await;
    for suffix in ["", "-wal", "-shm", ".lock", ".admin-token"] {
        assert_eq!(rights(&beside(folder.path(), suffix)), 0o600, "{suffix}");
    }
    let token = fs::read_to_string(beside(folder.path(), ".admin-token")).unwrap();
    let who = server
        .request(Method::GET, "/api/session")
        .bearer_auth(token.trim());
    let who: Value = who.send().await.unwrap().json().await.unwrap();
    assert_eq!(who["role"], "admin", "{who}");
}

/// When all processes have ended, a copy of the file alone is the whole map.
#[tokio::test]
async fn after_each_command_the_database_file_alone_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let alone = |after: &str| {
        for suffix in ["-wal", "-shm", ".lock"] {
            let left = beside(folder.path(), suffix).exists();
            assert!(!left, "{suffix} is left after {after}");
        }
    };
    let mut server = Server::on(&database, &[]).await;
    server
        .put("buildings", &building("served", 117.13, 39.22))
        .await;
    server.stop();
    alone("serve");

    let file = folder.path().join("b.geojson");
    fs::write(&file, building("imported", 117.13, 39.22).to_string()).unwrap();
    let import = ["import", "--collection", "buildings"];
    let (_, err, ok) = onemap(
        &[
            &import[..],
            &["--database", &database, file.to_str().unwrap()],
        ]
        .concat(),
    );
    assert!(ok, "{err}");
    alone("import");
    let (_, err, ok) = onemap(&["token", "list", "--database", &database]);
    assert!(ok, "{err}");
    alone("token");
    let (_, _, ok) = onemap(&["token", "revoke", "nobody", "--database", &database]);
    assert!(!ok);
    alone("a command that fails");

    let copies = tempfile::tempdir().unwrap();
    fs::copy(beside(folder.path(), ""), copies.path().join("onemap.db")).unwrap();
    let copy = Server::on(&sqlite_in(copies.path()), &[]).await;
    for id in ["served", "imported"] {
        let path = format!("/api/collections/buildings/items/{id}");
        assert_eq!(copy.json(&path).await["id"], id);
    }
}

#[tokio::test]
async fn only_one_server_can_use_a_file_and_a_dead_one_does_not_block_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let mut first = Server::on(&database, &[]).await;
    let serve = ["serve", "--listen", "127.0.0.1:0", "--database", &database];
    let (_, err, ok) = onemap(&serve);
    let holder = format!("onemap serve, process {}", first.pid());
    assert!(!ok && err.contains(&holder), "{err}");
    first.kill();
    let second = Server::on(&database, &[]).await;
    second
        .put("buildings", &building("b1", 117.13, 39.22))
        .await;
}

/// Writes a building and returns the status and the answer.
async fn try_put(server: &Server, id: &str) -> (StatusCode, Value) {
    let path = format!("/api/collections/buildings/items/{id}");
    let request = server.write(Method::PUT, &path, &building(id, 117.13, 39.22));
    let answer = request.send().await.unwrap();
    if answer.status().is_success() {
        return (answer.status(), answer.json().await.unwrap());
    }
    assert!(answer.headers().contains_key("retry-after"));
    problem(answer).await
}

#[tokio::test]
async fn nothing_is_written_to_a_deleted_or_replaced_file() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &[]).await;
    assert!(try_put(&server, "before").await.0.is_success());
    let (file, aside) = (beside(folder.path(), ""), beside(folder.path(), ".aside"));
    let log = beside(folder.path(), "-wal");
    let log_aside = beside(folder.path(), "-wal.aside");
    let another = tempfile::tempdir().unwrap();
    let other = sqlite_in(another.path());
    let (_, err, ok) = onemap(&[
        "token",
        "create",
        "--role",
        "public",
        "--name",
        "another",
        "--database",
        &other,
    ]);
    assert!(ok, "{err}");

    let refused = async |named: &str, what: &str| {
        for n in 0..3 {
            let (status, said) = try_put(&server, &format!("{what}-{n}")).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {said}");
            let detail = said["detail"].as_str().unwrap();
            assert!(detail.contains(named), "{what}: {detail}");
        }
        let ready = server.json("/health/ready").await;
        assert_eq!(ready["status"], "read_only", "{what}: {ready}");
        assert_eq!(ready["writable"]["ok"], false, "{what}: {ready}");
        let problem = ready["writable"]["problem"].as_str().unwrap();
        assert!(problem.contains(named), "{what}: {problem}");
        let known = server.json("/api/collections/buildings/items").await;
        assert!(
            known["numberMatched"].as_u64().unwrap() >= 1,
            "features can still be read"
        );
    };
    let works_again = async |id: &str| {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !try_put(&server, id).await.0.is_success() {
            assert!(
                Instant::now() < deadline,
                "writing does not work again after the fault"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let ready = server.json("/health/ready").await;
        assert_eq!(
            (&ready["status"], &ready["writable"]["ok"]),
            (&"ready".into(), &true.into())
        );
    };

    fs::rename(&file, &aside).unwrap();
    refused("onemap.db", "moved").await;
    fs::copy(another.path().join("onemap.db"), &file).unwrap();
    refused("onemap.db", "replaced").await;
    fs::rename(&aside, &file).unwrap();
    works_again("back").await;
    fs::rename(&log, &log_aside).unwrap();
    refused("onemap.db-wal", "without its log").await;
    fs::rename(&log_aside, &log).unwrap();
    works_again("back again").await;

    // After a restart, exactly the acknowledged writes exist.
    let mut server = server;
    server.stop();
    let server = Server::on(&database, &[]).await;
    assert_eq!(
        server.ids("/api/collections/buildings/items").await,
        ["back", "back again", "before"]
    );
    fs::remove_file(&file).unwrap();
    let (status, said) = try_put(&server, "gone").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    // Sign-ins and all other writes that would be lost are refused too.
    let sign_in = server
        .request(Method::POST, "/api/session")
        .json(&serde_json::json!({"token": server.admin}));
    let (status, said) = problem(sign_in.send().await.unwrap()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
}

/// Under another name, a server would find neither the write-ahead log nor the lock of the first one.
#[tokio::test]
async fn a_file_with_a_second_hard_link_is_not_opened_or_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let server = Server::on(&database, &[]).await;
    assert!(try_put(&server, "before").await.0.is_success());
    let other = folder.path().join("other.db");
    fs::hard_link(beside(folder.path(), ""), &other).unwrap();

    let (status, said) = try_put(&server, "two names").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
    let detail = said["detail"].as_str().unwrap();
    assert!(
        detail.contains("onemap.db has 2 names") && detail.contains("remove the other name"),
        "{detail}"
    );
    let ready = server.json("/health/ready").await;
    assert_eq!(ready["status"], "read_only", "{ready}");
    let url = format!("sqlite:{}", other.display());
    let file = folder.path().join("b.geojson");
    fs::write(&file, building("imported", 117.13, 39.22).to_string()).unwrap();
    let file = file.to_str().unwrap();
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["import", "--collection", "buildings", file],
        &["token", "list"],
    ] {
        let (_, err, ok) = onemap(&[command, &["--database", &url]].concat());
        assert!(!ok && err.contains("other.db has 2 names"), "{err}");
    }

    fs::remove_file(&other).unwrap();
    assert!(try_put(&server, "one name").await.0.is_success());
    assert_eq!(
        server.ids("/api/collections/buildings/items").await,
        ["before", "one name"]
    );
}

#[tokio::test]
async fn nothing_is_written_without_the_lock_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let mut server = Server::on(&database, &[]).await;
    let lock = beside(folder.path(), ".lock");
    fs::remove_file(&lock).unwrap();
    for what in ["deleted", "replaced"] {
        let (status, said) = try_put(&server, what).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{said}");
        let detail = said["detail"].as_str().unwrap();
        assert!(detail.contains("onemap.db.lock"), "{detail}");
        let ready = server.json("/health/ready").await;
        assert_eq!(ready["writable"]["ok"], false, "{what}: {ready}");
        fs::write(&lock, "another's").unwrap();
    }
    server.stop();
    assert!(lock.exists(), "the lock file of the other server stays");
    let server = Server::on(&database, &[]).await;
    assert!(try_put(&server, "again").await.0.is_success());
}

#[test]
fn a_failed_import_and_a_dry_run_create_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite_in(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let nothing_made = || {
        let names = fs::read_dir(folder.path()).unwrap();
        let mut names = names.map(|n| n.unwrap().file_name().into_string().unwrap());
        assert!(!names.any(|n| n.starts_with("onemap.db")));
    };
    for wrong in [path("nosuch.geojson"), path("")] {
        let (_, err, ok) = onemap(&["import", &wrong, "--database", &database]);
        assert!(!ok && err.contains(&wrong), "{err}");
        nothing_made();
    }
    let file = path("buildings.geojson");
    fs::write(&file, building("b1", 117.13, 39.22).to_string()).unwrap();
    let import = ["import", &file, "--dry-run", "--json"];
    let (out, err, ok) = onemap(&[&import[..], &["--database", &database]].concat());
    assert!(ok, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["collections"]["buildings"]["changed"], 1, "{report}");
    nothing_made();
}
