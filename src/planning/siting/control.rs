//! What a running solver reports, and how it is stopped.

use serde::{Deserialize, Serialize};

/// Why a solver was asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// The time limit is reached.
    TimeLimit,
    /// A person cancelled the job, or the program ends.
    Cancelled,
}

/// Why a solver stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The incumbent is proven to be the best plan.
    Optimal,
    /// The time limit was reached. The bound limits how much better than the incumbent the best plan can be.
    TimeLimit,
    /// The solver was cancelled.
    Cancelled,
    /// No plan satisfies the constraints.
    Infeasible,
    /// The library for integer programs failed. Incumbent and bound are still valid.
    SolverFailed,
}

impl From<Halt> for StopReason {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::TimeLimit => Self::TimeLimit,
            Halt::Cancelled => Self::Cancelled,
        }
    }
}

/// The state of a running solver.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The objective of the best plan found so far.
    pub incumbent: Option<f64>,
    /// No plan has a better objective than this.
    pub bound: f64,
    /// `|incumbent − bound| / |incumbent|`.
    pub gap: Option<f64>,
}

impl Progress {
    /// Creates a state and computes its gap.
    pub fn new(incumbent: Option<f64>, bound: f64) -> Self {
        let gap = incumbent.and_then(|incumbent| gap(incumbent, bound));
        Self {
            incumbent,
            bound,
            gap,
        }
    }
}

/// `|incumbent − bound| / |incumbent|`; 0 if both are equal, `None` if the result is not finite.
pub fn gap(incumbent: f64, bound: f64) -> Option<f64> {
    if incumbent == bound {
        return Some(0.0);
    }
    let gap = (incumbent - bound).abs() / incumbent.abs();
    gap.is_finite().then_some(gap)
}

/// How the caller follows and stops a solver.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    /// The solver calls this every few milliseconds, and every 0.3 to 0.4 s while `microlp` runs. It stops when this
    /// returns a reason.
    pub should_stop: &'a dyn Fn() -> Option<Halt>,
    /// Called with the incumbent and the bound while the solver runs. They may be the same as in the last call.
    pub progress: &'a dyn Fn(Progress),
    /// Called with the sites of each better plan, for a checkpoint.
    pub plan: &'a dyn Fn(&[u32]),
}

impl Control<'static> {
    /// A control that never stops the solver and ignores its reports.
    pub fn unlimited() -> Self {
        Self {
            should_stop: &|| None,
            progress: &|_| {},
            plan: &|_| {},
        }
    }
}

impl Control<'_> {
    /// The reason to stop now, if there is one.
    pub fn halt(&self) -> Option<Halt> {
        (self.should_stop)()
    }
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Control")
    }
}
