//! Jobs: work that takes longer than a request. A job is a row with what it is to do, whose it is, how far it
//! is, which process runs it and until when, and what came of it.
//!
//! A running job belongs to the process whose lease on it has not run out. That process renews the lease; when
//! it dies, the lease runs out and another process begins the job again from its checkpoint.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::{Store, StoreError, from_micros};
use crate::model::{Author, Localized, Role};

/// How many jobs of one account are kept; a further one removes the oldest that has ended.
pub const MOST_KEPT: u32 = 200;

/// The columns of a job, in the order in which [`Job::read`] reads them. Times are microseconds.
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
    /// A process runs it.
    Running,
    /// The job ended with a result.
    Done,
    /// Somebody cancelled it.
    Cancelled,
    /// The job ended with an error of its input or of the map.
    Failed,
    /// The job was interrupted and cannot continue.
    Lost,
}

impl JobState {
    /// The name as it stands in the database and in answers.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn parse(name: &str) -> Result<Self, StoreError> {
        let state = name.parse();
        state.map_err(|_| StoreError::corrupt("jobs, state", format!("{name:?} is no state")))
    }

    /// Whether nothing will change any more.
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// A UUID v7: ids sort by the time at which the jobs were made.
    pub id: String,
    /// What kind of work it is.
    pub kind: String,
    /// What it is to do.
    pub arguments: Value,
    /// The id of the account that made it.
    pub owner: String,
    /// Who made it, and the role in which the job acts.
    pub author: Author,
    /// The job whose result this one uses.
    pub parent: Option<String>,
    /// The upload that it reads.
    pub upload: Option<String>,
    /// The state.
    pub state: JobState,
    /// How far it is, as its kind says it.
    pub progress: Option<Value>,
    /// The commit as of which it reads the map.
    pub seq: Option<u64>,
    /// The process that runs it, or ran it last.
    pub node: Option<String>,
    /// How often it was begun, without the times when the process stopped in order.
    pub starts: u32,
    /// Whether somebody asked to cancel it while it ran.
    pub cancelled: bool,
    /// From where it goes on after a restart.
    pub checkpoint: Option<Value>,
    /// What came of it.
    pub result: Option<Value>,
    /// Why it failed or was lost, in words for its owner.
    pub problem: Option<Localized>,
    /// Counts the writes of the row: two views of a job with the same revision are the same.
    pub revision: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was begun last.
    pub started_at: Option<Timestamp>,
    /// When the row was written last.
    pub updated_at: Timestamp,
    /// When it is removed, once it has ended.
    pub expires_at: Timestamp,
}

/// A job to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What kind of work it is.
    pub kind: String,
    /// What it is to do.
    pub arguments: Value,
    /// The id of the account that makes it.
    pub owner: String,
    /// The account that made the job, and the role in which the job acts.
    pub author: Author,
    /// The job whose result this one uses. One of a kind is made of a parent, unless it failed, was cancelled
    /// or was lost.
    pub parent: Option<String>,
    /// The upload that it reads.
    pub upload: Option<String>,
    /// The commit as of which it reads the map, where that is known.
    pub seq: Option<u64>,
    /// When it is removed, once it has ended.
    pub expires_at: Timestamp,
}

/// Which jobs are asked for; the newest first.
#[derive(Debug, Clone, Default)]
pub struct JobQuery {
    /// Only those of the account with this id.
    pub owner: Option<String>,
    /// Only those made before the one with this id.
    pub before: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// The waiting jobs of one owner, for who decides whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerQueue {
    /// The id of the account.
    pub owner: String,
    /// The id of its oldest job that waits, or whose lease has run out.
    pub oldest: String,
    /// How many of its jobs run now, on all processes.
    pub running: u64,
    /// When one of its jobs was begun last.
    pub last_started: Option<Timestamp>,
}

/// What a running job has to keep. What is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// How far it is.
    pub progress: Option<Value>,
    /// From where it goes on after a restart.
    pub checkpoint: Option<Value>,
    /// The commit as of which it reads the map.
    pub seq: Option<u64>,
}

/// How a run of a job ended.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEnd {
    /// With a result.
    Done(Value),
    /// With an error, in words for its owner.
    Failed(Localized),
    /// The job was cancelled.
    Cancelled,
    /// The job cannot continue; the text says why, for its owner.
    Lost(Localized),
    /// The database was away: it is begun again later, and this run counts.
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

/// A problem as it was kept. Older programs wrote English alone.
fn written(text: String) -> Localized {
    serde_json::from_str(&text).unwrap_or_else(|_| Localized::new(text.as_str(), text.as_str()))
}

impl Store {
    /// Makes a job. Of one owner [`MOST_KEPT`] are kept: the oldest that has ended gives way.
    ///
    /// # Errors
    /// [`StoreError::TooManyJobs`] where the owner has `most` that have not ended,
    /// [`StoreError::JobThere`] where the parent has one of this kind.
    pub async fn create_job(&self, new: NewJob, most: u32) -> Result<Job, StoreError> {
        either!(self, s => s.create_job(new, most).await)
    }

    /// The job with an id.
    pub async fn job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.job(id).await)
    }

    /// The job of a kind that uses the result of another, unless it failed, was cancelled or was lost.
    pub async fn job_of(&self, parent: &str, kind: &str) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.job_of(parent, kind).await)
    }

    /// Jobs, the newest first.
    pub async fn jobs(&self, query: &JobQuery) -> Result<Vec<Job>, StoreError> {
        either!(self, s => s.jobs(query).await)
    }

    /// The owners that have a job waiting, or one whose lease has run out.
    pub async fn job_queues(&self) -> Result<Vec<OwnerQueue>, StoreError> {
        either!(self, s => s.job_queues().await)
    }

    /// Takes a job that waits, or whose lease has run out, for a process. `None` where another was quicker.
    pub async fn claim_job(
        &self,
        id: &str,
        node: &str,
        lease: Duration,
    ) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.claim_job(id, node, lease).await)
    }

    /// Renews the lease of a running job and keeps what is to be kept. `false` where the job is no longer this
    /// process's: it must stop working on it.
    pub async fn keep_job(
        &self,
        id: &str,
        node: &str,
        lease: Duration,
        kept: &Kept,
    ) -> Result<bool, StoreError> {
        either!(self, s => s.keep_job(id, node, lease, kept).await)
    }

    /// Whether somebody asked to cancel a job that runs.
    pub async fn is_job_cancelled(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.is_job_cancelled(id).await)
    }

    /// Cancels a job that waits; notes of one that runs that it is to be cancelled. `None` where there is no
    /// such job.
    pub async fn cancel_job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        either!(self, s => s.cancel_job(id).await)
    }

    /// Writes down how a run ended. `false` where the job is no longer this process's: nothing is written.
    pub async fn end_job(&self, id: &str, node: &str, end: &JobEnd) -> Result<bool, StoreError> {
        either!(self, s => s.end_job(id, node, end).await)
    }

    /// Puts the running jobs of a process back into the queue. `in_order`: it stops as it should, and the runs
    /// do not count. Says how many.
    pub async fn release_jobs(&self, node: &str, in_order: bool) -> Result<u64, StoreError> {
        either!(self, s => s.release_jobs(node, in_order).await)
    }

    /// Removes a job that has ended, and its upload. `false` where there is none, or it has not ended.
    pub async fn delete_job(&self, id: &str) -> Result<bool, StoreError> {
        either!(self, s => s.delete_job(id).await)
    }

    /// Removes the jobs that do not run and whose time is over; says how many.
    pub async fn sweep_jobs(&self, now: Timestamp) -> Result<u64, StoreError> {
        either!(self, s => s.sweep_jobs(now).await)
    }
}

impl Job {
    /// Reads a row with the [`columns`], of either database.
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
    /// Reads owner, oldest, running and last start, of either database.
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
