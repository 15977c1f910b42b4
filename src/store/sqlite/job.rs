//! Jobs in SQLite.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Connection, Row, Sqlite};
use uuid::Uuid;

use super::{SqliteStore, micros_now};
use crate::store::job::columns;
use crate::store::{Job, JobEnd, JobQuery, Kept, MOST_KEPT, NewJob, OwnerQueue, StoreError};

/// When a lease that begins at `now` expires, in microseconds.
fn lease_end(now: i64, lease: Duration) -> i64 {
    now.saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}

fn one(row: Option<SqliteRow>) -> Result<Option<Job>, StoreError> {
    row.as_ref().map(Job::read).transpose()
}

impl SqliteStore {
    /// See [`Store::create_job`](crate::store::Store::create_job).
    pub async fn create_job(&self, new: NewJob, most: u32) -> Result<Job, StoreError> {
        let now = micros_now();
        let id = Uuid::now_v7().to_string();
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let (unfinished, all): (i64, i64) = sqlx::query_as(
                "SELECT count(CASE WHEN state IN ('queued', 'running') THEN 1 END), count(*) \
                 FROM jobs WHERE owner = ?",
            )
            .bind(&new.owner)
            .fetch_one(&mut *tx)
            .await?;
            if unfinished >= i64::from(most) {
                return Err(StoreError::TooManyJobs { most });
            }
            let too_many = all + 1 - i64::from(MOST_KEPT);
            if too_many > 0 {
                for sql in [
                    "DELETE FROM uploads WHERE id IN (SELECT upload FROM jobs WHERE owner = ?1 \
                     AND state NOT IN ('queued', 'running') ORDER BY id LIMIT ?2)",
                    "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE owner = ?1 \
                     AND state NOT IN ('queued', 'running') ORDER BY id LIMIT ?2)",
                ] {
                    sqlx::query(sql)
                        .bind(&new.owner)
                        .bind(too_many)
                        .execute(&mut *tx)
                        .await?;
                }
            }
            let row = sqlx::query(concat!(
                "INSERT INTO jobs (id, kind, arguments, owner, account, role, parent, upload, seq, \
                 state, created_at, updated_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', ?10, ?10, ?11) RETURNING ",
                columns!("")
            ))
            .bind(&id)
            .bind(&new.kind)
            .bind(new.arguments.to_string())
            .bind(&new.owner)
            .bind(new.author.account.as_deref().unwrap_or_default())
            .bind(new.author.role.as_str())
            .bind(&new.parent)
            .bind(&new.upload)
            .bind(new.seq.map(u64::cast_signed))
            .bind(now)
            .bind(new.expires_at.as_microsecond())
            .fetch_all(&mut *tx)
            .await
            .map_err(|e| StoreError::job_there(e, &new.kind))?;
            tx.commit().await?;
            let row = row.into_iter().next();
            one(row)?.ok_or_else(|| StoreError::corrupt("jobs", "the inserted row is missing"))
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::job`](crate::store::Store::job).
    pub async fn job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let query = concat!("SELECT ", columns!(""), " FROM jobs WHERE id = ?");
        one(sqlx::query(query)
            .bind(id)
            .fetch_optional(&self.shared.readers)
            .await?)
    }

    /// See [`Store::job_of`](crate::store::Store::job_of).
    pub async fn job_of(&self, parent: &str, kind: &str) -> Result<Option<Job>, StoreError> {
        let query = concat!(
            "SELECT ",
            columns!(""),
            " FROM jobs WHERE parent = ? AND kind = ? AND state IN ('queued', 'running', 'done')"
        );
        one(sqlx::query(query)
            .bind(parent)
            .bind(kind)
            .fetch_optional(&self.shared.readers)
            .await?)
    }

    /// See [`Store::jobs`](crate::store::Store::jobs).
    pub async fn jobs(&self, query: &JobQuery) -> Result<Vec<Job>, StoreError> {
        let sql = concat!(
            "SELECT ",
            columns!(""),
            " FROM jobs WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR id < ?2) \
             ORDER BY id DESC LIMIT ?3"
        );
        let rows = sqlx::query(sql)
            .bind(&query.owner)
            .bind(&query.before)
            .bind(query.limit)
            .fetch_all(&self.shared.readers)
            .await?;
        rows.iter().map(Job::read).collect()
    }

    /// See [`Store::job_queues`](crate::store::Store::job_queues).
    pub async fn job_queues(&self) -> Result<Vec<OwnerQueue>, StoreError> {
        let rows = sqlx::query(
            "SELECT owner, oldest, running, last_started FROM (\
               SELECT owner, \
               min(CASE WHEN state = 'queued' OR state = 'running' AND lease_until <= ?1 THEN id END) \
                 AS oldest, \
               count(CASE WHEN state = 'running' AND lease_until > ?1 THEN 1 END) AS running, \
               max(started_at) AS last_started FROM jobs \
               WHERE owner IN (SELECT owner FROM jobs WHERE state IN ('queued', 'running')) \
               GROUP BY owner) WHERE oldest IS NOT NULL",
        )
        .bind(micros_now())
        .fetch_all(&self.shared.readers)
        .await?;
        rows.iter().map(OwnerQueue::read).collect()
    }

    /// See [`Store::claim_job`](crate::store::Store::claim_job).
    pub async fn claim_job(
        &self,
        id: &str,
        node: &str,
        lease: Duration,
    ) -> Result<Option<Job>, StoreError> {
        let now = micros_now();
        self.change_job(
            sqlx::query(concat!(
                "UPDATE jobs SET state = 'running', node = ?2, lease_until = ?3, starts = starts + 1, \
                 started_at = ?4, updated_at = ?4, revision = revision + 1 \
                 WHERE id = ?1 AND (state = 'queued' OR state = 'running' AND lease_until <= ?4) \
                 RETURNING ",
                columns!("")
            ))
            .bind(id)
            .bind(node)
            .bind(lease_end(now, lease))
            .bind(now),
        )
        .await
    }

    /// See [`Store::keep_job`](crate::store::Store::keep_job).
    pub async fn keep_job(
        &self,
        id: &str,
        node: &str,
        lease: Duration,
        kept: &Kept,
    ) -> Result<bool, StoreError> {
        let now = micros_now();
        let text = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string);
        let kept = self
            .write(
                sqlx::query(
                    "UPDATE jobs SET lease_until = ?3, progress = coalesce(?4, progress), \
                     checkpoint = coalesce(?5, checkpoint), seq = coalesce(?6, seq), \
                     updated_at = ?7, revision = revision + 1 \
                     WHERE id = ?1 AND node = ?2 AND state = 'running'",
                )
                .bind(id)
                .bind(node)
                .bind(lease_end(now, lease))
                .bind(text(&kept.progress))
                .bind(text(&kept.checkpoint))
                .bind(kept.seq.map(u64::cast_signed))
                .bind(now),
            )
            .await?;
        Ok(kept.rows_affected() > 0)
    }

    /// See [`Store::is_job_cancelled`](crate::store::Store::is_job_cancelled).
    pub async fn is_job_cancelled(&self, id: &str) -> Result<bool, StoreError> {
        let cancelled: Option<bool> = sqlx::query_scalar("SELECT cancelled FROM jobs WHERE id = ?")
            .bind(id)
            .fetch_optional(&self.shared.readers)
            .await?;
        Ok(cancelled.unwrap_or(false))
    }

    /// See [`Store::cancel_job`](crate::store::Store::cancel_job).
    pub async fn cancel_job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let changed = self
            .change_job(
                sqlx::query(concat!(
                    "UPDATE jobs SET cancelled = 1, updated_at = ?2, revision = revision + 1, \
                     state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END \
                     WHERE id = ?1 AND state IN ('queued', 'running') RETURNING ",
                    columns!("")
                ))
                .bind(id)
                .bind(micros_now()),
            )
            .await?;
        match changed {
            Some(job) => Ok(Some(job)),
            None => self.job(id).await,
        }
    }

    /// See [`Store::end_job`](crate::store::Store::end_job).
    pub async fn end_job(&self, id: &str, node: &str, end: &JobEnd) -> Result<bool, StoreError> {
        let ended = self
            .write(
                sqlx::query(
                    "UPDATE jobs SET state = ?3, result = ?4, problem = ?5, lease_until = NULL, \
                     updated_at = ?6, revision = revision + 1 \
                     WHERE id = ?1 AND node = ?2 AND state = 'running'",
                )
                .bind(id)
                .bind(node)
                .bind(end.state().as_str())
                .bind(end.result())
                .bind(end.problem())
                .bind(micros_now()),
            )
            .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// See [`Store::release_jobs`](crate::store::Store::release_jobs).
    pub async fn release_jobs(&self, node: &str, in_order: bool) -> Result<u64, StoreError> {
        let released = self
            .write(
                sqlx::query(
                    "UPDATE jobs SET state = 'queued', lease_until = NULL, \
                     starts = max(starts - ?2, 0), updated_at = ?3, revision = revision + 1 \
                     WHERE node = ?1 AND state = 'running'",
                )
                .bind(node)
                .bind(i64::from(in_order))
                .bind(micros_now()),
            )
            .await?;
        Ok(released.rows_affected())
    }

    /// See [`Store::delete_job`](crate::store::Store::delete_job).
    pub async fn delete_job(&self, id: &str) -> Result<bool, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let gone = sqlx::query(
                "DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running') \
                 RETURNING upload",
            )
            .bind(id)
            .fetch_all(&mut *tx)
            .await?;
            for row in &gone {
                sqlx::query("DELETE FROM uploads WHERE id = ?")
                    .bind(row.try_get::<Option<String>, _>(0)?)
                    .execute(&mut *tx)
                    .await?;
            }
            tx.commit().await?;
            Ok(!gone.is_empty())
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::sweep_jobs`](crate::store::Store::sweep_jobs).
    pub async fn sweep_jobs(&self, now: Timestamp) -> Result<u64, StoreError> {
        let swept = self
            .write(
                sqlx::query("DELETE FROM jobs WHERE expires_at <= ? AND state <> 'running'")
                    .bind(now.as_microsecond()),
            )
            .await?;
        Ok(swept.rows_affected())
    }

    /// Runs a statement that changes at most one job and returns it.
    async fn change_job(
        &self,
        query: sqlx::query::Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<Option<Job>, StoreError> {
        let mut writer = self.writer().await?;
        // All rows must be fetched, because only then is the statement complete.
        let rows = query.fetch_all(&mut *writer).await;
        let rows = rows.map_err(StoreError::from);
        writer.done(rows.and_then(|rows| one(rows.into_iter().next())))
    }
}
