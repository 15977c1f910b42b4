//! Leases, contacts and last observations in SQLite.

use std::time::Duration;

use jiff::Timestamp;

use super::{SqliteStore, micros_now};
use crate::model::FeatureId;
use crate::store::{DeviceLastSeen, StoreError, from_micros};

impl SqliteStore {
    /// See [`Store::take_lease`](crate::store::Store::take_lease).
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        lifetime: Duration,
    ) -> Result<bool, StoreError> {
        let now = micros_now();
        let lifetime = i64::try_from(lifetime.as_micros()).unwrap_or(i64::MAX);
        let taken = self
            .write(
                sqlx::query(
                    "INSERT INTO leases (name, holder, until) VALUES (?1, ?2, ?3) \
             ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until \
             WHERE holder = excluded.holder OR until <= ?4",
                )
                .bind(name)
                .bind(holder)
                .bind(now.saturating_add(lifetime))
                .bind(now),
            )
            .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// See [`Store::drop_lease`](crate::store::Store::drop_lease).
    pub async fn drop_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        self.write(
            sqlx::query("DELETE FROM leases WHERE name = ? AND holder = ?")
                .bind(name)
                .bind(holder),
        )
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
        self.write(
            sqlx::query(
                "INSERT INTO contacts (warning, contact, erase_at) VALUES (?, ?, ?) \
             ON CONFLICT (warning) DO UPDATE \
             SET contact = excluded.contact, erase_at = excluded.erase_at",
            )
            .bind(warning.as_str())
            .bind(contact)
            .bind(erase_at.as_microsecond()),
        )
        .await?;
        Ok(())
    }

    /// See [`Store::contact`](crate::store::Store::contact).
    pub async fn contact(&self, warning: &FeatureId) -> Result<Option<String>, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT contact FROM contacts WHERE warning = ? AND erase_at > ?")
                .bind(warning.as_str())
                .bind(micros_now())
                .fetch_optional(&self.shared.readers)
                .await?,
        )
    }

    /// See [`Store::warnings_of_contact`](crate::store::Store::warnings_of_contact).
    pub async fn warnings_of_contact(&self, contact: &str) -> Result<Vec<String>, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT warning FROM contacts WHERE contact = ? AND erase_at > ?")
                .bind(contact)
                .bind(micros_now())
                .fetch_all(&self.shared.readers)
                .await?,
        )
    }

    /// See [`Store::keep_contact_until`](crate::store::Store::keep_contact_until).
    pub async fn keep_contact_until(
        &self,
        warning: &FeatureId,
        erase_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(
            sqlx::query("UPDATE contacts SET erase_at = ? WHERE warning = ?")
                .bind(erase_at.as_microsecond())
                .bind(warning.as_str()),
        )
        .await?;
        Ok(())
    }

    /// See [`Store::erase_due_contacts`](crate::store::Store::erase_due_contacts).
    pub async fn erase_due_contacts(&self, now: Timestamp) -> Result<u64, StoreError> {
        let erased = self
            .write(
                sqlx::query("DELETE FROM contacts WHERE erase_at <= ?").bind(now.as_microsecond()),
            )
            .await?;
        Ok(erased.rows_affected())
    }

    /// See [`Store::put_last_seen`](crate::store::Store::put_last_seen).
    pub async fn put_last_seen(&self, seen: &DeviceLastSeen) -> Result<(), StoreError> {
        self.write(
            sqlx::query(
                "INSERT INTO seen (place, category, at, value) VALUES (?, ?, ?, ?) \
             ON CONFLICT (place, category) DO UPDATE SET at = excluded.at, value = excluded.value \
             WHERE excluded.at >= at",
            )
            .bind(&seen.place)
            .bind(&seen.category)
            .bind(seen.at.as_microsecond())
            .bind(seen.value),
        )
        .await?;
        Ok(())
    }

    /// See [`Store::all_last_seen`](crate::store::Store::all_last_seen).
    pub async fn all_last_seen(&self) -> Result<Vec<DeviceLastSeen>, StoreError> {
        let rows: Vec<(String, String, i64, f64)> =
            sqlx::query_as("SELECT place, category, at, value FROM seen ORDER BY place, category")
                .fetch_all(&self.shared.readers)
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
