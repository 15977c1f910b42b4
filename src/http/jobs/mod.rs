//! `/api/jobs`: work that takes longer than a request. Only the owner of a job and admins see it; everybody else
//! gets 404.

mod events;
mod result;

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

pub use events::{__path_job_events, job_events};
pub use result::JobResult;

use super::App;
use super::auth::Caller;
use super::problem::Problem;
use super::query::Query;
use crate::model::{Role, both};
use crate::service::imports;
use crate::store::{Job, JobQuery, JobState, Principal};

/// The most jobs in a page.
const MOST: u32 = 1_000;
/// How long the answer to a cancellation waits for the job to stop.
const STOPPING: Duration = Duration::from_secs(3);

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStateShown {
    /// The job waits for its turn.
    Queued,
    /// The job runs.
    Running,
    /// The job ended with a result.
    Done,
    /// The job was cancelled.
    Cancelled,
    /// The job ended with a problem.
    Failed,
    /// The job was interrupted and cannot continue.
    Lost,
}

impl From<JobState> for JobStateShown {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Running,
            JobState::Done => Self::Done,
            JobState::Cancelled => Self::Cancelled,
            JobState::Failed => Self::Failed,
            JobState::Lost => Self::Lost,
        }
    }
}

/// The progress of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressShown {
    /// The current stage.
    #[schema(example = "reading")]
    pub stage: String,
    /// The completed share of the stage, from 0 to 1.
    pub share: f64,
    /// The number of items (features, places) processed so far.
    pub done: u64,
    /// The objective of the best plan so far; only while a job searches for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incumbent: Option<f64>,
    /// The bound of the objective: no plan is better than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<f64>,
    /// `|incumbent − bound| / |incumbent|`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobShown {
    /// The id of the job.
    #[schema(example = "019ac3f0-5d5e-7c31-9d7e-8f1c1b0c6a11")]
    pub id: String,
    /// The kind of work.
    #[schema(example = "import")]
    pub kind: String,
    /// The state of the job.
    pub state: JobStateShown,
    /// Whether the job was cancelled and has not stopped yet. A job that is already writing its result into the map
    /// is not stopped.
    pub cancelling: bool,
    /// The name of the account that created the job.
    pub owner: String,
    /// The id of the job whose result this job uses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The progress of the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<ProgressShown>,
    /// The number of the commit whose map the job reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The result, which depends on the kind; only in the response for a single job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<JobResult>,
    /// Why the job failed or was lost, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Why the job failed or was lost, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem_zh: Option<String>,
    /// How often the job has changed. The events of the job have this number as their id.
    pub revision: u64,
    /// When the job was created, RFC 3339.
    pub created_at: String,
    /// When the job was last started, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When the job last changed, RFC 3339.
    pub updated_at: String,
    /// When the job is removed after its end, RFC 3339.
    pub expires_at: String,
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobList {
    /// The jobs, the newest first, without their results.
    pub jobs: Vec<JobShown>,
    /// The value of `before` for the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl JobShown {
    /// Shows a job without its result.
    pub fn without_result(job: &Job) -> Self {
        let said = |key: &str| job.progress.as_ref().and_then(|p| p.get(key));
        Self {
            id: job.id.clone(),
            kind: job.kind.clone(),
            state: job.state.into(),
            cancelling: job.cancelled && !job.state.has_ended(),
            owner: job.author.account.clone().unwrap_or_default(),
            parent: job.parent.clone(),
            progress: said("stage")
                .and_then(Value::as_str)
                .map(|stage| ProgressShown {
                    stage: stage.to_owned(),
                    share: said("share").and_then(Value::as_f64).unwrap_or_default(),
                    done: said("done").and_then(Value::as_u64).unwrap_or_default(),
                    incumbent: said("incumbent").and_then(Value::as_f64),
                    bound: said("bound").and_then(Value::as_f64),
                    gap: said("gap").and_then(Value::as_f64),
                }),
            seq: job.seq,
            result: None,
            problem: job.problem.as_ref().map(|p| p.en.clone()),
            problem_zh: job.problem.as_ref().map(|p| p.zh.clone()),
            revision: job.revision,
            created_at: job.created_at.to_string(),
            started_at: job.started_at.map(|t| t.to_string()),
            updated_at: job.updated_at.to_string(),
            expires_at: job.expires_at.to_string(),
        }
    }

    /// Shows a job with its result.
    pub fn whole(job: &Job) -> Self {
        let mut shown = Self::without_result(job);
        match job.result.as_ref().map(|r| JobResult::read(&job.kind, r)) {
            None => {}
            Some(Ok(result)) => shown.result = Some(result),
            Some(Err(error)) => {
                tracing::warn!(%error, job = job.id, "the result of a job cannot be read");
                shown.problem = Some(
                    "This program cannot read the result of the job, because another version wrote it. \
                     Start the job again."
                        .to_owned(),
                );
                shown.problem_zh =
                    Some("任务结果由其他版本的程序生成，无法读取，请重新发起任务。".to_owned());
            }
        }
        shown
    }
}

/// Lists the jobs of the caller; for administrators, all jobs.
#[utoipa::path(get, path = "/api/jobs", operation_id = "list_jobs", tag = "jobs",
    params(
        ("limit" = Option<u32>, Query, description = "The number of jobs, at most 1,000; 100 if absent"),
        ("before" = Option<String>, Query, description = "Only jobs that were created before the job with this id: `next` of the previous page"),
    ),
    responses(
        (status = 200, description = "The jobs, the newest first", body = JobList),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
    ))]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&["limit", "before"])?;
    let who = signed_in(&caller)?;
    let limit = query.parsed::<u32>("limit", ("整数", "a whole number"))?;
    let limit = limit.unwrap_or(100).clamp(1, MOST);
    let before = query.parsed::<Uuid>("before", ("任务的编号", "the id of a job"))?;
    let asked = JobQuery {
        owner: (!who.roles.includes(Role::Admin)).then(|| who.account_id.clone()),
        before: before.map(|id| id.to_string()),
        limit,
    };
    let jobs = app.jobs.list(&asked).await?;
    let next = (jobs.len() as u64 == u64::from(limit))
        .then(|| jobs.last().map(|j| j.id.clone()))
        .flatten();
    let jobs = jobs.iter().map(JobShown::without_result).collect();
    Ok(no_store(Json(JobList { jobs, next })))
}

/// Returns a job with its state and result.
#[utoipa::path(get, path = "/api/jobs/{jobId}", operation_id = "read_job", tag = "jobs",
    params(("jobId" = String, Path, description = "The job's id")),
    responses(
        (status = 200, description = "The job, with its result if it is done", body = JobShown),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such job", content_type = "application/problem+json"),
    ))]
pub async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Problem> {
    query.only(&[])?;
    let job = own(&app, &caller, &id).await?;
    Ok(no_store(Json(JobShown::whole(&job))))
}

/// Cancels an unfinished job, or removes a finished one with its uploaded file.
#[utoipa::path(delete, path = "/api/jobs/{jobId}", operation_id = "delete_job", tag = "jobs",
    params(("jobId" = String, Path, description = "The job's id")),
    responses(
        (status = 200, description = "The job was cancelled, or ended at the same moment", body = JobShown),
        (status = 202, description = "The job was told to stop and has not stopped yet", body = JobShown),
        (status = 204, description = "The job had ended and was removed"),
        (status = 401, description = "Requires an account", content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such job", content_type = "application/problem+json"),
    ))]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let job = own(&app, &caller, &id).await?;
    if job.state.has_ended() {
        let store = app.live.store();
        store.delete_job(&job.id).await?;
        imports::forget(store, &job).await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut job = app
        .jobs
        .cancel(&job.id)
        .await?
        .ok_or_else(|| unknown(&id))?;
    let deadline = tokio::time::Instant::now() + STOPPING;
    while !job.state.has_ended() && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
        job = app.jobs.get(&job.id).await?.ok_or_else(|| unknown(&id))?;
    }
    let status = match job.state.has_ended() {
        true => StatusCode::OK,
        false => StatusCode::ACCEPTED,
    };
    Ok((status, no_store(Json(JobShown::without_result(&job)))).into_response())
}

/// The account of the caller.
pub(super) fn signed_in(caller: &Caller) -> Result<&Principal, Problem> {
    caller.principal.as_ref().ok_or_else(|| {
        Problem::unauthenticated(both!(
            "请登录后查看自己的任务。",
            "Sign in to see your own jobs (Authorization: Bearer TOKEN, or /sign-in)."
        ))
    })
}

/// A job of the caller; any job for admins.
pub(super) async fn own(app: &App, caller: &Caller, id: &str) -> Result<Job, Problem> {
    let who = signed_in(caller)?;
    let Ok(uuid) = Uuid::parse_str(id) else {
        return Err(unknown(id));
    };
    let job = app.jobs.get(&uuid.to_string()).await?;
    job.filter(|job| job.owner == who.account_id || who.roles.includes(Role::Admin))
        .ok_or_else(|| unknown(id))
}

pub(super) fn unknown(id: &str) -> Problem {
    Problem::not_found(both!(
        "本账号没有编号为“{id}”的任务，可通过 GET /api/jobs 查看已有任务。",
        "This account has no job {id:?}. GET /api/jobs lists its jobs."
    ))
}

fn no_store<T: IntoResponse>(answer: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}
