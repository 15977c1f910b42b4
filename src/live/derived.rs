//! Derived structures: expensive indexes over what exists, built beside the requests.
//!
//! One is built on a blocking thread from a pinned snapshot and swapped in together with the number of the
//! commit that it was built from. While it is built, commits go on; however many there are, one more build
//! follows. After a build the snapshot is let go, so an old map is never kept longer than one build. The
//! supervisor runs the builder: after a build that panicked it is started again, and meanwhile the structure
//! that was built before stays in service.
//!
//! So a derived structure may be behind. Code that answers from one looks up in the current snapshot what may
//! have become stricter since: what was deleted, renamed or protected. What is new it shows after the next
//! build.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::Semaphore;

use super::{Live, Snapshot};
use crate::access::Directory;
use crate::index::Collection;
use crate::model::names::collection::WARNINGS;

/// The least time between the builds of one structure, so that a stream of commits does not keep a core
/// busy. A build that takes longer rests as long as it took.
const REST: Duration = Duration::from_millis(200);

/// How many structures are built at once.
const BUILDS: usize = 1;

/// What is built from a snapshot.
pub trait Derive: Send + Sync + Sized + 'static {
    /// What it is called in the log and among the tasks.
    const NAME: &'static str;

    /// Builds it. `before` is the one built last, parts of which may still hold.
    fn build(snapshot: &Snapshot, before: Option<&Self>) -> Self;

    /// Whether building it from this snapshot would give the same.
    fn is_current(&self, snapshot: &Snapshot) -> bool;
}

/// A structure and the commit that it was built from.
#[derive(Debug)]
pub struct Built<T> {
    /// The newest commit in it.
    pub seq: u64,
    /// The structure.
    pub value: T,
}

/// The newest build of a structure.
#[derive(Debug)]
pub struct Derived<T> {
    built: ArcSwapOption<Built<T>>,
}

impl<T> Default for Derived<T> {
    fn default() -> Self {
        Self {
            built: ArcSwapOption::empty(),
        }
    }
}

impl<T: Derive> Derived<T> {
    /// The newest build; `None` before the first.
    pub fn newest(&self) -> Option<Arc<Built<T>>> {
        self.built.load_full()
    }

    /// Builds it now and after every commit that concerns it, as a task of the map.
    pub(super) fn keep_up(self: &Arc<Self>, live: &Live) {
        let (derived, own) = (Arc::clone(self), live.clone());
        let task = move || Arc::clone(&derived).follow(own.clone());
        live.tasks().spawn(T::NAME, task);
    }

    async fn follow(self: Arc<Self>, live: Live) {
        let mut seqs = live.seqs();
        loop {
            seqs.mark_unchanged();
            let began = Instant::now();
            if self.catch_up(&live).await {
                tokio::time::sleep(began.elapsed().max(REST)).await;
            }
            // The map has the sender.
            let _ = seqs.changed().await;
        }
    }

    /// Builds it where it is behind; says whether it was. Panics where the build does.
    async fn catch_up(&self, live: &Live) -> bool {
        let Ok(_turn) = live.inner.builds.acquire().await else {
            return false;
        };
        let before = self.newest();
        let snapshot = live.snapshot();
        let current = |built: &Arc<Built<T>>| {
            built.seq == snapshot.seq() || built.value.is_current(&snapshot)
        };
        if before.as_ref().is_some_and(current) {
            return false;
        }
        let began = Instant::now();
        let build = move || Built {
            seq: snapshot.seq(),
            value: T::build(&snapshot, before.as_deref().map(|b| &b.value)),
        };
        match tokio::task::spawn_blocking(build).await {
            Ok(built) => {
                let ms = began.elapsed().as_millis();
                tracing::debug!(name = T::NAME, seq = built.seq, ms, "built");
                self.built.store(Some(Arc::new(built)));
                true
            }
            Err(error) => match error.try_into_panic() {
                // The supervisor starts this task again.
                Ok(panic) => std::panic::resume_unwind(panic),
                // The channel is closed because the program ends.
                Err(_) => std::future::pending().await,
            },
        }
    }
}

/// A semaphore for the builds of one map.
pub(super) fn builds() -> Semaphore {
    Semaphore::new(BUILDS)
}

impl Derive for Directory {
    const NAME: &'static str = "search directory";

    fn build(snapshot: &Snapshot, before: Option<&Self>) -> Self {
        Self::of(searched(snapshot), before)
    }

    fn is_current(&self, snapshot: &Snapshot) -> bool {
        self.is_of(searched(snapshot))
    }
}

/// Warnings have no names; looking through them would only cost.
fn searched(snapshot: &Snapshot) -> impl Iterator<Item = &Arc<Collection>> {
    let all = snapshot.collections().iter();
    all.filter(|(id, _)| id.as_str() != WARNINGS)
        .map(|(_, collection)| collection)
}

impl Live {
    /// The search directory; `None` before it is first built.
    pub fn directory(&self) -> Option<Arc<Built<Directory>>> {
        self.inner.directory.newest()
    }
}

#[cfg(test)]
mod tests;
