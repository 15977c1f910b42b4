//! Detects a pooler that sends the transactions of one connection to different servers.
//!
//! A node needs sessions: it listens for notifications, keeps prepared statements, and holds locks
//! while it migrates the schema. PgBouncer with `pool_mode = transaction` (or `statement`) breaks
//! all three, some without an error message, so such a connection is refused before anything is
//! written.

use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::connect;
use crate::model::both;
use crate::store::StoreError;

/// The number of times that the two connections are compared. One comparison is not enough, because
/// the pooler may happen to give them two servers while other clients use it.
const TRIES: usize = 5;

const WAY_OUT: &str = "One Map needs sessions (LISTEN, prepared statements, locks): connect it to \
    PostgreSQL directly, or give its database pool_mode = session in pgbouncer.ini";
/// [`WAY_OUT`] in Chinese.
const WAY_OUT_ZH: &str = "One Map 需要会话功能（LISTEN、预备语句、锁）：请直接连接 PostgreSQL，\
    或在 pgbouncer.ini 中为该数据库设置 pool_mode = session";

/// Refuses a pooler that does not keep sessions. `connection` must be new: no statement was run on
/// it yet.
pub(super) async fn refuse(
    options: &PgConnectOptions,
    connection: &mut PgConnection,
    url: &str,
) -> Result<(), StoreError> {
    let mut other = match connect(options).await {
        Ok(other) => other,
        // A server that allows only one connection is not a pooler. A node that needs more
        // connections reports that itself.
        Err(_) => return Ok(()),
    };
    let mut first = None;
    for _ in 0..TRIES {
        let (one, two) = (server(connection).await?, server(&mut other).await?);
        // If two connections share a server process, or one connection changes its server process, there is
        // a pooler.
        if one == two || *first.get_or_insert(one) != one {
            return Err(StoreError::Unsuitable {
                url: url.to_owned(),
                problem: both!(
                    "连接经过事务模式的连接池（如 PgBouncer）。{WAY_OUT_ZH}",
                    "it is reached through a pooler in transaction mode, such as PgBouncer. {WAY_OUT}"
                ),
            });
        }
    }
    sqlx::Connection::close(other).await?;
    Ok(())
}

/// The id of the server process behind a connection. The query is sent as one message without a prepared
/// statement, because the pooler might send a second message to a server that lacks the statement.
async fn server(connection: &mut PgConnection) -> Result<i32, StoreError> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}

/// The error to report if PgBouncer refused the connection because of startup parameters that it does not
/// know; `None` for other errors. There is no connection then on which [`refuse`] could run.
pub(super) fn refused_settings(error: &sqlx::Error, url: &str) -> Option<StoreError> {
    let said = error.as_database_error()?.message();
    said.contains("unsupported startup parameter")
        .then(|| StoreError::Unsuitable {
            url: url.to_owned(),
            problem: both!(
                "PgBouncer 拒绝连接（{said}）。{WAY_OUT_ZH}，并设置 ignore_startup_parameters = extra_float_digits",
                "PgBouncer refuses the connection ({said}). {WAY_OUT}, and set \
                 ignore_startup_parameters = extra_float_digits"
            ),
        })
}
