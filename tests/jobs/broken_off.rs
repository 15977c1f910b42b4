//! Tests of import jobs whose process died between the commit and the end of the job. The tests put the jobs into
//! the store in the state in which such a process leaves them.

use std::io::Cursor;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onemap::demo;
use onemap::ingest::{self, Options, Source, Undo};
use onemap::live::Live;
use onemap::live::jobs::{Jobs, Kinds, Settings};
use onemap::service::imports::{COMMIT, PLAN, UNDO, following, kinds};
use onemap::store::{Job, JobState, Kept, NewJob, Store, UploadLimits};
use serde_json::{Value, json};

use super::job_of;
use crate::store_suite::{Fixture, fixtures, put};
use crate::support::building;

const NAME: &str = "buildings.geojson";

fn file() -> Vec<u8> {
    let features = [building("a", 117.13, 39.22), building("b", 117.14, 39.22)];
    let all = json!({"type": "FeatureCollection", "features": features});
    all.to_string().into_bytes()
}

async fn uploaded(store: &Store) -> String {
    let until = Timestamp::now() + SignedDuration::from_hours(1);
    let upload = store.create_upload("a", NAME, until).await.unwrap();
    let limits = UploadLimits::default();
    let data = file();
    store
        .append_upload(&upload.id, &data, &limits, until)
        .await
        .unwrap();
    store.finish_upload(&upload.id, until).await.unwrap();
    upload.id
}

/// Runs jobs until this one has ended.
async fn run_until_ended(store: &Store, live: &Live, id: &str) -> Job {
    let runner = Jobs::new(
        store.clone(),
        kinds(Kinds::default(), live),
        Settings::default(),
    );
    let supervisor = onemap::live::supervisor::Supervisor::default();
    let task = tokio::spawn(runner.run(supervisor.stop_signal()));
    let job = loop {
        let job = store.job(id).await.unwrap().unwrap();
        if job.state.has_ended() {
            break job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    supervisor.stop().await;
    task.await.unwrap();
    job
}

/// Creates a job that `times` processes claimed one after the other, each until its lease expired. The checkpoint of
/// each is the newest commit at that time.
async fn begun(store: &Store, new: NewJob, times: u32) -> Job {
    const MOMENT: Duration = Duration::from_millis(1);
    let made = store.create_job(new, 9).await.unwrap();
    let mut job = made;
    for n in 0..times {
        let node = format!("dead-{n}");
        let claimed = store.claim_job(&job.id, &node, MOMENT).await.unwrap();
        job = claimed.expect("the lease of the job has expired");
        let kept = Kept {
            checkpoint: Some(json!({"after": store.head().await.unwrap().seq})),
            ..Kept::default()
        };
        assert!(store.keep_job(&job.id, &node, MOMENT, &kept).await.unwrap());
        tokio::time::sleep(MOMENT * 5).await;
    }
    job
}

fn note(job: &Job) -> Option<String> {
    Some(format!("job {}", job.id))
}

#[tokio::test]
async fn a_job_that_died_after_its_commit_ends_as_done_without_importing_twice() {
    for Fixture { store, url, .. } in &fixtures().await {
        let live = Live::start(store.clone()).await.unwrap();
        let mut new = job_of("a", PLAN);
        new.upload = Some(uploaded(store).await);
        let plan = store.create_job(new, 9).await.unwrap();
        let plan = run_until_ended(store, &live, &plan.id).await;
        assert_eq!(plan.state, JobState::Done, "{plan:?}");
        let follow = |kind: &str| following(kind, &plan, plan.author.clone(), "a");

        // The job was started more often than allowed, and cancelled too late.
        let commit = begun(store, follow(COMMIT), 4).await;
        let source = [Source::new(NAME, || Ok(Box::new(Cursor::new(file()))))];
        let options = Options {
            note: note(&commit),
            schemas: demo::schemas(),
            ..Options::default()
        };
        let result = plan.result.clone().unwrap();
        let basis = serde_json::from_value(result["basis"].clone()).unwrap();
        let report = ingest::commit(store, &source, &options, &basis, &())
            .await
            .unwrap();
        store
            .commit(crate::store_suite::edit(vec![put("others", 1)]))
            .await
            .unwrap();
        store.cancel_job(&commit.id).await.unwrap().unwrap();
        let head = store.head().await.unwrap();

        let ended = run_until_ended(store, &live, &commit.id).await;
        assert_eq!(
            (ended.state, ended.starts),
            (JobState::Done, 5),
            "{url} {ended:?}"
        );
        let said = ended.result.unwrap();
        assert_eq!(said["seq"], json!(report.seq));
        assert_eq!(said["collections"]["buildings"]["new"], 2);
        assert_eq!(store.head().await.unwrap(), head, "{url}: no commit came");

        // An undo whose process died after its commit is not made a second time either.
        let mut new = follow(UNDO);
        new.arguments = json!({"partly": false});
        let job = begun(store, new, 1).await;
        let undo = Undo {
            seq: report.seq.unwrap(),
            partly: false,
            note: note(&job),
        };
        let undone = ingest::undo(store, &undo, &job.author, &()).await.unwrap();
        let head = store.head().await.unwrap();
        let ended = run_until_ended(store, &live, &job.id).await;
        assert_eq!(ended.state, JobState::Done, "{url} {ended:?}");
        let said = ended.result.unwrap();
        assert_eq!(
            (&said["seq"], &said["undoes"]),
            (&json!(undone.seq), &json!(report.seq))
        );
        assert_eq!(said["collections"]["buildings"]["removed"], 2);
        assert_eq!(store.head().await.unwrap(), head, "{url}: no commit came");
    }
}

#[tokio::test]
async fn a_job_that_died_before_its_commit_commits_once() {
    for Fixture { store, url, .. } in &fixtures().await {
        let live = Live::start(store.clone()).await.unwrap();
        let mut new = job_of("a", PLAN);
        new.upload = Some(uploaded(store).await);
        let plan = store.create_job(new, 9).await.unwrap();
        let plan = run_until_ended(store, &live, &plan.id).await;
        let head = store.head().await.unwrap().seq;
        let new = following(COMMIT, &plan, plan.author.clone(), "a");
        let commit = begun(store, new.clone(), 1).await;
        // A commit that mentions this job but does not belong to it.
        let talk = crate::store_suite::edit(vec![put("talk", 1)]);
        let talk = talk.because(format!("about job {} and others", commit.id));
        store.commit(talk).await.unwrap();
        let ended = run_until_ended(store, &live, &commit.id).await;
        assert_eq!(ended.state, JobState::Done, "{url} {ended:?}");
        assert_eq!(ended.result.unwrap()["seq"], json!(head + 2));
        assert_eq!(store.head().await.unwrap().seq, head + 2);
        let reason = store
            .commits_after(head + 1, 1)
            .await
            .unwrap()
            .remove(0)
            .reason;
        assert_eq!(
            reason,
            note(&commit).map(|note| format!("import {NAME} ({note})"))
        );
        // A job that was cancelled before its commit stays cancelled.
        let there = store.create_job(new, 9).await;
        assert!(
            there.is_err(),
            "{}",
            Value::from("a plan has at most one commit")
        );
    }
}
