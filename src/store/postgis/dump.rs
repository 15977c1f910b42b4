//! Copies a PostGIS map into a backup file, as of one moment and while others write.

use std::collections::HashSet;
use std::path::Path;

use futures_util::TryStreamExt;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::columns::{columns_of, tables};
use super::rows::{GOOD, Names, VERSION, version};
use super::{PostgisStore, connect};
use crate::codec::wkb;
use crate::model::both;
use crate::store::backup::Progress;
use crate::store::backup::archive;
use crate::store::backup::cells::{Cell, Inserts, quoted};
use crate::store::{StoreError, sqlite};

/// Tables that are not copied as they are: those of the log, which need conversion, and those with
/// temporary data.
const APART: [&str; 11] = [
    "meta",
    "features",
    "changes",
    "commits",
    "batches",
    "quarantine",
    "leases",
    "sessions",
    "jobs",
    "uploads",
    "upload_chunks",
];

impl PostgisStore {
    /// Copies the map into an empty file; returns how many versions were left out because they are
    /// not valid features.
    pub(in crate::store) async fn dump(
        &self,
        path: &Path,
        progress: Progress<'_>,
    ) -> Result<u64, StoreError> {
        let mut file = archive::open(path).await?;
        sqlite::migrate_to_newest(&mut file).await?;
        let mut connection = connect(&self.shared.options).await?;
        let mut moment = connection
            .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            .await?;
        let mut to = file.begin().await?;
        sqlx::query("INSERT INTO meta (key, value) VALUES ('id', ?)")
            .bind(self.id().to_string())
            .execute(&mut *to)
            .await?;
        copy_table(&mut moment, &mut to, "commits", &[("folded", Cell::Int(1))]).await?;
        let left_out = self.copy_changes(&mut moment, &mut to, progress).await?;
        for table in tables(&mut moment).await? {
            if !APART.contains(&table.as_str()) {
                copy_table(&mut moment, &mut to, &table, &[]).await?;
            }
        }
        progress(
            both!("正在收集最新版本", "collecting the newest versions"),
            None,
        );
        sqlx::raw_sql(
            "INSERT INTO features (collection, id, seq, updated_at, geometry, properties) \
             SELECT h.collection, h.id, max(c.seq), c.at, h.geometry, h.properties \
             FROM changes h JOIN commits c ON c.batch = h.batch GROUP BY h.collection, h.id; \
             DELETE FROM features WHERE properties IS NULL; \
             INSERT INTO batches (batch, touched_at) \
             SELECT coalesce(max(batch), 0) + 1, 0 FROM commits; \
             DELETE FROM batches",
        )
        .execute(&mut *to)
        .await?;
        sqlite::index_past(&mut to).await?;
        to.commit().await?;
        file.close().await?;
        drop(moment);
        let _ = connection.close().await;
        Ok(left_out)
    }

    /// Copies every version that is a valid feature, in the form in which SQLite stores it.
    async fn copy_changes(
        &self,
        from: &mut PgConnection,
        to: &mut SqliteConnection,
        progress: Progress<'_>,
    ) -> Result<u64, StoreError> {
        let refused = self.refused(from).await?;
        let all: i64 = sqlx::query_scalar("SELECT count(*) FROM onemap.changes")
            .fetch_one(&mut *from)
            .await?;
        let names = ["batch", "collection", "id", "geometry", "properties"].map(str::to_owned);
        let mut inserts = Inserts::new("changes", &names);
        let mut known = Names::default();
        let sql = format!(
            "SELECT {VERSION} FROM onemap.commits c JOIN onemap.changes h ON h.batch = c.batch \
             WHERE {GOOD} ORDER BY h.batch, h.collection, h.id"
        );
        let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(from);
        let mut copied: i64 = 0;
        while let Some(row) = rows.try_next().await? {
            let Some(record) = version(&row, &mut known, &refused)? else {
                continue;
            };
            let (geometry, properties) = match &record.body {
                None => (Cell::Null, Cell::Null),
                Some(body) => (
                    match &body.geometry {
                        None => Cell::Null,
                        Some(geometry) => Cell::Blob(wkb::encode(geometry)?),
                    },
                    Cell::Text(body.properties.as_str().to_owned()),
                ),
            };
            let cells = vec![
                Cell::Int(row.try_get(7)?),
                Cell::Text(record.collection.to_string()),
                Cell::Text(record.id.to_string()),
                geometry,
                properties,
            ];
            inserts.push(to, cells).await?;
            copied += 1;
            if copied % 50_000 == 0 {
                progress(
                    both!("正在复制", "copying"),
                    Some(copied as f64 / all as f64),
                );
            }
        }
        inserts.flush(to).await?;
        Ok(u64::try_from(all - copied).unwrap_or_default())
    }

    /// Adds the erasures recorded in this database to those recorded in a backup file.
    pub(in crate::store) async fn carry_erasures(&self, path: &Path) -> Result<(), StoreError> {
        let mut file = archive::open(path).await?;
        let mut rows = sqlx::query_as::<_, (String, String, String, i64)>(
            "SELECT collection, id, property, onemap.micros(at) FROM onemap.erasures",
        )
        .fetch(&self.shared.pool);
        let mut tx = file.begin().await?;
        while let Some((collection, id, property, at)) = rows.try_next().await? {
            sqlx::query(
                "INSERT INTO erasures (collection, id, property, at) VALUES (?, ?, ?, ?) \
                 ON CONFLICT (collection, id, property) DO UPDATE SET at = max(at, excluded.at)",
            )
            .bind(collection)
            .bind(id)
            .bind(property)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        file.close().await?;
        Ok(())
    }
}

/// Copies a table that both stores have; `more` gives the values of columns that only SQLite has.
async fn copy_table(
    from: &mut PgConnection,
    to: &mut SqliteConnection,
    table: &str,
    more: &[(&str, Cell)],
) -> Result<(), StoreError> {
    let known = sqlite_columns(to, table).await?;
    if known.is_empty() {
        return Ok(());
    }
    let mut columns = columns_of(from, table).await?;
    columns.retain(|c| known.contains(&c.name));
    let expressions: Vec<String> = columns
        .iter()
        .map(super::columns::Column::reading)
        .collect();
    let mut names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    names.extend(more.iter().map(|(name, _)| (*name).to_owned()));
    let mut inserts = Inserts::new(table, &names);
    let sql = format!(
        "SELECT {} FROM onemap.{}",
        expressions.join(", "),
        quoted(table)
    );
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(from);
    while let Some(row) = rows.try_next().await? {
        let mut cells = Vec::with_capacity(names.len());
        for (i, column) in columns.iter().enumerate() {
            cells.push(column.cell(&row, i)?);
        }
        cells.extend(more.iter().map(|(_, cell)| cell.clone()));
        inserts.push(to, cells).await?;
    }
    inserts.flush(to).await
}

/// The columns of a table of a SQLite file.
pub(super) async fn sqlite_columns(
    file: &mut SqliteConnection,
    table: &str,
) -> Result<HashSet<String>, StoreError> {
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
        .bind(table)
        .fetch_all(file)
        .await?;
    Ok(names.into_iter().collect())
}
