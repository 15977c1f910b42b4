//! Errors of the store, and who can resolve them.

use sqlx::migrate::MigrateError;

use crate::codec::wkb::WkbError;
use crate::model::{CollectionId, Expect, FeatureId, IdError, InChinese, Precondition, SCHEMAS};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL of the database is invalid.
    #[error(
        "invalid database URL {0:?}: expected sqlite:PATH (sqlite:onemap.db) or \
         postgres://USER:PASSWORD@HOST:PORT/NAME"
    )]
    Url(String),
    /// The database could not be opened or reached. Try again, or mend the address.
    #[error("the database {url} cannot be opened: {source}")]
    Open {
        /// The address, without a password.
        url: String,
        /// What the driver said.
        source: sqlx::Error,
    },
    /// The database file does not exist, and the command was not asked to create one.
    #[error(
        "there is no database at {path}: use --create for an empty one, --demo for one with the demo \
         district, or onemap restore for a backup"
    )]
    Missing {
        /// The expected path.
        path: String,
    },
    /// Another process has the database for itself.
    #[error("the database {database} is in use by {holder}: stop it first")]
    InUse {
        /// The database.
        database: String,
        /// Who has it.
        holder: String,
    },
    /// A file that is no backup, or cannot become one.
    #[error("{file} {problem}")]
    Backup {
        /// The file.
        file: String,
        /// What is wrong with it, after its name.
        problem: String,
    },
    /// Restoring would lose what the database holds.
    #[error(
        "the database {url} is not empty (its newest commit is {seq}): use --replace to replace its \
         content with the backup"
    )]
    NotEmpty {
        /// The address, without a password.
        url: String,
        /// Its newest commit.
        seq: u64,
    },
    /// The files of the database are no longer those that are open; nothing was written.
    #[error(
        "the database {path} is not the one that is open ({problem}); nothing was written. Stop the \
         server, put the file back or restore a backup, and start it again"
    )]
    Replaced {
        /// The database.
        path: String,
        /// Which file, and what became of it.
        problem: String,
    },
    /// Another server may have the database at the same time; nothing was written.
    #[error("{problem}; nothing was written")]
    NotAlone {
        /// What lets another server in, and what to do about it.
        problem: String,
    },
    /// The server lacks what a map needs.
    #[error("the database {url} cannot hold a map: {problem}")]
    Unsuitable {
        /// The address, without a password.
        url: String,
        /// What is missing and how to get it.
        problem: String,
    },
    /// A newer program wrote this database.
    #[error(
        "the database was written by a newer onemap (its schema has version {found}, this program \
         knows up to {known}): run the newer program, or restore a backup made before the upgrade"
    )]
    Newer {
        /// The version that this program does not know.
        found: i64,
        /// The newest version it knows.
        known: i64,
    },
    /// A migration failed; the database is as it was before it.
    #[error("the database could not be brought up to date: {0}")]
    Migrate(MigrateError),
    /// What an edit demanded does not hold; nothing was written.
    #[error("{collection}/{id}: expected {expected:?}, found {found:?}")]
    Precondition {
        /// The collection.
        collection: CollectionId,
        /// The feature.
        id: FeatureId,
        /// What was demanded.
        expected: Expect,
        /// The commit that wrote the feature last; `None` where there is no such feature.
        found: Option<u64>,
    },
    /// Features that an edit changes were changed by others since it was prepared; nothing was written.
    #[error("{0}")]
    Overtaken(Overtaken),
    /// There is an account of that name.
    #[error(
        "there is an account named {name:?} already, or one whose name looks the same; choose another name"
    )]
    NameTaken {
        /// The name.
        name: String,
    },
    /// An account that is disabled gets no token.
    #[error("the account {name:?} is disabled; enable it first")]
    Disabled {
        /// The account's name.
        name: String,
    },
    /// Without this account nobody could administer accounts.
    #[error(
        "{name:?} is the last administrator that can always sign in: first give another account the role admin \
         and a password or a token that does not expire"
    )]
    LastAdmin {
        /// The account's name.
        name: String,
    },
    /// An account has as many jobs that have not ended as it may.
    #[error("the account has {most} jobs that have not ended; wait until one has, or cancel one")]
    TooManyJobs {
        /// How many it may have.
        most: u32,
    },
    /// The job of a kind was made already.
    #[error("this job has a {kind:?} job already")]
    JobThere {
        /// Its kind.
        kind: String,
    },
    /// A file is not taken.
    #[error(transparent)]
    Upload(#[from] UploadRefusal),
    /// A file that was uploaded is no longer there.
    #[error("the uploaded file {id} was removed; send it again")]
    NoUpload {
        /// Its id.
        id: String,
    },
    /// An import was silent for so long that its rows were taken for left behind.
    #[error(
        "the import paused for over ten minutes and was abandoned; nothing of it is on the map: \
         start it again"
    )]
    Abandoned,
    /// A row that this program would not have written.
    #[error("the database holds a row that cannot be read ({place}): {problem}")]
    Corrupt {
        /// Which row.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A feature that cannot be written down.
    #[error(transparent)]
    Geometry(#[from] WkbError),
    /// The database failed or is away; nothing was written.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// In words for those that may use the service. What only its operator can mend is told in the terms of the
/// log, in brackets.
impl InChinese for StoreError {
    fn zh(&self) -> String {
        match self {
            Self::NameTaken { name } => {
                format!("已有名为“{name}”或与之相近的账号，请换一个名称")
            }
            Self::Disabled { name } => format!("账号“{name}”已停用，请先启用"),
            Self::LastAdmin { name } => format!(
                "“{name}”是最后一个可长期登录的管理员账号；请先给另一个账号设置管理员角色，\
                 并为其设置密码或长期有效的令牌"
            ),
            Self::TooManyJobs { most } => {
                format!("本账号已有{most}个任务尚未结束，请等待其中一个结束，或先取消一个")
            }
            Self::JobThere { kind } => format!("该任务已有一个“{kind}”后续任务"),
            Self::Upload(refusal) => refusal.zh(),
            Self::NoUpload { .. } => "上传的文件已被清除，请重新上传".to_owned(),
            Self::Overtaken(overtaken) => format!(
                "操作期间有{}个要素已被他人修改，请重新读取后再试（{self}）",
                overtaken.total
            ),
            Self::Abandoned => "导入中断超过10分钟，已放弃；内容未写入地图，请重新导入".to_owned(),
            Self::Precondition { collection, id, .. } => {
                format!("{collection} 中的要素“{id}”已被他人修改，请重新读取后再试")
            }
            other => format!("数据库出错，请联系管理员（{other}）"),
        }
    }
}

/// Features of a staged edit that others changed since it was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overtaken {
    /// How many there are.
    pub total: u64,
    /// The first of them, each with the newest commit that changed it.
    pub first: Vec<(CollectionId, FeatureId, u64)>,
}

impl Overtaken {
    /// The most features that are named.
    pub const NAMED: i64 = 20;

    /// Judges what a database found: collection, id, commit, and how many rows there are in all.
    pub(super) fn none_of(rows: Vec<(String, String, i64, i64)>) -> Result<(), StoreError> {
        let Some(total) = rows.first().map(|row| row.3) else {
            return Ok(());
        };
        let mut first = Vec::with_capacity(rows.len());
        for (collection, id, seq, _) in rows {
            first.push((
                CollectionId::new(collection).map_err(|e| StoreError::bad_id("collection", &e))?,
                FeatureId::new(id).map_err(|e| StoreError::bad_id("id", &e))?,
                seq as u64,
            ));
        }
        let total = total as u64;
        Err(StoreError::Overtaken(Self { total, first }))
    }
}

impl std::fmt::Display for Overtaken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} features were changed by others meanwhile:",
            self.total
        )?;
        for (i, (collection, id, seq)) in self.first.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma} {collection}/{id} (commit {seq})")?;
        }
        Ok(())
    }
}

/// Why a chunk of an upload is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRefusal {
    /// The file is too large.
    #[error("the file is larger than {} MiB, the most for one file", .0 >> 20)]
    One(u64),
    /// The account keeps too much.
    #[error(
        "the files of one account may have {} MiB together: delete jobs that have ended, or wait until they expire",
        .0 >> 20
    )]
    Account(u64),
    /// All accounts together keep too much.
    #[error(
        "all uploaded files may have {} MiB together: wait until older ones expire, or raise --uploads-total",
        .0 >> 20
    )]
    Total(u64),
}

impl InChinese for UploadRefusal {
    fn zh(&self) -> String {
        match self {
            Self::One(most) => format!("单个文件不能超过 {} MiB", most >> 20),
            Self::Account(most) => format!(
                "同一账号上传的文件合计不能超过 {} MiB，请删除已结束的任务，或等待文件到期清除",
                most >> 20
            ),
            Self::Total(most) => format!(
                "服务器保存的上传文件合计已达上限 {} MiB，请等待较早的文件到期清除，或联系管理员",
                most >> 20
            ),
        }
    }
}

impl Precondition {
    /// Whether it holds where `found` is the commit that wrote the feature last.
    pub(super) fn check(&self, found: Option<u64>) -> Result<(), StoreError> {
        let holds = match self.expect {
            Expect::Absent => found.is_none(),
            Expect::Present => found.is_some(),
            Expect::Seq(seq) => found == Some(seq),
        };
        if holds {
            return Ok(());
        }
        Err(StoreError::Precondition {
            collection: self.collection.clone(),
            id: self.id.clone(),
            expected: self.expect,
            found,
        })
    }
}

impl StoreError {
    pub(crate) fn corrupt(place: impl Into<String>, problem: impl ToString) -> Self {
        Self::Corrupt {
            place: place.into(),
            problem: problem.to_string(),
        }
    }

    /// What an insert of an account failed with: a name that is taken, or something else.
    pub(super) fn name_taken(error: sqlx::Error, name: &str) -> Self {
        match &error {
            sqlx::Error::Database(d) if d.is_unique_violation() => Self::NameTaken {
                name: name.to_owned(),
            },
            _ => error.into(),
        }
    }

    /// What an insert of a job failed with: there is one of its kind, or something else.
    pub(super) fn job_there(error: sqlx::Error, kind: &str) -> Self {
        match &error {
            sqlx::Error::Database(d) if d.is_unique_violation() => Self::JobThere {
                kind: kind.to_owned(),
            },
            _ => error.into(),
        }
    }

    pub(crate) fn bad_id(place: &str, error: &IdError) -> Self {
        Self::corrupt(place, error)
    }

    /// The collection whose schema is no longer the one by which a write was checked.
    pub fn schema_changed(&self) -> Option<&str> {
        match self {
            Self::Precondition { collection, id, .. } if collection.as_str() == SCHEMAS => {
                Some(id.as_str())
            }
            _ => None,
        }
    }

    /// Whether the store was closed here, by this program: nobody reads it any more.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::PoolClosed))
    }

    /// Whether waiting may help: the database is away, busy, full or damaged; the edit is not wrong.
    pub fn is_unavailable(&self) -> bool {
        self.fault().is_some()
    }

    /// Whether a database cannot be read as a map, whoever tries: its file is damaged or is none.
    pub(super) fn is_unreadable(&self) -> bool {
        match self {
            Self::Corrupt { .. } => true,
            Self::Migrate(source) => is_unreadable(migrating(source)),
            Self::Open { source, .. } | Self::Database(source) => is_unreadable(Some(source)),
            _ => false,
        }
    }

    /// What keeps the database from doing what it is asked; `None` where the fault is not the
    /// database's.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Open { source, .. } => Some(fault_of(source).unwrap_or(Fault::Away)),
            Self::Replaced { path, problem } => Some(Fault::Replaced(format!(
                "the database {path} is not the one that is open: {problem}"
            ))),
            Self::NotAlone { problem } => Some(Fault::NotAlone(problem.clone())),
            Self::Database(source) => fault_of(source),
            Self::Migrate(source) => fault_of(migrating(source)?),
            _ => None,
        }
    }
}

/// What a migration met.
fn migrating(error: &MigrateError) -> Option<&sqlx::Error> {
    match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => Some(source),
        _ => None,
    }
}

/// Whether an error of SQLite says that a file cannot be read: it is damaged, or no database, or has a
/// format of which SQLite knows nothing.
pub(super) fn is_unreadable(error: Option<&sqlx::Error>) -> bool {
    let Some(error @ sqlx::Error::Database(_)) = error else {
        return false;
    };
    matches!(fault_of(error), None | Some(Fault::Damaged))
}

/// What keeps a database from working, whichever it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The database does not answer.
    #[error("the database cannot be reached")]
    Away,
    /// The database has no memory or no connections left.
    #[error("the database has no memory or no connections left: check its log and its settings")]
    Exhausted,
    /// Another connection holds a lock.
    #[error("the database is busy")]
    Busy,
    /// No space is left.
    #[error("the disk that holds the database is full: free some space")]
    Full,
    /// The database is read-only.
    #[error(
        "the database can only be read: check the permissions of its file and folder, or the mode of the server"
    )]
    ReadOnly,
    /// The disk or the file system failed.
    #[error("the disk that holds the database fails to read or write: check the log of the system")]
    Disk,
    /// The database file is damaged.
    #[error("the database is damaged: stop the service and restore a backup")]
    Damaged,
    /// The files are no longer those that are open.
    #[error("{0}")]
    Replaced(String),
    /// Another server may have the database at the same time.
    #[error("{0}")]
    NotAlone(String),
}

pub(super) fn fault_of(error: &sqlx::Error) -> Option<Fault> {
    match error {
        sqlx::Error::Database(d) => {
            let code = d.code()?;
            if d.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                fault_of_sqlite(code.parse().ok()?)
            } else {
                fault_of_postgres(&code)
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Some(Fault::Away),
        _ => None,
    }
}

/// The fault of a result code of SQLite. The low byte of an extended code is the primary code.
fn fault_of_sqlite(code: i32) -> Option<Fault> {
    // The index of the log cannot grow: in practice the disk is full.
    const IOERR_SHMSIZE: i32 = 4_874;
    match code & 0xff {
        _ if code == IOERR_SHMSIZE => Some(Fault::Full),
        // busy, locked, protocol.
        5 | 6 | 15 => Some(Fault::Busy),
        8 => Some(Fault::ReadOnly),
        // ioerr; cantopen: a file beside the database cannot be made.
        10 | 14 => Some(Fault::Disk),
        // corrupt, notadb.
        11 | 26 => Some(Fault::Damaged),
        13 => Some(Fault::Full),
        _ => None,
    }
}

fn fault_of_postgres(code: &str) -> Option<Fault> {
    match code {
        "53100" => Some(Fault::Full),
        // out_of_memory, too_many_connections, configuration_limit_exceeded.
        "53200" | "53300" | "53400" => Some(Fault::Exhausted),
        // A standby, or a server that was set so.
        "25006" => Some(Fault::ReadOnly),
        "XX001" | "XX002" => Some(Fault::Damaged),
        // serialization_failure, deadlock_detected, lock_not_available, query_canceled.
        "40001" | "40P01" | "55P03" | "57014" => Some(Fault::Busy),
        _ => match code.get(..2)? {
            // connection_exception, insufficient_resources, operator_intervention.
            "08" | "53" | "57" => Some(Fault::Away),
            // system_error.
            "58" => Some(Fault::Disk),
            _ => None,
        },
    }
}

/// An address as it may be shown: the password, wherever it stands, becomes `***`.
pub(super) fn without_password(url: &str) -> String {
    let mut text = url.to_owned();
    if let Some((scheme, rest)) = text.split_once("://") {
        // A password may hold an `@` that somebody forgot to escape: the last one ends it.
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let end = match rest[..authority].rfind('@') {
            Some(at) => Some(at),
            // A `/` in a password looks like the end of the host.
            None => rest.rfind('@'),
        };
        if let Some(at) = end
            && let Some((user, _)) = rest[..at].split_once(':')
        {
            text = format!("{scheme}://{user}:***{}", &rest[at..]);
        }
    }
    if let Some(start) = text.find("password=") {
        let from = start + "password=".len();
        let to = text[from..].find('&').map_or(text.len(), |n| from + n);
        text.replace_range(from..to, "***");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_cannot_work_is_told_from_a_wrong_edit() {
        for (code, fault) in [
            (5, Some(Fault::Busy)),
            (517, Some(Fault::Busy)),
            (8, Some(Fault::ReadOnly)),
            (1_032, Some(Fault::ReadOnly)),
            (10, Some(Fault::Disk)),
            (778, Some(Fault::Disk)),
            (4_874, Some(Fault::Full)),
            (11, Some(Fault::Damaged)),
            (13, Some(Fault::Full)),
            (14, Some(Fault::Disk)),
            // A constraint, and a mistake of ours.
            (2_067, None),
            (1, None),
        ] {
            assert_eq!(fault_of_sqlite(code), fault, "{code}");
        }
        for (code, fault) in [
            ("53100", Some(Fault::Full)),
            ("53000", Some(Fault::Away)),
            ("53200", Some(Fault::Exhausted)),
            ("53300", Some(Fault::Exhausted)),
            ("57P03", Some(Fault::Away)),
            ("57P01", Some(Fault::Away)),
            ("58030", Some(Fault::Disk)),
            ("XX001", Some(Fault::Damaged)),
            ("XX002", Some(Fault::Damaged)),
            ("XX000", None),
            ("25006", Some(Fault::ReadOnly)),
            ("40P01", Some(Fault::Busy)),
            ("23505", None),
        ] {
            assert_eq!(fault_of_postgres(code), fault, "{code}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("sqlite:onemap.db", "sqlite:onemap.db"),
            ("postgres://map@db/m", "postgres://map@db/m"),
            (
                "postgres://map:geheim@db:5432/m",
                "postgres://map:***@db:5432/m",
            ),
            ("postgre://map:a@b@db/m", "postgre://map:***@db/m"),
            ("postgres://map:a/b@db/m", "postgres://map:***@db/m"),
            (
                "postgres:///m?user=a&password=geheim&host=/tmp",
                "postgres:///m?user=a&password=***&host=/tmp",
            ),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
