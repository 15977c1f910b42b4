//! Tells a connection that leads to a pooler which hands each transaction to another server.
//!
//! A node needs sessions: it listens for notifications, keeps prepared statements, and holds locks while it
//! brings the schema up to date. PgBouncer with `pool_mode = transaction` (or `statement`) breaks all three,
//! some of them without an error, so it is refused before anything is written.

use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::connect;
use crate::store::StoreError;

/// How often the two connections are compared: another client may come in between.
const TRIES: usize = 5;

const WAY_OUT: &str = "One Map needs sessions (LISTEN, prepared statements, locks): connect it to \
    PostgreSQL directly, or give its database pool_mode = session in pgbouncer.ini";

/// Refuses a pooler that does not keep sessions. `connection` is new: nothing was asked on it yet.
pub(super) async fn refuse(
    options: &PgConnectOptions,
    connection: &mut PgConnection,
    url: &str,
) -> Result<(), StoreError> {
    let mut other = match connect(options).await {
        Ok(other) => other,
        // Whoever allows one connection only is no pooler; what a node needs more of, it says then.
        Err(_) => return Ok(()),
    };
    let mut first = None;
    for _ in 0..TRIES {
        let (one, two) = (server(connection).await?, server(&mut other).await?);
        // Two clients at one server, or one client at two.
        if one == two || *first.get_or_insert(one) != one {
            return Err(StoreError::Unsuitable {
                url: url.to_owned(),
                problem: format!(
                    "it is reached through a pooler in transaction mode (PgBouncer?). {WAY_OUT}"
                ),
            });
        }
    }
    sqlx::Connection::close(other).await?;
    Ok(())
}

/// The id of the server process behind a connection. Read in one message: a statement that is
/// prepared first might be gone when it is run.
async fn server(connection: &mut PgConnection) -> Result<i32, StoreError> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()")
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}

/// PgBouncer refuses settings of a connection that it does not know, before anybody can ask what it is.
pub(super) fn refused_settings(error: &sqlx::Error, url: &str) -> Option<StoreError> {
    let said = error.as_database_error()?.message();
    said.contains("unsupported startup parameter")
        .then(|| StoreError::Unsuitable {
            url: url.to_owned(),
            problem: format!(
                "PgBouncer refuses the connection ({said}). {WAY_OUT}, and set \
                 ignore_startup_parameters = extra_float_digits"
            ),
        })
}
