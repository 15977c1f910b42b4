//! The newest commits of the feed, kept for listeners that are a little behind. Their number and
//! their bytes are limited; a listener that is further behind reads the log instead.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

use super::FeedCommit;

/// The most commits that are kept.
const MOST_COMMITS: usize = 1024;
/// The most bytes that are kept.
const MOST_BYTES: usize = 16 << 20;

/// The listener is so far behind that commits which it has not received are no longer kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the listener is too far behind and must read the missed commits from the log")]
pub struct Lagged;

/// The newest commits. Each has a place in the feed: a number that grows by one with each commit.
#[derive(Debug)]
pub(in crate::live) struct Backlog {
    kept: Mutex<Kept>,
    /// The place of the next commit.
    end: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The place of the first element of `commits`.
    first: u64,
    commits: VecDeque<Arc<FeedCommit>>,
}

impl Kept {
    fn end(&self) -> u64 {
        self.first + self.commits.len() as u64
    }

    fn forget_first(&mut self) -> usize {
        self.commits.pop_front().map_or(0, |gone| {
            self.first += 1;
            gone.memory()
        })
    }
}

impl Default for Backlog {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            end: watch::Sender::new(0),
        }
    }
}

impl Backlog {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // The list is consistent after each step, so it can be used after a panic of another thread.
        self.kept.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Sends a commit to all listeners.
    pub fn push(&self, commit: FeedCommit) {
        let end = {
            let mut kept = self.kept();
            // Commits encoded under the previous schemas may contain properties that are protected now.
            // They are dropped, and a listener that has not received them reads the log.
            while commit.changes_schemas && !kept.commits.is_empty() {
                kept.forget_first();
            }
            kept.commits.push_back(Arc::new(commit));
            // An encoded commit takes more memory than before, so the sum is computed again each
            // time.
            let mut bytes: usize = kept.commits.iter().map(|c| c.memory()).sum();
            while kept.commits.len() > MOST_COMMITS
                || (bytes > MOST_BYTES && kept.commits.len() > 1)
            {
                bytes = bytes.saturating_sub(kept.forget_first());
            }
            kept.end()
        };
        self.end.send_replace(end);
    }

    /// A listener that receives the commits from now on.
    pub fn listen(self: &Arc<Self>) -> Listener {
        Listener {
            end: self.end.subscribe(),
            next: self.kept().end(),
            backlog: Arc::clone(self),
        }
    }
}

/// A listener's place in the feed.
#[derive(Debug)]
pub struct Listener {
    backlog: Arc<Backlog>,
    end: watch::Receiver<u64>,
    next: u64,
}

impl Listener {
    /// The next commit; waits until there is one. Cancelling the wait loses no commit.
    ///
    /// # Errors
    /// [`Lagged`] if commits were missed. The next call continues after the newest commit.
    pub async fn recv(&mut self) -> Result<Arc<FeedCommit>, Lagged> {
        loop {
            self.end.borrow_and_update();
            {
                let kept = self.backlog.kept();
                if self.next < kept.first {
                    self.next = kept.end();
                    return Err(Lagged);
                }
                let here = usize::try_from(self.next - kept.first).unwrap_or(usize::MAX);
                if let Some(commit) = kept.commits.get(here) {
                    self.next += 1;
                    return Ok(Arc::clone(commit));
                }
            }
            // `self` holds the backlog, which owns the sender, so this error does not occur.
            if self.end.changed().await.is_err() {
                return Err(Lagged);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::commit;
    use super::*;

    fn push(backlog: &Backlog, seq: u64, bytes: usize) {
        let commit = commit(seq, &[("a", json!({"name": "x".repeat(bytes)}))]);
        backlog.push(Arc::into_inner(commit).unwrap());
    }

    #[tokio::test]
    async fn a_listener_gets_every_commit_once_and_in_order() {
        let backlog = Arc::new(Backlog::default());
        push(&backlog, 1, 1);
        let mut listener = backlog.listen();
        let mut late = backlog.listen();
        let hearing = tokio::spawn(async move {
            let mut heard = Vec::new();
            while heard.len() < 50 {
                heard.push(listener.recv().await.unwrap().seq);
            }
            heard
        });
        for seq in 2..52 {
            push(&backlog, seq, 1);
            tokio::task::yield_now().await;
        }
        assert_eq!(hearing.await.unwrap(), (2..52).collect::<Vec<_>>());
        assert_eq!(late.recv().await.unwrap().seq, 2);
    }

    #[tokio::test]
    async fn the_backlog_is_limited_in_commits_and_in_bytes() {
        let backlog = Arc::new(Backlog::default());
        let mut listener = backlog.listen();
        for seq in 0..MOST_COMMITS as u64 {
            push(&backlog, seq, 1);
        }
        assert_eq!(listener.recv().await.unwrap().seq, 0);
        push(&backlog, 5000, 1);
        push(&backlog, 5001, 1);
        assert_eq!(listener.recv().await.unwrap_err(), Lagged);
        push(&backlog, 5002, 1);
        assert_eq!(listener.recv().await.unwrap().seq, 5002);

        for seq in 6000..6200 {
            push(&backlog, seq, 200_000);
            let kept = backlog.kept();
            let bytes: usize = kept.commits.iter().map(|c| c.memory()).sum();
            assert!(bytes <= MOST_BYTES, "{bytes}");
        }
        assert!(backlog.kept().commits.len() > 20);
        assert_eq!(listener.recv().await.unwrap_err(), Lagged);
    }

    #[tokio::test]
    async fn a_change_of_schemas_drops_the_commits_encoded_before() {
        let backlog = Arc::new(Backlog::default());
        let mut listener = backlog.listen();
        push(&backlog, 1, 1);
        let mut tightened = Arc::into_inner(commit(2, &[])).unwrap();
        tightened.changes_schemas = true;
        backlog.push(tightened);
        assert_eq!(listener.recv().await.unwrap_err(), Lagged);
    }
}
