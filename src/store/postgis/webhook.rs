//! Webhooks and their deliveries in PostgreSQL.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::PostgisStore;
use super::read::head;
use crate::store::{
    Attempt, Delivery, DeliveryState, HookEvent, NewWebhook, Outcome, Position, StoreError,
    TokenSecret, Trouble, Webhook, from_micros, now,
};

impl PostgisStore {
    /// See [`Store::create_webhook`](crate::store::Store::create_webhook).
    pub async fn create_webhook(&self, new: NewWebhook) -> Result<Webhook, StoreError> {
        let mut tx = self.shared.pool.begin().await?;
        let webhook = Webhook {
            id: Uuid::now_v7().to_string(),
            url: new.url,
            events: new.events,
            created_at: now(),
            created_by: new.created_by,
            position: Position::before(head(&mut tx).await?.seq + 1),
            trouble: None,
            secret: new
                .secret
                .map_or_else(TokenSecret::random, TokenSecret::chosen),
        };
        sqlx::query(
            "INSERT INTO onemap.webhooks \
             (id, url, events, secret, created_at, created_by, seq, after) \
             VALUES ($1, $2, $3, $4, onemap.from_micros($5), $6, $7, '')",
        )
        .bind(&webhook.id)
        .bind(&webhook.url)
        .bind(
            webhook
                .events
                .iter()
                .map(|e| e.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(webhook.secret.reveal())
        .bind(webhook.created_at.as_microsecond())
        .bind(&webhook.created_by)
        .bind(webhook.position.seq as i64)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(webhook)
    }

    /// See [`Store::webhooks`](crate::store::Store::webhooks).
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, url, events, onemap.micros(created_at), created_by, seq, after, \
             onemap.micros(failing_since), failures, onemap.micros(next_at), error, secret \
             FROM onemap.webhooks ORDER BY created_at, id",
        )
        .fetch_all(&self.shared.pool)
        .await?;
        rows.iter().map(webhook).collect()
    }

    /// See [`Store::delete_webhook`](crate::store::Store::delete_webhook).
    pub async fn delete_webhook(&self, id: &str) -> Result<bool, StoreError> {
        let gone = sqlx::query("DELETE FROM onemap.webhooks WHERE id = $1")
            .bind(id)
            .execute(&self.shared.pool)
            .await?;
        Ok(gone.rows_affected() > 0)
    }

    /// See [`Store::record_attempt`](crate::store::Store::record_attempt).
    pub async fn record_attempt(&self, attempt: &Attempt<'_>) -> Result<(), StoreError> {
        let trouble = attempt.outcome.trouble();
        let mut tx = self.shared.pool.begin().await?;
        // If the webhook was removed during the delivery, nothing is recorded.
        sqlx::query(
            "INSERT INTO onemap.deliveries AS d \
             (hook, seq, warning, event, state, tries, first_at, at, error) \
             SELECT id, $2, $3, $4, $5, 1, onemap.from_micros($6), onemap.from_micros($6), $7 \
             FROM onemap.webhooks WHERE id = $1 FOR UPDATE \
             ON CONFLICT (hook, seq, warning) DO UPDATE SET state = excluded.state, \
             tries = d.tries + 1, at = excluded.at, error = excluded.error",
        )
        .bind(attempt.hook)
        .bind(attempt.seq as i64)
        .bind(attempt.warning)
        .bind(attempt.event.as_str())
        .bind(attempt.outcome.state().as_str())
        .bind(attempt.at.as_microsecond())
        .bind(trouble.map(|t| t.0))
        .execute(&mut *tx)
        .await?;
        match trouble {
            None => {
                sqlx::query(
                    "UPDATE onemap.webhooks SET failures = 0, failing_since = NULL, \
                     next_at = NULL, error = NULL WHERE id = $1",
                )
                .bind(attempt.hook)
                .execute(&mut *tx)
                .await?;
            }
            Some((error, next_at)) => {
                sqlx::query(
                    "UPDATE onemap.webhooks SET failures = failures + 1, \
                     failing_since = coalesce(failing_since, onemap.from_micros($1)), \
                     next_at = onemap.from_micros($2), error = $3 WHERE id = $4",
                )
                .bind(attempt.at.as_microsecond())
                .bind(next_at.as_microsecond())
                .bind(error)
                .bind(attempt.hook)
                .execute(&mut *tx)
                .await?;
            }
        }
        if !matches!(attempt.outcome, Outcome::Failed { .. }) {
            sqlx::query(ADVANCE)
                .bind(attempt.hook)
                .bind(attempt.seq as i64)
                .bind(attempt.warning)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// See [`Store::advance_webhook`](crate::store::Store::advance_webhook).
    pub async fn advance_webhook(&self, id: &str, to: &Position) -> Result<(), StoreError> {
        sqlx::query(ADVANCE)
            .bind(id)
            .bind(to.seq as i64)
            .bind(&to.after)
            .execute(&self.shared.pool)
            .await?;
        Ok(())
    }

    /// See [`Store::deliveries`](crate::store::Store::deliveries).
    pub async fn deliveries(
        &self,
        hook: &str,
        only: Option<DeliveryState>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows = sqlx::query(
            "SELECT hook, seq, warning, event, state, tries, onemap.micros(first_at), \
             onemap.micros(at), error FROM onemap.deliveries \
             WHERE hook = $1 AND ($2::text IS NULL OR state = $2) \
             ORDER BY seq DESC, warning DESC LIMIT $3",
        )
        .bind(hook)
        .bind(only.map(DeliveryState::as_str))
        .bind(i64::from(limit))
        .fetch_all(&self.shared.pool)
        .await?;
        rows.iter().map(delivery).collect()
    }

    /// See [`Store::sweep_deliveries`](crate::store::Store::sweep_deliveries).
    pub async fn sweep_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let swept = sqlx::query(
            "DELETE FROM onemap.deliveries WHERE at < onemap.from_micros($1) AND state <> 'pending'",
        )
            .bind(before.as_microsecond())
            .execute(&self.shared.pool)
            .await?;
        Ok(swept.rows_affected())
    }
}

/// A position only moves forward, even if two nodes believe that they hold the lease.
const ADVANCE: &str =
    "UPDATE onemap.webhooks SET seq = $2, after = $3 WHERE id = $1 AND (seq, after) < ($2, $3)";

fn webhook(row: &PgRow) -> Result<Webhook, StoreError> {
    let since: Option<i64> = row.try_get(7)?;
    let trouble = match since {
        None => None,
        Some(since) => Some(Trouble {
            since: from_micros(since),
            failures: row.try_get::<i32, _>(8)?.unsigned_abs(),
            next_at: from_micros(row.try_get(9)?),
            error: row.try_get(10)?,
        }),
    };
    Ok(Webhook {
        id: row.try_get(0)?,
        url: row.try_get(1)?,
        events: row
            .try_get::<Vec<String>, _>(2)?
            .iter()
            .map(|e| HookEvent::parse(e))
            .collect::<Result<_, _>>()?,
        created_at: from_micros(row.try_get(3)?),
        created_by: row.try_get(4)?,
        position: Position {
            seq: row.try_get::<i64, _>(5)? as u64,
            after: row.try_get(6)?,
        },
        trouble,
        secret: TokenSecret::chosen(row.try_get::<String, _>(11)?),
    })
}

fn delivery(row: &PgRow) -> Result<Delivery, StoreError> {
    let hook: &str = row.try_get(0)?;
    let seq = row.try_get::<i64, _>(1)? as u64;
    let warning: String = row.try_get(2)?;
    Ok(Delivery {
        id: Delivery::id_of(hook, seq, &warning),
        seq,
        warning,
        event: HookEvent::parse(row.try_get(3)?)?,
        state: DeliveryState::parse(row.try_get(4)?)?,
        tries: row.try_get::<i32, _>(5)?.unsigned_abs(),
        first_at: from_micros(row.try_get(6)?),
        at: from_micros(row.try_get(7)?),
        error: row.try_get(8)?,
    })
}
