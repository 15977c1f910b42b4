//! Derived structures: indexes that are expensive to build, built in the background.
//!
//! A build runs on a blocking thread and reads one pinned snapshot. Its result replaces the previous
//! structure, with the number of the commit that it was built from. Commits during a build cause one more
//! build, however many there are. The builder drops its snapshot when the build is complete or outdated, so
//! one old map stays in memory at most. The supervisor runs the builder and restarts it after a panic. Until the
//! next build succeeds, readers get the previous structure.
//!
//! So a derived structure may be older than the snapshot. Code that answers from a derived structure also checks
//! the current snapshot, and leaves out what was deleted, renamed or protected since the build. New features appear
//! after the next build.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use tokio::sync::Semaphore;

use super::{Live, Snapshot};
use crate::access::Directory;
use crate::index::Collection;
use crate::model::names::collection::WARNINGS;

mod network;

pub use network::{Network, SourceSeqs, Ways};

/// The least time between the builds of one structure, so that a stream of commits does not keep a core
/// busy. After a build that takes longer, the pause is as long as the build.
const REST: Duration = Duration::from_millis(200);

/// How many structures are built at once.
const BUILDS: usize = 1;

/// A structure that can be built from a snapshot.
pub trait Derive: Send + Sync + Sized + 'static {
    /// The name of the structure in the log and in the list of tasks.
    const NAME: &'static str;

    /// Builds the structure. `before` is the previous build; parts that are unchanged can be
    /// reused.
    fn build(snapshot: &Snapshot, before: Option<&Self>) -> Self;

    /// Whether the structure is up to date: a build from this snapshot would give the same one.
    fn is_current(&self, snapshot: &Snapshot) -> bool;

    /// Computes additional data that make answers faster and take much longer than the build. It runs on a blocking
    /// thread after the build is in use, and reads the snapshot of the build. It must call `is_outdated` regularly, and
    /// stop when a newer commit needs another build.
    fn refine(&self, _snapshot: &Snapshot, _is_outdated: &dyn Fn() -> bool) {}
}

/// A structure with the number of the commit that it was built from.
#[derive(Debug)]
pub struct Built<T> {
    /// The number of the newest commit that the structure contains.
    pub seq: u64,
    /// The structure.
    pub value: T,
}

/// The newest build of a structure. The value changes with each build.
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

    /// Starts the task that builds the structure at once, and rebuilds it after every commit that affects it.
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
            if let Some((built, snapshot)) = self.catch_up(&live).await {
                tokio::time::sleep(began.elapsed().max(REST)).await;
                let now = live.clone();
                let refined = tokio::task::spawn_blocking(move || {
                    let is_outdated = || !built.value.is_current(&now.snapshot());
                    built.value.refine(&snapshot, &is_outdated);
                });
                no_panic(refined.await).await;
            }
            // The sender belongs to the map, which lives as long as this task, so the wait cannot
            // fail.
            let _ = seqs.changed().await;
        }
    }

    /// Builds the structure if it is older than the snapshot. Returns the new build and its snapshot. A panic of
    /// the build is passed on.
    async fn catch_up(&self, live: &Live) -> Option<(Arc<Built<T>>, Arc<Snapshot>)> {
        let _turn = live.inner.builds.acquire().await.ok()?;
        let before = self.newest();
        let snapshot = live.snapshot();
        let current = |built: &Arc<Built<T>>| {
            built.seq == snapshot.seq() || built.value.is_current(&snapshot)
        };
        if before.as_ref().is_some_and(current) {
            return None;
        }
        let began = Instant::now();
        let build = move || {
            let built = Built {
                seq: snapshot.seq(),
                value: T::build(&snapshot, before.as_deref().map(|b| &b.value)),
            };
            (Arc::new(built), snapshot)
        };
        let built = no_panic(tokio::task::spawn_blocking(build).await).await;
        let ms = began.elapsed().as_millis();
        tracing::debug!(name = T::NAME, seq = built.0.seq, ms, "built");
        self.built.store(Some(Arc::clone(&built.0)));
        Some(built)
    }
}

/// Returns the result of a blocking task. Passes on a panic, so that the supervisor restarts the task that waits for
/// the result.
async fn no_panic<T>(done: Result<T, tokio::task::JoinError>) -> T {
    match done.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The blocking threads have ended because the program ends.
        Err(Err(_)) => std::future::pending().await,
    }
}

/// The semaphore that limits how many builds of one map run at once.
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

/// The collections that can be searched. Warnings have no names, so they are left out.
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

    /// The route network; `None` before it is first built.
    pub fn network(&self) -> Option<Arc<Built<Network>>> {
        self.inner.network.newest()
    }
}

#[cfg(test)]
mod tests;
