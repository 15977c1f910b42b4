//! Large edits: rows are collected in a temporary table on a separate connection and written to the
//! map in one transaction. Before that transaction, no other writer has to wait. If the process is
//! killed, PostgreSQL drops the table with the connection.

use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::write::{Columns, announce, crossed, hold_schemas, logged, outcome, pause};
use super::{PostgisStore, connect, views};
use crate::model::{Author, Change, CollectionId, FeatureId, Precondition};
use crate::store::{Committed, Effect, Overtaken, Staged, StoreError, audit};

/// The maximum number of rows per statement.
const CHUNK: usize = 4000;
/// The maximum number of attempts to publish when other writers cause a deadlock or conflict.
const ATTEMPTS: u32 = 5;

/// An import into PostGIS that is not published yet.
#[derive(Debug)]
pub struct Staging {
    store: PostgisStore,
    connection: PgConnection,
    author: Author,
    reason: Option<String>,
}

impl PostgisStore {
    /// See [`Store::stage`](crate::store::Store::stage).
    pub async fn stage(
        &self,
        author: Author,
        reason: Option<String>,
    ) -> Result<Staging, StoreError> {
        let options = self.shared.options.clone();
        let mut connection = connect(&options.application_name("onemap import")).await?;
        for sql in [
            "SET temp_buffers = '64MB'",
            "CREATE TEMP TABLE staged AS SELECT collection, id, geometry, properties \
             FROM onemap.features WITH NO DATA",
            "ALTER TABLE staged ADD PRIMARY KEY (collection, id)",
        ] {
            sqlx::query(sql).execute(&mut connection).await?;
        }
        Ok(Staging {
            store: self.clone(),
            connection,
            author,
            reason,
        })
    }
}

impl Staging {
    /// See [`Staging::put`](crate::store::Staging::put).
    pub async fn put(&mut self, changes: Vec<Change>) -> Result<Vec<Staged>, StoreError> {
        let mut kept = Vec::new();
        let mut changes = changes.into_iter().peekable();
        while changes.peek().is_some() {
            let columns = Columns::new(changes.by_ref().take(CHUNK))?;
            self.put_columns(&columns, &mut kept).await?;
        }
        Ok(kept)
    }

    async fn put_columns(
        &mut self,
        columns: &Columns,
        kept: &mut Vec<Staged>,
    ) -> Result<(), StoreError> {
        let rows = &columns.rows;
        let collections: Vec<&str> = rows.iter().map(|r| &*r.collection).collect();
        let ids: Vec<&str> = rows.iter().map(|r| &*r.id).collect();
        let mut tx = self.connection.begin().await?;
        // The later change replaces the earlier one, even if it makes the feature equal to the map
        // again.
        sqlx::query(
            "DELETE FROM pg_temp.staged s \
             USING unnest($1::text[], $2::text[]) AS w (collection, id) \
             WHERE s.collection = w.collection AND s.id = w.id",
        )
        .bind(&collections)
        .bind(&ids)
        .execute(&mut *tx)
        .await?;
        let staged: Vec<(String, String, bool, bool)> = sqlx::query_as(
            "WITH judged AS MATERIALIZED (\
             SELECT w.collection, w.id, w.geometry, w.properties, f.id IS NULL AS fresh \
             FROM (SELECT u.collection, u.id, u.geometry, u.properties::jsonb AS properties \
             FROM unnest($1::text[], $2::text[], $3::bytea[], $4::text[]) \
             AS u (collection, id, geometry, properties)) w \
             LEFT JOIN onemap.features f ON f.collection = w.collection AND f.id = w.id \
             WHERE CASE WHEN w.properties IS NULL THEN f.id IS NOT NULL \
             ELSE f.id IS NULL OR f.properties <> w.properties \
             OR onemap.to_wkb(f.geometry) IS DISTINCT FROM w.geometry END), \
             put AS (INSERT INTO pg_temp.staged (collection, id, geometry, properties) \
             SELECT collection, id, onemap.from_wkb(geometry), properties FROM judged) \
             SELECT collection, id, fresh, properties IS NULL FROM judged",
        )
        .bind(&collections)
        .bind(&ids)
        .bind(
            rows.iter()
                .map(|r| r.geometry.as_deref())
                .collect::<Vec<_>>(),
        )
        .bind(
            rows.iter()
                .map(|r| r.properties.as_deref())
                .collect::<Vec<_>>(),
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        for (collection, id, fresh, removed) in staged {
            kept.push(Staged {
                collection: CollectionId::new(collection)
                    .map_err(|e| StoreError::bad_id("collection", &e))?,
                id: FeatureId::new(id).map_err(|e| StoreError::bad_id("id", &e))?,
                effect: match (removed, fresh) {
                    (true, _) => Effect::Removed,
                    (false, true) => Effect::New,
                    (false, false) => Effect::Changed,
                },
            });
        }
        Ok(())
    }

    /// See [`Staging::publish_since`](crate::store::Staging::publish_since). Accepts preconditions
    /// on schemas only.
    pub async fn publish(
        mut self,
        conditions: &[Precondition],
        since: Option<u64>,
    ) -> Result<Committed, StoreError> {
        sqlx::query("ANALYZE pg_temp.staged")
            .execute(&mut self.connection)
            .await?;
        let schemas: Vec<String> =
            sqlx::query_scalar("SELECT id FROM pg_temp.staged WHERE collection = '$schemas'")
                .fetch_all(&mut self.connection)
                .await?;
        let mut attempt = 1;
        let committed = loop {
            match self.try_publish(&schemas, conditions, since).await {
                Err(error) if attempt < ATTEMPTS && crossed(&error) => {
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
                other => break other?,
            }
        };
        if committed.changed > 0 {
            self.store.retry(&schemas).await?;
        }
        // Everything is durable already, so an error while closing the connection does not matter.
        let _ = self.connection.close().await;
        Ok(committed)
    }

    async fn try_publish(
        &mut self,
        schemas: &[String],
        conditions: &[Precondition],
        since: Option<u64>,
    ) -> Result<Committed, StoreError> {
        let mut tx = self
            .connection
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await?;
        announce(&mut tx, &self.author, self.reason.as_deref(), None, "5min").await?;
        // Every import runs these statements in this order and inserts its rows sorted by id, so that two imports
        // of the same district wait for each other instead of deadlocking.
        for sql in [
            "DELETE FROM onemap.features f \
             USING (SELECT collection, id FROM pg_temp.staged WHERE properties IS NULL) s \
             WHERE f.collection = s.collection AND f.id = s.id",
            "INSERT INTO onemap.features (collection, id, geometry, properties) \
             SELECT collection, id, geometry, properties FROM pg_temp.staged \
             WHERE properties IS NOT NULL ORDER BY collection, id \
             ON CONFLICT (collection, id) DO UPDATE \
             SET geometry = excluded.geometry, properties = excluded.properties",
        ] {
            sqlx::query(sql).execute(&mut *tx).await?;
        }
        views::follow(&mut tx, schemas).await?;
        // No batch has the number -1: if nothing was logged, the outcome is an empty commit.
        let batch = logged(&mut tx).await?.unwrap_or(-1);
        if batch >= 0 {
            let size: i64 =
                sqlx::query_scalar("SELECT count(*) FROM onemap.changes WHERE batch = $1")
                    .bind(batch)
                    .fetch_one(&mut *tx)
                    .await?;
            if let Some(entry) = audit::of_features(&[], size as usize) {
                super::audit::add(&mut tx, &entry, Some(batch)).await?;
            }
        }
        hold_schemas(&mut tx, Some(batch), conditions).await?;
        if let Some(since) = since {
            not_overtaken(&mut tx, batch, since).await?;
        }
        let done = match tx.commit().await {
            Ok(()) => outcome(&mut self.connection, batch).await,
            Err(error) => Err(error.into()),
        };
        match done {
            Err(error) => self.store.unless_committed(batch, error).await,
            good => good,
        }
    }
}

/// Returns an error if a commit after `since` changed a staged feature. The commit of this
/// transaction is numbered first: from then on nobody else can commit, so the log is complete.
async fn not_overtaken(tx: &mut PgConnection, batch: i64, since: u64) -> Result<(), StoreError> {
    sqlx::query("SET CONSTRAINTS ALL IMMEDIATE")
        .execute(&mut *tx)
        .await?;
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT h.collection, h.id, max(c.seq), count(*) OVER () \
         FROM onemap.commits c JOIN onemap.changes h ON h.batch = c.batch \
         JOIN pg_temp.staged s ON s.collection = h.collection AND s.id = h.id \
         WHERE c.seq > $1 AND c.batch <> $2 AND left(h.collection, 1) <> '$' \
         GROUP BY h.collection, h.id ORDER BY h.collection, h.id LIMIT $3",
    )
    .bind(i64::try_from(since).unwrap_or(i64::MAX))
    .bind(batch)
    .bind(Overtaken::NAMED)
    .fetch_all(tx)
    .await?;
    Overtaken::none_of(rows)
}
