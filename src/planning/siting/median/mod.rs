//! Least sums: choose sites so that the sum of the least costs of all demand points is smallest, proven by
//! Lagrangian bounds, reduced-cost fixing and branching.

mod branch;
mod dominance;
mod dual;
mod instance;
mod start;

pub use self::branch::{Outcome, solve};
pub use self::instance::{Choice, Costs, Instance};
