//! Limits the work, memory and time of a query.
//!
//! The loops of the index report to a [`Meter`] what they are about to read, a node or a few
//! entries at a time, and stop when it returns an error. Small queries of the program itself use
//! [`Free`], which never stops and costs nothing. Queries of clients use a [`Budget`].

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The cost of reading the properties of an entry, in units of one box of the tree: the text lies
/// elsewhere in memory and is searched or parsed.
const READ: u64 = 8;
/// The cost of one geodesic distance, used for positions that are far away, in units of one box of
/// the tree.
const GEODESIC: u64 = 40;
/// The number of positions tested or drawn at the cost of one box of the tree.
const TEST: u64 = 4;
/// The clock is read once per this much work, in units of one box of the tree.
const TICK: u64 = 1 << 16;

/// Counts the work and memory of a query and stops it at a limit.
pub trait Meter: Sync {
    /// Why the work was stopped.
    type Stop: Send;

    /// Counts boxes of the tree, or entries whose properties are not read.
    ///
    /// # Errors
    /// If the query has reached a limit.
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

    /// Counts positions of a geometry whose distance is measured; `far` if each takes a geodesic.
    ///
    /// # Errors
    /// See [`see`](Self::see).
    fn measure(&self, positions: usize, far: bool) -> Result<(), Self::Stop>;

    /// Counts bytes that are kept in memory until the response is sent.
    ///
    /// # Errors
    /// See [`see`](Self::see).
    fn hold(&self, bytes: usize) -> Result<(), Self::Stop>;
}

/// A meter without limits.
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

/// Why a query was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The query reads more than allowed.
    #[error("the query reads more of the map than is allowed")]
    Work,
    /// The response takes more memory than allowed.
    #[error("the answer takes more memory than is allowed")]
    Memory,
    /// The query takes longer than allowed.
    #[error("the query takes longer than is allowed")]
    Time,
    /// The client has disconnected, so nobody waits for the response.
    #[error("the client disconnected")]
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

/// The limits of one query. It is shared by the threads that work on the query and by whoever may
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
    /// The reason to stop the query, reported by code that cannot return an error.
    halted: OnceLock<Stop>,
}

impl Budget {
    /// A budget of `work` (the unit is reading one box of the tree, about 20 nanoseconds) and of
    /// `bytes` of memory.
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

    /// Adds a deadline.
    pub fn until(mut self, moment: Instant) -> Self {
        self.until = Some(moment);
        self
    }

    /// Stops the query at its next step.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Stops the query at its next step with a reason. For parts that cannot return an error, such
    /// as a filter of entries.
    pub fn halt(&self, reason: Stop) {
        let _ = self.halted.set(reason);
        self.stop();
    }

    /// The number of boxes and entries read so far.
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
        self.spend((positions as u64).div_ceil(TEST))
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

/// Threads that work on one query share its budget.
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

/// Stops a query when it is dropped, that is, when nobody waits for the response any more.
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
    fn each_limit_stops_with_its_own_reason() {
        let budget = Budget::new(100, 10);
        assert_eq!(budget.see(60), Ok(()));
        assert_eq!(budget.read(5), Ok(()));
        assert_eq!(budget.see(1), Err(Stop::Work));
        assert_eq!(budget.visited(), 66);

        // A test of few positions costs one box, so that many small tests reach the limit too.
        let budget = Budget::new(2, 10);
        assert_eq!(budget.test(1), Ok(()));
        assert_eq!(budget.test(4), Ok(()));
        assert_eq!(budget.test(3), Err(Stop::Work));

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
