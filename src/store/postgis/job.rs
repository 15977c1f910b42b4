//! Jobs in PostgreSQL. Leases use the clock of the database, because all nodes share it.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::{LOCKS, PostgisStore};
use crate::store::job::columns;
use crate::store::{Job, JobEnd, JobQuery, Kept, MOST_KEPT, NewJob, OwnerQueue, StoreError};

/// The advisory lock for creating a job. It keeps two transactions from counting the jobs of an
/// account at the same time and exceeding the limit together.
const MAKING_LOCK: i32 = 4;

fn one(row: Option<PgRow>) -> Result<Option<Job>, StoreError> {
    row.as_ref().map(Job::read).transpose()
}

impl PostgisStore {
    /// See [`Store::create_job`](crate::store::Store::create_job).
    pub async fn create_job(&self, new: NewJob, most: u32) -> Result<Job, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1, $2)")
            .bind(LOCKS)
            .bind(MAKING_LOCK)
            .execute(&mut *tx)
            .await?;
        let (unfinished, all): (i64, i64) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE state IN ('queued', 'running')), count(*) \
             FROM onemap.jobs WHERE owner = $1",
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
                "DELETE FROM onemap.uploads WHERE id IN (SELECT upload FROM onemap.jobs \
                 WHERE owner = $1 AND state NOT IN ('queued', 'running') ORDER BY id LIMIT $2)",
                "DELETE FROM onemap.jobs WHERE id IN (SELECT id FROM onemap.jobs \
                 WHERE owner = $1 AND state NOT IN ('queued', 'running') ORDER BY id LIMIT $2)",
            ] {
                sqlx::query(sql)
                    .bind(&new.owner)
                    .bind(too_many)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        let row = sqlx::query(concat!(
            "INSERT INTO onemap.jobs (id, kind, arguments, owner, account, role, parent, upload, seq, \
             state, created_at, updated_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
             'queued', clock_timestamp(), clock_timestamp(), onemap.from_micros($10)) RETURNING ",
            columns!("onemap.micros")
        ))
        .bind(Uuid::now_v7().to_string())
        .bind(&new.kind)
        .bind(new.arguments.to_string())
        .bind(&new.owner)
        .bind(new.author.account.as_deref().unwrap_or_default())
        .bind(new.author.role.as_str())
        .bind(&new.parent)
        .bind(&new.upload)
        .bind(new.seq.map(u64::cast_signed))
        .bind(new.expires_at.as_microsecond())
        .fetch_one(&mut *tx)
        .await
        .map_err(|e| StoreError::job_there(e, &new.kind))?;
        tx.commit().await?;
        Job::read(&row)
    }

    /// See [`Store::job`](crate::store::Store::job).
    pub async fn job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let query = concat!(
            "SELECT ",
            columns!("onemap.micros"),
            " FROM onemap.jobs WHERE id = $1"
        );
        one(sqlx::query(query)
            .bind(id)
            .fetch_optional(&self.shared.pool)
            .await?)
    }

    /// See [`Store::job_of`](crate::store::Store::job_of).
    pub async fn job_of(&self, parent: &str, kind: &str) -> Result<Option<Job>, StoreError> {
        let query = concat!(
            "SELECT ",
            columns!("onemap.micros"),
            " FROM onemap.jobs WHERE parent = $1 AND kind = $2 \
             AND state IN ('queued', 'running', 'done')"
        );
        one(sqlx::query(query)
            .bind(parent)
            .bind(kind)
            .fetch_optional(&self.shared.pool)
            .await?)
    }

    /// See [`Store::jobs`](crate::store::Store::jobs).
    pub async fn jobs(&self, query: &JobQuery) -> Result<Vec<Job>, StoreError> {
        let sql = concat!(
            "SELECT ",
            columns!("onemap.micros"),
            " FROM onemap.jobs WHERE ($1::text IS NULL OR owner = $1) \
             AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
        );
        let rows = sqlx::query(sql)
            .bind(&query.owner)
            .bind(&query.before)
            .bind(i64::from(query.limit))
            .fetch_all(&self.shared.pool)
            .await?;
        rows.iter().map(Job::read).collect()
    }

    /// See [`Store::job_queues`](crate::store::Store::job_queues).
    pub async fn job_queues(&self) -> Result<Vec<OwnerQueue>, StoreError> {
        let rows = sqlx::query(
            "SELECT owner, oldest, running, onemap.micros(last_started) FROM (\
               SELECT owner, \
               min(id) FILTER (WHERE state = 'queued' \
                 OR state = 'running' AND lease_until <= clock_timestamp()) AS oldest, \
               count(*) FILTER (WHERE state = 'running' AND lease_until > clock_timestamp()) \
                 AS running, \
               max(started_at) AS last_started FROM onemap.jobs \
               WHERE owner IN (SELECT owner FROM onemap.jobs WHERE state IN ('queued', 'running')) \
               GROUP BY owner) q WHERE oldest IS NOT NULL",
        )
        .fetch_all(&self.shared.pool)
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
        one(sqlx::query(concat!(
            "UPDATE onemap.jobs SET state = 'running', node = $2, \
             lease_until = clock_timestamp() + make_interval(secs => $3), starts = starts + 1, \
             started_at = clock_timestamp(), updated_at = clock_timestamp(), \
             revision = revision + 1 WHERE id = $1 \
             AND (state = 'queued' OR state = 'running' AND lease_until <= clock_timestamp()) \
             RETURNING ",
            columns!("onemap.micros")
        ))
        .bind(id)
        .bind(node)
        .bind(lease.as_secs_f64())
        .fetch_optional(&self.shared.pool)
        .await?)
    }

    /// See [`Store::keep_job`](crate::store::Store::keep_job).
    pub async fn keep_job(
        &self,
        id: &str,
        node: &str,
        lease: Duration,
        kept: &Kept,
    ) -> Result<bool, StoreError> {
        let text = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string);
        let kept = sqlx::query(
            "UPDATE onemap.jobs SET lease_until = clock_timestamp() + make_interval(secs => $3), \
             progress = coalesce($4, progress), checkpoint = coalesce($5, checkpoint), \
             seq = coalesce($6, seq), updated_at = clock_timestamp(), revision = revision + 1 \
             WHERE id = $1 AND node = $2 AND state = 'running'",
        )
        .bind(id)
        .bind(node)
        .bind(lease.as_secs_f64())
        .bind(text(&kept.progress))
        .bind(text(&kept.checkpoint))
        .bind(kept.seq.map(u64::cast_signed))
        .execute(&self.shared.pool)
        .await?;
        Ok(kept.rows_affected() > 0)
    }

    /// See [`Store::is_job_cancelled`](crate::store::Store::is_job_cancelled).
    pub async fn is_job_cancelled(&self, id: &str) -> Result<bool, StoreError> {
        let cancelled: Option<bool> =
            sqlx::query_scalar("SELECT cancelled FROM onemap.jobs WHERE id = $1")
                .bind(id)
                .fetch_optional(&self.shared.pool)
                .await?;
        Ok(cancelled.unwrap_or(false))
    }

    /// See [`Store::cancel_job`](crate::store::Store::cancel_job).
    pub async fn cancel_job(&self, id: &str) -> Result<Option<Job>, StoreError> {
        let changed = sqlx::query(concat!(
            "UPDATE onemap.jobs SET cancelled = true, updated_at = clock_timestamp(), \
             revision = revision + 1, \
             state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END \
             WHERE id = $1 AND state IN ('queued', 'running') RETURNING ",
            columns!("onemap.micros")
        ))
        .bind(id)
        .fetch_optional(&self.shared.pool)
        .await?;
        match one(changed)? {
            Some(job) => Ok(Some(job)),
            None => self.job(id).await,
        }
    }

    /// See [`Store::end_job`](crate::store::Store::end_job).
    pub async fn end_job(&self, id: &str, node: &str, end: &JobEnd) -> Result<bool, StoreError> {
        let ended = sqlx::query(
            "UPDATE onemap.jobs SET state = $3, result = $4, problem = $5, lease_until = NULL, \
             updated_at = clock_timestamp(), revision = revision + 1 \
             WHERE id = $1 AND node = $2 AND state = 'running'",
        )
        .bind(id)
        .bind(node)
        .bind(end.state().as_str())
        .bind(end.result())
        .bind(end.problem())
        .execute(&self.shared.pool)
        .await?;
        Ok(ended.rows_affected() > 0)
    }

    /// See [`Store::release_jobs`](crate::store::Store::release_jobs).
    pub async fn release_jobs(&self, node: &str, in_order: bool) -> Result<u64, StoreError> {
        let released = sqlx::query(
            "UPDATE onemap.jobs SET state = 'queued', lease_until = NULL, \
             starts = greatest(starts - $2, 0), updated_at = clock_timestamp(), \
             revision = revision + 1 WHERE node = $1 AND state = 'running'",
        )
        .bind(node)
        .bind(i64::from(in_order))
        .execute(&self.shared.pool)
        .await?;
        Ok(released.rows_affected())
    }

    /// See [`Store::delete_job`](crate::store::Store::delete_job).
    pub async fn delete_job(&self, id: &str) -> Result<bool, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        let gone = sqlx::query(
            "DELETE FROM onemap.jobs WHERE id = $1 AND state NOT IN ('queued', 'running') \
             RETURNING upload",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = &gone {
            sqlx::query("DELETE FROM onemap.uploads WHERE id = $1")
                .bind(row.try_get::<Option<String>, _>(0)?)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(gone.is_some())
    }

    /// See [`Store::sweep_jobs`](crate::store::Store::sweep_jobs).
    pub async fn sweep_jobs(&self, now: Timestamp) -> Result<u64, StoreError> {
        let swept = sqlx::query(
            "DELETE FROM onemap.jobs WHERE expires_at <= onemap.from_micros($1) \
             AND state <> 'running'",
        )
        .bind(now.as_microsecond())
        .execute(&self.shared.pool)
        .await?;
        Ok(swept.rows_affected())
    }
}
