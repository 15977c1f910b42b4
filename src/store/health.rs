//! Remembers whether the last write worked, for `/health/ready`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Fault, Store, StoreError};

/// How long a failed write is reported before another write is tried.
const FRESH: Duration = Duration::from_millis(500);
/// The timeout of a trial write.
const PATIENCE: Duration = Duration::from_secs(2);

/// The fault of the last write and when it happened; `None` if the last write worked.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Option<(Fault, Instant)>>);

impl Health {
    /// Records the outcome of a write and returns it unchanged. An edit that is refused because of its content
    /// is not recorded, because it does not show whether the database works.
    pub(super) fn note<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let met = match &result {
            Ok(_) => None,
            Err(error) => match error.fault() {
                // Another writer holds the lock for a moment: not a lasting fault.
                Some(Fault::Busy) | None => return result,
                Some(fault) => Some((fault, Instant::now())),
            },
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = met;
        result
    }

    fn last(&self) -> Option<(Fault, Instant)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Store {
    /// Why nothing can be written at present, in English for the operator; `None` if writing works.
    /// If the last write failed, this tries a small write, so that the problem is no longer reported when its
    /// cause has ended.
    pub async fn write_problem(&self) -> Option<String> {
        if let Self::Sqlite(store) = self
            && let Err(error) = store.check_file()
        {
            return Some(error.to_string());
        }
        let (fault, at) = either!(self, s => s.health().last())?;
        if at.elapsed() < FRESH {
            return Some(fault.to_string());
        }
        let needs_space = fault == Fault::Full;
        let probe = async {
            match self {
                Self::Sqlite(store) => store.probe().await,
                Self::Postgis(store) => store.probe(needs_space).await,
            }
        };
        match tokio::time::timeout(PATIENCE, probe).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.fault().unwrap_or(fault).to_string()),
            Err(_) => Some(fault.to_string()),
        }
    }
}
