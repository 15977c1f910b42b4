//! Jobs: work that takes longer than a request.
//!
//! A kind of job implements [`Job`]; [`Kinds`] lists them. [`Jobs`] makes, shows and cancels jobs, and runs them:
//! fair between owners, so many at a time, on threads of lower priority than the answers. What a job says of its
//! progress stays in memory and is written once a second at most. A job that was broken off begins again from
//! its checkpoint, or is lost and says so.
//!
//! | file | subject |
//! | --- | --- |
//! | `context` | what a running job may use: progress, checkpoint, cancellation, threads |
//! | `fair` | whose turn it is |
//! | `runner` | claims jobs, runs them under a lease, writes how they end |

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
pub use context::{Context, Progress};

use crate::ingest::Threads;
use crate::model::{Localized, both};
use crate::store::{self, Fault, JobQuery, JobState, NewJob, Store, StoreError};

/// How many jobs of one owner may wait or run.
pub const MOST_UNFINISHED: u32 = 20;
/// How long a job is kept from when it is made.
pub const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// The longest result and checkpoint, in bytes of JSON.
const LONGEST: usize = 4 << 20;

/// A kind of job.
pub trait Job: Send + Sync + 'static {
    /// The name of the kind, as it stands in the database.
    const KIND: &'static str;
    /// Whether a run that was broken off may begin again, from its checkpoint or from the beginning.
    const RESUMES: bool;
    /// What the job is to do.
    type Arguments: DeserializeOwned + Send + 'static;
    /// The result of the job.
    type Output: Serialize + Send;

    /// Does it. A job that is cancelled is dropped at its next `await`; long work without one belongs on
    /// [`Context::threads`].
    fn run(
        &self,
        context: Context,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Self::Output, JobError>> + Send;

    /// What a run that was broken off had brought to its end already, so that nothing is left to do. Asked
    /// before the job begins again, and also where it was cancelled or given up since: what is done is done.
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
    /// The arguments or the map are wrong; the text says how, for the owner.
    #[error("{0}")]
    Failed(Localized),
    /// The job was interrupted and cannot continue; the text says why, for its owner.
    #[error("{0}")]
    Lost(Localized),
    /// The job was cancelled.
    #[error("the job was cancelled")]
    Cancelled,
    /// The database failed. While it is away or busy, the job waits and begins again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl JobError {
    /// Whether waiting for the database may help.
    fn is_passing(&self) -> bool {
        let Self::Store(error) = self else {
            return false;
        };
        matches!(error.fault(), Some(Fault::Away | Fault::Busy))
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A kind of job without its types.
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

/// The arguments of a job, as its kind takes them.
fn read<T: DeserializeOwned>(arguments: Value) -> Result<T, JobError> {
    serde_json::from_value(arguments).map_err(|e| {
        JobError::Lost(both!(
            "任务由其他版本的程序创建，其参数无法读取（{e}），请重新发起。",
            "This program cannot read the arguments of the job ({e}); it was made by another version. Start \
             it again."
        ))
    })
}

/// The result of a job, as it is kept.
fn written<T: Serialize>(output: T) -> Result<Value, JobError> {
    serde_json::to_value(output).map_err(|e| {
        JobError::Failed(both!(
            "任务结果无法保存（{e}）。",
            "The result cannot be written: {e}."
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

/// What the operator may set.
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

/// The jobs of a store, as one process makes, shows and runs them.
#[derive(Debug, Clone)]
pub struct Jobs(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    /// Who this process is to the leases.
    node: String,
    kinds: Kinds,
    settings: Settings,
    threads: Threads,
    /// The jobs that run here, by id.
    running: Mutex<HashMap<String, Arc<Running>>>,
    /// A job was made, or one may be begun.
    wake: Notify,
}

impl Jobs {
    /// The jobs of a store, of these kinds. Nothing runs before [`Jobs::run`].
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

    /// Makes a job.
    ///
    /// # Errors
    /// [`StoreError::TooManyJobs`], [`StoreError::JobThere`], and what else the store says.
    pub async fn create(&self, new: NewJob) -> Result<store::Job, StoreError> {
        let job = self.0.store.create_job(new, MOST_UNFINISHED).await?;
        self.0.wake.notify_one();
        Ok(job)
    }

    /// A job as it is now: progress that is not written yet is in it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn get(&self, id: &str) -> Result<Option<store::Job>, StoreError> {
        Ok(self
            .0
            .store
            .job(id)
            .await?
            .map(|job| self.with_progress(job)))
    }

    /// Jobs as they are now, the newest first.
    ///
    /// # Errors
    /// When the store fails.
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
    /// When the store fails.
    pub async fn cancel(&self, id: &str) -> Result<Option<store::Job>, StoreError> {
        let job = self.0.store.cancel_job(id).await?;
        if let Some(running) = self.running(id) {
            running.cancel();
        }
        Ok(job)
    }

    /// Waits until something of a job may have changed, or for so long.
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

/// A lock that broke guards plain values, which are whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
