//! Tests of the job runner, with kinds of jobs that count, wait and record.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onemap::live::jobs::{
    Context, Job, JobError, Jobs, Kinds, MOST_UNFINISHED, Progress, Settings,
};
use onemap::live::supervisor::Supervisor;
use onemap::store::{self, JobState, Store, StoreError};
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

use super::job_of;
use crate::store_suite::{Fixture, fixtures};

const SHORT: Duration = Duration::from_millis(1);

/// A job that counts up to a number and writes a checkpoint for each step.
struct Counting {
    up_to: u64,
    /// The steps of all runs together.
    steps: Arc<AtomicU64>,
}

impl Job for Counting {
    const KIND: &'static str = "counting";
    const RESUMES: bool = true;
    type Arguments = Value;
    type Output = Value;

    async fn run(&self, context: Context, _: Value) -> Result<Value, JobError> {
        let mut n = context.checkpoint::<u64>()?.unwrap_or(0);
        while n < self.up_to {
            n += 1;
            self.steps.fetch_add(1, Ordering::Relaxed);
            context.report(&Progress {
                stage: "counting".into(),
                share: n as f64 / self.up_to as f64,
                done: n,
                search: None,
            });
            context.save(&n).await?;
            tokio::time::sleep(SHORT).await;
        }
        Ok(json!({"counted": n}))
    }
}

/// A job that runs until it is cancelled and cannot be resumed.
struct Fragile;

impl Job for Fragile {
    const KIND: &'static str = "fragile";
    const RESUMES: bool = false;
    type Arguments = Value;
    type Output = Value;

    async fn run(&self, _: Context, _: Value) -> Result<Value, JobError> {
        std::future::pending().await
    }
}

/// A job that records its owner.
struct Recording(Arc<Mutex<Vec<String>>>);

impl Job for Recording {
    const KIND: &'static str = "recording";
    const RESUMES: bool = true;
    type Arguments = Value;
    type Output = ();

    async fn run(&self, context: Context, _: Value) -> Result<(), JobError> {
        let owner = context.author().account.clone().unwrap();
        self.0.lock().unwrap().push(owner);
        Ok(())
    }
}

/// A job that ends as soon as a given number of these jobs run at the same time.
struct Together {
    barrier: Barrier,
    running: AtomicU64,
    most: Arc<AtomicU64>,
}

impl Job for Together {
    const KIND: &'static str = "together";
    const RESUMES: bool = true;
    type Arguments = Value;
    type Output = ();

    async fn run(&self, _: Context, _: Value) -> Result<(), JobError> {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        self.barrier.wait().await;
        self.running.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

/// A job that fails in one of the possible ways.
struct Failing;

impl Job for Failing {
    const KIND: &'static str = "failing";
    const RESUMES: bool = true;
    type Arguments = String;
    type Output = ();

    async fn run(&self, context: Context, how: String) -> Result<(), JobError> {
        context.point_of_no_return()?;
        match how.as_str() {
            "in words" => Err(JobError::Failed(
                ("文件为空。", "The file is empty.").into(),
            )),
            how => panic!("{how}"),
        }
    }
}

/// The job runner of one process, on a store.
struct Runner {
    jobs: Jobs,
    supervisor: Supervisor,
    task: JoinHandle<()>,
}

impl Runner {
    fn start(store: &Store, kinds: Kinds) -> Self {
        let settings = Settings {
            at_a_time: 2,
            lease: Duration::from_secs(2),
        };
        Self::with(store, kinds, settings)
    }

    fn with(store: &Store, kinds: Kinds, settings: Settings) -> Self {
        let jobs = Jobs::new(store.clone(), kinds, settings);
        let supervisor = Supervisor::default();
        let task = tokio::spawn(jobs.clone().run(supervisor.stop_signal()));
        Self {
            jobs,
            supervisor,
            task,
        }
    }

    /// Stops the runner as a process does on a signal.
    async fn stop(self) {
        self.supervisor.stop().await;
        self.task.await.unwrap();
    }

    /// Stops the runner as if its process was killed: nothing is written.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// Waits until the job fulfils a condition. If it never does, the test runner's time limit ends the test.
async fn when(store: &Store, id: &str, holds: impl Fn(&store::Job) -> bool) -> store::Job {
    loop {
        let job = store.job(id).await.unwrap().expect("the job");
        if holds(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn ended(store: &Store, id: &str) -> store::Job {
    when(store, id, |job| job.state.has_ended()).await
}

fn counting(up_to: u64) -> (Kinds, Arc<AtomicU64>) {
    let steps = Arc::new(AtomicU64::new(0));
    let kind = Counting {
        up_to,
        steps: Arc::clone(&steps),
    };
    (Kinds::default().with(kind), steps)
}

#[tokio::test]
async fn cancelling_a_job_stops_its_work() {
    for Fixture { store, url, .. } in &fixtures().await {
        let (kinds, steps) = counting(u64::MAX);
        let runner = Runner::start(store, kinds);
        let elsewhere = Store::open(url).await.unwrap();
        let elsewhere = Jobs::new(elsewhere, Kinds::default(), Settings::default());
        // A running job is cancelled in the process that runs it, and through another process.
        for by in [&runner.jobs, &elsewhere] {
            let job = runner.jobs.create(job_of("a", "counting")).await.unwrap();
            assert_eq!(job.state, JobState::Queued);
            let before = steps.load(Ordering::Relaxed);
            when(store, &job.id, |job| job.checkpoint.is_some()).await;
            assert!(steps.load(Ordering::Relaxed) > before);
            by.cancel(&job.id).await.unwrap().unwrap();
            let job = ended(store, &job.id).await;
            assert_eq!((job.state, job.result), (JobState::Cancelled, None));
            let then = steps.load(Ordering::Relaxed);
            tokio::time::sleep(20 * SHORT).await;
            assert_eq!(steps.load(Ordering::Relaxed), then);
        }
        runner.stop().await;
        // A waiting job is cancelled at once.
        let waits = elsewhere.create(job_of("a", "counting")).await.unwrap();
        let cancelled = elsewhere.cancel(&waits.id).await.unwrap().unwrap();
        assert_eq!(cancelled.state, JobState::Cancelled);
    }
}

#[tokio::test]
async fn progress_is_visible_at_once_and_the_result_is_kept() {
    for Fixture { store, .. } in &fixtures().await {
        let (kinds, _) = counting(50);
        let runner = Runner::start(store, kinds);
        let job = runner.jobs.create(job_of("a", "counting")).await.unwrap();
        let seen = loop {
            let job = runner.jobs.get(&job.id).await.unwrap().unwrap();
            if let Some(progress) = job.progress {
                break progress;
            }
            runner.jobs.changed(&job.id, Duration::from_millis(5)).await;
        };
        assert_eq!(seen["stage"], "counting");
        let job = ended(store, &job.id).await;
        assert_eq!(job.state, JobState::Done);
        assert_eq!(job.result, Some(json!({"counted": 50})));
        assert_eq!((job.starts, job.problem), (1, None));
        runner.stop().await;
    }
}

#[tokio::test]
async fn owners_take_turns_whoever_created_jobs_first() {
    for Fixture { store, .. } in &fixtures().await {
        let served = Arc::new(Mutex::new(Vec::new()));
        let kinds = || Kinds::default().with(Recording(Arc::clone(&served)));
        let queue = Jobs::new(store.clone(), kinds(), Settings::default());
        let mut last = String::new();
        for owner in ["a", "a", "a", "a", "b", "b", "c"] {
            let job = queue.create(job_of(owner, "recording")).await.unwrap();
            last = if owner == "a" { job.id } else { last };
        }
        let one = Settings {
            at_a_time: 1,
            ..Settings::default()
        };
        let runner = Runner::with(store, kinds(), one);
        ended(store, &last).await;
        assert_eq!(*served.lock().unwrap(), ["a", "b", "c", "a", "b", "a", "a"]);
        runner.stop().await;
    }
}

#[tokio::test]
async fn the_number_of_concurrent_jobs_is_limited() {
    for Fixture { store, .. } in &fixtures().await {
        let most = Arc::new(AtomicU64::new(0));
        let kinds = Kinds::default().with(Together {
            barrier: Barrier::new(2),
            running: AtomicU64::new(0),
            most: Arc::clone(&most),
        });
        let runner = Runner::start(store, kinds);
        let mut made = Vec::new();
        for owner in ["a", "a", "a", "b", "b", "b"] {
            made.push(
                runner
                    .jobs
                    .create(job_of(owner, "together"))
                    .await
                    .unwrap()
                    .id,
            );
        }
        for id in &made {
            assert_eq!(ended(store, id).await.state, JobState::Done);
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
        runner.stop().await;
    }
}

#[tokio::test]
async fn after_a_kill_a_job_continues_from_its_checkpoint_or_is_marked_as_lost() {
    const UP_TO: u64 = 300;
    for Fixture { store, url, .. } in &fixtures().await {
        let (kinds, steps) = counting(UP_TO);
        let first = Runner::start(store, kinds.clone().with(Fragile));
        let goes_on = first.jobs.create(job_of("a", "counting")).await.unwrap().id;
        let fragile = first.jobs.create(job_of("b", "fragile")).await.unwrap().id;
        when(store, &fragile, |job| job.state == JobState::Running).await;
        let far = |job: &store::Job| {
            job.checkpoint
                .as_ref()
                .is_some_and(|n| n.as_u64() > Some(9))
        };
        when(store, &goes_on, far).await;
        first.kill().await;

        let again = Store::open(url).await.unwrap();
        let second = Runner::start(&again, kinds.with(Fragile));
        let lost = ended(store, &fragile).await;
        assert_eq!(lost.state, JobState::Lost);
        assert!(lost.problem.unwrap().en.contains("Start it again"));
        let done = ended(store, &goes_on).await;
        assert_eq!((done.state, done.starts), (JobState::Done, 2));
        assert_eq!(done.result, Some(json!({"counted": UP_TO})));
        // At most the one step after the last checkpoint was made twice.
        assert!(steps.load(Ordering::Relaxed) <= UP_TO + 1);
        second.stop().await;
    }
}

#[tokio::test]
async fn a_job_that_is_interrupted_too_often_is_marked_as_lost() {
    for Fixture { store, url, .. } in &fixtures().await {
        let (kinds, _) = counting(u64::MAX);
        let mut id = None;
        for start in 1..=3 {
            let runner = Runner::start(&Store::open(url).await.unwrap(), kinds.clone());
            if id.is_none() {
                let made = runner.jobs.create(job_of("a", "counting")).await.unwrap();
                id = Some(made.id);
            }
            let id = id.as_deref().unwrap();
            when(store, id, |j| {
                j.state == JobState::Running && j.starts == start
            })
            .await;
            runner.kill().await;
        }
        let runner = Runner::start(&Store::open(url).await.unwrap(), kinds);
        let lost = ended(store, &id.unwrap()).await;
        assert_eq!(lost.state, JobState::Lost);
        assert!(lost.problem.unwrap().en.contains("3 times"));
        runner.stop().await;
    }
}

#[tokio::test]
async fn a_process_that_stops_normally_returns_its_jobs_to_the_queue() {
    for Fixture { store, .. } in &fixtures().await {
        let (kinds, _) = counting(u64::MAX);
        let runner = Runner::start(store, kinds);
        let id = runner
            .jobs
            .create(job_of("a", "counting"))
            .await
            .unwrap()
            .id;
        when(store, &id, |job| job.checkpoint.is_some()).await;
        runner.stop().await;
        let job = store.job(&id).await.unwrap().unwrap();
        assert_eq!((job.state, job.starts), (JobState::Queued, 0));
        assert!(job.checkpoint.is_some());
    }
}

#[tokio::test]
async fn two_processes_never_run_one_job_twice() {
    for Fixture { store, url, .. } in &fixtures().await {
        // A SQLite file has only one serving process.
        if store.kind() == "sqlite" {
            continue;
        }
        let served = Arc::new(Mutex::new(Vec::new()));
        let kinds = || Kinds::default().with(Recording(Arc::clone(&served)));
        let other = Store::open(url).await.unwrap();
        let runners = [
            Runner::start(store, kinds()),
            Runner::start(&other, kinds()),
        ];
        let mut made = Vec::new();
        for n in 0..30 {
            let owner = format!("owner-{n}");
            let job = runners[n % 2].jobs.create(job_of(&owner, "recording"));
            made.push((owner, job.await.unwrap().id));
        }
        for (_, id) in &made {
            assert_eq!(ended(store, id).await.state, JobState::Done);
        }
        let mut served = served.lock().unwrap().clone();
        served.sort();
        let mut owners: Vec<String> = made.into_iter().map(|(owner, _)| owner).collect();
        owners.sort();
        assert_eq!(served, owners);
        for runner in runners {
            runner.stop().await;
        }
    }
}

#[tokio::test]
async fn a_failed_job_has_a_reason_and_a_job_of_unknown_kind_is_lost() {
    for Fixture { store, .. } in &fixtures().await {
        let runner = Runner::start(store, Kinds::default().with(Failing));
        let mut failing = job_of("a", "failing");
        failing.arguments = json!("in words");
        let words = runner.jobs.create(failing.clone()).await.unwrap().id;
        failing.arguments = json!("a fault");
        let fault = runner.jobs.create(failing.clone()).await.unwrap().id;
        failing.arguments = json!(7);
        let unreadable = runner.jobs.create(failing).await.unwrap().id;
        let unknown = runner
            .jobs
            .create(job_of("a", "dreaming"))
            .await
            .unwrap()
            .id;
        for (id, state, text) in [
            (words, JobState::Failed, "The file is empty."),
            (fault, JobState::Failed, "the log has the cause"),
            (unreadable, JobState::Lost, "another version"),
            (unknown, JobState::Lost, "\"dreaming\""),
        ] {
            let job = ended(store, &id).await;
            assert_eq!(job.state, state, "{job:?}");
            assert!(job.problem.as_ref().unwrap().en.contains(text), "{job:?}");
        }
        runner.stop().await;
    }
}

#[tokio::test]
async fn unfinished_jobs_are_limited_per_owner_and_follow_ups_to_one_of_a_kind() {
    for Fixture { store, .. } in &fixtures().await {
        let queue = Jobs::new(store.clone(), Kinds::default(), Settings::default());
        let mut last = None;
        for _ in 0..MOST_UNFINISHED {
            last = Some(queue.create(job_of("a", "counting")).await.unwrap().id);
        }
        let error = queue.create(job_of("a", "counting")).await.unwrap_err();
        assert!(matches!(error, StoreError::TooManyJobs { .. }), "{error}");
        queue.cancel(last.as_deref().unwrap()).await.unwrap();
        let mut child = job_of("a", "child");
        child.parent = last;
        let first = queue.create(child.clone()).await.unwrap();
        child.owner = "b".to_owned();
        let error = queue.create(child.clone()).await.unwrap_err();
        assert!(matches!(error, StoreError::JobThere { .. }), "{error}");
        let parent = child.parent.clone().unwrap();
        let found = store.job_of(&parent, "child").await.unwrap();
        assert_eq!(found.map(|j| j.id), Some(first.id.clone()));
        queue.cancel(&first.id).await.unwrap();
        queue.create(child).await.unwrap();
    }
}

#[tokio::test]
async fn ended_jobs_are_removed_on_request_beyond_a_number_and_after_a_time() {
    for Fixture { store, .. } in &fixtures().await {
        let queue = Jobs::new(store.clone(), Kinds::default(), Settings::default());
        let make = async || {
            let job = queue.create(job_of("a", "counting")).await.unwrap();
            queue.cancel(&job.id).await.unwrap().unwrap().id
        };
        let first = make().await;
        let second = make().await;
        assert!(store.delete_job(&second).await.unwrap());
        assert!(!store.delete_job(&second).await.unwrap());
        for _ in 0..store::MOST_KEPT {
            make().await;
        }
        assert_eq!(
            store.job(&first).await.unwrap(),
            None,
            "the oldest finished job is removed"
        );
        let waits = queue.create(job_of("b", "counting")).await.unwrap();
        assert!(
            !store.delete_job(&waits.id).await.unwrap(),
            "an unfinished job is not removed"
        );
        let now = Timestamp::now();
        assert_eq!(store.sweep_jobs(now).await.unwrap(), 0);
        let later = now + SignedDuration::from_hours(25);
        let swept = u64::from(store::MOST_KEPT) + 1;
        assert_eq!(store.sweep_jobs(later).await.unwrap(), swept);
    }
}
