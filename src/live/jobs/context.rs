//! What a running job may use.

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
    /// What it is doing: a word for programs, such as `reading`.
    pub stage: String,
    /// How much of the stage is done, from 0 to 1.
    pub share: f64,
    /// How many things (features, places) it has seen.
    pub done: u64,
}

/// What this process knows of a job that runs here.
#[derive(Debug)]
pub(super) struct Running {
    progress: watch::Sender<Option<Value>>,
    cancelling: watch::Sender<Cancelling>,
}

/// Whether a job is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cancelling {
    /// No stop was requested.
    No,
    /// A stop was requested before the result was committed.
    Yes,
    /// The job is past the point at which it could stop.
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

    /// Requests that the job stops.
    pub fn cancel(&self) {
        self.cancelling.send_if_modified(|c| {
            let asked = *c == Cancelling::No;
            if asked {
                *c = Cancelling::Yes;
            }
            asked
        });
    }

    /// Waits until somebody asks it to stop in time.
    pub async fn cancelled(&self) {
        let mut watch = self.cancelling.subscribe();
        if watch.wait_for(|c| *c == Cancelling::Yes).await.is_err() {
            // The sender is `self`: it is there.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until it says something new of its progress, or has ended.
    pub async fn changed(&self) {
        let _ = self.progress.subscribe().changed().await;
    }

    /// Tells those who wait that it has ended.
    pub fn ended(&self) {
        self.progress.send_modify(|_| {});
    }
}

/// A running job, as its kind sees it.
#[derive(Debug, Clone)]
pub struct Context {
    pub(super) job: Arc<store::Job>,
    pub(super) store: Store,
    pub(super) node: String,
    pub(super) lease: Duration,
    pub(super) threads: Threads,
    pub(super) running: Arc<Running>,
    /// The newest checkpoint, which a run that begins again finds.
    pub(super) checkpoint: Arc<Mutex<Option<Value>>>,
}

impl Context {
    /// The id of the job.
    pub fn id(&self) -> &str {
        &self.job.id
    }

    /// Who made the job: what it writes, it writes as this author.
    pub fn author(&self) -> &Author {
        &self.job.author
    }

    /// The id of the account whose job it is.
    pub fn owner(&self) -> &str {
        &self.job.owner
    }

    /// The upload that it reads.
    pub fn upload(&self) -> Option<&str> {
        self.job.upload.as_deref()
    }

    /// The job whose result it uses.
    pub fn parent(&self) -> Option<&str> {
        self.job.parent.as_deref()
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Threads for long work: fewer than there are cores, and of lower priority than the answers.
    pub fn threads(&self) -> &Threads {
        &self.threads
    }

    /// Reports progress. Cheap: it stays in memory and is written once a second at most.
    pub fn report(&self, progress: &Progress) {
        let said = serde_json::to_value(progress).ok();
        self.running.progress.send_if_modified(|now| {
            let changed = *now != said;
            *now = said;
            changed
        });
    }

    /// The checkpoint from which this run goes on; `None` at the beginning.
    ///
    /// # Errors
    /// [`JobError::Lost`] where another version wrote it.
    pub fn checkpoint<T: DeserializeOwned>(&self) -> Result<Option<T>, JobError> {
        let saved = lock(&self.checkpoint).clone();
        saved.map(serde_json::from_value).transpose().map_err(|e| {
            JobError::Lost(both!(
                "任务进度由其他版本的程序保存，无法读取（{e}），请重新发起。",
                "This program cannot read how far the job was ({e}); another version wrote it. Start it \
                 again."
            ))
        })
    }

    /// Keeps a checkpoint, durably, before this returns.
    ///
    /// # Errors
    /// When the store fails, or the job is no longer this process's.
    pub async fn save<T: Serialize + Sync>(&self, checkpoint: &T) -> Result<(), JobError> {
        let value = serde_json::to_value(checkpoint).map_err(|e| {
            JobError::Failed(both!(
                "任务进度无法保存（{e}）。",
                "The checkpoint cannot be written: {e}."
            ))
        })?;
        if value.to_string().len() > LONGEST {
            return Err(JobError::Failed(both!(
                "任务进度数据过大，无法保存。",
                "The checkpoint of the job is too large to be kept."
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

    /// Says as of which commit the job reads the map.
    ///
    /// # Errors
    /// When the store fails, or the job is no longer this process's.
    pub async fn reads(&self, seq: u64) -> Result<(), JobError> {
        let kept = Kept {
            seq: Some(seq),
            ..Kept::default()
        };
        self.keep(&kept).await
    }

    /// Declares that the job can no longer be cancelled: what it does now is done whole.
    ///
    /// # Errors
    /// [`JobError::Cancelled`] where somebody was quicker.
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
        // The runner hears the same and ends this run; nothing of it is written down.
        ours.then_some(()).ok_or(JobError::Cancelled)
    }
}
