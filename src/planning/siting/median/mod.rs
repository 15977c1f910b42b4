//! p-median and related problems: choose sites so that the sum of the costs of all demand points is smallest, where
//! each demand point is served by its cheapest chosen site. Optimality is proven by Lagrangian bounds, reduced-cost
//! fixing and branching.

mod branch;
mod dominance;
mod dual;
mod instance;
mod program;
mod start;

pub use self::branch::{Outcome, solve};
pub use self::instance::{Choice, Costs, Instance};
