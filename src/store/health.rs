//! Whether writing works: what the last write met, for `/health/ready`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Fault, Store, StoreError};

/// How long a failed write counts before writing is tried again.
const FRESH: Duration = Duration::from_millis(500);
/// How long a try may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the last write met.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Option<(Fault, Instant)>>);

impl Health {
    /// Notes how a write went, and hands the result on. What the edit itself was refused for says
    /// nothing about the database.
    pub(super) fn note<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let met = match &result {
            Ok(_) => None,
            Err(error) => match error.fault() {
                // Somebody else writes: that passes by itself.
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
    /// Why nothing can be written now, in words for who operates the service; `None` where writing
    /// works. After a failed write it is tried again, so this ends as soon as the cause does.
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
