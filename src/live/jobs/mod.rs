//! Jobs: work that takes longer than a request.
//!
//! A kind of job implements [`Job`]; [`Kinds`] lists them. [`Jobs`] creates, shows, cancels and runs jobs: fairly
//! between owners, a limited number at a time, on threads with a lower priority than those that answer requests.
//! Progress is kept in memory and stored at most once a second. An interrupted job continues from its checkpoint;
//! if its kind cannot continue, the job ends as lost, with the reason.
//!
//! | file | subject |
//! | --- | --- |
//! | `context` | the interface of a running job: progress, checkpoint, cancellation, threads |
//! | `fair` | which owner's job starts next |
//! | `runner` | claims jobs, runs them under a lease, stores how they end |

mod context;
mod fair;
mod runner;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Notify;

use context::Running;
pub use context::{Context, Progress, Search};

use crate::ingest::Threads;
use crate::model::{Localized, both};
use crate::store::{self, Fault, JobQuery, JobState, NewJob, Store, StoreError};

/// The most jobs of one owner that wait or run.
pub const MOST_UNFINISHED: u32 = 20;
/// How long a job and its result are kept after the job is created.
pub const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// The largest result or checkpoint, in bytes of JSON.
const LONGEST: usize = 4 << 20;

/// A kind of job.
pub trait Job: Send + Sync + 'static {
    /// The name of the kind, as stored in the database.
    const KIND: &'static str;
    /// Whether an interrupted job may run again, from its checkpoint or from the beginning.
    const RESUMES: bool;
    /// The arguments of the job.
    type Arguments: DeserializeOwned + Send + 'static;
    /// The result of the job.
    type Output: Serialize + Send;

    /// Runs the job. A cancelled job is dropped at its next `await`. Long computations without an `await` must run on
    /// [`Context::threads`].
    fn run(
        &self,
        context: Context,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Self::Output, JobError>> + Send;

    /// The result, if an interrupted run had already committed its work; `None` if it had not. Called before the job
    /// runs again. Also called if the job was cancelled or interrupted too often, because its commit stays on the map.
    fn finished(
        &self,
        _context: Context,
        _arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Option<Self::Output>, JobError>> + Send {
        std::future::ready(Ok(None))
    }
}

/// Why a job ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The job failed because of its arguments or the map; the text tells the owner what is wrong.
    #[error("{0}")]
    Failed(Localized),
    /// The job was interrupted and cannot continue; the text says why, for its owner.
    #[error("{0}")]
    Lost(Localized),
    /// The job was cancelled.
    #[error("the job was cancelled")]
    Cancelled,
    /// The database failed. If it is only unavailable or busy, the job waits and runs again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl JobError {
    /// Whether the job may succeed when the database is available again.
    fn is_passing(&self) -> bool {
        let Self::Store(error) = self else {
            return false;
        };
        matches!(error.fault(), Some(Fault::Away | Fault::Busy))
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A kind of job with its types erased: arguments and results are JSON.
trait Runnable: Send + Sync {
    fn resumes(&self) -> bool;
    fn run(&self, context: Context, arguments: Value) -> Boxed<'_, Result<Value, JobError>>;
    fn finished(
        &self,
        context: Context,
        arguments: Value,
    ) -> Boxed<'_, Result<Option<Value>, JobError>>;
}

impl<J: Job> Runnable for J {
    fn resumes(&self) -> bool {
        J::RESUMES
    }

    fn run(&self, context: Context, arguments: Value) -> Boxed<'_, Result<Value, JobError>> {
        Box::pin(async move {
            let output = Job::run(self, context, read(arguments)?).await?;
            written(output)
        })
    }

    fn finished(
        &self,
        context: Context,
        arguments: Value,
    ) -> Boxed<'_, Result<Option<Value>, JobError>> {
        Box::pin(async move {
            let output = Job::finished(self, context, read(arguments)?).await?;
            output.map(written).transpose()
        })
    }
}

/// Decodes the arguments of a job.
fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, JobError> {
    serde_json::from_value(arguments).map_err(|e| {
        JobError::Lost(both!(
            "任务由其他版本的程序创建，其参数无法读取（{e}），请重新发起。",
            "The arguments of the job cannot be read ({e}), because another version of the program created \
             it. Start the job again."
        ))
    })
}

/// Encodes the result of a job.
fn written<T: Serialize>(output: T) -> Result<Value, JobError> {
    serde_json::to_value(output).map_err(|e| {
        JobError::Failed(both!(
            "任务结果无法保存（{e}）。",
            "The result of the job cannot be written: {e}."
        ))
    })
}

/// The kinds of jobs that a process runs.
#[derive(Clone, Default)]
pub struct Kinds(HashMap<&'static str, Arc<dyn Runnable>>);

impl std::fmt::Debug for Kinds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Kinds {
    /// Adds a kind.
    #[must_use]
    pub fn with<J: Job>(mut self, job: J) -> Self {
        self.0.insert(J::KIND, Arc::new(job));
        self
    }
}

/// Settings of the operator.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// How many jobs run at a time in this process.
    pub at_a_time: usize,
    /// How long a lease on a running job holds without being renewed.
    pub lease: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            at_a_time: 2,
            lease: Duration::from_secs(15),
        }
    }
}

/// The jobs of a store: this process creates, shows and runs them.
#[derive(Debug, Clone)]
pub struct Jobs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    /// The name under which this process holds leases.
    node: String,
    kinds: Kinds,
    settings: Settings,
    threads: Threads,
    /// The jobs that run in this process, by id.
    running: Mutex<HashMap<String, Arc<Running>>>,
    /// Signals that a job was created, or that a job may start.
    wake: Notify,
}

impl Jobs {
    /// The jobs of a store. No job runs before [`Jobs::run`]. A job of a kind that is not in `kinds` ends as lost.
    pub fn new(store: Store, kinds: Kinds, settings: Settings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        Self(Arc::new(Inner {
            node: store.lease_holder(),
            store,
            kinds,
            settings,
            threads: Threads::background((cores / 2).max(settings.at_a_time)),
            running: Mutex::default(),
            wake: Notify::new(),
        }))
    }

    /// Creates a job.
    ///
    /// # Errors
    /// [`StoreError::TooManyJobs`], [`StoreError::JobThere`], or another error of the store.
    pub async fn create(&self, new: NewJob) -> Result<store::Job, StoreError> {
        let job = self.0.store.create_job(new, MOST_UNFINISHED).await?;
        self.0.wake.notify_one();
        Ok(job)
    }

    /// The current state of a job, including progress that is not stored yet.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn get(&self, id: &str) -> Result<Option<store::Job>, StoreError> {
        Ok(self
            .0
            .store
            .job(id)
            .await?
            .map(|job| self.with_progress(job)))
    }

    /// The current state of jobs, newest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn list(&self, query: &JobQuery) -> Result<Vec<store::Job>, StoreError> {
        let jobs = self.0.store.jobs(query).await?;
        Ok(jobs
            .into_iter()
            .map(|job| self.with_progress(job))
            .collect())
    }

    /// Cancels a job that has not ended. A job on another node stops within a second. Returns `None` if there is
    /// no such job.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cancel(&self, id: &str) -> Result<Option<store::Job>, StoreError> {
        let job = self.0.store.cancel_job(id).await?;
        if let Some(running) = self.running(id) {
            running.cancel();
        }
        Ok(job)
    }

    /// Waits until a job may have changed, at most for this long.
    pub async fn changed(&self, id: &str, patience: Duration) {
        match self.running(id) {
            Some(running) => {
                let _ = tokio::time::timeout(patience, running.changed()).await;
            }
            None => tokio::time::sleep(patience).await,
        }
    }

    fn running(&self, id: &str) -> Option<Arc<Running>> {
        lock(&self.0.running).get(id).cloned()
    }

    fn with_progress(&self, mut job: store::Job) -> store::Job {
        if job.state == JobState::Running
            && let Some(progress) = self.running(&job.id).and_then(|r| r.progress())
        {
            job.progress = Some(progress);
        }
        job
    }
}

/// Locks even after a panic of another thread: the values are plain and always consistent.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
