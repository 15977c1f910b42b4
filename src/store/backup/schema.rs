//! Checks that the schema of a backup is exactly that of the migrations. An added trigger or view would run in the
//! restored map, and a missing index or constraint would permit wrong data.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::wrong;
use crate::model::both;
use crate::store::{StoreError, sqlite};

/// The SQL of each table, index, trigger and view, by kind and name.
type Parts = BTreeMap<(String, String), String>;

/// Compares the schema of a migrated file with that of a new database.
///
/// # Errors
/// [`StoreError::Backup`] names the additional, missing or different item.
pub(super) async fn compare(path: &Path, file: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut new = SqliteConnectOptions::new()
        .in_memory(true)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlite::migrate_to_newest(&mut new).await?;
    let expected = parts(&mut new).await?;
    new.close().await?;
    let found = parts(file).await?;
    let differs = |zh: &str, en: &str, (kind, name): &(String, String)| {
        Err(wrong(
            path,
            both!(
                "不是 onemap 的备份：其数据库结构{zh} {kind}“{name}”；请换用另一份备份",
                "is not a backup of onemap: its schema {en} the {kind} {name:?}; use another backup"
            ),
        ))
    };
    for (part, sql) in &found {
        match expected.get(part) {
            None => return differs("被改动过，多出", "was changed and has", part),
            Some(made) if made != sql => {
                return differs("被改动过，不同的是", "was changed in", part);
            }
            Some(_) => {}
        }
    }
    match expected.keys().find(|part| !found.contains_key(*part)) {
        Some(part) => differs("被改动过，缺少", "was changed and lacks", part),
        None => Ok(()),
    }
}

/// Reads the SQL of the tables, indexes, triggers and views of a file, except for internal tables of SQLite and
/// the list of migrations, which the driver creates.
async fn parts(file: &mut SqliteConnection) -> Result<Parts, StoreError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT type, name, sql FROM sqlite_schema WHERE name <> '_sqlx_migrations' \
         AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch_all(file)
    .await?;
    let rows = rows.into_iter().map(|(kind, name, sql)| {
        // When a migration changes a table, versions of SQLite write its SQL with different spaces and quotation
        // marks, so both are left out of the comparison.
        let sql = sql.chars().filter(|c| !c.is_whitespace() && *c != '"');
        ((kind, name), sql.collect())
    });
    Ok(rows.collect())
}
