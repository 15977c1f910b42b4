//! The schema of a backup: exactly what the migrations make. A trigger or a view that somebody added would
//! run in the restored map, and without an index or a condition it would not be kept right.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::wrong;
use crate::store::{StoreError, sqlite};

/// What makes each table, index, trigger and view, by kind and name.
type Parts = BTreeMap<(String, String), String>;

/// Compares a file that was brought up to date with a new database.
///
/// # Errors
/// [`StoreError::Backup`] names what is too much, missing or different.
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
    let differs = |problem: &str, (kind, name): &(String, String)| {
        let problem = format!(
            "is no backup of onemap: its schema {problem} the {kind} {name:?}; take another backup"
        );
        Err(wrong(path, &problem))
    };
    for (part, sql) in &found {
        match expected.get(part) {
            None => return differs("was changed and has", part),
            Some(made) if made != sql => return differs("was changed in", part),
            Some(_) => {}
        }
    }
    match expected.keys().find(|part| !found.contains_key(*part)) {
        Some(part) => differs("was changed and lacks", part),
        None => Ok(()),
    }
}

/// Without what SQLite makes for itself, and without the list of migrations, which the driver makes.
async fn parts(file: &mut SqliteConnection) -> Result<Parts, StoreError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT type, name, sql FROM sqlite_schema WHERE name <> '_sqlx_migrations' \
         AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch_all(file)
    .await?;
    let rows = rows.into_iter().map(|(kind, name, sql)| {
        // Versions of SQLite put different spaces and quotes where a migration changes a table.
        let sql = sql.chars().filter(|c| !c.is_whitespace() && *c != '"');
        ((kind, name), sql.collect())
    });
    Ok(rows.collect())
}
