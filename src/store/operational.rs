//! Operational tables beside the log: leases, contacts of reporters, and the last observation of each
//! place.

use std::time::Duration;

use jiff::Timestamp;

use super::{AuditEntry, AuditKind, CONTACT, Store, StoreError};
use crate::model::FeatureId;

/// The last observation at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceLastSeen {
    /// Where.
    pub place: String,
    /// What was looked for.
    pub category: String,
    /// When.
    pub at: Timestamp,
    /// What was measured, in the unit of the category's rule.
    pub value: f64,
}

impl Store {
    /// The name under which this process takes leases. A SQLite file has one serving process: after a restart
    /// it has the same name and need not wait until the lease of its predecessor ends.
    pub fn lease_holder(&self) -> String {
        match self {
            Self::Sqlite(_) => "serve".to_owned(),
            Self::Postgis(_) => uuid::Uuid::new_v4().to_string(),
        }
    }

    /// Takes a lease, or renews it where the same holder has it; `false` where another has it. Who
    /// dies leaves it to others when its time is over.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        lifetime: Duration,
    ) -> Result<bool, StoreError> {
        either!(self, s => s.take_lease(name, holder, lifetime).await)
    }

    /// Gives a lease back, where this holder has it.
    pub async fn drop_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        either!(self, s => s.drop_lease(name, holder).await)
    }

    /// Keeps how to reach who reported a warning, until a moment.
    pub async fn put_contact(
        &self,
        warning: &FeatureId,
        contact: &str,
        erase_at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.put_contact(warning, contact, erase_at).await)
    }

    /// How to reach who reported a warning, where that is known and its time is not over.
    pub async fn contact(&self, warning: &FeatureId) -> Result<Option<String>, StoreError> {
        either!(self, s => s.contact(warning).await)
    }

    /// Sets another end for the contact of a warning, where there is one: when its case is closed.
    pub async fn keep_contact_until(
        &self,
        warning: &FeatureId,
        erase_at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.keep_contact_until(warning, erase_at).await)
    }

    /// Erases the contacts whose time is over; says how many. Backups made before still hold them.
    pub async fn erase_due_contacts(&self, now: Timestamp) -> Result<u64, StoreError> {
        let erased = either!(self, s => s.erase_due_contacts(now).await)?;
        if erased > 0 {
            let detail = format!("{CONTACT}: {erased} whose time is over");
            self.audit(AuditEntry::new(AuditKind::Erase).saying(&detail))
                .await?;
            either!(self, s => s.forget_pages().await)?;
        }
        Ok(erased)
    }

    /// Notes that a place was heard of. An observation older than what is known changes nothing.
    pub async fn put_last_seen(&self, seen: &DeviceLastSeen) -> Result<(), StoreError> {
        either!(self, s => s.put_last_seen(seen).await)
    }

    /// The last observation of every place and category.
    pub async fn all_last_seen(&self) -> Result<Vec<DeviceLastSeen>, StoreError> {
        either!(self, s => s.all_last_seen().await)
    }
}
