//! A lease with a local copy of its end, so that using it rarely writes to the store.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::store::{Store, StoreError};

/// The exclusive right of one process to do something, until it expires.
#[derive(Debug)]
pub(crate) struct Lease {
    name: &'static str,
    /// The name under which this process holds the lease.
    holder: String,
    lifetime: Duration,
    until: Mutex<Option<Instant>>,
}

impl Lease {
    pub fn new(name: &'static str, store: &Store, lifetime: Duration) -> Self {
        Self {
            name,
            holder: store.lease_holder(),
            lifetime,
            until: Mutex::new(None),
        }
    }

    /// Whether this process holds the lease for at least `needed` from now. If the local copy does not
    /// show that, the lease is taken or renewed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holds_for(&self, store: &Store, needed: Duration) -> Result<bool, StoreError> {
        let mut until = self.until.lock().await;
        if until.is_some_and(|until| until >= Instant::now() + needed) {
            return Ok(true);
        }
        // The lifetime is counted from before the request, so the local copy never ends later than
        // the lease in the store.
        let end = Instant::now() + self.lifetime;
        *until = None;
        let taken = store
            .take_lease(self.name, &self.holder, self.lifetime)
            .await?;
        *until = taken.then_some(end);
        Ok(taken && end >= Instant::now() + needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_gets_a_lease_only_after_that_of_another_process_expired() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("map.db").display());
        let store = Store::open(&url).await.unwrap();
        let long = Duration::from_secs(600);
        let lease = |holder: &str, lifetime: Duration| Lease {
            holder: holder.to_owned(),
            ..Lease::new("timer", &store, lifetime)
        };
        let (first, second) = (lease("first", long), lease("second", long));
        assert!(first.holds_for(&store, long / 2).await.unwrap());
        assert!(!second.holds_for(&store, long / 2).await.unwrap());
        // A refused lease leaves no local copy.
        assert!(!second.holds_for(&store, Duration::ZERO).await.unwrap());
        // A lease that ends before `needed` has passed is not enough.
        assert!(!first.holds_for(&store, 2 * long).await.unwrap());
        assert!(
            lease("first", Duration::ZERO)
                .holds_for(&store, Duration::ZERO)
                .await
                .is_ok()
        );
        assert!(second.holds_for(&store, long / 2).await.unwrap());
    }
}
