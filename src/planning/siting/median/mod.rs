//! p-median and related problems: choose sites so that the sum over all demand points of the cost to their best
//! site is smallest. Optimality is proven by Lagrangian bounds, reduced-cost fixing and branching.

mod branch;
mod dominance;
mod dual;
mod instance;
mod program;
mod start;

pub use self::branch::{Outcome, solve};
pub use self::instance::{Choice, Costs, Instance};
