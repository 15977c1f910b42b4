//! Runs jobs. Each run holds a lease on the row of its job; without the lease the run stops at once, because another
//! process may have begun the same job.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::context::Running;
use super::{Context, JobError, Jobs, LONGEST, Runnable, fair, lock};
use crate::live::supervisor::Stop;
use crate::model::{InChinese as _, Localized, both};
use crate::store::{Job, JobEnd, Kept, StoreError};

/// How often the runner looks in the queue for jobs that other processes created.
const LOOK: Duration = Duration::from_secs(2);
/// How often a run checks whether another process cancelled it, and whether there is progress to store.
const TICK: Duration = Duration::from_millis(400);
/// The shortest time between two writes of progress.
const WRITE: Duration = Duration::from_secs(1);
/// The pause after an error of the store.
const PAUSE: Duration = Duration::from_secs(1);
/// A job that was interrupted this often ends as lost, because the job itself may crash the process.
const MOST_STARTS: u32 = 3;
/// How a run of a job ended.
enum Outcome {
    Ended(JobEnd),
    /// The lease is lost, so another process may run the job.
    NotOurs,
}

impl Jobs {
    /// Runs jobs until a stop is requested; then returns the running jobs to the queue.
    pub async fn run(self, mut stop: Stop) {
        let mut runs: JoinSet<()> = JoinSet::new();
        let stopped = stop.requested();
        tokio::pin!(stopped);
        // Jobs that an earlier process of the same name left running go back into the queue, because no other process
        // can run them.
        while let Err(error) = self.release(false).await {
            tracing::warn!(%error, "interrupted jobs could not be put back into the queue; it will be tried again");
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = &mut stopped => return,
            }
        }
        loop {
            while runs.len() < self.0.settings.at_a_time {
                match self.claim().await {
                    Ok(Some(job)) => {
                        runs.spawn(self.clone().work(job));
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::warn!(%error, "the job runner cannot read the queue");
                        break;
                    }
                }
            }
            tokio::select! {
                () = &mut stopped => break,
                Some(_) = runs.join_next() => {}
                () = self.0.wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        runs.shutdown().await;
        lock(&self.0.running).clear();
        if let Err(error) = self.release(true).await {
            // The leases of the running jobs expire by themselves.
            tracing::warn!(%error, "running jobs could not be put back into the queue");
        }
    }

    async fn release(&self, in_order: bool) -> Result<(), StoreError> {
        let released = self.0.store.release_jobs(&self.0.node, in_order).await?;
        if released > 0 {
            tracing::info!(jobs = released, "jobs go back into the queue");
        }
        Ok(())
    }

    /// Claims the next job; `None` if no job waits.
    async fn claim(&self) -> Result<Option<Job>, StoreError> {
        loop {
            let mut queues = self.0.store.job_queues().await?;
            {
                // A run whose lease has expired may still be ending in this process.
                let running = lock(&self.0.running);
                queues.retain(|q| !running.contains_key(&q.oldest));
            }
            let Some(turn) = fair::next(&queues) else {
                return Ok(None);
            };
            let (node, lease) = (&self.0.node, self.0.settings.lease);
            if let Some(job) = self.0.store.claim_job(&turn.oldest, node, lease).await? {
                return Ok(Some(job));
            }
            // Another process claimed the job first.
        }
    }

    /// Runs a claimed job and stores how it ended.
    async fn work(self, job: Job) {
        let claimed = Instant::now();
        let id = job.id.clone();
        tracing::info!(
            job = id,
            kind = job.kind,
            start = job.starts,
            "a job begins"
        );
        let running = Arc::new(Running::new(job.progress.clone()));
        lock(&self.0.running).insert(id.clone(), Arc::clone(&running));
        let outcome = match self.0.kinds.0.get(job.kind.as_str()) {
            Some(kind) => self.attempt(kind.as_ref(), job, &running, claimed).await,
            None => Outcome::Ended(JobEnd::Lost(unknown_kind(&job.kind))),
        };
        match outcome {
            Outcome::Ended(end) => {
                if end == JobEnd::Again {
                    tokio::time::sleep(PAUSE).await;
                }
                self.end(&id, &end).await;
            }
            Outcome::NotOurs => tracing::warn!(job = id, "this process lost the lease of the job"),
        }
        lock(&self.0.running).remove(&id);
        running.ended();
    }

    /// Runs a job until it ends, is cancelled, or the lease is lost.
    async fn attempt(
        &self,
        kind: &dyn Runnable,
        job: Job,
        running: &Arc<Running>,
        claimed: Instant,
    ) -> Outcome {
        let id = job.id.clone();
        let arguments = job.arguments.clone();
        let lost = lost(kind, &job);
        let (begun_before, cancelled) = (job.starts > 1 || job.checkpoint.is_some(), job.cancelled);
        let context = Context {
            checkpoint: Arc::new(std::sync::Mutex::new(job.checkpoint.clone())),
            job: Arc::new(job),
            store: self.0.store.clone(),
            node: self.0.node.clone(),
            lease: self.0.settings.lease,
            threads: self.0.threads.clone(),
            running: Arc::clone(running),
        };
        let work = async {
            // The job may have committed already, so this call is not cancelled.
            if begun_before
                && let Some(result) = kind.finished(context.clone(), arguments.clone()).await?
            {
                return Ok(result);
            }
            if cancelled {
                return Err(JobError::Cancelled);
            }
            if let Some(problem) = lost {
                return Err(JobError::Lost(problem));
            }
            tokio::select! {
                ended = kind.run(context, arguments) => ended,
                () = running.cancelled() => Err(JobError::Cancelled),
            }
        };
        tokio::select! {
            ended = AssertUnwindSafe(work).catch_unwind() => Outcome::Ended(match ended {
                Ok(ended) => judge(&id, ended),
                Err(_) => JobEnd::Failed(fault_of_the_program()),
            }),
            () = self.keep(&id, running, claimed) => Outcome::NotOurs,
        }
    }

    /// Renews the lease and stores progress while this process holds the job.
    async fn keep(&self, id: &str, running: &Running, claimed: Instant) {
        let lease = self.0.settings.lease;
        // The lease is counted from before each request to the store, so that it never ends later in this process
        // than in the store.
        let mut renewed = claimed;
        let mut written = running.progress();
        loop {
            // The end of the lease must be noticed even if the store does not answer.
            let beat = self.beat(id, running, renewed, &mut written);
            match tokio::time::timeout_at(renewed + lease, beat).await {
                Ok(Some(now)) => renewed = now,
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Waits a tick, then stores new progress. Returns when the lease was last renewed; `None` if another process
    /// has the job.
    async fn beat(
        &self,
        id: &str,
        running: &Running,
        renewed: Instant,
        written: &mut Option<Value>,
    ) -> Option<Instant> {
        let lease = self.0.settings.lease;
        tokio::time::sleep(TICK.min(lease / 4)).await;
        if let Ok(true) = self.0.store.is_job_cancelled(id).await {
            running.cancel();
        }
        let now = Instant::now();
        let (age, progress) = (now - renewed, running.progress());
        if age < lease / 3 && (age < WRITE || progress == *written) {
            return Some(renewed);
        }
        let kept = Kept {
            progress: progress.clone(),
            ..Kept::default()
        };
        match self.0.store.keep_job(id, &self.0.node, lease, &kept).await {
            Ok(true) => {
                *written = progress;
                Some(now)
            }
            Ok(false) => None,
            Err(error) => {
                tracing::warn!(%error, job = id, "a lease could not be renewed");
                Some(renewed)
            }
        }
    }

    /// Stores how a job ended; retries until the store accepts it.
    async fn end(&self, id: &str, end: &JobEnd) {
        loop {
            match self.0.store.end_job(id, &self.0.node, end).await {
                Ok(true) => {
                    let how = match end {
                        JobEnd::Done(_) => "done",
                        JobEnd::Failed(_) => "failed",
                        JobEnd::Cancelled => "cancelled",
                        JobEnd::Lost(_) => "lost",
                        JobEnd::Again => "queued again",
                    };
                    tracing::info!(job = id, how, "a job ends");
                    return;
                }
                Ok(false) => {
                    tracing::warn!(job = id, "this process lost the lease of the job");
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, job = id, "the end of the job could not be stored; it will be tried again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

fn unknown_kind(kind: &str) -> Localized {
    both!(
        "任务由其他版本的程序创建，本版本不支持类型“{kind}”；请改用该版本，或重新发起任务。",
        "Another version of the program created the job, and this version does not know its kind {kind:?}. Run it \
         with that version, or start a new job."
    )
}

fn fault_of_the_program() -> Localized {
    both!(
        "任务因程序错误而失败，日志中有该任务编号的记录，请联系管理员。",
        "The job failed because of an error in the program. Tell the administrator: the log has the cause under the id of the job."
    )
}

/// Why an interrupted job does not run again; `None` if it does.
fn lost(kind: &dyn Runnable, job: &Job) -> Option<Localized> {
    if job.starts > 1 && !kind.resumes() {
        return Some(both!(
            "服务器在任务运行期间停止，此类任务无法继续，请重新发起。",
            "The server stopped while the job ran, and a job of this kind cannot continue. Start it again."
        ));
    }
    (job.starts > MOST_STARTS).then(|| {
        both!(
            "服务器在任务运行期间已停止{MOST_STARTS}次，任务不再重试，请重新发起；如再次发生，请查看服务器日志。",
            "The server stopped {MOST_STARTS} times while the job ran, so the job was given up. Start it again; \
             if the server stops again, look at its log."
        )
    })
}

/// The end of a job whose run was not interrupted.
fn judge(id: &str, ended: Result<Value, JobError>) -> JobEnd {
    match ended {
        Ok(result) if result.to_string().len() > LONGEST => JobEnd::Failed(both!(
            "任务结果过大，无法保存；请缩小任务范围后重新发起。",
            "The result of the job is too large to be stored. Start the job again for a smaller part of the data."
        )),
        Ok(result) => JobEnd::Done(result),
        Err(error) if error.is_passing() => {
            tracing::warn!(%error, job = id, "the database is unreachable or busy; the job will be started again");
            JobEnd::Again
        }
        Err(JobError::Failed(problem)) => JobEnd::Failed(problem),
        Err(JobError::Lost(problem)) => JobEnd::Lost(problem),
        Err(JobError::Cancelled) => JobEnd::Cancelled,
        Err(JobError::Store(error)) => {
            tracing::error!(%error, job = id, "a job failed because of an error of the store");
            match error.fault() {
                Some(fault) => {
                    let Localized { zh, en } = fault.localized();
                    JobEnd::Failed(both!(
                        "数据库出错，任务失败；请联系管理员，恢复后重新发起（{zh}）。",
                        "The job failed because of the database: {en}. Tell the administrator; start the \
                         job again once that is fixed."
                    ))
                }
                None => JobEnd::Failed(fault_of_the_program()),
            }
        }
    }
}
