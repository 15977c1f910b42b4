//! Limits expensive requests: each has a budget, and only a few run at once.
//!
//! Most requests are small and are answered on the request's thread, because a switch to another thread would
//! cost more than the answer. So a request first runs with a small budget. If that is not enough, it starts
//! again on a blocking thread with a large budget, and only a few do so at once. When the client disconnects,
//! the budget stops, and the thread is free after its next use of the budget. A request that exceeds the large budget
//! is refused with a reason; a partial answer is never sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::App;
use super::problem::Problem;
use crate::index::{Budget, Meter, Stop, StopOnDrop};
use crate::model::both;

/// The budget on the request's thread: work of some hundred microseconds.
const SMALL_WORK: u64 = 8 * 1024;
const SMALL_BYTES: u64 = 1024 * 1024;
/// The budget on a blocking thread: enough to check the bounding boxes of 20 million features, or to read the
/// properties of 2.5 million.
const LARGE_WORK: u64 = 20_000_000;
/// The memory that an answer may take: 10,000 features of 6 kB each.
const LARGE_BYTES: u64 = 64 * 1024 * 1024;
/// The factor for time limits in debug builds, which are about ten times slower: tests send the same requests to them.
const SLOW: u32 = if cfg!(debug_assertions) { 10 } else { 1 };
/// How long one request may compute.
const LONGEST: Duration = Duration::from_millis(1_500);
/// How long a read from the log may take. It is longer than [`LONGEST`], because the read waits for the database and
/// keeps no core of this process busy.
const LONGEST_PAST: Duration = Duration::from_secs(10);

/// The kinds of work. Each kind has its own limit of requests that run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Reads whole collections.
    Walk,
    /// Searches by name, once for each keystroke.
    Search,
    /// Draws a tile. A page requests many at once, and each is quick.
    Tile,
    /// Reads past states from the log. It mostly waits for the database.
    Past,
}

impl Kind {
    /// How long a request waits for its turn.
    fn patience(self) -> Duration {
        match self {
            Self::Walk | Self::Past => Duration::from_secs(1) * SLOW,
            Self::Search => Duration::from_secs(2) * SLOW,
            Self::Tile => Duration::from_secs(10) * SLOW,
        }
    }
}

/// The limits of concurrent work, and counters of the work done.
#[derive(Debug)]
pub(super) struct Pools {
    walks: Arc<Semaphore>,
    searches: Arc<Semaphore>,
    tiles: Arc<Semaphore>,
    past: Arc<Semaphore>,
    visited: AtomicU64,
    refused: AtomicU64,
    left: AtomicU64,
}

impl Default for Pools {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let turns = |n: usize| Arc::new(Semaphore::new(n.clamp(2, 16)));
        Self {
            walks: turns(cores),
            searches: turns(cores),
            tiles: turns(cores),
            past: turns(cores),
            visited: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            left: AtomicU64::new(0),
        }
    }
}

impl Pools {
    /// Waits for a turn.
    pub(super) async fn turn(&self, kind: Kind) -> Result<OwnedSemaphorePermit, Problem> {
        self.turn_within(kind, kind.patience()).await
    }

    async fn turn_within(
        &self,
        kind: Kind,
        patience: Duration,
    ) -> Result<OwnedSemaphorePermit, Problem> {
        let of = match kind {
            Kind::Walk => &self.walks,
            Kind::Search => &self.searches,
            Kind::Tile => &self.tiles,
            Kind::Past => &self.past,
        };
        let turn = Arc::clone(of).acquire_owned();
        match tokio::time::timeout(patience, turn).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(Problem::unavailable(both!(
                    "大型查询过多，请稍后再试，或缩小查询范围。",
                    "Too many large requests are running at once. Try again in a moment, or \
                     request less at a time."
                )))
            }
        }
    }

    /// Starts work in several parts, after waiting for a turn.
    pub(super) async fn attend(self: &Arc<Self>, kind: Kind) -> Result<Attended, Problem> {
        let turn = self.turn(kind).await?;
        let budget = Arc::new(Budget::new(u64::MAX, u64::MAX));
        let parts = Parts {
            pools: Arc::clone(self),
            budget: Arc::clone(&budget),
            cut: AtomicBool::new(false),
            _turn: turn,
        };
        Ok(Attended {
            share: Share(Arc::new(parts)),
            _waiting: StopOnDrop(budget),
        })
    }

    async fn off_thread<T: Send + 'static>(
        self: &Arc<Self>,
        kind: Kind,
        narrow: Advice,
        budget: Budget,
        job: impl FnOnce(&Budget) -> Result<T, Cut> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.turn(kind).await?;
        let budget = Arc::new(budget);
        let _waiting = StopOnDrop(Arc::clone(&budget));
        let pools = Arc::clone(self);
        let work = tokio::task::spawn_blocking(move || {
            // The thread holds the permit, not the request, so the permit is free when the work has ended.
            let _turn = turn;
            let answer = job(&budget);
            pools.note(&budget, &answer);
            answer
        });
        match work.await.map_err(|e| Problem::internal(&e))? {
            Ok(answer) => Ok(answer),
            Err(Cut::Refused(problem)) => Err(problem),
            Err(Cut::Stopped(stop)) => Err(refusal(stop, narrow)),
        }
    }

    /// Sets the metrics to the values of the counters.
    pub(super) fn export_metrics(&self) {
        for (name, counter) in [
            ("onemap_entries_visited_total", &self.visited),
            ("onemap_questions_refused_total", &self.refused),
            ("onemap_questions_left_total", &self.left),
        ] {
            metrics::counter!(name).absolute(counter.load(Ordering::Relaxed));
        }
    }

    fn note<T>(&self, budget: &Budget, answer: &Result<T, Cut>) {
        self.visited.fetch_add(budget.visited(), Ordering::Relaxed);
        match answer {
            Err(Cut::Stopped(Stop::Gone)) => self.left.fetch_add(1, Ordering::Relaxed),
            Err(Cut::Stopped(_)) => self.refused.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        };
    }
}

/// Why a request has no answer.
#[derive(Debug)]
pub(super) enum Cut {
    /// The budget stopped the work.
    Stopped(Stop),
    /// The request is refused for another reason.
    Refused(Problem),
}

impl From<Stop> for Cut {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

impl From<Problem> for Cut {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

/// Work of one request in several parts on several threads. All parts together hold one permit of [`Pools`]. Nothing
/// limits how much they read, and they stop at their next step when the request is dropped.
pub(super) struct Attended {
    share: Share,
    _waiting: StopOnDrop,
}

impl Attended {
    /// A share of the work, for a thread that does a part of it. The permit is released when the request and all
    /// shares are dropped.
    pub fn share(&self) -> Share {
        self.share.clone()
    }
}

/// A share of a request's work, held by each thread that does a part of it; see [`Attended::share`].
#[derive(Clone)]
pub(super) struct Share(Arc<Parts>);

struct Parts {
    pools: Arc<Pools>,
    budget: Arc<Budget>,
    /// Whether a part of the work was stopped before its end.
    cut: AtomicBool,
    _turn: OwnedSemaphorePermit,
}

impl Drop for Parts {
    fn drop(&mut self) {
        let answer = match self.cut.load(Ordering::Relaxed) {
            true => Err(Cut::Stopped(Stop::Gone)),
            false => Ok(()),
        };
        self.pools.note(&self.budget, &answer);
    }
}

impl Share {
    fn note(&self, step: Result<(), Stop>) -> Result<(), Stop> {
        if step.is_err() {
            self.0.cut.store(true, Ordering::Relaxed);
        }
        step
    }
}

impl Meter for Share {
    type Stop = Stop;

    fn see(&self, boxes: usize) -> Result<(), Stop> {
        self.note(self.0.budget.see(boxes))
    }

    fn read(&self, entries: usize) -> Result<(), Stop> {
        self.note(self.0.budget.read(entries))
    }

    fn test(&self, positions: usize) -> Result<(), Stop> {
        self.note(self.0.budget.test(positions))
    }

    fn measure(&self, positions: usize, far: bool) -> Result<(), Stop> {
        self.note(self.0.budget.measure(positions, far))
    }

    fn hold(&self, bytes: usize) -> Result<(), Stop> {
        self.note(self.0.budget.hold(bytes))
    }
}

impl App {
    /// Answers a request on its own thread if it is small, otherwise on a blocking thread. `narrow` says how to
    /// ask for less. The job may run twice, so it must not change anything.
    pub(super) async fn answer<T: Send + 'static>(
        &self,
        narrow: Advice,
        job: impl Fn(&Budget) -> Result<T, Cut> + Send + 'static,
    ) -> Result<T, Problem> {
        let budget = Budget::new(SMALL_WORK, SMALL_BYTES);
        let answer = job(&budget);
        self.pools
            .visited
            .fetch_add(budget.visited(), Ordering::Relaxed);
        match answer {
            Ok(answer) => Ok(answer),
            Err(Cut::Refused(problem)) => Err(problem),
            Err(Cut::Stopped(_)) => self.answer_aside(Kind::Walk, narrow, job).await,
        }
    }

    /// Answers a request on a blocking thread, after waiting for a turn. The work stops when the request is
    /// dropped.
    pub(super) async fn answer_aside<T: Send + 'static>(
        &self,
        kind: Kind,
        narrow: Advice,
        job: impl FnOnce(&Budget) -> Result<T, Cut> + Send + 'static,
    ) -> Result<T, Problem> {
        self.pools.off_thread(kind, narrow, large(), job).await
    }

    /// Reads past states from the log, after waiting for a turn. The read stops when the request is dropped.
    pub(super) async fn read_past<T, E: Into<Problem>>(
        &self,
        reading: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Problem> {
        let _turn = self.pools.turn(Kind::Past).await?;
        match tokio::time::timeout(LONGEST_PAST * SLOW, reading).await {
            Ok(read) => read.map_err(Into::into),
            Err(_) => Err(Problem::unavailable(both!(
                "读取历史状态的时间超过一次请求的上限，请稍后再试，或改查其他时间。",
                "Reading the past state takes longer than one request may take. Try again in a \
                 moment, or request another moment."
            ))),
        }
    }

    /// Runs work that continues when its client disconnects, because the next client wants the same result. The work
    /// has a budget and holds `turn`, for which the caller has waited, until it ends.
    pub(super) fn go_on<T>(
        &self,
        turn: OwnedSemaphorePermit,
        narrow: Advice,
        job: impl FnOnce(&Budget) -> Result<T, Cut>,
    ) -> Result<T, Problem> {
        let _turn = turn;
        let budget = large();
        let answer = job(&budget);
        self.pools.note(&budget, &answer);
        answer.map_err(|cut| match cut {
            Cut::Refused(problem) => problem,
            Cut::Stopped(stop) => refusal(stop, narrow),
        })
    }
}

fn large() -> Budget {
    Budget::new(LARGE_WORK, LARGE_BYTES).until(Instant::now() + LONGEST * SLOW)
}

/// How to ask for less, in Chinese and English.
pub(super) type Advice = (&'static str, &'static str);

/// The error for stopped work, with the advice how to ask for less.
fn refusal(stop: Stop, (zh, en): Advice) -> Problem {
    match stop {
        Stop::Work => Problem::too_much(both!(
            "需要检索的内容超过一次请求的上限。{zh}",
            "The request reads more of the map than is allowed. {en}"
        )),
        Stop::Memory => Problem::too_much(both!(
            "结果占用的内存超过一次请求的上限。{zh}",
            "The answer would take more memory than is allowed. {en}"
        )),
        Stop::Time => Problem::unavailable(both!(
            "处理时间超过一次请求的上限。{zh}",
            "The answer takes longer than is allowed. {en}"
        )),
        Stop::Gone => Problem::unavailable(both!(
            "请求方已断开，请求已取消。",
            "The client disconnected, so the request was cancelled."
        )),
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;

    use super::*;

    #[tokio::test]
    async fn a_request_that_gets_no_turn_is_refused_with_retry_after() {
        let pools = Pools::default();
        let mut turns = Vec::new();
        while pools.walks.available_permits() > 0 {
            turns.push(pools.turn(Kind::Walk).await.unwrap());
        }
        let soon = Duration::from_millis(10);
        let refused = pools.turn_within(Kind::Walk, soon).await.unwrap_err();
        assert_eq!(refused.into_response().status(), 503);
        assert!(pools.turn(Kind::Search).await.is_ok(), "other kinds go on");
        turns.pop();
        assert!(pools.turn(Kind::Walk).await.is_ok());
    }

    #[tokio::test]
    async fn work_stops_when_its_request_is_dropped() {
        let pools = Arc::new(Pools::default());
        let (said, begun) = tokio::sync::oneshot::channel();
        let endless = {
            let pools = Arc::clone(&pools);
            tokio::spawn(async move {
                let budget = Budget::new(u64::MAX, u64::MAX);
                let job = move |budget: &Budget| -> Result<(), Cut> {
                    let _ = said.send(());
                    loop {
                        budget.see(1)?;
                        std::thread::yield_now();
                    }
                };
                pools.off_thread(Kind::Walk, ("", ""), budget, job).await
            })
        };
        begun.await.unwrap();
        let all = pools.walks.available_permits() + 1;
        endless.abort();
        let turns = u32::try_from(all).unwrap();
        // The thread has ended when all permits are available again.
        let every = pools.walks.acquire_many(turns).await.unwrap();
        assert_eq!(pools.left.load(Ordering::Relaxed), 1);
        assert!(pools.visited.load(Ordering::Relaxed) > 0);
        drop(every);
    }

    #[tokio::test]
    async fn all_parts_of_work_stop_when_its_request_is_dropped() {
        let pools = Arc::new(Pools::default());
        let all = pools.walks.available_permits();
        let attended = pools.attend(Kind::Walk).await.unwrap();
        let parts: Vec<_> = (0..2)
            .map(|_| {
                let share = attended.share();
                tokio::task::spawn_blocking(move || {
                    while share.read(1).is_ok() {
                        std::thread::yield_now();
                    }
                })
            })
            .collect();
        assert_eq!(pools.walks.available_permits(), all - 1, "one turn for all");
        drop(attended);
        for part in parts {
            part.await.unwrap();
        }
        assert_eq!(pools.walks.available_permits(), all);
        assert_eq!(pools.left.load(Ordering::Relaxed), 1);

        let attended = pools.attend(Kind::Walk).await.unwrap();
        assert_eq!(attended.share().read(1), Ok(()));
        drop(attended);
        assert_eq!(pools.left.load(Ordering::Relaxed), 1, "done, not abandoned");
    }

    #[test]
    fn a_refusal_says_how_to_ask_for_less() {
        for stop in [Stop::Work, Stop::Memory, Stop::Time] {
            let problem = refusal(stop, ("请用 bbox= 缩小范围。", "Narrow it with bbox=."));
            assert!(format!("{problem:?}").contains("Narrow it with bbox=."));
            let status = problem.into_response().status();
            assert_eq!(status, if stop == Stop::Time { 503 } else { 422 });
        }
    }
}
