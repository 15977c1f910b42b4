//! Checks whether a plan can still be committed or an import undone, before a job is created, so that the caller
//! learns of conflicts at once.
//!
//! The check reads a limited part of the log, and others may write after it. The job therefore checks everything
//! again, in the transaction of its commit.

use jiff::Timestamp;

use super::{COMMIT, Planned, UNDO};
use crate::ingest::{ChangedSince, Conflicts, ImportError, Report, Touched, undo_conflicts};
use crate::live::jobs::KEPT;
use crate::model::{CollectionId, InChinese, Localized, both};
use crate::store::{CHUNK_BYTES, Job, JobState, Store, StoreError, UploadLimits};

/// Why no job is created.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The plan is not complete.
    #[error(
        "the plan is not finished (its job is {}): wait until it is done, or upload the file again",
        .0.as_str()
    )]
    NotPlanned(JobState),
    /// The plan was committed already, or a job is about to commit it.
    #[error("the plan was committed already{}", in_words(.0))]
    Committed(Box<Job>),
    /// The import was not committed.
    #[error("the import was not committed: there is nothing to undo")]
    NotCommitted,
    /// The import changed no feature.
    #[error("the import changed no feature: there is nothing to undo")]
    Nothing,
    /// The import was undone already, or a job is about to undo it.
    #[error("the import was undone already{}; an import can be undone only once", in_words(.0))]
    Undone(Box<Job>),
    /// A schema against which the features were checked was changed.
    #[error("the schema of {0} was changed since the import was planned: plan the import again")]
    Schema(CollectionId),
    /// Others changed features since the plan or the import.
    #[error("{error}")]
    Conflict {
        /// The changed features.
        conflicts: Conflicts,
        /// The error, which says what happened to the import.
        error: ImportError,
    },
    /// The import cannot be undone.
    #[error(transparent)]
    Import(ImportError),
    /// Another version of the program wrote the plan.
    #[error("the plan was made by another version of the program ({0}); upload the file again")]
    Unreadable(#[from] serde_json::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InChinese for Refusal {
    fn zh(&self) -> String {
        match self {
            Self::NotPlanned(state) => format!(
                "导入预览尚未完成（任务状态：{}），请等待完成，或重新上传文件",
                state.as_str()
            ),
            Self::Committed(job) => format!("该导入已提交{}", in_words(job).zh),
            Self::NotCommitted => "该导入尚未提交，没有可撤销的内容".to_owned(),
            Self::Nothing => "该导入没有改动任何要素，没有可撤销的内容".to_owned(),
            Self::Undone(job) => {
                format!("该导入已撤销{}，同一导入只能撤销一次", in_words(job).zh)
            }
            Self::Schema(collection) => {
                format!("“{collection}”的数据结构在预览后已被修改，请重新预览导入")
            }
            Self::Conflict { error, .. } | Self::Import(error) => error.zh(),
            Self::Unreadable(error) => {
                format!("导入预览由其他版本的程序生成（{error}），请重新上传文件")
            }
            Self::Store(error) => error.zh(),
        }
    }
}

/// Says which commit a job made, or that the job is still working on it. Empty if the commit is not known.
fn in_words(job: &Job) -> Localized {
    let id = &job.id;
    if job.state != JobState::Done {
        return both!("，或任务 {id} 正在处理", ", or job {id} is about to do it");
    }
    let report = serde_json::from_value(job.result.clone().unwrap_or_default());
    match report.ok().as_ref().and_then(commit_of) {
        Some(seq) => both!("（提交 {seq}）", ", by commit {seq}"),
        None => Localized::new("", ""),
    }
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Conflict(ref conflicts) | ImportError::UndoConflict(ref conflicts) => {
                Self::Conflict {
                    conflicts: conflicts.clone(),
                    error,
                }
            }
            ImportError::Store(error) => Self::Store(error),
            error => Self::Import(error),
        }
    }
}

/// Checks whether a plan can be committed.
///
/// # Errors
/// The reason why it cannot.
pub async fn may_commit(store: &Store, plan: &Job) -> Result<(), Refusal> {
    if plan.state != JobState::Done {
        return Err(Refusal::NotPlanned(plan.state));
    }
    if let Some(job) = store.job_of(&plan.id, COMMIT).await? {
        return Err(Refusal::Committed(Box::new(job)));
    }
    let planned: Planned = serde_json::from_value(plan.result.clone().unwrap_or_default())?;
    let mut since = ChangedSince::read(store, planned.basis.seq).await?;
    if since.is_empty() {
        return Ok(());
    }
    let counts = planned.report.collections.iter();
    let brought = counts.filter(|(_, c)| c.read > c.rejected).map(|(c, _)| c);
    if let Some(collection) = since.schema_of(brought) {
        return Err(Refusal::Schema(collection.clone()));
    }
    if let Some(touched) = &planned.touched {
        let chunks = store.upload(touched).await?.map_or(0, |u| u.chunks);
        for n in 0..chunks {
            if let Some(part) = store.upload_chunk(touched, n).await? {
                since.look_for(std::iter::once(part.as_slice()));
            }
        }
    }
    let conflicts = since.conflicts();
    match conflicts.is_empty() {
        true => Ok(()),
        false => Err(ImportError::Conflict(conflicts).into()),
    }
}

/// Checks whether the import of a plan can be undone; with `partly`, features that others changed since stay as
/// they are.
///
/// # Errors
/// The reason why it cannot.
pub async fn may_undo(store: &Store, plan: &Job, partly: bool) -> Result<(), Refusal> {
    let commit = store.job_of(&plan.id, COMMIT).await?;
    let commit = commit.filter(|job| job.state == JobState::Done);
    let result = commit.and_then(|job| job.result);
    let report: Report = serde_json::from_value(result.ok_or(Refusal::NotCommitted)?)?;
    if let Some(job) = store.job_of(&plan.id, UNDO).await? {
        return Err(Refusal::Undone(Box::new(job)));
    }
    let seq = commit_of(&report).ok_or(Refusal::Nothing)?;
    let conflicts = undo_conflicts(store, seq).await?;
    match conflicts.is_empty() || partly {
        true => Ok(()),
        false => Err(ImportError::UndoConflict(conflicts).into()),
    }
}

/// The number of the commit of an import; `None` if the import changed nothing, since the report then has the
/// number of an earlier commit.
pub(super) fn commit_of(report: &Report) -> Option<u64> {
    let total = report.total();
    report.seq.filter(|_| total.changed + total.removed > 0)
}

/// Stores the keys of the features that a plan changes, as an upload that is kept as long as the plan. Returns the id
/// of the upload; `None` if the plan changes nothing.
pub(super) async fn keep(
    store: &Store,
    owner: &str,
    touched: &Touched,
) -> Result<Option<String>, StoreError> {
    // No limit is needed: the keys are much smaller than the file, and its size was checked at the upload.
    const UNLIMITED: UploadLimits = UploadLimits {
        one: u64::MAX,
        account: u64::MAX,
        total: u64::MAX,
    };
    let until = Timestamp::now() + KEPT;
    let mut upload = None;
    for part in touched.parts(CHUNK_BYTES) {
        let id = match &upload {
            Some(id) => id,
            None => {
                let name = "features that a plan changes";
                let begun = store.create_upload(owner, name, until).await?;
                upload.insert(begun.id)
            }
        };
        store.append_upload(id, &part, &UNLIMITED, until).await?;
    }
    if let Some(id) = &upload {
        store.finish_upload(id, until).await?;
    }
    Ok(upload)
}

/// Removes the stored keys of a plan.
///
/// # Errors
/// If the store fails; the keys are then removed when they expire.
pub async fn forget(store: &Store, plan: &Job) -> Result<(), StoreError> {
    let touched = plan
        .result
        .as_ref()
        .and_then(|r| r.get("touched")?.as_str());
    match touched {
        Some(id) if plan.kind == super::PLAN => store.delete_upload(id).await,
        _ => Ok(()),
    }
}
