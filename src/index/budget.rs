//! How much a question may look at, and how it is stopped.
//!
//! The loops of the index report to a [`Meter`] what they are about to read, a node or a handful of
//! entries at a time, and stop when it says so. Who asks from inside the program, where the question
//! is small by itself, asks with [`Free`]: that meter never stops and costs nothing. Who asks on behalf
//! of a client asks with a [`Budget`].

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// What it costs to read the properties of an entry, in boxes of the tree: text that lies elsewhere in
/// memory and is searched or parsed.
const READ: u64 = 8;
/// What it costs to measure the distance to one position that is far away, in boxes: a geodesic.
const GEODESIC: u64 = 40;
/// How many positions of a geometry are tested against a box or drawn for the cost of one box.
const TEST: u64 = 4;
/// The clock is looked at once in so many boxes.
const TICK: u64 = 1 << 16;

/// Counts the work and memory of a query and stops it at a limit.
pub trait Meter: Sync {
    /// Why the work was stopped.
    type Stop: Send;

    /// Counts boxes of the tree, or entries whose text is not read.
    ///
    /// # Errors
    /// When it is enough; so for all others.
    fn see(&self, boxes: usize) -> Result<(), Self::Stop>;

    /// Counts entries whose properties are searched or parsed.
    ///
    /// # Errors
    /// See [`see`](Self::see).
    fn read(&self, entries: usize) -> Result<(), Self::Stop>;

    /// Counts positions of a geometry that are tested or drawn.
    ///
    /// # Errors
    /// See [`see`](Self::see).
    fn test(&self, positions: usize) -> Result<(), Self::Stop>;

    /// Counts positions of a geometry whose distance is measured.
    ///
    /// # Errors
    /// See [`see`](Self::see).
    fn measure(&self, positions: usize, far: bool) -> Result<(), Self::Stop>;

    /// Counts bytes of memory that are kept until the answer is sent.
    ///
    /// # Errors
    /// See [`see`](Self::see).
    fn hold(&self, bytes: usize) -> Result<(), Self::Stop>;
}

/// Never stops.
#[derive(Debug, Clone, Copy)]
pub struct Free;

impl Meter for Free {
    type Stop = Infallible;

    fn see(&self, _: usize) -> Result<(), Infallible> {
        Ok(())
    }

    fn read(&self, _: usize) -> Result<(), Infallible> {
        Ok(())
    }

    fn test(&self, _: usize) -> Result<(), Infallible> {
        Ok(())
    }

    fn measure(&self, _: usize, _: bool) -> Result<(), Infallible> {
        Ok(())
    }

    fn hold(&self, _: usize) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Why a question was not answered to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The query reads more than allowed.
    #[error("it would read too much")]
    Work,
    /// Its answer takes more memory than it may.
    #[error("its answer would take too much memory")]
    Memory,
    /// The query takes longer than allowed.
    #[error("it takes too long")]
    Time,
    /// Nobody waits for the answer any more.
    #[error("the client has gone")]
    Gone,
}

impl crate::model::InChinese for Stop {
    fn zh(&self) -> String {
        match self {
            Self::Work => "需要检索的内容过多".to_owned(),
            Self::Memory => "结果占用的内存过大".to_owned(),
            Self::Time => "处理时间过长".to_owned(),
            Self::Gone => "请求方已断开".to_owned(),
        }
    }
}

/// How much one question may look at and keep. Shared by the threads that answer it and by whoever may
/// stop it.
#[derive(Debug)]
pub struct Budget {
    work: u64,
    bytes: u64,
    until: Option<Instant>,
    spent: AtomicU64,
    visited: AtomicU64,
    held: AtomicU64,
    stopped: AtomicBool,
    /// Why a part of the question that cannot say so itself was stopped.
    halted: OnceLock<Stop>,
}

impl Budget {
    /// A budget of so much work (one is a look at a box of the tree, some twenty nanoseconds) and so
    /// many bytes.
    pub fn new(work: u64, bytes: u64) -> Self {
        Self {
            work,
            bytes,
            until: None,
            spent: AtomicU64::new(0),
            visited: AtomicU64::new(0),
            held: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            halted: OnceLock::new(),
        }
    }

    /// The same, and not beyond a moment.
    pub fn until(mut self, moment: Instant) -> Self {
        self.until = Some(moment);
        self
    }

    /// Stops the question at its next step.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Stops the question at its next step with the reason that a part of it met, which has no way to
    /// return it, as a filter of entries has none.
    pub fn halt(&self, reason: Stop) {
        let _ = self.halted.set(reason);
        self.stop();
    }

    /// How many boxes and entries were looked at so far.
    pub fn visited(&self) -> u64 {
        self.visited.load(Ordering::Relaxed)
    }

    fn spend(&self, cost: u64) -> Result<(), Stop> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(self.halted.get().copied().unwrap_or(Stop::Gone));
        }
        let before = self.spent.fetch_add(cost, Ordering::Relaxed);
        let now = before.saturating_add(cost);
        if now > self.work {
            return Err(Stop::Work);
        }
        if before / TICK != now / TICK && self.until.is_some_and(|t| Instant::now() > t) {
            return Err(Stop::Time);
        }
        Ok(())
    }
}

impl Meter for Budget {
    type Stop = Stop;

    fn see(&self, boxes: usize) -> Result<(), Stop> {
        self.visited.fetch_add(boxes as u64, Ordering::Relaxed);
        self.spend(boxes as u64)
    }

    fn read(&self, entries: usize) -> Result<(), Stop> {
        self.visited.fetch_add(entries as u64, Ordering::Relaxed);
        self.spend((entries as u64).saturating_mul(READ))
    }

    fn test(&self, positions: usize) -> Result<(), Stop> {
        self.spend(positions as u64 / TEST)
    }

    fn measure(&self, positions: usize, far: bool) -> Result<(), Stop> {
        let each = if far { GEODESIC } else { 1 };
        self.spend((positions as u64).saturating_mul(each))
    }

    fn hold(&self, bytes: usize) -> Result<(), Stop> {
        let before = self.held.fetch_add(bytes as u64, Ordering::Relaxed);
        if before.saturating_add(bytes as u64) > self.bytes {
            return Err(Stop::Memory);
        }
        Ok(())
    }
}

/// What several threads work on together has one budget.
impl<M: Meter + Send> Meter for Arc<M> {
    type Stop = M::Stop;

    fn see(&self, boxes: usize) -> Result<(), M::Stop> {
        M::see(self, boxes)
    }

    fn read(&self, entries: usize) -> Result<(), M::Stop> {
        M::read(self, entries)
    }

    fn test(&self, positions: usize) -> Result<(), M::Stop> {
        M::test(self, positions)
    }

    fn measure(&self, positions: usize, far: bool) -> Result<(), M::Stop> {
        M::measure(self, positions, far)
    }

    fn hold(&self, bytes: usize) -> Result<(), M::Stop> {
        M::hold(self, bytes)
    }
}

/// Stops a budget when it is dropped: when nobody waits for the answer any more.
#[derive(Debug)]
pub struct StopOnDrop(pub Arc<Budget>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_limit_stops_by_its_own_name() {
        let budget = Budget::new(100, 10);
        assert_eq!(budget.see(60), Ok(()));
        assert_eq!(budget.read(5), Ok(()));
        assert_eq!(budget.see(1), Err(Stop::Work));
        assert_eq!(budget.visited(), 66);

        let budget = Budget::new(100, 10);
        assert_eq!(budget.hold(10), Ok(()));
        assert_eq!(budget.hold(1), Err(Stop::Memory));

        let budget = Budget::new(100, 10);
        budget.halt(Stop::Memory);
        assert_eq!(budget.see(1), Err(Stop::Memory));

        let budget = Budget::new(100, 10);
        budget.stop();
        assert_eq!(budget.see(1), Err(Stop::Gone));

        let past = Instant::now() - Duration::from_millis(1);
        let budget = Budget::new(u64::MAX, 10).until(past);
        assert_eq!(budget.see(TICK as usize), Err(Stop::Time));
    }
}
