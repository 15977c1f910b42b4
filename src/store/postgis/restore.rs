//! Restores a backup file into PostGIS, in one transaction.

use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::columns::{Column, columns_of, tables};
use super::dump::sqlite_columns;
use super::{LOCKS, PostgisStore, SERVING_LOCK, connect, views};
use crate::model::{Localized, both};
use crate::store::StoreError;
use crate::store::backup::Progress;
use crate::store::backup::archive;
use crate::store::backup::cells::{Cell, quoted, read};

/// The maximum number of rows per statement.
const ROWS: usize = 2_000;
/// The maximum number of bytes per statement.
const BYTES: usize = 4 << 20;

/// Tables that are not copied as they are: those that need conversion, and those with temporary
/// data.
const APART: [&str; 10] = [
    "meta",
    "features",
    "changes",
    "batches",
    "quarantine",
    "leases",
    "sessions",
    "jobs",
    "uploads",
    "upload_chunks",
];

impl PostgisStore {
    /// Replaces the contents of the database with those of a prepared file.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while a node serves the database.
    pub(in crate::store) async fn restore(
        &self,
        path: &Path,
        progress: Progress<'_>,
    ) -> Result<(), StoreError> {
        let mut file = archive::open(path).await?;
        let mut connection = connect(&self.shared.options).await?;
        self.claim(&mut connection).await?;
        let mut tx = connection.begin().await?;
        let all = tables(&mut tx).await?;
        for table in &all {
            run(
                &mut tx,
                format!("ALTER TABLE onemap.{} DISABLE TRIGGER USER", quoted(table)),
            )
            .await?;
        }
        let names: Vec<String> = all
            .iter()
            .map(|t| format!("onemap.{}", quoted(t)))
            .collect();
        run(&mut tx, format!("TRUNCATE {}", names.join(", "))).await?;

        progress(both!("正在恢复", "restoring"), None);
        let checked = [("checked", "true"), ("judged", "true")];
        copy_table(&mut file, &mut tx, "commits", &checked, progress).await?;
        copy_table(&mut file, &mut tx, "changes", &[], progress).await?;
        progress(
            both!(
                "正在关联前后版本",
                "linking each version to the previous one"
            ),
            None,
        );
        for sql in [
            // The batch that wrote the previous version, if that was not a deletion.
            "UPDATE onemap.changes h SET previous = p.previous FROM (\
               SELECT x.batch, x.collection, x.id, \
               lag(CASE WHEN x.properties IS NOT NULL THEN x.batch END) \
               OVER (PARTITION BY x.collection, x.id ORDER BY c.seq) AS previous \
               FROM onemap.changes x JOIN onemap.commits c ON c.batch = x.batch) p \
             WHERE p.previous IS NOT NULL AND h.batch = p.batch \
             AND h.collection = p.collection AND h.id = p.id",
            "INSERT INTO onemap.features (collection, id, batch, geometry, properties) \
             SELECT n.collection, n.id, n.batch, n.geometry, n.properties FROM (\
               SELECT DISTINCT ON (h.collection, h.id) h.* FROM onemap.changes h \
               JOIN onemap.commits c ON c.batch = h.batch \
               ORDER BY h.collection, h.id, c.seq DESC) n \
             WHERE n.properties IS NOT NULL",
            "INSERT INTO onemap.meta (key, value) SELECT 'id', gen_random_uuid()::text",
        ] {
            sqlx::query(sql).execute(&mut *tx).await?;
        }
        for table in &all {
            if table != "commits" && !APART.contains(&table.as_str()) {
                copy_table(&mut file, &mut tx, table, &[], progress).await?;
            }
        }
        renumber(&mut tx, &all).await?;
        for table in &all {
            run(
                &mut tx,
                format!("ALTER TABLE onemap.{} ENABLE TRIGGER USER", quoted(table)),
            )
            .await?;
        }
        tx.commit().await?;
        file.close().await?;
        progress(both!("正在创建视图", "creating views"), None);
        views::follow_all(&mut connection).await?;
        sqlx::query("ANALYZE").execute(&mut connection).await?;
        let _ = connection.close().await;
        Ok(())
    }

    /// Takes the exclusive lock that serving nodes hold shared. The lock ends with the connection.
    async fn claim(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, $2)")
            .bind(LOCKS)
            .bind(SERVING_LOCK)
            .fetch_one(&mut *connection)
            .await?;
        if free {
            return Ok(());
        }
        let holders: Vec<(String, Option<String>, i32)> = sqlx::query_as(
            "SELECT coalesce(a.application_name, ''), host(a.client_addr), a.pid \
             FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = $1 \
             AND l.objid::bigint = $2 AND l.database = \
             (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .bind(i64::from(LOCKS))
        .bind(i64::from(SERVING_LOCK))
        .fetch_all(connection)
        .await?;
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        for (name, address, id) in holders {
            let from = address.as_deref();
            let (here_zh, here_en) = (from.unwrap_or("本机"), from.unwrap_or("this machine"));
            zh.push(format!("{name}（{here_zh}，数据库进程 {id}）"));
            en.push(format!("{name} ({here_en}, process {id} of the database)"));
        }
        Err(StoreError::InUse {
            database: match self.shared.options.get_database() {
                Some(name) => both!("{name}", "{name}"),
                None => both!("（该地址）", "of this address"),
            },
            holder: Localized::new(zh.join("、"), en.join(", ")),
        })
    }
}

async fn run(tx: &mut PgConnection, sql: String) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(tx).await?;
    Ok(())
}

/// Sets the sequences to continue after the largest number in use. Unlike `setval`, this is rolled
/// back with the transaction.
async fn renumber(tx: &mut PgConnection, all: &[String]) -> Result<(), StoreError> {
    let (seq, at, batch): (i64, i64, i64) = sqlx::query_as(
        "SELECT coalesce(max(seq), 0), coalesce(onemap.micros(max(at)), 0), \
         coalesce(max(batch), 0) FROM onemap.commits",
    )
    .fetch_one(&mut *tx)
    .await?;
    run(
        tx,
        format!("ALTER SEQUENCE onemap.last_seq RESTART WITH {seq}"),
    )
    .await?;
    run(
        tx,
        format!("ALTER SEQUENCE onemap.last_at RESTART WITH {at}"),
    )
    .await?;
    for table in all {
        for column in columns_of(tx, table).await?.iter().filter(|c| c.numbered) {
            let (table, name) = (quoted(table), quoted(&column.name));
            let most: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT coalesce(max({name}), 0)::bigint FROM onemap.{table}"
            )))
            .fetch_one(&mut *tx)
            .await?;
            // New batches continue after the newest batch of the log, because the table `batches` contains only
            // unfinished imports.
            let next = if table == "\"batches\"" { batch } else { most } + 1;
            run(
                tx,
                format!("ALTER TABLE onemap.{table} ALTER COLUMN {name} RESTART WITH {next}"),
            )
            .await?;
        }
    }
    Ok(())
}

/// Copies a table that both stores have; `more` gives the expressions of columns that only
/// PostgreSQL has.
async fn copy_table(
    file: &mut SqliteConnection,
    tx: &mut PgConnection,
    table: &str,
    more: &[(&str, &str)],
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let known = sqlite_columns(file, table).await?;
    let mut columns = columns_of(tx, table).await?;
    columns.retain(|c| known.contains(&c.name));
    if columns.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = columns.iter().map(|c| quoted(&c.name)).collect();
    let all: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT count(*) FROM {}",
        quoted(table)
    )))
    .fetch_one(&mut *file)
    .await?;
    let sql = format!("SELECT {} FROM {}", names.join(", "), quoted(table));
    let insert = insertion(table, &columns, more);
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(file);
    let (mut gathered, mut bytes, mut copied): (Vec<Vec<Cell>>, usize, usize) = (Vec::new(), 0, 0);
    while let Some(row) = rows.try_next().await? {
        let cells = read(&row)?;
        bytes += cells.iter().map(Cell::size).sum::<usize>();
        gathered.push(cells);
        if gathered.len() >= ROWS || bytes >= BYTES {
            copied += gathered.len();
            write(tx, &insert, &columns, std::mem::take(&mut gathered)).await?;
            bytes = 0;
            progress(
                both!("正在恢复 {table}", "restoring {table}"),
                Some(copied as f64 / all.max(1) as f64),
            );
        }
    }
    write(tx, &insert, &columns, gathered).await
}

fn insertion(table: &str, columns: &[Column], more: &[(&str, &str)]) -> String {
    let list = |one: &dyn Fn(&Column) -> String| columns.iter().map(one).collect::<Vec<_>>();
    let mut into = list(&|c| quoted(&c.name));
    let of = into.clone();
    let mut values = list(&Column::writing);
    for (name, value) in more {
        into.push(quoted(name));
        values.push((*value).to_owned());
    }
    let arrays: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(i, c)| format!("${}::{}", i + 1, c.array()))
        .collect();
    format!(
        "INSERT INTO onemap.{} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM unnest({}) AS u ({})",
        quoted(table),
        into.join(", "),
        values.join(", "),
        arrays.join(", "),
        of.join(", ")
    )
}

async fn write(
    tx: &mut PgConnection,
    insert: &str,
    columns: &[Column],
    rows: Vec<Vec<Cell>>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut by_column: Vec<Vec<Cell>> = columns
        .iter()
        .map(|_| Vec::with_capacity(rows.len()))
        .collect();
    for row in rows {
        for (column, cell) in by_column.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    let mut query = sqlx::query(AssertSqlSafe(insert.to_owned()));
    for (column, cells) in columns.iter().zip(by_column) {
        query = column.bind(query, cells.into_iter())?;
    }
    query.execute(tx).await?;
    Ok(())
}
