//! Leases, contacts and last observations in PostgreSQL.

use std::time::Duration;

use jiff::Timestamp;

use super::PostgisStore;
use crate::model::FeatureId;
use crate::store::{DeviceLastSeen, StoreError, from_micros};

impl PostgisStore {
    /// See [`Store::take_lease`](crate::store::Store::take_lease).
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        lifetime: Duration,
    ) -> Result<bool, StoreError> {
        // Leases use the clock of the database, because all nodes share it.
        let taken = sqlx::query(
            "INSERT INTO onemap.leases AS l (name, holder, until) \
             VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3)) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE l.holder = excluded.holder OR l.until <= clock_timestamp()",
        )
        .bind(name)
        .bind(holder)
        .bind(lifetime.as_secs_f64())
        .execute(&self.shared.pool)
        .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// See [`Store::drop_lease`](crate::store::Store::drop_lease).
    pub async fn drop_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM onemap.leases WHERE name = $1 AND holder = $2")
            .bind(name)
            .bind(holder)
            .execute(&self.shared.pool)
            .await?;
        Ok(())
    }

    /// See [`Store::put_contact`](crate::store::Store::put_contact).
    pub async fn put_contact(
        &self,
        warning: &FeatureId,
        contact: &str,
        erase_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO onemap.contacts (warning, contact, erase_at) \
             VALUES ($1, $2, onemap.from_micros($3)) \
             ON CONFLICT (warning) DO UPDATE \
             SET contact = excluded.contact, erase_at = excluded.erase_at",
        )
        .bind(warning.as_str())
        .bind(contact)
        .bind(erase_at.as_microsecond())
        .execute(&self.shared.pool)
        .await?;
        Ok(())
    }

    /// See [`Store::contact`](crate::store::Store::contact).
    pub async fn contact(&self, warning: &FeatureId) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT contact FROM onemap.contacts WHERE warning = $1 AND erase_at > now()",
        )
        .bind(warning.as_str())
        .fetch_optional(&self.shared.pool)
        .await?)
    }

    /// See [`Store::warnings_of_contact`](crate::store::Store::warnings_of_contact).
    pub async fn warnings_of_contact(&self, contact: &str) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT warning FROM onemap.contacts WHERE contact = $1 AND erase_at > now()",
        )
        .bind(contact)
        .fetch_all(&self.shared.pool)
        .await?)
    }

    /// See [`Store::keep_contact_until`](crate::store::Store::keep_contact_until).
    pub async fn keep_contact_until(
        &self,
        warning: &FeatureId,
        erase_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE onemap.contacts SET erase_at = onemap.from_micros($1) WHERE warning = $2",
        )
        .bind(erase_at.as_microsecond())
        .bind(warning.as_str())
        .execute(&self.shared.pool)
        .await?;
        Ok(())
    }

    /// See [`Store::erase_due_contacts`](crate::store::Store::erase_due_contacts).
    pub async fn erase_due_contacts(&self, now: Timestamp) -> Result<u64, StoreError> {
        let erased =
            sqlx::query("DELETE FROM onemap.contacts WHERE erase_at <= onemap.from_micros($1)")
                .bind(now.as_microsecond())
                .execute(&self.shared.pool)
                .await?;
        Ok(erased.rows_affected())
    }

    /// See [`Store::put_last_seen`](crate::store::Store::put_last_seen).
    pub async fn put_last_seen(&self, seen: &DeviceLastSeen) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO onemap.seen AS s (place, category, at, value) \
             VALUES ($1, $2, onemap.from_micros($3), $4) \
             ON CONFLICT (place, category) DO UPDATE SET at = excluded.at, value = excluded.value \
             WHERE excluded.at >= s.at",
        )
        .bind(&seen.place)
        .bind(&seen.category)
        .bind(seen.at.as_microsecond())
        .bind(seen.value)
        .execute(&self.shared.pool)
        .await?;
        Ok(())
    }

    /// See [`Store::all_last_seen`](crate::store::Store::all_last_seen).
    pub async fn all_last_seen(&self) -> Result<Vec<DeviceLastSeen>, StoreError> {
        let rows: Vec<(String, String, i64, f64)> = sqlx::query_as(
            "SELECT place, category, onemap.micros(at), value FROM onemap.seen \
                 ORDER BY place, category",
        )
        .fetch_all(&self.shared.pool)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(place, category, at, value)| DeviceLastSeen {
                place,
                category,
                at: from_micros(at),
                value,
            })
            .collect())
    }
}
