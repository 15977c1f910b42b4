//! `/api/jobs` on the built program.

use onemap::store::Store;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::job_of;
use crate::support::feed::Feed;
use crate::support::postgres;
use crate::support::server::{Server, problem, sqlite_in, token};

/// A server with the accounts of two stewards, and a job of the first one of a kind that no program can run.
async fn with_a_job(database: &str) -> (Server, [String; 2], String) {
    let server = Server::on(database, &[]).await;
    let steward = token(database, "steward");
    let planner = token(database, "planner");
    let store = Store::open(database).await.unwrap();
    let owner = store.account_named("steward").await.unwrap().unwrap();
    let mut new = job_of(&owner.id, "dreaming");
    new.author.account = Some(owner.name);
    let job = store.create_job(new, 1).await.unwrap();
    (server, [steward, planner], job.id)
}

async fn get(server: &Server, path: &str, token: &str) -> (StatusCode, Value) {
    let request = server.request(Method::GET, path).bearer_auth(token);
    let response = request.send().await.unwrap();
    let status = response.status();
    (status, response.json().await.unwrap())
}

#[tokio::test]
async fn only_its_owner_and_administrators_can_see_a_job() {
    let folder = tempfile::tempdir().unwrap();
    let mut databases = vec![sqlite_in(folder.path())];
    databases.extend(postgres::database());
    for database in databases {
        let (server, [owner, other], id) = with_a_job(&database).await;
        let path = format!("/api/jobs/{id}");

        // The stream reports the end of the job and then ends.
        let request = server
            .request(Method::GET, &format!("{path}/events"))
            .bearer_auth(&owner);
        let mut feed = Feed::of(request).await;
        let last = loop {
            let event = feed.next().await;
            assert_eq!(event.kind, "job");
            assert_eq!(event.data["id"], *id);
            if event.data["state"] == "lost" {
                break event;
            }
        };
        assert!(last.data["problem"].as_str().unwrap().contains("dreaming"));
        let back = server
            .request(Method::GET, &format!("{path}/events"))
            .bearer_auth(&owner)
            .header("Last-Event-ID", last.id.unwrap());
        assert_eq!(back.send().await.unwrap().status(), StatusCode::NO_CONTENT);

        for reader in [&owner, &server.admin] {
            let (status, job) = get(&server, &path, reader).await;
            assert_eq!((status, &job["state"]), (StatusCode::OK, &"lost".into()));
            assert_eq!(job["owner"], "steward");
            let (_, list) = get(&server, "/api/jobs?limit=1", reader).await;
            assert_eq!(list["jobs"][0]["id"], *id);
            let next = list["next"].as_str().unwrap();
            let (_, rest) = get(&server, &format!("/api/jobs?before={next}"), reader).await;
            assert_eq!(rest["jobs"], Value::Array(Vec::new()));
        }

        let (_, list) = get(&server, "/api/jobs", &other).await;
        assert_eq!(list["jobs"], Value::Array(Vec::new()));
        for (method, path) in [
            (Method::GET, path.clone()),
            (Method::GET, format!("{path}/events")),
            (Method::DELETE, path.clone()),
            (Method::GET, "/api/jobs/none".to_owned()),
        ] {
            let request = server.request(method.clone(), &path).bearer_auth(&other);
            let (status, _) = problem(request.send().await.unwrap()).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{method} {path}");
            let (status, _) = problem(server.request(method, &path).send().await.unwrap()).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        }

        let removed = server.request(Method::DELETE, &path).bearer_auth(&owner);
        assert_eq!(
            removed.send().await.unwrap().status(),
            StatusCode::NO_CONTENT
        );
        let (status, _) = get(&server, &path, &owner).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_health_check_lists_the_tasks_of_the_process() {
    let mut server = Server::start().await;
    let ready = server.json("/health/ready").await;
    let tasks = ready["tasks"].as_object().unwrap();
    let names = [
        "follower",
        "search directory",
        "route network",
        "timer",
        "webhooks",
        "sweeps",
        "jobs",
    ];
    for name in names {
        assert_eq!(tasks[name]["state"], "running", "{ready}");
        assert_eq!(tasks[name]["restarts"], 0);
    }
    assert!(server.process().stop(), "the server stops normally");
}
