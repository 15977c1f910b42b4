//! The interface of a running job: progress, checkpoint, cancellation, threads.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;

use super::{JobError, LONGEST, lock};
use crate::ingest::Threads;
use crate::model::{Author, both};
use crate::store::{self, Kept, Store};

/// The progress of a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// The stage of the job, as a word for programs, such as `reading`.
    pub stage: String,
    /// How much of the stage is done, from 0 to 1.
    pub share: f64,
    /// The number of items (features, places) processed so far.
    pub done: u64,
    /// The state of the search for the best plan, if the job searches for one.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
}

/// The state of a search for the best plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Search {
    /// The objective of the best plan so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incumbent: Option<f64>,
    /// The bound of the objective: no plan is better than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// `|incumbent − bound| / |incumbent|`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
}

/// The state of a job that runs in this process.
#[derive(Debug)]
pub(super) struct Running {
    progress: watch::Sender<Option<Value>>,
    cancelling: watch::Sender<Cancelling>,
}

/// Whether a job has to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cancelling {
    /// No stop was requested.
    No,
    /// A stop was requested before the result was committed.
    Yes,
    /// The job can no longer be stopped, because it is about to commit its result.
    TooLate,
}

impl Running {
    pub fn new(progress: Option<Value>) -> Self {
        Self {
            progress: watch::Sender::new(progress),
            cancelling: watch::Sender::new(Cancelling::No),
        }
    }

    /// The progress, if the job has reported any.
    pub fn progress(&self) -> Option<Value> {
        self.progress.borrow().clone()
    }

    /// Asks the job to stop.
    pub fn cancel(&self) {
        self.cancelling.send_if_modified(|c| {
            let asked = *c == Cancelling::No;
            if asked {
                *c = Cancelling::Yes;
            }
            asked
        });
    }

    /// Waits until a stop is requested. Never returns if the job can no longer be stopped.
    pub async fn cancelled(&self) {
        let mut watch = self.cancelling.subscribe();
        if watch.wait_for(|c| *c == Cancelling::Yes).await.is_err() {
            // `self` owns the sender, so the channel is open.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the job reports new progress, or has ended.
    pub async fn changed(&self) {
        let _ = self.progress.subscribe().changed().await;
    }

    /// Wakes the callers of [`changed`](Self::changed), because the job has ended.
    pub fn ended(&self) {
        self.progress.send_modify(|_| {});
    }
}

/// What an implementation of [`Job`](super::Job) can read and do while it runs.
#[derive(Debug, Clone)]
pub struct Context {
    pub(super) job: Arc<store::Job>,
    pub(super) store: Store,
    pub(super) node: String,
    pub(super) lease: Duration,
    pub(super) threads: Threads,
    pub(super) running: Arc<Running>,
    /// The newest checkpoint, from which the next run continues if this one is interrupted.
    pub(super) checkpoint: Arc<Mutex<Option<Value>>>,
}

impl Context {
    /// The id of the job.
    pub fn id(&self) -> &str {
        &self.job.id
    }

    /// The account that created the job; its commits have this author.
    pub fn author(&self) -> &Author {
        &self.job.author
    }

    /// The id of the account that owns the job.
    pub fn owner(&self) -> &str {
        &self.job.owner
    }

    /// The upload that the job reads.
    pub fn upload(&self) -> Option<&str> {
        self.job.upload.as_deref()
    }

    /// The id of the job whose result this job uses.
    pub fn parent(&self) -> Option<&str> {
        self.job.parent.as_deref()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Threads for long work: half as many as there are cores, or as many as jobs that may run at a time if that is
    /// more. Their priority is lower than that of the threads that answer requests.
    pub fn threads(&self) -> &Threads {
        &self.threads
    }

    /// Reports progress. The call is cheap: progress is kept in memory and stored at most once a second.
    pub fn report(&self, progress: &Progress) {
        let said = serde_json::to_value(progress).ok();
        self.running.progress.send_if_modified(|now| {
            let changed = *now != said;
            *now = said;
            changed
        });
    }

    /// The checkpoint from which this run continues; `None` if no run has stored one.
    ///
    /// # Errors
    /// [`JobError::Lost`] if another version of the program wrote it in a form that this one cannot read.
    pub fn checkpoint<T: DeserializeOwned>(&self) -> Result<Option<T>, JobError> {
        let saved = lock(&self.checkpoint).clone();
        saved.map(serde_json::from_value).transpose().map_err(|e| {
            JobError::Lost(both!(
                "任务进度由其他版本的程序保存，无法读取（{e}），请重新发起。",
                "The checkpoint of the job cannot be read ({e}), because another version of the program \
                 wrote it. Start the job again."
            ))
        })
    }

    /// Stores a checkpoint; it is durable when this returns.
    ///
    /// # Errors
    /// If the store fails, or another process has taken over the job.
    pub async fn save<T: Serialize + Sync>(&self, checkpoint: &T) -> Result<(), JobError> {
        let value = serde_json::to_value(checkpoint).map_err(|e| {
            JobError::Failed(both!(
                "任务进度无法保存（{e}）。",
                "The checkpoint of the job cannot be written: {e}."
            ))
        })?;
        if value.to_string().len() > LONGEST {
            return Err(JobError::Failed(both!(
                "任务进度数据过大，无法保存；请缩小任务范围后重新发起。",
                "The checkpoint of the job is too large to be stored. Start the job again for a smaller part of the data."
            )));
        }
        let kept = Kept {
            checkpoint: Some(value.clone()),
            ..Kept::default()
        };
        self.keep(&kept).await?;
        *lock(&self.checkpoint) = Some(value);
        Ok(())
    }

    /// Stores the number of the commit as of which the job reads the map.
    ///
    /// # Errors
    /// If the store fails, or another process has taken over the job.
    pub async fn reads(&self, seq: u64) -> Result<(), JobError> {
        let kept = Kept {
            seq: Some(seq),
            ..Kept::default()
        };
        self.keep(&kept).await
    }

    /// Marks the job as no longer cancellable. Jobs call it right before they commit.
    ///
    /// # Errors
    /// [`JobError::Cancelled`] if the job was cancelled before.
    pub fn point_of_no_return(&self) -> Result<(), JobError> {
        let mut in_time = true;
        self.running.cancelling.send_modify(|c| {
            if *c == Cancelling::Yes {
                in_time = false;
            } else {
                *c = Cancelling::TooLate;
            }
        });
        in_time.then_some(()).ok_or(JobError::Cancelled)
    }

    async fn keep(&self, kept: &Kept) -> Result<(), JobError> {
        let ours = self
            .store
            .keep_job(&self.job.id, &self.node, self.lease, kept)
            .await?;
        // The runner notices the lost lease too and ends this run without storing a result.
        ours.then_some(()).ok_or(JobError::Cancelled)
    }
}
