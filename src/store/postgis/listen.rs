//! How a node learns of commits: NOTIFY wakes it. If no notification can arrive (a lost connection,
//! a pooler in between), the node polls for the newest commit number every second.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::time::Instant;

use super::{LOCKS, PATIENCE, PostgisStore, SERVING_LOCK};
use crate::store::StoreError;

/// How often the newest commit number is polled.
const POLL: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Watcher {
    /// A pool of one connection that listens; it reconnects when the connection breaks.
    pool: PgPool,
    listener: Option<PgListener>,
    /// The newest commit for which a caller was woken.
    seen: Option<u64>,
}

impl Watcher {
    pub(super) fn new(options: &PgConnectOptions) -> Self {
        Self {
            pool: PgPoolOptions::new()
                .max_connections(1)
                .acquire_timeout(PATIENCE)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_lazy_with(options.clone()),
            listener: None,
            seen: None,
        }
    }

    /// Closes the connection.
    pub(super) async fn close(&mut self) {
        self.listener = None;
        self.pool.close().await;
    }

    async fn listen(&mut self) -> Result<&mut PgListener, sqlx::Error> {
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => {
                let mut listener = PgListener::connect_with(&self.pool).await?;
                // A shared lock held for as long as the connection: nobody can replace the map
                // while a node serves it.
                let serving: bool =
                    sqlx::query_scalar("SELECT pg_try_advisory_lock_shared($1, $2)")
                        .bind(LOCKS)
                        .bind(SERVING_LOCK)
                        .fetch_one(&mut listener)
                        .await?;
                if !serving {
                    return Err(sqlx::Error::Protocol("a backup is being restored".into()));
                }
                listener.listen("onemap").await?;
                listener
            }
        };
        Ok(self.listener.insert(listener))
    }

    /// Waits for a notification; returns an error if none can arrive.
    async fn notified(&mut self) -> Result<(), sqlx::Error> {
        let listener = self.listen().await?;
        // `None`: the connection was lost, and a notification may be lost with it, so look for
        // commits.
        match listener.try_recv().await {
            Ok(Some(_)) => {
                while listener.next_buffered().is_some() {}
                Ok(())
            }
            Ok(None) => {
                // The next connection takes the lock again.
                self.listener = None;
                Ok(())
            }
            Err(error) => {
                self.listener = None;
                Err(error)
            }
        }
    }
}

impl PostgisStore {
    /// See [`Store::changed`](crate::store::Store::changed).
    pub async fn changed(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut watcher = self.shared.watcher.lock().await;
        // Listen first and poll second, so that no commit between the two is missed. If listening
        // fails, poll every second.
        if let Err(error) = watcher.listen().await {
            tracing::debug!(%error, "cannot listen to the database");
        }
        loop {
            match self.moved(&mut watcher).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(_) => {
                    // The follower reports the cause when it reads; pausing here keeps it from
                    // looping without a break.
                    tokio::time::sleep_until(deadline.min(Instant::now() + POLL)).await;
                    return;
                }
            }
            if Instant::now() >= deadline {
                return;
            }
            let pause = deadline.min(Instant::now() + POLL);
            match tokio::time::timeout_at(pause, watcher.notified()).await {
                Ok(Ok(())) | Err(_) => {}
                Ok(Err(error)) => {
                    tracing::debug!(%error, "cannot listen to the database");
                    tokio::time::sleep_until(pause).await;
                }
            }
        }
    }

    /// Whether there is a commit for which no caller was woken.
    async fn moved(&self, watcher: &mut Watcher) -> Result<bool, StoreError> {
        let head = self.head().await?.seq;
        let moved = watcher.seen != Some(head);
        watcher.seen = Some(head);
        Ok(moved)
    }
}
