//! Why an import or its undo fails, in both languages.

use std::io;
use std::path::PathBuf;

use super::conflict::Conflicts;
use crate::model::{CollectionId, InChinese, Localized, SchemaError};
use crate::store::StoreError;

/// Why an import failed. The map stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be used.
    #[error("{file}: {problem}")]
    File {
        /// The name of the file, as the caller gave it.
        file: String,
        /// What is wrong with the file.
        problem: Localized,
    },
    /// A requested output file (rejects, unlinked features) cannot be written.
    #[error("{}: cannot be written: {source}", file.display())]
    Output {
        /// The path of the output file.
        file: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The named collection is internal and accepts no imports.
    #[error("the collection {0:?} is internal and takes no imports")]
    Hidden(CollectionId),
    /// The schema of a collection was changed after features were checked against it; nothing was written.
    #[error(
        "the schema of {0} was changed after the features were checked against it; nothing was written: \
         repeat the import or the undo"
    )]
    SchemaChanged(String),
    /// Features of the plan were changed by another commit; nothing was written.
    #[error("{0}; nothing was written: plan the import again")]
    Conflict(Conflicts),
    /// Features were changed after the import, or their earlier state no longer matches the schema; nothing was undone.
    #[error("{0}; nothing was undone: undo it partly to leave these features as they are")]
    UndoConflict(Conflicts),
    /// A file was changed after the import was planned.
    #[error("{file}: was changed since the import was planned; nothing was written: plan it again")]
    InputChanged {
        /// The name of the file, as the caller gave it.
        file: String,
    },
    /// An import was undone already.
    #[error("commit {seq} was undone already, by commit {by}; undo commit {by} to import it again")]
    Undone {
        /// The number of the commit of the import.
        seq: u64,
        /// The number of the commit that undid the import.
        by: u64,
    },
    /// The commit cannot be undone as an import.
    #[error("commit {seq} cannot be undone: {problem}")]
    NoImport {
        /// The number of the commit.
        seq: u64,
        /// Why the commit cannot be undone.
        problem: Localized,
    },
    /// The import was cancelled; nothing was written.
    #[error("the import was cancelled; nothing was written")]
    Stopped,
    /// A schema on the map is invalid.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A thread of the import panicked, or the temporary file of the spill queue failed.
    #[error("the import was interrupted: {0}")]
    Broken(String),
}

impl InChinese for ImportError {
    fn zh(&self) -> String {
        match self {
            Self::File { file, problem } => format!("{file}：{}", problem.zh),
            Self::Output { file, source } => {
                format!("{}：无法写入（{source}）", file.display())
            }
            Self::Hidden(collection) => {
                format!("图层“{collection}”由系统内部使用，不能导入")
            }
            Self::SchemaChanged(collection) => {
                format!(
                    "“{collection}”的数据结构在核对要素后又被修改；未写入任何内容，请重新导入或撤销"
                )
            }
            Self::Conflict(conflicts) => {
                format!("{}；未写入任何内容，请重新预览导入", conflicts.zh())
            }
            Self::UndoConflict(conflicts) => format!(
                "{}；未撤销任何内容，如需保留这些要素的现状，请选择部分撤销",
                conflicts.zh()
            ),
            Self::InputChanged { file } => {
                format!("{file}：文件在预览后被修改；未写入任何内容，请重新预览导入")
            }
            Self::Undone { seq, by } => {
                format!("提交 {seq} 已由提交 {by} 撤销；如需恢复该导入，请撤销提交 {by}")
            }
            Self::NoImport { seq, problem } => {
                format!("提交 {seq} 无法撤销：{}", problem.zh)
            }
            Self::Stopped => "导入已取消；未写入任何内容".to_owned(),
            Self::Schema(error) => format!("地图上的数据结构有误（{error}）"),
            Self::Store(error) => error.zh(),
            Self::Broken(problem) => format!("导入意外中断（{problem}）"),
        }
    }
}
