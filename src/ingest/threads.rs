//! Threads for background work: a pool of its own, with a lower priority, so that background work does not slow
//! down requests.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::task::JoinHandle;

/// The `nice` value of a background thread.
const NICE: i32 = 10;

/// The threads on which features are processed. The default is the shared pool of the process.
#[derive(Debug, Clone, Default)]
pub struct Threads(Option<Arc<ThreadPool>>);

impl Threads {
    /// Creates a separate pool of this many threads with a lower priority. Falls back to the shared pool if the
    /// system refuses them.
    pub fn background(threads: usize) -> Self {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("onemap-job-{n}"))
            .start_handler(|_| {
                // On Linux the priority is per thread. If it cannot be lowered, jobs still run, at normal priority.
                let _ = rustix::process::nice(NICE);
            })
            .build();
        match pool {
            Ok(pool) => Self(Some(Arc::new(pool))),
            Err(error) => {
                tracing::warn!(%error, "cannot create separate threads for jobs; they run on the shared pool");
                Self(None)
            }
        }
    }

    /// Runs a closure on these threads, including its parallel iterators.
    pub fn spawn<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> JoinHandle<R> {
        let pool = self.0.clone();
        tokio::task::spawn_blocking(move || match pool {
            Some(pool) => pool.install(work),
            None => work(),
        })
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[tokio::test]
    async fn parallel_work_stays_on_the_threads_of_lower_priority() {
        let names = Threads::background(2).spawn(|| {
            let name = |_| std::thread::current().name().map(str::to_owned);
            (0..1000).into_par_iter().map(name).collect::<Vec<_>>()
        });
        let names = names.await.unwrap();
        assert!(
            names
                .iter()
                .all(|n| n.as_deref().is_some_and(|n| n.starts_with("onemap-job-")))
        );
    }
}
