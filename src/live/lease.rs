//! A lease that this process remembers, so that not every use of it is a write.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::store::{Store, StoreError};

/// The right of one process to do something, until it runs out.
#[derive(Debug)]
pub(crate) struct Lease {
    name: &'static str,
    /// Who we are among those who would have it.
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

    /// Whether it is ours for at least `needed` from now on. Takes it, or renews it, where that is not
    /// known.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holds_for(&self, store: &Store, needed: Duration) -> Result<bool, StoreError> {
        let mut until = self.until.lock().await;
        if until.is_some_and(|until| until >= Instant::now() + needed) {
            return Ok(true);
        }
        // Counted from before the question, so we never think that it is ours for longer than it is.
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
    async fn a_lease_that_another_process_has_is_not_ours_until_it_runs_out() {
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
        // Nothing is remembered of a lease that was refused.
        assert!(!second.holds_for(&store, Duration::ZERO).await.unwrap());
        // One that would end before it is needed is not enough.
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
