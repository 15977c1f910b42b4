//! Webhooks and their deliveries in SQLite.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Json;
use sqlx::{Connection, Row};
use uuid::Uuid;

use super::read::head;
use super::{SqliteStore, micros_now};
use crate::store::{
    Attempt, Delivery, DeliveryState, HookEvent, NewWebhook, Outcome, Position, StoreError,
    TokenSecret, Trouble, Webhook, from_micros,
};

impl SqliteStore {
    /// See [`Store::create_webhook`](crate::store::Store::create_webhook).
    pub async fn create_webhook(&self, new: NewWebhook) -> Result<Webhook, StoreError> {
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            let webhook = Webhook {
                id: Uuid::now_v7().to_string(),
                url: new.url,
                events: new.events,
                created_at: from_micros(micros_now()),
                created_by: new.created_by,
                position: Position::before(head(&mut tx).await?.seq + 1),
                trouble: None,
                secret: new
                    .secret
                    .map_or_else(TokenSecret::random, TokenSecret::chosen),
            };
            sqlx::query(
            "INSERT INTO webhooks (id, url, events, secret, created_at, created_by, seq, after) \
             VALUES (?, ?, ?, ?, ?, ?, ?, '')",
        )
        .bind(&webhook.id)
        .bind(&webhook.url)
        .bind(Json(&webhook.events))
        .bind(webhook.secret.reveal())
        .bind(webhook.created_at.as_microsecond())
        .bind(&webhook.created_by)
        .bind(webhook.position.seq as i64)
        .execute(&mut *tx)
        .await?;
            tx.commit().await?;
            Ok(webhook)
        }
        .await;
        writer.done(done)
    }

    /// See [`Store::webhooks`](crate::store::Store::webhooks).
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, url, events, created_at, created_by, seq, after, failing_since, failures, \
             next_at, error, secret FROM webhooks ORDER BY created_at, id",
        )
        .fetch_all(&self.shared.readers)
        .await?;
        rows.iter().map(webhook).collect()
    }

    /// See [`Store::delete_webhook`](crate::store::Store::delete_webhook).
    pub async fn delete_webhook(&self, id: &str) -> Result<bool, StoreError> {
        let gone = self
            .write(sqlx::query("DELETE FROM webhooks WHERE id = ?").bind(id))
            .await?;
        Ok(gone.rows_affected() > 0)
    }

    /// See [`Store::record_attempt`](crate::store::Store::record_attempt).
    pub async fn record_attempt(&self, attempt: &Attempt<'_>) -> Result<(), StoreError> {
        let trouble = attempt.outcome.trouble();
        let mut writer = self.writer().await?;
        let done = async {
            let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
            // If the webhook was removed during the delivery, nothing is recorded.
            sqlx::query(
                "INSERT INTO deliveries \
             (hook, seq, warning, event, state, tries, first_at, at, error) \
             SELECT ?1, ?2, ?3, ?4, ?5, 1, ?6, ?6, ?7 FROM webhooks WHERE id = ?1 \
             ON CONFLICT (hook, seq, warning) DO UPDATE SET state = excluded.state, \
             tries = tries + 1, at = excluded.at, error = excluded.error",
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
                        "UPDATE webhooks SET failures = 0, failing_since = NULL, next_at = NULL, \
                     error = NULL WHERE id = ?",
                    )
                    .bind(attempt.hook)
                    .execute(&mut *tx)
                    .await?;
                }
                Some((error, next_at)) => {
                    sqlx::query(
                        "UPDATE webhooks SET failures = failures + 1, \
                     failing_since = coalesce(failing_since, ?1), next_at = ?2, error = ?3 \
                     WHERE id = ?4",
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
        .await;
        writer.done(done)
    }

    /// See [`Store::advance_webhook`](crate::store::Store::advance_webhook).
    pub async fn advance_webhook(&self, id: &str, to: &Position) -> Result<(), StoreError> {
        self.write(
            sqlx::query(ADVANCE)
                .bind(id)
                .bind(to.seq as i64)
                .bind(&to.after),
        )
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
            "SELECT hook, seq, warning, event, state, tries, first_at, at, error FROM deliveries \
             WHERE hook = ?1 AND (?2 IS NULL OR state = ?2) \
             ORDER BY seq DESC, warning DESC LIMIT ?3",
        )
        .bind(hook)
        .bind(only.map(DeliveryState::as_str))
        .bind(limit)
        .fetch_all(&self.shared.readers)
        .await?;
        rows.iter().map(delivery).collect()
    }

    /// See [`Store::sweep_deliveries`](crate::store::Store::sweep_deliveries).
    pub async fn sweep_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let swept = self
            .write(
                sqlx::query("DELETE FROM deliveries WHERE at < ? AND state <> 'pending'")
                    .bind(before.as_microsecond()),
            )
            .await?;
        Ok(swept.rows_affected())
    }
}

/// A position only moves forward, even if two processes believe that they hold the lease.
const ADVANCE: &str =
    "UPDATE webhooks SET seq = ?2, after = ?3 WHERE id = ?1 AND (seq, after) < (?2, ?3)";

fn webhook(row: &SqliteRow) -> Result<Webhook, StoreError> {
    let since: Option<i64> = row.try_get(7)?;
    let trouble = match since {
        None => None,
        Some(since) => Some(Trouble {
            since: from_micros(since),
            failures: row.try_get(8)?,
            next_at: from_micros(row.try_get(9)?),
            error: row.try_get(10)?,
        }),
    };
    Ok(Webhook {
        id: row.try_get(0)?,
        url: row.try_get(1)?,
        events: row.try_get::<Json<_>, _>(2)?.0,
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

fn delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    let hook: &str = row.try_get(0)?;
    let seq = row.try_get::<i64, _>(1)? as u64;
    let warning: String = row.try_get(2)?;
    Ok(Delivery {
        id: Delivery::id_of(hook, seq, &warning),
        seq,
        warning,
        event: HookEvent::parse(row.try_get(3)?)?,
        state: DeliveryState::parse(row.try_get(4)?)?,
        tries: row.try_get(5)?,
        first_at: from_micros(row.try_get(6)?),
        at: from_micros(row.try_get(7)?),
        error: row.try_get(8)?,
    })
}
