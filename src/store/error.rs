//! Errors of the store and the causes that keep a database from working.

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
    /// The database could not be opened or reached. The caller can try again or correct the URL.
    #[error("the database {url} cannot be opened: {source}")]
    Open {
        /// The URL of the database, without the password.
        url: String,
        /// The error of the database driver.
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
    /// Another process uses the database exclusively.
    #[error("the database {database} is in use by {holder}: stop it first")]
    InUse {
        /// The database.
        database: String,
        /// The process that uses it.
        holder: String,
    },
    /// A file is not a valid backup, or a backup cannot be written to it.
    #[error("{file} {problem}")]
    Backup {
        /// The path of the file.
        file: String,
        /// What is wrong with the file; the text continues after the path.
        problem: String,
    },
    /// A restore was refused, because it would replace data in the database.
    #[error(
        "the database {url} is not empty (its newest commit is {seq}): use --replace to replace its \
         content with the backup"
    )]
    NotEmpty {
        /// The URL of the database, without the password.
        url: String,
        /// The number of its newest commit.
        seq: u64,
    },
    /// The database files on disk are no longer the ones that this process opened; nothing was
    /// written.
    #[error(
        "the database {path} is not the one that is open ({problem}); nothing was written. Stop the \
         server, put the file back or restore a backup, and start it again"
    )]
    Replaced {
        /// The path of the database.
        path: String,
        /// Which file is affected, and what happened to it.
        problem: String,
    },
    /// Another server may be using the database at the same time; nothing was written.
    #[error("{problem}; nothing was written")]
    NotAlone {
        /// Why another server could open the database, and what to do about it.
        problem: String,
    },
    /// The database server lacks something that a map needs, for example PostGIS.
    #[error("the database {url} cannot hold a map: {problem}")]
    Unsuitable {
        /// The URL of the database, without the password.
        url: String,
        /// What is missing and how to install it.
        problem: String,
    },
    /// The database was written by a newer version of this program.
    #[error(
        "the database was written by a newer onemap (its schema has version {found}, this program \
         knows up to {known}): run the newer program, or restore a backup made before the upgrade"
    )]
    Newer {
        /// The schema version of the database.
        found: i64,
        /// The newest schema version that this program knows.
        known: i64,
    },
    /// A migration failed; the database is unchanged.
    #[error("the database could not be brought up to date: {0}")]
    Migrate(MigrateError),
    /// A precondition of an edit does not hold; nothing was written.
    #[error("{collection}/{id}: expected {expected:?}, found {found:?}")]
    Precondition {
        /// The collection of the feature.
        collection: CollectionId,
        /// The id of the feature.
        id: FeatureId,
        /// The precondition.
        expected: Expect,
        /// The commit that last wrote the feature; `None` if there is no such feature.
        found: Option<u64>,
    },
    /// Other commits changed features of this edit after it was prepared; nothing was written.
    #[error("{0}")]
    Overtaken(Overtaken),
    /// Another account has this name, or one that looks the same.
    #[error(
        "there is an account named {name:?} already, or one whose name looks the same; choose another name"
    )]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A token was requested for a disabled account.
    #[error("the account {name:?} is disabled; enable it first")]
    Disabled {
        /// The account's name.
        name: String,
    },
    /// The change would leave no administrator that can always sign in.
    #[error(
        "{name:?} is the last administrator that can always sign in: first give another account the role admin \
         and a password or a token that does not expire"
    )]
    LastAdmin {
        /// The account's name.
        name: String,
    },
    /// The account has reached its limit of unfinished jobs.
    #[error("the account has {most} jobs that have not ended; wait until one has, or cancel one")]
    TooManyJobs {
        /// The limit.
        most: u32,
    },
    /// The parent job already has a job of this kind.
    #[error("this job has a {kind:?} job already")]
    JobThere {
        /// The kind of the job.
        kind: String,
    },
    /// An upload exceeds a size limit.
    #[error(transparent)]
    Upload(#[from] UploadRefusal),
    /// An uploaded file has expired or was removed.
    #[error("the uploaded file {id} was removed; send it again")]
    NoUpload {
        /// The id of the upload.
        id: String,
    },
    /// An import wrote nothing for so long that its rows were removed as abandoned.
    #[error(
        "the import paused for over ten minutes and was abandoned; nothing of it is on the map: \
         start it again"
    )]
    Abandoned,
    /// A row of the database has a form that this program never writes.
    #[error("the database holds a row that cannot be read ({place}): {problem}")]
    Corrupt {
        /// The table and column, or the row.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A geometry cannot be encoded as WKB.
    #[error(transparent)]
    Geometry(#[from] WkbError),
    /// The database failed or cannot be reached; nothing was written.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}

/// Messages for users of the service. Faults that only the operator can fix carry the English text
/// of the log in brackets.
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

/// The features of a staged edit that other commits changed after the edit was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overtaken {
    /// The number of such features.
    pub total: u64,
    /// The first of them, each with the newest commit that changed it.
    pub first: Vec<(CollectionId, FeatureId, u64)>,
}

impl Overtaken {
    /// The maximum number of features that an error lists.
    pub const NAMED: i64 = 20;

    /// Returns an error if a query found overtaken features. A row has collection, id, commit, and
    /// the total number of rows.
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

/// The size limit that a chunk of an upload exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UploadRefusal {
    /// The file is larger than this many bytes.
    #[error("the file is larger than {} MiB, the most for one file", .0 >> 20)]
    One(u64),
    /// The files of one account exceed this many bytes together.
    #[error(
        "the files of one account may have {} MiB together: delete jobs that have ended, or wait until they expire",
        .0 >> 20
    )]
    Account(u64),
    /// All uploaded files exceed this many bytes together.
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
    /// Checks the condition; `found` is the commit that last wrote the feature.
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

    /// Converts the error of inserting an account: a unique constraint means that the name is
    /// taken.
    pub(super) fn name_taken(error: sqlx::Error, name: &str) -> Self {
        match &error {
            sqlx::Error::Database(d) if d.is_unique_violation() => Self::NameTaken {
                name: name.to_owned(),
            },
            _ => error.into(),
        }
    }

    /// Converts the error of inserting a job: a unique constraint means that the parent has a job
    /// of this kind.
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

    /// The collection whose schema changed after a write was checked against it; `None` for other
    /// errors.
    pub fn schema_changed(&self) -> Option<&str> {
        match self {
            Self::Precondition { collection, id, .. } if collection.as_str() == SCHEMAS => {
                Some(id.as_str())
            }
            _ => None,
        }
    }

    /// Whether this program closed the store itself, so that nobody waits for an answer.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::PoolClosed))
    }

    /// Whether trying again may help: the database is unreachable, busy, full or damaged, and the
    /// edit itself is valid.
    pub fn is_unavailable(&self) -> bool {
        self.fault().is_some()
    }

    /// Whether the database file is damaged or is not a database, so that no retry helps.
    pub(super) fn is_unreadable(&self) -> bool {
        match self {
            Self::Corrupt { .. } => true,
            Self::Migrate(source) => is_unreadable(migrating(source)),
            Self::Open { source, .. } | Self::Database(source) => is_unreadable(Some(source)),
            _ => false,
        }
    }

    /// The fault that keeps the database from working; `None` if the error has another cause.
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

/// The database error inside a migration error.
fn migrating(error: &MigrateError) -> Option<&sqlx::Error> {
    match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => Some(source),
        _ => None,
    }
}

/// Whether SQLite reports that a file is damaged, is not a database, or has an unknown format.
pub(super) fn is_unreadable(error: Option<&sqlx::Error>) -> bool {
    let Some(error @ sqlx::Error::Database(_)) = error else {
        return false;
    };
    matches!(fault_of(error), None | Some(Fault::Damaged))
}

/// What keeps a database from working, for both kinds of database.
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
    /// The files on disk are no longer the ones that this process opened; the text names the file.
    #[error("{0}")]
    Replaced(String),
    /// Another server may be using the database at the same time; the text says why.
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

/// Maps a result code of SQLite to a fault. The low byte of an extended code is the primary code.
fn fault_of_sqlite(code: i32) -> Option<Fault> {
    // SQLITE_IOERR_SHMSIZE: the WAL index cannot grow, in practice because the disk is full.
    const IOERR_SHMSIZE: i32 = 4_874;
    match code & 0xff {
        _ if code == IOERR_SHMSIZE => Some(Fault::Full),
        // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL.
        5 | 6 | 15 => Some(Fault::Busy),
        8 => Some(Fault::ReadOnly),
        // SQLITE_IOERR; SQLITE_CANTOPEN: a file beside the database cannot be created.
        10 | 14 => Some(Fault::Disk),
        // SQLITE_CORRUPT, SQLITE_NOTADB.
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
        // read_only_sql_transaction: a standby, or a server set to read-only.
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

/// A database URL for logs: the password is replaced by `***`.
pub(super) fn without_password(url: &str) -> String {
    let mut text = url.to_owned();
    if let Some((scheme, rest)) = text.split_once("://") {
        // A password may contain an unescaped `@`, so the last `@` ends it.
        let authority = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let end = match rest[..authority].rfind('@') {
            Some(at) => Some(at),
            // An unescaped `/` in a password looks like the end of the host.
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
    fn a_failing_database_is_distinguished_from_an_invalid_edit() {
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
            // A constraint error and an error in our SQL are not faults of the database.
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
