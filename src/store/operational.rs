//! Operational tables beside the log: leases, contacts of reporters, and the last observation of
//! each place.

use std::time::Duration;

use jiff::Timestamp;

use super::{AuditEntry, AuditKind, CONTACT, Store, StoreError};
use crate::model::FeatureId;

/// The last observation of a category at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceLastSeen {
    /// The id of the place.
    pub place: String,
    /// The warning category that was observed.
    pub category: String,
    /// When the observation was made.
    pub at: Timestamp,
    /// The measured value, in the unit of the category's rule.
    pub value: f64,
}

impl Store {
    /// The name under which this process takes leases. For SQLite the name is always the same: a
    /// file has one serving process, so a restarted one need not wait for the lease of its
    /// predecessor to expire.
    pub fn lease_holder(&self) -> String {
        match self {
            Self::Sqlite(_) => "serve".to_owned(),
            Self::Postgis(_) => uuid::Uuid::new_v4().to_string(),
        }
    }

    /// Takes a lease, or renews it for the same holder; `false` if another holds it. A lease that
    /// is not renewed expires, and others can take it.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        lifetime: Duration,
    ) -> Result<bool, StoreError> {
        either!(self, s => s.take_lease(name, holder, lifetime).await)
    }

    /// Releases a lease if this holder has it.
    pub async fn drop_lease(&self, name: &str, holder: &str) -> Result<(), StoreError> {
        either!(self, s => s.drop_lease(name, holder).await)
    }

    /// Stores the contact of the reporter of a warning until it expires.
    pub async fn put_contact(
        &self,
        warning: &FeatureId,
        contact: &str,
        erase_at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.put_contact(warning, contact, erase_at).await)
    }

    /// The contact of the reporter of a warning, if it is known and has not expired.
    pub async fn contact(&self, warning: &FeatureId) -> Result<Option<String>, StoreError> {
        either!(self, s => s.contact(warning).await)
    }

    /// The warnings whose reporter left this contact, if it has not expired, in no particular order.
    pub async fn warnings_of_contact(&self, contact: &str) -> Result<Vec<String>, StoreError> {
        either!(self, s => s.warnings_of_contact(contact).await)
    }

    /// Changes when the contact of a warning expires, for example when its case is closed.
    pub async fn keep_contact_until(
        &self,
        warning: &FeatureId,
        erase_at: Timestamp,
    ) -> Result<(), StoreError> {
        either!(self, s => s.keep_contact_until(warning, erase_at).await)
    }

    /// Erases the expired contacts and returns how many. Older backups still contain them.
    pub async fn erase_due_contacts(&self, now: Timestamp) -> Result<u64, StoreError> {
        let erased = either!(self, s => s.erase_due_contacts(now).await)?;
        if erased > 0 {
            let detail = format!("{CONTACT}: {erased} whose retention time has passed");
            self.audit(AuditEntry::new(AuditKind::Erase).saying(&detail))
                .await?;
            either!(self, s => s.forget_pages().await)?;
        }
        Ok(erased)
    }

    /// Stores an observation. It is ignored if a newer one is known.
    pub async fn put_last_seen(&self, seen: &DeviceLastSeen) -> Result<(), StoreError> {
        either!(self, s => s.put_last_seen(seen).await)
    }

    /// The last observation of every place and category.
    pub async fn all_last_seen(&self) -> Result<Vec<DeviceLastSeen>, StoreError> {
        either!(self, s => s.all_last_seen().await)
    }
}
