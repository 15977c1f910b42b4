//! Imports over the interface. A file is uploaded and a job plans its import; a second job commits the plan, a
//! third undoes the commit. Nothing is written before the commit.
//!
//! A plan keeps no features: the commit reads the uploaded file again and holds only where nobody changed since
//! what it changes. So a plan outlives a restart, and another process may commit it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::demo;
use crate::ingest::{self, Basis, IdRule, ImportError, Options, Report, Source, Stage, Undo};
use crate::live::jobs::{Context, Job, JobError, Kinds, Progress};
use crate::model::names::collection::WARNINGS;
use crate::model::{Author, CollectionId, CommitHeader};
use crate::spatial::crs::Crs;
use crate::store::{self, JobState, NewJob, Store};

/// The kind of the job that plans an import.
pub const PLAN: &str = "import";
/// The kind of the job that commits a plan.
pub const COMMIT: &str = "import_commit";
/// The kind of the job that undoes an import.
pub const UNDO: &str = "import_undo";

/// How a file is imported.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Arguments {
    /// The collection of every feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<CollectionId>,
    /// The coordinate system of the file, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crs: Option<String>,
    /// Where ids come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<IdRule>,
    /// Whether features that the file does not have are removed.
    #[serde(default)]
    pub remove_missing: bool,
}

/// What came of planning an import: the report, and what the plan rests on.
#[derive(Debug, Serialize, Deserialize)]
struct Planned {
    #[serde(flatten)]
    report: Report,
    basis: Basis,
}

/// The arguments of an undo.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct UndoArguments {
    /// Whether features that were changed since stay as they are.
    pub partly: bool,
}

/// From where a commit goes on after a restart.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    /// The newest commit when it began: its own has a greater number.
    after: u64,
}

/// The kinds of jobs of imports.
pub fn kinds(kinds: Kinds) -> Kinds {
    kinds.with(PlanImport).with(CommitImport).with(UndoImport)
}

/// A job that uses the result of another: the commit of a plan, or its undo.
pub fn following(kind: &str, of: &store::Job, author: Author, owner: &str) -> NewJob {
    NewJob {
        kind: kind.to_owned(),
        arguments: serde_json::json!({}),
        owner: owner.to_owned(),
        author,
        parent: Some(of.id.clone()),
        // The upload stays the plan's: it goes when the plan goes.
        upload: None,
        seq: None,
        expires_at: Timestamp::now() + crate::live::jobs::KEPT,
    }
}

struct PlanImport;

impl Job for PlanImport {
    const KIND: &'static str = PLAN;
    // It writes nothing: it begins anew.
    const RESUMES: bool = true;
    type Arguments = Arguments;
    type Output = Planned;

    async fn run(&self, context: Context, arguments: Arguments) -> Result<Planned, JobError> {
        let options = options(&context, &arguments, None)?;
        let source = spool(context.store(), context.upload()).await?;
        let told = Told::new(&context);
        let plan = ingest::plan(context.store(), &[source], &options, &told)
            .await
            .map_err(failed)?;
        context.reads(plan.basis.seq).await?;
        Ok(Planned {
            report: plan.report,
            basis: plan.basis,
        })
    }
}

struct CommitImport;

impl Job for CommitImport {
    const KIND: &'static str = COMMIT;
    const RESUMES: bool = true;
    type Arguments = serde_json::Value;
    type Output = Report;

    async fn run(&self, context: Context, _: Self::Arguments) -> Result<Report, JobError> {
        let plan = parent(&context, PLAN).await?;
        let result = plan.result.clone().unwrap_or_default();
        let planned: Planned = serde_json::from_value(result).map_err(unreadable)?;
        let arguments = serde_json::from_value(plan.arguments).map_err(unreadable)?;
        if let Some(mine) = committed(&context).await? {
            return Ok(Report {
                dry_run: false,
                seq: Some(mine.seq),
                at: Some(mine.at),
                ..planned.report
            });
        }
        let options = options(&context, &arguments, Some(note(&context)))?;
        let source = spool(context.store(), plan.upload.as_deref()).await?;
        let told = Told::new(&context);
        ingest::commit(context.store(), &[source], &options, &planned.basis, &told)
            .await
            .map_err(failed)
    }
}

struct UndoImport;

impl Job for UndoImport {
    const KIND: &'static str = UNDO;
    const RESUMES: bool = true;
    type Arguments = UndoArguments;
    type Output = Report;

    async fn run(&self, context: Context, arguments: UndoArguments) -> Result<Report, JobError> {
        let plan = parent(&context, PLAN).await?;
        let commit = context.store().job_of(&plan.id, COMMIT).await?;
        let result = commit
            .filter(|job| job.state == JobState::Done)
            .and_then(|job| job.result)
            .ok_or_else(|| {
                JobError::Failed("The import was not committed: there is nothing to undo.".into())
            })?;
        let report: Report = serde_json::from_value(result).map_err(unreadable)?;
        // An import without changes has no commit of its own.
        let total = report.total();
        let Some(seq) = report.seq.filter(|_| total.changed + total.removed > 0) else {
            return Err(JobError::Failed(
                "The import changed no feature: there is nothing to undo.".into(),
            ));
        };
        if let Some(mine) = committed(&context).await? {
            return Ok(Report {
                undoes: Some(seq),
                seq: Some(mine.seq),
                at: Some(mine.at),
                ..Report::default()
            });
        }
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

/// What the reason of a commit says of the job that makes it.
fn note(context: &Context) -> String {
    format!("job {}", context.id())
}

/// The commit that an earlier run of this job made before it was broken off. At the first run, notes from where
/// to look for it.
async fn committed(context: &Context) -> Result<Option<CommitHeader>, JobError> {
    const PAGE: u32 = 500;
    let store = context.store();
    let Some(Begun { mut after }) = context.checkpoint()? else {
        let after = store.head().await?.seq;
        context.save(&Begun { after }).await?;
        return Ok(None);
    };
    let note = note(context);
    loop {
        let page = store.commits_after(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(None);
        };
        after = last.seq;
        let mine = |reason: &String| reason.contains(&note);
        let mut page = page.into_iter();
        if let Some(mine) = page.find(|h| h.reason.as_ref().is_some_and(mine)) {
            return Ok(Some(mine));
        }
    }
}

async fn parent(context: &Context, kind: &str) -> Result<store::Job, JobError> {
    let parent = match context.parent() {
        Some(id) => context.store().job(id).await?,
        None => None,
    };
    parent
        .filter(|job| job.kind == kind && job.state == JobState::Done)
        .ok_or_else(|| {
            JobError::Failed("The plan of the import was removed; upload the file again.".into())
        })
}

fn unreadable(error: serde_json::Error) -> JobError {
    JobError::Failed(format!(
        "The plan was made by another version of the program and cannot be read ({error}); upload the file \
         again."
    ))
}

fn options(
    context: &Context,
    arguments: &Arguments,
    note: Option<String>,
) -> Result<Options, JobError> {
    let crs = arguments.crs.as_deref().map(str::parse::<Crs>).transpose();
    Ok(Options {
        collection: arguments.collection.clone(),
        crs: crs.map_err(|e| JobError::Failed(format!("The coordinate system: {e}.")))?,
        ids: arguments.ids.clone().unwrap_or(IdRule::Own),
        remove_missing: arguments.remove_missing,
        // A case is made of its steps: POST /api/warnings/import.
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
        error => JobError::Failed(format!("The import failed: {error}.")),
    }
}

/// Says how far an import is, as the job's progress, and after the last moment for cancelling does not let it
/// publish.
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
        });
    }

    fn may_publish(&self) -> bool {
        self.0.point_of_no_return().is_ok()
    }
}

/// Copies an upload into a file of this process, which is gone with it, however it ends.
async fn spool(store: &Store, upload: Option<&str>) -> Result<Source, JobError> {
    let gone = || JobError::Failed("The uploaded file was removed; upload it again.".into());
    let upload = store.upload(upload.ok_or_else(gone)?).await?;
    let upload = upload.filter(|u| u.complete).ok_or_else(gone)?;
    let unwritten = |e: io::Error| {
        JobError::Failed(format!(
            "The uploaded file cannot be copied to the server's folder for temporary files: {e}."
        ))
    };
    let mut file = nameless().map_err(unwritten)?;
    for n in 0..upload.chunks {
        let chunk = store.upload_chunk(&upload.id, n).await?.ok_or_else(gone)?;
        file = tokio::task::spawn_blocking(move || file.write_all(&chunk).map(|()| file))
            .await
            .map_err(|e| JobError::Failed(format!("Copying the uploaded file broke off: {e}.")))?
            .map_err(unwritten)?;
    }
    let file = Arc::new(file);
    let bytes = upload.bytes;
    Ok(Source::new(upload.name, move || {
        Ok(Box::new(Opened {
            file: Arc::clone(&file),
            bytes,
            at: 0,
        }))
    }))
}

fn nameless() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("onemap-upload-{}", Uuid::new_v4()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// A file opened at its beginning. Each has a position of its own.
struct Opened {
    file: Arc<File>,
    bytes: u64,
    at: u64,
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::other("a position before the file's beginning"))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_opened_twice_is_read_twice_from_its_beginning() {
        let mut file = nameless().unwrap();
        file.write_all(b"0123456789").unwrap();
        let file = Arc::new(file);
        let open = || Opened {
            file: Arc::clone(&file),
            bytes: 10,
            at: 0,
        };
        let (mut a, mut b) = (open(), open());
        let mut text = String::new();
        a.seek(SeekFrom::End(-3)).unwrap();
        a.read_to_string(&mut text).unwrap();
        b.read_to_string(&mut text).unwrap();
        assert_eq!(text, "7890123456789");
        a.seek(SeekFrom::Current(-10)).unwrap();
        assert_eq!(a.seek(SeekFrom::Current(2)).unwrap(), 2);
        assert!(b.seek(SeekFrom::Current(-11)).is_err());
    }
}
