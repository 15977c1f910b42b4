//! Jobs: work that takes longer than a request. A job is a row with its kind, arguments, owner,
//! progress, lease and result.
//!
//! A running job belongs to the process that holds its lease, and that process renews the lease. If
//! the process dies, the lease expires and another process runs the job again from its checkpoint.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::{Store, StoreError, from_micros};
use crate::model::{Author, Localized, Role};

/// The maximum number of jobs kept for one account. Creating another removes the oldest finished
/// job.
pub const MOST_KEPT: u32 = 200;

/// The columns of a job, in the order in which [`Job::read`] reads them. Times are in microseconds.
macro_rules! columns {
    ($micros:literal) => {
        concat!(
            "id, kind, arguments, owner, account, role, parent, upload, state, progress, seq, node, \
             starts, cancelled, checkpoint, result, problem, revision, ",
            $micros,
            "(created_at), ",
            $micros,
            "(started_at), ",
            $micros,
            "(updated_at), ",
            $micros,
            "(expires_at)"
        )
    };
}
pub(super) use columns;

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum JobState {
    /// The job waits in the queue.
    Queued,
    /// A process runs the job.
    Running,
    /// The job ended with a result.
    Done,
    /// The job was cancelled by a user.
    Cancelled,
    /// The job failed because of its input or the state of the map.
    Failed,
    /// The job was interrupted and cannot continue.
    Lost,
}

impl JobState {
    /// The name of the state in the database and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn parse(name: &str) -> Result<Self, StoreError> {
        let state = name.parse();
        state
            .map_err(|_| StoreError::corrupt("jobs, state", format!("{name:?} is not a job state")))
    }

    /// Whether the job has ended and its state no longer changes.
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// A row of the job table.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The job's id, a UUID v7: ids sort by creation time.
    pub id: String,
    /// The kind of work, for example an import.
    pub kind: String,
    /// The arguments, a JSON object defined by the kind.
    pub arguments: Value,
    /// The id of the account that created the job.
    pub owner: String,
    /// The account that created the job, and the role in which the job acts.
    pub author: Author,
    /// The id of the job whose result this one uses.
    pub parent: Option<String>,
    /// The id of the upload that the job reads.
    pub upload: Option<String>,
    /// The state of the job.
    pub state: JobState,
    /// The progress, a JSON object defined by the kind.
    pub progress: Option<Value>,
    /// The number of the commit whose state of the map the job reads.
    pub seq: Option<u64>,
    /// The name of the process that runs the job or ran it last.
    pub node: Option<String>,
    /// The number of starts, not counting runs that ended because the process shut down normally.
    pub starts: u32,
    /// Whether somebody requested to cancel the job while it ran.
    pub cancelled: bool,
    /// The state from which the job continues after a restart.
    pub checkpoint: Option<Value>,
    /// The result, a JSON object defined by the kind.
    pub result: Option<Value>,
    /// Why the job failed or was lost, as a text for its owner.
    pub problem: Option<Localized>,
    /// Increases with every write of the row, so equal revisions mean equal content.
    pub revision: u64,
    /// When the job was created.
    pub created_at: Timestamp,
    /// When the job was last started.
    pub started_at: Option<Timestamp>,
    /// When the row was last written.
    pub updated_at: Timestamp,
    /// When the row is removed if the job has ended.
    pub expires_at: Timestamp,
}

/// The input for creating a job.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// The kind of work.
    pub kind: String,
    /// The arguments, a JSON object defined by the kind.
    pub arguments: Value,
    /// The id of the account that creates the job.
    pub owner: String,
    /// The account that creates the job, and the role in which the job acts.
    pub author: Author,
    /// The id of the job whose result this one uses. A parent has at most one job of each kind, not
    /// counting those that failed, were cancelled or were lost.
    pub parent: Option<String>,
    /// The id of the upload that the job reads.
    pub upload: Option<String>,
    /// The number of the commit whose state of the map the job reads, if it is known yet.
    pub seq: Option<u64>,
    /// When the row is removed if the job has ended.
    pub expires_at: Timestamp,
}

/// Selects jobs; the newest come first.
#[derive(Debug, Clone, Default)]
pub struct JobQuery {
    /// Only jobs of the account with this id.
    pub owner: Option<String>,
    /// Only jobs that were created before the job with this id.
    pub before: Option<String>,
    /// The maximum number of jobs.
    pub limit: u32,
}

/// The waiting jobs of one owner; the scheduler uses it to take turns between owners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerQueue {
    /// The id of the account.
    pub owner: String,
    /// The id of the owner's oldest job that waits or whose lease has expired.
    pub oldest: String,
    /// The number of the owner's jobs that run now, in all processes.
    pub running: u64,
    /// When one of the owner's jobs was last started.
    pub last_started: Option<Timestamp>,
}

/// What a running job saves when it renews its lease. Fields that are `None` stay as they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// The progress, a JSON object defined by the kind.
    pub progress: Option<Value>,
    /// The state from which the job continues after a restart.
    pub checkpoint: Option<Value>,
    /// The number of the commit whose state of the map the job reads.
    pub seq: Option<u64>,
}

/// How a run of a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEnd {
    /// The job finished; the value is its result.
    Done(Value),
    /// The job failed; the text says why, for its owner.
    Failed(Localized),
    /// The job was cancelled.
    Cancelled,
    /// The job cannot continue; the text says why, for its owner.
    Lost(Localized),
    /// The database could not be reached. The job is started again later, and this run counts as a
    /// start.
    Again,
}

impl JobEnd {
    pub(super) fn state(&self) -> JobState {
        match self {
            Self::Done(_) => JobState::Done,
            Self::Failed(_) => JobState::Failed,
            Self::Cancelled => JobState::Cancelled,
            Self::Lost(_) => JobState::Lost,
            Self::Again => JobState::Queued,
        }
    }

    pub(super) fn result(&self) -> Option<String> {
        match self {
            Self::Done(result) => Some(result.to_string()),
            _ => None,
        }
    }

    /// The problem as it is kept: JSON with both languages.
    pub(super) fn problem(&self) -> Option<String> {
        match self {
            Self::Failed(problem) | Self::Lost(problem) => {
                Some(serde_json::json!(problem).to_string())
            }
            _ => None,
        }
    }
}

/// Reads a stored problem. Older programs stored the English text only.
fn written(text: String) -> Localized {
    serde_json::from_str(&text).unwrap_or_else(|_| Localized::new(text.as_str(), text.as_str()))
}

impl Store {
    /// Creates a job. If the owner has [`MOST_KEPT`] jobs, the oldest finished one is removed.
    ///
    /// # Errors
    /// [`StoreError::TooManyJobs`] if the owner has `most` unfinished jobs,
    /// [`StoreError::JobThere`] if the parent has a job of this kind.
    pub async fn create_job(&self, new: NewJob, most: u32) -> Result<Job, StoreError> {
        either!(self, s => s.create_job(new, most).await)
    }

    /// The job with an id.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.job(id).await)
    }

    /// The job of a kind that uses the result of `parent`, not counting those that failed, were
    /// cancelled or were lost.
    pub async fn job_of(&self, parent: &str, kind: &str) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.job_of(parent, kind).await)
    }

    /// Lists jobs, the newest first.
    pub async fn jobs(&self, query: &JobQuery) -> Result<Vec<Job>, StoreError> {
        either!(self, s => s.jobs(query).await)
    }

    /// The owners that have a job waiting or one whose lease has expired.
    pub async fn job_queues(&self) -> Result<Vec<OwnerQueue>, StoreError> {
        either!(self, s => s.job_queues().await)
    }

    /// Takes the lease of a job that waits or whose lease has expired. `None` if another process
    /// was faster.
    pub async fn claim_job(
        &self,
        id: &str,
        node: &str,
        lease: Duration,
    ) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.claim_job(id, node, lease).await)
    }

    /// Renews the lease of a running job and saves its progress. `false` if the process no longer
    /// holds the lease: it must stop working on the job.
    pub async fn keep_job(
        &self,
        id: &str,
        node: &str,
        lease: Duration,
        kept: &Kept,
    ) -> Result<bool, StoreError> {
        either!(self, s => s.keep_job(id, node, lease, kept).await)
    }

    /// Whether somebody requested to cancel a running job.
    pub async fn is_job_cancelled(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.is_job_cancelled(id).await)
    }

    /// Cancels a waiting job; requests the cancellation of a running one. `None` if there is no
    /// such job.
    pub async fn cancel_job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.cancel_job(id).await)
    }

    /// Records how a run ended. `false` if the process no longer holds the lease: nothing is
    /// written then.
    pub async fn end_job(&self, id: &str, node: &str, end: &JobEnd) -> Result<bool, StoreError> {
        either!(self, s => s.end_job(id, node, end).await)
    }

    /// Puts the running jobs of a process back into the queue and returns how many. With
    /// `in_order`, the process shuts down normally and the runs do not count as starts.
    pub async fn release_jobs(&self, node: &str, in_order: bool) -> Result<u64, StoreError> {
        either!(self, s => s.release_jobs(node, in_order).await)
    }

    /// Removes a finished job and its upload. `false` if there is no such job or it has not ended.
    pub async fn delete_job(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.delete_job(id).await)
    }

    /// Removes the expired jobs that do not run and returns how many.
    pub async fn sweep_jobs(&self, now: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_jobs(now).await)
    }
}

impl Job {
    /// Reads a row with the [`columns`], from either database.
    pub(super) fn read<'r, R>(row: &'r R) -> Result<Self, StoreError>
    where
        R: Row,
        usize: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
        i64: Decode<'r, R::Database> + Type<R::Database>,
        bool: Decode<'r, R::Database> + Type<R::Database>,
    {
        let place = |name: &str| format!("jobs, {name}");
        let json = |i: usize, name: &str| -> Result<Option<Value>, StoreError> {
            let text: Option<String> = row.try_get(i)?;
            text.map(|t| serde_json::from_str(&t))
                .transpose()
                .map_err(|e| StoreError::corrupt(place(name), e))
        };
        let role: String = row.try_get(5)?;
        let role: Role = role
            .parse()
            .map_err(|e| StoreError::corrupt(place("role"), e))?;
        let moment = |i: usize| -> Result<Option<Timestamp>, StoreError> {
            Ok(row.try_get::<Option<i64>, _>(i)?.map(from_micros))
        };
        Ok(Self {
            id: row.try_get(0)?,
            kind: row.try_get(1)?,
            arguments: json(2, "arguments")?.unwrap_or_default(),
            owner: row.try_get(3)?,
            author: Author {
                role,
                account: Some(row.try_get(4)?),
            },
            parent: row.try_get(6)?,
            upload: row.try_get(7)?,
            state: JobState::parse(&row.try_get::<String, _>(8)?)?,
            progress: json(9, "progress")?,
            seq: row.try_get::<Option<i64>, _>(10)?.map(i64::cast_unsigned),
            node: row.try_get(11)?,
            starts: u32::try_from(row.try_get::<i64, _>(12)?).unwrap_or(u32::MAX),
            cancelled: row.try_get(13)?,
            checkpoint: json(14, "checkpoint")?,
            result: json(15, "result")?,
            problem: row.try_get::<Option<String>, _>(16)?.map(written),
            revision: row.try_get::<i64, _>(17)?.cast_unsigned(),
            created_at: moment(18)?.unwrap_or_default(),
            started_at: moment(19)?,
            updated_at: moment(20)?.unwrap_or_default(),
            expires_at: moment(21)?.unwrap_or_default(),
        })
    }
}

impl OwnerQueue {
    /// Reads owner, oldest job, number of running jobs and last start, from either database.
    pub(super) fn read<'r, R>(row: &'r R) -> Result<Self, StoreError>
    where
        R: Row,
        usize: ColumnIndex<R>,
        String: Decode<'r, R::Database> + Type<R::Database>,
        i64: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(Self {
            owner: row.try_get(0)?,
            oldest: row.try_get(1)?,
            running: row.try_get::<i64, _>(2)?.cast_unsigned(),
            last_started: row.try_get::<Option<i64>, _>(3)?.map(from_micros),
        })
    }
}
