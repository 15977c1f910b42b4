//! Threads for work that nobody waits for in a request: fewer than there are cores, and of lower priority, so
//! that they never slow the answers.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::task::JoinHandle;

/// How much lower the priority of a background thread is (`nice`).
const NICE: i32 = 10;

/// Where work with many features runs. By default on the threads of the process.
#[derive(Debug, Clone, Default)]
pub struct Threads(Option<Arc<ThreadPool>>);

impl Threads {
    /// So many threads of their own, of lower priority. Where the system refuses them, those of the process.
    pub fn background(threads: usize) -> Self {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("onemap-job-{n}"))
            .start_handler(|_| {
                // On Linux the priority is that of the thread. Where it stays as it is, jobs only run faster.
                let _ = rustix::process::nice(NICE);
            })
            .build();
        match pool {
            Ok(pool) => Self(Some(Arc::new(pool))),
            Err(error) => {
                tracing::warn!(%error, "jobs have no threads of their own");
                Self(None)
            }
        }
    }

    /// Runs a closure there. What it does in parallel stays on these threads.
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
