//! The living map: one immutable snapshot for readers, one follower that makes the next, one feed
//! that tells what changed.

pub mod derived;
mod feed;
mod follower;
pub mod jobs;
mod lease;
pub mod overlay;
mod projection;
mod snapshot;
pub mod supervisor;
#[cfg(test)]
mod testkit;
mod written;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::sync::{Mutex, Semaphore, mpsc, watch as value};

pub use derived::{Built, Derive, Derived};
pub use feed::{Encoded, FeedChange, FeedCommit, Lagged, Listener, Reset};
pub(crate) use lease::Lease;
pub use overlay::Overlay;
pub use projection::{CaseSchedule, DayOrders, LastSeen, OpenThen, PastDays};
pub use snapshot::Snapshot;
pub use written::{Following, Written};

use crate::access::Directory;
use crate::codec::config::Problem;
use crate::store::{Store, StoreError};

/// The name of the follower among the tasks.
const FOLLOWER: &str = "follower";

/// The state of the follower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// When the store last answered.
    pub heard_at: jiff::Timestamp,
    /// What the store said instead of an answer; `None` while all is well.
    pub trouble: Option<String>,
    /// `heard_at` on the clock that nobody sets.
    answered: Instant,
}

/// The map of one process: take a snapshot to read, commit an edit to write, listen to hear.
#[derive(Debug, Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    following: Following,
    snapshot: ArcSwap<Snapshot>,
    seq: value::Sender<u64>,
    feed: Arc<feed::Backlog>,
    condition: value::Sender<Condition>,
    /// Facts on their way to the follower, and where it takes them from.
    facts: (
        mpsc::Sender<follower::Note>,
        Mutex<mpsc::Receiver<follower::Note>>,
    ),
    config_problems: ArcSwap<Vec<Problem>>,
    directory: Arc<Derived<Directory>>,
    /// Turns of those that build derived structures.
    builds: Semaphore,
    /// One at a time counts past days.
    counting: Mutex<()>,
    tasks: supervisor::Supervisor,
}

impl Live {
    /// Loads the map and begins to follow the store.
    pub async fn start(store: Store) -> Result<Self, StoreError> {
        Self::start_following(store, Following::default()).await
    }

    /// The same, with how it follows the store.
    pub async fn start_following(store: Store, following: Following) -> Result<Self, StoreError> {
        let snapshot = Snapshot::load(&store).await?;
        let (facts, waiting) = mpsc::channel(follower::NOTES);
        let live = Self {
            inner: Arc::new(Inner {
                seq: value::Sender::new(snapshot.seq()),
                feed: Arc::default(),
                condition: value::Sender::new(Condition {
                    heard_at: jiff::Timestamp::now(),
                    trouble: None,
                    answered: Instant::now(),
                }),
                snapshot: ArcSwap::from_pointee(snapshot),
                facts: (facts, Mutex::new(waiting)),
                config_problems: ArcSwap::default(),
                directory: Arc::default(),
                builds: derived::builds(),
                counting: Mutex::default(),
                following,
                store,
                tasks: supervisor::Supervisor::default(),
            }),
        };
        let follower = live.clone();
        live.tasks()
            .spawn(FOLLOWER, move || follower::follow(follower.clone()));
        live.inner.directory.keep_up(&live);
        Ok(live)
    }

    /// The tasks of this process. Whoever closes the store stops them first.
    pub fn tasks(&self) -> &supervisor::Supervisor {
        &self.inner.tasks
    }

    /// The map as it is. A request takes one and answers all of itself from it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.snapshot.load_full()
    }

    /// The durable truth behind the snapshot, for what is not on the hot path.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Waits until the snapshot has a commit; `false` when it did not come in time.
    pub async fn wait_for(&self, seq: u64, patience: Duration) -> bool {
        let mut watch = self.inner.seq.subscribe();
        tokio::time::timeout(patience, watch.wait_for(|now| *now >= seq))
            .await
            .is_ok()
    }

    /// The newest commit in the snapshot, as it moves on.
    pub(crate) fn seqs(&self) -> value::Receiver<u64> {
        self.inner.seq.subscribe()
    }

    /// A listener for changes from now on, and the number of the commit after which it begins.
    pub fn listen(&self) -> (u64, Listener) {
        // The place in the feed is taken first: a commit published in between comes twice rather than
        // never, and the listener drops what is not newer than its number.
        let listener = self.inner.feed.listen();
        (self.snapshot().seq(), listener)
    }

    /// How the follower is doing.
    pub fn condition(&self) -> Condition {
        let mut condition = self.inner.condition.borrow().clone();
        if condition.trouble.is_none() && self.tasks().is_waiting(FOLLOWER) {
            condition.trouble = Some("the follower broke down and is started again".to_owned());
        }
        condition
    }

    /// What is wrong with the files of this node's configuration; what was in force before them stays.
    pub fn config_problems(&self) -> Arc<Vec<Problem>> {
        self.inner.config_problems.load_full()
    }

    /// Keeps what is wrong with the files of the configuration.
    pub(crate) fn set_config_problems(&self, problems: Vec<Problem>) {
        self.inner.config_problems.store(Arc::new(problems));
    }
}
