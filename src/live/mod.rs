//! The live map: one immutable snapshot for readers, a follower that makes the next one, and a feed
//! that sends the changes.

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

pub use derived::{Built, Derive, Derived, Network, SourceSeqs, Ways};
pub use feed::{Encoded, FeedChange, FeedCommit, Lagged, Listener, Reset};
pub(crate) use lease::Lease;
pub use overlay::Overlay;
pub use projection::{
    CaseClosure, CaseClosures, CaseSchedule, DayOrders, LastSeen, OpenThen, Passages, PastDays,
    ProjectDues, PublishedWish, WayAttributes, book_of, geometry_stamp, ratings_of,
};
pub use snapshot::Snapshot;
pub use written::{Following, Written};

use crate::access::Directory;
use crate::codec::config::Problem;
use crate::store::{Store, StoreError};

/// The name of the follower in the list of tasks.
const FOLLOWER: &str = "follower";

/// The state of the follower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// When the store last answered.
    pub heard_at: jiff::Timestamp,
    /// The last error of the store; `None` while it answers.
    pub trouble: Option<String>,
    /// `heard_at` on the monotonic clock, which does not jump when the system time is set.
    answered: Instant,
}

/// The map of one process. Take a snapshot to read, commit an edit to write, and listen to the feed
/// for changes.
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
    /// The channel of facts to the follower: the sender and the receiver.
    facts: (
        mpsc::Sender<follower::Note>,
        Mutex<mpsc::Receiver<follower::Note>>,
    ),
    config_problems: ArcSwap<Vec<Problem>>,
    directory: Arc<Derived<Directory>>,
    network: Arc<Derived<Network>>,
    /// Limits how many derived structures are built at once.
    builds: Semaphore,
    /// Held while past days are counted, so that one request at a time reads the log.
    counting: Mutex<()>,
    tasks: supervisor::Supervisor,
}

impl Live {
    /// Loads the map and begins to follow the store.
    pub async fn start(store: Store) -> Result<Self, StoreError> {
        Self::start_following(store, Following::default()).await
    }

    /// Like [`start`](Self::start), with other settings for following the store.
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
                network: Arc::default(),
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
        live.inner.network.keep_up(&live);
        Ok(live)
    }

    /// The background tasks of this process. They must be stopped before the store is closed.
    pub fn tasks(&self) -> &supervisor::Supervisor {
        &self.inner.tasks
    }

    /// The current map. A request takes one snapshot and answers from it alone.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.snapshot.load_full()
    }

    /// The store behind the snapshot, for data that is not in memory.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Waits until the snapshot contains a commit. Returns `false` if that takes longer than
    /// `patience`.
    pub async fn wait_for(&self, seq: u64, patience: Duration) -> bool {
        let mut watch = self.inner.seq.subscribe();
        tokio::time::timeout(patience, watch.wait_for(|now| *now >= seq))
            .await
            .is_ok()
    }

    /// A receiver of the number of the newest commit in the snapshot.
    pub(crate) fn seqs(&self) -> value::Receiver<u64> {
        self.inner.seq.subscribe()
    }

    /// A listener for changes from now on, and the number of the commit after which it begins.
    pub fn listen(&self) -> (u64, Listener) {
        // The listener is registered before the snapshot is read. If a commit is published in between, the
        // listener gets it although the snapshot contains it, and drops it because of its number. In the other
        // order, the commit would be missed.
        let listener = self.inner.feed.listen();
        (self.snapshot().seq(), listener)
    }

    /// The state of the follower.
    pub fn condition(&self) -> Condition {
        let mut condition = self.inner.condition.borrow().clone();
        if condition.trouble.is_none() && self.tasks().is_waiting(FOLLOWER) {
            condition.trouble = Some("the follower failed and is being restarted".to_owned());
        }
        condition
    }

    /// The problems in the configuration files of this node. While a file has problems, its
    /// previous version stays in force.
    pub fn config_problems(&self) -> Arc<Vec<Problem>> {
        self.inner.config_problems.load_full()
    }

    /// Stores the problems in the configuration files.
    pub(crate) fn set_config_problems(&self, problems: Vec<Problem>) {
        self.inner.config_problems.store(Arc::new(problems));
    }
}
