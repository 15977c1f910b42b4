//! Imports over HTTP. A file is uploaded and a job plans its import; a second job commits the plan, a third undoes
//! the commit. Nothing is written to the map before the commit.
//!
//! A plan compares the file with a pinned snapshot and stores no features: the commit reads the uploaded file
//! again, and is refused if somebody changed the same features since. So a plan survives a restart, and another
//! process can commit it.
//!
//! | file | subject |
//! | --- | --- |
//! | `over_map` | a snapshot as the baseline of a plan |
//! | `check` | whether a commit or an undo is possible, before a job is created |
//! | `spool` | an uploaded file as the source of an import |

mod check;
mod over_map;
mod spool;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use check::{Refusal, forget, may_commit, may_undo};
pub use over_map::OverMap;

use crate::demo;
use crate::ingest::{self, Basis, IdRule, ImportError, Options, Report, Stage, Undo};
use crate::live::Live;
use crate::live::jobs::{Context, Job, JobError, Kinds, Progress};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, CollectionId, CommitHeader, InChinese as _, Localized, Record, both};
use crate::spatial::crs::Crs;
use crate::store::{self, JobState, NewJob};
use spool::spool;

/// The kind of the job that plans an import.
pub const PLAN: &str = "import";
/// The kind of the job that commits a plan.
pub const COMMIT: &str = "import_commit";
/// The kind of the job that undoes an import.
pub const UNDO: &str = "import_undo";

/// After waiting this long for the snapshot, a plan logs a warning and continues to wait.
const PATIENCE: Duration = Duration::from_secs(10);

/// The options of an import.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Arguments {
    /// The collection of every feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<CollectionId>,
    /// The coordinate system of the file, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// Where the ids of features come from; `None` means [`IdRule::Own`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<IdRule>,
    /// Whether features that the file does not have are removed.
    #[serde(default)]
    pub remove_missing: bool,
}

/// The result of the job that plans an import.
#[derive(Debug, Serialize, Deserialize)]
pub struct Planned {
    /// What the commit would change.
    #[serde(flatten)]
    pub report: Report,
    /// The state of the map and the file on which the plan depends.
    pub basis: Basis,
    /// The upload with the keys of the features that the plan changes; `None` if it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub touched: Option<String>,
}

/// The arguments of an undo.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct UndoArguments {
    /// Whether features that were changed since stay as they are.
    pub partly: bool,
}

/// The checkpoint of a commit.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    /// The newest commit when the job started; the commit of the job has a greater number.
    after: u64,
}

/// The kinds of jobs of imports into a map.
pub fn kinds(kinds: Kinds, live: &Live) -> Kinds {
    let plan = PlanImport { live: live.clone() };
    kinds.with(plan).with(CommitImport).with(UndoImport)
}

/// A job that uses the result of another: the commit of a plan, or its undo.
pub fn following(kind: &str, of: &store::Job, author: Author, owner: &str) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        arguments: serde_json::json!({}),
        owner: owner.to_owned(),
        author,
        parent: Some(of.id.clone()),
        // The upload belongs to the plan and is removed with it.
        upload: None,
        seq: None,
        expires_at: Timestamp::now() + crate::live::jobs::KEPT,
    }
}

struct PlanImport {
    live: Live,
}

impl Job for PlanImport {
    const KIND: &'static str = PLAN;
    // A plan writes nothing to the map, so an interrupted one can run again from the beginning.
    const RESUMES: bool = true;
    type Arguments = Arguments;
    type Output = Planned;

    async fn run(&self, context: Context, arguments: Arguments) -> Result<Planned, JobError> {
        let options = options(&context, &arguments, None)?;
        let source = spool(context.store(), context.upload()).await?;
        let told = Told::new(&context);
        // The plan must include everything committed before the job was created, on any node.
        let head = context.store().head().await?.seq;
        while !self.live.wait_for(head, PATIENCE).await {
            tracing::warn!(
                job = context.id(),
                head,
                "a plan waits until this server has read the commit"
            );
        }
        let map = OverMap::new(self.live.snapshot(), context.author().clone());
        context.reads(ingest::Baseline::seq(&map)).await?;
        let plan = ingest::plan_over(map, &[source], &options, &told)
            .await
            .map_err(failed)?;
        let touched = check::keep(context.store(), context.owner(), &plan.touched).await?;
        Ok(Planned {
            report: plan.report,
            basis: plan.basis,
            touched,
        })
    }
}

struct CommitImport;

impl Job for CommitImport {
    const KIND: &'static str = COMMIT;
    const RESUMES: bool = true;
    type Arguments = serde_json::Value;
    type Output = Report;

    async fn finished(
        &self,
        context: Context,
        _: Self::Arguments,
    ) -> Result<Option<Report>, JobError> {
        let Some(mine) = committed(&context).await? else {
            return Ok(None);
        };
        let (planned, _) = planned(&context).await?;
        Ok(Some(Report {
            dry_run: false,
            seq: Some(mine.seq),
            at: Some(mine.at),
            ..planned.report
        }))
    }

    async fn run(&self, context: Context, _: Self::Arguments) -> Result<Report, JobError> {
        let (planned, plan) = planned(&context).await?;
        begin(&context).await?;
        let arguments = serde_json::from_value(plan.arguments).map_err(unreadable)?;
        let options = options(&context, &arguments, Some(note(&context)))?;
        let source = spool(context.store(), plan.upload.as_deref()).await?;
        let told = Told::new(&context);
        let basis = &planned.basis;
        let done = ingest::commit(context.store(), &[source], &options, basis, &told).await;
        if let Err(ImportError::Conflict(_)) = &done
            && let Some(report) = self
                .finished(context.clone(), serde_json::Value::Null)
                .await?
        {
            // An earlier run of this job, which has lost its lease, made the commit.
            return Ok(report);
        }
        done.map_err(failed)
    }
}

/// The plan that the parent of this job made.
async fn planned(context: &Context) -> Result<(Planned, store::Job), JobError> {
    let plan = parent(context, PLAN).await?;
    let result = plan.result.clone().unwrap_or_default();
    Ok((serde_json::from_value(result).map_err(unreadable)?, plan))
}

struct UndoImport;

impl Job for UndoImport {
    const KIND: &'static str = UNDO;
    const RESUMES: bool = true;
    type Arguments = UndoArguments;
    type Output = Report;

    async fn finished(
        &self,
        context: Context,
        _: UndoArguments,
    ) -> Result<Option<Report>, JobError> {
        let Some(mine) = committed(&context).await? else {
            return Ok(None);
        };
        let mut report = Report {
            undoes: Some(imported(&context).await?),
            seq: Some(mine.seq),
            at: Some(mine.at),
            ..Report::default()
        };
        let count = |record: Record| {
            if !record.collection.is_hidden() {
                let counts = report.collections.entry(record.collection).or_default();
                counts.read += 1;
                match record.body {
                    Some(_) => counts.changed += 1,
                    None => counts.removed += 1,
                }
            }
        };
        context.store().records_of(&mine, count).await?;
        Ok(Some(report))
    }

    async fn run(&self, context: Context, arguments: UndoArguments) -> Result<Report, JobError> {
        let seq = imported(&context).await?;
        begin(&context).await?;
        let undo = Undo {
            seq,
            partly: arguments.partly,
            note: Some(note(&context)),
        };
        let told = Told::new(&context);
        ingest::undo(context.store(), &undo, context.author(), &told)
            .await
            .map_err(failed)
    }
}

/// The commit of the import whose plan is the parent of this job.
async fn imported(context: &Context) -> Result<u64, JobError> {
    let plan = parent(context, PLAN).await?;
    let commit = context.store().job_of(&plan.id, COMMIT).await?;
    let result = commit
        .filter(|job| job.state == JobState::Done)
        .and_then(|job| job.result)
        .ok_or_else(|| said(&Refusal::NotCommitted))?;
    let report: Report = serde_json::from_value(result).map_err(unreadable)?;
    check::commit_of(&report).ok_or_else(|| said(&Refusal::Nothing))
}

/// The text in the reason of a commit that identifies its job.
fn note(context: &Context) -> String {
    format!("job {}", context.id())
}

/// Stores the number of the newest commit when the job first runs. A later run searches the commits after it for the
/// commit of an earlier run.
async fn begin(context: &Context) -> Result<(), JobError> {
    if context.checkpoint::<Begun>()?.is_none() {
        let after = context.store().head().await?.seq;
        context.save(&Begun { after }).await?;
    }
    Ok(())
}

/// The commit that an earlier, interrupted run of this job made.
async fn committed(context: &Context) -> Result<Option<CommitHeader>, JobError> {
    let Some(Begun { after }) = context.checkpoint()? else {
        return Ok(None);
    };
    let noted = format!(" ({})", note(context));
    let mine = |header: &CommitHeader| {
        let reason = header.reason.as_deref();
        reason.is_some_and(|reason| reason.ends_with(&noted))
    };
    let found = context.store().find_commit(after, u64::MAX, mine).await;
    Ok(found?)
}

async fn parent(context: &Context, kind: &str) -> Result<store::Job, JobError> {
    let parent = match context.parent() {
        Some(id) => context.store().job(id).await?,
        None => None,
    };
    parent
        .filter(|job| job.kind == kind && job.state == JobState::Done)
        .ok_or_else(|| {
            JobError::Failed(both!(
                "导入预览已被清除，请重新上传文件。",
                "The plan of the import was removed; upload the file again."
            ))
        })
}

fn unreadable(error: serde_json::Error) -> JobError {
    said(&Refusal::Unreadable(error))
}

fn options(
    context: &Context,
    arguments: &Arguments,
    note: Option<String>,
) -> Result<Options, JobError> {
    let crs = arguments.crs.as_deref().map(str::parse::<Crs>).transpose();
    Ok(Options {
        collection: arguments.collection.clone(),
        crs: crs.map_err(|e| {
            let Localized { zh, en } = e.localized();
            JobError::Failed(both!("坐标系：{zh}。", "The coordinate system: {en}."))
        })?,
        ids: arguments.ids.clone().unwrap_or(IdRule::Own),
        remove_missing: arguments.remove_missing,
        // Cases are imported as steps of the ledger, with POST /api/warnings/import.
        refuse: CollectionId::new(WARNINGS).into_iter().collect(),
        author: context.author().clone(),
        note,
        schemas: demo::schemas(),
        threads: context.threads().clone(),
        ..Options::default()
    })
}

fn failed(error: ImportError) -> JobError {
    match error {
        ImportError::Store(error) => JobError::Store(error),
        ImportError::Stopped => JobError::Cancelled,
        error => {
            let Localized { zh, en } = error.localized();
            JobError::Failed(both!("导入失败：{zh}。", "The import failed: {en}."))
        }
    }
}

/// Turns a failed check into the error of a job.
fn said(refusal: &Refusal) -> JobError {
    JobError::Failed(refusal.sentence())
}

/// Passes the progress of an import to its job, and stops the import before its commit if the job was cancelled.
struct Told<'a>(&'a Context);

impl<'a> Told<'a> {
    fn new(context: &'a Context) -> Self {
        Self(context)
    }
}

impl ingest::Progress for Told<'_> {
    fn update(&self, stage: &Stage, share: f64, features: u64) {
        let stage = match stage {
            Stage::Reading(_) => "reading",
            Stage::Linking => "linking",
            Stage::Restoring => "restoring",
            Stage::Publishing => "publishing",
            Stage::Settling => "settling",
        };
        self.0.report(&Progress {
            stage: stage.to_owned(),
            share,
            done: features,
            search: None,
        });
    }

    fn may_publish(&self) -> bool {
        self.0.point_of_no_return().is_ok()
    }
}
