//! Faults that keep a database from working, recognised from the errors of the database drivers.

use sqlx::migrate::MigrateError;

use crate::model::{InChinese, Localized};

/// The database error inside a migration error.
pub(super) fn migrating(error: &MigrateError) -> Option<&sqlx::Error> {
    match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => Some(source),
        _ => None,
    }
}

/// Whether SQLite reports that a file is damaged, is not a database, or has an unknown format.
pub(in crate::store) fn is_unreadable(error: Option<&sqlx::Error>) -> bool {
    let Some(error @ sqlx::Error::Database(_)) = error else {
        return false;
    };
    matches!(fault_of(error), None | Some(Fault::Damaged))
}

/// A fault that keeps a database from working, for both kinds of database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The database does not answer.
    #[error("the database cannot be reached: check that it runs")]
    Away,
    /// The database has no memory or no connections left.
    #[error("the database has no memory or no connections left: check its log and its settings")]
    Exhausted,
    /// Another connection holds a lock.
    #[error("the database is busy: try again in a moment")]
    Busy,
    /// No space is left.
    #[error("the disk that holds the database is full: free some space")]
    Full,
    /// The database is read-only.
    #[error(
        "the database is read-only: check the permissions of its file and folder, or whether its server is a standby"
    )]
    ReadOnly,
    /// The disk or the file system failed.
    #[error(
        "the disk that holds the database failed to read or write: check the log of the operating system"
    )]
    Disk,
    /// The database file is damaged.
    #[error("the database is damaged: stop the service and restore a backup")]
    Damaged,
    /// The files on disk are no longer the ones that this process opened; the text names the file.
    #[error("{0}")]
    Replaced(Localized),
    /// Another server may be using the database at the same time; the text says why.
    #[error("{0}")]
    NotAlone(Localized),
}

impl InChinese for Fault {
    fn zh(&self) -> String {
        match self {
            Self::Away => "无法连接数据库，请检查数据库是否运行",
            Self::Exhausted => "数据库的内存或连接已用尽，请检查其日志和设置",
            Self::Busy => "数据库正忙，请稍后再试",
            Self::Full => "数据库所在磁盘已满，请清理空间",
            Self::ReadOnly => "数据库只读，请检查其文件和目录的权限，或数据库服务器是否为只读备机",
            Self::Disk => "数据库所在磁盘读写出错，请查看系统日志",
            Self::Damaged => "数据库已损坏，请停止服务并恢复备份",
            Self::Replaced(problem) | Self::NotAlone(problem) => &problem.zh,
        }
        .to_owned()
    }
}

pub(in crate::store) fn fault_of(error: &sqlx::Error) -> Option<Fault> {
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
}
