//! The tasks that run as long as the process: follower, timer, webhook dispatcher, job runner, sweeps. One
//! supervisor starts them, restarts a task that ended or panicked after a growing pause, and stops all of them
//! on shutdown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The pause after the first failure. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause. A task that ran for longer than this starts with the first pause again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a task that stops by itself may take on shutdown.
const GRACE: Duration = Duration::from_secs(5);

/// Whether a task runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// The task runs.
    Running,
    /// The task ended or panicked and waits to be restarted.
    Waiting,
    /// The task was stopped.
    Stopped,
}

/// The state of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TaskReport {
    /// Whether the task runs.
    pub state: TaskState,
    /// Since when the task has been in this state.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// How often the task was restarted.
    pub restarts: u64,
    /// The last failure: `ended` or `panicked`. The log has the details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
}

/// Starts tasks and restarts those that fail.
#[derive(Debug)]
pub struct Supervisor {
    stop: watch::Sender<bool>,
    pauses: ExponentialBuilder,
    longest: Duration,
    reports: Arc<Mutex<BTreeMap<&'static str, TaskReport>>>,
    tasks: Mutex<JoinSet<()>>,
    remains: Mutex<JoinSet<()>>,
}

/// Signals a task to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the task should stop.
    pub async fn requested(&mut self) {
        // The channel closes when the supervisor is dropped, and then the task should stop too.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

impl Default for Supervisor {
    fn default() -> Self {
        Self::new(FIRST_PAUSE, LONGEST_PAUSE)
    }
}

impl Supervisor {
    /// A supervisor without tasks. `first` and `longest` are the first and the longest pause before a restart.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self {
            stop: watch::Sender::new(false),
            pauses: ExponentialBuilder::default()
                .with_min_delay(first)
                .with_max_delay(longest)
                .with_factor(2.0)
                .without_max_times(),
            longest,
            reports: Arc::default(),
            tasks: Mutex::default(),
            remains: Mutex::default(),
        }
    }

    /// Runs a task until the supervisor stops; then the task is cancelled at its next `await`.
    pub fn spawn<F, Fut>(&self, name: &'static str, task: F)
    where
        F: Fn() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.begin(name, Duration::ZERO, move |_| task());
    }

    /// Runs a task that gets the stop signal and ends by itself.
    pub fn spawn_stopping<F, Fut>(&self, name: &'static str, task: F)
    where
        F: Fn(Stop) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.begin(name, GRACE, task);
    }

    fn begin<F, Fut>(&self, name: &'static str, grace: Duration, task: F)
    where
        F: Fn(Stop) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let watched = Watched {
            name,
            grace,
            pauses: self.pauses,
            longest: self.longest,
            stop: self.stop_signal(),
            reports: Arc::clone(&self.reports),
        };
        watched.report(TaskState::Running, None);
        lock(&self.tasks).spawn(watched.run(task));
    }

    /// The signal that the supervisor sends when it stops its tasks.
    pub fn stop_signal(&self) -> Stop {
        Stop(self.stop.subscribe())
    }

    /// The state of each task, by its name.
    pub fn reports(&self) -> BTreeMap<&'static str, TaskReport> {
        lock(&self.reports).clone()
    }

    /// Whether a task ended or panicked and waits to be restarted.
    pub fn is_waiting(&self, name: &str) -> bool {
        lock(&self.reports)
            .get(name)
            .is_some_and(|r| r.state == TaskState::Waiting)
    }

    /// Runs a short cleanup to its end, for example removing data that a disconnected client left. The caller
    /// does not wait for it; [`stop`](Self::stop) does.
    pub fn finish(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut remains = lock(&self.remains);
        while remains.try_join_next().is_some() {}
        remains.spawn(work);
    }

    /// Stops all tasks and waits until they have ended. Then waits up to [`GRACE`] for cleanups
    /// ([`finish`](Self::finish)) that are still running, and cancels the rest. Afterwards nothing uses the store.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        while tasks.join_next().await.is_some() {}
        let mut remains = std::mem::take(&mut *lock(&self.remains));
        let all = async { while remains.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(GRACE, all).await;
        remains.shutdown().await;
    }
}

/// Locks a mutex, also after a panic of another thread: the values behind it are plain and always
/// consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

/// A task and its state.
struct Watched {
    name: &'static str,
    grace: Duration,
    pauses: ExponentialBuilder,
    /// The longest pause. A task that ran for longer begins again with the first pause.
    longest: Duration,
    stop: Stop,
    reports: Arc<Mutex<BTreeMap<&'static str, TaskReport>>>,
}

impl Watched {
    async fn run<F, Fut>(mut self, task: F)
    where
        F: Fn(Stop) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let mut pauses = self.pauses.build();
        loop {
            let begun = Instant::now();
            // Dropping the set cancels the task, so the task ends in any case when this function ends.
            let mut running = JoinSet::new();
            running.spawn(task(self.stop.clone()));
            let end = tokio::select! {
                end = running.join_next() => end,
                () = self.stop.requested() => {
                    let _ = tokio::time::timeout(self.grace, running.join_next()).await;
                    running.shutdown().await;
                    self.report(TaskState::Stopped, None);
                    return;
                }
            };
            if self.stop.is_requested() {
                // A task may stop before the supervisor cancels it.
                self.report(TaskState::Stopped, None);
                return;
            }
            let (problem, detail) = match end {
                Some(Err(error)) => ("panicked", error.to_string()),
                _ => ("ended", "it returned".to_owned()),
            };
            let pause = self.pause(&mut pauses, begun.elapsed());
            tracing::error!(
                task = self.name,
                detail,
                pause_ms = pause.as_millis() as u64,
                "a task {problem}; it will be restarted after a pause"
            );
            self.report(TaskState::Waiting, Some(problem));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.requested() => {
                    self.report(TaskState::Stopped, Some(problem));
                    return;
                }
            }
            self.report(TaskState::Running, Some(problem));
        }
    }

    /// The next pause. It starts again at the first pause if the task ran for long.
    fn pause(&self, pauses: &mut ExponentialBackoff, ran: Duration) -> Duration {
        if ran > self.longest {
            *pauses = self.pauses.build();
        }
        pauses.next().unwrap_or(self.longest)
    }

    fn report(&self, state: TaskState, problem: Option<&'static str>) {
        let mut reports = lock(&self.reports);
        let before = reports.get(self.name);
        let started_again =
            state == TaskState::Running && before.is_some_and(|b| b.state == TaskState::Waiting);
        let restarts = before.map_or(0, |b| b.restarts) + u64::from(started_again);
        let report = TaskReport {
            state,
            since: Timestamp::now(),
            restarts,
            problem,
        };
        reports.insert(self.name, report);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn quick() -> Supervisor {
        Supervisor::new(Duration::from_millis(1), Duration::from_millis(4))
    }

    /// Waits until a condition holds. If it never does, the test runner's time limit ends the test.
    async fn until(holds: impl Fn() -> bool) {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test]
    async fn a_task_that_panics_or_ends_is_started_again_and_the_report_says_so() {
        let supervisor = quick();
        let runs = Arc::new(AtomicU64::new(0));
        let task = {
            let runs = Arc::clone(&runs);
            move || {
                let run = runs.fetch_add(1, Ordering::Relaxed);
                async move {
                    match run {
                        0 => {}
                        1 => assert_ne!(run, 1, "breaks down"),
                        _ => std::future::pending().await,
                    }
                }
            }
        };
        supervisor.spawn("wavering", task);
        until(|| supervisor.reports()["wavering"].restarts == 2).await;
        let report = supervisor.reports().remove("wavering").unwrap();
        assert_eq!(report.state, TaskState::Running);
        assert_eq!(report.problem, Some("panicked"));
        until(|| runs.load(Ordering::Relaxed) == 3).await;
    }

    #[tokio::test]
    async fn stopping_waits_for_a_task_that_stops_in_order_and_cuts_off_the_others() {
        let supervisor = quick();
        let done = Arc::new(AtomicU64::new(0));
        let orderly = {
            let done = Arc::clone(&done);
            move |mut stop: Stop| {
                let done = Arc::clone(&done);
                async move {
                    stop.requested().await;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        supervisor.spawn_stopping("orderly", orderly);
        supervisor.spawn("endless", std::future::pending::<()>);
        supervisor.stop().await;
        assert_eq!(done.load(Ordering::Relaxed), 1);
        let states: Vec<_> = supervisor.reports().values().map(|r| r.state).collect();
        assert_eq!(states, [TaskState::Stopped, TaskState::Stopped]);
    }

    #[tokio::test]
    async fn stopping_waits_for_short_work_that_nobody_waits_for() {
        let supervisor = quick();
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        let done = Arc::new(AtomicU64::new(0));
        let begun = Arc::clone(&done);
        supervisor.finish(async move {
            let _ = gone.await;
            tokio::task::yield_now().await;
            begun.fetch_add(1, Ordering::Relaxed);
        });
        // A cancelled task also hands a cleanup to `finish`.
        supervisor.spawn("holding", {
            let go = Arc::new(Mutex::new(Some(go)));
            move || {
                let go = lock(&go).take();
                async move {
                    std::future::pending::<()>().await;
                    drop(go);
                }
            }
        });
        tokio::task::yield_now().await;
        supervisor.stop().await;
        assert_eq!(done.load(Ordering::Relaxed), 1);
    }

    fn watched(by: &Supervisor) -> Watched {
        Watched {
            name: "any",
            grace: Duration::ZERO,
            pauses: by.pauses,
            longest: by.longest,
            stop: by.stop_signal(),
            reports: Arc::default(),
        }
    }

    #[test]
    fn pauses_grow_up_to_the_longest_and_begin_anew_after_a_long_run() {
        let watched = watched(&Supervisor::default());
        let mut pauses = watched.pauses.build();
        let short = Duration::from_millis(3);
        let mut seconds = Vec::new();
        for _ in 0..8 {
            seconds.push(watched.pause(&mut pauses, short).as_secs());
        }
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30, 30]);
        let long = LONGEST_PAUSE + short;
        assert_eq!(watched.pause(&mut pauses, long), FIRST_PAUSE);
    }

    #[test]
    fn pauses_begin_anew_after_a_run_that_is_longer_than_the_longest_pause_of_this_supervisor() {
        let watched = watched(&quick());
        let mut pauses = watched.pauses.build();
        let millis = [0, 0, 0, 5].map(|ran| {
            let ran = Duration::from_millis(ran);
            watched.pause(&mut pauses, ran).as_millis()
        });
        assert_eq!(millis, [1, 2, 4, 1]);
    }
}
